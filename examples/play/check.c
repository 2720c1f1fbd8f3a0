/* examples/play/check.c - the fixed moves of both modules as hexadecimal digits, for tests/tools/wasm.py. */
#include <stdio.h>

#include "play.h"

static void show(const char *name, size_t (*check)(unsigned char *, size_t)) {
    static unsigned char bytes[65536];
    const size_t n = check(bytes, sizeof bytes);
    printf("%s ", name);
    for (size_t k = 0; k < n && n <= sizeof bytes; k++) printf("%02x", bytes[k]);
    printf("\n");
}

int main(void) {
    show("toy", toy_check);
    show("stdp", stdp_check);
    return 0;
}
