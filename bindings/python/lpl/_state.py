# lpl/_state.py - saving and loading through the library's callbacks: bytes, paths (replaced atomically) and open files.
"""State files of layers, stacks and trackers."""
from __future__ import annotations

import ctypes as C
import os
import threading
from typing import Any, BinaryIO, Callable, Optional, Union

from ._lib import READ_FN, WRITE_FN
from ._structs import as_int
from .errors import check

Target = Union[str, "os.PathLike[str]", BinaryIO]
Source = Union[str, "os.PathLike[str]", BinaryIO, bytes, bytearray, memoryview]


def save_bytes(save: Callable[[Any, Any], int]) -> bytes:
    """What save(write, user) writes."""
    out = bytearray()
    failed: list[BaseException] = []

    def write(buf: int, n: int, _user: Any) -> int:
        try:
            out.extend(C.string_at(buf, n))
            return 0
        except BaseException as error:  # must not leave a C callback; raised again below
            failed.append(error)
            return -1

    status = save(WRITE_FN(write), None)
    if failed:
        raise failed[0]
    check(status)
    return bytes(out)


def save_to(save: Callable[[Any, Any], int], target: Target) -> None:
    """To a path: written beside it, flushed, renamed, so that the name always stands for a whole state. To a file: written there."""
    if not isinstance(target, (str, os.PathLike)) and not hasattr(target, "write"):
        raise TypeError(f"target is a {type(target).__name__}, need a path or a binary file open for writing")
    data = save_bytes(save)
    if not isinstance(target, (str, os.PathLike)):
        target.write(data)
        return
    path = os.fspath(target)
    part = f"{path}.{os.getpid()}-{threading.get_ident()}.tmp"
    try:
        with open(part, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        try:
            os.unlink(part)
        except FileNotFoundError:
            pass
        raise


def limits(max_bytes: int, threads: int = 1) -> tuple[int, int]:
    """Both as numbers that fit their C types: ctypes would wrap others silently, and a wrapped limit is none."""
    return as_int(max_bytes, "max_bytes", C.c_size_t), as_int(threads, "threads", C.c_int32)


def load_from(load: Callable[[Any, Any], int], source: Source) -> None:
    """Let load(read, user) fetch from bytes, a path or an open binary file (from its position, exactly the object's bytes)."""
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as file:
            _load(load, file.read)
    elif isinstance(source, (bytes, bytearray, memoryview)):
        view = memoryview(source).cast("B")
        position = 0

        def take(n: int) -> memoryview:
            nonlocal position
            chunk = view[position:position + n]
            position += n
            return chunk

        _load(load, take)
    elif hasattr(source, "read"):
        _load(load, source.read)
    else:
        raise TypeError(f"source is a {type(source).__name__}, need a path, bytes or a binary file open for reading")


def _load(load: Callable[[Any, Any], int], take: Callable[[int], Optional[Any]]) -> None:
    failed: list[BaseException] = []

    def read(buf: int, n: int, _user: Any) -> int:
        try:
            done = 0
            while done < n:  # raw files and sockets may give less than asked for
                chunk = take(n - done)
                if not chunk:
                    return 1
                C.memmove(buf + done, bytes(chunk), len(chunk))
                done += len(chunk)
            return 0
        except BaseException as error:
            failed.append(error)
            return -1

    status = load(READ_FN(read), None)
    if failed:
        raise failed[0]
    check(status)
