# tests/test_arrays.py - arrays are used in place, and what does not fit is refused with a sentence that says what to
# do.
import tracemalloc
import unittest

import numpy as np

import lpl
from support import SEED, rng


def layer(n=6, m=4, **fields):
    return lpl.Layer(n, m, **dict(dict(batch_max=64, seed=SEED), **fields))


class ZeroCopy(unittest.TestCase):
    def test_output_is_written_in_place(self):
        l, x = layer(), rng(1).normal(size=(5, 6)).astype("f4")
        z = np.full((5, 4), 7, "f4")
        self.assertIs(l(x, out=z), z)
        np.testing.assert_array_equal(z, l(x))

    def test_views_with_gaps(self):
        l = layer()
        big = rng(2).normal(size=(10, 20)).astype("f4")
        want = l(np.ascontiguousarray(big[::2, 3:9]))
        np.testing.assert_array_equal(l(big[::2, 3:9]), want)
        frame = np.full((10, 9), 5, "f4")
        l(big[::2, 3:9], out=frame[::2, 2:6])
        np.testing.assert_array_equal(frame[::2, 2:6], want)
        frame[::2, 2:6] = 5
        self.assertTrue((frame == 5).all())  # nothing beside the view was touched
        images = rng(3).normal(size=(8, 2, 3)).astype("f4")
        np.testing.assert_array_equal(l(images[::2]), l(images.reshape(8, 6)[::2].copy()))

    def test_no_hidden_copy_of_large_data(self):
        l = layer(512, 2, batch_max=4096)
        x = rng(7).normal(size=(4096, 1024)).astype("f4")[:, :512]
        z = np.empty((4096, 2), "f4")
        l(x, out=z)
        tracemalloc.start()
        l(x, out=z)
        l.update(x, x)
        l.gradient(x, x)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        self.assertLess(peak, 100_000)  # x is a view of 8 MB

    def test_borrowed_weights(self):
        l = layer(decorr=0)
        frame = np.zeros((4, 10), "f4")
        w, bias = frame[:, 1:7], np.zeros(4, "f4")
        w[:] = l.w
        l.borrow_weights(w, bias)
        self.assertIs(l.w, w)
        self.assertIs(l.bias, bias)
        before = w.copy()
        x = rng(4).normal(size=(8, 6)).astype("f4")
        l.update(x, x + 1)
        self.assertTrue((w != before).any())  # learning happens in the array
        self.assertTrue((frame[:, [0, 7, 8, 9]] == 0).all())
        w[:] = 0
        bias[:] = 3
        self.assertTrue((l(x) == 3).all())  # and writes to the array are seen
        del w, bias, frame
        rubbish = [np.full((4, 10), np.nan, "f4") for _ in range(50)]
        self.assertTrue((l(x) == 3).all())  # the layer keeps its arrays alive
        del rubbish
        l.borrow_weights(None)
        self.assertFalse(l.w.flags.writeable)
        self.assertTrue((l(x) == 3).all())

    def test_copies_of_states_are_read_only(self):
        l = layer()
        with self.assertRaisesRegex(ValueError, "read-only"):
            l.w[0, 0] = 1
        w = np.ones((4, 6), "f4")
        l.w = w
        np.testing.assert_array_equal(l.w, w)
        l.bias = np.full(4, 2, "f4")
        self.assertTrue((l.bias == 2).all())

    def test_inputs_are_not_changed_and_may_be_read_only(self):
        l = layer(optim="adam")
        x0, x1 = rng(5).normal(size=(2, 8, 6)).astype("f4")
        kept = x0.copy(), x1.copy()
        x0.flags.writeable = x1.flags.writeable = False
        l.update(x0, x1)
        l.gradient(x0, x1)
        np.testing.assert_array_equal((x0, x1), kept)


