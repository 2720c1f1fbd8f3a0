/* examples/paper/swap.c - the swap experiment of Li & DiCarlo (2008) as simulated in the paper (theory 8, Fig. 4): what
 * is swapped for another object while the eyes move loses its selectivity there, and only there.
 *
 * An encoder that learned by LPL layer by layer, a dense layer behind it that has become indifferent to the place of an
 * image, then 400 exposures. Without files the images are rooms and the encoder learns here in a minute; with STL-10 or
 * CIFAR-10 it comes from a checkpoint of deep_images. Interrupt it when you like: --resume goes on with the same
 * bits. */
#include <math.h>
#include <string.h>

#include "worlds/cli.h"
#include "worlds/deeplearn.h"
#include "worlds/figure.h"
#include "worlds/must.h"
#include "worlds/output.h"
#include "worlds/roomlearn.h"
#include "worlds/statefile.h"
#include "worlds/swapfigures.h"
#include "worlds/table.h"

enum { KNOWN = 1024, FIRST_TEST_IMAGE = 192, STAGES = 5, RUNS = 3 };
enum { ENCODER_STEPS = 1000, DENSE_STEPS = 8000 }; /* of the form without files */
enum { SETTLED_STEPS = 300 };                      /* after which responses have found their size */
enum { FIRST_ENCODER, FIRST_PAIRS, FIRST_EXPOSURE, FIRSTS };

typedef struct {
    swaplearn_t learn;
    roomlearn_t encoder; /* of the form without files */
    long sets, epochs;
    double pull;
    int demo, no_swap, views;
    const char *stl, *cifar, *file;
} options_t;

/* Where pictures come from. */
typedef struct {
    bool rooms;
    room_t room;
    images_t train, test;
    views_t views;
} pictures_t;

static void give_up(const char *why) {
    fprintf(stderr, "swap: %s\n", why);
    exit(2);
}

/* ---- images ---- */

static void load_pictures(pictures_t *p, const options_t *o) {
    char why[1400], file[32];
    p->rooms = o->stl == NULL && o->cifar == NULL;
    if (p->rooms) {
        p->room = room_create((size_t)o->encoder.size, (int)o->learn.threads);
        return;
    }
    p->views = o->stl != NULL ? views_stl((uint64_t)o->learn.seed) : views_cifar((uint64_t)o->learn.seed);
    p->views.threads = (int)o->learn.threads;
    if (o->stl != NULL) {
        if (!images_stl(&p->train, o->stl, "unlabeled", why, sizeof why) ||
            !images_stl(&p->test, o->stl, "test", why, sizeof why))
            give_up(why);
    } else {
        for (int k = 1; k <= 5; k++) {
            snprintf(file, sizeof file, "data_batch_%d.bin", k);
            if (images_cifar_exists(o->cifar, file) && !images_cifar(&p->train, o->cifar, file, why, sizeof why))
                give_up(why);
        }
        if (p->train.n == 0)
            give_up("the folder of --cifar holds no data_batch_1.bin ... data_batch_5.bin (nor does its subfolder "
                    "cifar-10-batches-bin)");
        if (!images_cifar(&p->test, o->cifar, "test_batch.bin", why, sizeof why)) give_up(why);
    }
    if (p->test.n < (size_t)o->sets * SWAP_IMAGES) {
        snprintf(why, sizeof why, "there are %zu test images, need %d for each of %ld sets", p->test.n, SWAP_IMAGES,
                 o->sets);
        give_up(why);
    }
}

static size_t side_of(const pictures_t *p) { return p->rooms ? p->room.side : p->train.height; }

/* The 48 images of a set (from 1), normalised: drawn from all rooms, or the published ones, 192 .. 239 of the test
 * images, and those behind. */
