/* Fuzz target of src/samples: any bytes as a chunk, as a dictionary and as a sketch; and
 * points made of them, which must read back.  Checksums are put right first, so that
 * what is behind them is reached. */
#include "../../src/base/packer.h"
#include "../../src/samples/chunk.h"
#include "../../src/stats/sketch.h"

#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST ((size_t)4096) /* points */

struct room {
    uint16_t metrics[BK_CHUNK_POINTS], sets[BK_CHUNK_POINTS];
    int64_t times[BK_CHUNK_POINTS];
    double values[BK_CHUNK_POINTS];
};

static struct bk_sample_columns columns_of(struct room *r, size_t n)
{
    return (struct bk_sample_columns){r->metrics, r->sets, r->times,
                                      r->values,  n,       BK_CHUNK_POINTS};
}

static void put_crc(char *to, uint32_t crc)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (char)(unsigned char)(crc >> 8 * i);
}

/* The checksums of the head and of the columns as they stand. */
static void mend(char *bytes, size_t n)
{
    if (n < BK_CHUNK_HEAD)
        return;
    const unsigned char *u = (const unsigned char *)bytes;
    size_t n_columns = (size_t)u[6] | (size_t)u[7] << 8;
    size_t head = BK_CHUNK_HEAD + n_columns * BK_CHUNK_COLUMN, at = head;
    for (size_t i = 0; head <= n && i < n_columns; i++) {
        char *column = bytes + BK_CHUNK_HEAD + i * BK_CHUNK_COLUMN;
        uint32_t length;
        memcpy(&length, column + 12, sizeof length);
        if (length > n - at)
            return;
        put_crc(column + 16, bk_crc32((struct bk_str){bytes + at, length}));
        at += length;
    }
    if (head > n)
        return;
    put_crc(bytes + 12, 0);
    put_crc(bytes + 12, bk_crc32((struct bk_str){bytes, head}));
}

static void read_chunk(struct bk_chunk_work *w, struct room *room, const uint8_t *bytes,
                       size_t n)
{
    struct bk_chunk c;
    struct bk_err err;
    char *copy = bk_realloc(NULL, n + 1);
    memcpy(copy, bytes, n);
    mend(copy, n);
    if (bk_chunk_open(&c, (struct bk_str){copy, n}, &err)) {
        struct bk_sample_columns out = columns_of(room, 0);
        bk_chunk_read(w, &c, &out, &err);
        for (size_t i = 0; i < c.n_metrics; i++)
            bk_chunk_integers(w, &c, i, room->times, &err);
    }
    free(copy);
}

static bool no_chunk(void *self, size_t chunk, struct bk_buf *packed,
                     struct bk_err *err)
{
    (void)self;
    (void)chunk;
    (void)packed;
    return bk_fail(err, BK_EDB, "there is none");
}

static void read_dictionary(const uint8_t *bytes, size_t n)
{
    struct bk_chunk_source none = {.chunk = no_chunk};
    struct bk_samples *s;
    struct bk_err err;
    struct bk_buf b = {0};
    char crc[4];
    bk_buf_add(&b, (struct bk_str){(const char *)bytes, n});
    put_crc(crc, bk_crc32(bk_buf_str(&b)));
    bk_buf_add(&b, (struct bk_str){crc, sizeof crc});
    if (bk_samples_of(&s, bk_buf_str(&b), &none, &err))
        bk_samples_free(s);
    bk_buf_free(&b);
}

static void read_sketch(const uint8_t *bytes, size_t n)
{
    struct bk_sketch s = {0}, again = {0};
    struct bk_err err;
    struct bk_buf b = {0};
    if (bk_sketch_unpack(&s, (struct bk_str){(const char *)bytes, n}, &err)) {
        bk_sketch_pack(&s, &b);
        if (!bk_sketch_unpack(&again, bk_buf_str(&b), &err) ||
            bk_sketch_count(&again) != bk_sketch_count(&s))
            abort();
    }
    bk_sketch_free(&s);
    bk_sketch_free(&again);
    bk_buf_free(&b);
}

/* 11 bytes a point: metric, set, step of time, value. */
static void write_and_read(struct bk_chunk_work *w, struct room *in, struct room *out,
                           const uint8_t *bytes, size_t n)
{
    struct bk_buf packed = {0};
    struct bk_chunk c;
    struct bk_err err;
    int64_t time = 0;
    size_t n_points = 0;
    for (; n >= 11 && n_points < MOST; bytes += 11, n -= 11) {
        memcpy(&in->values[n_points], bytes + 3, sizeof(double));
        if (!isfinite(in->values[n_points]))
            in->values[n_points] = bytes[3] / 8.0;
        in->metrics[n_points] = bytes[0];
        in->sets[n_points] = (uint16_t)(bytes[1] * 32);
        in->times[n_points++] = time += bytes[2] * INT64_C(250000000);
    }
    if (n_points == 0)
        return;
    struct bk_sample_columns from = columns_of(in, n_points), to = columns_of(out, 0);
    bk_chunk_group(w, &from);
    if (!bk_chunk_pack(w, &from, &packed, &err) ||
        !bk_chunk_open(&c, bk_buf_str(&packed), &err) ||
        !bk_chunk_read(w, &c, &to, &err) || to.n != n_points ||
        memcmp(in->metrics, out->metrics, n_points * sizeof *in->metrics) != 0 ||
        memcmp(in->sets, out->sets, n_points * sizeof *in->sets) != 0 ||
        memcmp(in->times, out->times, n_points * sizeof *in->times) != 0 ||
        memcmp(in->values, out->values, n_points * sizeof *in->values) != 0)
        abort();
    bk_buf_free(&packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct bk_chunk_work *w; /* made once: it is large */
    static struct room rooms[2];
    if (w == NULL)
        w = bk_chunk_work_new();
    read_chunk(w, &rooms[0], bytes, n);
    read_dictionary(bytes, n);
    read_sketch(bytes, n);
    write_and_read(w, &rooms[0], &rooms[1], bytes, n);
    return 0;
}
