/* What the command line needs of the library beyond the public interface: the parsed
 * options of an import, its observer, and the report behind an answer. */
#ifndef BK_API_API_H
#define BK_API_API_H

#include "../../include/benchkeep.h"
#include "../ingest/ingest.h"
#include "../query/question.h"
#include "../render/render.h"

/* To be called first by a program whose process is its own (see bk_db_own_process and
 * bk_memory_own_process). */
void bk_api_own_process(void);

/* The database of an open warehouse. */
struct bk_db *bk_api_db(bk_warehouse *w);
/* Its archive, made when first asked for. */
bool bk_api_archive(bk_warehouse *w, struct bk_archive **ar, struct bk_err *err);
bool bk_api_open(bk_warehouse **w, const char *path, bk_open_mode mode,
                 struct bk_err *err);

/* Asks a question whose arguments are parsed already; the report must be freed. */
bool bk_api_ask(bk_warehouse *w, const struct bk_question *q, const void *args,
                const struct bk_strings *positional, const struct bk_strings *where,
                struct bk_report **report, struct bk_err *err);

/* A warehouse in memory, empty: nothing that happens to it is kept. */
bool bk_api_open_memory(bk_warehouse **w, struct bk_err *err);

/* What an import of the paths would make of them, as a report that must be freed.
 * NULL when it fails. */
struct bk_explanation {
    bk_warehouse *known; /* whose aliases count; only read; may be NULL */
    const struct bk_import_options *options;
    const struct bk_strings *paths;
    const struct bk_ingest_observer *observer;
};
bool bk_api_explain(const struct bk_explanation *x, struct bk_report **report,
                    struct bk_err *err);

/* The numbers of the runs that a filter (--where) matches; in the arena. */
bool bk_api_run_ids(bk_warehouse *w, struct bk_arena *a, const struct bk_strings *where,
                    const int64_t **ids, size_t *n, struct bk_err *err);

/* Refuses a wrong number of positional arguments. */
bool bk_api_check_positional(const char *command, const char *usage,
                             const struct bk_strings *positional, size_t min,
                             size_t max, struct bk_err *err);

/* Language by name; false when there is none. */
bool bk_api_lang(const char *name, enum bk_lang *lang);

#endif
