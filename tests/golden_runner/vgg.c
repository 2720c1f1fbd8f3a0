/* tests/golden_runner/vgg.c - group vgg: a stack of convolutional blocks, each learning by its own loss, for a few
 * steps.
 *
 * Views come from x1, x2 (steps x B x C x H x W), or for the traces on real images from a CIFAR-10 file: step s takes
 * the images B s .. B s + B - 1, view 1 = (pixel / 255 - 0.5) 4, view 2 = view 1 mirrored left to right.
 */
#include "golden.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LAYERS = 32 };

typedef struct vgg_t {
    golden_case_t *c;
    int dtype, adam, sees, stale;
    size_t batch, steps, layers, side[MAX_LAYERS + 1], width[MAX_LAYERS + 1], row[MAX_LAYERS + 1], fan_in[MAX_LAYERS];
    int pool[MAX_LAYERS], has_bias;
    size_t hidden, out;
    double lr, decorr, adam_eps;
    lpl_layer_config_t cfg[MAX_LAYERS];
    lpl_layer_t *layer[MAX_LAYERS];
    double *losses; /* steps x 3 x layers */
} vgg_t;

/* Whole numbers of a scalar such as "3 4 8 16"; returns how many. */
static size_t numbers(golden_case_t *c, const char *name, size_t *out, size_t most) {
    const char *text = golden_word(c, name);
    size_t n = 0;
    char *end;
    for (unsigned long v = strtoul(text, &end, 10); end != text && n < most; v = strtoul(text, &end, 10)) {
        out[n++] = v;
        text = end;
    }
    return n;
}

static const struct {
    const char *name;
    int state;
} head_parts[] = {
    {"W1", LPL_STATE_HEAD_W1}, {"b1", LPL_STATE_HEAD_B1}, {"W2", LPL_STATE_HEAD_W2}, {"b2", LPL_STATE_HEAD_B2}};

static size_t part_length(const vgg_t *s, size_t l, int state) {
    switch (state) {
    case LPL_STATE_WEIGHTS: return s->width[l + 1] * s->fan_in[l];
    case LPL_STATE_BIAS: return s->width[l + 1];
    case LPL_STATE_HEAD_W1: return s->hidden * s->width[l + 1];
    case LPL_STATE_HEAD_B1: return s->hidden;
    case LPL_STATE_HEAD_W2: return s->out * s->hidden;
    default: return s->out;
    }
}

/* Put init.NAME into a state of layer l. */
static int write_init(vgg_t *s, lpl_layer_t *layer, size_t l, const char *name, int state) {
    npy_t a = {0};
    char file[64];
    int ok = 0;
    snprintf(file, sizeof file, "init.%s", name);
    if (golden_input(s->c, file, -1, &a)) {
        if (a.count != part_length(s, l, state)) {
            golden_fail(s->c, "%s has %zu elements, need %zu", file, a.count, part_length(s, l, state));
        } else {
            void *p = typed_from(s->dtype, &a);
            ok = golden_ok(s->c, typed_layer_write(s->dtype, layer, p, a.count, state), "lpl_layer_write");
            free(p);
        }
    }
    npy_free(&a);
    return ok;
}

static lpl_layer_t *make(vgg_t *s, size_t l, const lpl_layer_config_t *cfg) {
    lpl_layer_t *layer = NULL;
    char name[64];
    if (!golden_ok(s->c, lpl_layer_create(cfg, &layer), "lpl_layer_create")) {
        return NULL;
    }
    snprintf(name, sizeof name, "blocks.%zu.W", l);
    int ok = write_init(s, layer, l, name, LPL_STATE_WEIGHTS);
    snprintf(name, sizeof name, "blocks.%zu.b", l);
    ok = ok && (!s->has_bias || write_init(s, layer, l, name, LPL_STATE_BIAS));
    for (int k = 0; k < 4 && ok && s->sees == LPL_SEES_HEAD; k++) {
        snprintf(name, sizeof name, "proj.%zu.%s", l, head_parts[k].name);
        ok = write_init(s, layer, l, name, head_parts[k].state);
    }
    if (!ok) {
        lpl_layer_destroy(layer);
        return NULL;
    }
    return layer;
}

