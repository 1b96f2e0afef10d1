#!/bin/sh
# Each header compiles alone: what it needs, it includes.  The public one is C++ too, where a compiler for it is there.
#
#   headers.sh ROOT GENERATED CC    GENERATED: the folder of the generated headers
set -eu
root=$1
generated=$2
cc=$3
cd "$root"
status=0
file=$(mktemp --suffix=.c)
trap 'rm -f "$file"' EXIT
for header in $(find include src importers -name '*.h' ! -name list.h | sort); do
    printf '#include "%s/%s"\n' "$root" "$header" >"$file"
    "$cc" -std=c17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -D_POSIX_C_SOURCE=200809L -I "$generated" "$file" || {
        echo "$header does not compile alone"
        status=1
    }
done
if command -v c++ >/dev/null; then
    c++ -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ include/benchkeep.h || status=1
fi
exit $status
