/* tests/test_object.c - what all objects share: parameters by table, the sentence for a wrong dtype, tables of state
 * files. */
#include "common/memfile.h"
#include "common/pages.h"
#include "common/testing.h"
#include "core/object.h"
#include "core/param.h"
#include "state/fields.h"

/* ---- set, get and bounds of projections: what bounds says is what set takes ---- */

typedef lpl_status_t get_fn(const void *, int32_t, double *);
typedef lpl_status_t set_fn(void *, int32_t, double);
typedef lpl_status_t bounds_fn(const void *, int32_t, double *, double *);

/* Each parameter of an object; names of those that can be set come in `settable`, the error of others is "read only" or
 * `refusal`. */
static void walk(void *object, get_fn *get, set_fn *set, bounds_fn *bounds, int32_t n, const char *const *settable,
                 const char *refusal, const char *noun) {
    char name[64];
    for (int32_t p = 0; p < n; p++) {
        double low = 7, high = 7, before, now;
        OK(get(object, p, &before));
        if (!settable[p]) {
            FAILS(bounds(object, p, &low, &high), LPL_E_ARG, refusal && p < 2 ? refusal : "read only");
            FAILS(set(object, p, before), LPL_E_ARG, refusal && p < 2 ? refusal : "read only");
            ck_assert(low == 7 && high == 7);
            ck_assert_ptr_nonnull(strstr(lpl_last_error(), noun));
            continue;
        }
        OK(bounds(object, p, &low, &high));
        const double ends[] = {low, high};
        for (int e = 0; e < 2; e++) {
            OK(set(object, p, ends[e]));
            OK(get(object, p, &now));
            ck_assert(now == ends[e]);
        }
        snprintf(name, sizeof name, "%s = ", settable[p]);
        const double wrong[] = {nextafter(low, -INFINITY), nextafter(high, INFINITY), NAN, -INFINITY, INFINITY};
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
            FAILS(set(object, p, wrong[k]), LPL_E_ARG, name);
            ck_assert_ptr_nonnull(strstr(lpl_last_error(), "need"));
            ck_assert_ptr_nonnull(strstr(lpl_last_error(), noun));
        }
        OK(get(object, p, &now));
        ck_assert(now == high);
        OK(set(object, p, before));
    }
    double v;
    FAILS(bounds(object, n, &v, &v), LPL_E_ARG, "param");
    FAILS(bounds(object, -1, &v, &v), LPL_E_ARG, "param");
    FAILS(bounds(object, 0, NULL, &v), LPL_E_NULL, "NULL");
    FAILS(bounds(object, 0, &v, NULL), LPL_E_NULL, "NULL");
    FAILS(bounds(NULL, 0, &v, &v), LPL_E_NULL, "NULL");
    FAILS(set(NULL, 0, 0), LPL_E_NULL, "NULL");
    FAILS(get(NULL, 0, &v), LPL_E_NULL, "NULL");
    FAILS(get(object, 0, NULL), LPL_E_NULL, "value");
}

START_TEST(spiking) {
    static const char *const settable[LPL_SPIKING_PARAM_LABEL + 1] = {"eta", "push", "pull", "mode", "threads"};
    lpl_spiking_config_t c;
    lpl_spiking_t *s = NULL;
    double low, high;
    OK(lpl_spiking_config_init(&c, sizeof c));
    c.n_pre = 3, c.n_post = 2, c.threads = 2, c.label = 41;
    OK(lpl_spiking_create(&c, NULL, &s));
    walk(s, (get_fn *)(void *)lpl_spiking_get, (set_fn *)(void *)lpl_spiking_set,
         (bounds_fn *)(void *)lpl_spiking_bounds, LPL_SPIKING_PARAM_LABEL + 1, settable, NULL, "(projection 41)");
    OK(lpl_spiking_bounds(s, LPL_SPIKING_PARAM_THREADS, &low, &high));
    ck_assert(low == 1 && high == 2);
    FAILS(lpl_spiking_set(s, LPL_SPIKING_PARAM_THREADS, 1.5), LPL_E_ARG, "threads = 1.5, need a whole number, 1 .. 2");
    FAILS(lpl_spiking_set(s, LPL_SPIKING_PARAM_THREADS, 3), LPL_E_ARG,
          "threads = 3, need 1 .. 2: it was created with no more (projection 41)");
    lpl_spiking_destroy(s);
}
END_TEST

