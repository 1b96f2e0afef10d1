/* What the tests of samples share: random numbers, and runs of points beside a plain
 * copy of them. */
#ifndef BK_TESTS_UNIT_SAMPLES_KIT_H
#define BK_TESTS_UNIT_SAMPLES_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/samples/samples.h"

static inline uint64_t next_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline double unit_random(uint64_t *state) /* 0 <= x < 1 */
{
    return (double)(next_random(state) >> 11) / 9007199254740992.0;
}

struct plain { /* what was added, as it was */
    uint16_t *metrics, *sets;
    int64_t *times;
    double *values;
    size_t n, cap;
};

static inline void plain_add(struct plain *p, uint16_t metric, uint16_t set,
                             int64_t time, double value)
{
    if (p->n == p->cap) {
        p->cap = p->cap > 0 ? 2 * p->cap : 1024;
        p->metrics = bk_realloc(p->metrics, p->cap * sizeof *p->metrics);
        p->sets = bk_realloc(p->sets, p->cap * sizeof *p->sets);
        p->times = bk_realloc(p->times, p->cap * sizeof *p->times);
        p->values = bk_realloc(p->values, p->cap * sizeof *p->values);
    }
    p->metrics[p->n] = metric;
    p->sets[p->n] = set;
    p->times[p->n] = time;
    p->values[p->n++] = value;
}

static inline void plain_free(struct plain *p)
{
    free(p->metrics);
    free(p->sets);
    free(p->times);
    free(p->values);
    *p = (struct plain){0};
}

static inline void add(struct bk_samples *s, struct plain *p, size_t metric, size_t set,
                       int64_t time, double value)
{
    struct bk_err err;
    struct bk_sample_columns *c = bk_samples_open(s);
    c->metrics[c->n] = (uint16_t)metric;
    c->sets[c->n] = (uint16_t)set;
    c->times_ns[c->n] = time;
    c->values[c->n++] = value;
    if (c->n == c->room && !bk_samples_flush(s, &err))
        fail_msg("%s", err.msg);
    plain_add(p, (uint16_t)metric, (uint16_t)set, time, value);
}

static inline size_t add_metric(struct bk_samples *s, const char *name,
                                enum bk_sample_kind kind, enum bk_sample_role role)
{
    const struct bk_sample_metric m = {
        .metric = bk_str(name),
        .source_name = bk_str(name),
        .source_unit = BK_S("ms"),
        .unit = BK_S("s"),
        .scale = 1e-3,
        .kind = kind,
        .role = role,
    };
    return bk_samples_metric(s, &m);
}

#endif
