/* Takes the numbers and findings of a report's run over to the run that it is, and gives
 * them back: see claims.c.
 *
 * The numbers stand behind the run's own and are never what questions use.  Each that
 * says something else than the run's own files, beyond the digits that both print, is a
 * finding, and so is each parameter. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "../base/num.h"
#include "internal.h"

#define RATIO_DIGITS 4

/* --- configs --- */

struct bk_claim_params { /* of a config, sorted by name */
    struct claim_param {
        struct bk_str name, value;
        double number; /* NAN: it is none */
    } * items;
    size_t n;
};

bool bk_claim_params(struct bk_archive *ar, int64_t config,
                     const struct bk_claim_params **params, struct bk_err *err)
{
    bool row, ok;
    struct bk_claim_params *p = bk_alloc(ar->scratch, sizeof *p);
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_CONFIG_PARAMS);
    bk_bind_int(st, ":config", config);
    while ((ok = bk_step(st, &row, err)) && row) {
        *BK_PUSH(ar->scratch, p->items, p->n) =
            (struct claim_param){.name = bk_dup(ar->scratch, bk_col_text(st, 0)),
                                 .value = bk_dup(ar->scratch, bk_col_text(st, 1)),
                                 .number = bk_col_real(st, 2)};
    }
    bk_reset(st);
    *params = p;
    return ok;
}

static bool same_value(const struct claim_param *a, const struct claim_param *b)
{
    if (isfinite(a->number) && isfinite(b->number)) {
        return a->number >= b->number && a->number <= b->number;
    }
    return bk_eq_nocase(a->value, b->value);
}

/* The next parameter that both have and that differs; false at the end. */
static bool next_conflict(const struct bk_claim_params *a,
                          const struct bk_claim_params *b, size_t at[2])
{
    while (at[0] < a->n && at[1] < b->n) {
        int order = bk_cmp(a->items[at[0]].name, b->items[at[1]].name);
        if (order == 0 && !same_value(&a->items[at[0]], &b->items[at[1]])) {
            return true;
        }
        at[0] += order <= 0;
        at[1] += order >= 0;
    }
    return false;
}

bool bk_claim_contradicts(const struct bk_claim_params *claim,
                          const struct bk_claim_params *run)
{
    size_t at[2] = {0, 0};
    return next_conflict(claim, run, at);
}

/* --- findings --- */

static bool tell_conflicts(struct bk_archive *ar, struct bk_stmt *st, int64_t run_id,
                           struct bk_err *err)
{
    const struct bk_finding_place place = {.source_id = bk_col_int(st, 3),
                                           .run_id = run_id,
                                           .absorbed_id = bk_col_int(st, 0)};
    struct bk_str file = bk_dup(ar->scratch, bk_path_base(bk_col_text(st, 4)));
    const struct bk_claim_params *claim, *own;
    size_t at[2] = {0, 0};
    if (!bk_claim_params(ar, bk_col_int(st, 1), &claim, err) ||
        !bk_claim_params(ar, bk_col_int(st, 2), &own, err)) {
        return false;
    }
    for (; next_conflict(claim, own, at); at[0]++, at[1]++) {
        const struct claim_param *said = &claim->items[at[0]], *is = &own->items[at[1]];
        struct bk_finding f = {.code = BK_S("context-conflict"),
                               .severity = BK_WARNING,
                               .subject = said->name,
                               .expected = is->value,
                               .actual = said->value};
        f.message =
            bk_fmt(ar->scratch, "%.*s is %.*s in %.*s, but %.*s in the run's own files",
                   BK_F(said->name), BK_F(said->value), BK_F(file), BK_F(is->value));
        if (!bk_insert_finding(ar, &f, &place, err)) {
            return false;
        }
    }
    return true;
}

static bool put_conflicts(struct bk_archive *ar, int64_t run_id, struct bk_err *err)
{
    bool row, ok;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_CLAIMS_CONFIGS);
    bk_bind_int(st, ":run", run_id);
    while ((ok = bk_step(st, &row, err)) && row) {
        ok = tell_conflicts(ar, st, run_id, err);
        if (!ok) {
            break;
        }
    }
    bk_reset(st);
    return ok;
}

/* A claim beside the run's own number; columns of claims_beside_own.sql. */
struct beside {
    int64_t absorbed, quantity, rank, source;
    struct bk_str label, unit, file, locator, own_file, own_locator;
    double value, low, high, own, own_low, own_high;
};

static struct bk_str scratch_text(struct bk_archive *ar, struct bk_stmt *st, size_t i)
{
    return bk_dup(ar->scratch, bk_col_text(st, i));
}

