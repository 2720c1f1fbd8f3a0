/* examples/lpl-recut/lpl-recut.c - state files of a network's parts cut anew: N files into M (lpl_part_recut). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lpl.h"

static void usage(FILE *to) {
    fputs("lpl-recut - state files of a network's parts, cut anew for another number of processes\n\n"
          "Usage: lpl-recut -n M -o PATTERN FILE...\n"
          "       lpl-recut --list FILE...\n\n"
          "The FILEs are those of all processes, one each. M new ones get the names that PATTERN says: in it,\n"
          "* stands for the number, 0 to M - 1.\n\n"
          "  -n M           parts to be made\n"
          "  -o PATTERN     names of the new files\n"
          "  --memory GIB   of one state at most (default: 16, of a population or recorder 1)\n"
          "  --list         say what the FILEs hold\n"
          "  --version      the library's version\n"
          "  --help         this text\n\n"
          "Try:  lpl-recut -n 3 -o 'three.*.lpl' four.0.lpl four.1.lpl four.2.lpl four.3.lpl\n\n"
          "Ends with status 0, 1 (nothing, or not everything was made: one line says why) or 2 (usage). Each new file\n"
          "is there whole or not at all; old ones stay.\n",
          to);
}

static int fail(void) {
    fprintf(stderr, "lpl-recut: %s\n", lpl_last_error());
    return 1;
}

static int wrong(const char *what, const char *said) {
    fprintf(stderr, "lpl-recut: %s%s (lpl-recut --help)\n", what, said);
    return 2;
}

/* ---- --list ---- */

static FILE *listed;
static int32_t read_listed(void *buf, size_t n, void *user) {
    FILE *f = user;
    if (fread(buf, 1, n, f) == n) return 0;
    return ferror(f) ? -1 : 1;
}

static int list(char *const *path, int n) {
    static const char *const kind[] = {"other", "population", "projection", "plastic projection", "recorder"};
    for (int k = 0; k < n; k++) {
        listed = fopen(path[k], "rb");
        if (!listed) return wrong("cannot read ", path[k]);
        for (int c, q = 0; (c = getc(listed)) != EOF; q++) {
            lpl_part_info_t i;
            ungetc(c, listed);
            lpl_status_t status = lpl_part_info_init(&i, sizeof i);
            if (status >= 0) status = lpl_part_look(&i, read_listed, listed);
            if (status < 0) {
                fclose(listed);
                fprintf(stderr, "lpl-recut: %s, state %d: %s\n", path[k], q, lpl_last_error());
                return 1;
            }
            const int known = i.kind >= 0 && i.kind < (int)(sizeof kind / sizeof *kind) ? i.kind : 0;
            printf("%s\t%d\t%s\t%llu bytes", path[k], q, kind[known], (unsigned long long)i.bytes);
            if (known)
                printf("\tneurons %llu .. %llu of %llu\tstep %llu", (unsigned long long)i.first,
                       (unsigned long long)(i.first + i.n - 1), (unsigned long long)i.n_global,
                       (unsigned long long)i.step);
            putchar('\n');
        }
        fclose(listed);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : wrong("cannot write ", "the list");
}

/* ---- cutting ---- */

/* PATTERN with a number in place of each star; NULL: no memory. */
static char *name(const char *pattern, long part) {
    char number[24];
    const int digits = snprintf(number, sizeof number, "%ld", part);
    size_t stars = 0;
    for (const char *c = pattern; *c; c++) stars += *c == '*';
    char *out = malloc(strlen(pattern) + stars * (size_t)digits + 1), *to = out;
    for (const char *c = pattern; out && *c; c++) {
        if (*c == '*')
            memcpy(to, number, (size_t)digits), to += digits;
        else
            *to++ = *c;
    }
    if (out) *to = '\0';
    return out;
}

static int cut(long parts, const char *pattern, size_t max_bytes, char *const *file, int n) {
    char **to = calloc((size_t)parts, sizeof *to);
    long made = 0;
    while (to && made < parts && (to[made] = name(pattern, made)) != NULL) made++;
    int status = 1;
    if (made < parts)
        fputs("lpl-recut: no memory\n", stderr);
    else
        status =
            lpl_part_recut((const char *const *)to, (size_t)parts, (const char *const *)file, (size_t)n, max_bytes) < 0
                ? fail()
                : 0;
    for (long k = 0; k < made; k++) free(to[k]);
    free(to);
    return status;
}

int main(int argc, char **argv) {
    const char *pattern = NULL, *parts = NULL, *memory = NULL;
    int k = 1, listing = 0;
    for (; k < argc && argv[k][0] == '-' && argv[k][1] != '\0'; k++) {
        const char *a = argv[k];
        if (strcmp(a, "--help") == 0) {
            usage(stdout);
            return 0;
        }
        if (strcmp(a, "--version") == 0) {
            printf("lpl-recut (liblpl %s)\n", lpl_version());
            return 0;
        }
        const char **value = strcmp(a, "-n") == 0         ? &parts
                             : strcmp(a, "-o") == 0       ? &pattern
                             : strcmp(a, "--memory") == 0 ? &memory
                                                          : NULL;
        if (strcmp(a, "--list") == 0)
            listing = 1;
        else if (!value)
            return wrong("there is no option ", a);
        else if (++k == argc)
            return wrong("a value has to follow ", a);
        else
            *value = argv[k];
    }
    if (k == argc) return wrong("which FILEs?", "");
    if (listing) return list(argv + k, argc - k);
    if (!parts || !pattern) return wrong(parts ? "-o PATTERN is missing" : "-n M is missing", "");
    char *end;
    const long n = strtol(parts, &end, 10);
    if (*end || end == parts || n < 1 || n > 1000000) return wrong("-n has to be 1 to 1000000, not ", parts);
    if (n > 1 && !strchr(pattern, '*')) return wrong("-o has to have a * for the number: ", pattern);
    const double gib = memory ? strtod(memory, &end) : 0;
    if (memory && (*end || end == memory || !(gib > 0 && gib <= 1e6))) return wrong("--memory: not a size: ", memory);
    return cut(n, pattern, (size_t)(gib * 0x1p30), argv + k, argc - k);
}
