#!/usr/bin/env python3
"""bindings/api.py - the public API as data: from the headers to api.json, and from it to the tables that bindings need.

usage: api.py           write every generated file anew (make api)
       api.py --check   say which of them are stale; exit status 1 if one is (part of make check)

    bindings/api.json               functions, structs, enums, handles and callbacks with their comments, header by
    header
    src/core/abi.c                  the table behind lpl_abi_entry
    bindings/python/lpl/_api.py     enums, structs and prototypes for ctypes
    bindings/julia/LPL.jl/src/LibLPL.jl    enums, structs and calls for Julia (api_julia.py)
    bindings/python/lpl/_keywords.py    the keywords of every class and function that takes a config's fields: names,
                                    types, defaults and texts from the field comments

Declarations are parsed by pycparser, after comments and preprocessor lines have been blanked; comments are found by
their place: a block that stands above declarations without an empty line between, and what stands behind a field or
constant. tests/test_abi.c and tests/ffi/abi_table.py hold the same facts by other ways and stay written by hand.
"""
import ast
import json
import pathlib
import re
import sys
import textwrap

try:
    from pycparser import c_ast, c_parser
except ImportError:
    print("api.py: needs python3-pycparser (make deps)", file=sys.stderr)
    sys.exit(3)

import api_julia

ROOT = pathlib.Path(__file__).resolve().parent.parent
ADAPTERS = {"mpi.h"}  # inline code over other libraries: nothing in it is the library's
WIDTHS = {"uint32_t": 4, "int32_t": 4, "uint64_t": 8, "int64_t": 8, "float": 4, "double": 8}
TYPEDEFS = "".join(f"typedef {c} {name};" for name, c in (
    ("size_t", "unsigned long"), ("uint8_t", "unsigned char"), ("uint16_t", "unsigned short"), ("int32_t", "int"),
    ("uint32_t", "unsigned"), ("int64_t", "long long"), ("uint64_t", "unsigned long long")))


# ---- headers to data ----

def order_of_headers():
    """Each header after those that it includes; status.h first."""
    todo = {p.name: re.findall(r'#include "(\w+\.h)"', p.read_text(encoding="utf-8"))
            for p in sorted((ROOT / "include/lpl").glob("*.h")) if p.name not in ADAPTERS}
    done = []
    while todo:
        ready = [name for name, needs in todo.items() if all(n in done for n in needs)]
        if not ready:
            sys.exit(f"api.py: headers include each other: {sorted(todo)}")
        done.append(ready[0])
        del todo[ready[0]]
    return done


def text_of(comment):
    """A comment without its stars, lines kept, common indent removed."""
    body = re.sub(r"^/\*|\*/$", "", comment)
    lines = [re.sub(r"^\s*\* ?", "", line) if k else line for k, line in enumerate(body.split("\n"))]
    return "\n".join(line.rstrip() for line in lines).strip()


class Header:
    def __init__(self, name):
        self.name = name
        text = (ROOT / "include/lpl" / name).read_text(encoding="utf-8")
        self.comments = [(text.count("\n", 0, m.start()) + 1, text.count("\n", 0, m.end()) + 1, text_of(m[0]))
                         for m in re.finditer(r"/\*.*?\*/", text, flags=re.S)]
        self.lines = text.split("\n")
        blank = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)
        blank = re.sub(r"^#.*", "", blank, flags=re.M)
        self.code = re.sub(r"\bLPL_API\b", "", re.sub(r'extern "C" \{|^\}\s*$', "", blank, flags=re.M))

    def above(self, line):
        """The comment block above a declaration: it covers those that follow without an empty line."""
        while line > 1 and self.lines[line - 2].strip() and not self.lines[line - 2].startswith("#"):
            line -= 1
            for start, end, text in self.comments:
                if end == line and not self.lines[start - 1].lstrip().split("/*")[0].strip():
                    return text
        return ""

    def group(self, first, line):
        """The last comment that stands alone between a struct's first line and a field's."""
        found = ""
        for start, end, text in self.comments:
            if first < start and end < line and not self.lines[start - 1].split("/*")[0].strip():
                found = text
        return found

    def behind(self, line):
        """The comment that begins on the line, behind code."""
        for start, _, text in self.comments:
            if start == line and self.lines[start - 1].split("/*")[0].strip():
                return text
        return ""


