/* connect/connect.c - see include/lpl/connect.h and connect.h. */
#include "connect/connect.h"

#include <stdlib.h>
#include <string.h>

#include "connect/rows.h"
#include "core/object.h"
#include "lpl/random.h"

static const lpl_connect_t defaults = {.size = sizeof(lpl_connect_t)};

lpl_status_t lpl_connect_init(lpl_connect_t *c, size_t size) {
    return lpli_config_init(c, size, &defaults, sizeof defaults, "lpl_connect_init");
}

/* ---- one block for both arrays, a copy of the struct in front ---- */

static void lay_out(void *object, lpli_arena_t *a) {
    lpli_csr_t *csr = object;
    csr->row_ptr = lpli_take(a, (uint64_t)csr->n_pre + 1, 1, sizeof *csr->row_ptr);
    csr->col = (lpli_index_t){NULL, NULL};
    if (!csr->dense) csr->col = lpli_take_index(a, csr->n_synapses > 0 ? csr->n_synapses : 1, csr->n_post);
}

size_t lpli_csr_bytes(const lpli_csr_t *shape) {
    lpli_csr_t csr = *shape;
    return csr.n_synapses > PTRDIFF_MAX / 64 ? 0 : lpli_object_bytes(&csr, sizeof csr, lay_out);
}

lpl_status_t lpli_csr_allocate(lpli_csr_t *out, size_t n_synapses, bool dense, const char *fn) {
    void *block = NULL;
    out->n_synapses = n_synapses, out->dense = dense;
    out->bytes = lpli_csr_bytes(out);
    if (out->bytes == 0)
        return lpli_fail(LPL_E_SIZE, fn, "%zu synapses: more memory than can be addressed", n_synapses);
    LPLI_TRY(lpli_object_make(&block, out, sizeof *out, out->bytes, lay_out, fn));
    memcpy(out, block, sizeof *out);
    out->block = block;
    return LPL_OK;
}

void lpli_csr_free(lpli_csr_t *csr) {
    free(csr->block);
    memset(csr, 0, sizeof *csr);
}

/* ---- kinds ---- */

/* Pre neuron j and the post neuron that is i of this part: one neuron. */
static bool is_self(lpli_part_t post, size_t j, size_t i) { return j == post.first + i; }

static lpl_status_t dense(lpli_csr_t *out, bool no_self, lpli_part_t post, const char *fn) {
    if (out->n_post > (size_t)(PTRDIFF_MAX / 8) / out->n_pre)
        return lpli_fail(LPL_E_SIZE, fn, "n_pre = %zu, n_post = %zu, all to all: more memory than can be addressed",
                         out->n_pre, out->n_post);
    const uint64_t behind = out->n_pre > post.first ? out->n_pre - post.first : 0; /* pre neurons from the first on */
    const size_t diagonal = !no_self ? 0 : behind < out->n_post ? (size_t)behind : out->n_post;
    LPLI_TRY(lpli_csr_allocate(out, out->n_pre * out->n_post - diagonal, !no_self, fn));
    size_t k = 0;
    for (size_t j = 0; j < out->n_pre; j++) {
        out->row_ptr[j] = k;
        if (!out->dense) {
            for (size_t i = 0; i < out->n_post; i++)
                if (!is_self(post, j, i)) lpli_index_put(out->col, k++, i);
        } else
            k += out->n_post;
    }
    out->row_ptr[out->n_pre] = k;
    return LPL_OK;
}

lpl_status_t lpli_csr_check(const uint64_t *row_ptr, const uint32_t *col, size_t n_pre, size_t n_post,
                            size_t n_synapses, const char *fn) {
    if (row_ptr[0] != 0) return lpli_fail(LPL_E_ARG, fn, "row_ptr[0] = %llu, need 0", (unsigned long long)row_ptr[0]);
    for (size_t j = 0; j < n_pre; j++)
        if (row_ptr[j + 1] < row_ptr[j] || row_ptr[j + 1] > n_synapses)
            return lpli_fail(LPL_E_ARG, fn, "row_ptr[%zu] = %llu after %llu: rows must ascend, up to n_synapses = %zu",
                             j + 1, (unsigned long long)row_ptr[j + 1], (unsigned long long)row_ptr[j], n_synapses);
    if (row_ptr[n_pre] != n_synapses)
        return lpli_fail(LPL_E_ARG, fn, "row_ptr[%zu] = %llu, but n_synapses = %zu: the last rows are missing", n_pre,
                         (unsigned long long)row_ptr[n_pre], n_synapses);
    for (size_t j = 0; j < n_pre; j++)
        for (uint64_t k = row_ptr[j]; k < row_ptr[j + 1]; k++) {
            if (col[k] >= n_post)
                return lpli_fail(LPL_E_ARG, fn, "col[%llu] = %llu in row %zu, but there are %zu post neurons",
                                 (unsigned long long)k, (unsigned long long)col[k], j, n_post);
            if (k > row_ptr[j] && col[k] <= col[k - 1])
                return lpli_fail(LPL_E_ARG, fn,
                                 "col[%llu] = %llu after %llu in row %zu: need ascending columns, none twice",
                                 (unsigned long long)k, (unsigned long long)col[k], (unsigned long long)col[k - 1], j);
        }
    return LPL_OK;
}

