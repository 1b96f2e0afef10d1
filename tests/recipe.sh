#!/bin/sh
# The recipe of docs/formats.md works: the example format of that page, put into a copy of the sources, builds, is listed,
# bids, imports, passes its golden test and gets its section of the page.
#
#   recipe.sh SOURCES [C-COMPILER]
#
# The page holds the files themselves: a line `PATH` (or `PATH` gets), then a fenced block.  BK_UPDATE=1 writes the
# .want of the example into the page.  It builds the program and the golden test once, without optimisation; that
# takes about a minute on two cores.
set -eu

root=$(cd "$1" && pwd)
cc=${2:-cc}
work=$(mktemp -d "${TMPDIR:-/tmp}/benchkeep-recipe.XXXXXX")
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir "$tree"

(cd "$root" && tar -cf - --exclude=tests/fuzz/corpus CMakeLists.txt README.md cmake docs importers include migrations \
    schema src bench tests examples) | (cd "$tree" && tar -xf -)

# Takes the files out of the page: 'add' appends to one that is there.
awk -v tree="$tree" '
    /^`[a-z0-9_\/.-]+`( gets)?$/ {
        path = $1
        gsub("`", "", path)
        add = ($2 == "gets")
        next
    }
    /^```/ && path != "" && !inside {
        inside = 1
        file = tree "/" path
        folder = file
        sub("/[^/]*$", "", folder)
        system("mkdir -p \"" folder "\"")
        if (!add)
            printf "" >file
        next
    }
    /^```/ && inside {
        close(file)
        inside = 0
        path = ""
        next
    }
    inside && add { print >>file }
    inside && !add { print >file }
    !inside && !/^$/ { path = "" }
' "$root/docs/formats.md"

launcher=
command -v ccache >/dev/null && launcher=-DCMAKE_C_COMPILER_LAUNCHER=ccache
cmake -S "$tree" -B "$work/build" $launcher -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER="$cc" >"$work/log" ||
    { cat "$work/log"; exit 1; }
CCACHE_BASEDIR=$work cmake --build "$work/build" -j "$(nproc)" --target benchkeep golden >"$work/log" 2>&1 ||
    { tail -40 "$work/log"; exit 1; }
bin=$work/build/benchkeep
say() { echo "recipe: $*" >&2; exit 1; }

"$bin" formats --format csv | grep -q '^paceline,paceline output,' || say "'formats' does not list the format"
if [ "${BK_UPDATE:-0}" = 1 ]; then
    "$work/build/tests/golden" paceline
    awk -v want="$tree/tests/importers/paceline/small.want" '
        skip && /^```$/ { skip = 0 }
        skip { next }
        { print }
        ours && /^```/ {
            while ((getline line < want) > 0)
                print line
            ours = 0
            skip = 1
        }
        /^`tests\/importers\/paceline\/small.want`$/ { ours = 1 }
    ' "$root/docs/formats.md" >"$work/page"
    cp "$work/page" "$root/docs/formats.md"
    exit 0
fi
BK_UPDATE=0 "$work/build/tests/golden" paceline || say "its golden test fails"
"$work/build/tests/golden" --matrix || say "its bid is not alone"
BENCHKEEP_DB=$work/a.db "$bin" import "$tree/tests/importers/paceline/small.in" >"$work/told" || say "'import' fails"
grep -q '^imported  *paceline' "$work/told" || say "'import' says: $(cat "$work/told")"
BENCHKEEP_DB=$work/a.db "$bin" export measurements --format ndjson | grep '"request_latency","stat":"p95"' |
    grep -q '"value":0.41,"unit":"s".*"source_value":"0.41"' || say "the p95 is not 0.41 s"
if sh "$tree/tests/formats_page.sh" "$bin" "$tree/docs/formats.md" >/dev/null 2>&1; then
    say "the page is taken as complete without the format's section"
fi
BK_UPDATE=1 sh "$tree/tests/formats_page.sh" "$bin" "$tree/docs/formats.md"
grep -q '^| delay | request_latency | ms | s |$' "$tree/docs/formats.md" || say "the page has no section of it"
echo "recipe: a format added, listed, imported, tested and documented"
