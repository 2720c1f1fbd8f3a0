#!/bin/sh
# tests/tools/lint.sh - strict compiler warnings, cppcheck, clang-tidy, shellcheck. lint.sh SOURCE...
# CC FLAGS STRICT BLIS JOBS from make.
# shellcheck disable=SC2317 # functions are called through step
set -u
export LC_ALL=C # numbers have a point
failed=0
step() { # TITLE COMMAND...
    title=$1
    shift
    if "$@"; then echo "ok   $title"; else echo "FAIL $title"; failed=1; fi
}

compile() { # every file as make compiles it, once for each element type
    bad=0
    for source; do
        more=
        case $source in
        */blas.c) more="$BLIS -Wno-pedantic" ;; # BLIS keeps functions in void pointers
        *_ukr.c) more="-DLPLI_ISA_NAME=avx512 -mavx512f -mavx512dq -mfma" ;;
        *_kernel.c) more=-DLPLI_ISA_NAME=ref ;;
        esac
        case $source in
        *_real.c | *_kernel.c | *_ukr.c) types="-DLPLI_F64 -ULPLI_F64" ;;
        *) types=-ULPLI_F64 ;;
        esac
        for type in $types; do
            # shellcheck disable=SC2086 # flags are lists of words
            $CC $FLAGS $STRICT $more $type -fsyntax-only "$source" || bad=1
        done
    done
    return "$bad"
}

missing=
for tool in cppcheck clang-tidy shellcheck; do command -v $tool > /dev/null || missing="$missing $tool"; done
if [ -n "$missing" ]; then
    echo "lint needs$missing: make deps-dev" >&2
    exit 1
fi

step "$CC $STRICT" compile "$@"
step shellcheck shellcheck tests/tools/*.sh .ci/run
step cppcheck cppcheck --quiet -j "${JOBS:-2}" --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
    --suppressions-list=tests/tools/cppcheck.txt \
    -DLPLI_NO_BLIS -DLPLI_ISA_NAME=ref -Iinclude -Isrc src examples
# shellcheck disable=SC2016 # expanded by the inner shell
tidy() {
    printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -n 4 sh -c 'clang-tidy --quiet "$@" -- -std=c11 -Iinclude -Isrc \
        -DLPL_BUILDING -DLPLI_HAVE_X86_KERNELS -DLPLI_ISA_NAME=avx512 -mavx512f -mavx512dq 2> /dev/null' tidy
}
step clang-tidy tidy "$@"
exit $failed
