/* tests/golden_runner/spiking_typed.c - the spiking calls for either element type; populations and drives as the cases
 * describe them. */
#include "spiking.h"

#include <stdlib.h>

lpl_status_t typed_lif_step(int dtype, lpl_lif_t *p, uint32_t *spikes, size_t *n_spk, void *v) {
    return dtype == LPL_F64 ? lpl_lif_step_f64(p, spikes, n_spk, v) : lpl_lif_step(p, spikes, n_spk, v);
}

lpl_status_t typed_spiking_step(int dtype, lpl_spiking_t *s, const uint32_t *pre, size_t n_pre, const uint32_t *post,
                                size_t n_post, const void *v) {
    return dtype == LPL_F64 ? lpl_spiking_step_f64(s, pre, n_pre, post, n_post, v)
                            : lpl_spiking_step(s, pre, n_pre, post, n_post, v);
}

/* Reads and writes in double; a float run reads and writes through a float array. */
#define READ(call32, call64, ...)                                  \
    if (dtype == LPL_F64) {                                        \
        return call64(p, dst, n, __VA_ARGS__);                     \
    }                                                              \
    float *const narrow = typed_new(LPL_F32, n);                   \
    const lpl_status_t status = call32(p, narrow, n, __VA_ARGS__); \
    typed_read(dst, LPL_F32, narrow, n);                           \
    free(narrow);                                                  \
    return status

#define WRITE(call32, call64, what)                         \
    if (dtype == LPL_F64) {                                 \
        return call64(p, src, n, what);                     \
    }                                                       \
    float *const narrow = typed_new(LPL_F32, n);            \
    for (size_t i = 0; i < n; i++) {                        \
        narrow[i] = (float)src[i];                          \
    }                                                       \
    const lpl_status_t status = call32(p, narrow, n, what); \
    free(narrow);                                           \
    return status

lpl_status_t typed_lif_read(int dtype, const lpl_lif_t *p, double *dst, size_t n, const uint64_t *index, int32_t what) {
    READ(lpl_lif_read, lpl_lif_read_f64, index, what);
}

lpl_status_t typed_spiking_read(int dtype, const lpl_spiking_t *p, double *dst, size_t n, const uint64_t *index,
                                int32_t what) {
    READ(lpl_spiking_read, lpl_spiking_read_f64, index, what);
}

lpl_status_t typed_projection_read(int dtype, const lpl_projection_t *p, double *dst, size_t n) {
    READ(lpl_projection_read, lpl_projection_read_f64, NULL, LPL_PROJECTION_WEIGHTS);
}

lpl_status_t typed_lif_write(int dtype, lpl_lif_t *p, const double *src, size_t n, int32_t what) {
    WRITE(lpl_lif_write, lpl_lif_write_f64, what);
}

lpl_status_t typed_spiking_write(int dtype, lpl_spiking_t *p, const double *src, size_t n, int32_t what) {
    WRITE(lpl_spiking_write, lpl_spiking_write_f64, what);
}

lpl_status_t typed_projection_write(int dtype, lpl_projection_t *p, const double *src, size_t n) {
    WRITE(lpl_projection_write, lpl_projection_write_f64, LPL_PROJECTION_WEIGHTS);
}

int population_make(golden_case_t *c, population_t *p, int dtype, size_t n, double dt, double v_init) {
    lpl_lif_config_t *const cfg = &p->cfg;
    if (!golden_ok(c, lpl_lif_config_init(cfg, sizeof *cfg), "lpl_lif_config_init")) {
        return 0;
    }
    cfg->dtype = dtype;
    cfg->n = n;
    cfg->dt = dt;
    cfg->v_init = v_init;
    cfg->v_init_sd = 0;
    cfg->ampa_nmda = golden_number(c, "ampa_nmda_ratio", cfg->ampa_nmda);
    const char *const names[] = {"tau_mem", "tau_ampa", "tau_nmda", "tau_gaba",  "tau_thr",
                                 "v_rest",  "v_reset",  "v_thr",    "thr_spike", "e_inh"};
    double *const fields[] = {&cfg->tau_mem, &cfg->tau_ampa, &cfg->tau_nmda, &cfg->tau_gaba,  &cfg->tau_thr,
                              &cfg->v_rest,  &cfg->v_reset,  &cfg->v_thr,    &cfg->thr_spike, &cfg->e_inh};
    for (size_t k = 0; k < sizeof fields / sizeof fields[0]; k++) {
        *fields[k] = golden_number(c, names[k], *fields[k]);
    }
    return c->status == GOLDEN_PASSED && golden_ok(c, lpl_lif_create(cfg, &p->lif), "lpl_lif_create");
}

void population_free(population_t *p) { lpl_lif_destroy(p->lif); }

/* The recorded order is not ascending: add the weights in that order, as a host may. */
static int drive_in_order(golden_case_t *c, int dtype, const spikes_t *pre, uint64_t step, const synapses_t *syn,
                          const lpl_spiking_t *lpl, const lpl_projection_t *projection, lpl_lif_t *target,
                          int32_t what) {
    double *const w = golden_doubles(syn->n), *const g = golden_doubles(syn->n_post);
    int ok = lpl != NULL ? golden_ok(c, typed_spiking_read(dtype, lpl, w, syn->n, NULL, LPL_SPIKING_WEIGHTS),
                                     "lpl_spiking_read")
                         : golden_ok(c, typed_projection_read(dtype, projection, w, syn->n), "lpl_projection_read");
    ok = ok && golden_ok(c, typed_lif_read(dtype, target, g, syn->n_post, NULL, what), "lpl_lif_read");
    for (size_t i = pre->at[step]; ok && i < pre->at[step + 1]; i++) {
        for (size_t k = syn->row[pre->order[i]]; k < syn->row[pre->order[i] + 1]; k++) {
            double *const sum = &g[syn->post[k]];
            *sum = (double)((float)*sum + (float)w[k]);
        }
    }
    ok = ok && golden_ok(c, typed_lif_write(dtype, target, g, syn->n_post, what), "lpl_lif_write");
    free(w);
    free(g);
    return ok;
}

int drive(golden_case_t *c, int dtype, const spikes_t *pre, uint64_t t, uint64_t delay, const synapses_t *syn,
          const lpl_spiking_t *lpl, const lpl_projection_t *projection, lpl_lif_t *target, int32_t receptor) {
    if (dtype == LPL_F32 && pre != NULL && t >= delay && spikes_disordered(pre, t - delay)) {
        const int32_t what = receptor == LPL_RECEPTOR_AMPA ? LPL_LIF_G_AMPA : LPL_LIF_G_GABA;
        return drive_in_order(c, dtype, pre, t - delay, syn, lpl, projection, target, what);
    }
    return lpl != NULL
               ? golden_ok(c, lpl_spiking_drive_lif(lpl, target, receptor), "lpl_spiking_drive_lif")
               : golden_ok(c, lpl_projection_drive_lif(projection, target, receptor), "lpl_projection_drive_lif");
}
