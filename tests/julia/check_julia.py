#!/usr/bin/env python3
"""tests/julia/check_julia.py - everything that can be said of the Julia package without Julia.

usage: check_julia.py LIBRARY       a liblpl.so with debugging information (make's default flags)

1. every .jl file is parsed by tree-sitter: no ERROR, no MISSING node
2. the calls, structs and constants of LibLPL.jl, read from that syntax tree, against the DWARF of the built library
   (pyelftools): names, number and types of arguments, results, sizes, offsets and types of fields, values; and against
   what tests/julia/binding.py reads by other means
3. every use of LibLPL in the package and its tests: the name exists, a call has as many arguments as the function, and
   none that is called like another argument of it; every field and keyword is one of somebody's; what is exported is
   defined, references lead somewhere; the code of the pages, too
4. fatou, a linter: its default rules, and names that nobody defines, calls of the package's own functions with a number
   of arguments that no method takes
5. all this once more on copies with faults, each of which must be found

Needs tree-sitter, tree-sitter-julia, pyelftools and fatou (tests/tools/julia.sh). The last line is "N passed, N
failed".
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import tree_sitter
import tree_sitter_julia
from elftools.elf.elffile import ELFFile

import binding
import faults

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_julia.language()))
JULIA = binding.ROOT / "bindings/julia"


def files():
    return [p for p in sorted(JULIA.rglob("*.jl")) if p.is_file()]


def nodes(node):
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def parse(text):
    return PARSER.parse(text if isinstance(text, bytes) else text.encode("utf-8")).root_node


def syntax_errors(root):
    return [f"line {n.start_point[0] + 1}: {n.type if not n.is_missing else 'MISSING ' + n.type} "
            f"{n.text[:60].decode('utf-8', 'replace')!r}" for n in nodes(root) if n.type == "ERROR" or n.is_missing]


def word(node):
    return node.text.decode("utf-8")


def named(node, *types):
    return [c for c in node.named_children if not types or c.type in types]


# ---- 2: declarations from the syntax tree

def parameters(node):
    """The arguments of an argument_list, without comments."""
    return [word(c) for c in node.named_children if "comment" not in c.type]


def read_tree(text):
    """As binding.read_plain, from tree-sitter's tree."""
    out = binding.Declared()
    everything = list(nodes(parse(text)))
    for n in everything:
        if n.type == "const_statement":
            alias = re.fullmatch(r"const (\w+) = (U?Int\d+)", word(n))
            flag = re.fullmatch(r"const (LPL_\w+) = UInt32\((-?\d+)\)", word(n))
            if alias:
                out.numbers[alias[1]] = out.numbers[alias[2]]
            elif flag:
                out.constants[flag[1]] = int(flag[2])
        elif n.type == "macrocall_expression" and word(n.named_children[0]) == "@enum":
            for a in (x for x in nodes(n) if x.type == "assignment"):
                name, value = a.named_children[0], a.named_children[-1]
                out.constants[word(name)] = int(word(value))
    structs = []
    for n in (x for x in everything if x.type == "struct_definition"):
        head = next(x for x in nodes(n) if x.type == "identifier")
        if word(n).startswith("mutable"):
            out.handles.add(word(head))
        else:
            structs.append((word(head), n))
            out.structs[word(head)] = []
    for name, n in structs:
        fields = [x for x in nodes(n) if x.type == "typed_expression"]
        out.structs[name] = [(word(f.named_children[0]), out.type(word(f.named_children[1]))) for f in fields]
    for n in (x for x in everything if x.type == "function_definition"):
        macro = next((x for x in nodes(n) if x.type == "macrocall_expression"), None)
        if macro is None:
            continue
        head = next(x for x in nodes(n) if x.type == "call_expression")
        name, arguments = word(head.named_children[0]), parameters(head.named_children[1])
        typed = next(x for x in nodes(macro) if x.type == "typed_expression")
        call, result = typed.named_children[0], word(typed.named_children[1])
        target = call.named_children[0]
        where, called = word(target).rsplit(".")
        if where != "library()":
            out.problems.append(f"{name} calls {word(target)}, not a function of library()")
        out.add_function(name, arguments, called, parameters(call.named_children[1]), result)
    return out


