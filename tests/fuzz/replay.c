/* tests/fuzz/replay.c - runs a fuzz target without clang.
 *
 *   replay FILE...            each file as an input
 *   replay                    LPL_FUZZ_RUNS (5000) mutants of the target's corpus, from the printed LPL_TEST_SEED
 *   replay --make-corpus DIR  writes the target's corpus
 * Linked with one target each. A broken promise aborts, after the input was written to ./fuzz-failure. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

enum { ROOM = 1 << 14, MAX_SEEDS = 1000 };

#pragma weak LLVMFuzzerCustomMutator

static uint64_t random_state;

static uint64_t random_bits(void) {
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 2685821657736338717ull;
}

static size_t random_below(size_t n) { return (size_t)(random_bits() % n); }

/* A few random changes: bits, bytes, telling values, pieces moved, doubled, dropped. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room) {
    static const uint64_t telling[] = {
        0, 1, 255, 1u << 31, UINT32_MAX, INT64_MAX, UINT64_MAX, 0x7FF0000000000000u, 0x7FF8000000000000u};
    for (size_t changes = 1 + random_below(4); changes > 0; changes--) {
        if (size == 0) {
            data[size++] = (uint8_t)random_bits();
            continue;
        }
        const size_t at = random_below(size), k = 1 + random_below(size - at < 64 ? size - at : 64),
                     to = random_below(size - k + 1);
        switch (random_below(6)) {
        case 0: data[at] ^= (uint8_t)(1u << random_below(8)); break;
        case 1: data[at] = (uint8_t)random_bits(); break;
        case 2: /* a telling number, usually where one may be */
            for (size_t b = 0, v = random_below(sizeof telling / sizeof telling[0]), p = at / 8 * 8;
                 b < 8 && p + b < size; b++)
                data[p + b] = (uint8_t)(telling[v] >> 8 * b);
            break;
        case 3: memmove(data + to, data + at, k); break;
        case 4: /* drop */
            memmove(data + at, data + at + k, size - at - k);
            size -= k;
            break;
        default: /* double */
            if (size + k > room) break;
            memmove(data + at + k, data + at, size - at);
            size += k;
        }
    }
    return size;
}

/* ---- the input at hand, kept for the case that it breaks something ---- */
static uint8_t present[ROOM];
static size_t present_size;

static void keep(int signal_number) {
    static const char text[] = "the input is in ./fuzz-failure\n";
    FILE *f = fopen("fuzz-failure", "wb"); /* the program is lost anyhow */
    if (f) {
        fwrite(present, 1, present_size, f);
        fclose(f);
        (void)!write(2, text, sizeof text - 1);
    }
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static int replay_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 1;
    }
    uint8_t *data = malloc(1 << 24);
    if (!data) abort();
    const size_t n = fread(data, 1, 1 << 24, f);
    fclose(f);
    uint8_t *exact = malloc(n ? n : 1); /* so that a sanitizer sees a read past the end */
    if (!exact) abort();
    memcpy(exact, data, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact), free(data);
    return 0;
}

static int make_corpus(const char *folder) {
    static uint8_t data[ROOM];
    size_t k = 0, n;
    for (; k < MAX_SEEDS && (n = fuzz_seed(k, data, sizeof data)) > 0; k++) {
        char path[1000];
        snprintf(path, sizeof path, "%s/%03zu", folder, k);
        FILE *f = fopen(path, "wb");
        if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0) {
            fprintf(stderr, "%s: %s\n", path, strerror(errno));
            return 1;
        }
    }
    printf("%zu files in %s\n", k, folder);
    return 0;
}

static uint64_t number(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "--make-corpus") == 0) return make_corpus(argv[2]);
    if (argc > 1) {
        int failed = 0;
        for (int k = 1; k < argc; k++) failed |= replay_file(argv[k]);
        printf("%s: %d files\n", argv[0], argc - 1);
        return failed;
    }
    const uint64_t seed = number("LPL_TEST_SEED", 1), runs = number("LPL_FUZZ_RUNS", 5000);
    printf("%s: LPL_TEST_SEED=%llu LPL_FUZZ_RUNS=%llu\n", argv[0], (unsigned long long)seed, (unsigned long long)runs);
    fflush(stdout);
    random_state = seed * 0x9E3779B97F4A7C15ull | 1;
    signal(SIGABRT, keep);
    signal(SIGSEGV, keep);
    signal(SIGFPE, keep);
    signal(SIGILL, keep);
    signal(SIGBUS, keep);
    size_t seeds = 0;
    while (seeds < MAX_SEEDS && fuzz_seed(seeds, present, sizeof present) > 0) seeds++;
    for (uint64_t k = 0; k < seeds + runs; k++) {
        present_size = fuzz_seed(k < seeds ? (size_t)k : random_below(seeds), present, sizeof present);
        if (k >= seeds) {
            if (LLVMFuzzerCustomMutator)
                present_size = LLVMFuzzerCustomMutator(present, present_size, sizeof present, (unsigned)random_bits());
            else
                present_size = LLVMFuzzerMutate(present, present_size, sizeof present);
        }
        LLVMFuzzerTestOneInput(present, present_size);
    }
    return 0;
}
