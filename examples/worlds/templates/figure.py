"""figure.py NAME.json: draws the figure with matplotlib, as NAME.gp does with gnuplot."""
import json
import logging
import math
import os
import re
import sys

import matplotlib

matplotlib.use("svg")
logging.getLogger("matplotlib").setLevel(logging.ERROR)  # not a word about fonts
import matplotlib.pyplot as plt  # noqa: E402 (after the choice of what draws)
from matplotlib.colors import LinearSegmentedColormap  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator, MultipleLocator, NullFormatter  # noqa: E402

matplotlib.rcParams.update({
    "svg.fonttype": "none", "font.family": ["Helvetica", "Arial", "DejaVu Sans"], "font.size": 15, "axes.titlesize": 16,
    "axes.labelsize": 15, "legend.fontsize": 14, "axes.edgecolor": "#444444", "axes.spines.top": False,
    "axes.spines.right": False, "axes.linewidth": 1.1, "xtick.color": "#444444", "ytick.color": "#444444",
    "xtick.labelcolor": "#000000", "ytick.labelcolor": "#000000", "axes.unicode_minus": True, "svg.hashsalt": "lpl"})

LEGENDS = {1: "upper left", 2: "upper right", 3: "lower left", 4: "lower right", 5: "center left", 6: "center right"}
DASHES = {0: "-", 1: (0, (5, 3)), 2: (0, (1.2, 2))}
SHAPES = {0: "o", 1: "o", 2: "d", 3: "s"}


def number(cell):
    try:
        return float(cell)
    except ValueError:
        return math.nan


class Numbers:
    """Columns of the CSV files of one figure."""

    def __init__(self, folder):
        self.folder, self.read = folder, {}

    def blocks(self, file, head):
        """Rows of numbers, block by block."""
        if (file, head) not in self.read:
            with open(os.path.join(self.folder, file), encoding="utf-8") as lines:
                text = lines.read().split("\n", 1)[1] if head else lines.read()
            self.read[file, head] = [[[number(c) for c in line.split(",")] for line in block.splitlines() if line]
                                     for block in re.split(r"\n\n\n+", text.strip("\n"))]
        return self.read[file, head]

    def column(self, mark, column, by=1.0, plus=0.0):
        return [row[column - 1] * by + plus for row in self.blocks(mark["file"], True)[mark["block"]]]


def grid(x, y, *values):
    """An even grid, in any order: half a step of x and of y; the values as rows of growing y, each of growing x."""
    columns, lines = sorted(set(x)), sorted(set(y))
    at = {place: k for k, place in enumerate(zip(y, x))}
    one = len(values) == 1
    rows = [[values[0][at[b, a]] if one else [v[at[b, a]] for v in values] for a in columns] for b in lines]
    half = [(max(c) - min(c)) / (len(c) - 1) / 2 if len(c) > 1 else 0.5 for c in (columns, lines)]
    return half, rows


def axis(ax, name, a):
    side = ax.xaxis if name == "x" else ax.yaxis
    if a["log"]:
        (ax.set_xscale if name == "x" else ax.set_yscale)("log")
        side.set_minor_formatter(NullFormatter())
    side.set_major_formatter(FuncFormatter(lambda v, _: "%g" % round(v, 10)))
    low, high = a["low"], a["high"]
    if low is not None or high is not None:
        (ax.set_xlim if name == "x" else ax.set_ylim)(low, high)
    if a["down"]:
        side.set_inverted(True)
    if a["step"]:
        side.set_major_locator(LogLocator(a["step"]) if a["log"] else MultipleLocator(a["step"]))
    if a["names"]:
        side.set_ticks(a["at"], a["names"])
    if a["bare"] or (not a["text"] and not a["names"]):
        side.set_tick_params(labelbottom=False, labelleft=False)
    if not a["text"]:
        side.set_tick_params(length=0)
        if not a["names"]:
            side.set_ticks([])
    elif not a["bare"]:
        side.set_label_text(a["text"])


