/* examples/worlds/roomlearn.c - see roomlearn.h. */
#include "roomlearn.h"

#include <stdlib.h>
#include <string.h>

#include "must.h"
#include "progress.h"
#include "losslog.h"
#include "statefile.h"

enum { NOTES = 10, STATE_PATH = 1024, WHY = 1400, SHOWN_STEPS = 50, REPORTED = 8 };

typedef struct {
    int c;
    lpl_stack_t *net;
    FILE *log;
    size_t step; /* done */
    bool kept;   /* the checkpoint is of this step */
    char path[STATE_PATH];
    lpl_report_t report[VGG_LAYERS];
} learner_t;

/* What all see at one step; shuffled and online: for those conditions, NULL if there are none. */
typedef struct {
    size_t batch, pixels;
    uint32_t *frame, *order;
    float *x, *shuffled, *online;
} view_t;

static void give_up(const char *why) {
    fprintf(stderr, "rooms: %s\n", why);
    exit(2);
}

vgg_t roomlearn_encoder(const roomlearn_t *s, int c) {
    vgg_t v = condition_vgg(c, (size_t)s->size, (size_t)s->batch, s->eta);
    v.divide = (size_t)(64 / s->width), v.seed = (uint64_t)s->seed, v.threads = (int)s->threads;
    v.flags = s->flags;
    if (v.sees == LPL_SEES_POOLED) v.sees = s->sees;
    return v;
}

int roomlearn_together(const roomlearn_t *s, int left) {
    if (s->threads >= 2L * left) return left > 0;
    return s->threads < left ? (int)s->threads : left;
}

/* ---- checkpoints ---- */

/* What makes two runs the same run. Above the condition's number: do losses see what it alone does not say, and flags;
 * 0 in checkpoints of 0.1.0. */
static void identity(uint64_t note[NOTES], const roomlearn_t *s, int c, uint64_t step) {
    uint64_t eta;
    memcpy(&eta, &s->eta, sizeof eta);
    const uint64_t all[NOTES] = {step,
                                 (uint64_t)c | (uint64_t)(roomlearn_encoder(s, c).sees != conditions[c].sees) << 8 |
                                     (uint64_t)s->flags << 16,
                                 (uint64_t)s->seed,
                                 (uint64_t)s->batch,
                                 (uint64_t)s->width,
                                 (uint64_t)s->size,
                                 eta,
                                 (uint64_t)s->epochs,
                                 s->epochs > 0 ? (uint64_t)s->epoch : 0,
                                 s->epochs > 0 ? (uint64_t)s->warmup : 0};
    memcpy(note, all, sizeof all);
}

/* Take up the network where it was interrupted, if there is a checkpoint. */
static void take_up(learner_t *l, const roomlearn_t *s) {
    uint64_t note[NOTES], mine[NOTES];
    char why[WHY];
    if (statefile_missing(l->path)) return;
    if (!statefile_load_stack(&l->net, note, NOTES, l->path, 0, (int32_t)s->threads, why, sizeof why)) give_up(why);
    identity(mine, s, l->c, note[0]);
    if (memcmp(note, mine, sizeof mine) != 0) {
        snprintf(
            why, sizeof why,
            "%s is the checkpoint of a run with another condition, loss, seed, batch, width, size, eta or schedule "
            "(--steps sets its length "
            "too, unless --epoch is given)",
            l->path);
        give_up(why);
    }
    l->step = (size_t)note[0];
    l->kept = true;
}

static void keep(learner_t *l, const roomlearn_t *s) {
    uint64_t note[NOTES];
    char why[WHY];
    identity(note, s, l->c, l->step);
    fflush(l->log); /* the log never ends before the checkpoint does */
    l->kept = statefile_save_stack(l->net, note, NOTES, l->path, why, sizeof why);
    if (!l->kept) fprintf(stderr, "\nrooms: %s (the checkpoint before it is untouched)\n", why);
}

static void begin(learner_t *l, int c, const roomlearn_t *s) {
    memset(l, 0, sizeof *l);
    l->c = c;
    if (snprintf(l->path, STATE_PATH, "%s/%s.lpl", s->folder, conditions[c].name) >= STATE_PATH)
        give_up("the name of the output folder is too long");
    for (int k = 0; k < VGG_LAYERS; k++) MUST(lpl_report_init(&l->report[k], sizeof l->report[k]));
    if (s->resume) take_up(l, s);
    if (l->net == NULL) {
        const vgg_t v = roomlearn_encoder(s, c);
        l->net = vgg_create(&v);
    }
}

/* ---- a step ---- */

