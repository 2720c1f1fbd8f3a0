# tests/test_interrupt.py - long calls are cut into slices, between which Ctrl-C is heard: same bits, whole steps.
import contextlib
import ctypes as C
import signal
import threading
import unittest
from unittest import mock

import numpy as np

import lpl
from lpl import _slices, _worlds_lib, probe, worlds
from support import SEED, rng

try:
    _worlds_lib.worlds()
    BUILT = True
except ImportError:
    BUILT = False
built = unittest.skipUnless(BUILT, "liblplworlds.so is not built: make worlds")
U4 = np.dtype("u4")


def setUpModule():
    """Whoever runs tests in the background of a shell hands down an ignored SIGINT, and Python then leaves it
    ignored."""
    unittest.addModuleCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))


def tiny():
    """Slices of one unit each."""
    return mock.patch.object(_slices, "SECONDS", 0)


@contextlib.contextmanager
def interrupted(after):
    """Slices of one unit, and Ctrl-C when so many of them are done. The clock is asked before and behind each slice."""
    asked = 0

    def clock():
        nonlocal asked
        asked += 1
        if asked == 2 * after:
            signal.raise_signal(signal.SIGINT)
        return float(asked)

    with tiny(), mock.patch.object(_slices.time, "perf_counter", clock):
        yield


def whole(module):
    """No slices in this module."""
    return mock.patch.object(module, "slices", lambda total, first=1, unit=1: iter([(0, total)]))


class Slices(unittest.TestCase):
    def run_slices(self, cost, total, first, unit):
        now, out = 0.0, []
        with mock.patch.object(_slices.time, "perf_counter", lambda: now):
            for start, count in _slices.slices(total, first, unit):
                self.assertEqual(start, sum(out))
                out.append(count)
                now += cost(start, count)
        self.assertEqual(sum(out), total)
        self.assertTrue(all(count % unit == 0 for count in out[:-1]))
        return out

    def test_they_cover_all_and_settle(self):
        got = self.run_slices(lambda start, count: 1e-3 * count, 10000, 1, 1)
        self.assertEqual(got[:5], [1, 4, 16, 64, 100])
        self.assertLessEqual(set(got[4:-1]), {99, 100})
        # one alone takes longer
        self.assertEqual(set(self.run_slices(lambda start, count: 10.0 * count, 50, 1, 1)), {1})
        self.assertLess(len(self.run_slices(lambda start, count: 0.0, 10 ** 12, 1, 256)), 30)     # no time at all
        slower = self.run_slices(lambda start, count: count * (1e-3 if start < 5000 else 1e-1), 6000, 1, 1)
        # what becomes dear gets short slices
        self.assertEqual(max(slower[-100:-1]), 1)
        self.assertEqual(self.run_slices(lambda start, count: 1.0, 0, 1, 1), [])


def spiking_data(dtype="f4", n=60, n_pre=40, n_post=30):
    r = rng(3)
    pre, post = (r.random((n, m)) < 0.1 for m in (n_pre, n_post))
    v = (-0.055 + 0.003 * r.normal(size=(n, n_post))).astype(dtype)
    lists = []
    for fired in (pre, post):
        lists += [np.r_[0, np.cumsum(fired.sum(1))].astype("u8"), np.nonzero(fired)[1].astype(U4)]
    return lists + [v]


