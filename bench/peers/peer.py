"""bench/peers/peer.py - what the PyTorch peers share: options, rounds on request, JSON.

A peer prints one JSON line that says what it is. Then, for each line on standard input, it times one round of all its
contestants (in turns) and prints one JSON line of rows. So bench/run.py lets library and peers take turns. The line
read says "round WITHIN STOP": after so many seconds one sample of each has to do, and none begins any more.
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


LONG = 0.1  # seconds of a call: what it warms up it mostly spends itself


class Peer:
    def __init__(self, name, shapes=((37, 300, 53), (64, 784, 256))):
        options = argparse.ArgumentParser(description="PyTorch peer of bench/%s" % name)
        options.add_argument("--threads", type=int, default=1)
        options.add_argument("--seconds", type=float, default=1.0, help="budget of a round and contestant")
        options.add_argument("--cpu", action="store_true", help="processor time instead of wall clock (one thread)")
        self.options = options.parse_args()
        self.clock = time.process_time if self.options.cpu and self.options.threads == 1 else time.perf_counter
        torch.set_num_threads(self.options.threads)
        torch.manual_seed(1)
        self.contestants, self.warm = [], set()
        error = products_are_right(shapes)
        config = torch.__config__.parallel_info()
        self.info = {"peer": name, "torch": torch.__version__, "threads": self.options.threads, "product_error": error,
                     "mkl": torch.backends.mkl.is_available(), "openmp": "OpenMP" in config}

    def add(self, case, contestant, step, calls=1, per=1.0, note="", warm=False):
        """step() is timed calls times in a row; per = operations in one step. warm: it has been called already."""
        self.contestants.append((case, contestant, step, calls, per, note))
        if warm:
            self.warm.add(step)

    def warm_up(self, contestant, times, late, stop):
        """Two calls, of a long one the first; with no time left that has to do as its sample."""
        step, per = contestant[2], contestant[4]
        for _ in range(0 if step in self.warm else 2):
            begun, start = time.perf_counter(), self.clock()
            if begun >= stop:
                return
            step()
            took = self.clock() - start
            if took >= LONG:
                if begun >= late:
                    times.append(took / per)
                return
            if begun >= late:
                return

    def serve(self):
        """All contestants are there: from here on this process works when it is asked to, and others may be timed."""
        print(json.dumps(self.info), flush=True)
        warm = False
        for line in sys.stdin:
            rows, begun = [], time.perf_counter()
            late, stop = (begun + float(word) for word in (line.split()[1:] + ["inf", "inf"])[:2])
            cases = list(dict.fromkeys(c[0] for c in self.contestants))
            last = late
            for k, case in enumerate(cases):  # each has an equal part of the time left
                now = time.perf_counter()
                late = now + (last - now) / (len(cases) - k) if last > now else last
                mine = [c for c in self.contestants if c[0] == case]
                times = {c[1]: [] for c in mine}
                spent = dict.fromkeys(times, 0.0)
                if not warm:
                    for c in mine:
                        self.warm_up(c, times[c[1]], late, stop)

                def enough(name, times=times, spent=spent, late=late, stop=stop):
                    now = time.perf_counter()
                    return now >= stop or times[name] and (spent[name] >= self.options.seconds or now >= late)

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