START_TEST(layers) {
    static const char *const settable[LPL_PARAM_TEMPERATURE + 1] = {
        "eta",      "pull",       "push",         "decorr", "eps",     "weight_decay", "momentum",
        "tau_mean", "tau_sigma2", "collapse_std", "mode",   "threads", "step"};
    for (int k = 0; k < 3; k++) { /* with and without memory for decorrelation, and a convolution */
        lpl_layer_config_t c;
        lpl_layer_t *l = NULL;
        double low, high;
        OK(lpl_layer_config_init(&c, sizeof c));
        c.n_pre = 3, c.n_post = 2, c.batch_max = 4, c.threads = 2, c.label = 17, c.decorr = k != 1;
        if (k == 2) c.kind = LPL_LAYER_CONV2D, c.channels = 3, c.height = c.width = 4, c.n_pre = 0;
        OK(lpl_layer_create(&c, &l));
        walk(l, (get_fn *)(void *)lpl_layer_get, (set_fn *)(void *)lpl_layer_set, (bounds_fn *)(void *)lpl_layer_bounds,
             LPL_PARAM_TEMPERATURE + 1, settable, NULL, "(layer 17)");
        OK(lpl_layer_bounds(l, LPL_PARAM_DECORR, &low, &high));
        ck_assert(low == 0 && high == (k == 1 ? 0 : DBL_MAX));
        if (k == 1)
            FAILS(lpl_layer_set(l, LPL_PARAM_DECORR, 1), LPL_E_ARG,
                  "decorr = 1, need 0 .. 0: it was created with decorr = 0 and has no memory for it (layer 17)");
        FAILS(lpl_layer_set(l, LPL_PARAM_DECORR, -1), LPL_E_ARG, "decorr = -1, need ");
        FAILS(lpl_layer_set(l, LPL_PARAM_THREADS, 3), LPL_E_ARG,
              "threads = 3, need 1 .. 2: it was created with no more (layer 17)");
        FAILS(lpl_layer_set(l, LPL_PARAM_ETA, -1), LPL_E_ARG, "eta = -1, need >= 0 and finite (layer 17)");
        FAILS(lpl_layer_set(l, LPL_PARAM_STEP, 0.5), LPL_E_ARG, "step = 0.5, need a whole number, 0 .. 9.0072e+15");
        FAILS(lpl_layer_set(l, LPL_PARAM_MEMORY, 1), LPL_E_ARG, "memory (param = 18) is read only (layer 17)");
        lpl_layer_destroy(l);
    }
}
END_TEST

START_TEST(projections) {
    static const char *const none[LPL_PROJECTION_PARAM_LABEL + 1] = {[LPL_PROJECTION_PARAM_MODE] = "mode"};
    static const char *const all[LPL_PROJECTION_PARAM_LABEL + 1] = {"zeta", "kappa", "mode"};
    for (int kind = 0; kind <= LPL_PROJECTION_INHIBITORY; kind++) {
        lpl_projection_config_t c;
        lpl_projection_t *p = NULL;
        OK(lpl_projection_config_init(&c, sizeof c));
        c.n_pre = 3, c.n_post = 2, c.kind = kind, c.label = -5;
        OK(lpl_projection_create(&c, NULL, &p));
        walk(p, (get_fn *)(void *)lpl_projection_get, (set_fn *)(void *)lpl_projection_set,
             (bounds_fn *)(void *)lpl_projection_bounds, LPL_PROJECTION_PARAM_LABEL + 1,
             kind == LPL_PROJECTION_INHIBITORY ? all : none, kind == LPL_PROJECTION_INHIBITORY ? NULL : "INHIBITORY",
             "(projection -5)");
        lpl_projection_destroy(p);
    }
}
END_TEST

