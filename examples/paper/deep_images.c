/* examples/paper/deep_images.c - deep layer-local learning on images (theory 4, Fig. 3): VGG-11, every block by LPL
 * alone, CIFAR-10 or STL-10.
 *
 * Each condition trains a stack on pairs of augmented views and is then judged layer by layer: the linear readout of
 * the paper (4.5), a converged logistic regression that does not depend on scale, dimensionality, activity. Interrupt
 * it when you like: the last checkpoint is complete, --resume goes on with the same bits. */
#include <math.h>
#include <string.h>

#include "worlds/cli.h"
#include "worlds/condition.h"
#include "worlds/deepfigures.h"
#include "worlds/images.h"
#include "worlds/losslog.h"
#include "worlds/logistic.h"
#include "worlds/must.h"
#include "worlds/progress.h"
#include "worlds/statefile.h"
#include "worlds/table.h"
#include "worlds/vgg.h"
#include "worlds/views.h"

enum { CLASSES = 10, EVALUATE = 200, NOTES = DEEP_NOTES };

typedef struct {
    long steps, batch, divide, threads, seed, checkpoint, warmup, epochs;
    double eta;
    int resume, stl, plain;
    const char *which, *folder, *data;
} options_t;

static void give_up(const char *why) {
    fprintf(stderr, "deep_images: %s\n", why);
    exit(2);
}

/* ---- data ---- */

typedef struct {
    images_t train, readout, test;
    views_t views;
} data_t;

/* CIFAR-10: all batches that are there but the last train the network, the last one trains the readout (a single one
 * does both). */
static void load_cifar(data_t *d, const char *folder) {
    char why[1400], file[32];
    int last = 0, count = 0;
    for (int k = 1; k <= 5; k++) {
        snprintf(file, sizeof file, "data_batch_%d.bin", k);
        if (images_cifar_exists(folder, file)) last = k, count++;
    }
    if (count == 0) {
        snprintf(why, sizeof why,
                 "%s holds no data_batch_1.bin ... data_batch_5.bin of CIFAR-10 (nor does its subfolder "
                 "cifar-10-batches-bin)",
                 folder);
        give_up(why);
    }
    for (int k = 1; k <= 5; k++) {
        snprintf(file, sizeof file, "data_batch_%d.bin", k);
        if (!images_cifar_exists(folder, file)) continue;
        if ((k < last || count == 1) && !images_cifar(&d->train, folder, file, why, sizeof why)) give_up(why);
        if (k == last && !images_cifar(&d->readout, folder, file, why, sizeof why)) give_up(why);
    }
    if (!images_cifar(&d->test, folder, "test_batch.bin", why, sizeof why)) give_up(why);
}

static void load_data(data_t *d, const options_t *o) {
    char why[1400];
    if (o->stl) {
        if (!images_stl(&d->train, o->data, "unlabeled", why, sizeof why) ||
            !images_stl(&d->readout, o->data, "train", why, sizeof why) ||
            !images_stl(&d->test, o->data, "test", why, sizeof why))
            give_up(why);
    } else {
        load_cifar(d, o->data);
    }
    d->views = o->stl ? views_stl((uint64_t)o->seed) : views_cifar((uint64_t)o->seed);
    d->views.threads = (int)o->threads;
    fprintf(stderr, "%zu images to learn from, %zu for the readout, %zu for the test, %zu x %zu\n", d->train.n,
            d->readout.n, d->test.n, d->train.height, d->train.width);
}

/* ---- judging ---- */

/* Pooled responses of layer k to all images: n x width. */
static float *features(lpl_stack_t *net, const vgg_t *v, const data_t *d, const images_t *im, size_t k, bool plain) {
    const size_t width = vgg_width(v, k), row = vgg_row(v, k), positions = row / width,
                 pixels = 3 * im->height * im->width;
    const size_t step = v->batch < EVALUATE ? v->batch : EVALUATE;
    float *out = must_alloc(im->n * width, sizeof *out), *x = must_alloc(step * pixels, sizeof *x),
          *map = must_alloc(step * row, sizeof *map);
    for (size_t first = 0; first < im->n; first += step) {
        const size_t n = im->n - first < step ? im->n - first : step;
        views_evaluate(&d->views, x, im, first, n, plain);
        MUST(lpl_stack_forward(net, map, row, x, pixels, n, k));
        for (size_t i = 0; i < n * width; i++) {
            double sum = 0;
            for (size_t q = 0; q < positions; q++) sum += (double)map[i * positions + q];
            out[first * width + i] = (float)(sum / (double)positions);
        }
    }
    free(x), free(map);
    return out;
}

