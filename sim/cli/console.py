"""What the commands share: the types of their arguments, loading, printing and writing."""

import io
import json
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter


def whole(_: Any, tokens: Sequence[Any]) -> int:
    # The parser itself would silently round 1.5.
    try:
        return int(tokens[0].value)
    except ValueError:
        from sim.errors import got

        raise ValueError(f"expected a whole number {got(tokens[0].value)}") from None


Whole = Annotated[int, Parameter(converter=whole)]
Settings = Annotated[
    list[str] | None,
    Parameter(name="--set", negative="", help="key=value laid over the file; may be repeated"),
]
AllowCode = Annotated[
    bool,
    Parameter(
        negative="",
        help="also run strategies module:Class from outside the scenario's folder; they are code, "
        "so allow this only if you trust the author",
    ),
]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="print JSON and nothing else")]


def load(
    file: Path,
    settings: Sequence[str] | None,
    options: dict[str, dict[str, object]] | None = None,
    allow_code: bool = False,
) -> Any:
    """Load a scenario file and apply `--set` and other options. This runs no code that it names."""
    from sim.scenario import load_scenario, parse_setting

    return load_scenario(
        file, dict(parse_setting(text) for text in settings or ()), options, allow_code
    )


def counted(counts: dict[str, int]) -> str:
    """Write the number of runs by status: `6 SUCCEEDED, 3 FAILED`."""
    return ", ".join(f"{number:,} {word}" for word, number in counts.items() if number) or "no runs"


def quoted(path: Path) -> str:
    """Quote a path for the shell."""
    return shlex.quote(str(path))


def reasons(folder: Path) -> str:
    """Say where to read why runs of a results folder failed."""
    lists = f"`redeploy status {quoted(folder)}` lists them"
    return f"{folder / 'failures.jsonl'} has the reasons, {lists}"


def show(write: Callable[[Any], None]) -> None:
    """Let `write` print to a rich console, and print the result.

    The console is as wide as the terminal; where there is no terminal, lines are not wrapped.
    """
    from rich.console import Console

    from sim.analysis.sheet import ENDLESS

    at_terminal, encoding = sys.stdout.isatty(), sys.stdout.encoding
    # Written to memory first: rich has its own answer to a closed or full stdout.
    page = io.TextIOWrapper(raw := io.BytesIO(), encoding, "replace")
    write(Console(file=page, width=None if at_terminal else ENDLESS, force_terminal=at_terminal))
    page.flush()
    print(raw.getvalue().decode(encoding), end="")


def show_text(text: str) -> None:
    """Print lines of text. A terminal wraps each at words and keeps its indent."""
    from sim.analysis.sheet import tell

    def write(console: Any) -> None:
        for line in text.splitlines():
            tell(console, line, indent=len(line) - len(line.lstrip()) + 2)

    show(write)


def write_file(path: Path, write: Callable[[Any], Any]) -> None:
    """Write a file completely or not at all; UserError if that fails."""
    from sim.machine.durable import replace_file
    from sim.scenario import UserError

    try:
        replace_file(path, write)
    except OSError as error:
        raise UserError(f"--out: {path} cannot be written: {error.strerror or error}") from None


def printed_json(value: Any) -> str:
    """Write a value as JSON without NaN; other types become text."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str)
