#!/bin/sh
# Replays transcripts: run.sh BENCHKEEP FILE.md...
#
# A transcript is Markdown.  In it, an indented line '    $ command' is run by sh in a
# fresh folder that lasts through the file; the indented lines below it are the exact
# output (stdout and stderr together), and a line '    [4]' alone is the exit status when
# it is not 0.  A command that ends in a backslash goes on in the next indented line.
# Everything else is prose.  The environment is fixed: LC_ALL=C.UTF-8, TZ=UTC0,
# NO_COLOR=1, BK_NOW=2026-03-01T12:00:00Z, BENCHKEEP_DB=bench.db; 'examples' and
# $EXAMPLES are the project's examples.  BK_UPDATE=1 writes the outputs into the transcripts.
set -u

if [ $# -lt 2 ]; then
    echo "usage: run.sh BENCHKEEP FILE.md..." >&2
    exit 2
fi
bin=$(cd "$(dirname "$1")" && pwd)
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
failed=0

for transcript in "$@"; do
    case $transcript in
        /*) ;;
        *) transcript=$PWD/$transcript ;;
    esac
    work=$(mktemp -d "${TMPDIR:-/tmp}/benchkeep-cli.XXXXXX") || exit 1
    mkdir "$work/run"
    ln -s "$root/examples" "$work/run/examples"
    # One shell script of all commands: each prints what it puts out between marks.
    awk '
        function quote(s) { gsub(/\047/, "\047\\\047\047", s); return "\047" s "\047" }
        # where: number of the transcript line that the command ends in
        /^    \$ / || more {
            line = substr($0, 5)
            command = more ? command "\n" line : substr(line, 3)
            more = (line ~ /\\$/)
            if (!more) {
                n++
                printf "( eval %s ) >../out.%d 2>&1 </dev/null\n", quote(command), n
                printf "echo $? >../status.%d\n", n
            }
        }' "$transcript" >"$work/commands"
    (
        cd "$work/run" || exit 1
        unset XDG_DATA_HOME COLUMNS
        PATH=$bin:$PATH HOME=$work EXAMPLES=$root/examples BENCHKEEP_DB=bench.db
        LC_ALL=C.UTF-8 TZ=UTC0 NO_COLOR=1 BK_NOW=2026-03-01T12:00:00Z
        export PATH HOME EXAMPLES BENCHKEEP_DB LC_ALL TZ NO_COLOR BK_NOW
        exec sh ../commands
    )
    # The transcript again, with the outputs as they are now.
    awk -v work="$work" '
        function output(n,   file, text, last, status, blank) {
            file = work "/out." n
            while ((getline text < file) > 0)
                print "    " text
            close(file)
            file = work "/status." n
            status = "?"
            getline status < file
            close(file)
            if (status != "0")
                print "    [" status "]"
        }
        /^    \$ / || more {
            if (skip)
                printf "%s", blanks
            print
            line = substr($0, 5)
            more = (line ~ /\\$/)
            if (!more)
                output(++n)
            skip = 1
            blanks = ""
            next
        }
        # Old output is left out; an empty line of output is four blanks.
        skip && /^    / { blanks = ""; next }
        skip && /^$/ { blanks = blanks "\n"; next }
        { if (skip) printf "%s", blanks; skip = 0; blanks = ""; print }
        END { if (skip) printf "%s", blanks }
    ' "$transcript" >"$work/new.md"
    if [ "${BK_UPDATE:-0}" = 1 ]; then
        cmp -s "$work/new.md" "$transcript" || cp "$work/new.md" "$transcript"
    elif ! diff -u "$transcript" "$work/new.md"; then
        echo "FAILED: $transcript" >&2
        failed=1
    fi
    rm -rf "$work"
done
exit $failed