static double softmax_accuracy(const float *x, const int32_t *y, size_t n, const float *x_test, const int32_t *y_test,
                               size_t n_test, size_t d, uint64_t seed) {
    lpl_readout_config_t cfg; /* the defaults are the protocol of theory 4.5 */
    const size_t length = CLASSES * (d + 1);
    float *w = must_alloc(length, sizeof *w), bound = (float)(1 / sqrt((double)d));
    double accuracy = 0;
    MUST(lpl_readout_config_init(&cfg, sizeof cfg));
    MUST(lpl_random_uniform(w, length, seed, 100, 0));
    for (size_t k = 0; k < length; k++) w[k] = (2 * w[k] - 1) * bound;
    MUST(lpl_readout_fit(&cfg, w, d, w + CLASSES * d, NULL, x, d, y, n, d));
    MUST(lpl_readout_predict(NULL, 0, &accuracy, w, d, w + CLASSES * d, x_test, d, y_test, n_test, d, CLASSES));
    free(w);
    return accuracy;
}

static void judge(lpl_stack_t *net, const vgg_t *v, const data_t *d, const options_t *o, const char *name,
                  deepfigures_result_t *r) {
    progress_t p;
    progress_begin(&p, name, VGG_LAYERS, "layers judged");
    for (size_t k = 0; k < VGG_LAYERS && !progress_stop(); k++) {
        const size_t width = vgg_width(v, k), n = d->test.n;
        float *x = features(net, v, d, &d->readout, k, o->plain != 0),
              *t = features(net, v, d, &d->test, k, o->plain != 0);
        r->accuracy[0][k] =
            softmax_accuracy(x, d->readout.labels, d->readout.n, t, d->test.labels, n, width, (uint64_t)o->seed);
        r->accuracy[1][k] =
            logistic_accuracy(x, d->readout.labels, d->readout.n, t, d->test.labels, n, width, CLASSES, 1e-4, 200);
        if (lpl_metric(&r->dimension[k], LPL_METRIC_PARTICIPATION_RATIO, t, width, NULL, 0, NULL, n, width) < 0)
            r->dimension[k] = (double)NAN;
        for (size_t i = 0; i < width; i++) {
            double sum = 0, sum2 = 0;
            for (size_t b = 0; b < n; b++) sum += (double)t[b * width + i];
            for (size_t b = 0; b < n; b++) sum2 += pow((double)t[b * width + i] - sum / (double)n, 2);
            r->mean[k] += sum / (double)n / (double)width;
            r->sd[k] += sqrt(sum2 / (double)n) / (double)width;
            r->dead[k] += sum2 / (double)n < 1e-12;
        }
        free(x), free(t);
        progress_tick(&p, (double)(k + 1), NULL);
    }
    progress_end(&p);
    r->done = !progress_stop();
}

/* ---- learning ---- */

/* eta of a step: constant, or warm-up and cosine over epochs (theory 4.4). */
static double eta_at(const options_t *o, size_t epoch) {
    double eta = o->eta;
    if (o->epochs > 0)
        MUST(lpl_schedule_warmup_cosine(&eta, (double)epoch, o->eta, 0, o->eta / 1000, (uint64_t)o->warmup,
                                        (uint64_t)o->epochs));
    return eta;
}

static void identity(uint64_t note[NOTES], const options_t *o, int c, const data_t *d, uint64_t step) {
    uint64_t eta;
    memcpy(&eta, &o->eta, sizeof eta);
    const uint64_t all[NOTES] = {[DEEP_STEP] = step,
                                 [DEEP_CONDITION] = (uint64_t)c,
                                 [DEEP_SEED] = (uint64_t)o->seed,
                                 [DEEP_BATCH] = (uint64_t)o->batch,
                                 [DEEP_DIVIDE] = (uint64_t)o->divide,
                                 [DEEP_IMAGES] = d->train.n,
                                 [DEEP_SIDE] = d->train.height,
                                 [DEEP_ETA] = eta,
                                 [DEEP_EPOCHS] = (uint64_t)o->epochs,
                                 [DEEP_WARMUP] = o->epochs > 0 ? (uint64_t)o->warmup : 0};
    memcpy(note, all, sizeof all);
}

/* Where a condition was interrupted, if it was this one. */
static lpl_stack_t *take_up(const options_t *o, int c, const data_t *d, const char *path, size_t *step) {
    uint64_t note[NOTES], mine[NOTES];
    char why[1400];
    lpl_stack_t *net = NULL;
    if (statefile_missing(path)) return NULL;
    if (!statefile_load_stack(&net, note, NOTES, path, 0, (int32_t)o->threads, why, sizeof why)) give_up(why);
    identity(mine, o, c, d, note[0]);
    if (memcmp(note, mine, sizeof mine) != 0) {
        snprintf(why, sizeof why,
                 "%s is the checkpoint of a run with another condition, seed, batch, width, data, eta or schedule",
                 path);
        give_up(why);
    }
    *step = (size_t)note[0];
    return net;
}

