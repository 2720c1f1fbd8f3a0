/* linalg/blas.c - the only file that sees blis.h.
 *
 * Which call. The expert API (own rntm_t: one thread, no look at the environment; own cntx_t) changed its structs
 * between BLIS
 * 0.9.0 and 1.0 under one SONAME. It is used only if this file was compiled against 0.9.0 headers (LPLI_BLIS_EXPERT,
 * probed by the Makefile) and the library found at run time says it is that version. Otherwise the plain call, whose
 * layout never changed; it obeys BLIS_NUM_THREADS and OMP_NUM_THREADS, which hosts then keep at 1.
 *
 * Lending kernels. BLIS 0.9.0 knows CPUs by family; on newer ones (AMD Zen 5: family 26) it falls back to its generic
 * C kernels, 45 GFLOP/s where 216 are possible, and newer Intel ones with AVX-512 it takes for a Haswell, whose
 * registers are half as wide. There, and only there, we hand the expert call a copy of BLIS's context
 * in which the gemm micro-kernel and its block sizes are ours (gemm_ukr.c), and, through the pack parameters of its
 * matrix objects, the routine that packs a panel (gemm_pack_ukr.c; BLIS 0.9 has none for panels of 32). Loops, memory
 * and edge cases stay BLIS's. The copy is 5 KB on the stack of each call: no global state, about 0.1 us.
 *
 * BLIS aborts on bad arguments, so nothing comes here unvalidated. */
#define _POSIX_C_SOURCE 200809L /* blis.h names pthread barriers */

#include "linalg/blas.h"

#include "linalg/build.h"
#include "linalg/gemm_ukr.h"

#ifdef LPLI_NO_BLIS

bool lpli_blas_gemm_f32(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, float alpha, const float *a,
                        size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc) {
    (void)g, (void)ta, (void)tb, (void)m, (void)n, (void)k, (void)alpha, (void)a, (void)lda, (void)b, (void)ldb,
        (void)beta, (void)c, (void)ldc;
    return false;
}
bool lpli_blas_gemm_f64(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, double alpha,
                        const double *a, size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc) {
    (void)g, (void)ta, (void)tb, (void)m, (void)n, (void)k, (void)alpha, (void)a, (void)lda, (void)b, (void)ldb,
        (void)beta, (void)c, (void)ldc;
    return false;
}
bool lpli_blas_lower_f32(const lpli_gemm_t *g, int ta, int tb, size_t n, size_t k, float alpha, const float *a,
                         size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc) {
    (void)g, (void)ta, (void)tb, (void)n, (void)k, (void)alpha, (void)a, (void)lda, (void)b, (void)ldb, (void)beta,
        (void)c, (void)ldc;
    return false;
}
bool lpli_blas_lower_f64(const lpli_gemm_t *g, int ta, int tb, size_t n, size_t k, double alpha, const double *a,
                         size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc) {
    (void)g, (void)ta, (void)tb, (void)n, (void)k, (void)alpha, (void)a, (void)lda, (void)b, (void)ldb, (void)beta,
        (void)c, (void)ldc;
    return false;
}
const char *lpli_blas_name(void) { return "no BLIS"; }
const char *lpli_build_text(void) { return LPLI_BUILD_TEXT "no BLIS"; }
bool lpli_blas_can_be_batch_invariant(void) { return true; }
bool lpli_blas_lends_kernel(int32_t isa) {
    (void)isa;
    return false;
}

#else

#include <blis.h>
#include <string.h>

#ifdef LPLI_BLIS_BUILD_VERSION
#define NAME "BLIS " LPLI_BLIS_BUILD_VERSION
#else
#define LPLI_BLIS_BUILD_VERSION ""
#define NAME "BLIS"
#endif

const char *lpli_blas_name(void) { return NAME; }
const char *lpli_build_text(void) { return LPLI_BUILD_TEXT NAME; }

#ifdef LPLI_BLIS_EXPERT

static bool expert_ok(void) {
    return LPLI_BLIS_BUILD_VERSION[0] && strcmp(bli_info_get_version_str(), LPLI_BLIS_BUILD_VERSION) == 0;
}

/* Replace the gemm micro-kernel of one element type: mr x nr in registers, mc x kc of A in L2, kc x nc of B in L3. */
static void lend(cntx_t *cntx, num_t dt, void_fp ukr, dim_t mr, dim_t nr, dim_t mc, dim_t kc, dim_t nc) {
    bli_func_set_dt(ukr, dt, bli_cntx_get_l3_nat_ukrs(BLIS_GEMM_UKR, cntx));
    bli_func_set_dt(ukr, dt, bli_cntx_get_l3_vir_ukrs(BLIS_GEMM_UKR, cntx));
    bli_mbool_set_dt(true, dt, bli_cntx_get_l3_nat_ukr_prefs(BLIS_GEMM_UKR, cntx)); /* rows of C are contiguous */
    const bszid_t id[] = {BLIS_MR, BLIS_NR, BLIS_MC, BLIS_KC, BLIS_NC};
    const dim_t size[] = {mr, nr, mc, kc, nc};
    for (int q = 0; q < 5; q++) {
        bli_cntx_set_blksz_def_dt(dt, id[q], size[q], cntx);
        bli_cntx_set_blksz_max_dt(dt, id[q], size[q], cntx);
    }
}

