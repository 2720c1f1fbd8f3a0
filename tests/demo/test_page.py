"""The page of the demo (examples/demo): what programs left becomes one page; what failed, or is missing, stands on it.

Programs are small shell scripts that write what examples/worlds writes; with LPL_PAPER=build/examples/paper two real
ones run too.
"""
import html.parser
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo"
sys.dont_write_bytecode = True
sys.path.insert(0, str(DEMO))
import page  # noqa: E402
import run  # noqa: E402

TABLE = """
numbers of the day
quantity                                        expected         got   tolerance  verdict
first one                                          1.000       1.001       0.010  ok
  its part                                        < 2.00       1.500              ok
"""
SVG = '<svg width="400" height="300" viewBox="0 0 400 300"><path d="M0 0"/></svg>'
# Where expected values come from (examples/worlds/table.h).
SOURCE = "^(article|erratum|published code|theory|in vivo|in vitro|another program|own): ."
CAPTION = "program: %s\nwhere: Fig. 9\n\nWhat is seen. More of it.\n"


def script(name, body, summary="draws one thing", equation="  y = x"):
    """A program: --help as examples/worlds/cli.c has it, then body with $OUT."""
    return ("#!/bin/sh\nif [ \"$1\" = --help ]; then printf '%%s\\n' %s; exit 0; fi\n"
            "while [ $# -gt 1 ]; do shift; done\nOUT=$1\n%s\n") % (
        shlex.quote("%s - %s\n\nUsage: %s [options]\n\n%s\n\n  --help this text" % (name, summary, name, equation)),
        body)


def drawing(name, figure="pic", caption=None, svg=SVG, printed=TABLE + "2 of 2 as expected\n"):
    return "printf '%%s' %s > \"$OUT/%s.txt\"; printf '%%s' %s > \"$OUT/%s.svg\"; mkdir -p \"$OUT/data\"\n" \
           "echo a,b > \"$OUT/data/%s.csv\"\n" \
           "echo \"wrote $OUT/%s.svg\" >&2\nprintf '%%s' %s" % (
               shlex.quote(caption or CAPTION % name), figure, shlex.quote(svg), figure, figure, figure,
               shlex.quote(printed))


