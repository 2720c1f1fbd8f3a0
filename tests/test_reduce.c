/* tests/test_reduce.c - learning on several ranks (lpl/reduce.h): threads in place of ranks. */
#include "common/memfile.h"
#include "common/rank_faults.h"

enum { STEPS = 4, MAX_ROWS = 96 };

START_TEST(config) {
    lpl_reduce_config_t cfg;
    ck_assert_int_eq(lpl_reduce_config_init(&cfg, sizeof cfg), LPL_OK);
    ck_assert_uint_eq(cfg.size, sizeof cfg);
    ck_assert_uint_eq(cfg.flags, 0);
    ck_assert_uint_eq(cfg.chunk, 32);
    ck_assert_int_eq(lpl_reduce_config_init(NULL, sizeof cfg), LPL_E_NULL);
    ck_assert_int_eq(lpl_reduce_config_init(&cfg, 0), LPL_E_VERSION);
}
END_TEST

/* ---- a world: layers, batches, how rows are dealt to ranks ---- */

typedef struct {
    lpl_layer_config_t cfg;
    lpl_reduce_config_t reduce;
    size_t steps, rows[STEPS], first[STEPS][RANKS_MAX + 1]; /* rows first[k] .. first[k + 1] - 1 are rank k's */
    int remembers;                                          /* x0 is the remembered response */
    double *x[STEPS][2];                                    /* rows x n_pre */
    size_t n_pre;
} world_t;

/* What a run leaves behind. */
typedef struct {
    double *state[RANKS_MAX];
    size_t n[RANKS_MAX];
    lpl_report_t report[RANKS_MAX][STEPS];
    lpl_status_t status[RANKS_MAX][STEPS];
} result_t;

static int pick(int n) { return (int)testing_size(0, (size_t)n - 1); }

/* Deal the chunks of each step to n ranks; some may have none. */
static void deal(world_t *w, int n) {
    for (size_t s = 0; s < w->steps; s++) {
        const size_t chunks = w->rows[s] / (size_t)w->reduce.chunk;
        w->first[s][0] = 0;
        for (int k = 1; k < n; k++) {
            const size_t low = w->first[s][k - 1] / (size_t)w->reduce.chunk;
            w->first[s][k] = w->remembers && s > 0 ? w->first[0][k] : testing_size(low, chunks) * w->reduce.chunk;
        }
        w->first[s][n] = w->rows[s];
    }
}

