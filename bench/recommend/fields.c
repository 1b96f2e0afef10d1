/* Four kinds of response surface, and those of archives (see fields.h). */
#include "fields.h"

#include "../../src/base/arena.h"
#include "../../src/base/num.h"
#include "../../src/base/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct kind {
    const char *name, *what, *params[2];
    double levels[2][10];
    size_t n[2];
    double (*at)(const double *shape, const double *x);
    double low[4], high[4]; /* the shape is drawn from here, evenly in logarithms */
};

/* Gunther's law over concurrency; its peak moves out with the batch size. */
static double usl_shaped(const double *p, const double *x)
{
    double n = x[0], batch = x[1] / (x[1] + p[2]);
    double beta = p[1] / (0.3 + batch);
    return 40 * batch * n / (1 + p[0] * (n - 1) + beta * n * (n - 1));
}

/* Workers with a pool each against a database that bears so many connections: too few
 * starve, too many contend; workers cost something themselves. */
static double pool_contention(const double *p, const double *x)
{
    double total = x[0] * x[1];
    double served = total / (1 + total / p[0]);
    double contention = 1 + pow(total / p[1], 2);
    double workers = x[0] / (x[0] + p[2]) / (1 + x[0] / p[3]);
    return served * workers / contention;
}

/* Grows, and beyond a concurrency falls to a third: memory is full, requests are
 * preempted.  Larger batches only help before. */
static double cliff(const double *p, const double *x)
{
    double grown = pow(x[0], 0.7) * x[1] / (x[1] + p[1]);
    return x[0] > p[0] ? grown * p[2] : grown;
}

/* Two hills of different height and width. */
static double two_peaked(const double *p, const double *x)
{
    double a = log(x[0] / p[0]), b = log(x[1] / p[1]);
    double c = log(x[0] / p[2]), d = log(x[1] / p[3]);
    return 100 *
           (0.25 + exp(-(a * a + b * b) / 1.2) + 0.75 * exp(-(c * c + d * d) / 0.8));
}

static const struct kind kinds[] = {
    {.name = "usl",
     .what = "scalability law, concurrency x batch size",
     .params = {"concurrency", "batch_size"},
     .levels = {{1, 2, 4, 8, 12, 16, 24, 32, 48, 64}, {1, 2, 4, 8, 16, 32, 48, 64}},
     .n = {10, 8},
     .at = usl_shaped,
     .low = {0.01, 0.0003, 3, 1},
     .high = {0.08, 0.003, 12, 1}},
    {.name = "pool",
     .what = "pools that contend, workers x pool size",
     .params = {"workers", "pool_size"},
     .levels = {{2, 4, 6, 8, 12, 16, 24, 32, 48}, {2, 4, 6, 8, 12, 16, 24, 32, 48}},
     .n = {9, 9},
     .at = pool_contention,
     .low = {100, 150, 4, 40},
     .high = {300, 500, 12, 120}},
    {.name = "cliff",
     .what = "a cliff beyond one concurrency, concurrency x batch size",
     .params = {"concurrency", "batch_size"},
     .levels = {{2, 4, 6, 8, 10, 12, 15, 20, 25, 32}, {1, 2, 4, 8, 16, 24, 32, 48}},
     .n = {10, 8},
     .at = cliff,
     .low = {8.1, 2, 0.25, 1},
     .high = {24, 10, 0.5, 1}},
    {.name = "two-peaked",
     .what = "two hills, workers x pool size",
     .params = {"workers", "pool_size"},
     .levels = {{2, 4, 6, 8, 12, 16, 24, 32, 48}, {2, 4, 6, 8, 12, 16, 24, 32, 48}},
     .n = {9, 9},
     .at = two_peaked,
     .low = {3, 14, 14, 3},
     .high = {8, 36, 36, 8}},
};
const size_t n_made_fields = COUNT(kinds);

struct field made_field(struct bk_arena *a, size_t which, struct bk_random *r)
{
    const struct kind *k = &kinds[which];
    struct field f = {.name = k->name, .what = k->what, .d = 2, .at = k->at};
    for (size_t i = 0; i < COUNT(f.shape); i++)
        f.shape[i] = exp(log(k->low[i]) +
                         bk_random_unit(r) * (log(k->high[i]) - log(k->low[i])));
    f.cells = bk_alloc_array(a, k->n[0] * k->n[1], sizeof *f.cells);
    for (size_t i = 0; i < 2; i++)
        f.params[i] = k->params[i];
    for (size_t i = 0; i < k->n[0]; i++) {
        for (size_t j = 0; j < k->n[1]; j++) {
            struct cell *c = &f.cells[f.n++];
            *c = (struct cell){.x = {k->levels[0][i], k->levels[1][j]}};
            c->truth = k->at(f.shape, c->x);
            f.best = fmax(f.best, c->truth);
        }
    }
    return f;
}

/* --- of archives --- */

#define MOST_LINE ((size_t)1024)

static bool begin_field(struct bk_arena *a, struct bk_str line, struct field *f)
{
    struct bk_str word;
    *f = (struct field){.what = "measured"};
    line = bk_cut(line, ' ', &word);
    line = bk_cut(line, ' ', &word);
    f->name = bk_cstr(a, word);
    while (line.len > 0 && f->d < MOST_PARAMS) {
        line = bk_cut(line, ' ', &word);
        f->params[f->d++] = bk_cstr(a, word);
    }
    return line.len == 0 && f->d > 0;
}

static bool add_cell(struct bk_arena *a, struct bk_str line, struct field *f)
{
    struct cell c = {.truth = 0};
    struct bk_str word;
    size_t n = 0;
    double x;
    for (; line.len > 0; n++) {
        line = bk_cut(line, ' ', &word);
        if (!bk_parse_double(word, &x) || !(x > 0) || n > f->d)
            return false;
        if (n == 0)
            c.truth = x;
        else
            c.x[n - 1] = x;
    }
    *BK_PUSH(a, f->cells, f->n) = c;
    f->best = fmax(f->best, c.truth);
    return n == f->d + 1;
}

bool read_fields(struct bk_arena *a, FILE *file, struct field **fields, size_t *n)
{
    char text[MOST_LINE];
    size_t number = 0;
    *fields = NULL;
    *n = 0;
    while (fgets(text, sizeof text, file) != NULL) {
        struct bk_str line = bk_trim(bk_str(text));
        bool ok = true;
        number++;
        if (bk_starts(line, BK_S("field ")))
            ok = begin_field(a, line, BK_PUSH(a, *fields, *n));
        else if (line.len > 0)
            ok = *n > 0 && add_cell(a, line, &(*fields)[*n - 1]);
        if (!ok) {
            fprintf(stderr, "line %zu is no field and no cell\n", number);
            return false;
        }
    }
    return true;
}
