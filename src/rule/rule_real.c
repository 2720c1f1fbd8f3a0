/* rule/rule_real.c - the post-synaptic factor of a batch: lateral term, gains, and the element-wise rest. */
#include "rule/rule.h"

#include "core/threads.h"
#include "rule/forms.h"
#include "linalg/vector.h"
#include "stats/moments.h"

/* sum of squares of a square matrix, row by row in order */
static double frobenius2(const real *a, size_t n, int32_t isa) {
    double s = 0;
    for (size_t i = 0; i < n; i++) s += LPLI_PICK(isa, lpli_sumsq)(a + i * n, n);
    return s;
}

/* delta = - factor sum_{k != i} (z_k - zbar_k) C_ik; returns sum_{i != k} C_ik^2 if wanted. In the Gram form the
 * product contains the diagonal k = i: diagonal[i] = factor C_ii is what multiplies z_i - zbar_i to take it out again
 * (0 in the other forms). */
static double lateral(const R(lpli_rule_work_t) * w, const R(lpli_view_t) * v, real *diagonal, double factor,
                      int want_loss) {
    const size_t M = w->units, B = w->batch;
    double loss = 0;
    memset(diagonal, 0, M * sizeof(real));
    if (!w->square_ready && lpli_prefers_gram(M, B)) {
        const double n1 = (double)B - 1;
        R(lpli_gram)(w->gemm, 0, B, M, 1, v->zc, M, w->square, B, w->threads);
        R(lpli_gemm)
        (w->gemm, 0, 0, B, M, B, (real)(-factor / n1), w->square, B, v->zc, M, 0, v->delta, v->ldd, w->threads);
        if (want_loss) {
            loss = frobenius2(w->square, B, w->isa) / (n1 * n1);
            for (size_t i = 0; i < M; i++) loss -= v->batch_m2[i] / n1 * (v->batch_m2[i] / n1);
            if (loss < 0) loss = 0;
        }
        for (size_t i = 0; i < M; i++) diagonal[i] = (real)(factor * v->batch_m2[i] / n1);
        return loss;
    }
    if (!w->square_ready) {
        R(lpli_gram)(w->gemm, 1, M, B, (real)(1 / ((double)B - 1)), v->zc, M, w->square, M, w->threads);
        for (size_t i = 0; i < M; i++) w->square[i * M + i] = 0;
    }
    if (want_loss) loss = frobenius2(w->square, M, w->isa);
    R(lpli_gemm)(w->gemm, 0, 0, B, M, M, (real)-factor, v->zc, M, w->square, M, 0, v->delta, v->ldd, w->threads);
    return loss;
}

typedef struct {
    const R(lpli_combine_t) * combine;
    size_t units;
    int32_t isa;
    double temperature;
} job_t;

/* y of the rows of one task, into delta. */
enum { COMPETE_ROWS = 16 };

static void compete_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const job_t *j = ctx;
    const R(lpli_view_t) *v = j->combine->v;
    const size_t rows = j->combine->rows, end = (task + 1) * COMPETE_ROWS < rows ? (task + 1) * COMPETE_ROWS : rows;
    for (size_t b = task * COMPETE_ROWS; b < end; b++)
        LPLI_PICK(j->isa, lpli_compete)(v->delta + b * v->ldd, v->u + b * v->ldu, j->units, j->temperature);
}

static void combine_task(void *ctx, size_t task, size_t worker) {
    (void)worker;
    const job_t *j = ctx;
    size_t first = task * LPLI_STRIP;
    LPLI_PICK(j->isa, lpli_combine)(j->combine, first, j->units - first < LPLI_STRIP ? j->units - first : LPLI_STRIP);
}

void R(lpli_rule_view)(const R(lpli_rule_work_t) * w, const R(lpli_view_t) * v, double share, double *decorr_loss) {
    const lpli_rule_t *r = w->rule;
    const size_t M = w->units, B = w->batch;
    const lpli_factors_t f = lpli_rule_factors(r, M, LPLI_TOTAL(w), share);
    const lpli_traits_t *t = lpli_traits(r->rule);
    const int has_lateral = t->losses && f.decorr != 0, has_forms = lpli_has_forms(r);
    double loss = 0;
    memset(v->gain, 0, M * sizeof(real));
    if (has_lateral) loss = lateral(w, v, v->gain, f.decorr, decorr_loss != NULL) / ((double)M * ((double)M - 1));
    if (decorr_loss) *decorr_loss = loss;
    if (has_lateral &&
        r->stats == LPL_STATS_STALE) { /* the push term is around another mean: take the diagonal out here */
        for (size_t b = 0; b < B; b++)
            for (size_t i = 0; i < M; i++) v->delta[b * v->ldd + i] += v->gain[i] * v->zc[b * M + i];
        memset(v->gain, 0, M * sizeof(real));
    }
    if (has_forms) R(lpli_forms_add)(v->delta, v->ldd, v->term, B, M / v->positions, v->positions, !has_lateral);
    if (t->losses)
        for (size_t i = 0; i < M; i++) v->gain[i] += (real)(f.push * lpli_push_gain(r, v->sigma2[i]));
    if (v->decay && !t->competes)
        for (size_t i = 0; i < M; i++)
            v->decay[i] = (real)lpli_own_decay(
                r->rule, lpli_mean_square(v->batch_mean[i], v->batch_m2[i], (double)LPLI_TOTAL(w)));
    const R(lpli_combine_t) c = {
        .v = v,
        .rule = r->rule,
        .pull = (real)f.pull,
        .unit = (real)f.unit,
        .shared = has_lateral || has_forms || t->competes,
        .competes = t->competes,
        .pulls = t->pulls,
        .rows = B,
    };
    job_t j = {.combine = &c, .units = M, .isa = w->isa, .temperature = r->temperature};
    if (t->competes) lpli_parallel((B + COMPETE_ROWS - 1) / COMPETE_ROWS, w->threads, compete_task, &j);
    lpli_parallel((M + LPLI_STRIP - 1) / LPLI_STRIP, w->threads, combine_task, &j);
}
