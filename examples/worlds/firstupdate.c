/* examples/worlds/firstupdate.c - see firstupdate.h. */
#include "firstupdate.h"

#include <math.h>
#include <stdlib.h>

#include "must.h"

enum { ENOUGH = 16 }; /* rows, to say whether they belong together */
#define ROUNDED 1e-5  /* a step of responses, of their size, that float32 tells well enough */
#define FAR 1e3
#define STEP 0.003 /* by so much of their standard deviation responses move in the step along G */

typedef struct {
    bool symmetric;
    double pull, push, decorr, eps;
    size_t batch, units, positions; /* positions: of a response that the loss sees; 1: the mean over all */
} loss_t;

static double get(const lpl_layer_t *l, int32_t param) {
    double v;
    MUST(lpl_layer_get(l, param, &v));
    return v;
}
static size_t count(const lpl_layer_t *l, int32_t param) { return (size_t)get(l, param); }

static double square(double v) { return v * v; }

/* ---- the loss ---- */

static double pull_loss(const loss_t *r, const double *z1, const double *z0) {
    const size_t n = r->batch * r->units * r->positions;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += square(z1[i] - z0[i]);
    return sum / (double)n;
}

/* The same, were all other rows as much the past of a row as its own. */
static double pull_of_strangers(const loss_t *r, const double *z1, const double *z0) {
    const size_t n = r->units * r->positions;
    double sum = 0;
    for (size_t b = 0; b < r->batch; b++)
        for (size_t d = 0; d < r->batch; d++)
            for (size_t i = 0; b != d && i < n; i++) sum += square(z1[b * n + i] - z0[d * n + i]);
    return sum / (double)(n * r->batch * (r->batch - 1));
}

static double push_loss(const loss_t *r, const double *z) {
    const size_t n = r->units * r->positions;
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        double mean = 0, var = 0;
        for (size_t b = 0; b < r->batch; b++) mean += z[b * n + i] / (double)r->batch;
        for (size_t b = 0; b < r->batch; b++) var += square(z[b * n + i] - mean) / (double)(r->batch - 1);
        loss -= log(var + r->eps) / (double)n;
    }
    return loss;
}

/* Of channels; every position is a sample. */
static double decorr_loss(const loss_t *r, const double *z) {
    const size_t M = r->units, Q = r->positions, samples = r->batch * Q;
    double *centred = must_alloc(samples * M, sizeof *centred), loss = 0;
    for (size_t i = 0; i < M; i++) {
        double mean = 0;
        for (size_t s = 0; s < samples; s++) mean += z[(s / Q * M + i) * Q + s % Q] / (double)samples;
        for (size_t s = 0; s < samples; s++) centred[i * samples + s] = z[(s / Q * M + i) * Q + s % Q] - mean;
    }
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k < i; k++) {
            double c = 0;
            for (size_t s = 0; s < samples; s++) c += centred[i * samples + s] * centred[k * samples + s];
            loss += 2 * square(c / (double)(samples - 1)) / ((double)M * (double)(M - 1));
        }
    free(centred);
    return loss;
}

static double loss_of(const loss_t *r, const double *z1, const double *z0) {
    double push = push_loss(r, z1), decorr = r->decorr > 0 ? decorr_loss(r, z1) : 0;
    if (r->symmetric) {
        push = (push + push_loss(r, z0)) / 2;
        decorr = r->decorr > 0 ? (decorr + decorr_loss(r, z0)) / 2 : 0;
    }
    return r->pull * pull_loss(r, z1, z0) + r->push * push + r->decorr * decorr;
}

/* ---- responses ---- */

/* What the loss sees of layer l's responses to x, in double; the responses themselves into map, or NULL. */
static double *see(const loss_t *r, const lpl_layer_t *l, const float *x, size_t ld, float *map) {
    const size_t out = count(l, LPL_PARAM_N_OUT), all = out / r->units, n = r->batch * r->units * r->positions;
    float *z = map != NULL ? map : must_alloc(r->batch * out, sizeof *z);
    double *seen = must_alloc(n, sizeof *seen);
    MUST(lpl_forward(l, z, out, x, ld, r->batch));
    for (size_t i = 0; i < n; i++) {
        const size_t mean_of = all / r->positions;
        for (size_t q = 0; q < mean_of; q++) seen[i] += (double)z[i * mean_of + q] / (double)mean_of;
    }
    if (map == NULL) free(z);
    return seen;
}

