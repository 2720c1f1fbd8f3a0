# shellcheck shell=sh
# tests/tools/begin.sh - how tests of programs begin: sourced. They work in $work, which goes when they do, and
# end with "N passed, M failed".
#
#   . tests/tools/begin.sh
#   "$program" --steps 3 > "$work/out" 2> "$work/err"
#   ok "three steps" $?
#   end
set -u
export LC_ALL=C OMP_WAIT_POLICY=PASSIVE
work=$(mktemp -d "${TMPDIR:-/tmp}/lpl-$(basename "$0" .sh)-XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

ok() { # ok NAME STATUS: of what has left its errors in $work/err
    if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $1"; tail -n 3 "$work/err"; fi
}
says() { # says STATUS WORDS: a program refused what it was told (2), in a sentence with these words
    [ "$1" = 2 ] && grep -q "$2" "$work/err"
}
end() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
