#!/bin/sh
# tests/tools/documents.sh - every public function stands below a comment, every relative link in a *.md file leads somewhere.
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A comment covers the declarations that follow it without an empty line between.
awk 'FNR == 1 { commented = 0 }
     /^$/ || /^#/ { commented = 0 }
     /\*\// { commented = 1 }
     /^LPL_API/ && !commented { print FILENAME ":" FNR ": no comment: " $0 }' include/lpl/*.h > "$work/functions"
if command -v git > "$work/log" && git ls-files --error-unmatch README.md > "$work/log" 2>&1; then
    git ls-files '*.md' > "$work/pages"
else
    find . -name '*.md' -not -path './build*' > "$work/pages"
fi
while read -r page; do
    grep -o '](\([^)]*\))' "$page" | sed 's/^](//; s/)$//; s/#.*//' | grep -v -E '^$|^[a-z]+:' | while read -r link; do
        test -e "$(dirname "$page")/$link" || echo "$page: $link does not exist"
    done || :
done < "$work/pages" > "$work/links"
functions=$(grep -c '^LPL_API' include/lpl/*.h | awk -F: '{ n += $2 } END { print n }')
cat "$work/functions" "$work/links"
echo "$functions functions, $(wc -l < "$work/pages") pages"
failed=0
for list in functions links; do if test -s "$work/$list"; then failed=$((failed + 1)); fi; done
echo "$((2 - failed)) passed, $failed failed"
test "$failed" = 0
