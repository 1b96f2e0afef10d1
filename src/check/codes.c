/* Every finding code: what it means and what to do about it ('benchkeep findings
 * --codes'). */
#include "check.h"

const struct bk_check_code bk_check_codes[] = {
    {
        .code = "already-here",
        .explanation =
            "an export of another warehouse tells of runs or names that were "
            "here before it",
        .what_to_do = "nothing: they were not taken again, or got a number",
    },
    {
        .code = "budget-definition",
        .explanation = "the sizing run's formula takes the cache budget of less "
                       "memory than its own dictionary says",
        .what_to_do = "decide which definition is meant; the sessions differ by the "
                      "overhead's share",
    },
    {
        .code = "claim-differs",
        .explanation = "a report states another number than the run's own files",
        .what_to_do = "the run's own number is used; correct the report, or find out "
                      "what its number counts",
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
        .explanation = "a layout names a context file that the run's folder does not "
                       "have",
        .what_to_do = "give the missing facts as flags, or correct the layout",
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
        .code = "failed-run",
        .explanation = "more than half of the requests failed, or nothing was measured",
        .what_to_do = "its latencies and throughput are never compared; repeat the run",
    },
    {
        .code = "formula-input",
        .explanation = "a formula of the sizing run uses a number that is not what "
                       "its name says",
        .what_to_do = "recompute with the right input",
    },
    {
        .code = "gb-gib",
        .explanation = "a number was divided by 1024 where its unit means 1000",
        .what_to_do = "read it in the unit that the value fits",
    },
    {
        .code = "headroom-on-nodes",
        .explanation = "a sizing run puts its headroom on nodes that were rounded up "
                       "already",
        .what_to_do = "expect one node fewer: headroom belongs on the sessions",
    },
    {
        .code = "high-cardinality",
        .explanation = "a tag has so many values that numbers by value say nothing",
        .what_to_do = "give requests that belong together one name, as k6's tag 'name'",
    },
    {
        .code = "identical-values",
        .explanation = "different runs or hardware report the same measured numbers to "
                       "the last digit",
        .what_to_do = "look for a table that was copied or a file that was read twice",
    },
    {
        .code = "incomplete-run",
        .explanation = "only some of the files that the tool wrote for a run could be "
                       "used, or they came in one by one",
        .what_to_do = "import the files of one prefix together",
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
        .code = "long-lines",
        .explanation = "lines of a log are longer than what rules are matched "
                       "against",
        .what_to_do = "nothing, unless the number stands at the end of such a line",
    },
    {
        .code = "margin-not-applied",
        .explanation = "a recommended value of a sizing run equals its base value "
                       "though a margin is applied to it",
        .what_to_do = "put the margin on it before buying",
    },
    {
        .code = "model-alias",
        .explanation = "a model's name is one letter away from a known one",
        .what_to_do = "correct the name, or add an alias",
    },
    {
        .code = "model-architecture",
        .explanation = "a model is entered with other figures than its published "
                       "configuration",
        .what_to_do = "correct the entry: memory and sessions follow from it",
    },
    {
        .code = "mojibake",
        .explanation = "text was decoded in the wrong character set once",
        .what_to_do = "it was repaired for reading; the bytes are kept as they came",
    },
    {
        .code = "node-weights",
        .explanation = "one GPU's share of the weights stands for those of the whole "
                       "node",
        .what_to_do = "recompute with the weights of all GPUs",
    },
    {
        .code = "off-the-timeline",
        .explanation = "time stamps lie days away from the first one",
        .what_to_do = "look for a clock that was set during the run, or for files put "
                      "together",
    },
    {
        .code = "openmetrics-rule",
        .explanation = "an OpenMetrics text breaks rules beyond the grammar: order, "
                       "grouping, values of counters",
        .what_to_do = "nothing: every sample is kept; tell the maker of the exporter",
    },
    {
        .code = "optimum-at-edge",
        .explanation = "the best point of a sweep is its first or last one",
        .what_to_do = "try values beyond it",
    },
    {
        .code = "per-gpu-flooring",
        .explanation = "sessions were counted over the memory of all GPUs taken "
                       "together",
        .what_to_do = "expect fewer sessions where each lives on one GPU",
    },
    {
        .code = "pool-queueing",
        .explanation = "at the largest load more requests are in flight than the pools "
                       "of the workers have connections",
        .what_to_do = "read latencies as waiting and serving together; try more "
                      "connections, or fewer users",
    },
    {
        .code = "quantile-order",
        .explanation = "a higher percentile is smaller than a lower one",
        .what_to_do = "don't use the distribution: its numbers are not of one sample",
    },
    {
        .code = "ragged-rows",
        .explanation = "rows of a table have more or fewer cells than its header",
        .what_to_do = "look for a separator inside a cell that is not quoted",
    },
    {
        .code = "repeated-summary",
        .explanation = "the output of one run holds several summaries",
        .what_to_do = "the last is used; split the file if they are several runs",
    },
    {
        .code = "rounded-operand",
        .explanation = "a product was computed from more digits than are printed",
        .what_to_do = "nothing: recompute from the exact operands",
    },
    {
        .code = "samples-not-kept",
        .explanation = "a run has so many single requests, or its file so many such "
                       "runs, that they were not kept as samples",
        .what_to_do = "statistics are there all the same; for 'samples', give each run "
                      "a file of its own",
    },
    {
        .code = "scenario-name",
        .explanation = "a scenario has a name that is none of minimum, recommended "
                       "and ideal",
        .what_to_do = "look at which of them is meant",
    },
    {
        .code = "script-errors",
        .explanation = "the load script itself raised exceptions: what it was about to "
                       "do then was not done",
        .what_to_do = "correct the script; the load may have been less than meant",
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
        .code = "stated-share",
        .explanation = "a share stated in a text is not the share of its numbers",
        .what_to_do = "use the numbers",
    },
    {
        .code = "threshold",
        .explanation = "a pass or fail rule of the tool, and how it ended",
        .what_to_do = "look at the metric that it is about",
    },
    {
        .code = "truncated",
        .explanation = "the file ends in the middle of a record, or before the summary",
        .what_to_do = "what was complete is kept; repeat the run if it was killed",
    },
    {
        .code = "unit-conflict",
        .explanation = "one quantity is stated in two units that do not agree",
        .what_to_do = "find out which of them was meant",
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
        .code = "unmatched-lines",
        .explanation = "lines of a log match no rule",
        .what_to_do = "nothing, unless they hold numbers that are wanted: add a "
                      "rule",
    },
    {
        .code = "unreadable-numbers",
        .explanation = "a rule matched, but its group holds no number",
        .what_to_do = "correct the rule's expression",
    },
    {
        .code = "wrong-type",
        .explanation = "a field of a JSON document is of another type than the "
                       "format has",
        .what_to_do = "correct what wrote the file; the field was left out",
    },
    {
        .code = "zero-output",
        .explanation = "no output tokens: zero throughput is no result",
        .what_to_do = "look at the server's log: requests ended without an answer",
    },
    {.code = NULL},
};
