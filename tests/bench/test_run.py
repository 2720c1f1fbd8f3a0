"""bench/run.py: ratios to an older build and to a reference simulator have two figures of the same run, or there is
none.

Programs are small scripts that answer as bench/common.c does. With LPL_BENCH_TREE=folder (a built source tree) the
bench of random numbers is compiled against that tree's library.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))
import run  # noqa: E402

PROGRAM = """#!%s
import json, sys
arguments = sys.argv[1:]
def value(name, other):
    return arguments[arguments.index(name) + 1] if name in arguments else other
case = "network of Fig. 5, one second of model time"
json.dump({"bench": "spiking", "threads": int(value("--threads", "1")), "machine": " ".join(arguments),
           "rows": [{"case": case, "contestant": "network", "note": "", "threads": int(value("--threads", "1")),
                     "work": 0, "unit": "", "times_s": [0.010]},
                    {"case": case, "contestant": "sgemm of this build", "note": "", "threads": 1, "work": 0, "unit": "",
                     "times_s": [0.010]}],
           "goals": [{"case": case, "contestant": "network", "versus": "reference", "text": "faster", "work": 1,
                      "threads": int(value("--threads", "1")), "least": 60}]}, open(value("--json", None), "w"))
"""
# Takes 0.1 s of processor time a model second, and 0.05 s besides; or fails.
REFERENCE = """#!%s
import sys, time
length = float(sys.argv[sys.argv.index("--simtime") + 1])
open("rates0.dat").close()
open(sys.argv[sys.argv.index("--dir") + 1] + "/lpl.out", "w").write("x")
while time.process_time() < 0.05 + 0.1 * length * SCALE:
    pass
