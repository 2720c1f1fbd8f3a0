#!/bin/sh
# tests/tools/check_cross.sh - build and test on other CPUs, one after the other: check_cross.sh MAKE FOLDER TARGETS
# GOAL
#
# Prints what run_checks.sh prints for each and what its tests left out, then a line per target (its totals, minutes,
# and minutes of CPU time, build included: what it takes on a quiet machine is these by the number of cores), and the
# sums alone as the last line. Exit status 1 if a check failed or a build did.
set -u
export LC_ALL=C # numbers have a point
# Seconds of CPU time of ended commands, from what `times` has written (in this shell: a subshell has none).
cpu() {
    awk 'NR == 2 { split($1, u, "[ms]"); split($2, s, "[ms]"); printf "%d\n", 60 * (u[1] + s[1]) + u[2] + s[2] }' "$1"
}
make=$1 folder=$2 targets=$3 goal=$4
: > "$folder/summary"
for t in $targets; do
    echo "== $t"
    start=$(date +%s)
    times > "$folder/times"
    cpu_start=$(cpu "$folder/times")
    rm -f "$folder/$t.log"
    # shellcheck disable=SC2086 # make and its options are several words
    { $make "cross-$t" GOAL="$goal" 2>&1 || echo "cross-$t: failed"; } | tee "$folder/$t.log" | grep -v '^  [A-Z]* '
    minutes=$(awk -v s=$(($(date +%s) - start)) 'BEGIN { printf "%.1f", s / 60 }')
    totals=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$folder/$t.log" | tail -n 1)
    grep -hs '^left out: ' "$folder/$t/check"/*.log
    times > "$folder/times"
    cpu_minutes=$(awk -v s=$(($(cpu "$folder/times") - cpu_start)) 'BEGIN { printf "%.1f", s / 60 }')
    echo "$t: ${totals:-0 passed, 1 failed} ($minutes min, $cpu_minutes of CPU time)" >> "$folder/summary"
done
rm -f "$folder/times"
cat "$folder/summary"
awk '{ p += $2; f += $4 } END { printf "%d passed, %d failed\n", p, f; exit f > 0 || NR == 0 }' "$folder/summary"
