# lpl/_structs.py - mirrors of the public enums and structs of include/lpl/*.h; one table per struct, one row per field.
#
# Structs only ever grow at the end: a new field is one more row. tests/test_abi.py compares everything here, and in _spike_structs.py
# (spiking networks), with the table of lpl_abi_entry and with the text of the headers.
"""Enumerations of liblpl as IntEnum, and its structs for ctypes."""
from __future__ import annotations

import ctypes as C
import operator
from enum import IntEnum, IntFlag
from typing import Any, ClassVar, Mapping, Optional, Type, TypeVar, Union

import numpy as np


class Status(IntEnum):
    """Result of a call: 0 done, negative error, positive "done, but look"."""
    OK = 0
    COLLAPSED = 1
    E_ARG = -1
    E_NULL = -2
    E_SIZE = -3
    E_DTYPE = -4
    E_OVERLAP = -5
    E_VERSION = -6
    E_MEMORY = -7
    E_UNSUPPORTED = -8
    E_NONFINITE = -9
    E_FORMAT = -10
    E_IO = -11
    E_UNITS = -12
    E_ORDER = -13


class DType(IntEnum):
    F32 = 0
    F64 = 1


class Isa(IntEnum):
    AUTO = 0
    REF = 1
    AVX2 = 2
    AVX512 = 3


class StatsMode(IntEnum):
    BATCH = 0
    STALE = 1
    EWMA = 2
    ALL = 3


class StatsWhat(IntEnum):
    MEAN = 0
    SIGMA2 = 1
    SIGMA2_POPULATION = 2
    COVARIANCE = 3
    COUNT = 4
    N_UNITS = 5
    DTYPE = 6


class Activation(IntEnum):
    LINEAR = 0
    RELU = 1
    LEAKY_RELU = 2
    TANH = 3
    SIGMOID = 4
    SOFTPLUS = 5
    SATURATING = 6


class Optim(IntEnum):
    SGD = 0
    MOMENTUM = 1
    ADAM = 2


class Rule(IntEnum):
    LPL = 0
    HEBB = 1
    HEBB_COVARIANCE = 2
    OJA = 3
    BCM = 4
    SLOWNESS = 5


class Form(IntEnum):
    ERRATUM = 0
    REFERENCE = 1


class Norm(IntEnum):
    LAYER = 0
    NEURON = 1


class PushForm(IntEnum):
    LOGVAR = 0
    NAIVE = 1
    HINGE = 2


class Kind(IntEnum):
    DENSE = 0
    CONV2D = 1


class Pair(IntEnum):
    CAUSAL = 0
    SYMMETRIC = 1


class Mode(IntEnum):
    LEARN = 0
    TRACK = 1
    FROZEN = 2


class Init(IntEnum):
    UNIFORM = 0
    ZERO = 1


class Sees(IntEnum):
    POOLED = 0
    POSITIONS = 1
    HEAD = 2


class Flag(IntFlag):
    BATCH_INVARIANT = 1


class Preset(IntEnum):
    ERRATUM = 0
    REFERENCE = 1
    TOY2D = 2
    STREAM = 3


class Param(IntEnum):
    ETA = 0
    PULL = 1
    PUSH = 2
    DECORR = 3
    EPS = 4
    WEIGHT_DECAY = 5
    MOMENTUM = 6
    TAU_MEAN = 7
    TAU_SIGMA2 = 8
    COLLAPSE_STD = 9
    MODE = 10
    THREADS = 11
    STEP = 12
    N_PRE = 13
    N_POST = 14
    BATCH_MAX = 15
    DTYPE = 16
    ISA = 17
    MEMORY = 18
    BIAS = 19
    LABEL = 20
    N_OUT = 21
    OUT_HEIGHT = 22
    OUT_WIDTH = 23
    FAN_IN = 24
    UNITS = 25
    PREV_ROWS = 26
    HEAD_HIDDEN = 27
    CHANNELS = 28
    HEIGHT = 29
    WIDTH = 30


class State(IntEnum):
    WEIGHTS = 0
    BIAS = 1
    MEAN = 2
    SIGMA2 = 3
    COVARIANCE = 4
    PREV = 5
    OPTIM_M = 6
    OPTIM_V = 7
    BIAS_M = 8
    BIAS_V = 9
    THETA = 10
    HEAD_W1 = 11
    HEAD_B1 = 12
    HEAD_W2 = 13
    HEAD_B2 = 14


class Metric(IntEnum):
    PARTICIPATION_RATIO = 0
    COSINE_CROSS_CLASS = 1
    COSINE_WITHIN_CLASS = 2
    MANIFOLD_CORRELATION = 3
    MANIFOLD_RADIUS = 4
    MANIFOLD_DIM = 5
    GLOBAL_RADIUS = 6
    COSINE_PUSH = 7
    COSINE_PUSH_LABELS = 8
    COSINE_PULL = 9
    COSINE_PULL_LABELS = 10
    PUSH_TO_CENTROID = 11
    UNIFORMITY = 12
    KL_GAUSSIAN = 13
    ABS_LOGVAR = 14
    RADIAL_PUSH = 15
    SPARSE_FILTERING = 16
    SELECTIVITY = 17


