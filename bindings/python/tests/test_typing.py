# tests/test_typing.py - mypy --strict and pyright, where they are installed, find no fault in the package and in a
# user's program, and those that were put into another.
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np

from support import TREE

PACKAGE = TREE / "bindings" / "python"
TYPED = PACKAGE / "tests" / "typed"
# LPL_MYPY, LPL_PYRIGHT: commands of another environment, which must see a NumPy with types
MYPY = os.environ.get("LPL_MYPY") or (sys.executable + " -m mypy" if importlib.util.find_spec("mypy") else "")
PYRIGHT = os.environ.get("LPL_PYRIGHT") or shutil.which("pyright") or ""
OLD = tuple(map(int, np.__version__.split(".")[:2])) < (1, 22) and not os.environ.get("LPL_MYPY")


def wrong_lines():
    return [n for n, line in enumerate((TYPED / "wrong.py").read_text(encoding="utf-8").split("\n"), 1)
            if line.endswith("# wrong")]


class Typing(unittest.TestCase):
    def look(self, command, *words):
        return subprocess.run([*command.split(), *words], cwd=PACKAGE, capture_output=True, text=True,
                              env=dict(os.environ, MYPYPATH=str(PACKAGE), PYTHONPATH=str(PACKAGE)))

    def told(self, text, file):
        return sorted({int(n) for n in re.findall(rf"{file}:(\d+)(?::\d+)?(?: -|:) error", text)})

    @unittest.skipUnless(MYPY and not OLD, "mypy is not here (pip install mypy, or LPL_MYPY=COMMAND)")
    def test_mypy(self):
        with tempfile.TemporaryDirectory() as folder:
            cache = f"--cache-dir={folder}"
            done = self.look(MYPY, cache, "--strict", "lpl", "tests/typed/user.py")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            done = self.look(MYPY, cache, "--strict", "tests/typed/wrong.py")
        self.assertEqual(self.told(done.stdout, "wrong.py"), wrong_lines(), done.stdout)

    @unittest.skipUnless(PYRIGHT, "pyright is not here (pip install pyright, or LPL_PYRIGHT=COMMAND)")
    def test_pyright(self):
        done = self.look(PYRIGHT, "lpl", "tests/typed/user.py", "tests/typed/wrong.py")
        self.assertEqual(self.told(done.stdout, "wrong.py"), wrong_lines(), done.stdout)
        self.assertIn(f"\n{len(wrong_lines())} errors, ", done.stdout)

    def test_the_users_program_runs(self):
        done = subprocess.run([sys.executable, "-W", "error", str(TYPED / "user.py")], capture_output=True, text=True,
                              env=dict(os.environ, PYTHONPATH=str(PACKAGE)))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_marked(self):
        self.assertTrue((PACKAGE / "lpl" / "py.typed").is_file())
        self.assertGreater(len(wrong_lines()), 9)


if __name__ == "__main__":
    unittest.main()
