/* Protects: which images a run sees when, and which it never sees. */
#include "core/data/loader.h"

#include <string.h>
#include <unistd.h>

#include "tests/check.h"

enum { N = 103, CLASSES = 4 };

struct fixture {
	int16_t labels[N];
	uint8_t pixels[N], unlabeled[5];
	uint32_t index[N + 5];
	struct dataset data;
	struct arena arena;
};

static void setup(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	for (int i = 0; i < N; i++) {
		f->labels[i] = (int16_t)(i < 60 ? 0 : i < 90 ? 1 : i < 100 ? 2 : 3);
		f->pixels[i] = (uint8_t)i;
	}
	for (int i = 0; i < N + 5; i++)
		f->index[i] = (uint32_t)i;
	for (int i = 0; i < 5; i++)
		f->unlabeled[i] = (uint8_t)(200 + i);
	f->data = (struct dataset){.height = 1, .width = 1, .channels = 1, .classes = CLASSES};
	f->data.n[SPLIT_TRAIN] = N;
	f->data.n[SPLIT_UNLABELED] = 5;
	f->data.pixels[SPLIT_TRAIN] = f->pixels;
	f->data.pixels[SPLIT_UNLABELED] = f->unlabeled;
	f->data.labels[SPLIT_TRAIN] = f->labels;
}

static void test_order(void)
{
	static struct fixture f;
	struct loader a, b;
	int same = 0;

	setup(&f);
	loader_init(&a, &f.arena, &f.data, f.index, N, 10, 7);
	loader_init(&b, &f.arena, &f.data, f.index, N, 10, 7);
	CU_ASSERT_EQUAL(loader_steps(&a), 10);
	loader_epoch(&a, 2);
	loader_epoch(&b, 9);
	CU_ASSERT_NOT_EQUAL(memcmp(a.order, b.order, N * sizeof *a.order), 0);
	loader_epoch(&b, 2); /* whatever epoch was before */
	CU_ASSERT_EQUAL(memcmp(a.order, b.order, N * sizeof *a.order), 0);
	loader_init(&b, &f.arena, &f.data, f.index, N, 10, 8);
	loader_epoch(&b, 2);
	for (int i = 0; i < N; i++)
		same += a.order[i] == b.order[i];
	CU_ASSERT(same < 20);
	arena_release(&f.arena);
}

static void test_epoch_is_a_permutation(void)
{
	static struct fixture f;
	struct loader l;
	int seen[256] = {0}, unlabeled = 0;

	setup(&f);
	loader_init(&l, &f.arena, &f.data, f.index, N + 5, 9, 7); /* 12 batches of 9 */
	CU_ASSERT_EQUAL(loader_steps(&l), 12);
	for (int k = 0; k < 12; k++)
		for (int i = 0; i < 9; i++) {
			uint32_t number;
			int label;
			const uint8_t *p = loader_image(&l, k, i, &label, &number);

			seen[*p]++;
			if (number < N) {
				CU_ASSERT_EQUAL(*p, number);
				CU_ASSERT_EQUAL(label, f.labels[number]);
			} else {
				CU_ASSERT_EQUAL(*p, 200 + number - N);
				CU_ASSERT_EQUAL(label, -1);
				unlabeled++;
			}
		}
	CU_ASSERT_EQUAL(unlabeled, 5);
	for (int i = 0; i < N; i++)
		CU_ASSERT_EQUAL(seen[i], 1);
	arena_release(&f.arena);
}

static void split(const struct dataset *d, uint32_t val, uint64_t seed, uint8_t *is_held,
		  int *count)
{
	uint32_t train[N], held[N], n_train, n_held;

	loader_split(d, val, seed, train, &n_train, held, &n_held);
	CU_ASSERT_EQUAL(n_held, val);
	CU_ASSERT_EQUAL(n_train, N - val);
	memset(is_held, 0, N);
	memset(count, 0, CLASSES * sizeof *count);
	for (uint32_t i = 0; i < n_held; i++) {
		CU_ASSERT(i == 0 || held[i] > held[i - 1]);
		is_held[held[i]] = 1;
		count[d->labels[SPLIT_TRAIN][held[i]]]++;
	}
	for (uint32_t i = 0; i < n_train; i++) {
		CU_ASSERT(i == 0 || train[i] > train[i - 1]);
		CU_ASSERT_EQUAL(is_held[train[i]], 0);
	}
}

static void test_split(void)
{
	static struct fixture f;
	uint8_t a[N], b[N];
	int count[CLASSES];

	setup(&f);
	split(&f.data, 20, 5, a, count); /* exact shares 11.65, 5.83, 1.94, 0.58 */
	CU_ASSERT(count[0] == 12 && count[1] == 6 && count[2] == 2 && count[3] == 0);
	split(&f.data, 20, 5, b, count);
	CU_ASSERT_EQUAL(memcmp(a, b, N), 0);
	split(&f.data, 20, 6, b, count);
	CU_ASSERT_NOT_EQUAL(memcmp(a, b, N), 0);
	split(&f.data, 0, 5, b, count);
	split(&f.data, N, 5, b, count);
	CU_ASSERT(count[0] == 60 && count[1] == 30 && count[2] == 10 && count[3] == 3);
}

/* A dataset in a file of 300 MB: reading ahead reaches neither beyond its ends nor beyond the last
 * batch, and changes no image. */
static void test_ahead(void)
{
	enum { IMAGES = 1000, SIDE = 316 };
	static int16_t labels[IMAGES];
	const char *dir = getenv("TMPDIR");
	uint32_t index[IMAGES], number;
	struct arena arena = ARENA_INIT;
	struct error err = {0};
	struct dataset d = {.height = SIDE, .width = SIDE, .channels = 3, .classes = 1};
	struct loader l;
	char path[300];
	int fd, label, seen = 0;

	snprintf(path, sizeof path, "%s/ssl-ahead.XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(path);
	CU_ASSERT_EQUAL_FATAL(ftruncate(fd, (off_t)IMAGES * SIDE * SIDE * 3), 0);
	for (uint32_t i = 0; i < IMAGES; i++) {
		uint8_t x = (uint8_t)(1 + i % 251);

		index[i] = i;
		CU_ASSERT_EQUAL(pwrite(fd, &x, 1, (off_t)(i + 1) * SIDE * SIDE * 3 - 1), 1);
	}
	CU_ASSERT_EQUAL_FATAL(fs_map(path, &d.map, &err), 0);
	unlink(path);
	d.n[SPLIT_TRAIN] = IMAGES;
	d.pixels[SPLIT_TRAIN] = d.map.data;
	d.labels[SPLIT_TRAIN] = labels;
	loader_init(&l, &arena, &d, index, IMAGES, 100, 3);
	for (int k = 0; k < loader_steps(&l); k++) {
		loader_will_need(&l, k + 1);
		for (int i = 0; i < 100; i++) {
			const uint8_t *p = loader_image(&l, k, i, &label, &number);

			seen += p[SIDE * SIDE * 3 - 1] == (uint8_t)(1 + number % 251);
		}
	}
	CU_ASSERT_EQUAL(seen, IMAGES);
	fs_unmap(&d.map);
	close(fd);
	arena_release(&arena);
}

int main(void)
{
	static const struct check_case cases[] = {
	    {"the order is a function of seed and epoch", test_order},
	    {"an epoch shows every image once, with its own label", test_epoch_is_a_permutation},
	    {"held-out images: the same share of each class, disjoint, the same again", test_split},
	    {"images of a large file are read ahead", test_ahead},
	    {0}};

	return check_run("data/loader", cases);
}
