/* tests/golden_runner/main.c - runs every golden case below a folder: golden [options] FOLDER (see usage below).
 *
 * A case is a folder that holds scalars.csv or .npy files; its group is the folder above it. In groups optim and toy2d
 * a CSV file is a case too. A folder with the tables of the spiking layout is a case for each engine, in group spiking.
 * One line per case, then the line "N passed, N failed" alone. Exit status: 0 all passed, 1 some failed, 2 the folder
 * does not exist, no case was found, or the command line is wrong.
 */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* opendir, stat, realpath */
#endif

#include "golden.h"
#include "worlds/output.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define MAX_DEPTH 16      /* folders inside folders */
#define SPIKING "spiking" /* name of the group */

static const struct {
    const char *name;
    void (*folder)(golden_case_t *);
    void (*csv)(golden_case_t *);
    const char *csv_prefix;
} groups[] = {{"losses", golden_losses, NULL, NULL},   {"terms", golden_terms, NULL, NULL},
              {"dense", golden_dense, NULL, NULL},     {"optim", golden_optim, golden_schedule, "lr_"},
              {"metrics", golden_metrics, NULL, NULL}, {"readout", golden_readout, NULL, NULL},
              {"rules", golden_rules, NULL, NULL},     {"toy2d", NULL, golden_toy2d, ""},
              {"conv", golden_conv, NULL, NULL},       {"vgg", golden_vgg, NULL, NULL}};

#define N_GROUPS (sizeof groups / sizeof groups[0])

typedef struct run_t {
    const char *data, *only;
    csv_writer_t *table;
    int verbose;
    size_t passed, failed, skipped;
} run_t;

static size_t find_group(const char *name) {
    size_t g = 0;
    while (g < N_GROUPS && strcmp(groups[g].name, name) != 0) {
        g++;
    }
    return g;
}

static int ends_with(const char *s, const char *end) {
    const size_t n = strlen(s), m = strlen(end);
    return n > m && strcmp(s + n - m, end) == 0;
}

static int exists(const char *folder, const char *below, const char *file) {
    char path[4096];
    struct stat st;
    const int used = snprintf(path, sizeof path, "%s/%s%s", folder, below, file);
    return used > 0 && (size_t)used < sizeof path && stat(path, &st) == 0;
}

/* -- one case
 * ------------------------------------------------------------------------------------------------------- */

/* An image file that the case names (scalar "file") must be below the data folder. */
static void check_data(const run_t *r, golden_case_t *c) {
    const int row = csv_find(&c->scalars, "file");
    const char *file = row >= 0 ? csv_text(&c->scalars, (size_t)row, 1) : "";
    if (file[0] != '\0' && r->data == NULL) {
        golden_skip(c, "it needs the image file %s, and no data folder was given", file);
    } else if (file[0] != '\0' && !exists(r->data, "", file) && !exists(r->data, "cifar-10-batches-bin/", file)) {
        golden_skip(c, "its image file %s is not below the data folder %s", file, r->data);
    }
}

static void print_case(run_t *r, const golden_case_t *c, size_t n_unused, double seconds) {
    static const char *const words[] = {"PASS", "FAIL", "SKIP"};
    printf("%s %s/%s: ", words[c->status], c->group, c->name);
    if (c->status == GOLDEN_SKIPPED) {
        printf("%s\n", c->message);
    } else {
        if (c->n_compared > 0) {
            printf("%zu compared, largest %s error %.2e tolerance %.2e", c->n_compared, c->worst_name, c->worst_error,
                   c->worst_tolerance);
        }
        if (n_unused > 0) {
            printf("%s%zu not known", c->n_compared > 0 ? ", " : "", n_unused);
        }
        if (seconds >= 0.5) {
            printf(", %.1f s", seconds);
        }
        if (c->remark[0] != '\0') {
            printf(", %s", c->remark);
        }
        printf("%s%s\n", c->status == GOLDEN_FAILED && c->n_compared > 0 ? "; " : "",
               c->status == GOLDEN_FAILED ? c->message : "");
    }
    fflush(stdout);
    r->passed += c->status == GOLDEN_PASSED;
    r->failed += c->status == GOLDEN_FAILED;
    r->skipped += c->status == GOLDEN_SKIPPED;
}