class ElfDies:
    """pyelftools' DWARF with the face of binding.Dies."""

    @staticmethod
    def tag(die):
        return die.tag

    @staticmethod
    def children(die):
        return list(die.iter_children())

    @staticmethod
    def name(die):
        a = die.attributes.get("DW_AT_name")
        return a and a.value.decode()

    @staticmethod
    def target(die):
        return die.get_DIE_from_attribute("DW_AT_type") if "DW_AT_type" in die.attributes else None

    @staticmethod
    def number(die, attribute):
        a = die.attributes.get(attribute)
        return None if a is None else a.value


def truth_of_library(path):
    """Functions that the library defines for others, structs and constants that its sources have seen."""
    truth, dies = binding.Truth(), ElfDies()
    with open(path, "rb") as file:
        elf = ELFFile(file)
        if not elf.has_dwarf_info():
            return None
        exported = {s.name for s in elf.get_section_by_name(".dynsym").iter_symbols() if s["st_shndx"] != "SHN_UNDEF"}
        for unit in elf.get_dwarf_info().iter_CUs():
            tops = [d for d in unit.get_top_DIE().iter_children()]
            truth.add(dies, [d for d in tops if d.tag == "DW_TAG_enumeration_type"
                             or d.tag == "DW_TAG_structure_type"
                             and re.fullmatch(r"lpl_\w*(config|report|info|connect)_t", dies.name(d) or "")])
            for d in tops:
                if d.tag != "DW_TAG_subprogram":
                    continue
                if "DW_AT_abstract_origin" in d.attributes:
                    d = d.get_DIE_from_attribute("DW_AT_abstract_origin")
                name = dies.name(d)
                if name in exported and name not in truth.functions and "DW_AT_prototyped" in d.attributes:
                    truth.functions[name] = truth.type(dies, dies.target(d)), [
                        truth.type(dies, dies.target(p)) for p in d.iter_children()
                        if p.tag == "DW_TAG_formal_parameter"]
        missing = {n for n in exported if n.startswith("lpl_")} - truth.functions.keys()
    if missing:
        raise SystemExit(f"{path}: no debugging information for {sorted(missing)[:5]} ...")
    return truth


# ---- 3: uses

def counted(arguments):
    """How many arguments a call hands over, at least; all of them? What stands behind `...` may be any number. Does it
    begin with an element type?"""
    positional = [a for a in arguments.named_children if "comment" not in a.type and a.type != "keyword_parameters"]
    splat = [a for a in positional if a.type == "splat_expression"]
    typed = bool(positional) and word(positional[0]) in ("T", "Float32", "Float64")
    return len(positional) - len(splat), not splat, typed, [word(a) for a in positional[typed:]]


def exchanged(given, names):
    """Arguments called like another argument of the function than the one in whose place they stand."""
    for k, (argument, name) in enumerate(zip(given, names)):
        plain = re.fullmatch(r"(?:ornull\()?(\w+)\)?", argument)
        plain = plain and plain[1].removesuffix("_")
        if plain and plain != name and plain in names and plain not in ALSO.get(name, ()):
            yield f"argument {k + 1}, {name}, is {argument}"


ALSO = {"ldw": ("d",)}  # rows of w without gaps


def uses(root):
    """(line, name, least number of arguments or None, exact) of every C.name and LibLPL.name."""
    called = {}
    for n in nodes(root):
        if n.type == "call_expression" and n.named_children[0].type == "field_expression":
            called[n.named_children[0].id] = n.named_children[1]
    for n in nodes(root):
        if n.type == "field_expression":
            owner, name = n.named_children[0], n.named_children[-1]
            if word(owner) in ("C", "LibLPL", "LPL.LibLPL") and name.type == "identifier":
                arguments = called.get(n.id)
                handed = counted(arguments) if arguments else (None, True, False, [])
                yield (n.start_point[0] + 1, word(name), *handed)


def exports(root):
    """Names that are exported and nowhere defined."""
    return {word(i) for n in nodes(root) if n.type == "export_statement" for i in nodes(n) if i.type == "identifier"}


