"""Runs a plan: chunks of runs go to an executor, and workers write their results as parts.

The folder can be read and resumed at any moment. The compiled run releases Python's lock, so
threads are the default; processes are for strategies that compute much in Python. Workers write
their own parts and send back only a status. A chunk is about five seconds of runs: short enough
to lose little, long enough for the cost of a part not to matter.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager, suppress
from dataclasses import replace as changed
from math import ceil
from pathlib import Path
from typing import Any

from sim.batches.design import x_types
from sim.batches.folder import add_failure, write_failures, write_manifest, writing
from sim.batches.gather import gather
from sim.batches.plan import Plan, PlanError, Task, make_plan
from sim.batches.shard import Shard
from sim.batches.worker import Chunk, Status, begin_process, run_chunk
from sim.machine.durable import remove, touch
from sim.machine.interrupts import SIGNALS
from sim.results.refused import Interrupted, ResultsError
from sim.results.results import FAILED, Results

CHUNK_S = 5.0
LOOK_S = 0.2  # how often the batch looks for a Ctrl-C or SIGTERM
PLAIN_LINE_S = 5.0  # between lines of progress if there is no terminal
BAR = 8, 40  # cells of the progress bar, at least and at most
BAR_NUMBERS = 42  # cells of what stands beside it: failed runs, times and spaces


def batch(
    scenario: Any,
    executor: Executor | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    replications: int | None = None,
    replace: bool = False,
    progress: bool = True,
    processes: bool = False,
    shard: str = "1/1",
    run: Callable[..., Any] | None = None,
    outcomes: Mapping[str, Any] | None = None,
    allow_code: bool = False,
) -> Results:
    """Run every point x replication of a scenario that its folder does not have yet.

    `scenario`: a path, a scenario, a list of either, or a Plan. `executor`: any
    `concurrent.futures.Executor`; by default `workers` threads (one per core), or as many
    `processes` (a script that asks for these needs `if __name__ == "__main__"`). `out`: the folder,
    by default `results/<file name>`. `replace` moves an earlier folder aside. `shard`: "i/n", every
    n-th replication; `merge` joins them. `run`: called as `run(scenario, replication=r)`, by
    default `simulation.run.run`; `outcomes`: the registry with unit, label and direction of what it
    gives, by default `simulation.outcomes.registry.OUTCOMES`. `allow_code`: strategies
    `module:Class` of a scenario given by its path may be code outside its folder.

    `status()` counts runs that failed and `failures()` gives them. Whatever `progress` is, a
    MissingRunsWarning says how many runs failed, in which arms, and why the first of them did.
    ResultsError or PlanError for what the user can correct, KeyboardInterrupt after a Ctrl-C or
    SIGTERM, Interrupted if a worker died. Everything done until then is saved.
    """
    if workers is not None and workers < 1:
        raise PlanError(f"workers: expected 1 or more, got {workers}")
    part = Shard.parse(shard)
    plan, name = planned(scenario, replications, allow_code)
    if part.number > plan.replications:
        there = f"there are only {plan.replications} replications"
        raise PlanError(f"--shard {part}: has no runs; {there}")
    root = Path(out) if out is not None else part.beside(Path("results") / name)
    workers = workers or getattr(executor, "_max_workers", None) or cores()
    with writing(root, plan, part, replace) as results:
        done = results.done()
        ours = [task for task in plan.tasks() if task.replication in part]
        queue = deque(task for task in ours if task.run_id not in done)
        if queue and run is None:
            from sim.simulation.run import warm_up

            warm_up()  # one compilation here, not one in each worker
        workers = max(1, min(workers, len(queue)))
        pool = executor or pool_of(workers, processes)
        try:
            with telling(len(queue), root, progress) as tell, interrupts() as stopped:
                empty = Chunk(root.absolute(), (), x_types(plan), labels(outcomes), run)
                failed = drive(results, pool, workers, queue, empty, tell, stopped)
            gather(results)
            write_failures(root, results.failures())  # without those that were done since
            ended = results.done() | failed
            if left := sum(task.run_id not in ended for task in ours):
                raise Interrupted(
                    f"{root}: {left:,} of {len(ours):,} runs are still to be done; "
                    "the same command does them"
                )
            results.stored.drop(results.stored.damaged)  # their runs have been done again
        except BrokenExecutor:
            if stopped.is_set():  # a SIGTERM to the whole group has also ended the workers
                raise KeyboardInterrupt from None
            raise Interrupted(
                f"{root}: a worker process died; "
                "what is done is saved, and the same command does the rest"
            ) from None
        except OSError as error:
            file, reason = error.filename2 or error.filename or root, error.strerror or error
            raise ResultsError(
                f"{file}: cannot write results: {reason}; "
                "what is saved stays, and the same command does the rest"
            ) from error
        finally:
            if executor is None:
                pool.shutdown(wait=True, cancel_futures=True)
            remove(root / "stop")
    results = Results.open(root)
    results.warn_of_missing()
    return results


def pool_of(workers: int, processes: bool) -> Executor:
    """Return threads, or processes that begin as new interpreters and import what they need."""
    if not processes:
        return ThreadPoolExecutor(workers)
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), begin_process)


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """Give an event that the first Ctrl-C or SIGTERM sets.

    An exception instead could be raised, and get lost, anywhere. The second signal acts as before.
    """
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = {number: signal.getsignal(number) or signal.default_int_handler for number in SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def heard(*_: Any) -> None:
        stopped.set()
        restore()

    for number in SIGNALS:
        signal.signal(number, heard)
    try:
        yield stopped
    finally:
        restore()


@contextmanager
def deaf() -> Iterator[None]:
    """Block Ctrl-C for the threads and processes that begin in here.

    The signal is for the batch itself, which lets them end the run they are at.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def planned(scenario: Any, replications: int | None, allow_code: bool = False) -> tuple[Plan, str]:
    """Return the plan of what the user gave, with the code that it names, and its folder's name."""
    if isinstance(scenario, Plan):
        return scenario, "batch"
    several = list(scenario) if isinstance(scenario, list | tuple) else [scenario]
    paths = [Path(each) for each in several if isinstance(each, str | Path)]
    from sim.scenario import load_scenario, with_code
    from sim.scenario.shipped import located

    several = [
        load_scenario(each, allow_code=allow_code) if isinstance(each, str | Path) else each
        for each in several
    ]
    name = located(paths[0]).stem if paths else "batch"
    return make_plan([with_code(each) for each in several], replications), name


