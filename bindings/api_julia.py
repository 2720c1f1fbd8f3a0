"""bindings/api_julia.py - the calls, structs and enums of the Julia package, from the public API as data (api.py).

One module, LibLPL, with the names of C: an @enum for each enum, an isbits struct for each struct, an opaque type for
each handle, one @ccall for each function, docstrings that hold the headers' comments; and tables for the package: which
enum a field holds, the keywords of each config as text. How the types are written:

    uint32_t, double, size_t, ...    UInt32, Cdouble, Csize_t, ... by value
    const float *, lpl_layer_t *     Ptr{Cfloat}, Ptr{lpl_layer_t}: ccall takes arrays, Refs and the package's objects
    lpl_layer_t **, const char **    Ptr{Ptr{lpl_layer_t}}, Ptr{Cstring}
    const char *                     Cstring
    lpl_write_fn, ...                Ptr{Cvoid}
"""
import re
import textwrap

TYPES = {"size_t": "Csize_t", "int32_t": "Int32", "uint32_t": "UInt32", "int64_t": "Int64", "uint64_t": "UInt64",
         "float": "Cfloat", "double": "Cdouble", "void": "Cvoid", "char": "Cchar", "lpl_status_t": "lpl_status_t"}

RESERVED = {"begin", "end", "function", "global", "local", "module", "quote", "struct", "while"}
ENUM_NAMES = {"Pair": "PairForm"}  # where the name that Python has is one of Base


def argument_name(a):
    return a["name"] + "_" if a["name"] in RESERVED else a["name"]


def julia_type(t, known):
    """known: name of a type of the API -> handle, struct, callback."""
    if known.get(t["base"]) == "callback":
        return "Ptr{Cvoid}"
    if t["base"] == "char" and t["pointers"]:
        return "Cstring" if t["pointers"] == 1 else "Ptr{Cstring}"
    name = TYPES.get(t["base"], t["base"])
    for _ in range(t["pointers"]):
        name = f"Ptr{{{name}}}"
    return name


def quoted(text):
    """Between triple quotes."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace('"""', '\\"\\"\\"')


def code(text):
    """A comment as a Markdown block of code: equations and tables keep their columns."""
    return ["```text", *(line.rstrip() for line in text.split("\n")), "```"]


def doc(lines):
    return ['"""', *(quoted(line) for line in lines), '"""']


def wrapped_call(head, items, tail):
    """head + items parted by commas + tail, in lines of at most 120 columns."""
    line = head + ", ".join(items) + tail
    if len(line) <= 120:
        return [line]
    rows = textwrap.wrap(", ".join(items) + tail, 112, break_long_words=False, break_on_hyphens=False)
    return [head, *("        " + row for row in rows)]


def c_prototype(f):
    args = ", ".join(a["type"] + ("" if a["type"].endswith("*") else " ") + a["name"] for a in f["arguments"])
    return f"{f['result']}{'' if f['result'].endswith('*') else ' '}{f['name']}({args or 'void'})"


def symbol(constant, prefix):
    return constant.removeprefix(prefix).lower()


def keywords_text(struct, enums, field_default, field_text, aliases):
    """A Markdown list of a config's fields: name, what it takes, default, meaning."""
    structs = enums["structs"]
    lines = []
    for f in struct["fields"]:
        if f["name"] in ("size", "reserved") or f["pointers"] or (f["name"] == "flags" and f["doc"] == "0"):
            continue
        what = {"double": "real"}.get(f["base"], "integer")
        default = field_default(f, enums["python"])
        if f.get("values") and f["base"] == "int32_t":
            names = [symbol(c, p) for c, (_, p) in enums["python"][f["values"]].items()]
            what = ", ".join("`:" + n + "`" for n in names)
            if names[:2] == ["f32", "f64"]:
                what = "`Float32`, `Float64`"
            default = {'"f4"': "Float32", '"f8"': "Float64"}.get(default) or (
                default and ":" + default.strip('"'))
        names = [f["name"], *(s for s, long in aliases.items() if long == f["name"])]
        text = field_text(f, structs).replace('kind="conv2d"', "kind = :conv2d")
        item = "- " + ", ".join(f"`{n}`" for n in names) + f": {what}" + (
            f"; default `{default}`" if default is not None else "") + (f". {text}" if text else ".")
        lines += textwrap.wrap(item.replace("LPL_", ""), 118, subsequent_indent="  ", break_long_words=False,
                               break_on_hyphens=False)
    return lines


