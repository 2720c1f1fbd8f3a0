# tests/test_find.py - where the library is looked for: by LPL_LIBRARY, beside the package, in the environment, by the
# loader; wrong ones.
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from lpl import _lib
from support import TREE

PACKAGE = TREE / "bindings" / "python" / "lpl"
REAL = pathlib.Path(_lib.path()).resolve()


@unittest.skipUnless(sys.platform.startswith("linux"), "names of Linux")
class Find(unittest.TestCase):
    """A copy of the package in an empty folder, on a system without compilers, so that ctypes.util finds nothing."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.package = self.path / "site" / "lpl"
        self.package.mkdir(parents=True)
        for file in PACKAGE.glob("*.py"):
            shutil.copy(file, self.package)
        for name in ("other", "env/lib", "bin"):
            (self.path / name).mkdir(parents=True)

    def put(self, where, name="liblpl.so.0.1", what=REAL):
        shutil.copy(what, self.path / where / name)

    def run_it(self, code="import lpl; print(lpl._lib.path())", **environment):
        env = {"PATH": str(self.path / "bin"), "PYTHONPATH": str(self.path / "site"), "PYTHONDONTWRITEBYTECODE": "1"}
        # -S and back: packages of this Python (NumPy), but the prefix of another
        start = f"import sys; sys.prefix = {str(self.path / 'env')!r}; "
        done = subprocess.run([sys.executable, "-c", start + code], env=dict(env, **environment), capture_output=True,
                              text=True, cwd=self.path)
        return done.returncode, done.stdout.strip(), done.stderr

    def found(self, where, **environment):
        code, out, error = self.run_it(**environment)
        self.assertEqual((code, error), (0, ""))
        self.assertEqual(out, str(self.path / where) if where else "liblpl.so.0.1")

    def test_loader_without_compilers(self):
        self.put("other")
        self.found("", LD_LIBRARY_PATH=str(self.path / "other"))

    def test_environment(self):
        self.put("other")
        self.put("env/lib")
        self.found("env/lib/liblpl.so.0.1", LD_LIBRARY_PATH=str(self.path / "other"))

    def test_environment_with_the_plain_name_only(self):
        self.put("env/lib", "liblpl.so")
        self.found("env/lib/liblpl.so")

    def test_package_folder_first(self):
        self.put("env/lib")
        self.put("site/lpl")
        self.found("site/lpl/liblpl.so.0.1")

    def test_named(self):
        self.put("site/lpl")
        self.put("other", "mine.so")
        self.found("other/mine.so", LPL_LIBRARY=str(self.path / "other" / "mine.so"))
        # nowhere else
        self.assertIn("other/none.so cannot be loaded",
                      self.run_it(LPL_LIBRARY=str(self.path / "other" / "none.so"))[2])

    def test_what_does_not_fit_is_passed_over(self):
        (self.package / "liblpl.so.0.1").write_bytes(b"no library")
        self.put("env/lib")
        self.found("env/lib/liblpl.so.0.1")

    def test_all_that_was_tried_is_named(self):
        (self.package / "liblpl.so.0.1").write_bytes(b"no library")
        code, _, error = self.run_it()
        self.assertEqual(code, 1)
        for word in ("ImportError: liblpl was not found: install this package with the library inside (pip install",
                     "site/lpl/liblpl.so.0.1 cannot be loaded", "env/lib/liblpl.so: not there",
                     "liblpl at liblpl.so.0.1 cannot be loaded"):
            self.assertIn(word, error)

    def test_another_library_by_that_name(self):
        import _ctypes
        extension = getattr(_ctypes, "__file__", None)
        if extension is None:
            self.skipTest("no extension module to copy")
        self.put("env/lib", what=extension)
        self.assertRegex(self.run_it()[2],
                         "env/lib/liblpl.so.0.1 is no liblpl 0.1|env/lib/liblpl.so.0.1 cannot be loaded")

    def test_worlds(self):
        built = REAL.parent / "liblplworlds.so"
        if not built.is_file():
            self.skipTest("liblplworlds.so is not built: make worlds")
        self.put("other")
        code = "import lpl; print(len(lpl.worlds.sample(3)))"
        with_path = dict(LD_LIBRARY_PATH=str(self.path / "other"))
        status, _, error = self.run_it(code, **with_path)
        self.assertEqual(status, 1)
        self.assertIn("run `make worlds`", error)
        for where in ("env/lib", "other", "site/lpl"):
            self.put(where, "liblplworlds.so", built)
            self.assertEqual(self.run_it(code, **with_path), (0, "3", ""), where)
            os.unlink(self.path / where / "liblplworlds.so")
        self.put("site/lpl", "liblplworlds.so", REAL)  # a library, but not this one
        self.assertIn("worlds_abi", self.run_it(code, **with_path)[2])


if __name__ == "__main__":
    unittest.main()
