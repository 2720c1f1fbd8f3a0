# lpl/layer.py - Layer: owns weights, statistics and optimiser state, and learns by itself (lpl/layer.h).
"""Layers that learn by themselves."""
from __future__ import annotations

import ctypes as C
import warnings
from typing import Any, Optional

import numpy as np

from . import _keywords
from ._arrays import NUMPY, SUFFIX, matrix, spikes, vector
from ._lib import lib
from ._object import Threaded, as_isa, as_mode, parameter, state
from ._api import Isa, LayerConfig, Mode, Param, ParamLike, Preset, PresetLike, State, StateLike
from ._convert import as_enum, as_float, fields_of, set_fields
from ._signature import keywords
from .errors import LplSizeError, check, warn_collapsed
from ._reduce import set_reduce
from .report import Report, new_report, to_report
from ._types import Floats, NpDType, UInt32


@keywords(_keywords.layer_config, LayerConfig)
def layer_config(n_pre: int = 0, n_post: int = 0, *, preset: Optional[PresetLike] = None,
                 **fields: Any) -> LayerConfig:
    """A config for Stack: the library's defaults, then the preset, then the given fields.

    Parameters
    ----------
    preset : {"erratum", "reference", "toy2d", "stream"}, optional
        A set of constants, see ``lpl.Preset``. A keyword that is not given has the preset's value; the defaults
        below are those without a preset.
    {keywords}

    Returns
    -------
    LayerConfig
        The C struct, its fields as attributes.

    Raises
    ------
    TypeError
        A keyword that does not exist, or a value of the wrong type.
    ValueError
        A word or number that the field cannot have.
    """
    cfg = LayerConfig()
    check(lib.lpl_layer_config_init(cfg, C.sizeof(cfg)))
    if preset is not None:
        check(lib.lpl_layer_preset(cfg, as_enum(Preset, preset, "preset")))
    set_fields(cfg, dict(n_pre=n_pre, n_post=n_post, **fields), "a layer", ("preset",))
    return cfg


