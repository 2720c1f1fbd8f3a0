# network.jl - Network: many steps of a composed spiking network in one call (lpl/network.h).

"""
    Network(; block_steps = 0)

Sources, populations, projections and recorders, run together: the bits of a loop over their steps, faster.

    net = Network()
    inputs = LPL.addinput!(net, 500, source, another)   # groups are numbers, from 1 on
    cells = LPL.add!(net, lif)
    LPL.add!(net, plastic, inputs => cells, :ampa)      # a Spiking or a Projection, as they transmit
    LPL.add!(net, recorder, cells)
    run!(net, 10_000)

Members stay yours: read, set, step and save them between runs (their states are the network's; it has none of its own).
The first run ends the adding.

$(C.HEADER_NETWORK)
"""
mutable struct Network <: Handle
    handle::Ptr{C.lpl_network_t}
    members::Vector{Handle} # as long as the network may run them
    sizes::Vector{Int}
    shown::Dict{Int,Tuple{Vector{UInt64},Vector{UInt32}}}
    finished::Bool
end

destroy(p::Ptr{C.lpl_network_t}) = C.lpl_network_destroy(p)
Base.unsafe_convert(::Type{Ptr{C.lpl_network_t}}, net::Network) = handle(net)
paramenum(::Network) = C.NetworkParam
getparam(net::Network, code, value) = C.lpl_network_get(net, code, value)

function Network(; keywords...)
    cfg, place = config(C.lpl_network_config_t, C.lpl_network_config_init), Ref{Ptr{C.lpl_network_t}}(C_NULL)
    cfg[] = setfields(cfg[], "a network", keywords)
    check(C.lpl_network_create(cfg, place))
    return finalizer(close, Network(place[], Handle[], Int[], Dict{Int,Tuple{Vector{UInt64},Vector{UInt32}}}(), false))
end

"The library's number of a group."
function groupcode(net::Network, group::Integer)
    count = length(getfield(net, :sizes))
    1 <= group <= count || throw(ArgumentError("group = $group, but there are $count groups, 1 .. $count"))
    return UInt32(group - 1)
end

"""
    LPL.addinput!(net, n, sources...) -> group

A group of `n` inputs: neurons that these sources let fire (ascending), or your own spikes.
"""
function addinput!(net::Network, n::Integer, sources::Source...)
    place = Ref{UInt32}(0)
    check(C.lpl_network_add_input(net, place, whole(UInt64, n, "n")))
    push!(getfield(net, :sizes), n)
    group = Int(place[]) + 1
    for source in sources
        add!(net, source, group)
    end
    return group
end

"""
    LPL.add!(net, lif) -> group
    LPL.add!(net, source, group)
    LPL.add!(net, projection, pre => post, receptor = :ampa)
    LPL.add!(net, recorder, group)

Add a population, as a group; a further source of a group of inputs; a `Spiking` or a `Projection` between two groups
(`receptor = nothing`: it learns, but drives nobody); a recorder that sees a group.
"""
function add!(net::Network, p::LIF)
    place = Ref{UInt32}(0)
    check(C.lpl_network_add_lif(net, place, p))
    push!(getfield(net, :members), p)
    push!(getfield(net, :sizes), getfield(p, :n))
    return Int(place[]) + 1
end
function add!(net::Network, s::Source, group::Integer)
    check(C.lpl_network_add_source(net, s, groupcode(net, group)))
    push!(getfield(net, :members), s)
    return net
end
function add!(net::Network, r::Recorder, group::Integer)
    check(C.lpl_network_add_record(net, r, groupcode(net, group)))
    push!(getfield(net, :members), r)
    return net
end
function add!(net::Network, s::Spiking, ends::Pair{<:Integer,<:Integer}, receptor = :ampa)
    pre, post = groupcode(net, first(ends)), groupcode(net, last(ends))
    check(C.lpl_network_add_spiking(net, s, pre, post, networkreceptor(receptor)))
    push!(getfield(net, :members), s)
    return net
