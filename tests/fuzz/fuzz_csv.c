/* Fuzz target of the reader of CSV records: the same records and the same refusals as
 * libcsv, whatever the size of its blocks and however many cells are cut at once.  The
 * first byte of the input chooses those. */
#include "csv_oracle.h"

#include "fuzz.h"

#define BOM "\xEF\xBB\xBF"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const size_t blocks[] = {16, 64, 100, BK_WINDOW_BLOCK};
    if (n == 0)
        return 0;
    struct bk_str text = {(const char *)bytes + 1, n - 1};
    struct oracle_settings s = {
        .n_first = bytes[0] & 3,
        .block = blocks[bytes[0] >> 2 & 3],
        .portable = (bytes[0] & 16) != 0,
        .always_split = (bytes[0] & 32) == 0,
    };
    struct bk_stream *stream = bk_stream_of(text);
    bool plain = bk_stream_packing(stream) == BK_PLAIN;
    bk_stream_close(stream);
    if (plain && !bk_starts(text, BK_S(BOM)) && !oracle_agrees(text, &s))
        abort();
    return 0;
}
