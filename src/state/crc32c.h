/* state/crc32c.h - CRC-32C (Castagnoli), the checksum of .lpl records. */
#ifndef LPLI_CRC32C_H
#define LPLI_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Checksum of n more bytes after those that gave crc (0 at the start). "123456789" gives 0xE3069283. */
uint32_t lpli_crc32c(uint32_t crc, const void *p, size_t n);

#endif