#ifdef LPLI_HAVE_X86_KERNELS
/* Has BLIS nothing for this CPU, or for half of its registers only? */
static bool lends(int32_t isa) {
    const arch_t arch = bli_arch_query_id();
    return (arch == BLIS_ARCH_GENERIC && isa >= LPL_ISA_AVX2) || (arch == BLIS_ARCH_HASWELL && isa == LPL_ISA_AVX512);
}
#endif

/* The context to use: BLIS's own (NULL), or *copy with our kernels. Block sizes: docs/design.md, "Products". */
static cntx_t *choose_context(cntx_t *copy, int32_t isa) {
#ifdef LPLI_HAVE_X86_KERNELS
    if (lends(isa)) {
        *copy = *bli_gks_query_nat_cntx();
        if (isa == LPL_ISA_AVX512) {
            lend(copy, BLIS_FLOAT, (void_fp)lpli_gemm_ukr_f32_avx512, LPLI_UKR_F32_AVX512_MR, LPLI_UKR_F32_AVX512_NR,
                 224, 384, 3072);
            lend(copy, BLIS_DOUBLE, (void_fp)lpli_gemm_ukr_f64_avx512, LPLI_UKR_F64_AVX512_MR, LPLI_UKR_F64_AVX512_NR,
                 224, 256, 3072);
        } else {
            lend(copy, BLIS_FLOAT, (void_fp)lpli_gemm_ukr_f32_avx2, LPLI_UKR_F32_AVX2_MR, LPLI_UKR_F32_AVX2_NR, 168,
                 256, 4080);
            lend(copy, BLIS_DOUBLE, (void_fp)lpli_gemm_ukr_f64_avx2, LPLI_UKR_F64_AVX2_MR, LPLI_UKR_F64_AVX2_NR, 72,
                 256, 4080);
        }
        return copy;
    }
#else
    (void)copy, (void)isa;
#endif
    return NULL;
}

bool lpli_blas_lends_kernel(int32_t isa) {
    bli_init();
    cntx_t copy;
    return expert_ok() && choose_context(&copy, isa) != NULL;
}

bool lpli_blas_can_be_batch_invariant(void) { return expert_ok(); }

/* rntm_t in an oversized block, in case a library that claims our version still writes more. */
typedef union {
    rntm_t rntm;
    unsigned char room[sizeof(rntm_t) + 256];
} runtime_t;

static void runtime_init(runtime_t *r, const lpli_gemm_t *g) {
    memset(r, 0, sizeof *r);
    bli_rntm_init(&r->rntm);
    bli_rntm_set_num_threads_only(1, &r->rntm);
    if (g->batch_invariant) bli_rntm_disable_l3_sup(&r->rntm);
}

#ifdef LPLI_HAVE_X86_KERNELS
/* A packing routine with the argument list that BLIS calls. Scaling (kappa) is 1 here: alpha goes to the
 * micro-kernel. */
#define DEFINE_PACKER(name, type, pack)                                                                                \
    static void name(struc_t strucc, diag_t diagc, uplo_t uploc, conj_t conjc, pack_t schema, bool invdiag, dim_t dim, \
                     dim_t len, dim_t dim_max, dim_t len_max, dim_t dim_off, dim_t len_off, type *kappa, type *c,      \
                     inc_t incc, inc_t ldc, type *p, inc_t ldp, inc_t is_p, cntx_t *cntx, void *params) {              \
        (void)strucc, (void)diagc, (void)uploc, (void)conjc, (void)schema, (void)invdiag, (void)dim_off,               \
            (void)len_off, (void)kappa;                                                                                \
        (void)ldp, (void)is_p, (void)cntx, (void)params;                                                               \
        pack(p, dim_max, len_max, c, incc, ldc, dim, len);                                                             \
    }
DEFINE_PACKER(pack_f32_avx512, float, lpli_gemm_pack_f32_avx512)
DEFINE_PACKER(pack_f64_avx512, double, lpli_gemm_pack_f64_avx512)
DEFINE_PACKER(pack_f32_avx2, float, lpli_gemm_pack_f32_avx2)
DEFINE_PACKER(pack_f64_avx2, double, lpli_gemm_pack_f64_avx2)
#endif

static void attach(obj_t *o, num_t dt, int transpose, size_t rows, size_t cols, void *p, size_t ld, void *params) {
    bli_obj_create_with_attached_buffer(dt, (dim_t)(transpose ? cols : rows), (dim_t)(transpose ? rows : cols), p,
                                        (inc_t)ld, 1, o);
    if (transpose) bli_obj_set_onlytrans(BLIS_TRANSPOSE, o);
    if (params) bli_obj_set_pack_params(params, o);
}

