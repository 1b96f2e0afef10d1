/* Gathering the samples of a scrape, and the difference of two; see prometheus_runs.h.
 *
 * Memory is bounded: the number of models and of series has a limit, past which samples
 * are counted (models) or added up within their family (series). */
#include "prometheus_runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shared/exposition.h"

#define MAX_MODELS    ((size_t)1024)
#define MAX_SERIES    ((size_t)65536)
#define MAX_BUCKETS   ((size_t)1024) /* of one series */
#define FIRST_BUCKETS ((size_t)16)   /* that there is room for at first */
#define MAX_ENTRIES   ((size_t)100000)
#define MAX_GPUS      ((size_t)4096)
#define MAX_PARAMS    ((size_t)64)
#define MAX_TEXT      ((size_t)256) /* bytes of a label value kept as a parameter */
#define REST_KEY      UINT64_C(0xFFFFFFFFFFFFFFFF)
#define GOLDEN        UINT64_C(0x9E3779B97F4A7C15)

enum part {
    PART_NONE, /* nothing to gather */
    PART_VALUE,
    PART_BUCKET,
    PART_QUANTILE,
    PART_SUM,
    PART_COUNT,
    PART_CONFIG,       /* cache_config_info */
    PART_PROCESS_START /* process_start_time_seconds */
};

struct entry { /* what a sample name means */
    struct bk_str name;
    enum part part;
    enum bk_scrape_kind kind;
    struct bk_str family, target, unit, engine;
    bool process;     /* a figure of the process, not of what it serves */
    bool requests;    /* counts requests by finished_reason */
    bool sglang;      /* its label 'name' is the model's */
    size_t run, slot; /* where its samples went the last time, plus 1; 0: nowhere yet */
};

/* --- names --- */

/* What the names of a server begin with.  Behind a colon stands the name that the
 * aliases know; names without one are aliases as they are. */
static const struct {
    const char *prefix, *engine;
    bool stripped;
} servers[] = {
    {"vllm:", "vllm", true},         {"ray_vllm:", "vllm", true},
    {"vllm_", "vllm", true},         {"sglang:", "sglang", true},
    {"sglang_", "sglang", true},     {"llamacpp:", "llama.cpp", true},
    {"lmdeploy:", "lmdeploy", true}, {"trtllm:", "tensorrt-llm", true},
    {"tgi_", "tgi", false},          {"nv_inference_", "triton", false},
    {"nv_gpu_", "triton", false},    {"DCGM_", "", false},
    {"process_", "", false},
};

static struct bk_str bare_name(struct bk_str name, struct bk_str *engine)
{
    *engine = (struct bk_str){0};
    for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
        struct bk_str prefix = bk_str(servers[i].prefix);
        if (!bk_starts(name, prefix))
            continue;
        *engine = bk_str(servers[i].engine);
        return servers[i].stripped ? bk_from(name, prefix.len) : name;
    }
    return name;
}

static struct bk_str without(struct bk_str name, struct bk_str suffix)
{
    return bk_ends(name, suffix) ? bk_upto(name, name.len - suffix.len) : name;
}

/* Only what this format's own aliases know: "requests" or "threads", which tables have
 * as headers, mean anything here. */
static bool find_alias(const struct bk_importing *im, struct bk_str name,
                       struct bk_target *t)
{
    return bk_dict_own(im->dict, im->format, name, t) && t->kind == BK_TARGET_METRIC;
}

/* Is the family one that the dictionary knows?  Fills the entry if so. */
static bool known_family(const struct bk_scrape *s, struct bk_str family,
                         struct entry *e)
{
    struct bk_target t;
    struct bk_str engine, plain = without(family, BK_S("_total"));
    struct bk_str bare = bare_name(plain, &engine);
    if (!find_alias(s->im, plain, &t) &&
        (bare.len == plain.len || !find_alias(s->im, bare, &t)))
        return false;
    e->family = bk_dup(s->arena, family);
    e->target = bk_dup(s->arena, t.name);
    e->unit = bk_dup(s->arena, t.unit);
    e->engine = engine;
    e->process = bk_starts(plain, BK_S("process_"));
    e->requests = bk_is(e->target, "requests_ok");
    return true;
}

struct ending {
    struct bk_str suffix;
    enum part part;
};
static const struct ending endings[] = {
    {{"_bucket", 7}, PART_BUCKET},
    {{"_sum", 4}, PART_SUM},
    {{"_count", 6}, PART_COUNT},
};

