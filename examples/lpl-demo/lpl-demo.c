/* examples/lpl-demo/lpl-demo.c - the programs of the paper's figures as one command: lpl-demo NAME [options].
 *
 * Each program of examples/paper is compiled once more with its main called demo_NAME; DEMOS (from the Makefile) is
 * their list: DEMO(bcm) DEMO(digits) ... */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lpl.h"
#include "worlds/cli.h"
#include "worlds/output.h"

#define DEMO(name) int demo_##name(int argc, char **argv);
DEMOS
#undef DEMO

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} demos[] = {
#define DEMO(name) {#name, demo_##name},
    DEMOS
#undef DEMO
};
enum { N_DEMOS = sizeof demos / sizeof demos[0], OWN = 3, N_NAMES = N_DEMOS + OWN };
static const char *const own[OWN] = {"list", "help", "version"};

static int list(void) {
    for (int k = 0; k < N_DEMOS; k++) {
        char line[] = "--one-line", *words[] = {(char *)demos[k].name, line, NULL};
        const int status = demos[k].run(2, words);
        if (status != 0) return status;
    }
    return 0;
}

static int help(void) {
    puts("lpl-demo - figures of Halvagal & Zenke (2023), drawn by liblpl\n\n"
         "Usage: lpl-demo NAME [options]\n\n"
         "Each NAME is a program with options of its own (lpl-demo NAME --help). It prints a table\n"
         "\"expected / got\", writes pictures and their numbers into a folder (-o FOLDER, lpl-out), and ends\n"
         "with status 1 if a value that must hold does not.\n");
    const int status = list();
    puts("\n  --list           the names alone, with a line on each\n"
         "  --version        the library's version\n"
         "  --help           this text\n\n"
         "Try:  lpl-demo rule_curves              the learning rule of one neuron: at once\n"
         "      lpl-demo toy2d --demo             the slow input wins, not the loud one: seconds");
    return status;
}

static int unknown(const char *said) {
    const char *names[N_NAMES];
    const char *bare = said + strspn(said, "-");
    for (int k = 0; k < N_DEMOS; k++) names[k] = demos[k].name;
    for (int k = 0; k < OWN; k++) names[N_DEMOS + k] = own[k];
    const char *meant = cli_nearest(bare, bare == said ? names : names + N_DEMOS, bare == said ? N_NAMES : OWN);
    bool option = false;
    for (int k = 0; k < OWN; k++) option = option || meant == own[k];
    fprintf(stderr, "lpl-demo: there is no '%s'", said);
    if (meant != NULL) fprintf(stderr, "; did you mean %s%s?", option ? "--" : "", meant);
    fprintf(stderr, " (lpl-demo --list)\n");
    return 2;
}

int main(int argc, char **argv) {
    const char *said = argc > 1 ? argv[1] : NULL;
    for (int k = 0; said != NULL && k < N_DEMOS; k++) {
        if (strcmp(said, demos[k].name) != 0) continue;
        cli_called_by("lpl-demo ");
        return demos[k].run(argc - 1, argv + 1);
    }
    output_guard("lpl-demo");
    if (said == NULL) {
        fprintf(stderr, "lpl-demo: which one? (lpl-demo --list, or --help)\n");
        return 2;
    }
    if (strcmp(said, "--list") == 0) return list();
    if (strcmp(said, "--help") == 0 || strcmp(said, "-h") == 0) return help();
    if (strcmp(said, "--version") == 0) return printf("lpl-demo (liblpl %s)\n", lpl_version()) < 0;
    return unknown(said);
}
