#!/bin/sh
# tests/tools/distcheck.sh - does the archive stand on its own? distcheck.sh ARCHIVE FOLDER_INSIDE   MAKE from make.
#
# Unpacks it twice in different folders, builds both and compares the libraries byte by byte; checks and installs from
# the first.
set -eu
export LC_ALL=C # numbers have a point
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/one"
tar -xzf "$1" -C "$work/one"
mkdir -p "$work/two/deeper"
tar -xzf "$1" -C "$work/two/deeper"
make_in() { # FOLDER GOALS...
    where=$1
    shift
    $MAKE --no-print-directory -C "$where" O=build "$@" > "$work/log" 2>&1 ||
        { tail -n 40 "$work/log"; echo "FAIL make $*"; exit 1; }
}
make_in "$work/one/$2" all
make_in "$work/two/deeper/$2" all
for library in liblpl.a liblpl.so; do
    cmp "$work/one/$2/lib/$library" "$work/two/deeper/$2/lib/$library"
    echo "ok   $library: the same bytes from two folders"
done
make_in "$work/one/$2" check
echo "ok   make check: $(tail -n 1 "$work/log")"
make_in "$work/one/$2" installcheck
echo "ok   make installcheck: $(tail -n 1 "$work/log")"
make_in "$work/one/$2" distclean
if [ -n "$(cd "$work/one/$2" && find lib -type f ! -name .gitignore)" ]; then
    echo "FAIL distclean leaves files in lib"; exit 1
fi
echo "ok   make distclean"