static world_t world(void) {
    world_t w = {.steps = STEPS};
    lpl_layer_config_t *c = &w.cfg;
    OK(lpl_layer_config_init(c, sizeof *c));
    OK(lpl_reduce_config_init(&w.reduce, sizeof w.reduce));
    c->dtype = pick(2) ? LPL_F64 : LPL_F32;
    c->seed = testing_bits();
    c->threads = pick(12) ? 1 : 2;
    c->optim = pick(3);
    c->eta = c->optim == LPL_OPTIM_ADAM ? 1e-3 : 1e-2;
    c->weight_decay = pick(2) ? 1e-3 : 0;
    c->activation = pick(9);
    c->pair = pick(2);
    c->stats = pick(3);
    c->tau_mean = 50, c->tau_sigma2 = 80;
    c->form = pick(2);
    c->norm = pick(2);
    c->push_form = pick(3);
    c->decorr = pick(2);
    c->pull = pick(4) > 0;
    c->label = 3;
    w.reduce.chunk = testing_size(1, 12);
    if (pick(2)) {
        c->n_pre = testing_size(1, 40);
        c->n_post = testing_size(1, 40);
        if (pick(8) == 0) c->n_post = 300, c->n_pre = 530; /* several tiles */
        c->bias = pick(4) > 0;
        if (pick(4) == 0) { /* another rule */
            c->rule = 1 + pick(6);
            c->pair = LPL_PAIR_CAUSAL;
            if (c->rule == LPL_RULE_HEBB_COVARIANCE && pick(2)) c->stats = LPL_STATS_BATCH;
        }
    } else {
        c->kind = LPL_LAYER_CONV2D;
        c->channels = (uint32_t)testing_size(1, 9);
        c->height = (uint32_t)testing_size(4, 9);
        c->width = (uint32_t)testing_size(4, 9);
        c->n_post = testing_size(1, 9);
        if (pick(8) == 0) c->channels = 32, c->n_post = 64, c->height = c->width = 8, w.reduce.chunk = 8;
        c->pool = 1 + (uint32_t)pick(2);
        c->sees = pick(3);
        c->head_hidden = c->sees == LPL_SEES_HEAD ? (uint32_t)testing_size(1, 9) : 0;
        c->head_out = c->sees == LPL_SEES_HEAD ? (uint32_t)testing_size(2, 9) : 0;
        if (c->sees == LPL_SEES_POSITIONS) c->stats = pick(2);
        c->n_pre = (uint64_t)c->channels * c->height * c->width;
    }
    if (c->rule == LPL_RULE_LPL && c->stats == LPL_STATS_BATCH && pick(2)) { /* terms of the whole batch */
        c->pull_form = pick(4);
        if (pick(2)) c->push_form = LPL_PUSH_NEGATIVE + pick(2);
        c->predictor_alpha = (double[]){0.5, 1, 2}[pick(3)];
    }
    if (c->rule == LPL_RULE_HEBB_COVARIANCE) c->stats = LPL_STATS_EWMA;
    w.n_pre = (size_t)c->n_pre;
    w.remembers = c->pair == LPL_PAIR_CAUSAL && pick(2);
    size_t most = 0;
    for (size_t s = 0; s < w.steps; s++) {
        w.rows[s] = testing_size(1, MAX_ROWS / (size_t)w.reduce.chunk) * (size_t)w.reduce.chunk;
        if (w.rows[s] < 2) w.rows[s] = 2;
        if (w.remembers && s > 0) w.rows[s] = w.rows[0];
        most = w.rows[s] > most ? w.rows[s] : most;
        for (int v = 0; v < 2; v++) {
            w.x[s][v] = testing_doubles(w.rows[s] * w.n_pre);
            for (size_t k = 0; k < w.rows[s] * w.n_pre; k++) {
                if (v) w.x[s][v][k] = 0.8 * w.x[s][0][k] + 0.2 * w.x[s][v][k];
                if (c->dtype == LPL_F32) w.x[s][v][k] = (double)(float)w.x[s][v][k];
            }
        }
    }
    c->batch_max = most;
    return w;
}

static void free_world(world_t *w) {
    for (size_t s = 0; s < w->steps; s++) free(w->x[s][0]), free(w->x[s][1]);
}

/* Rows of a step in the layer's type. */
static void *rows_of(const world_t *w, size_t s, int v, size_t first, size_t end) {
    const size_t n = (end - first) * w->n_pre;
    const double *x = w->x[s][v] + first * w->n_pre;
    if (w->cfg.dtype == LPL_F64) {
        double *p = malloc((n + 1) * sizeof *p);
        memcpy(p, x, n * sizeof *p);
        return p;
    }
    float *p = malloc((n + 1) * sizeof *p);
    for (size_t k = 0; k < n; k++) p[k] = (float)x[k];
    return p;
}

static lpl_status_t update(lpl_layer_t *l, const world_t *w, lpl_report_t *report, size_t s, size_t first, size_t end) {
    void *x0 = rows_of(w, s, 0, first, end), *x1 = rows_of(w, s, 1, first, end);
    const size_t n = w->n_pre;
    const void *past = w->remembers ? NULL : x0;
    const lpl_status_t status = w->cfg.dtype == LPL_F64 ? lpl_update_f64(l, report, past, n, x1, n, end - first)
                                                        : lpl_update(l, report, past, n, x1, n, end - first);
    free(x0), free(x1);
    return status;
}

static const int32_t states[] = {LPL_STATE_WEIGHTS,    LPL_STATE_BIAS,    LPL_STATE_MEAN,     LPL_STATE_SIGMA2,
                                 LPL_STATE_COVARIANCE, LPL_STATE_OPTIM_M, LPL_STATE_OPTIM_V,  LPL_STATE_BIAS_M,
                                 LPL_STATE_BIAS_V,     LPL_STATE_THETA,   LPL_STATE_HEAD_W1,  LPL_STATE_HEAD_B1,
                                 LPL_STATE_HEAD_W2,    LPL_STATE_HEAD_B2, LPL_STATE_PREDICTOR};

