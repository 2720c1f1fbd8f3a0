# layer.jl - RateLayer: owns weights, statistics and optimiser state, and learns by itself (lpl/layer.h).

"""
    LPL.Report

What an update reports: `pull`, `push`, `decorr` (losses without coefficients), `total` (with them), `mean_activity`,
`min_std`, `mean_std`, `n_collapsed`, `n_dead`, `step`, `weight_change` = sum |dw| / sum |w|. An isbits struct.
"""
const Report = C.lpl_report_t

"""
    collapsed(report)

Is the response of every unit constant?
"""
collapsed(r::Report) = r.status == Int32(C.LPL_COLLAPSED)

function Base.show(io::IO, r::Report)
    print(io, "Report(step ", Int(r.step))
    for name in (:pull, :push, :decorr, :total, :mean_std, :weight_change)
        print(io, ", ", name, " ", round(getfield(r, name); sigdigits = 4))
    end
    print(io, collapsed(r) ? ", collapsed)" : ")")
end

"The C object of a stack. The stack and each of its layers hold it, so it ends with the last of them."
mutable struct StackCore <: Handle
    handle::Ptr{C.lpl_stack_t}
    StackCore(p::Ptr{C.lpl_stack_t}) = finalizer(close, new(p))
end
@noinline throw_closed(::StackCore) = throw(ArgumentError("this Stack is closed"))
destroy(p::Ptr{C.lpl_stack_t}) = C.lpl_stack_destroy(p)

"""
    RateLayer(n_pre => n_post; activation = :tanh, preset = :stream, eta = 1e-3, dtype = Float32, ...)
    RateLayer((width, height, channels) => n_post; kernel = 3, ...)

A layer that learns by itself: `n_post` units with `n_pre` inputs, or a convolution of images. `RateLayer{Float64}(...)`
is `dtype = Float64`.

`preset`: a set of constants, `:erratum`, `:reference`, `:toy2d` or `:stream` ([`LPL.LibLPL.Preset`](@ref)); a keyword
that is not given has the preset's value, the defaults below are those without a preset. `kernel`: short for `kernel_h`
and `kernel_w`, a number or `(width, height)`. Properties are parameters: `layer.eta`, `layer.mode = :frozen`,
`propertynames(layer)`.

# Calls

    layer(X), forward(layer, X), forward!(Z, layer, X)     responses
    update!(layer, X0, X1), update!(layer, X1)             a batch: pairs; or now, and the response before
    step!(z, layer, x), step_report!(z, layer, x)          one sample of a stream (preset :stream)
    gradient(layer, X0, X1), gradient!(dW, db, layer, ...) what an update would hand to its optimiser
    weights(layer), bias(layer), lend!, takeback!          the arrays in which it learns
    state(layer, :mean), state!, setstate!                 named states, as copies
    forget!(layer), bounds(layer, :eta), copy(layer), LPL.save, LPL.load

`update!`, `step!` and `forward!` on arrays that are there allocate nothing.

# Equations

$(C.HEADER_LAYER)

The rule:

$(C.HEADER_RULE)

# Keywords

$(C.KEYWORDS_LAYER)
"""
mutable struct RateLayer{T<:Floats} <: Saved
    handle::Ptr{C.lpl_layer_t}
    owner::Union{Nothing,StackCore}
    report::Base.RefValue{Report}
    n_pre::Int
    n_post::Int
    n_out::Int
    fan_in::Int
    units::Int
    batch_max::Int
    input::NTuple{3,Int}  # width, height, channels; 1, 1, n_pre of a dense layer
    output::NTuple{3,Int} # of the response map; 1, 1, n_post
    conv::Bool
    threads_max::Int
    lent_w::Union{Nothing,Matrix{T}} # lent to the library
    lent_b::Union{Nothing,Vector{T}}
    warned::Bool
end

destroy(p::Ptr{C.lpl_layer_t}) = C.lpl_layer_destroy(p)
paramenum(::RateLayer) = C.Param
getparam(l::RateLayer, code, value) = C.lpl_layer_get(l, code, value)
setparam(l::RateLayer, code, value) = C.lpl_layer_set(l, code, value)
threads_max(l::RateLayer) = getfield(l, :threads_max)

@inline function handle(l::RateLayer)
    p, owner = getfield(l, :handle), getfield(l, :owner)
    p == C_NULL && throw_closed(l)
    owner === nothing || handle(owner)
    return p
