# lpl/_spike_structs.py - as _structs.py, for the spiking topics: connect.h, lif.h, projection.h, source.h, record.h, spiking.h.
"""Enumerations and structs of spiking networks."""
from __future__ import annotations

import ctypes as C
from enum import IntEnum, IntFlag
from typing import Type

from ._structs import DType, EnumClass, Form, Isa, Mode, Struct, mirror

_i32, _u32, _u64, _f64 = C.c_int32, C.c_uint32, C.c_uint64, C.c_double
_pu32, _pu64, _pf64 = C.POINTER(_u32), C.POINTER(_u64), C.POINTER(_f64)


class ConnectKind(IntEnum):
    DENSE = 0
    CSR = 1
    LIST = 2
    RANDOM = 3


class ConnectFlag(IntFlag):
    NO_SELF = 1


class Receptor(IntEnum):
    AMPA = 0
    GABA = 1


class Threshold(IntEnum):
    SET = 0
    ADD = 1


class LifState(IntEnum):
    V = 0
    THR = 1
    G_AMPA = 2
    G_NMDA = 3
    G_GABA = 4


class LifParam(IntEnum):
    STEP = 0
    N = 1
    DTYPE = 2
    DT = 3
    ISA = 4
    MEMORY = 5
    LABEL = 6


class ProjectionKind(IntEnum):
    STATIC = 0
    INHIBITORY = 1


class ProjectionState(IntEnum):
    WEIGHTS = 0
    TR_PRE = 1
    TR_POST = 2


class ProjectionParam(IntEnum):
    ZETA = 0
    KAPPA = 1
    MODE = 2
    STEP = 3
    N_PRE = 4
    N_POST = 5
    N_SYNAPSES = 6
    DTYPE = 7
    KIND = 8
    DELAY = 9
    MEMORY = 10
    LABEL = 11


class SourceKind(IntEnum):
    POISSON = 0
    SPIKES = 1


class SourceFlag(IntFlag):
    LOOP = 1


class Health(IntFlag):
    SILENT = 1
    RUNAWAY = 2


class RecordWhat(IntEnum):
    RATES = 0
    COUNTS = 1
    N = 2


class Engine(IntEnum):
    AUTO = 0
    FUSED = 1
    BLOCK = 2


class Scaling(IntEnum):
    NONE = 0
    MAXNORM = 1
    RMS = 2


class Slow(IntEnum):
    REFERENCE = 0
    DOUBLE = 1


class SpikingPreset(IntEnum):
    NETWORK = 0
    STDP = 1
    NETWORK_REFERENCE = 2
    STDP_REFERENCE = 3


class SpikingParam(IntEnum):
    ETA = 0
    PUSH = 1
    PULL = 2
    MODE = 3
    THREADS = 4
    STEP = 5
    UPDATES = 6
    N_PRE = 7
    N_POST = 8
    N_SYNAPSES = 9
    DTYPE = 10
    ENGINE = 11
    ISA = 12
    MEMORY = 13
    BLOCK = 14
    DT = 15
    DELAY = 16
    LAG = 17
    TAU_MEAN = 18
    W_MIN = 19
    W_MAX = 20
    LABEL = 21


class SpikingState(IntEnum):
    WEIGHTS = 0
    ELIG = 1
    ELIG_FLT = 2
    ELIG_SUM = 3
    GRAD2 = 4
    TR_PRE = 5
    PSP = 6
    ERR = 7
    ERR_RISE = 8
    ERR_FLT = 9
    MEAN = 10
    SIGMA2 = 11
    FPRIME = 12


SPIKE_ENUMS: tuple[tuple[str, EnumClass], ...] = (
    ("LPL_CONNECT_", ConnectKind), ("LPL_CONNECT_", ConnectFlag), ("LPL_RECEPTOR_", Receptor), ("LPL_THRESHOLD_", Threshold),
    ("LPL_LIF_", LifState), ("LPL_LIF_PARAM_", LifParam), ("LPL_PROJECTION_", ProjectionKind), ("LPL_PROJECTION_", ProjectionState),
    ("LPL_PROJECTION_PARAM_", ProjectionParam), ("LPL_SOURCE_", SourceKind), ("LPL_SOURCE_", SourceFlag), ("LPL_HEALTH_", Health),
    ("LPL_RECORD_", RecordWhat), ("LPL_ENGINE_", Engine), ("LPL_SCALING_", Scaling), ("LPL_SLOW_", Slow),
    ("LPL_PRESET_SPIKING_", SpikingPreset), ("LPL_SPIKING_PARAM_", SpikingParam), ("LPL_SPIKING_", SpikingState),
)


