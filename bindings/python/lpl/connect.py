# lpl/connect.py - Connect: who reaches whom (lpl/connect.h), and Synapses: what Projection and Spiking have in common.
"""Connectivity, and the base class of projections."""
from __future__ import annotations

import ctypes as C
from typing import Any, Optional, Union

import numpy as np

from ._arrays import U4, U8, row, vector
from ._lib import lib
from ._object import Parted, Strict, Typed
from ._api import CConnect, ConnectFlag, ConnectKind, Receptor, ReceptorLike
from ._convert import as_enum, as_float, as_int
from .errors import LplDtypeError, LplSizeError, check
from .lif import Lif
from ._types import Array, Floats, UInt32, UInt64


class Connect(Strict):
    """Which pre neuron reaches which post neuron: made by dense, csr, pairs or random, given to Projection or Spiking,
    which copy it. Arrays are copied here: what happens to the originals afterwards changes nothing."""

    def __init__(self, kind: ConnectKind, no_self: bool = False) -> None:
        self._c = CConnect()
        check(lib.lpl_connect_init(self._c, C.sizeof(self._c)))
        self._c.kind = kind
        self._c.flags = int(ConnectFlag.NO_SELF) if no_self else 0
        self._arrays: tuple[Array, ...] = ()  # this object's own, alive as long as the struct points to them

    def _keep(self, **arrays: Array) -> None:
        """Own, read-only copies, and their addresses in the struct."""
        self._arrays = tuple(a.copy() for a in arrays.values())
        for name, a in zip(arrays, self._arrays):
            a.flags.writeable = False
            setattr(self._c, name, a.ctypes.data_as(CConnect.kind_of(name)))
        self._c.n_synapses = self._arrays[1].size

    @classmethod
    def _rebuild(cls, kind: int, no_self: bool, draw: tuple[float, int, int],
                 arrays: dict[str, Array]) -> "Connect":
        made = cls.__new__(cls)
        Connect.__init__(made, ConnectKind(kind), no_self)
        made._c.probability, made._c.seed, made._c.stream = draw
        if arrays:
            made._keep(**arrays)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        c, extra = self._c, {name: value for name, value in self.__dict__.items() if name not in ("_c", "_arrays")}
        names = {ConnectKind.CSR: ("row_ptr", "col"), ConnectKind.LIST: ("pre", "post")}.get(c.kind, ())
        return type(self)._rebuild, (c.kind, bool(c.flags & ConnectFlag.NO_SELF), (c.probability, c.seed, c.stream),
                                     dict(zip(names, self._arrays))), extra or None

    def __repr__(self) -> str:
        c, kind = self._c, ConnectKind(self._c.kind)
        chance = f"probability {c.probability:g}, seed {c.seed}, stream {c.stream}"
        what = {ConnectKind.DENSE: "all to all", ConnectKind.RANDOM: chance,
                ConnectKind.RANDOM_ROWS: chance}.get(kind, f"{c.n_synapses} synapses")
        return f"<lpl.Connect {kind.name.lower()}, {what}{', no self' if c.flags & ConnectFlag.NO_SELF else ''}>"

    @classmethod
    def dense(cls, *, no_self: bool = False) -> "Connect":
        """Every pair; no_self: not from j to j."""
        return cls(ConnectKind.DENSE, no_self)

    @classmethod
    def csr(cls, row_ptr: UInt64, col: UInt32) -> "Connect":
        """Compressed rows: the targets of pre neuron j are col[row_ptr[j]:row_ptr[j + 1]], ascending. row_ptr uint64
        (n_pre + 1), col uint32. From a scipy.sparse m (n_pre, n_post): ``m.sort_indices();
        Connect.csr(m.indptr.astype("u8"), m.indices.astype("u4"))``."""
        made = cls(ConnectKind.CSR)
        made._keep(row_ptr=row(row_ptr, "row_ptr", U8), col=row(col, "col", U4))
        return made

    @classmethod
    def pairs(cls, pre: UInt32, post: UInt32) -> "Connect":
        """The pairs (pre[k], post[k]), uint32, in any order, none twice. From a mask (n_pre, n_post):
        ``np.nonzero(mask)`` as "u4"."""
        made = cls(ConnectKind.LIST)
        made._keep(pre=row(pre, "pre", U4), post=row(post, "post", U4, pre.size))
        return made

    @classmethod
    def random(cls, probability: float, *, seed: int = 0, stream: int = 0, no_self: bool = False,
               rows: bool = False) -> "Connect":
        """Each pair with this probability, independently; give each projection its own stream. rows: the same law from
        other draws, in time proportional to the synapses and not to the pairs."""
        made = cls(ConnectKind.RANDOM_ROWS if rows else ConnectKind.RANDOM, no_self)
        made._c.probability = as_float(probability, "probability")
        made._c.seed = as_int(seed, "seed", C.c_uint64)
        made._c.stream = as_int(stream, "stream", C.c_uint64)
        return made


