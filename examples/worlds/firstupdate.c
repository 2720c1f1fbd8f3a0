/* examples/worlds/firstupdate.c - see firstupdate.h. */
#include "firstupdate.h"

#include <math.h>
#include <stdlib.h>

#include "must.h"

enum { ENOUGH = 16 }; /* rows, to say whether they belong together */
#define ROUNDED 1e-5  /* a step of responses, of their size, that float32 tells well enough */
#define FAR 1e3
#define BETA1 0.9 /* Adam's, of every layer here */
#define ADAM_EPS 1e-8
#define STEP 0.003 /* by so much of their standard deviation responses move in the step along G */

static double get(const lpl_layer_t *l, int32_t param) {
    double v;
    MUST(lpl_layer_get(l, param, &v));
    return v;
}
static size_t count(const lpl_layer_t *l, int32_t param) { return (size_t)get(l, param); }

static double square(double v) { return v * v; }

/* ---- responses ---- */

static double size_of(const lplloss_t *r, const double *a) {
    const size_t n = r->batch * r->units * r->positions;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += square(a[i]);
    return sqrt(sum / (double)n);
}

/* Root of the mean square of a - b; b NULL: of the deviations from each unit's mean. */
static double spread(const lplloss_t *r, const double *a, const double *b) {
    const size_t n = r->units * r->positions;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double mean = 0;
        for (size_t row = 0; b == NULL && row < r->batch; row++) mean += a[row * n + i] / (double)r->batch;
        for (size_t row = 0; row < r->batch; row++) sum += square(a[row * n + i] - (b != NULL ? b[row * n + i] : mean));
    }
    return sqrt(sum / (double)(n * r->batch));
}

/* ---- weights ---- */

typedef struct {
    size_t weights, biases;
    float *w, *b; /* before the update */
    float *gw, *gb;
    double moved, wanted; /* by Adam: how far the weights went, and how far its first step goes */
} step_t;

static step_t step_before(const lpl_layer_t *l) {
    step_t s = {.weights = count(l, LPL_PARAM_N_POST) * count(l, LPL_PARAM_FAN_IN),
                .biases = get(l, LPL_PARAM_BIAS) > 0 ? count(l, LPL_PARAM_N_POST) : 0};
    s.w = must_alloc(s.weights, sizeof *s.w), s.gw = must_alloc(s.weights, sizeof *s.gw);
    s.b = must_alloc(s.biases + 1, sizeof *s.b), s.gb = must_alloc(s.biases + 1, sizeof *s.gb);
    MUST(lpl_layer_read(l, s.w, s.weights, LPL_STATE_WEIGHTS));
    if (s.biases > 0) MUST(lpl_layer_read(l, s.b, s.biases, LPL_STATE_BIAS));
    return s;
}

static void step_free(step_t *s) { free(s->w), free(s->b), free(s->gw), free(s->gb); }

static bool has_moments(const lpl_layer_t *l) {
    const size_t n = count(l, LPL_PARAM_N_POST) * count(l, LPL_PARAM_FAN_IN);
    float *m = must_alloc(n, sizeof *m);
    const bool has = lpl_layer_read(l, m, n, LPL_STATE_OPTIM_V) >= 0;
    free(m);
    return has;
}

/* Adam's first step is eta in each weight, whatever the gradient's size: both its averages begin at 0, and are divided
 * by what that leaves of them. */
static void measure_step(step_t *s, const lpl_layer_t *l, int32_t state, int32_t moment, const float *before,
                         size_t n) {
    const double eta = get(l, LPL_PARAM_ETA);
    float *w = must_alloc(n, sizeof *w), *m = must_alloc(n, sizeof *m);
    MUST(lpl_layer_read(l, w, n, state));
    MUST(lpl_layer_read(l, m, n, moment));
    for (size_t k = 0; k < n; k++) {
        const double g = fabs((double)m[k]) / (1 - BETA1);
        s->moved += square((double)w[k] - (double)before[k]);
        s->wanted += square(eta * g / (g + ADAM_EPS));
    }
    free(w), free(m);
}

/* G: Adam's first moment / (1 - beta1), or - dW / eta; without the decay of weights, which is none of the loss's. */
static void step_after(step_t *s, lpl_layer_t *l, bool moments) {
    const double eta = get(l, LPL_PARAM_ETA), decay = get(l, LPL_PARAM_WEIGHT_DECAY);
    MUST(lpl_layer_read(l, s->gw, s->weights, moments ? LPL_STATE_OPTIM_M : LPL_STATE_WEIGHTS));
    if (s->biases > 0) MUST(lpl_layer_read(l, s->gb, s->biases, moments ? LPL_STATE_BIAS_M : LPL_STATE_BIAS));
    if (moments) measure_step(s, l, LPL_STATE_WEIGHTS, LPL_STATE_OPTIM_M, s->w, s->weights);
    if (moments && s->biases > 0) measure_step(s, l, LPL_STATE_BIAS, LPL_STATE_BIAS_M, s->b, s->biases);
    for (size_t k = 0; k < s->weights; k++) {
        const double w = (double)s->w[k], v = (double)s->gw[k];
        s->gw[k] = (float)((moments ? v / (1 - BETA1) : (w - v) / eta) - decay * w);
    }
    for (size_t k = 0; k < s->biases; k++) {
        const double v = (double)s->gb[k];
        s->gb[k] = (float)(moments ? v / (1 - BETA1) : ((double)s->b[k] - v) / eta);
    }
}