def mark(ax, figure, numbers, m, panel):
    """Draw it; what stands for it in the legend, or None."""
    kind, colour = m["kind"], figure["colours"][m["colour"]]
    line = {"color": colour, "linestyle": DASHES[m["dash"]], "linewidth": m["width"], "label": m["title"]}
    dots = {"marker": SHAPES[m["hollow"]], "markersize": m["size"], "markeredgecolor": colour,
            "markerfacecolor": "none" if m["hollow"] == 1 else colour}
    if kind in ("line", "points", "both", "steps", "bars", "band"):
        x = numbers.column(m, m["x"], m["x_by"], m["x_plus"])
        y = numbers.column(m, m["y"], m["y_by"])
        e = numbers.column(m, m["e"], m["y_by"]) if m["e"] else None
        if kind == "bars":
            ax.bar(x, y, m["size"], color=colour, alpha=0.85, label=m["title"])
        elif kind == "band":
            ax.fill_between(x, [a - b for a, b in zip(y, e)], [a + b for a, b in zip(y, e)], color=colour, alpha=0.2,
                            linewidth=0)
        else:
            if kind != "line":
                line.update(dots if kind != "steps" else {"drawstyle": "steps-mid"})
            if kind == "points":
                line["linestyle"] = "none"
            ax.errorbar(x, y, e, elinewidth=1.6, capsize=3, **line) if e else ax.plot(x, y, **line)
    elif kind in ("map", "matrix"):
        stops = figure["sequential" if panel["colours"] else "diverging"]
        palette = LinearSegmentedColormap.from_list("map", [(s[0], s[1]) for s in stops])
        if kind == "matrix":
            rows = numbers.blocks(m["file"], False)[0]
            extent = [-0.5, len(rows[0]) - 0.5, -0.5, len(rows) - 0.5]
        else:
            x, y, z = (numbers.column(m, m[k]) for k in "xye")
            (dx, dy), rows = grid(x, y, z)
            extent = [min(x) - dx, max(x) + dx, min(y) - dy, max(y) + dy]
        drawn = ax.imshow(rows, cmap=palette, vmin=panel["low"], vmax=panel["high"], origin="lower", extent=extent,
                          aspect="auto", interpolation="nearest")
        if panel["scale"]:
            left, right, bottom, top = panel["place"]
            box = ax.figure.add_axes([right + 10 / figure["width"], bottom, 16 / figure["width"], top - bottom])
            ax.figure.colorbar(drawn, cax=box).set_label(panel["scale"])
    elif kind == "rgb":
        x, y = numbers.column(m, m["x"]), numbers.column(m, m["y"])
        pixels = grid(x, y, *([v / 255 for v in numbers.column(m, m["y"] + k)] for k in (1, 2, 3)))[1]
        ax.imshow(pixels, origin="lower", interpolation="nearest", aspect="auto",
                  extent=[min(x) - 0.5, max(x) + 0.5, min(y) - 0.5, max(y) + 0.5])
    elif kind == "picture":
        pixels = plt.imread(os.path.join(numbers.folder, m["file"]))
        ax.imshow(pixels, extent=[0, len(pixels[0]), 0, len(pixels)], interpolation="none")
    elif kind in ("vertical", "horizontal"):
        line.update(linewidth=m["width"], zorder=0)
        (ax.axvline if kind == "vertical" else ax.axhline)(m["at"][0], **line)
    elif kind == "arrow":
        ax.plot([], [], **line)
        ax.annotate("", m["at"], [-v for v in m["at"]], zorder=9,
                    arrowprops={"arrowstyle": "<|-|>", "color": colour, "linewidth": m["width"], "mutation_scale": 18})
    elif kind == "note":
        ax.annotate(m["title"], m["at"], xycoords=ax.get_xaxis_transform(), xytext=(9, 0), textcoords="offset points",
                    va="center")


def draw(path):
    """NAME.json in a folder to NAME.svg in the one above."""
    with open(path, encoding="utf-8") as file:
        figure = json.load(file)
    numbers = Numbers(os.path.dirname(os.path.abspath(path)))
    whole = plt.figure(figsize=(figure["width"] / 72, figure["height"] / 72))
    if len(figure["panels"]) > 1:
        whole.text(0.5, 1 - 22 / figure["height"], figure["title"], ha="center", va="center", fontsize=18)
    for p in figure["panels"]:
        left, right, bottom, top = p["place"]
        ax = whole.add_axes([left, bottom, right - left, top - bottom])
        ax.margins(x=0)
        for m in p["marks"]:
            mark(ax, figure, numbers, m, p)
        axis(ax, "x", p["x"])
        axis(ax, "y", p["y"])
        if not p["x"]["text"] and not p["y"]["text"]:
            for side in ax.spines.values():
                side.set_visible(False)
        if p["title"]:
            ax.set_title(p["title"], pad=30 if p["legend"] == 7 else 9)
        if p["square"]:
            ax.set_aspect("equal")
        if p["grid"]:
            ax.grid(axis="y", color="#dddddd", linewidth=0.7)
            ax.set_axisbelow(True)
        if p["zero"]:
            ax.axhline(0, color="#bbbbbb", linestyle="--", linewidth=1, zorder=0)
        look = {"frameon": False, "handlelength": 1.8, "labelspacing": 0.25, "borderaxespad": 0.2}
        if p["legend"] in LEGENDS:
            ax.legend(loc=LEGENDS[p["legend"]], **look)
        elif p["legend"] == 7:
            ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncol=9, columnspacing=1, **look)
        elif p["legend"] == 8:
            box = ax.get_position()
            ax.legend(loc="upper left", bbox_to_anchor=(1 + 14 / (box.width * figure["width"]), 1), **look)
    name = os.path.join(numbers.folder, "..", figure["name"] + ".svg")
    whole.savefig(name, metadata={"Title": figure["title"], "Description": figure["caption"], "Date": None})
    plt.close(whole)


if __name__ == "__main__" and len(sys.argv) == 2:
    draw(sys.argv[1])
