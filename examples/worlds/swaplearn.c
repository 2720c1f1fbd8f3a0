/* examples/worlds/swaplearn.c - see swaplearn.h. */
#include "swaplearn.h"

#include <math.h>
#include <string.h>

#include "must.h"
#include "statefile.h"

enum { STATE_PATH = 1024, WHY = 1400, DENSE_NOTES = 10, RUN_NOTES = 12, TRIED = 100 };

static void give_up(const char *why) {
    fprintf(stderr, "swap: %s\n", why);
    exit(2);
}

static uint64_t bits_of(double v) {
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

uint64_t swaplearn_hash(lpl_stack_t *net) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t k = 0; k < lpl_stack_size(net); k++) {
        lpl_layer_t *l;
        double fan_in, units;
        MUST(lpl_stack_layer(net, k, &l));
        MUST(lpl_layer_get(l, LPL_PARAM_FAN_IN, &fan_in));
        MUST(lpl_layer_get(l, LPL_PARAM_N_POST, &units));
        const size_t n = (size_t)fan_in * (size_t)units;
        float *w = must_alloc(n, sizeof *w);
        MUST(lpl_layer_read(l, w, n, LPL_STATE_WEIGHTS));
        for (size_t i = 0; i < n; i++) {
            uint32_t bits;
            memcpy(&bits, &w[i], sizeof bits);
            hash = (hash ^ bits) * 1099511628211u;
        }
        free(w);
    }
    return hash;
}

static void path_of(char path[STATE_PATH], const swaplearn_t *s, const char *name, long set) {
    const int n = set > 0 ? snprintf(path, STATE_PATH, "%s/swap_%s_%ld.lpl", s->folder, name, set)
                          : snprintf(path, STATE_PATH, "%s/swap_%s.lpl", s->folder, name);
    if (n >= STATE_PATH) give_up("the name of the output folder is too long");
}

/* ---- before the exposures ---- */

static void dense_identity(uint64_t note[DENSE_NOTES], const swaplearn_t *s, const canvas_t *c,
                           const swap_material_t *m, uint64_t step) {
    const uint64_t all[DENSE_NOTES] = {step,
                                       (uint64_t)s->seed,
                                       (uint64_t)s->pairs,
                                       s->encoder,
                                       c->side,
                                       c->features,
                                       m->table != NULL,
                                       m->table != NULL ? m->n : m->images->n,
                                       m->table != NULL ? (uint64_t)s->steps : 0,
                                       c->scale != NULL};
    memcpy(note, all, sizeof all);
}

/* A layer with numbers in front, as statefile.h has stacks. */
typedef struct {
    lpl_layer_t *layer;
    uint64_t *note;
    size_t n;
    int32_t threads;
} noted_t;

static lpl_status_t put_noted(lpl_write_fn write, void *file, void *user) {
    const noted_t *d = user;
    for (size_t k = 0; k < d->n; k++)
        if (statefile_put_number(d->note[k], write, file) != 0) return LPL_E_IO;
    return lpl_layer_save(d->layer, write, file);
}

static lpl_status_t get_noted(lpl_read_fn read, void *file, void *user) {
    noted_t *d = user;
    for (size_t k = 0; k < d->n; k++)
        if (statefile_get_number(&d->note[k], read, file) != 0) return LPL_E_FORMAT;
    return lpl_layer_load(read, file, 0, d->threads, &d->layer);
}

static bool keep_dense(lpl_layer_t *l, const swaplearn_t *s, const canvas_t *c, const swap_material_t *m,
                       const char *path, uint64_t step) {
    uint64_t note[DENSE_NOTES];
    char why[WHY];
    noted_t d = {l, note, DENSE_NOTES, 1};
    dense_identity(note, s, c, m, step);
    const bool kept = statefile_save(put_noted, &d, path, why, sizeof why);
    if (!kept) fprintf(stderr, "\nswap: %s (the checkpoint before it is untouched)\n", why);
    return kept;
}

