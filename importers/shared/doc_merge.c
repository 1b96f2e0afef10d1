/* Putting the pieces of a document together: which of them speak of the same run.
 *
 * A piece with a label (hardware, a mode) goes to the run of that label whose parameters
 * do not contradict it; a row goes to the run with the same parameters that another
 * table gave; a table whose every row repeats rows of a bigger one (the best of each
 * series) gives no runs at all. */
#include "doc.h"

#include <string.h>

/* Repeats are only looked for among this many tables and rows. */
#define MAX_REPEAT_TABLES ((size_t)200)
#define MAX_REPEAT_ROWS   ((size_t)100)
#define MAX_REPEAT_PIECES ((size_t)3000)
#define MAX_NEAR_PIECES   ((size_t)500) /* settings are handed to their neighbours */

/* --- comparing --- */

static bool contexts_clash(struct bk_str a, struct bk_str b)
{
    return a.len > 0 && b.len > 0 && !bk_eq_nocase(a, b);
}

/* Do the parameters and the context of both allow one run? */
static bool compatible(const struct bk_run *a, const struct bk_run *b)
{
    if (contexts_clash(a->model, b->model) || contexts_clash(a->engine, b->engine) ||
        contexts_clash(a->session, b->session) ||
        contexts_clash(a->workload, b->workload))
        return false;
    for (size_t i = 0; i < a->n_params; i++) {
        const struct bk_param *p = bk_run_param_named(b, a->params[i].name);
        if (p != NULL && !bk_eq(p->value, a->params[i].value))
            return false;
    }
    return true;
}

static bool same_params(const struct bk_run *a, const struct bk_run *b)
{
    return a->n_params == b->n_params && compatible(a, b);
}

/* --- tables that repeat others --- */

static bool says_metric(const struct bk_run *run, const struct bk_measurement *m)
{
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *x = &run->measurements[i];
        if (bk_eq(x->metric, m->metric) && x->low <= m->high && m->low <= x->high)
            return true;
    }
    return false;
}

/* Everything that the small piece says, the big one says too. */
static bool covers(const struct bk_piece *big, const struct bk_piece *small)
{
    size_t shared = 0;
    if (small->run->n_measurements > big->run->n_measurements ||
        (small->label.len > 0 && big->label.len > 0 &&
         !bk_eq(small->label, big->label)))
        return false;
    for (size_t i = 0; i < small->run->n_params; i++) {
        const struct bk_param *p =
            bk_run_param_named(big->run, small->run->params[i].name);
        if (p != NULL && !bk_eq(p->value, small->run->params[i].value))
            return false;
        shared += p != NULL;
    }
    for (size_t i = 0; i < small->run->n_measurements; i++) {
        if (!says_metric(big->run, &small->run->measurements[i]))
            return false;
    }
    return small->run->n_measurements > 0 &&
           (shared > 0 || (small->label.len > 0 && bk_eq(small->label, big->label)));
}

struct table_rows {
    size_t first, n; /* pieces */
    size_t weight;   /* numbers in it */
    bool repeats;
};

static struct table_rows *rows_of_tables(const struct bk_doc *d)
{
    struct table_rows *t = bk_alloc_array(d->im->arena, d->n_row_tables + 1, sizeof *t);
    for (size_t i = 0; i < d->n_pieces; i++) {
        size_t k = d->pieces[i].table;
        if (k == BK_NONE)
            continue;
        if (t[k].n++ == 0)
            t[k].first = i;
        t[k].weight += d->pieces[i].run->n_measurements;
    }
    return t;
}

static bool row_is_repeated(const struct bk_doc *d, const struct table_rows *tables,
                            size_t row, size_t own)
{
    for (size_t i = 0; i < d->n_pieces; i++) {
        size_t k = d->pieces[i].table;
        if (k == BK_NONE || k == own || tables[k].repeats)
            continue;
        if (d->pieces[i].run->n_measurements > d->pieces[row].run->n_measurements &&
            covers(&d->pieces[i], &d->pieces[row]))
            return true;
    }
    return false;
}

static void drop_repeats(struct bk_doc *d)
{
    if (d->n_row_tables < 2 || d->n_row_tables > MAX_REPEAT_TABLES ||
        d->n_pieces > MAX_REPEAT_PIECES)
        return;
    struct table_rows *tables = rows_of_tables(d);
    for (size_t k = 0; k < d->n_row_tables; k++) {
        bool repeats = tables[k].n > 0 && tables[k].n <= MAX_REPEAT_ROWS;
        for (size_t i = 0; i < tables[k].n && repeats; i++)
            repeats = row_is_repeated(d, tables, tables[k].first + i, k);
        tables[k].repeats = repeats;
    }
    size_t n = 0;
    for (size_t i = 0; i < d->n_pieces; i++) {
        if (d->pieces[i].table == BK_NONE || !tables[d->pieces[i].table].repeats)
            d->pieces[n++] = d->pieces[i];
    }
    d->n_pieces = n;
}

