/* examples/worlds/must.h - MUST(call): end the program with the library's own sentence if a call fails. */
#ifndef EXAMPLES_MUST_H
#define EXAMPLES_MUST_H

#include <stdio.h>
#include <stdlib.h>

#include "lpl.h"

#define MUST(call)                                                                \
    do {                                                                          \
        if ((call) < 0) {                                                         \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, lpl_last_error()); \
            exit(3);                                                              \
        }                                                                         \
    } while (0)

/* malloc that cannot fail from the caller's point of view. */
static inline void *must_alloc(size_t count, size_t size) {
    void *p = calloc(count, size);
    if (p == NULL) {
        fprintf(stderr, "no memory for %zu elements of %zu bytes\n", count, size);
        exit(3);
    }
    return p;
}

#endif
