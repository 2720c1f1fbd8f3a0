/* core/text.c - see text.h. The library may not depend on the host's locale, and firmware has no stdio: hence a
 * formatter of our own. */
#include "core/text.h"

#include <stdint.h>
#include <string.h>

typedef struct text_t {
    char *dst;
    size_t room; /* characters that still fit, without the NUL */
    size_t n;
} text_t;

static void put_char(text_t *t, char c) {
    if (t->n < t->room) t->dst[t->n++] = c;
}

static void put_string(text_t *t, const char *s) {
    if (!s) s = "(null)";
    while (*s) put_char(t, *s++);
}

static void put_unsigned(text_t *t, unsigned long long v) {
    char digits[20];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    while (n) put_char(t, digits[--n]);
}

/* ---- %g ---- */
enum {
    PRECISION = 6, /* significant digits of %g */
    LIMB_DIGITS = 9,
    LIMBS = 88 /* the longest exact number, the largest subnormal, has 767 digits */
};
#define LIMB_BASE 1000000000u

/* A natural number, base 10^9, lowest limb first. */
typedef struct natural_t {
    uint32_t limb[LIMBS];
    size_t n;
} natural_t;

static void multiply(natural_t *a, uint32_t by) {
    uint64_t carry = 0;
    for (size_t i = 0; i < a->n; i++) {
        carry += (uint64_t)a->limb[i] * by;
        a->limb[i] = (uint32_t)(carry % LIMB_BASE);
        carry /= LIMB_BASE;
    }
    while (carry) {
        a->limb[a->n++] = (uint32_t)(carry % LIMB_BASE);
        carry /= LIMB_BASE;
    }
}

/* mantissa * 2^exponent as natural * 10^tens, exactly: a negative power of two is 5^k / 10^k. */
static int to_natural(natural_t *a, uint64_t mantissa, int exponent) {
    a->n = 0;
    for (uint64_t m = mantissa; m; m /= LIMB_BASE) a->limb[a->n++] = (uint32_t)(m % LIMB_BASE);
    int tens = 0;
    if (exponent < 0) {
        tens = exponent;
        int k = -exponent;
        for (; k >= 13; k -= 13) multiply(a, 1220703125u); /* 5^13 */
        for (; k > 0; k--) multiply(a, 5);
    } else {
        int k = exponent;
        for (; k >= 29; k -= 29) multiply(a, 1u << 29);
        if (k) multiply(a, 1u << k);
    }
    return tens;
}

static int digit_at(const natural_t *a, size_t position) { /* 0: the lowest */
    uint32_t limb = a->limb[position / LIMB_DIGITS];
    for (size_t k = position % LIMB_DIGITS; k; k--) limb /= 10;
    return (int)(limb % 10);
}

/* First PRECISION digits, rounded half to even; returns the decimal exponent of the first one. */
static int leading_digits(char digit[PRECISION], uint64_t mantissa, int exponent) {
    natural_t a;
    int tens = to_natural(&a, mantissa, exponent);
    size_t count = a.n * LIMB_DIGITS;
    while (digit_at(&a, count - 1) == 0) count--;
    for (size_t k = 0; k < PRECISION; k++) digit[k] = (char)(k < count ? digit_at(&a, count - 1 - k) : 0);
    int first = tens + (int)count - 1;
    if (count <= PRECISION) return first;

    int next = digit_at(&a, count - 1 - PRECISION);
    int up = next > 5;
    if (next == 5) {
        up = digit[PRECISION - 1] & 1;
        for (size_t k = 0; k + 1 + PRECISION < count && !up; k++) up = digit_at(&a, k) != 0;
    }
    if (!up) return first;
    size_t k = PRECISION;
    while (k && digit[k - 1] == 9) digit[--k] = 0;
    if (k) {
        digit[k - 1]++;
        return first;
    }
    digit[0] = 1; /* 999999.5 -> 1e6 */
    return first + 1;
}

static void put_double(text_t *t, double v) {
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
    int biased = (int)(bits >> 52 & 0x7ff);
    if (bits >> 63) put_char(t, '-');
    if (biased == 0x7ff) {
        put_string(t, mantissa ? "nan" : "inf");
        return;
    }
    if (biased == 0 && mantissa == 0) {
        put_char(t, '0');
        return;
    }
    char digit[PRECISION];
    int first = biased ? leading_digits(digit, mantissa | UINT64_C(1) << 52, biased - 1075)
                       : leading_digits(digit, mantissa, -1074);
    int count = PRECISION;
    while (count > 1 && digit[count - 1] == 0) count--;

    if (first < -4 || first >= PRECISION) { /* d.ddde+XX */
        put_char(t, (char)('0' + digit[0]));
        if (count > 1) put_char(t, '.');
        for (int k = 1; k < count; k++) put_char(t, (char)('0' + digit[k]));
        put_char(t, 'e');
        put_char(t, first < 0 ? '-' : '+');
        unsigned size = (unsigned)(first < 0 ? -first : first);
        if (size < 10) put_char(t, '0');
        put_unsigned(t, size);
        return;
    }
    if (first < 0) put_string(t, "0.");
    for (int k = first + 1; k < 0; k++) put_char(t, '0');
    for (int k = 0; k < count || k <= first; k++) {
        put_char(t, (char)('0' + (k < PRECISION ? digit[k] : 0)));
        if (k == first && k + 1 < count) put_char(t, '.');
    }
}

/* ---- the formatter ---- */
static int starts(const char *s, const char *with) { return strncmp(s, with, strlen(with)) == 0; }

size_t lpli_vformat(char *dst, size_t room, const char *fmt, va_list args) {
    text_t t = {.dst = dst, .room = room - 1};
    while (*fmt) {
        if (*fmt != '%') {
            put_char(&t, *fmt++);
        } else if (starts(fmt, "%s")) {
            put_string(&t, va_arg(args, const char *));
            fmt += 2;
        } else if (starts(fmt, "%d")) {
            int v = va_arg(args, int);
            if (v < 0) put_char(&t, '-');
            put_unsigned(&t, v < 0 ? 0ull - (unsigned long long)v : (unsigned long long)v);
            fmt += 2;
        } else if (starts(fmt, "%zu")) {
            put_unsigned(&t, va_arg(args, size_t));
            fmt += 3;
        } else if (starts(fmt, "%llu")) {
            put_unsigned(&t, va_arg(args, unsigned long long));
            fmt += 4;
        } else if (starts(fmt, "%g")) {
            put_double(&t, va_arg(args, double));
            fmt += 2;
        } else { /* %% */
            put_char(&t, '%');
            fmt += starts(fmt, "%%") ? 2 : 1;
        }
    }
    dst[t.n] = '\0';
    return t.n;
}

size_t lpli_format(char *dst, size_t room, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    size_t n = lpli_vformat(dst, room, fmt, args);
    va_end(args);
    return n;
}
