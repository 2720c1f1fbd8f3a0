/* linalg/build.h - what was compiled in, as text; lpl_build_info is this and the name of the BLAS. */
#ifndef LPLI_BUILD_H
#define LPLI_BUILD_H

#include "lpl/version.h"

#ifdef LPLI_HAVE_X86_KERNELS
#define LPLI_BUILD_ISAS "ref avx2 avx512"
#else
#define LPLI_BUILD_ISAS "ref"
#endif

#ifdef _OPENMP
#define LPLI_BUILD_THREADS "OpenMP"
#else
#define LPLI_BUILD_THREADS "no OpenMP"
#endif

#define LPLI_BUILD_TEXT \
    "liblpl " LPL_VERSION_STRING "; float32 float64; kernels " LPLI_BUILD_ISAS "; " LPLI_BUILD_THREADS "; "

#endif
