#!/usr/bin/env python3
"""Sweep tables of one machine on which the same configs are measured night after night: make_series.py CONFIGS SESSIONS FOLDER

Ten metrics a run, each lognormal about its config's level with 3 % of noise: 10 x CONFIGS series of SESSIONS. Writes
FOLDER/nights-01.csv and so on. The same arguments give the same bytes."""
import math
import os
import random
import sys

METRICS = (
    "ok_throughput output_token_throughput input_token_throughput request_throughput total_token_throughput "
    "request_latency.p50 request_latency.p95 ttft.p50 ttft.p95 itl.p95"
).split()
RUNS_A_FILE = 5000
NOISE = 0.03


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: make_series.py CONFIGS SESSIONS FOLDER")
    configs, sessions, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    rng = random.Random(1)
    levels = [[100 * (1 + rng.random()) for _ in METRICS] for _ in range(configs)]
    lines = []
    for s in range(sessions):
        start = "%04d-%02d-%02dT00:00:00Z" % (2020 + s // 336, s // 28 % 12 + 1, s % 28 + 1)
        for c in range(configs):
            cells = ["n%04d" % s, "h100", "chat", start, str(c + 1)]
            lines.append(",".join(cells + ["%.6f" % (x * math.exp(NOISE * rng.gauss(0, 1))) for x in levels[c]]))
    os.makedirs(folder, exist_ok=True)
    header = ",".join(["session", "hardware", "workload", "started_at", "workers"] + METRICS)
    for first in range(0, len(lines), RUNS_A_FILE):
        path = os.path.join(folder, "nights-%02d.csv" % (first // RUNS_A_FILE + 1))
        with open(path, "w") as out:
            out.write("\n".join([header] + lines[first:first + RUNS_A_FILE]) + "\n")


main()
