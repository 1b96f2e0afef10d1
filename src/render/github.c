/* Workflow commands of GitHub Actions
 * (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions):
 * verdicts as annotations.  A regression is an error, what cannot be told a warning, an
 * improvement a notice; what did not change is not mentioned. */
#include "internal.h"

/* Percent signs and ends of lines; in a property also what separates properties. */
static void add_escaped(struct bk_out *out, struct bk_str s, bool property)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '%')
            bk_out_add(out, BK_S("%25"));
        else if (c == '\n')
            bk_out_add(out, BK_S("%0A"));
        else if (c == '\r')
            bk_out_add(out, BK_S("%0D"));
        else if (property && c == ':')
            bk_out_add(out, BK_S("%3A"));
        else if (property && c == ',')
            bk_out_add(out, BK_S("%2C"));
        else
            bk_out_add(out, (struct bk_str){s.ptr + i, 1});
    }
}

static void annotate(void *self, const struct bk_verdict_cells *cells)
{
    static const char *const commands[] = {
        [BK_TONE_NONE] = NULL,
        [BK_TONE_GOOD] = "notice",
        [BK_TONE_DOUBTFUL] = "warning",
        [BK_TONE_BAD] = "error",
    };
    struct bk_out *out = self;
    if (commands[cells->tone] == NULL)
        return;
    bk_out_addf(out, "::%s title=", commands[cells->tone]);
    add_escaped(out, cells->name, true);
    bk_out_add(out, BK_S(" "));
    add_escaped(out, cells->verdict, true);
    bk_out_add(out, BK_S("::"));
    add_escaped(out, cells->subject, false);
    bk_out_add(out,
               cells->subject.len > 0 && cells->why.len > 0 ? BK_S(": ") : BK_S(""));
    add_escaped(out, cells->why, false);
    bk_out_add(out, BK_S("\n"));
}

static bool render(const struct bk_report *r, const struct bk_render_options *o,
                   struct bk_out *out, struct bk_err *err)
{
    static const char *const commands[] = {
        [BK_INFO] = "notice", [BK_WARNING] = "warning", [BK_ERROR] = "error"};
    if (!bk_render_verdicts(r, o, "github", annotate, out, err))
        return false;
    for (const struct bk_note *n = r->notes; n != NULL; n = n->link) {
        struct bk_buf text = {0};
        bk_human_text(&text, n->message);
        bk_out_addf(out, "::%s title=benchkeep %s::", commands[n->severity], r->name);
        add_escaped(out, bk_buf_str(&text), false);
        bk_out_add(out, BK_S("\n"));
        bk_buf_free(&text);
    }
    return true;
}

const struct bk_renderer bk_renderer_github = {
    .name = "github",
    .title = "annotations of verdicts, for GitHub Actions",
    .render = render,
};
