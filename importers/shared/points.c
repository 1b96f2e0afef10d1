/* Filling the samples of a run (see points.h). */
#include "points.h"

#include <math.h>
#include <string.h>

#define MAX_VALUES    ((size_t)500) /* of the tag */
#define LONGEST_VALUE ((size_t)200)

struct bk_points {
    const struct bk_importing *im;
    struct bk_samples *samples;
    struct bk_sample_columns *columns;
    struct bk_map sets; /* outcome and value -> (void *)(1 + index) */
    size_t n_values;
};

struct bk_sample_metric bk_points_describe(const struct bk_importing *im,
                                           struct bk_str name, struct bk_str unit)
{
    struct bk_target t = bk_dict_find(im->dict, im->format, name);
    bool known = t.kind == BK_TARGET_METRIC && t.metric != NULL;
    unit = unit.len > 0 ? unit : t.unit;
    const struct bk_unit *u = bk_dict_unit(im->dict, unit);
    return (struct bk_sample_metric){
        .metric = known ? t.name
                        : bk_fmt(im->arena, "%.*s.%.*s", BK_F(im->format), BK_F(name)),
        .source_name = name,
        .source_unit = u != NULL ? unit : BK_S("1"),
        .unit = u != NULL ? u->base
                : known   ? t.metric->unit
                          : BK_S("1"),
        .scale = u != NULL ? u->factor : 1,
    };
}

static void free_samples(void *samples)
{
    bk_samples_free(samples);
}

struct bk_points *bk_points_new(const struct bk_importing *im)
{
    struct bk_points *p = bk_alloc(im->arena, sizeof *p);
    p->im = im;
    p->samples = bk_samples_new();
    bk_samples_heed(p->samples, im->interrupt);
    bk_arena_defer(im->arena, free_samples, p->samples);
    p->columns = bk_samples_open(p->samples);
    return p;
}

size_t bk_points_metric(struct bk_points *p, struct bk_str name, struct bk_str unit,
                        enum bk_sample_kind kind, enum bk_sample_role role)
{
    for (size_t i = 0; i < bk_samples_n_metrics(p->samples); i++) {
        if (bk_eq(bk_samples_metric_at(p->samples, i)->source_name, name))
            return i;
    }
    struct bk_sample_metric m = bk_points_describe(p->im, name, unit);
    m.kind = kind;
    m.role = role;
    return bk_samples_metric(p->samples, &m);
}

size_t bk_points_set(struct bk_points *p, const char *tag, struct bk_str value,
                     enum bk_outcome outcome)
{
    if (value.len == 0 && outcome == BK_OUTCOME_UNKNOWN)
        return 0;
    char text[LONGEST_VALUE + 1];
    text[0] = (char)('0' + (int)outcome);
    value = bk_upto(value, LONGEST_VALUE);
    if (value.len > 0)
        memcpy(text + 1, value.ptr, value.len);
    struct bk_str key = {text, value.len + 1};
    uintptr_t found = (uintptr_t)bk_map_get(&p->sets, key);
    if (found > 0)
        return found - 1;
    if (value.len > 0 && p->n_values == MAX_VALUES)
        return bk_points_set(p, tag, (struct bk_str){0}, outcome);
    struct bk_tag one = {bk_str(tag), value};
    size_t index = bk_samples_tag_set(p->samples, &one, value.len > 0, outcome);
    p->n_values += value.len > 0;
    bk_map_put(p->im->arena, &p->sets, bk_dup(p->im->arena, key), (void *)(index + 1));
    return index;
}

bool bk_points_add(struct bk_points *p, size_t metric, size_t set, int64_t time_ns,
                   double value, struct bk_err *err)
{
    struct bk_sample_columns *c = p->columns;
    if (metric == BK_NONE || !isfinite(value))
        return true;
    c->metrics[c->n] = (uint16_t)metric;
    c->sets[c->n] = (uint16_t)set;
    c->times_ns[c->n] = time_ns;
    c->values[c->n] = value;
    return ++c->n < c->room || bk_samples_flush(p->samples, err);
}

bool bk_points_finish(struct bk_points *p, struct bk_run *run, struct bk_err *err)
{
    if (!bk_samples_finish(p->samples, err))
        return false;
    if (bk_samples_n_points(p->samples) > 0)
        run->samples = p->samples;
    return true;
}
