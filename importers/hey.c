/* What hey prints (https://github.com/rakyll/hey, requester/print.go, 0.1.x), as text or,
 * with -o csv, one request a line; and the summary of ghz, which looks the same
 * (https://github.com/bojand/ghz).  Statistics cover the requests that got an answer of
 * any status; those without one are only counted, by their error. */
#include "importer.h"

#include "shared/load_text.h"

static const char *const times[] = {"DNS+dialup",     "DNS",           "Request-write",
                                    "Response-delay", "Response-read", NULL};
static const struct bk_load_columns columns = {.latency = "response-time",
                                               .offset = "offset",
                                               .status = "status-code",
                                               .times = times};

static bool import(struct bk_input *in, const struct bk_importing *im,
                   struct bk_err *err)
{
    if (bk_load_is_samples(in, &columns))
        return bk_load_samples(in, im, &columns, err);
    return bk_load_text(in, im, BK_LOAD_HEY, err);
}

static int bid(const struct bk_input *in)
{
    bool first;
    if (bk_load_is_samples(in, &columns))
        return 95;
    enum bk_load_tool tool = bk_load_text_tool(bk_input_head(in), &first);
    if (tool != BK_LOAD_HEY && tool != BK_LOAD_GHZ)
        return 0;
    return first ? 95 : 85;
}

const struct bk_importer bk_importer_hey = {
    .name = "hey",
    .title = "hey output",
    .upstream = "hey 0.1.x, text and -o csv; ghz, its summary",
    .gives = "a run for each summary; of the CSV exact statistics and a timeline",
    .example = "hey -n 400 -c 8 http://HOST/ > hey.txt",
    .signature = "\"Summary:\" with Slowest in secs and Requests/sec below it; or the "
                 "header of hey -o csv",
    .traps = "When nothing was answered, NaN and 0 stand for nothing and are dropped.\n"
             "A percentile \"0% in 0.0000 secs\" was not reached.\n"
             "Statistics cover requests that got an answer, of any status.",
    .version = 2,
    .bid = bid,
    .import = import,
};
