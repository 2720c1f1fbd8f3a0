/* tests/cross/portable.c - does a state file written on one CPU go on on another, and are random numbers the same?
 *
 *   portable write FOLDER     random numbers, and every object of tests/golden/state at its step N (NAME.n) and later
 *                             (NAME.m)
 *   portable check FOLDER     what another CPU has written there: the random numbers are this one's; each NAME.n loads,
 *                             saves itself byte by byte, and goes on to NAME.m
 *   portable check FOLDER bits    the same, where neither build has kernels with fused multiply-adds
 *
 * "Goes on to" is to the bit for dense layers, their stacks and trackers: element-wise arithmetic is promised, and so
 * are products where both builds have the plain C ones (BLIS=no), as those of check-cross do. Two kinds may differ in
 * last bits; if they do, it is said, and their values must agree: convolutions, unless "bits" was said, because their
 * products are fused multiply-adds on AVX2 and AVX-512 (1e-13 in float64, 1e-5), and spiking objects, which take exp
 * from the C library (1e-12, 1e-5). */
#include "common/memfile.h"
#include "common/spiking_worlds.h"

#include <math.h>

enum { MORE = 5, MORE_SPIKING = 70, DRAWS = 5000 };

static int passed, failed;

static void say(int ok, const char *name, const char *what) {
    if (ok) {
        passed++;
        return;
    }
    failed++;
    printf("%s: %s\n", name, what);
}

static FILE *open_in(const char *folder, const char *name, const char *end, const char *mode) {
    char path[1000];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, end);
    FILE *f = fopen(path, mode);
    if (!f) {
        perror(path);
        exit(2);
    }
    return f;
}

static void put(const char *folder, const char *name, const char *end, const memfile_t *m) {
    FILE *f = open_in(folder, name, end, "wb");
    if (fwrite(m->data, 1, m->n, f) != m->n || fclose(f) != 0) {
        perror(name);
        exit(2);
    }
}

static memfile_t take(const char *folder, const char *name, const char *end) {
    memfile_t m = {0};
    unsigned char buf[4096];
    size_t n;
    FILE *f = open_in(folder, name, end, "rb");
    while ((n = fread(buf, 1, sizeof buf, f)) > 0) memfile_write(buf, n, &m);
    fclose(f);
    return m;
}

static int same(const memfile_t *a, const memfile_t *b) { return a->n == b->n && memcmp(a->data, b->data, a->n) == 0; }

/* ---- random numbers, little-endian ---- */

static void add(memfile_t *m, uint64_t bits, int bytes) {
    unsigned char b[8];
    for (int k = 0; k < bytes; k++) b[k] = (unsigned char)(bits >> 8 * k);
    memfile_write(b, (size_t)bytes, m);
}

static memfile_t random_numbers(void) {
    static uint32_t bits[DRAWS];
    static float f[2][DRAWS];
    static double d[2][DRAWS];
    memfile_t m = {0};
    for (uint64_t k = 0; k < 3; k++) {
        const uint64_t seed = k * UINT64_C(0x123456789ABCDEF), stream = k << 40 | k, offset = k * 1001;
        world_need(lpl_random_bits(bits, DRAWS, seed, stream, offset));
        world_need(lpl_random_uniform(f[0], DRAWS, seed, stream, offset));
        world_need(lpl_random_normal(f[1], DRAWS, seed, stream, offset));
        world_need(lpl_random_uniform_f64(d[0], DRAWS, seed, stream, offset));
        world_need(lpl_random_normal_f64(d[1], DRAWS, seed, stream, offset));
        for (size_t i = 0; i < DRAWS; i++) {
            add(&m, bits[i], 4);
            for (int w = 0; w < 2; w++) {
                uint32_t b32;
                uint64_t b64;
                memcpy(&b32, &f[w][i], 4), memcpy(&b64, &d[w][i], 8);
                add(&m, b32, 4), add(&m, b64, 8);
            }
        }
    }
    return m;
}

/* Spikes of a Poisson source with a rate that changes: step, neuron. */
static memfile_t spikes(void) {
    const double time[3] = {0, 0.1, 0.3}, rate[3] = {5, 80, 0};
    lpl_source_config_t c;
    lpl_source_t *s = NULL;
    memfile_t m = {0};
    world_need(lpl_source_config_init(&c, sizeof c));
    c.n = 100, c.seed = 7, c.n_knots = 3, c.time_s = time, c.rate_hz = rate;
    world_need(lpl_source_create(&c, &s));
    for (uint64_t t = 0; t < 4000; t++) {
        uint32_t list[100];
        size_t n = 0;
        world_need(lpl_source_step(s, list, 100, &n));
        for (size_t k = 0; k < n; k++) add(&m, t, 4), add(&m, list[k], 4);
    }
    lpl_source_destroy(s);
    return m;
}

/* ---- layers, stacks, trackers: one table with the spiking ones, but for the steps ---- */

