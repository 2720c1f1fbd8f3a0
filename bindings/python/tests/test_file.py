# tests/test_file.py - state files by name and through open files: every class and target, nothing cut or left behind.
import errno
import io
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

import numpy as np

import lpl
from support import TREE


def objects():
    return [lpl.Layer(6, 4), lpl.Stack([dict(n_pre=6, n_post=4)]), lpl.Stats(5), lpl.Spiking(7, 3),
            lpl.Projection(7, 3), lpl.Lif(5), lpl.Record(5)]


class Raw(io.RawIOBase):
    """Takes at most `most` bytes a call, gives at most `most`; after `room` bytes: what `then` is."""

    def __init__(self, most=10 ** 9, room=10 ** 9, then=None, data=b""):
        self.most, self.room, self.then, self.got, self.data = most, room, then, bytearray(), io.BytesIO(data)

    def writable(self):
        return True

    def readable(self):
        return True

    def write(self, data):
        if len(self.got) >= self.room:
            return self.then
        n = min(len(data), self.most, self.room - len(self.got))
        self.got += data[:n]
        return n

    def read(self, n=-1):
        if self.data.tell() >= self.room:
            return self.then
        return self.data.read(min(n, self.most, self.room - self.data.tell()))


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.layer = lpl.Layer(256, 40, seed=1)
        self.data = self.layer.to_bytes()
        self.old_mask = os.umask(0o022)
        self.addCleanup(os.umask, self.old_mask)

    def names(self, folder="."):
        return sorted(os.listdir(self.folder / folder))