/* --- labels --- */

static bool is_label(const struct bk_doc *d, struct bk_str label)
{
    for (size_t i = 0; i < d->n_pieces; i++) {
        const struct bk_piece *p = &d->pieces[i];
        if (!p->weak && p->run->n_measurements > 0 && bk_eq(p->label, label))
            return true;
    }
    return false;
}

/* The label of the nearest heading that is hardware or the name of a run. */
static bool label_by_section(const struct bk_doc *d, struct bk_piece *p)
{
    for (size_t s = p->section; s != BK_NONE; s = d->sections[s].parent) {
        const struct bk_doc_section *x = &d->sections[s];
        if (x->hardware.len > 0) {
            p->label = p->name = x->hardware;
            if (p->run->hardware.len == 0)
                p->run->hardware = x->hardware;
            return true;
        }
        if (x->key.len > 0 && is_label(d, x->key)) {
            p->label = x->key;
            p->name = x->label;
            return true;
        }
    }
    return false;
}

/* Two blocks of numbers under two headings are two runs. */
static void settle_blocks(struct bk_doc *d)
{
    const struct bk_piece *first = NULL;
    bool several = false;
    for (size_t i = 0; i < d->n_pieces; i++) {
        const struct bk_piece *p = &d->pieces[i];
        if (!p->block || p->label.len == 0)
            continue;
        several = several || (first != NULL && !bk_eq(first->label, p->label));
        first = first != NULL ? first : p;
    }
    for (size_t i = 0; i < d->n_pieces && several; i++)
        d->pieces[i].weak = d->pieces[i].weak && !d->pieces[i].block;
}

static bool is_row(const struct bk_piece *p)
{
    return p->table != BK_NONE;
}

/* A table of pairs below "### Orca 8B" and a row that begins with "Orca 8B" speak of one
 * run. */
static void settle_pairs(struct bk_doc *d)
{
    struct bk_map named = {0};
    for (size_t i = 0; i < d->n_pieces; i++) {
        if (is_row(&d->pieces[i]) && d->pieces[i].weak && d->pieces[i].label.len > 0)
            bk_map_put(d->im->arena, &named, d->pieces[i].label, &d->pieces[i]);
    }
    for (size_t i = 0; i < d->n_pieces; i++) {
        struct bk_piece *p = &d->pieces[i];
        if (!p->pairs || !p->weak || p->section == BK_NONE || is_label(d, p->label) ||
            p->run->n_measurements == 0)
            continue;
        const struct bk_doc_section *s = &d->sections[p->section];
        if (s->key.len == 0 || bk_map_get(&named, s->key) == NULL)
            continue;
        p->label = s->key;
        p->name = s->label;
        p->weak = false;
    }
}

/* Weak labels count only where something else names the same run. */
static void settle_labels(struct bk_doc *d)
{
    settle_blocks(d);
    if (d->n_pieces <= MAX_REPEAT_PIECES)
        settle_pairs(d);
    for (size_t i = 0; i < d->n_pieces && d->n_pieces <= MAX_REPEAT_PIECES; i++) {
        struct bk_piece *p = &d->pieces[i];
        if (p->weak && p->label.len > 0 && is_label(d, p->label))
            p->weak = false;
    }
    for (size_t i = 0; i < d->n_pieces; i++) {
        struct bk_piece *p = &d->pieces[i];
        if (p->weak)
            p->label = p->name = (struct bk_str){0};
        if (p->label.len == 0 && d->n_pieces <= MAX_REPEAT_PIECES)
            (void)label_by_section(d, p);
    }
}

/* --- runs --- */

static struct bk_run *new_run(struct bk_doc *d, struct bk_piece *p)
{
    struct bk_run *run = bk_runs_add(d->im, &d->runs);
    run->claims = d->prose;
    bk_run_merge(d->im, run, p->run);
    if (p->table == BK_NONE && !p->pairs && p->label.len > 0 &&
        run->hardware.len == 0 && bk_run_param_named(run, BK_S("mode")) == NULL)
        bk_run_param(d->im->arena, run, BK_S("mode"), p->name, (struct bk_str){0});
    if (p->table == BK_NONE)
        run->key = p->name;
    p->is = run;
    return run;
}

/* The two say different things about the same quantities, 'least' of them or more. */
static bool contradict(const struct bk_run *a, const struct bk_run *b, size_t least)
{
    size_t same, differ;
    bk_runs_agree(a, b, &same, &differ);
    return differ > same && differ >= least;
}

