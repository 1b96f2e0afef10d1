/* Prose reports with tables: comparisons with one column per hardware, parameter
 * tables, results in code fences, quoted lines of a /metrics endpoint.  What they say
 * are claims about runs, which rank below the runs' own files. */
#include "importer.h"

#include <string.h>

#include "../src/base/utf8.h"
#include "shared/doc.h"

/* Bids differ from those of sweep whatever the document holds: above for what only a
 * report has (columns of hardware, blocks of numbers), below for tables of rows. */
#define BID_REPORT 36
#define BID_ROWS   22

static bool import_report(struct bk_input *in, const struct bk_importing *im,
                          struct bk_err *err)
{
    struct bk_doc d = {.im = im, .prose = true};
    struct bk_str text;
    if (!bk_input_text(in, BK_DOC_MAX_BYTES, &text, err) ||
        !bk_doc_text(im, &text, err))
        return false;
    bk_doc_read(&d, text);
    bk_doc_title(&d);
    bk_doc_facts(&d);
    if (!bk_doc_is_whole(&d, err))
        return false;
    bk_doc_assemble(&d);
    if (d.runs.n == 0)
        return bk_fail(
            err, BK_EINPUT,
            "no table or block of it holds a known metric%s%.*s; name columns "
            "with --map COLUMN=METRIC[.STAT][:UNIT]",
            d.columns.len > 0 ? ": columns " : "", BK_F(d.columns));
    bk_doc_load(&d);
    bk_doc_counts(&d);
    return bk_runs_send(im, &d.runs, err);
}

/* A report has headings, and tables or fences. */
static bool looks_like_one(struct bk_str head)
{
    bool heading = bk_starts(head, BK_S("#")) || bk_has(head, BK_S("\n#"));
    bool table = bk_has(head, BK_S("|--")) || bk_has(head, BK_S("| --")) ||
                 bk_has(head, BK_S("|:-")) || bk_has(head, BK_S("| :-"));
    bool fence = bk_has(head, BK_S("```"));
    return (table || (heading && fence)) && bk_find_char(head, '\0') == BK_NONE;
}

static int score(const struct bk_doc *d)
{
    if (d->known == 0 || d->foreign)
        return 0;
    size_t others = d->n_compare_tables + d->n_values_tables + d->n_number_blocks +
                    d->n_exposed + d->n_listed;
    return others == 0 ? BID_ROWS : BID_REPORT;
}

static int bid_report(const struct bk_input *in)
{
    struct bk_str head = bk_input_head(in), repaired;
    size_t sequences;
    const char *charset;
    char first = bk_trim(head).len > 0 ? bk_trim(head).ptr[0] : '{';
    if (bk_input_dict(in) == NULL || first == '{' || first == '[' || first == '<' ||
        !looks_like_one(head))
        return 0;
    struct bk_arena *a = bk_arena_new();
    const struct bk_importing im = {
        .arena = a, .dict = bk_input_dict(in), .format = BK_S("report")};
    struct bk_doc d = {.im = &im, .prose = true};
    if (bk_mojibake_repair(a, head, &repaired, &sequences, &charset))
        head = repaired;
    bk_doc_read(&d, head);
    bk_doc_facts(&d);
    int bid = score(&d);
    bk_arena_free(a);
    return bid;
}

const struct bk_importer bk_importer_report = {
    .name = "report",
    .title = "prose report with tables",
    .upstream = "Markdown comparisons, benchmark write-ups and metrics analyses in any "
                "language",
    .gives = "runs (claims)",
    .example = "a COMPARISON.md that somebody wrote",
    .signature = "headings with tables that compare, list values or quote results; "
                 "known names in them",
    .traps = "What a report says of a run ranks below the run's own files.\n"
             "A table with one run a row and nothing else around it is read as sweep.",
    .version = 1,
    .bid = bid_report,
    .import = import_report,
};
