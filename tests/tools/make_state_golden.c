/* tests/tools/make_state_golden.c - writes the state files of this release into a folder: make_state_golden
 * tests/golden/state Run once for a release; files that exist stay as they are, and must load for ever. Those of
 * common/old_worlds.h only 0.1.0 can write: link this program with that library for them. */
#include <errno.h>

#include "common/old_worlds.h"

static int32_t to_file(const void *buf, size_t n, void *user) { return fwrite(buf, 1, n, user) == n ? 0 : -1; }

/* NULL if there is such a file. */
static FILE *begin(const char *folder, const char *name) {
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wbx");
    if (!f && errno != EEXIST) {
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

/* Both files of a pair of 0.1.0. */
static void old_pair(const char *folder, const old_world_t *w) {
    const spiking_world_t ops = old_ops(w->kind);
    void *object = NULL;
    FILE *f = begin(folder, w->name);
    if (!f) return;
    world_need(w->make(&object));
    ops.run(object, 0, OLD_STEPS);
    world_need(ops.save(object, to_file, f));
    end(f);
    f = begin(folder, w->later);
    ops.run(object, OLD_STEPS, OLD_LATER);
    if (f) {
        world_need(ops.save(object, to_file, f));
        end(f);
    }
    ops.destroy(object);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: make_state_golden FOLDER\n");
        return 2;
    }
    for (size_t k = 0; k < WORLDS; k++) {
        FILE *f = begin(argv[1], world_name(k));
        if (!f) continue;
        lpl_layer_t *l = world_layer(k);
        world_need(lpl_layer_save(l, to_file, f));
        lpl_layer_destroy(l);
        end(f);
    }
    for (size_t k = 0; k < WORLD_TRACKERS; k++) {
        FILE *f = begin(argv[1], world_tracker_name(k));
        if (!f) continue;
        lpl_stats_t *s = world_tracker(k);
        world_need(lpl_stats_save(s, to_file, f));
        lpl_stats_destroy(s);
        end(f);
    }
    for (size_t k = 0; k < WORLD_STACKS; k++) {
        FILE *f = begin(argv[1], world_stack_name(k));
        if (!f) continue;
        lpl_stack_t *s = world_stack(k);
        world_need(lpl_stack_save(s, to_file, f));
        lpl_stack_destroy(s);
        end(f);
    }
    for (size_t kind = 0; kind < SPIKING_KINDS; kind++)
        for (size_t k = 0; k < spiking_worlds[kind].n; k++) {
            const spiking_world_t *w = &spiking_worlds[kind];
            FILE *f = begin(argv[1], w->names[k]);
            if (!f) continue;
            void *object = w->make(k);
            world_need(w->save(object, to_file, f));
            w->destroy(object);
            end(f);
        }
    if (lpl_version_number() == 100)
        for (size_t k = 0; k < OLD_WORLDS; k++) old_pair(argv[1], &old_worlds[k]);
    return 0;
}