static lpl_status_t check_length(uint64_t n, const char *fn) {
    if (n > (uint64_t)(PTRDIFF_MAX / 64))
        return lpli_fail(LPL_E_SIZE, fn, "n_synapses = %llu: more memory than can be addressed", (unsigned long long)n);
    return LPL_OK;
}

static lpl_status_t from_csr(lpli_csr_t *out, const lpl_connect_t *c, const char *fn) {
    LPLI_TRY(check_length(c->n_synapses, fn));
    const size_t n = (size_t)c->n_synapses;
    if (!c->row_ptr || (!c->col && n > 0))
        return lpli_fail(LPL_E_NULL, fn, "connect: %s is NULL", c->row_ptr ? "col" : "row_ptr");
    LPLI_TRY(lpli_csr_check(c->row_ptr, c->col, out->n_pre, out->n_post, n, fn));
    LPLI_TRY(lpli_csr_allocate(out, n, false, fn));
    memcpy(out->row_ptr, c->row_ptr, (out->n_pre + 1) * sizeof *out->row_ptr);
    for (size_t k = 0; k < n; k++) lpli_index_put(out->col, k, c->col[k]);
    return LPL_OK;
}

static int ascending(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}
static int ascending_narrow(const void *a, const void *b) {
    const uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;
    return (x > y) - (x < y);
}

static void sort(lpli_index_t col, size_t n) {
    if (col.narrow)
        qsort(col.narrow, n, sizeof *col.narrow, ascending_narrow);
    else
        qsort(col.wide, n, sizeof *col.wide, ascending);
}

static lpl_status_t from_list(lpli_csr_t *out, const lpl_connect_t *c, const char *fn) {
    LPLI_TRY(check_length(c->n_synapses, fn));
    const size_t n = (size_t)c->n_synapses;
    if ((!c->pre || !c->post) && n > 0)
        return lpli_fail(LPL_E_NULL, fn, "connect: %s is NULL", c->pre ? "post" : "pre");
    for (size_t k = 0; k < n; k++) {
        if (c->pre[k] >= out->n_pre)
            return lpli_fail(LPL_E_ARG, fn, "pre[%zu] = %llu, but there are %zu pre neurons", k,
                             (unsigned long long)c->pre[k], out->n_pre);
        if (c->post[k] >= out->n_post)
            return lpli_fail(LPL_E_ARG, fn, "post[%zu] = %llu, but there are %zu post neurons", k,
                             (unsigned long long)c->post[k], out->n_post);
    }
    LPLI_TRY(lpli_csr_allocate(out, n, false, fn));
    memset(out->row_ptr, 0, (out->n_pre + 1) * sizeof *out->row_ptr);
    for (size_t k = 0; k < n; k++) out->row_ptr[c->pre[k] + 1]++;
    for (size_t j = 0; j < out->n_pre; j++) out->row_ptr[j + 1] += out->row_ptr[j];
    for (size_t k = n; k-- > 0;)
        lpli_index_put(out->col, --out->row_ptr[c->pre[k] + 1], c->post[k]); /* row j begins at row_ptr[j + 1] now */
    for (size_t j = 0; j < out->n_pre; j++) out->row_ptr[j] = out->row_ptr[j + 1];
    out->row_ptr[out->n_pre] = n;
    for (size_t j = 0; j < out->n_pre; j++) {
        const size_t first = (size_t)out->row_ptr[j], end = (size_t)out->row_ptr[j + 1];
        sort(lpli_index_from(out->col, first), end - first);
        for (size_t k = first + 1; k < end; k++)
            if (lpli_index_at(out->col, k) == lpli_index_at(out->col, k - 1)) {
                const uint32_t twice = lpli_index_at(out->col, k);
                lpli_csr_free(out);
                return lpli_fail(LPL_E_ARG, fn, "the pair pre %zu, post %llu is listed twice", j,
                                 (unsigned long long)twice);
            }
    }
    return LPL_OK;
}

