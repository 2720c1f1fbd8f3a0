/* tests/golden_runner/spiking.c - which runs a folder of the spiking layout asks for, and the case with rule lpl: a
 * network with one plastic projection, alone or with inhibitory neurons, free running or under a voltage clamp. */
#include "spiking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bits are compared with the published float32 arithmetic, which has to be named; float64 is right with either. */
#define F64(label, run, engine, slow) \
    { label, run, LPL_F64, engine, slow, 1e-9, 1e-9, 1e-9 }
static const golden_run_t lpl_runs[] = {
    {"float32 fused", golden_spiking_lpl, LPL_F32, LPL_ENGINE_FUSED, LPL_SLOW_REFERENCE, 1e-6, 1e-6, 1e-6},
    {"float32 block", golden_spiking_lpl, LPL_F32, LPL_ENGINE_BLOCK, LPL_SLOW_REFERENCE, 1e-5, 3e-5, 1e-4},
    F64("float64 fused", golden_spiking_lpl, LPL_ENGINE_FUSED, LPL_SLOW_REFERENCE),
    F64("float64 block", golden_spiking_lpl, LPL_ENGINE_BLOCK, LPL_SLOW_REFERENCE),
    F64("float64 fused, slow double", golden_spiking_lpl, LPL_ENGINE_FUSED, LPL_SLOW_DOUBLE),
    F64("float64 block, slow double", golden_spiking_lpl, LPL_ENGINE_BLOCK, LPL_SLOW_DOUBLE),
};
static const golden_run_t symmetric_runs[] = {
    {"float32", golden_spiking_symmetric, LPL_F32, 0, 0, 1e-6, 1e-6, 1e-6},
    F64("float64", golden_spiking_symmetric, 0, 0),
};
static const golden_run_t curve_runs[] = {
    {"float32 fused", golden_spiking_curves, LPL_F32, LPL_ENGINE_FUSED, LPL_SLOW_REFERENCE, 1e-3, 2e-2, 0},
    {"float32 block", golden_spiking_curves, LPL_F32, LPL_ENGINE_BLOCK, LPL_SLOW_REFERENCE, 1e-3, 2e-2, 0},
};

static void no_run(golden_case_t *c, const golden_run_t *self) {
    (void)self;
    const char *rule = golden_word(c, "rule");
    if (c->scalars.n_rows == 0) {
        golden_fail(c, "params.csv with the case's parameters is missing or empty");
    } else {
        golden_skip(c, "its rule '%s' is none that the runner knows (lpl, symmetric_stdp)", rule);
    }
}
static const golden_run_t refusal[] = {{"(no run)", no_run, 0, 0, 0, 0, 0, 0}};

size_t golden_spiking(const char *path, const golden_run_t **runs) {
    static const char *const marks[] = {"params", "input_spikes", "weights_init", "post_spikes"};
    golden_case_t c;
    int found = 0;
    memset(&c, 0, sizeof c);
    c.path = path;
    if (golden_has_table(&c, "post_spike_counts") || golden_has_table(&c, "published_freq") ||
        golden_has_table(&c, "published_long_f10") || golden_has_table(&c, "erratum_freq") ||
        golden_has_table(&c, "erratum_long_f10")) {
        *runs = curve_runs;
        return sizeof curve_runs / sizeof curve_runs[0];
    }
    for (size_t k = 0; k < sizeof marks / sizeof marks[0]; k++) {
        found |= golden_has_table(&c, marks[k]);
    }
    if (!found) {
        return 0;
    }
    char file[4096];
    snprintf(file, sizeof file, "%s/params.csv", path);
    csv_t params;
    int is_lpl = 1, is_symmetric = 0; /* a table that cannot be read: each run says so */
    if (csv_read(&params, file, NULL, 0) == 0) {
        const char *rule = csv_text(&params, (size_t)csv_find(&params, "rule"), 1);
        is_lpl = strcmp(rule, "lpl") == 0;
        is_symmetric = strcmp(rule, "symmetric_stdp") == 0;
        csv_free(&params);
    } else {
        is_lpl = 0;
    }
    *runs = is_lpl ? lpl_runs : is_symmetric ? symmetric_runs : refusal;
    return is_lpl         ? sizeof lpl_runs / sizeof lpl_runs[0]
           : is_symmetric ? sizeof symmetric_runs / sizeof symmetric_runs[0]
                          : sizeof refusal / sizeof refusal[0];
}

