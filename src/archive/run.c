/* Runs: names resolved, a name for people, and everything that hangs on a run. */
#include "../base/file.h"
#include "../samples/samples.h"
#include "internal.h"

#include <math.h>

/* --- the session of a run that names none --- */

/* "results/sweep_h100.csv.gz" -> "sweep_h100": packing and one more ending go, a dot at
 * the beginning stays. */
static struct bk_str without_endings(struct bk_str name)
{
    static const char *const packings[] = {".gz", ".zst"};
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++) {
        if (name.len > bk_str(packings[i]).len && bk_ends(name, bk_str(packings[i]))) {
            name = bk_upto(name, name.len - bk_str(packings[i]).len);
        }
    }
    size_t dot = bk_rfind_char(name, '.');
    return dot == BK_NONE || dot == 0 ? name : bk_upto(name, dot);
}

static struct bk_str default_session(struct bk_archive *ar, const struct bk_run *run,
                                     size_t source)
{
    char date[16];
    if (run->started_ns != BK_NO_TIME) {
        size_t n = bk_format_date(run->started_ns, date);
        return bk_dup(ar->scratch, (struct bk_str){date, n});
    }
    struct bk_str path =
        source < ar->n_sources ? ar->sources[source].path : ar->unit_path;
    while (path.len > 1 && path.ptr[path.len - 1] == '/') {
        path.len--;
    }
    if (bk_is(path, "-")) {
        return BK_S("stdin");
    }
    return without_endings(bk_path_base(path));
}

/* Index of the source that a run is mainly from: that of its first measurement, else
 * the first that is more than context. */
static size_t main_source(const struct bk_archive *ar, const struct bk_run *run)
{
    if (run->n_measurements > 0) {
        return run->measurements[0].source;
    }
    for (size_t i = 0; i < ar->n_sources; i++) {
        if (!ar->sources[i].context) {
            return i;
        }
    }
    return 0;
}

/* --- the row --- */

struct row { /* of a run */
    int64_t id, session, hardware, model, engine, workload, config, source;
    struct bk_str key, name;
    bool kept_name;
    char content[65];
};

/* A key tells the runs of one unit apart; importers see to that within a file, but a
 * unit may have several files and a table the same line twice. */
static struct bk_str free_key(struct bk_archive *ar, struct bk_str key)
{
    void *taken = bk_map_get(&ar->run_keys, key);
    if (!taken) {
        key = bk_dup(ar->unit, key);
        bk_map_put(ar->unit, &ar->run_keys, key, (void *)(uintptr_t)1);
        return key;
    }
    for (uintptr_t n = (uintptr_t)taken + 1;; n++) {
        struct bk_str numbered = bk_fmt(ar->unit, "%.*s#%zu", BK_F(key), (size_t)n);
        if (!bk_map_get(&ar->run_keys, numbered)) {
            bk_map_put(ar->unit, &ar->run_keys, bk_dup(ar->unit, key), (void *)n);
            bk_map_put(ar->unit, &ar->run_keys, numbered, (void *)(uintptr_t)1);
            return numbered;
        }
    }
}

static void add_part(struct bk_buf *name, struct bk_str part)
{
    part = bk_trim(part);
    if (part.len > 0) {
        bk_buf_addf(name, "%s%.*s", name->len ? "/" : "", BK_F(part));
    }
}

struct bk_str bk_run_base_name(struct bk_archive *ar, const struct bk_run_parts *parts)
{
    struct bk_buf name = {0};
    add_part(&name, parts->session);
    add_part(&name, parts->hardware);
    add_part(&name, parts->workload);
    add_part(&name, parts->key);
    struct bk_str base = bk_dup(ar->scratch, bk_buf_str(&name));
    bk_buf_free(&name);
    return base;
}

static bool name_run(struct bk_archive *ar, const struct bk_run *run,
                     struct bk_str session, struct bk_str hardware, struct row *row,
                     struct bk_err *err)
{
    const struct bk_run_parts parts = {session, hardware, run->workload, run->key};
    struct bk_str base = bk_run_base_name(ar, &parts);
    row->key = free_key(ar, bk_trim(run->key));
    if (!bk_run_name(ar, row->key, base, &row->name, &row->kept_name, err)) {
        return false;
    }
    row->name = bk_dup(ar->unit, row->name);
    return true;
}

