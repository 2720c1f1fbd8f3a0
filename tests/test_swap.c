/* tests/test_swap.c - the swap experiment's canvas, pairing and losses, each against the published form written out: a
 * canvas of 13 slots, losses of pairs. */
#include "common/testing.h"
#include "worlds/canvas.h"
#include "worlds/condition.h"
#include "worlds/swapworld.h"

/* ---- an encoder, trained a little so that it has moments; no biases ---- */

static vgg_t small(size_t side) {
    vgg_t v = condition_vgg(CONDITION_NO_BIAS, side, 4, 1e-3);
    v.divide = 32, v.seed = 3;
    return v;
}

static lpl_stack_t *trained(const vgg_t *v, int steps) {
    lpl_stack_t *net = vgg_create(v);
    const size_t n = 3 * v->side * v->side;
    float *x = malloc(2 * 4 * n * sizeof *x);
    for (int t = 0; t < steps; t++) {
        OK(lpl_random_normal(x, 2 * 4 * n, 7, 1, (uint64_t)t * 8 * n));
        OK(lpl_stack_update(net, NULL, x, n, x + 4 * n, n, 4));
    }
    free(x);
    return net;
}

static lpl_layer_t *layer_of(lpl_stack_t *net, size_t k) {
    lpl_layer_t *l;
    OK(lpl_stack_layer(net, k, &l));
    return l;
}

static canvas_t canvas(lpl_stack_t *encoder, const vgg_t *v, size_t slots) {
    canvas_t c;
    char why[400] = "";
    ck_assert_msg(canvas_create(&c, encoder, v, slots, why, sizeof why), "%s", why);
    return c;
}

/* (a) Features on the short canvas are those on all 13 slots, at each place; one slot less and they are not. */
START_TEST(a_short_canvas_is_exact) {
    static const size_t sides[] = {32, 96}, need[] = {5, 3};
    for (int k = 0; k < 2; k++) {
        const vgg_t v = small(sides[k]);
        lpl_stack_t *net = trained(&v, 2);
        ck_assert_uint_eq(canvas_slots(sides[k]), need[k]);
        canvas_t part = canvas(net, &v, need[k]), whole = canvas(net, &v, CANVAS_SLOTS);
        float *image = malloc(3 * sides[k] * sides[k] * sizeof *image), *a = calloc(3 * part.features, sizeof *a),
              *b = calloc(3 * part.features, sizeof *b);
        OK(lpl_random_normal(image, 3 * sides[k] * sides[k], 5, 2, 0));
        canvas_encode(&part, a, image, NULL, 1);
        canvas_encode(&whole, b, image, NULL, 1);
        double most = 0, off = 0;
        int busy[CANVAS_PLACES][CANVAS_SLOTS] = {{0}};
        for (size_t i = 0; i < 3 * part.features; i++) {
            most = fmax(most, fabs((double)b[i])), off = fmax(off, fabs((double)a[i] - (double)b[i]));
            busy[i / part.features][i % CANVAS_SLOTS] |= b[i] != 0;
        }
        ck_assert_msg(most > 0 && off <= 1e-6 * most, "side %zu: %g of %g", sides[k], off, most);
        for (int place = 0; place < CANVAS_PLACES;
             place++) /* an image's activity reaches so far, and blank canvas is silent */
            for (int slot = 0; slot < CANVAS_SLOTS; slot++)
                ck_assert_msg(abs(slot - 6 * place) <= (k ? 1 : 2) || !busy[place][slot], "side %zu, place %d, slot %d",
                              sides[k], place, slot);
        for (int place = 0; place < CANVAS_PLACES; place++) ck_assert(busy[place][6 * place]);
        canvas_free(&part), canvas_free(&whole);
        lpl_stack_destroy(net);
        free(image), free(a), free(b);
    }
}
END_TEST

/* Scaled features: every channel that varies has variance 1 over the rows that said so; rows that come later, of this
 * canvas and of one that takes over the scale, are multiplied alike; a channel that is silent stays so. */
