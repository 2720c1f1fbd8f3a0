#!/usr/bin/env python3
"""docs/site/build.py - the site: pages of docs/, reference, tutorials, notebooks, gallery, and what is to be played
with.

usage: build.py OUT [--demo FOLDER] [--play FOLDER] [--sources-only]

    OUT/src         what Sphinx reads, assembled here: the pages as they stand in docs/ with their links turned to the
                    site (README.md is the front page), reference from bindings/api.json, notebooks, gallery
    OUT/html        the site; its first page is index.html; nothing in it asks the network

--demo: where `make demo` left its figures; --play: where `make wasm` left its pages. Both may be missing. Sphinx runs
with
-n -W: a name that does not exist, a block that cannot be read ends it; then every link of the site is followed
(links.py).
"""
import argparse
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import comment  # noqa: E402
import gallery  # noqa: E402
import links  # noqa: E402
import notebook  # noqa: E402
import pythonpage  # noqa: E402
import reference  # noqa: E402

ROOT = comment.ROOT
KATEX = pathlib.Path("/usr/share/javascript/katex")
# The pages of docs/ in the order of the menu. A page that stands in none of these lists is an error.
MENU = (
    ("Begin", ("install", "tutorials/index", "notebooks/index", "gallery", "play", "examples", "results/deep")),
    ("Theory", ("theory", "rule")),
    ("Rate layers", ("layer", "stack", "reduce", "stats", "activation", "optim", "metrics", "random")),
    ("Spiking networks",
     ("spiking", "lif", "source", "projection", "connect", "record", "network", "part", "own_spiking")),
    ("Around", ("state", "file", "status", "threads", "mpi", "scale", "versioning")),
    ("Reference", ("reference/index",)),
    ("Languages and places", ("python", "julia", "bindings", "embedded")),
    ("Project", ("building", "performance", "golden", "design", "contributing", "changelog")))
OTHERS = {"README.md": "index", "CONTRIBUTING.md": "contributing", "CHANGELOG.md": "changelog"}
MADE = ("tutorials/index", "notebooks/index", "gallery", "play", "reference/index")


def topics():
    paths = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs/results").glob("*.md")]
    return {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in paths}


def site_pages():
    """{path in the repository: page of the site}"""
    pages = dict(OTHERS)
    for path in [p for d in ("docs", "docs/tutorials", "docs/results") for p in sorted((ROOT / d).glob("*.md"))]:
        pages[path.relative_to(ROOT).as_posix()] = path.relative_to(ROOT / "docs").with_suffix("").as_posix()
    for path in (ROOT / "docs/notebooks").glob("*.ipynb"):
        pages[path.relative_to(ROOT).as_posix()] = f"notebooks/{path.stem}"
    for path in (ROOT / "include/lpl").glob("*.h"):
        if path.name == "mpi.h":  # inline code: nothing of the reference
            continue
        pages[path.relative_to(ROOT).as_posix()] = f"reference/{path.stem}"
    return pages


def relative(page, to):
    return os.path.relpath(to, os.path.dirname(page) or ".")


