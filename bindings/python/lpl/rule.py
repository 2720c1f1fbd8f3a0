# lpl/rule.py - level 1: the rule, activations and optimisers on the host's own arrays (lpl/rule.h, activation.h,
# optim.h).
"""The learning rule on your own arrays."""
from __future__ import annotations

import ctypes as C
from typing import Any, NamedTuple, Optional

import numpy as np

from . import _keywords
from ._arrays import SUFFIX, element_type, matrix, vector
from ._lib import lib
from ._api import Activation, ActivationLike, DType, OptimConfig, RuleConfig
from ._convert import as_enum, as_float, as_int, set_fields
from ._signature import keywords
from .errors import LplDtypeError, check, warn_collapsed
from .report import Report, new_report, to_report
from .stats import Stats
from ._types import Floats

_DTYPE = {np.dtype(np.float32): int(DType.F32), np.dtype(np.float64): int(DType.F64)}
# Usual parameters (lpl_layer_config_t: act_p0, act_p1).
_PARAMETERS = {Activation.LEAKY_RELU: (0.01, 0.0), Activation.SATURATING: (2.0, 80.0)}


class Delta(NamedTuple):
    """What rule_delta gives: the factor (batch, n_post), the additional decay per row (n_post,), the report."""
    delta: Floats
    decay: Floats
    report: Report


def activate(a: Floats, activation: ActivationLike, p0: Optional[float] = None, p1: Optional[float] = None,
             z: Optional[Floats] = None, fprime: Optional[Floats] = None) -> tuple[Floats, Floats]:
    """(f(a), f'(a)) element by element; z and fprime: arrays for them (z may be a itself)."""
    dtype = element_type(a, "a")
    number = as_enum(Activation, activation, "activation")
    usual = _PARAMETERS.get(number, (0.0, 0.0))  # type: ignore[call-overload]
    z = np.empty(a.shape, dtype) if z is None else z
    fprime = np.empty(a.shape, dtype) if fprime is None else fprime
    address = vector(a, "a", dtype, "a")
    check(getattr(lib, "lpl_activate" + SUFFIX[dtype])(
        vector(z, "z", dtype, "a", a.size, out=True), vector(fprime, "fprime", dtype, "a", a.size, out=True), address,
        a.size, number, usual[0] if p0 is None else as_float(p0, "p0"), usual[1] if p1 is None else as_float(p1, "p1")))
    return z, fprime