START_TEST(channels_of_one_variance) {
    enum { IMAGES = 6, SIDE = 32 };
    const vgg_t v = small(SIDE);
    lpl_stack_t *net = trained(&v, 2);
    canvas_t c = canvas(net, &v, 5), other = canvas(net, &v, 5);
    const size_t rows = IMAGES * CANVAS_PLACES, all = rows * c.features;
    float *image = malloc(IMAGES * 3 * SIDE * SIDE * sizeof *image), *raw = malloc(all * sizeof *raw),
          *scaled = malloc(all * sizeof *scaled), *later = malloc(all * sizeof *later);
    OK(lpl_random_normal(image, IMAGES * 3 * SIDE * SIDE, 5, 2, 0));
    canvas_encode(&c, raw, image, NULL, IMAGES);
    for (size_t k = 0; k < all; k++) raw[k] *= k % c.features / CANVAS_SLOTS != 1; /* channel 1 is silent */
    memcpy(scaled, raw, all * sizeof *raw);
    canvas_scale(&c, scaled, rows);
    canvas_scale_as(&other, &c);
    for (size_t channel = 0; channel < c.channels; channel++) {
        double sum = 0, square = 0, n = 0, was = 0;
        for (size_t k = 0; k < all; k++) {
            if (k % c.features / CANVAS_SLOTS != channel) continue;
            n++, sum += (double)scaled[k], square += (double)scaled[k] * (double)scaled[k], was += raw[k] != 0;
        }
        CLOSE(square / n - sum / n * sum / n, was > 0, 1e-4, 1);
    }
    canvas_encode(&c, later, image, NULL, IMAGES);
    for (size_t k = 0; k < all; k++) CLOSE(later[k], scaled[k], 1e-5, 1 + fabs((double)scaled[k]));
    canvas_encode(&other, scaled, image, NULL, IMAGES);
    ck_assert_mem_eq(scaled, later, all * sizeof *later);
    canvas_scale_as(&other, &(canvas_t){.scale = NULL});
    canvas_encode(&other, later, image, NULL, IMAGES);
    for (size_t k = 0; k < all; k++)
        if (k % c.features / CANVAS_SLOTS != 1) ck_assert(later[k] == raw[k]);
    canvas_free(&c), canvas_free(&other);
    lpl_stack_destroy(net);
    free(image), free(raw), free(scaled), free(later);
}
END_TEST

/* (b), (d) for a convolution: what an exposure does to the weights of every layer is the same on the short canvas, by
 * its terms, as on 13 slots. The moments come from the encoder, and Adam's step with them (e), so the weights tell. */
START_TEST(convolutions_learn_the_same_on_a_short_canvas) {
    enum { ROWS = 6 };
    static const int past[ROWS] = {1, 1, 1, 4, 4, 4};
    vgg_t v = small(32);
    lpl_stack_t *net = trained(&v, 3);
    v.pair = LPL_PAIR_CAUSAL, v.pull = 1.5, v.batch = ROWS;
    canvas_t c[2] = {canvas(net, &v, 5), canvas(net, &v, CANVAS_SLOTS)};
    float *image = malloc(2 * 3 * 32 * 32 * sizeof *image);
    OK(lpl_random_normal(image, 2 * 3 * 32 * 32, 6, 2, 0));
    double *w[2] = {NULL, NULL}, *start = NULL;
    size_t n = 0;
    for (int k = 0; k < 2; k++) {
        float *x = calloc(ROWS * c[k].pixels, sizeof *x), *x0 = calloc(ROWS * c[k].pixels, sizeof *x0);
        for (int row = 0; row < ROWS; row++)
            canvas_put(&c[k], x + (size_t)row * c[k].pixels, image + row / 3 * 3 * 32 * 32, row % 3);
        for (int row = 0; row < ROWS; row++)
            memcpy(x0 + (size_t)row * c[k].pixels, x + (size_t)past[row] * c[k].pixels, c[k].pixels * sizeof *x);
        n = 0;
        for (int after = 0; after < 2; after++) {
            size_t at = 0;
            for (size_t l = 0; l < VGG_LAYERS; l++) {
                double fan_in;
                lpl_layer_t *layer = layer_of(c[k].net, l);
                if (!after)
                    OK(lpl_layer_set(layer, LPL_PARAM_ETA, 0)); /* the gradient is what counts: moments only move */
                OK(lpl_layer_get(layer, LPL_PARAM_FAN_IN, &fan_in));
                const size_t m = (size_t)fan_in * vgg_width(&v, l);
                float *one = malloc(m * sizeof *one);
                OK(lpl_layer_read(layer, one, m, LPL_STATE_OPTIM_M));
                double **to = after ? &w[k] : &start;
                *to = realloc(*to, (at + m) * sizeof **to);
                for (size_t i = 0; i < m; i++) (*to)[at + i] = (double)one[i];
                at += m;
                free(one);
            }
            n = at;
            if (!after) OK(lpl_stack_update(c[k].net, NULL, x0, c[k].pixels, x, c[k].pixels, ROWS));
        }
        for (size_t i = 0; i < n; i++) w[k][i] = (w[k][i] - 0.9 * start[i]) / 0.1; /* the gradient itself */
        free(x), free(x0);
    }
    /* Losses of s z, s = 5/13, on the short canvas are those of z on the long one: the same function of the weights. */
    double most = 0, off = 0;
    for (size_t i = 0; i < n; i++) most = fmax(most, fabs(w[1][i])), off = fmax(off, fabs(w[0][i] - w[1][i]));
    ck_assert_msg(most > 1e-4 && off < 2e-4 * most, "gradients differ by %g of %g", off, most);
    for (int k = 0; k < 2; k++) canvas_free(&c[k]), free(w[k]);
    free(start), free(image), lpl_stack_destroy(net);
}
END_TEST

