#!/bin/sh
# tests/tools/build_safety.sh - make neither removes nor overwrites what it did not make, installs what was built, and
# refuses flags that change values: build_safety.sh MAKE O LIB CC. Works on copies in a folder of its own; last line "N
# passed, N failed".
set -u
export LC_ALL=C # numbers have a point
make=$1 o=$2 lib=$3 cc=$4
unset O DESTDIR MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CFLAGS || :
work=$(mktemp -d "${TMPDIR:-/tmp}/lpl-build-XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
ok() { # NAME STATUS
    if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $1"; tail -n 3 "$work/log"; fi
}
copy() { # FOLDER: the source without golden data and without anything built
    mkdir -p "$1"
    tar cf - --exclude=./build --exclude=./.git --exclude=./tests/golden --exclude='./lib/liblpl*' \
        --exclude=./lib/pkgconfig . | (cd "$1" && tar xf -)
}
listing() { (cd "$1" && find . | sort && cat Makefile src/*/*.c 2> /dev/null | cksum); }
refused() { # WORDS STATUS: make stopped with status 2 and these words
    [ "$2" = 2 ] && grep -q -e "$1" "$work/log"
}

# ---- what clean, distclean and a build refuse: nothing changes, inside the source or beside it
copy "$work/tree"
tree=$work/tree
mkdir -p "$work/home/src" "$work/house" "$work/empty"
echo "gcc -DLPL_BUILDING" > "$work/house/flags" # a build of 0.1.0 in somebody's home
echo precious > "$work/home/src/thesis.txt"
ln -s "$tree" "$work/itself"
ln -s "$tree/src" "$work/sources"
ln -s "$work/home" "$work/elsewhere"
listing "$work" > "$work/../${work##*/}.before"
before=$work/../${work##*/}.before
trap 'rm -rf "$work" "$before"' EXIT
n=0
# shellcheck disable=SC2088 # tildes as they stand
for folder in '' . .. / ./ src src/.. src/new tests/x include lib docs ../tree ../tree/src "$tree" "$tree/" "$work" \
    ../itself ../itself/src ../sources \
    ../sources/deep ../home ../elsewhere ../elsewhere/src no/such/../.. 'a b' "it's" 'x;y' '*' -x Makefile '~' '~/x' \
    '{x,y}' ../house; do
    for goal in clean distclean all; do
        HOME=$work/house $make -s -C "$tree" "O=$folder" $goal > "$work.log" 2>&1
        status=$?
        mv "$work.log" "$work/log"
        refused . "$status" || { n=$((n + 1)) && echo "  make O='$folder' $goal: status $status"; }
        rm "$work/log"
        listing "$work" | cmp -s - "$before" || { n=$((n + 1)) && echo "  make O='$folder' $goal changed something"; }
    done
done
: > "$work/log"
ok "clean, distclean and a build refuse 35 wrong folders and change nothing" "$n"

# ---- O belongs to the command line
[ "$(O=/somewhere/else $make -s -C "$tree" print-O)" = O=build ] &&
    [ "$(O=/somewhere/else $make -s -e -C "$tree" print-O)" = O=build ]
ok "O in the environment is not ours" $?
(
    cd "$work/home" && mkdir -p build/src lib/pkgconfig && touch build/src/mine.c lib/pkgconfig/other.pc || exit 1
    $make -s -f "$tree/Makefile" clean > "$work/log" 2>&1
    refused "not the folder of the source" $? && [ -e build/src/mine.c ] && [ -e lib/pkgconfig/other.pc ]
)
ok "make -f from another folder is refused" $?
chmod a-x "$tree/tests/tools/build_folder.sh"
$make -s -C "$tree" O=src clean > "$work/log" 2>&1
refused "lies in a folder of the source" $? && mv "$tree/tests/tools/build_folder.sh" "$work/aside" && {
    $make -s -C "$tree" O=src clean > "$work/log" 2>&1
    refused "does not run" $?
}
ok "no guard, no make" $?
mv "$work/aside" "$tree/tests/tools/build_folder.sh"
for how in "LIB=$work/home CLEAN=../../home" "-e"; do
    # shellcheck disable=SC2086 # two words
    LIB=$work/home CLEAN=../../home CLEAN_MORE=../../home $make -n -C "$tree" $how clean
done > "$work/log" 2>&1
grep -q 'lib/liblpl' "$work/log" && ! grep -q home "$work/log"
ok "what clean removes comes from nowhere else" $?
$make -s -C "$tree" clean > "$work/log" 2>&1 && $make -s -C "$tree" distclean >> "$work/log" 2>&1
ok "clean in a tree that was never built" $?

# ---- only what was built goes
mkdir -p "$work/out/src/core" "$work/out/src/mine" "$work/out/tests" "$work/out/mine" "$work/out/lib/pkgconfig"
touch "$work/out/src/mine/thesis.c" "$work/out/tests/test_layer" "$work/out/tests/notes.txt" \
    "$work/out/lib/pkgconfig/other.pc"
chmod +x "$work/out/tests/test_layer"
echo "gcc -DLPL_BUILDING" > "$work/out/flags"
touch "$work/out/src/core/error.o" "$work/out/mine/notes.txt" "$work/out/thesis.txt"
$make -s -C "$tree" O="$work/out" distclean > "$work/log" 2>&1
[ -f "$work/out/mine/notes.txt" ] && [ -f "$work/out/thesis.txt" ] && [ ! -e "$work/out/src/core" ] &&
    [ ! -e "$work/out/flags" ] \
    && [ -f "$work/out/src/mine/thesis.c" ] && [ ! -e "$work/out/tests/test_layer" ] &&
    [ -f "$work/out/tests/notes.txt" ] \
    && [ -f "$work/out/lib/pkgconfig/other.pc" ]
ok "distclean leaves what it did not make, and says so" $?
$make -s -C "$tree" O="$work/out" distclean > "$work/log" 2>&1
refused "no file 'flags'" $? && [ -f "$work/out/thesis.txt" ]
ok "and a second one refuses the folder" $?
mkdir -p "$work/fresh" && $make -s -n -C "$tree" O="$work/fresh" all > "$work/log" 2>&1
ok "an empty folder may be built in" $?

# ---- names
copy "$work/my tree"
listing "$work/my tree" > "$work/before"
$make -s -C "$work/my tree" all > "$work/log" 2>&1
refused "please move or rename it" $? && listing "$work/my tree" | cmp -s - "$work/before"
ok "a source folder with a space: one sentence, nothing written" $?
$make -s install "O=$o" prefix="$work/a b" > "$work/log" 2>&1
refused "no space, quote" $? && [ ! -e "$work/a" ]
ok "a prefix with a space: one sentence, nothing written" $?

# ---- installing what was built
files() { find "$1" ! -type d | wc -l; }
if [ -e "$lib/liblpl.so" ]; then
    dest="$work/dest dir'x"
    $make -s install "O=$o" prefix=/usr DESTDIR="$dest" > "$work/log" 2>&1 && [ -s "$dest/usr/include/lpl/layer.h" ] \
        && [ -s "$dest/usr/lib/liblpl.a" ]
    ok "DESTDIR with a space and a quote" $?
    $make -s uninstall "O=$o" prefix=/usr DESTDIR="$dest" > "$work/log" 2>&1 && [ "$(files "$dest")" = 0 ]
    ok "uninstall from there leaves nothing" $?
    cp "$lib/liblpl.a" "$work/built.a"
    CFLAGS=-O1 LDLIBS=-lnothing CC=nosuchcompiler $make install "O=$o" prefix=/opt DESTDIR="$work/again" > "$work/log" \
        2>&1 \
        && ! grep -q ' CC ' "$work/log" && cmp -s "$work/built.a" "$work/again/opt/lib/liblpl.a"
    ok "another environment: what was built is installed, nothing compiled" $?
    $make -s install "O=$o" CFLAGS=-O1 prefix=/opt DESTDIR="$work/other" > "$work/log" 2>&1
    refused "built with other flags" $? && [ ! -e "$work/other" ] && cmp -s "$work/built.a" "$lib/liblpl.a"
    ok "other flags on the command line: refused" $?
    CFLAGS=-O1 $make -n all install "O=$o" prefix=/opt DESTDIR="$work/other" 2>&1 | grep -q -e '-O1 .*src/core/error.c'
    ok "beside another goal the flags of now count" $?
fi

# ---- flags that change values
n=0
for flag in -Ofast -ffast-math -ffinite-math-only -funsafe-math-optimizations -fno-signed-zeros -freciprocal-math \
    -fassociative-math \
    -fsingle-precision-constant -fdenormal-fp-math=preserve-sign; do
    $make -s -n -C "$tree" CFLAGS="-O2 $flag" all > "$work/log" 2>&1
    refused "promises its values" $? || { n=$((n + 1)) && echo "  make CFLAGS=$flag"; }
    case $flag in -fassociative-math | -fdenormal-fp-math=*)
        continue ;; esac # the compiler alone ignores or does not say them
    case $flag in -Ofast | -ffast-math | -ffinite-math-only) ;; *) case $("$cc" --version) in *clang*)
        continue ;; esac ;; esac
    if "$cc" $flag -std=c11 -Iinclude -Isrc -c src/core/random_real.c -o "$work/x.o" > "$work/log" 2>&1; then
        n=$((n + 1)) && echo "  $cc $flag"
    fi
