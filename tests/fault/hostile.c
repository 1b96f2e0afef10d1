/* Hostile inputs: for each format, files of one size that are as hard as they can be
 * (as many runs, numbers, names, columns, tables, levels or repetitions as fit), each
 * imported into a fresh warehouse by a process of its own.
 *
 *     hostile BENCHKEEP FOLDER [BYTES] [LIMIT_KIB] [WORD]
 *
 * prints what each import cost and fails when one needs more memory above an import of
 * one line than its own size and LIMIT_KIB (0: no limit), runs into HANG_S, or ends
 * otherwise than done (0) or refused (4).  WORD: only those whose format or title has
 * it.
 *
 * A file is HEAD, then ITEM as often as fits, then TAIL; in ITEM '%' is the number of
 * the item, '@' the same in letters, '&' its last digit. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    BYTES = 1000000,
    HANG_S = 20,   /* of CPU */
    ROOM = 200000, /* of one item or tail */
};

struct shape {
    const char *title;
    const char *head, *item, *tail;
    const char *close; /* once for each item, behind the tail: of nesting */
};

struct format {
    const char *name;
    const char *small;  /* the beginning of a file, for the shapes that all have */
    const char *inside; /* JSON: an object that more members may follow */
    const char *end;    /* JSON: what closes it */
    const struct shape *shapes;
};

/* --- shapes of any text --- */

#define A10  "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10

