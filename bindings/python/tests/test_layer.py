# tests/test_layer.py - layers against NumPy formulas: responses, gradient, optimisers, statistics, stream step,
# parameters.
import math
import unittest
import warnings

import numpy as np

import lpl
from support import SEED, delta, losses, relu, rng


def pair(salt, b=12, n=7, dtype="f8"):
    r = rng(salt)
    x0 = r.normal(size=(b, n)).astype(dtype)
    return x0, (x0 + 0.3 * r.normal(size=(b, n))).astype(dtype)


def make(n=7, m=5, b=12, **fields):
    return lpl.Layer(n, m, **dict(dict(dtype="f8", batch_max=b, seed=SEED, act="relu"), **fields))


class Formulas(unittest.TestCase):
    def close(self, got, want, rtol=1e-11):
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * np.abs(want).max(),
                                   err_msg=f"LPL_TEST_SEED={SEED}")

    def test_start_values(self):
        layer = make(dtype="f8", seed=11, stream=3)
        draws = lpl.random.uniform(5 * 7 + 5, 11, 3, dtype="f8")
        self.close(layer.w.ravel(), (2 * draws[:35] - 1) / np.sqrt(7))
        self.close(layer.bias, (2 * draws[35:] - 1) / np.sqrt(7))

    def test_unit_variance(self):
        x0, x1 = pair(13)
        layer = make(init="unit_variance", act="linear", eta=0.0)
        start, bias = layer.w.copy(), layer.bias.copy()
        sd = (x1 @ start.T + bias).std(axis=0, ddof=1)
        waiting = lpl.Layer.load(layer.to_bytes())
        for each in (layer, waiting):  # also after a file from before the first batch
            each.update(x0, x1)
            self.close(each.w, start / sd[:, None])
            self.close(each.bias, bias / sd)
        self.close(layer.forward(x1).std(axis=0, ddof=1), np.ones(5))
        layer.update(2 * x0, 2 * x1)  # once
        self.close(layer.w, start / sd[:, None])
        for wrong, word in (({"act": "tanh"}, "scale with its input"), ({"b": 1}, "batch_max = 1")):
            with self.assertRaisesRegex(lpl.LplArgError, word):
                make(init=lpl.Init.UNIT_VARIANCE, **wrong)

    def test_forward(self):
        x, _ = pair(1)
        formulas = {"linear": lambda a: a, "relu": lambda a: np.maximum(a, 0),
                    "leaky_relu": lambda a: np.where(a > 0, a, 0.01 * a),
                    "tanh": np.tanh, "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
                    "softplus": lambda a: np.log1p(np.exp(a)),
                    "saturating": lambda a: np.where(a - 6 < 0, 2 * np.tanh((a - 6) / 2), 78 * np.tanh((a - 6) / 78))
                    + 2,
                    "gelu": lambda a: a * np.vectorize(lambda v: math.erfc(-v / math.sqrt(2)) / 2)(a),
                    "silu": lambda a: a / (1 + np.exp(-a))}
        self.assertEqual(set(formulas), {a.name.lower() for a in lpl.Activation})
        for name, f in formulas.items():
            for dtype, rtol in (("f8", 1e-13), ("f4", 2e-6)):
                layer = make(act=name, dtype=dtype)
                a = x @ layer.w.astype("f8").T + layer.bias.astype("f8")
                self.close(layer(x.astype(dtype)), f(a), rtol)

    def test_gradient_of_all_forms(self):
        x0, x1 = pair(2)
        for form in ("erratum", "reference"):
            for norm in ("layer", "neuron"):
                for way in ("causal", "symmetric"):
                    layer = make(form=form, norm=norm, pair=way, pull=0.7, push=1.3, decorr=2.5)
                    before = layer.to_bytes()
                    dw, db, report = layer.gradient(x0, x1)
                    self.assertEqual(before, layer.to_bytes())
                    z0, f0 = relu(x0 @ layer.w.T + layer.bias)
                    z1, f1 = relu(x1 @ layer.w.T + layer.bias)
                    half = 0.5 if way == "symmetric" else 1.0
                    terms = dict(pull=0.7, push=1.3 * half, decorr=2.5 * half, form=form, norm=norm)
                    d1 = delta(z1, z0, f1, **terms)
                    want_w, want_b = -d1.T @ x1, -d1.sum(0)
                    if way == "symmetric":
                        d0 = delta(z0, z1, f0, **terms)
                        want_w, want_b = want_w - d0.T @ x0, want_b - d0.sum(0)
                    with self.subTest(form=form, norm=norm, pair=way):
                        self.close(dw, want_w)
                        self.close(db, want_b)
                        l1 = losses(z1, z0)
                        if way == "causal":
                            self.close(np.array([report.pull, report.push, report.decorr]), np.array(l1))

    def test_gradient_is_the_derivative_of_the_loss(self):
        x0, x1 = pair(3)
        layer = make(form="reference", act="tanh", pull=0.7, push=1.3, decorr=2.5)
        dw, db, _ = layer.gradient(x0, x1)
        w, bias, past = layer.w, layer.bias, layer(x0)

        def loss(w, bias):
            p, h, d = losses(np.tanh(x1 @ w.T + bias), past)
            return 0.7 * p + 1.3 * h + 2.5 * d

        h = 1e-6
        for i, j in ((0, 0), (2, 3), (4, 6)):
            step = np.zeros_like(w)
            step[i, j] = h
            self.assertAlmostEqual((loss(w + step, bias) - loss(w - step, bias)) / (2 * h), dw[i, j], delta=1e-7)
        step = np.eye(5)[1] * h
        self.assertAlmostEqual((loss(w, bias + step) - loss(w, bias - step)) / (2 * h), db[1], delta=1e-7)

    def test_optimisers(self):
        for optim in ("sgd", "momentum", "adam"):
            layer = make(optim=optim, eta=0.02, weight_decay=0.1, momentum=0.8)
            w, m, v = layer.w.copy(), np.zeros((5, 7)), np.zeros((5, 7))
            for t in range(1, 5):
                x0, x1 = pair(10 + t)
                g = layer.gradient(x0, x1)[0] + 0.1 * w
                if optim == "sgd":
                    w = w - 0.02 * g
                elif optim == "momentum":
                    m = 0.8 * m + g
                    w = w - 0.02 * m
                else:
                    m = 0.9 * m + 0.1 * g
                    v = 0.999 * v + 0.001 * g * g
                    w = w - 0.02 / (1 - 0.9 ** t) * m / (np.sqrt(v) / np.sqrt(1 - 0.999 ** t) + 1e-8)
                self.assertEqual(layer.update(x0, x1).step, t)
                self.close(layer.w, w, 1e-9)
                w = layer.w.copy()
            if optim != "sgd":
                self.close(layer.optim_m, m, 1e-9)

    def test_remembered_response(self):
        x0, x1 = pair(4)
        layer = make()
        first = layer.update(x0)
        self.assertEqual(first.pull, 0.0)
        z = layer.prev
        self.assertEqual(z.shape, (12, 5))
        want = losses(relu(x1 @ layer.w.T + layer.bias)[0], z)
        second = layer.update(x1)
        self.close(np.array([second.pull, second.push]), np.array(want[:2]))
        self.assertGreater(second.pull, 0)
        layer.forget()
        self.assertRaises(lpl.LplOrderError, lambda: layer.prev)
        self.assertEqual(layer.update(x1).pull, 0.0)

    def test_some_rows_begin_anew(self):
        x0, x1 = pair(4)
        layer, cut = make(mode="track"), np.array([2, 7], "u4")
        past = x0.copy()
        past[cut] = x1[cut]
        layer.update(x0)
        want = layer.gradient(past, x1)[0]
        layer.forget(cut)
        self.assertEqual(np.abs(layer.prev[cut]).max(), 0)
        np.testing.assert_array_equal(layer.gradient(x1)[0], want)
        layer.forget(np.arange(12, dtype="u4"))
        self.assertRaises(lpl.LplOrderError, lambda: layer.prev)
        with self.assertRaisesRegex(lpl.LplSizeError, "row.0. = 99"):
            layer.forget(np.array([99], "u4"))
        with self.assertRaisesRegex(TypeError, "flatnonzero"):
            layer.forget(np.zeros(12, bool))
        stack = lpl.Stack([dict(n_pre=7, n_post=5, batch_max=12), dict(n_pre=5, n_post=3, batch_max=12)])
        x = rng(3).normal(size=(12, 7)).astype("f4")
        stack.update(x)
        stack.forget(np.arange(11, dtype="u4"))
        self.assertEqual([int(layer.get(lpl.Param.PREV_ROWS)) for layer in stack], [12, 12])
        stack.forget()
        self.assertEqual([report.pull for report in stack.update(x)], [0, 0])

    def test_ewma_statistics(self):
        layer = make(stats="ewma", tau_mean=20, tau_sigma2=50, mean_init=0.5, sigma2_init=2, decorr=0.5, mode="track",
                     act="linear")
        mean, cov = np.full(5, 0.5), 2 * np.eye(5)
        for t in range(3):
            x0, x1 = pair(20 + t)
            z = layer(x1)
            layer.update(x0, x1)
            mean = mean + (z.mean(0) - mean) * (1 - np.exp(-12 / 20))
            cov = cov + ((z - mean).T @ (z - mean) / 12 - cov) * (1 - np.exp(-12 / 50))
            self.close(layer.mean, mean)
            self.close(layer.sigma2, np.diag(cov))
            self.close(layer.covariance, cov)

    def test_online_step(self):
        layer = lpl.Layer(7, 5, preset="stream", dtype="f8", seed=SEED, tau_mean=30, tau_sigma2=30, eta=0.01)
        w, b = layer.w.copy(), layer.bias.copy()
        mean, s2, past = np.zeros(5), np.ones(5), None
        rate = 1 - np.exp(-1 / 30)
        for t in range(6):
            x = rng(40 + t).normal(size=7)
            z, report = layer.update_online_report(x)
            want = w @ x + b
            mean = mean + (want - mean) * rate
            s2 = s2 + ((want - mean) ** 2 - s2) * rate
            d = (want - mean) / (s2 + 1e-4) - (0 if past is None else want - past)
            w, b = w + 0.01 * (np.outer(d, x) - 1e-3 * w), b + 0.01 * d
            self.close(z, want)
            self.close(layer.w, w)
            self.close(layer.bias, b)
            self.assertEqual(report.step, t + 1)
            past = want
        self.close(layer.sigma2, s2)
        self.close(layer.prev, past[None, :])

    def test_projection_head(self):
        layer = lpl.Layer(n_post=3, kind="conv2d", channels=2, height=6, width=5, sees="head", head_hidden=4,
                          head_out=2, seed=SEED)
        self.assertEqual([layer.read(f"head_{s}").shape for s in ("w1", "b1", "w2", "b2")],
                         [(4, 3), (4,), (2, 4), (2,)])
        w = np.arange(12, dtype="f4").reshape(4, 3)
        layer.write("head_w1", w)
        np.testing.assert_array_equal(layer.read("head_w1"), w)
        self.assertRaises(lpl.LplSizeError, layer.write, "head_w1", np.ascontiguousarray(w.T))

    def test_convolution(self):
        x = rng(60).normal(size=(4, 2, 6, 5))
        layer = lpl.Layer(n_post=3, kind="conv2d", channels=2, height=6, width=5, dtype="f8", batch_max=4, act="relu",
                          seed=SEED)
        w, bias = layer.w.reshape(3, 2, 3, 3), layer.bias
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        a = sum(np.einsum("bchw,oc->bohw", padded[:, :, i:i + 6, j:j + 5], w[:, :, i, j]) for i in range(3)
                for j in range(3))
        z = layer(x)
        self.assertEqual(z.shape, (4, 3, 6, 5))
        self.close(z, np.maximum(a + bias[:, None, None], 0))
        self.close(layer(x.reshape(4, -1)), z.reshape(4, -1))
        self.close(layer(x[0].ravel()), z[0].ravel())
        report = layer.update(x, 0.9 * x)
        pooled = z.mean((2, 3))
        self.close(np.array(report.pull),
                   ((pooled - np.maximum(0.9 * a + bias[:, None, None], 0).mean((2, 3))) ** 2).mean())

    def test_images_in_another_order_are_refused(self):
        first = lpl.Layer(n_post=3, kind="conv2d", channels=2, height=6, width=5, act="relu", seed=SEED)
        stack = lpl.Stack([dict(n_post=3, kind="conv2d", channels=2, height=6, width=5, batch_max=4),
                           dict(n_pre=90, n_post=4, batch_max=4)])
        for layer in (first, lpl.Layer.load(first.to_bytes())):
            self.assertEqual((layer.channels, layer.height, layer.width), (2, 6, 5))
            for shape in ((4, 6, 5, 2), (4, 2, 5, 6), (2, 6, 5), (4, 1, 2, 6, 5), (4, 6, 10)):
                x = np.zeros(shape, "f4")
                for call in (layer, layer.update, lambda x: layer.update(x, x), layer.gradient, stack, stack.update):
                    with self.assertRaisesRegex(lpl.LplSizeError, r"need images \(batch, 2, 6, 5\) or rows of 60"):
                        call(x)
            with self.assertRaisesRegex(lpl.LplSizeError,
                                        r"pass numpy.ascontiguousarray\(x.transpose\(0, 3, 1, 2\)\)$"):
                layer(np.zeros((4, 6, 5, 2), "f4"))
            self.assertEqual(layer(np.zeros((4, 2, 30), "f4")).shape, (4, 90))
        self.assertEqual(stack(np.zeros((4, 2, 6, 5), "f4"), 0).shape, (4, 3, 6, 5))
        self.assertEqual(stack(np.zeros((4, 2, 6, 5), "f4")).shape, (4, 4))
        dense = lpl.Layer(60, 3)
        self.assertEqual((dense.channels, dense.height, dense.width), (60, 1, 1))
        self.assertEqual(dense(np.zeros((4, 6, 5, 2), "f4")).shape, (4, 3))  # no order to mistake

    def test_stack_with_shared_scratch(self):
        configs = lpl.vgg11(16, 8, preset="reference", batch_max=6)[:4]
        own, shared = lpl.Stack(configs), lpl.Stack(configs, shared_scratch=True)
        self.assertLess(sum(k.memory for k in shared), sum(k.memory for k in own))
        x0, x1 = pair(21, 6, 3 * 16 * 16, "f4")
        for _ in range(2):
            own.update(x0, x1), shared.update(x0, x1)
        self.assertEqual(own.to_bytes(), shared.to_bytes())

    def test_stack_is_a_loop_over_layers(self):
        configs = [dict(n_pre=7, n_post=5, dtype="f8", batch_max=12, act="relu", seed=1),
                   dict(n_pre=5, n_post=4, dtype="f8", batch_max=12, seed=2)]
        stack, loop = lpl.Stack(configs), [lpl.Layer(**c) for c in configs]
        for t in range(3):
            x0, x1 = pair(70 + t)
            reports = stack.update(x0, x1)
            for layer, got in zip(loop, reports):
                y0, y1 = layer(x0), layer(x1)
                self.assertEqual(layer.update(x0, x1), got)
                x0, x1 = y0, y1
        for layer, other in zip(loop, stack):
            np.testing.assert_array_equal(layer.w, other.w)
        x, _ = pair(79)
        np.testing.assert_array_equal(stack(x), loop[1](loop[0](x)))
        again = lpl.Stack.load(stack.to_bytes())
        np.testing.assert_array_equal(again.forward(x, 0), loop[0](x))
        last = again[1]
        del again
        self.assertEqual(last.steps_done, 3)  # a layer keeps its stack alive