/* Adam's first step of an element is lr g / (|g| + eps): where |g| is not large against the error that float32
 * gradients are allowed (10 x the twin's distance, at least 1e-5 of the largest), the step may differ by as much as
 * that error makes it. That much is added to the tolerance of such an element, for each step. NULL without Adam or
 * without the first gradient. */
static double *adam_slack(vgg_t *s, const char *kind, size_t l, const char *part, size_t n, size_t steps) {
    char name[64];
    npy_t g = {0}, twin = {0};
    double *slack = NULL;
    snprintf(name, sizeof name, "grad0.%s.%zu.%s", kind, l, part);
    if (s->adam && s->dtype == LPL_F32 && golden_array(s->c, name, 0, &g) == 1 && g.count == n) {
        double largest = 0, apart = 0;
        const int has_twin = golden_array(s->c, name, 1, &twin) == 1 && twin.count == n;
        for (size_t i = 0; i < n; i++) {
            largest = fmax(largest, fabs(npy_get(&g, i)));
            apart = fmax(apart, has_twin ? fabs(npy_get(&g, i) - npy_get(&twin, i)) : 0);
        }
        const double allowed = fmax(10 * apart, 1e-5 * largest);
        slack = golden_doubles(n);
        for (size_t i = 0; i < n; i++) {
            const double a = fabs(npy_get(&g, i)), low = fmax(a - allowed, -allowed), high = a + allowed;
            slack[i] = (double)steps * s->lr * (high / (fabs(high) + s->adam_eps) - low / (fabs(low) + s->adam_eps));
        }
    }
    npy_free(&g);
    npy_free(&twin);
    return slack;
}

/* Compare a state of layer l with PREFIX.NAME. */
static void compare_state(vgg_t *s, size_t l, const char *prefix, const char *kind, const char *part, int state,
                          size_t steps) {
    golden_tolerance_t t = {
        .rel64 = 1e-8, .floor64 = s->adam ? 1e-6 : 0, .abs32 = s->adam ? 10 * s->lr * 1e-3 * (double)steps : 0};
    char name[64];
    snprintf(name, sizeof name, "%s.%s.%zu.%s", prefix, kind, l, part);
    if (!golden_wants(s->c, name)) {
        return;
    }
    const size_t n = part_length(s, l, state);
    void *p = typed_new(s->dtype, n);
    double *out = golden_doubles(n), *slack = adam_slack(s, kind, l, part, n, steps);
    t.slack = slack;
    if (golden_ok(s->c, typed_layer_read(s->dtype, s->layer[l], p, n, state), "lpl_layer_read")) {
        typed_read(out, s->dtype, p, n);
        golden_compare(s->c, name, s->dtype, out, n, &t);
    }
    free(p);
    free(out);
    free(slack);
}

/* What the loss of layer l sees of its maps: itself, the means over positions, or the head's outputs (here in double).
 * n: its units. */
