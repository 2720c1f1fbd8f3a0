/* examples/paper/movies.c - complex cells need the order of time (theory 10): a layer that learns by LPL from simple
 * cells' responses to a movie becomes indifferent to the phase of a grating; from the same frames in random order it
 * does not. After Matteucci & Zoccolan (2020), an outlook of the paper's authors.
 *
 * The movie needs no files: a gaze over random pictures with the spectrum of natural ones. Or photographs, or a video.
 * Interrupt it when you like: --resume goes on with the same bits. */
#include <math.h>
#include <string.h>

#include "worlds/cellsfigures.h"
#include "worlds/cli.h"
#include "worlds/figure.h"
#include "worlds/must.h"
#include "worlds/noisefield.h"
#include "worlds/output.h"
#include "worlds/progress.h"
#include "worlds/stills.h"
#include "worlds/table.h"
#include "worlds/videofile.h"

enum { SEEDS_MOST = 20, WHY = 1400, VIDEO_WIDTH = 320, PAIRS_LEAST = 100 };
#define CONTRAST 1.4    /* of gratings, in standard deviations of the movie */
#define CORRELATION 0.5 /* pairs are the fewest frames apart at which simple cells' responses correlate less */

typedef struct {
    cellslearn_t learn;
    long seed, seeds, frames, lag, most;
    double speed;
    const char *images, *video, *raw, *conditions;
    int demo;
} options_t;

/* Where movies come from. */
typedef struct {
    const char *name;
    bool noise;
    grey_t *picture; /* photographs */
    size_t n_pictures;
    gaze_video_t video;
} source_t;

/* The movie of one seed. */
typedef struct {
    gaze_t gaze;
    size_t train, lag; /* frames that are learned; frames between the two of a pair */
    double correlation;
    cells_t cells;
    float *simple; /* n x CELLS_SIMPLE */
    float *grating;
} movie_t;

static void give_up(const char *why) {
    fprintf(stderr, "movies: %s\n", why);
    exit(2);
}

/* ---- movies ---- */

/* All frames, or the first --most. */
static void read_video(source_t *s, videofile_t *v, const options_t *o) {
    char why[WHY];
    gaze_video_t *g = &s->video;
    progress_t p;
    const size_t pixels = videofile_width(v) * videofile_height(v), most = (size_t)o->most,
                 expected = videofile_expected(v);
    size_t room = 64;
    int more = 1;
    *g = (gaze_video_t){.width = videofile_width(v), .height = videofile_height(v)};
    if (g->width < GAZE_SIDE + 1 || g->height < GAZE_SIDE + 1) {
        snprintf(why, sizeof why, "%s: frames of %zu x %zu pixels (of a width of %d at most), need at least %d x %d",
                 s->name, g->width, g->height, VIDEO_WIDTH, GAZE_SIDE + 1, GAZE_SIDE + 1);
        give_up(why);
    }
    g->p = must_alloc(room, pixels);
    progress_begin(&p, "reading", (double)(expected > 0 && expected < most ? expected : most), "frames");
    while (g->n < most && (more = videofile_next(v, g->p + g->n * pixels, why, sizeof why)) == 1) {
        progress_tick(&p, (double)++g->n, NULL);
        if (progress_stop()) break;
        if (g->n < room) continue;
        uint8_t *wider = realloc(g->p, 2 * room * pixels);
        if (wider == NULL) give_up("no memory for so many frames: --most N takes the first N of a video");
        g->p = wider, room *= 2;
    }
    progress_end(&p);
    if (progress_stop()) give_up("interrupted while reading the video");
    if (more < 0) give_up(why);
    if (g->n == most) fprintf(stderr, "%s: the first %zu frames are taken (--most)\n", s->name, most);
    gaze_measure(g);
    fprintf(stderr, "%s: %zu frames of %zu x %zu, %zu cuts\n", s->name, g->n, g->width, g->height, g->cuts);
    if (!(g->sd > 0)) {
        snprintf(why, sizeof why, "%s: all pixels of all frames have one brightness", s->name);
        give_up(why);
    }
}