class ClassMetric(IntEnum):
    CLASS_RADII = 0
    CENTROID_SPREADS = 1
    CLASS_DIMS = 2
    CLASS_CORRELATION = 3


EnumClass = Union[Type[IntEnum], Type[IntFlag]]

# C prefix of the constants of each class.
ENUMS: tuple[tuple[str, EnumClass], ...] = (
    ("LPL_", Status), ("LPL_", DType), ("LPL_ISA_", Isa), ("LPL_STATS_", StatsMode), ("LPL_STATS_", StatsWhat),
    ("LPL_ACT_", Activation), ("LPL_OPTIM_", Optim), ("LPL_RULE_", Rule), ("LPL_FORM_", Form), ("LPL_NORM_", Norm),
    ("LPL_PUSH_", PushForm), ("LPL_LAYER_", Kind), ("LPL_PAIR_", Pair), ("LPL_MODE_", Mode), ("LPL_INIT_", Init),
    ("LPL_SEES_", Sees), ("LPL_FLAG_", Flag), ("LPL_PRESET_", Preset), ("LPL_PARAM_", Param), ("LPL_STATE_", State),
    ("LPL_METRIC_", Metric), ("LPL_METRIC_", ClassMetric),
)

_i32, _u32, _u64, _f64 = C.c_int32, C.c_uint32, C.c_uint64, C.c_double


class Struct(C.Structure):
    """A struct whose fields are the rows of TABLE: (field, type[, enum of its values])."""
    C_NAME: ClassVar[str]
    TABLE: ClassVar[list[tuple[Any, ...]]]
    ENUM_OF: ClassVar[dict[str, EnumClass]]


_S = TypeVar("_S", bound=Type[Struct])


def mirror(cls: _S) -> _S:
    cls.ENUM_OF = {row[0]: row[2] for row in cls.TABLE if len(row) > 2}
    cls._fields_ = [(row[0], row[1]) for row in cls.TABLE]
    return cls


@mirror
class StatsConfig(Struct):
    C_NAME = "lpl_stats_config_t"
    TABLE = [
        ("size", _u32), ("flags", _u32), ("dtype", _i32, DType), ("mode", _i32, StatsMode), ("n_units", _u64), ("batch_max", _u64),
        ("covariance", _i32), ("threads", _i32), ("tau_mean", _f64), ("tau_sigma2", _f64), ("mean_init", _f64), ("sigma2_init", _f64),
        ("isa", _i32, Isa), ("reserved", _i32),
    ]


@mirror
class OptimConfig(Struct):
    C_NAME = "lpl_optim_config_t"
    TABLE = [
        ("size", _u32), ("flags", _u32), ("optim", _i32, Optim), ("reserved", _i32), ("eta", _f64), ("momentum", _f64), ("beta1", _f64),
        ("beta2", _f64), ("adam_eps", _f64), ("weight_decay", _f64),
    ]


@mirror
class RuleConfig(Struct):
    C_NAME = "lpl_rule_config_t"
    TABLE = [
        ("size", _u32), ("flags", _u32), ("rule", _i32, Rule), ("form", _i32, Form), ("norm", _i32, Norm), ("push_form", _i32, PushForm),
        ("pull", _f64), ("push", _f64), ("decorr", _f64), ("eps", _f64), ("tau_theta", _f64), ("collapse_std", _f64),
    ]


@mirror
class CReport(Struct):
    C_NAME = "lpl_report_t"
    TABLE = [
        ("size", _u32), ("status", _i32, Status), ("pull", _f64), ("push", _f64), ("decorr", _f64), ("total", _f64),
        ("mean_activity", _f64), ("min_std", _f64), ("mean_std", _f64), ("n_collapsed", _u64), ("n_dead", _u64), ("step", _u64),
    ]


