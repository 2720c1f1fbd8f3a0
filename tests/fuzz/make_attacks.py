#!/usr/bin/python3
"""tests/fuzz/make_attacks.py - writes the hand-made state files into tests/fuzz/attacks.

    make_attacks.py [FOLDER]

Names say what a loader must do: ok-KIND-* loads as that kind of object (layer, stack, stats, spiking, projection, lif,
record) and as no other, all others are refused by every loader. Written from docs/state.md alone, in plain Python.
"""
import os
import sys

import spiking_attacks
from lplfile import INF, MAGIC, NAN, container, f32, f64, u64

# A layer of 3 inputs and 2 units, float32, SGD, batch statistics, no decorrelation; numbers in the order of
# docs/state.md.
INTS = dict(flags=0, kind=0, dtype=0, n_pre=3, n_post=2, batch_max=4, activation=0, bias=1, rule=0, form=0, norm=0,
            push_form=0,
            pair=0, stats=0, optim=0, mode=0, seed=0, stream=0, init=0, label=5, step=7, has_stale=0, prev_batch=0,
            lateral=0)
REALS = dict(act_p0=0, act_p1=0, pull=1, push=1, decorr=0, eps=1e-4, tau_mean=1000, tau_sigma2=1000, mean_init=0,
             sigma2_init=1,
             tau_theta=10, theta_init=1, collapse_std=1e-3, eta=1e-2, momentum=0.9, beta1=0.9, beta2=0.999,
             adam_eps=1e-8, weight_decay=0, beta1_t=1, beta2_t=1)
ARRAYS = [(b"WGHT", f32(1, 2, 3, 4, 5, 6)), (b"BIAS", f32(0.5, -0.5)), (b"MEAN", f64(0, 0)), (b"SIG2", f64(1, 1))]


def layer_records(arrays=None, more_ints=(), more_reals=(), **changed):
    ints = dict(INTS, **{k: v for k, v in changed.items() if k in INTS})
    reals = dict(REALS, **{k: v for k, v in changed.items() if k in REALS})
    assert all(k in INTS or k in REALS for k in changed), changed
    numbers = [(b"LAYR", u64(*ints.values(), *more_ints)), (b"PARM", f64(*reals.values(), *more_reals))]
    return numbers + (ARRAYS if arrays is None else arrays)


def layer(arrays=None, more_ints=(), more_reals=(), **changed):
    return container(layer_records(arrays, more_ints, more_reals, **changed))


# A tracker of 2 units: float32, EWMA, covariance.
STATS_INTS = dict(flags=0, dtype=0, mode=2, n_units=2, batch_max=4, covariance=1)
STATS_REALS = dict(tau_mean=10, tau_sigma2=20, mean_init=0, sigma2_init=1, count=3)
STATS_ARRAYS = [(b"MEAN", f64(0.5, 1)), (b"M2__", f64(1, 2)), (b"COVA", f64(1, 0.25, 0.25, 2))]


def stats(arrays=None, **changed):
    ints = dict(STATS_INTS, **{k: v for k, v in changed.items() if k in STATS_INTS})
    reals = dict(STATS_REALS, **{k: v for k, v in changed.items() if k in STATS_REALS})
    assert all(k in STATS_INTS or k in STATS_REALS for k in changed), changed
    return container([(b"STAT", u64(*ints.values())), (b"PARM", f64(*reals.values()))]
                     + (STATS_ARRAYS if arrays is None else arrays))


# A convolution: 2 x 3 x 2 inputs, 2 channels out, kernel 2 x 2, no padding: a map of 2 x 1.
SHAPE = dict(channels=2, height=3, width=2, kernel_h=2, kernel_w=2, stride=1, padding=0, groups=1, pool=1, sees=0,
             head_hidden=0, head_out=0)
MAP_ARRAYS = [(b"WGHT", f32(*[k / 8 for k in range(16)]))] + ARRAYS[1:]
HEAD_ARRAYS = MAP_ARRAYS + [(b"HEAD", f32(*[k / 8 - 1 for k in range(12)]))]
HEADED = dict(sees=2, head_hidden=2, head_out=2)


def conv(arrays=None, **changed):
    shape = dict(SHAPE, **{k: v for k, v in changed.items() if k in SHAPE})
    rest = dict(dict(kind=1, n_pre=12, activation=1), **{k: v for k, v in changed.items() if k not in SHAPE})
    return layer(MAP_ARRAYS if arrays is None else arrays, more_ints=tuple(shape.values()), **rest)


