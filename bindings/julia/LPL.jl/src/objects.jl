# objects.jl - what all objects have in common: a handle, its end, parameters as properties.

"An object of the library behind a handle. Subtypes are mutable and have a field `handle`, C_NULL once it is closed."
abstract type Handle end

"A handle that can be saved, loaded, copied and serialized."
abstract type Saved <: Handle end

@noinline throw_closed(x) = throw(ArgumentError(string("this ", nameof(typeof(x)), " is closed")))

"The pointer, for a call. The object itself goes to ccall, which roots it until the call returns."
@inline function handle(x::Handle)
    p = getfield(x, :handle)
    p == C_NULL && throw_closed(x)
    return p
end

Base.isopen(x::Handle) = getfield(x, :handle) != C_NULL

"""
    close(object)

Give its memory back now; closing twice is fine, and whoever forgets it has it done by the garbage collector. What is
closed refuses further calls. Not while another task is in a call on the object.
"""
function Base.close(x::Handle)
    p = getfield(x, :handle)
    if p != C_NULL
        setfield!(x, :handle, typeof(p)(C_NULL))
        destroy(p)
    end
    return nothing
end

"The end of a handle, by its type."
function destroy end

# Parameters: `layer.eta`, `layer.mode = :frozen`.

"The enum of an object's scalars, and the calls that read and set one."
function paramenum end
function getparam end
setparam(x::Handle, code, value) = throw(ArgumentError(string("parameters of a ", nameof(typeof(x)), " are read only")))

"Parameters that are numbers with a unit; the others are whole, words or types."
const REALS = (:eta, :pull, :push, :decorr, :eps, :weight_decay, :momentum, :tau_mean, :tau_sigma2, :collapse_std,
               :temperature, :dt, :w_min, :w_max, :zeta, :kappa)

function meaning(name::Symbol, value::Float64)
    name in REALS && return value
    name === :mode && return symbol(C.Mode(Int32(value)))
    name === :isa && return symbol(C.Isa(Int32(value)))
    name === :engine && return symbol(C.Engine(Int32(value)))
    name === :kind && return symbol(C.ProjectionKind(Int32(value)))
    name === :dtype && return eltype_of(value)
    name in (:bias, :stopped) && return value != 0
    return Int(value)
end

parameters(x::Handle) = hasmethod(paramenum, Tuple{typeof(x)}) ? words(paramenum(x)) : Symbol[]

function paramcode(x::Handle, name::Symbol)
    known = parameters(x)
    name in known && return enumcode(paramenum(x), name, "parameter")
    throw(ArgumentError(string("a ", nameof(typeof(x)), " has no property ", repr(name), did_you_mean(name, known))))
end

function param(x::Handle, name::Symbol)
    code, value = paramcode(x, name), Ref{Float64}()
    check(getparam(x, code, value))
    return meaning(name, value[])
end

Base.getproperty(x::Handle, name::Symbol) = hasfield(typeof(x), name) ? getfield(x, name) : param(x, name)

function Base.setproperty!(x::Handle, name::Symbol, value)
    if hasfield(typeof(x), name)
        throw(ArgumentError(string("the property ", repr(name), " of a ", nameof(typeof(x)), " cannot be set")))
    end
    code = paramcode(x, name)
    number = name === :mode ? Float64(enumcode(C.Mode, value, name)) : real64(value, name)
    check(setparam(x, code, number))
    return value
end

Base.propertynames(x::Handle, private::Bool = false) =
    private ? [collect(fieldnames(typeof(x))); parameters(x)] : parameters(x)

"""
    bounds(object, parameter)

The closed range `(low, high)` that a parameter of a layer or a projection may be set to.
"""
function bounds end

"How many threads an object was made for, at most; what `load` takes to make such a one again."
threads_max(x::Saved) = 1
