# convert.jl - words and numbers of the caller to fields of the library's structs.

"A member of an enum as a word: `LPL_ACT_TANH` is `:tanh`."
symbol(x::Enum) = Symbol(lowercase(chopprefix(String(Symbol(x)), C.prefix(typeof(x)))))

"The words of an enum."
words(::Type{E}) where {E<:Enum} = Symbol[symbol(x) for x in instances(E)]

listed(names) = join((repr(name) for name in names), ", ")

"Levenshtein's distance."
function distance(a::AbstractString, b::AbstractString)
    x, y = collect(a), collect(b)
    row = collect(0:length(y))
    for i in eachindex(x)
        corner, row[1] = row[1], i
        for j in eachindex(y)
            cost = min(row[j + 1] + 1, row[j] + 1, corner + Int(x[i] != y[j]))
            corner, row[j + 1] = row[j + 1], cost
        end
    end
    return row[end]
end

"The end of a sentence about a word that nobody knows."
function did_you_mean(given, known)
    word = lowercase(String(given))
    best, least = nothing, length(word) <= 3 ? 2 : max(3, length(word) ÷ 3 + 1)
    for name in known
        far = distance(word, String(name))
        if far < least
            best, least = name, far
        end
    end
    return best === nothing ? "" : string("; did you mean ", repr(best), "?")
end

"""
The number of an enum that is given by a word (`:tanh`, "tanh"), a member or a number. Numbers that the enum does not
have are left to the library.
"""
function enumcode(::Type{E}, x::Union{Symbol,AbstractString}, name) where {E<:Enum}
    word = Symbol(lowercase(String(x)))
    for member in instances(E)
        symbol(member) === word && return Int32(member)
    end
    throw(ArgumentError(string(name, " = ", repr(x), ", need one of ", listed(words(E)), did_you_mean(x, words(E)))))
end
enumcode(::Type{E}, x::E, name) where {E<:Enum} = Int32(x)
enumcode(::Type{E}, x::Integer, name) where {E<:Enum} = whole(Int32, x, name)
function enumcode(::Type{E}, x, name) where {E<:Enum}
    throw(ArgumentError(string(name, " = ", repr(x), ", need one of ", listed(words(E)))))
end
function enumcode(::Type{C.DType}, x::Type, name)
    x === Float32 && return Int32(C.LPL_F32)
    x === Float64 && return Int32(C.LPL_F64)
    throw(ArgumentError(string(name, " = ", x, ", need Float32 or Float64")))
end

"An integer that fits the C type."
function whole(::Type{I}, x::Integer, name) where {I<:Integer}
    typemin(I) <= x <= typemax(I) && return convert(I, x)
    throw(ArgumentError(string(name, " = ", x, ", need ", typemin(I), " .. ", typemax(I))))
end
function whole(::Type{I}, x, name) where {I<:Integer}
    throw(ArgumentError(string(name, " = ", repr(x), ", need an integer")))
end

real64(x::Real, name) = Float64(x)
real64(x, name) = throw(ArgumentError(string(name, " = ", repr(x), ", need a number")))

fieldvalue(::Type{Float64}, x, name) = real64(x, name)
fieldvalue(::Type{I}, x, name) where {I<:Integer} = whole(I, x, name)

"A config with the library's defaults, as a `Ref`."
function config(::Type{T}, init) where {T}
    cfg = Ref{T}()
    check(init(cfg, sizeof(T)))
    return cfg
end

"The same struct with some fields replaced."
function replacefields(cfg::T, new::NamedTuple) where {T}
    return T((haskey(new, name) ? new[name] : getfield(cfg, name) for name in fieldnames(T))...)
end

"Fields that a caller may give by keyword: no pointers, which the constructors set, and not the struct's size."
function settable(::Type{T}) where {T}
    return Symbol[name for name in fieldnames(T)
                  if name !== :size && name !== :reserved && !(fieldtype(T, name) <: Ptr)]
end

"""
A config with fields set by keyword. Names, types and the ranges of the C types are checked here, meaning by the
library. also: keywords that the caller takes itself, which may have been meant.
"""
function setfields(cfg::T, what, keywords; also = Symbol[]) where {T}
    known, short, enums = settable(T), C.aliases(T), C.enumfields(T)
    values = Any[getfield(cfg, name) for name in fieldnames(T)]
    for (given, value) in pairs(keywords)
        name = get(short, given, given)
        if !(name in known)
            near = did_you_mean(given, [known; collect(keys(short)); also])
            throw(ArgumentError(string(what, " has no keyword ", repr(given), near, " Keywords are ",
                                       join([known; also], ", "))))
        end
        k = Base.fieldindex(T, name)
        values[k] = haskey(enums, name) ? enumcode(enums[name], value, given) :
                    fieldvalue(fieldtype(T, name), value, given)
    end
    return T(values...)
end

"The element type of an object from its parameter."
eltype_of(code::Real) = Int32(code) == Int32(C.LPL_F64) ? Float64 : Float32