def type_of(node):
    """A declaration's type as text ("const float *"), and what a binding must know of it."""
    stars, const = "", False
    while isinstance(node, c_ast.PtrDecl):
        stars += "*"
        node = node.type
    if isinstance(node, c_ast.TypeDecl):
        const = "const" in node.quals
        node = node.type
    name = " ".join(node.names) if isinstance(node, c_ast.IdentifierType) else node.name
    return {"type": (("const " if const else "") + name + (" " + stars if stars else "")), "base": name,
            "pointers": len(stars), "const": const}


def argument(node):
    out = {"name": node.name}
    out.update(type_of(node.type))
    return out


def releases():
    """Function: the release that added it, as src/lpl.map has it."""
    out, node = {}, None
    for line in (ROOT / "src/lpl.map").read_text(encoding="utf-8").splitlines():
        if line.startswith("LPL_"):
            node = line.split()[0].removeprefix("LPL_")
        elif line.strip().startswith("lpl_"):
            out[line.strip().rstrip(";")] = node
    return out


def struct_data(h, node, doc):
    fields, offset, pointers = [], 0, False
    for d in node.decls:
        f = {"name": d.name}
        f.update(type_of(d.type))
        f["doc"] = h.behind(d.coord.line)
        group = h.group(node.coord.line, d.coord.line)
        if group:
            f["group"] = group  # what it and its neighbours are for
        constants = re.findall(r"\bLPL_[A-Z0-9_]+", f["doc"])
        if f["pointers"]:
            pointers = True
        elif constants and (f["base"] == "int32_t" or f["name"] == "flags"):
            f["values"] = constants[0]  # the field holds a constant of this one's enum
        fields.append(f)
    if not pointers:  # offsets are the same on every platform only without pointers
        for f in fields:
            f["offset"] = offset
            offset += WIDTHS[f["base"]]
    out = {"name": node.name, "doc": doc, "fields": fields}
    if not pointers:
        out["bytes"] = offset
    return out


def enum_data(h, node, doc):
    value, constants = -1, []
    for e in node.values.enumerators:
        value = value + 1 if e.value is None else int(eval(compile(source(e.value), "enum", "eval"),
                                                           {"__builtins__": {}}))
        constants.append({"name": e.name, "value": value, "doc": h.behind(e.coord.line)})
    return {"doc": doc, "constants": constants}


def source(node):
    from pycparser import c_generator
    return c_generator.CGenerator().visit(node)


def header_data(name, known):
    h = Header(name)
    parser = c_parser.CParser()
    prelude = TYPEDEFS + "".join(f"typedef "
                                 f"{'int' if k == 'number' else 'struct ' + n + ' ' if k != 'callback' else 'void *'} "
                                 f"{n};"
                                 for n, k in known.items())
    unit = parser.parse(prelude.replace("\n", " ") + "\n#line 1\n" + h.code, filename=name)
    out = {"name": name, "doc": h.comments[0][2], "types": [], "enums": [], "structs": [], "functions": []}
    skip = len(TYPEDEFS.split(";")) - 1 + len(known)
    for node in unit.ext[skip:]:
        doc = h.above(node.coord.line)
        if isinstance(node, c_ast.Typedef):
            inner = node.type
            if isinstance(inner, c_ast.TypeDecl) and isinstance(inner.type, c_ast.Struct):
                struct = inner.type
                if struct.decls:
                    out["structs"].append(struct_data(h, struct, h.above(struct.coord.line)))
                    known[node.name] = "struct"
                else:
                    out["types"].append({"name": node.name, "kind": "handle", "doc": doc})
                    known[node.name] = "handle"
            elif isinstance(inner, c_ast.PtrDecl) and isinstance(inner.type, c_ast.FuncDecl):
                f = inner.type
                out["types"].append({"name": node.name, "kind": "callback", "doc": doc,
                                     "result": type_of(f.type)["type"],
                                     "arguments": [argument(a) for a in f.args.params]})
                known[node.name] = "callback"
            else:
                out["types"].append({"name": node.name, "kind": "number", "doc": doc, "base": type_of(inner)["base"]})
                known[node.name] = "number"
        elif isinstance(node.type, c_ast.Enum):
            out["enums"].append(enum_data(h, node.type, doc))
        elif isinstance(node.type, c_ast.FuncDecl):
            f = node.type
            args = [argument(a) for a in (f.args.params if f.args else []) if not (isinstance(a, c_ast.Typename))]
            out["functions"].append({"name": node.name, "result": type_of(f.type)["type"], "arguments": args,
                                     "doc": doc})
        else:
            sys.exit(f"{name}:{node.coord.line}: a declaration that this script does not understand")
    return out


