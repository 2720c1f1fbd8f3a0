# lpl/adapters/torch.py - LPLLinear: a layer as a module of PyTorch, whose weights are the layer's own memory.
# pyright: reportMissingImports=false
"""A module of PyTorch that learns by itself: no gradient, no optimiser."""
from __future__ import annotations

from typing import Any, Optional

import torch

from ..layer import Layer
from ..report import Report


class LPLLinear(torch.nn.Module):
    """``nn.Linear`` with an activation, that learns by LPL in ``learn``; ``weight`` and ``bias`` are the memory in
    which its ``lpl.Layer`` learns, so that both always show the same.

    Parameters
    ----------
    in_features, out_features : int
        As of ``nn.Linear``.
    keywords
        Of ``lpl.Layer``: act, preset, batch_max, eta, optim, dtype ("f4", "f8"), seed ...

    Attributes
    ----------
    layer : lpl.Layer
        The layer; a dense one.
    weight, bias : Parameter (out_features, in_features), (out_features,)
        Without gradients. What is written into them in place (``load_state_dict``) the layer has.

    Notes
    -----
    On the CPU, in the layer's type: ``to``, ``half`` or ``cuda`` raise. No gradient passes the module: responses are
    new tensors that do not require one. ``state_dict`` holds the layer's whole state beside the weights (moments,
    statistics), and goes on with the same bits.
    """
    weight: torch.nn.Parameter
    bias: Optional[torch.nn.Parameter]

    def __init__(self, in_features: int, out_features: int, **keywords: Any) -> None:
        super().__init__()
        self.layer = Layer(in_features, out_features, **keywords)
        if (self.layer.n_out, self.layer.fan_in) != (out_features, in_features):
            raise TypeError("LPLLinear is a dense layer, need kind='dense'")
        self._share()

    def _share(self) -> None:
        """Make parameters of the layer's present values, and let it learn in them."""
        w, b = torch.from_numpy(self.layer.w.copy()), self.layer.bias
        self.weight = torch.nn.Parameter(w, requires_grad=False)
        self.bias = None if b is None else torch.nn.Parameter(torch.from_numpy(b.copy()), requires_grad=False)
        self.layer.borrow_weights(self.weight.numpy(), None if self.bias is None else self.bias.numpy())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Responses (batch, out_features)."""
        return torch.from_numpy(self.layer(x.detach().contiguous().numpy()))

    def learn(self, x0: torch.Tensor, x1: Optional[torch.Tensor] = None) -> Report:
        """One update, as ``lpl.Layer.update``: two views, or a moment ago and now, or now alone."""
        return self.layer.update(*(x.detach().contiguous().numpy() for x in (x0, x1) if x is not None))

    def _apply(self, fn: Any, recurse: bool = True) -> "LPLLinear":
        for p in self.parameters(recurse=False):
            moved = fn(p.data)
            if moved.dtype != p.dtype or moved.device != p.device:
                raise TypeError(f"LPLLinear stays {p.dtype} on the CPU, where its layer is; make it with another dtype")
        return self

    def get_extra_state(self) -> Any:
        """The layer's state file, for state_dict."""
        return torch.frombuffer(bytearray(self.layer.to_bytes()), dtype=torch.uint8)

    def set_extra_state(self, state: Any) -> None:
        """For load_state_dict."""
        loaded = Layer.load(bytes(state.numpy()), threads=self.layer.threads)
        if (loaded.n_pre, loaded.n_post, loaded.dtype) != (self.layer.n_pre, self.layer.n_post, self.layer.dtype):
            raise ValueError(f"the state is of {loaded!r}, need one of {self.layer!r}")
        self.layer.borrow_weights(None)
        self.layer = loaded
        with torch.no_grad():  # into the same parameters
            self.weight.copy_(torch.from_numpy(loaded.w.copy()))
            if self.bias is not None and loaded.bias is not None:
                self.bias.copy_(torch.from_numpy(loaded.bias.copy()))
        self.layer.borrow_weights(self.weight.numpy(), None if self.bias is None else self.bias.numpy())

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state)
        self._share()  # a copy's layer and parameters are one memory again

    def extra_repr(self) -> str:
        """For repr."""
        return repr(self.layer)
