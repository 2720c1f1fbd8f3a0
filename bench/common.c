/* bench/common.c - see common.h. */
#define _GNU_SOURCE

#include "common.h"

#include "worlds/output.h"

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef LPLI_NO_BLIS
#include <blis.h>
#endif

#include "core/cpu.h"
#include "linalg/blas.h"
#include "linalg/gemm.h"
#include "lpl.h"

static double seconds_of(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static clockid_t clock_of_samples = CLOCK_MONOTONIC;
double bench_now(void) { return seconds_of(clock_of_samples); }

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(const double *t, int n) {
    double s[BENCH_MAX_SAMPLES];
    if (n == 0) return 0;
    memcpy(s, t, (size_t)n * sizeof *s);
    qsort(s, (size_t)n, sizeof *s, by_value);
    return n % 2 ? s[n / 2] : 0.5 * (s[n / 2 - 1] + s[n / 2]);
}

void bench_check(int32_t status) {
    if (status >= 0) return;
    fprintf(stderr, "bench: %s\n", lpl_last_error());
    exit(1);
}

void *bench_alloc(size_t bytes) {
    void *p = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!p) {
        fprintf(stderr, "bench: no memory for %zu bytes\n", bytes);
        exit(1);
    }
    return memset(p, 0, bytes);
}

void bench_fill(float *x, size_t n, uint64_t stream) { bench_check(lpl_random_normal(x, n, 20230919, stream, 0)); }

/* ---- products ---- */

typedef struct {
    size_t n, k;
    int syrk, threads;
    float *a, *b, *c;
    lpli_gemm_t gemm;
    FILE *to, *from; /* the child */
} product_t;

static product_t *product_new(size_t n, size_t k, int syrk, int threads) {
    product_t *p = bench_alloc(sizeof *p);
    *p = (product_t){.n = n, .k = k, .syrk = syrk, .threads = threads};
    p->a = bench_alloc(n * k * sizeof(float));
    p->b = bench_alloc(k * n * sizeof(float));
    p->c = bench_alloc(n * n * sizeof(float));
    bench_fill(p->a, n * k, 1);
    bench_fill(p->b, k * n, 2);
    int32_t isa;
    bench_check(lpli_isa_choose(LPL_ISA_AUTO, &isa, "bench"));
    lpli_gemm_init(&p->gemm, isa, 0);
    return p;
}

static double sample_library(void *ctx) {
    product_t *p = ctx;
    double t = bench_now();
    lpli_gemm_f32(&p->gemm, 0, 0, p->n, p->n, p->k, 1, p->a, p->k, p->b, p->n, 0, p->c, p->n, p->threads);
    return bench_now() - t;
}

#ifndef LPLI_NO_BLIS

static double sample_blis(void *ctx) {
    product_t *p = ctx;
    float one = 1, zero = 0;
    dim_t n = (dim_t)p->n, k = (dim_t)p->k;
    bli_thread_set_num_threads(
        p->threads); /* the plain call asks for this; the library's calls on BLIS must stay at 1 */
    double t = bench_now();
    if (p->syrk)
        bli_ssyrk(BLIS_LOWER, BLIS_TRANSPOSE, n, k, &one, p->b, n, 1, &zero, p->c, n, 1);
    else
        bli_sgemm(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, n, n, k, &one, p->a, k, 1, p->b, n, 1, &zero, p->c, n, 1);
    t = bench_now() - t;
    bli_thread_set_num_threads(1);
    return t;
}

static double sample_child(void *ctx) {
    product_t *p = ctx;
    double t;
    fputs("go\n", p->to);
    fflush(p->to);
    if (fscanf(p->from, "%lf", &t) == 1) return t;
    fprintf(stderr, "bench: the child process with a forced BLIS architecture has ended\n");
    exit(1);
}

/* The child: one product for each line read, its time in return. */
static _Noreturn void serve_products(char **argv) {
    product_t *p = product_new(strtoull(argv[0], NULL, 10), strtoull(argv[1], NULL, 10), atoi(argv[2]), atoi(argv[3]));
    if (atoi(argv[4]) != 0) clock_of_samples = CLOCK_PROCESS_CPUTIME_ID;
    char line[16];
    while (fgets(line, sizeof line, stdin)) {
        printf("%.9f\n", sample_blis(p));
        fflush(stdout);
    }
    exit(0);
}

