"""Try cases in forked children with limits, so that a case that hangs or dies is one finding.

The parent has imported everything. A driver for each job forks a child for several cases and reads
one line for each through a pipe. A case that stops a child, or makes it grow, is tried once more
in a child of its own.
"""

import faulthandler
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

SECONDS = 10  # of processor, of one case
WALL_SECONDS = 60  # without an answer, even on a busy machine
GROWTH_MB = 350  # beside some 150 MB of a process that has loaded the command: 500 in all
ADDRESS_MB = 8_000  # past the parent's: beyond it memory is refused, so that the machine lives
TOGETHER = 25  # cases in a child

Judge = Callable[[int], dict[str, Any]]


def survey(indices: Sequence[int], judge: Judge, jobs: int) -> Iterator[dict[str, Any]]:
    """Yield a verdict on each case: a dict of case, word, kind, detail, seconds and grown_mb."""
    pipes = {}
    for job in range(jobs):
        read, write = os.pipe()
        if os.fork() == 0:
            status = 1
            with suppress(BaseException):
                for end in pipes:
                    os.close(end)
                drive(deque(indices[job::jobs]), judge, write)
                status = 0
            os._exit(status)
        os.close(write)
        pipes[read] = b""
    while pipes:
        for end in select.select(list(pipes), [], [])[0]:
            content = os.read(end, 65_536)
            if not content:
                del pipes[end]
                os.close(end)
                continue
            *lines, pipes[end] = (pipes[end] + content).split(b"\n")
            yield from (json.loads(line) for line in lines)
    for _ in range(jobs):
        os.wait()


def drive(waiting: deque[int], judge: Judge, write: int) -> None:
    """Try the cases some at a time, and one alone after it has stopped a child or let it grow."""
    alone: deque[int] = deque()
    while waiting or alone:
        single = bool(alone)
        cases = (
            [alone.popleft()]
            if single
            else [waiting.popleft() for _ in range(min(TOGETHER, len(waiting)))]
        )
        for verdict in in_a_child(cases, judge):
            suspicious = (
                verdict["word"] == "died"
                or verdict["grown_mb"] > GROWTH_MB
                or verdict["seconds"] > SECONDS
            )
            if suspicious and not single:
                alone.append(verdict["case"])
                continue
            if suspicious:
                verdict |= {"word": "finding", "kind": limit_passed(verdict)}
            os.write(write, f"{json.dumps(verdict)}\n".encode())
            cases.remove(verdict["case"])
        waiting.extendleft(reversed([case for case in cases if case not in alone]))


def limit_passed(verdict: dict[str, Any]) -> str:
    if verdict["word"] == "died":
        return verdict["kind"]
    if verdict["grown_mb"] > GROWTH_MB:
        return f"more than {GROWTH_MB} MB"
    return f"more than {SECONDS} s"


def in_a_child(cases: Sequence[int], judge: Judge) -> Iterator[dict[str, Any]]:
    """Verdicts on the first of the cases, up to one that the child did not survive (`died`)."""
    read, write = os.pipe()
    with tempfile.TemporaryFile() as where:
        child = os.fork()
        if child == 0:
            try:
                os.close(read)
                limited(cases, judge, write, where)
            except BaseException:
                where.write(traceback.format_exc().encode())
                where.flush()
                os._exit(3)
            os._exit(0)
        os.close(write)
        left, rest, hung = list(cases), b"", False
        while True:
            ready = select.select([read], [], [], WALL_SECONDS)[0]
            if not ready:
                os.kill(child, signal.SIGUSR1)  # to say where it is
                time.sleep(0.5)
                os.kill(child, signal.SIGKILL)
                hung = True
            content = os.read(read, 65_536)
            if not content:
                break
            *lines, rest = (rest + content).split(b"\n")
            for line in lines:
                verdict = json.loads(line)
                left.remove(verdict["case"])
                yield verdict
        os.close(read)
        _, status = os.waitpid(child, 0)
        if left and (hung or status):
            where.seek(0)
            told = where.read().decode("utf-8", "replace")
            how = (
                f"died of {signal.Signals(os.WTERMSIG(status)).name}"
                if os.WIFSIGNALED(status)
                else "failed"
            )
            how = f"no answer in {WALL_SECONDS} s" if hung else how
            yield {
                "case": left[0],
                "word": "died",
                "kind": f"{how}: {place_in(told)}",
                "detail": told[-3_000:],
                "seconds": 0.0,
                "grown_mb": 0.0,
            }


def place_in(dump: str) -> str:
    """The innermost line of the project in a dump of the stack."""
    lines = [line.strip() for line in dump.splitlines() if f"{os.sep}sim{os.sep}" in line]
    return lines[0].rpartition(os.sep)[2] if lines else "?"


def limited(cases: Sequence[int], judge: Judge, write: int, where: Any) -> None:
    """Try cases within limits; a case that lets the process grow is the last one of its child."""
    faulthandler.register(signal.SIGUSR1, where)
    faulthandler.register(signal.SIGXCPU, where, chain=True)
    with open("/proc/self/statm") as sizes:
        pages = int(sizes.read().split()[0])
    resource.setrlimit(
        resource.RLIMIT_AS, (pages * resource.getpagesize() + ADDRESS_MB * 2**20,) * 2
    )
    sys.stdin = open(os.devnull)  # noqa: SIM115
    for case in cases:
        before, began = grown_to_mb(), time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(began) + SECONDS + 2, resource.RLIM_INFINITY))
        verdict = judge(case)
        spent = {
            "seconds": round(time.process_time() - began, 3),
            "grown_mb": round(grown_to_mb() - before, 1),
        }
        os.write(write, f"{json.dumps({'case': case} | verdict | spent)}\n".encode())
        if spent["grown_mb"] > GROWTH_MB / 4:
            return


def grown_to_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
