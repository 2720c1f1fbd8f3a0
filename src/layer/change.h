/* layer/change.h - weight_change of the report: sum |dw| / sum |w|, w from before. Only if the caller's report has room
 * for it: the weights are then copied piece by piece before they are changed, or, with SGD on one sample, compared
 * while they are. Sums go into parts (a tile, a channel, a block of units), each written by one task and added up in
 * order, so threads change no bit. */
#ifndef LPLI_CHANGE_H
#define LPLI_CHANGE_H

#include "layer/layer.h"

/* At the start of a step: will it be asked for? Then all sums are 0. */
void lpli_change_begin(lpl_layer_t *l, const lpl_report_t *report);
/* At its end. Weights that were all 0: 1 if they moved, else 0. */
double lpli_change_end(const lpl_layer_t *l);

/* Only if it is asked for: a row of n weights of a part, by lpli_update_rows with keep and by, or, if keep is NULL, by
 * lpli_optim_rows with x as gradient and by as scale. */
void lpli_change_row_f32(lpl_layer_t *l, size_t part, float *w, float *m, float *v, const float *x, size_t n,
                         const float *keep, float by, float decay);
void lpli_change_row_f64(lpl_layer_t *l, size_t part, double *w, double *m, double *v, const double *x, size_t n,
                         const double *keep, double by, double decay);

#endif
