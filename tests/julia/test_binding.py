# tests/julia/test_binding.py - the Julia package's declarations of C against the compiler, faults that must be found,
# and the library driven through these declarations as Julia would drive it. No Julia is needed.
import csv
import ctypes as C
import os
import pathlib
import re
import unittest

import numpy as np

import binding
import faults

CC = binding.compiler()
TEXT = binding.CALLS.read_text(encoding="utf-8")


@unittest.skipUnless(CC, "no compiler that knows -aux-info, or no readelf")
class AgainstHeaders(unittest.TestCase):
    """Each call, struct and constant of LibLPL.jl is what gcc says of lpl.h, and nothing is missing."""

    @classmethod
    def setUpClass(cls):
        cls.truth = binding.truth_of_headers(CC)

    def problems(self, text):
        return binding.compare(binding.read_plain(text), self.truth)

    def test_everything_agrees(self):
        self.assertEqual(self.problems(TEXT), [])
        self.assertGreater(len(self.truth.functions), 150)
        self.assertGreater(len(self.truth.structs), 10)
        self.assertGreater(len(self.truth.constants), 200)

    def test_layout_of_every_struct(self):
        """Offsets by the rules of isbits types, from the order of fields in the file alone."""
        declared = binding.read_plain(TEXT)
        for name, (size, fields) in self.truth.structs.items():
            with self.subTest(name):
                mine, layout = binding.julia_layout(declared.structs[name])
                self.assertEqual((mine, [(f, at) for f, at, _ in layout]), (size, [(f, at) for f, at, _ in fields]))

    def test_faults_are_found(self):
        bare = faults.bare(TEXT)
        self.assertEqual(self.problems(bare), [])
        for what, sentence, faulty in faults.put_in(bare):
            with self.subTest(what):
                found = self.problems(faulty)
                self.assertTrue(any(sentence in problem for problem in found), f"{sentence!r} is not among {found}")


class Library:
    """The library, through ctypes, declared by LibLPL.jl."""

    def __init__(self, path):
        self.declared, self.lib = binding.read_plain(TEXT), C.CDLL(path)
        self.structs = {}
        for name, fields in self.declared.structs.items():
            self.structs[name] = type(name, (C.Structure,), {"_fields_": [(f, self.of(t)) for f, t in fields]})
        for name, (result, types, _) in self.declared.functions.items():
            function = getattr(self.lib, name)
            function.restype = C.c_char_p if result == ("p", ("i", 1)) else self.of(result)
            function.argtypes = [self.of(t) for t in types]

    def of(self, t):
        if t[0] == "p":
            return C.c_void_p
        if t[0] == "void":
            return None
        return {"i4": C.c_int32, "u4": C.c_uint32, "i8": C.c_int64, "u8": C.c_uint64, "f4": C.c_float,
                "f8": C.c_double}[t[0] + str(t[1])]

    def call(self, name, *arguments):
        """As Julia hands arguments over: arrays and Refs by their address, constants by name."""
        given = [a.ctypes.data if isinstance(a, np.ndarray) else
                 self.declared.constants[a] if isinstance(a, str) and a.startswith("LPL_") else
                 C.addressof(a) if isinstance(a, (C.Structure, C._SimpleCData)) and not isinstance(a, C.c_void_p) else a
                 for a in arguments]
        status = getattr(self.lib, name)(*given)
        if isinstance(status, int) and status < 0 and self.lib[name].restype is C.c_int32:
            raise RuntimeError(self.lib.lpl_last_error().decode())
        return status

    def config(self, struct, **fields):
        cfg = self.structs[struct]()
        self.call(struct.removesuffix("_t") + "_init", cfg, C.sizeof(cfg))
        for name, value in fields.items():
            setattr(cfg, name, self.declared.constants.get(value, value) if isinstance(value, str) else value)
        return cfg

    def create(self, name, *arguments):
        place = C.c_uint64()
        self.call(name, *arguments, place)
        return place.value


