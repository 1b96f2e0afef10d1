#!/bin/sh
# What 'import --dry-run --explain' says of the numbers is what an import stores.
#
#   explain.sh BENCHKEEP CASES...      each case a file that is imported alone, or a folder with all that is below it
#
# Compares the rows of 'numbers' with 'export measurements' of a warehouse that
# took the same files, key by key, claims too; and that the explanation made no warehouse.
set -eu

bin=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/benchkeep-explain.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

# The values of some keys of each line of JSON, with tabs between.
keys() {
    awk '
        function value(key,   at) {
            if (!match($0, "\"" key "\":(\"([^\"\\\\]|\\\\.)*\"|[^,}]*)"))
                return "?"
            at = length(key) + 4
            return substr($0, RSTART + at - 1, RLENGTH - at + 1)
        }
        {
            print value("metric") "\t" value("stat") "\t" value("scope") "\t" value("population") "\t" \
                value("value") "\t" value("unit") "\t" value("origin") "\t" value("source_name") "\t" \
                value("source_value") "\t" value("locator")
        }' | sort
}

for path in "$@"; do
    db=$work/one.db
    rm -f "$db"*
    "$bin" --db "$db" import --dry-run --explain --format ndjson "$path" >"$work/explained" || true
    if [ -e "$db" ]; then
        echo "$path: the explanation made a warehouse"
        failed=1
    fi
    "$bin" --db "$db" import -q "$path" >/dev/null
    "$bin" --db "$db" export measurements --format ndjson | keys >"$work/stored"
    grep '"section":"numbers"' "$work/explained" | keys >"$work/said"
    if [ ! -s "$work/stored" ]; then
        echo "$path: nothing was stored"
        failed=1
    fi
    if ! diff "$work/stored" "$work/said" >"$work/difference"; then
        echo "$path: stored (<) and explained (>) differ"
        head -20 "$work/difference"
        failed=1
    fi
done
exit $failed
