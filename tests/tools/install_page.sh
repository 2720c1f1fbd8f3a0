#!/bin/sh
# tests/tools/install_page.sh - does every command of docs/install.md, and every install line of README.md, work, in a
# home folder of its own and a copy of the source?
#   install_page.sh FOLDER [PACKAGES]   PACKAGES: folder of Debian packages (make check-deb)
# Blocks ```LANGUAGE FILE are written to FILE, blocks ```sh are run, in their order; ```sh NAME is the way to the first
# picture of NAME: a table says what a newcomer types, and how long it takes. ```sh Debian runs in a chroot
# (LPL_CHROOT=FOLDER: a base that debootstrap made before), if there are packages, root and debootstrap; otherwise
# that it was not is said. Last line "N passed, N failed".
set -u
export LC_ALL=C
page=$(pwd)/docs/install.md readme=$(pwd)/README.md
folder=$1
packages=
if [ -n "${2:-}" ] && ls "$2"/*.deb > /dev/null 2>&1; then packages=$(cd "$2" && pwd); fi
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
    if (word[1] == "sh") { out = sprintf("block-%02d.sh", ++blocks)
                           if (n > 1) print word[2] > sprintf("block-%02d.name", blocks) }
    else if (n > 1) { out = word[2] } else { out = "/dev/null" }
    folder = out
    if (sub("/[^/]*$", "", folder)) system("mkdir -p " folder)
    next
}
inside { print > out }' "$page"
# Of README.md: its first program, the line that compiles it, and the line for Python.
awk '/^```c$/ && !seen { inside = seen = 1; next } /^```/ { inside = 0 } inside { print > "example.c" }' "$readme"
{
    sed -n 's/^    \(cc example.c .*\)/\1/p' "$readme" | sed 's/  *#.*//'
    echo "LD_LIBRARY_PATH=\$HOME/.local/lib ./a.out"
} > block-97.sh
# Its line for Python is the page's, in other folders.
# shellcheck disable=SC2016 # a backquote of Markdown, a name that stands in the page
sed -n 's|.*`pip \(install [^`]*\)`.*|\1|p' "$readme" | head -n 1 | sed 's|\./|$LPL/|; s|install|pip install -q|' > line
echo "grep -qF '$(cat line)' '$page' && test -s line && test -s python.svg" > block-98.sh
# A chroot with nothing but the packages.
debian=no
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && { [ -n "${LPL_CHROOT:-}" ] || command -v debootstrap > /dev/null; }; then
    debian=yes
    if [ -n "${LPL_CHROOT:-}" ]; then
        cp -a "$LPL_CHROOT" "$folder/root"
    else
        debootstrap --variant=minbase "${LPL_SUITE:-bookworm}" "$folder/root" > "$folder/bootstrap.log" 2>&1 ||
            debian=no
    fi
    if [ $debian = yes ]; then
        mkdir -p "$folder/root/packages"
        cp "$packages"/*.deb "$folder/root/packages"
        rm -f "$folder"/root/packages/*-dbgsym_*
        cp /etc/resolv.conf "$folder/root/etc/resolv.conf"
        chroot "$folder/root" apt-get update > "$folder/bootstrap.log" 2>&1 || debian=no
    fi
fi
passed=0 failed=0
# One shell for all: a later block uses what an earlier one exported.
: > all.sh
for block in block-*.sh; do
    name=$(cat "${block%.sh}.name" 2> /dev/null)
    if [ "$name" = Debian ]; then
        if [ $debian = no ]; then
            echo "echo 'not done: $block (Debian): no packages (make check-deb), or no root and chroot'" >> all.sh
            continue
        fi
        cp "$block" "$folder/root/packages/block.sh"
        echo "chroot $folder/root sh -ec 'cd /packages && DEBIAN_FRONTEND=noninteractive sh -e block.sh'" > "$block"
        echo "test -s $folder/root/packages/pictures/rule_curves.svg" >> "$block"
    fi
    {
        # shellcheck disable=SC2016 # for the shell that runs all
        printf 'began=$(date +%%s)\n(set -e\n. ./%s\nexport -p > .exported) > %s.log 2>&1 && { echo "ok   %s %s"; ' \
            "$block" "$block" "$block" "$name"
        # shellcheck disable=SC2016
        printf 'echo $(($(date +%%s) - began)) > %s.time; . ./.exported; } || ' "$block"
        # shellcheck disable=SC2016
        printf '{ echo "FAIL %s:"; cat %s; tail -n 30 %s.log; }\n' "$block" "$block" "$block"
    } >> all.sh
done
sh all.sh > results 2>&1
cat results
passed=$(grep -c '^ok ' results) failed=$(grep -c '^FAIL ' results)
left_out=$(grep -c '^not done: ' results)
blocks=$(find . -maxdepth 1 -name 'block-*.sh' | wc -l)
test $((passed + failed + left_out)) = "$blocks" || failed=$((failed + 1)) # the page has lost its blocks
test "$blocks" -ge 12 || failed=$((failed + 1))
for picture in c cmake python; do
    if grep -q '</svg>' "$picture.svg" 2> /dev/null; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAIL there is no $picture.svg"
    fi
done
printf '\nTo the first picture here (%s processors, beside whatever else runs; downloads included):\n' "$(nproc)"
printf '%-8s %9s %8s\n' way commands seconds
for name in block-*.name; do
    block=${name%.name}.sh
    test -s "$block.time" || continue
    commands=$(awk -v n="$(cat "$name")" '$0 == "```sh " n { inside = 1; next } /^```/ { inside = 0 }
        inside && !/^ / { lines++ } END { print lines }' "$page")
    printf '%-8s %9s %8s\n' "$(cat "$name")" "$commands" "$(cat "$block.time")"
done
cd / && rm -rf --one-file-system "$folder"
echo "$passed passed, $failed failed"
test "$failed" = 0
