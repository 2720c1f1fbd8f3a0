/* common/pages.h - what the system says of the pages of a block. */
#ifndef TESTS_PAGES_H
#define TESTS_PAGES_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Does the system say of the mapping that holds p that huge pages are wanted there? -1: it says nothing of the kind. */
static inline int wants_huge_pages(const void *p) {
    FILE *f = fopen("/proc/self/smaps", "r");
    char line[512];
    int here = 0, wants = -1;
    while (f && fgets(line, sizeof line, f)) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) here = from <= (uintptr_t)p && (uintptr_t)p < to;
        if (here && strncmp(line, "VmFlags:", 8) == 0) wants = strstr(line, " hg") != NULL;
    }
    if (f) fclose(f);
    f = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
    if (!f) return -1;
    fclose(f);
    return wants;
}

#endif
