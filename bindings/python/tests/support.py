# tests/support.py - what several tests share: seeds, NumPy formulas of the rule, golden folders.
"""Shared parts of the tests. Random data depend on LPL_TEST_SEED, which failing tests print."""
import os
import pathlib

import numpy as np

SEED = int(os.environ.get("LPL_TEST_SEED", "20231016"))
TREE = pathlib.Path(__file__).resolve().parents[3]


def rng(salt=0):
    return np.random.default_rng([SEED, salt])


def relu(a):
    return np.maximum(a, 0), (a > 0).astype(a.dtype)


def delta(z, z_prev, fprime=1.0, pull=1.0, push=1.0, decorr=1.0, eps=1e-4, form="erratum", norm="layer"):
    """The post-synaptic factor of lpl/rule.h with statistics of the batch, as written there."""
    b, m = z.shape
    centred = z - z.mean(0)
    cov = centred.T @ centred / (b - 1)
    sigma2 = np.diag(cov)
    alpha = b / (b - 1)
    beta = 4 * b / ((b - 1) * (m - 1)) if m > 1 else 0.0
    lateral = centred @ (cov - np.diag(sigma2))
    n = m * b if norm == "layer" else b
    if form == "reference":  # equals 2 x ERRATUM with decorr / 2
        return 2 * delta(z, z_prev, fprime, pull, push, decorr / 2, eps, "erratum", norm)
    return fprime / n * (-pull * (z - z_prev) + push * alpha / (sigma2 + eps) * centred - decorr * beta * lateral)


def losses(z, z_prev, eps=1e-4):
    b, m = z.shape
    cov = np.cov(z, rowvar=False).reshape(m, m)
    off = cov - np.diag(np.diag(cov))
    return (((z - z_prev) ** 2).mean(), -np.log(np.diag(cov) + eps).mean(), (off ** 2).sum() / (m * m - m) if m > 1
            else 0.0)


def golden_folders():
    """The committed selection, and what LPL_GOLDEN names (`make check GOLDEN=folder` sets it)."""
    more = [pathlib.Path(path) for path in [os.environ.get("LPL_GOLDEN")] if path]
    for path in more:
        if not path.is_dir():
            raise FileNotFoundError(f"LPL_GOLDEN={path} is no folder")
    return [TREE / "tests" / "golden", *more]
