#!/bin/sh
# tests/tools/deep_images.sh - deep networks on image files, from generated images to the table: deep_images.sh PROGRAM.
# CIFAR-10's and STL-10's form; what is judged along the way; killed and resumed; what is refused. Last line "N passed,
# N failed".
# shellcheck source=tests/tools/begin.sh
. "$(dirname "$0")/begin.sh"
program=$1
# shellcheck source=tests/tools/images.sh
. "$(dirname "$0")/images.sh"
cifar data_batch_1.bin 43 && cifar data_batch_4.bin 22 && cifar test_batch.bin 40
stl unlabeled 40 && stl train 20 && stl test 10 && labels train 20 && labels test 10

run() { # run OUT OPTION ... : exit status of the program
    folder=$1
    shift
    "$program" --divide 32 --batch 16 --warmup 6 --draw none -o "$work/$folder" "$@" \
        > "$work/$folder.txt" 2> "$work/err"
}
small="$work/cifar --epochs 4 --judge 5 --checkpoint 3"

# 65 images: four full batches and one left over, which has no variance and waits for the next epoch's order
# shellcheck disable=SC2086 # options are words
run whole $small --conditions lpl,shuffled,random
ok "CIFAR-10's form" $?
grep -q "65 images to learn from, 65 for the readout (the same), 40 for the test, 32 x 32" "$work/err" &&
    grep -q "^lpl (16 steps, 256 pairs)" "$work/whole.txt" && grep -q "^random (0 steps, 0 pairs)" "$work/whole.txt"
ok "all files learn and train the readout" $?
[ "$(cut -d, -f2 "$work/whole/curve_lpl.csv" | uniq | tr '\n' ' ')" = "step 4 7 10 13 16 " ] &&
    [ "$(grep -c '^lpl,' "$work/whole/curve_lpl.csv")" = 40 ] && [ "$(grep -c . "$work/whole/curve_random.csv")" = 9 ]
ok "judged at every fifth, a row a layer" $?
tail -n 8 "$work/whole/curve_lpl.csv" | cut -d, -f6-13 | sed 's/^/lpl,/' > "$work/last"
grep '^lpl,' "$work/whole/data/accuracy_by_depth.csv" | cmp -s - "$work/last"
ok "the last point is the figure's" $?
[ "$(grep -c "^  dead units" "$work/whole.txt")" = 3 ]
ok "dead units of each condition" $?

cp "$work/whole/data/accuracy_by_depth.csv" "$work/depth.csv"
"$program" --divide 32 --show --draw none -o "$work/whole" --conditions lpl,shuffled,random > "$work/show.txt" \
    2> "$work/err" && cmp -s "$work/depth.csv" "$work/whole/data/accuracy_by_depth.csv" &&
    grep -q "^lpl (16 steps, 256 pairs)" "$work/show.txt"
ok "--show: the same figure from the log" $?
"$program" --show --draw none -o "$work/stl" > "$work/show.txt" 2> "$work/err"
says $? "no curve_NAME.csv"
ok "--show of nothing" $?

# Killed while it learns the second condition, then resumed by other threads: the same networks and logs.
# shellcheck disable=SC2086
"$program" --divide 32 --batch 16 --warmup 6 --draw none -o "$work/cut" $small --conditions lpl,shuffled \
    > "$work/cut.txt" 2> "$work/err" &
pid=$!
tries=0
while [ ! -s "$work/cut/shuffled.lpl" ] && [ $tries -lt 600 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
kill -9 $pid 2> "$work/null"
wait $pid 2> "$work/null"
# shellcheck disable=SC2086
run cut $small --conditions lpl,shuffled --threads 2 --resume
ok "resumed after kill -9" $?
status=0
for f in lpl.lpl shuffled.lpl curve_lpl.csv curve_shuffled.csv losses_lpl.csv losses_shuffled.csv; do
    cmp -s "$work/whole/$f" "$work/cut/$f" || status=1
done
ok "the same bits" $status
# shellcheck disable=SC2086
run cut $small --conditions lpl --isa ref --resume && grep -q '^lpl,16,.*,ref,' "$work/cut/curve_lpl.csv" &&
    grep -q '^lpl,13,' "$work/cut/curve_lpl.csv"
ok "--isa is in the CSV, and counts after --resume too" $?
run cut "$work/cifar" --epochs 5 --conditions lpl --resume
says $? "lpl.lpl is the checkpoint of a run with another"
ok "another schedule is refused" $?
run unit "$work/cifar" --unit --constant --steps 2 --conditions lpl && run plain "$work/cifar" --constant --steps 2 \
    --conditions lpl && ! cmp -s "$work/unit/curve_lpl.csv" "$work/plain/curve_lpl.csv"
ok "--unit" $?
awk -F, '$1 == "lpl" && $11 < 0.02 { small++ } END { exit small > 0 }' "$work/unit/curve_lpl.csv" &&
    ! awk -F, '$1 == "lpl" && $11 < 0.02 { small++ } END { exit small > 0 }' "$work/plain/curve_lpl.csv"
ok "--unit: no layer starts with tiny responses, without it some do" $?
run unit "$work/cifar" --constant --steps 2 --conditions lpl --resume
says $? "start values"
ok "--unit belongs to a checkpoint" $?

run brief "$work/cifar" --short --steps 4 --conditions lpl &&
    grep -q "43 images to learn from, 22 for the" "$work/err" &&
    grep -q "^lpl (4 steps, 64 pairs" "$work/brief.txt"
ok "--short: the first file learns, the last one trains the readout, full batches" $?
run constant "$work/cifar" --constant --steps 4 --conditions lpl &&
    [ "$(tail -n 1 "$work/constant/curve_lpl.csv" | cut -d, -f5)" = 0.001 ]
ok "--constant" $?

run stl "$work/stl" --stl --steps 4 --conditions lpl &&
    grep -q "38 images to learn from, 18 for the readout, 10 for the test, 96 x 96" "$work/err" &&
    grep -q "^lpl (4 steps, 54 pairs" "$work/stl.txt"
ok "STL-10's form: 95 % learn, 90 % train the readout" $?

run bad "$work/cifar" --steps 4 --epochs 2
says $? "not both"
ok "--steps and --epochs" $?
run bad "$work/stl" --stl --short
says $? "CIFAR-10"
ok "--short --stl" $?
run bad "$work/cifar" --isa mmx
says $? "need auto, ref, avx2 or avx512"
ok "--isa of another name" $?
run bad "$work/stl"
says $? "data_batch_1.bin"
ok "a folder without images" $?

end
