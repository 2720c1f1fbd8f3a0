# lpl/_lib.py - finds and loads liblpl, declares every function, checks the version.
"""The shared library, with argument and result types declared."""
from __future__ import annotations

import ctypes as C
import ctypes.util
import os
import pathlib
import sys
import threading

from ._spike_structs import CConnect, CSpikingReport, LifConfig, ProjectionConfig, RecordConfig, SourceConfig, SpikingConfig
from ._structs import CReport, LayerConfig, OptimConfig, ReadoutConfig, RuleConfig, StatsConfig

__version__ = "0.1.1"

WRITE_FN = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_size_t, C.c_void_p)
READ_FN = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_size_t, C.c_void_p)
SAVE_FILE_FN = C.CFUNCTYPE(C.c_int32, WRITE_FN, C.c_void_p, C.c_void_p)
LOAD_FILE_FN = C.CFUNCTYPE(C.c_int32, READ_FN, C.c_void_p, C.c_void_p)

# Argument types by letter; arrays and handles are addresses (the classes check what they point to).
_KINDS = {
    "p": C.c_void_p, "z": C.c_size_t, "i": C.c_int32, "u": C.c_uint64, "d": C.c_double,
    "L": C.POINTER(LayerConfig), "S": C.POINTER(StatsConfig), "O": C.POINTER(OptimConfig), "R": C.POINTER(RuleConfig),
    "X": C.POINTER(ReadoutConfig), "r": C.POINTER(CReport), "D": C.POINTER(C.c_double), "Z": C.POINTER(C.c_size_t),
    "P": C.POINTER(C.c_void_p), "N": C.POINTER(C.c_char_p), "I": C.POINTER(C.c_int64), "w": WRITE_FN, "g": READ_FN,
    "C": C.POINTER(CConnect), "F": C.POINTER(LifConfig), "J": C.POINTER(ProjectionConfig), "Q": C.POINTER(SourceConfig),
    "E": C.POINTER(RecordConfig), "K": C.POINTER(SpikingConfig), "k": C.POINTER(CSpikingReport), "U": C.POINTER(C.c_uint64),
    "V": C.POINTER(C.c_uint32), "s": C.c_char_p, "W": SAVE_FILE_FN, "G": LOAD_FILE_FN, "l": C.POINTER(C.c_int32),
}

# Order of arguments of lpl_lif_get, lpl_projection_get, lpl_spiking_get: handle, value, param. _object.py follows it.
GET = "piD"

# Objects that can be saved: loaded with threads, or without.
_THREADED, _ALONE = ("layer", "stack", "spiking"), ("stats", "projection", "lif", "record")

