/* examples/worlds/deepfigures.h - the figures of examples/paper/deep_images.c. */
#ifndef EXAMPLES_DEEPFIGURES_H
#define EXAMPLES_DEEPFIGURES_H

#include "condition.h"
#include "deepjudge.h"
#include "figure.h"

/* Of condition c's lines (figure.h): full ones for the terms and controls, dashed ones for the variants. */
int deepfigures_colour(int c);
int deepfigures_dash(int c);

/* The 3 x 3 x 3 weights of the n units of the first layer, each scaled to its largest: filters_NAME. Nothing is drawn
 * of fewer than DEEPFIGURES_FILTERS units: so few patches of nine pixels say nothing to the eye. */
enum { DEEPFIGURES_FILTERS = 64 };
void deepfigures_filters(lpl_stack_t *net, size_t n, const char *folder, const char *name);

/* Both accuracies and the dimension by layer, of the conditions that are done: accuracy_by_depth. */
void deepfigures_depth(const deepjudge_t r[CONDITIONS], const char *folder);

/* Both accuracies of every layer of condition c against the pairs seen, from its log (deeplearn.h); level: NULL, or the
 * random network, whose accuracies stand at the left: curve_NAME. Nothing is drawn of a single point. */
void deepfigures_curve(const char *folder, int c, const deepjudge_t *level);

/* The losses of the first and the last layer over steps, from the logs (losslog.h) of the conditions that learned:
 * losses. */
void deepfigures_losses(const char *folder, const bool learned[CONDITIONS]);

#endif
