# bindings/python/setup.py - builds liblpl and liblplworlds by the Makefile and puts them into the package. All else is
# in pyproject.toml.
"""pip install ./bindings/python needs make and a C compiler; an editable install builds nothing, it uses the source
tree's lib/.

LPL_MAKE: more words for make, as in LPL_MAKE="BLIS=no CC=clang"; without BLIS among them it is linked statically where
it is found, else the wheel is built with the plain products, and says so."""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from setuptools.dist import Distribution

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:
    from wheel.bdist_wheel import bdist_wheel

HERE = pathlib.Path(__file__).resolve().parent
INSIDE = HERE / "source"  # the C source in a source distribution
# What the two libraries are built from, and what the Makefile wants to see.
TREE = ["Makefile", "COPYING", "lpl.pc.in", "lpl-mpi.pc.in", "include", "src", "examples/worlds",
        "bindings/python/worlds.c", "tests/fuzz/fuzz.mk", "tests/tools/build_folder.sh", "tests/tools/probe_blis.sh"]


def root() -> pathlib.Path:
    for folder in (INSIDE, HERE.parent.parent):
        if (folder / "src" / "lpl.map").is_file() and (folder / "Makefile").is_file():
            return folder
    sys.exit(f"{HERE}: the C source of liblpl is neither in {INSIDE} nor two folders up")


def c_version() -> str:
    text = (root() / "include" / "lpl" / "version.h").read_text()
    return ".".join(re.search(rf"LPL_VERSION_{part} (\d+)", text).group(1) for part in ("MAJOR", "MINOR", "PATCH"))


class BuildPy(build_py):
    """The modules, and beside them the two libraries."""

    def run(self):
        super().run()
        if not getattr(self, "editable_mode", False):
            self.build_libraries(pathlib.Path(self.build_lib) / "lpl")

    def build_libraries(self, package):
        tree, more = root(), shlex.split(os.environ.get("LPL_MAKE", ""))
        if not shutil.which("make"):
            sys.exit("liblpl: GNU make was not found: apt-get install make gcc")
        with tempfile.TemporaryDirectory(prefix="liblpl-") as folder:
            # no zlib and libpng: the package has no use for them; make's own pkg-config search is for them and BLIS
            words = ["make", "--no-print-directory", "-C", str(tree), f"O={folder}/o", "PKG_CONFIG=false", "CFLAGS=-O2",
                     *more]
            environment = {name: value for name, value in os.environ.items()
                           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
            if not any(word.startswith("BLIS=") for word in more):
                probe = subprocess.run([*words, "BLIS=static", f"{folder}/o/blis.libs"], capture_output=True, text=True,
                                       env=environment)
                words.append("BLIS=static" if probe.returncode == 0 else "BLIS=no")
                if probe.returncode != 0:
                    print("liblpl: BLIS was not found (libblis.a and blis.h, Debian's libblis-dev): built with plain "
                          "C products, which are "
                          "slow on large layers; lpl.build_info() says so too", file=sys.stderr)
            done = subprocess.run([*words, f"-j{os.cpu_count() or 1}", "all", "worlds"], env=environment)
            if done.returncode != 0:
                sys.exit(f"liblpl: {shlex.join(words)} failed; it needs GNU make and gcc or clang")
            package.mkdir(parents=True, exist_ok=True)
            soname = "liblpl.so." + ".".join(c_version().split(".")[:2 if c_version().startswith("0.") else 1])
            shutil.copy(f"{folder}/o/lib/{soname}", package / soname)
            shutil.copy(f"{folder}/o/lib/liblplworlds.so", package)


class Wheel(bdist_wheel):
    """For any Python 3 (ctypes), but for this platform alone."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class Source(sdist):
    """With the C source in it, so that it can be built anywhere."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        tree, into = root(), pathlib.Path(base_dir) / "source"
        for name in TREE:
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            if (tree / name).is_dir():
                shutil.copytree(tree / name, into / name, dirs_exist_ok=True)
            else:
                shutil.copy(tree / name, into / name)


class Platform(Distribution):
    def has_ext_modules(self):
        return True


setup(license="BSD-3-Clause", cmdclass={"build_py": BuildPy, "bdist_wheel": Wheel, "sdist": Source}, distclass=Platform)
