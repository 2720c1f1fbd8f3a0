/* conv/conv_real.c - see conv.h: the ways between engine, head and layer. */
#include "conv/conv.h"
#include "core/threads.h"

lpl_status_t R(lpli_conv_map)(const lpli_conv_t *v, R(lpli_conv_run_t) * r, real *z, size_t ldz, const real *x,
                              size_t ldx, size_t batch, const char *fn) {
    lpli_conv_scratch_t s;
    const lpl_status_t status = lpli_conv_take(v, sizeof(real), &s, fn);
    if (status < 0) return status;
    r->inputs = s.inputs, r->work = s.work, r->weights = s.weights;
    R(lpli_engine_calls)(v->engine)->forward(r, NULL, z, ldz, NULL, NULL, x, ldx, batch);
    lpli_conv_give(v, &s);
    return LPL_OK;
}

void R(lpli_conv_see)(const lpli_conv_t *v, const R(lpli_conv_run_t) * r, const void *head_param, void *z,
                      const real *x, size_t ldx, size_t batch, int view, real *y) {
    const R(lpli_engine_calls_t) *engine = R(lpli_engine_calls)(v->engine);
    const size_t n_out = v->g.out_channels * v->g.Q;
    real *fp = v->fprime[view];
    if (v->sees == LPL_SEES_POSITIONS) { /* the rule sees what the next layer sees */
        engine->forward(r, NULL, z, n_out, fp, v->winner[view], x, ldx, batch);
        if (y) memcpy(y, z, batch * n_out * sizeof(real));
        return;
    }
    engine->forward(r, v->sees == LPL_SEES_HEAD ? v->head.means : z, y, n_out, fp, v->winner[view], x, ldx, batch);
    if (v->sees == LPL_SEES_HEAD) lpli_head_forward(&v->head, r->gemm, r->threads, head_param, z, batch, view);
}

void R(lpli_conv_gradient)(const lpli_conv_t *v, const R(lpli_conv_run_t) * r, const lpli_conv_learn_t *q,
                           void *const delta[2]) {
    const R(lpli_engine_calls_t) *engine = R(lpli_engine_calls)(v->engine);
    const int head = v->sees == LPL_SEES_HEAD, positions = v->sees == LPL_SEES_POSITIONS;
    real *dw = v->gradient;
    memset(v->bias_gradient, 0, v->g.out_channels * sizeof(double));
    if (head) lpli_head_start(&v->head);
    for (int view = q->first; view < 2; view++) {
        const double *mean = positions ? NULL : delta[view];
        if (head) {
            lpli_head_backward(&v->head, r->gemm, r->threads, mean, q->batch, view);
            mean = v->head.means;
        }
        engine->gradient(r, view == q->first, dw, v->bias_gradient, mean, positions ? delta[view] : NULL,
                         v->fprime[view], v->winner[view], q->x[view], q->ldx[view], q->batch);
    }
    if (head) lpli_head_end(&v->head);
}

const real *R(lpli_conv_gradient_row)(const lpli_conv_t *v, int32_t isa, size_t i, size_t worker) {
    return R(lpli_engine_calls)(v->engine)->row(&v->g, isa, (real *)v->gradient_row + worker * v->g.K, v->gradient, i);
}

size_t R(lpli_conv_dead)(const lpli_conv_t *v, int first, size_t batch) {
    const R(lpli_engine_calls_t) *engine = R(lpli_engine_calls)(v->engine);
    size_t n_dead = 0;
    for (size_t c = 0; c < v->g.out_channels; c++) {
        bool silent = true;
        for (int view = first; view < 2 && silent; view++) silent = engine->silent(&v->g, v->fprime[view], c, batch);
        n_dead += silent;
    }
    return n_dead;
}

void R(lpli_conv_alive)(const lpli_conv_t *v, int first, size_t batch, double *alive) {
    const R(lpli_engine_calls_t) *engine = R(lpli_engine_calls)(v->engine);
    for (size_t c = 0; c < v->g.out_channels; c++)
        for (int view = first; view < 2; view++)
            if (!engine->silent(&v->g, v->fprime[view], c, batch)) alive[c] = 1;
}

/* ---- every position a sample ---- */

typedef struct {
    const lpli_geometry_t *g;
    const real *in;
    real *out;
} turn_t;

static void to_samples_task(void *ctx, size_t image, size_t worker) {
    (void)worker;
    const turn_t *t = ctx;
    const size_t M = t->g->out_channels, Q = t->g->Q;
    const real *in = t->in + image * M * Q;
    real *out = t->out + image * M * Q;
    for (size_t q = 0; q < Q; q++)
        for (size_t c = 0; c < M; c++) out[q * M + c] = in[c * Q + q];
}

static void add_samples_task(void *ctx, size_t image, size_t worker) {
    (void)worker;
    const turn_t *t = ctx;
    const size_t M = t->g->out_channels, Q = t->g->Q;
    const real *in = t->in + image * M * Q;
    real *out = t->out + image * M * Q;
    for (size_t c = 0; c < M; c++)
        for (size_t q = 0; q < Q; q++) out[c * Q + q] += in[q * M + c];
}

void R(lpli_conv_to_samples)(const lpli_conv_t *v, int32_t threads, real *samples, const real *map, size_t batch) {
    turn_t t = {.g = &v->g, .in = map, .out = samples};
    lpli_parallel(batch, threads, to_samples_task, &t);
}

void R(lpli_conv_add_samples)(const lpli_conv_t *v, int32_t threads, real *map, const real *samples, size_t batch) {
    turn_t t = {.g = &v->g, .in = samples, .out = map};
    lpli_parallel(batch, threads, add_samples_task, &t);
}