/* Parts of histograms whose TYPE line is missing. */
static void untyped_part(const struct bk_scrape *s, struct bk_str name, struct entry *e)
{
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (!bk_ends(name, endings[i].suffix) ||
            !known_family(s, without(name, endings[i].suffix), e))
            continue;
        e->part = endings[i].part;
        e->kind = BK_SCRAPE_HISTOGRAM;
    }
}

static enum part typed_part(const struct bk_series_sample *sample)
{
    struct bk_str suffix = bk_from(sample->name, sample->family.len);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (bk_eq(suffix, endings[i].suffix))
            return endings[i].part;
    }
    bool quantile = sample->type == BK_SUMMARY && suffix.len == 0;
    return quantile ? PART_QUANTILE : PART_NONE;
}

static void understand(const struct bk_scrape *s, const struct bk_series_sample *sample,
                       struct entry *e)
{
    struct bk_str name = sample->name;
    bool total = bk_ends(name, BK_S("_total"));
    *e = (struct entry){.part = PART_NONE};
    if (bk_is(name, "process_start_time_seconds")) {
        e->part = PART_PROCESS_START;
    } else if (bk_ends(name, BK_S("cache_config_info"))) {
        bare_name(name, &e->engine);
        e->part = PART_CONFIG;
    } else if (bk_ends(name, BK_S("_created"))) {
        return;
    } else if (sample->type == BK_HISTOGRAM || sample->type == BK_SUMMARY) {
        if (!known_family(s, sample->family, e))
            return;
        e->part = typed_part(sample);
        e->kind = sample->type == BK_SUMMARY ? BK_SCRAPE_SUMMARY : BK_SCRAPE_HISTOGRAM;
    } else if (known_family(s, name, e)) {
        e->part = PART_VALUE;
        e->kind = sample->type == BK_COUNTER || (sample->type == BK_UNTYPED && total)
                      ? BK_SCRAPE_COUNTER
                      : BK_SCRAPE_GAUGE;
    } else if (sample->type == BK_UNTYPED) {
        untyped_part(s, name, e);
    }
}

static struct entry *entry_of(struct bk_scrape *s,
                              const struct bk_series_sample *sample)
{
    struct entry *last = s->last;
    if (last != NULL && (sample->same_name || bk_eq(last->name, sample->name)))
        return last;
    struct entry *e = bk_map_get(&s->entries, sample->name);
    if (e == NULL) {
        static struct entry none = {.part = PART_NONE}; /* nothing writes to it */
        struct entry found;
        understand(s, sample, &found);
        if (s->entries.n >= MAX_ENTRIES)
            return s->last = &none;
        e = bk_alloc(s->arena, sizeof *e);
        *e = found;
        e->sglang = bk_is(e->engine, "sglang");
        e->name = bk_dup(s->arena, sample->name);
        bk_map_put(s->arena, &s->entries, e->name, e);
    }
    s->last = e;
    return e;
}

/* --- labels --- */

/* What a sample's labels say: places among them, plus 1; 0: there is no such label. */
struct place {
    size_t model, reason, bound, gpu_uuid, gpu_name;
    uint64_t key, rank;
};

static struct bk_str said(const struct bk_series_sample *sample, size_t place)
{
    return place > 0 ? sample->labels[place - 1].value : (struct bk_str){0};
}

/* What a label of this name is for. */
enum purpose {
    OTHER, /* tells series apart */
    BOUND,
    QUANTILE_BOUND,
    MODEL,
    MODEL_SHORT,
    REASON,
    GPU_UUID,
    GPU_UUID_DCGM,
    GPU_NAME,
    RANK,
    PIPELINE_RANK,
};
static const struct bk_str purposes[] = {
    [BOUND] = {"le", 2},
    [QUANTILE_BOUND] = {"quantile", 8},
    [MODEL] = {"model_name", 10},
    [MODEL_SHORT] = {"model", 5},
    [REASON] = {"finished_reason", 15},
    [GPU_UUID] = {"gpu_uuid", 8},
    [GPU_UUID_DCGM] = {"UUID", 4},
    [GPU_NAME] = {"modelName", 9},
    [RANK] = {"tp_rank", 7},
    [PIPELINE_RANK] = {"pp_rank", 7},
};

static enum purpose purpose_of(struct bk_str name)
{
    for (size_t i = OTHER + 1; i < sizeof purposes / sizeof *purposes; i++) {
        if (name.len == purposes[i].len && bk_eq(name, purposes[i]))
            return (enum purpose)i;
    }
    return OTHER;
}