static void open_source(source_t *s, const options_t *o) {
    char why[WHY];
    videofile_t *v;
    if (o->images != NULL) {
        s->name = o->images;
        if (!stills_read(&s->picture, &s->n_pictures, o->images, GAZE_SIDE + 1, why, sizeof why)) give_up(why);
        fprintf(stderr, "%s: %zu pictures%s\n", s->name, s->n_pictures,
                s->n_pictures == STILLS_MOST ? " (no more are taken, in the order of their names)" : "");
    } else if (o->video != NULL) {
        s->name = o->video;
        videofile_stop = progress_stop;
        v = videofile_open(o->video, VIDEO_WIDTH, why, sizeof why);
        if (v == NULL) give_up(why);
        read_video(s, v, o);
        videofile_close(v);
    } else if (o->raw != NULL) {
        unsigned width = 0, height = 0;
        char end;
        s->name = "standard input";
        if (strspn(o->raw, "0123456789x") != strlen(o->raw) || sscanf(o->raw, "%5ux%5u%c", &width, &height, &end) != 2)
            give_up("--raw: need WIDTHxHEIGHT of the frames on standard input, such as 320x136");
        v = videofile_raw(stdin, s->name, width, height, why, sizeof why);
        if (v == NULL) give_up(why);
        read_video(s, v, o);
        videofile_close(v);
    } else {
        s->name = "noise world";
        s->noise = true;
    }
}

static gaze_t look(const source_t *s, const options_t *o, uint64_t seed) {
    gaze_t g;
    char why[WHY];
    if (s->noise) {
        grey_t field[NOISE_FIELDS];
        noisefield_make(field, NOISE_FIELDS, NOISE_SIDE, seed);
        g = gaze_pictures(field, NOISE_FIELDS, true, o->speed, (size_t)o->frames, seed);
        for (int k = 0; k < NOISE_FIELDS; k++) grey_free(&field[k]);
    } else if (s->picture != NULL) {
        g = gaze_pictures(s->picture, s->n_pictures, false, o->speed, (size_t)o->frames, seed);
    } else if (!gaze_follow(&g, &s->video, o->speed, (size_t)o->frames, seed)) {
        snprintf(why, sizeof why, "%s: no two frames belong together (%zu frames, %zu cuts)", s->name, s->video.n,
                 s->video.cuts);
        give_up(why);
    }
    return g;
}

/* The first quarter-free part: whole scenes, about three quarters of the frames. */
static size_t training_part(const gaze_t *g) {
    size_t t = g->n * 3 / 4;
    while (t > 0 && g->scene[t] == g->scene[t - 1]) t--;
    return t;
}

static movie_t make_movie(const source_t *s, const options_t *o, uint64_t seed) {
    movie_t m = {.gaze = look(s, o, seed)};
    const gaze_t *g = &m.gaze;
    char why[WHY];
    m.train = training_part(g);
    if (m.train < 2) give_up("there are too few scenes to learn from (--frames)");
    m.cells = cells_create(g, m.train, !s->noise);
    m.simple = must_alloc(g->n * CELLS_SIMPLE, sizeof *m.simple);
    cells_respond(&m.cells, m.simple, g->frame, g->n);
    m.grating = must_alloc((CELLS_GRATINGS + 1) * CELLS_SIMPLE, sizeof *m.grating);
    cells_gratings(&m.cells, m.grating, CONTRAST);
    for (m.lag = o->lag > 0 ? (size_t)o->lag : 1;; m.lag++) {
        m.correlation = cells_correlation(m.simple, g->scene, m.train, CELLS_SIMPLE, m.lag);
        if (o->lag > 0 || m.correlation < CORRELATION || isnan(m.correlation)) break;
    }
    if (isnan(m.correlation) || cellslearn_pairs(g->scene, m.train, m.lag) < PAIRS_LEAST) {
        snprintf(why, sizeof why,
                 "%s: too little changes within its scenes (simple cells' responses still correlate by %.2f or more "
                 "where they end, need less than %.1f); --speed X lets the gaze drift faster",
                 s->name, CORRELATION, CORRELATION);
        give_up(why);
    }
    return m;
}

