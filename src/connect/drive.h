/* connect/drive.h - what the spikes of a step do: weights onto post neurons, jumps of traces. */
#ifndef LPLI_DRIVE_H
#define LPLI_DRIVE_H

#include "connect/connect.h"
#include "connect/spikes.h"
#include "core/kernel.h"

/* g[i] += w[k] for every synapse k, onto i, of each neuron in the row of bits: neurons ascending, one addition per
 * synapse. */
LPLI_KERNEL(void, lpli_drive, (real * g, const real *w, const lpli_csr_t *csr, const uint64_t *row));

/* With weights below this in size a finite conductance stays finite: they are less than half of the last place of the
 * largest number. Others have to be asked: the first post neuron in which lpli_drive would leave NaN or infinity,
 * n_post if there is none. Changes nothing; takes n_post / LPLI_PIECE times as long. */
#define LPLI_DRIVE_SAFE (sizeof(real) == sizeof(double) ? 0x1p969 : 0x1p102)
size_t R(lpli_drive_overflows)(const real *g, const real *w, const lpli_csr_t *csr, const uint64_t *row);

/* A trace of n neurons: x = k (x + S), S from the row of bits. What fell below LPLI_TRACE_MIN becomes 0, so that a
 * quiet input does not reach denormals. x >= 0. */
#define LPLI_TRACE_MIN ((real)1e-30)
LPLI_KERNEL(void, lpli_trace, (real * x, size_t n, const uint64_t *row, real k));

/* `steps` of them without a spike. */
LPLI_KERNEL(void, lpli_trace_idle, (real * x, size_t n, real k, size_t steps));

/* n values of any sign: below LPLI_TRACE_MIN in size they become 0. */
LPLI_KERNEL(void, lpli_quiet, (real * x, size_t n));

#endif
