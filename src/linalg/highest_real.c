/* linalg/highest_real.c - the largest magnitude of a matrix (vector.h). */
#include "linalg/vector.h"

real R(lpli_highest_of)(int32_t isa, const real *p, size_t rows, size_t cols, size_t ld) {
    if (ld == cols || rows == 1) return LPLI_PICK(isa, lpli_highest)(p, rows * cols);
    real high = 0;
    for (size_t r = 0; r < rows; r++) {
        const real row = LPLI_PICK(isa, lpli_highest)(p + r * ld, cols);
        if (!(row <= high)) high = row;
        if (!(high <= LPLI_REAL_MAX)) return high; /* infinity or NaN */
    }
    return high;
}