def check(api):
    """What every header promises: comments, versions, no hidden padding."""
    enums = {c["name"] for h in api["headers"] for e in h["enums"] for c in e["constants"]}
    since = releases()
    for h in api["headers"]:
        for f in h["functions"]:
            if not f["doc"]:
                sys.exit(f"{h['name']}: {f['name']} has no comment")
            if f["name"] not in since:
                sys.exit(f"{h['name']}: {f['name']} is not in src/lpl.map: make map")
            f["since"] = since[f["name"]]
        for s in h["structs"]:
            for f in s["fields"]:
                if "offset" in f and f["offset"] % WIDTHS[f["base"]]:
                    sys.exit(f"{s['name']}.{f['name']}: hidden padding before it")
                if f.get("values") and f["values"] not in enums:  # LPL_STATS_* names a family
                    family = sorted(c for c in enums if c.startswith(f["values"]))
                    if not family:
                        sys.exit(f"{s['name']}.{f['name']}: {f['values']} is no constant")
                    f["values"] = next(c["name"] for h2 in api["headers"] for e in h2["enums"] for c in e["constants"]
                                       if c["name"] in family)


def read_headers():
    version = (ROOT / "include/lpl/version.h").read_text(encoding="utf-8")
    known, headers = {}, []
    for name in order_of_headers():
        headers.append(header_data(name, known))
    api = {"library": "lpl", "version": re.search(r'LPL_VERSION_STRING "([^"]+)"', version)[1], "headers": headers}
    check(api)
    return api


# ---- data to files ----

def docstring(text, indent, width=120):
    """Lines of a comment as they are, indented; one that gets too long by it goes on below its own start."""
    lines = []
    for line in ('"""' + text.replace("\\", "\\\\") + '"""').split("\n"):
        start = indent + line[:len(line) - len(line.lstrip())]
        lines += textwrap.wrap(line.strip(), width, initial_indent=start, subsequent_indent=start,
                               break_long_words=False, break_on_hyphens=False) or [""]
    return lines


def wrapped(items, indent, width=120):
    lines, line = [], indent
    for item in items:
        if len(line) + len(item) > width and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += item + " "
    return "\n".join(lines + [line.rstrip()])


def abi_c(api):
    out = ["/* core/abi.c - the table behind lpl_abi_entry: every public enum constant, and size and offsets of every "
           "public struct.",
           " * Generated from the headers by bindings/api.py (make api); tests/test_abi.c, written by hand, proves "
           "that it is",
           " * complete. */",
           "#include <stddef.h>", "", '#include "core/error.h"', '#include "lpl.h"', "", "typedef struct entry_t {",
           "    const char *name;",
           "    int64_t value;", "} entry_t;", "", "#define E(name) \\", "    { #name, name }", "#define S(type) \\",
           '    { "sizeof " #type, (int64_t)sizeof(type) }', "#define F(type, field) \\",
           '    { "offsetof " #type "." #field, (int64_t)offsetof(type, field) }', "", "/* clang-format off */",
           "static const entry_t table[] = {"]
    for h in api["headers"]:
        items = [f"E({c['name']})," for e in h["enums"] for c in e["constants"]]
        for s in h["structs"]:
            items.append(f"S({s['name']}),")
            items += [f"F({s['name']}, {f['name']})," for f in s["fields"]]
        if items:
            out += [f"    /* lpl/{h['name']} */", wrapped(items, "    ")]
    out += ["};", "/* clang-format on */", "",
            "lpl_status_t lpl_abi_entry(const char **name, int64_t *value, size_t index) {",
            "    if (!name || !value)",
            '        return lpli_fail(LPL_E_NULL, "lpl_abi_entry", "%s = NULL, need a place for the result",',
            '                         name ? "value" : "name");',
            "    if (index >= sizeof table / sizeof *table) return LPL_E_ARG;", "    *name = table[index].name;",
            "    *value = table[index].value;", "    return LPL_OK;", "}", ""]
    return "\n".join(out)


