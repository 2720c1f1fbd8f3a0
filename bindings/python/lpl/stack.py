# lpl/stack.py - Stack: layers one after the other, each learning by its own loss (lpl/stack.h).
"""Deep networks: a loop over layers in one call."""
from __future__ import annotations

import ctypes as C
import weakref
from collections.abc import Mapping
from typing import Any, Iterator, Optional, Sequence, Union

import numpy as np

from . import _keywords
from ._arrays import matrix, spikes
from ._lib import lib
from ._object import Threaded
from ._api import CReport, LayerConfig, PresetLike, StackFlag
from ._signature import keywords
from .errors import LplNullError, check, warn_collapsed
from .layer import Layer, layer_config
from ._reduce import set_reduce
from .report import Report, to_report
from ._types import Floats, UInt32


class _Handle:
    """The C object. Held by the stack and by each of its layers, so it ends with the last of them."""

    def __init__(self, handle: C.c_void_p) -> None:
        self.handle: Optional[C.c_void_p] = handle
        self.end = weakref.finalize(self, lib.lpl_stack_destroy, handle)

    def _h(self) -> C.c_void_p:
        if self.handle is None:
            raise LplNullError("stack is closed")
        return self.handle


@keywords(_keywords.vgg11, LayerConfig,
          hide=("kind", "n_pre", "n_post", "channels", "height", "width", "pool"))
def vgg11(side: int = 32, divide: int = 1, *, preset: Optional[PresetLike] = None,
          **fields: Any) -> list[dict[str, Any]]:
    """Keywords of the layers of theory 4.1 for Stack: VGG-11 without batch norm or dense layers.

    Parameters
    ----------
    side : int
        RGB images are side x side.
    divide : int
        All widths are divided by it.
    preset : {"erratum", "reference", "toy2d", "stream"}, optional
        Of every layer, as all keywords below are; streams and labels are numbered.
    {keywords}

    Returns
    -------
    list of dict
        One for each layer.
    """
    made: list[dict[str, Any]] = []
    channels = 3
    if preset is not None:
        fields["preset"] = preset
    for k, (width, pool) in enumerate(zip((64, 128, 256, 256, 512, 512, 512, 512), (2, 2, 1, 2, 1, 2, 1, 2))):
        made.append(dict(dict(kind="conv2d", channels=channels, height=side, width=side, n_post=width // divide,
                              pool=pool, stream=k, label=k + 1), **fields))
        channels, side = width // divide, side // pool
    return made


class Stack(Threaded):
    """Layers in a row, each learning by its own loss: no signal passes between them but the response.

    ``Stack([dict(n_pre=784, n_post=128, act="relu"), dict(n_pre=128, n_post=64)])``; ``stack[k]`` is layer k. One stack
    belongs to one thread at a time.

    Parameters
    ----------
    configs : sequence of dict or LayerConfig
        The keywords of Layer, for each layer, or what layer_config gives.
    shared_scratch : bool
        Convolutions work in one piece of memory in place of one each: less memory, the same numbers.

    Raises
    ------
    TypeError
        A keyword that does not exist, or a value of the wrong type.
    LplArgError, LplSizeError
        A value that the library refuses; layers that do not fit together.
    """
    _STEM = "stack"

    def __init__(self, configs: Sequence[Union[LayerConfig, Mapping[str, Any]]], *,
                 shared_scratch: bool = False) -> None:
        made = []
        for c in configs:
            if not isinstance(c, (LayerConfig, Mapping)):
                raise TypeError(f"configs holds a {type(c).__name__}, need dicts of Layer's keywords, or what "
                                f"layer_config gives")
            made.append(c if isinstance(c, LayerConfig) else layer_config(**c))
        pointers = (C.c_void_p * len(made))(*(C.addressof(c) for c in made))
        handle = C.c_void_p()
        flags = StackFlag.SHARED_SCRATCH if shared_scratch else 0
        check(lib.lpl_stack_create_with(pointers, len(made), flags, C.byref(handle)))
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

    def __repr__(self) -> str:
        if self._core.handle is None:
            return "<lpl.Stack closed>"
        first = self._layers[0]
        widths = " -> ".join(str(n) for n in (first.n_pre, *(layer.n_post for layer in self._layers)))
        return f"<lpl.Stack {widths} {first.dtype.name}, step {first.steps_done}>"

    def __len__(self) -> int:
        return len(self._layers)

    def __getitem__(self, k: int) -> Layer:
        return self._layers[k]

    def __iter__(self) -> Iterator[Layer]:
        return iter(self._layers)

    def forward(self, x: Floats, last: int = -1, out: Optional[Floats] = None) -> Floats:
        """Responses.

        Parameters
        ----------
        x : ndarray (batch, n_pre), (n_pre,) or (batch, channels, height, width)
            Of the first layer's dtype.
        last : int
            Whose response; the last layer's.
        out : ndarray (batch, n_out), optional
            Where it goes; None: a new array.

        Returns
        -------
        ndarray
            As Layer.forward.
        """
        handle = self._h()
        top = self._layers[last]
        px, ldx, rows, _ = self._layers[0]._rows(x, "x")
        if out is None:
            out = np.empty(top._shape_of(x, rows), top.dtype)
        pz, ldz, _, _ = matrix(out, "out", top.dtype, "layer", top.n_out, rows, out=True)
        check(getattr(lib, "lpl_stack_forward" + top._suffix)(handle, pz, ldz, px, ldx, rows, self._layers.index(top)))
        return out

    __call__ = forward

    def update(self, x0: Floats, x1: Optional[Floats] = None) -> list[Report]:
        """One learning step of every layer, in order.

        Parameters
        ----------
        x0, x1 : ndarray
            Views as for Layer.update, of the first layer.

        Returns
        -------
        list of Report
            One for each layer.
        """
        handle = self._h()
        p0, ld0, p1, ld1, rows = self._layers[0]._views(x0, x1)
        reports = (CReport * len(self))()
        for report in reports:
            report.size = C.sizeof(CReport)
        if check(getattr(lib, "lpl_stack_update" + self._layers[0]._suffix)(handle, reports, p0, ld0, p1, ld1,
                                                                            rows)) > 0:
            warn_collapsed("some layer of the stack (see the reports)", 2)
        return [to_report(report) for report in reports]

    def set_reduce(self, comm: Any = None, chunk: int = 32, floating: bool = False) -> None:
        """Learn together with other ranks: Layer.set_reduce of every layer."""
        self._hook = set_reduce(lib.lpl_stack_set_reduce, self._h(), comm, chunk, floating)

    def forget(self, rows: Optional[UInt32] = None) -> None:
        """A new sequence begins, in all rows or in some: Layer.forget of every layer."""
        handle = self._h()
        if rows is None:
            check(lib.lpl_stack_forget(handle))
        else:
            check(lib.lpl_stack_forget_rows(handle, *spikes(rows, "rows")))

    def _threads_in_use(self) -> list[int]:
        return [layer.threads for layer in self._layers]

    def _use_threads(self, threads: list[int]) -> None:
        for layer, number in zip(self._layers, threads):
            layer.threads = number
