#!/bin/sh
# tests/tools/debian.sh - what packaging/debian says twice: the symbols of the library (in src/lpl.map) and its version
# (in include/lpl/version.h).
#   debian.sh symbols    prints liblpl0.1.symbols, from src/lpl.map
#   debian.sh check      is that file stale, is the version another one? Last line "N passed, N failed".
set -eu
export LC_ALL=C
folder=packaging/debian
version=$(sed -n 's/^.define LPL_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\).*/\2/p' include/lpl/version.h |
    paste -s -d .)
series=${version%.*}

# A node LPL_0.1 is of 0.1.0, LPL_0.1.1 of 0.1.1.
symbols() {
    echo "liblpl.so.$series liblpl$series #MINVER#"
    echo "* Build-Depends-Package: liblpl-dev"
    awk '
    /^LPL_[0-9.]* *{/ { node = $1; since = substr(node, 5); if (gsub(/[.]/, ".", since) == 1) since = since ".0"
                        print " " node "@" node " " since }
    /^ *local:/ { node = "" }
    /^ *lpl_[a-z0-9_]*;/ { sub(/;.*/, ""); print " " $1 "@" node " " since }' src/lpl.map | sort
}
case $1 in
symbols) symbols ;;
check)
    passed=0 failed=0
    ok() { if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $1"; fi; }
    status=0
    symbols | diff -u "$folder/liblpl$series.symbols" - || status=1
    ok "liblpl$series.symbols is of src/lpl.map (make map writes it)" $status
    status=0
    sed -n '1s/^liblpl (\([0-9.]*\)-[0-9]*) .*/\1/p' "$folder/changelog" | grep -qx "$version" || status=1
    ok "debian/changelog is of version $version" $status
    status=0
    grep -q "^Package: liblpl$series\$" "$folder/control" || status=1
    ok "the library's package has the number of the SONAME" $status
    # Each test that tests/control names is there, and the other way round.
    status=0
    sed -n 's/^Tests: //p' "$folder/tests/control" | tr ' ' '\n' | sort > /tmp/lpl-debian-$$
    find "$folder/tests" -type f ! -name control -exec basename {} \; | sort | diff - /tmp/lpl-debian-$$ || status=1
    rm -f /tmp/lpl-debian-$$
    ok "tests/control names the tests" $status
    echo "$passed passed, $failed failed"
    test "$failed" = 0
    ;;
esac
