# tests/test_diverge.py - a step that would leave NaN or infinity behind is an exception, and the last good state is
# still there.
import unittest

import numpy as np

import lpl
from support import rng

# name, keywords of lpl.Layer, input size, is online
CASES = [
    ("SGD, eta 1e4", dict(preset="reference", optim="sgd", eta=1e4), 1, False),
    ("SGD, eta 100", dict(preset="reference", optim="sgd", eta=100.0), 1, False),
    ("SGD, eta 100, linear", dict(preset="reference", optim="sgd", eta=100.0, act="linear"), 1, False),
    ("momentum, eta 100", dict(preset="reference", optim="momentum", eta=100.0), 1, False),
    ("Adam, eta 1e30", dict(preset="reference", eta=1e30), 1, False),
    ("naive push", dict(act="linear", push_form="naive", decorr=0.0, eta=1.0), 1, False),
    ("Hebb", dict(act="linear", rule="hebb", eta=1.0), 1, False),
    ("inputs of 1e18", dict(act="linear"), 1e18, False),
    ("inputs of 1e18, decorr 0", dict(act="linear", decorr=0.0), 1e18, False),
    ("inputs of 1e20, eta 0", dict(act="linear", eta=0.0), 1e20, False),
    ("float64, SGD, eta 1e4", dict(dtype="f8", preset="reference", optim="sgd", eta=1e4), 1, False),
    ("float64, inputs of 1e100, eta 0", dict(dtype="f8", act="linear", eta=0.0), 1e100, False),
    ("stream, eta 1e3", dict(preset="stream", eta=1e3), 1, True),
    ("stream, eta 1e3, decorr", dict(preset="stream", eta=1e3, decorr=1.0), 1, True),
    ("stream, EWMA in batches", dict(preset="stream", eta=1e3, decorr=1.0), 1, False),
    ("stale statistics", dict(stats="stale", eta=1e4), 1, False),
]


def weights_and_report(layer, x, y, online):
    report = layer.update_online_report(x[0])[1] if online else layer.update(x, y)
    return [report.pull, report.push, report.decorr, report.total, report.mean_std]


class Diverge(unittest.TestCase):
    def test_the_call_that_would_destroy_the_weights_says_so(self):
        for name, keywords, scale, online in CASES:
            with self.subTest(name):
                r, layer = rng(7), lpl.Layer(20, 8, batch_max=64, label=3, **keywords)
                dtype = keywords.get("dtype", "f4")
                for step in range(1, 1001):
                    x = (scale * r.normal(size=(64, 20))).astype(dtype)
                    y = x + (0.3 * scale * r.normal(size=(64, 20))).astype(dtype)
                    good, before = layer.to_bytes(), layer.w.copy()
                    try:
                        numbers = weights_and_report(layer, x, y, online)
                    except lpl.LplNonFiniteError as error:
                        self.assertRegex(str(error), rf"layer 3, .*step {step}: ")
                        if "all other units have made their step" in str(error):
                            lpl.Layer.load(layer.to_bytes())  # finite, and can be saved
                        else:
                            self.assertEqual(layer.to_bytes(), good)
                            self.assertEqual(layer.w.tobytes(), before.tobytes())
                        break
                    self.assertTrue(np.isfinite(numbers).all())
                    self.assertTrue(np.isfinite(layer.w).all())
                    if keywords.get("eta") == 0:
                        self.assertEqual(layer.w.tobytes(), before.tobytes())
                else:
                    self.fail("never refused")

    def test_after_a_refusal_it_goes_on_as_if_nothing_had_been(self):
        for optim in "sgd", "momentum", "adam":
            r, fields = rng(8), dict(batch_max=64, preset="reference", optim=optim, eta=1e-3)
            layer, twin = lpl.Layer(20, 8, **fields), lpl.Layer(20, 8, **fields)
            for step in range(6):
                x = r.normal(size=(64, 20)).astype("f4")
                y = x + r.normal(size=(64, 20)).astype("f4")
                if step == 3:
                    layer.eta = 3e38
                    layer.weight_decay = 1e3
                    with self.assertRaises(lpl.LplNonFiniteError):
                        layer.update(x, y)
                    layer = lpl.Layer.load(layer.to_bytes())
                    layer.eta = 1e-3
                    layer.weight_decay = twin.weight_decay
                layer.update(x, y)
                twin.update(x, y)
            self.assertEqual(layer.to_bytes(), twin.to_bytes())

    def test_gradients(self):
        layer = lpl.Layer(20, 8, batch_max=64, act="linear", decorr=1.0)
        x = (1e20 * rng(9).normal(size=(64, 20))).astype("f4")
        with self.assertRaisesRegex(lpl.LplNonFiniteError, "unit 0, step 1|of the report"):
            layer.gradient(x, x + x[::-1])

    def test_host_arrays(self):
        z = (1e30 * rng(10).normal(size=(16, 4))).astype("f4")
        with self.assertRaises(lpl.LplNonFiniteError):
            lpl.rule_delta(z, z[::-1].copy(), decorr=1.0)
        stats = lpl.Stats(4, batch_max=16, covariance=True)  # float32 rows: sums of doubles hold their squares
        stats.update(z)
        np.testing.assert_allclose(stats.covariance, np.cov(z.astype("f8"), rowvar=False), rtol=1e-12)
        stats = lpl.Stats(4, batch_max=16, covariance=True, dtype="float64")
        wide = z.astype("f8")
        stats.update(wide * 1e-30)
        good = stats.to_bytes()
        with self.assertRaisesRegex(lpl.LplNonFiniteError, "too large to be squared"):
            stats.update(wide * 1e170)
        self.assertEqual(stats.to_bytes(), good)


if __name__ == "__main__":
    unittest.main()
