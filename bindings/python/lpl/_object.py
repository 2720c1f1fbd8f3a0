# lpl/_object.py - what all objects of the library have in common: attributes that cannot be misspelt, a handle,
# parameters, state files.
"""Base classes of the objects that own a C handle."""
from __future__ import annotations

import ctypes as C
import weakref
from enum import IntEnum
from typing import Any, ClassVar, Optional, Sequence, Type, TypeVar, Union

import numpy as np

from ._arrays import NUMPY, SUFFIX, U8, vector
from ._lib import lib
from ._state import Source, Target, limits, load_from, save_bytes, save_to
from ._api import Isa, Mode
from ._signature import fill
from ._convert import as_enum, as_float, as_int, did_you_mean, instance
from .errors import LplNullError, check
from ._types import Floats, NpDType, UInt64


class Strict:
    """No attribute can be set that the class does not have: ``layer.etta = 0.1`` raises instead of being lost. What a
    subclass wants to add, it declares (``note = None`` in its body); names with a leading underscore are free."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        fill(cls, getattr(cls.__dict__.get("__init__"), "__keywords__", ""))

    def __setattr__(self, name: str, value: Any) -> None:
        cls = type(self)
        if not name.startswith("_") and not hasattr(cls, name):
            if name in self.__dict__:
                raise AttributeError(f"{name} of a {cls.__name__} cannot be set")
            raise AttributeError(f"a {cls.__name__} has no attribute {name!r}"
                                 + did_you_mean(name, [known for known in dir(cls) if not known.startswith("_")]))
        object.__setattr__(self, name, value)

    def _fix(self, **values: Any) -> None:
        """Set attributes that are read-only from then on."""
        self.__dict__.update(values)


_H = TypeVar("_H", bound="Handle")


class Handle(Strict):
    """An object behind lpl_<stem>_*; _PARAM is its enum of scalars, if it has them."""
    _STEM: ClassVar[str]
    _PARAM: ClassVar[Optional[Type[IntEnum]]] = None
    _handle: Optional[C.c_void_p] = None

    def _adopt(self, handle: C.c_void_p) -> None:
        """Take over a handle; classes add what they read from it."""
        self._handle = handle
        self._end = weakref.finalize(self, self._call("destroy"), handle)

    def _begin(self, *args: Any) -> None:
        """_adopt, and note which attributes are its own: a copy makes those anew. Others, of subclasses and users,
        travel with the copy."""
        before = set(self.__dict__)
        self._adopt(*args)
        self._own = set(self.__dict__) - before | {"_own"}

    def _extra(self) -> Optional[dict[str, Any]]:
        return {name: value for name, value in self.__dict__.items() if name not in self._own} or None

    @classmethod
    def _call(cls, verb: str, dtype: Optional[NpDType] = None) -> Any:
        return getattr(lib, f"lpl_{cls._STEM}_{verb}" + ("" if dtype is None else SUFFIX[dtype]))

    def _h(self) -> C.c_void_p:
        if self._handle is None:
            raise LplNullError(f"{self._STEM} is closed")
        return self._handle

    def close(self) -> None:
        """Give the memory back now. Further calls raise; closing twice is fine."""
        if self._handle is not None:
            self._end()
        self._handle = None

    def __enter__(self: _H) -> _H:
        return self

    def __exit__(self, *_exc: Any) -> None:
        self.close()

    # Scalars

    def get(self, param: Union[str, int]) -> float:
        """A scalar, by member or name."""
        value, number = C.c_double(), as_enum(self._PARAM, param, "param")  # type: ignore[arg-type]
        check(self._call("get")(self._h(), number, value))
        return value.value

    def set(self, param: Union[str, int], value: Any) -> None:
        """Change a scalar; mode also by name."""
        number = as_enum(self._PARAM, param, "param")  # type: ignore[arg-type]
        if number == getattr(self._PARAM, "MODE", None):
            value = as_enum(Mode, value, "mode")
        check(self._call("set")(self._h(), number, as_float(value, "value")))


_S = TypeVar("_S", bound="Saved")


class Saved(Handle):
    """A handle that can be saved, loaded and pickled."""

    def save(self, target: Target) -> None:
        """To a path (written beside it and renamed: never half a file) or an open binary file."""
        save_to(lambda write, user: self._call("save")(self._h(), write, user), target)

    def to_bytes(self) -> bytes:
        """The state file as bytes."""
        return save_bytes(lambda write, user: self._call("save")(self._h(), write, user))

    @classmethod
    def load(cls: Type[_S], source: Source, *, max_bytes: int = 0) -> _S:
        """From a path, an open binary file or bytes; goes on with the same bits. max_bytes: most memory it may take (0:
        the library's limit); give less for files from strangers."""
        return cls._load(source, max_bytes)

    @classmethod
    def _load(cls: Type[_S], source: Source, max_bytes: int, *extra: int) -> _S:
        handle = C.c_void_p()
        most, _ = limits(max_bytes)
        load_from(lambda read, user: cls._call("load")(read, user, most, *extra, C.byref(handle)), source)
        made = cls.__new__(cls)
        made._begin(handle)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).load, (self.to_bytes(),), self._extra()


