"""docs/site/notebook.py - a notebook as a page: its cells in order, run, with what each printed and drew.

The notebooks of docs/notebooks hold no outputs. Where NumPy and the library are there the cells are run (figures: where
matplotlib is), otherwise the page has the cells alone and says so.
"""
import contextlib
import io
import json
import os
import sys
import warnings

import comment


def figures(folder, name, number):
    """What matplotlib has open, as PNG files; their names."""
    plt = sys.modules.get("matplotlib.pyplot")
    drawn = []
    for k in plt.get_fignums() if plt else []:
        path = folder / f"{name}-{number}-{k}.png"
        plt.figure(k).savefig(path, dpi=110, bbox_inches="tight")
        drawn.append(path.name)
    if plt:
        plt.close("all")
    return drawn


def page(path, folder, run):
    """The page of a notebook; figures go to folder."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    space, out, drew = {"__name__": "__main__"}, [], False
    for number, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"]).rstrip()
        if cell["cell_type"] == "markdown":
            out += [source, ""]
            continue
        out += ["```python", source, "```", ""]
        if not run:
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(source, f"{path.name}, cell {number}", "exec"), space)
        if printed.getvalue().strip():
            out += ["```text", printed.getvalue().rstrip(), "```", ""]
        for name in figures(folder, path.stem, number):
            out += [f"![Figure of cell {number}]({name})", ""]
            drew = True
    note = f"The notebook itself: {{download}}`{path.name} <{path.name}>`."
    if not run:
        note += " Its cells were not run when this page was made: NumPy or the library was not there."
    elif not drew:
        note += " Its cells were run when this page was made; there was no matplotlib, so its figures are missing."
    return "\n".join(out + [note, ""])


def runnable():
    sys.path.insert(0, str(comment.ROOT / "bindings/python"))
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        import lpl  # noqa: F401
    except ImportError:
        return False
    return True


def write(folder, run=True):
    """notebooks/*.md and the notebooks below folder; how many, and were they run."""
    run, paths = run and runnable(), sorted((comment.ROOT / "docs/notebooks").glob("*.ipynb"))
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    for path in paths:
        (folder / "notebooks" / path.name).write_bytes(path.read_bytes())
        (folder / "notebooks" / f"{path.stem}.md").write_text(page(path, folder / "notebooks", run), encoding="utf-8")
    names = "\n".join(path.stem for path in paths)
    (folder / "notebooks" / "index.md").write_text(
        "# Notebooks\n\nTo read here and to change at home: each has its file at the end.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n", encoding="utf-8")
    return len(paths), run
