"""docs/site/comment.py - what the comments of the headers say, as blocks: for the reference pages and for man pages.

A comment is plain text. Lines that begin at its margin make paragraphs; indented ones a table (name, two spaces or
more, text; longer texts go on further in) or, if they are neither, lines as they are. An equation that stands in
docs/site/equations.tex is a block of its own, with its TeX; there it stands as the header has it, line for line, so an
equation that was changed in a header is missed here and the pages are not made.

    blocks(text, header)    ("paragraph", text), ("table", [(name, text)]), ("lines", [line]), ("equation", tex,
                            [line]), ("choices", [(name, choice, text)])
    tokens(text)            (kind, text): "text", "function", "constant", "type", "header", "page", "theory"
"""
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
EQUATIONS = ROOT / "docs/site/equations.tex"


def read_api():
    return json.loads((ROOT / "bindings/api.json").read_text(encoding="utf-8"))


def one_line(text):
    return re.sub(r"\s+", " ", text).strip()


class Equations:
    """docs/site/equations.tex: for each header its equations, ASCII and TeX, and which of them were met."""

    def __init__(self, text=None):
        self.of, self.met = {}, set()
        header, part = None, None
        for number, line in enumerate((text or EQUATIONS.read_text(encoding="utf-8")).split("\n"), 1):
            if line.startswith("# "):
                header, part = line[2:].strip(), None
                self.of.setdefault(header, [])
            elif line == "=":
                self.of[header].append(([], []))
                part = 0
            elif line == "-":
                part = 1
            elif part is not None:
                self.of[header][-1][part].append(line)
            elif header and line.strip():
                raise SystemExit(f"equations.tex:{number}: what does this line belong to? {line}")
        for pairs in self.of.values():
            for ascii_lines, tex in pairs:
                while tex and not tex[-1].strip():
                    tex.pop()
                if not ascii_lines or not tex:
                    raise SystemExit(f"equations.tex: an equation without text or TeX: {ascii_lines} {tex}")

    def at(self, header, lines, k):
        """The equation that begins with line k: (number of lines, TeX, number), or None."""
        for number, (ascii_lines, tex) in enumerate(self.of.get(header, [])):
            here = lines[k:k + len(ascii_lines)]
            if [line.strip() for line in here] == [line.strip() for line in ascii_lines]:
                self.met.add((header, number))
                return len(ascii_lines), "\n".join(tex)
        return None

    def missed(self):
        return [f"{header}: {pairs[n][0][0].strip()}" for header, pairs in self.of.items()
                for n in range(len(pairs)) if (header, n) not in self.met]


def indent(line):
    return len(line) - len(line.lstrip())


MARGIN_ENTRY = re.compile(r"^(LPL_[A-Z0-9_]+)  +(\S.*)$")
ENTRY = re.compile(r"^( +)(\S+(?: \S+){0,3}?)(?:  +)(\S.*)$")


def as_table(lines):
    """Rows (name, text) of indented lines, or None. "x  its text;  y  its text" are two rows."""
    least = min(indent(line) for line in lines)
    heads = [ENTRY.match(line) for line in lines if indent(line) == least]
    columns = {match.start(3) for match in heads if match}
    rows = []
    for line in lines:
        if indent(line) == least:
            match = ENTRY.match(line)
            column = next((c for c in columns if line[c - 1:c] == " " and line[c:c + 1].strip()), None)
            if not match and column:  # a name as wide as its column
                name, text = line[:column].strip(), line[column:]
            elif match:
                name, text = match[2], match[3]
            else:
                return None
            if len(name) > 34:
                return None
            rows.append([name, text])
        elif rows:
            rows[-1][1] += " " + line.strip()
        else:
            return None
    out = []
    for name, text in rows:
        parts = re.split(r"(?<=;)  +", text)
        for k, part in enumerate(parts):
            other = re.match(r"(\w+(?:, \w+)*)  +(\S.*)$", part) if k else None
            if re.search(r"(?<![;:,. ])  +(?![ (])", other[2] if other else part):
                return None  # more than two columns
            if k == 0 or other:
                out.append((other[1] if other else name, other[2] if other else part))
            else:
                out[-1] = (out[-1][0], f"{out[-1][1]} {part}")
    return [(name, re.sub(r"  +", "  ", text)) for name, text in out]


def as_choices(lines):
    """Rows (name, choice, text): a name and its LPL_* values, each with a text; or None."""
    least, rows, column = min(indent(line) for line in lines), [], None
    for line in lines:
        if indent(line) == least:
            head = re.match(r"^( +\S+(?: \S+){0,2}  +)(LPL_[A-Z0-9_]+) +(\S.*)$", line)
            if not head:
                return None
            column = len(head[1])
            rows.append([head[1].strip(), head[2], head[3]])
            continue
        choice = re.match(r"^ +(LPL_[A-Z0-9_]+) +(\S.*)$", line)
        if choice and indent(line) == column:
            rows.append(["", choice[1], choice[2]])
        elif rows and indent(line) == column and re.match(r" +[A-Z][a-z]* [a-z]", line):  # of all the choices
            rows.append(["", "", line.strip()])
        elif rows:
            rows[-1][2] += " " + line.strip()
        else:
            return None
    return [(name, choice, re.sub(r"  +", "  ", text)) for name, choice, text in rows]