static void read_beside(struct bk_archive *ar, struct bk_stmt *st, struct beside *b)
{
    *b = (struct beside){
        .absorbed = bk_col_int(st, 0),
        .quantity = bk_col_int(st, 1),
        .rank = bk_col_int(st, 2),
        .label = bk_quantity_text(ar->scratch, bk_col_text(st, 3), bk_col_text(st, 4),
                                  bk_col_text(st, 5)),
        .unit = scratch_text(ar, st, 6),
        .value = bk_col_real(st, 7),
        .low = bk_col_real(st, 8),
        .high = bk_col_real(st, 9),
        .source = bk_col_int(st, 10),
        .locator = scratch_text(ar, st, 11),
        .file = bk_dup(ar->scratch, bk_path_base(bk_col_text(st, 12))),
        .own = bk_col_real(st, 13),
        .own_low = bk_col_real(st, 14),
        .own_high = bk_col_real(st, 15),
        .own_locator = scratch_text(ar, st, bk_col_text(st, 16).len > 0 ? 16 : 17),
        .own_file = bk_dup(ar->scratch, bk_path_base(bk_col_text(st, 18))),
    };
}

static bool same_claim(const struct beside *a, const struct beside *b)
{
    return a->absorbed == b->absorbed && a->quantity == b->quantity &&
           a->rank == b->rank;
}

/* Within the digits that both print.  A claim may have been cut off where it should have
 * been rounded: it then stands for up to a whole unit of its last digit more. */
static bool agrees(const struct beside *b)
{
    double more = b->high - b->value, less = b->value - b->low;
    double high = b->value >= 0 ? b->value + 2 * more : b->high;
    double low = b->value >= 0 ? b->low : b->value - 2 * less;
    double slack = 4 * DBL_EPSILON * fmax(fabs(b->value), fabs(b->own));
    return low <= b->own_high + slack && high >= b->own_low - slack;
}

static struct bk_str in_brackets(struct bk_archive *ar, struct bk_str place)
{
    return place.len > 0 ? bk_fmt(ar->scratch, " (%.*s)", BK_F(place)) : BK_S("");
}

static bool tell_difference(struct bk_archive *ar, const struct beside *b,
                            int64_t run_id, struct bk_err *err)
{
    struct bk_arena *a = ar->scratch;
    char ratio[352];
    const struct bk_finding_place place = {
        .source_id = b->source, .run_id = run_id, .absorbed_id = b->absorbed};
    struct bk_finding f = {.code = BK_S("claim-differs"),
                           .severity = BK_WARNING,
                           .subject = b->label,
                           .expected = bk_value_text(a, b->own, b->unit),
                           .actual = bk_value_text(a, b->value, b->unit),
                           .locator = b->locator};
    f.message = bk_fmt(a, "%.*s is %.*s in %.*s%.*s, but %.*s in %.*s%.*s",
                       BK_F(b->label), BK_F(f.actual), BK_F(b->file),
                       BK_F(in_brackets(ar, b->locator)), BK_F(f.expected),
                       BK_F(b->own_file), BK_F(in_brackets(ar, b->own_locator)));
    if (fabs(b->own) > 0) {
        bk_format_digits(b->value / b->own, RATIO_DIGITS, ratio);
        f.message = bk_fmt(a, "%.*s: %s times", BK_F(f.message), ratio);
    }
    return bk_insert_finding(ar, &f, &place, err);
}

/* A claim that agrees with what the run says of any population differs from none. */
static bool put_differences(struct bk_archive *ar, int64_t run_id, struct bk_err *err)
{
    struct beside first = {0}, b;
    bool row, ok, any = false, settled = false;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_CLAIMS_BESIDE_OWN);
    bk_bind_int(st, ":run", run_id);
    while ((ok = bk_step(st, &row, err)) && row) {
        read_beside(ar, st, &b);
        if (!any || !same_claim(&b, &first)) {
            ok = !any || settled || tell_difference(ar, &first, run_id, err);
            if (!ok) {
                break;
            }
            any = true;
            settled = false;
            first = b;
        }
        settled = settled || agrees(&b);
    }
    bk_reset(st);
    return ok && (!any || settled || tell_difference(ar, &first, run_id, err));
}

/* --- names --- */

/* A run's name as it would be given now: its parts joined, a number behind when taken. */
static bool name_of(struct bk_archive *ar, struct bk_stmt *st, struct bk_str *base,
                    bool *found, struct bk_err *err)
{
    bool ok = bk_step(st, found, err);
    if (ok && *found) {
        struct bk_run_parts parts;
        struct bk_str *const texts[] = {&parts.session, &parts.hardware,
                                        &parts.workload, &parts.key};
        for (size_t i = 0; i < 4; i++) {
            *texts[i] = scratch_text(ar, st, i);
        }
        *base = bk_run_base_name(ar, &parts);
    }
    bk_reset(st);
    return ok;
}

/* A run of this unit that had to take a number since a claim had its name gets the name
 * now, so that it does not tell what came first. */
