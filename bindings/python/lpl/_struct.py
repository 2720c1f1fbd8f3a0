# lpl/_struct.py - what _api.py is made of.
"""A ctypes structure that knows its C name and which fields hold enums; pointers to numbers as arguments."""
from __future__ import annotations

import ctypes as C
import functools
from enum import IntEnum, IntFlag
from typing import Any, ClassVar, Type, TypeVar, Union

EnumClass = Union[Type[IntEnum], Type[IntFlag]]


class Struct(C.Structure):
    """A struct whose fields are the rows of TABLE: (field, type[, enum of its values]); ALIASES: short keywords."""
    C_NAME: ClassVar[str]
    TABLE: ClassVar[list[tuple[Any, ...]]]
    ENUM_OF: ClassVar[dict[str, EnumClass]]
    ALIASES: ClassVar[dict[str, str]] = {}

    @classmethod
    def kind_of(cls, field: str) -> Any:
        """A field's type."""
        return {name: kind for name, kind, *_ in cls.TABLE}[field]

    def __repr__(self) -> str:
        parts = []
        for name, kind, *enum in self.TABLE:
            if name not in ("size", "reserved") and not hasattr(kind, "contents"):
                value = getattr(self, name)
                parts.append(f"{name}={named(enum[0], value) if enum and name != 'flags' else value!r}")
        return f"lpl.{type(self).__name__}({', '.join(parts)})"


def named(enum: EnumClass, value: int) -> Any:
    """A constant's name as keywords take it, in quotes, or the number that has none."""
    try:
        return repr(str(enum(value).name).lower())
    except ValueError:
        return value


_S = TypeVar("_S", bound=Type[Struct])


def mirror(cls: _S) -> _S:
    cls.ENUM_OF = {row[0]: row[2] for row in cls.TABLE if len(row) > 2}
    cls._fields_ = [(row[0], row[1]) for row in cls.TABLE]
    return cls


@functools.lru_cache(maxsize=None)
def address(kind: Any) -> Type[C.c_void_p]:
    """The argument type of a pointer to numbers: the address of an array (the classes check what it points to), None,
    or one number of that very type by reference."""
    class Address(C.c_void_p):
        element = kind

        @classmethod
        def from_param(cls, value: Any) -> Any:
            return C.byref(value) if isinstance(value, kind) else C.c_void_p.from_param(value)
    return Address
