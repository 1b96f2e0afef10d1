/* What the prose of a report says: settings in bullet lists and lines "Key: value",
 * session and date in the title, the steps of a load ramp, and counts inside sentences
 * ("3934 of 3937 requests failed").  Opinions are not read. */
#include "doc.h"

#include <string.h>

#include "../../src/base/num.h"
#include "../../src/base/utf8.h"

#define MAX_KEY           ((size_t)80)
#define MAX_VALUE         ((size_t)80)
#define MAX_SENTENCE      ((size_t)2000)
#define MAX_WORDS         ((size_t)200)
#define MAX_GAP           ((size_t)4) /* words between the two numbers of a count */
#define MAX_STAGES        ((size_t)200)
#define MIN_STAGES        ((size_t)2)
#define MAX_SECTION_LEVEL 3 /* deeper headings are but emphasis */
#define MAX_VALUE_WORDS   ((size_t)6)

static bool has_word(struct bk_str low, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bk_has(low, bk_str(words[i])))
            return true;
    }
    return false;
}

#define HAS(text, list) has_word((text), (list), sizeof(list) / sizeof *(list))

/* --- settings --- */

/* Headings under which stands what somebody recommends, not what was measured. */
static bool is_advice(const struct bk_doc *d, size_t section)
{
    static const char *const words[] = {
        "best",    "optimal",   "recommend", "suggest",  "next step", "conclus",
        "ideal",   "ótim",      "otim",      "recomend", "melhor",    "próximo",
        "наилучш", "оптимальн", "рекоменд",  "вывод",    "advice",    "should",
        "when to", "how to",    "use case",  "если",     "推荐",      "建议"};
    for (; section != BK_NONE; section = d->sections[section].parent) {
        if (HAS(bk_utf8_lower(d->im->arena, d->sections[section].label), words))
            return true;
    }
    return false;
}

static size_t count_words(struct bk_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] != ' ' && (i == 0 || s.ptr[i - 1] == ' ');
    return n;
}

/* "**Key**: value", "Key: value"; only short ones. */
static bool split_fact(struct bk_arena *a, struct bk_str line, struct bk_str *key,
                       struct bk_str *value)
{
    struct bk_str plain = bk_markdown_plain(a, bk_upto(line, MAX_SENTENCE));
    size_t colon = bk_find_char(plain, ':');
    if (colon == BK_NONE || colon == 0 || colon > MAX_KEY || colon + 1 >= plain.len ||
        plain.ptr[colon + 1] != ' ')
        return false;
    *key = bk_trim(bk_upto(plain, colon));
    *value = bk_trim(bk_from(plain, colon + 1));
    return value->len > 0 && value->len <= MAX_VALUE &&
           count_words(*value) <= MAX_VALUE_WORDS;
}

/* "requests that succeeded during the test" */
static struct bk_str without_occasion(struct bk_str key)
{
    static const char *const words[] = {" durante ", " during ", " во время "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t at = bk_find(key, bk_str(words[i]));
        if (at != BK_NONE && at > 0)
            return bk_trim(bk_upto(key, at));
    }
    return key;
}

static bool is_plain_value(const struct bk_doc *d, const struct bk_field *f,
                           struct bk_str value)
{
    struct bk_cell c = bk_cell_read(value, d->decimal);
    const struct bk_cell_rules rules = {.decimal = d->decimal, .claims = true};
    double number;
    if (f->target.kind == BK_TARGET_PARAM &&
        bk_parse_double(bk_param_value(d->im, f, value, &rules), &number))
        return !c.approximate;
    if (f->estimate || c.approximate || c.kind == BK_CELL_RANGE)
        return false;
    if (f->target.kind == BK_TARGET_METRIC)
        return c.kind == BK_CELL_NUMBER;
    bool counted = bk_dict_param_unit(d->im->dict, f->target.name).len > 0;
    return f->target.kind != BK_TARGET_PARAM || !counted;
}

/* What a line "key: value" states: parameters and context; measurements only below the
 * name of hardware, where a list stands for a table. */
