#!/usr/bin/env python3
"""docs/site/man.py - manual pages: lpl(7), one page of section 3 a header, lpl-demo(1), lpl-recut(1).

usage: man.py OUT [--lpl-demo PROGRAM] [--lpl-recut PROGRAM]

    OUT/man7/lpl.7              what the library is, its topics, how to compile: from README.md and the headers
    OUT/man3/lpl_TOPIC.3        a header's comments whole: functions, structs, constants (bindings/api.json)
    OUT/man3/NAME.3             for each function and type: .so man3/lpl_TOPIC.3, so that `man lpl_update` works
    OUT/man1/lpl-demo.1         from what PROGRAM --help and --list say, where PROGRAM is there
    OUT/man1/lpl-recut.1        from what PROGRAM --help says, likewise

Needs nothing but Python. The pages depend on the source alone: the same bytes whoever makes them.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import comment  # noqa: E402
import snippets  # noqa: E402

ROOT = comment.ROOT
WIDTH = 78


def released():
    """The day of the last release in CHANGELOG.md."""
    days = re.findall(r"^## \S+ - (\d{4}-\d\d-\d\d)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.M)
    return days[0] if days else ""


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text)


def bold(text):
    return f"\\fB{escape(text)}\\fR"


class Page:
    def __init__(self, name, section, title, api):
        self.names = comment.Names(api)
        self.lines = ['.\\" Made by docs/site/man.py from the headers of liblpl.',
                      f'.TH {escape(name.upper())} {section} {released()} "liblpl {api["version"]}" "liblpl"',
                      ".nh", ".ad l", ".SH NAME", f"{escape(name)} \\- {escape(title)}"]

    def inline(self, text):
        """Text with the names of the API in bold; a sentence begins a line."""
        out = "".join(bold(part) if kind in ("function", "constant") and part in self.names.kind else
                      bold(f"lpl_{part.removeprefix('lpl/')[:-2]}") + "(3)"
                      if kind == "header" and part.removeprefix("lpl/") in self.names.headers else
                      part.replace("\\", "\\e").replace("-", "\\-") for kind, part in comment.tokens(text))
        lines = []
        for sentence in re.split(r"(?<=[.:;?!])(?<!Fig\.)(?<!Eq\.)(?<!al\.) +(?=[A-Z\\])", out):
            lines += textwrap.wrap(sentence, 100, break_long_words=False, break_on_hyphens=False)
        return [re.sub(r"^([.'])", r"\\&\1", line) for line in lines]

    def section(self, title):
        self.lines.append(f".SH {title}")

    def as_is(self, lines):
        self.lines += [".PP", ".RS 4", ".nf", *(escape(line) if line.strip() else "" for line in lines), ".fi", ".RE"]

    def body(self, text, first=True):
        """A comment. first: it stands behind a heading or a tag, which needs no .PP."""
        for block in comment.blocks(text):
            if block[0] == "paragraph":
                self.lines += ([] if first else [".PP"]) + self.inline(block[1])
            elif block[0] == "lines":
                self.as_is(block[1])
            elif block[0] == "choices":
                self.lines += [".RS 4"]
                for name, choice, words in block[1]:
                    self.lines += [".TP", bold(f"{name} {choice}".strip()), *self.inline(words)]
                self.lines += [".RE"]
            else:
                self.lines += [".RS 4"]
                for name, words in block[1]:
                    self.lines += [".TP 12", f"\\fI{escape(name)}\\fR", *self.inline(words)]
                self.lines += [".RE"]
            first = False

    def prototypes(self, functions):
        for f in functions:
            pieces, line = re.split(r"(?<=,) ", comment.prototype(f) + ";"), ""
            for piece in pieces:  # broken between arguments
                if line and len(line) + 1 + len(piece) > WIDTH - 8:
                    self.lines.append(f"\\fB{escape(line)}\\fR")
                    line = " " * 8 + piece
                else:
                    line = f"{line} {piece}" if line else piece
            self.lines.append(f"\\fB{escape(line)}\\fR")

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        text = re.sub(r"(?m)^(\.S[HS] .*)\n\.PP$", r"\1", "\n".join(line.rstrip() for line in self.lines))
        # a blank line would be a request of its own
        path.write_text(re.sub(r"\n\n+", "\n.sp\n", text) + "\n", encoding="utf-8")


LINK = "Link with \\fI\\-llpl\\fR (\\fIpkg\\-config \\-\\-cflags \\-\\-libs lpl\\fR)."


def topic(h, api):
    """lpl_TOPIC(3)."""
    stem = h["name"].removesuffix(".h")
    page = Page(f"lpl_{stem}", 3, comment.title(h), api)
    page.section("SYNOPSIS")
    page.lines += [".nf", "\\fB#include <lpl.h>\\fR", ".sp"]
    page.prototypes(h["functions"])
    page.lines += [".fi", ".PP", LINK]
    page.section("DESCRIPTION")
    opening = re.sub(r"^lpl/\w+\.h - ", "", h["doc"])
    page.body(opening if opening.startswith("lpl_") else opening[:1].upper() + opening[1:])
    if h["functions"]:
        page.section("FUNCTIONS")
        for group in comment.grouped(h["functions"]):
            page.lines += [".PP", ", ".join(bold(f["name"]) + "()" for f in group), ".RS 7"]
            page.body(group[0]["doc"] or "See above.")
            page.lines.append(".RE")
    if h["structs"]:
        page.section("STRUCTURES")
        for s in h["structs"]:
            page.lines += [".SS " + escape(s["name"])]
            if s["doc"]:
                page.body(s["doc"])
            for f in s["fields"]:
                gap = "" if f["type"].endswith("*") else " "
                page.lines += [".TP", f"{escape(f['type'] + gap)}\\fI{escape(f['name'])}\\fR",
                               *(page.inline(comment.one_line(f["doc"])) or ["\\&"])]
    types = [t for t in h["types"] if t["doc"]]
    if types:
        page.section("TYPES")
        for t in types:
            page.lines += [".TP", bold(t["name"])]
            if t["kind"] == "callback":
                arguments = ", ".join(a["type"] + ("" if a["type"].endswith("*") else " ") + a["name"]
                                      for a in t["arguments"])
                page.lines += [f"\\fB{escape(t['result'])} (*{escape(t['name'])})({escape(arguments)})\\fR", ".br"]
            page.body(t["doc"])
    if h["enums"]:
        page.section("CONSTANTS")
        for e in h["enums"]:
            if e["doc"]:
                page.lines += [".PP"]
                page.body(e["doc"])
            for c in e["constants"]:
                page.lines += [".TP", f"{bold(c['name'])} ({escape(str(c['value']))})",
                               *(page.inline(comment.one_line(c["doc"])) or ["\\&"])]
    page.section("SEE ALSO")
    near = [x["name"] for x in api["headers"] if x["name"] != h["name"]
            and (x["name"] in h["doc"] or f'"{x["name"]}"' in (ROOT / "include/lpl" / h["name"]).read_text("utf-8"))]
    page.lines.append(", ".join([bold("lpl") + "(7)"] + [bold(f"lpl_{name[:-2]}") + "(3)" for name in sorted(near)]))
    return page


def overview(api):
    """lpl(7)."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    opening = readme.split("## Two commands")[0].split("\n", 1)[1]
    page = Page("lpl", 7, "latent predictive learning, local self-supervised plasticity", api)
    page.section("SYNOPSIS")
    page.lines += ["\\fB#include <lpl.h>\\fR", ".PP", LINK]
    page.section("DESCRIPTION")
    first = True
    for part in re.split(r"\n\s*\n", opening.strip("\n")):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"\*\*?(\S[^*]*)\*\*?|`([^`]*)`", r"\1\2", part))
        if part.startswith("    "):
            page.as_is([line[4:] for line in part.split("\n")])
        elif part.startswith("* "):
            for item in re.split(r"\n(?=\* )", plain if plain.startswith("* ") else part):
                page.lines += [".IP \\(bu 2", *page.inline(comment.one_line(re.sub(r"[`*]", "", item)))]
        else:
            page.lines += ([] if first else [".PP"]) + page.inline(comment.one_line(plain))
        first = False
    page.section("TOPICS")
    page.lines += ["Each header has a page, and each function and type leads to the page of its header."]
    for h in api["headers"]:
        page.lines += [".TP", bold(f"lpl_{h['name'][:-2]}") + "(3)", *page.inline(comment.title(h))]
    page.section("EXAMPLE")
    program, = (b for b in snippets.blocks(readme) if b.language == "c" and "main(" in b.body)
    page.as_is(program.body.rstrip("\n").split("\n"))
    page.lines += [".PP", "Compile it:"]
    page.as_is(["cc example.c $(pkg-config --cflags --libs lpl)"])
    page.section("SEE ALSO")
    page.lines += [", ".join(bold(name) + f"({section})" for name, section in
                             (("lpl_layer", 3), ("lpl_spiking", 3), ("lpl_status", 3), ("lpl-demo", 1))), ".PP"]
    page.lines += page.inline("M. S. Halvagal and F. Zenke, The combination of Hebbian and predictive plasticity "
                              "learns invariant object representations in deep sensory networks, "
                              "Nature Neuroscience 26:1906-1915 (2023).")
    return page


