/* tests/fuzz/fuzz_spiking_state.c - fuzz target: any bytes as the state file of a projection, a population or a
 * recorder (state.h says what is checked). */
#include "fuzz/state.h"

enum { MOST = STATE_BYTES / 4 };

/* Some indices below n, others at each t. */
static size_t spikes_at(uint32_t *spikes, size_t n, size_t t) {
    size_t k = 0;
    for (size_t i = 0; i < n && k < 64; i++)
        if ((i * 7 + t * 3) % 5 < 2) spikes[k++] = (uint32_t)i;
    return k;
}

/* An array of n reals of a type, read by one of two calls: into the log. All finite; or, where `refusal` is not LPL_OK,
 * refused with it and not written. */
#define READ(log, f64, n, refusal, call32, call64)                             \
    do {                                                                       \
        const size_t read_n_ = (n);                                            \
        void *read_p_ = calloc(read_n_ + 1, sizeof(double));                   \
        FUZZ_NEED(read_p_ != NULL);                                            \
        double *d = read_p_;                                                   \
        float *f = read_p_;                                                    \
        const lpl_status_t read_s_ = fuzz_status((f64) ? (call64) : (call32)); \
        FUZZ_NEED(read_s_ == LPL_OK || read_s_ == (refusal));                  \
        for (size_t k = 0; k < read_n_; k++) {                                 \
            const double read_x_ = (f64) ? d[k] : (double)f[k];                \
            FUZZ_NEED(read_s_ == LPL_OK ? isfinite(read_x_) : read_x_ == 0);   \
        }                                                                      \
        memfile_write(&read_s_, sizeof read_s_, log);                          \
        memfile_write(read_p_, read_n_ * sizeof(double), log);                 \
        free(read_p_);                                                         \
    } while (0)

/* ---- plastic projections ---- */

static double spiking_param(const lpl_spiking_t *s, int32_t param) {
    double v = 0;
    FUZZ_NEED(lpl_spiking_get(s, param, &v) == LPL_OK);
    return v;
}

/* What the other parts found: a little more. */
static double others(double largest, void *user) {
    (void)user;
    return 1.5 * largest;
}

static void spiking_step(void *object, size_t t, memfile_t *log) {
    lpl_spiking_t *s = object;
    FUZZ_NEED(lpl_spiking_largest(s, others, NULL) == LPL_OK);
    const size_t n_pre = (size_t)spiking_param(s, LPL_SPIKING_PARAM_N_PRE),
                 n_post = (size_t)spiking_param(s, LPL_SPIKING_PARAM_N_POST),
                 n_syn = (size_t)spiking_param(s, LPL_SPIKING_PARAM_N_SYNAPSES);
    const int f64 = spiking_param(s, LPL_SPIKING_PARAM_DTYPE) == LPL_F64;
    FUZZ_NEED(spiking_param(s, LPL_SPIKING_PARAM_MEMORY) <= STATE_BYTES);
    uint32_t pre[64], post[64];
    void *v = calloc(n_post, sizeof(double));
    FUZZ_NEED(v != NULL && n_pre <= MOST && n_post <= MOST && n_syn <= MOST);
    /* absurd values of a file may grow beyond all bounds: then a call is refused, in both copies */
    READ(log, f64, n_post, LPL_E_NONFINITE, lpl_spiking_drive(s, f), lpl_spiking_drive_f64(s, d));
    for (size_t step = 0; step < 1 + 6 * t; step++) {
        const size_t a = spikes_at(pre, n_pre, step + t), b = spikes_at(post, n_post, step + 2 * t);
        for (size_t i = 0; i < n_post; i++) {
            const double x = -0.06 + 0.003 * (double)((i + step) % 7);
            if (f64)
                ((double *)v)[i] = x;
            else
                ((float *)v)[i] = (float)x;
        }
        const lpl_status_t status =
            f64 ? lpl_spiking_step_f64(s, pre, a, post, b, v) : lpl_spiking_step(s, pre, a, post, b, v);
        FUZZ_NEED(status == LPL_OK || status == LPL_E_NONFINITE);
        memfile_write(&status, sizeof status, log);
    }
    free(v);
    for (int32_t what = LPL_SPIKING_WEIGHTS; what <= LPL_SPIKING_FPRIME; what++)
        READ(log, f64,
             what <= LPL_SPIKING_GRAD2 ? n_syn
             : what <= LPL_SPIKING_PSP ? n_pre
                                       : n_post,
             LPL_E_NONFINITE, lpl_spiking_read(s, f, read_n_, NULL, what),
             lpl_spiking_read_f64(s, d, read_n_, NULL, what));
    lpl_spiking_report_t report;
    FUZZ_NEED(lpl_spiking_report_init(&report, sizeof report) == LPL_OK && lpl_spiking_report(s, &report) == LPL_OK);
    memfile_write(&report, sizeof report, log);
}

