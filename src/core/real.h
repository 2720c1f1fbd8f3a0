/* core/real.h - one source, two element types. Files named *_real.c and *_kernel.c are compiled twice, once with
 * LPLI_F64.
 *   real         float or double
 *   R(name)      internal name: name_f32 or name_f64
 *   PUB(name)    public name: name or name_f64
 */
#ifndef LPLI_REAL_H
#define LPLI_REAL_H

#include <float.h>
#include <math.h>

#include "core/assumptions.h"
#include "lpl/status.h"

#ifdef LPLI_F64
typedef double real;
#define R(name) name##_f64
#define PUB(name) name##_f64
#define LPLI_DTYPE LPL_F64
#define LPLI_REAL_MAX DBL_MAX
#define real_log1p log1p
#define real_sqrt sqrt
#define real_abs fabs
#define REAL_MIN DBL_MIN
#else
typedef float real;
#define R(name) name##_f32
#define PUB(name) name
#define LPLI_DTYPE LPL_F32
#define LPLI_REAL_MAX FLT_MAX
#define real_log1p log1pf
#define real_sqrt sqrtf
#define real_abs fabsf
#define REAL_MIN FLT_MIN
#endif

/* name_f32 or name_f64 by an object's dtype. A build with F64=no makes no float64 objects (lpli_check_dtype_of in
 * error.h). */
#ifdef LPLI_NO_F64
#define LPLI_BY_DTYPE(dtype, name) ((void)(dtype), name##_f32)
#else
#define LPLI_BY_DTYPE(dtype, name) ((dtype) == LPL_F64 ? name##_f64 : name##_f32)
#endif

/* Slow averages of silence: a denormal number, which rounding would hold there for ever, counts as 0. NaN stays. */
static inline double lpli_settled(double x) { return fabs(x) < DBL_MIN ? 0 : x; }

/* x rounded to float. volatile: gcc 12 takes `wide ? x : (double)(float)x` for x. */
static inline double lpli_as_float(double x) {
    const volatile float near = (float)x;
    return (double)near;
}

#endif
