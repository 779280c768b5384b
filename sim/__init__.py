"""redeploy: agent-based simulation of how a state redeploys its forces between two theatres.

The public names are loaded at first use, so that the command's `--help` need not load numpy, pandas,
numba or Mesa. `sim/README.md` is a map of the code.
"""

from __future__ import annotations

import importlib
from pathlib import Path

TYPE_CHECKING = False  # `typing` would double the time in which a Ctrl-C finds nobody to answer it
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

_AGENTS = (
    "ArmedGroup", "Community", "DissidentCell", "Laboratory", "MilitaryUnit", "MpcpColumn",
    "PartnerForce", "PoliceUnit", "Shipment", "ThirdGroup", "TraffickingNetwork",
)  # fmt: skip
_HOME = {
    "load_scenario": "sim.api",
    "run": "sim.api",
    "batch": "sim.api",
    "Results": "sim.api",
    "compare": "sim.api",
    "RedeploymentModel": "sim.mesa_face.model",
    "Strategy": "sim.strategies",
    "Orders": "sim.strategies",
    "register": "sim.strategies",
} | dict.fromkeys(_AGENTS, "sim.mesa_face.agents")

__all__ = sorted(_HOME)

# `sim.agents` and `sim.outcomes` are where an earlier README found their names; they warn, and go with the next edition.
__path__.append(str(Path(__file__).with_name("former_paths")))


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