static void checkpoint(const lpl_stack_t *net, const options_t *o, int c, const data_t *d, const char *path,
                       size_t step, FILE *log) {
    uint64_t note[NOTES];
    char why[1400];
    identity(note, o, c, d, step);
    fflush(log); /* the log never ends before the checkpoint does */
    if (!statefile_save_stack(net, note, NOTES, path, why, sizeof why))
        fprintf(stderr, "\ndeep_images: %s (the checkpoint before it is untouched)\n", why);
}

/* Returns the number of steps done. */
static size_t learn(lpl_stack_t *net, const vgg_t *v, const data_t *d, const options_t *o, int c, const char *path,
                    size_t step) {
    const size_t batch = v->batch, pixels = 3 * d->train.height * d->train.width, per_epoch = d->train.n / batch,
                 steps = (size_t)o->steps;
    float *x[2] = {must_alloc(batch * pixels, sizeof **x), must_alloc(batch * pixels, sizeof **x)};
    uint32_t *order = must_alloc(d->train.n, sizeof *order);
    lpl_report_t report[VGG_LAYERS];
    size_t ordered = SIZE_MAX;
    progress_t p;
    char note[160];
    for (int k = 0; k < VGG_LAYERS; k++) MUST(lpl_report_init(&report[k], sizeof report[k]));
    if (per_epoch == 0) give_up("there are fewer images than one batch holds (option --batch)");
    FILE *log = losslog_open(o->folder, conditions[c].name, step);
    if (log == NULL) exit(3);
    progress_begin(&p, conditions[c].name, (double)(steps - step) * (double)batch, "images");
    const size_t first = step;
    while (step < steps && !progress_stop()) {
        const size_t epoch = step / per_epoch;
        if (epoch != ordered) views_permutation(order, d->train.n, (uint64_t)o->seed, ordered = epoch);
        const uint32_t *index = order + step % per_epoch * batch;
        for (int view = 0; view < 2; view++) views_make(&d->views, x[view], &d->train, index, batch, epoch, view);
        if (c == CONDITION_SHUFFLED) { /* the other view belongs to another image of the batch: the next one */
            memmove(x[1] + pixels, x[1], (batch - 1) * pixels * sizeof **x);
            views_make(&d->views, x[1], &d->train, index + batch - 1, 1, epoch, 1);
        }
        for (size_t k = 0; k < VGG_LAYERS; k++) {
            lpl_layer_t *l;
            MUST(lpl_stack_layer(net, k, &l));
            MUST(lpl_layer_set(l, LPL_PARAM_ETA, eta_at(o, epoch)));
        }
        MUST(lpl_stack_update(net, report, x[0], pixels, x[1], pixels, batch));
        step++;
        if (step % LOSSLOG_EVERY == 0) losslog_row(log, conditions[c].name, step, report);
        snprintf(note, sizeof note, "step %zu epoch %zu  loss L1 %.2f L4 %.2f L8 %.2f", step, epoch, report[0].total,
                 report[3].total, report[7].total);
        progress_tick(&p, (double)(step - first) * (double)batch, note);
        if (step % (size_t)o->checkpoint == 0 || step == steps || progress_stop())
            checkpoint(net, o, c, d, path, step, log);
    }
    progress_end(&p);
    losslog_close(log, "deep_images", conditions[c].name);
    free(x[0]), free(x[1]), free(order);
    return step;
}

/* ---- what comes out ---- */

/* The losses of every condition that was asked for, from its log: also of what was learned before a --resume. */
static void draw_losses(const options_t *o) {
    bool learned[CONDITIONS] = {false};
    for (int c = 0; c < CONDITIONS; c++)
        learned[c] = conditions[c].trained && condition_wanted(o->which, c) &&
                     losslog_each(o->folder, conditions[c].name, NULL, NULL) > 0;
    deepfigures_losses(o->folder, learned);
}

static void print_layers(const char *what, const double v[VGG_LAYERS], const char *format) {
    printf("  %-34s", what);
    for (int k = 0; k < VGG_LAYERS; k++) printf(format, v[k]);
    printf("\n");
}

/* Short runs of the published code (quarter widths, batch 256, constant eta 1e-3, the first 10 000 images): what stands
 * at the same steps. */