# Python's name for each enum, by its first constant, and what its members' names leave out; flags are sets of bits.
PYTHON_ENUMS = {
    "LPL_OK": ("Status", "LPL_"), "LPL_F32": ("DType", "LPL_"), "LPL_ISA_AUTO": ("Isa", "LPL_ISA_"),
    "LPL_ACT_LINEAR": ("Activation", "LPL_ACT_"),
    "LPL_CONNECT_DENSE": ("ConnectKind", "LPL_CONNECT_"), "LPL_CONNECT_NO_SELF": ("ConnectFlag", "LPL_CONNECT_"),
    "LPL_METRIC_PARTICIPATION_RATIO": ("Metric", "LPL_METRIC_"),
    "LPL_METRIC_CLASS_RADII": ("ClassMetric", "LPL_METRIC_"),
    "LPL_OPTIM_SGD": ("Optim", "LPL_OPTIM_"), "LPL_RECEPTOR_AMPA": ("Receptor", "LPL_RECEPTOR_"),
    "LPL_THRESHOLD_SET": ("Threshold", "LPL_THRESHOLD_"), "LPL_LIF_V": ("LifState", "LPL_LIF_"),
    "LPL_LIF_PARAM_STEP": ("LifParam", "LPL_LIF_PARAM_"),
    "LPL_PROJECTION_STATIC": ("ProjectionKind", "LPL_PROJECTION_"),
    "LPL_PROJECTION_WEIGHTS": ("ProjectionState", "LPL_PROJECTION_"),
    "LPL_PROJECTION_PARAM_ZETA": ("ProjectionParam", "LPL_PROJECTION_PARAM_"),
    "LPL_HEALTH_SILENT": ("Health", "LPL_HEALTH_"), "LPL_RECORD_RATES": ("RecordWhat", "LPL_RECORD_"),
    "LPL_SOURCE_POISSON": ("SourceKind", "LPL_SOURCE_"), "LPL_SOURCE_LOOP": ("SourceFlag", "LPL_SOURCE_"),
    "LPL_STATS_BATCH": ("StatsMode", "LPL_STATS_"), "LPL_STATS_MEAN": ("StatsWhat", "LPL_STATS_"),
    "LPL_REDUCE_SUM": ("ReduceOp", "LPL_REDUCE_"), "LPL_REDUCE_INT64": ("ReduceType", "LPL_REDUCE_"),
    "LPL_REDUCE_FLOAT": ("ReduceFlag", "LPL_REDUCE_"), "LPL_RULE_LPL": ("Rule", "LPL_RULE_"),
    "LPL_FORM_ERRATUM": ("Form", "LPL_FORM_"), "LPL_NORM_LAYER": ("Norm", "LPL_NORM_"),
    "LPL_PUSH_LOGVAR": ("PushForm", "LPL_PUSH_"), "LPL_PULL_DIFFERENCE": ("PullForm", "LPL_PULL_"),
    "LPL_LAYER_DENSE": ("Kind", "LPL_LAYER_"), "LPL_PAIR_CAUSAL": ("Pair", "LPL_PAIR_"),
    "LPL_MODE_LEARN": ("Mode", "LPL_MODE_"),
    "LPL_SEES_POOLED": ("Sees", "LPL_SEES_"), "LPL_INIT_UNIFORM": ("Init", "LPL_INIT_"),
    "LPL_FLAG_BATCH_INVARIANT": ("Flag", "LPL_FLAG_"),
    "LPL_STACK_SHARED_SCRATCH": ("StackFlag", "LPL_STACK_"),
    "LPL_PRESET_ERRATUM": ("Preset", "LPL_PRESET_"), "LPL_PARAM_ETA": ("Param", "LPL_PARAM_"),
    "LPL_STATE_WEIGHTS": ("State", "LPL_STATE_"),
    "LPL_ENGINE_AUTO": ("Engine", "LPL_ENGINE_"), "LPL_SCALING_NONE": ("Scaling", "LPL_SCALING_"),
    "LPL_SLOW_REFERENCE": ("Slow", "LPL_SLOW_"),
    "LPL_PRESET_SPIKING_NETWORK": ("SpikingPreset", "LPL_PRESET_SPIKING_"),
    "LPL_SPIKING_PARAM_ETA": ("SpikingParam", "LPL_SPIKING_PARAM_"),
    "LPL_SPIKING_WEIGHTS": ("SpikingState", "LPL_SPIKING_"), "LPL_SPIKING_WATCH": ("SpikingFlag", "LPL_SPIKING_"),
    "LPL_VERDICT_EARLY": ("Verdict", "LPL_VERDICT_"), "LPL_MEND_NONE": ("Mend", "LPL_MEND_"),
    "LPL_NETWORK_NO_RECEPTOR": ("NetworkReceptor", "LPL_NETWORK_"),
    "LPL_NETWORK_PARAM_STEP": ("NetworkParam", "LPL_NETWORK_PARAM_"),
    "LPL_PART_OTHER": ("PartKind", "LPL_PART_"),
}
PYTHON_FLAGS = {"ConnectFlag", "Health", "ReduceFlag", "SourceFlag", "SpikingFlag", "StackFlag", "Flag"}
# And for each struct: without lpl_ and _t, in camel case, but C before those of which the package has a class of its
# own.
PYTHON_ALIASES = {"lpl_layer_config_t": {"act": "activation"}}  # short keywords
PYTHON_STRUCTS = {"lpl_report_t": "CReport", "lpl_connect_t": "CConnect", "lpl_spiking_report_t": "CSpikingReport"}
CTYPES = {"size_t": "C.c_size_t", "int32_t": "C.c_int32", "uint32_t": "C.c_uint32", "int64_t": "C.c_int64",
          "uint64_t": "C.c_uint64",
          "float": "C.c_float", "double": "C.c_double", "void": "None", "lpl_status_t": "C.c_int32"}


