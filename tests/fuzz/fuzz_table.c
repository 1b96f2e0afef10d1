/* Fuzz target of the table readers: CSV with every delimiter, and Markdown. */
#include "../../importers/shared/table.h"

#include "fuzz.h"

#include <stdlib.h>

static void read_csv(struct bk_arena *a, struct bk_str text, char delimiter)
{
    struct bk_table t;
    struct bk_str **rows;
    size_t *widths, n;
    struct bk_err err = {0};
    if (!bk_csv_read(a, text, delimiter, &t, &err) && err.code != BK_EINPUT)
        abort();
    for (size_t i = 0; i < t.n_rows; i++) {
        if (t.row_lines[i] <= t.header_line || t.rows[i] == NULL)
            abort();
    }
    if (!bk_csv_cells(a, text, delimiter, &rows, &widths, &n, &err) &&
        err.code != BK_EINPUT)
        abort();
}

static void read_markdown(struct bk_arena *a, struct bk_str text)
{
    struct bk_markdown m;
    struct bk_block b;
    size_t line = 0;
    bk_markdown_init(&m, text);
    do {
        bk_markdown_next(a, &m, &b);
        if (b.kind != BK_BLOCK_END && b.line <= line)
            abort(); /* every block takes at least one line */
        line = b.line;
        bk_markdown_plain(a, b.text);
    } while (b.kind != BK_BLOCK_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_str text = {(const char *)bytes, n};
    read_csv(a, text, bk_csv_delimiter(text));
    read_csv(a, text, ',');
    read_markdown(a, text);
    bk_arena_free(a);
    return 0;
}