def parts(run):
    """A run of indented lines cut where prose at its margin begins or ends; the whole, if it makes one table."""
    if as_table(run) or as_choices(run):
        return [run]
    least, out, was = min(indent(line) for line in run), [], None
    for line in run:
        prose = was if indent(line) > least else "  " not in line.strip()
        if not out or prose != was:
            out.append([])
        out[-1].append(line)
        was = prose
    return out


def sentences_apart(text):
    """What a call returns, its thread class and its cost begin paragraphs of their own."""
    return re.split(r"(?<=[.)]) (?=Returns (?:LPL_|as |also )|Thread class: )", text)


def of_indented(run):
    """The blocks of indented lines."""
    out, rows = [], as_table(run)
    least = min(indent(line) for line in run)
    while not rows and run and indent(run[0]) > least:  # the end of what stands before an equation
        out.append(("paragraph", one_line(run[0])))
        run = run[1:]
    choices = None if rows else as_choices(run)
    if rows:
        out.append(("table", rows))
    elif choices:
        out.append(("choices", choices))
    elif not any("  " in line.strip() for line in run) and (len(run) > 1 or re.match(r" +[A-Z].* .*\.$", run[0])):
        out.append(("paragraph", one_line(" ".join(run))))
    else:
        out.append(("lines", [line[least:] for line in run]))
    return out


def blocks(text, header="", equations=None):
    out, lines, k = [], text.split("\n"), 0
    while k < len(lines):
        if not lines[k].strip():
            k += 1
            continue
        found = equations.at(header, lines, k) if equations else None
        if found:
            out.append(("equation", found[1], [line.strip() for line in lines[k:k + found[0]]]))
            k += found[0]
            continue
        named = MARGIN_ENTRY.match(lines[k])
        if named:  # an entry of a table at the margin; what is indented below goes on with it
            words = [named[2]]
            k += 1
            while k < len(lines) and indent(lines[k]) > 0 and not (equations and equations.at(header, lines, k)):
                words.append(lines[k].strip())
                k += 1
            row = (named[1], " ".join(words))
            if out and out[-1][0] == "table":
                out[-1][1].append(row)
            else:
                out.append(("table", [row]))
            continue
        run, deep = [], indent(lines[k]) > 0
        while k < len(lines) and lines[k].strip() and (indent(lines[k]) > 0) == deep:
            if run and equations and equations.at(header, lines, k):
                break
            run.append(lines[k])
            k += 1
        if not deep:
            out += [("paragraph", part) for part in sentences_apart(one_line(" ".join(run)))]
            continue
        for part in parts(run):
            out += of_indented(part)
    return out


TOKEN = re.compile(r"\b(?P<function>lpl_[a-z0-9_]+)\b(?!\.\w)|\b(?P<constant>LPL_[A-Z0-9_]+\b(?:\*)?)|"
                   r"(?P<page>\bdocs/[a-z_]+\.md)|\b(?P<header>(?:lpl/)?[a-z]+\.h)\b|"
                   r"(?P<theory>\b[Tt]heory \d+(?:\.\d+)?(?:, \d+\.\d+)*)")


def tokens(text):
    at = 0
    for match in TOKEN.finditer(text):
        if match.start() > at:
            yield "text", text[at:match.start()]
        yield match.lastgroup, match[0]
        at = match.end()
    if at < len(text):
        yield "text", text[at:]


class Names:
    """What the names of the API are: kind and header of each."""

    def __init__(self, api):
        self.kind, self.header = {}, {}
        self.headers = [h["name"] for h in api["headers"]]
        for h in api["headers"]:
            for kind, key in (("function", "functions"), ("struct", "structs"), ("type", "types")):
                for thing in h[key]:
                    self.kind[thing["name"]], self.header[thing["name"]] = kind, h["name"]
            for e in h["enums"]:
                for c in e["constants"]:
                    self.kind[c["name"]], self.header[c["name"]] = "constant", h["name"]


def summary(h):
    """What a header is about, without its name: from its opening comment."""
    first = one_line(h["doc"].split("\n\n")[0])
    return re.sub(r"^lpl/\w+\.h - ", "", first).split(": ", 1)[-1] if first.startswith("lpl/") else first


def title(h):
    first = one_line(h["doc"].split("\n\n")[0])
    return re.sub(r"^lpl/(\w+\.h) - ", "", first).rstrip(".")


def prototype(f, sep=" "):
    """A declaration as C."""
    def argument(a):
        if "array" in a:
            return a["type"]
        return a["type"] + ("" if a["type"].endswith("*") else " ") + a["name"]
    result = f["result"] + ("" if f["result"].endswith("*") else " ")
    return f"{result}{f['name']}({', '.join(argument(a) for a in f['arguments']) or 'void'})"


def grouped(things):
    """Neighbours that share a comment."""
    out = []
    for thing in things:
        if out and thing["doc"] and out[-1][0]["doc"] == thing["doc"]:
            out[-1].append(thing)
        else:
            out.append([thing])
    return out
