/* Context: what a path, a layout and flags say about a run, brought onto it in rising
 * order of precedence.
 *
 * Whatever changes a value that was said before is a finding with both values and who
 * said them; the same thing in another spelling (B200, b200, 500, 500.0) is none.
 * Times are their own matter: a stamp in a folder's name is the local time of some
 * machine, so it never replaces a time that names its zone. */
#include "internal.h"

#include <math.h>
#include <string.h>

#include "../base/num.h"

#define CONFLICT "context-conflict"

/* Two clocks of one run are at most this far apart, whatever their zones. */
static const int64_t ZONE_SPAN_NS = 26 * 3600 * BK_NS_PER_S;

enum {
    FIRST_DAY = 10957, /* 2000-01-01, in days since 1970 */
    LAST_DAY = 32872,  /* 2060-01-01 */
};

void bk_say(struct bk_arena *a, struct bk_saids *s, struct bk_str name,
            struct bk_str value, struct bk_str place)
{
    struct bk_said *said = BK_PUSH(a, s->items, s->n);
    *said = (struct bk_said){.name = name, .value = value, .place = place};
}

/* --- times --- */

static bool plausible(int64_t ns)
{
    int64_t day = ns / (24 * 3600 * BK_NS_PER_S);
    return day >= FIRST_DAY && day < LAST_DAY;
}

static bool by_digits(struct bk_str digits, int64_t *ns, bool *zoned)
{
    static const struct {
        size_t len;
        const char *format;
    } shapes[] = {
        {14, "%Y%m%d%H%M%S"}, {14, "%d%m%Y%H%M%S"}, {12, "%Y%m%d%H%M"},
        {12, "%d%m%Y%H%M"},   {8, "%Y%m%d"},        {8, "%d%m%Y"},
        {10, "%s"},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (digits.len == shapes[i].len &&
            bk_parse_time(digits, bk_str(shapes[i].format), ns) && plausible(*ns)) {
            *zoned = strcmp(shapes[i].format, "%s") == 0;
            return true;
        }
    }
    return false;
}

bool bk_guess_time(struct bk_str text, struct bk_str format, int64_t *ns, bool *zoned)
{
    char digits[16];
    size_t n = 0;
    *zoned = false;
    *ns = BK_NO_TIME;
    if (format.len > 0) {
        *zoned = bk_is(format, "%s");
        return bk_parse_time(text, format, ns);
    }
    if (bk_parse_iso(text, ns, zoned))
        return true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= '0' && c <= '9') {
            if (n == sizeof digits)
                return false;
            digits[n++] = c;
        } else if (!strchr("-_:T ./", c)) {
            return false;
        }
    }
    if (by_digits((struct bk_str){digits, n}, ns, zoned))
        return true;
    *ns = BK_NO_TIME;
    return false;
}

static bool is_flag(struct bk_str place)
{
    return bk_starts(place, BK_S("--"));
}

static int64_t distance(int64_t x, int64_t y)
{
    uint64_t ux = (uint64_t)x, uy = (uint64_t)y;
    uint64_t d = x > y ? ux - uy : uy - ux;
    return d > INT64_MAX ? INT64_MAX : (int64_t)d;
}

static struct bk_str place_of(const struct bk_applying *ap, struct bk_str name)
{
    const struct bk_str *place = bk_map_get(&ap->places, name);
    return place ? *place : BK_S("the file");
}

static void take_place(struct bk_applying *ap, struct bk_str name, struct bk_str place)
{
    struct bk_str *p = bk_alloc(ap->arena, sizeof *p);
    *p = place;
    bk_map_put(ap->arena, &ap->places, name, p);
}

static void conflict(struct bk_applying *ap, struct bk_str name,
                     const struct bk_said *used, const struct bk_said *other)
{
    struct bk_finding *f = bk_run_finding(
        ap->arena, ap->run, CONFLICT, BK_WARNING, name,
        "%.*s is '%.*s' by %.*s but '%.*s' by %.*s: the first is used", BK_F(name),
        BK_F(used->value), BK_F(used->place), BK_F(other->value), BK_F(other->place));
    f->expected = used->value;
    f->actual = other->value;
    f->locator = other->place;
    f->source = ap->source;
}

