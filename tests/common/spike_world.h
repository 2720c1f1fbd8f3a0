/* tests/common/spike_world.h - random spikes and potentials to play to plastic projections, and how to compare
 * these. */
#ifndef LPL_SPIKE_WORLD_H
#define LPL_SPIKE_WORLD_H

#include "common/testing.h"

/* ---- a world of random spikes and potentials, the same for every projection that it is played to ---- */

typedef struct {
    size_t n_pre, n_post, steps;
    uint64_t *pre_ptr, *post_ptr;
    uint32_t *pre, *post;
    float *v;
    double *v64;
} world_t;

static inline world_t world_make(size_t n_pre, size_t n_post, size_t steps, double p_pre, double p_post) {
    world_t w = {.n_pre = n_pre, .n_post = n_post, .steps = steps};
    w.pre_ptr = calloc(steps + 1, sizeof *w.pre_ptr), w.post_ptr = calloc(steps + 1, sizeof *w.post_ptr);
    w.pre = malloc((steps * n_pre + 1) * sizeof *w.pre), w.post = malloc((steps * n_post + 1) * sizeof *w.post);
    w.v = malloc(steps * n_post * sizeof *w.v), w.v64 = malloc(steps * n_post * sizeof *w.v64);
    for (size_t t = 0; t < steps; t++) {
        w.pre_ptr[t + 1] = w.pre_ptr[t], w.post_ptr[t + 1] = w.post_ptr[t];
        for (size_t j = 0; j < n_pre; j++)
            if ((testing_real() + 1) / 2 < p_pre) w.pre[w.pre_ptr[t + 1]++] = (uint32_t)j;
        for (size_t i = 0; i < n_post; i++) {
            if ((testing_real() + 1) / 2 < p_post) w.post[w.post_ptr[t + 1]++] = (uint32_t)i;
            w.v[t * n_post + i] = (float)(-0.06 + 0.012 * testing_real());
            w.v64[t * n_post + i] = (double)w.v[t * n_post + i];
        }
    }
    return w;
}

static inline void world_free(world_t *w) {
    free(w->pre_ptr), free(w->post_ptr), free(w->pre), free(w->post), free(w->v), free(w->v64);
}

static inline lpl_status_t play_one(lpl_spiking_t *s, const world_t *w, size_t t) {
    const uint32_t *pre = w->pre + w->pre_ptr[t], *post = w->post + w->post_ptr[t];
    const size_t a = (size_t)(w->pre_ptr[t + 1] - w->pre_ptr[t]), b = (size_t)(w->post_ptr[t + 1] - w->post_ptr[t]);
    double dtype = 0;
    lpl_spiking_get(s, LPL_SPIKING_PARAM_DTYPE, &dtype);
    return dtype == LPL_F64 ? lpl_spiking_step_f64(s, pre, a, post, b, w->v64 + t * w->n_post)
                            : lpl_spiking_step(s, pre, a, post, b, w->v + t * w->n_post);
}

static inline void play(lpl_spiking_t *s, const world_t *w, size_t from, size_t to) {
    lpl_status_t status = LPL_OK;
    for (size_t t = from; t < to && status >= 0; t++) status = play_one(s, w, t);
    OK(status);
}

static inline double param(const lpl_spiking_t *s, int32_t which) {
    double x;
    OK(lpl_spiking_get(s, which, &x));
    return x;
}

static inline size_t length(const lpl_spiking_t *s, int32_t what) {
    return (size_t)param(s, what <= LPL_SPIKING_GRAD2 ? LPL_SPIKING_PARAM_N_SYNAPSES
                            : what <= LPL_SPIKING_PSP ? LPL_SPIKING_PARAM_N_PRE
                                                      : LPL_SPIKING_PARAM_N_POST);
}

/* A state as doubles, whatever the type. */
static inline double *state(const lpl_spiking_t *s, int32_t what) {
    const size_t n = length(s, what);
    double *x = malloc((n + 1) * sizeof *x);
    if (param(s, LPL_SPIKING_PARAM_DTYPE) == LPL_F64) {
        OK(lpl_spiking_read_f64(s, x, n, NULL, what));
        return x;
    }
    float *y = malloc((n + 1) * sizeof *y);
    OK(lpl_spiking_read(s, y, n, NULL, what));
    for (size_t k = 0; k < n; k++) x[k] = (double)y[k];
    free(y);
    return x;
}

/* Largest difference of a state between two projections, over the largest value. */
static inline double apart(const lpl_spiking_t *a, const lpl_spiking_t *b, int32_t what) {
    const size_t n = length(a, what);
    double *x = state(a, what), *y = state(b, what), largest = 0, most = 0;
    for (size_t k = 0; k < n; k++) {
        largest = fmax(largest, fabs(x[k]));
        most = fmax(most, fabs(x[k] - y[k]));
        if (!(fabs(x[k] - y[k]) < 1e300)) most = INFINITY;
    }
    free(x), free(y);
    return largest > 0 ? most / largest : most;
}

static inline void same(const lpl_spiking_t *a, const lpl_spiking_t *b) {
    for (int32_t what = LPL_SPIKING_WEIGHTS; what <= LPL_SPIKING_FPRIME; what++)
        ck_assert_msg(apart(a, b, what) == 0, "state %d differs by %g of its largest value", (int)what,
                      apart(a, b, what));
}

static inline lpl_connect_t sparse(double probability) {
    lpl_connect_t c;
    OK(lpl_connect_init(&c, sizeof c));
    if (probability < 1) c.kind = LPL_CONNECT_RANDOM, c.probability = probability, c.seed = testing_bits();
    return c;
}

static inline lpl_spiking_config_t config(size_t n_pre, size_t n_post) {
    lpl_spiking_config_t c;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = n_pre, c.n_post = n_post, c.eta = 0.05, c.tau_mean = 10, c.tau_sigma2 = 5, c.mean_init = 4,
    c.sigma2_init = 4e-4;
    return c;
}

/* Everything that may vary, varied. */
static inline lpl_spiking_config_t any_config(size_t n_pre, size_t n_post) {
    lpl_spiking_config_t c = config(n_pre, n_post);
    c.form = (int32_t)testing_size(0, 1);
    if (c.form == LPL_FORM_REFERENCE) c.sigma2_init = 4;
    c.scaling = (int32_t)testing_size(0, 2);
    c.slow = (int32_t)testing_size(0, 1);
    c.update_every = testing_size(20, 900);
    c.delay_ax = 1e-4 * (double)testing_size(1, 30);
    c.t_lag = 1e-4 * (double)testing_size(1, 250);
    c.push = testing_real() + 1, c.pull = testing_real() + 1;
    c.tau_wdecay = testing_size(0, 1) ? 1000 : 0;
    if (c.scaling) c.eta = 1e-3;
    return c;
}

static inline lpl_spiking_t *make(const lpl_spiking_config_t *c, const lpl_connect_t *connect) {
    lpl_spiking_t *s = NULL;
    OK(lpl_spiking_create(c, connect, &s));
    return s;
}

#endif
