# lpl/part.py - parts of a network that is spread over processes (lpl/part.h, docs/part.md).
"""Who owns which neurons, and files of parts."""
from __future__ import annotations

import ctypes as C
import os
from typing import Any, Sequence, Union

from ._lib import lib
from ._convert import as_int
from ._state import file_name, limits
from .errors import check

Path = Union[str, bytes, "os.PathLike[Any]"]


def part_range(n_global: int, n_parts: int, part: int) -> tuple[int, int]:
    """The even cut: (first, n) of part number `part` of n_parts."""
    first, n = C.c_uint64(), C.c_uint64()
    check(lib.lpl_part_range(first, n, as_int(n_global, "n_global", C.c_uint64), as_int(n_parts, "n_parts", C.c_uint64),
                             as_int(part, "part", C.c_uint64)))
    return first.value, n.value


def recut(to: Sequence[Path], old: Sequence[Path], *, max_bytes: int = 0) -> None:
    """Files of as many parts as there are in `old` -> files of as many as there are in `to`, for a run that goes on
    with another number of processes. Each file holds one state or several, one after the other. Each new file is there
    whole or not at all. max_bytes: of one state in memory (0: the library's limits)."""
    names = [(C.c_char_p * max(len(paths), 1))(*map(file_name, paths)) for paths in (to, old)]
    check(lib.lpl_part_recut(names[0], len(to), names[1], len(old), limits(max_bytes)[0]))
