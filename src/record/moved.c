/* The kinds of lines that move between warehouses, as tables.  Those that 'export' also
 * gives alone (measurements, runs ...) keep the keys that they have there. */
#include "moved.h"

#include <assert.h>
#include <string.h>

#define TEXT(name)                                                                     \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_TEXT                                       \
    }
#define INT(name)                                                                      \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_INT                                        \
    }
#define BOOL(name)                                                                     \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_BOOL                                       \
    }
#define REAL(name)                                                                     \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_REAL                                       \
    }
#define MAY_REAL(name)                                                                 \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_REAL, .flags = BK_MOVED_NULLABLE           \
    }
#define MAY_TIME(name)                                                                 \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_TIME, .flags = BK_MOVED_NULLABLE           \
    }
#define PART(name)                                                                     \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_TEXT, .flags = BK_MOVED_PART               \
    }
#define TOLD(name)                                                                     \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_TEXT, .flags = BK_MOVED_TOLD               \
    }
#define TOLD_INT(name)                                                                 \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_INT, .flags = BK_MOVED_TOLD                \
    }
#define REF(name, to)                                                                  \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_TEXT, .ref = to                            \
    }
#define WORD(name, all)                                                                \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_TEXT, .words = all                         \
    }
#define SOURCE                                                                         \
    {                                                                                  \
        .param = ":source_sha256", .type = BK_MOVED_SHA256, .ref = BK_REF_SOURCE       \
    }
#define UNIT                                                                           \
    {                                                                                  \
        .param = ":unit", .type = BK_MOVED_INT, .ref = BK_REF_UNIT                     \
    }

#define MAY_INT(name)                                                                  \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_INT, .flags = BK_MOVED_NULLABLE            \
    }
#define BYTES(name)                                                                    \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_BYTES                                      \
    }
#define MAY_BYTES(name)                                                                \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_BYTES, .flags = BK_MOVED_NULLABLE          \
    }

#define ORIGINS    "reported derived estimated"
#define STATUSES   "ok degraded failed invalid"
#define SEVERITIES "info warning error"
#define STATES     "passed failed unknown"

/* --- names --- */

static const struct bk_moved_field warehouse[] = {INT("version")};
static const struct bk_moved_field alias[] = {
    TEXT("format"),
    TEXT("alias"),
    TEXT("target"),
    TEXT("unit"),
};
static const struct bk_moved_field hardware[] = {PART("name")};
static const struct bk_moved_field hardware_alias[] = {
    TEXT("alias"),
    REF("hardware", BK_REF_HARDWARE),
    WORD("origin", "builtin user"),
};
static const struct bk_moved_field hardware_price[] = {
    REF("hardware", BK_REF_HARDWARE),
    INT("seq"),
    {.param = ":said_at", .type = BK_MOVED_TIME},
    REAL("price"),
    TEXT("currency"),
};
static const struct bk_moved_field model[] = {PART("name")};
static const struct bk_moved_field model_alias[] = {
    TEXT("alias"),
    REF("model", BK_REF_MODEL),
    WORD("origin", "builtin user"),
};
static const struct bk_moved_field metric[] = {
    TEXT("name"),     TEXT("unit"),       WORD("direction", "higher lower neutral"),
    REAL("floor"),    TEXT("label_en"),   TEXT("label_pt"),
    TEXT("label_ru"), TEXT("definition"), TEXT("reference"),
};

/* --- what was imported --- */

static const struct bk_moved_field unit[] = {
    {.param = ":unit", .type = BK_MOVED_INT, .flags = BK_MOVED_PART},
    TEXT("path"),
    TEXT("context"),
    {.param = ":imported_at", .type = BK_MOVED_TIME},
};
static const struct bk_moved_field source[] = {
    {.param = ":source_sha256", .type = BK_MOVED_SHA256},
    TEXT("source"),
    TEXT("format"),
    INT("importer_version"),
    INT("size"),
    INT("redactions"),
    UNIT,
};
static const struct bk_moved_field unit_source[] = {
    UNIT,
    INT("seq"),
    SOURCE,
    TEXT("path"),
};
static const struct bk_moved_field place[] = {
    SOURCE,
    TEXT("path"),
    {.param = ":found_at", .type = BK_MOVED_TIME},
};
static const struct bk_moved_field hardware_fact[] = {
    REF("hardware", BK_REF_HARDWARE),
    TEXT("name"),
    TEXT("value"),
    TEXT("unit"),
    TOLD("source"),
    SOURCE,
    TEXT("locator"),
};
static const struct bk_moved_field model_fact[] = {
    REF("model", BK_REF_MODEL),
    TEXT("name"),
    TEXT("value"),
    TEXT("unit"),
    TOLD("source"),
    SOURCE,
    TEXT("locator"),
};

