#!/bin/sh
# tests/tools/documents.sh - do comments and pages lead where they say? Every public function stands below a comment and
# on its topic's page; every relative link in a *.md file, every "theory 4.5" (docs/theory.md) and every file of ours
# that is named exists. Last line "N passed, N failed".
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
say() { # TITLE FILE_THAT_SHOULD_BE_EMPTY
    if [ -s "$2" ]; then
        failed=$((failed + 1))
        echo "FAIL $1:"
        head -n 20 "$2"
    else
        passed=$((passed + 1))
        echo "ok   $1"
    fi
}

if command -v git > "$work/log" && git ls-files --error-unmatch README.md > "$work/log" 2>&1; then
    git ls-files > "$work/files"
else # unpacked from an archive
    find . -type f -not -path './build*' -not -path './lib/*' | sed 's|^\./||' > "$work/files"
fi
grep '\.md$' "$work/files" > "$work/pages"
grep -E '(\.(c|h|md|py|sh|mk|awk)|^Makefile)$' "$work/files" | grep -v '^tests/golden/' > "$work/texts"

# A comment covers the declarations that follow it without an empty line between.
awk 'FNR == 1 { commented = 0 }
     /^$/ || /^#/ { commented = 0 }
     /\*\// { commented = 1 }
     /^LPL_API/ && !commented { print FILENAME ":" FNR ": no comment: " $0 }' include/lpl/*.h > "$work/bare"
say "every public function has a comment" "$work/bare"

for header in include/lpl/*.h; do
    stem=$(basename "$header" .h)
    page=docs/$stem.md
    [ "$stem" != version ] || page=docs/versioning.md
    sed 's|/\*.*\*/||' "$header" | grep -v '^#' | tr '\n' ' ' | grep -o 'LPL_API [^;(]*(' \
        | sed 's/.*[ *]\(lpl_[a-z0-9_]*\)($/\1/' \
        | grep -v '_f64$' | sort -u | while read -r name; do
        grep -qw "$name" "$page" 2> "$work/log" || echo "$header: $name is not on $page"
    done
done > "$work/entries"
say "every public function is on its topic's page" "$work/entries"

while read -r page; do
    grep -o '](\([^)]*\))' "$page" | sed 's/^](//; s/)$//' | grep -v -E '^$|^[a-z]+:' | while read -r link; do
        target=${link%%#*} anchor=
        case $link in *'#'*) anchor=${link#*#} ;; esac
        file=$page
        [ -z "$target" ] || file=$(dirname "$page")/$target
        if ! test -e "$file"; then
            echo "$page: $link does not exist"
        elif [ -n "$anchor" ] && [ "${file%.md}" != "$file" ]; then # a heading as GitHub names it
            grep '^#' "$file" | sed 's/^#* *//' | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g' \
                | grep -qx -- "$anchor" \
                || echo "$page: $link: no such heading"
        fi
    done || :
done < "$work/pages" > "$work/links"
say "every relative link leads somewhere" "$work/links"

# "theory 3.2, 3.5" cites two sections.
sed -n 's/^##* *\([0-9][0-9.]*\) .*/\1/p' docs/theory.md | sort -u > "$work/sections"
tr '\n' '\0' < "$work/texts" | xargs -0 grep -n -o -E '[Tt]heory [0-9]+(\.[0-9]+)?(, [0-9]+\.[0-9]+)*' > "$work/cited" \
    || :
while IFS=: read -r file line cite; do
    echo "$cite" | grep -o '[0-9][0-9.]*' | while read -r section; do
        grep -qx -- "$section" "$work/sections" || echo "$file:$line: theory $section is no section of docs/theory.md"
    done
done < "$work/cited" > "$work/citations"
test -s "$work/sections" && test -s "$work/cited" || echo "no sections or no citations found" >> "$work/citations"
say "every citation of the theory leads to a section" "$work/citations"

# X, NAME, * stand for any name; the Python package names its tests from its own folder.
tr '\n' '\0' < "$work/texts" | \
    xargs -0 grep -n -o -E \
    '(^|[^A-Za-z0-9_./-])(docs|src|include|tests|examples|bench|bindings)/[A-Za-z0-9_/.-]+\.(c|h|md|py|sh|mk|awk)' \
    > "$work/named" || :
while IFS=: read -r file line name; do
    name=$(echo "$name" | sed 's|^[^a-z]||')
    case $name in *X.* | *NAME.*) continue ;; esac
    test -e "$name" || test -e "bindings/python/$name" || echo "$file:$line: $name does not exist"
done < "$work/named" | sort -u > "$work/missing"
say "every file that is named exists" "$work/missing"

sed -n 's/.*LPL_VERSION_STRING "\(.*\)".*/version: \1/p' include/lpl/version.h | grep -qxF -f - CITATION.cff ||
    echo "CITATION.cff: another version" > "$work/version"
: >> "$work/version"
say "CITATION.cff names the version of the header" "$work/version"

functions=$(cat include/lpl/*.h | grep -c '^LPL_API')
echo "$(wc -l < "$work/entries" | awk '{ print $1 }') of $functions functions without an entry," \
    "$(wc -l < "$work/cited") citations, $(wc -l < "$work/named") names of files, $(wc -l < "$work/pages") pages"
echo "$passed passed, $failed failed"
test "$failed" = 0
