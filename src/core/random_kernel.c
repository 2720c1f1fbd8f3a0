/* core/random_kernel.c - Philox 4x32-10 and the maps to uniform and normal numbers; see random.h.
 *
 * log, sin and cos are polynomials on reduced arguments (minimax coefficients of S. Moshier's Cephes, float, and of
 * Sun's fdlibm, double), without branches: the loops vectorise, and the bits are the same on every CPU. A normal number
 * is within 4 units in the last place (tests/test_random.c; largest found 3.1). */
#include "core/random.h"

#include "core/log.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#ifdef LPLI_SCALAR

void K(lpli_philox)(uint32_t *words, size_t blocks, uint64_t first, uint64_t seed, uint64_t stream) {
    for (size_t at = 0; at < blocks; at++, words += 4) {
        uint32_t c0 = (uint32_t)(first + at), c1 = (uint32_t)((first + at) >> 32), c2 = (uint32_t)stream,
                 c3 = (uint32_t)(stream >> 32);
        uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
        for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
            const uint64_t p0 = (uint64_t)c0 * 0xD2511F53u, p1 = (uint64_t)c2 * 0xCD9E8D57u;
            c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
            c1 = (uint32_t)p1;
            c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
            c3 = (uint32_t)p0;
        }
        words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
    }
}

#else

/* ---- Philox: one counter a 64-bit lane, several registers side by side ----
 * Only the low half of a lane counts: the product below takes the low halves and gives all 64 bits, and its high half,
 * shifted down, and its low half are what the next round needs. So whatever lies in the upper halves needs no
 * masking. */
#define LANES (LPLI_VEC_BYTES / 8)
#define UNROLL 2
typedef uint64_t lanes_t __attribute__((vector_size(LPLI_VEC_BYTES)));

static inline lanes_t product(lanes_t a, uint32_t b) {
#if defined(__AVX512F__)
    return (lanes_t)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64(b));
#elif defined(__AVX2__)
    return (lanes_t)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x(b));
#elif defined(__SSE2__)
    return (lanes_t)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x(b));
#else
    return (a & 0xFFFFFFFFu) * b;
#endif
}

/* Two words in a lane, so that in memory `first` comes first. */
static inline lanes_t together(lanes_t first, lanes_t second) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return first << 32 | (second & 0xFFFFFFFFu);
#else
    return (first & 0xFFFFFFFFu) | second << 32;
#endif
}

/* low[0], high[0], low[1], high[1], ...: each pair is the four words of one counter. */
static inline void interleave(lanes_t pair[2], lanes_t low, lanes_t high) {
#ifdef __clang__
    for (size_t l = 0; l < LANES; l++) {
        pair[2 * l / LANES][2 * l % LANES] = low[l];
        pair[2 * l / LANES][2 * l % LANES + 1] = high[l];
    }
#else /* gcc needs to be told that this is a shuffle */
    lanes_t first, second;
    for (size_t l = 0; l < LANES; l++) {
        first[l] = l / 2 + l % 2 * LANES;
        second[l] = first[l] + LANES / 2;
    }
    pair[0] = __builtin_shuffle(low, high, first);
    pair[1] = __builtin_shuffle(low, high, second);
#endif
}

void K(lpli_philox)(uint32_t *words, size_t blocks, uint64_t first, uint64_t seed, uint64_t stream) {
    lanes_t step;
    for (size_t l = 0; l < LANES; l++) step[l] = l;
    for (size_t at = 0; at < blocks; at += UNROLL * LANES) {
        lanes_t c0[UNROLL], c1[UNROLL], c2[UNROLL], c3[UNROLL];
        for (size_t u = 0; u < UNROLL; u++) {
            c0[u] = step + (first + at + u * LANES);
            c1[u] = c0[u] >> 32;
            c2[u] = (lanes_t){0} + stream;
            c3[u] = c2[u] >> 32;
        }
        uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
        for (int round = 0; round < 10; round++) {
            for (size_t u = 0; u < UNROLL; u++) {
                const lanes_t p0 = product(c0[u], 0xD2511F53u), p1 = product(c2[u], 0xCD9E8D57u);
                c0[u] = p1 >> 32 ^ c1[u] ^ k0;
                c1[u] = p1;
                c2[u] = p0 >> 32 ^ c3[u] ^ k1;
                c3[u] = p0;
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        for (size_t u = 0; u < UNROLL && at + u * LANES < blocks; u++) {
            const lanes_t low = together(c0[u], c1[u]), high = together(c2[u], c3[u]);
            const size_t begin = at + u * LANES;
            lanes_t pair[2];
            interleave(pair, low, high);
            if (blocks - begin >= LANES)
                memcpy(words + 4 * begin, pair, sizeof pair);
            else
                memcpy(words + 4 * begin, pair, 16 * (blocks - begin));
        }
    }
}

#endif

#ifdef LPLI_F64

static inline uint64_t draw(const uint32_t *words, size_t k) { return (uint64_t)words[2 * k + 1] << 32 | words[2 * k]; }

void K(lpli_to_uniform)(double *out, const uint32_t *words, size_t n) {
    for (size_t k = 0; k < n; k++) out[k] = (double)(int64_t)(draw(words, k) >> 11) * 0x1p-53;
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
        const real u1 = (real)(int64_t)((draw(words, 2 * p) >> 11) + 1) * 0x1p-53,
                   u2 = (real)(int64_t)(draw(words, 2 * p + 1) >> 11) * 0x1p-53;
#else
        const real u1 = (real)(int32_t)((words[2 * p] >> 8) + 1) * 0x1p-24f,
                   u2 = (real)(int32_t)(words[2 * p + 1] >> 8) * 0x1p-24f;
#endif
        const real radius = real_sqrt(-2 * R(lpli_log_unit)(u1)), t = 4 * u2, q = (t + ROUNDER) - ROUNDER, r = t - q;
        const real s = sin_quarter(r), c = cos_quarter(r);
        const int turn = (int)q & 3;
        const real x = turn & 1 ? s : c,
                   y = turn & 1 ? c : s; /* |cos|, |sin| of the whole angle, with the signs of the rest */
        out[2 * p] = radius * (turn == 1 || turn == 2 ? -x : x);
        out[2 * p + 1] = radius * (turn & 2 ? -y : y);
    }
}
