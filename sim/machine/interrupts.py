"""How Ctrl-C and SIGTERM end a command: both raise KeyboardInterrupt or end a compilation at once.

During a compilation the main thread runs machine code for seconds, in which Python calls no signal
handler, and an exception raised inside the compiler can get lost. A separate thread therefore waits
for the signal and ends the process. This applies only to the command line; in a notebook or a
script the exception is raised as usual.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sim.machine import cache

SIGNALS = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED = 130  # the exit status, after SIGTERM too

_ends_the_process: list[bool] = []


def as_a_command() -> None:
    """Let SIGTERM stop this process as Ctrl-C does, and let both end a compilation at once."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _ends_the_process.append(True)


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Within this context, let Ctrl-C or SIGTERM end the process at once if it is a command.

    It prints one line, removes unfinished files of the cache and exits with status 130.
    """
    if not _ends_the_process or threading.current_thread() is not threading.main_thread():
        yield
        return
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    watch = threading.Thread(target=_wait_and_end, args=(reads,), daemon=True)
    watch.start()
    before = signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, _nothing) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before)
        os.close(writes)
        watch.join()
        os.close(reads)


def _nothing(*_: Any) -> None:
    """Ignore a signal in the main thread; the watching thread acts on it."""


def _wait_and_end(reads: int) -> None:
    """Read signal numbers from a pipe until its other end is closed; end the process on ours."""
    while number := os.read(reads, 1):
        if number[0] in SIGNALS:
            with suppress(OSError, ValueError):
                print("interrupted", file=sys.stderr)
                sys.stdout.flush()
            cache.abandon()
            os._exit(INTERRUPTED)
