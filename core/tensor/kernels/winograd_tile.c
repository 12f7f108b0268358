#include "core/tensor/kernels/winograd_tile.h"

#include "core/tensor/kernels/panel.h"

/*
 * The one-dimensional transforms interpolate at the points 0, a, -a, b, -b and infinity. Lavin &
 * Gray (1509.09308, section 4.3) choose a = 1, b = 2. The values a = 5/8, b = 3/2 have the same
 * cost and half the rounding error (about twice that of a direct sum), and their powers that occur
 * here are exact. The rows of B^T are the Lagrange polynomials of the points; the rows of G are the
 * powers of the points divided by the denominators of these polynomials.
 */
static const real a1 = (real)0.625, a2 = (real)0.390625, a3 = (real)0.244140625;
static const real b1 = (real)1.5, b2 = (real)2.25, b3 = (real)3.375;
static const real ab_sum = (real)2.640625;                             /* a^2 + b^2 */
static const real ab_product = (real)0.87890625;                       /* a^2 b^2 */
static const real g0 = (real)(1 / 0.87890625);                         /* 1 / (a^2 b^2) */
static const real ga = (real)(1 / (2 * 0.390625 * (0.390625 - 2.25))); /* 1 / (2 a^2 (a^2 - b^2)) */
static const real gb = (real)(1 / (2 * 2.25 * (2.25 - 0.390625)));     /* 1 / (2 b^2 (b^2 - a^2)) */

/* o = B^T d
 * [ a^2 b^2     0     -a^2-b^2     0      1  0 ]
 * [    0     -a b^2     -b^2       a      1  0 ]
 * [    0      a b^2     -b^2      -a      1  0 ]
 * [    0     -b a^2     -a^2       b      1  0 ]
 * [    0      b a^2     -a^2      -b      1  0 ]
 * [    0     a^2 b^2      0    -a^2-b^2   0  1 ] */
VEC_INLINE void transform_input(const vec d[6], vec o[6])
{
	vec e = d[4] - b2 * d[2], f = d[3] - b2 * d[1];
	vec g = d[4] - a2 * d[2], h = d[3] - a2 * d[1];

	o[0] = ab_product * d[0] + (d[4] - ab_sum * d[2]);
	o[1] = e + a1 * f;
	o[2] = e - a1 * f;
	o[3] = g + b1 * h;
	o[4] = g - b1 * h;
	o[5] = ab_product * d[1] + (d[5] - ab_sum * d[3]);
}

/* o = A^T m
 * [ 1   1    1    1    1   0 ]
 * [ 0   a   -a    b   -b   0 ]
 * [ 0  a^2  a^2  b^2  b^2  0 ]
 * [ 0  a^3 -a^3  b^3 -b^3  1 ] */
VEC_INLINE void transform_output(const vec m[6], vec o[4])
{
	vec sa = m[1] + m[2], da = m[1] - m[2], sb = m[3] + m[4], db = m[3] - m[4];

	o[0] = m[0] + (sa + sb);
	o[1] = a1 * da + b1 * db;
	o[2] = a2 * sa + b2 * sb;
	o[3] = a3 * da + (b3 * db + m[5]);
}

/* o = A y */
VEC_INLINE void transform_grad(const vec y[4], vec o[6])
{
	vec e = y[0] + a2 * y[2], f = y[1] + a2 * y[3];
	vec g = y[0] + b2 * y[2], h = y[1] + b2 * y[3];

	o[0] = y[0];
	o[1] = e + a1 * f;
	o[2] = e - a1 * f;
	o[3] = g + b1 * h;
	o[4] = g - b1 * h;
	o[5] = y[3];
}

/* o = G g
 * [ g0    0      0     ]
 * [ ga   a ga   a^2 ga ]
 * [ ga  -a ga   a^2 ga ]
 * [ gb   b gb   b^2 gb ]
 * [ gb  -b gb   b^2 gb ]
 * [ 0     0      1     ] */