class Layer(Threaded):
    """A layer of n_post units with n_pre inputs.

    ``Layer(784, 128, act="relu", preset="reference", batch_max=256, eta=1e-3, dtype="f4", seed=7)``. Arrays are used
    in place: float32 for dtype "f4", float64 for "f8", rows without gaps; anything else raises with a sentence that
    says what to pass.

    Parameters
    ----------
    preset : {"erratum", "reference", "toy2d", "stream"}, optional
        A set of constants, see ``lpl.Preset``. A keyword that is not given has the preset's value; the defaults
        below are those without a preset.
    {keywords}

    Attributes
    ----------
    n_out, fan_in, units : int
        Length of a row of responses; inputs of a unit; units that the loss looks at.

    Raises
    ------
    TypeError
        A keyword that does not exist, or a value of the wrong type.
    LplArgError, LplSizeError, LplUnitsError, LplMemoryError, LplUnsupportedError
        A value that the library refuses; the sentence names it and says what it may be.

    Notes
    -----
    Equations: lpl/layer.h, lpl/rule.h. Threads: one layer belongs to one thread at a time (``forward`` alone may run
    together with itself); different layers are free.
    """
    _STEM, _PARAM = "layer", Param
    _owner: Any = None
    n_pre: int
    n_post: int
    n_out: int
    fan_in: int
    units: int
    batch_max: int
    channels: int
    height: int
    width: int

    @keywords(_keywords.Layer_init, LayerConfig)
    def __init__(self, n_pre: int = 0, n_post: int = 0, *, preset: Optional[PresetLike] = None,
                 **fields: Any) -> None:
        handle = C.c_void_p()
        check(lib.lpl_layer_create(layer_config(n_pre, n_post, preset=preset, **fields), C.byref(handle)))
        self._begin(handle)

    def _adopt(self, handle: C.c_void_p, owner: Any = None) -> None:
        """Take over a handle; with an owner (a stack) that ends it, the owner is kept alive and the layer never
        destroyed here."""
        if owner is None:
            super()._adopt(handle)
        else:
            self._handle, self._owner = handle, owner
        self._borrowed: tuple[Optional[Floats], Optional[Floats]] = (None, None)
        self._dtype = NUMPY[int(self.get(Param.DTYPE))]
        self._suffix = SUFFIX[self._dtype]
        self._threads_max = int(self.bounds(Param.THREADS)[1])
        self._forward = getattr(lib, "lpl_forward" + self._suffix)
        self._update = getattr(lib, "lpl_update" + self._suffix)
        self._online = getattr(lib, "lpl_update_online" + self._suffix)
        self._fix(**{p.name.lower(): int(self.get(p)) for p in (Param.N_PRE, Param.N_POST, Param.N_OUT, Param.FAN_IN,
                                                                Param.UNITS,
                                                                Param.BATCH_MAX, Param.CHANNELS, Param.HEIGHT,
                                                                Param.WIDTH)})
        self._map = (self.n_post, int(self.get(Param.OUT_HEIGHT)), int(self.get(Param.OUT_WIDTH)))
        self._conv = (self.n_out, self.fan_in, self.channels) != (self.n_post, self.n_pre, self.n_pre)

    def _h(self) -> C.c_void_p:
        if self._owner is not None:
            self._owner._h()
        return super()._h()

    def close(self) -> None:
        """Give the memory back now instead of with the last reference. Further calls raise; closing twice is fine.
        A layer of a stack ends with the stack, which still uses it and the arrays that it borrowed: here nothing
        happens then."""
        if self._owner is None:
            super().close()
            self._borrowed = (None, None)

    def __repr__(self) -> str:
        if self._handle is None:
            return "<lpl.Layer closed>"
        return f"<lpl.Layer {self.n_pre} -> {self.n_post} {self._dtype.name}, step {self.steps_done}>"

    @property
    def dtype(self) -> NpDType:
        """Element type of all arrays of this layer."""
        return self._dtype

    # Responses and learning

    def forward(self, x: Floats, out: Optional[Floats] = None) -> Floats:
        """z = f(W x + bias). x: (batch, n_pre), (n_pre,), or images (batch, channels, height, width); z has as many
        axes for a convolution, else (batch, n_post). ``out``: an array for z; a new one is made otherwise."""
        handle = self._h()
        px, ldx, rows, _ = self._rows(x, "x")
        if out is None:
            out = np.empty(self._shape_of(x, rows), self._dtype)
        pz, ldz, _, _ = matrix(out, "out", self._dtype, "layer", self.n_out, rows, out=True)
        check(self._forward(handle, pz, ldz, px, ldx, rows))
        return out

    __call__ = forward

    def _shape_of(self, x: Floats, rows: int) -> tuple[int, ...]:
        if x.ndim == 1:
            return (self.n_out,)
        if x.ndim == 4 and self._conv:
            return (rows,) + self._map
        return (rows, self.n_out)

    def _rows(self, x: Any, name: str, rows: Optional[int] = None) -> tuple[int, int, int, int]:
        """Address, leading dimension, rows, columns of inputs. Images of a convolution come as (batch, channels,
        height, width) or flat; anything else with as many numbers (height, width, channels) would be read in the wrong
        order, and is refused."""
        if self._conv and isinstance(x, np.ndarray) and x.ndim > 2:
            shape = (self.channels, self.height, self.width)
            if x.shape[1:] not in (shape, (self.channels, self.height * self.width)):
                hint = f"; pass numpy.ascontiguousarray({name}.transpose(0, 3, 1, 2))" if x.shape[1:] == shape[
                    1:] + shape[:1] else ""
                raise LplSizeError(f"{name} has shape {x.shape}, need images (batch, {', '.join(map(str, shape))}) or "
                                   f"rows of {self.n_pre}"
                                   + hint)
        return matrix(x, name, self._dtype, "layer", self.n_pre, rows)

    def _views(self, x0: Optional[Floats], x1: Optional[Floats]) -> tuple[Optional[int], int, int, int, int]:
        if x1 is None:
            x0, x1 = None, x0
        p1, ld1, rows, _ = self._rows(x1, "x1")
        if x0 is None:
            return None, 0, p1, ld1, rows
        p0, ld0, _, _ = self._rows(x0, "x0", rows)
        return p0, ld0, p1, ld1, rows

    def update(self, x0: Floats, x1: Optional[Floats] = None) -> Report:
        """One learning step. ``update(x0, x1)``: pairs, x0 the past (or one view), x1 now (or the other view).
        ``update(x1)``: now; the past is the response remembered from the previous update of as many rows."""
        handle = self._h()
        p0, ld0, p1, ld1, rows = self._views(x0, x1)
        report = new_report()
        if check(self._update(handle, report, p0, ld0, p1, ld1, rows)) > 0:
            warn_collapsed(f"layer {self.label}", 2)
        return to_report(report)

    def update_online(self, x: Floats, out: Optional[Floats] = None) -> Floats:
        """One step on a stream, x: (n_pre,). Returns the response z (units,). Needs stats="ewma" (preset "stream")."""
        return self._step(x, out, None)

    def update_online_report(self, x: Floats, out: Optional[Floats] = None) -> tuple[Floats, Report]:
        """update_online with a report, which costs a logarithm per unit: (z, report)."""
        report = new_report()
        z = self._step(x, out, report)
        return z, to_report(report)

    def _step(self, x: Floats, out: Optional[Floats], report: Any) -> Floats:
        handle = self._h()
        px = vector(x, "x", self._dtype, "layer", self.n_pre)
        if out is None:
            out = np.empty(self.units, self._dtype)
        pz = vector(out, "out", self._dtype, "layer", self.units, out=True)
        if check(self._online(handle, pz, report, px)) > 0:
            warn_collapsed(f"layer {self.label}", 3)
        return out

    def gradient(self, x0: Floats, x1: Optional[Floats] = None, dw: Optional[Floats] = None,
                 db: Optional[Floats] = None) -> tuple[Floats, Optional[Floats], Report]:
        """(dW, dbias, report): what update would hand to its optimiser; the layer does not change. Views as for update.
        ``dw``, ``db``: arrays for the results. dbias is None for a layer without biases."""
        handle = self._h()
        p0, ld0, p1, ld1, rows = self._views(x0, x1)
        if dw is None:
            dw = np.empty((self.n_post, self.fan_in), self._dtype)
        if db is None and self.has_bias:
            db = np.empty(self.n_post, self._dtype)
        pw, ldw, _, _ = matrix(dw, "dw", self._dtype, "layer", self.fan_in, self.n_post, out=True)
        pb = None if db is None else vector(db, "db", self._dtype, "layer", self.n_post, out=True)
        report = new_report()
        function = getattr(lib, "lpl_gradient" + self._suffix)
        if check(function(handle, pw, ldw, pb, report, p0, ld0, p1, ld1, rows)) > 0:
            warn_collapsed(f"layer {self.label}", 2)
        return dw, db, to_report(report)

    def set_reduce(self, comm: Any = None, chunk: int = 32, floating: bool = False) -> None:
        """Learn together with other ranks: from now on ``update`` is of the rows of all (lpl/reduce.h).

        Parameters
        ----------
        comm : communicator or callable, optional
            An mpi4py communicator, or anything with its ``Allreduce``; or a function ``reduce(array, op)`` that reduces
            a NumPy array over the ranks in place, op "sum" or "max". None: no other ranks any more.
        chunk : int
            Rows of a chunk; each rank's batch is a whole number of them, or 0.
        floating : bool
            Add in floating point: the bits then depend on the number of ranks.

        Raises
        ------
        LplReduceError
            From ``update``: the hook has raised, or another rank has refused the call.
        """
        self._hook = set_reduce(lib.lpl_layer_set_reduce, self._h(), comm, chunk, floating)

    def forget(self, rows: Optional[UInt32] = None) -> None:
        """Forget the remembered response: a new sequence begins.

        Parameters
        ----------
        rows : ndarray of uint32, optional
            Only in these rows of the batch (parallel streams): there the next update without x0 has no predictive
            term. None: all.
        """
        handle = self._h()
        if rows is None:
            check(lib.lpl_layer_forget(handle))
        else:
            check(lib.lpl_layer_forget_rows(handle, *spikes(rows, "rows")))

    # Named states

    def _length(self, state: State) -> tuple[int, ...]:
        m, k, units = self.n_post, self.fan_in, self.units
        hidden = int(self.get(Param.HEAD_HIDDEN))
        return {
            State.WEIGHTS: (m, k), State.OPTIM_M: (m, k), State.OPTIM_V: (m, k), State.MEAN: (units,),
            State.SIGMA2: (units,),
            State.COVARIANCE: (units, units), State.PREV: (int(self.get(Param.PREV_ROWS)), units),
            State.HEAD_W1: (hidden, m),
            State.HEAD_B1: (hidden,), State.HEAD_W2: (units, hidden), State.HEAD_B2: (units,),
            State.PREDICTOR: (units, units) if hidden else (m, m),
        }.get(state, (m,))

    def read(self, state: StateLike) -> Floats:
        """A copy of a named state (LPL_STATE_*). It is read-only, so that a change of the copy is not mistaken for one
        of the layer."""
        state = State(as_enum(State, state, "state"))
        out = np.empty(self._length(state), self._dtype)
        check(getattr(lib, "lpl_layer_read" + self._suffix)(self._h(), out.ctypes.data, out.size, state))
        out.flags.writeable = False
        return out

    def write(self, state: StateLike, value: Floats) -> None:
        """Copy values into a named state; as many as it has, of the layer's dtype, C-contiguous, flat or with its first
        axis: a matrix the other way round (n_pre, n_post) would fit in size and is refused."""
        state = State(as_enum(State, state, "state"))
        name = state.name.lower()
        shape = None if state == State.PREV else self._length(state)  # any number of rows may be remembered
        address = vector(value, name, self._dtype, "layer", None if shape is None else int(np.prod(shape)))
        if shape is not None and value.ndim > 1 and value.shape[0] != shape[0]:
            raise LplSizeError(f"{name} has shape {value.shape}, need {shape}; pass numpy.ascontiguousarray({name}.T) "
                               f"if it is transposed")
        check(getattr(lib, "lpl_layer_write" + self._suffix)(self._h(), address, value.size, state))

    @property
    def w(self) -> Floats:
        """Weights (n_post, fan_in): the borrowed array itself, else a read-only copy. Assign to write."""
        return self.read(State.WEIGHTS) if self._borrowed[0] is None else self._borrowed[0]

    @w.setter
    def w(self, value: Floats) -> None:
        self.write(State.WEIGHTS, value)

    @property
    def bias(self) -> Optional[Floats]:
        """Biases (n_post,): the borrowed array itself, else a read-only copy; None without biases. Assign to write."""
        if not self.has_bias:
            return None
        return self.read(State.BIAS) if self._borrowed[1] is None else self._borrowed[1]

    @bias.setter
    def bias(self, value: Floats) -> None:
        self.write(State.BIAS, value)

    mean: Floats = state(State.MEAN, "Means of the responses (units,).", True)
    sigma2: Floats = state(State.SIGMA2, "Variances of the responses (units,).", True)
    covariance: Floats = state(State.COVARIANCE, "Covariance (units, units): exponential statistics with decorr.",
                                   True)
    prev: Floats = state(State.PREV, "Remembered response (rows, units) of the last update.", True)
    optim_m: Floats = state(State.OPTIM_M, "First moment of the weights (momentum, Adam).", True)
    optim_v: Floats = state(State.OPTIM_V, "Second moment of the weights (Adam).", True)
    bias_m: Floats = state(State.BIAS_M, "First moment of the biases.", True)
    bias_v: Floats = state(State.BIAS_V, "Second moment of the biases.", True)
    theta: Floats = state(State.THETA, "BCM thresholds (n_post,).", True)
    predictor: Floats = state(State.PREDICTOR, "C of a predictor's pull form (units, units); of every position: of the "
                              "channels.", True)

    def borrow_weights(self, w: Optional[Floats], bias: Optional[Floats] = None) -> None:
        """Learn in these arrays from now on: w (n_post, fan_in), rows may be apart; bias (n_post,) exactly if the layer
        has biases. Their present values count. The layer keeps them referenced. ``borrow_weights(None)`` copies the
        values back and lets go."""
        handle = self._h()
        pw, ldw, pb = None, 0, None
        if w is not None:
            pw, ldw, _, _ = matrix(w, "w", self._dtype, "layer", self.fan_in, self.n_post, out=True)
        if bias is not None:
            pb = vector(bias, "bias", self._dtype, "layer", self.n_post, out=True)
        check(getattr(lib, "lpl_layer_borrow_weights" + self._suffix)(handle, pw, ldw, pb))
        self._borrowed = (w, bias)

    def copy_from(self, source: "Layer") -> tuple[State, ...]:
        """Take over what another layer has learned, all that fits: it may have another map size, batch, optimiser or
        rule, but weights and biases of the same shape (lpl_layer_copy). Says which states were copied."""
        if not isinstance(source, Layer):
            raise TypeError(f"source is a {type(source).__name__}, need a Layer")
        copied = C.c_uint32()
        check(lib.lpl_layer_copy(self._h(), source._h(), copied))
        return tuple(state for state in State if copied.value >> state & 1)

    def follow(self, source: "Layer", keep: float) -> None:
        """Move weights, biases and head towards those of source: keep of them stays, 1 - keep comes (lpl_layer_ema).
        A target network: learn in source, predict what this layer says."""
        if not isinstance(source, Layer):
            raise TypeError(f"source is a {type(source).__name__}, need a Layer")
        check(lib.lpl_layer_ema(self._h(), source._h(), as_float(keep, "keep")))

    # Parameters

    def bounds(self, param: ParamLike) -> tuple[float, float]:
        """The closed range that set accepts."""
        low, high = C.c_double(), C.c_double()
        check(lib.lpl_layer_bounds(self._h(), as_enum(Param, param, "param"), low, high))
        return low.value, high.value

    eta: float = parameter(Param.ETA, float, "Learning rate.", True)
    pull: float = parameter(Param.PULL, float, "Coefficient of the predictive term.", True)
    push: float = parameter(Param.PUSH, float, "Coefficient of the variance term.", True)
    decorr: float = parameter(Param.DECORR, float, "Coefficient of the decorrelation.", True)
    eps: float = parameter(Param.EPS, float, "Variance floor.", True)
    weight_decay: float = parameter(Param.WEIGHT_DECAY, float, "Decay of weights.", True)
    momentum: float = parameter(Param.MOMENTUM, float, "Momentum.", True)
    tau_mean: float = parameter(Param.TAU_MEAN, float, "Time constant of the mean, samples.", True)
    tau_sigma2: float = parameter(Param.TAU_SIGMA2, float, "Time constant of the variance, samples.", True)
    collapse_std: float = parameter(Param.COLLAPSE_STD, float, "Below this a unit counts as collapsed.", True)
    mode: Mode = parameter(Param.MODE, as_mode, "Mode.LEARN, TRACK or FROZEN; names may be assigned.", True)
    threads: int = parameter(Param.THREADS, int, "Threads of an update; results do not depend on it.", True)
    steps_done: int = parameter(
        Param.STEP, int, "Updates done; assign to go on as after so many (Adam's bias correction follows).", True)

    @property
    def step(self) -> int:
        """The name that ``steps_done`` had in 0.1.0; elsewhere ``step`` is a call that makes a step."""
        warnings.warn("Layer.step is called Layer.steps_done since 0.1.1", DeprecationWarning, stacklevel=2)
        return self.steps_done

    @step.setter
    def step(self, value: int) -> None:
        warnings.warn("Layer.step is called Layer.steps_done since 0.1.1", DeprecationWarning, stacklevel=3)
        self.steps_done = value

    isa: Isa = parameter(Param.ISA, as_isa, "Instruction set in use.")
    memory: int = parameter(Param.MEMORY, int, "Bytes that the layer takes.")
    has_bias: bool = parameter(Param.BIAS, bool, "Whether units have biases.")
    temperature: float = parameter(Param.TEMPERATURE, float,
                                   "Temperature of SoftHebb; 0 and read only with other rules.", True)
    label: int = parameter(Param.LABEL, int, "The host's number for this layer, named in messages.")


@keywords(_keywords.config_fields, LayerConfig)
def config_fields(n_pre: int = 0, n_post: int = 0, *, preset: Optional[PresetLike] = None,
                  **fields: Any) -> dict[str, Any]:
    """The complete configuration that Layer would use, as a dict: to print, to store beside results.

    Parameters
    ----------
    preset : {"erratum", "reference", "toy2d", "stream"}, optional
        A set of constants, see ``lpl.Preset``. A keyword that is not given has the preset's value; the defaults
        below are those without a preset.
    {keywords}

    Returns
    -------
    dict
        Every field, enums as members.
    """
    return fields_of(layer_config(n_pre, n_post, preset=preset, **fields))


__all__ = ["Layer", "layer_config", "config_fields"]