static void take_fact(struct bk_doc *d, struct bk_str line, size_t number,
                      size_t section)
{
    struct bk_arena *a = d->im->arena;
    struct bk_str key, value;
    if (!split_fact(a, line, &key, &value))
        return;
    key = without_occasion(key);
    struct bk_cell c = bk_cell_read(value, d->decimal);
    struct bk_field f = bk_field_of(
        d->im, key, c.kind == BK_CELL_NUMBER ? c.unit : (struct bk_str){0}, NULL, 0);
    bool metric = f.target.kind == BK_TARGET_METRIC && section != BK_NONE &&
                  d->sections[section].hardware.len > 0;
    bool context =
        f.target.kind == BK_TARGET_CONTEXT && !bk_is(f.target.name, "status");
    if ((!metric && !context && f.target.kind != BK_TARGET_PARAM) ||
        !is_plain_value(d, &f, value))
        return;
    if (context && bk_is(f.target.name, "hardware")) {
        value = bk_doc_hardware(d, value);
        if (value.len == 0)
            return;
    }
    struct bk_cell_rules rules = {.decimal = d->decimal, .claims = true};
    rules.guessed_tokens = bk_doc_estimates(d, section);
    /* what the headings state goes with numbers, not with other settings */
    struct bk_piece *p = bk_doc_piece(d, section, false);
    (void)bk_field_emit(d->im, p->run, &f, value, &rules, bk_line_locator(a, number));
    d->known += p->run->n_measurements > 0;
    d->n_listed += p->run->n_measurements > 0;
}

void bk_doc_facts(struct bk_doc *d)
{
    bool late = false; /* lists below results talk about them */
    for (size_t i = 0; i < d->n_blocks && d->n_pieces < BK_MAX_RUNS; i++) {
        const struct bk_doc_block *b = &d->blocks[i];
        bool inside = b->section != BK_NONE;
        if (b->kind == BK_BLOCK_TABLE || b->kind == BK_BLOCK_CODE)
            late = true;
        else if (b->kind == BK_BLOCK_HEADING && inside &&
                 d->sections[b->section].level <= MAX_SECTION_LEVEL)
            late = false;
        bool labelled = inside && d->sections[b->section].hardware.len > 0;
        if ((b->kind != BK_BLOCK_ITEM && b->kind != BK_BLOCK_PARAGRAPH) ||
            (late && !labelled) || is_advice(d, b->section))
            continue;
        struct bk_str text = bk_upto(b->text, MAX_SENTENCE), line;
        for (size_t n = b->line; bk_next_line(&text, &line); n++)
            take_fact(d, line, n, b->section);
    }
}

/* --- title: session and date --- */

struct words {
    struct bk_str items[MAX_WORDS];
    size_t n;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Words with the marks round them taken off; '/' between words parts them, between
 * digits (dates) it does not. */
static void split_words(struct bk_str s, struct words *w)
{
    static const char edges[] = "()[]{}:,;.!?*`\"'|<>";
    w->n = 0;
    for (size_t i = 0; i < s.len && w->n < MAX_WORDS;) {
        size_t start = i;
        while (i < s.len && !is_space(s.ptr[i]))
            i++;
        struct bk_str word = {s.ptr + start, i - start};
        while (word.len > 0 && memchr(edges, word.ptr[0], sizeof edges - 1) != NULL)
            word = bk_from(word, 1);
        while (word.len > 0 &&
               memchr(edges, word.ptr[word.len - 1], sizeof edges - 1) != NULL)
            word.len--;
        if (word.len > 0)
            w->items[w->n++] = word;
        i++;
    }
}

static bool has_digit(struct bk_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (is_digit(s.ptr[i]))
            return true;
    }
    return false;
}

