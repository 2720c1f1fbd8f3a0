/* examples/worlds/npy.c - read and write NumPy .npy files (format 1.0, 2.0 and 3.0), with every check a foreign file
 * needs.
 *
 * The format: magic \x93NUMPY, version (1,0: header length of 2 bytes; 2,0 and 3,0: of 4), little-endian header length,
 * a dictionary {'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), } padded with spaces and ended by a newline,
 * then the elements.
 */
#include "npy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HEADER 65536u

static const struct {
    const char *descr;
    size_t size;
} types[] = {{"<f8", 8}, {"<f4", 4}, {"<i4", 4}, {"<i8", 8}, {"|u1", 1}};

static const int n_types = (int)(sizeof types / sizeof types[0]);

size_t npy_size(int type) { return type >= 0 && type < n_types ? types[type].size : 0; }

static int npy_fail(char *error, size_t n, const char *path, const char *format, ...) {
    if (error != NULL && n > 0) {
        int used = snprintf(error, n, "%s: ", path);
        if (used >= 0 && (size_t)used < n) {
            va_list list;
            va_start(list, format);
            vsnprintf(error + used, n - (size_t)used, format, list);
            va_end(list);
        }
    }
    return -1;
}

/* Files are little-endian; on a big-endian host each element is turned round. */
static void to_host_order(unsigned char *data, size_t count, size_t size) {
    const uint16_t probe = 1;
    if (*(const unsigned char *)&probe == 1 || size == 1) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned char *e = data + i * size;
        for (size_t lo = 0, hi = size - 1; lo < hi; lo++, hi--) {
            unsigned char t = e[lo];
            e[lo] = e[hi];
            e[hi] = t;
        }
    }
}

/* -- the dictionary
 * ------------------------------------------------------------------------------------------------- */

static const char *skip_space(const char *s) {
    while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r') {
        s++;
    }
    return s;
}

/* A quoted string into out; returns what follows it, or NULL. */
static const char *take_string(const char *s, char *out, size_t n) {
    const char quote = *s;
    if (quote != '\'' && quote != '"') {
        return NULL;
    }
    size_t k = 0;
    for (s++; *s != quote; s++) {
        if (*s == '\0' || k + 1 >= n) {
            return NULL;
        }
        out[k++] = *s;
    }
    out[k] = '\0';
    return s + 1;
}

/* A tuple of sizes such as (), (3,) or (2, 3). Files hold 64-bit sizes: one that a size_t does not hold is the largest
 * size_t, of which no element can be addressed. */
static const char *take_shape(const char *s, npy_t *a) {
    if (*s != '(') {
        return NULL;
    }
    s = skip_space(s + 1);
    a->n_dims = 0;
    while (*s != ')') {
        if (a->n_dims == NPY_MAX_DIMS || *s < '0' || *s > '9') {
            return NULL;
        }
        uint64_t v = 0;
        for (; *s >= '0' && *s <= '9'; s++) {
            const unsigned digit = (unsigned)(*s - '0');
            if (v > (UINT64_MAX - digit) / 10) {
                return NULL;
            }
            v = 10 * v + digit;
        }
        s += *s == 'L'; /* Python 2 on Windows wrote (24L,) */
        a->shape[a->n_dims++] = v < SIZE_MAX ? (size_t)v : SIZE_MAX;
        s = skip_space(s);
        if (*s == ',') {
            s = skip_space(s + 1);
        } else if (*s != ')') {
            return NULL;
        }
    }
    return s + 1;
}

/* Read the whole dictionary. Returns NULL, or what is wrong with it. */
static const char *parse_header(const char *s, npy_t *a, int *fortran, char descr[16]) {
    int seen = 0; /* bit 0 descr, 1 fortran_order, 2 shape */
    s = skip_space(s);
    if (*s != '{') {
        return "the header is not a dictionary";
    }
    s = skip_space(s + 1);
    while (*s != '}') {
        char key[32];
        s = take_string(s, key, sizeof key);
        if (s == NULL) {
            return "the header has no readable key";
        }
        s = skip_space(s);
        if (*s != ':') {
            return "the header lacks a colon after a key";
        }
        s = skip_space(s + 1);
        if (strcmp(key, "descr") == 0) {
            s = take_string(s, descr, 16);
            if (s == NULL) {
                return "descr is not a plain type name (structured arrays are not supported)";
            }
            seen |= 1;
        } else if (strcmp(key, "fortran_order") == 0) {
            if (strncmp(s, "True", 4) == 0) {
                *fortran = 1;
                s += 4;
            } else if (strncmp(s, "False", 5) == 0) {
                *fortran = 0;
                s += 5;
            } else {
                return "fortran_order is neither True nor False";
            }
            seen |= 2;
        } else if (strcmp(key, "shape") == 0) {
            s = take_shape(s, a);
            if (s == NULL) {
                return "shape is not a tuple of at most 8 sizes";
            }
            seen |= 4;
        } else {
            return "the header has an unknown key";
        }
        s = skip_space(s);
        if (*s == ',') {
            s = skip_space(s + 1);
        } else if (*s != '}') {
            return "the header is not a well-formed dictionary";
        }
    }
    return seen == 7 ? NULL : "the header lacks descr, fortran_order or shape";
}