static uint64_t hash_pair(const struct bk_label *l)
{
    return (bk_hash64(l->name) * GOLDEN) ^ bk_hash64(l->value);
}

/* The order of labels does not matter: hashes of pairs are added. */
static struct place find_place(const struct bk_series_sample *sample,
                               const struct entry *e)
{
    struct place p = {0};
    for (size_t i = 0; i < sample->n_labels; i++) {
        const struct bk_label *l = &sample->labels[i];
        switch (purpose_of(l->name)) {
        case BOUND:
        case QUANTILE_BOUND:
            p.bound = i + 1;
            break;
        case MODEL:
        case MODEL_SHORT:
            p.model = i + 1;
            break;
        case REASON:
            p.reason = i + 1;
            break;
        case GPU_NAME:
            p.gpu_name = i + 1;
            break;
        case RANK:
        case PIPELINE_RANK:
            p.rank += hash_pair(l);
            break;
        case GPU_UUID:
        case GPU_UUID_DCGM:
            p.gpu_uuid = i + 1;
            p.key += hash_pair(l);
            break;
        case OTHER:
            if (e->sglang && bk_is(l->name, "name"))
                p.model = i + 1;
            else
                p.key += hash_pair(l);
            break;
        }
    }
    return p;
}

/* A bucket's labels are those of the sample before but for its bound. */
static struct place place_of(struct bk_scrape *s, const struct bk_series_sample *sample,
                             const struct entry *e, const struct entry *before)
{
    struct place *p = s->last_place;
    bool bound =
        p != NULL && sample->same_but > 0 &&
        (sample->same_but == p->bound || sample->same_but == sample->n_labels + 1);
    if (p == NULL)
        p = s->last_place = bk_alloc(s->arena, sizeof *p);
    if (!bound || e != before || s->last_number + 1 != s->n_samples)
        *p = find_place(sample, e);
    s->last_number = s->n_samples;
    return *p;
}

/* --- runs, slots, series --- */

static struct bk_scrape_run *run_of(struct bk_scrape *s, struct bk_str model)
{
    struct bk_scrape_run *last = s->n_runs > 0 ? &s->runs[s->last_run] : NULL;
    if (last != NULL && bk_eq(last->model, model))
        return last;
    const void *place = bk_map_get(&s->models, model);
    if (place != NULL)
        return &s->runs[s->last_run = (uintptr_t)place - 1];
    if (s->n_runs >= MAX_MODELS) {
        s->dropped_models++;
        return NULL;
    }
    struct bk_scrape_run *r = BK_PUSH(s->arena, s->runs, s->n_runs);
    r->model = bk_dup(s->arena, model);
    bk_map_put(s->arena, &s->models, r->model, (void *)(uintptr_t)s->n_runs);
    return r;
}

/* Why a request ended, told in the names of the dictionary. */
static struct bk_str target_of_reason(struct bk_str reason)
{
    if (reason.len == 0 || bk_is(reason, "stop") || bk_is(reason, "length") ||
        bk_is(reason, "repetition"))
        return BK_S("requests_ok");
    if (bk_is(reason, "abort"))
        return BK_S("prometheus.aborted");
    return bk_is(reason, "error") ? BK_S("requests_failed")
                                  : BK_S("prometheus.finished_otherwise");
}

static struct bk_scrape_slot *find_slot(struct bk_scrape *s, struct bk_scrape_run *r,
                                        const struct entry *e, struct bk_str reason,
                                        size_t line)
{
    char text[2 * MAX_TEXT];
    struct bk_str target = e->requests ? target_of_reason(reason) : e->target;
    size_t n = e->family.len < MAX_TEXT ? e->family.len : MAX_TEXT;
    memcpy(text, e->family.ptr, n);
    text[n++] = ' ';
    size_t left = sizeof text - n;
    memcpy(text + n, target.ptr, target.len < left ? target.len : left);
    n += target.len < left ? target.len : left;
    struct bk_str key = {text, n};
    const void *place = bk_map_get(&r->index, key);
    if (place != NULL)
        return &r->slots[(uintptr_t)place - 1];
    struct bk_scrape_slot *slot = BK_PUSH(s->arena, r->slots, r->n_slots);
    *slot = (struct bk_scrape_slot){.family = e->family,
                                    .target = target,
                                    .unit = e->unit,
                                    .kind = e->kind,
                                    .line = line};
    if (e->requests && reason.len > 0)
        slot->reason = bk_dup(s->arena, bk_upto(reason, MAX_TEXT));
    bk_map_put(s->arena, &r->index, bk_dup(s->arena, key),
               (void *)(uintptr_t)r->n_slots);
    return slot;
}

