/* Inputs: the look-ahead, lines, whole texts, packed and plain, in memory and in
 * files. */
#include "../../../importers/importer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define MIB ((size_t)1024 * 1024)

static struct bk_err err;

/* A new file with these bytes, packed or not; its name in 'path'. */
static void make_file(char path[64], struct bk_str bytes, bool gzip)
{
    strcpy(path, "/tmp/benchkeep-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    if (gzip) {
        gzFile z = gzdopen(fd, "wb1");
        assert_int_equal(gzwrite(z, bytes.ptr, (unsigned)bytes.len), (int)bytes.len);
        assert_int_equal(gzclose(z), Z_OK);
        return;
    }
    FILE *f = fdopen(fd, "wb");
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
}

static void next_is(struct bk_input *in, const char *text, size_t number, bool is_cut)
{
    struct bk_str line;
    size_t n;
    bool more, cut;
    assert_true(bk_input_line(in, &line, &n, &more, &cut, &err));
    assert_true(more);
    assert_true(bk_is(line, text));
    assert_int_equal(n, number);
    assert_int_equal(cut, is_cut);
}

static void at_end(struct bk_input *in)
{
    struct bk_str line;
    size_t n;
    bool more;
    assert_true(bk_input_line(in, &line, &n, &more, NULL, &err));
    assert_false(more);
}

static void check_small(struct bk_input *in)
{
    struct bk_str text;
    assert_true(bk_is(bk_input_head(in), "one\r\n\ntwo\rx\nend"));
    assert_true(bk_input_is_whole(in));
    for (int i = 0; i < 2; i++) {
        next_is(in, "one", 1, false);
        next_is(in, "", 2, false);
        next_is(in, "two\rx", 3, false);
        next_is(in, "end", 4, true);
        at_end(in);
        at_end(in);
        assert_true(bk_input_rewind(in, &err));
    }
    assert_true(bk_input_text(in, 100, &text, &err));
    assert_true(bk_is(text, "one\r\n\ntwo\rx\nend"));
    assert_false(bk_input_text(in, 5, &text, &err));
    assert_int_equal(err.code, BK_EINPUT);
    bk_input_close(in);
}

static void test_small(void **state)
{
    (void)state;
    const struct bk_str bytes = BK_S("\xEF\xBB\xBFone\r\n\ntwo\rx\nend");
    char path[64];
    struct bk_input *in = bk_input_of(BK_S("dir/name.txt"), bytes);
    assert_true(bk_is(bk_input_name(in), "name.txt"));
    check_small(in);
    for (int packed = 0; packed < 2; packed++) {
        make_file(path, bytes, packed == 1);
        assert_true(bk_input_open(&in, path, &err));
        check_small(in);
        unlink(path);
    }
}

static void test_empty(void **state)
{
    (void)state;
    struct bk_str text;
    struct bk_input *in = bk_input_of(BK_S("x"), (struct bk_str){0});
    assert_true(bk_input_is_whole(in));
    assert_int_equal(bk_input_head(in).len, 0);
    at_end(in);
    assert_true(bk_input_text(in, 10, &text, &err));
    assert_int_equal(text.len, 0);
    bk_input_close(in);
    bk_input_close(NULL);
}

/* Lines of all lengths over many chunks come out as they went in. */
static void test_many_lines(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    for (int i = 0; i < 30000; i++)
        bk_buf_addf(&b, "%d%*s\n", i, i % 701, "");
    for (int packed = 0; packed < 3; packed++) {
        struct bk_input *in;
        struct bk_str line, text;
        char path[64];
        size_t number, n = 0;
        bool more = true, cut;
        make_file(path, bk_buf_str(&b), packed == 1);
        if (packed == 2)
            in = bk_input_of(BK_S("x"), bk_buf_str(&b));
        else
            assert_true(bk_input_open(&in, path, &err));
        assert_false(bk_input_is_whole(in));
        assert_int_equal(bk_input_head(in).len, BK_HEAD_SIZE);
        for (;; n++) {
            char want[32];
            assert_true(bk_input_line(in, &line, &number, &more, &cut, &err));
            if (!more)
                break;
            snprintf(want, sizeof want, "%zu", n);
            assert_int_equal(number, n + 1);
            assert_true(bk_is(bk_trim(line), want));
            assert_false(cut);
        }
        assert_int_equal(n, 30000);
        assert_true(bk_input_text(in, 20 * MIB, &text, &err));
        assert_true(bk_eq(text, bk_buf_str(&b)));
        bk_input_close(in);
        unlink(path);
    }
    bk_buf_free(&b);
}

/* A text that is exactly as long as allowed is read; one byte more is refused. */
static void test_limit(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    char path[64];
    struct bk_input *in;
    struct bk_str text;
    for (size_t i = 0; i < 3 * MIB; i++)
        bk_buf_addc(&b, 'x');
    make_file(path, bk_buf_str(&b), false);
    for (size_t limit = 3 * MIB - 1; limit <= 3 * MIB; limit++) {
        assert_true(bk_input_open(&in, path, &err));
        assert_int_equal(bk_input_text(in, limit, &text, &err), limit == 3 * MIB);
        bk_input_close(in);
    }
    unlink(path);
    bk_buf_free(&b);
}

