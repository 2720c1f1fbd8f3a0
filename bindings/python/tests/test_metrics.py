# tests/test_metrics.py - metrics and readout against NumPy formulas.
import inspect
import unittest

import numpy as np

import lpl
from lpl import metrics
from support import rng


def data(dtype="f8"):
    r = rng(1)
    y = np.repeat(np.arange(3), 8).astype("i4")
    return (r.normal(size=(24, 5)) + y[:, None]).astype(dtype), y, r.normal(size=(24, 5)).astype(dtype)


def ratio(x):
    c = np.cov(x, rowvar=False)
    return np.trace(c) ** 2 / (c ** 2).sum()


class Metrics(unittest.TestCase):
    def setUp(self):
        self.x, self.y, self.x2 = data()
        u = self.x / np.linalg.norm(self.x, axis=1, keepdims=True)
        self.u, self.u2 = u, self.x2 / np.linalg.norm(self.x2, axis=1, keepdims=True)
        self.centred = self.x - self.x.mean(0)

    def wanted(self):
        x, y, u, u2, c = self.x, self.y, self.u, self.u2, self.centred
        n = len(x)
        upper = np.triu(np.ones((n, n), bool), 1)
        same = y[:, None] == y
        uc = c / np.linalg.norm(c, axis=1, keepdims=True)
        cosine, square, square2 = uc @ uc.T, (u @ u.T), (u2 @ u2.T)
        classes = [x[y == k] for k in range(3)]
        centres = np.array([k.mean(0) for k in classes])
        flat = centres - centres.mean(1, keepdims=True)
        flat = flat / np.linalg.norm(flat, axis=1, keepdims=True)
        radii = np.array([np.linalg.norm(k - k.mean(0), axis=1).mean() for k in classes])
        r = np.linalg.norm(c, axis=1)
        k = u.mean(0) / np.linalg.norm(u.mean(0))
        v = np.log(x.var(0, ddof=1) + 1e-4)
        cols = x / np.linalg.norm(x, axis=0)
        rows = cols / np.linalg.norm(cols, axis=1, keepdims=True)
        scalars = {
            "participation_ratio": ratio(x), "cosine_cross_class": cosine[upper & ~same].mean(),
            "cosine_within_class": np.mean([cosine[upper & same & (y == i)[:, None]].mean() for i in range(3)]),
            "manifold_correlation": (flat @ flat.T)[np.triu_indices(3, 1)].mean(),
            "manifold_radius": (radii / r.mean()).mean(),
            "manifold_dim": np.mean([ratio(i) for i in classes]), "global_radius": r.mean(),
            "cosine_push": (square[~np.eye(n, dtype=bool)] ** 2).mean(),
            "cosine_push_labels": (square[upper & ~same] ** 2).mean(), "cosine_pull": -(u * u2).sum(1).mean(),
            "cosine_pull_labels": sum(-(square + square2)[upper & same & (y == i)[:, None]].mean() / 2
                                      for i in range(3)),
            "push_to_centroid": ((u @ k) ** 2).mean(),
            "uniformity": np.log(np.exp(-2 * (2 - 2 * square[upper])).mean()),
            "kl_gaussian": -0.5 * (1 + v - x.mean(0) ** 2 - np.exp(v)).mean(), "abs_logvar": np.abs(v).mean(),
            "radial_push": (-1 / (np.abs(c).sum(1) + 1e-4) + 1 / (r + 1e-4)).mean(),
            "sparse_filtering": np.abs(rows).sum(1).mean(),
        }
        arrays = {"class_radii": radii, "centroid_spreads": np.linalg.norm(centres - x.mean(0), axis=1),
                  "class_dims": np.array([ratio(i) for i in classes]), "class_correlation": flat @ flat.T}
        return scalars, arrays

    def test_all_by_name(self):
        scalars, arrays = self.wanted()
        self.assertEqual(set(scalars) | {"selectivity"}, {m.name.lower() for m in lpl.Metric})
        self.assertEqual(set(arrays), {m.name.lower() for m in lpl.ClassMetric})
        for dtype, rtol in (("f8", 1e-10), ("f4", 1e-5)):
            given = {"x": self.x.astype(dtype), "y": self.y, "x2": self.x2.astype(dtype)}
            for name, want in {**scalars, **arrays}.items():
                function = getattr(metrics, name)
                got = function(*(given[p] for p in inspect.signature(function).parameters if p in given))
                np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol, err_msg=name)
                if name in scalars:
                    self.assertEqual(got, metrics.metric(name, **given))

    def test_selectivity_of_a_column(self):
        x, y = self.x, (self.y > 0).astype("i4")
        column = x[:, 2]
        want = abs(column[y == 1].mean() - column[y == 0].mean()) / (column.max() - column.min())
        self.assertAlmostEqual(metrics.selectivity(column, y), want, places=12)  # a view with gaps, no copy
        self.assertAlmostEqual(metrics.selectivity(x[:, 2:3], y), want, places=12)

    def test_sfa(self):
        r = rng(3)
        x = (np.cumsum(r.normal(size=(200, 4)), 0) + r.normal(size=(200, 4))) @ r.normal(size=(4, 4))
        change = np.diff(x, axis=0)
        both = np.concatenate([x[:-1], x[1:]])
        c0, d = np.cov(both, rowvar=False, bias=True), change.T @ change / (2 * len(change))
        for dtype, ridge in (("f8", 0), ("f8", 0.5), ("f4", 0.5)):
            w, mu = metrics.sfa(x[:-1].astype(dtype), x[1:].astype(dtype), ridge=ridge)
            want = np.sort(np.linalg.eigvals(np.linalg.solve(d + ridge * np.eye(4), c0)).real)[::-1]
            np.testing.assert_allclose(mu, want, rtol=1e-5 if dtype == "f4" else 1e-10)
            np.testing.assert_allclose(w @ c0 @ w.T, np.eye(4), atol=1e-4 if dtype == "f4" else 1e-9)
        first, mu = metrics.sfa(x[:-1], x[1:], 1, ridge=0.5)
        self.assertEqual((first.shape, mu.shape), ((1, 4), (1,)))
        with self.assertRaisesRegex(lpl.LplArgError, "need a ridge > 0"):
            metrics.sfa(x, x)
        with self.assertRaisesRegex(lpl.LplSizeError, "n_features = 5"):
            metrics.sfa(x[:-1], x[1:], 5)

    def test_slowness(self):
        x, scene = self.x, np.repeat(np.arange(4), 6).astype("i4")
        for dtype, rtol in (("f8", 1e-12), ("f4", 1e-5)):
            for lag in (1, 3):
                pairs = [t for t in range(lag, 24) if scene[t] == scene[t - lag]]
                want = ((x[pairs] - x[np.array(pairs) - lag]) ** 2).mean(0) / (2 * x.var(0, ddof=1))
                np.testing.assert_allclose(metrics.slowness(x.astype(dtype), scene, lag), want, rtol=rtol)
        want = (np.diff(x, axis=0) ** 2).mean(0) / (2 * x.var(0, ddof=1))
        np.testing.assert_allclose(metrics.slowness(x), want, rtol=1e-12)
        np.testing.assert_allclose(metrics.slowness(x[:, 1]), want[1:2], rtol=1e-12)
        with self.assertRaisesRegex(lpl.LplArgError, "unit 0 has the same value"):
            metrics.slowness(np.ones((5, 1)))
        with self.assertRaisesRegex(ValueError, "scene has 23 elements, need 24"):
            metrics.slowness(x, scene[:23])

    def test_modulation(self):
        phase = 2 * np.pi * np.arange(24) / 24
        x = np.stack([np.maximum(0, np.cos(phase - 1)), 2 + 0 * phase], axis=1)
        for dtype, rtol in (("f8", 1e-12), ("f4", 1e-5)):
            f0, f1 = metrics.modulation(x.astype(dtype), np.array([0, 0.5], dtype))
            np.testing.assert_allclose(f0, x.mean(0) - [0, 0.5], rtol=rtol)
            np.testing.assert_allclose(f1, np.abs(np.fft.fft(x, axis=0)[1]) / 12, rtol=rtol, atol=1e-6)
        f0, f1 = metrics.modulation(x)
        self.assertAlmostEqual(f1[0] / f0[0], np.pi / 2, delta=0.01)
        self.assertEqual((f0[1], f1[1]), (2, 0))
        with self.assertRaisesRegex(ValueError, "blank has 1 elements, need 2"):
            metrics.modulation(x, np.zeros(1))

    def test_refused(self):
        x, y, _ = data()
        with self.assertRaisesRegex(TypeError, r"y is int64, the library is int32; pass y.astype\('i4'\)"):
            metrics.cosine_cross_class(x, y.astype("i8"))
        with self.assertRaisesRegex(ValueError, "y has 23 elements, need 24"):
            metrics.cosine_cross_class(x, y[:23])
        with self.assertRaisesRegex(ValueError, "metric = 'ratio', need one of 'participation_ratio'"):
            metrics.metric("ratio", x)
        with self.assertRaises(lpl.LplNullError):
            metrics.metric("cosine_cross_class", x)
        with self.assertRaises(lpl.LplNonFiniteError):
            metrics.participation_ratio(x * np.nan)