static void draw_set(const pictures_t *p, const options_t *o, float *out, long set) {
    if (p->rooms) {
        uint32_t index[SWAP_IMAGES];
        movie_sample(index, SWAP_IMAGES, (uint64_t)o->learn.seed, (uint64_t)(10 + set));
        room_draw(&p->room, out, index, SWAP_IMAGES);
        return;
    }
    size_t first = FIRST_TEST_IMAGE + (size_t)(set - 1) * SWAP_IMAGES;
    if (first + SWAP_IMAGES > p->test.n) first = (size_t)(set - 1) * SWAP_IMAGES;
    views_evaluate(&p->views, out, &p->test, first, SWAP_IMAGES, false);
}

/* Features at all places of images that the dense layer learns from; they say how features are scaled. */
static float *known_features(const pictures_t *p, const options_t *o, canvas_t *c, size_t *n) {
    const size_t pixels = 3 * c->side * c->side, step = 64;
    *n = p->rooms || p->train.n > KNOWN ? KNOWN : p->train.n;
    float *x = must_alloc(step * pixels, sizeof *x),
          *table = must_alloc(*n * CANVAS_PLACES * c->features, sizeof *table);
    uint32_t *index = must_alloc(*n, sizeof *index);
    progress_t t;
    if (p->rooms) movie_sample(index, *n, (uint64_t)o->learn.seed, 10);
    progress_begin(&t, "features", (double)*n, "images");
    for (size_t first = 0; first < *n && !progress_stop(); first += step) {
        const size_t rows = *n - first < step ? *n - first : step;
        if (p->rooms)
            room_draw(&p->room, x, index + first, rows);
        else
            views_evaluate(&p->views, x, &p->train, first, rows, false);
        canvas_encode(c, table + first * CANVAS_PLACES * c->features, x, NULL, rows);
        progress_tick(&t, (double)(first + rows), NULL);
    }
    progress_end(&t);
    if (!progress_stop()) canvas_scale(c, table, *n * CANVAS_PLACES);
    free(x), free(index);
    return table;
}

/* ---- the encoder ---- */

/* In its own folder: rooms keeps a checkpoint of this name too. NULL: interrupted. */
static lpl_stack_t *learn_encoder(options_t *o, const pictures_t *p, vgg_t *v) {
    static char folder[1024];
    const int c = CONDITION_NO_BIAS;
    const movie_t movie = movie_create((uint64_t)o->encoder.seed);
    lpl_stack_t *net;
    if (snprintf(folder, sizeof folder, "%s/swap_encoder", o->learn.folder) >= (int)sizeof folder)
        give_up("the name of the output folder is too long");
    o->encoder.folder = folder;
    if (!figure_folder(folder)) exit(3);
    *v = roomlearn_encoder(&o->encoder, c);
    if (!roomlearn(&net, &c, 1, &o->encoder, &p->room, &movie)) output_lost();
    return net;
}

static lpl_stack_t *load_encoder(const options_t *o, const pictures_t *p, vgg_t *v) {
    uint64_t note[DEEP_NOTES];
    char why[1400];
    lpl_stack_t *net = NULL;
    if (!statefile_load_stack(&net, note, DEEP_NOTES, o->file, 0, (int32_t)o->learn.threads, why, sizeof why))
        give_up(why);
    if (note[DEEP_CONDITION] != CONDITION_NO_BIAS) {
        snprintf(why, sizeof why,
                 "%s is the checkpoint of condition '%s', need one of no_bias (a blank canvas must be silent)", o->file,
                 note[DEEP_CONDITION] < CONDITIONS ? conditions[note[DEEP_CONDITION]].name : "?");
        give_up(why);
    }
    if (note[DEEP_SIDE] != side_of(p) || note[DEEP_DIVIDE] < 1 || note[DEEP_DIVIDE] > 64) {
        snprintf(why, sizeof why, "%s learned on images of %llu x %llu, these are of %zu x %zu", o->file,
                 (unsigned long long)note[DEEP_SIDE], (unsigned long long)note[DEEP_SIDE], side_of(p), side_of(p));
        give_up(why);
    }
    *v = condition_vgg(CONDITION_NO_BIAS, side_of(p), (size_t)note[DEEP_BATCH], o->learn.conv_eta);
    v->divide = (size_t)note[DEEP_DIVIDE], v->threads = (int)o->learn.threads;
    fprintf(stderr, "encoder: %s, %llu steps of %llu, widths / %llu\n", o->file, (unsigned long long)note[DEEP_STEP],
            (unsigned long long)note[DEEP_BATCH], (unsigned long long)note[DEEP_DIVIDE]);
    return net;
}