static bool rename_run(struct bk_archive *ar, struct bk_unit_run *run,
                       struct bk_err *err)
{
    struct bk_str base, name;
    bool found;
    if (run->kept_name) {
        return true;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_PARTS);
    bk_bind_int(st, ":run", run->id);
    if (!name_of(ar, st, &base, &found, err)) {
        return false;
    }
    if (!found || bk_eq(base, run->name)) {
        return true;
    }
    bk_ids_forget_kind(&ar->ids, BK_CACHED_NAME);
    if (!bk_free_name(ar, BK_SQL_RUN_NAME_EXISTS, base, &name, err)) {
        return false;
    }
    if (!bk_eq(name, base)) {
        return true;
    }
    if (ar->in_place && !bk_said_of_run(ar, run->name, name, err)) {
        return false;
    }
    st = bk_stmt(ar->db, BK_SQL_RUN_RENAME);
    bk_bind_int(st, ":run", run->id);
    bk_bind_text(st, ":name", name);
    run->name = bk_dup(ar->unit, name);
    return bk_run_stmt(st, err);
}

/* --- between the tables --- */

static const enum bk_sql absorb_parts[] = {
    BK_SQL_ABSORB_MEASUREMENTS, BK_SQL_ABSORB_FINDINGS,   BK_SQL_ABSORB_STAGES,
    BK_SQL_ABSORB_TIMELINE,     BK_SQL_ABSORB_THRESHOLDS,
};
static const enum bk_sql release_parts[] = {
    BK_SQL_RELEASE_MEASUREMENTS, BK_SQL_RELEASE_FINDINGS,   BK_SQL_RELEASE_STAGES,
    BK_SQL_RELEASE_TIMELINE,     BK_SQL_RELEASE_THRESHOLDS,
};
#define N_PARTS (sizeof absorb_parts / sizeof *absorb_parts)

static bool copy_parts(struct bk_archive *ar, const enum bk_sql parts[N_PARTS],
                       int64_t run, int64_t absorbed, struct bk_err *err)
{
    for (size_t i = 0; i < N_PARTS; i++) {
        struct bk_stmt *st = bk_stmt(ar->db, parts[i]);
        bk_bind_int(st, ":run", run);
        bk_bind_int(st, ":absorbed", absorbed);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

static bool run_by_id(struct bk_archive *ar, enum bk_sql which, const char *param,
                      int64_t id, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, which);
    bk_bind_int(st, param, id);
    return bk_run_stmt(st, err);
}

static int by_run_id(const void *a, const void *b)
{
    const struct bk_unit_run *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* The run that this unit brought, or NULL; ids rise in the order of writing. */
static struct bk_unit_run *of_unit(struct bk_archive *ar, int64_t run)
{
    const struct bk_unit_run key = {.id = run};
    struct bk_unit_run *found =
        ar->n_written == 0
            ? NULL
            : bsearch(&key, ar->runs, ar->n_written, sizeof key, by_run_id);
    return found && !found->absorbed ? found : NULL;
}

static bool count_findings(struct bk_archive *ar, int64_t run, int64_t sign,
                           struct bk_err *err)
{
    int64_t n;
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_FINDINGS_COUNT);
    bk_bind_int(st, ":run", run);
    if (!bk_one_int(st, &n, &found, err)) {
        return false;
    }
    ar->counts.findings += sign * n;
    return true;
}

/* A run that is one of its own again is held against others for copied numbers. */
static bool note_released(struct bk_archive *ar, int64_t id, struct bk_str name,
                          struct bk_err *err)
{
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_PARTS);
    bk_bind_int(st, ":run", id);
    bool ok = bk_step(st, &found, err);
    if (ok && found) {
        *BK_PUSH(ar->unit, ar->runs, ar->n_runs) =
            (struct bk_unit_run){.id = id,
                                 .session_id = bk_col_int(st, 5),
                                 .hardware_id = bk_col_int(st, 6),
                                 .unit_id = bk_col_int(st, 7),
                                 .source_id = bk_col_int(st, 8),
                                 .name = bk_dup(ar->unit, name),
                                 .changed = true};
    }
    bk_reset(st);
    return ok;
}

static bool forget_copies(struct bk_archive *ar, int64_t run, struct bk_err *err)
{
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_PARTS);
    bk_bind_int(st, ":run", run);
    if (!bk_step(st, &found, err)) {
        return false;
    }
    struct bk_str name = found ? scratch_text(ar, st, 4) : BK_S("");
    bk_reset(st);
    st = bk_stmt(ar->db, BK_SQL_CLAIMS_FORGET_COPIES);
    bk_bind_text(st, ":name", name);
    return bk_run_stmt(st, err);
}