def says(program, option):
    done = subprocess.run([program, option], capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n").split("\n")


def demo(program, api):
    """lpl-demo(1), from the program itself: NAME, two spaces or more, what it draws; one a line."""
    page = Page("lpl-demo", 1, "run the programs that draw the figures of the paper", api)
    page.section("SYNOPSIS")
    page.lines += ["\\fBlpl\\-demo\\fR \\fINAME\\fR [\\fIoption\\fR ...]", ".br",
                   "\\fBlpl\\-demo\\fR \\fB\\-\\-list\\fR | \\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR"]
    page.section("DESCRIPTION")
    page.lines += page.inline("Each program repeats an experiment of the paper, prints a table of what is expected "
                              "and what it got, and writes figures and their numbers.")
    page.lines += ["\\fBlpl\\-demo\\fR \\fINAME\\fR \\fB\\-\\-help\\fR says which equation it is about",
                   "and what its options are."]
    page.section("PROGRAMS")
    programs = says(program, "--list")
    lines = [line for line in says(program, "--help") if line not in programs]
    for line in programs:
        match = re.match(r"^\s*([a-z0-9_]+)(?:\s\s+|\s+-\s+|:\s+|\t+)(\S.*)$", line)
        if match:
            page.lines += [".TP", bold(match[1]), *page.inline(match[2])]
    page.section("HELP")
    page.as_is([line for k, line in enumerate(lines) if line or lines[k - 1:k] != [""]])
    page.section("EXIT STATUS")
    page.lines += ["0 if all values that must hold do, 1 if one does not, 2 for a mistake in the command,",
                   "130 after an interrupt."]
    page.section("SEE ALSO")
    page.lines += [bold("lpl") + "(7)"]
    return page


def recut(program, api):
    """lpl-recut(1), from the program itself: a line with what it is for, blank, Usage, blank, the rest."""
    first, _, *lines = says(program, "--help")
    end = lines.index("")
    page = Page("lpl-recut", 1, first.split(" - ", 1)[1], api)
    page.section("SYNOPSIS")
    page.as_is([line.removeprefix("Usage:").strip() for line in lines[:end]])
    page.section("DESCRIPTION")
    page.as_is(lines[end + 1:])
    page.section("SEE ALSO")
    page.lines += [", ".join(bold(name) + f"({section})" for name, section in
                             (("lpl_part", 3), ("lpl-demo", 1), ("lpl", 7)))]
    return page


PROGRAMS = {"lpl-demo": demo, "lpl-recut": recut}


def write(out, programs=None):
    """All pages below out, also of the programs that are there (name: path); their names."""
    shutil.rmtree(out, ignore_errors=True)
    api = comment.read_api()
    names = ["man7/lpl.7"]
    overview(api).write(out / names[0])
    for h in api["headers"]:
        page = f"lpl_{h['name'][:-2]}"
        names.append(f"man3/{page}.3")
        topic(h, api).write(out / names[-1])
        for thing in h["functions"] + h["structs"] + h["types"]:
            if thing["name"] != page:
                names.append(f"man3/{thing['name']}.3")
                (out / names[-1]).write_text(f".so man3/{page}.3\n", encoding="utf-8")
    for name, program in (programs or {}).items():
        names.append(f"man1/{name}.1")
        PROGRAMS[name](program, api).write(out / names[-1])
    return names


def main():
    parser = argparse.ArgumentParser(description="manual pages of liblpl")
    parser.add_argument("out", type=pathlib.Path)
    for name in PROGRAMS:
        parser.add_argument(f"--{name}", dest=name, metavar="PROGRAM")
    given = parser.parse_args()
    names = write(given.out, {name: vars(given)[name] for name in PROGRAMS if vars(given)[name]})
    (given.out / "list").write_text("".join(f"{name}\n" for name in sorted(names)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