static void free_movie(movie_t *m) {
    gaze_free(&m->gaze);
    cells_free(&m->cells);
    free(m->simple), free(m->grating);
}

/* ---- judging ---- */

static cells_row_t *judge(const options_t *o, const movie_t *movie, cells_run_t *run, size_t n, size_t *rows) {
    cells_row_t *row = must_alloc(n + (size_t)o->seeds, sizeof *row);
    float *z = NULL, *grating = must_alloc((CELLS_GRATINGS + 1) * CELLS_COMPLEX, sizeof *grating);
    *rows = 0;
    for (long s = 0; s < o->seeds && !progress_stop(); s++) {
        const movie_t *m = &movie[s];
        const size_t held = m->gaze.n - m->train;
        const float *frames = m->simple + m->train * CELLS_SIMPLE;
        const int32_t *scene = m->gaze.scene + m->train;
        const uint64_t seed = (uint64_t)(o->seed + s);
        cells_row_t *simple = &row[(*rows)++];
        simple->condition = -1, simple->seed = o->seed + s;
        cells_judge(&simple->r, m->grating, frames, scene, held, CELLS_SIMPLE, false, seed);
        z = must_alloc(held * CELLS_COMPLEX, sizeof *z);
        for (size_t k = 0; k < n && !progress_stop(); k++) {
            if (run[k].seed != o->seed + s) continue;
            cells_row_t *r = &row[(*rows)++];
            r->condition = run[k].condition, r->seed = run[k].seed;
            MUST(lpl_forward(run[k].layer, grating, CELLS_COMPLEX, m->grating, CELLS_SIMPLE, CELLS_GRATINGS + 1));
            MUST(lpl_forward(run[k].layer, z, CELLS_COMPLEX, frames, CELLS_SIMPLE, held));
            cells_judge(&r->r, grating, z, scene, held, CELLS_COMPLEX, true, seed);
            cells_weights(&r->r, run[k].layer);
        }
        free(z);
    }
    free(grating);
    return row;
}

static void print_rows(const cells_row_t *row, size_t n) {
    printf("%-15s %4s %5s %6s %8s %12s %9s %7s %28s %13s\n", "cells", "seed", "live", "F1/F0", "complex", "orientation",
           "slowness", "memory", "decoding at 0 45 90 180 deg", "dimension");
    for (size_t k = 0; k < n; k++) {
        const cells_result_t *r = &row[k].r;
        printf("%-15s %4ld %5zu %6.2f %8.2f %12.2f %9.3f ",
               row[k].condition < 0 ? "simple (given)" : cells_conditions[row[k].condition].title, row[k].seed, r->live,
               r->median, r->complex, r->selectivity, r->slowness);
        if (r->memory > CELLS_LAGS)
            printf("%7s", "> 29");
        else
            printf("%7.1f", r->memory);
        if (row[k].condition >= 0)
            printf("          %.2f %.2f %.2f %.2f %13.1f", r->decoding[0], r->decoding[1], r->decoding[2],
                   r->decoding[3], r->dimension);
        printf("\n");
    }
}

static const cells_result_t *find(const cells_row_t *row, size_t n, int condition, long seed) {
    for (size_t k = 0; k < n; k++)
        if (row[k].condition == condition && row[k].seed == seed) return &row[k].r;
    return NULL;
}

