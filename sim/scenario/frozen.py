"""Values that cannot be changed, in one spelling, and tables as one level of dotted keys."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

RANGE = {"low", "high", "scale"}  # the words of a range of values: {low = 0, high = 1}


class Frozen(dict[str, Any]):
    """A dict that cannot be changed, so that a frozen scenario is frozen at every depth; it pickles and copies as a value."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a scenario cannot be changed; load it with other overrides")

    __setitem__ = __delitem__ = update = pop = popitem = clear = setdefault = __ior__ = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return type(self), (dict(self),)


def freeze(value: Any) -> Any:
    """A value that cannot be changed: tables as `Frozen`, lists as tuples, dates as text."""
    match value:
        case Mapping():
            return Frozen({key: freeze(inner) for key, inner in value.items()})
        case list() | tuple():
            return tuple(freeze(inner) for inner in value)
        case datetime.date():
            return value.isoformat()
    return value


def as_whole(value: Any) -> Any:
    """364.0, as pandas and SALib write a whole number, as 364; anything else as it is. Beyond 2^53 a float is not exact."""
    return (
        int(value) if type(value) is float and value.is_integer() and abs(value) <= 2**53 else value
    )


def pairs(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted key, value) of nested tables; a key written twice comes twice. A table of the words of a range is one value."""
    for key, value in tree.items():
        if isinstance(value, Mapping) and not (value and value.keys() <= RANGE):
            yield from pairs(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def flatten(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Nested tables as one level of dotted keys: `{"a": {"b": 1}}` becomes `{"a.b": 1}`."""
    return dict(pairs(tree))


def hashable(value: Any) -> Any:
    """A value that is equal to another's just where the values are, and that a set can hold."""
    match value:
        case Mapping():
            return ("table", frozenset((key, hashable(inner)) for key, inner in value.items()))
        case list() | tuple():
            return tuple(hashable(inner) for inner in value)
        case bool():
            return ("truth", value)
    return value
