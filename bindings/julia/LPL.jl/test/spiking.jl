# spiking.jl - sources, neurons, projections, recorders, networks.

"The parts of a small network."
function parts(T)
    source = PoissonSource(30, 60.0; seed = 4)
    cells = LIF{T}(6; seed = 1)
    plastic = Spiking{T}(30 => 6, Connect(0.8; seed = 2); update_every = 200, w_init = 0.3, eta = 0.05)
    inhibition = Projection{T}(6 => 6, Connect(; no_self = true); kind = :inhibitory, w_init = 0.1)
    recorder = Recorder(6; room = 10_000, bin_steps = 100, room_bins = 50)
    return (; source, cells, plastic, inhibition, recorder)
end

"One step of time, by hand."
function by_hand!(p, v)
    pre = step!(p.source)
    post = step!(p.cells, v)
    drive!(p.plastic, p.cells, :ampa)
    drive!(p.inhibition, p.cells, :gaba)
    step!(p.plastic, pre, post, v)
    step!(p.inhibition, post, post)
    step!(p.recorder, post)
    return nothing
end

@testset "a network by hand and in one call" for T in (Float32, Float64)
    a, b, v = parts(T), parts(T), zeros(T, 6)
    for _ in 1:2000
        by_hand!(a, v)
    end
    net = Network()
    inputs = LPL.addinput!(net, 30, b.source)
    cells = LPL.add!(net, b.cells)
    LPL.add!(net, b.plastic, inputs => cells, :ampa)
    LPL.add!(net, b.inhibition, cells => cells, :gaba)
    LPL.add!(net, b.recorder, cells)
    @test (inputs, cells) == (1, 2)
    run!(net, 1500)
    LPL.watch!(net, cells; steps = 500, room = 1000)
    run!(net, 500)
    @test net.step == 2000
    @test LPL.spikes(a.recorder) == LPL.spikes(b.recorder)
    @test weights(a.plastic) == weights(b.plastic) && weights(a.inhibition) == weights(b.inhibition)
    @test state(a.cells, :v) == state(b.cells, :v)
    step, neuron = LPL.spikes(a.recorder)
    @test LPL.status(a.recorder).n_spikes == length(step) > 0
    @test all(1 .<= neuron .<= 6) && issorted(step) && all(1 .<= step .<= 2000)
    @test LPL.watched(net, cells) == SpikeTrain(step, neuron, 500; first = 1501)
    bins = LPL.bins(a.recorder)
    @test size(bins) == (6, 20) && sum(bins) == length(step)
    @test vec(sum(bins; dims = 2)) == state(a.recorder, :counts)
    @test Int(report(a.plastic).step) == 2000 && a.plastic.updates == 10
    @test_throws ArgumentError copy(net)
    @test_throws "group = 3, but there are 2 groups, 1 .. 2" LPL.add!(net, b.recorder, 3)
end

@testset "many steps in one call" begin
    one, many = (Spiking(5 => 2; update_every = 10) for _ in 1:2)
    pre, post = [[1, 3], Int[], [2], [5]], [Int[], [2], [1, 2], Int[]]
    V = fill(-0.052f0, 2, 4)
    for k in 1:4
        step!(one, pre[k], post[k], V[:, k])
    end
    steps!(many, SpikeTrain(pre), SpikeTrain(post), V)
    @test state(one, :elig) == state(many, :elig) && one.step == many.step == 4
    @test_throws DimensionMismatch steps!(many, SpikeTrain(pre[1:3]), SpikeTrain(post), V)
    @test_throws "1 .. 5" steps!(many, SpikeTrain([[6], Int[], Int[], Int[]]), SpikeTrain(post), V)
    @test many.step == 4
    masks = Spiking(5 => 2; update_every = 10)
    for k in 1:4
        step!(masks, [j in pre[k] for j in 1:5], [i in post[k] for i in 1:2], V[:, k])
    end
    @test state(masks, :elig) == state(one, :elig)
end

@testset "connectivity" begin
    p = Projection(3 => 2, Connect([3, 1, 2], [2, 1, 2]))
    @test connectivity(p) == ([1, 2, 3], [1, 2, 2])
    setstate!(p, :weights, Float32[0.1, 0.2, 0.3])
    @test synapses(p; absent = -1) == Float32[0.1 -1; -1 0.2; -1 0.3]
    mask = Bool[1 0; 0 1; 0 1]
    @test connectivity(Projection(3 => 2, Connect(mask))) == connectivity(p)
    @test state(p, :weights; index = [3, 1]) == Float32[0.3, 0.1]
    @test_throws "pre[1] = 4, but there are 3 neurons, 1 .. 3" Projection(3 => 2, Connect([4], [1]))
    @test_throws "index[1] = 4" state(p, :weights; index = [4])
    @test_throws ArgumentError Connect([0], [1])
    p.mode = :frozen
    @test p.mode === :frozen && p.kind === :static
    g = zeros(Float32, 2)
    step!(p, [1])
    for _ in 2:p.delay
        step!(p, nothing)
    end
    drive!(p, g)
    @test g == Float32[0.1, 0]
end

@testset "sources" begin
    s = SpikeSource(4, [1, 1, 3], [2, 4, 1])
    @test [collect(step!(s)) for _ in 1:3] == [[2, 4], Int[], [1]]
    seek(s, 0)
    @test step!(s) == [2, 4] && position(s) == 1
    moving = PoissonSource(100, [0.0, 100.0], [0.0, 1.0]; seed = 1)
    @test LPL.rate(moving, 5001) ≈ 50
    again = copy(moving)
    @test [collect(step!(moving)) for _ in 1:50] == [collect(step!(again)) for _ in 1:50]
    @test position(copy(moving)) == 50
    @test_throws "1 .. 4" SpikeSource(4, [1], [5])
end

@testset "voltage clamp" begin
    cell = LIF(1; v_init_sd = 0)
    clamp!(cell, [0.0, 1.0], [-0.06, -0.06])
    v = zeros(Float32, 1)
    for _ in 1:10
        step!(cell, v)
    end
    @test v[1] ≈ -0.06 atol = 1e-4
    clamp!(cell, nothing)
end
