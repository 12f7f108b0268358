/* The baseline: the encoder with its initial weights. Nothing is trained, but it is evaluated like
 * the other methods. */
#include "core/methods/method.h"

static int random_init(void *self, const struct method_env *env, struct error *err)
{
	(void)self;
	(void)env;
	(void)err;
	return 0;
}

const struct method method_random = {
    .name = "random",
    .title = "Random",
    .summary = "the untrained encoder: the floor of a comparison",
    .formula = "no loss: nothing is trained\n",
    .source = "the initial values of torchvision's encoders",
    .views = 0,
    .init = random_init,
};
