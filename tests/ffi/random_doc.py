#!/usr/bin/env python3
"""tests/ffi/random_doc.py - run the Python generator printed in docs/random.md and compare it with draws of the
library.

usage: random_doc.py DOCUMENT < draws      one line each: SEED STREAM K BITS UNIFORM UNIFORM_F64 NORMAL NORMAL_F64
"""
import re
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as document:
        code = re.search(r"^```python\n(.*?)^```", document.read(), flags=re.S | re.M)[1]
    doc = {}
    exec(compile(code, sys.argv[1], "exec"), doc)  # the document is part of this repository
    lines = failures = 0
    for line in sys.stdin:
        *numbers, uniform, uniform_f64, normal, normal_f64 = line.split()
        seed, stream, k, bits = map(int, numbers)
        where = (k, seed, stream)
        lines += 1
        if not (doc["bits"](*where) == bits and doc["uniform"](*where) == float(uniform)
                and doc["uniform_f64"](*where) == float(uniform_f64)
                and abs(doc["normal"](*where) - float(normal)) <= 4e-6
                and abs(doc["normal_f64"](*where) - float(normal_f64)) <= 1e-14):
            failures += 1
            print("differs from docs/random.md:", line.strip(), file=sys.stderr)
    sys.exit(1 if failures or not lines else 0)


main()
