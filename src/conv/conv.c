/* conv/conv.c - see conv.h: config, choice of the engine, memory. */
#include "conv/conv.h"

#include <stdlib.h>

#include "core/object.h"
#include "rule/rule.h"

static const lpli_engine_t engines[LPLI_ENGINES] = {
#ifdef LPLI_HAVE_X86_KERNELS
    [LPLI_BY_WINOGRAD] = {.plan = lpli_winograd_plan, .sizes = lpli_winograd_sizes},
    [LPLI_BY_LANES] = {.plan = lpli_lanes_plan, .sizes = lpli_lanes_sizes},
#endif
    [LPLI_BY_IM2COL] = {.plan = lpli_im2col_plan, .sizes = lpli_im2col_sizes},
};

lpl_status_t lpli_conv_check(lpl_layer_config_t *c, const char *fn) {
    LPLI_TRY(lpli_geometry_check(c, fn));
    LPLI_TRY(lpli_check_enum(c->sees, LPL_SEES_HEAD, fn, "sees"));
    if (c->sees == LPL_SEES_HEAD) {
        LPLI_TRY(lpli_check_field(c->head_hidden, 1, 1u << 20, fn, "head_hidden"));
        LPLI_TRY(lpli_check_field(c->head_out, 1, 1u << 20, fn, "head_out"));
    }
    if (c->rule < 0 || c->rule >= LPLI_RULES || !lpli_traits(c->rule)->losses)
        return lpli_fail(LPL_E_ARG, fn, "rule = %d, a convolution learns by LPL_RULE_LPL", (int)c->rule);
    return LPL_OK;
}

void lpli_conv_decide(lpli_conv_t *v, const lpl_layer_config_t *c) {
    v->g = lpli_geometry_of(c);
    v->sees = c->sees;
    for (v->engine = 0; !engines[v->engine].plan || !engines[v->engine].plan(&v->g, c);)
        v->engine++; /* im2col can do all */
    v->size = engines[v->engine].sizes(&v->g, c->batch_max, (uint64_t)c->threads);
}

static void place_kept(lpli_conv_t *v, const lpl_layer_config_t *c, lpli_arena_t *a) {
    for (int view = 0; view < 2; view++) {
        const uint64_t kept = view == 1 || c->pair == LPL_PAIR_SYMMETRIC ? v->size.kept : 0; /* of a view that learns */
        v->fprime[view] = lpli_take(a, kept, 1, lpli_size_of(c->dtype));
        v->winner[view] = lpli_take(a, v->g.pool == 2 ? kept : 0, 1, 1);
    }
}

void lpli_conv_place_kept(lpli_conv_t *v, const lpl_layer_config_t *c, lpli_arena_t *a) {
    place_kept(v, c, a);
    lpli_head_place_kept(&v->head, c, a);
}

void lpli_conv_place(lpli_conv_t *v, const lpl_layer_config_t *c, lpli_arena_t *a) {
    const uint64_t M = c->n_post, B = c->batch_max;
    const size_t T = lpli_size_of(c->dtype);
    const int as_samples = c->sees == LPL_SEES_POSITIONS && c->decorr > 0 && M > 1,
              both = c->pair == LPL_PAIR_SYMMETRIC && c->stats == LPL_STATS_EWMA; /* views at once */
    v->taken = lpli_take(a, 1, 1, sizeof *v->taken); /* the first: one for all that share this memory */
    if (v->taken) atomic_flag_clear(v->taken);
    v->scratch.inputs = lpli_take(a, v->size.inputs, 1, T);
    v->scratch.work = lpli_take(a, v->size.work, v->size.workers, T);
    place_kept(v, c, a);
    v->gradient = lpli_take(a, v->size.gradient, 1, T);
    v->scratch.weights = v->gradient;
    v->gradient_row = lpli_take(a, (uint64_t)c->threads, v->g.K, T);
    v->bias_gradient = lpli_take(a, M, 1, sizeof(double));
    lpli_head_place(&v->head, c, a);
    v->samples = lpli_take(a, as_samples ? (both ? 2 * B : B) * v->g.Q : 0, M, T);
    v->sample_delta = lpli_take(a, as_samples ? B * v->g.Q : 0, M, T);
    v->sample_stats = lpli_take(a, as_samples ? 5 * M : 0, 1, sizeof(double));
}

/* ---- scratch of lpl_forward ---- */

/* Without a heap, or on bare metal (which has one thread and may have no heap), there is only the layer's own. */
#if defined(LPLI_NO_MALLOC) || defined(LPL_NO_TLS)
static lpl_status_t take_more(const lpli_conv_t *v, size_t elem, lpli_conv_scratch_t *s, const char *fn) {
    (void)v, (void)elem, (void)s;
    return lpli_fail(LPL_E_MEMORY, fn,
                     "another call works in the layer's scratch, and this build of liblpl has no heap for more");
}
static void give_back(void *block) { (void)block; }
#else
static void place_more(lpli_conv_scratch_t *s, const lpli_conv_sizes_t *size, size_t elem, lpli_arena_t *a) {
    s->inputs = lpli_take(a, size->forward, 1, elem);
    s->work = lpli_take(a, size->work, size->workers, elem);
    s->weights = lpli_take(a, size->weights, 1, elem);
}

static lpl_status_t take_more(const lpli_conv_t *v, size_t elem, lpli_conv_scratch_t *s, const char *fn) {
    lpli_arena_t a = {0};
    place_more(s, &v->size, elem, &a);
    s->block = malloc(a.used + LPLI_ALIGN - 1);
    if (!s->block)
        return lpli_fail(LPL_E_MEMORY, fn, "no memory for %zu bytes beside another thread's call on this layer",
                         a.used);
    a = (lpli_arena_t){.base =
                           (unsigned char *)s->block + (LPLI_ALIGN - (uintptr_t)s->block % LPLI_ALIGN) % LPLI_ALIGN};
    place_more(s, &v->size, elem, &a);
    return LPL_OK;
}
static void give_back(void *block) { free(block); }
#endif

lpl_status_t lpli_conv_take(const lpli_conv_t *v, size_t elem, lpli_conv_scratch_t *s, const char *fn) {
    if (atomic_flag_test_and_set_explicit(v->taken, memory_order_acquire)) return take_more(v, elem, s, fn);
    *s = v->scratch;
    return LPL_OK;
}

void lpli_conv_give(const lpli_conv_t *v, const lpli_conv_scratch_t *s) {
    if (s->block)
        give_back(s->block);
    else
        atomic_flag_clear_explicit(v->taken, memory_order_release);
}
