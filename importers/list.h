/* The one list of importers: X(name of the file and of the descriptor behind
 * bk_importer_). */
X(k6_summary)
X(k6_text)
X(prometheus)
X(report)
X(sglang)
X(sizing)
X(sweep)
X(timing_log)
X(vllm_latency)
X(vllm_serve)
X(vllm_throughput)
