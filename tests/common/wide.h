/* tests/common/wide.h - numbers of 106 bits, hi + lo, for reference values: a long double is no more than a double on
 * 32-bit ARM and elsewhere.
 *
 * T. J. Dekker (1971), "A floating-point technique for extending the available precision". Relative errors stay below
 * 1e-25 where results are not tiny; factors must stay below 1e300. */
#ifndef LPL_TESTS_WIDE_H
#define LPL_TESTS_WIDE_H

#include <math.h>

typedef struct {
    double hi, lo;
} wide_t;

static inline wide_t wide(double x) { return (wide_t){x, 0}; }

static inline wide_t wide_sum(double a, double b) { /* a + b exactly */
    const double s = a + b, part = s - a;
    return (wide_t){s, (a - (s - part)) + (b - part)};
}

static inline wide_t wide_product(double a, double b) { /* a b exactly: factors cut into halves of 26 bits */
    const double ca = 134217729.0 * a, cb = 134217729.0 * b, a1 = ca - (ca - a), b1 = cb - (cb - b), a2 = a - a1,
                 b2 = b - b1, p = a * b;
    return (wide_t){p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2};
}

static inline wide_t wide_add(wide_t a, wide_t b) {
    const wide_t s = wide_sum(a.hi, b.hi), t = wide_sum(a.lo, b.lo), u = wide_sum(s.hi, s.lo + t.hi);
    return wide_sum(u.hi, u.lo + t.lo);
}

static inline wide_t wide_minus(wide_t a) { return (wide_t){-a.hi, -a.lo}; }
static inline wide_t wide_sub(wide_t a, wide_t b) { return wide_add(a, wide_minus(b)); }

static inline wide_t wide_mul(wide_t a, wide_t b) {
    const wide_t p = wide_product(a.hi, b.hi);
    return wide_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

static inline wide_t wide_div(wide_t a, wide_t b) { /* two steps of long division */
    const wide_t q = wide(a.hi / b.hi), rest = wide_sub(a, wide_mul(b, q)), q2 = wide(rest.hi / b.hi),
                 rest2 = wide_sub(rest, wide_mul(b, q2));
    return wide_add(wide_add(q, q2), wide(rest2.hi / b.hi));
}

/* e^x - 1 for |x| <= 0.4: the series of x / 256, then eight doublings e^2y - 1 = (e^y - 1) (e^y - 1 + 2). */
static inline wide_t wide_expm1_small(wide_t x) {
    static const double factorial[8] = {2, 6, 24, 120, 720, 5040, 40320, 362880};
    const wide_t y = {x.hi / 256, x.lo / 256};
    wide_t power = y, e = y;
    for (int k = 0; k < 8; k++) {
        power = wide_mul(power, y);
        e = wide_add(e, k < 2 ? wide_div(power, wide(factorial[k])) : wide(power.hi / factorial[k]));
    }
    for (int k = 0; k < 8; k++) e = wide_mul(e, wide_add(e, wide(2)));
    return e;
}

/* e^x = 2^k e^r, |r| <= ln 2 / 2 */
static inline wide_t wide_exp(wide_t x) {
    const wide_t ln2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
    const double k = floor(x.hi / ln2.hi + 0.5);
    const wide_t e = wide_add(wide_expm1_small(wide_sub(x, wide_mul(ln2, wide(k)))), wide(1));
    return (wide_t){ldexp(e.hi, (int)k), ldexp(e.lo, (int)k)};
}
static inline wide_t wide_expm1(wide_t x) {
    return fabs(x.hi) <= 0.4 ? wide_expm1_small(x) : wide_sub(wide_exp(x), wide(1));
}

/* tanh x = (e^2x - 1) / (e^2x + 1) */
static inline wide_t wide_tanh(wide_t x) {
    if (fabs(x.hi) > 40) return wide(x.hi > 0 ? 1 : -1);
    const wide_t e = wide_expm1((wide_t){2 * x.hi, 2 * x.lo});
    return wide_div(e, wide_add(e, wide(2)));
}

/* ln(1 + x), x > -1: two Newton steps of e^y - 1 = x. */
static inline wide_t wide_log1p(wide_t x) {
    wide_t y = wide(log1p(x.hi));
    for (int k = 0; k < 2; k++) {
        const wide_t e = wide_expm1(y);
        y = wide_add(y, wide_div(wide_sub(x, e), wide_add(e, wide(1))));
    }
    return y;
}

#endif