/* "Bench Session 062", "sessão de benchmark 062", "bench-session-062". */
static struct bk_str session_in(struct bk_arena *a, struct bk_str text)
{
    static const char *const names[] = {"session", "sessão", "sessao",
                                        "sesión",  "сессия", "сессии"};
    struct words w;
    split_words(text, &w);
    for (size_t i = 0; i < w.n; i++) {
        struct bk_str low = bk_utf8_lower(a, w.items[i]);
        if (!HAS(low, names))
            continue;
        size_t dash = bk_rfind_char(w.items[i], '-');
        if (dash != BK_NONE && has_digit(bk_from(w.items[i], dash + 1)))
            return bk_from(w.items[i], dash + 1);
        for (size_t k = i + 1; k < w.n && k <= i + 3; k++) {
            struct bk_str word = w.items[k];
            while (word.len > 0 && (word.ptr[0] == '#' || word.ptr[0] == '-'))
                word = bk_from(word, 1);
            if (word.len > 0 && is_digit(word.ptr[0]) && word.len <= 32 &&
                bk_find_char(word, '/') == BK_NONE)
                return word;
        }
    }
    return (struct bk_str){0};
}

/* Is the text in a language that writes the day first? */
static bool day_first(struct bk_arena *a, struct bk_str text)
{
    static const char *const words[] = {"ção",  "ções", " não ", " para ", " em ",
                                        "ción", " и ",  " в ",   " für ",  " les "};
    return HAS(bk_utf8_lower(a, bk_upto(text, 20000)), words);
}

/* A date of numbers; *clear: which number is the day is beyond doubt. */
static bool read_date(struct bk_str s, bool day_comes_first, int64_t *ns, bool *clear)
{
    bool zoned;
    *clear = true;
    if (bk_parse_iso(s, ns, &zoned))
        return true;
    char mark = bk_find_char(s, '/') != BK_NONE ? '/' : '.';
    struct bk_str first, second, third;
    int64_t x, y, year, days;
    third = bk_cut(bk_cut(s, mark, &first), mark, &second);
    if (first.len == 0 || first.len > 2 || second.len == 0 || second.len > 2 ||
        third.len != 4 || !bk_parse_int64(first, &x) || !bk_parse_int64(second, &y) ||
        !bk_parse_int64(third, &year))
        return false;
    *clear = day_comes_first || mark == '.' || x > 12 || y > 12;
    bool swap = !day_comes_first && mark == '/' && y > 12;
    int64_t day = swap ? y : x, month = swap ? x : y;
    if (!bk_civil((int)year, (int)month, (int)day, &days))
        return false;
    *ns = days * 86400 * BK_NS_PER_S;
    return true;
}

static void take_date(struct bk_doc *d, struct bk_str text, bool day_comes_first)
{
    struct words w;
    split_words(text, &w);
    for (size_t i = 0; i < w.n && d->facts->started_text.len == 0; i++) {
        int64_t ns;
        bool clear;
        if (w.items[i].len < 8 || !is_digit(w.items[i].ptr[0]) ||
            !read_date(w.items[i], day_comes_first, &ns, &clear))
            continue;
        d->facts->started_text = w.items[i];
        d->facts->started_ns = clear ? ns : BK_NO_TIME;
    }
}

void bk_doc_title(struct bk_doc *d)
{
    struct bk_arena *a = d->im->arena;
    bool first = false;
    for (size_t i = 0; i < d->n_blocks && !first; i++)
        first = day_first(a, d->blocks[i].text);
    for (size_t i = 0; i < d->n_blocks; i++) {
        const struct bk_doc_block *b = &d->blocks[i];
        struct bk_str text = bk_markdown_plain(a, bk_upto(b->text, MAX_SENTENCE));
        if (b->kind == BK_BLOCK_TABLE || b->kind == BK_BLOCK_CODE)
            break; /* the introduction ends here */
        if (d->facts->session.len == 0)
            d->facts->session = session_in(a, text);
        if (d->facts->started_text.len == 0)
            take_date(d, text, first);
    }
}

/* --- counts --- */

static bool whole_number(const struct bk_doc *d, struct bk_str word, double *value)
{
    if (word.len == 0 || !is_digit(word.ptr[0]))
        return false;
    struct bk_cell c = bk_cell_read(word, d->decimal);
    if (c.kind != BK_CELL_NUMBER || c.approximate || c.unit.len > 0 || c.rest.len > 0 ||
        c.value < 0 || c.value > 1e15 || c.value != (double)(int64_t)c.value)
        return false;
    *value = c.value;
    return true;
}

