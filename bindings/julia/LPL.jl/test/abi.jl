# abi.jl - every constant, size and offset of LibLPL.jl against the running library's own table, both ways.

@testset "the library's table" begin
    name, value, index = Ref{Cstring}(), Ref{Int64}(0), 0
    seen = Set{String}()
    while LibLPL.lpl_abi_entry(name, value, index) == 0
        entry = unsafe_string(name[])
        push!(seen, entry)
        index += 1
        words = split(entry)
        if length(words) == 1
            mine = Int(getfield(LibLPL, Symbol(entry)))
        elseif words[1] == "sizeof"
            mine = sizeof(getfield(LibLPL, Symbol(words[2])))
        else
            type, field = Symbol.(split(words[2], "."))
            T = getfield(LibLPL, type)
            mine = Int(fieldoffset(T, Base.fieldindex(T, field)))
        end
        @test (entry, mine) == (entry, value[])
    end
    @test index > 300
    for declared in names(LibLPL; all = true)
        startswith(String(declared), "LPL_") && @test String(declared) in seen
        if startswith(String(declared), "lpl_") && getfield(LibLPL, declared) isa DataType
            T = getfield(LibLPL, declared)
            isbitstype(T) && fieldcount(T) > 0 && @test "sizeof $declared" in seen
        end
    end
end

@testset "every call is there" begin
    handle = LPL.Libdl.dlopen(LPL.path())
    calls = filter(n -> startswith(String(n), "lpl_") && getfield(LibLPL, n) isa Function,
                   names(LibLPL; all = true))
    @test length(calls) > 150
    for call in calls
        @test LPL.Libdl.dlsym(handle, call; throw_error = false) !== nothing
    end
end

@testset "versions" begin
    @test LPL.version() >= LibLPL.API_VERSION
    @test LPL.fits(v"0.1.1", v"0.1.1") && LPL.fits(v"0.1.9", v"0.1.1")
    @test !LPL.fits(v"0.1.0", v"0.1.1") && !LPL.fits(v"0.2.0", v"0.1.1") && !LPL.fits(v"1.0.0", v"0.1.1")
    @test LPL.fits(v"1.3.0", v"1.2.0") && !LPL.fits(v"1.1.0", v"1.2.0") && !LPL.fits(v"2.0.0", v"1.2.0")
    @test !isempty(LPL.build_info())
end
