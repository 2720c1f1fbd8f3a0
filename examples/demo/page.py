#!/usr/bin/env python3
"""examples/demo/page.py - one page, FOLDER/index.html, from what the programs of a demo left in FOLDER.

Every figure with its caption, every program with its equation, its table "expected / got", the command and the time it
took. Plain HTML: no scripts, nothing from the network, links relative to the folder, which may be moved or copied.

What is read: FOLDER/NAME.txt (title, where a figure stands in the paper, and its caption: examples/worlds/figure.h)
with NAME.svg or NAME.png beside it, and data/NAME.csv, data/NAME-PART.csv; FOLDER/run/PROGRAM.json (command, state,
status, time), PROGRAM.out, .err and .help (what it printed, and its answer to --help), as examples/demo/run.py keeps
them. No caption, equation or expected value stands here.

Usage: page.py FOLDER
"""
import html
import json
import os
import pathlib
import re
import shlex
import signal
import sys
import tempfile
import urllib.parse

PICTURES = ("svg", "png", "ppm")
SHOWN = ("svg", "png")  # what a browser shows
LAST_WORDS = 6          # lines of standard error under a program that failed

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0 1rem 4rem; max-width: 66rem; color: #1b1b1b; background: #fff;
       font: 1rem/1.5 system-ui, "Helvetica Neue", Helvetica, Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 1.5rem 0 .3rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 0 0 .4rem; }
