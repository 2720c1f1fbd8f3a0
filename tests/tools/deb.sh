#!/bin/sh
# tests/tools/deb.sh - Debian packages: deb.sh FOLDER [full]
# In a scratch tree: the files of the source, packaging/debian as debian/; dpkg-buildpackage (full: with all tests of
# the build), lintian; then, where root and mounts allow, a chroot by debootstrap into which the packages are installed
# with apt and in which the commands of debian/tests run. What cannot be done is said. Last line "N passed, N failed".
# LPL_SUITE (bookworm), LPL_MIRROR: of the chroot. LPL_CHROOT=FOLDER: a base that was bootstrapped before; it is copied.
set -u
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
folder=$1
full=${2:-}
suite=${LPL_SUITE:-bookworm} mirror=${LPL_MIRROR:-http://deb.debian.org/debian}
for tool in dpkg-buildpackage lintian dh chrpath; do
    command -v $tool > /dev/null || { echo "check-deb: there is no $tool (make deps-dev)"; exit 1; }
done
rm -rf "$folder"
mkdir -p "$folder" || exit 1
folder=$(cd "$folder" && pwd)
passed=0 failed=0
step() { # TITLE COMMAND...
    title=$1
    shift
    began=$(date +%s)
    if "$@" > "$folder/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   $title ($(($(date +%s) - began)) s)"
    else
        failed=$((failed + 1))
        echo "FAIL $title"
        tail -n 30 "$folder/log"
    fi
}
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
version=$(sed -n '1s/.*(\(.*\)-.*/\1/p' packaging/debian/changelog)
tree=$folder/liblpl-$version
mkdir "$tree"
# shellcheck disable=SC2016 # $f is for the inner shell
git ls-files -z --cached --others --exclude-standard |
    xargs -0 sh -c 'for f; do test ! -e "$f" || printf "%s\0" "$f"; done' sh |
    tar -c --null -T - -f - | tar -x -C "$tree" -f - || exit 1
tar -C "$folder" -czf "$folder/liblpl_$version.orig.tar.gz" "liblpl-$version"
cp -r packaging/debian "$tree/debian"
cd "$tree" || exit 1
options=nocheck
if [ "$full" = full ]; then options=; fi
step "dpkg-buildpackage ${options:+($options)}" \
    env DEB_BUILD_OPTIONS="$options parallel=${JOBS:-2}" dpkg-buildpackage -us -uc
mv "$folder/log" "$folder/build.log"
cd "$folder" || exit 1
if [ "$failed" != 0 ]; then
    echo "$passed passed, $failed failed"
    exit 1
fi
for package in liblpl0.1 liblpl-dev python3-lpl lpl-tools liblpl-doc; do
    step "$package" sh -c "dpkg-deb -I ${package}_*.deb && dpkg-deb -c ${package}_*.deb | grep -c '[a-z]'"
done
lintian -I --pedantic --tag-display-limit 0 ./*.changes > lintian.txt 2>&1
cat lintian.txt
step "lintian: no error and no warning" sh -c "! grep -E '^[EW]:' lintian.txt"

# The same packages where nothing else is installed.
chroot_stops() {
    echo "not done: $1; what installing and debian/tests would show is open"
    echo "$passed passed, $failed failed"
    test "$failed" = 0
    exit
}
[ "$(id -u)" = 0 ] || chroot_stops "a chroot needs root"
command -v debootstrap > log || chroot_stops "there is no debootstrap (make deps-dev)"
root=$folder/root
mounted=
leave() {
    if [ -n "$mounted" ]; then umount "$root/proc" 2> /dev/null || umount -l "$root/proc"; fi
    rm -rf --one-file-system "$root"
}
trap leave EXIT
if [ -n "${LPL_CHROOT:-}" ]; then
    cp -a "$LPL_CHROOT" "$root"
else
    debootstrap --variant=minbase "$suite" "$root" "$mirror" > bootstrap.log 2>&1 ||
        chroot_stops "debootstrap failed ($(tail -n 1 bootstrap.log))"
fi
mount -t proc proc "$root/proc" 2> log || chroot_stops "proc cannot be mounted"
mounted=yes
cp /etc/resolv.conf "$root/etc/resolv.conf" 2> log
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
mkdir "$root/packages"
cp ./*.deb "$root/packages"
within() { chroot "$root" env LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
rm -f "$root"/packages/*-dbgsym_*
step "chroot: apt-get update" within apt-get update
step "chroot: install the packages" within sh -c 'apt-get install -y --no-install-recommends /packages/*.deb'
# shellcheck disable=SC2016 # dpkg's own names
installed=$(within dpkg-query -W -f '${Package} ' 'liblpl*' 'lpl-*' 'python3-lpl' 2> log)
echo "     installed: $installed"
sed -n 's/^Tests: //p' "$tree/debian/tests/control" | tr ' ' '\n' > tests.list
while read -r test; do
    # What this test alone depends on.
    needs=$(awk -v t="$test" '/^Tests:/ { mine = $0 ~ t } mine && sub(/^Depends: /, "") { gsub(/,/, ""); print }' \
        "$tree/debian/tests/control")
    # shellcheck disable=SC2086 # a list of words
    step "chroot: what test $test needs" within apt-get install -y --no-install-recommends $needs
    cp "$tree/debian/tests/$test" "$root/packages/test-$test"
    step "chroot: debian/tests/$test" within "/packages/test-$test"
    tail -n 3 log | sed 's/^/     /'
done < tests.list
# shellcheck disable=SC2016 # for the inner shell
step "chroot: remove the packages" within sh -c 'apt-get purge -y "liblpl*" lpl-tools python3-lpl &&
    test -z "$(find /usr -name "*lpl*" ! -path "/usr/share/doc/*" ! -name "*tlpl*" | grep -v perl | head -n 3)"'
echo "$passed passed, $failed failed"
test "$failed" = 0
