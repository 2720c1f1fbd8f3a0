# tests/test_own_spiking.py - verdicts on spiking networks from Python: report, warnings, state, and the program of
# docs/own_spiking.md.
import contextlib
import io
import re
import unittest
import warnings

import numpy as np

import lpl
from support import TREE

PAGE = (TREE / "docs" / "own_spiking.md").read_text(encoding="utf-8")
V = np.full(4, -0.051, "f4")
NONE = np.array([], "u4")
ALL = np.arange(4, dtype="u4")


class Verdicts(unittest.TestCase):
    def watched(self, **fields):
        return lpl.Spiking(3, 4, **dict(dict(flags="watch", tau_mean=0.1, tau_sigma2=0.05, update_every=100, label=7),
                                        **fields))

    def seen(self, call):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            call()
        return [str(w.message) for w in seen if w.category is lpl.LplVerdictWarning], seen

    def test_report_and_warnings(self):
        s = self.watched(mode="track")
        self.assertEqual((s.report().verdict, s.report().mend, s.verdict),
                         (lpl.Verdict.EARLY, lpl.Mend.NONE, lpl.Verdict.EARLY))
        silence = lambda n: [s.step(NONE, NONE, V) for _ in range(n)]  # noqa: E731
        self.assertEqual(self.seen(lambda: silence(1000))[0], [])
        texts, seen = self.seen(lambda: silence(1000))
        r = s.report()
        self.assertEqual((r.verdict, r.mend, s.verdict, r.silent, r.runaway, r.weight_change),
                         (lpl.Verdict.SILENT, lpl.Mend.INPUT, lpl.Verdict.SILENT, 1, 0, -1))
        self.assertEqual(texts, [f"projection 7: {r.sentence}"])
        self.assertIn("test_own_spiking.py", seen[0].filename)
        # many steps in one call: a recovery is silent, the next fault is told
        pre = np.arange(0, 3000, 37)
        heard = lpl.spike_ptr(pre, 3000), np.arange(pre.size, dtype="u4") % 3
        for every, verdict in ((499, lpl.Verdict.OK), (101, lpl.Verdict.RUNAWAY)):
            when = np.arange(1, 3000, every)
            ptr, post = lpl.spike_ptr(np.repeat(when, 4), 3000), np.tile(ALL, when.size)
            texts, _ = self.seen(lambda: s.steps(*heard, ptr, post, np.tile(V, (3000, 1))))
            self.assertEqual((s.verdict, len(texts)), (verdict, int(verdict != lpl.Verdict.OK)))
        with warnings.catch_warnings():
            warnings.simplefilter("error", lpl.LplVerdictWarning)
            with self.assertRaises(lpl.LplVerdictWarning):
                silence(40000)

    def test_without_the_flag(self):
        s = self.watched(flags=0)
        self.assertEqual(self.seen(lambda: [s.step(NONE, NONE, V) for _ in range(2500)])[0], [])
        self.assertEqual((s.report().verdict, s.verdict, s.report().weight_change),
                         (lpl.Verdict.SILENT, lpl.Verdict.EARLY, -1))
        self.assertEqual(lpl.spiking_config_fields(3, 4, flags="watch")["flags"], lpl.SpikingFlag.WATCH)
        with self.assertRaisesRegex(lpl.LplArgError, "flags = 2"):
            self.watched(flags=2)

    def test_saved_with_the_projection(self):
        s = self.watched()
        for _ in range(1500):
            s.step(NONE, NONE, V)
        copy = lpl.Spiking.load(s.to_bytes())
        self.assertEqual((copy.report(), copy.verdict), (s.report(), lpl.Verdict.SILENT))
        self.assertEqual(self.seen(lambda: [copy.step(NONE, NONE, V) for _ in range(2500)])[0], [])  # was told

    def test_network(self):
        net = lpl.Network()
        inputs, cells = net.add_input(3), net.add_lif(lpl.Lif(4))
        s, other = self.watched(), self.watched(label=8, flags=0)
        net.add(s, inputs, cells)
        net.add(other, inputs, cells, None)
        self.assertEqual(self.seen(lambda: net.run(1000))[0], [])
        texts, seen = self.seen(lambda: net.run(1000))
        self.assertEqual(texts, [f"projection 7: {s.report().sentence}"])
        self.assertIn("test_own_spiking.py", seen[0].filename)
        self.assertEqual(self.seen(lambda: net.run(3000))[0], [])


class Page(unittest.TestCase):
    def test_program(self):
        block, = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
        self.assertLessEqual(len(block.strip().splitlines()), 20)
        out = io.StringIO()
        with warnings.catch_warnings(), contextlib.redirect_stdout(out):
            exec(compile(block, "own_spiking.md", "exec"), {})
        first, second = out.getvalue().strip().split("\n")
        self.assertEqual(first.split(":")[0], "OK NONE ok")
        rate, weight, change = map(float, re.findall(r"\d+\.\d+", second))
        self.assertTrue(0.5 < rate < 20 and 0.03 < weight < 0.1 and 1e-3 < change < 0.2, second)

    def test_names(self):
        for name in re.findall(r"\bLPL_(?:VERDICT|MEND)_[A-Z_]*[A-Z]\b", PAGE):
            self.assertIn(name, (TREE / "include" / "lpl" / "spiking.h").read_text(encoding="utf-8"))
        rows = re.search(r"\| `LPL_VERDICT_`(.*?)\n\n", PAGE, flags=re.S)[1]
        for member in lpl.Verdict:
            self.assertIn(f"\n| `{member.name}` |", rows)
        for member in lpl.Mend:
            self.assertIn(f"`{member.name}`", rows)


if __name__ == "__main__":
    unittest.main()