@unittest.skipUnless(os.environ.get("LPL_LIBRARY"), "LPL_LIBRARY does not name the library")
class Driven(unittest.TestCase):
    """What Julia's arrays are: column-major, a sample a column. The same calls as LPL.jl's, in Python."""

    @classmethod
    def setUpClass(cls):
        cls.lpl = Library(os.environ["LPL_LIBRARY"])

    def test_abi_entries(self):
        """The running library's own table, as test/abi.jl of the package compares it."""
        lpl, index, seen = self.lpl, 0, set()
        name, value = C.c_uint64(), C.c_int64()
        while lpl.lib.lpl_abi_entry(C.addressof(name), C.addressof(value), index) == 0:
            entry, index = C.string_at(name.value).decode(), index + 1
            seen.add(entry)
            kind, _, what = entry.rpartition(" ")
            if kind == "":
                mine = lpl.declared.constants[what]
            elif kind == "sizeof":
                mine = binding.julia_layout(lpl.declared.structs[what])[0]
            else:
                struct, field = what.split(".")
                mine = {f: at for f, at, _ in binding.julia_layout(lpl.declared.structs[struct])[1]}[field]
            self.assertEqual(mine, value.value, entry)
        self.assertEqual(len(seen), len(lpl.declared.constants)
                         + sum(1 + len(fields) for fields in lpl.declared.structs.values()))

    def test_golden_dense(self):
        folder = binding.ROOT / "tests/golden/dense"
        cases = sorted(folder.glob("*/scalars.csv"))
        self.assertGreater(len(cases), 5)
        for path in cases:
            with self.subTest(path.parent.name):
                self.dense(path.parent)

    def dense(self, folder):
        lpl = self.lpl
        with open(folder / "scalars.csv", newline="", encoding="utf-8") as file:
            scalars = {row["name"]: row["float64"] for row in csv.DictReader(file)}

        def columns(name):  # a sample a column, columns one behind the other in memory
            return np.asfortranarray(np.load(folder / f"{name}.npy").astype("f8").T)

        x1, x2, w, b = (columns(name) for name in ("x1", "x2", "W", "b"))
        self.assertTrue(x1.flags.f_contiguous)
        n_pre, batch = x1.shape
        n_post = w.shape[1]
        cfg = lpl.config("lpl_layer_config_t", n_pre=n_pre, n_post=n_post, batch_max=batch, dtype="LPL_F64",
                         activation="LPL_ACT_" + scalars["activation"].upper(), form="LPL_FORM_REFERENCE", decorr=10,
                         pair="LPL_PAIR_SYMMETRIC")
        layer = lpl.create("lpl_layer_create", cfg)
        lpl.call("lpl_layer_borrow_weights_f64", layer, w, n_pre, b)  # lend!: w is the live matrix
        z = np.empty((n_post, batch), order="F")
        lpl.call("lpl_forward_f64", layer, z, n_post, x1, n_pre, batch)
        np.testing.assert_allclose(z, columns("z1"), rtol=0, atol=1e-10)
        dw, db, report = np.empty((n_pre, n_post), order="F"), np.empty(n_post), lpl.structs["lpl_report_t"]()
        lpl.call("lpl_report_init", report, C.sizeof(report))
        lpl.call("lpl_gradient_f64", layer, dw, n_pre, db, report, x1, n_pre, x2, n_pre, batch)
        want = columns("dW_total")
        np.testing.assert_allclose(dw, want, rtol=0, atol=1e-9 * np.abs(want).max())
        self.assertAlmostEqual(report.total, float(scalars["total"]), delta=1e-10 * abs(float(scalars["total"])))
        before = w.copy()
        lpl.call("lpl_update_f64", layer, report, x1, n_pre, x2, n_pre, batch)
        np.testing.assert_allclose(w, before - cfg.eta * want, rtol=0, atol=1e-9 * np.abs(want).max())
        self.assertEqual(report.step, 1)
        lpl.call("lpl_layer_destroy", layer)

    def test_save_and_load(self):
        """The callbacks of state.jl, with their declared argument types."""
        lpl, data = self.lpl, bytearray()
        write = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_uint64, C.c_void_p)(
            lambda buf, n, user: data.extend(C.string_at(buf, n)) or 0)
        layer = lpl.create("lpl_layer_create", lpl.config("lpl_layer_config_t", n_pre=5, n_post=3))
        lpl.call("lpl_layer_save", layer, C.cast(write, C.c_void_p).value, None)
        at = 0

        def take(buf, n, user):
            nonlocal at
            C.memmove(buf, bytes(data[at:at + n]), n)
            at += n
            return 0

        read = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_uint64, C.c_void_p)(take)
        again = lpl.create("lpl_layer_load", C.cast(read, C.c_void_p).value, None, 0, 1)
        w, v = np.empty((5, 3), "f4", order="F"), np.empty((5, 3), "f4", order="F")
        for handle, out in ((layer, w), (again, v)):
            lpl.call("lpl_layer_read", handle, out, out.size, "LPL_STATE_WEIGHTS")
            lpl.call("lpl_layer_destroy", handle)
        np.testing.assert_array_equal(w, v)
        self.assertGreater(np.abs(w).max(), 0)

    def test_spiking_steps(self):
        """Source, population, plastic projection; numbers from 0 inside, as SpikeList holds them."""
        lpl = self.lpl
        rate = np.array([200.0])
        cfg = lpl.config("lpl_source_config_t", n=20, n_knots=1, rate_hz=rate.ctypes.data, seed=3)
        source = lpl.create("lpl_source_create", cfg)
        lif = lpl.create("lpl_lif_create", lpl.config("lpl_lif_config_t", n=4, seed=1))
        plastic = lpl.create("lpl_spiking_create", lpl.config("lpl_spiking_config_t", n_pre=20, n_post=4,
                                                              update_every=100, w_init=0.5), None)
        pre, post, v = np.zeros(20, "u4"), np.zeros(4, "u4"), np.zeros(4, "f4")
        n_pre, n_post, spikes = C.c_uint64(), C.c_uint64(), 0
        for _ in range(1000):
            lpl.call("lpl_source_step", source, pre, 20, n_pre)
            lpl.call("lpl_lif_step", lif, post, n_post, v)
            lpl.call("lpl_spiking_drive_lif", plastic, lif, "LPL_RECEPTOR_AMPA")
            lpl.call("lpl_spiking_step", plastic, pre, n_pre.value, post, n_post.value, v)
            spikes += n_post.value
        self.assertGreater(spikes, 0)
        report = lpl.structs["lpl_spiking_report_t"]()
        lpl.call("lpl_spiking_report_init", report, C.sizeof(report))
        lpl.call("lpl_spiking_report", plastic, report)
        self.assertEqual((report.step, report.updates, report.n_nonfinite), (1000, 10, 0))
        for name, handle in (("spiking", plastic), ("lif", lif), ("source", source)):
            lpl.call(f"lpl_{name}_destroy", handle)

    def test_connectivity(self):
        """A struct with pointers, as withconnect makes it."""
        lpl = self.lpl
        pre, post = np.array([2, 0, 1], "u4"), np.array([1, 0, 1], "u4")
        connect = lpl.config("lpl_connect_t", kind="LPL_CONNECT_LIST", n_synapses=3, pre=pre.ctypes.data,
                             post=post.ctypes.data)
        cfg = lpl.config("lpl_projection_config_t", n_pre=3, n_post=2)
        made = lpl.create("lpl_projection_create", cfg, connect)
        ptr, col = np.zeros(4, "u8"), np.zeros(3, "u4")
        lpl.call("lpl_projection_connectivity", made, ptr, col)
        self.assertEqual((ptr.tolist(), col.tolist()), ([0, 1, 2, 3], [0, 1, 1]))
        lpl.call("lpl_projection_destroy", made)


    def test_places_in_sentences(self):
        """The pattern of errors.jl on sentences of the library: places count from 1, everything else stays."""
        source = (binding.PACKAGE / "src/errors.jl").read_text(encoding="utf-8")
        places = re.compile(re.search(r'^const PLACES = r"(.*)"$', source, flags=re.M)[1])

        def from_one(sentence):
            return places.sub(lambda m: re.sub(r"\d+", lambda n: str(int(n[0]) + 1), m[0]), sentence)

        lpl = self.lpl
        layer = lpl.create("lpl_layer_create", lpl.config("lpl_layer_config_t", n_pre=3, n_post=2, label=7))
        w = np.zeros((3, 2), "f4", order="F")
        w[1, 1] = np.nan
        w0 = np.zeros((3, 2), "f4", order="F")
        for call, wanted in (
                (lambda: lpl.call("lpl_layer_write", layer, w, w.size, "LPL_STATE_WEIGHTS"), "src[5] is NaN"),
                (lambda: lpl.call("lpl_layer_borrow_weights", layer, w, 3, np.zeros(2, "f4")),
                 "unit 2, input 2 is NaN"),
                (lambda: lpl.call("lpl_layer_write", layer, w0, 5, "LPL_STATE_WEIGHTS"), "n = 5, need exactly 6")):
            with self.assertRaises(RuntimeError) as caught:
                call()
            self.assertIn(wanted, from_one(str(caught.exception)), str(caught.exception))
        lpl.call("lpl_layer_destroy", layer)


