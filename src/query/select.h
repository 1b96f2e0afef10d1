/* Which runs a question is about: run rows with their names, and filters over them.
 *
 * A filter is a list of conditions joined by commas, as --where takes it:
 *     hardware=h100,workers>=8,status!=failed,model~qwen
 * Names are hardware model engine workload session status run claims and any config
 * parameter; operators = != < <= > >= and ~ (contains, any case).  Values of parameters
 * compare as numbers where both are; names are equal as texts ("062" is not "62"). */
#ifndef BK_QUERY_SELECT_H
#define BK_QUERY_SELECT_H

#include "../base/opt.h"
#include "../report/report.h"
#include "../store/db.h"

/* The dimensions of a run that are names. */
enum bk_dim {
    BK_DIM_SESSION,
    BK_DIM_HARDWARE,
    BK_DIM_MODEL,
    BK_DIM_ENGINE,
    BK_DIM_WORKLOAD,
    BK_N_DIMS
};
extern const char *const bk_dim_names[BK_N_DIMS];

struct bk_run_row {
    int64_t id;
    struct bk_str name;
    struct bk_str dim[BK_N_DIMS]; /* empty: unknown */
    const struct bk_pair *config; /* sorted by name */
    size_t n_config;
    int64_t started_ns; /* BK_NO_TIME: unknown */
    struct bk_str status, status_why;
    bool claims;
};

struct bk_run_list {
    struct bk_run_row *rows;
    size_t n;
};

struct bk_condition {
    struct bk_str name, value;
    enum bk_operator {
        BK_CMP_EQ,
        BK_CMP_NE,
        BK_CMP_LE,
        BK_CMP_GE,
        BK_CMP_LT,
        BK_CMP_GT,
        BK_CMP_HAS
    } op;
};

struct bk_filter {
    struct bk_condition *conditions;
    size_t n;
};

/* Parses conditions; several texts are joined.  Values of hardware are resolved through
 * the aliases of the warehouse.  BK_EUSAGE when a text is malformed, or names what is
 * neither a dimension nor a parameter that a run has or the dictionary lists. */
bool bk_filter_parse(struct bk_arena *a, struct bk_db *db,
                     const struct bk_strings *texts, struct bk_filter *f,
                     struct bk_err *err);
/* Reads conditions that were written by bk_filter_text.  A name that nothing has any more
 * is no error; a text that is none matches no run. */
bool bk_filter_read(struct bk_arena *a, struct bk_db *db, struct bk_str text,
                    struct bk_filter *f, struct bk_err *err);
/* The conditions as one text, for bk_filter_read. */
struct bk_str bk_filter_text(struct bk_arena *a, const struct bk_filter *f);
/* Adds "name = value" unless value is NULL. */
bool bk_filter_add(struct bk_arena *a, struct bk_db *db, struct bk_filter *f,
                   const char *name, const char *value, struct bk_err *err);
bool bk_filter_match(const struct bk_filter *f, const struct bk_run_row *row);
/* Is there a condition on this name? */
bool bk_filter_names(const struct bk_filter *f, const char *name);

/* The runs that match, ordered by start and id; in the arena. */
bool bk_runs_load(struct bk_db *db, struct bk_arena *a, const struct bk_filter *f,
                  struct bk_run_list *list, struct bk_err *err);
/* Takes runs out that a report tells about (claims) while a run of the same session,
 * hardware, model and workload with files of its own is in the list: a report retells
 * it.  Returns how many. */
size_t bk_runs_drop_retold(struct bk_arena *a, struct bk_run_list *list);
/* Both: what a filter matches, without what is retold unless the filter names claims.
 * n_retold (may be NULL): how many those were. */
bool bk_runs_load_told_once(struct bk_db *db, struct bk_arena *a,
                            const struct bk_filter *f, struct bk_run_list *list,
                            size_t *n_retold, struct bk_err *err);
/* The parameters that all of n runs have with one value.  None of a single run. */
void bk_config_shared(struct bk_arena *a, const struct bk_run_row *const *runs,
                      size_t n, const struct bk_pair **pairs, size_t *n_pairs);
/* BK_EUSAGE with the nearest name unless there is a session of this name. */
bool bk_session_must_exist(struct bk_db *db, struct bk_arena *a, const char *name,
                           struct bk_err *err);
/* Orders a list by id, for bk_runs_find. */
void bk_runs_sort_by_id(struct bk_run_list *list);
/* The run of this id in a list ordered by id, or NULL. */
const struct bk_run_row *bk_runs_find(const struct bk_run_list *list, int64_t id);
/* The run of this name or number; found is false when there is none.
 * A number is written "#12". */
bool bk_run_by_ref(struct bk_db *db, struct bk_arena *a, struct bk_str ref,
                   struct bk_run_row *row, bool *found, struct bk_err *err);
/* How names of machines are compared: lower case, blanks as '-'. */
struct bk_str bk_hardware_key(struct bk_arena *a, struct bk_str text);
/* The canonical name of a kind of machine, through the aliases; the folded text itself
 * when nothing is known under it. */
bool bk_hardware_name(struct bk_db *db, struct bk_arena *a, struct bk_str text,
                      struct bk_str *name, struct bk_err *err);

/* Value of a config parameter, or the empty slice. */
struct bk_str bk_row_param(const struct bk_run_row *row, struct bk_str name);
/* Does a parameter of this name count users or requests in flight? */
bool bk_param_counts_users(struct bk_str name);
/* A filter name's value of a run: dimension, status, run, claims or parameter. */
struct bk_str bk_row_value(const struct bk_run_row *row, struct bk_str name);

/* "name=value" lines of a config as pairs. */
void bk_config_pairs(struct bk_arena *a, struct bk_str canonical,
                     const struct bk_pair **pairs, size_t *n);
/* The pairs of a config without those that 'shared' holds too. */
void bk_config_without(struct bk_arena *a, const struct bk_run_row *run,
                       const struct bk_pair *shared, size_t n_shared,
                       const struct bk_pair **pairs, size_t *n);
/* "workers=24 pool_size=8" for people. */
struct bk_str bk_config_text(struct bk_arena *a, const struct bk_pair *pairs, size_t n);

/* A value per run of one metric, stat and scope. */
struct bk_run_value {
    int64_t run;
    double value;
};
struct bk_run_values {
    struct bk_run_value *items; /* sorted by run */
    size_t n;
};
bool bk_values_load(struct bk_db *db, struct bk_arena *a, const char *metric,
                    const char *stat, const char *scope, struct bk_run_values *values,
                    struct bk_err *err);
/* The same for the runs of a list at least: few runs are asked for one by one. */
bool bk_values_of_runs(struct bk_db *db, struct bk_arena *a, const char *metric,
                       const char *stat, const struct bk_run_list *runs,
                       struct bk_run_values *values, struct bk_err *err);
/* NULL: the run has none. */
const struct bk_run_value *bk_values_of(const struct bk_run_values *values,
                                        int64_t run);

#endif
