"""The command `redeploy`: reads the command line, calls the library, prints. Everything heavy is imported inside the command that needs it.

What a user's own code prints goes to stderr: stdout holds the answer and nothing else. `terminal.py` has the exit status.
"""

import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from sim import __version__, console
from sim.console import AllowCode, AsJson, Settings, Whole, counted, load, printed_json, quoted, reasons, show, show_text, write_file
from sim.terminal import answered

app = App(
    name="redeploy",
    help="Simulate how a state redeploys its forces between two theatres. Every scenario is hypothetical.",
    version=__version__,
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: that of the process) and return its exit status."""

    def command() -> int:
        status = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
        return status if isinstance(status, int) else 0

    return answered(command, {__file__, console.__file__, f"{Path(__file__).parent}/evidence.py"})


@app.command
def check(files: Annotated[list[Path], Parameter(negative="")], /, *, settings: Settings = None) -> int:
    """Check scenario files without running them, or the code that they name; every problem is named.

    Parameters
    ----------
    files
        Scenario files (TOML).
    """
    from sim.batch.plan import make_plan
    from sim.scenario import UserError

    status = 0
    for file in files:
        try:
            scenario = load(file, settings)
            plan = make_plan(scenario, source="")
        except UserError as error:
            print(error, file=sys.stderr)
            status = 2
        else:
            arms, futures = (len({getattr(point, part) for point in plan.points}) for part in ("arm", "future"))
            parts = {"arms": arms, "futures": futures, "replications": plan.replications}
            said = " x ".join(f"{number:,} {noun if number > 1 else noun[:-1]}" for noun, number in parts.items())
            print(f"{file}: fine; a batch of it, `hold` included, is {said} = {len(plan):,} run{'s' * (len(plan) > 1)}")
            for each in (scenario.sweep.get("table"), scenario.futures.table):
                if note := getattr(each, "note", ""):
                    print(f"{file}: {each}: {note}, is left out")
            for name in scenario.own_code:
                print(f"{file}: {name} is code that `run` and `batch` run; its own settings are checked then, before the first run")
    return status


@app.command
def describe(
    what: Literal["parameters", "couplings", "outcomes", "strategies", "shocks", "scenario", "places", "missions", "situation"],
    name: str | None = None,
    /,
    *,
    as_json: AsJson = False,
) -> None:
    """Print a registry or the entries of a name: parameters, places of the map, what a strategy sees, ...; or one scenario, resolved.

    Parameters
    ----------
    what
        Which registry.
    name
        One of its entries or a part of a name, such as presence; with "scenario", a file is printed with every default filled in.
    """
    from sim import description
    from sim.scenario import UserError, to_toml

    if name is not None and what != "scenario" and name.endswith(".toml"):
        raise UserError(f'describe {what}: takes no file; did you mean "describe scenario {name}"?')
    if name is not None and what == "scenario" and (name.endswith(".toml") or Path(name).exists()):
        scenario = load(Path(name), None)
        print(scenario.to_json() if as_json else to_toml(scenario).rstrip())
        return
    rows = description.entries(what, name)
    if as_json:
        print(printed_json(rows))
    else:
        show_text(description.as_text(rows))


@app.command
def run(
    scenario: Path,
    /,
    *,
    seed: Whole | None = None,
    replication: Whole = 0,
    settings: Settings = None,
    out: Path | None = None,
    as_json: AsJson = False,
    profile: Annotated[bool, Parameter(negative="")] = False,
    every: Annotated[bool, Parameter(name="--all", negative="")] = False,
    allow_code: AllowCode = False,
) -> None:
    """Run a scenario once and print its main outcomes. A strategy module:Class beside it is code, and is run.

    Parameters
    ----------
    scenario
        Scenario file (TOML).
    seed
        Replaces replications.base_seed.
    replication
        Which of the replications, from 0.
    out
        Folder for run.json, weekly.parquet and, where the scenario records them, events.parquet and layers.parquet.
    profile
        Print where the time went, mechanism by mechanism, on stderr; the run is made four times.
    every
        Print every outcome, not the main ones only.
    """
    from sim.batch.manifest import versions
    from sim.batch.plan import make_plan
    from sim.scenario import UserError, base_of, with_code

    if not 0 <= replication <= 2**53:
        from sim.scenario.problems import got

        raise UserError(f"--replication: expected a whole number from 0 to {2**53} {got(replication)}")
    resolved = load(scenario, settings, {} if seed is None else {"--seed": {"replications.base_seed": seed}}, allow_code)
    with redirect_stdout(sys.stderr):
        resolved = with_code(resolved)
    make_plan(resolved, source="")  # what `check` refuses is not run: a mistake in a plan is often one in its base
    if resolved.plan:
        sections = ", ".join(f"[{name}]" for name in resolved.plan)
        base = f'its base, strategy "{resolved.strategy.name}"'
        print(f"this file has a plan ({sections}); running {base}; `redeploy batch` runs the plan", file=sys.stderr)
        resolved = base_of(resolved)
    if out is not None:
        _make(out)
    records = _profiled(resolved, replication) if profile else _run(resolved, replication)
    from sim import description

    result = {
        "outcomes": dict(records.outcomes),
        "units": description.units(records.outcomes),
        "scenario": json.loads(resolved.to_json()),
        "seed": resolved.replications.base_seed,
        "replication": replication,
        "versions": versions(),
    }
    if out is not None:
        write_file(out / "weekly.parquet", records.weekly.to_parquet)
        if resolved.record.events:
            write_file(out / "events.parquet", records.events.to_parquet)
        if resolved.record.layers_every_days:
            write_file(out / "layers.parquet", records.layers.to_parquet)
        write_file(out / "run.json", lambda file: file.write(f"{printed_json(result)}\n".encode()))  # last: a folder that has it is whole
    if as_json:
        print(printed_json(result))
    else:
        show(lambda console: description.print_outcomes(records.outcomes, console, every))


@app.command
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
    """Run every point and replication into a results folder; the same command again resumes. Strategies module:Class are code, and run.

    Parameters
    ----------
    scenarios
        Scenario files (TOML); with several, --out is required.
    replications
        Replaces replications.count.
    workers
        Runs at a time; the default is the number of processors.
    processes
        Use worker processes, not threads: quicker where an own strategy computes much in Python.
    shard
        Do part i of n, such as 2/4: every n-th replication, into a folder of its own; `redeploy merge` joins them.
    out
        Results folder; the default is results/NAME.
    replace
        Move an older folder of this name aside.
    """
    from sim.batch.runner import batch as run_batch
    from sim.batch.shard import Shard
    from sim.scenario import UserError

    if len(scenarios) > 1 and out is None:
        raise UserError("--out: expected a folder when several scenarios are given")
    for name, number in (("--replications", replications), ("--workers", workers)):
        if number is not None and number < 1:
            raise UserError(f"{name}: expected 1 or more (got {number})")
    loaded = [load(file, settings, allow_code=allow_code) for file in scenarios]
    folder = out or Shard.parse(shard).beside(Path("results") / scenarios[0].stem)
    what = loaded[0] if len(loaded) == 1 else loaded
    options: dict[str, Any] = {"workers": workers, "replications": replications, "processes": processes, "shard": shard}
    with redirect_stdout(sys.stderr):
        results = run_batch(what, out=folder, replace=replace, **options)
    counts = results.status()
    if counts["FAILED"]:
        show_text(f"{folder}: {counted(counts)}; {reasons(folder)}")
        return 1
    show_text(f"{folder}: {counted(counts)}; `redeploy compare {quoted(folder)}` compares")
    return 0


@app.command
def status(directory: Path, /, *, as_json: AsJson = False) -> None:
    """Print what a results folder holds: runs by status, failures, digest.

    Parameters
    ----------
    directory
        Results folder.
    """
    from sim.batch.store import Results
    from sim.scenario.problems import printable

    results = Results.open(directory)
    counts, failures, digest = results.status(), results.failures(), results.digest()
    if as_json:
        print(printed_json({"counts": counts, "failures": failures, "digest": digest}))
        return
    told = [f"{directory}: {counted(counts)}", f"digest {digest}", *(f"{arm}." for arm in results.missing().arms)]
    for failure in failures:
        world = f"replication {failure['replication']}" + (f", future {failure['future']}" if failure.get("future") else "")
        told.append(f"failed: {failure['label']}, {world}: {failure['error']}")
    show_text("\n".join(map(printable, told)))


@app.command
def merge(directories: Annotated[list[Path], Parameter(negative="")], /, *, out: Path | None = None) -> int:
    """Join shards of one batch into one results folder.

    Parameters
    ----------
    directories
        Results folders of the same plan.
    out
        Folder to write; the default is NAME for NAME.shard-1-of-4 and so on.
    """
    from sim.batch.merge import merge as merge_folders

    merged = merge_folders(directories, out)
    counts = merged.status()
    show_text(f"{merged.path}: {counted(counts)}; `redeploy compare {quoted(merged.path)}` compares")
    return 1 if counts["FAILED"] else 0


@app.command
def compare(
    directories: Annotated[list[Path], Parameter(negative="")],
    /,
    *,
    baseline: str | None = None,
    outcome: Annotated[list[str] | None, Parameter(negative="")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the points of a results folder with a baseline, pair by pair; or a second folder with the first, arm by arm.

    Parameters
    ----------
    directories
        Results folder; with two, arms of the same label are compared, the second folder against the first.
    baseline
        A label, a point_id or key=value,...; the default is "hold" with the same tasking. Of one folder only.
    outcome
        An outcome to compare; may be repeated.
    """
    from sim.scenario import UserError

    if len(directories) > 2:
        raise UserError(f"compare: expected one results folder, or two (got {len(directories)})")
    if len(directories) == 2 and baseline is not None:
        raise UserError("--baseline: of two folders the first is the baseline, arm by arm; leave it out")
    from sim.analysis.between import compare_folders
    from sim.analysis.compare import compare as compare_points
    from sim.batch.store import Results

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


