#!/bin/sh
# tests/tools/installcheck.sh - install, build hosts with nothing but pkg-config, run them, uninstall: installcheck.sh O
# FOLDER MAKE CC CXX PKG_CONFIG PYTHON from make. Last line "N passed, N failed".
set -u
export LC_ALL=C # numbers have a point
o=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder"
passed=0 failed=0
step() { # TITLE COMMAND...
    title=$1
    shift
    if "$@" > "$folder/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   $title"
    else
        failed=$((failed + 1))
        echo "FAIL $title"
        tail -n 20 "$folder/log"
    fi
}
# shellcheck disable=SC2153 # MAKE comes from make
make_o() { $MAKE --no-print-directory O="$o" "$@"; }
pkg() { PKG_CONFIG_PATH=$root$libdir/pkgconfig PKG_CONFIG_SYSROOT_DIR=$sysroot $PKG_CONFIG "$@" lpl; }
# shellcheck disable=SC2046 # flags are lists of words
host() { # COMPILER SOURCE HOW
    case $3 in
    shared) $1 "tests/install/$2" -o "$folder/host" $(pkg --cflags --libs) ;;
    # -Wl,-Bstatic for liblpl alone: the libraries it needs may be shared
    static) $1 "tests/install/$2" -o "$folder/host" $(pkg --cflags) "$root$libdir/liblpl.a" \
        $(pkg --static --libs | sed 's/-llpl\( \|$\)//') ;;
    esac && LD_LIBRARY_PATH=$root$libdir "$folder/host"
}
# shellcheck disable=SC2046 # flags are lists of words
mpi_host() { # lpl/mpi.h by mpicc and lpl-mpi.pc, as one rank without mpirun
    OMPI_CC=$CC MPICH_CC=$CC mpicc tests/mpi/adapter.c -o "$folder/host" \
        $(PKG_CONFIG_PATH=$root$libdir/pkgconfig PKG_CONFIG_SYSROOT_DIR=$sysroot $PKG_CONFIG --cflags --libs lpl-mpi) &&
        LD_LIBRARY_PATH=$root$libdir timeout 60 "$folder/host"
}
cmake_host() {
    # COMPILER SOURCE TARGET; the destdir installation is found where it lies, which only relative paths allow
    language=C
    case $2 in *.cpp) language=CXX ;; esac
    rm -rf "$folder/cmake"
    mkdir -p "$folder/cmake"
    cp "tests/install/$2" "$folder/cmake"
    cat > "$folder/cmake/CMakeLists.txt" << EOF
cmake_minimum_required(VERSION 3.18)
project(host $language)
find_package(lpl $4 CONFIG REQUIRED)
add_executable(host $2)
target_link_libraries(host PRIVATE $3)
EOF
    CC=$CC CXX=$CXX cmake -S "$folder/cmake" -B "$folder/cmake/build" -Dlpl_DIR="$root$libdir/cmake/lpl" &&
        cmake --build "$folder/cmake/build" && "$folder/cmake/build/host"
}
cmake_refuses() { # VERSION: of another series, or newer than this
    ! cmake_host "$CC" host.c lpl::lpl "$1" && grep -q 'not compatible\|not accepted\|compatible with requested' \
        "$folder/log"
}
python_host() { # without the build tree: the library is found by its full name
    LPL_LIBRARY=$root$libdir/liblpl.so PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=bindings/python $PYTHON \
        -c 'import lpl; print(lpl.__name__)'
}
nothing_left() { left=$(find "$1" ! -type d); test -z "$left" || { echo "$left"; return 1; }; }
no_build_folder() { ! grep -l -r -F "$(pwd)" "$root"; }

cycle() { # SYSROOT PREFIX LIBDIR NAME INSTALL_TARGET
    root=$folder/$4$1 libdir=$3 sysroot=
    if [ -n "$1" ]; then sysroot=$root; fi
    if [ -z "$1" ]; then root=; fi
    where="prefix=$2 libdir=$3 DESTDIR=$root"
    # shellcheck disable=SC2086
    step "make $5 $where" make_o "$5" $where
    for how in shared static; do
        step "$4: C host, $how" host "$CC" host.c $how
        step "$4: C++ host, $how" host "$CXX" host.cpp $how
    done
    if command -v mpicc > /dev/null; then
        step "$4: MPI host" mpi_host
    else
        echo "skip $4: MPI host, no mpicc here"
    fi
    if command -v cmake > /dev/null; then
        for target in lpl::lpl lpl::lpl_static; do
            step "$4: CMake, C host, $target" cmake_host "$CC" host.c $target 0.1
            step "$4: CMake, C++ host, $target" cmake_host "$CXX" host.cpp $target ""
        done
        step "$4: CMake, no 0.2" cmake_refuses 0.2
        step "$4: CMake, no 0.1.999" cmake_refuses 0.1.999
    else
        echo "skip $4: CMake hosts, no cmake here"
    fi
    if [ -f bindings/python/lpl/__init__.py ] && $PYTHON -c 'import numpy' 2> "$folder/log"; then
        step "$4: Python" python_host
    fi
    if command -v "$PYTHON" > "$folder/log"; then # they are made from the headers by Python
        step "$4: man lpl_update" grep -q '^\.so man3/lpl_layer\.3$' "$root$2/share/man/man3/lpl_update.3"
        step "$4: man lpl" test -s "$root$2/share/man/man7/lpl.7"
    fi
    if [ -n "$root" ]; then step "$4: the build folder is named nowhere" no_build_folder; fi
    # shellcheck disable=SC2086
    step "$4: make uninstall" make_o uninstall $where
    step "$4: nothing is left" nothing_left "$folder/$4"
}
mkdir -p "$folder/prefix"
cycle "" "$folder/prefix/usr" "$folder/prefix/usr/lib" prefix install
cycle /root /opt/lpl "/opt/lpl/lib/$($CC -dumpmachine)" destdir install-strip
rm -rf "$folder"
echo "$passed passed, $failed failed"
test "$failed" = 0
