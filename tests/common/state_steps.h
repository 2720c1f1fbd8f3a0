/* tests/common/state_steps.h - random steps of a layer and whole states as bytes, for the tests of saving and
 * resuming. */
#ifndef LPL_STATE_STEPS_H
#define LPL_STATE_STEPS_H

#include "common/memfile.h"
#include "common/testing.h"

/* One step of a layer on random data: lpl_update with or without x0, or lpl_update_online; any status but an error. The
 * outcome (report and response) goes into *out for comparison. */
typedef struct {
    lpl_report_t report;
    double z[64];
} outcome_t;

enum { MAX_PRE = 9, MAX_POST = 6, MAX_BATCH = 5 };

typedef struct {
    double x0[MAX_BATCH * MAX_PRE], x1[MAX_BATCH * MAX_PRE];
    size_t batch;
    int use_x0, online;
    int forget; /* the remembered response has another number of rows */
} input_t;

/* last: rows of the step before, 0 at first; kept in two of three steps. */
static inline void draw_input(input_t *in, const lpl_layer_config_t *c, size_t *last) {
    for (size_t k = 0; k < MAX_BATCH * MAX_PRE; k++)
        in->x0[k] = (float)testing_real(), in->x1[k] = (float)testing_real();
    in->batch = testing_size(c->stats == LPL_STATS_EWMA ? 1 : 2, (size_t)c->batch_max);
    in->use_x0 = c->pair == LPL_PAIR_SYMMETRIC || testing_size(0, 1);
    in->online = c->stats == LPL_STATS_EWMA && c->pair == LPL_PAIR_CAUSAL && testing_size(0, 1);
    if (in->online)
        in->batch = 1;
    else if (*last >= (c->stats == LPL_STATS_EWMA ? 1 : 2) && testing_size(0, 2) > 0)
        in->batch = *last;
    in->forget = in->batch != *last;
    *last = in->batch;
}

static inline void step(lpl_layer_t *l, const lpl_layer_config_t *c, const input_t *in, outcome_t *out) {
    const size_t n = (size_t)c->n_pre, M = (size_t)c->n_post;
    memset(out, 0, sizeof *out);
    OK(lpl_report_init(&out->report, sizeof out->report));
    if (in->forget) OK(lpl_layer_forget(l));
    if (c->dtype == LPL_F64) {
        if (in->online)
            OK(lpl_update_online_f64(l, out->z, &out->report, in->x1));
        else
            OK(lpl_update_f64(l, &out->report, in->use_x0 ? in->x0 : NULL, n, in->x1, n, in->batch));
        OK(lpl_forward_f64(l, out->z + M, M, in->x0, n, in->batch));
        return;
    }
    float x0[MAX_BATCH * MAX_PRE], x1[MAX_BATCH * MAX_PRE], z[64] = {0};
    for (size_t k = 0; k < MAX_BATCH * MAX_PRE; k++) x0[k] = (float)in->x0[k], x1[k] = (float)in->x1[k];
    if (in->online)
        OK(lpl_update_online(l, z, &out->report, x1));
    else
        OK(lpl_update(l, &out->report, in->use_x0 ? x0 : NULL, n, x1, n, in->batch));
    OK(lpl_forward(l, z + M, M, x0, n, in->batch));
    for (size_t k = 0; k < 64; k++) out->z[k] = (double)z[k];
}

/* A layer's whole state as bytes. */
static inline memfile_t saved(const lpl_layer_t *l) {
    memfile_t f = {0};
    OK(lpl_layer_save(l, memfile_write, &f));
    return f;
}

static inline void same_bytes(memfile_t a, memfile_t b) {
    ck_assert_uint_eq(a.n, b.n);
    ck_assert_mem_eq(a.data, b.data, a.n);
    free(a.data), free(b.data);
}

static inline memfile_t saved_stats(const lpl_stats_t *s) {
    memfile_t f = {0};
    OK(lpl_stats_save(s, memfile_write, &f));
    return f;
}

#endif
