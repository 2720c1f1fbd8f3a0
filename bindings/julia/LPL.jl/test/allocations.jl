# allocations.jl - a step on arrays that are there allocates nothing.

"Bytes of a call that was compiled before."
macro bytes_of(call)
    return quote
        $(esc(call))
        $(esc(call))
        @allocated $(esc(call))
    end
end

function layer_bytes(layer, z, Z, x, X)
    a = @bytes_of forward!(Z, layer, X)
    b = @bytes_of step!(z, layer, x)
    c = @bytes_of update!(layer, X, X)
    d = @bytes_of update!(layer, X)
    return a, b, c, d
end

function spiking_bytes(source, cells, plastic, inhibition, recorder, v)
    a = @bytes_of step!(source)
    b = @bytes_of step!(cells, v)
    fired = step!(cells, v)
    c = @bytes_of drive!(plastic, cells, :ampa)
    d = @bytes_of step!(plastic, fired, fired, v)
    e = @bytes_of step!(inhibition, fired, fired)
    f = @bytes_of step!(recorder, fired)
    return a, b, c, d, e, f
end

@testset "layers" begin
    layer = RateLayer(12 => 5; preset = :stream, batch_max = 6)
    @test layer_bytes(layer, zeros(Float32, 5), zeros(Float32, 5, 6), normal(Float32, 12), normal(Float32, 12, 6)) ==
          (0, 0, 0, 0)
end

@testset "spiking" begin
    source, cells = PoissonSource(8, 50.0), LIF(8; seed = 1)
    plastic, inhibition = Spiking(8 => 8), Projection(8 => 8; kind = :inhibitory)
    @test spiking_bytes(source, cells, plastic, inhibition, Recorder(8), zeros(Float32, 8)) == (0, 0, 0, 0, 0, 0)
end
