"""redeploy: agent-based simulation of how a state redeploys its forces between two theatres.

Public names are loaded at first use, so that `redeploy --help` does not load numpy, pandas, numba
or Mesa. `sim/README.md` is a map of the code.
"""

from __future__ import annotations

import importlib
from pathlib import Path

# Importing `typing` here would double the time during which Python cannot yet answer a Ctrl-C.
TYPE_CHECKING = False
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

# An earlier README imported from `sim.agents` and `sim.outcomes`. Both still work, with a warning;
# the next version removes them.
__path__.append(str(Path(__file__).with_name("former_paths")))


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
