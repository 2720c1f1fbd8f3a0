"""The pages of the site (docs/site): what does not need Sphinx.

The programs of the tutorials and of README are compiled and run and must print what the pages say; comments of the
headers are read whole; the sources of the site are assembled.

LPL_LIB: the folder of liblpl.so (lib). CC: the compiler.
"""
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIB = pathlib.Path(os.environ.get("LPL_LIB", ROOT / "lib")).resolve()
CC = os.environ.get("CC", "cc")
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "docs/site"), str(ROOT / "tests/site")]
import build  # noqa: E402
import comment  # noqa: E402
import fragments  # noqa: E402
import gallery  # noqa: E402
import links  # noqa: E402
import man  # noqa: E402
import snippets  # noqa: E402

TUTORIALS = sorted(path for path in (ROOT / "docs/tutorials").glob("*.md") if path.stem != "index")


def like(expected, got):
    """compare.awk: words equal, numbers within 2 %; a sentence if not."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("expected", expected), ("got", got)):
            (pathlib.Path(folder) / name).write_text(text, encoding="utf-8")
        done = subprocess.run(["awk", "-f", str(ROOT / "examples/compare.awk"), "expected", "got"], cwd=folder,
                              capture_output=True, text=True, check=False, env=dict(os.environ, LC_ALL="C"))
    return done.stdout if done.returncode else ""


class Tutorials(unittest.TestCase):
    def run_page(self, name):
        text = (ROOT / f"docs/tutorials/{name}.md").read_text(encoding="utf-8")
        ran = 0
        with tempfile.TemporaryDirectory() as folder:
            place = snippets.Place(folder, text, LIB, CC, sys.executable)
            for block, output in snippets.commands(text):
                missing = [module for module in block.needs if not place.has(module)]
                if missing:
                    self.skipTest(f"Python has no {missing[0]}")
                done = place.run(block)
                self.assertEqual(done.returncode, 0, block.body + done.stdout + done.stderr)
                self.assertIsNotNone(output, f"{name}: nothing is said to be printed by {block.body}")
                self.assertTrue(output.body.strip())
                self.assertEqual(like(output.body, done.stdout), "", block.body)
                ran += 1
        self.assertGreater(ran, 0)

    def test_first_layer(self):
        self.run_page("first-layer")

    def test_deep_network(self):
        self.run_page("deep-network")

    def test_spiking_network(self):
        self.run_page("spiking-network")

    def test_your_simulator(self):
        self.run_page("your-simulator")

    def test_from_pytorch(self):
        self.run_page("from-pytorch")

    def test_readme(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        program, = (block for block in snippets.blocks(text) if block.language == "c" and "main(" in block.body)
        with tempfile.TemporaryDirectory() as folder:
            place = snippets.Place(folder, "", LIB, CC, sys.executable)
            (place.folder / "example.c").write_text(program.body, encoding="utf-8")
            done = place.run(snippets.blocks("```sh\ncc example.c $(pkg-config --cflags --libs lpl) -o example\n"
                                             "./example\n```\n")[0])
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_all_are_run_and_in_the_table(self):
        here = {name[5:].replace("_", "-") for name in dir(self) if re.match(r"test_(?!all|a_page|readme)", name)}
        self.assertEqual({path.stem for path in TUTORIALS}, here)
        index = (ROOT / "docs/tutorials/index.md").read_text(encoding="utf-8")
        for path in TUTORIALS:
            self.assertIn(f"({path.name})", index)

    def test_a_page_that_says_something_else_fails(self):
        self.assertEqual(like("weight 3.43 of 2\n", "weight 3.45 of 2\n"), "")
        self.assertNotEqual(like("weight 3.43 of 2\n", "weight 3.63 of 2\n"), "")
        self.assertNotEqual(like("weight 3.43\n", "weight 3.43\nand more\n"), "")


class Pieces(unittest.TestCase):
    """Pieces of C on the pages: do they say what the headers say?"""

    HEAD = "#include <lpl.h>\n#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"

    @staticmethod
    def mpi():
        """Where mpicc finds mpi.h; None: nowhere."""
        mpicc = shutil.which("mpicc")
        done = mpicc and subprocess.run([mpicc, "-show"], capture_output=True, text=True, check=False)
        return [word for word in done.stdout.split() if word.startswith("-I")] if done else None

    def compiles(self, program):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "piece.c"
            more = "#include <lpl/mpi.h>\n" if "lpl_mpi_" in program else ""
            path.write_text(self.HEAD + more + program, encoding="utf-8")
            done = subprocess.run([*CC.split(), "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused",
                                   "-Wno-uninitialized", "-fsyntax-only", f"-I{ROOT}/include",
                                   *("lpl_mpi_" in program and self.mpi() or []), str(path)],
                                  capture_output=True, text=True, check=False)
        return done.stderr if done.returncode else ""

    def whole(self, text):
        """Does it compile as it is: as a file, or within a function?"""
        inside = f"int piece(void);\nint piece(void) {{\n{text}return 0;\n}}\n"
        return not (self.compiles(text) and self.compiles(inside))

    def test_they_compile(self):
        n = 0
        for path in sorted((ROOT / "docs").glob("*.md")) + [ROOT / "README.md"]:
            if path.stem == "mpi" and self.mpi() is None:
                continue
            around = list(fragments.AROUND.get(path.stem, []))
            for line, text in build.pieces_of_c(path):
                n += 1
                if self.whole(text):
                    continue
                self.assertTrue(around, f"{path.name}:{line}: does not compile by itself; what it takes for granted "
                                f"belongs into tests/site/fragments.py\n{text}")
                entry = around.pop(0)
                if entry is None:
                    continue
                before, dots = entry
                for old, new in (dots.items() if isinstance(dots, dict) else [("...", dots)]):
                    text = text.replace(old, new)
                outer = re.match(r"static lpl_status_t .*?\n}\n", text, flags=re.S)  # a function and its use
                program = f"{before}\n{outer[0] if outer else ''}int piece(void);\nint piece(void) {{\n" \
                          f"{'' if outer else before}\n{{\n{text[outer.end() if outer else 0:]}}}\nreturn 0;\n}}\n"
                if not outer:
                    program = program[len(before):]
                self.assertEqual(self.compiles(program), "", f"{path.name}:{line}")
            self.assertEqual(around, [], f"{path.name}: fragments.py says more than there are pieces")
        self.assertGreater(n, 20)
        self.assertFalse(self.whole("lpl_layer_set(NULL, 1);\n"))
        self.assertFalse(self.whole("lpl_layer_sett(NULL, 1, 2);\n"))
        self.assertTrue(self.whole("lpl_layer_set(NULL, 1, 2);\n"))


class Comments(unittest.TestCase):
    """docs/site/comment.py: nothing that a comment says may get lost on the way to a page."""

    @staticmethod
    def words(blocks):
        out = []
        for block in blocks:
            if block[0] == "paragraph":
                out.append(block[1])
            elif block[0] == "lines":
                out += block[1]
            elif block[0] == "equation":
                out += block[2]
            else:
                out += [cell for row in block[1] for cell in row]
        return " ".join(out).split()

    def test_every_word_is_kept(self):
        equations, n = comment.Equations(), 0
        for h in comment.read_api()["headers"]:
            things = [h] + [thing for key in ("types", "enums", "structs", "functions") for thing in h[key]]
            for thing in things:
                blocks = comment.blocks(thing["doc"], h["name"], equations)
                self.assertEqual(self.words(blocks), thing["doc"].split(), thing.get("name"))
                n += 1
        self.assertGreater(n, 200)
        self.assertEqual(equations.missed(), [line for line in equations.missed() if ".md: " in line])

    def test_blocks(self):
        text = "One step.\n  x0   the past:\n       batch x n\n  x1   now\nReturns LPL_OK. Thread class: any."
        self.assertEqual(comment.blocks(text), [
            ("paragraph", "One step."), ("table", [("x0", "the past: batch x n"), ("x1", "now")]),
            ("paragraph", "Returns LPL_OK."), ("paragraph", "Thread class: any.")])
        self.assertEqual(comment.blocks("  a    b    c"), [("lines", ["a    b    c"])])

    def test_an_equation_that_changed_is_missed(self):
        text = "# x.h\n=\n  y = x\n-\ny = x^2\n"
        equations = comment.Equations(text)
        self.assertEqual(comment.blocks("See\n  y = x\nabove.", "x.h", equations)[1],
                         ("equation", "y = x^2", ["y = x"]))
        self.assertEqual(equations.missed(), [])
        equations = comment.Equations(text)
        comment.blocks("See\n  y = 2 x\nabove.", "x.h", equations)
        self.assertEqual(equations.missed(), ["x.h: y = x"])

    def test_tokens(self):
        kinds = [kind for kind,
                 _ in comment.tokens("lpl_update gives LPL_OK, see rule.h, docs/rule.md and theory 1.5.")]
        self.assertEqual(kinds, ["function", "text", "constant", "text", "header", "text", "page", "text", "theory",
                                 "text"])


class Site(unittest.TestCase):
    """docs/site/build.py: what Sphinx would read."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = pathlib.Path(cls.folder.name) / "src"
        demo = pathlib.Path(cls.folder.name) / "demo"
        demo.mkdir()
        (demo / "toy2d_noise.txt").write_text("program: toy2d\nwhere: Fig. 2: a\n\nNoise: w_1 of *it*.\n",
                                              encoding="utf-8")
        (demo / "toy2d_noise.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            cls.complaints = build.assemble(cls.out, demo, None, load=False)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def page(self, name):
        return (self.out / name).read_text(encoding="utf-8")

    def test_nothing_to_complain_of(self):
        self.assertEqual(self.complaints, [])

    def test_every_header_function_struct_and_constant_is_there(self):
        for h in comment.read_api()["headers"]:
            page = self.page(f"reference/{h['name'][:-2]}.rst")
            for f in h["functions"]:
                self.assertRegex(page, rf"(?m)(c:function::|^ +).* \*?{f['name']}\(")
            for s in h["structs"]:
                self.assertIn(f".. c:struct:: {s['name']}\n", page)
                for field in s["fields"]:
                    self.assertRegex(page, rf"\.\. c:var:: .*{field['name']}\n")
            for e in h["enums"]:
                for c in e["constants"]:
                    self.assertIn(f".. c:enumerator:: {c['name']} = {c['value']}\n", page)

    def test_links_lead_to_pages(self):
        for path in self.out.rglob("*.md"):
            text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.S)
            for target in re.findall(r"\]\(([^)#\s:]+)[^)\s]*\)", text):
                self.assertTrue((path.parent / target).exists(), f"{path.name}: {target}")

    def test_equations_of_the_pages_are_rendered(self):
        self.assertIn("```{math}\n\\Delta W", self.page("index.md"))
        self.assertIn("```{math}\n\\delta_i^b", self.page("rule.md"))
        self.assertIn(".. math::", self.page("reference/spiking.rst"))

    @unittest.skipUnless(shutil.which("node") and pathlib.Path("/usr/share/javascript/katex/katex.min.js").is_file(),
                         "node or KaTeX is not here")
    def test_every_formula_can_be_drawn(self):
        formulas = []
        for path in self.out.rglob("*.md"):
            text = path.read_text(encoding="utf-8")
            formulas += re.findall(r"```\{math\}\n(.*?)```", text, flags=re.S)
            prose = re.sub(r"```.*?\n```|`[^`\n]*`", "", text, flags=re.S)
            formulas += re.findall(r"(?<![\\$])\$(?=[^\s$])([^$]*[^\s$\\])\$(?!\d)", prose)
        for path in self.out.rglob("*.rst"):
            for block in re.findall(r"\.\. math::\n\n((?: +.*\n)+)", path.read_text(encoding="utf-8")):
                formulas.append(block)
        self.assertGreater(len(formulas), 200)
        script = ("const katex = require('/usr/share/javascript/katex/katex.min.js'); let bad = 0;"
                  "for (const f of JSON.parse(require('fs').readFileSync(0, 'utf8'))) { try {"
                  "katex.renderToString(f, {displayMode: true, strict: 'ignore'}); } catch (e) {"
                  "console.log(f + '\\n' + e.message); } }")
        done = subprocess.run(["node", "-e", script], input=json.dumps(formulas), capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.stdout, done.stderr), ("", ""))

    def test_gallery(self):
        text = self.page("gallery.md")
        for _, commands, _ in gallery.rows():
            for command in commands:
                self.assertIn(f"\n{command}\n", text)
        self.assertIn("```{figure} figures/toy2d_noise.svg", text)
        self.assertIn('\n:alt: "Fig. 2: a"\n\n**Fig. 2: a** Noise: w\\_1 of \\*it\\*.\n', text)
        self.assertGreater(len(gallery.rows()), 8)
        with tempfile.TemporaryDirectory() as folder:
            gallery.write(pathlib.Path(folder), pathlib.Path(folder) / "none")
            self.assertIn("No pictures here", (pathlib.Path(folder) / "gallery.md").read_text(encoding="utf-8"))

    def test_a_page_in_no_menu_is_noticed(self):
        menu = build.MENU
        build.MENU = tuple((caption, tuple(n for n in names if n != "rule")) for caption, names in menu)
        try:
            with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
                complaints = build.assemble(pathlib.Path(folder) / "src", pathlib.Path(folder), None,
                                            load=False)
        finally:
            build.MENU = menu
        self.assertEqual(len(complaints), 1)
        self.assertIn("docs/rule.md stands in no menu", complaints[0])


