/* Batches of samples, and the thread that packs them (see series_packing.h).
 *
 * A batch holds what was given: texts one behind the other, labels as places in them.
 * The thread makes of each sample its labels in order and hands it to the packer; the
 * packs that get full on the way stay with the batch until its giver comes by. */
#include "series_packing.h"

#include "../base/arena.h"
#include "../base/hash.h"
#include "../base/worker.h"
#include "../store/series_pack.h"

#include <stdlib.h>
#include <string.h>

enum {
    BATCH_SAMPLES = 512,
    BATCH_LABELS = 8 * BATCH_SAMPLES, /* more make a batch end early */
    BATCH_TEXT = 256 * 1024,          /* likewise */
    WAITING = 2,                      /* batches that may be unfinished */
    N_BATCHES = WAITING + 1,
    FEW_LABELS = 16, /* more take another way */
    HASH_DIGITS = 16 /* hexadecimal, of a SHA-256: as many as an integer takes */
};

struct place { /* in the text of a batch */
    uint32_t at, len;
};

struct held_label {
    struct place name, value;
};

struct held_sample {
    int64_t family, time_ns;
    double value;
    size_t line;
    struct place name, exemplar;
    size_t first_label, n_labels;
};

struct batch {
    struct bk_series_packing *p;
    struct bk_buf text;
    struct held_sample samples[BATCH_SAMPLES];
    size_t n;
    struct held_label *labels;
    size_t n_labels, room;
    struct bk_packed_series *packs; /* made on the way; their memory is used again */
    size_t n_packs, pack_room;
};

struct bk_series_packing {
    struct bk_packed_taker taker;
    struct batch batches[N_BATCHES]; /* a ring */
    size_t filling;
    struct bk_worker *worker; /* NULL until a batch is full */

    /* the worker's while it has batches */
    struct bk_series_packer *packer;
    struct bk_label *list; /* of the sample at hand */
    size_t list_room;
    unsigned char order[FEW_LABELS]; /* of the labels of the sample before */
    size_t n_ordered;
    struct bk_buf labels; /* in order, as they are kept */
};

struct bk_series_packing *bk_series_packing_new(struct bk_packed_taker taker)
{
    struct bk_series_packing *p = bk_realloc(NULL, sizeof *p);
    memset(p, 0, sizeof *p);
    p->taker = taker;
    p->packer = bk_series_packer_new();
    for (size_t i = 0; i < N_BATCHES; i++) {
        p->batches[i].p = p;
    }
    return p;
}

static void clear_batch(struct batch *b)
{
    bk_buf_clear(&b->text);
    b->n = b->n_labels = b->n_packs = 0;
}

void bk_series_packing_clear(struct bk_series_packing *p)
{
    bk_worker_free(p->worker); /* one that failed would not begin anything more */
    p->worker = NULL;
    for (size_t i = 0; i < N_BATCHES; i++) {
        clear_batch(&p->batches[i]);
    }
    bk_series_packer_clear(p->packer);
    p->filling = p->n_ordered = 0;
}

static void free_batch(struct batch *b)
{
    for (size_t i = 0; i < b->pack_room; i++) {
        bk_buf_free(&b->packs[i].series);
        bk_buf_free(&b->packs[i].samples);
    }
    free(b->packs);
    free(b->labels);
    bk_buf_free(&b->text);
}

void bk_series_packing_free(struct bk_series_packing *p)
{
    if (!p) {
        return;
    }
    bk_worker_free(p->worker);
    for (size_t i = 0; i < N_BATCHES; i++) {
        free_batch(&p->batches[i]);
    }
    bk_series_packer_free(p->packer);
    bk_buf_free(&p->labels);
    free(p->list);
    free(p);
}

/* --- labels, in order and as they are kept --- */

static int by_label_name(const void *a, const void *b)
{
    const struct bk_label *x = a, *y = b;
    int order = bk_cmp(x->name, y->name);
    return order ? order : bk_cmp(x->value, y->value);
}

