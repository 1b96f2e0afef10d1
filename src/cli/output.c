/* Where output goes and what it may look like. */
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../base/utf8.h"

bool bk_cli_is_text(const struct bk_cli *cli)
{
    return !cli->common.format || strcmp(cli->common.format, "text") == 0;
}

bool bk_cli_colour(int fd)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no && *no) && isatty(fd) && !(term && strcmp(term, "dumb") == 0);
}

static size_t terminal_width(void)
{
    struct winsize w;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
        return w.ws_col;
    return 0;
}

bool bk_cli_open_output(struct bk_cli *cli, struct bk_err *err)
{
    return cli->out || bk_out_open(&cli->out, cli->common.output, err);
}

int bk_cli_render(struct bk_cli *cli, struct bk_report *report, struct bk_err *err)
{
    const struct bk_common *c = &cli->common;
    const struct bk_renderer *r = bk_renderer_named(c->format ? c->format : "text");
    struct bk_render_options o = {
        .csv_dialect = c->csv_dialect ? c->csv_dialect : "rfc4180",
    };
    struct bk_err closing = {0};
    if (!r) {
        bk_fail(err, BK_EUSAGE, "no output is called '%s'", c->format);
        return 0;
    }
    bk_api_lang(c->lang, &o.lang);
    if (!bk_cli_open_output(cli, err))
        return 0;
    if (bk_out_is_terminal(cli->out)) {
        o.colour = bk_cli_colour(STDOUT_FILENO);
        o.width = terminal_width();
    }
    bool ok = r->render(report, &o, cli->out, err);
    if (!bk_out_close(cli->out, ok, &closing) && ok)
        *err = closing;
    cli->out = NULL;
    return report->exit_status;
}

void bk_cli_json_string(struct bk_buf *b, struct bk_str s)
{
    bk_buf_addc(b, '"');
    for (size_t pos = 0; pos < s.len;) {
        uint32_t c = bk_utf8_next(s, &pos);
        if (c == '"' || c == '\\')
            bk_buf_addf(b, "\\%c", (char)c);
        else if (c < ' ' || c == 0x7F)
            bk_buf_addf(b, "\\u%04x", (unsigned)c);
        else
            bk_utf8_add(b, c);
    }
    bk_buf_addc(b, '"');
}

void bk_cli_plain(struct bk_buf *b, struct bk_str s)
{
    for (size_t pos = 0; pos < s.len;) {
        uint32_t c = bk_utf8_next(s, &pos);
        if (c < ' ' || (c >= 0x7F && c < 0xA0))
            bk_buf_addc(b, '?');
        else
            bk_utf8_add(b, c);
    }
}
