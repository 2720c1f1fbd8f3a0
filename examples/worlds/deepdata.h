/* examples/worlds/deepdata.h - what a deep network learns from and is judged by: CIFAR-10 or STL-10 (theory 4.3), and
 * the pairs of views of each update. */
#ifndef EXAMPLES_DEEPDATA_H
#define EXAMPLES_DEEPDATA_H

#include "views.h"

/* CIFAR        all data_batch_N.bin that are there, for learning and, with their labels, for the readout; test_batch
 * CIFAR_SHORT  the first file that is there for learning, the last one for the readout (a single one for both), as in
 *              the short runs of the published code
 * STL          a twentieth of the unlabelled images is left out (95 000 of 100 000 learn), a tenth of the labelled ones
 *              (4 500 of 5 000 train the readout), both drawn by number 42; the test is whole. The published code draws
 *              by the same number, with another generator, so it leaves out others */
enum { DEEPDATA_CIFAR, DEEPDATA_CIFAR_SHORT, DEEPDATA_STL };

typedef struct deepdata_t {
    images_t file[3];
    const images_t *train, *readout, *test; /* of these; train and readout may be one */
    views_t views;
} deepdata_t;

/* Read the files of FOLDER or of the subfolder that the archives unpack; seed: of the views. false and a sentence in
 * why (size bytes); then there is nothing to free. */
bool deepdata_load(deepdata_t *d, const char *folder, int kind, uint64_t seed, int threads, char *why, size_t size);
void deepdata_free(deepdata_t *d);

/* Leave out `out` images, the same ones for the same n, out and seed; the others keep their order. */
void deepdata_hold_out(images_t *images, size_t out, uint64_t seed);

/* Updates of one pass over n images: the last one takes what is left, if that is more than one image (a single one has
 * no variance); whole: full batches alone. */
size_t deepdata_updates(size_t n, size_t batch, bool whole);
/* Pairs that `steps` updates show. */
size_t deepdata_shown(size_t n, size_t batch, bool whole, size_t steps);

/* The pairs of the update after `step` others. x[0], x[1]: batch x 3 x height x width; order: train->n numbers, and
 * *ordered: of which epoch (SIZE_MAX at first). shuffled: the second view belongs to another image of the batch, the
 * one before. Returns how many pairs there are. */
size_t deepdata_pairs(const deepdata_t *d, float *const x[2], uint32_t *order, size_t *ordered, size_t batch,
                      bool whole, bool shuffled, size_t step);

#endif
