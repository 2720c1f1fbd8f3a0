/* layer/scale_real.c - LPL_INIT_UNIT_VARIANCE: before the first update learns, start values are scaled so that each
 * unit's responses vary by 1. Activations that the config's check lets pass scale with their input, so weights and bias
 * times s give responses times s. */
#include "layer/scale.h"

#include <string.h>

#include "core/error.h"

#ifndef LPLI_NO_RULES

/* A layer of units: the layer's own, or one of its head's. */
typedef struct {
    real *w, *bias;
    size_t units, n, ldw;
    const void *z; /* batch rows of units x positions; of this type, or double */
    size_t positions;
    int32_t z_f64;
} units_t;

static double response(const units_t *u, size_t k) {
    return u->z_f64 ? ((const double *)u->z)[k] : (double)((const real *)u->z)[k];
}

/* 1 / standard deviation (n - 1; mean variance of its positions); 1 where nothing varies: a dead unit has no scale. */
static double factor(const units_t *u, size_t i, size_t batch) {
    const size_t row = u->units * u->positions;
    double square = 0;
    for (size_t q = 0; q < u->positions; q++) {
        const size_t at = i * u->positions + q;
        double mean = 0;
        for (size_t b = 0; b < batch; b++) mean += response(u, b * row + at) / (double)batch;
        for (size_t b = 0; b < batch; b++) {
            const double d = response(u, b * row + at) - mean;
            square += d * d;
        }
    }
    const double variance = square / ((double)(batch - 1) * (double)u->positions);
    return variance == 0 ? 1 : 1 / sqrt(variance);
}

static lpl_status_t scale(lpl_layer_t *l, const units_t *u, size_t batch, const char *fn) {
    for (int writes = 0; writes < 2; writes++)
        for (size_t i = 0; i < u->units; i++) {
            const double s = factor(u, i, batch);
            bool good = s > 0 && isfinite(s);
            for (size_t j = 0; j < u->n + (u->bias != NULL); j++) {
                real *w = j < u->n ? u->w + i * u->ldw + j : u->bias + i;
                const real scaled = (real)((double)*w * s);
                if (writes)
                    *w = scaled;
                else
                    good = good && isfinite(scaled);
            }
            if (!writes && !good) return lpli_diverged(l, i, "start values (scaled to unit variance)", fn);
        }
    return LPL_OK;
}

/* A dense layer has no use for one, whatever its config says of what the loss of a convolution sees. */
static bool uses_head(const lpl_layer_t *l) { return lpli_convolves(l) && l->param.head; }

static units_t own_units(const lpl_layer_t *l) {
    const bool head = uses_head(l);
    return (units_t){.w = l->param.w,
                     .bias = l->param.bias,
                     .units = (size_t)l->cfg.n_post,
                     .n = l->fan_in,
                     .ldw = l->param.ldw,
                     .z = head ? l->conv->head.pooled[1] : l->scratch.now,
                     .positions = lpli_places(l),
                     .z_f64 = head || l->rule_f64};
}

static units_t head_units(const lpl_layer_t *l, bool last) {
    const lpli_head_part_t w = lpli_head_part(&l->cfg, last ? LPLI_HEAD_W2 : LPLI_HEAD_W1),
                           b = lpli_head_part(&l->cfg, last ? LPLI_HEAD_B2 : LPLI_HEAD_B1);
    real *head = l->param.head;
    return (units_t){.w = head + w.at,
                     .bias = head + b.at,
                     .units = b.n,
                     .n = w.row,
                     .ldw = w.row,
                     .z = last ? l->scratch.now : l->conv->head.inner[1],
                     .positions = 1,
                     .z_f64 = 1};
}

/* Start values to the copy, or back. */
static void keep(lpl_layer_t *l, bool back) {
    const size_t M = (size_t)l->cfg.n_post, n = l->fan_in;
    real *copy = l->param.unscaled;
    for (size_t i = 0; i <= M + 1; i++) {
        real *own = i < M ? (real *)l->param.w + i * l->param.ldw : i == M ? l->param.bias : l->param.head;
        const size_t length = i < M ? n : !own ? 0 : i == M ? M : (size_t)lpli_head_length(&l->cfg);
        if (length == 0) continue;
        if (back)
            memcpy(own, copy, length * sizeof(real));
        else
            memcpy(copy, own, length * sizeof(real));
        copy += length;
    }
    lpli_guard_forget(l);
}

void R(lpli_scale_undo)(lpl_layer_t *l) {
    keep(l, true);
    l->cfg.init = LPL_INIT_UNIT_VARIANCE;
}

lpl_status_t R(lpli_scale_start)(lpl_layer_t *l, R(lpli_see_fn) see, const real *x, size_t ldx, size_t batch,
                                 const char *fn) {
    if (batch < 2) return lpli_scale_is_due(l, fn);
    keep(l, false);
    for (int k = 0; k < (uses_head(l) ? 3 : 1); k++) {
        see(l, l->scratch.now, x, ldx, batch, 1, NULL);
        const units_t u = k == 0 ? own_units(l) : head_units(l, k == 2);
        const lpl_status_t status = scale(l, &u, batch, fn);
        if (status < 0) {
            R(lpli_scale_undo)(l);
            return status;
        }
    }
    l->cfg.init = LPL_INIT_UNIFORM; /* it is done, also for a file */
    return LPL_OK;
}

#endif
