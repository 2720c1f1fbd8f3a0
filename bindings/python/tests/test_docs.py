# tests/test_docs.py - the examples of docs/python.md run as printed, and its tables name what exists.
import os
import re
import subprocess
import sys
import tempfile
import unittest

import lpl
from support import TREE

PAGE = (TREE / "docs" / "python.md").read_text(encoding="utf-8")


class Docs(unittest.TestCase):
    def test_example_runs(self):
        blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
        self.assertEqual(len(blocks), 1)
        self.assertLessEqual(len(blocks[0].strip().splitlines()), 17)
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, "-W", "error", "-c", blocks[0]], cwd=folder, capture_output=True, text=True,
                                  env=dict(os.environ, PYTHONPATH=str(TREE / "bindings" / "python")))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(os.listdir(folder), ["layer.lpl"])
        step, pull = re.search(r"step (\d+): pull ([\d.]+)", done.stdout).groups()
        self.assertEqual(int(step), 200)
        self.assertGreater(float(pull), 0)

    def test_names_exist(self):
        names = set(re.findall(r"\blpl\.([A-Za-z_]+(?:\.[a-z_]+)?)", PAGE)) - {"h"}
        self.assertGreater(len(names), 10)
        for name in names:
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
