"""JSON that ends in the SHA-256 of what stands before it, so that a changed bit is noticed."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

MARK = b', "sha256": "'


def sealed(value: dict[str, Any], indent: int | None = None) -> bytes:
    """Return a dict that is not empty as JSON whose last key is its seal."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    body = text.encode("utf-8", "backslashreplace")[:-1].rstrip()
    return body + MARK + hashlib.sha256(body).hexdigest().encode() + b'"}'


def unsealed(text: bytes) -> tuple[dict[str, Any], bool]:
    """Return what `sealed` was given, and whether there was a seal; older versions wrote none.

    ValueError for a broken seal, for what is not JSON (NaN is not) and for anything but a dict.
    """
    body, mark, seal = text.rpartition(MARK)
    if mark and seal != hashlib.sha256(body).hexdigest().encode() + b'"}':
        raise ValueError("broken seal")
    try:
        value = json.loads(text.decode(), parse_constant=refused)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(value, dict):
        raise ValueError("no table")
    value.pop("sha256", None)
    return value, bool(mark)


def refused(constant: str) -> NoReturn:
    """Raise ValueError: NaN and infinite numbers are not JSON."""
    raise ValueError(f"{constant} is no JSON")
