# tests/test_fork.py - children of a process that has used threads: one thread there, nothing hangs, same bits.
import multiprocessing
import os
import signal
import subprocess
import sys
import unittest

import numpy as np

import lpl
from support import TREE, rng


def layer_bits(threads, layer=None):
    r = rng(1)
    layer = layer or lpl.Layer(128, 128, preset="reference", batch_max=64, threads=threads, seed=1)
    for _ in range(2):
        x = r.normal(size=(2, 64, 128)).astype("f4")
        layer.update(x[0], x[1])
    return layer.to_bytes()


def pool_bits(threads):
    return layer_bits(threads)


def everything(threads):
    """State after some steps of each object that takes threads."""
    r, out = rng(2), [layer_bits(threads)]
    x = r.normal(size=(2, 64, 128)).astype("f4")
    stream = lpl.Layer(128, 256, preset="stream", decorr=1, threads=threads)
    for row in x[0][:5]:
        stream.update_online(row)
    conv = lpl.Layer(kind="conv2d", channels=2, height=8, width=8, n_post=8, pool=2, preset="reference", batch_max=64,
                     threads=threads)
    stack = lpl.Stack([dict(n_pre=128, n_post=64, batch_max=64, preset="reference", threads=threads),
                       dict(n_pre=64, n_post=32, batch_max=64, preset="reference", threads=threads, stream=1)])
    stats = lpl.Stats(128, covariance=True, batch_max=64, threads=threads)
    conv.update(x[0], x[1]), stack.update(x[0], x[1]), stats.update(x[0])
    for engine in ("fused", "block"):
        s = lpl.Spiking(60, 300, engine=engine, threads=threads, update_every=5)
        for k in range(12):
            s.step(np.array([k, k + 9], "u4"), np.array([k], "u4"), np.full(300, -0.05, "f4"))
        out.append(s.to_bytes())
    return out + [o.to_bytes() for o in (stream, conv, stack, stats)]


class Fork(unittest.TestCase):
    def in_child(self, check):
        """check() in a child, where True is right. What waits for ever is ended by the alarm."""
        pid = os.fork()
        if pid == 0:
            try:
                signal.alarm(60)
                os._exit(0 if check() else 1)
            except BaseException as error:
                print(type(error).__name__, error, file=sys.stderr, flush=True)
            finally:
                os._exit(2)
        self.assertEqual(os.waitpid(pid, 0)[1], 0, "a child got stuck (14), or is wrong (256)")

    def test_every_object(self):
        want, old = everything(1), lpl.Layer(128, 128, preset="reference", batch_max=64, threads=2, seed=1)
        self.assertEqual(everything(2), want)
        layer_bits(2, old)
        here = lpl.Layer.load(old.to_bytes(), threads=2)
        next_bits = layer_bits(2, here)
        self.in_child(lambda: everything(2) == want)
        self.in_child(lambda: layer_bits(2, old) == next_bits)   # goes on with its copy
        self.in_child(lambda: lpl.is_one_thread() and old.threads == 2)
        self.assertFalse(lpl.is_one_thread())                    # the parent keeps its threads
        self.assertEqual(layer_bits(2, old), next_bits)

    def test_pools(self):
        want = layer_bits(2)
        for method in ("fork", "forkserver", "spawn"):
            with multiprocessing.get_context(method).Pool(1) as pool:
                self.assertEqual(pool.map_async(pool_bits, [2]).get(120), [want], method)

    def run_code(self, code):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120,
                              env=dict(os.environ, OPENBLAS_NUM_THREADS="1"))  # NumPy's may start threads of its own
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_children_of_one_thread_are_free(self):
        self.run_code("import os, lpl\npid = os.fork()\nif pid == 0: os._exit(lpl.is_one_thread())\n"
                      "assert os.waitpid(pid, 0)[1] == 0")

    @unittest.skipUnless(os.path.isdir("/proc/self/task"), "threads are counted in /proc")
    def test_threads_of_others(self):
        # unknown to threading
        self.run_code("import os, _thread, lpl\n_thread.start_new_thread(_thread.allocate_lock().acquire, ())\n"
                      "import time\nlock = _thread.allocate_lock(); lock.acquire(); "
                      "_thread.start_new_thread(lambda: (lock.release(), [time.sleep(1) for _ in range(60)]), ()); "
                      "lock.acquire()\n"
                      "pid = os.fork()\nif pid == 0: os._exit(not lpl.is_one_thread())\nassert os.waitpid(pid, 0)[1] "
                      "== 0\n"
                      "assert not lpl.is_one_thread()\nos._exit(0)")

    def test_one_thread_on_request(self):
        self.run_code("import sys; sys.path.insert(0, %r)\nimport lpl, test_fork as t\nwant = "
                      "t.everything(2)\nlpl.one_thread()\n"
                      "assert lpl.is_one_thread() and t.everything(2) == want"
                      % str(TREE / "bindings" / "python" / "tests"))


if __name__ == "__main__":
    unittest.main()