end
Base.unsafe_convert(::Type{Ptr{C.lpl_layer_t}}, l::RateLayer) = handle(l)

function Base.isopen(l::RateLayer)
    owner = getfield(l, :owner)
    return owner === nothing ? getfield(l, :handle) != C_NULL : isopen(owner)
end

"A layer of a stack ends with the stack: here nothing happens then."
function Base.close(l::RateLayer)
    getfield(l, :owner) === nothing || return nothing
    p = getfield(l, :handle)
    if p != C_NULL
        setfield!(l, :handle, Ptr{C.lpl_layer_t}(C_NULL))
        destroy(p)
    end
    return nothing
end

const LAYER_ALSO = [:preset, :kernel]

"""
    LPL.layerconfig(n_pre => n_post; preset, keywords...)

The config of a layer as a struct of C (`LPL.LibLPL.lpl_layer_config_t`): the library's defaults, then the preset, then
the keywords of [`RateLayer`](@ref). To look at, and for [`Stack`](@ref).
"""
function layerconfig(; preset = nothing, kernel = nothing, keywords...)
    cfg = config(C.lpl_layer_config_t, C.lpl_layer_config_init)
    preset === nothing || check(C.lpl_layer_preset(cfg, enumcode(C.Preset, preset, "preset")))
    if kernel !== nothing
        width, height = kernel isa Integer ? (kernel, kernel) : kernel
        cfg[] = setfields(cfg[], "a layer", (; kernel_w = width, kernel_h = height))
    end
    return setfields(cfg[], "a layer", keywords; also = LAYER_ALSO)
end
layerconfig(shape::Pair{<:Integer,<:Integer}; keywords...) =
    layerconfig(; n_pre = first(shape), n_post = last(shape), keywords...)
function layerconfig(shape::Pair{<:NTuple{3,Integer},<:Integer}; keywords...)
    width, height, channels = first(shape)
    return layerconfig(; kind = :conv2d, width, height, channels, n_post = last(shape), keywords...)
end
layerconfig(cfg::C.lpl_layer_config_t) = cfg
function layerconfig(shape; keywords...)
    throw(ArgumentError(string("a layer is given by ", repr(shape), ", need n_pre => n_post or (width, height, ",
                               "channels) => n_post")))
end

function RateLayer(cfg::C.lpl_layer_config_t)
    settings, place = Ref(cfg), Ref{Ptr{C.lpl_layer_t}}(C_NULL)
    check(C.lpl_layer_create(settings, place))
    return adopt(RateLayer, place[])
end
RateLayer(shape::Pair; keywords...) = RateLayer(layerconfig(shape; keywords...))
RateLayer(; keywords...) = RateLayer(layerconfig(; keywords...))
RateLayer{T}(shape::Pair; keywords...) where {T<:Floats} = RateLayer(shape; keywords..., dtype = T)::RateLayer{T}
RateLayer{T}(; keywords...) where {T<:Floats} = RateLayer(; keywords..., dtype = T)::RateLayer{T}

"Take over a handle. With an owner that ends it the layer never does."
function adopt(::Type{<:RateLayer}, p::Ptr{C.lpl_layer_t}, owner::Union{Nothing,StackCore} = nothing)
    value, low, report = Ref{Float64}(), Ref{Float64}(), Ref{Report}()
    get(code) = (check(C.lpl_layer_get(p, code, value)); Int(value[]))
    check(C.lpl_report_init(report, sizeof(Report)))
    T = eltype_of(get(C.LPL_PARAM_DTYPE))
    n_pre, n_post, n_out = get(C.LPL_PARAM_N_PRE), get(C.LPL_PARAM_N_POST), get(C.LPL_PARAM_N_OUT)
    fan_in, units, batch_max = get(C.LPL_PARAM_FAN_IN), get(C.LPL_PARAM_UNITS), get(C.LPL_PARAM_BATCH_MAX)
    input = (get(C.LPL_PARAM_WIDTH), get(C.LPL_PARAM_HEIGHT), get(C.LPL_PARAM_CHANNELS))
    output = (get(C.LPL_PARAM_OUT_WIDTH), get(C.LPL_PARAM_OUT_HEIGHT), n_post)
    conv = (n_out, fan_in, input[3]) != (n_post, n_pre, n_pre)
    check(C.lpl_layer_bounds(p, C.LPL_PARAM_THREADS, low, value))
    l = RateLayer{T}(p, owner, report, n_pre, n_post, n_out, fan_in, units, batch_max, input, output, conv,
                     Int(value[]), nothing, nothing, false)
    owner === nothing && finalizer(close, l)
    return l
