/* layer/forget.c - the remembered response: lpl_layer_forget, lpl_layer_forget_rows, and what an update without x0
 * takes for the past.
 *
 * Rows of prev that were forgotten are 0 there and 1 in stats.forgotten. Without any nothing is looked at; when all are
 * forgotten, prev_batch is 0, as if there had never been a response. So a stream of one row, prev_batch <= 1, has
 * none. */
#include <string.h>

#include "core/error.h"
#include "core/object.h"
#include "layer/layer.h"

void lpli_remember_rows(lpl_layer_t *l) {
    if (!l->stats.some_forgotten) return;
    memset(l->stats.forgotten, 0, (size_t)l->cfg.batch_max * sizeof *l->stats.forgotten);
    l->stats.some_forgotten = 0;
}

lpl_status_t lpl_layer_forget(lpl_layer_t *l) {
    if (!l) return lpli_fail(LPL_E_NULL, "lpl_layer_forget", "l is NULL");
    lpli_remember_rows(l);
    l->stats.prev_batch = 0;
    return LPL_OK;
}

static size_t row_bytes(const lpl_layer_t *l) {
    return l->units * (l->rule_f64 ? sizeof(double) : lpli_size_of(l->cfg.dtype));
}

lpl_status_t lpli_check_rows(const lpl_layer_t *l, const uint32_t *row, size_t n, const char *fn) {
    if (n > 0 && !row) return lpli_fail(LPL_E_NULL, fn, "row is NULL, n = %zu", n);
    for (size_t k = 0; k < n; k++)
        if (row[k] >= l->cfg.batch_max)
            return lpli_fail(LPL_E_SIZE, fn, "row[%zu] = %zu, need below batch_max = %zu", k, (size_t)row[k],
                             (size_t)l->cfg.batch_max);
    return LPL_OK;
}

void lpli_forget_rows(lpl_layer_t *l, const uint32_t *row, size_t n) {
    size_t left = 0;
    if (n > 0 && l->stats.prev_batch == 1) /* the one row, or another that is not remembered */
        for (size_t k = 0; k < n; k++)
            if (row[k] == 0) l->stats.prev_batch = 0;
    if (l->stats.prev_batch < 2 || n == 0) return;
    for (size_t k = 0; k < n; k++) {
        if (row[k] >= l->stats.prev_batch) continue;
        l->stats.forgotten[row[k]] = 1;
        l->stats.some_forgotten = 1;
        memset((char *)l->stats.prev + row[k] * row_bytes(l), 0, row_bytes(l));
    }
    for (size_t b = 0; b < l->stats.prev_batch; b++) left += l->stats.forgotten[b] == 0;
    if (left > 0) return;
    lpli_remember_rows(l);
    l->stats.prev_batch = 0;
}

lpl_status_t lpl_layer_forget_rows(lpl_layer_t *l, const uint32_t *row, size_t n) {
    static const char fn[] = "lpl_layer_forget_rows";
    if (!l) return lpli_fail(LPL_E_NULL, fn, "l is NULL");
    LPLI_TRY(lpli_check_rows(l, row, n, fn));
    lpli_forget_rows(l, row, n);
    return LPL_OK;
}

const void *lpli_recall(const lpl_layer_t *l) {
    if (l->stats.prev_batch == 0) return NULL;
    if (!l->stats.some_forgotten) return l->stats.prev;
    const size_t bytes = row_bytes(l);
    for (size_t b = 0; b < l->stats.prev_batch; b++)
        memcpy((char *)l->scratch.past + b * bytes,
               (const char *)(l->stats.forgotten[b] != 0 ? l->scratch.now : l->stats.prev) + b * bytes, bytes);
    return l->scratch.past;
}
