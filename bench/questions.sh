#!/bin/sh
# Questions over many sessions, each from the start of the process: the bar is 50 ms over 10,000 sessions.
# Usage: questions.sh BENCHKEEP [SESSIONS [TIMES]]      wall and CPU milliseconds, the best of TIMES; with valgrind, instructions too
set -eu
bench=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
sessions=${2:-10000}
times=${3:-9}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export LC_ALL=C NO_COLOR=1 BENCHKEEP_DB="$work/x.db"

python3 "$root/bench/make_sessions.py" "$sessions" 1 sessions
# imports FOLDER and says how long it took
take_in() {
    start=$(date +%s%N)
    "$bench" import --quiet "$1"
    end=$(date +%s%N)
    printf '%-45s %8d ms\n' "import of $2" $(((end - start) / 1000000))
}
take_in sessions "$sessions sessions"

ask() {
    took=$(python3 "$root/bench/measure.py" "$times" "$bench" "$@")
    counted=
    if command -v valgrind >/dev/null; then
        counted=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" "$@" 2>&1 >/dev/null |
            sed -n 's/.*refs: *//p')
    fi
    printf '%-45s %s  %s\n' "$*" "$took" "${counted:+$counted instructions}"
}
ask --version
ask sessions
ask sessions -n 10
ask runs -n 20
ask history --hardware h100 --metric ok_throughput
ask history --metric ok_throughput
ask regressions
ask gate
ask calibrate
ask compare s00001 s00002
ask show s00001
ask findings s00001
ask metrics
ask sources
ask hardware
ask export sessions

# One machine, 1000 configs, 50 nights, ten metrics: ten thousand series of 50.
export BENCHKEEP_DB="$work/series.db"
python3 "$root/bench/make_series.py" 1000 50 series
take_in series "1000 configs x 50 nights"
ask regressions
ask gate
