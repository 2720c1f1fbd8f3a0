# tests/test_abi.py - structs, enums, functions and version against the library's own table and against the header text.
import ctypes as C
import os
import re
import subprocess
import sys
import unittest

import lpl
from lpl import _api, _lib
from support import TREE

HEADERS = TREE / "include" / "lpl"
SCALARS = {"uint32_t": C.c_uint32, "int32_t": C.c_int32, "uint64_t": C.c_uint64, "double": C.c_double,
           "size_t": C.c_size_t, "lpl_status_t": C.c_int32}
NUMBERS = dict(SCALARS, float=C.c_float, int64_t=C.c_int64)


def header_text():
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(HEADERS.glob("*.h"))
                     if path.name != "mpi.h")  # no part of the library
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def library_table():
    table, name, value, index = {}, C.c_char_p(), C.c_int64(), 0
    while _lib.lib.lpl_abi_entry(name, value, index) == 0:
        table[name.value.decode()] = value.value
        index += 1
    return table


def mirrored():
    table = {}
    for prefix, enum in _api.ENUMS:
        for member in enum:
            table[prefix + member.name] = int(member)
    for struct in _api.STRUCTS:
        table[f"sizeof {struct.C_NAME}"] = C.sizeof(struct)
        for field in struct._fields_:
            table[f"offsetof {struct.C_NAME}.{field[0]}"] = getattr(struct, field[0]).offset
    return table


class Abi(unittest.TestCase):
    maxDiff = None

    def test_same_as_the_library(self):
        self.assertEqual(mirrored(), library_table())

    def test_enums_same_as_the_headers(self):
        found = {}
        for body in re.findall(r"\benum\s*\{(.*?)\}", header_text(), flags=re.S):
            found.update((name, int(value)) for name, value in re.findall(r"(LPL_\w+)\s*=\s*(-?\d+)", body))
            self.assertEqual(len(re.findall(r"LPL_\w+", body)), len(re.findall(r"=", body)), body)
        self.assertGreater(len(found), 100)
        self.assertEqual(found, {name: value for name, value in mirrored().items() if name.startswith("LPL_")})

    def test_fields_same_as_the_headers(self):
        found = {}
        for name, body in re.findall(r"\bstruct\s+(\w+)\s*\{(.*?)\}", header_text(), flags=re.S):
            found[name] = [(field, C.POINTER(SCALARS[kind]) if star else SCALARS[kind])
                           for kind, star, field in re.findall(r"(\w+)\s+(\*?)(\w+);", body)]
            self.assertEqual(len(found[name]), body.count(";"))
        self.assertEqual(found, {s.C_NAME: [(f[0], f[1]) for f in s._fields_] for s in _api.STRUCTS})

    def test_functions_same_as_the_headers(self):
        prototypes = re.findall(r"LPL_API\s+([\w\s]+?[\s*]+)(lpl_\w+)\(([^)]*)\)", header_text())
        self.assertEqual({name for _, name, _ in prototypes}, set(_api.PROTOTYPES))
        for result, name, arguments in prototypes:
            function = getattr(_lib.lib, name)
            want = [] if arguments.strip() == "void" else [argument.strip() for argument in arguments.split(",")]
            self.assertEqual(len(function.argtypes), len(want), name)
            for kind, text in zip(function.argtypes, want):
                plain = text.split()[0]
                if "*" in text:
                    is_text = text.startswith("const char *") and text.count("*") == 1
                    self.assertTrue(kind is C.c_char_p if is_text else issubclass(kind, (C.c_void_p, C._Pointer)),
                                    f"{name}: {text}")
                    if hasattr(kind, "element"):
                        self.assertIs(kind.element, NUMBERS[text.removeprefix("const ").split()[0]], f"{name}: {text}")
                    if issubclass(kind, C._Pointer) and issubclass(kind._type_, C.Structure):
                        self.assertIn(kind._type_.C_NAME, text)
                elif plain in ("lpl_write_fn", "lpl_read_fn"):
                    self.assertIn(kind, (_api.WRITE_FN, _api.READ_FN), f"{name}: {text}")
                elif plain.endswith("_fn"):
                    self.assertIs(kind, getattr(_api, plain.removeprefix("lpl_").upper()), f"{name}: {text}")
                else:
                    self.assertIs(kind, SCALARS[plain], f"{name}: {text}")
            result = result.strip()
            if result == "void":
                self.assertIsNone(function.restype)
            elif "*" in result:
                self.assertIs(function.restype, C.c_char_p, name)
            else:
                self.assertIs(function.restype, SCALARS[result], name)

    def test_names_of_statuses(self):
        for status in _api.Status:
            self.assertEqual(_lib.lib.lpl_status_name(status).decode(), "LPL_" + status.name)


class Version(unittest.TestCase):
    def test_one_version_everywhere(self):
        header = re.search(r'LPL_VERSION_STRING "([^"]+)"', (HEADERS / "version.h").read_text())[1]
        project = re.search(r'^version = "([^"]+)"', (TREE / "bindings/python/pyproject.toml").read_text(), re.M)[1]
        self.assertEqual([lpl.__version__, project, lpl.library_version()], [header] * 3)
        self.assertIn("liblpl " + header, lpl.build_info())

    def test_another_version_is_refused(self):
        number = _lib.lib.lpl_version_number()
        _lib._check_version(number + 1, "a newer patch", "here")
        with self.assertRaisesRegex(ImportError, "here is liblpl 0.1.0, this package is for 0.1.1 or newer"):
            _lib._check_version(100, "0.1.0", "here")  # it lacks functions
        for other in (number + 100, number + 10000):
            with self.assertRaisesRegex(ImportError, "here is liblpl 9.9, this package is for"):
                _lib._check_version(other, "9.9", "here")

    def test_library_named_but_missing(self):
        environment = dict(os.environ, LPL_LIBRARY=str(TREE / "no" / "such" / "liblpl.so"))
        done = subprocess.run([sys.executable, "-c", "import lpl"], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"ImportError: liblpl at .*no/such/liblpl.so cannot be loaded")


if __name__ == "__main__":
    unittest.main()
