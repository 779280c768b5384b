"""The command `redeploy`: it reads the command line, calls the library and prints.

Output of a user's own code goes to stderr, so that stdout holds the answer and nothing else.
`cli/terminal.py` documents the exit status.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cyclopts import App

from sim import __version__
from sim.cli import cache, folders, scenarios
from sim.cli.terminal import answered

app = App(
    name="redeploy",
    help="Simulate how a state redeploys its forces between two theatres. "
    "Every scenario is hypothetical.",
    version=__version__,
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (by default that of the process) and return its exit status."""

    def command() -> int:
        status = app(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )
        sys.stdout.flush()
        return status if isinstance(status, int) else 0

    return answered(command, {str(file) for file in Path(__file__).parent.glob("*.py")})


_COMMANDS: tuple[Callable[..., Any], ...] = (
    *(scenarios.new, scenarios.check, scenarios.describe, scenarios.run),
    *(folders.batch, folders.status, folders.merge, folders.compare, folders.report),
)
for _command in _COMMANDS:
    app.command(_command)
app.command(
    "sim.cli.empirical:calibrate",
    name="calibrate",
    help="Keep the draws of [futures] that are nearest to the observations.",
)
app.command(
    "sim.cli.empirical:validate",
    name="validate",
    help="Test published facts on the shipped baseline and print the scoreboard.",
)
app.command(
    "sim.cli.divergence:diverge",
    name="diverge",
    help="Say where two runs part, and how the difference spreads.",
)
app.command(cache.kept, name="cache")