# name: (result or None for a status, argument letters)
_PLAIN = {
    "lpl_status_name": (C.c_char_p, "i"), "lpl_status_string": (C.c_char_p, "i"), "lpl_last_error": (C.c_char_p, ""),
    "lpl_abi_entry": (None, "NIz"), "lpl_version": (C.c_char_p, ""), "lpl_version_number": (C.c_uint32, ""),
    "lpl_build_info": (C.c_char_p, ""), "lpl_one_thread": ("void", ""), "lpl_is_one_thread": (C.c_int32, ""), "lpl_random_bits": (None, "pzuuu"),
    "lpl_stats_config_init": (None, "Sz"), "lpl_stats_create": (None, "SP"), "lpl_stats_destroy": ("void", "p"),
    "lpl_stats_merge": (None, "pp"), "lpl_stats_read": (None, "ppzi"), "lpl_stats_reset": (None, "p"),
    "lpl_stats_save": (None, "pwp"), "lpl_stats_load": (None, "gpzP"),
    "lpl_optim_config_init": (None, "Oz"), "lpl_schedule_warmup_cosine": (None, "Ddddduu"),
    "lpl_report_init": (None, "rz"), "lpl_rule_config_init": (None, "Rz"), "lpl_rule_scratch": (None, "RZzzi"),
    "lpl_layer_config_init": (None, "Lz"), "lpl_layer_preset": (None, "Li"), "lpl_layer_size": (None, "LZZ"),
    "lpl_layer_create": (None, "LP"), "lpl_layer_create_in": (None, "pzLP"), "lpl_layer_destroy": ("void", "p"),
    "lpl_layer_set": (None, "pid"), "lpl_layer_get": (None, "piD"), "lpl_layer_bounds": (None, "piDD"),
    "lpl_layer_forget": (None, "p"), "lpl_layer_save": (None, "pwp"), "lpl_layer_load": (None, "gpziP"),
    "lpl_layer_load_size": (None, "gpiZZ"), "lpl_layer_load_in": (None, "pzgpiP"),
    "lpl_stack_create": (None, "PzP"), "lpl_stack_destroy": ("void", "p"), "lpl_stack_size": (C.c_size_t, "p"),
    "lpl_stack_layer": (None, "pzP"), "lpl_stack_save": (None, "pwp"), "lpl_stack_load": (None, "gpziP"),
    "lpl_readout_config_init": (None, "Xz"),
    "lpl_connect_init": (None, "Cz"),
    "lpl_lif_config_init": (None, "Fz"), "lpl_lif_create": (None, "FP"), "lpl_lif_destroy": ("void", "p"),
    "lpl_lif_clamp": (None, "pppz"), "lpl_lif_get": (None, GET), "lpl_lif_save": (None, "pwp"), "lpl_lif_load": (None, "gpzP"),
    "lpl_projection_config_init": (None, "Jz"), "lpl_projection_create": (None, "JpP"), "lpl_projection_destroy": ("void", "p"),
    "lpl_projection_drive_lif": (None, "ppi"), "lpl_projection_step": (None, "ppzpz"), "lpl_projection_connectivity": (None, "ppp"),
    "lpl_projection_set": (None, "pid"), "lpl_projection_get": (None, GET), "lpl_projection_save": (None, "pwp"),
    "lpl_projection_load": (None, "gpzP"),
    "lpl_source_config_init": (None, "Qz"), "lpl_source_create": (None, "QP"), "lpl_source_destroy": ("void", "p"),
    "lpl_source_step": (None, "ppzZ"), "lpl_source_tell": (None, "pU"), "lpl_source_seek": (None, "pu"),
    "lpl_source_rate": (None, "pDu"),
    "lpl_record_config_init": (None, "Ez"), "lpl_record_create": (None, "EP"), "lpl_record_destroy": ("void", "p"),
    "lpl_record_spikes_into": (None, "pppz"), "lpl_record_bins_into": (None, "ppz"), "lpl_record_step": (None, "ppz"),
    "lpl_record_state": (None, "pUUUUDV"), "lpl_record_read": (None, "ppzi"), "lpl_record_reset": (None, "p"),
    "lpl_record_save": (None, "pwp"), "lpl_record_load": (None, "gpzP"),
    "lpl_spiking_config_init": (None, "Kz"), "lpl_spiking_preset": (None, "Ki"), "lpl_spiking_create": (None, "KpP"),
    "lpl_spiking_destroy": ("void", "p"), "lpl_spiking_drive_lif": (None, "ppi"), "lpl_spiking_connectivity": (None, "ppp"),
    "lpl_spiking_set": (None, "pid"), "lpl_spiking_get": (None, GET), "lpl_spiking_report_init": (None, "kz"),
    "lpl_spiking_report": (None, "pk"), "lpl_spiking_save": (None, "pwp"), "lpl_spiking_load": (None, "gpziP"),
    "lpl_file_save": (None, "lsWp"), "lpl_file_load": (None, "lsGp"),
    **{f"lpl_{topic}_save_file": (None, "ps") for topic in _THREADED + _ALONE},
    **{f"lpl_{topic}_load_file": (None, "sziP") for topic in _THREADED},
    **{f"lpl_{topic}_load_file": (None, "szP") for topic in _ALONE},
}

# The same, for functions that exist for float and, with the suffix _f64, for double.
_TYPED = {
    "lpl_random_uniform": (None, "pzuuu"), "lpl_random_normal": (None, "pzuuu"), "lpl_stats_update": (None, "ppzz"),
    "lpl_activate": (None, "pppzidd"), "lpl_optim_step": (None, "Oppppzu"),
    "lpl_rule_delta": (None, "Rpzprppzpzpzpzpzz"), "lpl_rule_apply": (None, "pzppzppzzzzdd"),
    "lpl_forward": (None, "ppzpzz"), "lpl_update": (None, "prpzpzz"), "lpl_update_online": (None, "pprp"),
    "lpl_gradient": (None, "ppzprpzpzz"), "lpl_layer_read": (None, "ppzi"), "lpl_layer_write": (None, "ppzi"),
    "lpl_layer_borrow_weights": (None, "ppzp"), "lpl_stack_forward": (None, "ppzpzzz"), "lpl_stack_update": (None, "prpzpzz"),
    "lpl_metric": (None, "Dipzpzpzz"), "lpl_metric_classes": (None, "pzipzpzzz"),
    "lpl_readout_fit": (None, "Xpzpppzpzz"), "lpl_readout_fit_part": (None, "XpzppDpzpzzuu"), "lpl_readout_predict": (None, "pzDpzppzpzzz"),
    "lpl_lif_step": (None, "ppZp"), "lpl_lif_read": (None, "ppzpi"), "lpl_lif_write": (None, "ppzi"),
    "lpl_projection_drive": (None, "pp"), "lpl_projection_read": (None, "ppzpi"), "lpl_projection_write": (None, "ppzi"),
    "lpl_spiking_step": (None, "ppzpzp"), "lpl_spiking_steps": (None, "pzpppppz"), "lpl_spiking_drive": (None, "pp"),
    "lpl_spiking_read": (None, "ppzpi"), "lpl_spiking_write": (None, "ppzi"),
}

