/* optim/schedule.c - learning-rate schedule (theory 4.4). */
#include <float.h>
#include <math.h>

#include "core/error.h"
#include "lpl/optim.h"

lpl_status_t lpl_schedule_warmup_cosine(double *eta, double epoch, double base, double start, double end,
                                        uint64_t warmup, uint64_t epochs) {
    static const char fn[] = "lpl_schedule_warmup_cosine";
    if (!eta) return lpli_fail(LPL_E_NULL, fn, "eta is NULL");
    LPLI_TRY(lpli_check_finite(epoch, 0, DBL_MAX, fn, "epoch"));
    LPLI_TRY(lpli_check_finite(base, 0, DBL_MAX, fn, "base"));
    LPLI_TRY(lpli_check_finite(start, 0, DBL_MAX, fn, "start"));
    LPLI_TRY(lpli_check_finite(end, 0, DBL_MAX, fn, "end"));
    if (warmup >= epochs)
        return lpli_fail(LPL_E_ARG, fn, "warmup = %llu, need < epochs = %llu", (unsigned long long)warmup,
                         (unsigned long long)epochs);
    const double w = (double)warmup, n = (double)epochs;
    if (epoch < w)
        *eta = warmup > 1 && epoch < w - 1 ? start + epoch * (base - start) / (w - 1) : base;
    else if (epoch < n)
        *eta = end + (base - end) * (1 + cos(3.14159265358979323846 * (epoch - w) / (n - w))) / 2;
    else
        *eta = end;
    return LPL_OK;
}