/* -- the network
 * ---------------------------------------------------------------------------------------------------- */

typedef struct network_t {
    golden_case_t *c;
    const golden_run_t *run;
    double dt, tolerance, tolerance_ie;
    uint64_t n_steps, delay;
    size_t n_pre, n_post, n_inh;
    spikes_t input, post, inh; /* recorded */
    synapses_t syn, syn_ei, syn_ie, syn_ii;
    rows_t weights, weights_ie;
    traces_t *traces;
    population_t exc, inhibitory; /* the second without neurons if there are none */
    lpl_spiking_t *lpl;
    lpl_projection_t *ei, *ie, *ii; /* NULL without synapses */
} network_t;

static void set_if_named(golden_case_t *c, const char *name, double *field) { *field = golden_number(c, name, *field); }

static int make_plastic(network_t *n) {
    golden_case_t *const c = n->c;
    lpl_spiking_config_t cfg;
    lpl_connect_t connect;
    if (!golden_ok(c, lpl_spiking_config_init(&cfg, sizeof cfg), "lpl_spiking_config_init")) {
        return 0;
    }
    const char *variant = golden_word(c, "variant");
    if (strcmp(variant, "published") != 0 && strcmp(variant, "erratum") != 0) {
        golden_skip(c, "its variant '%s' is none that the runner knows (published, erratum)", variant);
        return 0;
    }
    cfg.form = variant[0] == 'p' ? LPL_FORM_REFERENCE : LPL_FORM_ERRATUM;
    cfg.dtype = n->run->dtype;
    cfg.engine = n->run->engine;
    cfg.slow = n->run->slow;
    cfg.n_pre = n->n_pre;
    cfg.n_post = n->n_post;
    cfg.dt = n->dt;
    int ok = parameter(c, "eta", &cfg.eta) && parameter(c, "lambda", &cfg.push) && parameter(c, "phi", &cfg.pull) &&
             parameter(c, "tau_mean", &cfg.tau_mean) && parameter(c, "tau_sigma2", &cfg.tau_sigma2) &&
             parameter(c, "w_max", &cfg.w_max);
    const char *const names[] = {"xi",           "delta",         "tau_syn", "tau_psp", "tau_rise", "tau_decay",
                                 "tau_err_rise", "tau_err_decay", "beta",    "v_theta", "t_lag",    "delay_ax",
                                 "init_mean",    "init_sigma2",   "w_min",   "tau_rms"};
    double *const fields[] = {&cfg.xi,        &cfg.delta,       &cfg.tau_syn,      &cfg.tau_psp,
                              &cfg.tau_rise,  &cfg.tau_decay,   &cfg.tau_err_rise, &cfg.tau_err_decay,
                              &cfg.beta,      &cfg.v_theta,     &cfg.t_lag,        &cfg.delay_ax,
                              &cfg.mean_init, &cfg.sigma2_init, &cfg.w_min,        &cfg.tau_rms};
    for (size_t k = 0; k < sizeof fields / sizeof fields[0]; k++) {
        set_if_named(c, names[k], fields[k]);
    }
    cfg.update_every = golden_count(c, "update_interval_steps", (size_t)cfg.update_every);
    cfg.scaling = golden_count(c, "max_norm_optimiser", 0) != 0 ? LPL_SCALING_MAXNORM : LPL_SCALING_NONE;
    const double tau_wd = golden_number(c, "tau_wd", 0);
    cfg.tau_wdecay = golden_count(c, "weight_decay", 0) != 0 ? tau_wd : 0;
    cfg.w_init = cfg.w_min;
    /* Described twice: lambda_eff is what the form makes of lambda. */
    const double eff = cfg.form == LPL_FORM_REFERENCE ? cfg.push : cfg.push * n->dt;
    if (ok && !(fabs(golden_number(c, "lambda_eff", eff) - eff) <= 1e-6 * fabs(eff))) {
        golden_fail(c, "%s: lambda_eff is not what the %s form makes of lambda %g: %g", c->parameters, variant,
                    cfg.push, eff);
    }
    golden_word(c, "delta_mode");             /* a remark on the form */
    golden_word(c, "connection_probability"); /* the synapses are listed */
    ok = ok && c->status == GOLDEN_PASSED && synapses_connect(c, &n->syn, &connect) &&
         golden_ok(c, lpl_spiking_create(&cfg, &connect, &n->lpl), "lpl_spiking_create") &&
         golden_ok(c, typed_spiking_write(cfg.dtype, n->lpl, n->syn.w, n->syn.n, LPL_SPIKING_WEIGHTS),
                   "lpl_spiking_write");
    double delay = 0;
    ok = ok && golden_ok(c, lpl_spiking_get(n->lpl, LPL_SPIKING_PARAM_DELAY, &delay), "lpl_spiking_get");
    n->delay = (uint64_t)delay;
    return ok;
}

