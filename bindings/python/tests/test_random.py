# tests/test_random.py - random numbers against a short NumPy Philox 4x32-10, written from include/lpl/random.h.
import unittest

import numpy as np

import lpl

M, LOW = (0xD2511F53, 0xCD9E8D57), 0xFFFFFFFF


def philox(n, seed, stream, offset=0):
    """Words offset .. offset + n - 1."""
    block = np.arange(offset // 4, (offset + n + 3) // 4, dtype=np.uint64)
    c = [block & np.uint64(LOW), block >> np.uint64(32)] + [np.full_like(block, part)
                                                            for part in (stream & LOW, stream >> 32)]
    k = [seed & LOW, seed >> 32]
    for _ in range(10):
        p0, p1 = np.uint64(M[0]) * c[0], np.uint64(M[1]) * c[2]
        c = [(p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(k[0]), p1 & np.uint64(LOW),
             (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(k[1]), p0 & np.uint64(LOW)]
        k = [(k[0] + 0x9E3779B9) & LOW, (k[1] + 0xBB67AE85) & LOW]
    return np.stack(c, 1).ravel()[offset % 4:offset % 4 + n].astype(np.uint32)


class Random(unittest.TestCase):
    CASES = [(0, 0, 0), (7, 3, 0), (2 ** 64 - 1, 2 ** 63 + 5, 2 ** 34 + 3), (123456789, 1, 1001)]

    def test_known_answer(self):
        # Random123's kat_vectors: philox4x32 10, counter and key all zero.
        self.assertEqual([hex(w) for w in lpl.random.bits(4, 0)],
                         ["0x6627e8d5", "0xe169c58d", "0xbc57ac4c", "0x9b00dbd8"])

    def test_bits(self):
        for case in self.CASES:
            np.testing.assert_array_equal(lpl.random.bits(77, *case), philox(77, *case))

    def test_uniform(self):
        for seed, stream, offset in self.CASES:
            words = philox(40, seed, stream, offset)
            np.testing.assert_array_equal(lpl.random.uniform(40, seed, stream, offset), (words >> 8).astype("f4")
                                          * np.float32(2.0 ** -24))
            wide = philox(80, seed, stream, 2 * offset).astype(np.uint64)
            v = (wide[1::2] << np.uint64(32)) | wide[::2]
            want = (v >> np.uint64(11)).astype("f8") * 2.0 ** -53
            np.testing.assert_array_equal(lpl.random.uniform(40, seed, stream, offset, "f8"), want)

    def test_normal(self):
        words = philox(40, 7, 3)
        u1, u2 = ((words[::2] >> 8) + 1.0) * 2.0 ** -24, (words[1::2] >> 8) * 2.0 ** -24
        r = np.sqrt(-2 * np.log(u1))
        want = np.stack([r * np.cos(2 * np.pi * u2), r * np.sin(2 * np.pi * u2)], 1).ravel()
        np.testing.assert_allclose(lpl.random.normal(40, 7, 3), want, rtol=1e-5, atol=1e-6)
        wide = philox(80, 7, 3).astype(np.uint64)
        v = ((wide[1::2] << np.uint64(32)) | wide[::2]) >> np.uint64(11)
        u1, u2 = (v[::2] + 1.0) * 2.0 ** -53, v[1::2] * 2.0 ** -53
        r = np.sqrt(-2 * np.log(u1))
        want = np.stack([r * np.cos(2 * np.pi * u2), r * np.sin(2 * np.pi * u2)], 1).ravel()
        np.testing.assert_allclose(lpl.random.normal(40, 7, 3, dtype="f8"), want, rtol=1e-12, atol=1e-13)

    def test_pieces_and_places(self):
        whole = lpl.random.normal((10, 10), 5, 2)
        self.assertEqual(whole.shape, (10, 10))
        parts = [lpl.random.normal(n, 5, 2, o) for o, n in ((0, 3), (3, 50), (53, 47))]
        np.testing.assert_array_equal(np.concatenate(parts), whole.ravel())
        out = np.zeros((4, 5))
        self.assertIs(lpl.random.uniform(0, 5, out=out), out)
        np.testing.assert_array_equal(out.ravel(), lpl.random.uniform(20, 5, dtype="f8"))


if __name__ == "__main__":
    unittest.main()
