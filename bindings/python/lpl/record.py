# lpl/record.py - Record: spikes, counts, running rates and health of a population (lpl/record.h).
"""Recording of spikes."""
from __future__ import annotations

import ctypes as C
from typing import Any, NamedTuple, Optional

import numpy as np

from . import _keywords
from ._arrays import U4, U8, check_array, row, spikes
from ._lib import lib
from ._object import Parted
from ._api import Health, RecordConfig, RecordWhat, RecordWhatLike
from ._convert import as_enum, as_int, set_fields
from ._signature import keywords
from .errors import LplSizeError, check
from ._types import Float64, UInt32, UInt64


class RecordState(NamedTuple):
    """Stored and lost spikes, full bins, steps seen, running mean rate (Hz), health word (0: fine)."""
    n_spikes: int
    n_lost: int
    n_bins: int
    steps: int
    mean_rate: float
    health: Health


class Record(Parted):
    """What n neurons do: spikes, counts per bin, running rates, health.

    Parameters
    ----------
    room : int
        Spikes to store (arrays are made here; spikes_into gives your own).
    room_bins : int
        Rows of counts to store, with bin_steps > 0 (bins_into gives your own).
    {keywords}

    Notes
    -----
    What finds no room is counted and not stored. The arrays travel with pickle and copy (as copies of the recorder's
    own), not with state files: save and load."""
    _STEM = "record"
    n: int

    @keywords(_keywords.Record_init, RecordConfig)
    def __init__(self, n: int, *, room: int = 0, room_bins: int = 0, **fields: Any) -> None:
        cfg = RecordConfig()
        check(lib.lpl_record_config_init(cfg, C.sizeof(cfg)))
        set_fields(cfg, dict(n=n, **fields), "a recorder", ("room", "room_bins"))
        handle = C.c_void_p()
        check(lib.lpl_record_create(cfg, C.byref(handle)))
        self._begin(handle)
        if as_int(room, "room", C.c_uint32):
            self.spikes_into(np.zeros(room, U8), np.zeros(room, U4))
        if as_int(room_bins, "room_bins", C.c_uint32):
            self.bins_into(np.zeros((room_bins, n), U4))

    def _adopt(self, handle: C.c_void_p) -> None:
        super()._adopt(handle)
        self._spikes: Optional[tuple[UInt64, UInt32]] = None  # lent to the library, so kept here
        self._bins: Optional[UInt32] = None
        self._spikes_rest: Any = None
        # of a copy: what the original had stored and lost
        self._spikes_before = self._lost_before = self._bins_before = 0
        self._fix(n=int(self._values(RecordWhat.N, 1)[0]))

    def close(self) -> None:
        super().close()
        self._spikes = self._bins = self._spikes_rest = None

    def __repr__(self) -> str:
        return "<lpl.Record closed>" if self._handle is None else f"<lpl.Record {self.n}, {self.state()}>"

    def step(self, fired: Optional[UInt32]) -> None:
        """One step: the neurons that fired (uint32, ascending; None: none)."""
        check(lib.lpl_record_step(self._h(), *spikes(fired, "fired")))

    def spikes_into(self, step: Optional[UInt64], neuron: Optional[UInt32] = None) -> None:
        """From now on into these arrays, from their beginning: step uint64, neuron uint32, equally long; they stay
        referenced. ``spikes_into(None)`` ends it."""
        if step is None:
            check(lib.lpl_record_spikes_into(self._h(), None, None, 0))
            self._spikes = None
        else:
            room = row(step, "step", U8, out=True).size
            row(neuron, "neuron", U4, room, out=True)
            self._lend_spikes((step, neuron), 0)  # type: ignore[arg-type]
        self._spikes_before = self._lost_before = 0

    def _lend_spikes(self, arrays: tuple[UInt64, UInt32], first: int) -> None:
        """Spikes go behind the first ones of these arrays. No room left: one hidden place, so that the library counts
        what is lost."""
        rest = [a[first:] for a in arrays] if first < arrays[0].size or first == 0 else [np.zeros(1, a.dtype)
                                                                                         for a in arrays]
        check(lib.lpl_record_spikes_into(self._h(), rest[0].ctypes.data, rest[1].ctypes.data, rest[0].size))
        self._spikes, self._spikes_rest = arrays, rest

    def bins_into(self, bins: Optional[UInt32]) -> None:
        """Counts per full bin into the rows of this array, uint32 (room_bins, n), from its beginning; it stays
        referenced. ``bins_into(None)`` ends it."""
        if bins is None:
            check(lib.lpl_record_bins_into(self._h(), None, 0))
            self._bins = None
        else:
            check_array(bins, "bins", U4, "the library's", out=True)
            if bins.ndim != 2 or bins.shape[1] != self.n or not bins.flags.c_contiguous:
                raise LplSizeError(f"bins has shape {bins.shape} and strides {bins.strides}, need (room_bins, "
                                   f"{self.n}) without gaps")
            self._lend_bins(bins, 0)
        self._bins_before = 0

    def _lend_bins(self, bins: UInt32, first: int) -> None:
        check(lib.lpl_record_bins_into(self._h(), bins[first:].ctypes.data, bins.shape[0] - first))
        self._bins = bins

    @property
    def spikes(self) -> tuple[UInt64, UInt32]:
        """(step, neuron) of the spikes stored so far, as copies: later steps and reset do not change them. Arrays of
        your own (spikes_into) can be looked at in place."""
        if self._spikes is None:
            raise LplSizeError("this recorder stores no spikes; make it with room=..., or call spikes_into")
        n = self.state().n_spikes
        return self._spikes[0][:n].copy(), self._spikes[1][:n].copy()

    @property
    def bins(self) -> UInt32:
        """Counts (full bins, n), a copy, as spikes are."""
        if self._bins is None:
            raise LplSizeError("this recorder stores no bins; make it with bin_steps=..., room_bins=..., or call "
                               "bins_into")
        return self._bins[:self.state().n_bins].copy()

    @property
    def steps_done(self) -> int:
        """Steps seen."""
        return self.state().steps

    def state(self) -> RecordState:
        """How much is stored, and the population's health."""
        counts = [C.c_uint64() for _ in range(4)]
        rate, health = C.c_double(), C.c_uint32()
        check(lib.lpl_record_state(self._h(), *counts, rate, health))
        stored, lost, bins, steps = (c.value for c in counts)
        stored, lost = stored + self._spikes_before, lost + self._lost_before
        hidden = max(stored - self._spikes[0].size, 0) if self._spikes is not None else 0
        return RecordState(stored - hidden, lost + hidden, bins + self._bins_before, steps, rate.value,
                           Health(health.value))

    @classmethod
    def _unpickle(cls, data: bytes, spikes: Any, bins: Any, state: RecordState) -> "Record":
        made = cls.load(data)
        if spikes is not None:
            made._lend_spikes(spikes, state.n_spikes)
            made._spikes_before, made._lost_before = state.n_spikes, state.n_lost
        if bins is not None:
            made._lend_bins(bins, state.n_bins)
            made._bins_before = state.n_bins
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        spikes = None if self._spikes is None else tuple(a.copy() for a in self._spikes)
        bins = None if self._bins is None else self._bins.copy()
        return type(self)._unpickle, (self.to_bytes(), spikes, bins, self.state()), self._extra()

    def read(self, what: RecordWhatLike) -> Float64:
        """A float64 copy: "rates" (running, Hz) or "counts" since the beginning, per neuron."""
        number = as_enum(RecordWhat, what, "what")
        return self._values(number, 1 if number == RecordWhat.N else self.n)

    def _values(self, what: int, n: int) -> Float64:
        out = np.empty(n)
        check(lib.lpl_record_read(self._h(), out.ctypes.data, n, what))
        return out

    @property
    def rates(self) -> Float64:
        """Running rates, Hz (n,)."""
        return self.read(RecordWhat.RATES)

    @property
    def counts(self) -> Float64:
        """Spikes of each neuron (n,)."""
        return self.read(RecordWhat.COUNTS)

    def reset(self) -> None:
        """Back to the beginning; arrays stay lent and are filled from their start again."""
        check(lib.lpl_record_reset(self._h()))
        if self._spikes is not None:
            self.spikes_into(*self._spikes)
        if self._bins is not None:
            self.bins_into(self._bins)
