# lpl/stats.py - Stats: running mean, variance and covariance of responses (lpl/stats.h).
"""Trackers of mean, variance and covariance."""
from __future__ import annotations

import ctypes as C
import weakref
from typing import Any, Optional, Union

import numpy as np

from ._arrays import NUMPY, SUFFIX, matrix
from ._lib import lib
from ._state import Source, Target, limits, load_from, save_bytes, save_to
from ._structs import StatsConfig, StatsWhat, as_enum, set_fields
from .errors import LplDtypeError, LplNullError, check


class Stats:
    """A tracker of n_units units. Keywords are the fields of ``lpl_stats_config_t``:
    ``Stats(64, mode="ewma", tau_mean=500, covariance=True, dtype="f4")``. Rows of z are samples. Moments are float64 for both dtypes."""

    def __init__(self, n_units: int, **fields: Any) -> None:
        cfg = StatsConfig()
        check(lib.lpl_stats_config_init(cfg, C.sizeof(cfg)))
        set_fields(cfg, dict(n_units=n_units, **fields), "a tracker")
        handle = C.c_void_p()
        check(lib.lpl_stats_create(cfg, C.byref(handle)))
        self._adopt(handle, cfg.n_units, NUMPY[cfg.dtype])

    def _adopt(self, handle: C.c_void_p, n_units: int, dtype: np.dtype) -> None:
        self._handle: Optional[C.c_void_p] = handle
        self._end = weakref.finalize(self, lib.lpl_stats_destroy, handle)
        self.n_units = n_units
        self.dtype = dtype

    def _h(self) -> C.c_void_p:
        if self._handle is None:
            raise LplNullError("stats is closed")
        return self._handle

    def close(self) -> None:
        """Give the memory back now. Further calls raise; closing twice is fine."""
        self._end()
        self._handle = None

    def update(self, z: np.ndarray) -> None:
        """Take in a batch (rows, n_units) or one sample (n_units,)."""
        address, ld, rows, _ = matrix(z, "z", self.dtype, "tracker", self.n_units)
        check(getattr(lib, "lpl_stats_update" + SUFFIX[self.dtype])(self._h(), address, ld, rows))

    def merge(self, other: "Stats") -> None:
        """As if this tracker had seen the rows behind the other one too, up to rounding."""
        if not isinstance(other, Stats):
            raise LplDtypeError(f"other is a {type(other).__name__}, need an lpl.Stats")
        check(lib.lpl_stats_merge(self._h(), other._h()))

    def reset(self) -> None:
        """Back to the state after create."""
        check(lib.lpl_stats_reset(self._h()))

    def read(self, what: Union[str, StatsWhat]) -> np.ndarray:
        """A float64 copy of a quantity, by member or name ("sigma2_population")."""
        what = StatsWhat(as_enum(StatsWhat, what, "what"))
        m = self.n_units
        out = np.empty({StatsWhat.COVARIANCE: (m, m), StatsWhat.COUNT: (1,), StatsWhat.N_UNITS: (1,), StatsWhat.DTYPE: (1,)}.get(what, (m,)))
        check(lib.lpl_stats_read(self._h(), out.ctypes.data, out.size, what))
        return out

    @property
    def mean(self) -> np.ndarray:
        return self.read(StatsWhat.MEAN)

    @property
    def sigma2(self) -> np.ndarray:
        """The variance that the rule divides by: unbiased, or the exponential one."""
        return self.read(StatsWhat.SIGMA2)

    @property
    def covariance(self) -> np.ndarray:
        return self.read(StatsWhat.COVARIANCE)

    @property
    def count(self) -> float:
        """Rows behind the present values."""
        return float(self.read(StatsWhat.COUNT)[0])

    def save(self, target: Target) -> None:
        """To a path (replaced at once, never half) or an open binary file."""
        save_to(lambda write, user: lib.lpl_stats_save(self._h(), write, user), target)

    def to_bytes(self) -> bytes:
        """The state file as bytes, for pickle or to send to another process."""
        return save_bytes(lambda write, user: lib.lpl_stats_save(self._h(), write, user))

    @classmethod
    def load(cls, source: Source, *, max_bytes: int = 0) -> "Stats":
        """From a path, an open binary file or bytes. max_bytes: most memory it may take (0: 1 GiB)."""
        handle = C.c_void_p()
        most, _ = limits(max_bytes)
        load_from(lambda read, user: lib.lpl_stats_load(read, user, most, C.byref(handle)), source)
        stats = cls.__new__(cls)
        stats._adopt(handle, 0, NUMPY[0])
        stats.n_units = int(stats.read(StatsWhat.N_UNITS)[0])
        stats.dtype = NUMPY[int(stats.read(StatsWhat.DTYPE)[0])]
        return stats

    def __reduce__(self) -> tuple:
        return type(self).load, (self.to_bytes(),)
