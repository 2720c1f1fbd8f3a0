#!/bin/sh
# tests/tools/inject_verdicts.sh - do the tables of the figures' programs fail for a wrong program? Each program is
# linked with something wrong in it, run, and its table must say FAIL and its exit status 1; with nothing wrong it must
# be as expected. Run by `make check-verdicts`, which says how to compile (CC, COMPILE, KERNELS, FLAGS, LINK) and may
# say
#
#   VERDICTS="stdp stream"   only these programs
#   FAULTS="none root"       only these faults
#   DATA=FOLDER              digits too: FOLDER/mnist
#   LONG=yes                 rooms, swap and (with DATA: FOLDER/cifar-10-batches-bin) deep_images at length too: an hour
#   TABLE=FILE               the table of docs/examples.md, in Markdown
#   ROWS=FILE                PROGRAM|FAULT|VERDICT|ROW of all rows are put behind what is there, and the last lines are
#                            the rows there that no fault has changed: verdicts that have not been seen to fail
#
# What is wrong, a line of the library's source each (change), or a call (wrong_calls.c):
#   pull      the predictive term has the other sign
#   push      the Hebbian term is missing
#   half      it lacks a factor of two
#   variance  layers do not divide by it; online and spiking: it stays as it is
#   root      they divide by the standard deviation instead of the variance
#   bessel    the gradient of the variance lacks B / (B - 1)
#   axis      mean and variance are those over all units of a layer, not each unit's own
#   lambda    decorrelation is a sum over pairs of units, not their mean
#   diagonal  decorrelation takes in each unit's own variance
#   slope     the gradient lacks f' of the activation
#   adam      Adam's averages are not divided by what their start from 0 leaves of them
#   mean      (spiking) the running mean is not subtracted
#   volt      (spiking) beta of the surrogate derivative is taken for one in 1 / mV (times in ms the library refuses)
#   surrogate (spiking) the eligibility lacks the surrogate derivative: it is that of a neuron held at -52 mV
#   filter    (spiking) the error is not filtered
#   pairs     what belongs together in time does not
#   detach    the past learns too; where both views do, only one does
#   tau       time constants of mean and variance have changed places; online, where they are equal: a tenth of both
# The changed sources are put in front of the library. A program that stops with an error instead of a table has failed
# too. Last line "N passed, N failed".
# shellcheck source=tests/tools/begin.sh
. "$(dirname "$0")/begin.sh"
export LPL_DRAW=none

# Images in the form of CIFAR-10.
# shellcheck source=tests/tools/images.sh
. "$(dirname "$0")/images.sh"
cifar data_batch_1.bin 200 && cifar test_batch.bin 60

# Program, options, what can be wrong in it. rooms, swap and deep_images (on images made here) learn next to nothing:
# what must fail are the rows of their first update (worlds/firstupdate.h).
cases() {
    # shellcheck disable=SC2154 # of begin.sh
    images=$work/cifar
    deep="pull push half variance root bessel axis lambda diagonal slope adam pairs detach"
    spiking="pull push half variance root mean volt surrogate filter pairs tau"
    echo "rule_curves||pull push half variance root slope pairs"
    echo "stdp||$spiking"
    echo "stream||pull push half variance root pairs tau"
    echo "toy2d|--demo --reps 1 --points 0|pull push half variance root bessel pairs detach"
    echo "bcm|--threads 2|$spiking"
    echo "movies|--demo|$deep"
    echo "spiking_network|--demo|$spiking"
    echo "rooms|--quick --steps 1 --conditions lpl --bank 1000 --draws 10 --points 1 --repetitions 1 --similar 1|$deep"
    echo "swap|--demo --encoder-steps 1 --dense-steps 1 --exposures 4|$deep"
    echo "swap|--demo --encoder-steps 1 --dense-steps 400 --exposures 4|root"
    echo "deep_images|$images --steps 1 --batch 64 --divide 8 --conditions lpl|$deep"
    [ -z "${DATA:-}" ] ||
        echo "digits|$DATA/mnist --threads 2|pull push half variance root bessel pairs detach"
    [ "${LONG:-no}" = yes ] || return 0
    echo "rooms|--quick|$deep"
    echo "swap|--demo|$deep"
    [ -z "${DATA:-}" ] || echo "deep_images|$DATA --short --conditions lpl --threads 2|$deep"
}