class WeightChange(unittest.TestCase):
    def test_against_numpy(self):
        for dtype, rtol in (("f4", 1e-5), ("f8", 1e-13)):
            layer = make(dtype=dtype)
            x0, x1 = pair(3, dtype=dtype)
            before = layer.w.astype("f8")
            report = layer.update(x0, x1)
            want = np.abs(layer.w.astype("f8") - before).sum() / np.abs(before).sum()
            np.testing.assert_allclose(report.weight_change, want, rtol=rtol)
            self.assertGreater(report.weight_change, 0)
            layer.mode = "frozen"
            self.assertEqual(layer.update(x0, x1).weight_change, 0)


class Parameters(unittest.TestCase):
    def test_each_attribute_is_its_own_parameter(self):
        values = dict(eta=0.11, pull=0.12, push=0.13, decorr=0.14, eps=0.15, weight_decay=0.16, momentum=0.17,
                      tau_mean=18, tau_sigma2=19,
                      collapse_std=0.2, mode=lpl.Mode.TRACK, threads=3, label=22, batch_max=23, n_pre=24, n_post=25,
                      isa=lpl.Isa.REF)
        layer = lpl.Layer(dtype="f8", stats="ewma", optim="momentum", bias=0, **values)
        for name, value in values.items():
            self.assertEqual(getattr(layer, name), value, name)
        self.assertEqual((layer.steps_done, layer.has_bias, layer.bias, layer.dtype), (0, False, None, np.float64))
        self.assertEqual((layer.n_out, layer.fan_in, layer.units), (25, 24, 25))
        self.assertGreater(layer.memory, 24 * 25 * 8)

    def test_attributes(self):
        layer = make(decorr=1, optim="momentum", stats="ewma")
        for name in ("eta", "pull", "push", "decorr", "eps", "weight_decay", "momentum", "tau_mean", "tau_sigma2",
                     "collapse_std"):
            setattr(layer, name, 2.5 if name.startswith("tau") else 0.125)
            self.assertEqual(getattr(layer, name), 2.5 if name.startswith("tau") else 0.125)
            low, high = layer.bounds(name)
            self.assertLessEqual(low, 2.5)
            self.assertGreaterEqual(high, 0.125)
        layer.mode = "frozen"
        self.assertIs(layer.mode, lpl.Mode.FROZEN)
        two = make(threads=2)
        self.assertEqual(two.threads, 2)
        two.threads = 1
        self.assertEqual(two.threads, 1)
        for name in ("memory", "label", "isa", "has_bias", "dtype"):
            with self.assertRaises(AttributeError):
                setattr(layer, name, 3)
        with self.assertRaisesRegex(lpl.LplArgError, "LPL_E_ARG lpl_layer_set"):
            layer.set("n_pre", 3)
        with self.assertRaises(lpl.LplArgError):
            layer.eta = -1
        self.assertEqual(layer.eta, 0.125)

    def test_copy_from(self):
        fields = dict(kind="conv2d", channels=3, height=8, width=8, bias=0, optim="adam", pair="symmetric", batch_max=4)
        small, tall = lpl.Layer(0, 5, **fields), lpl.Layer(0, 5, **{**fields, "height": 40, "seed": 3})
        x = np.random.default_rng(1).normal(size=(4, 3 * 64)).astype(np.float32)
        for _ in range(3):
            small.update(x[::-1].copy(), x)
        states = tall.copy_from(small)
        self.assertEqual(set(states), {lpl.State.WEIGHTS, lpl.State.OPTIM_M, lpl.State.OPTIM_V, lpl.State.MEAN,
                                       lpl.State.SIGMA2})
        np.testing.assert_array_equal(tall.w, small.w)
        self.assertEqual(tall.steps_done, 3)
        tall.steps_done = 7
        self.assertEqual(tall.steps_done, 7)
        with self.assertRaises(lpl.LplArgError):
            tall.steps_done = 0.5
        with self.assertRaises(lpl.LplSizeError):
            tall.copy_from(lpl.Layer(0, 6, **fields))
        with self.assertRaises(TypeError):
            tall.copy_from(lpl.Stack([dict(n_pre=2, n_post=2)]))

    def test_misspelt_attributes(self):
        layer, stack = make(), lpl.Stack([dict(n_pre=2, n_post=2)])
        for thing, name, near in ((layer, "etta", "eta"), (stack, "clos", "close"), (lpl.Stats(3), "meen", "mean"),
                                  (lpl.Readout(3), "bais", "bias")):
            with self.assertRaisesRegex(AttributeError,
                                        f"a {type(thing).__name__} has no attribute '{name}'; did you mean '{near}'?"):
                setattr(thing, name, 1)
            self.assertFalse(hasattr(thing, name))
        for name in ("n_pre", "n_out", "batch_max", "width"):
            with self.assertRaisesRegex(AttributeError, f"{name} of a Layer cannot be set"):
                setattr(layer, name, 3)

        class Named(lpl.Layer):
            note = None

        named = Named(3, 2)
        named.note, named._private = "mine", 1
        self.assertEqual(named.note, "mine")

    def test_modes(self):
        x0, x1 = pair(5)
        layer = make(stats="ewma", decorr=0)
        layer.mode = "track"
        w, mean = layer.w, layer.mean
        layer.update(x0, x1)
        np.testing.assert_array_equal(w, layer.w)
        self.assertTrue((layer.mean != mean).any())
        layer.mode = lpl.Mode.FROZEN
        mean = layer.mean
        layer.update(x0, x1)
        np.testing.assert_array_equal(mean, layer.mean)

    def test_threads_give_the_same_bits(self):
        x0, x1 = pair(6, 64, 100, "f4")
        a, b = (make(100, 40, 64, dtype="f4", threads=t, optim="adam") for t in (1, 2))
        for _ in range(3):
            self.assertEqual(a.update(x0, x1), b.update(x0, x1))
        self.assertEqual(a.w.tobytes(), b.w.tobytes())

    def test_config(self):
        fields = lpl.config_fields(3, 2, preset="toy2d", seed=5)
        self.assertEqual((fields["weight_decay"], fields["bias"], fields["form"], fields["seed"]),
                         (0.15, 0, lpl.Form.REFERENCE, 5))
        self.assertNotIn("size", fields)
        rebuilt = lpl.Layer(**fields)
        self.assertEqual(rebuilt.to_bytes(), lpl.Layer(3, 2, preset=lpl.Preset.TOY2D, seed=5).to_bytes())

    def test_collapse_warns_and_goes_on(self):
        layer = make(act="linear", init="zero")
        x0, x1 = pair(7)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("default")
            reports = [layer.update(x0, x1) for _ in range(3)]
        self.assertTrue(all(r.collapsed and r.n_collapsed == 5 for r in reports))
        self.assertEqual([w.category for w in seen], [lpl.LplCollapseWarning])  # once for a place, not in every round
        self.assertEqual(seen[0].filename, __file__)


if __name__ == "__main__":
    unittest.main()
