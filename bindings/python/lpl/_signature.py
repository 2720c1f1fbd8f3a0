# lpl/_signature.py - calls that take the fields of a config: their signatures and texts come from _keywords.py.
"""Explicit signatures for calls written with ``**fields``."""
from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Callable, Iterable, Type, TypeVar

from ._struct import Struct

if TYPE_CHECKING:
    from typing_extensions import ParamSpec

    P = ParamSpec("P")
R = TypeVar("R")

MARK = "{keywords}"  # where the texts of the keywords go in a docstring


def keywords(model: Callable[P, Any], config: Type[Struct],
             hide: Iterable[str] = ()) -> Callable[[Callable[..., R]], Callable[P, R]]:
    """A call whose last argument is ``**fields`` of a config has the signature of its model for people, editors and
    type checkers. It is called as it is written: a keyword that is not given is not there, so the preset's value
    stands. hide: fields that the call sets itself (bindings/api.py leaves them out of the model)."""
    def wrap(function: Callable[..., R]) -> Callable[P, R]:
        function.__signature__ = inspect.signature(model)  # type: ignore[attr-defined]
        function.__keywords__ = model.__doc__ or ""  # type: ignore[attr-defined]
        if function.__name__ != "__init__":
            fill(function, function.__keywords__)  # type: ignore[attr-defined]
        return function

    return wrap


def fill(documented: Any, text: str) -> None:
    """Put the texts of keywords into a docstring."""
    doc = documented.__doc__
    if doc and MARK in doc:
        before = doc[:doc.index(MARK)].rpartition("\n")[2]
        lines = inspect.cleandoc(text).split("\n")
        documented.__doc__ = doc.replace(before + MARK, "\n".join((before + line).rstrip() for line in lines))