def stack(*layers, count=None, pair=0, records=()):
    return container([(b"STAK", u64(len(layers) if count is None else count, pair))] + list(records)) + b"".join(layers)


def convolutions_and_stacks():
    """Yields (name, bytes)."""
    yield "ok-layer-conv", conv()
    yield "ok-layer-conv-head", conv(HEAD_ARRAYS, **HEADED)
    yield "ok-layer-conv-groups", conv([(b"WGHT", f32(*range(8)))] + ARRAYS[1:], groups=2)
    for name, changed in {
        "channels-0": dict(channels=0), "channels-2^32-1": dict(channels=2**32 - 1),
        "channels-2^32": dict(channels=2**32),
        "channels-3": dict(channels=3), "height-0": dict(height=0), "height-2^32-1": dict(height=2**32 - 1),
        "width-65536": dict(width=65536),
        "kernel-0": dict(kernel_h=0), "kernel-2^31": dict(kernel_h=2**31), "kernel-of-map": dict(kernel_w=3),
        "stride-0": dict(stride=0),
        "stride-2^32-1": dict(stride=2**32 - 1), "padding-2": dict(padding=2),
        "padding-2^32-1": dict(padding=2**32 - 1),
        "groups-0": dict(groups=0), "groups-3": dict(groups=3), "groups-2^63": dict(groups=2**63),
        "pool-0": dict(pool=0), "pool-3": dict(pool=3),
        "sees-3": dict(sees=3), "sees-2^32": dict(sees=2**32), "n_pre-other": dict(n_pre=13),
        "n_post-2^31": dict(n_post=2**31),
        "all-huge": dict(channels=65535, height=65535, width=65535, n_pre=65535**3),
        "head-without": dict(HEADED, head_out=0),
        "head-huge": dict(HEADED, head_hidden=2**32 - 1, head_out=2**32 - 1),
        "head-2^32": dict(HEADED, head_hidden=2**32),
        "head-missing": HEADED, "prev-missing": dict(prev_batch=2), "online-step": dict(prev_batch=5),
    }.items():
        yield "conv-" + name, conv(**changed)
    yield "conv-weights-of-dense", conv(ARRAYS)
    yield "conv-positions-short", conv(sees=1)
    yield "conv-shape-missing", layer(MAP_ARRAYS, kind=1, n_pre=12, activation=1)
    yield "conv-head-nan", conv(MAP_ARRAYS + [(b"HEAD", f32(NAN, *range(11)))], **HEADED)
    yield "conv-head-short", conv(MAP_ARRAYS + [(b"HEAD", f32(*range(11)))], **HEADED)
    yield "conv-head-unasked", conv(HEAD_ARRAYS)

    second = layer([(b"WGHT", f32(1, 2, 3, 4))] + ARRAYS[1:], n_pre=2)
    yield "ok-stack", stack(layer(), second)
    yield "ok-stack-conv", stack(conv(), layer([(b"WGHT", f32(*range(8)))] + ARRAYS[1:], n_pre=4))
    yield "ok-stack-then-garbage", stack(layer(), second) + b"garbage"
    for name, data in {
        "of-none": stack(count=0), "count-4097": stack(layer(), count=4097),
        "count-2^64-1": stack(layer(), count=2**64 - 1),
        "count-2^63": stack(layer(), count=2**63), "more-than-there": stack(layer(), second, count=3),
        "pair-2": stack(layer(), pair=2),
        "pair-2^64-1": stack(layer(), pair=2**64 - 1), "pair-of-layer": stack(layer(), second, pair=1),
        "pairs-mixed": stack(layer(), layer([(b"WGHT", f32(1, 2, 3, 4))] + ARRAYS[1:], n_pre=2, pair=1)),
        "does-not-chain": stack(layer(), layer()),
        "batches-differ": stack(layer(), layer([(b"WGHT", f32(1, 2, 3, 4))] + ARRAYS[1:], n_pre=2, batch_max=3)),
        "types-differ": stack(layer(), layer([(b"WGHT", f64(1, 2, 3, 4)), (b"BIAS", f64(0, 0))] + ARRAYS[2:], n_pre=2,
                                             dtype=1)),
        "of-trackers": stack(stats()), "of-stacks": stack(stack(layer())),
        "more-records": stack(layer(), records=[(b"MORE", b"")]),
        "second-damaged": stack(layer(), second[:-1] + b"\1"), "second-truncated": stack(layer(), second[:-64]),
        "numbers-few": container([(b"STAK", u64(1))]) + layer(), "numbers-many": container([(b"STAK", u64(1, 0, 0))])
        + layer(),
    }.items():
        yield "stack-" + name, data


