/* bench/random.c - time per random number of each kind, and of what a host would use otherwise. */
#include "common.h"

#include <math.h>
#include <stdlib.h>

#include "lpl.h"

enum { N = 1 << 16 };

static union {
    uint32_t bits[N];
    float f[N];
    double d[N];
} out;
static uint64_t at; /* each sample draws on */

#define SAMPLE(kind, call)                                      \
    static double sample_##kind(void *ctx) {                    \
        (void)ctx;                                              \
        double t = bench_now();                                 \
        for (int r = 0; r < 8; r++, at += N) bench_check(call); \
        return (bench_now() - t) / (8.0 * N);                   \
    }
SAMPLE(bits, lpl_random_bits(out.bits, N, 1, 2, at))
SAMPLE(uniform, lpl_random_uniform(out.f, N, 1, 2, at))
SAMPLE(uniform_f64, lpl_random_uniform_f64(out.d, N, 1, 2, at))
SAMPLE(normal, lpl_random_normal(out.f, N, 1, 2, at))
SAMPLE(normal_f64, lpl_random_normal_f64(out.d, N, 1, 2, at))

static double sample_rand(void *ctx) {
    (void)ctx;
    double t = bench_now();
    for (int k = 0; k < N; k++) out.f[k] = (float)(rand() / (RAND_MAX + 1.0));
    return (bench_now() - t) / N;
}

static double sample_box_muller(void *ctx) {
    (void)ctx;
    double t = bench_now();
    for (int k = 0; k < N; k += 2) {
        float r = sqrtf(-2 * logf(((float)rand() + 1.0f) / ((float)RAND_MAX + 1.0f)));
        float a = 6.2831853f * (float)rand() / ((float)RAND_MAX + 1.0f);
        out.f[k] = r * cosf(a);
        out.f[k + 1] = r * sinf(a);
    }
    return (bench_now() - t) / N;
}

int main(int argc, char **argv) {
    static bench_t b;
    const char *group = "random numbers, time of one";
    bench_begin(&b, "random", argc, argv);
    bench_add(&b, group, "lpl_random_bits", "32 bits", 1e-6, "M", sample_bits, NULL);
    bench_add(&b, group, "lpl_random_uniform", "float", 1e-6, "M", sample_uniform, NULL);
    bench_add(&b, group, "lpl_random_uniform_f64", "", 1e-6, "M", sample_uniform_f64, NULL);
    bench_add(&b, group, "lpl_random_normal", "float", 1e-6, "M", sample_normal, NULL);
    bench_add(&b, group, "lpl_random_normal_f64", "", 1e-6, "M", sample_normal_f64, NULL);
    bench_add(&b, group, "plain C, uniform", "rand()", 1e-6, "M", sample_rand, NULL);
    bench_add(&b, group, "plain C, normal", "rand() and Box-Muller with libm, float", 1e-6, "M", sample_box_muller,
              NULL);
    bench_run(&b);
    bench_goal(&b, group, "lpl_random_uniform", "PyTorch, rand", 1, 0, "(against torch.rand)");
    bench_goal(&b, group, "lpl_random_normal", "PyTorch, randn", 1, 0, "(against torch.randn)");
    return bench_end(&b);
}
