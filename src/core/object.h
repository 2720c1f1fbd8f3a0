/* core/object.h - what all objects have in common: one block of memory, an element type, a number of threads.
 *
 * An object is a struct and, behind it in the same block, its arrays. It comes into being in two steps:
 *   decide   a config, complete -> the struct with all that follows from it, checked once and measured once; nothing is
 *            allocated
 *   make     the struct as decided -> a block of that size, zeroed, the arrays placed in it
 * A lay-out function does both, measuring and placing (core/arena.h). create decides and makes; load fills in the
 * numbers of a file (state/fields.h), decides, asks whether the caller allows that much memory, and makes. */
#ifndef LPLI_OBJECT_H
#define LPLI_OBJECT_H

#include "core/arena.h"
#include "core/error.h"

/* Take the arrays of an object from the arena, whose sizes and dtype are decided, and set its pointers. */
typedef void lpli_lay_out_fn(void *object, lpli_arena_t *a);

/* Bytes of the block: a struct of `size` bytes, then its arrays from a 64-byte boundary on; 0: more than can be
 * addressed. */
size_t lpli_object_bytes(void *decided, size_t size, lpli_lay_out_fn *lay_out);

/* The first place for arrays behind a struct at the start of a block. */
static inline lpli_arena_t lpli_arena_behind(void *object, size_t size) {
    const uintptr_t end = (uintptr_t)object + size;
    return (lpli_arena_t){.base = (unsigned char *)object + size + (LPLI_ALIGN - end % LPLI_ALIGN) % LPLI_ALIGN};
}

/* A block of that many bytes with a copy of `decided` in front and its arrays behind, all 0; free(*out) releases it. */
lpl_status_t lpli_object_make(void **out, const void *decided, size_t size, size_t bytes, lpli_lay_out_fn *lay_out,
                              const char *fn);
/* A hint about a new block, for what it is worth: large ones lie on thousands of pages, and what walks over rows far
 * apart, or over all of it, waits for their translations. Whole pages of blocks of 4 MB and more; Linux. */
void lpli_prefer_huge_pages(void *block, size_t bytes);

/* ---- element type ---- */

static inline size_t lpli_size_of(int32_t dtype) { return dtype == LPL_F64 ? sizeof(double) : sizeof(float); }
static inline const char *lpli_dtype_name(int32_t dtype) { return dtype == LPL_F64 ? "float64" : "float32"; }

/* LPL_E_DTYPE: the dtype of an object ("the population") is not that of another, or of the call (other = NULL). */
lpl_status_t lpli_fail_dtype(int32_t own, int32_t dtype, const char *object, const char *other, const char *fn);
static inline lpl_status_t lpli_check_same_dtype(int32_t own, int32_t call, const char *object, const char *fn) {
#ifdef LPLI_NO_F64 /* there is but one */
    (void)own, (void)call, (void)object, (void)fn;
    return LPL_OK;
#else
    return own == call ? LPL_OK : lpli_fail_dtype(own, call, object, NULL, fn);
#endif
}

/* Element k of an array of either type, and all elements set to one value. */
static inline double lpli_element(const void *p, int32_t dtype, size_t k) {
    return dtype == LPL_F64 ? ((const double *)p)[k] : (double)((const float *)p)[k];
}
void lpli_fill(void *p, int32_t dtype, size_t n, double value);

/* ---- limits ---- */

/* Threads of a config or of a load call. */
lpl_status_t lpli_check_threads(int32_t threads, const char *fn);

/* Of a load: what max_bytes = 0 means, so many GiB if that can be addressed. */
static inline size_t lpli_max_bytes(size_t max_bytes, unsigned gib) {
    if (max_bytes > 0) return max_bytes;
    const uint64_t bytes = (uint64_t)gib << 30;
    return bytes <= PTRDIFF_MAX ? (size_t)bytes : (size_t)PTRDIFF_MAX;
}

/* Of a load: LPL_E_MEMORY if an object of this many bytes (0: not addressable) is more than the caller allows. */
lpl_status_t lpli_check_memory(size_t bytes, uint64_t max_bytes, const char *object, const char *fn);

#endif
