#!/bin/sh
# tests/tools/movies.sh - complex cells from movies: movies.sh PROGRAM [FOLDER]. The noise world, and controls that must
# fail; interruption; frames on standard input; what is refused. With a FOLDER also real videos, fetched into it
# (fetch_videos.sh), whole and damaged. Last line "N passed, N failed".
# shellcheck source=tests/tools/begin.sh
. "$(dirname "$0")/begin.sh"
program=$1
videos=${2:-}
run() { # run FOLDER OPTION ... : exit status of the program
    folder=$1
    shift
    "$program" -o "$work/$folder" "$@" > "$work/out" 2> "$work/err"
}
fails() { # fails STATUS WORDS: that many rows or more of the table had to hold and do not
    [ "$1" = 1 ] && grep -q "$2.* FAIL " "$work/out" && grep -q "that must hold failed" "$work/out"
}
says() { # says STATUS WORDS
    [ "$1" = 2 ] && grep -q "$2" "$work/err" && [ "$(grep -c '^movies: ' "$work/err")" = 1 ]
}

# The experiment, one seed; and that its table fails where the experiment is another.
run demo --demo
ok "the noise world" $?
grep -q "continuous, median F1/F0 .* ok" "$work/out" && grep -q "scrambled, median F1/F0 .* ok" "$work/out"
ok "its table" $?
[ -s "$work/demo/movies_strip.txt" ] && [ "$(grep -c '^scrambled,1,' "$work/demo/data/movies-units.csv")" = 16 ]
ok "its figures" $?
# Weights of a cell by orientation (8) and phase (4), of four cells in each of two conditions.
[ "$(grep -c '^continuous,[1-4],' "$work/demo/data/movies_weights.csv")" = 128 ] &&
    [ "$(grep -c '^scrambled,[1-4],' "$work/demo/data/movies_weights.csv")" = 128 ]
ok "weights by orientation and phase" $?
# A complex cell takes an orientation at all phases: across them weights vary less than across orientations.
awk -F, '/^(continuous|scrambled),/ { k = $1 " " $2; n[k]++; s[k] += $5; q[k] += $5 * $5; o[k, $3] += $5 / 4 }
    END { for (k in n) { split(k, w, " "); within = 0; m = s[k] / n[k]
            for (i in o) { split(i, p, SUBSEP); if (p[1] == k) within += (o[i] - m) ^ 2 / 8 }
            part[w[1]] += within / (q[k] / n[k] - m * m) / 4 }
        printf "%.2f of the variance of weights is between orientations, scrambled %.2f\n", part["continuous"],
            part["scrambled"]
        exit !(part["continuous"] > 2 * part["scrambled"]) }' "$work/demo/data/movies_weights.csv" > "$work/err"
ok "of a complex cell they depend on the orientation, of others on the phase" $?
run pull --demo --pull 0
fails $? "continuous, median F1/F0"
ok "--pull 0 fails: the predictive term is what does it" $?
run push --demo --push 0
fails $? "cells that live"
ok "--push 0 fails: responses collapse" $?
run hebb --demo --conditions hebb_off,random
ok "Hebb off: responses collapse, as its row demands" $?
run short --demo --steps 20 --conditions continuous
fails $? "continuous, slowness"
ok "twenty updates fail" $?
run all --demo --steps 20 --conditions all --frames 1000
[ $? = 1 ] && [ "$(grep -c '^hebb_off,1,' "$work/all/data/movies-table.csv")" = 1 ]
ok "--conditions all" $?

# The same whatever the threads, and after an interruption.
short="--frames 1500 --steps 600 --conditions continuous,scrambled --seeds 1"
# shellcheck disable=SC2086 # options are words
run two $short --threads 2
cp "$work/two/data/movies-table.csv" "$work/table"
# shellcheck disable=SC2086
run one $short --threads 1
cmp -s "$work/table" "$work/one/data/movies-table.csv" &&
    cmp -s "$work/two/movies_scrambled_1.lpl" "$work/one/movies_scrambled_1.lpl"
ok "one thread: the same" $?
# shellcheck disable=SC2086
"$program" -o "$work/cut" $short --checkpoint 5 > "$work/out" 2> "$work/err" &
pid=$!
tries=0
while [ ! -s "$work/cut/movies_continuous_1.lpl" ] && [ $tries -lt 600 ]; do
    sleep 0.02
    tries=$((tries + 1))
