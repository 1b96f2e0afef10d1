# What the fault tests share. Sourced with: BENCHKEEP FOLDER ...
#
# A file is "in" when any export has a line of it. Since imports go in one order, an archive that was cut short must hold
# for each such file exactly the lines that the undisturbed archive has.

bin=${1:?usage: $0 BENCHKEEP FOLDER ...}
folder=${2:?usage: $0 BENCHKEEP FOLDER ...}
export BK_NOW=2026-01-01T00:00:00Z LC_ALL=C TZ=UTC0 NO_COLOR=1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
of_files="measurements series sizing findings" # exports whose lines name their source
of_runs="runs timeline"                         # exports whose lines name their run

fail() {
    echo "FAILED: $*" >&2
    failed=$((failed + 1))
}

done_well() {
    [ "$failed" -eq 0 ] && echo "passed"
    exit $((failed > 0))
}

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

# exports DB DIR: every export as a file.
exports() {
    rm -rf "$2"
    mkdir -p "$2"
    for export in $of_files $of_runs sessions; do
        "$bin" export "$export" --db "$1" --format ndjson >"$2/$export" 2>"$work/log" ||
            fail "export $export: $(cat "$work/log")"
    done
}

# values_of KEY FILE...: what the lines have under a key, each once, in its quotes.
values_of() {
    key=$1
    shift
    sed -n 's/.*"'"$key"'":\("\([^"\\]\|\\.\)*"\).*/\1/p' "$@" | sort -u
}

# sources_of DIR
sources_of() {
    for export in $of_files; do
        cat "$1/$export"
    done | values_of source
}

# lines_of KEY FILE LIST: the lines whose value under the key is in the list.
lines_of() {
    awk -v key="\"$1\":" -v list="$3" '
        BEGIN { while ((getline s < list) > 0) in_list[s] = 1 }
        match($0, key "\"([^\"\\\\]|\\\\.)*\"") {
            if (substr($0, RSTART + length(key), RLENGTH - length(key)) in in_list) print
        }' "$2"
}

# reference [OPTION...]: the undisturbed import, how long it took and how it ended.
reference() {
    began=$(now_ms)
    "$bin" import --db "$work/reference.db" "$@" "$folder" >/dev/null 2>"$work/log"
    usual=$?
    took=$(($(now_ms) - began))
    case $usual in
    0 | 4) ;; # 4: some file of the folder is refused, as it always will be
    *)
        fail "the undisturbed import: exit status $usual: $(cat "$work/log")"
        done_well
        ;;
    esac
    exports "$work/reference.db" "$work/whole"
    sources_of "$work/whole" >"$work/all"
    [ -s "$work/all" ] || fail "the undisturbed import brought nothing"
}

# is_made DB: was the archive made before the end came?
is_made() {
    [ -s "$1" ] || return 1
    "$bin" sessions --db "$1" >/dev/null 2>"$work/log" && return 0
    grep -q 'empty file' "$work/log" && return 1
    fail "the archive does not open: $(cat "$work/log")"
    return 1
}

# same_lines WANT GOT EXPORT WHAT
same_lines() {
    sort "$2" >"$work/got"
    sort "$1" | cmp -s - "$work/got" ||
        fail "$4: $3: $(sort "$1" | diff - "$work/got" | head -n 4)"
}

# whole_files DIR WHAT: each file that is in is in with all its lines, and each run too.
whole_files() {
    sources_of "$1" >"$work/in"
    values_of run "$1/runs" >"$work/in_runs"
    for export in $of_files; do
        lines_of source "$work/whole/$export" "$work/in" >"$work/want"
        same_lines "$work/want" "$1/$export" "$export" "$2"
    done
    for export in $of_runs; do
        lines_of run "$work/whole/$export" "$work/in_runs" >"$work/want"
        same_lines "$work/want" "$1/$export" "$export" "$2"
    done
}

# complete DB WHAT [OPTION...]: importing again gives the archive that nobody disturbed.  With order=any its lines may
# stand elsewhere: where an import went on past a failure, the files that failed come last.
order=same
complete() {
    db=$1
    what=$2
    shift 2
    "$bin" import --db "$db" "$@" "$folder" >/dev/null 2>"$work/log"
    status=$?
    [ "$status" -eq "$usual" ] || fail "$what: importing again: exit status $status: $(cat "$work/log")"
    "$bin" verify --db "$db" >"$work/log" 2>&1 || fail "$what: verify after all: $(cat "$work/log")"
    exports "$db" "$work/again"
    for export in $of_files $of_runs sessions; do
        if [ "$order" = any ]; then
            same_lines "$work/whole/$export" "$work/again/$export" "$export" "$what, after all"
        else
            cmp -s "$work/whole/$export" "$work/again/$export" ||
                fail "$what: $export after all: $(diff "$work/whole/$export" "$work/again/$export" | head -n 4)"
        fi
    done
}