/* ---- what a table can say, on an object of its own: hooks, and a count beyond 32 bits ---- */

struct knob_t {
    int32_t label;
    double gain, square; /* square follows from gain */
    uint64_t count;
    int32_t n;
    double asked; /* by prepare: what the gain is going to be, while it still is the old one */
    double old;
};
enum { GAIN, COUNT, N, KNOBS };

static lpl_status_t knob_bounds(const void *object, int32_t param, double *low, double *high, const char *fn) {
    (void)object, (void)low, (void)fn;
    if (param == N) *high = 3;
    return LPL_OK;
}
static const char *knob_why(const void *object, int32_t param) {
    (void)object;
    return param == N ? "three is a crowd" : NULL;
}
static lpl_status_t knob_prepare(void *object, int32_t param, double value, const char *fn) {
    struct knob_t *k = object;
    if (param != GAIN) return LPL_OK;
    k->asked = value, k->old = k->gain;
    return value == 13 ? lpli_fail(LPL_E_UNITS, fn, "gain = %g, need another number", value) : LPL_OK;
}
static void knob_changed(void *object, int32_t param) {
    struct knob_t *k = object;
    if (param == GAIN) k->square = k->gain * k->gain;
}
static const lpli_param_t knob_table[] = {[GAIN] = LPLI_PARAM_REAL("gain", knob_t, gain, 0, DBL_MAX),
                                          [COUNT] = LPLI_PARAM_COUNT("count", knob_t, count, 0, 0x1p53),
                                          [N] = LPLI_PARAM_WHOLE("n", knob_t, n, -5, 9)};
static const lpli_params_t knobs = {.handle = "k",
                                    .noun = "knob",
                                    .label = offsetof(struct knob_t, label),
                                    .table = knob_table,
                                    .n = KNOBS,
                                    .bounds = knob_bounds,
                                    .why = knob_why,
                                    .prepare = knob_prepare,
                                    .changed = knob_changed};
static lpl_status_t knob_get(const void *k, int32_t p, double *v) { return lpli_param_get(&knobs, k, p, v, "get"); }
static lpl_status_t knob_set(void *k, int32_t p, double v) { return lpli_param_set(&knobs, k, p, v, "set"); }
static lpl_status_t knob_range(const void *k, int32_t p, double *low, double *high) {
    return lpli_param_bounds(&knobs, k, p, low, high, "bounds");
}

START_TEST(hooks) {
    static const char *const settable[KNOBS] = {"gain", "count", "n"};
    struct knob_t k = {.label = 8, .gain = 2};
    walk(&k, knob_get, knob_set, knob_range, KNOBS, settable, NULL, "(knob 8)");
    OK(knob_set(&k, GAIN, 3));
    ck_assert(k.gain == 3 && k.square == 9 && k.asked == 3 && k.old == 2);
    FAILS(knob_set(&k, GAIN, 13), LPL_E_UNITS, "gain = 13, need another number (knob 8)");
    ck_assert(k.gain == 3 && k.square == 9 && k.asked == 13 && k.old == 3);
    FAILS(knob_set(&k, GAIN, -1), LPL_E_ARG, "gain = -1, need >= 0 and finite (knob 8)");
    ck_assert(k.asked == 13); /* a value out of range is not asked about */
    OK(knob_set(&k, COUNT, 0x1p53 - 1));
    ck_assert(k.count == ((uint64_t)1 << 53) - 1);
    FAILS(knob_set(&k, COUNT, 0x1p53 + 2), LPL_E_ARG, "count = ");
    FAILS(knob_set(&k, COUNT, 0.5), LPL_E_ARG, "count = 0.5, need a whole number, 0 .. ");
    FAILS(knob_set(&k, N, 4), LPL_E_ARG, "n = 4, need -5 .. 3: three is a crowd (knob 8)");
    FAILS(knob_set(&k, N, -6), LPL_E_ARG, "n = -6, need -5 .. 3 (knob 8)");
    ck_assert(k.count == ((uint64_t)1 << 53) - 1 && k.n == 0);
}
END_TEST

