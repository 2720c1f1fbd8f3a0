/* tests/common/spiking_worlds.h - the spiking objects in tests/golden/state: how they are made
 * (tests/tools/make_state_golden.c), how they go on and what can be read of them (tests/test_state_golden.c). A loaded
 * one must hold the same as one made now by the same steps. */
#ifndef LPL_SPIKING_WORLDS_H
#define LPL_SPIKING_WORLDS_H

#include <string.h>

#include "common/state_worlds.h"

enum {
    SPIKING_WORLDS = 5,
    PROJECTION_WORLDS = 3,
    LIF_WORLDS = 2,
    RECORD_WORLDS = 2,
    SPIKING_N = 5,
    SPIKING_STEPS = 45,
    SPIKING_VALUES = 400
};

/* One kind of object; k: which of them. read returns how many values there are. */
typedef struct {
    size_t n;
    const char *const *names;
    void *(*make)(size_t k); /* after SPIKING_STEPS steps */
    void (*run)(void *object, size_t from, size_t to);
    size_t (*read)(const void *object, double *values);
    lpl_status_t (*save)(const void *object, lpl_write_fn write, void *user);
    lpl_status_t (*load)(lpl_read_fn read, void *user, void **out);
    void (*destroy)(void *object);
} spiking_world_t;

static inline size_t spiking_world_list(uint32_t *spikes, size_t t, size_t odd) {
    size_t n = 0;
    for (size_t i = 0; i < SPIKING_N; i++)
        if ((i * 7 + t * 11 + odd) % 13 < 2) spikes[n++] = (uint32_t)i;
    return n;
}

static inline lpl_connect_t spiking_world_rows(int sparse) {
    static const uint64_t row_ptr[SPIKING_N + 1] = {0, 2, 3, 3, 6, 8};
    static const uint32_t col[8] = {0, 4, 2, 0, 1, 3, 3, 4};
    lpl_connect_t c;
    world_need(lpl_connect_init(&c, sizeof c));
    if (sparse) c.kind = LPL_CONNECT_CSR, c.n_synapses = 8, c.row_ptr = row_ptr, c.col = col;
    return c;
}

/* Copies n values, read as floats or doubles. */
#define SPIKING_WORLD_READ(f64, n, call32, call64)                          \
    do {                                                                    \
        float f[SPIKING_VALUES];                                            \
        double *const d = values + used;                                    \
        const size_t read_n_ = (n);                                         \
        world_need((f64) ? (call64) : (call32));                            \
        for (size_t i = 0; !(f64) && i < read_n_; i++) d[i] = (double)f[i]; \
        used += read_n_;                                                    \
    } while (0)

/* ---- plastic projections ---- */

static const char *const spiking_world_names[SPIKING_WORLDS] = {
    "0.1-spiking-f32-block-dense.lpl", "0.1-spiking-f64-block-sparse-maxnorm.lpl",
    "0.1-spiking-f32-fused-sparse-slow-rms.lpl", "0.1-spiking-f64-fused-dense-reference.lpl",
    "0.1-spiking-f64-block-dense-slow-maxnorm.lpl"};

static inline double spiking_world_get(const lpl_spiking_t *s, int32_t param) {
    double v = 0;
    world_need(lpl_spiking_get(s, param, &v));
    return v;
}

static inline void spiking_world_run(void *object, size_t from, size_t to) {
    lpl_spiking_t *s = object;
    const int f64 = spiking_world_get(s, LPL_SPIKING_PARAM_DTYPE) == LPL_F64;
    for (size_t t = from; t < to; t++) {
        uint32_t pre[SPIKING_N], post[SPIKING_N];
        double d[SPIKING_N];
        float f[SPIKING_N];
        const size_t a = spiking_world_list(pre, t, 0), b = spiking_world_list(post, t, 5);
        for (size_t i = 0; i < SPIKING_N; i++)
            d[i] = -0.0625 + (double)((i * 3 + t * 5) % 17) / 512, f[i] = (float)d[i];
        world_need(f64 ? lpl_spiking_step_f64(s, pre, a, post, b, d) : lpl_spiking_step(s, pre, a, post, b, f));
        if (t == 42)
            world_need(
                lpl_spiking_set(s, LPL_SPIKING_PARAM_PULL, 0.5)); /* the forward pass has seen a part of the block */
    }
}