static double *seen(vgg_t *s, size_t l, const void *map, size_t *units) {
    const size_t width = s->width[l + 1], row = s->row[l + 1], positions = row / width;
    double *z = golden_doubles(s->batch * row);
    typed_read(z, s->dtype, map, s->batch * row);
    *units = row;
    if (s->sees == LPL_SEES_POSITIONS) {
        return z;
    }
    double *mean = golden_doubles(s->batch * width);
    for (size_t k = 0; k < s->batch * width; k++) {
        for (size_t q = 0; q < positions; q++) {
            mean[k] += z[k * positions + q] / (double)positions;
        }
    }
    free(z);
    *units = width;
    double *in = mean;
    for (int stage = 0; stage < 2 && s->sees == LPL_SEES_HEAD; stage++) {
        const size_t n = *units, m = stage == 0 ? s->hidden : s->out;
        void *w = typed_new(s->dtype, n * m), *b = typed_new(s->dtype, m);
        double *wd = golden_doubles(n * m), *bd = golden_doubles(m), *out = golden_doubles(s->batch * m);
        if (golden_ok(s->c, typed_layer_read(s->dtype, s->layer[l], w, n * m, head_parts[2 * stage].state),
                      "lpl_layer_read") &&
            golden_ok(s->c, typed_layer_read(s->dtype, s->layer[l], b, m, head_parts[2 * stage + 1].state),
                      "lpl_layer_read")) {
            typed_read(wd, s->dtype, w, n * m);
            typed_read(bd, s->dtype, b, m);
            for (size_t i = 0; i < s->batch; i++) {
                for (size_t j = 0; j < m; j++) {
                    double sum = bd[j];
                    for (size_t k = 0; k < n; k++) {
                        sum += wd[j * n + k] * in[i * n + k];
                    }
                    out[i * m + j] = sum > 0 ? sum : 0;
                }
            }
        }
        free(w);
        free(b);
        free(wd);
        free(bd);
        free(in);
        in = out;
        *units = m;
    }
    return in;
}

/* Bias gradients sum a factor per sample, view and position; where these cancel only their rounding is left. Returns
 * the size of such a sum, from the largest factor of pull and push. */
static double bias_terms(vgg_t *s, size_t l, void *const y[2]) {
    size_t units = 0, bytes = 0;
    double *z[2] = {seen(s, l, y[0], &units), seen(s, l, y[1], &units)}, largest = 0;
    double *delta = golden_doubles(s->batch * units);
    lpl_rule_config_t cfg;
    void *scratch = NULL;
    if (golden_ok(s->c, lpl_rule_config_init(&cfg, sizeof cfg), "lpl_rule_config_init")) {
        cfg.form = LPL_FORM_REFERENCE;
        cfg.pull = s->cfg[l].pull;
        cfg.push = 0.5 * s->cfg[l].push;
        cfg.eps = s->cfg[l].eps;
        if (golden_ok(s->c, lpl_rule_scratch(&cfg, &bytes, units, s->batch, LPL_F64), "lpl_rule_scratch") &&
            (scratch = aligned_alloc(64, (bytes / 64 + 1) * 64)) != NULL) {
            for (int v = 0; v < 2; v++) {
                golden_ok(s->c,
                          typed_rule_delta(LPL_F64, &cfg, delta, NULL, scratch, bytes, z[v], z[1 - v], units, s->batch),
                          "lpl_rule_delta");
                for (size_t k = 0; k < s->batch * units; k++) {
                    largest = fmax(largest, fabs(delta[k]));
                }
            }
        }
    }
    free(scratch);
    free(z[0]);
    free(z[1]);
    free(delta);
    return 2 * (double)s->batch * largest *
           (s->sees == LPL_SEES_POSITIONS ? (double)(s->row[l + 1] / s->width[l + 1]) : 1);
}

/* gradS.blocks.L.W, .b: lpl_gradient. gradS.proj.L.*: what one step of SGD moves a copy's head by, in a step of
 * 1024. */
