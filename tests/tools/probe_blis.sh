#!/bin/sh
# tests/tools/probe_blis.sh - find BLIS by compiling and linking, never by running: probe_blis.sh CC PKG_CONFIG CFLAGS
# LIBS OUTPUT
#
# CFLAGS and LIBS are the user's BLIS_CFLAGS and BLIS_LIBS, empty to search: pkg-config blis, then -lblis with <blis.h>,
# then with <blis/blis.h> (upstream installs there, Debian does not). Writes the response files OUTPUT.cflags (for
# src/linalg/blas.c) and OUTPUT.libs, and OUTPUT.requires (the pkg-config package, or nothing).
#
# LPLI_BLIS_EXPERT is defined if the header has the structs of BLIS 0.9 that src/linalg/blas.c fills in, and the version
# of the library is known; at run time the library is asked for its version once more.
set -eu
export LC_ALL=C # numbers have a point
cc=$1 pkg_config=$2 cflags=$3 libs=$4 output=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

links() { # CFLAGS LIBS
    printf '#include <blis.h>\nint main(void) { bli_init(); return 0; }\n' > "$work/try.c"
    # shellcheck disable=SC2086 # flags are lists of words
    $cc $1 "$work/try.c" $2 -lm -o "$work/try" > "$work/log" 2>&1
}

requires=
if [ -n "$libs" ]; then
    links "$cflags" "$libs" ||
        { cat "$work/log" >&2; echo "BLIS_LIBS=$libs: does not link with <blis.h> (BLIS_CFLAGS=$cflags)" >&2; exit 1; }
elif $pkg_config --exists blis 2> "$work/log" && links "$($pkg_config --cflags blis)" "$($pkg_config --libs blis)"; then
    requires=blis
    cflags=$($pkg_config --cflags blis) libs=$($pkg_config --libs blis)
elif links "$cflags" -lblis; then
    libs=-lblis
else
    found=
    for folder in $($cc -E -Wp,-v -x c /dev/null 2>&1 | sed -n 's/^ \(\/.*\)/\1/p'); do
        if [ -f "$folder/blis/blis.h" ] && links "-I$folder/blis" -lblis; then
            found=1 cflags=-I$folder/blis libs=-lblis
            break
        fi
    done
    if [ -z "$found" ]; then
        echo "BLIS was not found: apt-get install libblis-dev, or make deps, or give BLIS_CFLAGS and BLIS_LIBS," \
            "or build without: BLIS=no" >&2
        exit 1
    fi
fi
# As a system header: blis.h gives hundreds of warnings otherwise.
cflags=$(printf '%s' "$cflags" | sed 's/-I *\([^ ]\)/-isystem \1/g')

cat > "$work/try.c" <<'END'
#include <blis.h>
int probe(cntx_t *c, packm_blk_var1_params_t *p, rntm_t *r);
int probe(cntx_t *c, packm_blk_var1_params_t *p, rntm_t *r) {
    p->ukr_fn[BLIS_FLOAT][BLIS_FLOAT] = 0;
    bli_rntm_set_num_threads_only(1, r);
    return sizeof c->l3_nat_ukrs + sizeof c->l3_nat_ukrs_prefs + sizeof c->blkszs > 0;
}
END
# shellcheck disable=SC2086
if $cc -Werror=implicit-function-declaration $cflags -c "$work/try.c" -o "$work/try.o" > "$work/log" 2>&1; then
    version=
    if [ -n "$requires" ]; then version=$($pkg_config --modversion blis); fi
    if [ -z "$version" ]; then
        # the header may say it (BLIS_VERSION_STRING)
        # shellcheck disable=SC2086
        version=$(printf '#include <blis.h>\n' | $cc $cflags -dM -E - \
            | sed -n 's/^#define BLIS_VERSION_STRING "\([^"]*\)".*/\1/p')
    fi
    case " $libs" in *" -lblis"* | *" -l:libblis.a"*) named=1 ;; *) named= ;; esac
    if [ -z "$version" ] && [ -n "$named" ] && command -v dpkg-query > "$work/log"; then
        # Debian's package: 0.9.0-1 and epochs, less what Debian added
        # shellcheck disable=SC2016
        version=$(dpkg-query -W -f '${Version}\n' libblis-dev 2> "$work/log" \
            | sed -n '1s/^\([0-9]*:\)\{0,1\}\([0-9.]*\).*/\2/p')
    fi
    if [ -n "$version" ]; then cflags="$cflags -DLPLI_BLIS_EXPERT -DLPLI_BLIS_BUILD_VERSION='\"$version\"'"; fi
fi
printf '%s\n' "$requires" > "$output.requires"
printf '%s\n' "$libs" > "$output.libs"
printf '%s\n' "$cflags" > "$output.cflags"
