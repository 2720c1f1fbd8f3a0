/* core/object.c - see object.h. */
#include "core/object.h"

size_t lpli_object_bytes(void *decided, size_t size, lpli_lay_out_fn *lay_out) {
    lpli_arena_t a = {0};
    lay_out(decided, &a);
    return a.too_large ? 0 : size + LPLI_ALIGN - 1 + a.used;
}

lpl_status_t lpli_fail_dtype(int32_t own, int32_t dtype, const char *object, const char *other, const char *fn) {
    return lpli_fail(LPL_E_DTYPE, fn, "%s's dtype is %s, %s's is %s%s", object, lpli_dtype_name(own),
                     other ? other : "this call", lpli_dtype_name(dtype),
                     other ? ": need the same" : " (names ending in _f64 are for float64)");
}

void lpli_fill(void *p, int32_t dtype, size_t n, double value) {
    for (size_t k = 0; k < n; k++)
        if (dtype == LPL_F64)
            ((double *)p)[k] = value;
        else
            ((float *)p)[k] = (float)value;
}

lpl_status_t lpli_check_threads(int32_t threads, const char *fn) {
    if (threads >= 1 && threads <= 1024) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "threads = %d, need 1 .. 1024", (int)threads);
}

lpl_status_t lpli_check_memory(size_t bytes, uint64_t max_bytes, const char *object, const char *fn) {
    if (bytes > 0 && bytes <= max_bytes) return LPL_OK;
    if (bytes == 0)
        return lpli_fail(LPL_E_MEMORY, fn, "%s of this size takes more memory than can be addressed", object);
    return lpli_fail(LPL_E_MEMORY, fn, "%s of this size takes %zu bytes, max_bytes = %llu", object, bytes,
                     (unsigned long long)max_bytes);
}
