/* Streams over plain, gzip and zstd bytes, and output into place. */
#include "../../../src/base/arena.h"
#include "../../../src/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static char folder[] = "/tmp/benchkeep-file-test-XXXXXX";

static const char *path_of(char out[128], const char *name)
{
    snprintf(out, 128, "%s/%s", folder, name);
    return out;
}

static void write_file(const char *path, struct bk_str bytes)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
}

/* One gzip member. */
static void gzip(struct bk_str bytes, struct bk_buf *b)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, 0), Z_OK);
    size_t bound = deflateBound(&z, bytes.len);
    char *to = bk_buf_reserve(b, bound);
    char *input = malloc(bytes.len + 1);
    memcpy(input, bytes.ptr, bytes.len);
    z.next_in = (Bytef *)input;
    z.avail_in = (uInt)bytes.len;
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)bound;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    b->len += bound - z.avail_out;
    deflateEnd(&z);
    free(input);
}

/* Reads all of the bytes in steps of the given size; false with err set on failure. */
static bool unpack(struct bk_str bytes, size_t step, struct bk_buf *out,
                   struct bk_err *err)
{
    struct bk_stream *s = bk_stream_of(bytes);
    size_t got;
    bool ok;
    do {
        char *to = bk_buf_reserve(out, step);
        ok = bk_stream_read(s, to, step, &got, err);
        out->len += ok ? got : 0;
    } while (ok && got == step);
    if (ok)
        assert_int_equal(bk_stream_raw_offset(s), bytes.len);
    bk_stream_close(s);
    return ok;
}

/* A frame with a checksum, as the program zstd writes it. */
static void zstd(struct bk_str bytes, struct bk_buf *b)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    size_t room = ZSTD_compressBound(bytes.len);
    char *to = bk_buf_reserve(b, room);
    assert_non_null(to);
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    size_t n = ZSTD_compress2(c, to, room, bytes.ptr, bytes.len);
    assert_false(ZSTD_isError(n));
    b->len += n;
    ZSTD_freeCCtx(c);
}

static struct bk_buf sample(void)
{
    struct bk_buf b = {0};
    for (int i = 0; i < 20000; i++)
        bk_buf_addf(&b, "line %d of the sample %d\n", i, i * 7919 % 1000);
    return b;
}

static void same_bytes_in_any_packing(void **state)
{
    (void)state;
    struct bk_err err = {0};
    struct bk_buf text = sample(), packed[3] = {{0}, {0}, {0}}, out = {0};
    struct bk_str all = bk_buf_str(&text);
    bk_buf_add(&packed[0], all);
    gzip(bk_upto(all, 1000), &packed[1]);
    gzip(bk_from(all, 1000), &packed[1]);
    zstd(bk_upto(all, 1000), &packed[2]);
    zstd(bk_from(all, 1000), &packed[2]);
    static const size_t steps[] = {1, 7, 4096, 10000000};
    for (size_t p = 0; p < 3; p++) {
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            bk_buf_clear(&out);
            assert_true(unpack(bk_buf_str(&packed[p]), steps[i], &out, &err));
            assert_true(bk_eq(bk_buf_str(&out), all));
        }
    }
    bk_buf_add(&packed[1], (struct bk_str){"\0\0\0\0", 4}); /* padding is no error */
    bk_buf_clear(&out);
    assert_true(unpack(bk_buf_str(&packed[1]), 4096, &out, &err));
    for (size_t p = 0; p < 3; p++)
        bk_buf_free(&packed[p]);
    bk_buf_free(&text);
    bk_buf_free(&out);
}

static void broken_data_are_errors(void **state)
{
    (void)state;
    struct bk_err err = {0};
    struct bk_buf text = sample(), gz = {0}, zst = {0}, out = {0};
    gzip(bk_buf_str(&text), &gz);
    zstd(bk_buf_str(&text), &zst);

    struct bk_buf *packed[] = {&gz, &zst};
    static const char *const names[] = {"gzip", "zstd"};
    for (size_t i = 0; i < 2; i++) {
        struct bk_str whole = bk_buf_str(packed[i]);
        for (size_t cut = 5; cut < whole.len; cut += whole.len / 50 + 1) {
            bk_buf_clear(&out);
            assert_false(unpack(bk_upto(whole, cut), 4096, &out, &err));
            assert_int_equal(err.code, BK_EINPUT);
            assert_non_null(strstr(err.msg, "end too soon"));
            assert_non_null(strstr(err.msg, names[i]));
        }
        packed[i]->ptr[whole.len / 2] ^= 0x55;
        packed[i]->ptr[whole.len / 2 + 1] ^= 0x55;
        bk_buf_clear(&out);
        assert_false(unpack(whole, 4096, &out, &err));
        assert_non_null(strstr(err.msg, "broken"));
    }
    bk_buf_clear(&gz);
    gzip(BK_S("a"), &gz);
    bk_buf_add(&gz, BK_S("garbage"));
    bk_buf_clear(&out);
    assert_false(unpack(bk_buf_str(&gz), 4096, &out, &err));
    assert_string_equal(err.msg,
                        "broken gzip data at byte 21: unexpected bytes behind the end");
    bk_buf_free(&gz);
    bk_buf_free(&zst);
    bk_buf_free(&text);
    bk_buf_free(&out);
}

