/* examples/worlds/deeplearn.c - see deeplearn.h. */
#include "deeplearn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "losslog.h"
#include "must.h"
#include "output.h"
#include "progress.h"
#include "rowlog.h"
#include "statefile.h"

/* All that a run needs while it learns. */
typedef struct {
    const deeplearn_t *o;
    const deepdata_t *d;
    const vgg_t *v;
    lpl_stack_t *net;
    int c;
    char path[1024]; /* of the checkpoint */
    FILE *losses, *curve;
} run_t;

/* ---- schedule ---- */

static size_t schedule(const deeplearn_t *o) { /* a run that ends in its warm-up never reaches the cosine */
    return o->constant ? 0 : (size_t)(o->steps > o->warmup ? o->steps : o->warmup + 1);
}

double deeplearn_eta(const deeplearn_t *o, size_t step) {
    double eta = o->eta;
    if (!o->constant)
        MUST(
            lpl_schedule_warmup_cosine(&eta, (double)step, o->eta, 0, o->eta / 1000, (uint64_t)o->warmup, schedule(o)));
    return eta;
}

/* ---- what was judged ---- */

static const char curve_head[] =
    "condition,step,pairs,seed,eta,layer,softmax,logistic,dimension,dimension_all,sd,mean,dead,isa,cpu\n";

/* Of this machine; "unknown" where /proc does not say. */
static const char *cpu_name(void) {
    static char name[200];
    char line[256], model[120] = "unknown", number[3][16] = {"?", "?", "?"};
    static const char *const key[3] = {"cpu family", "model\t", "stepping"};
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL && line[0] != '\n') {
        char *value = strchr(line, ':');
        if (value == NULL) continue;
        value += 1 + (value[1] == ' ');
        value[strcspn(value, "\n,\"")] = 0;
        if (strncmp(line, "model name", 10) == 0) snprintf(model, sizeof model, "%.100s", value);
        for (int k = 0; k < 3; k++)
            if (strncmp(line, key[k], strlen(key[k])) == 0) snprintf(number[k], sizeof number[k], "%.10s", value);
    }
    if (f != NULL) fclose(f);
    snprintf(name, sizeof name, "%s family %s model %s stepping %s", model, number[0], number[1], number[2]);
    return name;
}

static const char *isa_name(lpl_stack_t *net) {
    static const char *const names[] = {"auto", "ref", "avx2", "avx512"};
    lpl_layer_t *l;
    double isa;
    MUST(lpl_stack_layer(net, 0, &l));
    MUST(lpl_layer_get(l, LPL_PARAM_ISA, &isa));
    return isa >= 0 && isa < 4 ? names[(int)isa] : "?";
}

static void put_point(const run_t *r, size_t step, const deepjudge_t *j) {
    const deeplearn_t *o = r->o;
    for (int k = 0; k < VGG_LAYERS; k++)
        fprintf(r->curve, "%s,%zu,%zu,%ld,%.4g,%d,%.4f,%.4f,%.3f,%.3f,%.5g,%.5g,%g,%s,%s\n", conditions[r->c].name,
                step, j->pairs, o->seed, step > 0 ? deeplearn_eta(o, step - 1) : 0, k + 1, j->accuracy[0][k],
                j->accuracy[1][k], j->dimension[k], j->dimension_all[k], j->sd[k], j->mean[k], j->dead[k],
                isa_name(r->net), cpu_name());
    fflush(r->curve);
}

typedef struct {
    deeplearn_point_fn point;
    void *user;
    deepjudge_t j;
    long points;
} reader_t;