end

use_threads!(made::RateLayer, l::RateLayer) = (made.threads = l.threads; made)

# Responses and learning

"(leading dimension, samples) of inputs or responses: columns, or the images of a convolution."
@inline function inputs(l::RateLayer{T}, x, name) where {T}
    getfield(l, :conv) || return columns(x, T, getfield(l, :n_pre), name)
    width, height, channels = getfield(l, :input)
    return images(x, T, width, height, channels, name)
end
@inline function outputs(l::RateLayer{T}, z, name) where {T}
    getfield(l, :conv) || return columns(z, T, getfield(l, :n_out), name)
    width, height, channels = getfield(l, :output)
    return images(z, T, width, height, channels, name)
end

"""
    forward!(Z, layer, X)

Responses `Z = f(W'X .+ b)` into an array that is there: `n_out x batch`, or maps `width x height x n_post x batch`.
"""
function forward!(z, l::RateLayer{T}, x) where {T}
    ldx, batch = inputs(l, x, "x")
    ldz, room = outputs(l, z, "z")
    room == batch || throw(DimensionMismatch(string("z has room for ", room, " samples, x has ", batch)))
    check(C.lpl_forward(T, l, z, ldz, x, ldx, batch))
    return z
end

response(l::RateLayer{T}, x::AbstractVector) where {T} = Vector{T}(undef, getfield(l, :n_out))
response(l::RateLayer{T}, x::AbstractMatrix) where {T} = Matrix{T}(undef, getfield(l, :n_out), size(x, 2))
response(l::RateLayer{T}, x::AbstractArray{<:Any,3}) where {T} = Array{T}(undef, getfield(l, :output))
response(l::RateLayer{T}, x::AbstractArray{<:Any,4}) where {T} = Array{T}(undef, getfield(l, :output)..., size(x, 4))
response(l::RateLayer{T}, x) where {T} = throw_noarray(x, T, "x")

"""
    forward(layer, X)
    layer(X)

Responses as a new array.
"""
function forward(l::RateLayer, x)
    inputs(l, x, "x")
    return forward!(response(l, x), l, x)
end
(l::RateLayer)(x) = forward(l, x)

function learned(l::RateLayer, status::Int32)
    if status > 0 && !getfield(l, :warned)
        setfield!(l, :warned, true)
        warn_collapsed("layer $(l.label)")
    end
    return nothing
end

"""
    update!(layer, X0, X1) -> report
    update!(layer, X1) -> report

One learning step on a batch of pairs: `X0` the past (or one view), `X1` now (or the other view), `n_pre x batch`. With
`X1` alone the past is the response remembered from the previous update of as many samples. Allocates nothing.
"""
function update!(l::RateLayer{T}, x0, x1) where {T}
    ld0, before = inputs(l, x0, "x0")
    ld1, batch = inputs(l, x1, "x1")
    before == batch || throw_batch(before, batch)
    report = getfield(l, :report)
    learned(l, check(C.lpl_update(T, l, report, x0, ld0, x1, ld1, batch)))
    return report[]
end
function update!(l::RateLayer{T}, x1) where {T}
    ld1, batch = inputs(l, x1, "x1")
    report = getfield(l, :report)
    learned(l, check(C.lpl_update(T, l, report, C_NULL, 0, x1, ld1, batch)))
    return report[]
end

"""
    step!(z, layer, x) -> z
    step!(layer, x) -> z

One step on a stream: the sample `x` (`n_pre`), the response into `z` (`units`; `nothing`: not wanted). Needs
`stats = :ewma` (preset `:stream`). With a `z` that is there nothing is allocated.
"""
function step!(z, l::RateLayer{T}, x) where {T}
    inputs(l, x, "x")[2] == 1 || throw(DimensionMismatch("x has several samples, a step takes one"))
    z === nothing || vector(z, T, getfield(l, :units), "z")
    learned(l, check(C.lpl_update_online(T, l, ornull(z), C_NULL, x)))
    return z
end
step!(l::RateLayer{T}, x) where {T} = step!(Vector{T}(undef, getfield(l, :units)), l, x)

"""
    step_report!(z, layer, x) -> report

`step!` with a report, which costs a logarithm a unit and one more look at each weight.
"""
function step_report!(z, l::RateLayer{T}, x) where {T}
    inputs(l, x, "x")[2] == 1 || throw(DimensionMismatch("x has several samples, a step takes one"))
    z === nothing || vector(z, T, getfield(l, :units), "z")
    report = getfield(l, :report)
    learned(l, check(C.lpl_update_online(T, l, ornull(z), report, x)))
    return report[]
