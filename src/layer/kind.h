/* layer/kind.h - what a kind of layer other than dense has of its own. The sources of the layer do a dense layer
 * themselves; for any other kind they ask here. So a build can leave a kind out: it has neither the sources nor the
 * table (CONV=no), and the linker keeps nothing of it. */
#ifndef LPLI_KIND_H
#define LPLI_KIND_H

#include <stdbool.h>

#include "core/arena.h"
#include "layer/layer.h"

typedef struct lpli_kind_t {
    lpl_status_t (*check)(lpl_layer_config_t *c, const char *fn); /* the kind's part of a config, completed in place */
    bool (*fits)(const lpl_layer_config_t
                     *c); /* can its weights, and what a sample and a batch need, be addressed? Asked before the rest */
    void (*derive)(lpl_layer_t *l); /* fan_in, units, n_out, whose f' the rule applies, in which type it runs */
    uint64_t (*square)(const lpl_layer_t *l, const lpli_rule_t *rule); /* elements of the array square */
    void (*place)(lpl_layer_t *l, lpli_arena_t *a);                    /* scratch */
} lpli_kind_t;

/* The calls of one element type.
 *   map          lpl_forward, arguments checked
 *   see          what the rule sees of a batch, B x units (R): of a convolution the pooled responses, the map or the
 *                head's. view: where f', winners and the head's inner responses go, if that view learns. y: what
 *                lpl_forward would give, rows of n_out, or NULL
 *   signal, check_move, move_on   layer.h, in the type in which the rule runs
 *   decorrelate  SEES_POSITIONS: add the decorrelation of channels (all positions as samples) to delta of one view;
 *                returns its loss. EWMA: with the covariance that square holds
 *   samples      SEES_POSITIONS, EWMA: maps of both views (or NULL) become samples, means of units those of channels
 *   add          with other ranks: gradients of one chunk, whose rows begin at row at, into the sums of all
 *   gradient     from delta of views first .. 1 to gradients, in the layer's scratch
 *   check_learn  would learn leave NaN or infinity, in weights, moments or what is handed out? LPL_E_NONFINITE
 *   learn        gradients into the optimiser, or into dw and db
 *   dead         channels whose f' was 0 everywhere in the last batch, in all views that learn
 *   online       lpl_update_online, arguments checked */
typedef struct R(lpli_calls_t) {
    lpl_status_t (*map)(const lpl_layer_t *l, real *z, size_t ldz, const real *x, size_t ldx, size_t batch,
                        const char *fn);
    void (*see)(lpl_layer_t *l, void *z, const real *x, size_t ldx, size_t batch, int view, real *y);
    lpl_status_t (*signal)(lpl_layer_t *l, const void *z0, const void *z1, lpli_guard_t *q, lpli_rule_t *used,
                           lpli_losses_t *sum, const char *fn);
    lpl_status_t (*check_move)(lpl_layer_t *l, const void *z0, const void *z1, const lpli_guard_t *q, const char *fn);
    void (*move_on)(lpl_layer_t *l, const void *z0, const void *z1, const lpli_guard_t *q);
    double (*decorrelate)(lpl_layer_t *l, const lpli_rule_t *rule, const real *z, real *delta, size_t batch,
                          double share);
    void (*samples)(lpl_layer_t *l, const real *each[2], const double *mean[2], size_t batch);
    void (*add)(lpl_layer_t *l, const lpli_conv_learn_t *q, size_t at);
    void (*gradient)(lpl_layer_t *l, const lpli_conv_learn_t *q);
    lpl_status_t (*check_learn)(lpl_layer_t *l, const lpli_conv_learn_t *q, const char *fn);
    void (*learn)(lpl_layer_t *l, const lpli_conv_learn_t *q);
    size_t (*dead)(const lpl_layer_t *l, int first, size_t batch);
    lpl_status_t (*online)(lpl_layer_t *l, real *z, lpl_report_t *report, const real *x);
} R(lpli_calls_t);

/* NULL for a dense layer, and for a kind that this build lacks: no such layer passes lpli_layer_decide. */
#ifdef LPLI_NO_CONV
static inline const lpli_kind_t *lpli_kind(int32_t kind) {
    (void)kind;
    return NULL;
}
static inline const R(lpli_calls_t) * R(lpli_calls)(int32_t kind) {
    (void)kind;
    return NULL;
}
#else
const lpli_kind_t *lpli_kind(int32_t kind);
const R(lpli_calls_t) * R(lpli_calls)(int32_t kind);
#endif

#endif