static lpl_layer_t *take_up_dense(const swaplearn_t *s, const canvas_t *c, const swap_material_t *m, const char *path,
                                  size_t *step) {
    uint64_t note[DENSE_NOTES], mine[DENSE_NOTES];
    char why[WHY];
    noted_t d = {NULL, note, DENSE_NOTES, (int32_t)s->threads};
    if (statefile_missing(path)) return NULL;
    if (!statefile_load(get_noted, &d, path, why, sizeof why)) give_up(why);
    dense_identity(mine, s, c, m, note[0]);
    if (memcmp(mine, note, sizeof mine) != 0) {
        snprintf(why, sizeof why, "%s is the checkpoint of a run with another encoder, seed, images or pairs", path);
        give_up(why);
    }
    *step = (size_t)note[0];
    return d.layer;
}

/* Pairs of this step: views 1 in the first `pairs` rows, views 2 in the others. */
static void draw_pairs(float *x, const swaplearn_t *s, const canvas_t *c, const swap_material_t *m, size_t step,
                       uint32_t *order, size_t *ordered) {
    const size_t B = (size_t)s->pairs, F = c->features;
    uint32_t *dice = must_alloc(3 * B, sizeof *dice);
    MUST(lpl_random_bits(dice, 3 * B, (uint64_t)s->seed, 20, (uint64_t)step * 3 * B));
    if (m->table != NULL) {
        for (size_t b = 0; b < B; b++) {
            const size_t image = (size_t)((uint64_t)dice[3 * b] * m->n >> 32);
            for (size_t view = 0; view < 2; view++) {
                const size_t place = (size_t)((uint64_t)dice[3 * b + 1 + view] * CANVAS_PLACES >> 32);
                memcpy(x + (view * B + b) * F, m->table + (CANVAS_PLACES * image + place) * F, F * sizeof *x);
            }
        }
    } else {
        const size_t pixels = 3 * c->side * c->side, per_epoch = m->images->n / B, epoch = step / per_epoch;
        float *v = must_alloc(B * pixels, sizeof *v);
        uint8_t *place = must_alloc(B, 1);
        if (epoch != *ordered) views_permutation(order, m->images->n, (uint64_t)s->seed, *ordered = epoch);
        for (int view = 0; view < 2; view++) {
            for (size_t b = 0; b < B; b++)
                place[b] = (uint8_t)((uint64_t)dice[3 * b + 1 + (size_t)view] * CANVAS_PLACES >> 32);
            views_make(m->views, v, m->images, order + step % per_epoch * B, B, epoch, view);
            canvas_encode(c, x + (size_t)view * B * F, v, place, B);
        }
        free(v), free(place);
    }
    free(dice);
}

/* Views 1 follow views 2 and the other way round: the past of draw_pairs' rows. */
static void turn_pairs(float *past, const float *now, size_t half) {
    memcpy(past, now + half, half * sizeof *past);
    memcpy(past + half, now, half * sizeof *past);
}

firstupdate_t swaplearn_first_pairs(const swaplearn_t *s, const canvas_t *c, const swap_material_t *m, size_t units) {
    const size_t B = (size_t)s->pairs, F = c->features;
    float *now = must_alloc(2 * B * F, sizeof *now), *past = must_alloc(2 * B * F, sizeof *past);
    uint32_t *order = must_alloc(m->table != NULL ? 1 : m->images->n, sizeof *order);
    size_t ordered = SIZE_MAX;
    lpl_layer_t *l = swap_dense_pairs(F, units, B, (uint64_t)s->seed, 1);
    draw_pairs(now, s, c, m, 0, order, &ordered);
    turn_pairs(past, now, B * F);
    const firstupdate_t f = firstupdate_layer(l, false, past, now, F, 2 * B);
    lpl_layer_destroy(l);
    free(now), free(past), free(order);
    return f;
}

double swaplearn_balance(const swaplearn_t *s, const canvas_t *c, const swap_material_t *m, const lpl_layer_t *dense) {
    enum { BATCHES = 16 };
    const size_t B = (size_t)s->pairs, F = c->features;
    float *now = must_alloc(2 * B * F, sizeof *now), *past = must_alloc(2 * B * F, sizeof *past);
    uint32_t *order = must_alloc(m->table != NULL ? 1 : m->images->n, sizeof *order);
    size_t ordered = SIZE_MAX;
    balance_t b = {0, 0};
    for (size_t k = 0; k < BATCHES; k++) {
        draw_pairs(now, s, c, m, (size_t)s->steps + k, order, &ordered);
        turn_pairs(past, now, B * F);
        balance_add(&b, dense, false, past, now, F, 2 * B);
    }
    free(now), free(past), free(order);
    return balance_of(&b);
}

