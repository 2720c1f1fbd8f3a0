/* tests/embedded/board_common.c - numbers as text, without stdio. */
#include "board.h"

void board_print_bytes(const unsigned char *p, size_t n) {
    static const char digit[] = "0123456789abcdef";
    char line[2 * 32 + 2];
    for (size_t i = 0, at = 0; i < n; i++) {
        line[at++] = digit[p[i] >> 4];
        line[at++] = digit[p[i] & 15];
        if (i % 32 != 31 && i != n - 1) continue;
        line[at++] = '\n';
        line[at] = 0;
        board_print(line);
        at = 0;
    }
}

void board_print_fact(const char *name, uint32_t value) {
    char text[12];
    size_t at = sizeof text;
    text[--at] = 0;
    text[--at] = '\n';
    do {
        text[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    board_print("# ");
    board_print(name);
    board_print(" ");
    board_print(text + at);
}