/* ---- what comes out ---- */

static double change(const swap_run_t *r, size_t at, long exposure) {
    double first[SWAP_POINT], now[SWAP_POINT];
    memcpy(first, &r->point[0], sizeof first);
    memcpy(now, &r->point[exposure], sizeof now);
    return 100 * (now[at] / first[at] - 1);
}
enum { AT_SWAP, AT_NONSWAP, AT_CONTROL }; /* of a swap_point_t */

static double difference(const swap_run_t *r) { return change(r, AT_SWAP, r->done) - change(r, AT_NONSWAP, r->done); }

/* The largest rise of selectivity at the swap place between two measured points. */
static double rise(const swap_run_t *r) {
    double most = -INFINITY;
    for (int k = 1; k < STAGES; k++)
        most = fmax(most, r->point[r->done * k / (STAGES - 1)].swap - r->point[r->done * (k - 1) / (STAGES - 1)].swap);
    return most;
}

static bool invariant(const swap_run_t *r) {
    return r->correlation[CANVAS_TOP] > 0.95 && r->correlation[CANVAS_BOTTOM] > 0.95;
}

static void print_curves(const swap_run_t *run, size_t n) {
    printf("preferred - other object, mean over pairs and units\n%-18s %6s %9s %9s %9s %9s %9s %9s\n", "condition",
           "images", "exposure", "swap", "non-swap", "control", "preferred", "other");
    for (size_t k = 0; k < n; k++)
        for (int q = 0; q < STAGES; q++) {
            const long t = run[k].done * q / (STAGES - 1);
            const swap_point_t *p = &run[k].point[t];
            printf("%-18s %6ld %9ld %9.3f %9.3f %9.3f %9.3f %9.3f\n", run[k].title, run[k].set, t, p->swap, p->nonswap,
                   p->control, p->preferred, p->other);
        }
}

/* The experiment itself. need: of its rows. */
static void judge_swap(table_t *t, const swap_run_t *r, int need, bool trained) {
    const double swap = change(r, AT_SWAP, r->done), nonswap = change(r, AT_NONSWAP, r->done),
                 control = change(r, AT_CONTROL, r->done);
    t->source = "own: bound before in vivo -43 and model -70";
    table_below(t, need, -30, swap, "images %ld: swap, change %%", r->set);
    table_below(t, need, -25, difference(r), "images %ld: swap minus non-swap, points", r->set);
    t->source = "in vivo: -9; model +3";
    table_between(t, need, -15, 10, nonswap, "images %ld: non-swap, change %%", r->set);
    t->source = "in vivo: -9; model -4";
    table_between(t, need, -15, 10, control, "images %ld: control, change %%", r->set);
    t->source = "article: model, monotone decay";
    table_below(t, need, 0, rise(r), "images %ld: largest rise of swap", r->set);
    t->source = "article: between in vivo and model";
    table_between(t, TABLE_SHOULD, -70, -43, swap, "images %ld: swap, change %%", r->set);
    if (!trained) return;
    t->source = "article: model, fully trained encoder";
    table_below(t, TABLE_SHOULD, -50, swap, "images %ld: swap, change %%", r->set);
    table_near(t, TABLE_SHOULD, 0, nonswap, 10, "images %ld: non-swap, change %%", r->set);
    table_near(t, TABLE_SHOULD, 0, control, 10, "images %ld: control, change %%", r->set);
}

/* What is lost at both places of a run in which nothing tells them apart: the mean over both ways of showing the
 * images, since the other way the same learning has the two exchanged. */
static double loss(const swap_run_t *r) { return (change(r, AT_SWAP, r->done) + change(r, AT_NONSWAP, r->done)) / 2; }

