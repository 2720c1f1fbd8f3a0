# tests/test_copies.py - pickle and copy of every class of the package: independent, with the same bits afterwards; no
# array of the caller is kept where a copy was promised, and what is read stays as it was read.
import copy
import enum
import inspect
import pickle
import unittest
import warnings

import numpy as np

import lpl
from lpl import _worlds_lib, probe, worlds
from support import rng

try:
    _worlds_lib.worlds()
    BUILT = True
except ImportError:
    BUILT = False
U4, U8 = np.dtype("u4"), np.dtype("u8")
WAYS = {"pickle": lambda a: pickle.loads(pickle.dumps(a)), "pickle 2": lambda a: pickle.loads(pickle.dumps(a, 2)),
        "deepcopy": copy.deepcopy, "copy": copy.copy}


def batches(salt, n=6, m=10):
    return rng(salt).normal(size=(2, n, m)).astype("f4")


def csr():
    return lpl.Connect.csr(np.array([0, 2, 3, 3], U8), np.array([0, 2, 1], U4))


# class: (make, use: steps from here on, whose result tells the state)

def learn(layer):
    x = batches(layer.steps_done + 1)
    report = layer.update(x[0], x[1])
    return layer.to_bytes(), report.total, layer.threads, layer.eta


def learn_stack(stack):
    x = batches(stack[0].steps_done + 1)
    stack.update(x[0], x[1])
    return stack.to_bytes(), [layer.threads for layer in stack]


def use_stats(s):
    s.update(batches(int(s.count) + 1)[0])
    return s.to_bytes()


def use_lif(p):
    v = np.empty(4, "f4")
    return [p.step(v).tolist() for _ in range(40)], v.tolist(), p.to_bytes()


def use_projection(p):
    g = np.zeros(p.n_post, "f4")
    for k in range(12):
        p.drive(g)
        p.step(np.array([k % 3], U4), np.array([k % 2, 2], U4))
    return g.tolist(), p.to_bytes()


def use_spiking(s):
    for k in range(12):
        s.step(np.array([k % 3], U4), None, np.full(3, -0.05, "f4"))
    return s.to_bytes(), s.threads, s.eta, s.mode


def use_source(s):
    return [s.step().tolist() for _ in range(50)], s.tell()


def use_record(r):
    for k in range(5):
        r.step(np.array([k % 2, 2], U4))
    return [a.tolist() for a in r.spikes], r.bins.tolist(), r.state(), r.counts.tolist()


def use_connect(c):
    p = lpl.Projection(3, 3, c)
    return [a.tolist() for a in p.connectivity()]


def use_readout(r):
    x = batches(4, 30)[0]
    loss = r.fit(x, (np.arange(30) % 3).astype("i4")).loss
    return loss.tolist(), r.w.tolist(), r.bias.tolist()


def stepped(made, use, times=1):
    for _ in range(times):
        use(made)
    return made


def tuned_layer():
    layer = lpl.Layer(10, 4, batch_max=16, optim="adam", threads=3, eta=1e-2)
    learn(layer)
    layer.eta, layer.threads = 0.02, 2
    return layer


def tuned_stack():
    stack = lpl.Stack([dict(n_pre=10, n_post=6, batch_max=16, threads=2), dict(n_pre=6, n_post=3, batch_max=16)])
    learn_stack(stack)
    return stack


def record(room, bins):
    r = lpl.Record(3, room=room, room_bins=bins, bin_steps=3)
    use_record(r)
    return r


def tuned_spiking():
    s = lpl.Spiking(3, 3, csr(), update_every=5, threads=2, eta=0.1)
    use_spiking(s)
    s.eta, s.threads = 0.2, 1
    return s


