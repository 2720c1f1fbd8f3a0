#!/bin/sh
# tests/tools/build_safety.sh - make neither removes nor overwrites what it did not make, installs what was built, and refuses flags that change
# values: build_safety.sh MAKE O LIB CC. Works on copies in a folder of its own; last line "N passed, N failed".
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
    tar cf - --exclude=./build --exclude=./.git --exclude=./tests/golden --exclude='./lib/liblpl*' --exclude=./lib/pkgconfig . | (cd "$1" && tar xf -)
}
listing() { (cd "$1" && find . | sort && cat Makefile src/*/*.c 2> /dev/null | cksum); }
refused() { # WORDS STATUS: make stopped with status 2 and these words
    [ "$2" = 2 ] && grep -q -e "$1" "$work/log"
}

# ---- what clean, distclean and a build refuse: nothing changes, inside the source or beside it
copy "$work/tree"
tree=$work/tree
mkdir -p "$work/home/src" "$work/empty"
echo precious > "$work/home/src/thesis.txt"
ln -s "$tree" "$work/itself"
ln -s "$tree/src" "$work/sources"
ln -s "$work/home" "$work/elsewhere"
listing "$work" > "$work/../${work##*/}.before"
before=$work/../${work##*/}.before
trap 'rm -rf "$work" "$before"' EXIT
n=0
for folder in '' . .. / ./ src src/.. src/new tests/x include lib docs ../tree ../tree/src "$tree" "$tree/" "$work" ../itself ../itself/src ../sources \
    ../sources/deep ../home ../elsewhere ../elsewhere/src no/such/../.. 'a b' "it's" 'x;y' '*' -x Makefile; do
    for goal in clean distclean all; do
        $make -s -C "$tree" "O=$folder" $goal > "$work.log" 2>&1
        status=$?
        mv "$work.log" "$work/log"
        refused . "$status" || { n=$((n + 1)) && echo "  make O='$folder' $goal: status $status"; }
        rm "$work/log"
        listing "$work" | cmp -s - "$before" || { n=$((n + 1)) && echo "  make O='$folder' $goal changed something"; }
    done
done
: > "$work/log"
ok "clean, distclean and a build refuse 31 wrong folders and change nothing" "$n"

# ---- O belongs to the command line
[ "$(O=/somewhere/else $make -s -C "$tree" print-O)" = O=build ] && [ "$(O=/somewhere/else $make -s -e -C "$tree" print-O)" = O=build ]
ok "O in the environment is not ours" $?
$make -s -C "$tree" clean > "$work/log" 2>&1 && $make -s -C "$tree" distclean >> "$work/log" 2>&1
ok "clean in a tree that was never built" $?

# ---- only what was built goes
mkdir -p "$work/out/src/core" "$work/out/mine"
echo "gcc -DLPL_BUILDING" > "$work/out/flags"
touch "$work/out/src/core/error.o" "$work/out/mine/notes.txt" "$work/out/thesis.txt"
$make -s -C "$tree" O="$work/out" distclean > "$work/log" 2>&1
[ -f "$work/out/mine/notes.txt" ] && [ -f "$work/out/thesis.txt" ] && [ ! -e "$work/out/src" ] && [ ! -e "$work/out/flags" ]
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
    $make -s install "O=$o" prefix=/usr DESTDIR="$dest" > "$work/log" 2>&1 && [ -s "$dest/usr/include/lpl/layer.h" ] && [ -s "$dest/usr/lib/liblpl.a" ]
    ok "DESTDIR with a space and a quote" $?
    $make -s uninstall "O=$o" prefix=/usr DESTDIR="$dest" > "$work/log" 2>&1 && [ "$(files "$dest")" = 0 ]
    ok "uninstall from there leaves nothing" $?
    cp "$lib/liblpl.a" "$work/built.a"
    CFLAGS=-O1 LDLIBS=-lnothing CC=nosuchcompiler $make install "O=$o" prefix=/opt DESTDIR="$work/again" > "$work/log" 2>&1 \
        && ! grep -q ' CC ' "$work/log" && cmp -s "$work/built.a" "$work/again/opt/lib/liblpl.a"
    ok "another environment: what was built is installed, nothing compiled" $?
    $make -s install "O=$o" CFLAGS=-O1 prefix=/opt DESTDIR="$work/other" > "$work/log" 2>&1
    refused "built with other flags" $? && [ ! -e "$work/other" ] && cmp -s "$work/built.a" "$lib/liblpl.a"
    ok "other flags on the command line: refused" $?
fi

# ---- flags that change values
n=0
for flag in -Ofast -ffast-math -ffinite-math-only -funsafe-math-optimizations -fno-signed-zeros -freciprocal-math; do
    $make -s -n -C "$tree" CFLAGS="-O2 $flag" all > "$work/log" 2>&1
    refused "promises its values" $? || { n=$((n + 1)) && echo "  make CFLAGS=$flag"; }
    case $flag in -Ofast | -ffast-math | -ffinite-math-only) ;; *) case $("$cc" --version) in *clang*) continue ;; esac ;; esac
    if "$cc" $flag -std=c11 -Iinclude -Isrc -c src/core/random_real.c -o "$work/x.o" > "$work/log" 2>&1; then n=$((n + 1)) && echo "  $cc $flag"; fi
done
: > "$work/log"
ok "flags that change values are refused by make and by the compiler" "$n"
line=$($make -n -C "$tree" CFLAGS="-O2 -ffp-contract=fast" all 2> "$work/log" | grep -m 1 'src/core/error.c')
case ${line##*-ffp-contract=} in off*) true ;; *) false ;; esac
ok "the flag against contraction comes last" $?
$make -n -C "$tree" CC="$cc" all 2> "$work/log" | grep -q -e '-z,defs' && ! $make -n -C "$tree" CFLAGS="-O1 -fsanitize=address" all 2> "$work/log" | grep -q -e '-z,defs'
ok "undefined symbols are errors, but not with a sanitizer (clang leaves them to the program)" $?

# ---- numbers in scripts
n=0
for script in tests/tools/*.sh; do grep -q 'LC_ALL=C' "$script" || { n=$((n + 1)) && echo "  $script"; }; done
ok "every script counts with a decimal point" "$n"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
