/* core/error.h - how every function of the library reports failure, and the checks they share. */
#ifndef LPLI_ERROR_H
#define LPLI_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/assumptions.h"
#include "lpl/status.h"

/* Store "NAME fn: <text>" as this thread's last error and return code. fmt knows %s, %d (int), %zu (size_t), %llu
 * (unsigned long long) and %g (double); the text does not depend on the locale. fn is the public function, without
 * _f64. */
lpl_status_t lpli_fail(lpl_status_t code, const char *fn, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same with TEXT=no: "NAME fn" alone. */
lpl_status_t lpli_fail_short(lpl_status_t code, const char *fn);

/* If code is an error: add to the end of this thread's last error (whose object, of several). Returns code. */
lpl_status_t lpli_fail_note(lpl_status_t code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#ifdef LPLI_NO_TEXT /* sentences and their arguments are looked at by the compiler only */
#define lpli_fail(code, fn, ...) ((void)sizeof(lpli_fail(code, fn, __VA_ARGS__)), lpli_fail_short(code, fn))
#define lpli_fail_note(code, ...) ((void)sizeof(lpli_fail_note(LPL_OK, __VA_ARGS__)), (code))
#endif

#ifdef __clang_analyzer__ /* which does not look into another source: what a failure returns is its code */
#define lpli_fail(code, ...) ((void)lpli_fail(code, __VA_ARGS__), (code))
#endif

/* Sized configs (docs/versioning.md): overlay the caller's struct, whose first field is its uint32_t size, on *dst,
 * which holds the library's defaults and is own bytes long. A larger caller struct is accepted only if the tail that we
 * do not know is zero. */
lpl_status_t lpli_config_copy(void *dst, size_t own, const void *src, const char *fn);

/* For config_init: zero the caller's size bytes, copy min(size, own) bytes of defaults, set the size field. */
lpl_status_t lpli_config_init(void *cfg, size_t size, const void *defaults, size_t own, const char *fn);

/* Argument checks. Each returns LPL_OK or fails with a sentence that names the argument. */
lpl_status_t lpli_check_finite(double v, double low, double high, const char *fn,
                               const char *name);                                        /* low <= v <= high */
lpl_status_t lpli_check_positive(double v, const char *fn, const char *name);            /* 0 < v < inf */
lpl_status_t lpli_check_enum(int32_t v, int32_t last, const char *fn, const char *name); /* 0 <= v <= last */
lpl_status_t lpli_check_dtype_of(int32_t dtype, const char *fn); /* LPL_F32, or LPL_F64 where this build has it */
lpl_status_t lpli_check_count(uint64_t v, uint64_t low, uint64_t high, const char *fn,
                              const char *name); /* a field: low <= v <= high */
lpl_status_t lpli_check_size(size_t v, size_t low, size_t high, const char *fn,
                             const char *name);                                              /* an argument, likewise */
lpl_status_t lpli_check_batch(size_t batch, size_t least, size_t batch_max, const char *fn); /* rows of one update */

/* A matrix argument of rows x cols with leading dimension ld and elements of elem bytes: not NULL (unless empty), ld >=
 * cols, rows * ld * elem representable. */
lpl_status_t lpli_check_matrix(const void *p, size_t rows, size_t cols, size_t ld, size_t elem, const char *fn,
                               const char *name);

/* LPL_E_OVERLAP if the byte ranges of two matrices meet (rows of one may lie in the gaps of the other: that is allowed
 * only when the leading dimensions are equal). Empty matrices never overlap. */
lpl_status_t lpli_check_apart(const void *a, size_t arows, size_t acols, size_t lda, const void *b, size_t brows,
                              size_t bcols, size_t ldb, size_t elem, const char *fn, const char *names);

/* Run a check, leave on failure. */
#define LPLI_TRY(expr)                                     \
    do {                                                   \
        lpl_status_t lpli_try_status_ = (expr);            \
        if (lpli_try_status_ < 0) return lpli_try_status_; \
    } while (0)

#endif