/* ---- a wrong dtype: one sentence ---- */

START_TEST(wrong_dtype) {
    static const char says[] = "dtype is float32, this call's is float64 (names ending in _f64 are for float64)";
    lpl_spiking_config_t sc;
    lpl_projection_config_t pc;
    lpl_lif_config_t lc;
    lpl_stats_config_t tc;
    lpl_spiking_t *s = NULL;
    lpl_projection_t *p = NULL;
    lpl_lif_t *l = NULL;
    lpl_stats_t *t = NULL;
    lpl_layer_config_t dc;
    lpl_layer_t *d = NULL, *d64 = NULL;
    const lpl_layer_config_t *both[2] = {&dc, &dc};
    lpl_stack_t *k = NULL;
    OK(lpl_layer_config_init(&dc, sizeof dc));
    dc.n_pre = dc.n_post = dc.batch_max = 2;
    OK(lpl_layer_create(&dc, &d));
    OK(lpl_stack_create(both, 2, &k));
    dc.dtype = LPL_F64;
    OK(lpl_layer_create(&dc, &d64));
    OK(lpl_spiking_config_init(&sc, sizeof sc));
    OK(lpl_projection_config_init(&pc, sizeof pc));
    OK(lpl_lif_config_init(&lc, sizeof lc));
    OK(lpl_stats_config_init(&tc, sizeof tc));
    sc.n_pre = sc.n_post = pc.n_pre = pc.n_post = lc.n = tc.n_units = 2;
    OK(lpl_spiking_create(&sc, NULL, &s));
    OK(lpl_projection_create(&pc, NULL, &p));
    OK(lpl_lif_create(&lc, &l));
    OK(lpl_stats_create(&tc, &t));
    double x[4] = {0};
    uint32_t spikes[2];
    size_t n_spk;
    FAILS(lpl_spiking_step_f64(s, NULL, 0, NULL, 0, x), LPL_E_DTYPE, says);
    FAILS(lpl_spiking_read_f64(s, x, 4, NULL, LPL_SPIKING_WEIGHTS), LPL_E_DTYPE, says);
    FAILS(lpl_projection_drive_f64(p, x), LPL_E_DTYPE, says);
    FAILS(lpl_projection_write_f64(p, x, 4, LPL_PROJECTION_WEIGHTS), LPL_E_DTYPE, says);
    FAILS(lpl_lif_step_f64(l, spikes, &n_spk, x), LPL_E_DTYPE, says);
    FAILS(lpl_stats_update_f64(t, x, 2, 2), LPL_E_DTYPE, says);
    FAILS(lpl_forward_f64(d, x + 2, 2, x, 2, 1), LPL_E_DTYPE, says);
    FAILS(lpl_stack_forward_f64(k, x + 2, 2, x, 2, 1, 1), LPL_E_DTYPE, says);
    FAILS(lpl_layer_copy(d, d64, NULL), LPL_E_DTYPE,
          "lpl_layer_copy: dst's dtype is float32, src's is float64: need the same");
    lpl_stack_destroy(k), k = NULL;
    lpl_layer_config_t narrow = dc;
    narrow.dtype = LPL_F32;
    const lpl_layer_config_t *const mixed[3] = {&narrow, &narrow, &dc};
    FAILS(lpl_stack_create(mixed, 3, &k), LPL_E_DTYPE,
          "lpl_stack_create: the layer's dtype is float64, layer 0's is float32: need the same (layer 2 of the stack)");
    ck_assert_ptr_null(k);
    lpl_layer_destroy(d), lpl_layer_destroy(d64);
    lpl_spiking_destroy(s);
    lpl_projection_destroy(p);
    lpl_lif_destroy(l);
    lpl_stats_destroy(t);
}
END_TEST