class TheReadout(unittest.TestCase):
    def test_one_step_by_hand(self):
        x, y, _ = data()
        probe = lpl.Readout(3, batch=24, epochs=1, eta=0.1)
        loss = probe.fit(x, y).loss
        np.testing.assert_allclose(loss, [np.log(3)], rtol=1e-12)
        g = (1 / 3 - np.eye(3)[y]).T @ x / 24  # gradient of the mean cross entropy at w = 0
        np.testing.assert_allclose(probe.w, -0.1 * g / (np.abs(g) + 1e-8), rtol=1e-9)

    def test_learns_and_goes_on(self):
        for dtype in ("f4", "f8"):
            x, y, _ = data(dtype)
            probe = lpl.Readout(3, batch=10, epochs=50, eta=0.05)
            self.assertIs(probe.fit(x, y), probe)
            first, second = probe.loss, probe.fit(x, y).loss
            self.assertEqual(first.shape, (50,))
            self.assertLess(second[-1], first[0])
            logits = probe.predict(x)
            np.testing.assert_allclose(logits, x @ probe.w.T + probe.bias, rtol=1e-4, atol=1e-4)
            self.assertEqual(probe.accuracy(x, y), (logits.argmax(1) == y).mean())
            self.assertGreater(probe.accuracy(x, y), 0.6)

    def test_refused(self):
        x, y, _ = data()
        with self.assertRaisesRegex(lpl.LplError, "call fit first"):
            lpl.Readout(3).predict(x)
        with self.assertRaises(lpl.LplArgError):
            lpl.Readout(2).fit(x, y)
        with self.assertRaisesRegex(TypeError, "a readout has no field 'lr'"):
            lpl.Readout(3, lr=1)


if __name__ == "__main__":
    unittest.main()