lpl_layer_t *swaplearn_dense(const swaplearn_t *s, const canvas_t *c, const swap_material_t *m, size_t units,
                             bool *kept) {
    const size_t B = (size_t)s->pairs, F = c->features, steps = (size_t)s->steps;
    char path[STATE_PATH], note[100];
    size_t step = 0, ordered = SIZE_MAX;
    lpl_report_t report;
    progress_t p;
    path_of(path, s, "dense", 0);
    if (m->table == NULL && m->images->n < B) give_up("there are fewer images than pairs in a batch");
    lpl_layer_t *l = s->resume ? take_up_dense(s, c, m, path, &step) : NULL;
    if (l == NULL) l = swap_dense_pairs(F, units, B, (uint64_t)s->seed, (int)s->threads);
    if (step > steps) {
        char why[WHY];
        snprintf(why, sizeof why, "%s has learned for %zu steps already, more than %zu (--epochs, --dense-steps)", path,
                 step, steps);
        give_up(why);
    }
    float *now = must_alloc(2 * B * F, sizeof *now), *past = must_alloc(2 * B * F, sizeof *past);
    uint32_t *order = must_alloc(m->table != NULL ? 1 : m->images->n, sizeof *order);
    MUST(lpl_report_init(&report, sizeof report));
    *kept = step == steps;
    progress_begin(&p, "dense layer", (double)(steps - (step < steps ? step : steps)), "steps");
    for (const size_t first = step; step < steps && !progress_stop();) {
        draw_pairs(now, s, c, m, step, order, &ordered);
        turn_pairs(past, now, B * F);
        if (m->table != NULL) { /* on so few images the rest of Adam's noise is what makes places differ */
            double eta;
            MUST(lpl_schedule_warmup_cosine(&eta, (double)step, 1e-3, 0, 1e-6, 0, steps));
            MUST(lpl_layer_set(l, LPL_PARAM_ETA, eta));
        }
        MUST(lpl_update(l, &report, past, F, now, F, 2 * B));
        step++;
        snprintf(note, sizeof note, "pull %.4f push %.3f decorrelation %.4f", report.pull, report.push, report.decorr);
        progress_tick(&p, (double)(step - first), note);
        if (step % (size_t)s->checkpoint == 0 || step == steps || progress_stop())
            *kept = keep_dense(l, s, c, m, path, step);
    }
    progress_end(&p);
    if (progress_stop() && *kept)
        fprintf(stderr, "interrupted at step %zu of the dense layer: go on with --resume (%s)\n", step, path);
    free(now), free(past), free(order);
    return l;
}

/* ---- exposures ---- */

/* A run at work. */
typedef struct {
    const swaplearn_t *s;
    swap_run_t *run;
    lpl_layer_t *dense;
    const lpl_layer_t *start; /* of as many inputs, before exposures */
    canvas_t canvas;          /* its own, if convolutions learn: net NULL otherwise */
    size_t units, inputs;     /* of dense: all features, or, where these stand still, coordinates in what they span */
    signed char *sign;
    float *x, *past, *z;  /* inputs of all rows; of the rows before; responses */
    float *seen, *before; /* canvases of the rows that are learned, and of those before */
    char path[STATE_PATH];
} work_t;

static void run_identity(uint64_t note[RUN_NOTES], const work_t *w) {
    const swaplearn_t *s = w->s;
    const uint64_t all[RUN_NOTES] = {(uint64_t)w->run->done, (uint64_t)s->seed,      s->encoder,
                                     (uint64_t)s->steps,     (uint64_t)w->run->set,  w->run->swapped,
                                     bits_of(w->run->pull),  bits_of(w->run->eta),   bits_of(s->conv_eta),
                                     (uint64_t)s->updates,   (uint64_t)s->exposures, (uint64_t)s->settle};
    memcpy(note, all, sizeof all);
}