/* A pair (j, i), post neurons by their number in the whole, is connected if uniform draw j n_post_global + i of (seed,
 * stream) is below the probability. */
static lpl_status_t from_chance(lpli_csr_t *out, const lpl_connect_t *c, lpli_part_t post, const char *fn) {
    enum { CHUNK = 1024 };
    double u[CHUNK];
    const bool no_self = (c->flags & LPL_CONNECT_NO_SELF) != 0;
    if (post.global > (uint64_t)(INT64_MAX / 64) / out->n_pre)
        return lpli_fail(LPL_E_SIZE, fn, "n_pre = %zu, n_post = %llu: too many pairs", out->n_pre,
                         (unsigned long long)post.global);
    for (int pass = 0; pass < 2; pass++) { /* count, then fill */
        uint64_t k = 0;
        for (size_t j = 0; j < out->n_pre; j++) {
            if (pass == 1) out->row_ptr[j] = k;
            for (size_t first = 0; first < out->n_post; first += CHUNK) {
                const size_t n = out->n_post - first < CHUNK ? out->n_post - first : CHUNK;
                LPLI_TRY(lpl_random_uniform_f64(u, n, c->seed, c->stream, j * post.global + post.first + first));
                for (size_t p = 0; p < n; p++) {
                    if (!(u[p] < c->probability) || (no_self && is_self(post, j, first + p))) continue;
                    if (pass == 1) lpli_index_put(out->col, k, first + p);
                    k++;
                }
            }
        }
        if (pass == 0) {
            LPLI_TRY(check_length(k, fn));
            LPLI_TRY(lpli_csr_allocate(out, (size_t)k, false, fn));
        } else
            out->row_ptr[out->n_pre] = k;
    }
    return LPL_OK;
}

/* By rows (connect/rows.c): the pre neurons of each post neuron, twice: counted, then filled in. Post neurons ascend,
 * so columns do. count[j]: synapses of row j, then where its next one goes. */
static void walk(const lpli_csr_t *csr, const lpl_connect_t *c, lpli_part_t post, uint64_t *count, bool fill) {
    const bool no_self = (c->flags & LPL_CONNECT_NO_SELF) != 0;
    lpli_row_t r;
    lpli_rows_open(&r, c->seed, c->stream, c->probability, csr->n_pre);
    for (size_t i = 0; i < csr->n_post; i++) {
        lpli_row_begin(&r, post.first + i);
        for (size_t j; (j = (size_t)lpli_row_next(&r)) < csr->n_pre;) {
            if (no_self && is_self(post, j, i)) continue;
            if (fill) lpli_index_put(csr->col, count[j], i);
            count[j]++;
        }
    }
}

static lpl_status_t from_rows(lpli_csr_t *out, const lpl_connect_t *c, lpli_part_t post, const char *fn) {
    uint64_t *count = calloc(out->n_pre, sizeof *count), n = 0;
    if (!count) return lpli_fail(LPL_E_MEMORY, fn, "no memory for n_pre = %zu", out->n_pre);
    walk(out, c, post, count, false);
    for (size_t j = 0; j < out->n_pre; j++) {
        const uint64_t own = count[j];
        count[j] = n;
        n += own;
    }
    lpl_status_t status = check_length(n, fn);
    if (status >= 0) status = lpli_csr_allocate(out, (size_t)n, false, fn);
    if (status >= 0) {
        memcpy(out->row_ptr, count, out->n_pre * sizeof *count);
        out->row_ptr[out->n_pre] = n;
        walk(out, c, post, count, true);
    }
    free(count);
    return status;
}

/* Behind a sentence about columns. */
static const char *note_of(lpli_part_t post) {
    return lpli_is_part(post) ? " (post neurons of a part count from its own first one)" : "";
}

