/* Signatures of tools' outputs: see foreign.h. */
#include "foreign.h"

#define MAX_MARKS 4

/* All marks of a line have to be there; a mark ends a dotted name or is all of it. */
static const struct {
    const char *tool;
    const char *marks[MAX_MARKS];
} signatures[] = {
    {"k6-csv", {"metric_name", "timestamp", "metric_value"}},
    {"k6-json", {"type", "metric", "data.value"}},
    {"k6-summary", {"root_group.name"}},
    {"k6-summary", {"metrics.http_reqs"}},
    {"k6-summary", {"metrics.iterations", "metrics.vus"}},
    {"k6-summary", {"results.metrics", "metadata"}},
    {"locust", {"Type", "Name", "Request Count"}},
    {"locust", {"Timestamp", "User Count", "Type", "Name"}},
    {"locust", {"Method", "Name", "Error", "Occurrences"}},
    {"hey", {"response-time", "DNS+dialup", "DNS"}},
    {"vegeta", {"latencies", "bytes_in.total", "status_codes"}},
    {"vegeta", {"latencies.mean", "bytes_in.total"}},
    {"oha", {"summary.successRate", "latencyPercentiles.p50"}},
    {"oha", {"$schema", "definitions"}},
    {"vllm-serve", {"model_id", "tokenizer_id", "num_prompts"}},
    {"vllm-latency", {"avg_latency", "latencies", "percentiles"}},
    {"vllm-throughput", {"elapsed_time", "num_requests", "tokens_per_second"}},
    {"sglang", {"random_input_len", "mean_e2e_latency_ms", "backend"}},
    {"sglang", {"max_concurrency", "total_output_tokens_retokenized"}},
    {"guidellm", {"benchmarks", "metadata.version"}},
    {"guidellm", {"benchmarks", "run_stats", "request_totals", "metrics"}},
    {"llama-bench", {"build_commit", "avg_ts", "model_filename"}},
    {"llama-bench", {"build_commit", "samples_ns"}},
    {"llama-bench", {"backend", "test", "t/s"}},
    {"aiperf", {"input_config", "profile_start_ns"}},
    {"aiperf", {"input_config", "time_to_first_token.unit"}},
    {"aiperf", {"metadata.session_num", "metadata.request_start_ns"}},
    {"aiperf", {"gpu_index", "telemetry_data"}},
    {"genai-perf", {"Metric", "avg", "p99", "p25"}},
    {"sizing", {"scenarios", "model", "server"}},
    {"sizing", {"inputs", "scenarios"}},
    {"benchkeep", {"metric", "stat", "source_name", "source_value"}},
};

static bool is_named(const struct bk_str *names, size_t n, const char *mark)
{
    struct bk_str m = bk_str(mark);
    for (size_t i = 0; i < n; i++) {
        /* "latencies" is there when "latencies.p99" is */
        bool parent = names[i].len > m.len && bk_starts(names[i], m) &&
                      names[i].ptr[m.len] == '.';
        if (parent || bk_eq(names[i], m))
            return true;
    }
    return false;
}

bool bk_names_of_a_tool(const struct bk_str *names, size_t n)
{
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        size_t k = 0;
        while (k < MAX_MARKS && signatures[i].marks[k] != NULL &&
               is_named(names, n, signatures[i].marks[k]))
            k++;
        if (k == MAX_MARKS || signatures[i].marks[k] == NULL)
            return true;
    }
    return false;
}
