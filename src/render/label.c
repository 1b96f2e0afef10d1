/* Labels for people, from schema/labels.csv (name,en,pt,ru) and the names of metrics in
 * schema/metrics.csv.
 *
 * The files are small and a report has few headings: a label is looked for in the
 * embedded text itself, nothing is kept. */
#include "bk_tables.h"
#include "internal.h"

#include <string.h>

enum {
    LABEL_FIELD = 1,  /* of labels.csv: en; pt and ru follow */
    METRIC_LABEL = 4, /* of metrics.csv: label_en; label_pt and label_ru follow */
};

static struct bk_str table_named(const char *name)
{
    for (size_t i = 0; i < BK_TABLES_N_BLOBS; i++) {
        const struct bk_blob *blob = &bk_tables_blobs[i];
        if (strcmp(blob->name, name) == 0)
            return (struct bk_str){blob->bytes, blob->size};
    }
    return (struct bk_str){0};
}

/* The n-th field of a line.  A quoted field is given without its quotes; the fields that
 * are asked for hold no quotes themselves. */
static struct bk_str field(struct bk_str line, size_t n)
{
    struct bk_str f;
    for (;; n--) {
        if (line.len && line.ptr[0] == '"') {
            line = bk_cut(bk_from(line, 1), '"', &f);
            line = bk_from(line, 1);
        } else {
            line = bk_cut(line, ',', &f);
        }
        if (n == 0)
            return f;
    }
}

/* The field of the line that begins with "key,"; empty when there is none. */
static struct bk_str look_up(const char *table, struct bk_str key, size_t n)
{
    struct bk_str rest = table_named(table), line;
    bk_next_line(&rest, &line); /* the table's own column names */
    while (bk_next_line(&rest, &line)) {
        if (line.len > key.len && line.ptr[key.len] == ',' && bk_starts(line, key))
            return field(line, n);
    }
    return (struct bk_str){0};
}

struct bk_str bk_label(const char *name, enum bk_lang lang)
{
    struct bk_str key = bk_str(name);
    struct bk_str label = look_up("labels", key, LABEL_FIELD + (size_t)lang);
    if (label.len == 0 && lang != BK_EN) /* in English, names speak for themselves */
        label = look_up("metrics", key, METRIC_LABEL + (size_t)lang);
    return label.len ? label : key;
}

/* Columns whose words are of a fixed vocabulary: asking for others would search the
 * table for each cell in vain. */
static bool has_vocabulary(const char *column)
{
    static const char *const names[] = {
        "basis", "direction", "feasible",     "input_basis", "kind",
        "mark",  "origin",    "output_basis", "population",  "severity",
        "state", "status",    "verdict"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], column) == 0)
            return true;
    }
    return false;
}

/* The label of "COLUMN=VALUE". */
static struct bk_str vocabulary_label(const char *column, struct bk_str value,
                                      enum bk_lang lang)
{
    char key[64];
    size_t n = strlen(column);
    if (n + 1 + value.len > sizeof key)
        return (struct bk_str){0};
    memcpy(key, column, n);
    key[n] = '=';
    if (value.len)
        memcpy(key + n + 1, value.ptr, value.len);
    return look_up("labels", (struct bk_str){key, n + 1 + value.len},
                   LABEL_FIELD + (size_t)lang);
}

struct bk_str bk_word_label(const char *column, struct bk_str value, enum bk_lang lang)
{
    if (lang == BK_EN || !has_vocabulary(column))
        return (struct bk_str){0};
    return vocabulary_label(column, value, lang);
}

struct bk_str bk_note_text(const struct bk_note *n, enum bk_lang lang)
{
    struct bk_str text = vocabulary_label("note", n->code, lang);
    return text.len ? text : n->message;
}

void bk_heading(const char *name, enum bk_lang lang, struct bk_buf *b)
{
    struct bk_str label = bk_label(name, lang), metric;
    struct bk_str stat = bk_cut(bk_str(name), '.', &metric);
    if (lang != BK_EN && stat.len > 0 && bk_is(label, name)) {
        struct bk_str long_name =
            look_up("metrics", metric, METRIC_LABEL + (size_t)lang);
        if (long_name.len) {
            bk_buf_addf(b, "%.*s %.*s", BK_F(long_name), BK_F(stat));
            return;
        }
    }
    bk_human_text(b, label);
}