/* Which part: as the description says, or, where that is silent, as its projection. */
static lpl_status_t check_part(const lpl_connect_t *c, lpli_part_t post, const char *fn) {
    if ((c->post_begin == 0 && c->n_post_global == 0) ||
        (c->post_begin == post.first && c->n_post_global == post.global))
        return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn,
                     "connect: post_begin = %llu, n_post_global = %llu, but the projection's are %llu, %llu (0, 0: as "
                     "the projection's)",
                     (unsigned long long)c->post_begin, (unsigned long long)c->n_post_global,
                     (unsigned long long)post.first, (unsigned long long)post.global);
}

lpl_status_t lpli_connect(lpli_csr_t *out, const lpl_connect_t *connect, size_t n_pre, lpli_part_t post,
                          const char *fn) {
    lpl_connect_t c = defaults;
    if (connect) LPLI_TRY(lpli_config_copy(&c, sizeof c, connect, fn));
    LPLI_TRY(lpli_check_enum(c.kind, LPL_CONNECT_RANDOM_ROWS, fn, "connect->kind"));
    if (c.reserved != 0) return lpli_fail(LPL_E_ARG, fn, "connect->reserved must be 0");
    if ((c.flags & ~(uint32_t)LPL_CONNECT_NO_SELF) != 0)
        return lpli_fail(LPL_E_ARG, fn, "connect->flags = %llu, need LPL_CONNECT_NO_SELF or 0",
                         (unsigned long long)c.flags);
    if (c.flags != 0 && (c.kind == LPL_CONNECT_CSR || c.kind == LPL_CONNECT_LIST))
        return lpli_fail(
            LPL_E_ARG, fn,
            "LPL_CONNECT_NO_SELF goes with DENSE and RANDOM; a CSR or a list says itself what is connected");
    LPLI_TRY(check_part(&c, post, fn));
    if (c.kind == LPL_CONNECT_RANDOM || c.kind == LPL_CONNECT_RANDOM_ROWS)
        LPLI_TRY(lpli_check_finite(c.probability, 0, 1, fn, "probability"));
    *out = (lpli_csr_t){.n_pre = n_pre, .n_post = (size_t)post.n};
    switch (c.kind) {
    case LPL_CONNECT_DENSE: return dense(out, c.flags != 0, post, fn);
    case LPL_CONNECT_CSR: return lpli_fail_note(from_csr(out, &c, fn), "%s", note_of(post));
    case LPL_CONNECT_LIST: return lpli_fail_note(from_list(out, &c, fn), "%s", note_of(post));
    case LPL_CONNECT_RANDOM: return from_chance(out, &c, post, fn);
    default: return from_rows(out, &c, post, fn);
    }
}

/* ---- views ---- */

/* Post neuron of synapse k, which lies in row j. */
static size_t column(const lpli_csr_t *csr, size_t j, uint64_t k) {
    return csr->dense ? (size_t)(k - csr->row_ptr[j]) : lpli_index_at(csr->col, k);
}

void lpli_csr_copy(const lpli_csr_t *csr, uint64_t *row_ptr, uint32_t *col) {
    if (row_ptr) memcpy(row_ptr, csr->row_ptr, (csr->n_pre + 1) * sizeof *row_ptr);
    for (size_t j = 0; col && j < csr->n_pre; j++)
        for (uint64_t k = csr->row_ptr[j]; k < csr->row_ptr[j + 1]; k++) col[k] = (uint32_t)column(csr, j, k);
}

void lpli_csr_by_post(const lpli_csr_t *csr, uint64_t *ptr, lpli_index_t pre, lpli_index_t in_row) {
    memset(ptr, 0, (csr->n_post + 1) * sizeof *ptr);
    for (size_t j = 0; j < csr->n_pre; j++)
        for (uint64_t k = csr->row_ptr[j]; k < csr->row_ptr[j + 1]; k++) ptr[column(csr, j, k) + 1]++;
    for (size_t i = 0; i < csr->n_post; i++) ptr[i + 1] += ptr[i];
    for (size_t j = csr->n_pre; j-- > 0;)
        for (uint64_t k = csr->row_ptr[j + 1]; k-- > csr->row_ptr[j];) {
            const uint64_t at = --ptr[column(csr, j, k) + 1];
            lpli_index_put(pre, at, j), lpli_index_put(in_row, at, k - csr->row_ptr[j]);
        }
    for (size_t i = 0; i < csr->n_post; i++) ptr[i] = ptr[i + 1];
    ptr[csr->n_post] = csr->n_synapses;
}
