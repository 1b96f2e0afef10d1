/* Sessions with what is in them: the rows of 'sessions' and of 'export sessions'. */
#ifndef BK_QUERY_SESSION_ROWS_H
#define BK_QUERY_SESSION_ROWS_H

#include "../report/report.h"
#include "../store/db.h"

struct bk_session_row {
    int64_t id;
    struct bk_str name;
    int64_t started_ns;                      /* BK_NO_TIME: unknown */
    struct bk_str hardware, model, workload; /* names joined by ',', each once */
    int64_t runs, ok, degraded, failed, invalid;
    int64_t findings; /* warnings and errors about its runs */
};

struct bk_session_rows {
    struct bk_session_row *items; /* oldest first, those without a start last */
    size_t n;
};

enum {
    BK_N_SESSION_COLUMNS = 11
};
extern const struct bk_column bk_session_columns[BK_N_SESSION_COLUMNS];
void bk_session_cells(struct bk_value *cells, const struct bk_session_row *row);

/* All sessions that have runs. */
bool bk_sessions_load(struct bk_db *db, struct bk_arena *a,
                      struct bk_session_rows *rows, struct bk_err *err);

#endif