static void apply_time(struct bk_applying *ap, const struct bk_said *said)
{
    struct bk_run *r = ap->run;
    int64_t ns;
    bool zoned;
    struct bk_str name = BK_S("started_at");
    if (!bk_guess_time(said->value, said->format, &ns, &zoned)) {
        if (r->started_ns == BK_NO_TIME && r->started_text.len == 0)
            r->started_text = said->value;
        return;
    }
    bool known = r->started_ns != BK_NO_TIME;
    bool vague = known && (r->started_text.len > 0 || !zoned);
    bool replace = !known || is_flag(said->place) || r->started_text.len > 0;
    int64_t allowed = vague ? ZONE_SPAN_NS : BK_NS_PER_S;
    if (known && distance(ns, r->started_ns) > allowed) {
        char iso[40];
        size_t len = bk_format_iso(r->started_ns, iso);
        struct bk_said old = {
            .value = bk_dup(ap->arena, (struct bk_str){iso, len}),
            .place = place_of(ap, name),
        };
        conflict(ap, name, replace ? said : &old, replace ? &old : said);
    }
    if (replace) {
        r->started_ns = ns;
        r->started_text = zoned ? (struct bk_str){0} : said->value;
        take_place(ap, name, said->place);
    }
}

/* --- texts and parameters --- */

static struct bk_str base_name(struct bk_str s)
{
    size_t slash = bk_rfind_char(s, '/');
    return slash == BK_NONE ? s : bk_from(s, slash + 1);
}

static bool same_value(const struct bk_applying *ap, struct bk_str name,
                       struct bk_str x, struct bk_str y)
{
    double dx, dy;
    if (bk_eq_nocase(x, y))
        return true;
    if (bk_parse_double(x, &dx) && bk_parse_double(y, &dy))
        return !(dx < dy) && !(dx > dy);
    if (bk_is(name, "hardware"))
        return bk_eq(bk_dict_hardware(ap->dict, ap->arena, x),
                     bk_dict_hardware(ap->dict, ap->arena, y));
    if (bk_is(name, "model"))
        return bk_eq_nocase(base_name(x), base_name(y));
    return false;
}

/* "15s" and "2m30s" are not numbers to compare by; parameters hold plain seconds. */
static struct bk_str plain_seconds(struct bk_arena *a, struct bk_str name,
                                   struct bk_str value)
{
    static const struct {
        const char *suffix;
        double factor;
    } units[] = {{"ms", 1e-3}, {"us", 1e-6}, {"s", 1}, {"m", 60}, {"h", 3600}};
    if (!bk_ends(name, BK_S("time")) && !bk_ends(name, BK_S("timeout")) &&
        !bk_ends(name, BK_S("duration")) && !bk_ends(name, BK_S("interval")))
        return value;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct bk_str suffix = bk_str(units[i].suffix);
        double x;
        char out[32];
        if (bk_ends(value, suffix) &&
            bk_parse_double(bk_upto(value, value.len - suffix.len), &x) &&
            isfinite(x * units[i].factor)) {
            size_t len = bk_format_double(x * units[i].factor, out);
            return bk_dup(a, (struct bk_str){out, len});
        }
    }
    return value;
}

static struct bk_param *find_param(struct bk_run *r, struct bk_str name)
{
    for (size_t i = 0; i < r->n_params; i++) {
        if (bk_eq(r->params[i].name, name))
            return &r->params[i];
    }
    return NULL;
}

struct level {         /* of precedence, being applied */
    struct bk_map now; /* names that it has said already: the first wins */
    bool weak;         /* this statement only fills in */
};

/* Whether 'said' becomes the value; says the conflict, if there is one. */
static bool takes_over(struct bk_applying *ap, const struct level *level,
                       const struct bk_said *said, struct bk_str present)
{
    if (present.len == 0)
        return true;
    bool stays = level->weak || bk_map_get(&level->now, said->name) != NULL;
    if (!same_value(ap, said->name, said->value, present)) {
        struct bk_said old = {.value = present, .place = place_of(ap, said->name)};
        conflict(ap, said->name, stays ? &old : said, stays ? said : &old);
    }
    return !stays;
}

/* What the file's place adds to all its runs also tells them from those of the files
 * beside it: "concurrency=5 batch_size=8" of results_5.csv. */
static void extend_key(struct bk_applying *ap, const struct bk_said *said)
{
    if (ap->run->key.len > 0)
        ap->run->key = bk_fmt(ap->arena, "%.*s=%.*s %.*s", BK_F(said->name),
                              BK_F(said->value), BK_F(ap->run->key));
}