def definitions(root):
    """Names of functions, types and constants, of methods too."""
    out = set()
    for n in nodes(root):
        if n.type in ("struct_definition", "abstract_definition"):
            out.add(word(next(x for x in nodes(n) if x.type == "identifier")))
        elif n.type == "const_statement":
            out.add(word(next(x for x in nodes(n) if x.type == "identifier")))
        elif n.type in ("function_definition", "assignment"):
            head = re.match(r"(?:function\s+)?(\w+!?)(?:\{[^}]*\})?\(", word(n))
            if head:
                out.add(head[1])
    return out


def known_names(declared, text):
    """What LibLPL defines."""
    return declared.constants.keys() | declared.functions.keys() | declared.structs.keys() | set(re.findall(
        r"^(?:@inline )?(?:function |const |mutable struct |struct |@enum )?(\w+)", text, flags=re.M))


def lost_references(package, defined, text):
    """Of [`name`](@ref) in docstrings, those that lead nowhere."""
    inside, out = known_names(read_tree(text), text), []
    for path in sorted((package / "src").glob("*.jl")):
        for name in re.findall(r"\[`([^`]+)`\]\(@ref\)", path.read_text(encoding="utf-8")):
            plain = name.removeprefix("LPL.")
            if plain.startswith("LibLPL.") or path.name == "LibLPL.jl":
                found = plain.removeprefix("LibLPL.") in inside
            else:
                found = plain in defined or plain == "LibLPL"
            if not found:
                out.append(f"{path.name}: [`{name}`](@ref) leads nowhere")
    return out


# What the constructors that pass `keywords...` on fill.
FILLS = {"RateLayer": "layer", "Stack": "layer", "layerconfig": "layer", "Stats": "stats", "Rule": "rule",
         "Optimiser": "optim", "LIF": "lif", "Projection": "projection", "Spiking": "spiking",
         "PoissonSource": "source", "SpikeSource": "source", "Recorder": "record", "Network": "network",
         "Readout": "readout"}
SHORT = {"layer": {"act", "kernel", "preset"}, "spiking": {"preset"}, "rule": {"dtype"},
         "record": {"room", "room_bins"}}


def name_of_call(call):
    """`f`, of f(...) and f{T}(...)."""
    head = call.named_children[0]
    while head.type in ("parametrized_type_expression", "curly_expression"):
        head = head.named_children[0]
    return word(head) if head.type == "identifier" else word(head).removeprefix("LPL.")


def keywords(arguments):
    """Names of keyword arguments, and whether others may come by `...`."""
    names, more, behind = set(), False, False
    for child in arguments.children:
        if child.type == ";":
            behind = True
        elif child.type == "named_argument":
            name = child.named_children[0]
            name = name.named_children[0] if name.type == "typed_expression" else name
            names |= {(word(name), behind)}
        elif behind and child.type in ("identifier", "typed_expression"):
            names |= {(word(child).split("::")[0], True)}
        elif behind and child.type == "splat_expression":
            more = True
    return names, more


def heads(root):
    """The call-like head of each definition of a function."""
    for n in nodes(root):
        if n.type == "function_definition" or n.type == "assignment" and n.named_children[0].type in (
                "call_expression", "where_expression", "typed_expression"):
            head = next((x for x in nodes(n) if x.type == "call_expression"), None)
            if head is not None and head.named_children[-1].type == "argument_list":
                yield head


def methods(roots):
    """Name: (keywords of all methods, does one take any)."""
    out = {}
    for root in roots:
        for head in heads(root):
            names, more = keywords(head.named_children[-1])
            known, any_other = out.get(name_of_call(head), (set(), False))
            out[name_of_call(head)] = known | {n for n, behind in names if behind}, any_other or more
    return out


