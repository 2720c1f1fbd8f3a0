# runtests.jl - the package against the running library and the golden values. LPL_GOLDEN: a folder laid out as
# tests/golden of the source tree, which is taken where this package lies in one.
using LPL
using LPL: LPL, LibLPL
using LinearAlgebra, Serialization, Test

include("support.jl")

@testset "LPL" begin
    @testset "abi" begin
        include("abi.jl")
    end
    @testset "arrays" begin
        include("arrays.jl")
    end
    @testset "layer" begin
        include("layer.jl")
    end
    @testset "rule" begin
        include("rule.jl")
    end
    @testset "spiking" begin
        include("spiking.jl")
    end
    @testset "state" begin
        include("state.jl")
    end
    @testset "errors" begin
        include("errors.jl")
    end
    @testset "allocations" begin
        include("allocations.jl")
    end
    @testset "golden" begin
        include("golden.jl")
    end
end