/* What a run must not show in which nothing was swapped, or predicted. One way round: sixteen pairs lose more at one
 * end than at the other, all the more if no prediction ties the places together. */
static void judge_control(table_t *t, const swap_run_t *r, int need) {
    t->source = r->swapped ? "another program: -1" : "another program: -2";
    table_near(t, r->swapped ? TABLE_SHOULD : need, 0, difference(r), 6, "images %ld, %s: swap minus non-swap", r->set,
               r->title);
    if (r->swapped) {
        t->source = "own: not what the swap itself must have";
        table_near(t, need, 0, difference(r), 25, "images %ld, %s: swap minus non-swap", r->set, r->title);
        return;
    }
    t->source = "own: as for the non-swap place";
    table_between(t, TABLE_SHOULD, -15, 10, loss(r), "images %ld, %s: both places, change %%", r->set, r->title);
}

/* What the swap place has lost by the swap, beside a run (no swap, pred. off) that has not had it. */
static void judge_loss(table_t *t, const swap_run_t *lpl, const swap_run_t *r, int need) {
    t->source = "own: bound between -28 and 0";
    table_below(t, need, -15, change(lpl, AT_SWAP, r->done) - loss(r), "images %ld: swap, LPL minus %s, points", r->set,
                r->title);
}

/* Returns the number of rows that had to hold and do not. */
static size_t compare(const swap_run_t *run, size_t n, const options_t *o, const firstupdate_t first[FIRSTS],
                      double balance) {
    static const char *const first_of[FIRSTS] = {"encoder", "dense layer", "exposures"};
    const bool rooms = o->stl == NULL && o->cifar == NULL;
    /* only of that much learning has it been measured what must hold */
    const int learned =
        rooms && o->encoder.steps >= ENCODER_STEPS && o->learn.steps >= DENSE_STEPS ? TABLE_MUST : TABLE_SHOULD;
    table_t t;
    bool missing = false;
    table_begin(&t, "expected / got");
    for (size_t k = 0; k < n; k++) {
        const swap_run_t *r = &run[k];
        if (r->done < 1) continue;
        if (k % RUNS == 0 || o->no_swap || o->pull != 1) {
            t.source = "own: below it nothing can be measured";
            table_above(&t, learned, 0.95, r->correlation[CANVAS_TOP], "images %ld: correlation, top with centre",
                        r->set);
            table_above(&t, learned, 0.95, r->correlation[CANVAS_BOTTOM], "images %ld: correlation, bottom with centre",
                        r->set);
            t.source = "article: model, 1.0 and 1.2";
            table_near(&t, TABLE_SHOULD, 1.1, r->ratio[CANVAS_TOP], 0.3, "images %ld: mean ratio, top to centre",
                       r->set);
            table_near(&t, TABLE_SHOULD, 1.1, r->ratio[CANVAS_BOTTOM], 0.3, "images %ld: mean ratio, bottom to centre",
                       r->set);
        }
        if (r->done < SWAP_EXPOSURES || (!rooms && !invariant(r))) {
            missing = missing || !invariant(r);
            continue;
        }
        if (r->swapped && r->pull == 1) {
            judge_swap(&t, r, o->stl != NULL ? TABLE_SHOULD : TABLE_MUST, o->stl != NULL);
        } else if (!r->swapped || r->pull == 0) {
            judge_control(&t, r, o->stl != NULL ? TABLE_SHOULD : TABLE_MUST);
            const swap_run_t *lpl = &run[k - k % RUNS];
            if (lpl->swapped && lpl->pull == 1 && lpl->set == r->set && lpl->done >= r->done)
                judge_loss(&t, lpl, r, o->stl != NULL ? TABLE_SHOULD : TABLE_MUST);
        } else {
            table_not_comparable(&t, "a coefficient of your own", difference(r),
                                 "images %ld, pull %g: swap minus non-swap", r->set, r->pull);
        }
    }
    t.source = "theory: at rest, 1";
    if (o->learn.steps >= SETTLED_STEPS)
        table_near(&t, rooms ? TABLE_MUST : TABLE_SHOULD, 1, balance, 0.15, "dense layer: balance before exposures");
    for (int k = 0; k < FIRSTS; k++)
        if (first[k].loss != 0)
            firstupdate_judge(&t, &first[k], k == FIRST_EXPOSURE ? -1 : rooms ? TABLE_MUST : TABLE_SHOULD, first_of[k]);
    const size_t failed = table_end(&t);
    if (missing)
        printf("No verdict on the experiment: the dense layer is not indifferent to the place of an image "
               "(correlations above must exceed "
               "0.95),\n"
               "so there is nothing that a swap could take away. Missing is an encoder that has learned longer "
               "(deep_images --conditions "
               "no_bias\n"
               "with more --steps), or more --epochs of the dense layer%s.\n",
               o->views
                   ? ", or pairs of the same image at two places instead of two augmented views (leave --views out)"
                   : "");
    return failed;
}