static void empty_and_short_inputs_are_plain(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a", "\x1f", "\x28\xb5\x2f"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bk_err err;
        struct bk_buf out = {0};
        assert_true(unpack(bk_str(texts[i]), 100, &out, &err));
        assert_true(bk_is(bk_buf_str(&out), texts[i]));
        bk_buf_free(&out);
    }
}

static void files_are_read_up_to_a_limit(void **state)
{
    (void)state;
    char path[128];
    struct bk_err err = {0};
    struct bk_buf text = sample(), b = {.max = text.len};
    write_file(path_of(path, "plain"), bk_buf_str(&text));
    assert_true(bk_read_file(path, &b, &err));
    assert_true(bk_eq(bk_buf_str(&b), bk_buf_str(&text)));
    bk_buf_free(&b);
    b.max = text.len - 1;
    assert_false(bk_read_file(path, &b, &err));
    assert_int_equal(err.code, BK_EINPUT);
    assert_non_null(strstr(err.msg, "limit"));
    bk_buf_free(&b);

    struct bk_stream *s;
    assert_true(bk_stream_open(&s, path, &err));
    assert_int_equal(bk_stream_raw_size(s), text.len);
    assert_int_equal(bk_stream_raw_offset(s), 0);
    char some[100];
    size_t got;
    assert_true(bk_stream_read(s, some, sizeof some, &got, &err));
    assert_int_equal(bk_stream_raw_offset(s), sizeof some);
    bk_stream_close(s);
    bk_buf_free(&text);
}

static void raw_streams_unpack_nothing(void **state)
{
    (void)state;
    char path[128];
    struct bk_err err = {0};
    struct bk_buf gz = {0}, b = {0};
    gzip(BK_S("text"), &gz);
    write_file(path_of(path, "packed"), bk_buf_str(&gz));
    struct bk_stream *s;
    assert_true(bk_stream_open_raw(&s, path, &err));
    assert_true(bk_stream_rest(s, &b, &err));
    assert_true(bk_eq(bk_buf_str(&b), bk_buf_str(&gz)));
    bk_stream_close(s);
    bk_buf_clear(&b);
    assert_true(bk_read_file(path, &b, &err));
    assert_string_equal(b.ptr, "text");
    bk_buf_free(&gz);
    bk_buf_free(&b);
}

static void what_cannot_be_opened_is_named(void **state)
{
    (void)state;
    char path[128], want[300];
    struct bk_err err = {0};
    struct bk_buf b = {0};
    assert_false(bk_read_file(folder, &b, &err));
    snprintf(want, sizeof want, "cannot open '%s': is a directory", folder);
    assert_string_equal(err.msg, want);
    assert_int_equal(err.code, BK_EINPUT);
    assert_false(bk_read_file(path_of(path, "missing"), &b, &err));
    snprintf(want, sizeof want, "cannot open '%s': no such file or directory", path);
    assert_string_equal(err.msg, want);
    assert_false(bk_read_file("/dev/zero", &b, &err));
    assert_non_null(strstr(err.msg, "not a regular file"));
    /* a pipe without a writer is empty and must not be waited for */
    assert_int_equal(mkfifo(path_of(path, "pipe"), 0600), 0);
    assert_true(bk_read_file(path, &b, &err));
    assert_int_equal(b.len, 0);
    bk_buf_free(&b);
}

static void expect_file(const char *path, const char *want)
{
    struct bk_err err = {0};
    struct bk_buf b = {0};
    if (!bk_read_file(path, &b, &err))
        fail_msg("%s", err.msg);
    assert_true(bk_is(bk_buf_str(&b), want));
    bk_buf_free(&b);
}

