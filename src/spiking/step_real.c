/* spiking/step_real.c - lpl_spiking_step, lpl_spiking_steps, lpl_spiking_drive: checks, recording, and who learns
 * when. */
#include "core/object.h"
#include "lif/lif.h"
#include "spiking/forward.h"

static lpl_status_t check_v(const lpl_spiking_t *s, const real *v, const char *fn) {
    const size_t n = (size_t)s->cfg.n_post;
    if (!LPLI_PICK(s->cfg.isa, lpli_any_wild)(v, n)) return LPL_OK;
    for (size_t i = 0; i < n; i++) {
        if (!((double)v[i] - (double)v[i] == 0))
            return lpli_fail(LPL_E_NONFINITE, fn, "projection %d, step %llu: v[%zu] is NaN or infinite",
                             (int)s->cfg.label, (unsigned long long)s->step, i);
        if (fabs((double)v[i]) > 1)
            return lpli_fail(LPL_E_UNITS, fn, "v[%zu] = %g V, need -1 .. 1: did you give mV?", i, (double)v[i]);
    }
    return LPL_OK;
}

static lpl_status_t check_step(const lpl_spiking_t *s, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post,
                               size_t n_spk_post, const real *v, const char *fn) {
    LPLI_TRY(lpli_spiking_check_ask(s, fn));
    LPLI_TRY(lpli_check_spikes(pre, n_spk_pre, (size_t)s->cfg.n_pre, fn, "pre"));
    LPLI_TRY(lpli_check_spikes(post, n_spk_post, (size_t)s->cfg.n_post, fn, "post"));
    return check_v(s, v, fn);
}

/* A step that is not known to be calm, recorded already: look first. On success BLOCK's post neurons have made it, and
 * so has its backward pass if the block ends and is of one tile; on failure nothing has moved but, at the end of such
 * a block, sums, which are then 0. */
static lpl_status_t look_ahead(lpl_spiking_t *s, bool update, bool ends, const real *v, const char *fn) {
    const size_t e = sizeof(real), n_syn = s->csr.n_synapses;
    lpl_status_t status = R(lpli_spiking_check_forward)(s, false, fn);
    if (status >= 0 && ends && n_syn > 0) {
        const bool block = lpli_spk_is_block(s);
        if (block) R(lpli_spiking_prepare)(s);
        if (block && s->n_tiles == 1) R(lpli_spiking_backward)(s, 0);
        status = R(lpli_spiking_check_synapses)(s, update, fn);
        if (status < 0 && block) R(lpli_spiking_forget)(s);
    }
    if (status < 0) s->ask.known = false;
    /* rows of f' hold potentials until their step is made */
    memcpy((real *)s->fprime + (s->delay + s->pending - 1) * s->n_pad, v, (size_t)s->cfg.n_post * e);
    return status;
}

lpl_status_t R(lpli_spiking_learn)(lpl_spiking_t *s, size_t n, const void *v, const char *fn) {
    const bool block = lpli_spk_is_block(s), calm = s->calm;
    if (!calm && s->forward < s->pending) { /* of a loaded state */
        LPLI_TRY(R(lpli_spiking_check_forward)(s, true, fn));
        R(lpli_spiking_forward)(s);
    }
    s->pending += n;
    s->t += n;
    const bool update = (s->t - 1) % s->cfg.update_every == 0, ends = update || s->pending == s->cap;
    if (!calm) {
        const lpl_status_t status = look_ahead(s, update, ends || !block, v, fn);
        if (status < 0) {
            s->pending--;
            s->t--;
            return status;
        }
        R(lpli_spiking_forward)(s);
    }
    if (!block) {
        R(lpli_spiking_fused)(s);
        if (s->pending == s->cap) lpli_spiking_slide(s, LPLI_PART_PRE | LPLI_PART_POST);
    } else if (ends && calm)
        R(lpli_spiking_end_block)(s);
    else if (ends)
        R(lpli_spiking_close)(s);
    if (!update) return LPL_OK;
    R(lpli_spiking_apply)(s);
    return lpli_spiking_watched(s) ? lpli_spiking_look(s) : LPL_OK;
}

void R(lpli_spiking_record)(lpl_spiking_t *s, size_t ahead, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post,
                            size_t n_spk_post, const void *v) {
    const size_t row = s->pending + ahead;
    lpli_spikes_to_bits(s->pre_bits + (2 * s->delay + row) * s->pre_words, s->pre_words, pre, n_spk_pre);
    lpli_spikes_to_bits(s->post_bits + (s->past_post + row) * s->post_words, s->post_words, post, n_spk_post);
    memcpy((real *)s->fprime + (s->delay + row) * s->n_pad, v, (size_t)s->cfg.n_post * sizeof(real));
}

