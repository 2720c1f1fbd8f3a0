/* examples/worlds/output.h - a program that could not print its table says so, and its exit status tells it. */
#ifndef EXAMPLES_OUTPUT_H
#define EXAMPLES_OUTPUT_H

/* Call first in main (cli_parse does). When the program ends, standard output is flushed and closed; if anything of it
 * was lost (a full disk, a pipe that nobody reads), a sentence goes to standard error and the status is 1, whatever
 * main returned. If standard output, input or error is closed at the start, its number is taken, so that no data file
 * gets it. */
void output_guard(const char *program);

/* Its name; "" before output_guard. */
const char *output_program(void);

/* Something else that the program should have written is not whole (a figure, a log): it has said so, and its status
 * will be 1. */
void output_lost(void);

#endif
