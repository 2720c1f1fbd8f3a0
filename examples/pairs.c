/* examples/pairs.c - mini-batches of pairs: lpl_layer_t and lpl_update.
 *
 * One linear neuron sees points in a plane. Within a pair the first coordinate keeps its sign (it changes slowly),
 * while the second is drawn anew, and is louder. LPL finds the first one; a Hebbian neuron would take the second. By
 * theory (docs/theory.md 1.8) it ends with |w|^2 = 2 push / (pull <(x1 - x0)^2> + weight_decay) = 2 / (0.02 + 0.15).
 * This program handles errors as a host should; the others end at the first one. */
#include <lpl.h>
#include <math.h>
#include <stdio.h>

enum { BATCH = 100, STEPS = 4000 };

/* Rows of two coordinates, pair b in row b of both. Random numbers are a function of (seed, stream, offset): no
 * generator to keep. */
static void draw(float *x0, float *x1, uint64_t step) {
    float noise[4 * BATCH], side[BATCH];
    lpl_random_normal(noise, 4 * BATCH, 1, 0, 4 * BATCH * step);
    lpl_random_uniform(side, BATCH, 1, 1, BATCH * step);
    for (int b = 0; b < BATCH; b++) {
        const float slow = side[b] < 0.5f ? -1.0f : 1.0f;
        x0[2 * b] = slow + 0.1f * noise[4 * b]; /* twice the same cluster */
        x1[2 * b] = slow + 0.1f * noise[4 * b + 1];
        x0[2 * b + 1] = 2.0f * noise[4 * b + 2]; /* two independent values */
        x1[2 * b + 1] = 2.0f * noise[4 * b + 3];
    }
}

int main(void) {
    lpl_layer_config_t cfg;
    lpl_layer_t *layer = NULL;
    lpl_report_t report;
    float x0[2 * BATCH], x1[2 * BATCH], w[2];
    int refused = 0, wrong = 1;

    /* A config knows its own size, so programs compiled with an older header go on working. A preset sets all
     * constants. */
    if (lpl_layer_config_init(&cfg, sizeof cfg) < 0 || lpl_layer_preset(&cfg, LPL_PRESET_TOY2D) < 0) goto failed;
    if (lpl_report_init(&report, sizeof report) < 0) goto failed;
    cfg.n_pre = 2;
    cfg.n_post = 1;
    cfg.batch_max = BATCH;
    cfg.seed = 1;
    if (lpl_layer_create(&cfg, &layer) < 0) goto failed; /* everything is allocated here, nothing later */

    for (uint64_t step = 0; step < STEPS; step++) {
        lpl_status_t status;
        draw(x0, x1, step);
        if (step == 1000) x1[7] = INFINITY; /* a sensor that fails once */
        status = lpl_update(layer, &report, x0, 2, x1, 2, BATCH);
        if (status == LPL_COLLAPSED) { /* positive: it was done, but all units are constant */
            fprintf(stderr, "step %llu: collapsed\n", (unsigned long long)step);
        } else if (status == LPL_E_NONFINITE) { /* negative: nothing has changed, so this batch can be left out */
            refused++;
        } else if (status < 0) {
            goto failed;
        }
    }
    if (lpl_layer_read(layer, w, 2, LPL_STATE_WEIGHTS) < 0) goto failed;

    printf("pairs: one neuron, %d steps of %d pairs\n", STEPS, BATCH);
    printf("  weight of the slow input   expected %.2f   got %.2f\n", sqrt(2 / 0.17), fabs((double)w[0]));
    printf("  weight of the loud input   expected %.2f   got %.2f\n", 0.0, fabs((double)w[1]));
    printf("  standard deviation of z    expected %.2f   got %.2f\n", sqrt(2 / 0.17 * 1.01), report.mean_std);
    printf("  steps refused              expected 1      got %d\n", refused);
    wrong = fabs(fabs((double)w[0]) - sqrt(2 / 0.17)) > 0.1 || fabs((double)w[1]) > 0.1 || refused != 1;
    lpl_layer_destroy(layer);
    return fclose(stdout) != 0 || wrong; /* stdout: a full disk */

failed: /* the sentence names function, argument, what it was and what it may be; each thread has its own */
    fprintf(stderr, "pairs: %s\n", lpl_last_error());
    lpl_layer_destroy(layer); /* NULL is fine */
    return 1;
}
