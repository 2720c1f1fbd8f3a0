# lpl/_convert.py - from Python's values to fields of C structs (_api.py) and back.
"""Checked conversion of keyword arguments: enums by name, numbers that fit their C type, dtypes."""
from __future__ import annotations

import ctypes as C
import difflib
import operator
from typing import Any, Iterable, Mapping, cast

import numpy as np

from ._api import DType
from ._struct import EnumClass, Struct


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """The end of a sentence about a word that nobody knows."""
    near = difflib.get_close_matches(given.lower(), list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def one_of(value: Any, name: str, known: Iterable[str]) -> str:
    """A word of a few."""
    words = list(known)
    wanted = " or ".join(map(repr, words)) if len(words) == 2 else f"one of {', '.join(map(repr, words))}"
    if not isinstance(value, str):
        raise TypeError(f"{name} = {value!r}, need {wanted}")
    if value not in words:
        raise ValueError(f"{name} = {value!r}, need {wanted}" + did_you_mean(value, words))
    return value


def instance(value: Any, kind: type, name: str) -> None:
    """An object of the package, whose handle is used."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} is a {type(value).__name__}, need an lpl.{kind.__name__}")


def as_enum(enum: EnumClass, value: Any, name: str, kind: Any = C.c_int32) -> int:
    """The number of an enum given by member, by name in any case ("relu") or as a number. Unknown numbers are left to
    the library."""
    if enum is DType:
        return as_dtype(value, name)
    if isinstance(value, str):
        try:
            return int(enum[value.upper()])
        except KeyError:
            known = [member.lower() for member in enum.__members__]
            raise ValueError(f"{name} = {value!r}, need one of {', '.join(map(repr, known))}"
                             + did_you_mean(value, known)) from None
    return as_int(value, name, kind)


def as_dtype(value: Any, name: str = "dtype") -> int:
    """DType of a DType, "f32"/"f64", or whatever NumPy takes for a float32 or float64."""
    if isinstance(value, str) and value.lower() in ("f32", "f64"):
        return int(DType[value.upper()])
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return as_int(value, name, C.c_int32)
    try:
        dtype = None if value is None else np.dtype(cast(Any, value))  # NumPy's own default for None is float64
    except TypeError:
        dtype = None
    if dtype == np.float32:
        return int(DType.F32)
    if dtype == np.float64:
        return int(DType.F64)
    raise TypeError(f"{name} = {value!r}, need 'f4' (float32) or 'f8' (float64)")


def as_int(value: Any, name: str, kind: Any) -> int:
    """An integer that fits the C type; ctypes alone would wrap it silently."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} = {value!r}, need an integer") from None
    bits = 8 * C.sizeof(kind)
    low, high = (0, 2 ** bits - 1) if kind(-1).value > 0 else (-2 ** (bits - 1), 2 ** (bits - 1) - 1)
    if not low <= number <= high:
        raise ValueError(f"{name} = {number}, need {low} .. {high}")
    return number


def as_float(value: Any, name: str) -> float:
    """A number; text that looks like one is a mistake."""
    try:
        if isinstance(value, (str, bytes, bytearray)):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} = {value!r}, need a number") from None


def is_pointer(kind: Any) -> bool:
    """Fields that point to arrays are set by the classes, which also keep the arrays."""
    return hasattr(kind, "contents")


def set_fields(cfg: Struct, values: Mapping[str, Any], what: str, also: Iterable[str] = ()) -> None:
    """Set fields of a config by keyword; names, types and ranges of the C types are checked here, meaning by the
    library. also: keywords that the caller takes beside them, which may have been meant."""
    kinds = {row[0]: row[1] for row in cfg.TABLE if row[0] not in ("size", "reserved") and not is_pointer(row[1])}
    for given, value in values.items():
        name = cfg.ALIASES.get(given, given)
        if name not in kinds:
            near = did_you_mean(given, [*kinds, *cfg.ALIASES, *also])
            raise TypeError(f"{what} has no field {given!r}{near}{' Fields' if near else '; fields'} are "
                            f"{', '.join(kinds)}")
        if name in cfg.ENUM_OF:
            number: Any = as_enum(cfg.ENUM_OF[name], value, given, kinds[name])
        elif kinds[name] is C.c_double:
            number = as_float(value, given)
        else:
            number = as_int(value, given, kinds[name])
        setattr(cfg, name, number)


def fields_of(cfg: Struct) -> dict[str, Any]:
    """The fields of a config as a dict, enums as members."""
    out: dict[str, Any] = {}
    for row in cfg.TABLE:
        name, value = row[0], getattr(cfg, row[0])
        if name in ("size", "reserved") or is_pointer(row[1]):
            continue
        enum = cfg.ENUM_OF.get(name)
        try:
            out[name] = enum(value) if enum else value
        except ValueError:
            out[name] = value
    return out
