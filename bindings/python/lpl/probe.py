# lpl/probe.py - how good is a representation? Readouts of theory 4.5 and 5.1 (docs/python.md).
"""Linear readouts in two forms, and how well a code keeps the factors of the room apart."""
from __future__ import annotations

import ctypes as C
from typing import Any, Iterable, NamedTuple

import numpy as np

from . import _api, _keywords, random
from ._lib import team
from ._slices import aside
from ._arrays import labels as label_address
from ._arrays import element_type, matrix, row
from ._convert import as_int, one_of
from ._worlds_lib import worlds
from ._signature import keywords
from .errors import LplArgError, LplNonFiniteError, LplSizeError
from .layer import Layer
from .metrics import Readout
from .worlds import FACTORS, ROOM_IMAGES
from ._types import Float64, Floats, Int32, UInt32

_F4, _U4 = np.dtype(np.float32), np.dtype(np.uint32)


class Disentanglement(NamedTuple):
    """Majority vote of Kim & Mnih (1: each feature tells one factor), mean and sd over repetitions; strict: the same
    when each factor keeps only as many features as it has values; constant: features without variance."""
    score: float
    score_sd: float
    strict: float
    strict_sd: float
    constant: int


def pooled(z: Floats) -> Floats:
    """Mean over positions of responses (n, units, height, width), float32; (n, units) passes as it is."""
    return z if z.ndim == 2 else np.ascontiguousarray(z.mean((2, 3), dtype=np.float64), np.float32)


def codes(net: Iterable[Layer], x: Floats) -> list[Floats]:
    """Pooled responses of every layer of a Stack (or of any layers in a row) to x: any number of rows, taken batch_max
    at a time."""
    layers, parts = list(net), []
    for first in range(0, len(x), layers[0].batch_max):
        z, part = x[first:first + layers[0].batch_max], []
        for layer in layers:
            z = layer.forward(z)
            part.append(pooled(z))
        parts.append(part)
    return [np.concatenate(part) for part in zip(*parts)]


def _features(x: Any, name: str) -> tuple[int, int, int]:
    """(address, rows, columns) of finite float32 features without gaps."""
    address, ld, n, d = matrix(x, name, _F4, "the probe")
    if x.ndim != 2 or ld != d or n < 2 or d < 1:
        raise LplSizeError(f"{name} has shape {x.shape} and strides {x.strides}, need at least 2 rows of features "
                           f"without gaps")
    if not np.isfinite(x).all():
        raise LplNonFiniteError(f"{name} holds NaN or infinity in row {np.argwhere(~np.isfinite(x))[0][0]}")
    return address, n, d


def _labels(y: Any, name: str, n: int, classes: int) -> int:
    address = label_address(y, name, n)
    if y.min() < 0 or y.max() >= classes:
        raise LplArgError(f"{name} holds {y.min() if y.min() < 0 else y.max()}, need 0 .. {classes - 1}")
    return address


@keywords(_keywords.probe_softmax, _api.ReadoutConfig, hide=("flags",))
def softmax(x: Floats, y: Int32, x_test: Floats, y_test: Int32, *, n_classes: int = 10, seed: int = 0,
            **fields: Any) -> float:
    """Accuracy of the protocol of theory 4.5: softmax regression with Adam for 20 epochs from small random weights,
    features as they are. Depends on the features' scale.

    Parameters
    ----------
    x, x_test : ndarray (n, d)
        Features, float32 or float64.
    y, y_test : ndarray (n,) of int32
        Labels, 0 .. n_classes - 1.
    seed : int
        Of the start values.
    {keywords}

    Returns
    -------
    float
        Fraction of the test rows that are right.
    """
    dtype = element_type(x, "x")
    d = matrix(x, "x", dtype, "x")[3]
    start = (2 * random.uniform(n_classes * (d + 1), seed, 100, dtype=dtype) - 1) / np.sqrt(d).astype(dtype)
    readout = Readout(n_classes, **fields)
    readout.fit(x, y, start[:n_classes * d].reshape(n_classes, d), start[n_classes * d:])
    return readout.accuracy(x_test, y_test)


