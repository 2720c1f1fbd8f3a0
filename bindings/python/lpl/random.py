# lpl/random.py - counter-based random numbers, the same on every machine (lpl/random.h).
"""Philox 4x32-10: draw k of stream s under seed q is a pure function of (q, s, k)."""
from __future__ import annotations

import ctypes as C
from typing import Any, Optional, Union

import numpy as np

from ._arrays import NUMPY, SUFFIX, element_type, vector
from ._lib import lib
from ._slices import slices
from ._convert import as_dtype, as_int
from .errors import check
from ._types import Array, Floats, UInt32

_SOME = 1 << 16

Shape = Union[int, tuple[int, ...]]


def bits(shape: Shape, seed: int, stream: int = 0, offset: int = 0) -> UInt32:
    """uint32 words offset, offset + 1, ... of a stream."""
    out = np.empty(shape, np.uint32)
    _draw(lib.lpl_random_bits, out, *_counters(seed, stream, offset))
    return out


def uniform(shape: Shape, seed: int, stream: int = 0, offset: int = 0, dtype: Any = "f4",
            out: Optional[Floats] = None) -> Floats:
    """Uniform numbers in [0, 1), float32 or float64. ``out``: fill this array instead (its shape and dtype count)."""
    return _fill("lpl_random_uniform", shape, seed, stream, offset, dtype, out)


def normal(shape: Shape, seed: int, stream: int = 0, offset: int = 0, dtype: Any = "f4",
           out: Optional[Floats] = None) -> Floats:
    """Standard normal numbers, float32 or float64. ``out``: as for uniform."""
    return _fill("lpl_random_normal", shape, seed, stream, offset, dtype, out)


def _fill(name: str, shape: Shape, seed: int, stream: int, offset: int, dtype: Any,
          out: Optional[Floats]) -> Floats:
    if out is None:
        out = np.empty(shape, NUMPY[as_dtype(dtype)])
    kind = element_type(out, "out")
    vector(out, "out", kind, "out", out=True)
    _draw(getattr(lib, name + SUFFIX[kind]), out, *_counters(seed, stream, offset))
    return out


def _draw(function: Any, out: Array, seed: int, stream: int, offset: int) -> None:
    """In slices: draw k is a function of k alone. After Ctrl-C the beginning of ``out`` is filled."""
    if out.size <= _SOME or offset + out.size > 2 ** 64:  # few; or refused, all at once
        check(function(out.ctypes.data, out.size, seed, stream, offset))
        return
    for first, count in slices(out.size, 1, _SOME):
        check(function(out.ctypes.data + first * out.itemsize, count, seed, stream, offset + first))


def _counters(seed: Any, stream: Any, offset: Any) -> tuple[int, int, int]:
    return as_int(seed, "seed", C.c_uint64), as_int(stream, "stream", C.c_uint64), as_int(offset, "offset", C.c_uint64)
