# tests/test_worlds.py - image files, views, room and movies, readouts; without liblplworlds.so (`make worlds`) most is
# skipped.
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import lpl
from lpl import _worlds_lib, probe, worlds
from support import SEED, TREE, rng

try:
    _worlds_lib.worlds()
    BUILT = True
except ImportError:
    BUILT = False
built = unittest.skipUnless(BUILT, "liblplworlds.so is not built: make worlds")
U1, U4 = np.dtype("u1"), np.dtype("u4")


def pictures(n, side=32, salt=0):
    """Smooth random images."""
    coarse = rng(salt).integers(0, 256, (n, 3, 4, 4))
    return np.ascontiguousarray(coarse.repeat(side // 4, 2).repeat(side // 4, 3), U1)


def write_cifar(folder, name, n, salt=0):
    pixels, labels = pictures(n, 32, salt), np.arange(n, dtype=U1) % 10
    np.concatenate([labels[:, None], pixels.reshape(n, -1)], 1).tofile(pathlib.Path(folder) / name)
    return pixels, labels


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def test_cifar(self):
        with self.assertRaisesRegex(FileNotFoundError, "holds no data_batch_1.bin"):
            worlds.cifar10(self.path)
        (self.path / "cifar-10-batches-bin").mkdir()
        a = write_cifar(self.path / "cifar-10-batches-bin", "data_batch_2.bin", 12)
        b = write_cifar(self.path, "data_batch_5.bin", 7, 1)
        self.assertEqual(worlds.cifar10_files(self.path), ["data_batch_2.bin", "data_batch_5.bin"])
        both = worlds.cifar10(self.path)
        np.testing.assert_array_equal(both.pixels, np.concatenate([a[0], b[0]]))
        np.testing.assert_array_equal(both.labels, np.concatenate([a[1], b[1]]))
        self.assertEqual((both.pixels.dtype, both.labels.dtype, both.pixels.flags.c_contiguous), (U1, np.int32, True))
        self.assertEqual(worlds.cifar10(self.path, "data_batch_5.bin").pixels.shape, (7, 3, 32, 32))
        with self.assertRaises(FileNotFoundError):
            worlds.cifar10(self.path, "test_batch.bin")
        for data, sentence in ((np.zeros(3073 * 2 - 1, U1), "has 6145 bytes, need a multiple of 3073"),
                               (np.zeros(0, U1), "has 0 bytes"),
                               (np.full(3073 * 2, 11, U1), "image 0 has label 11, need 0 .. 9")):
            data.tofile(self.path / "test_batch.bin")
            with self.assertRaisesRegex(lpl.LplFormatError, sentence):
                worlds.cifar10(self.path, "test_batch.bin")

    def test_stl(self):
        pixels = rng(2).integers(0, 256, (3, 3, 96, 96)).astype(U1)
        pixels.transpose(0, 1, 3, 2).copy().tofile(self.path / "train_X.bin")
        np.array([1, 10, 5], U1).tofile(self.path / "train_y.bin")
        got = worlds.stl10(self.path, "train")
        np.testing.assert_array_equal(got.pixels, pixels)
        self.assertEqual(got.labels.tolist(), [0, 9, 4])
        (self.path / "train_X.bin").rename(self.path / "unlabeled_X.bin")
        self.assertIsNone(worlds.stl10(self.path, "unlabeled").labels)
        pixels[:2].tofile(self.path / "train_X.bin")
        with self.assertRaisesRegex(lpl.LplFormatError, "has 3 labels for 2 images"):
            worlds.stl10(self.path, "train")
        np.array([1, 11], U1).tofile(self.path / "train_y.bin")
        with self.assertRaisesRegex(lpl.LplFormatError, "image 1 has label 11, need 1 .. 10"):
            worlds.stl10(self.path, "train")
        with self.assertRaisesRegex(FileNotFoundError, "test_X.bin.*nor in its subfolder stl10_binary"):
            worlds.stl10(self.path, "test")
        (self.path / "stl10_binary").mkdir()  # as the archive unpacks
        pixels[:1].tofile(self.path / "stl10_binary" / "test_X.bin")
        with self.assertRaisesRegex(FileNotFoundError, "test_y.bin"):
            worlds.stl10(self.path, "test")
        np.array([7], U1).tofile(self.path / "stl10_binary" / "test_y.bin")
        self.assertEqual(worlds.stl10(self.path, "test").labels.tolist(), [6])


@built
class Views(unittest.TestCase):
    def test_plain_evaluation_is_normalisation(self):
        p, v = pictures(5), worlds.Views("cifar10")
        want = (p / 255 - v.mean[:, None, None]) / v.sd[:, None, None]
        np.testing.assert_allclose(v.evaluate(p, plain=True), want, atol=2e-6)
        np.testing.assert_allclose(v.mean, np.array([125.3, 123.0, 113.9]) / 255)
        own = worlds.Views(mean=(0, 0, 0), sd=(1, 1, 1))
        np.testing.assert_allclose(own.evaluate(p, plain=True), p / 255, atol=1e-6)
        crop = own.evaluate(np.full((1, 3, 96, 96), 51, U1))
        np.testing.assert_allclose(crop, 0.2, atol=1e-6)

    def test_views_depend_on_seed_epoch_image_view_alone(self):
        p, index = pictures(40), np.array([3, 39, 0, 3], U4)
        v = worlds.Views("stl10", seed=SEED)
        x0, x1 = v.pair(p, index, 2)
        self.assertEqual((x0.shape, x0.dtype), ((4, 3, 32, 32), np.float32))
        np.testing.assert_array_equal(x0[0], x0[3])
        out = np.empty((1, 3, 32, 32), "f4")
        self.assertIs(worlds.Views("stl10", seed=SEED, threads=2)(p, index[1:2], 2, 0, out), out)
        np.testing.assert_array_equal(out[0], x0[1])
        for other in (x1, v(p, index, 3, 0), worlds.Views("stl10", seed=SEED + 1)(p, index, 2, 0)):
            self.assertTrue((other != x0).any())
        back = x0 * v.sd[:, None, None] + v.mean[:, None, None]
        self.assertTrue(-1e-5 < back.min() and back.max() < 1 + 1e-5)
        self.assertEqual(sorted(v.order(1000, 5).tolist()), list(range(1000)))
        self.assertTrue((v.order(1000, 5) != v.order(1000, 6)).any())

    def test_errors(self):
        p, index, v = pictures(4), np.zeros(2, U4), worlds.Views()
        for call, error, sentence in (
                (lambda: v(p, np.array([4], U4), 0, 0), lpl.LplArgError, "index holds 4, need < 4"),
                (lambda: v(p, [0], 0, 0), lpl.LplDtypeError, "index is a list"),
                (lambda: v(p, index, 0, 2), lpl.LplArgError, "view = 2"),
                (lambda: v(p.astype("f4"), index, 0, 0), lpl.LplDtypeError, "pixels is float32"),
                (lambda: v(p.transpose(0, 2, 3, 1), index, 0, 0), lpl.LplSizeError,
                 r"need images \(n, 3, height, width\)"),
                (lambda: v(p, index, 0, 0, np.empty((2, 3, 32, 31), "f4")), lpl.LplSizeError, "out has shape"),
                (lambda: v(p, index, -1, 0), ValueError, "epoch = -1"),
                (lambda: worlds.Views("mnist"), ValueError, "'cifar10' or 'stl10'"),
                (lambda: worlds.Views(threads=0), lpl.LplArgError, "threads = 0"),
                (lambda: worlds.Views(sd=(1, 0, 1)), lpl.LplArgError, "sd > 0")):
            with self.assertRaisesRegex(error, sentence):
                call()


@built
class TheRoom(unittest.TestCase):
    def test_images_and_factors(self):
        room = worlds.Room(16, threads=2)
        index = worlds.sample(400, SEED)
        np.testing.assert_array_equal(index, worlds.sample(400, SEED))
        self.assertTrue((index != worlds.sample(400, SEED, 1)).any())
        factors = worlds.room_factors(index)
        np.testing.assert_array_equal(worlds.room_index(factors), index)
        self.assertTrue((factors.max(0) < list(worlds.FACTORS.values())).all())
        x = room.draw(index)
        self.assertEqual(x.shape, (400, 3, 16, 16))
        self.assertLess(abs(x.mean()), 0.1)
        self.assertLess(abs(x.std() - 1), 0.1)
        shown = (x[0] * room.sd[:, None, None] + room.mean[:, None, None]).transpose(1, 2, 0) * 255
        self.assertLess(np.abs(shown - room.picture(index[0])).max(), 0.51)
        for call, error in ((lambda: room.draw(np.array([480000], U4)), lpl.LplArgError),
                            (lambda: room.picture(-1), ValueError),
                            (lambda: worlds.Room(3), lpl.LplArgError),
                            (lambda: room.draw(index.astype("i8")), TypeError)):
            with self.assertRaises(error):
                call()

    def test_movie(self):
        movie, names = worlds.Movie(SEED), list(worlds.FACTORS)
        for k in range(20):
            frames, factor, step = movie.trajectory(k)
            changed = (np.diff(worlds.room_factors(frames).astype(int), axis=0) != 0).any(0)
            self.assertEqual([names[i] for i in np.flatnonzero(changed)], [factor])
            self.assertIn(abs(step), (1, 2))
        whole = np.concatenate([movie.trajectory(k)[0] for k in range(64)])
        self.assertEqual(movie.blocks(16), 64000 - 30)
        block = movie.block(50, 3)
        self.assertEqual((block.size, whole.size), (51, 64 * 17))
        np.testing.assert_array_equal(block, movie.block(50, 3))
        self.assertEqual(sorted(movie.shuffle(50, 3).tolist()), list(range(50)))
        for call in (lambda: movie.block(0, 1), lambda: movie.block(16385, 1), lambda: movie.trajectory(64000)):
            with self.assertRaises(lpl.LplArgError):
                call()


class Probe(unittest.TestCase):
    def clusters(self, n, scale=1.0):
        r, y = rng(3), np.arange(n, dtype="i4") % 3
        return (scale * (5 * np.eye(3, 6)[y] + r.normal(size=(n, 6)))).astype("f4"), y

    @built
    def test_readouts(self):
        for scale in (1.0, 1e-4):
            x, y = self.clusters(300, scale)
            self.assertGreater(probe.logistic(x[:200], y[:200], x[200:], y[200:], n_classes=3), 0.95)
        x, y = self.clusters(300)
        self.assertGreater(probe.softmax(x[:200], y[:200], x[200:], y[200:], n_classes=3, epochs=200, batch=20,
                                         seed=SEED), 0.95)
        bad = x.copy()
        bad[7, 1] = np.nan
        for call, error, sentence in (
                (lambda: probe.logistic(bad, y, x, y), lpl.LplNonFiniteError, "x holds NaN or infinity in row 7"),
                (lambda: probe.logistic(x, y, x, y, n_classes=2), lpl.LplArgError, "y holds 2, need 0 .. 1"),
                (lambda: probe.logistic(x, y - 1, x, y), lpl.LplArgError, "y holds -1"),
                (lambda: probe.logistic(x, y, x[:, :4].copy(), y), lpl.LplSizeError, "x_test has 4 columns, need 6"),
                (lambda: probe.logistic(x[:, :4], y, x, y), lpl.LplSizeError, "without gaps"),
                (lambda: probe.logistic(x, y[:9], x, y), lpl.LplSizeError, "y has 9 elements"),
                (lambda: probe.logistic(x.astype("f8"), y, x, y), lpl.LplDtypeError, "x is float64")):
            with self.assertRaisesRegex(error, sentence):
                call()

    @built
    def test_disentanglement(self):
        image = worlds.sample(2000, SEED)
        factors = worlds.room_factors(image)
        code = np.concatenate([np.eye(count)[factors[:, k]] for k, count in enumerate(worlds.FACTORS.values())], 1)
        code = (code + 0.01 * rng(4).normal(size=code.shape)).astype("f4")
        few = dict(draws=200, points=3, repetitions=2, seed=SEED)
        self.assertGreater(probe.disentanglement(code, image, **few).score, 0.9)
        noise = rng(5).normal(size=code.shape).astype("f4")
        noise[:, 0] = 3
        result = probe.disentanglement(noise, image, **few)
        self.assertLess(result.score, 0.5)
        self.assertEqual(result.constant, 1)
        self.assertEqual(result, probe.disentanglement(noise, image, threads=2, **few))
        self.assertEqual(probe.factor_readout(code, image, "shape", epochs=20), 1)
        self.assertLess(probe.factor_readout(noise, image, "shape", epochs=5), 0.5)
        same = np.tile(np.eye(4, dtype="f4"), (10, 1))
        np.testing.assert_allclose(probe.similarity(same, 4), np.eye(4) * 4 / 3 - 1 / 3, atol=1e-6)
        for call, error, sentence in (
                (lambda: probe.disentanglement(code[:5], image[:5]), lpl.LplArgError, "none of the 5 has value"),
                (lambda: probe.disentanglement(code, image, repetitions=0), lpl.LplArgError,
                 "draws, points, repetitions, threads"),
                (lambda: probe.disentanglement(code, image + np.uint32(480000)), lpl.LplArgError, "need < 480000"),
                (lambda: probe.factor_readout(code, image, "hue"), ValueError, "need one of 'floor'"),
                (lambda: probe.similarity(same, 7), lpl.LplSizeError, "a multiple of values = 7")):
            with self.assertRaisesRegex(error, sentence):
                call()

    def test_codes(self):
        net = lpl.Stack(lpl.vgg11(divide=16, batch_max=8, seed=SEED))
        x = rng(6).random((19, 3, 32, 32)).astype("f4")
        got = probe.codes(net, x)
        self.assertEqual([z.shape for z in got],
                         [(19, width // 16) for width in (64, 128, 256, 256, 512, 512, 512, 512)])
        np.testing.assert_allclose(got[3][8:16], net.forward(x[8:16], 3).mean((2, 3)), rtol=1e-5, atol=1e-6)


class Interface(unittest.TestCase):
    def test_declarations_are_those_of_worlds_c(self):
        source = (TREE / "bindings" / "python" / "worlds.c").read_text(encoding="utf-8")
        self.assertEqual(int(re.search(r"#define WORLDS_ABI (\d+)", source)[1]), _worlds_lib.ABI)
        letter = {"size_t": "z", "int32_t": "i", "uint32_t": "v", "uint64_t": "u", "double": "d"}
        found = {}
        for result, name, arguments in re.findall(r"^WORLDS ([\w *]+?)(\w+)\(([^)]*)\);", source, flags=re.M):
            letters = "".join("p" if "*" in a else letter[a.split()[0]] for a in arguments.split(",") if a != "void")
            found[name] = ("p" if "*" in result else letter.get(result.strip(), ""), letters)
        del found["worlds_abi"]
        self.assertEqual(_worlds_lib._SIGNATURES, found)


class Missing(unittest.TestCase):
    def test_what_to_do(self):
        done = subprocess.run([sys.executable, "-c", "import lpl; lpl.Layer(2, 2); lpl.worlds.Views()"],
                              capture_output=True, text=True,
                              env=dict(os.environ, LPL_WORLDS="/no/such/liblplworlds.so",
                                       PYTHONPATH=str(TREE / "bindings" / "python")))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "ImportError: .*run `make worlds` in the source tree, or set LPL_WORLDS")


if __name__ == "__main__":
    unittest.main()