/* Mostly the first letter tells. */
static bool stand_wrong(const struct bk_label *x, const struct bk_label *y)
{
    if (x->name.len > 0 && y->name.len > 0 && x->name.ptr[0] != y->name.ptr[0]) {
        return (unsigned char)x->name.ptr[0] > (unsigned char)y->name.ptr[0];
    }
    return by_label_name(x, y) > 0;
}

/* The places of a few labels by name.  Samples next to each other have the same labels,
 * so the order of the one before is mostly right. */
static void order_few(struct bk_series_packing *p, size_t n)
{
    static const unsigned char as_they_come[FEW_LABELS] = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    unsigned char *order = p->order;
    size_t sorted = 1;
    if (p->n_ordered != n) {
        memcpy(order, as_they_come, sizeof as_they_come);
        p->n_ordered = n;
    }
    while (sorted < n &&
           !stand_wrong(&p->list[order[sorted - 1]], &p->list[order[sorted]])) {
        sorted++;
    }
    for (size_t i = sorted; i < n; i++) {
        unsigned char one = order[i];
        size_t at = i;
        for (; at > 0 && stand_wrong(&p->list[order[at - 1]], &p->list[one]); at--) {
            order[at] = order[at - 1];
        }
        order[at] = one;
    }
}

/* Is one of eight bytes a backslash, a quote or a line end? */
static bool has_special(uint64_t eight)
{
    const uint64_t ones = UINT64_MAX / 255, tops = ones << 7;
    uint64_t a = eight ^ ones * '\\', b = eight ^ ones * '"', c = eight ^ ones * '\n';
    return (((a - ones) & ~a) | ((b - ones) & ~b) | ((c - ones) & ~c)) & tops;
}

/* Copies four to eight bytes, the ends overlapping, if none needs a backslash. */
static bool copy_plain(char *to, const char *from, size_t n)
{
    uint32_t first, last;
    memcpy(&first, from, 4);
    memcpy(&last, from + n - 4, 4);
    memcpy(to, &first, 4);
    memcpy(to + n - 4, &last, 4);
    return !has_special(first | (uint64_t)last << 32);
}

/* A label value as expositions write it: \\ \" \n.  Returns where it ends; there is
 * room for all of it to be escaped. */
static char *put_escaped(char *to, struct bk_str value)
{
    size_t i = 0;
    while (i < value.len) {
        size_t n = value.len - i < 8 ? value.len - i : 8;
        if (n >= 4 && copy_plain(to, value.ptr + i, n)) {
            to += n;
            i += n;
            continue;
        }
        char c = value.ptr[i++];
        if (c == '\\' || c == '"' || c == '\n') {
            *to++ = '\\';
        }
        *to++ = c == '\n' ? 'n' : c;
    }
    return to;
}

static size_t longest(const struct bk_label *labels, size_t n)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        len += labels[i].name.len + 2 * labels[i].value.len + sizeof "=\"\",";
    }
    return len;
}

static char *put_label(char *to, const struct bk_label *l)
{
    if (l->name.len > 0) {
        memcpy(to, l->name.ptr, l->name.len);
        to += l->name.len;
    }
    *to++ = '=';
    *to++ = '"';
    to = put_escaped(to, l->value);
    *to++ = '"';
    return to;
}

static struct bk_str text_at(const struct batch *b, struct place place)
{
    return bk_upto(bk_from(bk_buf_str(&b->text), place.at), place.len);
}

static void list_labels(struct bk_series_packing *p, const struct batch *b,
                        const struct held_sample *s)
{
    if (s->n_labels > p->list_room) {
        p->list_room = 2 * s->n_labels;
        p->list = bk_realloc(p->list, p->list_room * sizeof *p->list);
    }
    for (size_t i = 0; i < s->n_labels; i++) {
        const struct held_label *held = &b->labels[s->first_label + i];
        p->list[i] = (struct bk_label){text_at(b, held->name), text_at(b, held->value)};
    }
}

