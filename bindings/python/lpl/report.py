# lpl/report.py - what an update reports.
"""The report of an update."""
from __future__ import annotations

import ctypes as C
from dataclasses import dataclass

from ._api import CReport, Status


@dataclass(frozen=True)
class Report:
    """Free by-products of an update (lpl/rule.h): losses without coefficients, total with them, gauges of collapse,
    and weight_change = sum |dw| / sum |w|."""
    status: Status
    pull: float
    push: float
    decorr: float
    total: float
    mean_activity: float
    min_std: float
    mean_std: float
    n_collapsed: int
    n_dead: int
    step: int
    weight_change: float

    @property
    def collapsed(self) -> bool:
        """Every unit's response is constant."""
        return self.status == Status.COLLAPSED


def new_report() -> CReport:
    report = CReport()
    report.size = C.sizeof(CReport)
    return report


def to_report(c: CReport) -> Report:
    return Report(Status(c.status), c.pull, c.push, c.decorr, c.total, c.mean_activity, c.min_std, c.mean_std,
                  c.n_collapsed, c.n_dead, c.step, c.weight_change)
