/* core/cpu.h - which instruction sets this CPU has and this build contains. */
#ifndef LPLI_CPU_H
#define LPLI_CPU_H

#include "lpl/status.h"

/* The best LPL_ISA_* that both the CPU (with its operating system) and the build offer. */
int32_t lpli_isa_best(void);

/* Turn a config's wish into a set to use: AUTO -> best; LPL_E_ARG for an unknown value, LPL_E_UNSUPPORTED if it is not
 * there. */
lpl_status_t lpli_isa_choose(int32_t wish, int32_t *isa, const char *fn);

#endif
