/* optim/optim_kernel.c - see optim.h. */
#include "optim/optim.h"

/* Rounding to nearest holds a decaying moment among the denormal numbers for ever (m *= 0.9 ends at a few units of
 * the last place), where each operation takes many times as long. So what is too small to be seen becomes 0. NaN
 * stays NaN. */
static inline real settled(real m) { return real_abs(m) < LPLI_MOMENT_MIN ? 0 : m; }
static inline real settled_square(real v) { return v < REAL_MIN ? 0 : v; }

void K(lpli_optim_rows)(real *w, real *m, real *v, const real *grad, size_t n, real scale, real decay,
                        const lpli_optim_t *o) {
    const real eta = (real)o->eta;
    if (o->optim == LPL_OPTIM_SGD) {
        if (eta == 0) return;
        for (size_t j = 0; j < n; j++) w[j] -= eta * (scale * grad[j] + decay * w[j]);
    } else if (o->optim == LPL_OPTIM_MOMENTUM) {
        const real mu = (real)o->momentum;
        if (eta == 0)
            for (size_t j = 0; j < n; j++) m[j] = settled(mu * m[j] + (scale * grad[j] + decay * w[j]));
        else
            for (size_t j = 0; j < n; j++) {
                const real next = settled(mu * m[j] + (scale * grad[j] + decay * w[j]));
                m[j] = next;
                w[j] -= eta * next;
            }
    } else {
        const real c1 = (real)(1 - o->beta1), b2 = (real)o->beta2, c2 = (real)(1 - o->beta2), eps = (real)o->adam_eps;
        const real step = (real)(o->eta / (1 - o->beta1_t)), root = (real)(1 / sqrt(1 - o->beta2_t));
        if (step == 0) {
            for (size_t j = 0; j < n; j++) {
                real g = scale * grad[j] + decay * w[j];
                m[j] = settled(m[j] + (g - m[j]) * c1);
                v[j] = settled_square(b2 * v[j] + c2 * (g * g));
            }
            return;
        }
        for (size_t j = 0; j < n; j++) {
            const real g = scale * grad[j] + decay * w[j];
            const real first = settled(m[j] + (g - m[j]) * c1), second = settled_square(b2 * v[j] + c2 * (g * g));
            m[j] = first;
            v[j] = second;
            w[j] -= step * (first / (real_sqrt(second) * root + eps));
        }
    }
}

/* Magnitudes by their bits without the sign, whose order is theirs, infinity and NaN above all: a comparison of
 * numbers loses NaN. */
#ifdef LPLI_F64
typedef int64_t bits_t __attribute__((may_alias));
#define MAGNITUDE INT64_MAX
#else
typedef int32_t bits_t __attribute__((may_alias));
#define MAGNITUDE INT32_MAX
#endif

/* With a constant number of arrays one loop over all of them: as many streams for the memory, and each register is
 * its own maximum. */
static inline __attribute__((always_inline)) void highest(real *high, const real *const *p, size_t n,
                                                          const int arrays) {
    const bits_t *a = (const void *)p[0], *b = (const void *)p[1], *c = (const void *)p[2], *d = (const void *)p[3];
    bits_t ma = 0, mb = 0, mc = 0, md = 0;
    for (size_t j = 0; j < n; j++) {
        const bits_t xa = a[j] & MAGNITUDE, xb = b[j] & MAGNITUDE, xc = arrays > 2 ? c[j] & MAGNITUDE : 0,
                     xd = arrays > 3 ? d[j] & MAGNITUDE : 0;
        ma = xa > ma ? xa : ma;
        mb = xb > mb ? xb : mb;
        mc = xc > mc ? xc : mc;
        md = xd > md ? xd : md;
    }
    const bits_t most[4] = {ma, mb, mc, md};
    memcpy(high, most, sizeof most);
}

void K(lpli_optim_highest)(real high[4], const real *const p[4], size_t n) {
    if (p[3])
        highest(high, p, n, 4);
    else if (p[2])
        highest(high, p, n, 3);
    else
        highest(high, p, n, 2);
}
