# lpl/spiking.py - Spiking: a plastic projection onto spiking neurons, learning by LPL (lpl/spiking.h).
"""The plastic projection."""
from __future__ import annotations

import ctypes as C
import warnings
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Callable, Optional

import numpy as np

from . import _keywords
from ._arrays import U8, matrix, row, spikes, vector
from ._lib import lib
from ._object import Threaded, as_isa, as_mode, parameter, state
from ._slices import slices
from ._api import (CSpikingReport, Engine, Isa, Mend, Mode, SPIKING_LARGEST_FN, SpikingConfig, SpikingParam,
                   SpikingPreset, SpikingPresetLike, SpikingState, Verdict)
from ._convert import as_enum, as_int, fields_of, set_fields
from ._signature import keywords
from .connect import Connect, Synapses, connect_struct
from .errors import LplSizeError, LplVerdictWarning, check
from ._types import Array, Floats, UInt32, UInt64

_PRE = (SpikingState.TR_PRE, SpikingState.PSP)
_POST = (SpikingState.ERR, SpikingState.ERR_RISE, SpikingState.ERR_FLT, SpikingState.MEAN, SpikingState.SIGMA2,
         SpikingState.FPRIME)


@dataclass(frozen=True)
class SpikingReport:
    """Health of a projection (lpl/spiking.h): what was measured, ``verdict``, the knob to turn (``mend``), and both as
    a ``sentence``. ``weight_change`` is -1 where it is not known."""
    step: int
    updates: int
    w_mean: float
    w_std: float
    n_at_min: int
    n_at_max: int
    n_nonfinite: int
    rate_mean: float
    rate_min: float
    rate_max: float
    n_silent: int
    n_runaway: int
    verdict: Verdict
    mend: Mend
    rate: float
    silent: float
    runaway: float
    weight_change: float

    @property
    def sentence(self) -> str:
        """What was found, and the knob."""
        return lib.lpl_spiking_verdict_string(self.verdict, self.mend).decode()


def _config(n_pre: int, n_post: int, preset: Any, fields: dict[str, Any]) -> SpikingConfig:
    cfg = SpikingConfig()
    check(lib.lpl_spiking_config_init(cfg, C.sizeof(cfg)))
    if preset is not None:
        check(lib.lpl_spiking_preset(cfg, as_enum(SpikingPreset, preset, "preset")))
    set_fields(cfg, dict(n_pre=n_pre, n_post=n_post, **fields), "a spiking projection", ("preset", "connect"))
    return cfg


@keywords(_keywords.spiking_config_fields, SpikingConfig)
def spiking_config_fields(n_pre: int = 0, n_post: int = 0, *, preset: Optional[SpikingPresetLike] = None,
                          **fields: Any) -> dict[str, Any]:
    """The complete configuration that Spiking would use, as a dict.

    Parameters
    ----------
    preset : {"network", "stdp", "network_reference", "stdp_reference"}, optional
        A set of constants, see ``lpl.SpikingPreset``. A keyword that is not given has the preset's value; the defaults
        below are those without a preset.
    {keywords}

    Returns
    -------
    dict
        Every field, enums as members.
    """
    return fields_of(_config(n_pre, n_post, preset, fields))