static lpl_status_t spiking_load(memfile_t *f, void **out) {
    return lpl_spiking_load(memfile_read, f, STATE_BYTES, 1, (lpl_spiking_t **)(void *)out);
}
static lpl_status_t spiking_save(const void *s, memfile_t *f) { return lpl_spiking_save(s, memfile_write, f); }
static void spiking_end(void *s) { lpl_spiking_destroy(s); }
static const state_kind_t spiking = {spiking_load, spiking_save, spiking_end, spiking_step};

/* ---- other projections ---- */

static double projection_param(const lpl_projection_t *p, int32_t param) {
    double v = 0;
    FUZZ_NEED(lpl_projection_get(p, param, &v) == LPL_OK);
    return v;
}

static void projection_step(void *object, size_t t, memfile_t *log) {
    lpl_projection_t *p = object;
    const size_t n_pre = (size_t)projection_param(p, LPL_PROJECTION_PARAM_N_PRE),
                 n_post = (size_t)projection_param(p, LPL_PROJECTION_PARAM_N_POST),
                 n_syn = (size_t)projection_param(p, LPL_PROJECTION_PARAM_N_SYNAPSES);
    const int f64 = projection_param(p, LPL_PROJECTION_PARAM_DTYPE) == LPL_F64,
              learns = projection_param(p, LPL_PROJECTION_PARAM_KIND) == LPL_PROJECTION_INHIBITORY;
    uint32_t pre[64], post[64];
    FUZZ_NEED(projection_param(p, LPL_PROJECTION_PARAM_MEMORY) <= STATE_BYTES && n_pre <= MOST && n_syn <= MOST);
    if (n_post > MOST) return; /* a fixed projection keeps nothing per post neuron */
    READ(log, f64, n_post, LPL_OK, lpl_projection_drive(p, f), lpl_projection_drive_f64(p, d));
    for (size_t step = 0; step < 4; step++)
        FUZZ_NEED(lpl_projection_step(p, pre, spikes_at(pre, n_pre, step + t), post,
                                      spikes_at(post, n_post, step + 2 * t)) == LPL_OK);
    for (int32_t what = LPL_PROJECTION_WEIGHTS; what <= (learns ? LPL_PROJECTION_TR_POST : LPL_PROJECTION_WEIGHTS);
         what++)
        READ(log, f64,
             what == LPL_PROJECTION_WEIGHTS  ? n_syn
             : what == LPL_PROJECTION_TR_PRE ? n_pre
                                             : n_post,
             LPL_OK, lpl_projection_read(p, f, read_n_, NULL, what),
             lpl_projection_read_f64(p, d, read_n_, NULL, what));
}

static lpl_status_t projection_load(memfile_t *f, void **out) {
    return lpl_projection_load(memfile_read, f, STATE_BYTES, (lpl_projection_t **)(void *)out);
}
static lpl_status_t projection_save(const void *p, memfile_t *f) { return lpl_projection_save(p, memfile_write, f); }
static void projection_end(void *p) { lpl_projection_destroy(p); }
static const state_kind_t projections = {projection_load, projection_save, projection_end, projection_step};

/* ---- populations ---- */

