/* rule/forms_real.c - between the rule's type and samples in double (forms.h). */
#include "rule/forms.h"

void R(lpli_forms_gather)(const lpli_forms_t *f, double *to, const real *z, size_t ldz, size_t Q) {
    const size_t P = f->units;
    for (size_t r = 0; r < f->rows; r++) {
        const real *from = z + r / Q * ldz + r % Q;
        for (size_t i = 0; i < P; i++) to[r * P + i] = (double)from[i * Q];
    }
}

void R(lpli_forms_add)(real *delta, size_t ldd, const double *term, size_t batch, size_t units, size_t Q, int set) {
    for (size_t r = 0; r < batch * Q; r++) {
        real *to = delta + r / Q * ldd + r % Q;
        for (size_t i = 0; i < units; i++) {
            const real t = (real)term[r * units + i];
            to[i * Q] = set ? t : to[i * Q] + t;
        }
    }
}
