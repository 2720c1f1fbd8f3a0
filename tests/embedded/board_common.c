/* tests/embedded/board_common.c - numbers as text, without stdio. */
#include "board.h"

#include <string.h>

void board_print_bits(const char *name, const float *p, size_t n) {
    static const char digit[] = "0123456789abcdef";
    char line[8 * 9 + 1];
    size_t at = 0;
    board_print(name);
    board_print("\n");
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &p[i], sizeof bits);
        for (int k = 28; k >= 0; k -= 4) line[at++] = digit[bits >> k & 15];
        const int ends = i % 8 == 7 || i == n - 1;
        line[at++] = ends ? '\n' : ' ';
        if (!ends) continue;
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