/* Slow and complex: the movie in its order, as pairs or frame by frame. */
static void judge_slow(table_t *t, const cells_result_t *r, int c, long seed) {
    const char *title = cells_conditions[c].title;
    if (r == NULL) return;
    t->source = c == CELLS_STREAM ? "own: as continuous" : "own: bound (another program: .11 .19 .11)";
    table_below(t, TABLE_MUST, 0.5, r->median, "seed %ld: %s, median F1/F0", seed, title);
    t->source = c == CELLS_STREAM ? "own: as continuous" : "own: most are complex (1.00 .88 1.00)";
    table_above(t, TABLE_MUST, 0.75, r->complex + 1e-9, "seed %ld: %s, complex", seed, title);
    t->source = c == CELLS_STREAM ? "own: as continuous" : "own: slow (.09 .10 .08)";
    table_below(t, TABLE_MUST, 0.15, r->slowness, "seed %ld: %s, slowness", seed, title);
    t->source = c == CELLS_STREAM ? "own: as continuous" : "own: stable (.98)";
    table_above(t, TABLE_MUST, 0.8, r->decoding[2], "seed %ld: %s, decoding at 90 deg", seed, title);
}

/* The noise world: bounds of each condition by itself. */
static void judge_noise(table_t *t, const cells_row_t *row, size_t n, long seed) {
    const cells_result_t *s = find(row, n, CELLS_SCRAMBLED, seed), *p = find(row, n, CELLS_PRED_OFF, seed);
    judge_slow(t, find(row, n, CELLS_CONTINUOUS, seed), CELLS_CONTINUOUS, seed);
    judge_slow(t, find(row, n, CELLS_STREAM, seed), CELLS_STREAM, seed);
    if (s != NULL) {
        t->source = "in vivo: fewer complex cells; own bound (1.32 1.22 1.40)";
        table_above(t, TABLE_MUST, 1, s->median, "seed %ld: scrambled, median F1/F0", seed);
        t->source = "in vivo: the same; own bound (.25 .25 .25)";
        table_below(t, TABLE_MUST, 0.45, s->complex - 1e-9, "seed %ld: scrambled, complex", seed);
        t->source = "in vivo: faster responses; own bound (.25 .25 .23)";
        table_above(t, TABLE_MUST, 0.18, s->slowness, "seed %ld: scrambled, slowness", seed);
        t->source = "in vivo: less stable; own bound (.09)";
        table_below(t, TABLE_MUST, 0.3, s->decoding[2], "seed %ld: scrambled, decoding at 90 deg", seed);
    }
    if (s != NULL && find(row, n, CELLS_CONTINUOUS, seed) != NULL) {
        t->source = "in vivo: faster responses; own bound";
        table_above(t, TABLE_MUST, 1.5, find(row, n, CELLS_CONTINUOUS, seed)->memory / s->memory,
                    "seed %ld: memory, continuous / scrambled", seed);
    }
    t->source = "own: like scrambled (1.42 1.48 1.44)";
    if (p != NULL) table_above(t, TABLE_MUST, 1, p->median, "seed %ld: pred. off, median F1/F0", seed);
}

/* Any movie: continuous against scrambled. */
static void judge_any(table_t *t, int need, const cells_row_t *row, size_t n, long seed) {
    const cells_result_t *c = find(row, n, CELLS_CONTINUOUS, seed), *s = find(row, n, CELLS_SCRAMBLED, seed);
    if (c == NULL || s == NULL) return;
    t->source = "in vivo: fewer complex cells; own bound";
    table_above(t, need, 0.4, s->median - c->median, "seed %ld: F1/F0, scrambled - continuous", seed);
    t->source = "in vivo: faster responses";
    table_below(t, need, 1, c->slowness / s->slowness, "seed %ld: slowness, continuous / scrambled", seed);
    t->source = "in vivo: decoding less stable; own bound";
    table_above(t, need, 2, c->decoding[2] / fmax(s->decoding[2], 1.0 / CELLS_THETAS),
                "seed %ld: decoding at 90 deg, the same ratio", seed);
    t->source = "in vivo: simple cells' tuning as in controls; own bound";
    table_between(t, TABLE_SHOULD, 0.5, 2, c->selectivity / s->selectivity, "seed %ld: orientation, the same ratio",
                  seed);
}

