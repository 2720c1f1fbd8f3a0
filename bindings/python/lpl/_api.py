# lpl/_api.py - generated from the headers by bindings/api.py (make api): enums, structs and prototypes.
"""Enumerations of liblpl as IntEnum, its structs and prototypes for ctypes."""
from __future__ import annotations

import ctypes as C
from enum import IntEnum, IntFlag
from typing import Any, Literal, Type, Union

import numpy as np

from ._struct import EnumClass, Struct, address, mirror


class Status(IntEnum):
    OK = 0
    COLLAPSED = 1
    LOOK = 2
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
    E_REDUCE = -14


class DType(IntEnum):
    """Element type of data arrays. Functions with a plain name take float, those ending in _f64 take double."""
    F32 = 0
    F64 = 1


class Isa(IntEnum):
    """Instruction set of the inner loops. AUTO takes the best one that the CPU has; the others force one (tests,
    debugging). Element-wise kernels and reductions give the same bits in each; matrix products agree within
    rounding."""
    AUTO = 0
    REF = 1
    AVX2 = 2
    AVX512 = 3


class Mode(IntEnum):
    """What an object that learns still does. LEARN: all moves. TRACK: statistics, thresholds, traces and the remembered
    response move, weights and optimiser do not. FROZEN: nothing moves; a layer's update computes its report only, a
    projection only transmits."""
    LEARN = 0
    TRACK = 1
    FROZEN = 2


class Activation(IntEnum):
    """z = f(a)                          f'(a)                      p0, p1
     LPL_ACT_LINEAR     a                                 1
     LPL_ACT_RELU       max(0, a)                         1 if a > 0, else 0
     LPL_ACT_LEAKY_RELU a if a > 0, else p0 a             1 or p0                    p0 slope, 0 < p0 < 1 (usual 0.01)
     LPL_ACT_TANH       tanh a                            1 - z^2
     LPL_ACT_SIGMOID    1 / (1 + exp(-a))                 z (1 - z)
     LPL_ACT_SOFTPLUS   log(1 + exp(a)); a if a > 20      1 - exp(-z)
     LPL_ACT_SATURATING phi(a - 3 p0) + p0 (theory 2.1)    phi'(a - 3 p0)             p0 = r0 > 0 (2), p1 = r_max > r0
                                                           (80)
         (p0 and p1 - p0 from 1e-30 to 1e30)
         phi(h) = r0 tanh(h / r0) for h < 0, (r_max - r0) tanh(h / (r_max - r0)) for h >= 0   (Rajan, Abbott &
         Sompolinsky)
     LPL_ACT_GELU       a Phi(a)                          Phi(a) + a exp(-a^2/2) / sqrt(2 pi)
     LPL_ACT_SILU       a s(a)                            s(a) (1 + a (1 - s(a)))
         Phi(a) = (1 + erf(a / sqrt 2)) / 2: the exact gelu (Hendrycks & Gimpel 2016); s(a) = 1 / (1 + exp(-a)) (Elfwing
         et al. 2018). These two fall and rise again, so z does not tell f': a dense layer keeps f' of a batch,
         batch_max
         n_post values more (twice that for a symmetric pair)"""
    LINEAR = 0
    RELU = 1
    LEAKY_RELU = 2
    TANH = 3
    SIGMOID = 4
    SOFTPLUS = 5
    SATURATING = 6
    GELU = 7
    SILU = 8


class ConnectKind(IntEnum):
    DENSE = 0
    CSR = 1
    LIST = 2
    RANDOM = 3
    RANDOM_ROWS = 4


class ConnectFlag(IntFlag):
    """Bits of lpl_connect_t.flags."""
    NO_SELF = 1


class Metric(IntEnum):
    """Scalars. Column "needs": y labels, x2 a second set of responses of the same shape."""
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
    """Arrays over classes."""
    CLASS_RADII = 0
    CENTROID_SPREADS = 1
    CLASS_DIMS = 2
    CLASS_CORRELATION = 3


class Optim(IntEnum):
    """With g the gradient of the loss (so that w goes against it), t = 1, 2, ... the step:
      every one         g += weight_decay w                       (coupled L2: before the moments; not AdamW)
      LPL_OPTIM_SGD       w -= eta g
      LPL_OPTIM_MOMENTUM  m = momentum m + g (first step: m = g);  w -= eta m            (no dampening, no Nesterov)
      LPL_OPTIM_ADAM      m += (g - m)(1 - beta1);  v = beta2 v + (1 - beta2) g^2;
                          w -= eta / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + adam_eps)
    Moments settle at exactly 0: an m below 1e-30 in size (float64: 1e-300) and a v that is no normal number (below
    1.2e-38; float64: 2.2e-308) become 0 as they are written, so that parameters without a gradient never hold denormal
    numbers, which slow a CPU down."""
    SGD = 0
    MOMENTUM = 1
    ADAM = 2


class Receptor(IntEnum):
    """Which conductance a projection feeds."""
    AMPA = 0
    GABA = 1


class Threshold(IntEnum):
    SET = 0
    ADD = 1


class LifState(IntEnum):
    """Named states for lpl_lif_read and lpl_lif_write; n values each."""
    V = 0
    THR = 1
    G_AMPA = 2
    G_NMDA = 3
    G_GABA = 4
    G_ADAPT = 5


class LifParam(IntEnum):
    STEP = 0
    N = 1
    DTYPE = 2
    DT = 3
    ISA = 4
    MEMORY = 5
    LABEL = 6
    FIRST = 7
    N_GLOBAL = 8


class PartKind(IntEnum):
    """Whose state."""
    OTHER = 0
    LIF = 1
    PROJECTION = 2
    SPIKING = 3
    RECORD = 4


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
    POST_BEGIN = 12
    N_POST_GLOBAL = 13


class Health(IntFlag):
    """Bits of the health word; 0 until tau_rate has passed."""
    SILENT = 1
    RUNAWAY = 2


class RecordWhat(IntEnum):
    RATES = 0
    COUNTS = 1
    N = 2
    FIRST = 3
    N_GLOBAL = 4


class SourceKind(IntEnum):
    POISSON = 0
    SPIKES = 1


class SourceFlag(IntFlag):
    """Bits of lpl_source_config_t.flags."""
    LOOP = 1


class StatsMode(IntEnum):
    BATCH = 0
    STALE = 1
    EWMA = 2
    ALL = 3


class StatsWhat(IntEnum):
    """What lpl_stats_read copies out. n = number of doubles."""
    MEAN = 0
    SIGMA2 = 1
    SIGMA2_POPULATION = 2
    COVARIANCE = 3
    COUNT = 4
    N_UNITS = 5
    DTYPE = 6


class Rule(IntEnum):
    LPL = 0
    HEBB = 1
    HEBB_COVARIANCE = 2
    OJA = 3
    BCM = 4
    SLOWNESS = 5
    SOFTHEBB = 6


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
    NEGATIVE = 3
    LOGDET = 4


class PullForm(IntEnum):
    DIFFERENCE = 0
    COSINE = 1
    DIRECTPRED = 2
    ISOLOSS = 3


class Kind(IntEnum):
    DENSE = 0
    CONV2D = 1


class Pair(IntEnum):
    """What x0 and x1 of lpl_update are.
      CAUSAL     x0 is the past: its response is a constant (stop-gradient), x1's view learns (article)
      SYMMETRIC  two views: both learn, push and decorr halved in each (the published code's deep networks; theory
                 1.5)"""
    CAUSAL = 0
    SYMMETRIC = 1


class Init(IntEnum):
    """Start values of weights and biases. UNIFORM: +-1/sqrt(n_pre) (PyTorch's default), weight (i, j) from draw i*n_pre
    + j
    of (seed, stream), bias i from draw n_post*n_pre + i (random.h); ZERO: all 0, for a host that writes its own.

    UNIT_VARIANCE (since 0.1.1): as UNIFORM, and the first lpl_update in mode LEARN scales the weights and the bias of
    each unit by one positive factor, before it learns, so that the unit's responses to x1 have variance 1 over the
    batch
    (n - 1; SEES_POSITIONS: mean variance of its positions; SEES_HEAD: the pooled responses, then the head's hidden
    units, then its outputs). A unit that does not vary there keeps its values. In a stack the layers above see the
    scaled responses, so they are scaled layer by layer on one batch. It happens once, whatever eta, whoever wrote the
    values (borrowed ones are scaled where they are), and not at all if that update is refused. Until then lpl_forward
    and lpl_gradient take the values as they are, FROZEN and TRACK leave them so, a state file keeps what is to come
    (0.1.0 refuses such a file; after that update it is like any other), lpl_update_online and a first update of one row
    are LPL_E_ORDER, and lpl_layer_copy from a layer that waits for nothing ends the waiting. For LINEAR, RELU and
    LEAKY_RELU, which scale with their input, and batch_max >= 2: else LPL_E_ARG. Takes memory for a second copy of the
    start values. Not in a build with RULES=no. Deep responses of UNIFORM values start at 1e-3 and below, where Adam's
    first steps, which know no scale, kill units (docs/layer.md)."""
    UNIFORM = 0
    ZERO = 1
    UNIT_VARIANCE = 2


