/* optim/optim_guard_real.c - does a step leave every parameter finite? See optim.h. */
#include "linalg/vector.h"
#include "optim/optim.h"

#ifndef LPLI_F64
double lpli_optim_limit(int32_t dtype) { return (dtype == LPL_F64 ? DBL_MAX : (double)FLT_MAX) / 4096; }

int lpli_optim_is_calm(const lpli_optim_t *o, int32_t dtype, lpli_optim_high_t *high, double grad, double least,
                       double decay) {
    const double limit = lpli_optim_limit(dtype), eta = o->eta, slack = 1 + 1e-5; /* slack: rounding, float's too */
    lpli_optim_high_t h = *high;
    if (o->optim == LPL_OPTIM_SGD && eta == 0) return 1;
    if (!(eta <= limit && decay <= limit && eta * decay <= limit && grad <= limit && h.w <= limit)) return 0;
    const double g = (grad + decay * h.w) * slack;
    double step = eta * g;
    if (!(g <= limit)) return 0;
    if (o->optim == LPL_OPTIM_MOMENTUM) {
        h.m = (o->momentum * h.m + g) * slack;
        step = eta * h.m;
        if (!(h.m <= limit)) return 0;
    } else if (o->optim == LPL_OPTIM_ADAM) {
        const double square = g * g, by = eta / (1 - o->beta1_t), root = 1 / sqrt(1 - o->beta2_t);
        if (!(g + h.m <= limit && square + h.v <= limit && by <= limit && root <= limit)) return 0;
        h.m = (o->beta1 * h.m + (1 - o->beta1) * g) * slack;
        h.v = (o->beta2 * h.v + (1 - o->beta2) * square) * slack;
        step = h.m / (dtype == LPL_F64 ? o->adam_eps : lpli_as_float(o->adam_eps)); /* v may be 0 */
        if (!((1 + sqrt(h.v)) * root <= limit && step <= limit)) return 0;
        step *= by;
    }
    /* (1 - eta decay) w is what SGD keeps of w: no reason to count it twice. Of the unit that keeps most. 1e-5: its
     * rounding. */
    const double kept = fmax(fmax(fabs(1 - eta * decay), fabs(1 - eta * least)), 1e-5);
    h.w = (o->optim == LPL_OPTIM_SGD ? kept * h.w + eta * grad : h.w + step) * slack;
    if (!(step <= limit && h.w <= limit)) return 0;
    *high = h;
    return 1;
}
#endif

enum { CHUNK = LPLI_PIECE };

static size_t first_infinite(const real *p, size_t n) {
    size_t j = 0;
    while (j < n && isfinite(p[j])) j++;
    return j;
}

size_t R(lpli_optim_first_bad)(int32_t isa, const real *w, const real *m, const real *v, const real *grad, size_t n,
                               real scale, real decay, const lpli_optim_t *o, const char **what) {
    const real *const from[3] = {w, m, v};
    const double step = o->optim == LPL_OPTIM_ADAM ? o->eta / (1 - o->beta1_t) : o->eta;
    const int first = (real)step == 0; /* then w is not written: it may hold anything */
    static const char *const name[3] = {"weights", "first moments", "second moments"};
    for (size_t k = 0; k < n; k += CHUNK) {
        const size_t len = n - k < CHUNK ? n - k : CHUNK;
        real copy[3][CHUNK];
        for (int a = 0; a < 3; a++)
            if (from[a]) memcpy(copy[a], from[a] + k, len * sizeof(real));
        LPLI_PICK(isa, lpli_optim_rows)
        (copy[0], m ? copy[1] : NULL, v ? copy[2] : NULL, grad + k, len, scale, decay, o);
        size_t at = len;
        for (int a = first; a < 3; a++) {
            if (!from[a] || LPLI_PICK(isa, lpli_highest)(copy[a], len) <= LPLI_REAL_MAX) continue;
            const size_t here = first_infinite(copy[a], len);
            if (here < at && what) *what = name[a];
            if (here < at) at = here;
        }
        if (at < len) return k + at;
    }
    return n;
}