static int32_t read_row(const void *buf, size_t n, void *user) {
    reader_t *r = user;
    char line[ROWLOG_LINE];
    double v[12];
    snprintf(line, sizeof line, "%.*s", (int)n, (const char *)buf);
    const char *cell = strchr(line, ',');
    for (int q = 0; q < 12; q++, cell = strchr(cell + 1, ',')) {
        if (cell == NULL) return 0;
        v[q] = strtod(cell + 1, NULL);
    }
    const int k = (int)v[4] - 1;
    if (k < 0 || k >= VGG_LAYERS) return 0;
    r->j.accuracy[0][k] = v[5], r->j.accuracy[1][k] = v[6], r->j.dimension[k] = v[7], r->j.dimension_all[k] = v[8];
    r->j.sd[k] = v[9], r->j.mean[k] = v[10], r->j.dead[k] = v[11];
    if (k < VGG_LAYERS - 1) return 0;
    r->j.done = true;
    r->points++;
    r->j.step = (size_t)v[0], r->j.pairs = (size_t)v[1];
    if (r->point != NULL) r->point(r->user, &r->j);
    return 0;
}

long deeplearn_each(const char *folder, const char *name, deeplearn_point_fn point, void *user) {
    char path[ROWLOG_PATH];
    reader_t r = {.point = point, .user = user};
    if (rowlog_path(path, folder, "curve", name)) rowlog_each(path, read_row, &r);
    return r.points;
}

static bool judge(const run_t *r, size_t step, deepjudge_t *j) {
    char what[64];
    snprintf(what, sizeof what, "%s after %zu steps", conditions[r->c].name, step);
    deepjudge(j, r->net, r->v, r->d, r->o->plain, (uint64_t)r->o->seed, what);
    j->step = step, j->pairs = deepdata_shown(r->d->train->n, (size_t)r->o->batch, r->o->whole, step);
    if (j->done) put_point(r, step, j);
    return j->done;
}

/* ---- checkpoints ---- */

static void identity(uint64_t note[DEEP_NOTES], const run_t *r, uint64_t step) {
    const deeplearn_t *o = r->o;
    uint64_t eta;
    memcpy(&eta, &o->eta, sizeof eta);
    const uint64_t all[DEEP_NOTES] = {[DEEP_STEP] = step,
                                      [DEEP_CONDITION] = (uint64_t)r->c,
                                      [DEEP_SEED] = (uint64_t)o->seed,
                                      [DEEP_BATCH] = (uint64_t)o->batch,
                                      [DEEP_DIVIDE] = (uint64_t)o->divide,
                                      [DEEP_IMAGES] = r->d->train->n,
                                      [DEEP_SIDE] = r->d->train->height,
                                      [DEEP_ETA] = eta,
                                      [DEEP_SCHEDULE] = schedule(o),
                                      [DEEP_WARMUP] = o->constant ? 0 : (uint64_t)o->warmup,
                                      [DEEP_OTHER] = (uint64_t)o->whole + 2 * (uint64_t)o->unit};
    memcpy(note, all, sizeof all);
}

/* The network of a checkpoint goes on by the instruction set that is asked for: a file holds none. */
static void go_on_with(run_t *r, lpl_stack_t *loaded) {
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        lpl_layer_t *to, *from;
        MUST(lpl_stack_layer(r->net, k, &to));
        MUST(lpl_stack_layer(loaded, k, &from));
        MUST(lpl_layer_copy(to, from, NULL));
    }
}

/* Where the condition was interrupted, if it was this one; false and a sentence otherwise. */
static bool take_up(run_t *r, size_t *step, char *why, size_t size) {
    uint64_t note[DEEP_NOTES], mine[DEEP_NOTES];
    lpl_stack_t *loaded = NULL;
    if (statefile_missing(r->path)) return true;
    if (!statefile_load_stack(&loaded, note, DEEP_NOTES, r->path, 0, (int32_t)r->o->threads, why, size)) return false;
    identity(mine, r, note[DEEP_STEP]);
    const bool same = memcmp(note, mine, sizeof mine) == 0;
    if (same)
        go_on_with(r, loaded);
    else
        snprintf(why, size,
                 "%s is the checkpoint of a run with another condition, seed, batch, width, data, eta, schedule or "
                 "start values",
                 r->path);
    lpl_stack_destroy(loaded);
    *step = (size_t)note[DEEP_STEP];
    return same;
}

