"""Results folders damaged at random, and all that reads, resumes and merges them."""

import hashlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import fake_runs
from damages import DAMAGES
from trial import LONGEST, Verdict, answer_here, broken, nature

FOLDERS = ("hurt", "hurt", "hurt", "hurt", "goals", "[x]", "-x", "ñ", "a b", "*", "x'y", "g\n")
READERS = (
    "design",
    "runs",
    "weekly",
    "events",
    "layers",
    "status",
    "failures",
    "outcomes",
    "digest",
    "compare",
)
VIEWS = ("runs", "weekly", "events", "layers", "design")
SECONDS = 10  # of processor, of one step


@dataclass(frozen=True)
class Scenario(fake_runs.Scenario):
    """The stand-in with what a report asks of one."""

    map: dict[str, int] = field(default_factory=lambda: {"resolution_km": 10})


def plan() -> Any:
    from sim.batches import make_plan

    return make_plan(
        Scenario(sweep=fake_runs.SWEPT.sweep), points_of=fake_runs.points_of, source="code-1"
    )


def done(root: Path, ran: list[str] | None = None, run: Callable[..., Any] = fake_runs.run) -> Any:
    """Call `batch` with the stand-in run, and append each run that it makes to `ran`."""
    from sim.batches import batch

    def noted(scenario: Any, replication: int = 0) -> Any:
        if ran is not None:
            ran.append(f"{scenario.hash} {replication}")
        return run(scenario, replication)

    return batch(
        plan(), out=root, workers=1, run=noted, outcomes=fake_runs.OUTCOMES, progress=False
    )


class Truth:
    """Make an undamaged folder: with one joined part, with several parts, or with failed runs."""

    def __init__(self, home: Path) -> None:
        self.folders = {name: home / name for name in ("joined", "parts", "failed")}
        # Stored times decide the names of parts, so stop the clock: a seed then repeats a damage.
        with mock.patch("time.perf_counter", lambda: 0.0):
            done(self.folders["joined"])
            with mock.patch("sim.batches.runner.gather", lambda *_: None):
                done(self.folders["parts"])
            with warnings.catch_warnings(action="ignore"):  # of the runs that fail as they should
                done(self.folders["failed"], run=fake_runs.failing_run)
        from sim import Results

        whole = Results.open(self.folders["joined"])
        self.digest = whole.digest()
        self.frames = {}  # by reader: Arrow and DuckDB return different kinds of null
        for name in ("runs", "weekly", "events", "layers"):
            self.frames[name] = by_run(getattr(whole, name)())
            self.frames[f"sql {name}"] = by_run(whole.sql(f"select * from {name}"))
        self.tasks = {
            task.run_id: f"{task.point.scenario.hash} {task.replication}" for task in plan().tasks()
        }


def by_run(frame: Any) -> dict[str, str]:
    """run_id -> digest of its rows, whatever their order."""
    columns = [name for name in sorted(frame.columns) if name not in ("run_id", "wall_s")]
    rows: dict[str, list[str]] = {}
    for row in frame[["run_id", *columns]].itertuples(index=False):
        rows.setdefault(str(row[0]), []).append(repr(tuple(row[1:])))
    return {
        run_id: hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
        for run_id, lines in rows.items()
    }


