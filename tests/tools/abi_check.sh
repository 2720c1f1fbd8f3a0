#!/bin/sh
# tests/tools/abi_check.sh - compare the ABI of a library with a baseline: abi_check.sh BASELINE LIBRARY
#
# abidiff's exit status is a set of bits: 1, 2 tool errors, 4 changed, 8 incompatible. Incompatible fails: it needs
# another SONAME. Changed but compatible (a new function, a field at the end of a sized struct) prints the report and
# needs a line in CHANGELOG.md.
set -u
export LC_ALL=C # numbers have a point
if ! test -f "$1"; then echo "$1 does not exist: make abi-baseline" >&2; exit 1; fi
status=0
abidiff --hd2 include --suppressions tests/abi/suppressions.ini "$1" "$2" || status=$?
if [ $((status & 3)) != 0 ]; then echo "abidiff failed ($status)"; exit 1; fi
if [ $((status & 8)) != 0 ]; then echo "incompatible with $1"; exit 1; fi
if [ $((status & 4)) != 0 ]; then
    echo "changed, compatible with $1: say so under \"ABI compatibility\" in CHANGELOG.md, then make abi-baseline"
    exit 0
fi
echo "same ABI as $1"
