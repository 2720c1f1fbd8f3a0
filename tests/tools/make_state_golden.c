/* tests/tools/make_state_golden.c - writes the state files of this release into a folder: make_state_golden tests/golden/state
 * Run once for a release; the files of earlier releases stay as they are and must load for ever. */
#include "common/state_worlds.h"

static int32_t to_file(const void *buf, size_t n, void *user) { return fwrite(buf, 1, n, user) == n ? 0 : -1; }

static FILE *begin(const char *folder, const char *name) {
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wbx"); /* never over a file that exists */
    if (!f) {
        perror(path);
        exit(1);
    }
    return f;
}

static void end(FILE *f) {
    if (fclose(f) != 0) {
        perror("make_state_golden");
        exit(1);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: make_state_golden FOLDER\n");
        return 2;
    }
    for (size_t k = 0; k < WORLDS; k++) {
        FILE *f = begin(argv[1], world_name(k));
        lpl_layer_t *l = world_layer(k);
        world_need(lpl_layer_save(l, to_file, f));
        lpl_layer_destroy(l);
        end(f);
    }
    for (size_t k = 0; k < WORLD_TRACKERS; k++) {
        FILE *f = begin(argv[1], world_tracker_name(k));
        lpl_stats_t *s = world_tracker(k);
        world_need(lpl_stats_save(s, to_file, f));
        lpl_stats_destroy(s);
        end(f);
    }
    return 0;
}
