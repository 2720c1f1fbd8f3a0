/* core/status_table.h - the status codes: name and meaning, once. */
#ifndef LPLI_STATUS_TABLE_H
#define LPLI_STATUS_TABLE_H

#include "lpl/status.h"

/* clang-format off */
#define LPLI_STATUS_TABLE(X) \
    X(LPL_OK, "done") \
    X(LPL_COLLAPSED, "done, but the response of every unit is constant") \
    X(LPL_LOOK, "done, but the verdict on a spiking projection has changed: look at its report") \
    X(LPL_E_ARG, "an argument or config value is out of its range") \
    X(LPL_E_NULL, "a pointer that is needed is NULL") \
    X(LPL_E_SIZE, "a count or leading dimension does not fit") \
    X(LPL_E_DTYPE, "float data for a float64 object, or double data for a float32 object") \
    X(LPL_E_OVERLAP, "arrays that must be separate share memory") \
    X(LPL_E_VERSION, "a struct or state file of another version of liblpl that this one cannot serve") \
    X(LPL_E_MEMORY, "not enough memory") \
    X(LPL_E_UNSUPPORTED, "this build or this CPU cannot do what was asked for") \
    X(LPL_E_NONFINITE, "a value is NaN or infinite") \
    X(LPL_E_FORMAT, "the state file is truncated, damaged, or of another kind") \
    X(LPL_E_IO, "the read or write function of the caller reported a failure") \
    X(LPL_E_UNITS, "a time constant cannot be in the documented unit") \
    X(LPL_E_ORDER, "this call needs another one before it") \
    X(LPL_E_REDUCE, "the reduce function of the caller reported a failure, or another rank has refused the call")
/* clang-format on */

#endif
