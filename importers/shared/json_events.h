/* JSON as a stream of events, for documents that must not be held in memory.
 *
 * The grammar, the places in messages and the limits of depth and digits are those of
 * the tree reader (json.h).  The text comes in chunks of any size; memory is one window
 * and the string in progress, of which no more than a maximum is kept.  There is no
 * limit to the number of values.  Equal keys are left to the reader of the events. */
#ifndef BK_IMPORTERS_SHARED_JSON_EVENTS_H
#define BK_IMPORTERS_SHARED_JSON_EVENTS_H

#include "json.h"

/* Where the text comes from: the next bytes, valid until the next call; empty at the
 * end. */
struct bk_json_source {
    bool (*more)(void *of, struct bk_str *chunk, struct bk_err *err);
    void *of;
};

enum bk_json_event_kind {
    BK_JSON_SCALAR, /* null, bool, number or string */
    BK_JSON_OPEN,   /* an array or object begins */
    BK_JSON_CLOSE,  /* the innermost array or object ends */
    BK_JSON_END     /* the document is complete */
};

struct bk_json_event {
    enum bk_json_event_kind kind;
    enum bk_json_type type; /* of the value; of CLOSE: what ends */
    struct bk_str key;      /* of a member of an object; valid until the next call */
    struct bk_str text;     /* as in struct bk_json; valid until the next call */
    bool cut;               /* text is only the beginning of a long string */
    bool boolean;
    double number;
    size_t depth; /* arrays and objects around the value */
    size_t line;  /* 1-based */
    uint64_t offset;
};

struct bk_json_events;

/* flags as of bk_json_parse, without BK_JSON_MANY.  Of strings and keys no more than
 * max_string bytes are kept. */
struct bk_json_events *bk_json_events_new(struct bk_json_source source, unsigned flags,
                                          size_t max_string);
void bk_json_events_free(struct bk_json_events *e); /* NULL is fine */

/* The next event.  Errors: BK_EINPUT "line 3 column 14: ...", and those of the source. */
bool bk_json_events_next(struct bk_json_events *e, struct bk_json_event *event,
                         struct bk_err *err);
/* Reads to the end of the array or object that was opened last; its strings are checked
 * and not kept. */
bool bk_json_events_skip(struct bk_json_events *e, struct bk_err *err);

/* A tree of the parts of a document that matter, in the arena.  'wanted' says of each
 * member and element whether it is kept (path: keys from the root, the last one its own;
 * NULL text for elements); what is left out is read and forgotten.  At most max_values
 * are kept. */
struct bk_json_path {
    const struct bk_json_path *up; /* NULL at the root's members */
    struct bk_str key;             /* empty: an element */
    size_t depth;                  /* of the value; 1 for the root's members */
};
struct bk_json_selection {
    bool (*wanted)(const struct bk_json_path *path);
    size_t max_values;
    size_t max_string;
    unsigned flags;
};
struct bk_json *bk_json_select(struct bk_arena *a, struct bk_json_source source,
                               const struct bk_json_selection *how, struct bk_err *err);

#endif
