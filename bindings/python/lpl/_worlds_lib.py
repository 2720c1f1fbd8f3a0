# lpl/_worlds_lib.py - finds and loads liblplworlds.so (bindings/python/worlds.c, `make worlds`) when it is first needed.
"""The examples' image sequences and readouts."""
from __future__ import annotations

import ctypes as C
import os
from typing import Any

from . import _lib

ABI = 1

_KINDS = {"p": C.c_void_p, "z": C.c_size_t, "i": C.c_int32, "v": C.c_uint32, "u": C.c_uint64, "d": C.c_double}

# name: (result or None, argument letters), as in worlds.c
_SIGNATURES: dict[str, tuple[Any, str]] = {
    "worlds_views": (None, "ppzzpzupuii"), "worlds_evaluate": (None, "ppzzzpi"), "worlds_constants": (None, "pi"),
    "worlds_permutation": (None, "pzuu"), "worlds_room_create": (C.c_void_p, "pzi"), "worlds_room_free": (None, "p"),
    "worlds_room_draw": (None, "pppz"), "worlds_room_picture": (None, "ppv"), "worlds_movie_trajectory": (C.c_int32, "ppuu"),
    "worlds_movie_block": (None, "puzu"), "worlds_movie_blocks": (C.c_size_t, "z"), "worlds_movie_shuffle": (None, "puzu"),
    "worlds_movie_sample": (None, "pzuu"), "worlds_logistic": (C.c_double, "ppzppzzzdi"),
    "worlds_disentangle": (None, "pppzzzzzui"), "worlds_factor_readout": (C.c_double, "ppzzizu"),
    "worlds_similarity": (None, "ppzzz"),
}

_loaded: Any = None


def worlds() -> Any:
    """The library; ImportError with what to do if it is not there."""
    global _loaded
    if _loaded is None:
        path = os.environ.get("LPL_WORLDS") or os.path.join(os.path.dirname(_lib.path()), "liblplworlds.so")
        try:
            library = C.CDLL(path)
            library.worlds_abi.restype = C.c_int32
            abi = library.worlds_abi()
        except (OSError, AttributeError) as error:
            raise ImportError("views, rooms and some readouts come from the examples: run `make worlds` in the source tree, or set "
                              f"LPL_WORLDS to the full path of liblplworlds.so ({error})") from error
        if abi != ABI:
            raise ImportError(f"{path} is of another commit (ABI {abi}, this package needs {ABI}): run `make worlds` again")
        for name, (result, letters) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype = result
            function.argtypes = [_KINDS[letter] for letter in letters]
        _loaded = library
    return _loaded
