#!/bin/sh
# The disk is full at different moments of an import (a limit on the size of files stands in for it): the import says so
# and ends with a status, the archive opens, 'verify' passes, every file is wholly in or out, and with room again the
# import completes.
#
#   full.sh BENCHKEEP FOLDER [OPTION...]
set -u
. "$(dirname "$0")/common.sh"

[ $# -gt 2 ] && shift 2 || shift $#
reference "$@"
size=$(wc -c <"$work/reference.db")
hit=0
for percent in 5 20 40 60 80 95; do
    db=$work/full.db
    rm -f "$db" "$db"-*
    blocks=$((size / 512 * percent / 100)) # POSIX counts in blocks of 512 bytes
    what="room for $percent %"
    (
        trap '' XFSZ # so that a write fails instead of killing
        ulimit -f "$blocks"
        exec "$bin" import --db "$db" "$@" "$folder" >/dev/null 2>"$work/log"
    )
    status=$?
    if [ "$status" -eq "$usual" ] && [ ! -s "$work/log" ]; then
        echo "$what: it was enough"
        continue
    fi
    hit=$((hit + 1))
    case $status in
    4 | 5 | 6) ;;
    *) fail "$what: exit status $status: $(tail -n 3 "$work/log")" ;;
    esac
    [ -s "$work/log" ] || fail "$what: exit status $status and no message"
    if is_made "$db"; then
        "$bin" verify --db "$db" >"$work/log2" 2>&1 || fail "$what: verify: $(cat "$work/log2")"
        exports "$db" "$work/part"
        whole_files "$work/part" "$what"
    fi
    echo "$what: exit status $status: $(tail -n 1 "$work/log")"
    complete "$db" "$what" "$@"
done
[ "$hit" -gt 0 ] || fail "no limit was ever reached"
done_well
