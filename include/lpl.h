/* lpl.h - liblpl: local, self-supervised plasticity (Latent Predictive Learning; Halvagal & Zenke, Nature Neuroscience
 * 2023).
 *
 * The everyday path is five calls: lpl_layer_config_init, lpl_layer_create, lpl_update (or lpl_update_online),
 * lpl_layer_read, lpl_layer_destroy. Link with -llpl (pkg-config lpl).
 *
 * Rules of this API
 *   Status     Functions return lpl_status_t: 0 done, negative error, positive "done, but look". lpl_last_error() has
 *              one sentence of detail. On error outputs and objects are as before (exceptions are named where they
 *              exist).
 *   Never      print, abort, exit, set errno, read the environment or the locale, start threads unasked.
 *   Arguments  handle, outputs, in/outs, inputs, scalars, callback, user pointer; a length or leading dimension follows
 *   its array.
 *              Functions that make an object take the place for the new handle last.
 *   Arrays     belong to the caller; no pointer is kept after return (exception: lpl_layer_borrow_weights).
 *   Matrices   pointer + leading dimension in elements, row-major, ld >= row length; no alignment needed. Inputs may
 *              not overlap outputs. A count of 0 is legal where not excluded; the pointer may then be NULL.
 *   Sizes      any count above PTRDIFF_MAX (a negative number from another language) is LPL_E_SIZE.
 *   Types      plain name: float; suffix _f64: double. Scalar parameters are always double.
 *   Configs    sized structs: call ..._config_init(&cfg, sizeof cfg), change what you like, create. They only ever grow
 *              at the end.
 *   Memory     is taken at create; update and step calls allocate nothing.
 *   Threads    const handle: calls may run together; otherwise exclusive access. No global state but one atomic flag
 *              (lpl/threads.h): in a child that was forked after threads were used, calls run on one thread, with the
 *              same bits.
 *   Numbers    the same bits for any thread count, and run(N + M) = run(N), save, load, run(M), on one CPU type and
 *              BLIS version.
 *   Units      the rate API has none, time is counted in samples; the spiking API is in SI units (s, V, Hz).
 */
#ifndef LPL_H
#define LPL_H

#include "lpl/status.h"
#include "lpl/version.h"
#include "lpl/threads.h"

#include "lpl/random.h"
#include "lpl/state.h"
#include "lpl/stats.h"

#include "lpl/activation.h"
#include "lpl/optim.h"
#include "lpl/rule.h"

#include "lpl/layer.h"
#include "lpl/stack.h"
#include "lpl/reduce.h"

#include "lpl/metrics.h"

#include "lpl/connect.h"
#include "lpl/lif.h"
#include "lpl/projection.h"
#include "lpl/record.h"
#include "lpl/source.h"
#include "lpl/spiking.h"
#include "lpl/network.h"
#include "lpl/part.h"

#include "lpl/file.h"

#endif