static void lif_step(void *object, size_t t, memfile_t *log) {
    lpl_lif_t *p = object;
    double n = 0, dtype = 0, memory = 0;
    FUZZ_NEED(lpl_lif_get(p, LPL_LIF_PARAM_N, &n) == LPL_OK && lpl_lif_get(p, LPL_LIF_PARAM_DTYPE, &dtype) == LPL_OK);
    FUZZ_NEED(lpl_lif_get(p, LPL_LIF_PARAM_MEMORY, &memory) == LPL_OK && memory <= STATE_BYTES && n <= MOST);
    uint32_t *spikes = malloc((size_t)n * sizeof *spikes);
    FUZZ_NEED(spikes != NULL);
    for (size_t step = 0; step < 5 + t; step++) {
        size_t fired = 0;
        const lpl_status_t status = fuzz_status(dtype == LPL_F64 ? lpl_lif_step_f64(p, spikes, &fired, NULL)
                                                                 : lpl_lif_step(p, spikes, &fired, NULL));
        FUZZ_NEED((status == LPL_OK || status == LPL_E_NONFINITE) && fired <= (size_t)n);
        memfile_write(&status, sizeof status, log);
        memfile_write(spikes, fired * sizeof *spikes, log);
    }
    for (int32_t what = LPL_LIF_V; what <= LPL_LIF_G_GABA; what++)
        READ(log, dtype == LPL_F64, (size_t)n, LPL_OK, lpl_lif_read(p, f, read_n_, NULL, what),
             lpl_lif_read_f64(p, d, read_n_, NULL, what));
    free(spikes);
}

static lpl_status_t lif_load(memfile_t *f, void **out) {
    return lpl_lif_load(memfile_read, f, STATE_BYTES, (lpl_lif_t **)(void *)out);
}
static lpl_status_t lif_save(const void *p, memfile_t *f) { return lpl_lif_save(p, memfile_write, f); }
static void lif_end(void *p) { lpl_lif_destroy(p); }
static const state_kind_t populations = {lif_load, lif_save, lif_end, lif_step};

/* ---- recorders ---- */

/* How many neurons a recorder has can only be found by trying. */
static size_t recorded(const lpl_record_t *r) {
    static double v[MOST];
    for (size_t n = 1; n <= MOST; n++)
        if (lpl_record_read(r, v, n, LPL_RECORD_COUNTS) != LPL_E_SIZE) return n;
    FUZZ_NEED(!"more neurons than max_bytes allows");
    return 0;
}

static void record_step(void *object, size_t t, memfile_t *log) {
    lpl_record_t *r = object;
    const size_t n = recorded(r);
    uint32_t spikes[64], neuron[8], *bins = calloc(2 * n, sizeof *bins), health = 0;
    uint64_t at[8] = {0}, count[4] = {0};
    double mean = 0;
    FUZZ_NEED(bins != NULL && lpl_record_spikes_into(r, at, neuron, 8) == LPL_OK);
    const int has_bins = lpl_record_bins_into(r, bins, 2) == LPL_OK;
    for (size_t step = 0; step < 6; step++)
        FUZZ_NEED(lpl_record_step(r, spikes, spikes_at(spikes, n, step + t)) == LPL_OK);
    FUZZ_NEED(lpl_record_state(r, &count[0], &count[1], &count[2], &count[3], &mean, &health) == LPL_OK &&
              count[0] <= 8 && count[2] <= 2);
    memfile_write(count, sizeof count, log), memfile_write(&mean, sizeof mean, log),
        memfile_write(&health, sizeof health, log);
    memfile_write(at, sizeof at, log), memfile_write(bins, (has_bins ? 2 * n : 0) * sizeof *bins, log);
    for (int32_t what = LPL_RECORD_RATES; what <= LPL_RECORD_COUNTS; what++)
        READ(log, 1, n, LPL_OK, LPL_E_ARG, lpl_record_read(r, d, read_n_, what));
    FUZZ_NEED(lpl_record_spikes_into(r, NULL, NULL, 0) == LPL_OK);
    if (has_bins) FUZZ_NEED(lpl_record_bins_into(r, NULL, 0) == LPL_OK);
    free(bins);
}

static lpl_status_t record_load(memfile_t *f, void **out) {
    return lpl_record_load(memfile_read, f, STATE_BYTES, (lpl_record_t **)(void *)out);
}
static lpl_status_t record_save(const void *r, memfile_t *f) { return lpl_record_save(r, memfile_write, f); }
static void record_end(void *r) { lpl_record_destroy(r); }
static const state_kind_t recorders = {record_load, record_save, record_end, record_step};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    state_try(&spiking, data, size);
    state_try(&projections, data, size);
    state_try(&populations, data, size);
    state_try(&recorders, data, size);
    return 0;
}

