#!/bin/sh
# tests/tools/abi_check.sh - compare the ABI of a library with a baseline: abi_check.sh BASELINE LIBRARY TEST_ABI
#
# Functions may be added, and nothing else: a function that is gone, takes or returns something else, or a type in its
# signature that has changed fails, since that needs another SONAME. Handles are opaque and sized structs may grow at
# their end, which abidiff cannot tell from other changes of them: both are left out in tests/abi/suppressions.ini, and
# TEST_ABI, the program of tests/test_abi.c, pins the layout of every public struct and (BASELINE's .table, written from
# lpl_abi_entry of that version) the value of every constant.
set -u
export LC_ALL=C # numbers have a point
if ! test -f "$1"; then echo "$1 does not exist: make abi-baseline" >&2; exit 1; fi
report=$(abidiff --suppressions tests/abi/suppressions.ini --no-added-syms "$1" "$2")
status=$?
if [ $((status & 3)) != 0 ] || [ "$status" -gt 15 ]; then echo "abidiff failed ($status)"; exit 1; fi
if [ "$status" != 0 ]; then
    printf '%s\nincompatible with %s: additions only, or another SONAME\n' "$report" "$1"
    exit 1
fi
CK_FORK=no "$3" || exit 1
added=$(abidiff --suppressions tests/abi/suppressions.ini "$1" "$2" | sed -n 's/^Functions.* \([0-9]*\) Added.*/\1/p')
echo "compatible with $1; ${added:-no} functions are new"