static bool touch_session(struct bk_archive *ar, int64_t id, int64_t started_ns,
                          struct bk_err *err)
{
    struct bk_str key = {(const char *)&id, sizeof id};
    if (!bk_map_get(&ar->sessions, key)) {
        bk_map_put(ar->unit, &ar->sessions, bk_dup(ar->unit, key),
                   (void *)(uintptr_t)1);
        ar->counts.sessions++;
    }
    if (started_ns == BK_NO_TIME) {
        return true;
    }
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_SESSION_STARTED);
    bk_bind_int(st, ":id", id);
    bk_bind_int(st, ":started", started_ns);
    return bk_run_stmt(st, err);
}

static bool resolve(struct bk_archive *ar, const struct bk_run *run, struct row *row,
                    struct bk_err *err)
{
    size_t source = main_source(ar, run);
    struct bk_str hardware, session = bk_trim(run->session);
    if (session.len == 0) {
        session = default_session(ar, run, source);
    }
    return bk_source_id(ar, source, &row->source, err) &&
           bk_name_id(ar, BK_CACHED_SESSION, session, &row->session, err) &&
           bk_hardware_id(ar, run->hardware, &row->hardware, &hardware, err) &&
           bk_model_id(ar, run->model, &row->model, err) &&
           bk_name_id(ar, BK_CACHED_ENGINE, run->engine, &row->engine, err) &&
           bk_name_id(ar, BK_CACHED_WORKLOAD, run->workload, &row->workload, err) &&
           bk_config_id(ar, run->params, run->n_params, &row->config, err) &&
           touch_session(ar, row->session, run->started_ns, err) &&
           name_run(ar, run, session, hardware, row, err);
}

static bool insert_run(struct bk_archive *ar, const struct bk_run *run, struct row *row,
                       struct bk_err *err)
{
    bk_run_content(ar->scratch, run, row->content);
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_RUN_INSERT);
    bk_bind_id(st, ":id", bk_run_number(ar, row->key));
    bk_bind_int(st, ":unit", ar->unit_id);
    bk_bind_text(st, ":key", row->key);
    bk_bind_text(st, ":name", row->name);
    bk_bind_int(st, ":session", row->session);
    bk_bind_int(st, ":hardware", row->hardware);
    bk_bind_int(st, ":model", row->model);
    bk_bind_int(st, ":engine", row->engine);
    bk_bind_int(st, ":workload", row->workload);
    bk_bind_int(st, ":config", row->config);
    bk_bind_time(st, ":started", run->started_ns);
    bk_bind_time(st, ":ended", run->ended_ns);
    bk_bind_text(st, ":started_text", run->started_text);
    bk_bind_text(st, ":status", bk_str(bk_status_name(run->status)));
    bk_bind_text(st, ":status_why", run->status_why);
    bk_bind_int(st, ":claims", run->claims);
    bk_bind_int(st, ":session_given", bk_trim(run->session).len > 0);
    bk_bind_text(st, ":content", bk_str(row->content));
    return bk_insert(st, &row->id, err);
}

/* --- what hangs on a run --- */

static double known_or_0(double x)
{
    return isfinite(x) ? x : 0;
}