/* All that a layer has learned, as doubles (a float is one exactly). */
static double *learned(const lpl_layer_t *l, const lpl_layer_config_t *c, size_t *n) {
    double *all = NULL;
    double units, fan_in, post = (double)c->n_post;
    OK(lpl_layer_get(l, LPL_PARAM_UNITS, &units));
    OK(lpl_layer_get(l, LPL_PARAM_FAN_IN, &fan_in));
    const double square = c->sees == LPL_SEES_POSITIONS ? post : units, h = c->head_hidden, o = c->head_out;
    const double length[] = {post * fan_in, post, units,          units, units * units, post * fan_in,
                             post * fan_in, post, post,           post,  h * post,      h,
                             o * h,         o,    square * square};
    *n = 0;
    for (size_t k = 0; k < sizeof states / sizeof *states; k++) {
        const size_t len = (size_t)length[k];
        all = realloc(all, (*n + len + 1) * sizeof *all);
        if (c->dtype == LPL_F64) {
            if (lpl_layer_read_f64(l, all + *n, len, states[k]) < 0) continue;
        } else {
            float *f = malloc((len + 1) * sizeof *f);
            const lpl_status_t status = lpl_layer_read(l, f, len, states[k]);
            for (size_t q = 0; status >= 0 && q < len; q++) all[*n + q] = (double)f[q];
            free(f);
            if (status < 0) continue;
        }
        *n += len;
    }
    return all;
}

typedef struct {
    const world_t *w;
    result_t *out;
    size_t from, to;
    lpl_layer_t **layer; /* of each rank, made before or made here */
    int keep;
} job_t;

static void learn(rank_t *r, void *user) {
    const job_t *j = user;
    const world_t *w = j->w;
    const int k = r->rank;
    lpl_layer_config_t c = w->cfg;
    lpl_layer_t *l = j->layer ? j->layer[k] : NULL;
    size_t most = (size_t)w->reduce.chunk; /* ranks have room for what they get */
    for (size_t s = 0; s < w->steps; s++)
        if (w->first[s][k + 1] - w->first[s][k] > most) most = w->first[s][k + 1] - w->first[s][k];
    c.batch_max = most;
    if (!l) OK(lpl_layer_create(&c, &l));
    OK(lpl_layer_set_reduce(l, &w->reduce, ranks_reduce, ranks_start, ranks_finish, r));
    for (size_t s = j->from; s < j->to; s++) {
        lpl_report_t *report = &j->out->report[k][s];
        lpl_report_init(report, sizeof *report);
        j->out->status[k][s] = update(l, w, report, s, w->first[s][k], w->first[s][k + 1]);
        ck_assert_msg(j->out->status[k][s] >= 0, "step %zu: %s", s, lpl_last_error());
    }
    j->out->state[k] = learned(l, &w->cfg, &j->out->n[k]);
    if (j->layer && j->keep)
        j->layer[k] = l;
    else
        lpl_layer_destroy(l);
}

static const char *name_of(const world_t *w) {
    static char text[400];
    const lpl_layer_config_t *c = &w->cfg;
    snprintf(
        text, sizeof text,
        "dtype %d kind %d sees %d pair %d stats %d rule %d push %d pull_form %d decorr %g act %d optim %d n_pre %d "
        "n_post %d chunk %d remembers %d flags %d",
        (int)c->dtype, (int)c->kind, (int)c->sees, (int)c->pair, (int)c->stats, (int)c->rule, (int)c->push_form,
        (int)c->pull_form, c->decorr, (int)c->activation, (int)c->optim, (int)c->n_pre, (int)c->n_post,
        (int)w->reduce.chunk, w->remembers, (int)w->reduce.flags);
    return text;
}

static void same(const result_t *a, int ka, const result_t *b, int kb, const world_t *w, const char *what) {
    ck_assert_uint_eq(a->n[ka], b->n[kb]);
    for (size_t i = 0; i < a->n[ka]; i++)
        ck_assert_msg(a->state[ka][i] == b->state[kb][i], "%s: number %zu of %zu: %.17g, %.17g (%s)", what, i, a->n[ka],
                      a->state[ka][i], b->state[kb][i], name_of(w));
    for (size_t s = 0; s < w->steps; s++) {
        ck_assert_int_eq(a->status[ka][s], b->status[kb][s]);
        ck_assert_msg(memcmp(&a->report[ka][s], &b->report[kb][s], sizeof(lpl_report_t)) == 0,
                      "%s: report of step %zu (%s)", what, s, name_of(w));
    }
}

