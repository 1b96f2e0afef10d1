/* summary.csv of 'vllm bench sweep serve' (https://github.com/vllm-project/vllm,
 * vllm/benchmarks/sweep/serve.py): the results of all combinations as a data frame, one a
 * row.  The same objects stand in run=N.json and summary.json; they are turned back into
 * them, so that no run counts twice whichever of the files come in.
 *
 * pandas writes a column of whole numbers with ".0" when some rows have none, and what a
 * row has not as an empty cell. */
#include "vllm_serve_csv.h"

#include <string.h>

#include "../src/base/num.h"
#include "shared/table.h"

#define LONGEST_HEADER ((size_t)64 * 1024)

bool bk_vllm_csv_is(struct bk_str head)
{
    static const char *const needed[] = {"model_id", "num_prompts", "completed",
                                         "request_throughput", "total_input_tokens"};
    struct bk_str line, cell;
    size_t found = 0;
    if (!bk_next_line(&head, &line) || line.len > LONGEST_HEADER)
        return false;
    while (line.len > 0) {
        line = bk_cut(line, ',', &cell);
        for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
            found += bk_is(bk_trim(cell), needed[i]);
    }
    return found == sizeof needed / sizeof *needed;
}

/* As JSON writes them: no "+1", "01", ".5" or "inf". */
static bool is_json_number(struct bk_str s)
{
    double ignored;
    size_t i = s.len > 0 && s.ptr[0] == '-';
    bool digit = i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9';
    bool zero = digit && s.ptr[i] == '0' && i + 1 < s.len && s.ptr[i + 1] >= '0' &&
                s.ptr[i + 1] <= '9';
    return digit && !zero && s.ptr[s.len - 1] != '.' && bk_parse_double(s, &ignored);
}

static void add_string(struct bk_buf *out, struct bk_str s)
{
    bk_buf_addc(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '"' || c == '\\')
            bk_buf_addc(out, '\\');
        if (c < ' ')
            bk_buf_addf(out, "\\u%04x", c);
        else
            bk_buf_addc(out, s.ptr[i]);
    }
    bk_buf_addc(out, '"');
}

static void add_value(struct bk_buf *out, struct bk_str s, bool with_gaps)
{
    if (with_gaps && bk_ends(s, BK_S(".0")))
        s.len -= strlen(".0");
    if (is_json_number(s))
        bk_buf_add(out, s);
    else if (bk_is(s, "True") || bk_is(s, "False"))
        bk_buf_add(out, bk_is(s, "True") ? BK_S("true") : BK_S("false"));
    else
        add_string(out, s);
}

static void add_row(struct bk_buf *out, const struct bk_table *t, size_t row,
                    const bool *with_gaps)
{
    const char *before = "{";
    for (size_t j = 0; j < t->n_columns; j++) {
        struct bk_str s = bk_trim(t->rows[row][j]);
        /* the number of the row; nothing; a list of per-request details */
        if (t->header[j].len == 0 || s.len == 0 || s.ptr[0] == '[')
            continue;
        bk_buf_add(out, bk_str(before));
        add_string(out, t->header[j]);
        bk_buf_addc(out, ':');
        add_value(out, s, with_gaps[j]);
        before = ",";
    }
    bk_buf_add(out, before[0] == '{' ? BK_S("{}") : BK_S("}"));
}

bool bk_vllm_csv_to_json(struct bk_arena *a, struct bk_str text, struct bk_buf *out,
                         struct bk_err *err)
{
    struct bk_table t = {0};
    size_t line = 1;
    if (!bk_csv_read(a, text, ',', &t, err))
        return false;
    bool *with_gaps = bk_alloc_array(a, t.n_columns + 1, sizeof *with_gaps);
    for (size_t i = 0; i < t.n_rows; i++) {
        for (size_t j = 0; j < t.n_columns; j++)
            with_gaps[j] = with_gaps[j] || bk_trim(t.rows[i][j]).len == 0;
    }
    for (size_t i = 0; i < t.n_rows; i++) {
        for (; line < t.row_lines[i]; line++)
            bk_buf_addc(out, '\n');
        add_row(out, &t, i, with_gaps);
    }
    return true;
}
