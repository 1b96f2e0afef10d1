#!/bin/sh
# Questions over many sessions, each from the start of the process: the bar is 50 ms over 10,000 sessions.
# Usage: questions.sh BENCHKEEP [SESSIONS [TIMES]]      wall milliseconds, the best of TIMES; with valgrind, instructions too
set -eu
bench=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
sessions=${2:-10000}
times=${3:-9}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export LC_ALL=C NO_COLOR=1 BENCHKEEP_DB="$work/x.db"

python3 "$root/bench/make_sessions.py" "$sessions" >sessions.csv
start=$(date +%s%N)
"$bench" import --quiet sessions.csv
end=$(date +%s%N)
printf '%-45s %8d ms\n' "import of $sessions sessions" $(((end - start) / 1000000))

ask() {
    best=
    i=0
    while [ $i -lt "$times" ]; do
        start=$(date +%s%N)
        "$bench" "$@" >/dev/null
        end=$(date +%s%N)
        took=$(((end - start) / 1000))
        if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
        i=$((i + 1))
    done
    counted=
    if command -v valgrind >/dev/null; then
        counted=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" "$@" 2>&1 >/dev/null |
            sed -n 's/.*refs: *//p')
    fi
    printf '%-45s %6d.%d ms  %s\n' "$*" $((best / 1000)) $((best / 100 % 10)) "${counted:+$counted instructions}"
}
ask --version
ask sessions
ask sessions -n 10
ask runs -n 20
ask history --hardware h100 --metric ok_throughput
ask regressions
ask gate
ask compare s00001 s00002
ask show s00001
ask findings s00001
ask metrics
ask sources
ask hardware
ask export sessions
