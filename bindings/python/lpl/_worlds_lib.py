# lpl/_worlds_lib.py - finds and loads liblplworlds.so (bindings/python/worlds.c, `make worlds`) when it is first
# needed.
"""The examples' image sequences and readouts."""
from __future__ import annotations

import ctypes as C
import os
from typing import Any

from . import _lib

ABI = 2
_NAME = "liblplworlds.so"

_KINDS = {"p": C.c_void_p, "z": C.c_size_t, "i": C.c_int32, "v": C.c_uint32, "u": C.c_uint64, "d": C.c_double}

# name: (letter of the result or "", letters of the arguments), as in worlds.c
_SIGNATURES: dict[str, tuple[str, str]] = {
    "worlds_views": ("", "ppzzpzupuii"), "worlds_evaluate": ("", "ppzzzpi"), "worlds_constants": ("", "pi"),
    "worlds_permutation": ("", "pzuu"), "worlds_room_create": ("p", "pzi"), "worlds_room_free": ("", "p"),
    "worlds_room_draw": ("", "pppzi"), "worlds_room_picture": ("", "ppv"), "worlds_movie_trajectory": ("i", "ppuu"),
    "worlds_movie_block": ("", "puzu"), "worlds_movie_blocks": ("z", "z"), "worlds_movie_shuffle": ("", "puzu"),
    "worlds_movie_sample": ("", "pzuu"), "worlds_logistic": ("d", "ppzppzzzdi"),
    "worlds_disentangle": ("", "pppzzzzzui"), "worlds_factor_readout": ("d", "ppzzizu"),
    "worlds_similarity": ("", "ppzzz"),
}

_loaded: Any = None


def _candidates() -> list[str]:
    """LPL_WORLDS alone if set; beside liblpl; where liblpl is looked for; what the loader finds by name."""
    named = os.environ.get("LPL_WORLDS")
    if named:
        return [named]
    beside = os.path.dirname(_lib.path())
    folders = ([beside] if beside else []) + [str(folder) for folder in _lib.folders()]
    found = [os.path.join(folder, _NAME) for folder in dict.fromkeys(folders)]
    return [path for path in found if os.path.exists(path)] + [_NAME]


def worlds() -> Any:
    """The library; ImportError with what to do if it is not there."""
    global _loaded
    if _loaded is None:
        tried = []
        for path in _candidates():
            try:
                _loaded = _open(path)
                break
            except (OSError, AttributeError, ImportError) as error:
                tried.append(str(error) if path in str(error) else f"{path}: {error}")
        else:
            raise ImportError("views, rooms and some readouts come from the examples: run `make worlds` in the source "
                              "tree, or set "
                              f"LPL_WORLDS to the full path of {_NAME} ({'; '.join(tried)})")
    return _loaded


def _open(path: str) -> Any:
    library = C.CDLL(path)
    library.worlds_abi.restype = C.c_int32
    abi = library.worlds_abi()
    if abi != ABI:
        raise ImportError(f"{path} is of another commit (ABI {abi}, this package needs {ABI}): run `make worlds` again")
    for name, (result, letters) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype = _KINDS[result] if result else None
        function.argtypes = [_KINDS[letter] for letter in letters]
    return library
