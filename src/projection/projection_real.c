/* projection/projection_real.c - the calls of lpl_projection_t that carry floats or doubles. */
#include "connect/drive.h"
#include "core/object.h"
#include "projection/projection.h"

void R(lpli_projection_learn)(lpl_projection_t *p, const uint64_t *arrived, const uint32_t *post, size_t n_spk_post,
                              bool learn) {
    LPLI_PICK(p->isa, lpli_istdp)(p, arrived, post, n_spk_post, learn);
}

void R(lpli_projection_idle)(lpl_projection_t *p, size_t steps) {
    LPLI_PICK(p->isa, lpli_trace_idle)(p->tr_pre, p->csr.n_pre, (real)p->k, steps);
    LPLI_PICK(p->isa, lpli_trace_idle)(p->tr_post, p->csr.n_post, (real)p->k, steps);
}

void R(lpli_projection_arrive)(const lpl_projection_t *p, void *g, const uint64_t *row) {
    LPLI_PICK(p->isa, lpli_drive)(g, p->w, &p->csr, row);
}

static lpl_status_t check(const lpl_projection_t *p, const void *array, const char *name, const char *fn) {
    if (!p) return lpli_fail(LPL_E_NULL, fn, "p is NULL");
    if (p->cfg.dtype != LPLI_DTYPE)
        return lpli_fail_note(lpli_fail_dtype(p->cfg.dtype, LPLI_DTYPE, "the projection", NULL, fn), " (projection %d)",
                              (int)p->cfg.label);
    if (!array) return lpli_fail(LPL_E_NULL, fn, "%s is NULL (projection %d)", name, (int)p->cfg.label);
    return LPL_OK;
}

lpl_status_t PUB(lpl_projection_drive)(const lpl_projection_t *p, real *g) {
    LPLI_TRY(check(p, g, "g", "lpl_projection_drive"));
    R(lpli_projection_arrive)(p, g, lpli_delay_row(&p->delay, p->step));
    return LPL_OK;
}

lpl_status_t R(lpli_projection_drive)(const lpl_projection_t *p, void *g) { return PUB(lpl_projection_drive)(p, g); }

/* The array of a state and its length; NULL if this kind of projection does not have it. */
static real *state(const lpl_projection_t *p, int32_t what, size_t *n) {
    *n = what == LPL_PROJECTION_WEIGHTS  ? p->csr.n_synapses
         : what == LPL_PROJECTION_TR_PRE ? p->csr.n_pre
                                         : p->csr.n_post;
    return what == LPL_PROJECTION_WEIGHTS ? p->w : what == LPL_PROJECTION_TR_PRE ? p->tr_pre : p->tr_post;
}

static lpl_status_t read(const lpl_projection_t *p, real *dst, size_t n, const uint64_t *index, int32_t what,
                         const char *fn) {
    size_t all;
    LPLI_TRY(lpli_check_enum(what, LPL_PROJECTION_TR_POST, fn, "what"));
    const real *src = state(p, what, &all);
    if (what != LPL_PROJECTION_WEIGHTS && !src)
        return lpli_fail(LPL_E_ARG, fn, "what = %d: a STATIC projection has no traces", (int)what);
    LPLI_TRY(lpli_check_index(n, index, all, fn));
    for (size_t s = 0; s < n; s++) dst[s] = src[index ? index[s] : s];
    return LPL_OK;
}

lpl_status_t PUB(lpl_projection_read)(const lpl_projection_t *p, real *dst, size_t n, const uint64_t *index,
                                      int32_t what) {
    static const char fn[] = "lpl_projection_read";
    LPLI_TRY(check(p, n > 0 ? (const void *)dst : fn, "dst", fn));
    return lpli_fail_note(read(p, dst, n, index, what, fn), " (projection %d)", (int)p->cfg.label);
}

static lpl_status_t write(lpl_projection_t *p, const real *src, size_t n, int32_t what, const char *fn) {
    const real low = (real)p->w_min, high = (real)p->w_max;
    LPLI_TRY(lpli_check_enum(what, LPL_PROJECTION_TR_POST, fn, "what"));
    if (what != LPL_PROJECTION_WEIGHTS)
        return lpli_fail(LPL_E_ARG, fn, "what = %d: only weights can be written", (int)what);
    LPLI_TRY(lpli_check_index(n, NULL, p->csr.n_synapses, fn));
    for (size_t k = 0; k < n; k++)
        if (!(src[k] >= low && src[k] <= high))
            return lpli_fail(LPL_E_ARG, fn, "src[%zu] = %g, need w_min = %g .. w_max = %g", k, (double)src[k], p->w_min,
                             p->w_max);
    if (n > 0) memcpy(p->w, src, n * sizeof *src);
    return LPL_OK;
}

lpl_status_t PUB(lpl_projection_write)(lpl_projection_t *p, const real *src, size_t n, int32_t what) {
    static const char fn[] = "lpl_projection_write";
    LPLI_TRY(check(p, n > 0 ? (const void *)src : fn, "src", fn));
    return lpli_fail_note(write(p, src, n, what, fn), " (projection %d)", (int)p->cfg.label);
}
