"""Holds the percentiles of 'benchkeep samples' against a plain sort of the CSV's own lines."""
import csv
import io
import math
import subprocess

METRICS = ("http_req_duration", "http_req_waiting", "http_req_connecting")
QUANTILES = {"min": 0, "p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999, "max": 1}


def read(path):
    """Metric -> points (second of the run, seconds, whether the request was ok), by value."""
    points = {m: [] for m in METRICS}
    first = None
    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.reader(f):
            if row[0] == "metric_name":
                metric, when, value, expected = (row.index(c) for c in (
                    "metric_name", "timestamp", "metric_value", "expected_response"))
                continue
            first = int(row[when]) if first is None else first
            if row[metric] in points:
                points[row[metric]].append((float(row[value]) / 1000, int(row[when]) - first, row[expected] == "true"))
    for of_metric in points.values():
        of_metric.sort()
    return points


def quantile(values, q):
    """Type 7 of Hyndman and Fan; values rise."""
    place = q * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def wanted(points, begin, end, scope):
    values = [v for v, second, ok in points if begin <= second < end and (scope == "all" or ok == (scope == "ok"))]
    if not values:
        return {"count": 0}
    told = {name: quantile(values, q) for name, q in QUANTILES.items()}
    return told | {"count": len(values), "mean": math.fsum(values) / len(values)}


def check(benchkeep, path, db):
    """A sentence about how far apart they were.  Exits where they differ."""
    points = read(path)
    subprocess.run([benchkeep, "import", "--quiet", "--db", db, "--session", "windows", path], check=True)
    last = max(second for of_metric in points.values() for _, second, _ in of_metric)
    spans = [(0, last + 1)] + [(begin, begin + length) for length in (1, 7, 60, last // 2)
                               for begin in (0, last // 3, last // 2) if length > 0]
    n, largest = 0, 0.0
    for metric in METRICS:
        for begin, end in spans:
            for scope in ("all", "ok", "failed"):
                said = subprocess.run(
                    [benchkeep, "samples", "--db", db, "windows", "--metric", metric, "--scope", scope, "--from", f"{begin}s",
                     "--to", f"{end}s", "--format", "csv"], check=True, capture_output=True, text=True).stdout
                got = next(csv.DictReader(io.StringIO(said)), {"count": "0"})
                for name, value in wanted(points[metric], begin, end, scope).items():
                    off = abs(float(got[name]) - value) / max(abs(value), 1e-9)
                    largest = max(largest, off)
                    n += 1
                    if off > 1e-12:
                        raise SystemExit(f"{metric} {scope} {begin}s to {end}s: {name} is {got[name]}, should be {value!r}")
    return (f"{n:,} figures of `benchkeep samples` (count, mean, smallest, largest and percentiles of {len(METRICS)} metrics, "
            f"{len(spans)} windows, all, ok and failed requests) were held against a plain sort of the file's lines in Python: "
            f"none is off by more than 1 in 10^12; the largest relative difference is {largest:.1g}.")