static int start_child(product_t *p, const char *arch) {
    int down[2], up[2];
    if (pipe2(down, O_CLOEXEC) || pipe2(up, O_CLOEXEC))
        return 0; /* close-on-exec: no child holds another's pipe open */
    char a[5][24];
    snprintf(a[0], sizeof a[0], "%zu", p->n);
    snprintf(a[1], sizeof a[1], "%zu", p->k);
    snprintf(a[2], sizeof a[2], "%d", p->syrk);
    snprintf(a[3], sizeof a[3], "%d", p->threads);
    snprintf(a[4], sizeof a[4], "%d", clock_of_samples == CLOCK_PROCESS_CPUTIME_ID);
    pid_t child = fork();
    if (child < 0) return 0;
    if (child == 0) {
        cpu_set_t all; /* libgomp has bound our first thread to one processor; the child starts from all of them */
        CPU_ZERO(&all);
        for (int k = 0; k < CPU_SETSIZE; k++) CPU_SET(k, &all);
        sched_setaffinity(0, sizeof all, &all);
        setenv("BLIS_ARCH_TYPE", arch, 1);
        dup2(down[0], 0);
        dup2(up[1], 1);
        execl("/proc/self/exe", "bench", "--serve-products", a[0], a[1], a[2], a[3], a[4], (char *)NULL);
        _exit(1);
    }
    close(down[0]);
    close(up[1]);
    p->to = fdopen(down[1], "w");
    p->from = fdopen(up[0], "r");
    return p->to && p->from;
}
#endif

void bench_add_products(bench_t *b, const char *group, size_t n, size_t k, int syrk) {
    char name[BENCH_NAME];
    double gflop = (syrk ? 1.0 : 2.0) * (double)n * (double)n * (double)k * 1e-9; /* syrk: one triangle */
    if (!syrk) {
        product_t *own = product_new(n, k, 0, b->threads);
        snprintf(name, sizeof name, "sgemm %zux%zux%zu, library's path", n, n, k);
        bench_add(b, group, name,
                  lpli_blas_lends_kernel(own->gemm.isa) ? "BLIS with the library's micro-kernel" : "BLIS", gflop,
                  "GFLOP", sample_library, own);
    }
#ifndef LPLI_NO_BLIS
    const char *what = syrk ? "ssyrk" : "sgemm", *arch = bli_arch_string(bli_arch_query_id());
    product_t *plain = product_new(n, k, syrk, b->threads);
    snprintf(name, sizeof name, "%s %zux%zux%zu, BLIS (%s)", what, n, n, k, arch);
    bench_add(b, group, name, "plain call, as BLIS chooses", gflop, "GFLOP", sample_blis, plain);
    int32_t isa = lpli_isa_best();
    if (lpli_blas_lends_kernel(isa)) { /* numbers of BLIS 0.9: 0 = skx (AVX-512), 3 = haswell (AVX2) */
        product_t *forced = bench_alloc(sizeof *forced);
        *forced = (product_t){.n = n, .k = k, .syrk = syrk, .threads = b->threads};
        const char *number = isa == LPL_ISA_AVX512 ? "0" : "3";
        if (start_child(forced, number)) {
            snprintf(name, sizeof name, "%s %zux%zux%zu, BLIS_ARCH_TYPE=%s", what, n, n, k, number);
            const char *note =
                isa == LPL_ISA_AVX512 ? "plain call, kernels for skx forced" : "plain call, kernels for haswell forced";
            bench_add(b, group, name, note, gflop, "GFLOP", sample_child, forced);
        }
    }
#endif
}

/* ---- a narrower instruction set than the CPU has ---- */

#if defined(__x86_64__) && defined(__GNUC__)
/* What __builtin_cpu_supports reads, libgcc's (and compiler-rt's) by a layout that compiled programs rely on. */
extern struct { unsigned vendor, type, subtype, features[1]; } __cpu_model;
enum { BIT_AVX512F = 15 };
static bool forget_avx512(void) {
    __builtin_cpu_init();
    __cpu_model.features[0] &= ~(1u << BIT_AVX512F);
    return lpli_isa_best() == LPL_ISA_AVX2;
}
#else
static bool forget_avx512(void) { return false; }
#endif