class Page:
    """A Markdown page of the repository as MyST wants it."""

    def __init__(self, path, pages, sections, equations):
        self.path, self.pages, self.sections, self.equations = path, pages, sections, equations
        self.name = pages[path]
        self.broken = []
        self.functions = {f["name"] for h in comment.read_api()["headers"] for f in h["functions"]}

    def link(self, match):
        text, target = match[1], match[2]
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            return match[0]
        file, _, anchor = target.partition("#")
        there = os.path.normpath(os.path.join(os.path.dirname(self.path), file))
        if there in self.pages:
            page = self.pages[there]
            text = re.sub(r"^(?:docs/)?([a-z_]+)\.md$", r"\1", text)
            suffix = ".rst" if page.startswith("reference/") else ".md"
            return f"[{text}]({relative(self.name, page + suffix)}{'#' + anchor if anchor else ''})"
        if not (ROOT / there).exists():
            self.broken.append(f"{self.path}: {target} does not exist")
        return text  # a file of the source: its name stays

    def prose(self, line):
        """A line outside of code: links, citations of the theory, functions."""
        out = ""
        for k, part in enumerate(re.split(r"(`+[^`]*`+)", line)):
            name = part.strip("`")
            if k % 2 and name in self.functions and not out.endswith(("[", "{c:func}")) and line[:1] != "#":
                part = f"{{c:func}}`{name}`"
            elif k % 2 == 0 and self.name != "theory":
                part = re.sub(r"(?<![\w\[/-])([Tt]heory (\d+(?:\.\d+)?))(?![\w.]*\.\d)(?![^\[]*\]\()", self.theory,
                              part)
            out += part
        return re.sub(r"\[([^\[\]]*(?:`[^`]*`)?[^\[\]]*)\]\(([^()\s]+)\)", self.link, out)

    def theory(self, match):
        if match[2] not in self.sections:
            return match[0]
        return f"{{ref}}`{match[1]} <theory-{match[2].replace('.', '-')}>`"

    @staticmethod
    def language(lines):
        """Of an indented block, by what is in it."""
        text = "\n".join(lines)
        if re.search(r"\b(lpl_\w+|for|if) ?\(", text) and ";" in text:
            return "c"
        if re.match(r"(make|cc|git|pip|export|cmake|docker|sudo|build/|tests/|\./|python3|[A-Z_]+=\S+ )", lines[0]):
            return "sh"
        return "text"

    def indented(self, lines):
        """An indented block: an equation, or code with a language."""
        lines = [line[4:] for line in lines]
        found = self.equations.at(self.path, lines, 0)
        if found and found[0] == len(lines):
            return ["```{math}", *found[1].split("\n"), "```"]
        return ["```" + self.language(lines), *lines, "```"]

    def text(self):
        lines, out, k = (ROOT / self.path).read_text(encoding="utf-8").split("\n"), [], 0
        while k < len(lines):
            line = lines[k]
            fence = re.match(r"^( *)(```+)(.*)$", line)
            if fence:
                end = next(n for n in range(k + 1, len(lines)) if lines[n].strip() == fence[2])
                word = fence[3].strip().split(" ")
                head = {"math": "{math}", "": "text"}.get(word[0], word[0])
                name = [f"**{word[1]}**", ""] if len(word) > 1 and word[0] != "text" and "=" not in word[1] else []
                out += [*name, f"{fence[1]}{fence[2]}{head}", *lines[k + 1:end + 1]]
                k = end + 1
                continue
            if line.startswith("    ") and (not out or not out[-1].strip()) and not self.in_list(out):
                end = k
                while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                    end += 1
                while not lines[end - 1].strip():
                    end -= 1
                out += self.indented(lines[k:end])
                k = end
                continue
            if self.name == "theory":
                heading = re.match(r"^##+ (\d[\d.]*) ", line)
                if heading:
                    out += [f"(theory-{heading[1].replace('.', '-')})="]
            out.append(self.prose(line))
            k += 1
        if self.name == "index":
            at = out.index("## Two commands")
            out[at:at] = START.split("\n")
        stem = self.path.removeprefix("docs/").removesuffix(".md")
        header = {"versioning": "version"}.get(stem, stem)
        if self.path.startswith("docs/") and f"include/lpl/{header}.h" in self.pages:
            out += ["", "```{seealso}", f"Every call with its arguments, errors and cost: "
                    f"[reference of lpl/{header}.h](reference/{header}.rst).", "```"]
        if stem == "python":
            out += ["", "```{seealso}", "Every class and function: [reference of the package](reference/python.rst).",
                    "```"]
        return "\n".join(out).rstrip("\n") + "\n"

    @staticmethod
    def in_list(out):
        """Does an indented line here belong to a list item?"""
        for line in reversed(out):
            if line.strip() and not line.startswith(" "):
                return bool(re.match(r"([*-]|\d+\.) ", line))
        return False


def pieces_of_c(path):
    """The pieces of C of a page that are no files: (line, text)."""
    lines, out, k = path.read_text(encoding="utf-8").split("\n"), [], 0
    while k < len(lines):
        fence = re.match(r"^```+(.*)$", lines[k])
        end = k + 1
        if fence:
            end = next(n for n in range(k + 1, len(lines)) if lines[n].startswith("```")) + 1
            if fence[1].strip() == "c":
                out.append((k + 1, "\n".join(lines[k + 1:end - 1]) + "\n"))
        elif lines[k].startswith("    ") and not lines[k - 1].strip() and not Page.in_list(lines[:k]):
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            block = [line[4:] for line in lines[k:end]]
            if Page.language(block) == "c":
                out.append((k + 1, "\n".join(block).rstrip("\n") + "\n"))
        k = end
    return out


