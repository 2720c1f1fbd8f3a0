/* tests/common/alloc.h - count the allocations of a test program, and make the n-th fail. Included first, by one file
 * of the program.
 *
 * The program defines malloc and its kin itself; the dynamic linker then uses them for every library in the process.
 * They pass on to glibc's own. "Own" calls are those whose caller lies in the program (liblpl.a is linked into it) and
 * not in libblis or libgomp: only these are made to fail, because BLIS aborts without memory. No linker flags are
 * needed. Sanitizers bring their own malloc, and other C libraries have no __libc_malloc: there ALLOC_COUNTED is 0 and
 * nothing is counted. */
#ifndef LPL_ALLOC_H
#define LPL_ALLOC_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr */
#endif
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ALLOC_COUNTED 0
#endif
#endif
#if !defined(ALLOC_COUNTED)
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ALLOC_COUNTED 1
#else
#define ALLOC_COUNTED 0
#endif
#endif

typedef struct {
    int on;
    size_t own;     /* allocations since alloc_start by the program or liblpl */
    size_t other;   /* by other libraries, but the OpenMP runtime */
    size_t openmp;  /* by the OpenMP runtime: BLIS's OpenMP variant opens a region of one thread for each product */
    long live;      /* own allocations less own frees */
    size_t fail_at; /* the own allocation (1, 2, ...) that fails; 0: none */
} alloc_t;

static volatile alloc_t alloc_state;

static inline void alloc_start(size_t fail_at) {
    alloc_state.own = alloc_state.other = alloc_state.openmp = 0;
    alloc_state.live = 0;
    alloc_state.fail_at = fail_at;
    alloc_state.on = 1;
}
static inline void alloc_stop(void) { alloc_state.on = 0; }

/* Whether calls really come here: valgrind puts its own functions in place of these too. */
static inline int alloc_works(void) {
    alloc_start(0);
    void *volatile p = malloc(1);
    alloc_stop();
    free(p);
    return alloc_state.own == 1;
}

#if ALLOC_COUNTED
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);
extern char __executable_start, etext;

static int alloc_is_own(const void *caller) {
    return (uintptr_t)caller >= (uintptr_t)&__executable_start && (uintptr_t)caller < (uintptr_t)&etext;
}

/* Take note of an allocation; 0 if it is to fail. */
static int alloc_note(const void *caller) {
    if (!alloc_state.on) return 1;
    if (!alloc_is_own(caller)) {
        Dl_info from;
        const int known = dladdr((void *)(uintptr_t)caller, &from);
        const int openmp = known && (strstr(from.dli_fname, "/libgomp") || strstr(from.dli_fname, "/libomp"));
        __atomic_add_fetch(openmp ? &alloc_state.openmp : &alloc_state.other, 1, __ATOMIC_RELAXED);
        return 1;
    }
    if (__atomic_add_fetch(&alloc_state.own, 1, __ATOMIC_RELAXED) == alloc_state.fail_at) return 0;
    __atomic_add_fetch(&alloc_state.live, 1, __ATOMIC_RELAXED);
    return 1;
}

#define ALLOC_CALLER __builtin_return_address(0)
void *malloc(size_t n) { return alloc_note(ALLOC_CALLER) ? __libc_malloc(n) : NULL; }
void *calloc(size_t n, size_t elem) { return alloc_note(ALLOC_CALLER) ? __libc_calloc(n, elem) : NULL; }
void *aligned_alloc(size_t align, size_t n) { return alloc_note(ALLOC_CALLER) ? __libc_memalign(align, n) : NULL; }
void *memalign(size_t align, size_t n) { return alloc_note(ALLOC_CALLER) ? __libc_memalign(align, n) : NULL; }
int posix_memalign(void **out, size_t align, size_t n) {
    void *p = alloc_note(ALLOC_CALLER) ? __libc_memalign(align, n) : NULL;
    if (!p) return ENOMEM;
    *out = p;
    return 0;
}
void *realloc(void *p, size_t n) {
    if (!alloc_note(ALLOC_CALLER)) return NULL;
    if (p && alloc_state.on && alloc_is_own(ALLOC_CALLER)) __atomic_sub_fetch(&alloc_state.live, 1, __ATOMIC_RELAXED);
    return __libc_realloc(p, n);
}
void free(void *p) {
    if (p && alloc_state.on && alloc_is_own(ALLOC_CALLER)) __atomic_sub_fetch(&alloc_state.live, 1, __ATOMIC_RELAXED);
    __libc_free(p);
}
#endif

#endif
