#!/bin/sh
# tests/tools/run_examples.sh - run every program that has FOLDER/NAME.out, with the arguments in NAME.args, and
# compare. run_examples.sh FOLDER PROGRAMS [OPTION...]   PROGRAMS: the folder that holds them; each runs in a folder of
# its own below it. Last line "N passed, N failed"; exit status 1 if one failed. In examples itself each program has its
# .out and at most 80 lines.
set -u
export LC_ALL=C # numbers have a point
sources=$(cd "$1" && pwd) programs=$(cd "$2" && pwd) compare=$PWD/examples/compare.awk small=
if [ "$1" = examples ]; then small=1; fi
shift 2
passed=0 failed=0
ok() { # NAME STATUS WHY
    if [ "$2" = 0 ]; then passed=$((passed + 1)); echo "ok   $1"; else failed=$((failed + 1)); echo "FAIL $1: $3"; fi
}
for source in "$sources"/*.c; do
    name=$(basename "$source" .c)
    expected=$sources/$name.out folder=$programs/run/$name
    if [ -n "$small" ]; then
        [ -f "$expected" ] && [ "$(wc -l < "$source")" -le 80 ]
        ok "$name: short and with its .out" $? "$(wc -l < "$source") lines, at most 80; $expected must be there"
    fi
    if [ ! -f "$expected" ]; then continue; fi
    mkdir -p "$folder"
    args=
    if [ -f "$sources/$name.args" ]; then args=$(cat "$sources/$name.args"); fi
    # shellcheck disable=SC2086 # arguments are words
    (cd "$folder" && "$programs/$name" $args "$@") > "$folder/stdout" 2> "$folder/stderr" &&
        awk -f "$compare" "$expected" "$folder/stdout"
    ok "$name" $? "$args; $(tail -n 5 "$folder/stderr")"
done
echo "$passed passed, $failed failed"
test "$failed" = 0 && test "$passed" != 0
