# rule.jl - statistics, rule, optimisers, measures, random numbers.

@testset "statistics" begin
    z = normal(Float64, 3, 50)
    stats = Stats{Float64}(3; mode = :all, covariance = true, batch_max = 50)
    update!(stats, z[:, 1:20])
    rest = Stats{Float64}(3; mode = :all, covariance = true, batch_max = 50)
    update!(rest, z[:, 21:50])
    merge!(stats, rest)
    mean = vec(sum(z; dims = 2)) ./ 50
    @test state(stats, :mean) ≈ mean
    @test state(stats, :covariance) ≈ (z .- mean) * (z .- mean)' ./ 49
    @test state(stats, :count) == 50
    empty!(stats)
    @test_throws LPLError state(stats, :mean)
    @test occursin("3 units", sprint(show, rest))
end

@testset "rule and apply" begin
    m, B, n = 4, 9, 6
    z, prev, x = normal(Float32, m, B), normal(Float32, m, B; stream = 1), normal(Float32, n, B; stream = 2)
    rule = Rule(m, B; decorr = 0)
    d = zeros(Float32, m, B)
    r = delta!(d, rule, z, prev)
    mean = sum(z; dims = 2) ./ B
    s2 = sum(abs2, z .- mean; dims = 2) ./ (B - 1)
    @test d ≈ (-(z .- prev) .+ B / (B - 1) .* (z .- mean) ./ (s2 .+ 1.0f-4)) ./ (m * B)
    @test r.pull ≈ sum(abs2, z .- prev) / (m * B)
    w, b = normal(Float32, n, m; stream = 3), zeros(Float32, m)
    want = w .+ 0.5f0 .* (x * d' .- 0.1f0 .* w)
    apply!(w, b, d, x; eta = 0.5, weight_decay = 0.1)
    @test w ≈ want
    @test b ≈ 0.5f0 .* vec(sum(d; dims = 2))
    @test_throws DimensionMismatch delta!(d, rule, z[1:3, :], prev)
    @test_throws ArgumentError delta!(d, rule, Float64.(z))
end

@testset "optimisers" begin
    w, g = normal(Float64, 10), normal(Float64, 10; stream = 1)
    plain, before = Optimiser(w; optim = :sgd, eta = 0.1), copy(w)
    update!(plain, w, g)
    @test w ≈ before .- 0.1 .* g
    adam = Optimiser(w; optim = :adam, eta = 0.01)
    before = copy(w)
    update!(adam, w, g)
    @test w ≈ before .- 0.01 .* sign.(g) rtol = 1e-6
    @test adam.steps == 1
    @test_throws DimensionMismatch update!(adam, w, g[1:3])
    @test warmup_cosine(0, 0.1; warmup = 10, epochs = 100) == 0
    @test warmup_cosine(10, 0.1; warmup = 10, epochs = 100) ≈ 0.1
end

@testset "activation" begin
    a, z, f = Float32[-1, 0, 2], zeros(Float32, 3), zeros(Float32, 3)
    activate!(z, f, a, :tanh)
    @test z ≈ tanh.(a) && f ≈ 1 .- tanh.(a) .^ 2
    activate!(z, nothing, a, :leaky_relu)
    @test z ≈ Float32[-0.01, 0, 2]
end

@testset "measures" begin
    x = normal(Float64, 4, 30)
    c = (x .- sum(x; dims = 2) ./ 30) * (x .- sum(x; dims = 2) ./ 30)'
    @test metric(:participation_ratio, x) ≈ sum(c[i, i] for i in 1:4)^2 / sum(abs2, c)
    y = [k <= 15 ? 1 : 2 for k in 1:30]
    one = vec(x[1, :])
    @test metric(:selectivity, one; y) ≈
          abs(sum(one[16:30]) / 15 - sum(one[1:15]) / 15) / (maximum(one) - minimum(one))
    radii = metric_classes(:class_radii, x, y)
    middle = sum(x[:, 1:15]; dims = 2) ./ 15
    @test radii[1] ≈ sum(sqrt.(sum(abs2, x[:, 1:15] .- middle; dims = 1))) / 15
    @test size(metric_classes(:class_correlation, x, y)) == (2, 2)
    @test_throws "labels count from 1" metric(:selectivity, one; y = y .- 1)
    @test_throws "did you mean :selectivity?" metric(:selectvity, one; y)
end

@testset "slow features" begin
    # a slow and a fast signal, mixed: the first feature is the slow one
    slow, fast = [sin(0.02t) for t in 1:2000], [sin(1.3t + 0.2) for t in 1:2000]
    series = [0.6 -0.8; 0.8 0.6] * vcat(slow', 3 .* fast')
    w, mu = sfa(view(series, :, 1:1999), view(series, :, 2:2000))
    @test size(w) == (2, 2) && mu[1] > 100 * mu[2]
    found = vec(w[:, 1]' * series)
    @test abs(sum(found .* slow)) / sqrt(sum(abs2, found) * sum(abs2, slow)) > 0.999
    @test sfa(series[:, 1:1999], series[:, 2:2000]; n_features = 1)[2] ≈ mu[1:1]
end

@testset "readout" begin
    x = hcat(normal(Float32, 5, 40) .+ 2, normal(Float32, 5, 40; stream = 1) .- 2)
    y = [k <= 40 ? 1 : 2 for k in 1:80]
    readout = fit!(Readout(2; epochs = 60, eta = 0.05, batch = 16), x, y)
    @test accuracy(readout, x, y) == 1
    logits = predict(readout, x)
    @test size(logits) == (2, 80) && logits ≈ readout.w' * x .+ readout.bias
    @test length(readout.loss) == 60 && readout.loss[end] < readout.loss[1]
    @test_throws ArgumentError accuracy(Readout(2), x, y)
end

@testset "random numbers" begin
    a = random_uniform!(zeros(Float32, 10); seed = 1)
    @test random_uniform!(zeros(Float32, 4); seed = 1, offset = 6) == a[7:10]
    @test all(0 .<= a .< 1)
    bits = random_bits!(zeros(UInt32, 2); seed = 0)
    @test bits == UInt32[0x6627e8d5, 0xe169c58d] # Philox 4x32-10 of zeros: the known answer of its authors
    @test_throws ArgumentError random_normal!(zeros(Int, 3); seed = 1)
end
