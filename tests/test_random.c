/* tests/test_random.c - Philox against published vectors and a plain model, every variant and every split, accuracy,
 * statistics. */
#include "common/testing.h"
#include "core/cpu.h"
#include "core/random.h"

/* Bounds that docs/random.md states. */
#define NORMAL_ULP_F32 4.0
#define NORMAL_ULP_F64 4.0

/* The variants for double; LPLI_PICK in this file is that of float. */
void lpli_to_normal_f64_ref(double *out, const uint32_t *words, size_t n);
void lpli_to_uniform_f64_ref(double *out, const uint32_t *words, size_t n);
#ifdef LPLI_HAVE_X86_KERNELS
void lpli_to_normal_f64_avx2(double *out, const uint32_t *words, size_t n);
void lpli_to_normal_f64_avx512(double *out, const uint32_t *words, size_t n);
void lpli_to_uniform_f64_avx2(double *out, const uint32_t *words, size_t n);
void lpli_to_uniform_f64_avx512(double *out, const uint32_t *words, size_t n);
#endif

/* ---- a plain model of include/lpl/random.h ---- */
static void philox(uint32_t c[4], uint64_t block, uint64_t seed, uint64_t stream) {
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    c[0] = (uint32_t)block, c[1] = (uint32_t)(block >> 32), c[2] = (uint32_t)stream, c[3] = (uint32_t)(stream >> 32);
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c[0], p1 = (uint64_t)0xCD9E8D57u * c[2];
        const uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ c[1] ^ k0, (uint32_t)p1, (uint32_t)(p0 >> 32) ^ c[3] ^ k1,
                                  (uint32_t)p0};
        memcpy(c, next, sizeof next);
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
}

static uint32_t word(uint64_t k, uint64_t seed, uint64_t stream) {
    uint32_t c[4];
    philox(c, k / 4, seed, stream);
    return c[k % 4];
}
static uint64_t word64(uint64_t k, uint64_t seed, uint64_t stream) {
    uint32_t c[4];
    philox(c, k / 2, seed, stream);
    return (uint64_t)c[k % 2 * 2 + 1] << 32 | c[k % 2 * 2];
}

/* sqrt(-2 ln u1) cos or sin(2 pi u2). The angle is reduced exactly first, so that zeros come out exact. */
static long double box_muller(long double u1, long double u2, int sine) {
    const long double turn = floorl(4 * u2 + 0.5L), x = (4 * u2 - turn) * 1.57079632679489661923132169163975144L;
    const int quarter = (int)turn & 3, use_sine = sine ^ (quarter & 1);
    const long double value = use_sine ? sinl(x) : cosl(x);
    const int negative = sine ? quarter == 2 || quarter == 3 : quarter == 1 || quarter == 2;
    return sqrtl(-2 * logl(u1)) * (negative ? -value : value);
}
static long double normal_f32(uint64_t k, uint64_t seed, uint64_t stream) {
    const uint32_t a = word(k / 2 * 2, seed, stream), b = word(k / 2 * 2 + 1, seed, stream);
    return box_muller(((a >> 8) + 1) * 0x1p-24L, (b >> 8) * 0x1p-24L, k & 1);
}
static long double normal_f64(uint64_t k, uint64_t seed, uint64_t stream) {
    const uint64_t a = word64(k / 2 * 2, seed, stream), b = word64(k / 2 * 2 + 1, seed, stream);
    return box_muller(((a >> 11) + 1) * 0x1p-53L, (b >> 11) * 0x1p-53L, k & 1);
}

