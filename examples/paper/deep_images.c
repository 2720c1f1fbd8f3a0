/* examples/paper/deep_images.c - deep layer-local learning on images (theory 4, Fig. 3): VGG-11, every block by LPL
 * alone, CIFAR-10 or STL-10.
 *
 * Each condition trains a stack on pairs of augmented views and is then judged layer by layer: the linear readout of
 * the paper (4.5), a converged logistic regression that does not depend on scale, dimensionality, activity, dead units.
 * Interrupt it when you like: the last checkpoint is complete, --resume goes on with the same bits. */
#include <string.h>

#include "worlds/cli.h"
#include "worlds/deepfigures.h"
#include "worlds/deeplearn.h"
#include "worlds/losslog.h"
#include "worlds/must.h"
#include "worlds/progress.h"
#include "worlds/table.h"

enum { SHORT_STEPS = 585, SETTLED_STEPS = 3000 };

typedef struct {
    deeplearn_t learn;
    long epochs;
    int resume, stl, brief, constant, plain, unit, show;
    const char *which, *data, *isa;
} options_t;

static void give_up(const char *why) {
    fprintf(stderr, "deep_images: %s\n", why);
    exit(2);
}

static void load_data(deepdata_t *d, const options_t *o) {
    char why[1400];
    const int kind = o->stl ? DEEPDATA_STL : o->brief ? DEEPDATA_CIFAR_SHORT : DEEPDATA_CIFAR;
    if (!deepdata_load(d, o->data, kind, (uint64_t)o->learn.seed, (int)o->learn.threads, why, sizeof why)) give_up(why);
    fprintf(stderr, "%zu images to learn from, %zu for the readout%s, %zu for the test, %zu x %zu\n", d->train->n,
            d->readout->n, d->readout == d->train ? " (the same)" : "", d->test->n, d->train->height, d->train->width);
}

/* ---- what comes out ---- */

/* The losses of every condition that was asked for, from its log: also of what was learned before a --resume. */
static void draw_losses(const options_t *o) {
    bool learned[CONDITIONS] = {false}, any = false;
    for (int c = 0; c < CONDITIONS; c++)
        any |= learned[c] = conditions[c].trained && condition_wanted(o->which, c) &&
                            losslog_each(o->learn.folder, conditions[c].name, NULL, NULL) > 0;
    if (any) deepfigures_losses(o->learn.folder, learned);
}

static void print_layers(const char *what, const double v[VGG_LAYERS], const char *format) {
    printf("  %-34s", what);
    for (int k = 0; k < VGG_LAYERS; k++) printf(format, v[k]);
    printf("\n");
}

/* Short runs of the published code (--short, with the settings that stand there): what it has at the same steps. Dead
 * units: its two seeds have at most 27 of 128, in layer 6; a quarter of a layer is far more. */
static void compare(table_t *t, const deepjudge_t *lpl, const options_t *o) {
    enum { COMPARED = 4 };
    static const struct {
        long steps;
        double dimension[COMPARED], sd[COMPARED], dead[COMPARED];
    } reference[] = {{585, {3.26, 3.44, 2.46, 3.69}, {0.414, 0.568, 0.550, 0.609}, {0, 3, 0, 5}},
                     {3000, {2.62, 11.33, 14.01, 17.43}, {0.52, 0.725, 0.741, 0.702}, {0, 0, 0, 5}}};
    static const int at[COMPARED] = {0, 3, 5, 7};
    static const double width[COMPARED] = {16, 64, 128, 128};
    if (!o->brief || o->unit || o->learn.divide != 4 || o->learn.batch != 256 || !lpl->done) return;
    for (size_t q = 0; q < 2; q++)
        for (int k = 0; k < COMPARED && reference[q].steps == o->learn.steps; k++) {
            /* in one of our seeds, and in one of the published code's, units of layer 6 die in the first steps */
            const int need = at[k] == 5 ? TABLE_SHOULD : TABLE_MUST;
            t->source = "published code: one seed at this step; others differ by as much";
            table_between(t, need, 0.5 * reference[q].dimension[k], 2 * reference[q].dimension[k],
                          lpl->dimension_all[at[k]], "LPL dimension, layer %d (published code %.2f)", at[k] + 1,
                          reference[q].dimension[k]);
            table_near(t, need, reference[q].sd[k], lpl->sd[at[k]], 0.25 * reference[q].sd[k],
                       "LPL sd of the responses, layer %d", at[k] + 1);
            t->source = "own: a quarter of the layer";
            table_below(t, TABLE_SHOULD, 0.25 * width[k], lpl->dead[at[k]], "LPL dead units, layer %d (published %g)",
                        at[k] + 1, reference[q].dead[k]);
        }
}

