/* core/error.c - see error.h. The last error of each thread, and the checks that every public function shares. */
#include "core/error.h"

#include <float.h>
#include <string.h>

#include "core/text.h"
#include "lpl/version.h"

/* ---- the last error ---- */
enum { ERROR_ROOM = 256 };

#ifdef LPL_NO_TLS /* bare metal: one text for the whole program */
#define PER_THREAD
#else
#define PER_THREAD _Thread_local
#endif

static PER_THREAD char last_error[ERROR_ROOM];

#ifdef LPLI_NO_TEXT
lpl_status_t lpli_fail_short(lpl_status_t code, const char *fn) {
    const char *const part[] = {lpl_status_name(code), " ", fn};
    size_t n = 0;
    for (size_t k = 0; k < 3; k++)
        for (const char *c = part[k]; *c && n + 1 < sizeof last_error; c++) last_error[n++] = *c;
    last_error[n] = 0;
    return code;
}
#endif

const char *lpl_last_error(void) { return last_error; }

#ifndef LPLI_NO_TEXT
#undef lpli_fail /* where the analyser reads along */
lpl_status_t lpli_fail(lpl_status_t code, const char *fn, const char *fmt, ...) {
    char text[ERROR_ROOM]; /* not in place: an argument may point into last_error */
    size_t n = lpli_format(text, sizeof text, "%s %s: ", lpl_status_name(code), fn);
    va_list args;
    va_start(args, fmt);
    n += lpli_vformat(text + n, sizeof text - n, fmt, args);
    va_end(args);
    memcpy(last_error, text, n + 1);
    return code;
}

lpl_status_t lpli_fail_note(lpl_status_t code, const char *fmt, ...) {
    if (code >= 0) return code;
    const size_t n = strlen(last_error);
    va_list args;
    va_start(args, fmt);
    lpli_vformat(last_error + n, sizeof last_error - n, fmt, args);
    va_end(args);
    return code;
}
#endif

/* ---- sized structs ---- */
enum {
    STRUCT_MIN = 8, /* the fields size and flags */
    STRUCT_MAX = 65536
};

static lpl_status_t check_struct_size(size_t size, const char *fn) {
    if (size < STRUCT_MIN || size > STRUCT_MAX || size % sizeof(uint32_t) != 0)
        return lpli_fail(LPL_E_VERSION, fn,
                         "size = %zu, need sizeof of the struct, %d .. %d (its _init function sets the field size)",
                         size, (int)STRUCT_MIN, (int)STRUCT_MAX);
    return LPL_OK;
}

lpl_status_t lpli_config_copy(void *dst, size_t own, const void *src, const char *fn) {
    if (!src) return lpli_fail(LPL_E_NULL, fn, "cfg = NULL, need a config");
    uint32_t size;
    memcpy(&size, src, sizeof size);
    LPLI_TRY(check_struct_size(size, fn));
    for (size_t k = own; k < size; k++)
        if (((const unsigned char *)src)[k] != 0)
            return lpli_fail(LPL_E_VERSION, fn,
                             "cfg->size = %zu, but liblpl " LPL_VERSION_STRING
                             " knows %zu bytes, and byte %zu is not 0: "
                             "a field of a newer version is in use",
                             (size_t)size, own, k);
    memcpy(dst, src, size < own ? size : own);
    uint32_t own_size = (uint32_t)own;
    memcpy(dst, &own_size, sizeof own_size);
    return LPL_OK;
}

lpl_status_t lpli_config_init(void *cfg, size_t size, const void *defaults, size_t own, const char *fn) {
    if (!cfg) return lpli_fail(LPL_E_NULL, fn, "the struct is NULL, need a place to fill");
    LPLI_TRY(check_struct_size(size, fn));
    memset(cfg, 0, size);
    memcpy(cfg, defaults, size < own ? size : own);
    uint32_t set = (uint32_t)size;
    memcpy(cfg, &set, sizeof set);
    return LPL_OK;
}

/* ---- values ---- */
lpl_status_t lpli_check_finite(double v, double low, double high, const char *fn, const char *name) {
    if (v >= low && v <= high && v >= -DBL_MAX && v <= DBL_MAX) return LPL_OK; /* false for NaN */
    if (low >= -DBL_MAX && high <= DBL_MAX && high < DBL_MAX)
        return lpli_fail(LPL_E_ARG, fn, "%s = %g, need %g .. %g", name, v, low, high);
    if (low > -DBL_MAX) return lpli_fail(LPL_E_ARG, fn, "%s = %g, need >= %g and finite", name, v, low);
    if (high < DBL_MAX) return lpli_fail(LPL_E_ARG, fn, "%s = %g, need <= %g and finite", name, v, high);
    return lpli_fail(LPL_E_ARG, fn, "%s = %g, need a finite number", name, v);
}

lpl_status_t lpli_check_positive(double v, const char *fn, const char *name) {
    if (v > 0 && v <= DBL_MAX) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, v <= 0 ? "%s = %g, need > 0" : "%s = %g, need > 0 and finite", name, v);
}

lpl_status_t lpli_check_enum(int32_t v, int32_t last, const char *fn, const char *name) {
    if (v >= 0 && v <= last) return LPL_OK;
    return lpli_fail(LPL_E_ARG, fn, "%s = %d, need 0 .. %d", name, (int)v, (int)last);
}

