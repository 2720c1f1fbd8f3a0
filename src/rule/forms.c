/* rule/forms.c - see forms.h. With the coefficient k that makes delta minus the gradient of the loss (form, norm and
 * coefficient: coefficient() below), n samples, P units:
 *
 *   COSINE      u = z/|z|, t = other/|other|:   k / n (t - (u.t) u) / |z|
 *   DIRECTPRED  e = W z - other:                - 2 k / (n P) W e
 *   ISOLOSS                                     - 2 k / (n P) e
 *   NEGATIVE    A = U'U, s = u.A u:             - 4 k / (n (n - 1)) (A u - s u) / |z|: a sample's own pair (u.u) u is
 *               along u, and drops out; with fewer samples than units through UU'
 *   LOGDET      2 k / (P (n - 1)) (C + eps I)^-1 (z - zbar); with fewer samples than units through the samples' matrix,
 *               (C + eps I)^-1 Z' = Z' (K + eps I)^-1, K = Z Z' / (n - 1), and
 *               log det (C + eps I) = log det (K + eps I) + (P - n) log eps */
#include "rule/forms.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg/symmetric.h"

/* Shorter rows have no direction. */
#define SHORTEST 1e-12

/* ---- memory ---- */

static int needs_vectors(const lpli_rule_t *r) {
    const double a = r->predictor_alpha;
    return lpli_predicts(r) && a != 0 && a != 1 && a != 2;
}

/* Rows of the scratch matrices: of a factor of the covariance or of the samples' matrix, and of the predictor's. */
static uint64_t side(const lpli_rule_t *r, uint64_t units, uint64_t rows) {
    const uint64_t least = lpli_push_is_form(r) ? (units < rows ? units : rows) : 0;
    return lpli_predicts(r) ? units : least;
}

uint64_t lpli_forms_elements(const lpli_rule_t *r, uint64_t units, uint64_t rows, int symmetric) {
    if (!lpli_has_forms(r)) return 0;
    const double P = (double)units, s = (double)side(r, units, rows),
                 all = (lpli_predicts(r) ? 2 * P * P : 0) + 2 * s * s + 4 * P + (double)rows +
                       (symmetric ? 5 : 4) * (double)rows * P;
    if (!(all < 0x1p58)) return UINT64_MAX;
    const uint64_t S = side(r, units, rows);
    return (lpli_predicts(r) ? 2 * units * units : 0) + 2 * S * S + 4 * units + rows +
           (symmetric ? 5 : 4) * rows * units;
}

void lpli_forms_lay(lpli_forms_t *f, double *block, size_t rows_max, int symmetric) {
    const size_t P = f->units, all = rows_max * P, S = (size_t)side(f->rule, P, rows_max),
                 matrix = lpli_predicts(f->rule) ? P * P : 0;
    f->next = block;
    f->w = f->next + matrix;
    f->square[0] = f->w + matrix;
    f->square[1] = f->square[0] + S * S;
    f->z[0] = f->square[1] + S * S;
    f->z[1] = f->z[0] + all;
    f->work = f->z[1] + all;
    f->term[1] = f->work + all;
    f->term[0] = symmetric ? f->term[1] + all : NULL;
    f->numbers = f->term[1] + (symmetric ? 2 : 1) * all;
}

static double coefficient(const lpli_forms_t *f, double of) {
    return f->scale * (f->rule->form == LPL_FORM_REFERENCE ? 1 : 0.5) * of;
}

/* ---- sums over all rows, those of other ranks too ---- */

static size_t samples(const lpli_forms_t *f) { return f->ranks ? f->ranks->total : f->rows; }

static void keep(const lpli_forms_t *f, lpl_status_t status) {
    if (f->ranks->status >= 0) f->ranks->status = status;
}

static void products(const lpli_forms_t *f, double *square, const double *z, int v, int what, double factor) {
    if (f->ranks)
        keep(f, f->ranks->products(f->ranks, square, z, f->rows, v, what, factor));
    else
        lpli_gram_f64(f->gemm, 1, f->units, f->rows, factor, z, f->units, square, f->units, f->threads);
}

/* Of a number of each row, in f->numbers. */
static double sum_rows(const lpli_forms_t *f) {
    double sum = 0;
    if (f->ranks)
        keep(f, f->ranks->add(f->ranks, &sum, f->numbers, f->rows));
    else
        for (size_t b = 0; b < f->rows; b++) sum += f->numbers[b];
    return sum;
}

/* c = by z m + beta c, of all rows, m a matrix of units. */
static void multiply(const lpli_forms_t *f, double by, const double *z, const double *m, double beta, double *c) {
    const size_t P = f->units;
    for (size_t at = 0, n; at < f->rows; at += n) {
        n = f->ranks && f->rows - at > f->ranks->chunk ? f->ranks->chunk : f->rows - at;
        lpli_gemm_f64(f->gemm, 0, 0, n, P, P, by, z + at * P, P, m, P, beta, c + at * P, P, f->threads);
    }
}

