# lpl/stats.py - Stats: running mean, variance and covariance of responses (lpl/stats.h).
"""Trackers of mean, variance and covariance."""
from __future__ import annotations

import ctypes as C
from typing import Any

import numpy as np

from . import _keywords
from ._arrays import NUMPY, SUFFIX, matrix
from ._lib import lib
from ._object import Saved
from ._reduce import set_reduce
from ._api import StatsConfig, StatsWhat, StatsWhatLike
from ._convert import as_enum, set_fields
from ._signature import keywords
from .errors import LplDtypeError, check
from ._types import Float64, Floats, NpDType


class Stats(Saved):
    """A tracker of mean, variance and covariance of n_units units.

    ``Stats(64, mode="ewma", tau_mean=500, covariance=True, dtype="f4")``. Rows of z are samples. Moments are float64
    for both dtypes.

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
    _STEM = "stats"
    n_units: int
    dtype: NpDType

    @keywords(_keywords.Stats_init, StatsConfig)
    def __init__(self, n_units: int, **fields: Any) -> None:
        cfg = StatsConfig()
        check(lib.lpl_stats_config_init(cfg, C.sizeof(cfg)))
        set_fields(cfg, dict(n_units=n_units, **fields), "a tracker")
        handle = C.c_void_p()
        check(lib.lpl_stats_create(cfg, C.byref(handle)))
        self._begin(handle)

    def _adopt(self, handle: C.c_void_p) -> None:
        super()._adopt(handle)
        self._fix(n_units=int(self._values(StatsWhat.N_UNITS, (1,))[0]),
                  dtype=NUMPY[int(self._values(StatsWhat.DTYPE, (1,))[0])])

    def __repr__(self) -> str:
        if self._handle is None:
            return "<lpl.Stats closed>"
        return f"<lpl.Stats {self.n_units} {self.dtype.name}, {self.count:g} rows>"

    def _values(self, what: int, shape: tuple[int, ...]) -> Float64:
        out = np.empty(shape)
        check(lib.lpl_stats_read(self._h(), out.ctypes.data, out.size, what))
        return out

    def update(self, z: Floats) -> None:
        """Take in a batch (rows, n_units) or one sample (n_units,)."""
        address, ld, rows, _ = matrix(z, "z", self.dtype, "tracker", self.n_units)
        check(getattr(lib, "lpl_stats_update" + SUFFIX[self.dtype])(self._h(), address, ld, rows))

    def set_reduce(self, comm: Any = None, chunk: int = 32, floating: bool = False) -> None:
        """Track together with other ranks: from now on ``update`` is of the rows of all. As ``Layer.set_reduce``."""
        self._hook = set_reduce(lib.lpl_stats_set_reduce, self._h(), comm, chunk, floating)

    def merge(self, other: "Stats") -> None:
        """As if this tracker had seen the rows behind the other one too, up to rounding."""
        if not isinstance(other, Stats):
            raise LplDtypeError(f"other is a {type(other).__name__}, need an lpl.Stats")
        check(lib.lpl_stats_merge(self._h(), other._h()))

    def reset(self) -> None:
        """Back to the state after create."""
        check(lib.lpl_stats_reset(self._h()))

    def read(self, what: StatsWhatLike) -> Float64:
        """A float64 copy of a quantity, by member or name ("sigma2_population")."""
        what = StatsWhat(as_enum(StatsWhat, what, "what"))
        m = self.n_units
        one = (StatsWhat.COUNT, StatsWhat.N_UNITS, StatsWhat.DTYPE)
        return self._values(what, (m, m) if what == StatsWhat.COVARIANCE else (1,) if what in one else (m,))

    @property
    def mean(self) -> Float64:
        """Means (n_units,), float64."""
        return self.read(StatsWhat.MEAN)

    @property
    def sigma2(self) -> Float64:
        """The variance that the rule divides by (n_units,), float64: unbiased, or the exponential one."""
        return self.read(StatsWhat.SIGMA2)

    @property
    def covariance(self) -> Float64:
        """Covariance (n_units, n_units), float64; of a tracker made with covariance=True."""
        return self.read(StatsWhat.COVARIANCE)

    @property
    def count(self) -> float:
        """Rows behind the present values."""
        return float(self.read(StatsWhat.COUNT)[0])
