/* examples/rooms.c - a deep network watches a movie (paper 5.1, Extended Data Figs 5-6): a room in which one thing changes at a time.
 *
 * VGG-11, every block by LPL alone, on pairs of consecutive frames; no labels, no augmentation, no files: the movie is drawn here. Then
 * each layer is asked whether it keeps the room's six factors apart. Interrupt it when you like: the last checkpoint is complete, and
 * --resume goes on with the same bits. */
#include <math.h>
#include <string.h>

#include "common/cli.h"
#include "common/must.h"
#include "common/progress.h"
#include "common/roomfigures.h"
#include "common/roomlog.h"
#include "common/statefile.h"
#include "common/table.h"

enum { NOTES = 9, EVALUATE = 100, PIXEL_FLOATS = 1 << 26 };

typedef struct {
    const char *name, *title;
    double pull, push, decorr;
    bool trained, shuffled, pixels;
} condition_t;

static const condition_t conditions[ROOMS_CONDITIONS] = {
    {"lpl", "LPL", 1, 1, 10, true, false, false},
    {"pred_off", "pred. off", 0, 1, 10, true, false, false},
    {"hebb_off", "Hebb off", 1, 0, 10, true, false, false},
    {"decorr_off", "decorr. off", 1, 1, 0, true, false, false},
    {"shuffled", "shuffled pairs", 1, 1, 10, true, true, false},
    {"random", "random network", 1, 1, 10, false, false, false},
    {"pixels", "raw pixels", 0, 0, 0, false, false, true},
};
enum { LPL = 0, PRED_OFF = 1, RANDOM = 5 };

typedef struct {
    long steps, epoch, batch, width, size, threads, seed, checkpoint, warmup, epochs, bank, draws, points, repetitions, similar;
    double eta;
    int resume, quick;
    const char *which, *folder;
} options_t;

/* The paper's run, and one that ends in two minutes. */
/* clang-format off */
static const options_t paper = {
    .steps = 400L * 999, .epoch = 999, .batch = 1024, .width = 64, .size = 64, .threads = 1, .seed = 1, .checkpoint = 200, .warmup = 10,
    .epochs = 400, .bank = 20000, .draws = 4000, .points = 10, .repetitions = 10, .similar = 1100, .eta = 1e-5,
    .which = "lpl,pred_off,random,pixels", .folder = "lpl-out"};
static const options_t quick = {
    .steps = 4000, .epoch = 0, .batch = 64, .width = 16, .size = 32, .threads = 2, .seed = 1, .checkpoint = 500, .warmup = 1,
    .epochs = 100, .bank = 6000, .draws = 500, .points = 10, .repetitions = 3, .similar = 50, .eta = 1e-3,
    .which = "lpl,pred_off,random,pixels", .folder = "lpl-out", .quick = 1};
/* clang-format on */

typedef struct {
    room_t room;
    movie_t movie;
    uint32_t *bank; /* numbers of the images that judge: o.bank of them */
} world_t;

static void give_up(const char *why) {
    fprintf(stderr, "rooms: %s\n", why);
    exit(2);
}

/* ---- judging ---- */

/* Pooled responses of all layers to n images: out[k] is n x width of layer k, or NULL. */
static void features(lpl_stack_t *net, const vgg_t *v, const world_t *w, const uint32_t *image, size_t n, float *const out[VGG_LAYERS]) {
    size_t longest = 3 * v->side * v->side;
    for (size_t k = 0; k < VGG_LAYERS; k++) longest = vgg_row(v, k) > longest ? vgg_row(v, k) : longest;
    float *map[2] = {must_alloc(EVALUATE * longest, sizeof(float)), must_alloc(EVALUATE * longest, sizeof(float))};
    for (size_t first = 0; first < n; first += EVALUATE) {
        const size_t rows = n - first < EVALUATE ? n - first : EVALUATE;
        size_t length = 3 * v->side * v->side;
        room_draw(&w->room, map[0], image + first, rows);
        for (size_t k = 0; k < VGG_LAYERS; k++) {
            const size_t row = vgg_row(v, k), width = vgg_width(v, k), positions = row / width;
            lpl_layer_t *l;
            MUST(lpl_stack_layer(net, k, &l));
            MUST(lpl_forward(l, map[(k + 1) % 2], row, map[k % 2], length, rows));
            for (size_t i = 0; out[k] != NULL && i < rows * width; i++) {
                double sum = 0;
                for (size_t q = 0; q < positions; q++) sum += (double)map[(k + 1) % 2][i * positions + q];
                out[k][first * width + i] = (float)(sum / (double)positions);
            }
            length = row;
        }
    }
    free(map[0]), free(map[1]);
}