/* ---- all of it ---- */

/* Images of set 1 for those of set 2: what was swapped at the top is now swapped at the bottom. */
static void turn(float *images, size_t pixels) {
    const size_t n = (size_t)2 * SWAP_PAIRS * pixels;
    for (size_t k = 0; k < n; k++) {
        const float one = images[k];
        images[k] = images[n + k];
        images[n + k] = one;
    }
}

/* The mean over both ways of showing the same images, into the first. Sixteen pairs differ in how much they lose at one
 * end or the other whatever follows what; which end is the swap place is the only thing that the mean keeps apart. */
static void average(swap_run_t *run, const swap_run_t *turned) {
    run->done = run->done < turned->done ? run->done : turned->done;
    for (long t = 0; t <= run->done; t++) {
        double a[SWAP_POINT], b[SWAP_POINT];
        memcpy(a, &run->point[t], sizeof a), memcpy(b, &turned->point[t], sizeof b);
        for (size_t k = 0; k < SWAP_POINT; k++) a[k] = (a[k] + b[k]) / 2; /* of standard errors too: of one way */
        memcpy(&run->point[t], a, sizeof a);
    }
}

static bool run_all(options_t *o, pictures_t *p, size_t *failed) {
    swaplearn_t *s = &o->learn;
    vgg_t v;
    canvas_t c;
    char why[1400];
    bool kept = true;
    lpl_stack_t *encoder = p->rooms ? learn_encoder(o, p, &v) : load_encoder(o, p, &v);
    if (progress_stop()) return false;
    s->encoder = swaplearn_hash(encoder);
    v.batch = SWAP_ROWS;
    if (!canvas_create(&c, encoder, &v, canvas_slots(v.side), why, sizeof why)) give_up(why);

    swap_material_t m = {NULL, 0, &p->train, &p->views};
    if (!o->views) m.table = known_features(p, o, &c, &m.n);
    if (o->views && p->train.n < (size_t)s->pairs) s->pairs = (long)p->train.n;
    if (s->steps == 0) s->steps = o->views ? o->epochs * (long)(p->train.n / (size_t)s->pairs) : DENSE_STEPS;
    lpl_layer_t *dense = progress_stop() ? NULL : swaplearn_dense(s, &c, &m, c.channels, &kept);
    firstupdate_t first[FIRSTS] = {0};
    if (p->rooms && !progress_stop()) {
        const movie_t movie = movie_create((uint64_t)o->encoder.seed);
        first[FIRST_ENCODER] = roomlearn_first(&o->encoder, CONDITION_NO_BIAS, &p->room, &movie);
    }
    if (!progress_stop()) first[FIRST_PAIRS] = swaplearn_first_pairs(s, &c, &m, c.channels);
    const double balance = progress_stop() ? 0 : swaplearn_balance(s, &c, &m, dense);
    free((void *)(uintptr_t)m.table);
    if (progress_stop()) return false;

    static const struct {
        const char *name, *title;
        bool swapped;
    } all[RUNS + 1] = {{"swap", "swap", true},
                       {"no_swap", "no swap", false},
                       {"pred_off", "pred. off", true},
                       {"swap_turned", "swap, turned", true}};
    const bool one = o->no_swap || o->pull != 1, swapped = !o->no_swap && o->pull != 0;
    /* From run n on: the swap once more, with the images of run (k - n) * each the other way round. */
    const size_t each = one ? 1 : RUNS, n = each * (size_t)o->sets, pixels = 3 * v.side * v.side,
                 runs = p->rooms && swapped ? n + (size_t)o->sets : n;
    swap_run_t *run = must_alloc(runs, sizeof *run);
    float *images = NULL;
    for (size_t k = 0; k < runs; k++) {
        swap_run_t *r = &run[k];
        const bool turned = k >= n;
        const int which = turned ? RUNS : !one ? (int)(k % each) : o->no_swap ? 1 : o->pull == 0 ? 2 : 0;
        *r = (swap_run_t){.name = all[which].name,
                          .title = all[which].title,
                          .swapped = all[which].swapped,
                          .pull = which == 2 ? 0 : o->pull,
                          .set = (long)(turned ? k - n : k / each) + 1,
                          .point = must_alloc((size_t)s->exposures + 1, sizeof *r->point)};
        if (turned || k % each == 0) {
            images = must_alloc(SWAP_IMAGES * pixels, sizeof *images);
            float *x = must_alloc(SWAP_ALL * c.features, sizeof *x);
            draw_set(p, o, images, r->set);
            if (turned) turn(images, pixels);
            canvas_encode(&c, x, images, NULL, SWAP_IMAGES);
            r->images = images, r->features = x;
        } else {
            r->images = run[k - 1].images, r->features = run[k - 1].features;
        }
    }
    swaplearn_exposures(s, run, runs, &c, encoder, &v, dense);

    bool written = true;
    for (size_t k = 0; k < runs; k++) {
        kept = kept && (run[k].kept || run[k].diverged);
        if (!run[k].diverged) continue;
        const swap_run_t *r = &run[k];
        char when[60], lasting[60] = "none that was tried";
        double stable = r->stable;
        for (size_t other = k; other < runs; other++) /* what lasts in all of them */
            if (run[other].diverged) stable = fmin(stable, run[other].stable);
        snprintf(when, sizeof when, r->settling ? "while it settled, before exposure %ld" : "at exposure %ld",
                 r->done + 1);
        if (stable > 0) snprintf(lasting, sizeof lasting, "%g", stable);
        snprintf(why, sizeof why,
                 "the dense layer diverged %s (%s, images %ld) with a learning rate of %g; %s lasts for 100 updates "
                 "(rule: %g)",
                 when, r->title, r->set, r->eta, lasting, SWAP_RATE * (double)c.channels / (2 * r->trace));
        give_up(why);
    }
    if (runs > 0 && !progress_stop()) first[FIRST_EXPOSURE] = swaplearn_first_exposure(&run[0], &c, dense);
    for (size_t k = 0; k + n < runs; k++) average(&run[k * each], &run[n + k]);
    const double *mean = p->rooms ? p->room.mean : p->views.mean, *sd = p->rooms ? p->room.sd : p->views.sd;
    written = swapfigures_canvas(run[0].images, v.side, mean, sd, s->folder) && written;
    written = swapfigures_curves(run, n, s->exposures, runs > n, s->folder) && written;
    double dimension = (double)NAN;
    if (lpl_metric(&dimension, LPL_METRIC_PARTICIPATION_RATIO, run[0].features, c.features, NULL, 0, NULL, SWAP_ROWS,
                   c.features) < 0)
        dimension = (double)NAN;
    printf("%s: canvas of %zu slots (of %d), %zu features, %zu units; over the 96 views of images 1: trace of the "
           "covariance %.4g, "
           "participation ratio %.1f,\n"
           "learning rate of the dense layer %.4g (%s), %ld exposures of %ld updates, convolutions %s\n",
           p->rooms         ? "rooms"
           : o->stl != NULL ? "STL-10"
                            : "CIFAR-10",
           c.slots, CANVAS_SLOTS, c.features, c.channels, run[0].trace, dimension, run[0].eta,
           s->eta > 0 ? "given" : "by rule", s->exposures, s->updates, s->conv_eta > 0 ? "learn" : "stand still");
    print_curves(run, n);
    *failed = compare(run, n, o, first, balance);
    for (size_t k = 0; k < runs; k++) {
        if (k >= n || k % each == 0) free((void *)(uintptr_t)run[k].images), free((void *)(uintptr_t)run[k].features);
        free(run[k].point);
    }
    free(run);
    lpl_layer_destroy(dense);
    canvas_free(&c);
    lpl_stack_destroy(encoder);
    return written && kept;
}

