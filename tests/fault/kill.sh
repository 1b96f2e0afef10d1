#!/bin/sh
# kill -9 at random moments of an import: the archive opens, 'verify' passes, every file is wholly in or wholly out, and
# importing again completes it to the very exports of an import that nobody disturbed.
#
#   kill.sh BENCHKEEP FOLDER [TIMES [OPTION...]]        TIMES: 20; OPTIONs go to every import
set -u
. "$(dirname "$0")/common.sh"

times=${3:-20}
[ $# -gt 3 ] && shift 3 || shift $#
reference "$@"
echo "import takes $took ms undisturbed; $times kills"

i=0
while [ "$i" -lt "$times" ]; do
    i=$((i + 1))
    db=$work/killed.db
    rm -f "$db" "$db"-*
    "$bin" import --db "$db" "$@" "$folder" >/dev/null 2>&1 &
    pid=$!
    moment=$(awk -v i="$i" -v ms="$took" 'BEGIN { srand(i); printf "%.3f", rand() * ms * 1.05 / 1000 }')
    sleep "$moment"
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null

    what="kill $i after $moment s"
    if is_made "$db"; then
        "$bin" verify --db "$db" >"$work/log" 2>&1 || fail "$what: verify: $(cat "$work/log")"
        exports "$db" "$work/part"
        whole_files "$work/part" "$what"
        echo "$what: $(wc -l <"$work/in") of $(wc -l <"$work/all") files in"
    else
        echo "$what: no archive yet"
    fi
    complete "$db" "$what" "$@"
done
done_well