/* Everything in this process, whichever version of the library it is, chooses as on a CPU without AVX-512. */
static void force_avx2(const char *name) {
    if (!forget_avx512()) {
        fprintf(stderr, "%s: --isa avx2: this build or this CPU cannot be told to use AVX2\n", name);
        exit(2);
    }
    setenv("BLIS_ARCH_TYPE", "3", 1); /* BLIS 0.9: haswell; it has not been asked for anything yet */
}

/* ---- the run ---- */

static const char *cpu_name(void) {
    static char line[256];
    FILE *f = fopen("/proc/cpuinfo", "r");
    char *name = NULL;
    while (f && !name && fgets(line, sizeof line, f))
        if (strncmp(line, "model name", 10) == 0 && (name = strchr(line, ':'))) name += 2;
    if (f) fclose(f);
    if (!name) return "unknown CPU";
    name[strcspn(name, "\n")] = 0;
    return name;
}

static const char *env(const char *name) {
    const char *v = getenv(name);
    return v ? v : "unset";
}

static void describe(char *out, size_t n, const bench_t *b) {
    static const char *isa[] = {"auto", "reference", "AVX2", "AVX-512"};
    char blis[128] = "no BLIS";
#ifndef LPLI_NO_BLIS
    snprintf(blis, sizeof blis, "BLIS %s, architecture %s%s", bli_info_get_version_str(),
             bli_arch_string(bli_arch_query_id()),
             lpli_blas_lends_kernel(lpli_isa_best()) ? " (the library lends its micro-kernel)" : "");
#endif
    snprintf(out, n,
             "%s, %ld processors; liblpl %s, %s; %s; threads %d; OMP_NUM_THREADS %s, BLIS_NUM_THREADS %s, "
             "GOMP_CPU_AFFINITY %s; %s",
             cpu_name(), sysconf(_SC_NPROCESSORS_ONLN), lpl_version(), isa[lpli_isa_best()], blis, b->threads,
             env("OMP_NUM_THREADS"), env("BLIS_NUM_THREADS"), env("GOMP_CPU_AFFINITY"),
             clock_of_samples == CLOCK_MONOTONIC ? "wall clock" : "processor time");
}

void bench_begin(bench_t *b, const char *name, int argc, char **argv) {
    output_guard(name);
#ifndef LPLI_NO_BLIS
    if (argc == 7 && strcmp(argv[1], "--serve-products") == 0) serve_products(argv + 2);
#endif
    memset(b, 0, sizeof *b);
    b->name = name;
    b->threads = 1;
    b->seconds = 1.0;
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--quick") == 0)
            b->quick = 1, b->seconds = 0.1;
        else if (next && strcmp(argv[i], "--isa") == 0 && strcmp(next, "avx2") == 0)
            force_avx2(name), i++;
        else if (strcmp(argv[i], "--cpu") == 0)
            clock_of_samples = CLOCK_PROCESS_CPUTIME_ID;
        else if (next && strcmp(argv[i], "--json") == 0)
            b->json = argv[++i];
        else if (next && strcmp(argv[i], "--threads") == 0 && (b->threads = atoi(next)) > 0)
            i++;
        else if (next && strcmp(argv[i], "--seconds") == 0 && (b->seconds = atof(next)) > 0)
            i++;
        else if (next && strcmp(argv[i], "--within") == 0 && (b->late = atof(next)) > 0)
            b->late += seconds_of(CLOCK_MONOTONIC), i++;
        else if (next && strcmp(argv[i], "--stop") == 0 && (b->stop = atof(next)) > 0)
            b->stop += seconds_of(CLOCK_MONOTONIC), i++;
        else {
            fprintf(stderr, "%s: %s is not an option here, or lacks its value\n", name, argv[i]);
            fprintf(stderr,
                    "usage: %s [--threads N] [--seconds S] [--within S] [--stop S] [--cpu] [--isa avx2] [--quick] "
                    "[--json FILE]\n",
                    name);
            exit(2);
        }
    }
    if (b->threads > 1) clock_of_samples = CLOCK_MONOTONIC; /* threads that wait would be counted */
    char head[768];
    describe(head, sizeof head, b);
    printf("%s: %s\n", name, head);
    fflush(stdout); /* before any fork */
}

/* Seconds from which a sample is long, and by how much two of them may differ that agree. */
#define SETTLED_LONG 0.1
#define SETTLED_BY 0.02