@keywords(_keywords.rule_delta, RuleConfig)
def rule_delta(z: Floats, z_prev: Optional[Floats] = None, *, fprime: Optional[Floats] = None,
               stats: Optional[Stats] = None, theta: Optional[Floats] = None, delta: Optional[Floats] = None,
               **fields: Any) -> Delta:
    """The post-synaptic factor of a batch (rows) of responses.

    ``rule_delta(z, z_prev, fprime=fp, pull=1, push=1, decorr=10, form="reference")``; equations: lpl/rule.h.

    Parameters
    ----------
    z, z_prev : ndarray (batch, n_post)
        Responses now and a moment ago, float32 or float64; z_prev None: no predictive term.
    fprime : ndarray (batch, n_post), optional
        f'(a); None: 1.
    stats : Stats, optional
        Whose statistics to use; None: those of the batch.
    theta : ndarray (n_post,), optional
        BCM thresholds, changed in place.
    delta : ndarray (batch, n_post), optional
        Where the factor goes; None: a new array.
    {keywords}

    Returns
    -------
    Delta
        delta (batch, n_post), decay (n_post,), report.
    """
    dtype = element_type(z, "z")
    if stats is not None and not isinstance(stats, Stats):
        raise LplDtypeError(f"stats is a {type(stats).__name__}, need an lpl.Stats or None")
    cfg = RuleConfig()
    check(lib.lpl_rule_config_init(cfg, C.sizeof(cfg)))
    set_fields(cfg, fields, "the rule")
    pz, ldz, rows, m = matrix(z, "z", dtype, "z")
    if delta is None:
        delta = np.empty((rows, m), dtype)
    pd, ldd, _, _ = matrix(delta, "delta", dtype, "z", m, rows, out=True)
    pp, ldp = (None, 0) if z_prev is None else matrix(z_prev, "z_prev", dtype, "z", m, rows)[:2]
    pf, ldf = (None, 0) if fprime is None else matrix(fprime, "fprime", dtype, "z", m, rows)[:2]
    pt = None if theta is None else vector(theta, "theta", dtype, "z", m, out=True)
    decay = np.empty(m, dtype)
    need = C.c_size_t()
    check(lib.lpl_rule_scratch(cfg, need, m, rows, _DTYPE[dtype]))
    scratch = np.empty(need.value + 64, np.uint8)
    aligned = -(-scratch.ctypes.data // 64) * 64
    report = new_report()
    if check(getattr(lib, "lpl_rule_delta" + SUFFIX[dtype])(
            cfg, pd, ldd, decay.ctypes.data, report, pt, aligned, need.value, pz, ldz, pp, ldp, pf, ldf,
            None if stats is None else stats._h(), m, rows)) > 0:
        warn_collapsed("rule_delta", 2)
    return Delta(delta, decay, to_report(report))


def rule_apply(w: Floats, delta: Floats, x: Floats, eta: float, *, bias: Optional[Floats] = None,
               decay: Optional[Floats] = None, weight_decay: float = 0.0) -> None:
    """In place: w += eta (delta' x - (weight_decay + decay) w), bias += eta sum delta. w (n_post, n_pre), delta (batch,
    n_post), x (batch, n_pre)."""
    dtype = element_type(w, "w")
    pw, ldw, m, n = matrix(w, "w", dtype, "w", out=True)
    pd, ldd, rows, _ = matrix(delta, "delta", dtype, "w", m)
    px, ldx, _, _ = matrix(x, "x", dtype, "w", n, rows)
    pb = None if bias is None else vector(bias, "bias", dtype, "w", m, out=True)
    py = None if decay is None else vector(decay, "decay", dtype, "w", m)
    check(getattr(lib, "lpl_rule_apply" + SUFFIX[dtype])(pw, ldw, pb, pd, ldd, py, px, ldx, n, m, rows,
                                                         as_float(eta, "eta"),
                                                     as_float(weight_decay, "weight_decay")))


@keywords(_keywords.optim_step, OptimConfig)
def optim_step(w: Floats, g: Floats, t: int, *, m: Optional[Floats] = None, v: Optional[Floats] = None,
               **fields: Any) -> None:
    """One step of an optimiser, in place: ``optim_step(w, g, t, m=m, v=v, optim="adam", eta=1e-3)``.

    Parameters
    ----------
    w, g : ndarray
        Parameters and gradient of the loss, equally many, float32 or float64.
    t : int
        Number of the step, 1 for the first.
    m, v : ndarray, optional
        Moments, zero before the first step: m for momentum and Adam, v for Adam.
    {keywords}
    """
    dtype = element_type(w, "w")
    cfg = OptimConfig()
    check(lib.lpl_optim_config_init(cfg, C.sizeof(cfg)))
    set_fields(cfg, fields, "an optimiser")
    pw = vector(w, "w", dtype, "w", out=True)
    pm = None if m is None else vector(m, "m", dtype, "w", w.size, out=True)
    pv = None if v is None else vector(v, "v", dtype, "w", w.size, out=True)
    check(getattr(lib, "lpl_optim_step" + SUFFIX[dtype])(cfg, pw, pm, pv, vector(g, "g", dtype, "w", w.size), w.size,
                                                         _count(t, "t")))


def schedule_warmup_cosine(epoch: float, base: float, *, warmup: int, epochs: int, start: float = 0.0,
                           end: float = 0.0) -> float:
    """Learning rate of an epoch: linear warm-up, then cosine."""
    eta = C.c_double()
    check(lib.lpl_schedule_warmup_cosine(eta, as_float(epoch, "epoch"), as_float(base, "base"),
                                         as_float(start, "start"),
                                         as_float(end, "end"), _count(warmup, "warmup"), _count(epochs, "epochs")))
    return eta.value


def _count(value: Any, name: str) -> int:
    return as_int(value, name, C.c_uint64)