class Python(unittest.TestCase):
    def test_every_name_of_the_package_is_there(self):
        program = ("import sys; sys.path.insert(0, sys.argv[1]); import notebook, pythonpage\n"
                   "if not notebook.runnable(): sys.exit(7)\n"
                   "import lpl; page = pythonpage.page()\n"
                   "print(*[n for n in lpl.__all__ if 'lpl.' + n not in page and n not in ('__version__', "
                   "'LayerConfig')])")
        done = subprocess.run([sys.executable, "-c", program, str(ROOT / "docs/site")], capture_output=True, text=True,
                              check=False, env=dict(os.environ, LPL_LIBRARY=str(LIB / "liblpl.so")))
        if done.returncode == 7:
            self.skipTest("NumPy or the library is not here")
        self.assertEqual((done.returncode, done.stdout), (0, "\n"), done.stderr)


class Links(unittest.TestCase):
    def test_what_leads_nowhere_is_named(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "a.html").write_text('<p id="here"><a href="#here">1</a><a href="b.html#there">2</a>'
                                           '<a href="https://example.org">3</a><img src="c.svg">', encoding="utf-8")
            (folder / "b.html").write_text('<h1 id="there">b</h1><a href="a.html#here">a</a>', encoding="utf-8")
            (folder / "c.svg").write_text("<svg/>", encoding="utf-8")
            self.assertEqual(links.check(folder), [])
            (folder / "a.html").write_text('<a href="#here">1</a><a href="b.html#gone">2</a><a href="d.html">3</a>'
                                           '<script src="https://example.org/x.js"></script>', encoding="utf-8")
            (folder / "s.css").write_text("@font-face { src: url(//fonts.example.org/f) }", encoding="utf-8")
            self.assertEqual(links.check(folder), [
                "a.html: #here: no such anchor", "a.html: b.html#gone: no such anchor", "a.html: d.html is not there",
                "a.html: loads https://example.org/x.js", "b.html: a.html#here: no such anchor",
                "s.css: loads //fonts.example.org/f"])