def menu():
    out = []
    for caption, names in MENU:
        out += ["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *names, "```"]
    return "\n".join(out) + "\n"


START = """```{tip}
New here? Five [tutorials](tutorials/index.md) of a quarter of an hour; two pages to [play with](play.md), no
installation; the [gallery](gallery.md) of figures; the [reference](reference/index.rst), one page a header.
```
"""
PLAY = """# Play with it

Two pages in which the library itself, compiled to WebAssembly, runs in your browser: the same code, the same seed and
the same bits as the native library (`make check-wasm` compares the bytes). They need no network and can be copied as
single files.

{pages}
"""
PLAY_PAGES = (
    ("toy.html", "One neuron, two inputs",
     "Move push, pull and noise, and watch a neuron find the slow input, the loud one, or "
     "nothing ({doc}`theory`, section 3)."),
    ("stdp.html", "The STDP window turns round",
     "Move the variance of the neuron's activity, and watch the window of its "
     "synapses change from classic to inverted ({doc}`theory`, section 7)."))


def play(folder, source):
    there = [(name, title, text) for name, title, text in PLAY_PAGES if source and (source / name).is_file()]
    (folder / "extra" / "play").mkdir(parents=True, exist_ok=True)
    lines = []
    for name, title, text in there:
        shutil.copy(source / name, folder / "extra" / "play" / name)
        lines.append(f"* <a href=\"play/{name}\">{title}</a>. {text}")
    if not there:
        lines = ["```{note}",
                 "The pages are not here: they are made by `make wasm`, which needs Debian's `emscripten`.", "```"]
    (folder / "play.md").write_text(PLAY.format(pages="\n".join(lines)), encoding="utf-8")
    return len(there)


def assemble(folder, demo, play_folder, load=True):
    """What Sphinx reads, in folder. load: run notebooks, look into the Python package. Returns complaints."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pages = site_pages()
    sections = set(re.findall(r"^##+ (\d[\d.]*) ", (ROOT / "docs/theory.md").read_text(encoding="utf-8"), flags=re.M))
    equations = reference.write(folder, topics(), sections)
    complaints = []
    for path, name in pages.items():
        if not path.endswith(".md"):
            continue
        page = Page(path, pages, sections, equations)
        text = page.text()
        complaints += page.broken
        (folder / f"{name}.md").parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.md").write_text(text + (menu() if name == "index" else ""), encoding="utf-8")
    complaints += [f"equations.tex: {line} is no longer there" for line in equations.missed()]
    listed = {name for _, names in MENU for name in names}
    for name in sorted(topics() - listed):
        complaints.append(f"docs/{name}.md stands in no menu (MENU in docs/site/build.py)")
    for name in sorted(listed - topics() - set(MADE) - set(OTHERS.values())):
        complaints.append(f"the menu names {name}, there is no such page")
    notebooks, ran = notebook.write(folder, load)
    pythonpage.write(folder, load)
    pictures = gallery.write(folder, demo)
    played = play(folder, play_folder)
    print(f"{len(pages)} pages and headers, {notebooks} notebooks{'' if ran else ' (not run)'}, {pictures} pictures of "
          f"{demo}{'' if pictures else ' (make demo draws them)'}, {played} pages to play with")
    return complaints


def main():
    parser = argparse.ArgumentParser(description="the site of liblpl")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--demo", type=pathlib.Path, default=ROOT / "build/demo")
    parser.add_argument("--play", type=pathlib.Path)
    parser.add_argument("--sources-only", action="store_true")
    given = parser.parse_args()
    complaints = assemble(given.out / "src", given.demo, given.play)
    for line in complaints:
        print(f"build.py: {line}", file=sys.stderr)
    if complaints or given.sources_only:
        return bool(complaints)
    missing = [module for module in ("sphinx", "myst_parser", "furo") if importlib.util.find_spec(module) is None]
    if missing or not (KATEX / "katex.min.js").is_file():
        print(f"build.py: missing: {', '.join(missing) or 'KaTeX in ' + str(KATEX)} (make deps-site)", file=sys.stderr)
        return 1
    shutil.rmtree(given.out / "html", ignore_errors=True)
    status = subprocess.run([sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-q", "-b", "html", "-c",
                             str(ROOT / "docs/site"), "-d", str(given.out / "doctrees"), str(given.out / "src"),
                             str(given.out / "html")], check=False).returncode
    if status:
        return status
    complaints = links.check((given.out / "html").resolve())
    for line in complaints:
        print(f"build.py: {line}", file=sys.stderr)
    if not complaints:
        print(given.out / "html/index.html")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
