"""The digests of the fields of two runs, by which the runs are compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

INPUTS = ("levers", "parameters", "prices", "route_effort")


def is_input(field: str) -> bool:
    """Say whether a field is set by the scenario rather than by the days."""
    return field.partition(".")[0] in INPUTS


class Digests:
    """The present digests of the fields of both runs.

    - `now`: digest by field, of each run.
    - `order`: the rank of each field that both runs have, in the order in which fields are listed.
    - `given`: the digests of the inputs that differ from the start."""

    def __init__(self, starts: tuple[dict[str, Any], dict[str, Any]]) -> None:
        """Take the digests of both runs from the answers to `Tracer.start`."""
        here, there = (dict(start["digests"]) for start in starts)
        self.now: tuple[dict[str, bytes], dict[str, bytes]] = (here, there)
        common = (field for field in starts[0]["order"] if field in there)
        self.order = {field: rank for rank, field in enumerate(common)}
        self.given = {
            field: (here[field], there[field])
            for field in self.order
            if is_input(field) and here[field] != there[field]
        }

    def replace(self, digests: Sequence[dict[str, bytes]]) -> None:
        """Take all digests of each run anew."""
        for now, new in zip(self.now, digests):
            now.clear()
            now.update(new)

    def take(self, changed: Sequence[dict[str, bytes]]) -> set[str]:
        """Take the digests that changed in each run and return their fields."""
        for now, new in zip(self.now, changed):
            now.update(new)
        return set().union(*changed)

    def differ(self, fields: Iterable[str] | None = None) -> list[str]:
        """Return which fields (default all) differ, in the order in which they are listed.

        An input that differs as it did at the start does not count."""
        fields = self.order if fields is None else fields
        found = (field for field in fields if self._differs(field))
        return sorted(found, key=self.order.__getitem__)

    def _differs(self, field: str) -> bool:
        if field not in self.order:
            return False
        pair = tuple(now[field] for now in self.now)
        return pair[0] != pair[1] and self.given.get(field) != pair