static void test_long_line(void **state)
{
    (void)state;
    struct bk_buf b = {0};
    bk_buf_add(&b, BK_S("first\n"));
    char *room = bk_buf_reserve(&b, 17 * MIB);
    memset(room, 'x', 17 * MIB);
    b.len += 17 * MIB;
    for (int packed = 0; packed < 3; packed++) {
        char path[64];
        struct bk_input *in;
        struct bk_str line;
        size_t number;
        bool more;
        make_file(path, bk_buf_str(&b), packed == 1);
        if (packed == 2)
            in = bk_input_of(BK_S("x"), bk_buf_str(&b));
        else
            assert_true(bk_input_open(&in, path, &err));
        next_is(in, "first", 1, false);
        assert_false(bk_input_line(in, &line, &number, &more, NULL, &err));
        assert_int_equal(err.code, BK_EINPUT);
        assert_string_equal(err.msg, "line 2: longer than 16 MiB");
        bk_input_close(in);
        unlink(path);
    }
    bk_buf_free(&b);
}

/* A broken gzip file in memory: bids see nothing, reading says what is wrong. */
static void test_broken(void **state)
{
    (void)state;
    struct bk_str text;
    struct bk_input *in =
        bk_input_of(BK_S("x.gz"), BK_S("\x1f\x8b\x08\x00garbage that is no deflate"));
    struct bk_bids bids;
    bk_importer_bids(in, &bids);
    assert_int_equal(bids.n, 0);
    err = (struct bk_err){0};
    assert_false(bk_input_text(in, MIB, &text, &err));
    assert_int_equal(err.code, BK_EINPUT);
    assert_false(bk_input_rewind(in, &err));
    bk_input_close(in);
    assert_false(bk_input_open(&in, "/nonexistent/benchkeep", &err));
    assert_null(in);
}

/* Packed data of a writer that was killed: all that is there is given, then the error. */
static void test_cut(void **state)
{
    (void)state;
    struct bk_buf b = {0}, packed = {0}, got = {0};
    char path[64];
    for (int i = 0; i < 200000; i++)
        bk_buf_addf(&b, "line %d of many\n", i * 7919 % 100003);
    make_file(path, bk_buf_str(&b), true);
    struct bk_stream *s;
    assert_true(bk_stream_open_raw(&s, path, &err));
    assert_true(bk_stream_rest(s, &packed, &err));
    bk_stream_close(s);
    unlink(path);
    for (size_t part = 2; part < 5; part++) { /* within the head and far behind it */
        size_t n = part == 4 ? 5000 : packed.len / part, step = 0;
        struct bk_str line;
        bool more, cut = false;
        size_t number = 0;
        struct bk_input *in = bk_input_of(BK_S("x"), bk_upto(bk_buf_str(&packed), n));
        bk_buf_clear(&got);
        assert_false(bk_input_is_whole(in));
        do {
            char *room = bk_buf_reserve(&got, 100000);
            err = (struct bk_err){0};
            cut = !bk_input_read(in, room, 100000, &step, &err);
            got.len += step;
        } while (!cut && step > 0);
        assert_true(cut && bk_input_is_cut(in));
        assert_non_null(strstr(err.msg, "end too soon"));
        assert_true(got.len > n);
        assert_memory_equal(got.ptr, b.ptr, got.len);
        assert_true(bk_input_rewind(in, &err));
        while (bk_input_line(in, &line, &number, &more, NULL, &err))
            assert_true(more);
        assert_true(bk_input_is_cut(in));
        size_t lines = 0;
        for (size_t i = 0; i < got.len; i++)
            lines += got.ptr[i] == '\n';
        assert_int_equal(number, lines + (got.ptr[got.len - 1] != '\n'));
        assert_false(bk_input_text(in, 10 * MIB, &line, &err));
        bk_input_close(in);
    }
    bk_buf_free(&b);
    bk_buf_free(&packed);
    bk_buf_free(&got);
}

static void test_registry(void **state)
{
    (void)state;
    assert_true(bk_n_importers > 0);
    for (size_t i = 0; i < bk_n_importers; i++) {
        const struct bk_importer *x = bk_importers[i];
        assert_ptr_equal(bk_importer_named(bk_str(x->name)), x);
        assert_non_null(x->title);
        assert_non_null(x->upstream);
        assert_non_null(x->gives);
        assert_non_null(x->example);
        assert_true(x->version > 0);
        if (i > 0) /* the list is sorted */
            assert_true(strcmp(bk_importers[i - 1]->name, x->name) < 0);
    }
    assert_null(bk_importer_named(BK_S("no-such-format")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),      cmocka_unit_test(test_empty),
        cmocka_unit_test(test_many_lines), cmocka_unit_test(test_limit),
        cmocka_unit_test(test_long_line),  cmocka_unit_test(test_broken),
        cmocka_unit_test(test_cut),        cmocka_unit_test(test_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
