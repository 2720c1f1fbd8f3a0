/* stack/stack.c - lpl_stack_t: life, and one state file for all layers. */
#include "stack/stack.h"

#include <stdlib.h>
#include <string.h>

#include "core/object.h"
#include "layer/layer.h"
#include "state/container.h"

enum { MAX_LAYERS = 4096 };

static lpl_status_t parameter(const lpl_layer_t *l, int32_t param, size_t *value) {
    double v = 0;
    LPLI_TRY(lpl_layer_get(l, param, &v));
    *value = (size_t)v;
    return LPL_OK;
}

/* An empty stack with room for n layers. */
static lpl_status_t make(size_t n, lpl_stack_t **out, const char *fn) {
    lpl_stack_t *s = calloc(1, sizeof *s);
    if (s) {
        s->n_layers = n;
        s->layer = calloc(n, sizeof *s->layer);
        s->n_in = calloc(n, sizeof *s->n_in);
        s->n_out = calloc(n, sizeof *s->n_out);
    }
    if (!s || !s->layer || !s->n_in || !s->n_out) {
        lpl_stack_destroy(s);
        return lpli_fail(LPL_E_MEMORY, fn, "no memory for a stack of %zu layers", n);
    }
    *out = s;
    return LPL_OK;
}

/* Once all layers are there: do they fit together? And the memory for the rows between them, max_bytes at most. */
static lpl_status_t complete(lpl_stack_t *s, size_t max_bytes, const char *fn) {
    size_t longest = 0;
    for (size_t k = 0; k < s->n_layers; k++) {
        size_t dtype = 0, batch = 0;
        LPLI_TRY(parameter(s->layer[k], LPL_PARAM_N_PRE, &s->n_in[k]));
        LPLI_TRY(parameter(s->layer[k], LPL_PARAM_N_OUT, &s->n_out[k]));
        LPLI_TRY(parameter(s->layer[k], LPL_PARAM_DTYPE, &dtype));
        LPLI_TRY(parameter(s->layer[k], LPL_PARAM_BATCH_MAX, &batch));
        if (k == 0) {
            s->dtype = (int32_t)dtype;
            s->batch_max = batch;
        }
        if ((int32_t)dtype != s->dtype)
            return lpli_fail_note(lpli_fail_dtype((int32_t)dtype, s->dtype, "the layer", "layer 0", fn),
                                  " (layer %zu of the stack)", k);
        if (batch != s->batch_max)
            return lpli_fail(LPL_E_SIZE, fn, "batch_max of layer %zu = %zu, that of layer 0 = %zu", k, batch,
                             s->batch_max);
        if (k > 0 && s->n_in[k] != s->n_out[k - 1])
            return lpli_fail(LPL_E_SIZE, fn, "layer %zu takes rows of %zu (n_pre), layer %zu gives rows of %zu", k,
                             s->n_in[k], k - 1, s->n_out[k - 1]);
        if (k + 1 < s->n_layers && s->n_out[k] > longest) longest = s->n_out[k];
    }
    const size_t elem = s->dtype == LPL_F64 ? sizeof(double) : sizeof(float);
    if (longest > 0 && s->batch_max > (size_t)PTRDIFF_MAX / longest / elem)
        return lpli_fail(LPL_E_SIZE, fn, "batch_max = %zu: more memory than can be addressed", s->batch_max);
    if (s->batch_max * longest * elem > max_bytes / 4)
        return lpli_fail(LPL_E_MEMORY, fn, "four batches of %zu bytes are more than max_bytes leaves, %zu",
                         s->batch_max * longest * elem, max_bytes);
    for (int q = 0; q < 4 && longest > 0; q++) {
        s->row[q / 2][q % 2] = malloc(s->batch_max * longest * elem);
        if (!s->row[q / 2][q % 2])
            return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes", s->batch_max * longest * elem);
    }
    return LPL_OK;
}

