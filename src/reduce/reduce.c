/* reduce/reduce.c - the hook of lpl/reduce.h: its config. */
#include "core/error.h"
#include "lpl/reduce.h"

static const lpl_reduce_config_t defaults = {.size = sizeof(lpl_reduce_config_t), .chunk = 32};

lpl_status_t lpl_reduce_config_init(lpl_reduce_config_t *cfg, size_t size) {
    return lpli_config_init(cfg, size, &defaults, sizeof defaults, "lpl_reduce_config_init");
}
