# layer.jl - layers and stacks, against formulas written in Julia.

@testset "forward and gradient of one batch" for T in (Float32, Float64)
    # causal, erratum form: delta = 1/(M B) [-(z - zprev) + B/(B-1)/(s2 + eps) (z - zbar)], linear, no decorrelation
    n, m, B = 7, 4, 16
    layer = RateLayer{T}(n => m; batch_max = B, decorr = 0, eta = 0.1, seed = 5)
    x0, x1 = normal(T, n, B; stream = 1), normal(T, n, B; stream = 2)
    W, b = copy(weights(layer)), copy(bias(layer))
    z0, z1 = W' * x0 .+ b, W' * x1 .+ b
    @test layer(x1) ≈ z1
    mean = sum(z1; dims = 2) ./ B
    s2 = sum(abs2, z1 .- mean; dims = 2) ./ (B - 1)
    delta = (-(z1 .- z0) .+ B / (B - 1) .* (z1 .- mean) ./ (s2 .+ 1e-4)) ./ (m * B)
    dw, db, r = gradient(layer, x0, x1)
    @test dw ≈ -x1 * delta' rtol = sqrt(eps(T))
    @test db ≈ -vec(sum(delta; dims = 2)) atol = sqrt(eps(T))
    @test r.pull ≈ sum(abs2, z1 .- z0) / (m * B) rtol = sqrt(eps(T))
    @test r.push ≈ -sum(log.(s2 .+ 1e-4)) / m rtol = sqrt(eps(T))
    @test weights(layer) == W
    report = update!(layer, x0, x1)
    @test Int(report.step) == 1 && !collapsed(report)
    @test weights(layer) ≈ W .- T(0.1) .* dw
    @test vec(state(layer, :mean)) ≈ vec(mean)
    # the response is remembered: the next update needs no past
    before = copy(weights(layer))
    dw2 = gradient(layer, x0)[1]
    update!(layer, x0)
    @test weights(layer) ≈ before .- T(0.1) .* dw2
end

@testset "parameters and properties" begin
    layer = RateLayer(8 => 4; preset = :reference, batch_max = 10, label = 7)
    @test layer.eta == 1e-3 && layer.n_pre == 8 && layer.mode === :learn && layer.label == 7
    layer.eta = 0.5
    layer.mode = :frozen
    @test layer.eta == 0.5 && layer.mode === :frozen
    @test bounds(layer, :eta)[1] == 0
    @test :eta in propertynames(layer)
    @test_throws "did you mean :eta?" layer.etta
    @test_throws "did you mean :eta?" (layer.etta = 1)
    @test_throws "cannot be set" (layer.n_pre = 3)
    @test_throws LPLError (layer.eta = -1)
    @test_throws "did you mean :activation?" RateLayer(8 => 4; activaton = :tanh)
    @test_throws "did you mean :tanh?" RateLayer(8 => 4; activation = :tahn)
    @test_throws "need 0 .. " RateLayer(8 => 4; batch_max = -1)
    @test_throws "need an integer" RateLayer(8 => 4; batch_max = 1.5)
    @test_throws "need a number" RateLayer(8 => 4; eta = "fast")
    @test_throws "need Float32 or Float64" RateLayer(8 => 4; dtype = Float16)
    @test RateLayer(8 => 4; act = :tanh, bias = false) isa RateLayer{Float32}
    @test LPL.layerconfig(8 => 4; activation = "TANH").activation == Int32(LibLPL.LPL_ACT_TANH)
    @test occursin("8 => 4", sprint(show, layer))
end

@testset "arrays in which it learns" begin
    layer = RateLayer(5 => 3; preset = :stream, seed = 1)
    fresh = state(layer, :weights)
    W = weights(layer)
    @test W == fresh && weights(layer) === W
    step!(layer, normal(Float32, 5))
    @test W != fresh && state(layer, :weights) == W
    W .= 0
    bias(layer) .= 2
    @test layer(ones(Float32, 5)) == fill(2.0f0, 3)
    mine, offsets = ones(Float32, 5, 3), zeros(Float32, 3)
    lend!(layer, mine, offsets)
    @test weights(layer) === mine && layer(ones(Float32, 5)) == fill(5.0f0, 3)
    takeback!(layer)
    mine .= 7
    @test state(layer, :weights) == ones(Float32, 5, 3)
    @test_throws DimensionMismatch lend!(layer, ones(Float32, 3, 5), offsets)
    @test_throws ArgumentError lend!(layer, ones(5, 3), zeros(3))
    @test_throws LPLError lend!(layer, mine)
    setstate!(layer, :weights, fresh)
    @test state(layer, :weights) == fresh
    @test_throws DimensionMismatch setstate!(layer, :weights, permutedims(fresh))
    @test_throws LPLError setstate!(layer, :weights, fill(NaN32, 5, 3))
    GC.gc()
    @test layer(ones(Float32, 5)) isa Vector{Float32}
end

@testset "a stream" begin
    layer = RateLayer(6 => 2; preset = :stream, eta = 0.01, seed = 2)
    other = copy(layer)
    z = zeros(Float32, 2)
    for t in 1:100
        x = normal(Float32, 6; seed = t)
        @test step!(z, layer, x) === z
        if t % 2 == 0
            @test Int(step_report!(nothing, other, x).step) == t
        else
            @test step!(other, x) ≈ z
        end
    end
    @test state(layer, :weights) ≈ state(other, :weights)
    @test layer.step == 100
    forget!(layer)
end

@testset "stack" begin
    stack = Stack(10 => 8, 8 => 4; preset = :reference, batch_max = 12, seed = 4)
    @test length(stack) == 2 && stack[2].n_pre == 8 && stack[2].label == 2
    x0, x1 = normal(Float32, 10, 12), normal(Float32, 10, 12; stream = 1)
    @test stack(x1) ≈ stack[2](stack[1](x1))
    @test forward(stack, x1; last = 1) ≈ stack[1](x1)
    # the same layers by hand
    hand = [copy(layer) for layer in stack]
    h0, h1 = hand[1](x0), hand[1](x1)
    reports = update!(stack, x0, x1)
    @test [r.total for r in reports] ≈ [update!(hand[1], x0, x1).total, update!(hand[2], h0, h1).total]
    @test all(state(a, :weights) ≈ state(b, :weights) for (a, b) in zip(stack, hand))
    @test_throws LPLError Stack(10 => 8, 9 => 4)
    last = stack[2]
    stack = nothing
    GC.gc()
    @test size(last(h1)) == (4, 12) # a layer keeps its stack alive
    gone = Stack(3 => 2)
    inner = gone[1]
    close(gone)
    @test !isopen(inner)
    @test_throws ArgumentError inner(zeros(Float32, 3))
end

@testset "tasks" begin
    # different layers on different threads, and forward of one layer together
    shared = RateLayer(20 => 10; batch_max = 8, seed = 1)
    x = normal(Float32, 20, 8)
    want = shared(x)
    results = map(1:8) do k
        Threads.@spawn begin
            own = RateLayer(20 => 10; batch_max = 8, seed = 1)
            for _ in 1:20
                update!(own, x, x)
                yield()
            end
            (state(own, :weights), shared(x))
        end
    end
    for task in results
        w, z = fetch(task)
        @test w == fetch(results[1])[1] && z == want
    end
end
