#!/bin/sh
# tests/tools/coverage.sh - text summary of lines and branches of src/ reached: coverage.sh OBJECT_FOLDER. Uses gcc's
# gcov.
#
# A source compiled several times (types, instruction sets) counts each time; per file the objects are added up.
set -eu
export LC_ALL=C # numbers have a point
find "$1/src" -name '*.gcda' | while read -r data; do
    gcov -n -b -o "$data" "$data" 2> /dev/null | awk '
        /^File/ { gsub(/\047/, ""); file = $2 }
        file ~ /^src\// && /^Lines executed/ { sub(/.*:/, ""); split($0, p, "% of "); print file, "L", p[1], p[2] }
        file ~ /^src\// && /^Taken at least once/ {
            sub(/.*:/, ""); split($0, p, "% of "); print file, "B", p[1], p[2]; }'
done | awk '
    { key = $1; hit[key, $2] += $3 * $4 / 100; all[key, $2] += $4; files[key] = 1
      total_hit[$2] += $3 * $4 / 100; total[$2] += $4 }
    function line(name, h, a, hb, b) {
        return sprintf("%-32s lines %5.1f %% of %6d   branches %5.1f %% of %6d\n",
                       name, 100 * h / (a ? a : 1), a, 100 * hb / (b ? b : 1), b) }
    END {
        for (f in files) printf "%s", line(f, hit[f, "L"], all[f, "L"], hit[f, "B"], all[f, "B"]) | "sort"
        close("sort")
        printf "%s", line("all", total_hit["L"], total["L"], total_hit["B"], total["B"])
    }'