@mirror
class LayerConfig(Struct):
    C_NAME = "lpl_layer_config_t"
    TABLE = [
        ("size", _u32), ("flags", _u32, Flag), ("kind", _i32, Kind), ("dtype", _i32, DType), ("n_pre", _u64), ("n_post", _u64),
        ("batch_max", _u64), ("activation", _i32, Activation), ("bias", _i32), ("rule", _i32, Rule), ("form", _i32, Form),
        ("norm", _i32, Norm), ("push_form", _i32, PushForm), ("pair", _i32, Pair), ("stats", _i32, StatsMode), ("act_p0", _f64),
        ("act_p1", _f64), ("pull", _f64), ("push", _f64), ("decorr", _f64), ("eps", _f64), ("tau_mean", _f64), ("tau_sigma2", _f64),
        ("mean_init", _f64), ("sigma2_init", _f64), ("tau_theta", _f64), ("theta_init", _f64), ("collapse_std", _f64),
        ("optim", _i32, Optim), ("mode", _i32, Mode), ("eta", _f64), ("momentum", _f64), ("beta1", _f64), ("beta2", _f64),
        ("adam_eps", _f64), ("weight_decay", _f64), ("seed", _u64), ("stream", _u64), ("init", _i32, Init), ("threads", _i32),
        ("isa", _i32, Isa), ("label", _i32), ("channels", _u32), ("height", _u32), ("width", _u32), ("kernel_h", _u32),
        ("kernel_w", _u32), ("stride", _u32), ("padding", _u32), ("groups", _u32), ("pool", _u32), ("sees", _i32, Sees),
        ("head_hidden", _u32), ("head_out", _u32),
    ]


@mirror
class ReadoutConfig(Struct):
    C_NAME = "lpl_readout_config_t"
    TABLE = [
        ("size", _u32), ("flags", _u32), ("n_classes", _u64), ("batch", _u64), ("epochs", _u64), ("eta", _f64), ("beta1", _f64),
        ("beta2", _f64), ("adam_eps", _f64),
    ]


STRUCTS: tuple[Type[Struct], ...] = (StatsConfig, OptimConfig, RuleConfig, CReport, LayerConfig, ReadoutConfig)


def as_enum(enum: EnumClass, value: Any, name: str, kind: Any = C.c_int32) -> int:
    """The number of an enum given by member, by name in any case ("relu") or as a number. Unknown numbers are left to the library."""
    if enum is DType:
        return as_dtype(value, name)
    if isinstance(value, str):
        try:
            return int(enum[value.upper()])
        except KeyError:
            known = ", ".join(repr(member.lower()) for member in enum.__members__)
            raise ValueError(f"{name} = {value!r}, need one of {known}") from None
    return as_int(value, name, kind)


def as_dtype(value: Any, name: str = "dtype") -> int:
    """DType of a DType, "f32"/"f64", or whatever NumPy takes for a float32 or float64."""
    if isinstance(value, str) and value.lower() in ("f32", "f64"):
        return int(DType[value.upper()])
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return as_int(value, name, C.c_int32)
    try:
        dtype = None if value is None else np.dtype(value)  # NumPy's own default for None is float64
    except TypeError:
        dtype = None
    if dtype == np.float32:
        return int(DType.F32)
    if dtype == np.float64:
        return int(DType.F64)
    raise TypeError(f"{name} = {value!r}, need 'f4' (float32) or 'f8' (float64)")


def as_int(value: Any, name: str, kind: Any) -> int:
    """An integer that fits the C type; ctypes alone would wrap it silently."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} = {value!r}, need an integer") from None
    bits = 8 * C.sizeof(kind)
    low, high = (0, 2 ** bits - 1) if kind(-1).value > 0 else (-2 ** (bits - 1), 2 ** (bits - 1) - 1)
    if not low <= number <= high:
        raise ValueError(f"{name} = {number}, need {low} .. {high}")
    return number


def as_float(value: Any, name: str) -> float:
    """A number; text that looks like one is a mistake."""
    try:
        if isinstance(value, (str, bytes, bytearray)):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} = {value!r}, need a number") from None


def is_pointer(kind: Any) -> bool:
    """Fields that point to arrays are set by the classes, which also keep the arrays."""
    return hasattr(kind, "contents")


def set_fields(cfg: Struct, values: Mapping[str, Any], what: str, aliases: Optional[Mapping[str, str]] = None) -> None:
    """Set fields of a config by keyword; names, types and ranges of the C types are checked here, meaning by the library."""
    kinds = {row[0]: row[1] for row in cfg.TABLE if row[0] not in ("size", "reserved") and not is_pointer(row[1])}
    for given, value in values.items():
        name = (aliases or {}).get(given, given)
        if name not in kinds:
            raise TypeError(f"{what} has no field {given!r}; fields are {', '.join(kinds)}")
        if name in cfg.ENUM_OF:
            number: Any = as_enum(cfg.ENUM_OF[name], value, given, kinds[name])
        elif kinds[name] is C.c_double:
            number = as_float(value, given)
        else:
            number = as_int(value, given, kinds[name])
        setattr(cfg, name, number)


def fields_of(cfg: Struct) -> dict[str, Any]:
    """The fields of a config as a dict, enums as members."""
    out: dict[str, Any] = {}
    for row in cfg.TABLE:
        name, value = row[0], getattr(cfg, row[0])
        if name in ("size", "reserved") or is_pointer(row[1]):
            continue
        enum = cfg.ENUM_OF.get(name)
        try:
            out[name] = enum(value) if enum else value
        except ValueError:
            out[name] = value
    return out
