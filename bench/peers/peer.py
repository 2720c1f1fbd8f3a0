"""bench/peers/peer.py - what the PyTorch peers share: options, rounds on request, JSON.

A peer prints one JSON line that says what it is. Then, for each line on standard input, it times one round of all its
contestants (in turns) and prints one JSON line of rows. So bench/run.py lets library and peers take turns.
"""
import argparse
import json
import sys
import time

import torch


def products_are_right(shapes):
    """Largest error of float32 products of these (m, k, n), against float64, in units of what rounding allows."""
    worst = 0.0
    for m, k, n in shapes:
        for ta in (False, True):
            for tb in (False, True):
                a = torch.randn(k, m).t() if ta else torch.randn(m, k)
                b = torch.randn(n, k).t() if tb else torch.randn(k, n)
                error = (a.mm(b).double() - a.double().mm(b.double())).abs().max().item()
                worst = max(worst, error / (1.2e-7 * 4 * k ** 0.5 * 4))
    return worst


class Peer:
    def __init__(self, name, shapes=((37, 300, 53), (64, 784, 256))):
        options = argparse.ArgumentParser(description="PyTorch peer of bench/%s" % name)
        options.add_argument("--threads", type=int, default=1)
        options.add_argument("--seconds", type=float, default=1.0, help="budget of a round and contestant")
        options.add_argument("--within", type=float, default=1e9,
                             help="after so many seconds of a round one sample of each has to do")
        options.add_argument("--cpu", action="store_true", help="processor time instead of wall clock (one thread)")
        self.options = options.parse_args()
        self.clock = time.process_time if self.options.cpu and self.options.threads == 1 else time.perf_counter
        torch.set_num_threads(self.options.threads)
        torch.manual_seed(1)
        self.contestants = []
        error = products_are_right(shapes)
        config = torch.__config__.parallel_info()
        print(json.dumps({"peer": name, "torch": torch.__version__, "threads": self.options.threads,
                          "product_error": error,
                          "mkl": torch.backends.mkl.is_available(), "openmp": "OpenMP" in config}), flush=True)

    def add(self, case, contestant, step, calls=1, per=1.0, note=""):
        """step() is timed calls times in a row; per = operations in one step."""
        self.contestants.append((case, contestant, step, calls, per, note))

    def serve(self):
        warm = False
        for _ in sys.stdin:
            rows, late = [], time.perf_counter() + self.options.within
            for case in dict.fromkeys(c[0] for c in self.contestants):
                mine = [c for c in self.contestants if c[0] == case]
                times = {c[1]: [] for c in mine}
                spent = dict.fromkeys(times, 0.0)
                if not warm:
                    for c in mine:
                        c[2]()
                        if time.perf_counter() < late:
                            c[2]()

                def enough(name, times=times, spent=spent, late=late):
                    return times[name] and (spent[name] >= self.options.seconds or time.perf_counter() >= late)

                while not all(enough(n) for n in times):
                    for _, name, step, calls, per, _note in mine:
                        if enough(name):
                            continue
                        begun, start = time.perf_counter(), self.clock()
                        for _ in range(calls):
                            step()
                        times[name].append((self.clock() - start) / (calls * per))
                        spent[name] += time.perf_counter() - begun
                rows += [{"case": case, "contestant": c[1], "note": c[5], "threads": self.options.threads,
                          "times_s": times[c[1]]}
                         for c in mine]
            warm = True
            print(json.dumps(rows), flush=True)