VEC_INLINE void transform_weights(const vec g[3], vec o[6])
{
	vec e = ga * (g[0] + a2 * g[2]), f = ga * a1 * g[1];
	vec h = gb * (g[0] + b2 * g[2]), i = gb * b1 * g[1];

	o[0] = g0 * g[0];
	o[1] = e + f;
	o[2] = e - f;
	o[3] = h + i;
	o[4] = h - i;
	o[5] = g[2];
}

/* o = G^T u */
VEC_INLINE void transform_weights_grad(const vec u[6], vec o[3])
{
	vec sa = ga * (u[1] + u[2]), da = ga * (u[1] - u[2]);
	vec sb = gb * (u[3] + u[4]), db = gb * (u[3] - u[4]);

	o[0] = g0 * u[0] + (sa + sb);
	o[1] = a1 * da + b1 * db;
	o[2] = u[5] + (a2 * sa + b2 * sb);
}

/* Pointers to the first pixel of each image row under a tile's window; to zeros for a row outside
 * the image. */
VEC_INLINE void window_rows(const struct wino_image *im, int y0, int rows, const real **row)
{
	for (int r = 0; r < rows; r++) {
		int y = y0 + r;

		row[r] = y >= 0 && y < im->h ? im->data + (size_t)y * im->w * im->pitch : im->zeros;
	}
}

/* Transforms one vector of channels. The first pixel of the window is at offset `at` of each row,
 * and columns [from, to) of the window lie inside the image. */
VEC_INLINE void input_vector(const real *const row[6], ptrdiff_t at, ptrdiff_t pitch, int from,
			     int to, int lanes, real *v, size_t step)
{
	vec t[6][6];
	ptrdiff_t to_store = 0;

	VEC_UNROLL
	for (int j = 0; j < 6; j++) {
		vec d[6] = {{0}}, o[6] = {{0}};

		if (j >= from && j < to) {
			VEC_UNROLL
			for (int r = 0; r < 6; r++)
				d[r] = vec_load_n(row[r] + at, lanes);
			transform_input(d, o);
		}
		at = vec_opaque(at + pitch);
		VEC_UNROLL
		for (int r = 0; r < 6; r++)
			t[r][j] = o[r];
	}
	VEC_UNROLL
	for (int r = 0; r < 6; r++) {
		vec o[6];

		transform_input(t[r], o);
		VEC_UNROLL
		for (int j = 0; j < 6; j++) {
			vec_store(v + to_store, o[j]);
			to_store = vec_opaque(to_store + (ptrdiff_t)step);
		}
	}
}

/* Prefetches the four columns, from offset `at` on, that the next tile to the right reads first.
 * The vectors in one cache line divide the columns among them. */
VEC_INLINE void fetch_next(const real *const *row, int rows, ptrdiff_t at, ptrdiff_t pitch, int c)
{
	enum { COLUMNS = VEC_BYTES / 16 };

	at += c / VEC * COLUMNS % 4 * pitch;
	VEC_UNROLL
	for (int j = 0; j < COLUMNS; j++) {
		VEC_UNROLL
		for (int r = 0; r < rows; r++)
			__builtin_prefetch(row[r] + at);
		at = vec_opaque(at + pitch);
	}
}

void wino_input(const struct wino_image *x, int ty, int tx, real *v, size_t step)
{
	const real *row[6];
	int x0 = tx * WINO_TILE - 1, c = 0;
	int from = x0 < 0 ? -x0 : 0, to = x->w - x0 < 6 ? x->w - x0 : 6;
	ptrdiff_t pitch = x->pitch, at = x0 * pitch;

	window_rows(x, ty * WINO_TILE - 1, 6, row);
	if (from == 0 && x0 + 6 + WINO_TILE <= x->w)
		for (; c + VEC <= x->channels; c += VEC) {
			fetch_next(row, 6, at + c + 6 * pitch, pitch, c);
			input_vector(row, at + c, pitch, 0, 6, VEC, v + c, step);
		}
	for (; c + VEC <= x->channels; c += VEC)
		input_vector(row, at + c, pitch, from, to, VEC, v + c, step);
	if (c < x->channels)
		input_vector(row, at + c, pitch, from, to, x->channels - c, v + c, step);
}

