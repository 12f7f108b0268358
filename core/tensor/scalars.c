#include "core/tensor/scalars.h"

#include <string.h>

#include "core/base/error.h"
#include "core/tensor/device.h"

void scalars_init(struct scalars *s, const struct device *device)
{
	memset(s, 0, sizeof *s);
	tensor_arena_init(&s->arena, device);
}

void scalars_release(struct scalars *s)
{
	for (int i = 0; s->block && i < SCALARS_SLOTS; i++)
		s->arena.device->wait(s->arena.device, s->host[i]); /* which is about to go */
	tensor_arena_release(&s->arena);
	s->block = NULL;
	s->n = 0;
}

double *scalars_cell(struct scalars *s)
{
	if (!s->block)
		s->block = arena_alloc(&s->arena.values, SCALARS * sizeof *s->block);
	if (s->n == SCALARS)
		BUG("more than %d scalars in a step", SCALARS);
	return s->block + s->n++;
}

void scalars_reset(struct scalars *s)
{
	s->n = 0;
}

static long slot_of(long step)
{
	return step % SCALARS_SLOTS;
}

void scalars_post(struct scalars *s, long step)
{
	const struct device *d = s->arena.device;

	d->post(d, s->host[slot_of(step)], s->block, (size_t)s->n * sizeof *s->block);
}

void scalars_wait(const struct scalars *s, long step)
{
	s->arena.device->wait(s->arena.device, s->host[slot_of(step)]);
}

double scalars_get(const struct scalars *s, long step, const double *cell)
{
	return s->host[slot_of(step)][cell - s->block];
}
