#!/bin/sh
# What the hardest inputs cost: time and memory of importing each into a fresh archive.
# Usage: bounds.sh BENCHKEEP HOSTILE [small|full] [WORD]   (HOSTILE: the program of hostile.c; full: inputs of 1 MB; small: a
# quarter of it, since what is refused at 1 MB may be taken there; both may take 64 MiB above their size; WORD: only the formats and inputs whose name has it)
# BK_MEMORY_KIB=0: no bound (the sanitizers map more than any), and smaller inputs.
set -u
bench=$1
hostile=$2
case ${3:-small} in
full) bytes=1000000 ;;
*) bytes=250000 ;;
esac
limit=65536
[ "${BK_MEMORY_KIB:-1}" != 0 ] || { bytes=20000 limit=0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export LC_ALL=C TZ=UTC0 NO_COLOR=1
"$hostile" "$bench" "$work" "$bytes" "$limit" ${4:+"$4"}
