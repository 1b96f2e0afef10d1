#!/usr/bin/env python3
"""Sweep tables of many bench sessions, as a team has them after years: make_sessions.py SESSIONS RUNS-A-SESSION FOLDER

Writes FOLDER/sessions-01.csv and so on, of 1000 runs each (one table may not hold any number of them). Each row is a run with 30 numbers that fit each other (counts, rates, ratios and quantiles), so that the
checks of an import have work and find little. The same arguments give the same bytes."""
import os
import random
import sys

RUNS_A_FILE = 1000

HARDWARE = ["h100", "b200", "a100", "l40s", "rtx-4090", "mi300x"]
MODELS = ["Qwen/Qwen3-4B-Instruct-2507-FP8", "meta-llama/Llama-3.1-8B-Instruct", "openai/gpt-oss-20b"]
WORKLOADS = ["stress-memorize", "chat-login", "summarize"]
WORKERS = [4, 8, 12, 16, 24, 32]
LATENCY = ["mean", "min", "p50", "p90", "p95", "p99", "max"]
TOKENS = ["ttft", "tpot"]
COLUMNS = (
    "session hardware model workload started_at workers pool_size concurrency "
    "duration requests requests_ok requests_failed error_rate request_throughput ok_throughput "
    "input_tokens output_tokens total_tokens input_token_throughput output_token_throughput total_token_throughput"
).split() + ["request_latency." + s for s in LATENCY] + [m + "." + s for m in TOKENS for s in ("mean", "p50", "p95", "p99")] + [
    "gpu_utilization", "kv_cache_usage", "vus"]


def quantiles(mean, spread):
    """min, p50, p90, p95, p99, max of a skewed distribution with this mean."""
    return [mean * (1 + spread * z) for z in (-0.55, -0.1, 0.6, 0.9, 1.7, 2.6)]


def row(rng, session, hardware):
    workers = rng.choice(WORKERS)
    speed = {"h100": 1.0, "b200": 1.8, "a100": 0.6, "l40s": 0.4, "rtx-4090": 0.35, "mi300x": 1.1}[hardware]
    concurrency = workers * rng.choice([2, 4, 8])
    latency = concurrency / (12 * speed * workers ** 0.5) * rng.uniform(0.9, 1.1)
    duration = 180
    requests = int(concurrency / latency * duration * 0.97)
    failed = int(requests * rng.choice([0, 0, 0, 0.002, 0.01]))
    ok = requests - failed
    prompt, answer = ok * 512, ok * 128
    second, minute = session % 60, session // 60 % 60
    day, month, year = session // 24 % 28 + 1, session // 672 % 12 + 1, 2012 + session // 8064
    low, p50, p90, p95, p99, high = quantiles(latency, 0.5)
    cells = ["s%05d" % session, hardware, MODELS[session % 3], WORKLOADS[session % 2],
             "%04d-%02d-%02dT%02d:%02d:%02dZ" % (year, month, day, session % 24, minute, second),
             workers, workers * 2, concurrency, duration, requests, ok, failed, "%.9f" % (failed / requests),
             "%.7f" % (requests / duration), "%.7f" % (ok / duration), prompt, answer, prompt + answer,
             "%.6f" % (prompt / duration), "%.6f" % (answer / duration), "%.6f" % ((prompt + answer) / duration)]
    cells += ["%.9f" % x for x in (latency, low, p50, p90, p95, p99, high)]
    for mean in (latency * 0.2, latency * 0.8 / 128):
        q = quantiles(mean, 0.4)
        cells += ["%.9f" % x for x in (mean, q[1], q[3], q[4])]
    return cells + ["%.4f" % rng.uniform(0.6, 0.95), "%.4f" % rng.uniform(0.3, 0.9), concurrency]


def write(folder, number, lines):
    with open(os.path.join(folder, "sessions-%02d.csv" % number), "w") as out:
        out.write("\n".join([",".join(COLUMNS)] + lines) + "\n")


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: make_sessions.py SESSIONS RUNS-A-SESSION FOLDER")
    sessions, runs, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    rng = random.Random(1)
    lines = []
    for s in range(1, sessions + 1):
        for r in range(runs):
            lines.append(",".join(map(str, row(rng, s, HARDWARE[(s + r) % len(HARDWARE)]))))
    os.makedirs(folder, exist_ok=True)
    for first in range(0, len(lines), RUNS_A_FILE):
        write(folder, first // RUNS_A_FILE + 1, lines[first:first + RUNS_A_FILE])


main()