VEC_INLINE void output_vector(const real *m, size_t step, real *y, size_t row_pitch, size_t pitch,
			      int rows, int columns, int lanes, int accumulate)
{
	vec t[6][4];
	ptrdiff_t from = 0, at = 0;

	VEC_UNROLL
	for (int r = 0; r < 6; r++) {
		vec d[6];

		VEC_UNROLL
		for (int j = 0; j < 6; j++) {
			d[j] = vec_load(m + from);
			from = vec_opaque(from + (ptrdiff_t)step);
		}
		transform_output(d, t[r]);
	}
	VEC_UNROLL
	for (int j = 0; j < 4; j++) {
		vec d[6] = {t[0][j], t[1][j], t[2][j], t[3][j], t[4][j], t[5][j]}, o[4];

		if (j >= columns)
			break;
		transform_output(d, o);
		VEC_UNROLL
		for (int r = 0; r < 4; r++) {
			real *p = y + (size_t)r * row_pitch + at;

			if (r < rows)
				vec_store_n(p, accumulate ? o[r] + vec_load_n(p, lanes) : o[r],
					    lanes);
		}
		at = vec_opaque(at + (ptrdiff_t)pitch);
	}
}

void wino_output(const real *m, size_t step, const struct wino_image *y, int ty, int tx,
		 int accumulate)
{
	int y0 = ty * WINO_TILE, x0 = tx * WINO_TILE, c = 0;
	int rows = y->h - y0 < 4 ? y->h - y0 : 4, columns = y->w - x0 < 4 ? y->w - x0 : 4;
	size_t pitch = (size_t)y->pitch, row_pitch = pitch * (size_t)y->w;
	real *out = y->data + (size_t)y0 * row_pitch + (size_t)x0 * pitch;

	if (rows == 4 && columns == 4 && !accumulate)
		for (; c + VEC <= y->channels; c += VEC)
			output_vector(m + c, step, out + c, row_pitch, pitch, 4, 4, VEC, 0);
	for (; c + VEC <= y->channels; c += VEC)
		output_vector(m + c, step, out + c, row_pitch, pitch, rows, columns, VEC,
			      accumulate);
	if (c < y->channels)
		output_vector(m + c, step, out + c, row_pitch, pitch, rows, columns,
			      y->channels - c, accumulate);
}

VEC_INLINE void grad_vector(const real *const row[4], ptrdiff_t at, ptrdiff_t pitch, int columns,
			    int lanes, real *z, size_t step)
{
	vec t[6][4];
	ptrdiff_t to_store = 0;

	VEC_UNROLL
	for (int j = 0; j < 4; j++) {
		vec d[4] = {{0}}, o[6] = {{0}};

		if (j < columns) {
			VEC_UNROLL
			for (int r = 0; r < 4; r++)
				d[r] = vec_load_n(row[r] + at, lanes);
			transform_grad(d, o);
		}
		at = vec_opaque(at + pitch);
		VEC_UNROLL
		for (int r = 0; r < 6; r++)
			t[r][j] = o[r];
	}
	VEC_UNROLL
	for (int r = 0; r < 6; r++) {
		vec o[6];

		transform_grad(t[r], o);
		VEC_UNROLL
		for (int j = 0; j < 6; j++) {
			vec_store(z + to_store, o[j]);
			to_store = vec_opaque(to_store + (ptrdiff_t)step);
		}
	}
}

void wino_grad(const struct wino_image *dy, int ty, int tx, real *z, size_t step, int rows, int row)
{
	const real *line[4];
	int x0 = tx * WINO_TILE, c = 0, n = dy->channels;
	int columns = dy->w - x0 < 4 ? dy->w - x0 : 4;
	ptrdiff_t pitch = dy->pitch, at = x0 * pitch;

	window_rows(dy, ty * WINO_TILE, 4, line);
	if (x0 + 2 * WINO_TILE <= dy->w)
		for (; c + VEC <= n; c += VEC) {
			fetch_next(line, 4, at + c + 4 * pitch, pitch, c);
			grad_vector(line, at + c, pitch, 4, VEC, z + panel_at(rows, n, row, c),
				    step);
		}
	for (; c + VEC <= n; c += VEC)
		grad_vector(line, at + c, pitch, columns, VEC, z + panel_at(rows, n, row, c), step);
	if (c < n) {
		grad_vector(line, at + c, pitch, columns, n - c, z + panel_at(rows, n, row, c),
			    step);
	}
}