static bool absorb(struct bk_archive *ar, const struct bk_claim_move *m,
                   struct bk_err *err)
{
    int64_t absorbed;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_ABSORB_RUN);
    bk_bind_int(st, ":run", m->id);
    bk_bind_int(st, ":into", m->into);
    if (!bk_insert(st, &absorbed, err) || !count_findings(ar, m->id, -1, err) ||
        !copy_parts(ar, absorb_parts, m->id, absorbed, err) ||
        !forget_copies(ar, m->id, err) ||
        !run_by_id(ar, BK_SQL_RUN_DELETE, ":run", m->id, err)) {
        return false;
    }
    struct bk_unit_run *mine = of_unit(ar, m->id);
    if (mine) {
        mine->absorbed = true;
        ar->counts.runs--;
    }
    return true;
}

static bool release(struct bk_archive *ar, const struct bk_claim_move *m,
                    struct bk_err *err)
{
    struct bk_str base, name;
    int64_t run;
    bool found;
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_ABSORBED_PARTS);
    bk_bind_int(st, ":absorbed", m->id);
    if (!name_of(ar, st, &base, &found, err) ||
        !bk_free_name(ar, BK_SQL_RUN_NAME_EXISTS, base, &name, err)) {
        return false;
    }
    st = bk_stmt(ar->db, BK_SQL_RELEASE_RUN);
    bk_bind_int(st, ":absorbed", m->id);
    bk_bind_text(st, ":name", name);
    return bk_insert(st, &run, err) && copy_parts(ar, release_parts, run, m->id, err) &&
           run_by_id(ar, BK_SQL_ABSORBED_DELETE, ":absorbed", m->id, err) &&
           count_findings(ar, run, 1, err) && note_released(ar, run, name, err);
}

static bool move(struct bk_archive *ar, const struct bk_claim_move *m,
                 struct bk_err *err)
{
    if (m->from == 0) {
        return absorb(ar, m, err);
    }
    if (m->into == 0) {
        return release(ar, m, err);
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_ABSORBED_MOVE);
    bk_bind_int(st, ":absorbed", m->id);
    bk_bind_int(st, ":into", m->into);
    return bk_run_stmt(st, err);
}

/* --- all moves at once --- */

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The runs that lose or get claims, each once. */
static size_t touched(struct bk_arena *a, const struct bk_claim_move *moves, size_t n,
                      int64_t **runs)
{
    size_t n_all = 0, kept = 0;
    *runs = bk_alloc_array(a, 2 * n, sizeof **runs);
    for (size_t i = 0; i < n; i++) {
        if (moves[i].from) {
            (*runs)[n_all++] = moves[i].from;
        }
        if (moves[i].into) {
            (*runs)[n_all++] = moves[i].into;
        }
    }
    qsort(*runs, n_all, sizeof **runs, by_id);
    for (size_t i = 0; i < n_all; i++) {
        if (kept == 0 || (*runs)[i] != (*runs)[kept - 1]) {
            (*runs)[kept++] = (*runs)[i];
        }
    }
    return kept;
}

static bool empty(struct bk_archive *ar, int64_t run, struct bk_err *err)
{
    return count_findings(ar, run, -1, err) &&
           run_by_id(ar, BK_SQL_CLAIMS_CLEAR_MEASUREMENTS, ":run", run, err) &&
           run_by_id(ar, BK_SQL_CLAIMS_CLEAR_FINDINGS, ":run", run, err);
}

static bool fill(struct bk_archive *ar, int64_t run, struct bk_err *err)
{
    struct bk_unit_run *mine = of_unit(ar, run);
    return (!mine || rename_run(ar, mine, err)) &&
           run_by_id(ar, BK_SQL_CLAIMS_PUT_MEASUREMENTS, ":run", run, err) &&
           run_by_id(ar, BK_SQL_CLAIMS_PUT_FINDINGS, ":run", run, err) &&
           put_differences(ar, run, err) && put_conflicts(ar, run, err) &&
           count_findings(ar, run, 1, err);
}

bool bk_move_claims(struct bk_archive *ar, const struct bk_claim_move *moves, size_t n,
                    struct bk_err *err)
{
    int64_t *runs;
    size_t n_runs = touched(ar->scratch, moves, n, &runs);
    for (size_t i = 0; i < n_runs; i++) {
        if (!empty(ar, runs[i], err)) {
            return false;
        }
    }
    for (int releasing = 0; releasing < 2; releasing++) {
        for (size_t i = 0; i < n; i++) {
            if ((moves[i].into == 0) == releasing && !move(ar, &moves[i], err)) {
                return false;
            }
        }
        /* names of absorbed runs are free again */
        bk_ids_forget_kind(&ar->ids, BK_CACHED_NAME);
    }
    for (size_t i = 0; i < n_runs; i++) {
        if (!fill(ar, runs[i], err)) {
            return false;
        }
    }
    return true;
}
