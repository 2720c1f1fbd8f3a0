#!/bin/sh
# tests/tools/symbols.sh - the three lists of public functions must be one, and the objects must hold what they should.
#
#   symbols.sh --map VERSION
#       print src/lpl.map for the headers: functions it lacks go under LPL_VERSION
#   symbols.sh NM OBJDUMP SHARED STATIC OBJECT...
#       check; the objects are those without an instruction set of their own
set -eu
export LC_ALL=C

in_headers() { # LPL_API may be followed by a line break
    cat include/lpl.h include/lpl/*.h | sed 's|/\*.*\*/||' | grep -v '^#' | tr '\n' ' ' | grep -o 'LPL_API [^;(]*(' \
        | sed 's/.*[ *]\(lpl_[a-z0-9_]*\)($/\1/' | sort
}
in_map() { sed -n 's/^ *\(lpl_[a-z0-9_]*\);$/\1/p' src/lpl.map | sort; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
in_headers > "$work/headers"

if [ "$1" = --map ]; then
    in_map > "$work/map" 2> "$work/log" || :
    comm -23 "$work/headers" "$work/map" > "$work/new"
    {
        printf '%s' "# src/lpl.map - every exported function, under the release that added it "
        echo "(make map adds new ones, make check compares)."
        for node in $( (sed -n 's/^\(LPL_[0-9.]*\) {$/\1/p' src/lpl.map 2> "$work/log" || :; echo "LPL_$2") \
            | sort -u -t_ -k2V); do
            { sed -n "/^$node {/,/^}/s/^ *\(lpl_[a-z0-9_]*\);/\1/p" src/lpl.map 2> "$work/log" || :
                test "$node" != "LPL_$2" || cat "$work/new"; } \
                | sort -u | comm -12 - "$work/headers" > "$work/node"
            test -s "$work/node" || continue
            echo "$node {"
            echo "    global:"
            sed 's/.*/        &;/' "$work/node"
            test -n "${before-}" || echo "    local: *;"
            echo "}${before:+ $before};"
            before=$node
        done
    } > "$work/out"
    cat "$work/out"
    exit 0
fi

nm=$1 objdump=$2 shared=$3 static=$4
shift 4
passed=0 failed=0
say() { # TITLE FILE_THAT_SHOULD_BE_EMPTY
    if [ -s "$2" ]; then
        failed=$((failed + 1))
        echo "FAIL $1:"
        head -n 20 "$2"
    else
        passed=$((passed + 1))
        echo "ok   $1"
    fi
}

in_map > "$work/map"
$nm -D --defined-only "$shared" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort > "$work/exported"
diff "$work/headers" "$work/map" > "$work/1" || :
say "LPL_API functions in the headers = src/lpl.map (if not: make map)" "$work/1"
diff "$work/map" "$work/exported" > "$work/2" || :
say "src/lpl.map = symbols of $shared" "$work/2"
$nm -g --defined-only "$static" | awk 'NF == 3 && $3 !~ /^lpli?_/ { print $3 }' > "$work/3"
say "globals of $static begin with lpl_ or lpli_" "$work/3"
$nm -g --defined-only "$static" | awk 'NF == 3 && $2 ~ /[BDC]/ { print $2, $3 }' > "$work/4"
say "no global data that can be written in $static" "$work/4"
# Not even behind static, with one exception: the flag of include/lpl/threads.h. Constants with addresses in them are
# not written (.data.rel.ro).
$objdump -t "$static" | awk '/^[0-9a-f]+ .* \.(bss|data|tm_clone|sbss|sdata)[^ \t]*[ \t]/ && !/\.data\.rel\.ro/ &&
    $3 != "d" && $NF !~ /^\./ { print $NF }' \
    | sort > "$work/written"
echo lpli_team | diff - "$work/written" > "$work/4" || :
say "what can be written in $static is lpli_team alone" "$work/4"
for object; do $objdump -d --no-show-raw-insn "$object" | grep -m 1 -E '%[yz]mm' | sed "s|^|$object: |" || :
    done > "$work/5"
say "no AVX in objects that run on every CPU" "$work/5"
$nm -u "$static" | awk '$1 == "U" { print $2 }' | sort -u \
    | grep -x -e 'v\{0,1\}f\{0,1\}printf' -e puts -e putchar -e fputs -e fwrite -e perror -e abort -e exit -e _exit \
        -e getenv -e secure_getenv -e setlocale -e localeconv -e longjmp -e raise -e signal -e time -e rand -e srand \
        -e '__f\{0,1\}printf_chk' -e __assert_fail -e stdout -e stderr > "$work/6" || :
say "the library calls nothing that prints, aborts, or reads environment, locale or clock" "$work/6"
if ! test -s "$work/headers" || ! test -s "$work/exported"; then
    echo "FAIL no functions found"
    failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
test "$failed" = 0
