"""Look-up of strategies by name: shipped, registered, or a user's own `module:Class`."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

from sim.errors import alternatives, near, shown
from sim.strategies import own_code
from sim.strategies.protocol import Strategy, StrategyError

_known: dict[str, type[Strategy]] = {}


def register(strategy: type[Strategy]) -> type[Strategy]:
    """Register a strategy by its `name` in this process; usable as a decorator.

    A later class replaces an earlier one of the same name, but not a shipped one. StrategyError for
    anything that is not a named subclass of Strategy.
    """
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
    """Return every shipped and registered strategy by name, in the order of registration."""
    return dict(_known)


def resolve(name: str, beside: Path | None = None, allow_code: bool = False) -> type[Strategy]:
    """Return the class of a registered name, or of `module:Class`.

    The module is beside the scenario file, or in the folder, `beside`; with `allow_code` it may be
    anywhere on the import path. StrategyError says what was expected, with a near name.
    """
    try:
        return strategy_class(
            name, beside.parent if beside and beside.is_file() else beside, allow_code
        )
    except ValueError as error:
        raise StrategyError(str(error)) from error


def strategy_class(name: str, folder: Path | None = None, allow_code: bool = False) -> type:
    """Return the class of a name; ValueError says what was expected.

    `module:Class` is imported; without `allow_code` it must be in `folder`.
    """
    return own_code.imported(name, folder, allow_code) if own_code.is_own(name) else known(name)


def known(name: str) -> type[Strategy]:
    """Return the shipped or registered strategy of this name; ValueError lists the known names."""
    strategies = catalogue()
    if name not in strategies:
        expected = f"expected {alternatives(strategies)}, or module:Class"
        raise ValueError(f"no strategy {shown(name)}; {expected}.{near(name, strategies)}")
    return strategies[name]


def file_hash(strategy: type[Strategy]) -> str:
    """Return the SHA-256 of the file of a class, or of the notebook cell of its `decide`.

    The result is "" if no source is known.
    """
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
