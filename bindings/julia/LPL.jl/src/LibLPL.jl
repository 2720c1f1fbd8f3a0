# LibLPL.jl - generated from the headers by bindings/api.py (make api): constants, structs and calls of liblpl,
# with the names of C. LPL.jl, which uses them, checks what C cannot see: types, sizes, closed handles.

"""
    LPL.LibLPL

The C interface of liblpl as it is: `@enum` types, isbits structs, opaque handles, one function for each function of
C. Nothing is checked here but what `ccall` converts; `LPL.check` makes an exception of a status.

`lpl_X(T, args...)` with `T` = `Float32` or `Float64` is `lpl_X(args...)` or `lpl_X_f64(args...)`.
"""
module LibLPL

const API_VERSION = v"0.1.1"

# Where the library is; LPL.__init__ writes it before the first call, and it never changes after that.
const LIBRARY = Ref{String}("liblpl")
library() = LIBRARY[]

const lpl_status_t = Int32

# ---- lpl/status.h

const HEADER_STATUS = """
```text
lpl/status.h - status codes, error detail, and the few types that every other header uses.
```
"""

"""
    Status

- `LPL_OK` = 0
- `LPL_COLLAPSED` = 1: done, but every unit's response is constant: std below collapse_std in all of them
- `LPL_LOOK` = 2: done, but the verdict of a spiking projection that is watched has changed: its report names the knob
  (lpl/spiking.h). Since 0.1.1
- `LPL_E_ARG` = -1: a value out of its range: tau_mean = 0, eta = NaN, an enum value that does not exist
- `LPL_E_NULL` = -2: a pointer that may not be NULL was NULL
- `LPL_E_SIZE` = -3: a count or leading dimension that does not fit: ldx < n_pre, batch > batch_max, batch 1 with
  batch statistics
- `LPL_E_DTYPE` = -4: lpl_update on a float64 layer, or lpl_update_f64 on a float32 layer
- `LPL_E_OVERLAP` = -5: an output array shares memory with an input array
- `LPL_E_VERSION` = -6: a config struct or state file of a newer version that uses a field this library does not know
- `LPL_E_MEMORY` = -7: no memory at create or load, or the caller's block is too small
- `LPL_E_UNSUPPORTED` = -8: a legal request that this build or this CPU cannot serve: LPL_ISA_AVX512 without it
- `LPL_E_NONFINITE` = -9: a value is, or would become, NaN or infinite; the detail names layer label, unit and step
- `LPL_E_FORMAT` = -10: a state file that is truncated, damaged, foreign, or of another kind of object
- `LPL_E_IO` = -11: the caller's read or write function reported a failure
- `LPL_E_UNITS` = -12: a time constant that cannot be in the documented unit: dt > tau / 2 (ms given for s, or s where
  samples count?)
- `LPL_E_ORDER` = -13: a call that needs an earlier one: a read of the previous response before there was any
- `LPL_E_REDUCE` = -14: the caller's reduce function reported a failure, or another rank has refused this call
  (lpl/reduce.h). Since 0.1.1
"""
@enum Status::Int32 begin
    LPL_OK = 0
    LPL_COLLAPSED = 1
    LPL_LOOK = 2
    LPL_E_ARG = -1
    LPL_E_NULL = -2
    LPL_E_SIZE = -3
    LPL_E_DTYPE = -4
    LPL_E_OVERLAP = -5
    LPL_E_VERSION = -6
    LPL_E_MEMORY = -7
    LPL_E_UNSUPPORTED = -8
    LPL_E_NONFINITE = -9
    LPL_E_FORMAT = -10
    LPL_E_IO = -11
    LPL_E_UNITS = -12
    LPL_E_ORDER = -13
    LPL_E_REDUCE = -14
end
prefix(::Type{Status}) = "LPL_"

"""
    DType

```text
Element type of data arrays. Functions with a plain name take float, those ending in _f64 take double.
```

- `LPL_F32` = 0
- `LPL_F64` = 1
"""
@enum DType::Int32 begin
    LPL_F32 = 0
    LPL_F64 = 1
end
prefix(::Type{DType}) = "LPL_"

"""
    Isa

```text
Instruction set of the inner loops. AUTO takes the best one that the CPU has; the others force one (tests,
debugging). Element-wise kernels and reductions give the same bits in each; matrix products agree within rounding.
```

- `LPL_ISA_AUTO` = 0
- `LPL_ISA_REF` = 1
- `LPL_ISA_AVX2` = 2
- `LPL_ISA_AVX512` = 3
"""
@enum Isa::Int32 begin
    LPL_ISA_AUTO = 0
    LPL_ISA_REF = 1
    LPL_ISA_AVX2 = 2
    LPL_ISA_AVX512 = 3
end
prefix(::Type{Isa}) = "LPL_ISA_"

"""
    Mode

```text
What an object that learns still does. LEARN: all moves. TRACK: statistics, thresholds, traces and the remembered
response move, weights and optimiser do not. FROZEN: nothing moves; a layer's update computes its report only, a
projection only transmits.
```

- `LPL_MODE_LEARN` = 0
- `LPL_MODE_TRACK` = 1
- `LPL_MODE_FROZEN` = 2
"""
@enum Mode::Int32 begin
    LPL_MODE_LEARN = 0
    LPL_MODE_TRACK = 1
    LPL_MODE_FROZEN = 2
end
prefix(::Type{Mode}) = "LPL_MODE_"

"""
    lpl_status_name(status)

`const char *lpl_status_name(lpl_status_t status)`

```text
Name of a code ("LPL_E_ARG") and its general meaning in one sentence. Static text, never NULL; an unknown code gives
"LPL_E_UNKNOWN". Thread class: any. Since 0.1.
```
"""
function lpl_status_name(status)
    @ccall library().lpl_status_name(status::lpl_status_t)::Cstring
end

"""
    lpl_status_string(status)

`const char *lpl_status_string(lpl_status_t status)`: see [`lpl_status_name`](@ref).
"""
function lpl_status_string(status)
    @ccall library().lpl_status_string(status::lpl_status_t)::Cstring
end

"""
    lpl_last_error()

`const char *lpl_last_error(void)`

```text
One sentence about the last call that failed on this thread: code, function, argument, what it was, what it may be;
e.g. "LPL_E_ARG lpl_layer_create: tau_mean = 0, need > 0". At most 255 bytes, never NULL, "" before the first failure
(where the platform has no thread-local storage: one for the whole program). The text stays valid until this thread's
next failure. Successful calls do not touch it. Thread class: any. Since 0.1.
```
"""
function lpl_last_error()
    @ccall library().lpl_last_error()::Cstring
end

"""
    lpl_abi_entry(name, value, index)

`lpl_status_t lpl_abi_entry(const char **name, int64_t *value, size_t index)`

```text
For bindings: the table of everything whose value or layout is part of the ABI, entry by entry.
  name   "LPL_E_ARG" (value of an enum constant), "sizeof lpl_report_t" (bytes), or "offsetof lpl_report_t.pull"
         (bytes); static text
  index  0, 1, 2, ...
Returns LPL_E_ARG past the last entry (the loop's end; lpl_last_error is not touched), LPL_E_NULL if name or value is
NULL. Thread class: any. Since 0.1.
```
"""
function lpl_abi_entry(name, value, index)
    @ccall library().lpl_abi_entry(name::Ptr{Cstring}, value::Ptr{Int64}, index::Csize_t)::lpl_status_t
end

# ---- lpl/activation.h

const HEADER_ACTIVATION = """
```text
lpl/activation.h - z = f(a) and f'(a), element by element.
```
"""

"""
    Activation

```text
z = f(a)                          f'(a)                      p0, p1
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
     et al. 2018). These two fall and rise again, so z does not tell f': a dense layer keeps f' of a batch, batch_max
     n_post values more (twice that for a symmetric pair)
```

- `LPL_ACT_LINEAR` = 0
- `LPL_ACT_RELU` = 1
- `LPL_ACT_LEAKY_RELU` = 2
- `LPL_ACT_TANH` = 3
- `LPL_ACT_SIGMOID` = 4
- `LPL_ACT_SOFTPLUS` = 5
- `LPL_ACT_SATURATING` = 6
- `LPL_ACT_GELU` = 7: since 0.1.1
- `LPL_ACT_SILU` = 8: since 0.1.1
"""
@enum Activation::Int32 begin
    LPL_ACT_LINEAR = 0
    LPL_ACT_RELU = 1
    LPL_ACT_LEAKY_RELU = 2
    LPL_ACT_TANH = 3
    LPL_ACT_SIGMOID = 4
    LPL_ACT_SOFTPLUS = 5
    LPL_ACT_SATURATING = 6
    LPL_ACT_GELU = 7
    LPL_ACT_SILU = 8
end
prefix(::Type{Activation}) = "LPL_ACT_"

"""
    lpl_activate(z, fprime, a, n, activation, p0, p1)

`lpl_status_t lpl_activate(float *z, float *fprime, const float *a, size_t n, int32_t activation, double p0, double
p1)`

```text
z[k] = f(a[k]) and fprime[k] = f'(a[k]) for k < n.
  z, fprime  n elements each; either may be NULL (not wanted); z may be the same array as a, otherwise no overlap
  p0, p1     parameters of the table above; ignored where there are none
Finite a give finite z and fprime; NaN stays NaN, and infinity gives what the function tends to.
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_OVERLAP. Thread class: any. Allocates nothing. Since 0.1.
```
"""
function lpl_activate(z, fprime, a, n, activation, p0, p1)
    @ccall library().lpl_activate(
        z::Ptr{Cfloat}, fprime::Ptr{Cfloat}, a::Ptr{Cfloat}, n::Csize_t, activation::Int32, p0::Cdouble,
        p1::Cdouble)::lpl_status_t
end

"""
    lpl_activate_f64(z, fprime, a, n, activation, p0, p1)

[`lpl_activate`](@ref) on `Float64`.
"""
function lpl_activate_f64(z, fprime, a, n, activation, p0, p1)
    @ccall library().lpl_activate_f64(
        z::Ptr{Cdouble}, fprime::Ptr{Cdouble}, a::Ptr{Cdouble}, n::Csize_t, activation::Int32, p0::Cdouble,
        p1::Cdouble)::lpl_status_t
end
@inline lpl_activate(
        ::Type{Float32}, z, fprime, a, n, activation, p0, p1) = lpl_activate(z, fprime, a, n, activation, p0, p1)
@inline lpl_activate(
        ::Type{Float64}, z, fprime, a, n, activation, p0, p1) = lpl_activate_f64(z, fprime, a, n, activation, p0, p1)

# ---- lpl/connect.h

const HEADER_CONNECT = """
```text
lpl/connect.h - which pre neuron reaches which post neuron: all, a CSR matrix or a list of the host, or each pair by
chance.

Of a network that is spread over processes each has a part (docs/part.md): all n_pre pre neurons, and the post
neurons post_begin .. post_begin + n_post - 1 of n_post_global. Chance goes by the numbers of the whole, so the parts
together are the whole, bit for bit. Everything else that speaks of post neurons (columns, spikes, potentials,
states) counts the part's own, 0 .. n_post - 1.

Connectivity is described once, at create (lpl_spiking_create, lpl_projection_create), and copied. Synapses are
numbered row by row, a row being the targets of one pre neuron, columns ascending: k is the index of everything that
there is per synapse. All to all, k = pre * n_post + post. (Rate layers are post-major; here a spike touches the
synapses of one pre neuron, and they lie together.)
```
"""

"""
    ConnectKind

- `LPL_CONNECT_DENSE` = 0: every pair (but see NO_SELF)
- `LPL_CONNECT_CSR` = 1: row_ptr, col
- `LPL_CONNECT_LIST` = 2: pre, post: pairs in any order, none twice
- `LPL_CONNECT_RANDOM` = 3: each pair with the given probability, independently, by random.h from (seed, stream): one
  draw a pair, O(n_pre n_post)
- `LPL_CONNECT_RANDOM_ROWS` = 4: the same law, other draws: from connected pair to connected pair, post neuron by post
  neuron, O(n_pre + n_post + synapses) (docs/connect.md). Since 0.1.1
"""
@enum ConnectKind::Int32 begin
    LPL_CONNECT_DENSE = 0
    LPL_CONNECT_CSR = 1
    LPL_CONNECT_LIST = 2
    LPL_CONNECT_RANDOM = 3
    LPL_CONNECT_RANDOM_ROWS = 4
end
prefix(::Type{ConnectKind}) = "LPL_CONNECT_"

"""
    ConnectFlag

```text
Bits of lpl_connect_t.flags.
```

- `LPL_CONNECT_NO_SELF` = 1: DENSE, RANDOM, RANDOM_ROWS: not from j to j, post neurons by their number in the whole
  (recurrent projections)
"""
const ConnectFlag = UInt32
const LPL_CONNECT_NO_SELF = UInt32(1)

"""
    lpl_connect_t

The struct of that name of lpl/connect.h.
"""
struct lpl_connect_t
    "sizeof(lpl_connect_t), set by lpl_connect_init"
    size::UInt32
    "LPL_CONNECT_NO_SELF (default 0)"
    flags::UInt32
    "LPL_CONNECT_* (default DENSE)"
    kind::Int32
    "0"
    reserved::Int32
    "CSR, LIST: length of col, of pre and post"
    n_synapses::UInt64
    "CSR: n_pre + 1 offsets, 0 first, ascending, n_synapses last"
    row_ptr::Ptr{UInt64}
    "CSR: post neurons, strictly ascending within a row"
    col::Ptr{UInt32}
    "LIST"
    pre::Ptr{UInt32}
    "LIST"
    post::Ptr{UInt32}
    "RANDOM, RANDOM_ROWS: 0 .. 1"
    probability::Cdouble
    "RANDOM, RANDOM_ROWS (default 0)"
    seed::UInt64
    "likewise: give each projection its own (default 0)"
    stream::UInt64
    """
    of a part: its first post neuron; both 0 (default): what the projection's config says. Since 0.1.1, as the next
    """
    post_begin::UInt64
    "post neurons of the whole"
    n_post_global::UInt64
end
enumfields(::Type{lpl_connect_t}) = (; kind = ConnectKind)
aliases(::Type{lpl_connect_t}) = (;)

"""
    lpl_connect_init(c, size)

`lpl_status_t lpl_connect_init(lpl_connect_t *c, size_t size)`

```text
Defaults: all to all. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.
```
"""
function lpl_connect_init(c, size)
    @ccall library().lpl_connect_init(c::Ptr{lpl_connect_t}, size::Csize_t)::lpl_status_t
end

# ---- lpl/metrics.h

const HEADER_METRICS = """
```text
lpl/metrics.h - what to measure on frozen responses: dimensionality, selectivity, class geometry, slow features in
closed form, slowness in time, modulation by the phase of a grating, and the linear readout.

These calls look at data; they are not part of learning. They may allocate temporary memory (LPL_E_MEMORY) and take
any thread. Metrics compute in double whatever the dtype of the data (float64 data beyond 1e150 in magnitude are
LPL_E_ARG, since their squares overflow), the readout in the dtype of its data.

Notation: x is n samples x d features, x_b row b, c the column mean; u_b = x_b / max(|x_b|_2, 1e-12); y_b in 0 ..
n_classes-1 labels; c_k the mean of class k; pairs b < d are unordered.
```
"""

"""
    Metric

```text
Scalars. Column "needs": y labels, x2 a second set of responses of the same shape.
```

- `LPL_METRIC_PARTICIPATION_RATIO` = 0: tr(C)^2 / |C|_F^2 of the centred covariance; 0 if all samples are equal
- `LPL_METRIC_COSINE_CROSS_CLASS` = 1: y: mean over pairs of different class of cos(x_b - c, x_d - c)
- `LPL_METRIC_COSINE_WITHIN_CLASS` = 2: y: mean over classes of the mean over pairs in the class of the same cosine
- `LPL_METRIC_MANIFOLD_CORRELATION` = 3: y: mean over k < l of LPL_METRIC_CLASS_CORRELATION
- `LPL_METRIC_MANIFOLD_RADIUS` = 4: y: mean_k class radius / global radius
- `LPL_METRIC_MANIFOLD_DIM` = 5: y: mean_k class dimension
- `LPL_METRIC_GLOBAL_RADIUS` = 6: mean_b |x_b - c|_2
- `LPL_METRIC_COSINE_PUSH` = 7: mean over ordered pairs b != d of (u_b . u_d)^2
- `LPL_METRIC_COSINE_PUSH_LABELS` = 8: y: mean over pairs of different class of (u_b . u_d)^2
- `LPL_METRIC_COSINE_PULL` = 9: x2: - mean_b u_b . u2_b
- `LPL_METRIC_COSINE_PULL_LABELS` = 10: y, x2: sum over classes of (mean over pairs in class of - u_b . u_d, and the
  same for x2) / 2
- `LPL_METRIC_PUSH_TO_CENTROID` = 11: mean_b (u_b . k)^2, k the normalised mean of the u_b
- `LPL_METRIC_UNIFORMITY` = 12: log mean over pairs of exp(-2 |u_b - u_d|^2)
- `LPL_METRIC_KL_GAUSSIAN` = 13: -1/2 mean_i (1 + v - mu^2 - exp v), v = log(var_i + 1e-4), var unbiased
- `LPL_METRIC_ABS_LOGVAR` = 14: mean_i |log(var_i + 1e-4)|
- `LPL_METRIC_RADIAL_PUSH` = 15: mean_b (-1 / (|x_b - c|_1 + 1e-4) + 1 / (|x_b - c|_2 + 1e-4))
- `LPL_METRIC_SPARSE_FILTERING` = 16: columns, then rows divided by max(L2 norm, 1e-12); mean over rows of the L1 norm
- `LPL_METRIC_SELECTIVITY` = 17: y in {0, 1}, d = 1: |mean of class 1 - mean of class 0| / (max - min) (theory 3.2,
  3.5)
"""
@enum Metric::Int32 begin
    LPL_METRIC_PARTICIPATION_RATIO = 0
    LPL_METRIC_COSINE_CROSS_CLASS = 1
    LPL_METRIC_COSINE_WITHIN_CLASS = 2
    LPL_METRIC_MANIFOLD_CORRELATION = 3
    LPL_METRIC_MANIFOLD_RADIUS = 4
    LPL_METRIC_MANIFOLD_DIM = 5
    LPL_METRIC_GLOBAL_RADIUS = 6
    LPL_METRIC_COSINE_PUSH = 7
    LPL_METRIC_COSINE_PUSH_LABELS = 8
    LPL_METRIC_COSINE_PULL = 9
    LPL_METRIC_COSINE_PULL_LABELS = 10
    LPL_METRIC_PUSH_TO_CENTROID = 11
    LPL_METRIC_UNIFORMITY = 12
    LPL_METRIC_KL_GAUSSIAN = 13
    LPL_METRIC_ABS_LOGVAR = 14
    LPL_METRIC_RADIAL_PUSH = 15
    LPL_METRIC_SPARSE_FILTERING = 16
    LPL_METRIC_SELECTIVITY = 17
end
prefix(::Type{Metric}) = "LPL_METRIC_"

"""
    ClassMetric

```text
Arrays over classes.
```

- `LPL_METRIC_CLASS_RADII` = 0: n_classes: mean over the class of |x_b - c_k|_2
- `LPL_METRIC_CENTROID_SPREADS` = 1: n_classes: |c_k - c|_2
- `LPL_METRIC_CLASS_DIMS` = 2: n_classes: participation ratio of the class's rows
- `LPL_METRIC_CLASS_CORRELATION` = 3: n_classes^2: with d_k = c_k minus the mean over its own features, d_k . d_l /
  (|d_k| |d_l|)
"""
@enum ClassMetric::Int32 begin
    LPL_METRIC_CLASS_RADII = 0
    LPL_METRIC_CENTROID_SPREADS = 1
    LPL_METRIC_CLASS_DIMS = 2
    LPL_METRIC_CLASS_CORRELATION = 3
end
prefix(::Type{ClassMetric}) = "LPL_METRIC_"

"""
    lpl_readout_config_t

```text
Linear readout (probe; theory 4.5): softmax regression with bias, cross entropy, Adam, mini-batches in the order
given.
```
"""
struct lpl_readout_config_t
    "sizeof(lpl_readout_config_t), set by lpl_readout_config_init"
    size::UInt32
    "0"
    flags::UInt32
    "classes, K >= 2 (default 10)"
    n_classes::UInt64
    "rows of a mini-batch, >= 1 (default 512); the last one of an epoch may be smaller"
    batch::UInt64
    "passes over the rows, >= 1 (default 20)"
    epochs::UInt64
    "learning rate, > 0 (default 1e-3)"
    eta::Cdouble
    "Adam: 0 <= beta1 < 1 (default 0.9)"
    beta1::Cdouble
    "Adam: 0 <= beta2 < 1 (default 0.999)"
    beta2::Cdouble
    "Adam: > 0 (default 1e-8)"
    adam_eps::Cdouble
end
enumfields(::Type{lpl_readout_config_t}) = (;)
aliases(::Type{lpl_readout_config_t}) = (;)
const KEYWORDS_READOUT = """
- `n_classes`: integer; default `10`. classes, K >= 2.
- `batch`: integer; default `512`. rows of a mini-batch, >= 1; the last one of an epoch may be smaller.
- `epochs`: integer; default `20`. passes over the rows, >= 1.
- `eta`: real; default `0.001`. learning rate, > 0.
- `beta1`: real; default `0.9`. Adam: 0 <= beta1 < 1.
- `beta2`: real; default `0.999`. Adam: 0 <= beta2 < 1.
- `adam_eps`: real; default `1e-08`. Adam: > 0.
"""

"""
    lpl_metric(out, metric, x, ldx, x2, ldx2, y, n, d)

`lpl_status_t lpl_metric(double *out, int32_t metric, const float *x, size_t ldx, const float *x2, size_t ldx2, const
int32_t *y, size_t n, size_t d)`

```text
One scalar. x: n x d, ldx >= d; x2: the same shape, or NULL if not needed; y: n labels >= 0, or NULL if not needed.
Classes without samples do not count. Undefined values (0/0: one class only, no pairs) give LPL_E_ARG, never NaN.
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_MEMORY, LPL_E_NONFINITE (in x or x2, or the result would
be). Cost O(n d^2), pairwise ones O(n^2 d). Since 0.1.
```
"""
function lpl_metric(out, metric, x, ldx, x2, ldx2, y, n, d)
    @ccall library().lpl_metric(
        out::Ptr{Cdouble}, metric::Int32, x::Ptr{Cfloat}, ldx::Csize_t, x2::Ptr{Cfloat}, ldx2::Csize_t, y::Ptr{Int32},
        n::Csize_t, d::Csize_t)::lpl_status_t
end

"""
    lpl_metric_f64(out, metric, x, ldx, x2, ldx2, y, n, d)

[`lpl_metric`](@ref) on `Float64`.
"""
function lpl_metric_f64(out, metric, x, ldx, x2, ldx2, y, n, d)
    @ccall library().lpl_metric_f64(
        out::Ptr{Cdouble}, metric::Int32, x::Ptr{Cdouble}, ldx::Csize_t, x2::Ptr{Cdouble}, ldx2::Csize_t, y::Ptr{Int32},
        n::Csize_t, d::Csize_t)::lpl_status_t
end
@inline lpl_metric(
        ::Type{Float32}, out, metric, x, ldx, x2, ldx2, y, n, d) = lpl_metric(out, metric, x, ldx, x2, ldx2, y, n, d)
@inline lpl_metric(
        ::Type{Float64}, out, metric, x, ldx, x2, ldx2, y, n, d) = lpl_metric_f64(out, metric, x, ldx, x2, ldx2, y, n,
        d)

"""
    lpl_metric_classes(out, n_out, metric, x, ldx, y, n, d, n_classes)

`lpl_status_t lpl_metric_classes(double *out, size_t n_out, int32_t metric, const float *x, size_t ldx, const int32_t
*y, size_t n, size_t d, size_t n_classes)`

```text
One array over classes; n_out must be its length; y in 0 .. n_classes-1, each class with at least one sample.
Returns as lpl_metric, and LPL_E_OVERLAP. Since 0.1.
```
"""
function lpl_metric_classes(out, n_out, metric, x, ldx, y, n, d, n_classes)
    @ccall library().lpl_metric_classes(
        out::Ptr{Cdouble}, n_out::Csize_t, metric::Int32, x::Ptr{Cfloat}, ldx::Csize_t, y::Ptr{Int32}, n::Csize_t,
        d::Csize_t, n_classes::Csize_t)::lpl_status_t
end

"""
    lpl_metric_classes_f64(out, n_out, metric, x, ldx, y, n, d, n_classes)

[`lpl_metric_classes`](@ref) on `Float64`.
"""
function lpl_metric_classes_f64(out, n_out, metric, x, ldx, y, n, d, n_classes)
    @ccall library().lpl_metric_classes_f64(
        out::Ptr{Cdouble}, n_out::Csize_t, metric::Int32, x::Ptr{Cdouble}, ldx::Csize_t, y::Ptr{Int32}, n::Csize_t,
        d::Csize_t, n_classes::Csize_t)::lpl_status_t
end
@inline lpl_metric_classes(
        ::Type{Float32}, out, n_out, metric, x, ldx, y, n, d, n_classes) = lpl_metric_classes(out, n_out, metric, x,
        ldx, y, n, d, n_classes)
@inline lpl_metric_classes(
        ::Type{Float64}, out, n_out, metric, x, ldx, y, n, d, n_classes) = lpl_metric_classes_f64(out, n_out, metric, x,
        ldx, y, n, d, n_classes)

"""
    lpl_sfa(w, ldw, mu, x0, ldx0, x1, ldx1, n, d, n_features, ridge)

`lpl_status_t lpl_sfa(double *w, size_t ldw, double *mu, const float *x0, size_t ldx0, const float *x1, size_t ldx1,
size_t n, size_t d, size_t n_features, double ridge)`

```text
Slow feature analysis in closed form (Wiskott & Sejnowski 2002): the linear features that vary most for how little
they change from a moment ago (row b of x0) to now (row b of x1), and what LPL on a linear neuron ends in (theory
1.8).

  C0 v = mu (D + ridge I) v     C0 = sum over the rows of both sides of (x - m)(x - m)' / (2 n), m their mean
                                D  = sum_b (x1_b - x0_b)(x1_b - x0_b)' / (2 n)

  w      out, n_features x d, ldw >= d, or NULL: the features with the largest mu, slowest first, each scaled so that
         w x has variance 1 (w' C0 w = 1) and turned so that its largest element is positive
  mu     out, n_features, or NULL: variance per (change + ridge), >= 0, no unit; with ridge = 0 the eigenvalue of
         D v = lambda C0 v is lambda = 1 / mu
  x0, x1 n x d, ldx0, ldx1 >= d; of a series of n + 1 rows x: x0 = x, x1 = x + ldx
  n      pairs, >= 1;  n_features  1 .. d
  ridge  >= 0, in the units of x^2: LPL's weight_decay / pull (erratum form, NEURON norm). One linear neuron then
         rests at w sqrt(mu push / pull), up to its sign, with pairs that are the same both ways round
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (something in x does not change and ridge is 0; nothing varies; w: fewer
directions vary than n_features), LPL_E_SIZE, LPL_E_OVERLAP, LPL_E_MEMORY, LPL_E_NONFINITE. On error w and mu are
unchanged. Allocates 5 d^2 doubles at most and a block of rows. Thread class: any. Cost 3 n d^2 + about 12 d^3
multiply-adds. Since 0.1.1.
```
"""
function lpl_sfa(w, ldw, mu, x0, ldx0, x1, ldx1, n, d, n_features, ridge)
    @ccall library().lpl_sfa(
        w::Ptr{Cdouble}, ldw::Csize_t, mu::Ptr{Cdouble}, x0::Ptr{Cfloat}, ldx0::Csize_t, x1::Ptr{Cfloat}, ldx1::Csize_t,
        n::Csize_t, d::Csize_t, n_features::Csize_t, ridge::Cdouble)::lpl_status_t
end

"""
    lpl_sfa_f64(w, ldw, mu, x0, ldx0, x1, ldx1, n, d, n_features, ridge)

[`lpl_sfa`](@ref) on `Float64`.
"""
function lpl_sfa_f64(w, ldw, mu, x0, ldx0, x1, ldx1, n, d, n_features, ridge)
    @ccall library().lpl_sfa_f64(
        w::Ptr{Cdouble}, ldw::Csize_t, mu::Ptr{Cdouble}, x0::Ptr{Cdouble}, ldx0::Csize_t, x1::Ptr{Cdouble},
        ldx1::Csize_t, n::Csize_t, d::Csize_t, n_features::Csize_t, ridge::Cdouble)::lpl_status_t
end
@inline lpl_sfa(
        ::Type{Float32}, w, ldw, mu, x0, ldx0, x1, ldx1, n, d, n_features, ridge) = lpl_sfa(w, ldw, mu, x0, ldx0, x1,
        ldx1, n, d, n_features, ridge)
@inline lpl_sfa(
        ::Type{Float64}, w, ldw, mu, x0, ldx0, x1, ldx1, n, d, n_features, ridge) = lpl_sfa_f64(w, ldw, mu, x0, ldx0,
        x1, ldx1, n, d, n_features, ridge)

"""
    lpl_slowness(out, x, ldx, scene, n, d, lag)

`lpl_status_t lpl_slowness(double *out, const float *x, size_t ldx, const int32_t *scene, size_t n, size_t d, size_t
lag)`

```text
How fast each unit changes. Rows of x are moments in a row (time runs downwards).
  out    d values: mean over pairs of (x_t,i - x_{t-lag},i)^2, divided by 2 var_i (unbiased, over all rows): 0 for
         what stands still, 1 for what has no memory beyond lag, up to 2 for what swings; 1 - out is the
         autocorrelation at this lag
  scene  n labels, rows of one label in a row are a scene, and pairs lie within one; NULL: all is one scene
  lag    rows, >= 1
Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE, LPL_E_ARG (no scene is longer than lag; a unit has the same value in all
rows, so 0/0: the sentence names it), LPL_E_OVERLAP, LPL_E_MEMORY, LPL_E_NONFINITE. out is written only on success.
Thread class: any. Cost O(n d). Since 0.1.1.
```
"""
function lpl_slowness(out, x, ldx, scene, n, d, lag)
    @ccall library().lpl_slowness(
        out::Ptr{Cdouble}, x::Ptr{Cfloat}, ldx::Csize_t, scene::Ptr{Int32}, n::Csize_t, d::Csize_t,
        lag::Csize_t)::lpl_status_t
end

"""
    lpl_slowness_f64(out, x, ldx, scene, n, d, lag)

[`lpl_slowness`](@ref) on `Float64`.
"""
function lpl_slowness_f64(out, x, ldx, scene, n, d, lag)
    @ccall library().lpl_slowness_f64(
        out::Ptr{Cdouble}, x::Ptr{Cdouble}, ldx::Csize_t, scene::Ptr{Int32}, n::Csize_t, d::Csize_t,
        lag::Csize_t)::lpl_status_t
end
@inline lpl_slowness(::Type{Float32}, out, x, ldx, scene, n, d, lag) = lpl_slowness(out, x, ldx, scene, n, d, lag)
@inline lpl_slowness(::Type{Float64}, out, x, ldx, scene, n, d, lag) = lpl_slowness_f64(out, x, ldx, scene, n, d, lag)

"""
    lpl_modulation(f0, f1, x, ldx, blank, n, d)

`lpl_status_t lpl_modulation(double *f0, double *f1, const float *x, size_t ldx, const float *blank, size_t n, size_t
d)`

```text
Mean and modulation of each unit's response to a grating that drifts by one cycle: what tells simple cells from
complex ones.
  f0     d values: mean over the n phases, minus the response to a blank
  f1     d values: amplitude of the first harmonic, (2/n) |sum_k x_k,i exp(-2 pi i k/n)|, about no mean
  x      n phases in equal steps over one cycle x d units; blank  d responses to a blank, or NULL: 0
  n      >= 3
f1 / f0 is pi/2 for a rectified sine, 0 for a response that does not know the phase; above 1 a cell is called simple.
Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE, LPL_E_ARG, LPL_E_OVERLAP, LPL_E_MEMORY, LPL_E_NONFINITE; outputs are written
only on success. Thread class: any. Cost O(n d). Since 0.1.1.
```
"""
function lpl_modulation(f0, f1, x, ldx, blank, n, d)
    @ccall library().lpl_modulation(
        f0::Ptr{Cdouble}, f1::Ptr{Cdouble}, x::Ptr{Cfloat}, ldx::Csize_t, blank::Ptr{Cfloat}, n::Csize_t,
        d::Csize_t)::lpl_status_t
end

"""
    lpl_modulation_f64(f0, f1, x, ldx, blank, n, d)

[`lpl_modulation`](@ref) on `Float64`.
"""
function lpl_modulation_f64(f0, f1, x, ldx, blank, n, d)
    @ccall library().lpl_modulation_f64(
        f0::Ptr{Cdouble}, f1::Ptr{Cdouble}, x::Ptr{Cdouble}, ldx::Csize_t, blank::Ptr{Cdouble}, n::Csize_t,
        d::Csize_t)::lpl_status_t
end
@inline lpl_modulation(::Type{Float32}, f0, f1, x, ldx, blank, n, d) = lpl_modulation(f0, f1, x, ldx, blank, n, d)
@inline lpl_modulation(::Type{Float64}, f0, f1, x, ldx, blank, n, d) = lpl_modulation_f64(f0, f1, x, ldx, blank, n, d)