def logistic(x: Floats, y: Int32, x_test: Floats, y_test: Int32, *, n_classes: int = 10,
             l2: float = 1e-4, iterations: int = 200) -> float:
    """Accuracy of converged logistic regression on standardised features (L-BFGS): does not depend on scale.
    float32."""
    px, n, d = _features(x, "x")
    pt, n_test, d_test = _features(x_test, "x_test")
    if d_test != d:
        raise LplSizeError(f"x_test has {d_test} columns, need {d}")
    as_int(n_classes, "n_classes", C.c_int32)
    as_int(iterations, "iterations", C.c_int32)
    if not (2 <= n_classes <= 65536 and iterations >= 1 and 0 <= l2 < np.inf):
        raise LplArgError(f"n_classes = {n_classes}, iterations = {iterations}, l2 = {l2}, need 2 .. 65536, >= 1, >= 0")
    py, pu = _labels(y, "y", n, n_classes), _labels(y_test, "y_test", n_test, n_classes)

    def call(_alive: Any = (x, y, x_test, y_test)) -> float:
        return float(worlds().worlds_logistic(px, py, n, pt, pu, n_test, d, n_classes, l2, iterations))

    return aside(call)


def _rooms(x: Any, image: Any) -> tuple[int, int, int, int]:
    px, n, d = _features(x, "x")
    row(image, "image", _U4, n)
    if image.max() >= ROOM_IMAGES:
        raise LplArgError(f"image holds {image.max()}, need < {ROOM_IMAGES}")
    return px, image.ctypes.data, n, d


def disentanglement(x: Floats, image: UInt32, *, draws: int = 4000, points: int = 10, repetitions: int = 10,
                    seed: int = 0, threads: int = 1) -> Disentanglement:
    """Score of features x (float32) of the room's images ``image`` (uint32, at random from all, as worlds.sample gives
    them)."""
    px, pi, n, d = _rooms(x, image)
    for (name, count), values in zip(FACTORS.items(), np.unravel_index(image, tuple(FACTORS.values()))):
        missing = np.setdiff1d(np.arange(count), values)
        if missing.size:
            raise LplArgError(f"image: none of the {n} has value {missing[0]} of {name}; draw more")
    numbers = [as_int(value, name, C.c_uint32) for value,
               name in ((draws, "draws"), (points, "points"), (repetitions, "repetitions"))]
    if draws < 2 or points < 1 or repetitions < 1 or not 1 <= as_int(threads, "threads", C.c_int32) <= 1024:
        raise LplArgError(f"draws, points, repetitions, threads = {draws}, {points}, {repetitions}, {threads}, need "
                          f">= 2, >= 1, >= 1, "
                          "1 .. 1024")
    out, start = np.empty(5), as_int(seed, "seed", C.c_uint64)

    def call(_alive: Any = (x, image)) -> None:
        worlds().worlds_disentangle(out.ctypes.data, px, pi, n, d, *numbers, start, team(threads))

    aside(call)
    score, score_sd, strict, strict_sd = map(float, out[:4])
    return Disentanglement(score, score_sd, strict, strict_sd, int(out[4]))


def factor_readout(x: Floats, image: UInt32, factor: str, *, epochs: int = 100, seed: int = 0) -> float:
    """Accuracy of a linear readout of one factor (a name of worlds.FACTORS): four fifths of the rows train, the rest
    tests."""
    one_of(factor, "factor", FACTORS)
    px, pi, n, d = _rooms(x, image)
    if n < 5:
        raise LplSizeError(f"x has {n} rows, need at least 5")
    number, rounds, start = list(FACTORS).index(factor), as_int(epochs, "epochs",
                                                                C.c_uint32), as_int(seed, "seed", C.c_uint64)
    if rounds < 1:
        raise LplArgError(f"epochs = {rounds}, need >= 1")  # the C side would end the process

    def call(_alive: Any = (x, image)) -> float:
        return float(worlds().worlds_factor_readout(px, pi, n, d, number, rounds, start))

    return aside(call)


def similarity(x: Floats, values: int) -> Float64:
    """How alike are images that differ in one factor? Rows of x come in groups of ``values`` images that share all
    other factors; result (values, values): cosine of the responses minus their mean over all rows, averaged over
    groups."""
    px, n, d = _features(x, "x")
    if as_int(values, "values", C.c_int32) < 1 or n % values:
        raise LplSizeError(f"x has {n} rows, need a multiple of values = {values}")
    out = np.empty((values, values))

    def call(_alive: Any = x) -> Float64:
        worlds().worlds_similarity(out.ctypes.data, px, n // values, values, d)
        return out

    return aside(call)
