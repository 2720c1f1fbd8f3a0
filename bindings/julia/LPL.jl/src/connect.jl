# connect.jl - who reaches whom (lpl/connect.h), and what projections have in common.

"""
    Connect(; no_self = false)                         every pair
    Connect(pre, post)                                 the pairs pre[k], post[k], in any order, none twice
    Connect(mask)                                      the pairs (j, i) with mask[j, i], n_pre x n_post Bool
    Connect(probability; seed, stream, no_self)        each pair by chance, independently

Which pre neuron reaches which post neuron, both from 1 on; given to [`Spiking`](@ref) or [`Projection`](@ref), which
copy it. Of a sparse matrix: `Connect(findnz(m)[1:2]...)`.

Synapses are numbered row by row, a row being the targets of one pre neuron, ascending: that is the order of all states
per synapse. [`connectivity`](@ref) says who they are, [`synapses`](@ref) gives a state as a matrix.
"""
struct Connect
    kind::C.ConnectKind
    no_self::Bool
    pre::Vector{UInt32}
    post::Vector{UInt32}
    probability::Float64
    seed::UInt64
    stream::UInt64
end

Connect(; no_self::Bool = false) = Connect(C.LPL_CONNECT_DENSE, no_self, UInt32[], UInt32[], 0.0, 0, 0)
function Connect(pre::AbstractVector{<:Integer}, post::AbstractVector{<:Integer})
    length(pre) == length(post) || throw_length(post, length(pre), "post")
    for (list, name) in ((pre, "pre"), (post, "post")), (k, value) in enumerate(list)
        value >= 1 || throw(ArgumentError("$name[$k] = $value, neurons count from 1"))
    end
    from_zero(list) = UInt32[whole(UInt32, value - 1, "neuron") for value in list]
    return Connect(C.LPL_CONNECT_LIST, false, from_zero(pre), from_zero(post), 0.0, 0, 0)
end
function Connect(mask::AbstractMatrix{Bool})
    pairs = findall(mask)
    return Connect([pair[1] for pair in pairs], [pair[2] for pair in pairs])
end
function Connect(probability::Real; seed::Integer = 0, stream::Integer = 0, no_self::Bool = false)
    return Connect(C.LPL_CONNECT_RANDOM, no_self, UInt32[], UInt32[], probability, whole(UInt64, seed, "seed"),
                   whole(UInt64, stream, "stream"))
end

function Base.show(io::IO, c::Connect)
    what = c.kind == C.LPL_CONNECT_LIST ? string(length(c.pre), " synapses") :
           c.kind == C.LPL_CONNECT_RANDOM ? string("probability ", c.probability) : "all to all"
    print(io, "Connect(", what, c.no_self ? ", no self)" : ")")
end

"Call f with what the library reads, a `Ref` or NULL; neurons beyond the population are refused here, from 1 on."
withconnect(f, ::Nothing, n_pre::Integer, n_post::Integer) = f(C_NULL)
function withconnect(f, c::Connect, n_pre::Integer, n_post::Integer)
    for (list, n, name) in ((c.pre, n_pre, "pre"), (c.post, n_post, "post")), (k, value) in enumerate(list)
        value < n || throw_neuron(name, k, Int(value) + 1, n)
    end
    struct_ = config(C.lpl_connect_t, C.lpl_connect_init)
    pre, post = c.pre, c.post
    GC.@preserve pre post begin
        listed = c.kind == C.LPL_CONNECT_LIST
        struct_[] = replacefields(struct_[], (
            kind = Int32(c.kind), flags = c.no_self ? C.LPL_CONNECT_NO_SELF : UInt32(0),
            n_synapses = UInt64(length(pre)), pre = listed ? pointer(pre) : Ptr{UInt32}(C_NULL),
            post = listed ? pointer(post) : Ptr{UInt32}(C_NULL), probability = c.probability, seed = c.seed,
            stream = c.stream))
        return f(struct_)
    end
end
function withconnect(f, c, n_pre::Integer, n_post::Integer)
    throw(ArgumentError(string("connect is a ", typeof(c), ", need a Connect or nothing (all to all)")))
end

"A projection: n_pre neurons onto n_post, states per synapse."
abstract type Synapses{T} <: Saved end

"""
    connectivity(projection) -> (pre, post)

The pre and post neuron of each synapse, from 1 on, in the order of all states per synapse.
"""
function connectivity(s::Synapses)
    ptr, post = Vector{UInt64}(undef, s.n_pre + 1), Vector{UInt32}(undef, s.n_synapses)
    check(read_connectivity(s, ptr, post))
    pre = Vector{Int}(undef, length(post))
    for j in 1:s.n_pre, k in (Int(ptr[j]) + 1):Int(ptr[j + 1])
        pre[k] = j
    end
    return pre, Int[Int(i) + 1 for i in post]
end

"""
    synapses(projection, what = :weights; absent = 0)

A state per synapse as a matrix `n_pre x n_post`, `absent` where there is no synapse; a copy.
"""
function synapses(s::Synapses{T}, what = :weights; absent::Real = 0) where {T}
    code = statecode(s, what)
    statelength(s, code) == s.n_synapses ||
        throw(ArgumentError(string(what, " has no value for each synapse")))
    values, (pre, post) = state(s, what), connectivity(s)
    out = fill(T(absent), s.n_pre, s.n_post)
    for k in eachindex(values)
        out[pre[k], post[k]] = values[k]
    end
    return out
end

"""
    weights(projection)

The weights, one a synapse, as a copy; `setstate!(projection, :weights, w)` writes them.
"""
weights(s::Synapses) = state(s, :weights)

function state!(out, s::Synapses{T}, what; index = nothing) where {T}
    code = statecode(s, what)
    n = statelength(s, code)
    vector(out, T, asked(index, n), "out")
    check(read_state(s, out, length(out), ornull(places(index, n)), code))
    return out
end
function state(s::Synapses{T}, what; index = nothing) where {T}
    n = statelength(s, statecode(s, what))
    return state!(Vector{T}(undef, asked(index, n)), s, what; index)
end
function setstate!(s::Synapses{T}, what, values) where {T}
    code = statecode(s, what)
    vector(values, T, statelength(s, code), "values")
    check(write_state(s, values, length(values), code))
    return s
end

"The number of a receptor; the two words first, without a look at all names."
function receptorcode(receptor)
    receptor === :ampa && return Int32(C.LPL_RECEPTOR_AMPA)
    receptor === :gaba && return Int32(C.LPL_RECEPTOR_GABA)
    return enumcode(C.Receptor, receptor, "receptor")
end

"""
    drive!(projection, lif, receptor = :ampa)
    drive!(projection, g)

Add what the synapses transmit at this step (weights of the spikes of `delay_ax` ago) to the conductances of a
population, `:ampa` or `:gaba`, or to an array of `n_post`. Allocates nothing.
"""
function drive!(s::Synapses, target::LIF, receptor = :ampa)
    check(drive_lif(s, target, receptorcode(receptor)))
    return target
end
function drive!(s::Synapses{T}, g::AbstractVector) where {T}
    vector(g, T, getfield(s, :n_post), "g")
    check(drive_array(s, g))
    return g
end