/* --- runs --- */

static const struct bk_moved_field session[] = {
    PART("session"),
    {.param = ":started_at",
     .type = BK_MOVED_TIME,
     .flags = BK_MOVED_PART | BK_MOVED_NULLABLE},
    TOLD("hardware"),
    TOLD("model"),
    TOLD("workload"),
    TOLD_INT("runs"),
    TOLD_INT("ok"),
    TOLD_INT("degraded"),
    TOLD_INT("failed"),
    TOLD_INT("invalid"),
    TOLD_INT("findings"),
};
static const struct bk_moved_field run[] = {
    REF("session", BK_REF_SESSION),
    PART("run"),
    REF("hardware", BK_REF_HARDWARE),
    REF("model", BK_REF_MODEL),
    REF("engine", BK_REF_ENGINE),
    REF("workload", BK_REF_WORKLOAD),
    {.param = ":config", .type = BK_MOVED_PAIRS, .ref = BK_REF_CONFIG},
    MAY_TIME("started_at"),
    WORD("status", STATUSES),
    TEXT("status_why"),
    BOOL("claims"),
    UNIT,
    TEXT("key"),
    MAY_TIME("ended_at"),
    TEXT("started_text"),
    BOOL("session_given"),
    {.param = ":content", .type = BK_MOVED_SHA256},
};
static const struct bk_moved_field stage[] = {
    REF("run", BK_REF_RUN),
    INT("seq"),
    REAL("seconds"),
    REAL("vus"),
};

#define OF_RUN(name)                                                                   \
    {                                                                                  \
        .param = ":" name, .type = BK_MOVED_TEXT, .flags = BK_MOVED_OF_RUN             \
    }
#define QUANTITY                                                                       \
    PART("metric"), PART("stat"), PART("scope"),                                       \
    {                                                                                  \
        .param = ":population", .type = BK_MOVED_TEXT, .flags = BK_MOVED_PART,         \
        .words = "all ok unknown"                                                      \
    }

static const struct bk_moved_field measurement[] = {
    OF_RUN("session"),
    REF("run", BK_REF_RUN),
    OF_RUN("hardware"),
    OF_RUN("model"),
    OF_RUN("engine"),
    OF_RUN("workload"),
    {.param = ":config", .type = BK_MOVED_PAIRS, .flags = BK_MOVED_OF_RUN},
    {.param = ":started_at",
     .type = BK_MOVED_TIME,
     .flags = BK_MOVED_OF_RUN | BK_MOVED_NULLABLE},
    OF_RUN("status"),
    QUANTITY,
    REAL("value"),
    PART("unit"),
    WORD("origin", ORIGINS),
    TEXT("source"),
    PART("source_name"),
    TEXT("source_value"),
    TEXT("locator"),
    PART("source_unit"),
    TEXT("formula"),
    REAL("low"),
    REAL("high"),
    INT("rank"),
    SOURCE,
};
#define TICK                                                                           \
    REAL("elapsed_s"), MAY_REAL("vus"), MAY_REAL("iterations"),                        \
        MAY_REAL("interrupted"), MAY_REAL("requests"), MAY_REAL("failed"),             \
        MAY_REAL("latency_mean_s"), MAY_REAL("latency_p95_s"), INT("seq")
static const struct bk_moved_field timeline[] = {
    OF_RUN("session"),
    REF("run", BK_REF_RUN),
    TICK,
};
#define THRESHOLD                                                                      \
    INT("seq"), TEXT("metric"), TEXT("expression"), WORD("state", STATES),             \
        TOLD("source"), SOURCE, TEXT("locator")
static const struct bk_moved_field threshold[] = {
    REF("run", BK_REF_RUN),
    THRESHOLD,
};

/* --- points --- */