lpl_status_t lpli_check_dtype_of(int32_t dtype, const char *fn) {
    LPLI_TRY(lpli_check_enum(dtype, LPL_F64, fn, "dtype"));
#ifdef LPLI_NO_F64
    if (dtype == LPL_F64)
        return lpli_fail(LPL_E_UNSUPPORTED, fn, "dtype = LPL_F64: this liblpl was built with F64=no, need LPL_F32");
#endif
    return LPL_OK;
}

/* A count above the largest signed number is almost always a negative one of another language. minus: its amount. */
static lpl_status_t fail_negative(uint64_t v, uint64_t minus, const char *fn, const char *name, const char *sort) {
    return lpli_fail(LPL_E_SIZE, fn,
                     "%s%s = %llu, which looks like a negative number (-%llu), need at most PTRDIFF_MAX", name, sort,
                     (unsigned long long)v, (unsigned long long)minus);
}

/* Of a size_t: a negative number of the host's own width. */
static lpl_status_t check_sign(size_t v, const char *fn, const char *name, const char *sort) {
    return v > PTRDIFF_MAX ? fail_negative(v, (size_t)0 - v, fn, name, sort) : LPL_OK;
}

lpl_status_t lpli_check_count(uint64_t v, uint64_t low, uint64_t high, const char *fn, const char *name) {
    const unsigned long long value = v, from = low, to = high;
    if (v > INT64_MAX) return fail_negative(v, (uint64_t)0 - v, fn, name, "");
    if (v >= low && v <= high) return LPL_OK;
    if (high == PTRDIFF_MAX || high >= INT64_MAX)
        return lpli_fail(LPL_E_SIZE, fn, "%s = %llu, need >= %llu", name, value, from);
    if (low == high) return lpli_fail(LPL_E_SIZE, fn, "%s = %llu, need exactly %llu", name, value, from);
    if (low > high) return lpli_fail(LPL_E_SIZE, fn, "%s = %llu, but here no value is possible", name, value);
    return lpli_fail(LPL_E_SIZE, fn, "%s = %llu, need %llu .. %llu", name, value, from, to);
}

lpl_status_t lpli_check_size(size_t v, size_t low, size_t high, const char *fn, const char *name) {
    LPLI_TRY(check_sign(v, fn, name, ""));
    return lpli_check_count(v, low, high < PTRDIFF_MAX ? high : PTRDIFF_MAX, fn, name);
}

lpl_status_t lpli_check_batch(size_t batch, size_t least, size_t batch_max, const char *fn) {
    if (batch > batch_max && batch <= PTRDIFF_MAX)
        return lpli_fail(LPL_E_SIZE, fn, "batch = %zu, need %zu .. batch_max, and it was created with batch_max = %zu",
                         batch, least, batch_max);
    return lpli_check_size(batch, least, batch_max < least ? PTRDIFF_MAX : batch_max, fn, "batch");
}

/* ---- arrays ---- */
lpl_status_t lpli_check_matrix(const void *p, size_t rows, size_t cols, size_t ld, size_t elem, const char *fn,
                               const char *name) {
    const bool vector = rows == 1 && ld == cols; /* how callers describe n elements without gaps */
    LPLI_TRY(check_sign(rows, fn, name, ": number of rows"));
    LPLI_TRY(check_sign(cols, fn, name, vector ? ": length" : ": row length"));
    LPLI_TRY(check_sign(ld, fn, name, ": leading dimension"));
    if (rows == 0 || cols == 0) return LPL_OK; /* nothing is touched, so ld and p do not matter */
    if (!p && vector) return lpli_fail(LPL_E_NULL, fn, "%s = NULL, need an array of length %zu", name, cols);
    if (!p) return lpli_fail(LPL_E_NULL, fn, "%s = NULL, need an array of %zu x %zu", name, rows, cols);
    if (ld < cols)
        return lpli_fail(LPL_E_SIZE, fn, "%s: leading dimension = %zu, need >= %zu (its row length)", name, ld, cols);
    if (vector && cols > PTRDIFF_MAX / elem)
        return lpli_fail(LPL_E_SIZE, fn, "%s: length = %zu, need at most %zu", name, cols, (size_t)PTRDIFF_MAX / elem);
    if (rows > PTRDIFF_MAX / elem / ld)
        return lpli_fail(LPL_E_SIZE, fn, "%s: %zu rows with leading dimension %zu do not fit into the address space",
                         name, rows, ld);
    return LPL_OK;
}

lpl_status_t lpli_check_apart(const void *a, size_t arows, size_t acols, size_t lda, const void *b, size_t brows,
                              size_t bcols, size_t ldb, size_t elem, const char *fn, const char *names) {
    if (arows == 0 || acols == 0 || brows == 0 || bcols == 0) return LPL_OK;
    uintptr_t a0 = (uintptr_t)a, a1 = a0 + ((arows - 1) * lda + acols) * elem;
    uintptr_t b0 = (uintptr_t)b, b1 = b0 + ((brows - 1) * ldb + bcols) * elem;
    if (a1 <= b0 || b1 <= a0) return LPL_OK;
    if (lda == ldb) { /* equal pitch: apart if rows of one lie in the gaps between rows of the other */
        size_t pitch = lda * elem, awidth = acols * elem, bwidth = bcols * elem;
        if (a0 <= b0) {
            size_t shift = (b0 - a0) % pitch;
            if (shift >= awidth && shift + bwidth <= pitch) return LPL_OK;
        } else {
            size_t shift = (a0 - b0) % pitch;
            if (shift >= bwidth && shift + awidth <= pitch) return LPL_OK;
        }
    }
    return lpli_fail(LPL_E_OVERLAP, fn, "%s overlap, need arrays that share no memory", names);
}