static bool write_stages(struct bk_archive *ar, int64_t id, const struct bk_run *run,
                         struct bk_err *err)
{
    for (size_t i = 0; i < run->n_stages; i++) {
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_LOAD_STAGE_INSERT);
        bk_bind_int(st, ":run", id);
        bk_bind_int(st, ":seq", (int64_t)i);
        bk_bind_real(st, ":seconds", known_or_0(run->stages[i].seconds));
        bk_bind_real(st, ":vus", known_or_0(run->stages[i].vus));
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

static void bind_known(struct bk_stmt *st, const char *param, double x)
{
    if (isfinite(x)) {
        bk_bind_real(st, param, x);
    }
}

static bool write_ticks(struct bk_archive *ar, int64_t id, const struct bk_run *run,
                        struct bk_err *err)
{
    for (size_t i = 0; i < run->n_ticks; i++) {
        const struct bk_tick *t = &run->ticks[i];
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_TIMELINE_INSERT);
        bk_bind_int(st, ":run", id);
        bk_bind_int(st, ":seq", (int64_t)i);
        bk_bind_real(st, ":elapsed", known_or_0(t->elapsed_s));
        bind_known(st, ":vus", t->vus);
        bind_known(st, ":iterations", t->iterations);
        bind_known(st, ":interrupted", t->interrupted);
        bind_known(st, ":requests", t->requests);
        bind_known(st, ":failed", t->failed);
        bind_known(st, ":latency_mean", t->latency_mean_s);
        bind_known(st, ":latency_p95", t->latency_p95_s);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

static const char *threshold_state(const struct bk_threshold *t)
{
    switch (t->state) {
    case BK_THRESHOLD_PASSED:
        return "passed";
    case BK_THRESHOLD_FAILED:
        return "failed";
    case BK_THRESHOLD_UNKNOWN:
        return "unknown";
    }
    return "unknown";
}

static bool write_thresholds(struct bk_archive *ar, const struct row *row,
                             const struct bk_run *run, struct bk_err *err)
{
    for (size_t i = 0; i < run->n_thresholds; i++) {
        const struct bk_threshold *t = &run->thresholds[i];
        struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_THRESHOLD_INSERT);
        bk_bind_int(st, ":run", row->id);
        bk_bind_int(st, ":seq", (int64_t)i);
        bk_bind_text(st, ":metric", t->metric);
        bk_bind_text(st, ":expression", t->expression);
        bk_bind_text(st, ":state", bk_str(threshold_state(t)));
        bk_bind_int(st, ":source", row->source);
        bk_bind_text(st, ":locator", t->locator);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}

static bool write_findings(struct bk_archive *ar, int64_t id, const struct bk_run *run,
                           struct bk_err *err)
{
    for (size_t i = 0; i < run->n_findings; i++) {
        if (!bk_write_finding(ar, &run->findings[i], id, 0, err)) {
            return false;
        }
    }
    return true;
}

/* Does a rebuilt run say something else than before? */
static bool has_changed(const struct bk_archive *ar, const struct row *row)
{
    const struct bk_kept_run *old = bk_kept_run(ar, row->key);
    return ar->in_place &&
           !(old && bk_eq(old->name, row->name) && old->session_id == row->session &&
             old->hardware_id == row->hardware && bk_is(old->content, row->content));
}

bool bk_write_run(struct bk_sink *s, struct bk_run *run, struct bk_err *err)
{
    struct bk_archive *ar = (struct bk_archive *)s;
    struct row row = {0};
    struct bk_arena_mark mark = bk_arena_mark(ar->scratch);
    bool ok =
        resolve(ar, run, &row, err) && insert_run(ar, run, &row, err) &&
        bk_write_measurements(ar, row.id, run, err) &&
        write_stages(ar, row.id, run, err) && write_ticks(ar, row.id, run, err) &&
        (!run->samples || bk_write_samples(ar, row.id, run->samples, err)) &&
        write_thresholds(ar, &row, run, err) &&
        bk_write_facts(ar, BK_SQL_HARDWARE_FACT_INSERT, row.hardware,
                       run->hardware_facts, run->n_hardware_facts, row.source, err) &&
        bk_write_facts(ar, BK_SQL_MODEL_FACT_INSERT, row.model, run->model_facts,
                       run->n_model_facts, row.source, err) &&
        write_findings(ar, row.id, run, err);
    bk_arena_release(ar->scratch, mark);
    if (ok) {
        *BK_PUSH(ar->unit, ar->runs, ar->n_runs) =
            (struct bk_unit_run){.id = row.id,
                                 .session_id = row.session,
                                 .hardware_id = row.hardware,
                                 .source_id = row.source,
                                 .unit_id = ar->unit_id,
                                 .name = row.name,
                                 .kept_name = row.kept_name,
                                 .changed = has_changed(ar, &row)};
        ar->counts.runs++;
        ar->counts.samples += (int64_t)run->n_samples;
    }
    return ok;
}