static void checkpoint(const run_t *r, size_t step) {
    uint64_t note[DEEP_NOTES];
    char why[1400];
    identity(note, r, step);
    fflush(r->losses); /* the logs never end before the checkpoint does */
    if (!statefile_save_stack(r->net, note, DEEP_NOTES, r->path, why, sizeof why))
        fprintf(stderr, "\n%s: %s (the checkpoint before it is untouched)\n", output_program(), why);
}

/* ---- learning ---- */

/* "dead 0 0 0 3 0 0 0 5" of the batch just seen, or nothing. */
static void tell_dead(char *text, size_t size, const lpl_report_t report[VGG_LAYERS]) {
    uint64_t any = 0;
    size_t n = (size_t)snprintf(text, size, "  dead");
    for (int k = 0; k < VGG_LAYERS; k++) {
        any |= report[k].n_dead;
        if (n < size) n += (size_t)snprintf(text + n, size - n, " %llu", (unsigned long long)report[k].n_dead);
    }
    if (any == 0) snprintf(text, size, "  no dead units");
}

/* Returns the number of steps done. */
static size_t learn(run_t *r, size_t step, deepjudge_t *j) {
    const deeplearn_t *o = r->o;
    const size_t batch = (size_t)o->batch, pixels = 3 * r->d->train->height * r->d->train->width, n = r->d->train->n,
                 per_epoch = deepdata_updates(n, batch, o->whole), steps = (size_t)o->steps, parts = (size_t)o->judge,
                 from = deepdata_shown(n, batch, o->whole, step);
    float *x[2] = {must_alloc(batch * pixels, sizeof **x), must_alloc(batch * pixels, sizeof **x)};
    uint32_t *order = must_alloc(n, sizeof *order);
    lpl_report_t report[VGG_LAYERS];
    size_t ordered = SIZE_MAX;
    progress_t p;
    char note[400], dead[200];
    for (int k = 0; k < VGG_LAYERS; k++) MUST(lpl_report_init(&report[k], sizeof report[k]));
    progress_begin(&p, conditions[r->c].name, (double)(deepdata_shown(n, batch, o->whole, steps) - from), "pairs");
    while (step < steps && !progress_stop()) {
        const size_t pairs =
            deepdata_pairs(r->d, x, order, &ordered, batch, o->whole, r->c == CONDITION_SHUFFLED, step);
        for (size_t k = 0; k < VGG_LAYERS; k++) {
            lpl_layer_t *l;
            MUST(lpl_stack_layer(r->net, k, &l));
            MUST(lpl_layer_set(l, LPL_PARAM_ETA, deeplearn_eta(o, step)));
        }
        MUST(lpl_stack_update(r->net, report, x[0], pixels, x[1], pixels, pairs));
        step++;
        if (step % LOSSLOG_EVERY == 0) losslog_row(r->losses, conditions[r->c].name, step, report);
        tell_dead(dead, sizeof dead, report);
        snprintf(note, sizeof note, "step %zu epoch %zu  loss L1 %.2f L4 %.2f L8 %.2f%s", step, (step - 1) / per_epoch,
                 report[0].total, report[3].total, report[7].total, dead);
        progress_tick(&p, (double)(deepdata_shown(n, batch, o->whole, step) - from), note);
        const bool part = parts > 0 && step < steps && step * parts / steps != (step - 1) * parts / steps;
        /* what is judged is on disk before the checkpoint: after a kill both are done again */
        if (part && !judge(r, step, j)) break;
        if (part || step % (size_t)o->checkpoint == 0 || step == steps || progress_stop()) checkpoint(r, step);
    }
    progress_end(&p);
    free(x[0]), free(x[1]), free(order);
    return step;
}

static bool open_logs(run_t *r, size_t step, char *why, size_t size) {
    const char *name = conditions[r->c].name;
    char path[ROWLOG_PATH];
    if (!rowlog_path(path, r->o->folder, "curve", name)) {
        snprintf(why, size, "the name of the output folder is too long");
        return false;
    }
    /* the last point is judged again */
    r->curve = rowlog_open(path, curve_head, step < (size_t)r->o->steps || step == 0 ? step : step - 1);
    r->losses = r->curve != NULL && conditions[r->c].trained ? losslog_open(r->o->folder, name, step) : NULL;
    if (r->curve == NULL || (conditions[r->c].trained && r->losses == NULL)) {
        snprintf(why, size, "the logs of %s cannot be written", name);
        if (r->curve != NULL) fclose(r->curve);
        return false;
    }
    return true;
}

