#!/bin/sh
# tests/tools/inject_verdicts.sh - do the tables of the figures' programs fail for a wrong program? Each program is
# linked with something wrong in it, run, and its table must say FAIL and its exit status 1; with nothing wrong it must
# be as expected. Run by `make check-verdicts`, which says how to compile (CC, COMPILE, KERNELS, FLAGS, LINK) and may
# say
#
#   VERDICTS="stdp stream"   only these programs
#   DATA=FOLDER              digits too: FOLDER/mnist
#   LONG=yes                 rooms, swap and (with DATA: FOLDER/cifar-10-batches-bin) deep_images at length too: an hour
#   TABLE=FILE               the table of docs/examples.md, in Markdown
#
# What is wrong:
#   pull      the predictive term has the other sign
#   push      the Hebbian term is missing
#   variance  layers do not divide by it; online and spiking: it stays as it is
#   root      (layers) they divide by the standard deviation instead of the variance
#   mean      (spiking) the running mean is not subtracted
#   pairs     what belongs together in time does not: wrong_pairs.c
# All but the last are a few lines of a copy of the library's source, put in front of the library. A program that stops
# with an error instead of a table has failed too. Last line "N passed, N failed".
# shellcheck source=tests/tools/begin.sh
. "$(dirname "$0")/begin.sh"
export LPL_DRAW=none
wrapped=$(sed -n 's/^WRAPPED(\([a-z0-9_]*\),.*/\1/p' tests/tools/wrong_pairs.c)

# Images in the form of CIFAR-10.
# shellcheck source=tests/tools/images.sh
. "$(dirname "$0")/images.sh"
cifar data_batch_1.bin 200 && cifar test_batch.bin 60

# Program, options, what else is wrong than pull, push, variance and pairs. rooms, swap and deep_images (on images made
# here) learn next to nothing: what must fail are the rows of their first update (worlds/firstupdate.h).
cases() {
    echo "rule_curves||root"
    echo "stdp|--demo|mean"
    echo "stream||root"
    echo "toy2d|--demo --reps 1 --points 0|root"
    echo "bcm|--threads 2|mean"
    echo "movies|--demo|root"
    echo "spiking_network|--demo|mean"
    echo "rooms|--quick --steps 1 --conditions lpl --bank 1000 --draws 10 --points 1 --repetitions 1 --similar 1|root"
    echo "swap|--demo --encoder-steps 1 --dense-steps 1 --exposures 4|root"
    echo "deep_images|$work/cifar --steps 1 --batch 64 --divide 8 --conditions lpl|root"
    [ -z "${DATA:-}" ] || echo "digits|$DATA/mnist --threads 2|root"
    [ "${LONG:-no}" = yes ] || return 0
    echo "rooms|--quick|root"
    echo "swap|--demo|root"
    [ -z "${DATA:-}" ] || echo "deep_images|$DATA --short --conditions lpl --threads 2|root"
}

# change FAULT SOURCE: what sed does to it; nothing if it stays as it is.
change() {
    case $1:$2 in
    pull:rule/rule.c) printf '%s\n' 's/f\.pull = \(.*\);/f.pull = -(\1);/' ;;
    pull:spiking/forward_real.c) printf '%s\n' 's/\.pull = \(.*\),/.pull = -\1,/' ;;
    push:rule/rule.c) printf '%s\n' 's/f\.push = \(.*\);/f.push = 0 * (\1);/' ;;
    push:spiking/forward_real.c) printf '%s\n' 's/const double push = \(.*\);/const double push = 0 * (\1);/' ;;
    variance:rule/rule.c) printf '%s\n' 's|return 1 / (sigma2 + r->eps);|return 1 + 0 * sigma2;|' ;;
    root:rule/rule.c) printf '%s\n' 's|return 1 / (sigma2 + r->eps);|return 1 / sqrt(sigma2 + r->eps);|' ;;
    root:layer/online_kernel.c) printf '%s\n' 's|push / (sigma2\[at + i\] + eps)|push / sqrt(sigma2[at + i] + eps)|' ;;
    variance:layer/online_real.c) printf '%s\n' 's/\.k_sigma2 = .*,/.k_sigma2 = 0,/' ;;
    variance:spiking/forward_real.c) printf '%s\n' 's/\(c_sigma2\) = .*,/\1 = 0,/' ;;
    mean:spiking/forward_real.c) printf '%s\n' 's/\(c_mean\) = .*,/\1 = 0,/' ;;
    esac
}

