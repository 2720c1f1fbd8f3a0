"""tests/fuzz/spiking_attacks.py - hand-made state files of the spiking topics, for make_attacks.py."""
from lplfile import INF, NAN, container, f32, f64, u32, u64

# A plastic projection of 3 onto 2 neurons, all to all, float32, BLOCK: 6 steps done, 5 of the present block pending, 2
# of them seen by the forward pass; delay of 2 steps, lag of 3, updates every 8. Numbers in the order of docs/state.md.
INTS = dict(dtype=0, form=0, n_pre=3, n_post=2, n_syn=6, dense=1, every=8, scaling=0, slow=0, mode=0, engine=2,
            memory=0, label=5, step=6, t=6,
            updates=1, pending=5, forward=2)
REALS = dict(dt=1e-4, eta=1e-2, push=1, pull=1, xi=0, delta=-1, tau_syn=5e-3, tau_psp=20e-3, tau_rise=2e-3,
             tau_decay=10e-3, tau_err_rise=2e-3,
             tau_err_decay=10e-3, beta=1000, v_theta=-50e-3, t_lag=3e-4, delay_ax=2e-4, tau_mean=600, tau_sigma2=30,
             mean_init=0, sigma2_init=0,
             w_init=0.15, w_min=0, w_max=1, tau_wdecay=0, tau_rms=100)
ARRAYS = dict(LINE=u64(5, 2), PREB=u64(0, 1, 2, 4, 7, 0, 0, 1, 0), POSB=u64(0, 1, 2, 3, 0, 0, 1, 0),
              FPRI=f32(*([10.0] * 8), *([-0.06] * 6)), ERRF=f32(0.5, -0.5, 0.25, 0), ERR_=f32(1, -1),
              RISE=f32(0.5, -0.5), FLT_=f32(0.25, 0),
              MEAN=f32(3, 4), SIG2=f32(1, 2), TRPR=f32(1, 0, 0.5), PSP_=f32(0.5, 0, 0.25),
              WGHT=f32(0.125, 0.25, 0.5, 0.625, 0.75, 1),
              ELIG=f32(1, 2, 3, -4, 5, 6), ELFL=f32(1, -2, 3, 4, 5, 6), SUM_=f32(0.5, 0, -0.5, 1, 2, 3))
ROWS = dict(ROWS=u64(0, 2, 2, 4), COLS=u32(0, 1, 0, 1))


def records(numbers, tag, ints, reals, arrays, more_ints=(), more_reals=()):
    return container([(tag, u64(*ints.values(), *more_ints)), (b"PARM", f64(*reals.values(), *more_reals))] +
                     [(k.encode(), v) for k, v in arrays.items()] + list(numbers))


def split(defaults, changed):
    """Changed numbers in their places; what is no number is an array."""
    return dict(defaults, **{k: v for k, v in changed.items() if k in defaults})


def spiking(more=(), more_ints=(), more_reals=(), **changed):
    arrays = split(ARRAYS, changed)
    if "ROWS" in changed:
        arrays = dict(ROWS=changed["ROWS"], COLS=changed["COLS"], **arrays)
    assert all(k in INTS or k in REALS or k in ARRAYS or k in ROWS for k in changed), changed
    return records(more, b"SPIK", split(INTS, changed), split(REALS, changed),
                   {k: v for k, v in arrays.items() if v is not None}, more_ints, more_reals)


def sparse(**changed):
    four = {k: ARRAYS[k][:16] for k in ("WGHT", "ELIG", "ELFL", "SUM_")}
    return spiking(**dict(dict(ROWS, n_syn=4, dense=0, **four), **changed))


OLD = [(b"WOLD", f32(0.25, 0.25, 0.5, 0.5, 0.75, 1))]  # weights at the last look


