/* stack/stack.h - the insides of lpl_stack_t. */
#ifndef LPLI_STACK_H
#define LPLI_STACK_H

#include <stdbool.h>

#include "lpl/stack.h"

struct lpl_stack_t {
    size_t n_layers;
    int32_t dtype, pair;
    size_t batch_max;
    lpl_layer_t **layer;
    size_t *n_in, *n_out; /* row lengths of each layer */
    bool shares;          /* LPL_STACK_SHARED_SCRATCH */
    void *scratch;        /* what convolutions share then, or NULL */
    void *rows;           /* one block with row[][], or NULL */
    void *row[2][2];      /* [view][which]: batch_max x the longest response row but the last layer's, in the dtype */
};

#endif
