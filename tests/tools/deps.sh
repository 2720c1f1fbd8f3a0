#!/bin/sh
# tests/tools/deps.sh - are these Debian packages there? deps.sh PACKAGE...   Reports each, installs what is missing if
# it may.
set -eu
export LC_ALL=C # numbers have a point

# A package may be missing while what it brings is there from elsewhere: the test that decides, and the version.
probe() { # PACKAGE: prints "VERSION, HOW" or fails
    if command -v dpkg-query > /dev/null && dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2> /dev/null \
        | grep -q '^installed '; then
        echo "$(dpkg-query -W -f '${Version}\n' "$1" | head -n 1), package"
        return
    fi
    case $1 in
    gcc | g++ | make | clang | clang-format | clang-tidy | cppcheck | shellcheck | valgrind | doxygen) program=$1 ;;
    pkg-config) program=pkg-config ;;
    gnuplot-nox) program=gnuplot ;;
    abigail-tools) program=abidiff ;;
    gcc-aarch64-linux-gnu) program=aarch64-linux-gnu-gcc ;;
    qemu-user) program=qemu-aarch64 ;;
    check | zlib1g-dev | libpng-dev)
        module=$(echo "$1" | sed 's/1g-dev//; s/-dev//')
        pkg-config --exists "$module" 2> /dev/null && echo "$(pkg-config --modversion "$module"), pkg-config" && return
        return 1
        ;;
    python3-pycparser) /usr/bin/python3 -c 'import pycparser; print(pycparser.__version__ + ", import")' 2> /dev/null \
        && return || return 1 ;;
    python3-numpy) /usr/bin/python3 -c 'import numpy; print(numpy.__version__ + ", import")' 2> /dev/null && return ||
        return 1 ;;
    *) return 1 ;;
    esac
    command -v "$program" > /dev/null || return 1
    number=$($program --version 2>&1 | sed -n '1s/.*[^0-9.]\([0-9][0-9]*\.[0-9.]*[0-9]\).*/\1/p')
    echo "$number, $(command -v "$program")"
}

missing=
for package; do
    if how=$(probe "$package"); then
        printf '  %-24s found    %s\n' "$package" "$how"
    else
        printf '  %-24s missing\n' "$package"
        missing="$missing $package"
    fi
done
if [ -z "$missing" ]; then exit 0; fi

command="apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get > /dev/null; then
    echo "No apt-get here. Please install what these Debian packages hold:$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
    if command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
        as_root="sudo -n"
    else
        echo "Please run: sudo $command" >&2
        exit 1
    fi
fi
echo "  $as_root $command"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# apt waits for dpkg's lock by itself (a fresh machine updates in the background), but not for that of the package
# lists.
apt() { # ARGUMENT...: ten minutes at most for each of the two
    tries=0
    # shellcheck disable=SC2086 # lists of words
    until $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 "$@" > "$log" 2>&1; do
        if ! grep -q -E 'Could not get lock|Unable to (acquire|lock)' "$log" || [ "$tries" -ge 120 ]; then return 1; fi
        if [ "$tries" = 0 ]; then echo "  another program holds apt's lock: waiting"; fi
        tries=$((tries + 1))
        sleep 5
    done
}
# shellcheck disable=SC2086 # a list of words
if ! { apt update && apt install -y --no-install-recommends $missing; }; then
    tail -n 20 "$log" >&2
    echo "apt-get failed. Please run: sudo $command" >&2
    exit 1
fi
for package in $missing; do printf '  %-24s installed %s\n' "$package" "$(probe "$package" || echo '?')"; done