/* Layer k from a copy of its config: a convolution without n_pre takes it from its own shape (lpl_layer_create). */
static lpl_status_t create_layers(lpl_stack_t *s, const lpl_layer_config_t *const *cfg, const char *fn) {
    for (size_t k = 0; k < s->n_layers; k++) {
        if (!cfg[k]) return lpli_fail(LPL_E_NULL, fn, "cfg[%zu] is NULL", k);
        LPLI_TRY(lpl_layer_create(cfg[k], &s->layer[k]));
        const int32_t pair = s->layer[k]->cfg.pair;
        if (k == 0) s->pair = pair;
        if (pair != s->pair)
            return lpli_fail(LPL_E_ARG, fn, "pair of layer %zu = %d, that of layer 0 = %d", k, (int)pair, (int)s->pair);
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

lpl_status_t lpl_stack_create(const lpl_layer_config_t *const *cfg, size_t n_layers, lpl_stack_t **out) {
    static const char fn[] = "lpl_stack_create";
    lpl_stack_t *s = NULL;
    if (!cfg || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", cfg ? "out" : "cfg");
    LPLI_TRY(lpli_check_size(n_layers, 1, MAX_LAYERS, fn, "n_layers"));
    LPLI_TRY(make(n_layers, &s, fn));
    return finish(s, create_layers(s, cfg, fn), out);
}

void lpl_stack_destroy(lpl_stack_t *s) {
    if (!s) return;
    for (size_t k = 0; s->layer && k < s->n_layers; k++) lpl_layer_destroy(s->layer[k]);
    for (int q = 0; q < 4; q++) free(s->row[q / 2][q % 2]);
    free(s->layer);
    free(s->n_in);
    free(s->n_out);
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

/* ---- state: an object with one record, STAK u64 (number of layers, pair), then the layers, each an object of its own
 * ---- */

lpl_status_t lpl_stack_save(const lpl_stack_t *s, lpl_write_fn write, void *user) {
    static const char fn[] = "lpl_stack_save";
    lpli_writer_t w;
    if (!s || !write) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", s ? "write" : "s");
    for (size_t k = 0; k < s->n_layers; k++) LPLI_TRY(lpli_layer_can_be_saved(s->layer[k], fn));
    const uint64_t numbers[2] = {s->n_layers, (uint64_t)s->pair};
    LPLI_TRY(lpli_write_begin(&w, write, user, fn));
    LPLI_TRY(lpli_write_u64(&w, "STAK", numbers, 2));
    LPLI_TRY(lpli_write_end(&w));
    for (size_t k = 0; k < s->n_layers; k++) LPLI_TRY(lpl_layer_save(s->layer[k], write, user));
    return LPL_OK;
}

static lpl_status_t load_layers(lpl_stack_t *s, lpl_read_fn read, void *user, size_t max_bytes, int32_t threads,
                                const char *fn) {
    size_t used = 0;
    for (size_t k = 0; k < s->n_layers; k++) {
        size_t bytes = 0;
        if (used >= max_bytes)
            return lpli_fail(LPL_E_MEMORY, fn, "layers 0 .. %zu take %zu bytes, max_bytes = %zu", k - 1, used,
                             max_bytes);
        LPLI_TRY(lpl_layer_load(read, user, max_bytes - used, threads, &s->layer[k]));
        LPLI_TRY(parameter(s->layer[k], LPL_PARAM_MEMORY, &bytes));
        used += bytes;
        if (s->layer[k]->cfg.pair != s->pair)
            return lpli_fail(LPL_E_FORMAT, fn, "pair of layer %zu is not that of record STAK", k);
    }
    const lpl_status_t status = complete(s, max_bytes - used, fn);
    if (status == LPL_E_SIZE || status == LPL_E_DTYPE)
        return lpli_fail(LPL_E_FORMAT, fn, "the layers of this file do not fit together");
    return status;
}

lpl_status_t lpl_stack_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, lpl_stack_t **out) {
    static const char fn[] = "lpl_stack_load";
    if (!read || !out) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", read ? "out" : "read");
    if (max_bytes == 0) max_bytes = sizeof(size_t) > 4 ? (size_t)1 << 31 << 1 : (size_t)PTRDIFF_MAX;
    uint64_t numbers[2];
    lpli_reader_t r;
    LPLI_TRY(lpli_read_begin(&r, read, user, fn));
    LPLI_TRY(lpli_read_next(&r));
    if (r.at_end || strcmp(r.tag, "STAK") != 0)
        return lpli_fail(LPL_E_FORMAT, fn, "record %s instead of STAK: not the state of a stack",
                         r.at_end ? "END" : r.tag);
    LPLI_TRY(lpli_read_u64(&r, numbers, 2));
    LPLI_TRY(lpli_read_next(&r));
    if (!r.at_end || numbers[0] < 1 || numbers[0] > MAX_LAYERS || numbers[1] > LPL_PAIR_SYMMETRIC)
        return lpli_fail(LPL_E_FORMAT, fn, "record STAK does not describe a stack that can be");
    lpl_stack_t *s = NULL;
    LPLI_TRY(make((size_t)numbers[0], &s, fn));
    s->pair = (int32_t)numbers[1];
    return finish(s, load_layers(s, read, user, max_bytes, threads, fn), out);
}