static lpl_status_t put_run(lpl_write_fn write, void *file, void *user) {
    const work_t *w = user;
    uint64_t note[RUN_NOTES];
    run_identity(note, w);
    for (size_t k = 0; k < RUN_NOTES; k++)
        if (statefile_put_number(note[k], write, file) != 0) return LPL_E_IO;
    for (long k = 0; k <= w->run->done; k++) {
        double v[SWAP_POINT];
        memcpy(v, &w->run->point[k], sizeof v);
        for (size_t i = 0; i < SWAP_POINT; i++)
            if (statefile_put_number(bits_of(v[i]), write, file) != 0) return LPL_E_IO;
    }
    const lpl_status_t status = lpl_layer_save(w->dense, write, file);
    return status < 0 || w->canvas.net == NULL ? status : lpl_stack_save(w->canvas.net, write, file);
}

/* Into an empty work: what the file holds if it is of this run (LPL_E_FORMAT and done = -1: of another). */
static lpl_status_t get_run(lpl_read_fn read, void *file, void *user) {
    work_t *w = user;
    uint64_t note[RUN_NOTES], mine[RUN_NOTES];
    lpl_layer_t *dense = NULL;
    lpl_stack_t *net = NULL;
    for (size_t k = 0; k < RUN_NOTES; k++)
        if (statefile_get_number(&note[k], read, file) != 0) return LPL_E_FORMAT;
    w->run->done = (long)note[0];
    run_identity(mine, w);
    const bool foreign = memcmp(note, mine, sizeof mine) != 0 || note[0] > (uint64_t)w->s->exposures;
    w->run->done = foreign ? -1 : w->run->done;
    if (foreign) return LPL_E_FORMAT;
    for (long k = 0; k <= w->run->done; k++) {
        double v[SWAP_POINT];
        for (size_t i = 0; i < SWAP_POINT; i++) {
            uint64_t bits;
            if (statefile_get_number(&bits, read, file) != 0) return LPL_E_FORMAT;
            memcpy(&v[i], &bits, sizeof bits);
        }
        memcpy(&w->run->point[k], v, sizeof v);
    }
    lpl_status_t status = lpl_layer_load(read, file, 0, 1, &dense);
    double inputs = 0;
    if (status >= 0) MUST(lpl_layer_get(dense, LPL_PARAM_N_PRE, &inputs));
    if (status >= 0 && (size_t)inputs != w->inputs) w->run->done = -1, status = LPL_E_FORMAT;
    if (status >= 0 && w->canvas.net != NULL) status = lpl_stack_load(read, file, 0, (int32_t)w->s->threads, &net);
    if (status < 0) {
        lpl_layer_destroy(dense);
        return status;
    }
    lpl_layer_destroy(w->dense);
    w->dense = dense;
    if (net != NULL) lpl_stack_destroy(w->canvas.net), w->canvas.net = net;
    return LPL_OK;
}

static void keep_run(work_t *w) {
    char why[WHY];
    w->run->kept = statefile_save(put_run, w, w->path, why, sizeof why);
    if (!w->run->kept) fprintf(stderr, "\nswap: %s (the checkpoint before it is untouched)\n", why);
}

static void take_up_run(work_t *w) {
    char why[WHY];
    if (statefile_missing(w->path)) return;
    if (!statefile_load(get_run, w, w->path, why, sizeof why)) {
        if (w->run->done < 0)
            snprintf(why, sizeof why,
                     "%s is the checkpoint of a run with another encoder, seed, rate, or number of steps", w->path);
        give_up(why);
    }
    w->run->kept = true;
}

/* Features of the network as it is now. */
static void encode(work_t *w) {
    if (w->canvas.net != NULL) canvas_encode(&w->canvas, w->x, w->run->images, NULL, SWAP_IMAGES);
}

static void observe(work_t *w) {
    encode(w);
    MUST(lpl_forward(w->dense, w->z, w->units, w->x, w->inputs, SWAP_ALL));
    swap_measure(&w->run->point[w->run->done], w->z, w->sign, w->units);
}

static void gather(float *out, const float *rows, size_t length, bool swapped) {
    for (int row = 0; row < SWAP_ROWS; row++)
        memcpy(out + (size_t)row * length, rows + (size_t)swap_past(row, swapped) * length, length * sizeof *out);
}

/* One update of a dense layer; a status of the library's, divergence among them. */
static lpl_status_t expose(lpl_layer_t *dense, const float *past, const float *x, size_t F) {
    return lpl_update(dense, NULL, past, F, x, F, SWAP_ROWS);
}