# change FAULT SOURCE: what sed does to it; nothing if it stays as it is.
change() {
    case $1:$2 in
    pull:rule/rule.c) printf '%s\n' 's/f\.pull = \(.*\);/f.pull = -(\1);/' ;;
    pull:spiking/forward_real.c) printf '%s\n' 's/\.pull = \(.*\),/.pull = -\1,/' ;;
    push:rule/rule.c) printf '%s\n' 's/f\.push = \(.*\);/f.push = 0 * (\1);/' ;;
    push:spiking/forward_real.c) printf '%s\n' 's/const double push = \(.*\);/const double push = 0 * (\1);/' ;;
    half:rule/rule.c) printf '%s\n' 's/f\.push = \(.*\);/f.push = 0.5 * (\1);/' ;;
    half:spiking/forward_real.c) printf '%s\n' 's/const double push = \(.*\);/const double push = 0.5 * (\1);/' ;;
    variance:rule/rule.c) printf '%s\n' 's|return 1 / (sigma2 + r->eps);|return 1 + 0 * sigma2;|' ;;
    variance:layer/online_real.c) printf '%s\n' 's/\.k_sigma2 = .*,/.k_sigma2 = 0,/' ;;
    variance:spiking/forward_real.c) printf '%s\n' 's/\(c_sigma2\) = .*,/\1 = 0,/' ;;
    root:rule/rule.c) printf '%s\n' 's|return 1 / (sigma2 + r->eps);|return 1 / sqrt(sigma2 + r->eps);|' ;;
    root:layer/online_kernel.c)
        printf '%s\n' 's|push / (sigma2\[at + i\] + eps)|push / sqrt(sigma2[at + i] + eps)|'
        ;;
    root:spiking/post_kernel.c)
        printf '%s\n' 's/residual \/ (\(sigma2\[i\] + k\.[a-z_]*xi\))/residual \/ (real)sqrt((double)(\1))/'
        ;;
    bessel:rule/rule.c) printf '%s\n' 's|const double alpha = .*;|const double alpha = 1;|' ;;
    axis:layer/signal_real.c)
        # The mean and the variance of all responses of a view, in place of those of unit i.
        average='for (size_t j = 0; j < M; j++) m += l->scratch.batch_mean[v][j] / (double)M;'
        spread='(l->scratch.batch_mean[v][j] - m) * (l->scratch.batch_mean[v][j] - m)'
        spread="l->scratch.batch_m2[v][j] / ((double)B - 1) + $spread"
        spread="for (size_t j = 0; j < M; j++) s += ($spread) / (double)M;"
        printf '%s\n' "s|l->scratch.use_sigma2\[i\] = l->scratch.batch_m2.*|{ double m = 0, s = 0; $average $spread \
l->scratch.use_mean[i] = m; l->scratch.use_sigma2[i] = s; }|"
        ;;
    lambda:rule/rule.c) printf '%s\n' 's|f\.decorr = \(.*\);|f.decorr = (M - 1) * (\1);|' ;;
    diagonal:rule/rule_real.c)
        printf '%s\n' 's|w->square\[i \* M + i\] = 0;|w->square[i * M + i] += 0;|' \
            's|diagonal\[i\] = (real)(factor|diagonal[i] = 0 * (real)(factor|'
        ;;
    slope:conv/conv_real.c)
        printf '%s\n' '/^ *engine->forward(r, /s|$| for (size_t k = 0; fp \&\& k < v->size.kept; k++) fp[k] = 1;|'
        ;;
    slope:rule/rule_kernel.c) printf '%s\n' 's|out\[i\] = d\[i\] \* f\[i\];|out[i] = d[i];|' ;;
    adam:optim/optim_kernel.c)
        printf '%s\n' 's|(real)(o->eta / (1 - o->beta1_t))|(real)o->eta|' 's|(real)(1 / sqrt(1 - o->beta2_t))|1|'
        ;;
    mean:spiking/forward_real.c) printf '%s\n' 's/\(c_mean\) = .*,/\1 = 0,/' ;;
    volt:spiking/forward_real.c) printf '%s\n' 's/\.beta = c->beta,/.beta = 1e-3 * c->beta,/' ;;
    surrogate:spiking/post_kernel.c)
        printf '%s\n' 's|return (real)(beta / (d \* d));|return (real)(beta / 9 + 0 * d);|'
        ;;
    filter:spiking/post_kernel.c) printf '%s\n' 's|flt\[i\] = flt\[i\] + k\.r_err_decay.*|flt[i] = e;|' ;;
    esac
}