class Spiking(Synapses, Threaded):
    """A plastic projection of n_pre neurons onto n_post neurons, learning by LPL.

    ``Spiking(500, 100, lpl.Connect.random(0.1, seed=1), preset="network", eta=1e-2, threads=2)``. SI units.

    Parameters
    ----------
    connect : Connect, optional
        Which pre neuron reaches which post neuron; None: all to all.
    preset : {"network", "stdp", "network_reference", "stdp_reference"}, optional
        A set of constants, see ``lpl.SpikingPreset``. A keyword that is not given has the preset's value; the defaults
        below are those without a preset.
    {keywords}

    Attributes
    ----------
    n_synapses : int
        How many pairs are connected; states per synapse are in the order of ``connectivity()``.
    delay, lag : int
        Axonal delay and lag of the predictive term, steps.

    Raises
    ------
    TypeError
        A keyword that does not exist, or a value of the wrong type.
    LplArgError, LplSizeError, LplUnitsError, LplMemoryError, LplUnsupportedError
        A value that the library refuses.

    Notes
    -----
    Equations: lpl/spiking.h. Slow averages are kept in double; the published float32 arithmetic is
    ``slow="reference"``, which the presets "..._reference" name (since 0.1.1; before, it was the default). A time
    constant whose factor float32 cannot hold is an LplArgError that names it.

    One time step of a host, in this order: sources and populations step; drive (felt by the membrane at the next step);
    Spiking.step and Projection.step, with the spikes and potentials of this step. One projection belongs to one thread
    at a time."""
    _STEM, _PARAM, _STATE = "spiking", SpikingParam, SpikingState
    dt: float
    delay: int
    lag: int

    @keywords(_keywords.Spiking_init, SpikingConfig)
    def __init__(self, n_pre: int, n_post: int, connect: Optional[Connect] = None, *,
                 preset: Optional[SpikingPresetLike] = None, **fields: Any) -> None:
        handle = C.c_void_p()
        check(lib.lpl_spiking_create(_config(n_pre, n_post, preset, fields), connect_struct(connect, n_pre),
                                     C.byref(handle)))
        self._begin(handle)

    def _adopt(self, handle: C.c_void_p) -> None:
        super()._adopt(handle)
        self._threads_max = self.threads
        self._fix(dt=self.get("dt"), delay=int(self.get("delay")), lag=int(self.get("lag")))
        self._step = self._call("step", self.dtype)
        self._steps = self._call("steps", self.dtype)

    def _length(self, state: IntEnum) -> int:
        return self.n_pre if state in _PRE else self.n_post if state in _POST else self.n_synapses

    def largest(self, ask: Optional[Callable[[float], float]]) -> None:
        """For a part with scaling: how to ask the other parts. ask(largest) is called at each change of weights with
        this part's largest gradient sum and returns that of all parts (with mpi4py: ``lambda x: comm.allreduce(x,
        MPI.MAX)``); what it raises is lost, and this part's own counts then."""
        def call(value: float, _user: Any) -> float:
            try:
                return float(ask(value))  # type: ignore[misc]
            except Exception:  # an exception cannot pass through the library
                return value
        self._ask = SPIKING_LARGEST_FN(call) if ask is not None else SPIKING_LARGEST_FN()
        check(lib.lpl_spiking_largest(self._h(), self._ask, None))

    def __repr__(self) -> str:
        return "<lpl.Spiking closed>" if self._handle is None else (
            f"<lpl.Spiking {self.n_pre} -> {self.n_post}, {self.n_synapses} synapses, {self.dtype.name}, "
            f"{self.engine.name.lower()} "
            f"engine, step {self.steps_done}>")

    def step(self, pre: Optional[UInt32], post: Optional[UInt32], v: Floats) -> None:
        """One step of learning: the pre and post neurons that fired (uint32 arrays, ascending; None: none), and the
        n_post potentials after threshold and reset, V."""
        if check(self._step(self._h(), *spikes(pre, "pre"), *spikes(post, "post"),
                            vector(v, "v", self.dtype, self._OWNER, self.n_post))):
            self._look(3)

    def steps(self, pre_ptr: UInt64, pre: UInt32, post_ptr: UInt64, post: UInt32,
              v: Floats) -> None:
        """Many steps in one call, with the same bits: step k has the pre spikes pre[pre_ptr[k]:pre_ptr[k + 1]], post
        spikes likewise, and potentials v[k]. v: (steps, n_post), rows may be apart; pre_ptr, post_ptr: uint64 (steps +
        1), as spike_ptr gives them. All is checked before the first step. After Ctrl-C ``steps_done`` says how many
        whole steps were done; the next v is the one behind them."""
        address, ldv, n, _ = matrix(v, "v", self.dtype, self._OWNER, self.n_post)
        lists, wanted = [], []
        for ptr, fired, name in ((pre_ptr, pre, "pre"), (post_ptr, post, "post")):
            where, size = spikes(fired, name)
            if row(ptr, f"{name}_ptr", U8, n + 1)[-1] > size:
                raise LplSizeError(f"{name}_ptr ends at {ptr[-1]}, {name} has {size} elements")
            lists.append((ptr.ctypes.data, where))
            wanted.append((ptr, fired))
        (pre_at, pre_in), (post_at, post_in) = lists
        # if not: the library's own sentence
        look = False
        parts = slices(n) if n > 1 and self._all_good(wanted, v.reshape(n, -1)) else iter([(0, n)])
        for k, count in parts:
            look |= bool(check(self._steps(self._h(), count, pre_at + k * 8, pre_in, post_at + k * 8, post_in,
                                           address + k * ldv * v.itemsize, ldv)))
        if look:
            self._look(3)

    def _look(self, stacklevel: int) -> None:
        """The library says that the verdict has changed. A recovery is no warning."""
        if self.verdict not in (Verdict.EARLY, Verdict.OK):  # EARLY: not watched
            now = self.report()
            text = now.sentence if now.verdict == self.verdict else f"{self.verdict.name} of late, now {now.sentence}"
            warnings.warn(f"projection {self.label}: {text}", LplVerdictWarning, stacklevel=stacklevel)

    def _all_good(self, lists: list[tuple[UInt64, UInt32]], v: Floats) -> bool:
        """Would the library take all these steps? A slice checks itself alone, and nothing may change if a later one is
        refused."""
        for (ptr, fired), below in zip(lists, (self.n_pre, self.n_post)):
            if (ptr[1:] < ptr[:-1]).any():
                return False
            first, end = int(ptr[0]), int(ptr[-1])
            if end > first:
                part = fired[first:end]
                falls = np.flatnonzero(part[1:] <= part[:-1]) + (first + 1)
                if part.max() >= below or not np.isin(falls.astype(U8), ptr).all():
                    return False
        for k in range(0, len(v), 4096):
            rows = v[k:k + 4096]
            if not (-1 <= rows.min() and rows.max() <= 1):  # V; NaN compares false
                return False
        return True

    def report(self) -> SpikingReport:
        """Weights, bounds, running rates, silent and runaway neurons, and a verdict: one pass over everything."""
        c = CSpikingReport()
        check(lib.lpl_spiking_report_init(c, C.sizeof(c)))
        check(lib.lpl_spiking_report(self._h(), c))
        values = {name: getattr(c, name) for name in SpikingReport.__dataclass_fields__}
        return SpikingReport(**dict(values, verdict=Verdict(c.verdict), mend=Mend(c.mend)))

    elig: Floats = state(SpikingState.ELIG, "Eligibilities after their decay (n_synapses,).")
    elig_flt: Floats = state(SpikingState.ELIG_FLT, "Filtered eligibilities (n_synapses,).")
    elig_sum: Floats = state(SpikingState.ELIG_SUM, "Accumulated change since the last update (n_synapses,).")
    grad2: Floats = state(SpikingState.GRAD2, "Squared size of the gradient (n_synapses,); 0 without scaling.")
    tr_pre: Floats = state(SpikingState.TR_PRE, "Traces of the pre neurons (n_pre,).")
    psp: Floats = state(SpikingState.PSP, "Post-synaptic potentials (n_pre,).")
    err: Floats = state(SpikingState.ERR, "Error signals (n_post,).")
    err_rise: Floats = state(SpikingState.ERR_RISE, "Error signals, first filter (n_post,).")
    err_flt: Floats = state(SpikingState.ERR_FLT, "Error signals, second filter (n_post,).")
    mean: Floats = state(SpikingState.MEAN,
                             "Slow traces (n_post,); / tau_mean: rates in Hz. Writable before the first step.", True)
    sigma2: Floats = state(SpikingState.SIGMA2, "Running variances (n_post,). Writable before the first step.",
                               True)
    fprime: Floats = state(SpikingState.FPRIME, "Surrogate derivatives of this step (n_post,).")
    eta: float = parameter(SpikingParam.ETA, float, "Learning rate.", True)
    push: float = parameter(SpikingParam.PUSH, float, "Coefficient of the variance term.", True)
    pull: float = parameter(SpikingParam.PULL, float, "Coefficient of the predictive term.", True)
    mode: Mode = parameter(SpikingParam.MODE, as_mode, "Mode.LEARN, TRACK (priming) or FROZEN; names may be assigned.",
                           True)
    threads: int = parameter(SpikingParam.THREADS, int, "Threads; results do not depend on it.", True)
    steps_done: int = parameter(SpikingParam.STEP, int, "Steps done: the next t.")
    updates: int = parameter(SpikingParam.UPDATES, int, "Weight changes done.")
    engine: Engine = parameter(SpikingParam.ENGINE, lambda value: Engine(int(value)), "The engine in use.")
    block: int = parameter(SpikingParam.BLOCK, int, "Steps of a block (fused: 1).")
    tau_mean: float = parameter(SpikingParam.TAU_MEAN, float, "Time constant of the mean, s.")
    w_min: float = parameter(SpikingParam.W_MIN, float, "Lower bound of weights.")
    w_max: float = parameter(SpikingParam.W_MAX, float, "Upper bound of weights.")
    isa: Isa = parameter(SpikingParam.ISA, as_isa, "Instruction set in use.")
    memory: int = parameter(SpikingParam.MEMORY, int, "Bytes that the projection takes.")
    label: int = parameter(SpikingParam.LABEL, int, "The host's number, named in messages.")
    verdict: Verdict = parameter(SpikingParam.VERDICT, lambda value: Verdict(int(value)),
                                 "Verdict of the last look (flags='watch'); EARLY before the first.")


def spike_ptr(step: Array, n_steps: int, first: int = 0) -> UInt64:
    """Offsets for Spiking.steps and Network.run from a sorted list of spike times (as Record.spikes has them).

    Parameters
    ----------
    step : ndarray of integers
        Times in steps, ascending.
    n_steps, first : int
        Of the steps first .. first + n_steps - 1.

    Returns
    -------
    ndarray of uint64 (n_steps + 1,)
        Spikes of step first + k are those from element k on, below element k + 1.
    """
    step, n_steps, first = np.asarray(step), as_int(n_steps, "n_steps", C.c_uint64), as_int(first, "first", C.c_uint64)
    if step.size and (np.diff(step.astype(np.int64)) < 0).any():
        raise LplSizeError("step descends, need spike times in order")
    return np.searchsorted(step, np.arange(first, first + n_steps + 1, dtype=step.dtype)).astype(U8)
