/* examples/merge.c - statistics in parts: lpl_stats_merge.
 *
 * Threads or ranks of a cluster each see a part of a batch. Each keeps a tracker of its own; merged in a fixed order,
 * they hold what one tracker would that has seen all rows. The result then enters a running average as one batch. */
#include <lpl.h>
#include <math.h>
#include <stdio.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "merge: %s\n", lpl_last_error()), 1

enum { UNITS = 3, ROWS = 4000, PARTS = 4, C = UNITS * UNITS };

static int make(int32_t mode, lpl_stats_t **out) {
    lpl_stats_config_t cfg;
    MUST(lpl_stats_config_init(&cfg, sizeof cfg));
    cfg.dtype = LPL_F64;
    cfg.mode = mode;
    cfg.n_units = UNITS;
    cfg.batch_max = ROWS;
    cfg.covariance = 1;
    MUST(lpl_stats_create(&cfg, out));
    return 0;
}

int main(void) {
    static const size_t rows[PARTS] = {1000, 500, 2400, 100}; /* parts need not be equal */
    static double z[ROWS * UNITS];
    double one[C], merged[C], mean, count, worst = 0, running[UNITS];
    lpl_stats_t *whole, *part[PARTS], *sum, *average;

    /* Unit 0 is standard normal, unit 1 has mean 5 and variance 4, unit 2 is unit 0 with noise: covariance 1 with it.
     */
    MUST(lpl_random_normal_f64(z, ROWS * UNITS, 6, 0, 0));
    for (int b = 0; b < ROWS; b++) {
        z[b * UNITS + 1] = 5 + 2 * z[b * UNITS + 1];
        z[b * UNITS + 2] = z[b * UNITS] + 0.5 * z[b * UNITS + 2];
    }

    if (make(LPL_STATS_BATCH, &whole) || make(LPL_STATS_ALL, &sum) || make(LPL_STATS_EWMA, &average)) return 1;
    MUST(lpl_stats_update_f64(whole, z, UNITS, ROWS));
    const double *at = z;
    for (int k = 0; k < PARTS; k++) { /* on a thread each; or on machines, lpl_stats_save and _load carry trackers */
        if (make(LPL_STATS_BATCH, &part[k])) return 1;
        MUST(lpl_stats_update_f64(part[k], at, UNITS, rows[k]));
        at += rows[k] * UNITS;
    }
    /* always in this order: the same bits each time */
    for (int k = 0; k < PARTS; k++) MUST(lpl_stats_merge(sum, part[k]));
    MUST(lpl_stats_merge(average, sum));

    MUST(lpl_stats_read(whole, one, C, LPL_STATS_COVARIANCE));
    MUST(lpl_stats_read(sum, merged, C, LPL_STATS_COVARIANCE));
    MUST(lpl_stats_read(sum, &count, 1, LPL_STATS_COUNT));
    MUST(lpl_stats_read(average, running, UNITS, LPL_STATS_MEAN));
    for (int k = 0; k < C; k++) worst = fmax(worst, fabs(one[k] - merged[k]));
    MUST(lpl_stats_read(sum, one, UNITS, LPL_STATS_MEAN));
    mean = one[1];
    const double follows = mean * (1 - exp(-ROWS / 1000.0)); /* m += (batch mean - m) (1 - exp(-rows / tau)), from 0 */

    printf("merge: %d rows in %d parts\n", ROWS, PARTS);
    printf("  rows behind the result            expected %d   got %.0f\n", ROWS, count);
    printf("  mean of unit 1                    expected 5.0   got %.2f\n", mean);
    printf("  variance of unit 1                expected 4.0   got %.2f\n", merged[UNITS + 1]);
    printf("  covariance of units 0 and 2       expected 1.0   got %.2f\n", merged[2]);
    printf("  as in one piece, to twelve digits expected yes   got %s\n", worst < 1e-12 ? "yes" : "no");
    printf("  running mean of unit 1            expected %.2f   got %.2f\n", follows, running[1]);
    const int wrong = worst >= 1e-12 || count != ROWS || fabs(running[1] - follows) > 1e-9 || fabs(mean - 5) > 0.2;
    for (int k = 0; k < PARTS; k++) lpl_stats_destroy(part[k]);
    lpl_stats_destroy(whole), lpl_stats_destroy(sum), lpl_stats_destroy(average);
    return fclose(stdout) != 0 || wrong; /* stdout: a full disk */
}
