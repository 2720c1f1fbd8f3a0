# lpl/lif.py - Lif: a population of integrate-and-fire neurons (lpl/lif.h).
"""Integrate-and-fire neurons."""
from __future__ import annotations

import ctypes as C
from enum import IntEnum
from typing import Any, Optional

import numpy as np

from . import _keywords
from ._arrays import F8, U4, row, vector
from ._lib import lib
from ._object import Parted, Typed, as_isa, parameter, state
from ._api import Isa, LifConfig, LifParam, LifState
from ._convert import set_fields
from ._signature import keywords
from .errors import check
from ._types import Float64, Floats, UInt32


class Lif(Typed, Parted):
    """n integrate-and-fire neurons with conductance synapses and a moving threshold.

    ``Lif(100, tau_mem=20e-3, seed=1)``. SI units. One population belongs to one thread at a time.

    Parameters
    ----------
    {keywords}

    Raises
    ------
    TypeError
        A keyword that does not exist, or a value of the wrong type.
    LplArgError, LplSizeError, LplUnitsError, LplMemoryError
        A value that the library refuses.
    """
    _STEM, _PARAM, _STATE, _OWNER = "lif", LifParam, LifState, "the population"
    n: int
    dt: float

    @keywords(_keywords.Lif_init, LifConfig)
    def __init__(self, n: int, **fields: Any) -> None:
        cfg = LifConfig()
        check(lib.lpl_lif_config_init(cfg, C.sizeof(cfg)))
        set_fields(cfg, dict(n=n, **fields), "a population")
        handle = C.c_void_p()
        check(lib.lpl_lif_create(cfg, C.byref(handle)))
        self._begin(handle)

    def _adopt(self, handle: C.c_void_p) -> None:
        super()._adopt(handle)
        self._fix(n=int(self.get("n")), dt=self.get("dt"))
        self._step = self._call("step", self.dtype)
        self._buffer = np.empty(self.n, U4)
        self._address = self._buffer.ctypes.data
        self._count = C.c_size_t()

    def _length(self, state: IntEnum) -> int:
        return self.n

    def __repr__(self) -> str:
        if self._handle is None:
            return "<lpl.Lif closed>"
        return f"<lpl.Lif {self.n} {self.dtype.name}, step {self.steps_done}>"

    def step(self, v: Optional[Floats] = None) -> UInt32:
        """One step: the neurons that fired, ascending (uint32). ``v``: an array for the n potentials after threshold
        and reset, V."""
        address = None if v is None else vector(v, "v", self.dtype, self._OWNER, self.n, out=True)
        check(self._step(self._h(), self._address, self._count, address))
        return self._buffer[:self._count.value].copy()

    def clamp(self, time_s: Optional[Float64], volt: Optional[Float64] = None) -> None:
        """Voltage clamp of all neurons: piecewise linear between the knots (float64 arrays; seconds, V), from the end
        of each step on. ``clamp(None)`` lets go."""
        if time_s is None:
            check(lib.lpl_lif_clamp(self._h(), None, None, 0))
            return
        n = row(time_s, "time_s", F8).size
        check(lib.lpl_lif_clamp(self._h(), time_s.ctypes.data, row(volt, "volt", F8, n).ctypes.data, n))

    v: Floats = state(LifState.V, "Potentials, V, after threshold and reset. Assign to write.", True)
    thr: Floats = state(LifState.THR, "Moving part of the threshold, V.", True)
    g_ampa: Floats = state(LifState.G_AMPA, "AMPA conductance, in units of the leak.", True)
    g_nmda: Floats = state(LifState.G_NMDA, "NMDA conductance.", True)
    g_gaba: Floats = state(LifState.G_GABA, "GABA conductance.", True)
    g_adapt: Floats = state(LifState.G_ADAPT, "Adaptation conductance; 0 without ``dg_adapt``.", True)
    steps_done: int = parameter(LifParam.STEP, int, "Steps done.")
    isa: Isa = parameter(LifParam.ISA, as_isa, "Instruction set in use.")
    memory: int = parameter(LifParam.MEMORY, int, "Bytes that the population takes.")
    label: int = parameter(LifParam.LABEL, int, "The host's number, named in messages.")
