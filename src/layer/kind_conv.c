/* layer/kind_conv.c - a convolution among the kinds of layers (kind.h). */
#include "layer/kind.h"

static bool fits(const lpl_layer_config_t *c) { return lpli_geometry_fits(c); }

static void derive(lpl_layer_t *l) {
    const lpl_layer_config_t *c = &l->cfg;
    const size_t M = (size_t)c->n_post;
    lpli_conv_decide(l->conv, c);
    l->fan_in = l->conv->g.K;
    l->n_out = M * l->conv->g.Q;
    l->units = c->sees == LPL_SEES_POSITIONS ? l->n_out : c->sees == LPL_SEES_HEAD ? c->head_out : M;
    l->rule_act = (lpli_act_t){.kind = c->sees == LPL_SEES_HEAD ? LPL_ACT_RELU : LPL_ACT_LINEAR};
    l->rule_f64 = c->dtype == LPL_F64 || c->sees != LPL_SEES_POSITIONS;
}

static uint64_t square(const lpl_layer_t *l, const lpli_rule_t *rule) {
    const uint64_t B = l->cfg.batch_max;
    return l->cfg.sees == LPL_SEES_POSITIONS ? lpli_square_elements(rule, l->cfg.n_post, B * l->conv->g.Q)
                                             : lpli_square_elements(rule, l->units, B);
}

static void place(lpl_layer_t *l, lpli_arena_t *a) { lpli_conv_place(l->conv, &l->cfg, a); }

const lpli_kind_t *lpli_conv_kind(void) {
    static const lpli_kind_t kind = {
        .check = lpli_conv_check, .fits = fits, .derive = derive, .square = square, .place = place};
    return &kind;
}
