/* spiking/step_real.c - lpl_spiking_step, lpl_spiking_steps, lpl_spiking_drive: checks, recording, and who learns when. */
#include "core/error.h"
#include "lif/lif.h"
#include "spiking/forward.h"

static lpl_status_t check_v(const lpl_spiking_t *s, const real *v, const char *fn) {
    const size_t n = (size_t)s->cfg.n_post;
    if (LPLI_PICK(s->cfg.isa, lpli_count_wild)(v, n) == 0) return LPL_OK;
    for (size_t i = 0; i < n; i++) {
        if (!((double)v[i] - (double)v[i] == 0))
            return lpli_fail(LPL_E_NONFINITE, fn, "projection %d, step %llu: v[%zu] is NaN or infinite", (int)s->cfg.label,
                             (unsigned long long)s->step, i);
        if (fabs((double)v[i]) > 1) return lpli_fail(LPL_E_UNITS, fn, "v[%zu] = %g V, need -1 .. 1: did you give mV?", i, (double)v[i]);
    }
    return LPL_OK;
}

static lpl_status_t check_step(const lpl_spiking_t *s, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post, size_t n_spk_post,
                               const real *v, const char *fn) {
    LPLI_TRY(lpli_check_spikes(pre, n_spk_pre, (size_t)s->cfg.n_pre, fn, "pre"));
    LPLI_TRY(lpli_check_spikes(post, n_spk_post, (size_t)s->cfg.n_post, fn, "post"));
    return check_v(s, v, fn);
}

static void advance(lpl_spiking_t *s, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post, size_t n_spk_post, const real *v) {
    lpli_spikes_to_bits(lpli_delay_row(&s->line, s->step), s->pre_words, pre, n_spk_pre);
    s->step++;
    if (s->cfg.mode == LPL_MODE_FROZEN) return;
    lpli_spikes_to_bits(s->pre_bits + (2 * s->delay + s->pending) * s->pre_words, s->pre_words, pre, n_spk_pre);
    lpli_spikes_to_bits(s->post_bits + (s->past_post + s->pending) * s->post_words, s->post_words, post, n_spk_post);
    memcpy((real *)s->fprime + (s->delay + s->pending) * s->n_pad, v, (size_t)s->cfg.n_post * sizeof(real));
    const bool update = s->t % s->cfg.update_every == 0;
    s->pending++;
    s->t++;
    if (lpli_spk_is_block(s)) {
        if (update || s->pending == s->cap) R(lpli_spiking_end_block)(s);
    } else {
        R(lpli_spiking_fused)(s);
        if (s->pending == s->cap) lpli_spiking_slide(s, LPLI_PART_PRE | LPLI_PART_POST);
    }
    if (update) R(lpli_spiking_apply)(s);
}

static lpl_status_t check_handle(const lpl_spiking_t *s, const void *array, const char *fn, const char *name) {
    if (!s) return lpli_fail(LPL_E_NULL, fn, "s is NULL");
    if (s->cfg.dtype != LPLI_DTYPE)
        return lpli_fail(LPL_E_DTYPE, fn, "the projection is of the other type: use %s%s", fn,
                         s->cfg.dtype == LPL_F64 ? "_f64" : " without _f64");
    if (!array) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", name);
    return LPL_OK;
}

lpl_status_t PUB(lpl_spiking_step)(lpl_spiking_t *s, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post, size_t n_spk_post,
                                   const real *v) {
    static const char fn[] = "lpl_spiking_step";
    LPLI_TRY(check_handle(s, v, fn, "v"));
    LPLI_TRY(check_step(s, pre, n_spk_pre, post, n_spk_post, v, fn));
    advance(s, pre, n_spk_pre, post, n_spk_post, v);
    return LPL_OK;
}

static lpl_status_t check_ptr(const uint64_t *ptr, size_t n_steps, const char *fn, const char *name) {
    if (!ptr) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", name);
    for (size_t k = 0; k < n_steps; k++)
        if (ptr[k + 1] < ptr[k] || ptr[k + 1] > PTRDIFF_MAX)
            return lpli_fail(LPL_E_ARG, fn, "%s[%zu] = %llu after %llu: need ascending offsets", name, k + 1,
                             (unsigned long long)ptr[k + 1], (unsigned long long)ptr[k]);
    return LPL_OK;
}

lpl_status_t PUB(lpl_spiking_steps)(lpl_spiking_t *s, size_t n_steps, const uint64_t *pre_ptr, const uint32_t *pre,
                                    const uint64_t *post_ptr, const uint32_t *post, const real *v, size_t ldv) {
    static const char fn[] = "lpl_spiking_steps";
    if (s && n_steps == 0) return LPL_OK;
    LPLI_TRY(check_handle(s, v, fn, "v"));
    LPLI_TRY(lpli_check_matrix(v, n_steps, (size_t)s->cfg.n_post, ldv, sizeof(real), fn, "v"));
    LPLI_TRY(check_ptr(pre_ptr, n_steps, fn, "pre_ptr"));
    LPLI_TRY(check_ptr(post_ptr, n_steps, fn, "post_ptr"));
    if ((pre_ptr[n_steps] > pre_ptr[0] && !pre) || (post_ptr[n_steps] > post_ptr[0] && !post))
        return lpli_fail(LPL_E_NULL, fn, "%s is NULL, with spikes in it", pre ? "post" : "pre");
    for (size_t k = 0; k < n_steps; k++)
        LPLI_TRY(check_step(s, pre ? pre + pre_ptr[k] : NULL, (size_t)(pre_ptr[k + 1] - pre_ptr[k]), post ? post + post_ptr[k] : NULL,
                            (size_t)(post_ptr[k + 1] - post_ptr[k]), v + k * ldv, fn));
    for (size_t k = 0; k < n_steps; k++)
        advance(s, pre ? pre + pre_ptr[k] : NULL, (size_t)(pre_ptr[k + 1] - pre_ptr[k]), post ? post + post_ptr[k] : NULL,
                (size_t)(post_ptr[k + 1] - post_ptr[k]), v + k * ldv);
    return LPL_OK;
}

/* ---- transmission ---- */

static void transmit(const lpl_spiking_t *s, real *g) {
    LPLI_PICK(s->cfg.isa, lpli_drive)(g, s->w, &s->csr, lpli_delay_row(&s->line, s->step));
}

lpl_status_t PUB(lpl_spiking_drive)(const lpl_spiking_t *s, real *g) {
    static const char fn[] = "lpl_spiking_drive";
    LPLI_TRY(check_handle(s, g, fn, "g"));
    transmit(s, g);
    return LPL_OK;
}

lpl_status_t R(lpli_spiking_drive_lif)(const lpl_spiking_t *s, lpl_lif_t *target, int32_t receptor, const char *fn) {
    void *g;
    LPLI_TRY(lpli_lif_receptor(target, receptor, LPLI_DTYPE, (size_t)s->cfg.n_post, &g, fn));
    transmit(s, g);
    return LPL_OK;
}
