#!/bin/sh
# The wide table of a warehouse, which is mostly empty, is a table of runs that another warehouse takes whole.
#
#   wide.sh BENCHKEEP
#
# 500 runs out of ten files with names of their own: 171 columns of which each row fills 23.
set -eu

bin=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/benchkeep-wide.XXXXXX")
trap 'rm -rf "$work"' EXIT
export LC_ALL=C TZ=UTC0 NO_COLOR=1

mkdir "$work/results"
for file in 0 1 2 3 4 5 6 7 8 9; do
    awk -v f="$file" '
        BEGIN {
            printf "hardware,workers,ttft.mean,ttft.p95"
            for (c = 0; c < 16; c++)
                printf ",own%d_%d", f, c
            for (i = 1; i <= 50; i++) {
                printf "\nh%d,%d,%.4f,%.4f", f, i, i / 100 + f, (i + 1) / 100 + f
                for (c = 0; c < 16; c++)
                    printf ",%d.%d", i * 16 + c, f
            }
            print ""
        }' >"$work/results/part$file.csv"
done

# How many runs and numbers, and all values in order.
values() {
    "$bin" --db "$1" export measurements --format ndjson | sed 's/.*"value":\([^,}]*\).*/\1/' | sort
}

"$bin" --db "$work/one.db" import -q "$work/results" >/dev/null
"$bin" --db "$work/one.db" export measurements --wide --format csv >"$work/wide.csv"
columns=$(head -n 1 "$work/wide.csv" | tr ',' '\n' | wc -l)
[ "$columns" -gt 160 ] || { echo "the table has $columns columns only"; exit 1; }
"$bin" --db "$work/two.db" import "$work/wide.csv" >"$work/said"
grep -q '500 runs, 9000 measurements' "$work/said" || { cat "$work/said"; exit 1; }
values "$work/one.db" >"$work/one"
values "$work/two.db" >"$work/two"
[ "$(wc -l <"$work/one")" -eq 9000 ] || { echo "9000 numbers became $(wc -l <"$work/one")"; exit 1; }
cmp "$work/one" "$work/two"
