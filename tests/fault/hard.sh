#!/bin/sh
# Hard inputs: each must give a clear error or a correct import, in bounded memory, and leave a whole archive.
# Usage: hard.sh BENCHKEEP [small|full]   (full: a 200 MB exposition, 1 GB of garbage, a 100 MB line)
# BK_MEMORY_KIB bounds the address space (default 262144 = 256 MiB; 0: no bound, for sanitizer builds).
set -u
bench=$1
size=${2:-small}
memory=${BK_MEMORY_KIB:-262144}
case $size in
full) samples=1200000 garbage=1000 line=100 ;;
*) samples=20000 garbage=8 line=20 ;;
esac
work=$(mktemp -d) || exit 1
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
failures=0
export LC_ALL=C.UTF-8 TZ=UTC0 NO_COLOR=1 BENCHKEEP_DB="$work/x.db"

# try NAME STATUS PATTERN ARGS...: imports under the memory bound; exit status and output must be as said
try() {
    name=$1 want=$2 pattern=$3
    shift 3
    start=$(date +%s)
    (
        [ "$memory" = 0 ] || ulimit -v "$memory"
        exec "$bench" "$@"
    ) >"$work/out" 2>&1
    got=$?
    took=$(($(date +%s) - start))
    if [ $got -ne "$want" ] || ! grep -qE "$pattern" "$work/out"; then
        echo "FAIL $name: exit status $got (expected $want), output:"
        head -5 "$work/out"
        failures=$((failures + 1))
    else
        echo "ok   $name (${took} s): $(grep -E "$pattern" "$work/out" | head -1 | cut -c1-150)"
    fi
}

"$bench" init >/dev/null || exit 1

awk -v n="$samples" 'BEGIN {
    for (f = 0; f < n / 1000; f++) {
        printf "# HELP family_%d_total number of things of kind %d that were counted\n", f, f
        printf "# TYPE family_%d_total counter\n", f
        for (i = 0; i < 1000; i++)
            printf "family_%d_total{instance=\"host-%04d.example.test:9100\",kind=\"k%d\",path=\"/some/longer/path/%d\",zone=\"z%d\",rack=\"rack-%02d\",job=\"load-generator-number-%d\"} %d.5\n", f, i % 97, i % 7, i, i % 5, i % 40, i, i * f
    }
}' >"$work/large.prom"
try "$(($(wc -c <"$work/large.prom") / 1000000)) MB of Prometheus text" 0 'prometheus' import "$work/large.prom"
rm -f "$work/large.prom"

head -c "${garbage}000000" /dev/urandom >"$work/garbage.bin"
try "$garbage MB of garbage" 4 'garbage.bin' import "$work/garbage.bin"
rm -f "$work/garbage.bin"

{ printf '{"type":"Metric","data":{}}\n'; head -c "${line}000000" /dev/zero | tr '\0' 'a'; } >"$work/line.txt"
try "one line of $line MB" 4 'line.txt' import "$work/line.txt"
try "one line of $line MB, as k6 text" 4 'line.txt' import --input-format k6-text "$work/line.txt"
rm -f "$work/line.txt"

head -c 100000 /dev/zero | tr '\0' '[' >"$work/deep.json"
try "100000 nested brackets" 4 '(line|byte|column) [0-9]+' import --input-format sweep "$work/deep.json"

: >"$work/empty.txt"
try "an empty file" 4 'empty.txt.*empty' import "$work/empty.txt"

mkdir "$work/closed"
echo x >"$work/closed/a.csv"
chmod 0 "$work/closed"
if [ "$(id -u)" -eq 0 ]; then
    chmod 711 "$work"
    chmod -R o+rwX "$work"/x.db*
    chmod 777 "$work"
    as_nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
    if $as_nobody test -x "$bench" 2>/dev/null; then
        $as_nobody "$bench" import "$work/closed" >"$work/out" 2>&1
        if [ $? -eq 4 ] && grep -qi 'permission denied' "$work/out"; then
            echo "ok   a folder without permission: $(grep -i 'permission' "$work/out" | head -1)"
        else
            echo "FAIL a folder without permission:"
            head -3 "$work/out"
            failures=$((failures + 1))
        fi
    else
        echo "skip a folder without permission: another user cannot run $bench"
    fi
else
    try "a folder without permission" 4 '[Pp]ermission denied' import "$work/closed"
fi

# a file that grows while it is read: what was there at the start comes in, or it is refused; nothing else
printf 'hardware,workers,ok_throughput\n' >"$work/grows.csv"
i=0
while [ $i -lt 5000 ]; do
    echo "h100,$i,$i.5"
    i=$((i + 1))
done >>"$work/grows.csv"
(
    n=0
    while [ $n -lt 2000 ]; do
        echo "h100,9$n,1.5"
        n=$((n + 1))
    done >>"$work/grows.csv"
) &
"$bench" import "$work/grows.csv" >"$work/out" 2>&1
got=$?
wait
if [ $got -eq 0 ] || { [ $got -eq 4 ] && grep -q 'changed\|grew' "$work/out"; }; then
    echo "ok   a file that grows while it is read: $(head -1 "$work/out" | cut -c1-150)"
else
    echo "FAIL a file that grows while it is read: exit status $got"
    head -3 "$work/out"
    failures=$((failures + 1))
fi

if "$bench" verify >"$work/out" 2>&1; then
    echo "ok   the archive is whole"
else
    echo "FAIL verify:"
    cat "$work/out"
    failures=$((failures + 1))
fi
[ $failures -eq 0 ]