@app.command
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
        Whose weeks and maps are shown, by label or point_id; the default is the middle of the points.
    language
        English only, in this version.
    """
    from sim.batch.store import Results

    results = Results.open(directory)  # before the slow import: a wrong path is told at once
    from sim.pictures.report import report as write

    print(write(results, out, point))


app.command("sim.evidence:calibrate", name="calibrate", help="Keep the draws of [futures] that are nearest to what was observed.")
app.command("sim.evidence:validate", name="validate", help="Try published facts on the shipped baseline and print the scoreboard.")


@app.command(name="cache")
def kept(*, clear: Annotated[bool, Parameter(negative="")] = False, as_json: AsJson = False) -> None:
    """Print where the compiled model, travel tables and routes are kept, and how large they are.

    Parameters
    ----------
    clear
        Remove them all; the next run compiles the model again.
    """
    from sim import cache
    from sim.scenario.problems import UserError

    try:
        root = cache.cache_root()
    except RuntimeError:
        raise UserError("cache: there is no home folder; set XDG_CACHE_HOME to a folder that is yours") from None
    if reason := cache.refusal(root):
        raise UserError(f"{root}: nothing is kept here: {reason}")
    found = cache.contents()
    total = sum(kind["bytes"] for kind in found.values())
    if clear:
        cache.clear()
        if any(kind["files"] for kind in cache.contents().values()):
            raise UserError(f"{root}: not all of it can be removed; is it yours to write?")
    if as_json:
        print(printed_json({"place": str(root), "bytes": total, "kinds": found, "cleared": clear}))
        return
    print(f"{root}: {total / 1e6:.1f} MB" + (" removed" if clear else ""))
    for kind, of_kind in found.items():
        if of_kind["files"]:
            used = "" if clear else f", last used {date.fromtimestamp(of_kind['last_used'])}"
            print(f"{of_kind['files']:,} {cache.KINDS[kind]}, {of_kind['bytes'] / 1e6:.1f} MB{used}")


def _run(scenario: Any, replication: int) -> Any:
    from sim.run import run as run_once

    with redirect_stdout(sys.stderr):
        return run_once(scenario, replication)


def _profiled(scenario: Any, replication: int) -> Any:
    from sim.profile import profiled

    records, profile = profiled(scenario, replication)
    print(profile.text(), file=sys.stderr)
    return records


def _make(folder: Path) -> None:
    from sim.scenario import UserError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out: {folder} cannot be made: {error.strerror}") from None
    for name in ("run.json", "weekly.parquet", "events.parquet", "layers.parquet"):
        if (folder / name).is_dir():
            raise UserError(f"--out: {folder / name} is a directory and in the way")
