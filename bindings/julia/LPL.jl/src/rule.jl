# rule.jl - the rule, activations and optimisers on your own arrays (lpl/rule.h, activation.h, optim.h).

"""
    Rule(n_post, batch_max; pull = 1, push = 1, decorr = 0, form = :reference, dtype = Float32, ...)

The learning rule on responses of your own: its constants, and the scratch memory for batches of up to `batch_max`
samples. One rule belongs to one task at a time.

    delta!(D, rule, Z, Zprev; fprime, stats, theta, decay) -> report     the post-synaptic factor
    apply!(W, b, D, X; eta, weight_decay, decay)                         weights by that factor

# Equations

$(C.HEADER_RULE)

# Keywords

$(C.KEYWORDS_RULE)
"""
struct Rule{T<:Floats}
    config::Base.RefValue{C.lpl_rule_config_t}
    report::Base.RefValue{Report}
    scratch::Vector{UInt8}
    bytes::Int
    n_post::Int
    batch_max::Int
end

function Rule(n_post::Integer, batch_max::Integer; dtype = Float32, keywords...)
    code = enumcode(C.DType, dtype, "dtype")
    T = eltype_of(code)
    cfg, report, bytes = config(C.lpl_rule_config_t, C.lpl_rule_config_init), Ref{Report}(), Ref{Csize_t}(0)
    check(C.lpl_report_init(report, sizeof(Report)))
    cfg[] = setfields(cfg[], "a rule", keywords; also = [:dtype])
    check(C.lpl_rule_scratch(cfg, bytes, n_post, batch_max, code))
    # 64 more: the library wants it on a boundary of 64 bytes
    return Rule{T}(cfg, report, Vector{UInt8}(undef, Int(bytes[]) + 64), Int(bytes[]), n_post, batch_max)
end
Rule{T}(n_post::Integer, batch_max::Integer; keywords...) where {T<:Floats} =
    Rule(n_post, batch_max; keywords..., dtype = T)::Rule{T}

function Base.show(io::IO, r::Rule{T}) where {T}
    print(io, "Rule{", T, "}(", symbol(C.Rule(r.config[].rule)), ", ", r.n_post, " units, up to ", r.batch_max,
          " samples)")
end

"""
    delta!(D, rule, Z, Zprev = nothing; fprime = nothing, stats = nothing, theta = nothing, decay = nothing) -> report

The post-synaptic factor of a batch of responses `Z` (`n_post x batch`) into `D` of the same size. `Zprev`: a moment
ago, or the other view; `nothing`: no predictive term. `fprime`: f'(a), `nothing`: 1. `stats`: whose statistics to use,
`nothing`: those of the batch. `theta`: BCM thresholds, changed in place. `decay`: `n_post`, the additional decay of
each unit's weights (Oja, SoftHebb). Allocates nothing.
"""
function delta!(d, r::Rule{T}, z, zprev = nothing; fprime = nothing, stats::Union{Nothing,Stats{T}} = nothing,
                theta = nothing, decay = nothing) where {T}
    n = r.n_post
    ldz, batch = columns(z, T, n, "z")
    batch <= r.batch_max ||
        throw(DimensionMismatch(string("z has ", batch, " samples, the rule was made for at most ", r.batch_max)))
    ldd = same_columns(d, T, n, batch, "d")
    ldp = zprev === nothing ? 0 : same_columns(zprev, T, n, batch, "zprev")
    ldf = fprime === nothing ? 0 : same_columns(fprime, T, n, batch, "fprime")
    theta === nothing || vector(theta, T, n, "theta")
    decay === nothing || vector(decay, T, n, "decay")
    scratch, report = r.scratch, r.report
    GC.@preserve scratch begin
        begins = UInt(pointer(scratch))
        aligned = Ptr{Cvoid}((begins + 63) & ~UInt(63))
        check(C.lpl_rule_delta(T, r.config, d, ldd, ornull(decay), report, ornull(theta), aligned, r.bytes, z,
                               ldz, ornull(zprev), ldp, ornull(fprime), ldf, ornull(stats), n, batch))
    end
    return report[]
end

function same_columns(x, ::Type{T}, n::Int, batch::Int, name) where {T}
    ld, found = columns(x, T, n, name)
    found == batch || throw(DimensionMismatch(string(name, " has ", found, " samples, z has ", batch)))
    return ld
end