static bool canonical_labels(struct bk_series_packing *p, size_t n, size_t line,
                             struct bk_err *err)
{
    bool few = n <= FEW_LABELS;
    bk_buf_clear(&p->labels);
    if (few) {
        order_few(p, n);
    } else {
        qsort(p->list, n, sizeof *p->list, by_label_name);
    }
    char *begin = bk_buf_reserve(&p->labels, longest(p->list, n)), *to = begin;
    for (size_t i = 0; begin && i < n; i++) {
        if (i > 0) {
            *to++ = ',';
        }
        to = put_label(to, &p->list[few ? p->order[i] : i]);
    }
    if (!begin) {
        return bk_fail(err, BK_EINPUT, "line %zu: its labels are too long", line);
    }
    p->labels.len = (size_t)(to - begin);
    return true;
}

/* --- packing --- */

static int64_t hash_of(struct bk_str bytes)
{
    char hex[65];
    uint64_t x = 0;
    int64_t hash;
    bk_sha256_of(bytes, hex);
    for (size_t i = 0; i < HASH_DIGITS; i++) {
        char c = hex[i];
        x = x << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    memcpy(&hash, &x, sizeof hash);
    return hash;
}

static bool end_pack(struct batch *b, struct bk_err *err)
{
    struct bk_series_packer *packer = b->p->packer;
    struct bk_str series, samples;
    if (b->n_packs == b->pack_room) {
        size_t room = b->pack_room > 0 ? 2 * b->pack_room : 1;
        b->packs = bk_realloc(b->packs, room * sizeof *b->packs);
        memset(b->packs + b->pack_room, 0, (room - b->pack_room) * sizeof *b->packs);
        b->pack_room = room;
    }
    struct bk_packed_series *pack = &b->packs[b->n_packs];
    pack->n = bk_series_packer_n(packer);
    bk_buf_clear(&pack->series);
    bk_buf_clear(&pack->samples);
    if (!bk_series_packer_pack(packer, &series, &samples, err)) {
        return false;
    }
    bk_buf_add(&pack->series, series);
    bk_buf_add(&pack->samples, samples);
    pack->hash = hash_of(series);
    b->n_packs++;
    bk_series_packer_clear(packer);
    return true;
}

static bool pack_sample(struct batch *b, const struct held_sample *s,
                        struct bk_err *err)
{
    struct bk_series_packing *p = b->p;
    if (bk_series_packer_is_full(p->packer, s->family) && !end_pack(b, err)) {
        return false;
    }
    list_labels(p, b, s);
    if (!canonical_labels(p, s->n_labels, s->line, err)) {
        return false;
    }
    bk_series_packer_add(p->packer, &(struct bk_packed_sample){
                                        .family = s->family,
                                        .name = text_at(b, s->name),
                                        .labels = bk_buf_str(&p->labels),
                                        .value = s->value,
                                        .time_ns = s->time_ns,
                                        .exemplar = text_at(b, s->exemplar),
                                        .line = (int64_t)s->line,
                                    });
    return true;
}

static bool pack_batch(void *arg, struct bk_err *err)
{
    struct batch *b = arg;
    for (size_t i = 0; i < b->n; i++) {
        if (!pack_sample(b, &b->samples[i], err)) {
            return false;
        }
    }
    return true;
}

/* --- the giver's side --- */

/* Gives away what a finished batch has, and empties it. */
static bool take_packs(struct batch *b, struct bk_err *err)
{
    const struct bk_packed_taker *to = &b->p->taker;
    for (size_t i = 0; i < b->n_packs; i++) {
        if (!to->take(to->self, &b->packs[i], err)) {
            return false;
        }
    }
    clear_batch(b);
    return true;
}

/* When it returns, the batch that is filled next is finished and empty. */
static bool hand_over(struct bk_series_packing *p, struct bk_err *err)
{
    if (!p->worker) {
        p->worker = bk_worker_new(WAITING);
    }
    struct batch *b = &p->batches[p->filling];
    p->filling = (p->filling + 1) % N_BATCHES;
    return bk_worker_put(p->worker, pack_batch, b, err) &&
           take_packs(&p->batches[p->filling], err);
}

static struct place put_text(struct batch *b, struct bk_str s)
{
    struct place place = {(uint32_t)b->text.len, (uint32_t)s.len};
    bk_buf_add(&b->text, s);
    return place;
}

/* A part of a text that stands in the batch from 'at' on. */
static struct place part_of(struct bk_str text, size_t at, struct bk_str part)
{
    size_t from = part.len > 0 ? (size_t)(part.ptr - text.ptr) : 0;
    return (struct place){(uint32_t)(at + from), (uint32_t)part.len};
}

static struct held_label *label_room(struct batch *b, size_t n)
{
    if (b->n_labels + n > b->room) {
        b->room =
            2 * (b->n_labels + n) > BATCH_LABELS ? 2 * (b->n_labels + n) : BATCH_LABELS;
        b->labels = bk_realloc(b->labels, b->room * sizeof *b->labels);
    }
    b->n_labels += n;
    return n > 0 ? &b->labels[b->n_labels - n] : NULL;
}

/* Most samples are slices of one line, which is copied as it is. */
static void hold_line(struct batch *b, struct held_sample *to,
                      struct held_label *labels, const struct bk_series_sample *s)
{
    size_t at = b->text.len;
    bk_buf_add(&b->text, s->text);
    to->name = part_of(s->text, at, s->name);
    to->exemplar = part_of(s->text, at, s->exemplar);
    for (size_t i = 0; i < s->n_labels; i++) {
        labels[i] = (struct held_label){part_of(s->text, at, s->labels[i].name),
                                        part_of(s->text, at, s->labels[i].value)};
    }
}

static void hold_texts(struct batch *b, struct held_sample *to,
                       struct held_label *labels, const struct bk_series_sample *s)
{
    to->name = put_text(b, s->name);
    to->exemplar = put_text(b, s->exemplar);
    for (size_t i = 0; i < s->n_labels; i++) {
        labels[i] = (struct held_label){put_text(b, s->labels[i].name),
                                        put_text(b, s->labels[i].value)};
    }
}

bool bk_series_packing_add(struct bk_series_packing *p, int64_t family,
                           const struct bk_series_sample *s, struct bk_err *err)
{
    struct batch *b = &p->batches[p->filling];
    if (b->n == BATCH_SAMPLES || b->n_labels >= BATCH_LABELS ||
        b->text.len >= BATCH_TEXT) {
        if (!hand_over(p, err)) {
            return false;
        }
        b = &p->batches[p->filling];
    }
    struct held_sample *to = &b->samples[b->n];
    to->family = family;
    to->time_ns = s->time_ns;
    to->value = s->value;
    to->line = s->line;
    to->first_label = b->n_labels;
    to->n_labels = s->n_labels;
    struct held_label *labels = label_room(b, s->n_labels);
    (s->text.len > 0 ? hold_line : hold_texts)(b, to, labels, s);
    b->n++;
    return !b->text.full ||
           bk_fail(err, BK_EINPUT, "line %zu: its labels are too long", s->line);
}

bool bk_series_packing_end(struct bk_series_packing *p, struct bk_err *err)
{
    struct batch *last = &p->batches[p->filling];
    if (p->worker && !bk_worker_wait(p->worker, err)) {
        return false;
    }
    for (size_t i = 1; i < N_BATCHES; i++) { /* the oldest first */
        if (!take_packs(&p->batches[(p->filling + i) % N_BATCHES], err)) {
            return false;
        }
    }
    return pack_batch(last, err) &&
           (bk_series_packer_n(p->packer) == 0 || end_pack(last, err)) &&
           take_packs(last, err);
}
