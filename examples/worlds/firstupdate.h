/* examples/worlds/firstupdate.h - is the first update of a layer, or of each layer of a stack, the one that its
 * equation demands? A second's check before minutes of learning: what a long run shows late, or not at all (a gain of
 * the wrong power), is here a number that is far from 1.
 *
 * The slope of a loss L (lplloss.h) along its gradient G is |G|^2. G is what the layer has taken: the first moment of
 * Adam after an update, or the change of the weights. And the weights times G are what the loss changes by when all
 * responses grow in proportion, which is known in closed form: there nothing turns on the way, and a missing B - 1 or 2
 * is seen. */
#ifndef EXAMPLES_FIRSTUPDATE_H
#define EXAMPLES_FIRSTUPDATE_H

#include <stdbool.h>

#include "lplloss.h"
#include "table.h"
#include "vgg.h"

/* Of the slope: rectifiers and maxima turn on the way. FIRSTUPDATE_PAIRS: as many are enough. */
#define FIRSTUPDATE_TOLERANCE 0.05
enum { FIRSTUPDATE_PAIRS = 64 };

typedef struct firstupdate_t {
    bool adam;
    bool rounded;     /* slope is one of rounding: responses to different inputs hardly differ somewhere */
    double slope;     /* along G, divided by |G|^2: 1; of the layer that is furthest from it */
    double loss;      /* as reported, divided by L; likewise */
    double scale;     /* 1 + (weights times G - what that must be) / the sizes of its terms; likewise */
    double step;      /* of Adam: how far the weights went, over how far its first step goes; likewise */
    double strangers; /* pull of the first layer / that of rows which do not belong together; NaN: too few rows */
} firstupdate_t;

/* One update of a layer that has not learned yet, on `batch` rows of x0 (the past, or the other view) and x1, ld apart.
 * It ends up with its start values and that update's moments. */
firstupdate_t firstupdate_layer(lpl_layer_t *l, bool symmetric, const float *x0, const float *x1, size_t ld,
                                size_t batch);
/* Of a network of such settings, all layers, on v->batch pairs; its start values scaled so that all layers respond.
 * Statistics of the batch, no head, no forms of its terms. */
firstupdate_t firstupdate_vgg(const vgg_t *v, const float *x0, const float *x1);

/* Can it be looked at? */
bool firstupdate_fits(const vgg_t *v);

/* Its rows. pairs: need of the row that says that what belongs together is shown together (TABLE_*), or -1: none. */
void firstupdate_judge(table_t *t, const firstupdate_t *f, int pairs, const char *what);

#endif
