# metrics.jl - what to measure on frozen responses, and the linear readout (lpl/metrics.h).

"Labels as the library has them, from 0 on."
function labels(y::AbstractVector{<:Integer}, n::Int)
    length(y) == n || throw_length(y, n, "y")
    for (k, label) in enumerate(y)
        label >= 1 || throw(ArgumentError("y[$k] = $label, labels count from 1"))
    end
    return Int32[whole(Int32, label - 1, "y") for label in y]
end
labels(y, n::Int) = throw(ArgumentError(string("y is a ", typeof(y), ", need labels, whole numbers from 1 on")))

"(leading dimension, features, samples) of responses: columns are samples, a vector is one feature of each sample."
function samples(x::AbstractMatrix, ::Type{T}, name) where {T}
    ld, n = columns(x, T, size(x, 1), name)
    return ld, size(x, 1), n
end
samples(x::AbstractVector, ::Type{T}, name) where {T} = (vector(x, T, length(x), name); (1, 1, length(x)))
samples(x, ::Type{T}, name) where {T} = throw_noarray(x, T, name)

"""
    metric(name, X; y = nothing, X2 = nothing)

One measure of the responses `X` (`features x samples`; a vector: one feature), e.g. `:participation_ratio`,
`:cosine_cross_class`, `:selectivity`; formulas: [`LPL.LibLPL.Metric`](@ref). `y`: labels from 1 on (`:selectivity`: 1
and 2), `X2`: a second set of responses, where the measure needs them. Undefined values are errors, never NaN.
"""
function metric(name, x; y = nothing, X2 = nothing)
    T = floats(x, "X")
    ld, d, n = samples(x, T, "X")
    ld2 = 0
    if X2 !== nothing
        ld2, d2, n2 = samples(X2, T, "X2")
        (d2, n2) == (d, n) || throw(DimensionMismatch(string("X2 is ", shape(X2), ", X is ", shape(x))))
    end
    code, out = enumcode(C.Metric, name, "metric"), Ref{Float64}()
    check(C.lpl_metric(T, out, code, x, ld, ornull(X2), ld2, y === nothing ? C_NULL : labels(y, n), n, d))
    return out[]
end

"""
    metric_classes(name, X, y; n_classes = maximum(y))

One measure of each class: `:class_radii`, `:centroid_spreads`, `:class_dims`; `:class_correlation` is a matrix.
[`LPL.LibLPL.ClassMetric`](@ref).
"""
function metric_classes(name, x, y; n_classes::Integer = maximum(y; init = 0))
    T = floats(x, "X")
    ld, d, n = samples(x, T, "X")
    code = enumcode(C.ClassMetric, name, "metric")
    out = code == Int32(C.LPL_METRIC_CLASS_CORRELATION) ? Matrix{Float64}(undef, n_classes, n_classes) :
          Vector{Float64}(undef, n_classes)
    check(C.lpl_metric_classes(T, out, length(out), code, x, ld, labels(y, n), n, d, n_classes))
    return out
end

"""
    sfa(X0, X1; n_features = size(X0, 1), ridge = 0) -> (W, mu)

Slow feature analysis in closed form, of pairs a moment ago and now (`features x samples`; of a series `X` pass
`X[:, 1:end-1]` and `X[:, 2:end]`, as views): `W` is `features x n_features`, slowest first, `W'X` has variance 1; `mu`
is variance per (change + ridge), 1 / eigenvalue with `ridge = 0`. What a linear neuron ends in by LPL with
`weight_decay / pull = ridge`. [`LPL.LibLPL.lpl_sfa`](@ref).
"""
function sfa(x0, x1; n_features::Integer = size(x0, 1), ridge::Real = 0)
    T = floats(x0, "X0")
    ld0, d, n = samples(x0, T, "X0")
    ld1, d1, n1 = samples(x1, T, "X1")
    (d1, n1) == (d, n) || throw(DimensionMismatch(string("X1 is ", shape(x1), ", X0 is ", shape(x0))))
    w, mu = Matrix{Float64}(undef, d, n_features), Vector{Float64}(undef, n_features)
    check(C.lpl_sfa(T, w, d, mu, x0, ld0, x1, ld1, n, d, n_features, ridge))
    return w, mu
