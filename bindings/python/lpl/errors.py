# lpl/errors.py - statuses of the library as exceptions; the text is the library's own sentence.
"""Exceptions and the warning category of lpl."""
from __future__ import annotations

import warnings
from typing import Type

from ._lib import lib
from ._api import Status


class LplError(Exception):
    """Base of all errors that liblpl reports. ``status`` is the code, ``str()`` the library's sentence."""
    status: Status = Status.E_ARG


class LplArgError(LplError, ValueError):
    """A value out of its range, or an enum value that does not exist."""
    status = Status.E_ARG


class LplNullError(LplError, ValueError):
    """An array that is needed was not given."""
    status = Status.E_NULL


class LplSizeError(LplError, ValueError):
    """A shape, count or stride that does not fit."""
    status = Status.E_SIZE


class LplDtypeError(LplError, TypeError):
    """An array that is no NumPy array of the right element type."""
    status = Status.E_DTYPE


class LplOverlapError(LplError, ValueError):
    """An output shares memory with an input."""
    status = Status.E_OVERLAP


class LplVersionError(LplError, ValueError):
    """A struct or a state file of a newer version of the library."""
    status = Status.E_VERSION


class LplMemoryError(LplError, MemoryError):
    """No memory, or a state that would take more than max_bytes."""
    status = Status.E_MEMORY


class LplUnsupportedError(LplError, RuntimeError):
    """A legal request that this build or this CPU cannot serve."""
    status = Status.E_UNSUPPORTED


class LplNonFiniteError(LplError, FloatingPointError):
    """An activity, weight or statistic is NaN or infinite."""
    status = Status.E_NONFINITE


class LplFormatError(LplError, ValueError):
    """A state file that is truncated, damaged, foreign, or of another kind of object."""
    status = Status.E_FORMAT


class LplIOError(LplError, OSError):
    """Reading or writing a state failed; usually the host's own exception is raised instead."""
    status = Status.E_IO


class LplUnitsError(LplError, ValueError):
    """A time constant that cannot be in the documented unit."""
    status = Status.E_UNITS


class LplOrderError(LplError, RuntimeError):
    """A call that needs an earlier one."""
    status = Status.E_ORDER


class LplReduceError(LplError, RuntimeError):
    """The reduce function failed, or another rank has refused the call (lpl/reduce.h)."""
    status = Status.E_REDUCE


class LplCollapseWarning(UserWarning):
    """Done, but every unit's response is constant (LPL_COLLAPSED)."""


class LplVerdictWarning(UserWarning):
    """Done, but a watched spiking projection is not well any more (LPL_LOOK); the text names the knob."""


_CLASSES: dict[int, Type[LplError]] = {
    int(cls.status): cls for cls in (
        LplArgError, LplNullError, LplSizeError, LplDtypeError, LplOverlapError, LplVersionError, LplMemoryError,
        LplUnsupportedError, LplNonFiniteError, LplFormatError, LplIOError, LplUnitsError, LplOrderError,
        LplReduceError)
}


def check(status: int) -> int:
    """Raise what a negative status stands for; give back the others."""
    if status >= 0:
        return status
    sentence = lib.lpl_last_error().decode("utf-8",
                                           "replace") or lib.lpl_status_string(status).decode("utf-8", "replace")
    error = _CLASSES.get(status, LplError)(sentence)
    if status not in _CLASSES:
        error.status = status  # type: ignore[assignment]
    raise error


def warn_collapsed(what: str, stacklevel: int) -> None:
    """The text names no step, so that Python's filter shows it once per place and not in every round of a loop."""
    warnings.warn(f"{what}: the response of every unit is constant (standard deviation below collapse_std); "
                  "raise push, lower eta or weight_decay", LplCollapseWarning, stacklevel=stacklevel + 1)