/* The paper's claim, from the length on where it can be expected: depth pays, and each term is needed for it. To stand
 * above the random network is a feat by the scale-free readout alone: its deep responses are tiny. */
static bool long_enough(const deepjudge_t *r, int c) {
    return r[c].done && (!conditions[c].trained || r[c].pairs >= 4000000);
}

static void signature(table_t *t, const deepjudge_t r[CONDITIONS], const options_t *o) {
    static const struct {
        int c;
        const char *what;
    } other[] = {{CONDITION_RANDOM, "random network's"},
                 {CONDITION_PRED_OFF, "pred. off's"},
                 {CONDITION_HEBB_OFF, "Hebb off's"},
                 {CONDITION_DECORR_OFF, "decorr. off's"},
                 {CONDITION_SHUFFLED, "shuffled pairs'"}};
    static const struct {
        int c;
        double accuracy;
    } published[] = {{CONDITION_LPL, 0.602},
                     {CONDITION_PRED_OFF, 0.198},
                     {CONDITION_HEBB_OFF, 0.1},
                     {CONDITION_DECORR_OFF, 0.207},
                     {CONDITION_SHUFFLED, 0.366}};
    static const char *const readout[2] = {"softmax", "scale-free"};
    const deepjudge_t *lpl = &r[CONDITION_LPL];
    if (!long_enough(r, CONDITION_LPL) || o->brief) return;
    t->source = "article: Fig. 3, its claim";
    for (size_t k = 0; k < sizeof published / sizeof published[0]; k++)
        if (long_enough(r, published[k].c))
            table_not_comparable(t, "other widths, images, number of pairs", r[published[k].c].accuracy[0][7],
                                 "%s, layer 8, softmax (article: %.3f)", conditions[published[k].c].title,
                                 published[k].accuracy);
    for (int q = 0; q < 2; q++) {
        table_above(t, TABLE_SHOULD, lpl->accuracy[q][2], lpl->accuracy[q][7], "LPL layer 8 above its layer 3, %s",
                    readout[q]);
        for (size_t k = 0; k < sizeof other / sizeof other[0]; k++)
            if (long_enough(r, other[k].c))
                table_above(t, TABLE_SHOULD, r[other[k].c].accuracy[q][7], lpl->accuracy[q][7],
                            "LPL layer 8 above %s, %s", other[k].what, readout[q]);
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
             (condition_wanted(list, CONDITION_ONLINE) || condition_wanted(list, CONDITION_ONLINE_OFF) ||
              condition_wanted(list, CONDITION_PIXELS)))
        snprintf(why, sizeof why,
                 "--conditions: online, online_off and pixels are conditions of the program rooms only");
    else
        return NULL;
    return why;
}

/* LPL_ISA_* of a name, or -1. */
static int32_t isa_of(const char *name) {
    static const char *const names[] = {
        [LPL_ISA_AUTO] = "auto", [LPL_ISA_REF] = "ref", [LPL_ISA_AVX2] = "avx2", [LPL_ISA_AVX512] = "avx512"};
    for (int32_t k = 0; k < (int32_t)(sizeof names / sizeof names[0]); k++)
        if (strcmp(names[k], name) == 0) return k;
    return -1;
}

static void settle(options_t *o, bool steps_given) {
    deeplearn_t *l = &o->learn;
    const char *why = wrong_list(o->which);
    if (o->data == NULL && !o->show) why = "which folder holds the images? (deep_images FOLDER; --help)";
    if (o->brief && o->stl) why = "--short compares with runs on CIFAR-10";
    if (o->brief && o->epochs > 0) why = "--short has steps, not epochs (--steps)";
    if (steps_given && o->epochs > 0) why = "--steps or --epochs, not both";
    l->isa = isa_of(o->isa);
    if (l->isa < 0) why = "--isa: need auto, ref, avx2 or avx512";
    if (why != NULL) give_up(why);
    l->constant = o->constant || o->brief, l->whole = o->brief, l->plain = o->plain || o->brief;
    l->unit = o->unit != 0;
    if (l->steps == 0) l->steps = o->brief ? SHORT_STEPS : 2000;
}