/* -- reading
 * -------------------------------------------------------------------------------------------------------- */

/* Fortran order to C order, by walking the C index and computing the Fortran position. */
static int transpose(npy_t *a) {
    const size_t size = npy_size(a->type);
    size_t index[NPY_MAX_DIMS] = {0};
    unsigned char *out = malloc(a->count * size > 0 ? a->count * size : 1);
    if (out == NULL) {
        return -1;
    }
    for (size_t i = 0; i < a->count; i++) {
        size_t from = 0;
        for (int d = a->n_dims - 1; d >= 0; d--) {
            from = from * a->shape[d] + index[d];
        }
        memcpy(out + i * size, (const unsigned char *)a->data + from * size, size);
        for (int d = a->n_dims - 1; d >= 0; d--) {
            if (++index[d] < a->shape[d]) {
                break;
            }
            index[d] = 0;
        }
    }
    free(a->data);
    a->data = out;
    return 0;
}

/* The head of the file: type, shape and order. Returns 0 or -1. */
static int read_head(FILE *f, npy_t *a, int *fortran, const char *path, char *error, size_t n) {
    unsigned char head[12];
    if (fread(head, 1, 8, f) != 8) {
        return npy_fail(error, n, path,
                        "truncated: fewer than 8 bytes, an .npy file starts with \\x93NUMPY and a version");
    }
    if (memcmp(head, "\x93NUMPY", 6) != 0) {
        return npy_fail(error, n, path, "not an .npy file: it does not start with \\x93NUMPY");
    }
    /* 3.0 is 2.0 with a header in UTF-8, for names of fields: those are refused by what they are. */
    if (head[6] < 1 || head[6] > 3 || head[7] != 0) {
        return npy_fail(error, n, path, "format version %d.%d, may be 1.0, 2.0 or 3.0", head[6], head[7]);
    }
    const size_t n_length = head[6] == 1 ? 2 : 4;
    if (fread(head + 8, 1, n_length, f) != n_length) {
        return npy_fail(error, n, path, "truncated in the header length");
    }
    uint32_t length = (uint32_t)head[8] | (uint32_t)head[9] << 8;
    if (n_length == 4) {
        length |= (uint32_t)head[10] << 16 | (uint32_t)head[11] << 24;
    }
    if (length > MAX_HEADER) {
        return npy_fail(error, n, path, "a header of %lu bytes, may be at most %u", (unsigned long)length, MAX_HEADER);
    }
    char *text = malloc((size_t)length + 1);
    if (text == NULL) {
        return npy_fail(error, n, path, "no memory for the header");
    }
    if (fread(text, 1, length, f) != length) {
        free(text);
        return npy_fail(error, n, path, "truncated in the header of %lu bytes", (unsigned long)length);
    }
    text[length] = '\0';
    char descr[16] = "";
    const char *wrong = parse_header(text, a, fortran, descr);
    free(text);
    if (wrong != NULL) {
        return npy_fail(error, n, path, "%s", wrong);
    }
    for (a->type = 0; a->type < n_types; a->type++) {
        if (strcmp(descr, types[a->type].descr) == 0) {
            return 0;
        }
    }
    return npy_fail(error, n, path, "descr is '%s', may be '<f8', '<f4', '<i4', '<i8' or '|u1'", descr);
}

static int read_file(FILE *f, npy_t *a, const char *path, char *error, size_t n) {
    int fortran = 0;
    if (read_head(f, a, &fortran, path, error, n) != 0) {
        return -1;
    }
    const size_t size = npy_size(a->type);
    /* A shape with a 0 has no elements, however large its other sizes are. */
    a->count = 1;
    for (int d = 0; d < a->n_dims; d++) {
        if (a->shape[d] == 0) {
            a->count = 0;
        }
    }
    for (int d = 0; d < a->n_dims && a->count > 0; d++) {
        if (a->shape[d] > (size_t)PTRDIFF_MAX / size / a->count) {
            return npy_fail(error, n, path, "the shape has more elements than this machine can address");
        }
        a->count *= a->shape[d];
    }
    /* The file must really hold what its header claims, before memory is taken for it. */
    const size_t bytes = a->count * size;
    const long start = ftell(f);
    if (start < 0 || fseek(f, 0, SEEK_END) != 0) {
        return npy_fail(error, n, path, "cannot be measured: %s", strerror(errno));
    }
    const long end = ftell(f);
    if (end < start || fseek(f, start, SEEK_SET) != 0) {
        return npy_fail(error, n, path, "cannot be measured: %s", strerror(errno));
    }
    const size_t have = (size_t)(end - start);
    if (have < bytes) {
        return npy_fail(error, n, path, "truncated: %zu bytes of data, the shape needs %zu", have, bytes);
    }
    if (have > bytes) {
        return npy_fail(error, n, path, "%zu bytes of data, the shape needs only %zu", have, bytes);
    }
    a->data = malloc(bytes > 0 ? bytes : 1);
    if (a->data == NULL) {
        return npy_fail(error, n, path, "no memory for %zu bytes", bytes);
    }
    if (fread(a->data, 1, bytes, f) != bytes) {
        return npy_fail(error, n, path, "read error: %s", strerror(errno));
    }
    to_host_order(a->data, a->count, size);
    if (fortran && transpose(a) != 0) {
        return npy_fail(error, n, path, "no memory to transpose %zu bytes", bytes);
    }
    return 0;
}

