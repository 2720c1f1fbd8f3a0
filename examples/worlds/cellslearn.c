/* examples/worlds/cellslearn.c - see cellslearn.h. */
#include "cellslearn.h"

#include <math.h>
#include <string.h>

#include "must.h"
#include "progress.h"
#include "statefile.h"

enum { RAMP = 100, NOTES = 12, STATE_PATH = 1024, WHY = 1400 };

const cells_condition_t cells_conditions[CELLS_CONDITIONS] = {
    [CELLS_CONTINUOUS] = {"continuous", "continuous", 1, 1, false, false, true},
    [CELLS_SCRAMBLED] = {"scrambled", "scrambled", 1, 1, true, false, true},
    [CELLS_PRED_OFF] = {"pred_off", "pred. off", 0, 1, false, false, true},
    [CELLS_HEBB_OFF] = {"hebb_off", "Hebb off", 1, 0, false, false, true},
    [CELLS_STREAM] = {"stream", "frame by frame", 1, 1, false, true, true},
    [CELLS_RANDOM] = {"random", "random network", 1, 1, false, false, false},
};

static void give_up(const char *why) {
    fprintf(stderr, "movies: %s\n", why);
    exit(2);
}

uint64_t cellslearn_hash(const float *x, size_t n) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t k = 0; k < n; k++) {
        uint32_t bits;
        memcpy(&bits, &x[k], sizeof bits);
        hash = (hash ^ bits) * 1099511628211u;
    }
    return hash;
}

