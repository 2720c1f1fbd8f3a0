# library.jl - finds liblpl and loads it.

"What the files of this version are called, best first."
function library_names()
    series = string(C.API_VERSION.major, ".", C.API_VERSION.minor)
    Sys.isapple() && return ["liblpl.$series.dylib", "liblpl.dylib"]
    Sys.iswindows() && return ["liblpl-$series.dll", "liblpl.dll"]
    return ["liblpl.so.$series", "liblpl.so"]
end

"""
Where the library may be, best first: `LPL_LIBRARY` alone if it is set; what the system's loader finds by name
(`LD_LIBRARY_PATH`, `ldconfig`); `lib/` of the source tree that this package lies in.
"""
function library_candidates()
    named = get(ENV, "LPL_LIBRARY", "")
    isempty(named) || return [named]
    tree = normpath(joinpath(@__DIR__, "..", "..", "..", ".."))
    found = library_names()
    if isfile(joinpath(tree, "include", "lpl", "version.h"))
        append!(found, [joinpath(tree, "lib", name) for name in library_names()])
    end
    return found
end

"""
    LPL.LibraryError(message)

liblpl was not found, or what was found is another version; the message says what was tried and the ways out.
"""
struct LibraryError <: Exception
    message::String
end
Base.showerror(io::IO, e::LibraryError) = print(io, "LibraryError: ", e.message)

"The version of an open library. `nothing`: it is none of ours."
function version_of(handle::Ptr{Cvoid})
    entry = Libdl.dlsym(handle, :lpl_version_number; throw_error = false)
    entry === nothing && return nothing
    number = Int(ccall(entry, UInt32, ()))
    return VersionNumber(number ÷ 10000, number ÷ 100 % 100, number % 100)
end

"""
Before 1.0 a new minor version may change the ABI, from then on only a new major does; an older library lacks functions
that are declared here.
"""
function fits(version::VersionNumber, need::VersionNumber = C.API_VERSION)
    same = version.major == need.major && (need.major > 0 || version.minor == need.minor)
    return same && version >= need
end

function open_library()
    tried = String[]
    for candidate in library_candidates()
        handle = Libdl.dlopen(candidate; throw_error = false)
        if handle === nothing
            push!(tried, string(candidate, ": not there, or cannot be loaded"))
            continue
        end
        version = version_of(handle)
        if version !== nothing && fits(version)
            C.LIBRARY[] = Libdl.dlpath(handle)
            return nothing
        end
        push!(tried, string(candidate, version === nothing ? ": no liblpl" :
                            ": liblpl $version, this package is for $(C.API_VERSION)"))
        Libdl.dlclose(handle)
    end
    throw(LibraryError(string(
        "liblpl ", C.API_VERSION, " was not found. Ways out: build it (`make` in the source tree) and use this ",
        "package from there; install it (`make install`, then `ldconfig` or LD_LIBRARY_PATH); or set ",
        "ENV[\"LPL_LIBRARY\"] to the full path of the shared library before `using LPL`. Tried:",
        ["\n  " * line for line in tried]...)))
end

"""
    LPL.path()

The file of the library in use.
"""
path() = C.LIBRARY[]

"""
    LPL.version()

Version of the library in use.
"""
function version()
    number = Int(C.lpl_version_number())
    return VersionNumber(number ÷ 10000, number ÷ 100 % 100, number % 100)
end

"""
    LPL.build_info()

One line: types, instruction sets, BLIS, OpenMP.
"""
build_info() = unsafe_string(C.lpl_build_info())

"""
    LPL.one_thread()

From now on, until this process ends, every call runs on the thread that makes it, with the same bits.
"""
one_thread() = C.lpl_one_thread()

"""
    LPL.is_one_thread()

Whether this process has come to one thread, by [`LPL.one_thread`](@ref) or after a fork.
"""
is_one_thread() = C.lpl_is_one_thread() != 0
