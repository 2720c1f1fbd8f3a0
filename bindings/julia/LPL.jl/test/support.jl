# support.jl - golden folders, arrays of NumPy, tables.

"Where golden values are, or nothing."
function golden_folder()
    given = get(ENV, "LPL_GOLDEN", "")
    folder = isempty(given) ? normpath(joinpath(@__DIR__, "..", "..", "..", "..", "tests", "golden")) : given
    return isdir(folder) ? folder : nothing
end

"""
An array of a .npy file: little-endian f8, f4, i4 in C order. Its axes come out in reverse, which is the same memory:
what is (batch, n) there is n x batch here.
"""
function readnpy(path)
    open(path) do io
        read(io, 6) == UInt8[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] || error("$path is no .npy file")
        major = read(io, UInt8)
        read(io, UInt8)
        count = major == 1 ? Int(ltoh(read(io, UInt16))) : Int(ltoh(read(io, UInt32)))
        header = String(read(io, count))
        occursin("'fortran_order': False", header) || error("$path is in Fortran order")
        T = Dict("f8" => Float64, "f4" => Float32, "i4" => Int32)[match(r"'descr': '<(\w+)'", header)[1]]
        shape = match(r"'shape': \(([^)]*)\)", header)[1]
        dims = reverse([parse(Int, m.match) for m in eachmatch(r"\d+", shape)])
        data = Vector{T}(undef, prod(dims; init = 1))
        read!(io, data)
        return reshape(ltoh.(data), dims...)
    end
end

"The rows of a .csv file as vectors of text, header first, comments left out."
readtable(path) =
    [split(line, ",") for line in eachline(path) if !isempty(line) && !startswith(line, "#")]

"Name to text of a table with columns name, value, ..."
readscalars(path) = Dict(String(row[1]) => String(row[2]) for row in readtable(path)[2:end])

struct Case
    folder::String
    scalars::Dict{String,String}
end
Case(folder) = Case(folder, readscalars(joinpath(folder, "scalars.csv")))

cases(group) =
    [Case(folder) for folder in readdir(joinpath(golden_folder(), group); join = true) if isdir(folder)]

number(c::Case, name) = parse(Float64, c.scalars[name])
has(c::Case, name) = isfile(joinpath(c.folder, name * ".npy"))
array(c::Case, name) = readnpy(joinpath(c.folder, name * ".npy"))
array(c::Case, name, ::Type{T}) where {T} = T.(array(c, name))

"""
Is that the golden array? Tolerances of docs/golden.md: rel64 of the largest element in Float64; in Float32 ten times
the distance between the two twins, at least 1e-5 of the largest element.
"""
function agrees(c::Case, name, got::AbstractArray{T}; rel64 = 1e-9, floor = 0.0) where {T}
    want = Float64.(array(c, name))
    size(got) == size(want) || return false
    if T === Float64
        return maximum(abs, got .- want) <= rel64 * maximum(abs, want) + floor * eps(Float64)
    end
    if has(c, name * "_f32")
        twin = array(c, name * "_f32")
        allowed = max(10 * maximum(abs, twin .- want), 1e-5 * maximum(abs, want))
    else
        twin, allowed = want, 1e-4 * maximum(abs, want)
    end
    return maximum(abs, Float64.(got) .- twin) <= allowed + floor * eps(Float32)
end

agrees(c::Case, name, got::Real) = abs(got - number(c, name)) <= 1e-10 * abs(number(c, name)) + 1e-13

"Normal numbers, the same each time."
normal(T, dims...; seed = 1, stream = 0) = random_normal!(Array{T}(undef, dims...); seed, stream)
