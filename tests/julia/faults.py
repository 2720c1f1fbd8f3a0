"""tests/julia/faults.py - faults that the checks of the Julia package must find, each put into a copy of LibLPL.jl."""
import re

import binding

# What it is, what must be said about it, what becomes what.
FAULTS = (
    ("a wrong type of an array", "lpl_update: x0 is float64*",
     r"(\.lpl_update\(\s+l::Ptr\{lpl_layer_t\}, report::Ptr\{lpl_report_t\}, x0::Ptr\{)Cfloat", r"\1Cdouble"),
    ("a wrong type of a number", "lpl_update_f64: batch is int32",
     r"(\.lpl_update_f64\([^)]*batch::)Csize_t", r"\1Int32"),
    ("a signed count", "lpl_random_bits: n is int64", r"(\.lpl_random_bits\([^)]*?n::)Csize_t", r"\1Int64"),
    ("another handle", "lpl_stats_merge: src is lpl_layer_t*",
     r"(\.lpl_stats_merge\(dst::Ptr\{lpl_stats_t\}, src::Ptr\{)lpl_stats_t", r"\1lpl_layer_t"),
    ("a pointer too few", "lpl_layer_create: out is lpl_layer_t*",
     r"(\.lpl_layer_create\([^)]*out::)Ptr\{Ptr\{lpl_layer_t\}\}", r"\1Ptr{lpl_layer_t}"),
    ("a pointer too many", "lpl_layer_forget: l is lpl_layer_t**",
     r"(\.lpl_layer_forget\(l::)Ptr\{lpl_layer_t\}", r"\1Ptr{Ptr{lpl_layer_t}}"),
    ("text for a number", "lpl_lif_save_file: path is uint8*",
     r"(\.lpl_lif_save_file\([^)]*path::)Cstring", r"\1Ptr{UInt8}"),
    ("a missing argument", "lpl_forward has 5 arguments, in C 6",
     r"(function lpl_forward\(l, z, ldz, x), ldx(, batch\)\s+@ccall library\(\)\.lpl_forward\([^)]*"
     r"x::Ptr\{Cfloat\}), ldx::Csize_t", r"\1\2"),
    ("an argument too many", "lpl_layer_forget has 2 arguments, in C 1",
     r"function lpl_layer_forget\(l\)(\s+@ccall library\(\)\.lpl_layer_forget\([^)]*)\)",
     r"function lpl_layer_forget(l, hard)\1, hard::Int32)"),
    ("two arguments change places", "lpl_layer_get: value is float64*, in C int32",
     r"\(l, param, value\)(\s+@ccall library\(\)\.lpl_layer_get\(l::Ptr\{lpl_layer_t\}), param::Int32, "
     r"value::Ptr\{Cdouble\}", r"(l, value, param)\1, value::Ptr{Cdouble}, param::Int32"),
    ("arguments passed in another order", "lpl_update_online takes (l, z, report, x)",
     r"(\.lpl_update_online\(\s*l::Ptr\{lpl_layer_t\}, )z(::Ptr\{Cfloat\}, report::Ptr\{lpl_report_t\}, )x",
     r"\1x\2z"),
    ("a wrong result", "lpl_stack_size returns int32", r"(\.lpl_stack_size\([^)]*\)::)Csize_t", r"\1Int32"),
    ("a result of none", "lpl_layer_destroy returns int32", r"(\.lpl_layer_destroy\([^)]*\)::)Cvoid", r"\1Int32"),
    ("another function is called", "lpl_forward_f64 calls lpl_forward",
     r"library\(\)\.lpl_forward_f64", "library().lpl_forward"),
    ("a call is missing", "lpl_layer_copy: no @ccall", r"function lpl_layer_copy\(.*?\nend\n", ""),
    ("a call that C does not have", "lpl_layer_forgive: C has no such function", r"\blpl_layer_forget\b",
     "lpl_layer_forgive"),
    ("two fields change places", "lpl_report_t has fields",
     r"(    pull::Cdouble\n)(.*?)(    push::Cdouble\n)", r"\3\2\1"),
    ("two fields of other sizes change places", "lpl_stats_config_t.mode", r"(struct lpl_stats_config_t\n.*?)"
     r"mode::Int32(.*?)n_units::UInt64", r"\1mode::UInt64\2n_units::Int32"),
    ("a field is missing", "lpl_lif_config_t has", r"    dg_adapt::Cdouble\n", ""),
    ("a field too many", "lpl_optim_config_t has", r"(    adam_eps::Cdouble\n)(?=[^@]*?    weight_decay::Cdouble\nend)",
     r"\1    more::Cdouble\n"),
    ("a field of another type", "lpl_report_t.n_dead is float64", r"n_dead::UInt64", "n_dead::Cdouble"),
    ("a field of half the size", "lpl_layer_config_t.n_pre is uint32",
     r"(struct lpl_layer_config_t\n.*?n_pre::)UInt64", r"\1UInt32"),
    ("a wrong constant", "LPL_ACT_TANH = 4, in C 3", r"LPL_ACT_TANH = 3", "LPL_ACT_TANH = 4"),
    ("a wrong status", "LPL_E_ORDER = -15, in C -13", r"LPL_E_ORDER = -13", "LPL_E_ORDER = -15"),
    ("a wrong flag", "LPL_HEALTH_RUNAWAY = 4, in C 2", r"LPL_HEALTH_RUNAWAY = UInt32\(2\)",
     "LPL_HEALTH_RUNAWAY = UInt32(4)"),
    ("a constant is missing", "LPL_STATE_PREV = None, in C 5", r"    LPL_STATE_PREV = 5\n", ""),
)


def bare(text):
    """LibLPL.jl without its docstrings, which hold the same words."""
    return re.sub(r'^\s*"(?:[^"\\]|\\.)*"\n', "", binding.without_texts(text), flags=re.M)


def put_in(text):
    """(what, sentence, faulty text) of each."""
    for what, sentence, pattern, replacement in FAULTS:
        faulty, count = re.subn(pattern, replacement, text, flags=re.S)
        if count == 0 or faulty == text:
            raise AssertionError(f"{what}: the fault was not put in")
        yield what, sentence, faulty
