# state.jl - files, bytes, copies, serialization.

"What the library hands out while it saves."
mutable struct Writer
    data::Vector{UInt8}
    failed::Any
end

function write_callback(from::Ptr{Cvoid}, n::Csize_t, user::Ptr{Cvoid})::Int32
    to = unsafe_pointer_to_objref(user)::Writer
    try
        before, more = length(to.data), Int(n)
        resize!(to.data, before + more)
        GC.@preserve to unsafe_copyto!(pointer(to.data, before + 1), Ptr{UInt8}(from), more)
        return Int32(0)
    catch problem # must not leave a callback of C: thrown again behind the call
        to.failed = problem
        return Int32(-1)
    end
end

"Where the library reads while it loads."
mutable struct Reader
    io::IO
    failed::Any
end

function read_callback(to::Ptr{Cvoid}, n::Csize_t, user::Ptr{Cvoid})::Int32
    from = unsafe_pointer_to_objref(user)::Reader
    try
        unsafe_read(from.io, Ptr{UInt8}(to), UInt(n))
        return Int32(0)
    catch problem
        problem isa EOFError && return Int32(1)
        from.failed = problem
        return Int32(-1)
    end
end

"""
    LPL.bytes(object)

The state file of an object as a `Vector{UInt8}`.
"""
function bytes(x::Saved)
    writer = Writer(UInt8[], nothing)
    callback = @cfunction(write_callback, Int32, (Ptr{Cvoid}, Csize_t, Ptr{Cvoid}))
    GC.@preserve writer begin
        status = save_call(x, callback, pointer_from_objref(writer))
        writer.failed === nothing || throw(writer.failed)
        check(status)
    end
    return writer.data
end

"""
    LPL.save(path, object)
    LPL.save(io, object)

Everything, to a file or a stream: whoever loads it goes on with the same bits. A file is written beside the old one and
renamed: the name always stands for a whole state.
"""
function save(path::AbstractString, x::Saved)
    check(save_file(x, String(path)))
    return nothing
end
function save(io::IO, x::Saved)
    write(io, bytes(x))
    return nothing
end

"""
    LPL.load(RateLayer, source; threads = 1, max_bytes = 0)

An object from a path, a stream (from its position, exactly the object's bytes) or a `Vector{UInt8}`. `threads`: of
layers, stacks and plastic projections, at most so many from then on. `max_bytes`: most memory that it may take (0: the
library's limit); give less for files from strangers.
"""
function load(::Type{S}, path::AbstractString; threads::Integer = 1, max_bytes::Integer = 0) where {S<:Saved}
    most, count = whole(Csize_t, max_bytes, "max_bytes"), whole(Int32, threads, "threads")
    place = Ref{handle_type(S)}(C_NULL)
    check(load_file(S, String(path), most, count, place))
    return adopted(S, place[])
end
function load(::Type{S}, io::IO; threads::Integer = 1, max_bytes::Integer = 0) where {S<:Saved}
    most, count = whole(Csize_t, max_bytes, "max_bytes"), whole(Int32, threads, "threads")
    place, reader = Ref{handle_type(S)}(C_NULL), Reader(io, nothing)
    callback = @cfunction(read_callback, Int32, (Ptr{Cvoid}, Csize_t, Ptr{Cvoid}))
    task = current_task()
    sticky, task.sticky = task.sticky, true # a stream may switch tasks inside the call: come back on this thread
    try
        GC.@preserve reader begin
            status = load_call(S, callback, pointer_from_objref(reader), most, count, place)
            reader.failed === nothing || throw(reader.failed)
            check(status)
        end
    finally
        task.sticky = sticky
    end
    return adopted(S, place[])
end
load(::Type{S}, data::AbstractVector{UInt8}; keywords...) where {S<:Saved} = load(S, IOBuffer(data); keywords...)

"A loaded handle as an object of the type that was asked for."
function adopted(::Type{S}, p) where {S<:Saved}
    made = adopt(S, p)
    made isa S && return made
    close(made)
    throw(ArgumentError(string("the file holds a ", typeof(made), ", not a ", S)))
end

"""
    copy(object)
    deepcopy(object)

Another one, with arrays of its own, that goes on with the same bits. (Arrays that were lent stay with the original.)
"""
function Base.copy(x::Saved)
    made = load(Base.typename(typeof(x)).wrapper, bytes(x); threads = threads_max(x))
    use_threads!(made, x)
    return made
end

function Base.deepcopy_internal(x::Saved, seen::IdDict)
    haskey(seen, x) && return seen[x]
    made = copy(x)
    seen[x] = made
    return made
end

"Run a copy on as many threads as the original: results do not depend on it."
use_threads!(made, x) = made

function Serialization.serialize(s::AbstractSerializer, x::Saved)
    Serialization.serialize_type(s, typeof(x))
    Serialization.serialize(s, bytes(x))
    Serialization.serialize(s, threads_max(x))
    return nothing
end

function restored(s::AbstractSerializer, ::Type{S}) where {S<:Saved}
    data = Serialization.deserialize(s)::Vector{UInt8}
    threads = Serialization.deserialize(s)::Int
    return load(S, data; threads)
end

# The calls of each type; those of `threads` take a number of them when they load.
for (S, stem, threads) in ((:RateLayer, "layer", true), (:Stack, "stack", true), (:Spiking, "spiking", true),
                           (:Stats, "stats", false), (:Projection, "projection", false), (:LIF, "lif", false),
                           (:Recorder, "record", false))
    call(verb) = Expr(:., :C, QuoteNode(Symbol("lpl_", stem, "_", verb)))
    pointee = Expr(:., :C, QuoteNode(Symbol("lpl_", stem, "_t")))
    number = threads ? (:threads,) : ()
    @eval begin
        handle_type(::Type{<:$S}) = Ptr{$pointee}
        save_call(x::$S, write, user) = $(call("save"))(x, write, user)
        save_file(x::$S, path) = $(call("save_file"))(x, path)
        function load_call(::Type{<:$S}, read, user, most, threads, place)
            return $(call("load"))(read, user, most, $(number...), place)
        end
        function load_file(::Type{<:$S}, path, most, threads, place)
            return $(call("load_file"))(path, most, $(number...), place)
        end
    end
    if S === :Recorder
        @eval Serialization.deserialize(s::AbstractSerializer, ::Type{$S}) = restored(s, $S)
    else
        @eval Serialization.deserialize(s::AbstractSerializer, ::Type{$S{T}}) where {T} = restored(s, $S{T})
    end
end