class Refused(unittest.TestCase):
    def refuse(self, error, sentence, call):
        with self.assertRaisesRegex(error, sentence) as caught:
            call()
        self.assertIsInstance(caught.exception, lpl.LplError)

    def setUp(self):
        self.l = layer()
        self.x = rng(6).normal(size=(8, 6)).astype("f4")
        self.before = self.l.to_bytes()

    def tearDown(self):
        self.assertEqual(self.before, self.l.to_bytes())

    def test_dtype(self):
        l, x = self.l, self.x
        self.refuse(TypeError, r"^x is float64, layer is float32; pass x.astype\('f4'\) or Layer\(dtype='f8'\)$",
                    lambda: l(x.astype("f8")))
        self.refuse(TypeError, "x0 is float64", lambda: l.update(x.astype("f8"), x))
        self.refuse(TypeError, r"x is int64, layer is float32; pass x.astype\('f4'\)$", lambda: l(x.astype("i8")))
        self.refuse(TypeError, "x is byte-swapped float32", lambda: l(x.astype(x.dtype.newbyteorder())))
        self.refuse(TypeError, r"x is a list, need a NumPy array; pass numpy.asarray\(x, 'f4'\)",
                    lambda: l([[0.0] * 6]))
        self.refuse(TypeError, "x is a NoneType", lambda: l(None))
        self.refuse(TypeError, "x is a masked array", lambda: l(np.ma.masked_less(x, 0)))
        self.refuse(TypeError, "x is complex64", lambda: l(x.astype("c8")))
        self.refuse(TypeError, "weights is float64", lambda: setattr(l, "w", np.zeros((4, 6))))
        self.refuse(TypeError, "x is float32, layer is float64; pass x.astype.'f8'. or Layer.dtype='f4'.",
                    lambda: layer(dtype="f8")(x))

    def test_layout(self):
        l, x = self.l, self.x
        self.refuse(ValueError, "x has rows of 5, need 6", lambda: l(x[:, :5]))
        self.refuse(ValueError, "x has rows that are not contiguous", lambda: l(np.asfortranarray(x)))
        self.refuse(ValueError, "x has rows that are not contiguous", lambda: l(np.zeros((8, 12), "f4")[:, ::2]))
        self.refuse(ValueError, "x has rows -24 bytes apart", lambda: l(x[::-1]))
        self.refuse(ValueError, "x has rows 0 bytes apart", lambda: l(np.broadcast_to(x[0], (8, 6))))
        self.refuse(ValueError, "x has no axes", lambda: l(np.ones((), "f4")))
        self.refuse(ValueError, "x is not aligned",
                    lambda: l(np.frombuffer(bytes(8 * 24 + 1), "u1")[1:].view("f4").reshape(8, 6)))
        packed = np.zeros(8, np.dtype([("tag", "u1", 4), ("x", "f4", 6), ("more", "u1", 2)]))
        self.refuse(ValueError, "x (is not aligned|has rows 30 bytes apart)", lambda: l(packed["x"]))
        self.refuse(ValueError, "x0 has 7 rows, need 8", lambda: l.update(x[:7], x))

    def test_transposed_states(self):
        l = self.l
        self.refuse(ValueError,
                    r"^weights has shape \(6, 4\), need \(4, 6\); pass numpy.ascontiguousarray\(weights.T\)",
                    lambda: setattr(l, "w", np.zeros((6, 4), "f4")))
        self.refuse(ValueError, "bias has shape", lambda: setattr(l, "bias", np.zeros((1, 4), "f4")))
        l.w = l.w.ravel()  # flat, or with more axes after the first, as convolutions have: the same memory
        l.w = l.w.reshape(4, 2, 3)

    def test_outputs(self):
        l, x = self.l, self.x
        z = np.zeros((8, 4), "f4")
        z.flags.writeable = False
        self.refuse(ValueError, "out is read-only", lambda: l(x, out=z))
        self.refuse(ValueError, "out has 7 rows, need 8", lambda: l(x, out=np.zeros((7, 4), "f4")))
        self.refuse(ValueError, "LPL_E_OVERLAP", lambda: lpl.Layer(6, 6)(x, out=x))
        self.refuse(ValueError, "w is read-only",
                    lambda: l.borrow_weights(np.broadcast_to(np.float32(0), (4, 6)), np.zeros(4, "f4")))
        self.refuse(ValueError, "w has 5 rows, need 4",
                    lambda: l.borrow_weights(np.zeros((5, 6), "f4"), np.zeros(4, "f4")))
        self.assertIs(l._borrowed[0], None)

    def test_sizes(self):
        l, x = self.l, self.x
        self.refuse(ValueError, "LPL_E_SIZE", lambda: l.update(x[:1], x[:1]))
        self.refuse(ValueError, "LPL_E_SIZE", lambda: l.update(np.zeros((65, 6), "f4")))
        self.assertEqual(l(x[:0]).shape, (0, 4))
        self.assertEqual(l(x[0]).shape, (4,))
        np.testing.assert_array_equal(l(x[:1].T.copy().T), l(x[:1]))  # strides of a single row do not matter


if __name__ == "__main__":
    unittest.main()
