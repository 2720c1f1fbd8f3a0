#!/bin/sh
# tests/tools/options.sh - builds with parts left out: options.sh FOLDER CC NM
#
# Each of CONV F64 MALLOC RULES STDIO TEXT = no, and all: the whole archive refers to nothing that it lacks, what
# belongs to the part is not in it, and tests/embedded/options.c finds what docs/embedded.md says. MAKE is used.
# Last line "N passed, N failed".
set -u
export LC_ALL=C
folder=$1 cc=$2 nm=$3
: "${MAKE:=make}"
mkdir -p "$folder"
passed=0 failed=0
ok() { # ok NAME STATUS [LOG]
    if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    [ "$2" = 0 ] && echo "ok   $1" && return
    echo "FAIL $1"
    if [ -n "${3-}" ]; then tail -n 5 "$3"; fi
}
for set in "" CONV F64 MALLOC RULES STDIO TEXT "CONV F64 MALLOC RULES STDIO TEXT"; do
    name=$(echo "${set:-whole}" | tr ' ' '-') off=
    for o in $set; do off="$off $o=no"; done
    at=$folder/$name log=$folder/$name.log
    # shellcheck disable=SC2086 # options are words
    "$MAKE" --no-print-directory "O=$at" "CC=$cc" BLIS=no OPENMP=no SHARED=no CFLAGS=-O1 $off all > "$log" 2>&1
    ok "$name: built" $? "$log"
    ! grep -i warning "$log"
    ok "$name: no warning" $? "$log"
    "$cc" -r -nostdlib -Wl,--whole-archive "$at/lib/liblpl.a" -Wl,--no-whole-archive -o "$at/whole.o" >> "$log" 2>&1 \
        && $nm "$at/whole.o" > "$at/names" && grep -q ' T lpl_update_online$' "$at/names"
    ok "$name: the whole archive in one piece" $? "$log"
    ! grep ' U lpl' "$at/names"
    ok "$name: refers to nothing that was left out" $?
    absent=
    case " $set " in *\ CONV\ *) absent="$absent|lpli_conv_.*" ;; esac
    case " $set " in *\ F64\ *)
        absent="$absent|lpl_update_f64|lpl_update_online_f64|lpl_layer_read_f64|lpl_forward_f64" ;; esac
    case " $set " in *\ MALLOC\ *)
        absent="$absent|malloc|calloc|free|lpl_layer_create|lpl_layer_load|lpl_stats_create|lpl_stack_.*"
        absent="$absent|lpl_spiking_.*|lpl_.*_file" ;; esac
    case " $set " in *\ RULES\ *) absent="$absent|lpli_all_traits" ;; esac
    case " $set " in *\ STDIO\ *) absent="$absent|f?open|fwrite|rename|lpl_.*_file" ;; esac
    case " $set " in *\ STDIO\ TEXT\ *) absent="$absent|lpli_v?format" ;; esac
    if [ -n "$absent" ]; then
        ! awk '{ print $NF }' "$at/names" | grep -x -E "none$absent"
        ok "$name: what was left out is not there" $?
    fi
    case "$set" in *\ *) argument= ;; *) argument=$set ;; esac
    [ -z "$argument" ] && [ -n "$set" ] && continue
    "$cc" -std=c11 -Wall -Iinclude tests/embedded/options.c "$at/lib/liblpl.a" -lm -o "$at/options" >> "$log" 2>&1 &&
        "$at/options" "$argument" >> "$log" 2>&1
    ok "$name: says so, and does the rest" $? "$log"
done
echo "$passed passed, $failed failed"
test "$failed" = 0