static void free_result(result_t *r, int n) {
    for (int k = 0; k < n; k++) free(r->state[k]);
}

/* ---- 1, 2, 3, 4 ranks ---- */

START_TEST(ranks_do_not_matter) {
    for (int round = 0; round < testing_rounds("worlds on 1 .. 4 ranks", 40, 12); round++) {
        world_t w = world();
        static result_t one, more;
        for (int n = 1; n <= 4; n++) {
            ranks_t all = {0};
            result_t *out = n == 1 ? &one : &more;
            const job_t j = {.w = &w, .out = out, .to = w.steps};
            deal(&w, n);
            ranks_run(&all, n, learn, (void *)(uintptr_t)&j);
            for (int k = 0; n > 1 && k < n; k++) same(&one, 0, &more, k, &w, "1 and n ranks");
            if (n > 1) free_result(&more, n);
        }
        free_result(&one, 1);
        free_world(&w);
    }
}
END_TEST

/* ---- against a layer without a hook: the same equations, another order of rounding ---- */

typedef struct {
    const world_t *w;
    double *dw;
    size_t n;
    lpl_report_t report;
    lpl_status_t status;
    int with_hook;
} gradient_t;

static void gradient(rank_t *r, void *user) {
    gradient_t *g = user;
    const world_t *w = g->w;
    lpl_layer_t *l = NULL;
    double fan_in = 0;
    OK(lpl_layer_create(&w->cfg, &l));
    if (g->with_hook) OK(lpl_layer_set_reduce(l, &w->reduce, ranks_reduce, NULL, NULL, r));
    OK(lpl_layer_get(l, LPL_PARAM_FAN_IN, &fan_in));
    const size_t M = (size_t)w->cfg.n_post, k = (size_t)fan_in, n = w->n_pre;
    void *x0 = rows_of(w, 0, 0, 0, w->rows[0]), *x1 = rows_of(w, 0, 1, 0, w->rows[0]);
    g->n = M * (k + 1);
    g->dw = calloc(g->n, sizeof *g->dw);
    lpl_report_init(&g->report, sizeof g->report);
    if (w->cfg.dtype == LPL_F64) {
        g->status =
            lpl_gradient_f64(l, g->dw, k, w->cfg.bias ? g->dw + M * k : NULL, &g->report, x0, n, x1, n, w->rows[0]);
    } else {
        float *f = calloc(g->n, sizeof *f);
        g->status = lpl_gradient(l, f, k, w->cfg.bias ? f + M * k : NULL, &g->report, x0, n, x1, n, w->rows[0]);
        for (size_t q = 0; q < g->n; q++) g->dw[q] = (double)f[q];
        free(f);
    }
    free(x0), free(x1), lpl_layer_destroy(l);
}

START_TEST(as_without_a_hook) {
    for (int round = 0; round < testing_rounds("worlds with and without a hook", 100, 20); round++) {
        world_t w = world();
        if (w.rows[0] * w.n_pre == 0) continue;
        w.reduce.flags = pick(2) ? LPL_REDUCE_FLOAT : 0;
        gradient_t g[2] = {{.w = &w}, {.w = &w, .with_hook = 1}};
        for (int k = 0; k < 2; k++) {
            ranks_t all = {0};
            ranks_run(&all, 1, gradient, &g[k]);
            ck_assert_msg(g[k].status >= 0, "hook %d: %s (%s)", k, lpl_status_name(g[k].status), name_of(&w));
        }
        double high = 0;
        const double near = w.cfg.dtype == LPL_F64 ? 1e-9 : 2e-4;
        for (size_t q = 0; q < g[0].n; q++) high = fmax(high, fabs(g[0].dw[q]));
        for (size_t q = 0; q < g[0].n; q++)
            ck_assert_msg(fabs(g[0].dw[q] - g[1].dw[q]) <= near * (high + 1e-3), "gradient %zu: %g, %g of %g (%s)", q,
                          g[0].dw[q], g[1].dw[q], high, name_of(&w));
        const double *a = &g[0].report.pull, *b = &g[1].report.pull;
        for (int q = 0; q < 7; q++)
            ck_assert_msg(fabs(a[q] - b[q]) <= 10 * near * (1 + fabs(a[q])), "report %d: %g, %g (%s)", q, a[q], b[q],
                          name_of(&w));
        ck_assert_uint_eq(g[0].report.n_dead, g[1].report.n_dead);
        ck_assert_uint_eq(g[0].report.n_collapsed, g[1].report.n_collapsed);
        free(g[0].dw), free(g[1].dw), free_world(&w);
    }
}
END_TEST