/* (e) The step after the last of the encoder is the one it would have made: moments and step count come along. */
START_TEST(adam_goes_on) {
    const vgg_t v = small(32);
    lpl_stack_t *net = trained(&v, 3);
    canvas_t c = canvas(net, &v, 5);
    for (size_t k = 0; k < VGG_LAYERS; k++) {
        double step, eta, fan_in;
        lpl_layer_t *l = layer_of(c.net, k);
        OK(lpl_layer_get(l, LPL_PARAM_STEP, &step));
        OK(lpl_layer_get(l, LPL_PARAM_ETA, &eta));
        OK(lpl_layer_get(l, LPL_PARAM_FAN_IN, &fan_in));
        ck_assert(step == 3);
        const size_t m = (size_t)fan_in * vgg_width(&v, k);
        float *w = malloc(m * sizeof *w), *m1 = malloc(m * sizeof *w), *m2 = malloc(m * sizeof *w),
              *g = calloc(m, sizeof *g), *after = malloc(m * sizeof *w);
        OK(lpl_layer_read(l, w, m, LPL_STATE_WEIGHTS));
        OK(lpl_layer_read(l, m1, m, LPL_STATE_OPTIM_M));
        OK(lpl_layer_read(l, m2, m, LPL_STATE_OPTIM_V));
        /* on blank maps the gradient is 0, so the step is by the moments and the decay alone */
        double n_pre;
        OK(lpl_layer_get(l, LPL_PARAM_N_PRE, &n_pre));
        float *blank = calloc(4 * (size_t)n_pre, sizeof *blank);
        lpl_optim_config_t o;
        OK(lpl_optim_config_init(&o, sizeof o));
        o.optim = LPL_OPTIM_ADAM, o.eta = eta, o.weight_decay = 1.5e-6;
        OK(lpl_optim_step(&o, w, m1, m2, g, m, 4));
        OK(lpl_update(l, NULL, blank, (size_t)n_pre, blank, (size_t)n_pre, 4));
        OK(lpl_layer_read(l, after, m, LPL_STATE_WEIGHTS));
        for (size_t i = 0; i < m; i++) CLOSE((double)after[i], (double)w[i], 1e-6, eta);
        free(w), free(m1), free(m2), free(g), free(after), free(blank);
    }
    canvas_free(&c), lpl_stack_destroy(net);
}
END_TEST

/* ---- who follows whom ---- */

static int image_of(char object, int set, int pair) { return set * 16 + (object == 'N' ? 8 : 0) + pair; }

