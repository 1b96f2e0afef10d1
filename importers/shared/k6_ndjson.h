/* One line of k6's points as JSON (--out json): two readers of the same lines.
 *
 * The strict one goes over the whole line with json.h and knows every reason to refuse
 * it.  The fast one knows how k6 writes points, in any order of keys and with any white
 * space; it takes a line only when the strict one takes it too, with the same result
 * (the fuzz target points_json holds the two together), and leaves all else to it. */
#ifndef BK_IMPORTERS_SHARED_K6_NDJSON_H
#define BK_IMPORTERS_SHARED_K6_NDJSON_H

#include "k6_points.h"
#include "window.h"

#define BK_K6_MAX_RULES ((size_t)100) /* thresholds of a metric */

struct bk_k6_entry {
    bool is_metric;                   /* says what a metric is; else a point */
    struct bk_str metric;             /* its name */
    int64_t time_ns;                  /* of a point, as the rest up to 'same_tags' */
    double value;                     /* finite or not */
    struct bk_str tags[BK_K6_N_TAGS]; /* empty: not there, or no text */
    bool same_tags;               /* as the point read before: tags are not set again */
    struct bk_str type, contains; /* of a metric, as the rest */
    struct bk_str rules[BK_K6_MAX_RULES];
    size_t n_rules;
};

/* Reads any line.  Texts lie in the line and in the arena.  BK_EINPUT "line 12: ...". */
bool bk_k6_entry_read(struct bk_arena *a, struct bk_str text, size_t line,
                      struct bk_k6_entry *out, struct bk_err *err);

struct bk_k6_scanner {  /* zeroed at the start */
    struct bk_buf tags; /* text of the tags read last; empty: none */
    struct bk_buf time; /* text of the time read last */
    int64_t time_ns;
    struct bk_arena *a; /* for tags with escapes; set by the caller */
};
/* Reads a point that is written in the usual way; false: it is not, nothing is known of
 * the line.  BK_WINDOW_PAD bytes behind the text may be read. */
bool bk_k6_entry_scan(struct bk_k6_scanner *s, struct bk_str text,
                      struct bk_k6_entry *out);
void bk_k6_scanner_free(struct bk_k6_scanner *s);

#endif
