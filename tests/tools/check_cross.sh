#!/bin/sh
# tests/tools/check_cross.sh - build and test on other CPUs, one after the other: check_cross.sh MAKE FOLDER TARGETS
# GOAL
#
# Prints what run_checks.sh prints for each, then a line per target (its totals and minutes), and the sums alone as the
# last line. Exit status 1 if a check failed or a build did.
set -u
export LC_ALL=C # numbers have a point
make=$1 folder=$2 targets=$3 goal=$4
: > "$folder/summary"
for t in $targets; do
    echo "== $t"
    start=$(date +%s)
    rm -f "$folder/$t.log"
    # shellcheck disable=SC2086 # make and its options are several words
    { $make "cross-$t" GOAL="$goal" 2>&1 || echo "cross-$t: failed"; } | tee "$folder/$t.log" | grep -v '^  [A-Z]* '
    minutes=$(awk -v s=$(($(date +%s) - start)) 'BEGIN { printf "%.1f", s / 60 }')
    totals=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$folder/$t.log" | tail -n 1)
    echo "$t: ${totals:-0 passed, 1 failed} ($minutes min)" >> "$folder/summary"
done
cat "$folder/summary"
awk '{ p += $2; f += $4 } END { printf "%d passed, %d failed\n", p, f; exit f > 0 || NR == 0 }' "$folder/summary"
