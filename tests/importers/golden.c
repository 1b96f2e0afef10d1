/* Golden tests of the importers.
 *
 *     golden FORMAT    imports every FORMAT/CASE.in (or CASE.in.gz) beside this file and
 *                      compares the records, as text, with CASE.want; an import that
 *                      fails is "error: MESSAGE".  BK_UPDATE=1 writes CASE.want instead.
 *     golden --matrix  lets every importer bid on every case of every format: the one of
 *                      its folder must win alone.
 *     golden --bids FOLDER
 *                      prints, for every file below FOLDER, who wins and every bid above
 *                      0, one a line with tabs between; ends with 1 when some file has
 *                      not exactly one winner.
 *
 * CASE.args holds options, one a line, '#' starting a comment:
 *     map COLUMN=NAME[.STAT][:UNIT]        as --map
 *     rule METRIC:UNIT:REGEX               a rule for timing-log, as --timing
 *     taken TIME                           as --started-at
 *     after FILE                           FILE beside it is the later of two
 *                                          expositions: the pair is imported
 *     bid NAME                             NAME, and not the folder's importer, wins the
 *                                          bid; '-': nobody */
#include "../../importers/importer.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_RULES 16

struct options {
    struct {
        struct bk_str items[MAX_RULES];
        size_t n;
    } maps;
    struct bk_timing_rule rules[MAX_RULES];
    size_t n_rules;
    int64_t taken_ns;
    struct bk_str after;
    struct bk_str winner;
};

struct tally {
    int passed, failed;
};

/* --- cases --- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a folder, sorted. */
static char **list(struct bk_arena *a, const char *folder, size_t *n)
{
    char **names = NULL;
    DIR *d = opendir(folder);
    *n = 0;
    if (d == NULL)
        return NULL;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        struct bk_str copy = bk_dup(a, bk_str(e->d_name));
        char *name = bk_alloc(a, copy.len + 1);
        memcpy(name, copy.ptr, copy.len);
        *BK_PUSH(a, names, *n) = name;
    }
    closedir(d);
    if (*n > 0)
        qsort(names, *n, sizeof *names, by_name);
    return names;
}

/* The case's name, or empty when the file is no input. */
static struct bk_str case_of(const char *file)
{
    struct bk_str s = bk_str(file);
    if (bk_ends(s, BK_S(".in")))
        return bk_upto(s, s.len - strlen(".in"));
    if (bk_ends(s, BK_S(".in.gz")))
        return bk_upto(s, s.len - strlen(".in.gz"));
    return (struct bk_str){0};
}

static bool add_option(struct options *o, struct bk_str word, struct bk_str value)
{
    struct bk_timing_rule *rule = &o->rules[o->n_rules];
    if (bk_is(word, "map") && o->maps.n < MAX_RULES) {
        o->maps.items[o->maps.n++] = value;
    } else if (bk_is(word, "rule") && o->n_rules < MAX_RULES) {
        value = bk_cut(value, ':', &rule->metric);
        rule->match = bk_cut(value, ':', &rule->unit);
        o->n_rules++;
    } else if (bk_is(word, "taken")) {
        return bk_parse_iso(value, &o->taken_ns, NULL);
    } else if (bk_is(word, "after")) {
        o->after = value;
    } else if (bk_is(word, "bid")) {
        o->winner = value;
    } else {
        return false;
    }
    return true;
}

static bool read_options(struct bk_arena *a, const char *folder, struct bk_str name,
                         struct options *o, struct bk_err *err)
{
    *o = (struct options){.taken_ns = BK_NO_TIME};
    const char *path = bk_fmt(a, "%s/%.*s.args", folder, BK_F(name)).ptr;
    FILE *there = fopen(path, "rb");
    if (there == NULL)
        return true;
    fclose(there);
    struct bk_buf b = {0};
    if (!bk_read_file(path, &b, err))
        return false;
    struct bk_str rest = bk_dup(a, bk_buf_str(&b)), line, word;
    bk_buf_free(&b);
    while (bk_next_line(&rest, &line)) {
        line = bk_trim(line);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        struct bk_str value = bk_trim(bk_cut(line, ' ', &word));
        if (!add_option(o, word, value))
            return bk_fail(err, BK_EUSAGE, "%s: cannot read '%.*s'", path, BK_F(line));
    }
    return true;
}

/* --- importing --- */

