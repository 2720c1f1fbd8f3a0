# tests/test_spiking.py - spiking networks against NumPy: the rule E1 - E9, drive, neurons, sources, recorders,
# projections.
import copy
import pickle
import unittest

import numpy as np

import lpl
from support import SEED, rng

U4, U8 = np.dtype("u4"), np.dtype("u8")


def some(r, n, rate):
    return np.flatnonzero(r.random(n) < rate).astype(U4)


class Rule:
    """One step of spiking.h, E1 - E9, written out in NumPy (float64, all to all)."""

    def __init__(self, c):
        self.c, m, n = c, c["n_pre"], c["n_post"]
        self.w, self.elig, self.flt, self.sum = np.full((m, n), c["w_init"]), *np.zeros((3, m, n))
        self.tr, self.psp = np.zeros((2, m))
        self.rise, self.errflt = np.zeros((2, n))
        self.mean, self.s2 = np.full(n, c["mean_init"] * c["tau_mean"]), np.full(n, c["sigma2_init"])
        self.pre, self.post, self.p, self.f, self.t = [], [], [], [], 0

    def past(self, series, steps):
        return series[self.t - steps] if self.t >= steps else 0 * series[0]

    def step(self, pre, post, v):
        c, t = self.c, self.t
        k = lambda tau: np.exp(-c["dt"] / c[tau])  # noqa: E731
        r = lambda tau: c["dt"] / c[tau]  # noqa: E731
        d, lag = round(c["delay_ax"] / c["dt"]), round(c["t_lag"] / c["dt"])
        s, z = np.zeros(c["n_pre"]), np.zeros(c["n_post"])
        s[pre], z[post] = 1, 1
        self.pre.append(s)
        self.post.append(z)
        self.p.append(self.psp.copy())
        self.f.append(c["beta"] / (1 + c["beta"] * np.abs(v - c["v_theta"])) ** 2)
        dd, sd = self.past(self.post, d), self.past(self.pre, d)
        deviation = dd - self.mean * r("tau_mean")
        self.err = c["push"] * c["dt"] * deviation / (self.s2 + 1e-7) - c["pull"] * (dd - self.past(self.post, lag))
        self.elig += np.outer(self.past(self.p, d), self.past(self.f, d))
        self.flt += r("tau_decay") * (self.elig - self.flt)
        self.elig *= k("tau_rise")
        self.sum += self.flt * self.errflt + 1e-3 * sd[:, None]
        if t % c["update_every"] == 0:
            self.w = np.clip(self.w + c["eta"] * self.sum / c["update_every"], c["w_min"], c["w_max"])
            self.sum[:] = 0
        self.psp = self.psp + r("tau_psp") * (self.tr - self.psp)
        self.s2 = k("tau_sigma2") * (self.s2 + r("tau_sigma2") * deviation ** 2)
        self.tr, self.mean = k("tau_syn") * (self.tr + sd), k("tau_mean") * (self.mean + z)
        self.rise += r("tau_err_rise") * (self.err - self.rise)
        self.errflt += r("tau_err_decay") * (self.rise - self.errflt)
        self.t += 1


