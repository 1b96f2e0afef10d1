/* A plan's inputs: where each comes from, and lists of values to try. */
#ifndef BK_QUERY_SIZING_PLAN_H
#define BK_QUERY_SIZING_PLAN_H

#include "sizing.h"
#include "sizing_snapshot.h"

/* Where an input comes from, the first that says it: */
enum bk_plan_origin {
    BK_PLAN_GIVEN,     /* an option */
    BK_PLAN_SHEET,     /* the sheet of --sheet */
    BK_PLAN_SNAPSHOT,  /* the snapshot of --snapshot: measured */
    BK_PLAN_PUBLISHED, /* schema/model_shapes.csv */
    BK_PLAN_ARCHIVE,   /* facts about the model or the machine */
    BK_PLAN_DEFAULT
};

struct bk_plan_input {
    const char *name;
    double value; /* NAN: text */
    struct bk_str text, unit;
    enum bk_plan_origin origin;
    struct bk_str source;
};

/* What may be a list: each row of the plan takes one value of every axis. */
enum bk_plan_axis {
    BK_AXIS_CONTEXT,
    BK_AXIS_CONCURRENCY,
    BK_AXIS_PRECISION, /* values are enum bk_kv_precision */
    BK_AXIS_HEADROOM,
    BK_AXIS_HA, /* values are spare nodes */
    BK_AXIS_RATIO,
    BK_AXIS_TP,
    BK_N_AXES
};

struct bk_plan_values {
    double *values;
    struct bk_str *texts; /* as written: "fp8", "n+1"; empty for plain numbers */
    size_t n;             /* 0: not known, which only concurrency may be */
};

struct bk_plan {
    struct bk_arena *arena;
    struct bk_report *report;
    const struct bk_sizing_args *o;
    struct bk_sheet_ref sheet;     /* sheet NULL: none */
    struct bk_snapshot_view *view; /* NULL: none */
    struct bk_str model, hardware;
    struct bk_kv_model kv;
    bool has_kv;       /* the architecture is known */
    double most;       /* the model's own limit of tokens; NAN */
    double gpus;       /* of a node */
    double gpu_memory; /* bytes; NAN with a snapshot */
    double overhead;   /* bytes of a node */
    double weights;    /* bytes of one copy of the model */
    struct bk_plan_values axes[BK_N_AXES];
    struct bk_plan_input *inputs;
    size_t n_inputs;
};

/* Resolves everything; BK_EUSAGE says what is missing and which option gives it. */
bool bk_plan_resolve(struct bk_db *db, struct bk_plan *plan, struct bk_err *err);

/* "8192", "4096,8192", "100..1000:100", "20%", "fp8,fp16", "n+1": the values of an
 * axis. */
bool bk_plan_parse(struct bk_arena *a, enum bk_plan_axis axis, const char *text,
                   struct bk_plan_values *values, struct bk_err *err);
#endif