# objects FAULT: the changed sources, compiled; their names in $objects.
objects() {
    objects=
    if [ "$1" = none ]; then return; fi
    if [ "$1" = pairs ]; then
        for name in $wrapped; do objects="$objects -Wl,--wrap=$name"; done
        # shellcheck disable=SC2086 # flags are words
        [ -e "$work/pairs.o" ] || $CC $COMPILE -c tests/tools/wrong_pairs.c -o "$work/pairs.o" || exit 1
        objects="$objects $work/pairs.o"
        return
    fi
    for source in rule/rule.c layer/online_real.c layer/online_kernel.c spiking/forward_real.c; do
        script=$(change "$1" $source)
        [ -n "$script" ] || continue
        copy=$work/$1-$(basename $source .c)
        sed "$script" src/$source > "$copy.c"
        if cmp -s src/$source "$copy.c"; then
            echo "$1: nothing to change was found in src/$source" >&2
            exit 1
        fi
        case $source in
        *_kernel.c) # once for each instruction set
            echo "$KERNELS" | tr ';' '\n' | grep . > "$work/kernels"
            while read -r isa how; do
                # shellcheck disable=SC2086
                [ -e "$copy.$isa.o" ] ||
                    $CC $COMPILE -DLPLI_ISA_NAME="$isa" $how -c "$copy.c" -o "$copy.$isa.o" || exit 1
                objects="$objects $copy.$isa.o"
            done < "$work/kernels"
            ;;
        *)
            # shellcheck disable=SC2086
            [ -e "$copy.o" ] || $CC $COMPILE -c "$copy.c" -o "$copy.o" || exit 1
            objects="$objects $copy.o"
            ;;
        esac
    done
}

try() { # try PROGRAM OPTIONS FAULT
    objects "$3"
    # shellcheck disable=SC2086
    if ! $CC $FLAGS "examples/paper/$1.c" $objects $LINK -o "$work/$1-$3" 2> "$work/err"; then
        cat "$work/err"
        exit 1
    fi
    # shellcheck disable=SC2086
    "$work/$1-$3" $2 -o "$work/out-$1" > "$work/out" 2> "$work/err"
    status=$?
    rows=$(grep -c '  \(ok\|FAIL\|differs\)  ' "$work/out")
    wrong=$(grep -c '  FAIL  ' "$work/out")
    first=$(grep '  FAIL  ' "$work/out" | sed 's/^\(.\{44\}[^ ]*\).*/\1/; s/^ *//; s/ *$//' | sort -u | head -n 3 |
        paste -s -d ';' | sed 's/;/; /g')
    unmet=$(grep -c '(no source)' "$work/out")
    if [ "$3" = none ]; then
        [ $status = 0 ] && [ "$wrong" = 0 ] && [ "$rows" -gt 0 ] && [ "$unmet" = 0 ]
    else
        { [ $status = 1 ] && [ "$wrong" -gt 0 ]; } ||
            { [ $status -gt 1 ] && grep -q 'LPL_E_NONFINITE\|diverged' "$work/err"; }
    fi
    good=$?
    if [ $status -gt 1 ]; then first="stops: not finite"; fi
    rm -f "$work/$1-$3"
    if [ $good = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    [ $good = 0 ] || echo "FAIL $1 $2, $3: exit status $status, $wrong rows FAIL; $(tail -n 1 "$work/err")"
    printf '%-16s %-9s %3d of %3d rows FAIL  %s\n' "$1" "$3" "$wrong" "$rows" "$first"
    [ -z "${TABLE:-}" ] || echo "| $1 | $3 | $wrong of $rows | $first |" >> "$TABLE"
}

cases > "$work/cases"
while IFS='|' read -r program options more; do
    case " ${VERDICTS:-$program} " in *" $program "*) ;; *) continue ;; esac
    for fault in none pull push variance $more pairs; do
        try "$program" "$options" "$fault" < /dev/null
    done
done < "$work/cases"
end
