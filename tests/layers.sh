#!/bin/sh
# Holds the floors: which room's headers a room may include, and who may see which library.
#
#   layers.sh ROOT              checks the tree, prints each forbidden include, ends with 1 if there is one
#   layers.sh --self-test       checks that a forbidden include is found
set -eu

# A room and the rooms that it sees besides itself; a name with '/' is one header of a room that is closed otherwise.
rooms='
src/base
src/store           src/base
src/stats           src/base
src/record          src/base src/stats/kv.h
src/samples         src/base src/stats
src/report          src/base src/record
src/check           src/base src/record src/stats
src/archive         src/base src/record src/store src/samples src/stats
importers/shared    src/base src/record src/stats src/samples importers/importer.h
importers           src/base src/record src/stats src/samples importers/shared
src/render          src/base src/record src/report
src/ingest          src/base src/record src/report src/check src/archive importers importers/shared
src/query           src/base src/record src/store src/stats src/samples src/archive/samples_read.h src/check src/report
src/api             src/base src/record src/store src/stats src/check src/archive importers src/report src/render src/ingest src/query include
src/cli             src/base src/report src/render src/api src/query/question.h src/ingest/ingest.h importers/importer.h include
include
'

# A header of a library or of the build, and the only rooms that see it.
closed='
sqlite3.h           src/store
bk_sql.h            src/store src/query src/archive src/ingest
bk_migrations.h     src/store
bk_views.h          src/store
bk_tables.h         src/record src/render importers
bk_aliases.h        src/record
cJSON.h             importers/shared
csv.h               importers/shared
zlib.h              src/base
zstd.h              src/base
sha2.h              src/base
'

check() {
    root=$1
    cd "$root"
    find src importers include -name '*.[ch]' | sort | xargs awk -v rooms="$rooms" -v closed="$closed" '
        function folder(path) { sub("/[^/]*$", "", path); return path }
        # "src/query/../base/str.h" -> "src/base/str.h"
        function plain(path) {
            gsub("/[.]/", "/", path)
            while (match(path, "[^/.]+/[.][.]/"))
                path = substr(path, 1, RSTART - 1) substr(path, RSTART + RLENGTH)
            return path
        }
        BEGIN {
            n = split(rooms, lines, "\n")
            for (i = 1; i <= n; i++) {
                m = split(lines[i], words, " +")
                if (m > 0 && words[1] != "") {
                    known[words[1]] = 1
                    sees[words[1], words[1]] = 1
                }
                for (j = 2; j <= m; j++)
                    sees[words[1], words[j]] = 1
            }
            n = split(closed, lines, "\n")
            for (i = 1; i <= n; i++) {
                m = split(lines[i], words, " +")
                for (j = 2; j <= m; j++) {
                    is_closed[words[1]] = 1
                    opens[words[1], words[j]] = 1
                }
            }
        }
        /^[ \t]*#[ \t]*include[ \t]*["<]/ {
            header = $0
            sub("^[^\"<]*[\"<]", "", header)
            sub("[\">].*$", "", header)
            room = folder(FILENAME)
            base = header
            sub("^.*/", "", base)
            if (base in is_closed) {
                if (!((base, room) in opens))
                    bad(room " may not see " base)
                next
            }
            if ($0 !~ /"/)
                next
            if (!(room in known)) {
                bad("the room " room " is not in the table of tests/layers.sh")
                next
            }
            target = plain(room "/" header)
            if (!((room, folder(target)) in sees) && !((room, target) in sees))
                bad(room " may not see " target)
        }
        function bad(what) {
            printf "%s:%d: %s\n", FILENAME, FNR, what
            failed = 1
        }
        END { exit failed }
    '
}

if [ "${1-}" = --self-test ]; then
    tree=$(mktemp -d)
    trap 'rm -rf "$tree"' EXIT
    mkdir -p "$tree/src/base" "$tree/src/query" "$tree/importers" "$tree/include"
    echo '#include "../src/base/str.h"' >"$tree/importers/good.c"
    (check "$tree") || { echo "a good include was refused"; exit 1; }
    for line in '#include "../src/store/db.h"' '#include <sqlite3.h>' '#  include "../src/base/../query/question.h"'; do
        echo "$line" >"$tree/importers/bad.c"
        if (check "$tree") >/dev/null; then
            echo "not found: $line"
            exit 1
        fi
    done
    exit 0
fi
[ $# -eq 1 ] || { echo "usage: layers.sh ROOT | layers.sh --self-test" >&2; exit 2; }
check "$1"