static void judge_code(rooms_layer_t *r, const options_t *o, const world_t *w, const float *x, size_t n, size_t d) {
    const disentangle_t s = {(size_t)o->draws, (size_t)o->points, (size_t)o->repetitions, (uint64_t)o->seed, (int)o->threads};
    disentangle_score(&r->vote, &s, x, w->bank, n, d);
    for (int f = 0; f < ROOM_FACTORS; f++) r->readout[f] = disentangle_readout(x, w->bank, n, d, f, 20, (uint64_t)o->seed);
    if (d > 4096 || lpl_metric(&r->dimension, LPL_METRIC_PARTICIPATION_RATIO, x, d, NULL, 0, NULL, n, d) < 0) r->dimension = (double)NAN;
}

/* Similarity of images that differ in one factor, in the last layer (paper 5.1 ii). */
static void judge_similarity(rooms_result_t *r, const options_t *o, const world_t *w, lpl_stack_t *net, const vgg_t *v) {
    const size_t draws = (size_t)o->similar, d = vgg_width(v, VGG_LAYERS - 1);
    uint32_t *other = must_alloc(draws, sizeof *other), *image = must_alloc(draws * 15, sizeof *image);
    float *x[VGG_LAYERS] = {NULL};
    movie_sample(other, draws, (uint64_t)o->seed, 2);
    x[VGG_LAYERS - 1] = must_alloc(draws * 15 * d, sizeof(float));
    for (int f = 0; f < ROOM_FACTORS; f++) {
        const size_t values = (size_t)room_values[f];
        for (size_t b = 0; b < draws * values; b++) {
            int factor[ROOM_FACTORS];
            room_split(factor, other[b / values]);
            factor[f] = f < 3 ? w->movie.permutation[f][b % values] : (int)(b % values); /* hues in the order of time */
            image[b] = room_index(factor);
        }
        features(net, v, w, image, draws * values, x);
        disentangle_similarity(r->similar[f], x[VGG_LAYERS - 1], draws, values, d);
    }
    free(other), free(image), free(x[VGG_LAYERS - 1]);
}

static void judge(lpl_stack_t *net, const vgg_t *v, const options_t *o, const world_t *w, const condition_t *c, rooms_result_t *r) {
    progress_t p;
    size_t n = (size_t)o->bank;
    r->layers = c->pixels ? 1 : VGG_LAYERS;
    progress_begin(&p, c->title, (double)r->layers, "codes judged");
    if (c->pixels) {
        const size_t pixels = 3 * v->side * v->side;
        if (n * pixels > PIXEL_FLOATS) n = PIXEL_FLOATS / pixels;
        float *x = must_alloc(n * pixels, sizeof *x);
        room_draw(&w->room, x, w->bank, n);
        judge_code(&r->layer[0], o, w, x, n, pixels);
        free(x);
    } else {
        float *x[VGG_LAYERS];
        for (size_t k = 0; k < VGG_LAYERS; k++) x[k] = must_alloc(n * vgg_width(v, k), sizeof(float));
        features(net, v, w, w->bank, n, x);
        for (size_t k = 0; k < VGG_LAYERS && !progress_stop(); k++) {
            judge_code(&r->layer[k], o, w, x[k], n, vgg_width(v, k));
            progress_tick(&p, (double)(k + 1), NULL);
        }
        for (size_t k = 0; k < VGG_LAYERS; k++) free(x[k]);
        if (!progress_stop()) judge_similarity(r, o, w, net, v);
    }
    progress_end(&p);
    r->done = !progress_stop();
}