void bench_add(bench_t *b, const char *group, const char *name, const char *note, double work, const char *unit,
               bench_sample_fn sample, void *ctx) {
    if (b->n_rows == BENCH_MAX_ROWS) abort();
    bench_row_t *r = &b->row[b->n_rows++];
    *r = (bench_row_t){.work = work, .unit = unit, .sample = sample, .ctx = ctx};
    snprintf(r->group, sizeof r->group, "%s", group);
    snprintf(r->name, sizeof r->name, "%s", name);
    snprintf(r->note, sizeof r->note, "%s", note);
}

/* With no time left one sample of each has to do, of a long one its first: what it warms up it mostly spends itself. */
static int late(double until, double t) { return until > 0 && t > until; }

/* The moment from which that holds for the case that begins now. */
static double late_for_case(bench_t *b) {
    const double now = seconds_of(CLOCK_MONOTONIC);
    const int left = b->cases > 0 ? b->cases-- : 1;
    return b->late > now ? now + (b->late - now) / left : b->late;
}

/* No sample begins any more. */
static int over(const bench_t *b, double t) { return b->stop > 0 && t > b->stop; }

/* Long samples agree: another would not move their median. */
static int settled(const bench_row_t *r) {
    return r->n >= 2 && r->t[0] >= SETTLED_LONG && fabs(r->t[r->n - 1] / r->t[r->n - 2] - 1) < SETTLED_BY;
}

void bench_warm(bench_t *b) { b->row[b->n_rows - 1].warm = 1; }

void bench_run(bench_t *b) {
    double spent[BENCH_MAX_ROWS] = {0};
    const double until = late_for_case(b);
    int busy = 1;
    for (int i = b->first; i < b->n_rows; i++) { /* caches, pools and thread teams appear */
        bench_row_t *r = &b->row[i];
        const double begun = seconds_of(CLOCK_MONOTONIC);
        if (r->warm || over(b, begun)) continue;
        const double t = r->sample(r->ctx);
        if (late(until, begun) && t >= SETTLED_LONG) r->t[r->n++] = t;
    }
    for (int turn = 0; busy; turn++) {
        busy = 0;
        for (int i = b->first; i < b->n_rows; i++) {
            bench_row_t *r = &b->row[i];
            double t = seconds_of(CLOCK_MONOTONIC);
            const int enough = late(until, t) ? r->n > 0 : spent[i] >= b->seconds && (turn >= 3 || settled(r));
            if (enough || over(b, t) || r->n == BENCH_MAX_SAMPLES) continue;
            r->t[r->n++] = r->sample(r->ctx);
            spent[i] += seconds_of(CLOCK_MONOTONIC) - t;
            busy = 1;
        }
    }
    b->first = b->n_rows;
}

void bench_goal(bench_t *b, const char *group, const char *contestant, const char *versus, double work, double least,
                const char *text) {
    if (b->n_goals == BENCH_MAX_GOALS) abort();
    bench_goal_t *g = &b->goal[b->n_goals++];
    *g = (bench_goal_t){.work = work, .least = least};
    snprintf(g->group, sizeof g->group, "%s", group);
    snprintf(g->contestant, sizeof g->contestant, "%s", contestant);
    snprintf(g->versus, sizeof g->versus, "%s", versus ? versus : "");
    snprintf(g->text, sizeof g->text, "%s", text);
}

/* ---- results ---- */

static void put_time(char *out, size_t n, double t) {
    if (t < 1e-6)
        snprintf(out, n, "%.2f ns", t * 1e9);
    else if (t < 1e-3)
        snprintf(out, n, "%.2f us", t * 1e6);
    else if (t < 1)
        snprintf(out, n, "%.2f ms", t * 1e3);
    else
        snprintf(out, n, "%.3f s", t);
}

/* The ratio of a goal for one contestant's time; 0 if the other side was not measured here. */
static double goal_ratio(const bench_t *b, const bench_goal_t *g, double t) {
    if (!g->versus[0]) return g->work / t;
    double best = 0;
    for (int i = 0; i < b->n_rows; i++) {
        const bench_row_t *r = &b->row[i];
        if (strcmp(r->group, g->group) || strncmp(r->name, g->versus, strlen(g->versus)) || !r->n) continue;
        double v = bench_median(r->t, r->n);
        if (best == 0 || v < best) best = v;
    }
    return g->work * best / t;
}