done
: > "$work/log"
ok "flags that change values are refused by make and by the compiler" "$n"
for variable in CFLAGS LDFLAGS LDLIBS CPPFLAGS CC; do
    $make -s -n -C "$tree" "$variable=gcc -Ofast" all > "$work/log" 2>&1
    refused "promises its values" $? || n=1
done
ok "wherever they are given" "$n"
# Kernels of products (UKR) may contract: they say so behind everything else.
$make -n -C "$tree" CFLAGS="-O2 -ffp-contract=fast" all worlds check bench 2> "$work/log" \
    | grep -e '-O2 -ffp-contract=fast' | grep -v -e '_ukr\.c' \
    -e '^ *mkdir -p [^;]*; echo' -e printf -e '-o [^ ]*liblpl\.so\.' > "$work/lines"
[ "$(grep -c . "$work/lines")" -gt 200 ] && ! sed 's/.*-ffp-contract=//' "$work/lines" | grep -v '^off' > "$work/log"
ok "the flag against contraction comes last, in the library, tests, examples, benchmarks" $?
$make -n -C "$tree" CC="$cc" all 2> "$work/log" | grep -q -e '-z,defs' &&
    ! $make -n -C "$tree" CFLAGS="-O1 -fsanitize=address" all 2> "$work/log" | grep -q -e '-z,defs'
ok "undefined symbols are errors, but not with a sanitizer (clang leaves them to the program)" $?

# ---- numbers in scripts
n=0
for script in tests/tools/*.sh; do # begin.sh, which others source, sets it
    grep -q -e 'LC_ALL=C' -e '^\. .*/begin\.sh' "$script" || { n=$((n + 1)) && echo "  $script"; }
done
ok "every script counts with a decimal point" "$n"

if locale -a 2> /dev/null | grep -q -i '^de_DE.utf'; then german=de_DE.UTF-8; else german=C; fi
printf 'x 0.169\n' > "$work/one"
printf 'x 0.669\n' > "$work/two"
LC_ALL=$german awk -f examples/compare.awk "$work/one" "$work/one" > "$work/log" # equal, or a sentence
same=$?
! LC_ALL=$german awk -f examples/compare.awk "$work/one" "$work/two" >> "$work/log" && { [ $same = 0 ] ||
    grep -q LC_ALL=C "$work/log"; }
ok "compare.awk never counts with a comma" $?

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
