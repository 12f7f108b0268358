#include "core/store/metric_kinds.h"

#include <fnmatch.h>

#include "core/base/strbuf.h"
#include "core/store/identity.h"

static const struct metric_kind kinds[] = {
    {"*.top1", "max", "%", "Share of images whose class was the first guess.", 0},
    {"*.top5", "max", "%", "Share of images whose class was among the first five guesses.", 0},

    /* every step */
    {"loss", "min", "", "The training loss.", 0},
    {"loss.invariance", "min", "", "VICReg's s: how far apart the embeddings of two views are.", 0},
    {"loss.variance", "min", "",
     "VICReg's v: how far the dimensions' standard deviations fall short of gamma.", 0},
    {"loss.covariance", "min", "", "VICReg's c: what the dimensions have in common.", 0},
    {"loss.on_diagonal", "min", "", "Barlow Twins: how far the diagonal of C is from 1.", 0},
    {"loss.off_diagonal", "min", "", "Barlow Twins: squares of C beside its diagonal.", 0},
    {"loss.cosine", "max", "", "Mean cosine of a prediction and its target.", 0},
    {"loss.accuracy", "max", "%",
     "SimCLR: share of images that are nearest to their own other view.", 0},
    {"loss.entropy", "none", "", "SimCLR: mean entropy of the softmax over the other images.", 0},
    {"lr", "none", "", "Learning rate.", 0},
    {"tau", "none", "", "Momentum of the target network.", 0},
    {"grad_norm", "none", "", "Euclidean norm of the whole gradient.", 0},
    {"embedding_std", "none", "",
     "Mean standard deviation of the l2-normalised embeddings: 0 is collapse.", 0},

    /* every epoch */
    {"epoch_s", "min", "s", "Seconds that the epoch took.", 0},
    {"images_per_s", "max", "images/s", "Training speed.", 0},

    /* measures of collapse: among healthy runs neither larger nor smaller is better */
    {"collapse.flag", "none", "",
     "What the thresholds of the guard say: 0 healthy, 1 to 3 collapsed (std, rank, scale).", 0},
    {"collapse.*std_ratio", "none", "",
     "Standard deviation of the l2-normalised outputs, times sqrt(d): 1 is spread, 0 is collapse.",
     0},
    {"collapse.*rankme", "none", "", "RankMe: how many dimensions the outputs fill.", 0},
    {"collapse.*", "none", "", "", 0},
    {"predictor.*", "none", "", "", 0},

    /* metrics of another program or a later version */
    {"*top1", "max", "%", "Share of images whose class was the first guess.", 1},
    {"*top5", "max", "%", "Share of images whose class was among the first five guesses.", 1},
    {"*accuracy", "max", "%", "Share of images whose class was guessed.", 1},
    {"loss.*", "min", "", "A term of the training loss.", 1},
    {"*loss", "min", "", "A loss.", 1},
    {"*_per_s", "max", "1/s", "", 1},
    {"*_s", "min", "s", "", 1},
    {"*", "none", "", "", 1},
};

const struct metric_kind *metric_kind_at(int i)
{
	return i >= 0 && i < (int)(sizeof kinds / sizeof *kinds) ? &kinds[i] : NULL;
}

const struct metric_kind *metric_kind(const char *name)
{
	const struct metric_kind *k = kinds;
	struct strbuf base = STRBUF_INIT;

	strbuf_add(&base, name, identity_base(name));
	while (fnmatch(k->pattern, base.buf, 0)) /* the last pattern matches every name */
		k++;
	strbuf_release(&base);
	return k;
}

const char *metric_kind_goal(const char *name)
{
	return metric_kind(name)->goal;
}
