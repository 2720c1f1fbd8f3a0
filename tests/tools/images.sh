# shellcheck shell=sh
# shellcheck disable=SC2154 # work
# tests/tools/images.sh - image files that are made here, in the forms of CIFAR-10 and STL-10; sourced where $work is.
# Images differ, as photographs do: a colour and a wave each, in blocks of an eighth of the side.
export LC_ALL=C
mkdir "$work/cifar" "$work/stl"
pictures() { # pictures IMAGES SIDE LABELS: 3 SIDE^2 bytes an image, a label of so many in front (0: none)
    awk -v n="$1" -v side="$2" -v labels="$3" 'BEGIN {
        for (k = 0; k < n; k++) {
            if (labels > 0) printf "%c", 1 + k % labels
            for (c = 0; c < 3; c++) for (y = 0; y < 8; y++) {
                row = ""
                for (x = 0; x < 8; x++) {
                    v = 80 + 25 * sin(k * (c + 1.3)) + 20 * sin(k * k + x * cos(k) + y * sin(k))
                    for (q = 0; q < side / 8; q++) row = row sprintf("%c", int(v))
                }
                for (q = 0; q < side / 8; q++) printf "%s", row
            }
        }
    }'
}
cifar() { # cifar FILE IMAGES
    pictures "$2" 32 7 > "$work/cifar/$1"
}
stl() { # stl NAME IMAGES: labels are in a file of their own
    pictures "$2" 96 0 > "$work/stl/$1_X.bin"
}
labels() { # labels NAME IMAGES
    k=0
    while [ $k -lt "$2" ]; do printf "%b" "\\00$((k % 7 + 1))"; k=$((k + 1)); done > "$work/stl/$1_y.bin"
}
