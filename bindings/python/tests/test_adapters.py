# tests/test_adapters.py - lpl inside scikit-learn, PyTorch and Brian 2, each against the real package where it is
# installed.
import copy
import importlib.util
import pickle
import unittest
import warnings

import numpy as np

import lpl
from support import rng


def needs(*names):
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    return unittest.skipIf(missing, f"{', '.join(missing)} is not here")


@needs("sklearn")
class Sklearn(unittest.TestCase):
    def test_check_estimator(self):
        from sklearn.utils.estimator_checks import check_estimator
        from lpl.adapters.sklearn import LPLTransformer
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for views in ("noise", "time"):
                results = check_estimator(LPLTransformer(4, epochs=2, views=views), on_skip=None)
                self.assertGreater(len(results or range(99)), 30)

    def test_learns_what_repeats(self):
        from sklearn.pipeline import make_pipeline
        from lpl.adapters.sklearn import LPLTransformer
        r = rng(71)
        slow, fast = np.repeat(r.normal(size=(60, 2)), 10, 0), r.normal(size=(600, 4))
        x = slow @ r.normal(size=(2, 12)) + fast @ r.normal(size=(4, 12))

        def change(**more):
            model = make_pipeline(LPLTransformer(2, views="time", eta=1e-2, activation="tanh", random_state=1, **more))
            z = model.fit_transform(x)
            return model[0], z, ((np.diff(z, axis=0) ** 2).mean(0) / z.var(0)).mean()

        model, z, learned = change(epochs=60)
        self.assertLess(learned, 0.6 * change(epochs=0)[2])             # of its own start values
        self.assertEqual(len(model.reports_), 60)
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).transform(x), z)


@needs("torch")
class Torch(unittest.TestCase):
    def make(self, **more):
        from lpl.adapters.torch import LPLLinear
        usual = dict(act="relu", preset="reference", batch_max=16, optim="adam", eta=1e-2, seed=5)
        return LPLLinear(6, 4, **dict(usual, **more))

    def views(self, k):
        import torch
        return [torch.from_numpy(x) for x in rng(k).normal(size=(2, 16, 6)).astype("f4")]

    def test_one_memory_and_the_bits_of_the_layer(self):
        import torch
        module = self.make()
        alone = lpl.Layer(6, 4, act="relu", preset="reference", batch_max=16, optim="adam", eta=1e-2, seed=5)
        for k in range(5):
            x0, x1 = self.views(k)
            self.assertEqual(module.learn(x0, x1), alone.update(x0.numpy(), x1.numpy()))
        np.testing.assert_array_equal(module.weight.numpy(), alone.w)
        np.testing.assert_array_equal(module(x0).numpy(), alone(x0.numpy()))
        self.assertEqual(module.weight.data_ptr(), module.layer.w.ctypes.data)
        torch.testing.assert_close(torch.relu(x0 @ module.weight.T + module.bias), module(x0))
        with torch.no_grad():
            module.weight.zero_()
        self.assertFalse(module.layer.w.any())
        model = torch.nn.Sequential(module, torch.nn.Linear(4, 2))
        model(x0).sum().backward()                                     # trains what is behind it
        self.assertIsNone(module.weight.grad)
        self.assertEqual(len(list(model.parameters())), 4)

    def test_state_dict_and_copies_go_on(self):
        import torch
        module = self.make()
        module.learn(*self.views(1))
        other = self.make(seed=9)
        other.load_state_dict(module.state_dict())
        copies = [other, copy.deepcopy(module), pickle.loads(pickle.dumps(module))]
        want = module.learn(*self.views(2))
        for made in copies:
            self.assertEqual(made.learn(*self.views(2)), want)
            torch.testing.assert_close(made.weight, module.weight, rtol=0, atol=0)
            self.assertEqual(made.weight.data_ptr(), made.layer.w.ctypes.data)
            self.assertNotEqual(made.weight.data_ptr(), module.weight.data_ptr())
        for move in (lambda: module.double(), lambda: module.half()):
            with self.assertRaises(TypeError):
                move()
        self.assertIs(module.float(), module)
        self.assertIn("6 -> 4", repr(module))


@needs("brian2")
class Brian(unittest.TestCase):
    def test_weights_are_those_of_our_own_network_for_the_same_spikes(self):
        import brian2 as b
        from lpl.adapters.brian2 import LPLSynapses
        b.prefs.codegen.target = "numpy"
        b.start_scope()
        r, n_in, n, steps = rng(72), 30, 5, 1500
        fired = r.random((steps, n_in)) < 0.01
        when, who = np.nonzero(fired)
        keywords = dict(preset="network", dt=1e-4, w_init=0.3, eta=0.1, update_every=500, mean_init=5, sigma2_init=1e-3)
        projection, own = (lpl.Spiking(n_in, n, lpl.Connect.random(0.8, seed=4), **keywords) for _ in range(2))
        dt = 0.1 * b.ms
        inputs = b.SpikeGeneratorGroup(n_in, who, when * dt, dt=dt)
        cells = b.NeuronGroup(n, "dv/dt = (-70*mV - v - g*v)/(20*ms) : volt\ndg/dt = -g/(5*ms) : 1",
                              threshold="v > -55*mV", reset="v = -70*mV", method="euler", dt=dt)
        cells.v = -70 * b.mV
        synapses = LPLSynapses(inputs, cells, projection, to="g")
        potential = b.StateMonitor(cells, "v", record=True, when="end", order=1, dt=dt)
        out, into = b.SpikeMonitor(cells), b.SpikeMonitor(inputs)
        b.Network(inputs, cells, synapses, potential, out, into).run(steps * dt)
        self.assertGreater(out.num_spikes, 5)
        self.assertEqual(into.num_spikes, len(who))
        lists = []
        for monitor in (into, out):
            t = np.rint(np.asarray(monitor.t / dt)).astype("u8")
            i = np.asarray(monitor.i).astype("u4")
            order = np.lexsort((i, t))
            lists += [lpl.spike_ptr(t[order], steps), i[order]]
        own.steps(*lists, np.ascontiguousarray((potential.v / b.volt).T, "f4"))
        self.assertEqual((projection.steps_done, projection.updates), (steps, 3))
        self.assertGreater(np.ptp(own.w), 0)
        np.testing.assert_array_equal(projection.w, own.w)
        np.testing.assert_array_equal(projection.elig_sum, own.elig_sum)

    def test_refused(self):
        import brian2 as b
        from lpl.adapters.brian2 import LPLSynapses
        inputs = b.SpikeGeneratorGroup(3, [], [] * b.ms, dt=0.1 * b.ms)
        cells = b.NeuronGroup(2, "v : volt", dt=0.1 * b.ms)
        with self.assertRaisesRegex(lpl.LplSizeError, "source has 3 neurons, need 4"):
            LPLSynapses(inputs, cells, lpl.Spiking(4, 2))
        with self.assertRaisesRegex(lpl.LplArgError, "dt"):
            LPLSynapses(inputs, cells, lpl.Spiking(3, 2, dt=2e-4))


class Lazy(unittest.TestCase):
    def test_lpl_imports_none_of_them(self):
        import subprocess
        import sys
        done = subprocess.run([sys.executable, "-c", "import sys, lpl, lpl.adapters; print(sorted({'torch', 'sklearn', "
                               "'brian2'} & set(sys.modules)))"], capture_output=True, text=True)
        self.assertEqual(done.stdout.strip(), "[]", done.stderr)


if __name__ == "__main__":
    unittest.main()
