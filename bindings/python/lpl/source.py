# lpl/source.py - Source: neurons that fire by themselves (lpl/source.h).
"""Poisson groups and recorded spikes."""
from __future__ import annotations

import ctypes as C
from typing import Any, Optional, Union

import numpy as np

from . import _keywords
from ._arrays import F8, U4, U8, row
from ._lib import lib
from ._object import Handle
from ._api import SourceConfig, SourceFlag, SourceKind
from ._convert import as_float, as_int, set_fields
from ._signature import keywords
from .errors import LplNullError, check
from ._types import Array, Float64, UInt32, UInt64


class Source(Handle):
    """Neurons that fire by themselves; made by ``Source.poisson`` or ``Source.spikes``, which fill in the rest.

    Spikes are a function of the step alone, so there is no state to save; pickling keeps config, arrays and step.

    Parameters
    ----------
    arrays : dict
        time_s, rate_hz (float64), or spk_step (uint64), spk_neuron (uint32); copied.
    {keywords}
    """
    _STEM = "source"
    n: int
    dt: float

    @keywords(_keywords.Source_init, SourceConfig)
    def __init__(self, n: int, arrays: dict[str, Array], **fields: Any) -> None:
        cfg = SourceConfig()
        check(lib.lpl_source_config_init(cfg, C.sizeof(cfg)))
        set_fields(cfg, dict(n=n, **fields), "a source", ("loop", "time_s", "rate_hz"))
        for name, kind in (("time_s", F8), ("rate_hz", F8), ("spk_step", U8), ("spk_neuron", U4)):
            if name in arrays:
                a = row(arrays[name], name, kind)
                setattr(cfg, name, a.ctypes.data_as(SourceConfig.kind_of(name)))
        handle = C.c_void_p()
        check(lib.lpl_source_create(cfg, C.byref(handle)))
        self._begin(handle, cfg, (n, {name: a.copy() for name, a in arrays.items()}, dict(fields)))

    def _adopt(self, handle: C.c_void_p, cfg: SourceConfig, made: tuple[Any, ...]) -> None:  # type: ignore[override]
        super()._adopt(handle)
        self._made = made
        self._fix(n=cfg.n, dt=cfg.dt)
        self._buffer = np.empty(cfg.n, U4)
        self._address = self._buffer.ctypes.data
        self._count = C.c_size_t()

    @classmethod
    @keywords(_keywords.Source_poisson, SourceConfig, hide=("flags", "kind", "n_knots", "n_spikes"))
    def poisson(cls, n: int, rate_hz: Union[float, Array], time_s: Optional[Float64] = None, *,
                loop: bool = False, **fields: Any) -> "Source":
        """n neurons that fire independently; they come out as first .. first + n - 1.

        Parameters
        ----------
        rate_hz : float or ndarray of float64 [Hz]
            A number, or a table, linear between the knots (time_s[k], rate_hz[k]).
        time_s : ndarray of float64 [s], optional
            The knots' times, as many as rate_hz has elements.
        loop : bool
            The table begins again after its end.
        {keywords}
        """
        arrays = dict(rate_hz=rate_hz if isinstance(rate_hz, np.ndarray) else np.array([as_float(rate_hz, "rate_hz")]))
        if time_s is not None:
            arrays["time_s"] = row(time_s, "time_s", F8, arrays["rate_hz"].size)
        elif arrays["rate_hz"].size > 1:
            raise LplNullError(f"rate_hz has {arrays['rate_hz'].size} knots, need time_s with their times")
        flags = SourceFlag.LOOP if loop else 0
        return cls(n, arrays, kind=SourceKind.POISSON, n_knots=arrays["rate_hz"].size, flags=flags, **fields)

    @classmethod
    @keywords(_keywords.Source_spikes, SourceConfig, hide=("flags", "kind", "n_knots", "n_spikes", "seed", "stream"))
    def spikes(cls, n: int, step: UInt64, neuron: UInt32, **fields: Any) -> "Source":
        """Neuron neuron[k] fires at step step[k].

        Parameters
        ----------
        step : ndarray of uint64
            Ascending.
        neuron : ndarray of uint32
            As many; ascending within a step.
        {keywords}
        """
        arrays = dict(spk_step=row(step, "step", U8), spk_neuron=row(neuron, "neuron", U4, step.size))
        return cls(n, arrays, kind=SourceKind.SPIKES, n_spikes=step.size, **fields)

    def __repr__(self) -> str:
        return "<lpl.Source closed>" if self._handle is None else f"<lpl.Source {self.n}, next step {self.tell()}>"

    def step(self) -> UInt32:
        """One step: the neurons that fire, ascending (uint32)."""
        check(lib.lpl_source_step(self._h(), self._address, self.n, self._count))
        return self._buffer[:self._count.value].copy()

    def tell(self) -> int:
        """The next step."""
        t = C.c_uint64()
        check(lib.lpl_source_tell(self._h(), t))
        return t.value

    @property
    def steps_done(self) -> int:
        """The next step, as tell()."""
        return self.tell()

    def seek(self, step: int) -> None:
        """Go to a step, exactly, at once."""
        check(lib.lpl_source_seek(self._h(), as_int(step, "step", C.c_uint64)))

    def rate(self, step: int) -> float:
        """Rate at a step, Hz (Poisson)."""
        hz = C.c_double()
        check(lib.lpl_source_rate(self._h(), hz, as_int(step, "step", C.c_uint64)))
        return hz.value

    @classmethod
    def _rebuild(cls, made: tuple[Any, ...], step: int) -> "Source":
        source = cls.__new__(cls)
        Source.__init__(source, made[0], made[1], **made[2])
        source.seek(step)
        return source

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._rebuild, (self._made, self.tell()), self._extra()