/* The outermost heading above 'section' that is not above 'other'. */
static struct bk_str own_heading(const struct bk_doc *d, size_t section, size_t other)
{
    struct bk_str own = {0};
    for (size_t s = section; s != BK_NONE; s = d->sections[s].parent) {
        size_t o = other;
        while (o != BK_NONE && o != s)
            o = d->sections[o].parent;
        if (o != BK_NONE)
            break;
        own = d->sections[s].label;
    }
    return own;
}

static void set_section(struct bk_doc *d, struct bk_run *run, struct bk_str heading)
{
    if (heading.len > 0 && bk_run_param_named(run, BK_S("section")) == NULL)
        bk_run_param(d->im->arena, run, BK_S("section"), heading, (struct bk_str){0});
}

/* Runs with equal parameters that are not one run differ by the headings above them. */
static void tell_apart(struct bk_doc *d, struct bk_piece *a, struct bk_piece *b)
{
    if (a->section == b->section)
        return;
    set_section(d, a->run, own_heading(d, a->section, b->section));
    if (b->is != NULL)
        set_section(d, b->is, own_heading(d, b->section, a->section));
}

static void add_section_key(struct bk_piece *p)
{
    const struct bk_param *section = bk_run_param_named(p->run, BK_S("section"));
    if (section != NULL && p->name.len == 0)
        p->name = section->value;
}

/* The only row of its table with this label: it may speak of the label's run though
 * that states more parameters. */
static bool is_alone(const struct bk_doc *d, const struct bk_piece *p)
{
    size_t rows = 0;
    for (size_t i = 0; i < d->n_pieces; i++)
        rows += d->pieces[i].table == p->table && bk_eq(d->pieces[i].label, p->label);
    return rows == 1;
}

/* Rows of two tables that are both told apart by parameters, and by none in common. */
static bool differ_in_kind(const struct bk_piece *a, const struct bk_piece *b)
{
    if (!is_row(a) || !is_row(b) || a->run->n_params == 0 || b->run->n_params == 0)
        return false;
    for (size_t i = 0; i < a->run->n_params; i++) {
        if (bk_run_param_named(b->run, a->run->params[i].name) != NULL)
            return false;
    }
    return true;
}

static void place_labelled(struct bk_doc *d, struct bk_piece *p)
{
    struct bk_piece *found = NULL;
    size_t fits = 0;
    bool series = is_row(p) && !is_alone(d, p);
    for (size_t i = 0; i < d->n_pieces; i++) {
        struct bk_piece *o = &d->pieces[i];
        if (o->is == NULL || !bk_eq(o->label, p->label) || !compatible(o->is, p->run) ||
            (is_row(p) && o->table == p->table) || differ_in_kind(o, p) ||
            (series && o->is->n_params != p->run->n_params))
            continue;
        if (found == NULL || o->is != found->is)
            fits++;
        found = o;
    }
    if (fits == 1 && !contradict(found->is, p->run, 2)) {
        bk_run_merge(d->im, found->is, p->run);
        p->is = found->is;
        return;
    }
    if (fits == 1)
        tell_apart(d, p, found);
    (void)new_run(d, p);
}

static struct bk_str identity(struct bk_arena *a, const struct bk_piece *p)
{
    struct bk_buf b = {0};
    const struct bk_run *r = p->run;
    bk_buf_addf(&b, "%.*s|%.*s|%.*s|%zu", BK_F(r->hardware), BK_F(r->model),
                BK_F(r->engine), r->n_params);
    uint64_t sum = 0; /* parameters may come in any order */
    for (size_t i = 0; i < r->n_params; i++)
        sum += bk_hash64(r->params[i].name) * 31 + bk_hash64(r->params[i].value);
    bk_buf_addf(&b, "|%llx", (unsigned long long)sum);
    struct bk_str s = bk_dup(a, bk_buf_str(&b));
    bk_buf_free(&b);
    return s;
}

static void place_row(struct bk_doc *d, struct bk_map *by_identity, struct bk_piece *p)
{
    struct bk_str id = identity(d->im->arena, p);
    struct bk_piece *old = bk_map_get(by_identity, id);
    if (old != NULL && old->table != p->table && same_params(old->run, p->run)) {
        size_t same, differ;
        bk_runs_agree(old->is, p->run, &same, &differ);
        if (differ == 0) {
            bk_run_merge(d->im, old->is, p->run);
            p->is = old->is;
            return;
        }
        tell_apart(d, p, old);
    }
    (void)new_run(d, p);
    bk_map_put(d->im->arena, by_identity, id, p);
}