class Steps(unittest.TestCase):
    def make(self, engine="fused", dtype="f4"):
        return lpl.Spiking(40, 30, lpl.Connect.random(0.5, seed=1), engine=engine, dtype=dtype, update_every=7, eta=0.1)

    def test_same_bits(self):
        for engine in ("fused", "block"):
            for dtype in ("f4", "f8"):
                data = spiking_data(dtype)
                one, many, single = (self.make(engine, dtype) for _ in range(3))
                with whole(lpl.spiking):
                    one.steps(*data)
                with tiny(), mock.patch.object(many, "_steps", wraps=many._steps) as calls:
                    many.steps(*data)
                self.assertEqual(calls.call_count, 60)
                single.steps(*data)
                self.assertEqual(one.to_bytes(), many.to_bytes())
                self.assertEqual(one.to_bytes(), single.to_bytes())

    def test_interrupted_at_a_whole_step(self):
        want, s, (pp, pre, qp, post, v) = self.make(), self.make(), spiking_data()
        want.steps(pp, pre, qp, post, v)
        with interrupted(17), self.assertRaises(KeyboardInterrupt):
            s.steps(pp, pre, qp, post, v)
        self.assertEqual(s.steps_done, 17)
        s.steps(pp[17:], pre, qp[17:], post, v[17:])
        self.assertEqual(s.to_bytes(), want.to_bytes())

    def test_refused_as_a_whole(self):
        s = self.make()
        before = s.to_bytes()

        def wrong(change, error, sentence):
            data = [a.copy() for a in spiking_data()]
            change(*data)
            with tiny(), self.assertRaisesRegex(error, sentence):
                s.steps(*data)
            self.assertEqual(s.to_bytes(), before)

        def put(k, where, value):
            def change(*data):
                data[k][where] = value
            return change

        wrong(put(4, (-1, -1), np.nan), lpl.LplNonFiniteError, "v")
        wrong(put(4, (-1, 0), np.inf), lpl.LplNonFiniteError, "v")
        wrong(put(4, (-1, 0), -55), lpl.LplUnitsError, "v")
        wrong(put(1, -1, 40), lpl.LplArgError, "pre")
        wrong(put(3, -1, 30), lpl.LplArgError, "post")
        wrong(put(1, -1, 0), lpl.LplArgError, "pre")
        wrong(put(0, -2, 0), lpl.LplArgError, "pre_ptr")
        wrong(put(2, -2, 0), lpl.LplArgError, "post_ptr")

        def twice(pp, pre, qp, post, v):
            k = int(np.flatnonzero(np.diff(pp.astype("i8")) > 1)[-1])
            pre[int(pp[k]) + 1] = pre[int(pp[k])]
        wrong(twice, lpl.LplArgError, "pre")

    def test_empty_steps_and_gaps_between_rows(self):
        pp, pre, qp, post, v = spiking_data()
        one, two = self.make(), self.make()
        one.steps(pp, pre, qp, post, v)
        wide = np.full((60, 50), np.nan, "f4")
        wide[:, 10:40] = v
        with tiny():
            two.steps(pp, pre, qp, post, wide[:, 10:40])
            two.steps(pp[:1], pre, qp[:1], post, v[:0])
        self.assertEqual(one.to_bytes(), two.to_bytes())


class Fit(unittest.TestCase):
    def data(self, dtype, n=700, d=12):
        r = rng(5)
        return r.normal(size=(n, d)).astype(dtype), r.integers(0, 4, n).astype("i4")

    def test_same_bits_as_one_call(self):
        for dtype, name in (("f4", "lpl_readout_fit"), ("f8", "lpl_readout_fit_f64")):
            x, y = self.data(dtype)
            r = lpl.Readout(4, epochs=3, batch=100, eta=1e-2)
            with tiny():
                loss = r.fit(x, y).loss
                logits, accuracy = r.predict(x), r.accuracy(x, y)
            w, bias, want = np.zeros((4, 12), dtype), np.zeros(4, dtype), np.empty(3)
            self.assertEqual(getattr(lpl.metrics.lib, name)(r._cfg, w.ctypes.data, 12, bias.ctypes.data,
                                                            want.ctypes.data, x.ctypes.data, 12,
                                                            y.ctypes.data, 700, 12), 0)
            for a, b in ((r.w, w), (r.bias, bias), (loss, want)):
                np.testing.assert_array_equal(a, b)
            with whole(lpl.metrics):
                np.testing.assert_array_equal(logits, r.predict(x))
                self.assertEqual(accuracy, r.accuracy(x, y))
            self.assertEqual(accuracy, (logits.argmax(1) == y).mean())

    def test_interrupted_at_a_whole_mini_batch(self):
        x, y = self.data("f4")
        w, bias = np.ones((4, 20), "f4")[:, :12], np.zeros(4, "f4")
        r = lpl.Readout(4, epochs=3, batch=100)
        with interrupted(5), self.assertRaises(KeyboardInterrupt):
            r.fit(x, y, w, bias)
        want = lpl.Readout(4, epochs=1, batch=100)
        want.fit(x[:500], y[:500], np.ones((4, 12), "f4"), np.zeros(4, "f4"))
        for a, b in ((r.w, want.w), (w, want.w), (bias, want.bias)):
            np.testing.assert_array_equal(a, b)

    def test_errors_leave_all_as_it_was(self):
        x, y = self.data("f4")
        r = lpl.Readout(4, epochs=2, batch=100)
        r.fit(x, y)
        before, w, bias = (r.w.copy(), r.bias.copy()), np.ones((4, 12), "f4"), np.ones(4, "f4")
        x[650, :2], y[640] = 3e38, 2                    # it diverges in the seventh mini-batch
        with tiny(), self.assertRaisesRegex(lpl.LplNonFiniteError, "."):
            r.fit(x, y, w, bias)
        y[699] = 4
        with tiny(), self.assertRaisesRegex(lpl.LplArgError, r"y\[699\] = 4"):
            r.fit(x, y, w, bias)
        self.assertTrue((w == 1).all() and (bias == 1).all())
        np.testing.assert_array_equal(r.w, before[0])
        np.testing.assert_array_equal(r.bias, before[1])

    def test_weights_are_the_readouts_own(self):
        x, y = self.data("f4")
        r = lpl.Readout(4, epochs=1)
        w, bias = np.ones((4, 12), "f4"), np.zeros(4, "f4")
        r.fit(x, y, w, bias)
        logits, seen = r.predict(x), r.w
        w[:], bias[:] = 0, 0
        np.testing.assert_array_equal(r.predict(x), logits)
        kept = seen.copy()
        r.fit(x, y)
        np.testing.assert_array_equal(seen, kept)
        self.assertTrue((r.w != kept).any())
        with self.assertRaises(lpl.LplOverlapError):
            r.fit(x, y, x[:4], bias)


