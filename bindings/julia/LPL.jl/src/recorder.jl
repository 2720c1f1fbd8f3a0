# recorder.jl - Recorder: spikes, counts, running rates and health of a population (lpl/record.h).

"""
    Recorder(n; room = 0, room_bins = 0, bin_steps = 0, tau_rate = 10, dt = 1e-4, ...)

What `n` neurons do: up to `room` spikes and `room_bins` bins of counts, running rates, health. What finds no room is
counted and not stored.

    step!(recorder, fired)             one step
    LPL.spikes(recorder)               (step, neuron) of the spikes stored so far, both from 1 on
    LPL.bins(recorder)                 counts, n x full bins
    state(recorder, :rates)            running rates, Hz; :counts since the beginning
    LPL.status(recorder)               stored, lost, bins, steps, mean rate, health
    empty!(recorder)                   back to the beginning

Files and copies hold rates and counts, not the stored spikes and bins.

# Keywords

$(C.KEYWORDS_RECORD)
"""
mutable struct Recorder <: Saved
    handle::Ptr{C.lpl_record_t}
    n::Int
    step::Vector{UInt64} # lent to the library, as the next two; never resized
    neuron::Vector{UInt32}
    bins::Matrix{UInt32}
    buffer::SpikeList
end

destroy(p::Ptr{C.lpl_record_t}) = C.lpl_record_destroy(p)
Base.unsafe_convert(::Type{Ptr{C.lpl_record_t}}, r::Recorder) = handle(r)

function Recorder(n::Integer; room::Integer = 0, room_bins::Integer = 0, keywords...)
    cfg, place = config(C.lpl_record_config_t, C.lpl_record_config_init), Ref{Ptr{C.lpl_record_t}}(C_NULL)
    cfg[] = setfields(cfg[], "a recorder", (; n, keywords...); also = [:room, :room_bins])
    check(C.lpl_record_create(cfg, place))
    made = adopt(Recorder, place[])
    setfield!(made, :step, zeros(UInt64, room))
    setfield!(made, :neuron, zeros(UInt32, room))
    setfield!(made, :bins, zeros(UInt32, n, room_bins))
    lend_again!(made)
    return made
end

function adopt(::Type{Recorder}, p::Ptr{C.lpl_record_t})
    value = Ref{Float64}()
    check(C.lpl_record_read(p, value, 1, C.LPL_RECORD_N))
    n = Int(value[])
    return finalizer(close, Recorder(p, n, UInt64[], UInt32[], Matrix{UInt32}(undef, n, 0), SpikeList(n)))
end

"Lend the arrays from their beginning."
function lend_again!(r::Recorder)
    step, neuron, bins = getfield(r, :step), getfield(r, :neuron), getfield(r, :bins)
    isempty(step) || check(C.lpl_record_spikes_into(r, step, neuron, length(step)))
    isempty(bins) || check(C.lpl_record_bins_into(r, bins, size(bins, 2)))
    return r
end

"""
    step!(recorder, fired)

One step: the neurons that fired, ascending from 1 on, or a mask, or `nothing`. Allocates nothing.
"""
function step!(r::Recorder, neurons)
    list = fired(getfield(r, :buffer), neurons, getfield(r, :n), "fired")
    check(C.lpl_record_step(r, list.data, list.count[]))
    return r
end

"""
    LPL.status(recorder)

A named tuple: `n_spikes` stored and `n_lost` spikes, `n_bins` full bins, `steps` seen, running `mean_rate` (Hz),
`silent` and `runaway`, both false until `tau_rate` has passed.
"""
function status(r::Recorder)
    stored, lost, full, steps = Ref{UInt64}(), Ref{UInt64}(), Ref{UInt64}(), Ref{UInt64}()
    rate, health = Ref{Float64}(), Ref{UInt32}()
    check(C.lpl_record_state(r, stored, lost, full, steps, rate, health))
    return (n_spikes = Int(stored[]), n_lost = Int(lost[]), n_bins = Int(full[]), steps = Int(steps[]),
            mean_rate = rate[], silent = health[] & C.LPL_HEALTH_SILENT != 0,
            runaway = health[] & C.LPL_HEALTH_RUNAWAY != 0)
end

"""
    LPL.spikes(recorder) -> (step, neuron)

Copies of what is stored so far, both from 1 on: what [`SpikeTrain`](@ref) and [`SpikeSource`](@ref) take.
"""
function spikes(r::Recorder)
    count = status(r).n_spikes
    step, neuron = getfield(r, :step), getfield(r, :neuron)
    return Int[Int(step[k]) + 1 for k in 1:count], Int[Int(neuron[k]) + 1 for k in 1:count]
end

"""
    LPL.bins(recorder)

A copy of the counts so far, `n x full bins`.
"""
bins(r::Recorder) = getfield(r, :bins)[:, 1:(status(r).n_bins)]

function state!(out, r::Recorder, what)
    vector(out, Float64, length(out), "out")
    check(C.lpl_record_read(r, out, length(out), enumcode(C.RecordWhat, what, "state")))
    return out
end
function state(r::Recorder, what)
    code = enumcode(C.RecordWhat, what, "state")
    return state!(Vector{Float64}(undef, code == Int32(C.LPL_RECORD_N) ? 1 : getfield(r, :n)), r, code)
end

function Base.empty!(r::Recorder)
    check(C.lpl_record_reset(r))
    return lend_again!(r)
end

function Base.show(io::IO, r::Recorder)
    isopen(r) || return print(io, "Recorder(closed)")
    now = status(r)
    print(io, "Recorder(", r.n, " neurons, ", now.n_spikes, " spikes, step ", now.steps, ")")
end
