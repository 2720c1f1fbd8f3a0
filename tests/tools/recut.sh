#!/bin/sh
# tests/tools/recut.sh LPL_RECUT - the program on state files of 0.1.0: 1 -> 3 -> 2 -> 1 gives the bytes that it began
# with; mistakes are said in one line, and nothing is left half-written.
set -u
export LC_ALL=C
recut=$1
states=tests/golden/state
work=$(mktemp -d "${TMPDIR:-/tmp}/lpl-recut-XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
ok() { # name, status
    if test "$2" -eq 0; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
        cat "$work/err"
    fi
}
run() { "$recut" "$@" > "$work/out" 2> "$work/err"; }
says() { # status, words, arguments: fails so, in one line with these words
    expected=$1
    words=$2
    shift 2
    run "$@"
    test $? -eq "$expected" && test "$(wc -l < "$work/err")" -eq 1 && grep -q -e "$words" "$work/err"
    ok "lpl-recut $*: $words" $?
}

# Several states in one file, as a process of a network saves them.
cat "$states"/0.1-lif-*.lpl "$states"/0.1-spiking-*.lpl "$states"/0.1-projection-*.lpl > "$work/whole.lpl"
run -n 3 -o "$work/three.*.lpl" "$work/whole.lpl" &&
    run -n 2 -o "$work/two.*.lpl" "$work/three.2.lpl" "$work/three.0.lpl" "$work/three.1.lpl" &&
    run -n 1 -o "$work/one.lpl" "$work"/two.*.lpl && cmp "$work/one.lpl" "$work/whole.lpl" > "$work/err"
ok "1 -> 3 -> 2 -> 1" $?
run --list "$work"/two.1.lpl && test "$(grep -c "neurons 2 .. 4 of 5" "$work/out")" -ge 8
ok "--list" $?
run --help && grep -q "^Usage: lpl-recut " "$work/out"
ok "--help" $?
run --version && grep -q "^lpl-recut (liblpl [0-9.]*)$" "$work/out"
ok "--version" $?

# What every process has whole and alike is copied.
cat "$states"/0.1-lif-*.lpl > "$work/lif.lpl"
layer=$(find "$states" -name '0.1-dense*.lpl' | sort | head -n 1)
: "${layer:=$(find "$states" -name '0.1-*.lpl' ! -name '*lif*' ! -name '*spiking*' ! -name '*projection*' \
    ! -name '*record*' | sort | head -n 1)}"
run -n 2 -o "$work/a.*.lpl" "$work/lif.lpl" && for k in 0 1; do
    cat "$layer" "$work/a.$k.lpl" > "$work/b.$k.lpl"
done && run -n 3 -o "$work/c.*.lpl" "$work"/b.?.lpl && for k in 0 1 2; do
    head -c "$(wc -c < "$layer")" "$work/c.$k.lpl" | cmp - "$layer" || exit 1
done
ok "another state in each file" $?

says 2 "which FILEs" -n 2 -o "$work/x.*"
says 2 "there is no option --n" --n 2
says 2 "has to follow -o" -n 2 -o
says 2 "not 0" -n 0 -o "$work/x.*" "$work/whole.lpl"
says 2 "have a \*" -n 2 -o "$work/x" "$work/whole.lpl"
says 2 "not a size" -n 2 -o "$work/x.*" --memory much "$work/whole.lpl"
says 1 "too few for 6 parts" -n 6 -o "$work/x.*" "$work/whole.lpl"
says 1 "neuron [0-9]* is in none" -n 2 -o "$work/y.*" "$work/three.0.lpl" "$work/three.2.lpl"
says 1 "is in parts" -n 1 -o "$work/x.*" "$work/three.0.lpl" "$work/three.0.lpl" "$work/three.1.lpl" "$work/three.2.lpl"
says 1 "cannot read" -n 2 -o "$work/x.*" "$work/nobody.lpl"
says 1 "holds [0-9]* states" -n 2 -o "$work/x.*" "$work/three.0.lpl" "$work/lif.lpl"
says 1 "give the new files other names" -n 1 -o "$work/three.0.lpl" "$work"/three.?.lpl
says 1 "the file is empty" -n 2 -o "$work/x.*" /dev/null
head -c 3000 "$work/three.1.lpl" > "$work/short.lpl"
says 1 "truncated" -n 1 -o "$work/x.*" "$work/three.0.lpl" "$work/short.lpl" "$work/three.2.lpl"
{ cat "$work/three.1.lpl" && echo; } > "$work/long.lpl"
says 1 "truncated" -n 1 -o "$work/x.*" "$work/three.0.lpl" "$work/long.lpl" "$work/three.2.lpl"
says 1 "cannot use folder" -n 2 -o "$work/no/x.*" "$work/whole.lpl"
test -z "$(find "$work" -name 'x*' -o -name '.lpl-*')"
ok "nothing is left of what failed" $?

echo "lpl-recut: $passed passed, $failed failed"
test "$failed" -eq 0