def of_spiking():
    fused = dict(engine=1, pending=6, forward=6, FPRI=f32(*([10.0] * 16)), POSB=ARRAYS["POSB"] + u64(1),
                 PREB=ARRAYS["PREB"] + u64(1), ERRF=f32(*([0.5] * 12)))
    yield "ok-spiking", spiking()
    yield "ok-spiking-sparse", sparse()
    yield "ok-spiking-skippable", spiking(more=[(b"note", b"anything")])
    # flags, verdict, updates that changed weights; start of means and weights, last change: with LPL_SPIKING_WATCH
    yield "ok-spiking-watched", spiking(OLD, more_ints=(1, 1, 1), more_reals=(3.0, 0.25, 1e-2))
    yield "ok-spiking-longer-numbers", spiking(OLD, more_ints=(1, 1, 1, 1, 2, 3),
                                               more_reals=(3.0, 0.25, 1e-2, NAN, INF))
    yield "spiking-watch-without-weights", spiking(more_ints=(1, 1, 1), more_reals=(3.0, 0.25, 1e-2))
    yield "spiking-watch-weights-nan", spiking([(b"WOLD", f32(NAN, 0, 0, 0, 0, 0))], more_ints=(1, 1, 1),
                                               more_reals=(3.0, 0.25, 1e-2))
    yield "spiking-watch-weights-short", spiking([(b"WOLD", f32(0, 0, 0, 0, 0))], more_ints=(1, 1, 1),
                                                 more_reals=(3.0, 0.25, 1e-2))
    for name, ints, reals in (("flags-2", (2, 1, 1), (3.0, 0.25, 1e-2)),
                              ("flags-2^32", (2**32, 1, 1), (3.0, 0.25, 1e-2)),
                              ("verdict-9", (1, 9, 1), (3.0, 0.25, 1e-2)),
                              ("verdict--1", (1, -1, 1), (3.0, 0.25, 1e-2)),
                              ("learned-2", (1, 1, 2), (3.0, 0.25, 1e-2)),
                              ("learned-2^64-1", (1, 1, -1), (3.0, 0.25, 0)),
                              ("rate-nan", (1, 1, 1), (NAN, 0.25, 1e-2)), ("rate--1", (1, 1, 1), (-1.0, 0.25, 1e-2)),
                              ("rate-inf", (1, 1, 1), (INF, 0.25, 1e-2)), ("start-inf", (1, 1, 1), (3.0, INF, 1e-2)),
                              ("start-nan", (1, 1, 1), (3.0, NAN, 1e-2)), ("change-3", (1, 1, 1), (3.0, 0.25, 3.0)),
                              ("change-nan", (1, 1, 1), (3.0, 0.25, NAN)), ("change--2", (1, 1, 1), (3.0, 0.25, -2.0))):
        yield "spiking-watch-" + name, spiking(OLD, more_ints=ints, more_reals=reals)
    yield "ok-spiking-bounds", spiking(WGHT=f32(0, 1, 0, 1, 0, 1))
    for name, changed in {
        # sizes and counts
        "n_pre-0": dict(n_pre=0), "n_pre-2^31": dict(n_pre=2**31, n_syn=2**32), "n_pre-2^64-1": dict(n_pre=-1),
        "n_post-0": dict(n_post=0),
        "n_post-2^32": dict(n_post=2**32), "both-2^31": dict(n_pre=2**31, n_post=2**31, n_syn=2**62),
        "n_syn-5": dict(n_syn=5),
        "n_syn-2^57": dict(n_syn=2**57), "n_syn-2^64-1": dict(n_syn=-1, dense=0), "dense-2": dict(dense=2),
        "not-dense": dict(dense=0),
        "every-0": dict(every=0), "every-2^41": dict(every=2**41), "memory-1": dict(memory=1),
        # clocks
        "step-2^54": dict(step=2**54), "t-after-step": dict(step=5), "updates-2": dict(updates=2),
        "updates-0": dict(updates=0),
        "updates-2^64-1": dict(updates=-1), "pending-4": dict(pending=4), "pending-2^63": dict(pending=2**63),
        "forward-6": dict(forward=6),
        "forward-2^64-1": dict(forward=-1), "t-2^64-1": dict(t=-1), "t-0": dict(t=0), "t-moved": dict(t=14, step=14),
        # values
        "dtype-2": dict(dtype=2), "form-2": dict(form=2), "scaling-3": dict(scaling=3), "slow-2": dict(slow=2),
        "mode-3": dict(mode=3),
        "engine-0": dict(engine=0), "engine-3": dict(engine=3), "label-2^32": dict(label=2**32), "dt-nan": dict(dt=NAN),
        "dt-0": dict(dt=0.0),
        "dt-large": dict(dt=2e-3), "dt-denormal": dict(dt=5e-324), "eta-nan": dict(eta=NAN), "eta-inf": dict(eta=INF),
        "push--1": dict(push=-1.0),
        "tau-nan": dict(tau_psp=NAN), "tau-0": dict(tau_mean=0.0), "v_theta-50": dict(v_theta=-50.0),
        "lag-huge": dict(t_lag=1e300),
        "lag-0": dict(t_lag=0.0), "delay-part": dict(delay_ax=2.5e-4), "delay-1000": dict(delay_ax=0.1),
        "w-order": dict(w_min=1.0, w_max=0.0),
        "w-nan": dict(w_max=NAN), "beta-0": dict(beta=0.0), "tau_rms-0": dict(tau_rms=0.0),
        # arrays
        "weight-nan": dict(WGHT=f32(0.5, NAN, 0.5, 0.5, 0.5, 0.5)),
        "weight-2": dict(WGHT=f32(0.5, 2, 0.5, 0.5, 0.5, 0.5)),
        "weight-negative": dict(WGHT=f32(0.5, -1e-30, 0.5, 0.5, 0.5, 0.5)),
        "weights-short": dict(WGHT=f32(1, 1, 1, 1, 1)),
        "weights-missing": dict(WGHT=None), "elig--inf": dict(ELIG=f32(0, 0, -INF, 0, 0, 0)),
        "elig-inf": dict(ELIG=f32(0, 0, INF, 0, 0, 0)),
        "sum-nan": dict(SUM_=f32(0, 0, NAN, 0, 0, 0)), "sigma2-negative": dict(SIG2=f32(1, -1)),
        "mean-negative": dict(MEAN=f32(-1, 1)),
        "err--inf": dict(ERR_=f32(-INF, 0)), "psp-negative": dict(PSP_=f32(0, -1, 0)),
        "trace-nan": dict(TRPR=f32(0, NAN, 0)),
        "line-no-such-neuron": dict(LINE=u64(5, 8)), "line-high-bit": dict(LINE=u64(2**63, 0)),
        "pre-no-such-neuron": dict(PREB=u64(*([8] * 9))),
        "post-no-such-neuron": dict(POSB=u64(*([4] * 8))), "pre-rows-few": dict(PREB=u64(*([0] * 8))),
        "post-rows-many": dict(POSB=u64(*([0] * 9))),
        "v--2": dict(FPRI=f32(*([10.0] * 13), -2)), "v-nan": dict(FPRI=f32(*([10.0] * 13), NAN)),
        "fprime-rows-few": dict(FPRI=f32(*([10.0] * 12))),
        "err-rows-many": dict(ERRF=f32(*([0.0] * 6))), "err-row-nan": dict(ERRF=f32(0, 0, 0, NAN)),
        "scaling-without-grad2": dict(scaling=1), "slow-without-doubles": dict(slow=1),
        "doubles-as-floats": dict(dtype=1),
        # the other engine
        "fused-with-block": dict(engine=1), "fused-without-line": fused,
        "fused-forward": dict(fused, forward=2, ERRF=f32(0, 0, 0, 0)),
    }.items():
        yield "spiking-" + name, spiking(**changed)
    for name, changed in {
        "first-1": dict(ROWS=u64(1, 2, 2, 4)), "descending": dict(ROWS=u64(0, 3, 2, 4)),
        "beyond": dict(ROWS=u64(0, 2, 2**63, 4)),
        "last-3": dict(ROWS=u64(0, 2, 2, 3)), "last-5": dict(ROWS=u64(0, 2, 2, 5)),
        "wraps": dict(ROWS=u64(0, -1, 2, 4)),
        "column-2": dict(COLS=u32(0, 2, 0, 1)), "column-2^32-1": dict(COLS=u32(0, 2**32 - 1, 0, 1)),
        "column-twice": dict(COLS=u32(0, 0, 0, 1)),
        "columns-fall": dict(COLS=u32(1, 0, 0, 1)), "columns-few": dict(COLS=u32(0, 1, 0)),
        "rows-few": dict(ROWS=u64(0, 2, 4)),
    }.items():
        yield "rows-" + name, sparse(**changed)
    yield "spiking-twice", spiking(more=[(b"SUM_", ARRAYS["SUM_"])])
    yield "spiking-grad2-unasked", spiking(more=[(b"GRD2", f32(0, 0, 0, 0, 0, 0))])
    yield "spiking-numbers-many", spiking(more_ints=[0] * 47)


