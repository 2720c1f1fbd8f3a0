/* tests/golden_runner/golden.c - files, parameters and verdict of one case, and the comparison with its tolerance
 * rules. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* opendir, stat, realpath */
#endif

#include "golden.h"
#include "worlds/gz.h"

#include <dirent.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* -- verdicts
 * ------------------------------------------------------------------------------------------------------- */

static void conclude(golden_case_t *c, int status, const char *format, va_list list) {
    if (c->status == GOLDEN_PASSED) { /* the first reason stands */
        c->status = status;
        vsnprintf(c->message, sizeof c->message, format, list);
    }
}

void golden_fail(golden_case_t *c, const char *format, ...) {
    va_list list;
    va_start(list, format);
    conclude(c, GOLDEN_FAILED, format, list);
    va_end(list);
}

void golden_skip(golden_case_t *c, const char *format, ...) {
    va_list list;
    va_start(list, format);
    conclude(c, GOLDEN_SKIPPED, format, list);
    va_end(list);
}

int golden_ok(golden_case_t *c, lpl_status_t status, const char *call) {
    if (status >= 0) {
        return 1;
    }
    const char *detail = lpl_last_error();
    golden_fail(c, "%s returned %s: %s", call, lpl_status_name(status),
                detail[0] != '\0' ? detail : lpl_status_string(status));
    return 0;
}

/* -- what was looked at
 * --------------------------------------------------------------------------------------------- */

static void mark_used(golden_case_t *c, const char *name) {
    for (size_t i = 0; i < c->n_used; i++) {
        if (strcmp(c->used[i], name) == 0) {
            return;
        }
    }
    if (c->n_used == c->room_used) {
        const size_t room = c->room_used > 0 ? 2 * c->room_used : 64;
        char **more = realloc(c->used, room * sizeof *more);
        if (more == NULL) {
            return;
        }
        c->used = more;
        c->room_used = room;
    }
    char *copy = malloc(strlen(name) + 1);
    if (copy != NULL) {
        strcpy(copy, name);
        c->used[c->n_used++] = copy;
    }
}

static int is_used(const golden_case_t *c, const char *name) {
    for (size_t i = 0; i < c->n_used; i++) {
        if (strcmp(c->used[i], name) == 0) {
            return 1;
        }
    }
    return 0;
}