class Sees(IntEnum):
    """What the loss of a convolutional layer looks at.
      POOLED     the mean of each channel over positions (theory 4.1)
      POSITIONS  every position ("no pooling", theory 4.6): pull and push per channel and position, decorrelation of
                 channels with all positions as samples. Exponential statistics (since 0.1.1): mean and sigma2 of
                 each channel and position; a covariance of channels, n_post x n_post, that takes in every position of
                 every row around the channel's mean (that of its positions' means), tau counting rows, not positions
      HEAD       linear - relu - linear - relu on the pooled responses (projector, theory 4.6), trained by the same
      loss;
                 its gradient stays in this layer"""
    POOLED = 0
    POSITIONS = 1
    HEAD = 2


class Flag(IntFlag):
    """Bits of lpl_layer_config_t.flags."""
    BATCH_INVARIANT = 1
    WINOGRAD_4X4 = 2


class Preset(IntEnum):
    """Sets of constants: every field but sizes, dtype, activation's parameters, seed, stream, threads, label and
    isa."""
    ERRATUM = 0
    REFERENCE = 1
    TOY2D = 2
    STREAM = 3


class Param(IntEnum):
    """Scalars that lpl_layer_set changes and lpl_layer_get reads at run time."""
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
    TEMPERATURE = 31


class State(IntEnum):
    """Named states that lpl_layer_read and lpl_layer_write copy, in the layer's dtype."""
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
    PREDICTOR = 15


class Engine(IntEnum):
    AUTO = 0
    FUSED = 1
    BLOCK = 2


class Scaling(IntEnum):
    """Division of the gradient g = sum / update_every by its running size, per synapse; g2 is LPL_SPIKING_GRAD2. R =
    exp(-dt update_every / tau_rms).
      NONE     w += eta g
      MAXNORM  g2 = max(g^2, R g2), w += eta g / (sqrt(g2) + 1e-32)     (the reference's accelerated optimiser)
      RMS      g2 = R g2 + (1 - R) g^2, divided by 1 - R^n after n updates
    g2 of a synapse whose g is 0 becomes 0 once it is no normal number."""
    NONE = 0
    MAXNORM = 1
    RMS = 2


class Slow(IntEnum):
    """How mean and sigma2 are kept. DOUBLE (the default since 0.1.1): in double, x += (k - 1) x, as written: within 1 %
    of exp(-t/tau) at every dt and tau. REFERENCE: in the projection's type, x = k x, as in the published simulations,
    whose bits it gives; in float32 the effective time constant then wanders with the value (420 - 700 s for 600 s),
    and near dt/tau = 2^-25 k rounds to 1: create refuses a k that means another time constant by more than a third.
    The values are those of 0.1; a config that says 0 says REFERENCE."""
    REFERENCE = 0
    DOUBLE = 1


class SpikingPreset(IntEnum):
    NETWORK = 0
    STDP = 1
    NETWORK_REFERENCE = 2
    STDP_REFERENCE = 3


class SpikingFlag(IntFlag):
    """Bits of lpl_spiking_config_t.flags. WATCH (since 0.1.1): look at the verdict (below) at the first weight change
    after
    each tau_mean, and say so when it is another one: that step, or the call that makes it, returns LPL_LOOK (status.h).
    Each change is told once, the first look at a healthy projection is no change, and none comes before tau_mean has
    passed. It also measures weight_change, for which it keeps a copy of the weights. Cost: nothing in a step, one pass
    over weights and post neurons each tau_mean. Without the flag nothing is kept and nothing told; a report has a
    verdict all the same."""
    WATCH = 1


class SpikingParam(IntEnum):
    """Scalars for lpl_spiking_set and lpl_spiking_get. What is set acts from the next step on."""
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
    VERDICT = 22
    POST_BEGIN = 23
    N_POST_GLOBAL = 24


class SpikingState(IntEnum):
    """Named states for lpl_spiking_read, as step t left them; names in brackets: columns of the golden data."""
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


class Verdict(IntEnum):
    """What a report says in one word: the first of these that is true, EARLY .. NOT_LEARNING, or OK. Rates are those of
    LPL_SPIKING_MEAN / tau_mean, without what is left of where it began (mean_init, or the mean of what was written):
      rate_i = (mean_i / tau_mean - start e) / (1 - e),  e = exp(-T / tau_mean),  T = dt x steps learned or tracked
    so that at T = tau_mean a neuron that has never fired has rate 0 whatever mean_init was.
      EARLY         T < tau_mean: nothing can be said
      SILENT        more than half of the post neurons fire below 0.01 Hz (as n_silent: no spike for several tau_sigma2,
                    whose variance has none to be taken of)
      RUNAWAY       more than half fire above 1 / t_lag (50 Hz): a spike in each "a moment ago", none to predict
      SATURATED     more than half of the synapses are at w_max, or more than 0.9 at a bound: nothing left to learn with
      NOT_LEARNING  in mode LEARN: eta is 0, or, with LPL_SPIKING_WATCH, weight_change is below 1e-3 (a thousand
      tau_mean
                    to become other weights)
    Since 0.1.1."""
    EARLY = 0
    OK = 1
    SILENT = 2
    RUNAWAY = 3
    SATURATED = 4
    NOT_LEARNING = 5


class Mend(IntEnum):
    """The knob to turn, beside a verdict; lpl_spiking_verdict_string has it in a sentence, docs/own_spiking.md in a
    table.
    "Start" is w_init, or the mean of the weights last written.
      NONE         EARLY and OK
      LEARN        OK, but mode is not LEARN: the weights stand still
      INPUT        SILENT: no pre neuron has fired for some 14 tau_psp: LPL_SPIKING_PSP and TR_PRE are below 1e-6
      RAISE_W      SILENT, weights about where they started: they are too small
      LOWER_ETA    SILENT, mean weight below half of the start: learning took them there; SATURATED otherwise
      LOWER_W      RUNAWAY, weights about where they started: too large, or neurons excite each other
      PRIME        RUNAWAY, mean weight above 1.5 times the start: learning took them there
      RAISE_W_MAX  SATURATED at w_max, where the start was above w_max / 2
      RAISE_ETA    NOT_LEARNING
    Since 0.1.1."""
    NONE = 0
    LEARN = 1
    INPUT = 2
    RAISE_W = 3
    LOWER_W = 4
    PRIME = 5
    LOWER_ETA = 6
    RAISE_ETA = 7
    RAISE_W_MAX = 8


class NetworkReceptor(IntEnum):
    """In place of a receptor: the projection learns, but drives nobody (the host does, or there is nothing to
    drive)."""
    NO_RECEPTOR = -1


class NetworkParam(IntEnum):
    """Scalars for lpl_network_get."""
    STEP = 0
    LAST = 1
    STOPPED = 2
    N_GROUPS = 3
    BLOCK = 4
    DELAY = 5
    MEMORY = 6


class StackFlag(IntFlag):
    """Flags of a stack."""
    SHARED_SCRATCH = 1


class ReduceOp(IntEnum):
    """What a hook does with the arrays of all ranks, element by element."""
    SUM = 0
    MAX = 1


class ReduceType(IntEnum):
    """Of what. SUM comes with INT64 (no sum overflows), with LPL_REDUCE_FLOAT also with the other two; MAX with
    FLOAT64,
    and no element of it is NaN."""
    INT64 = 0
    FLOAT64 = 1
    FLOAT32 = 2


class ReduceFlag(IntFlag):
    """Bits of lpl_reduce_config_t.flags."""
    FLOAT = 1


