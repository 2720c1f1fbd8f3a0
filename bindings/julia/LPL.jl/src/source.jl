# source.jl - neurons that fire by themselves (lpl/source.h).

"""
    Source

Made by [`PoissonSource`](@ref) or [`SpikeSource`](@ref).

    fired = step!(source)               the neurons that fire at this step, a SpikeList
    position(source), seek(source, t)   steps done; go on as after t steps, exactly, at once
    LPL.rate(source, k)                 Hz at step k (Poisson)
    copy(source)                        the same spikes again, from the same step on

# Equations

$(C.HEADER_SOURCE)
"""
mutable struct Source <: Handle
    handle::Ptr{C.lpl_source_t}
    n::Int
    config::C.lpl_source_config_t # pointers in it are those of the arrays
    knots::NTuple{2,Vector{Float64}}
    spikes::Tuple{Vector{UInt64},Vector{UInt32}}
    fired::SpikeList
end

destroy(p::Ptr{C.lpl_source_t}) = C.lpl_source_destroy(p)
Base.unsafe_convert(::Type{Ptr{C.lpl_source_t}}, s::Source) = handle(s)

"Make a source of a config and the arrays that it points to, which the library copies."
function source(cfg::C.lpl_source_config_t, knots, spikes)
    time, rate = knots
    step, neuron = spikes
    place, settings = Ref{Ptr{C.lpl_source_t}}(C_NULL), Ref(cfg)
    GC.@preserve time rate step neuron begin
        settings[] = replacefields(cfg, (
            n_knots = UInt64(length(rate)), time_s = isempty(time) ? Ptr{Float64}(C_NULL) : pointer(time),
            rate_hz = isempty(rate) ? Ptr{Float64}(C_NULL) : pointer(rate), n_spikes = UInt64(length(step)),
            spk_step = isempty(step) ? Ptr{UInt64}(C_NULL) : pointer(step),
            spk_neuron = isempty(step) ? Ptr{UInt32}(C_NULL) : pointer(neuron)))
        check(C.lpl_source_create(settings, place))
    end
    n = Int(cfg.n)
    return finalizer(close, Source(place[], n, settings[], knots, spikes, SpikeList(n)))
end

function source_config(n::Integer, keywords, also)
    cfg = config(C.lpl_source_config_t, C.lpl_source_config_init)
    return setfields(cfg[], "a source", (; n, keywords...); also)
end

"""
    PoissonSource(n, rate; seed, stream, first = 0, loop = false, dt = 1e-4)
    PoissonSource(n, rate, time; ...)

`n` neurons that fire independently at `rate` Hz: a number, or a table, linear between the knots `(time[k], rate[k])`
(s); `loop`: it begins again after its end. They come out as neurons `first + 1 .. first + n`, so groups can stand side
by side. Spikes depend on `(seed, stream)` and the step alone.

# Keywords

$(C.KEYWORDS_SOURCE)
"""
function PoissonSource(n::Integer, rate::AbstractVector{<:Real}, time::AbstractVector{<:Real}; loop::Bool = false,
                       keywords...)
    length(time) == length(rate) || throw_length(time, length(rate), "time")
    flags = loop ? C.LPL_SOURCE_LOOP : UInt32(0)
    cfg = source_config(n, (; kind = C.LPL_SOURCE_POISSON, flags, keywords...), [:loop])
    return source(cfg, (Vector{Float64}(time), Vector{Float64}(rate)), (UInt64[], UInt32[]))
end
function PoissonSource(n::Integer, rate::Real; keywords...)
    cfg = source_config(n, (; kind = C.LPL_SOURCE_POISSON, keywords...), [:loop])
    return source(cfg, (Float64[], [Float64(rate)]), (UInt64[], UInt32[]))
end

"""
    SpikeSource(n, step, neuron; first = 0, dt = 1e-4)

Recorded spikes: neuron `neuron[k]` of `n` fires at step `step[k]`, both from 1 on; steps ascending, neurons ascending
within a step, none twice.
"""
function SpikeSource(n::Integer, step::AbstractVector{<:Integer}, neuron::AbstractVector{<:Integer}; keywords...)
    length(step) == length(neuron) || throw_length(neuron, length(step), "neuron")
    for k in eachindex(step, neuron)
        step[k] >= 1 || throw(ArgumentError("step[$k] = $(step[k]), steps count from 1"))
        1 <= neuron[k] <= n || throw_neuron("neuron", k, neuron[k], n)
    end
    cfg = source_config(n, (; kind = C.LPL_SOURCE_SPIKES, keywords...), Symbol[])
    return source(cfg, (Float64[], Float64[]), (UInt64[k - 1 for k in step], UInt32[i - 1 for i in neuron]))
end

"""
    step!(source) -> fired

One step: the neurons that fire, a [`SpikeList`](@ref) that stands until the next step. Allocates nothing.
"""
function step!(s::Source)
    fired = getfield(s, :fired)
    check(C.lpl_source_step(s, fired.data, length(fired.data), fired.count))
    return fired
end

function Base.position(s::Source)
    t = Ref{UInt64}(0)
    check(C.lpl_source_tell(s, t))
    return Int(t[])
end
Base.seek(s::Source, t::Integer) = (check(C.lpl_source_seek(s, whole(UInt64, t, "t"))); s)

"""
    LPL.rate(source, k)

Rate at step k (from 1 on), Hz, of a Poisson source.
"""
function rate(s::Source, k::Integer)
    k >= 1 || throw(ArgumentError("k = $k, steps count from 1"))
    hz = Ref{Float64}()
    check(C.lpl_source_rate(s, hz, whole(UInt64, k - 1, "k")))
    return hz[]
end

Base.copy(s::Source) =
    seek(source(getfield(s, :config), map(copy, getfield(s, :knots)), map(copy, getfield(s, :spikes))), position(s))
function Base.deepcopy_internal(s::Source, seen::IdDict)
    haskey(seen, s) && return seen[s]
    made = copy(s)
    seen[s] = made
    return made
end

function Serialization.serialize(out::AbstractSerializer, s::Source)
    Serialization.serialize_type(out, Source)
    cfg = replacefields(getfield(s, :config), ( # pointers mean nothing elsewhere
        time_s = Ptr{Float64}(C_NULL), rate_hz = Ptr{Float64}(C_NULL), spk_step = Ptr{UInt64}(C_NULL),
        spk_neuron = Ptr{UInt32}(C_NULL)))
    fields = Any[getfield(cfg, name) for name in settable(C.lpl_source_config_t)]
    Serialization.serialize(out, (fields, getfield(s, :knots), getfield(s, :spikes), position(s)))
    return nothing
end
function Serialization.deserialize(from::AbstractSerializer, ::Type{Source})
    fields, knots, spikes, t = Serialization.deserialize(from)
    cfg = config(C.lpl_source_config_t, C.lpl_source_config_init)
    names = Tuple(settable(C.lpl_source_config_t))
    return seek(source(replacefields(cfg[], NamedTuple{names}(Tuple(fields))), knots, spikes), t)
end

function Base.show(io::IO, s::Source)
    isopen(s) || return print(io, "Source(closed)")
    print(io, "Source(", s.n, " neurons, step ", position(s), ")")
end
