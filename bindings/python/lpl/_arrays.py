# lpl/_arrays.py - NumPy arrays as pointer + leading dimension, without copies: what does not fit is refused, never
# converted.
"""Checks of arrays before their addresses are handed to the library."""
from __future__ import annotations

from typing import Any, Optional

import numpy as np

from ._api import DType
from .errors import LplArgError, LplDtypeError, LplSizeError
from ._types import Array, NpDType

NUMPY: dict[int, NpDType] = {int(DType.F32): np.dtype(np.float32), int(DType.F64): np.dtype(np.float64)}
SUFFIX: dict[NpDType, str] = {np.dtype(np.float32): "", np.dtype(np.float64): "_f64"}
_SHORT: dict[NpDType, str] = {np.dtype(np.float32): "f4", np.dtype(np.float64): "f8", np.dtype(np.int32): "i4",
                               np.dtype(np.uint32): "u4", np.dtype(np.uint64): "u8", np.dtype(np.uint8): "u1"}
U4, U8, F8 = np.dtype(np.uint32), np.dtype(np.uint64), np.dtype(np.float64)


def check_array(a: Any, name: str, dtype: NpDType, owner: str, out: bool = False) -> Array:
    """a itself, if it is a NumPy array of this very type that the library may address (and write, if it is an
    output)."""
    if not isinstance(a, np.ndarray):
        raise LplDtypeError(f"{name} is a {type(a).__name__}, need a NumPy array; pass numpy.asarray({name}, "
                            f"'{_SHORT[dtype]}')")
    if isinstance(a, np.ma.MaskedArray):
        raise LplDtypeError(f"{name} is a masked array, whose mask the library would not see; pass "
                            f"{name}.filled(value)")
    if a.dtype != dtype:
        have = a.dtype.name if a.dtype.isnative else f"byte-swapped {a.dtype.name}"
        hint = f"pass {name}.astype('{_SHORT[dtype]}')"
        if a.dtype == np.bool_ and dtype == U4:  # astype would make neurons 0 and 1 of a mask
            hint = f"pass numpy.flatnonzero({name}).astype('u4')"
        if owner == "layer" and a.dtype in SUFFIX:
            hint += f" or Layer(dtype='{_SHORT[a.dtype]}')"
        raise LplDtypeError(f"{name} is {have}, {owner} is {dtype.name}; {hint}")
    if not a.flags.aligned:
        raise LplSizeError(f"{name} is not aligned to its element size; pass {name}.copy()")
    if out and not a.flags.writeable:
        raise LplArgError(f"{name} is read-only, need an array that can be written")
    return a


def element_type(a: Any, name: str) -> NpDType:
    """float32 or float64, for calls that take either."""
    if not isinstance(a, np.ndarray):
        raise LplDtypeError(f"{name} is a {type(a).__name__}, need a NumPy array; pass numpy.asarray({name}, 'f4')")
    if a.dtype not in SUFFIX:
        have = a.dtype.name if a.dtype.isnative else f"byte-swapped {a.dtype.name}"
        raise LplDtypeError(f"{name} is {have}, need float32 or float64; pass {name}.astype('f4')")
    found: NpDType = a.dtype
    return found


def matrix(a: Any, name: str, dtype: NpDType, owner: str, cols: Optional[int] = None, rows: Optional[int] = None,
           out: bool = False) -> tuple[int, int, int, int]:
    """(address, leading dimension, rows, columns) of a matrix. Rows may be apart (a view of columns, every second row),
    but each must be C-ordered without gaps. More than two axes: everything after the first is a row (images). One axis:
    a single row."""
    check_array(a, name, dtype, owner, out)
    if a.ndim == 0:
        raise LplSizeError(f"{name} has no axes, need rows x columns")
    inner = a.shape if a.ndim == 1 else a.shape[1:]
    strides = a.strides if a.ndim == 1 else a.strides[1:]
    n_rows = 1 if a.ndim == 1 else a.shape[0]
    n_cols = 1
    for length in inner:
        n_cols *= length
    if cols is not None and n_cols != cols:
        raise LplSizeError(f"{name} has rows of {n_cols}, need {cols} (shape {a.shape})")
    if rows is not None and n_rows != rows:
        raise LplSizeError(f"{name} has {n_rows} rows, need {rows} (shape {a.shape})")
    step = a.itemsize
    if n_cols > 0 and n_rows > 0:
        for length, stride in zip(reversed(inner), reversed(strides)):
            if length > 1 and stride != step:
                raise LplSizeError(f"{name} has rows that are not contiguous (strides {a.strides}); pass "
                                   f"numpy.ascontiguousarray({name})")
            step *= length
    ld = n_cols
    if n_rows > 1 and n_cols > 0:
        stride = a.strides[0]
        if stride < n_cols * a.itemsize or stride % a.itemsize:
            raise LplSizeError(f"{name} has rows {stride} bytes apart, need at least {n_cols * a.itemsize} and a "
                               f"multiple of "
                               f"{a.itemsize}; pass numpy.ascontiguousarray({name})")
        ld = stride // a.itemsize
    return a.ctypes.data, ld, n_rows, n_cols


def vector(a: Any, name: str, dtype: NpDType, owner: str, n: Optional[int] = None, out: bool = False) -> int:
    """Address of an array without gaps, of any shape, with n elements."""
    check_array(a, name, dtype, owner, out)
    if not a.flags.c_contiguous:
        raise LplSizeError(f"{name} is not C-contiguous (strides {a.strides}); pass numpy.ascontiguousarray({name})")
    if n is not None and a.size != n:
        raise LplSizeError(f"{name} has {a.size} elements, need {n}")
    address: int = a.ctypes.data
    return address


def row(a: Any, name: str, dtype: NpDType, n: Optional[int] = None, out: bool = False) -> Array:
    """a itself, if it has one axis, no gaps and this type: lists of spikes, tables of a config."""
    a = check_array(a, name, dtype, "the library's", out)
    if a.ndim != 1 or not a.flags.c_contiguous:
        raise LplSizeError(f"{name} has shape {a.shape} and strides {a.strides}, need one axis without gaps; pass "
                           f"{name}.ravel()")
    if n is not None and a.size != n:
        raise LplSizeError(f"{name} has {a.size} elements, need {n}")
    found: Array = a
    return found


def spikes(a: Any, name: str) -> tuple[Optional[int], int]:
    """(address, number) of a list of spikes: uint32 indices, ascending; None: no spikes."""
    if a is None:
        return None, 0
    return row(a, name, U4).ctypes.data, a.size


def labels(y: Any, name: str, n: int) -> int:
    """Address of n int32 labels."""
    return vector(y, name, np.dtype(np.int32), "the library", n)
