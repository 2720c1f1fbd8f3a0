/* tests/golden_runner/spiking_symmetric.c - the case with rule symmetric_stdp: an inhibitory projection that learns
 * from the recorded spikes, and, if excitatory input is given, the neurons that these spikes come from. */
#include "spiking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct world_t {
    golden_case_t *c;
    const golden_run_t *run;
    double dt, tolerance;
    uint64_t n_steps, delay;
    size_t n_pre, n_post, n_exc;
    spikes_t pre, post, exc_input; /* recorded */
    synapses_t syn, syn_exc;
    rows_t weights;
    lpl_projection_t *inh, *exc;
    population_t neurons; /* none without excitatory input */
} world_t;

static int symmetric_projection(world_t *w, const synapses_t *syn, int kind, lpl_projection_t **out) {
    golden_case_t *const c = w->c;
    lpl_projection_config_t cfg;
    lpl_connect_t connect;
    double delay = 0;
    if (!golden_ok(c, lpl_projection_config_init(&cfg, sizeof cfg), "lpl_projection_config_init")) {
        return 0;
    }
    cfg.dtype = w->run->dtype;
    cfg.kind = kind;
    cfg.n_pre = syn->n_pre;
    cfg.n_post = syn->n_post;
    cfg.dt = w->dt;
    cfg.delay_ax = golden_number(c, "delay_ax", cfg.delay_ax);
    if (kind == LPL_PROJECTION_INHIBITORY) {
        cfg.w_min = golden_number(c, "w_min", cfg.w_min);
        cfg.w_init = cfg.w_min;
        if (!parameter(c, "zeta", &cfg.zeta) || !parameter(c, "kappa", &cfg.kappa) ||
            !parameter(c, "tau_inh", &cfg.tau_stdp) || !parameter(c, "w_max", &cfg.w_max)) {
            return 0;
        }
    } else {
        for (size_t k = 0; k < syn->n; k++) {
            cfg.w_max = fmax(cfg.w_max, syn->w[k]);
        }
    }
    const int ok = synapses_connect(c, syn, &connect) &&
                   golden_ok(c, lpl_projection_create(&cfg, &connect, out), "lpl_projection_create") &&
                   golden_ok(c, typed_projection_write(cfg.dtype, *out, syn->w, syn->n), "lpl_projection_write") &&
                   golden_ok(c, lpl_projection_get(*out, LPL_PROJECTION_PARAM_DELAY, &delay), "lpl_projection_get");
    w->delay = (uint64_t)delay;
    return ok;
}

static int open_world(world_t *w) {
    golden_case_t *const c = w->c;
    w->n_exc = golden_count(c, "excitatory_inputs", 0);
    golden_word(c, "connection_probability"); /* the synapses are listed */
    int ok = parameter_size(c, "pre", &w->n_pre) && parameter_size(c, "post", &w->n_post) &&
             parameter_steps(c, &w->dt, &w->n_steps) && spikes_read(c, "pre_spikes", w->n_pre, w->n_steps, &w->pre) &&
             results_found(c, w->run) &&
             spikes_read(c, result(w->run, "post_spikes"), w->n_post, w->n_steps, &w->post) &&
             synapses_read(c, "weights_init", w->n_pre, w->n_post, &w->syn) &&
             rows_read(c, result(w->run, "weights"), w->n_steps, &w->weights) &&
             rows_are_weights(c, &w->weights, w->syn.n, w->n_steps) &&
             symmetric_projection(w, &w->syn, LPL_PROJECTION_INHIBITORY, &w->inh);
    if (ok && w->n_exc > 0) {
        double *const v = golden_doubles(w->n_post);
        ok = spikes_read(c, "exc_input_spikes", w->n_exc, w->n_steps, &w->exc_input) &&
             synapses_read(c, "exc_weights_init", w->n_exc, w->n_post, &w->syn_exc) &&
             values_read(c, "mem_init", w->n_post, v) &&
             symmetric_projection(w, &w->syn_exc, LPL_PROJECTION_STATIC, &w->exc) &&
             population_make(c, &w->neurons, w->run->dtype, w->n_post, w->dt, -70e-3) &&
             golden_ok(c, typed_lif_write(w->run->dtype, w->neurons.lif, v, w->n_post, LPL_LIF_V), "lpl_lif_write");
        free(v);
    }
    return ok && c->status == GOLDEN_PASSED;
}