# What stands for a member: itself, its name, its number.
IsaLike = Union[Literal["auto", "ref", "avx2", "avx512"], Isa, int]
ModeLike = Union[Literal["learn", "track", "frozen"], Mode, int]
ActivationLike = Union[Literal[
    "linear", "relu", "leaky_relu", "tanh", "sigmoid", "softplus", "saturating", "gelu", "silu",
], Activation, int]
ConnectKindLike = Union[Literal["dense", "csr", "list", "random", "random_rows"], ConnectKind, int]
MetricLike = Union[Literal[
    "participation_ratio", "cosine_cross_class", "cosine_within_class", "manifold_correlation", "manifold_radius",
    "manifold_dim", "global_radius", "cosine_push", "cosine_push_labels", "cosine_pull", "cosine_pull_labels",
    "push_to_centroid", "uniformity", "kl_gaussian", "abs_logvar", "radial_push", "sparse_filtering", "selectivity",
], Metric, int]
ClassMetricLike = Union[Literal["class_radii", "centroid_spreads", "class_dims", "class_correlation"], ClassMetric, int]
OptimLike = Union[Literal["sgd", "momentum", "adam"], Optim, int]
ReceptorLike = Union[Literal["ampa", "gaba"], Receptor, int]
ThresholdLike = Union[Literal["set", "add"], Threshold, int]
LifStateLike = Union[Literal["v", "thr", "g_ampa", "g_nmda", "g_gaba", "g_adapt"], LifState, int]
LifParamLike = Union[Literal["step", "n", "dtype", "dt", "isa", "memory", "label", "first", "n_global"], LifParam, int]
PartKindLike = Union[Literal["other", "lif", "projection", "spiking", "record"], PartKind, int]
ProjectionKindLike = Union[Literal["static", "inhibitory"], ProjectionKind, int]
ProjectionStateLike = Union[Literal["weights", "tr_pre", "tr_post"], ProjectionState, int]
ProjectionParamLike = Union[Literal[
    "zeta", "kappa", "mode", "step", "n_pre", "n_post", "n_synapses", "dtype", "kind", "delay", "memory", "label",
    "post_begin", "n_post_global",
], ProjectionParam, int]
RecordWhatLike = Union[Literal["rates", "counts", "n", "first", "n_global"], RecordWhat, int]
SourceKindLike = Union[Literal["poisson", "spikes"], SourceKind, int]
StatsModeLike = Union[Literal["batch", "stale", "ewma", "all"], StatsMode, int]
StatsWhatLike = Union[Literal[
    "mean", "sigma2", "sigma2_population", "covariance", "count", "n_units", "dtype",
], StatsWhat, int]
RuleLike = Union[Literal["lpl", "hebb", "hebb_covariance", "oja", "bcm", "slowness", "softhebb"], Rule, int]
FormLike = Union[Literal["erratum", "reference"], Form, int]
NormLike = Union[Literal["layer", "neuron"], Norm, int]
PushFormLike = Union[Literal["logvar", "naive", "hinge", "negative", "logdet"], PushForm, int]
PullFormLike = Union[Literal["difference", "cosine", "directpred", "isoloss"], PullForm, int]
KindLike = Union[Literal["dense", "conv2d"], Kind, int]
PairLike = Union[Literal["causal", "symmetric"], Pair, int]
InitLike = Union[Literal["uniform", "zero", "unit_variance"], Init, int]
SeesLike = Union[Literal["pooled", "positions", "head"], Sees, int]
PresetLike = Union[Literal["erratum", "reference", "toy2d", "stream"], Preset, int]
ParamLike = Union[Literal[
    "eta", "pull", "push", "decorr", "eps", "weight_decay", "momentum", "tau_mean", "tau_sigma2", "collapse_std",
    "mode", "threads", "step", "n_pre", "n_post", "batch_max", "dtype", "isa", "memory", "bias", "label", "n_out",
    "out_height", "out_width", "fan_in", "units", "prev_rows", "head_hidden", "channels", "height", "width",
    "temperature",
], Param, int]
StateLike = Union[Literal[
    "weights", "bias", "mean", "sigma2", "covariance", "prev", "optim_m", "optim_v", "bias_m", "bias_v", "theta",
    "head_w1", "head_b1", "head_w2", "head_b2", "predictor",
], State, int]
EngineLike = Union[Literal["auto", "fused", "block"], Engine, int]
ScalingLike = Union[Literal["none", "maxnorm", "rms"], Scaling, int]
SlowLike = Union[Literal["reference", "double"], Slow, int]
SpikingPresetLike = Union[Literal["network", "stdp", "network_reference", "stdp_reference"], SpikingPreset, int]
SpikingParamLike = Union[Literal[
    "eta", "push", "pull", "mode", "threads", "step", "updates", "n_pre", "n_post", "n_synapses", "dtype", "engine",
    "isa", "memory", "block", "dt", "delay", "lag", "tau_mean", "w_min", "w_max", "label", "verdict", "post_begin",
    "n_post_global",
], SpikingParam, int]
SpikingStateLike = Union[Literal[
    "weights", "elig", "elig_flt", "elig_sum", "grad2", "tr_pre", "psp", "err", "err_rise", "err_flt", "mean", "sigma2",
    "fprime",
], SpikingState, int]
VerdictLike = Union[Literal["early", "ok", "silent", "runaway", "saturated", "not_learning"], Verdict, int]
MendLike = Union[Literal[
    "none", "learn", "input", "raise_w", "lower_w", "prime", "lower_eta", "raise_eta", "raise_w_max",
], Mend, int]
NetworkReceptorLike = Union[Literal["no_receptor"], NetworkReceptor, int]
NetworkParamLike = Union[Literal["step", "last", "stopped", "n_groups", "block", "delay", "memory"], NetworkParam, int]
ReduceOpLike = Union[Literal["sum", "max"], ReduceOp, int]
ReduceTypeLike = Union[Literal["int64", "float64", "float32"], ReduceType, int]
DTypeLike = Union[Literal["f4", "f8", "f32", "f64", "float32", "float64"], DType, int, Type[Any], "np.dtype[Any]"]


@mirror
class CConnect(Struct):
    C_NAME = "lpl_connect_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32, ConnectFlag), ("kind", C.c_int32, ConnectKind),
        ("reserved", C.c_int32), ("n_synapses", C.c_uint64), ("row_ptr", C.POINTER(C.c_uint64)),
        ("col", C.POINTER(C.c_uint32)), ("pre", C.POINTER(C.c_uint32)), ("post", C.POINTER(C.c_uint32)),
        ("probability", C.c_double), ("seed", C.c_uint64), ("stream", C.c_uint64), ("post_begin", C.c_uint64),
        ("n_post_global", C.c_uint64),
    ]


@mirror
class ReadoutConfig(Struct):
    C_NAME = "lpl_readout_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32), ("n_classes", C.c_uint64), ("batch", C.c_uint64),
        ("epochs", C.c_uint64), ("eta", C.c_double), ("beta1", C.c_double), ("beta2", C.c_double),
        ("adam_eps", C.c_double),
    ]


@mirror
class OptimConfig(Struct):
    C_NAME = "lpl_optim_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32), ("optim", C.c_int32, Optim), ("reserved", C.c_int32),
        ("eta", C.c_double), ("momentum", C.c_double), ("beta1", C.c_double), ("beta2", C.c_double),
        ("adam_eps", C.c_double), ("weight_decay", C.c_double),
    ]


@mirror
class LifConfig(Struct):
    C_NAME = "lpl_lif_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32), ("dtype", C.c_int32, DType), ("threshold", C.c_int32, Threshold),
        ("n", C.c_uint64), ("dt", C.c_double), ("tau_mem", C.c_double), ("tau_ampa", C.c_double),
        ("tau_nmda", C.c_double), ("tau_gaba", C.c_double), ("tau_thr", C.c_double), ("v_rest", C.c_double),
        ("v_reset", C.c_double), ("v_thr", C.c_double), ("thr_spike", C.c_double), ("e_inh", C.c_double),
        ("ampa_nmda", C.c_double), ("v_init", C.c_double), ("v_init_sd", C.c_double), ("seed", C.c_uint64),
        ("stream", C.c_uint64), ("isa", C.c_int32, Isa), ("label", C.c_int32), ("tau_adapt", C.c_double),
        ("dg_adapt", C.c_double), ("first", C.c_uint64), ("n_global", C.c_uint64),
    ]


@mirror
class PartInfo(Struct):
    C_NAME = "lpl_part_info_t"
    TABLE = [
        ("size", C.c_uint32), ("kind", C.c_int32, PartKind), ("bytes", C.c_uint64), ("first", C.c_uint64),
        ("n", C.c_uint64), ("n_global", C.c_uint64), ("step", C.c_uint64),
    ]


@mirror
class ProjectionConfig(Struct):
    C_NAME = "lpl_projection_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32), ("dtype", C.c_int32, DType), ("kind", C.c_int32, ProjectionKind),
        ("n_pre", C.c_uint64), ("n_post", C.c_uint64), ("dt", C.c_double), ("delay_ax", C.c_double),
        ("w_init", C.c_double), ("w_min", C.c_double), ("w_max", C.c_double), ("zeta", C.c_double),
        ("kappa", C.c_double), ("tau_stdp", C.c_double), ("mode", C.c_int32, Mode), ("label", C.c_int32),
        ("post_begin", C.c_uint64), ("n_post_global", C.c_uint64),
    ]


