/* What the parts of the llama-bench importer share: the tests that its five outputs
 * hold, each a list of named values (llama_bench.c makes runs of them), and the readers
 * of the single outputs (llama_bench_json.c, llama_bench_rows.c). */
#ifndef BK_IMPORTERS_LLAMA_BENCH_H
#define BK_IMPORTERS_LLAMA_BENCH_H

#include "importer.h"
#include "shared/runs.h"

#define LLAMA_MAX_FIELDS ((size_t)256) /* of one test; llama-bench has about 45 */

struct llama_field {
    struct bk_str name; /* as written: "n_prompt", "ngl" */
    struct bk_str text; /* a boolean is "1" or "0" */
    bool quoted;        /* a JSON string: no number, whatever it looks like */
};

struct llama_test {
    struct llama_field *fields;
    size_t n;
    size_t line;
    struct bk_str locator;
    size_t n_samples; /* repetitions whose samples are listed */
};

enum llama_table { /* what the line in hand may be a row of */
    LLAMA_NO_TABLE,
    LLAMA_CSV,
    LLAMA_SQL,
    LLAMA_MARKDOWN
};

struct llama_reader {
    const struct bk_importing *im;
    struct bk_arena *a; /* of the test that is being read */
    struct bk_str text, rest;
    size_t line; /* number of the line that was read last */
    struct bk_runs runs;
    size_t table_from;     /* runs of Markdown tables since the last build line */
    struct bk_str *header; /* column names of the table in progress */
    size_t n_header;       /* 0: no table */
    enum llama_table table;
    size_t header_line;   /* of the first header seen; 0: none */
    bool in_create;       /* within CREATE TABLE (...) */
    struct bk_str device; /* that the log names before a Markdown table, or empty */
    size_t n_devices;     /* of this name */
    struct bk_str why;    /* the first line that speaks of an error */
    size_t cut_line;      /* of a record that the end of the text cuts; 0: none */
};

/* --- llama_bench.c --- */

/* Makes a run of a test. */
bool llama_take(struct llama_reader *r, const struct llama_test *t, struct bk_err *err);
/* The build line below a Markdown table: "build: 1a2b3c4d (7001)". */
void llama_take_build(struct llama_reader *r, struct bk_str line);

/* --- llama_bench_json.c --- */

/* The object that begins at 'at' of the text; r->rest and r->line move behind it. */
bool llama_json(struct llama_reader *r, size_t at, struct bk_err *err);

/* --- llama_bench_rows.c --- */

bool llama_is_csv_header(struct bk_str line);
bool llama_is_markdown_header(struct bk_str line);
bool llama_is_sql(struct bk_str line);
/* A line of a CSV, SQL or Markdown output; *used: it was one. */
bool llama_row(struct llama_reader *r, struct bk_str line, bool *used,
               struct bk_err *err);

#endif