/* The table of the experiment, entry by entry. */
START_TEST(pairing_table) {
    static const struct {
        char past, now;
        int set, slot; /* where the later one is: 0, 12 */
    } table[] = {
        {'P', 'P', 0, 12}, {'P', 'N', 0, 0},
        {'N', 'N', 0, 12}, {'N', 'P', 0, 0}, /* set 1: swap slot 0, non-swap 12 */
        {'P', 'P', 1, 0},  {'P', 'N', 1, 12},
        {'N', 'N', 1, 0},  {'N', 'P', 1, 12}, /* set 2: swap slot 12, non-swap 0 */
    };
    int seen[SWAP_ROWS] = {0};
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++)
        for (int pair = 0; pair < 8; pair++) {
            const int now = 3 * image_of(table[k].now, table[k].set, pair) + (table[k].slot == 0 ? 0 : 2);
            ck_assert_int_eq(swap_past(now, true), 3 * image_of(table[k].past, table[k].set, pair) + 1);
            ck_assert_int_eq(swap_past(now, false), 3 * image_of(table[k].now, table[k].set, pair) + 1);
            seen[now]++;
        }
    for (int row = 0; row < SWAP_ROWS; row++) {
        ck_assert_int_eq(seen[row], row % 3 != 1);
        if (row % 3 == 1) ck_assert_int_eq(swap_past(row, true), row);
    }
    ck_assert(SWAP_ROWS == 96 && SWAP_IMAGES == 48 && SWAP_ALL == 144);
}
END_TEST

/* ---- losses of the dense layer, in double ---- */

enum { F = 11, M = 4, PAIRS = 6 };

static void respond(double *z, const double *w, const double *b, const double *x, size_t rows) {
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < M; i++) {
            double s = b[i];
            for (size_t j = 0; j < F; j++) s += w[i * F + j] * x[r * F + j];
            z[r * M + i] = s;
        }
}

/* push + 10 decorr over these rows together. */
static double others(const double *z, size_t rows) {
    double mean[M] = {0}, c[M][M] = {{0}}, loss = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < M; i++) mean[i] += z[r * M + i] / (double)rows;
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < M; i++)
            for (size_t k = 0; k < M; k++)
                c[i][k] += (z[r * M + i] - mean[i]) * (z[r * M + k] - mean[k]) / (double)(rows - 1);
    for (size_t i = 0; i < M; i++) loss -= log(c[i][i] + 1e-4) / M;
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k < M; k++)
            if (i != k) loss += 10 * c[i][k] * c[i][k] / (M * M - M);
    return loss;
}

/* theory 8.2, 3: mean squared difference of the two views (both learn), push and decorr of all outputs pooled. */
static double pairs_loss(const double *w, const double *b, const double *x) {
    double z[2 * PAIRS * M], loss = 0;
    respond(z, w, b, x, 2 * PAIRS);
    for (size_t i = 0; i < PAIRS * M; i++) loss += pow(z[i] - z[PAIRS * M + i], 2) / (PAIRS * M);
    return loss + others(z, 2 * PAIRS);
}

/* theory 8.2, 5: mean of 8 mean squared errors over 8 pairs x units; the past is given (detached). */
static double exposure_loss(const double *w, const double *b, const double *x, const double *detached) {
    double z[SWAP_ROWS * M], loss = 0;
    respond(z, w, b, x, SWAP_ROWS);
    for (int set = 0; set < 2; set++)
        for (int term = 0; term < 4; term++) {
            const char past = term < 2 ? 'P' : 'N', now = term % 2 == 0 ? past : term < 2 ? 'N' : 'P';
            const int swapped = past != now, place = swapped == (set == 0) ? 0 : 2;
            for (int pair = 0; pair < 8; pair++)
                for (size_t i = 0; i < M; i++)
                    loss += pow(z[(size_t)(3 * image_of(now, set, pair) + place) * M + i] -
                                    detached[(size_t)(3 * image_of(past, set, pair) + 1) * M + i],
                                2) /
                            (8 * M) / 8;
        }
    return loss + others(z, SWAP_ROWS);
}

