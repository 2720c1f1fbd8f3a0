/* core/cpu.c - see cpu.h. LPLI_HAVE_X86_KERNELS is set by the Makefile when the target is x86. */
#include "core/cpu.h"

#include "core/error.h"

static int isa_present(int32_t isa) {
#ifdef LPLI_HAVE_X86_KERNELS
    if (isa == LPL_ISA_AVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (isa == LPL_ISA_AVX512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return isa == LPL_ISA_REF;
}

int32_t lpli_isa_best(void) {
    if (isa_present(LPL_ISA_AVX512)) return LPL_ISA_AVX512;
    if (isa_present(LPL_ISA_AVX2)) return LPL_ISA_AVX2;
    return LPL_ISA_REF;
}

lpl_status_t lpli_isa_choose(int32_t wish, int32_t *isa, const char *fn) {
    LPLI_TRY(lpli_check_enum(wish, LPL_ISA_AVX512, fn, "isa"));
    if (wish == LPL_ISA_AUTO) {
        *isa = lpli_isa_best();
        return LPL_OK;
    }
    if (!isa_present(wish))
        return lpli_fail(LPL_E_UNSUPPORTED, fn,
                         "isa = %d: this CPU or this build does not have it (LPL_ISA_AUTO picks the best there is)",
                         (int)wish);
    *isa = wish;
    return LPL_OK;
}