@mirror
class CConnect(Struct):
    C_NAME = "lpl_connect_t"
    TABLE = [
        ("size", _u32), ("flags", _u32, ConnectFlag), ("kind", _i32, ConnectKind), ("reserved", _i32), ("n_synapses", _u64),
        ("row_ptr", _pu64), ("col", _pu32), ("pre", _pu32), ("post", _pu32), ("probability", _f64), ("seed", _u64), ("stream", _u64),
    ]


@mirror
class LifConfig(Struct):
    C_NAME = "lpl_lif_config_t"
    TABLE = [
        ("size", _u32), ("flags", _u32), ("dtype", _i32, DType), ("threshold", _i32, Threshold), ("n", _u64), ("dt", _f64),
        ("tau_mem", _f64), ("tau_ampa", _f64), ("tau_nmda", _f64), ("tau_gaba", _f64), ("tau_thr", _f64), ("v_rest", _f64),
        ("v_reset", _f64), ("v_thr", _f64), ("thr_spike", _f64), ("e_inh", _f64), ("ampa_nmda", _f64), ("v_init", _f64),
        ("v_init_sd", _f64), ("seed", _u64), ("stream", _u64), ("isa", _i32, Isa), ("label", _i32),
    ]


@mirror
class ProjectionConfig(Struct):
    C_NAME = "lpl_projection_config_t"
    TABLE = [
        ("size", _u32), ("flags", _u32), ("dtype", _i32, DType), ("kind", _i32, ProjectionKind), ("n_pre", _u64), ("n_post", _u64),
        ("dt", _f64), ("delay_ax", _f64), ("w_init", _f64), ("w_min", _f64), ("w_max", _f64), ("zeta", _f64), ("kappa", _f64),
        ("tau_stdp", _f64), ("mode", _i32, Mode), ("label", _i32),
    ]


@mirror
class SourceConfig(Struct):
    C_NAME = "lpl_source_config_t"
    TABLE = [
        ("size", _u32), ("flags", _u32, SourceFlag), ("kind", _i32, SourceKind), ("label", _i32), ("n", _u64), ("first", _u64),
        ("dt", _f64), ("seed", _u64), ("stream", _u64), ("n_knots", _u64), ("time_s", _pf64), ("rate_hz", _pf64), ("n_spikes", _u64),
        ("spk_step", _pu64), ("spk_neuron", _pu32),
    ]


@mirror
class RecordConfig(Struct):
    C_NAME = "lpl_record_config_t"
    TABLE = [
        ("size", _u32), ("flags", _u32), ("n", _u64), ("dt", _f64), ("tau_rate", _f64), ("silent_hz", _f64), ("runaway_hz", _f64),
        ("bin_steps", _u64),
    ]


@mirror
class SpikingConfig(Struct):
    C_NAME = "lpl_spiking_config_t"
    TABLE = [
        ("size", _u32), ("flags", _u32), ("dtype", _i32, DType), ("form", _i32, Form), ("n_pre", _u64), ("n_post", _u64), ("dt", _f64),
        ("eta", _f64), ("push", _f64), ("pull", _f64), ("xi", _f64), ("delta", _f64), ("tau_syn", _f64), ("tau_psp", _f64),
        ("tau_rise", _f64), ("tau_decay", _f64), ("tau_err_rise", _f64), ("tau_err_decay", _f64), ("beta", _f64), ("v_theta", _f64),
        ("t_lag", _f64), ("delay_ax", _f64), ("tau_mean", _f64), ("tau_sigma2", _f64), ("mean_init", _f64), ("sigma2_init", _f64),
        ("update_every", _u64), ("w_init", _f64), ("w_min", _f64), ("w_max", _f64), ("tau_wdecay", _f64), ("scaling", _i32, Scaling),
        ("slow", _i32, Slow), ("tau_rms", _f64), ("mode", _i32, Mode), ("engine", _i32, Engine), ("memory_max", _u64),
        ("threads", _i32), ("isa", _i32, Isa), ("label", _i32), ("reserved", _i32),
    ]


@mirror
class CSpikingReport(Struct):
    C_NAME = "lpl_spiking_report_t"
    TABLE = [
        ("size", _u32), ("reserved", _u32), ("step", _u64), ("updates", _u64), ("w_mean", _f64), ("w_std", _f64), ("n_at_min", _u64),
        ("n_at_max", _u64), ("n_nonfinite", _u64), ("rate_mean", _f64), ("rate_min", _f64), ("rate_max", _f64), ("n_silent", _u64),
        ("n_runaway", _u64),
    ]


SPIKE_STRUCTS: tuple[Type[Struct], ...] = (CConnect, LifConfig, ProjectionConfig, SourceConfig, RecordConfig, SpikingConfig,
                                           CSpikingReport)
