/* lpl/version.h - which liblpl this is. The only place where the version is written; the Makefile reads it from
 * here. */
#ifndef LPL_VERSION_H
#define LPL_VERSION_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LPL_VERSION_MAJOR 0
#define LPL_VERSION_MINOR 1
#define LPL_VERSION_PATCH 1
#define LPL_VERSION_STRING "0.1.1"

/* Version of the library that is running (the macros above are those of the header that was compiled).
 * Returns static text such as "0.1.0". Thread class: any. Since 0.1. */
LPL_API const char *lpl_version(void);

/* The same as a number: major * 10000 + minor * 100 + patch. Thread class: any. Since 0.1. */
LPL_API uint32_t lpl_version_number(void);

/* One line of static text: dtypes, instruction sets compiled in, BLIS version at build time, OpenMP or not.
 * Holds no date and no host name. Thread class: any. Since 0.1. */
LPL_API const char *lpl_build_info(void);

#ifdef __cplusplus
}
#endif
#endif
