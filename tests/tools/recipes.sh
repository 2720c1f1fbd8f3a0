#!/bin/sh
# tests/tools/recipes.sh - recipes for other systems (packaging/README.md).
#   recipes.sh fill FOLDER ARCHIVE URL   copies them with the archive's sums and the place where it lies
#   recipes.sh check FOLDER ARCHIVE      fills them in; each is read by its own tool or by a stand-in; tools that are
#                                        missing are named. Last line "N passed, N failed"
set -u
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
do=$1 folder=$2 archive=$3
zeros=0000000000000000000000000000000000000000000000000000000000000000
fill() { # URL
    rm -rf "$folder"
    mkdir -p "$folder" || exit 1
    sum256=$(sha256sum "$archive" | cut -d ' ' -f 1) sum512=$(sha512sum "$archive" | cut -d ' ' -f 1)
    for recipe in conda spack vcpkg homebrew; do cp -r packaging/$recipe "$folder"; done
    find "$folder" -type f -exec sed -i -e "s|https://example[.]invalid/lpl-[^\"]*[.]tar[.]gz|$1|" \
        -e "s/$zeros/$sum256/" -e "s/SHA512 0)/SHA512 $sum512)/" {} +
}
if [ "$do" = fill ]; then
    fill "$4"
    echo "$folder: $(find "$folder" -type f | wc -l) files name $4"
    exit
fi
passed=0 failed=0
step() { # TITLE COMMAND...
    title=$1
    shift
    mv "$folder/log" "$folder/before" 2> /dev/null
    if "$@" > "$folder/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   $title"
    else
        failed=$((failed + 1))
        echo "FAIL $title"
        tail -n 20 "$folder/log"
    fi
}
fill "file://$archive"
tools=tests/tools/recipes
version=$(sed -n 's/^.define LPL_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\).*/\2/p' include/lpl/version.h |
    paste -s -d .)
step "no recipe is left without place and sum" sh -c "! grep -rE 'example.invalid|$zeros|SHA512 0\\)' $folder"
for file in conda/recipe.yaml spack/packages/liblpl/package.py vcpkg/liblpl/vcpkg.json; do
    step "$file is of version $version" grep -qE "version[^0-9]*[\"']${version}[\"']" "packaging/$file"
done
step "homebrew/liblpl.rb is of version $version" grep -q "lpl-$version.tar.gz" packaging/homebrew/liblpl.rb

# conda: rattler-build's own library reads and renders it.
if python3 -m venv "$folder/venv" > "$folder/log" 2>&1 &&
    "$folder/venv/bin/pip" -q install py-rattler-build > "$folder/log" 2>&1; then
    cat > "$folder/render.py" << 'END'
import sys
import rattler_build
recipe = rattler_build.Stage0Recipe.from_file(sys.argv[1])
variants = rattler_build.VariantConfig({"c_compiler": ["gcc"], "c_stdlib": ["sysroot"], "python": ["3.11.* *_cpython"]})
names = [r.recipe.package.name for r in recipe.render(variants)]
print("rattler-build", rattler_build.rattler_build_version(), *names)
sys.exit(names != ["liblpl", "liblpl-python"])
END
    step "conda: rattler-build renders two packages" "$folder/venv/bin/python" "$folder/render.py" \
        "$folder/conda/recipe.yaml"
else
    echo "not done: conda (PyPI's py-rattler-build could not be installed)"
fi
step "spack: the package, against stand-ins" python3 $tools/spack.py "$folder/spack/packages/liblpl/package.py"
step "spack: BLIS and lpl-demo follow the variants" sh -c \
    "grep -q 'BLIS_LIBS=-L/d/lib -lblis DEMO=shared' $folder/before && grep -q 'BLIS=no DEMO=no' $folder/before"
if command -v spack > "$folder/log"; then
    step "spack: audit" sh -c "spack repo add $folder/spack && spack audit packages liblpl; status=\$?
        spack repo remove $folder/spack; exit \$status"
else
    echo "not done: spack audit (there is no spack)"
fi
step "vcpkg: vcpkg.json" python3 -m json.tool "$folder/vcpkg/liblpl/vcpkg.json"
if command -v cmake > "$folder/log"; then
    step "vcpkg: the port runs to its end, against stand-ins" cmake "-DPORT=$folder/vcpkg/liblpl/portfile.cmake" \
        "-DVERSION=$version" -P $tools/vcpkg.cmake
    step "vcpkg: the archive is asked for" grep -q "download file://" "$folder/before"
else
    echo "not done: vcpkg's port (there is no cmake)"
fi
if command -v ruby > "$folder/log"; then
    step "homebrew: ruby -c" ruby -c "$folder/homebrew/liblpl.rb"
    step "homebrew: loaded and installed, against a stand-in" ruby $tools/formula.rb "$folder/homebrew/liblpl.rb"
else
    echo "not done: homebrew (there is no ruby)"
fi
echo "$passed passed, $failed failed"
test "$failed" = 0