int npy_read(npy_t *a, const char *path, char *error, size_t n) {
    memset(a, 0, sizeof *a);
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return npy_fail(error, n, path, "cannot be opened: %s", strerror(errno));
    }
    const int result = read_file(f, a, path, error, n);
    fclose(f);
    if (result != 0) {
        npy_free(a);
    }
    return result;
}

/* -- writing
 * -------------------------------------------------------------------------------------------------------- */

int npy_write(const char *path, int type, int n_dims, const size_t *shape, const void *data, char *error, size_t n) {
    const size_t size = npy_size(type);
    if (size == 0 || n_dims < 0 || n_dims > NPY_MAX_DIMS) {
        return npy_fail(error, n, path, "type %d with %d dimensions, may be NPY_F8 .. NPY_U1 with 0 .. %d", type,
                        n_dims, NPY_MAX_DIMS);
    }
    char tuple[NPY_MAX_DIMS * 24 + 4] = "(";
    size_t count = 1;
    for (int d = 0; d < n_dims; d++) {
        const size_t used = strlen(tuple);
        snprintf(tuple + used, sizeof tuple - used, "%zu%s", shape[d], n_dims == 1 ? "," : d + 1 < n_dims ? ", " : "");
        count *= shape[d];
    }
    char head[512];
    int used = snprintf(head + 10, sizeof head - 10, "{'descr': '%s', 'fortran_order': False, 'shape': %s), }",
                        types[type].descr, tuple);
    size_t total = 10 + (size_t)used + 1;
    while (total % 64 != 0) {
        total++;
    }
    memset(head + 10 + used, ' ', total - 11 - (size_t)used);
    head[total - 1] = '\n';
    memcpy(head, "\x93NUMPY\x01\x00", 8);
    head[8] = (char)((total - 10) & 255);
    head[9] = (char)((total - 10) >> 8);

    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        return npy_fail(error, n, path, "cannot be created: %s", strerror(errno));
    }
    int ok = fwrite(head, 1, total, f) == total;
    for (size_t i = 0; i < count && ok; i++) {
        unsigned char e[8];
        memcpy(e, (const unsigned char *)data + i * size, size);
        to_host_order(e, 1, size);
        ok = fwrite(e, 1, size, f) == size;
    }
    ok = fclose(f) == 0 && ok;
    return ok ? 0 : npy_fail(error, n, path, "write error: %s", strerror(errno));
}

/* -- elements
 * ------------------------------------------------------------------------------------------------------- */

double npy_get(const npy_t *a, size_t i) {
    switch (a->type) {
    case NPY_F8: return ((const double *)a->data)[i];
    case NPY_F4: return (double)((const float *)a->data)[i];
    case NPY_I4: return (double)((const int32_t *)a->data)[i];
    case NPY_I8: return (double)((const int64_t *)a->data)[i];
    default: return (double)((const uint8_t *)a->data)[i];
    }
}

double *npy_to_f64(const npy_t *a) {
    double *out = calloc(a->count > 0 ? a->count : 1, sizeof *out);
    for (size_t i = 0; out != NULL && i < a->count; i++) {
        out[i] = npy_get(a, i);
    }
    return out;
}

float *npy_to_f32(const npy_t *a) {
    float *out = calloc(a->count > 0 ? a->count : 1, sizeof *out);
    for (size_t i = 0; out != NULL && i < a->count; i++) {
        out[i] = (float)npy_get(a, i);
    }
    return out;
}

int32_t *npy_to_i32(const npy_t *a) {
    int32_t *out = calloc(a->count > 0 ? a->count : 1, sizeof *out);
    for (size_t i = 0; out != NULL && i < a->count; i++) {
        const double v = npy_get(a, i);
        if (!(v >= INT32_MIN && v <= INT32_MAX) || v != (double)(int32_t)v) {
            free(out);
            return NULL;
        }
        out[i] = (int32_t)v;
    }
    return out;
}

void npy_free(npy_t *a) {
    free(a->data);
    memset(a, 0, sizeof *a);
}