static void gradients(vgg_t *s, size_t l, size_t step, const void *x0, const void *x1, double terms) {
    golden_case_t *c = s->c;
    const golden_tolerance_t biases = {.rel64 = step == 0 ? 1e-9 : 1e-6,
                                       .floor64 = 4 * DBL_EPSILON * terms,
                                       .floor32 = 4 * (double)FLT_EPSILON * terms};
    const golden_tolerance_t t = {.rel64 = step == 0 ? 1e-9 : 1e-6}; /* later steps stand on Adam's weights */
    char name[64], bias_name[64];
    snprintf(name, sizeof name, "grad%zu.blocks.%zu.W", step, l);
    snprintf(bias_name, sizeof bias_name, "grad%zu.blocks.%zu.b", step, l);
    const size_t n = part_length(s, l, LPL_STATE_WEIGHTS), m = s->width[l + 1];
    if (golden_wants(c, name) || golden_wants(c, bias_name)) {
        void *dw = typed_new(s->dtype, n), *db = typed_new(s->dtype, m);
        double *out = golden_doubles(n > m ? n : m);
        if (golden_ok(c,
                      typed_gradient(s->dtype, s->layer[l], dw, s->fan_in[l], s->has_bias ? db : NULL, NULL, x0, x1,
                                     s->row[l], s->batch),
                      "lpl_gradient")) {
            typed_read(out, s->dtype, dw, n);
            golden_compare(c, name, s->dtype, out, n, &t);
            typed_read(out, s->dtype, db, m);
            if (s->has_bias) {
                golden_compare(c, bias_name, s->dtype, out, m, &biases);
            }
        }
        free(dw);
        free(db);
        free(out);
    }
    if (s->sees != LPL_SEES_HEAD || step != 0) {
        return;
    }
    const double big = 1024;
    lpl_layer_config_t cfg = s->cfg[l];
    cfg.optim = LPL_OPTIM_SGD;
    cfg.eta = big;
    cfg.weight_decay = 0;
    lpl_layer_t *copy = make(s, l, &cfg);
    if (copy != NULL && golden_ok(c, typed_update(s->dtype, copy, NULL, x0, x1, s->row[l], s->batch), "lpl_update")) {
        for (int k = 0; k < 4; k++) {
            const size_t length = part_length(s, l, head_parts[k].state);
            void *p = typed_new(s->dtype, length), *q = typed_new(s->dtype, length);
            double *before = golden_doubles(length), *after = golden_doubles(length);
            if (golden_ok(c, typed_layer_read(s->dtype, s->layer[l], p, length, head_parts[k].state),
                          "lpl_layer_read") &&
                golden_ok(c, typed_layer_read(s->dtype, copy, q, length, head_parts[k].state), "lpl_layer_read")) {
                typed_read(before, s->dtype, p, length);
                typed_read(after, s->dtype, q, length);
                for (size_t i = 0; i < length; i++) {
                    before[i] = (before[i] - after[i]) / big;
                }
                snprintf(name, sizeof name, "grad0.proj.%zu.%s", l, head_parts[k].name);
                golden_compare(c, name, s->dtype, before, length, k % 2 ? &biases : &t);
            }
            free(p);
            free(q);
            free(before);
            free(after);
        }
    }
    lpl_layer_destroy(copy);
}

/* Map of view 1 before learning, what the loss sees of it, and the last layer's means over positions. */
static void first_responses(vgg_t *s, size_t l, const void *map) {
    const golden_tolerance_t t = {.rel64 = 1e-9};
    const size_t row = s->row[l + 1], n = s->batch * row, width = s->width[l + 1];
    size_t units = 0;
    double *out = golden_doubles(n);
    char name[32];
    typed_read(out, s->dtype, map, n);
    snprintf(name, sizeof name, "fm1.%zu", l);
    golden_compare(s->c, name, s->dtype, out, n, &t);
    free(out);
    const int sees = s->sees;
    for (int pass = 0; pass < 2; pass++) {
        s->sees = pass == 0 && sees == LPL_SEES_HEAD
                      ? LPL_SEES_HEAD
                      : LPL_SEES_POOLED; /* the reference records means also for "no pooling" */
        out = seen(s, l, map, &units);
        if (pass == 0) {
            snprintf(name, sizeof name, "z1.%zu", l);
            golden_compare(s->c, name, s->dtype, out, s->batch * units, &t);
        } else if (l + 1 == s->layers) {
            golden_compare(s->c, "features_view1", s->dtype, out, s->batch * width, &t);
        }
        free(out);
    }
    s->sees = sees;
}

