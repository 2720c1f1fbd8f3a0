# lpl/stack.py - Stack: layers one after the other, each learning by its own loss (lpl/stack.h).
"""Deep networks: a loop over layers in one call."""
from __future__ import annotations

import ctypes as C
import weakref
from typing import Any, Iterator, Mapping, Optional, Sequence, Union

import numpy as np

from ._arrays import matrix
from ._lib import lib
from ._object import Threaded
from ._api import CReport, LayerConfig
from .errors import LplNullError, check, warn_collapsed
from .layer import Layer, layer_config
from .report import Report, to_report


class _Handle:
    """The C object. Held by the stack and by each of its layers, so it ends with the last of them."""

    def __init__(self, handle: C.c_void_p) -> None:
        self.handle: Optional[C.c_void_p] = handle
        self.end = weakref.finalize(self, lib.lpl_stack_destroy, handle)

    def _h(self) -> C.c_void_p:
        if self.handle is None:
            raise LplNullError("stack is closed")
        return self.handle


def vgg11(side: int = 32, divide: int = 1, **fields: Any) -> list[dict[str, Any]]:
    """Keywords of the layers of theory 4.1 for Stack: VGG-11 without batch norm or dense layers, on RGB images side x
    side, all widths divided by ``divide``. fields: for every layer, e.g. preset="reference", batch_max=256, seed=1;
    streams and labels are numbered."""
    made: list[dict[str, Any]] = []
    channels = 3
    for k, (width, pool) in enumerate(zip((64, 128, 256, 256, 512, 512, 512, 512), (2, 2, 1, 2, 1, 2, 1, 2))):
        made.append(dict(dict(kind="conv2d", channels=channels, height=side, width=side, n_post=width // divide,
                              pool=pool, stream=k, label=k + 1), **fields))
        channels, side = width // divide, side // pool
    return made


class Stack(Threaded):
    """Layers in a row: ``Stack([dict(n_pre=784, n_post=128, act="relu"), dict(n_pre=128, n_post=64)])``; each item
    holds the keywords of Layer, or is a config of layer_config. No signal passes between layers but the response.
    ``stack[k]`` is layer k. One stack belongs to one thread at a time."""
    _STEM = "stack"

    def __init__(self, configs: Sequence[Union[LayerConfig, Mapping[str, Any]]]) -> None:
        made = [c if isinstance(c, LayerConfig) else layer_config(**c) for c in configs]
        pointers = (C.c_void_p * len(made))(*(C.addressof(c) for c in made))
        handle = C.c_void_p()
        check(lib.lpl_stack_create(pointers, len(made), C.byref(handle)))
        self._begin(handle)

    def _adopt(self, handle: C.c_void_p) -> None:
        self._core = _Handle(handle)
        self._layers: list[Layer] = []
        for k in range(lib.lpl_stack_size(handle)):
            inner = C.c_void_p()
            check(lib.lpl_stack_layer(handle, k, C.byref(inner)))
            layer = Layer.__new__(Layer)
            layer._begin(inner, self._core)
            self._layers.append(layer)
        self._threads_max = max(layer._threads_max for layer in self._layers)

    def _h(self) -> C.c_void_p:
        return self._core._h()

    def close(self) -> None:
        """Give the memory back now; the layers end with the stack."""
        self._core.end()
        self._core.handle = None

    def __len__(self) -> int:
        return len(self._layers)

    def __getitem__(self, k: int) -> Layer:
        return self._layers[k]

    def __iter__(self) -> Iterator[Layer]:
        return iter(self._layers)

    def forward(self, x: np.ndarray, last: int = -1, out: Optional[np.ndarray] = None) -> np.ndarray:
        """Response of layer ``last`` (default: the last one) to x."""
        handle = self._h()
        top = self._layers[last]
        px, ldx, rows, _ = self._layers[0]._rows(x, "x")
        if out is None:
            out = np.empty(top._shape_of(x, rows), top.dtype)
        pz, ldz, _, _ = matrix(out, "out", top.dtype, "layer", top.n_out, rows, out=True)
        check(getattr(lib, "lpl_stack_forward" + top._suffix)(handle, pz, ldz, px, ldx, rows, self._layers.index(top)))
        return out

    __call__ = forward

    def update(self, x0: np.ndarray, x1: Optional[np.ndarray] = None) -> list[Report]:
        """One learning step of every layer, in order; views as for Layer.update. One report per layer."""
        handle = self._h()
        p0, ld0, p1, ld1, rows = self._layers[0]._views(x0, x1)
        reports = (CReport * len(self))()
        for report in reports:
            report.size = C.sizeof(CReport)
        if check(getattr(lib, "lpl_stack_update" + self._layers[0]._suffix)(handle, reports, p0, ld0, p1, ld1,
                                                                            rows)) > 0:
            warn_collapsed("some layer of the stack (see the reports)", 2)
        return [to_report(report) for report in reports]

    def _threads_in_use(self) -> list[int]:
        return [layer.threads for layer in self._layers]

    def _use_threads(self, threads: list[int]) -> None:
        for layer, number in zip(self._layers, threads):
            layer.threads = number
