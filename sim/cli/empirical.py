"""The commands that compare the model with published data: `redeploy calibrate` and `validate`.

`cli/main.py` registers them.
"""

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sim.cli.console import (
    AllowCode,
    AsJson,
    Settings,
    Whole,
    load,
    printed_json,
    reasons,
    show,
    write_file,
)


def calibrate(
    scenario: Path,
    /,
    *,
    against: Path,
    samples: Whole | None = None,
    keep: Whole | None = None,
    workers: Whole | None = None,
    out: Path | None = None,
    settings: Settings = None,
    replace: Annotated[bool, Parameter(negative="")] = False,
    as_json: AsJson = False,
    allow_code: AllowCode = False,
) -> int:
    """Draw the parameters of [futures], run each draw and keep those nearest to the observations.

    The same command, given again, resumes.

    Parameters
    ----------
    scenario
        Scenario file (TOML) with [futures], such as redeploy:history/2018.
    against
        Table of observed series (CSV), such as redeploy:history/observed.csv: series, unit, when,
        value, low, high, source, use (fit or held_out).
    samples
        Replaces futures.samples.
    keep
        Draws to keep; the default is one in five.
    workers
        Number of parallel runs; the default is the number of processors.
    out
        Results folder; the default is results/NAME. fitted.csv, calibration.json and fans.png are
        written there too.
    replace
        Move an older folder of this name aside.
    """
    from sim.calibration.observed import read_observed, refuse_other_days
    from sim.scenario import UserError
    from sim.scenario.shipped import located

    for name, asked in (("--workers", workers), ("--samples", samples)):
        if asked is not None and asked < 1:
            raise UserError(f"{name}: expected 1 or more (got {asked})")
    rows = read_observed(against)
    loaded = load(
        scenario,
        settings,
        {} if samples is None else {"--samples": {"futures.samples": samples}},
        allow_code,
    )
    refuse_other_days(rows, against, loaded.time.start_date, loaded.time.horizon_days)
    from sim.batches.runner import batch as run_batch
    from sim.calibration.calibrate import calibrate as fit
    from sim.calibration.calibrate import members_of, print_calibration
    from sim.errors import printable
    from sim.results.missing import BIASED, shortened, untold

    members = members_of(loaded, keep)
    folder = out or Path("results") / located(scenario).stem
    count = loaded.replications.count
    with redirect_stdout(sys.stderr), untold():
        results = run_batch(loaded, out=folder, workers=workers, replace=replace)
    # Replications beyond `count`, from an earlier command, do not enter the answer.
    failures = [failure for failure in results.failures() if failure["replication"] < count]
    if failures:
        asked = len(results.manifest["points"]) * count
        first = f"first reason: {printable(shortened(failures[0]['error']))}"
        biased = f". {BIASED}" if len(failures) < asked else ""
        failed = f"{len(failures):,} of {asked:,} runs failed"
        print(f"{folder}: {failed}; {first}; {reasons(folder)}{biased}", file=sys.stderr)
        if len(failures) == asked:
            return 1
    found = fit(results, rows, members, count)
    from sim.report.fans import fans

    picture, fitted = io.BytesIO(), folder / "fitted.csv"
    fans(found).savefig(picture, format="png", dpi=150)
    # All three are made before the first is written: if one fails, the files of an earlier
    # calibration still belong together.
    answer, ensemble = printed_json(found.to_dict()), found.to_csv()
    write_file(folder / "fans.png", lambda file: file.write(picture.getvalue()))
    write_file(folder / "calibration.json", lambda file: file.write(f"{answer}\n".encode()))
    write_file(fitted, lambda file: file.write(ensemble.encode()))
    if as_json:
        print(answer)
    else:
        show(lambda console: print_calibration(found, console))
        table = f"table = {json.dumps(str(fitted), ensure_ascii=False)}"
        runs = f'`[futures] design = "table"`, `{table}` runs it'
        print(f"{fitted}: the ensemble; {runs} (paths start from the file that names them)")
    return 1 if found.failed else 0


def validate(
    *bare: Annotated[str, Parameter(show=False)],
    fact: Annotated[list[str] | None, Parameter(negative="")] = None,
    out: Path = Path("results/validate"),
    workers: Whole | None = None,
    replace: Annotated[bool, Parameter(negative="")] = False,
    ablate: Annotated[bool, Parameter(negative="")] = False,
    as_json: AsJson = False,
) -> int:
    """Test published facts on the shipped baseline and print the scoreboard.

    The same command, given again, resumes.

    Parameters
    ----------
    fact
        Id of a fact to test; may be repeated; the default is all.
    out
        Folder for the runs of each fact, and for scoreboard.json, which covers every fact whose
        runs are there.
    workers
        Number of parallel runs; the default is the number of processors.
    replace
        Move older folders and the older scoreboard aside.
    ablate
        Also print what moving a tenth of the soldiers changes with each coupling off
        (redeploy:experiments/decomposition).
    """
    from sim.results.missing import untold
    from sim.scenario import UserError
    from sim.validation import run as validation
    from sim.validation.scoreboard import print_scores, print_slopes

    if bare:
        raise UserError(f"validate: {validation.each_named(bare)}")
    if workers is not None and workers < 1:
        raise UserError(f"--workers: expected 1 or more (got {workers})")
    with untold():  # the scoreboard lists them
        scores = validation.validate(fact, out, workers, replace, and_ablate=ablate)
    if not as_json:
        show(lambda console: print_scores(scores, console))
    with untold():
        slopes = validation.ablate(out, workers, replace) if ablate else None
    if as_json:
        print(printed_json(validation.as_dict(scores) | (slopes.as_dict() if slopes else {})))
    elif slopes:
        show(lambda console: print_slopes(slopes, console))
    return (
        1
        if any(score.failed_runs for score in scores) or (slopes and any(slopes.failed.values()))
        else 0
    )