/* One step of the whole stack on a pair of views (given back to free). */
static int one_step(vgg_t *s, size_t step, void *x[2]) {
    golden_case_t *c = s->c;
    for (size_t l = 0; l < s->layers; l++) {
        void *y[2] = {typed_new(s->dtype, s->batch * s->row[l + 1]), typed_new(s->dtype, s->batch * s->row[l + 1])};
        lpl_report_t report;
        int ok = golden_ok(c, lpl_report_init(&report, sizeof report), "lpl_report_init");
        for (int v = 0; v < 2 && ok; v++) { /* the next layer sees what this one said before it learned */
            ok = golden_ok(c, typed_forward(s->dtype, s->layer[l], y[v], s->row[l + 1], x[v], s->row[l], s->batch),
                           "lpl_forward");
        }
        if (ok && step == 0) {
            first_responses(s, l, y[0]);
        }
        double decorr = -1;
        if (ok) {
            gradients(s, l, step, x[0], x[1], bias_terms(s, l, y));
        }
        if (ok && s->decorr == 0) { /* the reference reports the loss of a term that is switched off, too */
            void *dw = typed_new(s->dtype, part_length(s, l, LPL_STATE_WEIGHTS));
            ok = golden_ok(c, lpl_layer_set(s->layer[l], LPL_PARAM_DECORR, 1), "lpl_layer_set") &&
                 golden_ok(c,
                           typed_gradient(s->dtype, s->layer[l], dw, s->fan_in[l], NULL, &report, x[0], x[1], s->row[l],
                                          s->batch),
                           "lpl_gradient") &&
                 golden_ok(c, lpl_layer_set(s->layer[l], LPL_PARAM_DECORR, 0), "lpl_layer_set");
            decorr = report.decorr;
            free(dw);
        }
        if (ok) {
            ok = golden_ok(c, typed_update(s->dtype, s->layer[l], &report, x[0], x[1], s->row[l], s->batch),
                           "lpl_update");
            s->losses[(step * 3 + 0) * s->layers + l] = report.pull;
            s->losses[(step * 3 + 1) * s->layers + l] = report.push;
            s->losses[(step * 3 + 2) * s->layers + l] = decorr >= 0 ? decorr : report.decorr;
        }
        for (int v = 0; v < 2; v++) {
            free(x[v]);
            x[v] = y[v];
        }
        if (!ok) {
            return 0;
        }
    }
    return 1;
}

/* Parameters after so many steps. float64 and Adam: an element whose gradient is 0 here and 1e-20 there differs by up
 * to lr a step. */
static void compare_parameters(vgg_t *s, size_t steps) {
    char prefix[32];
    snprintf(prefix, sizeof prefix, "step%zu", steps);
    for (size_t l = 0; l < s->layers; l++) {
        compare_state(s, l, prefix, "blocks", "W", LPL_STATE_WEIGHTS, steps);
        compare_state(s, l, prefix, "blocks", "b", LPL_STATE_BIAS, steps);
        for (int k = 0; k < 4 && s->sees == LPL_SEES_HEAD; k++) {
            compare_state(s, l, prefix, "proj", head_parts[k].name, head_parts[k].state, steps);
        }
    }
}

static void compare_stale(vgg_t *s) {
    const golden_tolerance_t t = {.rel64 = 1e-6}; /* of responses that several steps of Adam have shaped */
    for (size_t l = 0; l < s->layers && s->stale; l++) {
        const size_t n = s->width[l + 1];
        char name[32];
        void *p = typed_new(s->dtype, n);
        double *out = golden_doubles(n);
        for (int k = 0; k < 2; k++) {
            snprintf(name, sizeof name, k == 0 ? "stale_mean.%zu" : "stale_var.%zu", l);
            if (golden_ok(s->c,
                          typed_layer_read(s->dtype, s->layer[l], p, n, k == 0 ? LPL_STATE_MEAN : LPL_STATE_SIGMA2),
                          "lpl_layer_read")) {
                typed_read(out, s->dtype, p, n);
                golden_compare(s->c, name, s->dtype, out, n, &t);
            }
        }
        free(p);
        free(out);
    }
}

/* ---- images ---- */

typedef struct {
    npy_t x[2];
    unsigned char *records; /* CIFAR-10 file, or NULL */
    size_t n_records;
} images_t;

