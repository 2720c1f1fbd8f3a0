/* tests/fuzz/fuzz_part_state.c - fuzz target: any bytes as states of parts, one after the other, and what cutting them
 * makes of them. What lpl_part_look says is so; what lpl_X_cut makes is a sound object; a whole cut into parts and put
 * together is what it was. */
#include "fuzz/state.h"

enum { MOST_STATES = 4 };

/* The four kinds by their calls; `kind` is LPL_PART_*. */
static lpl_status_t load(int32_t kind, memfile_t *f, void **out) {
    switch (kind) {
    case LPL_PART_LIF: return lpl_lif_load(memfile_read, f, STATE_BYTES, (lpl_lif_t **)(void *)out);
    case LPL_PART_PROJECTION:
        return lpl_projection_load(memfile_read, f, STATE_BYTES, (lpl_projection_t **)(void *)out);
    case LPL_PART_SPIKING: return lpl_spiking_load(memfile_read, f, STATE_BYTES, 1, (lpl_spiking_t **)(void *)out);
    default: return lpl_record_load(memfile_read, f, STATE_BYTES, (lpl_record_t **)(void *)out);
    }
}

static lpl_status_t save(int32_t kind, const void *o, memfile_t *f) {
    switch (kind) {
    case LPL_PART_LIF: return lpl_lif_save(o, memfile_write, f);
    case LPL_PART_PROJECTION: return lpl_projection_save(o, memfile_write, f);
    case LPL_PART_SPIKING: return lpl_spiking_save(o, memfile_write, f);
    default: return lpl_record_save(o, memfile_write, f);
    }
}

static void destroy(int32_t kind, void *o) {
    switch (kind) {
    case LPL_PART_LIF: lpl_lif_destroy(o); break;
    case LPL_PART_PROJECTION: lpl_projection_destroy(o); break;
    case LPL_PART_SPIKING: lpl_spiking_destroy(o); break;
    default: lpl_record_destroy(o);
    }
}

static lpl_status_t cut(int32_t kind, const void *const *parts, size_t n, uint64_t first, uint64_t count, void **out) {
    const void *p = parts;
    switch (kind) {
    case LPL_PART_LIF: return lpl_lif_cut(p, n, first, count, (lpl_lif_t **)(void *)out);
    case LPL_PART_PROJECTION: return lpl_projection_cut(p, n, first, count, (lpl_projection_t **)(void *)out);
    case LPL_PART_SPIKING: return lpl_spiking_cut(p, n, first, count, (lpl_spiking_t **)(void *)out);
    default: return lpl_record_cut(p, n, first, count, (lpl_record_t **)(void *)out);
    }
}

/* A sound object says of itself what was asked for, and can be saved and loaded. */
static void sound(int32_t kind, const void *o, uint64_t first, uint64_t n, memfile_t *f) {
    lpl_part_info_t info;
    void *back = NULL;
    FUZZ_NEED(save(kind, o, f) == LPL_OK && lpl_part_info_init(&info, sizeof info) == LPL_OK);
    FUZZ_NEED(lpl_part_look(&info, memfile_read, f) == LPL_OK && info.kind == kind && info.bytes == f->n &&
              info.first == first && info.n == n);
    f->at = 0;
    FUZZ_NEED(load(kind, f, &back) == LPL_OK);
    destroy(kind, back);
}

