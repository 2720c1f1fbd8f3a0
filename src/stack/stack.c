/* stack/stack.c - lpl_stack_t: life, and one state file for all layers. */
#include "stack/stack.h"

#include <stdlib.h>

#include "core/object.h"
#include "layer/layer.h"

enum { MAX_LAYERS = 4096, ROWS = 4 };

/* ---- life ---- */

static void lay_out(void *object, lpli_arena_t *a) {
    lpl_stack_t *s = object;
    s->layer = lpli_take(a, s->n_layers, 1, sizeof *s->layer);
    s->n_in = lpli_take(a, s->n_layers, 1, sizeof *s->n_in);
    s->n_out = lpli_take(a, s->n_layers, 1, sizeof *s->n_out);
}

/* With room for the layers, of which none is there. */
static lpl_status_t make(lpl_stack_t *decided, lpl_stack_t **out, const char *fn) {
    void *made = NULL;
    const size_t bytes = lpli_object_bytes(decided, sizeof *decided, lay_out);
    LPLI_TRY(lpli_object_make(&made, decided, sizeof *decided, bytes, lay_out, fn));
    *out = made;
    return LPL_OK;
}

/* Which of the layers an error is about. */
static lpl_status_t in_layer(size_t k, lpl_status_t status) {
    return lpli_fail_note(status, " (layer %zu of the stack)", k);
}

/* Does layer k fit to those before it? */
static lpl_status_t check_layer(lpl_stack_t *s, size_t k, const char *fn) {
    const lpl_layer_config_t *c = &s->layer[k]->cfg, *first = &s->layer[0]->cfg;
    if (c->pair != first->pair)
        return lpli_fail(LPL_E_ARG, fn, "pair of layer %zu = %d, that of layer 0 = %d", k, (int)c->pair,
                         (int)first->pair);
    if (c->dtype != first->dtype)
        return in_layer(k, lpli_fail_dtype(c->dtype, first->dtype, "the layer", "layer 0", fn));
    if (c->batch_max != first->batch_max)
        return lpli_fail(LPL_E_SIZE, fn, "batch_max of layer %zu = %zu, that of layer 0 = %zu", k, (size_t)c->batch_max,
                         (size_t)first->batch_max);
    s->n_in[k] = (size_t)c->n_pre;
    s->n_out[k] = s->layer[k]->n_out;
    if (k > 0 && s->n_in[k] != s->n_out[k - 1])
        return lpli_fail(LPL_E_SIZE, fn, "layer %zu takes rows of %zu (n_pre), layer %zu gives rows of %zu", k,
                         s->n_in[k], k - 1, s->n_out[k - 1]);
    return LPL_OK;
}

static void lay_out_rows(lpl_stack_t *s, lpli_arena_t *a, size_t length) {
    for (int q = 0; q < ROWS; q++) s->row[q / 2][q % 2] = lpli_take(a, s->batch_max, length, lpli_size_of(s->dtype));
}

/* Scratch for the largest of the convolutions, if they share it; takes it from *max_bytes. */
static lpl_status_t lend(lpl_stack_t *s, size_t *max_bytes, const char *fn) {
    size_t most = 0;
    for (size_t k = 0; k < s->n_layers; k++)
        if (s->layer[k]->apart_bytes > most) most = s->layer[k]->apart_bytes;
    if (most == 0) return LPL_OK;
    if (most > *max_bytes)
        return lpli_fail(LPL_E_MEMORY, fn, "shared scratch of %zu bytes is more than max_bytes leaves, %zu", most,
                         *max_bytes);
    s->scratch = calloc(1, most + LPLI_ALIGN - 1);
    if (!s->scratch) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", most);
    lpli_prefer_huge_pages(s->scratch, most);
    for (size_t k = 0; k < s->n_layers; k++) lpli_layer_lend(s->layer[k], lpli_arena_behind(s->scratch, 0).base);
    *max_bytes -= most;
    return LPL_OK;
}

