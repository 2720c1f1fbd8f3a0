/* file/place.h - where a save really goes: links followed, then a new file that takes the name, or the old one
 * written in place. */
#ifndef LPLI_PLACE_H
#define LPLI_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef PATH_MAX
#define PATH_MAX 4096 /* systems without a limit: ours */
#endif
enum {
    LPLI_PLACE_NAME = 256,     /* NAME_MAX and its end */
    LPLI_PLACE_BUFFER = 16384, /* bytes between two writes */
    LPLI_PLACE_TEMPORARY = 48
};

typedef enum {
    LPLI_PLACE_NEW,   /* nothing there: a new file takes the name */
    LPLI_PLACE_FILE,  /* a file of one name: a new one takes it over */
    LPLI_PLACE_COPY,  /* a file that a new one cannot replace: the complete new one is copied into it */
    LPLI_PLACE_STREAM /* no regular file, or an open one: bytes go there as they come */
} lpli_place_kind_t;

/* What could not be done, for the sentence. */
typedef enum {
    LPLI_PLACE_FINE,
    LPLI_PLACE_TARGET,
    LPLI_PLACE_FOLDER,
    LPLI_PLACE_PROTECTED,
    LPLI_PLACE_UNFLUSHED
} lpli_place_fault_t;

typedef struct {
    lpli_place_kind_t kind;
    int folder, old, fd; /* the target's folder; the old file, open for writing; where the bytes go. -1: none */
    bool readable;       /* the folder was opened for reading: it can be flushed */
    uint64_t limit;      /* RLIMIT_FSIZE, for files that begin at 0 */
    uint64_t written;    /* bytes that went to fd */
    size_t held;         /* bytes in buffer */
    int error;           /* errno of the first failure; from then on nothing is written */
    lpli_place_fault_t fault;
    char name[LPLI_PLACE_NAME], temporary[LPLI_PLACE_TEMPORARY];
    char shown[PATH_MAX]; /* the folder as a person would write it */
    unsigned char buffer[LPLI_PLACE_BUFFER];
} lpli_place_t;

/* Open path for a save: afterwards write, then end (which gives the new file its name) or give_up (which removes it).
 * Each returns whether all went well; if not, error and fault say what did not, and nothing is left open or behind.
 * */
bool lpli_place_begin(lpli_place_t *p, const char *path);
bool lpli_place_write(lpli_place_t *p, const void *bytes, size_t n);
bool lpli_place_end(lpli_place_t *p);
void lpli_place_give_up(lpli_place_t *p);

/* Some of the next n bytes: how many, 0 at the end, -1 with errno; a signal does not end the wait. */
ssize_t lpli_place_read(int fd, void *bytes, size_t n);

/* A system's error number in words, in no language but this one. */
const char *lpli_place_reason(int error);

#endif