class Paths(Folder):
    def test_every_class_and_every_kind_of_path(self):
        for k, thing in enumerate(objects()):
            for path in (str(self.folder / "o"), self.folder / "o", os.fsencode(self.folder / "o")):
                thing.save(path)
                self.assertEqual((self.folder / "o").read_bytes(), thing.to_bytes())
                os.unlink(path)
            thing.save(self.folder / f"{k}.lpl")
            self.assertEqual(type(thing).load(self.folder / f"{k}.lpl").to_bytes(), thing.to_bytes())

            class BytesPath:
                def __fspath__(_self):
                    return os.fsencode(self.folder / f"{k}.lpl")

            thing.save(BytesPath())
            self.assertEqual(type(thing).load(BytesPath()).to_bytes(), thing.to_bytes())
            with self.assertRaises(FileNotFoundError):
                type(thing).load(self.folder / "none")
            with self.assertRaises(FileNotFoundError) as raised:
                thing.save(self.folder / "none" / "o")
            self.assertEqual(raised.exception.errno, errno.ENOENT)
            self.assertEqual(raised.exception.filename, self.folder / "none" / "o")
            self.assertIn(f"folder {self.folder}/none", str(raised.exception))
            with self.assertRaises(IsADirectoryError):
                thing.save(self.folder)
            with self.assertRaises(IsADirectoryError):
                type(thing).load(self.folder)
            with self.assertRaisesRegex(ValueError, "null byte"):
                thing.save(str(self.folder / "a\0b"))
            with self.assertRaisesRegex(ValueError, "null byte"):
                type(thing).load(str(self.folder / "a\0b"))
        self.assertEqual(len(self.names()), len(objects()))

    def test_names_that_are_no_text(self):
        path = os.fsdecode(os.fsencode(self.folder) + b"/\xff\xfe\xc3\xa4.lpl")
        self.layer.save(path)
        self.assertEqual(lpl.Layer.load(path).to_bytes(), self.data)

    def test_links(self):
        (self.folder / "real").mkdir()
        (self.folder / "latest.lpl").symlink_to("real/run7.lpl")  # dangling at first
        for layer in (self.layer, lpl.Layer(3, 2)):
            layer.save(self.folder / "latest.lpl")
            self.assertTrue((self.folder / "latest.lpl").is_symlink())
            self.assertEqual((self.folder / "real" / "run7.lpl").read_bytes(), layer.to_bytes())
        self.assertEqual(self.names("real"), ["run7.lpl"])
        (self.folder / "a").symlink_to("b")
        (self.folder / "b").symlink_to("a")
        with self.assertRaises(OSError) as raised:
            self.layer.save(self.folder / "a")
        self.assertEqual(raised.exception.errno, errno.ELOOP)

    def test_rights_and_hard_links(self):
        path = self.folder / "net.lpl"
        self.layer.save(path)
        self.assertEqual(path.stat().st_mode & 0o7777, 0o644)
        for mode in (0o600, 0o640, 0o666):
            path.chmod(mode)
            self.layer.save(path)
            self.assertEqual(path.stat().st_mode & 0o7777, mode)
        os.link(path, self.folder / "second.lpl")
        small = lpl.Layer(3, 2)
        small.save(path)
        self.assertEqual((self.folder / "second.lpl").read_bytes(), small.to_bytes())
        self.assertEqual(path.stat().st_nlink, 2)

    def test_long_names(self):
        path = self.folder / ("n" * 255)
        self.layer.save(path)
        self.assertEqual(lpl.Layer.load(path).to_bytes(), self.data)
        with self.assertRaises(OSError) as raised:
            self.layer.save(self.folder / ("n" * 256))
        self.assertEqual(raised.exception.errno, errno.ENAMETOOLONG)

    def test_devices_and_pipes(self):
        self.layer.save("/dev/null")
        with self.assertRaisesRegex(OSError, "No space left on device") as raised:
            self.layer.save("/dev/full")
        self.assertEqual(raised.exception.errno, errno.ENOSPC)
        os.mkfifo(self.folder / "fifo")
        got = []
        reader = threading.Thread(target=lambda: got.append((self.folder / "fifo").read_bytes()))
        reader.start()
        self.layer.save(self.folder / "fifo")
        reader.join()
        self.assertEqual(got, [self.data])
        writer = threading.Thread(target=lambda: (self.folder / "fifo").write_bytes(self.data))
        writer.start()
        self.assertEqual(lpl.Layer.load(self.folder / "fifo").to_bytes(), self.data)
        writer.join()

    def test_standard_output(self):
        code = "import sys, lpl; lpl.Layer(256, 40, seed=1).save('/dev/stdout')"
        environment = dict(os.environ, PYTHONPATH=str(TREE / "bindings" / "python"))
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
        self.assertEqual(done.stdout, self.data)

    def test_interrupted_while_a_pipe_waits(self):
        os.mkfifo(self.folder / "fifo")

        def interrupt(_number, _frame):
            raise KeyboardInterrupt

        old = signal.signal(signal.SIGALRM, interrupt)
        self.addCleanup(signal.signal, signal.SIGALRM, old)
        for call in (lambda: self.layer.save(self.folder / "fifo"), lambda: lpl.Layer.load(self.folder / "fifo")):
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with self.assertRaises(KeyboardInterrupt):
                call()

    def test_a_limit_of_the_process(self):
        path = self.folder / "net.lpl"
        lpl.Layer(3, 2).save(path)
        before = path.read_bytes()
        code = ("import resource, signal, sys, lpl\n"
                "layer = lpl.Layer(256, 40)\n"
                "signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n"
                "resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))\n"
                "try:\n    layer.save(sys.argv[1])\nexcept OSError as error:\n    sys.exit(error.errno)\n")
        environment = dict(os.environ, PYTHONPATH=str(TREE / "bindings" / "python"), PYTHONDONTWRITEBYTECODE="1")
        done = subprocess.run([sys.executable, "-c", code, str(path)], env=environment)
        self.assertEqual(done.returncode, errno.EFBIG)
        self.assertEqual(path.read_bytes(), before)
        self.assertEqual(self.names(), ["net.lpl"])

    def test_many_threads_and_one_name(self):
        path = self.folder / "net.lpl"
        layers = [lpl.Layer(40 + 17 * k, 30, seed=k) for k in range(4)]
        failed = []

        def work(layer):
            try:
                for _ in range(20):
                    layer.save(path)
                    lpl.Layer.load(path)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(layer,)) for layer in layers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        self.assertEqual(self.names(), ["net.lpl"])

    def test_damage_names_the_file(self):
        path = self.folder / "net.lpl"
        for cut in (0, 16, 200, len(self.data) - 1):
            path.write_bytes(self.data[:cut])
            with self.assertRaisesRegex(lpl.LplFormatError, "truncated.*net.lpl"):
                lpl.Layer.load(path)
        self.layer.save(path)
        with self.assertRaisesRegex(lpl.LplMemoryError, "net.lpl"):
            lpl.Layer.load(path, max_bytes=100)

    def test_nothing_is_touched_by_what_cannot_be_saved(self):
        path = self.folder / "net.lpl"
        self.layer.save(path)
        w = np.zeros((40, 256), "f4")
        self.layer.borrow_weights(w, np.zeros(40, "f4"))
        w[3, 5] = np.nan
        for target in (path, "/dev/full"):
            with self.assertRaises(lpl.LplNonFiniteError):
                self.layer.save(target)
        self.assertEqual(path.read_bytes(), self.data)
        self.assertEqual(self.names(), ["net.lpl"])


