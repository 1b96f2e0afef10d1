/* What people said of results, and what follows from it for the rows of a series.
 *
 * An annotation names what it is about by names and conditions; one without any metric is
 * about all of them.  A level shift begins in a session and goes on: rows from there on
 * are compared only with each other, while the noise of the levels before still counts.
 * An outlier keeps its row, and nothing is compared with it.  A muted metric is not judged
 * by 'regressions' and 'gate'.  A note is shown. */
#ifndef BK_QUERY_ANNOTATIONS_H
#define BK_QUERY_ANNOTATIONS_H

#include "series.h"

enum bk_annotation_kind {
    BK_LEVEL_SHIFT,
    BK_OUTLIER,
    BK_MUTE,
    BK_REMARK,
    BK_N_ANNOTATION_KINDS
};
extern const char *const bk_annotation_kinds[BK_N_ANNOTATION_KINDS]; /* "level-shift" */

struct bk_annotation {
    int64_t id;
    enum bk_annotation_kind kind;
    struct bk_str session, run, hardware, model, workload; /* empty: any */
    struct bk_str filter; /* further conditions, as --where takes them */
    struct bk_str metric, stat;
    struct bk_str reason, author;
    struct bk_str undone_by, undone_why;
    int64_t created_ns, undone_ns; /* BK_NO_TIME: in force */
    int64_t session_started_ns;    /* BK_NO_TIME: unknown, or no such session */
};
struct bk_annotation_list {
    struct bk_annotation *items; /* by number */
    size_t n;
};

/* Those in force, or all; in the arena. */
bool bk_annotations_load(struct bk_db *db, struct bk_arena *a, bool all,
                         struct bk_annotation_list *list, struct bk_err *err);
/* The runs that an annotation is about, but for its session, its run and its metric. */
bool bk_annotation_filter(struct bk_db *db, struct bk_arena *a,
                          const struct bk_annotation *n, struct bk_filter *f,
                          struct bk_err *err);
/* Is the run one that the annotation names?  From the session of a level shift on others
 * are concerned too. */
bool bk_annotation_names(const struct bk_annotation *n, const struct bk_filter *f,
                         const struct bk_run_row *run);
/* "session 063, h100, ttft.p95": what it is about. */
struct bk_str bk_annotation_about(struct bk_arena *a, const struct bk_annotation *n);
/* "annotation 3, level shift from session 063 on, h100: new driver (Ana, 2026-03-01)". */
struct bk_str bk_annotation_text(struct bk_arena *a, const struct bk_annotation *n);
/* Is a metric and statistic among what it is about? */
bool bk_annotation_has(const struct bk_annotation *n, const struct bk_quantity *q);

/* A section 'annotations' of those in force that name one of the runs, if there are any.
 * A mute is among them when 'has' says that they have its metric. */
bool bk_annotations_section(
    struct bk_db *db, struct bk_report *r, const struct bk_run_list *runs,
    bool (*has)(const struct bk_report *r, struct bk_str metric), struct bk_err *err);

/* A note of the report for each of those in force that names a run of n lists, mutes left
 * out. */
struct bk_told_runs {
    const struct bk_run_list *const *lists;
    size_t n;
};
bool bk_annotations_tell(struct bk_db *db, struct bk_report *r,
                         const struct bk_told_runs *runs, struct bk_err *err);

/* --- on lines --- */

struct bk_marks { /* the annotations in force, held against the runs of lines */
    struct bk_arena *arena;
    const struct bk_lines *lines;
    struct bk_mark_scope {
        const struct bk_annotation *of;
        bool
            *runs; /* of the list: named by it; of a level shift: but for its session */
        size_t first; /* session of a level shift; BK_NONE: nobody knows when it was */
        bool used;    /* it changed an answer */
    } * scopes;       /* by 'first' */
    size_t n;
};

/* Loads what is in force. */
bool bk_marks_load(struct bk_db *db, struct bk_lines *lines, struct bk_marks *marks,
                   struct bk_err *err);
/* Takes an outlier's value out (NAN) where other runs of its line and session stay. */
void bk_marks_values(const struct bk_marks *marks, const struct bk_quantity *q,
                     double *values);
/* Marks the rows of a series: level, shift, outlier. */
void bk_marks_rows(const struct bk_marks *marks, struct bk_series *s);
/* Sets out[i] for each run i of the lines' list that is, by what people said of this
 * quantity, no evidence of how its line does now: outliers, and those before the last
 * level shift.  What leaves runs out counts as used. */
void bk_marks_out(struct bk_marks *marks, const struct bk_quantity *q, bool *out);
/* What mutes a row of this quantity; NULL: nothing. */
const struct bk_annotation *bk_marks_mute(const struct bk_marks *marks,
                                          const struct bk_quantity *q,
                                          const struct bk_series_row *row);
/* The notes on a row, the outlier that it is and the level shift that it begins, as one
 * text; empty: none.  They count as used. */
struct bk_str bk_marks_text(struct bk_marks *marks, const struct bk_quantity *q,
                            const struct bk_series_row *row);
/* Is a run not to be compared with those of other lines: an outlier, or before a level
 * shift, even where its own line was not measured since?
 * 'run' is its place in the list.  What says so counts as used. */
bool bk_marks_leave_out(struct bk_marks *marks, const struct bk_quantity *q,
                        size_t run);
/* Remembers that an annotation changed an answer; NULL is fine. */
void bk_marks_use(struct bk_marks *marks, const struct bk_annotation *n);
/* A note of the report for each that was used. */
void bk_marks_report(const struct bk_marks *marks, struct bk_report *r);

#endif