/* Numbers without any label: all of one run, unless headings part them. */
static void place_values(struct bk_doc *d, struct bk_piece *p)
{
    for (size_t i = 0; i < d->n_pieces; i++) {
        struct bk_piece *o = &d->pieces[i];
        if (o == p || o->is == NULL || is_row(o) || o->label.len > 0)
            continue;
        if (compatible(o->is, p->run) && !contradict(o->is, p->run, 1)) {
            bk_run_merge(d->im, o->is, p->run);
            p->is = o->is;
            return;
        }
        tell_apart(d, p, o);
        if (o->is->key.len == 0) {
            const struct bk_param *s = bk_run_param_named(o->is, BK_S("section"));
            o->is->key = s != NULL ? s->value : o->is->key;
        }
    }
    add_section_key(p);
    (void)new_run(d, p);
}

/* --- settings --- */

static bool lies_in(const struct bk_doc *d, size_t section, size_t outer)
{
    while (section != BK_NONE && section != outer)
        section = d->sections[section].parent;
    return section == outer;
}

static void give_settings(const struct bk_doc *d, const struct bk_piece *to,
                          const struct bk_piece *p)
{
    /* "Model: org/orca-8b" below the heading "Orca 8B" says it in full */
    if (p->run->model.len > 0 && bk_eq(to->is->model, to->name))
        to->is->model = p->run->model;
    bk_run_merge(d->im, to->is, p->run);
}

/* Do the headings beside this one name runs?  Then it names one too, which has no
 * results, and its settings are not for the others. */
static bool stands_among_runs(const struct bk_doc *d, size_t section)
{
    for (size_t i = 0; i < d->n_sections; i++) {
        const struct bk_doc_section *x = &d->sections[i];
        if (i == section || x->parent != d->sections[section].parent ||
            x->hardware.len > 0 || x->key.len == 0)
            continue;
        for (size_t k = 0; k < d->n_pieces; k++) {
            const struct bk_piece *o = &d->pieces[k];
            if (o->is != NULL && o->section == i && bk_eq(o->label, x->key))
                return true;
        }
    }
    return false;
}

/* The runs of the innermost section round the settings that has results get them.
 * False: there is none. */
static bool settle_near(struct bk_doc *d, const struct bk_piece *p)
{
    for (size_t s = p->section; s != BK_NONE; s = d->sections[s].parent) {
        bool used = false;
        for (size_t i = 0; i < d->n_pieces; i++) {
            const struct bk_piece *o = &d->pieces[i];
            if (o->is == NULL || !lies_in(d, o->section, s))
                continue;
            give_settings(d, o, p);
            used = true;
        }
        if (used || stands_among_runs(d, s))
            return true;
    }
    return false;
}

/* Parameters of a label go to its runs, others to the runs near them, or to all. */
static void place_settings(struct bk_doc *d, struct bk_piece *p)
{
    for (size_t i = 0; i < d->n_pieces && p->label.len > 0; i++) {
        struct bk_piece *o = &d->pieces[i];
        if (o->is != NULL && bk_eq(o->label, p->label))
            give_settings(d, o, p);
    }
    bool many = d->n_pieces > MAX_NEAR_PIECES || d->n_sections > MAX_NEAR_PIECES;
    if (p->label.len == 0 && (many || !settle_near(d, p)))
        bk_run_merge(d->im, d->facts, p->run);
}

static void share_facts(struct bk_doc *d)
{
    for (size_t i = 0; i < d->runs.n; i++)
        bk_run_merge(d->im, d->runs.items[i], d->facts);
}

void bk_doc_assemble(struct bk_doc *d)
{
    struct bk_map by_identity = {0};
    drop_repeats(d);
    settle_labels(d);
    /* First what says most about its run, so that the rest finds it: labelled blocks
     * with parameters, labelled ones without, rows, and what has no label. */
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < d->n_pieces; i++) {
            struct bk_piece *p = &d->pieces[i];
            bool first = p->run->n_params > 0;
            if (!is_row(p) && p->label.len > 0 && p->run->n_measurements > 0 &&
                first == (round == 0))
                place_labelled(d, p);
        }
    }
    for (size_t i = 0; i < d->n_pieces; i++) {
        struct bk_piece *p = &d->pieces[i];
        bool joins = is_row(p) && p->label.len > 0 && d->n_pieces <= MAX_REPEAT_PIECES;
        if (joins)
            place_labelled(d, p);
        else if (is_row(p))
            place_row(d, &by_identity, p);
    }
    for (size_t i = 0; i < d->n_pieces; i++) {
        struct bk_piece *p = &d->pieces[i];
        if (!is_row(p) && p->label.len == 0 && p->run->n_measurements > 0)
            place_values(d, p);
    }
    for (size_t i = 0; i < d->n_pieces; i++) {
        if (!is_row(&d->pieces[i]) && d->pieces[i].run->n_measurements == 0)
            place_settings(d, &d->pieces[i]);
    }
    share_facts(d);
}