static uint64_t bits_of(double v) {
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

/* Frames that have a past: now[k]; how many. */
static size_t find_pairs(uint32_t *now, const int32_t *scene, size_t n, size_t lag) {
    size_t pairs = 0;
    for (size_t t = lag; t < n; t++) {
        if (scene[t] != scene[t - lag]) continue; /* numbers of scenes do not come again */
        if (now != NULL) now[pairs] = (uint32_t)t;
        pairs++;
    }
    return pairs;
}

size_t cellslearn_pairs(const int32_t *scene, size_t n, size_t lag) { return find_pairs(NULL, scene, n, lag); }

/* ---- checkpoints ---- */

typedef struct {
    const cellslearn_t *s;
    cells_run_t *run;
    char path[STATE_PATH];
    bool foreign;
    uint32_t *at; /* batch: frames of the streams */
} work_t;

static void identity(uint64_t note[NOTES], const work_t *w) {
    const cellslearn_t *s = w->s;
    const uint64_t all[NOTES] = {(uint64_t)w->run->done,
                                 (uint64_t)w->run->seed,
                                 (uint64_t)w->run->condition,
                                 w->run->movie,
                                 w->run->n,
                                 w->run->lag,
                                 (uint64_t)s->batch,
                                 bits_of(s->pull),
                                 bits_of(s->push),
                                 bits_of(s->decorr),
                                 bits_of(s->eta),
                                 1};
    memcpy(note, all, sizeof all);
}

static lpl_status_t put(lpl_write_fn write, void *file, void *user) {
    const work_t *w = user;
    uint64_t note[NOTES];
    identity(note, w);
    for (size_t k = 0; k < NOTES; k++)
        if (statefile_put_number(note[k], write, file) != 0) return LPL_E_IO;
    for (long b = 0; cells_conditions[w->run->condition].stream && b < w->s->batch; b++)
        if (statefile_put_number(w->at[b], write, file) != 0) return LPL_E_IO;
    return lpl_layer_save(w->run->layer, write, file);
}

static lpl_status_t get(lpl_read_fn read, void *file, void *user) {
    work_t *w = user;
    uint64_t note[NOTES], mine[NOTES];
    for (size_t k = 0; k < NOTES; k++)
        if (statefile_get_number(&note[k], read, file) != 0) return LPL_E_FORMAT;
    w->run->done = (long)note[0];
    identity(mine, w);
    w->foreign = memcmp(note, mine, sizeof mine) != 0 || note[0] > (uint64_t)w->s->steps;
    if (w->foreign) return LPL_E_FORMAT;
    for (long b = 0; cells_conditions[w->run->condition].stream && b < w->s->batch; b++) {
        uint64_t at;
        if (statefile_get_number(&at, read, file) != 0 || at >= w->run->n) return LPL_E_FORMAT;
        w->at[b] = (uint32_t)at;
    }
    return lpl_layer_load(read, file, 0, 1, &w->run->layer);
}

static void keep(work_t *w) {
    char why[WHY];
    w->run->kept = statefile_save(put, w, w->path, why, sizeof why);
    if (!w->run->kept) fprintf(stderr, "\nmovies: %s (the checkpoint before it is untouched)\n", why);
}

static void take_up(work_t *w) {
    char why[WHY];
    if (statefile_missing(w->path)) return;
    if (!statefile_load(get, w, w->path, why, sizeof why)) {
        if (w->foreign)
            snprintf(why, sizeof why,
                     "%s is the checkpoint of a run with another movie, seed, coefficients or more steps", w->path);
        give_up(why);
    }
    w->run->kept = true;
}

/* ---- learning ---- */

static lpl_layer_t *start(const cellslearn_t *s, const cells_run_t *run) {
    const cells_condition_t *c = &cells_conditions[run->condition];
    lpl_layer_config_t cfg;
    lpl_layer_t *l;
    MUST(lpl_layer_config_init(&cfg, sizeof cfg));
    MUST(lpl_layer_preset(&cfg, LPL_PRESET_REFERENCE));
    cfg.n_pre = CELLS_SIMPLE, cfg.n_post = CELLS_COMPLEX, cfg.bias = 0, cfg.pair = LPL_PAIR_CAUSAL;
    cfg.batch_max = (uint64_t)s->batch, cfg.seed = (uint64_t)run->seed, cfg.stream = 34;
    cfg.pull = c->pull * s->pull, cfg.push = c->push * s->push, cfg.decorr = s->decorr;
    MUST(lpl_layer_create(&cfg, &l));
    return l;
}

/* The pairs of a step are the same in every condition, but for whom a scrambled movie puts before. */
static void draw(const cellslearn_t *s, const cells_run_t *run, const uint32_t *now, size_t pairs, float *x0,
                 float *x1) {
    const size_t B = (size_t)s->batch, row = CELLS_SIMPLE * sizeof *x1;
    uint32_t *dice = must_alloc(2 * B, sizeof *dice);
    MUST(lpl_random_bits(dice, 2 * B, (uint64_t)run->seed, 35, (uint64_t)run->done * 2 * B));
    for (size_t b = 0; b < B; b++) {
        const size_t t = now[(uint64_t)dice[2 * b] * pairs >> 32],
                     before = cells_conditions[run->condition].scrambled ? (uint64_t)dice[2 * b + 1] * run->n >> 32
                                                                         : t - run->lag;
        memcpy(x1 + b * CELLS_SIMPLE, run->simple + t * CELLS_SIMPLE, row);
        memcpy(x0 + b * CELLS_SIMPLE, run->simple + before * CELLS_SIMPLE, row);
    }
    free(dice);
}

/* Frame by frame: row b of each call goes on with stream b, `lag` frames later; at the end of a scene it goes to the
 * start of another pair, and what was said before is no past of that. */
static void draw_streams(work_t *w, const uint32_t *now, size_t pairs, float *x1) {
    const cellslearn_t *s = w->s;
    cells_run_t *run = w->run;
    const size_t B = (size_t)s->batch;
    uint32_t *dice = must_alloc(B, sizeof *dice), *cut = must_alloc(B, sizeof *cut);
    size_t cuts = 0;
    MUST(lpl_random_bits(dice, B, (uint64_t)run->seed, 37, (uint64_t)run->done * B));
    for (size_t b = 0; b < B; b++) {
        const size_t t = w->at[b], next = t + run->lag;
        if (run->done > 0 && next < run->n && run->scene[next] == run->scene[t]) {
            w->at[b] = (uint32_t)next;
        } else {
            w->at[b] = now[(uint64_t)dice[b] * pairs >> 32] - (uint32_t)run->lag;
            cut[cuts++] = (uint32_t)b;
        }
        memcpy(x1 + b * CELLS_SIMPLE, run->simple + w->at[b] * CELLS_SIMPLE, CELLS_SIMPLE * sizeof *x1);
    }
    MUST(lpl_layer_forget_rows(run->layer, cut, cuts));
    free(dice), free(cut);
}

static void learn(work_t *w, progress_t *p, double *total) {
    const cellslearn_t *s = w->s;
    cells_run_t *run = w->run;
    const size_t B = (size_t)s->batch;
    uint32_t *now = must_alloc(run->n, sizeof *now);
    const size_t pairs = find_pairs(now, run->scene, run->n, run->lag);
    float *x0 = must_alloc(B * CELLS_SIMPLE, sizeof *x0), *x1 = must_alloc(B * CELLS_SIMPLE, sizeof *x1);
    while (run->done < s->steps && !progress_stop()) {
        const bool stream = cells_conditions[run->condition].stream;
        if (stream)
            draw_streams(w, now, pairs, x1);
        else
            draw(s, run, now, pairs, x0, x1);
        MUST(lpl_layer_set(run->layer, LPL_PARAM_ETA, s->eta * fmin(1, (double)(run->done + 1) / RAMP)));
        MUST(lpl_update(run->layer, NULL, stream ? NULL : x0, CELLS_SIMPLE, x1, CELLS_SIMPLE, B));
        run->done++, run->kept = false;
        if (run->done % s->checkpoint == 0) keep(w);
#pragma omp critical(movies_progress)
        progress_tick(p, ++*total, cells_conditions[run->condition].title);
    }
    if (!run->kept) keep(w);
    free(now), free(x0), free(x1);
}

firstupdate_t cellslearn_first(const cellslearn_t *s, const cells_run_t *run) {
    const size_t B = (size_t)s->batch;
    cells_run_t first = *run;
    uint32_t *now = must_alloc(run->n, sizeof *now);
    float *x0 = must_alloc(B * CELLS_SIMPLE, sizeof *x0), *x1 = must_alloc(B * CELLS_SIMPLE, sizeof *x1);
    lpl_layer_t *l = start(s, run);
    first.done = 0;
    draw(s, &first, now, find_pairs(now, run->scene, run->n, run->lag), x0, x1);
    const firstupdate_t f = firstupdate_layer(l, false, x0, x1, CELLS_SIMPLE, B);
    lpl_layer_destroy(l);
    free(now), free(x0), free(x1);
    return f;
}

double cellslearn_balance(const cellslearn_t *s, const cells_run_t *run) {
    enum { BATCHES = 8 };
    const size_t B = (size_t)s->batch;
    cells_run_t later = *run;
    balance_t b = {0};
    uint32_t *now = must_alloc(run->n, sizeof *now);
    const size_t pairs = find_pairs(now, run->scene, run->n, run->lag);
    float *x0 = must_alloc(B * CELLS_SIMPLE, sizeof *x0), *x1 = must_alloc(B * CELLS_SIMPLE, sizeof *x1);
    for (long k = 0; k < BATCHES; k++) {
        later.done = run->done + k; /* pairs that it would have gone on with */
        draw(s, &later, now, pairs, x0, x1);
        balance_add(&b, run->layer, false, x0, x1, CELLS_SIMPLE, B);
    }
    free(now), free(x0), free(x1);
    return balance_of(&b);
}

void cellslearn(const cellslearn_t *s, cells_run_t *run, size_t n) {
    progress_t p;
    work_t *work = must_alloc(n + 1, sizeof *work);
    double total = 0, steps = 0;
    for (size_t k = 0; k < n; k++) {
        work_t *w = &work[k];
        *w = (work_t){.s = s, .run = &run[k], .at = must_alloc((size_t)s->batch, sizeof *w->at)};
        if (snprintf(w->path, sizeof w->path, "%s/movies_%s_%ld.lpl", s->folder,
                     cells_conditions[run[k].condition].name, run[k].seed) >= STATE_PATH)
            give_up("the name of the output folder is too long");
        if (cells_conditions[run[k].condition].learns && s->resume) take_up(w);
        if (run[k].layer == NULL) run[k].layer = start(s, &run[k]);
        if (cells_conditions[run[k].condition].learns) steps += (double)(s->steps - run[k].done);
    }
    progress_begin(&p, "learning", steps, "updates");
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)s->threads) if (s->threads > 1)
    for (size_t k = 0; k < n; k++)
        if (cells_conditions[run[k].condition].learns) learn(&work[k], &p, &total);
    progress_end(&p);
    for (size_t k = 0; k < n && progress_stop(); k++)
        if (run[k].kept)
            fprintf(stderr, "interrupted at update %ld of %s, seed %ld: go on with --resume\n", run[k].done,
                    cells_conditions[run[k].condition].title, run[k].seed);
    for (size_t k = 0; k < n; k++) free(work[k].at);
    free(work);
}
