# lif.jl - LIF: integrate-and-fire neurons (lpl/lif.h).

"""
    LIF(n; tau_mem = 20e-3, seed = 1, dtype = Float32, ...)

A population of `n` integrate-and-fire neurons with conductance synapses and a moving threshold. SI units.

    fired = step!(lif)              one step; fired = step!(lif, v) writes the potentials, V, too
    clamp!(lif, time, volt)         voltage clamp, piecewise linear; clamp!(lif, nothing) lets go
    state(lif, :v)                  :v, :thr, :g_ampa, :g_nmda, :g_gaba, :g_adapt; state!, setstate!

# Equations

$(C.HEADER_LIF)

# Keywords

$(C.KEYWORDS_LIF)
"""
mutable struct LIF{T<:Floats} <: Saved
    handle::Ptr{C.lpl_lif_t}
    n::Int
    fired::SpikeList
end

destroy(p::Ptr{C.lpl_lif_t}) = C.lpl_lif_destroy(p)
Base.unsafe_convert(::Type{Ptr{C.lpl_lif_t}}, p::LIF) = handle(p)
paramenum(::LIF) = C.LifParam
getparam(p::LIF, code, value) = C.lpl_lif_get(p, code, value)

function LIF(n::Integer; keywords...)
    cfg, place = config(C.lpl_lif_config_t, C.lpl_lif_config_init), Ref{Ptr{C.lpl_lif_t}}(C_NULL)
    cfg[] = setfields(cfg[], "a population", (; n, keywords...))
    check(C.lpl_lif_create(cfg, place))
    return adopt(LIF, place[])
end
LIF{T}(n::Integer; keywords...) where {T<:Floats} = LIF(n; keywords..., dtype = T)::LIF{T}

function adopt(::Type{<:LIF}, p::Ptr{C.lpl_lif_t})
    value = Ref{Float64}()
    get(code) = (check(C.lpl_lif_get(p, code, value)); value[])
    T, n = eltype_of(get(C.LPL_LIF_PARAM_DTYPE)), Int(get(C.LPL_LIF_PARAM_N))
    return finalizer(close, LIF{T}(p, n, SpikeList(n)))
end

"""
    step!(lif) -> fired
    step!(lif, v) -> fired

One step: the neurons that fired, a [`SpikeList`](@ref) that stands until the next step. `v`: an array for the `n`
potentials after threshold and reset, V. Allocates nothing.
"""
function step!(p::LIF{T}, v) where {T}
    v === nothing || vector(v, T, getfield(p, :n), "v")
    fired = getfield(p, :fired)
    check(C.lpl_lif_step(T, p, fired.data, fired.count, ornull(v)))
    return fired
end
step!(p::LIF) = step!(p, nothing)

"""
    clamp!(lif, time, volt)
    clamp!(lif, nothing)

Voltage clamp of all neurons, piecewise linear between the knots (`Float64`; s from 0 on, ascending; V), from the end of
each step on; `nothing` lets go.
"""
function Base.clamp!(p::LIF, time::AbstractVector, volt::AbstractVector)
    vector(time, Float64, length(time), "time")
    vector(volt, Float64, length(time), "volt")
    check(C.lpl_lif_clamp(p, time, volt, length(time)))
    return p
end
Base.clamp!(p::LIF, ::Nothing) = (check(C.lpl_lif_clamp(p, C_NULL, C_NULL, 0)); p)

"""
Places in a state, for the library: from 0 on, in an array of its own; `nothing`: all.
"""
places(::Nothing, n::Int) = nothing
function places(index::AbstractVector{<:Integer}, n::Int)
    for (k, i) in enumerate(index)
        1 <= i <= n || throw(ArgumentError("index[$k] = $i, but this state has $n values, 1 .. $n"))
    end
    return UInt64[i - 1 for i in index]
end

"How many values a read hands out."
asked(::Nothing, n::Int) = n
asked(index::AbstractVector, n::Int) = length(index)

function state!(out, p::LIF{T}, what; index = nothing) where {T}
    vector(out, T, asked(index, p.n), "out")
    code = enumcode(C.LifState, what, "state")
    check(C.lpl_lif_read(T, p, out, length(out), ornull(places(index, p.n)), code))
    return out
end
state(p::LIF{T}, what; index = nothing) where {T} =
    state!(Vector{T}(undef, asked(index, p.n)), p, what; index)

function setstate!(p::LIF{T}, what, values) where {T}
    vector(values, T, p.n, "values")
    check(C.lpl_lif_write(T, p, values, p.n, enumcode(C.LifState, what, "state")))
    return p
end

function Base.show(io::IO, p::LIF{T}) where {T}
    isopen(p) || return print(io, "LIF{", T, "}(closed)")
    print(io, "LIF{", T, "}(", p.n, " neurons, step ", p.step, ")")
end
