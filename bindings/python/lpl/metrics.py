# lpl/metrics.py - what to measure on frozen responses, and the linear readout (lpl/metrics.h has every formula).
"""Metrics of representations and the linear readout. x: (samples, features) float32 or float64; y: int32 labels from
0."""
from __future__ import annotations

import ctypes as C
from typing import Any, Optional

import numpy as np

from . import _keywords
from ._arrays import SUFFIX, element_type, labels, matrix, vector
from ._lib import lib
from ._object import Strict
from ._slices import LARGE, aside, slices
from ._api import ClassMetric, ClassMetricLike, Metric, MetricLike, ReadoutConfig
from ._convert import as_enum, as_float, as_int, set_fields
from ._signature import keywords
from .errors import LplError, LplNullError, LplOverlapError, check
from ._types import Float64, Floats, Int32, NpDType


def metric(name: MetricLike, x: Floats, y: Optional[Int32] = None,
           x2: Optional[Floats] = None) -> float:
    """One scalar, by member of Metric or name. y and x2 where the metric needs them. Undefined values raise, they are
    never NaN."""
    dtype = element_type(x, "x")
    px, ldx, n, d = _samples(x, "x", dtype)
    p2, ld2 = (None, 0) if x2 is None else _samples(x2, "x2", dtype, n, d)[:2]
    py = None if y is None else labels(y, "y", n)
    out, number = C.c_double(), as_enum(Metric, name, "metric")

    def call(_alive: Any = (x, y, x2)) -> float:
        check(getattr(lib, "lpl_metric" + SUFFIX[dtype])(out, number, px, ldx, p2, ld2, py, n, d))
        return out.value

    return aside(call, _large(n, d))


def metric_classes(name: ClassMetricLike, x: Floats, y: Int32,
                   n_classes: Optional[int] = None) -> Floats:
    """One array over classes. n_classes: the largest label + 1 unless given."""
    dtype = element_type(x, "x")
    px, ldx, n, d = _samples(x, "x", dtype)
    py = labels(y, "y", n)
    k = (int(y.max()) + 1 if n else 0) if n_classes is None else as_int(n_classes, "n_classes", C.c_int64)
    number = as_enum(ClassMetric, name, "metric")
    out = np.empty((max(k, 0),) * (2 if number == ClassMetric.CLASS_CORRELATION else 1))

    def call(_alive: Any = (x, y)) -> Floats:
        check(getattr(lib, "lpl_metric_classes" + SUFFIX[dtype])(out.ctypes.data, out.size, number, px, ldx, py, n, d,
                                                                 k))
        return out

    return aside(call, _large(n, d))


def _large(n: int, d: int) -> bool:
    """Worth a thread beside this one? Pairs of samples and pairs of features are what measures cost."""
    return n * d * max(n, d) > LARGE


def _samples(x: Floats, name: str, dtype: NpDType, n: Optional[int] = None,
             d: Optional[int] = None) -> tuple[int, int, int, int]:
    """A vector is n samples of one feature here, not one sample of n."""
    return matrix(x.reshape(-1, 1) if isinstance(x, np.ndarray) and x.ndim == 1 else x, name, dtype, "x", d, n)


def participation_ratio(x: Floats) -> float:
    """tr(C)^2 / |C|_F^2 of the centred covariance."""
    return metric(Metric.PARTICIPATION_RATIO, x)


def cosine_cross_class(x: Floats, y: Int32) -> float:
    """Mean cosine between centred samples of different class."""
    return metric(Metric.COSINE_CROSS_CLASS, x, y)


def cosine_within_class(x: Floats, y: Int32) -> float:
    """Mean over classes of the mean cosine between centred samples of the class."""
    return metric(Metric.COSINE_WITHIN_CLASS, x, y)


def manifold_correlation(x: Floats, y: Int32) -> float:
    """Mean correlation of class centres."""
    return metric(Metric.MANIFOLD_CORRELATION, x, y)