def python_struct(name):
    return PYTHON_STRUCTS.get(name) or "".join(part.capitalize()
                                               for part in name.removeprefix("lpl_").removesuffix("_t").split("_"))


def python_callback(name):
    return name.removeprefix("lpl_").upper()


def python_argument(a, structs):
    """Arrays and handles are addresses (the classes check what they point to); structs, handles to be made and text are
    pointers."""
    if a["pointers"] == 0:
        return CTYPES[a["base"]] if a["base"] in CTYPES else python_callback(a["base"])
    if a["pointers"] == 2:
        return "C.POINTER(C.c_char_p)" if a["base"] == "char" else "C.POINTER(C.c_void_p)"
    if a["base"] in structs:
        return f"C.POINTER({python_struct(a['base'])})"
    if a["base"] == "char":
        return "C.c_char_p"
    return f"address({CTYPES[a['base']]})" if a["base"] in CTYPES and a["base"] != "void" else "C.c_void_p"


def python_api(api):
    structs = {s["name"] for h in api["headers"] for s in h["structs"]}
    out = ["# lpl/_api.py - generated from the headers by bindings/api.py (make api): enums, structs and prototypes.",
           '"""Enumerations of liblpl as IntEnum, its structs and prototypes for ctypes."""',
           "from __future__ import annotations", "",
           "import ctypes as C", "from enum import IntEnum, IntFlag",
           "from typing import Any, Literal, Type, Union", "",
           "import numpy as np", "",
           "from ._struct import EnumClass, Struct, address, mirror", ""]
    enum_of, enums, names = {}, [], []
    for h in api["headers"]:
        for e in h["enums"]:
            first = e["constants"][0]["name"]
            if first not in PYTHON_ENUMS:
                sys.exit(f"{h['name']}: the enum of {first} has no name in PYTHON_ENUMS")
            name, prefix = PYTHON_ENUMS[first]
            enum_of.update((c["name"], name) for c in e["constants"])
            enums.append(f'("{prefix}", {name}),')
            out += ["", f"class {name}({'IntFlag' if name in PYTHON_FLAGS else 'IntEnum'}):"]
            if e["doc"]:
                out += docstring(e["doc"], "    ")
            out += [f"    {c['name'].removeprefix(prefix)} = {c['value']}" for c in e["constants"]] + [""]
    out += ["", "# What stands for a member: itself, its name, its number."]
    for h in api["headers"]:
        for e in h["enums"]:
            name, prefix = PYTHON_ENUMS[e["constants"][0]["name"]]
            if name not in PYTHON_FLAGS | {"Status", "DType"}:
                words = [f'"{c["name"].removeprefix(prefix).lower()}",' for c in e["constants"]]
                line = f"{name}Like = Union[Literal[{' '.join(words).rstrip(',')}], {name}, int]"
                if len(line) > 120:
                    line = f"{name}Like = Union[Literal[\n" + wrapped(words, "    ") + f"\n], {name}, int]"
                out.append(line)
    out += ['DTypeLike = Union[Literal["f4", "f8", "f32", "f64", "float32", "float64"], DType, int, Type[Any], '
            '"np.dtype[Any]"]', ""]
    for h in api["headers"]:
        for s in h["structs"]:
            rows = []
            for f in s["fields"]:
                kind = CTYPES[f["base"]]
                kind = f"C.POINTER({kind})" if f["pointers"] else kind
                enum = "Status" if f["base"] == "lpl_status_t" else enum_of.get(f.get("values"))
                rows.append(f'("{f["name"]}", {kind}' + (f", {enum})," if enum else "),"))
            names.append(python_struct(s["name"]))
            short = PYTHON_ALIASES.get(s["name"])
            out += ["", "@mirror", f"class {names[-1]}(Struct):", f'    C_NAME = "{s["name"]}"',
                    *([f"    ALIASES = {json.dumps(short)}"] if short else []), "    TABLE = [",
                    wrapped(rows, "        "), "    ]", ""]
    out += ["", "# C prefix of the constants of each class.", "ENUMS: tuple[tuple[str, EnumClass], ...] = (",
            wrapped(enums, "    "), ")",
            "STRUCTS: tuple[Type[Struct], ...] = (", wrapped([n + "," for n in names], "    "), ")", ""]
    for h in api["headers"]:
        for t in h["types"]:
            if t["kind"] == "callback":
                args = ", ".join([CTYPES[t["result"]]] + [python_argument(a, structs) for a in t["arguments"]])
                line = f"{python_callback(t['name'])} = C.CFUNCTYPE({args})"
                if len(line) > 120:
                    line = f"{python_callback(t['name'])} = C.CFUNCTYPE(\n    {args})"
                out.append(line)
    out += ["", "# name: (result, arguments)", "PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {"]
    for h in api["headers"]:
        for f in h["functions"]:
            result = "C.c_char_p" if "*" in f["result"] else CTYPES[f["result"]]
            items = [python_argument(a, structs) + "," for a in f["arguments"]]
            line = f'    "{f["name"]}": ({result}, [{" ".join(items).rstrip(",")}]),'
            if len(line) > 120:
                line = f'    "{f["name"]}": ({result}, [\n' + wrapped(items, "        ") + "\n    ]),"
            out.append(line)
    return "\n".join(out + ["}", ""])