def wrong_keywords(path, root, table, declared):
    """Keywords in calls of the package's functions that no method takes, or that are no field of the config."""
    defined, refused, out = {h.id for h in heads(root)}, set(), []
    for n in nodes(root):
        if n.type == "macrocall_expression" and word(n.named_children[0]) == "@test_throws":
            refused |= {x.id for x in nodes(n)}  # wrong on purpose
    for n in nodes(root):
        if n.type != "call_expression" or n.id in defined or n.id in refused or len(n.named_children) < 2:
            continue
        name = name_of_call(n)
        if name not in table or n.named_children[1].type != "argument_list":
            continue
        taken, more = table[name]
        if more and name in FILLS:
            config = FILLS[name]
            taken = taken | {f for f, _ in declared.structs[f"lpl_{config}_config_t"]} | SHORT.get(config, set())
            more = False
        for keyword, _ in keywords(n.named_children[1])[0]:
            if keyword not in taken and not more:
                out.append(f"{path.name}:{n.start_point[0] + 1}: {name} takes no keyword {keyword}")
    return out


# Fields of objects of Base that the package looks into.
BASE_FIELDS = {"major", "minor", "sticky", "match", "wrapper"}


def fields_of_package(roots, declared):
    """Fields of the package's structs, of those of C and of named tuples, and the parameters that are properties."""
    out = {f for fields in declared.structs.values() for f, _ in fields} | BASE_FIELDS
    for root in roots:
        for n in (x for x in nodes(root) if x.type == "struct_definition"):
            out |= {word(f.named_children[0]) for f in nodes(n) if f.type == "typed_expression"}
        for n in (x for x in nodes(root) if x.type == "tuple_expression"):  # named tuples
            out |= {word(c.named_children[0] if c.named_children else c) for c in n.named_children
                    if c.type in ("identifier", "named_argument", "named_field", "assignment")}
    out |= {c.split("_PARAM_", 1)[1].lower() for c in declared.constants if "_PARAM_" in c}
    return out


MODULES = {"C", "LibLPL", "LPL", "Base", "Libdl", "Serialization", "GC", "Sys", "Threads", "LPL.LibLPL", "LPL.Libdl",
           "Pkg", "library()"}


def wrong_fields(path, root, known):
    """Fields that no struct of the package has: a.field, getfield(a, :field), setfield!(a, :field, value)."""
    out, refused = [], set()
    for n in nodes(root):
        if n.type == "macrocall_expression" and word(n.named_children[0]) == "@test_throws":
            refused |= {x.id for x in nodes(n)}
        name = None
        if n.type == "field_expression" and word(n.named_children[0]) not in MODULES and n.id not in refused:
            name = word(n.named_children[-1])
        elif n.type == "call_expression" and word(n.named_children[0]) in ("getfield", "setfield!"):
            quote = next((a for a in named(n.named_children[1]) if a.type == "quote_expression"), None)
            name = quote and word(quote).lstrip(":")
        if name and re.fullmatch(r"\w+", name) and name not in known:
            out.append(f"{path.name}:{n.start_point[0] + 1}: nothing has a field {name}")
    return out


def code_of_page(path):
    """Blocks of Julia of a page, each to be parsed by itself."""
    return re.findall(r"^```julia\n(.*?)^```$", path.read_text(encoding="utf-8"), flags=re.M | re.S)


def wrong_uses(path, root, declared, text):
    known, out = known_names(declared, text), []
    for line, name, least, exact, typed, given in uses(root):
        where = f"{path.name}:{line}: {name}"
        if name not in known:
            out.append(f"{where} is not in LibLPL")
        elif least is not None and name in declared.functions:
            out += [f"{where}: {problem}" for problem in exchanged(given, declared.functions[name][2])]
            want = len(declared.functions[name][1]) + (typed and name + "_f64" in declared.functions)
            if least != want if exact else least > want:
                out.append(f"{where} is called with {least} arguments, need {want}")
    return out


# ---- 4: fatou

# What its rules cannot know: names that a macro makes, or that come by include; methods of Base beside ours.
FORWARD = {"LibLPL", "open_library"}
BASE = {"size", "position", "copy", "length", "seek", "clamp!"}


PAGES = (binding.PACKAGE / "README.md", binding.ROOT / "docs/julia.md")
HERE = pathlib.Path(__file__).resolve().parent