static double size_of(const loss_t *r, const double *a) {
    const size_t n = r->batch * r->units * r->positions;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += square(a[i]);
    return sqrt(sum / (double)n);
}

/* Root of the mean square of a - b; b NULL: of the deviations from each unit's mean. */
static double spread(const loss_t *r, const double *a, const double *b) {
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

/* G: Adam's first moment / (1 - beta1), or - dW / eta; without the decay of weights, which is none of the loss's. */
static void step_after(step_t *s, lpl_layer_t *l, bool moments) {
    const double eta = get(l, LPL_PARAM_ETA), decay = get(l, LPL_PARAM_WEIGHT_DECAY), beta1 = 0.9;
    MUST(lpl_layer_read(l, s->gw, s->weights, moments ? LPL_STATE_OPTIM_M : LPL_STATE_WEIGHTS));
    if (s->biases > 0) MUST(lpl_layer_read(l, s->gb, s->biases, moments ? LPL_STATE_BIAS_M : LPL_STATE_BIAS));
    for (size_t k = 0; k < s->weights; k++) {
        const double w = (double)s->w[k], v = (double)s->gw[k];
        s->gw[k] = (float)((moments ? v / (1 - beta1) : (w - v) / eta) - decay * w);
    }
    for (size_t k = 0; k < s->biases; k++) {
        const double v = (double)s->gb[k];
        s->gb[k] = (float)(moments ? v / (1 - beta1) : ((double)s->b[k] - v) / eta);
    }
}

static double length(const float *w, size_t n, const float *b, size_t m) {
    double sum = 0;
    for (size_t k = 0; k < n; k++) sum += square((double)w[k]);
    for (size_t k = 0; k < m; k++) sum += square((double)b[k]);
    return sqrt(sum);
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
    loss_t r = {symmetric,
                get(l, LPL_PARAM_PULL),
                get(l, LPL_PARAM_PUSH),
                get(l, LPL_PARAM_DECORR),
                get(l, LPL_PARAM_EPS),
                batch,
                count(l, LPL_PARAM_N_POST),
                positions ? count(l, LPL_PARAM_N_OUT) / count(l, LPL_PARAM_N_POST) : 1};
    const double norm = length(s->gw, s->weights, s->gb, s->biases);
    double slope = 0, far = 1e-4 * length(s->w, s->weights, s->b, s->biases) / norm;
    put(l, s, 0);
    double *z0 = see(&r, l, x[0], ld, map[0]), *z1 = see(&r, l, x[1], ld, map[1]);
    if (isnan(f->strangers) && batch >= ENOUGH) f->strangers = report->pull / pull_of_strangers(&r, z1, z0);
    further(&f->loss, report->total / loss_of(&r, z1, z0));
    put(l, s, far);
    double *moved = see(&r, l, x[1], ld, NULL);
    far *= STEP * spread(&r, z1, NULL) / spread(&r, moved, z1);
    f->rounded = f->rounded || STEP * spread(&r, z1, NULL) < ROUNDED * size_of(&r, z1);
    free(moved);
    for (int sign = -1; sign <= 1; sign += 2) {
        put(l, s, sign * far);
        double *moved1 = see(&r, l, x[1], ld, NULL), *moved0 = symmetric ? see(&r, l, x[0], ld, NULL) : NULL;
        slope += sign * loss_of(&r, moved1, symmetric ? moved0 : z0) / (2 * far);
        free(moved1), free(moved0);
    }
    put(l, s, 0);
    further(&f->slope, slope / (norm * norm));
    free(z0), free(z1);
}

static const firstupdate_t nothing = {.slope = 1, .loss = 1, .strangers = (double)NAN};

firstupdate_t firstupdate_layer(lpl_layer_t *l, bool symmetric, const float *x0, const float *x1, size_t ld,
                                size_t batch) {
    firstupdate_t f = nothing;
    step_t s = step_before(l);
    const bool moments = has_moments(l);
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
    of.init = LPL_INIT_UNIFORM;
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
    t->source = "own: what belongs together differs less than 1";
    if (pairs >= 0 && !isnan(f->strangers)) table_below(t, pairs, 0.9, f->strangers, "%s: its pairs / any rows", what);
}