section { border-top: 2px solid #ddd; margin-top: 2.2rem; padding-top: 1.3rem; }
p { margin: .5rem 0; }
a { color: #00508c; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .85rem; }
pre.equation { white-space: pre-wrap; }
pre { margin: .7rem 0; padding: .6rem .8rem; background: #f5f5f2; overflow-x: auto; line-height: 1.4; }
.run { color: #444; }
.run code { background: #f5f5f2; padding: .1rem .35rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: .8rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
th, td { padding: .18rem .7rem .18rem 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 1px solid #888; font-weight: 600; }
tbody tr { border-bottom: 1px solid #eee; }
td.n, th.n { text-align: right; white-space: nowrap; }
td.part { padding-left: 1.2rem; }
.ok { color: #00664a; } .bad { color: #b00020; font-weight: 700; } .soft { color: #8a5300; font-weight: 600; }
.failure { border-left: .35rem solid #b00020; background: #fdf0f1; padding: .5rem .9rem; margin: .8rem 0; }
figure { margin: 1.6rem 0; }
.picture { overflow-x: auto; }
.picture img { display: block; width: 100%; height: auto; max-width: var(--wide); }
figcaption { margin-top: .4rem; font-size: .95rem; max-width: 52rem; }
figcaption b { margin-right: .3rem; }
.files { font-size: .82rem; color: #555; }
.files a { white-space: nowrap; }
summary { cursor: pointer; color: #00508c; }
footer { margin-top: 3rem; color: #555; font-size: .88rem; border-top: 2px solid #ddd; padding-top: .8rem; }
@media (max-width: 40rem) {
  body { padding: 0 .8rem 3rem; }
  .picture img { width: auto; max-width: none; min-width: 100%; }
  .picture img.plot { width: max(100%, calc(var(--wide) * .58)); }
  .rows thead { display: none; }
  .rows tr { display: block; padding: .3rem 0; }
  .rows td { display: inline; text-align: left; padding: 0 .6rem 0 0; white-space: normal; }
  .rows td.what { display: block; }
  .rows td.part { padding-left: 1rem; }
  .rows td[data-is]::before { content: attr(data-is) " "; color: #666; }
  .rows td:empty { display: none; }
}
@page { margin: 14mm 13mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt; line-height: 1.35; }
  h1 { font-size: 16pt; } h2 { font-size: 12.5pt; break-after: avoid; }
  section { break-before: page; border-top: 0; margin: 0; padding: 0; }
  section:first-of-type { break-before: auto; margin-top: 1.5rem; }
  caption { break-after: avoid; }
  figure, tr, .failure, pre { break-inside: avoid; }
  thead { display: table-header-group; }
  table { font-size: 8pt; } code, pre { font-size: 7.5pt; } pre { white-space: pre-wrap; overflow: visible; }
  .picture { overflow: visible; }
  .picture img { max-width: 100%; max-height: 20cm; width: auto; }
  figcaption { font-size: 8.5pt; max-width: none; }
  details, .files, .contents th.go, .contents td.go { display: none; }
  a { color: inherit; text-decoration: none; }
}
"""


def esc(text):
    """Text for HTML; what no HTML may hold (control characters) is left out."""
    return html.escape(re.sub(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]", "", str(text)))


def link(folder, path, text):
    """A link to a file below the folder, relative to it."""
    return '<a href="%s">%s</a>' % (esc(urllib.parse.quote(path.relative_to(folder).as_posix())), esc(text))


def text_of(path):
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


# ---- what the programs left

class Figure:
    """NAME.txt and the files beside it."""

    def __init__(self, path):
        head, _, caption = text_of(path).partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        self.name, self.program, self.where = path.stem, fields.get("program"), fields.get("where", "")
        self.title = fields.get("title")
        self.caption, self.folder, self.time = " ".join(caption.split()), path.parent, path.stat().st_mtime_ns

    def beside(self, extension):
        return self.folder / ("%s.%s" % (self.name, extension))

    def picture(self):
        """Its file: whole, and not older than the caption, which is written first."""
        for extension in PICTURES:
            path = self.beside(extension)
            try:
                whole = path.stat().st_size > 0 and path.stat().st_mtime_ns >= self.time
            except OSError:
                continue
            if whole and (extension != "svg" or text_of(path).rstrip().endswith("</svg>")):
                return path
        return None

    def data(self, extension):
        return self.folder / "data" / ("%s.%s" % (self.name, extension))

    def numbers(self):
        """Its CSV files."""
        parts = (self.folder / "data").glob("%s-*.csv" % glob_safe(self.name))
        return [p for p in [self.data("csv"), *sorted(parts)] if p.is_file()]


def glob_safe(name):
    return re.sub(r"([*?[])", r"[\1]", name)


class Row:
    """A line of the table that examples/worlds/table.c prints: columns of 44 and three times 11 characters, right
    aligned, wider where a text is longer."""
    PATTERN = re.compile(r"^(?P<what>.{44,}?) (?P<expected> *(?:[<>] )?\S*)(?<=.{11}) (?P<got> *[-+.\w]+)(?<=.{11})"
                         r"(?: (?P<tolerance>.{11})  (?P<verdict>ok|FAIL|differs|-)(?: +(?P<source>\S.*))?)?$")

    def __init__(self, match):
        for name, value in match.groupdict(default="").items():
            setattr(self, name, value.strip() if name != "what" else value.rstrip())
        self.verdict = self.verdict.strip("-")  # none: its source says why


class Table:
    """Title, rows and sum of the table "expected / got" within what a program printed, and what stands before it."""

    def __init__(self, printed):
        lines = printed.splitlines()
        self.rows, self.title, self.sum, self.rest, self.sourced = [], "", "", printed.strip("\n"), False
        heads = [k for k, line in enumerate(lines) if re.match(r"quantity +expected +got +tolerance +verdict", line)]
        if not heads:
            return
        at = heads[0]
        self.title = lines[at - 1] if at else ""
        self.sourced = "source" in lines[at]
        rest = lines[:max(at - 1, 0)]
        for line in lines[at + 1:]:
            match = Row.PATTERN.match(line)
            if match:
                self.rows.append(Row(match))
            elif re.match(r"\d+ of \d+ as expected", line):
                self.sum = line
            else:
                rest.append(line)
        self.rest = "\n".join(rest).strip("\n")

    def failed(self):
        return [row for row in self.rows if row.verdict == "FAIL"]


class Run:
    """One program of the demo, from its record."""

    def __init__(self, path):
        self.record = json.loads(text_of(path))
        self.program = self.record["program"]
        self.base = path.with_suffix("")
        self.table = Table(text_of(self.file("out")))
        self.figures = []
        paragraphs = text_of(self.file("help")).split("\n\n")
        self.summary = paragraphs[0].partition(" - ")[2].strip()
        self.equation = paragraphs[2].strip("\n") if len(paragraphs) > 2 else ""

    def file(self, kind):
        return self.base.with_suffix("." + kind)

    def command(self):
        return shlex.join(self.record["command"])

    def fault(self):
        """What is wrong, in words, or None."""
        state, status = self.record["state"], self.record.get("status")
        if state == "waiting":
            return "did not run%s" % (": " + self.record["why"] if self.record.get("why") else "")
        if state == "running":
            return "had not ended when this page was made"
        if self.record.get("why"):
            return self.record["why"]
        if status and status < 0:
            try:
                name = signal.Signals(-status).name
            except ValueError:
                name = "?"
            return "was ended by signal %d (%s)" % (-status, name)
        rows = self.table.failed()
        if status:
            return "exit status %d%s" % (status, ": %d value%s that must hold %s not" %
                                         (len(rows), "s"[len(rows) == 1:], "do" if len(rows) > 1 else "does")
                                         if rows else "")
        if rows:
            return "exit status 0, but a row of its table says FAIL"
        missing = [f.name for f in self.figures if f.picture() is None and not self.undrawn()]
        return "figure not drawn: %s" % ", ".join(missing) if missing else None

    def undrawn(self):
        """Did it say that there is nothing here to draw with?"""
        return "no SVG drawn" in text_of(self.file("err"))

    def in_work(self, running):
        """Not at fault, but not at its end yet, in a demo that still runs."""
        return running and self.record["state"] in ("waiting", "running")


class Demo:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        runs = [Run(p) for p in (self.folder / "run").glob("*.json") if p.name != "demo.json"]
        self.runs = sorted(runs, key=lambda r: r.record["order"])
        self.about = json.loads(text_of(self.folder / "run" / "demo.json") or "{}")
        figures = [Figure(p) for p in self.folder.glob("*.txt")]
        for run in self.runs:
            begun = run.record.get("begun_ns")
            run.figures = sorted((f for f in figures if f.program == run.program and begun and f.time >= begun),
                                 key=lambda f: (f.time, f.name))
        self.running = bool(self.about.get("running"))

    def faults(self):
        return [(r, r.fault()) for r in self.runs if r.fault() and not r.in_work(self.running)]


# ---- the page

def seconds(value):
    return "%.1f s" % value if value < 10 else "%.0f s" % value


def took(run):
    r = run.record
    return "" if r.get("seconds") is None else "%s (%s of processor time)" % (seconds(r["seconds"]),
                                                                              seconds(r.get("cpu", 0)))


def size_of(path):
    """Width and height of a picture in pixels, or None."""
    if path.suffix == ".svg":
        match = re.search(r'<svg[^>]*?\bwidth="(\d+)"[^>]*?\bheight="(\d+)"', text_of(path)[:2000], re.S)
        match = match or re.search(r'viewBox="0 0 (\d+) (\d+)"', text_of(path)[:2000])
        return (int(match[1]), int(match[2])) if match else None
    with path.open("rb") as f:
        head = f.read(24)
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    return None


def first_sentence(text):
    return re.match(r"(.*?[.:;])(?: |$)|(.*)", text, re.S)[0].strip(" :;")


def figure_html(demo, run, figure):
    picture = figure.picture()
    out = ['<figure id="%s">' % esc(figure.name)]
    if picture is not None and picture.suffix[1:] in SHOWN:
        size = size_of(picture)
        shape = ' width="%d" height="%d" style="--wide: %dpx"' % (size + size[:1]) if size else ""
        href = esc(urllib.parse.quote(picture.relative_to(demo.folder).as_posix()))
        alt = "%s: %s" % (figure.where, figure.title or first_sentence(figure.caption))
        out.append('<div class="picture"><a href="%s"><img class="%s" src="%s"%s alt="%s"></a></div>' %
                   (href, "plot" if picture.suffix == ".svg" else "sheet", href, shape, esc(alt)))
    elif picture is not None:
        out.append("<p>%s: browsers do not show this kind of picture.</p>" %
                   link(demo.folder, picture, picture.name))
    else:
        why = ("neither gnuplot nor matplotlib is here; <code>gnuplot %s.gp</code> or <code>python3 figure.py %s.json"
               "</code> in the folder data draws it") % (esc(figure.name), esc(figure.name)) \
            if run.undrawn() else "it is missing or cut short"
        out.append('<p class="failure">The figure <b>%s</b> was not drawn: %s.</p>' % (esc(figure.name), why))
    out.append("<figcaption><b>%s</b> %s" % (esc(figure.where), esc(figure.caption)))
    files = [p for p in [picture, *figure.numbers(), figure.data("gp"), figure.data("json")]
             if p is not None and p.is_file()]
    if files:
        out.append('<div class="files">%s</div>' % " &middot; ".join(link(demo.folder, p, p.name) for p in files))
    out.append("</figcaption></figure>")
    return "\n".join(out)


VERDICT = {"ok": "ok", "FAIL": "bad", "differs": "soft", "": ""}


def table_html(table):
    if not table.rows:
        return ""
    some = any(row.verdict for row in table.rows)
    head = ["quantity", "expected", "got"] + (["tolerance", "verdict"] if some else []) + \
        (["source of what is expected"] if table.sourced else [])
    out = ['<table class="rows"><caption>%s</caption><thead><tr>' % esc(table.title or "expected / got")]
    out += ['<th scope="col"%s>%s</th>' % (' class="n"' if h in ("expected", "got", "tolerance") else "", esc(h))
            for h in head]
    out.append("</tr></thead><tbody>")
    for row in table.rows:
        part = row.what.startswith(" ")
        out.append('<tr><td class="what%s">%s</td>' % (" part" if part else "", esc(row.what.strip())) +
                   "".join('<td class="n" data-is="%s">%s</td>' % (name, esc(getattr(row, name)))
                           for name in (["expected", "got"] + (["tolerance"] if some else []))) +
                   ('<td class="%s">%s</td>' % (VERDICT[row.verdict], esc(row.verdict)) if some else "") +
                   ("<td>%s</td>" % esc(row.source) if table.sourced else "") + "</tr>")
    out.append("</tbody></table>")
    if table.sum:
        out.append("<p>%s.</p>" % esc(table.sum))
    return "\n".join(out)


def run_html(demo, run):
    out = ['<section id="%s">' % esc("run-" + run.program), "<h2>%s</h2>" % esc(headline(run))]
    out.append('<p class="run"><code>%s</code> %s</p>' % (esc(run.command()), esc(took(run))))
    fault = run.fault()
    if run.in_work(demo.running):
        out.append("<p>%s.</p>" % ("Still running" if run.record["state"] == "running" else "Comes later"))
    elif fault:
        words = text_of(run.file("err")).strip().splitlines()[-LAST_WORDS:] if run.record["state"] == "done" else []
        out.append('<div class="failure"><b>%s failed:</b> %s.%s</div>' %
                   (esc(run.program), esc(fault), "<pre>%s</pre>" % esc("\n".join(words)) if words else ""))
    if run.equation:
        out.append('<pre class="equation">%s</pre>' % esc(run.equation))
    out += [figure_html(demo, run, f) for f in run.figures]
    out.append(table_html(run.table))
    if run.table.rest:
        out.append("<details><summary>What it printed besides</summary><pre>%s</pre></details>" %
                   esc(run.table.rest))
    files = [(run.file(k), t) for k, t in (("out", "all that it printed"), ("err", "progress and messages"),
                                           ("help", "--help")) if run.file(k).is_file()]
    if files:
        out.append('<p class="files">%s</p>' % " &middot; ".join(link(demo.folder, p, t) for p, t in files))
    out.append("</section>")
    return "\n".join(line for line in out if line)


def headline(run):
    """What the program says of itself, and where its figures stand in the paper unless it says that too."""
    summary = (run.summary[:1].upper() + run.summary[1:] if run.summary else run.program).rstrip(".")
    places = list(dict.fromkeys(f.where for f in run.figures if re.match(r"(\w+ )*Fig", f.where) and
                                not f.where.startswith("beside ")))
    places = [p for p in places if not p.startswith("no ")]
    return summary if not places or "Fig" in summary else "%s (%s)" % (summary, ", ".join(places))


def verdict_of(demo, run):
    if run.in_work(demo.running):
        return "", run.record["state"]
    return ("bad", "FAILED") if run.fault() else ("ok", "ok")


def page(demo):
    faults = demo.faults()
    about = demo.about
    title = "liblpl %s: figures of the paper" % about.get("version", "")
    out = ["<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
           '<meta name="viewport" content="width=device-width, initial-scale=1">',
           "<title>%s</title>" % esc(title), "<style>%s</style>" % STYLE, "</head>", "<body>",
           "<h1>%s</h1>" % esc(title)]
    facts = [about.get("machine"), about.get("date"), about.get("took")]
    out.append('<p class="run">%s</p>' % esc(". ".join(f for f in facts if f)))
    done = [r for r in demo.runs if r.record["state"] == "done" and not r.fault()]
    if demo.running:
        out.append("<p><b>The demo is still running:</b> %d of %d programs are ready. Load this page again later.</p>" %
                   (len(done), len(demo.runs)))
    for run, fault in faults:
        out.append('<div class="failure"><b>%s failed:</b> %s.</div>' %
                   (link(demo.folder, demo.folder / "index.html", run.program).replace(
                       "index.html", "#run-" + esc(urllib.parse.quote(run.program))), esc(fault)))
    out.append('<table class="contents"><thead><tr><th scope="col">program</th><th scope="col" class="n">figures</th>'
               '<th scope="col" class="n">as expected</th><th scope="col" class="n">time</th>'
               '<th scope="col">verdict</th></tr></thead><tbody>')
    for run in demo.runs:
        css, word = verdict_of(demo, run)
        judged = [r for r in run.table.rows if r.verdict]
        good = sum(r.verdict == "ok" for r in judged)
        out.append('<tr><td><a href="#run-%s">%s</a></td><td class="n">%d</td><td class="n">%s</td><td class="n">%s'
                   '</td><td class="%s">%s</td></tr>' %
                   (esc(urllib.parse.quote(run.program)), esc(run.program), len(run.figures),
                    "%d of %d" % (good, len(judged)) if judged else "",
                    seconds(run.record["seconds"]) if run.record.get("seconds") is not None else "", css, esc(word)))
    out.append("</tbody></table>")
    if not demo.runs:
        out.append('<p class="failure">No program has left a record in this folder.</p>')
    out += [run_html(demo, run) for run in demo.runs]
    out.append("<footer>%s</footer>" % esc(
        "Each figure links to its picture, its numbers (CSV) and the scripts that draw it. A row that FAILs "
        "fails its program; one that differs is only marked. Expected values, and where they come from: "
        "docs/examples.md."))
    out += ["</body>", "</html>", ""]
    return "\n".join(out)


def write(path, text):
    """All of it or nothing: whoever opens the file sees the page before or this one."""
    path = pathlib.Path(path)
    handle, name = tempfile.mkstemp(prefix=".%s." % path.name, dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def make(folder):
    demo = Demo(folder)
    write(demo.folder / "index.html", page(demo))
    return demo


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip(), file=sys.stderr if len(sys.argv) != 2 else sys.stdout)
        return 0 if len(sys.argv) == 2 else 2
    if not os.path.isdir(sys.argv[1]):
        print("page.py: there is no folder '%s'" % sys.argv[1], file=sys.stderr)
        return 2
    demo = make(sys.argv[1])
    return 1 if demo.faults() or not demo.runs else 0


if __name__ == "__main__":
    sys.exit(main())