class Manual(unittest.TestCase):
    """docs/site/man.py: pages of the manual."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = pathlib.Path(cls.folder.name) / "man"
        program = pathlib.Path(cls.folder.name) / "lpl-demo"
        program.write_text("#!/bin/sh\ncase $1 in\n"
                           "--list) echo 'toy2d  one neuron, two inputs'; echo 'stdp   windows';;\n"
                           "--help) echo 'Usage: lpl-demo NAME';; esac\n", encoding="utf-8")
        recut = pathlib.Path(cls.folder.name) / "lpl-recut"
        recut.write_text("#!/bin/sh\necho 'lpl-recut - parts, cut anew'; echo\necho 'Usage: lpl-recut -n M FILE'\n"
                         "echo '       lpl-recut --list FILE'; echo\necho '  -n M  parts to be made'\n",
                         encoding="utf-8")
        for file in (program, recut):
            file.chmod(0o755)
        cls.names = man.write(cls.out, {"lpl-demo": str(program), "lpl-recut": str(recut)})

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def text(self, name):
        text = (self.out / name).read_text(encoding="utf-8")
        return re.sub(r"\\f[BIR]", "", text).replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")

    def test_everything_has_its_page(self):
        for h in comment.read_api()["headers"]:
            stem = f"lpl_{h['name'][:-2]}"
            page = self.text(f"man3/{stem}.3")
            self.assertIn(f"{stem}(3)", self.text("man7/lpl.7"))
            for f in h["functions"]:
                self.assertIn(f"{f['name']}(", page)
                if f["name"] != stem:
                    self.assertEqual(self.text(f"man3/{f['name']}.3"), f".so man3/{stem}.3\n")
            for s in h["structs"]:
                for field in s["fields"]:
                    self.assertRegex(page, rf"(?m)^{re.escape(field['type'])} ?{field['name']}$")
            for e in h["enums"]:
                for c in e["constants"]:
                    self.assertIn(f"{c['name']} ({c['value']})", page)
        self.assertEqual(len(self.names), len(set(self.names)))
        self.assertEqual(sorted(self.names), sorted(str(p.relative_to(self.out)) for p in self.out.rglob("*.[137]")))

    def test_every_word_of_a_comment_is_kept(self):
        for h in comment.read_api()["headers"]:
            page = self.text(f"man3/lpl_{h['name'][:-2]}.3")
            words = set(re.sub(r"\(3\)", ".h", page).split())
            for f in h["functions"]:
                for word in f["doc"].split():
                    if not re.search(r"\.h\b", word):
                        self.assertIn(word, words, f["name"])

    def test_lpl_demo(self):
        page = self.text("man1/lpl-demo.1")
        self.assertIn(".TP\ntoy2d\none neuron, two inputs\n", page)
        self.assertIn("Usage: lpl-demo NAME", page)

    def test_lpl_recut(self):
        page = self.text("man1/lpl-recut.1")
        self.assertIn("lpl-recut - parts, cut anew\n", page)
        self.assertIn("\nlpl-recut -n M FILE\nlpl-recut --list FILE\n", page)
        self.assertIn("-n M  parts to be made", page)

    def test_they_are_in_order(self):
        pages = [name for name in self.names if not self.text(name).startswith(".so ")]
        tools = [("mandoc", ["-Tlint", "-W", "warning"]),
                 ("man", ["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"])]
        ran = 0
        for tool, options in tools:
            if not shutil.which(tool):
                continue
            for name in pages:
                done = subprocess.run([tool, *options, str(self.out / name)], capture_output=True, text=True,
                                      check=False, env=dict(os.environ, LC_ALL="C.UTF-8", MANROFFSEQ="", MANWIDTH="80"))
                said = done.stderr + (done.stdout if tool == "mandoc" else "")
                self.assertEqual((done.returncode, said), (0, ""), f"{tool}: {name}")
            ran += 1
        if not ran:
            self.skipTest("neither mandoc nor man is here")

    @unittest.skipUnless(shutil.which("man"), "man is not here")
    def test_man_finds_a_function(self):
        done = subprocess.run(["man", "-M", str(self.out), "3", "lpl_update_online"], capture_output=True, text=True,
                              check=False, env=dict(os.environ, LC_ALL="C", MANPAGER="cat", MANWIDTH="80"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("LPL_LAYER(3)", done.stdout)

    def test_the_same_bytes_again(self):
        with tempfile.TemporaryDirectory() as folder:
            again = pathlib.Path(folder) / "man"
            for name in man.write(again):
                self.assertEqual((again / name).read_bytes(), (self.out / name).read_bytes())


if __name__ == "__main__":
    unittest.main()