static bool import(struct bk_arena *a, const struct bk_importer *importer,
                   const char *folder, const char *file, const struct options *o,
                   struct bk_buf *out, struct bk_err *err)
{
    struct bk_print_sink sink;
    struct bk_input *in = NULL, *after = NULL;
    struct bk_dict *dict = bk_dict_new(a);
    struct bk_importing im = {.arena = a,
                              .dict = dict,
                              .sink = &sink.sink,
                              .format = bk_str(importer->name),
                              .rules = o->rules,
                              .n_rules = o->n_rules,
                              .taken_ns = o->taken_ns};
    bk_print_sink_init(&sink, out);
    for (size_t i = 0; i < o->maps.n; i++) {
        if (!bk_dict_add_map(dict, o->maps.items[i], err))
            return false;
    }
    bool ok = bk_input_open(&in, bk_fmt(a, "%s/%s", folder, file).ptr, err);
    if (ok && o->after.len > 0) {
        ok = bk_input_open(&after, bk_fmt(a, "%s/%.*s", folder, BK_F(o->after)).ptr,
                           err) &&
             importer->import_pair(in, after, &im, err);
    } else if (ok) {
        ok = importer->import(in, &im, err);
    }
    bk_input_close(in);
    bk_input_close(after);
    return ok;
}

static bool write_file(const char *path, struct bk_str text)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL)
        return false;
    bool ok = fwrite(text.ptr, 1, text.len, f) == text.len;
    return fclose(f) == 0 && ok;
}

/* Where two texts begin to differ, for people. */
static void show_difference(const char *path, struct bk_str want, struct bk_str got)
{
    struct bk_str x, y;
    for (size_t line = 1;; line++) {
        bool more_want = bk_next_line(&want, &x), more_got = bk_next_line(&got, &y);
        if (!more_want)
            x = BK_S("(nothing)");
        if (!more_got)
            y = BK_S("(nothing)");
        if (bk_eq(x, y) && more_want)
            continue;
        printf("%s line %zu differs\n  want: %.*s\n  got:  %.*s\n", path, line, BK_F(x),
               BK_F(y));
        return;
    }
}

static bool compare(struct bk_arena *a, const char *folder, struct bk_str name,
                    struct bk_str got)
{
    const char *path = bk_fmt(a, "%s/%.*s.want", folder, BK_F(name)).ptr;
    const char *update = getenv("BK_UPDATE");
    if (update != NULL && *update == '1')
        return write_file(path, got);
    struct bk_buf want = {0};
    struct bk_err err = {0};
    if (!bk_read_file(path, &want, &err)) {
        printf("%s\n", err.msg);
        return false;
    }
    bool same = bk_eq(bk_buf_str(&want), got);
    if (!same)
        show_difference(path, bk_buf_str(&want), got);
    bk_buf_free(&want);
    return same;
}

static bool run_case(const struct bk_importer *importer, const char *folder,
                     const char *file)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_buf out = {0};
    struct bk_err err = {0};
    struct options o;
    struct bk_str name = case_of(file);
    bool ok = read_options(a, folder, name, &o, &err);
    if (!ok)
        printf("%s\n", err.msg);
    bool done = ok && import(a, importer, folder, file, &o, &out, &err);
    if (ok && !done)
        bk_buf_addf(&out, "error: %s\n", err.msg);
    bool bad = bk_starts(name, BK_S("bad-"));
    if (ok && bad == done) {
        printf("%s/%s: %s\n", folder, file, done ? "was not refused" : err.msg);
        ok = false;
    }
    ok = ok && compare(a, folder, name, bk_buf_str(&out));
    bk_buf_free(&out);
    bk_arena_free(a);
    return ok;
}

static struct tally run_format(const char *root, const char *format)
{
    struct bk_arena *a = bk_arena_new();
    const struct bk_importer *importer = bk_importer_named(bk_str(format));
    const char *folder = bk_fmt(a, "%s/%s", root, format).ptr;
    struct tally t = {0};
    size_t n;
    char **files = list(a, folder, &n);
    for (size_t i = 0; i < n; i++) {
        if (case_of(files[i]).len == 0)
            continue;
        if (importer != NULL && run_case(importer, folder, files[i])) {
            t.passed++;
        } else {
            printf("FAILED: %s/%s\n", format, files[i]);
            t.failed++;
        }
    }
    bk_arena_free(a);
    return t;
}

/* --- the matrix of bids --- */

