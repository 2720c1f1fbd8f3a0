/* conv/lanes_pack_ukr.c - see conv/lanes.h: the ways between arrays of images and lanes. */
#include "conv/lanes.h"
#include "linalg/transpose.h"

#define MR LPLI_LANES_MR(LANES)
#define NR (2 * LANES)
#define AHEAD 128 /* elements: rows of a large matrix are too many streams for the hardware to prefetch */

/* Up to LANES rows of in, each len <= LANES elements, turned; missing ones are 0. */
static inline void load_turned(lpli_vec *t, const real *in, size_t ld, size_t rows, size_t len) {
    if (len == (size_t)LANES && rows == (size_t)LANES) {
        LANE_LOOP t[i] = *(const lpli_vec *)(const void *)(in + (size_t)i * ld);
    } else if (len == (size_t)LANES) { /* a size that is no constant would be a call for each row */
        LANE_LOOP t[i] = (size_t)i < rows ? *(const lpli_vec *)(const void *)(in + (size_t)i * ld) : (lpli_vec){0};
    } else {
        LANE_LOOP {
            t[i] = (lpli_vec){0};
            if ((size_t)i < rows) memcpy(&t[i], in + (size_t)i * ld, len * sizeof(real));
        }
    }
    transpose(t);
}

void K(lpli_lanes_images)(real *xl, size_t row, size_t step, const real *x, size_t ldx, size_t n, size_t channels,
                          size_t positions) {
    const size_t length = channels * positions, L = (size_t)LANES;
    for (size_t first = 0; first < n; first += L) {
        size_t c = 0, p = 0;
        for (size_t j = 0; j < length; j += L) {
            const size_t len = lpli_at_most(L, length - j);
            lpli_vec t[LANES];
            load_turned(t, x + first * ldx + j, ldx, lpli_at_most(L, n - first), len);
            for (size_t i = 0; i < len; i++) {
                memcpy(xl + (p * step + c) * row + first, &t[i], sizeof t[i]);
                if (++p == positions) p = 0, c++;
            }
        }
    }
}

/* row is a constant at each call. */
static inline __attribute__((always_inline)) void flush(real *y, size_t ldy, size_t n, const real *in, size_t row,
                                                        size_t rows) {
    const size_t L = (size_t)LANES;
    for (size_t first = 0; first < n; first += L)
        for (size_t r = 0; r < rows; r += L) {
            const size_t images = lpli_at_most(L, n - first), len = lpli_at_most(L, rows - r);
            lpli_vec t[LANES];
            load_turned(t, in + r * row + first, row, len, L);
            if (len == L)
                for (size_t i = 0; i < images; i++) memcpy(y + (first + i) * ldy + r, &t[i], sizeof t[i]);
            else
                for (size_t i = 0; i < images; i++) memcpy(y + (first + i) * ldy + r, &t[i], len * sizeof(real));
        }
}

void K(lpli_lanes_flush)(real *y, size_t ldy, size_t n, const real *in, size_t row, size_t rows) {
    if (row == NR)
        flush(y, ldy, n, in, NR, rows);
    else
        flush(y, ldy, n, in, LANES, rows);
}

void K(lpli_lanes_weights)(real *panel, size_t m, size_t mt, const real *w, size_t ldw, size_t channels, size_t taps) {
    const size_t length = channels * taps, L = (size_t)LANES;
    size_t c = 0, tap = 0;
    for (size_t j = 0; j < length; j += L) {
        const size_t len = lpli_at_most(L, length - j);
        lpli_vec t[LANES];
        for (size_t i = 0; i < m; i++) __builtin_prefetch(w + i * ldw + j + AHEAD);
        load_turned(t, w + j, ldw, m, len);
        for (size_t i = 0; i < len; i++) {
            real *out = panel + (tap * channels + c) * mt;
            if (mt == MR) /* a constant count */
                memcpy(out, &t[i], MR * sizeof(real));
            else
                memcpy(out, &t[i], mt * sizeof(real));
            if (++tap == taps) tap = 0, c++;
        }
    }
}

void K(lpli_lanes_channels)(real *xc, size_t block, size_t step, size_t apart, const real *x, size_t ldx, size_t n,
                            size_t plane, size_t channels, size_t positions) {
    const size_t L = (size_t)LANES;
    for (size_t p = 0; p < positions; p += L) {
        const size_t len = lpli_at_most(L, positions - p);
        for (size_t image = 0; image < n; image++)
            for (size_t c = 0; c < channels; c += L) {
                real *out = xc + c / (2 * L) * block + p * step + image * apart + c % (2 * L);
                lpli_vec t[LANES];
                load_turned(t, x + image * ldx + c * plane + p, plane, lpli_at_most(L, channels - c), len);
                for (size_t i = 0; i < len; i++) memcpy(out + i * step, &t[i], sizeof t[i]);
            }
    }
}

void K(lpli_lanes_taps)(real *w, const real *in, size_t step, size_t channels, size_t taps) {
    if (taps != 9 || LANES < 9) {
        for (size_t c = 0; c < channels; c++)
            for (size_t tap = 0; tap < taps; tap++) *w++ = in[tap * step + c];
        return;
    }
    for (size_t c = 0; c < channels; c += (size_t)LANES) {
        lpli_vec t[LANES];
        LANE_LOOP t[i] = i < 9 ? *(const lpli_vec *)(const void *)(in + (size_t)i * step + c) : (lpli_vec){0};
        transpose(t);
        for (size_t i = 0; i < lpli_at_most((size_t)LANES, channels - c); i++, w += 9)
            memcpy(w, &t[i], (LANES < 9 ? LANES : 9) * sizeof(real));
    }
}
