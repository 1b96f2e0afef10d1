/* The parts of the sizing importer: what its JSON reader, its text reader and its
 * recomputation share.  Not an interface for other importers.
 *
 * Both readers fill one 'struct bk_sizing' through the calls of sizing_fields.c, so that
 * the checks see the same names and base units whichever file they came from. */
#ifndef BK_IMPORTERS_SIZING_H
#define BK_IMPORTERS_SIZING_H

#include "../src/record/shape.h"
#include "../src/record/sizing.h"
#include "importer.h"
#include "shared/json.h"

/* Limits on what a file may ask for. */
#define BK_SIZING_MAX_BYTES    ((size_t)2 * 1024 * 1024) /* real ones: 6 to 35 KB */
#define BK_SIZING_MAX_VALUES   20000
#define BK_SIZING_MAX_FINDINGS 1000

/* A row of schema/sizing_fields.csv: what a field's name says of its unit. */
struct bk_sizing_field {
    struct bk_str section; /* pattern of the sections it is for */
    struct bk_str field;   /* pattern: "*_gib" */
    struct bk_str name;    /* canonical name, with the text of the stars: "*" */
    struct bk_str written; /* unit as written: "GiB"; "text" when it is no number */
    double factor;         /* written unit -> base unit */
    struct bk_str unit;    /* base unit */
    bool exact;            /* a parameter, not a rounded figure */
};

/* A row of schema/sizing_labels.csv: what a label of the text report stands for. */
struct bk_sizing_label {
    struct bk_str block;
    struct bk_str label;  /* folded (bk_dict_key); may hold '*' */
    struct bk_str fields; /* fields of the JSON, in the order of the numbers */
};

struct bk_sizing_tables {
    struct bk_sizing_field *fields;
    size_t n_fields;
    struct bk_sizing_label *labels;
    size_t n_labels;
    const struct bk_model_shape *shapes;
    size_t n_shapes;
};

/* One import under way. */
struct bk_sizing_work {
    const struct bk_importing *im;
    struct bk_arena *arena;
    struct bk_sizing_tables tables;
    struct bk_sizing *sizing;
    struct bk_map said; /* alerts and findings of the kind that is said once */
};

/* Which part of the file a value belongs to. */
struct bk_sizing_place {
    struct bk_str scenario; /* "" for inputs */
    struct bk_str section;
};

/* A number as it stands in the file. */
struct bk_sizing_number {
    struct bk_str field;  /* name in the JSON, with its unit suffix */
    struct bk_str digits; /* without thousands separators */
    struct bk_str unit;   /* written beside it; empty: what the field's name says */
    struct bk_str locator;
    bool fixed; /* printed with a fixed number of decimals, so that "120.0" is
                              a number rounded to one place and not to none */
};

/* --- sizing_fields.c --- */
/* The fields for the format's page (bk_importer.names). */
const struct bk_importer_name *bk_sizing_names(struct bk_arena *a, size_t *n);
bool bk_sizing_load(struct bk_sizing_work *w, struct bk_err *err);
/* The row that a field of this section falls under; there is always one. */
const struct bk_sizing_field *bk_sizing_field(const struct bk_sizing_work *w,
                                              struct bk_str section,
                                              struct bk_str field);
struct bk_str bk_sizing_name(const struct bk_sizing_work *w,
                             const struct bk_sizing_field *f, struct bk_str field);
bool bk_sizing_matches(struct bk_str pattern, struct bk_str text);
/* Factor of a unit as written into this base unit; 0 when it is none. */
double bk_sizing_factor(const struct bk_sizing_work *w, struct bk_str unit,
                        struct bk_str base);
/* Adds a number; false (BK_EINPUT) past the limit on values. */
bool bk_sizing_add(struct bk_sizing_work *w, struct bk_sizing_place place,
                   const struct bk_sizing_number *n, struct bk_err *err);
bool bk_sizing_add_text(struct bk_sizing_work *w, struct bk_sizing_place place,
                        struct bk_str field, struct bk_str text, struct bk_str locator,
                        struct bk_err *err);
struct bk_sizing_formula *bk_sizing_formula(struct bk_sizing_work *w,
                                            struct bk_str scenario, struct bk_str name,
                                            struct bk_str locator);
/* A finding with its message; never NULL. */
struct bk_finding *bk_sizing_finding(struct bk_sizing_work *w, const char *code,
                                     enum bk_severity severity, struct bk_str subject,
                                     const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Is this the first time that this is said?  The key is copied. */
bool bk_sizing_first(struct bk_sizing_work *w, struct bk_str key);
/* A warning that the tool itself wrote; the same text is kept once. */
void bk_sizing_alert(struct bk_sizing_work *w, struct bk_str scenario,
                     struct bk_str text, struct bk_str locator);

/* --- sizing_json.c and sizing_text.c --- */
bool bk_sizing_read_json(struct bk_sizing_work *w, const struct bk_json *root,
                         struct bk_err *err);
bool bk_sizing_is_report(struct bk_str head);
bool bk_sizing_read_text(struct bk_sizing_work *w, struct bk_str text,
                         struct bk_err *err);

/* --- sizing_check.c: findings about what does not recompute --- */
/* A number in the unit that the file writes it in: "854.77 GiB". */
struct bk_str bk_sizing_show(const struct bk_sizing_work *w,
                             const struct bk_sizing_value *like, double value);
void bk_sizing_check(struct bk_sizing_work *w, const struct bk_sizing_index *ix);

/* --- sizing_traps.c: what recomputes and still misleads --- */
void bk_sizing_traps(struct bk_sizing_work *w, const struct bk_sizing_index *ix);

#endif