static const struct bk_moved_field run_samples[] = {
    REF("run", BK_REF_RUN),
    INT("points"),
    {.param = ":begin_at", .type = BK_MOVED_TIME},
    INT("sketch_seconds"),
    BYTES("dictionary"),
};
static const struct bk_moved_field sample_chunk[] = {
    REF("run", BK_REF_RUN),
    INT("seq"),
    INT("points"),
    {.param = ":first_at", .type = BK_MOVED_TIME},
    {.param = ":last_at", .type = BK_MOVED_TIME},
    BYTES("packed"),
};
static const struct bk_moved_field sample_summary[] = {
    REF("run", BK_REF_RUN),
    INT("seq"),
    WORD("outcome", "ok failed unknown"),
    PART("metric"),
    PART("unit"),
    REAL("scale"),
    INT("count"),
    MAY_REAL("sum"),
    MAY_REAL("sum_of_squares"),
    REAL("min"),
    REAL("max"),
    MAY_BYTES("sketch"),
};
static const struct bk_moved_field sample_second[] = {
    REF("run", BK_REF_RUN),       INT("second"),           MAY_REAL("load"),
    MAY_INT("started"),           MAY_INT("completed"),    MAY_INT("failed"),
    MAY_INT("iterations"),        INT("latencies"),        REAL("latency_sum"),
    REAL("latency_scale"),        MAY_BYTES("latency_ok"), MAY_BYTES("latency_failed"),
    MAY_BYTES("latency_unknown"),
};

/* --- expositions --- */

static const struct bk_moved_field snapshot[] = {
    TOLD("source"),
    SOURCE,
    {.param = ":snapshot", .type = BK_MOVED_INT, .flags = BK_MOVED_PART},
    TEXT("syntax"),
    MAY_TIME("taken_at"),
};
static const struct bk_moved_field series[] = {
    TOLD("source"),
    {.param = ":taken_at",
     .type = BK_MOVED_TIME,
     .flags = BK_MOVED_TOLD | BK_MOVED_NULLABLE},
    PART("name"),
    {.param = ":type",
     .type = BK_MOVED_TEXT,
     .flags = BK_MOVED_PART,
     .words = "untyped counter gauge summary histogram gaugehistogram stateset info"},
    {.param = ":labels", .type = BK_MOVED_PAIRS, .flags = BK_MOVED_PART},
    {.param = ":value", .type = BK_MOVED_SPECIAL, .flags = BK_MOVED_PART},
    {.param = ":time",
     .type = BK_MOVED_TIME,
     .flags = BK_MOVED_PART | BK_MOVED_NULLABLE},
    {.param = ":line", .type = BK_MOVED_INT, .flags = BK_MOVED_PART},
    {.param = ":source_sha256", .type = BK_MOVED_SHA256, .flags = BK_MOVED_PART},
    {.param = ":snapshot", .type = BK_MOVED_INT, .flags = BK_MOVED_PART},
    {.param = ":seq", .type = BK_MOVED_INT, .flags = BK_MOVED_PART},
    PART("family"),
    PART("help"),
    PART("unit"),
    PART("exemplar"),
};

/* --- sizing --- */

static const struct bk_moved_field sizing_run[] = {
    PART("sizing_run"),
    TEXT("model"),
    TEXT("server"),
    REF("known_model", BK_REF_MODEL),
    REF("hardware", BK_REF_HARDWARE),
    TEXT("generation"),
    MAY_TIME("taken_at"),
    TOLD("source"),
    SOURCE,
    {.param = ":report_sha256",
     .type = BK_MOVED_SHA256,
     .flags = BK_MOVED_NULLABLE,
     .ref = BK_REF_SOURCE},
};
static const struct bk_moved_field sizing[] = {
    REF("sizing_run", BK_REF_SIZING_RUN),
    TOLD("model"),
    TOLD("server"),
    TEXT("scenario"),
    TEXT("section"),
    TEXT("name"),
    {.param = ":value", .type = BK_MOVED_MIXED},
    TEXT("unit"),
    WORD("origin", ORIGINS),
    TOLD("source"),
    TEXT("source_name"),
    TEXT("source_value"),
    TEXT("source_unit"),
    TEXT("locator"),
    TEXT("text"),
    MAY_REAL("low"),
    MAY_REAL("high"),
    INT("seq"),
    SOURCE,
};
static const struct bk_moved_field sizing_formula[] = {
    REF("sizing_run", BK_REF_SIZING_RUN),
    INT("seq"),
    TEXT("scenario"),
    TEXT("name"),
    TEXT("formula"),
    TEXT("explanation"),
    TOLD("source"),
    SOURCE,
    TEXT("locator"),
};

