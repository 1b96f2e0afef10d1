/* Fields: the columns of a table, the row labels of a comparison, the keys of a flat
 * JSON object.  A field is a name that stands beside numbers; what it means is found
 * once, and every cell under it becomes a measurement, a config parameter or context of
 * a run.  Used by sweep and report. */
#ifndef BK_IMPORTERS_SHARED_FIELD_H
#define BK_IMPORTERS_SHARED_FIELD_H

#include "cell.h"
#include "emit.h"

struct bk_field {
    struct bk_str header; /* the name as written, Markdown marks off */
    struct bk_str lookup; /* the part of it that the dictionary knows */
    struct bk_str unit;   /* that the header gives; empty: the cell or the alias says */
    struct bk_target target;
    bool known;     /* the dictionary knows the name */
    bool text;      /* an unknown name whose cells are texts: a config parameter */
    bool estimate;  /* the header itself says that its numbers are estimates */
    double largest; /* magnitude of the biggest number under it; 0: not looked at */
};

/* How the cells under a field are taken. */
struct bk_cell_rules {
    enum bk_decimal decimal; /* of the whole table */
    bool claims;             /* a prose report: "~41" is no measurement */
    bool guessed_tokens; /* the section estimates: token figures are no measurements */
    bool keep_texts;     /* texts under unknown names are config parameters */
    bool as_params;      /* numbers under unknown names are config parameters */
    enum bk_population population;
};

/* What a name means.  'cell_unit' is a unit that stands behind its numbers (may be
 * empty): "Throughput" in req/s is another metric than in tok/s.  'context' are headings
 * above it, the nearest last: "Mean" below "TTFT". */
struct bk_field bk_field_of(const struct bk_importing *im, struct bk_str header,
                            struct bk_str cell_unit, const struct bk_str *context,
                            size_t n_context);
/* The name is a statistic and nothing else: "Mean", "P95". */
bool bk_field_is_stat(const struct bk_importing *im, struct bk_str name);

/* Is the unit one of this metric? Unknown units and unknown metrics fit. */
bool bk_unit_fits(const struct bk_importing *im, const struct bk_target *t,
                  struct bk_str unit);

/* Looks at the cells of a column: unknown names become text or number columns, and a
 * unit that stands in the cells alone decides which metric the name means. */
void bk_field_judge(const struct bk_importing *im, struct bk_field *f,
                    const struct bk_str *cells, size_t n, enum bk_decimal decimal);

/* What the names of one table say about each other.  "ttft_ms, ttft_med": a name without
 * a unit beside one of the same metric that has one is written in that unit, when its
 * numbers are of the same size (the fields have been judged, or their largest numbers
 * set).  "parallel, concurrency": where a parameter stands under its own name, another
 * name that could mean it means something else. */
void bk_fields_settle(const struct bk_importing *im, struct bk_field *const *fields,
                      size_t n);

/* One cell into the run.  True when a measurement, parameter or context came of it. */
bool bk_field_emit(const struct bk_importing *im, struct bk_run *run,
                   const struct bk_field *f, struct bk_str cell,
                   const struct bk_cell_rules *rules, struct bk_str locator);

/* A parameter's value as records keep it: plain digits, units converted ("180 segundos"
 * -> "180", "Up to 500" -> "500"), else the text. */
struct bk_str bk_param_value(const struct bk_importing *im, const struct bk_field *f,
                             struct bk_str text, const struct bk_cell_rules *rules);

#endif