done
kill -INT $pid 2> "$work/null"
wait $pid
[ -s "$work/cut/movies_continuous_1.lpl" ]
ok "interrupted: what was learned is kept" $?
# shellcheck disable=SC2086
run cut $short --resume
cmp -s "$work/table" "$work/cut/data/movies-table.csv"
ok "and --resume ends as if nothing had happened" $?
# shellcheck disable=SC2086
run cut $short --resume --speed 2
says $? "movies_.*_1.lpl is the checkpoint of a run with another movie"
ok "--resume with another movie is refused" $?
head -c 3000 "$work/cut/movies_scrambled_1.lpl" > "$work/short.lpl"
mv "$work/short.lpl" "$work/cut/movies_scrambled_1.lpl"
# shellcheck disable=SC2086
run cut $short --resume
says $? "movies_scrambled_1.lpl"
ok "a checkpoint that is cut short" $?

# Frames on standard input: 40 of 31 x 25 pixels that drift, and what is none.
awk 'BEGIN {
    for (t = 0; t < 40; t++) for (y = 0; y < 25; y++) for (x = 0; x < 31; x++)
        printf "%c", 80 + int(25 * sin((x + 0.4 * t) * 0.9 + 0.3 * y) + 20 * sin(y * 0.8 - 0.3 * t))
}' > "$work/frames"
raw="--frames 600 --steps 40 --conditions continuous --seeds 1"
# shellcheck disable=SC2086
run raw $raw --raw 31x25 < "$work/frames"
[ $? -le 1 ] && grep -q "standard input: 40 frames of 31 x 25" "$work/err" && grep -q "^continuous " "$work/out"
ok "frames on standard input" $?
# shellcheck disable=SC2086
run raw $raw --raw 31x25 --most 20 < "$work/frames"
grep -q "the first 20 frames are taken" "$work/err"
ok "an endless stream: the first frames" $?
head -c 5000 "$work/frames" > "$work/raw_cut"
run raw --raw 31x25 < "$work/raw_cut"
says $? "ends in the middle of frame 7, after 350 of its 775 bytes"
ok "a stream that is cut short" $?
run raw --raw 31x25 < /dev/null
says $? "holds no frame"
ok "no frames" $?
head -c 7750 /dev/zero > "$work/zero"
run raw --raw 31x25 < "$work/zero"
says $? "have one brightness"
ok "nothing but black" $?
run raw --raw 18x18 < "$work/frames"
says $? "frames of 18 x 18 pixels .* need at least 19 x 19"
ok "frames that are too small" $?
head -c 775 "$work/frames" > "$work/raw_one"
run raw --raw 31x25 < "$work/raw_one"
says $? "no two frames belong together"
ok "a single frame" $?
cat "$work/raw_one" "$work/raw_one" "$work/raw_one" "$work/raw_one" "$work/raw_one" > "$work/raw_still"
run raw --raw 31x25 --speed 0 < "$work/raw_still"
says $? "too little changes"
ok "a still picture that nobody looks over" $?
for size in 31 31x -31x25 31x-25 "31 x25" 31x25x1 x25; do
    run raw --raw "$size" < "$work/frames"
    says $? "need WIDTHxHEIGHT"
    ok "--raw '$size', a size that is none" $?
done
run raw --raw 31x25 --video x
says $? "one of them"
ok "two movies at once" $?

# Pictures and videos that are none.
mkdir "$work/empty"
run images --images "$work/empty"
says $? "no pictures in this folder"
ok "a folder without pictures" $?
run images --images "$work/nowhere"
says $? "no folder that can be read"
ok "no folder" $?
run video --video "$work/table"
status=$?
if grep -q "without FFmpeg's libraries" "$work/err"; then
    echo "left out: videos (built without FFmpeg's libraries)"
    videos=
else
    says $status "cannot be opened as a video"
    ok "a video that is none" $?
    run video --video "$work/nowhere.mp4"
    says $? "nowhere.mp4: cannot be opened as a video"
    ok "no such video" $?
fi
run conditions --conditions continuous,nothing
says $? "'nothing' is none of"
ok "a condition that is none" $?

# Real videos: the table's looser bounds hold for three seeds. Damaged ones are refused.
if [ -n "$videos" ]; then
    "$(dirname "$0")/fetch_videos.sh" "$videos"
    for name in bikes.mp4 cityCC0.mpg; do
        [ -s "$videos/$name" ] || continue
        run "$name" --video "$videos/$name"
        ok "$name" $?
        grep -q "seed 3: F1/F0, scrambled - continuous .* ok" "$work/out"
        ok "$name: its table" $?
        half=$(($(wc -c < "$videos/$name") / 2))
        head -c $half "$videos/$name" > "$work/half-$name"
        run half --video "$work/half-$name"
        says $? "half-$name: "
        ok "$name, cut in the middle" $?
        { head -c $half "$videos/$name"; head -c 3000 "$work/frames"; tail -c +$((half + 3001)) "$videos/$name"; } \
            > "$work/bad-$name"
        run bad --video "$work/bad-$name"
        says $? "bad-$name: is damaged at frame "
        ok "$name, damaged in the middle" $?
    done
fi

end
