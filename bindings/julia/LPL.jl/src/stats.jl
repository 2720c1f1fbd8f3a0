# stats.jl - Stats: running mean, variance and covariance (lpl/stats.h).

"""
    Stats(n_units; mode = :ewma, tau_mean = 500, covariance = true, dtype = Float32, ...)

A tracker of mean, variance and covariance of `n_units` units. Moments are `Float64` for both element types.

    update!(stats, Z)              a batch, n_units x samples, or one sample
    state(stats, :mean)            :mean, :sigma2, :sigma2_population, :covariance; :count
    merge!(stats, other)           as if it had seen the other one's samples too, up to rounding
    empty!(stats)                  back to the state after create

# Equations

$(C.HEADER_STATS)

# Keywords

$(C.KEYWORDS_STATS)
"""
mutable struct Stats{T<:Floats} <: Saved
    handle::Ptr{C.lpl_stats_t}
    n_units::Int
end

destroy(p::Ptr{C.lpl_stats_t}) = C.lpl_stats_destroy(p)
Base.unsafe_convert(::Type{Ptr{C.lpl_stats_t}}, s::Stats) = handle(s)

function Stats(n_units::Integer; keywords...)
    cfg, place = config(C.lpl_stats_config_t, C.lpl_stats_config_init), Ref{Ptr{C.lpl_stats_t}}(C_NULL)
    cfg[] = setfields(cfg[], "a tracker", (; n_units, keywords...))
    check(C.lpl_stats_create(cfg, place))
    return adopt(Stats, place[])
end
Stats{T}(n_units::Integer; keywords...) where {T<:Floats} = Stats(n_units; keywords..., dtype = T)::Stats{T}

function adopt(::Type{<:Stats}, p::Ptr{C.lpl_stats_t})
    value = Ref{Float64}()
    get(what) = (check(C.lpl_stats_read(p, value, 1, what)); value[])
    T, n = eltype_of(get(C.LPL_STATS_DTYPE)), Int(get(C.LPL_STATS_N_UNITS))
    return finalizer(close, Stats{T}(p, n))
end

"""
    update!(stats, Z)

Take in a batch: `n_units x samples`, or one sample as a vector. Allocates nothing.
"""
function update!(s::Stats{T}, z) where {T}
    ld, batch = columns(z, T, getfield(s, :n_units), "z")
    check(C.lpl_stats_update(T, s, z, ld, batch))
    return s
end

Base.merge!(to::Stats, from::Stats) = (check(C.lpl_stats_merge(to, from)); to)
Base.empty!(s::Stats) = (check(C.lpl_stats_reset(s)); s)

function state!(out, s::Stats, what)
    dense(out, Float64, "out")
    check(C.lpl_stats_read(s, out, length(out), enumcode(C.StatsWhat, what, "state")))
    return out
end
function state(s::Stats, what)
    code, n = enumcode(C.StatsWhat, what, "state"), s.n_units
    if code in (Int32(C.LPL_STATS_COUNT), Int32(C.LPL_STATS_N_UNITS), Int32(C.LPL_STATS_DTYPE))
        return state!(Vector{Float64}(undef, 1), s, code)[1]
    end
    return state!(code == Int32(C.LPL_STATS_COVARIANCE) ? Matrix{Float64}(undef, n, n) : Vector{Float64}(undef, n),
                  s, code)
end

function Base.show(io::IO, s::Stats{T}) where {T}
    isopen(s) || return print(io, "Stats{", T, "}(closed)")
    print(io, "Stats{", T, "}(", s.n_units, " units, ", state(s, :count), " samples)")
end