static struct bk_scrape_slot *slot_of(struct bk_scrape *s, struct bk_scrape_run *r,
                                      struct entry *e, struct bk_str reason,
                                      size_t line)
{
    size_t run = (size_t)(r - s->runs) + 1;
    if (e->run == run && !e->requests) /* those also depend on the reason */
        return &r->slots[e->slot - 1];
    struct bk_scrape_slot *slot = find_slot(s, r, e, reason, line);
    e->run = run;
    e->slot = (size_t)(slot - r->slots) + 1;
    return slot;
}

struct series_key { /* addresses a series among all of a scrape */
    uint64_t run, slot, key;
};

/* The series of the sample, or NULL when it repeats what another rank says. */
static struct bk_scrape_series *series_of(struct bk_scrape *s, struct bk_scrape_run *r,
                                          struct bk_scrape_slot *slot,
                                          const struct bk_series_sample *sample,
                                          const struct place *p)
{
    struct bk_str reason = said(sample, p->reason);
    struct series_key key = {(uint64_t)(r - s->runs), (uint64_t)(slot - r->slots),
                             p->key +
                                 hash_pair(&(struct bk_label){BK_S("reason"), reason})};
    struct bk_str bytes = {(const char *)&key, sizeof key};
    struct bk_scrape_series *series = bk_map_get(&s->series, bytes);
    if (series == NULL && s->n_series >= MAX_SERIES) {
        key.key = REST_KEY;
        series = bk_map_get(&s->series, bytes);
    }
    if (series != NULL)
        return series->rank == p->rank || series->key == REST_KEY ? series : NULL;
    series = bk_alloc(s->arena, sizeof *series);
    series->key = key.key;
    series->rank = p->rank;
    series->on_gpu = said(sample, p->gpu_uuid).len > 0;
    series->next = slot->series;
    slot->series = series;
    slot->n_series++;
    s->n_series++;
    bk_map_put(s->arena, &s->series, bk_dup(s->arena, bytes), series);
    return series;
}

static void put_bucket(struct bk_scrape *s, struct bk_scrape_series *series,
                       double bound, double value, bool rest)
{
    for (size_t i = series->n_buckets; i-- > 0;) {
        struct bk_bucket *b = &series->buckets[i];
        if (b->le < bound && !rest)
            break; /* they come in rising order, nearly always */
        if (b->le >= bound && b->le <= bound) {
            b->count = rest ? b->count + value : value;
            return;
        }
    }
    if (series->n_buckets >= MAX_BUCKETS)
        return;
    if (series->n_buckets == series->room) {
        size_t room = series->room > 0       ? 2 * series->room
                      : s->usual_buckets > 0 ? s->usual_buckets
                                             : FIRST_BUCKETS;
        struct bk_bucket *buckets = bk_alloc_array(s->arena, room, sizeof *buckets);
        if (series->room > 0)
            memcpy(buckets, series->buckets, series->room * sizeof *buckets);
        series->buckets = buckets;
        series->room = room;
    }
    series->buckets[series->n_buckets++] =
        (struct bk_bucket){.le = bound, .count = value};
}

static void put(struct bk_scrape *s, struct bk_scrape_series *series, enum part part,
                const struct bk_series_sample *sample, struct bk_str bound_text,
                struct bk_str digits)
{
    bool rest = series->key == REST_KEY;
    double bound = sample->bound, value = sample->value;
    switch (part) {
    case PART_BUCKET:
    case PART_QUANTILE:
        if (isnan(bound) && !bk_exposition_number(bound_text, &bound))
            return;
        if (!isnan(bound))
            put_bucket(s, series, bound, value, rest);
        return;
    case PART_SUM:
        series->sum = rest ? series->sum + value : value;
        series->has_sum = true;
        return;
    case PART_COUNT:
        series->count = rest ? series->count + value : value;
        series->has_count = true;
        return;
    case PART_VALUE:
        series->value = rest ? series->value + value : value;
        series->has_value = true;
        series->digits[0] = '\0';
        if (!rest && digits.len < sizeof series->digits) {
            memcpy(series->digits, digits.ptr, digits.len);
            series->digits[digits.len] = '\0';
        }
        return;
    case PART_NONE:
    case PART_CONFIG:
    case PART_PROCESS_START:
        return;
    }
}

