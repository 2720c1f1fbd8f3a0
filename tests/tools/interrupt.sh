#!/bin/sh
# tests/tools/interrupt.sh - a run that is interrupted, killed or refused: interrupt.sh PROGRAM  (examples/paper/rooms)
# Ctrl-C saves, kill -9 loses nothing but the steps since the last checkpoint, --resume goes on with the same bits,
# errors are sentences. Signals come at any moment; what is checked must hold for all of them. Last line "N passed, N
# failed".
# shellcheck source=tests/tools/begin.sh
. "$(dirname "$0")/begin.sh"
program=$1
small="--quick --steps 200 --batch 8 --width 4 --epochs 20 --bank 1000 --draws 2 --points 1 --repetitions 1 --similar 1"
kinds="lpl,online"

run() { # run FOLDER OPTION ... : exit status of the program
    folder=$1
    shift
    # shellcheck disable=SC2086 # options are words
    "$program" $small --conditions $kinds -o "$work/$folder" "$@" > "$work/out" 2> "$work/err"
}

same() { # the networks and logs of a folder are those of the run that nothing disturbed
    for name in lpl online; do
        cmp -s "$work/whole/$name.lpl" "$work/$1/$name.lpl" &&
            cmp -s "$work/whole/losses_$name.csv" "$work/$1/losses_$name.csv" || return 1
    done
}

says() { # says STATUS WORDS: the last run's status and a sentence
    [ "$1" = "$2" ] && grep -q "$3" "$work/err"
}

run whole --threads 2
ok "a whole run" $?
run single --threads 1 && same single
ok "one thread: the same bits" $?

# begin FOLDER OPTION ...: start a run on two threads and wait for its first checkpoint; its process is $pid.
begin() {
    folder=$1
    shift
    # shellcheck disable=SC2086
    "$program" $small --conditions $kinds --threads 2 -o "$work/$folder" "$@" > "$work/out" 2> "$work/err" &
    pid=$!
    while [ ! -f "$work/$folder/lpl.lpl" ] && kill -0 $pid 2> "$work/kill"; do sleep 0.02; done
}

begin int --checkpoint 5
kill -INT $pid 2> "$work/kill"
wait $pid
says $? 1 "go on with --resume"
ok "SIGINT saves and ends" $?
run int --threads 1 --resume && same int
ok "resumed after SIGINT: the same bits" $?

# Killed again and again while it writes a checkpoint after each step.
for delay in 0.0 0.1 0.2 0.3 0.5; do
    begin killed --checkpoint 1 --resume
    sleep $delay
    kill -KILL $pid 2> "$work/kill"
    wait $pid 2> "$work/kill"
done
run killed --threads 2 --resume && same killed
ok "kill -9 five times, resumed: the same bits" $?

# No room for another checkpoint. The one before stays, and nothing is left beside it.
cp "$work/whole/lpl.lpl" "$work/before"
(
    trap '' XFSZ # what else is written gets an error, as on a full disk
    ulimit -f $(($(wc -c < "$work/before") / 2048))
    run whole --steps 210 --epoch 10 --resume
)
status=$?
set -- "$work"/whole/.lpl-* # none: the pattern itself
says $status 1 "cannot write .*File too large" && cmp -s "$work/before" "$work/whole/lpl.lpl" && [ ! -e "$1" ]
ok "no room for a checkpoint" $?

run whole --resume --width 8
says $? 2 "another condition, loss, seed, batch, width"
ok "a checkpoint of another network" $?
run whole --resume --seed 5
says $? 2 "another condition, loss, seed, batch, width"
ok "a checkpoint of another run" $?
head -c 3000 "$work/single/lpl.lpl" > "$work/cut" && mv "$work/cut" "$work/single/lpl.lpl"
run single --resume
says $? 2 "truncated.*single/lpl.lpl"
ok "a checkpoint that ends in the middle" $?
run whole/lpl.lpl/sub
says $? 3 "cannot make the folder"
ok "a folder that cannot be" $?
kinds=lpl,nothing
run other
says $? 2 "'nothing' is none of lpl,pred_off"
ok "a condition that is none" $?

end