/* What is wrong with the options, or NULL. */
static const char *wrong(const options_t *o) {
    if (o->stl != NULL && o->cifar != NULL) return "--stl and --cifar: one of them";
    if ((o->stl != NULL || o->cifar != NULL) && o->file == NULL)
        return "--stl and --cifar need --encoder FILE: a checkpoint of deep_images --conditions no_bias";
    if (o->stl == NULL && o->cifar == NULL && (o->file != NULL || o->views))
        return "--encoder and --views belong to --stl or --cifar";
    if (o->no_swap && o->pull != 1) return "--no-swap and --pull: one control at a time";
    return NULL;
}

int main(int argc, char **argv) {
    /* Encoder: a quarter of the widths, 32 x 32 pixels, 1 000 steps of 64 pairs, warm-up, then the first quarter of a
     * cosine over 4 000 steps (rooms --quick of 0.1.0). */
    options_t o = {.learn = {.threads = 2,
                             .seed = 1,
                             .checkpoint = 100,
                             .exposures = SWAP_EXPOSURES,
                             .settle = -1,
                             .folder = "lpl-out"},
                   .encoder = {.steps = ENCODER_STEPS,
                               .epoch = 40,
                               .batch = 64,
                               .width = 16,
                               .size = 32,
                               .checkpoint = 250,
                               .warmup = 5,
                               .epochs = 100,
                               .eta = 1e-3},
                   .epochs = 10,
                   .pull = 1};
    swaplearn_t *s = &o.learn;
    double eta = -1, conv_eta = -1;
    const cli_option_t list[] = {
        {"demo", 0, CLI_FLAG, &o.demo, 0, 0, NULL, "one set of images instead of three"},
        {"stl", 0, CLI_TEXT, &o.stl, 0, 0, "FOLDER", "STL-10's binary files: the published experiment (hours)"},
        {"cifar", 0, CLI_TEXT, &o.cifar, 0, 0, "FOLDER", "CIFAR-10's binary files"},
        {"encoder", 0, CLI_TEXT, &o.file, 0, 0, "FILE",
         "no_bias.lpl, the checkpoint of deep_images --conditions no_bias on the same images"},
        {"views", 0, CLI_FLAG, &o.views, 0, 0, NULL,
         "the dense layer learns from augmented views (as published, and with --stl), not from one image at two "
         "places"},
        {"no-swap", 0, CLI_FLAG, &o.no_swap, 0, 0, NULL, "only the control in which nothing is swapped"},
        {"pull", 0, CLI_REAL, &o.pull, 0, 100, "X", "of the exposures; 0: only the control without prediction"},
        {"sets", 0, CLI_INT, &o.sets, 0, 20, "N", "sets of 48 images; 0: three rooms, one of STL-10 or CIFAR-10"},
        {"epochs", 0, CLI_INT, &o.epochs, 1, 1e6, "N", "of the dense layer before the exposures, with --views"},
        {"encoder-steps", 0, CLI_INT, &o.encoder.steps, 1, 1e9, "N", "of the encoder, without files"},
        {"dense-steps", 0, CLI_INT, &s->steps, 0, 1e9, "N",
         "the same in updates; 0: 8000, or --epochs; fewer of either: the dense layer need not be indifferent"},
        {"pairs", 0, CLI_INT, &s->pairs, 0, 4096, "N",
         "images in one update of the dense layer; 0: 32, as many as an exposure shows; of STL-10 and CIFAR-10 128"},
        {"exposures", 0, CLI_INT, &s->exposures, 4, SWAP_EXPOSURES, "N", "fewer than 400: no verdict"},
        {"settle", 0, CLI_INT, &s->settle, -1, 1e6, "N",
         "exposures of the dense layer before the first, in which nothing is swapped; -1: 100, with --stl 0"},
        {"updates", 0, CLI_INT, &s->updates, 0, 1000, "N", "of an exposure; 0: four, with --stl one"},
        {"eta", 0, CLI_REAL, &eta, -1, 1e6, "X",
         "learning rate of the exposures; 0: by rule; -1: by rule, with --stl 0.02"},
        {"conv-eta", 0, CLI_REAL, &conv_eta, -1, 1, "X",
         "of the convolutions in exposures; 0: they stand still; -1: so, with --stl 1e-7"},
        {"threads", 0, CLI_INT, &s->threads, 1, 1024, "N", "results do not depend on it"},
        {"seed", 0, CLI_INT, &s->seed, 0, 1e9, "N", "of weights, movie and images"},
        {"checkpoint", 0, CLI_INT, &s->checkpoint, 1, 1e9, "N", "steps and exposures between checkpoints"},
        {"resume", 0, CLI_FLAG, &s->resume, 0, 0, NULL, "go on from the checkpoints in the output folder"},
    };
    const cli_t cli = {
        .program = "swap",
        .summary = "An object that is swapped for another during eye movements loses its selectivity there (theory 8, "
                   "Fig. 4).",
        .equation =
            "  a canvas 13 images high, one image at slot 0, 6 or 12; features: the encoder's last map by slots; z = W "
            "features + b\n"
            "  loss of an exposure, past (centre) -> now (periphery): mean (z_now - z_past)^2 - mean log(var + 1e-4)\n"
            "    + 10 sum_{i!=k} C_ik^2 / (M^2 - M);  at the swap slot P follows N, and N follows P\n"
            "  measured: z of the object preferred at the centre minus z of the other, by slot",
        .options = list,
        .n_options = sizeof list / sizeof list[0],
        .examples =
            "  swap --demo                                 one set of rooms and its controls\n"
            "  swap --pull 0                               the predictive term is off: nothing tells swap from "
            "non-swap\n"
            "  deep_images data --stl --conditions no_bias --divide 1 --batch 1024 --epochs 800 --warmup 930 -o stl\n"
            "  swap --stl data --encoder stl/no_bias.lpl   the published experiment",
        .folder = &s->folder,
        .folder_help = "where figures, tables and checkpoints go",
    };
    const int leave = cli_parse(&cli, argc, argv);
    if (leave >= 0) return leave;
    const char *why = wrong(&o);
    if (why != NULL) give_up(why);
    const bool stl = o.stl != NULL;
    s->eta = eta < 0 ? (stl ? 2e-2 : 0) : eta;
    s->conv_eta = conv_eta < 0 ? (stl ? 1e-7 : 0) : conv_eta;
    if (stl) o.views = 1;
    if (s->settle < 0) s->settle = stl ? 0 : 100;
    if (s->updates == 0) s->updates = stl ? 1 : 4;
    if (s->pairs == 0) s->pairs = stl || o.cifar != NULL ? 128 : SWAP_LEARNED;
    if (o.sets == 0) o.sets = o.demo || stl || o.cifar != NULL ? 1 : 3;
    o.encoder.seed = s->seed, o.encoder.threads = s->threads, o.encoder.resume = s->resume;
    progress_catch_interrupt();
    if (!figure_folder(s->folder)) return 3;

    const double start = progress_clock();
    pictures_t p = {0};
    size_t failed = 0;
    load_pictures(&p, &o);
    const bool whole = run_all(&o, &p, &failed);
    fprintf(stderr, "time: %.1f s\n", progress_clock() - start);
    if (p.rooms) room_free(&p.room);
    images_free(&p.train), images_free(&p.test);
    return failed > 0 || !whole || progress_stop() ? 1 : 0;
}