class Package(unittest.TestCase):
    """What Pkg reads, and what can be said of the package's files without a parser."""

    def test_project(self):
        text = (binding.PACKAGE / "Project.toml").read_text(encoding="utf-8")
        version = re.search(r'LPL_VERSION_STRING "([^"]+)"', (binding.ROOT / "include/lpl/version.h").read_text())[1]
        self.assertIn(f'\nversion = "{version}"\n', text)
        self.assertRegex(text, r'\nuuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"\n')
        self.assertIn(f'API_VERSION = v"{version}"', TEXT)

    def test_every_file_is_included_once(self):
        source = binding.PACKAGE / "src"
        included = re.findall(r'^include\("(\w+\.jl)"\)$', (source / "LPL.jl").read_text(encoding="utf-8"), flags=re.M)
        self.assertEqual(sorted(included), sorted(p.name for p in source.glob("*.jl") if p.name != "LPL.jl"))
        tests = binding.PACKAGE / "test"
        included = re.findall(r'include\("(\w+\.jl)"\)', (tests / "runtests.jl").read_text(encoding="utf-8"))
        self.assertEqual(sorted(included), sorted(p.name for p in tests.glob("*.jl") if p.name != "runtests.jl"))

    def test_calls_of_state(self):
        """state.jl makes the calls that save and load by name: which, and with how many arguments."""
        text = (binding.PACKAGE / "src/state.jl").read_text(encoding="utf-8")
        objects = re.findall(r'\(:(\w+), "(\w+)", (true|false)\)', text)
        declared = binding.read_plain(TEXT)
        saved = {name.removeprefix("lpl_").removesuffix("_save_file") for name in declared.functions
                 if name.endswith("_save_file")}
        self.assertEqual({stem for _, stem, _ in objects}, saved)
        for kind, stem, threads in objects:
            with self.subTest(kind):
                more = ["threads"] if threads == "true" else []
                for verb, arguments in (("save", 3), ("save_file", 2), ("load", 4 + len(more)),
                                        ("load_file", 3 + len(more))):
                    names = declared.functions[f"lpl_{stem}_{verb}"][2]
                    self.assertEqual(len(names), arguments, verb)
                    self.assertEqual([n for n in names if n == "threads"], more if "load" in verb else [], verb)

    def test_lines(self):
        for path in sorted(pathlib.Path(binding.ROOT / "bindings/julia").rglob("*.jl")):
            if path.is_dir():
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                self.assertLessEqual(len(line), 120, f"{path.name}:{number}")


if __name__ == "__main__":
    unittest.main()
