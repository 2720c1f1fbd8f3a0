# errors.jl - exceptions of statuses.

"""
    LPLError

What the library refused: `code` (negative), `name` ("LPL_E_ARG") and `sentence`, which names function and argument,
what it was and what it may be. After it nothing has changed, but where the sentence says so.

```text
LPL_E_ARG         a value out of its range               LPL_E_UNITS       a time in the wrong unit
LPL_E_SIZE        a count that does not fit              LPL_E_ORDER       an earlier call is missing
LPL_E_NONFINITE   something would become NaN             LPL_E_FORMAT      a damaged or foreign state file
LPL_E_OVERLAP     an output shares memory with an input  LPL_E_IO          a file cannot be read or written
LPL_E_MEMORY      no memory                              LPL_E_UNSUPPORTED not with this build or CPU
LPL_E_REDUCE      the reduce function, or another rank
```
"""
struct LPLError <: Exception
    code::Int32
    name::String
    sentence::String
end
Base.showerror(io::IO, e::LPLError) = print(io, "LPLError: ", e.sentence)

"""
    LPL.check(status)

The status of a call of `LPL.LibLPL`, if it is no error; else an [`LPLError`](@ref) with the library's sentence. That
text belongs to the thread of the call: `check(LibLPL.lpl_f(...))`, in one expression, leaves no point in between at
which the task could move to another thread.
"""
@inline check(status::Int32) = status < 0 ? throw_status(status) : status

@noinline function throw_status(status::Int32)
    sentence = unsafe_string(C.lpl_last_error())
    name = unsafe_string(C.lpl_status_name(status))
    if !startswith(sentence, name)
        sentence = string(name, ": ", unsafe_string(C.lpl_status_string(status)))
    end
    throw(LPLError(status, name, status == Int32(C.LPL_E_FORMAT) ? sentence : from_one(sentence)))
end

const PLACES = r"\b(unit|input|row|column|class|value|element) (\d+)\b|\b(layer) (\d+)(?= takes| gives| =)|\[(\d+)\]"

"The library counts places from 0: its sentences as they read from 1 on."
function from_one(sentence::AbstractString)
    return replace(sentence, PLACES => place -> replace(place, r"\d+" => n -> string(parse(Int, n) + 1)))
end

"One warning for an object whose units have all become constant."
@noinline function warn_collapsed(what)
    @warn "$what: every unit's response is constant (LPL_COLLAPSED); see the report's min_std and mean_std"
    return nothing
end
