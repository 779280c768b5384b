"""How a command ends: its exit status and, in place of a traceback, one line on stderr a problem.

Status: 0 done; 1 some runs failed; 2 the user's input is wrong or the output cannot be written;
130 interrupted by Ctrl-C or SIGTERM (see `machine/interrupts.py`).
"""

import os
import sys
from collections.abc import Callable

from cyclopts import CycloptsError

from sim.machine.stderr import drop, say, warnings_as_lines

MAX_TOLD = 400  # characters of a message about the command line


def answered(command: Callable[[], int], printers: set[str]) -> int:
    """Call a command and return its exit status.

    `printers` are the source files whose only input or output is `print`: an OSError raised there
    means that stdout cannot be written.
    """
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        return say(
            "redeploy: the standard output is closed; send it to /dev/null where it is not wanted",
            2,
        )
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        with warnings_as_lines():
            return command()
    except KeyboardInterrupt:
        return say("interrupted", 130)
    except BrokenPipeError:  # the reader of the pipe, such as `head`, has ended
        drop(sys.stdout)
        return 0
    except CycloptsError as error:
        from sim.cli.refusals import refusal

        told = " ".join(refusal(error).split())
        return say(f"redeploy: {told if len(told) <= MAX_TOLD else told[:MAX_TOLD] + '...'}", 2)
    except OSError as error:
        if error.filename is not None:
            return say(f"redeploy: {str(error.filename)[:200]}: {error.strerror}", 2)
        if isinstance(error, FileNotFoundError) and removed_from_under_us():
            return say("redeploy: the current directory has been removed; change to another", 2)
        if not raised_in(error, printers):
            raise
        drop(sys.stdout)
        return say(f"redeploy: the output cannot be written: {error.strerror}", 2)
    except ValueError as error:
        from sim.scenario import UserError

        if not isinstance(error, UserError):
            raise
        return say(str(error), error.status)


def raised_in(error: OSError, files: set[str]) -> bool:
    """Whether the innermost frame of an error is in one of these files."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename in files


def removed_from_under_us() -> bool:
    """Whether the current directory no longer exists; such an error names no file."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False