/* The product through BLIS's object interface, which alone takes a packing routine. */
static void product(num_t dt, const lpli_gemm_t *g, int lower, int ta, int tb, size_t m, size_t n, size_t k,
                    void *alpha, void *a, size_t lda, void *b, size_t ldb, void *beta, void *c, size_t ldc) {
    runtime_t r;
    cntx_t copy, *cntx = choose_context(&copy, g->isa);
    packm_blk_var1_params_t packers = {0};
    runtime_init(&r, g);
    if (cntx) bli_rntm_disable_l3_sup(&r.rntm); /* small products too: BLIS would take its own kernels for them */
#ifdef LPLI_HAVE_X86_KERNELS
    packers.ukr_fn[BLIS_FLOAT][BLIS_FLOAT] =
        g->isa == LPL_ISA_AVX512 ? (void_fp)pack_f32_avx512 : (void_fp)pack_f32_avx2;
    packers.ukr_fn[BLIS_DOUBLE][BLIS_DOUBLE] =
        g->isa == LPL_ISA_AVX512 ? (void_fp)pack_f64_avx512 : (void_fp)pack_f64_avx2;
#endif
    void *params = cntx ? &packers : NULL;
    obj_t A, B, C, al, be;
    attach(&A, dt, ta, m, k, a, lda, params);
    attach(&B, dt, tb, k, n, b, ldb, params);
    attach(&C, dt, 0, m, n, c, ldc, NULL);
    bli_obj_create_1x1_with_attached_buffer(dt, alpha, &al);
    bli_obj_create_1x1_with_attached_buffer(dt, beta, &be);
    if (lower) {
        bli_obj_set_struc(BLIS_SYMMETRIC, &C);
        bli_obj_set_uplo(BLIS_LOWER, &C);
        bli_gemmt_ex(&al, &A, &B, &be, &C, cntx, &r.rntm);
    } else {
        bli_gemm_ex(&al, &A, &B, &be, &C, cntx, &r.rntm);
    }
}

#define EXPERT_CALL(dt, lower, m)                                                        \
    if (expert_ok()) {                                                                   \
        product(dt, g, lower, ta, tb, m, n, k, &alpha, ap, lda, bp, ldb, &beta, c, ldc); \
        return true;                                                                     \
    }

#else

#define EXPERT_CALL(dt, lower, m)
bool lpli_blas_can_be_batch_invariant(void) { return false; }
bool lpli_blas_lends_kernel(int32_t isa) {
    (void)isa;
    return false;
}

#endif /* LPLI_BLIS_EXPERT */

/* BLIS does not write its inputs but does not say const: the one place where const is dropped, through a copied
 * pointer. */
#define DEFINE_GEMM(name, type, gemm, dt)                                                                          \
    bool name(const lpli_gemm_t *g, int ta, int tb, size_t m, size_t n, size_t k, type alpha, const type *a,       \
              size_t lda, const type *b, size_t ldb, type beta, type *c, size_t ldc) {                             \
        type *ap, *bp;                                                                                             \
        memcpy(&ap, &a, sizeof ap);                                                                                \
        memcpy(&bp, &b, sizeof bp);                                                                                \
        (void)g;                                                                                                   \
        bli_init();                                                                                                \
        EXPERT_CALL(dt, 0, m)                                                                                      \
        gemm(ta ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE, tb ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE, (dim_t)m, (dim_t)n, \
             (dim_t)k, &alpha, ap, (inc_t)lda, 1, bp, (inc_t)ldb, 1, &beta, c, (inc_t)ldc, 1);                     \
        return true;                                                                                               \
    }
DEFINE_GEMM(lpli_blas_gemm_f32, float, bli_sgemm, BLIS_FLOAT)
DEFINE_GEMM(lpli_blas_gemm_f64, double, bli_dgemm, BLIS_DOUBLE)

#define DEFINE_LOWER(name, type, gemmt, dt)                                                                           \
    bool name(const lpli_gemm_t *g, int ta, int tb, size_t n, size_t k, type alpha, const type *a, size_t lda,        \
              const type *b, size_t ldb, type beta, type *c, size_t ldc) {                                            \
        type *ap, *bp;                                                                                                \
        memcpy(&ap, &a, sizeof ap);                                                                                   \
        memcpy(&bp, &b, sizeof bp);                                                                                   \
        (void)g;                                                                                                      \
        bli_init();                                                                                                   \
        EXPERT_CALL(dt, 1, n)                                                                                         \
        gemmt(BLIS_LOWER, ta ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE, tb ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE, (dim_t)n, \
              (dim_t)k, &alpha, ap, (inc_t)lda, 1, bp, (inc_t)ldb, 1, &beta, c, (inc_t)ldc, 1);                       \
        return true;                                                                                                  \
    }
DEFINE_LOWER(lpli_blas_lower_f32, float, bli_sgemmt, BLIS_FLOAT)
DEFINE_LOWER(lpli_blas_lower_f64, double, bli_dgemmt, BLIS_DOUBLE)

#endif /* LPLI_NO_BLIS */