/* ---- learning ---- */

static void identity(uint64_t note[NOTES], const options_t *o, const condition_t *c, uint64_t step) {
    const uint64_t all[NOTES] = {step,
                                 (uint64_t)(c - conditions),
                                 (uint64_t)o->seed,
                                 (uint64_t)o->batch,
                                 (uint64_t)o->width,
                                 (uint64_t)o->size,
                                 (uint64_t)o->epochs};
    memcpy(note, all, sizeof all);
}

/* Where a condition was interrupted, if it was this one. */
static lpl_stack_t *take_up(const options_t *o, const condition_t *c, const char *path, size_t *step) {
    uint64_t note[NOTES], mine[NOTES];
    char why[1400];
    lpl_stack_t *net = NULL;
    FILE *f = fopen(path, "rb");
    if (f == NULL) return NULL;
    fclose(f);
    if (!statefile_load_stack(&net, note, NOTES, path, 0, (int32_t)o->threads, why, sizeof why)) give_up(why);
    identity(mine, o, c, note[0]);
    if (memcmp(note, mine, sizeof mine) != 0) {
        snprintf(why, sizeof why, "%s is the checkpoint of a run with another condition, seed, batch, width, size, eta or schedule", path);
        give_up(why);
    }
    *step = (size_t)note[0];
    return net;
}

static void checkpoint(const lpl_stack_t *net, const options_t *o, const condition_t *c, const char *path, size_t step, FILE *log) {
    uint64_t note[NOTES];
    char why[1400];
    identity(note, o, c, step);
    if (log != NULL) fflush(log); /* the log never ends before the checkpoint does */
    if (!statefile_save_stack(net, note, NOTES, path, why, sizeof why)) fprintf(stderr, "rooms: %s (learning goes on)\n", why);
}

/* Returns the number of steps done. */
static size_t learn(lpl_stack_t *net, const vgg_t *v, const options_t *o, const world_t *w, const condition_t *c, const char *path,
                    size_t step, FILE *log) {
    const size_t batch = v->batch, pixels = 3 * v->side * v->side, steps = (size_t)o->steps, first = step;
    uint32_t *frame = must_alloc(batch + 1, sizeof *frame), *order = must_alloc(batch, sizeof *order);
    float *x = must_alloc((2 * batch + 1) * pixels, sizeof *x);
    lpl_report_t report[VGG_LAYERS];
    progress_t p;
    char note[160];
    for (int k = 0; k < VGG_LAYERS; k++) MUST(lpl_report_init(&report[k], sizeof report[k]));
    progress_begin(&p, c->title, (double)(steps - step) * (double)batch, "pairs");
    while (step < steps && !progress_stop()) {
        double eta = o->eta;
        const float *now = x + pixels; /* a moment later: the same frames, shifted by one */
        movie_block(&w->movie, frame, batch, step);
        room_draw(&w->room, x, frame, batch + 1);
        if (c->shuffled) {
            uint32_t *other = must_alloc(batch, sizeof *other);
            movie_shuffle(&w->movie, order, batch, step);
            for (size_t b = 0; b < batch; b++) other[b] = frame[1 + order[b]];
            room_draw(&w->room, x + (batch + 1) * pixels, other, batch);
            now = x + (batch + 1) * pixels;
            free(other);
        }
        if (o->epochs > 0)
            MUST(lpl_schedule_warmup_cosine(&eta, (double)(step / (size_t)o->epoch), o->eta, 0, o->eta / 1000, (uint64_t)o->warmup,
                                            (uint64_t)o->epochs));
        for (size_t k = 0; k < VGG_LAYERS; k++) {
            lpl_layer_t *l;
            MUST(lpl_stack_layer(net, k, &l));
            MUST(lpl_layer_set(l, LPL_PARAM_ETA, eta));
        }
        MUST(lpl_stack_update(net, report, x, pixels, now, pixels, batch));
        step++;
        if (step % ROOMLOG_EVERY == 0) roomlog_row(log, c->name, step, report);
        snprintf(note, sizeof note, "step %zu epoch %zu  loss", step, step / (size_t)o->epoch);
        for (int k = 0; k < VGG_LAYERS; k++) snprintf(note + strlen(note), sizeof note - strlen(note), " %.2f", report[k].total);
        progress_tick(&p, (double)(step - first) * (double)batch, note);
        if (step % (size_t)o->checkpoint == 0 || step == steps || progress_stop()) checkpoint(net, o, c, path, step, log);
    }
    const double seconds = progress_end(&p);
    fprintf(stderr, "%s: %zu steps, %.0f pairs/s, %.1f s\n", c->title, step - first, (double)(step - first) * (double)batch / seconds,
            seconds);
    free(frame), free(order), free(x);
    return step;
}