static double length(const float *w, size_t n, const float *b, size_t m) {
    double sum = 0;
    for (size_t k = 0; k < n; k++) sum += square((double)w[k]);
    for (size_t k = 0; k < m; k++) sum += square((double)b[k]);
    return sqrt(sum);
}

/* The weights times G. */
static double along(const step_t *s) {
    double sum = 0;
    for (size_t k = 0; k < s->weights; k++) sum += (double)s->w[k] * (double)s->gw[k];
    for (size_t k = 0; k < s->biases; k++) sum += (double)s->b[k] * (double)s->gb[k];
    return sum;
}

static void put(lpl_layer_t *l, const step_t *s, double far) {
    float *w = must_alloc(s->weights + s->biases, sizeof *w);
    for (size_t k = 0; k < s->weights; k++) w[k] = (float)((double)s->w[k] + far * (double)s->gw[k]);
    MUST(lpl_layer_write(l, w, s->weights, LPL_STATE_WEIGHTS));
    for (size_t k = 0; k < s->biases; k++) w[k] = (float)((double)s->b[k] + far * (double)s->gb[k]);
    if (s->biases > 0) MUST(lpl_layer_write(l, w, s->biases, LPL_STATE_BIAS));
    free(w);
}

/* ---- one layer ---- */

static void further(double *worst, double v) {
    if (isnan(v) || fabs(v - 1) >= fabs(*worst - 1)) *worst = v;
}

/* Layer l after its update. map: of its responses to x0 and x1 before it. */
static void look(firstupdate_t *f, lpl_layer_t *l, const step_t *s, bool symmetric, bool positions,
                 const lpl_report_t *report, const float *const x[2], size_t ld, size_t batch, float *const map[2]) {
    const lplloss_t r = lplloss_of(l, symmetric, positions, batch);
    const double norm = length(s->gw, s->weights, s->gb, s->biases);
    double slope = 0, far = 1e-4 * length(s->w, s->weights, s->b, s->biases) / norm;
    put(l, s, 0);
    double *z0 = lplloss_see(&r, l, x[0], ld, map[0]), *z1 = lplloss_see(&r, l, x[1], ld, map[1]);
    if (isnan(f->strangers) && batch >= ENOUGH) f->strangers = report->pull / lplloss_pull_of_strangers(&r, z1, z0);
    further(&f->loss, report->total / lplloss_value(&r, z1, z0));
    const lplloss_terms_t scale = lplloss_scale(&r, z1, z0);
    further(&f->scale, 1 + (along(s) - scale.pull - scale.push - scale.decorr) /
                               (fabs(scale.pull) + fabs(scale.push) + fabs(scale.decorr)));
    if (s->wanted > 0) further(&f->step, sqrt(s->moved / s->wanted));
    put(l, s, far);
    double *moved = lplloss_see(&r, l, x[1], ld, NULL);
    far *= STEP * spread(&r, z1, NULL) / spread(&r, moved, z1);
    f->rounded = f->rounded || STEP * spread(&r, z1, NULL) < ROUNDED * size_of(&r, z1);
    free(moved);
    for (int sign = -1; sign <= 1; sign += 2) {
        put(l, s, sign * far);
        double *moved1 = lplloss_see(&r, l, x[1], ld, NULL),
               *moved0 = symmetric ? lplloss_see(&r, l, x[0], ld, NULL) : NULL;
        slope += sign * lplloss_value(&r, moved1, symmetric ? moved0 : z0) / (2 * far);
        free(moved1), free(moved0);
    }
    put(l, s, 0);
    further(&f->slope, slope / (norm * norm));
    free(z0), free(z1);
}

static const firstupdate_t nothing = {.slope = 1, .loss = 1, .scale = 1, .step = 1, .strangers = (double)NAN};

