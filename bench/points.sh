#!/bin/sh
# Points of load tests: benchkeep beside the public tools that are installed, in one run, in turn.
# Usage: points.sh [--benchkeep FILE] [--points N] [--large N] [--rounds N] [--data DIR] [--without TOOL] [--db WAREHOUSE] [--update PAGE]
#   --benchkeep  a release build (build/release/benchkeep); make_points and read_points are built beside it
#   --points     of each file (2000000); --large  of the file for peak memory (20000000; 0: none)
#   --rounds     how often all tools take their turn (5)
#   --data       folder for the files (about 5 GB with 20 M points): kept, and used again; else a temporary one
#   --without    sqlite-utils, which takes minutes, or another tool; may be given again
#   --db         the warehouse that keeps the results; --update  writes the tables between the marks of this page
# For DuckDB: its CLI, its Python module, or NODE_PATH set to where npm put @duckdb/node-api.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
bench=$root/build/release/benchkeep
data=
previous=
for arg in "$@"; do
    case $previous in
    --benchkeep) bench=$(cd "$(dirname "$arg")" && pwd)/$(basename "$arg") ;;
    --data) data=$arg ;;
    esac
    previous=$arg
done
if [ -z "$data" ]; then
    data=$(mktemp -d)
    trap 'rm -rf "$data"' EXIT
fi
mkdir -p "$data"
for program in make_points read_points; do
    [ -x "$(dirname "$bench")/$program" ] || cmake --build "$(dirname "$bench")" --target "$program"
done
export LC_ALL=C NO_COLOR=1
python3 "$here/points/measure.py" "$@" --benchkeep "$bench" --data "$data"
