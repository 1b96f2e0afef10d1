/* Which run a report speaks of.
 *
 * A prose report repeats numbers of runs whose own files are often in the archive too;
 * then there must be no second run.  What a run of a report ("a claim") is, follows from
 * the runs of its session and hardware alone, never from the order in which they came:
 * at the end of each unit it is decided again for all that the unit touched.
 *
 * A run of a tool's own files can be meant when workload, model and engine agree where
 * both are known, and the start as far as it is told.  When it is the only one, it is;
 * of several, the only one whose config does not contradict.  One report means one run
 * only once: of several of its claims about it the one that does not contradict
 * remains. In doubt a claim stays a run of its own.  A claim whose session was not named
 * is never taken for another run. */
#include <stdlib.h>

#include "../base/utf8.h"
#include "internal.h"

/* Comparisons of claims with runs in one session and hardware; with more, all claims
 * stay runs of their own. */
#define MOST_COMPARISONS ((size_t)1000 * 1000)

#define MINUTE_NS     (60 * BK_NS_PER_S)
#define DAY_NS        (24 * 60 * MINUTE_NS)
#define ZONE_SPAN_NS  (14 * 60 * MINUTE_NS) /* local time is at most so far from UTC */
#define CLOCK_SPAN_NS MINUTE_NS             /* between two notes of one start */

struct told { /* a run as far as it matters for which run it is */
    int64_t id, into, unit, config;
    struct bk_str workload, model, engine; /* folded */
    int64_t started_ns;
    bool local; /* the zone of its start is not known */
    const struct bk_claim_params *params;
    /* of a claim */
    const struct told *target;
    bool contradicts; /* the target's config */
};

struct told_list {
    struct told *items;
    size_t n;
};

/* --- reading --- */

/* Letters and digits only, in lower case: "stress-memorize.js" is spelled in many ways. */
static struct bk_str fold(struct bk_arena *a, struct bk_str text)
{
    struct bk_str lower = bk_utf8_lower(a, text);
    char *kept = bk_alloc(a, lower.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < lower.len; i++) {
        unsigned char c = (unsigned char)lower.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80) {
            kept[n++] = lower.ptr[i];
        }
    }
    return (struct bk_str){kept, n};
}

static bool read_list(struct bk_archive *ar, enum bk_sql which,
                      const struct bk_unit_run *of, struct told_list *list,
                      struct bk_err *err)
{
    bool row, ok;
    struct bk_arena *a = ar->scratch;
    struct bk_stmt *st = bk_stmt(ar->db, which);
    bk_bind_int(st, ":session", of->session_id);
    bk_bind_int(st, ":hardware", of->hardware_id);
    while ((ok = bk_step(st, &row, err)) && row) {
        struct told *t = BK_PUSH(a, list->items, list->n);
        *t = (struct told){.id = bk_col_int(st, 0),
                           .into = bk_col_int(st, 1),
                           .unit = bk_col_int(st, 2),
                           .workload = fold(a, bk_col_text(st, 3)),
                           .model = fold(a, bk_col_text(st, 4)),
                           .engine = fold(a, bk_col_text(st, 5)),
                           .config = bk_col_int(st, 6),
                           .started_ns = bk_col_time(st, 7),
                           .local = bk_col_text(st, 8).len > 0};
    }
    bk_reset(st);
    return ok;
}

static bool read_params(struct bk_archive *ar, struct told_list *list,
                        struct bk_map *known, struct bk_err *err)
{
    for (size_t i = 0; i < list->n; i++) {
        struct told *t = &list->items[i];
        struct bk_str key = {(const char *)&t->config, sizeof t->config};
        t->params = bk_map_get(known, key);
        if (t->params) {
            continue;
        }
        if (!bk_claim_params(ar, t->config, &t->params, err)) {
            return false;
        }
        bk_map_put(ar->scratch, known, bk_dup(ar->scratch, key),
                   (void *)(uintptr_t)t->params);
    }
    return true;
}

/* --- comparing --- */

/* "qwen3-4b" is what a report calls "Qwen/Qwen3-4B-Instruct-2507-FP8". */
static bool names_agree(struct bk_str a, struct bk_str b)
{
    return a.len == 0 || b.len == 0 || bk_has(a, b) || bk_has(b, a);
}

static bool starts_agree(const struct told *claim, const struct told *run)
{
    if (claim->started_ns == BK_NO_TIME || run->started_ns == BK_NO_TIME) {
        return true;
    }
    int64_t zones = claim->local == run->local ? 0 : ZONE_SPAN_NS;
    int64_t after = run->started_ns - claim->started_ns;
    if (claim->started_ns % DAY_NS == 0) { /* a date only */
        return after >= -ZONE_SPAN_NS && after <= DAY_NS + ZONE_SPAN_NS;
    }
    return llabs(after) <= CLOCK_SPAN_NS + zones;
}

static bool can_be(const struct told *claim, const struct told *run)
{
    return (claim->workload.len == 0 || bk_eq(claim->workload, run->workload)) &&
           names_agree(claim->model, run->model) &&
           names_agree(claim->engine, run->engine) && starts_agree(claim, run);
}

