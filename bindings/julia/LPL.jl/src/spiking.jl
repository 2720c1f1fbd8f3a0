# spiking.jl - Spiking: a plastic projection onto spiking neurons (lpl/spiking.h).

"""
    Spiking(n_pre => n_post, connect = nothing; preset = :network, eta = 1e-3, dtype = Float32, ...)

A plastic projection that learns by LPL: surrogate eligibility times error. `preset`: `:network`, `:stdp`,
`:network_reference`, `:stdp_reference` ([`LPL.LibLPL.SpikingPreset`](@ref)). `connect`: a [`Connect`](@ref); `nothing`:
all to all. SI units.

One step of time of a host: sources and populations step; `drive!` (felt by the membrane at the next step); then
`step!` of projections, with the spikes and potentials of this step.

    step!(spiking, pre, post, v)          one step of learning
    steps!(spiking, pre, post, V)         many, with the same bits
    drive!(spiking, lif, :ampa)           what arrives at this step
    report(spiking)                       weights, bounds, rates, silent and runaway neurons
    weights, state (:elig, :err, :mean, :sigma2, ...), setstate!, synapses, connectivity, bounds

# Equations

$(C.HEADER_SPIKING)

# Keywords

$(C.KEYWORDS_SPIKING)
"""
mutable struct Spiking{T<:Floats} <: Synapses{T}
    handle::Ptr{C.lpl_spiking_t}
    n_pre::Int
    n_post::Int
    n_synapses::Int
    threads_max::Int
    pre::SpikeList
    post::SpikeList
end

destroy(p::Ptr{C.lpl_spiking_t}) = C.lpl_spiking_destroy(p)
Base.unsafe_convert(::Type{Ptr{C.lpl_spiking_t}}, s::Spiking) = handle(s)
paramenum(::Spiking) = C.SpikingParam
getparam(s::Spiking, code, value) = C.lpl_spiking_get(s, code, value)
setparam(s::Spiking, code, value) = C.lpl_spiking_set(s, code, value)
threads_max(s::Spiking) = getfield(s, :threads_max)
use_threads!(made::Spiking, s::Spiking) = (made.threads = s.threads; made)

function Spiking(shape::Pair{<:Integer,<:Integer}, connect = nothing; preset = nothing, keywords...)
    n_pre, n_post = shape
    cfg = config(C.lpl_spiking_config_t, C.lpl_spiking_config_init)
    place = Ref{Ptr{C.lpl_spiking_t}}(C_NULL)
    preset === nothing || check(C.lpl_spiking_preset(cfg, enumcode(C.SpikingPreset, preset, "preset")))
    cfg[] = setfields(cfg[], "a plastic projection", (; n_pre, n_post, keywords...); also = [:preset, :connect])
    withconnect(connect, n_pre, n_post) do who
        check(C.lpl_spiking_create(cfg, who, place))
    end
    return adopt(Spiking, place[])
end
Spiking{T}(shape::Pair, connect = nothing; keywords...) where {T<:Floats} =
    Spiking(shape, connect; keywords..., dtype = T)::Spiking{T}

function adopt(::Type{<:Spiking}, p::Ptr{C.lpl_spiking_t})
    value, low = Ref{Float64}(), Ref{Float64}()
    get(code) = (check(C.lpl_spiking_get(p, code, value)); Int(value[]))
    T = eltype_of(get(C.LPL_SPIKING_PARAM_DTYPE))
    n_pre, n_post = get(C.LPL_SPIKING_PARAM_N_PRE), get(C.LPL_SPIKING_PARAM_N_POST)
    n_synapses = get(C.LPL_SPIKING_PARAM_N_SYNAPSES)
    check(C.lpl_spiking_bounds(p, C.LPL_SPIKING_PARAM_THREADS, low, value))
    return finalizer(close, Spiking{T}(p, n_pre, n_post, n_synapses, Int(value[]), SpikeList(n_pre),
                                       SpikeList(n_post)))
end

statecode(::Spiking, what) = enumcode(C.SpikingState, what, "state")
function statelength(s::Spiking, code::Int32)
    what = C.SpikingState(code)
    what in (C.LPL_SPIKING_TR_PRE, C.LPL_SPIKING_PSP) && return s.n_pre
    what in (C.LPL_SPIKING_ERR, C.LPL_SPIKING_ERR_RISE, C.LPL_SPIKING_ERR_FLT, C.LPL_SPIKING_MEAN,
             C.LPL_SPIKING_SIGMA2, C.LPL_SPIKING_FPRIME) && return s.n_post
    return s.n_synapses
