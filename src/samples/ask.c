/* Exact statistics over a selection of points.
 *
 * One pass over the chunks adds up and, when they fit, gathers the points as elements
 * (ask.h), which are sorted by radix; the numbers at the ranks that the quantiles want
 * are read off.  What does not fit goes through ask_ranges.c. */
#include "ask.h"

#include "codec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIGN       (UINT64_C(1) << 63)
#define DIGIT_BITS 11
#define DIGITS     ((size_t)1 << DIGIT_BITS)

unsigned bk_bit_length(uint64_t x)
{
    unsigned n = 0;
    for (; x != 0; x >>= 1)
        n++;
    return n;
}

/* --- keys --- */

static uint64_t key_of_double(double x)
{
    uint64_t bits = bk_bits_of(x);
    return bits & SIGN ? ~bits : bits | SIGN;
}

double bk_ask_value(const struct bk_ask *ask, uint64_t key)
{
    if (ask->integers)
        return (double)(int64_t)(key ^ SIGN) / bk_powers_of_ten[ask->decimals];
    return bk_of_bits(key & SIGN ? key ^ SIGN : ~key);
}

/* Integers serve when all values are such and stay exact with the most decimals. */
static void choose_keys(struct bk_ask *ask, const struct bk_sample_sum *total)
{
    int decimals = ask->s->decimals[ask->q->metric];
    double power = bk_powers_of_ten[decimals < 0 ? 0 : decimals];
    double low = rint(total->min * power), high = rint(total->max * power);
    ask->integers = decimals >= 0 && fabs(low) < BK_LARGEST_DECIMAL &&
                    fabs(high) < BK_LARGEST_DECIMAL;
    ask->decimals = decimals;
    if (ask->integers) {
        ask->least = (uint64_t)(int64_t)low ^ SIGN;
        ask->most = (uint64_t)(int64_t)high ^ SIGN;
    } else {
        ask->least = key_of_double(total->min);
        ask->most = key_of_double(total->max);
    }
    ask->scan.integers = ask->integers;
}

static bool bad_chunk(const struct bk_ask *ask, size_t chunk, const char *what,
                      struct bk_err *err)
{
    bk_fail(err, BK_EDB, "%s", what);
    return bk_samples_bad_chunk(ask->s, chunk, err);
}

bool bk_ask_chunk(struct bk_ask *ask, size_t chunk, struct bk_ask_points *points,
                  struct bk_err *err)
{
    struct bk_scan *scan = &ask->scan;
    /* both have 64 bits a number and the same lifetime */
    uint64_t *keys = (uint64_t *)scan->numbers;
    if (!bk_scan_chunk(scan, chunk, err))
        return false;
    if (ask->integers) {
        if (scan->n > 0 && scan->decimals > ask->decimals)
            return bad_chunk(ask, chunk, "more decimals than the dictionary says", err);
        uint64_t scale =
            (uint64_t)bk_time_units[scan->n > 0 ? ask->decimals - scan->decimals : 0];
        for (size_t i = 0; i < scan->n; i++)
            keys[i] = ((uint64_t)scan->numbers[i] * scale) ^ SIGN;
    } else {
        for (size_t i = 0; i < scan->n; i++)
            keys[i] = key_of_double(scan->values[i]);
    }
    for (size_t i = 0; i < scan->n; i++) {
        if (keys[i] < ask->least || keys[i] > ask->most)
            return bad_chunk(ask, chunk, "a value that the dictionary knows not", err);
        if (scan->sets && scan->set_of[i] >= ask->s->n_sets)
            return bad_chunk(ask, chunk, "tags that the run has not", err);
        scan->set_of[i] = scan->sets ? ask->class_of[scan->set_of[i]] : 0;
    }
    *points = (struct bk_ask_points){scan->n, keys, scan->set_of};
    return true;
}

/* --- sorting --- */

void bk_ask_sort(struct bk_ask *ask, unsigned key_bits)
{
    size_t counts[DIGITS];
    size_t n = ask->n_elements;
    unsigned last = ask->class_bits + key_bits;
    for (unsigned shift = ask->class_bits; shift < last; shift += DIGIT_BITS) {
        const uint64_t *from = ask->elements;
        uint64_t *to = ask->other;
        size_t at = 0;
        memset(counts, 0, sizeof counts);
        for (size_t i = 0; i < n; i++)
            counts[from[i] >> shift & (DIGITS - 1)]++;
        if (n > 0 && counts[from[0] >> shift & (DIGITS - 1)] == n)
            continue;
        for (size_t d = 0; d < DIGITS; d++) {
            size_t here = counts[d];
            counts[d] = at;
            at += here;
        }
        for (size_t i = 0; i < n; i++)
            to[counts[from[i] >> shift & (DIGITS - 1)]++] = from[i];
        ask->other = ask->elements;
        ask->elements = to;
    }
}

