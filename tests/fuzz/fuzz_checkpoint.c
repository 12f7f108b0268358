/* Files of the object store: checkpoints, loaded into a model, hashed and exported, and datasets.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/data/dataset.h"
#include "core/run/checkpoint.h"
#include "core/tensor/memory.h"
#include "core/tensor/params.h"
#include "core/tensor/safetensors.h"
#include "tests/fuzz/fuzz.h"

static struct params params = PARAMS_CPU;
static char path[FUZZ_PATH], exported[FUZZ_PATH];

/* The model of the checkpoints in the corpus (make.py). */
static void make_model(void)
{
	static const int conv[] = {3, 3, 1, 2}, linear[] = {2, 3}, norm[] = {2};

	params_add(&params, "encoder.conv1.weight", PARAM_WEIGHT, PART_ENCODER, 4, conv, INIT_ONE,
		   9, 9);
	params_add(&params, "encoder.bn1.weight", PARAM_NORM, PART_ENCODER, 1, norm, INIT_ONE, 1,
		   1);
	params_add(&params, "encoder.bn1.running_mean", PARAM_BUFFER, PART_ENCODER, 1, norm,
		   INIT_ZERO, 1, 1);
	params_add(&params, "projector.0.weight", PARAM_WEIGHT, PART_PROJECTOR, 2, linear, INIT_ONE,
		   3, 2);
	params_build(&params, 1);
	params_add_slots(&params, 2);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_begin();
	fuzz_path(path, "x");
	fuzz_path(exported, "exported");
	make_model();
	return 0;
}

static void as_dataset(void)
{
	struct error err = {0};
	struct dataset d;
	uint8_t pixel[1];

	if (dataset_open(&d, path, &err)) {
		fuzz_check_error(&err);
		return;
	}
	for (int s = 0; s < SPLIT_COUNT; s++) {
		size_t image = (size_t)d.height * (size_t)d.width * (size_t)d.channels;
		uint32_t last = d.n[s] - 1;

		if (!d.n[s])
			continue;
		FUZZ_CHECK(d.labels[s][last] < d.classes);
		memcpy(pixel, d.pixels[s] + (size_t)last * image + image - 1, 1);
	}
	dataset_close(&d);
}

/* What is exported is a checkpoint again. */
static void export(const char *prefix)
{
	struct safetensors st;
	struct error err = {0};

	if (checkpoint_export(path, prefix, exported, 0, &err)) {
		fuzz_check_error(&err);
		return;
	}
	if (st_open(exported, &st, &err))
		fuzz_fail("what was exported cannot be read: %s", err.msg);
	for (int i = 0; i < st.n; i++)
		for (size_t k = 0; k < st.entry[i].n; k += st.entry[i].n / 8 + 1) {
			struct st_entry one = st.entry[i];
			float x;

			one.n = 1;
			st_to_float(&one, &x);
		}
	st_close(&st);
	unlink(exported);
}

static void as_checkpoint(void)
{
	struct recipe recipe = {
	    .hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
	struct error err = {0};
	char state[HASH_HEX];
	long step = -1;

	if (checkpoint_check(&recipe, path, &err))
		fuzz_check_error(&err);
	for (int slots = 0; slots < 2; slots++) {
		if (checkpoint_load(&params, path, &step, slots, &err))
			fuzz_check_error(&err);
		else
			FUZZ_CHECK(step >= 0);
	}
	if (checkpoint_state(path, state, &err))
		fuzz_check_error(&err);
	export("encoder.");
	export("");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_put("x", data, size);
	as_dataset();
	as_checkpoint();
	return 0;
}

/* The length of a checkpoint's header is made right again, and its data fills the file. */
static size_t mutate_header(uint8_t *data, size_t size, size_t max_size)
{
	uint64_t n = 0;
	size_t rest, m;
	uint8_t *header;

	memcpy(&n, data, 8);
	if (n > size - 8 || max_size < 4096)
		return LLVMFuzzerMutate(data, size, max_size);
	rest = size - 8 - n;
	if (rest > max_size / 2)
		return size;
	header = xmalloc(max_size);
	memcpy(header, data + 8, n);
	m = LLVMFuzzerMutate(header, n, max_size - 8 - rest);
	memmove(data + 8 + m, data + 8 + n, rest);
	memcpy(data + 8, header, m);
	memcpy(data, &(uint64_t){m}, 8);
	free(header);
	return 8 + m + rest;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	if (size > 16 && data[8] == '{' && seed % 8)
		return mutate_header(data, size, max_size);
	return LLVMFuzzerMutate(data, size, max_size);
}
