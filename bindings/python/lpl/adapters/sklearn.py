# lpl/adapters/sklearn.py - LPLTransformer: a layer as a transformer of scikit-learn.
# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportUnknownMemberType=false
"""A transformer of scikit-learn (1.6 or newer) that learns features without labels."""
from __future__ import annotations

from typing import Any, Optional

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from .._types import Floats
from ..layer import Layer


class LPLTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Features of one layer that learns by LPL.

    Parameters
    ----------
    n_components : int
        Units.
    activation : str
        As of ``lpl.Layer``.
    views : {"noise", "time"}
        What is paired. "noise": each row with itself, both with noise added; "time": row t with row t - 1, for rows in
        the order of time.
    noise : float
        Standard deviation of the noise, in units of each column's.
    epochs, batch_size : int
        Passes over the rows, rows of an update.
    eta : float
        Learning rate.
    standardize : bool
        Subtract each column's mean and divide by its standard deviation first.
    layer : dict, optional
        Further keywords of ``lpl.Layer``: preset, push, decorr, optim ...
    random_state : int, RandomState or None
        Start values, order of rows, noise.

    Attributes
    ----------
    layer_ : lpl.Layer
        The layer; save it, look at its weights.
    mean_, scale_ : ndarray (n_features,)
        Of the columns.
    reports_ : list of lpl.Report
        Of the last batch of each epoch.

    Notes
    -----
    float32 input is computed in float32, everything else in float64.
    """

    def __init__(self, n_components: int = 16, *, activation: str = "relu", views: str = "noise", noise: float = 0.1,
                 epochs: int = 10, batch_size: int = 64, eta: float = 1e-3, standardize: bool = True,
                 layer: Optional[dict[str, Any]] = None, random_state: Any = None) -> None:
        self.n_components = n_components
        self.activation = activation
        self.views = views
        self.noise = noise
        self.epochs = epochs
        self.batch_size = batch_size
        self.eta = eta
        self.standardize = standardize
        self.layer = layer
        self.random_state = random_state

    def _check(self, X: Any, reset: bool) -> Floats:
        found: Floats = validate_data(self, X, dtype=[np.float64, np.float32], reset=reset,
                                      ensure_min_samples=2 if reset else 1)
        return found

    def _inputs(self, X: Floats) -> Floats:
        x = (X - self.mean_) / self.scale_ if self.standardize else X
        return np.ascontiguousarray(x, self.layer_.dtype)

    def fit(self, X: Any, y: Any = None) -> "LPLTransformer":
        """Learn from rows (n_samples, n_features); y is not looked at."""
        X = self._check(X, True)
        if self.views not in ("noise", "time"):
            raise ValueError(f"views = {self.views!r}, need 'noise' or 'time'")
        random = check_random_state(self.random_state)
        self.mean_ = X.mean(0)
        scale = X.std(0)
        self.scale_ = np.where(scale > 0, scale, 1).astype(X.dtype)
        keywords: dict[str, Any] = dict(preset="reference", optim="adam", collapse_std=0.0, batch_max=self.batch_size,
                                        pair="causal" if self.views == "time" else "symmetric")
        keywords.update(self.layer or {})
        self.layer_ = Layer(X.shape[1], self.n_components, act=self.activation,  # type: ignore[arg-type]
                            eta=self.eta, dtype=X.dtype, seed=int(random.randint(2 ** 31)), **keywords)
        x, first = self._inputs(X), 1 if self.views == "time" else 0
        self.reports_ = []
        for _ in range(self.epochs):
            order = random.permutation(np.arange(first, len(x)))
            for k in range(0, len(order), self.batch_size):
                rows = order[k:k + self.batch_size]
                if len(rows) < 2:  # a variance needs two
                    rows = np.r_[rows, order[:1]] if len(order) > 1 else np.r_[rows, rows]
                if first:
                    report = self.layer_.update(x[rows - 1], x[rows])
                else:
                    report = self.layer_.update(*(
                        np.ascontiguousarray(x[rows] + self.noise * random.standard_normal((len(rows), x.shape[1])),
                                             x.dtype) for _ in range(2)))
            self.reports_.append(report)
        self._n_features_out = self.n_components
        return self

    def transform(self, X: Any) -> Floats:
        """Responses (n_samples, n_components)."""
        check_is_fitted(self)
        return self.layer_(self._inputs(self._check(X, False).astype(self.layer_.dtype, copy=False)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
