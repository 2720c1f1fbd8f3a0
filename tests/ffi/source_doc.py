#!/usr/bin/env python3
"""tests/ffi/source_doc.py - run the Python sources printed in docs/source.md and compare their spikes with the
library's.

usage: source_doc.py RANDOM_DOCUMENT SOURCE_DOCUMENT < cases      one line each, numbers:
       N DT LOOP SEED STREAM STEPS, KNOTS times TIME RATE, then SPIKES times STEP NEURON; KNOTS and SPIKES go before
       their lists
"""
import re
import sys


def main():
    doc = {}
    for name in sys.argv[1:]:
        with open(name, encoding="utf-8") as document:
            code = re.search(r"^```python\n(.*?)^```", document.read(), flags=re.S | re.M)[1]
        exec(compile(code, name, "exec"), doc)  # the documents are part of this repository
    lines = failures = 0
    for line in sys.stdin:
        words = iter(line.split())

        def pairs(first, second):
            return [(first(next(words)), second(next(words))) for _ in range(int(next(words)))]

        n, dt, loop, seed, stream, steps = (kind(next(words)) for kind in (int, float, int, int, int, int))
        time_s, rate_hz = zip(*pairs(float, float))
        expected = pairs(int, int)
        length = doc["segment_length"](n, dt, rate_hz)
        got = []
        for s in range((steps + length - 1) // length):
            got += doc["segment"](s, n, dt, time_s, rate_hz, loop, seed, stream)
        lines += 1
        if [spike for spike in got if spike[0] < steps] != expected:
            failures += 1
            print("differs from", sys.argv[2] + ":", line[:100].strip(), file=sys.stderr)
    sys.exit(1 if failures or not lines else 0)


main()
