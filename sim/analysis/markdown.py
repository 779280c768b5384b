"""Tables in Markdown, for the documents, and what is said of outdated ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.parameters import FIRST, other_edition


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; a bar in a cell is escaped."""
    lines = [
        head,
        ["---"] * len(head),
        *([cell.replace("|", "\\|") for cell in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def outdated(kept: Mapping[str, Any], command: str) -> str:
    """Return a line for kept numbers of another edition of the model; "" for those of this one.

    command: what measures them anew. Names in them may be those of parameters that are gone."""
    other = other_edition(kept.get("edition", FIRST))
    if not other:
        return ""
    return f"**Outdated:** measured {other}. `{command}` renews it.\n\n"