OBJECTS = {
    "Layer": [(tuned_layer, learn)],
    "Stack": [(tuned_stack, learn_stack)],
    "Stats": [(lambda: stepped(lpl.Stats(10, covariance=True, batch_max=16), use_stats), use_stats)],
    "Lif": [(lambda: stepped(lpl.Lif(4, seed=3), use_lif), use_lif)],
    "Projection": [(lambda: stepped(lpl.Projection(3, 3, csr(), kind="inhibitory", kappa=5, delay_ax=5e-4),
                                    use_projection), use_projection)],
    "Spiking": [(tuned_spiking, use_spiking)],
    "Source": [(lambda: stepped(lpl.Source.poisson(5, np.array([500.0, 900]), np.array([0, 1.0]), loop=True, seed=2,
                                                   first=3), use_source),
                use_source),
               (lambda: stepped(lpl.Source.spikes(5, np.arange(90, dtype=U8), (np.arange(90) % 5).astype(U4)),
                                use_source), use_source)],
    "Record": [(lambda: record(100, 100), use_record), (lambda: record(13, 2), use_record),
               (lambda: record(10, 1), use_record), (lambda: record(3, 1), use_record)],
    "Connect": [(make, use_connect) for make in (lpl.Connect.dense, lambda: lpl.Connect.dense(no_self=True), csr,
                                                  lambda: lpl.Connect.pairs(np.array([2, 0], U4), np.array([1, 1], U4)),
                                                  lambda: lpl.Connect.random(0.5, seed=3, stream=9, no_self=True))],
    "Readout": [(lambda: lpl.Readout(3, epochs=2), use_readout),
                (lambda: stepped(lpl.Readout(3, epochs=2), use_readout), use_readout)],
}
WORLDS = {
    "Views": [(lambda: worlds.Views("stl10", seed=4, threads=2, mean=[0.1, 0.2, 0.3]),
               lambda v: (v(np.zeros((2, 3, 8, 8), "u1"), np.array([1, 0], U4), 3, 1).tolist(),
                          v.order(5, 1).tolist()))],
    "Room": [(lambda: worlds.Room(4, threads=2), lambda r: (r.draw(np.array([5, 77], U4)).tolist(), r.side,
                                                            r.mean.tolist()))],
    "Movie": [(lambda: worlds.Movie(7), lambda m: m.block(6, 3).tolist())],
}
VALUES = {
    "LayerConfig": lambda: lpl.layer_config(4, 3, act="tanh"),
    "Report": lambda: lpl.Layer(10, 4, batch_max=8).update(*batches(1)),
    "SpikingReport": lambda: lpl.Spiking(3, 3).report(),
    "RecordState": lambda: record(10, 1).state(),
    "Delta": lambda: lpl.rule_delta(*batches(2)),
    "Images": lambda: worlds.Images(np.zeros((1, 3, 8, 8), "u1"), None),
    "Disentanglement": lambda: probe.Disentanglement(0.5, 0.1, 0.4, 0.2, 3),
}


def classes():
    for module in (lpl, worlds, probe):
        for name, thing in vars(module).items():
            if inspect.isclass(thing) and thing.__module__.startswith("lpl") and not name.startswith("_"):
                yield name, thing