/* --- facts --- */

static void put_config(struct bk_scrape *s, const struct bk_series_sample *sample,
                       const struct entry *e)
{
    struct place p = find_place(sample, e);
    struct bk_scrape_run *r = run_of(s, said(sample, p.model));
    if (r == NULL || r->n_params > 0) /* engines of one server are set up alike */
        return;
    r->serves = true;
    if (r->engine.len == 0)
        r->engine = e->engine;
    for (size_t i = 0; i < sample->n_labels && r->n_params < MAX_PARAMS; i++) {
        const struct bk_label *l = &sample->labels[i];
        if (bk_is(l->name, "engine") || bk_is(l->name, "model_name") ||
            l->value.len == 0 || l->value.len > MAX_TEXT || bk_is(l->value, "None"))
            continue;
        *BK_PUSH(s->arena, r->params, r->n_params) =
            (struct bk_param){.name = bk_dup(s->arena, l->name),
                              .value = bk_dup(s->arena, l->value),
                              .locator = bk_fmt(s->arena, "line %zu", sample->line)};
    }
}

static void note_gpu(struct bk_scrape *s, struct bk_str uuid, struct bk_str name)
{
    if (uuid.len == 0 || s->n_gpus >= MAX_GPUS || bk_map_get(&s->gpus, uuid) != NULL)
        return;
    bk_map_put(s->arena, &s->gpus, bk_dup(s->arena, uuid), s);
    s->n_gpus++;
    if (s->gpu_name.len == 0)
        s->gpu_name = bk_dup(s->arena, bk_upto(name, MAX_TEXT));
}

/* --- the interface --- */

struct bk_scrape *bk_scrape_new(const struct bk_importing *im)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_scrape *s = bk_alloc(a, sizeof *s);
    s->arena = a;
    s->im = im;
    s->process_start = s->restarted_before = (double)NAN;
    s->latest_ns = s->began_ns = BK_NO_TIME;
    return s;
}

void bk_scrape_free(struct bk_scrape *s)
{
    if (s != NULL)
        bk_arena_free(s->arena);
}

/* Is this another bucket, the sum or the count of the histogram that the sample before
 * was of? */
static bool same_histogram(const struct bk_scrape *s, const struct entry *before,
                           const struct entry *e, const struct bk_series_sample *sample,
                           const struct place *p)
{
    return s->last_series != NULL && e->slot > 0 && e->slot == before->slot &&
           e->run == before->run && !e->requests && p->key == s->last_key &&
           p->rank == s->last_series->rank && p->reason == 0 &&
           bk_eq(said(sample, p->model), s->last_model);
}

void bk_scrape_add(struct bk_scrape *s, const struct bk_series_sample *sample,
                   struct bk_str digits)
{
    const struct entry *was = s->last;
    struct entry *e = entry_of(s, sample);
    s->n_samples++;
    if (sample->time_ns > s->latest_ns)
        s->latest_ns = sample->time_ns;
    if (e->part == PART_NONE)
        return;
    if (e->part == PART_PROCESS_START) {
        if (!(s->process_start > sample->value))
            s->process_start = sample->value;
        return;
    }
    if (e->part == PART_CONFIG) {
        put_config(s, sample, e);
        return;
    }
    struct place p = place_of(s, sample, e, was);
    struct bk_str bound = said(sample, p.bound), reason = said(sample, p.reason);
    if (same_histogram(s, was, e, sample, &p)) {
        put(s, s->last_series, e->part, sample, bound, digits);
        return;
    }
    struct bk_scrape_run *r = run_of(s, said(sample, p.model));
    if (r == NULL)
        return;
    if (!e->process)
        r->serves = true;
    if (r->engine.len == 0)
        r->engine = e->engine;
    note_gpu(s, said(sample, p.gpu_uuid), said(sample, p.gpu_name));
    struct bk_scrape_slot *slot = slot_of(s, r, e, reason, sample->line);
    struct bk_scrape_series *series = series_of(s, r, slot, sample, &p);
    if (series == NULL)
        return;
    put(s, series, e->part, sample, bound, digits);
    if (s->last_series != NULL)
        s->usual_buckets = s->last_series->n_buckets;
    bool histogram =
        e->part == PART_BUCKET || e->part == PART_SUM || e->part == PART_COUNT;
    s->last_series = histogram && reason.len == 0 ? series : NULL;
    s->last_model = r->model;
    s->last_key = p.key;
}

/* --- differences --- */

