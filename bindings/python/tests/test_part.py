# tests/test_part.py - parts of a network: cut anew, run apart, and their files.
import os
import tempfile
import unittest

import numpy as np

import lpl

N, D, STEPS = 23, 8, 80


def members(first, n, **fields):
    """A population that excites itself, in part or whole."""
    part = dict(post_begin=first, n_post_global=N)
    cells = lpl.Lif(n, seed=3, v_init=-51e-3, first=first, n_global=N)
    learned = lpl.Spiking(30, n, lpl.Connect.random(0.5, seed=1, rows=True), w_init=0.5, eta=1.0, update_every=30,
                          delay_ax=D * 1e-4, **part, **fields)
    inner = lpl.Projection(N, n, lpl.Connect.random(0.4, seed=1, stream=1, no_self=True), delay_ax=D * 1e-4, **part)
    record = lpl.Record(n, room=5000, first=first, n_global=N)
    return [cells, learned, inner, record]


def network(first, made, step):
    net = lpl.Network()
    inputs = net.add_input(30, lpl.Source.poisson(30, 400.0, seed=9))
    own = net.add_lif(made[0])
    everyone = net.add_remote(N, own, first)
    net.add(made[1], inputs, everyone - 1, "ampa")
    net.add(made[2], everyone, own, "gaba")
    net.add_record(made[3], own)
    net._members[0].seek(step)
    net.show(everyone, D, 1000)
    return net, everyone


def run(nets, steps):
    for _ in range(steps // D):
        for net, _ in nets:
            net.run(D)
        for net, group in nets:
            for other, theirs in nets:
                if other is not net:
                    net.deliver(group, other.shown(theirs))


class Parts(unittest.TestCase):
    def ranks(self, parts, **fields):
        cut = [lpl.part_range(N, parts, p) for p in range(parts)]
        made = [members(*c, **fields) for c in cut]
        return cut, made

    def merge(self, made):
        return [type(kind[0]).cut(kind, 0, N) for kind in zip(*made)]

    def test_any_number_of_parts(self):
        want = None
        for parts in 1, 2, 3:
            cut, made = self.ranks(parts)
            nets = [network(c[0], m, 0) for c, m in zip(cut, made)]
            run(nets, STEPS)
            whole = self.merge(made)
            fired = sorted((int(t), int(i)) for m in made for t, i in zip(*m[3].spikes))
            got = [m.to_bytes() for m in whole[:3]], whole[3].counts.tolist(), fired
            want = want or got
            self.assertEqual(want, got)
        self.assertGreater(len(want[2]), 20)

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            def names(what, parts):
                return [os.path.join(folder, f"{what}.{p}.lpl") for p in range(parts)]
            cut, made = self.ranks(3)
            run([network(c[0], m, 0) for c, m in zip(cut, made)], STEPS)
            for name, m in zip(names("three", 3), made):
                with open(name, "wb") as file:
                    for member in m:
                        member.save(file)
            lpl.recut(names("two", 2), names("three", 3))
            again = []
            for name in names("two", 2):
                with open(name, "rb") as file:
                    again.append([kind.load(file) for kind in (lpl.Lif, lpl.Spiking, lpl.Projection, lpl.Record)])
            run([network(lpl.part_range(N, 2, p)[0], m, STEPS) for p, m in enumerate(again)], STEPS)
            run([network(c[0], m, STEPS) for c, m in zip(cut, made)], STEPS)
            one, other = self.merge(again), self.merge(made)
            self.assertEqual([m.to_bytes() for m in one[:3]], [m.to_bytes() for m in other[:3]])
            self.assertEqual(one[3].counts.tolist(), other[3].counts.tolist())
            with self.assertRaisesRegex(lpl.LplArgError, "give the new files other names"):
                lpl.recut(names("three", 1), names("three", 3))
            with self.assertRaises(lpl.LplIOError):
                lpl.recut(names("new", 1), names("nobody", 1))
            with self.assertRaises(TypeError):
                lpl.recut([3], names("three", 3))

    def test_largest(self):
        part = lpl.Spiking(3, 2, n_post_global=4, scaling="rms", update_every=1, engine="block")
        v = np.full(2, -0.05, "f4")
        none = np.empty(0, "u4")
        with self.assertRaisesRegex(lpl.LplOrderError, "lpl_spiking_largest"):
            part.step(none, none, v)
        seen = []
        part.largest(lambda x: seen.append(x) or x)
        part.step(none, none, v)
        self.assertEqual(len(seen), 1)
        part.largest(lambda x: 1 / 0)
        part.step(none, none, v)
        part.largest(None)
        with self.assertRaises(lpl.LplOrderError):
            part.step(none, none, v)

    def test_mistakes(self):
        a, b = lpl.Lif(3, n_global=6), lpl.Lif(3, n_global=6, first=3, label=1)
        with self.assertRaisesRegex(lpl.LplArgError, "label of parts.1. is 1"):
            lpl.Lif.cut([a, b], 0, 6)
        with self.assertRaisesRegex(lpl.LplArgError, "neuron 3 is in none"):
            lpl.Lif.cut([a], 0, 6)
        with self.assertRaises(TypeError):
            lpl.Lif.cut([a, 3], 0, 6)
        with self.assertRaises(lpl.LplSizeError):
            lpl.Lif.cut([], 0, 6)
        with self.assertRaises(lpl.LplSizeError):
            lpl.part_range(5, 2, 2)


if __name__ == "__main__":
    unittest.main()
