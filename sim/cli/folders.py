"""The commands about results folders: batch, status, merge, compare, report."""

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from sim.cli.console import (
    AllowCode,
    AsJson,
    Settings,
    Whole,
    counted,
    load,
    printed_json,
    quoted,
    reasons,
    show,
    show_text,
)


def batch(
    scenarios: Annotated[list[Path], Parameter(negative="")],
    /,
    *,
    replications: Whole | None = None,
    workers: Whole | None = None,
    processes: Annotated[bool, Parameter(negative="")] = False,
    shard: str = "1/1",
    out: Path | None = None,
    settings: Settings = None,
    replace: Annotated[bool, Parameter(negative="")] = False,
    allow_code: AllowCode = False,
) -> int:
    """Run every point and replication into a results folder; the same command, again, resumes.

    A strategy module:Class that a scenario names is code, and this command runs it.

    Parameters
    ----------
    scenarios
        Scenario files (TOML), or redeploy:NAME for one that comes with redeploy; with several,
        --out is required.
    replications
        Replaces replications.count.
    workers
        Number of parallel runs; the default is the number of processors.
    processes
        Use worker processes instead of threads: faster if your own strategy computes much in
        Python.
    shard
        Run part i of n, such as 2/4: every n-th replication, into a folder of its own;
        `redeploy merge` joins the parts.
    out
        Results folder; the default is results/NAME.
    replace
        Move an older folder of this name aside.
    """
    from sim.batches.runner import batch as run_batch
    from sim.batches.shard import Shard
    from sim.scenario import UserError
    from sim.scenario.shipped import located

    if len(scenarios) > 1 and out is None:
        raise UserError("--out: expected a folder when several scenarios are given")
    for name, number in (("--replications", replications), ("--workers", workers)):
        if number is not None and number < 1:
            raise UserError(f"{name}: expected 1 or more (got {number})")
    loaded = [load(file, settings, allow_code=allow_code) for file in scenarios]
    folder = out or Shard.parse(shard).beside(Path("results") / located(scenarios[0]).stem)
    what = loaded[0] if len(loaded) == 1 else loaded
    options: dict[str, Any] = {
        "workers": workers,
        "replications": replications,
        "processes": processes,
        "shard": shard,
    }
    with redirect_stdout(sys.stderr):
        results = run_batch(what, out=folder, replace=replace, **options)
    counts = results.status()
    if counts["FAILED"]:
        show_text(f"{folder}: {counted(counts)}; {reasons(folder)}")
        return 1
    show_text(f"{folder}: {counted(counts)}; `redeploy compare {quoted(folder)}` compares")
    return 0


def status(directory: Path, /, *, as_json: AsJson = False) -> None:
    """Print what a results folder holds: runs by status, failures, digest.

    Parameters
    ----------
    directory
        Results folder.
    """
    from sim.errors import printable
    from sim.results.results import Results

    results = Results.open(directory)
    counts, failures, digest = results.status(), results.failures(), results.digest()
    if as_json:
        print(printed_json({"counts": counts, "failures": failures, "digest": digest}))
        return
    told = [
        f"{directory}: {counted(counts)}",
        f"digest {digest}",
        *(f"{arm}." for arm in results.missing().arms),
    ]
    for failure in failures:
        world = f"replication {failure['replication']}" + (
            f", future {failure['future']}" if failure.get("future") else ""
        )
        told.append(f"failed: {failure['label']}, {world}: {failure['error']}")
    show_text("\n".join(map(printable, told)))


def merge(
    directories: Annotated[list[Path], Parameter(negative="")], /, *, out: Path | None = None
) -> int:
    """Join shards of one batch into one results folder.

    Parameters
    ----------
    directories
        Results folders of the same plan.
    out
        Folder to write; the default is NAME for NAME.shard-1-of-4 and so on.
    """
    from sim.batches.merge import merge as merge_folders

    merged = merge_folders(directories, out)
    counts = merged.status()
    show_text(
        f"{merged.path}: {counted(counts)}; `redeploy compare {quoted(merged.path)}` compares"
    )
    return 1 if counts["FAILED"] else 0


def compare(
    directories: Annotated[list[Path], Parameter(negative="")],
    /,
    *,
    baseline: str | None = None,
    outcome: Annotated[list[str] | None, Parameter(negative="")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the points of a results folder with a baseline, or a second folder with the first.

    Within one folder runs are compared pair by pair; between two, arm by arm.

    Parameters
    ----------
    directories
        One results folder, or two: then arms of the same label are compared, the second folder
        against the first.
    baseline
        A label, a point_id or key=value,...; the default is "hold" with the same tasking and the
        file's levers, and "levers" is "hold" with the levers of the arm's own strategy. It applies
        to one folder only.
    outcome
        An outcome to compare; may be repeated.
    """
    from sim.scenario import UserError

    if len(directories) > 2:
        raise UserError(f"compare: expected one results folder, or two (got {len(directories)})")
    if len(directories) == 2 and baseline is not None:
        raise UserError(
            "--baseline: with two folders the first is the baseline, arm by arm; leave it out"
        )
    from sim.analysis.between import compare_folders
    from sim.analysis.compare import compare as compare_points
    from sim.results.results import Results

    first, *others = map(Results.open, directories)
    if others:
        comparison = compare_folders(first, others[0], outcome)
    else:
        comparison = compare_points(first, baseline=baseline, outcomes=outcome)
    if as_json:
        print(comparison.to_json())
        return
    from sim.analysis.printed import print_comparison

    show(lambda console: print_comparison(comparison, console))


def report(
    directory: Path,
    /,
    *,
    out: Path | None = None,
    point: str | None = None,
    language: Literal["en"] = "en",  # noqa: ARG001
) -> None:
    """Write a results folder as one HTML page, with pictures, and print its path.

    Parameters
    ----------
    directory
        Results folder.
    out
        Where the page goes; the default is report.html in the folder.
    point
        Point whose weeks and maps are shown, by label or point_id; the default is the middle one.
    language
        English only, in this version.
    """
    from sim.results.results import Results

    results = Results.open(directory)  # before the slow import, so that a wrong path fails at once
    from sim.report.page import report as write

    print(write(results, out, point))
