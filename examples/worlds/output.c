/* examples/worlds/output.c - see output.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *name;
static bool lost;

static void close_output(void) {
    const bool cut = ferror(stdout) != 0; /* by an earlier flush, whose errno is gone */
    errno = 0;
    if (fclose(stdout) != 0 || cut) {
        fprintf(stderr, "%s: standard output could not be written%s%s\n", name, errno != 0 ? ": " : "",
                errno != 0 ? strerror(errno) : "");
        lost = true;
    }
    if (!lost) return;
    fflush(NULL);
    _exit(1);
}

const char *output_program(void) { return name != NULL ? name : ""; }

void output_lost(void) { lost = true; }

void output_guard(const char *program) {
    if (name != NULL) return;
    name = program;
    /* Opened the wrong way round: whoever reads or writes it gets an error, as with the closed one. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0) (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    atexit(close_output);
}
