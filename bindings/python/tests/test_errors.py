# tests/test_errors.py - statuses become exceptions that carry the library's sentence; configs are checked before ctypes
# can wrap them.
import unittest

import numpy as np

import lpl
from lpl import errors


class Errors(unittest.TestCase):
    def test_every_status_has_a_class(self):
        negative = {s for s in lpl.Status if s < 0}
        self.assertEqual({int(s) for s in negative}, set(errors._CLASSES))
        natural = {"E_DTYPE": TypeError, "E_MEMORY": MemoryError, "E_IO": OSError, "E_NONFINITE": FloatingPointError,
                   "E_ORDER": RuntimeError, "E_REDUCE": RuntimeError, "E_UNSUPPORTED": RuntimeError}
        for status in negative:
            cls = errors._CLASSES[int(status)]
            self.assertTrue(issubclass(cls, lpl.LplError))
            self.assertTrue(issubclass(cls, natural.get(status.name, ValueError)))
            self.assertEqual(cls("text").status, status)
            self.assertEqual(str(cls("text")), "text")

    def test_unknown_status(self):
        with self.assertRaises(lpl.LplError) as caught:
            errors.check(-999)
        self.assertEqual(caught.exception.status, -999)

    def test_sentences_of_the_library(self):
        x = np.zeros((4, 3), "f4")
        cases = [
            (lpl.LplArgError, "LPL_E_ARG lpl_layer_create: eta = nan, need", lambda: lpl.Layer(3, 2, eta=float("nan"))),
            (lpl.LplArgError, "LPL_E_ARG lpl_layer_create: activation = 99", lambda: lpl.Layer(3, 2, act=99)),
            (lpl.LplUnitsError, "LPL_E_UNITS lpl_layer_create: tau_mean = 0.02, need >= 2",
             lambda: lpl.Layer(3, 2, tau_mean=0.02)),
            (lpl.LplSizeError, "LPL_E_SIZE lpl_layer_create: n_pre = 0", lambda: lpl.Layer(0, 2)),
            (lpl.LplOrderError, "LPL_E_ORDER lpl_update_online", lambda: lpl.Layer(3, 2).update_online(x[0])),
            (lpl.LplNonFiniteError, "LPL_E_NONFINITE lpl_update.*",
             lambda: lpl.Layer(3, 2, batch_max=4).update(x * np.float32("nan"))),
            (lpl.LplSizeError, "LPL_E_SIZE lpl_stats_create: n_units = 0", lambda: lpl.Stats(0)),
            (lpl.LplOrderError, "LPL_E_ORDER lpl_stats_read", lambda: lpl.Stats(3).mean),
            (lpl.LplArgError, "LPL_E_ARG lpl_layer_read", lambda: lpl.Layer(3, 2).optim_v),
            (lpl.LplSizeError, "LPL_E_SIZE lpl_stack_create",
             lambda: lpl.Stack([dict(n_pre=3, n_post=2), dict(n_pre=3, n_post=2)])),
            (lpl.LplArgError, "LPL_E_ARG lpl_metric",
             lambda: lpl.metrics.cosine_cross_class(np.eye(3), np.zeros(3, "i4"))),
            (lpl.LplMemoryError, "LPL_E_MEMORY",
             lambda: lpl.Layer.load(lpl.Layer(100, 100).to_bytes(), max_bytes=1000)),
            (lpl.LplFormatError, "LPL_E_FORMAT",
             lambda: lpl.Layer.load(b"not a state file, but long enough for a head" * 4)),
        ]
        for cls, sentence, call in cases:
            with self.subTest(sentence=sentence):
                with self.assertRaisesRegex(cls, sentence):
                    call()

    def test_configs_are_not_wrapped(self):
        cases = [
            (ValueError, "n_pre = -1, need 0 .. 18446744073709551615", dict(n_pre=-1)),
            (ValueError, "threads = 4294967297, need -2147483648 .. 2147483647", dict(threads=2 ** 32 + 1)),
            (ValueError, "act = 4294967297, need", dict(act=2 ** 32 + 1)),
            (ValueError, "act = 'rilu', need one of 'linear', 'relu'", dict(act="rilu")),
            (TypeError, "batch_max = 2.5, need an integer", dict(batch_max=2.5)),
            (TypeError, "eta = 'fast', need a number", dict(eta="fast")),
            (TypeError, "a layer has no field 'lr'; fields are", dict(lr=0.1)),
            (TypeError, "a layer has no field 'size'", dict(size=8)),
            (TypeError, r"dtype = 'f2', need 'f4' .float32. or 'f8'", dict(dtype="f2")),
            (TypeError, "dtype = None, need 'f4'", dict(dtype=None)),
            (ValueError, "dtype = 4294967296, need", dict(dtype=2 ** 32)),
            (ValueError, "flags = -1, need 0 .. 4294967295", dict(flags=-1)),
            (ValueError, "preset = 'best', need one of 'erratum'", dict(preset="best")),
        ]
        for cls, sentence, fields in cases:
            with self.subTest(sentence=sentence):
                with self.assertRaisesRegex(cls, sentence):
                    lpl.Layer(**dict(dict(n_pre=3, n_post=2), **fields))
        with self.assertRaisesRegex(ValueError, "seed = -1"):
            lpl.random.bits(3, -1)
        with self.assertRaisesRegex(ValueError, "t = -1"):
            lpl.optim_step(np.zeros(3), np.zeros(3), -1)

    def test_dtype_spellings(self):
        for spelling in ("f8", "f64", "float64", np.float64, np.dtype("f8"), float, lpl.DType.F64, 1):
            self.assertEqual(lpl.Layer(3, 2, dtype=spelling).dtype, np.float64)
        for spelling in ("f4", "f32", "float32", np.float32, np.dtype("f4"), lpl.DType.F32):
            self.assertEqual(lpl.Layer(3, 2, dtype=spelling).dtype, np.float32)


if __name__ == "__main__":
    unittest.main()
