# tests/ffi/test_cffi.py - the preprocessed public header is accepted by cffi's cdef, agrees with lpl_abi_entry, and can
# be called.
#
# Run: LPL_LIBRARY=lib/liblpl.so python3 -m unittest discover -s tests/ffi   (CC: the preprocessor, default cc)
"""abi.md section 4: #include lines dropped, LPL_API defined empty, preprocessed: what is left is what every FFI parser
must understand."""
import os
import pathlib
import re
import subprocess
import unittest

try:
    import cffi
except ImportError:
    cffi = None

TREE = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = os.environ.get("LPL_LIBRARY", str(TREE / "lib" / "liblpl.so"))


def declarations():
    order = re.findall(r'#include "(lpl/\w+\.h)"', (TREE / "include" / "lpl.h").read_text(encoding="utf-8"))
    text = "\n".join((TREE / "include" / name).read_text(encoding="utf-8") for name in order)
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#include"))
    compiler = os.environ.get("CC", "cc").split()
    done = subprocess.run(compiler + ["-E", "-P", "-x", "c", "-std=c99", "-DLPL_API=", "-"], input=text,
                          capture_output=True, text=True, check=True)
    return done.stdout


@unittest.skipIf(cffi is None, "python3-cffi is not installed (make deps-dev)")
@unittest.skipUnless(os.path.exists(LIBRARY), f"{LIBRARY} is not built; LPL_LIBRARY names another one")
class Cdef(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ffi = cffi.FFI()
        cls.text = declarations()
        cls.ffi.cdef(cls.text)
        cls.lib = cls.ffi.dlopen(LIBRARY)

    def test_every_function_is_there(self):
        headers = "".join(path.read_text(encoding="utf-8") for path in (TREE / "include" / "lpl").glob("*.h"))
        names = set(re.findall(r"^LPL_API [^(]*?(lpl_\w+)\(", headers, flags=re.M))
        self.assertGreater(len(names), 50)
        for name in names:
            self.assertIn(name, self.text)
            self.assertIsNotNone(getattr(self.lib, name))

    def test_layout_and_values(self):
        ffi, lib = self.ffi, self.lib
        name, value, index = ffi.new("const char **"), ffi.new("int64_t *"), 0
        while lib.lpl_abi_entry(name, value, index) == 0:
            entry = ffi.string(name[0]).decode()
            kind, _, rest = entry.partition(" ")
            if kind == "sizeof":
                got = ffi.sizeof(rest)
            elif kind == "offsetof":
                got = ffi.offsetof(*rest.split("."))
            else:
                got = getattr(lib, entry)
            self.assertEqual(got, value[0], entry)
            index += 1
        self.assertGreater(index, 100)

    def test_learn_and_save(self):
        ffi, lib = self.ffi, self.lib
        config, handle = ffi.new("lpl_layer_config_t *"), ffi.new("lpl_layer_t **")
        self.assertEqual(lib.lpl_layer_config_init(config, ffi.sizeof("lpl_layer_config_t")), lib.LPL_OK)
        config.n_pre, config.n_post, config.batch_max, config.dtype = 3, 2, 4, lib.LPL_F64
        self.assertEqual(lib.lpl_layer_create(config, handle), lib.LPL_OK)
        layer = ffi.gc(handle[0], lib.lpl_layer_destroy)
        x = ffi.new("double[12]", [0.1 * k * k for k in range(12)])
        report = ffi.new("lpl_report_t *")
        lib.lpl_report_init(report, ffi.sizeof("lpl_report_t"))
        self.assertEqual(lib.lpl_update_f64(layer, report, x, 3, x, 3, 4), lib.LPL_OK)
        self.assertEqual((report.step, report.pull), (1, 0.0))
        pieces = []

        @ffi.callback("int32_t(const void *, size_t, void *)")
        def write(buf, n, _user):
            pieces.append(bytes(ffi.buffer(buf, n)))
            return 0

        self.assertEqual(lib.lpl_layer_save(layer, write, ffi.NULL), lib.LPL_OK)
        self.assertEqual(b"".join(pieces)[:8], b"\x89LPL\r\n\x1a\n")
        self.assertEqual(lib.lpl_update(layer, ffi.NULL, ffi.NULL, 0, ffi.new("float[12]"), 3, 4), lib.LPL_E_DTYPE)
        self.assertIn("LPL_E_DTYPE lpl_update", ffi.string(lib.lpl_last_error()).decode())


if __name__ == "__main__":
    unittest.main()