def sums(root: Path) -> dict[str, str]:
    """Relative path -> SHA-256 of every file that is one."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def intact_runs(before: dict[str, str], after: dict[str, str], root: Path) -> set[str]:
    """The runs of parts of which no file has changed."""
    import pyarrow.parquet as pq

    found: set[str] = set()
    for stem in {Path(name).name.split(".")[0] for name in before if name.startswith("runs/")}:
        if all(
            after.get(name) == value
            for name, value in before.items()
            if Path(name).name.split(".")[0] == stem
        ):
            found |= set(
                pq.ParquetFile(root / "runs" / f"{stem}.parquet")
                .read(["run_id"])["run_id"]
                .to_pylist()
            )
    return found


class Found(Exception):
    """A finding: its kind and what to read."""


def folder_verdict(pick: Random, truth: Truth) -> Verdict:
    """Damage a folder in one to three ways, use it, and return the first fault found."""
    home = Path(tempfile.mkdtemp(prefix="fuzz-", dir=truth.folders["joined"].parent))
    home.chmod(0o755)
    before = os.getcwd()
    os.chdir(home)
    said: list[str] = []
    try:
        variant = pick.choice(("joined", "parts", "parts", "failed"))
        root = Path(pick.choice(FOLDERS))
        shutil.copytree(truth.folders[variant], root)
        for damage in pick.sample(DAMAGES, pick.choice((1, 1, 1, 2, 3))):
            said.append(damage(root, pick))
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            refused = inspected(root, truth, variant, pick, warned)
        return Verdict("refused" if refused else "accepted", detail="; ".join(said))
    except Found as found:
        return Verdict(
            "finding",
            found.args[0],
            "\n".join((f"{variant} in {str(root)!r}: " + "; ".join(said), *found.args[1:])),
        )
    finally:
        os.chdir(before)
        shutil.rmtree(home, ignore_errors=True)


def inspected(root: Path, truth: Truth, variant: str, pick: Random, warned: list) -> bool:
    """Call every reader of a damaged folder; return whether one refused it. Raise Found."""
    from sim import Results
    from sim.batches import merge

    whole_files, files = sums(truth.folders[variant]), sums(root)
    intact = intact_runs(whole_files, files, truth.folders[variant])
    refused = not asked("open", lambda: Results.open(root))
    for name in READERS:
        frame = asked(name, lambda name=name: getattr(Results.open(root), name)())
        refused |= frame is None
        if name in truth.frames and frame is not None:
            compared(name, frame, truth)
    for view in VIEWS:
        frame = asked(
            f"sql {view}", lambda view=view: Results.open(root).sql(f"select * from {view}")
        )
        if f"sql {view}" in truth.frames and frame is not None:
            compared(f"sql {view}", frame, truth)
    missing_rows_are_told(root, variant, warned)
    place = f"./{root}"
    commands = [("status", place), ("compare", place), ("status", place, "--json")]
    if pick.random() < 0.3:
        commands.append(("report", place))
    for command in commands:
        told(command)
    if sums(root).items() < files.items():
        raise Found("reading has removed or changed a file")
    asked(
        "merge",
        lambda: equal_digest(merge([root, truth.folders["joined"]], "merged"), truth, "merge"),
    )
    resumed(root, truth, intact)
    return refused


def asked(name: str, question: Callable[[], Any]) -> Any:
    """Return the answer, or None after a refusal; any other error is a finding."""
    from sim.errors import UserError

    try:
        return question()
    except UserError as error:
        if long := [line for line in str(error).splitlines() if len(line) > LONGEST]:
            raise Found(
                f"{name}: a line of more than {LONGEST} characters: {nature(long[0])}", long[0]
            ) from None
        return None
    except Found:
        raise
    except BaseException as error:
        import traceback

        raise Found(f"{name}: {broken(error)}", traceback.format_exc()[-1_500:]) from None


def compared(name: str, frame: Any, truth: Truth) -> None:
    """Check that a folder that is read without a warning gives the rows that were stored."""
    true = truth.frames[name]
    try:
        here = by_run(frame)
    except KeyError as error:
        raise Found(f"{name}: read without a word, without column {error}") from None
    if wrong := [run_id for run_id, value in here.items() if true.get(run_id) != value]:
        raise Found(
            f"{name}: other rows than were stored, read without a word",
            f"{wrong[:3]}\n{frame.head()}",
        )


def missing_rows_are_told(root: Path, variant: str, warned: list) -> None:
    """Check that lost runs cause a warning, or are counted as pending by `status`."""
    from sim import Results

    runs = asked("runs", lambda: Results.open(root).runs())
    status = asked("status", lambda: Results.open(root).status())
    stored = 11 if variant == "failed" else 12
    if runs is not None and status is not None and len(runs) < stored and not warned:
        if status["SUCCEEDED"] != len(runs) or sum(status.values()) < 12:
            raise Found("runs are missing without a word", f"{len(runs)} runs, {status}")


def told(command: tuple[str, ...]) -> None:
    answer = answer_here(command)
    name = command[0]
    if answer.broke:
        raise Found(f"`{name}`: {answer.broke}", answer.err[-1_500:])
    if answer.status not in (0, 2) or (answer.status == 2 and not answer.err):
        raise Found(f"`{name}`: exit status {answer.status}", answer.err)
    if any(len(line) > LONGEST for line in answer.err.splitlines()):
        raise Found(f"`{name}`: a line of more than {LONGEST} characters", answer.err)


def equal_digest(results: Any, truth: Truth, name: str) -> Any:
    if results.digest() != truth.digest:
        raise Found(f"{name}: another digest, without a word", str(results.status()))
    return results


def resumed(root: Path, truth: Truth, intact: set[str]) -> None:
    """Check that `batch` completes the folder or refuses it, and repeats no undamaged run."""
    ran: list[str] = []
    asked("batch", lambda: equal_digest(done(root, ran), truth, "batch"))
    if again := [run_id for run_id in intact if truth.tasks[run_id] in ran]:
        raise Found("batch: a finished, undamaged run was done again", str(again))
    if lost := intact - readable_runs(root):
        raise Found("batch: a finished, undamaged run was deleted", str(lost))


def readable_runs(root: Path) -> set[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found: set[str] = set()
    for part in (root / "runs").glob("*.parquet"):
        try:
            if part.is_file():
                found |= set(pq.ParquetFile(part).read(["run_id"])["run_id"].to_pylist())
        except (OSError, KeyError, pa.ArrowException):
            continue
    return found
