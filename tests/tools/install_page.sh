#!/bin/sh
# tests/tools/install_page.sh - does every command of docs/install.md work, in a home folder of its own and a copy of
# the source?
#   install_page.sh FOLDER
# Blocks ```LANGUAGE FILE are written to FILE, blocks ```sh are run, in their order. Last line "N passed, N failed".
set -u
export LC_ALL=C
page=$(pwd)/docs/install.md
folder=$1
rm -rf "$folder"
mkdir -p "$folder/home" "$folder/work" "$folder/lpl" || exit 1
folder=$(cd "$folder" && pwd)
# shellcheck disable=SC2016 # $f is for the inner shell
# The files of the last commit and of today, without what was built.
git ls-files -z --cached --others --exclude-standard | \
    xargs -0 sh -c 'for f; do test ! -e "$f" || printf "%s\0" "$f"; done' sh |
    tar -c --null -T - -f - | tar -x -C "$folder/lpl" -f - || exit 1
HOME=$folder/home LPL=$folder/lpl
export HOME LPL
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL PKG_CONFIG_PATH LD_LIBRARY_PATH CMAKE_PREFIX_PATH
cd "$folder/work" || exit 1
awk '
/^```$/ && inside { close(out); inside = 0; next }
/^```/ {
    inside = 1; n = split(substr($0, 4), word, " ")
    if (word[1] == "sh") { out = sprintf("block-%02d.sh", ++blocks) } else if (n > 1) { out = word[2] } else {
        out = "/dev/null" }
    folder = out
    if (sub("/[^/]*$", "", folder)) system("mkdir -p " folder)
    next
}
inside { print > out }' "$page"
passed=0 failed=0
# One shell for all: a later block uses what an earlier one exported.
: > all.sh
for block in block-*.sh; do
    # shellcheck disable=SC2016
    printf '(set -e\n. ./%s\nexport -p > .exported) > %s.log 2>&1 && { echo "ok   %s"; . ./.exported; } || ' \
        "$block" "$block" "$block" >> all.sh
    # shellcheck disable=SC2016
    printf '{ echo "FAIL %s:"; cat %s; tail -n 30 %s.log; }\n' "$block" "$block" "$block" >> all.sh
done
sh all.sh > results 2>&1
cat results
passed=$(grep -c '^ok ' results) failed=$(grep -c '^FAIL ' results)
blocks=$(find . -maxdepth 1 -name 'block-*.sh' | wc -l)
test $((passed + failed)) = "$blocks" || failed=$((failed + 1)) # the page has lost its blocks
test "$blocks" -ge 6 || failed=$((failed + 1))
cd / && rm -rf "$folder"
echo "$passed passed, $failed failed"
test "$failed" = 0