def manifold_radius(x: Floats, y: Int32) -> float:
    """Mean class radius over the global radius."""
    return metric(Metric.MANIFOLD_RADIUS, x, y)


def manifold_dim(x: Floats, y: Int32) -> float:
    """Mean participation ratio of the classes."""
    return metric(Metric.MANIFOLD_DIM, x, y)


def global_radius(x: Floats) -> float:
    """Mean distance to the common centre."""
    return metric(Metric.GLOBAL_RADIUS, x)


def cosine_push(x: Floats) -> float:
    """Mean squared cosine over ordered pairs."""
    return metric(Metric.COSINE_PUSH, x)


def cosine_push_labels(x: Floats, y: Int32) -> float:
    """Mean squared cosine over pairs of different class."""
    return metric(Metric.COSINE_PUSH_LABELS, x, y)


def cosine_pull(x: Floats, x2: Floats) -> float:
    """Minus the mean cosine between the two responses of a sample."""
    return metric(Metric.COSINE_PULL, x, x2=x2)


def cosine_pull_labels(x: Floats, y: Int32, x2: Floats) -> float:
    """Sum over classes of minus the mean cosine in the class, averaged over x and x2."""
    return metric(Metric.COSINE_PULL_LABELS, x, y, x2=x2)


def push_to_centroid(x: Floats) -> float:
    """Mean squared cosine with the mean direction."""
    return metric(Metric.PUSH_TO_CENTROID, x)


def uniformity(x: Floats) -> float:
    """log mean over pairs of exp(-2 |u_b - u_d|^2)."""
    return metric(Metric.UNIFORMITY, x)


def kl_gaussian(x: Floats) -> float:
    """Kullback-Leibler divergence of each feature's Gaussian from the standard one, mean."""
    return metric(Metric.KL_GAUSSIAN, x)


def abs_logvar(x: Floats) -> float:
    """Mean |log(var + 1e-4)|."""
    return metric(Metric.ABS_LOGVAR, x)


def radial_push(x: Floats) -> float:
    """Mean of -1/(|x - c|_1 + 1e-4) + 1/(|x - c|_2 + 1e-4)."""
    return metric(Metric.RADIAL_PUSH, x)


def sparse_filtering(x: Floats) -> float:
    """L1 norm of rows after both normalisations."""
    return metric(Metric.SPARSE_FILTERING, x)


def selectivity(x: Floats, y: Int32) -> float:
    """One feature, labels 0 and 1: |difference of class means| / (max - min)."""
    return metric(Metric.SELECTIVITY, x, y)


def class_radii(x: Floats, y: Int32, n_classes: Optional[int] = None) -> Floats:
    """Mean distance to the class's centre, per class."""
    return metric_classes(ClassMetric.CLASS_RADII, x, y, n_classes)


def centroid_spreads(x: Floats, y: Int32, n_classes: Optional[int] = None) -> Floats:
    """Distance of each class's centre from the common one."""
    return metric_classes(ClassMetric.CENTROID_SPREADS, x, y, n_classes)


def class_dims(x: Floats, y: Int32, n_classes: Optional[int] = None) -> Floats:
    """Participation ratio of each class."""
    return metric_classes(ClassMetric.CLASS_DIMS, x, y, n_classes)


def class_correlation(x: Floats, y: Int32, n_classes: Optional[int] = None) -> Floats:
    """Correlation matrix of class centres."""
    return metric_classes(ClassMetric.CLASS_CORRELATION, x, y, n_classes)