static void find_target(struct told *claim, const struct told_list *runs)
{
    const struct told *only = NULL, *fitting = NULL;
    size_t n = 0, n_fitting = 0;
    for (size_t i = 0; i < runs->n; i++) {
        const struct told *run = &runs->items[i];
        if (!can_be(claim, run)) {
            continue;
        }
        n++;
        only = run;
        if (!bk_claim_contradicts(claim->params, run->params)) {
            n_fitting++;
            fitting = run;
        }
    }
    claim->contradicts = n_fitting == 0;
    claim->target = n == 1 ? only : n_fitting == 1 ? fitting : NULL;
}

/* --- one report, one run --- */

static int64_t target_id(const struct told *t)
{
    return t->target ? t->target->id : 0;
}

static int by_target_and_unit(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    int64_t tx = target_id(x), ty = target_id(y);
    if (tx != ty) {
        return tx < ty ? -1 : 1;
    }
    if (x->unit != y->unit) {
        return x->unit < y->unit ? -1 : 1;
    }
    return (x->id > y->id) - (x->id < y->id);
}

static void settle_rivals(struct told *first, size_t n)
{
    size_t n_fitting = 0;
    for (size_t i = 0; i < n; i++) {
        n_fitting += !first[i].contradicts;
    }
    for (size_t i = 0; n > 1 && i < n; i++) {
        if (n_fitting != 1 || first[i].contradicts) {
            first[i].target = NULL;
        }
    }
}

static void find_targets(struct told_list *claims, const struct told_list *runs)
{
    for (size_t i = 0; i < claims->n; i++) {
        find_target(&claims->items[i], runs);
    }
    qsort(claims->items, claims->n, sizeof *claims->items, by_target_and_unit);
    size_t n;
    for (size_t i = 0; i < claims->n; i += n) {
        struct told *first = &claims->items[i];
        n = 1;
        while (i + n < claims->n && first[n].unit == first->unit &&
               target_id(&first[n]) == target_id(first)) {
            n++;
        }
        if (first->target) {
            settle_rivals(first, n);
        }
    }
}

/* --- settling --- */

static bool settle(struct bk_archive *ar, const struct bk_unit_run *of,
                   struct bk_err *err)
{
    struct told_list claims = {0}, runs = {0};
    struct bk_map params = {0};
    if (!read_list(ar, BK_SQL_CLAIMS_OF_HARDWARE, of, &claims, err)) {
        return false;
    }
    if (claims.n == 0) {
        return true;
    }
    if (!read_list(ar, BK_SQL_CLAIMS_TOOL_RUNS, of, &runs, err)) {
        return false;
    }
    if (runs.n > 0 && claims.n <= MOST_COMPARISONS / runs.n) {
        if (!read_params(ar, &claims, &params, err) ||
            !read_params(ar, &runs, &params, err)) {
            return false;
        }
        find_targets(&claims, &runs);
    }
    struct bk_claim_move *moves = bk_alloc_array(ar->scratch, claims.n, sizeof *moves);
    size_t n = 0;
    for (size_t i = 0; i < claims.n; i++) {
        const struct told *c = &claims.items[i];
        if (target_id(c) != c->into) {
            moves[n++] = (struct bk_claim_move){c->id, c->into, target_id(c)};
        }
    }
    return n == 0 || bk_move_claims(ar, moves, n, err);
}

/* Runs of the unit, one for each session and hardware. */
static size_t places(struct bk_archive *ar, struct bk_unit_run **list)
{
    size_t n = 0;
    struct bk_map seen = {0};
    *list = NULL;
    for (size_t i = 0; i < ar->n_runs; i++) {
        const int64_t ids[] = {ar->runs[i].session_id, ar->runs[i].hardware_id};
        struct bk_str key = {(const char *)ids, sizeof ids};
        if (bk_map_get(&seen, key)) {
            continue;
        }
        bk_map_put(ar->scratch, &seen, bk_dup(ar->scratch, key), ar);
        *BK_PUSH(ar->scratch, *list, n) = ar->runs[i];
    }
    return n;
}

bool bk_settle_claims(struct bk_archive *ar, struct bk_err *err)
{
    int64_t any;
    bool found;
    if (!bk_restore_end(ar, err)) {
        return false;
    }
    if (ar->n_runs == 0) {
        return true;
    }
    if (!bk_one_int(bk_stmt(ar->db, BK_SQL_CLAIMS_EXIST), &any, &found, err)) {
        return false;
    }
    if (!any) {
        return true;
    }
    ar->n_written = ar->n_runs;
    struct bk_arena_mark all = bk_arena_mark(ar->scratch);
    struct bk_unit_run *list;
    size_t n = places(ar, &list);
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
        ok = settle(ar, &list[i], err);
        bk_arena_release(ar->scratch, mark);
    }
    bk_arena_release(ar->scratch, all);
    if (ar->counts.findings < 0) { /* fewer are left than others had brought */
        ar->counts.findings = 0;
    }
    return ok;
}
