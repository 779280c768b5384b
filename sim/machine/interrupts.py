"""How Ctrl-C and SIGTERM end a command: both raise KeyboardInterrupt, and both end a compilation at once.

While the compiler works, the main thread is for seconds in machine code, where Python calls no handler of
a signal; and an exception raised inside the compiler can get lost there. So a thread waits for the signal
and ends the process. That is only for the command line: a notebook or a script gets its exception.
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
    """This process is a command of its own: SIGTERM stops it as Ctrl-C does, and a compilation ends at once."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _ends_the_process.append(True)


@contextmanager
def ended_at_once() -> Iterator[None]:
    """In here a Ctrl-C or SIGTERM ends the process, if it is a command: one line, status 130, no file left half written."""
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
    """The thread acts; Python itself has nothing to do."""


def _wait_and_end(reads: int) -> None:
    """Wait for the number of a signal on a pipe until its other end is closed."""
    while number := os.read(reads, 1):
        if number[0] in SIGNALS:
            with suppress(OSError, ValueError):
                print("interrupted", file=sys.stderr)
                sys.stdout.flush()
            cache.abandon()
            os._exit(INTERRUPTED)