/* ---- tables of a state file ---- */

struct thing_t {
    int32_t mode, label;
    uint32_t flags;
    bool on;
    size_t n;
    uint64_t step;
    double a, b;
};
static const lpli_number_t number[] = {LPLI_STORED(thing_t, mode, LPLI_INT32, 2),
                                       LPLI_STORED_SIGNED(thing_t, label),
                                       LPLI_STORED(thing_t, flags, LPLI_UINT32, UINT32_MAX),
                                       LPLI_STORED(thing_t, on, LPLI_BOOL, UINT64_MAX),
                                       LPLI_STORED(thing_t, n, LPLI_SIZE, 100),
                                       LPLI_STORED_ANY(thing_t, step)};
static const uint16_t reals[] = {offsetof(struct thing_t, b), offsetof(struct thing_t, a)};
static const lpli_fields_t fields = {
    .object = "a thing",
    .tag = "THIN",
    .number = number,
    .real = reals,
    .n_number = LPLI_COUNT_OF(number),
    .n_real = LPLI_COUNT_OF(reals),
};

static lpl_status_t read_thing(const uint64_t *ints, size_t n, struct thing_t *out) {
    const double d[2] = {2.5, -1};
    memfile_t f = {0};
    lpli_writer_t w;
    lpli_reader_t r;
    OK(lpli_write_begin(&w, memfile_write, &f, "test"));
    OK(lpli_write_u64(&w, "THIN", ints, n));
    OK(lpli_write_f64(&w, "PARM", d, 2));
    OK(lpli_write_end(&w));
    OK(lpli_read_begin(&r, memfile_read, &f, "test"));
    const lpl_status_t status = lpli_fields_read(&r, &fields, out);
    free(f.data);
    return status;
}

START_TEST(numbers) {
    struct thing_t in = {2, -7, UINT32_MAX, true, 100, UINT64_MAX, -1, 2.5}, out = {0};
    memfile_t f = {0};
    lpli_writer_t w;
    lpli_reader_t r;
    OK(lpli_write_begin(&w, memfile_write, &f, "test"));
    OK(lpli_fields_write(&w, &fields, &in));
    OK(lpli_write_end(&w));
    OK(lpli_read_begin(&r, memfile_read, &f, "test"));
    OK(lpli_fields_read(&r, &fields, &out));
    ck_assert(out.mode == 2 && out.label == -7 && out.flags == UINT32_MAX && out.on && out.n == 100 &&
              out.step == UINT64_MAX);
    ck_assert(out.a == -1 && out.b == 2.5);
    free(f.data);
    const uint64_t good[] = {0, 0, 0, 0, 0, 0, 99}; /* one more than is known */
    OK(read_thing(good, 6, &out));
    OK(read_thing(good, 7, &out));
    FAILS(read_thing(good, 5, &out), LPL_E_FORMAT, "THIN has 40 bytes");
    const uint64_t wrong[] = {3, (uint64_t)INT64_MAX, (uint64_t)UINT32_MAX + 1, 2, 101};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        uint64_t ints[6] = {0};
        char words[64];
        ints[k] = wrong[k];
        snprintf(words, sizeof words, "record THIN, entry %zu: %llu is out of range", k, (unsigned long long)wrong[k]);
        FAILS(read_thing(ints, 6, &out), LPL_E_FORMAT, words);
    }
    const uint64_t negative[6] = {UINT64_MAX}; /* -1, where none may be negative */
    FAILS(read_thing(negative, 6, &out), LPL_E_FORMAT, "entry 0");
}
END_TEST