"""
    lpl_readout_config_init(cfg, size)

`lpl_status_t lpl_readout_config_init(lpl_readout_config_t *cfg, size_t size)`

```text
Fill *cfg with defaults; as lpl_stats_config_init.
```
"""
function lpl_readout_config_init(cfg, size)
    @ccall library().lpl_readout_config_init(cfg::Ptr{lpl_readout_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_readout_fit(cfg, w, ldw, bias, epoch_loss, x, ldx, y, n, d)

`lpl_status_t lpl_readout_fit(const lpl_readout_config_t *cfg, float *w, size_t ldw, float *bias, double *epoch_loss,
const float *x, size_t ldx, const int32_t *y, size_t n, size_t d)`

```text
Train the readout.
  w           in/out, K x d, ldw >= d: start values in, trained weights out;  bias  in/out, K
  epoch_loss  out, epochs values: mean cross entropy over the samples of each epoch (as seen, before each step), or
              NULL
  x           n x d;  y  n labels in 0 .. K-1
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_OVERLAP, LPL_E_VERSION, LPL_E_MEMORY, LPL_E_NONFINITE (also
if training diverges). On error w and bias are unchanged.
Cost 6 n d K flop an epoch. Since 0.1.
```
"""
function lpl_readout_fit(cfg, w, ldw, bias, epoch_loss, x, ldx, y, n, d)
    @ccall library().lpl_readout_fit(
        cfg::Ptr{lpl_readout_config_t}, w::Ptr{Cfloat}, ldw::Csize_t, bias::Ptr{Cfloat}, epoch_loss::Ptr{Cdouble},
        x::Ptr{Cfloat}, ldx::Csize_t, y::Ptr{Int32}, n::Csize_t, d::Csize_t)::lpl_status_t
end

"""
    lpl_readout_fit_f64(cfg, w, ldw, bias, epoch_loss, x, ldx, y, n, d)

[`lpl_readout_fit`](@ref) on `Float64`.
"""
function lpl_readout_fit_f64(cfg, w, ldw, bias, epoch_loss, x, ldx, y, n, d)
    @ccall library().lpl_readout_fit_f64(
        cfg::Ptr{lpl_readout_config_t}, w::Ptr{Cdouble}, ldw::Csize_t, bias::Ptr{Cdouble}, epoch_loss::Ptr{Cdouble},
        x::Ptr{Cdouble}, ldx::Csize_t, y::Ptr{Int32}, n::Csize_t, d::Csize_t)::lpl_status_t
end
@inline lpl_readout_fit(
        ::Type{Float32}, cfg, w, ldw, bias, epoch_loss, x, ldx, y, n, d) = lpl_readout_fit(cfg, w, ldw, bias,
        epoch_loss, x, ldx, y, n, d)
@inline lpl_readout_fit(
        ::Type{Float64}, cfg, w, ldw, bias, epoch_loss, x, ldx, y, n, d) = lpl_readout_fit_f64(cfg, w, ldw, bias,
        epoch_loss, x, ldx, y, n, d)

"""
    lpl_readout_fit_part(cfg, w, ldw, bias, moments, epoch_loss, x, ldx, y, n, d, first, count)

`lpl_status_t lpl_readout_fit_part(const lpl_readout_config_t *cfg, float *w, size_t ldw, float *bias, float *moments,
double *epoch_loss, const float *x, size_t ldx, const int32_t *y, size_t n, size_t d, uint64_t first, uint64_t count)`

```text
The same training in parts, so that a host can look at it, stop it or show how far it is: mini-batches first ..
first + count - 1 of the run's epochs * ceil(n / batch). Parts in a row, the first with first = 0, give the bits of
lpl_readout_fit.
  moments     in/out, 2 (K d + K) values, Adam's; the first part sets them to 0 before it uses them
  epoch_loss  in/out, epochs values: sum of the cross entropies so far, from an epoch's last mini-batch on their mean
count = 0 and a part behind the end of the run do nothing; first = 0 checks all of x and y, later parts the rows that
they use. Returns as lpl_readout_fit. On error w, bias, moments and epoch_loss are as before this part. Since
0.1.1.
```
"""
function lpl_readout_fit_part(cfg, w, ldw, bias, moments, epoch_loss, x, ldx, y, n, d, first, count)
    @ccall library().lpl_readout_fit_part(
        cfg::Ptr{lpl_readout_config_t}, w::Ptr{Cfloat}, ldw::Csize_t, bias::Ptr{Cfloat}, moments::Ptr{Cfloat},
        epoch_loss::Ptr{Cdouble}, x::Ptr{Cfloat}, ldx::Csize_t, y::Ptr{Int32}, n::Csize_t, d::Csize_t, first::UInt64,
        count::UInt64)::lpl_status_t
end

"""
    lpl_readout_fit_part_f64(cfg, w, ldw, bias, moments, epoch_loss, x, ldx, y, n, d, first, count)

[`lpl_readout_fit_part`](@ref) on `Float64`.
"""
function lpl_readout_fit_part_f64(cfg, w, ldw, bias, moments, epoch_loss, x, ldx, y, n, d, first, count)
    @ccall library().lpl_readout_fit_part_f64(
        cfg::Ptr{lpl_readout_config_t}, w::Ptr{Cdouble}, ldw::Csize_t, bias::Ptr{Cdouble}, moments::Ptr{Cdouble},
        epoch_loss::Ptr{Cdouble}, x::Ptr{Cdouble}, ldx::Csize_t, y::Ptr{Int32}, n::Csize_t, d::Csize_t, first::UInt64,
        count::UInt64)::lpl_status_t
end
@inline lpl_readout_fit_part(
        ::Type{Float32}, cfg, w, ldw, bias, moments, epoch_loss, x, ldx, y, n, d, first, count) =
        lpl_readout_fit_part(cfg, w, ldw, bias, moments, epoch_loss, x, ldx, y, n, d, first, count)
@inline lpl_readout_fit_part(
        ::Type{Float64}, cfg, w, ldw, bias, moments, epoch_loss, x, ldx, y, n, d, first, count) =
        lpl_readout_fit_part_f64(cfg, w, ldw, bias, moments, epoch_loss, x, ldx, y, n, d, first, count)

"""
    lpl_readout_predict(logits, ldl, accuracy, w, ldw, bias, x, ldx, y, n, d, n_classes)

`lpl_status_t lpl_readout_predict(float *logits, size_t ldl, double *accuracy, const float *w, size_t ldw, const float
*bias, const float *x, size_t ldx, const int32_t *y, size_t n, size_t d, size_t n_classes)`

```text
logits = x w' + bias (n x K, ldl >= K), or NULL; accuracy = fraction of rows whose largest logit is y (the first of
equal ones), or NULL; y may be NULL if accuracy is. Returns as lpl_readout_fit. Since 0.1.
```
"""
function lpl_readout_predict(logits, ldl, accuracy, w, ldw, bias, x, ldx, y, n, d, n_classes)
    @ccall library().lpl_readout_predict(
        logits::Ptr{Cfloat}, ldl::Csize_t, accuracy::Ptr{Cdouble}, w::Ptr{Cfloat}, ldw::Csize_t, bias::Ptr{Cfloat},
        x::Ptr{Cfloat}, ldx::Csize_t, y::Ptr{Int32}, n::Csize_t, d::Csize_t, n_classes::Csize_t)::lpl_status_t
end

"""
    lpl_readout_predict_f64(logits, ldl, accuracy, w, ldw, bias, x, ldx, y, n, d, n_classes)

[`lpl_readout_predict`](@ref) on `Float64`.
"""
function lpl_readout_predict_f64(logits, ldl, accuracy, w, ldw, bias, x, ldx, y, n, d, n_classes)
    @ccall library().lpl_readout_predict_f64(
        logits::Ptr{Cdouble}, ldl::Csize_t, accuracy::Ptr{Cdouble}, w::Ptr{Cdouble}, ldw::Csize_t, bias::Ptr{Cdouble},
        x::Ptr{Cdouble}, ldx::Csize_t, y::Ptr{Int32}, n::Csize_t, d::Csize_t, n_classes::Csize_t)::lpl_status_t
end
@inline lpl_readout_predict(
        ::Type{Float32}, logits, ldl, accuracy, w, ldw, bias, x, ldx, y, n, d, n_classes) = lpl_readout_predict(logits,
        ldl, accuracy, w, ldw, bias, x, ldx, y, n, d, n_classes)
@inline lpl_readout_predict(
        ::Type{Float64}, logits, ldl, accuracy, w, ldw, bias, x, ldx, y, n, d, n_classes) =
        lpl_readout_predict_f64(logits, ldl, accuracy, w, ldw, bias, x, ldx, y, n, d, n_classes)

# ---- lpl/optim.h

const HEADER_OPTIM = """
```text
lpl/optim.h - SGD, momentum and Adam on the host's own arrays, and the learning-rate schedule of the paper (4.4).
```
"""

"""
    Optim

```text
With g the gradient of the loss (so that w goes against it), t = 1, 2, ... the step:
  every one         g += weight_decay w                       (coupled L2: before the moments; not AdamW)
  LPL_OPTIM_SGD       w -= eta g
  LPL_OPTIM_MOMENTUM  m = momentum m + g (first step: m = g);  w -= eta m            (no dampening, no Nesterov)
  LPL_OPTIM_ADAM      m += (g - m)(1 - beta1);  v = beta2 v + (1 - beta2) g^2;
                      w -= eta / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + adam_eps)
Moments settle at exactly 0: an m below 1e-30 in size (float64: 1e-300) and a v that is no normal number (below
1.2e-38; float64: 2.2e-308) become 0 as they are written, so that parameters without a gradient never hold denormal
numbers, which slow a CPU down.
```

- `LPL_OPTIM_SGD` = 0
- `LPL_OPTIM_MOMENTUM` = 1
- `LPL_OPTIM_ADAM` = 2
"""
@enum Optim::Int32 begin
    LPL_OPTIM_SGD = 0
    LPL_OPTIM_MOMENTUM = 1
    LPL_OPTIM_ADAM = 2
end
prefix(::Type{Optim}) = "LPL_OPTIM_"

"""
    lpl_optim_config_t

The struct of that name of lpl/optim.h.
"""
struct lpl_optim_config_t
    "sizeof(lpl_optim_config_t), set by lpl_optim_config_init"
    size::UInt32
    "0"
    flags::UInt32
    "LPL_OPTIM_SGD (default), ..."
    optim::Int32
    "0"
    reserved::Int32
    "learning rate, >= 0 (default 1e-2)"
    eta::Cdouble
    """
    0 <= momentum < 1 (default 0.9); MOMENTUM. float32: up to about 1 - 4e-8: above that it would round to a factor
    that forgets at another pace, or never
    """
    momentum::Cdouble
    "0 <= beta1 < 1 (default 0.9); ADAM. float32: as momentum"
    beta1::Cdouble
    "0 <= beta2 < 1 (default 0.999); ADAM. float32: as momentum"
    beta2::Cdouble
    "> 0 (default 1e-8); ADAM"
    adam_eps::Cdouble
    ">= 0 (default 0)"
    weight_decay::Cdouble
end
enumfields(::Type{lpl_optim_config_t}) = (; optim = Optim)
aliases(::Type{lpl_optim_config_t}) = (;)
const KEYWORDS_OPTIM = """
- `optim`: `:sgd`, `:momentum`, `:adam`; default `:sgd`.
- `eta`: real; default `0.01`. learning rate, >= 0.
- `momentum`: real; default `0.9`. 0 <= momentum < 1; MOMENTUM. float32: up to about 1 - 4e-8: above that it would
  round to a factor that forgets at another pace, or never.
- `beta1`: real; default `0.9`. 0 <= beta1 < 1; ADAM. float32: as momentum.
- `beta2`: real; default `0.999`. 0 <= beta2 < 1; ADAM. float32: as momentum.
- `adam_eps`: real; default `1e-08`. > 0; ADAM.
- `weight_decay`: real; default `0.0`. >= 0.
"""

"""
    lpl_optim_config_init(cfg, size)

`lpl_status_t lpl_optim_config_init(lpl_optim_config_t *cfg, size_t size)`

```text
Fill *cfg with defaults; as lpl_stats_config_init.
```
"""
function lpl_optim_config_init(cfg, size)
    @ccall library().lpl_optim_config_init(cfg::Ptr{lpl_optim_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_optim_step(cfg, w, m, v, g, n, t)

`lpl_status_t lpl_optim_step(const lpl_optim_config_t *cfg, float *w, float *m, float *v, const float *g, size_t n,
uint64_t t)`

```text
One step of n parameters.
  w     in/out, n parameters
  m, v  in/out, n moments each, zero before the first step; m is for MOMENTUM and ADAM, v for ADAM, else NULL
  g     n gradients
  t     number of this step, 1 for the first
eta = 0 writes no parameter, whatever m and v hold (moments move on; SGD has none).
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_OVERLAP, LPL_E_VERSION, and since 0.1.1 LPL_E_NONFINITE: a
gradient is NaN or infinite, or a parameter or moment would become so; the message says which, and nothing has
changed. Thread class: any. Allocates nothing. Cost O(n): one pass over all arrays to look and one to change them,
2.2 (SGD), 3.3 (MOMENTUM), 5.2 (ADAM) AVX2 instructions a parameter in float32, of which the look is 0.9, 1.3, 1.4;
in time it is half of the change in cache and up to as much as it from memory. Since 0.1.
```
"""
function lpl_optim_step(cfg, w, m, v, g, n, t)
    @ccall library().lpl_optim_step(
        cfg::Ptr{lpl_optim_config_t}, w::Ptr{Cfloat}, m::Ptr{Cfloat}, v::Ptr{Cfloat}, g::Ptr{Cfloat}, n::Csize_t,
        t::UInt64)::lpl_status_t
end

"""
    lpl_optim_step_f64(cfg, w, m, v, g, n, t)

[`lpl_optim_step`](@ref) on `Float64`.
"""
function lpl_optim_step_f64(cfg, w, m, v, g, n, t)
    @ccall library().lpl_optim_step_f64(
        cfg::Ptr{lpl_optim_config_t}, w::Ptr{Cdouble}, m::Ptr{Cdouble}, v::Ptr{Cdouble}, g::Ptr{Cdouble}, n::Csize_t,
        t::UInt64)::lpl_status_t
end
@inline lpl_optim_step(::Type{Float32}, cfg, w, m, v, g, n, t) = lpl_optim_step(cfg, w, m, v, g, n, t)
@inline lpl_optim_step(::Type{Float64}, cfg, w, m, v, g, n, t) = lpl_optim_step_f64(cfg, w, m, v, g, n, t)

"""
    lpl_schedule_warmup_cosine(eta, epoch, base, start, end_, warmup, epochs)

`lpl_status_t lpl_schedule_warmup_cosine(double *eta, double epoch, double base, double start, double end, uint64_t
warmup, uint64_t epochs)`

```text
Learning rate of an epoch: linear warm-up, then cosine (theory 4.4):
  epoch < warmup:  start + epoch (base - start) / (warmup - 1)           (warmup = 1: base)
  else             end + (base - end) (1 + cos(pi (epoch - warmup) / (epochs - warmup))) / 2;  past the last epoch:
                   end
So epoch 0 runs at start (0 in the paper) and base is reached at epochs warmup - 1 and warmup.
  eta     out
  epoch   may be fractional, >= 0
  warmup, epochs   0 <= warmup < epochs
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Thread class: any. Since 0.1.
```
"""
function lpl_schedule_warmup_cosine(eta, epoch, base, start, end_, warmup, epochs)
    @ccall library().lpl_schedule_warmup_cosine(
        eta::Ptr{Cdouble}, epoch::Cdouble, base::Cdouble, start::Cdouble, end_::Cdouble, warmup::UInt64,
        epochs::UInt64)::lpl_status_t
end

# ---- lpl/random.h

const HEADER_RANDOM = """
```text
lpl/random.h - counter-based random numbers: Philox 4x32-10 (Salmon et al., SC 2011).

Stateless: draw k of stream s under seed q is a pure function of (q, s, k). So any part of a stream can be made by
any thread, in any order, in pieces of any size, and in another language in ten lines:

  key     = (low, high 32 bits of seed)
  counter = (low, high 32 bits of block, low, high 32 bits of stream),  block = k / 4
  word k  = output word k % 4 of philox4x32-10(counter, key)
  uniform float    word k:                      (word >> 8) * 2^-24                       in [0, 1)
  uniform double   words 2k (low), 2k+1 (high): (((high << 32) | low) >> 11) * 2^-53      in [0, 1)
  normal  float    pair (2p, 2p+1) by Box-Muller from words 2p, 2p+1:    u1 = ((w0 >> 8) + 1) * 2^-24, u2 = (w1 >> 8)
                   * 2^-24
  normal  double   pair (2p, 2p+1) from 64-bit draws 2p, 2p+1 likewise:  u1 = ((v0 >> 11) + 1) * 2^-53, u2 = (v1 >>
                   11) * 2^-53 even draw = sqrt(-2 ln u1) cos(2 pi u2), odd draw = sqrt(-2 ln u1) sin(2 pi u2)
The logarithm, sine and cosine are the library's own, so the bits are the same on every CPU.
There is no time or entropy seeding anywhere in liblpl.
```
"""

"""
    lpl_random_bits(out, n, seed, stream, offset)

`lpl_status_t lpl_random_bits(uint32_t *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset)`

```text
Fill out[0..n-1] with draws offset .. offset + n - 1 of the given stream.
  out     n elements; may be NULL if n is 0
  n       count, at most 2^61
  offset  index of the first draw, at most 2^61
Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE. Thread class: any. Allocates nothing. Cost O(n). Since 0.1.
```
"""
function lpl_random_bits(out, n, seed, stream, offset)
    @ccall library().lpl_random_bits(
        out::Ptr{UInt32}, n::Csize_t, seed::UInt64, stream::UInt64, offset::UInt64)::lpl_status_t
end

"""
    lpl_random_uniform(out, n, seed, stream, offset)

`lpl_status_t lpl_random_uniform(float *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset)`: see
[`lpl_random_bits`](@ref).
"""
function lpl_random_uniform(out, n, seed, stream, offset)
    @ccall library().lpl_random_uniform(
        out::Ptr{Cfloat}, n::Csize_t, seed::UInt64, stream::UInt64, offset::UInt64)::lpl_status_t
end

"""
    lpl_random_uniform_f64(out, n, seed, stream, offset)

[`lpl_random_uniform`](@ref) on `Float64`.
"""
function lpl_random_uniform_f64(out, n, seed, stream, offset)
    @ccall library().lpl_random_uniform_f64(
        out::Ptr{Cdouble}, n::Csize_t, seed::UInt64, stream::UInt64, offset::UInt64)::lpl_status_t
end
@inline lpl_random_uniform(
        ::Type{Float32}, out, n, seed, stream, offset) = lpl_random_uniform(out, n, seed, stream, offset)
@inline lpl_random_uniform(
        ::Type{Float64}, out, n, seed, stream, offset) = lpl_random_uniform_f64(out, n, seed, stream, offset)

"""
    lpl_random_normal(out, n, seed, stream, offset)

`lpl_status_t lpl_random_normal(float *out, size_t n, uint64_t seed, uint64_t stream, uint64_t offset)`: see
[`lpl_random_bits`](@ref).
"""
function lpl_random_normal(out, n, seed, stream, offset)
    @ccall library().lpl_random_normal(
        out::Ptr{Cfloat}, n::Csize_t, seed::UInt64, stream::UInt64, offset::UInt64)::lpl_status_t
end

"""
    lpl_random_normal_f64(out, n, seed, stream, offset)

[`lpl_random_normal`](@ref) on `Float64`.
"""
function lpl_random_normal_f64(out, n, seed, stream, offset)
    @ccall library().lpl_random_normal_f64(
        out::Ptr{Cdouble}, n::Csize_t, seed::UInt64, stream::UInt64, offset::UInt64)::lpl_status_t
end
@inline lpl_random_normal(
        ::Type{Float32}, out, n, seed, stream, offset) = lpl_random_normal(out, n, seed, stream, offset)
@inline lpl_random_normal(
        ::Type{Float64}, out, n, seed, stream, offset) = lpl_random_normal_f64(out, n, seed, stream, offset)

# ---- lpl/state.h

const HEADER_STATE = """
```text
lpl/state.h - how objects are saved and loaded: the callbacks, and the .lpl container they carry.

Each topic has its own pair (lpl_layer_save / lpl_layer_load, lpl_stats_save / lpl_stats_load). These calls open no
file: they hand bytes to the host's function and ask it for bytes, so files, sockets, flash pages and memory all
work. Files by name: file.h. run(N + M) gives the same bits as run(N), save, load, run(M).

The container: a 16-byte head, then records, each with a tag, a CRC-32C and a length, padded to 64 bytes; always
little-endian. The byte layout is the opening comment of src/state/container.c and docs/state.md.
```
"""

# ---- lpl/lif.h

const HEADER_LIF = """
```text
lpl/lif.h - lpl_lif_t: a population of integrate-and-fire neurons with conductance synapses and a moving threshold
(docs/lif.md).

  tau_mem dv/dt = (v_rest - v) + (A g_ampa + N g_nmda) (e_exc - v) + (g_gaba + g_adapt) (e_inh - v)
                  A = q/(q+1), N = 1/(q+1), q = ampa_nmda
  g_ampa, g_gaba decay with tau_ampa, tau_gaba;  tau_nmda dg_nmda/dt = g_ampa - g_nmda;  threshold = v_thr + thr, thr
  decays with tau_thr tau_adapt dg_adapt/dt = -g_adapt  (only with dg_adapt > 0, otherwise g_adapt = 0)
  spike if v > threshold: v = v_reset, thr = thr_spike (set, or added with LPL_THRESHOLD_ADD), g_adapt += dg_adapt
Conductances are in units of the leak. A step: forward Euler for v, exponential decay for the rest, in the order of
docs/lif.md; in float every operation rounds as in the published simulations, so potentials agree bit for bit with
them. v is clipped to [e_inh, e_exc]. e_exc is 0 V (as there). After every 16th step conductances and thr within
+-1e-30 are set to 0: nothing becomes denormal.
```
"""

"""
    lpl_lif_t

```text
A population. Calls that take a const pointer may run together on any threads; others need exclusive access.
```
"""
mutable struct lpl_lif_t end

"""
    Receptor

```text
Which conductance a projection feeds.
```

- `LPL_RECEPTOR_AMPA` = 0: and through it NMDA
- `LPL_RECEPTOR_GABA` = 1
"""
@enum Receptor::Int32 begin
    LPL_RECEPTOR_AMPA = 0
    LPL_RECEPTOR_GABA = 1
end
prefix(::Type{Receptor}) = "LPL_RECEPTOR_"

"""
    Threshold

- `LPL_THRESHOLD_SET` = 0: thr = thr_spike at a spike (the published code)
- `LPL_THRESHOLD_ADD` = 1: thr += thr_spike (the article's words)
"""
@enum Threshold::Int32 begin
    LPL_THRESHOLD_SET = 0
    LPL_THRESHOLD_ADD = 1
end
prefix(::Type{Threshold}) = "LPL_THRESHOLD_"

"""
    LifState

```text
Named states for lpl_lif_read and lpl_lif_write; n values each.
```

- `LPL_LIF_V` = 0: V, after threshold and reset [mem]
- `LPL_LIF_THR` = 1: V: moving part of the threshold [thr]
- `LPL_LIF_G_AMPA` = 2: [g_ampa]
- `LPL_LIF_G_NMDA` = 3: [g_nmda]
- `LPL_LIF_G_GABA` = 4: [g_gaba]
- `LPL_LIF_G_ADAPT` = 5: 0 where dg_adapt is 0, and then not to be written. Since 0.1.1
"""
@enum LifState::Int32 begin
    LPL_LIF_V = 0
    LPL_LIF_THR = 1
    LPL_LIF_G_AMPA = 2
    LPL_LIF_G_NMDA = 3
    LPL_LIF_G_GABA = 4
    LPL_LIF_G_ADAPT = 5
end
prefix(::Type{LifState}) = "LPL_LIF_"

"""
    LifParam

- `LPL_LIF_PARAM_STEP` = 0: steps done; read only, as all of them
- `LPL_LIF_PARAM_N` = 1
- `LPL_LIF_PARAM_DTYPE` = 2
- `LPL_LIF_PARAM_DT` = 3
- `LPL_LIF_PARAM_ISA` = 4
- `LPL_LIF_PARAM_MEMORY` = 5
- `LPL_LIF_PARAM_LABEL` = 6
- `LPL_LIF_PARAM_FIRST` = 7: since 0.1.1, as the next
- `LPL_LIF_PARAM_N_GLOBAL` = 8
"""
@enum LifParam::Int32 begin
    LPL_LIF_PARAM_STEP = 0
    LPL_LIF_PARAM_N = 1
    LPL_LIF_PARAM_DTYPE = 2
    LPL_LIF_PARAM_DT = 3
    LPL_LIF_PARAM_ISA = 4
    LPL_LIF_PARAM_MEMORY = 5
    LPL_LIF_PARAM_LABEL = 6
    LPL_LIF_PARAM_FIRST = 7
    LPL_LIF_PARAM_N_GLOBAL = 8
end
prefix(::Type{LifParam}) = "LPL_LIF_PARAM_"

"""
    lpl_lif_config_t

The struct of that name of lpl/lif.h.
"""
struct lpl_lif_config_t
    "sizeof(lpl_lif_config_t), set by lpl_lif_config_init"
    size::UInt32
    "0"
    flags::UInt32
    "LPL_F32 (default), LPL_F64"
    dtype::Int32
    "LPL_THRESHOLD_* (default SET)"
    threshold::Int32
    "neurons, 1 .. 2^31; no default"
    n::UInt64
    "s (default 1e-4); at most half of every time constant"
    dt::Cdouble
    "s: membrane (default 20e-3)"
    tau_mem::Cdouble
    "s: conductance (default 5e-3)"
    tau_ampa::Cdouble
    "s: conductance (default 100e-3)"
    tau_nmda::Cdouble
    "s: conductance (default 10e-3)"
    tau_gaba::Cdouble
    "s: moving threshold (default 5e-3)"
    tau_thr::Cdouble
    "V: leak (default -70e-3)"
    v_rest::Cdouble
    "V: after a spike (default -70e-3)"
    v_reset::Cdouble
    "V: threshold at rest (default -50e-3)"
    v_thr::Cdouble
    "V: what a spike adds to the threshold, or sets it to, >= 0 (default 100e-3)"
    thr_spike::Cdouble
    "V: reversal of GABA, <= 0 (default -80e-3)"
    e_inh::Cdouble
    "q: AMPA's share against NMDA's, >= 0 (default 1)"
    ampa_nmda::Cdouble
    "V: mean of the initial potentials (default -60e-3)"
    v_init::Cdouble
    "V: their standard deviation (default 10e-3; 0: all v_init)"
    v_init_sd::Cdouble
    "initial potentials: normal draws first .. first + n - 1 of (seed, stream) (random.h; default 0)"
    seed::UInt64
    "likewise: give each population its own (default 0)"
    stream::UInt64
    "LPL_ISA_* (default AUTO)"
    isa::Int32
    "the host's number, named in messages (default 0)"
    label::Int32
    "s: spike-triggered adaptation (default 100e-3; dt at most half of it). Since 0.1.1"
    tau_adapt::Cdouble
    "what a spike adds to g_adapt, in units of the leak, 0 .. 1e6; 0: none adapts (default). Since 0.1.1"
    dg_adapt::Cdouble
    """
    of a part (docs/part.md), neurons first .. first + n - 1 of n_global: draws go by these numbers, everything else
    by 0 .. n - 1 (default 0). Since 0.1.1, as the next
    """
    first::UInt64
    "neurons of the whole, up to 2^31; 0: n, this is the whole (default 0)"
    n_global::UInt64
end
enumfields(::Type{lpl_lif_config_t}) = (; dtype = DType, threshold = Threshold, isa = Isa)
aliases(::Type{lpl_lif_config_t}) = (;)
const KEYWORDS_LIF = """
- `dtype`: `Float32`, `Float64`; default `Float32`.
- `threshold`: `:set`, `:add`; default `:set`.
- `n`: integer. neurons, 1 .. 2^31.
- `dt`: real; default `0.0001`. s; at most half of every time constant.
- `tau_mem`: real; default `0.02`. s: membrane.
- `tau_ampa`: real; default `0.005`. s: conductance.
- `tau_nmda`: real; default `0.1`. s: conductance.
- `tau_gaba`: real; default `0.01`. s: conductance.
- `tau_thr`: real; default `0.005`. s: moving threshold.
- `v_rest`: real; default `-0.07`. V: leak.
- `v_reset`: real; default `-0.07`. V: after a spike.
- `v_thr`: real; default `-0.05`. V: threshold at rest.
- `thr_spike`: real; default `0.1`. V: what a spike adds to the threshold, or sets it to, >= 0.
- `e_inh`: real; default `-0.08`. V: reversal of GABA, <= 0.
- `ampa_nmda`: real; default `1.0`. q: AMPA's share against NMDA's, >= 0.
- `v_init`: real; default `-0.06`. V: mean of the initial potentials.
- `v_init_sd`: real; default `0.01`. V: their standard deviation (default 10e-3; 0: all v_init).
- `seed`: integer; default `0`. initial potentials: normal draws first .. first + n - 1 of (seed, stream) (random.h).
- `stream`: integer; default `0`. likewise: give each population its own.
- `isa`: `:auto`, `:ref`, `:avx2`, `:avx512`; default `:auto`.
- `label`: integer; default `0`. the host's number, named in messages.
- `tau_adapt`: real; default `0.1`. s: spike-triggered adaptation (default 100e-3; dt at most half of it). Since
  0.1.1.
- `dg_adapt`: real; default `0.0`. what a spike adds to g_adapt, in units of the leak, 0 .. 1e6; 0: none adapts
  (default). Since 0.1.1.
- `first`: integer; default `0`. of a part (docs/part.md), neurons first .. first + n - 1 of n_global: draws go by
  these numbers, everything else by 0 .. n - 1. Since 0.1.1, as the next.
- `n_global`: integer; default `0`. neurons of the whole, up to 2^31; 0: n, this is the whole.
"""

"""
    lpl_lif_config_init(cfg, size)

`lpl_status_t lpl_lif_config_init(lpl_lif_config_t *cfg, size_t size)`

```text
Defaults. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.
```
"""
function lpl_lif_config_init(cfg, size)
    @ccall library().lpl_lif_config_init(cfg::Ptr{lpl_lif_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_lif_create(cfg, out)

`lpl_status_t lpl_lif_create(const lpl_lif_config_t *cfg, lpl_lif_t **out)`

```text
Make a population; all memory is taken here. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_UNITS (dt above half of a
time constant; one that looks like ms, docs/status.md; potentials beyond 1 V), LPL_E_SIZE, LPL_E_VERSION,
LPL_E_UNSUPPORTED, LPL_E_MEMORY. LPL_E_ARG is also (since 0.1.1) a time constant that its factor, rounded to dtype,
misses by more than a third. Thread class: any. Since 0.1.
```
"""
function lpl_lif_create(cfg, out)
    @ccall library().lpl_lif_create(cfg::Ptr{lpl_lif_config_t}, out::Ptr{Ptr{lpl_lif_t}})::lpl_status_t
end

"""
    lpl_lif_destroy(p)

`void lpl_lif_destroy(lpl_lif_t *p)`: see [`lpl_lif_create`](@ref).
"""
function lpl_lif_destroy(p)
    @ccall library().lpl_lif_destroy(p::Ptr{lpl_lif_t})::Cvoid
end

"""
    lpl_lif_step(p, spikes, n_spk, v)

`lpl_status_t lpl_lif_step(lpl_lif_t *p, uint32_t *spikes, size_t *n_spk, float *v)`

```text
One step. First the voltage clamp, if there is one, overwrites the potentials with the command of the step before.
  spikes  out: indices of the neurons that fired, ascending; room for n
  n_spk   out: how many
  v       out: the n potentials after threshold and reset, V; may be NULL
Returns LPL_OK, LPL_E_NULL, LPL_E_DTYPE, LPL_E_NONFINITE (a potential or conductance would become NaN or infinite,
as absurd conductances were written or arrived; the detail names state, neuron and step. Since 0.1.1 nothing has
changed then, nor are spikes, n_spk and v written). A population whose conductances may be beyond 1/4096 of the
largest number looks at each step first, on copies, which takes twice as long. Exclusive access. Allocates nothing.
O(n). Since 0.1.
```
"""
function lpl_lif_step(p, spikes, n_spk, v)
    @ccall library().lpl_lif_step(
        p::Ptr{lpl_lif_t}, spikes::Ptr{UInt32}, n_spk::Ptr{Csize_t}, v::Ptr{Cfloat})::lpl_status_t
end

"""
    lpl_lif_step_f64(p, spikes, n_spk, v)

[`lpl_lif_step`](@ref) on `Float64`.
"""
function lpl_lif_step_f64(p, spikes, n_spk, v)
    @ccall library().lpl_lif_step_f64(
        p::Ptr{lpl_lif_t}, spikes::Ptr{UInt32}, n_spk::Ptr{Csize_t}, v::Ptr{Cdouble})::lpl_status_t
end
@inline lpl_lif_step(::Type{Float32}, p, spikes, n_spk, v) = lpl_lif_step(p, spikes, n_spk, v)
@inline lpl_lif_step(::Type{Float64}, p, spikes, n_spk, v) = lpl_lif_step_f64(p, spikes, n_spk, v)

"""
    lpl_lif_clamp(p, time_s, volt, n_knots)

`lpl_status_t lpl_lif_clamp(lpl_lif_t *p, const double *time_s, const double *volt, size_t n_knots)`

```text
A voltage clamp, the same for all neurons: at the end of step t (seen by the membrane at step t + 1) v becomes the
command at t, piecewise linear between knots (time_s strictly ascending, from 0 on; before the first and after the
last knot its value holds). The knot at time s counts at step floor(s/dt + 1/2), of two at one step the later. Knots
are copied and replace an earlier clamp. n_knots = 0 lets go. lpl_lif_read shows v as the step left it, before the
clamp. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (out of order, negative), LPL_E_SIZE, LPL_E_UNITS (beyond 1 V),
LPL_E_MEMORY. Exclusive access. Since 0.1.
```
"""
function lpl_lif_clamp(p, time_s, volt, n_knots)
    @ccall library().lpl_lif_clamp(
        p::Ptr{lpl_lif_t}, time_s::Ptr{Cdouble}, volt::Ptr{Cdouble}, n_knots::Csize_t)::lpl_status_t
end

"""
    lpl_lif_read(p, dst, n, index, what)

`lpl_status_t lpl_lif_read(const lpl_lif_t *p, float *dst, size_t n, const uint64_t *index, int32_t what)`

```text
Copy states out: elements index[0..n-1], or with index = NULL all of them (n is then their number); or set all n
values (potentials within +-1 V, conductances >= 0). Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (also: LPL_LIF_G_ADAPT of
a population that does not adapt is written), LPL_E_SIZE, LPL_E_DTYPE; write also LPL_E_UNITS (beyond 1 V),
LPL_E_NONFINITE. Reading: shared access. Since 0.1.
```
"""
function lpl_lif_read(p, dst, n, index, what)
    @ccall library().lpl_lif_read(
        p::Ptr{lpl_lif_t}, dst::Ptr{Cfloat}, n::Csize_t, index::Ptr{UInt64}, what::Int32)::lpl_status_t
end

"""
    lpl_lif_read_f64(p, dst, n, index, what)

[`lpl_lif_read`](@ref) on `Float64`.
"""
function lpl_lif_read_f64(p, dst, n, index, what)
    @ccall library().lpl_lif_read_f64(
        p::Ptr{lpl_lif_t}, dst::Ptr{Cdouble}, n::Csize_t, index::Ptr{UInt64}, what::Int32)::lpl_status_t
end
@inline lpl_lif_read(::Type{Float32}, p, dst, n, index, what) = lpl_lif_read(p, dst, n, index, what)
@inline lpl_lif_read(::Type{Float64}, p, dst, n, index, what) = lpl_lif_read_f64(p, dst, n, index, what)

"""
    lpl_lif_write(p, src, n, what)

`lpl_status_t lpl_lif_write(lpl_lif_t *p, const float *src, size_t n, int32_t what)`: see [`lpl_lif_read`](@ref).
"""
function lpl_lif_write(p, src, n, what)
    @ccall library().lpl_lif_write(p::Ptr{lpl_lif_t}, src::Ptr{Cfloat}, n::Csize_t, what::Int32)::lpl_status_t
end

"""
    lpl_lif_write_f64(p, src, n, what)

[`lpl_lif_write`](@ref) on `Float64`.
"""
function lpl_lif_write_f64(p, src, n, what)
    @ccall library().lpl_lif_write_f64(p::Ptr{lpl_lif_t}, src::Ptr{Cdouble}, n::Csize_t, what::Int32)::lpl_status_t
end
@inline lpl_lif_write(::Type{Float32}, p, src, n, what) = lpl_lif_write(p, src, n, what)
@inline lpl_lif_write(::Type{Float64}, p, src, n, what) = lpl_lif_write_f64(p, src, n, what)

"""
    lpl_lif_get(p, param, value)

`lpl_status_t lpl_lif_get(const lpl_lif_t *p, int32_t param, double *value)`

```text
A scalar: LPL_LIF_PARAM_*. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Shared access. Since 0.1.
```
"""
function lpl_lif_get(p, param, value)
    @ccall library().lpl_lif_get(p::Ptr{lpl_lif_t}, param::Int32, value::Ptr{Cdouble})::lpl_status_t
end

"""
    lpl_lif_save(p, write, user)

`lpl_status_t lpl_lif_save(const lpl_lif_t *p, lpl_write_fn write, void *user)`

```text
Save to / load from the host's functions (state.h), everything, the clamp too: run(N + M) = run(N), save, load,
run(M). max_bytes 0 = 1 GiB. save returns LPL_E_NONFINITE for a population that holds NaN or infinity; load refuses a
damaged or foreign file without any effect (LPL_E_FORMAT), and takes the best instruction set there is. Since 0.1.
```
"""
function lpl_lif_save(p, write, user)
    @ccall library().lpl_lif_save(p::Ptr{lpl_lif_t}, write::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_lif_load(read, user, max_bytes, out)

`lpl_status_t lpl_lif_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_lif_t **out)`: see
[`lpl_lif_save`](@ref).
"""
function lpl_lif_load(read, user, max_bytes, out)
    @ccall library().lpl_lif_load(
        read::Ptr{Cvoid}, user::Ptr{Cvoid}, max_bytes::Csize_t, out::Ptr{Ptr{lpl_lif_t}})::lpl_status_t
end

"""
    lpl_lif_cut(parts, n_parts, first, n, out)

`lpl_status_t lpl_lif_cut(const lpl_lif_t **parts, size_t n_parts, uint64_t first, uint64_t n, lpl_lif_t **out)`

```text
Parts cut anew, neurons first .. first + n - 1, as lpl_spiking_cut (spiking.h). Since 0.1.1.
```
"""
function lpl_lif_cut(parts, n_parts, first, n, out)
    @ccall library().lpl_lif_cut(
        parts::Ptr{Ptr{lpl_lif_t}}, n_parts::Csize_t, first::UInt64, n::UInt64, out::Ptr{Ptr{lpl_lif_t}})::lpl_status_t
end

# ---- lpl/part.h

const HEADER_PART = """
```text
lpl/part.h - a network spread over processes: who owns which neurons, and what a state holds.

A part of a population, a recorder or a source is neurons first .. first + n - 1 of n_global (lif.h, record.h,
source.h); a part of a projection is all synapses onto such neurons, with all pre neurons there are (connect.h). What
is drawn goes by the numbers of the whole, so the parts together are the whole, bit for bit, in any cut.
Parts are cut anew by lpl_lif_cut, lpl_projection_cut, lpl_spiking_cut and lpl_record_cut; files of parts by the
program lpl-recut. Spikes between processes: lpl_network_add_remote, lpl_network_deliver (network.h). docs/part.md
has all of it in one place.
```
"""

"""
    PartKind

```text
Whose state.
```

- `LPL_PART_OTHER` = 0: of a layer, a stack, statistics: they have no parts
- `LPL_PART_LIF` = 1
- `LPL_PART_PROJECTION` = 2
- `LPL_PART_SPIKING` = 3
- `LPL_PART_RECORD` = 4
"""
@enum PartKind::Int32 begin
    LPL_PART_OTHER = 0
    LPL_PART_LIF = 1
    LPL_PART_PROJECTION = 2
    LPL_PART_SPIKING = 3
    LPL_PART_RECORD = 4
end
prefix(::Type{PartKind}) = "LPL_PART_"

"""
    lpl_part_info_t

```text
What a state says of itself. OTHER: all but kind and bytes are 0.
```
"""
struct lpl_part_info_t
    "sizeof(lpl_part_info_t), set by the caller or lpl_part_info_init"
    size::UInt32
    "LPL_PART_*"
    kind::Int32
    "of the state, its head to its end"
    bytes::UInt64
    "neurons first .. first + n - 1 of n_global; of a projection post neurons"
    first::UInt64
    n::UInt64
    "n: a whole"
    n_global::UInt64
    "steps done"
    step::UInt64
end
enumfields(::Type{lpl_part_info_t}) = (; kind = PartKind)
aliases(::Type{lpl_part_info_t}) = (;)

"""
    lpl_part_range(first, n, n_global, n_parts, part)

`lpl_status_t lpl_part_range(uint64_t *first, uint64_t *n, uint64_t n_global, uint64_t n_parts, uint64_t part)`

```text
The even cut, the one of lpl-recut: part number `part` of n_parts has neurons floor(n_global part / n_parts) up to
floor(n_global (part + 1) / n_parts) - 1. *n is 0 if there are more parts than neurons. Returns LPL_OK, LPL_E_NULL,
LPL_E_SIZE (n_global beyond 2^32, n_parts not in 1 .. 2^31, part >= n_parts). Thread class: any. Since 0.1.1.
```
"""
function lpl_part_range(first, n, n_global, n_parts, part)
    @ccall library().lpl_part_range(
        first::Ptr{UInt64}, n::Ptr{UInt64}, n_global::UInt64, n_parts::UInt64, part::UInt64)::lpl_status_t
end

"""
    lpl_part_info_init(info, size)

`lpl_status_t lpl_part_info_init(lpl_part_info_t *info, size_t size)`

```text
All 0. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.1.
```
"""
function lpl_part_info_init(info, size)
    @ccall library().lpl_part_info_init(info::Ptr{lpl_part_info_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_part_look(info, read, user)

`lpl_status_t lpl_part_look(lpl_part_info_t *info, lpl_read_fn read, void *user)`

```text
Read one state of any kind (state.h) to its end, for what it is: which part, how many bytes. Every byte is read and
every checksum looked at, nothing is made of it: what lpl_lif_load and its kin would refuse beyond that (a number out
of range) is for them to find. Returns LPL_OK, LPL_E_NULL, LPL_E_FORMAT, LPL_E_VERSION, LPL_E_IO; *info is written
on success only. Allocates nothing. Thread class: any. Since 0.1.1.
```
"""
function lpl_part_look(info, read, user)
    @ccall library().lpl_part_look(info::Ptr{lpl_part_info_t}, read::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_part_recut(to, n_to, from, n_from, max_bytes)

`lpl_status_t lpl_part_recut(const char **to, size_t n_to, const char **from, size_t n_from, size_t max_bytes)`

```text
Files of N parts -> files of M parts, by the even cut (lpl_part_range), for a run that goes on with another number of
processes. A file holds one state or several, one after the other, as lpl_file_save's content writes them (file.h);
state q of all files belongs together. Populations, projections and recorders are cut; what every file holds whole
and alike (another kind of state, a projection that every process has all of) is copied. Of one file every such
object is cut.
  to, from   n_to new and n_from old paths; no new file may be an old one
  max_bytes  of one state in memory, as of the load calls (0: theirs)
All old files are read through before the first new one is begun, and each new one is written as lpl_file_save does:
whole or not at all. In memory are, at a time, one state of a new file and those that it overlaps. Returns LPL_OK,
LPL_E_NULL, LPL_E_SIZE, LPL_E_ARG (files that do not belong together: what lpl_spiking_cut says, other states in
another file; fewer neurons than parts), LPL_E_FORMAT, LPL_E_VERSION, LPL_E_MEMORY, LPL_E_NONFINITE, LPL_E_IO; the
detail names state and file. After an error some new files may be there, each of them whole. POSIX systems; absent
with STDIO=no. Thread class: any. Since 0.1.1.
```
"""
function lpl_part_recut(to, n_to, from, n_from, max_bytes)
    @ccall library().lpl_part_recut(
        to::Ptr{Cstring}, n_to::Csize_t, from::Ptr{Cstring}, n_from::Csize_t, max_bytes::Csize_t)::lpl_status_t
end

# ---- lpl/projection.h

const HEADER_PROJECTION = """
```text
lpl/projection.h - lpl_projection_t: the other synapses of a network, fixed or with symmetric inhibitory STDP, behind
an axonal delay.

LPL_PROJECTION_STATIC      weights stay.
LPL_PROJECTION_INHIBITORY  symmetric inhibitory STDP (Vogels et al. 2011, with the erratum's sign; theory 6.4):
    at each delayed pre spike j:  w_ij = max(w_min, w_ij + zeta (tr_post_i - 2 kappa tau_stdp))
    at each post spike i:         w_ij = min(w_max, w_ij + zeta tr_pre_j)
    then  tr_pre_j = k (tr_pre_j + S_j(t-d)),  tr_post_i = k (tr_post_i + S_i(t)),  k = exp(-dt / tau_stdp)
  Drift for independent trains: 2 zeta tau_stdp rate_pre (rate_post - kappa), so kappa is the rate that inhibition
  aims at. As in the reference a weight may exceed w_max between a pre spike and the next post spike.
Order within a host's step: spiking.h.
```
"""

"""
    lpl_projection_t

```text
Calls that take a const pointer may run together on any threads; others need exclusive access.
```
"""
mutable struct lpl_projection_t end

"""
    ProjectionKind

- `LPL_PROJECTION_STATIC` = 0
- `LPL_PROJECTION_INHIBITORY` = 1
"""
@enum ProjectionKind::Int32 begin
    LPL_PROJECTION_STATIC = 0
    LPL_PROJECTION_INHIBITORY = 1
end
prefix(::Type{ProjectionKind}) = "LPL_PROJECTION_"

"""
    ProjectionState

- `LPL_PROJECTION_WEIGHTS` = 0: per synapse
- `LPL_PROJECTION_TR_PRE` = 1: per pre neuron (INHIBITORY)
- `LPL_PROJECTION_TR_POST` = 2: per post neuron (INHIBITORY)
"""
@enum ProjectionState::Int32 begin
    LPL_PROJECTION_WEIGHTS = 0
    LPL_PROJECTION_TR_PRE = 1
    LPL_PROJECTION_TR_POST = 2
end
prefix(::Type{ProjectionState}) = "LPL_PROJECTION_"

"""
    ProjectionParam

- `LPL_PROJECTION_PARAM_ZETA` = 0
- `LPL_PROJECTION_PARAM_KAPPA` = 1
- `LPL_PROJECTION_PARAM_MODE` = 2
- `LPL_PROJECTION_PARAM_STEP` = 3: steps done; read only, as all that follow
- `LPL_PROJECTION_PARAM_N_PRE` = 4
- `LPL_PROJECTION_PARAM_N_POST` = 5
- `LPL_PROJECTION_PARAM_N_SYNAPSES` = 6
- `LPL_PROJECTION_PARAM_DTYPE` = 7
- `LPL_PROJECTION_PARAM_KIND` = 8
- `LPL_PROJECTION_PARAM_DELAY` = 9: steps
- `LPL_PROJECTION_PARAM_MEMORY` = 10
- `LPL_PROJECTION_PARAM_LABEL` = 11
- `LPL_PROJECTION_PARAM_POST_BEGIN` = 12: since 0.1.1, as the next
- `LPL_PROJECTION_PARAM_N_POST_GLOBAL` = 13
"""
@enum ProjectionParam::Int32 begin
    LPL_PROJECTION_PARAM_ZETA = 0
    LPL_PROJECTION_PARAM_KAPPA = 1
    LPL_PROJECTION_PARAM_MODE = 2
    LPL_PROJECTION_PARAM_STEP = 3
    LPL_PROJECTION_PARAM_N_PRE = 4
    LPL_PROJECTION_PARAM_N_POST = 5
    LPL_PROJECTION_PARAM_N_SYNAPSES = 6
    LPL_PROJECTION_PARAM_DTYPE = 7
    LPL_PROJECTION_PARAM_KIND = 8
    LPL_PROJECTION_PARAM_DELAY = 9
    LPL_PROJECTION_PARAM_MEMORY = 10
    LPL_PROJECTION_PARAM_LABEL = 11
    LPL_PROJECTION_PARAM_POST_BEGIN = 12
    LPL_PROJECTION_PARAM_N_POST_GLOBAL = 13
end
prefix(::Type{ProjectionParam}) = "LPL_PROJECTION_PARAM_"

"""
    lpl_projection_config_t

The struct of that name of lpl/projection.h.
"""
struct lpl_projection_config_t
    "sizeof(lpl_projection_config_t), set by lpl_projection_config_init"
    size::UInt32
    "0"
    flags::UInt32
    "LPL_F32 (default), LPL_F64"
    dtype::Int32
    "LPL_PROJECTION_* (default STATIC)"
    kind::Int32
    "1 .. 2^31; no default"
    n_pre::UInt64
    "1 .. 2^31; no default"
    n_post::UInt64
    "s (default 1e-4)"
    dt::Cdouble
    "s: axonal delay, a whole number of dt, 1 .. 2^20 (default 8e-4)"
    delay_ax::Cdouble
    "every weight (default 0.5)"
    w_init::Cdouble
    "lower bound of every weight (default 0)"
    w_min::Cdouble
    "upper bound (default 1); STATIC: both bound what may be written"
    w_max::Cdouble
    "INHIBITORY: learning rate, 0 .. 1e6 (default 1e-3); 0 switches the rule off"
    zeta::Cdouble
    "INHIBITORY: target rate, Hz, 0 .. 1/dt (default 10)"
    kappa::Cdouble
    "INHIBITORY: s, at least 2 dt (default 20e-3)"
    tau_stdp::Cdouble
    "LPL_MODE_* (status.h): LEARN (default); TRACK: traces move, weights do not; FROZEN: only transmits"
    mode::Int32
    "the host's number, named in messages (default 0)"
    label::Int32
    "of a part (connect.h, docs/part.md): its first post neuron (default 0) of ... Since 0.1.1"
    post_begin::UInt64
    "... the whole, up to 2^31; 0: n_post, this is the whole (default 0). Since 0.1.1"
    n_post_global::UInt64
end
enumfields(::Type{lpl_projection_config_t}) = (; dtype = DType, kind = ProjectionKind, mode = Mode)
aliases(::Type{lpl_projection_config_t}) = (;)
const KEYWORDS_PROJECTION = """
- `dtype`: `Float32`, `Float64`; default `Float32`.
- `kind`: `:static`, `:inhibitory`; default `:static`.
- `n_pre`: integer. 1 .. 2^31.
- `n_post`: integer. 1 .. 2^31.
- `dt`: real; default `0.0001`. s.
- `delay_ax`: real; default `0.0008`. s: axonal delay, a whole number of dt, 1 .. 2^20.
- `w_init`: real; default `0.5`. every weight.
- `w_min`: real; default `0.0`. lower bound of every weight.
- `w_max`: real; default `1.0`. upper bound; STATIC: both bound what may be written.
- `zeta`: real; default `0.001`. INHIBITORY: learning rate, 0 .. 1e6; 0 switches the rule off.
- `kappa`: real; default `10.0`. INHIBITORY: target rate, Hz, 0 .. 1/dt.
- `tau_stdp`: real; default `0.02`. INHIBITORY: s, at least 2 dt.
- `mode`: `:learn`, `:track`, `:frozen`; default `:learn`. LEARN (default); TRACK: traces move, weights do not;
  FROZEN: only transmits.
- `label`: integer; default `0`. the host's number, named in messages.
- `post_begin`: integer; default `0`. of a part (connect.h, docs/part.md): its first post neuron of ... Since 0.1.1.
- `n_post_global`: integer; default `0`. the whole, up to 2^31; 0: n_post, this is the whole. Since 0.1.1.
"""

"""
    lpl_projection_config_init(cfg, size)

`lpl_status_t lpl_projection_config_init(lpl_projection_config_t *cfg, size_t size)`

```text
Defaults. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.
```
"""
function lpl_projection_config_init(cfg, size)
    @ccall library().lpl_projection_config_init(cfg::Ptr{lpl_projection_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_projection_create(cfg, connect, out)

`lpl_status_t lpl_projection_create(const lpl_projection_config_t *cfg, const lpl_connect_t *connect, lpl_projection_t
**out)`

```text
Make a projection; config and connectivity are copied. connect = NULL: all to all. All memory is taken here. Bounds
lie within +-1e30. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (also, since 0.1.1: a tau_stdp that exp(-dt/tau_stdp),
rounded to dtype, misses by more than a third), LPL_E_UNITS (dt above half of tau_stdp; a delay or constant that
looks like ms, docs/status.md), LPL_E_SIZE, LPL_E_VERSION, LPL_E_MEMORY. Thread class: any. Since 0.1.
```
"""
function lpl_projection_create(cfg, connect, out)
    @ccall library().lpl_projection_create(
        cfg::Ptr{lpl_projection_config_t}, connect::Ptr{lpl_connect_t}, out::Ptr{Ptr{lpl_projection_t}})::lpl_status_t
end

"""
    lpl_projection_destroy(p)

`void lpl_projection_destroy(lpl_projection_t *p)`: see [`lpl_projection_create`](@ref).
"""
function lpl_projection_destroy(p)
    @ccall library().lpl_projection_destroy(p::Ptr{lpl_projection_t})::Cvoid
end

"""
    lpl_projection_drive(p, g)

`lpl_status_t lpl_projection_drive(const lpl_projection_t *p, float *g)`

```text
As lpl_spiking_drive, but weights of +-1e30 at most cannot make a finite conductance infinite; const, so that it
changes no weight: step does. Since 0.1.
```
"""
function lpl_projection_drive(p, g)
    @ccall library().lpl_projection_drive(p::Ptr{lpl_projection_t}, g::Ptr{Cfloat})::lpl_status_t
end

"""
    lpl_projection_drive_f64(p, g)

[`lpl_projection_drive`](@ref) on `Float64`.
"""
function lpl_projection_drive_f64(p, g)
    @ccall library().lpl_projection_drive_f64(p::Ptr{lpl_projection_t}, g::Ptr{Cdouble})::lpl_status_t
end
@inline lpl_projection_drive(::Type{Float32}, p, g) = lpl_projection_drive(p, g)
@inline lpl_projection_drive(::Type{Float64}, p, g) = lpl_projection_drive_f64(p, g)

"""
    lpl_projection_drive_lif(p, target, receptor)

`lpl_status_t lpl_projection_drive_lif(const lpl_projection_t *p, lpl_lif_t *target, int32_t receptor)`: see
[`lpl_projection_drive`](@ref).
"""
function lpl_projection_drive_lif(p, target, receptor)
    @ccall library().lpl_projection_drive_lif(
        p::Ptr{lpl_projection_t}, target::Ptr{lpl_lif_t}, receptor::Int32)::lpl_status_t
end

"""
    lpl_projection_step(p, pre, n_spk_pre, post, n_spk_post)

`lpl_status_t lpl_projection_step(lpl_projection_t *p, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post,
size_t n_spk_post)`

```text
One step: takes in the spikes of this step (lists as in lpl_spiking_step) and learns. STATIC: post may be NULL with
n_spk_post 0. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Exclusive access. Allocates nothing. INHIBITORY: O(n_pre +
n_post) plus the synapses of the neurons that fired. Since 0.1.
```
"""
function lpl_projection_step(p, pre, n_spk_pre, post, n_spk_post)
    @ccall library().lpl_projection_step(
        p::Ptr{lpl_projection_t}, pre::Ptr{UInt32}, n_spk_pre::Csize_t, post::Ptr{UInt32},
        n_spk_post::Csize_t)::lpl_status_t
end

"""
    lpl_projection_read(p, dst, n, index, what)

`lpl_status_t lpl_projection_read(const lpl_projection_t *p, float *dst, size_t n, const uint64_t *index, int32_t
what)`

```text
As lpl_spiking_read, lpl_spiking_write (WEIGHTS only), lpl_spiking_connectivity, ... Since 0.1.
```
"""
function lpl_projection_read(p, dst, n, index, what)
    @ccall library().lpl_projection_read(
        p::Ptr{lpl_projection_t}, dst::Ptr{Cfloat}, n::Csize_t, index::Ptr{UInt64}, what::Int32)::lpl_status_t
end

"""
    lpl_projection_read_f64(p, dst, n, index, what)

[`lpl_projection_read`](@ref) on `Float64`.
"""
function lpl_projection_read_f64(p, dst, n, index, what)
    @ccall library().lpl_projection_read_f64(
        p::Ptr{lpl_projection_t}, dst::Ptr{Cdouble}, n::Csize_t, index::Ptr{UInt64}, what::Int32)::lpl_status_t
end
@inline lpl_projection_read(::Type{Float32}, p, dst, n, index, what) = lpl_projection_read(p, dst, n, index, what)
@inline lpl_projection_read(::Type{Float64}, p, dst, n, index, what) = lpl_projection_read_f64(p, dst, n, index, what)

"""
    lpl_projection_write(p, src, n, what)

`lpl_status_t lpl_projection_write(lpl_projection_t *p, const float *src, size_t n, int32_t what)`: see
[`lpl_projection_read`](@ref).
"""
function lpl_projection_write(p, src, n, what)
    @ccall library().lpl_projection_write(
        p::Ptr{lpl_projection_t}, src::Ptr{Cfloat}, n::Csize_t, what::Int32)::lpl_status_t
end

"""
    lpl_projection_write_f64(p, src, n, what)

[`lpl_projection_write`](@ref) on `Float64`.
"""
function lpl_projection_write_f64(p, src, n, what)
    @ccall library().lpl_projection_write_f64(
        p::Ptr{lpl_projection_t}, src::Ptr{Cdouble}, n::Csize_t, what::Int32)::lpl_status_t
end
@inline lpl_projection_write(::Type{Float32}, p, src, n, what) = lpl_projection_write(p, src, n, what)
@inline lpl_projection_write(::Type{Float64}, p, src, n, what) = lpl_projection_write_f64(p, src, n, what)

"""
    lpl_projection_connectivity(p, row_ptr, col)

`lpl_status_t lpl_projection_connectivity(const lpl_projection_t *p, uint64_t *row_ptr, uint32_t *col)`: see
[`lpl_projection_read`](@ref).
"""
function lpl_projection_connectivity(p, row_ptr, col)
    @ccall library().lpl_projection_connectivity(
        p::Ptr{lpl_projection_t}, row_ptr::Ptr{UInt64}, col::Ptr{UInt32})::lpl_status_t
end

"""
    lpl_projection_set(p, param, value)

`lpl_status_t lpl_projection_set(lpl_projection_t *p, int32_t param, double value)`: see
[`lpl_projection_read`](@ref).
"""
function lpl_projection_set(p, param, value)
    @ccall library().lpl_projection_set(p::Ptr{lpl_projection_t}, param::Int32, value::Cdouble)::lpl_status_t
end

"""
    lpl_projection_get(p, param, value)

`lpl_status_t lpl_projection_get(const lpl_projection_t *p, int32_t param, double *value)`: see
[`lpl_projection_read`](@ref).
"""
function lpl_projection_get(p, param, value)
    @ccall library().lpl_projection_get(p::Ptr{lpl_projection_t}, param::Int32, value::Ptr{Cdouble})::lpl_status_t
end

"""
    lpl_projection_bounds(p, param, low, high)

`lpl_status_t lpl_projection_bounds(const lpl_projection_t *p, int32_t param, double *low, double *high)`

```text
The closed range that lpl_projection_set accepts for a parameter of this projection: ZETA 0 .. 1e6, KAPPA 0 .. 1/dt
(INHIBITORY), MODE; MODE takes whole numbers. LPL_E_ARG: unknown, read only, or not of this kind of projection;
LPL_E_NULL. Shared access. Since 0.1.1.
```
"""
function lpl_projection_bounds(p, param, low, high)
    @ccall library().lpl_projection_bounds(
        p::Ptr{lpl_projection_t}, param::Int32, low::Ptr{Cdouble}, high::Ptr{Cdouble})::lpl_status_t
end

"""
    lpl_projection_save(p, write, user)

`lpl_status_t lpl_projection_save(const lpl_projection_t *p, lpl_write_fn write, void *user)`: see
[`lpl_projection_bounds`](@ref).
"""
function lpl_projection_save(p, write, user)
    @ccall library().lpl_projection_save(p::Ptr{lpl_projection_t}, write::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_projection_load(read, user, max_bytes, out)

`lpl_status_t lpl_projection_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_projection_t **out)`: see
[`lpl_projection_bounds`](@ref).
"""
function lpl_projection_load(read, user, max_bytes, out)
    @ccall library().lpl_projection_load(
        read::Ptr{Cvoid}, user::Ptr{Cvoid}, max_bytes::Csize_t, out::Ptr{Ptr{lpl_projection_t}})::lpl_status_t
end

"""
    lpl_projection_cut(parts, n_parts, post_begin, n_post, out)

`lpl_status_t lpl_projection_cut(const lpl_projection_t **parts, size_t n_parts, uint64_t post_begin, uint64_t n_post,
lpl_projection_t **out)`

```text
Parts cut anew, as lpl_spiking_cut. Since 0.1.1.
```
"""
function lpl_projection_cut(parts, n_parts, post_begin, n_post, out)
    @ccall library().lpl_projection_cut(
        parts::Ptr{Ptr{lpl_projection_t}}, n_parts::Csize_t, post_begin::UInt64, n_post::UInt64,
        out::Ptr{Ptr{lpl_projection_t}})::lpl_status_t
end

# ---- lpl/record.h

const HEADER_RECORD = """
```text
lpl/record.h - lpl_record_t: what a population does: spikes into the host's buffers, counts per bin, running rates,
health.

States of projections and populations are recorded by their own read calls, with a list of indices, whenever the host
likes; this object is for what cannot be read afterwards: the spikes.
Rates: rate_i += S_i - rate_i dt/tau_rate, in units of spikes per tau_rate, read in Hz.
```
"""

"""
    lpl_record_t

An opaque handle.
"""
mutable struct lpl_record_t end

"""
    Health

```text
Bits of the health word; 0 until tau_rate has passed.
```

- `LPL_HEALTH_SILENT` = 1: mean rate of the population below silent_hz
- `LPL_HEALTH_RUNAWAY` = 2: mean rate of the population above runaway_hz
"""
const Health = UInt32
const LPL_HEALTH_SILENT = UInt32(1)
const LPL_HEALTH_RUNAWAY = UInt32(2)

"""
    RecordWhat

- `LPL_RECORD_RATES` = 0: n: running rate of each neuron, Hz (bias of the start removed)
- `LPL_RECORD_COUNTS` = 1: n: spikes of each neuron since create or reset
- `LPL_RECORD_N` = 2: 1: number of neurons, for whoever loads a recorder
- `LPL_RECORD_FIRST` = 3: 1: since 0.1.1, as the next
- `LPL_RECORD_N_GLOBAL` = 4: 1
"""
@enum RecordWhat::Int32 begin
    LPL_RECORD_RATES = 0
    LPL_RECORD_COUNTS = 1
    LPL_RECORD_N = 2
    LPL_RECORD_FIRST = 3
    LPL_RECORD_N_GLOBAL = 4
end
prefix(::Type{RecordWhat}) = "LPL_RECORD_"

"""
    lpl_record_config_t

The struct of that name of lpl/record.h.
"""
struct lpl_record_config_t
    "sizeof(lpl_record_config_t), set by lpl_record_config_init"
    size::UInt32
    "0"
    flags::UInt32
    "neurons, 1 .. 2^31; no default"
    n::UInt64
    "s (default 1e-4)"
    dt::Cdouble
    "s: running rates (default 10)"
    tau_rate::Cdouble
    "Hz: a mean rate below it is SILENT (default 0.01)"
    silent_hz::Cdouble
    "Hz: one above it is RUNAWAY (default 200)"
    runaway_hz::Cdouble
    "steps of a bin of counts; 0: none (default)"
    bin_steps::UInt64
    """
    of a part (docs/part.md), neurons first .. first + n - 1 of n_global: `neuron` of lpl_record_spikes_into says
    these numbers, everything else 0 .. n - 1 (default 0). Since 0.1.1, as the next
    """
    first::UInt64
    "neurons of the whole, up to 2^31; 0: n, this is the whole (default 0)"
    n_global::UInt64
end
enumfields(::Type{lpl_record_config_t}) = (;)
aliases(::Type{lpl_record_config_t}) = (;)
const KEYWORDS_RECORD = """
- `n`: integer. neurons, 1 .. 2^31.
- `dt`: real; default `0.0001`. s.
- `tau_rate`: real; default `10.0`. s: running rates.
- `silent_hz`: real; default `0.01`. Hz: a mean rate below it is SILENT.
- `runaway_hz`: real; default `200.0`. Hz: one above it is RUNAWAY.
- `bin_steps`: integer; default `0`. steps of a bin of counts; 0: none (default).
- `first`: integer; default `0`. of a part (docs/part.md), neurons first .. first + n - 1 of n_global: `neuron` of
  lpl_record_spikes_into says these numbers, everything else 0 .. n - 1. Since 0.1.1, as the next.
- `n_global`: integer; default `0`. neurons of the whole, up to 2^31; 0: n, this is the whole.
"""

"""
    lpl_record_config_init(cfg, size)

`lpl_status_t lpl_record_config_init(lpl_record_config_t *cfg, size_t size)`

```text
Fill in the defaults. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.
```
"""
function lpl_record_config_init(cfg, size)
    @ccall library().lpl_record_config_init(cfg::Ptr{lpl_record_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_record_create(cfg, out)

`lpl_status_t lpl_record_create(const lpl_record_config_t *cfg, lpl_record_t **out)`

```text
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_UNITS (dt above half of tau_rate, or like ms), LPL_E_SIZE,
LPL_E_VERSION, LPL_E_MEMORY. Thread class: any. Since 0.1.
```
"""
function lpl_record_create(cfg, out)
    @ccall library().lpl_record_create(cfg::Ptr{lpl_record_config_t}, out::Ptr{Ptr{lpl_record_t}})::lpl_status_t
end

"""
    lpl_record_destroy(r)

`void lpl_record_destroy(lpl_record_t *r)`: see [`lpl_record_create`](@ref).
"""
function lpl_record_destroy(r)
    @ccall library().lpl_record_destroy(r::Ptr{lpl_record_t})::Cvoid
end

"""
    lpl_record_spikes_into(r, step, neuron, room)

`lpl_status_t lpl_record_spikes_into(lpl_record_t *r, uint64_t *step, uint32_t *neuron, size_t room)`

```text
Write what comes from now on into arrays of the host (lent until the next call of this function or destroy; NULL with
0 ends it):
  step, neuron  room spikes each, in order
  bins          room_bins x n counts, row-major, one row per full bin (bin_steps > 0)
When an array is full the rest is counted, not stored. Each call starts its array and counter from the beginning,
reset does so too. Steps count from create or reset on, bins begin at multiples of bin_steps (a matrix lent in the
middle of a bin gets all of it). Since 0.1.
```
"""
function lpl_record_spikes_into(r, step, neuron, room)
    @ccall library().lpl_record_spikes_into(
        r::Ptr{lpl_record_t}, step::Ptr{UInt64}, neuron::Ptr{UInt32}, room::Csize_t)::lpl_status_t
end

"""
    lpl_record_bins_into(r, bins, room_bins)

`lpl_status_t lpl_record_bins_into(lpl_record_t *r, uint32_t *bins, size_t room_bins)`: see
[`lpl_record_spikes_into`](@ref).
"""
function lpl_record_bins_into(r, bins, room_bins)
    @ccall library().lpl_record_bins_into(r::Ptr{lpl_record_t}, bins::Ptr{UInt32}, room_bins::Csize_t)::lpl_status_t
end

"""
    lpl_record_step(r, spikes, n_spk)

`lpl_status_t lpl_record_step(lpl_record_t *r, const uint32_t *spikes, size_t n_spk)`

```text
One step: the spikes of the population (ascending, none twice). Exclusive access. Allocates nothing. O(spikes). Since
0.1.
```
"""
function lpl_record_step(r, spikes, n_spk)
    @ccall library().lpl_record_step(r::Ptr{lpl_record_t}, spikes::Ptr{UInt32}, n_spk::Csize_t)::lpl_status_t
end

"""
    lpl_record_state(r, n_spikes, n_lost, n_bins, steps, mean_rate, health)

`lpl_status_t lpl_record_state(const lpl_record_t *r, uint64_t *n_spikes, uint64_t *n_lost, uint64_t *n_bins, uint64_t
*steps, double *mean_rate, uint32_t *health)`

```text
Stored and lost spikes, full bins written, steps seen, mean rate (running, Hz), health word; any pointer may be NULL.
Since 0.1.
```
"""
function lpl_record_state(r, n_spikes, n_lost, n_bins, steps, mean_rate, health)
    @ccall library().lpl_record_state(
        r::Ptr{lpl_record_t}, n_spikes::Ptr{UInt64}, n_lost::Ptr{UInt64}, n_bins::Ptr{UInt64}, steps::Ptr{UInt64},
        mean_rate::Ptr{Cdouble}, health::Ptr{UInt32})::lpl_status_t
end

"""
    lpl_record_read(r, dst, n, what)

`lpl_status_t lpl_record_read(const lpl_record_t *r, double *dst, size_t n, int32_t what)`: see
[`lpl_record_state`](@ref).
"""
function lpl_record_read(r, dst, n, what)
    @ccall library().lpl_record_read(r::Ptr{lpl_record_t}, dst::Ptr{Cdouble}, n::Csize_t, what::Int32)::lpl_status_t
end

"""
    lpl_record_reset(r)

`lpl_status_t lpl_record_reset(lpl_record_t *r)`: see [`lpl_record_state`](@ref).
"""
function lpl_record_reset(r)
    @ccall library().lpl_record_reset(r::Ptr{lpl_record_t})::lpl_status_t
end

"""
    lpl_record_save(r, write, user)

`lpl_status_t lpl_record_save(const lpl_record_t *r, lpl_write_fn write, void *user)`

```text
As lpl_lif_save and lpl_lif_load (without the lent arrays). Since 0.1.
```
"""
function lpl_record_save(r, write, user)
    @ccall library().lpl_record_save(r::Ptr{lpl_record_t}, write::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_record_load(read, user, max_bytes, out)

`lpl_status_t lpl_record_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_record_t **out)`: see
[`lpl_record_save`](@ref).
"""
function lpl_record_load(read, user, max_bytes, out)
    @ccall library().lpl_record_load(
        read::Ptr{Cvoid}, user::Ptr{Cvoid}, max_bytes::Csize_t, out::Ptr{Ptr{lpl_record_t}})::lpl_status_t
end

"""
    lpl_record_cut(parts, n_parts, first, n, out)

`lpl_status_t lpl_record_cut(const lpl_record_t **parts, size_t n_parts, uint64_t first, uint64_t n, lpl_record_t
**out)`

```text
Parts cut anew, neurons first .. first + n - 1, as lpl_spiking_cut (spiking.h). The mean rate and health of *out are
those of its neurons, of their own running rates: of a merged whole equal to the whole's but for rounding. Since
0.1.1.
```
"""
function lpl_record_cut(parts, n_parts, first, n, out)
    @ccall library().lpl_record_cut(
        parts::Ptr{Ptr{lpl_record_t}}, n_parts::Csize_t, first::UInt64, n::UInt64,
        out::Ptr{Ptr{lpl_record_t}})::lpl_status_t
end

# ---- lpl/source.h

const HEADER_SOURCE = """
```text
lpl/source.h - lpl_source_t: neurons that fire by themselves: Poisson groups with a constant or moving rate, and
recorded spikes.

LPL_SOURCE_POISSON  each of n neurons fires at step t with probability rate(t) dt, independently. rate(t) is
                    piecewise linear
    between knots (time_s[k], rate_hz[k]); one knot: constant; before the first knot and after the last one their
    values hold, or with LPL_SOURCE_LOOP the series begins again (the last knot coincides with the first of the next
    pass). Spikes are a pure function of (seed, stream, t): random.h, by skipping ahead (no draw per neuron and step)
    and thinning; docs/source.md has the exact definition. No bias for any neuron. Groups with other streams are
    independent.
LPL_SOURCE_SPIKES   neuron spk_neuron[k] fires at step spk_step[k] (steps ascending, neurons ascending within a step,
                    none twice).
Arrays are copied at create.
```
"""

"""
    lpl_source_t

An opaque handle.
"""
mutable struct lpl_source_t end

"""
    SourceKind

- `LPL_SOURCE_POISSON` = 0
- `LPL_SOURCE_SPIKES` = 1
"""
@enum SourceKind::Int32 begin
    LPL_SOURCE_POISSON = 0
    LPL_SOURCE_SPIKES = 1
end
prefix(::Type{SourceKind}) = "LPL_SOURCE_"

"""
    SourceFlag

```text
Bits of lpl_source_config_t.flags.
```

- `LPL_SOURCE_LOOP` = 1
"""
const SourceFlag = UInt32
const LPL_SOURCE_LOOP = UInt32(1)

"""
    lpl_source_config_t

The struct of that name of lpl/source.h.
"""
struct lpl_source_config_t
    "sizeof(lpl_source_config_t), set by lpl_source_config_init"
    size::UInt32
    "LPL_SOURCE_LOOP (default 0)"
    flags::UInt32
    "LPL_SOURCE_* (default POISSON)"
    kind::Int32
    "the host's number, named in messages (default 0)"
    label::Int32
    "neurons, 1 .. 2^31; no default"
    n::UInt64
    "added to every index that comes out: groups side by side in one pre population (default 0)"
    first::UInt64
    "s (default 1e-4)"
    dt::Cdouble
    "POISSON: random numbers are of (seed, stream) (default 0)"
    seed::UInt64
    "POISSON: give each source its own (default 0)"
    stream::UInt64
    "POISSON, >= 1 (default 0)"
    n_knots::UInt64
    "POISSON: ascending, the first >= 0; may be NULL for one knot"
    time_s::Ptr{Cdouble}
    "POISSON: 0 <= rate < 1/dt"
    rate_hz::Ptr{Cdouble}
    "SPIKES (default 0)"
    n_spikes::UInt64
    "SPIKES"
    spk_step::Ptr{UInt64}
    "SPIKES: < n; of a part: < n_global, others' are left out"
    spk_neuron::Ptr{UInt32}
    """
    a part (docs/part.md): neurons first .. first + n - 1 of a group of n_global, up to 2^31, with the spikes that
    they have in the whole, and these numbers; 0: this is the whole, its neurons are 0 .. n - 1 whatever first is
    (default 0). Since 0.1.1, as the next
    """
    n_global::UInt64
    "added to every index that comes out, too: where the group of a part begins in the pre population (default 0)"
    offset::UInt64
end
enumfields(::Type{lpl_source_config_t}) = (; kind = SourceKind)
aliases(::Type{lpl_source_config_t}) = (;)
const KEYWORDS_SOURCE = """
- `flags`: integer; default `0`.
- `kind`: `:poisson`, `:spikes`; default `:poisson`.
- `label`: integer; default `0`. the host's number, named in messages.
- `n`: integer. neurons, 1 .. 2^31.
- `first`: integer; default `0`. added to every index that comes out: groups side by side in one pre population.
- `dt`: real; default `0.0001`. s.
- `seed`: integer; default `0`. POISSON: random numbers are of (seed, stream).
- `stream`: integer; default `0`. POISSON: give each source its own.
- `n_knots`: integer; default `0`. POISSON, >= 1.
- `n_spikes`: integer; default `0`. SPIKES.
- `n_global`: integer; default `0`. a part (docs/part.md): neurons first .. first + n - 1 of a group of n_global, up
  to 2^31, with the spikes that they have in the whole, and these numbers; 0: this is the whole, its neurons are 0 ..
  n - 1 whatever first is. Since 0.1.1, as the next.
- `offset`: integer; default `0`. added to every index that comes out, too: where the group of a part begins in the
  pre population.
"""

"""
    lpl_source_config_init(cfg, size)

`lpl_status_t lpl_source_config_init(lpl_source_config_t *cfg, size_t size)`

```text
Fill in the defaults. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.
```
"""
function lpl_source_config_init(cfg, size)
    @ccall library().lpl_source_config_init(cfg::Ptr{lpl_source_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_source_create(cfg, out)

`lpl_status_t lpl_source_create(const lpl_source_config_t *cfg, lpl_source_t **out)`

```text
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (names the first knot or spike that is out of order or range), LPL_E_UNITS (dt
like ms; rate dt >= 1: "did you give kHz, or dt in ms?"), LPL_E_SIZE, LPL_E_VERSION, LPL_E_MEMORY. Thread class: any.
Since 0.1.
```
"""
function lpl_source_create(cfg, out)
    @ccall library().lpl_source_create(cfg::Ptr{lpl_source_config_t}, out::Ptr{Ptr{lpl_source_t}})::lpl_status_t
end

"""
    lpl_source_destroy(s)

`void lpl_source_destroy(lpl_source_t *s)`: see [`lpl_source_create`](@ref).
"""
function lpl_source_destroy(s)
    @ccall library().lpl_source_destroy(s::Ptr{lpl_source_t})::Cvoid
end

"""
    lpl_source_step(s, spikes, room, n_spk)

`lpl_status_t lpl_source_step(lpl_source_t *s, uint32_t *spikes, size_t room, size_t *n_spk)`

```text
One step: indices (plus `first` and `offset`) of the neurons that fire, ascending.
  spikes  out, room for at least `room` indices
  n_spk   out: how many
Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE (room too small; nothing has moved; or the end of the random numbers, after
about 2^62 / n steps). Exclusive access. Allocates nothing. O(1) plus the spikes. Since 0.1.
```
"""
function lpl_source_step(s, spikes, room, n_spk)
    @ccall library().lpl_source_step(
        s::Ptr{lpl_source_t}, spikes::Ptr{UInt32}, room::Csize_t, n_spk::Ptr{Csize_t})::lpl_status_t
end

"""
    lpl_source_tell(s, t)

`lpl_status_t lpl_source_tell(const lpl_source_t *s, uint64_t *t)`

```text
The next step t that lpl_source_step will make; go to another one, O(1), exact: spikes depend on t alone (so there is
nothing to save). Beyond the last step: LPL_E_SIZE. Since 0.1.
```
"""
function lpl_source_tell(s, t)
    @ccall library().lpl_source_tell(s::Ptr{lpl_source_t}, t::Ptr{UInt64})::lpl_status_t
end

"""
    lpl_source_seek(s, t)

`lpl_status_t lpl_source_seek(lpl_source_t *s, uint64_t t)`: see [`lpl_source_tell`](@ref).
"""
function lpl_source_seek(s, t)
    @ccall library().lpl_source_seek(s::Ptr{lpl_source_t}, t::UInt64)::lpl_status_t
end

"""
    lpl_source_rate(s, rate, t)

`lpl_status_t lpl_source_rate(const lpl_source_t *s, double *rate, uint64_t t)`

```text
Rate (Hz) at step t; SPIKES: LPL_E_ARG. Shared access. Since 0.1.
```
"""
function lpl_source_rate(s, rate, t)
    @ccall library().lpl_source_rate(s::Ptr{lpl_source_t}, rate::Ptr{Cdouble}, t::UInt64)::lpl_status_t
end

# ---- lpl/stats.h

const HEADER_STATS = """
```text
lpl/stats.h - running mean, variance and covariance of responses: the "slow" quantities of the rule (theory 1.6).

A tracker watches M units. Rows of z are samples, columns are units. Moments are kept in double for both dtypes and
computed in two passes or by Welford-type updates, so that an offset costs no accuracy (float32: mean 1e4, sd 0.1;
float64: mean 1e6, sd 1e-3) and slow trackers never stall.

  mode               mean after an update with a batch of B rows                    variance
  LPL_STATS_BATCH    mean_b z                                                       of this batch around its mean
  LPL_STATS_STALE    as BATCH; a rule that reads it before the next update uses the previous batch (theory 1.6 b)
  LPL_STATS_EWMA     m += (mean_b z - m) (1 - exp(-B/tau_mean))                     s += (mean_b (z-m')^2 - s) (1 -
                     exp(-B/tau_sigma2))
  LPL_STATS_ALL      over all rows since create or reset                            likewise
tau in samples; with B = 1 this is m += (z - m)(1 - exp(-1/tau)). In EWMA mode m' is the mean after its own update;
the start values are mean_init and sigma2_init. A batch in EWMA mode counts as B samples taken at once (their order
does not matter), which is what makes partial statistics mergeable.
```
"""

"""
    lpl_stats_t

```text
A tracker. Calls that take a const pointer may run together on any threads; others need exclusive access.
```
"""
mutable struct lpl_stats_t end

"""
    StatsMode

- `LPL_STATS_BATCH` = 0
- `LPL_STATS_STALE` = 1
- `LPL_STATS_EWMA` = 2
- `LPL_STATS_ALL` = 3
"""
@enum StatsMode::Int32 begin
    LPL_STATS_BATCH = 0
    LPL_STATS_STALE = 1
    LPL_STATS_EWMA = 2
    LPL_STATS_ALL = 3
end
prefix(::Type{StatsMode}) = "LPL_STATS_"

"""
    StatsWhat

```text
What lpl_stats_read copies out. n = number of doubles.
```

- `LPL_STATS_MEAN` = 0: n_units
- `LPL_STATS_SIGMA2` = 1: n_units: the variance that the rule divides by: unbiased (count - 1) in BATCH, STALE, ALL;
  EWMA's own in EWMA
- `LPL_STATS_SIGMA2_POPULATION` = 2: n_units: divisor count (EWMA: the same as SIGMA2)
- `LPL_STATS_COVARIANCE` = 3: n_units * n_units, row-major, symmetric; divisor as SIGMA2
- `LPL_STATS_COUNT` = 4: 1: rows behind the present values (EWMA: rows seen so far)
- `LPL_STATS_N_UNITS` = 5: 1: n_units, for hosts that have loaded the tracker
- `LPL_STATS_DTYPE` = 6: 1: LPL_F32 or LPL_F64
"""
@enum StatsWhat::Int32 begin
    LPL_STATS_MEAN = 0
    LPL_STATS_SIGMA2 = 1
    LPL_STATS_SIGMA2_POPULATION = 2
    LPL_STATS_COVARIANCE = 3
    LPL_STATS_COUNT = 4
    LPL_STATS_N_UNITS = 5
    LPL_STATS_DTYPE = 6
end
prefix(::Type{StatsWhat}) = "LPL_STATS_"

"""
    lpl_stats_config_t

The struct of that name of lpl/stats.h.
"""
struct lpl_stats_config_t
    "sizeof(lpl_stats_config_t), set by lpl_stats_config_init"
    size::UInt32
    "0"
    flags::UInt32
    "LPL_F32 (default) or LPL_F64: element type of z"
    dtype::Int32
    "LPL_STATS_BATCH (default), ..."
    mode::Int32
    "M, 1 .. 2^31; no default"
    n_units::UInt64
    "most rows of one update call, >= 1 (default 1)"
    batch_max::UInt64
    "0 (default): mean and variance only; 1: full covariance too, O(M^2) memory"
    covariance::Int32
    ">= 1 (default 1); results do not depend on it"
    threads::Int32
    "samples, >= 2; EWMA (default 1000)"
    tau_mean::Cdouble
    "samples, >= 2; EWMA, variance and covariance (default 1000)"
    tau_sigma2::Cdouble
    "EWMA start value of every mean (default 0)"
    mean_init::Cdouble
    "EWMA start value of every variance, >= 0 (default 1); covariances start at 0"
    sigma2_init::Cdouble
    "LPL_ISA_AUTO (default), ..."
    isa::Int32
    "0"
    reserved::Int32
end
enumfields(::Type{lpl_stats_config_t}) = (; dtype = DType, mode = StatsMode, isa = Isa)
aliases(::Type{lpl_stats_config_t}) = (;)
const KEYWORDS_STATS = """
- `dtype`: `Float32`, `Float64`; default `Float32`. element type of z.
- `mode`: `:batch`, `:stale`, `:ewma`, `:all`; default `:batch`.
- `n_units`: integer. M, 1 .. 2^31.
- `batch_max`: integer; default `1`. most rows of one update call, >= 1.
- `covariance`: integer; default `0`. 0 (default): mean and variance only; 1: full covariance too, O(M^2) memory.
- `threads`: integer; default `1`. >= 1; results do not depend on it.
- `tau_mean`: real; default `1000.0`. samples, >= 2; EWMA.
- `tau_sigma2`: real; default `1000.0`. samples, >= 2; EWMA, variance and covariance.
- `mean_init`: real; default `0.0`. EWMA start value of every mean.
- `sigma2_init`: real; default `1.0`. EWMA start value of every variance, >= 0; covariances start at 0.
- `isa`: `:auto`, `:ref`, `:avx2`, `:avx512`; default `:auto`.
"""

"""
    lpl_stats_config_init(cfg, size)

`lpl_status_t lpl_stats_config_init(lpl_stats_config_t *cfg, size_t size)`

```text
Fill *cfg with defaults. size = sizeof *cfg as the caller was compiled; all size bytes are set.
Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION (size too small or over 64 KiB). Thread class: any. Since 0.1.
```
"""
function lpl_stats_config_init(cfg, size)
    @ccall library().lpl_stats_config_init(cfg::Ptr{lpl_stats_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_stats_create(cfg, out)

`lpl_status_t lpl_stats_create(const lpl_stats_config_t *cfg, lpl_stats_t **out)`

```text
Make a tracker on malloc'ed memory; all memory is taken here. *out is set only on success.
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_UNITS (tau below 2 samples), LPL_E_SIZE, LPL_E_VERSION,
LPL_E_UNSUPPORTED, LPL_E_MEMORY. Since 0.1.
```
"""
function lpl_stats_create(cfg, out)
    @ccall library().lpl_stats_create(cfg::Ptr{lpl_stats_config_t}, out::Ptr{Ptr{lpl_stats_t}})::lpl_status_t
end

"""
    lpl_stats_destroy(s)

`void lpl_stats_destroy(lpl_stats_t *s)`

```text
Free a tracker; NULL is fine.
```
"""
function lpl_stats_destroy(s)
    @ccall library().lpl_stats_destroy(s::Ptr{lpl_stats_t})::Cvoid
end

"""
    lpl_stats_update(s, z, ldz, batch)

`lpl_status_t lpl_stats_update(lpl_stats_t *s, const float *z, size_t ldz, size_t batch)`

```text
Take in a batch: rows b = 0 .. batch-1, z[b*ldz + i], ldz >= n_units, 1 <= batch <= batch_max (BATCH and STALE: batch
>= 2). Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE, LPL_E_DTYPE, LPL_E_NONFINITE (z, or a mean, variance or covariance
would be; the tracker is unchanged).
With a hook (lpl_stats_set_reduce, reduce.h) the batch is that of all ranks; LPL_E_REDUCE then.
Exclusive access. Allocates nothing. Cost O(batch M), with covariance O(batch M^2), in double for both dtypes.
Since 0.1.
```
"""
function lpl_stats_update(s, z, ldz, batch)
    @ccall library().lpl_stats_update(s::Ptr{lpl_stats_t}, z::Ptr{Cfloat}, ldz::Csize_t, batch::Csize_t)::lpl_status_t
end

"""
    lpl_stats_update_f64(s, z, ldz, batch)

[`lpl_stats_update`](@ref) on `Float64`.
"""
function lpl_stats_update_f64(s, z, ldz, batch)
    @ccall library().lpl_stats_update_f64(
        s::Ptr{lpl_stats_t}, z::Ptr{Cdouble}, ldz::Csize_t, batch::Csize_t)::lpl_status_t
end
@inline lpl_stats_update(::Type{Float32}, s, z, ldz, batch) = lpl_stats_update(s, z, ldz, batch)
@inline lpl_stats_update(::Type{Float64}, s, z, ldz, batch) = lpl_stats_update_f64(s, z, ldz, batch)

"""
    lpl_stats_merge(dst, src)

`lpl_status_t lpl_stats_merge(lpl_stats_t *dst, const lpl_stats_t *src)`

```text
Combine partial statistics: as if dst had seen the rows behind src too, up to rounding (Chan, Golub & LeVeque 1983).
  src   BATCH, STALE or ALL tracker with as many units, and a covariance if dst has one
  dst   BATCH, STALE, ALL: the union of both sets of rows;  EWMA: src's rows become one update with a batch
So each thread or rank keeps a BATCH tracker, these are merged in a fixed order, and the result goes into the EWMA
one. An empty src changes nothing. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_NONFINITE (dst is
unchanged). Exclusive access to dst, shared to src. Since 0.1.
```
"""
function lpl_stats_merge(dst, src)
    @ccall library().lpl_stats_merge(dst::Ptr{lpl_stats_t}, src::Ptr{lpl_stats_t})::lpl_status_t
end

"""
    lpl_stats_read(s, dst, n, what)

`lpl_status_t lpl_stats_read(const lpl_stats_t *s, double *dst, size_t n, int32_t what)`

```text
Copy a quantity out (LPL_STATS_MEAN ...) into dst[0..n-1], always double. n must be exactly its length.
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_ORDER (nothing seen yet, or one row where an unbiased
variance is asked for). Shared access. Since 0.1.
```
"""
function lpl_stats_read(s, dst, n, what)
    @ccall library().lpl_stats_read(s::Ptr{lpl_stats_t}, dst::Ptr{Cdouble}, n::Csize_t, what::Int32)::lpl_status_t
end

"""
    lpl_stats_reset(s)

`lpl_status_t lpl_stats_reset(lpl_stats_t *s)`

```text
Forget everything: back to the state after create. Exclusive access. Since 0.1.
```
"""
function lpl_stats_reset(s)
    @ccall library().lpl_stats_reset(s::Ptr{lpl_stats_t})::lpl_status_t
end

"""
    lpl_stats_save(s, write, user)

`lpl_status_t lpl_stats_save(const lpl_stats_t *s, lpl_write_fn write, void *user)`

```text
Save to / load from the host's functions (state.h). load trusts nothing: it refuses to allocate more than max_bytes
(0 = 1 GiB) and checks every length and checksum first. On failure *out is untouched.
Returns LPL_OK, LPL_E_NULL, LPL_E_IO; save: LPL_E_NONFINITE (a mean or variance has overflowed; nothing was written);
load: LPL_E_FORMAT, LPL_E_VERSION, LPL_E_MEMORY. Since 0.1.
```
"""
function lpl_stats_save(s, write, user)
    @ccall library().lpl_stats_save(s::Ptr{lpl_stats_t}, write::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_stats_load(read, user, max_bytes, out)

`lpl_status_t lpl_stats_load(lpl_read_fn read, void *user, size_t max_bytes, lpl_stats_t **out)`: see
[`lpl_stats_save`](@ref).
"""
function lpl_stats_load(read, user, max_bytes, out)
    @ccall library().lpl_stats_load(
        read::Ptr{Cvoid}, user::Ptr{Cvoid}, max_bytes::Csize_t, out::Ptr{Ptr{lpl_stats_t}})::lpl_status_t
end

# ---- lpl/rule.h

const HEADER_RULE = """
```text
lpl/rule.h - the learning rule itself: from responses and statistics to the post-synaptic factor delta.

The weight change of every rule here is   dW_ij = eta sum_b delta_i^b x_j^b - eta weight_decay W_ij,
and this header is about delta. For LPL (theory 1.5, article Eq. 7 in the corrected form of the erratum):

  delta_i^b = f'(a_i^b) / N * [ - pull (z_i^b - zprev_i^b)                                   predictive term
                                + push alpha / (sigma2_i + eps) (z_i^b - zbar_i)             Hebbian term
                                - decorr beta sum_{k != i} (z_k^b - zbar_k) C_ik ]           decorrelation

  alpha = B / (B - 1),  beta = 4 B / ((B - 1)(M - 1))  with statistics of a batch (sigma2, C: divisor B - 1)
  alpha = 1,            beta = 4 / (M - 1)              with exponential statistics (the limit B -> infinity)
  beta = 0 if M = 1.

  N (norm)   LPL_NORM_LAYER    M B: the mean over units and batch, as printed                   (default)
             LPL_NORM_NEURON   B: each neuron's own rule (theory 1.4), whatever the size of its layer
  form       LPL_FORM_ERRATUM    as above; it is minus the gradient of  pull/2 L_pull + push/2 L_push + decorr
             L_decorr
             LPL_FORM_REFERENCE  the published code's losses without the factors 1/2: minus the gradient of
                                 pull L_pull + push L_push + decorr L_decorr; equals 2 x ERRATUM with decorr / 2
  losses     L_pull   = mean_{b,i} (z - zprev)^2
             L_push   = - mean_i log(sigma2_i + eps)
             L_decorr = sum_{i != k} C_ik^2 / (M^2 - M)
             With LPL_NORM_NEURON the gradient is that of M times the loss.
  push_form  LPL_PUSH_LOGVAR   L_push above: gain 1/(sigma2 + eps)
             LPL_PUSH_NAIVE    L_push = - mean_i sigma2_i: gain 1; diverges without strong decay (theory 1.8)
             LPL_PUSH_HINGE    L_push = mean_i max(0, 1 - s_i), s = sqrt(sigma2 + eps) (VICReg): gain 1/(2 s) while s
                               < 1, else 0 (the factor 2 / (B - 1) of d sigma2 is common to all three)
  more forms, since 0.1.1: of a batch as a whole, in double, with LPL_STATS_BATCH alone and so not for streams (the
  erratum's factor 1/2, the norm and share of a symmetric pair are as with the others). A sample is a row, n = B of
  them, with P = M units; with LPL_SEES_POSITIONS every position of every row is one, n = B positions, P channels.
  push_form  LPL_PUSH_NEGATIVE negative samples (theory 4.6): u = z / |z| (0 where |z| <= 1e-12, no gradient),
                               L_push = mean over ordered pairs b != d of (u_b . u_d)^2, in 0 .. 1, and
                               dL/dz_b = (I - u_b u_b') / |z_b|  4 / (n (n - 1)) sum_{d != b} (u_b . u_d) u_d
             LPL_PUSH_LOGDET   L_push = - log det(C + eps I) / P, C the covariance (divisor n - 1), and
                               dL/dz_b = - 2 / (P (n - 1)) (C + eps I)^-1 (z_b - zbar): all of C, where LOGVAR has
                               its diagonal (the same where C is diagonal). n < P: through the samples' n x n matrix
  pull_form  LPL_PULL_DIFFERENCE L_pull above                                                  (default)
             LPL_PULL_COSINE   L_pull = - mean_b u_b . uprev_b, in -1 .. 1; with PUSH_NEGATIVE the baseline of the
                               article
             LPL_PULL_DIRECTPRED a linear predictor in closed form (Tian, Chen & Ganguli 2021; Halvagal, Laborieux &
                               Zenke 2023): W = V (s / s_max + predictor_eps)^predictor_alpha V' of C = V s V', where
                               C <- predictor_keep C + (1 - predictor_keep) Z'Z / n, not centred, takes this batch in
                               first. L_pull = mean_{b,i} (W z - zprev)^2 with W constant: a descent along
                               - 2 / (n P) W (W z - zprev)
             LPL_PULL_ISOLOSS  the same without W' in front (the isotropic loss of the same article, Euclidean):
                               - 2 / (n P) (W z - zprev). L_pull is the same number, of which that is no gradient
             A predictor is a state of a layer (lpl/layer.h): lpl_rule_delta refuses these two. Of a symmetric pair
             each view is predicted from the other, held constant, and L_pull is the sum of the two; C takes in both
             views. W = 1 while C is 0. Collapse is kept away by W alone, so push may be 0.
zprev is a constant (stop-gradient): one view learns. The symmetric two-view form (theory 1.5, end) is the sum of two
such updates, roles swapped, each with half of push and decorr; lpl_layer_t does that with LPL_PAIR_SYMMETRIC.

Comparison rules (one neuron, N = B, no pull / push / decorr; y = z):
  LPL_RULE_HEBB             delta = y f' / B
  LPL_RULE_HEBB_COVARIANCE  delta = (y - ybar) f' / (B - 1)
  LPL_RULE_OJA              delta = y f' / B, and every weight of row i also decays by eta mean_b(y_i^2)   (Oja 1982)
  LPL_RULE_BCM              delta = y (y - theta) f' / B;  afterwards theta += (mean_b y^2 - theta) / tau_theta
  LPL_RULE_SLOWNESS         delta = - (y - yprev) f' / B: slowness without any constraint; collapses (theory 1.8,
                            Hebb off)
  LPL_RULE_SOFTHEBB         a soft winner-take-all of the units of a layer (Journe, Rodriguez, Guo & Moraitis 2023;
                            Moraitis et al. 2022). Of the inputs to the units, before the activation:
                              u_i = sum_j w_ij x_j + b_i
                              y_i = exp(u_i / temperature) / sum_k exp(u_k / temperature)
                              dw_ij = eta mean_b y_i (x_j - u_i w_ij)
                            so delta = y_i / B, without f', and every weight of row i also decays by eta mean_b(y_i
                            u_i), which grows the weights where u_i is negative. Rows come to rest at length 1 (b =
                            0), in the direction of the inputs that the unit wins. Since 0.1.1.
                            temperature: in the units of u, > 0; small: the winner takes all, large: all learn alike.
                            The literature's inverse temperature is 1 / temperature. A bias is part of u and does not
                            learn: temperature times the logarithm of a prior, if the host writes one.
                            Not offered: the anti-Hebbian sign of losers (here every y_i is positive, losers learn as
                            winners do, only less), learning rates that depend on the length of a row, biases that
                            learn, SoftHebb in convolutions. Of a pair only the present sample learns; x0 is reported
                            (pull) and nothing else.
```
"""

"""
    Rule

- `LPL_RULE_LPL` = 0
- `LPL_RULE_HEBB` = 1
- `LPL_RULE_HEBB_COVARIANCE` = 2
- `LPL_RULE_OJA` = 3
- `LPL_RULE_BCM` = 4
- `LPL_RULE_SLOWNESS` = 5
- `LPL_RULE_SOFTHEBB` = 6
"""
@enum Rule::Int32 begin
    LPL_RULE_LPL = 0
    LPL_RULE_HEBB = 1
    LPL_RULE_HEBB_COVARIANCE = 2
    LPL_RULE_OJA = 3
    LPL_RULE_BCM = 4
    LPL_RULE_SLOWNESS = 5
    LPL_RULE_SOFTHEBB = 6
end
prefix(::Type{Rule}) = "LPL_RULE_"

"""
    Form

- `LPL_FORM_ERRATUM` = 0
- `LPL_FORM_REFERENCE` = 1
"""
@enum Form::Int32 begin
    LPL_FORM_ERRATUM = 0
    LPL_FORM_REFERENCE = 1
end
prefix(::Type{Form}) = "LPL_FORM_"

"""
    Norm

- `LPL_NORM_LAYER` = 0
- `LPL_NORM_NEURON` = 1
"""
@enum Norm::Int32 begin
    LPL_NORM_LAYER = 0
    LPL_NORM_NEURON = 1
end
prefix(::Type{Norm}) = "LPL_NORM_"

"""
    PushForm

- `LPL_PUSH_LOGVAR` = 0
- `LPL_PUSH_NAIVE` = 1
- `LPL_PUSH_HINGE` = 2
- `LPL_PUSH_NEGATIVE` = 3
- `LPL_PUSH_LOGDET` = 4
"""
@enum PushForm::Int32 begin
    LPL_PUSH_LOGVAR = 0
    LPL_PUSH_NAIVE = 1
    LPL_PUSH_HINGE = 2
    LPL_PUSH_NEGATIVE = 3
    LPL_PUSH_LOGDET = 4
end
prefix(::Type{PushForm}) = "LPL_PUSH_"

"""
    PullForm

- `LPL_PULL_DIFFERENCE` = 0
- `LPL_PULL_COSINE` = 1
- `LPL_PULL_DIRECTPRED` = 2
- `LPL_PULL_ISOLOSS` = 3
"""
@enum PullForm::Int32 begin
    LPL_PULL_DIFFERENCE = 0
    LPL_PULL_COSINE = 1
    LPL_PULL_DIRECTPRED = 2
    LPL_PULL_ISOLOSS = 3
end
prefix(::Type{PullForm}) = "LPL_PULL_"

"""
    lpl_rule_config_t

The struct of that name of lpl/rule.h.
"""
struct lpl_rule_config_t
    "sizeof(lpl_rule_config_t), set by lpl_rule_config_init"
    size::UInt32
    "0"
    flags::UInt32
    "LPL_RULE_LPL (default), ..."
    rule::Int32
    "LPL_FORM_ERRATUM (default), ..."
    form::Int32
    "LPL_NORM_LAYER (default), ..."
    norm::Int32
    "LPL_PUSH_LOGVAR (default), ..."
    push_form::Int32
    "coefficient of the predictive term, finite, >= 0 (default 1)"
    pull::Cdouble
    "lambda_1, >= 0 (default 1)"
    push::Cdouble
    "lambda_2, >= 0 (default 0: no lateral term, no O(M^2) cost)"
    decorr::Cdouble
    "variance floor, > 0 (default 1e-4)"
    eps::Cdouble
    "BCM threshold, batches, >= 1 (default 10); at most about 2e7 where theta is the host's float array"
    tau_theta::Cdouble
    "a unit whose standard deviation is below this counts as collapsed, >= 0 (default 1e-3)"
    collapse_std::Cdouble
    "SOFTHEBB, > 0 (default 1); since 0.1.1"
    temperature::Cdouble
    "LPL_PULL_DIFFERENCE (default) or COSINE; since 0.1.1"
    pull_form::Int32
    "0"
    reserved::Int32
end
enumfields(::Type{lpl_rule_config_t}) = (;
         rule = Rule, form = Form, norm = Norm, push_form = PushForm, pull_form = PullForm)
aliases(::Type{lpl_rule_config_t}) = (;)
const KEYWORDS_RULE = """
- `rule`: `:lpl`, `:hebb`, `:hebb_covariance`, `:oja`, `:bcm`, `:slowness`, `:softhebb`; default `:lpl`.
- `form`: `:erratum`, `:reference`; default `:erratum`.
- `norm`: `:layer`, `:neuron`; default `:layer`.
- `push_form`: `:logvar`, `:naive`, `:hinge`, `:negative`, `:logdet`; default `:logvar`.
- `pull`: real; default `1.0`. coefficient of the predictive term, finite, >= 0.
- `push`: real; default `1.0`. lambda_1, >= 0.
- `decorr`: real; default `0.0`. lambda_2, >= 0 (default 0: no lateral term, no O(M^2) cost).
- `eps`: real; default `0.0001`. variance floor, > 0.
- `tau_theta`: real; default `10.0`. BCM threshold, batches, >= 1; at most about 2e7 where theta is the host's float
  array.
- `collapse_std`: real; default `0.001`. a unit whose standard deviation is below this counts as collapsed, >= 0.
- `temperature`: real; default `1.0`. SOFTHEBB, > 0; since 0.1.1.
- `pull_form`: `:difference`, `:cosine`, `:directpred`, `:isoloss`; default `:difference`. since 0.1.1.
"""

"""
    lpl_report_t

```text
What an update reports; all values but the last are free by-products. Set size before the call (lpl_report_init); the
library writes min(size, its own) bytes. Losses are L_pull, L_push, L_decorr above: without coefficients and without
the factor 1/2.
```
"""
struct lpl_report_t
    "sizeof(lpl_report_t)"
    size::UInt32
    "what the call returned: LPL_OK or LPL_COLLAPSED"
    status::Int32
    "L_pull; 0 if there was no previous response"
    pull::Cdouble
    "L_push; symmetric pair: mean of both views"
    push::Cdouble
    "L_decorr; likewise; 0 if M = 1 or the coefficient is 0"
    decorr::Cdouble
    "the sum that the update descends, by form and coefficients"
    total::Cdouble
    "mean of z over batch and units"
    mean_activity::Cdouble
    "collapse gauge: smallest standard deviation of a unit ..."
    min_std::Cdouble
    "... and the mean over units"
    mean_std::Cdouble
    "units with a standard deviation below collapse_std"
    n_collapsed::UInt64
    "units with f' = 0 in every sample: they cannot learn"
    n_dead::UInt64
    "updates done so far, this one included"
    step::UInt64
    """
    since 0.1.1: sum |dw| / sum |w| over the weights (not biases, not a head), w from before; >= 0, no unit. Weights
    that were all 0: 1 if they moved. 0 where none were written (lpl_gradient, lpl_rule_delta, TRACK, FROZEN, eta =
    0). Each weight is looked at twice: with the rest of the report 8 % of an update of 64 -> 32 in a batch of 32, but
    an lpl_update_online of 784 -> 256 executes 2.3 times as many instructions. A report of size
    offsetof(lpl_report_t, weight_change), as in 0.1.0, does not ask for it
    """
    weight_change::Cdouble
end
enumfields(::Type{lpl_report_t}) = (; status = Status)
aliases(::Type{lpl_report_t}) = (;)

"""
    lpl_report_init(report, size)

`lpl_status_t lpl_report_init(lpl_report_t *report, size_t size)`

```text
Zero *report and set its size. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.
```
"""
function lpl_report_init(report, size)
    @ccall library().lpl_report_init(report::Ptr{lpl_report_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_rule_config_init(cfg, size)

`lpl_status_t lpl_rule_config_init(lpl_rule_config_t *cfg, size_t size)`

```text
Fill *cfg with defaults; as lpl_stats_config_init.
```
"""
function lpl_rule_config_init(cfg, size)
    @ccall library().lpl_rule_config_init(cfg::Ptr{lpl_rule_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_rule_scratch(cfg, bytes, n_post, batch, dtype)

`lpl_status_t lpl_rule_scratch(const lpl_rule_config_t *cfg, size_t *bytes, size_t n_post, size_t batch, int32_t
dtype)`

```text
Bytes of scratch memory that lpl_rule_delta needs for these sizes (0 is possible). scratch must be aligned to 64
bytes. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_VERSION. Thread class: any. Since 0.1.
```
"""
function lpl_rule_scratch(cfg, bytes, n_post, batch, dtype)
    @ccall library().lpl_rule_scratch(
        cfg::Ptr{lpl_rule_config_t}, bytes::Ptr{Csize_t}, n_post::Csize_t, batch::Csize_t, dtype::Int32)::lpl_status_t
end

"""
    lpl_rule_delta(cfg, delta, ldd, decay, report, theta, scratch, scratch_bytes, z, ldz, z_prev, ldzp, fprime, ldf,
        stats, n_post, batch)

`lpl_status_t lpl_rule_delta(const lpl_rule_config_t *cfg, float *delta, size_t ldd, float *decay, lpl_report_t
*report, float *theta, void *scratch, size_t scratch_bytes, const float *z, size_t ldz, const float *z_prev, size_t
ldzp, const float *fprime, size_t ldf, const lpl_stats_t *stats, size_t n_post, size_t batch)`

```text
The post-synaptic factor of a batch, on the host's own arrays (rows b < batch, columns i < n_post, ld >= n_post).
  delta     out, batch x n_post, includes f' if fprime is given
  decay     out, n_post, or NULL: additional decay per weight row, mean_b y^2 (OJA), mean_b y u (SOFTHEBB; may be
            negative), else 0
  report    out, or NULL
  theta     in/out, n_post: BCM threshold; NULL for the other rules
  scratch, scratch_bytes   see lpl_rule_scratch
  z         responses now (SOFTHEBB: u, the units' inputs, before the activation)
  z_prev    responses a moment ago, or the other view; NULL: no predictive term
  fprime    f'(a), or NULL for f' = 1 (SOFTHEBB has no f': NULL)
  stats     NULL: mean, variance and covariance of this very batch (batch >= 2);
            else the tracker to take them from (STALE: before it is updated; its covariance is needed if decorr > 0,
            except STALE, where decorr uses this batch as the reference does)
Returns LPL_OK, LPL_COLLAPSED, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_DTYPE, LPL_E_OVERLAP, LPL_E_ORDER,
LPL_E_NONFINITE (z, or delta, decay, theta or a number of the report would be NaN or infinite, or PUSH_LOGDET's
matrix is singular in double: delta and decay are then undefined, theta and report unchanged), LPL_E_UNSUPPORTED (a
predictor). Thread class: any; stats shared. Allocates nothing. Cost O(batch M); with decorr, PUSH_NEGATIVE or
PUSH_LOGDET min(O(batch M^2), O(batch^2 M)). Since 0.1.
```
"""
function lpl_rule_delta(
        cfg, delta, ldd, decay, report, theta, scratch, scratch_bytes, z, ldz, z_prev, ldzp, fprime, ldf, stats, n_post,
        batch)
    @ccall library().lpl_rule_delta(
        cfg::Ptr{lpl_rule_config_t}, delta::Ptr{Cfloat}, ldd::Csize_t, decay::Ptr{Cfloat}, report::Ptr{lpl_report_t},
        theta::Ptr{Cfloat}, scratch::Ptr{Cvoid}, scratch_bytes::Csize_t, z::Ptr{Cfloat}, ldz::Csize_t,
        z_prev::Ptr{Cfloat}, ldzp::Csize_t, fprime::Ptr{Cfloat}, ldf::Csize_t, stats::Ptr{lpl_stats_t}, n_post::Csize_t,
        batch::Csize_t)::lpl_status_t
end

"""
    lpl_rule_delta_f64(cfg, delta, ldd, decay, report, theta, scratch, scratch_bytes, z, ldz, z_prev, ldzp, fprime,
        ldf, stats, n_post, batch)

[`lpl_rule_delta`](@ref) on `Float64`.
"""
function lpl_rule_delta_f64(
        cfg, delta, ldd, decay, report, theta, scratch, scratch_bytes, z, ldz, z_prev, ldzp, fprime, ldf, stats, n_post,
        batch)
    @ccall library().lpl_rule_delta_f64(
        cfg::Ptr{lpl_rule_config_t}, delta::Ptr{Cdouble}, ldd::Csize_t, decay::Ptr{Cdouble}, report::Ptr{lpl_report_t},
        theta::Ptr{Cdouble}, scratch::Ptr{Cvoid}, scratch_bytes::Csize_t, z::Ptr{Cdouble}, ldz::Csize_t,
        z_prev::Ptr{Cdouble}, ldzp::Csize_t, fprime::Ptr{Cdouble}, ldf::Csize_t, stats::Ptr{lpl_stats_t},
        n_post::Csize_t, batch::Csize_t)::lpl_status_t
end
@inline lpl_rule_delta(
        ::Type{Float32}, cfg, delta, ldd, decay, report, theta, scratch, scratch_bytes, z, ldz, z_prev, ldzp, fprime,
        ldf, stats, n_post, batch) = lpl_rule_delta(cfg, delta, ldd, decay, report, theta, scratch, scratch_bytes, z,
        ldz, z_prev, ldzp, fprime, ldf, stats, n_post, batch)
@inline lpl_rule_delta(
        ::Type{Float64}, cfg, delta, ldd, decay, report, theta, scratch, scratch_bytes, z, ldz, z_prev, ldzp, fprime,
        ldf, stats, n_post, batch) = lpl_rule_delta_f64(cfg, delta, ldd, decay, report, theta, scratch, scratch_bytes,
        z, ldz, z_prev, ldzp, fprime, ldf, stats, n_post, batch)

"""
    lpl_rule_apply(w, ldw, bias, delta, ldd, decay, x, ldx, n_pre, n_post, batch, eta, weight_decay)

`lpl_status_t lpl_rule_apply(float *w, size_t ldw, float *bias, const float *delta, size_t ldd, const float *decay,
const float *x, size_t ldx, size_t n_pre, size_t n_post, size_t batch, double eta, double weight_decay)`

```text
Apply a factor to weights: w_ij += eta (sum_b delta_i^b x_j^b - (weight_decay + decay_i) w_ij), b_i += eta sum_b
delta_i^b.
  w      in/out, n_post x n_pre, w[i*ldw + j]
  bias   in/out, n_post, or NULL
  delta  batch x n_post, ldd >= n_post;  decay  n_post or NULL;  x  batch x n_pre, ldx >= n_pre
SOFTHEBB: no bias (its biases do not learn).
With eta = 0 nothing is written, whatever delta and x hold. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE,
LPL_E_OVERLAP, LPL_E_NONFINITE (a weight or bias would become NaN or infinite: nothing was written). Thread class:
any. Cost O(batch n_pre n_post), and one pass over w, delta and x to exclude an overflow. Since 0.1.
```
"""
function lpl_rule_apply(w, ldw, bias, delta, ldd, decay, x, ldx, n_pre, n_post, batch, eta, weight_decay)
    @ccall library().lpl_rule_apply(
        w::Ptr{Cfloat}, ldw::Csize_t, bias::Ptr{Cfloat}, delta::Ptr{Cfloat}, ldd::Csize_t, decay::Ptr{Cfloat},
        x::Ptr{Cfloat}, ldx::Csize_t, n_pre::Csize_t, n_post::Csize_t, batch::Csize_t, eta::Cdouble,
        weight_decay::Cdouble)::lpl_status_t
end

"""
    lpl_rule_apply_f64(w, ldw, bias, delta, ldd, decay, x, ldx, n_pre, n_post, batch, eta, weight_decay)

[`lpl_rule_apply`](@ref) on `Float64`.
"""
function lpl_rule_apply_f64(w, ldw, bias, delta, ldd, decay, x, ldx, n_pre, n_post, batch, eta, weight_decay)
    @ccall library().lpl_rule_apply_f64(
        w::Ptr{Cdouble}, ldw::Csize_t, bias::Ptr{Cdouble}, delta::Ptr{Cdouble}, ldd::Csize_t, decay::Ptr{Cdouble},
        x::Ptr{Cdouble}, ldx::Csize_t, n_pre::Csize_t, n_post::Csize_t, batch::Csize_t, eta::Cdouble,
        weight_decay::Cdouble)::lpl_status_t
end
@inline lpl_rule_apply(
        ::Type{Float32}, w, ldw, bias, delta, ldd, decay, x, ldx, n_pre, n_post, batch, eta, weight_decay) =
        lpl_rule_apply(w, ldw, bias, delta, ldd, decay, x, ldx, n_pre, n_post, batch, eta, weight_decay)
@inline lpl_rule_apply(
        ::Type{Float64}, w, ldw, bias, delta, ldd, decay, x, ldx, n_pre, n_post, batch, eta, weight_decay) =
        lpl_rule_apply_f64(w, ldw, bias, delta, ldd, decay, x, ldx, n_pre, n_post, batch, eta, weight_decay)

# ---- lpl/layer.h

const HEADER_LAYER = """
```text
lpl/layer.h - lpl_layer_t: a layer that owns weights, statistics and optimiser state, and learns by itself.

  a = W x + bias,  z = f(a)          W is n_post x n_pre, post-major: w[i*ldw + j] is the weight from pre j to post i
  a = W * x + bias, z = pool(f(a))   a convolution: x is channels x height x width (NCHW), W n_post x
                                     (channels/groups x kernel), z a map
  delta by the rule of rule.h,  gradient G = - sum_b delta^b x^b' ,  W by the optimiser of optim.h

A deep network is the host's loop over layers; no signal passes between them but z.

Mini-batches: lpl_update on pairs (x0 = a moment ago or one view, x1 = now or the other view).
Streams: lpl_update_online, one sample per call, exponential statistics.
Layers share nothing: different layers may be used by different threads without locks. On one layer, calls that take
a const pointer may run together, all others need exclusive access. lpl_update, lpl_update_online and lpl_gradient
allocate nothing (memory is taken at create), print nothing, and give the same bits for any number of threads.
Every call validates everything before it writes anything; on error nothing has changed. The one exception is
LPL_E_NONFINITE from lpl_update_online, see there.

Divergence. A call that would leave a weight, bias, moment, statistic, threshold or parameter of the head NaN or
infinite, or hand out a gradient or report that holds one, returns LPL_E_NONFINITE, and the sentence names layer,
unit and step. Nothing has changed (no weights, moments, statistics, step count or remembered response), so the last
good state can be saved. Large finite values are no error. In the modes FROZEN and TRACK no weight is written
whatever the input, and none with eta = 0 (but by LPL_INIT_UNIT_VARIANCE): then SGD computes no gradient at all;
momentum and Adam go on with their moments (a warm-up may start at 0) and refuse a step that would make those
infinite.
```
"""

"""
    lpl_layer_t

An opaque handle.
"""
mutable struct lpl_layer_t end

"""
    Kind

- `LPL_LAYER_DENSE` = 0
- `LPL_LAYER_CONV2D` = 1
"""
@enum Kind::Int32 begin
    LPL_LAYER_DENSE = 0
    LPL_LAYER_CONV2D = 1
end
prefix(::Type{Kind}) = "LPL_LAYER_"

"""
    PairForm

```text
What x0 and x1 of lpl_update are.
  CAUSAL     x0 is the past: its response is a constant (stop-gradient), x1's view learns (article)
  SYMMETRIC  two views: both learn, push and decorr halved in each (the published code's deep networks; theory
             1.5)
```

- `LPL_PAIR_CAUSAL` = 0
- `LPL_PAIR_SYMMETRIC` = 1
"""
@enum PairForm::Int32 begin
    LPL_PAIR_CAUSAL = 0
    LPL_PAIR_SYMMETRIC = 1
end
prefix(::Type{PairForm}) = "LPL_PAIR_"

"""
    Init

```text
Start values of weights and biases. UNIFORM: +-1/sqrt(n_pre) (PyTorch's default), weight (i, j) from draw i*n_pre + j
of (seed, stream), bias i from draw n_post*n_pre + i (random.h); ZERO: all 0, for a host that writes its own.

UNIT_VARIANCE (since 0.1.1): as UNIFORM, and the first lpl_update in mode LEARN scales the weights and the bias of
each unit by one positive factor, before it learns, so that the unit's responses to x1 have variance 1 over the batch
(n - 1; SEES_POSITIONS: mean variance of its positions; SEES_HEAD: the pooled responses, then the head's hidden
units, then its outputs). A unit that does not vary there keeps its values. In a stack the layers above see the
scaled responses, so they are scaled layer by layer on one batch. It happens once, whatever eta, whoever wrote the
values (borrowed ones are scaled where they are), and not at all if that update is refused. Until then lpl_forward
and lpl_gradient take the values as they are, FROZEN and TRACK leave them so, a state file keeps what is to come
(0.1.0 refuses such a file; after that update it is like any other), lpl_update_online and a first update of one row
are LPL_E_ORDER, and lpl_layer_copy from a layer that waits for nothing ends the waiting. For LINEAR, RELU and
LEAKY_RELU, which scale with their input, and batch_max >= 2: else LPL_E_ARG. Takes memory for a second copy of the
start values. Not in a build with RULES=no. Deep responses of UNIFORM values start at 1e-3 and below, where Adam's
first steps, which know no scale, kill units (docs/layer.md).
```

- `LPL_INIT_UNIFORM` = 0
- `LPL_INIT_ZERO` = 1
- `LPL_INIT_UNIT_VARIANCE` = 2
"""
@enum Init::Int32 begin
    LPL_INIT_UNIFORM = 0
    LPL_INIT_ZERO = 1
    LPL_INIT_UNIT_VARIANCE = 2
end
prefix(::Type{Init}) = "LPL_INIT_"

"""
    Sees

```text
What the loss of a convolutional layer looks at.
  POOLED     the mean of each channel over positions (theory 4.1)
  POSITIONS  every position ("no pooling", theory 4.6): pull and push per channel and position, decorrelation of
             channels with all positions as samples. Exponential statistics (since 0.1.1): mean and sigma2 of
             each channel and position; a covariance of channels, n_post x n_post, that takes in every position of
             every row around the channel's mean (that of its positions' means), tau counting rows, not positions
  HEAD       linear - relu - linear - relu on the pooled responses (projector, theory 4.6), trained by the same loss;
             its gradient stays in this layer
```

- `LPL_SEES_POOLED` = 0
- `LPL_SEES_POSITIONS` = 1
- `LPL_SEES_HEAD` = 2
"""
@enum Sees::Int32 begin
    LPL_SEES_POOLED = 0
    LPL_SEES_POSITIONS = 1
    LPL_SEES_HEAD = 2
end
prefix(::Type{Sees}) = "LPL_SEES_"

"""
    Flag

```text
Bits of lpl_layer_config_t.flags.
```

- `LPL_FLAG_BATCH_INVARIANT` = 1: a row of z has the same bits whatever the batch around it; slower for small batches
- `LPL_FLAG_WINOGRAD_4X4` = 2: float32 convolutions 3 x 3 of stride 1 on maps of 8 x 8 and more may take fewer
  products (up to 4 times fewer than direct sums) with an error some 5 times larger; nothing changes where that cannot
  be or does not pay, nor in other layers (docs/layer.md). Since 0.1.1
"""
const Flag = UInt32
const LPL_FLAG_BATCH_INVARIANT = UInt32(1)
const LPL_FLAG_WINOGRAD_4X4 = UInt32(2)

"""
    Preset

```text
Sets of constants: every field but sizes, dtype, activation's parameters, seed, stream, threads, label and isa.
```

- `LPL_PRESET_ERRATUM` = 0: corrected rule of the article: CAUSAL, ERRATUM form, batch statistics, pull 1, push 1,
  decorr 1, eps 1e-4, SGD eta 1e-2
- `LPL_PRESET_REFERENCE` = 1: published deep networks (theory 4.2, 4.4): SYMMETRIC, REFERENCE form, decorr 10, relu,
  Adam 1e-3, weight decay 1.5e-6
- `LPL_PRESET_TOY2D` = 2: theory 3.2: linear, no bias, CAUSAL, REFERENCE form, eps 1e-8, decorr 0, SGD 1e-2, weight
  decay 0.15
- `LPL_PRESET_STREAM` = 3: online: CAUSAL, ERRATUM form, NEURON norm, exponential statistics of 1000 samples, decorr
  0, SGD 1e-3, weight decay 1e-3
"""
@enum Preset::Int32 begin
    LPL_PRESET_ERRATUM = 0
    LPL_PRESET_REFERENCE = 1
    LPL_PRESET_TOY2D = 2
    LPL_PRESET_STREAM = 3
end
prefix(::Type{Preset}) = "LPL_PRESET_"

"""
    Param

```text
Scalars that lpl_layer_set changes and lpl_layer_get reads at run time.
```

- `LPL_PARAM_ETA` = 0
- `LPL_PARAM_PULL` = 1
- `LPL_PARAM_PUSH` = 2
- `LPL_PARAM_DECORR` = 3: from 0 to > 0 only if the layer was created with decorr > 0 (memory)
- `LPL_PARAM_EPS` = 4
- `LPL_PARAM_WEIGHT_DECAY` = 5
- `LPL_PARAM_MOMENTUM` = 6
- `LPL_PARAM_TAU_MEAN` = 7
- `LPL_PARAM_TAU_SIGMA2` = 8
- `LPL_PARAM_COLLAPSE_STD` = 9
- `LPL_PARAM_MODE` = 10: LPL_MODE_* as a number
- `LPL_PARAM_THREADS` = 11: 1 .. threads of the config
- `LPL_PARAM_STEP` = 12: updates done; set (since 0.1.1): go on as after so many, 0 .. 2^53 (Adam's bias correction
  follows)
- `LPL_PARAM_N_PRE` = 13: read only
- `LPL_PARAM_N_POST` = 14: read only
- `LPL_PARAM_BATCH_MAX` = 15: read only
- `LPL_PARAM_DTYPE` = 16: read only
- `LPL_PARAM_ISA` = 17: the instruction set in use; read only
- `LPL_PARAM_MEMORY` = 18: bytes taken at create; read only
- `LPL_PARAM_BIAS` = 19: 1 if the layer has biases; read only
- `LPL_PARAM_LABEL` = 20: the host's number; read only
- `LPL_PARAM_N_OUT` = 21: length of a row of lpl_forward's z: n_post, or n_post * out_height * out_width; read only
- `LPL_PARAM_OUT_HEIGHT` = 22: of the response map; 1 for dense layers; read only
- `LPL_PARAM_OUT_WIDTH` = 23: likewise
- `LPL_PARAM_FAN_IN` = 24: weights of one unit: n_pre, or channels / groups * kernel; read only
- `LPL_PARAM_UNITS` = 25: what the rule calls M: n_post; SEES_POSITIONS: n_out; SEES_HEAD: head_out; read only
- `LPL_PARAM_PREV_ROWS` = 26: rows of the remembered response (0: none), so LPL_STATE_PREV has PREV_ROWS * UNITS
  values; read only
- `LPL_PARAM_HEAD_HIDDEN` = 27: hidden units of the projection head; 0 without one; read only
- `LPL_PARAM_CHANNELS` = 28: of the images that a convolution takes; dense layers: n_pre; read only
- `LPL_PARAM_HEIGHT` = 29: likewise; dense layers: 1
- `LPL_PARAM_WIDTH` = 30: likewise
- `LPL_PARAM_TEMPERATURE` = 31: SOFTHEBB; with other rules 0 and read only. Since 0.1.1
"""
@enum Param::Int32 begin
    LPL_PARAM_ETA = 0
    LPL_PARAM_PULL = 1
    LPL_PARAM_PUSH = 2
    LPL_PARAM_DECORR = 3
    LPL_PARAM_EPS = 4
    LPL_PARAM_WEIGHT_DECAY = 5
    LPL_PARAM_MOMENTUM = 6
    LPL_PARAM_TAU_MEAN = 7
    LPL_PARAM_TAU_SIGMA2 = 8
    LPL_PARAM_COLLAPSE_STD = 9
    LPL_PARAM_MODE = 10
    LPL_PARAM_THREADS = 11
    LPL_PARAM_STEP = 12
    LPL_PARAM_N_PRE = 13
    LPL_PARAM_N_POST = 14
    LPL_PARAM_BATCH_MAX = 15
    LPL_PARAM_DTYPE = 16
    LPL_PARAM_ISA = 17
    LPL_PARAM_MEMORY = 18
    LPL_PARAM_BIAS = 19
    LPL_PARAM_LABEL = 20
    LPL_PARAM_N_OUT = 21
    LPL_PARAM_OUT_HEIGHT = 22
    LPL_PARAM_OUT_WIDTH = 23
    LPL_PARAM_FAN_IN = 24
    LPL_PARAM_UNITS = 25
    LPL_PARAM_PREV_ROWS = 26
    LPL_PARAM_HEAD_HIDDEN = 27
    LPL_PARAM_CHANNELS = 28
    LPL_PARAM_HEIGHT = 29
    LPL_PARAM_WIDTH = 30
    LPL_PARAM_TEMPERATURE = 31
end
prefix(::Type{Param}) = "LPL_PARAM_"

"""
    State

```text
Named states that lpl_layer_read and lpl_layer_write copy, in the layer's dtype.
```

- `LPL_STATE_WEIGHTS` = 0: n_post * fan_in, row-major without gaps (convolution: C_out x C/groups x kernel_h x
  kernel_w)
- `LPL_STATE_BIAS` = 1: n_post; LPL_E_ARG without biases
- `LPL_STATE_MEAN` = 2: units: BATCH: of the last update's learning view; STALE, EWMA: running
- `LPL_STATE_SIGMA2` = 3: units: likewise (unbiased in BATCH, STALE)
- `LPL_STATE_COVARIANCE` = 4: units * units (SEES_POSITIONS: n_post * n_post): EWMA with decorr
- `LPL_STATE_PREV` = 5: k * units: the remembered response of the last update of batch k; read: LPL_E_ORDER if none
- `LPL_STATE_OPTIM_M` = 6: n_post * fan_in: first moment of the weights (MOMENTUM, ADAM)
- `LPL_STATE_OPTIM_V` = 7: n_post * fan_in: second moment (ADAM)
- `LPL_STATE_BIAS_M` = 8: n_post
- `LPL_STATE_BIAS_V` = 9: n_post
- `LPL_STATE_THETA` = 10: n_post: BCM threshold
- `LPL_STATE_HEAD_W1` = 11: head_hidden * n_post: projection head
- `LPL_STATE_HEAD_B1` = 12: head_hidden
- `LPL_STATE_HEAD_W2` = 13: head_out * head_hidden
- `LPL_STATE_HEAD_B2` = 14: head_out
- `LPL_STATE_PREDICTOR` = 15: P * P: C of a predictor (pull_form DIRECTPRED, ISOLOSS), P = units, or n_post with
  SEES_POSITIONS; symmetric. Since 0.1.1
"""
@enum State::Int32 begin
    LPL_STATE_WEIGHTS = 0
    LPL_STATE_BIAS = 1
    LPL_STATE_MEAN = 2
    LPL_STATE_SIGMA2 = 3
    LPL_STATE_COVARIANCE = 4
    LPL_STATE_PREV = 5
    LPL_STATE_OPTIM_M = 6
    LPL_STATE_OPTIM_V = 7
    LPL_STATE_BIAS_M = 8
    LPL_STATE_BIAS_V = 9
    LPL_STATE_THETA = 10
    LPL_STATE_HEAD_W1 = 11
    LPL_STATE_HEAD_B1 = 12
    LPL_STATE_HEAD_W2 = 13
    LPL_STATE_HEAD_B2 = 14
    LPL_STATE_PREDICTOR = 15
end
prefix(::Type{State}) = "LPL_STATE_"

"""
    lpl_layer_config_t

The struct of that name of lpl/layer.h.
"""
struct lpl_layer_config_t
    "sizeof(lpl_layer_config_t), set by lpl_layer_config_init"
    size::UInt32
    "LPL_FLAG_* or-ed together (default 0)"
    flags::UInt32
    "LPL_LAYER_DENSE (default), LPL_LAYER_CONV2D"
    kind::Int32
    "LPL_F32 (default), LPL_F64"
    dtype::Int32
    "inputs, 1 .. 2^31; no default"
    n_pre::UInt64
    "units, 1 .. 2^31; no default"
    n_post::UInt64
    "most rows of one lpl_update or lpl_gradient, >= 1 (default 1)"
    batch_max::UInt64
    "LPL_ACT_* (default LINEAR)"
    activation::Int32
    "1 (default): a bias per unit; 0: none"
    bias::Int32
    "LPL_RULE_* (default LPL)"
    rule::Int32
    "LPL_FORM_* (default ERRATUM)"
    form::Int32
    "LPL_NORM_* (default LAYER)"
    norm::Int32
    "LPL_PUSH_* (default LOGVAR)"
    push_form::Int32
    "LPL_PAIR_* (default CAUSAL)"
    pair::Int32
    "LPL_STATS_BATCH (default), STALE or EWMA"
    stats::Int32
    "activation.h; 0 (default): 0.01 for LEAKY_RELU, 2 for SATURATING"
    act_p0::Cdouble
    "activation.h; 0 (default): 80 for SATURATING"
    act_p1::Cdouble
    "rule.h (default 1)"
    pull::Cdouble
    "rule.h (default 1)"
    push::Cdouble
    "rule.h (default 1)"
    decorr::Cdouble
    "rule.h, > 0 (default 1e-4)"
    eps::Cdouble
    "samples, >= 2 (default 1000); EWMA"
    tau_mean::Cdouble
    "samples, >= 2 (default 1000); EWMA: variance and covariance"
    tau_sigma2::Cdouble
    "EWMA: start value of every mean (default 0)"
    mean_init::Cdouble
    "EWMA: start value of every variance, >= 0 (default 1)"
    sigma2_init::Cdouble
    "BCM, batches, >= 1 (default 10); theta is kept in double (0.1.0: in dtype, where a long average stalls)"
    tau_theta::Cdouble
    "BCM: start value of every threshold (default 1)"
    theta_init::Cdouble
    "rule.h, >= 0 (default 1e-3)"
    collapse_std::Cdouble
    "LPL_OPTIM_* (default SGD)"
    optim::Int32
    "LPL_MODE_* (default LEARN)"
    mode::Int32
    "learning rate, >= 0 (default 1e-2)"
    eta::Cdouble
    "optim.h (default 0.9)"
    momentum::Cdouble
    "optim.h (default 0.9)"
    beta1::Cdouble
    "optim.h (default 0.999)"
    beta2::Cdouble
    "optim.h (default 1e-8)"
    adam_eps::Cdouble
    "on weights, never on biases, >= 0 (default 0)"
    weight_decay::Cdouble
    "start values (default 0)"
    seed::UInt64
    "start values: give each layer its own (default 0)"
    stream::UInt64
    "LPL_INIT_* (default UNIFORM)"
    init::Int32
    "OpenMP threads of an update, 1 .. 1024 (default 1: none are started)"
    threads::Int32
    "LPL_ISA_* (default AUTO)"
    isa::Int32
    "the host's number for this layer, named in messages (default 0)"
    label::Int32
    "of the input (default 0); n_pre is channels * height * width (0: filled in), n_post the output channels"
    channels::UInt32
    "of the input map, 1 .. 65535 (default 0)"
    height::UInt32
    "of the input map, 1 .. 65535 (default 0)"
    width::UInt32
    ">= 1 (default 3)"
    kernel_h::UInt32
    ">= 1 (default 3)"
    kernel_w::UInt32
    ">= 1 (default 1)"
    stride::UInt32
    "zeros on each side, < kernel (default 1)"
    padding::UInt32
    "divides channels and n_post (default 1)"
    groups::UInt32
    "1: none (default), 2: 2 x 2 maximum, stride 2, odd sizes floored"
    pool::UInt32
    "LPL_SEES_*: what the loss looks at (default POOLED)"
    sees::Int32
    "LPL_SEES_HEAD: hidden units of the projection head, >= 1 (default 0)"
    head_hidden::UInt32
    "LPL_SEES_HEAD: its outputs, >= 1 (default 0)"
    head_out::UInt32
    "SOFTHEBB, > 0 (default 1); since 0.1.1"
    temperature::Cdouble
    "LPL_PULL_* (default DIFFERENCE); since 0.1.1, as all below"
    pull_form::Int32
    "0"
    reserved::Int32
    """
    DIRECTPRED, ISOLOSS: exponent of the predictor, >= 0 (default 1). 0, 1 and 2 need no eigenvectors, others about 6
    P^3 multiply-adds a step more
    """
    predictor_alpha::Cdouble
    "likewise: added to its eigenvalues, >= 0 (default 0.1)"
    predictor_eps::Cdouble
    "likewise: what C keeps in a step, 0 <= keep < 1 (default 0.99)"
    predictor_keep::Cdouble
end
enumfields(::Type{lpl_layer_config_t}) = (;
         kind = Kind, dtype = DType, activation = Activation, rule = Rule, form = Form, norm = Norm, push_form =
        PushForm, pair = PairForm, stats = StatsMode, optim = Optim, mode = Mode, init = Init, isa = Isa, sees = Sees,
        pull_form = PullForm)
aliases(::Type{lpl_layer_config_t}) = (; act = :activation)
const KEYWORDS_LAYER = """
- `flags`: integer; default `0`.
- `kind`: `:dense`, `:conv2d`; default `:dense`.
- `dtype`: `Float32`, `Float64`; default `Float32`.
- `n_pre`: integer. inputs, 1 .. 2^31.
- `n_post`: integer. units, 1 .. 2^31.
- `batch_max`: integer; default `1`. most rows of one lpl_update or lpl_gradient, >= 1.
- `activation`, `act`: `:linear`, `:relu`, `:leaky_relu`, `:tanh`, `:sigmoid`, `:softplus`, `:saturating`, `:gelu`,
  `:silu`; default `:linear`.
- `bias`: integer; default `1`. 1 (default): a bias per unit; 0: none.
- `rule`: `:lpl`, `:hebb`, `:hebb_covariance`, `:oja`, `:bcm`, `:slowness`, `:softhebb`; default `:lpl`.
- `form`: `:erratum`, `:reference`; default `:erratum`.
- `norm`: `:layer`, `:neuron`; default `:layer`.
- `push_form`: `:logvar`, `:naive`, `:hinge`, `:negative`, `:logdet`; default `:logvar`.
- `pair`: `:causal`, `:symmetric`; default `:causal`.
- `stats`: `:batch`, `:stale`, `:ewma`, `:all`; default `:batch`.
- `act_p0`: real; default `0.0`. parameter of the activation, see Activation; 0 (default): 0.01 for LEAKY_RELU, 2 for
  SATURATING.
- `act_p1`: real; default `0.0`. parameter of the activation, see Activation; 0 (default): 80 for SATURATING.
- `pull`: real; default `1.0`. coefficient of the predictive term, finite, >= 0.
- `push`: real; default `1.0`. lambda_1, >= 0.
- `decorr`: real; default `1.0`. lambda_2, >= 0 (default 0: no lateral term, no O(M^2) cost).
- `eps`: real; default `0.0001`. variance floor, > 0.
- `tau_mean`: real; default `1000.0`. samples, >= 2; EWMA.
- `tau_sigma2`: real; default `1000.0`. samples, >= 2; EWMA: variance and covariance.
- `mean_init`: real; default `0.0`. EWMA: start value of every mean.
- `sigma2_init`: real; default `1.0`. EWMA: start value of every variance, >= 0.
- `tau_theta`: real; default `10.0`. BCM, batches, >= 1; theta is kept in double (0.1.0: in dtype, where a long
  average stalls).
- `theta_init`: real; default `1.0`. BCM: start value of every threshold.
- `collapse_std`: real; default `0.001`. a unit whose standard deviation is below this counts as collapsed, >= 0.
- `optim`: `:sgd`, `:momentum`, `:adam`; default `:sgd`.
- `mode`: `:learn`, `:track`, `:frozen`; default `:learn`.
- `eta`: real; default `0.01`. learning rate, >= 0.
- `momentum`: real; default `0.9`. 0 <= momentum < 1; MOMENTUM. float32: up to about 1 - 4e-8: above that it would
  round to a factor that forgets at another pace, or never.
- `beta1`: real; default `0.9`. 0 <= beta1 < 1; ADAM. float32: as momentum.
- `beta2`: real; default `0.999`. 0 <= beta2 < 1; ADAM. float32: as momentum.
- `adam_eps`: real; default `1e-08`. > 0; ADAM.
- `weight_decay`: real; default `0.0`. on weights, never on biases, >= 0.
- `seed`: integer; default `0`. start values.
- `stream`: integer; default `0`. start values: give each layer its own.
- `init`: `:uniform`, `:zero`, `:unit_variance`; default `:uniform`.
- `threads`: integer; default `1`. OpenMP threads of an update, 1 .. 1024 (default 1: none are started).
- `isa`: `:auto`, `:ref`, `:avx2`, `:avx512`; default `:auto`.
- `label`: integer; default `0`. the host's number for this layer, named in messages.
- `channels`: integer; default `0`. of the input; n_pre is channels * height * width (0: filled in), n_post the output
  channels. kind = :conv2d only.
- `height`: integer; default `0`. of the input map, 1 .. 65535. kind = :conv2d only.
- `width`: integer; default `0`. of the input map, 1 .. 65535. kind = :conv2d only.
- `kernel_h`: integer; default `3`. >= 1. kind = :conv2d only.
- `kernel_w`: integer; default `3`. >= 1. kind = :conv2d only.
- `stride`: integer; default `1`. >= 1. kind = :conv2d only.
- `padding`: integer; default `1`. zeros on each side, < kernel. kind = :conv2d only.
- `groups`: integer; default `1`. divides channels and n_post. kind = :conv2d only.
- `pool`: integer; default `1`. 1: none (default), 2: 2 x 2 maximum, stride 2, odd sizes floored. kind = :conv2d only.
- `sees`: `:pooled`, `:positions`, `:head`; default `:pooled`. what the loss looks at. kind = :conv2d only.
- `head_hidden`: integer; default `0`. hidden units of the projection head, >= 1. kind = :conv2d only.
- `head_out`: integer; default `0`. its outputs, >= 1. kind = :conv2d only.
- `temperature`: real; default `1.0`. SOFTHEBB, > 0; since 0.1.1.
- `pull_form`: `:difference`, `:cosine`, `:directpred`, `:isoloss`; default `:difference`. since 0.1.1, as all below.
- `predictor_alpha`: real; default `1.0`. DIRECTPRED, ISOLOSS: exponent of the predictor, >= 0. 0, 1 and 2 need no
  eigenvectors, others about 6 P^3 multiply-adds a step more.
- `predictor_eps`: real; default `0.1`. likewise: added to its eigenvalues, >= 0.
- `predictor_keep`: real; default `0.99`. likewise: what C keeps in a step, 0 <= keep < 1.
"""

"""
    lpl_layer_config_init(cfg, size)

`lpl_status_t lpl_layer_config_init(lpl_layer_config_t *cfg, size_t size)`

```text
Defaults; preset. cfg->size must be set (by init) before the preset.
Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION, LPL_E_ARG. Thread class: any. Since 0.1.
```
"""
function lpl_layer_config_init(cfg, size)
    @ccall library().lpl_layer_config_init(cfg::Ptr{lpl_layer_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_layer_preset(cfg, preset)

`lpl_status_t lpl_layer_preset(lpl_layer_config_t *cfg, int32_t preset)`: see [`lpl_layer_config_init`](@ref).
"""
function lpl_layer_preset(cfg, preset)
    @ccall library().lpl_layer_preset(cfg::Ptr{lpl_layer_config_t}, preset::Int32)::lpl_status_t
end

"""
    lpl_layer_size(cfg, bytes, align)

`lpl_status_t lpl_layer_size(const lpl_layer_config_t *cfg, size_t *bytes, size_t *align)`

```text
Bytes that a layer of this config takes and the alignment it needs, for lpl_layer_create_in.
Returns LPL_OK or what lpl_layer_create would. Thread class: any. Since 0.1.
```
"""
function lpl_layer_size(cfg, bytes, align)
    @ccall library().lpl_layer_size(
        cfg::Ptr{lpl_layer_config_t}, bytes::Ptr{Csize_t}, align::Ptr{Csize_t})::lpl_status_t
end

"""
    lpl_layer_create(cfg, out)

`lpl_status_t lpl_layer_create(const lpl_layer_config_t *cfg, lpl_layer_t **out)`

```text
Make a layer; the config is copied. create takes one block from malloc, create_in builds in the caller's memory
(bytes and alignment from lpl_layer_size; must outlive the layer; nothing else is allocated, no heap is needed but by
lpl_forward on several threads). *out is set only on success. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (also, since
0.1.1: a momentum, beta1 or beta2 of a float32 layer that float32 cannot hold, optim.h), LPL_E_UNITS (tau below 2
samples), LPL_E_SIZE, LPL_E_VERSION, LPL_E_UNSUPPORTED, LPL_E_MEMORY. Thread class: any. Since 0.1.
```
"""
function lpl_layer_create(cfg, out)
    @ccall library().lpl_layer_create(cfg::Ptr{lpl_layer_config_t}, out::Ptr{Ptr{lpl_layer_t}})::lpl_status_t
end

"""
    lpl_layer_create_in(mem, bytes, cfg, out)

`lpl_status_t lpl_layer_create_in(void *mem, size_t bytes, const lpl_layer_config_t *cfg, lpl_layer_t **out)`: see
[`lpl_layer_create`](@ref).
"""
function lpl_layer_create_in(mem, bytes, cfg, out)
    @ccall library().lpl_layer_create_in(
        mem::Ptr{Cvoid}, bytes::Csize_t, cfg::Ptr{lpl_layer_config_t}, out::Ptr{Ptr{lpl_layer_t}})::lpl_status_t
end

"""
    lpl_layer_destroy(l)

`void lpl_layer_destroy(lpl_layer_t *l)`

```text
End a layer; NULL is fine. Memory from create is freed; the caller's block and borrowed weights are only let go.
```
"""
function lpl_layer_destroy(l)
    @ccall library().lpl_layer_destroy(l::Ptr{lpl_layer_t})::Cvoid
end

"""
    lpl_forward(l, z, ldz, x, ldx, batch)

`lpl_status_t lpl_forward(const lpl_layer_t *l, float *z, size_t ldz, const float *x, size_t ldx, size_t batch)`

```text
z = f(W x + bias) for batch rows (any batch, also 0).
  z   out, batch x n_out, ldz >= n_out (n_post; convolution: the map, n_post x out_height x out_width);  x  batch x
      n_pre;  no overlap
Nothing is kept, so nothing is refused: where x holds NaN or infinity, or a sum overflows, z says so by IEEE 754 (a
learning call on the same x, and the readout, return LPL_E_NONFINITE).
Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE, LPL_E_DTYPE, LPL_E_OVERLAP, LPL_E_MEMORY (since 0.1.1, see below).
Shared access; nobody waits for another thread. Allocates nothing, with one exception: a call on a convolution while
another call is at work in the same layer takes scratch of its own from the heap (some MB, docs/layer.md) and gives
it back at the end; LPL_E_MEMORY, and z as it was, if there is none or if this build has no heap.
Cost 2 batch n_pre n_post flop (convolution: 2 batch fan_in n_post positions). Since 0.1.
```
"""
function lpl_forward(l, z, ldz, x, ldx, batch)
    @ccall library().lpl_forward(
        l::Ptr{lpl_layer_t}, z::Ptr{Cfloat}, ldz::Csize_t, x::Ptr{Cfloat}, ldx::Csize_t, batch::Csize_t)::lpl_status_t
end

"""
    lpl_forward_f64(l, z, ldz, x, ldx, batch)

[`lpl_forward`](@ref) on `Float64`.
"""
function lpl_forward_f64(l, z, ldz, x, ldx, batch)
    @ccall library().lpl_forward_f64(
        l::Ptr{lpl_layer_t}, z::Ptr{Cdouble}, ldz::Csize_t, x::Ptr{Cdouble}, ldx::Csize_t, batch::Csize_t)::lpl_status_t
end
@inline lpl_forward(::Type{Float32}, l, z, ldz, x, ldx, batch) = lpl_forward(l, z, ldz, x, ldx, batch)
@inline lpl_forward(::Type{Float64}, l, z, ldz, x, ldx, batch) = lpl_forward_f64(l, z, ldz, x, ldx, batch)

"""
    lpl_update(l, report, x0, ldx0, x1, ldx1, batch)

`lpl_status_t lpl_update(lpl_layer_t *l, lpl_report_t *report, const float *x0, size_t ldx0, const float *x1, size_t
ldx1, size_t batch)`

```text
One learning step on a batch of pairs: forward, statistics, rule, weights, in place.
  report  out (size set), or NULL
  x0      batch x n_pre: the past, or the other view (ldx0 >= n_pre). NULL (CAUSAL only): use the response remembered
          from the last update of the same batch; with none yet the predictive term is 0
  x1      batch x n_pre: now, or the second view
  batch   rows; 2 .. batch_max with BATCH or STALE statistics, 1 .. batch_max with EWMA
The response to x1 is remembered for the next call. Order: forward; EWMA statistics take in z; delta; weights; STALE
statistics. Returns LPL_OK, LPL_COLLAPSED (done, all units constant), LPL_E_NULL, LPL_E_SIZE, LPL_E_DTYPE,
LPL_E_ORDER (also a first batch of one row with LPL_INIT_UNIT_VARIANCE),
LPL_E_NONFINITE (divergence, see above: a response is NaN, infinite or too large to be squared, or
something that the step would write is not finite; nothing written). Exclusive access. Allocates nothing.
Cost 8 batch n_pre n_post flop (CAUSAL with x0: 6, without: 4), decorr: + about 4 min(batch, n_post) batch n_post a
view. Since 0.1.
```
"""
function lpl_update(l, report, x0, ldx0, x1, ldx1, batch)
    @ccall library().lpl_update(
        l::Ptr{lpl_layer_t}, report::Ptr{lpl_report_t}, x0::Ptr{Cfloat}, ldx0::Csize_t, x1::Ptr{Cfloat}, ldx1::Csize_t,
        batch::Csize_t)::lpl_status_t
end

"""
    lpl_update_f64(l, report, x0, ldx0, x1, ldx1, batch)

[`lpl_update`](@ref) on `Float64`.
"""
function lpl_update_f64(l, report, x0, ldx0, x1, ldx1, batch)
    @ccall library().lpl_update_f64(
        l::Ptr{lpl_layer_t}, report::Ptr{lpl_report_t}, x0::Ptr{Cdouble}, ldx0::Csize_t, x1::Ptr{Cdouble},
        ldx1::Csize_t, batch::Csize_t)::lpl_status_t
end
@inline lpl_update(
        ::Type{Float32}, l, report, x0, ldx0, x1, ldx1, batch) = lpl_update(l, report, x0, ldx0, x1, ldx1, batch)
@inline lpl_update(
        ::Type{Float64}, l, report, x0, ldx0, x1, ldx1, batch) = lpl_update_f64(l, report, x0, ldx0, x1, ldx1, batch)

"""
    lpl_update_online(l, z, report, x)

`lpl_status_t lpl_update_online(lpl_layer_t *l, float *z, lpl_report_t *report, const float *x)`

```text
One step on a stream: one sample; needs EWMA statistics (any rule but HEBB_COVARIANCE with BATCH). z at once, weights
up to date on return.
  z       out, units (n_post; convolution: what the loss sees), or NULL
  report  out, or NULL (then no logarithm is computed)
  x       n_pre
Order, unit by unit: z = f(w x + b); mean, then variance take in z; delta; weights. Without decorr the weights are
read and written once; with it all z come first, then the lateral term, then the weights. SOFTHEBB, whose units
compete, goes the way of decorr in this and in what follows.
Returns LPL_OK, LPL_COLLAPSED, LPL_E_NULL, LPL_E_DTYPE, LPL_E_ORDER (batch statistics; start values that are still to
be scaled), LPL_E_OVERLAP, and
LPL_E_NONFINITE: some unit's z is NaN or infinite, or its step would leave weights, moments, statistics or threshold
so. Then those units are unchanged (weights, bias, moments, statistics, threshold, remembered response); without
decorr all other units have made their step and it counts, unless all are such units; with decorr nothing has
changed. z and report are not written. The detail names the first such unit and how many there are. Every state is
finite and can be saved. Without decorr a report that would hold NaN or infinity is noticed when all units have made
their step (the sentence says so); with it, before. Exclusive access. Allocates nothing. Cost 4 n_pre n_post flop;
with decorr + O(n_post^2). Since 0.1.
```
"""
function lpl_update_online(l, z, report, x)
    @ccall library().lpl_update_online(
        l::Ptr{lpl_layer_t}, z::Ptr{Cfloat}, report::Ptr{lpl_report_t}, x::Ptr{Cfloat})::lpl_status_t
end

"""
    lpl_update_online_f64(l, z, report, x)

[`lpl_update_online`](@ref) on `Float64`.
"""
function lpl_update_online_f64(l, z, report, x)
    @ccall library().lpl_update_online_f64(
        l::Ptr{lpl_layer_t}, z::Ptr{Cdouble}, report::Ptr{lpl_report_t}, x::Ptr{Cdouble})::lpl_status_t
end
@inline lpl_update_online(::Type{Float32}, l, z, report, x) = lpl_update_online(l, z, report, x)
@inline lpl_update_online(::Type{Float64}, l, z, report, x) = lpl_update_online_f64(l, z, report, x)

"""
    lpl_gradient(l, dw, lddw, db, report, x0, ldx0, x1, ldx1, batch)

`lpl_status_t lpl_gradient(lpl_layer_t *l, float *dw, size_t lddw, float *db, lpl_report_t *report, const float *x0,
size_t ldx0, const float *x1, size_t ldx1, size_t batch)`

```text
The gradient that lpl_update would hand to its optimiser (weight decay not included), without changing the layer.
  dw      out, n_post x fan_in (n_pre; convolution: channels/groups x kernel), lddw >= fan_in;  db  out, n_post, or
          NULL
  report  out, or NULL
Other arguments, returns, access and cost as lpl_update (LPL_E_NONFINITE: dw, db and report are not written). Since
0.1.
```
"""
function lpl_gradient(l, dw, lddw, db, report, x0, ldx0, x1, ldx1, batch)
    @ccall library().lpl_gradient(
        l::Ptr{lpl_layer_t}, dw::Ptr{Cfloat}, lddw::Csize_t, db::Ptr{Cfloat}, report::Ptr{lpl_report_t},
        x0::Ptr{Cfloat}, ldx0::Csize_t, x1::Ptr{Cfloat}, ldx1::Csize_t, batch::Csize_t)::lpl_status_t
end

"""
    lpl_gradient_f64(l, dw, lddw, db, report, x0, ldx0, x1, ldx1, batch)

[`lpl_gradient`](@ref) on `Float64`.
"""
function lpl_gradient_f64(l, dw, lddw, db, report, x0, ldx0, x1, ldx1, batch)
    @ccall library().lpl_gradient_f64(
        l::Ptr{lpl_layer_t}, dw::Ptr{Cdouble}, lddw::Csize_t, db::Ptr{Cdouble}, report::Ptr{lpl_report_t},
        x0::Ptr{Cdouble}, ldx0::Csize_t, x1::Ptr{Cdouble}, ldx1::Csize_t, batch::Csize_t)::lpl_status_t
end
@inline lpl_gradient(
        ::Type{Float32}, l, dw, lddw, db, report, x0, ldx0, x1, ldx1, batch) = lpl_gradient(l, dw, lddw, db, report, x0,
        ldx0, x1, ldx1, batch)
@inline lpl_gradient(
        ::Type{Float64}, l, dw, lddw, db, report, x0, ldx0, x1, ldx1, batch) = lpl_gradient_f64(l, dw, lddw, db, report,
        x0, ldx0, x1, ldx1, batch)

"""
    lpl_layer_set(l, param, value)

`lpl_status_t lpl_layer_set(lpl_layer_t *l, int32_t param, double value)`

```text
Run-time scalars (LPL_PARAM_*). set: LPL_E_ARG if read-only, unknown or out of bounds (the layer is unchanged).
bounds: the closed range that set accepts. Exclusive / shared / any. Since 0.1.
```
"""
function lpl_layer_set(l, param, value)
    @ccall library().lpl_layer_set(l::Ptr{lpl_layer_t}, param::Int32, value::Cdouble)::lpl_status_t
end

"""
    lpl_layer_get(l, param, value)

`lpl_status_t lpl_layer_get(const lpl_layer_t *l, int32_t param, double *value)`: see [`lpl_layer_set`](@ref).
"""
function lpl_layer_get(l, param, value)
    @ccall library().lpl_layer_get(l::Ptr{lpl_layer_t}, param::Int32, value::Ptr{Cdouble})::lpl_status_t
end

"""
    lpl_layer_bounds(l, param, low, high)

`lpl_status_t lpl_layer_bounds(const lpl_layer_t *l, int32_t param, double *low, double *high)`: see
[`lpl_layer_set`](@ref).
"""
function lpl_layer_bounds(l, param, low, high)
    @ccall library().lpl_layer_bounds(
        l::Ptr{lpl_layer_t}, param::Int32, low::Ptr{Cdouble}, high::Ptr{Cdouble})::lpl_status_t
end

"""
    lpl_layer_read(l, dst, n, state)

`lpl_status_t lpl_layer_read(const lpl_layer_t *l, float *dst, size_t n, int32_t state)`

```text
Copy a named state (LPL_STATE_*) out or in; n must be exactly its length. write refuses NaN, infinity and negative
variances; read, since 0.1.1, what a float32 layer keeps in double and float cannot hold (a variance of 1e60: dst as
it was). Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (this layer has no such state), LPL_E_SIZE, LPL_E_DTYPE, LPL_E_ORDER,
LPL_E_NONFINITE. Shared / exclusive access. Since 0.1.
```
"""
function lpl_layer_read(l, dst, n, state)
    @ccall library().lpl_layer_read(l::Ptr{lpl_layer_t}, dst::Ptr{Cfloat}, n::Csize_t, state::Int32)::lpl_status_t
end

"""
    lpl_layer_read_f64(l, dst, n, state)

[`lpl_layer_read`](@ref) on `Float64`.
"""
function lpl_layer_read_f64(l, dst, n, state)
    @ccall library().lpl_layer_read_f64(l::Ptr{lpl_layer_t}, dst::Ptr{Cdouble}, n::Csize_t, state::Int32)::lpl_status_t
end
@inline lpl_layer_read(::Type{Float32}, l, dst, n, state) = lpl_layer_read(l, dst, n, state)
@inline lpl_layer_read(::Type{Float64}, l, dst, n, state) = lpl_layer_read_f64(l, dst, n, state)

"""
    lpl_layer_write(l, src, n, state)

`lpl_status_t lpl_layer_write(lpl_layer_t *l, const float *src, size_t n, int32_t state)`: see
[`lpl_layer_read`](@ref).
"""
function lpl_layer_write(l, src, n, state)
    @ccall library().lpl_layer_write(l::Ptr{lpl_layer_t}, src::Ptr{Cfloat}, n::Csize_t, state::Int32)::lpl_status_t
end

"""
    lpl_layer_write_f64(l, src, n, state)

[`lpl_layer_write`](@ref) on `Float64`.
"""
function lpl_layer_write_f64(l, src, n, state)
    @ccall library().lpl_layer_write_f64(l::Ptr{lpl_layer_t}, src::Ptr{Cdouble}, n::Csize_t, state::Int32)::lpl_status_t
end
@inline lpl_layer_write(::Type{Float32}, l, src, n, state) = lpl_layer_write(l, src, n, state)
@inline lpl_layer_write(::Type{Float64}, l, src, n, state) = lpl_layer_write_f64(l, src, n, state)

"""
    lpl_layer_copy(dst, src, copied)

`lpl_status_t lpl_layer_copy(lpl_layer_t *dst, const lpl_layer_t *src, uint32_t *copied)`

```text
Copy what src has learned into dst, all that fits: layers of other map sizes, batches, coefficients, rules or
optimisers, as long as weights and biases have the same shape. The configuration of dst stays as it is (coefficients,
eta, mode, sees, ...).
  copied  out, or NULL: bit 1 << LPL_STATE_* for each state that was copied
Always: weights, biases. Where both layers have it: threshold; head, of the same shape; moments and LPL_PARAM_STEP,
of the same optimiser; mean, variance, covariance and C of a predictor, of the same kind of statistics over the same
units; remembered response, of the same units, if batch_max of dst has room for its rows (otherwise dst remembers
none). Other states stay as they were. A copy of the same configuration goes on with the bits of src. Borrowed
weights of dst are written where they are. Returns LPL_OK, LPL_E_NULL, LPL_E_DTYPE, LPL_E_ARG (kind, bias differ),
LPL_E_SIZE (n_post, fan_in, kernel, groups differ), LPL_E_OVERLAP, LPL_E_NONFINITE (a state of src). dst: exclusive
access, src: shared. Allocates nothing. Cost: one pass over the states. Since 0.1.1.
```
"""
function lpl_layer_copy(dst, src, copied)
    @ccall library().lpl_layer_copy(dst::Ptr{lpl_layer_t}, src::Ptr{lpl_layer_t}, copied::Ptr{UInt32})::lpl_status_t
end

"""
    lpl_layer_ema(target, src, keep)

`lpl_status_t lpl_layer_ema(lpl_layer_t *target, const lpl_layer_t *src, double keep)`

```text
A target layer that follows slowly (BYOL's target network): w_target = keep w_target + (1 - keep) w of src, for
weights, biases and the head; nothing else of target moves. In double and rounded once, so a float32 target stands
still where it is nearer to src than about 6e-8 / (1 - keep) of a weight.
  keep  0 (a copy) .. 1 (nothing)
How the two learn together: docs/layer.md. Returns LPL_OK, LPL_E_NULL, LPL_E_DTYPE, LPL_E_ARG (keep; kind, bias
differ), LPL_E_SIZE (n_post, fan_in, kernel, groups, head differ), LPL_E_OVERLAP, LPL_E_NONFINITE (a state of
either). target: exclusive access, src: shared. Allocates nothing. Cost: one pass over the parameters. Since
0.1.1.
```
"""
function lpl_layer_ema(target, src, keep)
    @ccall library().lpl_layer_ema(target::Ptr{lpl_layer_t}, src::Ptr{lpl_layer_t}, keep::Cdouble)::lpl_status_t
end

"""
    lpl_layer_borrow_weights(l, w, ldw, bias)

`lpl_status_t lpl_layer_borrow_weights(lpl_layer_t *l, float *w, size_t ldw, float *bias)`

```text
Learn in the host's own arrays: from now on the layer reads and writes w (n_post x fan_in, ldw >= fan_in) and bias
(n_post; NULL exactly if the layer has none). They stay borrowed until destroy, or until given back by a call with w
= NULL and bias = NULL, which copies the values back into the layer. The present values of w and bias are taken over.
A host that writes into them itself between calls of lpl_update_online keeps to magnitudes below 1e34 (float32) or
1e304, for that call does not read all of them again to exclude an overflow; the other calls do.
Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE, LPL_E_DTYPE, LPL_E_OVERLAP, LPL_E_NONFINITE. Exclusive access. Since 0.1.
```
"""
function lpl_layer_borrow_weights(l, w, ldw, bias)
    @ccall library().lpl_layer_borrow_weights(
        l::Ptr{lpl_layer_t}, w::Ptr{Cfloat}, ldw::Csize_t, bias::Ptr{Cfloat})::lpl_status_t
end

"""
    lpl_layer_borrow_weights_f64(l, w, ldw, bias)

[`lpl_layer_borrow_weights`](@ref) on `Float64`.
"""
function lpl_layer_borrow_weights_f64(l, w, ldw, bias)
    @ccall library().lpl_layer_borrow_weights_f64(
        l::Ptr{lpl_layer_t}, w::Ptr{Cdouble}, ldw::Csize_t, bias::Ptr{Cdouble})::lpl_status_t
end
@inline lpl_layer_borrow_weights(::Type{Float32}, l, w, ldw, bias) = lpl_layer_borrow_weights(l, w, ldw, bias)
@inline lpl_layer_borrow_weights(::Type{Float64}, l, w, ldw, bias) = lpl_layer_borrow_weights_f64(l, w, ldw, bias)

"""
    lpl_layer_forget(l)

`lpl_status_t lpl_layer_forget(lpl_layer_t *l)`

```text
Forget the remembered response (the start of a new sequence): the next predictive term without x0 is 0. Exclusive
access. Since 0.1.
```
"""
function lpl_layer_forget(l)
    @ccall library().lpl_layer_forget(l::Ptr{lpl_layer_t})::lpl_status_t
end

"""
    lpl_layer_forget_rows(l, row, n)

`lpl_status_t lpl_layer_forget_rows(lpl_layer_t *l, const uint32_t *row, size_t n)`

```text
The same for some rows. Where batches are parallel streams (row b of each call goes on with sequence b), a sequence
that ends is cut there and the others go on: in the next update without x0 these rows are as if their x0 had given
the response of their x1, so their predictive term is 0 (with a linear predictor, LPL_PULL_DIRECTPRED or ISOLOSS,
they are predicted from themselves). They still count as rows of the batch.
  row  n numbers below batch_max, in any order; a row that is not remembered (yet) has nothing to forget. NULL if
       n = 0
When no row is left this is lpl_layer_forget. Until the next update LPL_STATE_PREV reads 0 there; writing it
remembers all rows again. State files keep it (0.1.0 refuses such a file). Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE
(nothing is forgotten). Exclusive access. Allocates nothing. Since 0.1.1.
```
"""
function lpl_layer_forget_rows(l, row, n)
    @ccall library().lpl_layer_forget_rows(l::Ptr{lpl_layer_t}, row::Ptr{UInt32}, n::Csize_t)::lpl_status_t
end

"""
    lpl_layer_save(l, write, user)

`lpl_status_t lpl_layer_save(const lpl_layer_t *l, lpl_write_fn write, void *user)`

```text
Save / load (state.h): config, weights, statistics, moments, remembered response, step count. A layer with borrowed
weights is saved with their values and loaded with its own. threads and isa are not part of the state: a loaded layer
has the given threads (>= 1) and LPL_ISA_AUTO. max_bytes: most memory the new layer may take (0 = 4 GiB).
Returns LPL_OK, LPL_E_NULL, LPL_E_IO; save: LPL_E_NONFINITE (a state holds NaN or infinity; nothing was written);
load: LPL_E_ARG (threads), LPL_E_FORMAT, LPL_E_VERSION, LPL_E_MEMORY, LPL_E_UNSUPPORTED. On failure *out is
untouched. Since 0.1.
```
"""
function lpl_layer_save(l, write, user)
    @ccall library().lpl_layer_save(l::Ptr{lpl_layer_t}, write::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_layer_load(read, user, max_bytes, threads, out)

`lpl_status_t lpl_layer_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, lpl_layer_t **out)`: see
[`lpl_layer_save`](@ref).
"""
function lpl_layer_load(read, user, max_bytes, threads, out)
    @ccall library().lpl_layer_load(
        read::Ptr{Cvoid}, user::Ptr{Cvoid}, max_bytes::Csize_t, threads::Int32,
        out::Ptr{Ptr{lpl_layer_t}})::lpl_status_t
end

"""
    lpl_layer_load_size(read, user, threads, bytes, align)

`lpl_status_t lpl_layer_load_size(lpl_read_fn read, void *user, int32_t threads, size_t *bytes, size_t *align)`

```text
Load into the caller's memory, as lpl_layer_create_in makes a layer there: nothing is allocated, no heap is needed.
load_in writes the same layer as lpl_layer_load (same file, same checks, same bits afterwards) into mem, which must
outlive it.
  mem      bytes bytes on an align boundary, both from load_size; more is fine
  bytes    out of load_size: what the layer of this file takes with so many threads;  align: likewise
load_size reads the first two records of the file and no further (less than 2 KiB); start again at its first byte for
load_in. Returns what lpl_layer_load returns; LPL_E_MEMORY: mem is too small or not aligned (the detail says what is
needed; nothing was written). On any other failure mem holds nothing of use, and *out is untouched. Thread class:
any. Cost: one pass over the file. Since 0.1.1.
```
"""
function lpl_layer_load_size(read, user, threads, bytes, align)
    @ccall library().lpl_layer_load_size(
        read::Ptr{Cvoid}, user::Ptr{Cvoid}, threads::Int32, bytes::Ptr{Csize_t}, align::Ptr{Csize_t})::lpl_status_t
end

"""
    lpl_layer_load_in(mem, bytes, read, user, threads, out)

`lpl_status_t lpl_layer_load_in(void *mem, size_t bytes, lpl_read_fn read, void *user, int32_t threads, lpl_layer_t
**out)`: see [`lpl_layer_load_size`](@ref).
"""
function lpl_layer_load_in(mem, bytes, read, user, threads, out)
    @ccall library().lpl_layer_load_in(
        mem::Ptr{Cvoid}, bytes::Csize_t, read::Ptr{Cvoid}, user::Ptr{Cvoid}, threads::Int32,
        out::Ptr{Ptr{lpl_layer_t}})::lpl_status_t
end

# ---- lpl/spiking.h

const HEADER_SPIKING = """
```text
lpl/spiking.h - lpl_spiking_t: a plastic projection onto spiking neurons, learning by LPL (theory 6.3).

  dw_ij/dt = eta [ alpha * (psp_j f'(v_i)) ] [ alpha * ( -pull (S_i(t) - S_i(t - t_lag)) + push (S_i - mean_i) /
  (sigma2_i + xi) ) ] + eta delta S_j

psp_j: pre spikes after tau_syn and tau_psp;  f'(v) = beta / (1 + beta |v - v_theta|)^2;  alpha: a rise and a decay
filter, two of each; mean_i, sigma2_i: running mean and variance of the post spike train. Written out per step of
length dt, with k(tau) = exp(-dt/tau), r(tau) = dt/tau, d = delay_ax in steps, l = t_lag in steps, D_i = S_i(t-d)
(every right-hand side is what step t-1 left, unless said):

  E1  err_i      = push_eff (D_i - mean_i r(tau_mean)) / (sigma2_i + xi)  [+ delta]  - pull (D_i - S_i(t-l))
  E2  fprime_i   = f'(v_i(t))
  E3  elig_ij   += psp_j(t-d) fprime_i(t-d);  elig_flt_ij += r(tau_decay) (elig_ij - elig_flt_ij);  elig_ij *=
                k(tau_rise)
  E4  sum_ij    += elig_flt_ij err_flt_i   [+ delta S_j(t-d)]
  E5  every update_every steps (t = 0, update_every, ...):  w_ij += eta sum_ij / update_every, clipped to [w_min,
  w_max];  sum_ij = 0
  E6  psp_j     += r(tau_psp) (tr_pre_j - psp_j)
  E7  sigma2_i   = k(tau_sigma2) (sigma2_i + c (D_i - mean_i r(tau_mean))^2)
  E8  tr_pre_j   = k(tau_syn) (tr_pre_j + S_j(t-d));  mean_i = k(tau_mean) (mean_i + S_i(t))
  E9  err_rise_i += r(tau_err_rise) (err_i - err_rise_i);  err_flt_i += r(tau_err_decay) (err_rise_i - err_flt_i)

  LPL_FORM_ERRATUM    push_eff = push dt, xi = 1e-7, c = dt/tau_sigma2, delta = 1e-3 in E4  (sigma2: variance of the
                      spike count of a step)
  LPL_FORM_REFERENCE  push_eff = push,    xi = 1e-3, c = 1/tau_sigma2,  delta = 1e-5 in E1  (as published; sigma2 in
                                          Hz)
The two are the same rule but for rounding and the place of delta (docs/spiking.md). The interval between "now" and
"a moment ago" is t_lag - delay_ax, as in the reference (19.2 ms with the defaults).

One time step of a host, in this order:
  1  S(t): sources (source.h), populations (lif.h)
  2  lpl_spiking_drive, lpl_projection_drive: conductances += w S(t - delay_ax), felt by the membrane at step t + 1
  3  lpl_spiking_step, lpl_projection_step: learning; it sees v(t) after threshold and reset, and the spikes S(t)

Engines (equal results within numerics of docs/spiking.md; chosen by the config alone):
  FUSED  one pass over all synapses each step, arithmetic in the order E1 - E9 with every operation rounded: bit for
         bit the reference in float
  BLOCK  nothing per synapse until a block ends; then E3, E4 are run backwards as filters per post neuron, and each
         pre spike adds what it is worth to its synapses. Exact algebra (src/spiking/block_real.c); cost per synapse
         and step near 0.
Memory is fixed at create. All calls are deterministic: the same bits for any number of threads, for step n times and
steps(n), and after save and load. Reading never changes a run.
```
"""

"""
    lpl_spiking_t

```text
A plastic projection. Calls that take a const pointer may run together on any threads; others need exclusive
access.
```
"""
mutable struct lpl_spiking_t end

"""
    Engine

- `LPL_ENGINE_AUTO` = 0: BLOCK from update_every = 8 on, FUSED below
- `LPL_ENGINE_FUSED` = 1
- `LPL_ENGINE_BLOCK` = 2
"""
@enum Engine::Int32 begin
    LPL_ENGINE_AUTO = 0
    LPL_ENGINE_FUSED = 1
    LPL_ENGINE_BLOCK = 2
end
prefix(::Type{Engine}) = "LPL_ENGINE_"

"""
    Scaling

```text
Division of the gradient g = sum / update_every by its running size, per synapse; g2 is LPL_SPIKING_GRAD2. R =
exp(-dt update_every / tau_rms).
  NONE     w += eta g
  MAXNORM  g2 = max(g^2, R g2), w += eta g / (sqrt(g2) + 1e-32)     (the reference's accelerated optimiser)
  RMS      g2 = R g2 + (1 - R) g^2, divided by 1 - R^n after n updates
g2 of a synapse whose g is 0 becomes 0 once it is no normal number.
```

- `LPL_SCALING_NONE` = 0
- `LPL_SCALING_MAXNORM` = 1
- `LPL_SCALING_RMS` = 2
"""
@enum Scaling::Int32 begin
    LPL_SCALING_NONE = 0
    LPL_SCALING_MAXNORM = 1
    LPL_SCALING_RMS = 2
end
prefix(::Type{Scaling}) = "LPL_SCALING_"

"""
    Slow

```text
How mean and sigma2 are kept. DOUBLE (the default since 0.1.1): in double, x += (k - 1) x, as written: within 1 %
of exp(-t/tau) at every dt and tau. REFERENCE: in the projection's type, x = k x, as in the published simulations,
whose bits it gives; in float32 the effective time constant then wanders with the value (420 - 700 s for 600 s),
and near dt/tau = 2^-25 k rounds to 1: create refuses a k that means another time constant by more than a third.
The values are those of 0.1; a config that says 0 says REFERENCE.
```

- `LPL_SLOW_REFERENCE` = 0
- `LPL_SLOW_DOUBLE` = 1
"""
@enum Slow::Int32 begin
    LPL_SLOW_REFERENCE = 0
    LPL_SLOW_DOUBLE = 1
end
prefix(::Type{Slow}) = "LPL_SLOW_"

"""
    SpikingPreset

- `LPL_PRESET_SPIKING_NETWORK` = 0: Fig. 5: erratum form; the defaults of lpl_spiking_config_init
- `LPL_PRESET_SPIKING_STDP` = 1: Fig. 6: eta 5e-3, delta 0, tau_sigma2 300 s, w_init 0.5, mean_init 20 Hz, sigma2_init
  1e-5
- `LPL_PRESET_SPIKING_NETWORK_REFERENCE` = 2: the same two in LPL_FORM_REFERENCE (sigma2_init of STDP: 0.1), with
  LPL_SLOW_REFERENCE
- `LPL_PRESET_SPIKING_STDP_REFERENCE` = 3
"""
@enum SpikingPreset::Int32 begin
    LPL_PRESET_SPIKING_NETWORK = 0
    LPL_PRESET_SPIKING_STDP = 1
    LPL_PRESET_SPIKING_NETWORK_REFERENCE = 2
    LPL_PRESET_SPIKING_STDP_REFERENCE = 3
end
prefix(::Type{SpikingPreset}) = "LPL_PRESET_SPIKING_"

"""
    SpikingFlag

```text
Bits of lpl_spiking_config_t.flags. WATCH (since 0.1.1): look at the verdict (below) at the first weight change after
each tau_mean, and say so when it is another one: that step, or the call that makes it, returns LPL_LOOK (status.h).
Each change is told once, the first look at a healthy projection is no change, and none comes before tau_mean has
passed. It also measures weight_change, for which it keeps a copy of the weights. Cost: nothing in a step, one pass
over weights and post neurons each tau_mean. Without the flag nothing is kept and nothing told; a report has a
verdict all the same.
```

- `LPL_SPIKING_WATCH` = 1
"""
const SpikingFlag = UInt32
const LPL_SPIKING_WATCH = UInt32(1)

"""
    SpikingParam

```text
Scalars for lpl_spiking_set and lpl_spiking_get. What is set acts from the next step on.
```

- `LPL_SPIKING_PARAM_ETA` = 0
- `LPL_SPIKING_PARAM_PUSH` = 1
- `LPL_SPIKING_PARAM_PULL` = 2
- `LPL_SPIKING_PARAM_MODE` = 3: LPL_MODE_* as a number
- `LPL_SPIKING_PARAM_THREADS` = 4: 1 .. threads of the config
- `LPL_SPIKING_PARAM_STEP` = 5: number of steps done = the next t; read only, as all that follow
- `LPL_SPIKING_PARAM_UPDATES` = 6: weight changes done
- `LPL_SPIKING_PARAM_N_PRE` = 7
- `LPL_SPIKING_PARAM_N_POST` = 8
- `LPL_SPIKING_PARAM_N_SYNAPSES` = 9
- `LPL_SPIKING_PARAM_DTYPE` = 10
- `LPL_SPIKING_PARAM_ENGINE` = 11: the engine in use
- `LPL_SPIKING_PARAM_ISA` = 12
- `LPL_SPIKING_PARAM_MEMORY` = 13: bytes taken at create
- `LPL_SPIKING_PARAM_BLOCK` = 14: steps of a block (FUSED: 1)
- `LPL_SPIKING_PARAM_DT` = 15
- `LPL_SPIKING_PARAM_DELAY` = 16: steps
- `LPL_SPIKING_PARAM_LAG` = 17: steps
- `LPL_SPIKING_PARAM_TAU_MEAN` = 18
- `LPL_SPIKING_PARAM_W_MIN` = 19
- `LPL_SPIKING_PARAM_W_MAX` = 20
- `LPL_SPIKING_PARAM_LABEL` = 21
- `LPL_SPIKING_PARAM_VERDICT` = 22: LPL_VERDICT_* of the last look (LPL_SPIKING_WATCH), EARLY before the first. Since
  0.1.1, as those that follow
- `LPL_SPIKING_PARAM_POST_BEGIN` = 23
- `LPL_SPIKING_PARAM_N_POST_GLOBAL` = 24
"""
@enum SpikingParam::Int32 begin
    LPL_SPIKING_PARAM_ETA = 0
    LPL_SPIKING_PARAM_PUSH = 1
    LPL_SPIKING_PARAM_PULL = 2
    LPL_SPIKING_PARAM_MODE = 3
    LPL_SPIKING_PARAM_THREADS = 4
    LPL_SPIKING_PARAM_STEP = 5
    LPL_SPIKING_PARAM_UPDATES = 6
    LPL_SPIKING_PARAM_N_PRE = 7
    LPL_SPIKING_PARAM_N_POST = 8
    LPL_SPIKING_PARAM_N_SYNAPSES = 9
    LPL_SPIKING_PARAM_DTYPE = 10
    LPL_SPIKING_PARAM_ENGINE = 11
    LPL_SPIKING_PARAM_ISA = 12
    LPL_SPIKING_PARAM_MEMORY = 13
    LPL_SPIKING_PARAM_BLOCK = 14
    LPL_SPIKING_PARAM_DT = 15
    LPL_SPIKING_PARAM_DELAY = 16
    LPL_SPIKING_PARAM_LAG = 17
    LPL_SPIKING_PARAM_TAU_MEAN = 18
    LPL_SPIKING_PARAM_W_MIN = 19
    LPL_SPIKING_PARAM_W_MAX = 20
    LPL_SPIKING_PARAM_LABEL = 21
    LPL_SPIKING_PARAM_VERDICT = 22
    LPL_SPIKING_PARAM_POST_BEGIN = 23
    LPL_SPIKING_PARAM_N_POST_GLOBAL = 24
end
prefix(::Type{SpikingParam}) = "LPL_SPIKING_PARAM_"

"""
    SpikingState

```text
Named states for lpl_spiking_read, as step t left them; names in brackets: columns of the golden data.
```

- `LPL_SPIKING_WEIGHTS` = 0: per synapse
- `LPL_SPIKING_ELIG` = 1: per synapse, after its decay [el]
- `LPL_SPIKING_ELIG_FLT` = 2: per synapse [el_flt]
- `LPL_SPIKING_ELIG_SUM` = 3: per synapse: sum of E4; 0 after an update [el_sum]
- `LPL_SPIKING_GRAD2` = 4: per synapse: squared size of the gradient [g2]; 0 without scaling
- `LPL_SPIKING_TR_PRE` = 5: per pre neuron [pretr]
- `LPL_SPIKING_PSP` = 6: per pre neuron [psp]
- `LPL_SPIKING_ERR` = 7: per post neuron [err]
- `LPL_SPIKING_ERR_RISE` = 8: per post neuron [tr_err]
- `LPL_SPIKING_ERR_FLT` = 9: per post neuron [tr_err_flt]
- `LPL_SPIKING_MEAN` = 10: per post neuron: the trace of E8; divided by tau_mean a rate in Hz [mean]
- `LPL_SPIKING_SIGMA2` = 11: per post neuron [sigma2]
- `LPL_SPIKING_FPRIME` = 12: per post neuron: surrogate derivative of this step
"""
@enum SpikingState::Int32 begin
    LPL_SPIKING_WEIGHTS = 0
    LPL_SPIKING_ELIG = 1
    LPL_SPIKING_ELIG_FLT = 2
    LPL_SPIKING_ELIG_SUM = 3
    LPL_SPIKING_GRAD2 = 4
    LPL_SPIKING_TR_PRE = 5
    LPL_SPIKING_PSP = 6
    LPL_SPIKING_ERR = 7
    LPL_SPIKING_ERR_RISE = 8
    LPL_SPIKING_ERR_FLT = 9
    LPL_SPIKING_MEAN = 10
    LPL_SPIKING_SIGMA2 = 11
    LPL_SPIKING_FPRIME = 12
end
prefix(::Type{SpikingState}) = "LPL_SPIKING_"

"""
    Verdict

```text
What a report says in one word: the first of these that is true, EARLY .. NOT_LEARNING, or OK. Rates are those of
LPL_SPIKING_MEAN / tau_mean, without what is left of where it began (mean_init, or the mean of what was written):
  rate_i = (mean_i / tau_mean - start e) / (1 - e),  e = exp(-T / tau_mean),  T = dt x steps learned or tracked
so that at T = tau_mean a neuron that has never fired has rate 0 whatever mean_init was.
  EARLY         T < tau_mean: nothing can be said
  SILENT        more than half of the post neurons fire below 0.01 Hz (as n_silent: no spike for several tau_sigma2,
                whose variance has none to be taken of)
  RUNAWAY       more than half fire above 1 / t_lag (50 Hz): a spike in each "a moment ago", none to predict
  SATURATED     more than half of the synapses are at w_max, or more than 0.9 at a bound: nothing left to learn with
  NOT_LEARNING  in mode LEARN: eta is 0, or, with LPL_SPIKING_WATCH, weight_change is below 1e-3 (a thousand tau_mean
                to become other weights)
Since 0.1.1.
```

- `LPL_VERDICT_EARLY` = 0
- `LPL_VERDICT_OK` = 1
- `LPL_VERDICT_SILENT` = 2
- `LPL_VERDICT_RUNAWAY` = 3
- `LPL_VERDICT_SATURATED` = 4
- `LPL_VERDICT_NOT_LEARNING` = 5
"""
@enum Verdict::Int32 begin
    LPL_VERDICT_EARLY = 0
    LPL_VERDICT_OK = 1
    LPL_VERDICT_SILENT = 2
    LPL_VERDICT_RUNAWAY = 3
    LPL_VERDICT_SATURATED = 4
    LPL_VERDICT_NOT_LEARNING = 5
end
prefix(::Type{Verdict}) = "LPL_VERDICT_"

"""
    Mend

```text
The knob to turn, beside a verdict; lpl_spiking_verdict_string has it in a sentence, docs/own_spiking.md in a table.
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
Since 0.1.1.
```

- `LPL_MEND_NONE` = 0
- `LPL_MEND_LEARN` = 1
- `LPL_MEND_INPUT` = 2
- `LPL_MEND_RAISE_W` = 3
- `LPL_MEND_LOWER_W` = 4
- `LPL_MEND_PRIME` = 5
- `LPL_MEND_LOWER_ETA` = 6
- `LPL_MEND_RAISE_ETA` = 7
- `LPL_MEND_RAISE_W_MAX` = 8
"""
@enum Mend::Int32 begin
    LPL_MEND_NONE = 0
    LPL_MEND_LEARN = 1
    LPL_MEND_INPUT = 2
    LPL_MEND_RAISE_W = 3
    LPL_MEND_LOWER_W = 4
    LPL_MEND_PRIME = 5
    LPL_MEND_LOWER_ETA = 6
    LPL_MEND_RAISE_ETA = 7
    LPL_MEND_RAISE_W_MAX = 8
end
prefix(::Type{Mend}) = "LPL_MEND_"

"""
    lpl_spiking_config_t

The struct of that name of lpl/spiking.h.
"""
struct lpl_spiking_config_t
    "sizeof(lpl_spiking_config_t), set by lpl_spiking_config_init"
    size::UInt32
    "LPL_SPIKING_WATCH (default 0)"
    flags::UInt32
    "LPL_F32 (default), LPL_F64"
    dtype::Int32
    "LPL_FORM_ERRATUM (default), LPL_FORM_REFERENCE"
    form::Int32
    "1 .. 2^31; no default"
    n_pre::UInt64
    "1 .. 2^31; no default"
    n_post::UInt64
    "s (default 1e-4); at most half of every time constant"
    dt::Cdouble
    "learning rate, >= 0 (default 1e-2)"
    eta::Cdouble
    "Hebbian term, >= 0 (default 1; lambda in the article)"
    push::Cdouble
    "predictive term, >= 0 (default 1; phi in the code)"
    pull::Cdouble
    "variance floor, in units of sigma2; 0: the form's own (default)"
    xi::Cdouble
    "transmitter-triggered term, >= 0; negative: the form's own (default -1)"
    delta::Cdouble
    "s: pre trace (default 5e-3)"
    tau_syn::Cdouble
    "s: psp (default 20e-3)"
    tau_psp::Cdouble
    "s: eligibility, un-normalised stage (default 2e-3)"
    tau_rise::Cdouble
    "s: eligibility, second stage (default 10e-3)"
    tau_decay::Cdouble
    "s: error, first stage (default 2e-3)"
    tau_err_rise::Cdouble
    "s: error, second stage (default 10e-3)"
    tau_err_decay::Cdouble
    "1/V: steepness of the surrogate derivative (default 1000)"
    beta::Cdouble
    "V: its centre (default -50e-3)"
    v_theta::Cdouble
    "s: \"a moment ago\" (default 20e-3); at least dt"
    t_lag::Cdouble
    "s: axonal delay (default 8e-4); at least dt"
    delay_ax::Cdouble
    "s: slow mean of the post neurons' spikes (default 600)"
    tau_mean::Cdouble
    "s: running variance (default 30)"
    tau_sigma2::Cdouble
    "Hz (default 0)"
    mean_init::Cdouble
    "in units of the form's sigma2, >= 0 (default 0)"
    sigma2_init::Cdouble
    "steps between weight changes, >= 1 (default 5000)"
    update_every::UInt64
    "every weight (default 0.15)"
    w_init::Cdouble
    "lower bound of every weight (default 0)"
    w_min::Cdouble
    "upper bound (default 1)"
    w_max::Cdouble
    "s; 0: none (default). w -= w eta (1 - exp(-dt update_every / tau_wdecay)) at each update"
    tau_wdecay::Cdouble
    "LPL_SCALING_* (default NONE)"
    scaling::Int32
    "LPL_SLOW_* (default DOUBLE; 0.1.0: REFERENCE)"
    slow::Int32
    "s: running size of the gradient, MAXNORM and RMS (default 100)"
    tau_rms::Cdouble
    "LPL_MODE_* (status.h; default LEARN). TRACK: all but the weights move (priming). FROZEN: only transmits"
    mode::Int32
    "LPL_ENGINE_* (default AUTO)"
    engine::Int32
    """
    bytes of history at most (BLOCK); 0 (default): whole windows of update_every steps, up to 256 MiB. Of a part:
    those of the whole, as blocks begin and end with the whole's
    """
    memory_max::UInt64
    "1 .. 1024 (default 1: none are started)"
    threads::Int32
    "LPL_ISA_* (default AUTO)"
    isa::Int32
    "the host's number for this projection, named in messages (default 0)"
    label::Int32
    "0"
    reserved::Int32
    "of a part (connect.h, docs/part.md): its first post neuron (default 0) of ... Since 0.1.1, as the next"
    post_begin::UInt64
    "... the whole, up to 2^31; 0: n_post, this is the whole (default 0)"
    n_post_global::UInt64
end
enumfields(::Type{lpl_spiking_config_t}) = (;
         dtype = DType, form = Form, scaling = Scaling, slow = Slow, mode = Mode, engine = Engine, isa = Isa)
aliases(::Type{lpl_spiking_config_t}) = (;)
const KEYWORDS_SPIKING = """
- `flags`: integer; default `0`.
- `dtype`: `Float32`, `Float64`; default `Float32`.
- `form`: `:erratum`, `:reference`; default `:erratum`.
- `n_pre`: integer. 1 .. 2^31.
- `n_post`: integer. 1 .. 2^31.
- `dt`: real; default `0.0001`. s; at most half of every time constant.
- `eta`: real; default `0.01`. learning rate, >= 0.
- `push`: real; default `1.0`. Hebbian term, >= 0 (default 1; lambda in the article).
- `pull`: real; default `1.0`. predictive term, >= 0 (default 1; phi in the code).
- `xi`: real; default `0.0`. variance floor, in units of sigma2; 0: the form's own (default).
- `delta`: real; default `-1.0`. transmitter-triggered term, >= 0; negative: the form's own.
- `tau_syn`: real; default `0.005`. s: pre trace.
- `tau_psp`: real; default `0.02`. s: psp.
- `tau_rise`: real; default `0.002`. s: eligibility, un-normalised stage.
- `tau_decay`: real; default `0.01`. s: eligibility, second stage.
- `tau_err_rise`: real; default `0.002`. s: error, first stage.
- `tau_err_decay`: real; default `0.01`. s: error, second stage.
- `beta`: real; default `1000.0`. 1/V: steepness of the surrogate derivative.
- `v_theta`: real; default `-0.05`. V: its centre.
- `t_lag`: real; default `0.02`. s: "a moment ago"; at least dt.
- `delay_ax`: real; default `0.0008`. s: axonal delay; at least dt.
- `tau_mean`: real; default `600.0`. s: slow mean of the post neurons' spikes.
- `tau_sigma2`: real; default `30.0`. s: running variance.
- `mean_init`: real; default `0.0`. Hz.
- `sigma2_init`: real; default `0.0`. in units of the form's sigma2, >= 0.
- `update_every`: integer; default `5000`. steps between weight changes, >= 1.
- `w_init`: real; default `0.15`. every weight.
- `w_min`: real; default `0.0`. lower bound of every weight.
- `w_max`: real; default `1.0`. upper bound.
- `tau_wdecay`: real; default `0.0`. s; 0: none (default). w -= w eta (1 - exp(-dt update_every / tau_wdecay)) at each
  update.
- `scaling`: `:none`, `:maxnorm`, `:rms`; default `:none`.
- `slow`: `:reference`, `:double`; default `:double`. (default DOUBLE; 0.1.0: REFERENCE).
- `tau_rms`: real; default `100.0`. s: running size of the gradient, MAXNORM and RMS.
- `mode`: `:learn`, `:track`, `:frozen`; default `:learn`. TRACK: all but the weights move (priming). FROZEN: only
  transmits.
- `engine`: `:auto`, `:fused`, `:block`; default `:auto`.
- `memory_max`: integer; default `0`. bytes of history at most (BLOCK); 0 (default): whole windows of update_every
  steps, up to 256 MiB. Of a part: those of the whole, as blocks begin and end with the whole's.
- `threads`: integer; default `1`. 1 .. 1024 (default 1: none are started).
- `isa`: `:auto`, `:ref`, `:avx2`, `:avx512`; default `:auto`.
- `label`: integer; default `0`. the host's number for this projection, named in messages.
- `post_begin`: integer; default `0`. of a part (connect.h, docs/part.md): its first post neuron of ... Since 0.1.1,
  as the next.
- `n_post_global`: integer; default `0`. the whole, up to 2^31; 0: n_post, this is the whole.
"""

"""
    lpl_spiking_report_t

```text
Health of a projection.
```
"""
struct lpl_spiking_report_t
    """
    sizeof(lpl_spiking_report_t), set by the caller or lpl_spiking_report_init; one of 104 bytes, as in 0.1.0, ends
    before verdict
    """
    size::UInt32
    reserved::UInt32
    "steps done"
    step::UInt64
    "weight changes done"
    updates::UInt64
    "mean weight"
    w_mean::Cdouble
    w_std::Cdouble
    "synapses at w_min"
    n_at_min::UInt64
    "synapses at w_max"
    n_at_max::UInt64
    "weights, sums and traces that are NaN or infinite"
    n_nonfinite::UInt64
    "Hz: mean of LPL_SPIKING_MEAN / tau_mean"
    rate_mean::Cdouble
    rate_min::Cdouble
    rate_max::Cdouble
    "post neurons with a running mean below 0.01 Hz"
    n_silent::UInt64
    "post neurons with a running mean above 200 Hz"
    n_runaway::UInt64
    "LPL_VERDICT_*. This and all that follow: since 0.1.1"
    verdict::Int32
    "LPL_MEND_*"
    mend::Int32
    "Hz: mean over the post neurons of the rate that the verdict goes by"
    rate::Cdouble
    "share of post neurons that the verdict counts as silent, 0 .. 1"
    silent::Cdouble
    "likewise"
    runaway::Cdouble
    """
    sum |w - w'| over the larger of sum |w|, sum |w'|, w' from tau_mean before: of the last whole tau_mean in mode
    LEARN, 0 .. 2. -1: not known (no LPL_SPIKING_WATCH, or none has passed)
    """
    weight_change::Cdouble
end
enumfields(::Type{lpl_spiking_report_t}) = (; verdict = Verdict, mend = Mend)
aliases(::Type{lpl_spiking_report_t}) = (;)

"""
    lpl_spiking_config_init(cfg, size)

`lpl_status_t lpl_spiking_config_init(lpl_spiking_config_t *cfg, size_t size)`

```text
Defaults; preset. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION (also: a cfg->size without room for what the preset
sets), LPL_E_ARG. Thread class: any. Since 0.1.
```
"""
function lpl_spiking_config_init(cfg, size)
    @ccall library().lpl_spiking_config_init(cfg::Ptr{lpl_spiking_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_spiking_preset(cfg, preset)

`lpl_status_t lpl_spiking_preset(lpl_spiking_config_t *cfg, int32_t preset)`: see [`lpl_spiking_config_init`](@ref).
"""
function lpl_spiking_preset(cfg, preset)
    @ccall library().lpl_spiking_preset(cfg::Ptr{lpl_spiking_config_t}, preset::Int32)::lpl_status_t
end

"""
    lpl_spiking_create(cfg, connect, out)

`lpl_status_t lpl_spiking_create(const lpl_spiking_config_t *cfg, const lpl_connect_t *connect, lpl_spiking_t **out)`

```text
Make a projection; config and connectivity are copied. connect = NULL: all to all. All memory is taken here.
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (also, since 0.1.1: a time constant that its factor, rounded to dtype, misses
by more than a third; the detail names it), LPL_E_UNITS (dt above half of a time constant; a delay or constant that
looks like ms, docs/status.md), LPL_E_SIZE, LPL_E_VERSION, LPL_E_UNSUPPORTED, LPL_E_MEMORY. Thread class: any. Since
0.1.
```
"""
function lpl_spiking_create(cfg, connect, out)
    @ccall library().lpl_spiking_create(
        cfg::Ptr{lpl_spiking_config_t}, connect::Ptr{lpl_connect_t}, out::Ptr{Ptr{lpl_spiking_t}})::lpl_status_t
end

"""
    lpl_spiking_destroy(s)

`void lpl_spiking_destroy(lpl_spiking_t *s)`: see [`lpl_spiking_create`](@ref).
"""
function lpl_spiking_destroy(s)
    @ccall library().lpl_spiking_destroy(s::Ptr{lpl_spiking_t})::Cvoid
end

"""
    lpl_spiking_step(s, pre, n_spk_pre, post, n_spk_post, v)

`lpl_status_t lpl_spiking_step(lpl_spiking_t *s, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post, size_t
n_spk_post, const float *v)`

```text
One time step of learning: E1 - E9.
  pre    n_spk_pre indices of the pre neurons that fired at this step, ascending, none twice
  post   n_spk_post indices of the post neurons that fired at this step, ascending, none twice
  v      n_post membrane potentials after threshold and reset, V
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (an index out of range, twice or not ascending), LPL_E_DTYPE, LPL_E_NONFINITE
(v), LPL_E_UNITS (|v| > 1 V), and since 0.1.1 LPL_E_NONFINITE too where a trace, gradient or weight would become NaN
or infinite (absurd push, pull, delta, eta or mean; the message says which): nothing has changed then, and the state
before can be saved. One exception: where BLOCK cuts a window into several blocks (memory_max) and it is the end of a
block that is refused, LPL_SPIKING_ELIG_SUM has become 0, what the window had gathered so far. A sane projection is
known at create to stay finite, at no cost; one that is not looks at each step first, which takes twice as long.
LPL_LOOK: done, and the verdict has changed (only with LPL_SPIKING_WATCH; since 0.1.1). Exclusive access. Allocates
nothing. FUSED: O(n_synapses); BLOCK: O(n_post + spikes), and O(n_synapses) once a block. Since 0.1.
```
"""
function lpl_spiking_step(s, pre, n_spk_pre, post, n_spk_post, v)
    @ccall library().lpl_spiking_step(
        s::Ptr{lpl_spiking_t}, pre::Ptr{UInt32}, n_spk_pre::Csize_t, post::Ptr{UInt32}, n_spk_post::Csize_t,
        v::Ptr{Cfloat})::lpl_status_t
end

"""
    lpl_spiking_step_f64(s, pre, n_spk_pre, post, n_spk_post, v)

[`lpl_spiking_step`](@ref) on `Float64`.
"""
function lpl_spiking_step_f64(s, pre, n_spk_pre, post, n_spk_post, v)
    @ccall library().lpl_spiking_step_f64(
        s::Ptr{lpl_spiking_t}, pre::Ptr{UInt32}, n_spk_pre::Csize_t, post::Ptr{UInt32}, n_spk_post::Csize_t,
        v::Ptr{Cdouble})::lpl_status_t
end
@inline lpl_spiking_step(
        ::Type{Float32}, s, pre, n_spk_pre, post, n_spk_post, v) = lpl_spiking_step(s, pre, n_spk_pre, post, n_spk_post,
        v)
@inline lpl_spiking_step(
        ::Type{Float64}, s, pre, n_spk_pre, post, n_spk_post, v) = lpl_spiking_step_f64(s, pre, n_spk_pre, post,
        n_spk_post, v)

"""
    lpl_spiking_steps(s, n_steps, pre_ptr, pre, post_ptr, post, v, ldv)

`lpl_status_t lpl_spiking_steps(lpl_spiking_t *s, size_t n_steps, const uint64_t *pre_ptr, const uint32_t *pre, const
uint64_t *post_ptr, const uint32_t *post, const float *v, size_t ldv)`

```text
n_steps of them in one call: step k has the pre spikes pre[pre_ptr[k]] .. pre[pre_ptr[k+1] - 1], post spikes
likewise, and potentials v[k*ldv + i]. The same bits as n_steps single calls; all arguments are checked before the
first step. LPL_E_NONFINITE of a step that would diverge: those before it are made (LPL_SPIKING_PARAM_STEP counts
them). LPL_LOOK: all are made, and one of them said so. Since 0.1.
```
"""
function lpl_spiking_steps(s, n_steps, pre_ptr, pre, post_ptr, post, v, ldv)
    @ccall library().lpl_spiking_steps(
        s::Ptr{lpl_spiking_t}, n_steps::Csize_t, pre_ptr::Ptr{UInt64}, pre::Ptr{UInt32}, post_ptr::Ptr{UInt64},
        post::Ptr{UInt32}, v::Ptr{Cfloat}, ldv::Csize_t)::lpl_status_t
end

"""
    lpl_spiking_steps_f64(s, n_steps, pre_ptr, pre, post_ptr, post, v, ldv)

[`lpl_spiking_steps`](@ref) on `Float64`.
"""
function lpl_spiking_steps_f64(s, n_steps, pre_ptr, pre, post_ptr, post, v, ldv)
    @ccall library().lpl_spiking_steps_f64(
        s::Ptr{lpl_spiking_t}, n_steps::Csize_t, pre_ptr::Ptr{UInt64}, pre::Ptr{UInt32}, post_ptr::Ptr{UInt64},
        post::Ptr{UInt32}, v::Ptr{Cdouble}, ldv::Csize_t)::lpl_status_t
end
@inline lpl_spiking_steps(
        ::Type{Float32}, s, n_steps, pre_ptr, pre, post_ptr, post, v, ldv) = lpl_spiking_steps(s, n_steps, pre_ptr, pre,
        post_ptr, post, v, ldv)
@inline lpl_spiking_steps(
        ::Type{Float64}, s, n_steps, pre_ptr, pre, post_ptr, post, v, ldv) = lpl_spiking_steps_f64(s, n_steps, pre_ptr,
        pre, post_ptr, post, v, ldv)

"""
    lpl_spiking_drive(s, g)

`lpl_status_t lpl_spiking_drive(const lpl_spiking_t *s, float *g)`

```text
What the synapses transmit at the step that is about to be learned from: for each pre neuron that fired delay_ax ago,
in ascending order, g[i] += w_ij. g: n_post conductances of the host. drive_lif adds to a population's own (receptor:
LPL_RECEPTOR_*, lif.h). Returns LPL_OK, LPL_E_NULL, LPL_E_DTYPE, LPL_E_SIZE, LPL_E_ARG, and since 0.1.1
LPL_E_NONFINITE (a finite conductance would become NaN or infinite; nothing has changed. Only float32 weights from
2^102 on can do that). Shared access to s. Since 0.1.
```
"""
function lpl_spiking_drive(s, g)
    @ccall library().lpl_spiking_drive(s::Ptr{lpl_spiking_t}, g::Ptr{Cfloat})::lpl_status_t
end

"""
    lpl_spiking_drive_f64(s, g)

[`lpl_spiking_drive`](@ref) on `Float64`.
"""
function lpl_spiking_drive_f64(s, g)
    @ccall library().lpl_spiking_drive_f64(s::Ptr{lpl_spiking_t}, g::Ptr{Cdouble})::lpl_status_t
end
@inline lpl_spiking_drive(::Type{Float32}, s, g) = lpl_spiking_drive(s, g)
@inline lpl_spiking_drive(::Type{Float64}, s, g) = lpl_spiking_drive_f64(s, g)

"""
    lpl_spiking_drive_lif(s, target, receptor)

`lpl_status_t lpl_spiking_drive_lif(const lpl_spiking_t *s, lpl_lif_t *target, int32_t receptor)`: see
[`lpl_spiking_drive`](@ref).
"""
function lpl_spiking_drive_lif(s, target, receptor)
    @ccall library().lpl_spiking_drive_lif(s::Ptr{lpl_spiking_t}, target::Ptr{lpl_lif_t}, receptor::Int32)::lpl_status_t
end

"""
    lpl_spiking_read(s, dst, n, index, what)

`lpl_status_t lpl_spiking_read(const lpl_spiking_t *s, float *dst, size_t n, const uint64_t *index, int32_t what)`

```text
Copy a state out: elements index[0..n-1], or with index = NULL all of them (n is then their number). At any step;
BLOCK evaluates a copy of what is pending (memory for it is taken and freed inside the call). Returns LPL_OK,
LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_DTYPE, LPL_E_MEMORY, and since 0.1.1 LPL_E_NONFINITE: an element asked for
would be NaN or infinite if the block ended now (of absurd parameters; the step that ends it will be refused), or is
beyond float; dst is as it was then. Shared access. Since 0.1.
```
"""
function lpl_spiking_read(s, dst, n, index, what)
    @ccall library().lpl_spiking_read(
        s::Ptr{lpl_spiking_t}, dst::Ptr{Cfloat}, n::Csize_t, index::Ptr{UInt64}, what::Int32)::lpl_status_t
end

"""
    lpl_spiking_read_f64(s, dst, n, index, what)

[`lpl_spiking_read`](@ref) on `Float64`.
"""
function lpl_spiking_read_f64(s, dst, n, index, what)
    @ccall library().lpl_spiking_read_f64(
        s::Ptr{lpl_spiking_t}, dst::Ptr{Cdouble}, n::Csize_t, index::Ptr{UInt64}, what::Int32)::lpl_status_t
end
@inline lpl_spiking_read(::Type{Float32}, s, dst, n, index, what) = lpl_spiking_read(s, dst, n, index, what)
@inline lpl_spiking_read(::Type{Float64}, s, dst, n, index, what) = lpl_spiking_read_f64(s, dst, n, index, what)

"""
    lpl_spiking_write(s, src, n, what)

`lpl_status_t lpl_spiking_write(lpl_spiking_t *s, const float *src, size_t n, int32_t what)`

```text
Set all values of a state: LPL_SPIKING_WEIGHTS (within [w_min, w_max]; at any time), LPL_SPIKING_MEAN,
LPL_SPIKING_SIGMA2 (before the first step). Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (a value out of range: named by
index), LPL_E_SIZE, LPL_E_DTYPE, LPL_E_ORDER. Since 0.1.
```
"""
function lpl_spiking_write(s, src, n, what)
    @ccall library().lpl_spiking_write(s::Ptr{lpl_spiking_t}, src::Ptr{Cfloat}, n::Csize_t, what::Int32)::lpl_status_t
end

"""
    lpl_spiking_write_f64(s, src, n, what)

[`lpl_spiking_write`](@ref) on `Float64`.
"""
function lpl_spiking_write_f64(s, src, n, what)
    @ccall library().lpl_spiking_write_f64(
        s::Ptr{lpl_spiking_t}, src::Ptr{Cdouble}, n::Csize_t, what::Int32)::lpl_status_t
end
@inline lpl_spiking_write(::Type{Float32}, s, src, n, what) = lpl_spiking_write(s, src, n, what)
@inline lpl_spiking_write(::Type{Float64}, s, src, n, what) = lpl_spiking_write_f64(s, src, n, what)

"""
    lpl_spiking_connectivity(s, row_ptr, col)

`lpl_status_t lpl_spiking_connectivity(const lpl_spiking_t *s, uint64_t *row_ptr, uint32_t *col)`

```text
The connectivity as CSR: row_ptr n_pre + 1, col n_synapses (either may be NULL). Shared access. Since 0.1.
```
"""
function lpl_spiking_connectivity(s, row_ptr, col)
    @ccall library().lpl_spiking_connectivity(
        s::Ptr{lpl_spiking_t}, row_ptr::Ptr{UInt64}, col::Ptr{UInt32})::lpl_status_t
end

"""
    lpl_spiking_set(s, param, value)

`lpl_status_t lpl_spiking_set(lpl_spiking_t *s, int32_t param, double value)`

```text
Change a scalar: ETA (>= 0; at the next weight change), PUSH, PULL (>= 0; from the next step on), MODE, THREADS.
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Exclusive access. Since 0.1.
```
"""
function lpl_spiking_set(s, param, value)
    @ccall library().lpl_spiking_set(s::Ptr{lpl_spiking_t}, param::Int32, value::Cdouble)::lpl_status_t
end

"""
    lpl_spiking_get(s, param, value)

`lpl_status_t lpl_spiking_get(const lpl_spiking_t *s, int32_t param, double *value)`

```text
Read any of LPL_SPIKING_PARAM_*. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Shared access. Since 0.1.
```
"""
function lpl_spiking_get(s, param, value)
    @ccall library().lpl_spiking_get(s::Ptr{lpl_spiking_t}, param::Int32, value::Ptr{Cdouble})::lpl_status_t
end

"""
    lpl_spiking_bounds(s, param, low, high)

`lpl_status_t lpl_spiking_bounds(const lpl_spiking_t *s, int32_t param, double *low, double *high)`

```text
The closed range that lpl_spiking_set accepts for a parameter of this projection; MODE and THREADS (up to the
config's) take whole numbers. LPL_E_ARG: unknown or read only; LPL_E_NULL. Shared access. Since 0.1.1.
```
"""
function lpl_spiking_bounds(s, param, low, high)
    @ccall library().lpl_spiking_bounds(
        s::Ptr{lpl_spiking_t}, param::Int32, low::Ptr{Cdouble}, high::Ptr{Cdouble})::lpl_status_t
end

"""
    lpl_spiking_largest(s, fn, user)

`lpl_status_t lpl_spiking_largest(lpl_spiking_t *s, lpl_spiking_largest_fn fn, void *user)`

```text
A part of a projection with scaling (MAXNORM, RMS) asks the other parts one number at each change of weights: the
largest |LPL_SPIKING_ELIG_SUM|, in whose proportion a gradient counts as 0. fn is called inside the step that changes
weights, once, on the calling thread; largest is the part's own, what it returns that of all parts (NaN or less than
largest: largest counts). user is the host's, both are lent until another call. Without it a step of such a part is
LPL_E_ORDER; a whole does not need it. Returns LPL_OK, LPL_E_NULL (s; fn may be NULL: none any more). Exclusive
access. Since 0.1.1.
```
"""
function lpl_spiking_largest(s, fn, user)
    @ccall library().lpl_spiking_largest(s::Ptr{lpl_spiking_t}, fn::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_spiking_cut(parts, n_parts, post_begin, n_post, out)

`lpl_status_t lpl_spiking_cut(const lpl_spiking_t **parts, size_t n_parts, uint64_t post_begin, uint64_t n_post,
lpl_spiking_t **out)`

```text
Cut anew: the part post_begin .. post_begin + n_post - 1 of the whole to which the n_parts given ones belong, which
have to cover it, no post neuron twice (others may be given too; order does not matter). Of one part it is a split,
of several a merge, and so N parts become M without the whole ever being in one place. What runs on from *out has the
bits that the whole would have. The parts must be at the same place: LPL_E_ARG names the first field, spike or trace
of a pre neuron in which one differs from the first (threads, isa and what belongs to the verdict may), a gap, or a
neuron in two parts. Verdict and weight_change: those of the parts if they agree, else EARLY and -1. threads: as
parts[0]; the function of lpl_spiking_largest: none. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE,
LPL_E_MEMORY. Shared access to all parts. Since 0.1.1.
```
"""
function lpl_spiking_cut(parts, n_parts, post_begin, n_post, out)
    @ccall library().lpl_spiking_cut(
        parts::Ptr{Ptr{lpl_spiking_t}}, n_parts::Csize_t, post_begin::UInt64, n_post::UInt64,
        out::Ptr{Ptr{lpl_spiking_t}})::lpl_status_t
end

"""
    lpl_spiking_report_init(report, size)

`lpl_status_t lpl_spiking_report_init(lpl_spiking_report_t *report, size_t size)`

```text
Health: one pass over weights and post neurons. Shared access. Since 0.1.
```
"""
function lpl_spiking_report_init(report, size)
    @ccall library().lpl_spiking_report_init(report::Ptr{lpl_spiking_report_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_spiking_report(s, report)

`lpl_status_t lpl_spiking_report(const lpl_spiking_t *s, lpl_spiking_report_t *report)`: see
[`lpl_spiking_report_init`](@ref).
"""
function lpl_spiking_report(s, report)
    @ccall library().lpl_spiking_report(s::Ptr{lpl_spiking_t}, report::Ptr{lpl_spiking_report_t})::lpl_status_t
end

"""
    lpl_spiking_verdict_string(verdict, mend)

`const char *lpl_spiking_verdict_string(int32_t verdict, int32_t mend)`

```text
A sentence for report.verdict and report.mend: what was found, and the knob. Static text, never NULL; a pair that no
report has gives "not a verdict of this version of liblpl". Thread class: any. Since 0.1.1.
```
"""
function lpl_spiking_verdict_string(verdict, mend)
    @ccall library().lpl_spiking_verdict_string(verdict::Int32, mend::Int32)::Cstring
end

"""
    lpl_spiking_save(s, write, user)

`lpl_status_t lpl_spiking_save(const lpl_spiking_t *s, lpl_write_fn write, void *user)`

```text
Save to / load from the host's functions (state.h), everything: run(N + M) = run(N), save, load, run(M). max_bytes 0
= 16 GiB. save returns LPL_E_NONFINITE for a projection that holds NaN or infinity, before the first byte. load:
threads for the new projection; refuses a damaged or foreign file without any effect (LPL_E_FORMAT). Since 0.1.
```
"""
function lpl_spiking_save(s, write, user)
    @ccall library().lpl_spiking_save(s::Ptr{lpl_spiking_t}, write::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_spiking_load(read, user, max_bytes, threads, out)

`lpl_status_t lpl_spiking_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, lpl_spiking_t **out)`:
see [`lpl_spiking_save`](@ref).
"""
function lpl_spiking_load(read, user, max_bytes, threads, out)
    @ccall library().lpl_spiking_load(
        read::Ptr{Cvoid}, user::Ptr{Cvoid}, max_bytes::Csize_t, threads::Int32,
        out::Ptr{Ptr{lpl_spiking_t}})::lpl_status_t
end

# ---- lpl/network.h

const HEADER_NETWORK = """
```text
lpl/network.h - lpl_network_t: many time steps of a composed spiking network in one call.

The host makes sources, populations, projections and recorders as ever, tells a network once who fires into what, and
then asks for n steps. It gets the bits of its own loop over lpl_source_step, lpl_lif_step, lpl_spiking_drive_lif,
lpl_projection_drive_lif, lpl_spiking_step, lpl_projection_step and lpl_record_step, without a dozen calls and their
checks in each step. One step, in this order:

  1  who fires: sources, spikes of the host, then populations, each in the order in which they were added
  2  what arrives: projections of both kinds that drive a population, in the order in which they were added
  3  what is learned: projections of both kinds, in that order
  4  recorders

Neurons are known to the network in groups: a population is one, and a group of inputs is one (neurons that sources
or the host let fire). Groups are numbered from 0 on as they are added.

Members stay the host's: the network neither copies nor destroys them. Destroy it before its members. Between runs
they can be read, set, saved and stepped by themselves; a network has no state of its own but where it stopped after
an error. So a run can be interrupted after any number of steps, saved by saving its members and resumed by loading
them into a new network: run(N + M) = run(N), run(M), bit for bit.

A member may belong to one network and to nobody else's call while that runs: exclusive access to all of them.
```
"""

"""
    lpl_network_t

An opaque handle.
"""
mutable struct lpl_network_t end

"""
    NetworkReceptor

```text
In place of a receptor: the projection learns, but drives nobody (the host does, or there is nothing to drive).
```

- `LPL_NETWORK_NO_RECEPTOR` = -1
"""
@enum NetworkReceptor::Int32 begin
    LPL_NETWORK_NO_RECEPTOR = -1
end
prefix(::Type{NetworkReceptor}) = "LPL_NETWORK_"

"""
    NetworkParam

```text
Scalars for lpl_network_get.
```

- `LPL_NETWORK_PARAM_STEP` = 0: whole steps made by this network
- `LPL_NETWORK_PARAM_LAST` = 1: of them, those of the last run
- `LPL_NETWORK_PARAM_STOPPED` = 2: 1: the last run stopped inside a step (lpl_network_run)
- `LPL_NETWORK_PARAM_N_GROUPS` = 3
- `LPL_NETWORK_PARAM_BLOCK` = 4: steps for which spikes are held inside; 0 before lpl_network_finish
- `LPL_NETWORK_PARAM_DELAY` = 5: steps: the shortest axonal delay among the projections; 0: there are none
- `LPL_NETWORK_PARAM_MEMORY` = 6: bytes, members not counted
"""
@enum NetworkParam::Int32 begin
    LPL_NETWORK_PARAM_STEP = 0
    LPL_NETWORK_PARAM_LAST = 1
    LPL_NETWORK_PARAM_STOPPED = 2
    LPL_NETWORK_PARAM_N_GROUPS = 3
    LPL_NETWORK_PARAM_BLOCK = 4
    LPL_NETWORK_PARAM_DELAY = 5
    LPL_NETWORK_PARAM_MEMORY = 6
end
prefix(::Type{NetworkParam}) = "LPL_NETWORK_PARAM_"

"""
    lpl_network_config_t

The struct of that name of lpl/network.h.
"""
struct lpl_network_config_t
    "sizeof(lpl_network_config_t), set by lpl_network_config_init"
    size::UInt32
    "0"
    flags::UInt32
    """
    steps at most for which spikes are held inside, 1 .. 4096; 0 (default): 64, or fewer in a large network (4 MiB).
    No result depends on it
    """
    block_steps::UInt64
end
enumfields(::Type{lpl_network_config_t}) = (;)
aliases(::Type{lpl_network_config_t}) = (;)
const KEYWORDS_NETWORK = """
- `block_steps`: integer; default `0`. steps at most for which spikes are held inside, 1 .. 4096; 0 (default): 64, or
  fewer in a large network (4 MiB). No result depends on it.
"""

"""
    lpl_network_config_init(cfg, size)

`lpl_status_t lpl_network_config_init(lpl_network_config_t *cfg, size_t size)`

```text
Defaults. Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.1.
```
"""
function lpl_network_config_init(cfg, size)
    @ccall library().lpl_network_config_init(cfg::Ptr{lpl_network_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_network_create(cfg, out)

`lpl_status_t lpl_network_create(const lpl_network_config_t *cfg, lpl_network_t **out)`

```text
An empty network. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE, LPL_E_VERSION, LPL_E_MEMORY. Thread class: any.
Since 0.1.1.
```
"""
function lpl_network_create(cfg, out)
    @ccall library().lpl_network_create(cfg::Ptr{lpl_network_config_t}, out::Ptr{Ptr{lpl_network_t}})::lpl_status_t
end

"""
    lpl_network_destroy(net)

`void lpl_network_destroy(lpl_network_t *net)`

```text
End the network, not its members; NULL is fine.
```
"""
function lpl_network_destroy(net)
    @ccall library().lpl_network_destroy(net::Ptr{lpl_network_t})::Cvoid
end

"""
    lpl_network_add_input(net, group, n)

`lpl_status_t lpl_network_add_input(lpl_network_t *net, uint32_t *group, uint64_t n)`

```text
Add a group of n inputs, or a population. *group: its number. Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE (n not in 1 ..
2^31), LPL_E_ARG (that population is in the network already; its dt is not that of the other members), LPL_E_ORDER
(after lpl_network_finish), LPL_E_MEMORY; on failure nothing was added. So it is with all that follow. Exclusive
access. Since 0.1.1.
```
"""
function lpl_network_add_input(net, group, n)
    @ccall library().lpl_network_add_input(net::Ptr{lpl_network_t}, group::Ptr{UInt32}, n::UInt64)::lpl_status_t
end

"""
    lpl_network_add_lif(net, group, p)

`lpl_status_t lpl_network_add_lif(lpl_network_t *net, uint32_t *group, lpl_lif_t *p)`: see
[`lpl_network_add_input`](@ref).
"""
function lpl_network_add_lif(net, group, p)
    @ccall library().lpl_network_add_lif(net::Ptr{lpl_network_t}, group::Ptr{UInt32}, p::Ptr{lpl_lif_t})::lpl_status_t
end

"""
    lpl_network_add_remote(net, group, n_global, local_, first)

`lpl_status_t lpl_network_add_remote(lpl_network_t *net, uint32_t *group, uint64_t n_global, uint32_t local, uint64_t
first)`

```text
Of a network spread over processes (docs/part.md): a group of n_global neurons, of which first .. first + n - 1 are
the n of group `local` of this network, a population or inputs, and the others fire elsewhere. It is the pre group of
projections, which see the spikes of the local ones at once and those from elsewhere by lpl_network_deliver, after
runs of at most the axonal delay. lpl_network_spikes_into shows the local ones under their numbers in this group:
what the other processes want to know. It is nobody's post group and has no recorder. Returns as above; LPL_E_ARG
also: no such group, one of this kind, first + n > n_global. Since 0.1.1.
```
"""
function lpl_network_add_remote(net, group, n_global, local_, first)
    @ccall library().lpl_network_add_remote(
        net::Ptr{lpl_network_t}, group::Ptr{UInt32}, n_global::UInt64, local_::UInt32, first::UInt64)::lpl_status_t
end

"""
    lpl_network_add_source(net, s, group)

`lpl_status_t lpl_network_add_source(lpl_network_t *net, lpl_source_t *s, uint32_t group)`

```text
Let a source fire in a group of inputs, as the neurons first .. first + n - 1 of its config. Sources of one group are
added in ascending order of `first` and share no neuron. Returns as above; LPL_E_ARG also: not a group of inputs,
neurons that the group does not have, or not behind those of the source before. Since 0.1.1.
```
"""
function lpl_network_add_source(net, s, group)
    @ccall library().lpl_network_add_source(net::Ptr{lpl_network_t}, s::Ptr{lpl_source_t}, group::UInt32)::lpl_status_t
end

"""
    lpl_network_add_projection(net, p, pre, post, receptor)

`lpl_status_t lpl_network_add_projection(lpl_network_t *net, lpl_projection_t *p, uint32_t pre, uint32_t post, int32_t
receptor)`

```text
Put a projection between two groups, n_pre and n_post neurons. receptor: LPL_RECEPTOR_* of the post population, or
LPL_NETWORK_NO_RECEPTOR. A plastic projection, and one that drives, ends in a population of its own dtype. Returns as
above; LPL_E_ARG also: no such group; LPL_E_SIZE: the sizes differ; LPL_E_DTYPE. Since 0.1.1.
```
"""
function lpl_network_add_projection(net, p, pre, post, receptor)
    @ccall library().lpl_network_add_projection(
        net::Ptr{lpl_network_t}, p::Ptr{lpl_projection_t}, pre::UInt32, post::UInt32, receptor::Int32)::lpl_status_t
end

"""
    lpl_network_add_spiking(net, s, pre, post, receptor)

`lpl_status_t lpl_network_add_spiking(lpl_network_t *net, lpl_spiking_t *s, uint32_t pre, uint32_t post, int32_t
receptor)`: see [`lpl_network_add_projection`](@ref).
"""
function lpl_network_add_spiking(net, s, pre, post, receptor)
    @ccall library().lpl_network_add_spiking(
        net::Ptr{lpl_network_t}, s::Ptr{lpl_spiking_t}, pre::UInt32, post::UInt32, receptor::Int32)::lpl_status_t
end

"""
    lpl_network_add_record(net, r, group)

`lpl_status_t lpl_network_add_record(lpl_network_t *net, lpl_record_t *r, uint32_t group)`

```text
Let a recorder see a group. Since 0.1.1.
```
"""
function lpl_network_add_record(net, r, group)
    @ccall library().lpl_network_add_record(net::Ptr{lpl_network_t}, r::Ptr{lpl_record_t}, group::UInt32)::lpl_status_t
end

"""
    lpl_network_finish(net)

`lpl_status_t lpl_network_finish(lpl_network_t *net)`

```text
All have been added: take the memory for runs. Returns LPL_OK, LPL_E_NULL, LPL_E_ORDER (done before; no group),
LPL_E_SIZE, LPL_E_MEMORY. Since 0.1.1.
```
"""
function lpl_network_finish(net)
    @ccall library().lpl_network_finish(net::Ptr{lpl_network_t})::lpl_status_t
end

"""
    lpl_network_feed(net, group, n_steps, ptr, neuron)

`lpl_status_t lpl_network_feed(lpl_network_t *net, uint32_t group, size_t n_steps, const uint64_t *ptr, const uint32_t
*neuron)`

```text
Spikes of the host for the next run, which has to be one of n_steps: in step k of it the neurons neuron[ptr[k]] ..
neuron[ptr[k+1] - 1] of the group fire, ascending, none twice (ptr: n_steps + 1 offsets). All of it is checked here
and lent until that run returns. A group has sources or spikes of the host. Not called for a run: none fire. Returns
LPL_OK, LPL_E_NULL, LPL_E_ARG (no such group, one with sources, a population; spikes out of order or range),
LPL_E_ORDER (before lpl_network_finish). Exclusive access. Allocates nothing. Since 0.1.1.
```
"""
function lpl_network_feed(net, group, n_steps, ptr, neuron)
    @ccall library().lpl_network_feed(
        net::Ptr{lpl_network_t}, group::UInt32, n_steps::Csize_t, ptr::Ptr{UInt64}, neuron::Ptr{UInt32})::lpl_status_t
end

"""
    lpl_network_run(net, n_steps)

`lpl_status_t lpl_network_run(lpl_network_t *net, size_t n_steps)`

```text
n steps. Returns LPL_OK, LPL_E_NULL, LPL_E_ORDER (before lpl_network_finish), LPL_E_SIZE (lpl_network_feed was for
another number of steps; a source at the end of its random numbers): nothing has moved then.

LPL_LOOK: all steps are made, and the verdict of a plastic projection with LPL_SPIKING_WATCH has changed in one of
them, as lpl_spiking_step would have said.

LPL_E_NONFINITE as lpl_lif_step, lpl_spiking_drive_lif, lpl_spiking_step: only a member with absurd parameters or
states can give it, and such a network is run step by step, every member looked at before it moves. The sentence
names the member and its step. The steps before are whole (LPL_NETWORK_PARAM_LAST counts them), the run has stopped
inside the next one: what comes before the refused call in the order above has been done, nothing behind it, so
members may differ by this one step. After a mend (a smaller push, say) the next run goes on with just that call, and
that step is the first of its n: the bits are those of a host's loop that repeats the call. (Its spikes are inside;
what lpl_network_feed says of that step is not looked at again.) Save members before such a run, or after going on.

Exclusive access to the network and all members. Allocates nothing. The same bits for any number of threads of the
members, and for n calls of one step. Cost: that of the members' arithmetic; what is per call in the host's loop is
per block of LPL_NETWORK_PARAM_BLOCK steps, or up to a change of plastic weights. Since 0.1.1.
```
"""
function lpl_network_run(net, n_steps)
    @ccall library().lpl_network_run(net::Ptr{lpl_network_t}, n_steps::Csize_t)::lpl_status_t
end

"""
    lpl_network_deliver(net, group, n_steps, ptr, neuron)

`lpl_status_t lpl_network_deliver(lpl_network_t *net, uint32_t group, size_t n_steps, const uint64_t *ptr, const
uint32_t *neuron)`

```text
Spikes of neurons elsewhere (of another process) that fired during the last run, handed over after it: they have not
arrived yet if that run was not longer than the axonal delay. As lpl_network_feed for n_steps = those of the last
run, except that the spikes act at once, may come in several calls (each neuron's in one of them, or more), and a
group with sources takes them too. Returns also LPL_E_ARG: a population, a group with a recorder, which has seen
these steps; LPL_E_SIZE: the last run had another number of steps, or more than the delay of a projection from this
group; LPL_E_ORDER: it stopped inside a step. Exclusive access. Since 0.1.1.
```
"""
function lpl_network_deliver(net, group, n_steps, ptr, neuron)
    @ccall library().lpl_network_deliver(
        net::Ptr{lpl_network_t}, group::UInt32, n_steps::Csize_t, ptr::Ptr{UInt64}, neuron::Ptr{UInt32})::lpl_status_t
end

"""
    lpl_network_spikes_into(net, group, ptr, room_steps, neuron, room)

`lpl_status_t lpl_network_spikes_into(lpl_network_t *net, uint32_t group, uint64_t *ptr, size_t room_steps, uint32_t
*neuron, size_t room)`

```text
Write who fires in a group into arrays of the host, lent until the next call of this function for that group or
destroy (NULL, NULL, 0, 0 ends it). Each run starts anew: step k of it had the spikes neuron[ptr[k]] ..
neuron[ptr[k+1] - 1]. ptr: room_steps + 1 offsets; a run of more steps is LPL_E_SIZE. neuron: room spikes; of more,
the rest is counted, not stored. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG, LPL_E_SIZE. Exclusive access. Since 0.1.1.
```
"""
function lpl_network_spikes_into(net, group, ptr, room_steps, neuron, room)
    @ccall library().lpl_network_spikes_into(
        net::Ptr{lpl_network_t}, group::UInt32, ptr::Ptr{UInt64}, room_steps::Csize_t, neuron::Ptr{UInt32},
        room::Csize_t)::lpl_status_t
end

"""
    lpl_network_get(net, param, value)

`lpl_status_t lpl_network_get(const lpl_network_t *net, int32_t param, double *value)`

```text
A scalar: LPL_NETWORK_PARAM_*. Returns LPL_OK, LPL_E_NULL, LPL_E_ARG. Shared access. Since 0.1.1.
```
"""
function lpl_network_get(net, param, value)
    @ccall library().lpl_network_get(net::Ptr{lpl_network_t}, param::Int32, value::Ptr{Cdouble})::lpl_status_t
end

# ---- lpl/stack.h

const HEADER_STACK = """
```text
lpl/stack.h - a thin helper for deep networks: layers one after the other, each learning by its own loss.

A stack does what a host's loop over layers does (docs/layer.md): for k = 0, 1, ...: responses of layer k to both
views, then its update. No gradient passes between layers. Every layer can be reached by itself, so parameters,
states and modes are set with the calls of layer.h. One state file holds the whole stack.
```
"""

"""
    lpl_stack_t

```text
Access as for a layer: calls that take a const stack may run together where lpl_forward of its layers may.
```
"""
mutable struct lpl_stack_t end

"""
    StackFlag

```text
Flags of a stack.
```

- `LPL_STACK_SHARED_SCRATCH` = 1: the convolutions of the stack work in one piece of memory, as large as the largest
  of them needs, instead of each in its own: VGG-11 on 32 x 32 pixels, batch 64, takes a third less. Then one call at
  a time may change or train any layer of the stack; only lpl_forward of its layers may run together. With a hook
  (reduce.h), on all ranks or on none, no reduction overlaps the next layer. Same numbers. Since 0.1.1
"""
const StackFlag = UInt32
const LPL_STACK_SHARED_SCRATCH = UInt32(1)

"""
    lpl_stack_create(cfg, n_layers, out)

`lpl_status_t lpl_stack_create(const lpl_layer_config_t **cfg, size_t n_layers, lpl_stack_t **out)`

```text
Make a stack of n_layers layers. cfg[k] points to the config of layer k: all of one dtype, one batch_max and one pair
form; the length of a response row of layer k (LPL_PARAM_N_OUT) is n_pre of layer k + 1 (0 in a convolution's config:
filled in from its map). Memory beyond the layers: four batches of the longest response row. *out is set only on
success. Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE (shapes do not chain: the sentence says where), LPL_E_ARG,
LPL_E_DTYPE, LPL_E_MEMORY and what lpl_layer_create returns. Since 0.1.
```
"""
function lpl_stack_create(cfg, n_layers, out)
    @ccall library().lpl_stack_create(
        cfg::Ptr{Ptr{lpl_layer_config_t}}, n_layers::Csize_t, out::Ptr{Ptr{lpl_stack_t}})::lpl_status_t
end

"""
    lpl_stack_create_with(cfg, n_layers, flags, out)

`lpl_status_t lpl_stack_create_with(const lpl_layer_config_t **cfg, size_t n_layers, uint32_t flags, lpl_stack_t
**out)`

```text
lpl_stack_create, with flags. LPL_PARAM_MEMORY of a layer then leaves out what it shares. Returns as that; LPL_E_ARG
for other flags. Since 0.1.1.
```
"""
function lpl_stack_create_with(cfg, n_layers, flags, out)
    @ccall library().lpl_stack_create_with(
        cfg::Ptr{Ptr{lpl_layer_config_t}}, n_layers::Csize_t, flags::UInt32, out::Ptr{Ptr{lpl_stack_t}})::lpl_status_t
end

"""
    lpl_stack_destroy(s)

`void lpl_stack_destroy(lpl_stack_t *s)`

```text
End the stack and its layers; NULL is fine.
```
"""
function lpl_stack_destroy(s)
    @ccall library().lpl_stack_destroy(s::Ptr{lpl_stack_t})::Cvoid
end

"""
    lpl_stack_size(s)

`size_t lpl_stack_size(const lpl_stack_t *s)`

```text
Number of layers; 0 for NULL.
```
"""
function lpl_stack_size(s)
    @ccall library().lpl_stack_size(s::Ptr{lpl_stack_t})::Csize_t
end

"""
    lpl_stack_layer(s, k, layer)

`lpl_status_t lpl_stack_layer(lpl_stack_t *s, size_t k, lpl_layer_t **layer)`

```text
Layer k, for the calls of layer.h; it belongs to the stack (do not destroy it). Returns LPL_OK, LPL_E_NULL,
LPL_E_SIZE.
```
"""
function lpl_stack_layer(s, k, layer)
    @ccall library().lpl_stack_layer(s::Ptr{lpl_stack_t}, k::Csize_t, layer::Ptr{Ptr{lpl_layer_t}})::lpl_status_t
end

"""
    lpl_stack_forward(s, z, ldz, x, ldx, batch, last)

`lpl_status_t lpl_stack_forward(lpl_stack_t *s, float *z, size_t ldz, const float *x, size_t ldx, size_t batch, size_t
last)`

```text
Responses of layer `last` (0 .. n_layers - 1) to x, through all layers before it.
  z   out, batch x N_OUT of that layer, ldz >= N_OUT;  x  batch x n_pre of layer 0;  no overlap;  batch <= batch_max
Returns as lpl_forward. Uses the stack's memory: exclusive access. Allocates nothing. Since 0.1.
```
"""
function lpl_stack_forward(s, z, ldz, x, ldx, batch, last)
    @ccall library().lpl_stack_forward(
        s::Ptr{lpl_stack_t}, z::Ptr{Cfloat}, ldz::Csize_t, x::Ptr{Cfloat}, ldx::Csize_t, batch::Csize_t,
        last::Csize_t)::lpl_status_t
end

"""
    lpl_stack_forward_f64(s, z, ldz, x, ldx, batch, last)

[`lpl_stack_forward`](@ref) on `Float64`.
"""
function lpl_stack_forward_f64(s, z, ldz, x, ldx, batch, last)
    @ccall library().lpl_stack_forward_f64(
        s::Ptr{lpl_stack_t}, z::Ptr{Cdouble}, ldz::Csize_t, x::Ptr{Cdouble}, ldx::Csize_t, batch::Csize_t,
        last::Csize_t)::lpl_status_t
end
@inline lpl_stack_forward(
        ::Type{Float32}, s, z, ldz, x, ldx, batch, last) = lpl_stack_forward(s, z, ldz, x, ldx, batch, last)
@inline lpl_stack_forward(
        ::Type{Float64}, s, z, ldz, x, ldx, batch, last) = lpl_stack_forward_f64(s, z, ldz, x, ldx, batch, last)

"""
    lpl_stack_update(s, reports, x0, ldx0, x1, ldx1, batch)

`lpl_status_t lpl_stack_update(lpl_stack_t *s, lpl_report_t *reports, const float *x0, size_t ldx0, const float *x1,
size_t ldx1, size_t batch)`

```text
One learning step of every layer on a batch of pairs; layer k + 1 sees what layer k said before it learned.
  reports  out, n_layers reports (size set in each, sizeof(lpl_report_t): so far they are apart), or NULL
  x0       as lpl_update; NULL (CAUSAL): every layer uses its remembered response
Layers learn in order. If one fails, those before it have learned and it and those after it have not; the sentence
names its label and lpl_layer_get(LPL_PARAM_STEP) tells which. So it is with divergence (layer.h): every layer is
finite, and the stack can be saved. Returns LPL_OK, LPL_COLLAPSED (in some layer: see the reports), or as lpl_update.
Exclusive access. Allocates nothing. Since 0.1.
```
"""
function lpl_stack_update(s, reports, x0, ldx0, x1, ldx1, batch)
    @ccall library().lpl_stack_update(
        s::Ptr{lpl_stack_t}, reports::Ptr{lpl_report_t}, x0::Ptr{Cfloat}, ldx0::Csize_t, x1::Ptr{Cfloat}, ldx1::Csize_t,
        batch::Csize_t)::lpl_status_t
end

"""
    lpl_stack_update_f64(s, reports, x0, ldx0, x1, ldx1, batch)

[`lpl_stack_update`](@ref) on `Float64`.
"""
function lpl_stack_update_f64(s, reports, x0, ldx0, x1, ldx1, batch)
    @ccall library().lpl_stack_update_f64(
        s::Ptr{lpl_stack_t}, reports::Ptr{lpl_report_t}, x0::Ptr{Cdouble}, ldx0::Csize_t, x1::Ptr{Cdouble},
        ldx1::Csize_t, batch::Csize_t)::lpl_status_t
end
@inline lpl_stack_update(
        ::Type{Float32}, s, reports, x0, ldx0, x1, ldx1, batch) = lpl_stack_update(s, reports, x0, ldx0, x1, ldx1,
        batch)
@inline lpl_stack_update(
        ::Type{Float64}, s, reports, x0, ldx0, x1, ldx1, batch) = lpl_stack_update_f64(s, reports, x0, ldx0, x1, ldx1,
        batch)

"""
    lpl_stack_forget(s)

`lpl_status_t lpl_stack_forget(lpl_stack_t *s)`

```text
A new sequence begins, in all rows or in some: lpl_layer_forget and lpl_layer_forget_rows of every layer. Returns as
they do (nothing is forgotten then). Exclusive access. Since 0.1.1.
```
"""
function lpl_stack_forget(s)
    @ccall library().lpl_stack_forget(s::Ptr{lpl_stack_t})::lpl_status_t
end

"""
    lpl_stack_forget_rows(s, row, n)

`lpl_status_t lpl_stack_forget_rows(lpl_stack_t *s, const uint32_t *row, size_t n)`: see [`lpl_stack_forget`](@ref).
"""
function lpl_stack_forget_rows(s, row, n)
    @ccall library().lpl_stack_forget_rows(s::Ptr{lpl_stack_t}, row::Ptr{UInt32}, n::Csize_t)::lpl_status_t
end

"""
    lpl_stack_save(s, write, user)

`lpl_status_t lpl_stack_save(const lpl_stack_t *s, lpl_write_fn write, void *user)`

```text
Save / load all layers, as lpl_layer_save and lpl_layer_load, one after the other behind a short record of their
number. max_bytes: for the whole stack (0 = 4 GiB). Since 0.1.
```
"""
function lpl_stack_save(s, write, user)
    @ccall library().lpl_stack_save(s::Ptr{lpl_stack_t}, write::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_stack_load(read, user, max_bytes, threads, out)

`lpl_status_t lpl_stack_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, lpl_stack_t **out)`: see
[`lpl_stack_save`](@ref).
"""
function lpl_stack_load(read, user, max_bytes, threads, out)
    @ccall library().lpl_stack_load(
        read::Ptr{Cvoid}, user::Ptr{Cvoid}, max_bytes::Csize_t, threads::Int32,
        out::Ptr{Ptr{lpl_stack_t}})::lpl_status_t
end

"""
    lpl_stack_load_with(read, user, max_bytes, threads, flags, out)

`lpl_status_t lpl_stack_load_with(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, uint32_t flags,
lpl_stack_t **out)`

```text
With flags, which the file does not hold. Since 0.1.1.
```
"""
function lpl_stack_load_with(read, user, max_bytes, threads, flags, out)
    @ccall library().lpl_stack_load_with(
        read::Ptr{Cvoid}, user::Ptr{Cvoid}, max_bytes::Csize_t, threads::Int32, flags::UInt32,
        out::Ptr{Ptr{lpl_stack_t}})::lpl_status_t
end

# ---- lpl/file.h

const HEADER_FILE = """
```text
lpl/file.h - state files by name: on top of the callbacks of state.h, the one way in which a save can lose nothing.

A save writes a new file in the folder of the old one, flushes it to the disk, and gives it the name only then.
Whatever happens - an error, a full disk, a kill, two programs that save to one name - the name stands for a whole
state, the old one or the new one.
  Links      symbolic links are followed: the link stays, what it points to (a file that does not exist yet, too)
             gets the content.
  Rights     a new file has what the umask leaves; an old one keeps mode and access list, and owner and group where
             the process may give them (a group that it may not give gets no more than everybody). A file that may
             not be written is not replaced.
  In place   are written devices, pipes and the open files behind /dev/stdout and /dev/fd/N, as the bytes come;
             and, from the complete new file and with its rights untouched, what a new file cannot replace: a file
             with several names (hard links), a mount point. A kill during that last copy leaves a file that cannot
             be loaded.
  Left over  .lpl-PID-NUMBER.tmp in that folder: only from a process that was killed; a failed save removes it.
  Signals    handlers are never changed. A file that would pass RLIMIT_FSIZE is refused before SIGXFSZ is raised; a
             pipe that nobody reads any more raises SIGPIPE as always.

POSIX systems; these functions are absent from a library that was built with STDIO=no. errno stays as it was.
```
"""

"""
    lpl_file_save(reason, path, content, user)

`lpl_status_t lpl_file_save(int32_t *reason, const char *path, lpl_file_save_fn content, void *user)`

```text
Save / load what content writes / reads, by the rules above. path is what open() takes, at most PATH_MAX bytes,
names of up to NAME_MAX. reason (may be NULL): the system's error number (errno of <errno.h>) behind LPL_E_IO,
otherwise 0. What lies behind the last byte that content reads is not looked at. content may be entered only after
the file could be opened. Returns what content returned (>= 0: done), LPL_E_NULL, or LPL_E_IO with a sentence that
names the file (or the folder, if no file can be made there) and the reason. On failure the old file is as it was,
with two exceptions: what is written in place, and "cannot flush folder" after the new file has its name. The
detail of a failed content has the file added. Cost: the bytes, written once (a copy in place: twice), and two
flushes to the disk; 24 KiB of stack, no memory. Thread class: any, and any process at the same time. Since 0.1.1.
```
"""
function lpl_file_save(reason, path, content, user)
    @ccall library().lpl_file_save(
        reason::Ptr{Int32}, path::Cstring, content::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_file_load(reason, path, content, user)

`lpl_status_t lpl_file_load(int32_t *reason, const char *path, lpl_file_load_fn content, void *user)`: see
[`lpl_file_save`](@ref).
"""
function lpl_file_load(reason, path, content, user)
    @ccall library().lpl_file_load(
        reason::Ptr{Int32}, path::Cstring, content::Ptr{Cvoid}, user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_layer_save_file(l, path)

`lpl_status_t lpl_layer_save_file(const lpl_layer_t *l, const char *path)`

```text
One object in a file: lpl_X_save and lpl_X_load with a path instead of the callback. Arguments, limits and statuses
are those of these functions (layer.h and its kin), LPL_E_IO is as above. A state with NaN (LPL_E_NONFINITE) never
touches the file; a damaged or cut file is LPL_E_FORMAT. On failure *out is untouched. Thread class: as lpl_X_save,
lpl_X_load. Since 0.1.1.
```
"""
function lpl_layer_save_file(l, path)
    @ccall library().lpl_layer_save_file(l::Ptr{lpl_layer_t}, path::Cstring)::lpl_status_t
end

"""
    lpl_layer_load_file(path, max_bytes, threads, out)

`lpl_status_t lpl_layer_load_file(const char *path, size_t max_bytes, int32_t threads, lpl_layer_t **out)`: see
[`lpl_layer_save_file`](@ref).
"""
function lpl_layer_load_file(path, max_bytes, threads, out)
    @ccall library().lpl_layer_load_file(
        path::Cstring, max_bytes::Csize_t, threads::Int32, out::Ptr{Ptr{lpl_layer_t}})::lpl_status_t
end

"""
    lpl_stack_save_file(s, path)

`lpl_status_t lpl_stack_save_file(const lpl_stack_t *s, const char *path)`: see [`lpl_layer_save_file`](@ref).
"""
function lpl_stack_save_file(s, path)
    @ccall library().lpl_stack_save_file(s::Ptr{lpl_stack_t}, path::Cstring)::lpl_status_t
end

"""
    lpl_stack_load_file(path, max_bytes, threads, out)

`lpl_status_t lpl_stack_load_file(const char *path, size_t max_bytes, int32_t threads, lpl_stack_t **out)`: see
[`lpl_layer_save_file`](@ref).
"""
function lpl_stack_load_file(path, max_bytes, threads, out)
    @ccall library().lpl_stack_load_file(
        path::Cstring, max_bytes::Csize_t, threads::Int32, out::Ptr{Ptr{lpl_stack_t}})::lpl_status_t
end

"""
    lpl_stats_save_file(s, path)

`lpl_status_t lpl_stats_save_file(const lpl_stats_t *s, const char *path)`: see [`lpl_layer_save_file`](@ref).
"""
function lpl_stats_save_file(s, path)
    @ccall library().lpl_stats_save_file(s::Ptr{lpl_stats_t}, path::Cstring)::lpl_status_t
end

"""
    lpl_stats_load_file(path, max_bytes, out)

`lpl_status_t lpl_stats_load_file(const char *path, size_t max_bytes, lpl_stats_t **out)`: see
[`lpl_layer_save_file`](@ref).
"""
function lpl_stats_load_file(path, max_bytes, out)
    @ccall library().lpl_stats_load_file(path::Cstring, max_bytes::Csize_t, out::Ptr{Ptr{lpl_stats_t}})::lpl_status_t
end

"""
    lpl_spiking_save_file(s, path)

`lpl_status_t lpl_spiking_save_file(const lpl_spiking_t *s, const char *path)`: see [`lpl_layer_save_file`](@ref).
"""
function lpl_spiking_save_file(s, path)
    @ccall library().lpl_spiking_save_file(s::Ptr{lpl_spiking_t}, path::Cstring)::lpl_status_t
end

"""
    lpl_spiking_load_file(path, max_bytes, threads, out)

`lpl_status_t lpl_spiking_load_file(const char *path, size_t max_bytes, int32_t threads, lpl_spiking_t **out)`: see
[`lpl_layer_save_file`](@ref).
"""
function lpl_spiking_load_file(path, max_bytes, threads, out)
    @ccall library().lpl_spiking_load_file(
        path::Cstring, max_bytes::Csize_t, threads::Int32, out::Ptr{Ptr{lpl_spiking_t}})::lpl_status_t
end

"""
    lpl_projection_save_file(p, path)

`lpl_status_t lpl_projection_save_file(const lpl_projection_t *p, const char *path)`: see
[`lpl_layer_save_file`](@ref).
"""
function lpl_projection_save_file(p, path)
    @ccall library().lpl_projection_save_file(p::Ptr{lpl_projection_t}, path::Cstring)::lpl_status_t
end

"""
    lpl_projection_load_file(path, max_bytes, out)

`lpl_status_t lpl_projection_load_file(const char *path, size_t max_bytes, lpl_projection_t **out)`: see
[`lpl_layer_save_file`](@ref).
"""
function lpl_projection_load_file(path, max_bytes, out)
    @ccall library().lpl_projection_load_file(
        path::Cstring, max_bytes::Csize_t, out::Ptr{Ptr{lpl_projection_t}})::lpl_status_t
end

"""
    lpl_lif_save_file(p, path)

`lpl_status_t lpl_lif_save_file(const lpl_lif_t *p, const char *path)`: see [`lpl_layer_save_file`](@ref).
"""
function lpl_lif_save_file(p, path)
    @ccall library().lpl_lif_save_file(p::Ptr{lpl_lif_t}, path::Cstring)::lpl_status_t
end

"""
    lpl_lif_load_file(path, max_bytes, out)

`lpl_status_t lpl_lif_load_file(const char *path, size_t max_bytes, lpl_lif_t **out)`: see
[`lpl_layer_save_file`](@ref).
"""
function lpl_lif_load_file(path, max_bytes, out)
    @ccall library().lpl_lif_load_file(path::Cstring, max_bytes::Csize_t, out::Ptr{Ptr{lpl_lif_t}})::lpl_status_t
end

"""
    lpl_record_save_file(r, path)

`lpl_status_t lpl_record_save_file(const lpl_record_t *r, const char *path)`: see [`lpl_layer_save_file`](@ref).
"""
function lpl_record_save_file(r, path)
    @ccall library().lpl_record_save_file(r::Ptr{lpl_record_t}, path::Cstring)::lpl_status_t
end

"""
    lpl_record_load_file(path, max_bytes, out)

`lpl_status_t lpl_record_load_file(const char *path, size_t max_bytes, lpl_record_t **out)`: see
[`lpl_layer_save_file`](@ref).
"""
function lpl_record_load_file(path, max_bytes, out)
    @ccall library().lpl_record_load_file(path::Cstring, max_bytes::Csize_t, out::Ptr{Ptr{lpl_record_t}})::lpl_status_t
end

# ---- lpl/reduce.h

const HEADER_REDUCE = """
```text
lpl/reduce.h - learning on several ranks: a function of the host sums arrays over them. liblpl knows no MPI; the hook
may be MPI_Allreduce, threads of one process, or anything that leaves the same result in every rank's array.

Each rank holds a layer of the same configuration and weights and calls lpl_update with its own rows. Together these
are one batch: moments, covariances, terms of the whole batch, gradient and report are those of all rows, and every
rank takes the same step, so the layers stay equal to the bit.

The bits do not depend on the number of ranks, nor on the order in which the hook adds. Rows are worked on in chunks
of a fixed number (config.chunk): a product is never of more rows than that. What chunks give is added in fixed
point,

  sum_k p_k = q sum_k trunc(p_k / q),   q = 2^(e - 61),  2^e >= a bound of sum_k |p_k|

with integers of 64 bits, whose sum does not depend on any order. The bound comes from largest magnitudes, of which
the hook takes the maximum first. One rank with a hook gives the bits of N ranks; those of a layer without one it
does not (another order of rounding). K chunks and R rows together, S units:

  a sum over responses    error < K q,  2^e <= 4 R max|z_i|;  of squared deviations 4 R (max z_i - min z_i)^2
  a covariance            error < K q / R,  2^e <= 8 R times the ranges of both units
  a gradient              error < K q,  2^e <= 8 R max|delta_i| max|x| (convolution: of f' too; POSITIONS: times
                          those)

beside the rounding of the products of a chunk, which are of the layer's type (covariances of EWMA: of doubles).
2^-61 is 4e-19: with 16 chunks and a gradient 1/1000 of its bound the error is 7e-15 of it (float: 6e-8 by its own
rounding).

All ranks make the same calls in the same order, and each call makes the same sequence of reductions on every rank,
whatever its data. The first one of each call also asks whether all agree: if a rank refuses its arguments, it
returns why, and all others LPL_E_REDUCE; if two are in different steps, have other configurations or make different
calls, all return LPL_E_REDUCE. Nothing has changed then, anywhere. A rank without rows takes part with batch = 0.
Only a call that has no layer (NULL) cannot take part; then the others wait, as they do for a rank that has ended:
time limits are the hook's affair.
```
"""

"""
    ReduceOp

```text
What a hook does with the arrays of all ranks, element by element.
```

- `LPL_REDUCE_SUM` = 0
- `LPL_REDUCE_MAX` = 1
"""
@enum ReduceOp::Int32 begin
    LPL_REDUCE_SUM = 0
    LPL_REDUCE_MAX = 1
end
prefix(::Type{ReduceOp}) = "LPL_REDUCE_"

"""
    ReduceType

```text
Of what. SUM comes with INT64 (no sum overflows), with LPL_REDUCE_FLOAT also with the other two; MAX with FLOAT64,
and no element of it is NaN.
```

- `LPL_REDUCE_INT64` = 0
- `LPL_REDUCE_FLOAT64` = 1
- `LPL_REDUCE_FLOAT32` = 2
"""
@enum ReduceType::Int32 begin
    LPL_REDUCE_INT64 = 0
    LPL_REDUCE_FLOAT64 = 1
    LPL_REDUCE_FLOAT32 = 2
end
prefix(::Type{ReduceType}) = "LPL_REDUCE_"

"""
    ReduceFlag

```text
Bits of lpl_reduce_config_t.flags.
```

- `LPL_REDUCE_FLOAT` = 1: add in floating point: chunks play no role, a gradient travels in the layer's own type (half
  the bytes of a float32 layer), and the bits depend on the number of ranks and the hook's order
"""
const ReduceFlag = UInt32
const LPL_REDUCE_FLOAT = UInt32(1)

"""
    lpl_reduce_config_t

The struct of that name of lpl/reduce.h.
"""
struct lpl_reduce_config_t
    "sizeof(lpl_reduce_config_t), set by lpl_reduce_config_init"
    size::UInt32
    "0 (default) or LPL_REDUCE_FLOAT"
    flags::UInt32
    "rows of a chunk, 1 .. 2^31 (default 32); batch of every rank's calls is a whole number of them"
    chunk::UInt64
end
enumfields(::Type{lpl_reduce_config_t}) = (;)
aliases(::Type{lpl_reduce_config_t}) = (;)
const KEYWORDS_REDUCE = """
- `flags`: integer; default `0`. 0 (default) or REDUCE_FLOAT.
- `chunk`: integer; default `32`. rows of a chunk, 1 .. 2^31; batch of every rank's calls is a whole number of them.
"""

"""
    lpl_reduce_config_init(cfg, size)

`lpl_status_t lpl_reduce_config_init(lpl_reduce_config_t *cfg, size_t size)`

```text
Fill *cfg with defaults. size = sizeof *cfg as the caller was compiled.
Returns LPL_OK, LPL_E_NULL, LPL_E_VERSION. Thread class: any. Since 0.1.1.
```
"""
function lpl_reduce_config_init(cfg, size)
    @ccall library().lpl_reduce_config_init(cfg::Ptr{lpl_reduce_config_t}, size::Csize_t)::lpl_status_t
end

"""
    lpl_layer_set_reduce(l, cfg, fn, start, finish, user)

`lpl_status_t lpl_layer_set_reduce(lpl_layer_t *l, const lpl_reduce_config_t *cfg, lpl_reduce_fn fn,
lpl_reduce_start_fn start, lpl_reduce_finish_fn finish, void *user)`

```text
From now on lpl_update and lpl_gradient of this layer are of the rows of all ranks. Memory for it is taken here:
8 bytes for each weight, and what docs/reduce.md says.
  cfg     NULL: no hook any more, memory is given back (also by lpl_layer_destroy); the other arguments must be NULL
  fn      the hook; not NULL
  start, finish   its non-blocking form, or both NULL. Used by lpl_stack_update
  user    handed to the hook
Makes no reduction, so ranks may call it at any time. batch of lpl_update: 0 .. batch_max rows of this rank, a whole
number of chunks (LPL_E_SIZE); all ranks together at least 2 (EWMA: 1). A remembered response is of this rank's rows;
forgotten rows likewise. With decorr the covariance is always formed (M x M, never the samples' matrix).
lpl_update_online is refused (LPL_E_ORDER). A hook is no part of the state: lpl_layer_load gives a layer without one,
lpl_layer_copy leaves that of dst. Weights, moments and statistics are the same on every rank, so the file of one is
that of all: a run may go on with another number of ranks (the remembered response, LPL_STATE_PREV, is in the order
of ranks).
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (flags), LPL_E_ORDER (start values still to be scaled,
LPL_INIT_UNIT_VARIANCE: the first update is made without a hook), LPL_E_SIZE (chunk: more than batch_max),
LPL_E_UNSUPPORTED (exponential statistics with LPL_SEES_POSITIONS), LPL_E_VERSION, LPL_E_MEMORY
(the layer is as before). Exclusive access. Since 0.1.1.
```
"""
function lpl_layer_set_reduce(l, cfg, fn, start, finish, user)
    @ccall library().lpl_layer_set_reduce(
        l::Ptr{lpl_layer_t}, cfg::Ptr{lpl_reduce_config_t}, fn::Ptr{Cvoid}, start::Ptr{Cvoid}, finish::Ptr{Cvoid},
        user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_stack_set_reduce(s, cfg, fn, start, finish, user)

`lpl_status_t lpl_stack_set_reduce(lpl_stack_t *s, const lpl_reduce_config_t *cfg, lpl_reduce_fn fn,
lpl_reduce_start_fn start, lpl_reduce_finish_fn finish, void *user)`

```text
The same for every layer of a stack. lpl_stack_update then starts the reduction of each layer's gradient and goes on
to the next layer; layers make their steps at the end, in order. If one fails, those before it have learned, and it
and those after it have not, on every rank alike. Returns as above. Since 0.1.1.
```
"""
function lpl_stack_set_reduce(s, cfg, fn, start, finish, user)
    @ccall library().lpl_stack_set_reduce(
        s::Ptr{lpl_stack_t}, cfg::Ptr{lpl_reduce_config_t}, fn::Ptr{Cvoid}, start::Ptr{Cvoid}, finish::Ptr{Cvoid},
        user::Ptr{Cvoid})::lpl_status_t
end

"""
    lpl_stats_set_reduce(s, cfg, fn, start, finish, user)

`lpl_status_t lpl_stats_set_reduce(lpl_stats_t *s, const lpl_reduce_config_t *cfg, lpl_reduce_fn fn,
lpl_reduce_start_fn start, lpl_reduce_finish_fn finish, void *user)`

```text
The same for a tracker: lpl_stats_update of it, and nothing else, is of the rows of all ranks, which hold trackers of
one configuration that have seen the same. batch: 0 .. batch_max rows of this rank, a whole number of chunks
(LPL_E_SIZE); all ranks together at least 2 (EWMA, ALL: 1). Count, mean, variances and covariance are those of all
rows, the same bits on every rank and on any number of them; EWMA takes them in as one batch.
  mean        error < K q / R
  variance    error < K q / R (sums of squared deviations: K q); covariance likewise
with q as above and products in double, for float32 too. Reductions: 9 numbers and M means (sum), 2 M + 1 (max), M
squares and, with covariance, M (M + 1) / 2 products (sum), 8 bytes each. With start and finish the squares are on
their way while the products are formed. Cost beside the hook: a conversion of each product and chunk. Memory, taken
here: 40 bytes a unit, with covariance 8 M (M + 1) / 2 + 8 M more.
A hook is no part of the state: lpl_stats_load gives a tracker without one, lpl_stats_merge adds what this rank has.
The file of one rank is that of all: a run may go on with another number of ranks.
Returns LPL_OK, LPL_E_NULL, LPL_E_ARG (flags), LPL_E_SIZE (chunk: more than batch_max), LPL_E_VERSION, LPL_E_MEMORY
(the tracker is as before). Exclusive access. Since 0.1.1.
```
"""
function lpl_stats_set_reduce(s, cfg, fn, start, finish, user)
    @ccall library().lpl_stats_set_reduce(
        s::Ptr{lpl_stats_t}, cfg::Ptr{lpl_reduce_config_t}, fn::Ptr{Cvoid}, start::Ptr{Cvoid}, finish::Ptr{Cvoid},
        user::Ptr{Cvoid})::lpl_status_t
end

# ---- lpl/threads.h

const HEADER_THREADS = """
```text
lpl/threads.h - processes that fork: one thread from then on.

Threads exist only where a config asks for more than one. A process that has used them and forks leaves its child
with one thread and with an OpenMP runtime that waits for the others. So in the child every call runs on the caller's
thread, whatever the configs say: results do not depend on the number of threads, bit for bit, and an exec ends it.
The library sees to that by itself (pthread_atfork, when its first threads are started). This is the single exception
to "no global state": one atomic flag, written when the first threads are started and in children.

What the library cannot see: threads that the host started with the same OpenMP runtime before the fork. Then call
lpl_one_thread first thing in the child. Fork while no call is running on another thread: an object in the middle of
a call stays there in the child.
```
"""

"""
    lpl_one_thread()

`void lpl_one_thread(void)`

```text
From now on, until this process ends, every call of the library runs on the thread that makes it; as in a child after
a fork. Configs, files and LPL_PARAM_THREADS keep their numbers. Async-signal-safe. Thread class: any. Since
0.1.1.
```
"""
function lpl_one_thread()
    @ccall library().lpl_one_thread()::Cvoid
end

"""
    lpl_is_one_thread()

`int32_t lpl_is_one_thread(void)`

```text
1: this process has come to one thread, after a fork or by lpl_one_thread; else 0. Async-signal-safe.
Thread class: any. Since 0.1.1.
```
"""
function lpl_is_one_thread()
    @ccall library().lpl_is_one_thread()::Int32
end

# ---- lpl/version.h

const HEADER_VERSION = """
```text
lpl/version.h - which liblpl this is. The only place where the version is written; the Makefile reads it from
here.
```
"""

"""
    lpl_version()

`const char *lpl_version(void)`

```text
Version of the library that is running (the macros above are those of the header that was compiled).
Returns static text such as "0.1.0". Thread class: any. Since 0.1.
```
"""
function lpl_version()
    @ccall library().lpl_version()::Cstring
end

"""
    lpl_version_number()

`uint32_t lpl_version_number(void)`

```text
The same as a number: major * 10000 + minor * 100 + patch. Thread class: any. Since 0.1.
```
"""
function lpl_version_number()
    @ccall library().lpl_version_number()::UInt32
end

"""
    lpl_build_info()

`const char *lpl_build_info(void)`

```text
One line of static text: dtypes, instruction sets compiled in, BLIS version at build time, OpenMP or not.
Holds no date and no host name. Thread class: any. Since 0.1.
```
"""
function lpl_build_info()
    @ccall library().lpl_build_info()::Cstring
end

end # module