# An inhibitory projection of 3 onto 2 neurons, all to all, float32, delay of 2 steps.
P_INTS = dict(flags=0, dtype=0, kind=1, n_pre=3, n_post=2, mode=0, label=5, n_syn=6, dense=1, step=7)
P_REALS = dict(dt=1e-4, delay_ax=2e-4, w_init=0.5, w_min=0, w_max=1, zeta=1e-3, kappa=10, tau_stdp=20e-3)
P_ARRAYS = dict(WGHT=f32(0.125, 0.25, 0.5, 0.625, 0.75, 1.5), TRPR=f32(1, 0, 0.5), TRPO=f32(0.5, 2), DLAY=u64(5, 2))


def projection(more=(), **changed):
    arrays = split(P_ARRAYS, changed)
    if "ROWS" in changed:
        arrays = dict(ROWS=changed["ROWS"], COLS=changed["COLS"], **arrays)
    return records(more, b"PROJ", split(P_INTS, changed), split(P_REALS, changed),
                   {k: v for k, v in arrays.items() if v is not None})


def of_projection():
    fixed = dict(kind=0, TRPR=None, TRPO=None)
    yield "ok-projection", projection()
    yield "ok-projection-sparse", projection(**dict(ROWS, n_syn=4, dense=0, WGHT=f32(0, 1, 0.5, 0.25)))
    yield "ok-projection-static", projection(**dict(fixed, WGHT=f32(0, 1, 0.5, 0.25, 0.5, 0.5)))
    for name, changed in {
        "n_pre-0": dict(n_pre=0), "n_post-2^32": dict(n_post=2**32),
        "both-2^31": dict(n_pre=2**31, n_post=2**31, n_syn=2**62),
        "n_syn-7": dict(n_syn=7), "n_syn-2^64-6": dict(n_syn=-6), "kind-2": dict(kind=2), "dtype-2": dict(dtype=2),
        "mode-3": dict(mode=3),
        "flags": dict(flags=1), "label": dict(label=2**31), "dense-2": dict(dense=2), "not-dense": dict(dense=0),
        "dt-nan": dict(dt=NAN),
        "delay-0": dict(delay_ax=0.0), "delay-huge": dict(delay_ax=1e300), "zeta-nan": dict(zeta=NAN),
        "zeta--1": dict(zeta=-1.0),
        "kappa-huge": dict(kappa=1e6), "tau-0": dict(tau_stdp=0.0), "w_max-inf": dict(w_max=INF),
        "weight-nan": dict(WGHT=f32(NAN, 0, 0, 0, 0, 0)),
        "weight-below": dict(WGHT=f32(-1, 0, 0, 0, 0, 0)), "weights-few": dict(WGHT=f32(0, 0, 0, 0, 0)),
        "trace-inf": dict(TRPR=f32(INF, 0, 0)),
        "trace-negative": dict(TRPO=f32(-1, 0)), "traces-missing": dict(TRPR=None),
        "no-such-neuron": dict(DLAY=u64(8, 0)),
        "rows-few": dict(DLAY=u64(0)), "static-above": dict(fixed),
        "static-traces": dict(kind=0, WGHT=f32(0, 0, 0, 0, 0, 0)),
        "bad-rows": dict(ROWS=u64(0, 2, 5, 4), COLS=ROWS["COLS"], n_syn=4, dense=0, WGHT=f32(0, 1, 0.5, 0.25)),
    }.items():
        yield "projection-" + name, projection(**changed)