/* A table whose last numbers came later: a file without them leaves the object its own. Without reals there is no
 * record of them. */
START_TEST(late_numbers) {
    lpli_fields_t late = fields, bare = fields;
    struct thing_t in = {1, -7, 3, true, 100, 77, -1, 2.5};
    late.n_late_number = 2, late.n_late = 1;
    bare.n_real = 0;
    for (size_t n = 3; n <= 6; n++) {
        lpli_fields_t old = fields;
        struct thing_t out = {2, 2, 2, false, 9, 9, 9, 9};
        memfile_t f = {0};
        lpli_writer_t w;
        lpli_reader_t r;
        old.n_number = n, old.n_real = 1;
        OK(lpli_write_begin(&w, memfile_write, &f, "test"));
        OK(lpli_fields_write(&w, &old, &in));
        OK(lpli_write_end(&w));
        OK(lpli_read_begin(&r, memfile_read, &f, "test"));
        if (n < 4) {
            FAILS(lpli_fields_read(&r, &late, &out), LPL_E_FORMAT, "record THIN has 24 bytes, need at least 32");
            ck_assert(out.mode == 2 && out.step == 9 && out.b == 9);
        } else {
            OK(lpli_fields_read(&r, &late, &out));
            ck_assert(out.mode == 1 && out.label == -7 && out.flags == 3 && out.on);
            ck_assert(out.n == (n > 4 ? 100 : 9) && out.step == (n > 5 ? 77 : 9));
            ck_assert(out.b == 2.5 && out.a == 9);
        }
        free(f.data);
    }
    struct thing_t out = {.a = 5, .b = 6};
    memfile_t f = {0};
    lpli_writer_t w;
    lpli_reader_t r;
    OK(lpli_write_begin(&w, memfile_write, &f, "test"));
    OK(lpli_fields_write(&w, &bare, &in));
    OK(lpli_write_end(&w));
    OK(lpli_read_begin(&r, memfile_read, &f, "test"));
    OK(lpli_fields_read(&r, &bare, &out));
    ck_assert(out.step == 77 && out.a == 5 && out.b == 6);
    OK(lpli_read_next(&r));
    ck_assert(r.at_end);
    free(f.data);
}
END_TEST

/* Rows with gaps, of both types, counts, indices and bits, there and back; each wrong value is found by save and by
 * load. */
