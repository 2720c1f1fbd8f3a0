/* state/crc32c.c - see crc32c.h. Half a byte at a time: 16 constants, 0.4 GB/s, nothing to initialise. */
#include "state/crc32c.h"

uint32_t lpli_crc32c(uint32_t crc, const void *p, size_t n) {
    /* remainders of the 16 four-bit values times x^32, polynomial 0x82F63B78 (reflected 0x1EDC6F41) */
    static const uint32_t table[16] = {
        0x00000000u, 0x105EC76Fu, 0x20BD8EDEu, 0x30E349B1u, 0x417B1DBCu, 0x5125DAD3u, 0x61C69362u, 0x7198540Du,
        0x82F63B78u, 0x92A8FC17u, 0xA24BB5A6u, 0xB21572C9u, 0xC38D26C4u, 0xD3D3E1ABu, 0xE330A81Au, 0xF36E6F75u,
    };
    const unsigned char *s = p;
    crc = ~crc;
    for (size_t i = 0; i < n; i++) {
        crc ^= s[i];
        crc = (crc >> 4) ^ table[crc & 15];
        crc = (crc >> 4) ^ table[crc & 15];
    }
    return ~crc;
}