static void apply_param(struct bk_applying *ap, const struct level *level,
                        const struct bk_said *said)
{
    struct bk_param *p = find_param(ap->run, said->name);
    if (p && !bk_map_get(&ap->places, said->name) && p->locator.len > 0)
        take_place(ap, said->name,
                   bk_fmt(ap->arena, "the file (%.*s)", BK_F(p->locator)));
    if (!takes_over(ap, level, said, p ? p->value : (struct bk_str){0}))
        return;
    if (p) {
        p->value = said->value;
        p->locator = said->place;
    } else {
        bk_run_param(ap->arena, ap->run, said->name, said->value, said->place);
        extend_key(ap, said);
    }
    take_place(ap, said->name, said->place);
}

/* A name may say the unit of its value: "fact.gpu_memory:MB".  Values are kept in base
 * units. */
static struct bk_str to_base(const struct bk_applying *ap, struct bk_said *said)
{
    struct bk_str name, unit_name = bk_trim(bk_cut(said->name, ':', &name));
    const struct bk_unit *unit = bk_dict_unit(ap->dict, unit_name);
    double x;
    char out[32];
    said->name = name;
    if (unit_name.len == 0 || !unit || !bk_parse_double(said->value, &x) ||
        !isfinite(x * unit->factor))
        return (struct bk_str){0};
    size_t len = bk_format_double(x * unit->factor, out);
    said->value = bk_dup(ap->arena, (struct bk_str){out, len});
    return unit->base;
}

static void apply_fact(struct bk_applying *ap, const struct bk_said *said,
                       struct bk_str unit)
{
    struct bk_run *r = ap->run;
    struct bk_fact *f = BK_PUSH(ap->arena, r->hardware_facts, r->n_hardware_facts);
    *f = (struct bk_fact){
        .name = bk_from(said->name, strlen("fact.")),
        .value = said->value,
        .unit = unit,
        .locator = said->place,
    };
}

static struct bk_str *run_field(struct bk_run *r, struct bk_str name)
{
    if (bk_is(name, "hardware"))
        return &r->hardware;
    if (bk_is(name, "session"))
        return &r->session;
    if (bk_is(name, "model"))
        return &r->model;
    if (bk_is(name, "workload"))
        return &r->workload;
    if (bk_is(name, "engine"))
        return &r->engine;
    return NULL;
}

/* The name as the warehouse has it: "config.workers" and "workers" are one. */
static struct bk_str canonical_name(const struct bk_applying *ap, struct bk_str name)
{
    struct bk_str prefix = BK_S("config.");
    if (bk_starts(name, prefix) && name.len > prefix.len)
        return bk_from(name, prefix.len);
    if (run_field(ap->run, name) || bk_is(name, "started_at"))
        return name;
    struct bk_target t = bk_dict_find(ap->dict, BK_S("*"), name);
    return t.kind == BK_TARGET_PARAM ? t.name : name;
}

static void apply(struct bk_applying *ap, struct level *level, struct bk_said said)
{
    level->weak = bk_starts(said.name, BK_S("?"));
    said.name = bk_from(said.name, level->weak ? 1 : 0);
    struct bk_str unit = to_base(ap, &said);
    if (bk_starts(said.name, BK_S("fact."))) {
        apply_fact(ap, &said, unit);
        return;
    }
    bool is_param = bk_starts(said.name, BK_S("config."));
    said.name = canonical_name(ap, said.name);
    struct bk_str *field = is_param ? NULL : run_field(ap->run, said.name);
    if (!is_param && bk_is(said.name, "started_at")) {
        apply_time(ap, &said);
    } else if (field) {
        if (takes_over(ap, level, &said, *field)) {
            *field = said.value;
            take_place(ap, said.name, said.place);
        }
    } else {
        if (bk_secret_name(said.name))
            said.value = BK_S(BK_REDACTED);
        said.value = plain_seconds(ap->arena, said.name, said.value);
        apply_param(ap, level, &said);
    }
    bk_map_put(ap->arena, &level->now, said.name, ap);
}

void bk_context_apply(struct bk_applying *ap, const struct bk_saids *says,
                      bool first_wins)
{
    struct level level = {0};
    for (size_t i = 0; i < says->n; i++) {
        struct bk_said said = says->items[i];
        said.value = bk_trim(said.value);
        if (said.value.len == 0)
            continue;
        if (!first_wins)
            level.now = (struct bk_map){0};
        apply(ap, &level, said);
    }
}

void bk_context_settle(struct bk_run *run)
{
    const struct bk_param *p = bk_run_find_param(run, "think_time");
    double seconds;
    if (p && isnan(run->think_time_s) && bk_parse_double(p->value, &seconds) &&
        seconds >= 0)
        run->think_time_s = seconds;
}
