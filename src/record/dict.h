/* The dictionary: which metrics there are, and what the names in sources mean.
 *
 * It is data: schema/metrics.csv, schema/units.csv, schema/stats.csv,
 * schema/hardware.csv and schema/aliases/FORMAT.csv (any.csv for every format),
 * embedded at build time, and the user's own aliases from the warehouse added on top.
 *
 * An alias' target says what a name stands for:
 *   METRIC[.STAT][{SCOPE}][~]  a measurement: "request_latency", "ttft.p95",
 *                              "request_latency{ok}"; '~': the name is written as the
 *                              complement, 1 - x ("success rate" -> "error_rate~")
 *   config.NAME                a config parameter
 *   hardware model session engine workload status started_at
 *                              context of the run
 *   -                          nothing; known and left out on purpose
 *   ?                          kept under "<format>.<name>" on purpose
 *
 * An alias may hold '*', which stands for any text; exact aliases go before patterns,
 * longer patterns before shorter, those of the format before those of every format ('*'
 * in the format column). */
#ifndef BK_RECORD_DICT_H
#define BK_RECORD_DICT_H

#include "../base/err.h"
#include "record.h"

enum bk_direction {
    BK_NEUTRAL,
    BK_HIGHER,
    BK_LOWER
};

struct bk_metric {
    struct bk_str name, unit, definition, source;
    enum bk_direction direction; /* which way is better */
    double floor; /* smallest effect that matters: a ratio, or percentage points / 100
                     for ratios */
    struct bk_str label[3]; /* en pt ru */
};

enum bk_target_kind {
    BK_TARGET_NONE, /* not known, or '?' */
    BK_TARGET_METRIC,
    BK_TARGET_PARAM,
    BK_TARGET_CONTEXT, /* 'name' is hardware, model, session, engine, workload, status
                          or started_at */
    BK_TARGET_IGNORED,
};
/* Where an alias was said. */
enum bk_alias_origin {
    BK_ALIAS_TABLE, /* a line of schema/aliases/FORMAT.csv */
    BK_ALIAS_USER,  /* the warehouse's own aliases */
    BK_ALIAS_MAP,   /* --map */
};
struct bk_alias_line {
    struct bk_str alias, target, unit; /* as written */
    enum bk_alias_origin origin;
    struct bk_str format; /* whose names it is about; "*": those of every format */
    size_t line;          /* of the table, from 1; else 0 */
};

struct bk_target {
    enum bk_target_kind kind;
    struct bk_str name; /* metric, parameter or context field */
    struct bk_str stat; /* "" when the alias does not say */
    struct bk_str scope;
    struct bk_str unit; /* that numbers under this name are written in; "" when the
                           alias does not say */
    bool complement;    /* what is written is 1 - x */
    const struct bk_metric
        *metric; /* NULL unless kind is METRIC and the dictionary knows it */
    const struct bk_alias_line *alias; /* that says so; NULL: the name is canonical, or
                                          was taken apart into canonical ones */
};

struct bk_unit { /* value in base unit = value * factor + 0 */
    struct bk_str name, base;
    double factor;
};

struct bk_dict;

/* The built-in dictionary, in the arena. */
struct bk_dict *bk_dict_new(struct bk_arena *a);
/* The same for those who know canonical names only: made in half of the time. */
struct bk_dict *bk_dict_without_aliases(struct bk_arena *a);
/* Adds or overrides an alias (the user's own, --map).  format "*": every format.  False
 * (BK_EUSAGE) when the target is malformed. */
bool bk_dict_add_alias(struct bk_dict *d, struct bk_str format, struct bk_str alias,
                       struct bk_str target, struct bk_str unit, struct bk_err *err);
/* "COLUMN=NAME[.STAT][:UNIT]" as --map takes it. A map outranks every alias. */
bool bk_dict_add_map(struct bk_dict *d, struct bk_str map, struct bk_err *err);
/* The lines of schema/aliases/FORMAT.csv in their order ("any" for the names of every
 * format); none when there is no such table.  The texts are the program's own. */