void golden_list_unused(golden_case_t *c, size_t *n_unused) {
    *n_unused = c->n_unknown;
    if (c->is_csv) {
        return;
    }
    for (size_t r = 0; r < c->scalars.n_rows; r++) {
        const char *name = csv_text(&c->scalars, r, 0);
        if (!is_used(c, name)) {
            ++*n_unused;
            if (c->verbose) {
                printf("       scalar %s not compared: the runner does not know it\n", name);
            }
        }
    }
    DIR *dir = opendir(c->path);
    for (struct dirent *e = dir != NULL ? readdir(dir) : NULL; e != NULL; e = readdir(dir)) {
        if (e->d_name[0] != '.' && strcmp(e->d_name, c->parameters) != 0 && !is_used(c, e->d_name)) {
            ++*n_unused;
            if (c->verbose) {
                printf("       file %s not compared: the runner does not know it\n", e->d_name);
            }
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

/* -- files and parameters
 * ------------------------------------------------------------------------------------------- */

static int file_exists(const golden_case_t *c, const char *file, char *path, size_t n) {
    struct stat st;
    const int used = snprintf(path, n, "%s/%s", c->path, file);
    return used > 0 && (size_t)used < n && stat(path, &st) == 0;
}

int golden_array(golden_case_t *c, const char *name, int f32, npy_t *a) {
    char file[256], path[4096], error[512];
    memset(a, 0, sizeof *a);
    snprintf(file, sizeof file, "%s%s.npy", name, f32 ? "_f32" : "");
    if (!file_exists(c, file, path, sizeof path)) {
        return 0;
    }
    mark_used(c, file);
    if (npy_read(a, path, error, sizeof error) != 0) {
        golden_fail(c, "%s", error);
        return -1;
    }
    return 1;
}

int golden_input(golden_case_t *c, const char *name, int n_dims, npy_t *a) {
    const int found = golden_array(c, name, 0, a);
    if (found == 0) {
        golden_fail(c, "the input %s.npy is missing", name);
    } else if (found == 1 && n_dims >= 0 && a->n_dims != n_dims) {
        golden_fail(c, "%s.npy has %d dimensions, need %d", name, a->n_dims, n_dims);
        npy_free(a);
        return 0;
    }
    return found == 1;
}

int golden_has_table(const golden_case_t *c, const char *name) {
    char file[256], path[4096];
    for (int gz = 0; gz < 2; gz++) {
        snprintf(file, sizeof file, "%s.csv%s", name, gz ? ".gz" : "");
        if (file_exists(c, file, path, sizeof path)) {
            return 1;
        }
    }
    return 0;
}

int golden_has(const golden_case_t *c, const char *name) {
    char path[4096];
    return file_exists(c, name, path, sizeof path);
}

void golden_know(golden_case_t *c, const char *name) { mark_used(c, name); }

int golden_table(golden_case_t *c, const char *name, csv_t *t, char *file, size_t n) {
    char path[4096], error[512];
    memset(t, 0, sizeof *t);
    snprintf(file, n, "%s.csv", name);
    if (!file_exists(c, file, path, sizeof path)) {
        snprintf(file, n, "%s.csv.gz", name);
        if (!file_exists(c, file, path, sizeof path)) {
            snprintf(file, n, "%s.csv", name);
            return 0;
        }
        if (!gz_has_zlib()) {
            golden_skip(c, "its table %s is compressed, and the runner was built without zlib", file);
            return -1;
        }
    }
    mark_used(c, file);
    if (csv_read(t, path, error, sizeof error) != 0) {
        golden_fail(c, "%s", error);
        return -1;
    }
    return 1;
}

int golden_wants(const golden_case_t *c, const char *name) {
    char file[256], path[4096];
    for (int f32 = 0; f32 < 2; f32++) {
        snprintf(file, sizeof file, "%s%s.npy", name, f32 ? "_f32" : "");
        if (file_exists(c, file, path, sizeof path)) {
            return 1;
        }
    }
    return csv_find(&c->scalars, name) >= 0;
}

double golden_number(golden_case_t *c, const char *name, double otherwise) {
    const int row = csv_find(&c->scalars, name);
    double v = otherwise;
    if (row >= 0) {
        mark_used(c, name);
        if (csv_number(&c->scalars, (size_t)row, 1, &v) < 0) {
            golden_fail(c, "%s: %s is '%s', need a number", c->parameters, name, csv_text(&c->scalars, (size_t)row, 1));
        }
    }
    return v;
}

size_t golden_count(golden_case_t *c, const char *name, size_t otherwise) {
    const double v = golden_number(c, name, (double)otherwise);
    if (!(v >= 0 && v <= 1e15) || v != floor(v)) {
        golden_fail(c, "%s: %s is %g, need a whole number", c->parameters, name, v);
        return otherwise;
    }
    return (size_t)v;
}

const char *golden_word(golden_case_t *c, const char *name) {
    const int row = csv_find(&c->scalars, name);
    if (row < 0) {
        return "";
    }
    mark_used(c, name);
    return csv_text(&c->scalars, (size_t)row, 1);
}

/* -- comparison
 * ----------------------------------------------------------------------------------------------------- */

void golden_note(golden_case_t *c, const char *name, const char *how, double error, double tolerance) {
    const int bad = !(error <= tolerance);
    const double ratio = bad && !(error < HUGE_VAL) ? HUGE_VAL
                         : tolerance > 0            ? error / tolerance
                         : error > 0                ? HUGE_VAL
                                                    : 0;
    c->n_compared++;
    if (c->verbose) {
        printf("       %-28s %-8s error %9.2e  tolerance %9.2e%s\n", name, how, error, tolerance,
               bad ? "  FAILED" : "");
    }
    if (c->table != NULL) {
        csv_put_text(c->table, c->group);
        csv_put_text(c->table, c->name);
        csv_put_text(c->table, name);
        csv_put_text(c->table, how);
        csv_put_number(c->table, error);
        csv_put_number(c->table, tolerance);
        csv_end_row(c->table);
    }
    if (c->n_compared == 1 || ratio > c->worst_ratio) {
        c->worst_ratio = ratio;
        c->worst_error = error;
        c->worst_tolerance = tolerance;
        snprintf(c->worst_name, sizeof c->worst_name, "%s %s", name, how);
    }
    if (bad) {
        golden_fail(c, "%s %s differs by %.3e, tolerance %.3e", name, how, error, tolerance);
    }
}

/* Distance of two results; a value that is not finite must be met by one of the same kind. */
static double distance(double got, double want) {
    if (isnan(want) || isnan(got)) {
        return isnan(want) && isnan(got) ? 0 : HUGE_VAL;
    }
    if (isinf(want) || isinf(got)) {
        return want == got ? 0 : HUGE_VAL;
    }
    return fabs(got - want);
}

/* One comparison: got against want, element i within a tolerance from its column's scale; the worst element is noted.
 *   twin  the same quantity in the other precision (its distance from want sets the float32 tolerance), or NULL */
static void compare(golden_case_t *c, const char *name, int dtype, const double *got, const double *want,
                    const double *twin, size_t n, const golden_tolerance_t *t) {
    const size_t n_columns = t->scale != NULL ? t->n_scale : 1;
    double worst = -1, error_worst = 0, tolerance_worst = 0;
    for (size_t col = 0; col < n_columns; col++) {
        double scale = t->scale != NULL ? t->scale[col] : 0, apart = 0;
        for (size_t i = col; i < n; i += n_columns) {
            if (t->scale == NULL && isfinite(want[i]) && fabs(want[i]) > scale) {
                scale = fabs(want[i]);
            }
            if (twin != NULL && isfinite(want[i]) && isfinite(twin[i]) && fabs(want[i] - twin[i]) > apart) {
                apart = fabs(want[i] - twin[i]);
            }
        }
        double tolerance, floor = dtype == LPL_F64 ? t->floor64 : t->floor32;
        if (dtype == LPL_F64) {
            tolerance = t->rel64 * scale;
        } else if (twin != NULL) {
            tolerance = fmax(10 * apart, 1e-5 * scale);
        } else {
            tolerance = t->abs32 > 0 ? t->abs32 : 1e-4 * scale;
        }
        tolerance = fmax(tolerance, floor);
        for (size_t i = col; i < n; i += n_columns) {
            const double error = distance(got[i], want[i]),
                         limit = tolerance + (t->slack != NULL && dtype == LPL_F32 ? t->slack[i] : 0);
            const double ratio =
                error <= limit ? (limit > 0 ? error / limit : 0) : (limit > 0 ? error / limit : HUGE_VAL);
            if (ratio > worst) {
                worst = ratio;
                error_worst = error;
                tolerance_worst = limit;
            }
        }
    }
    if (n > 0) {
        golden_note(c, name, typed_name(dtype), error_worst, tolerance_worst);
    }
}

void golden_compare(golden_case_t *c, const char *name, int dtype, const double *got, size_t n,
                    const golden_tolerance_t *tolerance) {
    npy_t x64, x32;
    const int have64 = golden_array(c, name, 0, &x64), have32 = golden_array(c, name, 1, &x32);
    const npy_t *want = dtype == LPL_F64 ? &x64 : have32 == 1 ? &x32 : &x64;
    const int have = dtype == LPL_F64 ? have64 : have32 == 1 || have64 == 1;
    if (have == 1 && have64 >= 0 && have32 >= 0) {
        if (want->count != n || (have64 == 1 && x64.count != n)) {
            golden_fail(c, "%s has %zu elements, the library's result has %zu", name, want->count, n);
        } else {
            double *w = golden_doubles(n), *twin = golden_doubles(n);
            for (size_t i = 0; i < n; i++) {
                w[i] = npy_get(want, i);
                twin[i] = have64 == 1 ? npy_get(&x64, i) : 0;
            }
            const int has_twin = dtype == LPL_F32 && have64 == 1 && have32 == 1;
            compare(c, name, dtype, got, w, has_twin ? twin : NULL, n, tolerance);
            free(w);
            free(twin);
        }
    }
    npy_free(&x64);
    npy_free(&x32);
}

void golden_compare_scalar(golden_case_t *c, const char *name, int dtype, double got,
                           const golden_tolerance_t *tolerance) {
    const int row = csv_find(&c->scalars, name);
    if (row < 0) {
        return;
    }
    mark_used(c, name);
    double x64 = 0, x32 = 0;
    const int have64 = csv_number(&c->scalars, (size_t)row, 1, &x64),
              have32 = csv_number(&c->scalars, (size_t)row, 2, &x32);
    if (have64 < 0 || have32 < 0) {
        golden_fail(c, "%s: %s is '%s', '%s', need numbers", c->parameters, name, csv_text(&c->scalars, (size_t)row, 1),
                    csv_text(&c->scalars, (size_t)row, 2));
    } else if (dtype == LPL_F64 && have64 == 1) {
        compare(c, name, dtype, &got, &x64, NULL, 1, tolerance);
    } else if (dtype == LPL_F32 && (have32 == 1 || have64 == 1)) {
        compare(c, name, dtype, &got, have32 == 1 ? &x32 : &x64, have32 == 1 && have64 == 1 ? &x64 : NULL, 1,
                tolerance);
    }
}