/* --- ranks --- */

static void take(struct bk_ask_scope *scope, double value)
{
    while (scope->next < scope->n_wanted &&
           scope->wanted[scope->next].rank == scope->seen)
        scope->wanted[scope->next++].value = value;
    scope->seen++;
}

static void skip_to(struct bk_ask_scope *scope)
{
    while (scope->next < scope->n_wanted &&
           scope->wanted[scope->next].rank < scope->seen)
        scope->next++;
}

static double element_value(const struct bk_ask *ask, uint64_t element, uint64_t low)
{
    return bk_ask_value(ask, low + (element >> ask->class_bits));
}

void bk_ask_resolve(struct bk_ask *ask, size_t first, size_t n, uint64_t low)
{
    const uint64_t *e = ask->elements + first;
    for (size_t i = 0; i < ask->q->n_scopes; i++)
        skip_to(&ask->scopes[i]);
    if (ask->n_classes == 1) { /* every element is of every scope */
        for (size_t i = 0; i < ask->classes[0].n_scopes; i++) {
            struct bk_ask_scope *scope = &ask->scopes[ask->classes[0].scopes[i]];
            uint64_t below = scope->seen;
            for (; scope->next < scope->n_wanted &&
                   scope->wanted[scope->next].rank - below < n;
                 scope->next++) {
                struct bk_wanted *w = &scope->wanted[scope->next];
                w->value = element_value(ask, e[w->rank - below], low);
            }
            scope->seen += n;
        }
        return;
    }
    const uint64_t mask = (UINT64_C(1) << ask->class_bits) - 1;
    for (size_t i = 0; i < n; i++) {
        const struct bk_ask_class *class = &ask->classes[e[i] & mask];
        for (size_t k = 0; k < class->n_scopes; k++) {
            struct bk_ask_scope *scope = &ask->scopes[class->scopes[k]];
            if (scope->next < scope->n_wanted &&
                scope->wanted[scope->next].rank == scope->seen)
                take(scope, element_value(ask, e[i], low));
            else
                scope->seen++;
        }
    }
}

