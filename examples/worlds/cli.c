/* examples/worlds/cli.c - see cli.h. */
#include "cli.h"

#include "figure.h"
#include "lpl.h"
#include "output.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *before = ""; /* cli_called_by */
void cli_called_by(const char *words) { before = words; }

/* What every program has, and what those have that write files: as options, so that help and "did you mean" know
 * them. */
enum { OUT, DRAW, VERSION, HELP, COMMON };
static int asked[COMMON];
static const char *draws;

static const cli_option_t *common(const cli_t *cli, int k) {
    static cli_option_t option[COMMON] = {
        [OUT] = {"out", 'o', CLI_TEXT, NULL, 0, 0, "FOLDER", NULL},
        [DRAW] = {"draw", 0, CLI_TEXT, &draws, 0, 0, "PROGRAM",
                  "gnuplot, matplotlib, none (numbers and scripts only), or auto, which takes what is there"},
        [VERSION] = {"version", 0, CLI_FLAG, &asked[VERSION], 0, 0, NULL, "the library's version"},
        [HELP] = {"help", 'h', CLI_FLAG, &asked[HELP], 0, 0, NULL, "this text"},
    };
    if (k < VERSION && cli->folder == NULL) return NULL;
    option[OUT].value = cli->folder;
    option[OUT].help =
        cli->folder_help != NULL ? cli->folder_help : "where pictures go; numbers and scripts into data/";
    return &option[k];
}

/* Option k of a program: its own, then the common ones; NULL: not one of this program. */
static const cli_option_t *numbered(const cli_t *cli, size_t k) {
    return k < cli->n_options ? &cli->options[k] : common(cli, (int)(k - cli->n_options));
}

static void show_default(const cli_option_t *o) {
    const char *text;
    switch (o->kind) {
    case CLI_INT: printf(" (%ld)", *(const long *)o->value); break;
    case CLI_REAL: printf(" (%g)", *(const double *)o->value); break;
    case CLI_TEXT:
        text = *(const char *const *)o->value;
        if (text != NULL) printf(" (%s)", text);
        break;
    default: break;
    }
}

static void show_help(const cli_t *cli) {
    printf("%s - %s\n\nUsage: %s%s [options]", cli->program, cli->summary, before, cli->program);
    if (cli->operand_name != NULL) printf(" %s", cli->operand_name);
    printf("\n\n%s\n\n", cli->equation);
    if (cli->operand_name != NULL) printf("  %-22s %s\n", cli->operand_name, cli->operand_help);
    for (size_t i = 0; i < cli->n_options + COMMON; i++) {
        const cli_option_t *o = numbered(cli, i);
        char left[64];
        if (o == NULL) continue;
        snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
                 o->letter ? ", " : "  ", o->name, o->kind == CLI_FLAG ? "" : " ", o->kind == CLI_FLAG ? "" : o->arg);
        printf("  %-22s %s", left, o->help);
        show_default(o);
        printf("\n");
    }
    if (cli->examples != NULL) printf("\n%s\n", cli->examples);
}

/* Edit distance (Levenshtein), for names shorter than 32 letters. */
static size_t distance(const char *a, const char *b) {
    size_t row[33];
    size_t nb = strlen(b);
    if (nb > 31 || strlen(a) > 31) return 99;
    for (size_t j = 0; j <= nb; j++) row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[nb];
}

static bool begins(const char *text, const char *with) {
    return strlen(with) >= 3 && strncmp(text, with, strlen(with)) == 0;
}

const char *cli_nearest(const char *name, const char *const *names, size_t n) {
    const char *nearest = NULL;
    size_t best = 3; /* further away than two letters is no help */
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(name, names[i]);
        if (d > 1 && (begins(name, names[i]) || begins(names[i], name))) d = 1;
        if (d < best) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}

static int unknown(const cli_t *cli, const char *shown, const char *name) {
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < cli->n_options + COMMON && n < sizeof names / sizeof names[0]; i++)
        if (numbered(cli, i) != NULL) names[n++] = numbered(cli, i)->name;
    const char *nearest = cli_nearest(name, names, n);
    fprintf(stderr, "%s: unknown option '%s'", cli->program, shown);
    if (nearest != NULL) fprintf(stderr, "; did you mean --%s?", nearest);
    fprintf(stderr, " (%s%s --help lists all)\n", before, cli->program);
    return 2;
}

