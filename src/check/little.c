/* R5: in a closed loop no more requests are in flight than there are users, so the
 * throughput times the mean latency is at most their number (Little's law). */
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

void bk_check_little(struct bk_arena *a, struct bk_run *r)
{
    const struct bk_measurement *x = bk_check_main(r, "request_throughput");
    const struct bk_measurement *w = bk_run_find(r, "request_latency", "mean", "");
    double users;
    if (!r->closed_loop || !x || !w || w->rank > 0 || !users_of(r, &users))
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