# Three neurons, float32, with a voltage clamp of three knots.
L_INTS = dict(flags=0, dtype=0, threshold=0, n=3, seed=1, stream=2, label=5, step=7, knots=3)
L_REALS = dict(dt=1e-4, tau_mem=20e-3, tau_ampa=5e-3, tau_nmda=100e-3, tau_gaba=10e-3, tau_thr=5e-3, v_rest=-70e-3,
               v_reset=-70e-3, v_thr=-50e-3,
               thr_spike=100e-3, e_inh=-80e-3, ampa_nmda=1, v_init=-60e-3, v_init_sd=10e-3)
L_ARRAYS = dict(MEM_=f32(-0.0625, -0.03125, -0.0625), THR_=f32(0, 0.0625, 0), AMPA=f32(0, 1, 0.5), NMDA=f32(0, 0.5, 0),
                GABA=f32(0.25, 0, 0),
                CLMS=u64(0, 5, 9), CLMV=f64(-0.06, -0.05, -0.06))


def lif(more=(), **changed):
    return records(more, b"LIF_", split(L_INTS, changed), split(L_REALS, changed),
                   {k: v for k, v in split(L_ARRAYS, changed).items() if v is not None})


def of_lif():
    free = dict(knots=0, CLMS=None, CLMV=None)
    yield "ok-lif", lif()
    yield "ok-lif-free", lif(**free)
    yield "ok-lif-knots-meet", lif(CLMS=u64(5, 5, 5))
    yield "ok-lif-late", lif(step=2**64 - 1)
    for name, changed in {
        "n-0": dict(n=0), "n-2^31": dict(n=2**31), "n-2^64-1": dict(n=-1), "dtype-2": dict(dtype=2),
        "threshold-2": dict(threshold=2),
        "flags-2^32": dict(flags=2**32), "label": dict(label=2**31), "dt-large": dict(dt=1.0),
        "tau-nan": dict(tau_mem=NAN), "e_inh": dict(e_inh=-80.0),
        "q--1": dict(ampa_nmda=-1.0), "v_thr-nan": dict(v_thr=NAN), "v-nan": dict(MEM_=f32(NAN, 0, 0)),
        "g-inf": dict(AMPA=f32(0, INF, 0)),
        "v-few": dict(MEM_=f32(0, 0)), "thr-missing": dict(THR_=None), "knots-4": dict(knots=4),
        "knots-2^60": dict(knots=2**60),
        "knots-2^64-1": dict(knots=-1), "knots-0": dict(knots=0), "clamp-missing": dict(CLMS=None, CLMV=None),
        "clamp-order": dict(CLMS=u64(0, 9, 5)),
        "clamp-late": dict(CLMS=u64(0, 5, -1)), "clamp-mV": dict(CLMV=f64(-60, -50, -60)),
        "clamp-nan": dict(CLMV=f64(0, NAN, 0)),
    }.items():
        yield "lif-" + name, lif(**changed)