/* One condition from its start or checkpoint to its results. */
static void run(const options_t *o, const world_t *w, const condition_t *c, rooms_result_t *r) {
    char path[1024];
    vgg_t v = vgg_defaults((size_t)o->size, (size_t)o->batch);
    v.divide = (size_t)(64 / o->width), v.pull = c->pull, v.push = c->push, v.decorr = c->decorr, v.eta = o->eta;
    v.seed = (uint64_t)o->seed, v.threads = (int)o->threads;
    if (snprintf(path, sizeof path, "%s/%s.lpl", o->folder, c->name) >= (int)sizeof path)
        give_up("the name of the output folder is too long");
    size_t step = 0;
    lpl_stack_t *net = NULL;
    if (!c->pixels) {
        if (o->resume && c->trained) net = take_up(o, c, path, &step);
        if (net == NULL) net = vgg_create(&v);
    }
    if (c->trained) {
        FILE *log = roomlog_open(o->folder, c->name, step);
        if (log == NULL) exit(3);
        if (step < (size_t)o->steps) step = learn(net, &v, o, w, c, path, step, log);
        if (fclose(log) != 0) fprintf(stderr, "rooms: the log of %s could not be written\n", c->title);
        if (progress_stop()) fprintf(stderr, "interrupted at step %zu of %s; %s is complete: go on with --resume\n", step, c->title, path);
    }
    if (!progress_stop()) {
        judge(net, &v, o, w, c, r);
        if (net != NULL) deepfigures_filters(net, vgg_width(&v, 0), o->folder, c->name);
    }
    lpl_stack_destroy(net);
}

/* ---- what comes out ---- */

static void print_results(const rooms_result_t *r, const options_t *o) {
    printf("disentanglement (majority vote, strict vote), participation ratio, constant features, layers 1 .. 8\n"
           "(%ld steps of %ld pairs, first block %ld channels, %ld x %ld pixels, seed %ld; judged with %ld images, %ld a point, %ld "
           "repetitions)\n",
           o->steps, o->batch, o->width, o->size, o->size, o->seed, o->bank, o->draws, o->repetitions);
    for (int c = 0; c < ROOMS_CONDITIONS; c++) {
        if (!r[c].done) continue;
        printf("%s\n  %-22s", conditions[c].title, "score %");
        for (int k = 0; k < r[c].layers; k++) printf(" %7.1f", 100 * r[c].layer[k].vote.score);
        printf("\n  %-22s", "strict score %");
        for (int k = 0; k < r[c].layers; k++) printf(" %7.1f", 100 * r[c].layer[k].vote.strict);
        if (r[c].layers > 1) {
            printf("\n  %-22s", "participation ratio");
            for (int k = 0; k < r[c].layers; k++) printf(" %7.1f", r[c].layer[k].dimension);
            printf("\n  %-22s", "constant features");
            for (int k = 0; k < r[c].layers; k++) printf(" %7zu", r[c].layer[k].vote.constant);
        }
        for (int f = 0; f < ROOM_FACTORS; f++) {
            printf("\n  readout %-14s", room_names[f]);
            for (int k = 0; k < r[c].layers; k++) printf(" %7.3f", r[c].layer[k].readout[f]);
        }
        printf("\n");
    }
}

