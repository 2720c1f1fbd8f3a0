#!/bin/sh
# tests/tools/cross_names.sh - does tests/cross/check.h have all of Check that the tests use? Otherwise check-cross does
# not build.
set -u
export LC_ALL=C
names() { cat "$@" | grep -oE '\b(ck|tcase|suite|srunner)_[a-z_]+' | sort -u; }
used=$(names tests/*.c tests/common/*.h)
missing=$(for n in $used; do grep -qw "$n" tests/cross/check.h || echo "$n"; done)
for n in $missing; do echo "tests/cross/check.h lacks $n"; done
failed=$(echo "$missing" | grep -c .)
echo "$(($(echo "$used" | wc -l) - failed)) passed, $failed failed"
[ "$failed" = 0 ]