/* Into `pieces` parts, through their files, and together again. */
static void there_and_back(int32_t kind, const void *whole, const lpl_part_info_t *info, size_t pieces) {
    void *part[MOST_STATES] = {NULL}, *again = NULL;
    memfile_t before = {0}, after = {0};
    for (size_t p = 0; p < pieces; p++) {
        uint64_t first, n;
        memfile_t f = {0};
        FUZZ_NEED(lpl_part_range(&first, &n, info->n, pieces, p) == LPL_OK && n > 0);
        FUZZ_NEED(cut(kind, &whole, 1, info->first + first, n, &part[p]) == LPL_OK);
        sound(kind, part[p], info->first + first, n, &f);
        free(f.data);
    }
    FUZZ_NEED(cut(kind, (const void *const *)part, pieces, info->first, info->n, &again) == LPL_OK);
    FUZZ_NEED(save(kind, whole, &before) == LPL_OK && save(kind, again, &after) == LPL_OK && before.n == after.n);
    if (kind != LPL_PART_RECORD) /* whose mean rate is rounded anew */
        FUZZ_NEED(memcmp(before.data, after.data, before.n) == 0);
    for (size_t p = 0; p < pieces; p++) destroy(kind, part[p]);
    destroy(kind, again);
    free(before.data), free(after.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    memfile_t f = {.data = (uint8_t *)(uintptr_t)data, .n = size};
    void *object[MOST_STATES] = {NULL};
    lpl_part_info_t info[MOST_STATES], now;
    size_t n = 0;
    int32_t kind = LPL_PART_OTHER;
    while (n < MOST_STATES) {
        const size_t begin = f.at;
        FUZZ_NEED(lpl_part_info_init(&now, sizeof now) == LPL_OK);
        const lpl_status_t looked = fuzz_status(lpl_part_look(&now, memfile_read, &f));
        FUZZ_NEED(looked == LPL_OK || looked == LPL_E_FORMAT || looked == LPL_E_VERSION);
        if (looked < 0 || now.kind == LPL_PART_OTHER || (n > 0 && now.kind != kind)) break;
        FUZZ_NEED(now.bytes == f.at - begin && now.first + now.n <= now.n_global);
        kind = now.kind;
        f.at = begin;
        if (fuzz_status(load(kind, &f, &object[n])) < 0) break;
        FUZZ_NEED(f.at == begin + now.bytes);
        info[n++] = now;
    }
    for (size_t k = 0; k < n; k++)
        for (size_t pieces = 1; pieces <= 3 && pieces <= info[k].n; pieces++)
            there_and_back(kind, object[k], &info[k], pieces);
    if (n > 1) { /* some of them, in any order: refused, or sound */
        const uint64_t lengths[] = {info[0].n_global, info[0].n, info[0].n + info[1].n, 1};
        for (size_t k = 0; k < 4; k++) {
            void *out = NULL;
            memfile_t g = {0};
            const uint64_t first = k == 0 ? 0 : info[0].first < info[1].first ? info[0].first : info[1].first;
            const lpl_status_t status = fuzz_status(cut(kind, (const void *const *)object, n, first, lengths[k], &out));
            FUZZ_NEED(status == LPL_OK || status == LPL_E_ARG || status == LPL_E_SIZE || status == LPL_E_MEMORY);
            if (status == LPL_OK) sound(kind, out, first, lengths[k], &g), destroy(kind, out);
            FUZZ_NEED(status == LPL_OK || out == NULL);
            free(g.data);
        }
    }
    for (size_t k = 0; k < n; k++) destroy(kind, object[k]);
    return 0;
}

/* ---- corpus: two or three parts of small objects ---- */

static void *make(int32_t kind, size_t k) {
    void *o = NULL;
    lpl_connect_t connect;
    FUZZ_NEED(lpl_connect_init(&connect, sizeof connect) == LPL_OK);
    if (k % 2) connect.kind = LPL_CONNECT_RANDOM_ROWS, connect.probability = 0.5, connect.seed = k;
    if (kind == LPL_PART_LIF) {
        lpl_lif_config_t c;
        FUZZ_NEED(lpl_lif_config_init(&c, sizeof c) == LPL_OK);
        c.n = 5, c.dtype = (int32_t)(k % 2), c.dg_adapt = k / 2 % 2;
        FUZZ_NEED(lpl_lif_create(&c, (lpl_lif_t **)(void *)&o) == LPL_OK);
    } else if (kind == LPL_PART_RECORD) {
        static const uint32_t spikes[2] = {1, 4};
        lpl_record_config_t c;
        FUZZ_NEED(lpl_record_config_init(&c, sizeof c) == LPL_OK);
        c.n = 5, c.tau_rate = 1e-3, c.bin_steps = 3 * (k % 2);
        FUZZ_NEED(lpl_record_create(&c, (lpl_record_t **)(void *)&o) == LPL_OK);
        for (int t = 0; t < 4; t++) FUZZ_NEED(lpl_record_step(o, spikes, 2) == LPL_OK);
    } else if (kind == LPL_PART_PROJECTION) {
        lpl_projection_config_t c;
        FUZZ_NEED(lpl_projection_config_init(&c, sizeof c) == LPL_OK);
        c.n_pre = 3, c.n_post = 5, c.delay_ax = 3e-4, c.kind = (int32_t)(k / 2 % 2), c.dtype = (int32_t)(k / 4 % 2);
        FUZZ_NEED(lpl_projection_create(&c, &connect, (lpl_projection_t **)(void *)&o) == LPL_OK);
    } else {
        lpl_spiking_config_t c;
        FUZZ_NEED(lpl_spiking_config_init(&c, sizeof c) == LPL_OK);
        c.n_pre = 3, c.n_post = 5, c.delay_ax = 2e-4, c.t_lag = 3e-4, c.update_every = 9;
        c.engine = k / 2 % 2 ? LPL_ENGINE_BLOCK : LPL_ENGINE_FUSED, c.scaling = (int32_t)(k % 3);
        c.dtype = (int32_t)(k / 4 % 2), c.slow = (int32_t)(k / 8 % 2), c.flags = k % 5 ? 0 : LPL_SPIKING_WATCH;
        FUZZ_NEED(lpl_spiking_create(&c, &connect, (lpl_spiking_t **)(void *)&o) == LPL_OK);
        for (uint32_t t = 0; t < 14; t++) {
            const uint32_t pre = t % 3, post = t % 5;
            const float v[5] = {-0.05f, -0.051f, -0.049f, -0.06f, -0.05f};
            const double d[5] = {-0.05, -0.051, -0.049, -0.06, -0.05};
            FUZZ_NEED((c.dtype ? lpl_spiking_step_f64(o, &pre, 1, &post, 1, d)
                               : lpl_spiking_step(o, &pre, 1, &post, 1, v)) == LPL_OK);
        }
    }
    return o;
}

size_t fuzz_seed(size_t k, uint8_t *data, size_t room) {
    enum { SEEDS = 48 };
    if (k >= SEEDS) return 0;
    const int32_t kind = (int32_t)(LPL_PART_LIF + k % 4);
    const size_t pieces = 2 + k / 4 % 2;
    void *whole = make(kind, k / 4);
    const void *one = whole;
    memfile_t f = {0};
    for (size_t p = 0; p < pieces; p++) {
        void *part = NULL;
        uint64_t first, n;
        FUZZ_NEED(lpl_part_range(&first, &n, 5, pieces, p) == LPL_OK);
        FUZZ_NEED(cut(kind, &one, 1, first, n, &part) == LPL_OK && save(kind, part, &f) == LPL_OK);
        destroy(kind, part);
    }
    destroy(kind, whole);
    const size_t n = f.n <= room ? f.n : 0;
    memcpy(data, f.data, n);
    free(f.data);
    return n > 0 ? n : 1;
}