/* Once all layers are there: what follows from them, and the memory for the rows between them, max_bytes at most. */
static lpl_status_t complete(lpl_stack_t *s, size_t max_bytes, const char *fn) {
    size_t longest = 0;
    lpli_arena_t measured = {0};
    for (size_t k = 0; k < s->n_layers; k++) {
        LPLI_TRY(check_layer(s, k, fn));
        if (k + 1 < s->n_layers && s->n_out[k] > longest) longest = s->n_out[k];
    }
    LPLI_TRY(lend(s, &max_bytes, fn));
    s->dtype = s->layer[0]->cfg.dtype;
    s->pair = s->layer[0]->cfg.pair;
    s->batch_max = (size_t)s->layer[0]->cfg.batch_max;
    lay_out_rows(s, &measured, longest);
    if (measured.too_large)
        return lpli_fail(LPL_E_SIZE, fn, "batch_max = %zu: more memory than can be addressed", s->batch_max);
    const size_t batch = s->batch_max * longest * lpli_size_of(s->dtype); /* as lpl_stack_create says, without gaps */
    if (batch > max_bytes / ROWS)
        return lpli_fail(LPL_E_MEMORY, fn, "four batches of %zu bytes are more than max_bytes leaves, %zu", batch,
                         max_bytes);
    if (measured.used == 0) return LPL_OK;
    s->rows = malloc(measured.used + LPLI_ALIGN - 1);
    if (!s->rows) return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", measured.used);
    lpli_prefer_huge_pages(s->rows, measured.used);
    lpli_arena_t placed = lpli_arena_behind(s->rows, 0);
    lay_out_rows(s, &placed, longest);
    return LPL_OK;
}

/* Layer k from a copy of its config: a convolution without n_pre takes it from its own shape (lpl_layer_create). */
static lpl_status_t create_layers(lpl_stack_t *s, const lpl_layer_config_t *const *cfg, const char *fn) {
    for (size_t k = 0; k < s->n_layers; k++) {
        if (!cfg[k]) return lpli_fail(LPL_E_NULL, fn, "cfg[%zu] is NULL", k);
        LPLI_TRY(in_layer(k, lpli_layer_create(cfg[k], s->shares, &s->layer[k], "lpl_layer_create")));
    }
    return complete(s, (size_t)PTRDIFF_MAX, fn);
}

static lpl_status_t finish(lpl_stack_t *s, lpl_status_t status, lpl_stack_t **out) {
    if (status < 0)
        lpl_stack_destroy(s);
    else
        *out = s;
    return status < 0 ? status : LPL_OK;
}

static lpl_status_t check_flags(uint32_t flags, const char *fn) {
    if (!(flags & ~(uint32_t)LPL_STACK_SHARED_SCRATCH)) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "flags = %lu, need 0 or LPL_STACK_SHARED_SCRATCH", (unsigned long)flags);
}

static lpl_status_t create(const lpl_layer_config_t *const *cfg, size_t n_layers, uint32_t flags, lpl_stack_t **out,
                           const char *fn) {
    lpl_stack_t decided = {.n_layers = n_layers, .shares = flags & LPL_STACK_SHARED_SCRATCH}, *s;
    if (!cfg || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", cfg ? "out" : "cfg");
    LPLI_TRY(check_flags(flags, fn));
    LPLI_TRY(lpli_check_size(n_layers, 1, MAX_LAYERS, fn, "n_layers"));
    LPLI_TRY(make(&decided, &s, fn));
    return finish(s, create_layers(s, cfg, fn), out);
}

lpl_status_t lpl_stack_create(const lpl_layer_config_t *const *cfg, size_t n_layers, lpl_stack_t **out) {
    return create(cfg, n_layers, 0, out, "lpl_stack_create");
}

lpl_status_t lpl_stack_create_with(const lpl_layer_config_t *const *cfg, size_t n_layers, uint32_t flags,
                                   lpl_stack_t **out) {
    return create(cfg, n_layers, flags, out, "lpl_stack_create_with");
}

void lpl_stack_destroy(lpl_stack_t *s) {
    if (!s) return;
    for (size_t k = 0; k < s->n_layers; k++) lpl_layer_destroy(s->layer[k]);
    free(s->scratch);
    free(s->rows);
    free(s);
}

size_t lpl_stack_size(const lpl_stack_t *s) { return s ? s->n_layers : 0; }

lpl_status_t lpl_stack_layer(lpl_stack_t *s, size_t k, lpl_layer_t **layer) {
    static const char fn[] = "lpl_stack_layer";
    if (!s || !layer) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "layer" : "s");
    LPLI_TRY(lpli_check_size(k, 0, s->n_layers - 1, fn, "k"));
    *layer = s->layer[k];
    return LPL_OK;
}