def fatou(rules=None, package=binding.PACKAGE):
    command = [pathlib.Path(sys.executable).parent / "fatou", "lint", "--output", "concise", "--color", "never"]
    command += ["--config", HERE / f"fatou-{rules}.toml"] if rules else ["--no-config"]
    done = subprocess.run([*map(str, command), "src", "test"], cwd=package, capture_output=True, text=True,
                          check=False)
    found = [line for line in (done.stdout + done.stderr).splitlines() if re.search(r"(warning|error)\[", line)]
    if not found and not re.search(r"^checked \d+ file", done.stdout + done.stderr, flags=re.M):
        return [done.stdout + done.stderr or "fatou says nothing"]
    return found


def default_rules(package=binding.PACKAGE):
    return [line for line in fatou(None, package) if "discouraged-function" not in line]


def arity(package=binding.PACKAGE):
    """Of 'call-arity' what is about the package's own functions: where it adds to one of Base, fatou sees ours."""
    return [line for line in fatou("arity", package)
            if (re.search(r"of `([^`]*)`", line) or [0, ""])[1] not in BASE]


def undefined(lines, enums):
    """Of 'undefined-name' what remains: test files are parts of one that says `using`."""
    out = []
    for line in lines:
        name = re.search(r"`([^`]*)` is not defined", line)
        if line.startswith("test/") or name and (name[1] in FORWARD or "LibLPL.jl" in line and name[1] in enums):
            continue
        out.append(line)
    return out


# ---- 5: faults

def missed_declarations(text, truth):
    out = []
    for what, sentence, faulty in faults.put_in(faults.bare(text)):
        if not any(sentence in problem for problem in binding.compare(read_tree(faulty), truth)):
            out.append(f"{what}: not found")
    return out


def missed_uses(declared, text, enums, defined):
    """Faults in layer.jl: what it is, what becomes what, who must find it."""
    path = binding.PACKAGE / "src/layer.jl"
    good, out = path.read_text(encoding="utf-8"), []
    sources = [parse(p.read_bytes()) for p in sorted((binding.PACKAGE / "src").glob("*.jl"))]
    table, fields = methods(sources), fields_of_package(sources, declared)
    for what, old, new, finds in (
            ("an argument too few", "C.lpl_forward(T, l, z, ldz, x, ldx, batch)", "C.lpl_forward(T, l, z, ldz, x, ldx)",
             lambda root, _: wrong_uses(path, root, declared, text)),
            ("an argument too many", "C.lpl_layer_forget(l)", "C.lpl_layer_forget(l, 0, 0)",
             lambda root, _: wrong_uses(path, root, declared, text)),
            ("two arguments change places", "C.lpl_forward(T, l, z, ldz, x, ldx, batch)",
             "C.lpl_forward(T, l, x, ldx, z, ldz, batch)", lambda root, _: wrong_uses(path, root, declared, text)),
            ("a misspelt call", "C.lpl_layer_forget(l)", "C.lpl_layer_forgive(l)",
             lambda root, _: wrong_uses(path, root, declared, text)),
            ("a misspelt constant", "C.LPL_PARAM_BIAS", "C.LPL_PARAM_BIASES",
             lambda root, _: wrong_uses(path, root, declared, text)),
            ("an end too few", "    return dw, db, gradient!(dw, db, l, x0, x1)\nend", "    return dw, db",
             lambda root, _: syntax_errors(root)),
            ("a parenthesis too few", "size(w) == (l.fan_in, l.n_post) ||", "size(w) == (l.fan_in, l.n_post ||",
             lambda root, _: syntax_errors(root)),
            ("a keyword that no method takes", "lend!(l, w, b)\n", "lend!(l, w, b; copy = true)\n",
             lambda root, _: wrong_keywords(path, root, table, declared)),
            ("a misspelt keyword of a config", "layerconfig(; kind = :conv2d, width",
             "layerconfig(; kinds = :conv2d, width", lambda root, _: wrong_keywords(path, root, table, declared)),
            ("a field that is not there", "getfield(lent!(l), :lent_b)", "getfield(lent!(l), :lend_b)",
             lambda root, _: wrong_fields(path, root, fields)),
            ("a property that is not there", "l.prev_rows", "l.previous_rows",
             lambda root, _: wrong_fields(path, root, fields)),
            ("a misspelt function", "hasbias(l) ?", "hasbiases(l) ?",
             lambda _, package: undefined(fatou("names", package), enums)),
            ("a call that no method takes", "throw_batch(before, batch)", "throw_batch(before)",
             lambda _, package: arity(package)),
            ("a reference that leads nowhere", "[`takeback!`](@ref)", "[`takeforth!`](@ref)",
             lambda _, package: lost_references(package, defined, text)),
            ("a variable for nothing", "    report = getfield(l, :report)\n", "    report = getfield(l, :report)\n"
             "    nothing_of_it = 1\n", lambda _, package: default_rules(package))):
        if old not in good:
            out.append(f"{what}: the fault was not put in")
            continue
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder) / "LPL.jl"
            shutil.copytree(binding.PACKAGE, package)
            faulty = good.replace(old, new)
            (package / "src/layer.jl").write_text(faulty, encoding="utf-8")
            if not finds(parse(faulty), package):
                out.append(f"{what}: not found")
    return out


