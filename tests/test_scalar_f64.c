/* tests/test_scalar_f64.c - test_scalar.c in double. */
#define LPLI_F64
#include "test_scalar.c"
