/* Numbers as people write them: in table cells, prose and reports.
 *
 * Takes Markdown marks, thousands separators, decimal commas, units, "±", "~", "N/A"
 * and says what it found.  Which mark is the decimal one is a property of a whole table
 * or document, not of a cell: find it with bk_decimal_of over all cells first. */
#ifndef BK_IMPORTERS_SHARED_CELL_H
#define BK_IMPORTERS_SHARED_CELL_H

#include "../../src/base/str.h"

enum bk_decimal {
    BK_DECIMAL_POINT,
    BK_DECIMAL_COMMA
};

enum bk_cell_kind {
    BK_CELL_EMPTY,  /* nothing, "-", "—", "N/A", "n/a", "null", "None", "?" */
    BK_CELL_NUMBER, /* one number */
    BK_CELL_RANGE,  /* "150-300ms", "8-16": two numbers; no value */
    BK_CELL_FAILED, /* "OOM", "failed", "error", "timeout": no value, and the run of
                       this row failed */
    BK_CELL_TEXT,   /* anything else */
};

struct bk_cell {
    enum bk_cell_kind kind;
    double value;      /* of a number, in the unit as written */
    double half;       /* half a unit in its last place */
    double plus_minus; /* what stands behind ±, else NAN */
    bool approximate; /* "~", "≈", "about", "approx", "cerca de", "(est.)": an estimate,
                         no measurement */
    struct bk_str digits; /* the number as written, with its separators */
    struct bk_str unit;   /* what stands behind the number: "ms", "req/s", "%",
                             "segundos", "tokens/s"; else empty */
    struct bk_str rest;   /* what stands behind the unit: "(timeout)" */
    struct bk_str
        text; /* the cell without Markdown marks and white space at its ends */
};

/* As the kind BK_CELL_EMPTY tells, without reading the rest. */
bool bk_cell_is_empty(struct bk_str cell);
/* Reads one cell. */
struct bk_cell bk_cell_read(struct bk_str cell, enum bk_decimal decimal);

/* The decimal mark of a set of cells: a comma when some cell can only be read so
 * ("11,01", "0,5", "1.234,5") and none can only be read the other way; "1,234" alone
 * decides nothing, and the answer is then the point. */
enum bk_decimal bk_decimal_of(const struct bk_str *cells, size_t n);

/* Splits "Total time (s)", "latency_p95_ms", "TTFT P95 [ms]", "Throughput, req/s" into
 * a name and a unit that the dictionary knows; unit is empty when there is none. */
struct bk_dict;
void bk_header_unit(const struct bk_dict *d, struct bk_str header, struct bk_str *name,
                    struct bk_str *unit);

#endif