@mirror
class RecordConfig(Struct):
    C_NAME = "lpl_record_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32), ("n", C.c_uint64), ("dt", C.c_double), ("tau_rate", C.c_double),
        ("silent_hz", C.c_double), ("runaway_hz", C.c_double), ("bin_steps", C.c_uint64), ("first", C.c_uint64),
        ("n_global", C.c_uint64),
    ]


@mirror
class SourceConfig(Struct):
    C_NAME = "lpl_source_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32, SourceFlag), ("kind", C.c_int32, SourceKind), ("label", C.c_int32),
        ("n", C.c_uint64), ("first", C.c_uint64), ("dt", C.c_double), ("seed", C.c_uint64), ("stream", C.c_uint64),
        ("n_knots", C.c_uint64), ("time_s", C.POINTER(C.c_double)), ("rate_hz", C.POINTER(C.c_double)),
        ("n_spikes", C.c_uint64), ("spk_step", C.POINTER(C.c_uint64)), ("spk_neuron", C.POINTER(C.c_uint32)),
        ("n_global", C.c_uint64), ("offset", C.c_uint64),
    ]


@mirror
class StatsConfig(Struct):
    C_NAME = "lpl_stats_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32), ("dtype", C.c_int32, DType), ("mode", C.c_int32, StatsMode),
        ("n_units", C.c_uint64), ("batch_max", C.c_uint64), ("covariance", C.c_int32), ("threads", C.c_int32),
        ("tau_mean", C.c_double), ("tau_sigma2", C.c_double), ("mean_init", C.c_double), ("sigma2_init", C.c_double),
        ("isa", C.c_int32, Isa), ("reserved", C.c_int32),
    ]


@mirror
class RuleConfig(Struct):
    C_NAME = "lpl_rule_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32), ("rule", C.c_int32, Rule), ("form", C.c_int32, Form),
        ("norm", C.c_int32, Norm), ("push_form", C.c_int32, PushForm), ("pull", C.c_double), ("push", C.c_double),
        ("decorr", C.c_double), ("eps", C.c_double), ("tau_theta", C.c_double), ("collapse_std", C.c_double),
        ("temperature", C.c_double), ("pull_form", C.c_int32, PullForm), ("reserved", C.c_int32),
    ]


@mirror
class CReport(Struct):
    C_NAME = "lpl_report_t"
    TABLE = [
        ("size", C.c_uint32), ("status", C.c_int32, Status), ("pull", C.c_double), ("push", C.c_double),
        ("decorr", C.c_double), ("total", C.c_double), ("mean_activity", C.c_double), ("min_std", C.c_double),
        ("mean_std", C.c_double), ("n_collapsed", C.c_uint64), ("n_dead", C.c_uint64), ("step", C.c_uint64),
        ("weight_change", C.c_double),
    ]


@mirror
class LayerConfig(Struct):
    C_NAME = "lpl_layer_config_t"
    ALIASES = {"act": "activation"}
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32, Flag), ("kind", C.c_int32, Kind), ("dtype", C.c_int32, DType),
        ("n_pre", C.c_uint64), ("n_post", C.c_uint64), ("batch_max", C.c_uint64), ("activation", C.c_int32, Activation),
        ("bias", C.c_int32), ("rule", C.c_int32, Rule), ("form", C.c_int32, Form), ("norm", C.c_int32, Norm),
        ("push_form", C.c_int32, PushForm), ("pair", C.c_int32, Pair), ("stats", C.c_int32, StatsMode),
        ("act_p0", C.c_double), ("act_p1", C.c_double), ("pull", C.c_double), ("push", C.c_double),
        ("decorr", C.c_double), ("eps", C.c_double), ("tau_mean", C.c_double), ("tau_sigma2", C.c_double),
        ("mean_init", C.c_double), ("sigma2_init", C.c_double), ("tau_theta", C.c_double), ("theta_init", C.c_double),
        ("collapse_std", C.c_double), ("optim", C.c_int32, Optim), ("mode", C.c_int32, Mode), ("eta", C.c_double),
        ("momentum", C.c_double), ("beta1", C.c_double), ("beta2", C.c_double), ("adam_eps", C.c_double),
        ("weight_decay", C.c_double), ("seed", C.c_uint64), ("stream", C.c_uint64), ("init", C.c_int32, Init),
        ("threads", C.c_int32), ("isa", C.c_int32, Isa), ("label", C.c_int32), ("channels", C.c_uint32),
        ("height", C.c_uint32), ("width", C.c_uint32), ("kernel_h", C.c_uint32), ("kernel_w", C.c_uint32),
        ("stride", C.c_uint32), ("padding", C.c_uint32), ("groups", C.c_uint32), ("pool", C.c_uint32),
        ("sees", C.c_int32, Sees), ("head_hidden", C.c_uint32), ("head_out", C.c_uint32), ("temperature", C.c_double),
        ("pull_form", C.c_int32, PullForm), ("reserved", C.c_int32), ("predictor_alpha", C.c_double),
        ("predictor_eps", C.c_double), ("predictor_keep", C.c_double),
    ]


@mirror
class SpikingConfig(Struct):
    C_NAME = "lpl_spiking_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32, SpikingFlag), ("dtype", C.c_int32, DType),
        ("form", C.c_int32, Form), ("n_pre", C.c_uint64), ("n_post", C.c_uint64), ("dt", C.c_double),
        ("eta", C.c_double), ("push", C.c_double), ("pull", C.c_double), ("xi", C.c_double), ("delta", C.c_double),
        ("tau_syn", C.c_double), ("tau_psp", C.c_double), ("tau_rise", C.c_double), ("tau_decay", C.c_double),
        ("tau_err_rise", C.c_double), ("tau_err_decay", C.c_double), ("beta", C.c_double), ("v_theta", C.c_double),
        ("t_lag", C.c_double), ("delay_ax", C.c_double), ("tau_mean", C.c_double), ("tau_sigma2", C.c_double),
        ("mean_init", C.c_double), ("sigma2_init", C.c_double), ("update_every", C.c_uint64), ("w_init", C.c_double),
        ("w_min", C.c_double), ("w_max", C.c_double), ("tau_wdecay", C.c_double), ("scaling", C.c_int32, Scaling),
        ("slow", C.c_int32, Slow), ("tau_rms", C.c_double), ("mode", C.c_int32, Mode), ("engine", C.c_int32, Engine),
        ("memory_max", C.c_uint64), ("threads", C.c_int32), ("isa", C.c_int32, Isa), ("label", C.c_int32),
        ("reserved", C.c_int32), ("post_begin", C.c_uint64), ("n_post_global", C.c_uint64),
    ]


@mirror
class CSpikingReport(Struct):
    C_NAME = "lpl_spiking_report_t"
    TABLE = [
        ("size", C.c_uint32), ("reserved", C.c_uint32), ("step", C.c_uint64), ("updates", C.c_uint64),
        ("w_mean", C.c_double), ("w_std", C.c_double), ("n_at_min", C.c_uint64), ("n_at_max", C.c_uint64),
        ("n_nonfinite", C.c_uint64), ("rate_mean", C.c_double), ("rate_min", C.c_double), ("rate_max", C.c_double),
        ("n_silent", C.c_uint64), ("n_runaway", C.c_uint64), ("verdict", C.c_int32, Verdict), ("mend", C.c_int32, Mend),
        ("rate", C.c_double), ("silent", C.c_double), ("runaway", C.c_double), ("weight_change", C.c_double),
    ]


@mirror
class NetworkConfig(Struct):
    C_NAME = "lpl_network_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32), ("block_steps", C.c_uint64),
    ]


@mirror
class ReduceConfig(Struct):
    C_NAME = "lpl_reduce_config_t"
    TABLE = [
        ("size", C.c_uint32), ("flags", C.c_uint32, ReduceFlag), ("chunk", C.c_uint64),
    ]