typedef struct {
    const char *name;
    void *(*make)(size_t k);
    lpl_status_t (*save)(const void *p, lpl_write_fn write, void *user);
    lpl_status_t (*load)(lpl_read_fn read, void *user, void **out);
    void (*run)(void *p, size_t k);
    void (*destroy)(void *p);
    const spiking_world_t *spiking;
    size_t k;
    int (*close)(size_t k, const void *p, const void *q); /* NULL, and not spiking: to the bit */
} object_t;

/* All states of two layers agree but for the rounding of products. */
static int layers_close(const lpl_layer_config_t *c, const lpl_layer_t *a, const lpl_layer_t *b) {
    const double tolerance = c->dtype == LPL_F64 ? 1e-13 : 1e-5;
    for (int32_t state = LPL_STATE_WEIGHTS; state <= LPL_STATE_HEAD_B2; state++) {
        double x[WORLD_ROOM], y[WORLD_ROOM];
        const size_t n = state == LPL_STATE_PREV ? 0 : world_state_length(c, state); /* another length by now */
        if (n == 0) continue;
        world_read(a, c, x, n, state);
        world_read(b, c, y, n, state);
        for (size_t i = 0; i < n; i++)
            if (!(fabs(x[i] - y[i]) <= tolerance * (1 + fabs(y[i])))) return 0;
    }
    return 1;
}
static int layer_close(size_t k, const void *p, const void *q) {
    lpl_layer_config_t c;
    world_config(k, &c);
    return layers_close(&c, p, q);
}
static int stack_close(size_t k, const void *p, const void *q) {
    union {
        const void *p;
        lpl_stack_t *stack; /* lpl_stack_layer hands out a layer that may be changed; it is not */
    } s[2] = {{p}, {q}};
    lpl_layer_config_t c[2];
    int all = 1;
    world_stack_configs(k, c);
    for (size_t at = 0; at < 2; at++) {
        lpl_layer_t *a = NULL, *b = NULL;
        world_need(lpl_stack_layer(s[0].stack, at, &a));
        world_need(lpl_stack_layer(s[1].stack, at, &b));
        all = all && layers_close(&c[at], a, b);
    }
    return all;
}

static void *layer_make(size_t k) { return world_layer(k); }
static lpl_status_t layer_save(const void *p, lpl_write_fn write, void *user) { return lpl_layer_save(p, write, user); }
static lpl_status_t layer_load(lpl_read_fn read, void *user, void **out) {
    return lpl_layer_load(read, user, 0, 1, (lpl_layer_t **)(void *)out);
}
static void layer_run(void *p, size_t k) {
    lpl_layer_config_t c;
    world_config(k, &c);
    for (size_t t = WORLD_STEPS; t < WORLD_STEPS + MORE; t++) world_update(p, &c, t);
}
static void layer_end(void *p) { lpl_layer_destroy(p); }

static void *stack_make(size_t k) { return world_stack(k); }
static lpl_status_t stack_save(const void *p, lpl_write_fn write, void *user) { return lpl_stack_save(p, write, user); }
static lpl_status_t stack_load(lpl_read_fn read, void *user, void **out) {
    return lpl_stack_load(read, user, 0, 1, (lpl_stack_t **)(void *)out);
}
static void stack_run(void *p, size_t k) {
    lpl_layer_config_t c[2];
    world_stack_configs(k, c);
    for (size_t t = WORLD_STEPS; t < WORLD_STEPS + MORE; t++) world_stack_update(p, c, t);
}
static void stack_end(void *p) { lpl_stack_destroy(p); }

static void *tracker_make(size_t k) { return world_tracker(k); }
static lpl_status_t tracker_save(const void *p, lpl_write_fn write, void *user) {
    return lpl_stats_save(p, write, user);
}
static lpl_status_t tracker_load(lpl_read_fn read, void *user, void **out) {
    return lpl_stats_load(read, user, 0, (lpl_stats_t **)(void *)out);
}
static void tracker_run(void *p, size_t k) {
    for (size_t t = 0; t < MORE; t++) {
        float x[12];
        double y[12];
        for (size_t i = 0; i < 12; i++) y[i] = (double)((i * 5 + t * 7) % 13) / 16 - 0.25, x[i] = (float)y[i];
        world_need(k % 2 ? lpl_stats_update_f64(p, y, 3, 4) : lpl_stats_update(p, x, 3, 4));
    }
}
static void tracker_end(void *p) { lpl_stats_destroy(p); }

