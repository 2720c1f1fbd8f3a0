"""docs/site/pythonpage.py - the reference of the Python package, from its docstrings, where it can be loaded."""
import inspect

import notebook

CLASSES = ("Layer", "Stack", "Stats", "Spiking", "Lif", "Source", "Projection", "Connect", "Record", "Network",
           "Readout", "Report", "SpikingReport", "RecordState", "Delta")
MODULES = ("metrics", "random", "probe", "worlds")


def page(load=True):
    if not load or not notebook.runnable():
        return ("Python\n======\n\nThe reference of the package is made from its docstrings; NumPy or the library was "
                "not there when this page was made. See :doc:`/python` and ``help(lpl.Layer)``.\n")
    import lpl
    out = ["Python", "======", "",
           "Everything that ``import lpl`` brings, from its docstrings (``help(lpl.Layer)`` says the same). How it is "
           "meant to be used: :doc:`/python`.", ""]
    functions = sorted(name for name in lpl.__all__ if inspect.isfunction(getattr(lpl, name)))
    enums = sorted(name for name in lpl.__all__ if inspect.isclass(getattr(lpl, name)) and
                   issubclass(getattr(lpl, name), int))
    errors = sorted(name for name in lpl.__all__ if name.startswith("Lpl"))
    for title, names, directive in (("Classes", CLASSES, "autoclass"), ("Functions", functions, "autofunction")):
        out += [title, "-" * len(title), ""]
        for name in names:
            out += [f".. {directive}:: lpl.{name}"] + (["   :members:"] if directive == "autoclass" else []) + [""]
    for name in MODULES:
        title = f"lpl.{name}"
        out += [title, "-" * len(title), "", f".. automodule:: {title}", "   :members:", ""]
    out += ["Errors", "------", ""]
    for name in errors:
        out += [f".. autoexception:: lpl.{name}", ""]
    out += ["Words", "-----", "", "A keyword takes the word in any case, the member or its number.", ""]
    for name in enums:
        members = ", ".join(f"``{m.name}``" for m in getattr(lpl, name))
        out += [f"``lpl.{name}``: {members}", ""]
    missing = set(lpl.__all__) - set(CLASSES) - set(functions) - set(enums) - set(errors) - set(MODULES) - {
        "__version__", "LayerConfig"}
    if missing:
        raise SystemExit(f"pythonpage.py: where do these belong? {sorted(missing)}")
    return "\n".join(out)


def write(folder, load=True):
    """reference/python.rst below folder."""
    (folder / "reference" / "python.rst").write_text(page(load), encoding="utf-8")