static const struct bk_scrape_run *run_named(const struct bk_scrape *s,
                                             struct bk_str model)
{
    const void *place = bk_map_get(&s->models, model);
    return place != NULL ? &s->runs[(uintptr_t)place - 1] : NULL;
}

static const struct bk_scrape_slot *same_slot(const struct bk_scrape_run *r,
                                              const struct bk_scrape_slot *slot)
{
    for (size_t i = 0; r != NULL && i < r->n_slots; i++) {
        const struct bk_scrape_slot *other = &r->slots[i];
        if (bk_eq(other->family, slot->family) && bk_eq(other->target, slot->target) &&
            other->kind == slot->kind)
            return other;
    }
    return NULL;
}

static int by_key(const void *pa, const void *pb)
{
    const struct bk_scrape_series *const *a = pa;
    const struct bk_scrape_series *const *b = pb;
    return ((*a)->key > (*b)->key) - ((*a)->key < (*b)->key);
}

static const struct bk_scrape_series **sorted_series(struct bk_arena *a,
                                                     const struct bk_scrape_slot *slot)
{
    const struct bk_scrape_series **list =
        bk_alloc_array(a, slot->n_series + 1, sizeof *list);
    size_t n = 0;
    for (const struct bk_scrape_series *s = slot->series; s != NULL; s = s->next)
        list[n++] = s;
    qsort(list, n, sizeof *list, by_key);
    return list;
}

static void note_reset(struct bk_scrape_slot *slot, double before, double after)
{
    if (!slot->reset) {
        slot->reset_before = before;
        slot->reset_after = after;
    }
    slot->reset = true;
}

static void subtract_series(struct bk_scrape_slot *slot, struct bk_scrape_series *after,
                            const struct bk_scrape_series *before, bool restarted)
{
    bool reset;
    if (slot->kind == BK_SCRAPE_COUNTER) {
        double was = after->value;
        after->value =
            bk_counter_increase(before->value, after->value, restarted, &reset);
        after->digits[0] = '\0';
        if (reset)
            note_reset(slot, before->value, was);
        return;
    }
    reset = bk_buckets_subtract(before->buckets, before->n_buckets, after->buckets,
                                after->n_buckets,
                                restarted || after->count < before->count);
    if (reset) {
        note_reset(slot, before->count, after->count);
        return;
    }
    after->count -= before->count;
    after->sum -= before->sum;
}

static void subtract_slot(struct bk_arena *a, struct bk_scrape_slot *slot,
                          const struct bk_scrape_slot *before, bool restarted)
{
    const struct bk_scrape_series **list = sorted_series(a, before);
    for (struct bk_scrape_series *s = slot->series; s != NULL; s = s->next) {
        const struct bk_scrape_series *key = s;
        const struct bk_scrape_series **found =
            before->n_series == 0
                ? NULL
                : bsearch(&key, list, before->n_series, sizeof *list, by_key);
        if (found != NULL) /* a series that is new began at 0 */
            subtract_series(slot, s, *found, restarted);
    }
}

static void order_buckets(struct bk_scrape *s)
{
    for (size_t i = 0; i < s->n_runs; i++) {
        for (size_t j = 0; j < s->runs[i].n_slots; j++) {
            struct bk_scrape_slot *slot = &s->runs[i].slots[j];
            if (slot->kind != BK_SCRAPE_HISTOGRAM)
                continue;
            for (struct bk_scrape_series *x = slot->series; x != NULL; x = x->next)
                bk_buckets_order(x->buckets, &x->n_buckets, NULL);
        }
    }
}

void bk_scrape_subtract(struct bk_scrape *after, struct bk_scrape *before)
{
    bool restarted = !isnan(before->process_start) && !isnan(after->process_start) &&
                     (after->process_start > before->process_start ||
                      after->process_start < before->process_start);
    order_buckets(before);
    order_buckets(after);
    after->difference = true;
    after->began_ns = before->latest_ns;
    if (restarted)
        after->restarted_before = before->process_start;
    for (size_t i = 0; i < after->n_runs; i++) {
        struct bk_scrape_run *r = &after->runs[i];
        const struct bk_scrape_run *was = run_named(before, r->model);
        for (size_t j = 0; j < r->n_slots; j++) {
            struct bk_scrape_slot *slot = &r->slots[j];
            const struct bk_scrape_slot *other = same_slot(was, slot);
            if (other != NULL && slot->kind != BK_SCRAPE_GAUGE)
                subtract_slot(after->arena, slot, other, restarted);
        }
    }
}