class Others(unittest.TestCase):
    def test_random(self):
        for draw, kind in ((lpl.random.bits, {}), (lpl.random.uniform, {}), (lpl.random.normal, {}),
                           (lpl.random.normal, dict(dtype="f8"))):
            n = 5 * lpl.random._SOME + 3
            with whole(lpl.random):
                want = draw(n, SEED, 2, 7, **kind)
            with tiny():
                np.testing.assert_array_equal(draw(n, SEED, 2, 7, **kind), want)
            with interrupted(2), self.assertRaises(KeyboardInterrupt):
                draw(n, SEED, 2, 7, **kind)

    @built
    def test_worlds(self):
        pixels, index = rng(8).integers(0, 256, (40, 3, 16, 16), "u1"), np.arange(39, -1, -1, dtype=U4)
        room = worlds.Room(4)
        for threads in (1, 2):
            views = worlds.Views(threads=threads, seed=3)
            for call in (lambda: views(pixels, index, 1, 0), lambda: views.evaluate(pixels),
                         lambda: views.evaluate(pixels, True), lambda: room.draw(index * 1000)):
                with whole(worlds):
                    want = call()
                with tiny():
                    np.testing.assert_array_equal(call(), want)
                with interrupted(1), self.assertRaises(KeyboardInterrupt):
                    call()
            room = worlds.Room(4, threads=2)

    def test_measures_run_beside(self):
        large = lambda n, d: mock.patch.object(lpl.metrics, "LARGE", n * d * max(n, d) - 1)
        x, y = rng(9).normal(size=(30, 8)).astype("f4"), (np.arange(30) % 3).astype("i4")
        for call in (lambda: lpl.metrics.uniformity(x), lambda: lpl.metrics.class_radii(x, y)):
            want = call()
            with large(30, 8), mock.patch.object(lpl.metrics, "aside", wraps=_slices.aside) as used:
                np.testing.assert_array_equal(call(), want)
            self.assertTrue(used.call_args[0][1])

    def test_errors_come_from_beside(self):
        with mock.patch.object(lpl.metrics, "LARGE", 0):
            with self.assertRaisesRegex(lpl.LplNonFiniteError, "LPL_E_NONFINITE lpl_metric"):
                lpl.metrics.uniformity(np.full((4, 2), np.nan, "f4"))

    def test_heard_while_the_call_goes_on(self):
        goes_on, ended, main = threading.Event(), threading.Event(), threading.get_ident()

        def call():
            signal.pthread_kill(main, signal.SIGINT)
            goes_on.wait(60)
            ended.set()

        with self.assertRaises(KeyboardInterrupt):
            _slices.aside(call)
        self.assertFalse(ended.is_set())
        goes_on.set()
        self.assertTrue(ended.wait(60))

    @built
    def test_worlds_run_beside(self):
        x, y = rng(10).normal(size=(3000, 6)).astype("f4"), (np.arange(3000) % 3).astype("i4")
        image = worlds.sample(3000)
        for module, call in ((probe, lambda: probe.logistic(x, y, x, y, n_classes=3, iterations=2)),
                             (probe, lambda: probe.disentanglement(x, image, draws=2, points=1, repetitions=1)),
                             (probe, lambda: probe.factor_readout(x, image, "shape", epochs=1)),
                             (probe, lambda: probe.similarity(x, 3)), (worlds, lambda: worlds.Room(4))):
            with mock.patch.object(module, "aside", wraps=_slices.aside) as used:
                call()
            self.assertEqual(used.call_count, 1)
        with self.assertRaises(lpl.LplArgError):
            probe.factor_readout(x, image, "shape", epochs=0)


if __name__ == "__main__":
    unittest.main()
