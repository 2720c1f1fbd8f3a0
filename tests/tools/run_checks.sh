#!/bin/sh
# tests/tools/run_checks.sh - run checks, several at a time: run_checks.sh JOBS LOG_FOLDER NAME::COMMAND ...
#
# Prints one line per check, the output of those that fail, and as the last line the totals, alone: "N passed, N
# failed". They are the sums of what the checks say: Check's "Checks: N, Failures: N, Errors: N", unittest's "Ran N
# tests", or a last line "N passed, N failed"; a check that says nothing counts once; what unittest skipped is neither,
# and is named on the check's line. Exit status 1 if one failed.
set -u
export LC_ALL=C # numbers have a point

if [ "${1-}" = --one ]; then # LOG_FOLDER NAME::COMMAND
    name=${3%%::*}
    log=$2/$(echo "$name" | tr '/ ' '__')
    start=$(date +%s)
    sh -c "${3#*::}" > "$log.log" 2>&1
    status=$?
    awk -v status=$status -v name="$name" -v log_file="$log.log" -v seconds=$(($(date +%s) - start)) '
        /Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/ {
            match($0, /Checks: [0-9]+/); n = substr($0, RSTART + 8, RLENGTH - 8)
            match($0, /Failures: [0-9]+/); f = substr($0, RSTART + 10, RLENGTH - 10)
            match($0, /Errors: [0-9]+/); e = substr($0, RSTART + 8, RLENGTH - 8)
            passed += n - f - e; failed += f + e
        }
        /^Ran [0-9]+ tests? in/ { ran = $2 }
        /^(OK|FAILED) \(/ { if (match($0, /skipped=[0-9]+/)) { skipped = substr($0, RSTART + 8, RLENGTH - 8)
            sub(/skipped=[0-9]+/, "") } }
        /^FAILED \(/ { gsub(/[^0-9,]/, ""); k = split($0, part, ","); for (i = 1; i <= k; i++) bad += part[i] }
        /^[0-9]+ passed, [0-9]+ failed$/ { p = $1; f2 = $3; said = 1 }
        END {
            if (ran) { passed += ran - bad - skipped; failed += bad }
            if (said) { passed += p; failed += f2 }
            if (status != 0 && failed == 0) failed = 1
            if (passed + failed + skipped == 0) passed = 1
            left = skipped ? sprintf(" (%d skipped: see %s)", skipped, log_file) : ""
            printf "%s %s: %d passed, %d failed (%d s)%s\n", failed ? "FAIL" : "ok  ", name, passed, failed, seconds, \
                left
        }' "$log.log" > "$log.sum"
    if grep -q '^FAIL' "$log.sum"; then
        sed 's/^/  | /' "$log.log" | tail -n 40 | cat - "$log.sum"
    else
        cat "$log.sum"
    fi
    exit 0
fi

jobs=$1 folder=$2
shift 2
mkdir -p "$folder"
rm -f "$folder"/*.sum "$folder"/*.log
printf '%s\0' "$@" | xargs -0 -n 1 -P "$jobs" "$0" --one "$folder"
cat "$folder"/*.sum | awk -v expected=$# '
    { match($0, /: [0-9]+ passed, [0-9]+ failed/); split(substr($0, RSTART + 2), w, " "); p += w[1]; f += w[3]; n++ }
    END { f += expected - n; printf "%d passed, %d failed\n", p, f; exit f > 0 || n == 0 }'
