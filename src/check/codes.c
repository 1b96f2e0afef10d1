/* Every finding code: what it means and what to do about it ('benchkeep findings
 * --codes'). */
#include "check.h"

const struct bk_check_code bk_check_codes[] = {
    {
        .code = "cannot-derive",
        .explanation = "a number that others need is missing, so they could not be "
                       "computed",
        .what_to_do = "give the missing part with --set or --map",
    },
    {
        .code = "check-failed",
        .explanation = "an assertion of the load script did not always hold",
        .what_to_do = "look at the responses of the requests that the script checked",
    },
    {
        .code = "conflicting-values",
        .explanation = "one source states two different values for the same thing",
        .what_to_do = "find out which of them was measured; the one of rank 0 is used",
    },
    {
        .code = "context-conflict",
        .explanation =
            "content, path, layout and flags disagree about hardware, session "
            "or a parameter",
        .what_to_do = "correct the wrong one, or give the right value as a flag",
    },
    {
        .code = "context-missing",
        .explanation = "a file that the layout names beside a result is empty, "
                       "unreadable or lacks a number",
        .what_to_do = "give what it would have said as a flag, or import the whole "
                      "folder again when the file is there",
    },
    {
        .code = "counter-reset",
        .explanation = "a counter is smaller in the later snapshot: the server was "
                       "restarted in between",
        .what_to_do = "take both snapshots from one life of the server",
    },
    {
        .code = "cut-off-digits",
        .explanation = "a printed number was cut off instead of rounded",
        .what_to_do = "nothing: the number recomputed from the counts is exact",
    },
    {
        .code = "degraded-run",
        .explanation = "more than 5 % of the requests failed",
        .what_to_do = "read latencies as those of the requests that got through; find "
                      "the cause of the failures",
    },
    {
        .code = "derived-mismatch",
        .explanation = "a number does not recompute from others of the same source",
        .what_to_do = "find out what the number counts; above 2 % the run is invalid",
    },
    {
        .code = "duplicate-key",
        .explanation = "a JSON object has the same key twice",
        .what_to_do = "the last one is used; correct what wrote the file",
    },
    {
        .code = "estimate-not-measured",
        .explanation = "a report states an estimate; it is no measurement",
        .what_to_do = "measure it, or leave it out of comparisons",
    },
    {
        .code = "failed-run",
        .explanation = "more than half of the requests failed, or nothing was measured",
        .what_to_do = "its latencies and throughput are never compared; repeat the run",
    },
    {
        .code = "identical-values",
        .explanation = "different runs or hardware report the same measured numbers to "
                       "the last digit",
        .what_to_do = "look for a table that was copied or a file that was read twice",
    },
    {
        .code = "invalid-run",
        .explanation =
            "the tool calls the result invalid, or nothing can be made of it",
        .what_to_do = "look at the reason; repeat the run",
    },
    {
        .code = "little-law",
        .explanation =
            "throughput times latency is more than the users that were there",
        .what_to_do = "look at which requests latency and throughput cover",
    },
    {
        .code = "mojibake",
        .explanation = "text was decoded in the wrong character set once",
        .what_to_do = "it was repaired for reading; the bytes are kept as they came",
    },
    {
        .code = "optimum-at-edge",
        .explanation = "the best point of a sweep is its first or last one",
        .what_to_do = "try values beyond it",
    },
    {
        .code = "quantile-order",
        .explanation = "a higher percentile is smaller than a lower one",
        .what_to_do = "don't use the distribution: its numbers are not of one sample",
    },
    {
        .code = "ragged-table",
        .explanation = "rows of a table have more or fewer cells than its header",
        .what_to_do = "look for a separator inside a cell that is not quoted",
    },
    {
        .code = "secret-redacted",
        .explanation = "a value that looks like a secret was replaced before keeping",
        .what_to_do = "change the secret if the file was shared",
    },
    {
        .code = "sizing-alert",
        .explanation = "the sizing calculation itself gave an alert or a warning",
        .what_to_do = "read it",
    },
    {
        .code = "threshold",
        .explanation = "a pass or fail rule of the tool, and how it ended",
        .what_to_do = "look at the metric that it is about",
    },
    {
        .code = "tied-formats",
        .explanation = "several formats claim a file",
        .what_to_do = "say which with --input-format",
    },
    {
        .code = "truncated",
        .explanation = "the file ends in the middle of a record, or before the summary",
        .what_to_do = "what was complete is kept; repeat the run if it was killed",
    },
    {
        .code = "unit-guessed",
        .explanation = "a number has no unit, and only one reading makes sense",
        .what_to_do = "check it, and name the unit with --map COLUMN=NAME:UNIT",
    },
    {
        .code = "unmapped",
        .explanation = "a number has no canonical name; it is kept under "
                       "<format>.<name>",
        .what_to_do = "name it with --map or with an alias of your own",
    },
    {
        .code = "zero-output",
        .explanation = "no output tokens: zero throughput is no result",
        .what_to_do = "look at the server's log: requests ended without an answer",
    },
    {.code = NULL},
};
