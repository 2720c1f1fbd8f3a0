/* bench/stats.c - covariance of 1024 units over a batch of 1024 (lpl_stats_update) against ssyrk and sgemm. */
#include "common.h"

#include "lpl.h"

enum { UNITS = 1024, BATCH = 1024 };

typedef struct {
    lpl_stats_t *s;
    float *z;
    double *c;
} tracker_t;

static double sample_update(void *ctx) {
    tracker_t *k = ctx;
    double t = bench_now();
    bench_check(lpl_stats_update(k->s, k->z, UNITS, BATCH));
    return bench_now() - t;
}

/* Plain C: mean, then every pair, one triangle, in float. Rows of the batch outside, so that the inner loop has unit
 * stride. */
__attribute__((noinline)) static void naive(float *restrict c, float *restrict mean, const float *z) {
    for (int i = 0; i < UNITS; i++) mean[i] = 0;
    for (int k = 0; k < UNITS * UNITS; k++) c[k] = 0;
    for (int b = 0; b < BATCH; b++)
        for (int i = 0; i < UNITS; i++) mean[i] += z[b * UNITS + i] / BATCH;
    for (int i = 0; i < UNITS; i++)
        for (int b = 0; b < BATCH; b++) {
            const float *row = z + b * UNITS, d = (row[i] - mean[i]) / (BATCH - 1);
            for (int j = 0; j <= i; j++) c[i * UNITS + j] += d * (row[j] - mean[j]);
        }
}

static double sample_naive(void *ctx) {
    tracker_t *k = ctx;
    static float c[UNITS * UNITS], mean[UNITS];
    double t = bench_now();
    naive(c, mean, k->z);
    return bench_now() - t;
}

static tracker_t tracker(int covariance, int threads) {
    lpl_stats_config_t cfg;
    bench_check(lpl_stats_config_init(&cfg, sizeof cfg));
    cfg.n_units = UNITS;
    cfg.batch_max = BATCH;
    cfg.covariance = covariance;
    cfg.threads = threads;
    tracker_t k = {.z = bench_alloc(sizeof(float) * UNITS * BATCH)};
    bench_fill(k.z, (size_t)UNITS * BATCH, 6);
    bench_check(lpl_stats_create(&cfg, &k.s));
    return k;
}

int main(int argc, char **argv) {
    static bench_t b;
    const char *group = "covariance of 1024 units, batch 1024";
    const double gflop = 1e-9 * UNITS * UNITS * BATCH; /* one triangle, as for ssyrk */
    bench_begin(&b, "stats", argc, argv);
    tracker_t full = tracker(1, b.threads), plain = tracker(0, b.threads);
    bench_add(&b, group, "lpl_stats_update, covariance", "mean, variance, covariance; in double", gflop, "GFLOP",
              sample_update, &full);
    bench_add(&b, group, "lpl_stats_update, variance only", "", 4e-9 * UNITS * BATCH, "GB", sample_update, &plain);
    bench_add(&b, group, "plain C", "", gflop, "GFLOP", sample_naive, &plain);
    bench_add_products(&b, group, UNITS, BATCH, 1);
    bench_add_products(&b, group, UNITS, BATCH, 0);
    bench_run(&b);
    bench_goal(&b, group, "lpl_stats_update, covariance", "ssyrk", 1, 0, "(of ssyrk, which is the product alone)");
    bench_goal(&b, group, "lpl_stats_update, covariance", "sgemm", 1, 0, "(of sgemm, both triangles)");
    bench_goal(&b, group, "lpl_stats_update, covariance", "PyTorch", 1, 0, "(against torch.cov)");
    return bench_end(&b);
}
