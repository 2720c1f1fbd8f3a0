# arrays.jl - what may be passed to C as it is: element type, sizes, contiguous first dimension.
#
# Arrays go to ccall themselves, which roots them until it returns; these functions say the leading dimension and the
# number of columns, or throw. The sentences are made out of line, so that a good call allocates nothing.

shape(x::AbstractArray) = join(size(x), " x ")

@noinline function throw_eltype(x, T, name)
    eltype(x) === T && throw(ArgumentError(string(
        name, " is a ", typeof(x), ", need a dense array or a view of one; pass collect(", name, ")")))
    throw(ArgumentError(string(
        name, " has elements ", eltype(x), ", need ", T, " as the object has; pass ", T, ".(", name, ")")))
end
@noinline throw_noarray(x, T, name) = throw(ArgumentError(string(name, " is a ", typeof(x), ", need an array of ", T)))
@noinline function throw_rows(x, n, name)
    turned = ndims(x) == 2 && size(x, 2) == n ? "; a sample is a column: pass permutedims($name)" : ""
    throw(DimensionMismatch(string(name, " is ", shape(x), ", need ", n, " x batch", turned)))
end
@noinline function throw_strides(x, name)
    throw(ArgumentError(string(name, " has strides ", strides(x), ": its first dimension must be contiguous and its ",
                               "columns in order; pass copy(", name, ")")))
end
@noinline throw_length(x, n, name) = throw(DimensionMismatch(string(name, " has ", length(x), " elements, need ", n)))
@noinline throw_batch(a, b) = throw(DimensionMismatch(string("x0 has ", a, " samples, x1 has ", b)))

"(leading dimension, columns) of a matrix of n rows, or of a vector as one column."
function columns(x::StridedVector{T}, ::Type{T}, n::Int, name) where {T}
    length(x) == n || throw_rows(x, n, name)
    stride(x, 1) == 1 || n <= 1 || throw_strides(x, name)
    return n, 1
end
function columns(x::StridedMatrix{T}, ::Type{T}, n::Int, name) where {T}
    rows, batch = size(x)
    rows == n || throw_rows(x, n, name)
    stride(x, 1) == 1 || n <= 1 || throw_strides(x, name)
    ld = stride(x, 2)
    batch <= 1 && return n, batch
    ld >= n || throw_strides(x, name)
    return ld, batch
end
function columns(x::StridedArray{T}, ::Type{T}, n::Int, name) where {T}
    throw_rows(x, n, name)
end
columns(x::AbstractArray, ::Type{T}, n::Int, name) where {T} = throw_eltype(x, T, name)
columns(x, ::Type{T}, n::Int, name) where {T} = throw_noarray(x, T, name)

"""
(leading dimension, images) of `width x height x channels x batch`, or of one image; else as `columns`.
"""
function images(x::StridedArray{T,4}, ::Type{T}, width::Int, height::Int, channels::Int, name) where {T}
    (size(x, 1), size(x, 2), size(x, 3)) == (width, height, channels) || throw_image(x, width, height, channels, name)
    plane = stride(x, 1) == 1 && stride(x, 2) == width && stride(x, 3) == width * height
    plane || throw_strides(x, name)
    n = width * height * channels
    size(x, 4) <= 1 && return n, size(x, 4)
    stride(x, 4) >= n || throw_strides(x, name)
    return stride(x, 4), size(x, 4)
end
function images(x::StridedArray{T,3}, ::Type{T}, width::Int, height::Int, channels::Int, name) where {T}
    size(x) == (width, height, channels) || throw_image(x, width, height, channels, name)
    plane = stride(x, 1) == 1 && stride(x, 2) == width && stride(x, 3) == width * height
    plane || throw_strides(x, name)
    return width * height * channels, 1
end
images(x, ::Type{T}, width::Int, height::Int, channels::Int, name) where {T} =
    columns(x, T, width * height * channels, name)

@noinline function throw_image(x, width, height, channels, name)
    throw(DimensionMismatch(string(name, " is ", shape(x), ", need images of ", width, " x ", height, " x ", channels,
                                   " (width x height x channels x batch), or columns of ",
                                   width * height * channels)))
end

"A vector of n elements without gaps."
function vector(x::StridedVector{T}, ::Type{T}, n::Int, name) where {T}
    length(x) == n || throw_length(x, n, name)
    stride(x, 1) == 1 || n <= 1 || throw_strides(x, name)
    return x
end
vector(x::AbstractVector, ::Type{T}, n::Int, name) where {T} = throw_eltype(x, T, name)
vector(x, ::Type{T}, n::Int, name) where {T} = throw_noarray(x, T, name)

"An array of any shape without gaps, its elements in order."
function dense(x::StridedArray{T}, ::Type{T}, name) where {T}
    step = 1
    for k in 1:ndims(x)
        size(x, k) <= 1 || stride(x, k) == step || throw_strides(x, name)
        step *= size(x, k)
    end
    return x
end
dense(x::AbstractArray, ::Type{T}, name) where {T} = throw_eltype(x, T, name)
dense(x, ::Type{T}, name) where {T} = throw_noarray(x, T, name)

"What is not given is NULL."
ornull(::Nothing) = C_NULL
ornull(x) = x

"Float32 or Float64, of an array that decides it."
floats(x::AbstractArray{T}, name) where {T<:Floats} = T
@noinline function floats(x, name)
    throw(ArgumentError(string(name, " is a ", typeof(x), ", need an array of Float32 or Float64")))
end