def drive(
    results: Results,
    pool: Executor,
    workers: int,
    queue: deque[Task],
    empty: Chunk,
    tell: Callable[[Status], None],
    stopped: threading.Event,
) -> set[str]:
    """Run all tasks of the queue, and return the run_ids of those that failed.

    Two chunks for each worker are under way at a time; each is `empty` filled from the queue. On an
    interruption, what is done is saved.
    """
    root = results.path
    flying: dict[Future[list[Status]], Chunk] = {}
    ended: set[str] = set()
    failed: set[str] = set()
    spent: list[float] = []

    def collect(future: Future[list[Status]]) -> None:
        del flying[future]
        for status in future.result():
            ended.add(status.run_id)
            spent.append(status.wall_s)
            if status.failure:
                failed.add(status.run_id)
                add_failure(root, status.failure)
            tell(status)

    handed: list[str] = []
    try:
        while queue or flying:
            while queue and len(flying) < 2 * workers:
                size = chunk_size(len(queue), workers, spent)
                chunk = changed(empty, tasks=tuple(queue.popleft() for _ in range(size)))
                with deaf():
                    flying[pool.submit(run_chunk, chunk)] = chunk
            for future in wait(flying, LOOK_S, FIRST_COMPLETED).done:
                collect(future)
            if stopped.is_set():
                raise KeyboardInterrupt
    except BaseException:
        touch(root / "stop")  # workers look for this file between two runs
        started = {future: chunk for future, chunk in flying.items() if not future.cancel()}
        handed = [task.run_id for chunk in started.values() for task in chunk.tasks]
        for future in wait(started).done:
            if not future.exception():
                collect(future)
        raise
    finally:
        write_manifest(results, aborted=[run_id for run_id in handed if run_id not in ended])
    return failed


def chunk_size(left: int, workers: int, spent: list[float]) -> int:
    """Return the number of runs in the next chunk.

    It is one until the time of a run is known, then about five seconds' worth, less near the end.
    """
    if not spent:
        return min(1, left)
    recent = spent[-50:]
    in_time = int(CHUNK_S * len(recent) / max(sum(recent), 1e-6))
    return max(1, min(in_time, ceil(left / (2 * workers))))


def labels(outcomes: Mapping[str, Any] | None) -> dict[str, dict[str, str]]:
    """Return column -> {unit, label, direction} of every outcome, for the Parquet metadata."""
    if outcomes is None:
        from sim.simulation.outcomes.registry import OUTCOMES

        outcomes = OUTCOMES
    return {
        name: {"unit": each.unit, "label": each.label, "direction": each.direction}
        for name, each in outcomes.items()
    }


@contextmanager
def telling(total: int, root: Path, progress: bool) -> Iterator[Callable[[Status], None]]:
    """Give a function that is told of each run and shows the progress.

    On a terminal it draws a bar with the time left; elsewhere it prints a line every few seconds.
    """
    if not progress:
        yield lambda status: None
        return
    from rich.cells import cell_len
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    def line(text: str) -> None:
        with suppress(OSError):  # that nobody reads it any more is no reason to end a batch
            print(f"{root}: {text}", file=sys.stderr, flush=True)

    console = Console(stderr=True)
    failed = 0
    if console.is_terminal:
        # If the line is too short, the bar shrinks, then the name folds; no number is cut.
        name = TextColumn("{task.description}", markup=False, table_column=Column(overflow="fold"))
        spare = console.width - cell_len(str(root)) - len(f"{total}/{total}") - BAR_NUMBERS
        drawn = BarColumn(max(BAR[0], min(BAR[1], spare)), table_column=Column(no_wrap=True))
        kinds = (MofNCompleteColumn, TimeElapsedColumn, TimeRemainingColumn)
        runs, spent, ahead = (kind(table_column=Column(no_wrap=True)) for kind in kinds)
        note = TextColumn("{task.fields[note]}")
        with Progress(
            name, drawn, runs, note, spent, TextColumn("left"), ahead, console=console
        ) as bar:
            shown = bar.add_task(str(root), total=total, note="runs")

            def tell(status: Status) -> None:
                nonlocal failed
                failed += status.status == FAILED
                bar.update(shown, advance=1, note=f"runs, {failed} failed" if failed else "runs")

            yield tell
        return

    began = said = time.monotonic()
    count = 0

    def say(status: Status) -> None:
        nonlocal failed, count, said
        count += 1
        failed += status.status == FAILED
        now = time.monotonic()
        if now - said >= PLAIN_LINE_S or count == total:
            said = now
            left = (now - began) / count * (total - count)
            times = f"{now - began:.0f} s, about {left:.0f} s left"
            line(f"{count} of {total} runs, {failed} failed, {times}")

    if not total:
        line("nothing left to run")
    yield say
