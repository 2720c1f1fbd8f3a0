# tests/test_examples.py - the programs of bindings/python/examples run and show what they promise.
import os
import re
import subprocess
import sys
import tempfile
import unittest

from support import TREE
from test_worlds import built, write_cifar

FOLDER = TREE / "bindings" / "python" / "examples"


def run(name, *arguments):
    done = subprocess.run([sys.executable, "-W", "error", str(FOLDER / name), *arguments], capture_output=True,
                          text=True, env=dict(os.environ, PYTHONPATH=str(TREE / "bindings" / "python"),
                                   OMP_WAIT_POLICY="passive"))  # threads that wait do not spin on a busy machine
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout


class Programs(unittest.TestCase):
    def test_stdp_window(self):
        lines = run("stdp_window.py").splitlines()
        self.assertEqual(len(lines), 3)
        for line in lines:
            low, at, low_want, at_want, high, to, high_want, to_want = map(float, re.findall(r"-?\d+\.\d+(?=[ ,)])",
                                                                                             line))
            self.assertAlmostEqual(low, low_want, delta=0.002, msg=line)
            self.assertAlmostEqual(high, high_want, delta=0.002, msg=line)
            self.assertAlmostEqual(at, at_want, delta=1.1, msg=line)
            self.assertAlmostEqual(to, to_want, delta=1.1, msg=line)

    def test_numpy_network(self):
        lines = run("numpy_network.py").splitlines()
        first, last = ([float(x) for x in re.findall(r"\d+\.\d+", line)] for line in (lines[0], lines[-1]))
        self.assertEqual(first[1:], [0.1, 0.1])
        self.assertGreater(last[1], 2 * last[2])

    @built
    def test_cifar10(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, n in (("data_batch_1.bin", 300), ("data_batch_2.bin", 40), ("test_batch.bin", 30)):
                write_cifar(folder, name, n)
            lines = run("cifar10.py", folder, "2").splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["step"] * 2 + ["layer"] * 8)
        losses = [float(x) for x in lines[0].split("loss")[1].split()]
        self.assertEqual(len(losses), 8)
        self.assertRegex(lines[-1],
                         r"^layer 8: softmax readout [01]\.\d+, logistic regression [01]\.\d+, dimensions \d")

    def test_they_are_short(self):
        for name, most in (("stdp_window.py", 40), ("numpy_network.py", 40), ("cifar10.py", 30)):
            self.assertLessEqual(len((FOLDER / name).read_text().splitlines()), most, name)


if __name__ == "__main__":
    unittest.main()
