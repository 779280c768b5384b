"""How a strategy is found by name: a shipped one, a registered one, or a user's own `module:Class`."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

from sim.errors import alternatives, got, near
from sim.strategies import own_code
from sim.strategies.protocol import Strategy, StrategyError

_known: dict[str, type[Strategy]] = {}


def register(strategy: type[Strategy]) -> type[Strategy]:
    """Make a strategy known by its `name` in this process; usable as a decorator. A later class of the same name takes the place of an
    earlier one, but no shipped one. StrategyError for what is not a named subclass of Strategy."""
    if not (isinstance(strategy, type) and issubclass(strategy, Strategy)):
        raise StrategyError(f"expected a subclass of Strategy to register (got {strategy!r})")
    if not strategy.name or ":" in strategy.name:
        raise StrategyError(
            f"{strategy.__name__}: expected a name without a colon (got {strategy.name!r})"
        )
    earlier = _known.get(strategy.name)
    if earlier is not None and is_shipped(earlier) and not is_shipped(strategy):
        raise StrategyError(
            f'"{strategy.name}" is a shipped strategy; give {strategy.__name__} another name'
        )
    _known[strategy.name] = strategy
    return strategy


def is_shipped(strategy: type) -> bool:
    return strategy.__module__.startswith("sim.strategies.shipped.")


def catalogue() -> dict[str, type[Strategy]]:
    """Every shipped and registered strategy by name, in the order of registration."""
    return dict(_known)


def resolve(name: str, beside: Path | None = None, allow_code: bool = False) -> type[Strategy]:
    """The class behind a name: a registered one, or `module:Class` beside a scenario file (or in a folder); with `allow_code`, from
    anywhere on the import path too.

    StrategyError says what was expected, with a near name where there is one."""
    try:
        return strategy_class(
            name, beside.parent if beside and beside.is_file() else beside, allow_code
        )
    except ValueError as error:
        raise StrategyError(str(error)) from error


def strategy_class(name: str, folder: Path | None = None, allow_code: bool = False) -> type:
    """The class behind a name; ValueError says what was expected. `module:Class` is imported, from `folder` unless `allow_code`."""
    return own_code.imported(name, folder, allow_code) if own_code.is_own(name) else known(name)


def known(name: str) -> type[Strategy]:
    """The shipped or registered strategy of this name; ValueError says which there are."""
    strategies = catalogue()
    if name not in strategies:
        raise ValueError(
            f"no strategy {got(name)[5:-1]}; expected {alternatives(strategies)}, or module:Class.{near(name, strategies)}"
        )
    return strategies[name]


def file_hash(strategy: type[Strategy]) -> str:
    """SHA-256 of the file that holds the class, or of the notebook's cell in which its `decide` was typed; "" where no source is known."""
    try:
        source = inspect.getsourcefile(strategy)
        if source and Path(source).is_file():
            return hashlib.sha256(Path(source).read_bytes()).hexdigest()
    except (TypeError, OSError):
        pass  # a class of __main__ without a file
    try:
        lines, _ = inspect.findsource(strategy.decide)
    except (TypeError, OSError):
        return ""
    return hashlib.sha256("".join(lines).encode()).hexdigest()
