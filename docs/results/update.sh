#!/bin/sh
# docs/results/update.sh - take what a long run of deep_images has judged so far into docs/results/deep.md:
# update.sh PROGRAM RUN. RUN holds a folder for each seed (seedN) or start (unitN), with curve_NAME.csv; they are copied
# to docs/results/deep, the figures are drawn from them, and the tables between the page's marks are written anew.
set -eu
export LC_ALL=C
program=$1 run=$2
here=$(cd "$(dirname "$0")" && pwd)
page=$here/deep.md
work=$(mktemp -d "${TMPDIR:-/tmp}/lpl-results-XXXXXX")
trap 'rm -rf "$work"' EXIT

for folder in "$run"/*; do
    ls "$folder"/curve_*.csv > "$work/there" 2>&1 || continue
    seed=$(basename "$folder")
    mkdir -p "$work/$seed"
    for log in "$folder"/curve_*.csv; do
        # whole points alone: eight layers each
        awk -F, 'NR == 1 { print; next }
            $6 == 1 { n = 0; kept = "" }
            { kept = kept $0 "\n"; if (++n == 8) printf "%s", kept }' "$log" > "$here/deep/${seed}_$(basename "$log")"
        if [ "$(wc -l < "$here/deep/${seed}_$(basename "$log")")" -lt 2 ]; then # not judged yet
            rm "$here/deep/${seed}_$(basename "$log")"
            continue
        fi
        cp "$here/deep/${seed}_$(basename "$log")" "$work/$seed/$(basename "$log")"
        losses=$folder/losses_${log##*/curve_}
        [ ! -f "$losses" ] || cp "$losses" "$work/$seed/"
    done
    ls "$work/$seed"/curve_*.csv > "$work/there" 2>&1 || continue
    names=$(cd "$work/$seed" && for f in curve_*.csv; do f=${f#curve_}; echo "${f%.csv}"; done | paste -sd, -)
    "$program" --show --conditions "$names" -o "$work/$seed" > "$work/$seed.txt" || [ $? = 1 ] # 1: a verdict
    for figure in accuracy_by_depth curve_lpl; do
        [ ! -f "$work/$seed/$figure.svg" ] || cp "$work/$seed/$figure.svg" "$here/deep/${seed}_$figure.svg"
    done
done

# The last point of each condition: a row each for both readouts and the dimension.
last() { # last COLUMN DIGITS FACTOR
    for log in "$here"/deep/*_curve_*.csv; do
        awk -F, -v col="$1" -v digits="$2" -v factor="$3" -v file="$(basename "$log" .csv)" '
            NR > 1 { name = $1; pairs = $3; seed = $4; v[$6] = $col }
            END {
                sub(/_.*/, "", file)
                printf("| %s, %s | %s |", name, file, (pairs > 0) ? sprintf("%.1f", pairs / 1e6) : "-")
                for (k = 1; k <= 8; k++) printf " %.*f |", digits, factor * v[k]
                print ""
            }' "$log"
    done
}
head_of() {
    echo "| condition | million pairs | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |"
    echo "|---|---|---|---|---|---|---|---|---|---|"
}
# All points of LPL.
course() { # course LOG COLUMN
    awk -F, -v col="$2" 'NR > 1 {
        v[$6] = $col
        if ($6 == 8) { printf "| %.1f |", $3 / 1e6; for (k = 1; k <= 8; k++) printf " %.1f |", 100 * v[k]; print "" }
    }' "$1"
}
{
    echo "Softmax readout (the article's), test accuracy in %, layers 1 to 8:"
    echo
    head_of
    last 7 1 100
    echo
    echo "Scale-free readout (converged logistic regression on standardised features), likewise:"
    echo
    head_of
    last 8 1 100
    echo
    echo "Participation ratio over batches of 256 test images:"
    echo
    head_of
    last 9 1 1
    echo
    echo "Dead units (of 16, 32, 64, 64, 128, 128, 128, 128):"
    echo
    head_of
    last 13 0 1
    for log in "$here"/deep/*_curve_lpl.csv; do
        seed=$(basename "$log" _curve_lpl.csv)
        for column in 8 7; do
            echo
            readout=$([ $column = 8 ] && echo "scale-free readout along the run" || echo "softmax readout")
            echo "LPL, $seed, $readout:"
            echo
            echo "| million pairs | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |"
            echo "|---|---|---|---|---|---|---|---|---|"
            course "$log" $column
        done
    done
} > "$work/tables"
awk -v tables="$work/tables" '
    /^<!-- tables end/ { skip = 0 }
    !skip { print }
    /^<!-- tables begin/ { print ""; while ((getline line < tables) > 0) print line; print ""; skip = 1 }' \
    "$page" > "$work/page"
cp "$work/page" "$page"
