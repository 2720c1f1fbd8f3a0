#!/bin/sh
# tests/tools/programs.sh - what every program of the figures has, and what every figure has: programs.sh FOLDER
# (build/examples/paper). Options by one module, figures by one other. Last line "N passed, N failed".
# shellcheck source=tests/tools/begin.sh
. "$(dirname "$0")/begin.sh"
bin=$1
programs=$(for source in examples/paper/*.c; do basename "$source" .c; done | grep -v '^cluster_') # check_mpi.sh
version=$(sed -n 's/^.define LPL_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\).*/\2/p' include/lpl/version.h |
    paste -s -d .)
: > "$work/file"
for name in $programs; do
    "$bin/$name" --version > "$work/out" 2> "$work/err" && [ "$(cat "$work/out")" = "$name (liblpl $version)" ]
    ok "$name --version" $?
    "$bin/$name" --help > "$work/out" 2> "$work/err" && grep -q -- '-o, --out FOLDER' "$work/out" &&
        grep -q -- '--draw PROGRAM' "$work/out" && [ "$(grep -c -- ' --output ' "$work/out")" = 0 ]
    ok "$name: one name for the folder" $?
    "$bin/$name" --output x > "$work/out" 2> "$work/err"
    [ $? = 2 ] && grep -q 'did you mean --out?' "$work/err"
    ok "$name --output: did you mean --out?" $?
    "$bin/$name" --helpp > "$work/out" 2> "$work/err"
    [ $? = 2 ] && grep -q 'did you mean --help?' "$work/err"
    ok "$name --helpp: did you mean --help?" $?
    # A folder that is none is told before the work: of toy2d that is six minutes, of spiking_network half an hour.
    case $name in deep_images | digits) data=$work ;; *) data= ;; esac
    timeout 10 "$bin/$name" ${data:+"$data"} -o "$work/file" > "$work/out" 2> "$work/err"
    [ $? = 3 ] && grep -q "cannot write into the folder .*/file': Not a directory" "$work/err"
    ok "$name -o FILE: told at once" $?
    # Only the module of figures writes gnuplot or SVG, only that of options reads the command line.
    ! grep -qE 'getopt|unknown option|set multiplot|<svg' "examples/paper/$name.c"
    ok "$name: options and figures by their modules" $?
done
! grep -lE 'set multiplot|set terminal|<svg' examples/worlds/*.c | grep -vE '/figure_(script|draw).c$' > "$work/err"
ok "gnuplot and SVG by figure_script.c and figure_draw.c alone" $?

# Every figure of the fast programs: a title and words of its own, and on each panel with axes a label on both.
for drawer in gnuplot matplotlib; do
    case $drawer in
    gnuplot) command -v gnuplot > "$work/out" || continue ;;
    matplotlib) /usr/bin/python3 -c 'import matplotlib' 2> "$work/err" || continue ;;
    esac
    PATH=/usr/bin:$PATH
    "$bin/rule_curves" --draw $drawer -o "$work/$drawer" > "$work/out" 2> "$work/err" &&
        "$bin/stdp" --demo --draw $drawer -o "$work/$drawer" > "$work/out" 2> "$work/err" &&
        "$bin/stream" --samples 20000 --draw $drawer -o "$work/$drawer" 2> "$work/err" > "$work/out"
    ls "$work/$drawer"/*.svg > "$work/list"
    [ "$(wc -l < "$work/list")" = 5 ]
    ok "$drawer draws five figures" $?
    while read -r svg; do
        title=$(sed -n 's/^title: //p' "${svg%.svg}.txt" | sed 's/&/\&amp;/g')
        [ -n "$title" ] && grep -qF "<title>$title</title>" "$svg" && grep -q '^<desc>....................' "$svg" &&
            ! grep -qi 'produced by\|<title>gnuplot' "$svg" && grep -q 'role="img"' "$svg"
        ok "$drawer, ${svg##*/}: title and description" $?
    done < "$work/list"
    grep -q 'output z (Hz)' "$work/$drawer/rule_curves.svg" && grep -q 'samples (thousands)' "$work/$drawer/stream.svg"
    ok "$drawer: labels with units" $?
done
"$bin/rule_curves" --draw none -o "$work/none" > "$work/out" 2> "$work/err" &&
    grep -q 'no SVG drawn' "$work/err" && [ -s "$work/none/data/rule_curves.gp" ] &&
    [ -s "$work/none/data/figure.py" ] && [ ! -e "$work/none/rule_curves.svg" ]
ok "--draw none keeps numbers and scripts" $?
LPL_DRAW=none "$bin/rule_curves" -o "$work/said" > "$work/out" 2> "$work/err" && [ ! -e "$work/said/rule_curves.svg" ]
ok "LPL_DRAW=none" $?
if command -v gnuplot > "$work/out"; then
    (cd "$work/none/data" && gnuplot rule_curves.gp) 2> "$work/err" && [ -s "$work/none/rule_curves.svg" ]
    ok "gnuplot NAME.gp draws again" $?
fi
if /usr/bin/python3 -c 'import matplotlib' 2> "$work/err"; then
    (cd "$work/none/data" && /usr/bin/python3 figure.py rule_curves_relu.json) 2> "$work/err" &&
        [ -s "$work/none/rule_curves_relu.svg" ]
    ok "figure.py NAME.json draws again" $?
    # A map whose x runs downwards is not drawn the wrong way round.
    (cd "$work/none/data" && PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c 'import figure
half, rows = figure.grid([9, 7, 9, 7], [1, 1, 0, 0], [1, 2, 3, 4])
assert half == [1, 0.5] and rows == [[4, 3], [2, 1]], (half, rows)') 2> "$work/err"
    ok "figure.py: a grid in any order" $?
fi
end
