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
}

for kind in "" $OTHERS; do
    programs=$bin${kind:+/$kind} mpirun=$MPIRUN${kind:+.$kind}
    [ -z "$kind" ] || mpirun=mpirun.$kind
    if ! command -v "$mpirun" > "$work/out"; then
        echo "skipped: there is no $mpirun here"
        continue
    fi
    for ranks in 1 2 3 4; do adapter $ranks; done
done
echo "$passed passed, $failed failed"
test "$failed" = 0 && test "$passed" != 0