/* plastic: by the symmetric rule, else fixed. Without synapses none is made. */
static int network_projection(network_t *n, const synapses_t *syn, int plastic, lpl_projection_t **out) {
    golden_case_t *const c = n->c;
    lpl_projection_config_t cfg;
    lpl_connect_t connect;
    if (syn->n == 0) {
        return 1;
    }
    if (!golden_ok(c, lpl_projection_config_init(&cfg, sizeof cfg), "lpl_projection_config_init")) {
        return 0;
    }
    cfg.dtype = n->run->dtype;
    cfg.n_pre = syn->n_pre;
    cfg.n_post = syn->n_post;
    cfg.dt = n->dt;
    set_if_named(c, "delay_ax", &cfg.delay_ax);
    if (plastic) {
        cfg.kind = LPL_PROJECTION_INHIBITORY;
        set_if_named(c, "tau_inh", &cfg.tau_stdp);
        set_if_named(c, "inh_w_max", &cfg.w_max);
        if (!parameter(c, "zeta", &cfg.zeta) || !parameter(c, "kappa", &cfg.kappa)) {
            return 0;
        }
    } else {
        for (size_t k = 0; k < syn->n; k++) {
            cfg.w_max = fmax(cfg.w_max, syn->w[k]);
        }
    }
    return synapses_connect(c, syn, &connect) &&
           golden_ok(c, lpl_projection_create(&cfg, &connect, out), "lpl_projection_create") &&
           golden_ok(c, typed_projection_write(cfg.dtype, *out, syn->w, syn->n), "lpl_projection_write");
}

static int make_clamp(network_t *n) {
    static const char *const name = "clamp_knots";
    golden_case_t *const c = n->c;
    csv_t t;
    char file[64];
    if (golden_table(c, name, &t, file, sizeof file) != 1) {
        golden_fail(c, "the case is clamped, but its table %s is missing", file);
        return 0;
    }
    double *const time = golden_doubles(t.n_rows), *const volt = golden_doubles(t.n_rows);
    int ok = 1;
    for (size_t r = 0; ok && r < t.n_rows; r++) {
        ok = csv_number(&t, r, 0, &time[r]) == 1 && csv_number(&t, r, 1, &volt[r]) == 1;
        if (!ok) {
            golden_fail(c, "%s: row %zu is '%s', '%s', need a time and a voltage", file, r, csv_text(&t, r, 0),
                        csv_text(&t, r, 1));
        }
    }
    ok = ok && golden_ok(c, lpl_lif_clamp(n->exc.lif, time, volt, t.n_rows), "lpl_lif_clamp");
    free(time);
    free(volt);
    csv_free(&t);
    return ok;
}

static int make_neurons(network_t *n) {
    golden_case_t *const c = n->c;
    double *const v = golden_doubles(n->n_post);
    const int clamped = golden_count(c, "clamped", 0) != 0;
    int ok = values_read(c, "mem_init", n->n_post, v) &&
             population_make(c, &n->exc, n->run->dtype, n->n_post, n->dt, -70e-3) &&
             golden_ok(c, typed_lif_write(n->run->dtype, n->exc.lif, v, n->n_post, LPL_LIF_V), "lpl_lif_write") &&
             (!clamped || make_clamp(n));
    if (n->n_inh > 0) { /* they start at rest */
        ok = ok && population_make(c, &n->inhibitory, n->run->dtype, n->n_inh, n->dt, -70e-3);
    }
    n->tolerance = clamped ? n->run->clamped : n->run->weights;
    n->tolerance_ie = n->tolerance;
    if (n->run->dtype == LPL_F64) {
        n->tolerance *= rows_largest(&n->weights);
        n->tolerance_ie *= rows_largest(&n->weights_ie);
    }
    free(v);
    return ok;
}