static view_t view_create(const int *c, int n, const roomlearn_t *s) {
    const size_t batch = (size_t)s->batch, pixels = 3 * (size_t)s->size * (size_t)s->size;
    view_t v = {batch, pixels, must_alloc(batch + 1, sizeof(uint32_t)), must_alloc(batch, sizeof(uint32_t)), NULL,
                NULL,  NULL};
    bool online = false, shuffled = false;
    for (int k = 0; k < n; k++)
        online = online || condition_online(c[k]), shuffled = shuffled || c[k] == CONDITION_SHUFFLED;
    if (online) v.online = must_alloc(batch * pixels, sizeof(float));
    if (shuffled) v.shuffled = must_alloc(batch * pixels, sizeof(float));
    v.x = must_alloc((batch + 1) * pixels, sizeof(float));
    return v;
}

static void view_free(view_t *v) { free(v->frame), free(v->order), free(v->x), free(v->shuffled), free(v->online); }

static void view_draw(view_t *v, const room_t *room, const movie_t *movie, size_t step) {
    if (v->online != NULL) { /* the movie from its start; it never ends */
        movie_frames(movie, v->frame, step * v->batch, v->batch);
        room_draw(room, v->online, v->frame, v->batch);
    }
    movie_block(movie, v->frame, v->batch, step);
    room_draw(room, v->x, v->frame, v->batch + 1);
    if (v->shuffled != NULL) {
        movie_shuffle(movie, v->order, v->batch, step);
        for (size_t b = 0; b < v->batch; b++)
            memcpy(v->shuffled + b * v->pixels, v->x + (1 + v->order[b]) * v->pixels, v->pixels * sizeof(float));
    }
}

static void set_all(lpl_stack_t *net, int32_t param, double value) {
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        lpl_layer_t *layer;
        MUST(lpl_stack_layer(net, k, &layer));
        MUST(lpl_layer_set(layer, param, value));
    }
}

/* Frame by frame: what came before is what the network remembers. The report is the mean over every REPORTED-th. */
static void watch(learner_t *l, const view_t *v) {
    lpl_report_t one[VGG_LAYERS];
    const size_t told = (v->batch + REPORTED - 1) / REPORTED;
    const double share = 1 / (double)told;
    memcpy(one, l->report, sizeof one); /* their sizes */
    for (int k = 0; k < VGG_LAYERS; k++)
        l->report[k].pull = l->report[k].push = l->report[k].decorr = l->report[k].total = 0;
    for (size_t b = 0; b < v->batch; b++) {
        const bool tell = b % REPORTED == 0;
        MUST(lpl_stack_update(l->net, tell ? one : NULL, NULL, 0, v->online + b * v->pixels, v->pixels, 1));
        if (!tell) continue;
        for (int k = 0; k < VGG_LAYERS; k++) {
            l->report[k].pull += share * one[k].pull, l->report[k].push += share * one[k].push;
            l->report[k].decorr += share * one[k].decorr, l->report[k].total += share * one[k].total;
        }
    }
}

static void learn(learner_t *l, const view_t *v, double eta) {
    set_all(l->net, LPL_PARAM_ETA, eta);
    if (condition_online(l->c))
        watch(l, v);
    else /* a moment later: the same frames, shifted by one */
        MUST(lpl_stack_update(l->net, l->report, v->x, v->pixels,
                              l->c == CONDITION_SHUFFLED ? v->shuffled : v->x + v->pixels, v->pixels, v->batch));
    l->step++;
    if (l->step % LOSSLOG_EVERY == 0) losslog_row(l->log, conditions[l->c].name, l->step, l->report);
}

firstupdate_t roomlearn_first(const roomlearn_t *s, int c, const room_t *room, const movie_t *movie) {
    vgg_t v = roomlearn_encoder(s, c);
    view_t view = view_create(&c, 1, s);
    view_draw(&view, room, movie, 0);
    if (v.batch > FIRSTUPDATE_PAIRS) v.batch = FIRSTUPDATE_PAIRS;
    const firstupdate_t f = firstupdate_vgg(&v, view.x, c == CONDITION_SHUFFLED ? view.shuffled : view.x + view.pixels);
    view_free(&view);
    return f;
}

void roomlearn_balance(double balance[VGG_LAYERS], lpl_stack_t *net, const roomlearn_t *s, int c, const room_t *room,
                       const movie_t *movie) {
    enum { BATCHES = 4 };
    const vgg_t v = roomlearn_encoder(s, c);
    balance_t b[VGG_LAYERS] = {{0}};
    view_t view = view_create(&c, 1, s);
    for (size_t k = 0; k < BATCHES; k++) {
        view_draw(&view, room, movie, (size_t)s->steps + k); /* frames that it would have gone on with */
        balance_add_vgg(b, net, &v, view.x, c == CONDITION_SHUFFLED ? view.shuffled : view.x + view.pixels);
    }
    for (size_t k = 0; k < VGG_LAYERS; k++) balance[k] = balance_of(&b[k]);
    view_free(&view);
}

