# errors.jl - what an error holds.

@testset "codes, names, sentences" begin
    problem = try
        RateLayer(4 => 2; eta = NaN)
    catch caught
        caught
    end
    @test problem isa LPLError
    @test problem.code == Int32(LibLPL.LPL_E_ARG) && problem.name == "LPL_E_ARG"
    @test startswith(problem.sentence, "LPL_E_ARG lpl_layer_create: eta = ")
    @test sprint(showerror, problem) == "LPLError: " * problem.sentence
end

@testset "places from 1 on" begin
    @test LPL.from_one("LPL_E_NONFINITE f: bias of unit 0 is NaN") == "LPL_E_NONFINITE f: bias of unit 1 is NaN"
    @test LPL.from_one("w of unit 2, input 9 is") == "w of unit 3, input 10 is"
    @test LPL.from_one("src[4] = -1, need 0 .. 3") == "src[5] = -1, need 0 .. 3"
    @test LPL.from_one("layer 0 takes rows of 8, layer 1 gives 9") == "layer 1 takes rows of 8, layer 2 gives 9"
    @test LPL.from_one("layer 3, step 12: batch = 5") == "layer 3, step 12: batch = 5"
    layer = RateLayer(2 => 2)
    W = state(layer, :weights)
    W[2, 2] = NaN
    problem = try
        setstate!(layer, :weights, W)
    catch caught
        caught
    end
    @test occursin("4", problem.sentence) && !occursin("[3]", problem.sentence)
end

@testset "divergence changes nothing" begin
    layer = RateLayer(3 => 2; preset = :stream)
    before = state(layer, :weights)
    @test_throws LPLError step!(layer, Float32[1, NaN, 0])
    @test state(layer, :weights) == before
end

@testset "a library that is not there" begin
    tried = sprint(showerror, LPL.LibraryError("liblpl was not found"))
    @test tried == "LibraryError: liblpl was not found"
    withenv("LPL_LIBRARY" => "/no/such/liblpl.so") do
        @test LPL.library_candidates() == ["/no/such/liblpl.so"]
        problem = try
            LPL.open_library()
        catch caught
            caught
        end
        @test problem isa LPL.LibraryError
        @test occursin("Ways out", problem.message) && occursin("/no/such/liblpl.so", problem.message)
    end
end

@testset "many objects" begin
    for k in 1:2000
        RateLayer(10 => 10; seed = k)
        k % 500 == 0 && GC.gc()
    end
    GC.gc()
    @test true
end
