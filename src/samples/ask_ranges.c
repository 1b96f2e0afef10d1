/* Ranks among more points than can be held.
 *
 * A range of keys is cut into equal pieces and the points of each piece are counted by
 * class, in one pass; the counts tell in which pieces the wanted ranks lie.  The points
 * of as many such pieces as can be held are gathered in one more pass and sorted.  A
 * piece that alone has too many becomes a range of its own, until a piece is one key. */
#include "ask.h"

#include <stdlib.h>
#include <string.h>

#define COUNTS     ((size_t)1 << 20) /* of all pieces and classes */
#define MAX_PIECES ((size_t)1 << 16)

struct range {
    uint64_t low, high; /* keys, both in it */
    uint64_t *before;   /* points of each scope below it */
};

struct ranges {
    struct bk_ask *ask;
    struct range *todo;
    size_t n_todo;
    /* the range at hand */
    struct range at;
    unsigned shift; /* a piece is 2^shift keys */
    size_t n_pieces;
    uint32_t
        *counts; /* of [class][piece], then of what is below: n_pieces + 1 a class */
    uint8_t *needed; /* of each piece */
};

static size_t piece_of(const struct ranges *r, uint64_t key)
{
    return (size_t)((key - r->at.low) >> r->shift);
}

static uint32_t *counts_of(const struct ranges *r, size_t class)
{
    return r->counts + class * (r->n_pieces + 1);
}

/* Counts, then adds them up: counts[piece] is what lies below the piece. */
static bool count(struct ranges *r, struct bk_err *err)
{
    struct bk_ask *ask = r->ask;
    for (size_t i = 0; i < bk_samples_n_chunks(ask->s); i++) {
        struct bk_ask_points points;
        if (!bk_ask_chunk(ask, i, &points, err))
            return false;
        for (size_t k = 0; k < points.n; k++) {
            uint64_t key = points.keys[k];
            if (points.classes[k] != BK_NO_CLASS && key >= r->at.low &&
                key <= r->at.high)
                counts_of(r, points.classes[k])[piece_of(r, key)]++;
        }
    }
    for (size_t c = 0; c < ask->n_classes; c++) {
        uint32_t *counts = counts_of(r, c), below = 0;
        for (size_t i = 0; i <= r->n_pieces; i++) {
            uint32_t here = counts[i];
            counts[i] = below;
            below += here;
        }
    }
    return true;
}

/* The points of a scope below a piece. */
static uint64_t below(const struct ranges *r, size_t scope, size_t piece)
{
    const struct bk_ask *ask = r->ask;
    uint64_t n = r->at.before[scope];
    for (size_t c = 0; c < ask->n_classes; c++) {
        for (size_t k = 0; k < ask->classes[c].n_scopes; k++) {
            if (ask->classes[c].scopes[k] == scope)
                n += counts_of(r, c)[piece];
        }
    }
    return n;
}

static void find_needed(struct ranges *r)
{
    for (size_t i = 0; i < r->ask->q->n_scopes; i++) {
        const struct bk_ask_scope *scope = &r->ask->scopes[i];
        uint64_t first = r->at.before[i], end = below(r, i, r->n_pieces);
        for (size_t k = 0; k < scope->n_wanted; k++) {
            uint64_t rank = scope->wanted[k].rank;
            if (rank < first || rank >= end)
                continue;
            size_t low = 0, high = r->n_pieces; /* the last piece with below <= rank */
            while (high - low > 1) {
                size_t middle = low + (high - low) / 2;
                if (below(r, i, middle) <= rank)
                    low = middle;
                else
                    high = middle;
            }
            r->needed[low] = 1;
        }
    }
}

static uint64_t points_in(const struct ranges *r, size_t piece)
{
    uint64_t n = 0;
    for (size_t c = 0; c < r->ask->n_classes; c++)
        n += counts_of(r, c)[piece + 1] - counts_of(r, c)[piece];
    return n;
}

static uint64_t low_of(const struct ranges *r, size_t piece)
{
    return r->at.low + ((uint64_t)piece << r->shift);
}

/* Each scope has seen what lies below the piece. */
static void set_seen(struct ranges *r, size_t piece)
{
    for (size_t i = 0; i < r->ask->q->n_scopes; i++) {
        r->ask->scopes[i].seen = below(r, i, piece);
        r->ask->scopes[i].next = 0;
    }
}