/* --- runs of reports that are runs of tools' own files --- */

#define ABSORBED                                                                       \
    {.param = ":absorbed_unit", .type = BK_MOVED_INT, .flags = BK_MOVED_PART},         \
        PART("absorbed_key")

static const struct bk_moved_field absorbed_run[] = {
    UNIT,
    TEXT("key"),
    REF("run", BK_REF_RUN),
    REF("model", BK_REF_MODEL),
    REF("engine", BK_REF_ENGINE),
    REF("workload", BK_REF_WORKLOAD),
    {.param = ":config", .type = BK_MOVED_PAIRS, .ref = BK_REF_CONFIG},
    MAY_TIME("started_at"),
    WORD("status", STATUSES),
    TEXT("status_why"),
    MAY_TIME("ended_at"),
    TEXT("started_text"),
    {.param = ":content", .type = BK_MOVED_SHA256},
};
static const struct bk_moved_field absorbed_stage[] = {
    ABSORBED,
    INT("seq"),
    REAL("seconds"),
    REAL("vus"),
};
static const struct bk_moved_field absorbed_measurement[] = {
    ABSORBED,
    QUANTITY,
    REAL("value"),
    PART("unit"),
    WORD("origin", ORIGINS),
    TOLD("source"),
    PART("source_name"),
    TEXT("source_value"),
    TEXT("locator"),
    PART("source_unit"),
    TEXT("formula"),
    REAL("low"),
    REAL("high"),
    INT("rank"),
    SOURCE,
};
static const struct bk_moved_field absorbed_timeline[] = {ABSORBED, TICK};
static const struct bk_moved_field absorbed_threshold[] = {ABSORBED, THRESHOLD};
#define FINDING                                                                        \
    TEXT("code"), WORD("severity", SEVERITIES), TEXT("subject"), TEXT("message"),      \
        TEXT("expected"), TEXT("actual"), TOLD("source"), TEXT("locator")
static const struct bk_moved_field absorbed_finding[] = {
    ABSORBED,
    INT("seq"),
    FINDING,
    SOURCE,
};

/* --- findings --- */

static const struct bk_moved_field finding[] = {
    FINDING,
    PART("run"),
    PART("sizing_run"),
    {.param = ":absorbed_unit",
     .type = BK_MOVED_INT,
     .flags = BK_MOVED_PART | BK_MOVED_NULLABLE},
    {.param = ":absorbed_key",
     .type = BK_MOVED_TEXT,
     .flags = BK_MOVED_PART | BK_MOVED_NULLABLE},
    {.param = ":unit",
     .type = BK_MOVED_INT,
     .flags = BK_MOVED_PART | BK_MOVED_NULLABLE},
    SOURCE,
};

/* --- what people said --- */

static const struct bk_moved_field annotation[] = {
    WORD("kind", "level-shift outlier mute note"),
    TEXT("session"),
    TEXT("run"),
    TEXT("hardware"),
    TEXT("model"),
    TEXT("workload"),
    TEXT("filter"),
    TEXT("metric"),
    TEXT("stat"),
    TEXT("reason"),
    TEXT("author"),
    {.param = ":created_at", .type = BK_MOVED_TIME},
    MAY_TIME("undone_at"),
    TEXT("undone_by"),
    TEXT("undone_why"),
};
static const struct bk_moved_field baseline[] = {
    TEXT("name"),
    TEXT("session"),
    INT("rolling"),
    TEXT("filter"),
    TEXT("reason"),
    TEXT("author"),
    {.param = ":created_at", .type = BK_MOVED_TIME},
    MAY_TIME("cleared_at"),
    TEXT("cleared_by"),
    TEXT("cleared_why"),
};

/* Without it the export was cut off. */
static const struct bk_moved_field end[] = {INT("version")};

#define SHAPE(fields)                                                                  \
    {                                                                                  \
#fields, fields, sizeof fields / sizeof *fields                                \
    }