# C prefix of the constants of each class.
ENUMS: tuple[tuple[str, EnumClass], ...] = (
    ("LPL_", Status), ("LPL_", DType), ("LPL_ISA_", Isa), ("LPL_MODE_", Mode), ("LPL_ACT_", Activation),
    ("LPL_CONNECT_", ConnectKind), ("LPL_CONNECT_", ConnectFlag), ("LPL_METRIC_", Metric), ("LPL_METRIC_", ClassMetric),
    ("LPL_OPTIM_", Optim), ("LPL_RECEPTOR_", Receptor), ("LPL_THRESHOLD_", Threshold), ("LPL_LIF_", LifState),
    ("LPL_LIF_PARAM_", LifParam), ("LPL_PART_", PartKind), ("LPL_PROJECTION_", ProjectionKind),
    ("LPL_PROJECTION_", ProjectionState), ("LPL_PROJECTION_PARAM_", ProjectionParam), ("LPL_HEALTH_", Health),
    ("LPL_RECORD_", RecordWhat), ("LPL_SOURCE_", SourceKind), ("LPL_SOURCE_", SourceFlag), ("LPL_STATS_", StatsMode),
    ("LPL_STATS_", StatsWhat), ("LPL_RULE_", Rule), ("LPL_FORM_", Form), ("LPL_NORM_", Norm), ("LPL_PUSH_", PushForm),
    ("LPL_PULL_", PullForm), ("LPL_LAYER_", Kind), ("LPL_PAIR_", Pair), ("LPL_INIT_", Init), ("LPL_SEES_", Sees),
    ("LPL_FLAG_", Flag), ("LPL_PRESET_", Preset), ("LPL_PARAM_", Param), ("LPL_STATE_", State), ("LPL_ENGINE_", Engine),
    ("LPL_SCALING_", Scaling), ("LPL_SLOW_", Slow), ("LPL_PRESET_SPIKING_", SpikingPreset),
    ("LPL_SPIKING_", SpikingFlag), ("LPL_SPIKING_PARAM_", SpikingParam), ("LPL_SPIKING_", SpikingState),
    ("LPL_VERDICT_", Verdict), ("LPL_MEND_", Mend), ("LPL_NETWORK_", NetworkReceptor),
    ("LPL_NETWORK_PARAM_", NetworkParam), ("LPL_STACK_", StackFlag), ("LPL_REDUCE_", ReduceOp),
    ("LPL_REDUCE_", ReduceType), ("LPL_REDUCE_", ReduceFlag),
)
STRUCTS: tuple[Type[Struct], ...] = (
    CConnect, ReadoutConfig, OptimConfig, LifConfig, PartInfo, ProjectionConfig, RecordConfig, SourceConfig,
    StatsConfig, RuleConfig, CReport, LayerConfig, SpikingConfig, CSpikingReport, NetworkConfig, ReduceConfig,
)

WRITE_FN = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_size_t, C.c_void_p)
READ_FN = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_size_t, C.c_void_p)
SPIKING_LARGEST_FN = C.CFUNCTYPE(C.c_double, C.c_double, C.c_void_p)
FILE_SAVE_FN = C.CFUNCTYPE(C.c_int32, WRITE_FN, C.c_void_p, C.c_void_p)
FILE_LOAD_FN = C.CFUNCTYPE(C.c_int32, READ_FN, C.c_void_p, C.c_void_p)
REDUCE_FN = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_size_t, C.c_int32, C.c_int32, C.c_void_p)
REDUCE_START_FN = C.CFUNCTYPE(
    C.c_int32, C.c_void_p, C.c_size_t, C.c_int32, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p)
REDUCE_FINISH_FN = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_void_p)