static bool is_of(struct bk_str word)
{
    static const char *const words[] = {"of",  "in",  "de",  "em", "из",
                                        "von", "sur", "out", "/",  "dentre"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bk_eq_nocase(word, bk_str(words[i])))
            return true;
    }
    return false;
}

enum outcome {
    OUTCOME_UNKNOWN,
    OUTCOME_FAILED,
    OUTCOME_OK
};

static enum outcome outcome_of(struct bk_arena *a, struct bk_str word)
{
    static const char *const failed[] = {"fail", "falh",   "error", "erro",
                                         "ошиб", "неудач", "fallo", "timeout"};
    static const char *const ok[] = {"success", "succeed", "sucess", "bem-suced",
                                     "успеш",   "éxito",   "exitos"};
    struct bk_str low = bk_utf8_lower(a, word);
    if (HAS(low, failed))
        return OUTCOME_FAILED;
    return HAS(low, ok) ? OUTCOME_OK : OUTCOME_UNKNOWN;
}

static bool speaks_of_requests(struct bk_arena *a, struct bk_str text)
{
    static const char *const words[] = {"request", "requisi",  "запрос",
                                        "attempt", "tentativ", "solicit",
                                        "petici",  "anfrag",   "requêt"};
    return HAS(bk_utf8_lower(a, text), words);
}

/* The word that says what was counted: between the numbers, else behind them, else
 * before. */
static enum outcome find_outcome(struct bk_arena *a, const struct words *w,
                                 size_t first, size_t second)
{
    enum outcome o = OUTCOME_UNKNOWN;
    for (size_t i = first + 1; i < second && o == OUTCOME_UNKNOWN; i++)
        o = outcome_of(a, w->items[i]);
    for (size_t i = second + 1; i < w->n && o == OUTCOME_UNKNOWN; i++)
        o = outcome_of(a, w->items[i]);
    for (size_t i = first; i-- > 0 && o == OUTCOME_UNKNOWN;)
        o = outcome_of(a, w->items[i]);
    return o;
}

struct count {
    struct bk_str phrase; /* "3934 falhas em 3937" */
    struct bk_str digits;
    double value;
};

static void claim_count(struct bk_doc *d, struct bk_run *run, const char *metric,
                        const struct count *c, struct bk_str locator)
{
    struct bk_reading r = {.name = c->phrase,
                           .text = c->digits,
                           .has_value = true,
                           .value = c->value,
                           .half = 0,
                           .locator = locator};
    struct bk_measurement *m = bk_emit_as(d->im, run, metric, &r);
    unsigned rank;
    if (m == NULL)
        return;
    if (bk_run_new_claim(run, m, &rank))
        m->rank = rank;
    else
        run->n_measurements--;
}

static void take_counts(struct bk_doc *d, struct bk_run *run, struct bk_str text,
                        size_t line)
{
    struct bk_arena *a = d->im->arena;
    struct words w;
    split_words(text, &w);
    for (size_t i = 0; i < w.n; i++) {
        double part, all;
        size_t k = i + 1, of = 0;
        if (!whole_number(d, w.items[i], &part))
            continue;
        for (; k < w.n && k <= i + MAX_GAP && !whole_number(d, w.items[k], &all); k++)
            of += is_of(w.items[k]);
        if (k >= w.n || k > i + MAX_GAP || of == 0 || !is_of(w.items[k - 1]) ||
            !whole_number(d, w.items[k], &all) || all < part || all < 1)
            continue;
        enum outcome o = find_outcome(a, &w, i, k);
        if (o == OUTCOME_UNKNOWN)
            continue;
        struct bk_str where = bk_line_locator(a, line), last = w.items[k];
        struct count c = {.digits = w.items[i], .value = part};
        c.phrase = (struct bk_str){w.items[i].ptr,
                                   (size_t)(last.ptr + last.len - w.items[i].ptr)};
        claim_count(d, run, o == OUTCOME_OK ? "requests_ok" : "requests_failed", &c,
                    where);
        c.digits = last;
        c.value = all;
        claim_count(d, run, "requests", &c, where);
        i = k;
    }
}