# ---- keywords of the Python package ----

PACKAGE = ROOT / "bindings/python/lpl"


def field_default(f, enums):
    """The default that a field's comment names, as Python source; None: it says "no default"."""
    doc = f["doc"]
    if f["name"] == "flags" and doc == "0":
        return "0"
    word = re.search(r"\bdefault:? (-?[A-Z0-9][\w.+-]*)", doc) or re.search(
        r"(-?[A-Z0-9][\w.+-]*)(?:: [^();,]*)? \(default\)", doc)
    if not word:
        return None
    word = word[1].rstrip(".")
    if f.get("values"):
        family = enums[f["values"]]
        names = [c for c in family if c == word or c.removeprefix(family[c][1]) == word]
        if f["base"] == "uint32_t":  # flags
            return "0"
        if not names:
            sys.exit(f"{f['name']}: default {word} is no constant of its enum")
        short = names[0].removeprefix(family[names[0]][1]).lower()
        return {"f32": '"f4"', "f64": '"f8"'}.get(short, f'"{short}"')
    return repr(float(word) if f["base"] == "double" else int(word))


def field_text(f, structs):
    """What a field's comment says beside its default and the names of constants, which the line above shows."""
    doc = re.sub(r"\s+", " ", f["doc"]).strip()
    there = re.match(r"(\w+)\.h\b[;,]? ?", doc)
    if there:  # the field of the same name in that header says what it is
        other = [g for s in structs[there[1] + ".h"] for g in s["fields"] if g["name"] == f["name"]]
        if other:
            doc = field_text(other[0], structs)
            doc = doc[:-1] if doc.endswith(".") else doc
        elif f["name"].startswith("act_"):
            doc = "parameter of the activation, see Activation; " + doc[there.end():]
    doc = re.sub(r"^LPL_[A-Z0-9_*]+(?: \(default\))?(?:, ?(?:LPL_)?[A-Z0-9_]+| or (?:LPL_)?[A-Z0-9_]+|, \.\.\.)*"
                 r"(?: or-ed together)?(?: \(status\.h(?:; default \w+)?\))?[:;,.]? ?", "", doc)
    doc = re.sub(r"; default:? -?[\w.+-]+\)", ")", doc)
    doc = re.sub(r" ?\(default:? -?[\w.+-]+\)|; no default|(^|;? )default -?[\w.+-]+$", "", doc)
    doc = doc.strip(" ;,.")
    if f.get("group") and f["group"] != "any kind":
        doc = (doc + ". " if doc else "") + f["group"].replace("LPL_LAYER_CONV2D", 'kind="conv2d"')
    return doc + "." if doc else ""