static size_t compare(const rooms_result_t *r, const options_t *o) {
    static const double published[ROOMS_CONDITIONS][2] = {{95.3, 89.9}, {16.2, 7.2}, {0}, {0}, {0}, {27.1, 20.8}, {87.7, 68.4}};
    table_t t;
    table_begin(&t, "expected / got, last layer (the published numbers are of 3D Shapes and the whole run)");
    for (int c = 0; c < ROOMS_CONDITIONS; c++) {
        if (!r[c].done) continue;
        const disentangle_result_t *v = &r[c].layer[r[c].layers - 1].vote;
        char known[48] = "";
        if (published[c][0] > 0) snprintf(known, sizeof known, " (published: %.1f, strict %.1f)", published[c][0], published[c][1]);
        table_value(&t, 100 * v->score, "%s: score%s", conditions[c].title, known);
        table_value(&t, 100 * v->strict, "%s: strict score", conditions[c].title);
    }
    const int need = o->quick ? TABLE_MUST : TABLE_SHOULD;
    for (int other = PRED_OFF; other <= RANDOM; other += RANDOM - PRED_OFF)
        if (r[LPL].done && r[other].done)
            table_above(&t, need, 100 * r[other].layer[VGG_LAYERS - 1].vote.score, 100 * r[LPL].layer[VGG_LAYERS - 1].vote.score,
                        "LPL's score is above that of %s", conditions[other].title);
    return table_end(&t);
}

static bool wanted(const char *list, const char *name) {
    const size_t n = strlen(name);
    for (const char *p = list; (p = strstr(p, name)) != NULL; p += n)
        if ((p == list || p[-1] == ',') && (p[n] == 0 || p[n] == ',')) return true;
    return false;
}

/* What is wrong with the options, or NULL. */
static const char *wrong(const options_t *o) {
    for (const char *p = o->which; *p;) { /* every name of the list must be one of ours */
        const size_t n = strcspn(p, ",");
        size_t known = 0;
        for (int c = 0; c < ROOMS_CONDITIONS; c++) known += strlen(conditions[c].name) == n && memcmp(conditions[c].name, p, n) == 0;
        if (!known) return "--conditions must be a list of lpl, pred_off, hebb_off, decorr_off, shuffled, random, pixels";
        p += n + (p[n] == ',');
    }
    if (64 % o->width != 0) return "--width must divide 64: 64, 32, 16, 8, 4, 2, 1";
    if (o->size % 32 != 0) return "--size must be a multiple of 32 (five pools of 2)";
    if (o->epochs > 0 && o->warmup >= o->epochs) return "--warmup must be smaller than --epochs";
    return NULL;
}