class Copies(unittest.TestCase):
    def test_every_class_is_here(self):
        # a base class; errors have a test of their own; a network refuses to be copied (test_network.py)
        helpers = {"Strict", "LplError", "LplCollapseWarning", "LplVerdictWarning", "Network"}
        for name, thing in classes():
            if not issubclass(thing, (enum.Enum, lpl.LplError)) and name not in helpers:
                self.assertTrue(any(name in table for table in (OBJECTS, WORLDS, VALUES)), name)

    def test_objects(self):
        for name, cases in dict(OBJECTS, **(WORLDS if BUILT else {})).items():
            for case, (make, use) in enumerate(cases):
                for way, through in WAYS.items():
                    with self.subTest(name, case=case, way=way):
                        original = make()
                        made = through(original)
                        again = through(made)           # a copy can be copied
                        self.assertIs(type(made), type(original))
                        want = [use(original) for _ in range(2)]
                        self.assertEqual(use(made), want[0])
                        self.assertEqual(use(again), want[0])
                        self.assertEqual(use(made), want[1])
                        if hasattr(original, "close"):
                            original.close()
                            with self.assertRaises(lpl.LplNullError):
                                through(original)
                        self.assertEqual(use(again), want[1])

    def test_threads_can_go_back_to_their_bound(self):
        for make in (tuned_layer, tuned_spiking):
            original = make()
            for way, through in WAYS.items():
                made = through(original)
                made.threads = original._threads_max
                with self.assertRaises(lpl.LplArgError):
                    made.threads = original._threads_max + 1

    def test_layers_of_a_stack(self):
        stack = tuned_stack()
        alone = copy.deepcopy(stack[0])
        want = learn(alone)
        stack.close()
        self.assertEqual(alone.steps_done, 2)
        self.assertEqual(len(want[0]), len(alone.to_bytes()))

    def test_values(self):
        for name, make in VALUES.items():
            value = make()
            for way, through in WAYS.items():
                with self.subTest(name, way=way):
                    made = through(value)
                    self.assertIs(type(made), type(value))
                    self.assertEqual(repr(made), repr(value))

    def test_configs(self):
        cfg = lpl.layer_config(4, 3, act="tanh", seed=9)
        for through in WAYS.values():
            self.assertEqual(bytes(through(cfg)), bytes(cfg))

    def test_enums(self):
        for name, thing in classes():
            if issubclass(thing, enum.Enum):
                for member in thing:
                    self.assertIs(pickle.loads(pickle.dumps(member)), member)

    def test_errors(self):
        for name, thing in classes():
            if issubclass(thing, (lpl.LplError, Warning)):
                for way, through in WAYS.items():
                    made = through(thing("a sentence"))
                    self.assertEqual((type(made), str(made)), (thing, "a sentence"))
                    self.assertEqual(getattr(made, "status", None), getattr(thing, "status", None))
        unknown = lpl.LplError("new")
        unknown.status = -99
        self.assertEqual(pickle.loads(pickle.dumps(unknown)).status, -99)
        try:
            lpl.Layer(3, 2, eta=-1)
        except lpl.LplArgError as error:
            self.assertEqual(str(pickle.loads(pickle.dumps(error))), str(error))

    def test_what_users_add_travels(self):
        class Noted(lpl.Layer):
            note = None

        globals()["Noted"] = Noted  # pickle looks classes up by name
        Noted.__qualname__ = "Noted"
        layer = Noted(3, 2)
        layer.note, layer._more = {"run": [7]}, 5
        for way, through in WAYS.items():
            made = through(layer)
            self.assertEqual((type(made), made.note, made._more), (Noted, {"run": [7]}, 5))
            self.assertEqual(made.note is layer.note, way == "copy")
        for make in (lambda: lpl.Source.poisson(3, 5.0), csr, lambda: lpl.Record(3), lambda: lpl.Stats(3), tuned_stack,
                     tuned_spiking):
            thing = make()
            thing._note = "mine"
            self.assertEqual(copy.deepcopy(thing)._note, "mine")