static int open_network(network_t *n) {
    golden_case_t *const c = n->c;
    n->n_inh = golden_count(c, "inhibitory_neurons", 0);
    int ok = parameter_size(c, "pre", &n->n_pre) && parameter_size(c, "post", &n->n_post) &&
             parameter_steps(c, &n->dt, &n->n_steps) &&
             spikes_read(c, "input_spikes", n->n_pre, n->n_steps, &n->input) &&
             synapses_read(c, "weights_init", n->n_pre, n->n_post, &n->syn) && results_found(c, n->run) &&
             spikes_read(c, result(n->run, "post_spikes"), n->n_post, n->n_steps, &n->post) &&
             rows_read(c, result(n->run, "weights"), n->n_steps, &n->weights) &&
             rows_are_weights(c, &n->weights, n->syn.n, n->n_steps);
    ok = ok && (n->traces = traces_open(c, n->run, n->n_steps, n->n_pre, n->n_post, n->syn.n)) != NULL;
    if (n->n_inh > 0) {
        ok = ok && spikes_read(c, result(n->run, "inh_spikes"), n->n_inh, n->n_steps, &n->inh) &&
             synapses_read(c, "con_ei", n->n_post, n->n_inh, &n->syn_ei) &&
             synapses_read(c, "con_ie_init", n->n_inh, n->n_post, &n->syn_ie) &&
             synapses_read(c, "con_ii", n->n_inh, n->n_inh, &n->syn_ii) &&
             rows_read(c, result(n->run, "con_ie_weights"), n->n_steps, &n->weights_ie) &&
             rows_are_weights(c, &n->weights_ie, n->syn_ie.n, n->n_steps);
    }
    ok = ok && make_plastic(n) && make_neurons(n);
    if (n->n_inh > 0) {
        ok = ok && network_projection(n, &n->syn_ei, 0, &n->ei) && network_projection(n, &n->syn_ie, 1, &n->ie) &&
             network_projection(n, &n->syn_ii, 0, &n->ii);
    }
    return ok && c->status == GOLDEN_PASSED;
}

static void close_network(network_t *n) {
    spikes_free(&n->input);
    spikes_free(&n->post);
    spikes_free(&n->inh);
    synapses_free(&n->syn);
    synapses_free(&n->syn_ei);
    synapses_free(&n->syn_ie);
    synapses_free(&n->syn_ii);
    rows_free(&n->weights);
    rows_free(&n->weights_ie);
    traces_free(n->traces);
    population_free(&n->exc);
    population_free(&n->inhibitory);
    lpl_spiking_destroy(n->lpl);
    lpl_projection_destroy(n->ei);
    lpl_projection_destroy(n->ie);
    lpl_projection_destroy(n->ii);
}

/* -- one step
 * ------------------------------------------------------------------------------------------------------- */

/* Spikes of the step, and what they are checked against. */
typedef struct step_t {
    uint32_t *post, *inh;
    size_t n_post, n_inh;
    void *v;
    spike_check_t check_post, check_inh;
    worst_t weights, weights_ie;
    double *got; /* weights of either projection */
} step_t;

static int drive_projection(network_t *n, const lpl_projection_t *p, lpl_lif_t *target, int32_t receptor) {
    return p == NULL || drive(n->c, n->run->dtype, NULL, 0, 0, NULL, NULL, p, target, receptor);
}

static int step_projection(network_t *n, lpl_projection_t *p, const uint32_t *pre, size_t n_pre, const uint32_t *post,
                           size_t n_post) {
    return p == NULL || golden_ok(n->c, lpl_projection_step(p, pre, n_pre, post, n_post), "lpl_projection_step");
}

static int step_neurons(network_t *n, step_t *s) {
    const int dtype = n->run->dtype;
    return golden_ok(n->c, typed_lif_step(dtype, n->exc.lif, s->post, &s->n_post, s->v), "lpl_lif_step") &&
           (n->n_inh == 0 ||
            golden_ok(n->c, typed_lif_step(dtype, n->inhibitory.lif, s->inh, &s->n_inh, NULL), "lpl_lif_step"));
}

