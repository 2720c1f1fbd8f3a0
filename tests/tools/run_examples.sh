#!/bin/sh
# tests/tools/run_examples.sh - run every program that has FOLDER/NAME.out, with the arguments in NAME.args, and compare.
# run_examples.sh FOLDER FOLDER_OF_PROGRAMS   Last line "N passed, N failed"; exit status 1 if one failed.
set -u
export LC_ALL=C # numbers have a point
passed=0 failed=0
for expected in "$1"/*.out; do
    name=$(basename "$expected" .out)
    folder=$2/run/$name
    mkdir -p "$folder"
    args=
    if [ -f "$1/$name.args" ]; then args=$(cat "$1/$name.args"); fi
    # shellcheck disable=SC2086 # arguments are words
    if "$2/$name" $args -o "$folder" > "$folder/stdout" 2> "$folder/stderr" && awk -f examples/compare.awk "$expected" "$folder/stdout"; then
        passed=$((passed + 1))
        echo "ok   $name"
    else
        failed=$((failed + 1))
        echo "FAIL $name $args"
        tail -n 5 "$folder/stderr"
    fi
done
echo "$passed passed, $failed failed"
test "$failed" = 0 && test "$passed" != 0
