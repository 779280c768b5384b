"""Values that cannot be changed, and tables as one level of dotted keys."""

import datetime
from collections.abc import Mapping
from typing import Any


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


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as one level of dotted keys: `{"a": {"b": 1}}` becomes `{"a.b": 1}`."""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat
