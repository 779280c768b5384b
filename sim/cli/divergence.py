"""The command `redeploy diverge`, which finds where two runs part. `cli/main.py` registers it."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sim.cli.console import AllowCode, AsJson, Settings, Whole, show

SettingsA = Annotated[
    list[str] | None,
    Parameter(name="--set-a", negative="", help="key=value laid over A alone; may be repeated"),
]
SettingsB = Annotated[
    list[str] | None,
    Parameter(name="--set-b", negative="", help="key=value laid over B alone; may be repeated"),
]
MAX_WEEKS = 1_044  # of the longest horizon


def diverge(
    a: str,
    b: str,
    /,
    *,
    settings: Settings = None,
    settings_a: SettingsA = None,
    settings_b: SettingsB = None,
    scenario: Path | None = None,
    replication: Whole = 0,
    seed: Whole | None = None,
    weeks: Whole = 12,
    as_json: AsJson = False,
    allow_code: AllowCode = False,
) -> None:
    """Say where two runs part: the first day, step, agent and field in which they differ, and how
    the difference spreads.

    Parameters
    ----------
    a
        A scenario file; a stored run FOLDER@POINT, by label or point_id; or a checkout, which is a
        folder with the code in sim.
    b
        The other run, given in the same ways; a checkout is compared only with a checkout.
    scenario
        For two checkouts, the scenario that both run; the default is the shipped baseline. For a
        stored run, the scenario file beside which its own strategy stands.
    replication
        Number of the replication, from 0.
    seed
        Replaces replications.base_seed in both runs.
    weeks
        For how many weeks the spread is followed.
    """
    from sim.divergence.diverge import diverge as find
    from sim.divergence.two_runs import sources
    from sim.errors import got
    from sim.scenario import UserError

    if not 0 <= replication <= 2**53:
        raise UserError(
            f"--replication: expected a whole number from 0 to {2**53} {got(replication)}"
        )
    if not 0 <= weeks <= MAX_WEEKS:
        raise UserError(f"--weeks: expected a whole number from 0 to {MAX_WEEKS:,} {got(weeks)}")
    given = {"--set": settings or (), "--set-a": settings_a or (), "--set-b": settings_b or ()}
    pair = sources(
        a, b, given, scenario=scenario, replication=replication, seed=seed, allow_code=allow_code
    )
    found = find(*pair, weeks)
    if as_json:
        print(found.to_json())
        return
    from sim.divergence.printed import print_divergence

    show(lambda console: print_divergence(found, console))
