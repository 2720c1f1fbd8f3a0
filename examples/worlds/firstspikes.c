/* examples/worlds/firstspikes.c - see firstspikes.h. */
#include "firstspikes.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "must.h"

enum { PRE = 20, POST = 6, SYNAPSES = PRE * POST };
#define MEAN 15.0   /* Hz, at first */
#define INPUTS 40.0 /* Hz */
#define SPIKES 25.0 /* Hz */

/* What happens in step t: fired[t * (PRE + POST)], inputs first; potentials. */
typedef struct {
    size_t steps;
    unsigned char *fired;
    float *v;
} world_t;

static world_t world(const lpl_spiking_config_t *c) {
    world_t w = {.steps = (size_t)c->update_every + 1};
    const size_t n = w.steps * (PRE + POST);
    float *u = must_alloc(n, sizeof *u);
    w.fired = must_alloc(n, sizeof *w.fired), w.v = must_alloc(w.steps * POST, sizeof *w.v);
    MUST(lpl_random_uniform(u, n, 1, 1, 0));
    for (size_t k = 0; k < n; k++) w.fired[k] = (double)u[k] < c->dt * (k % (PRE + POST) < PRE ? INPUTS : SPIKES);
    MUST(lpl_random_uniform(u, w.steps * POST, 1, 2, 0));
    for (size_t k = 0; k < w.steps * POST; k++) /* most are 1 to 16 mV below the centre of f' */
        w.v[k] = (float)(c->v_theta + 0.5e-3 - 16e-3 * (double)u[k]);
    free(u);
    return w;
}

/* Did neuron i (inputs first) fire `ago` steps before t? */
static double fired(const world_t *w, size_t t, size_t ago, size_t i) {
    return t >= ago ? (double)w->fired[(t - ago) * (PRE + POST) + i] : 0;
}

/* What is learned, and the averages before and after. */
typedef struct {
    double w[SYNAPSES], mean[POST], sigma2[POST];
} state_t;

static lpl_spiking_config_t settings(const lpl_spiking_config_t *of) {
    lpl_spiking_config_t c = *of;
    c.n_pre = PRE, c.n_post = POST, c.n_post_global = POST, c.post_begin = 0, c.threads = 1;
    c.scaling = LPL_SCALING_NONE, c.mode = LPL_MODE_LEARN;
    c.slow = LPL_SLOW_DOUBLE; /* in float32 averages are off by a part of what half a second changes in them */
    c.mean_init = MEAN, c.sigma2_init = of->form == LPL_FORM_ERRATUM ? MEAN * of->dt : MEAN;
    return c;
}

static void read_state(state_t *s, const lpl_spiking_t *p) {
    float v[SYNAPSES];
    MUST(lpl_spiking_read(p, v, SYNAPSES, NULL, LPL_SPIKING_WEIGHTS));
    for (size_t k = 0; k < SYNAPSES; k++) s->w[k] = (double)v[k];
    MUST(lpl_spiking_read(p, v, POST, NULL, LPL_SPIKING_MEAN));
    for (size_t i = 0; i < POST; i++) s->mean[i] = (double)v[i];
    MUST(lpl_spiking_read(p, v, POST, NULL, LPL_SPIKING_SIGMA2));
    for (size_t i = 0; i < POST; i++) s->sigma2[i] = (double)v[i];
}

static void by_library(state_t *after, const lpl_spiking_config_t *c, const world_t *w) {
    lpl_spiking_t *p = NULL;
    MUST(lpl_spiking_create(c, NULL, &p));
    for (size_t t = 0; t < w->steps; t++) {
        uint32_t list[2][PRE];
        size_t n[2] = {0, 0};
        for (uint32_t i = 0; i < PRE + POST; i++)
            if (fired(w, t, 0, i) > 0) list[i >= PRE][n[i >= PRE]++] = i < PRE ? i : i - PRE;
        MUST(lpl_spiking_step(p, list[0], n[0], list[1], n[1], w->v + t * POST));
    }
    read_state(after, p);
    lpl_spiking_destroy(p);
}

static double surrogate(const lpl_spiking_config_t *c, double v) {
    const double d = 1 + c->beta * fabs(v - c->v_theta);
    return c->beta / (d * d);
}