/* Returns the number of rows that had to hold and do not. */
static size_t compare(const cells_row_t *row, size_t n, const cells_run_t *run, size_t n_run, const options_t *o,
                      const source_t *source) {
    table_t t;
    table_begin(&t, "expected / got");
    for (long seed = o->seed; seed < o->seed + o->seeds; seed++) {
        const cells_result_t *simple = find(row, n, -1, seed);
        if (simple == NULL) continue;
        t.source = "theory: rectified sine, pi/2, in 24 steps";
        table_between(&t, TABLE_MUST, 1.55, 1.60, simple->median, "seed %ld: simple cells, median F1/F0", seed);
        for (int c = 0; c < CELLS_CONDITIONS; c++) {
            const cells_result_t *r = find(row, n, c, seed);
            if (r == NULL) continue;
            t.source = c == CELLS_HEBB_OFF ? "theory: nothing keeps responses up (simple cells: 1)"
                                           : "own: cells are there to be judged";
            if (c == CELLS_HEBB_OFF)
                table_below(&t, TABLE_MUST, 0.05, r->sd, "seed %ld: %s, s.d. of responses", seed,
                            cells_conditions[c].title);
            else
                table_above(&t, TABLE_MUST, CELLS_COMPLEX / 2.0, (double)r->live, "seed %ld: %s, cells that live", seed,
                            cells_conditions[c].title);
        }
        if (source->noise) judge_noise(&t, row, n, seed);
        judge_any(&t, TABLE_MUST, row, n, seed);
    }
    for (size_t k = 0; k < n_run; k++) {
        const int c = run[k].condition;
        if (c == CELLS_STREAM || c == CELLS_HEBB_OFF || !cells_conditions[c].learns) continue;
        t.source = "theory: at rest, 1";
        table_near(&t, source->noise ? TABLE_MUST : TABLE_SHOULD, 1, cellslearn_balance(&o->learn, &run[k]), 0.1,
                   "seed %ld: %s, balance at the end", run[k].seed, cells_conditions[c].title);
    }
    for (size_t k = 0; k < n_run; k++) {
        char what[64];
        if (run[k].condition != CELLS_CONTINUOUS) continue;
        const firstupdate_t f = cellslearn_first(&o->learn, &run[k]);
        snprintf(what, sizeof what, "seed %ld: %s", run[k].seed, cells_conditions[CELLS_CONTINUOUS].title);
        firstupdate_judge(&t, &f, source->noise ? TABLE_MUST : TABLE_SHOULD, what);
    }
    const size_t failed = table_end(&t);
    printf("Not comparable: the article's percentages of complex cells (of rats' V1, classed by another index at "
           "gratings that drift\n"
           "in time; no number of it is tabulated openly). What is compared is which way each measure goes, and how "
           "far apart the groups are.\n");
    return failed;
}

/* ---- all of it ---- */

static const char *wanted_unknown(const char *list, size_t *n) {
    for (const char *p = list; *p && strcmp(list, "all") != 0; p += *n + (p[*n] == ',')) {
        bool known = false;
        *n = strcspn(p, ",");
        for (int c = 0; c < CELLS_CONDITIONS; c++)
            known = known || (strlen(cells_conditions[c].name) == *n && memcmp(cells_conditions[c].name, p, *n) == 0);
        if (!known) return p;
    }
    return NULL;
}

static bool wanted(const char *list, int c) {
    const char *name = cells_conditions[c].name;
    const size_t n = strlen(name);
    for (const char *p = list; (p = strstr(p, name)) != NULL; p += n)
        if ((p == list || p[-1] == ',') && (p[n] == 0 || p[n] == ',')) return true;
    return strcmp(list, "all") == 0;
}