static double now(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void begin_case(const run_t *r, golden_case_t *c, const char *group, const char *name, const char *path) {
    memset(c, 0, sizeof *c);
    c->group = group;
    c->name = name;
    c->path = path;
    c->data = r->data;
    c->verbose = r->verbose;
    c->table = r->table;
    c->parameters = "scalars.csv";
}

static void end_case(run_t *r, golden_case_t *c, double start) {
    size_t n_unused = 0;
    if (c->status == GOLDEN_PASSED && c->n_compared == 0) {
        golden_fail(c, "there is nothing in it to compare with");
    }
    if (c->n_compared > 0) {
        golden_list_unused(c, &n_unused);
    }
    print_case(r, c, n_unused, now() - start);
    for (size_t i = 0; i < c->n_used; i++) {
        free(c->used[i]);
    }
    free(c->used);
    csv_free(&c->scalars);
}

static void read_parameters(golden_case_t *c) {
    char file[4096], error[512];
    snprintf(file, sizeof file, "%s/%s", c->path, c->parameters);
    if (csv_read(&c->scalars, file, error, sizeof error) != 0) {
        golden_fail(c, "%s", error);
    }
}

/* note: why it cannot be run at all, or NULL. */
static void run_case(run_t *r, const char *group, const char *name, const char *path, int is_csv, const char *note) {
    golden_case_t c;
    const size_t g = find_group(group);
    const double start = now();
    if (r->only != NULL && strcmp(r->only, group) != 0) {
        return;
    }
    begin_case(r, &c, group, name, path);
    c.is_csv = is_csv;
    if (note != NULL) {
        golden_skip(&c, "%s", note);
    } else if (g == N_GROUPS) {
        golden_skip(&c, "unknown group %s", group);
    } else {
        const int has_scalars = !is_csv && exists(path, "", c.parameters);
        if (has_scalars) {
            read_parameters(&c);
            check_data(r, &c);
        }
        if (!is_csv && !has_scalars) {
            golden_fail(&c, "scalars.csv with the case's parameters is missing");
        } else if (c.status == GOLDEN_PASSED && (is_csv ? groups[g].csv : groups[g].folder) == NULL) {
            golden_skip(&c, "group %s has no cases of this form", group);
        } else if (c.status == GOLDEN_PASSED) {
            (is_csv ? groups[g].csv : groups[g].folder)(&c);
        }
    }
    end_case(r, &c, start);
}

/* A folder of the spiking layout. Returns how many runs it has, 0 if it is none. */
static size_t run_spiking(run_t *r, const char *parent, const char *folder, const char *path) {
    const golden_run_t *runs = NULL;
    const size_t n = golden_spiking(path, &runs);
    for (size_t k = 0; k < n && (r->only == NULL || strcmp(r->only, SPIKING) == 0); k++) {
        golden_case_t c;
        char name[512];
        const double start = now();
        snprintf(name, sizeof name, "%s%s%s %s", strcmp(parent, SPIKING) != 0 ? parent : "",
                 strcmp(parent, SPIKING) != 0 ? "/" : "", folder, runs[k].label);
        begin_case(r, &c, SPIKING, name, path);
        c.parameters = "params.csv";
        if (exists(path, "", c.parameters)) {
            read_parameters(&c);
        }
        if (c.status == GOLDEN_PASSED) {
            runs[k].run(&c, &runs[k]);
        }
        end_case(r, &c, start);
    }
    return n;
}

/* -- the walk
 * ------------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Sorted names in a folder (without those that start with a dot), NULL-terminated, or NULL if it cannot be read. */
static char **list(const char *path) {
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return NULL;
    }
    size_t n = 0, room = 64;
    char **names = malloc(room * sizeof *names);
    for (struct dirent *e = readdir(dir); e != NULL && names != NULL; e = readdir(dir)) {
        if (e->d_name[0] == '.') {
            continue;
        }
        if (n + 1 == room) {
            room *= 2;
            char **more = realloc(names, room * sizeof *names);
            if (more == NULL) {
                break;
            }
            names = more;
        }
        names[n] = malloc(strlen(e->d_name) + 1);
        if (names[n] == NULL) {
            break;
        }
        strcpy(names[n++], e->d_name);
    }
    closedir(dir);
    if (names != NULL) {
        names[n] = NULL;
        qsort(names, n, sizeof *names, by_name);
    }
    return names;
}

/* The folders that lead to the present one: a link back to one of them would never end. */
typedef struct above_t {
    dev_t device;
    ino_t inode;
    int depth;
    const struct above_t *next;
} above_t;

