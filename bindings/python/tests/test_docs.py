# tests/test_docs.py - the examples of docs/python.md run as printed, and its tables name what exists.
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import unittest

import lpl
from support import TREE
from test_worlds import built

PAGE = (TREE / "docs" / "python.md").read_text(encoding="utf-8")


class Docs(unittest.TestCase):
    def run_block(self, mark, files=()):
        """Run the example that holds this text, as printed; what it prints."""
        block, = (block for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.S) if mark in block)
        self.assertLessEqual(len(block.strip().splitlines()), 20)
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, "-W", "error", "-c", block], cwd=folder, capture_output=True,
                                  text=True, env=dict(os.environ, PYTHONPATH=str(TREE / "bindings" / "python")))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(sorted(os.listdir(folder)), sorted(files))
        return done.stdout

    def test_layers(self):
        step, pull = re.search(r"step (\d+): pull ([\d.]+)", self.run_block("lpl.Layer(", ["layer.lpl"])).groups()
        self.assertEqual(int(step), 200)
        self.assertGreater(float(pull), 0)

    def test_spiking(self):
        printed = re.search(r"(\d+) spikes, ([\d.]+) Hz, weights ([\d.]+)", self.run_block("lpl.Spiking("))
        spikes, rate, weight = map(float, printed.groups())
        self.assertGreater(spikes, 20)
        self.assertGreater(rate, 1)
        self.assertNotEqual(weight, 0.3)

    @built
    def test_rooms(self):
        scores = re.findall(r"layer \d: loss [\d.]+, disentanglement ([\d.]+)", self.run_block("lpl.worlds.Room("))
        self.assertEqual(len(scores), 8)
        self.assertGreater(min(map(float, scores)), 0.2)

    def test_names_exist(self):
        names = set(re.findall(r"\blpl\.([A-Za-z_0-9]+(?:\.[A-Za-z_0-9]+)?)", PAGE)) - {"h"}
        self.assertGreater(len(names), 10)
        for name in names:
            if name.startswith("adapters."):  # those import other packages
                self.assertIsNotNone(importlib.util.find_spec(f"lpl.{name}"), name)
                continue
            target = lpl
            for part in name.split("."):
                target = getattr(target, part)
        for name in re.findall(r"\bLpl\w+", PAGE):
            self.assertTrue(hasattr(lpl, name), name)

    def test_every_error_is_in_the_table(self):
        for name in lpl.__all__:
            if name.startswith("Lpl"):
                self.assertIn(f"`{name}`" if name != "LplError" else "lpl.LplError", PAGE)


if __name__ == "__main__":
    unittest.main()