static void print_results(const deepjudge_t r[CONDITIONS], const options_t *o) {
    printf(
        "test accuracy, dimension, sd and mean of the responses, dead units, layers 1 .. 8 (widths / %ld, seed %ld)\n",
        o->learn.divide, o->learn.seed);
    for (int c = 0; c < CONDITIONS; c++) {
        if (!r[c].done) continue;
        printf("%s (%zu steps, %zu pairs)\n", conditions[c].name, r[c].step, r[c].pairs);
        print_layers("softmax readout (theory 4.5)", r[c].accuracy[0], " %7.3f");
        print_layers("logistic regression (scale-free)", r[c].accuracy[1], " %7.3f");
        print_layers("participation ratio, batches of 256", r[c].dimension, " %7.2f");
        print_layers("participation ratio, all test images", r[c].dimension_all, " %7.2f");
        print_layers("sd", r[c].sd, " %7.3g");
        print_layers("mean", r[c].mean, " %7.3g");
        if (r[c].balance[0] > 0) print_layers("balance", r[c].balance, " %7.2f");
        print_layers("dead units", r[c].dead, " %7.0f");
    }
}

static void learn_all(deepjudge_t result[CONDITIONS], firstupdate_t first[CONDITIONS], options_t *o) {
    deeplearn_t *l = &o->learn;
    deepdata_t d;
    char why[1400];
    load_data(&d, o);
    if (o->epochs > 0) l->steps = o->epochs * (long)deepdata_updates(d.train->n, (size_t)l->batch, l->whole);
    for (int c = 0; c < CONDITIONS && !progress_stop(); c++) {
        if (condition_online(c) || c == CONDITION_PIXELS || !condition_wanted(o->which, c)) continue;
        vgg_t v;
        size_t step;
        lpl_stack_t *net = deeplearn(&result[c], &step, &v, l, c, &d, o->resume != 0, why, sizeof why);
        if (net == NULL) give_up(why);
        if (progress_stop())
            fprintf(stderr, "interrupted at step %zu of %s: go on with --resume (%s/%s.lpl)\n", step,
                    conditions[c].name, l->folder, conditions[c].name);
        else
            deepfigures_filters(net, vgg_width(&v, 0), l->folder, conditions[c].name);
        lpl_stack_destroy(net);
        if (conditions[c].trained && firstupdate_fits(&v)) first[c] = deeplearn_first(l, c, &d);
    }
    deepdata_free(&d);
}

static void keep_last(void *user, const deepjudge_t *r) { *(deepjudge_t *)user = *r; }

/* What an earlier run, or one that goes on, has judged so far. */
static void show(deepjudge_t result[CONDITIONS], const options_t *o) {
    long any = 0;
    for (int c = 0; c < CONDITIONS; c++)
        if (condition_wanted(o->which, c))
            any += deeplearn_each(o->learn.folder, conditions[c].name, keep_last, &result[c]);
    if (any == 0) give_up("--show: the output folder (--out) has no curve_NAME.csv of these conditions");
}

