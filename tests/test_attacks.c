/* tests/test_attacks.c - the hand-made state files of tests/fuzz/attacks (make_attacks.py): the name says what must
 * happen. */
#include <dirent.h>
#include <stdbool.h>

#include "common/memfile.h"
#include "common/testing.h"

#ifndef LPL_TEST_ATTACKS
#define LPL_TEST_ATTACKS "tests/fuzz/attacks"
#endif

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static memfile_t file_of(const char *name) {
    char path[600];
    memfile_t f = {0};
    unsigned char buf[4096];
    size_t n;
    snprintf(path, sizeof path, "%s/%s", LPL_TEST_ATTACKS, name);
    FILE *in = fopen(path, "rb");
    ck_assert_msg(in != NULL, "cannot open %s", path);
    while ((n = fread(buf, 1, sizeof buf, in)) > 0) memfile_write(buf, n, &f);
    fclose(in);
    return f;
}

static void check_status(const char *name, bool should_load, lpl_status_t status) {
    if (should_load) {
        ck_assert_msg(status == LPL_OK, "%s: %s", name, lpl_last_error());
    } else {
        ck_assert_msg(status == LPL_E_FORMAT || status == LPL_E_VERSION || status == LPL_E_MEMORY, "%s: %s", name,
                      lpl_status_name(status));
        ck_assert_msg(strlen(lpl_last_error()) > 30, "%s: no sentence, only \"%s\"", name, lpl_last_error());
    }
}

/* The loaders, each with the start of the names that it must take; what is loaded is ended again. */
#define LOADER(kind, ...)                                                                     \
    static lpl_status_t load_##kind(memfile_t *f, bool *made) {                               \
        lpl_##kind##_t *object = NULL;                                                        \
        const lpl_status_t status = lpl_##kind##_load(memfile_read, f, 1 << 24, __VA_ARGS__); \
        *made = object != NULL;                                                               \
        lpl_##kind##_destroy(object);                                                         \
        return status;                                                                        \
    }
LOADER(layer, 1, &object)
LOADER(stack, 1, &object)
LOADER(stats, &object)
LOADER(spiking, 1, &object)
LOADER(projection, &object)
LOADER(lif, &object)
LOADER(record, &object)

static const struct {
    const char *ok;
    lpl_status_t (*load)(memfile_t *f, bool *made);
} loaders[] = {{"ok-layer", load_layer},     {"ok-stack", load_stack},           {"ok-stats", load_stats},
               {"ok-spiking", load_spiking}, {"ok-projection", load_projection}, {"ok-lif", load_lif},
               {"ok-record", load_record}};
enum { LOADERS = sizeof loaders / sizeof loaders[0] };

/* Every file to every loader, with a limit of 16 MiB: what is accepted is what it says, what is refused leaves the
 * handle alone. */
START_TEST(attacks) {
    size_t files = 0, good[LOADERS] = {0};
    DIR *folder = opendir(LPL_TEST_ATTACKS);
    ck_assert_msg(folder != NULL, "cannot open %s (run from the repository's folder)", LPL_TEST_ATTACKS);
    for (struct dirent *e; (e = readdir(folder)) != NULL;) {
        if (e->d_name[0] == '.') continue;
        memfile_t f = file_of(e->d_name);
        for (size_t k = 0; k < LOADERS; k++) {
            bool made;
            f.at = 0;
            const lpl_status_t status = loaders[k].load(&f, &made);
            check_status(e->d_name, begins(e->d_name, loaders[k].ok), status);
            ck_assert((status == LPL_OK) == made);
            good[k] += made;
        }
        files++;
        free(f.data);
    }
    closedir(folder);
    ck_assert_uint_gt(files, 300);
    for (size_t k = 0; k < LOADERS; k++) ck_assert_uint_ge(good[k], 2);
}
END_TEST

/* The second writer of the format (Python) and this library agree: a file from there holds what it should. */
START_TEST(other_writer) {
    memfile_t f = file_of("ok-layer.lpl");
    lpl_layer_t *l = NULL;
    float w[6], bias[2];
    double step = 0;
    OK(lpl_layer_load(memfile_read, &f, 0, 1, &l));
    ck_assert_uint_eq(f.at, f.n);
    OK(lpl_layer_read(l, w, 6, LPL_STATE_WEIGHTS));
    OK(lpl_layer_read(l, bias, 2, LPL_STATE_BIAS));
    OK(lpl_layer_get(l, LPL_PARAM_STEP, &step));
    for (int k = 0; k < 6; k++) ck_assert(w[k] == (float)(k + 1));
    ck_assert(bias[0] == 0.5f && bias[1] == -0.5f && step == 7);
    lpl_layer_destroy(l), free(f.data);
}
END_TEST

START_TEST(other_writer_of_spikes) {
    memfile_t f = file_of("ok-spiking.lpl");
    lpl_spiking_t *s = NULL;
    float w[6], g[2] = {0}, v[2] = {-0.06f, -0.06f};
    double step = 0;
    OK(lpl_spiking_load(memfile_read, &f, 0, 1, &s));
    OK(lpl_spiking_read(s, w, 6, NULL, LPL_SPIKING_WEIGHTS));
    OK(lpl_spiking_get(s, LPL_SPIKING_PARAM_STEP, &step));
    ck_assert(w[0] == 0.125f && w[4] == 0.75f && w[5] == 1 && step == 6);
    OK(lpl_spiking_drive(s, g)); /* step 6: pre neurons 0 and 2, row 6 % 2 of LINE */
    ck_assert(g[0] == 0.125f + 0.75f && g[1] == 0.25f + 1);
    for (int t = 0; t < 20; t++) OK(lpl_spiking_step(s, NULL, 0, NULL, 0, v));
    lpl_spiking_destroy(s), free(f.data);
}
END_TEST

/* A record that must be understood: from a newer version it says so, in a file of this version it is damage. */
START_TEST(newer) {
    static const struct {
        const char *name;
        lpl_status_t status;
    } file[] = {{"upper-unknown-minor.lpl", LPL_E_VERSION},
                {"upper-unknown.lpl", LPL_E_FORMAT},
                {"twice-wght.lpl", LPL_E_FORMAT}};
    for (size_t k = 0; k < 3; k++) {
        memfile_t f = file_of(file[k].name);
        lpl_layer_t *l = NULL;
        FAILS(lpl_layer_load(memfile_read, &f, 0, 1, &l), file[k].status, "not known");
        free(f.data);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("attacks");
    TCase *t = tcase_create("attacks");
    tcase_set_timeout(t, 30);
    tcase_add_test(t, attacks);
    tcase_add_test(t, newer);
    tcase_add_test(t, other_writer);
    tcase_add_test(t, other_writer_of_spikes);
    suite_add_tcase(suite, t);
    return testing_run(suite);
}
