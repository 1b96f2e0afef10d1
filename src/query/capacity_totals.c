/* capacity RUN where nothing tells how the run went: what its totals must obey all the
 * same (Little's law, and the requests that users make over a load shape). */
#include "capacity_run.h"

#include <math.h>

static bool total_of(struct bk_db *db, struct bk_arena *a, struct bk_run_list *run,
                     const char *metric, const char *stat, double *x,
                     struct bk_err *err)
{
    struct bk_run_values values;
    *x = (double)NAN;
    if (!bk_values_of_runs(db, a, metric, stat, run, &values, err))
        return false;
    if (values.n > 0)
        *x = values.items[0].value;
    return true;
}

bool bk_cap_totals_load(struct bk_db *db, struct bk_cap_course *c,
                        const struct bk_run_row *row, struct bk_cap_totals *t,
                        struct bk_err *err)
{
    struct bk_run_row copy = *row;
    struct bk_run_list one = {&copy, 1};
    const struct {
        const char *metric, *stat;
        double *to;
    } wanted[] = {
        {"requests", "value", &c->n_requests},
        {"requests_ok", "value", &c->n_ok},
        {"iterations", "value", &c->n_iterations},
        {"request_throughput", "value", &t->throughput},
        {"ok_throughput", "value", &t->ok_throughput},
        {"request_latency", "mean", &t->latency},
        {"iteration_duration", "mean", &t->iteration},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (!total_of(db, c->arena, &one, wanted[i].metric, wanted[i].stat,
                      wanted[i].to, err))
            return false;
    }
    return true;
}

struct shape { /* of the load; NAN: not known */
    double user_seconds, seconds;
    double most; /* users */
};

/* The load moves in straight lines from each step to the next. */
static bool read_stages(struct bk_db *db, int64_t run, struct shape *shape,
                        struct bk_err *err)
{
    bool more, ok;
    double before = 0, area = 0, seconds = 0, most = 0;
    struct bk_stmt *st = bk_stmt(db, BK_SQL_SHOW_STAGES);
    bk_bind_int(st, ":run", run);
    while ((ok = bk_step(st, &more, err)) && more) {
        double length = bk_col_real(st, 0), users = bk_col_real(st, 1);
        area += length * (before + users) / 2;
        seconds += length;
        most = fmax(most, users);
        before = users;
    }
    bk_reset(st);
    if (seconds > 0 && most > 0)
        *shape = (struct shape){area, seconds, most};
    return ok;
}

static double most_users(const struct bk_run_row *run)
{
    static const char *const names[] = {"vus_max", "concurrency", "max_concurrency",
                                        "users", "vus"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        double users = bk_capacity_param(run, bk_str(names[i]));
        if (users > 0)
            return users;
    }
    return (double)NAN;
}

static void add_checks(struct bk_report *r, const struct bk_cap_course *c,
                       const struct bk_cap_totals *t, const struct shape *shape,
                       double pause, double connections)
{
    struct bk_section *section = bk_capacity_checks(r);
    struct bk_in_flight f = {
        .at = BK_S("the whole run"),
        .load = shape->seconds > 0 ? shape->user_seconds / shape->seconds : shape->most,
        .throughput = t->throughput,
        .latency = t->latency,
        .pause = (double)NAN,
        .connections = (double)NAN,
        .ok_throughput = (double)NAN};
    bk_capacity_little(r, section, &f);
    bk_capacity_ramp(r, section, shape->user_seconds, c->n_requests,
                     t->latency + pause);
    f.at =
        bk_fmt(r->arena, "%.*s users", BK_F(bk_capacity_number(r->arena, shape->most)));
    f.load = shape->most;
    f.pause = pause;
    f.connections = connections;
    f.throughput = isnan(pause) ? t->throughput : (double)NAN;
    f.ok_throughput = t->ok_throughput;
    if (connections > 0)
        bk_capacity_little(r, section, &f);
}

bool bk_capacity_totals(struct bk_db *db, const struct bk_run_row *run,
                        const struct bk_cap_course *c, const struct bk_cap_totals *t,
                        struct bk_report *r, bool *told, struct bk_err *err)
{
    struct shape shape = {(double)NAN, (double)NAN, most_users(run)};
    double pause = t->iteration - t->latency;
    double connections = bk_capacity_connections(run);
    if (!read_stages(db, run->id, &shape, err))
        return false;
    if (isnan(pause))
        pause = bk_capacity_param(run, BK_S("think_time"));
    *told = t->latency > 0 && shape.most > 0 &&
            (t->throughput > 0 || (connections > 0 && pause >= 0));
    if (!*told)
        return true;
    bk_report_arg(r, "run", run->name);
    add_checks(r, c, t, &shape, pause, connections);
    bk_report_note(r, "totals-only", BK_INFO,
                   "nothing tells how the run went on its way: only its totals are "
                   "checked");
    return true;
}
