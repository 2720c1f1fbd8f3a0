# lpl/_slices.py - long calls in slices, so that Ctrl-C is heard: Python runs its signal handlers between two calls,
# never inside one.
"""Slices of many steps, and long calls beside the main thread."""
from __future__ import annotations

import contextvars
import threading
import time
from typing import Any, Callable, Iterator, TypeVar

SECONDS = 0.1       # a slice aims at this
LARGE = 10_000_000  # a measure of so many multiplications is worth a thread of its own (some 10 ms)

_T = TypeVar("_T")


def slices(total: int, first: int = 1, unit: int = 1) -> Iterator[tuple[int, int]]:
    """(start, count) of slices in a row that cover total, as many units each as the last one shows to fit into SECONDS:
    first units to begin with, never more than four times the slice before. Results must not depend on where the cuts
    are."""
    start, count = 0, first * unit
    while start < total:
        count = min(count, total - start)
        began = time.perf_counter()
        yield start, count
        took = time.perf_counter() - began
        start += count
        fits = count * SECONDS / took if took > 0 else 4 * count
        count = max(int(min(fits, 4 * count)) // unit * unit, unit)


def aside(call: Callable[[], _T], large: bool = True) -> _T:
    """call(), which changes nothing that anybody else sees until it returns. If it is large and this is the main
    thread, which alone hears signals, another one does it: an exception of a signal handler leaves at once, and what
    was being computed ends unheard."""
    if not large or threading.current_thread() is not threading.main_thread():
        return call()
    result: list[Any] = []
    done = threading.Event()
    context = contextvars.copy_context()

    def work() -> None:
        try:
            result.extend((context.run(call), None))
        except BaseException as error:
            result.extend((None, error))
        finally:
            done.set()

    try:
        threading.Thread(target=work, name="lpl", daemon=True).start()
    except RuntimeError:  # no more threads, or the interpreter is ending
        return call()
    done.wait()
    if result[1] is not None:
        raise result[1]
    value: _T = result[0]
    return value
