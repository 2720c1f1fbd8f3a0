# tests/test_rule.py - level 1 on the host's arrays: rule, activations, optimisers, schedule, against the formulas of
# the headers.
import unittest

import numpy as np

import lpl
from support import delta, losses, relu, rng


class RuleOnArrays(unittest.TestCase):
    def test_delta_of_all_forms_and_norms(self):
        z, past = rng(1).normal(size=(2, 9, 4))
        fprime = rng(2).uniform(size=(9, 4))
        for form in ("erratum", "reference"):
            for norm in ("layer", "neuron"):
                fields = dict(pull=0.6, push=1.4, decorr=2.0, eps=1e-3, form=form, norm=norm)
                got = lpl.rule_delta(z, past, fprime=fprime, **fields)
                np.testing.assert_allclose(got.delta, delta(z, past, fprime, **fields), rtol=1e-10, atol=1e-13)
                np.testing.assert_allclose((got.report.pull, got.report.push, got.report.decorr), losses(z, past, 1e-3),
                                           rtol=1e-11)
                self.assertEqual(list(got.decay), [0] * 4)

    def test_comparison_rules(self):
        z, past = rng(3).normal(size=(2, 9, 4))
        theta = np.full(4, 0.5)
        centred = z - z.mean(0)
        want = {"hebb": z / 9, "hebb_covariance": centred / 8, "oja": z / 9, "slowness": -(z - past) / 9,
                "bcm": z * (z - 0.5) / 9}
        for rule, factor in want.items():
            got = lpl.rule_delta(z, past, rule=rule, theta=theta if rule == "bcm" else None)
            np.testing.assert_allclose(got.delta, factor, rtol=1e-12, atol=1e-15)
            np.testing.assert_allclose(got.decay, (z ** 2).mean(0) if rule == "oja" else np.zeros(4), rtol=1e-12)
        np.testing.assert_allclose(theta, 0.5 + ((z ** 2).mean(0) - 0.5) / 10, rtol=1e-12)

    def test_softhebb(self):
        u = rng(12).normal(size=(9, 4))
        for temperature in (0.1, 1.0, 20.0):
            y = np.exp((u - u.max(1, keepdims=True)) / temperature)
            y /= y.sum(1, keepdims=True)
            for dtype, tolerance in (("f8", 1e-13), ("f4", 1e-6)):
                got = lpl.rule_delta(u.astype(dtype), rule="softhebb", temperature=temperature)
                np.testing.assert_allclose(got.delta, y / 9, rtol=tolerance, atol=tolerance)
                np.testing.assert_allclose(got.decay, (y * u).mean(0), rtol=tolerance, atol=tolerance)
        with self.assertRaisesRegex(lpl.LplArgError, "no f' .need NULL."):
            lpl.rule_delta(u, fprime=u, rule="softhebb")

    def test_softhebb_layer(self):
        x = rng(13).normal(size=(12, 5))
        layer = lpl.Layer(5, 3, act="gelu", dtype="f8", batch_max=12, rule="softhebb", temperature=0.5, eta=0.1, seed=4)
        w, b = layer.w.copy(), layer.bias.copy()
        for temperature in (0.5, 0.25):
            layer.temperature = temperature
            u = x @ w.T + b
            y = np.exp(u / temperature)
            y /= y.sum(1, keepdims=True)
            dw = sum(y[k][:, None] * (x[k] - u[k][:, None] * w) for k in range(12)) / 12
            gradient, db, _ = layer.gradient(x)
            np.testing.assert_allclose(gradient, -dw, rtol=1e-11, atol=1e-13)
            self.assertEqual(list(db), [0] * 3)
            layer.update(x)
            w += 0.1 * dw
            np.testing.assert_allclose(layer.w, w, rtol=1e-11, atol=1e-13)
        np.testing.assert_array_equal(layer.bias, b)
        d = lpl.rule_delta(x @ w.T + b, rule=lpl.Rule.SOFTHEBB, temperature=0.25)  # on arrays: the same
        layer.update(x)
        lpl.rule_apply(w, d.delta, x, 0.1, decay=d.decay)
        np.testing.assert_allclose(layer.w, w, rtol=1e-11, atol=1e-13)
        self.assertEqual(lpl.Layer(5, 3).temperature, 0)
        with self.assertRaisesRegex(lpl.LplArgError, "a convolution learns by LPL_RULE_LPL"):
            lpl.Layer(n_post=3, kind="conv2d", channels=2, height=4, width=4, rule="softhebb")

    def test_terms_of_a_whole_batch(self):
        z, past = rng(11).normal(size=(2, 7, 3))
        u, t = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (z, past))
        cosines = u @ u.T - np.eye(7)
        length = np.linalg.norm(z, axis=1, keepdims=True)

        def across(g):  # (I - u u') g / |z|
            return (g - (g * u).sum(1, keepdims=True) * u) / length

        d = lpl.rule_delta(z, past, pull_form="cosine", push_form="negative", form="reference", decorr=0)
        want = across(t) / 7 - across(4 / 42 * cosines @ u)
        np.testing.assert_allclose(d.delta, want, rtol=1e-10, atol=1e-14)
        self.assertAlmostEqual(d.report.pull, -(u * t).sum(1).mean(), places=13)
        self.assertAlmostEqual(d.report.push, (cosines ** 2).sum() / 42, places=13)
        d = lpl.rule_delta(z, push_form=lpl.PushForm.LOGDET, form="reference", decorr=0, eps=0.01)
        c = np.cov(z.T) + 0.01 * np.eye(3)
        np.testing.assert_allclose(d.delta, 2 / 18 * (z - z.mean(0)) @ np.linalg.inv(c), rtol=1e-10, atol=1e-14)
        self.assertAlmostEqual(d.report.push, -np.linalg.slogdet(c)[1] / 3, places=13)
        with self.assertRaisesRegex(lpl.LplUnsupportedError, "state of a layer"):
            lpl.rule_delta(z, past, pull_form="directpred")

    def test_predictor_and_target(self):
        x0, x1 = rng(12).normal(size=(2, 9, 4))
        settings = dict(dtype="f8", batch_max=9, bias=0, seed=2, decorr=0, push=0)
        layer = lpl.Layer(4, 3, pull_form="isoloss", predictor_keep=0.25, predictor_eps=0.125, form="reference",
                          **settings)
        target = lpl.Layer(4, 3, mode="track", **settings)
        target.w = rng(13).normal(size=(3, 4))
        layer.predictor = np.eye(3)
        w, z = layer.w.copy(), x1 @ layer.w.T
        c = 0.25 * np.eye(3) + 0.75 * z.T @ z / 9
        target.update(x0)
        layer.prev = target.prev
        layer.update(x1)
        p = z @ (c / np.linalg.eigvalsh(c)[-1] + 0.125 * np.eye(3))
        np.testing.assert_allclose(layer.predictor, c, rtol=1e-12)
        np.testing.assert_allclose(layer.w, w - 1e-2 * 2 / 27 * (p - x0 @ target.w.T).T @ x1, rtol=1e-11, atol=1e-13)
        before = target.w.copy()
        target.follow(layer, 0.9)
        np.testing.assert_allclose(target.w, 0.9 * before + 0.1 * layer.w, rtol=1e-14)
        with self.assertRaisesRegex(TypeError, "need a Layer"):
            target.follow(w, 0.9)
        with self.assertRaisesRegex(lpl.LplArgError, "is a term of a whole batch"):
            lpl.Layer(4, 3, pull_form="cosine", stats="ewma")

    def test_delta_from_a_tracker(self):
        z, past = rng(4).normal(size=(2, 6, 3))
        tracker = lpl.Stats(3, mode="ewma", dtype="f8", tau_mean=10, tau_sigma2=10, covariance=True, batch_max=6)
        tracker.update(z)
        m, s, c = tracker.mean, tracker.sigma2, tracker.covariance
        off = c - np.diag(np.diag(c))
        want = (-(z - past) + (z - m) / (s + 1e-4) - 4 / 2 * (z - m) @ off) / 18
        np.testing.assert_allclose(lpl.rule_delta(z, past, stats=tracker, decorr=1).delta, want, rtol=1e-10)

    def test_views_and_out(self):
        frame = rng(5).normal(size=(9, 12))
        z, past, out = frame[:, :4], frame[:, 4:8], frame[:, 8:]
        want = delta(z, past, decorr=0)
        got = lpl.rule_delta(z, past, delta=out)
        self.assertIs(got.delta, out)
        np.testing.assert_allclose(out, want, rtol=1e-10, atol=1e-14)

    def test_apply(self):
        d, x = rng(6).normal(size=(9, 4)), rng(7).normal(size=(9, 5))
        w, bias, decay = rng(8).normal(size=(4, 5)), np.zeros(4), rng(9).uniform(size=4)
        want = w + 0.1 * (d.T @ x - (0.2 + decay[:, None]) * w)
        lpl.rule_apply(w, d, x, 0.1, bias=bias, decay=decay, weight_decay=0.2)
        np.testing.assert_allclose(w, want, rtol=1e-11)
        np.testing.assert_allclose(bias, 0.1 * d.sum(0), rtol=1e-11)

    def test_level_1_makes_a_layer(self):
        x0, x1 = rng(10).normal(size=(2, 12, 5))
        layer = lpl.Layer(5, 3, act="relu", dtype="f8", batch_max=12, decorr=2, eta=0.1, seed=4)
        w, b = layer.w.copy(), layer.bias.copy()
        layer.update(x0, x1)
        z, fprime = lpl.activate(x1 @ w.T + b, "relu")
        past = relu(x0 @ w.T + b)[0]
        d = lpl.rule_delta(z, past, fprime=fprime, decorr=2).delta
        lpl.rule_apply(w, d, x1, 0.1, bias=b)
        np.testing.assert_allclose(layer.w, w, rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(layer.bias, b, rtol=1e-11, atol=1e-13)

    def test_refused(self):
        z = np.zeros((4, 3))
        with self.assertRaisesRegex(TypeError, "z_prev is float32, z is float64"):
            lpl.rule_delta(z, z.astype("f4"))
        with self.assertRaisesRegex(ValueError, "z_prev has rows of 2, need 3"):
            lpl.rule_delta(z, z[:, :2])
        with self.assertRaisesRegex(TypeError, "stats is a str, need an lpl.Stats or None"):
            lpl.rule_delta(z, stats="ewma")
        with self.assertRaisesRegex(TypeError, "other is a NoneType, need an lpl.Stats"):
            lpl.Stats(3).merge(None)
        with self.assertRaisesRegex(TypeError, "z is int64, need float32 or float64"):
            lpl.rule_delta(z.astype("i8"))
        with self.assertRaisesRegex(lpl.LplNonFiniteError, "LPL_E_NONFINITE lpl_rule_delta"):
            lpl.rule_delta(z + np.nan)
        with self.assertWarns(lpl.LplCollapseWarning):
            self.assertTrue(lpl.rule_delta(z, z).report.collapsed)


class Activations(unittest.TestCase):
    def test_values_and_derivatives(self):
        a = np.linspace(-3, 12, 41)
        h = 1e-6
        for activation in lpl.Activation:
            z, fprime = lpl.activate(a, activation)
            up, down = lpl.activate(a + h, activation)[0], lpl.activate(a - h, activation)[0]
            smooth = np.abs(a) > 1e-3
            np.testing.assert_allclose(fprime[smooth], ((up - down) / (2 * h))[smooth], rtol=1e-5, atol=1e-8,
                                       err_msg=activation.name)
        np.testing.assert_allclose(lpl.activate(a, "tanh")[0], np.tanh(a), rtol=1e-14)
        np.testing.assert_allclose(lpl.activate(a, "leaky_relu", 0.2)[0], np.where(a > 0, a, 0.2 * a), rtol=1e-15)
        b = a.copy()
        z, _ = lpl.activate(b, "relu", z=b)
        self.assertIs(z, b)
        np.testing.assert_array_equal(b, np.maximum(a, 0))


class Optimisers(unittest.TestCase):
    def test_steps(self):
        g = rng(11).normal(size=(5, 8))
        for dtype, rtol in (("f8", 1e-11), ("f4", 1e-4)):
            w, m, v = np.ones(8, dtype), np.zeros(8, dtype), np.zeros(8, dtype)
            W, M, V = np.ones(8), np.zeros(8), np.zeros(8)
            for t in range(1, 6):
                lpl.optim_step(w, g[t - 1].astype(dtype), t, m=m, v=v, optim="adam", eta=0.05, weight_decay=0.1)
                G = g[t - 1] + 0.1 * W
                M, V = M + (G - M) * 0.1, 0.999 * V + 0.001 * G * G
                W = W - 0.05 / (1 - 0.9 ** t) * M / (np.sqrt(V) / np.sqrt(1 - 0.999 ** t) + 1e-8)
            np.testing.assert_allclose(w, W, rtol=rtol)
            np.testing.assert_allclose(m, M, rtol=rtol, atol=rtol)
        w, m = np.ones(8), np.zeros(8)
        for t in (1, 2):
            lpl.optim_step(w, g[0], t, m=m, optim="momentum", eta=0.1, momentum=0.5)
        np.testing.assert_allclose(w, 1 - 0.1 * g[0] - 0.15 * g[0], rtol=1e-12)
        lpl.optim_step(w, g[1], 1, eta=1)
        np.testing.assert_allclose(w, 1 - 0.25 * g[0] - g[1], rtol=1e-10, atol=1e-13)

    def test_moments_that_are_missing(self):
        with self.assertRaisesRegex(lpl.LplNullError, "LPL_E_NULL lpl_optim_step"):
            lpl.optim_step(np.zeros(3), np.zeros(3), 1, optim="adam")

    def test_schedule(self):
        rates = [lpl.schedule_warmup_cosine(e, 1e-3, warmup=5, epochs=50, end=1e-5) for e in range(60)]
        want = [e * 1e-3 / 4 if e < 5 else 1e-5 + (1e-3 - 1e-5) * (1 + np.cos(np.pi * (e - 5) / 45)) / 2
                for e in range(51)] + [1e-5] * 9
        np.testing.assert_allclose(rates, want, rtol=1e-12, atol=1e-18)


if __name__ == "__main__":
    unittest.main()
