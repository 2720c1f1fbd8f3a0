#!/bin/sh
# tests/tools/headers.sh - every public header compiles alone, twice included, in each language standard, without a
# warning; so do the examples, as C and as C++. CC, CXX; MPICC: for lpl/mpi.h, which alone holds code and includes what
# is not the library's; without one that header is left out.
set -u
export LC_ALL=C # numbers have a point
passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for header in include/lpl.h include/lpl/*.h; do
    cc=${CC:-gcc} cxx=${CXX:-g++}
    if [ "$header" = include/lpl/mpi.h ]; then
        if [ -z "${MPICC-}" ]; then
            echo "skipped: $header, there is no mpicc"
            continue
        fi
        # Its own warnings; those of MPI's header are its affair.
        mpi=$("$MPICC" -show | tr ' ' '\n' | sed -n 's/^-I/-isystem /p' | tr '\n' ' ')
        cc="$cc $mpi" cxx="$cxx $mpi"
    fi
    name=${header#include/}
    printf '#include <%s>\n#include <%s>\nint lpl_header_%s;\n' "$name" "$name" "$(echo "$name" | tr '/.' '__')" \
        > "$work/h.c"
    cp "$work/h.c" "$work/h.cpp"
    # shellcheck disable=SC2086 # a compiler may be several words
    for standard in c99 c11 c17 c++11 c++17; do
        case $standard in
        c++*) set -- $cxx -x c++ "$work/h.cpp" ;;
        *) set -- $cc -Wstrict-prototypes "$work/h.c" ;;
        esac
        if "$@" -std=$standard -Wall -Wextra -Wpedantic -Wshadow -Werror -Iinclude -fsyntax-only; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "FAIL $header as $standard"
        fi
    done
    if [ "$header" != include/lpl/mpi.h ] &&
        grep -n '^ *# *include' "$header" | grep -v -E '"|<stddef.h>|<stdint.h>'; then
        failed=$((failed + 1))
        echo "FAIL $header includes more than stddef.h and stdint.h"
    fi
done
# The small examples are what people copy: plain C99, and C++ as it is.
for example in examples/*.c; do
    # shellcheck disable=SC2086 # a compiler may be several words
    for language in c c++; do
        case $language in
        c) set -- ${CC:-gcc} -std=c99 -Wstrict-prototypes ;;
        *) set -- ${CXX:-g++} -std=c++11 ;;
        esac
        if "$@" -x $language -Wall -Wextra -Wpedantic -Wshadow -Werror -Iinclude -fsyntax-only "$example"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "FAIL $example as $language"
        fi
    done
done
echo "$passed passed, $failed failed"
test "$failed" = 0
