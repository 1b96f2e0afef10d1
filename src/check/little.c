/* R5: in a closed loop no more requests are in flight than there are users, so the
 * throughput times the mean latency is at most their number (Little's law).  Of users
 * with a pause Z between two requests, latency / (latency + Z) of them are in flight: more
 * than the server's pools have connections have to queue, if each holds one. */
#include <math.h>

#include "../base/num.h"
#include "internal.h"

#define TOLERANCE 0.02

static bool number_param(const struct bk_run *r, const char *name, double *value)
{
    const struct bk_param *p = bk_run_find_param(r, name);
    return p && bk_parse_double(p->value, value) && *value > 0;
}

static bool users_of(const struct bk_run *r, double *users)
{
    if (number_param(r, "vus_max", users) || number_param(r, "concurrency", users))
        return true;
    const struct bk_measurement *m = bk_run_find(r, "vus", "max", "");
    if (!m)
        return false;
    *users = m->value;
    return m->value > 0;
}

/* Seconds between two requests of a user; NAN when nothing tells. */
static double pause_of(const struct bk_run *r, double latency)
{
    const struct bk_measurement *i = bk_run_find(r, "iteration_duration", "mean", "");
    return i != NULL ? i->value - latency : r->think_time_s;
}

/* It tells of the set-up, not of a fault in the numbers: an info. */
static void check_pools(struct bk_arena *a, struct bk_run *r,
                        const struct bk_measurement *w)
{
    double users, workers, pool, pause = pause_of(r, w->value);
    if (!users_of(r, &users) || !number_param(r, "workers", &workers) ||
        !number_param(r, "pool_size", &pool) || !(w->value > 0) || !(pause >= 0))
        return;
    double in_flight = users * w->value / (w->value + pause);
    double connections = workers * pool;
    if (!(in_flight > connections))
        return;
    struct bk_str most = bk_check_number(a, connections);
    struct bk_str got = bk_fmt(a, "%.0f", in_flight);
    struct bk_finding *f = bk_run_finding(
        a, r, "pool-queueing", BK_INFO, BK_S("request_latency"),
        "queueing certain if a request holds a connection: of %.*s users %.*s are in "
        "flight against %.*s connections (workers x pool_size)",
        BK_F(bk_check_number(a, users)), BK_F(got), BK_F(most));
    f->expected = bk_fmt(a, "<= %.*s", BK_F(most));
    f->actual = got;
    f->locator = w->locator;
}

void bk_check_little(struct bk_arena *a, struct bk_run *r)
{
    const struct bk_measurement *x = bk_check_main(r, "request_throughput");
    const struct bk_measurement *w = bk_run_find(r, "request_latency", "mean", "");
    double users;
    if (!r->closed_loop || !w || w->rank > 0)
        return;
    check_pools(a, r, w);
    if (!x || !users_of(r, &users))
        return;
    if (x->low * w->low <= users * (1 + TOLERANCE))
        return;
    struct bk_str in_flight = bk_check_number(a, x->value * w->value);
    struct bk_str most = bk_check_number(a, users);
    struct bk_finding *f = bk_run_finding(
        a, r, "little-law", BK_WARNING, BK_S("request_throughput"),
        "%.*s requests a second of %.*s s each are %.*s in flight, but only %.*s users "
        "were there",
        BK_F(bk_check_number(a, x->value)), BK_F(bk_check_number(a, w->value)),
        BK_F(in_flight), BK_F(most));
    f->expected = bk_fmt(a, "<= %.*s", BK_F(most));
    f->actual = in_flight;
    f->locator = x->locator;
}
