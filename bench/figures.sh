#!/bin/sh
# The figures of every day: cold starts, and the import of a vLLM exposition beside promtool's check of it, in one run.
# Usage: figures.sh BENCHKEEP [TIMES [WAREHOUSE]]     wall milliseconds: median (lowest .. highest); into the warehouse too
set -eu
bench=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
times=${2:-21}
warehouse=${3:+$(cd "$(dirname "$3")" && pwd)/$(basename "$3")}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export LC_ALL=C NO_COLOR=1 BENCHKEEP_DB="$work/x.db"

# Two more engines in every vllm family make the example as long as a scrape of a real server (about 71 KB).
awk '
    function flush(   e, i, line) {
        for (e = 1; e <= 2; e++)
            for (i = 1; i <= n; i++) {
                line = block[i]
                gsub(/engine="0"/, "engine=\"" e "\"", line)
                print line
            }
        n = 0
    }
    /^#/ { flush() }
    { print }
    /^vllm/ { block[++n] = $0 }
    END { flush() }' "$root/examples/vllm/metrics-after.txt" >scrape.txt

"$bench" import "$root/examples/results" --layout "$root/examples/layouts/bench-sessions.layout" --quiet >/dev/null
"$bench" init --db empty.db >/dev/null

results="$work/figures.csv"
session="figures $(date -u '+%Y-%m-%d %H:%M')"
echo "session,workload,rounds,wall_time.median (ms),wall_time.min (ms),wall_time.max (ms)" >"$results"

# measure NAME COMMAND: runs it once unmeasured, then so many times
measure() {
    name=$1
    shift
    "$@" >/dev/null 2>&1 || true
    i=0
    while [ $i -lt "$times" ]; do
        start=$(date +%s%N)
        "$@" >/dev/null 2>&1 || true
        echo $(($(date +%s%N) - start))
        i=$((i + 1))
    done | sort -n | awk -v name="$name" -v session="$session" -v row="$results" '
        { t[NR] = $1 / 1e6 }
        END {
            median = t[int((NR + 1) / 2)]
            printf "%-44s %7.1f ms (%.1f .. %.1f)\n", name, median, t[1], t[NR]
            printf "%s,\"%s\",%d,%.3f,%.3f,%.3f\n", session, name, NR, median, t[1], t[NR] >>row
        }'
}
fresh_import() {
    rm -f again.db again.db-*
    cp empty.db again.db
    "$bench" import --db again.db scrape.txt
}
check_metrics() {
    promtool check metrics <scrape.txt
}

measure "start of a process that does nothing (true)" /bin/true
measure "benchkeep --version" "$bench" --version
measure "benchkeep sessions (8 runs)" "$bench" sessions
measure "benchkeep import, $(wc -c <scrape.txt) bytes of /metrics" fresh_import
if command -v promtool >/dev/null 2>&1; then
    measure "promtool check metrics of the same" check_metrics
else
    echo "promtool is not installed (package prometheus): nothing to compare with"
fi
if [ -n "$warehouse" ]; then
    "$bench" import --quiet --input-format sweep --db "$warehouse" --hardware "$(uname -n)" "$results"
fi
