"""bench/scale.py: the simulation where the answer is known, the fit on costs that are known, and that the model says
what its tables are read for. LPL_BENCH_TREE: the tree."""
import importlib.util
import os
import pathlib
import unittest

try:
    import numpy
except ImportError:
    numpy = None

TREE = pathlib.Path(os.environ.get("LPL_BENCH_TREE", pathlib.Path(__file__).resolve().parents[2]))


@unittest.skipIf(numpy is None, "no NumPy")
class Scale(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        spec = importlib.util.spec_from_file_location("scale", TREE / "bench/scale.py")
        cls.scale = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(cls.scale)

    def test_simulation(self):
        self.scale.check_simulation()

    def test_pipeline_and_failures(self):
        s = self.scale
        calm, t = s.Chance(0, spread=0, straggle=0), []
        for room in (1, 2, 16):  # more room never costs
            t.append(s.pipeline([1.0, 3.0, 2.0], 60, s.Chance(3, straggle=0.2), room=room)[0])
        self.assertGreaterEqual(t[0], t[1] - 1e-9)
        self.assertGreaterEqual(t[1], t[2] - 1e-9)
        self.assertGreater(t[2], s.pipeline([1.0, 3.0, 2.0], 60, calm)[0])
        often = s.Chance(1, spread=0, straggle=0, mtbf=100.0, repair=10.0)
        self.assertAlmostEqual(s.pipeline([1.0], 20000, often)[0] / 20000, 1 + 10 * (1 - numpy.exp(-0.01)), delta=0.02)

    def test_fit_finds_known_costs(self):
        s, rows = self.scale, []
        for ranks in (1, 2):
            for synapses, neurons in ((1e4, 119), (1e5, 384), (1e6, 1190), (1e7, 11900)):
                row = {"ranks": ranks, "synapses": synapses, "plastic": 0.76 * synapses, "neurons": neurons,
                       "rate_e": 10.0, "rate_i": 12.0, "memory_mb": 18 + 30 * synapses / ranks / 2 ** 20}
                row["run_s"] = neurons / ranks * 1e4 * 7e-9 + s.events(row) * (
                    3e-9 + 2e-9 * s.doublings(synapses / ranks))
                row["take_s"] = s.EXCHANGES * 5e-7 + s.spikes(row) * 8e-9
                rows.append(row)
        cost, run_error, take_error = s.fit(rows)
        self.assertLess(max(abs(run_error).max(), abs(take_error).max()), 1e-9)
        for name, value in (("neuron", 7e-9), ("event", 3e-9), ("cache", 2e-9), ("exchange", 5e-7), ("spike", 8e-9)):
            self.assertAlmostEqual(cost[name] / value, 1, delta=1e-6)
        self.assertAlmostEqual(cost["bytes_synapse"], 30, delta=1e-3)

    def test_measured_table(self):
        rows = self.scale.measured()
        self.assertEqual({row["ranks"] for row in rows}, {1, 2, 4})
        for synapses in {row["synapses"] for row in rows}:
            self.assertEqual(len({row["hash"] for row in rows if row["synapses"] == synapses}), 1)

    def test_what_is_read_from_the_model(self):
        s = self.scale
        cost = s.fit([row for row in s.measured() if row["ranks"] <= 2])[0]
        cluster, internet = s.Machine("cluster", 32), s.Machine("internet", 4)
        wide = s.spiking(cost, cluster, 10_000, 3.2e12)
        self.assertGreater(wide["take"], 10 * wide["compute"])  # everybody looks at every spike
        self.assertLess(s.spiking(cost, cluster, 10_000, 3.2e12, sparse=True)["total"], wide["total"] / 10)
        far = s.spiking(cost, internet, 10, 4e8)
        self.assertGreater(far["network"], 10 * far["take"])
        for machine in (cluster, internet):
            for nodes in (1, 10, 1000):
                hidden, plain = (s.layers(machine, nodes, 1000 * nodes, hidden=h)["total"] for h in (True, False))
                self.assertLessEqual(hidden, plain + 1e-12)


if __name__ == "__main__":
    unittest.main()