# compile SOURCE OBJECT FLAGS: once.
compile() {
    from=$1 to=$2
    shift 2
    # shellcheck disable=SC2086 # flags are words
    [ -e "$to" ] || $CC $COMPILE "$@" -c "$from" -o "$to" || exit 1
    objects="$objects $to"
}

# objects FAULT: what is put in front of the library; in $objects.
objects() {
    objects=
    [ "$1" != none ] || return 0
    case $1 in
    pairs | detach | tau)
        wrong=$(echo "$1" | tr '[:lower:]' '[:upper:]')
        calls=$(sed -n "/^#ifdef $wrong\$/,/^#endif/s/^WRAPPED(\([a-z0-9_]*\),.*/\1/p" tests/tools/wrong_calls.c)
        for name in $calls; do objects="$objects -Wl,--wrap=$name"; done
        compile tests/tools/wrong_calls.c "$work/$1.o" "-D$wrong"
        return
        ;;
    esac
    found=no
    for source in conv/conv_real.c rule/rule.c rule/rule_real.c rule/rule_kernel.c layer/online_real.c \
        layer/online_kernel.c layer/signal_real.c optim/optim_kernel.c spiking/forward_real.c spiking/post_kernel.c; do
        change "$1" $source > "$work/script"
        [ -s "$work/script" ] || continue
        found=yes
        copy=$work/$1-$(basename $source .c)
        sed -f "$work/script" src/$source > "$copy.c"
        if cmp -s src/$source "$copy.c"; then
            echo "$1: nothing to change was found in src/$source" >&2
            exit 1
        fi
        case $source in
        *_kernel.c) # once for each instruction set and type
            echo "$KERNELS" | tr ';' '\n' | grep . > "$work/kernels"
            while read -r isa how; do
                # shellcheck disable=SC2086
                compile "$copy.c" "$copy.$isa.o" -DLPLI_ISA_NAME="$isa" $how
                # shellcheck disable=SC2086
                compile "$copy.c" "$copy.$isa.f64.o" -DLPLI_F64 -DLPLI_ISA_NAME="$isa" $how
            done < "$work/kernels"
            ;;
        *_real.c)
            compile "$copy.c" "$copy.o"
            compile "$copy.c" "$copy.f64.o" -DLPLI_F64
            ;;
        *) compile "$copy.c" "$copy.o" ;;
        esac
    done
    if [ $found = no ]; then
        echo "$1: no such fault" >&2
        exit 1
    fi
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
    [ -z "${ROWS:-}" ] || awk -v run="$1|$3" '/  (ok|FAIL|differs)  / {
        row = substr($0, 1, 44); sub(/ +$/, "", row); sub(/^ +/, "", row)
        verdict = /  ok  / ? "ok" : /  FAIL  / ? "FAIL" : "differs"
        print run "|" verdict "|" row " #" ++n[row] }' "$work/out" >> "$ROWS"
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
while IFS='|' read -r program options faults; do
    case " ${VERDICTS:-$program} " in *" $program "*) ;; *) continue ;; esac
    for fault in none $faults; do
        case " ${FAULTS:-$fault} " in *" $fault "*) ;; *) continue ;; esac
        try "$program" "$options" "$fault" < /dev/null
    done
done < "$work/cases"
[ -z "${ROWS:-}" ] || awk -F '|' '
    { row = $1 ": " $4 }
    $2 == "none" { expected[row] = $3 }
    $2 != "none" && !(row in changed) { tried[row] }
    $2 != "none" && $3 != "ok" { changed[row] }
    END { for (row in tried) if (expected[row] == "ok" && !(row in changed)) print "no fault changes " row }
' "$ROWS" | sort
end
