# tests/test_network.py - a composed network against the loop over its members: bits, spikes in and out, their lives.
import copy
import pickle
import unittest

import numpy as np

import lpl
from support import rng

U4, U8 = np.dtype("u4"), np.dtype("u8")


class World:
    def __init__(self, dtype="f4"):
        self.inputs = [lpl.Source.poisson(20, 300.0, seed=1), lpl.Source.poisson(10, 200.0, seed=1, stream=1, first=20)]
        self.cells = lpl.Lif(15, seed=2, dtype=dtype, v_init=-51e-3)
        self.learned = lpl.Spiking(30, 15, preset="network", dtype=dtype, w_init=0.4, update_every=50, eta=1.0)
        self.inhibit = lpl.Projection(15, 15, lpl.Connect.dense(no_self=True), kind="inhibitory", dtype=dtype)
        self.outside = lpl.Projection(4, 15, dtype=dtype)
        self.record = lpl.Record(15, room=5000)
        self.v = np.empty(15, dtype)

    def network(self, **fields):
        net = lpl.Network(**fields)
        a, c, o = net.add_input(30, *self.inputs), net.add_lif(self.cells), net.add_input(4)
        net.add(self.learned, a, c)
        net.add(self.inhibit, c, c, "gaba")
        net.add(self.outside, o, c, "ampa")
        net.add_record(self.record, c)
        return net, a, c, o

    def by_hand(self, spikes):
        ptr, neuron = spikes
        for k in range(ptr.size - 1):
            pre = np.concatenate([s.step() for s in self.inputs])
            post, out = self.cells.step(self.v), neuron[ptr[k]:ptr[k + 1]]
            self.learned.drive(self.cells, "ampa")
            self.inhibit.drive(self.cells, "gaba")
            self.outside.drive(self.cells, "ampa")
            self.learned.step(pre, post, self.v)
            self.inhibit.step(post, post)
            self.outside.step(out, post)
            self.record.step(post)

    def bits(self):
        saved = (self.cells, self.learned, self.inhibit, self.outside, self.record)
        return [x.to_bytes() for x in saved] + [s.tell() for s in self.inputs]


def some_spikes(steps, seed=4):
    step, neuron = np.nonzero(rng(seed).random((steps, 4)) < 0.05)
    return lpl.spike_ptr(step, steps), neuron.astype(U4)


class Networks(unittest.TestCase):
    def test_bits_of_the_loop(self):
        for dtype in ("f4", "f8"):
            a, b, spikes = World(dtype), World(dtype), some_spikes(170)
            a.by_hand(spikes)
            net, _, _, out = b.network(block_steps=13)
            for first, last in ((0, 100), (100, 101), (101, 170)):
                net.run(last - first, {out: (spikes[0][first:last + 1].copy(), spikes[1])})
            self.assertEqual(a.bits(), b.bits())
            self.assertGreater(a.record.state().n_spikes, 0)
            self.assertEqual((net.steps_done, net.last, net.stopped, net.delay), (170, 69, False, 8))

    def test_late_spikes(self):
        a, b, spikes = World(), World(), some_spikes(160)
        a.by_hand(spikes)
        net, _, _, out = b.network()
        for k in range(0, 160, net.delay):
            net.run(8)
            net.deliver(out, (spikes[0][k:k + 9].copy(), spikes[1]))
        self.assertEqual(a.bits(), b.bits())

    def test_shown(self):
        w = World()
        net, inputs, cells, _ = w.network()
        net.show(cells, 300, 5000)
        net.show(inputs, 300, 2)
        net.run(300)
        ptr, neuron = net.shown(cells)
        step, who = w.record.spikes
        np.testing.assert_array_equal(np.repeat(np.arange(300), np.diff(ptr).astype(int)), step)
        np.testing.assert_array_equal(neuron, who)
        ptr, neuron = net.shown(inputs)
        self.assertTrue(ptr[-1] > 2 and neuron.size == 2)
        with self.assertRaises(lpl.LplSizeError):
            net.shown(7)
        with self.assertRaisesRegex(lpl.LplSizeError, "room for 300"):
            net.run(301)

    def test_members_live(self):
        w = World()
        net = w.network()[0]
        del w  # the network keeps what it runs
        net.run(50)
        w = World()
        net = w.network()[0]
        net.run(50)
        w.cells.close()
        with self.assertRaises(lpl.LplNullError):
            net.run(1)
        net.close()
        with self.assertRaises(lpl.LplNullError):
            net.run(1)
        for use in (copy.copy, copy.deepcopy, pickle.dumps):
            with self.assertRaisesRegex(TypeError, "compose"):
                use(World().network()[0])

    def test_refused(self):
        w = World()
        net, inputs, cells, out = w.network()
        with self.assertRaises(lpl.LplArgError):
            net.add_lif(w.cells)
        net.run(1)
        with self.assertRaises(lpl.LplOrderError):
            net.add_input(3)
        good = some_spikes(5)
        with self.assertRaisesRegex(lpl.LplSizeError, "are for 5"):
            net.run(4, {out: good})
        with self.assertRaises(lpl.LplArgError):
            net.run(5, {cells: good})
        with self.assertRaises(lpl.LplDtypeError):
            net.run(5, {out: (good[0].astype("i8"), good[1])})
        with self.assertRaisesRegex(lpl.LplSizeError, "within it"):
            net.run(1, {out: (np.array([0, 9], U8), np.array([1], U4))})
        with self.assertRaisesRegex(lpl.LplArgError, "ascending"):
            net.run(1, {out: (np.array([0, 2], U8), np.array([1, 1], U4))})
        with self.assertRaises(ValueError):
            net.run(-1)

    def test_stops_inside_a_step(self):
        w = World()
        net = w.network()[0]
        w.learned.push = 3e38
        with self.assertRaisesRegex(lpl.LplNonFiniteError, "step"):
            net.run(500)
        self.assertTrue(net.stopped)
        w.learned.push = 1
        net.run(500 - net.last)
        self.assertFalse(net.stopped)


if __name__ == "__main__":
    unittest.main()