/* ---- in floating point: on all ranks alike, and near the exact sums ---- */

START_TEST(floating_point) {
    for (int round = 0; round < testing_rounds("worlds in floating point", 20, 4); round++) {
        world_t w = world();
        w.reduce.flags = LPL_REDUCE_FLOAT;
        static result_t out;
        ranks_t all = {.same_order = 1};
        const job_t j = {.w = &w, .out = &out, .to = w.steps};
        deal(&w, 3);
        ranks_run(&all, 3, learn, (void *)(uintptr_t)&j);
        for (int k = 1; k < 3; k++) same(&out, 0, &out, k, &w, "rank 0 and another");
        free_result(&out, 3);
        free_world(&w);
    }
}
END_TEST

/* ---- four ranks, saved, one rank goes on ---- */

START_TEST(resume_on_another_number) {
    for (int round = 0; round < testing_rounds("worlds saved and resumed", 20, 4); round++) {
        world_t w = world();
        if (w.remembers) {
            free_world(&w);
            continue;
        }
        static result_t whole, part;
        const job_t all_of_it = {.w = &w, .out = &whole, .to = w.steps};
        ranks_t one = {0}, four = {0}, rest = {0};
        lpl_layer_t *layer[RANKS_MAX] = {NULL};
        deal(&w, 1);
        ranks_run(&one, 1, learn, (void *)(uintptr_t)&all_of_it);
        job_t j = {.w = &w, .out = &part, .to = 2, .layer = layer, .keep = 1};
        deal(&w, 4);
        ranks_run(&four, 4, learn, &j);
        free_result(&part, 4);
        const int n = 1 + pick(3);
        lpl_layer_t *next[RANKS_MAX] = {NULL};
        deal(&w, n);
        for (int k = 0; k < n; k++) { /* any rank's file is that of all; its batch_max has to be enough */
            lpl_layer_config_t c = w.cfg;
            lpl_layer_t *loaded = NULL;
            memfile_t f = {0};
            OK(lpl_layer_save(layer[pick(4)], memfile_write, &f));
            OK(lpl_layer_load(memfile_read, &f, 0, 1, &loaded));
            OK(lpl_layer_create(&c, &next[k]));
            double step = 0;
            OK(lpl_layer_copy(next[k], loaded, NULL));
            OK(lpl_layer_get(loaded, LPL_PARAM_STEP, &step));
            OK(lpl_layer_set(next[k], LPL_PARAM_STEP, step));
            if (c.pair == LPL_PAIR_CAUSAL) OK(lpl_layer_forget(next[k]));
            lpl_layer_destroy(loaded), free(f.data);
        }
        for (int k = 0; k < 4; k++) lpl_layer_destroy(layer[k]);
        if (w.cfg.stats != LPL_STATS_STALE) {
            j = (job_t){.w = &w, .out = &part, .from = 2, .to = w.steps, .layer = next};
            ranks_run(&rest, n, learn, &j);
            for (int k = 0; k < n; k++) {
                ck_assert_uint_eq(whole.n[0], part.n[k]);
                for (size_t q = 0; q < whole.n[0]; q++)
                    ck_assert_msg(whole.state[0][q] == part.state[k][q], "number %zu (%s)", q, name_of(&w));
            }
            free_result(&part, n);
        } else {
            for (int k = 0; k < n; k++) lpl_layer_destroy(next[k]);
        }
        free_result(&whole, 1);
        free_world(&w);
    }
}
END_TEST

/* ---- failures: on every rank alike, nothing changes, nobody waits ---- */

