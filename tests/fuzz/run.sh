#!/bin/sh
# Fuzzes one target.  Usage: run.sh BUILD NAME [SECONDS]   (BUILD: a folder built with 'cmake --preset fuzz'; NAME: prometheus, k6_text,
# json ...; 60 seconds)
# It starts from tests/fuzz/corpus/NAME and, for an importer, from its golden cases; its dictionary is tests/fuzz/dict/NAME.dict and
# the names of schema/aliases.  What it finds on the way is kept in BUILD/fuzz/NAME, what breaks it in BUILD/fuzz/found.
set -eu
build=${1:?usage: run.sh BUILD NAME [SECONDS]}
name=${2:?usage: run.sh BUILD NAME [SECONDS]}
seconds=${3:-60}
root=$(cd "$(dirname "$0")/../.." && pwd)
format=$(echo "$name" | tr _ -)
mkdir -p "$build/fuzz/$name" "$build/fuzz/found"
words="$build/fuzz/$name.dict"
{
    cat "$root/tests/fuzz/dict/$name.dict" 2>/dev/null || true
    for names in "$root/schema/aliases/$format.csv"; do
        [ -e "$names" ] && sed 1d "$names"
    done | cut -d, -f1 | tr -cd 'a-zA-Z0-9_./:(){} \n-' | awk 'length($0) > 1 && length($0) < 60 {print "\"" $0 "\""}'
} >"$words"
set -- "$build/fuzz/$name"
for seeds in "$root/tests/fuzz/corpus/$name" "$root/tests/importers/$format"; do
    [ -d "$seeds" ] && set -- "$@" "$seeds"
done
exec "$build/tests/fuzz_$name" -max_total_time="$seconds" -max_len=40000 -timeout=20 -rss_limit_mb=2500 -dict="$words" \
    -artifact_prefix="$build/fuzz/found/$name-" -print_final_stats=1 "$@"