static size_t objects(object_t *all) {
    lpl_layer_config_t c[2];
    size_t n = 0;
    for (size_t k = 0; k < WORLDS; k++) {
        world_config(k, c);
        all[n++] = (object_t){world_name(k), layer_make, layer_save, layer_load, layer_run, layer_end, NULL, k, NULL};
        if (c[0].kind == LPL_LAYER_CONV2D) all[n - 1].close = layer_close;
    }
    for (size_t k = 0; k < WORLD_STACKS; k++) {
        world_stack_configs(k, c);
        all[n++] =
            (object_t){world_stack_name(k), stack_make, stack_save, stack_load, stack_run, stack_end, NULL, k, NULL};
        if (c[0].kind == LPL_LAYER_CONV2D) all[n - 1].close = stack_close;
    }
    for (size_t k = 0; k < WORLD_TRACKERS; k++)
        all[n++] = (object_t){
            world_tracker_name(k), tracker_make, tracker_save, tracker_load, tracker_run, tracker_end, NULL, k, NULL};
    for (size_t kind = 0; kind < SPIKING_KINDS; kind++)
        for (size_t k = 0; k < spiking_worlds[kind].n; k++) {
            const spiking_world_t *w = &spiking_worlds[kind];
            all[n++] = (object_t){w->names[k], w->make, w->save, w->load, NULL, w->destroy, w, k, NULL};
        }
    return n;
}

static void go_on(const object_t *o, void *p) {
    if (o->spiking)
        o->spiking->run(p, SPIKING_STEPS, SPIKING_STEPS + MORE_SPIKING);
    else
        o->run(p, o->k);
}

static memfile_t file_of(const object_t *o, const void *p) {
    memfile_t m = {0};
    world_need(o->save(p, memfile_write, &m));
    return m;
}

/* Values of two spiking objects agree but for the last bits of libm. */
static int close_by(const object_t *o, const void *p, const void *q) {
    static double x[SPIKING_VALUES], y[SPIKING_VALUES];
    const double tolerance = strstr(o->name, "-f32-") ? 1e-5 : 1e-12;
    const size_t n = o->spiking->read(p, x);
    if (o->spiking->read(q, y) != n) return 0;
    for (size_t i = 0; i < n; i++)
        if (!(x[i] == y[i] || fabs(x[i] - y[i]) <= tolerance * fmax(fabs(y[i]), 1e-3))) return 0;
    return 1;
}

static void write_all(const char *folder, const object_t *all, size_t n) {
    memfile_t m = random_numbers();
    put(folder, "random", "", &m);
    free(m.data);
    m = spikes();
    put(folder, "poisson", "", &m);
    free(m.data);
    for (size_t k = 0; k < n; k++) {
        void *p = all[k].make(all[k].k);
        m = file_of(&all[k], p);
        put(folder, all[k].name, ".n", &m);
        free(m.data);
        go_on(&all[k], p);
        m = file_of(&all[k], p);
        put(folder, all[k].name, ".m", &m);
        free(m.data);
        all[k].destroy(p);
    }
}

static void check_all(const char *folder, const object_t *all, size_t n, int bits) {
    memfile_t own = random_numbers(), theirs = take(folder, "random", "");
    say(same(&own, &theirs), "random", "other bits");
    free(own.data), free(theirs.data);
    own = spikes(), theirs = take(folder, "poisson", "");
    say(own.n > 8 * 1000 && same(&own, &theirs), "poisson", "other spikes");
    free(own.data), free(theirs.data);
    for (size_t k = 0; k < n; k++) {
        const object_t *o = &all[k];
        void *p = NULL, *q = NULL;
        theirs = take(folder, o->name, ".n");
        if (o->load(memfile_read, &theirs, &p) < 0) {
            say(0, o->name, lpl_last_error());
            free(theirs.data);
            continue;
        }
        own = file_of(o, p);
        say(same(&own, &theirs), o->name, "does not save itself byte by byte");
        free(own.data), free(theirs.data);
        go_on(o, p);
        own = file_of(o, p);
        theirs = take(folder, o->name, ".m");
        int ok = same(&own, &theirs);
        if (!ok && (o->spiking || (o->close && !bits))) {
            world_need(o->load(memfile_read, &theirs, &q));
            ok = o->close ? o->close(o->k, p, q) : close_by(o, p, q);
            o->destroy(q);
            printf("%s: goes on with other last bits%s\n", o->name, ok ? ", within the bound" : "");
        }
        say(ok, o->name, "does not go on as it did there");
        free(own.data), free(theirs.data);
        o->destroy(p);
    }
}

int main(int argc, char **argv) {
    static object_t all[WORLDS + WORLD_STACKS + WORLD_TRACKERS + 32];
    const size_t n = objects(all);
    if (argc == 3 && strcmp(argv[1], "write") == 0) {
        write_all(argv[2], all, n);
        return 0;
    }
    const int bits = argc == 4 && strcmp(argv[3], "bits") == 0;
    if (argc == 3 + bits && strcmp(argv[1], "check") == 0) {
        check_all(argv[2], all, n, bits);
        printf("%d passed, %d failed\n", passed, failed);
        return failed > 0;
    }
    fprintf(stderr, "usage: portable write FOLDER | check FOLDER [bits]\n");
    return 2;
}