def sfa(x0: Floats, x1: Floats, n_features: Optional[int] = None, ridge: float = 0) -> tuple[Floats, Floats]:
    """Slow feature analysis in closed form: C0 v = mu (D + ridge I) v, C0 the covariance of x, D that of its change
    from a moment ago (rows of x0) to now (rows of x1), by half. (w, mu), both float64: n_features rows of w (all
    unless given), slowest first, with outputs x @ w.T of variance 1; and mu, variance per (change + ridge).

    For a series x: ``sfa(x[:-1], x[1:])``. A linear neuron under LPL ends in the first row, times
    sqrt(mu * push / pull), with ridge = weight_decay / pull.
    """
    dtype = element_type(x0, "x0")
    p0, ld0, n, d = _samples(x0, "x0", dtype)
    p1, ld1 = _samples(x1, "x1", dtype, n, d)[:2]
    k = d if n_features is None else as_int(n_features, "n_features", C.c_int64)
    w, mu, keep = np.empty((max(k, 0), d)), np.empty(max(k, 0)), as_float(ridge, "ridge")

    def call(_alive: Any = (x0, x1)) -> tuple[Floats, Floats]:
        check(getattr(lib, "lpl_sfa" + SUFFIX[dtype])(w.ctypes.data, d, mu.ctypes.data, p0, ld0, p1, ld1, n, d, k,
                                                      keep))
        return w, mu

    return aside(call, _large(n, d))


def slowness(x: Floats, scene: Optional[Int32] = None, lag: int = 1) -> Float64:
    """Of each feature, mean squared change over ``lag`` rows / (2 var): 0 stands still, 1 has no memory.

    Parameters
    ----------
    x : ndarray (n, d)
        Rows are moments in a row.
    scene : ndarray (n,) of int32, optional
        Labels; rows of one label in a row belong together, and no pair leaves them. None: one scene.
    lag : int
        Rows between the two of a pair.

    Returns
    -------
    ndarray (d,) of float64
    """
    dtype = element_type(x, "x")
    px, ldx, n, d = _samples(x, "x", dtype)
    ps = None if scene is None else labels(scene, "scene", n)
    out, step = np.empty(d), as_int(lag, "lag", C.c_size_t)
    check(getattr(lib, "lpl_slowness" + SUFFIX[dtype])(out.ctypes.data, px, ldx, ps, n, d, step))
    return out


def modulation(x: Floats, blank: Optional[Floats] = None) -> tuple[Float64, Float64]:
    """(f0, f1) of each feature over the phases of one cycle: mean response, amplitude of the first harmonic.

    Parameters
    ----------
    x : ndarray (n, d)
        Responses to n phases in equal steps.
    blank : ndarray (d,), optional
        Response to a blank, which f0 does not hold. None: 0.

    Returns
    -------
    tuple of ndarray (d,) of float64
    """
    dtype = element_type(x, "x")
    px, ldx, n, d = _samples(x, "x", dtype)
    pb = None if blank is None else vector(blank, "blank", dtype, "x", d)
    f0, f1 = np.empty(d), np.empty(d)
    check(getattr(lib, "lpl_modulation" + SUFFIX[dtype])(f0.ctypes.data, f1.ctypes.data, px, ldx, pb, n, d))
    return f0, f1


_ROWS = 256  # lpl_readout_predict works in blocks of so many rows: cuts between them change no bit


