#include "cmds/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/strbuf.h"
#include "core/base/terminal.h"
#include "core/base/utf8.h"
#include "core/report/human.h"

enum { BAR = 24, EVERY = 60, LONG = 600, VERY_LONG = 3600 };

double progress_seconds(void)
{
	const char *text = getenv("SSL_PROGRESS_SECONDS");
	char *end;
	double v = text ? strtod(text, &end) : EVERY;

	return text && (!*text || *end || !(v >= 0) || !isfinite(v)) ? EVERY : v;
}

void progress_init(struct progress *p, const struct cmd_ctx *ctx)
{
	memset(p, 0, sizeof *p);
	p->lines = !ctx->quiet;
	p->dry = ctx->dry_run;
	p->bar = p->lines && terminal_moves();
	p->began = p->started = p->printed_at = clock_now();
	p->every = progress_seconds();
	p->first_step = -1;
}

void progress_time(double s, char *out, size_t size)
{
	long t = (long)(s + 0.5);

	if (t >= 3600)
		snprintf(out, size, "%ldh%02ldm", t / 3600, t / 60 % 60);
	else
		snprintf(out, size, "%ldm%02lds", t / 60, t % 60);
}

struct at {
	long step, steps, epoch, epochs;
	double loss, images_per_s;
};

static void draw(struct progress *p, const struct at *a, const char *left)
{
	struct strbuf text = STRBUF_INIT, fits = STRBUF_INIT;
	char fill[BAR + 1];
	int full = a->steps ? (int)(BAR * a->step / a->steps) : BAR;
	int columns = terminal_columns(stderr);

	memset(fill, '.', BAR);
	memset(fill, '#', (size_t)full);
	fill[BAR] = 0;
	strbuf_addf(&text, "[%s] epoch %ld/%ld  loss %.4f  %.0f images/s  ETA %s", fill, a->epoch,
		    a->epochs, a->loss, a->images_per_s, left);
	/* one column is left for the cursor: in the last one some terminals begin a new line */
	utf8_cut(text.buf, columns > 1 ? columns - 1 : (int)text.len, &fits);
	fprintf(stderr, "\r\033[K%s", fits.buf);
	fflush(stderr);
	strbuf_release(&text);
	strbuf_release(&fits);
	p->shown = 1;
}

static void print_line(struct progress *p, const struct at *a, double now, const char *left)
{
	char since[32];

	progress_time(now - p->began, since, sizeof since);
	terminal_line(stderr,
		      "ssl: %s%sepoch %ld/%ld, step %ld/%ld, loss %.4f, %.0f images/s, %s so far, "
		      "%s left",
		      p->name, *p->name ? ": " : "", a->epoch, a->epochs, a->step, a->steps,
		      a->loss, a->images_per_s, since, left);
}

void progress_step(void *ctx, long step, long steps, long epoch, long epochs, double loss,
		   double images_per_s)
{
	const struct at a = {step, steps, epoch, epochs, loss, images_per_s};
	struct progress *p = ctx;
	double now = clock_now();
	char left[32];

	if (p->first_step < 0)
		p->first_step = step - 1;
	if (p->bar ? now - p->drawn_at < 0.2 && step < steps
		   : !p->lines || now - p->printed_at < p->every || step == steps)
		return;
	progress_time((now - p->started) / (double)(step - p->first_step) * (double)(steps - step),
		      left, sizeof left);
	if (p->bar) {
		p->drawn_at = now;
		draw(p, &a, left);
	} else {
		p->printed_at = now;
		print_line(p, &a, now, left);
	}
}

/* "about 8h for 19500 steps (100 epochs) on 2 threads, 2.1 GB of memory, 90 MB on disk" */
static void forecast_text(const struct estimate *e, int threads, struct strbuf *out)
{
	strbuf_adds(out, "about ");
	human_duration(e->seconds, out);
	if (e->left < e->steps)
		strbuf_addf(out, " for the %ld steps that are left of %ld", e->left, e->steps);
	else
		strbuf_addf(out, " for %ld steps (%ld epoch%s)", e->steps, e->epochs,
			    e->epochs == 1 ? "" : "s");
	strbuf_addf(out, " on %d thread%s, ", threads, threads == 1 ? "" : "s");
	human_bytes(e->memory, out);
	strbuf_adds(out, " of memory, ");
	if (e->device_memory) {
		human_bytes(e->device_memory, out);
		strbuf_addf(out, " of the device's (enough for batches of %ld), ",
			    e->largest_batch);
	}
	human_bytes(e->bytes, out);
	strbuf_adds(out, " on disk");
}

void progress_forecast(void *ctx, const char *name, const struct estimate *e)
{
	struct progress *p = ctx;
	struct strbuf text = STRBUF_INIT;

	snprintf(p->name, sizeof p->name, "%s", name);
	strbuf_adds(&text, p->dry ? "it would take " : ": ");
	forecast_text(e, p->threads, &text);
	terminal_line(stderr, "ssl: %s%s", p->dry ? "" : name, text.buf);
	if (e->seconds > LONG && !p->dry)
		terminal_line(stderr,
			      "ssl: %s: ^C stops it with a checkpoint, and `ssl resume %s` "
			      "continues%s",
			      name, name,
			      e->seconds > VERY_LONG && e->left == e->steps
				  ? "; --set optim.epochs=N trains for less"
				  : "");
	strbuf_release(&text);
	p->started = clock_now();
}

void progress_line(void *ctx, const char *text)
{
	struct progress *p = ctx;

	if (p->first_step < 0)
		p->started = clock_now();

	if (!p->lines)
		return;
	progress_end(p);
	terminal_line(stderr, "ssl: %s", text);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = 0;
}
