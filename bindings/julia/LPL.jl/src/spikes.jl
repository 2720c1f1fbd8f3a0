# spikes.jl - who fires: lists of neurons, of one step and of many.

"""
    SpikeList

The neurons that fired in a step, ascending, from 1 on: an `AbstractVector{Int}`. What `step!` of a population or a
source returns; it stays what it is until their next step (`collect` keeps it). Inside are the library's own numbers, so
handing it on to a projection or a recorder copies nothing.
"""
struct SpikeList <: AbstractVector{Int}
    data::Vector{UInt32}
    count::Base.RefValue{Csize_t}
end
SpikeList(room::Integer) = SpikeList(zeros(UInt32, room), Ref{Csize_t}(0))

Base.size(s::SpikeList) = (Int(s.count[]),)
Base.IndexStyle(::Type{SpikeList}) = IndexLinear()
@inline function Base.getindex(s::SpikeList, k::Int)
    @boundscheck checkbounds(s, k)
    return Int(@inbounds s.data[k]) + 1
end

@noinline function throw_neuron(name, k, value, n)
    throw(ArgumentError(string(name, "[", k, "] = ", value, ", but there are ", n, " neurons, 1 .. ", n)))
end
@noinline function throw_order(name, k, value, before)
    throw(ArgumentError(string(name, "[", k, "] = ", value, " after ", before, ": need ascending neurons, none twice")))
end

"""
What a caller gave as the neurons that fired, for the library: nothing, a `SpikeList`, ascending numbers from 1, or a
mask of n `Bool`. Numbers are written into the buffer, which has room for n.
"""
fired(buffer::SpikeList, ::Nothing, n::Int, name) = (buffer.count[] = 0; buffer)
function fired(buffer::SpikeList, x::SpikeList, n::Int, name)
    k = length(x)
    k == 0 || x[k] <= n || throw_neuron(name, k, x[k], n)
    return x
end
function fired(buffer::SpikeList, x::AbstractVector{Bool}, n::Int, name)
    length(x) == n || throw_length(x, n, name)
    count = 0
    for (i, fires) in enumerate(x)
        if fires
            count += 1
            buffer.data[count] = UInt32(i - 1)
        end
    end
    buffer.count[] = count
    return buffer
end
function fired(buffer::SpikeList, x::AbstractVector{<:Integer}, n::Int, name)
    before, count = 0, 0
    for value in x
        1 <= value <= n || throw_neuron(name, count + 1, value, n)
        value > before || throw_order(name, count + 1, value, before)
        before, count = Int(value), count + 1
        buffer.data[count] = UInt32(value - 1)
    end
    buffer.count[] = count
    return buffer
end
@noinline function fired(buffer::SpikeList, x, n::Int, name)
    throw(ArgumentError(string(name, " is a ", typeof(x), ", need the neurons that fired (ascending, from 1), a mask ",
                               "of ", n, " Bool, or nothing")))
end

"""
    SpikeTrain(lists)
    SpikeTrain(step, neuron, steps; first = 1)

Spikes of many steps, for `steps!` and `run!`: a vector of lists of neurons, one a step; or the neurons `neuron[k]` that
fire at `step[k]` (both from 1 on, steps ascending, as `spikes` of a `Recorder` gives them), of the steps `first ..
first + steps - 1`. `train[k]` is the list of step k.
"""
struct SpikeTrain <: AbstractVector{Vector{Int}}
    ptr::Vector{UInt64}    # the spikes of step k are neuron[ptr[k] + 1] .. neuron[ptr[k + 1]]
    neuron::Vector{UInt32} # from 0 on
end

function SpikeTrain(lists::AbstractVector)
    ptr, neuron = UInt64[0], UInt32[]
    for (k, list) in enumerate(lists)
        before = 0
        for value in list
            value >= 1 || throw_neuron("step $k", length(neuron) - Int(ptr[end]) + 1, value, typemax(UInt32))
            value > before || throw_order("step $k", length(neuron) - Int(ptr[end]) + 1, value, before)
            before = value
            push!(neuron, UInt32(value - 1))
        end
        push!(ptr, length(neuron))
    end
    return SpikeTrain(ptr, neuron)
end

function SpikeTrain(step::AbstractVector{<:Integer}, neuron::AbstractVector{<:Integer}, steps::Integer;
                    first::Integer = 1)
    length(step) == length(neuron) || throw_length(neuron, length(step), "neuron")
    issorted(step) || throw(ArgumentError("step descends, need spike times in order"))
    steps >= 0 || throw(ArgumentError("steps = $steps, need 0 or more"))
    begins = searchsortedfirst(step, first)
    ptr = UInt64[searchsortedfirst(step, first + k) - begins for k in 0:steps]
    ends = begins + Int(ptr[end]) - 1
    return SpikeTrain(ptr, UInt32[whole(UInt32, neuron[k] - 1, "neuron") for k in begins:ends])
end

Base.size(t::SpikeTrain) = (length(t.ptr) - 1,)
Base.IndexStyle(::Type{SpikeTrain}) = IndexLinear()
function Base.getindex(t::SpikeTrain, k::Int)
    @boundscheck checkbounds(t, k)
    return Int[Int(t.neuron[i]) + 1 for i in (Int(t.ptr[k]) + 1):Int(t.ptr[k + 1])]
end

"Are all neurons of a train among n?"
function check_train(t::SpikeTrain, n::Int, name)
    issorted(t.ptr) && Int(t.ptr[end]) <= length(t.neuron) ||
        throw(ArgumentError("the offsets of $name do not ascend within its $(length(t.neuron)) neurons"))
    for k in 1:length(t), i in (Int(t.ptr[k]) + 1):Int(t.ptr[k + 1])
        t.neuron[i] < n || throw_neuron("$name[$k]", i - Int(t.ptr[k]), Int(t.neuron[i]) + 1, n)
        i == Int(t.ptr[k]) + 1 || t.neuron[i - 1] < t.neuron[i] ||
            throw_order("$name[$k]", i - Int(t.ptr[k]), Int(t.neuron[i]) + 1, Int(t.neuron[i - 1]) + 1)
    end
    return t
end