int main(int argc, char **argv) {
    options_t o = paper;
    for (int k = 1; k < argc; k++)
        if (strcmp(argv[k], "--quick") == 0) o = quick; /* other options change these settings, wherever they stand */
    const cli_option_t list[] = {
        {"quick", 0, CLI_FLAG, &o.quick, 0, 0, NULL, "a narrow network, 32 x 32 pixels, 4000 steps of 64: two minutes on two cores"},
        {"steps", 0, CLI_INT, &o.steps, 1, 1e9, "N", "updates of each condition"},
        {"batch", 0, CLI_INT, &o.batch, 2, MOVIE_PAIRS_MAX, "N", "pairs of frames in one update"},
        {"width", 0, CLI_INT, &o.width, 1, 64, "N", "channels of the first block, the others in proportion; 64 is VGG-11"},
        {"size", 0, CLI_INT, &o.size, 32, ROOM_SIDE_MAX, "N", "side of the pictures"},
        {"eta", 0, CLI_REAL, &o.eta, 0, 10, "X", "learning rate (Adam)"},
        {"epochs", 0, CLI_INT, &o.epochs, 0, 1e6, "N", "warm-up, then cosine to epoch N; 0: constant eta"},
        {"epoch", 0, CLI_INT, &o.epoch, 0, 1e9, "N", "steps that make an epoch; 0: as many as let the schedule end with the run"},
        {"warmup", 0, CLI_INT, &o.warmup, 0, 1e6, "N", "epochs of warm-up (with --epochs)"},
        {"conditions", 0, CLI_TEXT, &o.which, 0, 0, "LIST", "of lpl,pred_off,hebb_off,decorr_off,shuffled,random,pixels"},
        {"threads", 0, CLI_INT, &o.threads, 1, 1024, "N", "results do not depend on it"},
        {"seed", 0, CLI_INT, &o.seed, 0, 1e9, "N", "of weights, movie and judging"},
        {"bank", 0, CLI_INT, &o.bank, 1000, ROOM_IMAGES, "N", "images that judge"},
        {"draws", 0, CLI_INT, &o.draws, 2, 1e6, "N", "images of one point of the vote"},
        {"points", 0, CLI_INT, &o.points, 1, 1000, "N", "points of each factor value"},
        {"repetitions", 0, CLI_INT, &o.repetitions, 1, 1000, "N", "of the vote"},
        {"similar", 0, CLI_INT, &o.similar, 1, 10000, "N", "draws for the similarity of images that differ in one factor"},
        {"checkpoint", 0, CLI_INT, &o.checkpoint, 1, 1e9, "N", "steps between checkpoints"},
        {"resume", 0, CLI_FLAG, &o.resume, 0, 0, NULL, "go on from the checkpoints in the output folder"},
        {"output", 'o', CLI_TEXT, &o.folder, 0, 0, "FOLDER", "where figures, tables and checkpoints go"},
    };
    const cli_t cli = {
        .program = "rooms",
        .summary = "A deep network watches a movie and finds out what can change in it (paper 5.1, Extended Data Figs 5-6).",
        .equation = "  each block: z = mean over positions of pool(relu(W * x + b)); no gradient passes between blocks\n"
                    "  loss of a block, frames t and t + 1: mean (z1 - z2)^2 - mean log(var + 1e-4) + 10 sum_{i!=k} C_ik^2 / (M^2 - M)\n"
                    "  score: fix one factor, let the others vary; the feature of least var / global var votes for that factor",
        .options = list,
        .n_options = sizeof list / sizeof list[0],
        .examples = "  rooms --quick                            two minutes on two cores\n"
                    "  rooms --quick --seed 2 --conditions lpl,pred_off,hebb_off,decorr_off,shuffled,random,pixels\n"
                    "  rooms --threads 16                       the paper's run: days",
    };
    const int leave = cli_parse(&cli, argc, argv);
    if (leave >= 0) return leave;
    if (o.epoch == 0) o.epoch = o.epochs > 0 && o.steps >= o.epochs ? o.steps / o.epochs : 1;
    const char *why = wrong(&o);
    if (why != NULL) give_up(why);
    progress_catch_interrupt();

    static rooms_result_t result[ROOMS_CONDITIONS];
    const char *names[ROOMS_CONDITIONS], *titles[ROOMS_CONDITIONS];
    for (int c = 0; c < ROOMS_CONDITIONS; c++) names[c] = conditions[c].name, titles[c] = conditions[c].title;
    const double start = progress_clock();
    world_t w = {room_create((size_t)o.size, (int)o.threads), movie_create((uint64_t)o.seed), must_alloc((size_t)o.bank, sizeof(uint32_t))};
    movie_sample(w.bank, (size_t)o.bank, (uint64_t)o.seed, 1);
    bool drawn = roomfigures_sheet(&w.room, &w.movie, o.folder); /* also: the folder can be written, before any work is lost */
    if (!drawn) return 3;
    for (int c = 0; c < ROOMS_CONDITIONS && !progress_stop(); c++)
        if (wanted(o.which, conditions[c].name)) run(&o, &w, &conditions[c], &result[c]);
    drawn = roomfigures_losses(names, titles, o.folder);
    drawn = roomfigures_scores(result, names, titles, o.folder) && drawn;
    for (int c = 0; c < ROOMS_CONDITIONS; c++)
        if (result[c].done && result[c].layers > 1) drawn = roomfigures_similarity(&result[c], names[c], titles[c], o.folder) && drawn;
    print_results(result, &o);
    const size_t failed = compare(result, &o);
    fprintf(stderr, "time: %.1f s\n", progress_clock() - start);
    free(w.bank);
    room_free(&w.room);
    return failed > 0 || !drawn || progress_stop() ? 1 : 0;
}
