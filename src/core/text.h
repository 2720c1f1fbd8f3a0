/* core/text.h - write short texts into a fixed buffer: no stdio, no locale, no allocation. */
#ifndef LPLI_TEXT_H
#define LPLI_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* Format into dst[0 .. room-1], room >= 1; always NUL-terminated, what does not fit is cut. Returns the length written.
 * Knows %s, %d (int), %zu (size_t), %llu (unsigned long long), %g (double: as C's in the "C" locale) and %%. */
size_t lpli_format(char *dst, size_t room, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
size_t lpli_vformat(char *dst, size_t room, const char *fmt, va_list args) __attribute__((format(printf, 3, 0)));

#endif