static void output_appears_when_it_is_whole(void **state)
{
    (void)state;
    char path[128], link_path[128];
    struct bk_err err = {0};
    struct bk_out *o;
    path_of(path, "out");
    assert_true(bk_out_open(&o, path, &err));
    bk_out_add(o, BK_S("one "));
    bk_out_addf(o, "%0600d", 7);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_true(bk_out_close(o, true, &err));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 604);

    assert_true(bk_out_open(&o, path, &err));
    bk_out_add(o, BK_S("not kept"));
    assert_true(bk_out_close(o, false, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 604);

    /* through a link the file behind it is replaced, with its mode */
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("out", path_of(link_path, "link")), 0);
    assert_true(bk_out_open(&o, link_path, &err));
    bk_out_add(o, BK_S("new"));
    assert_true(bk_out_close(o, true, &err));
    expect_file(path, "new");
    assert_int_equal(lstat(link_path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

static void output_larger_than_its_buffer_is_whole(void **state)
{
    (void)state;
    char path[128];
    struct bk_err err = {0};
    struct bk_out *o;
    struct bk_buf text = sample();
    assert_true(bk_out_open(&o, path_of(path, "large"), &err));
    struct bk_str rest = bk_buf_str(&text), line;
    while (bk_next_line(&rest, &line))
        bk_out_addf(o, "%.*s\n", BK_F(line));
    bk_out_add(o, bk_buf_str(&text));
    assert_true(bk_out_close(o, true, &err));
    struct bk_buf twice = {0};
    bk_buf_add(&twice, bk_buf_str(&text));
    bk_buf_add(&twice, bk_buf_str(&text));
    expect_file(path, twice.ptr);
    bk_buf_free(&twice);
    bk_buf_free(&text);
}

static void output_failures_are_told(void **state)
{
    (void)state;
    char path[128];
    struct bk_err err = {0};
    struct bk_out *o;
    assert_false(bk_out_open(&o, path_of(path, "no/such/folder"), &err));
    assert_int_equal(err.code, BK_ESYS);
    assert_false(bk_out_open(&o, folder, &err));
    assert_non_null(strstr(err.msg, "is a directory"));
    if (access("/dev/full", W_OK) == 0) {
        assert_true(bk_out_open(&o, "/dev/full", &err));
        bk_out_add(o, BK_S("x"));
        assert_false(bk_out_close(o, true, &err));
        assert_string_equal(err.msg,
                            "cannot write '/dev/full': no space left on device");
    }
    assert_true(bk_out_open(&o, "/dev/null", &err)); /* is never replaced */
    assert_true(bk_out_close(o, true, &err));
    struct stat st;
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
}

static void memory_output_holds_the_limit(void **state)
{
    (void)state;
    struct bk_err err = {0};
    struct bk_buf b = {.max = 4};
    struct bk_out *o = bk_out_memory(&b);
    bk_out_add(o, BK_S("four"));
    assert_false(bk_out_failed(o));
    bk_out_add(o, BK_S("!"));
    assert_true(bk_out_failed(o));
    assert_false(bk_out_close(o, true, &err));
    assert_string_equal(b.ptr, "four");
    bk_buf_free(&b);
}

static void zstd_unpacks_exactly(void **state)
{
    (void)state;
    struct bk_err err = {0};
    struct bk_buf b = {0};
    char out[16];
    assert_true(bk_zstd_pack(BK_S("twelve bytes"), 1, &b, &err));
    assert_true(bk_zstd_unpack(bk_buf_str(&b), out, 12, &err));
    assert_memory_equal(out, "twelve bytes", 12);
    assert_false(bk_zstd_unpack(bk_buf_str(&b), out, 11, &err));
    assert_false(bk_zstd_unpack(bk_buf_str(&b), out, 13, &err));
    assert_false(bk_zstd_unpack(BK_S("nothing"), out, 13, &err));
    bk_buf_clear(&b);
    assert_true(bk_zstd_pack((struct bk_str){0}, 1, &b, &err));
    assert_true(bk_zstd_unpack(bk_buf_str(&b), NULL, 0, &err));
    bk_buf_free(&b);
}

static void paths_have_base_and_folder(void **state)
{
    (void)state;
    static const struct {
        const char *path, *base, *dir;
    } cases[] = {
        {"a/b/c.json", "c.json", "a/b"},
        {"c.json", "c.json", "."},
        {"/c", "c", "/"},
        {"a/b/", "b", "a"},
        {"/", "/", "/"},
        {"a//b", "b", "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(bk_is(bk_path_base(bk_str(cases[i].path)), cases[i].base));
        assert_true(bk_is(bk_path_dir(bk_str(cases[i].path)), cases[i].dir));
    }
    struct bk_err err;
    char path[128];
    struct stat st;
    assert_true(bk_make_parents(path_of(path, "x/y/z/file"), &err));
    assert_true(bk_make_parents(path, &err));
    assert_int_equal(stat(path_of(path, "x/y/z"), &st), 0);
    assert_true(bk_make_parents("file", &err));
    write_file(path_of(path, "x/blocked"), BK_S(""));
    assert_false(bk_make_parents(path_of(path, "x/blocked/z/file"), &err));
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_in_any_packing),
        cmocka_unit_test(broken_data_are_errors),
        cmocka_unit_test(empty_and_short_inputs_are_plain),
        cmocka_unit_test(files_are_read_up_to_a_limit),
        cmocka_unit_test(raw_streams_unpack_nothing),
        cmocka_unit_test(what_cannot_be_opened_is_named),
        cmocka_unit_test(output_appears_when_it_is_whole),
        cmocka_unit_test(output_larger_than_its_buffer_is_whole),
        cmocka_unit_test(output_failures_are_told),
        cmocka_unit_test(memory_output_holds_the_limit),
        cmocka_unit_test(zstd_unpacks_exactly),
        cmocka_unit_test(paths_have_base_and_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
