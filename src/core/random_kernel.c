/* core/random_kernel.c - Philox 4x32-10 and the maps to uniform and normal numbers; see random.h.
 *
 * log, sin and cos are polynomials on reduced arguments (minimax coefficients of S. Moshier's Cephes, float, and of Sun's fdlibm,
 * double), without branches: the loops vectorise, and the bits are the same on every CPU. Errors: a few units in the last place. */
#include "core/random.h"

#define GROUP 16 /* counters side by side */

void K(lpli_philox)(uint32_t *words, size_t blocks, uint64_t first, uint64_t seed, uint64_t stream) {
    for (size_t at = 0; at < blocks; at += GROUP) {
        uint32_t c0[GROUP], c1[GROUP], c2[GROUP], c3[GROUP];
        uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
        const size_t n = blocks - at < GROUP ? blocks - at : GROUP;
        for (size_t l = 0; l < GROUP; l++) {
            const uint64_t block = first + at + l;
            c0[l] = (uint32_t)block;
            c1[l] = (uint32_t)(block >> 32);
            c2[l] = (uint32_t)stream;
            c3[l] = (uint32_t)(stream >> 32);
        }
        for (int round = 0; round < 10; round++) {
            for (size_t l = 0; l < GROUP; l++) {
                const uint64_t p0 = (uint64_t)0xD2511F53u * c0[l], p1 = (uint64_t)0xCD9E8D57u * c2[l];
                c0[l] = (uint32_t)(p1 >> 32) ^ c1[l] ^ k0;
                c1[l] = (uint32_t)p1;
                c2[l] = (uint32_t)(p0 >> 32) ^ c3[l] ^ k1;
                c3[l] = (uint32_t)p0;
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        uint32_t *out = words + 4 * at;
        if (n == GROUP) {
            for (size_t l = 0; l < GROUP; l++) out[4 * l] = c0[l], out[4 * l + 1] = c1[l], out[4 * l + 2] = c2[l], out[4 * l + 3] = c3[l];
        } else {
            for (size_t l = 0; l < n; l++) out[4 * l] = c0[l], out[4 * l + 1] = c1[l], out[4 * l + 2] = c2[l], out[4 * l + 3] = c3[l];
        }
    }
}

#ifdef LPLI_F64

static inline uint64_t draw(const uint32_t *words, size_t k) { return (uint64_t)words[2 * k + 1] << 32 | words[2 * k]; }

void K(lpli_to_uniform)(double *out, const uint32_t *words, size_t n) {
    for (size_t k = 0; k < n; k++) out[k] = (double)(int64_t)(draw(words, k) >> 11) * 0x1p-53;
}

/* ln u for u in (0, 1], u = 2^e m, sqrt(1/2) <= m < sqrt(2): ln m = 2 atanh(s), s = f / (2 + f), f = m - 1 */
static inline double log_unit(double u) {
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

/* sin and cos of pi/2 r, |r| <= 1/2 */
static inline double sin_quarter(double r) {
    const double x = r * 1.57079632679489661923, z = x * x;
    double p = 1.58969099521155010221e-10;
    p = p * z - 2.50507602534068634195e-08;
    p = p * z + 2.75573137070700676789e-06;
    p = p * z - 1.98412698298579493134e-04;
    p = p * z + 8.33333333332248946124e-03;
    p = p * z - 1.66666666666666324348e-01;
    return x + x * (z * p);
}
static inline double cos_quarter(double r) {
    const double x = r * 1.57079632679489661923, z = x * x;
    double p = -1.13596475577881948265e-11;
    p = p * z + 2.08757232129817482790e-09;
    p = p * z - 2.75573143513906633035e-07;
    p = p * z + 2.48015872894767294178e-05;
    p = p * z - 1.38888888888741095749e-03;
    p = p * z + 4.16666666666666019037e-02;
    return 1 - (0.5 * z - z * z * p);
}
#define ROUNDER 6755399441055744.0 /* 1.5 * 2^52 */

#else

void K(lpli_to_uniform)(float *out, const uint32_t *words, size_t n) {
    for (size_t k = 0; k < n; k++) out[k] = (float)(int32_t)(words[k] >> 8) * 0x1p-24f;
}

/* ln u for u in (0, 1], u = 2^e m, sqrt(1/2) <= m < sqrt(2) */
static inline float log_unit(float u) {
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

static inline float sin_quarter(float r) {
    const float x = r * 1.57079632679f, z = x * x;
    return x + x * z * ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f);
}
static inline float cos_quarter(float r) {
    const float x = r * 1.57079632679f, z = x * x;
    return 1 - 0.5f * z + z * z * ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f);
}
#define ROUNDER 12582912.0f /* 1.5 * 2^23 */

#endif

/* Box-Muller. 2 pi u2 = pi/2 (q + r), q whole: the quarter turn q swaps and negates sin and cos of the rest. */
void K(lpli_to_normal)(real *out, const uint32_t *words, size_t n) {
    for (size_t p = 0; p < n / 2; p++) {
#ifdef LPLI_F64
        const real u1 = (real)(int64_t)((draw(words, 2 * p) >> 11) + 1) * 0x1p-53, u2 = (real)(int64_t)(draw(words, 2 * p + 1) >> 11) * 0x1p-53;
#else
        const real u1 = (real)(int32_t)((words[2 * p] >> 8) + 1) * 0x1p-24f, u2 = (real)(int32_t)(words[2 * p + 1] >> 8) * 0x1p-24f;
#endif
        const real radius = real_sqrt(-2 * log_unit(u1)), t = 4 * u2, q = (t + ROUNDER) - ROUNDER, r = t - q;
        const real s = sin_quarter(r), c = cos_quarter(r);
        const int turn = (int)q & 3;
        const real x = turn & 1 ? s : c, y = turn & 1 ? c : s; /* |cos|, |sin| of the whole angle, with the signs of the rest */
        out[2 * p] = radius * (turn == 1 || turn == 2 ? -x : x);
        out[2 * p + 1] = radius * (turn & 2 ? -y : y);
    }
}