/* The same layer in float64, as the program configures it: pull, pair, statistics from the program's own layer. */
static lpl_layer_t *twin(lpl_layer_t *made, size_t rows, double *w, double *b) {
    lpl_layer_config_t c;
    lpl_layer_t *l;
    double pull, push, decorr, eps;
    OK(lpl_layer_get(made, LPL_PARAM_PULL, &pull));
    OK(lpl_layer_get(made, LPL_PARAM_PUSH, &push));
    OK(lpl_layer_get(made, LPL_PARAM_DECORR, &decorr));
    OK(lpl_layer_get(made, LPL_PARAM_EPS, &eps));
    OK(lpl_layer_config_init(&c, sizeof c));
    OK(lpl_layer_preset(&c, LPL_PRESET_REFERENCE));
    c.dtype = LPL_F64, c.n_pre = F, c.n_post = M, c.batch_max = rows, c.activation = LPL_ACT_LINEAR,
    c.pair = LPL_PAIR_CAUSAL;
    c.pull = pull, c.push = push, c.decorr = decorr, c.eps = eps;
    OK(lpl_layer_create(&c, &l));
    OK(lpl_layer_write_f64(l, w, M * F, LPL_STATE_WEIGHTS));
    OK(lpl_layer_write_f64(l, b, M, LPL_STATE_BIAS));
    return l;
}

static void against_differences(const double *dw, double *w, double (*loss)(const double *w, void *user), void *user) {
    double scale = 0;
    for (size_t k = 0; k < M * F; k++) scale = fmax(scale, fabs(dw[k]));
    for (size_t k = 0; k < M * F; k++) {
        const double h = 1e-5, keep = w[k];
        w[k] = keep + h;
        const double up = loss(w, user);
        w[k] = keep - h;
        const double down = loss(w, user);
        w[k] = keep;
        CLOSE(dw[k], (up - down) / (2 * h), 1e-7, scale);
    }
}

typedef struct {
    const double *b, *x, *detached;
} problem_t;
static double loss_of_pairs(const double *w, void *user) {
    const problem_t *p = user;
    return pairs_loss(w, p->b, p->x);
}
static double loss_of_exposure(const double *w, void *user) {
    const problem_t *p = user;
    return exposure_loss(w, p->b, p->x, p->detached);
}

/* (c) Both views learn from the mean squared difference, statistics pooled: one causal layer with rows [1; 2] and past
 *     [2; 1]. */
START_TEST(pairs_by_a_causal_layer) {
    double *w = testing_doubles(M * F), *b = testing_doubles(M), *x = testing_doubles(2 * PAIRS * F),
           past[2 * PAIRS * F], dw[M * F];
    lpl_layer_t *made = swap_dense_pairs(F, M, PAIRS, 1, 1), *l = twin(made, 2 * PAIRS, w, b);
    memcpy(past, x + PAIRS * F, sizeof past / 2), memcpy(past + PAIRS * F, x, sizeof past / 2);
    OK(lpl_gradient_f64(l, dw, F, NULL, NULL, past, F, x, F, 2 * PAIRS));
    problem_t p = {b, x, NULL};
    against_differences(dw, w, loss_of_pairs, &p);
    lpl_layer_destroy(l), lpl_layer_destroy(made);
    free(w), free(b), free(x);
}
END_TEST

/* (d) An exposure: 96 rows, the past of a row by the pairing table. */
START_TEST(exposure_by_a_causal_layer) {
    double *w = testing_doubles(M * F), *b = testing_doubles(M), *x = testing_doubles(SWAP_ROWS * F),
           *past = testing_doubles(SWAP_ROWS * F), dw[M * F], detached[SWAP_ROWS * M];
    lpl_layer_t *pairs = swap_dense_pairs(F, M, PAIRS, 1, 1), *made = swap_dense_exposure(pairs, 1, 0.1, 1),
                *l = twin(made, SWAP_ROWS, w, b);
    double optim_m_exists = lpl_layer_read(made, (float[M * F]){0}, M * F, LPL_STATE_OPTIM_M), eta;
    ck_assert(optim_m_exists == LPL_E_ARG); /* plain SGD */
    OK(lpl_layer_get(made, LPL_PARAM_ETA, &eta));
    ck_assert(eta == 0.1);
    float a[M * F], c[M * F];
    OK(lpl_layer_read(pairs, a, M * F, LPL_STATE_WEIGHTS));
    OK(lpl_layer_read(made, c, M * F, LPL_STATE_WEIGHTS));
    ck_assert(memcmp(a, c, sizeof a) == 0);
    for (int row = 0; row < SWAP_ROWS; row++) memcpy(past + row * F, x + swap_past(row, true) * F, F * sizeof *x);
    respond(detached, w, b, x, SWAP_ROWS);
    OK(lpl_gradient_f64(l, dw, F, NULL, NULL, past, F, x, F, SWAP_ROWS));
    problem_t p = {b, x, detached};
    against_differences(dw, w, loss_of_exposure, &p);
    lpl_layer_destroy(l), lpl_layer_destroy(made), lpl_layer_destroy(pairs);
    free(w), free(b), free(x), free(past);
}
END_TEST

