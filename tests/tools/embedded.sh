#!/bin/sh
# tests/tools/embedded.sh - firmware on emulated Cortex-M boards, and how large it is: embedded.sh FOLDER HOST_PROGRAM
# [--table]
#
# For a Cortex-M7 and a Cortex-M4F: builds the library as docs/embedded.md says, links tests/embedded/stream.c, runs it
# under qemu-system-arm (learn 1000 steps, save, reset, load_in, learn on) and compares what it prints with
# HOST_PROGRAM, which is the same source on this computer. The text that the library adds to that program may not pass
# LIMIT bytes. --table prints docs/embedded.md's tables instead. MAKE is used for the builds. Last line "N passed, N
# failed"; without the tools one that says so.
set -u
export LC_ALL=C
folder=$1 host=$2 mode=${3-}
: "${MAKE:=make}"
cross=arm-none-eabi-
LIMIT=32768
for tool in ${cross}gcc ${cross}nm ${cross}size qemu-system-arm; do
    if ! command -v "$tool" > /dev/null; then
        echo "skipped: no $tool (make deps-dev installs gcc-arm-none-eabi, libnewlib-arm-none-eabi and qemu-system-arm)"
        exit 0
    fi
done
mkdir -p "$folder"
passed=0 failed=0
ok() { # ok NAME STATUS [MORE]
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        echo "ok   $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1${3+: $3}"
    fi
}

cpu() { # cpu m7|m4f : the flags of that CPU
    case $1 in
    m7) echo "-mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard -mthumb" ;;
    m4f) echo "-mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard -mthumb" ;;
    esac
}
board() { case $1 in m7) echo mps2-an500 ;; m4f) echo mps2-an386 ;; esac }

build() { # build NAME CPU OPTIMISATION OPTION ... : the library in $folder/NAME
    name=$1 flags="$3 $(cpu "$2")"
    shift 3
    "$MAKE" --no-print-directory CROSS_COMPILE=$cross CC=${cross}gcc AR=${cross}ar BLIS=no OPENMP=no CONV= F64= \
        MALLOC= RULES= TEXT= STDIO=no SHARED=no \
        CPPFLAGS= LDFLAGS= "CFLAGS=$flags" "$@" "O=$folder/$name" all > "$folder/$name.log" 2>&1
}

link_firmware() { # link_firmware NAME CPU OPTIMISATION [PROGRAM] : $folder/NAME.elf, NAME.map
    # shellcheck disable=SC2046 # flags are words
    ${cross}gcc -std=c11 "$3" $(cpu "$2") -ffp-contract=off -ffunction-sections -fdata-sections -Wall -Iinclude \
        "tests/embedded/${4-stream}.c" tests/embedded/board_arm.c tests/embedded/board_common.c \
        -nostartfiles -specs=nano.specs -T tests/embedded/board.ld \
        -Wl,--gc-sections -Wl,-Map="$folder/$1.map" "$folder/$1/lib/liblpl.a" -lm -o "$folder/$1.elf" \
        >> "$folder/$1.log" 2>&1
}