int main(int argc, char **argv) {
    options_t o = {.learn = {.steps = 0,
                             .batch = 256,
                             .divide = 4,
                             .threads = 1,
                             .seed = 1,
                             .checkpoint = 200,
                             .warmup = 400,
                             .eta = 1e-3,
                             .folder = "lpl-out"},
                   .which = "lpl,pred_off,hebb_off,decorr_off,random",
                   .isa = "auto"};
    deeplearn_t *l = &o.learn;
    char list_help[480];
    snprintf(list_help, sizeof list_help, "of %s, or all (without online, pixels and those behind them)",
             condition_names());
    const cli_option_t list[] = {
        {"steps", 0, CLI_INT, &l->steps, 0, 1e9, "N", "updates of each condition; 0: 2000, with --short 585"},
        {"epochs", 0, CLI_INT, &o.epochs, 0, 1e6, "N", "instead: so many times all images (the paper: 800)"},
        {"batch", 0, CLI_INT, &l->batch, 2, 65536, "N", "pairs of views in one update (the paper: 1024)"},
        {"divide", 0, CLI_INT, &l->divide, 1, 64, "N", "all widths by this; 1 is VGG-11 (64 .. 512 channels)"},
        {"eta", 0, CLI_REAL, &l->eta, 0, 10, "X", "highest learning rate (Adam)"},
        {"warmup", 0, CLI_INT, &l->warmup, 0, 1e9, "N", "steps of warm-up from 0, then cosine to the last step"},
        {"constant", 0, CLI_FLAG, &o.constant, 0, 0, NULL, "the same learning rate all along"},
        {"short", 0, CLI_FLAG, &o.brief, 0, 0, NULL,
         "as the short runs of the published code that the table knows (585 and 3000 steps): constant rate, full "
         "batches alone, --plain; the first file of CIFAR-10 for learning, the last one for the readout"},
        {"conditions", 0, CLI_TEXT, &o.which, 0, 0, "LIST", list_help},
        {"stl", 0, CLI_FLAG, &o.stl, 0, 0, NULL, "STL-10 in FOLDER (96 x 96) instead of CIFAR-10"},
        {"plain", 0, CLI_FLAG, &o.plain, 0, 0, NULL, "judge images as they are, not resized by 1.1 and cropped"},
        {"unit", 0, CLI_FLAG, &o.unit, 0, 0, NULL, "start values that the first batch scales to unit variance"},
        {"judge", 0, CLI_INT, &l->judge, 0, 1e6, "N", "judge the layers N times, evenly; 0: at the end alone"},
        {"threads", 0, CLI_INT, &l->threads, 1, 1024, "N", "results do not depend on it"},
        {"isa", 0, CLI_TEXT, &o.isa, 0, 0, "NAME", "instructions: auto, ref, avx2, avx512; results depend on it"},
        {"seed", 0, CLI_INT, &l->seed, 0, 1e9, "N", "of weights, views and order"},
        {"checkpoint", 0, CLI_INT, &l->checkpoint, 1, 1e9, "N", "steps between checkpoints"},
        {"show", 0, CLI_FLAG, &o.show, 0, 0, NULL,
         "learn nothing: tables and figures of what the output folder's curve_NAME.csv hold (of --conditions)"},
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
        .examples = "  deep_images data --threads 2                       quarter widths, 2000 steps\n"
                    "  deep_images data --short                           beside the published code at 585 steps\n"
                    "  deep_images data --epochs 200 --judge 10           what layers hold along a long run\n"
                    "  deep_images data --divide 1 --batch 1024 --epochs 800   the paper's run",
        .folder = &l->folder,
        .folder_help = "where figures, tables and checkpoints go",
    };
    const int leave = cli_parse(&cli, argc, argv);
    if (leave >= 0) return leave;
    settle(&o, l->steps > 0);
    progress_catch_interrupt();

    deepjudge_t result[CONDITIONS] = {0};
    firstupdate_t first[CONDITIONS] = {0};
    if (!figure_folder(l->folder)) return 3;
    if (o.show)
        show(result, &o);
    else
        learn_all(result, first, &o);
    draw_losses(&o);
    print_results(result, &o);
    deepfigures_depth(result, l->folder);
    for (int c = 0; c < CONDITIONS; c++)
        if (result[c].done && conditions[c].trained)
            deepfigures_curve(l->folder, c, result[CONDITION_RANDOM].done ? &result[CONDITION_RANDOM] : NULL);
    table_t t;
    table_begin(&t, "expected / got (--short: the published code at the same number of steps; from 4 million pairs on: "
                    "the paper's claim)");
    const deepjudge_t *hebb_off = &result[CONDITION_HEBB_OFF], *decorr_off = &result[CONDITION_DECORR_OFF];
    t.source = "article: Fig. 3, chance";
    if (hebb_off->done && hebb_off->step >= 500)
        table_below(&t, TABLE_MUST, 0.11, hebb_off->accuracy[0][7], "Hebb off, last layer: chance");
    t.source = "article: Fig. 3, 1.0";
    if (decorr_off->done && decorr_off->step >= 500)
        table_below(&t, TABLE_MUST, 2.5, decorr_off->dimension[7], "decorr. off, last layer: one dimension");
    compare(&t, &result[CONDITION_LPL], &o);
    signature(&t, result, &o);
    t.source = "theory: at rest, 1";
    for (int c = 0; c < CONDITIONS; c++)
        if (result[c].balance[0] > 0 && result[c].step >= SETTLED_STEPS)
            table_near(&t, result[c].pairs >= 4000000 ? TABLE_MUST : TABLE_SHOULD, 1,
                       balance_furthest(result[c].balance), 0.2, "%s: balance, furthest layer", conditions[c].title);
    const int pairs = l->batch >= FIRSTUPDATE_PAIRS ? TABLE_MUST : TABLE_SHOULD; /* of fewer, chance says too much */
    for (int c = 0; c < CONDITIONS; c++)
        if (first[c].loss != 0)
            firstupdate_judge(&t, &first[c], c == CONDITION_SHUFFLED ? -1 : pairs, conditions[c].title);
    const size_t failed = table_end(&t); /* nothing to compare: nothing failed */
    return failed > 0 || progress_stop() ? 1 : 0;
}