static bool set_value(const cli_t *cli, const cli_option_t *o, const char *text) {
    char *end = NULL;
    double number;
    if (o->kind == CLI_TEXT) {
        if (*text == '\0') {
            fprintf(stderr, "%s: --%s is empty, need %s\n", cli->program, o->name, o->arg);
            return false;
        }
        *(const char **)o->value = text;
        return true;
    }
    errno = 0;
    if (o->kind == CLI_INT) {
        long whole = strtol(text, &end, 10);
        number = (double)whole;
        if (end != text && *end == '\0' && errno == 0 && number >= o->low && number <= o->high) {
            *(long *)o->value = whole;
            return true;
        }
    } else {
        number = strtod(text, &end);
        if (end != text && *end == '\0' && isfinite(number) && number >= o->low && number <= o->high) {
            *(double *)o->value = number;
            return true;
        }
    }
    fprintf(stderr, "%s: --%s = '%s', need a%s number from %.15g to %.15g\n", cli->program, o->name, text,
            o->kind == CLI_INT ? " whole" : "", o->low, o->high);
    return false;
}

static const cli_option_t *find(const cli_t *cli, const char *name, size_t n, char letter) {
    for (size_t i = 0; i < cli->n_options + COMMON; i++) {
        const cli_option_t *o = numbered(cli, i);
        if (o == NULL) continue;
        if (letter != 0 ? o->letter == letter : (strlen(o->name) == n && memcmp(o->name, name, n) == 0)) return o;
    }
    return NULL;
}

/* Help is asked for anywhere: it says the defaults, not what options before it have set. */
static bool help_asked(const cli_t *cli, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) return true;
        if (arg[0] != '-' || arg[1] == '\0' || strchr(arg, '=') != NULL) continue;
        const cli_option_t *o = arg[1] == '-'    ? find(cli, arg + 2, strlen(arg + 2), 0)
                                : arg[2] == '\0' ? find(cli, NULL, 0, arg[1])
                                                 : NULL;
        if (o != NULL && o->kind != CLI_FLAG) i++; /* its value */
    }
    return false;
}

int cli_parse(const cli_t *cli, int argc, char **argv) {
    bool have_operand = false;
    memset(asked, 0, sizeof asked);
    output_guard(cli->program);
    if (help_asked(cli, argc, argv)) {
        show_help(cli);
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        const cli_option_t *o;
        const char *text = NULL;
        if (arg[0] != '-' || arg[1] == '\0') {
            if (cli->operand_name == NULL || have_operand) {
                fprintf(stderr, "%s: unexpected argument '%s' (%s%s --help)\n", cli->program, arg, before,
                        cli->program);
                return 2;
            }
            *cli->operand = arg;
            have_operand = true;
            continue;
        }
        if (strcmp(arg, "--one-line") == 0) { /* for lpl-demo --list; not an option that people are shown */
            printf("  %-16s %s\n", cli->program, cli->summary);
            return 0;
        }
        if (arg[1] == '-') {
            const char *name = arg + 2;
            const char *equal = strchr(name, '=');
            size_t n = equal != NULL ? (size_t)(equal - name) : strlen(name);
            o = find(cli, name, n, 0);
            if (equal != NULL) text = equal + 1;
            if (o == NULL) {
                char bare[32];
                snprintf(bare, sizeof bare, "%.*s", (int)(n < 31 ? n : 31), name);
                return unknown(cli, arg, bare);
            }
        } else {
            o = arg[2] == '\0' ? find(cli, NULL, 0, arg[1]) : NULL;
            if (o == NULL) return unknown(cli, arg, arg + 1); /* -demo: one dash too few */
        }
        if (o->kind == CLI_FLAG) {
            if (text != NULL) {
                fprintf(stderr, "%s: --%s takes no value, got '%s'\n", cli->program, o->name, text);
                return 2;
            }
            *(int *)o->value = 1;
            if (asked[VERSION]) {
                printf("%s%s (liblpl %s)\n", before, cli->program, lpl_version());
                return 0;
            }
            continue;
        }
        if (text == NULL) {
            if (i + 1 >= argc) {
                fprintf(stderr, "%s: --%s needs a value (%s)\n", cli->program, o->name, o->arg);
                return 2;
            }
            text = argv[++i];
        }
        if (!set_value(cli, o, text)) return 2;
        if (o->value == &draws && !figure_drawer(draws)) {
            static const char *const words[] = {"gnuplot", "matplotlib", "none", "auto"};
            const char *meant = cli_nearest(draws, words, 4);
            fprintf(stderr, "%s: --draw = '%s', need gnuplot, matplotlib, none or auto", cli->program, draws);
            if (meant != NULL) fprintf(stderr, "; did you mean %s?", meant);
            fputc('\n', stderr);
            return 2;
        }
    }
    return -1;
}
