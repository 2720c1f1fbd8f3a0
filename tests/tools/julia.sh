#!/bin/sh
# tests/tools/julia.sh - the Julia package checked without Julia: julia.sh PYTHON FOLDER LIBRARY
#
# A parser of Julia, a linter and a reader of DWARF come from PyPI into FOLDER/venv, once; where PyPI cannot be reached
# the check is skipped, and that is said. The last line is "N passed, N failed".
set -u
export LC_ALL=C

python=$1 folder=$2 library=$3
packages='tree-sitter==0.26.1 tree-sitter-julia==0.23.1 pyelftools==0.33 fatou==0.24.0'
venv=$folder/venv

mkdir -p "$folder"
if [ "$(cat "$venv/packages" 2> /dev/null)" != "$packages" ]; then
    rm -rf "$venv"
    # shellcheck disable=SC2086
    if ! { "$python" -m venv "$venv" && "$venv/bin/python" -m pip install --quiet $packages; } \
        > "$folder/log" 2>&1; then
        tail -n 2 "$folder/log"
        echo "skipped: $packages could not be installed into $venv"
        echo "0 passed, 0 failed"
        exit 0
    fi
    echo "$packages" > "$venv/packages"
fi
PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" tests/julia/check_julia.py "$library"
