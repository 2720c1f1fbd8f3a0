# random.jl - counter-based random numbers (lpl/random.h).

"""
    random_bits!(out; seed, stream = 0, offset = 0)
    random_uniform!(out; seed, stream = 0, offset = 0)
    random_normal!(out; seed, stream = 0, offset = 0)

Fill an array, in the order of its memory, with draws `offset + 1, offset + 2, ...` of a stream: a pure function of
`(seed, stream)` and the number of the draw, the same bits on every CPU. `UInt32` words; `Float32` or `Float64`, uniform
in [0, 1) or standard normal.

$(C.HEADER_RANDOM)
"""
function random_bits!(out; seed::Integer, stream::Integer = 0, offset::Integer = 0)
    dense(out, UInt32, "out")
    check(C.lpl_random_bits(out, length(out), counters(seed, stream, offset)...))
    return out
end

"Uniform or normal numbers: see [`random_bits!`](@ref)."
function random_uniform!(out; seed::Integer, stream::Integer = 0, offset::Integer = 0)
    T = floats(out, "out")
    dense(out, T, "out")
    check(C.lpl_random_uniform(T, out, length(out), counters(seed, stream, offset)...))
    return out
end

"Uniform or normal numbers: see [`random_bits!`](@ref)."
function random_normal!(out; seed::Integer, stream::Integer = 0, offset::Integer = 0)
    T = floats(out, "out")
    dense(out, T, "out")
    check(C.lpl_random_normal(T, out, length(out), counters(seed, stream, offset)...))
    return out
end

counters(seed, stream, offset) =
    (whole(UInt64, seed, "seed"), whole(UInt64, stream, "stream"), whole(UInt64, offset, "offset"))