/* ---- all steps ---- */

static double eta_at(const roomlearn_t *s, int c, size_t step) {
    const size_t epoch = step / (size_t)s->epoch;
    double eta = roomlearn_encoder(s, c).eta;
    if (s->epochs > 0)
        MUST(lpl_schedule_warmup_cosine(&eta, (double)epoch, eta, 0, eta / 1000, (uint64_t)s->warmup,
                                        (uint64_t)s->epochs));
    return eta;
}

static void show(progress_t *p, const learner_t *l, const roomlearn_t *s, size_t done) {
    char note[200];
    size_t used = (size_t)snprintf(note, sizeof note, "step %zu epoch %zu  %s loss", l->step,
                                   l->step / (size_t)s->epoch, conditions[l->c].title);
    for (int k = 0; k < VGG_LAYERS && used < sizeof note; k++)
        used += (size_t)snprintf(note + used, sizeof note - used, " %.2f", l->report[k].total);
    progress_tick(p, (double)done * (double)s->batch, note);
}

/* The step of the network that is furthest behind; s->steps: nothing is left to do. */
static size_t earliest(const learner_t *l, int n, const roomlearn_t *s) {
    size_t step = (size_t)s->steps;
    for (int k = 0; k < n; k++) step = l[k].step < step ? l[k].step : step;
    return step;
}

static void learn_together(learner_t *l, int n, const roomlearn_t *s, const room_t *room, const movie_t *movie,
                           const int *c) {
    view_t view = view_create(c, n, s);
    char what[128] = "";
    size_t left = 0, done = 0;
    progress_t p;
    for (int k = 0; k < n; k++) {
        left += l[k].step < (size_t)s->steps ? (size_t)s->steps - l[k].step : 0;
        snprintf(what + strlen(what), sizeof what - strlen(what), "%s%s", k ? ", " : "", conditions[c[k]].title);
        if (n > 1 || condition_online(c[k]))
            set_all(l[k].net, LPL_PARAM_THREADS, 1); /* one frame is too little to share */
    }
    progress_begin(&p, what, (double)left * (double)s->batch, "pairs");
    for (size_t step = earliest(l, n, s); step < (size_t)s->steps && !progress_stop(); step = earliest(l, n, s)) {
        view_draw(&view, room, movie, step);
        int moved = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads(n) reduction(+ : moved) if (n > 1)
        for (int k = 0; k < n; k++) {
            if (l[k].step != step) continue; /* its checkpoint is ahead: the others catch up */
            learn(&l[k], &view, eta_at(s, c[k], step));
            l[k].kept = false;
            moved++;
        }
        done += (size_t)moved;
        show(&p, &l[(step / SHOWN_STEPS) % (size_t)n], s, done);
        for (int k = 0; k < n && (step + 1) % (size_t)s->checkpoint == 0; k++)
            if (l[k].step == step + 1) keep(&l[k], s);
    }
    const double seconds = progress_end(&p);
    if (done > 0)
        fprintf(stderr, "%s: %zu steps, %.0f pairs/s, %.1f s\n", what, done, (double)done * (double)s->batch / seconds,
                seconds);
    view_free(&view);
}

bool roomlearn(lpl_stack_t **net, const int *c, int n, const roomlearn_t *s, const room_t *room, const movie_t *movie) {
    learner_t *l = must_alloc((size_t)n, sizeof *l);
    bool kept = true;
    for (int k = 0; k < n; k++) begin(&l[k], c[k], s);
    for (int k = 0; k < n; k++)
        if ((l[k].log = losslog_open(s->folder, conditions[c[k]].name, l[k].step)) == NULL) exit(3);
    learn_together(l, n, s, room, movie, c);
    for (int k = 0; k < n; k++) {
        const char *title = conditions[c[k]].title;
        if (!l[k].kept) keep(&l[k], s);
        losslog_close(l[k].log, "rooms", title);
        if (progress_stop() && l[k].kept)
            fprintf(stderr, "interrupted at step %zu of %s; %s is complete: go on with --resume\n", l[k].step, title,
                    l[k].path);
        set_all(l[k].net, LPL_PARAM_THREADS, (double)s->threads);
        kept = kept && l[k].kept;
        net[k] = l[k].net;
    }
    free(l);
    return kept;
}