/* The order of spiking.h (and of the published code): neurons, what arrives, learning. */
static int network_step(network_t *n, step_t *s, uint64_t t) {
    lpl_lif_t *const exc = n->exc.lif, *const inh = n->inhibitory.lif;
    return step_neurons(n, s) &&
           drive(n->c, n->run->dtype, &n->input, t, n->delay, &n->syn, n->lpl, NULL, exc, LPL_RECEPTOR_AMPA) &&
           drive_projection(n, n->ei, inh, LPL_RECEPTOR_AMPA) && drive_projection(n, n->ie, exc, LPL_RECEPTOR_GABA) &&
           drive_projection(n, n->ii, inh, LPL_RECEPTOR_GABA) &&
           golden_ok(n->c,
                     typed_spiking_step(n->run->dtype, n->lpl, n->input.neuron + n->input.at[t],
                                        spikes_count(&n->input, t), s->post, s->n_post, s->v),
                     "lpl_spiking_step") &&
           step_projection(n, n->ei, s->post, s->n_post, NULL, 0) &&
           step_projection(n, n->ie, s->inh, s->n_inh, s->post, s->n_post) &&
           step_projection(n, n->ii, s->inh, s->n_inh, NULL, 0);
}

static int compare_step(network_t *n, step_t *s, uint64_t t) {
    const int dtype = n->run->dtype;
    spike_check_step(&s->check_post, &n->post, t, s->post, s->n_post);
    if (n->n_inh > 0) {
        spike_check_step(&s->check_inh, &n->inh, t, s->inh, s->n_inh);
    }
    const double *want = rows_at(&n->weights, t);
    int ok = 1;
    if (want != NULL) {
        ok = golden_ok(n->c, typed_spiking_read(dtype, n->lpl, s->got, n->syn.n, NULL, LPL_SPIKING_WEIGHTS),
                       "lpl_spiking_read");
        worst_weights(&s->weights, dtype, "weight ", s->got, want, n->syn.n, n->tolerance, t);
    }
    want = n->ie != NULL ? rows_at(&n->weights_ie, t) : NULL;
    if (ok && want != NULL) {
        ok = golden_ok(n->c, typed_projection_read(dtype, n->ie, s->got, n->syn_ie.n), "lpl_projection_read");
        worst_weights(&s->weights_ie, dtype, "con_ie weight ", s->got, want, n->syn_ie.n, n->tolerance_ie, t);
    }
    return ok && traces_step(n->c, n->traces, n->run, t, n->exc.lif, n->lpl);
}

static void note_network(network_t *n, const step_t *s) {
    golden_case_t *const c = n->c;
    size_t n_values = s->weights.n + s->weights_ie.n, n_bits = s->weights.n_bits + s->weights_ie.n_bits;
    spike_check_note(c, &s->check_post, "post spikes", n->run);
    if (n->n_inh > 0) {
        spike_check_note(c, &s->check_inh, "inh spikes", n->run);
    }
    worst_note(c, &s->weights, n->run->label);
    worst_note(c, &s->weights_ie, n->run->label);
    traces_note(c, n->traces, n->run, &n_values, &n_bits);
    if (n->run->dtype == LPL_F32) {
        snprintf(c->remark, sizeof c->remark, "%zu of %zu values differ in bits", n_bits, n_values);
    }
}

void golden_spiking_lpl(golden_case_t *c, const golden_run_t *run) {
    network_t n;
    memset(&n, 0, sizeof n);
    n.c = c;
    n.run = run;
    golden_word(c, "rule");
    if (open_network(&n)) {
        step_t s;
        memset(&s, 0, sizeof s);
        s.post = typed_new(LPL_F32, n.n_post); /* 4 bytes each, as uint32_t */
        s.inh = typed_new(LPL_F32, n.n_inh);
        s.v = typed_new(run->dtype, n.n_post);
        s.got = golden_doubles(n.syn.n > n.syn_ie.n ? n.syn.n : n.syn_ie.n);
        int ok = 1;
        for (uint64_t t = 0; ok && t < n.n_steps; t++) {
            ok = network_step(&n, &s, t) && compare_step(&n, &s, t);
        }
        if (ok) {
            note_network(&n, &s);
        }
        free(s.post);
        free(s.inh);
        free(s.v);
        free(s.got);
    }
    close_network(&n);
}
