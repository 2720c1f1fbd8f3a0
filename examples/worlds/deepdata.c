/* examples/worlds/deepdata.c - see deepdata.h. */
#include "deepdata.h"

#include <stdio.h>
#include <string.h>

#include "must.h"

enum { SPLIT_SEED = 42 };

/* ---- files ---- */

static bool load_cifar(deepdata_t *d, const char *folder, bool first_and_last, char *why, size_t size) {
    char file[32];
    int first = 0, last = 0;
    for (int k = 5; k >= 1; k--) {
        snprintf(file, sizeof file, "data_batch_%d.bin", k);
        if (!images_cifar_exists(folder, file)) continue;
        first = k;
        if (last == 0) last = k;
    }
    if (first == 0) {
        snprintf(why, size,
                 "%s holds no data_batch_1.bin ... data_batch_5.bin of CIFAR-10 (nor does its subfolder "
                 "cifar-10-batches-bin)",
                 folder);
        return false;
    }
    const bool apart = first_and_last && first != last;
    for (int k = first; k <= last; k++) {
        snprintf(file, sizeof file, "data_batch_%d.bin", k);
        if (!images_cifar_exists(folder, file) || (apart && k != first && k != last)) continue;
        if (!images_cifar(&d->file[apart && k == last], folder, file, why, size)) return false;
    }
    d->readout = &d->file[apart];
    return images_cifar(&d->file[2], folder, "test_batch.bin", why, size);
}

void deepdata_hold_out(images_t *im, size_t out, uint64_t seed) {
    const size_t pixels = 3 * im->height * im->width;
    uint32_t *order = must_alloc(im->n, sizeof *order);
    bool *left = must_alloc(im->n, sizeof *left);
    size_t kept = 0;
    views_permutation(order, im->n, seed, 0);
    for (size_t k = 0; k < out && k < im->n; k++) left[order[k]] = true;
    for (size_t k = 0; k < im->n; k++) {
        if (left[k]) continue;
        if (kept != k) memcpy(im->pixels + kept * pixels, im->pixels + k * pixels, pixels);
        if (im->labels != NULL) im->labels[kept] = im->labels[k];
        kept++;
    }
    im->n = kept;
    free(order), free(left);
}

static bool load_stl(deepdata_t *d, const char *folder, char *why, size_t size) {
    d->readout = &d->file[1];
    if (!images_stl(&d->file[0], folder, "unlabeled", why, size) ||
        !images_stl(&d->file[1], folder, "train", why, size) || !images_stl(&d->file[2], folder, "test", why, size))
        return false;
    deepdata_hold_out(&d->file[0], d->file[0].n / 20, SPLIT_SEED);
    deepdata_hold_out(&d->file[1], d->file[1].n / 10, SPLIT_SEED);
    return true;
}

bool deepdata_load(deepdata_t *d, const char *folder, int kind, uint64_t seed, int threads, char *why, size_t size) {
    memset(d, 0, sizeof *d);
    d->train = &d->file[0], d->test = &d->file[2];
    const bool good = kind == DEEPDATA_STL ? load_stl(d, folder, why, size)
                                           : load_cifar(d, folder, kind == DEEPDATA_CIFAR_SHORT, why, size);
    if (!good) {
        deepdata_free(d);
        return false;
    }
    d->views = kind == DEEPDATA_STL ? views_stl(seed) : views_cifar(seed);
    d->views.threads = threads;
    return true;
}

void deepdata_free(deepdata_t *d) {
    for (int k = 0; k < 3; k++) images_free(&d->file[k]);
}

/* ---- updates ---- */

size_t deepdata_updates(size_t n, size_t batch, bool whole) { return n / batch + (!whole && n % batch > 1); }

size_t deepdata_shown(size_t n, size_t batch, bool whole, size_t steps) {
    const size_t updates = deepdata_updates(n, batch, whole), rest = n % batch,
                 epoch = n / batch * batch + (!whole && rest > 1 ? rest : 0);
    return updates == 0 ? 0 : steps / updates * epoch + steps % updates * batch;
}

size_t deepdata_pairs(const deepdata_t *d, float *const x[2], uint32_t *order, size_t *ordered, size_t batch,
                      bool whole, bool shuffled, size_t step) {
    const size_t n = d->train->n, updates = deepdata_updates(n, batch, whole), epoch = step / updates,
                 first = step % updates * batch, count = n - first < batch ? n - first : batch,
                 pixels = 3 * d->train->height * d->train->width;
    if (epoch != *ordered) views_permutation(order, n, d->views.seed, *ordered = epoch);
    const uint32_t *index = order + first;
    for (int view = 0; view < 2; view++) views_make(&d->views, x[view], d->train, index, count, epoch, view);
    if (shuffled) {
        memmove(x[1] + pixels, x[1], (count - 1) * pixels * sizeof **x);
        views_make(&d->views, x[1], d->train, index + count - 1, 1, epoch, 1);
    }
    return count;
}