class OpenFiles(Folder):
    def test_short_writes_and_reads(self):
        for thing in objects():
            data = thing.to_bytes()
            for most in (1, 7, 4096):
                raw = Raw(most)
                thing.save(raw)
                self.assertEqual(bytes(raw.got), data)
                self.assertEqual(type(thing).load(Raw(most, data=data)).to_bytes(), data)

    def test_what_would_block_or_is_full(self):
        for thing in objects():
            data = thing.to_bytes()
            with self.assertRaises(BlockingIOError) as raised:
                thing.save(Raw(100, 250))
            self.assertEqual(raised.exception.characters_written, 250)
            with self.assertRaisesRegex(OSError, "write.. took 0 of"):
                thing.save(Raw(100, 250, 0))
            with self.assertRaises(BlockingIOError):
                type(thing).load(Raw(100, 250, data=data))
            with self.assertRaisesRegex(lpl.LplFormatError, "truncated"):
                type(thing).load(Raw(100, 250, b"", data=data))

    def test_counts_that_cannot_be(self):
        class Odd:
            def __init__(self, value):
                self.value = value

            def write(self, data):
                return self.value

            def read(self, n):
                return self.value

        for value in (-1, 10 ** 9):
            with self.assertRaisesRegex(OSError, "took"):
                self.layer.save(Odd(value))
        for value in ("12", 1.0, True):
            with self.assertRaisesRegex(TypeError, "write.. returned a"):
                self.layer.save(Odd(value))
        with self.assertRaisesRegex(OSError, "returned 100000 bytes"):  # never beyond the library's buffer
            lpl.Layer.load(Odd(bytes(100000)))
        with self.assertRaisesRegex(TypeError, "str"):
            lpl.Layer.load(Odd("text"))
        with self.assertRaises(TypeError):
            lpl.Layer.load(Odd(12))

    def test_text_files(self):
        path = self.folder / "text"
        with open(path, "w") as file, self.assertRaisesRegex(TypeError, "TextIOWrapper, need a path or a binary file"):
            self.layer.save(file)
        with open(path) as file, self.assertRaisesRegex(TypeError, "TextIOWrapper, need a path, bytes or a"):
            lpl.Layer.load(file)
        with self.assertRaises(TypeError):
            self.layer.save(io.StringIO())
        self.assertEqual(path.stat().st_size, 0)

    def test_a_file_of_limited_size(self):
        old, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (10000, limits[1]))
            for buffering in (0, -1):
                with self.assertRaises(OSError) as raised:
                    with open(self.folder / "raw", "wb", buffering=buffering) as file:
                        self.layer.save(file)
                self.assertEqual(raised.exception.errno, errno.EFBIG)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, old)

    def test_sockets(self):
        a, b = socket.socketpair()
        with a, b, a.makefile("wb", buffering=0) as file:
            a.setblocking(False)
            big = lpl.Layer(1024, 512)
            with self.assertRaises(BlockingIOError):
                big.save(file)
        a, b = socket.socketpair()
        with a, b, a.makefile("wb", buffering=0) as file, b.makefile("rb", buffering=0) as other:
            writer = threading.Thread(target=self.layer.save, args=(file,))
            writer.start()
            self.assertEqual(lpl.Layer.load(other).to_bytes(), self.data)
            writer.join()


if __name__ == "__main__":
    unittest.main()