/* All points of the piece have one value. */
static void resolve_key(struct ranges *r, size_t piece)
{
    double value = bk_ask_value(r->ask, low_of(r, piece));
    for (size_t i = 0; i < r->ask->q->n_scopes; i++) {
        struct bk_ask_scope *scope = &r->ask->scopes[i];
        uint64_t first = below(r, i, piece), end = below(r, i, piece + 1);
        for (size_t k = 0; k < scope->n_wanted; k++) {
            if (scope->wanted[k].rank >= first && scope->wanted[k].rank < end)
                scope->wanted[k].value = value;
        }
    }
}

static void put_off(struct ranges *r, size_t piece)
{
    struct bk_arena *a = r->ask->arena;
    size_t n = r->ask->q->n_scopes;
    uint64_t last = low_of(r, piece) + ((UINT64_C(1) << r->shift) - 1);
    struct range *to = BK_PUSH(a, r->todo, r->n_todo);
    *to = (struct range){.low = low_of(r, piece),
                         .high = last < r->at.high ? last : r->at.high,
                         .before = bk_alloc_array(a, n, sizeof *to->before)};
    for (size_t i = 0; i < n; i++)
        to->before[i] = below(r, i, piece);
}

/* Gathers the needed pieces [first, end) and reads their ranks off. */
static bool gather(struct ranges *r, size_t first, size_t end, struct bk_err *err)
{
    struct bk_ask *ask = r->ask;
    ask->n_elements = 0;
    for (size_t i = 0; i < bk_samples_n_chunks(ask->s); i++) {
        struct bk_ask_points points;
        if (!bk_ask_chunk(ask, i, &points, err))
            return false;
        for (size_t k = 0; k < points.n; k++) {
            uint64_t key = points.keys[k];
            if (points.classes[k] == BK_NO_CLASS || key < r->at.low || key > r->at.high)
                continue;
            size_t piece = piece_of(r, key);
            if (piece < first || piece >= end || !r->needed[piece])
                continue;
            if (ask->n_elements == ask->s->hold)
                return bk_fail(err, BK_EDB, "chunk %zu: other points than before", i);
            ask->elements[ask->n_elements++] =
                (key - r->at.low) << ask->class_bits | points.classes[k];
        }
    }
    bk_ask_sort(ask, bk_bit_length(r->at.high - r->at.low));
    for (size_t i = first, at = 0; i < end; i++) {
        if (!r->needed[i])
            continue;
        set_seen(r, i);
        bk_ask_resolve(ask, at, (size_t)points_in(r, i), r->at.low);
        at += (size_t)points_in(r, i);
    }
    return true;
}

static bool resolve_pieces(struct ranges *r, struct bk_err *err)
{
    uint64_t held = 0;
    size_t first = 0;
    for (size_t i = 0; i < r->n_pieces; i++) {
        if (!r->needed[i])
            continue;
        uint64_t n = points_in(r, i);
        if (r->shift == 0 || n > r->ask->s->hold) {
            r->needed[i] = 0;
            if (r->shift == 0)
                resolve_key(r, i);
            else
                put_off(r, i);
            continue;
        }
        if (held + n > r->ask->s->hold) {
            if (!gather(r, first, i, err))
                return false;
            first = i;
            held = 0;
        }
        held += n;
    }
    return held == 0 || gather(r, first, r->n_pieces, err);
}

static bool resolve_range(struct ranges *r, struct bk_err *err)
{
    size_t n_classes = r->ask->n_classes, pieces = MAX_PIECES;
    while (pieces * n_classes > COUNTS)
        pieces /= 2;
    r->shift = 0;
    while ((r->at.high - r->at.low) >> r->shift >= pieces)
        r->shift++;
    r->n_pieces = piece_of(r, r->at.high) + 1;
    size_t n = (r->n_pieces + 1) * n_classes;
    r->counts = bk_realloc(NULL, n * sizeof *r->counts);
    memset(r->counts, 0, n * sizeof *r->counts);
    r->needed = bk_realloc(NULL, r->n_pieces);
    memset(r->needed, 0, r->n_pieces);
    bool ok = count(r, err);
    if (ok) {
        find_needed(r);
        ok = resolve_pieces(r, err);
    }
    free(r->counts);
    free(r->needed);
    return ok;
}

bool bk_ask_by_ranges(struct bk_ask *ask, struct bk_err *err)
{
    struct ranges r = {.ask = ask};
    if (ask->n_classes == 0)
        return true;
    *BK_PUSH(ask->arena, r.todo, r.n_todo) = (struct range){
        .low = ask->least,
        .high = ask->most,
        .before = bk_alloc_array(ask->arena, ask->q->n_scopes, sizeof *r.at.before)};
    while (r.n_todo > 0) {
        r.at = r.todo[--r.n_todo];
        if (!resolve_range(&r, err))
            return false;
    }
    return true;
}
