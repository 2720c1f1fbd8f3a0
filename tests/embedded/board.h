/* tests/embedded/board.h - what stream.c needs of its surroundings: board_arm.c (bare Cortex-M, semihosting),
 * board_host.c (this computer). */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

/* Memory that a reset leaves as it is: a section of its own. */
#define BOARD_KEPT __attribute__((section(".kept")))

/* The program. Its result is the exit status. */
int board_main(void);

void board_print(const char *text);
/* Start over: board_main is called again with what is in BOARD_KEPT, all other memory is new. */
_Noreturn void board_reset(void);

/* Instructions executed since some time ago, as well as the board knows (QEMU with -icount shift=0: to 40), and the
 * deepest stack so far; 0 where there is no such number. */
uint32_t board_instructions(void);
uint32_t board_stack(void);

/* ---- board_common.c ---- */

/* In hexadecimal, 32 to a line. */
void board_print_bytes(const unsigned char *p, size_t n);
/* "# name value": facts about this board, which others may not share. */
void board_print_fact(const char *name, uint32_t value);

#endif
