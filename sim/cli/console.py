"""What the commands of `redeploy` share: types of their arguments, loading, printing, writing."""

import io
import json
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter


def whole(_: Any, tokens: Sequence[Any]) -> int:
    # The parser would round 1.5 without a word.
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
        help="run strategies module:Class from outside the scenario's folder too; it is code: do you trust its author?",
    ),
]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="print JSON and nothing else")]


def load(
    file: Path,
    settings: Sequence[str] | None,
    options: dict[str, dict[str, object]] | None = None,
    allow_code: bool = False,
) -> Any:
    """The scenario of a file, with settings and what other options set laid over it. No code that it names is run."""
    from sim.scenario import load_scenario, parse_setting

    return load_scenario(
        file, dict(parse_setting(text) for text in settings or ()), options, allow_code
    )


def counted(counts: dict[str, int]) -> str:
    """Runs by status in words: `6 SUCCEEDED, 3 FAILED`."""
    return ", ".join(f"{number:,} {word}" for word, number in counts.items() if number) or "no runs"


def quoted(path: Path) -> str:
    """A path as a shell takes it."""
    return shlex.quote(str(path))


def reasons(folder: Path) -> str:
    """Where to read why runs of a results folder failed."""
    return f"{folder / 'failures.jsonl'} has the reasons, `redeploy status {quoted(folder)}` lists them"


def show(write: Callable[[Any], None]) -> None:
    """Let something print to a rich console as wide as the terminal, or without end where there is none, and print what it wrote."""
    from rich.console import Console

    from sim.analysis.sheet import ENDLESS

    at_terminal, encoding = sys.stdout.isatty(), sys.stdout.encoding
    page = io.TextIOWrapper(
        raw := io.BytesIO(), encoding, "replace"
    )  # rich answers a closed or full stdout in its own way
    write(Console(file=page, width=None if at_terminal else ENDLESS, force_terminal=at_terminal))
    page.flush()
    print(raw.getvalue().decode(encoding), end="")


def show_text(text: str) -> None:
    """Print lines of text, wrapped at words on a terminal, each beneath its own indent; whole where there is none."""
    from sim.analysis.sheet import tell

    def write(console: Any) -> None:
        for line in text.splitlines():
            tell(console, line, indent=len(line) - len(line.lstrip()) + 2)

    show(write)


def write_file(path: Path, write: Callable[[Any], Any]) -> None:
    """Write a file whole or not at all; UserError where it cannot be."""
    from sim.machine.durable import replace_file
    from sim.scenario import UserError

    try:
        replace_file(path, write)
    except OSError as error:
        raise UserError(f"--out: {path} cannot be written: {error.strerror or error}") from None


def printed_json(value: Any) -> str:
    """JSON for stdout: no NaN, whatever is no JSON as text."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str)
