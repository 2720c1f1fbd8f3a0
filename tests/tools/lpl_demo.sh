#!/bin/sh
# tests/tools/lpl_demo.sh - the programs of the figures as one command: lpl_demo.sh PROGRAM FOLDER (the single programs,
# build/examples/paper). Last line "N passed, N failed".
# shellcheck source=tests/tools/begin.sh
. "$(dirname "$0")/begin.sh"
export LPL_DRAW=none
demo=$1 bin=$2
says() { # says STATUS WORDS ARGUMENT...: the status, and the words on standard error
    status=$1 words=$2
    shift 2
    "$demo" "$@" > "$work/out" 2> "$work/err"
    [ $? = "$status" ] && grep -qF -- "$words" "$work/err"
}
"$demo" --list > "$work/list" 2> "$work/err"
ok "--list" $?
for source in examples/paper/*.c; do
    case $source in */cluster_*) continue ;; esac # over MPI, no parts of it
    name=$(basename "$source" .c)
    grep -q "^  $name  *[^ ]" "$work/list" && "$demo" "$name" --version > "$work/out" 2> "$work/err" &&
        grep -q "^lpl-demo $name (liblpl [0-9.]*)$" "$work/out" && "$demo" "$name" --help > "$work/out" &&
        grep -q "^Usage: lpl-demo $name " "$work/out"
    ok "$name is in it, and says so" $?
done
[ "$(wc -l < "$work/list")" = "$(find examples/paper -name '*.c' ! -name 'cluster_*' | wc -l)" ]
ok "nothing else" $?
says 2 "did you mean toy2d?" tody2d
ok "tody2d: did you mean toy2d?" $?
says 2 "did you mean rule_curves?" rule
ok "rule: did you mean rule_curves?" $?
says 2 "did you mean --list?" --lits
ok "--lits: did you mean --list?" $?
says 2 "there is no 'photosynthesis' (" photosynthesis
ok "no advice where nothing is near" $?
says 2 "which one?"
ok "no name" $?
says 2 "(lpl-demo toy2d --help lists all)" toy2d --sigm 3
ok "an option of a program" $?
"$demo" --help > "$work/out" 2> "$work/err" && grep -q '^  stdp ' "$work/out"
ok "--help" $?
"$demo" --help > /dev/full 2> "$work/err"
[ $? = 1 ]
ok "--help on a full disk" $?
"$demo" rule_curves -o "$work/one" > "$work/out" 2> "$work/err" &&
    "$bin/rule_curves" -o "$work/two" > "$work/out2" 2> "$work/err" && cmp -s "$work/out" "$work/out2" &&
    diff -r "$work/one" "$work/two" > "$work/err"
ok "lpl-demo rule_curves is rule_curves" $?
end
