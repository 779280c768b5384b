"""redeploy: agent-based simulation of how a state redeploys its forces between two theatres.

The public names are loaded at first use, so that the command's `--help` need not load numpy, pandas, numba or Mesa. `sim.run` and
`sim.batch` are modules that can be called: `from sim import run; run(scenario)` is `sim.run.run(scenario)`.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

TYPE_CHECKING = False  # `typing` would double the time in which a Ctrl-C finds nobody to answer it
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

_HOME = {
    "load_scenario": "sim.scenario",
    "RedeploymentModel": "sim.model",
    "Results": "sim.batch.store",
    "compare": "sim.analysis.compare",
    "Strategy": "sim.strategies",
    "Orders": "sim.strategies",
    "register": "sim.strategies",
}
_CALLED = {"run": ("sim.run", "run"), "batch": ("sim.batch.runner", "batch")}

__all__ = ["Orders", "RedeploymentModel", "Results", "Strategy", "batch", "compare", "load_scenario", "register", "run"]


class _Called(ModuleType):
    """A module whose call is that of the function of its name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        home, function = _CALLED[self.__name__.rpartition(".")[2]]
        return getattr(importlib.import_module(home), function)(*args, **kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        return importlib.import_module, (self.__name__,)


class _Package(ModuleType):
    """This package; the import system hands it each submodule by assignment, which is where `run` and `batch` become callable."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _CALLED and type(value) is ModuleType:
            value.__class__ = _Called
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name in _CALLED:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
