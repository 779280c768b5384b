"""The commands about one scenario: new, check, describe, run."""

import json
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
    load,
    printed_json,
    quoted,
    show,
    show_text,
    write_file,
)


def new(
    file: Path,
    /,
    *,
    from_: Annotated[str, Parameter(name="--from", negative="")] = "baseline",
) -> None:
    """Write a scenario file of your own: a copy of one that comes with redeploy.

    Parameters
    ----------
    file
        File to write, such as my.toml; one that is there already stays as it is.
    from_
        The scenario to copy, such as static; `redeploy describe scenarios` lists them.
    """
    from sim.scenario.shipped import PREFIX, write_copy

    name = from_.removeprefix(PREFIX)
    write_copy(name, file)
    scenario = load(file, None)
    act = "batch" if scenario.plan else "run"
    then = f"`redeploy check {quoted(file)}` and `redeploy {act} {quoted(file)}`"
    show_text(f"{file}: written, a copy of {PREFIX}{name}; change what you like, then {then}")


def check(
    files: Annotated[list[Path], Parameter(negative="")], /, *, settings: Settings = None
) -> int:
    """Check scenario files and report every problem. This runs neither them nor their code.

    Parameters
    ----------
    files
        Scenario files (TOML), or redeploy:NAME for one that comes with redeploy.
    """
    from sim.batches.plan import make_plan
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
            arms, futures = (
                len({getattr(point, part) for point in plan.points}) for part in ("arm", "future")
            )
            parts = {"arms": arms, "futures": futures, "replications": plan.replications}
            said = " x ".join(
                f"{number:,} {noun if number > 1 else noun[:-1]}" for noun, number in parts.items()
            )
            runs = f"{len(plan):,} run{'s' * (len(plan) > 1)}"
            print(f"{file}: fine; a batch of it, `hold` included, is {said} = {runs}")
            for each in (scenario.sweep.get("table"), scenario.futures.table):
                if note := getattr(each, "note", ""):
                    print(f"{file}: {each}: {note}, is left out")
            for name in scenario.own_code:
                print(
                    f"{file}: {name} is code that `run` and `batch` run; "
                    "its own settings are checked then, before the first run"
                )
    return status


def describe(
    what: Literal[
        "parameters",
        "couplings",
        "outcomes",
        "strategies",
        "shocks",
        "scenario",
        "scenarios",
        "places",
        "missions",
        "situation",
    ],
    name: str | None = None,
    /,
    *,
    as_json: AsJson = False,
) -> None:
    """Print a registry, or those of its entries that match a name; or one scenario, resolved.

    Registries are the parameters, the places of the map, what a strategy sees, and others.

    Parameters
    ----------
    what
        Which registry.
    name
        Name of an entry, or a part of one, such as presence. `describe scenario FILE` prints the
        file with every default filled in.
    """
    from sim.cli import description
    from sim.scenario import UserError, to_toml
    from sim.scenario.shipped import is_shipped

    names_a_file = name is not None and (name.endswith(".toml") or is_shipped(name))
    if names_a_file and what not in ("scenario", "scenarios"):
        raise UserError(f'describe {what}: takes no file; did you mean "describe scenario {name}"?')
    if name is not None and what == "scenario" and (names_a_file or Path(name).exists()):
        scenario = load(Path(name), None)
        print(scenario.to_json() if as_json else to_toml(scenario).rstrip())
        return
    rows = description.entries(what, name)
    if as_json:
        print(printed_json(rows))
    else:
        show_text(description.as_text(rows))


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
    """Run a scenario once and print its main outcomes.

    A strategy module:Class beside the scenario is code, and this command runs it.

    Parameters
    ----------
    scenario
        Scenario file (TOML), or redeploy:NAME for one that comes with redeploy.
    seed
        Replaces replications.base_seed.
    replication
        Number of the replication, from 0.
    out
        Folder for run.json, weekly.parquet and, if the scenario records them, events.parquet and
        layers.parquet.
    profile
        Print on stderr the time that each mechanism takes; the run is made four times.
    every
        Print every outcome, not only the main ones.
    """
    from sim.batches.plan import make_plan
    from sim.results.manifest import versions
    from sim.scenario import UserError, base_of, with_code

    if not 0 <= replication <= 2**53:
        from sim.errors import got

        raise UserError(
            f"--replication: expected a whole number from 0 to {2**53} {got(replication)}"
        )
    resolved = load(
        scenario,
        settings,
        {} if seed is None else {"--seed": {"replications.base_seed": seed}},
        allow_code,
    )
    with redirect_stdout(sys.stderr):
        resolved = with_code(resolved)
    # What `check` refuses is not run: a mistake in a plan is often a mistake in its base too.
    make_plan(resolved, source="")
    if resolved.plan:
        sections = ", ".join(f"[{name}]" for name in resolved.plan)
        base = f'its base, strategy "{resolved.strategy.name}"'
        print(
            f"this file has a plan ({sections}); running {base}; `redeploy batch` runs the plan",
            file=sys.stderr,
        )
        resolved = base_of(resolved)
    if out is not None:
        _make(out)
    records = _profiled(resolved, replication) if profile else _run(resolved, replication)
    from sim.cli import description

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
        # Last, so that a folder with run.json is complete.
        text = f"{printed_json(result)}\n"
        write_file(out / "run.json", lambda file: file.write(text.encode()))
    if as_json:
        print(printed_json(result))
    else:
        show(lambda console: description.print_outcomes(records.outcomes, console, every))


def _run(scenario: Any, replication: int) -> Any:
    from sim.simulation.run import run as run_once

    with redirect_stdout(sys.stderr):
        return run_once(scenario, replication)


def _profiled(scenario: Any, replication: int) -> Any:
    from sim.simulation.profile import profiled

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