end
function add!(net::Network, p::Projection, ends::Pair{<:Integer,<:Integer}, receptor = :ampa)
    pre, post = groupcode(net, first(ends)), groupcode(net, last(ends))
    check(C.lpl_network_add_projection(net, p, pre, post, networkreceptor(receptor)))
    push!(getfield(net, :members), p)
    return net
end

"A receptor, or nothing: the projection drives nobody."
networkreceptor(::Nothing) = Int32(C.LPL_NETWORK_NO_RECEPTOR)
networkreceptor(receptor) = receptorcode(receptor)

"""
    LPL.finish!(net)

All have been added. The first run does it, too.
"""
function finish!(net::Network)
    check(C.lpl_network_finish(net))
    setfield!(net, :finished, true)
    return net
end

"""
    run!(net, n; spikes = ())

`n` steps. `spikes`: for groups without sources pairs `group => SpikeTrain` of `n` steps. After an error inside a step
(absurd parameters) the next run goes on there.
"""
function run!(net::Network, n::Integer; spikes = ())
    getfield(net, :finished) || finish!(net)
    for member in getfield(net, :members)
        isopen(member) || throw_closed(member)
    end
    feed!(net, spikes)
    GC.@preserve spikes check(C.lpl_network_run(net, whole(Csize_t, n, "n")))
    return net
end

feed!(net::Network, ::Tuple{}) = nothing
feed!(net::Network, one::Pair) = feed!(net, (one,))
function feed!(net::Network, spikes)
    for (group, train) in spikes
        code = groupcode(net, group)
        train isa SpikeTrain || throw(ArgumentError("spikes of group $group are a $(typeof(train)), need a SpikeTrain"))
        check_train(train, getfield(net, :sizes)[group], "spikes of group $group")
        check(C.lpl_network_feed(net, code, length(train), train.ptr, train.neuron))
    end
    return nothing
end

"""
    LPL.deliver!(net, group, train)

Spikes of neurons elsewhere that fired in the steps of the last run, no more than the axonal delay.
"""
function deliver!(net::Network, group::Integer, train::SpikeTrain)
    for member in getfield(net, :members)
        isopen(member) || throw_closed(member)
    end
    code = groupcode(net, group)
    check_train(train, getfield(net, :sizes)[group], "train")
    check(C.lpl_network_deliver(net, code, length(train), train.ptr, train.neuron))
    return net
end

"""
    LPL.watch!(net, group; steps, room)

Keep who fires in a group during each run: of `steps` steps at most, `room` spikes. [`LPL.watched`](@ref) reads it.
"""
function watch!(net::Network, group::Integer; steps::Integer, room::Integer)
    code, ptr = groupcode(net, group), zeros(UInt64, steps + 1)
    neuron = zeros(UInt32, max(room, 1))
    check(C.lpl_network_spikes_into(net, code, ptr, steps, neuron, room))
    getfield(net, :shown)[Int(group)] = (ptr, neuron)
    return net
end

"""
    LPL.watched(net, group) -> SpikeTrain

Who fired in a group during the last run, a copy (as far as there was room).
"""
function watched(net::Network, group::Integer)
    haskey(getfield(net, :shown), group) || throw(ArgumentError("group $group is not watched; call LPL.watch! first"))
    ptr, neuron = getfield(net, :shown)[group]
    steps = param(net, :last)
    offsets = min.(ptr[1:(steps + 1)], UInt64(length(neuron)))
    return SpikeTrain(offsets, neuron[1:Int(offsets[end])])
end

Base.copy(::Network) = throw(ArgumentError("a Network cannot be copied: copy its members and compose them anew"))
Base.deepcopy_internal(net::Network, ::IdDict) = copy(net)
Serialization.serialize(::AbstractSerializer, ::Network) =
    throw(ArgumentError("a Network cannot be serialized: save its members and compose them anew"))

function Base.show(io::IO, net::Network)
    isopen(net) || return print(io, "Network(closed)")
    print(io, "Network(", length(net.sizes), " groups, ", length(net.members), " members, step ", net.step, ")")
end
