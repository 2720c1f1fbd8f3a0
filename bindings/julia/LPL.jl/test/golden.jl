# golden.jl - values of the published implementations (docs/golden.md).

if golden_folder() === nothing
    @info "no golden values: set LPL_GOLDEN to the folder tests/golden of the source tree"
else
    @testset "dense" begin
        @test length(cases("dense")) > 5
        for c in cases("dense"), T in (Float64, Float32)
            x1, x2, W, b = (array(c, name, T) for name in ("x1", "x2", "W", "b"))
            n, m = size(W)
            layers = [RateLayer{T}(n => m; activation = c.scalars["activation"], form = :reference, decorr = 10, pair,
                                   batch_max = size(x1, 2)) for pair in (:symmetric, :causal)]
            foreach(layer -> lend!(layer, copy(W), copy(b)), layers)
            @test agrees(c, "z1", layers[1](x1); rel64 = 1e-10)
            @test agrees(c, "z2", layers[1](x2); rel64 = 1e-10)
            floor = 8 * size(x1, 2) * maximum(abs, array(c, "dz1_total"))
            dw, db, report = gradient(layers[1], x1, x2)
            @test agrees(c, "dW_total", dw)
            @test agrees(c, "db_total", db; floor)
            if T === Float64
                @test all(agrees(c, String(name), getfield(report, name)) for name in (:pull, :push, :total))
                @test m == 1 || agrees(c, "decorr", report.decorr)
            end
            dw, db, _ = gradient(layers[2], x1, x2)
            @test agrees(c, "dW_causal", dw)
            @test agrees(c, "db_causal", db; floor = 2 * floor)
        end
    end

    @testset "losses" begin
        for c in cases("losses")
            occursin("randn", c.folder) || continue
            z1, z2 = array(c, "z1", Float64), array(c, "z2", Float64)
            m, B = size(z1)
            d = similar(z2)
            causal = Rule{Float64}(m, B; form = :reference, decorr = 10)
            report = delta!(d, causal, z2, z1)
            @test agrees(c, "d_causal_z2", -d; floor = 1e4)
            @test agrees(c, "pull", report.pull) && agrees(c, "push_view2", report.push)
            both = Rule{Float64}(m, B; form = :reference, push = 0.5, decorr = 5)
            delta!(d, both, z1, z2)
            @test agrees(c, "d_total_z1", -d; floor = 1e4)
            delta!(d, Rule{Float64}(m, B; decorr = 1), z2, z1)
            @test agrees(c, "rule_delta", d; floor = 1e4)
        end
    end

    @testset "optim" begin
        for c in cases("optim")
            name = basename(c.folder)
            momentum = startswith(name, "adam") ? 0.0 : number(c, "momentum")
            optim = startswith(name, "adam") ? :adam : momentum > 0 ? :momentum : :sgd
            w, g, want = array(c, "p0", Float64), array(c, "g", Float64), array(c, "p", Float64)
            more = momentum > 0 ? (; momentum) : (;)
            o = Optimiser(w; optim, eta = number(c, "lr"), weight_decay = number(c, "weight_decay"), more...)
            for t in axes(g, 2)
                update!(o, w, g[:, t])
                @test w ≈ want[:, t] rtol = 1e-8
            end
        end
        for path in filter(endswith(".csv"), readdir(joinpath(golden_folder(), "optim"); join = true))
            given = Dict(m[1] => parse(Float64, m[2]) for m in eachmatch(r"(\w+)=(\S+)", readline(path)))
            for row in readtable(path)[2:end]
                @test warmup_cosine(parse(Float64, row[1]), given["base_lr"]; start = given["warmup_start_lr"],
                                    stop = given["eta_min"], warmup = Int(given["warmup_epochs"]),
                                    epochs = Int(given["max_epochs"])) ≈ parse(Float64, row[2]) atol = 1e-12
            end
        end
    end

    @testset "metrics" begin
        words = Dict("cosine_cross_class_mean" => :cosine_cross_class,
                     "cosine_within_class_mean" => :cosine_within_class, "manifold_global_radius" => :global_radius,
                     "manifold_class_correlation" => :manifold_correlation, "manifold_mean_class_dim" => :manifold_dim,
                     "manifold_mean_class_radius_over_global" => :manifold_radius, "uniform_loss_t2" => :uniformity,
                     "kl_divergence_to_standard_gaussian" => :kl_gaussian, "mean_abs_logvar" => :abs_logvar,
                     "radial_push" => :radial_push, "cosine_push_loss" => :cosine_push,
                     "cosine_pull_loss" => :cosine_pull, "cosine_push_loss_labels" => :cosine_push_labels,
                     "cosine_pull_loss_labels" => :cosine_pull_labels,
                     "cosine_push_to_centroid_loss" => :push_to_centroid, "sparse_filtering_loss" => :sparse_filtering,
                     "participation_ratio" => :participation_ratio)
        for c in cases("metrics")
            x, X2, y = array(c, "X", Float64), array(c, "X2", Float64), Int.(array(c, "y")) .+ 1
            for (name, word) in words
                haskey(c.scalars, name) && @test agrees(c, name, metric(word, x; y, X2))
            end
            for name in ("class_radii", "centroid_spreads", "class_dims")
                @test agrees(c, name, metric_classes(name, x, y); rel64 = 1e-10)
            end
        end
    end

    @testset "readout" begin
        for c in cases("readout")
            x, y = array(c, "X", Float64), Int.(array(c, "y")) .+ 1
            r = Readout(Int(number(c, "classes")); batch = Int(number(c, "batch")), epochs = Int(number(c, "epochs")),
                        eta = number(c, "lr"))
            fit!(r, x, y; w = array(c, "W0", Float64), bias = array(c, "b0", Float64))
            @test agrees(c, "W", r.w; rel64 = 1e-8) && agrees(c, "b", r.bias; rel64 = 1e-8)
            @test agrees(c, "epoch_mean_loss", r.loss; rel64 = 1e-8)
            test, labels = array(c, "X_test", Float64), Int.(array(c, "y_test")) .+ 1
            @test agrees(c, "logits_test", predict(r, test); rel64 = 1e-8)
            @test accuracy(r, test, labels) ≈ number(c, "accuracy_test")
        end
    end

    @testset "conv" begin
        for c in cases("conv")
            x1, x2, W = (array(c, name, Float64) for name in ("x1", "x2", "W"))
            width, height, channels, B = size(x1)
            m = size(W, 4)
            layer = RateLayer{Float64}(
                (width, height, channels) => m; kernel = Int(number(c, "kernel")), padding = Int(number(c, "padding")),
                stride = Int(number(c, "stride")), groups = Int(number(c, "groups")),
                pool = number(c, "maxpool2x2") != 0 ? 2 : 1, activation = :relu, form = :reference, pair = :symmetric,
                pull = number(c, "pull_coeff"), push = number(c, "push_coeff"), decorr = number(c, "decorr_coeff"),
                eps = number(c, "epsilon"), bias = number(c, "bias") != 0, batch_max = B)
            setstate!(layer, :weights, reshape(W, :, m))
            layer.bias && setstate!(layer, :bias, array(c, "b", Float64))
            @test agrees(c, "fm1", layer(x1); rel64 = 1e-10)
            dw, db, report = gradient(layer, x1, x2)
            @test agrees(c, "dW_total", reshape(dw, size(W)))
            @test db === nothing || agrees(c, "db_total", db)
            @test agrees(c, "pull", report.pull) && agrees(c, "push", report.push)
        end
    end

    @testset "spiking" begin
        folder = joinpath(golden_folder(), "spiking", "published", "lpl_dense_20x5")
        given = readscalars(joinpath(folder, "params.csv"))
        real(name) = parse(Float64, given[name])
        n_pre, n_post, dt = Int(real("pre")), Int(real("post")), real("dt")
        steps = floor(Int, Float64(Float32(real("T"))) / dt)
        plastic = Spiking{Float64}(
            n_pre => n_post; form = :reference, engine = :fused, slow = :reference, dt, eta = real("eta"),
            push = real("lambda"), pull = real("phi"), xi = real("xi"), delta = real("delta"),
            tau_mean = real("tau_mean"), tau_sigma2 = real("tau_sigma2"), mean_init = real("init_mean"),
            sigma2_init = real("init_sigma2"), w_min = real("w_min"), w_max = real("w_max"), w_init = real("w_min"),
            update_every = Int(real("update_interval_steps")))
        column(table, k) = [parse(Float64, row[k]) for row in readtable(joinpath(folder, table))[2:end]]
        setstate!(plastic, :weights, column("weights_init.csv", 4))
        cells = LIF{Float64}(n_post; dt, ampa_nmda = real("ampa_nmda_ratio"))
        setstate!(cells, :v, column("mem_init.csv", 2))
        pre = [Int[] for _ in 1:steps]
        for row in readtable(joinpath(folder, "input_spikes.csv"))[2:end]
            step = parse(Int, row[1]) + 1
            step <= steps && push!(pre[step], parse(Int, row[2]) + 1)
        end
        foreach(sort!, pre)
        rows = Dict(parse(Int, row[1]) + 1 => parse.(Float64, row[2:end])
                    for row in readtable(joinpath(folder, "f64", "weights.csv"))[2:end])
        spikes, v, compared = Tuple{Int,Int}[], zeros(n_post), 0
        for k in 1:steps
            post = step!(cells, v)
            drive!(plastic, cells, :ampa)
            step!(plastic, pre[k], post, v)
            append!(spikes, ((k - 1, i - 1) for i in post))
            if haskey(rows, k)
                compared += 1
                @test maximum(abs, weights(plastic) .- rows[k]) <= 1e-9 * maximum(maximum, values(rows))
            end
        end
        want = [(parse(Int, row[1]), parse(Int, row[2]))
                for row in readtable(joinpath(folder, "f64", "post_spikes.csv"))[2:end]]
        @test compared > 1 && spikes == want && !isempty(want)
    end
end