static double dot(const double *a, const double *b, size_t n) {
    double s = 0;
    for (size_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

/* ---- the predictor ---- */

static void add_to_diagonal(double *a, size_t n, double v) {
    for (size_t i = 0; i < n; i++) a[i * n + i] += v;
}

bool lpli_forms_predict(lpli_forms_t *f, const double *c, int first, int takes_in) {
    const lpli_rule_t *r = f->rule;
    const size_t P = f->units, all = P * P;
    double *a = f->square[0], *v = needs_vectors(r) ? f->square[1] : NULL, *s = f->numbers, trace = 0;
    for (size_t k = 0; k < all; k++) f->next[k] = takes_in ? r->predictor_keep * c[k] : c[k];
    for (int view = first; takes_in && view < 2; view++) {
        const double share = (1 - r->predictor_keep) / ((double)samples(f) * (2 - first));
        products(f, a, f->z[view], view, LPLI_FORMS_RAW, share);
        for (size_t k = 0; k < all; k++) f->next[k] += a[k];
    }
    for (size_t k = 0; k < all; k++)
        if (!(fabs(f->next[k]) <= DBL_MAX)) return false;
    for (size_t i = 0; i < P; i++) trace += f->next[i * P + i];
    memset(f->w, 0, all * sizeof *f->w);
    if (!(trace > 0) || r->predictor_alpha == 0) { /* nothing is known of the responses yet */
        add_to_diagonal(f->w, P, 1);
        return true;
    }
    for (size_t i = 0; i < P; i++) /* near 1; the host or a file may have brought one that is not quite symmetric */
        for (size_t j = 0; j < P; j++) a[i * P + j] = (f->next[i * P + j] + f->next[j * P + i]) / 2 / trace;
    memcpy(f->w, a, all * sizeof *a);
    if (!lpli_eigen(a, P, s, v, f->numbers + P) || !(s[0] > 0)) return false;
    if (v) {
        for (size_t k = 0; k < P; k++) {
            const double gain = pow((s[k] > 0 ? s[k] : 0) / s[0] + r->predictor_eps, r->predictor_alpha);
            for (size_t j = 0; j < P; j++) a[k * P + j] = gain * v[k * P + j];
        }
        lpli_gemm_f64(f->gemm, 1, 0, P, P, P, 1, v, P, a, P, 0, f->w, P, f->threads);
        return true;
    }
    for (size_t k = 0; k < all; k++) f->w[k] /= s[0];
    add_to_diagonal(f->w, P, r->predictor_eps);
    if (r->predictor_alpha == 1) return true;
    lpli_gram_f64(f->gemm, 0, P, P, 1, f->w, P, a, P, f->threads);
    memcpy(f->w, a, all * sizeof *a);
    return true;
}

/* ---- pull ---- */

static double cosine(const lpli_forms_t *f, double *term, const double *z, const double *other) {
    const size_t n = f->rows, P = f->units;
    const double k = coefficient(f, f->rule->pull) / (double)samples(f);
    for (size_t b = 0; b < n; b++, z += P, other += P, term += P) {
        const double length = sqrt(dot(z, z, P)), length_other = sqrt(dot(other, other, P));
        f->numbers[b] = 0;
        if (!(length > SHORTEST) || !(length_other > SHORTEST)) continue;
        double c = 0;
        for (size_t i = 0; i < P; i++) c += z[i] / length * (other[i] / length_other);
        f->numbers[b] = -c / (double)samples(f);
        for (size_t i = 0; i < P; i++) term[i] = k * (other[i] / length_other - c * (z[i] / length)) / length;
    }
    return sum_rows(f);
}

static double predicted(const lpli_forms_t *f, double *term, const double *z, const double *other) {
    const size_t n = f->rows, P = f->units, all = n * P;
    const double each = 1 / ((double)samples(f) * (double)P), k = 2 * each * coefficient(f, f->rule->pull);
    double *e = f->work;
    multiply(f, 1, z, f->w, 0, e);
    for (size_t i = 0; i < all; i++) e[i] -= other[i];
    for (size_t b = 0; b < n; b++) f->numbers[b] = each * dot(e + b * P, e + b * P, P);
    if (f->rule->pull_form == LPL_PULL_ISOLOSS)
        for (size_t i = 0; i < all; i++) term[i] = -k * e[i];
    else
        multiply(f, -k, e, f->w, 0, term);
    return sum_rows(f);
}

double lpli_forms_pull(lpli_forms_t *f, int v, int has_other) {
    memset(f->term[v], 0, f->rows * f->units * sizeof *f->term[v]);
    if (!has_other || !lpli_pull_is_form(f->rule) || (f->rule->pull == 0 && !f->report)) return 0;
    return (f->rule->pull_form == LPL_PULL_COSINE ? cosine : predicted)(f, f->term[v], f->z[v], f->z[1 - v]);
}

/* ---- push ---- */

static double negative(const lpli_forms_t *f, double *term, double *z, int v, double k) {
    const size_t n = f->rows, P = f->units;
    const double pairs = (double)samples(f) * ((double)samples(f) - 1);
    const int by_samples = !f->ranks && n < P;
    double *number = f->numbers, *a = f->square[0], *sum = f->work;
    for (size_t b = 0; b < n; b++) {
        double *u = z + b * P;
        number[b] = sqrt(dot(u, u, P));
        for (size_t i = 0; i < P; i++) u[i] = number[b] > SHORTEST ? u[i] / number[b] : 0;
    }
    if (by_samples) {
        lpli_gram_f64(f->gemm, 0, n, P, 1, z, P, a, n, f->threads);
        for (size_t b = 0; b < n; b++) a[b * n + b] = 0;
        lpli_gemm_f64(f->gemm, 0, 0, n, P, n, 1, a, n, z, P, 0, sum, P, f->threads);
    } else {
        products(f, a, z, v, LPLI_FORMS_UNIT, 1);
        multiply(f, 1, z, a, 0, sum);
    }
    for (size_t b = 0; b < n; b++) { /* number: of a row the length, then the loss */
        const double *u = z + b * P, *to = sum + b * P, length = number[b];
        number[b] = 0;
        if (!(length > SHORTEST)) continue;
        const double own = dot(u, to, P), by = 4 * k / pairs / length;
        number[b] = by_samples ? own : own - 1;
        for (size_t i = 0; i < P; i++) term[b * P + i] -= by * (to[i] - own * u[i]);
    }
    const double loss = sum_rows(f);
    return loss > 0 ? loss / pairs : 0;
}

static void find_mean(const lpli_forms_t *f, double *mean, const double *z, int v) {
    const size_t n = f->rows, P = f->units;
    if (f->ranks) {
        memcpy(mean, f->ranks->mean[v], P * sizeof *mean);
        return;
    }
    for (size_t i = 0; i < P; i++) mean[i] = 0;
    for (size_t b = 1; b < n; b++) /* around the first row: an offset costs no digits */
        for (size_t i = 0; i < P; i++) mean[i] += z[b * P + i] - z[i];
    for (size_t i = 0; i < P; i++) mean[i] = z[i] + mean[i] / (double)n;
}

static double log_det(const lpli_forms_t *f, double *term, double *z, int v, double k, size_t *stuck) {
    const size_t n = f->rows, P = f->units, all = n * P;
    const double of_batch = 1 / ((double)samples(f) - 1), eps = f->rule->eps;
    const int by_samples = !f->ranks && n < P;
    const size_t m = by_samples ? n : P;
    double *a = f->square[0], *mean = f->numbers;
    find_mean(f, mean, z, v);
    for (size_t b = 0; b < n; b++)
        for (size_t i = 0; i < P; i++) z[b * P + i] -= mean[i];
    if (by_samples)
        lpli_gram_f64(f->gemm, 0, n, P, of_batch, z, P, a, n, f->threads);
    else
        products(f, a, z, v, LPLI_FORMS_CENTRED, of_batch);
    if (f->ranks && f->ranks->status < 0) return 0;
    add_to_diagonal(a, m, eps);
    const size_t factored = lpli_cholesky(f->gemm, a, m, f->numbers, f->threads);
    if (factored < m) *stuck = factored;
    if (factored < m) return 0;
    const double loss = lpli_cholesky_log_det(a, m) + (double)(P - m) * log(eps);
    k *= 2 * of_batch / (double)P;
    if (by_samples) {
        memcpy(f->work, z, all * sizeof *z);
        lpli_cholesky_solve(f->gemm, a, n, f->work, P, P, f->threads);
        for (size_t i = 0; i < all; i++) term[i] += k * f->work[i];
    } else {
        double *inverse = f->square[1];
        memset(inverse, 0, P * P * sizeof *inverse);
        add_to_diagonal(inverse, P, 1);
        lpli_cholesky_solve(f->gemm, a, P, inverse, P, P, f->threads);
        multiply(f, k, z, inverse, 1, term);
    }
    return -loss / (double)P;
}

double lpli_forms_push(lpli_forms_t *f, int v, double share, size_t *stuck) {
    const double k = share * coefficient(f, f->rule->push);
    *stuck = SIZE_MAX;
    if (!lpli_push_is_form(f->rule) || (k == 0 && !f->report)) return 0;
    return f->rule->push_form == LPL_PUSH_NEGATIVE ? negative(f, f->term[v], f->z[v], v, k)
                                                   : log_det(f, f->term[v], f->z[v], v, k, stuck);
}

double lpli_forms_highest(const lpli_forms_t *f, int v) {
    double high = 0;
    for (size_t k = 0; k < f->rows * f->units; k++) {
        const double size = fabs(f->term[v][k]);
        if (!(size <= high)) high = size;
        if (!(high <= DBL_MAX)) return high;
    }
    return high;
}