# Bytes of the map's sections from liblpl.a that lie in flash: code, constants, sentences; and initialised data.
share() { # share MAP
    awk '
        $1 ~ /^\./ { section = $1 } # a long name stands on a line of its own
        section ~ /^\.(text|rodata|data)/ && / ?0x[0-9a-f]+ +0x[0-9a-f]+ .*liblpl\.a\(/ {
            for (i = 1; i <= NF && $i !~ /^0x/; i++);
            size = substr($(i + 1), 3); place = substr($i, 3); n = 0
            for (k = 1; k <= length(size); k++) n = 16 * n + index("0123456789abcdef", substr(size, k, 1)) - 1
            gsub(/^0+/, "", place)
            if (place != "") sum += n # left out: at 0
        }
        END { print sum + 0 }' "$1"
}

run() { # run NAME CPU : $folder/NAME.out
    rm -f "$folder/$1.out"
    timeout 100 qemu-system-arm -M "$(board "$2")" -icount shift=0,sleep=off -display none -monitor none -serial none \
        -chardev file,id=out,path="$folder/$1.out" -semihosting-config enable=on,target=native,chardev=out \
        -kernel "$folder/$1.elf" \
        >> "$folder/$1.log" 2>&1
}
fact() { sed -n "s/^# $2 //p" "$folder/$1.out" | tail -n 1; } # fact NAME WHAT

small="CONV=no F64=no MALLOC=no RULES=no"

if [ "$mode" = --table ]; then
    printf '%s' "| CPU | flags | options | liblpl, text | program and libraries, text | data "
    echo "| instructions of a step | stack |"
    echo "|---|---|---|---|---|---|---|---|"
    row() { # row CPU OPTIMISATION OPTION ...
        c=$1 o=$2
        shift 2
        if ! build table "$c" "$o" "$@" || ! link_firmware table "$c" "$o" || ! run table "$c"; then
            tail -n 5 "$folder/table.log"
            exit 1
        fi
        ${cross}size "$folder/table.elf" | awk -v c="$c" -v o="$o" -v options="${*:-all}" \
            -v own="$(share "$folder/table.map")" \
            -v step="$(fact table 'instructions of a step')" -v stack="$(fact table 'bytes of stack')" '
            NR == 2 { printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", c, o, options, own, $1, $2, step, stack }'
    }
    for options in "" CONV=no "$small" "$small TEXT=no"; do
        for c in m7 m4f; do
            for o in -Os -O2; do
                # shellcheck disable=SC2086 # options are words
                row $c $o $options
            done
        done
    done
    for options in F64=no MALLOC=no RULES=no TEXT=no; do
        row m7 -Os $options
    done
    # shellcheck disable=SC2086 # options are words
    build table m4f -Os $small && link_firmware table m4f -Os sizes && run table m4f
    echo
    echo "| layer | bytes of weights | of the layer | of its saved state |"
    echo "|---|---|---|---|"
    awk '!/^#/ { name = $0 } /^# weights/ { w = $3 } /^# layer/ { l = $3 }
        /^# state/ { print "| " name " | " w " | " l " | " $3 " |" }' \
        "$folder/table.out" || tail -n 5 "$folder/table.log"
    exit 0
fi

"$host" > "$folder/host.out" 2> "$folder/host.log"
ok "the program runs on this computer" $?
grep -v '^#' "$folder/host.out" > "$folder/host.bits"
lines=$(wc -l < "$folder/host.bits")
[ "$lines" -gt 250 ] && grep -q '^reset$' "$folder/host.bits"
ok "it learns, saves, is reset, loads and learns on ($lines lines of bits)" $?

check() { # check NAME CPU LIMIT OPTION ... : with the bits of the host, and no larger than LIMIT (0: any size)
    name=$1 c=$2 limit=$3
    shift 3
    build "$name" "$c" -Os "$@"
    ok "$name: the library is built ($*)" $? "$(tail -n 3 "$folder/$name.log")"
    [ -z "$(find "$folder/$name" -name '*.so*')" ]
    ok "$name: static only" $?
    ${cross}nm "$folder/$name/lib/liblpl.a" > "$folder/$name.nm" 2> /dev/null
    ! grep -q -E '__tls_get_addr|_GLOBAL_OFFSET_TABLE_|__aeabi_read_tp' "$folder/$name.nm"
    ok "$name: no thread-local storage, no global offset table" $?
    link_firmware "$name" "$c" -Os
    ok "$name: the firmware links" $? "$(tail -n 3 "$folder/$name.log")"
    ! ${cross}nm "$folder/$name.elf" | grep -q -w -E 'malloc|calloc|_sbrk|printf'
    ok "$name: no heap and no stdio in it" $?
    run "$name" "$c"
    ok "$name: it runs on $(board "$c")" $? "$(tail -n 3 "$folder/$name.out")"
    grep -v '^#' "$folder/$name.out" | cmp -s - "$folder/host.bits"
    ok "$name: the bits of this computer, before and after the reset" $?
    text=$(share "$folder/$name.map")
    if [ "$limit" -gt 0 ]; then
        [ "$text" -gt 1000 ] && [ "$text" -le "$limit" ]
        ok "$name: $text bytes of text from liblpl, at most $limit" $? "over the limit"
    fi
    echo "     $name: liblpl $text bytes of text; a step $(fact "$name" 'instructions of a step') instructions;" \
        "stack $(fact "$name" 'bytes of stack'), layer $(fact "$name" 'bytes of the layer')," \
        "state $(fact "$name" 'bytes of state') bytes"
}
# shellcheck disable=SC2086 # options are words
{
    check m7 m7 $LIMIT $small
    check m4f m4f $LIMIT $small TEXT=no
}
check whole m7 0
echo "$passed passed, $failed failed"
test "$failed" = 0
