/* The second thread, the bytes that spill into a file, packing, and what an arena does
 * when it is freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/base/arena.h"
#include "../../../src/base/packer.h"
#include "../../../src/base/spill.h"
#include "../../../src/base/worker.h"

struct log { /* of jobs, in the order in which they were done */
    int done[100];
    size_t n;
};

struct job {
    struct log *log;
    int number; /* below 0: it fails */
};

static bool note(void *arg, struct bk_err *err)
{
    struct job *job = arg;
    job->log->done[job->log->n++] = job->number;
    return job->number >= 0 || bk_fail(err, BK_ESYS, "job %d", job->number);
}

static void jobs_keep_their_order(void **state)
{
    (void)state;
    for (size_t depth = 0; depth <= BK_WORKER_DEPTH; depth += 4) {
        struct bk_worker *w = bk_worker_new(depth);
        struct bk_err err;
        struct log log = {.n = 0};
        struct job jobs[100];
        for (int i = 0; i < 100; i++) {
            jobs[i] = (struct job){&log, i};
            assert_true(bk_worker_put(w, note, &jobs[i], &err));
        }
        assert_true(bk_worker_wait(w, &err));
        assert_int_equal(log.n, 100);
        for (int i = 0; i < 100; i++)
            assert_int_equal(log.done[i], i);
        bk_worker_free(w);
    }
    bk_worker_free(NULL);
}

static void error_comes_back(size_t depth)
{
    struct bk_worker *w = bk_worker_new(depth);
    struct bk_err err = {0};
    struct log log = {.n = 0};
    struct job good = {&log, 1}, bad = {&log, -7};
    assert_true(bk_worker_put(w, note, &good, &err));
    bool ok = bk_worker_put(w, note, &bad, &err);
    ok = ok && bk_worker_put(w, note, &good, &err);
    assert_false(ok);
    assert_string_equal(err.msg, "job -7");
    err = (struct bk_err){0};
    assert_false(bk_worker_put(w, note, &good, &err));
    assert_false(bk_worker_wait(w, &err));
    assert_int_equal(err.code, BK_ESYS);
    assert_int_equal(log.n, 2);
    bk_worker_free(w);
}

static void errors_come_back(void **state)
{
    (void)state;
    error_comes_back(1);
    error_comes_back(0);
}

static void bytes_spill(void **state)
{
    (void)state;
    struct bk_spill *s = bk_spill_new(1000);
    struct bk_buf got = {0};
    struct bk_err err;
    uint64_t at[50];
    char piece[100];
    for (int i = 0; i < 50; i++) {
        memset(piece, 'a' + i % 26, sizeof piece);
        assert_true(
            bk_spill_add(s, (struct bk_str){piece, (size_t)(50 + i)}, &at[i], &err));
    }
    for (int i = 49; i >= 0; i--) {
        assert_true(bk_spill_get(s, at[i], (size_t)(50 + i), &got, &err));
        memset(piece, 'a' + i % 26, sizeof piece);
        assert_true(bk_eq(bk_buf_str(&got), (struct bk_str){piece, (size_t)(50 + i)}));
    }
    assert_false(bk_spill_get(s, at[49] + 99, 1, &got, &err));
    bk_buf_free(&got);
    bk_spill_free(s);
    bk_spill_free(NULL);
}

/* A folder that is not there is passed over for those that are. */
static void spill_without_its_folder(void **state)
{
    (void)state;
    struct bk_spill *s = bk_spill_new(2);
    struct bk_buf got = {0};
    struct bk_err err;
    uint64_t at;
    setenv("TMPDIR", "/nowhere/at/all", 1);
    assert_true(bk_spill_add(s, BK_S("longer"), &at, &err));
    assert_true(bk_spill_get(s, at, 6, &got, &err));
    assert_string_equal(got.ptr, "longer");
    unsetenv("TMPDIR");
    bk_buf_free(&got);
    bk_spill_free(s);
}

static void packing(void **state)
{
    (void)state;
    struct bk_packer *p = bk_packer_new(1);
    struct bk_buf packed = {0};
    struct bk_err err;
    char text[500], out[500];
    bool shorter;
    memset(text, 'x', sizeof text);
    assert_true(
        bk_packer_pack(p, (struct bk_str){text, sizeof text}, &packed, &shorter, &err));
    assert_true(shorter && packed.len < 100);
    assert_true(bk_packer_unpack(p, bk_buf_str(&packed), out, sizeof out, &err));
    assert_memory_equal(out, text, sizeof text);
    assert_false(bk_packer_unpack(p, bk_buf_str(&packed), out, 499, &err));
    assert_false(bk_packer_unpack(p, BK_S("no zstd"), out, 499, &err));
    assert_false(bk_packer_unpack(p, BK_S(""), out, 0, &err));
    size_t before = packed.len;
    assert_true(bk_packer_pack(p, BK_S("abc"), &packed, &shorter, &err));
    assert_true(!shorter && packed.len == before);
    assert_int_equal(bk_crc32(BK_S("123456789")), 0xcbf43926);
    assert_int_equal(bk_crc32((struct bk_str){0}), 0);
    bk_buf_free(&packed);
    bk_packer_free(p);
    bk_packer_free(NULL);
}

struct count {
    char order[8];
    size_t n;
};
struct mark {
    struct count *count;
    char name;
};

static void leave(void *arg)
{
    struct mark *m = arg;
    m->count->order[m->count->n++] = m->name;
}

static void arenas_say_goodbye(void **state)
{
    (void)state;
    struct count count = {.n = 0};
    struct mark a = {&count, 'a'}, b = {&count, 'b'}, c = {&count, 'c'};
    struct bk_arena *arena = bk_arena_new();
    bk_arena_defer(arena, leave, &a);
    struct bk_arena_mark mark = bk_arena_mark(arena);
    bk_alloc(arena, 100000);
    bk_arena_defer(arena, leave, &b);
    bk_arena_defer(arena, leave, &c);
    bk_arena_release(arena, mark);
    assert_string_equal(count.order, "cb");
    bk_arena_free(arena);
    assert_string_equal(count.order, "cba");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_keep_their_order),
        cmocka_unit_test(errors_come_back),
        cmocka_unit_test(bytes_spill),
        cmocka_unit_test(spill_without_its_folder),
        cmocka_unit_test(packing),
        cmocka_unit_test(arenas_say_goodbye),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
