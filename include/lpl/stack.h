/* lpl/stack.h - a thin helper for deep networks: layers one after the other, each learning by its own loss.
 *
 * A stack does what a host's loop over layers does (docs/layer.md): for k = 0, 1, ...: responses of layer k to both
 * views, then its update. No gradient passes between layers. Every layer can be reached by itself, so parameters,
 * states and modes are set with the calls of layer.h. One state file holds the whole stack.
 */
#ifndef LPL_STACK_H
#define LPL_STACK_H

#include "layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Access as for a layer: calls that take a const stack may run together where lpl_forward of its layers may. */
typedef struct lpl_stack_t lpl_stack_t;

/* Make a stack of n_layers layers. cfg[k] points to the config of layer k: all of one dtype, one batch_max and one pair
 * form; the length of a response row of layer k (LPL_PARAM_N_OUT) is n_pre of layer k + 1 (0 in a convolution's config:
 * filled in from its map). Memory beyond the layers: four batches of the longest response row. *out is set only on
 * success. Returns LPL_OK, LPL_E_NULL, LPL_E_SIZE (shapes do not chain: the sentence says where), LPL_E_ARG,
 * LPL_E_DTYPE, LPL_E_MEMORY and what lpl_layer_create returns. Since 0.1. */
LPL_API lpl_status_t lpl_stack_create(const lpl_layer_config_t *const *cfg, size_t n_layers, lpl_stack_t **out);

/* Flags of a stack. */
enum {
    LPL_STACK_SHARED_SCRATCH = 1 /* the convolutions of the stack work in one piece of memory, as large as the largest
                                    of them needs, instead of each in its own: VGG-11 on 32 x 32 pixels, batch 64, takes
                                    a third less. Then one call at a time may change or train any layer of the stack;
                                    only lpl_forward of its layers may run together. With a hook (reduce.h), on all
                                    ranks or on none, no reduction overlaps the next layer. Same numbers. Since 0.1.1 */
};

/* lpl_stack_create, with flags. LPL_PARAM_MEMORY of a layer then leaves out what it shares. Returns as that; LPL_E_ARG
 * for other flags. Since 0.1.1. */
LPL_API lpl_status_t lpl_stack_create_with(const lpl_layer_config_t *const *cfg, size_t n_layers, uint32_t flags,
                                           lpl_stack_t **out);

/* End the stack and its layers; NULL is fine. */
LPL_API void lpl_stack_destroy(lpl_stack_t *s);

/* Number of layers; 0 for NULL. */
LPL_API size_t lpl_stack_size(const lpl_stack_t *s);

/* Layer k, for the calls of layer.h; it belongs to the stack (do not destroy it). Returns LPL_OK, LPL_E_NULL,
 * LPL_E_SIZE. */
LPL_API lpl_status_t lpl_stack_layer(lpl_stack_t *s, size_t k, lpl_layer_t **layer);

/* Responses of layer `last` (0 .. n_layers - 1) to x, through all layers before it.
 *   z   out, batch x N_OUT of that layer, ldz >= N_OUT;  x  batch x n_pre of layer 0;  no overlap;  batch <= batch_max
 * Returns as lpl_forward. Uses the stack's memory: exclusive access. Allocates nothing. Since 0.1. */
LPL_API lpl_status_t lpl_stack_forward(lpl_stack_t *s, float *z, size_t ldz, const float *x, size_t ldx, size_t batch,
                                       size_t last);
LPL_API lpl_status_t lpl_stack_forward_f64(lpl_stack_t *s, double *z, size_t ldz, const double *x, size_t ldx,
                                           size_t batch, size_t last);

/* One learning step of every layer on a batch of pairs; layer k + 1 sees what layer k said before it learned.
 *   reports  out, n_layers reports (size set in each, sizeof(lpl_report_t): so far they are apart), or NULL
 *   x0       as lpl_update; NULL (CAUSAL): every layer uses its remembered response
 * Layers learn in order. If one fails, those before it have learned and it and those after it have not; the sentence
 * names its label and lpl_layer_get(LPL_PARAM_STEP) tells which. So it is with divergence (layer.h): every layer is
 * finite, and the stack can be saved. Returns LPL_OK, LPL_COLLAPSED (in some layer: see the reports), or as lpl_update.
 * Exclusive access. Allocates nothing. Since 0.1. */
LPL_API lpl_status_t lpl_stack_update(lpl_stack_t *s, lpl_report_t *reports, const float *x0, size_t ldx0,
                                      const float *x1, size_t ldx1, size_t batch);
LPL_API lpl_status_t lpl_stack_update_f64(lpl_stack_t *s, lpl_report_t *reports, const double *x0, size_t ldx0,
                                          const double *x1, size_t ldx1, size_t batch);

/* A new sequence begins, in all rows or in some: lpl_layer_forget and lpl_layer_forget_rows of every layer. Returns as
 * they do (nothing is forgotten then). Exclusive access. Since 0.1.1. */
LPL_API lpl_status_t lpl_stack_forget(lpl_stack_t *s);
LPL_API lpl_status_t lpl_stack_forget_rows(lpl_stack_t *s, const uint32_t *row, size_t n);

/* Save / load all layers, as lpl_layer_save and lpl_layer_load, one after the other behind a short record of their
 * number. max_bytes: for the whole stack (0 = 4 GiB). Since 0.1. */
LPL_API lpl_status_t lpl_stack_save(const lpl_stack_t *s, lpl_write_fn write, void *user);
LPL_API lpl_status_t lpl_stack_load(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads, lpl_stack_t **out);
/* With flags, which the file does not hold. Since 0.1.1. */
LPL_API lpl_status_t lpl_stack_load_with(lpl_read_fn read, void *user, size_t max_bytes, int32_t threads,
                                         uint32_t flags, lpl_stack_t **out);

#ifdef __cplusplus
}
#endif
#endif