static lpl_layer_config_t small(int kind) {
    lpl_layer_config_t c;
    OK(lpl_layer_config_init(&c, sizeof c));
    c.n_pre = 12, c.n_post = 5, c.batch_max = 24, c.optim = LPL_OPTIM_ADAM, c.activation = LPL_ACT_TANH;
    if (kind) {
        c.kind = LPL_LAYER_CONV2D, c.channels = 3, c.height = c.width = 6, c.n_pre = 0, c.pool = 2;
        c.sees = LPL_SEES_HEAD, c.head_hidden = 6, c.head_out = 4;
    }
    return c;
}

static void same_layer(const memfile_t *before, const lpl_layer_t *l) {
    memfile_t now = {0};
    OK(lpl_layer_save(l, memfile_write, &now));
    ck_assert_uint_eq(now.n, before->n);
    ck_assert(memcmp(now.data, before->data, now.n) == 0);
    free(now.data);
}

enum { BAD_SIZE, BAD_POINTER, BAD_NAN, BAD_HUGE, OTHER_ETA, OTHER_STEP, OTHER_CALL, HOOK, ONE_PAST, ONE_ROW, FAULTS };

static void fault(rank_t *r, void *user) {
    rank_fault_t *f = user;
    lpl_layer_config_t c = small(f->form);
    const int k = r->rank, odd = k == 1;
    if (f->what == OTHER_ETA && odd) c.eta *= 2;
    lpl_layer_t *l = NULL;
    lpl_reduce_config_t cfg;
    lpl_reduce_config_init(&cfg, sizeof cfg);
    cfg.chunk = 4;
    OK(lpl_layer_create(&c, &l));
    OK(lpl_layer_set_reduce(l, &cfg, ranks_reduce, ranks_start, ranks_finish, r));
    const size_t n = f->form ? 108 : 12, fail_at = r->fail_at;
    float *x = malloc(24 * n * sizeof *x), *dw = calloc(5 * n, sizeof *dw);
    for (size_t i = 0; i < 24 * n; i++) x[i] = (float)sin((double)(i * (size_t)(k + 3)));
    r->fail_at = 0;
    OK(lpl_update(l, NULL, x, n, x + 4 * n, n, 8)); /* a good step */
    lpl_layer_forget(l);
    if (f->what == OTHER_STEP && odd) OK(lpl_layer_set(l, LPL_PARAM_STEP, 7));
    memfile_t before = {0};
    OK(lpl_layer_save(l, memfile_write, &before));
    r->calls = 0, r->fail_at = fail_at;
    lpl_report_t report;
    lpl_report_init(&report, sizeof report);
    if (f->what == BAD_NAN && odd) x[5 * n + 3] = NAN;
    if (f->what == BAD_HUGE && odd)
        for (size_t i = 0; i < 24 * n; i++) x[i] *= 3e38f;
    const size_t rows = f->what == BAD_SIZE && odd ? 6 : f->what == ONE_ROW ? 0 : 8;
    const float *x0 = f->what == ONE_PAST && odd ? NULL : x, *x1 = f->what == BAD_POINTER && odd ? NULL : x + 4 * n;
    const lpl_status_t status = f->what == OTHER_CALL && odd
                                    ? lpl_gradient(l, dw, f->form ? 27 : 12, NULL, NULL, x0, n, x1, n, rows)
                                    : lpl_update(l, &report, x0, n, x1, n, rows);
    rank_fault_note(f, r, status);
    if (status < 0) same_layer(&before, l);
    free(x), free(dw), free(before.data);
    lpl_layer_destroy(l);
}

START_TEST(failures) {
    static const rank_verdict_t expected[FAULTS] = {
        [BAD_SIZE] = {LPL_E_SIZE, LPL_E_REDUCE, "whole number of chunks", "1 of 3 ranks refused"},
        [BAD_POINTER] = {LPL_E_NULL, LPL_E_REDUCE, "x1", "1 of 3 ranks refused"},
        [BAD_NAN] = {LPL_E_NONFINITE, LPL_E_NONFINITE, "NaN", "NaN"},
        [BAD_HUGE] = {LPL_OK, LPL_OK, "", ""},
        [OTHER_ETA] = {LPL_E_REDUCE, LPL_E_REDUCE, "differ", "differ"},
        [OTHER_STEP] = {LPL_E_REDUCE, LPL_E_REDUCE, "differ", "differ"},
        [OTHER_CALL] = {LPL_E_REDUCE, LPL_E_REDUCE, "different calls", "different calls"},
        [ONE_PAST] = {LPL_E_ORDER, LPL_E_ORDER, "16 of 24 rows have a past", "16 of 24 rows"},
        [ONE_ROW] = {LPL_E_SIZE, LPL_E_SIZE, "0 rows", "0 rows"},
    };
    for (int kind = 0; kind < 2; kind++)
        for (int what = 0; what < FAULTS; what++)
            if (what != HOOK && what != OTHER_ETA) rank_fault_is_told(fault, what, kind, &expected[what]);
}
END_TEST