static bool run_all(const options_t *o, const source_t *source, size_t *failed) {
    movie_t *movie = must_alloc((size_t)o->seeds, sizeof *movie);
    cells_run_t *run = must_alloc((size_t)o->seeds * CELLS_CONDITIONS, sizeof *run);
    size_t n = 0, rows = 0;
    progress_t p;
    bool written = true;
    progress_begin(&p, "movies", (double)o->seeds, "seeds");
    for (long s = 0; s < o->seeds && !progress_stop(); s++) {
        movie_t *m = &movie[s];
        *m = make_movie(source, o, (uint64_t)(o->seed + s));
        const uint64_t hash = cellslearn_hash(m->simple, m->train * CELLS_SIMPLE);
        for (int c = 0; c < CELLS_CONDITIONS; c++) {
            if (!wanted(o->conditions, c)) continue;
            run[n] = (cells_run_t){.condition = c,
                                   .seed = o->seed + s,
                                   .simple = m->simple,
                                   .scene = m->gaze.scene,
                                   .n = m->train,
                                   .lag = m->lag,
                                   .movie = hash};
            n++;
        }
        progress_tick(&p, (double)(s + 1), NULL);
    }
    progress_end(&p);
    if (!progress_stop()) cellslearn(&o->learn, run, n);
    for (size_t k = 0; k < n; k++) written = written && (run[k].kept || !cells_conditions[run[k].condition].learns);
    cells_row_t *row = progress_stop() ? NULL : judge(o, movie, run, n, &rows);
    if (row != NULL && !progress_stop()) {
        printf("%s: %zu frames in %zu scenes, %zu of them learned; pairs are %zu frames apart, where simple cells' "
               "responses correlate by %.2f\n"
               "(seed %ld); %d cells, %ld updates of %ld pairs\n\n",
               source->name, movie->gaze.n, movie->gaze.scenes, movie->train, movie->lag, movie->correlation, o->seed,
               CELLS_COMPLEX, o->learn.steps, o->learn.batch);
        print_rows(row, rows);
        written = cellsfigures_strip(&movie->gaze, (uint64_t)o->seed, o->learn.folder) && written;
        written = cellsfigures_measures(row, rows, o->learn.folder) && written;
        written = cellsfigures_maps(row, rows, o->learn.folder) && written;
        written = cellsfigures_weights(row, rows, o->learn.folder) && written;
        *failed = compare(row, rows, run, n, o, source);
    }
    for (size_t k = 0; k < n; k++) lpl_layer_destroy(run[k].layer);
    for (long s = 0; s < o->seeds; s++) free_movie(&movie[s]);
    free(row), free(run), free(movie);
    return written;
}

/* What is wrong with the options, or NULL. */
static const char *wrong(const options_t *o) {
    static char why[400];
    size_t n = 0;
    const char *unknown = wanted_unknown(o->conditions, &n);
    if (unknown != NULL) {
        snprintf(why, sizeof why,
                 "--conditions: '%.*s' is none of continuous,scrambled,pred_off,hebb_off,stream,random (or all)",
                 n < 40 ? (int)n : 40, unknown);
        return why;
    }
    if ((o->images != NULL) + (o->video != NULL) + (o->raw != NULL) > 1)
        return "--images, --video and --raw: one of them";
    return NULL;
}

