/* examples/worlds/swapfigures.h - the figures of examples/paper/swap.c. */
#ifndef EXAMPLES_SWAPFIGURES_H
#define EXAMPLES_SWAPFIGURES_H

#include "swaplearn.h"

/* Selectivity over exposures at the swap and the non-swap place and of control objects, and responses to the
 * preferred and the other object about their common start; model above (every run; both_ways: means of runs with sets 1
 * and 2 exchanged), in vivo below: swap. false after a sentence on stderr. */
bool swapfigures_curves(const swap_run_t *run, size_t n, long exposures, bool both_ways, const char *folder);

/* One image on the canvas, at each place, and the other one of its pair where it is swapped: swap_canvas. mean, sd:
 * of the channels. */
bool swapfigures_canvas(const float *images, size_t side, const double mean[3], const double sd[3], const char *folder);

#endif