firstupdate_t firstupdate_layer(lpl_layer_t *l, bool symmetric, const float *x0, const float *x1, size_t ld,
                                size_t batch) {
    firstupdate_t f = nothing;
    step_t s = step_before(l);
    const bool moments = f.adam = has_moments(l);
    if (!moments) MUST(lpl_layer_set(l, LPL_PARAM_ETA, FAR)); /* no rounding of weights in what is told of G */
    const float *const x[2] = {x0, x1};
    float *const no_map[2] = {NULL, NULL};
    lpl_report_t report;
    MUST(lpl_report_init(&report, sizeof report));
    MUST(lpl_update(l, &report, x0, ld, x1, ld, batch));
    step_after(&s, l, moments);
    look(&f, l, &s, symmetric, false, &report, x, ld, batch, no_map);
    step_free(&s);
    return f;
}

static lpl_layer_t *layer(lpl_stack_t *net, size_t k) {
    lpl_layer_t *l;
    MUST(lpl_stack_layer(net, k, &l));
    return l;
}

/* The network whose responses have a standard deviation of about 1/2 everywhere: at 1 the power of a gain cannot be
 * told, and at the 1e-3 and less of the start values themselves rounding is all that is seen in deep layers. */
static lpl_stack_t *start(const vgg_t *v, const float *x0, const float *x1, size_t pixels) {
    vgg_t of = *v;
    of.init = LPL_INIT_UNIT_VARIANCE, of.eta = 0;
    lpl_stack_t *unit = vgg_create(&of);
    of.init = LPL_INIT_UNIFORM, of.eta = v->eta;
    lpl_stack_t *net = vgg_create(&of);
    MUST(lpl_stack_update(unit, NULL, x0, pixels, x1, pixels, v->batch));
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        step_t s = step_before(layer(unit, k));
        for (size_t i = 0; i < s.weights; i++) s.w[i] /= 2;
        for (size_t i = 0; i < s.biases; i++) s.b[i] /= 2;
        put(layer(net, k), &s, 0);
        step_free(&s);
    }
    lpl_stack_destroy(unit);
    return net;
}

bool firstupdate_fits(const vgg_t *v) {
    return v->batch > 1 && v->stats == LPL_STATS_BATCH && v->sees != LPL_SEES_HEAD &&
           v->pull_form == LPL_PULL_DIFFERENCE && v->push_form == LPL_PUSH_LOGVAR;
}

firstupdate_t firstupdate_vgg(const vgg_t *v, const float *x0, const float *x1) {
    const size_t pixels = 3 * v->tall * v->side * v->side, batch = v->batch;
    firstupdate_t f = nothing;
    f.adam = v->eta > 0; /* at 0 there is no step */
    step_t s[VGG_LAYERS];
    lpl_report_t report[VGG_LAYERS];
    lpl_stack_t *net = start(v, x0, x1, pixels);
    float *map[2] = {NULL, NULL};
    size_t ld = pixels;
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        MUST(lpl_report_init(&report[k], sizeof report[k]));
        s[k] = step_before(layer(net, k));
    }
    MUST(lpl_stack_update(net, report, x0, pixels, x1, pixels, batch));
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        lpl_layer_t *l = layer(net, k);
        const size_t out = count(l, LPL_PARAM_N_OUT);
        const float *const x[2] = {k > 0 ? map[0] : x0, k > 0 ? map[1] : x1};
        float *next[2] = {must_alloc(batch * out, sizeof **next), must_alloc(batch * out, sizeof **next)};
        step_after(&s[k], l, true);
        look(&f, l, &s[k], v->pair == LPL_PAIR_SYMMETRIC, v->sees == LPL_SEES_POSITIONS, &report[k], x, ld, batch,
             next);
        step_free(&s[k]);
        free(map[0]), free(map[1]);
        map[0] = next[0], map[1] = next[1], ld = out;
    }
    free(map[0]), free(map[1]);
    lpl_stack_destroy(net);
    return f;
}

void firstupdate_judge(table_t *t, const firstupdate_t *f, int pairs, const char *what) {
    t->source = "theory: 1.5, along the gradient of the loss";
    if (f->rounded)
        table_not_comparable(t, "rounding: responses to different inputs hardly differ", f->slope,
                             "%s: first update, its slope", what);
    else
        table_near(t, TABLE_MUST, 1, f->slope, FIRSTUPDATE_TOLERANCE, "%s: first update, its slope", what);
    t->source = "theory: 1.5, the loss of the responses";
    table_near(t, TABLE_MUST, 1, f->loss, 0.001, "%s: first update, its loss", what);
    t->source = "theory: 1.5, responses in proportion to the weights";
    table_near(t, TABLE_MUST, 1, f->scale, 0.002, "%s: first update, its scale", what);
    t->source = "theory: Adam's first step is eta";
    if (f->adam) table_near(t, TABLE_MUST, 1, f->step, 0.002, "%s: first update, its step", what);
    t->source = "own: what belongs together differs less than 1";
    if (pairs >= 0 && !isnan(f->strangers)) table_below(t, pairs, 0.9, f->strangers, "%s: its pairs / any rows", what);
}
