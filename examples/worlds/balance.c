/* examples/worlds/balance.c - see balance.h. */
#include "balance.h"

#include <math.h>
#include <stdlib.h>

#include "firstupdate.h"
#include "must.h"

static double get(const lpl_layer_t *l, int32_t param) {
    double v;
    MUST(lpl_layer_get(l, param, &v));
    return v;
}

static double decay(const lpl_layer_t *l) {
    const size_t n = (size_t)(get(l, LPL_PARAM_N_POST) * get(l, LPL_PARAM_FAN_IN));
    float *w = must_alloc(n, sizeof *w);
    double sum = 0;
    MUST(lpl_layer_read(l, w, n, LPL_STATE_WEIGHTS));
    for (size_t k = 0; k < n; k++) sum += (double)w[k] * (double)w[k];
    free(w);
    return get(l, LPL_PARAM_WEIGHT_DECAY) * sum;
}

/* map: of its responses to x0 and x1, or NULL. */
static void add(balance_t *b, const lpl_layer_t *l, bool symmetric, bool positions, const float *x0, const float *x1,
                size_t ld, size_t batch, float *const map[2]) {
    const lplloss_t r = lplloss_of(l, symmetric, positions, batch);
    double *z0 = lplloss_see(&r, l, x0, ld, map[0]), *z1 = lplloss_see(&r, l, x1, ld, map[1]);
    const lplloss_terms_t t = lplloss_scale(&r, z1, z0);
    b->lost += t.pull + t.decorr + decay(l), b->won -= t.push;
    free(z0), free(z1);
}

void balance_add(balance_t *b, const lpl_layer_t *l, bool symmetric, const float *x0, const float *x1, size_t ld,
                 size_t batch) {
    add(b, l, symmetric, false, x0, x1, ld, batch, (float *const[2]){NULL, NULL});
}

void balance_add_vgg(balance_t b[VGG_LAYERS], lpl_stack_t *net, const vgg_t *v, const float *x0, const float *x1) {
    float *map[2] = {NULL, NULL};
    size_t ld = 3 * v->tall * v->side * v->side;
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        lpl_layer_t *l;
        MUST(lpl_stack_layer(net, k, &l));
        const size_t out = (size_t)get(l, LPL_PARAM_N_OUT);
        float *next[2] = {must_alloc(v->batch * out, sizeof **next), must_alloc(v->batch * out, sizeof **next)};
        add(&b[k], l, v->pair == LPL_PAIR_SYMMETRIC, v->sees == LPL_SEES_POSITIONS, k > 0 ? map[0] : x0,
            k > 0 ? map[1] : x1, ld, v->batch, next);
        free(map[0]), free(map[1]);
        map[0] = next[0], map[1] = next[1], ld = out;
    }
    free(map[0]), free(map[1]);
}

bool balance_fits(const vgg_t *v) { return firstupdate_fits(v) && v->push > 0; }

double balance_furthest(const double balance[VGG_LAYERS]) {
    double worst = 1;
    for (size_t k = 0; k < VGG_LAYERS; k++)
        if (!(fabs(balance[k] - 1) <= fabs(worst - 1))) worst = balance[k];
    return worst;
}

double balance_of(const balance_t *b) { return b->lost / b->won; }
