# tests/test_notebooks.py - the notebooks of docs/notebooks run from the first cell to the last, and show what they say.
import contextlib
import io
import json
import os
import unittest
import warnings

import lpl
from support import TREE

FOLDER = TREE / "docs" / "notebooks"


def run(name):
    """All code cells in one namespace, as a kernel does it."""
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    space = {"__name__": "__main__"}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()) as printed:
        warnings.simplefilter("error", lpl.LplCollapseWarning)
        for k, cell in enumerate(notebook["cells"]):
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), f"{name}.ipynb, cell {k}", "exec"), space)
    return space, printed.getvalue()


class Notebooks(unittest.TestCase):
    def setUp(self):
        os.environ.setdefault("MPLBACKEND", "Agg")  # figures are drawn where matplotlib is, and shown nowhere

    def test_toy(self):
        space, printed = run("toy")
        self.assertGreater(space["predictable"], 0.95)
        self.assertGreater(space["spread"], 100 * space["collapsed"])
        self.assertIn("cosine with the predictable input", printed)

    def test_mnist_layer(self):
        space, _ = run("mnist_layer")
        self.assertLess(space["after"], 0.7 * space["before"])
        self.assertGreater(space["accuracy"], 0.75)

    def test_stdp(self):
        windows = run("stdp")[0]["windows"]
        self.assertEqual(sorted(windows), [0.1, 1, 100])
        for change in windows.values():
            self.assertTrue(change.min() < 0 < change.max())
        self.assertGreater(abs(windows[100] - windows[0.1]).max(), 0.05)  # it turns with the variance

    def test_all_are_here_and_hold_no_output(self):
        names = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
        self.assertEqual(names, ["mnist_layer", "stdp", "toy"])
        for name in names:
            notebook = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
            self.assertFalse([c for c in notebook["cells"] if c.get("outputs")])


if __name__ == "__main__":
    unittest.main()
