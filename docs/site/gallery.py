"""docs/site/gallery.py - the gallery: every figure of the paper with its command, and the pictures that `make demo`
left.

Which figures there are, their commands and what is expected stand in README.md ("Figures of the paper"). NAME.txt
beside a picture in the folder of the demo says whose it is, where it stands in the paper and what is to be seen.
"""
import json
import pathlib
import re

import comment


def rows():
    """(figure, [command], expected) of README's table."""
    text = (comment.ROOT / "README.md").read_text(encoding="utf-8")
    part = text.split("## Figures of the paper")[1].split("\n## ")[0]
    out = []
    for line in part.split("\n"):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("|") and len(cells) == 3 and "`" in cells[1]:
            out.append((cells[0], re.findall(r"`([^`]+)`", cells[1]), cells[2]))
    return out


def program(command):
    return pathlib.PurePath(command.split()[0]).name


class Picture:
    """NAME.txt with NAME.svg or NAME.png beside it."""

    def __init__(self, path):
        head, _, caption = path.read_text(encoding="utf-8", errors="replace").partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        self.program, self.where = fields.get("program", ""), fields.get("where", "")
        self.caption = " ".join(caption.split())
        there = [path.with_suffix(suffix) for suffix in (".svg", ".png") if path.with_suffix(suffix).is_file()]
        self.file = there[0] if there else None


def write(folder, demo):
    """gallery.md and its pictures below folder; how many pictures."""
    pictures = [Picture(path) for path in sorted(demo.glob("*.txt"))] if demo.is_dir() else []
    pictures = [p for p in pictures if p.file]
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    out = ["# Gallery", "",
           "Every figure, the command that draws it, and what is expected of it. Each program prints a table "
           "\"expected / got\" and fails if a value that must hold does not: [examples](examples.md).", ""]
    if not pictures:
        out += ["```{note}",
                "No pictures here: they are drawn by `make demo` (two minutes, no data needed), which was not run "
                "before this site was made.", "```", ""]
    used = set()
    for figure, commands, expected in rows():
        heading = re.sub(r"[`*]", "", figure if len(figure) <= 110 else figure.split(":")[0])
        out += [f"## {heading}", "", *([figure + ".", ""] if heading != figure else [])]
        out += ["```sh", *commands, "```", "", f"Expected: {expected}.", ""]
        mine = [p for p in pictures if p.program in {program(c) for c in commands}]
        for p in mine:
            used.add(p)
            (folder / "figures" / p.file.name).write_bytes(p.file.read_bytes())
            caption = re.sub(r"([\\*_<>`$\[\]])", r"\\\1", p.caption)
            out += [f"```{{figure}} figures/{p.file.name}", f":alt: {json.dumps(p.where or p.file.stem)}", "",
                    f"**{p.where}** {caption}" if p.where else caption, "```", ""]
        if pictures and not mine:
            out += ["*Not drawn here: `make demo` does not run it (it needs data files, or is no figure).*", ""]
    (folder / "gallery.md").write_text("\n".join(out), encoding="utf-8")
    return len(used)