static lpl_status_t advance(lpl_spiking_t *s, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post,
                            size_t n_spk_post, const real *v, const char *fn) {
    lpl_status_t status = LPL_OK;
    if (s->cfg.mode != LPL_MODE_FROZEN) {
        R(lpli_spiking_record)(s, 0, pre, n_spk_pre, post, n_spk_post, v);
        status = R(lpli_spiking_learn)(s, 1, v, fn);
        if (status < 0) return status;
    }
    lpli_spikes_to_bits(lpli_delay_row(&s->line, s->step), s->pre_words, pre, n_spk_pre);
    s->step++;
    return status;
}

static lpl_status_t check_handle(const lpl_spiking_t *s, const void *array, const char *fn, const char *name) {
    if (!s) return lpli_fail(LPL_E_NULL, fn, "s is NULL");
    LPLI_TRY(lpli_check_same_dtype(s->cfg.dtype, LPLI_DTYPE, "the projection", fn));
    if (!array) return lpli_fail(LPL_E_NULL, fn, "%s is NULL", name);
    return LPL_OK;
}

lpl_status_t PUB(lpl_spiking_step)(lpl_spiking_t *s, const uint32_t *pre, size_t n_spk_pre, const uint32_t *post,
                                   size_t n_spk_post, const real *v) {
    static const char fn[] = "lpl_spiking_step";
    LPLI_TRY(check_handle(s, v, fn, "v"));
    LPLI_TRY(check_step(s, pre, n_spk_pre, post, n_spk_post, v, fn));
    return advance(s, pre, n_spk_pre, post, n_spk_post, v, fn);
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
        LPLI_TRY(check_step(s, pre ? pre + pre_ptr[k] : NULL, (size_t)(pre_ptr[k + 1] - pre_ptr[k]),
                            post ? post + post_ptr[k] : NULL, (size_t)(post_ptr[k + 1] - post_ptr[k]), v + k * ldv,
                            fn));
    lpl_status_t all = LPL_OK;
    for (size_t k = 0; k < n_steps; k++) {
        const lpl_status_t status =
            advance(s, pre ? pre + pre_ptr[k] : NULL, (size_t)(pre_ptr[k + 1] - pre_ptr[k]),
                    post ? post + post_ptr[k] : NULL, (size_t)(post_ptr[k + 1] - post_ptr[k]), v + k * ldv, fn);
        if (status != LPL_OK) all = status;
        if (status < 0) break;
    }
    return all;
}

/* ---- transmission ---- */

bool R(lpli_spiking_drives_safely)(const lpl_spiking_t *s) { return lpli_spiking_largest(s) < LPLI_DRIVE_SAFE; }

lpl_status_t R(lpli_spiking_arrive)(const lpl_spiking_t *s, void *g, const uint64_t *row, const char *fn) {
    if (!R(lpli_spiking_drives_safely)(s)) {
        const size_t i = R(lpli_drive_overflows)(g, s->w, &s->csr, row);
        if (i < (size_t)s->csr.n_post)
            return lpli_fail(
                LPL_E_NONFINITE, fn,
                "projection %d, step %llu: the conductance of post neuron %zu would become NaN or infinite",
                (int)s->cfg.label, (unsigned long long)s->step, i);
    }
    LPLI_PICK(s->cfg.isa, lpli_drive)(g, s->w, &s->csr, row);
    return LPL_OK;
}

lpl_status_t PUB(lpl_spiking_drive)(const lpl_spiking_t *s, real *g) {
    static const char fn[] = "lpl_spiking_drive";
    LPLI_TRY(check_handle(s, g, fn, "g"));
    return R(lpli_spiking_arrive)(s, g, lpli_delay_row(&s->line, s->step), fn);
}

lpl_status_t R(lpli_spiking_drive_lif)(const lpl_spiking_t *s, lpl_lif_t *target, int32_t receptor, const char *fn) {
    void *g;
    LPLI_TRY(lpli_lif_receptor(target, receptor, LPLI_DTYPE, (size_t)s->cfg.n_post, lpli_spiking_most(s), &g, fn));
    return R(lpli_spiking_arrive)(s, g, lpli_delay_row(&s->line, s->step), fn);
}