vgg_t deeplearn_encoder(const deeplearn_t *o, int c, const deepdata_t *d) {
    vgg_t v = condition_vgg(c, d->train->height, (size_t)o->batch, o->eta);
    v.divide = (size_t)o->divide, v.seed = (uint64_t)o->seed, v.threads = (int)o->threads, v.isa = o->isa;
    v.init = o->unit ? LPL_INIT_UNIT_VARIANCE : LPL_INIT_UNIFORM;
    return v;
}

firstupdate_t deeplearn_first(const deeplearn_t *o, int c, const deepdata_t *d) {
    const size_t pixels = 3 * d->train->height * d->train->width;
    vgg_t v = deeplearn_encoder(o, c, d);
    if (v.batch > FIRSTUPDATE_PAIRS) v.batch = FIRSTUPDATE_PAIRS;
    float *x[2] = {must_alloc(v.batch * pixels, sizeof **x), must_alloc(v.batch * pixels, sizeof **x)};
    uint32_t *order = must_alloc(d->train->n, sizeof *order);
    size_t ordered = SIZE_MAX;
    v.batch = deepdata_pairs(d, x, order, &ordered, v.batch, o->whole, c == CONDITION_SHUFFLED, 0);
    const firstupdate_t f = firstupdate_vgg(&v, x[0], x[1]);
    free(x[0]), free(x[1]), free(order);
    return f;
}

/* On pairs that it would have gone on with. */
static void find_balance(double balance[VGG_LAYERS], const run_t *r) {
    enum { BATCHES = 4 };
    const size_t pixels = 3 * r->d->train->height * r->d->train->width;
    balance_t b[VGG_LAYERS] = {{0, 0}};
    vgg_t v = *r->v;
    float *x[2] = {must_alloc(v.batch * pixels, sizeof **x), must_alloc(v.batch * pixels, sizeof **x)};
    uint32_t *order = must_alloc(r->d->train->n, sizeof *order);
    size_t ordered = SIZE_MAX;
    for (size_t k = 0; k < BATCHES; k++) {
        v.batch = deepdata_pairs(r->d, x, order, &ordered, r->v->batch, r->o->whole, r->c == CONDITION_SHUFFLED,
                                 (size_t)r->o->steps + k);
        balance_add_vgg(b, r->net, &v, x[0], x[1]);
    }
    for (size_t k = 0; k < VGG_LAYERS; k++) balance[k] = balance_of(&b[k]);
    free(x[0]), free(x[1]), free(order);
}

lpl_stack_t *deeplearn(deepjudge_t *j, size_t *step, vgg_t *v, const deeplearn_t *o, int c, const deepdata_t *d,
                       bool resume, char *why, size_t size) {
    const bool trained = conditions[c].trained;
    *v = deeplearn_encoder(o, c, d);
    run_t r = {.o = o, .d = d, .v = v, .c = c};
    snprintf(r.path, sizeof r.path, "%s/%s.lpl", o->folder, conditions[c].name);
    *step = 0;
    j->done = false;
    if (trained && o->steps > 0 && deepdata_updates(d->train->n, (size_t)o->batch, o->whole) == 0) {
        snprintf(why, size, "there are fewer images than one batch holds (option --batch)");
        return NULL;
    }
    r.net = vgg_create(v);
    if ((trained && resume && !take_up(&r, step, why, size)) || !open_logs(&r, *step, why, size)) {
        lpl_stack_destroy(r.net);
        return NULL;
    }
    if (trained) *step = learn(&r, *step, j);
    if (!progress_stop()) judge(&r, *step, j);
    if (trained && j->done && balance_fits(v)) find_balance(j->balance, &r);
    if (trained) losslog_close(r.losses, output_program(), conditions[c].name);
    rowlog_close(r.curve, output_program(), conditions[c].name);
    return r.net;
}