static void compare(table_t *t, const deepfigures_result_t *r, const options_t *o) {
    static const struct {
        long steps;
        double dimension[3], sd[3]; /* layers 1, 4, 8 */
    } reference[] = {{585, {3.26, 3.44, 3.69}, {0.414, 0.568, 0.609}},
                     {3000, {2.62, 11.33, 17.43}, {0.52, 0.725, 0.702}}};
    static const int at[3] = {0, 3, 7};
    if (o->divide != 4 || o->batch != 256 || o->epochs != 0 || o->stl || !r[CONDITION_LPL].done) return;
    t->source = "published code: one seed at this step; others differ by as much";
    for (size_t q = 0; q < 2; q++)
        for (int k = 0; k < 3 && reference[q].steps == o->steps; k++) {
            table_between(t, TABLE_SHOULD, 0.5 * reference[q].dimension[k], 2 * reference[q].dimension[k],
                          r[CONDITION_LPL].dimension[at[k]], "LPL dimension, layer %d (published code %.2f)", at[k] + 1,
                          reference[q].dimension[k]);
            table_near(t, TABLE_SHOULD, reference[q].sd[k], r[CONDITION_LPL].sd[at[k]], 0.25 * reference[q].sd[k],
                       "LPL sd of the responses, layer %d", at[k] + 1);
        }
}

/* What is wrong with the list of conditions, or NULL; "all" leaves those out that need a movie. */
static const char *wrong_list(const char *list) {
    static char why[400];
    size_t n = 0;
    const char *unknown = condition_unknown(list, &n);
    if (unknown != NULL)
        snprintf(why, sizeof why, "--conditions: '%.*s' is none of %s", n < 40 ? (int)n : 40, unknown,
                 condition_names());
    else if (strcmp(list, "all") != 0 &&
             (condition_wanted(list, CONDITION_ONLINE) || condition_wanted(list, CONDITION_PIXELS)))
        snprintf(why, sizeof why, "--conditions: online and pixels are conditions of the program rooms only");
    else
        return NULL;
    return why;
}

