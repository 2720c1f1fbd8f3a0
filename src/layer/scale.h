/* layer/scale.h - start values that the first update scales (LPL_INIT_UNIT_VARIANCE). As long as config.init says so it
 * has not happened; a build with RULES=no cannot do it. */
#ifndef LPLI_SCALE_H
#define LPLI_SCALE_H

#include "core/error.h"
#include "layer/layer.h"

#ifdef LPLI_NO_RULES
static inline bool lpli_starts_uniform(const lpl_layer_t *l) { return l->cfg.init == LPL_INIT_UNIFORM; }
#else
static inline bool lpli_starts_uniform(const lpl_layer_t *l) { return l->cfg.init != LPL_INIT_ZERO; }

/* Are they still to be scaled, and would a step now learn? */
static inline bool lpli_scales_now(const lpl_layer_t *l) {
    return l->cfg.init == LPL_INIT_UNIT_VARIANCE && l->cfg.mode == LPL_MODE_LEARN;
}

static inline lpl_status_t lpli_scale_is_due(const lpl_layer_t *l, const char *fn) {
    return lpli_fail(LPL_E_ORDER, fn,
                     "layer %d: its start values are to be scaled to unit variance (init): make the first lpl_update "
                     "with 2 rows or more",
                     (int)l->cfg.label);
}

/* kind.h: see, view 1 */
typedef void (*R(lpli_see_fn))(lpl_layer_t *l, void *z, const real *x, size_t ldx, size_t batch, int view, real *y);

/* By the responses to x: of the layer's units, then of its head's. On error nothing has changed. LPL_E_ORDER: too few
 * rows. LPL_E_NONFINITE: responses, or what would be written. undo: as if it had not happened, right after it. */
lpl_status_t R(lpli_scale_start)(lpl_layer_t *l, R(lpli_see_fn) see, const real *x, size_t ldx, size_t batch,
                                 const char *fn);
void R(lpli_scale_undo)(lpl_layer_t *l);
#endif

#endif