static int by_rank(const void *a, const void *b)
{
    const struct bk_wanted *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static uint64_t rank_below(double q, uint64_t n)
{
    uint64_t rank = (uint64_t)(q * (double)(n - 1));
    return rank < n ? rank : n - 1;
}

/* The neighbours of each quantile. */
static void want(struct bk_ask *ask, size_t i)
{
    struct bk_ask_scope *scope = &ask->scopes[i];
    if (scope->n == 0)
        return;
    scope->wanted = bk_alloc_array(ask->arena, 2 * ask->q->n_q, sizeof *scope->wanted);
    for (size_t k = 0; k < ask->q->n_q; k++) {
        uint64_t rank = rank_below(ask->q->q[k], scope->n);
        scope->wanted[scope->n_wanted++].rank = rank;
        if (rank + 1 < scope->n)
            scope->wanted[scope->n_wanted++].rank = rank + 1;
    }
    qsort(scope->wanted, scope->n_wanted, sizeof *scope->wanted, by_rank);
}

static double wanted_value(const struct bk_ask_scope *scope, uint64_t rank)
{
    const struct bk_wanted key = {.rank = rank};
    const struct bk_wanted *found =
        bsearch(&key, scope->wanted, scope->n_wanted, sizeof key, by_rank);
    return found != NULL ? found->value : (double)NAN;
}

/* As bk_percentile_linear of src/stats. */
static double quantile(const struct bk_ask_scope *scope, double q)
{
    if (scope->n == 0)
        return (double)NAN;
    double place = q * (double)(scope->n - 1);
    uint64_t below = rank_below(q, scope->n);
    double low = wanted_value(scope, below);
    if (below + 1 >= scope->n)
        return low;
    return low + (wanted_value(scope, below + 1) - low) * (place - (double)below);
}

/* --- classes of sets --- */

static void refine(struct bk_ask *ask, const uint8_t *sets, uint16_t *next)
{
    size_t n_new = 0;
    for (size_t i = 0; i < 2 * ask->n_classes; i++)
        next[i] = BK_NO_CLASS;
    for (size_t i = 0; i < ask->s->n_sets; i++) {
        bool in = sets == NULL || sets[i] != 0;
        uint16_t *to = &next[2 * ask->class_of[i] + in];
        if (*to == BK_NO_CLASS)
            *to = (uint16_t)n_new++;
        ask->class_of[i] = *to;
    }
    ask->n_classes = n_new;
}

/* Sets of no scope get BK_NO_CLASS; the others' classes are numbered anew. */
static void number_classes(struct bk_ask *ask, uint16_t *number)
{
    const struct bk_sample_question *q = ask->q;
    size_t n_old = ask->n_classes, n_members = 0;
    ask->classes = bk_alloc_array(ask->arena, n_old, sizeof *ask->classes);
    ask->n_classes = 0;
    for (size_t i = 0; i < n_old; i++)
        number[i] = BK_NO_CLASS - 1;
    uint32_t *members = bk_alloc_array(ask->arena, q->n_scopes, sizeof *members);
    for (size_t i = 0; i < ask->s->n_sets; i++) {
        uint16_t *to = &number[ask->class_of[i]];
        if (*to == BK_NO_CLASS - 1) {
            n_members = 0;
            for (size_t k = 0; k < q->n_scopes; k++) {
                if (q->scopes[k].sets == NULL || q->scopes[k].sets[i] != 0)
                    members[n_members++] = (uint32_t)k;
            }
            *to = n_members > 0 ? (uint16_t)ask->n_classes++ : BK_NO_CLASS;
            if (n_members > 0) {
                uint32_t *list = bk_alloc_array(ask->arena, n_members, sizeof *list);
                memcpy(list, members, n_members * sizeof *list);
                ask->classes[*to] =
                    (struct bk_ask_class){.scopes = list, .n_scopes = n_members};
                ask->classes[*to].sum.sum.min = (double)INFINITY;
                ask->classes[*to].sum.sum.max = -(double)INFINITY;
            }
        }
        ask->class_of[i] = *to;
    }
    ask->class_bits = bk_bit_length(ask->n_classes > 0 ? ask->n_classes - 1 : 0);
}

static void make_classes(struct bk_ask *ask)
{
    size_t n_sets = ask->s->n_sets;
    uint16_t *next = bk_alloc_array(ask->arena, 2 * n_sets, sizeof *next);
    bool some_left_out = false;
    ask->class_of = bk_alloc_array(ask->arena, n_sets, sizeof *ask->class_of);
    ask->n_classes = 1;
    for (size_t i = 0; i < ask->q->n_scopes; i++)
        refine(ask, ask->q->scopes[i].sets, next);
    number_classes(ask, next);
    for (size_t i = 0; i < n_sets; i++)
        some_left_out |= ask->class_of[i] == BK_NO_CLASS;
    ask->scan.sets = ask->n_classes > 1 || some_left_out;
}

/* --- the question --- */

static void add_up(struct bk_ask *ask, const struct bk_ask_points *points)
{
    for (size_t i = 0; i < points->n; i++) {
        if (points->classes[i] == BK_NO_CLASS)
            continue;
        struct bk_pair_sum *p = &ask->classes[points->classes[i]].sum;
        double x = bk_ask_value(ask, points->keys[i]);
        p->sum.n++;
        bk_add_exactly(&p->sum.sum, &p->lost, x);
        bk_add_exactly(&p->sum.sum_of_squares, &p->lost_of_squares, x * x);
        p->sum.min = x < p->sum.min ? x : p->sum.min;
        p->sum.max = x > p->sum.max ? x : p->sum.max;
    }
}

static bool first_pass(struct bk_ask *ask, bool gather, struct bk_err *err)
{
    for (size_t i = 0; i < bk_samples_n_chunks(ask->s); i++) {
        struct bk_ask_points points;
        if (!bk_ask_chunk(ask, i, &points, err))
            return false;
        add_up(ask, &points);
        for (size_t k = 0; gather && k < points.n; k++) {
            if (points.classes[k] == BK_NO_CLASS)
                continue;
            if (ask->n_elements == ask->s->hold)
                return bad_chunk(ask, i, "more points than the dictionary says", err);
            ask->elements[ask->n_elements++] =
                (points.keys[k] - ask->least) << ask->class_bits | points.classes[k];
        }
    }
    return true;
}

static double settled(double sum, double lost)
{
    return isfinite(sum + lost) ? sum + lost : sum;
}

static void put_sums(struct bk_ask *ask)
{
    for (size_t i = 0; i < ask->q->n_scopes; i++) {
        struct bk_sample_scope *to = &ask->q->scopes[i];
        struct bk_pair_sum all = {
            .sum = {.min = (double)INFINITY, .max = -(double)INFINITY}};
        for (size_t c = 0; c < ask->n_classes; c++) {
            const struct bk_ask_class *class = &ask->classes[c];
            bool in = false;
            for (size_t k = 0; k < class->n_scopes; k++)
                in |= class->scopes[k] == i;
            if (!in || class->sum.sum.n == 0)
                continue;
            const struct bk_pair_sum *p = &class->sum;
            all.sum.n += p->sum.n;
            bk_add_exactly(&all.sum.sum, &all.lost, settled(p->sum.sum, p->lost));
            bk_add_exactly(&all.sum.sum_of_squares, &all.lost_of_squares,
                           settled(p->sum.sum_of_squares, p->lost_of_squares));
            all.sum.min = fmin(all.sum.min, p->sum.min);
            all.sum.max = fmax(all.sum.max, p->sum.max);
        }
        bool none = all.sum.n == 0;
        ask->scopes[i].n = to->n = all.sum.n;
        to->sum = none ? 0 : settled(all.sum.sum, all.lost);
        to->sum_of_squares =
            none ? 0 : settled(all.sum.sum_of_squares, all.lost_of_squares);
        to->min = none ? (double)NAN : all.sum.min;
        to->max = none ? (double)NAN : all.sum.max;
        want(ask, i);
    }
}

static bool answer(struct bk_ask *ask, const struct bk_sample_sum *total,
                   struct bk_err *err)
{
    bool fits = total->n <= ask->s->hold;
    size_t room = fits ? (size_t)total->n : ask->s->hold;
    if (ask->n_classes == 0)
        ask->scan.to_ns = INT64_MIN; /* nothing is selected */
    ask->elements = bk_realloc(NULL, room * sizeof *ask->elements);
    ask->other = bk_realloc(NULL, room * sizeof *ask->other);
    if (!first_pass(ask, fits, err))
        return false;
    put_sums(ask);
    if (!fits)
        return bk_ask_by_ranges(ask, err);
    bk_ask_sort(ask, bk_bit_length(ask->most - ask->least));
    bk_ask_resolve(ask, 0, ask->n_elements, ask->least);
    return true;
}

static void nothing(struct bk_sample_question *q)
{
    for (size_t i = 0; i < q->n_scopes; i++) {
        struct bk_sample_scope *s = &q->scopes[i];
        s->n = 0;
        s->sum = s->sum_of_squares = 0;
        s->min = s->max = (double)NAN;
        for (size_t k = 0; k < q->n_q; k++)
            s->quantiles[k] = (double)NAN;
    }
}

static bool ask_once(struct bk_samples *s, struct bk_sample_question *q, bool *wide,
                     struct bk_err *err)
{
    const struct bk_sample_sum *total = bk_samples_total(s, q->metric);
    struct bk_ask ask = {.s = s, .q = q, .arena = bk_arena_new()};
    bk_scan_init(&ask.scan, s, q->metric);
    ask.scan.from_ns = q->from_ns;
    ask.scan.to_ns = q->to_ns;
    ask.scopes = bk_alloc_array(ask.arena, q->n_scopes, sizeof *ask.scopes);
    choose_keys(&ask, total);
    make_classes(&ask);
    *wide = bk_bit_length(ask.most - ask.least) + ask.class_bits > 64;
    bool ok = *wide || answer(&ask, total, err);
    for (size_t i = 0; ok && !*wide && i < q->n_scopes; i++) {
        for (size_t k = 0; k < q->n_q; k++)
            q->scopes[i].quantiles[k] = quantile(&ask.scopes[i], q->q[k]);
    }
    bk_scan_free(&ask.scan);
    free(ask.elements);
    free(ask.other);
    bk_arena_free(ask.arena);
    return ok;
}

bool bk_samples_ask(struct bk_samples *s, struct bk_sample_question *q,
                    struct bk_err *err)
{
    bool wide = false;
    if (bk_samples_total(s, q->metric) == NULL || q->n_scopes == 0) {
        nothing(q);
        return true;
    }
    if (!ask_once(s, q, &wide, err))
        return false;
    if (!wide)
        return true;
    /* keys and classes together take more than 64 bits: with fewer scopes there are
     * fewer classes, and with one scope there is one */
    struct bk_sample_question half = *q;
    half.n_scopes = q->n_scopes / 2;
    if (!bk_samples_ask(s, &half, err))
        return false;
    half.scopes += half.n_scopes;
    half.n_scopes = q->n_scopes - half.n_scopes;
    return bk_samples_ask(s, &half, err);
}