/* (e) A layer that reads coordinates in what the rows span goes the way of one that reads all features; a row that is
 * the sum of two others has no axis of its own. */
START_TEST(exposure_in_the_span_of_its_rows) {
    enum { MANY = 200, UNITS = 6, STEPS = 30 };
    float *x = testing_floats(SWAP_ALL * MANY), *near = malloc(SWAP_ALL * SWAP_ALL * sizeof *near),
          *past[2] = {malloc(SWAP_ROWS * MANY * sizeof **past), malloc(SWAP_ROWS * MANY * sizeof **past)},
          z[2][SWAP_ALL * UNITS], first[SWAP_ALL * UNITS];
    double *basis = malloc(SWAP_ALL * MANY * sizeof *basis), eta;
    for (size_t j = 0; j < MANY; j++) x[5 * MANY + j] = x[3 * MANY + j] + x[4 * MANY + j], x[7 * MANY + j] = 0;
    const size_t rank = swap_span(basis, near, x, SWAP_ALL, MANY);
    ck_assert_uint_eq(rank, SWAP_ALL - 2);
    for (size_t a = 0; a < rank; a++)
        for (size_t b = 0; b <= a; b++) {
            double sum = 0;
            for (size_t j = 0; j < MANY; j++) sum += basis[a * MANY + j] * basis[b * MANY + j];
            CLOSE(sum, a == b, 1e-12, 1);
        }
    lpl_layer_t *learned = swap_dense_pairs(MANY, UNITS, PAIRS, 1, 1), *turned = swap_dense_span(learned, basis, rank);
    eta = swap_eta(x, SWAP_ROWS, MANY, UNITS, NULL);
    lpl_layer_t *l[2] = {swap_dense_exposure(learned, 1, eta, 1), swap_dense_exposure(turned, 1, eta, 1)};
    const float *from[2] = {x, near};
    const size_t width[2] = {MANY, rank};
    for (int k = 0; k < 2; k++) {
        for (size_t row = 0; row < SWAP_ROWS; row++)
            memcpy(past[k] + row * width[k], from[k] + (size_t)swap_past((int)row, true) * width[k],
                   width[k] * sizeof **past);
        OK(lpl_forward(l[k], z[k], UNITS, from[k], width[k], SWAP_ALL));
    }
    memcpy(first, z[0], sizeof first);
    for (int step = 0; step <= STEPS; step++) {
        double moved = 0, most = 0;
        for (int i = 0; i < SWAP_ALL * UNITS; i++) {
            moved = fmax(moved, fabs((double)z[0][i] - (double)first[i])), most = fmax(most, fabs((double)z[0][i]));
            CLOSE(z[0][i], z[1][i], 1e-4, 1 + most);
        }
        ck_assert(step < STEPS || moved > 0.05 * most);
        for (int k = 0; k < 2; k++) {
            OK(lpl_update(l[k], NULL, past[k], width[k], from[k], width[k], SWAP_ROWS));
            OK(lpl_forward(l[k], z[k], UNITS, from[k], width[k], SWAP_ALL));
        }
    }
    lpl_layer_destroy(l[0]), lpl_layer_destroy(l[1]), lpl_layer_destroy(turned), lpl_layer_destroy(learned);
    free(x), free(near), free(past[0]), free(past[1]), free(basis);
}
END_TEST

/* ---- what is measured ---- */