static int load_images(vgg_t *s, images_t *im) {
    golden_case_t *c = s->c;
    const char *file = golden_word(c, "file");
    if (file[0] == '\0') {
        return golden_input(c, "x1", 5, &im->x[0]) && golden_input(c, "x2", 5, &im->x[1]);
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", c->data, file);
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        snprintf(path, sizeof path, "%s/cifar-10-batches-bin/%s", c->data, file);
        f = fopen(path, "rb");
    }
    if (f == NULL) {
        golden_fail(c, "cannot open %s", path);
        return 0;
    }
    const size_t need = s->steps * s->batch;
    im->records = malloc(need * 3073);
    im->n_records = im->records ? fread(im->records, 3073, need, f) : 0;
    fclose(f);
    if (im->n_records < need) {
        golden_fail(c, "%s holds %zu images, need %zu", path, im->n_records, need);
    }
    return im->n_records == need;
}

static void *view_of(const vgg_t *s, const images_t *im, size_t step, int v) {
    const size_t row = s->row[0], n = s->batch * row;
    void *x = typed_new(s->dtype, n);
    for (size_t k = 0; k < n; k++) {
        double value;
        if (im->records != NULL) {
            const size_t image = step * s->batch + k / row, pixel = k % row, column = pixel % 32;
            const unsigned char byte = im->records[image * 3073 + 1 + pixel - column + (v == 0 ? column : 31 - column)];
            value = s->dtype == LPL_F64 ? ((double)byte / 255 - 0.5) * 4 : (double)(((float)byte / 255 - 0.5f) * 4);
        } else {
            value = npy_get(&im->x[v], step * n + k);
        }
        if (s->dtype == LPL_F64) {
            ((double *)x)[k] = value;
        } else {
            ((float *)x)[k] = (float)value;
        }
    }
    return x;
}

/* ---- the case ---- */

static void run(vgg_t *s, const images_t *im) {
    golden_case_t *c = s->c;
    s->losses = golden_doubles(s->steps * 3 * s->layers);
    int ok = 1;
    for (size_t l = 0; l < s->layers && ok; l++) {
        s->cfg[l].dtype = s->dtype;
        s->layer[l] = make(s, l, &s->cfg[l]);
        ok = s->layer[l] != NULL &&
             golden_ok(c, lpl_layer_set(s->layer[l], LPL_PARAM_DECORR, s->decorr), "lpl_layer_set");
    }
    for (size_t step = 0; step < s->steps && ok; step++) {
        void *x[2] = {view_of(s, im, step, 0), view_of(s, im, step, 1)};
        ok = one_step(s, step, x);
        free(x[0]);
        free(x[1]);
        compare_parameters(s, step + 1);
    }
    if (ok) {
        compare_stale(s);
        const golden_tolerance_t losses = {.rel64 = s->steps > 10 ? 1e-6 : 1e-9, .abs32 = 0};
        golden_compare(c, "losses", s->dtype, s->losses, s->steps * 3 * s->layers, &losses);
    }
    for (size_t l = 0; l < s->layers; l++) {
        lpl_layer_destroy(s->layer[l]);
        s->layer[l] = NULL;
    }
    free(s->losses);
}

