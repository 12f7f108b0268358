#include "cmds/data_progress.h"

#include <stdio.h>
#include <string.h>

#include "cmds/progress.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/terminal.h"
#include "core/base/utf8.h"

enum { BAR = 24 };

static void add_bar(const struct dataset_progress *p, struct strbuf *out)
{
	int full = p->images < p->of ? (int)((uint64_t)BAR * p->images / p->of) : BAR;

	strbuf_addc(out, '[');
	for (int i = 0; i < BAR; i++)
		strbuf_addc(out, i < full ? '#' : '.');
	strbuf_adds(out, "] ");
}

void data_progress_text(struct data_progress *d, const struct dataset_progress *p, double now,
			struct strbuf *out)
{
	static const char *const stage[] = {"listing", "reading", "writing"};
	double rate;

	if (d->stage != (int)p->stage + 1 || (p->stage == STAGE_READ && d->first < p->continued)) {
		d->stage = (int)p->stage + 1;
		d->began = now;
		d->first = p->stage == STAGE_READ ? p->continued : 0;
	}
	rate =
	    now > d->began && p->images > d->first ? (p->images - d->first) / (now - d->began) : 0;
	if (p->of)
		add_bar(p, out);
	strbuf_addf(out, "%s  %u", stage[p->stage], p->images);
	if (p->of)
		strbuf_addf(out, " of %u", p->of);
	strbuf_adds(out, " images");
	if (rate > 0)
		strbuf_addf(out, "  %.0f images/s", rate);
	if (rate > 0 && p->of > p->images) {
		char left[32];

		progress_time((p->of - p->images) / rate, left, sizeof left);
		strbuf_addf(out, "  ETA %s", left);
	}
}

void data_progress_show(struct data_progress *d, const struct dataset_progress *p)
{
	struct strbuf text = STRBUF_INIT, fits = STRBUF_INIT;
	double now = clock_now();
	int columns;

	if (!terminal_moves() || log_get_level() <= LOG_QUIET)
		return;
	if (d->stage == (int)p->stage + 1 && now - d->drawn_at < 0.1)
		return;
	data_progress_text(d, p, now, &text);
	columns = terminal_columns(stderr);
	/* one column is left for the cursor: in the last one some terminals begin a new line */
	utf8_cut(text.buf, columns > 1 ? columns - 1 : (int)text.len, &fits);
	fprintf(stderr, "\r\033[K%s", fits.buf);
	fflush(stderr);
	d->shown = 1;
	d->drawn_at = now;
	strbuf_release(&text);
	strbuf_release(&fits);
}

void data_progress_end(struct data_progress *d)
{
	if (d->shown)
		fputs("\r\033[K", stderr);
	d->shown = 0;
}
