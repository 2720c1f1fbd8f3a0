#!/usr/bin/env python3
"""spack.py PACKAGE.py: runs a Spack package against stand-ins for what it imports, and prints what it says: version,
variants, dependencies, and the words for make of a spec with every variant on, and with every variant off."""
import sys
import types

said = {"version": [], "variant": [], "depends_on": [], "conflicts": [], "license": []}


class Spec:
    def __init__(self, on):
        self.on = on

    def satisfies(self, text):
        assert text[0] == "+" and text[1:] in said["variant"], text
        return self.on

    def __getitem__(self, name):
        assert any(d.split()[0].split("@")[0] == name for d in said["depends_on"]), name
        return types.SimpleNamespace(prefix=types.SimpleNamespace(include="/d/include"),
                                     libs=types.SimpleNamespace(ld_flags="-L/d/lib -l" + name))


def directive(kind):
    return lambda first, **more: said[kind].append(first)


class MakefilePackage:
    prefix = "/prefix"


package = types.ModuleType("spack.package")
package.__dict__.update({kind: directive(kind) for kind in said}, MakefilePackage=MakefilePackage, spack_cc="cc",
                        make=lambda *words: None)
sys.modules.update({"spack": types.ModuleType("spack"), "spack.package": package})
names = {}
with open(sys.argv[1], encoding="utf-8") as file:
    exec(compile(file.read(), sys.argv[1], "exec"), names)  # pylint: disable=exec-used
one = names["Liblpl"]()
print(*(f"{kind}: {', '.join(words)}" for kind, words in said.items()), sep="\n")
for on in (True, False):
    one.spec = Spec(on)
    print("make", *one.build_targets)
    print("make", *one.install_targets)
