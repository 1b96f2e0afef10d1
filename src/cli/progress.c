/* The progress line of an import: how much is read, how fast, and which file, on
 * standard error when that is a terminal. */
#include "command.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../base/utf8.h"

enum {
    BAR = 20,           /* cells */
    FALLBACK = 80,      /* columns of a terminal that does not tell */
    MEGA = 1000 * 1000, /* bytes, points */
    MINUTE_S = 60,
    LONGEST_S = 100 * 3600
};

static const double EVERY_S = 0.1; /* between two pictures */
static const double QUIET_S = 0.4; /* an import that is over by then shows nothing */

void bk_progress_init(struct bk_progress *p, bool quiet)
{
    struct winsize w;
    *p = (struct bk_progress){.on = !quiet && isatty(STDERR_FILENO) != 0};
    p->began = bk_seconds();
    p->width = FALLBACK;
    if (p->on && ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
        p->width = w.ws_col;
}

void bk_progress_clear(struct bk_progress *p)
{
    if (p->shown)
        fputs("\r\x1b[K", stderr);
    p->shown = false;
}

/* The end of the path, as much as fits. */
static struct bk_str tail(struct bk_str path, size_t room)
{
    while (path.len > 0 && bk_utf8_width(path) > room) {
        size_t pos = 0;
        bk_utf8_next(path, &pos);
        path = bk_from(path, pos);
    }
    return path;
}

static void add_time_left(struct bk_buf *b, double seconds)
{
    int left = seconds < LONGEST_S ? (int)(seconds + 0.5) : LONGEST_S;
    if (left < MINUTE_S)
        bk_buf_addf(b, "%d s left  ", left);
    else
        bk_buf_addf(b, "%d min %02d s left  ", left / MINUTE_S, left % MINUTE_S);
}

void bk_progress_show(struct bk_progress *p, struct bk_str path, int64_t done,
                      int64_t total, uint64_t points)
{
    double now = bk_seconds(), elapsed = now - p->began;
    if (!p->on || elapsed < QUIET_S || now - p->told < EVERY_S)
        return;
    p->told = now;
    p->shown = true;
    double share = total > 0 ? (double)done / (double)total : 0;
    share = share > 1 ? 1 : share;
    struct bk_buf b = {0};
    bk_buf_add(&b, BK_S("\r\x1b[K["));
    for (int i = 0; i < BAR; i++)
        bk_buf_addc(&b, i < (int)(share * BAR) ? '#' : '.');
    bk_buf_addf(&b, "] %3d %%  %.1f of %.1f MB  ", (int)(share * 100),
                (double)done / MEGA, (double)total / MEGA);
    if (points > 0)
        bk_buf_addf(&b, "%.2f M points  ", (double)points / MEGA);
    bk_buf_addf(&b, "%.1f MB/s  ", (double)done / MEGA / elapsed);
    if (share > 0)
        add_time_left(&b, elapsed / share - elapsed);
    size_t used = b.len;
    bk_cli_plain(&b, tail(path, p->width > used ? p->width - used : 0));
    fwrite(b.ptr, 1, b.len, stderr);
    fflush(stderr);
    bk_buf_free(&b);
}