class Kept(unittest.TestCase):
    """Arrays of the caller, and results that were handed out."""

    def test_connect(self):
        row_ptr, col = np.array([0, 2, 3, 3], U8), np.array([0, 2, 1], U4)
        pre, post = np.array([2, 0], U4), np.array([1, 1], U4)
        for arrays, make in (((row_ptr, col), lpl.Connect.csr), ((pre, post), lpl.Connect.pairs)):
            want = use_connect(make(*arrays))
            c = make(*arrays)
            for a in arrays:
                a[:] = 0
            self.assertEqual(use_connect(c), want)
            del arrays, a
            rubbish = [np.full(4, 2 ** 31, U8) for _ in range(100)]
            self.assertEqual(use_connect(c), want)
            del rubbish

    def test_source(self):
        rate, time = np.array([900.0, 900.0]), np.array([0.0, 1.0])
        step, neuron = np.arange(20, dtype=U8), np.ones(20, U4)
        for arrays, make in (((rate, time), lambda *a: lpl.Source.poisson(4, *a)),
                             ((step, neuron), lambda *a: lpl.Source.spikes(4, *a))):
            want, s = use_source(make(*arrays)), make(*arrays)
            arrays[0][:] = 0
            self.assertEqual(use_source(copy.deepcopy(s)), want)
            self.assertEqual(use_source(s), want)

    def test_clamp(self):
        time, volt = np.array([0.0, 1.0]), np.array([-0.06, -0.06])
        one, two = lpl.Lif(3, seed=1), lpl.Lif(3, seed=1)
        one.clamp(time.copy(), volt.copy())
        two.clamp(time, volt)
        volt[:] = -0.01
        for _ in range(5):
            one.step(), two.step()
        np.testing.assert_array_equal(one.v, two.v)

    def test_views(self):
        mean = np.array([0.1, 0.2, 0.3])
        v = worlds.Views(mean=mean) if BUILT else None
        if v is not None:
            mean[:], v.mean[:] = 9, 9
            np.testing.assert_array_equal(v.mean, [0.1, 0.2, 0.3])

    def test_spikes_that_were_read(self):
        r = record(10, 2)
        (step, neuron), bins = r.spikes, r.bins
        kept = step.copy(), neuron.copy(), bins.copy()
        r.reset()
        r.step(np.array([1], U4))
        for a, b in zip((step, neuron, bins), kept):
            np.testing.assert_array_equal(a, b)
        neuron[:] = 7
        self.assertEqual(r.spikes[1].tolist(), [1])

    def test_results_are_new(self):
        p = lpl.Lif(2, seed=1)
        s = lpl.Source.poisson(2, 5000.0, seed=1, dt=1e-4)
        first = [s.step() for _ in range(20)]
        again = lpl.Source.poisson(2, 5000.0, seed=1, dt=1e-4)
        for a in first:
            np.testing.assert_array_equal(a, again.step())
        self.assertFalse(any(np.shares_memory(a, b) for k, a in enumerate(first) for b in first[:k]))
        a, b = p.v, p.v
        self.assertFalse(np.shares_memory(a, b))


class Types(unittest.TestCase):
    def test_numbers(self):
        for call in (lambda: lpl.Layer(3, 2, eta="0.1"), lambda: setattr(lpl.Layer(3, 2), "eta", "0.1"),
                     lambda: lpl.Connect.random("0.5"),
                     lambda: setattr(lpl.Layer(3, 2), "eta", None),
                     lambda: lpl.schedule_warmup_cosine("1", 1.0, warmup=1, epochs=5),
                     lambda: lpl.rule_apply(np.zeros((2, 3), "f4"), np.zeros((1, 2), "f4"), np.zeros((1, 3), "f4"),
                                            "1"),
                     lambda: lpl.activate(np.zeros(3, "f4"), "leaky_relu", "0.1"), lambda: lpl.Layer(3.0, 2),
                     lambda: lpl.metrics.class_radii(np.zeros((2, 2), "f4"), np.array([0, 1], "i4"), 2.0)):
            with self.assertRaisesRegex(TypeError, "need a(n integer| number)"):
                call()
        with self.assertRaisesRegex(lpl.LplDtypeError, "x is byte-swapped float32, need float32 or float64"):
            lpl.metrics.uniformity(np.zeros((3, 2), ">f4"))
        with self.assertRaises(ValueError):
            lpl.metrics.class_radii(np.zeros((2, 2), "f4"), np.array([0, 1], "i4"), -1)


if __name__ == "__main__":
    with warnings.catch_warnings():
        unittest.main()