"""


class RunTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="lpl-bench-")
        self.addCleanup(holder.cleanup)
        self.work = pathlib.Path(holder.name)
        self.bin = self.work / "bin"
        self.bin.mkdir()
        self.write(self.bin / "spiking", PROGRAM)

    def write(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text % sys.executable)
        path.chmod(0o755)

    def run_it(self, *options):
        done = subprocess.run([sys.executable, str(ROOT / "bench" / "run.py"), "--bin", str(self.bin), "--out",
                               str(self.work / "out"), "--only", "spiking", "--no-peers", "--rounds", "1", *options],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout, json.loads((self.work / "out" / "spiking.json").read_text())

    def goal(self, data):
        return [g for g in data["goals"] if g["threads"] == 1][0]

    def test_nothing_given(self):
        printed, data = self.run_it()
        self.assertIn("reference simulator: not measured (--reference PROGRAM)", printed)
        self.assertEqual((self.goal(data)["verdict"], self.goal(data)["ratio"]), ("not measured", None))
        self.assertNotIn("--cpu", data["machine"][0])

    def test_reference(self):
        program = self.work / "simulator" / "sim"
        self.write(program, REFERENCE.replace("SCALE", "1"))
        (program.parent / "rates0.dat").touch()
        before = set(program.parent.iterdir())
        _, data = self.run_it("--reference", str(program))
        row = [r for r in data["rows"] if r["contestant"] == run.Reference.NAME][0]
        self.assertAlmostEqual(row["times_s"][0], 0.1, delta=0.03)
        goal = self.goal(data)
        self.assertAlmostEqual(goal["ratio"], row["times_s"][0] / 0.010, places=6)
        self.assertIn("--cpu", data["machine"][0], "processor time against processor time")
        self.assertEqual(set(program.parent.iterdir()), before, "nothing is left beside the simulator")

    def test_reference_that_does_not_run(self):
        # Without the file that it reads; and one whose longer run takes less time.
        for scale, files, why in (("1", (), "No such file"), ("(20 - length) / length", ("rates0.dat",), "no longer")):
            program = self.work / ("simulator%d" % len(files)) / "sim"
            self.write(program, REFERENCE.replace("SCALE", scale))
            for name in files:
                (program.parent / name).touch()
            printed, data = self.run_it("--reference", str(program))
            self.assertIn("reference simulator: not measured: ", printed)
            self.assertIn(why, printed)
            self.assertEqual(self.goal(data)["verdict"], "not measured")
        printed, data = self.run_it("--reference", str(self.work / "nowhere"))
        self.assertIn("reference simulator: not measured: ", printed)

    def test_cost(self):
        self.assertEqual(run.Reference.cost((1.5, 1.5 + 12 * 0.25)), 0.25)
        with self.assertRaises(RuntimeError):
            run.Reference.cost((1.5, 1.5))

    def test_settled(self):
        """Rounds end when none of the medians moves; what has few samples is counted."""
        results = run.Results()

        def row(name, *times):
            return {"case": "c", "threads": 1, "contestant": name, "note": "", "times_s": list(times)}
        results.take([row("a", 1.0, 1.2), row("b", 2.0)])
        first = results.medians()
        self.assertFalse(run.Results.settled({}, first), "after one round")
        self.assertEqual(results.cut(), 2)
        results.take([row("a", 1.1, 1.1), row("b", 2.1)])
        second = results.medians()
        self.assertFalse(run.Results.settled(first, second), "b moved by 2.5 %")
        results.take([row("a", 1.1), row("b", 2.04)])
        self.assertTrue(run.Results.settled(second, results.medians()))
        results.take_older([row("a", 1.0)])
        self.assertFalse(run.Results.settled(second, results.medians()), "a contestant more")
        self.assertEqual(results.cut(), 1)

    def test_turns(self):
        """What is left until a moment is dealt out in equal parts to the turns still to come; one that is over gets
        next to nothing, and so does one that nobody planned."""
        now, real = [100.0], run.time.monotonic
        self.addCleanup(setattr, run.time, "monotonic", real)
        run.time.monotonic = lambda: now[0]
        turns = run.Turns(3, 130.0)
        self.assertEqual(turns.next(), (run.LATE * 10, 10))
        now[0] = 102.0
        self.assertEqual(turns.next(), (run.LATE * 14, 14), "what one leaves goes to the others")
        now[0] = 135.0
        self.assertEqual(turns.next()[1], 0.1)
        self.assertEqual(turns.next()[1], 0.1)

    def test_shares(self):
        """Each program and number of threads has a share."""
        for name, (threads, _, weights) in run.PROGRAMS.items():
            self.assertEqual(len(threads), len(weights), name)
            self.assertGreater(min(weights), 0)

    def test_no_time(self):
        """When the time is over nothing begins any more, and that is said; what a compiler took counts."""
        for options in (("--minutes", "0.000001"), ("--spent", "600")):
            done = subprocess.run([sys.executable, str(ROOT / "bench" / "run.py"), "--bin", str(self.bin), "--out",
                                   str(self.work / "out"), "--only", "spiking", "--no-peers", "--threads", "1",
                                   *options], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("spiking, 1 thread: not measured, no time was left", done.stdout)
            self.assertFalse((self.work / "out" / "spiking.json").exists())
        printed, _ = self.run_it("--spent", "540")
        self.assertRegex(printed, r"\n9 min 0[0-9] s of 10 min\n")
        for options in (("--minutes", "0"), ("--minutes", "-1")):
            done = subprocess.run([sys.executable, str(ROOT / "bench" / "run.py"), *options], capture_output=True)
            self.assertEqual(done.returncode, 2)

    def test_told_when_to_stop(self):
        """A program is told by when one sample has to do and when none begins; contestants without one are named and
        their goals have no verdict; a later round may bring them."""
        _, data = self.run_it()
        words = data["machine"][0].split()
        within, stop = (float(words[words.index(option) + 1]) for option in ("--within", "--stop"))
        self.assertTrue(0 < within < stop <= 600)
        self.assertAlmostEqual(within, run.LATE * stop, places=2)
        self.assertIn("fewer than three samples of 2 of 2 contestants", data["notes"][0])
        self.write(self.bin / "spiking", PROGRAM.replace("[0.010]}", "[]}", 1))
        printed, data = self.run_it()
        self.assertIn("no time was left for: network of network of Fig. 5", printed)
        self.assertEqual(self.goal(data)["verdict"], "not measured")
        self.assertEqual([r["contestant"] for r in data["rows"]], ["sgemm of this build"])
        results = run.Results()
        row = {"case": "c", "threads": 1, "contestant": "step", "note": "", "times_s": []}
        results.take([row])
        self.assertEqual((list(results.unmeasured), results.rows), ([("c", 1, "step")], {}))
        results.take([dict(row, times_s=[2.0])])
        results.take([row])
        self.assertEqual((results.unmeasured, results.medians()), ({}, {("c", 1, "step"): 2.0}))

    def test_reference_that_takes_too_long(self):
        program = self.work / "simulator" / "sim"
        self.write(program, REFERENCE.replace("SCALE", "100"))
        (program.parent / "rates0.dat").touch()
        with self.assertRaises(subprocess.TimeoutExpired):
            run.Reference(program).round(0.1)

    def test_gain(self):
        results = run.Results()
        row = {"case": "c", "threads": 1, "contestant": "step", "note": "", "times_s": [2.0, 1.0, 3.0]}
        yardstick = dict(row, contestant="sgemm 2048", times_s=[1.0])
        results.take([row, yardstick, dict(row, case="d", times_s=[1.0])])
        results.take_older([dict(row, times_s=[5.0]), dict(yardstick, times_s=[9.0])])
        rows = list(results.rows.values())
        self.assertEqual(results.gain(rows[0]), 2.5)
        self.assertIsNone(results.gain(rows[1]), "the same in every build")
        self.assertIsNone(results.gain(rows[2]), "not measured in the older one")
        results.goals = [{"case": "c", "threads": 1, "contestant": "step", "versus": "sgemm", "text": "", "work": 4,
                          "least": 3}]
        ratio, against, verdict = results.judge(results.goals[0])
        self.assertEqual((ratio, against), (2.0, "sgemm 2048"), "the yardstick of this build, not of the older one")
        self.assertEqual(verdict, "missed by 50 %")

    def test_against_nothing(self):
        older = self.work / "older"
        (older / "include" / "lpl").mkdir(parents=True)
        (older / "include" / "lpl" / "version.h").write_text(
            "#define LPL_VERSION_MAJOR 0\n#define LPL_VERSION_MINOR 1\n#define LPL_VERSION_PATCH 0\n")
        printed, data = self.run_it("--against", str(older))
        self.assertIn("0.1.0: not measured", printed)
        self.assertIn("liblpl.a is not there", printed)
        self.assertEqual([r["gain"] for r in data["rows"]], [None] * len(data["rows"]))
        done = subprocess.run([sys.executable, str(ROOT / "bench" / "run.py"), "--against", str(self.work)],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)

    @unittest.skipUnless(os.environ.get("LPL_BENCH_TREE"), "LPL_BENCH_TREE is not set")
    def test_against_a_tree(self):
        tree = pathlib.Path(os.environ["LPL_BENCH_TREE"]).resolve()
        program, why = run.build_against(tree, "random", self.work / "against")
        self.assertIsNone(why)
        part = self.work / "part.json"
        done = subprocess.run([str(program), "--quick", "--cpu", "--json", str(part)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        data = json.loads(part.read_text())
        self.assertIn("liblpl " + run.version_of(tree), data["machine"])
        self.assertIn("processor time", data["machine"])
        self.assertTrue(data["rows"])
        self.assertTrue(all(len(r["times_s"]) >= 3 for r in data["rows"]))
        for options, samples in ((["--within", "1e-9"], 1), (["--stop", "1e-9"], 0)):
            done = subprocess.run([str(program), "--cpu", "--json", str(part), *options], capture_output=True,
                                  text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            data = json.loads(part.read_text())
            self.assertTrue(all(len(r["times_s"]) == samples for r in data["rows"]), options)
            self.assertEqual("not measured: the time was over" in done.stdout, samples == 0)


if __name__ == "__main__":
    unittest.main()