START_TEST(measures) {
    enum { U = 3 };
    float *z = calloc(SWAP_ALL * U, sizeof *z);
    signed char sign[SWAP_SETS * SWAP_PAIRS * U];
    /* unit 1 prefers N; elsewhere P. Differences by place and set; the sign is taken at the centre. */
    for (int set = 0; set < 3; set++)
        for (int pair = 0; pair < 8; pair++)
            for (int place = 0; place < 3; place++)
                for (int i = 0; i < U; i++) {
                    const float d = (float)(1 + set * 10 + place * 3) * (i == 1 ? -1 : 1);
                    z[(3 * image_of('P', set, pair) + place) * U + i] = 100 + d;
                    z[(3 * image_of('N', set, pair) + place) * U + i] = 100;
                }
    swap_signs(sign, z, U);
    for (int k = 0; k < SWAP_SETS * SWAP_PAIRS * U; k++) ck_assert_int_eq(sign[k], k % U == 1 ? -1 : 1);
    swap_point_t p;
    swap_measure(&p, z, sign, U);
    CLOSE(p.swap, (1 + 17) / 2.0, 1e-6, 1);    /* set 1 at the top, set 2 at the bottom */
    CLOSE(p.nonswap, (7 + 11) / 2.0, 1e-6, 1); /* set 1 at the bottom, set 2 at the top */
    CLOSE(p.control, (21 + 24 + 27) / 3.0, 1e-6, 1);
    CLOSE(p.preferred - p.other, 17, 1e-5, 1);
    /* n = 48 values of 1 or 17: sd about 8.08, standard error sd / sqrt(48) */
    CLOSE(p.swap_se, sqrt(64.0 * 48 / 47 / 48), 1e-6, 1);
    CLOSE(p.control_se, 0, 1e-5, 1);
    for (int place = 0; place < 3; place++)
        for (int k = 0; k < SWAP_IMAGES; k++)
            for (int i = 0; i < U; i++)
                z[(3 * k + place) * U + i] =
                    (float)((k + 1) * (i + 1)) * (place == 2 ? 1.5f : 1) + (place == 0 ? 3 : 0);
    CLOSE(swap_correlation(z, U, CANVAS_TOP), 1, 1e-9, 1);
    CLOSE(swap_ratio(z, U, CANVAS_BOTTOM), 1.5, 1e-6, 1);
    for (int k = 0; k < SWAP_IMAGES; k++)
        for (int i = 0; i < U; i++) z[(3 * k) * U + i] = (float)((k + 1) * (i + 1) * (k % 2 ? 1 : -1));
    ck_assert(fabs(swap_correlation(z, U, CANVAS_TOP)) < 0.2);
    /* the rule for the learning rate: variances 1 + 4 over rows -1 1 -1 1 (unbiased: 4/3) */
    const float x[4 * 2] = {-1, -2, 1, 2, -1, -2, 1, 2};
    double trace;
    CLOSE(swap_eta(x, 4, 2, 10, &trace), 0.15 * 10 / (2 * 5 * 4.0 / 3), 1e-12, 1);
    CLOSE(trace, 5 * 4.0 / 3, 1e-12, 1);
    free(z);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(refusals) {
    vgg_t v = small(32);
    char why[400] = "";
    canvas_t c;
    lpl_stack_t *net = trained(&v, 1);
    ck_assert(!canvas_create(&c, net, &v, 3, why, sizeof why) && strstr(why, "margin") && strstr(why, "5"));
    ck_assert(!canvas_create(&c, net, &v, 4, why, sizeof why) && strstr(why, "odd"));
    vgg_t other = v;
    other.divide = 16;
    ck_assert(!canvas_create(&c, net, &other, 5, why, sizeof why) && strstr(why, "channels"));
    other = v, other.side = 64;
    ck_assert(!canvas_create(&c, net, &other, 3, why, sizeof why) && strstr(why, "32 x 32"));
    lpl_stack_destroy(net);
    other = v, other.bias = 1;
    net = vgg_create(&other);
    ck_assert(!canvas_create(&c, net, &v, 5, why, sizeof why) && strstr(why, "layer 1") && strstr(why, "biases"));
    lpl_stack_destroy(net);
}
END_TEST

int main(void) {
    testing_seed("test_swap", 20261128);
    Suite *s = suite_create("swap");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_short_canvas_is_exact);
    tcase_add_test(t, channels_of_one_variance);
    tcase_add_test(t, convolutions_learn_the_same_on_a_short_canvas);
    tcase_add_test(t, adam_goes_on);
    tcase_add_test(t, pairing_table);
    tcase_add_test(t, pairs_by_a_causal_layer);
    tcase_add_test(t, exposure_by_a_causal_layer);
    tcase_add_test(t, exposure_in_the_span_of_its_rows);
    tcase_add_test(t, measures);
    tcase_add_test(t, refusals);
    suite_add_tcase(s, t);
    return testing_run(s);
}
