#!/bin/sh
# tests/tools/swap.sh - the swap experiment on files, from generated images to the table: swap.sh FOLDER (where
# deep_images and swap are). CIFAR-10's and STL-10's form with a checkpoint of deep_images; interruption; what is
# refused. Last line "N passed, N failed".
# shellcheck source=tests/tools/begin.sh
. "$(dirname "$0")/begin.sh"
bin=$1
# shellcheck source=tests/tools/images.sh
. "$(dirname "$0")/images.sh"
cifar data_batch_1.bin 40 && cifar test_batch.bin 50
stl unlabeled 24 && stl train 12 && stl test 50 && labels train 12 && labels test 50

encoder() { # encoder FOLDER-OF-IMAGES CONDITION DIVIDE [OPTION]
    "$bin/deep_images" "$work/$1" --conditions "$2" --divide "$3" --batch 8 --steps 20 -o "$work/$1-$2-$3" ${4:+"$4"} \
        > "$work/out" 2> "$work/err"
}
run() { # run OUT OPTION ... : exit status of the program
    folder=$1
    shift
    "$bin/swap" -o "$work/$folder" --dense-steps 12 --exposures 8 --updates 2 --checkpoint 3 --eta 1e-3 "$@" \
        > "$work/$folder.txt" 2> "$work/err"
}

encoder cifar no_bias 32 && encoder cifar lpl 32 && encoder stl no_bias 32 --stl
ok "encoders" $?
file="$work/cifar-no_bias-32/no_bias.lpl"
run cifar1 --cifar "$work/cifar" --encoder "$file"
ok "CIFAR-10's form" $?
grep -q "canvas of 5 slots (of 13), 208 features, 16 units" "$work/cifar1.txt" &&
    ! grep -q "swap, change" "$work/cifar1.txt"
ok "its canvas; no verdict before 400 exposures" $?
[ "$(grep -c '^swap,1,' "$work/cifar1/data/swap.csv")" = 9 ] &&
    [ "$(grep -c '^pred_off,1,' "$work/cifar1/data/swap.csv")" = 9 ]
ok "its curves" $?
run cifar2 --cifar "$work/cifar" --encoder "$file" --threads 1 &&
    cmp -s "$work/cifar1/data/swap.csv" "$work/cifar2/data/swap.csv"
ok "one thread: the same curves" $?
rm "$work/cifar2/swap_no_swap_1.lpl" "$work/cifar2/data/swap.csv"
run cifar2 --cifar "$work/cifar" --encoder "$file" --resume &&
    cmp -s "$work/cifar1/data/swap.csv" "$work/cifar2/data/swap.csv"
ok "--resume: the same curves" $?
run cifar2 --cifar "$work/cifar" --encoder "$file" --resume --eta 2e-3
says $? "swap_1.lpl is the checkpoint of a run with another"
ok "--resume with another rate is refused" $?
run cifar3 --cifar "$work/cifar" --encoder "$file" --no-swap && \
    [ "$(grep -c '^no_swap,1,' "$work/cifar3/data/swap.csv")" = 9 ] &&
    ! grep -q '^swap,1,' "$work/cifar3/data/swap.csv"
ok "--no-swap" $?
run cifar4 --cifar "$work/cifar" --encoder "$file" --views --pull 0
ok "--views --pull 0" $?
run cifar4 --cifar "$work/cifar" --encoder "$file" --views --pull 0 --dense-steps 6 --resume
says $? "swap_dense.lpl has learned for 12 steps already, more than 6"
ok "--resume of a dense layer that has learned for longer" $?
# A rate at which the dense layer diverges, in exposures or while it settles: the sentence has one that does not.
for settle in 0 100; do
    case $settle in 0) when="at exposure [1-8]" ;; *) when="while it settled, before exposure 1" ;; esac
    run cifar5 --cifar "$work/cifar" --encoder "$file" --settle $settle --eta 1e6
    says $? "diverged $when .* lasts for 100 updates"
    ok "--settle $settle: a rate that diverges is named, with one that does not" $?
    eta=$(sed -n 's/.* with a learning rate of 1e+06; \([0-9.e+-]*\) lasts for 100 updates (rule: .*/\1/p' "$work/err")
    run cifar5 --cifar "$work/cifar" --encoder "$file" --settle 0 --exposures 50 --eta "${eta:-none}"
    ok "--settle $settle: it does not" $?
    awk -v eta="${eta:-0}" 'BEGIN { exit !(eta > 1e-3) }' 2> "$work/err" # as large as the rule's, or so
    ok "--settle $settle: and it is no smaller than need be" $?
