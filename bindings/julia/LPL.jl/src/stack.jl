# stack.jl - Stack: layers one after the other, each learning by its own loss (lpl/stack.h).

"""
    Stack(784 => 256, 256 => 64; preset = :reference, batch_max = 100, ...)
    Stack([LPL.layerconfig(784 => 256; activation = :relu), LPL.layerconfig(256 => 64)])

Layers in a row, each learning by its own loss; no signal passes between them but the response. Keywords go to every
layer, with `stream` and `label` numbered; with configs each layer has its own. `stack[k]` is layer k, a
[`RateLayer`](@ref) that belongs to the stack; `length`, iteration.

    stack(X), forward(stack, X; last = 1), forward!(Z, stack, X; last)     responses of a layer
    update!(stack, X0, X1), update!(stack, X1)                             one learning step of every layer

# Equations

$(C.HEADER_STACK)
"""
struct Stack{T<:Floats} <: Saved
    core::StackCore
    layers::Vector{RateLayer{T}}
    reports::Vector{Report}
end

function Stack(configs::AbstractVector{C.lpl_layer_config_t})
    given, place = collect(configs), Ref{Ptr{C.lpl_stack_t}}(C_NULL)
    GC.@preserve given begin
        pointers = Ptr{C.lpl_layer_config_t}[pointer(given, k) for k in eachindex(given)]
        check(C.lpl_stack_create(pointers, length(pointers), place))
    end
    return adopt(Stack, place[])
end
function Stack(shapes::Pair...; keywords...)
    isempty(shapes) && throw(ArgumentError("a stack of no layers, need n_pre => n_post, ..."))
    return Stack([layerconfig(shape; stream = k - 1, label = k, keywords...) for (k, shape) in enumerate(shapes)])
end
function Stack(configs::AbstractVector)
    throw(ArgumentError(string("a stack is given by a ", typeof(configs), ", need shapes n_pre => n_post or what ",
                               "LPL.layerconfig gives")))
end

function adopt(::Type{<:Stack}, p::Ptr{C.lpl_stack_t})
    core, place = StackCore(p), Ref{Ptr{C.lpl_layer_t}}(C_NULL)
    layers = map(1:Int(C.lpl_stack_size(p))) do k
        check(C.lpl_stack_layer(core, k - 1, place))
        adopt(RateLayer, place[], core)
    end
    return stack_of(core, layers[1], layers)
end
function stack_of(core::StackCore, first::RateLayer{T}, layers) where {T}
    reports = [getfield(first, :report)[] for _ in layers]
    return Stack{T}(core, Vector{RateLayer{T}}(layers), reports)
end

Base.unsafe_convert(::Type{Ptr{C.lpl_stack_t}}, core::StackCore) = handle(core)
Base.unsafe_convert(::Type{Ptr{C.lpl_stack_t}}, s::Stack) = handle(getfield(s, :core))
handle(s::Stack) = handle(getfield(s, :core))
Base.isopen(s::Stack) = isopen(getfield(s, :core))
Base.close(s::Stack) = close(getfield(s, :core))
threads_max(s::Stack) = maximum(threads_max, getfield(s, :layers))
function use_threads!(made::Stack, s::Stack)
    for (to, from) in zip(made, s)
        use_threads!(to, from)
    end
    return made
end

Base.length(s::Stack) = length(getfield(s, :layers))
Base.getindex(s::Stack, k::Integer) = getfield(s, :layers)[k]
Base.firstindex(s::Stack) = 1
Base.lastindex(s::Stack) = length(s)
Base.eltype(::Type{Stack{T}}) where {T} = RateLayer{T}
Base.iterate(s::Stack, k::Int = 1) = k > length(s) ? nothing : (s[k], k + 1)

"""
    forward!(Z, stack, X; last = length(stack))

Responses of layer `last` into an array that is there.
"""
function forward!(z, s::Stack{T}, x; last::Integer = length(s)) where {T}
    ldx, batch = inputs(s[1], x, "x")
    ldz, room = outputs(s[last], z, "z")
    room == batch || throw(DimensionMismatch(string("z has room for ", room, " samples, x has ", batch)))
    check(C.lpl_stack_forward(T, s, z, ldz, x, ldx, batch, last - 1))
    return z
end
function forward(s::Stack, x; last::Integer = length(s))
    inputs(s[1], x, "x")
    return forward!(stack_response(s[last], x), s, x; last)
end
(s::Stack)(x) = forward(s, x)

"As many dimensions as the last layer's response has: images may come in and rows go out."
function stack_response(l::RateLayer{T}, x::AbstractArray) where {T}
    l.conv || ndims(x) < 3 || return Matrix{T}(undef, l.n_out, size(x, 4))
    return response(l, x)
end

"""
    update!(stack, X0, X1) -> reports
    update!(stack, X1) -> reports

One learning step of every layer, in order; layer k + 1 sees what layer k said before it learned. The reports, one a
layer, stand in one array until the next update. Allocates nothing.
"""
function update!(s::Stack{T}, x0, x1) where {T}
    ld0, before = inputs(s[1], x0, "x0")
    ld1, batch = inputs(s[1], x1, "x1")
    before == batch || throw_batch(before, batch)
    reports = getfield(s, :reports)
    learned(s[1], check(C.lpl_stack_update(T, s, reports, x0, ld0, x1, ld1, batch)))
    return reports
end
function update!(s::Stack{T}, x1) where {T}
    ld1, batch = inputs(s[1], x1, "x1")
    reports = getfield(s, :reports)
    learned(s[1], check(C.lpl_stack_update(T, s, reports, C_NULL, 0, x1, ld1, batch)))
    return reports
end

function Base.show(io::IO, s::Stack{T}) where {T}
    isopen(s) || return print(io, "Stack{", T, "}(closed)")
    widths = [s[1].conv ? string("(", join(s[1].input, ", "), ")") : string(s[1].n_pre);
              [string(l.n_post) for l in s]]
    print(io, "Stack{", T, "}(", join(widths, " => "), ", step ", s[1].step, ")")
end