/* ---- known answers: kat_vectors of Random123, philox 4x32 10 ---- */
START_TEST(published_vectors) {
    static const struct {
        uint64_t block, stream, seed;
        uint32_t out[4];
    } known[] = {
        {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {0x85a308d3243f6a88u,
         0x0370734413198a2eu,
         0x299f31d0a4093822u,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t k = 0; k < 3; k++) {
        uint32_t model[4], ours[4];
        philox(model, known[k].block, known[k].seed, known[k].stream);
        ck_assert_mem_eq(model, known[k].out, sizeof model);
        for (int32_t isa = LPL_ISA_REF; isa <= lpli_isa_best(); isa++) {
            LPLI_PICK(isa, lpli_philox)(ours, 1, known[k].block, known[k].seed, known[k].stream);
            ck_assert_mem_eq(ours, known[k].out, sizeof ours);
        }
    }
    uint32_t first[4];
    OK(lpl_random_bits(first, 4, 0, 0, 0));
    ck_assert_mem_eq(first, known[0].out, sizeof first);
}
END_TEST

START_TEST(bits_and_uniforms_equal_the_model) {
    static uint32_t bits[600];
    static float f[600];
    static double d[600];
    for (int round = 0; round < 60; round++) {
        const uint64_t seed = testing_bits(), stream = testing_bits(),
                       offset = testing_bits() >> (1 + testing_size(0, 62));
        const size_t n = testing_size(0, 600);
        OK(lpl_random_bits(bits, n, seed, stream, offset));
        OK(lpl_random_uniform(f, n, seed, stream, offset));
        OK(lpl_random_uniform_f64(d, n, seed, stream, offset));
        for (size_t k = 0; k < n; k++) {
            ck_assert_uint_eq(bits[k], word(offset + k, seed, stream));
            ck_assert(f[k] == (float)(word(offset + k, seed, stream) >> 8) * 0x1p-24f && f[k] >= 0 && f[k] < 1);
            ck_assert(d[k] == (double)(word64(offset + k, seed, stream) >> 11) * 0x1p-53 && d[k] >= 0 && d[k] < 1);
        }
    }
}
END_TEST

/* Error in units in the last place of the exact value. */
static double ulps(long double got, long double exact, int digits) {
    if (exact == 0) return got == 0 ? 0 : INFINITY;
    return (double)(fabsl(got - exact) / ldexpl(1, ilogbl(exact) + 1 - digits));
}

START_TEST(normals_are_accurate) {
    static float f[4096];
    static double d[4096];
    double worst_f = 0, worst_d = 0;
    for (int round = 0; round < 12; round++) {
        const uint64_t seed = testing_bits(), stream = testing_bits(), offset = testing_bits() >> 2;
        OK(lpl_random_normal(f, 4096, seed, stream, offset));
        OK(lpl_random_normal_f64(d, 4096, seed, stream, offset));
        for (size_t k = 0; k < 4096; k++) {
            worst_f = fmax(worst_f, ulps(f[k], normal_f32(offset + k, seed, stream), 24));
            worst_d = fmax(worst_d, ulps(d[k], normal_f64(offset + k, seed, stream), 53));
        }
    }
    printf("test_random: largest error of a normal: float %.2f ulp, double %.2f ulp\n", worst_f, worst_d);
    ck_assert_double_le(worst_f, NORMAL_ULP_F32);
    ck_assert_double_le(worst_d, NORMAL_ULP_F64);
}
END_TEST

/* The corners of the two uniforms, which random draws do not meet: u1 = 1 and its neighbours, smallest u1, quarter
 * turns. */
START_TEST(corners) {
    const uint32_t a[] = {0xFFFFFFFFu, 0xFFFFFEFFu, 0xFFFFFD00u, 0,          0x100u,
                          0x80000000u, 0x7FFFFFFFu, 0xB504F300u, 0xB504F400u};
    const uint32_t b[] = {0,           0x100,       0x20000000u, 0x1FFFFFFFu, 0x40000000u, 0x3FFFFF00u,
                          0x60000000u, 0x80000000u, 0xC0000000u, 0xE0000000u, 0xFFFFFFFFu};
    for (size_t i = 0; i < sizeof a / sizeof *a; i++)
        for (size_t j = 0; j < sizeof b / sizeof *b; j++) {
            const uint32_t w[4] = {a[i], b[j], a[i], b[j]}, wide[4] = {a[i], a[i], b[j], b[j]};
            float f[4];
            double d[2];
            LPLI_PICK(LPL_ISA_REF, lpli_to_normal)(f, w, 4);
            lpli_to_normal_f64_ref(d, wide, 2);
            for (int sine = 0; sine < 2; sine++) {
                ck_assert_double_le(
                    ulps(f[sine], box_muller(((a[i] >> 8) + 1) * 0x1p-24L, (b[j] >> 8) * 0x1p-24L, sine), 24),
                    NORMAL_ULP_F32);
                const uint64_t v = (uint64_t)a[i] << 32 | a[i], u = (uint64_t)b[j] << 32 | b[j];
                ck_assert_double_le(
                    ulps(d[sine], box_muller(((v >> 11) + 1) * 0x1p-53L, (u >> 11) * 0x1p-53L, sine), 53),
                    NORMAL_ULP_F64);
                ck_assert(isfinite(f[sine]) && isfinite(d[sine]));
            }
        }
}
END_TEST

/* All variants of the kernels, all lengths, give the same bits. */
START_TEST(same_bits_on_every_instruction_set) {
    static uint32_t w[2][4 * 70];
    static float f[2][4 * 70];
    static double d[2][2 * 70];
    for (size_t blocks = 1; blocks <= 70; blocks++) {
        const uint64_t seed = testing_bits(), stream = testing_bits(), first = testing_bits();
        LPLI_PICK(LPL_ISA_REF, lpli_philox)(w[0], blocks, first, seed, stream);
        for (int32_t isa = LPL_ISA_AVX2; isa <= lpli_isa_best(); isa++) {
            memset(w[1], 0, sizeof w[1]);
            LPLI_PICK(isa, lpli_philox)(w[1], blocks, first, seed, stream);
            ck_assert_mem_eq(w[0], w[1], 16 * blocks);
            for (int normal = 0; normal < 2; normal++) {
                for (int k = 0; k < 2; k++) {
                    const int32_t use = k ? isa : LPL_ISA_REF;
                    if (normal) {
                        LPLI_PICK(use, lpli_to_normal)(f[k], w[0], 4 * blocks);
#ifdef LPLI_HAVE_X86_KERNELS
                        (use == LPL_ISA_AVX512 ? lpli_to_normal_f64_avx512
                         : use == LPL_ISA_AVX2 ? lpli_to_normal_f64_avx2
                                               : lpli_to_normal_f64_ref)(d[k], w[0], 2 * blocks);
#endif
                    } else {
                        LPLI_PICK(use, lpli_to_uniform)(f[k], w[0], 4 * blocks);
#ifdef LPLI_HAVE_X86_KERNELS
                        (use == LPL_ISA_AVX512 ? lpli_to_uniform_f64_avx512
                         : use == LPL_ISA_AVX2 ? lpli_to_uniform_f64_avx2
                                               : lpli_to_uniform_f64_ref)(d[k], w[0], 2 * blocks);
#endif
                    }
                }
                ck_assert_mem_eq(f[0], f[1], 16 * blocks);
                ck_assert_mem_eq(d[0], d[1], 16 * blocks);
            }
        }
    }
}
END_TEST

/* Pieces of any size put together equal one call; nothing is written beside them. */
#define SPLITS(test, call, type)                                                                         \
    START_TEST(test) {                                                                                   \
        static type whole[1500], part[1502];                                                             \
        for (int round = 0; round < 60; round++) {                                                       \
            const uint64_t seed = testing_bits(), stream = testing_bits(), offset = testing_bits() >> 3; \
            const size_t n = testing_size(1, 1500);                                                      \
            OK(call(whole, n, seed, stream, offset));                                                    \
            memset(part, 0x5a, sizeof part);                                                             \
            for (size_t at = 0; at < n;) {                                                               \
                const size_t take = testing_size(0, n - at < 90 ? n - at : 90);                          \
                type guard = part[1 + at + take];                                                        \
                OK(call(part + 1 + at, take, seed, stream, offset + at));                                \
                ck_assert_mem_eq(&part[1 + at + take], &guard, sizeof guard);                            \
                at += take;                                                                              \
            }                                                                                            \
            ck_assert_mem_eq(whole, part + 1, n * sizeof *whole);                                        \
        }                                                                                                \
    }                                                                                                    \
    END_TEST
SPLITS(splits_bits, lpl_random_bits, uint32_t)
SPLITS(splits_uniform, lpl_random_uniform, float)
SPLITS(splits_uniform_f64, lpl_random_uniform_f64, double)
SPLITS(splits_normal, lpl_random_normal, float)
SPLITS(splits_normal_f64, lpl_random_normal_f64, double)

START_TEST(bad_calls) {
    float f = 7;
    double d = 7;
    uint32_t w = 7;
    const uint64_t end = (uint64_t)1 << 63;
    OK(lpl_random_normal(NULL, 0, 1, 2, 3));
    OK(lpl_random_normal(NULL, 0, 1, 2, end));
    FAILS(lpl_random_normal(NULL, 4, 1, 2, 3), LPL_E_NULL, "lpl_random_normal: out = NULL");
    FAILS(lpl_random_uniform_f64(&d, (size_t)-1, 1, 2, 3), LPL_E_SIZE, "looks like a negative number (-1)");
    FAILS(lpl_random_bits(&w, PTRDIFF_MAX, 1, 2, 0), LPL_E_SIZE, "length");
    FAILS(lpl_random_uniform(&f, 1, 1, 2, end), LPL_E_SIZE, "2^63");
    FAILS(lpl_random_normal_f64(&d, 1, 1, 2, UINT64_MAX), LPL_E_SIZE, "offset = 18446744073709551615");
    ck_assert(f == 7 && d == 7 && w == 7);
    OK(lpl_random_bits(&w, 1, 1, 2, end - 1)); /* the last draw there is */
    ck_assert_uint_eq(w, word(end - 1, 1, 2));
    OK(lpl_random_uniform_f64(&d, 1, 1, 2, end - 1));
    ck_assert(d == (double)(word64(end - 1, 1, 2) >> 11) * 0x1p-53);
}
END_TEST

/* ---- statistics: fixed seeds, bounds of five standard deviations from theory ---- */
enum { N = 1 << 16 };
static double sample[2][N];
static float narrow[N];

static void draw(double *to, int kind, uint64_t seed, uint64_t stream) { /* 0, 1: uniform float, double; 2, 3: normal */
    if (kind & 1) {
        OK((kind == 1 ? lpl_random_uniform_f64 : lpl_random_normal_f64)(to, N, seed, stream, 0));
        return;
    }
    OK((kind == 0 ? lpl_random_uniform : lpl_random_normal)(narrow, N, seed, stream, 0));
    for (size_t k = 0; k < N; k++) to[k] = narrow[k];
}

static double power_mean(const double *x, int power) {
    double sum = 0;
    for (size_t k = 0; k < N; k++) sum += pow(x[k], power);
    return sum / N;
}

START_TEST(moments) {
    for (int kind = 0; kind < 4; kind++) {
        draw(sample[0], kind, 12345, 6);
        for (int power = 1; power <= 6; power++) {
            /* E x^p, and the standard deviation of its estimate: sqrt((E x^2p - (E x^p)^2) / N) */
            static const double gauss[13] = {1, 0, 1, 0, 3, 0, 15, 0, 105, 0, 945, 0, 10395};
            const double expect = kind < 2 ? 1.0 / (power + 1) : gauss[power],
                         square = kind < 2 ? 1.0 / (2 * power + 1) : gauss[2 * power];
            ck_assert_double_le(fabs(power_mean(sample[0], power) - expect), 5 * sqrt((square - expect * expect) / N));
        }
    }
}
END_TEST

static int ascending(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Kolmogorov-Smirnov: sqrt(N) D exceeds 2.23 with probability 2 exp(-2 * 2.23^2) = 1e-4. */
START_TEST(distribution) {
    for (int kind = 0; kind < 4; kind++) {
        draw(sample[0], kind, 777, kind);
        qsort(sample[0], N, sizeof *sample[0], ascending);
        double distance = 0;
        for (size_t k = 0; k < N; k++) {
            const double x = sample[0][k], p = kind < 2 ? x : 0.5 * erfc(-x / sqrt(2));
            distance = fmax(distance, fmax((k + 1.0) / N - p, p - (double)k / N));
        }
        ck_assert_double_le(distance * sqrt(N), 2.23);
    }
}
END_TEST

static double correlation(const double *x, const double *y, size_t n) {
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (size_t k = 0; k < n; k++) mx += x[k] / n, my += y[k] / n;
    for (size_t k = 0; k < n; k++)
        xx += (x[k] - mx) * (x[k] - mx), yy += (y[k] - my) * (y[k] - my), xy += (x[k] - mx) * (y[k] - my);
    return xy / sqrt(xx * yy);
}

/* Neighbours must not resemble each other, in value or in size. */
START_TEST(independence) {
    static double square[2][N], even[N / 2], odd[N / 2];
    const uint64_t other[][2] = {
        {1, 0}, {0, 1}, {(uint64_t)1 << 32, 0}, {0, (uint64_t)1 << 32}, {0, (uint64_t)1 << 63}}; /* seed, stream */
    for (int kind = 0; kind < 4; kind++) {
        draw(sample[0], kind, 40, 50);
        for (size_t pair = 0; pair < sizeof other / sizeof *other; pair++) {
            draw(sample[1], kind, 40 + other[pair][0], 50 + other[pair][1]);
            for (int s = 0; s < 2; s++)
                for (size_t k = 0; k < N; k++) square[s][k] = pow(sample[s][k] - (kind < 2 ? 0.5 : 0), 2);
            ck_assert_double_le(fabs(correlation(sample[0], sample[1], N)), 5 / sqrt(N));
            ck_assert_double_le(fabs(correlation(square[0], square[1], N)), 5 / sqrt(N));
        }
        for (size_t lag = 1; lag <= 8; lag++) {
            ck_assert_double_le(fabs(correlation(sample[0], sample[0] + lag, N - lag)), 5 / sqrt(N - lag));
            ck_assert_double_le(fabs(correlation(square[0], square[0] + lag, N - lag)), 5 / sqrt(N - lag));
        }
        for (size_t k = 0; k < N / 2; k++) even[k] = square[0][2 * k], odd[k] = square[0][2 * k + 1];
        ck_assert_double_le(fabs(correlation(even, odd, N / 2)),
                            5 / sqrt(N / 2)); /* the two normals of one Box-Muller pair */
    }
}
END_TEST

START_TEST(every_bit_is_fair) {
    static uint32_t w[N];
    size_t ones[32] = {0};
    OK(lpl_random_bits(w, N, 3, 4, 5));
    for (size_t k = 0; k < N; k++)
        for (int b = 0; b < 32; b++) ones[b] += w[k] >> b & 1;
    for (int b = 0; b < 32; b++) ck_assert_double_le(fabs((double)ones[b] - N / 2.0), 5 * sqrt(N / 4.0));
}
END_TEST

/* The Python version printed in docs/random.md is run and compared with the library's draws. */
START_TEST(documentation) {
    fflush(NULL);
    FILE *script = popen("python3 tests/ffi/random_doc.py docs/random.md", "w");
    ck_assert(script != NULL);
    for (int k = 0; k < 40; k++) {
        const uint64_t seed = testing_bits() >> testing_size(0, 63), stream = testing_bits() >> testing_size(0, 63),
                       offset = testing_bits() >> testing_size(1, 63);
        uint32_t bits;
        float u, z;
        double u64, z64;
        OK(lpl_random_bits(&bits, 1, seed, stream, offset));
        OK(lpl_random_uniform(&u, 1, seed, stream, offset));
        OK(lpl_random_uniform_f64(&u64, 1, seed, stream, offset));
        OK(lpl_random_normal(&z, 1, seed, stream, offset));
        OK(lpl_random_normal_f64(&z64, 1, seed, stream, offset));
        fprintf(script, "%llu %llu %llu %u %.17g %.17g %.9g %.17g\n", (unsigned long long)seed,
                (unsigned long long)stream, (unsigned long long)offset, bits, (double)u, u64, (double)z, z64);
    }
    const int status = pclose(script);
    if (status == 127 * 256)
        printf("test_random: comparison with docs/random.md skipped, no python3\n");
    else
        ck_assert_int_eq(status, 0);
}
END_TEST

int main(void) {
    testing_seed("test_random", 1);
    Suite *suite = suite_create("random");
    TCase *all = tcase_create("all");
    tcase_add_test(all, published_vectors);
    tcase_add_test(all, bits_and_uniforms_equal_the_model);
    tcase_add_test(all, normals_are_accurate);
    tcase_add_test(all, corners);
    tcase_add_test(all, same_bits_on_every_instruction_set);
    tcase_add_test(all, splits_bits);
    tcase_add_test(all, splits_uniform);
    tcase_add_test(all, splits_uniform_f64);
    tcase_add_test(all, splits_normal);
    tcase_add_test(all, splits_normal_f64);
    tcase_add_test(all, bad_calls);
    tcase_add_test(all, moments);
    tcase_add_test(all, distribution);
    tcase_add_test(all, independence);
    tcase_add_test(all, every_bit_is_fair);
    tcase_add_test(all, documentation);
    suite_add_tcase(suite, all);
    return testing_run(suite);
}
