/* examples/worlds/cli.h - options of the example programs: --name VALUE, --name=VALUE, -o VALUE, --flag. Every program
 * has --help and --version; those that write files have -o, --out FOLDER, and --draw (figure.h). */
#ifndef EXAMPLES_CLI_H
#define EXAMPLES_CLI_H

#include <stddef.h>

enum {
    CLI_FLAG = 0, /* int *: set to 1, takes no value */
    CLI_INT = 1,  /* long *: low <= value <= high */
    CLI_REAL = 2, /* double *: low <= value <= high */
    CLI_TEXT = 3  /* const char **: points into argv */
};

typedef struct cli_option_t {
    const char *name; /* without the dashes */
    char letter;      /* -o for 'o'; 0: none */
    int kind;         /* CLI_* */
    void *value;      /* holds the default, which --help shows */
    double low;       /* of numbers */
    double high;
    const char *arg; /* what --help calls the value: "FOLDER" */
    const char *help;
} cli_option_t;

typedef struct cli_t {
    const char *program;
    const char *summary;  /* one line */
    const char *equation; /* what is computed, in ASCII, as many lines as it takes */
    const cli_option_t *options;
    size_t n_options;
    const char *operand_name; /* one argument without a dash, or NULL */
    const char *operand_help;
    const char **operand;
    const char *examples; /* command lines worth trying, or NULL */
    const char **folder;  /* where its files go: --out sets it; NULL: it writes none */
    const char *folder_help;
} cli_t;

/* Read the command line into the options' values. Returns -1 to go on, otherwise the exit status of the program:
 * 0 after --help, --version and --one-line (one line: name and summary), 2 after a sentence on stderr about what is
 * wrong. */
int cli_parse(const cli_t *cli, int argc, char **argv);

/* What people type before a program's name ("lpl-demo "), for its help and its sentences; called before cli_parse. */
void cli_called_by(const char *words);

/* Of n names the one that somebody meant who wrote `name`: two letters away at most, or the one begins with the other;
 * NULL: none. */
const char *cli_nearest(const char *name, const char *const *names, size_t n);

#endif