int main(int argc, char **argv) {
    options_t o = {.learn = {.steps = 2500,
                             .batch = 256,
                             .threads = 2,
                             .checkpoint = 500,
                             .pull = 1,
                             .push = 1,
                             .decorr = 10,
                             .eta = 1e-3,
                             .folder = "lpl-out"},
                   .seed = 1,
                   .frames = 8000,
                   .most = 3000,
                   .speed = -1,
                   .conditions = "continuous,scrambled,pred_off,stream,random"};
    cellslearn_t *s = &o.learn;
    const cli_option_t list[] = {
        {"demo", 0, CLI_FLAG, &o.demo, 0, 0, NULL, "one seed instead of three"},
        {"images", 0, CLI_TEXT, &o.images, 0, 0, "FOLDER",
         "the gaze wanders over the pictures of a folder: PNG, JPEG, CIFAR-10, STL-10, MNIST"},
        {"video", 0, CLI_TEXT, &o.video, 0, 0, "FILE", "a video, decoded by FFmpeg's libraries"},
        {"raw", 0, CLI_TEXT, &o.raw, 0, 0, "WxH", "grey frames on standard input, a byte a pixel"},
        {"conditions", 0, CLI_TEXT, &o.conditions, 0, 0, "LIST",
         "of continuous, scrambled, pred_off, hebb_off, stream, random, or all"},
        {"seeds", 0, CLI_INT, &o.seeds, 0, SEEDS_MOST, "N", "movies and networks; 0: three, with --demo one"},
        {"seed", 0, CLI_INT, &o.seed, 0, 1e9, "N", "the first of them"},
        {"frames", 0, CLI_INT, &o.frames, 200, 1e6, "N", "of the movie; the last quarter is held out"},
        {"speed", 0, CLI_REAL, &o.speed, -1, 50, "X",
         "of the gaze, pixels a frame; -1: 1 over noise and in videos, 3 over pictures"},
        {"lag", 0, CLI_INT, &o.lag, 0, CELLS_LAGS, "N",
         "frames between the two of a pair; 0: the fewest at which simple cells' responses correlate by less than 0.5"},
        {"most", 0, CLI_INT, &o.most, 2, 1e6, "N", "frames of a video that are read"},
        {"steps", 0, CLI_INT, &s->steps, 1, 1e9, "N", "updates"},
        {"batch", 0, CLI_INT, &s->batch, 2, 1e5, "N", "pairs of an update"},
        {"pull", 0, CLI_REAL, &s->pull, 0, 1e6, "X", "of all conditions that have it"},
        {"push", 0, CLI_REAL, &s->push, 0, 1e6, "X", "likewise; 0: responses collapse"},
        {"decorr", 0, CLI_REAL, &s->decorr, 0, 1e6, "X", "likewise; 0: all cells learn the same"},
        {"eta", 0, CLI_REAL, &s->eta, 0, 10, "X", "learning rate (Adam)"},
        {"threads", 0, CLI_INT, &s->threads, 1, 1024, "N",
         "networks that learn at a time; results do not depend on it"},
        {"checkpoint", 0, CLI_INT, &s->checkpoint, 1, 1e9, "N", "updates between checkpoints"},
        {"resume", 0, CLI_FLAG, &s->resume, 0, 0, NULL, "go on from the checkpoints in the output folder"},
    };
    const cli_t cli = {
        .program = "movies",
        .summary = "Complex cells learn from a movie, and not from its frames in random order (theory 10).",
        .equation =
            "  s = relu(Gabor filters * frame), given;  z = relu(W s), 16 cells, learns from pairs of frames (past, "
            "now):\n"
            "  loss: mean (z_now - z_past)^2 - mean log(var + 1e-4) + 10 sum_{i!=k} C_ik^2 / (M^2 - M), past held "
            "fixed\n"
            "  scrambled: the past is any frame of the movie;  complex cell: F1 < F0 over the phases of a grating",
        .options = list,
        .n_options = sizeof list / sizeof list[0],
        .examples = "  movies --demo                             one movie of noise, ten seconds\n"
                    "  movies --pull 0                           no prediction: the table fails where it must\n"
                    "  movies --video bikes.mp4                  a real video\n"
                    "  ffmpeg -i bikes.mp4 -vf scale=320:136,format=gray -f rawvideo - | movies --raw 320x136",
        .folder = &s->folder,
        .folder_help = "where figures, tables and checkpoints go",
    };
    const int leave = cli_parse(&cli, argc, argv);
    if (leave >= 0) return leave;
    const char *why = wrong(&o);
    if (why != NULL) give_up(why);
    if (o.seeds == 0) o.seeds = o.demo ? 1 : 3;
    if (o.speed < 0) o.speed = o.images != NULL ? 3 : 1;
    progress_catch_interrupt();
    if (!figure_folder(s->folder)) return 3;

    const double start = progress_clock();
    source_t source = {0};
    size_t failed = 0;
    open_source(&source, &o);
    const bool whole = run_all(&o, &source, &failed);
    fprintf(stderr, "time: %.1f s\n", progress_clock() - start);
    stills_free(source.picture, source.n_pictures);
    gaze_video_free(&source.video);
    return failed > 0 || !whole || progress_stop() ? 1 : 0;
}