def connect_struct(connect: Optional[Connect], n_pre: int) -> Optional[CConnect]:
    """The struct for a create call; the length of row_ptr is checked here, the library cannot know it."""
    if connect is None:
        return None
    if not isinstance(connect, Connect):
        raise LplDtypeError(f"connect is a {type(connect).__name__}, need an lpl.Connect or None (all to all)")
    if connect._c.kind == ConnectKind.CSR and connect._arrays[0].size != n_pre + 1:
        raise LplSizeError(f"row_ptr has {connect._arrays[0].size} elements, need n_pre + 1 = {n_pre + 1}")
    return connect._c


class Synapses(Typed, Parted):
    """Projections: n_pre neurons onto n_post neurons, states per synapse in the order of connect.h (row by row, a row
    being the targets of one pre neuron)."""
    _OWNER = "the projection"
    n_pre: int
    n_post: int
    n_synapses: int

    def _adopt(self, handle: C.c_void_p) -> None:
        super()._adopt(handle)
        self._fix(n_pre=int(self.get("n_pre")), n_post=int(self.get("n_post")), n_synapses=int(self.get("n_synapses")))
        self._drive = self._call("drive", self.dtype)
        self._drive_lif = self._call("drive_lif")

    def drive(self, target: Union[Lif, Floats], receptor: ReceptorLike = Receptor.AMPA) -> None:
        """Add what the synapses transmit at this step (weights of the spikes of delay_ax ago) to a population's
        conductances, "ampa" or "gaba", or to an array of n_post."""
        if isinstance(target, Lif):
            check(self._drive_lif(self._h(), target._h(), as_enum(Receptor, receptor, "receptor")))
        else:
            check(self._drive(self._h(), vector(target, "target", self.dtype, self._OWNER, self.n_post, out=True)))

    def connectivity(self) -> tuple[UInt64, UInt32]:
        """(row_ptr, col): uint64 (n_pre + 1), uint32 (n_synapses)."""
        row_ptr, col = np.empty(self.n_pre + 1, U8), np.empty(self.n_synapses, U4)
        check(self._call("connectivity")(self._h(), row_ptr.ctypes.data, col.ctypes.data))
        return row_ptr, col

    def matrix(self, state: Any = "weights", absent: float = 0.0) -> Floats:
        """A state per synapse as (n_pre, n_post), ``absent`` where there is no synapse."""
        values = self.read(state)
        if values.size != self.n_synapses:
            raise LplSizeError(f"{state} has {values.size} values, need one per synapse ({self.n_synapses})")
        row_ptr, col = self.connectivity()
        out = np.full((self.n_pre, self.n_post), absent, self.dtype)
        out[np.repeat(np.arange(self.n_pre), (row_ptr[1:] - row_ptr[:-1]).astype(np.int64)), col] = values
        return out

    @property
    def w(self) -> Floats:
        """Weights (n_synapses,), a read-only copy. Assign to write."""
        return self.read("weights")

    @w.setter
    def w(self, value: Floats) -> None:
        self.write("weights", value)
