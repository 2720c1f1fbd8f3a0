"""
    LPL

Local, self-supervised plasticity: Latent Predictive Learning (Halvagal & Zenke, Nature Neuroscience 26:1906-1915,
2023), by the C library liblpl.

    layer = RateLayer(784 => 256; activation = :tanh, preset = :reference, batch_max = 100, eta = 1e-3)
    report = update!(layer, X0, X1)      # a batch of pairs, one column a sample
    Z = layer(X1)                        # responses, 256 x batch
    W = weights(layer)                   # 784 x 256, the matrix in which the layer learns

Layers: [`RateLayer`](@ref), [`Stack`](@ref); statistics and rules on your own arrays: [`Stats`](@ref),
[`Rule`](@ref), [`Optimiser`](@ref); spiking: [`Spiking`](@ref), [`LIF`](@ref), [`PoissonSource`](@ref),
[`SpikeSource`](@ref), [`Projection`](@ref), [`Recorder`](@ref), [`Network`](@ref); measures: [`metric`](@ref),
[`Readout`](@ref); files: [`LPL.save`](@ref), [`LPL.load`](@ref). [`LPL.LibLPL`](@ref) is the C interface as it is.

# Arrays

are used in place, never converted and never copied: `Float32` or `Float64` as the object is, the first dimension
contiguous (a `Matrix`, a `view` of whole or partial columns). A batch is `n_pre x batch`, one column a sample; weights
are `n_pre x n_post`. That is the memory that C sees as `batch x n_pre` and `n_post x n_pre`, row by row. Images are
`width x height x channels x batch`, as Flux has them. Anything else is refused with a sentence that says what to pass.

# Numbers from 1

Neurons, units, groups, labels and layers count from 1, in arguments, results and messages; steps of time too: the first
step is step 1.

# Errors

Shapes: `DimensionMismatch`. Words, types and values that this package sees itself: `ArgumentError`. What the library
refuses: [`LPLError`](@ref), with the library's code and sentence. After an error nothing has changed.

# Tasks and threads

* One object belongs to one task at a time; different objects are free. On one layer only calls of `forward` and
  `forward!` may run together.
* A task may move to another thread between two calls of this package, never within one: a failed call and the text of
  its error are read without a point at which tasks are switched.
* `threads = n` gives a layer OpenMP threads of its own; results do not depend on it, bit for bit. With Julia's tasks on
  all cores leave it at 1.
* While a call runs, this thread reaches no safepoint: garbage collection that another thread asks for waits for its
  end, and Ctrl-C too. Cut what takes long (`steps!`, `run!`): the bits do not depend on the cuts.
* Finalizers free what is unreachable, on whatever thread; `close` frees at once, and what is closed refuses calls. Do
  not close an object while another task is in a call on it.
"""
module LPL

using Libdl: Libdl
using Serialization: Serialization, AbstractSerializer

include("LibLPL.jl")
const C = LibLPL

export RateLayer, Stack, Stats, Rule, Optimiser, Readout, Spiking, LIF, Source, PoissonSource, SpikeSource, Projection,
       Connect, Recorder, Network, SpikeList, SpikeTrain, LPLError
export forward, forward!, update!, gradient, gradient!, step!, step_report!, steps!, drive!, run!, fit!, predict,
       accuracy, collapsed
export weights, bias, lend!, takeback!, forget!, state, state!, setstate!, bounds, report, synapses, connectivity
export metric, metric_classes, sfa, delta!, apply!, activate!, warmup_cosine
export random_bits!, random_uniform!, random_normal!

"Element types of arrays and objects."
const Floats = Union{Float32,Float64}

include("library.jl")
include("errors.jl")
include("convert.jl")
include("arrays.jl")
include("spikes.jl")
include("objects.jl")
include("layer.jl")
include("stack.jl")
include("stats.jl")
include("rule.jl")
include("lif.jl")
include("connect.jl")
include("projection.jl")
include("spiking.jl")
include("source.jl")
include("recorder.jl")
include("network.jl")
include("metrics.jl")
include("random.jl")
include("state.jl")

__init__() = open_library()

end # module