static const struct shape any_text[] = {
    {"line ends", "", "\n", "", NULL},
    {"one long line", "", "a", "", NULL},
    {"words", "", "w@ ", "", NULL},
    {"numbers", "", "% ", "", NULL},
    {"names with numbers", "", "name @: %.5 ms\n", "", NULL},
    {"settings", "", "a@=%, ", "", NULL},
    {"commas", "", ",", "", NULL},
    {"quotes", "", "\"", "", NULL},
    {"brackets", "", "[", "", NULL},
    {"objects in objects", "", "{\"a\":", "1", "}"},
    {"bars", "", "|", "", NULL},
    {"small objects", "", "{}\n", "", NULL},
    {"carriage returns", "", "%\r", "", NULL},
    {"colours", "", "\x1b[1m%\x1b[0m", "\n", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* --- shapes of any JSON object --- */

static const struct shape any_json[] = {
    {"members", "", ",\"m%\":%", "", NULL},
    {"members with fractions", "", ",\"mean_@_ms\":%.25", "", NULL},
    {"texts", "", ",\"t@\":\"v%\"", "", NULL},
    {"one key again and again", "", ",\"k\":%", "", NULL},
    {"long names", "", ",\"" A100 A100 "%\":%", "", NULL},
    {"one array of numbers", ",\"a\":[0", ",&", "]", NULL},
    {"one array of objects", ",\"a\":[0", ",{\"b\":&}", "]", NULL},
    {"one text", ",\"t\":\"", "a", "\"", NULL},
    {"escapes", ",\"t\":\"", "\\u0041", "\"", NULL},
    {"arrays in arrays", ",\"a\":", "[", "1", "]"},
    {"objects in objects", ",\"a\":", "{\"a\":", "1", "}"},
    {"small objects", "", ",\"o%\":{\"a\":&,\"b\":1}", "", NULL},
    {"distributions", "",
     ",\"d@\":{\"mean\":%,\"p50\":%,\"p99\":%,\"min\":1,\"max\":%,\"unit\":\"ms\"}", "",
     NULL},
    {"no spaces", "", ",\"m%\":null", "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* --- shapes of single formats --- */

#define POINT                                                                          \
    "\"type\":\"Point\",\"data\":{\"time\":\"2026-03-01T10:00:00.%Z\",\"value\":%"

static const struct shape k6_json[] = {
    {"points", "", "{\"metric\":\"http_req_duration\"," POINT ",\"tags\":{}}}\n", "",
     NULL},
    {"metrics", "", "{\"metric\":\"m@\"," POINT ",\"tags\":null}}\n", "", NULL},
    {"values of a tag", "",
     "{\"metric\":\"http_req_duration\"," POINT ",\"tags\":{\"url\":\"u%\"}}}\n", "",
     NULL},
    {"tags", "",
     "{\"metric\":\"http_req_duration\"," POINT ",\"tags\":{\"t@\":\"u%\"}}}\n", "",
     NULL},
    {"scenarios and names", "",
     "{\"metric\":\"http_req_duration\"," POINT
     ",\"tags\":{\"name\":\"n%\",\"scenario\":\"s%\",\"status\":\"%\"}}}\n",
     "", NULL},
    {"seconds", "",
     "{\"metric\":\"vus\",\"type\":\"Point\",\"data\":{\"time\":\"2026-03-01T10:0&:00Z\","
     "\"value\":%}}\n",
     "", NULL},
    {"checks", "", "{\"metric\":\"checks\"," POINT ",\"tags\":{\"check\":\"c@\"}}}\n",
     "", NULL},
    {"thresholds",
     "{\"type\":\"Metric\",\"data\":{\"name\":\"a\",\"type\":\"trend\",\"contains\":"
     "\"time\",\"thresholds\":[\"a\"",
     ",\"p(%)<1\"", "]},\"metric\":\"a\"}\n{\"metric\":\"a\"," POINT "}}\n", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define CSV_HEAD                                                                       \
    "metric_name,timestamp,metric_value,check,group,method,name,scenario,status,url\n"
static const struct shape k6_csv[] = {
    {"points", CSV_HEAD, "http_req_duration,1772370300,%.5,,,,,,,\n", "", NULL},
    {"seconds", CSV_HEAD, "vus,%,1,,,,,,,\n", "", NULL},
    {"metrics", CSV_HEAD, "m@,1772370300,%.5,,,,,,,\n", "", NULL},
    {"values of tags", CSV_HEAD, "http_req_duration,1772370300,1,,g%,m%,n%,s%,%,u%\n",
     "", NULL},
    {"checks", CSV_HEAD, "checks,1772370300,1,c@,,,,,,\n", "", NULL},
    {"quoted lines", CSV_HEAD "a,1,1,\"", "\n", "\",,,,,,\n", NULL},
    {"columns", "metric_name,timestamp,metric_value", ",c%", "\na,1,1\n", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct shape k6_summary[] = {
    {"metrics", "{\"root_group\":{},\"metrics\":{\"a\":{}",
     ",\"m@\":{\"count\":%,\"rate\":1}", "}}", NULL},
    {"trends", "{\"root_group\":{},\"metrics\":{\"a\":{}",
     ",\"m@\":{\"avg\":%,\"min\":1,\"med\":2,\"max\":3,\"p(90)\":4,\"p(95)\":5}", "}}",
     NULL},
    {"selectors", "{\"root_group\":{},\"metrics\":{\"a\":{}",
     ",\"http_req_duration{name:@}\":{\"avg\":%,\"med\":2,\"max\":3,\"p(95)\":5}", "}}",
     NULL},
    {"statistics", "{\"root_group\":{},\"metrics\":{\"a\":{\"avg\":1", ",\"p(%)\":%",
     "}}}", NULL},
    {"thresholds",
     "{\"root_group\":{},\"metrics\":{\"a\":{\"avg\":1,\"thresholds\":{\"a\":true",
     ",\"p(%)<1\":true", "}}}}", NULL},
    {"checks",
     "{\"metrics\":{\"http_reqs\":{\"count\":1,\"rate\":1}},\"root_group\":{\"checks\":"
     "{\"a\":{}",
     ",\"c@\":{\"name\":\"c@\",\"passes\":%,\"fails\":1}", "}}}", NULL},
    {"groups",
     "{\"metrics\":{\"http_reqs\":{\"count\":1,\"rate\":1}},\"root_group\":{\"groups\":"
     "{\"a\":{}",
     ",\"g@\":{\"name\":\"g@\",\"checks\":{\"c\":{\"name\":\"c\",\"passes\":%,"
     "\"fails\":1}}}",
     "}}}", NULL},
    {"groups in groups",
     "{\"metrics\":{\"http_reqs\":{\"count\":1,\"rate\":1}},\"root_group\":",
     "{\"groups\":"
     "{\"g\":",
     "{}", "}}"},
    {NULL, NULL, NULL, NULL, NULL},
};

#define K6_LINE                                                                        \
    "http_req_duration..............: avg=21.4ms min=3.2ms med=18.9ms max=95ms "       \
    "p(90)=40.1ms p(95)=51.7ms\n"
static const struct shape k6_text[] = {
    {"blocks", "", K6_LINE "http_reqs......................: 3%    31.9/s\n\n", "",
     NULL},
    {"metrics", K6_LINE, "m@......: %    31.9/s\n", "", NULL},
    {"trends", K6_LINE, "m@......: avg=%ms min=3.2ms med=18.9ms max=95ms p(90)=4s\n",
     "", NULL},
    {"selectors", K6_LINE, "  { name:@ }...: avg=%ms min=3.2ms med=18.9ms max=95ms\n",
     "", NULL},
    {"statistics", "http_req_duration..............: avg=21.4ms", " p(%)=%ms", "\n",
     NULL},
    {"checks", "", "  \xe2\x9c\x93 check @\n", K6_LINE, NULL},
    {"failed checks", "",
     "  \xe2\x9c\x97 c@\n  \xe2\x86\xb3  75% \xe2\x80\x94 \xe2\x9c\x93 % / \xe2\x9c\x97 "
     "1\n",
     K6_LINE, NULL},
    {"progress", "",
     "running (0m%.0s), 80/80 VUs, % complete and 0 interrupted iterations\n", K6_LINE,
     NULL},
    {"progress over itself", "",
     "running (%s), 1/1 VUs, % complete and 0 interrupted "
     "iterations\r",
     K6_LINE, NULL},
    {"scenarios", "  scenarios: (100.00%) 1 scenario, 5 max VUs\n",
     "  * s@: Up to % looping VUs for 3m0s over 7 stages\n", K6_LINE, NULL},
    {"folded blocks", "",
     "<details>\n<summary>Summary for: n@ (v%)</summary>\n\n```\n" K6_LINE
     "```\n</details>\n",
     "", NULL},
    {"thresholds", "  \xe2\x96\x88 THRESHOLDS\n\n",
     "    m@\n    \xe2\x9c\x97 'p(95)<%' p(95)=1ms\n\n", K6_LINE, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define VLLM                                                                           \
    "\"backend\":\"vllm\",\"model_id\":\"m\",\"duration\":4%,\"completed\":11,"        \
    "\"total_input_tokens\":3,\"total_output_tokens\":1,\"request_throughput\":2.9,"   \
    "\"output_throughput\":3,\"mean_ttft_ms\":%"
static const struct shape vllm_serve[] = {
    {"objects", "", "{" VLLM "}\n", "", NULL},
    {"objects, equal", "",
     "{\"backend\":\"vllm\",\"model_id\":\"m\",\"duration\":4,\"completed\":11,"
     "\"total_input_tokens\":3,\"total_output_tokens\":1,\"request_throughput\":2.9}",
     "", NULL},
    {"objects of an array", "[{}", ",{" VLLM "}", "]", NULL},
    {"percentiles", "{" VLLM, ",\"p%_ttft_ms\":%", "}", NULL},
    {"requests", "{" VLLM ",\"ttfts\":[0.5", ",0.%", "]}", NULL},
    {"requests with lists", "{" VLLM ",\"itls\":[[0.5]", ",[0.%]", "]}", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct shape vllm_latency[] = {
    {"latencies", "{\"avg_latency\":1,\"percentiles\":{},\"latencies\":[1", ",&.5",
     "]}", NULL},
    {"percentiles", "{\"avg_latency\":1,\"latencies\":[1],\"percentiles\":{\"10\":1",
     ",\"%\":%", "}}", NULL},
    {"results", "",
     "{\"avg_latency\":%,\"latencies\":[1],\"percentiles\":{\"10\":1}}\n", "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct shape vllm_throughput[] = {
    {"results", "",
     "{\"elapsed_time\":2%,\"num_requests\":2,\"total_num_tokens\":9,"
     "\"requests_per_second\":8,\"tokens_per_second\":3}\n",
     "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define BLOCK "============ Serving Benchmark Result ============\n"
static const struct shape serving_text[] = {
    {"blocks", "", BLOCK "Successful requests:   %\n====================\n", "", NULL},
    {"blocks without an end", "", BLOCK "Mean TTFT (ms):   %\n", "", NULL},
    {"labels", BLOCK, "L @ (ms):     %.5\n", "==========\n", NULL},
    {"percentiles", BLOCK, "P% TTFT (ms):     %.5\n", "==========\n", NULL},
    {"arguments", "Namespace(backend='vllm'", ", a@='%'",
     ")\n" BLOCK "Mean TTFT (ms):   5\n==========\n", NULL},
    {"lists of arguments", "", "Namespace(backend='vllm', model='%')\n",
     BLOCK "Mean TTFT (ms):   5\n==========\n", NULL},
    {"titles", "", BLOCK, "", NULL},
    {"errors", "", "ERROR: no %\n", BLOCK "Mean TTFT (ms):   5\n==========\n", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define SGLANG                                                                         \
    "\"backend\":\"sglang\",\"dataset_name\":\"random\",\"request_rate\":Infinity,"    \
    "\"max_concurrency\":%,\"random_input_len\":1,\"random_output_len\":1,"            \
    "\"random_range_ratio\":0,\"duration\":4,\"completed\":100,\"mean_ttft_ms\":%"
static const struct shape sglang[] = {
    {"lines", "", "{" SGLANG "}\n", "", NULL},
    {"requests", "{" SGLANG ",\"ttfts\":[0.5", ",0.%", "]}", NULL},
    {"facts of the server", "{" SGLANG ",\"server_info\":{\"tp_size\":1", ",\"a@\":%",
     "}}", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define GUIDE_STATS                                                                    \
    "{\"mean\":%,\"median\":1,\"std_dev\":2,\"min\":1,\"max\":9,\"count\":5}"
#define GUIDE_HEAD                                                                     \
    "{\"metadata\":{\"version\":2,\"guidellm_version\":\"0.8.0\"},\"config\":{},"      \
    "\"benchmarks\":["
#define GUIDE_FIRST                                                                    \
    GUIDE_HEAD "{\"type_\":\"generative_benchmark\",\"config\":{},\"metrics\":{"       \
               "\"request_totals\":{\"successful\":5,\"errored\":0,\"incomplete\":0,"  \
               "\"total\":5}"
static const struct shape guidellm[] = {
    {"benchmarks", GUIDE_HEAD "{}",
     ",{\"type_\":\"generative_benchmark\",\"config\":{\"strategy\":{\"type_\":"
     "\"concurrent\",\"streams\":%}},\"metrics\":{\"request_totals\":{\"successful\":5,"
     "\"total\":5},\"request_latency\":{\"successful\":" GUIDE_STATS
     ",\"total\":" GUIDE_STATS "}}}",
     "]}", NULL},
    {"small benchmarks", GUIDE_HEAD "{}",
     ",{\"metrics\":{\"request_totals\":{\"successful\":%,\"total\":5}}}", "]}", NULL},
    {"empty benchmarks", GUIDE_HEAD "{}", ",{}", "]}", NULL},
    {"metrics", GUIDE_FIRST,
     ",\"m@\":{\"successful\":" GUIDE_STATS ",\"total\":" GUIDE_STATS "}", "}}]}",
     NULL},
    {"groups in groups", GUIDE_FIRST ",\"a\":", "{\"a\":", "{}", "}"},
    {"requests", GUIDE_FIRST "},\"requests\":{\"successful\":[{}",
     ",{\"request_id\":\"%\",\"prompt\":\"" A100 "\"}", "]}}]}", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define LLAMA                                                                          \
    "\"build_commit\":\"9c0f\",\"build_number\":7,\"model_filename\":\"m%\","          \
    "\"model_type\":\"llama 9B\",\"n_prompt\":%,\"n_gen\":0,\"avg_ns\":%,"             \
    "\"stddev_ns\":1,\"avg_ts\":%,\"stddev_ts\":1"
static const struct shape llama_bench[] = {
    {"tests of an array", "[{" LLAMA "}", ",{" LLAMA "}", "]", NULL},
    {"lines", "", "{" LLAMA "}\n", "", NULL},
    {"samples", "[{" LLAMA ",\"samples_ns\":[1", ",%", "]}]", NULL},
    {"rows",
     "build_commit,build_number,model_filename,model_type,n_prompt,n_gen,avg_ns,"
     "stddev_ns,avg_ts,stddev_ts\n",
     "9c0f,7,m%,llama,%,0,%,1,%,1\n", "", NULL},
    {"columns", "build_commit,build_number,model_filename,n_prompt,n_gen,avg_ns,avg_ts",
     ",c%", "\n9,7,m,1,0,1,1\n", NULL},
    {"table",
     "| model | size | params | backend | ngl | test | t/s |\n|---|---|---|---|"
     "---|---|---|\n",
     "| llama | 1 GiB | 7 B | CUDA | 99 | pp% | %.5 |\n", "", NULL},
    {"tables", "",
     "| model | size | params | backend | ngl | test | t/s |\n|---|---|---|---|---|---|"
     "---|\n| llama | 1 GiB | 7 B | CUDA | 99 | pp% | %.5 |\n\n",
     "", NULL},
    {"statements",
     "CREATE TABLE IF NOT EXISTS test (\n  build_commit TEXT,\n  build_number TEXT\n);\n",
     "INSERT INTO test (build_commit, build_number, model_filename, n_prompt, n_gen, "
     "avg_ns, avg_ts) VALUES ('9', '7', 'm', '%', '0', '%', '%');\n",
     "", NULL},
    {"wrapped", "", "{\"results\":[", "{" LLAMA "}", "]}"},
    {NULL, NULL, NULL, NULL, NULL},
};

#define PERF                                                                           \
    "\"request_throughput\":{\"unit\":\"requests/sec\",\"avg\":7.25},"                 \
    "\"request_latency\":{\"unit\":\"ms\",\"avg\":8}"
static const struct shape aiperf[] = {
    {"metrics", "{" PERF, ",\"m@\":{\"unit\":\"ms\",\"avg\":%,\"p50\":1,\"max\":3}",
     "}", NULL},
    {"statistics", "{" PERF ",\"time_to_first_token\":{\"unit\":\"ms\",\"avg\":1",
     ",\"p%\":%", "}}", NULL},
    {"processors", "{" PERF ",\"telemetry_stats\":{\"gpu_power_usage\":{\"unit\":\"W\"",
     ",\"gpu%\":{\"avg\":%,\"p50\":1}", "}}}", NULL},
    {"settings", "{" PERF ",\"input_config\":{\"a\":1", ",\"a@\":{\"b\":%}", "}}",
     NULL},
    {"rows", "Metric,avg,min,max,p99,p50\nRequest Latency (ms),1,2,3,4,5\n",
     "m @ (ms),%,2,3,4,5\n", "", NULL},
    {"tables", "", "Metric,avg,min,max,p99,p50\nRequest Latency (ms),%,2,3,4,5\n\n", "",
     NULL},
    {"columns", "Metric", ",p%", "\nRequest Latency (ms),1,2,3\n", NULL},
    {"records", "",
     "{\"metadata\":{\"x_request_id\":\"%\",\"request_start_ns\":1%,\"request_end_ns\":2%"
     "},\"metrics\":{\"request_latency\":{\"value\":%,\"unit\":\"ms\"}}}\n",
     "", NULL},
    {"metrics of records", "",
     "{\"metadata\":{\"x_request_id\":\"%\",\"request_start_ns\":1%,\"request_end_ns\":2%"
     "},\"metrics\":{\"m@\":{\"value\":%,\"unit\":\"ms\"}}}\n",
     "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define LOADGEN                                                                        \
    "================================================\nMLPerf Results Summary\n"       \
    "================================================\nSUT name : s%\nScenario : "     \
    "Offline\nMode     : PerformanceOnly\nSamples per second: %.5\nResult is : VALID\n"
static const struct shape mlperf[] = {
    {"summaries", "", LOADGEN, "", NULL},
    {"parameters", LOADGEN "====\nTest Parameters Used\n====\n", "a@ : %\n", "", NULL},
    {"reasons", LOADGEN, "  reason @ : NO %\n", "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define LOCUST                                                                         \
    "Type,Name,Request Count,Failure Count,Median Response Time,Average Response "     \
    "Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,"        \
    "Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%\n"
static const struct shape locust[] = {
    {"names", LOCUST, "GET,/@,%,0,1,2,3,4,5,6,0,1,2,3,4,5,6,7,8,9,10,11\n",
     ",Aggregated,9,0,1,2,3,4,5,6,0,1,2,3,4,5,6,7,8,9,10,11\n", NULL},
    {"seconds",
     "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,"
     "99%,99.9%,99.99%,100%,Total Request Count,Total Failure Count,Total Median "
     "Response Time,Total Average Response Time,Total Min Response Time,Total Max "
     "Response Time,Total Average Content Size\n",
     "%,1,,Aggregated,1,0,1,1,1,1,1,1,1,1,1,1,1,%,0,1,1,1,1,1\n", "", NULL},
    {"failures", "Method,Name,Error,Occurrences\n", "GET,/@,no %,%\n", "", NULL},
    {"exceptions", "Count,Message,Traceback,Nodes\n", "%,m@,t,n\n", "", NULL},
    {"columns", "Type,Name,Request Count,Failure Count", ",p%", "\nGET,/,1,0\n", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define VEGETA                                                                         \
    "\"latencies\":{\"total\":3,\"mean\":1%,\"50th\":1,\"99th\":4,\"max\":7},"         \
    "\"bytes_in\":{\"total\":9,\"mean\":3},\"bytes_out\":{\"total\":2,\"mean\":1},"    \
    "\"earliest\":\"2026-03-01T10:00:00Z\",\"latest\":\"2026-03-01T10:00:25Z\","       \
    "\"duration\":24,\"wait\":2,\"requests\":25&,\"rate\":10,\"throughput\":9,"        \
    "\"success\":0.9"
#define VEGETA_TEXT                                                                    \
    "Requests      [total, rate, throughput]         250, 10.04, 9.74\n"               \
    "Duration      [total, attack, wait]             25.15s, 24.9s, 250ms\n"           \
    "Latencies     [min, mean, 50, 90, 95, 99, max]  8&us, 125ms, 1ms, 2ms, 1s, 2s, 3s\n"
static const struct shape vegeta[] = {
    {"statuses", "{" VEGETA ",\"status_codes\":{\"200\":1", ",\"%\":%", "}}", NULL},
    {"errors", "{" VEGETA ",\"errors\":[\"a\"", ",\"e@\"", "]}", NULL},
    {"reports", "", "{" VEGETA "}\n", "", NULL},
    {"buckets", "{" VEGETA ",\"buckets\":{\"0\":1", ",\"%\":%", "}}", NULL},
    {"reports as text", "", VEGETA_TEXT "\n", "", NULL},
    {"statuses as text", VEGETA_TEXT "Status Codes  [code:count]  200:1", "  %:%", "\n",
     NULL},
    {"errors as text", VEGETA_TEXT "Error Set:\n", "e @\n", "", NULL},
    {"rows", "", "177237030%000000000,200,1%,5,6,,,r,%,GET,http://a/,\n", "", NULL},
    {"lines", "",
     "{\"attack\":\"a\",\"seq\":%,\"code\":200,\"timestamp\":\"2026-03-01T10:00:00.%Z\","
     "\"latency\":1%,\"bytes_out\":1,\"bytes_in\":1,\"error\":\"\"}\n",
     "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define WRK                                                                             \
    "Running 2&s test @ http://a.test/\n  2 threads and 12 connections\n  Thread Stats" \
    "   Avg      Stdev     Max   +/- Stdev\n    Latency   812.40us   1.21ms  40.06ms"   \
    "   92.31%\n"
#define WRK_END "  291 requests in 20.02s, 41.13MB read\nRequests/sec:  14556.04\n"
static const struct shape wrk[] = {
    {"runs", "", WRK WRK_END "\n", "", NULL},
    {"percentiles", WRK "  Latency Distribution\n", "     %.5%  &.00us\n", WRK_END,
     NULL},
    {"spectrum",
     WRK "  Detailed Percentile spectrum:\n       Value   Percentile   "
         "TotalCount 1/(1-Percentile)\n\n",
     "       &.5     0.%     %     1.00\n", WRK_END, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define HEY                                                                            \
    "\nSummary:\n  Total:\t3.2 secs\n  Slowest:\t0.1 secs\n  Fastest:\t0.0 secs\n  "   \
    "Average:\t0.06 secs\n  Requests/sec:\t155.7\n\n"
static const struct shape hey[] = {
    {"summaries", "", HEY, "", NULL},
    {"buckets", HEY "Response time histogram:\n", "  0.% [%]\t|\n", "", NULL},
    {"percentiles", HEY "Latency distribution:\n", "  %% in 0.0&1 secs\n", "", NULL},
    {"statuses", HEY "Status code distribution:\n", "  [%]\t% responses\n", "", NULL},
    {"errors", HEY "Error distribution:\n", "  [%]\tno @\n", "", NULL},
    {"rows",
     "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,"
     "status-code,offset\n",
     "0.0&,0,0,0,0.0&,0,200,%\n", "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define OHA                                                                            \
    "\"summary\":{\"successRate\":1,\"total\":2,\"slowest\":1,\"fastest\":1,"          \
    "\"average\":1,\"requestsPerSec\":2,\"totalData\":1,\"sizePerRequest\":1,"         \
    "\"sizePerSec\":1}"
static const struct shape oha[] = {
    {"percentiles", "{" OHA ",\"latencyPercentiles\":{\"p1\":1", ",\"p%\":%", "}}",
     NULL},
    {"buckets", "{" OHA ",\"responseTimeHistogram\":{\"0\":1", ",\"0.%\":%", "}}",
     NULL},
    {"statuses", "{" OHA ",\"statusCodeDistribution\":{\"200\":1", ",\"%\":%", "}}",
     NULL},
    {"errors", "{" OHA ",\"errorDistribution\":{\"a\":1", ",\"e@\":%", "}}", NULL},
    {"rows",
     "request-start,DNS,DNS+dialup,Response-delay,request-duration,bytes,status\n",
     "%.5,0,0,0.05,0.0&,300,200\n", "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define VL "vllm:"
static const struct shape prometheus[] = {
    {"samples", "", "m{a=\"%\"} 1\n", "", NULL},
    {"families", "", "m@ %\n", "", NULL},
    {"families with types", "", "# TYPE m@ gauge\nm@ 1\n", "", NULL},
    {"types only", "", "# TYPE m@ gauge\n", "", NULL},
    {"labels", "m{a=\"1\"", ",a@=\"%\"", "} 1\n", NULL},
    {"one label", "m{a=\"", "\\n", "\"} 1\n", NULL},
    {"models", "# TYPE vllm:generation_tokens_total counter\n",
     VL "generation_tokens_total{model_name=\"m@\"} %\n", "", NULL},
    {"models without types", "", VL "generation_tokens_total{model_name=\"m@\"} %\n",
     "", NULL},
    {"engines", "# TYPE vllm:generation_tokens_total counter\n",
     VL "generation_tokens_total{model_name=\"m\",engine=\"%\"} %\n", "", NULL},
    {"buckets", "# TYPE vllm:time_to_first_token_seconds histogram\n",
     VL "time_to_first_token_seconds_bucket{model_name=\"m\",le=\"%\"} %\n", "", NULL},
    {"models with buckets", "# TYPE vllm:time_to_first_token_seconds histogram\n",
     VL "time_to_first_token_seconds_bucket{model_name=\"m@\",le=\"1\"} 1\n" VL
        "time_to_first_token_seconds_bucket{model_name=\"m@\",le=\"+Inf\"} 1\n",
     "", NULL},
    {"engines with buckets", "# TYPE vllm:time_to_first_token_seconds histogram\n",
     VL
     "time_to_first_token_seconds_bucket{model_name=\"m\",engine=\"%\",le=\"%\"} 1\n",
     "", NULL},
    {"quantiles", "# TYPE s summary\n", "s{quantile=\"0.%\"} %\n", "", NULL},
    {"facts", "# TYPE vllm:cache_config_info gauge\n" VL "cache_config_info{a=\"1\"",
     ",a@=\"%\"",
     "} 1\n# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 1\n",
     NULL},
    {"processors", "# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n",
     "DCGM_FI_DEV_GPU_UTIL{gpu=\"%\",UUID=\"G%\",modelName=\"N\"} 9\n", "", NULL},
    {"OpenMetrics", "# TYPE m counter\n", "m_total{a=\"%\"} 1 # {t=\"%\"} 1\n",
     "# EOF\n", NULL},
    {"one series again and again", "", "m{a=\"1\"} % %\n", "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct shape sizing[] = {
    {"scenarios",
     "{\"inputs\":{\"model\":{\"name\":\"m\",\"num_layers\":4},\"server\":{\"name\":\"s\","
     "\"gpus\":1}},\"scenarios\":{\"minimum\":{}",
     ",\"s@\":{\"results\":{\"kv_per_session_gib\":%}}", "}}", NULL},
    {"inputs",
     "{\"scenarios\":{\"minimum\":{\"results\":{\"a\":1}}},\"inputs\":{\"server\":{},"
     "\"model\":{\"name\":\"m\"",
     ",\"i@\":%", "}}}", NULL},
    {"results",
     "{\"inputs\":{\"model\":{\"name\":\"m\"},\"server\":{}},\"scenarios\":{\"minimum\":{"
     "\"results\":{\"a\":1",
     ",\"r@\":%", "}}}}", NULL},
    {"formulas",
     "{\"inputs\":{\"model\":{\"name\":\"m\"},\"server\":{}},\"scenarios\":{\"minimum\":{"
     "\"results\":{\"a\":1},\"rationale\":{\"a\":{}",
     ",\"r@\":{\"formula\":\"a = b * %\",\"inputs\":{\"b\":1},\"explanation\":\"e\"}",
     "}}}}", NULL},
    {"runs of an array", "[{}",
     ",{\"inputs\":{\"model\":{\"name\":\"m%\"},\"server\":{\"name\":\"s\"}},"
     "\"scenarios\":{\"minimum\":{\"results\":{\"kv_per_session_gib\":%}}}}",
     "]", NULL},
    {"runs behind each other", "",
     "{\"inputs\":{\"model\":{\"name\":\"m%\"},\"server\":{\"name\":\"s\"}},"
     "\"scenarios\":{\"minimum\":{\"results\":{\"kv_per_session_gib\":%}}}}\n",
     "", NULL},
    {"text", "RELAT\xc3\x93RIO DE DIMENSIONAMENTO\n\nMODELO:\n  Nome: m\n",
     "  Camadas @: %\n", "", NULL},
    {"scenarios in text", "RELAT\xc3\x93RIO DE DIMENSIONAMENTO\n",
     "====\nCEN\xc3\x81RIO: M\xc3\x8dNIMO\n====\n  \xe2\x80\xa2 Peak Headroom: &%\n\n"
     "\xe2\x96\xb8 Kv Total @: % GiB\n\n  Racional:\n    F\xc3\xb3rmula:\n      a = b "
     "\xc3\x97 %\n    Inputs:\n      \xe2\x80\xa2 b: %\n",
     "", NULL},
    {"reports in text", "",
     "RELAT\xc3\x93RIO DE DIMENSIONAMENTO\n\nMODELO:\n  Nome: m%\n\nCEN\xc3\x81RIO: "
     "M\xc3\x8dNIMO\n  \xe2\x80\xa2 Peak Headroom: &%\n",
     "", NULL},
    {"dictionary", "RELAT\xc3\x93RIO DE DIMENSIONAMENTO\n",
     "\xe3\x80\x90n@\xe3\x80\x91\n  Origem: a %.\n", "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define NAMES(c) c "0," c "1," c "2," c "3," c "4," c "5," c "6," c "7," c "8," c "9,"
#define ONES                                                                           \
    "1.50000,1.50000,1.50000,1.50000,1.50000,1.50000,1.50000,1.50000,1.50000,1.50000,"
#define NAMES_100                                                                      \
    NAMES("a")                                                                         \
    NAMES("b")                                                                         \
    NAMES("c")                                                                         \
    NAMES("d") NAMES("e") NAMES("f") NAMES("g") NAMES("h") NAMES("i") NAMES("j")
#define ONES_100   ONES ONES ONES ONES ONES ONES ONES ONES ONES ONES
#define COMMAS     ",,,,,,,,,,"
#define COMMAS_100 COMMAS COMMAS COMMAS COMMAS COMMAS COMMAS COMMAS COMMAS COMMAS COMMAS
static const struct shape sweep[] = {
    {"as many cells as fit", NAMES_100 "workers,ttft\n",
     ONES_100 "%.1234567890123456789012345678901234567890,1\n", "", NULL},
    {"as many rows as fit", NAMES("a") "workers,ttft\n",
     ONES "%.1234567890123456789,1.23456789012345678901234567890\n", "", NULL},
    {"as many short rows as fit", "p50,p95,x y z,w,session,ttft\n",
     "%.5,%.5,%.123456,%,%,1.0000000000000000000000000000000000000000000000000000000000000000000000000000\n",
     "", NULL},
    {"rows that are mostly empty", NAMES_100 "workers,ttft\n", COMMAS_100 "%,1\n", "",
     NULL},
    {"objects of many values", "[{\"workers\":1,\"ttft\":1}",
     ",{\"workers\":%,\"ttft\":1,\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,"
     "\"g\":1,\"h\":1,\"i\":1,\"j\":1}",
     "]", NULL},
    {"rows", "hardware,workers,ok_throughput\n", "h100,%,%.5\n", "", NULL},
    {"rows of two", "workers,ttft\n", "%,1\n", "", NULL},
    {"equal rows", "workers,ttft\n", "1,1\n", "", NULL},
    {"hardware", "hardware,ttft.mean,ttft.p50,ttft.p95\n", "h%,1.234,2.345,3.456\n", "",
     NULL},
    {"models and sessions", "session,model,ttft\n", "s%,m%,1\n", "", NULL},
    {"columns of a row", "workers,ttft", ",1", "\n1,2\n", NULL},
    {"columns", "workers,ttft", ",m@", "\n1,2\n", NULL},
    {"wide rows", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,workers,ttft\n",
     "1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,%,1\n", "", NULL},
    {"parameters",
     "workers,pool_size,concurrency,batch_size,threads,input_len,output_len,ttft\n",
     "1,2,3,4,5,6,%,1\n", "", NULL},
    {"distributions", "workers,ttft mean,ttft p50,ttft p90,ttft p95,ttft p99\n",
     "%,9,8,7,6,5\n", "", NULL},
    {"statuses", "workers,ttft,status\n", "%,1,failed\n", "", NULL},
    {"markdown", "| workers | ttft | ok_throughput |\n|---|---|---|\n",
     "| % | 1 | 2 |\n", "", NULL},
    {"tables", "", "| workers | ttft |\n|---|---|\n| % | 1 |\n\n", "", NULL},
    {"tables with headings", "",
     "## % workers\n\n| batch | ttft |\n|---|---|\n| % | 1 |\n\n", "", NULL},
    {"cells", "| workers | ttft |\n|---|---|\n| 1 ", "| % ", "|\n", NULL},
    {"objects", "[{\"workers\":1,\"ttft\":1}", ",{\"workers\":%,\"ttft\":1}", "]",
     NULL},
    {"lines", "", "{\"workers\":%,\"ttft\":1}\n", "", NULL},
    {"keys of lines", "", "{\"workers\":%,\"ttft\":1,\"k@\":1}\n", "", NULL},
    {"keys in keys", "[{\"workers\":1,\"ttft\":1}",
     ",{\"workers\":%,\"a\":{\"b\":{\"c\":{\"d\":1}}}}", "]", NULL},
    {"tabs", "workers\tttft\n", "%\t1\n", "", NULL},
    {"repeated headers", "workers,ttft\n1,1\n", "workers,ttft\n%,1\n", "", NULL},
    {"quoted lines", "workers,ttft\n1,\"", "\n", "\"\n", NULL},
    {"percentages", "workers,error_rate\n", "%,50\n", "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define PROSE "# Results of the load test\n\n"
static const struct shape report[] = {
    {"sections", PROSE, "## h%\n\nRequests: %\n\n", "", NULL},
    {"tables", PROSE, "| Metric | h100 |\n|---|---|\n| TTFT p% | % ms |\n\n", "", NULL},
    {"rows", PROSE "| Metric | h100 | b200 |\n|---|---|---|\n",
     "| TTFT p% | % ms | 1 ms "
     "|\n",
     "", NULL},
    {"rows with names", PROSE "| Metric | h100 | b200 |\n|---|---|---|\n",
     "| Thing @ | % ms | 1 ms |\n", "", NULL},
    {"columns", PROSE "| Metric ", "| h@ ",
     "|\n|---|---|\n| TTFT p50 | 1 ms | 1 ms |\n", NULL},
    {"cells", PROSE "| a | b |\n|---|---|\n", "| % | & |\n", "", NULL},
    {"prose", PROSE, "The p95 latency was %.5 ms at % VUs. ", "\n", NULL},
    {"sentences with machines", PROSE, "The h100 made % requests and the b200 made 1. ",
     "\n", NULL},
    {"paragraphs", PROSE, "- **TTFT p&**: % ms\n\n", "", NULL},
    {"lists", PROSE, "- latency @: % ms\n", "", NULL},
    {"quoted", PROSE, "> TTFT: % ms\n", "", NULL},
    {"quotes in quotes", PROSE, ">", " a\n", NULL},
    {"lists in lists", PROSE, "- ", "a\n", NULL},
    {"code", PROSE "```\n", "TTFT: % ms\n", "```\n", NULL},
    {"code blocks", PROSE, "```\nTTFT: % ms\n```\n\n", "", NULL},
    {"headings", PROSE, "# @ h100 workers=%\n", "", NULL},
    {"headings with numbers", PROSE, "### %\nTTFT: 1 ms\n", "", NULL},
    {"stars", PROSE, "*", "a\n", NULL},
    {"links", PROSE, "[a](", "\n", NULL},
    {"machines in prose", PROSE "\n", "On the h% with % workers TTFT was %.5 ms.\n\n",
     "", NULL},
    {"the same again", PROSE, "TTFT: 15 ms\n\n", "", NULL},
    {"contradictions", PROSE, "TTFT: % ms\n\n", "", NULL},
    {"stages", PROSE, "- 30s: % VUs\n", "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define KEPT                                                                           \
    "\"metric\":\"ttft\",\"stat\":\"mean\",\"value\":%,\"unit\":\"s\",\"origin\":"     \
    "\"reported\",\"source_name\":\"x\",\"source_value\":\"%\""
static const struct shape benchkeep[] = {
    {"runs", "", "{\"session\":\"A\",\"run\":\"A/%\"," KEPT "}\n", "", NULL},
    {"sessions", "", "{\"session\":\"A%\",\"run\":\"A%\"," KEPT "}\n", "", NULL},
    {"metrics", "",
     "{\"session\":\"A\",\"run\":\"A\",\"metric\":\"m@\",\"stat\":\"mean\",\"value\":%,"
     "\"unit\":\"s\",\"origin\":\"reported\",\"source_name\":\"x\"}\n",
     "", NULL},
    {"scopes", "",
     "{\"session\":\"A\",\"run\":\"A\",\"scope\":\"{name:@}\"," KEPT "}\n", "", NULL},
    {"claims", "", "{\"session\":\"A\",\"run\":\"A\"," KEPT "}\n", "", NULL},
    {"parameters", "{\"session\":\"A\",\"run\":\"A\"," KEPT ",\"config\":{\"a\":1",
     ",\"p@\":%", "}}\n", NULL},
    {"sources", "",
     "{\"session\":\"A\",\"run\":\"A\"," KEPT
     ",\"source\":\"s%\",\"locator\":\"l%\"}\n",
     "", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct shape timing_log[] = {
    {"times", "", "took %ms\n", "", NULL},
    {"names", "", "step.@ took %ms\n", "", NULL},
    {"on one line", "", "took &ms ", "\n", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static const struct format formats[] = {
    {"aiperf", "Metric,avg,p50\nRequest Latency (ms),1,2\n", "{" PERF, "}", aiperf},
    {"benchkeep", "", "{\"session\":\"A\",\"run\":\"A\"," KEPT, "}", benchkeep},
    {"guidellm", "", GUIDE_FIRST, "}}]}", guidellm},
    {"hey", HEY, NULL, NULL, hey},
    {"k6-csv", CSV_HEAD, NULL, NULL, k6_csv},
    {"k6-json", "", "{\"metric\":\"a\"," POINT "}", "}", k6_json},
    {"k6-summary", "", "{\"root_group\":{},\"metrics\":{\"http_reqs\":{\"count\":1}",
     "}}", k6_summary},
    {"k6-text", K6_LINE, NULL, NULL, k6_text},
    {"llama-bench", "", "[{" LLAMA, "}]", llama_bench},
    {"locust", LOCUST, NULL, NULL, locust},
    {"mlperf", LOADGEN, NULL, NULL, mlperf},
    {"oha", "", "{" OHA, "}", oha},
    {"prometheus", "", NULL, NULL, prometheus},
    {"report", PROSE, NULL, NULL, report},
    {"serving-text", BLOCK, NULL, NULL, serving_text},
    {"sglang", "", "{" SGLANG, "}", sglang},
    {"sizing", "RELAT\xc3\x93RIO DE DIMENSIONAMENTO\n",
     "{\"inputs\":{\"model\":{\"name\":\"m\"},\"server\":{\"name\":\"s\"}},\"scenarios\":{"
     "\"minimum\":{\"results\":{\"kv_per_session_gib\":1}}}",
     "}", sizing},
    {"sweep", "workers,ttft\n1,1\n", "{\"workers\":1,\"ttft\":1", "}", sweep},
    {"timing-log", "", NULL, NULL, timing_log},
    {"vegeta", VEGETA_TEXT, "{" VEGETA, "}", vegeta},
    {"vllm-latency", "",
     "{\"avg_latency\":1,\"latencies\":[1],\"percentiles\":{\"50\":1}", "}",
     vllm_latency},
    {"vllm-serve", "", "{" VLLM, "}", vllm_serve},
    {"vllm-throughput", "",
     "{\"elapsed_time\":2,\"num_requests\":2,\"total_num_tokens\":9,"
     "\"requests_per_second\":8,\"tokens_per_second\":3",
     "}", vllm_throughput},
    {"wrk", WRK, NULL, NULL, wrk},
};

/* --- making a file --- */

static size_t letters(size_t i, char out[16])
{
    size_t n = 0;
    do {
        out[n++] = (char)('a' + i % 26);
        i /= 26;
    } while (i > 0);
    return n;
}

/* The item of a number; never longer than ROOM. */
static size_t fill(const char *item, size_t i, char *out)
{
    size_t n = 0;
    for (; *item != '\0' && n < ROOM - 32; item++) {
        if (*item == '%')
            n += (size_t)snprintf(out + n, 24, "%zu", i);
        else if (*item == '@')
            n += letters(i, out + n);
        else if (*item == '&')
            out[n++] = (char)('0' + i % 10);
        else
            out[n++] = *item;
    }
    return n;
}

struct file {
    FILE *to;
    size_t written;
    char *item; /* ROOM bytes */
};

static void put(struct file *f, const char *text, size_t number)
{
    size_t n = fill(text, number, f->item);
    fwrite(f->item, 1, n, f->to);
    f->written += n;
}

/* before, the shape, behind: about 'size' bytes in all. */
static bool make(const char *path, const char *before, const struct shape *s,
                 const char *behind, size_t size)
{
    struct file f = {.to = fopen(path, "wb"), .item = malloc(ROOM)};
    size_t items = 0, rest = strlen(s->tail) + strlen(behind), close = 0;
    if (f.to == NULL || f.item == NULL)
        return false;
    put(&f, before, 1);
    put(&f, s->head, 1);
    while (f.written + rest + close < size) {
        put(&f, s->item, items++);
        close += s->close != NULL ? strlen(s->close) : 0;
    }
    put(&f, s->tail, items);
    for (size_t i = 0; s->close != NULL && i < items; i++)
        put(&f, s->close, i);
    put(&f, behind, items);
    free(f.item);
    return fclose(f.to) == 0;
}

/* --- importing it --- */

struct cost {
    int status; /* exit status, or -signal */
    double cpu_s;
    long peak_kib;
};

struct test {
    const char *benchkeep;
    char file[512], db[512], log[512];
    size_t size;
    long limit_kib, base_kib;
    const char *word;
    size_t n, failures;
    double slowest_s;
    long most_kib;
};

static _Noreturn void import(const struct test *t, const char *format)
{
    static const char timing[] = "took:ms:took ([0-9.]+)ms";
    int log = open(t->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    setrlimit(RLIMIT_CPU, &(struct rlimit){HANG_S, HANG_S});
    execl(t->benchkeep, t->benchkeep, "import", "--db", t->db, "--timing", timing,
          "--input-format", format, t->file, (char *)NULL);
    _exit(127);
}

static struct cost cost_of(const struct test *t, const char *format)
{
    struct cost c = {.status = -1};
    struct rusage use;
    int status = 0;
    unlink(t->db);
    pid_t child = fork();
    if (child == 0)
        import(t, format);
    if (child < 0 || wait4(child, &status, 0, &use) != child)
        return c;
    c.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    c.cpu_s = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
              (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    c.peak_kib = use.ru_maxrss;
    return c;
}

/* The first line of what the import said. */
static void said(const struct test *t, char out[100])
{
    FILE *log = fopen(t->log, "rb");
    out[0] = '\0';
    if (log == NULL)
        return;
    size_t n = fread(out, 1, 99, log);
    out[n] = '\0';
    out[strcspn(out, "\n")] = '\0';
    fclose(log);
}

static void tell(struct test *t, const char *format, const char *title,
                 const struct cost *c)
{
    long above = c->peak_kib - t->base_kib;
    long allowed = t->limit_kib + (long)(t->size / 1024);
    bool heavy = t->limit_kib > 0 && above > allowed;
    bool ended = c->status == 0 || c->status == 4;
    char log[100];
    said(t, log);
    printf("%-16s %-28s %7.2f %8.1f %7d  %s%.90s\n", format, title, c->cpu_s,
           (double)above / 1024, c->status,
           heavy    ? "TOO MUCH MEMORY "
           : !ended ? "DID NOT END WELL "
                    : "",
           log);
    fflush(stdout);
    t->n++;
    t->failures += heavy || !ended;
    t->slowest_s = c->cpu_s > t->slowest_s ? c->cpu_s : t->slowest_s;
    t->most_kib = above > t->most_kib ? above : t->most_kib;
}

static void try(struct test *t, const char *format, const char *before,
                const struct shape *s, const char *behind)
{
    char title[64];
    snprintf(title, sizeof title, "%s%s", s->title, behind[0] != '\0' ? " (JSON)" : "");
    if (t->word != NULL && strstr(format, t->word) == NULL &&
        strstr(title, t->word) == NULL)
        return;
    if (!make(t->file, before, s, behind, t->size)) {
        fprintf(stderr, "hostile: cannot write '%s': %s\n", t->file, strerror(errno));
        exit(1);
    }
    struct cost c = cost_of(t, format);
    tell(t, format, title, &c);
}

static void try_all(struct test *t, const struct format *f)
{
    for (const struct shape *s = f->shapes; s->title != NULL; s++)
        try(t, f->name, "", s, "");
    for (const struct shape *s = any_json; f->inside != NULL && s->title != NULL; s++)
        try(t, f->name, f->inside, s, f->end);
    for (const struct shape *s = any_text; s->title != NULL; s++)
        try(t, f->name, f->small, s, "");
}

int main(int argc, char **argv)
{
    static const struct shape line = {"", "workers,ttft\n", "", "1,1\n", NULL};
    struct test t = {.size = BYTES};
    if (argc < 3) {
        fprintf(stderr, "usage: hostile BENCHKEEP FOLDER [BYTES] [LIMIT_KIB] [WORD]\n");
        return 2;
    }
    t.benchkeep = argv[1];
    snprintf(t.file, sizeof t.file, "%s/hostile.txt", argv[2]);
    snprintf(t.db, sizeof t.db, "%s/hostile.db", argv[2]);
    snprintf(t.log, sizeof t.log, "%s/hostile.log", argv[2]);
    if (argc > 3)
        t.size = strtoul(argv[3], NULL, 10);
    if (argc > 4)
        t.limit_kib = strtol(argv[4], NULL, 10);
    t.word = argc > 5 ? argv[5] : NULL;
    if (!make(t.file, "", &line, "", 0))
        return 1;
    struct cost base = cost_of(&t, "sweep");
    t.base_kib = base.peak_kib;
    printf(
        "%-16s %-28s %7s %8s %7s\n%-16s %-28s %7.2f %8.1f %7d  above is counted from "
        "here\n",
        "format", "input", "CPU s", "MiB", "status", "sweep", "one line", base.cpu_s,
        (double)base.peak_kib / 1024, base.status);
    if (base.status != 0)
        return 1;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        try_all(&t, &formats[i]);
    printf("%zu inputs of %zu bytes: at most %.2f s and %.1f MiB; %zu failed\n", t.n,
           t.size, t.slowest_s, (double)t.most_kib / 1024, t.failures);
    return t.failures > 0;
}