SIGNATURES = dict(_PLAIN, **_TYPED, **{name + "_f64": signature for name, signature in _TYPED.items()})


_SONAME, _PLAIN_NAME = ("liblpl.0.1.dylib", "liblpl.dylib") if sys.platform == "darwin" else ("liblpl.so.0.1", "liblpl.so")
_NEEDS = (0, 1, 1)  # the oldest library that has every function declared here


def folders() -> list[pathlib.Path]:
    """This folder; the source tree's lib/; lib/ of the environment."""
    here = pathlib.Path(__file__).resolve()
    tree = [root / "lib" for root in here.parents[3:4] if (root / "include" / "lpl" / "version.h").is_file()]
    return [here.parent, *tree, pathlib.Path(sys.prefix) / "lib"]


def _candidates() -> list[str]:
    """Where the library may be, best first: LPL_LIBRARY alone if set; this folder; the source tree's lib/; lib/ of the environment (venv,
    conda); what the system's loader finds by name, LD_LIBRARY_PATH included; what compilers find. Paths that are not there are kept, for
    the sentence that says what was tried."""
    named = os.environ.get("LPL_LIBRARY")
    if named:
        return [named]
    found = [str(folder / name) for folder in folders() for name in (_SONAME, _PLAIN_NAME)]
    system = ctypes.util.find_library("lpl")  # needs gcc or ld, which slim images lack: so the plain name comes first
    return found + [_SONAME] + ([system] if system and system != _SONAME else [])


def path() -> str:
    """Where the library in use was found."""
    return lib._name


def _load() -> C.CDLL:
    """The first candidate that is a liblpl of the right version. What is there but does not fit is passed over, and named if none fits."""
    tried = []
    candidates = _candidates()
    for candidate in candidates:
        if os.path.dirname(candidate) and len(candidates) > 1 and not os.path.exists(candidate):
            tried.append(f"{candidate}: not there")
            continue
        try:
            return _open(candidate)
        except ImportError as error:
            if len(candidates) == 1:
                raise
            tried.append(str(error))
    raise ImportError("liblpl was not found: run make in the source tree, install it, or set LPL_LIBRARY to its full path. Tried:"
                      + "".join(f"\n  {line}" for line in tried))


def _open(path: str) -> C.CDLL:
    try:
        library = C.CDLL(path)
    except OSError as error:
        raise ImportError(f"liblpl at {path} cannot be loaded: {error}") from error
    try:
        library.lpl_version_number.restype, library.lpl_version.restype = C.c_uint32, C.c_char_p
        _check_version(library.lpl_version_number(), library.lpl_version().decode(), path)
        for name, (result, letters) in SIGNATURES.items():
            function = getattr(library, name)
            function.restype = None if result == "void" else result or C.c_int32
            function.argtypes = [_KINDS[letter] for letter in letters]
    except AttributeError as error:
        raise ImportError(f"{path} is no liblpl {__version__}: {error}") from error
    return library


def _check_version(number: int, text: str, path: str) -> None:
    """Before 1.0 a new minor version may change the ABI; from then on only a new major does, and newer minors are fine. Older ones lack
    functions that are declared here."""
    major, minor, patch = _NEEDS
    version = number // 10000, number // 100 % 100, number % 100
    if version[0] != major or (version[1] != minor if major == 0 else version[1] < minor):
        raise ImportError(f"{path} is liblpl {text}, this package is for {major}.{minor}")
    if version < _NEEDS:
        raise ImportError(f"{path} is liblpl {text}, this package is for {major}.{minor}.{patch} or newer: install that one")


lib = _load()


# ---- fork

def one_thread() -> None:
    """From now on, until this process ends, everything runs on the calling thread, whatever ``threads`` says; with the same bits. Children
    of a fork come to that by themselves where threads were alive (docs/python.md)."""
    lib.lpl_one_thread()


def is_one_thread() -> bool:
    """Whether this process has come to one thread, after a fork or by one_thread()."""
    return bool(lib.lpl_is_one_thread())


def team(threads: int) -> int:
    """So many threads, or 1 where a team would never answer: for calls beside the library that take a number of threads."""
    return 1 if lib.lpl_is_one_thread() else threads


_foreign_threads = False


def _before_fork() -> None:
    """Are there threads that Python does not know? They may be a team of the OpenMP runtime that liblpl uses, started by another package;
    liblpl sees its own teams itself."""
    global _foreign_threads
    try:
        _foreign_threads = len(os.listdir("/proc/self/task")) > threading.active_count()
    except OSError:
        _foreign_threads = False  # not Linux: no GCC OpenMP that waits for ever


def _in_child() -> None:
    if _foreign_threads:
        lib.lpl_one_thread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_in_child)
