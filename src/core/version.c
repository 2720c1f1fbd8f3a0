/* core/version.c - which liblpl this is. */
#include "lpl/version.h"

#include "linalg/blas.h"

const char *lpl_version(void) { return LPL_VERSION_STRING; }

uint32_t lpl_version_number(void) { return LPL_VERSION_MAJOR * 10000u + LPL_VERSION_MINOR * 100u + LPL_VERSION_PATCH; }

const char *lpl_build_info(void) { return lpli_build_text(); }
