#include "cmds/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/terminal.h"

enum { BAR = 24 };

void progress_init(struct progress *p, const struct cmd_ctx *ctx)
{
	memset(p, 0, sizeof *p);
	p->lines = !ctx->quiet;
	p->bar = p->lines && isatty(STDERR_FILENO);
	p->started = clock_now();
	p->first_step = -1;
}

static void eta_text(double s, char *out, size_t size)
{
	long t = (long)(s + 0.5);

	if (t >= 3600)
		snprintf(out, size, "%ldh%02ldm", t / 3600, t / 60 % 60);
	else
		snprintf(out, size, "%ldm%02lds", t / 60, t % 60);
}

void progress_step(void *ctx, long step, long steps, long epoch, long epochs, double loss,
		   double images_per_s)
{
	struct progress *p = ctx;
	double now = clock_now();
	char fill[BAR + 1], eta[32];
	int full;

	if (p->first_step < 0) {
		p->first_step = step - 1;
		p->started = now;
	}
	if (!p->bar || (now - p->drawn_at < 0.2 && step < steps))
		return;
	p->drawn_at = now;
	full = steps ? (int)(BAR * step / steps) : BAR;
	memset(fill, '.', BAR);
	memset(fill, '#', (size_t)full);
	fill[BAR] = 0;
	eta_text((now - p->started) / (double)(step - p->first_step) * (double)(steps - step), eta,
		 sizeof eta);
	fprintf(stderr, "\r\033[K[%s] epoch %ld/%ld  loss %.4f  %.0f images/s  ETA %s", fill, epoch,
		epochs, loss, images_per_s, eta);
	fflush(stderr);
	p->shown = 1;
}

void progress_line(void *ctx, const char *text)
{
	struct progress *p = ctx;

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