/* Sizes and configs of all layers. */
static int set_up(vgg_t *s) {
    golden_case_t *c = s->c;
    size_t pool[MAX_LAYERS];
    const size_t n_widths = numbers(c, "widths", s->width, MAX_LAYERS + 1),
                 n_pool = numbers(c, "maxpool", pool, MAX_LAYERS);
    s->batch = golden_count(c, "B", 0);
    s->steps = golden_count(c, "steps", 0);
    s->layers = n_pool;
    s->side[0] = golden_count(c, "image", 32);
    s->row[0] = s->width[0] * s->side[0] * s->side[0];
    s->lr = golden_number(c, "lr", 1e-3);
    const char *optimizer = golden_word(c, "optimizer");
    s->adam = strcmp(optimizer, "adam") == 0;
    s->stale = golden_count(c, "stale_estimates", 0) != 0;
    s->has_bias = golden_count(c, "no_biases", 0) == 0;
    s->hidden = golden_count(c, "mlp_hidden", 0);
    s->out = golden_count(c, "projection", 0);
    s->sees = golden_count(c, "no_pooling", 0) ? LPL_SEES_POSITIONS : s->hidden > 0 ? LPL_SEES_HEAD : LPL_SEES_POOLED;
    if (n_pool == 0 || n_widths != n_pool + 1 || s->batch < 2 || s->steps == 0 || s->side[0] == 0) {
        golden_fail(c, "scalars.csv must give B >= 2, steps, widths (one more than maxpool) and maxpool");
        return 0;
    }
    if (!s->adam && strcmp(optimizer, "sgd") != 0) {
        golden_skip(c, "optimizer '%s' is not one of this release", optimizer);
        return 0;
    }
    for (size_t l = 0; l < s->layers; l++) {
        lpl_layer_config_t *cfg = &s->cfg[l];
        if (!golden_ok(c, lpl_layer_config_init(cfg, sizeof *cfg), "lpl_layer_config_init") ||
            !golden_ok(c, lpl_layer_preset(cfg, LPL_PRESET_REFERENCE), "lpl_layer_preset")) {
            return 0;
        }
        s->pool[l] = pool[l] ? 2 : 1;
        s->side[l + 1] = s->side[l] / (size_t)s->pool[l];
        s->row[l + 1] = s->width[l + 1] * s->side[l + 1] * s->side[l + 1];
        s->fan_in[l] = 9 * s->width[l];
        cfg->kind = LPL_LAYER_CONV2D;
        cfg->channels = (uint32_t)s->width[l];
        cfg->height = cfg->width = (uint32_t)s->side[l];
        cfg->n_post = s->width[l + 1];
        cfg->batch_max = s->batch;
        cfg->pool = (uint32_t)s->pool[l];
        cfg->bias = s->has_bias;
        cfg->stats = s->stale ? LPL_STATS_STALE : LPL_STATS_BATCH;
        cfg->pull = golden_number(c, "pull_coeff", 1);
        cfg->push = golden_number(c, "push_coeff", 1);
        s->decorr = golden_number(c, "decorr_coeff", 10);
        cfg->decorr = s->decorr > 0 ? s->decorr : 1; /* so that it can be switched on */
        cfg->eps = golden_number(c, "epsilon", 1e-4);
        cfg->optim = s->adam ? LPL_OPTIM_ADAM : LPL_OPTIM_MOMENTUM;
        cfg->momentum = golden_number(c, "momentum", 0.9);
        cfg->eta = s->lr;
        cfg->weight_decay = golden_number(c, "weight_decay", 0);
        cfg->beta1 = golden_number(c, "beta1", 0.9);
        cfg->beta2 = golden_number(c, "beta2", 0.999);
        cfg->adam_eps = s->adam_eps = golden_number(c, "adam_eps", 1e-8);
        cfg->sees = s->sees;
        cfg->head_hidden = (uint32_t)s->hidden;
        cfg->head_out = (uint32_t)s->out;
        cfg->init = LPL_INIT_ZERO;
        cfg->label = (int32_t)l;
    }
    return 1;
}

void golden_vgg(golden_case_t *c) {
    vgg_t s = {.c = c};
    images_t im = {0};
    if (set_up(&s) && load_images(&s, &im)) {
        if (im.records == NULL && (im.x[0].count != s.steps * s.batch * s.row[0] || im.x[1].count != im.x[0].count)) {
            golden_fail(c, "x1, x2 must be steps x B x %zu x %zu x %zu", s.width[0], s.side[0], s.side[0]);
        }
        for (int pass = 0; pass < 2 && c->status == GOLDEN_PASSED; pass++) {
            s.dtype = pass == 0 ? LPL_F64 : LPL_F32;
            run(&s, &im);
        }
    }
    npy_free(&im.x[0]);
    npy_free(&im.x[1]);
    free(im.records);
}