end

"""
    gradient!(dW, db, layer, X0, X1) -> report
    gradient!(dW, db, layer, X1) -> report

What `update!` would hand to its optimiser, into `dW` (`fan_in x n_post`) and `db` (`n_post`, or `nothing`); the layer
does not change.
"""
function gradient!(dw, db, l::RateLayer{T}, x0, x1) where {T}
    ld0, batch = 0, 0
    if x0 !== nothing
        ld0, batch = inputs(l, x0, "x0")
    end
    ld1, samples = inputs(l, x1, "x1")
    x0 === nothing || batch == samples || throw_batch(batch, samples)
    ldw, units = columns(dw, T, getfield(l, :fan_in), "dw")
    units == getfield(l, :n_post) || throw(DimensionMismatch(string("dw has ", units, " columns, need ", l.n_post)))
    db === nothing || vector(db, T, getfield(l, :n_post), "db")
    report = getfield(l, :report)
    learned(l, check(C.lpl_gradient(T, l, dw, ldw, ornull(db), report, ornull(x0), ld0, x1, ld1, samples)))
    return report[]
end
gradient!(dw, db, l::RateLayer, x1) = gradient!(dw, db, l, nothing, x1)

"""
    gradient(layer, X0, X1) -> (dW, db, report)
    gradient(layer, X1) -> (dW, db, report)

`gradient!` into new arrays; `db` is `nothing` for a layer without biases.
"""
function gradient(l::RateLayer{T}, x0, x1) where {T}
    dw = Matrix{T}(undef, l.fan_in, l.n_post)
    db = hasbias(l) ? Vector{T}(undef, l.n_post) : nothing
    return dw, db, gradient!(dw, db, l, x0, x1)
end
gradient(l::RateLayer, x1) = gradient(l, nothing, x1)

"""
    forget!(layer)

Forget the remembered response: a new sequence begins.
"""
forget!(l::RateLayer) = (check(C.lpl_layer_forget(l)); l)

# The arrays in which it learns

"""
    LPL.hasbias(layer)

Whether the units have biases.
"""
function hasbias(l::RateLayer)
    value = Ref{Float64}()
    check(C.lpl_layer_get(l, C.LPL_PARAM_BIAS, value))
    return value[] != 0
end

"""
    lend!(layer, W, b = nothing)

Learn in these arrays from now on: `W` is a `Matrix`, `fan_in x n_post`, `b` a `Vector`, `n_post`, exactly if the layer
has biases. What they hold counts. The layer keeps them; do not resize `b` until [`takeback!`](@ref).
"""
function lend!(l::RateLayer{T}, w::Matrix{T}, b::Union{Nothing,Vector{T}} = nothing) where {T}
    size(w) == (l.fan_in, l.n_post) ||
        throw(DimensionMismatch(string("W is ", shape(w), ", need ", l.fan_in, " x ", l.n_post)))
    b === nothing || length(b) == l.n_post || throw_length(b, l.n_post, "b")
    check(C.lpl_layer_borrow_weights(T, l, w, l.fan_in, ornull(b)))
    setfield!(l, :lent_w, w)
    setfield!(l, :lent_b, b)
    return l
end
function lend!(l::RateLayer{T}, w, b = nothing) where {T}
    throw(ArgumentError(string("W is a ", typeof(w), " and b a ", typeof(b), ", need a Matrix{", T, "} and a Vector{",
                               T, "} or nothing")))
end

"""
    takeback!(layer)

End what `lend!`, `weights` and `bias` began: values are copied into the layer, the arrays are free.
"""
function takeback!(l::RateLayer{T}) where {T}
    check(C.lpl_layer_borrow_weights(T, l, C_NULL, 0, C_NULL))
    setfield!(l, :lent_w, nothing)
    setfield!(l, :lent_b, nothing)
    return l
end

"The first call of weights or bias: the layer moves into arrays of Julia."
function lent!(l::RateLayer{T}) where {T}
    if getfield(l, :lent_w) === nothing
        w = Matrix{T}(undef, l.fan_in, l.n_post)
        check(C.lpl_layer_read(T, l, w, length(w), C.LPL_STATE_WEIGHTS))
        b = hasbias(l) ? Vector{T}(undef, l.n_post) : nothing
        b === nothing || check(C.lpl_layer_read(T, l, b, length(b), C.LPL_STATE_BIAS))
        lend!(l, w, b)
    end
    return l