/* E1 - E9; `before` in, and what weights and averages become. */
static void by_equations(state_t *s, const state_t *before, const lpl_spiking_config_t *c, const world_t *w) {
    const bool erratum = c->form == LPL_FORM_ERRATUM;
    const size_t d = (size_t)floor(c->delay_ax / c->dt + 0.5), l = (size_t)floor(c->t_lag / c->dt + 0.5);
    const double push = c->push * (erratum ? c->dt : 1),
                 xi = c->xi > 0 ? c->xi
                      : erratum ? 1e-7
                                : 1e-3,
                 k_variance = (erratum ? c->dt : 1) / c->tau_sigma2,
                 delta = c->delta >= 0 ? c->delta
                         : erratum     ? 1e-3
                                       : 1e-5;
#define RATE(tau) (c->dt / (tau))
#define KEEP(tau) exp(-c->dt / (tau))
    double elig[SYNAPSES] = {0}, flt[SYNAPSES] = {0}, sum[SYNAPSES] = {0}, trace[PRE] = {0}, rise[POST] = {0},
           smooth[POST] = {0};
    double *psp = must_alloc(w->steps * PRE, sizeof *psp); /* of each step, before E6 */
    *s = *before;
    for (size_t t = 0; t < w->steps; t++) {
        double err[POST];
        for (size_t i = 0; i < POST; i++) {
            const double D = fired(w, t, d, PRE + i), residual = D - s->mean[i] * RATE(c->tau_mean);
            err[i] = push * residual / (s->sigma2[i] + xi) + (erratum ? 0 : delta) -
                     c->pull * (D - fired(w, t, l, PRE + i));                                       /* E1 */
            s->sigma2[i] = KEEP(c->tau_sigma2) * (s->sigma2[i] + k_variance * residual * residual); /* E7 */
            s->mean[i] = KEEP(c->tau_mean) * (s->mean[i] + fired(w, t, 0, PRE + i));                /* E8 */
        }
        for (size_t k = 0; k < SYNAPSES; k++) {
            const size_t j = k / POST, i = k % POST;
            if (t >= d) elig[k] += psp[(t - d) * PRE + j] * surrogate(c, (double)w->v[(t - d) * POST + i]); /* E2, E3 */
            flt[k] += RATE(c->tau_decay) * (elig[k] - flt[k]);
            elig[k] *= KEEP(c->tau_rise);
            sum[k] += flt[k] * smooth[i] + (erratum ? delta * fired(w, t, d, j) : 0); /* E4 */
        }
        for (size_t i = 0; i < POST; i++) { /* E9 */
            rise[i] += RATE(c->tau_err_rise) * (err[i] - rise[i]);
            smooth[i] += RATE(c->tau_err_decay) * (rise[i] - smooth[i]);
        }
        for (size_t j = 0; j < PRE && t + 1 < w->steps; j++) {
            const double now = psp[t * PRE + j];
            psp[(t + 1) * PRE + j] = now + RATE(c->tau_psp) * (trace[j] - now); /* E6 */
            trace[j] = KEEP(c->tau_syn) * (trace[j] + fired(w, t, d, j));       /* E8 */
        }
    }
    for (size_t k = 0; k < SYNAPSES; k++) /* E5 */
        s->w[k] = fmin(c->w_max, fmax(c->w_min, s->w[k] + c->eta * sum[k] / (double)c->update_every));
    free(psp);
}

/* Of changes a and b from the same start. */
static double apart(const double *a, const double *b, const double *start, size_t n) {
    double differ = 0, size = 0;
    for (size_t k = 0; k < n; k++)
        differ += (a[k] - b[k]) * (a[k] - b[k]), size += (b[k] - start[k]) * (b[k] - start[k]);
    return sqrt(differ / size);
}

firstspikes_t firstspikes(const lpl_spiking_config_t *of) {
    const lpl_spiking_config_t c = settings(of);
    world_t w = world(&c);
    state_t got, wanted, first;
    by_library(&got, &c, &w);
    for (size_t k = 0; k < SYNAPSES; k++) first.w[k] = c.w_init;
    for (size_t i = 0; i < POST; i++) first.mean[i] = c.mean_init * c.tau_mean, first.sigma2[i] = c.sigma2_init;
    by_equations(&wanted, &first, &c, &w);
    free(w.fired), free(w.v);
    return (firstspikes_t){apart(got.w, wanted.w, first.w, SYNAPSES), apart(got.mean, wanted.mean, first.mean, POST),
                           apart(got.sigma2, wanted.sigma2, first.sigma2, POST)};
}

void firstspikes_judge(table_t *t, const firstspikes_t *f) {
    t->source = "theory: 6.3 (E1 - E9), of random spikes";
    table_below(t, TABLE_MUST, 0.01, f->weights, "first change of weights: difference");
    table_below(t, TABLE_MUST, 0.01, f->mean, "  of the running mean till then: difference");
    table_below(t, TABLE_MUST, 0.01, f->sigma2, "  of the variance: difference");
}