class Reader(html.parser.HTMLParser):
    """Are elements closed in order? Collects links, sources, identifiers and text."""
    VOID = {"meta", "img", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.ids, self.images, self.tags, self.words, self.wrong = [], [], [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in a:
            self.ids.append(a["id"])
        if tag == "a":
            self.links.append(a["href"])
        if tag == "img":
            self.images.append(a)
            self.links.append(a["src"])

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def text(self):
        return " ".join(" ".join(self.words).split())


class PageTest(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory(prefix="lpl-demo-")
        self.addCleanup(self.holder.cleanup)
        self.work = pathlib.Path(self.holder.name) / "a folder & more"
        self.bin, self.out = self.work / "bin", self.work / "out"
        self.bin.mkdir(parents=True)

    def program(self, name, body, **more):
        path = self.bin / name
        path.write_text(script(name, body, **more))
        path.chmod(0o755)

    def demo(self, *programs, jobs=1, environment=None, build=""):
        return subprocess.run([sys.executable, str(DEMO / "run.py"), "--bin", str(self.bin), "--out", str(self.out),
                               "--jobs", str(jobs), "--build", build, "--version", "9.9", *programs],
                              capture_output=True, text=True, env=environment)

    def read(self):
        text = (self.out / "index.html").read_text()
        reader = Reader(text)
        self.assertEqual(reader.wrong, [], "elements closed out of order")
        self.assertEqual(reader.open, [], "elements left open")
        self.assertEqual(len(set(reader.ids)), len(reader.ids), "an identifier twice")
        self.assertNotIn("script", reader.tags)
        for target in reader.links:
            parts = urllib.parse.urlsplit(target)
            self.assertFalse(parts.scheme or parts.netloc, "%s: not relative" % target)
            if parts.path:
                self.assertTrue((self.out / urllib.parse.unquote(parts.path)).exists(), "%s leads nowhere" % target)
            else:
                self.assertIn(urllib.parse.unquote(parts.fragment), reader.ids, target)
        for image in reader.images:
            self.assertTrue(image.get("alt"), "a picture without words")
            self.assertTrue(image.get("width") and image.get("height"), "a picture without its size")
        self.assertEqual([p.name for p in self.out.iterdir() if p.name.startswith(".")], [], "left lying about")
        return text, reader

    def test_whole(self):
        self.program("one", drawing("one"))
        self.program("two", drawing("two", figure="pic-two"), equation="  a = b\n    + c")
        done = self.demo("one", "two --fast 3", jobs=2)
        self.assertEqual(done.returncode, 0, done.stderr)
        text, reader = self.read()
        words = reader.text()
        self.assertIn("What is seen. More of it.", words)
        self.assertIn("a = b + c", words)
        self.assertIn("Fig. 9", words)
        self.assertIn("--fast 3", words)
        self.assertIn("2 of 2", words)
        self.assertNotIn("failed", words)
        self.assertEqual([i["src"] for i in reader.images], ["pic.svg", "pic-two.svg"])
        self.assertEqual(reader.images[0]["alt"], "Fig. 9: What is seen.")
        self.assertIn("@media print", text)
        self.assertIn(str(self.out / "index.html"), done.stdout)
        self.assertIn("one | wrote", done.stderr)
        self.assertIn("first one", done.stdout)

    def builder(self, *lines):
        path = self.work / "build"
        path.write_text("#!/bin/sh\ncd %s || exit 9\n%s\n" % (shlex.quote(str(self.out)), "\n".join(lines)))
        path.chmod(0o755)
        return shlex.quote(str(path))

    def test_starts_while_the_rest_compiles(self):
        """The compiler waits for the first program's figure before it makes the second one: both run."""
        self.program("one", drawing("one"))
        build = self.builder("echo compiles", "touch run/one.ready",
                             "for k in $(seq 300); do [ -e pic.svg ] && break; sleep 0.1; done",
                             "[ -e pic.svg ] || exit 7", "cp ../bin/one ../bin/two")
        done = self.demo("two", "one", jobs=2, build=build)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertIn("compiles\n", done.stdout)
        self.assertRegex(self.read()[1].text(), "All of it took [0-9.]+ s, compilation the first [0-9.]+ s, 2 programs")

    def test_make_of_its_own(self):
        """make's jobs are not handed down: the command says how many it has."""
        for given, passed in (("", ""), (" -j2 --jobserver-auth=3,4", ""), ("kj", "kj"),
                              ("w -j --jobserver-auth=fifo:/tmp/x -- CC=gcc O=-j", "w -- CC=gcc O=-j")):
            self.assertEqual(run.without_jobs(given), passed)

    def test_others_give_way(self):
        """All but the longest are nicer; a program that is not there cannot be the longest."""
        say = "nice > \"$OUT/$(basename \"$0\").nice\"\n"
        for name in ("one", "two"):  # it is told after it has begun
            self.program(name, "sleep 0.3\n" + say + drawing(name, figure=name))
        done = self.demo("one", "two", "--longest", "two")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        mine = os.getpriority(os.PRIO_PROCESS, 0)
        nice = {name: int((self.out / (name + ".nice")).read_text()) for name in ("one", "two")}
        self.assertEqual(nice, {"one": min(19, mine + run.NICER), "two": mine})
        self.assertEqual(self.demo("one", "--longest", "three").returncode, 2)

    def test_does_not_compile(self):
        """What was compiled runs; what was not stands on the page, and so does why."""
        self.program("one", drawing("one"))
        self.program("two", drawing("two"))
        done = self.demo("one", "two", build=self.builder("touch run/one.ready", "echo two.c:1: error", "exit 3"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("two.c:1: error", done.stdout)
        words = self.read()[1].text()
        self.assertRegex(words, "two failed: was not compiled: .* ended with status 3")
        self.assertIn("2 of 2", words)
        self.assertEqual(json.loads((self.out / "run" / "two.json").read_text())["seconds"], None)

    def test_verdict_fails(self):
        table = TABLE + "second                   " + " " * 19 + "       3.000       9.000       0.100  FAIL\n" \
                        "third" + " " * 39 + "       3.000       3.500       0.100  differs\n" \
                        "2 of 4 as expected; 1 that must hold failed\n"
        self.program("bad", drawing("bad", printed=table) + "\necho 'bad: it is Tuesday' >&2\nexit 1")
        self.program("good", drawing("good", figure="other"))
        done = self.demo("bad", "good")
        self.assertEqual(done.returncode, 1)
        self.assertIn("bad exit status 1: 1 value that must hold does not", done.stdout)
        _, reader = self.read()
        words = reader.text()
        self.assertIn("bad failed: exit status 1: 1 value that must hold does not", words.replace(" : ", ": "))
        self.assertIn("bad: it is Tuesday", words)
        self.assertIn("FAILED", words)
        self.assertIn("2 of 4", words)
        self.assertEqual(len(reader.images), 2, "the others are there, and so is what it drew")

    def test_fails_without_a_word(self):
        self.program("liar", drawing("liar", printed=TABLE.replace("  ok", "  FAIL", 1)))
        self.assertEqual(self.demo("liar").returncode, 1)
        self.assertIn("says FAIL", self.read()[1].text())

    def test_signal(self):
        self.program("gone", drawing("gone") + "\nkill -9 $$")
        self.assertEqual(self.demo("gone").returncode, 1)
        self.assertIn("was ended by signal 9 (SIGKILL)", self.read()[1].text())

    def test_absent(self):
        self.program("here", drawing("here"))
        done = self.demo("absent", "here")
        self.assertEqual(done.returncode, 1)
        words = self.read()[1].text()
        self.assertIn("could not be started", words)
        self.assertIn("No such file", words)
        self.assertIn("What is seen", words)

    def test_missing_figure(self):
        for svg, what in (("", "empty"), ("<svg><path", "cut")):
            self.program(what, drawing(what, figure=what, svg=svg))
            done = self.demo(what)
            self.assertEqual(done.returncode, 1, what)
            _, reader = self.read()
            self.assertIn("The figure %s was not drawn" % what, reader.text())
            self.assertIn("figure not drawn: %s" % what, done.stdout)
            self.assertEqual(reader.images, [])
            self.assertIn("data/%s.csv" % what, reader.links)

    def test_old_picture_is_not_shown(self):
        self.program("again", drawing("again"))
        self.assertEqual(self.demo("again").returncode, 0)
        time.sleep(0.05)
        self.program("again", "printf '%%s' %s > \"$OUT/pic.txt\"; exit 1" % shlex.quote(CAPTION % "again"))
        self.assertEqual(self.demo("again").returncode, 1)
        _, reader = self.read()
        self.assertEqual(reader.images, [], "a picture of the run before")
        time.sleep(0.05)
        self.program("again", "exit 1")
        self.demo("again")
        self.assertNotIn("What is seen", self.read()[1].text(), "a caption of the run before")

    def test_without_gnuplot(self):
        self.program("plain", "printf '%%s' %s > \"$OUT/pic.txt\"\n"
                              "echo 'neither draws here: kept pic.gp, no SVG drawn' >&2" %
                     shlex.quote(CAPTION % "plain"))
        done = self.demo("plain")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("gnuplot pic.gp", self.read()[1].text())

    def test_escaped(self):
        nasty = "<b onclick=x>&amp;\"'</b></pre><!-- \x01"
        caption = "program: odd\nwhere: Fig. <1> & \"2\"\n\n%s is seen. </figcaption>\n" % nasty
        table = TABLE.replace("first one" + " " * 11, "a < b & \"c\"" + " " * 9)
        self.program("odd", drawing("odd", figure="a&b #1?", caption=caption, printed="%s\n" % nasty + table) +
                     "\necho %s >&2\nexit 3" % shlex.quote(nasty), summary="what <is> & \"is not\"",
                     equation="  y < x && x > \"0\" </pre>")
        done = self.demo("odd '<i>' '&'")
        self.assertEqual(done.returncode, 1)
        text, reader = self.read()
        self.assertNotIn("<b onclick", text)
        self.assertNotIn("\x01", text)
        self.assertNotIn("<!--", text)
        words = reader.text()
        self.assertIn("<b onclick=x>&amp;\"'</b></pre><!--", words)
        self.assertIn("y < x && x > \"0\" </pre>", words)
        self.assertIn("a < b & \"c\"", words)
        self.assertIn("'<i>' '&'", words)
        self.assertIn("a%26b%20%231%3F.svg", reader.links)
        self.assertIn("Fig. <1> & \"2\"", reader.images[0]["alt"])

    def test_page_alone_and_atomic(self):
        self.program("one", drawing("one"))
        self.demo("one")
        before = (self.out / "index.html").read_text()
        again = subprocess.run([sys.executable, str(DEMO / "page.py"), str(self.out)], capture_output=True, text=True)
        self.assertEqual((again.returncode, again.stdout, again.stderr), (0, "", ""))
        self.assertEqual((self.out / "index.html").read_text(), before)
        (self.out / "run" / "two.json").write_text("{ not a record")
        broken = subprocess.run([sys.executable, str(DEMO / "page.py"), str(self.out)], capture_output=True, text=True)
        self.assertNotEqual(broken.returncode, 0)
        self.assertEqual((self.out / "index.html").read_text(), before, "the page before is whole")
        self.assertEqual((self.out / "index.html").stat().st_mode & 0o444, 0o444, "others may read it")
        with self.assertRaises(UnicodeEncodeError):
            page.write(self.out / "index.html", "half \ud800")
        self.assertEqual((self.out / "index.html").read_text(), before)
        self.assertEqual([p.name for p in self.out.iterdir() if p.name.startswith(".")], [])

    def test_early(self):
        """While the second program runs the page shows the first, and calls nobody failed."""
        self.program("first", drawing("first"))
        self.program("second", "while [ ! -e \"$OUT/go\" ]; do sleep 0.05; done\n" + drawing("second", figure="late"))
        demo = subprocess.Popen([sys.executable, str(DEMO / "run.py"), "--bin", str(self.bin), "--out", str(self.out),
                                 "--jobs", "1", "first", "second"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            for _ in range(600):
                record = self.out / "run" / "second.json"
                if record.exists() and json.loads(record.read_text())["state"] == "running":
                    break
                time.sleep(0.05)
            _, reader = self.read()
            self.assertEqual([i["src"] for i in reader.images], ["pic.svg"])
            self.assertNotIn("failed", reader.text())
            self.assertIn("still running", reader.text())
        finally:
            (self.out / "go").touch()
            demo.communicate()
        self.assertEqual(demo.returncode, 0)
        self.assertNotIn("still running", self.read()[1].text())

    def test_start(self):
        """--start: these run first, in that order; the page has the order given."""
        for name in ("one", "two", "three"):
            self.program(name, "echo %s >> \"$OUT/order\"\n" % name + drawing(name, figure="pic-" + name))
        done = self.demo("--start", "three,two", "one", "two", "three")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.out / "order").read_text().split(), ["three", "two", "one"])
        self.assertEqual([i["src"] for i in self.read()[1].images], ["pic-one.svg", "pic-two.svg", "pic-three.svg"])
        self.assertEqual(self.demo("--start", "four", "one").returncode, 2)

    def test_interrupted(self):
        self.program("slow", "trap 'echo slow: kept >&2; exit 1' INT\ntouch \"$OUT/begun\"\n"
                             "while :; do sleep 0.05; done")
        self.program("later", drawing("later"))
        demo = subprocess.Popen([sys.executable, str(DEMO / "run.py"), "--bin", str(self.bin), "--out", str(self.out),
                                 "--jobs", "1", "slow", "later"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                start_new_session=True)
        for _ in range(600):
            if (self.out / "begun").exists():
                break
            time.sleep(0.05)
        os.killpg(demo.pid, signal.SIGINT)
        demo.communicate()
        self.assertEqual(demo.returncode, 130)
        words = self.read()[1].text()
        self.assertIn("later failed: did not run: interrupted before", words.replace(" : ", ": "))
        self.assertIn("slow: kept", words)

    def test_rows_of_all_examples(self):
        """Each line below the head of a table is understood: as many verdicts as the table's sum says."""
        seen = 0
        for path in sorted((ROOT / "examples" / "paper").glob("*.out")):
            table = page.Table(path.read_text())
            self.assertTrue(table.rows, path.name)
            good, all_of = re.match(r"(\d+) of (\d+) as expected", table.sum).groups()
            judged = [r for r in table.rows if r.verdict]
            self.assertEqual(len(judged), int(all_of), path.name)
            self.assertEqual(sum(r.verdict == "ok" for r in judged), int(good), path.name)
            for row in table.rows:
                self.assertRegex(row.got, r"^(-?\d[\d.e+-]*|NaN)$", "%s: %s" % (path.name, row.what))
                self.assertTrue(row.expected or not row.verdict, "%s: %s" % (path.name, row.what))
                self.assertRegex(row.source, SOURCE if row.verdict else "^not comparable: .", row.what)
            seen += len(table.rows)
        self.assertGreater(seen, 100)

    def test_odd_rows(self):
        head = "t\nquantity                                        expected         got   tolerance  verdict  " \
               "source of what is expected\n"
        rows = ["%-44s %11s %11s %11s  %-7s  %s" % r for r in (
            ("images 1: swap, change %", "< -30.000", "-52.100", "", "ok", "acceptance, from in vivo -43"),
            ("a name that is much longer than forty-four letters, 3 Hz", "-15..10", "-4.000", "", "FAIL", "own"),
            ("x", "-0.123..0.456789", "1.23e-05", "", "differs", "a  b"),
            ("not a number", "NaN", "NaN", "", "ok", "s"))]
        rows.append("%-44s %11s %11s %11s  %-7s  %s" %
                    ("a value alone, for 3 of 4", "", "12.000", "", "-", "not comparable: nothing is published"))
        table = page.Table(head + "\n".join(rows) + "\n3 of 4 as expected\nand a word\n")
        self.assertEqual([(r.what, r.expected, r.got, r.verdict, r.source) for r in table.rows],
                         [("images 1: swap, change %", "< -30.000", "-52.100", "ok", "acceptance, from in vivo -43"),
                          ("a name that is much longer than forty-four letters, 3 Hz", "-15..10", "-4.000", "FAIL",
                           "own"),
                          ("x", "-0.123..0.456789", "1.23e-05", "differs", "a  b"), ("not a number", "NaN", "NaN",
                                                                                     "ok", "s"),
                          ("a value alone, for 3 of 4", "", "12.000", "", "not comparable: nothing is published")])
        self.assertEqual(table.rest, "and a word")

    def test_usage(self):
        for words in ((), ("one", "one"), ("demo",)):
            self.assertEqual(self.demo(*words).returncode, 2, words)
        missing = subprocess.run([sys.executable, str(DEMO / "page.py"), str(self.out)], capture_output=True, text=True)
        self.assertEqual(missing.returncode, 2)
        self.assertIn("no folder", missing.stderr)


@unittest.skipUnless(os.environ.get("LPL_PAPER"), "LPL_PAPER, the folder of the built programs, is not set")
class RealTest(PageTest):
    def setUp(self):
        super().setUp()
        self.bin = pathlib.Path(os.environ["LPL_PAPER"]).resolve()

    def test_real(self):
        done = self.demo("rule_curves", "stdp --demo", jobs=2)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        _, reader = self.read()
        words = reader.text()
        self.assertIn("40 of 40", words)
        self.assertIn("30 of 30", words)
        self.assertIn("dw = eta h phi'(h - 3 r0)", words)
        figures = {"rule_curves", "rule_curves_relu", "rule_curves_sliding", "stdp_windows"}
        self.assertLessEqual(figures, set(reader.ids))
        self.assertTrue({"%s.svg" % f for f in figures} <= set(reader.links) or "no SVG drawn" in done.stderr)

    def test_real_without_gnuplot(self):
        done = self.demo("rule_curves", environment={"PATH": str(self.work), "LPL_DRAW": "none"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        words = self.read()[1].text()
        self.assertIn("gnuplot rule_curves_relu.gp", words)
        self.assertIn("40 of 40", words)


for name in [n for n in dir(PageTest) if n.startswith("test_")]:
    setattr(RealTest, name, None)  # they run once

if __name__ == "__main__":
    unittest.main()
