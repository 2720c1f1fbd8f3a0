# lpl/_lib.py - finds and loads liblpl, declares every function, checks the version.
"""The shared library, with argument and result types declared."""
from __future__ import annotations

import ctypes as C
import ctypes.util
import os
import pathlib
import sys
import threading

from ._api import PROTOTYPES

__version__ = "0.1.1"

_SONAME, _PLAIN_NAME = ("liblpl.0.1.dylib", "liblpl.dylib") if sys.platform == "darwin" else ("liblpl.so.0.1",
                                                                                              "liblpl.so")
_NEEDS = (0, 1, 1)  # the oldest library that has every function declared here


def folders() -> list[pathlib.Path]:
    """This folder; the source tree's lib/; lib/ of the environment."""
    here = pathlib.Path(__file__).resolve()
    tree = [root / "lib" for root in here.parents[3:4] if (root / "include" / "lpl" / "version.h").is_file()]
    return [here.parent, *tree, pathlib.Path(sys.prefix) / "lib"]


def _candidates() -> list[str]:
    """Where the library may be, best first: LPL_LIBRARY alone if set; this folder; the source tree's lib/; lib/ of the
    environment (venv, conda); what the system's loader finds by name, LD_LIBRARY_PATH included; what compilers find.
    Paths that are not there are kept, for the sentence that says what was tried."""
    named = os.environ.get("LPL_LIBRARY")
    if named:
        return [named]
    found = [str(folder / name) for folder in folders() for name in (_SONAME, _PLAIN_NAME)]
    system = ctypes.util.find_library("lpl")  # needs gcc or ld, which slim images lack: so the plain name comes first
    return found + [_SONAME] + ([system] if system and system != _SONAME else [])


def path() -> str:
    """Where the library in use was found."""
    return lib._name


def _load() -> C.CDLL:
    """The first candidate that is a liblpl of the right version. What is there but does not fit is passed over, and
    named if none fits."""
    tried = []
    candidates = _candidates()
    for candidate in candidates:
        if os.path.dirname(candidate) and len(candidates) > 1 and not os.path.exists(candidate):
            tried.append(f"{candidate}: not there")
            continue
        try:
            return _open(candidate)
        except ImportError as error:
            if len(candidates) == 1:
                raise
            tried.append(str(error))
    raise ImportError("liblpl was not found: install this package with the library inside (pip install "
                      "./bindings/python in the source "
                      "tree), or set LPL_LIBRARY to the full path of a liblpl.so (make builds one). Tried:"
                      + "".join(f"\n  {line}" for line in tried))


def _open(path: str) -> C.CDLL:
    try:
        library = C.CDLL(path)
    except OSError as error:
        raise ImportError(f"liblpl at {path} cannot be loaded: {error}") from error
    try:
        library.lpl_version_number.restype, library.lpl_version.restype = C.c_uint32, C.c_char_p
        _check_version(library.lpl_version_number(), library.lpl_version().decode(), path)
        for name, (result, arguments) in PROTOTYPES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError as error:
        raise ImportError(f"{path} is no liblpl {__version__}: {error}") from error
    return library


def _check_version(number: int, text: str, path: str) -> None:
    """Before 1.0 a new minor version may change the ABI; from then on only a new major does, and newer minors are fine.
    Older ones lack functions that are declared here."""
    major, minor, patch = _NEEDS
    version = number // 10000, number // 100 % 100, number % 100
    if version[0] != major or (version[1] != minor if major == 0 else version[1] < minor):
        raise ImportError(f"{path} is liblpl {text}, this package is for {major}.{minor}")
    if version < _NEEDS:
        raise ImportError(f"{path} is liblpl {text}, this package is for {major}.{minor}.{patch} or newer: install "
                          f"that one")


lib = _load()


# ---- fork

def one_thread() -> None:
    """From now on, until this process ends, everything runs on the calling thread, whatever ``threads`` says; with the
    same bits. Children of a fork come to that by themselves where threads were alive (docs/python.md)."""
    lib.lpl_one_thread()


def is_one_thread() -> bool:
    """Whether this process has come to one thread, after a fork or by one_thread()."""
    return bool(lib.lpl_is_one_thread())


def team(threads: int) -> int:
    """So many threads, or 1 where a team would never answer: for calls beside the library that take a number of
    threads."""
    return 1 if lib.lpl_is_one_thread() else threads


_foreign_threads = False


def _before_fork() -> None:
    """Are there threads that Python does not know? They may be a team of the OpenMP runtime that liblpl uses, started
    by another package; liblpl sees its own teams itself."""
    global _foreign_threads
    try:
        _foreign_threads = len(os.listdir("/proc/self/task")) > threading.active_count()
    except OSError:
        _foreign_threads = False  # not Linux: no GCC OpenMP that waits for ever


def _in_child() -> None:
    if _foreign_threads:
        lib.lpl_one_thread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_in_child)