const struct bk_alias_line *bk_alias_table(struct bk_arena *a, struct bk_str format,
                                           size_t *n);
/* An unknown name parsed as a target: "ttft.p95", "config.workers", "hardware",
 * "my_metric.mean". */
bool bk_target_parse(const struct bk_dict *d, struct bk_str text, struct bk_target *t);

const struct bk_metric *bk_dict_metric(const struct bk_dict *d,
                                       struct bk_str name); /* NULL: not canonical */
const struct bk_metric *bk_dict_metrics(const struct bk_dict *d, size_t *n);
/* What a name of this format means. kind is NONE when nothing is known. */
struct bk_target bk_dict_find(const struct bk_dict *d, struct bk_str format,
                              struct bk_str name);
/* As bk_dict_find, but only maps and exact aliases of this format (or of every format):
 * false when there is none. */
bool bk_dict_exact(const struct bk_dict *d, struct bk_str format, struct bk_str name,
                   struct bk_target *t);
/* As bk_dict_exact without the aliases of every format. */
bool bk_dict_own(const struct bk_dict *d, struct bk_str format, struct bk_str name,
                 struct bk_target *t);
/* Is this the name of a config parameter that schema/params.csv lists? */
bool bk_dict_is_param(const struct bk_dict *d, struct bk_str name);
/* Its unit ("s", "1/s", "1"); empty when it has none or is not listed. */
struct bk_str bk_dict_param_unit(const struct bk_dict *d, struct bk_str name);

/* What a parameter is to someone who chooses a configuration (schema/param_roles.csv). */
enum bk_param_role {
    BK_PARAM_SETTING, /* of the server or machine; what is not listed */
    BK_PARAM_LOAD,    /* how much is offered */
    BK_PARAM_TASK,    /* what is asked: another value is another question */
    BK_PARAM_EFFORT,  /* how long and how often it was measured, and names */
    BK_PARAM_DERIVED, /* follows from others */
};
enum bk_param_role bk_dict_param_role(const struct bk_dict *d, struct bk_str name);
/* Does a unit fit what the target measures?  A unit of another kind may make it another
 * metric: "requests" in req/s are request_throughput, "errors" in % error_rate. */
bool bk_dict_fit(const struct bk_dict *d, struct bk_target *t, const struct bk_unit *u);
/* Splits a column name into a name and a unit: "Total time (s)", "TTFT P95 [ms]",
 * "Throughput, req/s", "latency_p95_ms".  False: no unit, name is all of it.  Of a rate
 * ("request_tps") the name keeps the unit unless the rest alone is a known name. */
bool bk_dict_split_unit(const struct bk_dict *d, struct bk_str header,
                        struct bk_str *name, struct bk_str *unit);
/* The unit as written ("ms", "GiB", "tok/s", "%", "seconds"), or NULL. */
const struct bk_unit *bk_dict_unit(const struct bk_dict *d, struct bk_str name);
/* A stat as any tool writes it ("avg", "p(95)", "99%", "P50", "std") to its canonical
 * name; empty when it is none. */
struct bk_str bk_dict_stat(const struct bk_dict *d, struct bk_arena *a,
                           struct bk_str name);
/* How names are compared: lower case (all of Unicode's simple Latin, Greek, Cyrillic),
 * Markdown marks and white space at the ends off, runs of blanks, '_' and '-' as one
 * blank. */
struct bk_str bk_dict_key(struct bk_arena *a, struct bk_str name);
/* Canonical hardware name: aliases of schema/hardware.csv ("NVIDIA H100 80GB HBM3" ->
 * "h100"); s itself, folded to lower case with blanks as '-', when no alias knows it.
 */
struct bk_str bk_dict_hardware(const struct bk_dict *d, struct bk_arena *a,
                               struct bk_str s);
void bk_dict_add_hardware_alias(struct bk_dict *d, struct bk_str alias,
                                struct bk_str name);
/* Is this the name or an alias of hardware that the dictionary lists? */
bool bk_dict_knows_hardware(const struct bk_dict *d, struct bk_str s);

#endif
