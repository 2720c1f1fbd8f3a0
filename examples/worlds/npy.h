/* examples/worlds/npy.h - read and write NumPy .npy files (format 1.0 and 2.0), with every check a foreign file
 * needs. */
#ifndef LPL_EXAMPLES_NPY_H
#define LPL_EXAMPLES_NPY_H

#include <stddef.h>
#include <stdint.h>

enum {
    NPY_F8 = 0, /* '<f8' double  */
    NPY_F4 = 1, /* '<f4' float   */
    NPY_I4 = 2, /* '<i4' int32_t */
    NPY_I8 = 3, /* '<i8' int64_t */
    NPY_U1 = 4  /* '|u1' uint8_t */
};

#define NPY_MAX_DIMS 8

/* An array in memory: elements in C order, native byte order. data is from malloc; npy_free gives it back. */
typedef struct npy_t {
    int type;   /* NPY_F8 ... */
    int n_dims; /* 0 (one number) .. NPY_MAX_DIMS */
    size_t shape[NPY_MAX_DIMS];
    size_t count; /* product of the shape: number of elements */
    void *data;
} npy_t;

/* Read the file at path into *a. A file in Fortran order is transposed to C order.
 *   error, n  receives one sentence on failure (the file, what it was, what it may be); n bytes, may be NULL and 0
 * Returns 0, or -1 with *a zeroed. */
int npy_read(npy_t *a, const char *path, char *error, size_t n);

/* Write an array (format 1.0, C order). Returns 0, or -1 with a sentence in error. */
int npy_write(const char *path, int type, int n_dims, const size_t *shape, const void *data, char *error, size_t n);

/* Bytes of one element of a type; 0 if there is no such type. */
size_t npy_size(int type);

/* Element i (in C order) as a number. */
double npy_get(const npy_t *a, size_t i);

/* All elements converted, in memory from malloc (at least one byte); NULL if there is none left. npy_to_i32 also gives
 * NULL if an element is not a whole number in the range of int32_t. */
double *npy_to_f64(const npy_t *a);
float *npy_to_f32(const npy_t *a);
int32_t *npy_to_i32(const npy_t *a);

void npy_free(npy_t *a);

#endif