START_TEST(the_hook_fails) {
    for (int kind = 0; kind < 2; kind++) ck_assert_uint_ge(rank_hook_fails(fault, HOOK, kind), 6);
}
END_TEST

START_TEST(bad_arguments) {
    lpl_layer_config_t c = small(0);
    lpl_layer_t *l = NULL;
    lpl_reduce_config_t cfg;
    lpl_reduce_config_init(&cfg, sizeof cfg);
    cfg.chunk = 4;
    OK(lpl_layer_create(&c, &l));
    FAILS(lpl_layer_set_reduce(NULL, &cfg, ranks_reduce, NULL, NULL, NULL), LPL_E_NULL, "l");
    FAILS(lpl_layer_set_reduce(l, &cfg, NULL, NULL, NULL, NULL), LPL_E_NULL, "fn");
    FAILS(lpl_layer_set_reduce(l, &cfg, ranks_reduce, ranks_start, NULL, NULL), LPL_E_NULL, "finish");
    FAILS(lpl_layer_set_reduce(l, &cfg, ranks_reduce, NULL, ranks_finish, NULL), LPL_E_NULL, "start");
    FAILS(lpl_layer_set_reduce(l, NULL, ranks_reduce, NULL, NULL, NULL), LPL_E_NULL, "cfg");
    cfg.chunk = 0;
    FAILS(lpl_layer_set_reduce(l, &cfg, ranks_reduce, NULL, NULL, NULL), LPL_E_SIZE, "chunk");
    cfg.chunk = 25;
    FAILS(lpl_layer_set_reduce(l, &cfg, ranks_reduce, NULL, NULL, NULL), LPL_E_SIZE, "chunk");
    cfg.chunk = 4, cfg.flags = 2;
    FAILS(lpl_layer_set_reduce(l, &cfg, ranks_reduce, NULL, NULL, NULL), LPL_E_ARG, "flags");
    FAILS(lpl_stack_set_reduce(NULL, &cfg, ranks_reduce, NULL, NULL, NULL), LPL_E_NULL, "s");
    OK(lpl_layer_set_reduce(l, NULL, NULL, NULL, NULL, NULL));
    lpl_layer_destroy(l);
    c.stats = LPL_STATS_EWMA;
    OK(lpl_layer_create(&c, &l));
    float x[12 * 8] = {1};
    cfg.flags = 0;
    OK(lpl_layer_set_reduce(l, &cfg, ranks_reduce, NULL, NULL, NULL));
    FAILS(lpl_update_online(l, NULL, NULL, x), LPL_E_ORDER, "ranks");
    OK(lpl_layer_set_reduce(l, NULL, NULL, NULL, NULL, NULL)); /* as before */
    OK(lpl_update_online(l, NULL, NULL, x));
    lpl_layer_destroy(l);
}
END_TEST

/* ---- stacks: layers whose reductions overlap ---- */

typedef struct {
    int overlap, conv, shared; /* shared: LPL_STACK_SHARED_SCRATCH */
    double *state[RANKS_MAX];
    size_t n[RANKS_MAX], most_pending;
    lpl_report_t report[RANKS_MAX][3];
} stack_t_;