"""
    apply!(W, b, D, X; eta, weight_decay = 0, decay = nothing)

In place, with `W` `n_pre x n_post`, `b` `n_post` or `nothing`, `D` `n_post x batch`, `X` `n_pre x batch`:

```text
W[j, i] += eta (sum_k D[i, k] X[j, k] - (weight_decay + decay[i]) W[j, i]),   b[i] += eta sum_k D[i, k]
```
"""
function apply!(w, b, d, x; eta::Real, weight_decay::Real = 0, decay = nothing)
    T = floats(w, "w")
    n_pre, n_post = size(w, 1), size(w, 2)
    ldw, _ = columns(w, T, n_pre, "w")
    ldx, batch = columns(x, T, n_pre, "x")
    ldd, samples = columns(d, T, n_post, "d")
    samples == batch || throw(DimensionMismatch(string("d has ", samples, " samples, x has ", batch)))
    b === nothing || vector(b, T, n_post, "b")
    decay === nothing || vector(decay, T, n_post, "decay")
    check(C.lpl_rule_apply(T, w, ldw, ornull(b), d, ldd, ornull(decay), x, ldx, n_pre, n_post, batch, eta,
                           weight_decay))
    return w
end

"""
    activate!(z, fprime, a, activation; p0 = nothing, p1 = nothing)

`z = f(a)` and `fprime = f'(a)`, element by element; either may be `nothing`, `z` may be `a` itself. `p0`, `p1`: 0.01 of
`:leaky_relu`, 2 and 80 of `:saturating` unless given.

$(C.HEADER_ACTIVATION)

See [`LPL.LibLPL.Activation`](@ref) for the table.
"""
function activate!(z, fprime, a, activation; p0 = nothing, p1 = nothing)
    T = floats(a, "a")
    code = enumcode(C.Activation, activation, "activation")
    usual = code == Int32(C.LPL_ACT_LEAKY_RELU) ? (0.01, 0.0) : code == Int32(C.LPL_ACT_SATURATING) ? (2.0, 80.0) :
            (0.0, 0.0)
    dense(a, T, "a")
    for (out, name) in ((z, "z"), (fprime, "fprime"))
        out === nothing && continue
        dense(out, T, name)
        length(out) == length(a) || throw_length(out, length(a), name)
    end
    check(C.lpl_activate(T, ornull(z), ornull(fprime), a, length(a), code, p0 === nothing ? usual[1] : p0,
                         p1 === nothing ? usual[2] : p1))
    return z
end

"""
    Optimiser(w; optim = :adam, eta = 1e-3, weight_decay = 0, ...)

SGD, momentum or Adam for the array `w`: moments of its size, and the number of steps.

    update!(optimiser, w, g)     one step against the gradient g of the loss, in place; allocates nothing

# Equations

See [`LPL.LibLPL.Optim`](@ref).

# Keywords

$(C.KEYWORDS_OPTIM)
"""
mutable struct Optimiser{T<:Floats}
    config::Base.RefValue{C.lpl_optim_config_t}
    m::Union{Nothing,Vector{T}}
    v::Union{Nothing,Vector{T}}
    n::Int
    steps::Int
end

function Optimiser(w::AbstractArray; keywords...)
    T = floats(w, "w")
    cfg = config(C.lpl_optim_config_t, C.lpl_optim_config_init)
    cfg[] = setfields(cfg[], "an optimiser", keywords)
    optim, n = cfg[].optim, length(w)
    m = optim == Int32(C.LPL_OPTIM_SGD) ? nothing : zeros(T, n)
    v = optim == Int32(C.LPL_OPTIM_ADAM) ? zeros(T, n) : nothing
    return Optimiser{T}(cfg, m, v, n, 0)
end

function update!(o::Optimiser{T}, w, g) where {T}
    dense(w, T, "w")
    dense(g, T, "g")
    length(w) == o.n || throw_length(w, o.n, "w")
    length(g) == o.n || throw_length(g, o.n, "g")
    check(C.lpl_optim_step(T, o.config, w, ornull(o.m), ornull(o.v), g, o.n, o.steps + 1))
    o.steps += 1
    return w
end

function Base.show(io::IO, o::Optimiser{T}) where {T}
    print(io, "Optimiser{", T, "}(", symbol(C.Optim(o.config[].optim)), ", ", o.n, " parameters, step ", o.steps, ")")
end

"""
    warmup_cosine(epoch, base; warmup, epochs, start = 0, stop = 0)

Learning rate of an epoch (from 0 on, may be fractional): linear warm-up, then cosine;
[`LPL.LibLPL.lpl_schedule_warmup_cosine`](@ref).
"""
function warmup_cosine(epoch::Real, base::Real; warmup::Integer, epochs::Integer, start::Real = 0, stop::Real = 0)
    eta = Ref{Float64}()
    check(C.lpl_schedule_warmup_cosine(eta, epoch, base, start, stop, warmup, epochs))
    return eta[]
end