/* ---- corpus: small objects of every kind that has records of its own ---- */

enum { SPIKING_SEEDS = 24, PROJECTION_SEEDS = 8, LIF_SEEDS = 8, RECORD_SEEDS = 3 };

static lpl_connect_t some(size_t k) {
    lpl_connect_t c;
    FUZZ_NEED(lpl_connect_init(&c, sizeof c) == LPL_OK);
    if (k % 2) c.kind = LPL_CONNECT_RANDOM, c.probability = 0.5, c.seed = k;
    return c;
}

static void *make_spiking(size_t k) {
    lpl_spiking_config_t c;
    lpl_spiking_t *s = NULL;
    const lpl_connect_t connect = some(k);
    FUZZ_NEED(lpl_spiking_config_init(&c, sizeof c) == LPL_OK);
    c.n_pre = 3, c.n_post = 1 + k % 3, c.delay_ax = 2e-4, c.t_lag = k % 3 ? 3e-4 : 1e-4, c.update_every = 9 + k % 4;
    c.engine = k / 2 % 2 ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED, c.dtype = (int32_t)(k / 4 % 2),
    c.scaling = (int32_t)(k % 3);
    c.slow = (int32_t)(k / 8 % 2), c.form = (int32_t)(k / 3 % 2), c.sigma2_init = 1, c.mean_init = 3,
    c.tau_wdecay = k % 5 ? 0 : 10;
    FUZZ_NEED(lpl_spiking_create(&c, &connect, &s) == LPL_OK);
    return s;
}

static void *make_projection(size_t k) {
    lpl_projection_config_t c;
    lpl_projection_t *p = NULL;
    const lpl_connect_t connect = some(k);
    FUZZ_NEED(lpl_projection_config_init(&c, sizeof c) == LPL_OK);
    c.n_pre = 3, c.n_post = 2, c.delay_ax = 3e-4,
    c.kind = k / 2 % 2 ? LPL_PROJECTION_INHIBITORY : LPL_PROJECTION_STATIC;
    c.dtype = (int32_t)(k / 4 % 2), c.zeta = 0.1;
    FUZZ_NEED(lpl_projection_create(&c, &connect, &p) == LPL_OK);
    return p;
}

static void *make_lif(size_t k) {
    static const double time[3] = {0, 3e-4, 2e-3}, volt[3] = {-0.07, -0.045, -0.06};
    lpl_lif_config_t c;
    lpl_lif_t *p = NULL;
    FUZZ_NEED(lpl_lif_config_init(&c, sizeof c) == LPL_OK);
    c.n = 3, c.dtype = (int32_t)(k % 2), c.threshold = (int32_t)(k / 2 % 2);
    FUZZ_NEED(lpl_lif_create(&c, &p) == LPL_OK);
    if (k >= 4) FUZZ_NEED(lpl_lif_clamp(p, time, volt, 3) == LPL_OK);
    return p;
}

static void *make_record(size_t k) {
    lpl_record_config_t c;
    lpl_record_t *r = NULL;
    FUZZ_NEED(lpl_record_config_init(&c, sizeof c) == LPL_OK);
    c.n = 3, c.tau_rate = 1e-3, c.bin_steps = 4 * (k % 3);
    FUZZ_NEED(lpl_record_create(&c, &r) == LPL_OK);
    return r;
}

size_t fuzz_seed(size_t k, uint8_t *data, size_t room) {
    if (k < SPIKING_SEEDS) return state_seed(&spiking, make_spiking(k), 2 + k / 12, data, room);
    k -= SPIKING_SEEDS;
    if (k < PROJECTION_SEEDS) return state_seed(&projections, make_projection(k), 1, data, room);
    k -= PROJECTION_SEEDS;
    if (k < LIF_SEEDS) return state_seed(&populations, make_lif(k), 1, data, room);
    k -= LIF_SEEDS;
    return k < RECORD_SEEDS ? state_seed(&recorders, make_record(k), 1, data, room) : 0;
}
