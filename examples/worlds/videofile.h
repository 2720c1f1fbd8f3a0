/* examples/worlds/videofile.h - grey frames of a video: a file through FFmpeg's libraries (built with HAVE_FFMPEG), or
 * raw bytes from a stream. Pictures in the formats that FFmpeg knows are videos of one frame.
 *
 * Nothing is trusted: what is damaged, cut short or no video is refused with a sentence; a file is opened as a file,
 * whatever its name looks like, and nothing that it refers to is fetched. */
#ifndef EXAMPLES_VIDEOFILE_H
#define EXAMPLES_VIDEOFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct videofile_t videofile_t;

/* width: frames that are wider are scaled down to it, in proportion; 0: as they are. NULL, and a sentence in why. */
videofile_t *videofile_open(const char *path, size_t width, char *why, size_t size);
/* Frames of width x height bytes one after the other, from a stream that stays the caller's; name is for sentences. */
videofile_t *videofile_raw(FILE *from, const char *name, size_t width, size_t height, char *why, size_t size);
void videofile_close(videofile_t *v);

size_t videofile_width(const videofile_t *v);
size_t videofile_height(const videofile_t *v);
/* How many frames there will be, as far as the file says; 0: it does not. */
size_t videofile_expected(const videofile_t *v);

/* The next frame into grey (height x width). 1, 0 at the end, or -1 and a sentence in why. */
int videofile_next(videofile_t *v, uint8_t *grey, char *why, size_t size);

/* Called now and then while a file is read: true ends the reading (an error like another). */
extern bool (*videofile_stop)(void);

/* Built with FFmpeg's libraries? */
bool videofile_can(void);

#endif
