"""The stored calibration of `make history`, as Markdown tables for the documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.analysis.markdown import table
from sim.analysis.printed import number
from sim.calibration.observed import FIT


def fitted(found: Mapping[str, Any]) -> str:
    """Return what the observed years say of each parameter.

    `found`: what `Calibration.to_dict` gave."""
    rows = []
    for each in found["parameters"]:
        scale = (each["prior_high"] - each["prior_low"]) / 20
        names = ("default", "prior_low", "prior_high", "median", "low", "high")
        shown = {name: number(each[name], scale) for name in names}
        rows.append(
            [
                f"`{each['parameter']}`",
                shown["default"],
                f"{shown['prior_low']} to {shown['prior_high']}",
                shown["median"],
                f"{shown['low']} to {shown['high']}",
                "narrowed" if each["narrowed"] else "not narrowed",
                each["unit"],
            ]
        )
    head = ("parameter", "default", "prior, 5-95 %", "fitted, median", "fitted, 5-95 %", "", "unit")
    return table(head, rows)


def fit(found: Mapping[str, Any]) -> str:
    """Return each observation beside the ensemble of fits."""
    rows = []
    for each in found["fit"]:
        scale = (each["observed_high"] - each["observed_low"]) / 10
        names = ("observed", "observed_low", "observed_high", "low", "median", "high", "default")
        shown = {name: number(each[name], scale) for name in names}
        rows.append(
            [
                f"`{each['series']}`, {each['unit']}",
                each["when"],
                f"{shown['observed']} [{shown['observed_low']} to {shown['observed_high']}]",
                f"{shown['median']} [{shown['low']} to {shown['high']}]",
                f"{each['errors']:+.1f}",
                shown["default"],
                "fitted" if each["use"] == FIT else "held out",
            ]
        )
    head = ("series", "when", "observed [range]", "ensemble [5-95 %]", "errors off", "defaults", "")
    return table(head, rows)
