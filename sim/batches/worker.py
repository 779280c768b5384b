"""What one worker does: it makes the runs of a chunk and stores them itself."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.batches.design import stored
from sim.batches.plan import Task
from sim.results.columns import schema_of
from sim.results.parts import parquet, write_part
from sim.results.results import FAILED, SUCCEEDED

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Status:
    """What a worker reports of one run; `failure` is its line of failures.jsonl."""

    run_id: str
    status: str
    wall_s: float
    failure: dict[str, Any] | None = None


@dataclass(frozen=True)
class Chunk:
    """Runs for one worker, and where and how to store them."""

    root: Path
    tasks: tuple[Task, ...]
    x_types: dict[str, str]
    labels: dict[str, dict[str, str]]
    run: Callable[..., Any] | None


def begin_process() -> None:
    """Prepare a worker process.

    What a strategy prints stays off the standard output, and no worker outlives its batch.
    """
    sys.stdout = sys.stderr
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """End this process when its parent ends."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def run_chunk(chunk: Chunk) -> list[Status]:
    """Do the runs of a chunk, store the good ones as one part, and report on all of them."""
    import pandas as pd
    import pyarrow as pa

    run = chunk.run or shipped_run()
    statuses: list[Status] = []
    rows: list[dict[str, Any]] = []
    series: list[pd.DataFrame] = []
    events: list[pd.DataFrame] = []
    layers: list[pd.DataFrame] = []
    for task in chunk.tasks:
        if (chunk.root / "stop").exists():
            break
        began = time.perf_counter()
        try:
            records = run(task.point.scenario, replication=task.replication)
            wall_s = time.perf_counter() - began
            row = row_of(task, records, wall_s, chunk.x_types)
            weekly = records.weekly.assign(run_id=task.run_id)
            single = records.events.assign(run_id=task.run_id)
            snapshots = records.layers.assign(run_id=task.run_id)
        except Exception as error:
            wall_s = time.perf_counter() - began
            statuses.append(Status(task.run_id, FAILED, wall_s, failure_of(task, error)))
            continue
        rows.append(row)
        series.append(weekly)
        if len(single):
            events.append(single)
        if len(snapshots):
            layers.append(snapshots)
        statuses.append(Status(task.run_id, SUCCEEDED, wall_s))

    if not rows:
        return statuses
    files = {}
    for kind, frames in (
        ("series", series),
        ("events", events),
        ("layers", layers),
        ("runs", [pd.DataFrame(rows)]),
    ):
        if frames:
            frame = pd.concat(frames, ignore_index=True)
            schema = schema_of(kind, list(frame.columns), chunk.labels, chunk.x_types)
            columns = frame.reindex(columns=schema.names)
            table = pa.Table.from_pandas(columns, schema=schema, preserve_index=False)
            # Without the notes of pandas, which take 4 kB a part.
            files[kind] = parquet(kind, table.replace_schema_metadata())
    write_part(chunk.root, files)
    return statuses


def shipped_run() -> Callable[..., Any]:
    """Return the model's own `run`."""
    from sim.simulation.run import run

    return run


def row_of(task: Task, records: Any, wall_s: float, kinds: dict[str, str]) -> dict[str, Any]:
    """Return the row of `runs` for a finished run."""
    point = task.point
    row = {
        "run_id": task.run_id,
        "point_id": point.point_id,
        "label": point.label,
        "strategy": point.strategy,
        "future": point.future,
        "replication": task.replication,
        "seed": int(records.seed),
        "status": SUCCEEDED,
        "wall_s": wall_s,
    }
    row |= {name: stored(point.x.get(name[2:]), kind) for name, kind in kinds.items()}
    outcomes = records.outcomes.items()
    return row | {name: None if value is None else float(value) for name, value in outcomes}


def failure_of(task: Task, error: Exception) -> dict[str, Any]:
    """Return the line of failures.jsonl for a run that raised."""
    return {
        "run_id": task.run_id,
        "point_id": task.point.point_id,
        "label": task.point.label,
        "future": task.point.future,
        "replication": task.replication,
        "status": FAILED,
        "error": f"{type(error).__name__}: {error}",
        "traceback": "".join(traceback.format_exception(error)),
    }