START_TEST(array_records) {
    enum { ROWS = 3, COLS = 5, LD = 8 };
    double d[ROWS * LD], d2[ROWS * LD];
    float s[COLS], s2[COLS];
    uint64_t counts[COLS], counts2[COLS], bits[ROWS * 2], bits2[ROWS * 2];
    uint32_t index[COLS], index2[COLS];
    for (int wrong = 0; wrong < 8; wrong++) {
        for (size_t k = 0; k < ROWS * LD; k++) d[k] = (double)k - 3, d2[k] = NAN;
        for (size_t k = 0; k < COLS; k++) s[k] = (float)k, counts[k] = 10 * k, index[k] = (uint32_t)k;
        for (size_t k = 0; k < ROWS * 2; k++) bits[k] = k % 2 ? 1 : UINT64_MAX;
        const lpli_array_t out[] = {LPLI_ARRAY_ROWS("ROWS", d, ROWS, COLS, LD, LPL_F64, -3, 17),
                                    LPLI_ARRAY_REALS("REAL", s, COLS, LPL_F32, 0, DBL_MAX),
                                    LPLI_ARRAY_REALS(NULL, NULL, 0, LPL_F32, 0, 0),
                                    LPLI_ARRAY_COUNTS("CNTS", counts, COLS, 40),
                                    LPLI_ARRAY_INDICES("INDX", index, COLS, 4),
                                    LPLI_ARRAY_BITS("BITS", bits, ROWS, 2, 65)};
        const lpli_array_t in[] = {LPLI_ARRAY_ROWS("ROWS", d2, ROWS, COLS, LD, LPL_F64, -3, 17),
                                   LPLI_ARRAY_REALS("REAL", s2, COLS, LPL_F32, 0, DBL_MAX),
                                   LPLI_ARRAY_REALS(NULL, NULL, 0, LPL_F32, 0, 0),
                                   LPLI_ARRAY_COUNTS("CNTS", counts2, COLS, 40),
                                   LPLI_ARRAY_INDICES("INDX", index2, COLS, 4),
                                   LPLI_ARRAY_BITS("BITS", bits2, ROWS, 2, 65)};
        static const char *const words[] = {"",
                                            "ROWS, value 12 is out of range: 18, need -3 .. 17",
                                            "ROWS holds NaN or infinity (value 0)",
                                            "REAL holds NaN or infinity (value 4)",
                                            "REAL, value 2 is out of range: -1",
                                            "CNTS, value 1 is out of range: 41, need at most 40",
                                            "INDX, value 3 is out of range: 5",
                                            "BITS: a spike of a neuron that does not exist"};
        if (wrong == 1) d[2 * LD + 2] = 18;
        if (wrong == 2) d[0] = -INFINITY;
        if (wrong == 3) s[4] = INFINITY;
        if (wrong == 4) s[2] = -1;
        if (wrong == 5) counts[1] = 41;
        if (wrong == 6) index[3] = 5;
        if (wrong == 7) bits[3] = 2;
        const lpl_status_t can = lpli_arrays_check(out, LPLI_COUNT_OF(out), "thing", 9, "test");
        ck_assert_int_eq(can, wrong == 0 ? LPL_OK : LPL_E_NONFINITE);
        if (wrong > 0) {
            ck_assert_ptr_nonnull(strstr(lpl_last_error(), words[wrong]));
            ck_assert_ptr_nonnull(strstr(lpl_last_error(), "(thing 9)"));
        }
        memfile_t f = {0};
        lpli_writer_t w;
        lpli_reader_t r;
        OK(lpli_write_begin(&w, memfile_write, &f, "test"));
        OK(lpli_arrays_write(&w, out, LPLI_COUNT_OF(out)));
        OK(lpli_write_end(&w));
        OK(lpli_read_begin(&r, memfile_read, &f, "test"));
        const lpl_status_t status = lpli_arrays_read(&r, "a thing", in, LPLI_COUNT_OF(in));
        ck_assert_int_eq(status, wrong == 0 ? LPL_OK : LPL_E_FORMAT);
        if (wrong > 0) ck_assert_ptr_nonnull(strstr(lpl_last_error(), words[wrong]));
        if (wrong == 0) {
            OK(lpli_read_rest(&r));
            for (size_t i = 0; i < ROWS; i++)
                for (size_t j = 0; j < LD; j++) ck_assert(d2[i * LD + j] == (j < COLS ? d[i * LD + j] : 0));
            ck_assert(memcmp(s, s2, sizeof s) == 0 && memcmp(counts, counts2, sizeof counts) == 0);
            ck_assert(memcmp(index, index2, sizeof index) == 0 && memcmp(bits, bits2, sizeof bits) == 0);
        }
        free(f.data);
    }
}
END_TEST

