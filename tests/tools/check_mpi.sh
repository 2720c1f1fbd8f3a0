#!/bin/sh
# tests/tools/check_mpi.sh - programs over MPI on this machine: check_mpi.sh BUILD. MPIRUN: mpirun; OTHERS: other MPIs
# of Debian's, whose programs lie in BUILD/openmpi or BUILD/mpich. As many ranks as a check asks for, however many
# processors there are; each run has a time limit. Last line "N passed, N failed".
set -u
export LC_ALL=C # numbers have a point
bin=$1
: "${MPIRUN:=mpirun}" "${OTHERS=}"
# More ranks than processors, as root, in a container: Open MPI and MPICH are told by their own variables, so that one
# command line serves both.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_plm_rsh_agent=false
export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe MPIR_CVAR_POLLS_BEFORE_YIELD=10
export OMP_NUM_THREADS=1 BLIS_NUM_THREADS=1 LPL_DRAW=none
work=$(mktemp -d "${TMPDIR:-/tmp}/lpl-mpi-XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
ok() { # NAME STATUS: what was just run has left its output in $work/out and $work/err
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $1 (${kind:-mpirun})"
        tail -n 12 "$work/out" "$work/err"
    fi
}
limit=60                # s: a run that takes longer hangs
run() { # RANKS PROGRAM ARGUMENT...: into $work/out, $work/err; its status
    ranks=$1 program=$2
    shift 2
    timeout -k 5 "$limit" "$mpirun" -n "$ranks" "$programs/$program" "$@" > "$work/out" 2> "$work/err"
}

adapter() { # RANKS: tests/mpi/adapter.c
    rm -rf "$work/adapter"
    mkdir "$work/adapter"
    run "$1" tests/mpi/adapter "$work/adapter" && grep -q '^[0-9][0-9]* passed, 0 failed$' "$work/out"
    ok "the adapter on $1 ranks" $?
    grep -E '^(layers|tracker): ' "$work/out" > "$work/layers"
    [ -s "$work/layers.1" ] || cp "$work/layers" "$work/layers.1"
    [ "$(wc -l < "$work/layers")" = 2 ] && cmp -s "$work/layers" "$work/layers.1"
    ok "layers and a tracker with hooks: the same bits on $1 ranks" $?
}

# ---- cluster_spiking: what it prints ends in "hash: ...  (N ranks, step N)"

network="-s 2e4 --patience 20 -o $work/figures"
hash() { sed -n 's/^hash: \(.*\)  (.*/\1/p' "$work/out"; }
spiking() { # RANKS ARGUMENT...
    ranks=$1
    shift
    # shellcheck disable=SC2086 # words
    run "$ranks" examples/paper/cluster_spiking $network "$@"
}
whole() { # SECONDS: what one rank without interruption comes to
    [ -s "$work/whole-$1" ] || { spiking 1 -t "$1" && hash > "$work/whole-$1"; }
    cat "$work/whole-$1"
}
same() { # NAME SECONDS: the last run has the bits of one rank
    got=$(hash)
    cp "$work/out" "$work/last" && cp "$work/err" "$work/lasterr"
    want=$(whole "$2")
    cp "$work/last" "$work/out" && cp "$work/lasterr" "$work/err"
    [ -n "$got" ] && [ "$got" = "$want" ]
    ok "$1" $?
}
ends() { # NAME STATUS SENTENCE: the last run gave up with this status, and one sentence
    [ "$2" != 0 ] && [ "$2" -lt 124 ] && [ "$(grep -c 'cluster_spiking: ' "$work/err")" = 1 ] &&
        grep -q "$3" "$work/err"
    ok "$1" $?
}
ranks_of() { ps -eo pid,comm,args | awk -v folder="$1" '$2 == "cluster_spiking" && index($0, folder) { print $1 }'; }
kill_one() { # FOLDER EVERY WAIT: a run of three ranks, of which one is killed WAIT s after its second checkpoint
    rm -rf "$1"
    spiking 3 -t 100000 --checkpoint "$1" --every "$2" &
    runner=$!
    for _ in $(seq 800); do
        sed -n 's/^generation //p' "$1/manifest" 2> "$work/log" | grep -qv '^1$' && break
        sleep 0.05
    done
    sleep "$3"
    kill -9 "$(ranks_of "$1" | sed -n 2p)"
    killed=$(date +%s)
    ! wait $runner && [ $(($(date +%s) - killed)) -lt 50 ] && [ -z "$(ranks_of "$1")" ] # before the time limit
    ok "a rank is killed $3 s after a checkpoint, every $2 s: all end" $?
    seconds=$(sed -n 8p "$1/manifest" | awk '{ print $1 / 10000 + 0.1 }') # the fourth note: steps done
    spiking 2 -t "$seconds" --checkpoint "$1" --resume
    same "and two go on from the last whole checkpoint" "$seconds"
}
bits() { # on 1 to 4 ranks, taken up by fewer
    for ranks in 1 2 3 4; do
        spiking $ranks -t 0.7
        same "the same bits on $ranks ranks" 0.7
    done
    rm -rf "$work/ck"
    spiking 4 -t 0.2 --checkpoint "$work/ck" && spiking 3 -t 0.45 --checkpoint "$work/ck" --resume &&
        spiking 1 -t 0.7 --checkpoint "$work/ck" --resume
    same "a checkpoint of 4 ranks is taken up by 3, theirs by 1" 0.7
    spiking 2 -t 0.8 --checkpoint "$work/ck" --resume
    same "that of 1 by 2" 0.8
}
errors() {
    timeout -k 5 "$limit" "$mpirun" -n 1 "$programs/examples/paper/cluster_spiking" -t 1 : \
        -n 1 "$programs/examples/paper/cluster_spiking" -t 2 > "$work/out" 2> "$work/err"
    ends "one rank has other options" $? "rank 1: other options"
    spiking 2 --secondss 3
    ends "a wrong option" $? "did you mean --seconds?"
    spiking 2 --help && [ "$(grep -c 'Usage' "$work/out")" = 1 ]
    ok "--help once" $?
    spiking 2 --resume
    ends "--resume from nowhere" $? "resume from where"
    spiking 2 --checkpoint "$work/none" --resume
    ends "--resume without a checkpoint" $? "there is no checkpoint in"
    spiking 2 --checkpoint "$work/ck" --resume --seed 7
    ends "--resume of another network" $? "seed 1, not 7"
    spiking 2 --checkpoint /dev/null/x -t 0.1
    ends "a folder that cannot be" $? "rank 0: a folder cannot be made"
    spiking 4 -s 1e4 -t 0.1 --checkpoint "$work/bad"
    part=$(find "$work/bad" -name '*.2.lpl')
    dd if=/dev/zero of="$part" bs=1 seek=3000 count=64 conv=notrunc 2> "$work/log"
    spiking 4 -s 1e4 -t 0.2 --checkpoint "$work/bad" --resume
    ends "one part is damaged" $? "rank 2: LPL_E_FORMAT.*2.lpl"
    rm "$part"
    spiking 2 -s 1e4 -t 0.2 --checkpoint "$work/bad" --resume
    ends "one part is gone" $? "rank 1: .*2.lpl"
    spiking 2 -t 0.7 --alone && grep -q '^weights differ from one rank .* ok ' "$work/out" &&
        [ -s "$work/figures/data/cluster_spiking.csv" ]
    ok "--alone compares" $?
}
# ---- cluster_images: the same bits, rows or layers over the ranks, resumed 4 -> 3 -> 1, a rank killed
images() { # RANKS ARGUMENT...: its hash line without the number of ranks into $hash
    ranks=$1
    shift
    run "$ranks" examples/paper/cluster_images --chunks 4 --divide 16 -o "$work/images" "$@" &&
        hash=$(sed -n 's/^hash: \([0-9a-f]*\) .*step \([0-9]*\).*/\1 \2/p' "$work/out") && [ -n "$hash" ]
}
images_bits() {
    images 1 --steps 6
    together=$hash
    images 1 --steps 6 --pipeline
    in_line=$hash
    for ranks in 2 3 4; do
        images "$ranks" --steps 6 && [ "$hash" = "$together" ]
        ok "cluster_images: $ranks ranks learn together" $?
        images "$ranks" --steps 6 --pipeline && [ "$hash" = "$in_line" ]
        ok "cluster_images: a pipeline of $ranks ranks" $?
    done
    rm -rf "$work/ck-images"
    images 4 --steps 2 --checkpoint "$work/ck-images" &&
        images 3 --steps 4 --checkpoint "$work/ck-images" --resume &&
        images 1 --steps 6 --checkpoint "$work/ck-images" --resume && [ "$hash" = "$together" ]
    ok "cluster_images: resumed 4, 3, 1" $?
    ! images 2 --steps 8 --checkpoint "$work/ck-images" --resume --seed 3 &&
        [ "$(grep -c '^cluster_images: ' "$work/err")" = 1 ] && grep -q "other seed" "$work/err"
    ok "cluster_images: the checkpoint of another run" $?
    ! images 2 --cifar "$work/none" && [ "$(grep -c '^cluster_images: ' "$work/err")" = 1 ]
    ok "cluster_images: no images" $?
}
images_killed() { # a rank is killed while the run saves at each step; the last checkpoint goes on to the same bits
    images 1 --steps 100
    whole=$hash
    rm -rf "$work/ck-images"
    images 2 --steps 1 --checkpoint "$work/ck-images" --every 1
    timeout -k 5 "$limit" "$mpirun" -n 2 "$programs/examples/paper/cluster_images" --steps 100000 --chunks 4 \
        --divide 16 -o "$work/images" --checkpoint "$work/ck-images" --every 1 --resume > "$work/out" 2> "$work/err" &
    sleep 0.8
    for p in $(ps -eo pid,comm,args | awk -v f="$work/ck-images" '$2 == "cluster_images" && index($0, f) { print $1 }' |
        tail -n 1); do kill -9 "$p"; done
    wait
    images 2 --steps 100 --checkpoint "$work/ck-images" --resume
    status=$?
    # the run may have been beyond 100 steps already: then there is nothing left to compare
    case $hash in *" 100") [ "$status" = 0 ] && [ "$hash" = "$whole" ] ;; *) [ "$status" = 0 ] ;; esac
    ok "cluster_images: a killed rank, and on" $?
}
line_saved() { # a pipeline's checkpoint: layers dealt anew to other ranks; killed before the last file has come
    saved=$work/ck-line
    rm -rf "$saved"
    images 1 --steps 6 --pipeline
    whole=$hash
    images 4 --steps 2 --pipeline --checkpoint "$saved" &&
        images 3 --steps 4 --pipeline --checkpoint "$saved" --resume &&
        images 1 --steps 6 --pipeline --checkpoint "$saved" --resume && [ "$hash" = "$whole" ]
    ok "cluster_images: a pipeline is resumed 4, 3, 1" $?
    rm -rf "$saved"
    images 2 --steps 2 --pipeline --checkpoint "$saved" && cp "$saved/cluster_images-line.lpl" "$work/named" &&
        images 3 --steps 4 --pipeline --checkpoint "$saved" --resume &&
        cp "$work/named" "$saved/cluster_images-line.lpl"
    for layer in 3 8; do : > "$saved/cluster_images-line-layer$layer-2.lpl"; done # of the set that was being written
    images 4 --steps 6 --pipeline --checkpoint "$saved" --resume && [ "$hash" = "$whole" ]
    ok "cluster_images: a pipeline's checkpoint without its last file: the one before" $?
    : > "$saved/cluster_images-line-layer3-$(od -An -tu8 -j48 -N8 "$saved/cluster_images-line.lpl" |
        awk '{ print $1 % 3 }').lpl"
    ! images 2 --steps 8 --pipeline --checkpoint "$saved" --resume &&
        [ "$(grep -c '^cluster_images: ' "$work/err")" = 1 ] && grep -q 'layer3' "$work/err"
    ok "cluster_images: a layer's file is damaged" $?
    ! images 2 --steps 8 --pipeline --checkpoint "$saved" --resume --seed 3 &&
        [ "$(grep -c '^cluster_images: ' "$work/err")" = 1 ] && grep -q 'other seed' "$work/err"
    ok "cluster_images: a pipeline's checkpoint of another run" $?
}
line_step() { od -An -tu8 -N8 "$saved/cluster_images-line.lpl" | tr -d ' '; }
line_killed() { # WAIT...: a rank of three is killed so many s after a checkpoint; one follows the other
    saved=$work/ck-line
    rm -rf "$saved"
    images 2 --steps 1 --pipeline --checkpoint "$saved" --every 1
    before=1
    for wait in "$@"; do
        timeout -k 5 "$limit" "$mpirun" -n 3 "$programs/examples/paper/cluster_images" --steps 100000 --chunks 4 \
            --divide 16 -o "$work/images" --pipeline --checkpoint "$saved" --every 1 --resume > "$work/out" \
            2> "$work/err" &
        for _ in $(seq 400); do
            [ "$(line_step)" -gt $((before + 2)) ] && break
            sleep 0.05
        done
        sleep "$wait"
        p=$(ps -eo pid,comm,args | awk -v f="$saved" '$2 == "cluster_images" && index($0, f) { print $1 }' | sed -n 2p)
        kill -9 "$p"
        killed=$?
        wait
        after=$(line_step)
        [ "$killed" = 0 ] && [ "$after" -gt $((before + 2)) ]
        ok "cluster_images: a rank of a pipeline is killed $wait s after a checkpoint, at step $after" $?
        before=$after
    done
    steps=$((before + 2))
    images 2 --steps "$steps" --pipeline --checkpoint "$saved" --resume
    got=$hash
    images 1 --steps "$steps" --pipeline && [ "$got" = "$hash" ]
    ok "cluster_images: and two ranks go on to the bits of a run that nobody killed" $?
}
dies() { # RANKS RANK: tests/mpi/adapter.c, one rank is killed while it writes its part
    rm -rf "$work/adapter"
    mkdir "$work/adapter"
    ! run "$1" tests/mpi/adapter "$work/adapter" die "$2" &&
        run "$1" tests/mpi/adapter "$work/adapter" died && grep -q '^[1-9][0-9]* passed, 0 failed$' "$work/out"
    ok "rank $2 of $1 is killed in its checkpoint: the one before is whole" $?
}

for kind in "" $OTHERS; do
    programs=$bin${kind:+/$kind} mpirun=$MPIRUN${kind:+.$kind}
    [ -z "$kind" ] || mpirun=mpirun.$kind
    if ! command -v "$mpirun" > "$work/out"; then
        echo "skipped: there is no $mpirun here"
        continue
    fi
    bits
    kill_one "$work/kill" 0.3 0.1
    kill_one "$work/kill" 0 0.023 # all the time in a checkpoint
    adapter 3
    images_bits
    line_saved
    [ -z "$kind" ] || continue # of the other MPI less
    adapter 1
    adapter 4
    dies 2 1
    dies 3 0
    errors
    images_killed
    line_killed 0 0.013 0.05 0.171
    for wait in 0 0.037; do kill_one "$work/kill" 0 $wait; done
done
echo "$passed passed, $failed failed"
test "$failed" = 0 && test "$passed" != 0
