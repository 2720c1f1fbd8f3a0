# arrays.jl - what is taken as it is, and what is refused.

@testset "layouts" begin
    layer = RateLayer(6 => 4; batch_max = 8, seed = 3)
    X = normal(Float32, 6, 5)
    Z = layer(X)
    @test size(Z) == (4, 5)
    W, b = weights(layer), bias(layer)
    @test Z ≈ W' * X .+ b
    # views: some columns, columns that are apart, rows of a larger matrix
    wide = normal(Float32, 9, 12; stream = 1)
    for part in (view(wide, 1:6, 1:5), view(wide, 3:8, 2:2:10), view(wide, 1:6, :))
        @test layer(part) ≈ layer(Matrix(part))
    end
    @test layer(X[:, 1]) ≈ Z[:, 1]
    @test layer(view(X, :, 2)) ≈ Z[:, 2]
    room = zeros(Float32, 7, 5)
    forward!(view(room, 2:5, :), layer, X)
    @test room[2:5, :] ≈ Z && all(iszero, room[1, :]) && all(iszero, room[6:7, :])
    @test size(layer(zeros(Float32, 6, 0))) == (4, 0)
end

@testset "refusals" begin
    layer = RateLayer(6 => 4; batch_max = 8)
    X = normal(Float32, 6, 5)
    @test_throws DimensionMismatch layer(permutedims(X))
    @test_throws "permutedims(x)" layer(permutedims(X))
    @test_throws "pass Float32.(x)" layer(Float64.(X))
    @test_throws "pass collect(x)" layer(PermutedDimsArray(permutedims(X), (2, 1)))
    @test_throws "contiguous" layer(view(normal(Float32, 12, 5), 1:2:12, :))
    @test_throws "contiguous" layer(view(X, :, 5:-1:1))
    @test_throws ArgumentError layer(permutedims(X)')
    @test_throws ArgumentError layer([1, 2, 3, 4, 5, 6])
    @test_throws ArgumentError layer("x")
    @test_throws DimensionMismatch forward!(zeros(Float32, 4, 4), layer, X)
    @test_throws DimensionMismatch update!(layer, X, X[:, 1:3])
    @test_throws "9" update!(layer, normal(Float32, 6, 9), normal(Float32, 6, 9))
    @test_throws LPLError forward!(view(X, 1:4, :), layer, X)
end

@testset "images" begin
    layer = RateLayer((8, 6, 3) => 5; kernel = 3, padding = 1, batch_max = 4, seed = 2)
    x = normal(Float32, 8, 6, 3, 2)
    z = layer(x)
    @test size(z) == (8, 6, 5, 2)
    @test reshape(z, :, 2) == layer(reshape(x, :, 2))
    @test layer(x[:, :, :, 1]) ≈ z[:, :, :, 1]
    @test size(weights(layer)) == (27, 5)
    @test_throws DimensionMismatch layer(permutedims(x, (2, 1, 3, 4)))
    # a correlation, written out for one place in the middle
    filters = reshape(copy(weights(layer)), 3, 3, 3, 5)
    @test z[4, 3, 2, 1] ≈ sum(filters[:, :, :, 2] .* x[3:5, 2:4, :, 1]) + bias(layer)[2]
end

@testset "spike lists" begin
    list = SpikeList(5)
    @test isempty(list) && list == Int[]
    @test LPL.fired(list, [1, 3, 5], 5, "pre") == [1, 3, 5]
    @test list.data[1:3] == UInt32[0, 2, 4]
    @test LPL.fired(list, [false, true, false, true, false], 5, "pre") == [2, 4]
    @test LPL.fired(list, nothing, 5, "pre") == Int[]
    @test_throws "pre[2] = 6, but there are 5 neurons, 1 .. 5" LPL.fired(list, [1, 6], 5, "pre")
    @test_throws "pre[1] = 0" LPL.fired(list, [0], 5, "pre")
    @test_throws "need ascending neurons" LPL.fired(list, [3, 3], 5, "pre")
    @test_throws DimensionMismatch LPL.fired(list, [true], 5, "pre")
    train = SpikeTrain([[1, 2], Int[], [3]])
    @test collect(train) == [[1, 2], Int[], [3]]
    @test SpikeTrain([1, 1, 3], [1, 2, 3], 3) == train
    @test SpikeTrain([1, 1, 3], [1, 2, 3], 2; first = 2) == [Int[], [3]]
end
