# tests/test_state.py - save, load, resume with the same bits; paths are replaced atomically; the host's own exceptions
# come through.
import copy
import io
import os
import pathlib
import pickle
import tempfile
import unittest

import numpy as np

import lpl
from support import SEED, TREE, rng

CONFIGS = [
    dict(optim="adam", decorr=2, pair="symmetric", act="relu", eta=1e-3),
    dict(stats="ewma", decorr=1, optim="momentum"),
    dict(stats="stale", dtype="f8"),
    dict(rule="bcm", bias=0),
]


class Resume(unittest.TestCase):
    def test_same_bits_as_not_stopping(self):
        for k, config in enumerate(CONFIGS):
            straight = lpl.Layer(6, 4, batch_max=16, seed=SEED, **config)
            batches = rng(k).normal(size=(8, 2, 16, 6)).astype(straight.dtype)
            for x0, x1 in batches[:4]:
                straight.update(x0, x1)
            resumed = [lpl.Layer.load(straight.to_bytes()), pickle.loads(pickle.dumps(straight)),
                       copy.deepcopy(straight)]
            for x0, x1 in batches[4:]:
                want = straight.update(x0, x1)
                for layer in resumed:
                    self.assertEqual(layer.update(x0, x1), want)
            for layer in resumed:
                self.assertEqual(layer.w.tobytes(), straight.w.tobytes())
                self.assertEqual(layer.to_bytes(), straight.to_bytes())

    def test_stream_with_a_remembered_response(self):
        straight = lpl.Layer(6, 4, preset="stream", seed=SEED)
        x = rng(9).normal(size=(10, 6)).astype("f4")
        for row in x[:5]:
            straight.update_online(row)
        resumed = lpl.Layer.load(straight.to_bytes())
        self.assertEqual(resumed.prev.shape, (1, 4))
        for row in x[5:]:
            np.testing.assert_array_equal(straight.update_online(row), resumed.update_online(row))
        self.assertEqual(straight.to_bytes(), resumed.to_bytes())

    def test_rows_of_the_remembered_response_after_load(self):
        layer = lpl.Layer(6, 4, batch_max=16)
        layer.update(rng(8).normal(size=(11, 6)).astype("f4"))
        np.testing.assert_array_equal(lpl.Layer.load(layer.to_bytes()).prev, layer.prev)

    def test_borrowed_weights_are_saved_by_value(self):
        layer = lpl.Layer(6, 4, bias=0)
        w = rng(3).normal(size=(4, 6)).astype("f4")
        layer.borrow_weights(w)
        again = pickle.loads(pickle.dumps(layer))
        w[:] = 0
        self.assertTrue(again.w.any())

    def test_trackers(self):
        for mode in ("batch", "stale", "ewma", "all"):
            for dtype in ("f4", "f8"):
                s = lpl.Stats(5, mode=mode, dtype=dtype, covariance=True, batch_max=9)
                z = rng(4).normal(size=(2, 9, 5)).astype(dtype)
                s.update(z[0])
                t = pickle.loads(pickle.dumps(s))
                self.assertEqual((t.n_units, t.dtype), (5, np.dtype(dtype)))
                s.update(z[1])
                t.update(z[1])
                np.testing.assert_array_equal(s.covariance, t.covariance)
                self.assertEqual(s.to_bytes(), t.to_bytes())

    def test_committed_states_still_load(self):
        files = sorted((TREE / "tests" / "golden" / "state").glob("*.lpl"))
        self.assertGreater(len(files), 0)
        kinds = {"stack": lpl.Stack, "lif": lpl.Lif, "projection": lpl.Projection, "record": lpl.Record,
                 "spiking": lpl.Spiking}
        for path in files:
            kind = path.stem.split("-")[1]
            if kind == "stats":
                tracker = lpl.Stats.load(path)
                self.assertGreater(tracker.count, 0)
                self.assertTrue(np.isfinite(tracker.covariance).all())
            elif kind in kinds:  # loads, and says the same when saved
                once = kinds[kind].load(path)
                again = pickle.loads(pickle.dumps(once))
                self.assertEqual(pickle.dumps(once), pickle.dumps(again))
            else:
                layer = lpl.Layer.load(path)
                self.assertGreater(layer.steps_done, 0)
                x = rng(5).normal(size=(layer.batch_max, layer.n_pre)).astype(layer.dtype)
                self.assertTrue(np.isfinite(layer.update(x, x).total))


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name) / "net.lpl"
        self.layer = lpl.Layer(6, 4, seed=1)

    def tearDown(self):
        self.folder.cleanup()

    def test_path_and_file(self):
        self.layer.save(self.path)
        self.layer.save(str(self.path))
        self.assertEqual(os.listdir(self.folder.name), ["net.lpl"])
        self.assertEqual(lpl.Layer.load(str(self.path)).to_bytes(), self.layer.to_bytes())
        with open(self.path, "wb") as file:  # several objects in a row
            self.layer.save(file)
            lpl.Stats(3).save(file)
        with open(self.path, "rb") as file:
            self.assertEqual(lpl.Layer.load(file).to_bytes(), self.layer.to_bytes())
            self.assertEqual(lpl.Stats.load(file).n_units, 3)

    def test_a_failed_save_leaves_the_old_file(self):
        self.layer.save(self.path)
        before = self.path.read_bytes()
        w = np.full((4, 6), 1, "f4")
        self.layer.borrow_weights(w, np.zeros(4, "f4"))
        w[2, 3] = np.nan
        with self.assertRaisesRegex(lpl.LplNonFiniteError, "LPL_E_NONFINITE lpl_layer_save"):
            self.layer.save(self.path)
        self.assertEqual(self.path.read_bytes(), before)
        self.assertEqual(os.listdir(self.folder.name), ["net.lpl"])

    def test_the_hosts_exceptions(self):
        with self.assertRaises(FileNotFoundError):
            lpl.Layer.load(self.path)
        with self.assertRaises(FileNotFoundError):
            self.layer.save(self.path / "no" / "folder")

        class Broken(io.RawIOBase):
            def read(self, n=-1):
                raise ConnectionResetError("gone")

        with self.assertRaisesRegex(ConnectionResetError, "gone"):
            lpl.Layer.load(Broken())

    def test_no_source_or_target(self):
        for kind in (lpl.Layer, lpl.Stack, lpl.Stats, lpl.Spiking, lpl.Projection, lpl.Lif, lpl.Record):
            with self.assertRaisesRegex(TypeError,
                                        "source is a NoneType, need a path, bytes or a binary file open for reading"):
                kind.load(None)
        with self.assertRaisesRegex(TypeError, "target is a int, need a path or a binary file open for writing"):
            self.layer.save(3)

    def test_short_reads(self):
        data = io.BytesIO(self.layer.to_bytes())

        class Slow:
            def read(self, n):
                return data.read(min(n, 3))

        self.assertEqual(lpl.Layer.load(Slow()).to_bytes(), self.layer.to_bytes())

    def test_damage(self):
        good = self.layer.to_bytes()
        for cut in (0, 1, 15, 16, 100, len(good) - 1):
            with self.assertRaisesRegex(lpl.LplFormatError, "LPL_E_FORMAT lpl_layer_load"):
                lpl.Layer.load(good[:cut])
        for at in range(0, len(good), 37):
            bad = bytearray(good)
            bad[at] ^= 4
            with self.assertRaises((lpl.LplFormatError, lpl.LplVersionError)):
                lpl.Layer.load(bad)
        with self.assertRaises(lpl.LplFormatError):
            lpl.Stats.load(good)

    def test_limits_are_not_wrapped(self):
        good = self.layer.to_bytes()
        for sentence, fields in (("max_bytes = -1, need 0 ..", dict(max_bytes=-1)),
                                 ("threads = 4294967297", dict(threads=2 ** 32 + 1)),
                                 ("LPL_E_ARG lpl_layer_load: threads = 0", dict(threads=0))):
            with self.assertRaisesRegex(ValueError, sentence):
                lpl.Layer.load(good, **fields)
        with self.assertRaisesRegex(ValueError, "max_bytes = -1"):
            lpl.Stats.load(lpl.Stats(3).to_bytes(), max_bytes=-1)
        self.assertEqual(lpl.Layer.load(good, threads=2, max_bytes=10 ** 6).threads, 2)


if __name__ == "__main__":
    unittest.main()
