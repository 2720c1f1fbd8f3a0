# lpl/_reduce.py - a Python function, or a communicator, as the hook of lpl/reduce.h.
from __future__ import annotations

import ctypes as C
import traceback
from typing import Any, Callable

import numpy as np

from ._api import REDUCE_FINISH_FN, REDUCE_FN, REDUCE_START_FN, ReduceConfig, ReduceFlag, ReduceOp
from ._convert import as_int
from ._lib import lib
from .errors import check

_TYPES = (np.dtype("i8"), np.dtype("f8"), np.dtype("f4"))  # by ReduceType


def _of_communicator(comm: Any) -> Callable[[Any, str], None]:
    from mpi4py import MPI  # only who has a communicator needs it

    def reduce(array: Any, op: str) -> None:
        comm.Allreduce(MPI.IN_PLACE, array, MPI.SUM if op == "sum" else MPI.MAX)
    return reduce


class Hook:
    """Keeps the C function alive; what Python raises in it is printed, as ctypes does."""

    def __init__(self, comm: Any) -> None:
        reduce = _of_communicator(comm) if hasattr(comm, "Allreduce") else comm
        if not callable(reduce):
            raise TypeError(f"comm = {comm!r}, need a communicator, a function reduce(array, op), or None")

        def call(data: int, n: int, type_: int, op: int, _user: Any) -> int:
            try:
                dtype = _TYPES[type_]
                raw = (C.c_char * (n * dtype.itemsize)).from_address(data)
                reduce(np.frombuffer(raw, dtype), ReduceOp(op).name.lower())
                return 0
            except BaseException:  # pylint: disable=broad-except # nothing may pass through C
                traceback.print_exc()
                return 1
        self.function = REDUCE_FN(call)


def set_reduce(function: Any, handle: Any, comm: Any, chunk: int, floating: bool) -> Any:
    """Give an object a hook, or take it away; returns what has to live as long as it."""
    if comm is None:
        check(function(handle, None, REDUCE_FN(), REDUCE_START_FN(), REDUCE_FINISH_FN(), None))
        return None
    hook, cfg = Hook(comm), ReduceConfig()
    check(lib.lpl_reduce_config_init(cfg, C.sizeof(cfg)))
    cfg.chunk = as_int(chunk, "chunk", C.c_uint64)
    cfg.flags = int(ReduceFlag.FLOAT) if floating else 0
    check(function(handle, cfg, hook.function, REDUCE_START_FN(), REDUCE_FINISH_FN(), None))
    return hook