const struct bk_moved_shape bk_moved_shapes[BK_N_MOVED] = {
    [BK_MOVED_WAREHOUSE] = SHAPE(warehouse),
    [BK_MOVED_ALIAS] = SHAPE(alias),
    [BK_MOVED_HARDWARE] = SHAPE(hardware),
    [BK_MOVED_HARDWARE_ALIAS] = SHAPE(hardware_alias),
    [BK_MOVED_HARDWARE_PRICE] = SHAPE(hardware_price),
    [BK_MOVED_MODEL] = SHAPE(model),
    [BK_MOVED_MODEL_ALIAS] = SHAPE(model_alias),
    [BK_MOVED_METRIC] = SHAPE(metric),
    [BK_MOVED_UNIT] = SHAPE(unit),
    [BK_MOVED_SOURCE] = SHAPE(source),
    [BK_MOVED_UNIT_SOURCE] = SHAPE(unit_source),
    [BK_MOVED_PLACE] = SHAPE(place),
    [BK_MOVED_HARDWARE_FACT] = SHAPE(hardware_fact),
    [BK_MOVED_MODEL_FACT] = SHAPE(model_fact),
    [BK_MOVED_SESSION] = SHAPE(session),
    [BK_MOVED_RUN] = SHAPE(run),
    [BK_MOVED_STAGE] = SHAPE(stage),
    [BK_MOVED_MEASUREMENT] = SHAPE(measurement),
    [BK_MOVED_TIMELINE] = SHAPE(timeline),
    [BK_MOVED_THRESHOLD] = SHAPE(threshold),
    [BK_MOVED_RUN_SAMPLES] = SHAPE(run_samples),
    [BK_MOVED_SAMPLE_CHUNK] = SHAPE(sample_chunk),
    [BK_MOVED_SAMPLE_SUMMARY] = SHAPE(sample_summary),
    [BK_MOVED_SAMPLE_SECOND] = SHAPE(sample_second),
    [BK_MOVED_SNAPSHOT] = SHAPE(snapshot),
    [BK_MOVED_SERIES] = SHAPE(series),
    [BK_MOVED_SIZING_RUN] = SHAPE(sizing_run),
    [BK_MOVED_SIZING] = SHAPE(sizing),
    [BK_MOVED_SIZING_FORMULA] = SHAPE(sizing_formula),
    [BK_MOVED_ABSORBED_RUN] = SHAPE(absorbed_run),
    [BK_MOVED_ABSORBED_STAGE] = SHAPE(absorbed_stage),
    [BK_MOVED_ABSORBED_MEASUREMENT] = SHAPE(absorbed_measurement),
    [BK_MOVED_ABSORBED_TIMELINE] = SHAPE(absorbed_timeline),
    [BK_MOVED_ABSORBED_THRESHOLD] = SHAPE(absorbed_threshold),
    [BK_MOVED_ABSORBED_FINDING] = SHAPE(absorbed_finding),
    [BK_MOVED_FINDING] = SHAPE(finding),
    [BK_MOVED_ANNOTATION] = SHAPE(annotation),
    [BK_MOVED_BASELINE] = SHAPE(baseline),
    [BK_MOVED_END] = SHAPE(end),
};

enum bk_moved_kind bk_moved_kind_named(struct bk_str name)
{
    int kind = 0;
    while (kind < BK_N_MOVED && !bk_is(name, bk_moved_shapes[kind].name))
        kind++;
    return (enum bk_moved_kind)kind;
}

const char *bk_moved_key(const struct bk_moved_field *f)
{
    return f->param + 1;
}

const struct bk_moved_cell *bk_moved_cell(const struct bk_moved_row *row,
                                          const char *key)
{
    const struct bk_moved_shape *shape = &bk_moved_shapes[row->kind];
    size_t i = 0;
    while (i < shape->n_fields && strcmp(bk_moved_key(&shape->fields[i]), key) != 0)
        i++;
    assert(i < shape->n_fields && "a kind of row has no such field");
    return &row->cells[i];
}

bool bk_moved_word_is_known(const struct bk_moved_field *f, struct bk_str text)
{
    struct bk_str rest = bk_str(f->words), word;
    if (f->words == NULL)
        return true;
    while (rest.len > 0) {
        rest = bk_cut(rest, ' ', &word);
        if (bk_eq(word, text))
            return true;
    }
    return false;
}
