#!/usr/bin/env python3
"""The sweeps of an archive as fields for 'quality --cells'.

    benchkeep export measurements --format ndjson | archive_cells.py [LEAST] > cells

A field is all valid runs of one hardware, model, workload, engine and task that differ in
numeric parameters only; a cell is the median of the throughput that most of them have.
Fields of fewer than LEAST cells (12) are left out, and names are numbered."""
import collections
import csv
import json
import os
import statistics
import sys

METRICS = ["output_token_throughput", "ok_throughput", "total_token_throughput",
           "request_throughput", "input_token_throughput"]
ROLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "schema",
                     "param_roles.csv")


def number(text):
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if 0 < value < 1e15 else None


def main():
    least = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    with open(ROLES, newline="") as file:
        roles = {row["name"]: row["role"] for row in csv.DictReader(file)}
    runs = {}
    for line in sys.stdin:
        m = json.loads(line)
        if m["metric"] in METRICS and m["stat"] == "value" and m["status"] == "ok":
            run = runs.setdefault((m["session"], m["run"]), (m, {}))
            run[1].setdefault(m["metric"], m["value"])
    groups = collections.defaultdict(list)
    for m, values in runs.values():
        task, numeric = [], {}
        for name, value in m["config"].items():
            role = roles.get(name, "setting")
            if role in ("effort", "derived"):
                continue
            if role != "task" and number(value) is not None:
                numeric[name] = number(value)
            else:
                task.append((name, str(value)))
        key = (m["hardware"], m["model"], m["workload"], m["engine"], tuple(sorted(task)),
               tuple(sorted(numeric)))
        groups[key].append((numeric, values))
    count = 0
    for key in sorted(groups, key=str):
        members = groups[key]
        metric = max(METRICS, key=lambda k: sum(k in values for _, values in members))
        axes = [name for name in key[5]
                if len({numeric[name] for numeric, _ in members}) > 1][:4]
        cells = collections.defaultdict(list)
        for numeric, values in members:
            if number(values.get(metric)) is not None:
                cells[tuple(numeric[name] for name in axes)].append(values[metric])
        if len(cells) < least or not axes:
            continue
        count += 1
        print("field", "%d-%s" % (count, metric), *axes)
        for at in sorted(cells):
            print(repr(statistics.median(cells[at])), *map(repr, at))


main()
