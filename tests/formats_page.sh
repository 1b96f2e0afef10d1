#!/bin/sh
# The tables of docs/formats.md are what the program says of its formats.
#
#   formats_page.sh BENCHKEEP PAGE      compares, prints the differences and ends with 1 if there are any
#
# What stands between the two marks of the page is the output of 'benchkeep formats --all --format md'.
# BK_UPDATE=1 writes it there instead.
set -eu

bin=$1
page=$2
begin='<!-- formats: '
end='<!-- end of formats -->'
work=$(mktemp -d "${TMPDIR:-/tmp}/benchkeep-formats.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$bin" formats --all --format md >"$work/tables"
for mark in "$begin" "$end"; do
    if [ "$(grep -c -F -e "$mark" "$page")" != 1 ]; then
        echo "$page: the mark '$mark' must stand there once" >&2
        exit 1
    fi
done
{
    sed "/^$begin/q" "$page"
    echo
    cat "$work/tables"
    echo
    sed -n "/^$end/,\$p" "$page"
} >"$work/page"
if [ "${BK_UPDATE:-0}" = 1 ]; then
    cmp -s "$work/page" "$page" || cp "$work/page" "$page"
elif ! diff -u "$page" "$work/page"; then
    echo "$page is not what the program says: BK_UPDATE=1 writes it" >&2
    exit 1
fi