def julia_api(api, names, flags, aliases, field_default, field_text):
    """The text of LibLPL.jl. names: first constant of an enum -> (type, prefix); flags: types that are sets of bits."""
    names = {first: (ENUM_NAMES.get(name, name), prefix) for first, (name, prefix) in names.items()}
    known = {t["name"]: t["kind"] for h in api["headers"] for t in h["types"]}
    python = {}
    for h in api["headers"]:
        for e in h["enums"]:
            pair = names[e["constants"][0]["name"]]
            family = {c["name"]: pair for c in e["constants"]}
            python.update((c, family) for c in family)
    enums = {"python": python, "structs": {h["name"]: h["structs"] for h in api["headers"]}}
    out = ["# LibLPL.jl - generated from the headers by bindings/api.py (make api): constants, structs and calls of "
           "liblpl,",
           "# with the names of C. LPL.jl, which uses them, checks what C cannot see: types, sizes, closed handles.",
           ""]
    out += doc(["    LPL.LibLPL", "",
                "The C interface of liblpl as it is: `@enum` types, isbits structs, opaque handles, one function for "
                "each function of",
                "C. Nothing is checked here but what `ccall` converts; `LPL.check` makes an exception of a status.", "",
                "`lpl_X(T, args...)` with `T` = `Float32` or `Float64` is `lpl_X(args...)` or `lpl_X_f64(args...)`."])
    out += ["module LibLPL", "", "const API_VERSION = v\"" + api["version"] + "\"", "",
            "# Where the library is; LPL.__init__ writes it before the first call, and it never changes after that.",
            "const LIBRARY = Ref{String}(\"liblpl\")", "library() = LIBRARY[]", "", "const lpl_status_t = Int32"]
    for h in api["headers"]:
        out += ["", f"# ---- lpl/{h['name']}", ""]
        stem = h["name"].removesuffix(".h").upper()
        out += [f"const HEADER_{stem} = \"\"\"", *(quoted(line) for line in code(h["doc"])), '"""']
        for t in h["types"]:
            if t["kind"] == "handle":
                out += [""] + doc([f"    {t['name']}", "", *(code(t["doc"]) if t["doc"] else ["An opaque handle."])])
                out += [f"mutable struct {t['name']} end"]
        for e in h["enums"]:
            name, prefix = names[e["constants"][0]["name"]]
            values = [c["value"] for c in e["constants"]]
            lines = [f"    {name}", ""] + (code(e["doc"]) + [""] if e["doc"] else [])
            for c in e["constants"]:
                text = f"- `{c['name']}` = {c['value']}" + (f": {' '.join(c['doc'].split())}" if c["doc"] else "")
                lines += textwrap.wrap(text, 118, subsequent_indent="  ", break_long_words=False,
                                       break_on_hyphens=False)
            out += [""] + doc(lines)
            if name in flags:
                out += [f"const {name} = UInt32"]
                out += [f"const {c['name']} = UInt32({c['value']})" for c in e["constants"]]
                continue
            if len(set(values)) != len(values):
                raise SystemExit(f"{h['name']}: two constants of {name} are equal: @enum refuses that")
            out += [f"@enum {name}::Int32 begin"]
            out += [f"    {c['name']} = {c['value']}" for c in e["constants"]] + ["end"]
            out += [f"prefix(::Type{{{name}}}) = \"{prefix}\""]
        for s in h["structs"]:
            out += [""] + doc([f"    {s['name']}", "",
                               *(code(s["doc"]) if s["doc"] else [f"The struct of that name of lpl/{h['name']}."])])
            out += [f"struct {s['name']}"]
            for f in s["fields"]:
                if f["doc"]:
                    text = " ".join(f["doc"].split()).replace("\\", "\\\\").replace("$", "\\$").replace('"', '\\"')
                    if len(text) < 110:
                        out += [f'    "{text}"']
                    else:
                        out += ['    """'] + ["    " + row for row in textwrap.wrap(
                            text, 114, break_long_words=False, break_on_hyphens=False)] + ['    """']
                out += [f"    {f['name']}::{julia_type(f, known)}"]
            out += ["end"]
            held = []
            for f in s["fields"]:
                enum = names.get(next(iter(python[f["values"]])), ("", ""))[0] if f.get("values") else ""
                if f["base"] == "lpl_status_t":
                    enum = "Status"
                if enum and enum not in flags:
                    held.append(f"{f['name']} = {enum}")
            out += wrapped_call(f"enumfields(::Type{{{s['name']}}}) = (;", [" " + held[0], *held[1:]], ")") if held \
                else [f"enumfields(::Type{{{s['name']}}}) = (;)"]
            short = aliases.get(s["name"], {})
            out += [f"aliases(::Type{{{s['name']}}}) = (;" + ",".join(f" {k} = :{v}" for k, v in short.items()) + ")"]
            if s["name"].endswith("_config_t"):
                out += [f"const KEYWORDS_{s['name'].removeprefix('lpl_').removesuffix('_config_t').upper()} = \"\"\"",
                        *(quoted(line) for line in keywords_text(s, enums, field_default, field_text, short)), '"""']
        functions = {f["name"]: f for f in h["functions"]}
        seen = {}
        for f in h["functions"]:
            args = [argument_name(a) for a in f["arguments"]]
            plain = f["name"].removesuffix("_f64")
            result = julia_type({"base": f["result"].replace("const ", "").replace(" *", ""),
                                 "pointers": f["result"].count("*")}, known)
            lines = textwrap.wrap(f"{f['name']}({', '.join(args)})", 118, initial_indent="    ",
                                  subsequent_indent="        ") + [""]
            if plain != f["name"]:
                lines += [f"[`{plain}`](@ref) on `Float64`."]
            elif f["doc"] in seen:
                lines += textwrap.wrap(f"`{c_prototype(f)}`: see [`{seen[f['doc']]}`](@ref).", 118,
                                       break_long_words=False, break_on_hyphens=False)
            else:
                seen[f["doc"]] = f["name"]
                lines += [*textwrap.wrap(f"`{c_prototype(f)}`", 118, break_long_words=False, break_on_hyphens=False),
                          "", *code(f["doc"])]
            out += [""] + doc(lines)
            out += wrapped_call(f"function {f['name']}(", args, ")")
            typed = [f"{argument_name(a)}::{julia_type(a, known)}" for a in f["arguments"]]
            out += wrapped_call(f"    @ccall library().{f['name']}(", typed, f")::{result}") + ["end"]
            if plain + "_f64" == f["name"] and plain in functions:
                t = ["::Type{Float32}", *args], ["::Type{Float64}", *args]
                out += wrapped_call(f"@inline {plain}(", t[0], f") = {plain}({', '.join(args)})")
                out += wrapped_call(f"@inline {plain}(", t[1], f") = {f['name']}({', '.join(args)})")
    return "\n".join(out + ["", "end # module", ""])
