# examples/compare.awk - does an example print what it should? awk -f examples/compare.awk examples/NAME.out OUTPUT
#
# Words must be equal, numbers equal within 0.02 + 2 %: another CPU or BLIS version rounds differently, and a run of ten
# thousand steps shows that in the third digit. Says where the first difference is; exit status 1 then.

BEGIN {
    if ("0.5" + 0 != 0.5) { # mawk takes the locale's comma for the point
        print "compare.awk: numbers are not read with a decimal point here, run with LC_ALL=C"
        stopped = 1
        exit 2
    }
}

function is_number(s) {
    return s ~ /^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/
}

function distance(a, b) {
    return a > b ? a - b : b - a
}

FNR == NR {
    expected[FNR] = $0
    expected_lines = FNR
    next
}

{
    got_lines = FNR
    n = split(expected[FNR], want, " ")
    bad = n != NF
    for (i = 1; i <= n && !bad; i++)
        if (is_number(want[i]) && is_number($i))
            bad = distance(want[i] + 0, $i + 0) > 0.02 + 0.02 * (want[i] < 0 ? -want[i] : want[i])
        else
            bad = want[i] != $i
    if (bad) {
        print ARGV[2] ":" FNR ": differs from " ARGV[1] "\n  expected: " expected[FNR] "\n  got:      " $0
        failed = 1
        exit 1
    }
}

END {
    if (!stopped && !failed && got_lines != expected_lines) {
        print ARGV[2] " has " got_lines + 0 " lines, " ARGV[1] " has " expected_lines + 0
        exit 1
    }
}
