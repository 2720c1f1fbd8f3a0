/* core/log.h - the library's own logarithm, for random numbers: a fixed order of operations, so the same bits on every
 * CPU.
 *
 * Minimax polynomials of Sun's fdlibm (double) and S. Moshier's Cephes (float), without branches: loops over it
 * vectorise. */
#ifndef LPLI_LOG_H
#define LPLI_LOG_H

#include <stdint.h>
#include <string.h>

/* ln u for u in (0, 1], u = 2^e m, sqrt(1/2) <= m < sqrt(2): ln m = 2 atanh(s), s = f / (2 + f), f = m - 1 */
static inline double lpli_log_unit_f64(double u) {
    uint64_t bits;
    memcpy(&bits, &u, sizeof bits);
    const uint64_t shifted = bits + (0x3FF0000000000000u - 0x3FE6A09E667F3BCDu);
    const double e = (double)((int64_t)(shifted >> 52) - 1023);
    bits = (shifted & 0x000FFFFFFFFFFFFFu) + 0x3FE6A09E667F3BCDu;
    double m;
    memcpy(&m, &bits, sizeof m);
    const double f = m - 1, s = f / (2 + f), z = s * s, h = 0.5 * f * f;
    double r = 1.479819860511658591e-01;
    r = r * z + 1.531383769920937332e-01;
    r = r * z + 1.818357216161805012e-01;
    r = r * z + 2.222219843214978396e-01;
    r = r * z + 2.857142874366239149e-01;
    r = r * z + 3.999999999940941908e-01;
    r = r * z + 6.666666666666735130e-01;
    r = r * z;
    return e * 6.93147180369123816490e-01 - ((h - (s * (h + r) + e * 1.90821492927058770002e-10)) - f);
}

/* ln(1 - p), 0 < p < 1, to the last few bits also for small p (W. Kahan's quotient: 1 - q is what was really
 * subtracted). */
static inline double lpli_log_1m_f64(double p) {
    const double q = 1 - p;
    return q == 1 ? -p : lpli_log_unit_f64(q) * (p / (1 - q));
}

/* ln u for u in (0, 1], u = 2^e m, sqrt(1/2) <= m < sqrt(2) */
static inline float lpli_log_unit_f32(float u) {
    uint32_t bits;
    memcpy(&bits, &u, sizeof bits);
    const uint32_t shifted = bits + (0x3F800000u - 0x3F3504F3u);
    const float e = (float)((int32_t)(shifted >> 23) - 127);
    bits = (shifted & 0x007FFFFFu) + 0x3F3504F3u;
    float m;
    memcpy(&m, &bits, sizeof m);
    const float f = m - 1, z = f * f;
    float p = 7.0376836292e-2f;
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    p = p * f * z - e * 2.12194440e-4f - 0.5f * z;
    return f + p + e * 0.693359375f;
}

#endif
