#!/bin/sh
# tests/tools/full_disk.sh - a program that cannot write all it has to says so with its exit status: full_disk.sh FOLDER
# (build/examples/paper). Standard output on a full disk, closed, or a pipe that nobody reads; figures and tables that
# are cut. Last line "N passed, N failed".
# shellcheck source=tests/tools/begin.sh
. "$(dirname "$0")/begin.sh"
bin=$1
tells() { # tells WORDS STATUS: the status of the last program is not 0, and it said why
    [ "$2" != 0 ] && grep -q "$1" "$work/err"
}

programs="bcm deep_images digits movies rooms rule_curves spiking_network stdp stream swap toy2d"
for name in $programs; do
    "$bin/$name" --help > "$work/out" 2> "$work/err" && [ -s "$work/out" ]
    ok "$name --help" $?
    "$bin/$name" --help > /dev/full 2> "$work/err"
    tells "standard output could not be written" $?
    ok "$name --help on a full disk" $?
    "$bin/$name" --help >&- 2> "$work/err"
    tells "standard output could not be written" $?
    ok "$name --help, standard output closed" $?
done

# The small examples beside that folder tell it by their status alone.
for source in examples/*.c; do
    name=$(basename "$source" .c)
    "$bin/../$name" > "$work/out" 2> "$work/err"
    ok "$name" $?
    ! "$bin/../$name" > /dev/full 2> "$work/err"
    ok "$name on a full disk" $?
    ! "$bin/../$name" >&- 2> "$work/err"
    ok "$name, standard output closed" $?
done

# A table longer than a buffer, and one that is cut at its end only.
"$bin/rule_curves" -o "$work/full" > /dev/full 2> "$work/err"
tells "standard output could not be written" $?
ok "a table on a full disk" $?
"$bin/rule_curves" -o "$work/closed" >&- 2> "$work/err"
tells "standard output could not be written" $?
ok "standard output closed: no table" $?
"$bin/rule_curves" -o "$work/whole" > "$work/out" 2> "$work/err"
ok "a whole run" $?
same=0
for file in "$work"/whole/data/*.csv; do cmp -s "$file" "$work/closed/data/${file##*/}" || same=1; done
ok "standard output closed: its number is given to no data file" $same

# A pipe whose reader has gone, for whoever ignores SIGPIPE as a Python parent does: the status of the writer.
# shellcheck disable=SC2016 # expanded by the inner shell
sh -c 'trap "" PIPE; { "$1" -o "$2"; echo $? > "$3"; } 2> "$4" | :' sh "$bin/rule_curves" "$work/pipe" "$work/status" \
    "$work/err"
tells "standard output could not be written" "$(cat "$work/status")"
ok "a pipe that nobody reads" $?

# The numbers beside a figure, and the figure: gnuplot's own status is 0 on a full disk, as this one's.
mkdir -p "$work/csv/data" "$work/fake"
ln -s /dev/full "$work/csv/data/rule_curves-b.csv"
"$bin/rule_curves" -o "$work/csv" > "$work/out" 2> "$work/err"
tells incomplete $?
ok "a CSV on a full disk" $?
mkdir -p "$work/caption"
ln -s /dev/full "$work/caption/rule_curves_relu.txt"
"$bin/rule_curves" -o "$work/caption" > "$work/out" 2> "$work/err"
tells incomplete $?
ok "a caption on a full disk" $?
cat > "$work/fake/gnuplot" << 'END'
#!/bin/sh
cat > /dev/null
for f in rule_curves rule_curves_relu rule_curves_sliding; do printf '<svg><path d="M' > "$LPL_TEST_FOLDER/$f.svg"; done
END
chmod +x "$work/fake/gnuplot"
LPL_TEST_FOLDER="$work/svg" PATH="$work/fake:$PATH" "$bin/rule_curves" -o "$work/svg" > "$work/out" 2> "$work/err"
tells "svg is cut short" $?
ok "a figure that is cut short" $?
if command -v gnuplot > "$work/out"; then
    mkdir -p "$work/real"
    for f in rule_curves rule_curves_relu rule_curves_sliding; do ln -s /dev/full "$work/real/$f.svg"; done
    "$bin/rule_curves" -o "$work/real" > "$work/out" 2> "$work/err"
    tells svg $?
    ok "a figure on a full disk" $?
    ! grep -q iconv "$work/err" && [ "$(grep -c wrote "$work/err")" = 0 ]
    ok "no word of gnuplot's about the locale, nothing reported as written" $?
fi
end
