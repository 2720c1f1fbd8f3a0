# lpl/_keywords.py - generated from the headers and the package by bindings/api.py (make api).
"""Models of the calls that take the fields of a config as keywords: signatures for type checkers and help(), and
texts. A default is the library's own; keywords that are not given have it, or the preset's value.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Union

from ._api import (
    ActivationLike, DTypeLike, EngineLike, FormLike, InitLike, IsaLike, KindLike, ModeLike, NormLike, OptimLike,
    PairLike, PresetLike, ProjectionKindLike, PullFormLike, PushFormLike, RuleLike, ScalingLike, SeesLike, SlowLike,
    SourceKindLike, SpikingPresetLike, StatsModeLike, ThresholdLike,
)

if TYPE_CHECKING:
    from ._types import Array, Array, Float64, Floats, Int32, UInt32, UInt64
    from ._api import LayerConfig
    from .connect import Connect
    from .rule import Delta
    from .source import Source
    from .stats import Stats


def Layer_init(
    self: Any, n_pre: int = 0, n_post: int = 0, *, preset: Optional[PresetLike] = None, flags: int = 0,
    kind: KindLike = "dense", dtype: DTypeLike = "f4", batch_max: int = 1, activation: ActivationLike = "linear",
    act: Optional[ActivationLike] = None, bias: int = 1, rule: RuleLike = "lpl", form: FormLike = "erratum",
    norm: NormLike = "layer", push_form: PushFormLike = "logvar", pair: PairLike = "causal",
    stats: StatsModeLike = "batch", act_p0: float = 0.0, act_p1: float = 0.0, pull: float = 1.0, push: float = 1.0,
    decorr: float = 1.0, eps: float = 0.0001, tau_mean: float = 1000.0, tau_sigma2: float = 1000.0,
    mean_init: float = 0.0, sigma2_init: float = 1.0, tau_theta: float = 10.0, theta_init: float = 1.0,
    collapse_std: float = 0.001, optim: OptimLike = "sgd", mode: ModeLike = "learn", eta: float = 0.01,
    momentum: float = 0.9, beta1: float = 0.9, beta2: float = 0.999, adam_eps: float = 1e-08, weight_decay: float = 0.0,
    seed: int = 0, stream: int = 0, init: InitLike = "uniform", threads: int = 1, isa: IsaLike = "auto", label: int = 0,
    channels: int = 0, height: int = 0, width: int = 0, kernel_h: int = 3, kernel_w: int = 3, stride: int = 1,
    padding: int = 1, groups: int = 1, pool: int = 1, sees: SeesLike = "pooled", head_hidden: int = 0,
    head_out: int = 0, temperature: float = 1.0, pull_form: PullFormLike = "difference", predictor_alpha: float = 1.0,
    predictor_eps: float = 0.1, predictor_keep: float = 0.99,
) -> None:
    r"""flags : Flag, default 0
        See ``lpl.Flag``.
    kind : {"dense", "conv2d"}, default "dense"
        See ``lpl.Kind``.
    dtype : dtype, default "f4"
        See ``lpl.DType``.
    n_pre : int, default 0
        inputs, 1 .. 2^31.
    n_post : int, default 0
        units, 1 .. 2^31.
    batch_max : int, default 1
        most rows of one lpl_update or lpl_gradient, >= 1.
    activation, act : {"linear", "relu", "leaky_relu", "tanh", "sigmoid", "softplus", "saturating", "gelu", "silu"},
        default "linear"
        See ``lpl.Activation``.
    bias : int, default 1
        1 (default): a bias per unit; 0: none.
    rule : {"lpl", "hebb", "hebb_covariance", "oja", "bcm", "slowness", "softhebb"}, default "lpl"
        See ``lpl.Rule``.
    form : {"erratum", "reference"}, default "erratum"
        See ``lpl.Form``.
    norm : {"layer", "neuron"}, default "layer"
        See ``lpl.Norm``.
    push_form : {"logvar", "naive", "hinge", "negative", "logdet"}, default "logvar"
        See ``lpl.PushForm``.
    pair : {"causal", "symmetric"}, default "causal"
        See ``lpl.Pair``.
    stats : {"batch", "stale", "ewma", "all"}, default "batch"
        See ``lpl.StatsMode``.
    act_p0 : float, default 0.0
        parameter of the activation, see Activation; 0 (default): 0.01 for LEAKY_RELU, 2 for SATURATING.
    act_p1 : float, default 0.0
        parameter of the activation, see Activation; 0 (default): 80 for SATURATING.
    pull : float, default 1.0
        coefficient of the predictive term, finite, >= 0.
    push : float, default 1.0
        lambda_1, >= 0.
    decorr : float, default 1.0
        lambda_2, >= 0 (default 0: no lateral term, no O(M^2) cost).
    eps : float, default 0.0001
        variance floor, > 0.
    tau_mean : float [samples], default 1000.0
        >= 2; EWMA.
    tau_sigma2 : float [samples], default 1000.0
        >= 2; EWMA: variance and covariance.
    mean_init : float, default 0.0
        EWMA: start value of every mean.
    sigma2_init : float, default 1.0
        EWMA: start value of every variance, >= 0.
    tau_theta : float, default 10.0
        BCM, batches, >= 1; theta is kept in double (0.1.0: in dtype, where a long average stalls).
    theta_init : float, default 1.0
        BCM: start value of every threshold.
    collapse_std : float, default 0.001
        a unit whose standard deviation is below this counts as collapsed, >= 0.
    optim : {"sgd", "momentum", "adam"}, default "sgd"
        See ``lpl.Optim``.
    mode : {"learn", "track", "frozen"}, default "learn"
        See ``lpl.Mode``.
    eta : float, default 0.01
        learning rate, >= 0.
    momentum : float, default 0.9
        0 <= momentum < 1; MOMENTUM. float32: up to about 1 - 4e-8: above that it would round to a factor that
        forgets at another pace, or never.
    beta1 : float, default 0.9
        0 <= beta1 < 1; ADAM. float32: as momentum.
    beta2 : float, default 0.999
        0 <= beta2 < 1; ADAM. float32: as momentum.
    adam_eps : float, default 1e-08
        > 0; ADAM.
    weight_decay : float, default 0.0
        on weights, never on biases, >= 0.
    seed : int, default 0
        start values.
    stream : int, default 0
        start values: give each layer its own.
    init : {"uniform", "zero", "unit_variance"}, default "uniform"
        See ``lpl.Init``.
    threads : int, default 1
        OpenMP threads of an update, 1 .. 1024 (default 1: none are started).
    isa : {"auto", "ref", "avx2", "avx512"}, default "auto"
        See ``lpl.Isa``.
    label : int, default 0
        the host's number for this layer, named in messages.
    channels : int, default 0
        of the input; n_pre is channels * height * width (0: filled in), n_post the output channels. kind="conv2d"
        only.
    height : int, default 0
        of the input map, 1 .. 65535. kind="conv2d" only.
    width : int, default 0
        of the input map, 1 .. 65535. kind="conv2d" only.
    kernel_h : int, default 3
        >= 1. kind="conv2d" only.
    kernel_w : int, default 3
        >= 1. kind="conv2d" only.
    stride : int, default 1
        >= 1. kind="conv2d" only.
    padding : int, default 1
        zeros on each side, < kernel. kind="conv2d" only.
    groups : int, default 1
        divides channels and n_post. kind="conv2d" only.
    pool : int, default 1
        1: none (default), 2: 2 x 2 maximum, stride 2, odd sizes floored. kind="conv2d" only.
    sees : {"pooled", "positions", "head"}, default "pooled"
        what the loss looks at. kind="conv2d" only.
    head_hidden : int, default 0
        hidden units of the projection head, >= 1. kind="conv2d" only.
    head_out : int, default 0
        its outputs, >= 1. kind="conv2d" only.
    temperature : float, default 1.0
        SOFTHEBB, > 0; since 0.1.1.
    pull_form : {"difference", "cosine", "directpred", "isoloss"}, default "difference"
        since 0.1.1, as all below.
    predictor_alpha : float, default 1.0
        DIRECTPRED, ISOLOSS: exponent of the predictor, >= 0. 0, 1 and 2 need no eigenvectors, others about 6 P^3
        multiply-adds a step more.
    predictor_eps : float, default 0.1
        likewise: added to its eigenvalues, >= 0.
    predictor_keep : float, default 0.99
        likewise: what C keeps in a step, 0 <= keep < 1.
    """
    raise NotImplementedError


def Lif_init(
    self: Any, n: int, *, flags: int = 0, dtype: DTypeLike = "f4", threshold: ThresholdLike = "set", dt: float = 0.0001,
    tau_mem: float = 0.02, tau_ampa: float = 0.005, tau_nmda: float = 0.1, tau_gaba: float = 0.01,
    tau_thr: float = 0.005, v_rest: float = -0.07, v_reset: float = -0.07, v_thr: float = -0.05, thr_spike: float = 0.1,
    e_inh: float = -0.08, ampa_nmda: float = 1.0, v_init: float = -0.06, v_init_sd: float = 0.01, seed: int = 0,
    stream: int = 0, isa: IsaLike = "auto", label: int = 0, tau_adapt: float = 0.1, dg_adapt: float = 0.0,
    first: int = 0, n_global: int = 0,
) -> None:
    r"""flags : int, default 0
        none are defined.
    dtype : dtype, default "f4"
        See ``lpl.DType``.
    threshold : {"set", "add"}, default "set"
        See ``lpl.Threshold``.
    n : int
        neurons, 1 .. 2^31.
    dt : float [s], default 0.0001
        at most half of every time constant.
    tau_mem : float [s], default 0.02
        membrane.
    tau_ampa : float [s], default 0.005
        conductance.
    tau_nmda : float [s], default 0.1
        conductance.
    tau_gaba : float [s], default 0.01
        conductance.
    tau_thr : float [s], default 0.005
        moving threshold.
    v_rest : float [V], default -0.07
        leak.
    v_reset : float [V], default -0.07
        after a spike.
    v_thr : float [V], default -0.05
        threshold at rest.
    thr_spike : float [V], default 0.1
        what a spike adds to the threshold, or sets it to, >= 0.
    e_inh : float [V], default -0.08
        reversal of GABA, <= 0.
    ampa_nmda : float, default 1.0
        q: AMPA's share against NMDA's, >= 0.
    v_init : float [V], default -0.06
        mean of the initial potentials.
    v_init_sd : float [V], default 0.01
        their standard deviation (default 10e-3; 0: all v_init).
    seed : int, default 0
        initial potentials: normal draws first .. first + n - 1 of (seed, stream) (random.h).
    stream : int, default 0
        likewise: give each population its own.
    isa : {"auto", "ref", "avx2", "avx512"}, default "auto"
        See ``lpl.Isa``.
    label : int, default 0
        the host's number, named in messages.
    tau_adapt : float [s], default 0.1
        spike-triggered adaptation (default 100e-3; dt at most half of it). Since 0.1.1.
    dg_adapt : float, default 0.0
        what a spike adds to g_adapt, in units of the leak, 0 .. 1e6; 0: none adapts (default). Since 0.1.1.
    first : int, default 0
        of a part (docs/part.md), neurons first .. first + n - 1 of n_global: draws go by these numbers, everything
        else by 0 .. n - 1. Since 0.1.1, as the next.
    n_global : int, default 0
        neurons of the whole, up to 2^31; 0: n, this is the whole.
    """
    raise NotImplementedError


def Network_init(
    self: Any, *, flags: int = 0, block_steps: int = 0,
) -> None:
    r"""flags : int, default 0
        none are defined.
    block_steps : int, default 0
        steps at most for which spikes are held inside, 1 .. 4096; 0 (default): 64, or fewer in a large network (4
        MiB). No result depends on it.
    """
    raise NotImplementedError


def Projection_init(
    self: Any, n_pre: int, n_post: int, connect: Optional[Connect] = None, *, flags: int = 0, dtype: DTypeLike = "f4",
    kind: ProjectionKindLike = "static", dt: float = 0.0001, delay_ax: float = 0.0008, w_init: float = 0.5,
    w_min: float = 0.0, w_max: float = 1.0, zeta: float = 0.001, kappa: float = 10.0, tau_stdp: float = 0.02,
    mode: ModeLike = "learn", label: int = 0, post_begin: int = 0, n_post_global: int = 0,
) -> None:
    r"""flags : int, default 0
        none are defined.
    dtype : dtype, default "f4"
        See ``lpl.DType``.
    kind : {"static", "inhibitory"}, default "static"
        See ``lpl.ProjectionKind``.
    n_pre : int
        1 .. 2^31.
    n_post : int
        1 .. 2^31.
    dt : float [s], default 0.0001
    delay_ax : float [s], default 0.0008
        axonal delay, a whole number of dt, 1 .. 2^20.
    w_init : float, default 0.5
        every weight.
    w_min : float, default 0.0
        lower bound of every weight.
    w_max : float, default 1.0
        upper bound; STATIC: both bound what may be written.
    zeta : float, default 0.001
        INHIBITORY: learning rate, 0 .. 1e6; 0 switches the rule off.
    kappa : float, default 10.0
        INHIBITORY: target rate, Hz, 0 .. 1/dt.
    tau_stdp : float, default 0.02
        INHIBITORY: s, at least 2 dt.
    mode : {"learn", "track", "frozen"}, default "learn"
        LEARN (default); TRACK: traces move, weights do not; FROZEN: only transmits.
    label : int, default 0
        the host's number, named in messages.
    post_begin : int, default 0
        of a part (connect.h, docs/part.md): its first post neuron of ... Since 0.1.1.
    n_post_global : int, default 0
        the whole, up to 2^31; 0: n_post, this is the whole. Since 0.1.1.
    """
    raise NotImplementedError


def Readout_init(
    self: Any, n_classes: int = 10, *, flags: int = 0, batch: int = 512, epochs: int = 20, eta: float = 0.001,
    beta1: float = 0.9, beta2: float = 0.999, adam_eps: float = 1e-08,
) -> None:
    r"""flags : int, default 0
        none are defined.
    n_classes : int, default 10
        classes, K >= 2.
    batch : int, default 512
        rows of a mini-batch, >= 1; the last one of an epoch may be smaller.
    epochs : int, default 20
        passes over the rows, >= 1.
    eta : float, default 0.001
        learning rate, > 0.
    beta1 : float, default 0.9
        Adam: 0 <= beta1 < 1.
    beta2 : float, default 0.999
        Adam: 0 <= beta2 < 1.
    adam_eps : float, default 1e-08
        Adam: > 0.
    """
    raise NotImplementedError


def Record_init(
    self: Any, n: int, *, room: int = 0, room_bins: int = 0, flags: int = 0, dt: float = 0.0001, tau_rate: float = 10.0,
    silent_hz: float = 0.01, runaway_hz: float = 200.0, bin_steps: int = 0, first: int = 0, n_global: int = 0,
) -> None:
    r"""flags : int, default 0
        none are defined.
    n : int
        neurons, 1 .. 2^31.
    dt : float [s], default 0.0001
    tau_rate : float [s], default 10.0
        running rates.
    silent_hz : float [Hz], default 0.01
        a mean rate below it is SILENT.
    runaway_hz : float [Hz], default 200.0
        one above it is RUNAWAY.
    bin_steps : int, default 0
        steps of a bin of counts; 0: none (default).
    first : int, default 0
        of a part (docs/part.md), neurons first .. first + n - 1 of n_global: `neuron` of lpl_record_spikes_into
        says these numbers, everything else 0 .. n - 1. Since 0.1.1, as the next.
    n_global : int, default 0
        neurons of the whole, up to 2^31; 0: n, this is the whole.
    """
    raise NotImplementedError


def Source_init(
    self: Any, n: int, arrays: dict[str, Array], *, flags: int = 0, kind: SourceKindLike = "poisson", label: int = 0,
    first: int = 0, dt: float = 0.0001, seed: int = 0, stream: int = 0, n_knots: int = 0, n_spikes: int = 0,
    n_global: int = 0, offset: int = 0,
) -> None:
    r"""flags : SourceFlag, default 0
        See ``lpl.SourceFlag``.
    kind : {"poisson", "spikes"}, default "poisson"
        See ``lpl.SourceKind``.
    label : int, default 0
        the host's number, named in messages.
    n : int
        neurons, 1 .. 2^31.
    first : int, default 0
        added to every index that comes out: groups side by side in one pre population.
    dt : float [s], default 0.0001
    seed : int, default 0
        POISSON: random numbers are of (seed, stream).
    stream : int, default 0
        POISSON: give each source its own.
    n_knots : int, default 0
        POISSON, >= 1.
    n_spikes : int, default 0
        SPIKES.
    n_global : int, default 0
        a part (docs/part.md): neurons first .. first + n - 1 of a group of n_global, up to 2^31, with the spikes
        that they have in the whole, and these numbers; 0: this is the whole, its neurons are 0 .. n - 1 whatever
        first is. Since 0.1.1, as the next.
    offset : int, default 0
        added to every index that comes out, too: where the group of a part begins in the pre population.
    """
    raise NotImplementedError


def Source_poisson(
    cls: Any, n: int, rate_hz: Union[float, Array], time_s: Optional[Float64] = None, *, loop: bool = False,
    label: int = 0, first: int = 0, dt: float = 0.0001, seed: int = 0, stream: int = 0, n_global: int = 0,
    offset: int = 0,
) -> Source:
    r"""label : int, default 0
        the host's number, named in messages.
    n : int
        neurons, 1 .. 2^31.
    first : int, default 0
        added to every index that comes out: groups side by side in one pre population.
    dt : float [s], default 0.0001
    seed : int, default 0
        POISSON: random numbers are of (seed, stream).
    stream : int, default 0
        POISSON: give each source its own.
    n_global : int, default 0
        a part (docs/part.md): neurons first .. first + n - 1 of a group of n_global, up to 2^31, with the spikes
        that they have in the whole, and these numbers; 0: this is the whole, its neurons are 0 .. n - 1 whatever
        first is. Since 0.1.1, as the next.
    offset : int, default 0
        added to every index that comes out, too: where the group of a part begins in the pre population.
    """
    raise NotImplementedError


def Source_spikes(
    cls: Any, n: int, step: UInt64, neuron: UInt32, *, label: int = 0, first: int = 0, dt: float = 0.0001,
    n_global: int = 0, offset: int = 0,
) -> Source:
    r"""label : int, default 0
        the host's number, named in messages.
    n : int
        neurons, 1 .. 2^31.
    first : int, default 0
        added to every index that comes out: groups side by side in one pre population.
    dt : float [s], default 0.0001
    n_global : int, default 0
        a part (docs/part.md): neurons first .. first + n - 1 of a group of n_global, up to 2^31, with the spikes
        that they have in the whole, and these numbers; 0: this is the whole, its neurons are 0 .. n - 1 whatever
        first is. Since 0.1.1, as the next.
    offset : int, default 0
        added to every index that comes out, too: where the group of a part begins in the pre population.
    """
    raise NotImplementedError


def Spiking_init(
    self: Any, n_pre: int, n_post: int, connect: Optional[Connect] = None, *,
    preset: Optional[SpikingPresetLike] = None, flags: int = 0, dtype: DTypeLike = "f4", form: FormLike = "erratum",
    dt: float = 0.0001, eta: float = 0.01, push: float = 1.0, pull: float = 1.0, xi: float = 0.0, delta: float = -1.0,
    tau_syn: float = 0.005, tau_psp: float = 0.02, tau_rise: float = 0.002, tau_decay: float = 0.01,
    tau_err_rise: float = 0.002, tau_err_decay: float = 0.01, beta: float = 1000.0, v_theta: float = -0.05,
    t_lag: float = 0.02, delay_ax: float = 0.0008, tau_mean: float = 600.0, tau_sigma2: float = 30.0,
    mean_init: float = 0.0, sigma2_init: float = 0.0, update_every: int = 5000, w_init: float = 0.15,
    w_min: float = 0.0, w_max: float = 1.0, tau_wdecay: float = 0.0, scaling: ScalingLike = "none",
    slow: SlowLike = "double", tau_rms: float = 100.0, mode: ModeLike = "learn", engine: EngineLike = "auto",
    memory_max: int = 0, threads: int = 1, isa: IsaLike = "auto", label: int = 0, post_begin: int = 0,
    n_post_global: int = 0,
) -> None:
    r"""flags : SpikingFlag, default 0
        See ``lpl.SpikingFlag``.
    dtype : dtype, default "f4"
        See ``lpl.DType``.
    form : {"erratum", "reference"}, default "erratum"
        See ``lpl.Form``.
    n_pre : int
        1 .. 2^31.
    n_post : int
        1 .. 2^31.
    dt : float [s], default 0.0001
        at most half of every time constant.
    eta : float, default 0.01
        learning rate, >= 0.
    push : float, default 1.0
        Hebbian term, >= 0 (default 1; lambda in the article).
    pull : float, default 1.0
        predictive term, >= 0 (default 1; phi in the code).
    xi : float, default 0.0
        variance floor, in units of sigma2; 0: the form's own (default).
    delta : float, default -1.0
        transmitter-triggered term, >= 0; negative: the form's own.
    tau_syn : float [s], default 0.005
        pre trace.
    tau_psp : float [s], default 0.02
        psp.
    tau_rise : float [s], default 0.002
        eligibility, un-normalised stage.
    tau_decay : float [s], default 0.01
        eligibility, second stage.
    tau_err_rise : float [s], default 0.002
        error, first stage.
    tau_err_decay : float [s], default 0.01
        error, second stage.
    beta : float [1/V], default 1000.0
        steepness of the surrogate derivative.
    v_theta : float [V], default -0.05
        its centre.
    t_lag : float [s], default 0.02
        "a moment ago"; at least dt.
    delay_ax : float [s], default 0.0008
        axonal delay; at least dt.
    tau_mean : float [s], default 600.0
        slow mean of the post neurons' spikes.
    tau_sigma2 : float [s], default 30.0
        running variance.
    mean_init : float [Hz], default 0.0
    sigma2_init : float, default 0.0
        in units of the form's sigma2, >= 0.
    update_every : int, default 5000
        steps between weight changes, >= 1.
    w_init : float, default 0.15
        every weight.
    w_min : float, default 0.0
        lower bound of every weight.
    w_max : float, default 1.0
        upper bound.
    tau_wdecay : float [s], default 0.0
        0: none (default). w -= w eta (1 - exp(-dt update_every / tau_wdecay)) at each update.
    scaling : {"none", "maxnorm", "rms"}, default "none"
        See ``lpl.Scaling``.
    slow : {"reference", "double"}, default "double"
        (default DOUBLE; 0.1.0: REFERENCE).
    tau_rms : float [s], default 100.0
        running size of the gradient, MAXNORM and RMS.
    mode : {"learn", "track", "frozen"}, default "learn"
        TRACK: all but the weights move (priming). FROZEN: only transmits.
    engine : {"auto", "fused", "block"}, default "auto"
        See ``lpl.Engine``.
    memory_max : int, default 0
        bytes of history at most (BLOCK); 0 (default): whole windows of update_every steps, up to 256 MiB. Of a
        part: those of the whole, as blocks begin and end with the whole's.
    threads : int, default 1
        1 .. 1024 (default 1: none are started).
    isa : {"auto", "ref", "avx2", "avx512"}, default "auto"
        See ``lpl.Isa``.
    label : int, default 0
        the host's number for this projection, named in messages.
    post_begin : int, default 0
        of a part (connect.h, docs/part.md): its first post neuron of ... Since 0.1.1, as the next.
    n_post_global : int, default 0
        the whole, up to 2^31; 0: n_post, this is the whole.
    """
    raise NotImplementedError


def Stats_init(
    self: Any, n_units: int, *, flags: int = 0, dtype: DTypeLike = "f4", mode: StatsModeLike = "batch",
    batch_max: int = 1, covariance: int = 0, threads: int = 1, tau_mean: float = 1000.0, tau_sigma2: float = 1000.0,
    mean_init: float = 0.0, sigma2_init: float = 1.0, isa: IsaLike = "auto",
) -> None:
    r"""flags : int, default 0
        none are defined.
    dtype : dtype, default "f4"
        element type of z.
    mode : {"batch", "stale", "ewma", "all"}, default "batch"
        See ``lpl.StatsMode``.
    n_units : int
        M, 1 .. 2^31.
    batch_max : int, default 1
        most rows of one update call, >= 1.
    covariance : int, default 0
        0 (default): mean and variance only; 1: full covariance too, O(M^2) memory.
    threads : int, default 1
        >= 1; results do not depend on it.
    tau_mean : float [samples], default 1000.0
        >= 2; EWMA.
    tau_sigma2 : float [samples], default 1000.0
        >= 2; EWMA, variance and covariance.
    mean_init : float, default 0.0
        EWMA start value of every mean.
    sigma2_init : float, default 1.0
        EWMA start value of every variance, >= 0; covariances start at 0.
    isa : {"auto", "ref", "avx2", "avx512"}, default "auto"
        See ``lpl.Isa``.
    """
    raise NotImplementedError


def config_fields(
    n_pre: int = 0, n_post: int = 0, *, preset: Optional[PresetLike] = None, flags: int = 0, kind: KindLike = "dense",
    dtype: DTypeLike = "f4", batch_max: int = 1, activation: ActivationLike = "linear",
    act: Optional[ActivationLike] = None, bias: int = 1, rule: RuleLike = "lpl", form: FormLike = "erratum",
    norm: NormLike = "layer", push_form: PushFormLike = "logvar", pair: PairLike = "causal",
    stats: StatsModeLike = "batch", act_p0: float = 0.0, act_p1: float = 0.0, pull: float = 1.0, push: float = 1.0,
    decorr: float = 1.0, eps: float = 0.0001, tau_mean: float = 1000.0, tau_sigma2: float = 1000.0,
    mean_init: float = 0.0, sigma2_init: float = 1.0, tau_theta: float = 10.0, theta_init: float = 1.0,
    collapse_std: float = 0.001, optim: OptimLike = "sgd", mode: ModeLike = "learn", eta: float = 0.01,
    momentum: float = 0.9, beta1: float = 0.9, beta2: float = 0.999, adam_eps: float = 1e-08, weight_decay: float = 0.0,
    seed: int = 0, stream: int = 0, init: InitLike = "uniform", threads: int = 1, isa: IsaLike = "auto", label: int = 0,
    channels: int = 0, height: int = 0, width: int = 0, kernel_h: int = 3, kernel_w: int = 3, stride: int = 1,
    padding: int = 1, groups: int = 1, pool: int = 1, sees: SeesLike = "pooled", head_hidden: int = 0,
    head_out: int = 0, temperature: float = 1.0, pull_form: PullFormLike = "difference", predictor_alpha: float = 1.0,
    predictor_eps: float = 0.1, predictor_keep: float = 0.99,
) -> dict[str, Any]:
    r"""flags : Flag, default 0
        See ``lpl.Flag``.
    kind : {"dense", "conv2d"}, default "dense"
        See ``lpl.Kind``.
    dtype : dtype, default "f4"
        See ``lpl.DType``.
    n_pre : int, default 0
        inputs, 1 .. 2^31.
    n_post : int, default 0
        units, 1 .. 2^31.
    batch_max : int, default 1
        most rows of one lpl_update or lpl_gradient, >= 1.
    activation, act : {"linear", "relu", "leaky_relu", "tanh", "sigmoid", "softplus", "saturating", "gelu", "silu"},
        default "linear"
        See ``lpl.Activation``.
    bias : int, default 1
        1 (default): a bias per unit; 0: none.
    rule : {"lpl", "hebb", "hebb_covariance", "oja", "bcm", "slowness", "softhebb"}, default "lpl"
        See ``lpl.Rule``.
    form : {"erratum", "reference"}, default "erratum"
        See ``lpl.Form``.
    norm : {"layer", "neuron"}, default "layer"
        See ``lpl.Norm``.
    push_form : {"logvar", "naive", "hinge", "negative", "logdet"}, default "logvar"
        See ``lpl.PushForm``.
    pair : {"causal", "symmetric"}, default "causal"
        See ``lpl.Pair``.
    stats : {"batch", "stale", "ewma", "all"}, default "batch"
        See ``lpl.StatsMode``.
    act_p0 : float, default 0.0
        parameter of the activation, see Activation; 0 (default): 0.01 for LEAKY_RELU, 2 for SATURATING.
    act_p1 : float, default 0.0
        parameter of the activation, see Activation; 0 (default): 80 for SATURATING.
    pull : float, default 1.0
        coefficient of the predictive term, finite, >= 0.
    push : float, default 1.0
        lambda_1, >= 0.
    decorr : float, default 1.0
        lambda_2, >= 0 (default 0: no lateral term, no O(M^2) cost).
    eps : float, default 0.0001
        variance floor, > 0.
    tau_mean : float [samples], default 1000.0
        >= 2; EWMA.
    tau_sigma2 : float [samples], default 1000.0
        >= 2; EWMA: variance and covariance.
    mean_init : float, default 0.0
        EWMA: start value of every mean.
    sigma2_init : float, default 1.0
        EWMA: start value of every variance, >= 0.
    tau_theta : float, default 10.0
        BCM, batches, >= 1; theta is kept in double (0.1.0: in dtype, where a long average stalls).
    theta_init : float, default 1.0
        BCM: start value of every threshold.
    collapse_std : float, default 0.001
        a unit whose standard deviation is below this counts as collapsed, >= 0.
    optim : {"sgd", "momentum", "adam"}, default "sgd"
        See ``lpl.Optim``.
    mode : {"learn", "track", "frozen"}, default "learn"
        See ``lpl.Mode``.
    eta : float, default 0.01
        learning rate, >= 0.
    momentum : float, default 0.9
        0 <= momentum < 1; MOMENTUM. float32: up to about 1 - 4e-8: above that it would round to a factor that
        forgets at another pace, or never.
    beta1 : float, default 0.9
        0 <= beta1 < 1; ADAM. float32: as momentum.
    beta2 : float, default 0.999
        0 <= beta2 < 1; ADAM. float32: as momentum.
    adam_eps : float, default 1e-08
        > 0; ADAM.
    weight_decay : float, default 0.0
        on weights, never on biases, >= 0.
    seed : int, default 0
        start values.
    stream : int, default 0
        start values: give each layer its own.
    init : {"uniform", "zero", "unit_variance"}, default "uniform"
        See ``lpl.Init``.
    threads : int, default 1
        OpenMP threads of an update, 1 .. 1024 (default 1: none are started).
    isa : {"auto", "ref", "avx2", "avx512"}, default "auto"
        See ``lpl.Isa``.
    label : int, default 0
        the host's number for this layer, named in messages.
    channels : int, default 0
        of the input; n_pre is channels * height * width (0: filled in), n_post the output channels. kind="conv2d"
        only.
    height : int, default 0
        of the input map, 1 .. 65535. kind="conv2d" only.
    width : int, default 0
        of the input map, 1 .. 65535. kind="conv2d" only.
    kernel_h : int, default 3
        >= 1. kind="conv2d" only.
    kernel_w : int, default 3
        >= 1. kind="conv2d" only.
    stride : int, default 1
        >= 1. kind="conv2d" only.
    padding : int, default 1
        zeros on each side, < kernel. kind="conv2d" only.
    groups : int, default 1
        divides channels and n_post. kind="conv2d" only.
    pool : int, default 1
        1: none (default), 2: 2 x 2 maximum, stride 2, odd sizes floored. kind="conv2d" only.
    sees : {"pooled", "positions", "head"}, default "pooled"
        what the loss looks at. kind="conv2d" only.
    head_hidden : int, default 0
        hidden units of the projection head, >= 1. kind="conv2d" only.
    head_out : int, default 0
        its outputs, >= 1. kind="conv2d" only.
    temperature : float, default 1.0
        SOFTHEBB, > 0; since 0.1.1.
    pull_form : {"difference", "cosine", "directpred", "isoloss"}, default "difference"
        since 0.1.1, as all below.
    predictor_alpha : float, default 1.0
        DIRECTPRED, ISOLOSS: exponent of the predictor, >= 0. 0, 1 and 2 need no eigenvectors, others about 6 P^3
        multiply-adds a step more.
    predictor_eps : float, default 0.1
        likewise: added to its eigenvalues, >= 0.
    predictor_keep : float, default 0.99
        likewise: what C keeps in a step, 0 <= keep < 1.
    """
    raise NotImplementedError


def layer_config(
    n_pre: int = 0, n_post: int = 0, *, preset: Optional[PresetLike] = None, flags: int = 0, kind: KindLike = "dense",
    dtype: DTypeLike = "f4", batch_max: int = 1, activation: ActivationLike = "linear",
    act: Optional[ActivationLike] = None, bias: int = 1, rule: RuleLike = "lpl", form: FormLike = "erratum",
    norm: NormLike = "layer", push_form: PushFormLike = "logvar", pair: PairLike = "causal",
    stats: StatsModeLike = "batch", act_p0: float = 0.0, act_p1: float = 0.0, pull: float = 1.0, push: float = 1.0,
    decorr: float = 1.0, eps: float = 0.0001, tau_mean: float = 1000.0, tau_sigma2: float = 1000.0,
    mean_init: float = 0.0, sigma2_init: float = 1.0, tau_theta: float = 10.0, theta_init: float = 1.0,
    collapse_std: float = 0.001, optim: OptimLike = "sgd", mode: ModeLike = "learn", eta: float = 0.01,
    momentum: float = 0.9, beta1: float = 0.9, beta2: float = 0.999, adam_eps: float = 1e-08, weight_decay: float = 0.0,
    seed: int = 0, stream: int = 0, init: InitLike = "uniform", threads: int = 1, isa: IsaLike = "auto", label: int = 0,
    channels: int = 0, height: int = 0, width: int = 0, kernel_h: int = 3, kernel_w: int = 3, stride: int = 1,
    padding: int = 1, groups: int = 1, pool: int = 1, sees: SeesLike = "pooled", head_hidden: int = 0,
    head_out: int = 0, temperature: float = 1.0, pull_form: PullFormLike = "difference", predictor_alpha: float = 1.0,
    predictor_eps: float = 0.1, predictor_keep: float = 0.99,
) -> LayerConfig:
    r"""flags : Flag, default 0
        See ``lpl.Flag``.
    kind : {"dense", "conv2d"}, default "dense"
        See ``lpl.Kind``.
    dtype : dtype, default "f4"
        See ``lpl.DType``.
    n_pre : int, default 0
        inputs, 1 .. 2^31.
    n_post : int, default 0
        units, 1 .. 2^31.
    batch_max : int, default 1
        most rows of one lpl_update or lpl_gradient, >= 1.
    activation, act : {"linear", "relu", "leaky_relu", "tanh", "sigmoid", "softplus", "saturating", "gelu", "silu"},
        default "linear"
        See ``lpl.Activation``.
    bias : int, default 1
        1 (default): a bias per unit; 0: none.
    rule : {"lpl", "hebb", "hebb_covariance", "oja", "bcm", "slowness", "softhebb"}, default "lpl"
        See ``lpl.Rule``.
    form : {"erratum", "reference"}, default "erratum"
        See ``lpl.Form``.
    norm : {"layer", "neuron"}, default "layer"
        See ``lpl.Norm``.
    push_form : {"logvar", "naive", "hinge", "negative", "logdet"}, default "logvar"
        See ``lpl.PushForm``.
    pair : {"causal", "symmetric"}, default "causal"
        See ``lpl.Pair``.
    stats : {"batch", "stale", "ewma", "all"}, default "batch"
        See ``lpl.StatsMode``.
    act_p0 : float, default 0.0
        parameter of the activation, see Activation; 0 (default): 0.01 for LEAKY_RELU, 2 for SATURATING.
    act_p1 : float, default 0.0
        parameter of the activation, see Activation; 0 (default): 80 for SATURATING.
    pull : float, default 1.0
        coefficient of the predictive term, finite, >= 0.
    push : float, default 1.0
        lambda_1, >= 0.
    decorr : float, default 1.0
        lambda_2, >= 0 (default 0: no lateral term, no O(M^2) cost).
    eps : float, default 0.0001
        variance floor, > 0.
    tau_mean : float [samples], default 1000.0
        >= 2; EWMA.
    tau_sigma2 : float [samples], default 1000.0
        >= 2; EWMA: variance and covariance.
    mean_init : float, default 0.0
        EWMA: start value of every mean.
    sigma2_init : float, default 1.0
        EWMA: start value of every variance, >= 0.
    tau_theta : float, default 10.0
        BCM, batches, >= 1; theta is kept in double (0.1.0: in dtype, where a long average stalls).
    theta_init : float, default 1.0
        BCM: start value of every threshold.
    collapse_std : float, default 0.001
        a unit whose standard deviation is below this counts as collapsed, >= 0.
    optim : {"sgd", "momentum", "adam"}, default "sgd"
        See ``lpl.Optim``.
    mode : {"learn", "track", "frozen"}, default "learn"
        See ``lpl.Mode``.
    eta : float, default 0.01
        learning rate, >= 0.
    momentum : float, default 0.9
        0 <= momentum < 1; MOMENTUM. float32: up to about 1 - 4e-8: above that it would round to a factor that
        forgets at another pace, or never.
    beta1 : float, default 0.9
        0 <= beta1 < 1; ADAM. float32: as momentum.
    beta2 : float, default 0.999
        0 <= beta2 < 1; ADAM. float32: as momentum.
    adam_eps : float, default 1e-08
        > 0; ADAM.
    weight_decay : float, default 0.0
        on weights, never on biases, >= 0.
    seed : int, default 0
        start values.
    stream : int, default 0
        start values: give each layer its own.
    init : {"uniform", "zero", "unit_variance"}, default "uniform"
        See ``lpl.Init``.
    threads : int, default 1
        OpenMP threads of an update, 1 .. 1024 (default 1: none are started).
    isa : {"auto", "ref", "avx2", "avx512"}, default "auto"
        See ``lpl.Isa``.
    label : int, default 0
        the host's number for this layer, named in messages.
    channels : int, default 0
        of the input; n_pre is channels * height * width (0: filled in), n_post the output channels. kind="conv2d"
        only.
    height : int, default 0
        of the input map, 1 .. 65535. kind="conv2d" only.
    width : int, default 0
        of the input map, 1 .. 65535. kind="conv2d" only.
    kernel_h : int, default 3
        >= 1. kind="conv2d" only.
    kernel_w : int, default 3
        >= 1. kind="conv2d" only.
    stride : int, default 1
        >= 1. kind="conv2d" only.
    padding : int, default 1
        zeros on each side, < kernel. kind="conv2d" only.
    groups : int, default 1
        divides channels and n_post. kind="conv2d" only.
    pool : int, default 1
        1: none (default), 2: 2 x 2 maximum, stride 2, odd sizes floored. kind="conv2d" only.
    sees : {"pooled", "positions", "head"}, default "pooled"
        what the loss looks at. kind="conv2d" only.
    head_hidden : int, default 0
        hidden units of the projection head, >= 1. kind="conv2d" only.
    head_out : int, default 0
        its outputs, >= 1. kind="conv2d" only.
    temperature : float, default 1.0
        SOFTHEBB, > 0; since 0.1.1.
    pull_form : {"difference", "cosine", "directpred", "isoloss"}, default "difference"
        since 0.1.1, as all below.
    predictor_alpha : float, default 1.0
        DIRECTPRED, ISOLOSS: exponent of the predictor, >= 0. 0, 1 and 2 need no eigenvectors, others about 6 P^3
        multiply-adds a step more.
    predictor_eps : float, default 0.1
        likewise: added to its eigenvalues, >= 0.
    predictor_keep : float, default 0.99
        likewise: what C keeps in a step, 0 <= keep < 1.
    """
    raise NotImplementedError


def optim_step(
    w: Floats, g: Floats, t: int, *, m: Optional[Floats] = None, v: Optional[Floats] = None, flags: int = 0,
    optim: OptimLike = "sgd", eta: float = 0.01, momentum: float = 0.9, beta1: float = 0.9, beta2: float = 0.999,
    adam_eps: float = 1e-08, weight_decay: float = 0.0,
) -> None:
    r"""flags : int, default 0
        none are defined.
    optim : {"sgd", "momentum", "adam"}, default "sgd"
        See ``lpl.Optim``.
    eta : float, default 0.01
        learning rate, >= 0.
    momentum : float, default 0.9
        0 <= momentum < 1; MOMENTUM. float32: up to about 1 - 4e-8: above that it would round to a factor that
        forgets at another pace, or never.
    beta1 : float, default 0.9
        0 <= beta1 < 1; ADAM. float32: as momentum.
    beta2 : float, default 0.999
        0 <= beta2 < 1; ADAM. float32: as momentum.
    adam_eps : float, default 1e-08
        > 0; ADAM.
    weight_decay : float, default 0.0
        >= 0.
    """
    raise NotImplementedError


def probe_softmax(
    x: Floats, y: Int32, x_test: Floats, y_test: Int32, *, n_classes: int = 10, seed: int = 0, batch: int = 512,
    epochs: int = 20, eta: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, adam_eps: float = 1e-08,
) -> float:
    r"""n_classes : int, default 10
        classes, K >= 2.
    batch : int, default 512
        rows of a mini-batch, >= 1; the last one of an epoch may be smaller.
    epochs : int, default 20
        passes over the rows, >= 1.
    eta : float, default 0.001
        learning rate, > 0.
    beta1 : float, default 0.9
        Adam: 0 <= beta1 < 1.
    beta2 : float, default 0.999
        Adam: 0 <= beta2 < 1.
    adam_eps : float, default 1e-08
        Adam: > 0.
    """
    raise NotImplementedError


def rule_delta(
    z: Floats, z_prev: Optional[Floats] = None, *, fprime: Optional[Floats] = None, stats: Optional[Stats] = None,
    theta: Optional[Floats] = None, delta: Optional[Floats] = None, flags: int = 0, rule: RuleLike = "lpl",
    form: FormLike = "erratum", norm: NormLike = "layer", push_form: PushFormLike = "logvar", pull: float = 1.0,
    push: float = 1.0, decorr: float = 0.0, eps: float = 0.0001, tau_theta: float = 10.0, collapse_std: float = 0.001,
    temperature: float = 1.0, pull_form: PullFormLike = "difference",
) -> Delta:
    r"""flags : int, default 0
        none are defined.
    rule : {"lpl", "hebb", "hebb_covariance", "oja", "bcm", "slowness", "softhebb"}, default "lpl"
        See ``lpl.Rule``.
    form : {"erratum", "reference"}, default "erratum"
        See ``lpl.Form``.
    norm : {"layer", "neuron"}, default "layer"
        See ``lpl.Norm``.
    push_form : {"logvar", "naive", "hinge", "negative", "logdet"}, default "logvar"
        See ``lpl.PushForm``.
    pull : float, default 1.0
        coefficient of the predictive term, finite, >= 0.
    push : float, default 1.0
        lambda_1, >= 0.
    decorr : float, default 0.0
        lambda_2, >= 0 (default 0: no lateral term, no O(M^2) cost).
    eps : float, default 0.0001
        variance floor, > 0.
    tau_theta : float, default 10.0
        BCM threshold, batches, >= 1; at most about 2e7 where theta is the host's float array.
    collapse_std : float, default 0.001
        a unit whose standard deviation is below this counts as collapsed, >= 0.
    temperature : float, default 1.0
        SOFTHEBB, > 0; since 0.1.1.
    pull_form : {"difference", "cosine", "directpred", "isoloss"}, default "difference"
        since 0.1.1.
    """
    raise NotImplementedError


def spiking_config_fields(
    n_pre: int = 0, n_post: int = 0, *, preset: Optional[SpikingPresetLike] = None, flags: int = 0,
    dtype: DTypeLike = "f4", form: FormLike = "erratum", dt: float = 0.0001, eta: float = 0.01, push: float = 1.0,
    pull: float = 1.0, xi: float = 0.0, delta: float = -1.0, tau_syn: float = 0.005, tau_psp: float = 0.02,
    tau_rise: float = 0.002, tau_decay: float = 0.01, tau_err_rise: float = 0.002, tau_err_decay: float = 0.01,
    beta: float = 1000.0, v_theta: float = -0.05, t_lag: float = 0.02, delay_ax: float = 0.0008,
    tau_mean: float = 600.0, tau_sigma2: float = 30.0, mean_init: float = 0.0, sigma2_init: float = 0.0,
    update_every: int = 5000, w_init: float = 0.15, w_min: float = 0.0, w_max: float = 1.0, tau_wdecay: float = 0.0,
    scaling: ScalingLike = "none", slow: SlowLike = "double", tau_rms: float = 100.0, mode: ModeLike = "learn",
    engine: EngineLike = "auto", memory_max: int = 0, threads: int = 1, isa: IsaLike = "auto", label: int = 0,
    post_begin: int = 0, n_post_global: int = 0,
) -> dict[str, Any]:
    r"""flags : SpikingFlag, default 0
        See ``lpl.SpikingFlag``.
    dtype : dtype, default "f4"
        See ``lpl.DType``.
    form : {"erratum", "reference"}, default "erratum"
        See ``lpl.Form``.
    n_pre : int, default 0
        1 .. 2^31.
    n_post : int, default 0
        1 .. 2^31.
    dt : float [s], default 0.0001
        at most half of every time constant.
    eta : float, default 0.01
        learning rate, >= 0.
    push : float, default 1.0
        Hebbian term, >= 0 (default 1; lambda in the article).
    pull : float, default 1.0
        predictive term, >= 0 (default 1; phi in the code).
    xi : float, default 0.0
        variance floor, in units of sigma2; 0: the form's own (default).
    delta : float, default -1.0
        transmitter-triggered term, >= 0; negative: the form's own.
    tau_syn : float [s], default 0.005
        pre trace.
    tau_psp : float [s], default 0.02
        psp.
    tau_rise : float [s], default 0.002
        eligibility, un-normalised stage.
    tau_decay : float [s], default 0.01
        eligibility, second stage.
    tau_err_rise : float [s], default 0.002
        error, first stage.
    tau_err_decay : float [s], default 0.01
        error, second stage.
    beta : float [1/V], default 1000.0
        steepness of the surrogate derivative.
    v_theta : float [V], default -0.05
        its centre.
    t_lag : float [s], default 0.02
        "a moment ago"; at least dt.
    delay_ax : float [s], default 0.0008
        axonal delay; at least dt.
    tau_mean : float [s], default 600.0
        slow mean of the post neurons' spikes.
    tau_sigma2 : float [s], default 30.0
        running variance.
    mean_init : float [Hz], default 0.0
    sigma2_init : float, default 0.0
        in units of the form's sigma2, >= 0.
    update_every : int, default 5000
        steps between weight changes, >= 1.
    w_init : float, default 0.15
        every weight.
    w_min : float, default 0.0
        lower bound of every weight.
    w_max : float, default 1.0
        upper bound.
    tau_wdecay : float [s], default 0.0
        0: none (default). w -= w eta (1 - exp(-dt update_every / tau_wdecay)) at each update.
    scaling : {"none", "maxnorm", "rms"}, default "none"
        See ``lpl.Scaling``.
    slow : {"reference", "double"}, default "double"
        (default DOUBLE; 0.1.0: REFERENCE).
    tau_rms : float [s], default 100.0
        running size of the gradient, MAXNORM and RMS.
    mode : {"learn", "track", "frozen"}, default "learn"
        TRACK: all but the weights move (priming). FROZEN: only transmits.
    engine : {"auto", "fused", "block"}, default "auto"
        See ``lpl.Engine``.
    memory_max : int, default 0
        bytes of history at most (BLOCK); 0 (default): whole windows of update_every steps, up to 256 MiB. Of a
        part: those of the whole, as blocks begin and end with the whole's.
    threads : int, default 1
        1 .. 1024 (default 1: none are started).
    isa : {"auto", "ref", "avx2", "avx512"}, default "auto"
        See ``lpl.Isa``.
    label : int, default 0
        the host's number for this projection, named in messages.
    post_begin : int, default 0
        of a part (connect.h, docs/part.md): its first post neuron of ... Since 0.1.1, as the next.
    n_post_global : int, default 0
        the whole, up to 2^31; 0: n_post, this is the whole.
    """
    raise NotImplementedError


def vgg11(
    side: int = 32, divide: int = 1, *, preset: Optional[PresetLike] = None, flags: int = 0, dtype: DTypeLike = "f4",
    batch_max: int = 1, activation: ActivationLike = "linear", act: Optional[ActivationLike] = None, bias: int = 1,
    rule: RuleLike = "lpl", form: FormLike = "erratum", norm: NormLike = "layer", push_form: PushFormLike = "logvar",
    pair: PairLike = "causal", stats: StatsModeLike = "batch", act_p0: float = 0.0, act_p1: float = 0.0,
    pull: float = 1.0, push: float = 1.0, decorr: float = 1.0, eps: float = 0.0001, tau_mean: float = 1000.0,
    tau_sigma2: float = 1000.0, mean_init: float = 0.0, sigma2_init: float = 1.0, tau_theta: float = 10.0,
    theta_init: float = 1.0, collapse_std: float = 0.001, optim: OptimLike = "sgd", mode: ModeLike = "learn",
    eta: float = 0.01, momentum: float = 0.9, beta1: float = 0.9, beta2: float = 0.999, adam_eps: float = 1e-08,
    weight_decay: float = 0.0, seed: int = 0, stream: int = 0, init: InitLike = "uniform", threads: int = 1,
    isa: IsaLike = "auto", label: int = 0, kernel_h: int = 3, kernel_w: int = 3, stride: int = 1, padding: int = 1,
    groups: int = 1, sees: SeesLike = "pooled", head_hidden: int = 0, head_out: int = 0, temperature: float = 1.0,
    pull_form: PullFormLike = "difference", predictor_alpha: float = 1.0, predictor_eps: float = 0.1,
    predictor_keep: float = 0.99,
) -> list[dict[str, Any]]:
    r"""flags : Flag, default 0
        See ``lpl.Flag``.
    dtype : dtype, default "f4"
        See ``lpl.DType``.
    batch_max : int, default 1
        most rows of one lpl_update or lpl_gradient, >= 1.
    activation, act : {"linear", "relu", "leaky_relu", "tanh", "sigmoid", "softplus", "saturating", "gelu", "silu"},
        default "linear"
        See ``lpl.Activation``.
    bias : int, default 1
        1 (default): a bias per unit; 0: none.
    rule : {"lpl", "hebb", "hebb_covariance", "oja", "bcm", "slowness", "softhebb"}, default "lpl"
        See ``lpl.Rule``.
    form : {"erratum", "reference"}, default "erratum"
        See ``lpl.Form``.
    norm : {"layer", "neuron"}, default "layer"
        See ``lpl.Norm``.
    push_form : {"logvar", "naive", "hinge", "negative", "logdet"}, default "logvar"
        See ``lpl.PushForm``.
    pair : {"causal", "symmetric"}, default "causal"
        See ``lpl.Pair``.
    stats : {"batch", "stale", "ewma", "all"}, default "batch"
        See ``lpl.StatsMode``.
    act_p0 : float, default 0.0
        parameter of the activation, see Activation; 0 (default): 0.01 for LEAKY_RELU, 2 for SATURATING.
    act_p1 : float, default 0.0
        parameter of the activation, see Activation; 0 (default): 80 for SATURATING.
    pull : float, default 1.0
        coefficient of the predictive term, finite, >= 0.
    push : float, default 1.0
        lambda_1, >= 0.
    decorr : float, default 1.0
        lambda_2, >= 0 (default 0: no lateral term, no O(M^2) cost).
    eps : float, default 0.0001
        variance floor, > 0.
    tau_mean : float [samples], default 1000.0
        >= 2; EWMA.
    tau_sigma2 : float [samples], default 1000.0
        >= 2; EWMA: variance and covariance.
    mean_init : float, default 0.0
        EWMA: start value of every mean.
    sigma2_init : float, default 1.0
        EWMA: start value of every variance, >= 0.
    tau_theta : float, default 10.0
        BCM, batches, >= 1; theta is kept in double (0.1.0: in dtype, where a long average stalls).
    theta_init : float, default 1.0
        BCM: start value of every threshold.
    collapse_std : float, default 0.001
        a unit whose standard deviation is below this counts as collapsed, >= 0.
    optim : {"sgd", "momentum", "adam"}, default "sgd"
        See ``lpl.Optim``.
    mode : {"learn", "track", "frozen"}, default "learn"
        See ``lpl.Mode``.
    eta : float, default 0.01
        learning rate, >= 0.
    momentum : float, default 0.9
        0 <= momentum < 1; MOMENTUM. float32: up to about 1 - 4e-8: above that it would round to a factor that
        forgets at another pace, or never.
    beta1 : float, default 0.9
        0 <= beta1 < 1; ADAM. float32: as momentum.
    beta2 : float, default 0.999
        0 <= beta2 < 1; ADAM. float32: as momentum.
    adam_eps : float, default 1e-08
        > 0; ADAM.
    weight_decay : float, default 0.0
        on weights, never on biases, >= 0.
    seed : int, default 0
        start values.
    stream : int, default 0
        start values: give each layer its own.
    init : {"uniform", "zero", "unit_variance"}, default "uniform"
        See ``lpl.Init``.
    threads : int, default 1
        OpenMP threads of an update, 1 .. 1024 (default 1: none are started).
    isa : {"auto", "ref", "avx2", "avx512"}, default "auto"
        See ``lpl.Isa``.
    label : int, default 0
        the host's number for this layer, named in messages.
    kernel_h : int, default 3
        >= 1. kind="conv2d" only.
    kernel_w : int, default 3
        >= 1. kind="conv2d" only.
    stride : int, default 1
        >= 1. kind="conv2d" only.
    padding : int, default 1
        zeros on each side, < kernel. kind="conv2d" only.
    groups : int, default 1
        divides channels and n_post. kind="conv2d" only.
    sees : {"pooled", "positions", "head"}, default "pooled"
        what the loss looks at. kind="conv2d" only.
    head_hidden : int, default 0
        hidden units of the projection head, >= 1. kind="conv2d" only.
    head_out : int, default 0
        its outputs, >= 1. kind="conv2d" only.
    temperature : float, default 1.0
        SOFTHEBB, > 0; since 0.1.1.
    pull_form : {"difference", "cosine", "directpred", "isoloss"}, default "difference"
        since 0.1.1, as all below.
    predictor_alpha : float, default 1.0
        DIRECTPRED, ISOLOSS: exponent of the predictor, >= 0. 0, 1 and 2 need no eigenvectors, others about 6 P^3
        multiply-adds a step more.
    predictor_eps : float, default 0.1
        likewise: added to its eigenvalues, >= 0.
    predictor_keep : float, default 0.99
        likewise: what C keeps in a step, 0 <= keep < 1.
    """
    raise NotImplementedError
