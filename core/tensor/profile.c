#include "core/tensor/profile.h"

#include "core/base/clock.h"

static const char *const part_name[PROFILE_PARTS] = {
    [PROFILE_CONV] = "convolutions", [PROFILE_NORM] = "norms", [PROFILE_POOL] = "pooling",
    [PROFILE_HEADS] = "heads",       [PROFILE_LOSS] = "loss",  [PROFILE_VIEWS] = "augmentation",
    [PROFILE_OPTIM] = "optimiser"};

static const enum profile_part order[PROFILE_PARTS] = {PROFILE_CONV,  PROFILE_NORM, PROFILE_POOL,
						       PROFILE_HEADS, PROFILE_LOSS, PROFILE_VIEWS,
						       PROFILE_OPTIM};

void profile_begin(struct profile *p)
{
	p->open = 1;
	if (p->device->is_host)
		p->last = clock_now();
	else
		p->device->mark_begin(p->device);
}

void profile_mark(struct profile *p, enum profile_part part)
{
	double now;

	if (!p || !p->open)
		return;
	if (!p->device->is_host) {
		p->device->mark(p->device, (int)part);
		return;
	}
	now = clock_now();
	p->seconds[part] += now - p->last;
	p->last = now;
}

void profile_end(struct profile *p)
{
	if (!p->device->is_host)
		p->device->mark_end(p->device, p->seconds, PROFILE_PARTS);
	p->open = 0;
	p->steps++;
}

static void add_line(struct strbuf *out, const char *name, double seconds, double whole)
{
	strbuf_addf(out, "\n  %-14s%9.3f ms %6.1f %%", name, seconds * 1e3, seconds / whole * 100);
}

void profile_report(const struct profile *p, struct strbuf *out)
{
	double busy = 0, wall;

	if (!p->steps)
		return;
	for (int i = 0; i < PROFILE_PARTS; i++)
		busy += p->seconds[i] / (double)p->steps;
	wall = p->walls ? p->wall / (double)p->walls : busy;
	wall = wall > busy ? wall : busy;
	strbuf_addf(out, "a step takes %.3f ms; of %ld profiled steps", wall * 1e3, p->steps);
	for (int i = 0; i < PROFILE_PARTS; i++)
		add_line(out, part_name[order[i]], p->seconds[order[i]] / (double)p->steps, wall);
	add_line(out, "idle", wall - busy, wall);
}