_P = TypeVar("_P", bound="Parted")


class Parted(Saved):
    """A saved object of which there may be parts."""

    @classmethod
    def cut(cls: Type[_P], parts: Sequence[_P], first: int, n: int) -> _P:
        """Neurons first .. first + n - 1 (of a projection: post neurons) of the whole to which these parts belong, as
        an object of its own: of one part a split, of all of them the whole. It goes on with the bits that the whole
        would have. Parts that do not belong together, or are not at the same step, raise LplArgError."""
        for part in parts:
            instance(part, cls, "part")
        handles, handle = (C.c_void_p * max(len(parts), 1))(*(part._h() for part in parts)), C.c_void_p()
        check(cls._call("cut")(handles, len(parts), as_int(first, "first", C.c_uint64), as_int(n, "n", C.c_uint64),
                               C.byref(handle)))
        made = cls.__new__(cls)
        made._begin(handle)
        return made


class Threaded(Saved):
    """A saved object that is loaded for a number of threads."""
    _threads_max: int  # there is scratch for so many

    @classmethod
    def load(cls: Type[_S], source: Source, *, threads: int = 1, max_bytes: int = 0) -> _S:
        """From a path, an open binary file or bytes; goes on with the same bits. threads: at most so many from then on.
        max_bytes: most memory it may take (0: the library's limit); give less for files from strangers."""
        count = limits(0, threads)[1]
        return cls._load(source, max_bytes, count)

    def _threads_in_use(self) -> Any:
        return self.threads

    @classmethod
    def _unpickle(cls, data: bytes, threads_max: int, threads: Any) -> Any:
        made = cls.load(data, threads=threads_max)
        made._use_threads(threads)
        return made

    def _use_threads(self, threads: Any) -> None:
        self.threads = threads

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._unpickle, (self.to_bytes(), self._threads_max, self._threads_in_use()), self._extra()


def parameter(param: IntEnum, kind: Any, text: str, writable: bool = False) -> Any:
    """A property for a scalar."""
    def read(self: Handle) -> Any:
        return kind(self.get(param))

    def write(self: Handle, value: Any) -> None:
        self.set(param, value)

    return property(read, write if writable else None, doc=text)


def as_mode(value: float) -> Mode:
    return Mode(int(value))


def as_isa(value: float) -> Isa:
    return Isa(int(value))


class Typed(Saved):
    """A handle whose states have a dtype: read and write by name. _STATE is the enum of their names."""
    _STATE: ClassVar[Type[IntEnum]]
    _OWNER: ClassVar[str]
    dtype: NpDType

    def _adopt(self, handle: C.c_void_p) -> None:
        super()._adopt(handle)
        self._fix(dtype=NUMPY[int(self.get("dtype"))])

    def _length(self, state: IntEnum) -> int:
        raise NotImplementedError

    def read(self, state: Union[str, int], index: Optional[Any] = None, out: Optional[Floats] = None) -> Floats:
        """A copy of a named state as the last step left it; only the elements ``index`` (integers), if given. ``out``:
        an array for them. Reading never changes a run. Without ``out`` the copy is read-only, so that a change of it is
        not mistaken for one here."""
        number = as_enum(self._STATE, state, "state")
        where, n = None, None
        if index is not None:
            index = indices(index)
            where, n = index.ctypes.data, index.size
        elif number in list(self._STATE):
            n = self._length(self._STATE(number))
        result = np.empty(n or 0, self.dtype) if out is None else out
        address = vector(result, "out", self.dtype, self._OWNER, n, out=True)
        check(self._call("read", self.dtype)(self._h(), address, result.size, where, number))
        if out is None:
            result.flags.writeable = False
        return result

    def write(self, state: Union[str, int], value: Floats) -> None:
        """Copy values into a named state, all of them, of this object's dtype."""
        number = as_enum(self._STATE, state, "state")
        name = self._STATE(number).name.lower() if number in list(self._STATE) else "value"
        check(self._call("write", self.dtype)(self._h(), vector(value, name, self.dtype, self._OWNER), value.size,
                                              number))


def state(which: IntEnum, text: str, writable: bool = False) -> Any:
    """A property for a named state."""
    def read(self: Typed) -> Floats:
        return self.read(which)

    def write(self: Typed, value: Floats) -> None:
        self.write(which, value)

    return property(read, write if writable else None, doc=text)


def indices(index: Any) -> UInt64:
    """Any integers as the uint64 array that the library reads; negative ones are refused, not wrapped."""
    array = np.atleast_1d(np.asarray(index))
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"index is {array.dtype.name}, need integers")
    if array.size and array.dtype.kind == "i" and array.min() < 0:
        raise ValueError(f"index holds {array.min()}, need >= 0")
    return np.ascontiguousarray(array, U8)
