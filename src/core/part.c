/* core/part.c - see part.h. */
#include "core/part.h"

#include "core/error.h"

lpl_status_t lpli_check_part(uint64_t first, uint64_t n, uint64_t *global, const char *fn, const char *first_name,
                             const char *global_name) {
    if (*global == 0) {
        *global = n;
        if (first == 0) return LPL_OK;
        return lpli_fail(LPL_E_ARG, fn, "%s = %llu without %s: a part of how many neurons?", first_name,
                         (unsigned long long)first, global_name);
    }
    LPLI_TRY(lpli_check_count(*global, n, UINT64_C(1) << 31, fn, global_name));
    if (first <= *global - n) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "%s = %llu, and %llu neurons from there on: %s = %llu", first_name,
                     (unsigned long long)first, (unsigned long long)n, global_name, (unsigned long long)*global);
}
