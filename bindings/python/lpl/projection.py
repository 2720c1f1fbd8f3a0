# lpl/projection.py - Projection: fixed synapses, or symmetric inhibitory STDP, behind an axonal delay
# (lpl/projection.h).
"""Static and inhibitory projections."""
from __future__ import annotations

import ctypes as C
from enum import IntEnum
from typing import Any, Optional

import numpy as np

from . import _keywords
from ._arrays import spikes
from ._lib import lib
from ._object import as_mode, parameter, state
from ._api import Mode, ProjectionConfig, ProjectionKind, ProjectionParam, ProjectionState
from ._convert import set_fields
from ._signature import keywords
from .connect import Connect, Synapses, connect_struct
from .errors import check
from ._types import Floats, UInt32


class Projection(Synapses):
    """Fixed synapses, or symmetric inhibitory STDP: n_pre neurons onto n_post neurons.

    ``Projection(25, 100, lpl.Connect.random(0.5, seed=1), kind="inhibitory", kappa=10)``. SI units.

    Parameters
    ----------
    connect : Connect, optional
        Which pre neuron reaches which post neuron; None: all to all.
    {keywords}

    Attributes
    ----------
    n_synapses : int
        How many pairs are connected.
    delay : int
        Axonal delay, steps.

    Raises
    ------
    TypeError
        A keyword that does not exist, or a value of the wrong type.
    LplArgError, LplSizeError, LplUnitsError, LplMemoryError
        A value that the library refuses.
    """
    _STEM, _PARAM, _STATE = "projection", ProjectionParam, ProjectionState
    delay: int

    @keywords(_keywords.Projection_init, ProjectionConfig)
    def __init__(self, n_pre: int, n_post: int, connect: Optional[Connect] = None, **fields: Any) -> None:
        cfg = ProjectionConfig()
        check(lib.lpl_projection_config_init(cfg, C.sizeof(cfg)))
        set_fields(cfg, dict(n_pre=n_pre, n_post=n_post, **fields), "a projection", ("connect",))
        handle = C.c_void_p()
        check(lib.lpl_projection_create(cfg, connect_struct(connect, n_pre), C.byref(handle)))
        self._begin(handle)

    def _adopt(self, handle: C.c_void_p) -> None:
        super()._adopt(handle)
        self._fix(delay=int(self.get("delay")))

    def _length(self, state: IntEnum) -> int:
        return (self.n_pre if state == ProjectionState.TR_PRE else
                self.n_post if state == ProjectionState.TR_POST else self.n_synapses)

    def __repr__(self) -> str:
        return "<lpl.Projection closed>" if self._handle is None else (
            f"<lpl.Projection {self.n_pre} -> {self.n_post}, {self.n_synapses} synapses, {self.kind.name.lower()}, "
            f"step {self.steps_done}>")

    def step(self, pre: Optional[UInt32], post: Optional[UInt32] = None) -> None:
        """One step: the spikes of pre and post neurons (uint32 arrays, ascending; None: no spikes). A static one needs
        no post."""
        check(lib.lpl_projection_step(self._h(), *spikes(pre, "pre"), *spikes(post, "post")))

    tr_pre: Floats = state(ProjectionState.TR_PRE, "Traces of the pre neurons (inhibitory).")
    tr_post: Floats = state(ProjectionState.TR_POST, "Traces of the post neurons (inhibitory).")
    zeta: float = parameter(ProjectionParam.ZETA, float, "Learning rate.", True)
    kappa: float = parameter(ProjectionParam.KAPPA, float, "Target rate, Hz.", True)
    mode: Mode = parameter(ProjectionParam.MODE, as_mode, "Mode.LEARN, TRACK or FROZEN; names may be assigned.", True)
    kind: ProjectionKind = parameter(ProjectionParam.KIND, lambda value: ProjectionKind(int(value)),
                                     "STATIC or INHIBITORY.")
    steps_done: int = parameter(ProjectionParam.STEP, int, "Steps done.")
    memory: int = parameter(ProjectionParam.MEMORY, int, "Bytes that the projection takes.")
    label: int = parameter(ProjectionParam.LABEL, int, "The host's number, named in messages.")