end

"""
    weights(layer)

The weights, `fan_in x n_post` (`n_pre x n_post`): the array itself in which the layer learns, not a copy. Column i are
the weights of unit i, and what is written into it counts. The first call moves the layer into arrays of Julia and needs
exclusive access; `copy(weights(layer))` or `state(layer, :weights)` is a copy. Of a convolution
`reshape(weights(layer), kernel_w, kernel_h, :, n_post)` are the filters (of a correlation: not turned round).
"""
weights(l::RateLayer{T}) where {T} = getfield(lent!(l), :lent_w)::Matrix{T}

"""
    bias(layer)

The biases, `n_post`, as [`weights`](@ref): the array itself. `nothing` without biases.
"""
bias(l::RateLayer) = getfield(lent!(l), :lent_b)

# Named states

"The size of a named state as an array of Julia."
function statesize(l::RateLayer, code::Int32)
    m, k, units, hidden = l.n_post, l.fan_in, l.units, l.head_hidden
    what = C.State(code)
    what in (C.LPL_STATE_WEIGHTS, C.LPL_STATE_OPTIM_M, C.LPL_STATE_OPTIM_V) && return (k, m)
    what in (C.LPL_STATE_MEAN, C.LPL_STATE_SIGMA2) && return (units,)
    what == C.LPL_STATE_COVARIANCE && return (units, units)
    what == C.LPL_STATE_PREV && return (units, Int(l.prev_rows))
    what == C.LPL_STATE_HEAD_W1 && return (m, hidden)
    what == C.LPL_STATE_HEAD_B1 && return (hidden,)
    what == C.LPL_STATE_HEAD_W2 && return (hidden, units)
    what == C.LPL_STATE_HEAD_B2 && return (units,)
    what == C.LPL_STATE_PREDICTOR && return hidden > 0 ? (units, units) : (m, m)
    return (m,)
end

"""
    state!(out, object, what)

Copy a named state into an array of its size. Of layers: `:weights`, `:bias`, `:mean`, `:sigma2`, `:covariance`,
`:prev`, `:optim_m`, `:optim_v`, `:bias_m`, `:bias_v`, `:theta`, `:head_w1`, ... ([`LPL.LibLPL.State`](@ref)). Reading
never changes a run.
"""
function state!(out, l::RateLayer{T}, what) where {T}
    dense(out, T, "out")
    check(C.lpl_layer_read(T, l, out, length(out), enumcode(C.State, what, "state")))
    return out
end

"""
    state(object, what)

A copy of a named state.
"""
function state(l::RateLayer{T}, what) where {T}
    code = enumcode(C.State, what, "state")
    return state!(Array{T}(undef, statesize(l, code)), l, code)
end

"""
    setstate!(object, what, values)

Copy values into a named state, as many as it has.
"""
function setstate!(l::RateLayer{T}, what, values) where {T}
    code = enumcode(C.State, what, "state")
    dense(values, T, "values")
    want = statesize(l, code)
    if ndims(values) > 1 && code != Int32(C.LPL_STATE_PREV) && size(values) != want
        throw(DimensionMismatch(string("values is ", shape(values), ", need ", join(want, " x "), " of ", what)))
    end
    check(C.lpl_layer_write(T, l, values, length(values), code))
    return l
end

"""
    LPL.copystate!(to, from) -> words

Take over what another layer has learned, all that fits: it may have another map size, batch, optimiser or rule, but
weights and biases of the same shape. Says which states were copied.
"""
function copystate!(to::RateLayer, from::RateLayer)
    copied = Ref{UInt32}(0)
    check(C.lpl_layer_copy(to, from, copied))
    return Symbol[symbol(what) for what in instances(C.State) if (copied[] >> Int(what)) & 1 == 1]
end

function bounds(l::RateLayer, name::Symbol)
    low, high = Ref{Float64}(), Ref{Float64}()
    check(C.lpl_layer_bounds(l, paramcode(l, name), low, high))
    return low[], high[]
end

function Base.show(io::IO, l::RateLayer{T}) where {T}
    isopen(l) || return print(io, "RateLayer{", T, "}(closed)")
    from = l.conv ? string("(", join(l.input, ", "), ")") : string(l.n_pre)
    print(io, "RateLayer{", T, "}(", from, " => ", l.n_post, ", step ", l.step, ")")
end
