/* Fuzz target of cells: numbers as people write them. */
#include "../../importers/shared/cell.h"

#include "fuzz.h"

#include "../../src/base/arena.h"
#include "../../src/record/dict.h"

#include <math.h>
#include <stdlib.h>

static void check(struct bk_str s, enum bk_decimal decimal)
{
    struct bk_cell c = bk_cell_read(s, decimal);
    if (c.kind == BK_CELL_NUMBER && (!isfinite(c.value) || !(c.half >= 0)))
        abort();
}

/* Made once: it takes longer than a cell. */
static const struct bk_dict *dictionary(void)
{
    static struct bk_dict *dict;
    if (dict == NULL)
        dict = bk_dict_new(bk_arena_new());
    return dict;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct bk_str s = {(const char *)bytes, n}, name, unit, rest = s;
    struct bk_arena *a = bk_arena_new();
    struct bk_str *cells = NULL;
    size_t n_cells = 0;
    while (rest.len > 0) {
        struct bk_str cell;
        rest = bk_cut(rest, '|', &cell);
        *BK_PUSH(a, cells, n_cells) = cell;
    }
    enum bk_decimal decimal = bk_decimal_of(cells, n_cells);
    for (size_t i = 0; i < n_cells; i++)
        check(cells[i], decimal);
    check(s, BK_DECIMAL_POINT);
    check(s, BK_DECIMAL_COMMA);
    bk_header_unit(dictionary(), s, &name, &unit);
    bk_arena_free(a);
    return 0;
}