/* Updates every 20 steps, blocks of that or (k = 0) a step less: 45 steps end amid a block, half of it seen by the
 * forward pass. */
static inline void *spiking_world_make(size_t k) {
    lpl_spiking_config_t c;
    lpl_spiking_t *s = NULL;
    const lpl_connect_t rows = spiking_world_rows(k == 1 || k == 2);
    world_need(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = c.n_post = SPIKING_N, c.engine = k == 2 || k == 3 ? LPL_ENGINE_FUSED : LPL_ENGINE_BLOCK,
    c.dtype = k % 2 || k == 4 ? LPL_F64 : LPL_F32;
    c.update_every = 20, c.delay_ax = 3e-4, c.t_lag = 1e-3, c.tau_mean = 1, c.tau_sigma2 = 0.5, c.mean_init = 4,
    c.label = 60 + (int32_t)k;
    c.scaling = k == 2             ? LPL_SCALING_RMS
                : k == 1 || k == 4 ? LPL_SCALING_MAXNORM
                                   : LPL_SCALING_NONE,
    c.eta = c.scaling ? 1e-3 : 0.5;
    c.slow = k == 2 || k == 4 ? LPL_SLOW_DOUBLE : LPL_SLOW_REFERENCE,
    c.form = k == 3 ? LPL_FORM_REFERENCE : LPL_FORM_ERRATUM;
    c.sigma2_init = k == 3 ? 4 : 4e-4, c.tau_wdecay = k == 3 ? 100 : 0;
    if (k == 0) c.memory_max = 6000;
    world_need(lpl_spiking_create(&c, &rows, &s));
    spiking_world_run(s, 0, SPIKING_STEPS);
    return s;
}

static inline size_t spiking_world_read(const void *object, double *values) {
    const lpl_spiking_t *s = object;
    const int f64 = spiking_world_get(s, LPL_SPIKING_PARAM_DTYPE) == LPL_F64;
    const size_t n_syn = (size_t)spiking_world_get(s, LPL_SPIKING_PARAM_N_SYNAPSES);
    size_t used = 0;
    for (int32_t param = LPL_SPIKING_PARAM_ETA; param <= LPL_SPIKING_PARAM_LABEL; param++)
        if (param != LPL_SPIKING_PARAM_ISA && param != LPL_SPIKING_PARAM_MEMORY)
            values[used++] = spiking_world_get(s, param);
    for (int32_t what = LPL_SPIKING_WEIGHTS; what <= LPL_SPIKING_FPRIME; what++)
        SPIKING_WORLD_READ(f64, what <= LPL_SPIKING_GRAD2 ? n_syn : SPIKING_N,
                           lpl_spiking_read(s, f, read_n_, NULL, what),
                           lpl_spiking_read_f64(s, d, read_n_, NULL, what));
    return used;
}

static inline lpl_status_t spiking_world_save(const void *s, lpl_write_fn write, void *user) {
    return lpl_spiking_save(s, write, user);
}
static inline lpl_status_t spiking_world_load(lpl_read_fn read, void *user, void **out) {
    return lpl_spiking_load(read, user, 0, 1, (lpl_spiking_t **)(void *)out);
}
static inline void spiking_world_end(void *s) { lpl_spiking_destroy(s); }

/* ---- other projections ---- */

static const char *const projection_world_names[PROJECTION_WORLDS] = {"0.1-projection-f32-inhibitory-dense.lpl",
                                                                      "0.1-projection-f64-inhibitory-sparse.lpl",
                                                                      "0.1-projection-f32-static-sparse.lpl"};

static inline void projection_world_run(void *object, size_t from, size_t to) {
    for (size_t t = from; t < to; t++) {
        uint32_t pre[SPIKING_N], post[SPIKING_N];
        const size_t a = spiking_world_list(pre, t, 0), b = spiking_world_list(post, t, 5);
        world_need(lpl_projection_step(object, pre, a, post, b));
    }
}

static inline void *projection_world_make(size_t k) {
    lpl_projection_config_t c;
    lpl_projection_t *p = NULL;
    const lpl_connect_t rows = spiking_world_rows(k > 0);
    world_need(lpl_projection_config_init(&c, sizeof c));
    c.n_pre = c.n_post = SPIKING_N, c.kind = k < 2 ? LPL_PROJECTION_INHIBITORY : LPL_PROJECTION_STATIC,
    c.dtype = k == 1 ? LPL_F64 : LPL_F32;
    c.delay_ax = 3e-4, c.zeta = 0.01, c.kappa = 5, c.label = -70 - (int32_t)k;
    world_need(lpl_projection_create(&c, &rows, &p));
    projection_world_run(p, 0, SPIKING_STEPS);
    return p;
}

static inline size_t projection_world_read(const void *object, double *values) {
    const lpl_projection_t *p = object;
    size_t used = 0;
    for (int32_t param = LPL_PROJECTION_PARAM_ZETA; param <= LPL_PROJECTION_PARAM_LABEL; param++)
        if (param != LPL_PROJECTION_PARAM_MEMORY) world_need(lpl_projection_get(p, param, &values[used++]));
    const int f64 = values[LPL_PROJECTION_PARAM_DTYPE] == LPL_F64;
    const size_t n_syn = (size_t)values[LPL_PROJECTION_PARAM_N_SYNAPSES];
    for (int32_t what = 0;
         what <= (values[LPL_PROJECTION_PARAM_KIND] == LPL_PROJECTION_INHIBITORY ? LPL_PROJECTION_TR_POST : 0); what++)
        SPIKING_WORLD_READ(f64, what ? SPIKING_N : n_syn, lpl_projection_read(p, f, read_n_, NULL, what),
                           lpl_projection_read_f64(p, d, read_n_, NULL, what));
    memset(values + used, 0, SPIKING_N * sizeof *values);
    float g[SPIKING_N] = {0};
    world_need(f64 ? lpl_projection_drive_f64(p, values + used) : lpl_projection_drive(p, g));
    for (size_t i = 0; !f64 && i < SPIKING_N; i++) values[used + i] = (double)g[i];
    return used + SPIKING_N;
}

static inline lpl_status_t projection_world_save(const void *p, lpl_write_fn write, void *user) {
    return lpl_projection_save(p, write, user);
}
static inline lpl_status_t projection_world_load(lpl_read_fn read, void *user, void **out) {
    return lpl_projection_load(read, user, 0, (lpl_projection_t **)(void *)out);
}
static inline void projection_world_end(void *p) { lpl_projection_destroy(p); }

/* ---- populations ---- */

static const char *const lif_world_names[LIF_WORLDS] = {"0.1-lif-f32-clamp.lpl", "0.1-lif-f64-add.lpl"};

static inline int lif_world_is_f64(const lpl_lif_t *p) {
    double dtype = 0;
    world_need(lpl_lif_get(p, LPL_LIF_PARAM_DTYPE, &dtype));
    return dtype == LPL_F64;
}

static inline void lif_world_run(void *object, size_t from, size_t to) {
    uint32_t spikes[SPIKING_N];
    size_t n = 0;
    for (size_t t = from; t < to; t++)
        world_need(lif_world_is_f64(object) ? lpl_lif_step_f64(object, spikes, &n, NULL)
                                            : lpl_lif_step(object, spikes, &n, NULL));
}

static inline void *lif_world_make(size_t k) {
    static const double time[4] = {0, 1e-3, 4e-3, 9e-3}, volt[4] = {-0.07, -0.045, -0.06, -0.03},
                        g64[SPIKING_N] = {0, 0.5, 1, 2, 4};
    static const float g32[SPIKING_N] = {0, 0.5f, 1, 2, 4};
    lpl_lif_config_t c;
    lpl_lif_t *p = NULL;
    world_need(lpl_lif_config_init(&c, sizeof c));
    c.n = SPIKING_N, c.dtype = (int32_t)k, c.threshold = k ? LPL_THRESHOLD_ADD : LPL_THRESHOLD_SET, c.v_init_sd = 0,
    c.label = -80 - (int32_t)k;
    world_need(lpl_lif_create(&c, &p));
    for (int32_t what = LPL_LIF_G_AMPA; what <= LPL_LIF_G_GABA; what += 2)
        world_need(k ? lpl_lif_write_f64(p, g64, SPIKING_N, what) : lpl_lif_write(p, g32, SPIKING_N, what));
    if (k == 0) world_need(lpl_lif_clamp(p, time, volt, 4));
    lif_world_run(p, 0, SPIKING_STEPS);
    return p;
}

static inline size_t lif_world_read(const void *object, double *values) {
    static const int32_t params[] = {LPL_LIF_PARAM_STEP, LPL_LIF_PARAM_N, LPL_LIF_PARAM_DTYPE, LPL_LIF_PARAM_DT,
                                     LPL_LIF_PARAM_LABEL};
    const lpl_lif_t *p = object;
    size_t used = 0;
    for (; used < sizeof params / sizeof params[0]; used++) world_need(lpl_lif_get(p, params[used], &values[used]));
    for (int32_t what = LPL_LIF_V; what <= LPL_LIF_G_GABA; what++)
        SPIKING_WORLD_READ(lif_world_is_f64(p), SPIKING_N, lpl_lif_read(p, f, read_n_, NULL, what),
                           lpl_lif_read_f64(p, d, read_n_, NULL, what));
    return used;
}

static inline lpl_status_t lif_world_save(const void *p, lpl_write_fn write, void *user) {
    return lpl_lif_save(p, write, user);
}
static inline lpl_status_t lif_world_load(lpl_read_fn read, void *user, void **out) {
    return lpl_lif_load(read, user, 0, (lpl_lif_t **)(void *)out);
}
static inline void lif_world_end(void *p) { lpl_lif_destroy(p); }

/* ---- recorders ---- */

static const char *const record_world_names[RECORD_WORLDS] = {"0.1-record-bins.lpl", "0.1-record.lpl"};

static inline void record_world_run(void *object, size_t from, size_t to) {
    for (size_t t = from; t < to; t++) {
        uint32_t spikes[SPIKING_N];
        const size_t n = spiking_world_list(spikes, t, 0);
        world_need(lpl_record_step(object, spikes, n));
    }
}

static inline void *record_world_make(size_t k) {
    lpl_record_config_t c;
    lpl_record_t *r = NULL;
    world_need(lpl_record_config_init(&c, sizeof c));
    c.n = SPIKING_N, c.tau_rate = 5e-3, c.bin_steps = k ? 0 : 10;
    world_need(lpl_record_create(&c, &r));
    record_world_run(r, 0, SPIKING_STEPS);
    return r;
}

static inline size_t record_world_read(const void *object, double *values) {
    uint64_t steps = 0;
    uint32_t health = 0;
    world_need(lpl_record_state(object, NULL, NULL, NULL, &steps, &values[0], &health));
    values[1] = (double)steps, values[2] = health;
    world_need(lpl_record_read(object, values + 3, SPIKING_N, LPL_RECORD_RATES));
    world_need(lpl_record_read(object, values + 3 + SPIKING_N, SPIKING_N, LPL_RECORD_COUNTS));
    return 3 + 2 * SPIKING_N;
}

static inline lpl_status_t record_world_save(const void *r, lpl_write_fn write, void *user) {
    return lpl_record_save(r, write, user);
}
static inline lpl_status_t record_world_load(lpl_read_fn read, void *user, void **out) {
    return lpl_record_load(read, user, 0, (lpl_record_t **)(void *)out);
}
static inline void record_world_end(void *r) { lpl_record_destroy(r); }

#define SPIKING_WORLD(kind, count)                                                                              \
    {                                                                                                           \
        (count), kind##_world_names, kind##_world_make, kind##_world_run, kind##_world_read, kind##_world_save, \
            kind##_world_load, kind##_world_end                                                                 \
    }
enum { SPIKING_KINDS = 4 };
static const spiking_world_t spiking_worlds[SPIKING_KINDS] = {
    SPIKING_WORLD(spiking, SPIKING_WORLDS), SPIKING_WORLD(projection, PROJECTION_WORLDS),
    SPIKING_WORLD(lif, LIF_WORLDS), SPIKING_WORLD(record, RECORD_WORLDS)};

#endif