int main(int argc, char **argv) {
    options_t o = {
        .steps = 585, .batch = 256, .divide = 4, .threads = 1, .seed = 1, .checkpoint = 200, .warmup = 10, .eta = 1e-3};
    o.which = "lpl,pred_off,hebb_off,decorr_off,random";
    o.folder = "lpl-out";
    o.data = NULL;
    char list_help[480];
    snprintf(list_help, sizeof list_help, "of %s, or all (without online, pixels and those behind them)",
             condition_names());
    const cli_option_t list[] = {
        {"steps", 0, CLI_INT, &o.steps, 0, 1e9, "N", "updates of each condition (the paper: 32 000 at batch 1024)"},
        {"batch", 0, CLI_INT, &o.batch, 2, 65536, "N", "pairs of views in one update"},
        {"divide", 0, CLI_INT, &o.divide, 1, 64, "N", "all widths by this; 1 is VGG-11 (64 .. 512 channels)"},
        {"eta", 0, CLI_REAL, &o.eta, 0, 10, "X", "learning rate (Adam)"},
        {"epochs", 0, CLI_INT, &o.epochs, 0, 1e6, "N",
         "schedule: warm-up of --warmup epochs, then cosine to epoch N; 0: constant eta"},
        {"warmup", 0, CLI_INT, &o.warmup, 0, 1e6, "N", "epochs of warm-up (with --epochs)"},
        {"conditions", 0, CLI_TEXT, &o.which, 0, 0, "LIST", list_help},
        {"stl", 0, CLI_FLAG, &o.stl, 0, 0, NULL, "STL-10 in FOLDER (96 x 96) instead of CIFAR-10"},
        {"plain", 0, CLI_FLAG, &o.plain, 0, 0, NULL, "judge images as they are, not resized by 1.1 and cropped"},
        {"threads", 0, CLI_INT, &o.threads, 1, 1024, "N", "results do not depend on it"},
        {"seed", 0, CLI_INT, &o.seed, 0, 1e9, "N", "of weights, views and order"},
        {"checkpoint", 0, CLI_INT, &o.checkpoint, 1, 1e9, "N", "steps between checkpoints"},
        {"resume", 0, CLI_FLAG, &o.resume, 0, 0, NULL, "go on from the checkpoints in the output folder"},
    };
    const cli_t cli = {
        .program = "deep_images",
        .summary =
            "Deep networks that learn layer by layer, without labels and without backpropagation (theory 4, Fig. 3).",
        .equation =
            "  each block: z = mean over positions of pool(relu(W * x + b)); no gradient passes between blocks\n"
            "  loss of a block, over two views: mean (z1 - z2)^2 - mean log(var + 1e-4) + 10 sum_{i!=k} C_ik^2 / (M^2 "
            "- M)",
        .options = list,
        .n_options = sizeof list / sizeof list[0],
        .operand_name = "FOLDER",
        .operand_help =
            "with data_batch_N.bin and test_batch.bin (or the subfolder cifar-10-batches-bin), or STL-10's files",
        .operand = &o.data,
        .examples = "  deep_images data --threads 2                       quarter widths, 585 steps\n"
                    "  deep_images data --divide 1 --conditions lpl       the full network\n"
                    "  deep_images data --divide 1 --batch 1024 --epochs 800 --steps 32000   the paper's run",
        .folder = &o.folder,
        .folder_help = "where figures, tables and checkpoints go",
    };
    const int leave = cli_parse(&cli, argc, argv);
    if (leave >= 0) return leave;
    if (o.data == NULL) give_up("which folder holds the images? (deep_images FOLDER; --help)");
    const char *why = wrong_list(o.which);
    if (why != NULL) give_up(why);
    if (o.epochs > 0 && o.warmup >= o.epochs) give_up("--warmup must be smaller than --epochs");
    progress_catch_interrupt();

    data_t d = {0};
    load_data(&d, &o);
    deepfigures_result_t result[CONDITIONS] = {0};
    char path[1024];
    if (!figure_folder(o.folder)) return 3;
    for (int c = 0; c < CONDITIONS && !progress_stop(); c++) {
        if (c == CONDITION_ONLINE || c == CONDITION_PIXELS || !condition_wanted(o.which, c)) continue;
        vgg_t v = condition_vgg(c, d.train.height, (size_t)o.batch, o.eta);
        v.divide = (size_t)o.divide, v.seed = (uint64_t)o.seed, v.threads = (int)o.threads;
        snprintf(path, sizeof path, "%s/%s.lpl", o.folder, conditions[c].name);
        size_t step = 0;
        lpl_stack_t *net = o.resume && conditions[c].trained ? take_up(&o, c, &d, path, &step) : NULL;
        if (net == NULL) net = vgg_create(&v);
        if (conditions[c].trained && step < (size_t)o.steps) step = learn(net, &v, &d, &o, c, path, step);
        if (progress_stop()) {
            fprintf(stderr, "interrupted at step %zu of %s: go on with --resume (%s)\n", step, conditions[c].name,
                    path);
        } else {
            judge(net, &v, &d, &o, conditions[c].name, &result[c]);
            deepfigures_filters(net, vgg_width(&v, 0), o.folder, conditions[c].name);
        }
        lpl_stack_destroy(net);
    }
    draw_losses(&o);

    printf("test accuracy, dimension, sd and mean of the responses, dead units, layers 1 .. 8 (%ld steps of %ld, "
           "widths / %ld, seed %ld)\n",
           o.steps, o.batch, o.divide, o.seed);
    for (int c = 0; c < CONDITIONS; c++) {
        if (!result[c].done) continue;
        printf("%s\n", conditions[c].name);
        print_layers("softmax readout (theory 4.5)", result[c].accuracy[0], " %7.3f");
        print_layers("logistic regression (scale-free)", result[c].accuracy[1], " %7.3f");
        print_layers("participation ratio, all test images", result[c].dimension, " %7.2f");
        print_layers("sd", result[c].sd, " %7.3g");
        print_layers("mean", result[c].mean, " %7.3g");
        print_layers("dead units", result[c].dead, " %7.0f");
    }
    deepfigures_depth(result, o.folder);
    table_t t;
    table_begin(&t,
                "expected / got (published code at the same number of steps; quarter widths, batch 256, eta constant)");
    const deepfigures_result_t *hebb_off = &result[CONDITION_HEBB_OFF], *decorr_off = &result[CONDITION_DECORR_OFF];
    t.source = "article: Fig. 3, chance";
    if (hebb_off->done && o.steps >= 500)
        table_below(&t, TABLE_MUST, 0.11, hebb_off->accuracy[0][7], "Hebb off, last layer: chance");
    t.source = "article: Fig. 3, 1.0";
    if (decorr_off->done && o.steps >= 500)
        table_below(&t, TABLE_MUST, 2.5, decorr_off->dimension[7], "decorr. off, last layer: one dimension");
    compare(&t, result, &o);
    const size_t failed = table_end(&t); /* nothing to compare: nothing failed */
    images_free(&d.train), images_free(&d.readout), images_free(&d.test);
    return failed > 0 || progress_stop() ? 1 : 0;
}
