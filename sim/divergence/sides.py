"""One of the two runs that are compared, in a process of its own: its start, requests and errors.

Two processes use two processors, and each can load a different checkout of the code. `trace.py` is
the other end."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sim.errors import UserError

PROTOCOL = 1  # version of the requests, which the `trace.py` of the other code must understand
TRACER = Path("sim", "divergence", "trace.py")
HERE = Path(__file__).resolve().parents[2]


class SideError(UserError):
    """One of the two runs cannot be made or followed (exit status 2); the text names the side."""


class SideFailed(SideError):
    """One of the two runs failed, or its process ended (exit status 1)."""

    status = 1


@dataclass(frozen=True)
class Source:
    """What a side is (a scenario file, a stored run or a checkout), and how to make its run.

    - `name`: as the user gave it.
    - `code`: the folder that holds the `sim` to be run; `checkout`: whether the user named it.
    - `request`: what `trace.Tracer.open` takes.
    - `stored`: what the folder of a stored run says of it, else None."""

    name: str
    code: Path
    request: dict[str, Any]
    checkout: bool = False
    stored: dict[str, Any] | None = None


def refuse_old(source: Source) -> None:
    """Raise SideError where the code of a source has no tracer."""
    if not (source.code / TRACER).is_file():
        raise SideError(
            f"{source.name}: this code is too old to be followed step by step: it has no {TRACER}; "
            "expected a checkout of this version or a later one"
        )


class Side:
    """The process of one run, `letter` "A" or "B".

    Use it in a `with` statement, with which the process ends."""

    def __init__(self, letter: str, source: Source) -> None:
        """Start the process."""
        self.letter, self.source = letter, source
        path = os.pathsep.join(filter(None, (str(source.code), os.environ.get("PYTHONPATH"))))
        self.process = subprocess.Popen(
            # -P: do not import the code of the current directory.
            [sys.executable, "-P", "-m", "sim.divergence.trace"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
            process_group=0,  # a Ctrl-C reaches this process, which ends the other
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with suppress(OSError):  # what was not yet sent is dropped
                    pipe.close()
        self.process.wait()

    def open(self) -> None:
        """Ask the process to read its scenario; `opened` gives the answer."""
        self.ask("open", self.source.request)

    def opened(self) -> dict[str, Any]:
        """Return what the process will run.

        Raises SideError where it has another protocol or has loaded other code than it should."""
        told: dict[str, Any] = self.answer()
        if told.get("protocol") != PROTOCOL:
            raise SideError(
                f"{self.letter}: {self.source.name}: the tracer of this code has another protocol; "
                "expected a version of redeploy nearer to this one"
            )
        if Path(told["package"]).resolve() != self.source.code.resolve():
            raise SideError(
                f"{self.letter}: {self.source.name}: the code of {told['package']} was loaded "
                "instead of this one"
            )
        return told

    def ask(self, request: str, *arguments: Any) -> None:
        """Send a request. `answer` waits for the result, so both sides work at the same time."""
        data = pickle.dumps((request, arguments))
        assert self.process.stdin
        with suppress(BrokenPipeError):  # the process has ended: `answer` says so
            self.process.stdin.write(len(data).to_bytes(8) + data)
            self.process.stdin.flush()

    def answer(self) -> Any:
        """Wait for the answer to the request.

        Raises SideError for what the user can correct, and SideFailed where the run failed."""
        kind, content = self.received()
        if kind == "refused":
            raise SideError(content if self.source.name in content else f"{self.letter}: {content}")
        if kind == "failed":
            raise SideFailed(f"{self.letter}: {self.source.name}: the run failed: {content}")
        return content

    def received(self) -> tuple[str, Any]:
        """Return what the process has sent. Raises SideFailed where it ended instead."""
        assert self.process.stdout
        head = self.process.stdout.read(8)
        data = self.process.stdout.read(int.from_bytes(head)) if len(head) == 8 else b""
        if len(head) < 8 or len(data) < int.from_bytes(head):
            status = self.process.wait()
            how = f"signal {-status}" if status < 0 else f"status {status}"
            raise SideFailed(
                f"{self.letter}: {self.source.name}: the process of this run ended ({how}) "
                "before its answer"
            )
        kind, content = pickle.loads(data)
        return kind, content


def of_both(a: Side, b: Side, request: str, *arguments: Any) -> tuple[Any, Any]:
    """Send both sides the same request and return both answers."""
    a.ask(request, *arguments)
    b.ask(request, *arguments)
    return a.answer(), b.answer()
