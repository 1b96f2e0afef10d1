/* Lines round the summary of k6: colours, prefixes of log collectors, progress, banner
 * (see k6_text.h). */
#include "k6_text.h"

#include "../src/base/num.h"

#include <math.h>
#include <string.h>

#define ESCAPE        '\x1B'
#define BELL          '\a'
#define LONGEST_LABEL ((size_t)64) /* of a container's name before " | " */

/* --- colours and prefixes --- */

/* Length of the escape sequence (ECMA-48) at the start of s. */
static size_t escape_size(struct bk_str s)
{
    size_t n = 2;
    if (s.len < 2)
        return s.len;
    if (s.ptr[1] == '[') { /* CSI: parameters up to a final byte */
        while (n < s.len && !(s.ptr[n] >= '@' && s.ptr[n] <= '~'))
            n++;
        return n < s.len ? n + 1 : n;
    }
    if (s.ptr[1] == ']') { /* OSC: a title, up to BEL */
        while (n < s.len && s.ptr[n] != BELL)
            n++;
        return n < s.len ? n + 1 : n;
    }
    return n;
}

struct bk_str k6_without_colours(struct bk_str s, struct bk_buf *plain)
{
    if (bk_find_char(s, ESCAPE) == BK_NONE)
        return s;
    bk_buf_clear(plain);
    while (s.len > 0) {
        size_t n = bk_find_char(s, ESCAPE);
        bk_buf_add(plain, bk_upto(s, n));
        if (n == BK_NONE)
            break;
        s = bk_from(s, n);
        s = bk_from(s, escape_size(s));
    }
    return bk_buf_str(plain);
}

/* "2026-02-14T09:11:07.123Z " at the start, as container and CI logs write it. */
static struct bk_str without_time(struct bk_str s)
{
    size_t blank = bk_find_char(bk_upto(s, LONGEST_LABEL), ' ');
    int64_t ns;
    bool zoned;
    if (s.len == 0 || s.ptr[0] < '0' || s.ptr[0] > '9' || blank == BK_NONE)
        return s;
    return bk_parse_iso(bk_upto(s, blank), &ns, &zoned) ? bk_from(s, blank + 1) : s;
}

struct bk_str k6_without_prefix(struct bk_str s)
{
    s = without_time(s);
    size_t bar = bk_find(bk_upto(s, LONGEST_LABEL), BK_S(" | "));
    if (bar == BK_NONE || s.ptr[0] == ' ' || s.ptr[0] == '|')
        return s;
    struct bk_str label = bk_trim(bk_upto(s, bar));
    return bk_find_char(label, ' ') == BK_NONE ? bk_from(s, bar + 3) : s;
}

/* --- progress --- */

