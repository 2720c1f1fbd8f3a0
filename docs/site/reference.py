"""docs/site/reference.py - the reference as reStructuredText: one page a header, made of bindings/api.json.

Every function, struct, field and constant has an entry of Sphinx's C domain with the whole comment of the header;
names of the API, headers, pages and sections of the theory are links.
"""
import re

import comment

HEADERS_FIRST = ("layer.h", "stack.h", "rule.h", "stats.h", "activation.h", "optim.h", "random.h", "metrics.h",
                 "spiking.h",
                 "lif.h", "source.h", "projection.h", "connect.h", "record.h", "network.h", "state.h", "file.h",
                 "status.h", "threads.h", "version.h")


def escape(text):
    return re.sub(r"([\\*`|_])", r"\\\1", text)


class Writer:
    def __init__(self, api, pages, sections):
        self.api, self.names, self.pages, self.sections = api, comment.Names(api), pages, sections
        self.equations = comment.Equations()

    def page_of(self, header):
        stem = header.removesuffix(".h")
        return {"version": "versioning"}.get(stem, stem)

    def token(self, kind, text):
        """A token as a role, or escaped text."""
        if kind in ("function", "constant"):
            what = self.names.kind.get(text)
            role = {"function": "func", "struct": "struct", "type": "type", "constant": "enumerator"}.get(what)
            return f":c:{role}:`{text}`" if role else f"``{text}``"
        if kind == "header" and text.removeprefix("lpl/") in self.names.headers:
            return f":doc:`{text} </reference/{text.removeprefix('lpl/').removesuffix('.h')}>`"
        if kind == "page" and text[5:-3] in self.pages:
            return f":doc:`{text} </{text[5:-3]}>`"
        if kind == "theory":
            section = text.split()[1].rstrip(",")
            if section in self.sections:
                return f":ref:`{text} <theory-{section.replace('.', '-')}>`"
        return None

    def inline(self, text):
        out = ""
        parts = list(comment.tokens(text))
        for k, (kind, part) in enumerate(parts):
            role = self.token(kind, part) if kind != "text" else None
            if role is None:
                out += escape(part)
                continue
            after = parts[k + 1][1][:1] if k + 1 < len(parts) else ""
            out += "\\ " if out and out[-1] not in " (-/\"'[{<:" else ""
            out += role + ("\\ " if after and after not in " .,;:!?)-/\"']}>" else "")
        return out

    def body(self, text, header, indent):
        """A comment as lines of reStructuredText."""
        pad, out = " " * indent, []
        for block in comment.blocks(text, header, self.equations):
            out.append("")
            if block[0] == "paragraph":
                out.append(pad + self.inline(block[1]))
            elif block[0] == "lines":
                out += [pad + ".. code-block:: none", ""] + [pad + "   " + line for line in block[1]]
            elif block[0] == "equation":
                out += [pad + ".. math::", ""]
                out += [pad + "   " + line for line in block[1].split("\n")]
            elif block[0] == "choices":
                out += [pad + ".. list-table::", pad + "   :class: entries", pad + "   :widths: auto", ""]
                for name, choice, words in block[1]:
                    out += [f"{pad}   * - {f'``{name}``' if name else ''}",
                            f"{pad}     - {self.inline(choice)}".rstrip(),
                            f"{pad}     - {self.inline(words)}"]
            else:
                out += [pad + ".. list-table::", pad + "   :class: entries", pad + "   :widths: auto", ""]
                for name, words in block[1]:
                    known = self.names.kind.get(name)
                    shown = self.inline(name) if known else f"``{name}``"
                    out += [f"{pad}   * - {shown}", f"{pad}     - {self.inline(words)}"]
        return out

    def section(self, title, mark="-"):
        return ["", title, mark * len(title), ""]

    def enum(self, e, header):
        first = e["constants"][0]["name"]
        stem = common_stem([c["name"] for c in e["constants"]])
        title = f"{stem}*" if len(e["constants"]) > 1 else first
        if stem == "LPL_":
            title = ", ".join(c["name"] for c in e["constants"][:3]) + (", ..." if len(e["constants"]) > 3 else "")
        out = ["", f".. rubric:: {escape(title)}"]
        out += self.body(e["doc"], header, 0) if e["doc"] else []
        for c in e["constants"]:
            out += ["", f".. c:enumerator:: {c['name']} = {c['value']}", ""]
            out += self.body(comment.one_line(c["doc"]), header, 3) if c["doc"] else []
        return out

    def struct(self, s, header):
        out = ["", f".. c:struct:: {s['name']}"]
        out += self.body(s["doc"], header, 3)
        group = None
        for f in s["fields"]:
            if f.get("group") != group:
                group = f.get("group")
                if group:
                    out += ["", f"   {self.inline(group)}:"]
            out += ["", f"   .. c:var:: {f['type']}{'' if f['type'].endswith('*') else ' '}{f['name']}"]
            if f["doc"]:
                out += self.body(comment.one_line(f["doc"]), header, 6)
        return out

    def page(self, h):
        header = h["name"]
        title = f"lpl/{header}"
        out = [f".. _reference-{header.removesuffix('.h')}:", "", title, "=" * len(title)]
        opening = re.sub(r"^lpl/\w+\.h - ", "", h["doc"])
        out += self.body(opening if opening.startswith("lpl_") else opening[:1].upper() + opening[1:], header, 0)
        out += ["", f"The topic in words: :doc:`/{self.page_of(header)}`. In C: ``#include <lpl.h>``. Manual page: "
                f"``man lpl_{header.removesuffix('.h')}``."]
        if h["functions"]:
            out += self.section("Functions")
            if len(h["functions"]) > 3:
                out += [", ".join(f":c:func:`{f['name']}`" for f in h["functions"] if not f["name"].endswith("_f64"))]
        for group in comment.grouped(h["functions"]):
            out += ["", f".. c:function:: {comment.prototype(group[0])}"]
            out += [f"                 {comment.prototype(f)}" for f in group[1:]]
            out += self.body(group[0]["doc"], header, 3)
        if h["structs"]:
            out += self.section("Structs")
            for s in h["structs"]:
                out += self.struct(s, header)
        if h["types"]:
            out += self.section("Types")
            for t in h["types"]:
                if t["kind"] == "callback":
                    arguments = ", ".join(a["type"] + ("" if a["type"].endswith("*") else " ") + a["name"]
                                          for a in t["arguments"])
                    declared = f"{t['result']} (*{t['name']})({arguments})"
                    out += ["", f".. c:type:: {declared}"]
                elif t["kind"] == "number":
                    out += ["", f".. c:type:: {t['base']} {t['name']}"]
                else:
                    out += ["", f".. c:type:: {t['name']}"]
                out += self.body(t["doc"], header,
                                 3) if t["doc"] else ["", "   An opaque object, made by a create or load "
                                                                       "call."]
        if h["enums"]:
            out += self.section("Constants")
            for e in h["enums"]:
                out += self.enum(e, header)
        return "\n".join(out) + "\n"

    def index(self):
        order = sorted(self.api["headers"], key=lambda h: HEADERS_FIRST.index(h["name"])
                       if h["name"] in HEADERS_FIRST else len(HEADERS_FIRST))
        out = ["Reference", "=========", "",
               f"The interface of liblpl {self.api['version']}, one page a header, made from the headers themselves: "
               f"equation, "
               "shapes, ranges, errors, thread class and cost of every call.", "", ".. list-table::",
               "   :widths: auto", ""]
        for h in order:
            stem = h["name"].removesuffix(".h")
            out += [f"   * - :doc:`lpl/{h['name']} <{stem}>`", f"     - {self.inline(comment.title(h))}",
                    f"     - {len(h['functions']) or ''}".rstrip()]
        out += ["", "The Python package: :doc:`python`."]
        out += ["", ".. toctree::", "   :hidden:", ""] + [f"   {h['name'].removesuffix('.h')}" for h in order]
        out += ["   Python <python>"]
        out += ["", "All names", "---------", ""]
        for h in order:
            if h["functions"]:
                out += [", ".join(f":c:func:`{f['name']}`" for f in h["functions"]) + "", ""]
        return "\n".join(out) + "\n"


def common_stem(names):
    """LPL_ACT_ of LPL_ACT_LINEAR, LPL_ACT_RELU."""
    stem = names[0]
    for name in names[1:]:
        while not name.startswith(stem):
            stem = stem[:-1]
    return stem[:stem.rfind("_") + 1] or names[0]


def write(folder, pages, sections):
    """reference/*.rst below folder."""
    api = comment.read_api()
    writer = Writer(api, pages, sections)
    (folder / "reference").mkdir(parents=True, exist_ok=True)
    for h in api["headers"]:
        (folder / "reference" / f"{h['name'].removesuffix('.h')}.rst").write_text(writer.page(h), encoding="utf-8")
    (folder / "reference" / "index.rst").write_text(writer.index(), encoding="utf-8")
    return writer.equations
