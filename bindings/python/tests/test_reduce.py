# tests/test_reduce.py - learning on several ranks: threads in place of ranks, and mpi4py where it is installed.
import contextlib
import importlib.util
import io
import threading
import unittest

import numpy as np

import lpl


class Ranks:
    """reduce(array, op) for each of n threads."""

    def __init__(self, n):
        self.arrays = [None] * n
        self.barrier = threading.Barrier(n)

    def of(self, rank):
        def reduce(array, op):
            self.arrays[rank] = array.copy()
            self.barrier.wait()
            array[:] = {"sum": np.sum, "max": np.max}[op](self.arrays, axis=0)
            self.barrier.wait()
        return reduce


def run_all(work, n):
    """work(rank) in n threads at once."""
    threads = [threading.Thread(target=work, args=(rank,)) for rank in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def learn(n, make, rows=24):
    """Weights and reports of each rank after three steps of a batch that is dealt to n ranks."""
    ranks, out = Ranks(n), [None] * n
    x = np.random.default_rng(3).standard_normal((3, 2, rows, 6)).astype("f4")

    def work(rank):
        thing = make()
        thing.set_reduce(ranks.of(rank), chunk=4)
        own = slice(rows // n // 4 * 4 * rank, rows // n // 4 * 4 * (rank + 1) if rank < n - 1 else rows)
        reports = [thing.update(x0[own], x1[own]) for x0, x1 in x]
        layers = list(thing) if isinstance(thing, lpl.Stack) else [thing]
        out[rank] = ([layer.w.copy() for layer in layers], reports)
    run_all(work, n)
    return out


class Reduce(unittest.TestCase):
    def check(self, make):
        one = learn(1, make)[0]
        for n in (2, 3):
            for other in learn(n, make):
                for a, b in zip(one[0], other[0]):
                    np.testing.assert_array_equal(a, b)
                self.assertEqual(str(one[1]), str(other[1]))

    def test_layer(self):
        self.check(lambda: lpl.Layer(6, 5, batch_max=24, optim="adam", act="tanh", seed=1))

    def test_stack(self):
        cfg = [dict(n_pre=6, n_post=7, batch_max=24, pair="symmetric"),
               dict(n_pre=7, n_post=3, batch_max=24, pair="symmetric")]
        self.check(lambda: lpl.Stack(cfg))

    def test_tracker(self):
        x = np.random.default_rng(5).standard_normal((3, 24, 6)).astype("f4")

        def seen(n):
            ranks, out = Ranks(n), [None] * n

            def work(rank):
                tracker = lpl.Stats(6, mode="ewma", batch_max=24, covariance=True, dtype="f4")
                tracker.set_reduce(ranks.of(rank), chunk=4)
                for z in x:
                    tracker.update(z[24 * rank // n:24 * (rank + 1) // n])
                out[rank] = (tracker.count, tracker.mean, tracker.sigma2, tracker.covariance)
            run_all(work, n)
            return out
        one = seen(1)[0]
        for n in (2, 3):
            for other in seen(n):
                for a, b in zip(one, other):
                    np.testing.assert_array_equal(a, b)
        tracker = lpl.Stats(6, batch_max=24)
        with self.assertRaisesRegex(lpl.LplSizeError, "chunk = 32"):
            tracker.set_reduce(lambda array, op: None)
        tracker.set_reduce(lambda array, op: None, chunk=24)
        with self.assertRaisesRegex(lpl.LplSizeError, "whole number of chunks"):
            tracker.update(x[0, :5])
        tracker.set_reduce()
        tracker.update(x[0, :5])

    def test_refusals(self):
        layer = lpl.Layer(6, 5, batch_max=8)
        x = np.random.default_rng(1).standard_normal((8, 6)).astype("f4")
        with self.assertRaisesRegex(TypeError, "need a communicator"):
            layer.set_reduce(3)
        with self.assertRaisesRegex(lpl.LplSizeError, "chunk = 9"):
            layer.set_reduce(lambda array, op: None, chunk=9)
        layer.set_reduce(lambda array, op: None, chunk=3)
        with self.assertRaisesRegex(lpl.LplSizeError, "whole number of chunks"):
            layer.update(x, x)

        def fails(_array, _op):
            raise OSError("the network is down")
        layer.set_reduce(fails, chunk=4)
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaisesRegex(lpl.LplReduceError, "reported a failure"):
            layer.update(x, x)
        self.assertIn("the network is down", said.getvalue())
        layer.set_reduce()
        layer.update(x, x)

    @unittest.skipUnless(importlib.util.find_spec("mpi4py"), "needs mpi4py (Debian: python3-mpi4py)")
    def test_mpi4py(self):
        from mpi4py import MPI
        layers = [lpl.Layer(6, 5, batch_max=8, seed=1) for _ in range(2)]
        layers[0].set_reduce(MPI.COMM_SELF, chunk=4)
        layers[1].set_reduce(lambda array, op: None, chunk=4)
        x = np.random.default_rng(1).standard_normal((2, 8, 6)).astype("f4")
        for layer in layers:
            layer.update(*x)
        np.testing.assert_array_equal(layers[0].w, layers[1].w)


if __name__ == "__main__":
    unittest.main()
