/* examples/resume.c - save and go on: lpl_layer_save_file, lpl_layer_load_file.
 *
 * A layer learns 2000 samples in one go. Another one is saved after 1000 and thrown away; a third is loaded from the
 * file and sees the rest. First and third hold the same bits: weights, statistics, moments, remembered response and
 * step count are all in the file. A save replaces the old file only when the new one is complete, so a crash or a full
 * disk loses nothing (lpl/file.h). */
#include <lpl.h>
#include <stdio.h>
#include <string.h>

#define MUST(call) \
    if ((call) < 0) return fprintf(stderr, "resume: %s\n", lpl_last_error()), 1

enum { PRE = 8, POST = 4, W = PRE * POST };

static int make(lpl_layer_t **layer) {
    lpl_layer_config_t cfg;
    MUST(lpl_layer_config_init(&cfg, sizeof cfg));
    MUST(lpl_layer_preset(&cfg, LPL_PRESET_STREAM));
    cfg.n_pre = PRE;
    cfg.n_post = POST;
    cfg.activation = LPL_ACT_TANH;
    cfg.optim = LPL_OPTIM_ADAM;
    cfg.seed = 1;
    MUST(lpl_layer_create(&cfg, layer));
    return 0;
}

static int learn(lpl_layer_t *layer, uint64_t first, uint64_t end) {
    for (uint64_t t = first; t < end; t++) {
        float x[PRE];
        MUST(lpl_random_normal(x, PRE, 7, 0, PRE * t));
        MUST(lpl_update_online(layer, NULL, NULL, x));
    }
    return 0;
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "resume.lpl";
    lpl_layer_t *straight, *before, *after = NULL;
    float a[W], b[W];
    double steps;

    if (make(&straight) || learn(straight, 0, 2000)) return 1;

    if (make(&before) || learn(before, 0, 1000)) return 1;
    MUST(lpl_layer_save_file(before, path));
    lpl_layer_destroy(before); /* the process may end here */

    /* 0: at most 4 GiB, for files are not trusted; 1 thread, which is no part of the state. */
    MUST(lpl_layer_load_file(path, 0, 1, &after));
    if (learn(after, 1000, 2000)) return 1;

    MUST(lpl_layer_read(straight, a, W, LPL_STATE_WEIGHTS));
    MUST(lpl_layer_read(after, b, W, LPL_STATE_WEIGHTS));
    MUST(lpl_layer_get(after, LPL_PARAM_STEP, &steps));
    const int same = memcmp(a, b, sizeof a) == 0;

    /* A damaged file is refused with a sentence, and `after` stays what it was. */
    lpl_layer_t *untouched = after;
    FILE *file = fopen(path, "r+b");
    const int damaged = file != NULL && fseek(file, 300, SEEK_SET) == 0 && fputc('?', file) != EOF && fclose(file) == 0;
    const lpl_status_t status = lpl_layer_load_file(path, 0, 1, &untouched);
    const int refused = damaged && status == LPL_E_FORMAT && untouched == after;
    remove(path);

    printf("resume: 2000 samples, saved after 1000\n");
    printf("  steps counted                   expected 2000   got %.0f\n", steps);
    printf("  weights have the same bits      expected yes    got %s\n", same ? "yes" : "no");
    printf("  a damaged file is refused       expected yes    got %s\n", refused ? "yes" : "no");
    lpl_layer_destroy(straight);
    lpl_layer_destroy(after);
    return same && refused && steps == 2000 && fclose(stdout) == 0 ? 0 : 1; /* stdout: a full disk */
}