end

"""
    Readout(n_classes = 10; epochs = 20, eta = 1e-3, batch = 512, ...)

A linear readout (probe): softmax regression with biases, Adam, mini-batches in the order given.

    fit!(readout, X, y)              X: features x samples, y: labels from 1 on; goes on from what it has
    predict(readout, X)              logits, n_classes x samples
    accuracy(readout, X, y)          fraction of samples whose largest logit is the label's
    readout.w, readout.bias          d x n_classes, n_classes; readout.loss: mean cross entropy of each epoch

# Keywords

$(C.KEYWORDS_READOUT)
"""
mutable struct Readout
    config::Base.RefValue{C.lpl_readout_config_t}
    w::Union{Nothing,Matrix{Float32},Matrix{Float64}}
    bias::Union{Nothing,Vector{Float32},Vector{Float64}}
    loss::Vector{Float64}
end

function Readout(n_classes::Integer = 10; keywords...)
    cfg = config(C.lpl_readout_config_t, C.lpl_readout_config_init)
    cfg[] = setfields(cfg[], "a readout", (; n_classes, keywords...))
    return Readout(cfg, nothing, nothing, Float64[])
end

"""
    fit!(readout, X, y; w = readout.w, bias = readout.bias)

Train, from `w` (`d x n_classes`) and `bias` or from 0. An error leaves all as it was; between epochs Ctrl-C is heard,
and leaves what was trained until then.
"""
function fit!(r::Readout, x, y; w = r.w, bias = r.bias)
    T, cfg = floats(x, "X"), r.config[]
    ldx, d, n = samples(x, T, "X")
    k, given = Int(cfg.n_classes), labels(y, n)
    weights = w === nothing ? zeros(T, d, k) : copy(w)
    offsets = bias === nothing ? zeros(T, k) : copy(bias)
    columns(weights, T, d, "w")[2] == k || throw(DimensionMismatch("w is $(shape(weights)), need $d x $k"))
    vector(offsets, T, k, "bias")
    moments, loss = zeros(T, 2 * (length(weights) + k)), fill(NaN, Int(cfg.epochs))
    each = max(cld(n, Int(cfg.batch)), 1)
    try
        for epoch in 1:Int(cfg.epochs)
            check(C.lpl_readout_fit_part(T, r.config, weights, d, offsets, moments, loss, x, ldx, given, n, d,
                                         (epoch - 1) * each, each))
            GC.safepoint()
        end
    catch problem
        problem isa LPLError || keep!(r, weights, offsets, loss) # an interrupt between two epochs
        rethrow()
    end
    return keep!(r, weights, offsets, loss)
end

function keep!(r::Readout, weights, offsets, loss)
    r.w, r.bias, r.loss = weights, offsets, loss
    return r
end

function logits(r::Readout, x, y, wanted::Bool)
    r.w === nothing && throw(ArgumentError("this readout has no weights yet; call fit! first"))
    T = floats(x, "X")
    ldx, d, n = samples(x, T, "X")
    k, right = Int(r.config[].n_classes), Ref{Float64}(0)
    columns(r.w, T, d, "w")
    out = wanted ? Matrix{T}(undef, k, n) : nothing
    check(C.lpl_readout_predict(T, ornull(out), k, y === nothing ? C_NULL : right, r.w, d, r.bias, x, ldx,
                                y === nothing ? C_NULL : labels(y, n), n, d, k))
    return out, right[]
end

"""
    predict(readout, X)

Logits, `n_classes x samples`.
"""
predict(r::Readout, x) = logits(r, x, nothing, true)[1]

"""
    accuracy(readout, X, y)

Fraction of samples whose largest logit is the label's.
"""
accuracy(r::Readout, x, y) = logits(r, x, y, false)[2]

function Base.show(io::IO, r::Readout)
    print(io, "Readout(", Int(r.config[].n_classes), " classes, ",
          r.w === nothing ? "not fitted" : string(size(r.w, 1), " features, loss ",
                                                  round(r.loss[end]; sigdigits = 4)), ")")
end
