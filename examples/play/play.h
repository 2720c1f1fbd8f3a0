/* examples/play/play.h - what the two modules of the playground share: calls that a page sees, bytes to compare. */
#ifndef EXAMPLES_PLAY_H
#define EXAMPLES_PLAY_H

#include <stddef.h>
#include <string.h>

#ifdef __EMSCRIPTEN__
#define PLAY_CALL __attribute__((used, visibility("default")))
#else
#define PLAY_CALL
#endif

typedef struct {
    unsigned char *out;
    size_t room, n;
} play_bytes_t;

static inline void play_put(play_bytes_t *bytes, const void *from, size_t n) {
    if (bytes->n + n <= bytes->room) memcpy(bytes->out + bytes->n, from, n);
    bytes->n += n;
}

/* A fixed series of moves; what came of it into out. The number of bytes, 0 after an error. */
size_t toy_check(unsigned char *out, size_t room);
size_t stdp_check(unsigned char *out, size_t room);

#endif
