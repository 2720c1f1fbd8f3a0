/* examples/common/roomfigures.c - see roomfigures.h. */
#include "roomfigures.h"

#include <string.h>

#include "must.h"
#include "picture.h"

enum { GAP = 3, MOVIES = 6 };

bool roomfigures_sheet(const room_t *r, const movie_t *m, const char *folder) {
    static const int base[2][ROOM_FACTORS] = {{1, 5, 0, 5, 0, 4}, {6, 8, 3, 5, 3, 10}};
    const size_t side = r->side, cell = side + GAP, columns = MOVIE_FRAMES, rows = 2 * ROOM_FACTORS + MOVIES;
    const size_t height = rows * cell + GAP, width = columns * cell + GAP;
    uint8_t *sheet = must_alloc(3 * height * width, 1), *one = must_alloc(3 * side * side, 1);
    memset(sheet, 255, 3 * height * width);
    for (size_t row = 0; row < rows; row++) {
        uint32_t frame[MOVIE_FRAMES];
        size_t n = columns;
        if (row < 2 * ROOM_FACTORS) {
            int factor[ROOM_FACTORS];
            memcpy(factor, base[row % 2], sizeof factor);
            n = (size_t)room_values[row / 2];
            for (size_t k = 0; k < n; k++) {
                factor[row / 2] = (int)k;
                frame[k] = room_index(factor);
            }
        } else {
            movie_trajectory(m, frame, row - 2 * ROOM_FACTORS, NULL);
        }
        for (size_t k = 0; k < n; k++) {
            room_picture(r, one, frame[k]);
            for (size_t y = 0; y < side; y++)
                memcpy(sheet + 3 * ((row * cell + GAP + y) * width + k * cell + GAP), one + 3 * y * side, 3 * side);
        }
    }
    const bool written = picture_write(folder, "rooms_sheet", sheet, height, width);
    free(sheet), free(one);
    return written;
}