static void close_world(world_t *w) {
    spikes_free(&w->pre);
    spikes_free(&w->post);
    spikes_free(&w->exc_input);
    synapses_free(&w->syn);
    synapses_free(&w->syn_exc);
    rows_free(&w->weights);
    lpl_projection_destroy(w->inh);
    lpl_projection_destroy(w->exc);
    population_free(&w->neurons);
}

/* The neurons' own spikes of this step, and what reaches them. */
static int run_neurons(world_t *w, uint64_t t, uint32_t *spikes, spike_check_t *check) {
    const int dtype = w->run->dtype;
    size_t n = 0;
    if (!golden_ok(w->c, typed_lif_step(dtype, w->neurons.lif, spikes, &n, NULL), "lpl_lif_step")) {
        return 0;
    }
    const int ok =
        drive(w->c, dtype, &w->exc_input, t, w->delay, &w->syn_exc, NULL, w->exc, w->neurons.lif, LPL_RECEPTOR_AMPA) &&
        drive(w->c, dtype, &w->pre, t, w->delay, &w->syn, NULL, w->inh, w->neurons.lif, LPL_RECEPTOR_GABA) &&
        golden_ok(w->c,
                  lpl_projection_step(w->exc, w->exc_input.neuron + w->exc_input.at[t], spikes_count(&w->exc_input, t),
                                      NULL, 0),
                  "lpl_projection_step");
    spike_check_step(check, &w->post, t, spikes, n);
    return ok;
}

static int symmetric_step(world_t *w, uint64_t t, double *got, worst_t *worst) {
    if (!golden_ok(w->c,
                   lpl_projection_step(w->inh, w->pre.neuron + w->pre.at[t], spikes_count(&w->pre, t),
                                       w->post.neuron + w->post.at[t], spikes_count(&w->post, t)),
                   "lpl_projection_step")) {
        return 0;
    }
    const double *const want = rows_at(&w->weights, t);
    if (want != NULL) {
        if (!golden_ok(w->c, typed_projection_read(w->run->dtype, w->inh, got, w->syn.n), "lpl_projection_read")) {
            return 0;
        }
        worst_weights(worst, w->run->dtype, "weight ", got, want, w->syn.n, w->tolerance, t);
    }
    return 1;
}

void golden_spiking_symmetric(golden_case_t *c, const golden_run_t *run) {
    world_t w;
    memset(&w, 0, sizeof w);
    w.c = c;
    w.run = run;
    golden_word(c, "rule");
    if (open_world(&w)) {
        uint32_t *const spikes = typed_new(LPL_F32, w.n_post); /* 4 bytes each, as uint32_t */
        double *const got = golden_doubles(w.syn.n);
        spike_check_t check;
        worst_t worst;
        memset(&worst, 0, sizeof worst);
        memset(&check, 0, sizeof check);
        int ok = 1;
        w.tolerance = run->dtype == LPL_F64 ? run->weights * rows_largest(&w.weights) : run->weights;
        for (uint64_t t = 0; ok && t < w.n_steps; t++) {
            ok = (w.neurons.lif == NULL || run_neurons(&w, t, spikes, &check)) && symmetric_step(&w, t, got, &worst);
        }
        if (ok) {
            worst_note(c, &worst, run->label);
            if (w.neurons.lif != NULL) {
                spike_check_note(c, &check, "post spikes", run);
            }
            if (run->dtype == LPL_F32) {
                snprintf(c->remark, sizeof c->remark, "%zu of %zu values differ in bits", worst.n_bits, worst.n);
            }
        }
        free(spikes);
        free(got);
    }
    close_world(&w);
}