VEC_INLINE void weights_vector(const vec g[9], real *u, size_t step)
{
	vec t[6][3];

	VEC_UNROLL
	for (int j = 0; j < 3; j++) {
		vec d[3] = {g[j], g[3 + j], g[6 + j]}, o[6];

		transform_weights(d, o);
		VEC_UNROLL
		for (int r = 0; r < 6; r++)
			t[r][j] = o[r];
	}
	VEC_UNROLL
	for (int r = 0; r < 6; r++) {
		vec o[6];

		transform_weights(t[r], o);
		VEC_UNROLL
		for (int j = 0; j < 6; j++)
			vec_store(u + (size_t)(r * 6 + j) * step, o[j]);
	}
}

void wino_weights(const real *w, int cin, int cout, int from, int to, real *u, size_t step)
{
	size_t tap = (size_t)cin * (size_t)cout;

	for (int ci = from; ci < to; ci++) {
		for (int co = 0; co < cout; co += VEC) {
			int lanes = cout - co < VEC ? cout - co : VEC;
			const real *p = w + (size_t)ci * (size_t)cout + (size_t)co;
			vec g[9];

			for (int q = 0; q < 9; q++)
				g[q] = vec_load_n(p + (size_t)q * tap, lanes);
			weights_vector(g, u + panel_at(cin, cout, ci, co), step);
		}
	}
}

/* Copies a block of kernels, VEC output channels x VEC input channels, to t[tap][co][ci], with
 * channels exchanged and taps in reverse order. */
static void exchange(const real *w, int cin, int cout, int co, int ci, real t[9][VEC][VEC])
{
	size_t tap = (size_t)cin * (size_t)cout;
	int nc = cin - ci < VEC ? cin - ci : VEC, no = cout - co < VEC ? cout - co : VEC;

	for (int q = 0; q < 9; q++) {
		const real *p = w + (size_t)(8 - q) * tap + (size_t)ci * (size_t)cout + (size_t)co;

		for (int i = 0; i < VEC; i++)
			for (int o = 0; o < VEC; o++)
				t[q][o][i] =
				    i < nc && o < no ? p[(size_t)i * (size_t)cout + (size_t)o] : 0;
	}
}

void wino_weights_turned(const real *w, int cin, int cout, int from, int to, real *u, size_t step)
{
	real t[9][VEC][VEC] __attribute__((aligned(64)));

	for (int co = from; co < to; co += VEC) {
		int no = to - co < VEC ? to - co : VEC;

		for (int ci = 0; ci < cin; ci += VEC) {
			exchange(w, cin, cout, co, ci, t);
			for (int o = 0; o < no; o++) {
				vec g[9];

				for (int q = 0; q < 9; q++)
					g[q] = vec_load(t[q][o]);
				weights_vector(g, u + panel_at(cout, cin, co + o, ci), step);
			}
		}
	}
}

void wino_weights_grad(const real *u, size_t step, real *out, size_t out_step, int n)
{
	vec t[3][6];

	VEC_UNROLL
	for (int j = 0; j < 6; j++) {
		vec d[6], o[3];

		VEC_UNROLL
		for (int r = 0; r < 6; r++)
			d[r] = vec_load(u + (size_t)(r * 6 + j) * step);
		transform_weights_grad(d, o);
		VEC_UNROLL
		for (int r = 0; r < 3; r++)
			t[r][j] = o[r];
	}
	for (int r = 0; r < 3; r++) {
		vec o[3];

		transform_weights_grad(t[r], o);
		for (int j = 0; j < 3; j++)
			vec_store_n(out + (size_t)(r * 3 + j) * out_step, o[j], n);
	}
}
