/* JUnit XML, which build servers read: a test case a verdict.
 *
 * There is no standard; the elements are those of the Ant task as Jenkins and GitLab take
 * them (https://github.com/jenkinsci/xunit-plugin, src/main/resources/org/jenkinsci/plugins/
 * xunit/types/model/xsd/junit-10.xsd).  A regression is a failure; what cannot be told is
 * skipped, with the reason. */
#include "internal.h"

struct suite {
    struct bk_buf cases;
    size_t n, failures, skipped;
};

/* What XML 1.0 does not take is gone after bk_human_text, but for its own marks. */
static void add_escaped(struct bk_buf *b, struct bk_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        switch (s.ptr[i]) {
        case '&':
            bk_buf_add(b, BK_S("&amp;"));
            break;
        case '<':
            bk_buf_add(b, BK_S("&lt;"));
            break;
        case '>':
            bk_buf_add(b, BK_S("&gt;"));
            break;
        case '"':
            bk_buf_add(b, BK_S("&quot;"));
            break;
        default:
            bk_buf_addc(b, s.ptr[i]);
        }
    }
}

static void add_attribute(struct bk_buf *b, const char *name, struct bk_str value)
{
    bk_buf_addf(b, " %s=\"", name);
    add_escaped(b, value);
    bk_buf_addc(b, '"');
}

static void add_outcome(struct suite *s, const struct bk_verdict_cells *cells)
{
    struct bk_buf *b = &s->cases;
    bool failed = cells->tone == BK_TONE_BAD;
    bk_buf_addf(b, ">\n      <%s", failed ? "failure" : "skipped");
    if (failed)
        add_attribute(b, "type", cells->verdict);
    bk_buf_add(b, BK_S(" message=\""));
    add_escaped(b, cells->verdict);
    bk_buf_add(b, cells->why.len > 0 ? BK_S(": ") : BK_S(""));
    add_escaped(b, cells->why);
    bk_buf_add(b, BK_S("\"/>\n    </testcase>\n"));
    s->failures += failed;
    s->skipped += !failed;
}

static void add_case(void *self, const struct bk_verdict_cells *cells)
{
    struct suite *s = self;
    struct bk_buf *b = &s->cases;
    s->n++;
    bk_buf_add(b, BK_S("    <testcase"));
    add_attribute(b, "classname", cells->subject);
    add_attribute(b, "name", cells->name);
    if (cells->tone == BK_TONE_BAD || cells->tone == BK_TONE_DOUBTFUL) {
        add_outcome(s, cells);
        return;
    }
    bk_buf_add(b, BK_S(">\n      <system-out>"));
    add_escaped(b, cells->verdict);
    bk_buf_add(b, cells->why.len > 0 ? BK_S(": ") : BK_S(""));
    add_escaped(b, cells->why);
    bk_buf_add(b, BK_S("</system-out>\n    </testcase>\n"));
}

static void add_notes(const struct bk_report *r, struct bk_buf *b)
{
    if (r->notes == NULL)
        return;
    bk_buf_add(b, BK_S("    <system-out>"));
    for (const struct bk_note *n = r->notes; n != NULL; n = n->link) {
        struct bk_buf text = {0};
        bk_human_text(&text, n->message);
        add_escaped(b, bk_buf_str(&text));
        bk_buf_add(b, n->link != NULL ? BK_S("\n") : BK_S(""));
        bk_buf_free(&text);
    }
    bk_buf_add(b, BK_S("</system-out>\n"));
}

static bool render(const struct bk_report *r, const struct bk_render_options *o,
                   struct bk_out *out, struct bk_err *err)
{
    struct suite s = {.n = 0};
    bool ok = bk_render_verdicts(r, o, "junit", add_case, &s, err);
    if (ok) {
        add_notes(r, &s.cases);
        bk_out_add(out, BK_S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
        bk_out_addf(out,
                    "<testsuites>\n  <testsuite name=\"benchkeep %s\" tests=\"%zu\" "
                    "failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
                    r->name, s.n, s.failures, s.skipped);
        bk_out_add(out, bk_buf_str(&s.cases));
        bk_out_add(out, BK_S("  </testsuite>\n</testsuites>\n"));
    }
    bk_buf_free(&s.cases);
    return ok;
}

const struct bk_renderer bk_renderer_junit = {
    .name = "junit",
    .title = "JUnit XML of verdicts, for build servers",
    .render = render,
};