/* Takes digits off *s. */
static bool take_count(struct bk_str *s, double *value)
{
    size_t n = 0;
    int64_t count;
    while (n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9')
        n++;
    if (!bk_parse_int64(bk_upto(*s, n), &count))
        return false;
    *value = (double)count;
    *s = bk_from(*s, n);
    return true;
}

static bool take_text(struct bk_str *s, const char *text)
{
    if (!bk_starts(*s, bk_str(text)))
        return false;
    *s = bk_from(*s, strlen(text));
    return true;
}

bool k6_progress(struct bk_str s, struct bk_tick *tick)
{
    double all;
    *tick = (struct bk_tick){.requests = (double)NAN,
                             .failed = (double)NAN,
                             .latency_mean_s = (double)NAN,
                             .latency_p95_s = (double)NAN};
    if (!take_text(&s, "running ("))
        return false;
    size_t close = bk_find_char(s, ')');
    if (close == BK_NONE || !bk_k6_duration(bk_upto(s, close), &tick->elapsed_s))
        return false;
    s = bk_from(s, close);
    return take_text(&s, "), ") && take_count(&s, &tick->vus) && take_text(&s, "/") &&
           take_count(&s, &all) && take_text(&s, " VUs, ") &&
           take_count(&s, &tick->iterations) && take_text(&s, " complete and ") &&
           take_count(&s, &tick->interrupted) &&
           bk_starts(s, BK_S(" interrupted iterations"));
}

/* --- banner --- */

/* The word that ends right before 'behind' in s: of "500 max VUs", "500". */
static struct bk_str word_before(struct bk_str s, const char *behind)
{
    size_t end = bk_find(s, bk_str(behind));
    if (end == BK_NONE)
        return (struct bk_str){0};
    s = bk_trim(bk_upto(s, end));
    size_t blank = bk_rfind_char(s, ' ');
    return blank == BK_NONE ? s : bk_from(s, blank + 1);
}

static struct bk_str word_behind(struct bk_str s, const char *before)
{
    size_t start = bk_find(s, bk_str(before));
    if (start == BK_NONE)
        return (struct bk_str){0};
    s = bk_trim(bk_from(s, start + strlen(before)));
    size_t blank = bk_find_char(s, ' ');
    return bk_upto(s, blank);
}

/* "scenarios: (100.00%) 1 scenario, 500 max VUs, 3m5s max duration". */
static void read_scenarios(struct bk_arena *a, struct k6_run *k, struct bk_str s,
                           size_t line)
{
    struct bk_str vus = word_before(s, " max VUs");
    int64_t n;
    if (bk_parse_int64(vus, &n) && bk_run_find_param(k->run, "vus_max") == NULL)
        bk_run_param(a, k->run, BK_S("vus_max"), bk_dup(a, vus),
                     bk_line_locator(a, line));
}

/* The load shape of "* default: 10 looping VUs for 30s (gracefulStop: 30s)". What runs
 * over stages is not told in full, so nothing is said of it. */
static void read_shape(struct bk_arena *a, struct k6_run *k, struct bk_str s)
{
    struct bk_str vus = word_before(s, " looping VUs for ");
    struct bk_str time = word_behind(s, " looping VUs for ");
    double seconds;
    int64_t n;
    bool steady = bk_parse_int64(vus, &n) && bk_k6_duration(time, &seconds) &&
                  !bk_has(s, BK_S(" Up to "));
    k->run->n_stages = 0;
    if (!steady || k->n_scenarios > 1)
        return;
    *BK_PUSH(a, k->run->stages, k->run->n_stages) =
        (struct bk_stage){.seconds = 0, .vus = (double)n};
    *BK_PUSH(a, k->run->stages, k->run->n_stages) =
        (struct bk_stage){.seconds = seconds, .vus = (double)n};
}

static void read_scenario(struct bk_arena *a, struct k6_run *k, struct bk_str s)
{
    static const char *const closed[] = {" looping VUs", " iterations for each of ",
                                         " iterations shared among "};
    bool loops = false;
    double seconds;
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        loops = loops || bk_has(s, bk_str(closed[i]));
    k->n_scenarios++;
    k->loops_closed = k->loops_closed && loops;
    k->run->closed_loop = k->loops_closed;
    if (bk_k6_duration(word_behind(s, " for "), &seconds) && seconds > k->planned_s)
        k->planned_s = seconds;
    read_shape(a, k, s);
}

/* The script's name without folders and ending: what the run did. */
static void read_script(struct bk_arena *a, struct k6_run *k, struct bk_str path)
{
    struct bk_str name = bk_path_base(bk_trim(path));
    size_t backslash = bk_rfind_char(name, '\\'); /* ".\checkout.js" */
    name = backslash != BK_NONE ? bk_from(name, backslash + 1) : name;
    size_t dot = bk_rfind_char(name, '.');
    if (dot != BK_NONE && dot > 0)
        name = bk_upto(name, dot);
    if (k->run->workload.len == 0 && name.len > 0 && !bk_is(name, "-"))
        k->run->workload = bk_dup(a, bk_upto(name, 200));
}

void k6_banner_line(struct bk_arena *a, struct k6_run *k, struct bk_str s, size_t line)
{
    k->banner = true;
    if (take_text(&s, "script: "))
        read_script(a, k, s);
    else if (bk_starts(s, BK_S("scenarios: (")))
        read_scenarios(a, k, s, line);
    else if (s.ptr[0] == '*')
        read_scenario(a, k, s);
}
