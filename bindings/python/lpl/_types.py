# lpl/_types.py - types of arrays, for type checkers; at run time they are numpy.ndarray.
"""Arrays by what they hold. Memory is used in place, so an array of another type is refused and never converted."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]
    Floats = npt.NDArray[np.floating[Any]]  # float32 or float64, as the object's dtype
    Float32 = npt.NDArray[np.float32]
    Float64 = npt.NDArray[np.float64]
    Int32 = npt.NDArray[np.int32]           # labels
    UInt8 = npt.NDArray[np.uint8]           # pixels
    UInt32 = npt.NDArray[np.uint32]         # neurons, image numbers
    UInt64 = npt.NDArray[np.uint64]         # times in steps, offsets
    NpDType = np.dtype[Any]
else:
    Array = Floats = Float32 = Float64 = Int32 = UInt8 = UInt32 = UInt64 = np.ndarray
    NpDType = np.dtype