class Readout(Strict):
    """Linear readout (probe): softmax regression with bias, cross entropy, Adam, mini-batches in the order given.

    ``Readout(10).fit(x, y).accuracy(x_test, y_test)``.

    Parameters
    ----------
    {keywords}

    Attributes
    ----------
    w, bias : ndarray or None
        Weights (K, d) and biases (K,) after fit: the readout's own copies.
    loss : ndarray or None
        Mean cross entropy of each epoch (epochs,) of the last fit, float64.
    """
    w: Optional[Floats] = None
    bias: Optional[Floats] = None
    loss: Optional[Floats] = None

    @keywords(_keywords.Readout_init, ReadoutConfig)
    def __init__(self, n_classes: int = 10, **fields: Any) -> None:
        self._cfg = ReadoutConfig()
        check(lib.lpl_readout_config_init(self._cfg, C.sizeof(self._cfg)))
        set_fields(self._cfg, dict(n_classes=n_classes, **fields), "a readout")

    def fit(self, x: Floats, y: Int32, w: Optional[Floats] = None,
            bias: Optional[Floats] = None) -> "Readout":
        """Train; an error leaves all as it was, Ctrl-C what was trained until then, at a whole mini-batch.

        Parameters
        ----------
        x : ndarray (n, d)
            Features, float32 or float64.
        y : ndarray (n,) of int32
            Labels, 0 .. K - 1.
        w, bias : ndarray (K, d), (K,), optional
            Start values, which the result replaces in place; without them what fit left before, or 0.

        Returns
        -------
        Readout
            This one; ``loss`` has the mean cross entropy of each epoch.
        """
        dtype = element_type(x, "x")
        px, ldx, n, d = matrix(x, "x", dtype, "x")
        py = labels(y, "y", n)
        k, epochs, batch = self._cfg.n_classes, self._cfg.epochs, self._cfg.batch
        given = w, bias
        w = (np.zeros((k, d), dtype) if self.w is None else self.w) if w is None else w
        bias = (np.zeros(k, dtype) if self.bias is None else self.bias) if bias is None else bias
        matrix(w, "w", dtype, "x", d, k, out=given[0] is not None)
        vector(bias, "bias", dtype, "x", k, out=given[1] is not None)
        for array, name in zip(given, ("w", "bias")):
            if array is not None and np.may_share_memory(array, x):
                raise LplOverlapError(f"{name} and x overlap, need arrays that share no memory")
        w, bias = np.array(w, order="C").reshape(k, d), np.array(bias)
        moments, loss = np.empty(2 * (w.size + bias.size), dtype), np.full(epochs, np.nan)
        part = getattr(lib, "lpl_readout_fit_part" + SUFFIX[dtype])
        keep = True
        try:
            for first, count in slices(epochs * (-(-n // batch)) if n else 1):
                check(part(self._cfg, w.ctypes.data, d, bias.ctypes.data, moments.ctypes.data, loss.ctypes.data,
                           px, ldx, py, n, d, first, count))
        except LplError:  # anything else comes from a signal handler, between two slices
            keep = False
            raise
        finally:
            if keep:
                self.w, self.bias, self.loss = w, bias, loss
                for array, result in zip(given, (w, bias)):
                    if array is not None:
                        array[...] = result.reshape(array.shape)
        return self

    def __repr__(self) -> str:
        fitted = "not fitted" if self.w is None or self.loss is None else (
            f"{self.w.shape[1]} features, {self.w.dtype.name}, loss {self.loss[-1]:.4g}")
        return f"<lpl.Readout {self._cfg.n_classes} classes, {fitted}>"

    def predict(self, x: Floats) -> Floats:
        """Logits (n, K)."""
        logits: Floats = self._predict(x, None, True)[0]
        return logits

    def accuracy(self, x: Floats, y: Int32) -> float:
        """Fraction of rows whose largest logit is the label's."""
        return self._predict(x, y, False)[1]

    def _predict(self, x: Floats, y: Optional[Int32], want: bool) -> tuple[Any, float]:
        if self.w is None or self.bias is None:
            raise LplNullError("readout has no weights yet; call fit first")
        dtype = element_type(x, "x")
        k = self._cfg.n_classes
        px, ldx, n, d = matrix(x, "x", dtype, "x")
        pw, ldw, _, _ = matrix(self.w, "w", dtype, "x", d, k)
        pb = vector(self.bias, "bias", dtype, "x", k)
        py = None if y is None else labels(y, "y", n)
        logits = np.empty((n, k), dtype) if want else None
        function, hits, right = getattr(lib, "lpl_readout_predict" + SUFFIX[dtype]), C.c_double(), 0
        parts = slices(n, 16, _ROWS) if n else iter([(0, 0)])
        for row, rows in parts:
            check(function(None if logits is None else logits.ctypes.data + row * k * dtype.itemsize, k,
                           None if y is None else hits, pw,
                           ldw, pb, px + row * ldx * dtype.itemsize, ldx, None if py is None else py + row * 4, rows, d,
                           k))
            right += round(hits.value * rows)
        return logits, right / n if n else hits.value
