"""Immutable values, and nested tables as one level of dotted keys."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

RANGE = {"low", "high", "scale"}  # the keys of a range of values: {low = 0, high = 1}


class Frozen(dict[str, Any]):
    """An immutable dict, so that a scenario is immutable at every depth. It can be pickled."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a scenario cannot be changed; load it with other overrides")

    __setitem__ = __delitem__ = update = pop = popitem = clear = setdefault = __ior__ = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return type(self), (dict(self),)


def freeze(value: Any) -> Any:
    """Make a value immutable: tables become `Frozen`, lists tuples, and dates text."""
    match value:
        case Mapping():
            return Frozen({key: freeze(inner) for key, inner in value.items()})
        case list() | tuple():
            return tuple(freeze(inner) for inner in value)
        case datetime.date():
            return value.isoformat()
    return value


def as_whole(value: Any) -> Any:
    """Turn 364.0, as pandas and SALib write whole numbers, into 364; leave other values alone.

    Beyond 2^53 a float is not exact and stays a float.
    """
    return (
        int(value) if type(value) is float and value.is_integer() and abs(value) <= 2**53 else value
    )


def pairs(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, value) of nested tables; a range {low = 0, high = 1} is one value.

    A key that is written twice, nested and quoted, comes twice.
    """
    for key, value in tree.items():
        if isinstance(value, Mapping) and not (value and value.keys() <= RANGE):
            yield from pairs(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def flatten(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Turn nested tables into one level of dotted keys: `{"a": {"b": 1}}` into `{"a.b": 1}`."""
    return dict(pairs(tree))


def hashable(value: Any) -> Any:
    """Return a hashable value that equals another's exactly if the two values are equal."""
    match value:
        case Mapping():
            return ("table", frozenset((key, hashable(inner)) for key, inner in value.items()))
        case list() | tuple():
            return tuple(hashable(inner) for inner in value)
        case bool():
            return ("truth", value)
    return value