static void walk(run_t *r, const char *path, const char *parent, const char *name, const above_t *above) {
    struct stat own;
    char **names = stat(path, &own) == 0 ? list(path) : NULL;
    if (names == NULL) {
        run_case(r, parent, name, path, 0, "the folder cannot be read");
        return;
    }
    const above_t here = {own.st_dev, own.st_ino, above != NULL ? above->depth + 1 : 0, above};
    int is_case = 0, n_below = 0, n_tables = 0;
    for (size_t i = 0; names[i] != NULL; i++) {
        is_case |= strcmp(names[i], "scalars.csv") == 0 || ends_with(names[i], ".npy");
        n_tables += ends_with(names[i], ".csv") || ends_with(names[i], ".csv.gz");
    }
    if (is_case) {
        run_case(r, parent, name, path, 0, NULL);
    } else if (n_tables > 0) {
        is_case = run_spiking(r, parent, name, path) > 0;
    }
    const size_t g = find_group(name);
    for (size_t i = 0; names[i] != NULL; i++) {
        char below[4096];
        struct stat st;
        const int used = snprintf(below, sizeof below, "%s/%s", path, names[i]);
        if (!is_case && used > 0 && (size_t)used < sizeof below) {
            if (stat(below, &st) != 0) {
                run_case(r, name, names[i], below, 0, "it is a symbolic link that leads nowhere");
                n_below++;
            } else if (S_ISDIR(st.st_mode)) {
                const above_t *a = &here;
                while (a != NULL && !(a->device == st.st_dev && a->inode == st.st_ino)) {
                    a = a->next;
                }
                if (a == NULL && here.depth < MAX_DEPTH) {
                    walk(r, below, name, names[i], &here);
                }
                n_below++;
            } else if (g < N_GROUPS && groups[g].csv != NULL && ends_with(names[i], ".csv")) {
                const int is_one = strncmp(names[i], groups[g].csv_prefix, strlen(groups[g].csv_prefix)) == 0;
                run_case(r, name, names[i], below, 1, is_one ? NULL : "the runner does not know this table");
                n_below++;
            }
        }
        free(names[i]);
    }
    free(names);
    if (!is_case && n_below == 0 && (n_tables > 0 || find_group(parent) < N_GROUPS)) {
        run_case(
            r, parent, name, path, 0,
            "unknown layout: the folder has neither scalars.csv, nor .npy files, nor the tables of a spiking case");
    }
}

/* The last two parts of a path, as they are written or, where that says nothing ("." or a link), as they really are. */
static void split(const char *path, char *parent, char *name, size_t n) {
    char real[PATH_MAX], *copies[2];
    char *resolved = realpath(path, real);
    char written[4096];
    snprintf(written, sizeof written, "%s", path);
    copies[0] = written;
    copies[1] = resolved;
    parent[0] = name[0] = '\0';
    for (int k = 0; k < 2 && copies[k] != NULL; k++) {
        char *p = copies[k];
        size_t length = strlen(p);
        while (length > 1 && p[length - 1] == '/') {
            p[--length] = '\0';
        }
        char *last = strrchr(p, '/');
        snprintf(name, n, "%s", last != NULL ? last + 1 : p);
        parent[0] = '\0';
        if (last != NULL) {
            *last = '\0';
            char *before = strrchr(p, '/');
            snprintf(parent, n, "%s", before != NULL ? before + 1 : p);
        }
        if (find_group(name) < N_GROUPS || find_group(parent) < N_GROUPS) {
            return;
        }
    }
}

static int usage(const char *program, const char *wrong) {
    fprintf(stderr,
            "%s%susage: %s [options] FOLDER\n"
            "  --data FOLDER  where image files are (default: cases that need them are skipped)\n"
            "  --only GROUP   cases of this group only (the folder's name; spiking)\n"
            "  --csv FILE     write every comparison into a table\n"
            "  --verbose      print every comparison, and what was not compared\n",
            wrong, wrong[0] != '\0' ? "\n" : "", program);
    return 2;
}

int main(int argc, char **argv) {
    run_t r = {0};
    const char *folder = NULL, *csv = NULL;
    output_guard("golden");
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--verbose") == 0) {
            r.verbose = 1;
        } else if (strcmp(argv[i], "--data") == 0 && i + 1 < argc) {
            r.data = argv[++i];
        } else if (strcmp(argv[i], "--csv") == 0 && i + 1 < argc) {
            csv = argv[++i];
        } else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
            r.only = argv[++i];
        } else if (argv[i][0] == '-' || folder != NULL) {
            return usage(argv[0], "one folder and the options below are expected");
        } else {
            folder = argv[i];
        }
    }
    if (folder == NULL) {
        return usage(argv[0], "");
    }
    struct stat st;
    char parent[256], name[256];
    if (stat(folder, &st) != 0) {
        fprintf(stderr, "golden: %s: %s\n", folder, strerror(errno));
        return 2;
    }
    csv_writer_t table;
    char error[512];
    if (csv != NULL) {
        if (csv_create(&table, csv, error, sizeof error) != 0) {
            fprintf(stderr, "golden: %s\n", error);
            return 2;
        }
        static const char *const head[] = {"group", "case", "quantity", "type", "error", "tolerance"};
        for (size_t k = 0; k < sizeof head / sizeof head[0]; k++) {
            csv_put_text(&table, head[k]);
        }
        csv_end_row(&table);
        r.table = &table;
    }
    split(folder, parent, name, sizeof name);
    if (S_ISDIR(st.st_mode)) {
        walk(&r, folder, parent, name, NULL);
    } else {
        run_case(&r, parent, name, folder, 1, NULL);
    }
    if (csv != NULL && csv_close(&table) != 0) {
        fprintf(stderr, "golden: %s could not be written completely\n", csv);
        r.failed++;
    }
    if (r.passed + r.failed + r.skipped == 0) {
        fprintf(stderr, "golden: no case found below %s\n", folder);
    } else {
        printf("%zu skipped\n", r.skipped);
    }
    printf("%zu passed, %zu failed\n", r.passed, r.failed);
    return r.failed > 0 ? 1 : r.passed + r.skipped == 0 ? 2 : 0;
}
