# lpl/__init__.py - public names of the Python package lpl.
"""Latent Predictive Learning: layers that learn by themselves, from NumPy arrays, without copies.

    import numpy as np, lpl
    layer = lpl.Layer(784, 128, act="relu", preset="reference", batch_max=256, seed=7)
    report = layer.update(view0, view1)          # float32 arrays, used in place
    z = layer(view0)

Everything is documented in docs/python.md; formulas in the headers include/lpl/*.h.
"""
from . import metrics, probe, random, worlds
from ._lib import __version__, is_one_thread, lib as _library, one_thread
from ._api import (Activation, ClassMetric, ConnectFlag, ConnectKind, DType, Engine, Flag, Form, Health, Init, Isa,
                   Kind, LayerConfig, LifParam, LifState, Mend, Metric, Mode, NetworkParam, NetworkReceptor, Norm,
                   Optim, Pair, Param, Preset, ProjectionKind, ProjectionParam, ProjectionState, PullForm, PushForm,
                   Receptor, RecordWhat, Rule, Scaling, Sees, Slow, SourceFlag, SourceKind, SpikingFlag, SpikingParam,
                   SpikingPreset, SpikingState, State, StatsMode, StatsWhat, Status, Threshold, Verdict)
from .connect import Connect
from .errors import (LplArgError, LplCollapseWarning, LplDtypeError, LplError, LplFormatError, LplIOError,
                     LplMemoryError,
                     LplNonFiniteError, LplNullError, LplOrderError, LplOverlapError, LplReduceError,
                     LplSizeError, LplUnitsError,
                     LplUnsupportedError, LplVerdictWarning, LplVersionError)
from .layer import Layer, config_fields, layer_config
from .lif import Lif
from .metrics import Readout
from .network import Network
from .part import part_range, recut
from .projection import Projection
from .record import Record, RecordState
from .report import Report
from .rule import Delta, activate, optim_step, rule_apply, rule_delta, schedule_warmup_cosine
from .source import Source
from .spiking import Spiking, SpikingReport, spike_ptr, spiking_config_fields
from .stack import Stack, vgg11
from .stats import Stats


def library_version() -> str:
    """Version of the liblpl that is running."""
    return str(_library.lpl_version().decode())


def build_info() -> str:
    """How that liblpl was built: types, instruction sets, BLIS, OpenMP."""
    return str(_library.lpl_build_info().decode())


__all__ = [
    "Activation", "ClassMetric", "Connect", "ConnectFlag", "ConnectKind", "DType", "Delta", "Engine", "Flag", "Form",
    "Health", "Init", "Isa", "Kind", "Layer", "LayerConfig", "Lif", "LifParam", "LifState", "LplArgError",
    "LplCollapseWarning", "LplDtypeError", "LplError", "LplFormatError", "LplIOError", "LplMemoryError",
    "LplNonFiniteError", "LplNullError", "LplOrderError", "LplOverlapError", "LplReduceError", "LplSizeError",
    "LplUnitsError",
    "LplUnsupportedError", "LplVerdictWarning", "LplVersionError", "Mend", "Metric", "Mode", "Network", "NetworkParam",
    "NetworkReceptor", "Norm", "Optim", "Pair", "Param", "Preset", "Projection", "ProjectionKind", "ProjectionParam",
    "ProjectionState", "PullForm", "PushForm", "Readout", "Receptor", "Record", "RecordState", "RecordWhat", "Report",
    "Rule", "Scaling", "Sees", "Slow", "Source", "SourceFlag", "SourceKind", "Spiking", "SpikingFlag", "SpikingParam",
    "SpikingPreset", "SpikingReport", "SpikingState", "Stack", "State", "Stats", "StatsMode", "StatsWhat", "Status",
    "Threshold", "Verdict", "activate", "build_info", "config_fields", "is_one_thread", "layer_config",
    "library_version", "metrics", "one_thread", "optim_step", "part_range", "probe", "random", "recut", "rule_apply",
    "rule_delta", "schedule_warmup_cosine", "spike_ptr", "spiking_config_fields", "vgg11", "worlds", "__version__",
]