static void learn_stack(rank_t *r, void *user) {
    stack_t_ *t = user;
    lpl_layer_config_t c[3];
    const lpl_layer_config_t *p[3] = {&c[0], &c[1], &c[2]};
    lpl_stack_t *s = NULL;
    lpl_reduce_config_t cfg;
    lpl_reduce_config_init(&cfg, sizeof cfg);
    cfg.chunk = 4;
    for (int k = 0; k < 3; k++) {
        OK(lpl_layer_config_init(&c[k], sizeof c[k]));
        c[k].pair = LPL_PAIR_SYMMETRIC, c[k].optim = LPL_OPTIM_ADAM, c[k].eta = 1e-3, c[k].activation = LPL_ACT_RELU;
        c[k].batch_max = 16, c[k].stream = (uint64_t)k;
        if (t->conv && k < 2) {
            c[k].kind = LPL_LAYER_CONV2D, c[k].channels = k ? 6 : 3, c[k].height = c[k].width = k ? 4 : 8;
            c[k].pool = 2, c[k].n_post = k ? 5 : 6;
        } else {
            c[k].n_pre = t->conv ? 20 : k ? 20 : 192, c[k].n_post = 20;
        }
    }
    OK(lpl_stack_create_with(p, 3, t->shared ? LPL_STACK_SHARED_SCRATCH : 0, &s));
    OK(lpl_stack_set_reduce(s, &cfg, ranks_reduce, t->overlap ? ranks_start : NULL, t->overlap ? ranks_finish : NULL,
                            r));
    const size_t n = 192, all = 16, first = all / 4 * (size_t)r->rank / (size_t)r->all->n * 4,
                 end = all / 4 * (size_t)(r->rank + 1) / (size_t)r->all->n * 4;
    for (int k = 0; k < 3; k++) lpl_report_init(&t->report[r->rank][k], sizeof(lpl_report_t));
    for (int step = 0; step < 3; step++) {
        float *x = malloc(2 * all * n * sizeof *x);
        for (size_t i = 0; i < 2 * all * n; i++)
            x[i] = (float)cos((double)(i % (all * n) * (size_t)(step + 3)) + 0.1 * (double)(i / (all * n)));
        OK(lpl_stack_update(s, t->report[r->rank], x + first * n, n, x + (all + first) * n, n, end - first));
        free(x);
    }
    for (size_t k = 0; k < 3; k++) {
        lpl_layer_t *l = NULL;
        size_t m;
        OK(lpl_stack_layer(s, k, &l));
        double *part = learned(l, &c[k], &m);
        t->state[r->rank] = realloc(t->state[r->rank], (t->n[r->rank] + m) * sizeof *part);
        memcpy(t->state[r->rank] + t->n[r->rank], part, m * sizeof *part);
        t->n[r->rank] += m;
        free(part);
    }
    if (r->rank == 0) t->most_pending = r->most_pending;
    ck_assert_uint_eq(r->pending, 0);
    lpl_stack_destroy(s);
}

START_TEST(stacks) {
    for (int conv = 0; conv < 2; conv++) {
        static stack_t_ one, more;
        memset(&one, 0, sizeof one);
        one.conv = conv;
        ranks_t alone = {0};
        ranks_run(&alone, 1, learn_stack, &one);
        for (int n = 1; n <= 4; n++)
            for (int kind = 0; kind < 4; kind++) {
                const int overlap = kind % 2, shared = kind / 2;
                ranks_t all = {0};
                memset(&more, 0, sizeof more);
                more.conv = conv, more.overlap = overlap, more.shared = shared;
                ranks_run(&all, n, learn_stack, &more);
                /* in one piece of memory: a reduction must not read what the next layer writes */
                ck_assert_uint_eq(more.most_pending, overlap && !shared ? 3 : 0);
                for (int k = 0; k < n; k++) {
                    ck_assert_uint_eq(one.n[0], more.n[k]);
                    ck_assert(memcmp(one.state[0], more.state[k], one.n[0] * sizeof(double)) == 0);
                    ck_assert(memcmp(one.report[0], more.report[k], sizeof one.report[0]) == 0);
                    free(more.state[k]);
                }
            }
        free(one.state[0]);
    }
}
END_TEST

int main(void) {
    testing_seed("test_reduce", 20261128);
    Suite *s = suite_create("reduce");
    TCase *t = tcase_create("all");
    tcase_add_test(t, config);
    tcase_add_test(t, ranks_do_not_matter);
    tcase_add_test(t, as_without_a_hook);
    tcase_add_test(t, floating_point);
    tcase_add_test(t, resume_on_another_number);
    tcase_add_test(t, failures);
    tcase_add_test(t, the_hook_fails);
    tcase_add_test(t, bad_arguments);
    tcase_add_test(t, stacks);
    suite_add_tcase(s, t);
    return testing_run(s);
}