def main():
    failed = passed = 0

    def report(what, problems):
        nonlocal failed, passed
        for problem in problems[:20]:
            print(f"  {problem}")
        print(f"{'FAIL' if problems else 'ok  '} {what}")
        failed += bool(problems)
        passed += not problems

    roots = {path: parse(path.read_bytes()) for path in files()}
    for path, root in roots.items():
        report(f"syntax of {path.relative_to(JULIA)}", syntax_errors(root))

    text = binding.CALLS.read_text(encoding="utf-8")
    declared, plain = read_tree(text), binding.read_plain(text)
    same = all(getattr(declared, k) == getattr(plain, k) for k in ("functions", "structs", "constants", "problems"))
    report("two readers of LibLPL.jl agree", [] if same else ["tests/julia/binding.py reads something else"])
    truth = truth_of_library(sys.argv[1])
    if truth is None:
        print(f"skip {sys.argv[1]} has no debugging information: build it with -g to compare it with LibLPL.jl")
    else:
        report(f"{len(declared.functions)} calls, {len(declared.structs)} structs, {len(declared.constants)} constants "
               f"against the DWARF of {pathlib.Path(sys.argv[1]).name}", binding.compare(declared, truth))

    for path, root in roots.items():
        if path != binding.CALLS:
            report(f"uses of LibLPL in {path.relative_to(JULIA)}", wrong_uses(path, root, declared, text))

    for page in PAGES:
        for block in code_of_page(page):
            roots[page.with_suffix(f".{len(roots)}.jl")] = parse(block)
    sources = {p: root for p, root in roots.items() if p.parent.name == "src"}
    defined = set().union(*(definitions(root) for root in sources.values()))
    exported = set().union(*(exports(root) for root in sources.values()))
    report(f"{len(exported)} exported names are defined", sorted(exported - defined))
    table, known = methods(sources.values()), fields_of_package(roots.values(), declared)
    report(f"keywords in calls of {len(table)} functions", [
        problem for p, root in roots.items() for problem in wrong_keywords(p, root, table, declared)])
    report(f"fields, {len(known)} names", [
        problem for p, root in roots.items() if p != binding.CALLS for problem in wrong_fields(p, root, known)])
    report("references in docstrings", lost_references(binding.PACKAGE, defined, text))
    for page in PAGES:
        blocks = code_of_page(page)
        report(f"{len(blocks)} blocks of Julia in {page.relative_to(binding.ROOT)}",
               [problem for block in blocks for problem in syntax_errors(parse(block))])

    enums = set(re.findall(r"^@enum (\w+)", text, flags=re.M)) | declared.constants.keys()
    report("fatou, default rules", default_rules())
    report("fatou, undefined names", undefined(fatou("names"), enums))
    report("fatou, number of arguments of the package's functions", arity())

    if truth:
        report("faults in LibLPL.jl are found", missed_declarations(text, truth))
    report("faults in the package are found", missed_uses(declared, text, enums, defined))
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