static bool lasts(const work_t *w, const float *x, double eta) {
    lpl_layer_t *l = swap_dense_exposure(w->start, w->run->pull, eta, 1);
    lpl_status_t status = LPL_OK;
    for (int t = 0; t < TRIED && status >= 0; t++) status = expose(l, w->past, x, w->inputs);
    lpl_layer_destroy(l);
    return status >= 0;
}

/* Below one that diverged: the largest learning rate that was seen to last; down by tens, then by halving the
 * logarithm. */
static double largest_stable(const work_t *w, const float *x, double high) {
    double low = high / 10;
    int tried = 0;
    for (; tried < 20 && !lasts(w, x, low); tried++) high = low, low /= 10;
    if (tried == 20) return 0;
    for (int k = 0; k < 5; k++) {
        const double eta = sqrt(low * high);
        *(lasts(w, x, eta) ? &low : &high) = eta;
    }
    return low;
}

/* The updates of one exposure. */
static void expose_once(work_t *w, const canvas_t *c) {
    const swaplearn_t *s = w->s;
    swap_run_t *run = w->run;
    const size_t F = w->inputs;
    for (long t = 0; t < s->updates && !run->diverged; t++) {
        if (t > 0) encode(w);
        gather(w->past, w->x, F, run->swapped);
        if (w->canvas.net != NULL) {
            const lpl_status_t moved =
                lpl_stack_update(w->canvas.net, NULL, w->before, c->pixels, w->seen, c->pixels, SWAP_ROWS);
            if (moved == LPL_E_NONFINITE) {
                char why[WHY];
                snprintf(why, sizeof why,
                         "the convolutions diverged at exposure %ld (%s, images %ld) with a learning rate of %g: need "
                         "a smaller --conv-eta (1e-7 is the published one): %s",
                         run->done + 1, run->title, run->set, s->conv_eta, lpl_last_error());
                give_up(why);
            }
            MUST(moved);
        }
        const lpl_status_t status = expose(w->dense, w->past, w->x, F);
        run->diverged = status == LPL_E_NONFINITE;
        if (!run->diverged) MUST(status);
    }
    if (run->diverged) run->stable = largest_stable(w, w->canvas.net != NULL ? run->features : w->x, run->eta);
}

static void learn(work_t *w, const canvas_t *c, progress_t *p, double *total) {
    const swaplearn_t *s = w->s;
    swap_run_t *run = w->run;
    for (observe(w); run->done < s->exposures && !progress_stop();) {
        expose_once(w, c);
        if (run->diverged) return;
        run->done++;
        run->kept = false;
        observe(w);
        if (run->done % s->checkpoint == 0) keep_run(w);
#pragma omp critical(swap_progress)
        progress_tick(p, ++*total, run->title);
    }
    if (!run->kept) keep_run(w);
}

/* The dense layer on which the exposures begin: it has seen these images at all places, nothing swapped. Its
 * decorrelation goes with the images in sight, and turns all responses while it finds out about these. */
static lpl_layer_t *settled(work_t *w, const lpl_layer_t *dense) {
    swap_run_t *run = w->run;
    lpl_layer_t *l = swap_dense_exposure(dense, 1, run->eta, 1);
    gather(w->past, w->x, w->inputs, false);
    for (long t = 0; t < w->s->settle * w->s->updates && !run->diverged; t++) {
        const lpl_status_t status = expose(l, w->past, w->x, w->inputs);
        run->diverged = run->settling = status == LPL_E_NONFINITE;
        if (!run->diverged) MUST(status);
    }
    if (run->diverged) { /* from where it began, not from the large weights on which it ended */
        w->start = dense;
        run->stable = largest_stable(w, w->x, run->eta);
    }
    return l;
}

