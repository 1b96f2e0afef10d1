/* Findings and facts: what is said about runs, sizing runs and whole sources. */
#include "internal.h"

bool bk_insert_finding(struct bk_archive *ar, const struct bk_finding *finding,
                       const struct bk_finding_place *place, struct bk_err *err)
{
    struct bk_stmt *st = bk_stmt(ar->db, BK_SQL_FINDING_INSERT);
    bk_bind_text(st, ":code", finding->code);
    bk_bind_text(st, ":severity", bk_str(bk_severity_name(finding->severity)));
    bk_bind_text(st, ":subject", finding->subject);
    bk_bind_text(st, ":message", finding->message);
    bk_bind_text(st, ":expected", finding->expected);
    bk_bind_text(st, ":actual", finding->actual);
    bk_bind_int(st, ":source", place->source_id);
    bk_bind_id(st, ":run", place->run_id);
    bk_bind_id(st, ":sizing_run", place->sizing_run_id);
    bk_bind_text(st, ":locator", finding->locator);
    bk_bind_id(st, ":absorbed", place->absorbed_id);
    bool of_file = place->run_id == 0 && place->sizing_run_id == 0;
    int64_t unit = place->unit_id ? place->unit_id : ar->unit_id;
    bk_bind_id(st, ":unit", of_file ? unit : 0);
    return bk_run_stmt(st, err);
}

bool bk_write_finding(struct bk_archive *ar, const struct bk_finding *finding,
                      int64_t run_id, int64_t sizing_run_id, struct bk_err *err)
{
    struct bk_finding_place place = {.run_id = run_id, .sizing_run_id = sizing_run_id};
    if (!bk_source_id(ar, finding->source, &place.source_id, err)) {
        return false;
    }
    ar->counts.findings++;
    return bk_insert_finding(ar, finding, &place, err);
}

bool bk_write_source_finding(struct bk_sink *s, const struct bk_finding *finding,
                             struct bk_err *err)
{
    return bk_write_finding((struct bk_archive *)s, finding, 0, 0, err);
}

bool bk_write_facts(struct bk_archive *ar, enum bk_sql insert, int64_t owner,
                    const struct bk_fact *facts, size_t n, int64_t source_id,
                    struct bk_err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct bk_stmt *st = bk_stmt(ar->db, insert);
        bk_bind_int(st, ":owner", owner);
        bk_bind_text(st, ":name", facts[i].name);
        bk_bind_text(st, ":value", facts[i].value);
        bk_bind_text(st, ":unit", facts[i].unit);
        bk_bind_int(st, ":source", source_id);
        bk_bind_text(st, ":locator", facts[i].locator);
        if (!bk_run_stmt(st, err)) {
            return false;
        }
    }
    return true;
}
