/* Sizing: what the files that ask about capacity sheets share.
 *
 * A sheet is a sizing run of the warehouse (src/record/sizing.h says what its numbers
 * give).  A side of a question is a sheet, or one of its scenarios. */
#ifndef BK_QUERY_SIZING_H
#define BK_QUERY_SIZING_H

#include "../record/sizing.h"
#include "question.h"
#include "select.h"
#include "sizing_model.h"

struct bk_sizing_args {
    const char *model, *hardware;
    struct bk_strings slos;
    /* of a plan; texts, for most take lists and ranges */
    const char *context, *concurrency, *kv_precision, *headroom, *ha;
    const char *budget_ratio, *overhead, *weights, *tensor_parallel;
    const char *gpus, *gpu_memory, *sheet, *snapshot;
    struct bk_strings set;
};

#define BK_BLOCK 16 /* tokens of a block of KV cache, vLLM's default */

/* --- sheets --- */

struct bk_sheet {
    int64_t id;
    struct bk_str name;               /* "gpt-oss-20b@dgx-b200" */
    struct bk_str model, server;      /* as written */
    struct bk_str known_model;        /* of the warehouse */
    struct bk_str hardware;           /* canonical */
    struct bk_str generation, source; /* of the file */
    struct bk_str report;             /* the text beside a JSON; empty: none */
    int64_t taken_ns, findings;
    /* once bk_sheet_read was called: */
    struct bk_sizing sizing; /* values */
    const struct bk_sizing_index *index;
    struct bk_architecture of; /* its model, as the archive knows it */
};

/* The sheets by time; those of a model and a kind of machine only (NULL: any).  A model is
 * named as the sheet, the warehouse or a published shape names it. */
bool bk_sheets_list(struct bk_db *db, struct bk_arena *a, const char *model,
                    const char *hardware, struct bk_sheet **sheets, size_t *n,
                    struct bk_err *err);
/* Fills in what a sheet says. */
bool bk_sheet_read(struct bk_db *db, struct bk_arena *a, struct bk_sheet *sheet,
                   struct bk_err *err);
/* What names of one model have alike: its published shape, else the bare name; a cache
 * keeps what was found out (zero-initialise it).  Two names mean one model when these are
 * equal. */
struct bk_str bk_model_key(struct bk_arena *a, struct bk_map *cache,
                           struct bk_str name);
bool bk_same_model(struct bk_arena *a, struct bk_map *cache, struct bk_str one,
                   struct bk_str other);

/* A sheet, and a scenario of it unless that is empty: "NAME" or "NAME:SCENARIO".  NULL
 * stands for the only sheet there is.  Read.  BK_EUSAGE with the nearest name. */
struct bk_sheet_ref {
    struct bk_sheet *sheet;
    struct bk_str scenario;
};
bool bk_sheet_find(struct bk_db *db, struct bk_arena *a, const char *ref,
                   struct bk_sheet_ref *found, struct bk_err *err);

/* The scenarios of a reference: one, or all of its sheet. */
const struct bk_str *bk_sheet_scenarios(const struct bk_sheet_ref *ref, size_t *n);

/* The scenario that a reference without one stands for: the recommended one, or else the
 * sheet's first. */
struct bk_str bk_sheet_usual(const struct bk_sheet_ref *ref);

/* A number within a scenario of a sheet; NAN. */
double bk_sheet_number(const struct bk_sheet *sheet, struct bk_str scenario,
                       const char *name);
/* A text of a scenario's configuration, else of the inputs; may be empty. */
struct bk_str bk_sheet_text(const struct bk_sheet *sheet, struct bk_str scenario,
                            const char *name);
/* What a node has for sessions, in bytes; NAN. */
double bk_sheet_budget(const struct bk_sheet *sheet, struct bk_str scenario);
/* What a session takes, in bytes, as exactly as the sheet allows; NAN. */
double bk_sheet_session(const struct bk_sheet *sheet, struct bk_str scenario);

/* What a session is computed from: the architecture that the sheet was filled in with,
 * else the one that is known of its model (*known).  False: neither is. */
bool bk_sheet_kv(const struct bk_sheet *sheet, struct bk_str scenario,
                 struct bk_sizing_kv *kv, bool *known);

/* --- the parts of the question --- */

bool bk_sizing_ask_list(struct bk_db *db, const struct bk_sizing_args *o,
                        struct bk_report *r, struct bk_err *err);
bool bk_sizing_ask_show(struct bk_db *db, const char *ref, struct bk_report *r,
                        struct bk_err *err);
/* One reference: its scenarios side by side. */
bool bk_sizing_ask_compare(struct bk_db *db, const char *const *refs, size_t n,
                           struct bk_report *r, struct bk_err *err);
/* Without sheets: from a model and a machine, options for what they do not say. */
bool bk_sizing_ask_plan(struct bk_db *db, const struct bk_sizing_args *o,
                        struct bk_report *r, struct bk_err *err);
/* A sheet, run or session; NULL: all sheets and snapshots. */
bool bk_sizing_ask_check(struct bk_db *db, const struct bk_sizing_args *o,
                         const char *ref, const struct bk_strings *where,
                         struct bk_report *r, struct bk_err *err);

#endif