static void print_table(const bench_t *b) {
    const char *group = "";
    for (int i = 0; i < b->n_rows; i++) {
        const bench_row_t *r = &b->row[i];
        if (strcmp(group, r->group)) {
            printf("\n%s, %d thread%s\n", r->group, b->threads, b->threads > 1 ? "s" : "");
            printf("  %-42s %11s %18s %8s  %-34s %s\n", "contestant", "time", "rate", "ratio", "goal", "verdict");
            group = r->group;
        }
        double t = bench_median(r->t, r->n);
        char time[32], rate[48] = "";
        if (!r->n) {
            printf("  %-42s not measured: the time was over\n", r->name);
            continue;
        }
        put_time(time, sizeof time, t);
        if (r->work > 0) snprintf(rate, sizeof rate, "%.4g %s/s", r->work / t, r->unit);
        printf("  %-42s %11s %18s", r->name, time, rate);
        int lines = 0;
        for (int j = 0; j < b->n_goals; j++) {
            const bench_goal_t *g = &b->goal[j];
            if (strcmp(g->group, r->group) || strcmp(g->contestant, r->name)) continue;
            double q = goal_ratio(b, g, t);
            if (lines++) printf("\n  %-42s %11s %18s", "", "", "");
            if (q == 0)
                printf(" %8s  %-34s %s", "-", g->text, "not measured here");
            else if (g->least == 0)
                printf(" %8.2f  %-34s", q, g->text);
            else
                printf(" %8.2f  %-34s %s", q, g->text, q >= g->least ? "met" : "");
            if (q > 0 && q < g->least) printf("missed by %.0f %%", 100 * (g->least / q - 1));
        }
        printf("%s%s\n", lines ? "" : "  ", lines ? "" : r->note);
    }
}

static void json_string(FILE *f, const char *key, const char *s) {
    fprintf(f, "\"%s\": \"", key);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') fputc('\\', f);
        if ((unsigned char)*s >= ' ') fputc(*s, f);
    }
    fputc('"', f);
}

static int write_json(const bench_t *b) {
    FILE *f = fopen(b->json, "w");
    if (!f) {
        fprintf(stderr, "%s: cannot write %s\n", b->name, b->json);
        return 1;
    }
    char head[768];
    describe(head, sizeof head, b);
    fprintf(f, "{");
    json_string(f, "bench", b->name);
    fprintf(f, ", \"threads\": %d, ", b->threads);
    json_string(f, "machine", head);
    fprintf(f, ",\n \"rows\": [");
    for (int i = 0; i < b->n_rows; i++) {
        const bench_row_t *r = &b->row[i];
        fprintf(f, "%s\n  {", i ? "," : "");
        json_string(f, "case", r->group);
        fputs(", ", f);
        json_string(f, "contestant", r->name);
        fputs(", ", f);
        json_string(f, "note", r->note);
        fprintf(f, ", \"threads\": %d, \"work\": %.9g, ", b->threads, r->work);
        json_string(f, "unit", r->unit);
        fprintf(f, ", \"median_s\": %.9g, \"times_s\": [", bench_median(r->t, r->n));
        for (int k = 0; k < r->n; k++) fprintf(f, "%s%.9g", k ? ", " : "", r->t[k]);
        fputs("]}", f);
    }
    fprintf(f, "],\n \"goals\": [");
    for (int i = 0; i < b->n_goals; i++) {
        const bench_goal_t *g = &b->goal[i];
        fprintf(f, "%s\n  {", i ? "," : "");
        json_string(f, "case", g->group);
        fputs(", ", f);
        json_string(f, "contestant", g->contestant);
        fputs(", ", f);
        json_string(f, "versus", g->versus);
        fputs(", ", f);
        json_string(f, "text", g->text);
        fprintf(f, ", \"threads\": %d, \"work\": %.9g, \"least\": %.9g}", b->threads, g->work, g->least);
    }
    fprintf(f, "]}\n");
    const int cut = ferror(f);
    if (fclose(f) == 0 && cut == 0) return 0;
    fprintf(stderr, "%s: %s could not be written\n", b->name, b->json);
    return 1;
}

int bench_end(bench_t *b) {
    print_table(b);
    return b->json ? write_json(b) : 0;
}
