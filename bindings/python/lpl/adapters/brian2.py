# lpl/adapters/brian2.py - LPLSynapses: synapses of a Brian 2 network that learn by an lpl.Spiking.
# pyright: reportMissingImports=false
"""Synapses for Brian 2 that learn by LPL."""
from __future__ import annotations

from typing import Any, Optional

import numpy as np
from brian2 import NetworkOperation, second, volt

from ..errors import LplArgError, LplSizeError
from ..spiking import Spiking


class LPLSynapses(NetworkOperation):
    """An operation that, at the end of each time step, lets an ``lpl.Spiking`` transmit and learn.

    ``net.add(LPLSynapses(inputs, cells, lpl.Spiking(500, 100, dt=1e-4), to="g_ampa"))``

    Parameters
    ----------
    source, target : groups of Brian 2
        As many neurons as the projection has pre and post; their spikes of this step count.
    projection : lpl.Spiking
        Weights, traces, learning; its dt is the clock's.
    v : str
        The target's potential, volt, as it is after threshold and reset.
    to : str, optional
        A variable of the target, without unit, to which the transmitted weights are added; felt from the next step on.
        None: it learns, but drives nobody.
    clock : Clock, optional
        Default: the target's.
    """

    def __init__(self, source: Any, target: Any, projection: Spiking, v: str = "v", to: Optional[str] = None,
                 clock: Any = None, **more: Any) -> None:
        clock = target.clock if clock is None else clock
        for group, n, name in ((source, projection.n_pre, "source"), (target, projection.n_post, "target")):
            if len(group) != n:
                raise LplSizeError(f"{name} has {len(group)} neurons, need {n}")
        if abs(float(clock.dt / second) / projection.dt - 1) > 1e-9:
            raise LplArgError(f"the clock's dt is {clock.dt}, the projection's {projection.dt} s")
        self.source, self.target, self.projection = source, target, projection
        self.potential, self.to = v, to
        self._drive = np.zeros(projection.n_post, projection.dtype)
        super().__init__(self._advance, clock=clock, when="end", **more)

    def _advance(self) -> None:
        p, dtype = self.projection, self.projection.dtype
        pre, post = (np.sort(np.asarray(g.spikes)).astype(np.uint32) for g in (self.source, self.target))
        v = np.asarray(getattr(self.target, self.potential) / volt, dtype)
        if self.to is not None:
            self._drive[:] = 0
            p.drive(self._drive)
            setattr(self.target, self.to, getattr(self.target, self.to + "_") + self._drive)
        p.step(pre, post, np.ascontiguousarray(v))