UNIT = re.compile(r"(1/V|s|V|Hz|samples|batches)(?:$|[:;,.]\s*)")


def takers():
    """Functions under @keywords(_keywords.NAME, Config, ...) in the package: (name, Config, decorator, function)."""
    for path in sorted(PACKAGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for d in getattr(node, "decorator_list", []):
                if isinstance(d, ast.Call) and getattr(d.func, "id", "") == "keywords":
                    yield d.args[0].attr, getattr(d.args[1], "attr", "") or d.args[1].id, d, node


def python_keywords(api):
    structs = {h["name"]: h["structs"] for h in api["headers"]}
    configs = {python_struct(s["name"]): s for h in api["headers"] for s in h["structs"]}
    enums, enum_of = {}, {}
    for h in api["headers"]:
        for e in h["enums"]:
            name, prefix = PYTHON_ENUMS[e["constants"][0]["name"]]
            family = {c["name"]: (name, prefix) for c in e["constants"]}
            enums.update((c, family) for c in family)
            enum_of.update((c, name) for c in family)
    out, annotations = [], set()
    for name, config, decorator, function in sorted(takers(), key=lambda taker: taker[0]):
        hidden = [name for k in decorator.keywords if k.arg == "hide" for name in ast.literal_eval(k.value)]
        alias = PYTHON_ALIASES.get(configs[config]["name"], {})
        a = function.args
        given = [*a.posonlyargs, *a.args, *a.kwonlyargs]
        defaults = [None] * (len(a.args) - len(a.defaults)) + list(a.defaults) + list(a.kw_defaults)
        items = []
        for k, (arg, default) in enumerate(zip(given, defaults)):
            if k == len(a.args):
                items.append("*,")
            annotation = ast.unparse(arg.annotation) if arg.annotation else "Any"
            annotations.update(re.findall(r"\w+", annotation))
            items.append(f"{arg.arg}: {annotation}" + (f" = {ast.unparse(default)}," if default else ","))
        if not a.kwonlyargs:
            items.append("*,")
        texts = []
        for f in configs[config]["fields"]:
            if f["name"] in ("size", "reserved", *hidden) or f["pointers"]:
                continue
            kind = "float" if f["base"] == "double" else "int"
            shown = kind
            if f.get("values") and f["base"] == "int32_t":
                which = enum_of[f["values"]]
                kind = f"{which}Like"
                shown = "dtype" if which == "DType" else "{" + ", ".join(
                    f'"{c.removeprefix(p).lower()}"' for c, (_, p) in enums[f["values"]].items()) + "}"
            elif f.get("values"):
                shown = enum_of[f["values"]]
            annotations.add(kind)
            default = field_default(f, enums)
            taken = [d for arg, d in zip(given, defaults) if arg.arg == f["name"]]
            if not taken:
                if default is None:
                    sys.exit(f"{configs[config]['name']}.{f['name']}: its comment names no default")
                items.append(f"{f['name']}: {kind} = {default},")
                items += [f"{s}: Optional[{kind}] = None," for s, long in alias.items() if long == f["name"]]
            elif taken[0]:
                default = ast.unparse(taken[0])
            text = field_text(f, structs)
            unit = UNIT.match(text) if kind == "float" else None
            if unit:
                shown, text = f"{shown} [{unit[1]}]", text[unit.end():]
            if not text and f.get("values"):
                text = f"See ``lpl.{enum_of[f['values']]}``."
            if f["name"] == "flags" and f["doc"] == "0":
                text = "none are defined."
            names = ", ".join([f["name"], *(s for s, long in alias.items() if long == f["name"])])
            head = f"{names} : {shown}" + (f", default {default}" if default is not None and (
                not taken or taken[0]) else "")
            texts.append((head, text))
        result = ast.unparse(function.returns).strip("'")
        annotations.update(re.findall(r"\w+", result))
        out += ["", "", f"def {name}(", wrapped(items, "    ").rstrip(",") + ",", f") -> {result}:"]
        doc = "\n".join(line for head, text in texts for line in textwrap.wrap(
            head, 116, subsequent_indent="    ", break_long_words=False) + textwrap.wrap(
                text, 112, initial_indent="    ", subsequent_indent="    ", break_long_words=False,
                break_on_hyphens=False))
        out += [f'    r"""{line}' if k == 0 else "    " + line for k, line in enumerate(doc.split("\n"))]
        out += ['    """', "    raise NotImplementedError"]
    likes = sorted(a for a in annotations if a.endswith("Like"))
    head = ["# lpl/_keywords.py - generated from the headers and the package by bindings/api.py (make api).",
            '"""Models of the calls that take the fields of a config as keywords: signatures for type checkers and '
            'help(), and',
            "texts. A default is the library's own; keywords that are not given have it, or the preset's value.", '"""',
            "from __future__ import annotations", "", "from typing import TYPE_CHECKING, Any, Optional, Union", "",
            "from ._api import (", wrapped([n + "," for n in likes], "    "), ")", "",
            "if TYPE_CHECKING:"]
    modules = {path.stem: path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py")}
    types = (PACKAGE / "_types.py").read_text(encoding="utf-8")
    arrays = sorted(a for a in re.findall(r"^    (\w+) = ", types, flags=re.M) if a in annotations)
    head.append(f"    from ._types import {', '.join(arrays)}")
    structs_used = sorted(c for c in configs if c in annotations)
    if structs_used:
        head.append(f"    from ._api import {', '.join(structs_used)}")
    for module, text in sorted(modules.items()):
        classes = sorted(c for c in re.findall(r"^class (\w+)", text, flags=re.M)
                         if c in annotations and c[0].isupper() and module not in ("_keywords", "_api", "_types"))
        if classes:
            head.append(f"    from .{module} import {', '.join(classes)}")
    return "\n".join(head + out + [""])


def julia_api(api):
    return api_julia.julia_api(api, PYTHON_ENUMS, PYTHON_FLAGS, PYTHON_ALIASES, field_default, field_text)


def api_json(api):
    return json.dumps(api, indent=1, ensure_ascii=False) + "\n"


FILES = {"bindings/api.json": api_json, "src/core/abi.c": abi_c, "bindings/python/lpl/_api.py": python_api,
         "bindings/python/lpl/_keywords.py": python_keywords, "bindings/julia/LPL.jl/src/LibLPL.jl": julia_api}


def main():
    api = read_headers()
    stale = []
    for path, make in FILES.items():
        new, file = make(api), ROOT / path
        if file.is_file() and file.read_text(encoding="utf-8") == new:
            continue
        stale.append(path)
        if sys.argv[1:] != ["--check"]:
            file.write_text(new, encoding="utf-8")
    if sys.argv[1:] == ["--check"]:
        for path in stale:
            print(f"FAIL {path} is stale: make api")
        print(f"{len(FILES) - len(stale)} passed, {len(stale)} failed")
        return 1 if stale else 0
    print("\n".join(f"wrote {path}" for path in stale) or "nothing was stale")
    return 0


if __name__ == "__main__":
    sys.exit(main())