# A recorder of two neurons with bins of four steps, after seven.
R_INTS = dict(flags=0, n=2, bin_steps=4, t=7)
R_REALS = dict(dt=1e-4, tau_rate=10, silent_hz=0.01, runaway_hz=200, all=3)
R_ARRAYS = dict(TRAC=f64(1, 2), LAST=u64(6, 3), CNTS=u64(1, 2), BINC=u64(1, 0))


def record(more=(), **changed):
    return records(more, b"RECO", split(R_INTS, changed), split(R_REALS, changed),
                   {k: v for k, v in split(R_ARRAYS, changed).items() if v is not None})


def of_record():
    yield "ok-record", record()
    yield "ok-record-no-bins", record(bin_steps=0, BINC=None)
    for name, changed in {
        "n-0": dict(n=0), "n-2^31": dict(n=2**31), "n-2^64-1": dict(n=-1), "flags": dict(flags=1),
        "flags-2^32": dict(flags=2**32),
        "bins-2^32": dict(bin_steps=2**32), "t-2^63": dict(t=2**63), "dt-0": dict(dt=0.0),
        "tau-inf": dict(tau_rate=INF), "hz-order": dict(silent_hz=300.0),
        "all-nan": dict(all=NAN), "all-inf": dict(all=INF), "all--1": dict(all=-1.0), "all-huge": dict(all=1e9),
        "trace-nan": dict(TRAC=f64(NAN, 0)),
        "trace-negative": dict(TRAC=f64(-1, 0)), "trace-huge": dict(TRAC=f64(1e6, 0)),
        "trace-inf": dict(tau_rate=1e308, TRAC=f64(INF, 0)),
        "last-late": dict(LAST=u64(7, 0)), "last-2^64-1": dict(LAST=u64(-1, 0)), "counts": dict(CNTS=u64(8, 0)),
        "bin-full": dict(BINC=u64(4, 0)),
        "bin-missing": dict(BINC=None), "bin-unasked": dict(bin_steps=0), "few": dict(LAST=u64(6)),
    }.items():
        yield "record-" + name, record(**changed)


def attacks():
    """Yields (name, bytes)."""
    for part in (of_spiking, of_projection, of_lif, of_record):
        yield from part()
