#!/bin/sh
# The disk is full at different moments of an import (a limit on the size of files stands in for it): the import says so
# and ends with a status, the archive opens, 'verify' passes, every file is wholly in or out, and with room again the
# import completes.
#
#   full.sh BENCHKEEP FOLDER [OPTION...]
set -u
. "$(dirname "$0")/common.sh"

order=any
[ $# -gt 2 ] && shift 2 || shift $#
reference "$@"
"$bin" sources --db "$work/reference.db" --format csv >"$work/sources"
size=$(wc -c <"$work/reference.db")
hit=0
for percent in 5 10 20 30 40 60 80; do
    db=$work/full.db
    rm -f "$db" "$db"-*
    blocks=$((size / 512 * percent / 100)) # POSIX counts in blocks of 512 bytes
    what="room for $percent %"
    (
        trap '' XFSZ # so that a write fails instead of killing
        ulimit -f "$blocks"
        exec "$bin" import --db "$db" "$@" "$folder" 2>&1
    ) | cat >"$work/said" # the pipe: what is said must not be cut by the limit
    "$bin" sources --db "$db" --format csv 2>/dev/null | cmp -s - "$work/sources" && {
        echo "$what: it was enough"
        continue
    }
    hit=$((hit + 1))
    reason=$(grep -Ei 'full|disk|I/O|too large|space' "$work/said" | tail -n 1)
    [ -n "$reason" ] || fail "$what: not all is in, and it says: $(tail -n 2 "$work/said")"
    if is_made "$db"; then
        "$bin" verify --db "$db" >"$work/log" 2>&1 || fail "$what: verify: $(cat "$work/log")"
        exports "$db" "$work/part"
        whole_files "$work/part" "$what"
        echo "$what: $(wc -l <"$work/in") of $(wc -l <"$work/all") files in: $reason"
    else
        echo "$what: no archive: $reason"
    fi
    complete "$db" "$what" "$@"
done
[ "$hit" -gt 0 ] || fail "no limit was ever reached"
done_well
