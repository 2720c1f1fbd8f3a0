#!/usr/bin/python3
"""tests/fuzz/make_attacks.py - writes the hand-made state files into tests/fuzz/attacks.

    make_attacks.py [FOLDER]

Names say what a loader must do: ok-layer-* and ok-stats-* load as that object, all others are refused by both loaders.
Written from docs/state.md alone, in plain Python, so that it also is a second implementation of the format.
"""
import os
import struct
import sys

MAGIC = b"\x89LPL\r\n\x1a\n"
INF, NAN = float("inf"), float("nan")


def crc32c(data):
    """CRC-32C, bit by bit."""
    c = 0xFFFFFFFF
    for byte in data:
        c ^= byte
        for _ in range(8):
            c = (c >> 1) ^ (0x82F63B78 if c & 1 else 0)
    return c ^ 0xFFFFFFFF


def u64(*values):
    return struct.pack("<%dQ" % len(values), *[v % 2**64 for v in values])


def f64(*values):
    return struct.pack("<%dd" % len(values), *values)


def f32(*values):
    return struct.pack("<%df" % len(values), *values)


def header(tag, payload, length=None):
    """Record header of 16 bytes. length: a lie about it."""
    size = struct.pack("<Q", len(payload) if length is None else length)
    return tag + struct.pack("<I", crc32c(tag + size + payload)) + size


def pad(out, fill=b"\0"):
    return out + fill * ((48 - len(out)) % 64)


def container(records, major=1, minor=0, flags=0, count=None, headers_crc=None, fill=b"\0", end=True):
    """records: (tag, payload) or (tag, payload, length)."""
    out = MAGIC + struct.pack("<HHI", major, minor, flags)
    covered = out
    for record in records:
        h = header(*record)
        covered += h
        out = pad(out, fill) + h + record[1]
    if not end:
        return out
    payload = u64(len(records) if count is None else count)
    payload += struct.pack("<I", crc32c(covered) if headers_crc is None else headers_crc) + bytes(52)
    return pad(out, fill) + header(b"END ", payload) + payload


# A layer of 3 inputs and 2 units, float32, SGD, batch statistics, no decorrelation; numbers in the order of docs/state.md.
INTS = dict(flags=0, kind=0, dtype=0, n_pre=3, n_post=2, batch_max=4, activation=0, bias=1, rule=0, form=0, norm=0, push_form=0,
            pair=0, stats=0, optim=0, mode=0, seed=0, stream=0, init=0, label=5, step=7, has_stale=0, prev_batch=0, lateral=0)
REALS = dict(act_p0=0, act_p1=0, pull=1, push=1, decorr=0, eps=1e-4, tau_mean=1000, tau_sigma2=1000, mean_init=0, sigma2_init=1,
             tau_theta=10, theta_init=1, collapse_std=1e-3, eta=1e-2, momentum=0.9, beta1=0.9, beta2=0.999, adam_eps=1e-8, weight_decay=0,
             beta1_t=1, beta2_t=1)
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
    return container([(b"STAT", u64(*ints.values())), (b"PARM", f64(*reals.values()))] + (STATS_ARRAYS if arrays is None else arrays))


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
        "pre-2^32": dict(n_pre=2**32), "pre-2^64-1": dict(n_pre=-1), "pre-2^61": dict(n_pre=2**61), "pre-0": dict(n_pre=0),
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
    for key in ("kind", "dtype", "activation", "bias", "rule", "form", "norm", "push_form", "pair", "stats", "optim", "mode", "init"):
        for value in (99, 2**32):
            yield "enum-%s-%s" % (key, value), layer(**{key: value})
    for value in (NAN, -INF, -1e-300):
        yield "real-decorr-lateral-%s" % value, layer(lateral=1, decorr=value)
    yield "ok-layer-decorr-off", layer(lateral=1)
    yield "enum-flags", layer(flags=2)
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

    # trackers
    for name, changed in {
        "units-0": dict(n_units=0), "units-2^31": dict(n_units=2**31), "units-2^64-1": dict(n_units=-1), "units-3": dict(n_units=3),
        "batch-0": dict(batch_max=0), "batch-2^63": dict(batch_max=2**63), "mode-4": dict(mode=4), "mode-2^32": dict(mode=2**32),
        "dtype-2": dict(dtype=2), "covariance-2": dict(covariance=2), "covariance-missing": dict(covariance=0), "flags": dict(flags=1),
        "tau-0": dict(tau_mean=0.0), "tau-nan": dict(tau_sigma2=NAN), "init-negative": dict(sigma2_init=-1.0), "count-nan": dict(count=NAN),
        "count-negative": dict(count=-1.0), "count-inf": dict(count=INF), "count-1e300": dict(count=1e300), "mode-other": dict(mode=0),
    }.items():
        yield "stats-" + name, stats(**changed)
    yield "stats-variance-negative", stats([STATS_ARRAYS[0], (b"M2__", f64(1, -1)), STATS_ARRAYS[2]])
    yield "stats-mean-nan", stats([(b"MEAN", f64(NAN, 0))] + STATS_ARRAYS[1:])
    yield "stats-covariance-inf", stats(STATS_ARRAYS[:2] + [(b"COVA", f64(1, INF, INF, 2))])
    yield "stats-order", stats(STATS_ARRAYS[::-1])
    yield "stats-missing", stats(STATS_ARRAYS[:2])
    yield "stats-twice", stats(STATS_ARRAYS + STATS_ARRAYS[2:])


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
    assert crc32c(b"123456789") == 0xE3069283
    main()