/* The run that a section or a sentence speaks of, or NULL. */
static struct bk_run *subject_of(const struct bk_doc *d, const struct bk_doc_block *b)
{
    struct bk_run *found = NULL;
    if (d->runs.n == 1)
        return d->runs.items[0];
    struct bk_str hardware = {0}, key = {0};
    for (size_t s = b->section; s != BK_NONE && hardware.len == 0;
         s = d->sections[s].parent) {
        hardware = d->sections[s].hardware;
        key = key.len == 0 ? d->sections[s].key : key;
    }
    if (hardware.len == 0)
        hardware = bk_doc_hardware(d, bk_upto(b->text, MAX_SENTENCE));
    for (size_t i = 0; i < d->n_pieces; i++) {
        const struct bk_piece *p = &d->pieces[i];
        bool speaks = p->is != NULL && p->table == BK_NONE && p->label.len > 0 &&
                      (bk_eq(p->label, hardware) || bk_eq(p->label, key));
        if (!speaks)
            continue;
        if (found != NULL && found != p->is)
            return NULL;
        found = p->is;
    }
    return found;
}

/* The number of requests that the other counts and the error rate bear out is the one
 * to use; the others stay as claims. */
static bool borne_out(const struct bk_run *run, double requests)
{
    const struct bk_measurement *ok = bk_run_find(run, "requests_ok", "value", "");
    const struct bk_measurement *failed =
        bk_run_find(run, "requests_failed", "value", "");
    const struct bk_measurement *rate = bk_run_find(run, "error_rate", "value", "");
    if (ok != NULL && failed != NULL)
        return ok->value + failed->value == requests;
    if (failed == NULL || rate == NULL || requests <= 0)
        return false;
    double slack = rate->high - rate->low;
    double share = failed->value / requests;
    return share >= rate->low - slack && share <= rate->high + slack;
}

static void choose_requests(struct bk_run *run)
{
    size_t best = BK_NONE, used = BK_NONE;
    for (size_t i = 0; i < run->n_measurements; i++) {
        const struct bk_measurement *m = &run->measurements[i];
        if (!bk_is(m->metric, "requests") || !bk_is(m->stat, "value") ||
            m->scope.len > 0)
            continue;
        if (m->rank == 0)
            used = i;
        if (best == BK_NONE && borne_out(run, m->value))
            best = i;
    }
    if (best == BK_NONE || used == BK_NONE || best == used)
        return;
    unsigned rank = run->measurements[best].rank;
    run->measurements[best].rank = 0;
    run->measurements[used].rank = rank;
}

void bk_doc_counts(struct bk_doc *d)
{
    struct bk_arena *a = d->im->arena;
    if (d->n_pieces > 2000)
        return;
    for (size_t i = 0; i < d->n_blocks; i++) {
        const struct bk_doc_block *b = &d->blocks[i];
        struct bk_str text = bk_upto(b->text, MAX_SENTENCE);
        if ((b->kind != BK_BLOCK_ITEM && b->kind != BK_BLOCK_PARAGRAPH) ||
            !speaks_of_requests(a, text))
            continue;
        struct bk_run *run = subject_of(d, b);
        if (run != NULL)
            take_counts(d, run, text, b->line);
    }
    for (size_t i = 0; i < d->runs.n; i++)
        choose_requests(d->runs.items[i]);
}

/* --- the load ramp --- */

/* "0-20s", "100–160 s", "1m-2m": where a step begins and ends, in seconds. */
static bool read_span(struct bk_str text, double *from, double *to, struct bk_str *rest)
{
    struct bk_str s = bk_trim(text);
    double v[2], factor[2] = {0, 0};
    for (size_t k = 0; k < 2; k++) {
        size_t n = 0;
        while (n < s.len && (is_digit(s.ptr[n]) || (n > 0 && s.ptr[n] == '.')))
            n++;
        if (n == 0 || !bk_parse_double(bk_upto(s, n), &v[k]))
            return false;
        s = bk_trim(bk_from(s, n));
        if (s.len > 0 && (s.ptr[0] == 's' || s.ptr[0] == 'm')) {
            factor[k] = s.ptr[0] == 's' ? 1 : 60;
            size_t word = 1;
            while (word < s.len && s.ptr[word] >= 'a' && s.ptr[word] <= 'z')
                word++;
            s = bk_trim(bk_from(s, word));
        }
        if (k == 1)
            break;
        size_t dash = bk_starts(s, BK_S("-")) ? 1 : bk_starts(s, BK_S("–")) ? 3 : 0;
        if (dash == 0)
            return false;
        s = bk_trim(bk_from(s, dash));
    }
    if (factor[1] <= 0)
        return false;
    *from = v[0] * (factor[0] > 0 ? factor[0] : factor[1]);
    *to = v[1] * factor[1];
    *rest = s;
    return *to > *from;
}