/* From the network before exposures to the end of one run. */
static void work(const swaplearn_t *s, swap_run_t *run, const canvas_t *c, lpl_stack_t *encoder, const vgg_t *v,
                 const lpl_layer_t *dense, progress_t *p, double *total) {
    const size_t F = c->features;
    double units;
    MUST(lpl_layer_get(dense, LPL_PARAM_N_POST, &units));
    const size_t M = (size_t)units;
    work_t w = {.s = s, .run = run, .units = M, .sign = must_alloc(SWAP_SETS * SWAP_PAIRS * M, 1)};
    char why[WHY];
    w.x = must_alloc(SWAP_ALL * F, sizeof(float)), w.past = must_alloc(SWAP_ROWS * F, sizeof(float));
    w.z = must_alloc(SWAP_ALL * M, sizeof(float));
    memcpy(w.x, run->features, SWAP_ALL * F * sizeof *w.x);
    run->eta = swap_eta(w.x, SWAP_ROWS, F, M, &run->trace);
    if (s->eta > 0) run->eta = s->eta;
    lpl_layer_t *turned = NULL, *start;
    w.inputs = F;
    if (s->conv_eta > 0) {
        vgg_t terms = *v;
        terms.pair = LPL_PAIR_CAUSAL, terms.eta = s->conv_eta, terms.pull = swap_exposure_pull(run->pull),
        terms.batch = SWAP_ROWS;
        if (!canvas_create(&w.canvas, encoder, &terms, c->slots, why, sizeof why)) give_up(why);
        canvas_scale_as(&w.canvas, c);
        w.seen = must_alloc(SWAP_ROWS * c->pixels, sizeof(float)),
        w.before = must_alloc(SWAP_ROWS * c->pixels, sizeof(float));
        for (int row = 0; row < SWAP_ROWS; row++)
            canvas_put(c, w.seen + (size_t)row * c->pixels,
                       run->images + (size_t)(row / CANVAS_PLACES) * 3 * c->side * c->side, row % CANVAS_PLACES);
        gather(w.before, w.seen, c->pixels, run->swapped);
    } else { /* the features stand still: a tenth of the products */
        double *basis = must_alloc(SWAP_ALL * F, sizeof *basis);
        w.inputs = swap_span(basis, w.x, run->features, SWAP_ALL, F);
        turned = swap_dense_span(dense, basis, w.inputs);
        free(basis);
    }
    w.start = start = settled(&w, turned != NULL ? turned : dense);
    MUST(lpl_forward(start, w.z, M, w.x, w.inputs, SWAP_ALL));
    swap_signs(w.sign, w.z, M);
    for (int place = 0; place < CANVAS_PLACES; place++)
        run->correlation[place] = swap_correlation(w.z, M, place), run->ratio[place] = swap_ratio(w.z, M, place);
    w.dense = swap_dense_exposure(w.start, run->pull, run->eta, s->conv_eta > 0 ? (int)s->threads : 1);
    path_of(w.path, s, run->name, run->set);
    if (s->resume && !run->diverged) take_up_run(&w);
    if (!run->diverged) learn(&w, c, p, total);
    lpl_layer_destroy(w.dense), lpl_layer_destroy(start), lpl_layer_destroy(turned);
    if (w.canvas.net != NULL) canvas_free(&w.canvas);
    free(w.sign), free(w.x), free(w.past), free(w.z), free(w.seen), free(w.before);
}

void swaplearn_exposures(const swaplearn_t *s, swap_run_t *run, size_t n, const canvas_t *c, lpl_stack_t *encoder,
                         const vgg_t *v, const lpl_layer_t *dense) {
    progress_t p;
    double total = 0;
    progress_begin(&p, "exposures", (double)n * (double)s->exposures, "exposures");
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)s->threads) if (s->conv_eta == 0 && s->threads > 1)
    for (size_t k = 0; k < n; k++) work(s, &run[k], c, encoder, v, dense, &p, &total);
    progress_end(&p);
    for (size_t k = 0; k < n && progress_stop(); k++)
        if (run[k].kept)
            fprintf(stderr, "interrupted at exposure %ld of %s, images %ld: go on with --resume\n", run[k].done,
                    run[k].title, run[k].set);
}

firstupdate_t swaplearn_first_exposure(const swap_run_t *run, const canvas_t *c, const lpl_layer_t *dense) {
    const size_t F = c->features;
    float *past = must_alloc(SWAP_ROWS * F, sizeof *past);
    lpl_layer_t *l = swap_dense_exposure(dense, run->pull, run->eta, 1);
    gather(past, run->features, F, run->swapped);
    const firstupdate_t f = firstupdate_layer(l, false, past, run->features, F, SWAP_ROWS);
    lpl_layer_destroy(l);
    free(past);
    return f;
}
