/* The tags of points: their values as numbers, sets of them, checks (see k6_points.h).
 *
 * One request gives about ten points with the same tags, and the next request has most
 * of them again: each value is compared with the last one before it is looked up. */
#include "../../src/base/num.h"
#include "k6_points_parts.h"

#include <string.h>

#define MAX_TAG_VALUES ((size_t)500) /* of a tag; more say nothing together */
#define MAX_SETS       ((size_t)8000)
#define MAX_CHECKS     ((size_t)5000)

/* Beyond MAX_SETS only outcomes are told apart. */
_Static_assert(MAX_SETS + BK_N_OUTCOMES < BK_MAX_TAG_SETS, "room for the last sets");

const char *const bk_k6_tag_names[BK_K6_N_TAGS] = {
    [BK_K6_SCENARIO] = "scenario", [BK_K6_GROUP] = "group",
    [BK_K6_NAME] = "name",         [BK_K6_METHOD] = "method",
    [BK_K6_STATUS] = "status",     [BK_K6_ERROR_CODE] = "error_code",
    [BK_K6_CHECK] = "check",       [BK_K6_EXPECTED] = "expected_response",
};

static uint16_t id_of(struct bk_k6_points *k, struct bk_k6_tag_values *v, uint16_t last,
                      struct bk_str value)
{
    if (value.len == 0 || v->many)
        return 0;
    if (last > 0 && bk_eq(v->items[last - 1], value))
        return last;
    uintptr_t id = (uintptr_t)bk_map_get(&v->ids, value);
    if (id > 0)
        return (uint16_t)id;
    if (v->n == MAX_TAG_VALUES || value.len > BK_K6_LONGEST_NAME) {
        v->many = true;
        return 0;
    }
    value = bk_dup(k->a, value);
    *BK_PUSH(k->a, v->items, v->n) = value;
    bk_map_put(k->a, &v->ids, value, (void *)(uintptr_t)v->n);
    return (uint16_t)v->n;
}

/* Without the tag (k6 before 0.31), by the rule that k6 has unless a script changes it:
 * statuses 200 to 399 are expected. */
static enum bk_outcome outcome_of(const struct bk_str tags[BK_K6_N_TAGS])
{
    int64_t status;
    if (bk_is(tags[BK_K6_EXPECTED], "true"))
        return BK_OUTCOME_OK;
    if (bk_is(tags[BK_K6_EXPECTED], "false"))
        return BK_OUTCOME_FAILED;
    if (!bk_parse_int64(tags[BK_K6_STATUS], &status))
        return BK_OUTCOME_UNKNOWN;
    return status >= 200 && status < 400 ? BK_OUTCOME_OK : BK_OUTCOME_FAILED;
}

static uint16_t add_set(struct bk_k6_points *k, const struct bk_k6_set *set)
{
    struct bk_tag tags[BK_K6_SET_TAGS];
    size_t n = 0;
    for (size_t i = 0; i < BK_K6_SET_TAGS; i++) {
        if (set->ids[i] > 0)
            tags[n++] = (struct bk_tag){bk_str(bk_k6_tag_names[i]),
                                        k->values[i].items[set->ids[i] - 1]};
    }
    bk_samples_tag_set(k->samples, tags, n, (enum bk_outcome)set->outcome);
    *BK_PUSH(k->a, k->sets, k->n_sets) = *set;
    struct bk_str key = {(const char *)set, sizeof *set};
    bk_map_put(k->a, &k->set_index, bk_dup(k->a, key), (void *)(uintptr_t)k->n_sets);
    return (uint16_t)k->n_sets;
}

static uint16_t find_set(struct bk_k6_points *k, const struct bk_k6_set *set)
{
    static const struct bk_k6_set none;
    if (memcmp(set, &none, sizeof none) == 0)
        return 0;
    struct bk_str key = {(const char *)set, sizeof *set};
    uintptr_t found = (uintptr_t)bk_map_get(&k->set_index, key);
    if (found > 0)
        return (uint16_t)found;
    if (k->n_sets < MAX_SETS)
        return add_set(k, set);
    struct bk_k6_set by_outcome = {.outcome = set->outcome};
    k->many_sets = true;
    if (memcmp(&by_outcome, &none, sizeof none) == 0)
        return 0;
    key.ptr = (const char *)&by_outcome;
    found = (uintptr_t)bk_map_get(&k->set_index, key);
    return found > 0 ? (uint16_t)found : add_set(k, &by_outcome);
}

static uint32_t check_of(struct bk_k6_points *k, struct bk_str name)
{
    name = bk_upto(name, BK_K6_LONGEST_NAME);
    uintptr_t found = (uintptr_t)bk_map_get(&k->check_index, name);
    if (name.len == 0 || found > 0)
        return (uint32_t)found;
    if (k->n_checks == MAX_CHECKS)
        return BK_K6_MORE_CHECKS;
    struct bk_k6_check *c = bk_alloc(k->a, sizeof *c);
    c->name = bk_dup(k->a, name);
    *BK_PUSH(k->a, k->checks, k->n_checks) = c;
    bk_map_put(k->a, &k->check_index, c->name, (void *)(uintptr_t)k->n_checks);
    return (uint32_t)k->n_checks;
}

struct bk_k6_tags bk_k6_points_tags(struct bk_k6_points *k,
                                    const struct bk_str tags[BK_K6_N_TAGS])
{
    struct bk_k6_set set = {.outcome = (uint16_t)outcome_of(tags)};
    for (size_t i = 0; i < BK_K6_SET_TAGS; i++)
        set.ids[i] = id_of(k, &k->values[i], k->last_set.ids[i], tags[i]);
    if (memcmp(&set, &k->last_set, sizeof set) != 0) {
        k->last_tags.set = find_set(k, &set);
        k->last_set = set;
    }
    k->last_tags.check = tags[BK_K6_CHECK].len > 0 ? check_of(k, tags[BK_K6_CHECK]) : 0;
    return k->last_tags;
}
