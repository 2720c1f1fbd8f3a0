# state.jl - files, streams, copies, serialization: everything goes on with the same bits.

"Two steps of whatever it is; its state afterwards."
advance!(l::RateLayer) = (update!(l, normal(Float32, 6, 4), normal(Float32, 6, 4; stream = 1)); state(l, :weights))
advance!(s::Stack) = (update!(s, normal(Float32, 6, 4), normal(Float32, 6, 4; stream = 1)); state(s[2], :weights))
advance!(s::Stats) = (update!(s, normal(Float32, 6, 4)); state(s, :mean))
advance!(p::LIF) = ([step!(p) for _ in 1:20]; state(p, :v))
advance!(s::Spiking) = ([step!(s, [1, 2], [1], fill(-0.05f0, 3)) for _ in 1:20]; state(s, :elig))
advance!(p::Projection) = ([step!(p, [1, 2], [1]) for _ in 1:20]; weights(p))
advance!(r::Recorder) = ([step!(r, [2]) for _ in 1:20]; state(r, :rates))

originals() = (
    RateLayer(6 => 3; preset = :reference, batch_max = 4), Stack(6 => 4, 4 => 2; preset = :reference, batch_max = 4),
    Stats(6; batch_max = 4), LIF(3; seed = 2), Spiking(4 => 3; update_every = 7),
    Projection(4 => 3; kind = :inhibitory), Recorder(3))

@testset "$(nameof(typeof(object)))" for object in originals()
    advance!(object)
    kind = Base.typename(typeof(object)).wrapper
    mktempdir() do folder
        path = joinpath(folder, "state.lpl")
        LPL.save(path, object)
        stream = IOBuffer()
        LPL.save(stream, object)
        LPL.save(stream, object)
        @test read(path) == LPL.bytes(object)
        seekstart(stream)
        text = IOBuffer()
        serialize(text, object)
        seekstart(text)
        others = (LPL.load(kind, path), LPL.load(typeof(object), LPL.bytes(object)), LPL.load(kind, stream),
                  LPL.load(kind, stream), copy(object), deepcopy(object), deserialize(text))
        want = advance!(object)
        for other in others
            @test typeof(other) === typeof(object)
            @test advance!(other) == want
            close(other)
            close(other)
            @test !isopen(other)
            @test_throws ArgumentError LPL.bytes(other)
            @test occursin("closed", sprint(show, other))
        end
    end
    @test_throws LPLError LPL.load(kind, LPL.bytes(object)[1:(end - 10)])
    @test_throws LPLError LPL.load(kind, UInt8[1, 2, 3])
    @test_throws LPLError LPL.load(kind, "/no/such/folder/state.lpl")
end

@testset "sources" begin
    source = PoissonSource(10, [50.0, 100.0], [0.0, 1.0]; seed = 1)
    step!(source)
    text = IOBuffer()
    serialize(text, source)
    seekstart(text)
    again = deserialize(text)
    @test [collect(step!(source)) for _ in 1:100] == [collect(step!(again)) for _ in 1:100]
end

struct Refusing <: IO end
Base.unsafe_read(::Refusing, ::Ptr{UInt8}, ::UInt) = error("this stream refuses")

@testset "what a stream throws comes out" begin
    @test_throws "this stream refuses" LPL.load(RateLayer, Refusing())
    @test_throws ArgumentError LPL.load(RateLayer{Float64}, LPL.bytes(RateLayer(2 => 2)))
    @test LPL.load(RateLayer, LPL.bytes(RateLayer(2 => 2; threads = 2)); threads = 2).threads == 2
end

@testset "taking over" begin
    a, b = RateLayer(6 => 3; seed = 1, batch_max = 4), RateLayer(6 => 3; seed = 2, batch_max = 9, optim = :adam)
    @test :weights in LPL.copystate!(b, a)
    @test state(a, :weights) == state(b, :weights)
end
