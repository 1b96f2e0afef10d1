/* An explanation of an import: a dry run into an empty warehouse in memory, so that the
 * real one is only read, and need not be there. */
#include "api.h"

#include "../ingest/explain.h"

static bool explain(const struct bk_explanation *x, bk_warehouse *scratch,
                    struct bk_report *report, struct bk_err *err)
{
    struct bk_archive *archive, *known = NULL;
    struct bk_ingest_observer observer = {0};
    if (!bk_api_archive(scratch, &archive, err) ||
        (x->known && !bk_api_archive(x->known, &known, err)))
        return false;
    if (x->observer)
        observer = *x->observer;
    observer.explain = bk_explain_new(report, known);
    bool ok = bk_ingest(archive, x->options, x->paths, &observer, err);
    bk_explain_end(observer.explain);
    return ok;
}

bool bk_api_explain(const struct bk_explanation *x, struct bk_report **report,
                    struct bk_err *err)
{
    bk_warehouse *scratch = NULL;
    *report = bk_report_new("explain");
    bool ok = bk_api_open_memory(&scratch, err) && explain(x, scratch, *report, err);
    bk_close(scratch);
    if (!ok) {
        bk_report_free(*report);
        *report = NULL;
    }
    return ok;
}