static bool speaks_of_users(struct bk_arena *a, struct bk_str text)
{
    static const char *const words[] = {"vu",        "user",   "usuári",   "usuari",
                                        "пользоват", "client", "concurren"};
    return HAS(bk_utf8_lower(a, text), words);
}

struct step {
    double from, to;
    double start_vus, end_vus; /* start_vus < 0: not said */
};

static bool read_step(const struct bk_doc *d, struct bk_str text, struct step *step)
{
    struct bk_str rest;
    struct words w;
    double vus[2] = {-1, -1};
    size_t n = 0;
    if (!read_span(text, &step->from, &step->to, &rest) ||
        !speaks_of_users(d->im->arena, rest))
        return false;
    split_words(rest, &w);
    for (size_t i = 0; i < w.n && n < 2; i++)
        n += whole_number(d, w.items[i], &vus[n]);
    if (n == 0)
        return false;
    step->start_vus = n == 2 ? vus[0] : -1;
    step->end_vus = n == 2 ? vus[1] : vus[0];
    return true;
}

static void add_stage(struct bk_doc *d, struct bk_run *run, double seconds, double vus)
{
    struct bk_stage *stage = BK_PUSH(d->im->arena, run->stages, run->n_stages);
    stage->seconds = seconds;
    stage->vus = vus;
}

static void set_think_time(struct bk_run *run)
{
    const struct bk_param *p = bk_run_find_param(run, "think_time");
    double seconds;
    if (p != NULL && bk_parse_double(p->value, &seconds) && seconds >= 0)
        run->think_time_s = seconds;
}

/* Steps i.. of the blocks as the load of a run; only where they follow each other
 * without a gap. */
static size_t read_ramp(const struct bk_doc *d, size_t i, struct step *steps)
{
    size_t n = 0;
    size_t section = d->blocks[i].section;
    for (; i < d->n_blocks && n < MAX_STAGES; i++, n++) {
        const struct bk_doc_block *b = &d->blocks[i];
        if (b->kind != BK_BLOCK_ITEM || b->section != section ||
            !read_step(d, bk_markdown_plain(d->im->arena, b->text), &steps[n]))
            break;
        if (n > 0 && steps[n].from - steps[n - 1].to > 1e-9)
            break;
        if (n > 0 && steps[n - 1].to - steps[n].from > 1e-9)
            break;
    }
    return n;
}

void bk_doc_load(struct bk_doc *d)
{
    struct step *steps = bk_alloc_array(d->im->arena, MAX_STAGES, sizeof *steps);
    for (size_t i = 0; i < d->n_blocks; i++) {
        if (d->blocks[i].kind != BK_BLOCK_ITEM)
            continue;
        size_t n = read_ramp(d, i, steps);
        if (n < MIN_STAGES)
            continue;
        struct bk_run *only = d->runs.n > 1 ? subject_of(d, &d->blocks[i]) : NULL;
        for (size_t r = 0; r < d->runs.n; r++) {
            struct bk_run *run = d->runs.items[r];
            if ((only != NULL && only != run) || run->n_stages > 0)
                continue;
            if (steps[0].start_vus > 0)
                add_stage(d, run, 0, steps[0].start_vus);
            for (size_t k = 0; k < n; k++)
                add_stage(d, run, steps[k].to - steps[k].from, steps[k].end_vus);
            run->closed_loop = true;
            set_think_time(run);
        }
        i += n - 1;
    }
}
