# tests/test_threads.py - layers on several threads, ends of layers, memory.
import gc
import resource
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import lpl
from support import rng


def train(seed):
    layer = lpl.Layer(40, 20, act="relu", preset="reference", batch_max=32, seed=seed)
    r = rng(seed)
    for _ in range(30):
        x = r.normal(size=(32, 40)).astype("f4")
        layer.update(x, x + np.float32(0.1))
    return layer.to_bytes()


class Threads(unittest.TestCase):
    def test_different_layers_together(self):
        want = [train(seed) for seed in range(8)]
        with ThreadPoolExecutor(4) as pool:
            self.assertEqual(list(pool.map(train, range(8))), want)

    def test_forward_of_one_layer_together(self):
        layer = lpl.Layer(200, 100, seed=1)
        x = rng(1).normal(size=(64, 200)).astype("f4")
        want = layer(x)
        with ThreadPoolExecutor(4) as pool:
            for z in pool.map(lambda _: layer(x), range(40)):
                np.testing.assert_array_equal(z, want)

    def test_sentences_belong_to_their_thread(self):
        def wrong(eta):
            try:
                lpl.Layer(3, 2, eta=-eta)
            except lpl.LplArgError as error:
                return str(error)

        with ThreadPoolExecutor(4) as pool:
            for k, sentence in enumerate(pool.map(wrong, range(1, 200)), 1):
                self.assertIn(f"eta = -{k},", sentence)


class Ends(unittest.TestCase):
    def test_closed_layers_raise(self):
        with lpl.Layer(3, 2) as layer:
            x = np.zeros((1, 3), "f4")
            layer(x)
        layer.close()
        for call in (lambda: layer(x), lambda: layer.eta, lambda: layer.update(x, x), lambda: layer.to_bytes(),
                     lambda: layer.w):
            with self.assertRaisesRegex(lpl.LplNullError, "closed"):
                call()
        self.assertIn("closed", repr(layer))

    def test_closed_stacks_raise(self):
        stack = lpl.Stack([dict(n_pre=3, n_post=2), dict(n_pre=2, n_post=2)])
        layer = stack[1]
        stack.close()
        stack.close()
        for call in (lambda: stack(np.zeros((1, 3), "f4")), lambda: layer.steps_done):
            with self.assertRaisesRegex(lpl.LplNullError, "stack is closed"):
                call()

    def test_a_layer_of_a_stack_ends_with_the_stack(self):
        code = "import gc, lpl, numpy as np; s = lpl.Stack([dict(n_pre=2000, n_post=1000)])\n" \
               "with s[0] as layer: layer.borrow_weights(np.ones((1000, 2000), 'f4'), np.zeros(1000, 'f4'))\n" \
               "del layer; gc.collect(); z = s(np.ones((1, 2000), 'f4')); assert (z == 2000).all(), z; s[0].eta"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))  # the stack's arrays are not freed under it

    def test_a_thousand_layers_leave_nothing(self):
        def many():
            for k in range(1000):
                layer = lpl.Layer(300, 100, optim="adam", batch_max=16)  # half a megabyte each
                if k % 2:
                    layer.close()
            gc.collect()

        lpl.Layer(300, 100, optim="adam", batch_max=16)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        many()
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 20_000)  # kB

    def test_freed_at_once_without_the_collector(self):
        gc.disable()
        try:
            layer = lpl.Layer(3, 2)
            end = layer._end
            del layer
            self.assertFalse(end.alive)
        finally:
            gc.enable()

    def test_layers_alive_at_exit(self):
        code = "import lpl, numpy as np; a = lpl.Layer(3, 2); b = lpl.Stack([dict(n_pre=3, n_post=2)]); c = b[0]; " \
               "d = lpl.Stats(3); a.borrow_weights(np.zeros((2, 3), 'f4'), np.zeros(2, 'f4')); a._me = a"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