# name: (result, arguments)
PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "lpl_status_name": (C.c_char_p, [C.c_int32]),
    "lpl_status_string": (C.c_char_p, [C.c_int32]),
    "lpl_last_error": (C.c_char_p, []),
    "lpl_abi_entry": (C.c_int32, [C.POINTER(C.c_char_p), address(C.c_int64), C.c_size_t]),
    "lpl_activate": (C.c_int32, [
        address(C.c_float), address(C.c_float), address(C.c_float), C.c_size_t, C.c_int32, C.c_double, C.c_double,
    ]),
    "lpl_activate_f64": (C.c_int32, [
        address(C.c_double), address(C.c_double), address(C.c_double), C.c_size_t, C.c_int32, C.c_double, C.c_double,
    ]),
    "lpl_connect_init": (C.c_int32, [C.POINTER(CConnect), C.c_size_t]),
    "lpl_metric": (C.c_int32, [
        address(C.c_double), C.c_int32, address(C.c_float), C.c_size_t, address(C.c_float), C.c_size_t,
        address(C.c_int32), C.c_size_t, C.c_size_t,
    ]),
    "lpl_metric_f64": (C.c_int32, [
        address(C.c_double), C.c_int32, address(C.c_double), C.c_size_t, address(C.c_double), C.c_size_t,
        address(C.c_int32), C.c_size_t, C.c_size_t,
    ]),
    "lpl_metric_classes": (C.c_int32, [
        address(C.c_double), C.c_size_t, C.c_int32, address(C.c_float), C.c_size_t, address(C.c_int32), C.c_size_t,
        C.c_size_t, C.c_size_t,
    ]),
    "lpl_metric_classes_f64": (C.c_int32, [
        address(C.c_double), C.c_size_t, C.c_int32, address(C.c_double), C.c_size_t, address(C.c_int32), C.c_size_t,
        C.c_size_t, C.c_size_t,
    ]),
    "lpl_sfa": (C.c_int32, [
        address(C.c_double), C.c_size_t, address(C.c_double), address(C.c_float), C.c_size_t, address(C.c_float),
        C.c_size_t, C.c_size_t, C.c_size_t, C.c_size_t, C.c_double,
    ]),
    "lpl_sfa_f64": (C.c_int32, [
        address(C.c_double), C.c_size_t, address(C.c_double), address(C.c_double), C.c_size_t, address(C.c_double),
        C.c_size_t, C.c_size_t, C.c_size_t, C.c_size_t, C.c_double,
    ]),
    "lpl_slowness": (C.c_int32, [
        address(C.c_double), address(C.c_float), C.c_size_t, address(C.c_int32), C.c_size_t, C.c_size_t, C.c_size_t,
    ]),
    "lpl_slowness_f64": (C.c_int32, [
        address(C.c_double), address(C.c_double), C.c_size_t, address(C.c_int32), C.c_size_t, C.c_size_t, C.c_size_t,
    ]),
    "lpl_modulation": (C.c_int32, [
        address(C.c_double), address(C.c_double), address(C.c_float), C.c_size_t, address(C.c_float), C.c_size_t,
        C.c_size_t,
    ]),
    "lpl_modulation_f64": (C.c_int32, [
        address(C.c_double), address(C.c_double), address(C.c_double), C.c_size_t, address(C.c_double), C.c_size_t,
        C.c_size_t,
    ]),
    "lpl_readout_config_init": (C.c_int32, [C.POINTER(ReadoutConfig), C.c_size_t]),
    "lpl_readout_fit": (C.c_int32, [
        C.POINTER(ReadoutConfig), address(C.c_float), C.c_size_t, address(C.c_float), address(C.c_double),
        address(C.c_float), C.c_size_t, address(C.c_int32), C.c_size_t, C.c_size_t,
    ]),
    "lpl_readout_fit_f64": (C.c_int32, [
        C.POINTER(ReadoutConfig), address(C.c_double), C.c_size_t, address(C.c_double), address(C.c_double),
        address(C.c_double), C.c_size_t, address(C.c_int32), C.c_size_t, C.c_size_t,
    ]),
    "lpl_readout_fit_part": (C.c_int32, [
        C.POINTER(ReadoutConfig), address(C.c_float), C.c_size_t, address(C.c_float), address(C.c_float),
        address(C.c_double), address(C.c_float), C.c_size_t, address(C.c_int32), C.c_size_t, C.c_size_t, C.c_uint64,
        C.c_uint64,
    ]),
    "lpl_readout_fit_part_f64": (C.c_int32, [
        C.POINTER(ReadoutConfig), address(C.c_double), C.c_size_t, address(C.c_double), address(C.c_double),
        address(C.c_double), address(C.c_double), C.c_size_t, address(C.c_int32), C.c_size_t, C.c_size_t, C.c_uint64,
        C.c_uint64,
    ]),
    "lpl_readout_predict": (C.c_int32, [
        address(C.c_float), C.c_size_t, address(C.c_double), address(C.c_float), C.c_size_t, address(C.c_float),
        address(C.c_float), C.c_size_t, address(C.c_int32), C.c_size_t, C.c_size_t, C.c_size_t,
    ]),
    "lpl_readout_predict_f64": (C.c_int32, [
        address(C.c_double), C.c_size_t, address(C.c_double), address(C.c_double), C.c_size_t, address(C.c_double),
        address(C.c_double), C.c_size_t, address(C.c_int32), C.c_size_t, C.c_size_t, C.c_size_t,
    ]),
    "lpl_optim_config_init": (C.c_int32, [C.POINTER(OptimConfig), C.c_size_t]),
    "lpl_optim_step": (C.c_int32, [
        C.POINTER(OptimConfig), address(C.c_float), address(C.c_float), address(C.c_float), address(C.c_float),
        C.c_size_t, C.c_uint64,
    ]),
    "lpl_optim_step_f64": (C.c_int32, [
        C.POINTER(OptimConfig), address(C.c_double), address(C.c_double), address(C.c_double), address(C.c_double),
        C.c_size_t, C.c_uint64,
    ]),
    "lpl_schedule_warmup_cosine": (C.c_int32, [
        address(C.c_double), C.c_double, C.c_double, C.c_double, C.c_double, C.c_uint64, C.c_uint64,
    ]),
    "lpl_random_bits": (C.c_int32, [address(C.c_uint32), C.c_size_t, C.c_uint64, C.c_uint64, C.c_uint64]),
    "lpl_random_uniform": (C.c_int32, [address(C.c_float), C.c_size_t, C.c_uint64, C.c_uint64, C.c_uint64]),
    "lpl_random_uniform_f64": (C.c_int32, [address(C.c_double), C.c_size_t, C.c_uint64, C.c_uint64, C.c_uint64]),
    "lpl_random_normal": (C.c_int32, [address(C.c_float), C.c_size_t, C.c_uint64, C.c_uint64, C.c_uint64]),
    "lpl_random_normal_f64": (C.c_int32, [address(C.c_double), C.c_size_t, C.c_uint64, C.c_uint64, C.c_uint64]),
    "lpl_lif_config_init": (C.c_int32, [C.POINTER(LifConfig), C.c_size_t]),
    "lpl_lif_create": (C.c_int32, [C.POINTER(LifConfig), C.POINTER(C.c_void_p)]),
    "lpl_lif_destroy": (None, [C.c_void_p]),
    "lpl_lif_step": (C.c_int32, [C.c_void_p, address(C.c_uint32), address(C.c_size_t), address(C.c_float)]),
    "lpl_lif_step_f64": (C.c_int32, [C.c_void_p, address(C.c_uint32), address(C.c_size_t), address(C.c_double)]),
    "lpl_lif_clamp": (C.c_int32, [C.c_void_p, address(C.c_double), address(C.c_double), C.c_size_t]),
    "lpl_lif_read": (C.c_int32, [C.c_void_p, address(C.c_float), C.c_size_t, address(C.c_uint64), C.c_int32]),
    "lpl_lif_read_f64": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, address(C.c_uint64), C.c_int32]),
    "lpl_lif_write": (C.c_int32, [C.c_void_p, address(C.c_float), C.c_size_t, C.c_int32]),
    "lpl_lif_write_f64": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, C.c_int32]),
    "lpl_lif_get": (C.c_int32, [C.c_void_p, C.c_int32, address(C.c_double)]),
    "lpl_lif_save": (C.c_int32, [C.c_void_p, WRITE_FN, C.c_void_p]),
    "lpl_lif_load": (C.c_int32, [READ_FN, C.c_void_p, C.c_size_t, C.POINTER(C.c_void_p)]),
    "lpl_lif_cut": (C.c_int32, [C.POINTER(C.c_void_p), C.c_size_t, C.c_uint64, C.c_uint64, C.POINTER(C.c_void_p)]),
    "lpl_part_range": (C.c_int32, [address(C.c_uint64), address(C.c_uint64), C.c_uint64, C.c_uint64, C.c_uint64]),
    "lpl_part_info_init": (C.c_int32, [C.POINTER(PartInfo), C.c_size_t]),
    "lpl_part_look": (C.c_int32, [C.POINTER(PartInfo), READ_FN, C.c_void_p]),
    "lpl_part_recut": (C.c_int32, [C.POINTER(C.c_char_p), C.c_size_t, C.POINTER(C.c_char_p), C.c_size_t, C.c_size_t]),
    "lpl_projection_config_init": (C.c_int32, [C.POINTER(ProjectionConfig), C.c_size_t]),
    "lpl_projection_create": (C.c_int32, [C.POINTER(ProjectionConfig), C.POINTER(CConnect), C.POINTER(C.c_void_p)]),
    "lpl_projection_destroy": (None, [C.c_void_p]),
    "lpl_projection_drive": (C.c_int32, [C.c_void_p, address(C.c_float)]),
    "lpl_projection_drive_f64": (C.c_int32, [C.c_void_p, address(C.c_double)]),
    "lpl_projection_drive_lif": (C.c_int32, [C.c_void_p, C.c_void_p, C.c_int32]),
    "lpl_projection_step": (C.c_int32, [C.c_void_p, address(C.c_uint32), C.c_size_t, address(C.c_uint32), C.c_size_t]),
    "lpl_projection_read": (C.c_int32, [C.c_void_p, address(C.c_float), C.c_size_t, address(C.c_uint64), C.c_int32]),
    "lpl_projection_read_f64": (C.c_int32, [
        C.c_void_p, address(C.c_double), C.c_size_t, address(C.c_uint64), C.c_int32,
    ]),
    "lpl_projection_write": (C.c_int32, [C.c_void_p, address(C.c_float), C.c_size_t, C.c_int32]),
    "lpl_projection_write_f64": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, C.c_int32]),
    "lpl_projection_connectivity": (C.c_int32, [C.c_void_p, address(C.c_uint64), address(C.c_uint32)]),
    "lpl_projection_set": (C.c_int32, [C.c_void_p, C.c_int32, C.c_double]),
    "lpl_projection_get": (C.c_int32, [C.c_void_p, C.c_int32, address(C.c_double)]),
    "lpl_projection_bounds": (C.c_int32, [C.c_void_p, C.c_int32, address(C.c_double), address(C.c_double)]),
    "lpl_projection_save": (C.c_int32, [C.c_void_p, WRITE_FN, C.c_void_p]),
    "lpl_projection_load": (C.c_int32, [READ_FN, C.c_void_p, C.c_size_t, C.POINTER(C.c_void_p)]),
    "lpl_projection_cut": (C.c_int32, [
        C.POINTER(C.c_void_p), C.c_size_t, C.c_uint64, C.c_uint64, C.POINTER(C.c_void_p),
    ]),
    "lpl_record_config_init": (C.c_int32, [C.POINTER(RecordConfig), C.c_size_t]),
    "lpl_record_create": (C.c_int32, [C.POINTER(RecordConfig), C.POINTER(C.c_void_p)]),
    "lpl_record_destroy": (None, [C.c_void_p]),
    "lpl_record_spikes_into": (C.c_int32, [C.c_void_p, address(C.c_uint64), address(C.c_uint32), C.c_size_t]),
    "lpl_record_bins_into": (C.c_int32, [C.c_void_p, address(C.c_uint32), C.c_size_t]),
    "lpl_record_step": (C.c_int32, [C.c_void_p, address(C.c_uint32), C.c_size_t]),
    "lpl_record_state": (C.c_int32, [
        C.c_void_p, address(C.c_uint64), address(C.c_uint64), address(C.c_uint64), address(C.c_uint64),
        address(C.c_double), address(C.c_uint32),
    ]),
    "lpl_record_read": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, C.c_int32]),
    "lpl_record_reset": (C.c_int32, [C.c_void_p]),
    "lpl_record_save": (C.c_int32, [C.c_void_p, WRITE_FN, C.c_void_p]),
    "lpl_record_load": (C.c_int32, [READ_FN, C.c_void_p, C.c_size_t, C.POINTER(C.c_void_p)]),
    "lpl_record_cut": (C.c_int32, [C.POINTER(C.c_void_p), C.c_size_t, C.c_uint64, C.c_uint64, C.POINTER(C.c_void_p)]),
    "lpl_source_config_init": (C.c_int32, [C.POINTER(SourceConfig), C.c_size_t]),
    "lpl_source_create": (C.c_int32, [C.POINTER(SourceConfig), C.POINTER(C.c_void_p)]),
    "lpl_source_destroy": (None, [C.c_void_p]),
    "lpl_source_step": (C.c_int32, [C.c_void_p, address(C.c_uint32), C.c_size_t, address(C.c_size_t)]),
    "lpl_source_tell": (C.c_int32, [C.c_void_p, address(C.c_uint64)]),
    "lpl_source_seek": (C.c_int32, [C.c_void_p, C.c_uint64]),
    "lpl_source_rate": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_uint64]),
    "lpl_stats_config_init": (C.c_int32, [C.POINTER(StatsConfig), C.c_size_t]),
    "lpl_stats_create": (C.c_int32, [C.POINTER(StatsConfig), C.POINTER(C.c_void_p)]),
    "lpl_stats_destroy": (None, [C.c_void_p]),
    "lpl_stats_update": (C.c_int32, [C.c_void_p, address(C.c_float), C.c_size_t, C.c_size_t]),
    "lpl_stats_update_f64": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, C.c_size_t]),
    "lpl_stats_merge": (C.c_int32, [C.c_void_p, C.c_void_p]),
    "lpl_stats_read": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, C.c_int32]),
    "lpl_stats_reset": (C.c_int32, [C.c_void_p]),
    "lpl_stats_save": (C.c_int32, [C.c_void_p, WRITE_FN, C.c_void_p]),
    "lpl_stats_load": (C.c_int32, [READ_FN, C.c_void_p, C.c_size_t, C.POINTER(C.c_void_p)]),
    "lpl_report_init": (C.c_int32, [C.POINTER(CReport), C.c_size_t]),
    "lpl_rule_config_init": (C.c_int32, [C.POINTER(RuleConfig), C.c_size_t]),
    "lpl_rule_scratch": (C.c_int32, [C.POINTER(RuleConfig), address(C.c_size_t), C.c_size_t, C.c_size_t, C.c_int32]),
    "lpl_rule_delta": (C.c_int32, [
        C.POINTER(RuleConfig), address(C.c_float), C.c_size_t, address(C.c_float), C.POINTER(CReport),
        address(C.c_float), C.c_void_p, C.c_size_t, address(C.c_float), C.c_size_t, address(C.c_float), C.c_size_t,
        address(C.c_float), C.c_size_t, C.c_void_p, C.c_size_t, C.c_size_t,
    ]),
    "lpl_rule_delta_f64": (C.c_int32, [
        C.POINTER(RuleConfig), address(C.c_double), C.c_size_t, address(C.c_double), C.POINTER(CReport),
        address(C.c_double), C.c_void_p, C.c_size_t, address(C.c_double), C.c_size_t, address(C.c_double), C.c_size_t,
        address(C.c_double), C.c_size_t, C.c_void_p, C.c_size_t, C.c_size_t,
    ]),
    "lpl_rule_apply": (C.c_int32, [
        address(C.c_float), C.c_size_t, address(C.c_float), address(C.c_float), C.c_size_t, address(C.c_float),
        address(C.c_float), C.c_size_t, C.c_size_t, C.c_size_t, C.c_size_t, C.c_double, C.c_double,
    ]),
    "lpl_rule_apply_f64": (C.c_int32, [
        address(C.c_double), C.c_size_t, address(C.c_double), address(C.c_double), C.c_size_t, address(C.c_double),
        address(C.c_double), C.c_size_t, C.c_size_t, C.c_size_t, C.c_size_t, C.c_double, C.c_double,
    ]),
    "lpl_layer_config_init": (C.c_int32, [C.POINTER(LayerConfig), C.c_size_t]),
    "lpl_layer_preset": (C.c_int32, [C.POINTER(LayerConfig), C.c_int32]),
    "lpl_layer_size": (C.c_int32, [C.POINTER(LayerConfig), address(C.c_size_t), address(C.c_size_t)]),
    "lpl_layer_create": (C.c_int32, [C.POINTER(LayerConfig), C.POINTER(C.c_void_p)]),
    "lpl_layer_create_in": (C.c_int32, [C.c_void_p, C.c_size_t, C.POINTER(LayerConfig), C.POINTER(C.c_void_p)]),
    "lpl_layer_destroy": (None, [C.c_void_p]),
    "lpl_forward": (C.c_int32, [
        C.c_void_p, address(C.c_float), C.c_size_t, address(C.c_float), C.c_size_t, C.c_size_t,
    ]),
    "lpl_forward_f64": (C.c_int32, [
        C.c_void_p, address(C.c_double), C.c_size_t, address(C.c_double), C.c_size_t, C.c_size_t,
    ]),
    "lpl_update": (C.c_int32, [
        C.c_void_p, C.POINTER(CReport), address(C.c_float), C.c_size_t, address(C.c_float), C.c_size_t, C.c_size_t,
    ]),
    "lpl_update_f64": (C.c_int32, [
        C.c_void_p, C.POINTER(CReport), address(C.c_double), C.c_size_t, address(C.c_double), C.c_size_t, C.c_size_t,
    ]),
    "lpl_update_online": (C.c_int32, [C.c_void_p, address(C.c_float), C.POINTER(CReport), address(C.c_float)]),
    "lpl_update_online_f64": (C.c_int32, [C.c_void_p, address(C.c_double), C.POINTER(CReport), address(C.c_double)]),
    "lpl_gradient": (C.c_int32, [
        C.c_void_p, address(C.c_float), C.c_size_t, address(C.c_float), C.POINTER(CReport), address(C.c_float),
        C.c_size_t, address(C.c_float), C.c_size_t, C.c_size_t,
    ]),
    "lpl_gradient_f64": (C.c_int32, [
        C.c_void_p, address(C.c_double), C.c_size_t, address(C.c_double), C.POINTER(CReport), address(C.c_double),
        C.c_size_t, address(C.c_double), C.c_size_t, C.c_size_t,
    ]),
    "lpl_layer_set": (C.c_int32, [C.c_void_p, C.c_int32, C.c_double]),
    "lpl_layer_get": (C.c_int32, [C.c_void_p, C.c_int32, address(C.c_double)]),
    "lpl_layer_bounds": (C.c_int32, [C.c_void_p, C.c_int32, address(C.c_double), address(C.c_double)]),
    "lpl_layer_read": (C.c_int32, [C.c_void_p, address(C.c_float), C.c_size_t, C.c_int32]),
    "lpl_layer_read_f64": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, C.c_int32]),
    "lpl_layer_write": (C.c_int32, [C.c_void_p, address(C.c_float), C.c_size_t, C.c_int32]),
    "lpl_layer_write_f64": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, C.c_int32]),
    "lpl_layer_copy": (C.c_int32, [C.c_void_p, C.c_void_p, address(C.c_uint32)]),
    "lpl_layer_ema": (C.c_int32, [C.c_void_p, C.c_void_p, C.c_double]),
    "lpl_layer_borrow_weights": (C.c_int32, [C.c_void_p, address(C.c_float), C.c_size_t, address(C.c_float)]),
    "lpl_layer_borrow_weights_f64": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, address(C.c_double)]),
    "lpl_layer_forget": (C.c_int32, [C.c_void_p]),
    "lpl_layer_forget_rows": (C.c_int32, [C.c_void_p, address(C.c_uint32), C.c_size_t]),
    "lpl_layer_save": (C.c_int32, [C.c_void_p, WRITE_FN, C.c_void_p]),
    "lpl_layer_load": (C.c_int32, [READ_FN, C.c_void_p, C.c_size_t, C.c_int32, C.POINTER(C.c_void_p)]),
    "lpl_layer_load_size": (C.c_int32, [READ_FN, C.c_void_p, C.c_int32, address(C.c_size_t), address(C.c_size_t)]),
    "lpl_layer_load_in": (C.c_int32, [C.c_void_p, C.c_size_t, READ_FN, C.c_void_p, C.c_int32, C.POINTER(C.c_void_p)]),
    "lpl_spiking_config_init": (C.c_int32, [C.POINTER(SpikingConfig), C.c_size_t]),
    "lpl_spiking_preset": (C.c_int32, [C.POINTER(SpikingConfig), C.c_int32]),
    "lpl_spiking_create": (C.c_int32, [C.POINTER(SpikingConfig), C.POINTER(CConnect), C.POINTER(C.c_void_p)]),
    "lpl_spiking_destroy": (None, [C.c_void_p]),
    "lpl_spiking_step": (C.c_int32, [
        C.c_void_p, address(C.c_uint32), C.c_size_t, address(C.c_uint32), C.c_size_t, address(C.c_float),
    ]),
    "lpl_spiking_step_f64": (C.c_int32, [
        C.c_void_p, address(C.c_uint32), C.c_size_t, address(C.c_uint32), C.c_size_t, address(C.c_double),
    ]),
    "lpl_spiking_steps": (C.c_int32, [
        C.c_void_p, C.c_size_t, address(C.c_uint64), address(C.c_uint32), address(C.c_uint64), address(C.c_uint32),
        address(C.c_float), C.c_size_t,
    ]),
    "lpl_spiking_steps_f64": (C.c_int32, [
        C.c_void_p, C.c_size_t, address(C.c_uint64), address(C.c_uint32), address(C.c_uint64), address(C.c_uint32),
        address(C.c_double), C.c_size_t,
    ]),
    "lpl_spiking_drive": (C.c_int32, [C.c_void_p, address(C.c_float)]),
    "lpl_spiking_drive_f64": (C.c_int32, [C.c_void_p, address(C.c_double)]),
    "lpl_spiking_drive_lif": (C.c_int32, [C.c_void_p, C.c_void_p, C.c_int32]),
    "lpl_spiking_read": (C.c_int32, [C.c_void_p, address(C.c_float), C.c_size_t, address(C.c_uint64), C.c_int32]),
    "lpl_spiking_read_f64": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, address(C.c_uint64), C.c_int32]),
    "lpl_spiking_write": (C.c_int32, [C.c_void_p, address(C.c_float), C.c_size_t, C.c_int32]),
    "lpl_spiking_write_f64": (C.c_int32, [C.c_void_p, address(C.c_double), C.c_size_t, C.c_int32]),
    "lpl_spiking_connectivity": (C.c_int32, [C.c_void_p, address(C.c_uint64), address(C.c_uint32)]),
    "lpl_spiking_set": (C.c_int32, [C.c_void_p, C.c_int32, C.c_double]),
    "lpl_spiking_get": (C.c_int32, [C.c_void_p, C.c_int32, address(C.c_double)]),
    "lpl_spiking_bounds": (C.c_int32, [C.c_void_p, C.c_int32, address(C.c_double), address(C.c_double)]),
    "lpl_spiking_largest": (C.c_int32, [C.c_void_p, SPIKING_LARGEST_FN, C.c_void_p]),
    "lpl_spiking_cut": (C.c_int32, [C.POINTER(C.c_void_p), C.c_size_t, C.c_uint64, C.c_uint64, C.POINTER(C.c_void_p)]),
    "lpl_spiking_report_init": (C.c_int32, [C.POINTER(CSpikingReport), C.c_size_t]),
    "lpl_spiking_report": (C.c_int32, [C.c_void_p, C.POINTER(CSpikingReport)]),
    "lpl_spiking_verdict_string": (C.c_char_p, [C.c_int32, C.c_int32]),
    "lpl_spiking_save": (C.c_int32, [C.c_void_p, WRITE_FN, C.c_void_p]),
    "lpl_spiking_load": (C.c_int32, [READ_FN, C.c_void_p, C.c_size_t, C.c_int32, C.POINTER(C.c_void_p)]),
    "lpl_network_config_init": (C.c_int32, [C.POINTER(NetworkConfig), C.c_size_t]),
    "lpl_network_create": (C.c_int32, [C.POINTER(NetworkConfig), C.POINTER(C.c_void_p)]),
    "lpl_network_destroy": (None, [C.c_void_p]),
    "lpl_network_add_input": (C.c_int32, [C.c_void_p, address(C.c_uint32), C.c_uint64]),
    "lpl_network_add_lif": (C.c_int32, [C.c_void_p, address(C.c_uint32), C.c_void_p]),
    "lpl_network_add_remote": (C.c_int32, [C.c_void_p, address(C.c_uint32), C.c_uint64, C.c_uint32, C.c_uint64]),
    "lpl_network_add_source": (C.c_int32, [C.c_void_p, C.c_void_p, C.c_uint32]),
    "lpl_network_add_projection": (C.c_int32, [C.c_void_p, C.c_void_p, C.c_uint32, C.c_uint32, C.c_int32]),
    "lpl_network_add_spiking": (C.c_int32, [C.c_void_p, C.c_void_p, C.c_uint32, C.c_uint32, C.c_int32]),
    "lpl_network_add_record": (C.c_int32, [C.c_void_p, C.c_void_p, C.c_uint32]),
    "lpl_network_finish": (C.c_int32, [C.c_void_p]),
    "lpl_network_feed": (C.c_int32, [C.c_void_p, C.c_uint32, C.c_size_t, address(C.c_uint64), address(C.c_uint32)]),
    "lpl_network_run": (C.c_int32, [C.c_void_p, C.c_size_t]),
    "lpl_network_deliver": (C.c_int32, [C.c_void_p, C.c_uint32, C.c_size_t, address(C.c_uint64), address(C.c_uint32)]),
    "lpl_network_spikes_into": (C.c_int32, [
        C.c_void_p, C.c_uint32, address(C.c_uint64), C.c_size_t, address(C.c_uint32), C.c_size_t,
    ]),
    "lpl_network_get": (C.c_int32, [C.c_void_p, C.c_int32, address(C.c_double)]),
    "lpl_stack_create": (C.c_int32, [C.POINTER(C.c_void_p), C.c_size_t, C.POINTER(C.c_void_p)]),
    "lpl_stack_create_with": (C.c_int32, [C.POINTER(C.c_void_p), C.c_size_t, C.c_uint32, C.POINTER(C.c_void_p)]),
    "lpl_stack_destroy": (None, [C.c_void_p]),
    "lpl_stack_size": (C.c_size_t, [C.c_void_p]),
    "lpl_stack_layer": (C.c_int32, [C.c_void_p, C.c_size_t, C.POINTER(C.c_void_p)]),
    "lpl_stack_forward": (C.c_int32, [
        C.c_void_p, address(C.c_float), C.c_size_t, address(C.c_float), C.c_size_t, C.c_size_t, C.c_size_t,
    ]),
    "lpl_stack_forward_f64": (C.c_int32, [
        C.c_void_p, address(C.c_double), C.c_size_t, address(C.c_double), C.c_size_t, C.c_size_t, C.c_size_t,
    ]),
    "lpl_stack_update": (C.c_int32, [
        C.c_void_p, C.POINTER(CReport), address(C.c_float), C.c_size_t, address(C.c_float), C.c_size_t, C.c_size_t,
    ]),
    "lpl_stack_update_f64": (C.c_int32, [
        C.c_void_p, C.POINTER(CReport), address(C.c_double), C.c_size_t, address(C.c_double), C.c_size_t, C.c_size_t,
    ]),
    "lpl_stack_forget": (C.c_int32, [C.c_void_p]),
    "lpl_stack_forget_rows": (C.c_int32, [C.c_void_p, address(C.c_uint32), C.c_size_t]),
    "lpl_stack_save": (C.c_int32, [C.c_void_p, WRITE_FN, C.c_void_p]),
    "lpl_stack_load": (C.c_int32, [READ_FN, C.c_void_p, C.c_size_t, C.c_int32, C.POINTER(C.c_void_p)]),
    "lpl_stack_load_with": (C.c_int32, [READ_FN, C.c_void_p, C.c_size_t, C.c_int32, C.c_uint32, C.POINTER(C.c_void_p)]),
    "lpl_file_save": (C.c_int32, [address(C.c_int32), C.c_char_p, FILE_SAVE_FN, C.c_void_p]),
    "lpl_file_load": (C.c_int32, [address(C.c_int32), C.c_char_p, FILE_LOAD_FN, C.c_void_p]),
    "lpl_layer_save_file": (C.c_int32, [C.c_void_p, C.c_char_p]),
    "lpl_layer_load_file": (C.c_int32, [C.c_char_p, C.c_size_t, C.c_int32, C.POINTER(C.c_void_p)]),
    "lpl_stack_save_file": (C.c_int32, [C.c_void_p, C.c_char_p]),
    "lpl_stack_load_file": (C.c_int32, [C.c_char_p, C.c_size_t, C.c_int32, C.POINTER(C.c_void_p)]),
    "lpl_stats_save_file": (C.c_int32, [C.c_void_p, C.c_char_p]),
    "lpl_stats_load_file": (C.c_int32, [C.c_char_p, C.c_size_t, C.POINTER(C.c_void_p)]),
    "lpl_spiking_save_file": (C.c_int32, [C.c_void_p, C.c_char_p]),
    "lpl_spiking_load_file": (C.c_int32, [C.c_char_p, C.c_size_t, C.c_int32, C.POINTER(C.c_void_p)]),
    "lpl_projection_save_file": (C.c_int32, [C.c_void_p, C.c_char_p]),
    "lpl_projection_load_file": (C.c_int32, [C.c_char_p, C.c_size_t, C.POINTER(C.c_void_p)]),
    "lpl_lif_save_file": (C.c_int32, [C.c_void_p, C.c_char_p]),
    "lpl_lif_load_file": (C.c_int32, [C.c_char_p, C.c_size_t, C.POINTER(C.c_void_p)]),
    "lpl_record_save_file": (C.c_int32, [C.c_void_p, C.c_char_p]),
    "lpl_record_load_file": (C.c_int32, [C.c_char_p, C.c_size_t, C.POINTER(C.c_void_p)]),
    "lpl_reduce_config_init": (C.c_int32, [C.POINTER(ReduceConfig), C.c_size_t]),
    "lpl_layer_set_reduce": (C.c_int32, [
        C.c_void_p, C.POINTER(ReduceConfig), REDUCE_FN, REDUCE_START_FN, REDUCE_FINISH_FN, C.c_void_p,
    ]),
    "lpl_stack_set_reduce": (C.c_int32, [
        C.c_void_p, C.POINTER(ReduceConfig), REDUCE_FN, REDUCE_START_FN, REDUCE_FINISH_FN, C.c_void_p,
    ]),
    "lpl_stats_set_reduce": (C.c_int32, [
        C.c_void_p, C.POINTER(ReduceConfig), REDUCE_FN, REDUCE_START_FN, REDUCE_FINISH_FN, C.c_void_p,
    ]),
    "lpl_one_thread": (None, []),
    "lpl_is_one_thread": (C.c_int32, []),
    "lpl_version": (C.c_char_p, []),
    "lpl_version_number": (C.c_uint32, []),
    "lpl_build_info": (C.c_char_p, []),
}
