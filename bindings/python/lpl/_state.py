# lpl/_state.py - saving and loading: paths through the library's own files, open files and bytes through callbacks.
"""State files of layers, stacks and trackers."""
from __future__ import annotations

import ctypes as C
import errno
import io
import os
from typing import Any, BinaryIO, Callable, Optional, Union

from ._api import FILE_LOAD_FN, FILE_SAVE_FN, READ_FN, WRITE_FN, Status
from ._convert import as_int
from ._lib import lib
from .errors import LplError, check

Target = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]", BinaryIO]
Source = Union[str, "os.PathLike[str]", "os.PathLike[bytes]", BinaryIO, bytes, bytearray, memoryview]


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


def file_name(path: Any) -> bytes:
    """A path as the system's call takes it."""
    name = os.fsencode(path)
    if b"\0" in name:
        raise ValueError("embedded null byte in path")
    return name


def _by_name(call: Any, kind: Any, inner: Callable[[Any, Any], int], path: Any) -> None:
    """lpl_file_save or lpl_file_load; what the system says becomes FileNotFoundError, PermissionError and their kin."""
    failed: list[BaseException] = []

    def content(function: Any, file: Any, _user: Any) -> int:
        try:
            return inner(function, file)
        except BaseException as error:
            failed.append(error)
            return int(Status.E_IO)

    name, reason = file_name(path), C.c_int32()
    callback = kind(content)
    status = call(reason, name, callback, None)
    while status == Status.E_IO and reason.value == errno.EINTR:  # Python's handlers have run: a Ctrl-C was raised
        status = call(reason, name, callback, None)
    if failed:
        raise failed[0]
    if reason.value == 0:
        check(status)
        return
    try:
        check(status)
    except LplError as error:
        told = OSError(reason.value, str(error))
        told.filename = path
        raise told from None


def _write_all(write: Callable[[Any], Optional[int]], data: bytes) -> None:
    """All of data, however many pieces the file takes it in."""
    view = memoryview(data)
    done = 0
    while done < len(view):
        n = write(view[done:])
        if n is None:
            raise BlockingIOError(errno.EAGAIN, f"write() returned None (it would block) after {done} of {len(view)} "
                                  "bytes; for a target that never counts, write to_bytes() yourself", done)
        if isinstance(n, bool) or not isinstance(n, int):
            raise TypeError(f"write() returned a {type(n).__name__}, need the number of bytes")
        if not 0 < n <= len(view) - done:
            raise OSError(errno.EIO, f"write() took {n} of the {len(view) - done} bytes that were left of {len(view)}")
        done += n


def _is_text(file: Any) -> bool:
    return isinstance(file, io.TextIOBase)


def save_to(save: Callable[[Any, Any], int], target: Target) -> None:
    """To a path: the name always stands for a whole state (lpl/file.h). To a file: all of it, or an exception."""
    if isinstance(target, (str, bytes, os.PathLike)):
        _by_name(lib.lpl_file_save, FILE_SAVE_FN, save, target)
    elif _is_text(target) or not hasattr(target, "write"):
        raise TypeError(f"target is a {type(target).__name__}, need a path or a binary file open for writing")
    else:
        _write_all(target.write, save_bytes(save))


def limits(max_bytes: int, threads: int = 1) -> tuple[int, int]:
    """Both as numbers that fit their C types: ctypes would wrap others silently, and a wrapped limit is none."""
    return as_int(max_bytes, "max_bytes", C.c_size_t), as_int(threads, "threads", C.c_int32)


def load_from(load: Callable[[Any, Any], int], source: Source) -> None:
    """Let load(read, user) fetch from bytes, a path or an open binary file (from its position, exactly the object's
    bytes)."""
    if isinstance(source, (str, os.PathLike)):
        _by_name(lib.lpl_file_load, FILE_LOAD_FN, load, source)
    elif isinstance(source, (bytes, bytearray, memoryview)):
        view = memoryview(source).cast("B")
        position = 0

        def take(n: int) -> memoryview:
            nonlocal position
            chunk = view[position:position + n]
            position += n
            return chunk

        _load(load, take)
    elif hasattr(source, "read") and not _is_text(source):
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
                if chunk is None:
                    raise BlockingIOError(errno.EAGAIN, "read() returned None: it would block")
                if isinstance(chunk, str):
                    raise TypeError("read() returned a str, need a file open in binary mode")
                piece = memoryview(chunk).cast("B")
                if len(piece) == 0:
                    return 1
                if len(piece) > n - done:
                    raise OSError(errno.EIO, f"read({n - done}) returned {len(piece)} bytes")
                C.memmove(buf + done, bytes(piece), len(piece))
                done += len(piece)
            return 0
        except BaseException as error:
            failed.append(error)
            return -1

    status = load(READ_FN(read), None)
    if failed:
        raise failed[0]
    check(status)