static bool bid_case(struct bk_arena *a, const char *folder, const char *file,
                     const char *format)
{
    struct bk_input *in;
    struct bk_err err = {0};
    struct options o;
    struct bk_bids bids;
    struct bk_str name = case_of(file);
    if (!read_options(a, folder, name, &o, &err) ||
        !bk_input_open(&in, bk_fmt(a, "%s/%s", folder, file).ptr, &err)) {
        printf("%s\n", err.msg);
        return bk_starts(name, BK_S("bad-"));
    }
    bk_input_set_dict(in, bk_dict_new(a));
    bk_importer_bids(in, &bids);
    bk_input_close(in);
    if (bk_starts(name, BK_S("bad-")))
        return true;
    if (bk_is(o.winner, "-") && bids.n == 0)
        return true;
    struct bk_str winner = o.winner.len > 0 ? o.winner : bk_str(format);
    if (bids.n == 1 && bk_is(winner, bids.winners[0]->name))
        return true;
    printf("%s/%s: %.*s should win alone, but the highest bid is %d, by", format, file,
           BK_F(winner), bids.best);
    for (size_t i = 0; i < bids.n; i++)
        printf(" %s", bids.winners[i]->name);
    printf("%s\n", bids.n == 0 ? " nobody" : "");
    return false;
}

static struct tally run_matrix(const char *root)
{
    struct bk_arena *a = bk_arena_new();
    struct tally t = {0};
    for (size_t k = 0; k < bk_n_importers; k++) {
        const char *format = bk_importers[k]->name;
        const char *folder = bk_fmt(a, "%s/%s", root, format).ptr;
        size_t n;
        char **files = list(a, folder, &n);
        for (size_t i = 0; i < n; i++) {
            if (case_of(files[i]).len == 0)
                continue;
            if (bid_case(a, folder, files[i], format))
                t.passed++;
            else
                t.failed++;
        }
    }
    bk_arena_free(a);
    return t;
}

/* --- the bids on any folder --- */

static bool print_bids(const char *path, const char *shown)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_input *in;
    struct bk_err err = {0};
    size_t n = 0;
    const struct bk_bid *bids = NULL;
    if (bk_input_open(&in, path, &err)) {
        bk_input_set_dict(in, bk_dict_new(a));
        bids = bk_importer_all_bids(a, in, &n);
        bk_input_close(in);
    }
    bool one = n == 1 || (n > 1 && bids[0].bid > bids[1].bid);
    printf("%s\t%s\t", shown,
           one     ? bids[0].importer->name
           : n > 1 ? "(a tie)"
                   : "(nobody)");
    for (size_t i = 0; i < n; i++)
        printf("%s%s=%d", i > 0 ? " " : "", bids[i].importer->name, bids[i].bid);
    printf("%s\n", err.code == BK_OK ? "" : err.msg);
    bk_arena_free(a);
    return one;
}

/* Deeper folders than a corpus has are a loop of links. */
static struct tally bids_below(const char *root, const char *path, int depth)
{
    struct bk_arena *a = bk_arena_new();
    struct tally t = {0};
    size_t n;
    char **names = depth < 32 ? list(a, path, &n) : NULL;
    for (size_t i = 0; names != NULL && i < n; i++) {
        const char *full = bk_fmt(a, "%s/%s", path, names[i]).ptr;
        struct stat st;
        if (stat(full, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            struct tally below = bids_below(root, full, depth + 1);
            t.passed += below.passed;
            t.failed += below.failed;
        } else if (S_ISREG(st.st_mode)) {
            bool one = print_bids(full, full + strlen(root) + 1);
            t.passed += one;
            t.failed += !one;
        }
    }
    bk_arena_free(a);
    return t;
}

static int run_bids(const char *folder)
{
    struct tally t = bids_below(folder, folder, 0);
    fprintf(stderr, "%d files with one winner, %d without\n", t.passed, t.failed);
    return t.failed == 0 && t.passed > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *root = BK_SOURCE_DIR "/tests/importers";
    if (argc == 3 && strcmp(argv[1], "--bids") == 0)
        return run_bids(argv[2]);
    if (argc != 2) {
        fprintf(stderr, "usage: golden FORMAT | --matrix | --bids FOLDER\n");
        return 2;
    }
    bool matrix = strcmp(argv[1], "--matrix") == 0;
    struct tally t = matrix ? run_matrix(root) : run_format(root, argv[1]);
    printf("%s: %d passed, %d failed\n", argv[1], t.passed, t.failed);
    return t.failed == 0 && t.passed > 0 ? 0 : 1;
}
