# projection.jl - Projection: fixed synapses, or symmetric inhibitory STDP (lpl/projection.h).

"""
    Projection(n_pre => n_post, connect = nothing; kind = :inhibitory, kappa = 10, dtype = Float32, ...)

Fixed synapses (`:static`), or symmetric inhibitory STDP, behind an axonal delay. `connect`: a [`Connect`](@ref);
`nothing`: all to all. SI units.

    drive!(projection, lif, :gaba)        what arrives at this step
    step!(projection, pre, post)          the spikes of this step; learning
    weights, state (:weights, :tr_pre, :tr_post), setstate!, synapses, connectivity, bounds

# Equations

$(C.HEADER_PROJECTION)

# Keywords

$(C.KEYWORDS_PROJECTION)
"""
mutable struct Projection{T<:Floats} <: Synapses{T}
    handle::Ptr{C.lpl_projection_t}
    n_pre::Int
    n_post::Int
    n_synapses::Int
    pre::SpikeList
    post::SpikeList
end

destroy(p::Ptr{C.lpl_projection_t}) = C.lpl_projection_destroy(p)
Base.unsafe_convert(::Type{Ptr{C.lpl_projection_t}}, p::Projection) = handle(p)
paramenum(::Projection) = C.ProjectionParam
getparam(p::Projection, code, value) = C.lpl_projection_get(p, code, value)
setparam(p::Projection, code, value) = C.lpl_projection_set(p, code, value)

function Projection(shape::Pair{<:Integer,<:Integer}, connect = nothing; keywords...)
    n_pre, n_post = shape
    cfg = config(C.lpl_projection_config_t, C.lpl_projection_config_init)
    place = Ref{Ptr{C.lpl_projection_t}}(C_NULL)
    cfg[] = setfields(cfg[], "a projection", (; n_pre, n_post, keywords...); also = [:connect])
    withconnect(connect, n_pre, n_post) do who
        check(C.lpl_projection_create(cfg, who, place))
    end
    return adopt(Projection, place[])
end
Projection{T}(shape::Pair, connect = nothing; keywords...) where {T<:Floats} =
    Projection(shape, connect; keywords..., dtype = T)::Projection{T}

function adopt(::Type{<:Projection}, p::Ptr{C.lpl_projection_t})
    value = Ref{Float64}()
    get(code) = (check(C.lpl_projection_get(p, code, value)); Int(value[]))
    T = eltype_of(get(C.LPL_PROJECTION_PARAM_DTYPE))
    n_pre, n_post = get(C.LPL_PROJECTION_PARAM_N_PRE), get(C.LPL_PROJECTION_PARAM_N_POST)
    return finalizer(close, Projection{T}(p, n_pre, n_post, get(C.LPL_PROJECTION_PARAM_N_SYNAPSES), SpikeList(n_pre),
                                          SpikeList(n_post)))
end

statecode(::Projection, what) = enumcode(C.ProjectionState, what, "state")
function statelength(p::Projection, code::Int32)
    code == Int32(C.LPL_PROJECTION_TR_PRE) && return p.n_pre
    return code == Int32(C.LPL_PROJECTION_TR_POST) ? p.n_post : p.n_synapses
end
read_state(p::Projection{T}, out, n, index, code) where {T} = C.lpl_projection_read(T, p, out, n, index, code)
write_state(p::Projection{T}, values, n, code) where {T} = C.lpl_projection_write(T, p, values, n, code)
read_connectivity(p::Projection, ptr, post) = C.lpl_projection_connectivity(p, ptr, post)
drive_array(p::Projection{T}, g) where {T} = C.lpl_projection_drive(T, p, g)
drive_lif(p::Projection, target, receptor) = C.lpl_projection_drive_lif(p, target, receptor)

"""
    step!(projection, pre, post = nothing)

One step: the neurons that fired, ascending from 1 on, or a mask, or `nothing`. A static projection needs no `post`.
Allocates nothing.
"""
function step!(p::Projection, pre, post = nothing)
    a = fired(getfield(p, :pre), pre, getfield(p, :n_pre), "pre")
    b = fired(getfield(p, :post), post, getfield(p, :n_post), "post")
    check(C.lpl_projection_step(p, a.data, a.count[], b.data, b.count[]))
    return p
end

function bounds(p::Projection, name::Symbol)
    low, high = Ref{Float64}(), Ref{Float64}()
    check(C.lpl_projection_bounds(p, paramcode(p, name), low, high))
    return low[], high[]
end

function Base.show(io::IO, p::Projection{T}) where {T}
    isopen(p) || return print(io, "Projection{", T, "}(closed)")
    print(io, "Projection{", T, "}(", p.n_pre, " => ", p.n_post, ", ", p.n_synapses, " synapses, ", p.kind, ", step ",
          p.step, ")")
end
