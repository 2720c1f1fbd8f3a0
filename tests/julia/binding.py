"""tests/julia/binding.py - what the Julia package declares of C, against what the compiler says of C.

The declarations are read from bindings/julia/LPL.jl/src/LibLPL.jl itself; bindings/api.json, from which that file is
made, is not looked at. What C has comes from the compiler: prototypes as gcc's own front end lists them (-aux-info),
and the layout of structs and the values of enums from the DWARF that gcc writes (readelf prints it). check_julia.py
does the same with another parser of Julia and with the DWARF of the built library.

A type is a tuple: ("i", 4), ("u", 8), ("f", 8) a number of so many bytes; ("p", type) a pointer; ("s", name) a struct;
("void",); ("fn",) a function.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "bindings/julia/LPL.jl"
CALLS = PACKAGE / "src/LibLPL.jl"

VOID, FUNCTION = ("void",), ("fn",)
# Julia's own names: what they are on a machine of 64 bits.
NUMBERS = {"Int32": ("i", 4), "UInt32": ("u", 4), "Int64": ("i", 8), "UInt64": ("u", 8), "Csize_t": ("u", 8),
           "Cfloat": ("f", 4), "Cdouble": ("f", 8), "Float32": ("f", 4), "Float64": ("f", 8), "Cchar": ("i", 1),
           "UInt8": ("u", 1), "Cint": ("i", 4)}


class Declared:
    """functions: name -> (result, [type], [name]); structs: name -> [(field, type)]; constants: name -> value."""

    def __init__(self):
        self.functions, self.structs, self.constants, self.problems = {}, {}, {}, []
        self.numbers, self.handles = dict(NUMBERS), set()

    def type(self, text):
        text = text.strip()
        if text in self.numbers:
            return self.numbers[text]
        if text == "Cvoid":
            return VOID
        if text == "Cstring":
            return "p", self.numbers["Cchar"]
        inside = re.fullmatch(r"(?:Ptr|Ref)\{(.*)\}", text)
        if inside:
            return "p", self.type(inside[1])
        if text in self.handles or text in self.structs:
            return "s", text
        self.problems.append(f"{text}: a type that this package does not define")
        return "?", text

    def add_function(self, name, arguments, called, typed, result):
        """A function `name(arguments)` that calls `called(typed)::result`."""
        names = [t.split("::")[0].strip() for t in typed]
        if name in self.functions:
            self.problems.append(f"{name} is defined twice")
        if called != name:
            self.problems.append(f"{name} calls {called}")
        if names != arguments:
            self.problems.append(f"{name} takes ({', '.join(arguments)}) and passes ({', '.join(names)})")
        self.functions[name] = (self.type(result), [self.type(t.split("::", 1)[1]) for t in typed], arguments)


def commas(text):
    """Split at commas outside of braces."""
    return [t.strip() for t in re.split(r",(?![^{]*\})", text) if t.strip()]


def without_texts(text):
    """Without docstrings and other text between lines of triple quotes."""
    lines, inside = [], False
    for line in text.split("\n"):
        if line.strip() == '"""' or line.endswith(' = """'):
            inside = not inside
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def read_plain(text):
    """The declarations, line by line: the file is generated, and its form is fixed."""
    out = Declared()
    text = without_texts(text)
    text = re.sub(r'^\s*"(?:[^"\\]|\\.)*"$', "", text, flags=re.M)
    for name, base in re.findall(r"^const (\w+) = (U?Int\d+)$", text, flags=re.M):
        out.numbers[name] = out.numbers[base]
    out.handles.update(re.findall(r"^mutable struct (\w+) end$", text, flags=re.M))
    for name, value in re.findall(r"^const (LPL_\w+) = UInt32\((-?\d+)\)$", text, flags=re.M):
        out.constants[name] = int(value)
    for body in re.findall(r"^@enum \w+::Int32 begin$(.*?)^end$", text, flags=re.M | re.S):
        for name, value in re.findall(r"^    (\w+) = (-?\d+)$", body, flags=re.M):
            out.constants[name] = int(value)
    bodies = re.findall(r"^struct (\w+)$(.*?)^end$", text, flags=re.M | re.S)
    for name, _ in bodies:
        out.structs[name] = []
    for name, body in bodies:
        out.structs[name] = [(f, out.type(t)) for f, t in re.findall(r"^    (\w+)::(\S+)$", body, flags=re.M)]
    for name, arguments, called, typed, result in re.findall(
            r"^function (\w+)\(([^)]*)\)\s+@ccall library\(\)\.(\w+)\(([^)]*)\)::(\w+)\s+end$", text, flags=re.M):
        out.add_function(name, commas(arguments), called, commas(typed), result)
    found = len(re.findall(r"@ccall", text))
    if found != len(out.functions):
        out.problems.append(f"{found} @ccall, {len(out.functions)} of them understood")
    return out


# ---- C

class Dies:
    """DWARF as `readelf --debug-dump=info` prints it: entries with a tag, attributes and children."""

    def __init__(self, text):
        self.by_offset, stack, entry = {}, [], None
        for line in text.splitlines():
            head = re.match(r"\s*<(\w+)><(\w+)>: Abbrev Number: \d+ \((\w+)\)", line)
            attribute = re.match(r"\s*<\w+>\s+(DW_AT_\w+)\s*:\s*(.*)", line)
            if head:
                depth, offset = int(head[1], 16), int(head[2], 16)
                entry = {"tag": head[3], "children": [], "attributes": {}}
                self.by_offset[offset] = entry
                stack[depth:] = [entry]
                if depth:
                    stack[depth - 1]["children"].append(entry)
            elif attribute and entry:
                entry["attributes"][attribute[1]] = attribute[2].strip()

    def top(self):
        return [e for unit in self.by_offset.values() if unit["tag"] == "DW_TAG_compile_unit"
                for e in unit["children"]]

    @staticmethod
    def tag(entry):
        return entry["tag"]

    @staticmethod
    def children(entry):
        return entry["children"]

    @staticmethod
    def name(entry):
        value = entry["attributes"].get("DW_AT_name")
        return value and re.sub(r"^\((?:indirect (?:line )?string, offset: 0x\w+|alt \w+)\):\s*", "", value).strip()

    def target(self, entry):
        value = entry["attributes"].get("DW_AT_type")
        return self.by_offset[int(value.strip("<>"), 16)] if value else None

    @staticmethod
    def number(entry, attribute):
        value = entry["attributes"].get(attribute)
        return None if value is None else int(value.split()[0], 0)


ENCODINGS = {4: "f", 5: "i", 6: "i", 7: "u", 8: "u", 2: "u"}  # DW_ATE_float, signed, signed_char, unsigned, ...


class Truth:
    """functions: name -> (result, [type]); structs: name -> (bytes, [(field, offset, type)]); constants."""

    def __init__(self):
        self.functions, self.structs, self.constants, self.typedefs = {}, {}, {}, {}

    def type(self, dies, entry):
        if entry is None:
            return VOID
        tag = dies.tag(entry)
        if tag in ("DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_typedef", "DW_TAG_restrict_type"):
            return self.type(dies, dies.target(entry))
        if tag == "DW_TAG_pointer_type":
            return "p", self.type(dies, dies.target(entry))
        if tag == "DW_TAG_structure_type":
            return "s", dies.name(entry)
        if tag == "DW_TAG_subroutine_type":
            return FUNCTION
        if tag == "DW_TAG_base_type":
            return ENCODINGS[dies.number(entry, "DW_AT_encoding")], dies.number(entry, "DW_AT_byte_size")
        return "?", tag

    def add(self, dies, entries):
        """Structs, enums, typedefs, and the functions that have a definition, of entries at the top of a unit."""
        for entry in entries:
            tag, name = dies.tag(entry), dies.name(entry)
            if tag == "DW_TAG_enumeration_type":
                for member in dies.children(entry):
                    if dies.tag(member) == "DW_TAG_enumerator" and dies.name(member).startswith("LPL_"):
                        self.constants[dies.name(member)] = dies.number(member, "DW_AT_const_value")
            elif tag == "DW_TAG_structure_type" and name and name.startswith("lpl_") and dies.children(entry):
                self.structs.setdefault(name, (dies.number(entry, "DW_AT_byte_size"), [
                    (dies.name(m), dies.number(m, "DW_AT_data_member_location"), self.type(dies, dies.target(m)))
                    for m in dies.children(entry) if dies.tag(m) == "DW_TAG_member"]))
            elif tag == "DW_TAG_typedef":
                self.typedefs[name] = self.type(dies, dies.target(entry))

    def parse(self, text):
        """A type as -aux-info writes it."""
        text = re.sub(r"\bconst\b", " ", text)
        stars = text.count("*")
        name = " ".join(text.replace("*", " ").split()).removeprefix("struct ")
        out = {"void": VOID, "float": ("f", 4), "double": ("f", 8), "char": ("i", 1)}.get(name)
        out = out or self.typedefs.get(name) or ("?", name)
        for _ in range(stars):
            out = "p", out
        return out


def compiler():
    """A compiler that can list prototypes: CC if it can, gcc otherwise, None if there is none (or no readelf)."""
    if not shutil.which("readelf"):
        return None
    for cc in filter(None, (os.environ.get("CC"), "gcc")):
        with tempfile.TemporaryDirectory() as folder:
            try:
                done = subprocess.run([*cc.split(), "-aux-info", f"{folder}/x", "-x", "c", "-c", "/dev/null", "-o",
                                       f"{folder}/x.o"], capture_output=True, check=False)
            except OSError:
                continue
            if done.returncode == 0 and pathlib.Path(f"{folder}/x").exists():
                return cc
    return None


def truth_of_headers(cc, include=ROOT / "include"):
    """What gcc understands of lpl.h."""
    truth = Truth()
    with tempfile.TemporaryDirectory() as folder:
        probe = pathlib.Path(folder) / "probe.c"
        probe.write_text("#include <lpl.h>\n", encoding="ascii")
        subprocess.run([*cc.split(), "-std=c11", "-g", "-gdwarf-4", "-fno-eliminate-unused-debug-types",
                        "-fno-eliminate-unused-debug-symbols", f"-I{include}", "-aux-info", f"{folder}/prototypes",
                        "-c", str(probe), "-o", f"{folder}/probe.o"], check=True)
        text = subprocess.run(["readelf", "--debug-dump=info", f"{folder}/probe.o"], check=True, capture_output=True,
                              text=True, env={**os.environ, "LC_ALL": "C"}).stdout
        dies = Dies(text)
        truth.add(dies, dies.top())
        prototypes = pathlib.Path(f"{folder}/prototypes").read_text(encoding="utf-8")
    for result, name, arguments in re.findall(r"\bextern (.*?)\b(lpl_\w+) \((.*)\);", prototypes):
        types = [] if arguments.strip() == "void" else [truth.parse(a) for a in arguments.split(",")]
        truth.functions[name] = truth.parse(result), types
    return truth


# ---- both

def same(julia, c):
    """Is that the same argument? A pointer to void takes any address of a function."""
    if julia == ("p", VOID) and c == ("p", FUNCTION):
        return True
    if julia[0] == "p" and c[0] == "p":
        return same(julia[1], c[1])
    return julia == c


def show(t):
    if t[0] == "p":
        return show(t[1]) + "*"
    return {"i": "int", "u": "uint", "f": "float"}[t[0]] + str(8 * t[1]) if t[0] in "iuf" else str(t[-1])


def julia_layout(fields):
    """Offsets and size of an isbits struct: each field on a multiple of its size, the whole on one of the largest."""
    offset, largest, out = 0, 1, []
    for name, t in fields:
        size = 8 if t[0] == "p" else t[1]
        offset = -(-offset // size) * size
        out.append((name, offset, t))
        offset, largest = offset + size, max(largest, size)
    return -(-offset // largest) * largest, out


def compare(declared, truth):
    """Sentences: what does not agree."""
    out = list(declared.problems)
    for name in sorted(declared.functions.keys() | truth.functions.keys()):
        if name not in truth.functions:
            out.append(f"{name}: C has no such function")
            continue
        if name not in declared.functions:
            out.append(f"{name}: no @ccall")
            continue
        (result, types, names), (c_result, c_types) = declared.functions[name], truth.functions[name]
        if not same(result, c_result):
            out.append(f"{name} returns {show(result)}, in C {show(c_result)}")
        if len(types) != len(c_types):
            out.append(f"{name} has {len(types)} arguments, in C {len(c_types)}")
            continue
        for argument, julia, c in zip(names, types, c_types):
            if not same(julia, c):
                out.append(f"{name}: {argument} is {show(julia)}, in C {show(c)}")
    for name in sorted(declared.structs.keys() | truth.structs.keys()):
        if name not in truth.structs or name not in declared.structs:
            out.append(f"{name}: a struct of one side only")
            continue
        (size, fields), (c_size, c_fields) = julia_layout(declared.structs[name]), truth.structs[name]
        if size != c_size:
            out.append(f"{name} has {size} bytes, in C {c_size}")
        if [f[0] for f in fields] != [f[0] for f in c_fields]:
            out.append(f"{name} has fields {[f[0] for f in fields]}, in C {[f[0] for f in c_fields]}")
            continue
        for (field, offset, julia), (_, c_offset, c) in zip(fields, c_fields):
            if offset != c_offset or not same(julia, c):
                out.append(f"{name}.{field} is {show(julia)} at {offset}, in C {show(c)} at {c_offset}")
    for name in sorted(declared.constants.keys() | truth.constants.keys()):
        if declared.constants.get(name) != truth.constants.get(name):
            out.append(f"{name} = {declared.constants.get(name)}, in C {truth.constants.get(name)}")
    return out