end
read_state(s::Spiking{T}, out, n, index, code) where {T} = C.lpl_spiking_read(T, s, out, n, index, code)
write_state(s::Spiking{T}, values, n, code) where {T} = C.lpl_spiking_write(T, s, values, n, code)
read_connectivity(s::Spiking, ptr, post) = C.lpl_spiking_connectivity(s, ptr, post)
drive_array(s::Spiking{T}, g) where {T} = C.lpl_spiking_drive(T, s, g)
drive_lif(s::Spiking, target, receptor) = C.lpl_spiking_drive_lif(s, target, receptor)

"""
    step!(spiking, pre, post, v)

One step of learning: the pre and post neurons that fired (ascending from 1 on, or a mask, or `nothing`), and the
`n_post` potentials after threshold and reset, V. Allocates nothing.
"""
function step!(s::Spiking{T}, pre, post, v) where {T}
    a = fired(getfield(s, :pre), pre, getfield(s, :n_pre), "pre")
    b = fired(getfield(s, :post), post, getfield(s, :n_post), "post")
    vector(v, T, getfield(s, :n_post), "v")
    check(C.lpl_spiking_step(T, s, a.data, a.count[], b.data, b.count[], v)) > 0 && warn_verdict(s)
    return s
end

"A verdict has changed (LPL_LOOK; only of a projection made with `flags = C.LPL_SPIKING_WATCH`)."
@noinline function warn_verdict(s::Spiking)
    @warn string("plastic projection: ", sentence(report(s)))
    return nothing
end

"""
    steps!(spiking, pre, post, V)

Many steps in one call, with the same bits: `pre` and `post` are a [`SpikeTrain`](@ref) of as many steps as `V`
(`n_post x steps`) has columns. All is checked before the first step.
"""
function steps!(s::Spiking{T}, pre::SpikeTrain, post::SpikeTrain, v) where {T}
    ldv, n = columns(v, T, s.n_post, "v")
    for (train, neurons, name) in ((pre, s.n_pre, "pre"), (post, s.n_post, "post"))
        length(train) == n || throw(DimensionMismatch(string(name, " has ", length(train), " steps, v has ", n)))
        check_train(train, neurons, name)
    end
    check(C.lpl_spiking_steps(T, s, n, pre.ptr, pre.neuron, post.ptr, post.neuron, v, ldv)) > 0 && warn_verdict(s)
    return s
end

"""
    LPL.SpikingReport

Health of a plastic projection: `step`, `updates`, `w_mean`, `w_std`, `n_at_min`, `n_at_max`, `n_nonfinite`,
`rate_mean`, `rate_min`, `rate_max` (Hz), `n_silent`, `n_runaway`; the verdict: `verdict` (`C.LPL_VERDICT_OK`, ...),
`mend` (the knob, `C.LPL_MEND_...`), `rate` (Hz), `silent` and `runaway` (shares of post neurons), `weight_change` (-1:
not known). [`LPL.sentence`](@ref) says it.
"""
const SpikingReport = C.lpl_spiking_report_t

"""
    LPL.sentence(report)

What the verdict of a [`LPL.SpikingReport`](@ref) found, and the knob to turn.
"""
sentence(r::SpikingReport) = unsafe_string(C.lpl_spiking_verdict_string(r.verdict, r.mend))

"""
    report(spiking)

One pass over weights and post neurons: [`LPL.SpikingReport`](@ref).
"""
function report(s::Spiking)
    place = Ref{SpikingReport}()
    check(C.lpl_spiking_report_init(place, sizeof(SpikingReport)))
    check(C.lpl_spiking_report(s, place))
    return place[]
end

function bounds(s::Spiking, name::Symbol)
    low, high = Ref{Float64}(), Ref{Float64}()
    check(C.lpl_spiking_bounds(s, paramcode(s, name), low, high))
    return low[], high[]
end

function Base.show(io::IO, s::Spiking{T}) where {T}
    isopen(s) || return print(io, "Spiking{", T, "}(closed)")
    print(io, "Spiking{", T, "}(", s.n_pre, " => ", s.n_post, ", ", s.n_synapses, " synapses, ", s.engine,
          " engine, step ", s.step, ")")
end
