/* bench/common.h - what the benchmark programs share: timer, interleaved contestants, yardsticks, table, JSON.
 *
 * A program adds contestants to cases, runs each case (contestants take turns: A B C A B C ...), states its goals and
 * ends. */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <stddef.h>
#include <stdint.h>

/* One timed sample: seconds per operation (a sample may average over several). */
typedef double (*bench_sample_fn)(void *ctx);

enum { BENCH_MAX_ROWS = 64, BENCH_MAX_SAMPLES = 400, BENCH_MAX_GOALS = 64, BENCH_NAME = 96 };

typedef struct {
    char name[BENCH_NAME]; /* "lpl_update"; yardsticks of one kind share a prefix: "sgemm ..." */
    char note[BENCH_NAME]; /* what it is, in a few words; may be "" */
    double work;           /* per operation, in unit; 0: no rate */
    const char *unit;      /* "GFLOP", "GB", "samples" */
    bench_sample_fn sample;
    void *ctx;
    char group[BENCH_NAME]; /* the case */
    int n, warm;            /* warm: its sample to throw away has been */
    double t[BENCH_MAX_SAMPLES];
} bench_row_t;

/* ratio = work * time(versus) / time(contestant) should be >= least. versus is a prefix: the fastest such contestant
 * counts. versus NULL: ratio = work / time, where work is a limit in seconds. least 0: the ratio is reported, nothing
 * is asked. */
typedef struct {
    char group[BENCH_NAME], contestant[BENCH_NAME], versus[BENCH_NAME], text[BENCH_NAME];
    double work, least;
} bench_goal_t;

typedef struct {
    const char *name, *json;
    int threads, quick;
    double seconds; /* timing budget of a case and contestant */
    int cases;      /* calls of bench_run to come, if the program knows: each gets an equal part of the time left */
    double late;    /* from this moment on (wall clock) one sample has to do; 0: never */
    double stop;    /* from this moment on none begins; 0: never */
    int n_rows, n_goals, first;
    bench_row_t row[BENCH_MAX_ROWS];
    bench_goal_t goal[BENCH_MAX_GOALS];
} bench_t;

/* Seconds of the wall clock, or with --cpu (one thread only) of this process's processor time, which neighbours on the
 * machine disturb less. */
double bench_now(void);
double bench_median(const double *t, int n);

/* Read the options, print the head (CPU, BLIS, threads). A yardstick's child process never returns from here. */
void bench_begin(bench_t *b, const char *name, int argc, char **argv);
void bench_add(bench_t *b, const char *group, const char *name, const char *note, double work, const char *unit,
               bench_sample_fn sample, void *ctx);
/* What was added last has run once already: it needs no sample to throw away. */
void bench_warm(bench_t *b);
/* Time the contestants added since the last call, in turns, after one sample each that is thrown away. One that has no
 * sample when --stop comes is not measured: its goals have no verdict. */
void bench_run(bench_t *b);
void bench_goal(bench_t *b, const char *group, const char *contestant, const char *versus, double work, double least,
                const char *text);
/* Print the table, write the JSON file if asked. Returns the program's exit status. */
int bench_end(bench_t *b);

/* End the program with the library's message if a call failed. */
void bench_check(int32_t status);
void *bench_alloc(size_t bytes);                      /* 64-byte aligned, touched; never NULL */
void bench_fill(float *x, size_t n, uint64_t stream); /* standard normal */

/* Products as yardsticks, square C of n x n, inner length k: BLIS's plain call as a user gets it, the same in a child
 * process with the architecture forced (only where the library lends BLIS its kernels), and the library's own
 * call path. ssyrk in place of sgemm if syrk is set (not for the library path). Adds what this build and CPU can do;
 * names begin with "sgemm " or "ssyrk ". */
void bench_add_products(bench_t *b, const char *group, size_t n, size_t k, int syrk);

#endif
