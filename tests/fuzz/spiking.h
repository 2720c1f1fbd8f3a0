/* tests/fuzz/spiking.h - what the targets for calls of the spiking topics share: states as bytes, arguments right and
 * wrong. */
#ifndef LPL_FUZZ_SPIKING_H
#define LPL_FUZZ_SPIKING_H

#include "fuzz/fuzz.h"

enum { SLOTS = 2, MAX_N = 70, MAX_CALLS = 80, MAX_LIST = MAX_N + 2 };

/* ---- states as bytes ---- */

#define SAVED(save, object)                                                     \
    memfile_t f = {0};                                                          \
    const lpl_status_t status = fuzz_status(save(object, memfile_write, &f));   \
    FUZZ_NEED(status == LPL_OK || (status == LPL_E_NONFINITE && f.calls == 0)); \
    return f

static inline memfile_t saved_spiking(const lpl_spiking_t *s) { SAVED(lpl_spiking_save, s); }
static inline memfile_t saved_projection(const lpl_projection_t *p) { SAVED(lpl_projection_save, p); }
static inline memfile_t saved_lif(const lpl_lif_t *p) { SAVED(lpl_lif_save, p); }
static inline memfile_t saved_record(const lpl_record_t *r) { SAVED(lpl_record_save, r); }

static inline void need_same(memfile_t a, memfile_t b) {
    FUZZ_NEED(a.n == b.n && (a.n == 0 || memcmp(a.data, b.data, a.n) == 0));
    free(a.data), free(b.data);
}

/* same or not: both are gone then */
static inline void need_same_if(int same, memfile_t a, memfile_t b) {
    if (same)
        need_same(a, b);
    else
        free(a.data), free(b.data);
}

/* ---- arguments ---- */

/* A list of spikes of n neurons: usually right, sometimes out of order, doubled or out of range. */
typedef struct {
    uint32_t *p; /* in memory of exactly its size; NULL if empty */
    size_t n;
    int right;
} list_t;

static inline list_t spikes(fuzz_in_t *in, size_t n) {
    uint32_t at[MAX_LIST];
    list_t l = {NULL, 0, 1};
    const size_t start = fuzz_pick(in, 4), by = 1 + fuzz_byte(in) % 16;
    for (size_t i = start; i < n && l.n < MAX_N; i += by) at[l.n++] = (uint32_t)i;
    switch (fuzz_pick(in, 32)) {
    case 0: at[l.n++] = (uint32_t)fuzz_count(in, n, n + 3); break;
    case 1:
        if (l.n > 0) at[l.n] = at[l.n - 1], l.n++;
        break;
    case 2: at[l.n++] = 0; break;
    default: break;
    }
    for (size_t k = 0; k < l.n; k++) l.right &= at[k] < n && (k == 0 || at[k] > at[k - 1]);
    if (l.n > 0) {
        l.p = malloc(l.n * sizeof *l.p);
        FUZZ_NEED(l.p != NULL);
        memcpy(l.p, at, l.n * sizeof *l.p);
    }
    return l;
}

/* n reals of a type. bad: one in 64 hurts. right, if not NULL: whether all are potentials. */
static inline void *reals(fuzz_in_t *in, int f64, size_t n, double low, double high, int bad, int *right) {
    void *p = malloc((n ? n : 1) * (f64 ? sizeof(double) : sizeof(float)));
    FUZZ_NEED(p != NULL);
    for (size_t k = 0; k < n; k++) {
        double v = low + (high - low) * fuzz_byte(in) / 255;
        if (bad && fuzz_pick(in, 64) == 0) v = fuzz_real(in);
        if (right && !(fabs(f64 ? v : (double)(float)v) <= 1)) *right = 0;
        if (f64)
            ((double *)p)[k] = v;
        else
            ((float *)p)[k] = (float)v;
    }
    return p;
}

static inline size_t elem(int f64) { return f64 ? sizeof(double) : sizeof(float); }

/* The type of the object, seldom the other one. */
static inline int type(fuzz_in_t *in, int32_t dtype) { return (dtype == LPL_F64) != (fuzz_pick(in, 32) == 0); }

static inline void durations(fuzz_in_t *in, double *dt, double *a, double *b) {
    fuzz_param(in, dt), fuzz_param(in, a);
    if (b) fuzz_param(in, b);
    if (*a / *dt > 300) *a = *dt; /* legal, but not for a fuzzer */
    if (b && *b / *dt > 300) *b = *dt;
}

/* Connectivity, with arrays in the world of the call. */
typedef struct {
    lpl_connect_t c;
    uint64_t row_ptr[MAX_N + 2];
    uint32_t a[64], b[64];
} connect_t;

static inline void draw_connect(fuzz_in_t *in, connect_t *x, uint64_t n_pre, uint64_t n_post) {
    lpl_connect_t *c = &x->c;
    memset(x, 0, sizeof *x);
    FUZZ_NEED(lpl_connect_init(c, sizeof *c) == LPL_OK);
    c->kind = fuzz_enum(in, LPL_CONNECT_RANDOM), c->flags = fuzz_pick(in, 4) ? 0 : fuzz_byte(in) % 4;
    c->probability = fuzz_pick(in, 8) ? 0.3 : fuzz_real(in), c->seed = fuzz_byte(in);
    if (c->kind != LPL_CONNECT_CSR && c->kind != LPL_CONNECT_LIST) return;
    const size_t rows = n_pre > 0 && n_pre <= MAX_N ? (size_t)n_pre : 1,
                 limit = 1 + (n_post <= MAX_N ? (size_t)n_post : 1);
    if (c->kind == LPL_CONNECT_CSR) {
        size_t k = 0;
        for (size_t j = 0; j < rows; j++) {
            uint32_t col = (uint32_t)fuzz_pick(in, limit);
            for (size_t s = fuzz_pick(in, 3); s > 0 && k < 60; s--, col += 1 + (uint32_t)(fuzz_byte(in) % 4))
                x->a[k++] = col;
            x->row_ptr[j + 1] = k;
        }
        c->n_synapses = fuzz_pick(in, 8) ? k : fuzz_count(in, 0, 60);
        if (fuzz_pick(in, 16) == 0) x->row_ptr[fuzz_pick(in, rows + 1)] = fuzz_byte(in);
        if (c->n_synapses <= 64) c->row_ptr = x->row_ptr, c->col = x->a;
        return;
    }
    c->n_synapses = fuzz_pick(in, 20);
    for (size_t k = 0; k < c->n_synapses; k++)
        x->a[k] = (uint32_t)fuzz_pick(in, rows), x->b[k] = (uint32_t)fuzz_pick(in, limit);
    c->pre = fuzz_pick(in, 16) ? x->a : NULL, c->post = x->b;
}

/* Bytes of the library's own generator, long enough for some dozens of calls. */
static inline size_t seed_bytes(size_t k, uint64_t stream, uint8_t *data, size_t room) {
    uint32_t bits[2048];
    if (k >= 64) return 0;
    FUZZ_NEED(lpl_random_bits(bits, 2048, stream, k, 0) == LPL_OK);
    const size_t n = 300 + 24 * k < room ? 300 + 24 * k : room;
    for (size_t i = 0; i < n; i++) data[i] = (uint8_t)(bits[i] >> 24);
    return n;
}

#endif