class Plastic(unittest.TestCase):
    def close(self, got, want, rtol=1e-9):
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * max(np.abs(want).max(), 1e-300),
                                   err_msg=f"LPL_TEST_SEED={SEED}")

    def test_the_rule(self):
        for engine, every in (("fused", 7), ("block", 25)):
            fields = dict(dtype="f8", engine=engine, update_every=every, eta=0.5, mean_init=8, sigma2_init=1e-3,
                          slow="double", tau_mean=2, tau_sigma2=0.5)
            s = lpl.Spiking(6, 4, **fields)
            rule, r = Rule(lpl.spiking_config_fields(6, 4, **fields)), rng(every)
            for t in range(320):
                pre, post, v = some(r, 6, 0.05), some(r, 4, 0.05), -0.05 + 0.003 * r.normal(size=4)
                g = np.ones(4)
                s.drive(g)
                delayed = rule.pre[t - s.delay] if t >= s.delay else np.zeros(6)
                self.close(g, 1 + delayed @ rule.w, 1e-12)
                s.step(pre, post, v)
                rule.step(pre, post, v)
                if t % 40 == 39 or t == 1:
                    for name, want in dict(weights=rule.w, elig=rule.elig, elig_flt=rule.flt,
                                           elig_sum=rule.sum).items():
                        self.close(s.matrix(name), want, 1e-8)
                    for name, want in dict(tr_pre=rule.tr, psp=rule.psp, err=rule.err, err_rise=rule.rise,
                                           err_flt=rule.errflt,
                                           mean=rule.mean, sigma2=rule.s2, fprime=rule.f[-1]).items():
                        self.close(getattr(s, name), want, 1e-8)
            self.assertEqual((s.steps_done, s.engine, s.updates), (320, lpl.Engine[engine.upper()], -(-320 // every)))

    def make(self, dtype="f4", **fields):
        return lpl.Spiking(20, 5, lpl.Connect.random(0.4, seed=3),
                           **dict(dict(dtype=dtype, update_every=50, eta=0.1), **fields))

    def inputs(self, n, dtype="f4"):
        r = rng(2)
        return [(some(r, 20, 0.03), some(r, 5, 0.03), (-0.05 + 0.003 * r.normal(size=5)).astype(dtype))
                for _ in range(n)]

    def test_many_steps_in_one_call(self):
        for dtype in ("f4", "f8"):
            one, many = self.make(dtype), self.make(dtype)
            data = self.inputs(130, dtype)
            for step in data:
                one.step(*step)
            pre, post = ([np.concatenate([d[k] for d in data]) for k in (0, 1)])
            steps = [np.repeat(np.arange(130, dtype=U8), [d[k].size for d in data]) for k in (0, 1)]
            v = np.full((130, 8), np.nan, dtype)
            v[:, :5] = [d[2] for d in data]
            for first, n in ((0, 30), (30, 100)):
                pointers = [lpl.spike_ptr(s, n, first) for s in steps]
                many.steps(pointers[0], pre, pointers[1], post, v[first:first + n, :5])
            self.assertEqual(one.to_bytes(), many.to_bytes())
            bad = pointers[0].copy()
            bad[-1] += 1
            with self.assertRaisesRegex(lpl.LplSizeError, "pre_ptr ends at .*, pre has"):
                many.steps(bad, pre, pointers[1], post, v[30:, :5])
            with self.assertRaisesRegex(lpl.LplSizeError, "post_ptr has 2 elements, need 101"):
                many.steps(pointers[0], pre, pointers[1][:2], post, v[30:, :5])

    def test_save_load_pickle(self):
        straight = self.make(threads=2)
        data = self.inputs(120)
        for step in data[:60]:
            straight.step(*step)
        resumed = [lpl.Spiking.load(straight.to_bytes(), threads=2), pickle.loads(pickle.dumps(straight)),
                   copy.deepcopy(straight)]
        self.assertEqual([s.threads for s in resumed], [2, 2, 2])
        for step in data[60:]:
            for s in resumed + [straight]:
                s.step(*step)
        for s in resumed:
            self.assertEqual(s.to_bytes(), straight.to_bytes())
        with self.assertRaises(lpl.LplFormatError):
            lpl.Spiking.load(straight.to_bytes()[:-1])
        with self.assertRaises(lpl.LplFormatError):
            lpl.Lif.load(straight.to_bytes())

    def test_states_by_index_and_writing(self):
        s = self.make()
        for step in self.inputs(40):
            s.step(*step)
        every = s.read("elig")
        at = np.array([7, 2, 2, s.n_synapses - 1])
        np.testing.assert_array_equal(s.read("elig", at), every[at])
        out = np.empty(3, "f4")
        self.assertIs(s.read(lpl.SpikingState.ELIG, [0, 1, 5], out), out)
        np.testing.assert_array_equal(out, every[[0, 1, 5]])
        with self.assertRaises(ValueError):
            every[0] = 1
        w = rng(4).random(s.n_synapses).astype("f4")
        s.w = w
        np.testing.assert_array_equal(s.w, w)
        row_ptr, col = s.connectivity()
        self.assertEqual((row_ptr.size, col.size, int(row_ptr[-1])), (21, s.n_synapses, s.n_synapses))
        matrix = s.matrix(absent=-1)
        np.testing.assert_array_equal(matrix[matrix >= 0], w)
        np.testing.assert_array_equal(np.nonzero(matrix >= 0)[1], col)
        for bad, error, sentence in (
                (lambda: s.read("elig", [-1]), ValueError, "index holds -1"),
                (lambda: s.read("elig", [0.5]), TypeError, "need integers"),
                (lambda: s.read("elig", [s.n_synapses]), lpl.LplError, "lpl_spiking_read"),
                (lambda: s.read("eligible"), ValueError, "need one of 'weights'"),
                (lambda: s.write("weights", w.astype("f8")), TypeError,
                 r"weights is float64, the projection is float32; pass weights"),
                (lambda: s.write("weights", w + 1), lpl.LplArgError, "lpl_spiking_write"),
                (lambda: s.matrix("err"), ValueError, "per synapse"),
                (lambda: s.write("mean", s.mean), lpl.LplOrderError, "lpl_spiking_write")):
            with self.assertRaisesRegex(error, sentence):
                bad()

    def test_parameters_and_report(self):
        s = self.make(preset="stdp", label=4, w_init=1)
        self.assertEqual((s.eta, s.push, s.pull, s.label, s.delay, s.lag, s.dt, s.tau_mean, s.w_max),
                         (0.1, 1, 1, 4, 8, 200, 1e-4, 600, 1))
        s.eta, s.mode, s.pull = 0.2, "track", 0
        self.assertEqual((s.eta, s.mode, s.pull), (0.2, lpl.Mode.TRACK, 0))
        report = s.report()
        self.assertEqual((report.step, report.n_at_max, report.w_mean), (0, s.n_synapses, 1))
        self.assertAlmostEqual(report.rate_mean, 20, 4)
        self.assertIn("20 -> 5", repr(s))
        with self.assertRaisesRegex(AttributeError, "a Spiking has no attribute 'etta'; did you mean 'eta'?"):
            s.etta = 1
        with self.assertRaisesRegex(AttributeError, "n_pre of a Spiking cannot be set"):
            s.n_pre = 3
        with self.assertRaises(lpl.LplArgError):
            s.set("n_pre", 3)
        s.close()
        s.close()
        self.assertEqual(repr(s), "<lpl.Spiking closed>")
        with self.assertRaisesRegex(lpl.LplNullError, "spiking is closed"):
            s.step(None, None, np.zeros(5, "f4"))

    def test_slow_averages(self):
        fields = dict(update_every=100, mean_init=10, sigma2_init=0, push=0)
        for preset, slow in ((None, 1), ("network", 1), ("stdp", 1), ("network_reference", 0), ("stdp_reference", 0)):
            self.assertEqual(lpl.spiking_config_fields(3, 2, preset=preset)["slow"], slow)
        for dt, tau in ((1e-4, 7200), (1e-5, 600), (2e-5, 600), (1e-6, 30)):
            fields.update(dt=dt, tau_mean=tau, delay_ax=8 * dt, t_lag=200 * dt)
            s, n = lpl.Spiking(1, 1, **fields), 200000
            s.steps(np.zeros(n + 1, U8), np.zeros(0, U4), np.zeros(n + 1, U8), np.zeros(0, U4),
                    np.full((n, 1), -0.06, "f4"))
            self.assertAlmostEqual(float(s.mean[0]) / tau, 10 * np.exp(-n * dt / tau), 5)
            with self.assertRaisesRegex(lpl.LplArgError, "tau_mean = .*need slow = LPL_SLOW_DOUBLE"):
                lpl.Spiking(1, 1, slow="reference", **fields)
            self.assertTrue(lpl.Spiking(1, 1, slow="reference", dtype="f8", **fields))
        with self.assertRaisesRegex(lpl.LplArgError, "tau_syn"):
            lpl.Spiking(1, 1, tau_syn=1e12)
        with self.assertRaisesRegex(lpl.LplArgError, "tau_thr"):
            lpl.Lif(2, tau_thr=1e12)
        with self.assertRaisesRegex(lpl.LplArgError, "tau_stdp"):
            lpl.Projection(2, 2, kind="inhibitory", tau_stdp=1e12)

    def test_overflow_is_an_exception_and_changes_nothing(self):
        most = float(np.finfo("f4").max)
        s = lpl.Spiking(2, 3, w_init=most, w_max=most, update_every=40, engine="block", push=most)
        v, g, cells = np.full(3, -0.05, "f4"), np.ones(3, "f4"), lpl.Lif(3, label=4)
        s.step(np.array([0, 1], U4), None, v)
        for _ in range(7):
            s.step(None, None, v)
        with self.assertRaisesRegex(lpl.LplNonFiniteError,
                                    "LPL_E_NONFINITE lpl_spiking_drive: .* conductance of post neuron 0"):
            s.drive(g)
        np.testing.assert_array_equal(g, 1)
        before = cells.to_bytes()
        with self.assertRaisesRegex(lpl.LplNonFiniteError, "lpl_spiking_drive_lif"):
            s.drive(cells)
        self.assertEqual(cells.to_bytes(), before)
        cells.g_ampa = cells.g_nmda = np.full(3, most, "f4")
        before = cells.to_bytes()
        with self.assertRaisesRegex(lpl.LplNonFiniteError, "lpl_lif_step: g_nmda of neuron 0 .* step 0 .label 4"):
            cells.step()
        self.assertEqual(cells.to_bytes(), before)

    def test_adaptation(self):
        for dtype in "f4", "f8":
            spikes = {}
            for dg in 0, 0.2:
                p = lpl.Lif(3, dtype=dtype, dg_adapt=dg, v_init_sd=0)
                count = 0
                for t in range(5000):
                    p.g_ampa = np.ones(3, dtype)
                    count += p.step().size
                    if t == 2500:
                        p = lpl.Lif.load(p.to_bytes())
                spikes[dg] = count
                self.assertEqual((p.g_adapt > 0).all(), dg > 0)
            self.assertGreater(spikes[0], 1.3 * spikes[0.2])
            with self.assertRaisesRegex(lpl.LplArgError, "does not adapt"):
                lpl.Lif(3, dtype=dtype).g_adapt = np.ones(3, dtype)

    def test_bad_input_changes_nothing(self):
        s, v = self.make(), np.full(5, -0.06, "f4")
        before = s.to_bytes()
        a = lambda *x: np.array(x, U4)  # noqa: E731
        for call, error, sentence in (
                (lambda: s.step(a(3, 2), None, v), lpl.LplArgError, "pre"),
                (lambda: s.step(a(20), None, v), lpl.LplArgError, "20"),
                (lambda: s.step(a(1, 1), None, v), lpl.LplArgError, "pre"),
                (lambda: s.step(None, a(5), v), lpl.LplArgError, "post"),
                (lambda: s.step([1], None, v), lpl.LplDtypeError,
                 "pre is a list, need a NumPy array; pass numpy.asarray"),
                (lambda: s.step(np.array([1]), None, v), lpl.LplDtypeError,
                 r"pre is int64, .* uint32; pass pre.astype\('u4'\)"),
                (lambda: s.step(np.zeros((2, 2), U4), None, v), lpl.LplSizeError, "one axis"),
                (lambda: s.step(None, None, v.astype("f8")), lpl.LplDtypeError, "v is float64"),
                (lambda: s.step(None, None, v[:4]), lpl.LplSizeError, "v has 4 elements, need 5"),
                (lambda: s.step(None, None, v * np.float32(np.nan)), lpl.LplNonFiniteError, "lpl_spiking_step"),
                (lambda: s.step(None, None, v * 1000), lpl.LplUnitsError, "lpl_spiking_step"),
                (lambda: s.drive(np.zeros(5)), lpl.LplDtypeError, "target is float64"),
                (lambda: s.drive(lpl.Lif(6)), lpl.LplSizeError, "lpl_spiking_drive"),
                (lambda: s.drive(lpl.Lif(5, dtype="f8")), lpl.LplDtypeError, "lpl_spiking_drive"),
                (lambda: s.drive(lpl.Lif(5), "nmda"), ValueError, "need one of 'ampa', 'gaba'")):
            with self.assertRaisesRegex(error, sentence):
                call()
            self.assertEqual(s.to_bytes(), before)
        with self.assertRaisesRegex(lpl.LplUnitsError, "LPL_E_UNITS lpl_spiking_create"):
            lpl.Spiking(3, 3, dt=0.1)
        with self.assertRaisesRegex(TypeError, "a spiking projection has no field 'tau_men'"):
            lpl.Spiking(3, 3, tau_men=1)


class Connectivity(unittest.TestCase):
    def test_the_same_from_csr_list_and_mask(self):
        mask = rng(5).random((7, 9)) < 0.3
        mask[2] = False
        pre, post = (a.astype(U4) for a in np.nonzero(mask))
        row_ptr = np.concatenate([[0], np.cumsum(mask.sum(1))]).astype(U8)
        shuffle = rng(6).permutation(pre.size)
        for connect in (lpl.Connect.csr(row_ptr, post), lpl.Connect.pairs(pre[shuffle], post[shuffle])):
            for kind in (lpl.Spiking, lpl.Projection):
                got = kind(7, 9, connect).connectivity()
                np.testing.assert_array_equal(got[0], row_ptr)
                np.testing.assert_array_equal(got[1], post)

    def test_dense_and_random(self):
        self.assertEqual(lpl.Projection(4, 3).n_synapses, 12)
        self.assertEqual(lpl.Projection(4, 4, lpl.Connect.dense(no_self=True)).n_synapses, 12)
        n = lpl.Spiking(200, 200, lpl.Connect.random(0.1, seed=SEED, no_self=True)).n_synapses
        self.assertAlmostEqual(n, 3980, delta=6 * 60)

    def test_errors(self):
        ok = np.array([0, 1, 2], U8), np.array([1, 0], U4)
        lpl.Projection(2, 2, lpl.Connect.csr(*ok))
        for make, error, sentence in (
                (lambda: lpl.Projection(3, 2, lpl.Connect.csr(*ok)), lpl.LplSizeError,
                 "row_ptr has 3 elements, need n_pre . 1 = 4"),
                (lambda: lpl.Projection(2, 2, lpl.Connect.csr(np.array([0, 1, 3], U8), ok[1])), lpl.LplError,
                 "row_ptr"),
                (lambda: lpl.Projection(2, 1, lpl.Connect.csr(*ok)), lpl.LplArgError, "col"),
                (lambda: lpl.Connect.csr(ok[0].astype("i8"), ok[1]), lpl.LplDtypeError,
                 r"row_ptr is int64, .*astype\('u8'\)"),
                (lambda: lpl.Connect.pairs(ok[1], ok[1][:1]), lpl.LplSizeError, "post has 1 elements, need 2"),
                (lambda: lpl.Projection(2, 2, lpl.Connect.pairs(*np.zeros((2, 2), U4))), lpl.LplArgError,
                 "lpl_projection_create"),
                (lambda: lpl.Projection(2, 2, lpl.Connect.random(1.5)), lpl.LplArgError, "probability"),
                (lambda: lpl.Projection(2, 2, ok), lpl.LplDtypeError, "connect is a tuple, need an lpl.Connect")):
            with self.assertRaisesRegex(error, sentence):
                make()


class Neurons(unittest.TestCase):
    def test_against_the_equations(self):
        p = lpl.Lif(50, dtype="f8", seed=SEED)
        v, thr, a, n, g = p.v.copy(), *np.zeros((4, 50))  # names as in docs/lif.md: a, n, g conductances
        self.assertGreater(v.std(), 5e-3)
        np.testing.assert_allclose(v, -60e-3 + 10e-3 * lpl.random.normal(50, SEED, 0, dtype="f8"), rtol=1e-12)
        got = np.empty(50)
        fired = 0
        for t in range(400):
            spikes = p.step(got)
            v = v + 1e-4 / 20e-3 * (-70e-3 - v - (0.5 * a + 0.5 * n) * v + g * (-80e-3 - v))
            v, thr = np.clip(v, -80e-3, 0), thr * np.exp(-1e-4 / 5e-3)
            where = v > -50e-3 + thr
            self.assertEqual(spikes.dtype, U4)
            np.testing.assert_array_equal(spikes, np.flatnonzero(where))
            n = (n - np.expm1(-1e-4 / 100e-3) * a) * np.exp(-1e-4 / 100e-3)
            a, g = a * np.exp(-1e-4 / 5e-3), g * np.exp(-1e-4 / 10e-3)
            v[where], thr[where] = -70e-3, 100e-3
            np.testing.assert_allclose(got, v, rtol=1e-12)
            np.testing.assert_allclose(p.g_ampa, a, rtol=1e-12)
            fired += spikes.size
            a = a + 0.08
            p.g_ampa = p.g_ampa + 0.08
        self.assertGreater(fired, 50)

    def test_clamp(self):
        p = lpl.Lif(2, v_init_sd=0)
        p.clamp(np.array([0, 1e-3]), np.array([-60e-3, -55e-3]))
        for _ in range(20):
            p.step()
        self.assertLess(abs(p.v[0] + 55e-3), 2e-4)
        p.clamp(None)
        for _ in range(3000):
            p.step()
        self.assertAlmostEqual(p.v[1], -70e-3, 5)
        for knots, error, sentence in (((np.array([1.0, 0.5]), np.zeros(2)), lpl.LplArgError, "lpl_lif_clamp"),
                                       ((np.array([0.0]), np.array([-60.0])), lpl.LplUnitsError, "lpl_lif_clamp"),
                                       ((np.array([0, 1]), np.zeros(2)), lpl.LplDtypeError, "time_s is int64"),
                                       ((np.array([0.0, 1]), np.zeros(3)), lpl.LplSizeError,
                                        "volt has 3 elements, need 2")):
            with self.assertRaisesRegex(error, sentence):
                p.clamp(*knots)

    def test_states_parameters_pickle(self):
        p = lpl.Lif(4, label=3, tau_mem=10e-3)
        p.v = np.array([-60e-3, -51e-3, -49e-3, -70e-3], "f4")
        self.assertEqual(p.step().tolist(), [2])
        np.testing.assert_array_equal(p.read("thr", [2, 0]), np.array([0.1, 0], "f4"))
        self.assertEqual((p.n, p.dt, p.steps_done, p.label, p.dtype), (4, 1e-4, 1, 3, np.float32))
        q = pickle.loads(pickle.dumps(p))
        for _ in range(10):
            p.step(), q.step()
        self.assertEqual(p.to_bytes(), q.to_bytes())
        with self.assertRaises(AttributeError):
            p.tau_mem = 1
        with self.assertRaises(lpl.LplUnitsError):
            p.v = np.full(4, -60, "f4")
        with self.assertRaisesRegex(lpl.LplUnitsError, "lpl_lif_create"):
            lpl.Lif(3, dt=0.1)


class Synapses(unittest.TestCase):
    def test_inhibitory_rule(self):
        p = lpl.Projection(6, 5, kind="inhibitory", dtype="f8", zeta=0.05, kappa=8, w_max=2, delay_ax=3e-4)
        w, tr_pre, tr_post, history, r = np.full((6, 5), 0.5), np.zeros(6), np.zeros(5), [], rng(8)
        k = np.exp(-1e-4 / 20e-3)
        for t in range(300):
            pre, post = some(r, 6, 0.05), some(r, 5, 0.05)
            history.append(pre)
            late = history[t - 3] if t >= 3 else pre[:0]
            g = np.zeros(5)
            p.drive(g)
            np.testing.assert_allclose(g, w[late].sum(0), rtol=1e-10, atol=1e-14)
            p.step(pre, post)
            w[late] = np.maximum(0, w[late] + 0.05 * (tr_post - 2 * 8 * 20e-3))
            w[:, post] = np.minimum(2, w[:, post] + 0.05 * tr_pre[:, None])
            tr_pre[late] += 1
            tr_post[post] += 1
            tr_pre, tr_post = k * tr_pre, k * tr_post
        np.testing.assert_allclose(p.matrix(), w, rtol=1e-9)
        np.testing.assert_allclose(p.tr_pre, tr_pre, rtol=1e-9)
        np.testing.assert_allclose(p.tr_post, tr_post, rtol=1e-9)
        self.assertEqual((p.kind, p.kappa, p.delay), (lpl.ProjectionKind.INHIBITORY, 8, 3))
        self.assertEqual(pickle.loads(pickle.dumps(p)).to_bytes(), p.to_bytes())

    def test_static(self):
        p = lpl.Projection(3, 2, w_init=0.25, delay_ax=1e-4)
        p.step(np.array([0, 2], U4))
        cells = lpl.Lif(2)
        p.drive(cells, "gaba")
        p.drive(cells, lpl.Receptor.AMPA)
        np.testing.assert_array_equal(cells.g_gaba, [0.5, 0.5])
        np.testing.assert_array_equal(cells.g_ampa, [0.5, 0.5])
        p.w = np.arange(6, dtype="f4") / 8
        np.testing.assert_array_equal(p.matrix(), np.arange(6).reshape(3, 2) / 8)
        with self.assertRaises(lpl.LplArgError):
            p.kappa = 1


class Sources(unittest.TestCase):
    def test_poisson(self):
        s = lpl.Source.poisson(100, 50.0, seed=SEED, first=7)
        fired = [s.step() for _ in range(4000)]
        self.assertAlmostEqual(sum(f.size for f in fired) / 40, 50, delta=6 * np.sqrt(50 / 40))
        self.assertTrue(all((np.diff(f.astype("i8")) > 0).all() for f in fired))
        self.assertGreaterEqual(min(f.min() for f in fired if f.size), 7)
        s.seek(1234)
        self.assertEqual(s.tell(), 1234)
        np.testing.assert_array_equal(s.step(), fired[1234])
        again = pickle.loads(pickle.dumps(s))
        np.testing.assert_array_equal(again.step(), fired[1235])

    def test_rate_table(self):
        time, rate = np.array([0, 0.1, 0.2]), np.array([0, 100, 20.0])
        for loop, later in ((False, 20), (True, 50)):
            s = lpl.Source.poisson(10, rate, time, loop=loop)
            np.testing.assert_allclose([s.rate(500), s.rate(1500), s.rate(2500)], [50, 60, later], rtol=1e-9)
        with self.assertRaisesRegex(lpl.LplNullError, "3 knots, need time_s"):
            lpl.Source.poisson(10, rate)
        with self.assertRaisesRegex(lpl.LplSizeError, "time_s has 2 elements, need 3"):
            lpl.Source.poisson(10, rate, time[:2])
        with self.assertRaisesRegex(lpl.LplArgError, "lpl_source_create"):
            lpl.Source.poisson(10, rate, time[::-1].copy())
        with self.assertRaisesRegex(lpl.LplUnitsError, "lpl_source_create"):
            lpl.Source.poisson(10, 1e5)

    def test_recorded_spikes(self):
        step, neuron = np.array([0, 2, 2, 5], U8), np.array([1, 0, 2, 2], U4)
        s = lpl.Source.spikes(3, step, neuron)
        self.assertEqual([s.step().tolist() for _ in range(7)], [[1], [], [0, 2], [], [], [2], []])
        for bad in ((step[::-1].copy(), neuron), (step, neuron + np.uint32(1))):
            with self.assertRaises(lpl.LplArgError):
                lpl.Source.spikes(3, *bad)
        with self.assertRaisesRegex(lpl.LplDtypeError, "step is int64"):
            lpl.Source.spikes(3, step.astype("i8"), neuron)
        with self.assertRaises(lpl.LplArgError):
            s.rate(0)
        s.close()
        with self.assertRaisesRegex(lpl.LplNullError, "source is closed"):
            s.step()


class Recorders(unittest.TestCase):
    def test_spikes_bins_rates(self):
        r, fired = lpl.Record(6, room=20, bin_steps=10, room_bins=4, tau_rate=0.05), []
        draws = rng(9)
        for t in range(50):
            fired.append(some(draws, 6, 0.1))
            r.step(fired[-1])
        step, neuron = np.repeat(np.arange(50), [f.size for f in fired]), np.concatenate(fired)
        np.testing.assert_array_equal(r.spikes[0], step[:20])
        np.testing.assert_array_equal(r.spikes[1], neuron[:20])
        counts = [np.bincount(neuron[step // 10 == b], minlength=6) for b in range(5)]
        np.testing.assert_array_equal(r.bins, counts[:4])
        np.testing.assert_array_equal(r.counts, sum(counts))
        state = r.state()
        self.assertEqual(state[:4], (20, neuron.size - 20, 4, 50))
        self.assertAlmostEqual(r.rates.mean(), state.mean_rate)
        r.reset()
        r.step(np.array([4], U4))
        self.assertEqual((r.spikes[1].tolist(), r.state().steps), ([4], 1))

    def test_own_arrays_health_and_load(self):
        r = lpl.Record(3, tau_rate=1e-3)
        step, neuron = np.zeros(5, U8), np.zeros(5, U4)
        r.spikes_into(step, neuron)
        for _ in range(30):
            r.step(np.array([0, 1, 2], U4))
        self.assertEqual((neuron.tolist(), r.state().health), ([0, 1, 2, 0, 1], lpl.Health.RUNAWAY))
        again = lpl.Record.load(r.to_bytes())
        self.assertEqual((again.n, again.counts.tolist()), (3, [30, 30, 30]))
        with self.assertRaisesRegex(lpl.LplSizeError, "stores no spikes"):
            again.spikes
        r.spikes_into(None)
        for call, error in ((lambda: r.spikes_into(step, neuron[:3]), lpl.LplSizeError),
                            (lambda: r.spikes_into(step.astype("i8"), neuron), TypeError),
                            (lambda: r.bins_into(np.zeros((4, 2), U4)), lpl.LplSizeError),
                            (lambda: r.bins, lpl.LplSizeError),
                            (lambda: r.step(np.array([3], U4)), lpl.LplArgError),
                            (lambda: lpl.Record(3, room=-1), ValueError)):
            with self.assertRaises(error):
                call()


if __name__ == "__main__":
    unittest.main()
