/* The parts of the aiperf importer: what the tool writes as CSV and as JSON lines,
 * and prints. */
#ifndef BK_IMPORTERS_AIPERF_H
#define BK_IMPORTERS_AIPERF_H

#include "importer.h"

#define AIPERF_LONGEST_NAME ((size_t)200) /* bytes; longer names are cut */

/* A name of AIPerf or genai-perf with its unit behind it: "Request Latency (ms)".  A unit
 * that says nothing ("count", "per sec") is left out. */
struct bk_str aiperf_split_unit(struct bk_str header, struct bk_str *unit);

/* Adds what follows: ok_throughput is what the tool calls request throughput. */
void aiperf_finish(const struct bk_importing *im, struct bk_run *run);
/* The same, and passes the run on. */
bool aiperf_send(const struct bk_importing *im, struct bk_run *run, struct bk_err *err);

/* Several tables in one file. */
int aiperf_csv_bid(struct bk_str head);
bool aiperf_csv_import(struct bk_input *in, const struct bk_importing *im,
                       struct bk_err *err);

/* The tables of the console. */
int aiperf_console_bid(struct bk_str head);
bool aiperf_console_import(struct bk_input *in, const struct bk_importing *im,
                           struct bk_err *err);

/* A request a line, or a reading of a GPU a line. */
int aiperf_jsonl_bid(struct bk_str head);
bool aiperf_jsonl_import(struct bk_input *in, const struct bk_importing *im,
                         struct bk_err *err);

#endif