def attacks():
    """Yields (name, bytes)."""
    good = layer()
    yield "ok-layer", good
    yield "ok-layer-skippable", layer(ARRAYS[:1] + [(b"note", b"anything")] + ARRAYS[1:] + [(b"x\x20~!", b"")])
    yield "ok-layer-minor", container(layer_records(), minor=9)
    yield "ok-layer-longer-numbers", layer(more_ints=(1, 2, 3), more_reals=(NAN, INF))
    yield "ok-layer-any-order", layer(ARRAYS[::-1])
    yield "ok-layer-prev", layer(ARRAYS + [(b"PREV", f32(1, 2, 3, 4, 5, 6, 7, 8))], prev_batch=4)
    yield "ok-layer-then-garbage", good + b"garbage"
    yield "ok-stats", stats()
    yield "ok-stats-skippable", stats(STATS_ARRAYS + [(b"zzzz", bytes(100))])

    # the container
    yield "empty", b""
    yield "zeros", bytes(4096)
    yield "ones", b"\xff" * 4096
    yield "magic-only", MAGIC
    yield "magic-then-zeros", MAGIC + bytes(4096)
    yield "numpy", b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }" + bytes(200)
    yield "text-mode", good.replace(b"\r\n", b"\n")
    yield "major-0", container(layer_records(), major=0)
    yield "major-2", container(layer_records(), major=2)
    yield "flags", container(layer_records(), flags=1)
    yield "no-records", container([])
    yield "no-end", container(layer_records(), end=False)
    yield "end-count", container(layer_records(), count=5)
    yield "end-count-huge", container(layer_records(), count=2**64 - 1)
    yield "end-crc", container(layer_records(), headers_crc=0)
    yield "padding", container(layer_records(), fill=b"\1")
    yield "end-short", container(layer_records() + [(b"END ", u64(6))])
    yield "end-length-huge", container(layer_records() + [(b"END ", bytes(64), 2**64 - 1)])
    for n in (2**30 + 1, 2**63 - 1, 2**64 - 64):
        yield "skip-%x" % n, container(layer_records() + [(b"skip", b"", n)])
        yield "length-%x" % n, container([(b"LAYR", u64(*INTS.values()), n)] + layer_records()[1:])
        yield "weights-length-%x" % n, layer([(b"WGHT", f32(1, 2, 3, 4, 5, 6), n)] + ARRAYS[1:])
    yield "tag-control", container([(b"\1\2\3\4", b"")] + layer_records())
    yield "tag-nul", container([(b"WGHT", b""), (b"A\0\0\0", b"")])
    yield "first-skippable", container([(b"note", b"before LAYR")] + layer_records())

    # sizes
    for name, changed in {
        "both-2^31": dict(n_pre=2**31, n_post=2**31), "pre-2^31": dict(n_pre=2**31), "post-2^31": dict(n_post=2**31),
        "pre-2^32": dict(n_pre=2**32), "pre-2^64-1": dict(n_pre=-1), "pre-2^61": dict(n_pre=2**61),
        "pre-0": dict(n_pre=0),
        "post-0": dict(n_post=0), "product-wraps": dict(n_pre=2**31, n_post=2**31, batch_max=2**31),
        "batch-2^31": dict(batch_max=2**31), "batch-0": dict(batch_max=0),
        "batch-2^63": dict(batch_max=2**63), "pre-4": dict(n_pre=4), "post-3": dict(n_post=3),
        "prev-too-many": dict(prev_batch=5), "prev-missing": dict(prev_batch=2), "prev-2^64-1": dict(prev_batch=-1),
        "prev-symmetric": dict(prev_batch=2, pair=1), "has-stale-2": dict(has_stale=2), "lateral-2": dict(lateral=2),
    }.items():
        yield "size-" + name, layer(**changed)
    for rows in (5, 500):  # more than the memory of batch_max rows
        yield "prev-overflow-%d" % rows, layer(ARRAYS + [(b"PREV", f32(*range(2 * rows)))], prev_batch=rows)
    yield "numbers-few", container([(b"LAYR", u64(*list(INTS.values())[:-1]))] + layer_records()[1:])
    yield "numbers-many", layer(more_ints=[0] * 41)
    yield "numbers-odd", container([(b"LAYR", u64(*INTS.values()) + b"x")] + layer_records()[1:])
    yield "reals-few", container([layer_records()[0], (b"PARM", f64(*list(REALS.values())[:-1]))] + ARRAYS)

    # values
    for key in ("kind", "dtype", "activation", "bias", "rule", "form", "norm", "push_form", "pair", "stats", "optim",
                "mode", "init"):
        for value in (99, 2**32):
            yield "enum-%s-%s" % (key, value), layer(**{key: value})
    for value in (NAN, -INF, -1e-300):
        yield "real-decorr-lateral-%s" % value, layer(lateral=1, decorr=value)
    yield "ok-layer-decorr-off", layer(lateral=1)
    yield "enum-flags", layer(flags=4)
    yield "enum-flags-2^32", layer(flags=2**32)
    yield "enum-label", layer(label=2**31)
    for key in REALS:
        if not key.startswith("act_"):
            for value in (NAN, -1.0):
                if (key, value) not in (("mean_init", -1.0), ("theta_init", -1.0)):
                    yield "real-%s-%s" % (key, value), layer(**{key: value})
    for key in ("eps", "tau_mean", "tau_sigma2", "tau_theta", "adam_eps"):
        yield "real-%s-0" % key, layer(**{key: 0.0})
    for key in ("momentum", "beta1", "beta2"):
        yield "real-%s-1" % key, layer(**{key: 1.0})
    yield "real-act-nan", layer(activation=6, act_p0=NAN)
    yield "real-act-order", layer(activation=6, act_p0=3.0, act_p1=2.0)

    # arrays
    for value in (NAN, INF, -INF):
        yield "weights-%s" % value, layer([(b"WGHT", f32(1, 2, value, 4, 5, 6))] + ARRAYS[1:])
        yield "mean-%s" % value, layer(ARRAYS[:2] + [(b"MEAN", f64(value, 0)), ARRAYS[3]])
    yield "variance-negative", layer(ARRAYS[:3] + [(b"SIG2", f64(1, -1e-300))])
    for k, (tag, payload) in enumerate(ARRAYS):
        name = tag.decode().lower()
        others = ARRAYS[:k] + ARRAYS[k + 1:]
        yield "missing-" + name, layer(others)
        yield "twice-" + name, layer(ARRAYS + [(tag, payload)])
        yield "short-" + name, layer(others + [(tag, payload[:-4])])
        yield "long-" + name, layer(others + [(tag, payload + bytes(4))])
        yield "empty-" + name, layer(others + [(tag, b"")])
    yield "weights-as-double", layer([(b"WGHT", f64(1, 2, 3, 4, 5, 6))] + ARRAYS[1:])
    yield "not-of-this-layer", layer(ARRAYS + [(b"MOM1", f32(1, 2, 3, 4, 5, 6))])
    yield "upper-unknown", layer(ARRAYS + [(b"NEW1", b"")])
    yield "upper-unknown-minor", container(layer_records(ARRAYS + [(b"NEW1", b"")]), minor=3)
    yield "layr-twice", container(layer_records() + [layer_records()[0]])
    yield "parm-first", container([layer_records()[1], layer_records()[0]] + ARRAYS)
    yield "layer-in-stats", container([(b"STAT", u64(*STATS_INTS.values()))] + layer_records()[1:])

    # a layer whose units compete has a temperature, and no other has
    yield "ok-layer-softhebb", layer(ARRAYS + [(b"TEMP", f64(0.5))], rule=6)
    yield "softhebb-missing", layer(rule=6)
    for value in (0.0, -0.0, -1.0, NAN, INF):
        yield "softhebb-%s" % value, layer(ARRAYS + [(b"TEMP", f64(value))], rule=6)
    yield "softhebb-short", layer(ARRAYS + [(b"TEMP", f32(0.5))], rule=6)
    yield "softhebb-long", layer(ARRAYS + [(b"TEMP", f64(0.5, 0.5))], rule=6)
    yield "softhebb-twice", layer(ARRAYS + [(b"TEMP", f64(0.5)), (b"TEMP", f64(0.5))], rule=6)
    yield "softhebb-pair", layer(ARRAYS + [(b"TEMP", f64(0.5))], rule=6, pair=1)
    yield "temperature-of-hebb", layer(ARRAYS + [(b"TEMP", f64(0.5))], rule=1)
    yield "conv-softhebb", conv(MAP_ARRAYS + [(b"TEMP", f64(0.5))], rule=6)

    # terms of a whole batch: push forms are numbers, a pull form is the last entry of LAYR and has a record
    def pulls(form, pull=(1, 0.1, 0.5), matrix=(1, 0.25, 0.25, 2), more=(), **changed):
        records = ([(b"PULL", f64(*pull))] if pull else []) + ([(b"PRED", f64(*matrix))] if matrix else [])
        return layer(ARRAYS + records + list(more), more_ints=(0,) * 12 + (form,), **changed)

    yield "ok-layer-negative", layer(push_form=3)
    yield "ok-layer-logdet-cosine", pulls(1, matrix=(), push_form=4)
    yield "ok-layer-directpred", pulls(2)
    yield "ok-layer-isoloss-pair", pulls(3, pull=(0.5, 0, 0), pair=1)
    yield "ok-layer-difference", pulls(0, pull=(), matrix=())
    yield "push-form-5", layer(push_form=5)
    for form in (4, 2**31, 2**32 + 1, 2**64 - 1):
        yield "pull-form-%d" % form, pulls(form)
    for stats_of in (1, 2):
        yield "logdet-stats-%d" % stats_of, layer(push_form=4, stats=stats_of)
        yield "predictor-stats-%d" % stats_of, pulls(2, stats=stats_of)
    yield "predictor-missing", pulls(2, matrix=())
    yield "predictor-unasked", pulls(1)
    yield "predictor-short", pulls(2, matrix=(1, 0, 0))
    yield "predictor-long", pulls(2, matrix=(1, 0, 0, 1, 1))
    yield "predictor-nan", pulls(2, matrix=(1, NAN, NAN, 1))
    yield "predictor-twice", pulls(2, more=[(b"PRED", f64(1, 0, 0, 1))])
    yield "pull-missing", pulls(2, pull=())
    yield "pull-unasked", layer(ARRAYS + [(b"PULL", f64(1, 0.1, 0.5))])
    yield "pull-short", pulls(3, pull=(1, 0.1))
    yield "pull-long", pulls(3, pull=(1, 0.1, 0.5, 0))
    for name, numbers in {"alpha-negative": (-1, 0.1, 0.5), "eps-inf": (1, INF, 0.5), "eps-nan": (1, NAN, 0.5),
                          "keep-1": (1, 0.1, 1), "keep-negative": (1, 0.1, -0.5)}.items():
        yield "pull-" + name, pulls(2, pull=numbers)

    # trackers
    for name, changed in {
        "units-0": dict(n_units=0), "units-2^31": dict(n_units=2**31), "units-2^64-1": dict(n_units=-1),
        "units-3": dict(n_units=3),
        "batch-0": dict(batch_max=0), "batch-2^63": dict(batch_max=2**63), "mode-4": dict(mode=4),
        "mode-2^32": dict(mode=2**32),
        "dtype-2": dict(dtype=2), "covariance-2": dict(covariance=2), "covariance-missing": dict(covariance=0),
        "flags": dict(flags=1),
        "tau-0": dict(tau_mean=0.0), "tau-nan": dict(tau_sigma2=NAN), "init-negative": dict(sigma2_init=-1.0),
        "count-nan": dict(count=NAN),
        "count-negative": dict(count=-1.0), "count-inf": dict(count=INF), "count-1e300": dict(count=1e300),
        "mode-other": dict(mode=0),
    }.items():
        yield "stats-" + name, stats(**changed)
    yield "stats-variance-negative", stats([STATS_ARRAYS[0], (b"M2__", f64(1, -1)), STATS_ARRAYS[2]])
    yield "stats-mean-nan", stats([(b"MEAN", f64(NAN, 0))] + STATS_ARRAYS[1:])
    yield "stats-covariance-inf", stats(STATS_ARRAYS[:2] + [(b"COVA", f64(1, INF, INF, 2))])
    yield "stats-order", stats(STATS_ARRAYS[::-1])
    yield "stats-missing", stats(STATS_ARRAYS[:2])
    yield "stats-twice", stats(STATS_ARRAYS + STATS_ARRAYS[2:])

    yield from convolutions_and_stacks()
    yield from spiking_attacks.attacks()


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "attacks")
    os.makedirs(folder, exist_ok=True)
    names = set()
    for name, data in attacks():
        assert name not in names, name
        names.add(name)
        with open(os.path.join(folder, name + ".lpl"), "wb") as f:
            f.write(data)
    print("%d files in %s" % (len(names), folder))


if __name__ == "__main__":
    main()