lpl_status_t lpl_stack_forget(lpl_stack_t *s) {
    if (!s) return lpli_fail(LPL_E_NULL, "lpl_stack_forget", "s is NULL");
    for (size_t k = 0; k < s->n_layers; k++) LPLI_TRY(lpl_layer_forget(s->layer[k]));
    return LPL_OK;
}

lpl_status_t lpl_stack_forget_rows(lpl_stack_t *s, const uint32_t *row, size_t n) {
    static const char fn[] = "lpl_stack_forget_rows";
    if (!s) return lpli_fail(LPL_E_NULL, fn, "s is NULL");
    LPLI_TRY(lpli_check_rows(s->layer[0], row, n, fn)); /* all layers have one batch_max */
    for (size_t k = 0; k < s->n_layers; k++) lpli_forget_rows(s->layer[k], row, n);
    return LPL_OK;
}

/* ---- state: an object with one record, STAK u64, then the layers, each an object of its own ---- */

static const lpli_number_t number[] = {
    LPLI_STORED(lpl_stack_t, n_layers, LPLI_SIZE, MAX_LAYERS),
    LPLI_STORED(lpl_stack_t, pair, LPLI_INT32, LPL_PAIR_SYMMETRIC),
};
static const lpli_fields_t fields = {
    .object = "a stack", .tag = "STAK", .number = number, .n_number = LPLI_COUNT_OF(number)};

lpl_status_t lpl_stack_save(const lpl_stack_t *s, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_stack_save";
    lpli_writer_t w;
    if (!s || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "write" : "s");
    for (size_t k = 0; k < s->n_layers; k++) LPLI_TRY(in_layer(k, lpli_layer_can_be_saved(s->layer[k], fn)));
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_fields_write(&w, &fields, s));
    LPLI_TRY(lpli_write_end(&w));
    for (size_t k = 0; k < s->n_layers; k++) LPLI_TRY(lpl_layer_save(s->layer[k], write, user));
    return LPL_OK;
}

static lpl_status_t load_layers(lpl_stack_t *s, lpl_read_fn read, void *user, size_t max_bytes, int32_t threads,
                                const char *fn) {
    const int32_t pair = s->pair;
    size_t used = 0;
    for (size_t k = 0; k < s->n_layers; k++) {
        if (used >= max_bytes)
            return lpli_fail(LPL_E_MEMORY, fn, "layers 0 .. %zu take %zu bytes, max_bytes = %zu", k - 1, used,
                             max_bytes);
        LPLI_TRY(in_layer(
            k, lpli_layer_load(read, user, max_bytes - used, threads, s->shares, &s->layer[k], "lpl_layer_load")));
        used += s->layer[k]->bytes;
    }
    const lpl_status_t status = complete(s, max_bytes - used, fn);
    if (status < 0 && status != LPL_E_MEMORY)
        return lpli_fail(LPL_E_FORMAT, fn, "the layers of this file do not fit together");
    if (status == LPL_OK && s->pair != pair)
        return lpli_fail(LPL_E_FORMAT, fn, "pair of the layers is not that of record STAK");
    return status;
}

static lpl_status_t load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, uint32_t flags,
                         lpl_stack_t **out, const char *fn) {
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    LPLI_TRY(check_flags(flags, fn));
    lpl_stack_t decided = {.n_layers = 0, .shares = flags & LPL_STACK_SHARED_SCRATCH}, *s;
    lpli_reader_t r;
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_fields_read(&r, &fields, &decided));
    if (decided.n_layers == 0 || r.length != 8 * fields.n_number)
        return lpli_fail(LPL_E_FORMAT, fn, "record STAK does not describe a stack that can be");
    LPLI_TRY(lpli_read_rest(&r));
    LPLI_TRY(make(&decided, &s, fn));
    return finish(s, load_layers(s, read, user, lpli_max_bytes(max_bytes, 4), threads, fn), out);
}

lpl_status_t lpl_stack_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, lpl_stack_t **out) {
    return load(read, user, max_bytes, threads, 0, out, "lpl_stack_load");
}

lpl_status_t lpl_stack_load_with(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, uint32_t flags,
                                 lpl_stack_t **out) {
    return load(read, user, max_bytes, threads, flags, out, "lpl_stack_load_with");
}