done

run stl1 --stl "$work/stl" --encoder "$work/stl-no_bias-32/no_bias.lpl" --conv-eta 1e-4
ok "STL-10's form, convolutions learn" $?
grep -q "canvas of 3 slots (of 13)" "$work/stl1.txt" && grep -q "convolutions learn" "$work/stl1.txt"
ok "its canvas" $?
run stl2 --stl "$work/stl" --encoder "$work/stl-no_bias-32/no_bias.lpl" --conv-eta 0 &&
    ! cmp -s "$work/stl1/data/swap.csv" "$work/stl2/data/swap.csv"
ok "convolutions that learn change the curves" $?
run stl3 --stl "$work/stl" --encoder "$work/stl-no_bias-32/no_bias.lpl" --conv-eta 1 --updates 20
says $? "convolutions diverged at exposure [1-8] .* smaller --conv-eta"
ok "a rate at which convolutions diverge is named" $?
mkdir "$work/part"
cp "$work"/stl/*.bin "$work/part"
rm "$work/part/test_X.bin"
run stl3 --stl "$work/part" --encoder "$work/stl-no_bias-32/no_bias.lpl"
says $? "part/test_X.bin: there is no such file"
ok "STL-10's folder one file short" $?
head -c 100000 "$work/stl/test_X.bin" > "$work/part/test_X.bin"
run stl3 --stl "$work/part" --encoder "$work/stl-no_bias-32/no_bias.lpl"
says $? "part/test_X.bin"
ok "a file of STL-10's cut short" $?
rm "$work/stl1/data/swap.csv"
run stl1 --stl "$work/stl" --encoder "$work/stl-no_bias-32/no_bias.lpl" --conv-eta 1e-4 --resume &&
    [ -s "$work/stl1/data/swap.csv" ]
ok "--resume with convolutions" $?

# Ctrl-C while the dense layer learns, after its first checkpoint: what was done is kept, and the end is the same.
"$bin/swap" -o "$work/cut" --cifar "$work/cifar" --encoder "$file" --dense-steps 300 --exposures 8 --updates 2 \
    --eta 1e-3 --checkpoint 5 \
    > "$work/cut.txt" 2> "$work/err" &
pid=$!
tries=0
while [ ! -s "$work/cut/swap_dense.lpl" ] && [ $tries -lt 600 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -INT $pid 2> "$work/null"
wait $pid
[ -s "$work/cut/swap_dense.lpl" ]
ok "interrupted: the dense layer is kept" $?
for f in cut uncut; do
    "$bin/swap" -o "$work/$f" --cifar "$work/cifar" --encoder "$file" --dense-steps 300 --exposures 8 --updates 2 \
        --eta 1e-3 --resume > "$work/$f.txt" 2> "$work/err"
done
cmp -s "$work/cut/data/swap.csv" "$work/uncut/data/swap.csv"
ok "and --resume ends as if nothing had happened" $?

run bad --cifar "$work/cifar" --encoder "$work/cifar-lpl-32/lpl.lpl"
says $? "no_bias"
ok "an encoder with biases is refused" $?
run bad --stl "$work/stl" --encoder "$file"
says $? "learned on images of 32 x 32"
ok "an encoder of another image size is refused" $?
run bad --cifar "$work/cifar"
says $? "need --encoder FILE"
ok "no encoder" $?
run bad --cifar "$work/cifar" --encoder "$file" --sets 2
says $? "there are 50 test images, need 48 for each of 2 sets"
ok "fewer than 48 images for each set" $?
head -c 1000 "$file" > "$work/short.lpl"
run bad --cifar "$work/cifar" --encoder "$work/short.lpl"
says $? "short.lpl"
ok "a checkpoint that is cut short" $?

end
