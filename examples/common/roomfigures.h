/* examples/common/roomfigures.h - the figures of examples/rooms.c. */
#ifndef EXAMPLES_ROOMFIGURES_H
#define EXAMPLES_ROOMFIGURES_H

#include <stdbool.h>

#include "movie.h"

/* All values of each factor, one row a factor (the other factors stay), then trajectories of the movie: rooms_sheet. */
bool roomfigures_sheet(const room_t *r, const movie_t *m, const char *folder);

#endif