/* In any order, with records of newer versions between them; one of the arrays may be missing. */
START_TEST(any_order) {
    static const char *const orders[] = {"AAAABBBBoooo", "ooooBBBBAAAA", "BBBBxxxxAAAAyyyy", "AAAABBBB", "AAAA",
                                         "AAAABBBBAAAA", "AAAABBBBXXXX", "BBBBooooooooAAAA", ""};
    static const char *const words[] = {NULL,
                                        NULL,
                                        NULL,
                                        NULL,
                                        "record BBBB is missing: not the state of a thing",
                                        "record AAAA is not known, or not in this place",
                                        "record XXXX is not known",
                                        NULL,
                                        "record AAAA is missing"};
    for (size_t q = 0; q < LPLI_COUNT_OF(orders); q++) {
        double a[3] = {0}, b[3] = {0}, o[3] = {0}, *optional = o;
        const lpli_array_t in[] = {LPLI_ARRAY_REALS("AAAA", a, 3, LPL_F64, 0, 1),
                                   LPLI_ARRAY_REALS(NULL, NULL, 0, LPL_F64, 0, 0),
                                   LPLI_ARRAY_REALS("BBBB", b, 3, LPL_F64, 0, 1),
                                   {"oooo", o, 1, 3, 3, lpli_row_of_reals, LPL_F64, 0, 1, 0, &optional}};
        memfile_t f = {0};
        lpli_writer_t w;
        lpli_reader_t r;
        OK(lpli_write_begin(&w, memfile_write, &f, "test"));
        for (const char *tag = orders[q]; *tag; tag += 4) {
            const double v[3] = {1, (double)(tag - orders[q]) / 64, (double)*tag / 256};
            OK(lpli_write_f64(&w, (char[]){tag[0], tag[1], tag[2], tag[3], 0}, v, 3));
        }
        OK(lpli_write_end(&w));
        OK(lpli_read_begin(&r, memfile_read, &f, "test"));
        const lpl_status_t status = lpli_arrays_read_any(&r, "a thing", in, LPLI_COUNT_OF(in));
        if (words[q]) {
            ck_assert_int_eq(status, LPL_E_FORMAT);
            ck_assert_ptr_nonnull(strstr(lpl_last_error(), words[q]));
        } else {
            const char *has = strstr(orders[q], "oooo");
            OK(status);
            ck_assert(r.at_end);
            ck_assert(a[1] == (double)(strstr(orders[q], "AAAA") - orders[q]) / 64 && a[2] == 'A' / 256.0);
            ck_assert(b[1] == (double)(strstr(orders[q], "BBBB") - orders[q]) / 64 && b[2] == 'B' / 256.0);
            ck_assert(optional == (has ? o : NULL));
            if (has) ck_assert(o[1] == (double)(has - orders[q]) / 64);
        }
        free(f.data);
    }
}
END_TEST

/* Large objects of other kinds than layers (test_layer has those) ask for huge pages. */
START_TEST(large_objects_ask_for_huge_pages) {
    enum { N = 1024, HALF = 4 << 20 }; /* each has 8 MB and more */
    lpl_stats_config_t c;
    OK(lpl_stats_config_init(&c, sizeof c));
    c.n_units = N, c.covariance = 1, c.dtype = LPL_F64;
    lpl_stats_t *stats;
    OK(lpl_stats_create(&c, &stats));
    ck_assert_int_ne(wants_huge_pages((const char *)stats + HALF), 0);
    lpl_stats_destroy(stats);
    lpl_spiking_config_t s;
    OK(lpl_spiking_config_init(&s, sizeof s));
    s.n_pre = s.n_post = N, s.dtype = LPL_F64;
    lpl_spiking_t *spiking;
    OK(lpl_spiking_create(&s, NULL, &spiking));
    ck_assert_int_ne(wants_huge_pages((const char *)spiking + HALF), 0);
    lpl_spiking_destroy(spiking);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("object");
    TCase *all = tcase_create("all");
    tcase_add_test(all, spiking);
    tcase_add_test(all, layers);
    tcase_add_test(all, projections);
    tcase_add_test(all, hooks);
    tcase_add_test(all, wrong_dtype);
    tcase_add_test(all, numbers);
    tcase_add_test(all, late_numbers);
    tcase_add_test(all, array_records);
    tcase_add_test(all, any_order);
    tcase_add_test(all, large_objects_ask_for_huge_pages);
    suite_add_tcase(suite, all);
    return testing_run(suite);
}
