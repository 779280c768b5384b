"""Small scenarios that were once read wrongly, each with the answer that it must have now.

They extend the shipped baseline. ANSWERS has a row for each file of `cases/`: the exit status of
`redeploy check` and what it must say.
"""

import shutil
from pathlib import Path

import pytest

from sim.cli.main import main

HERE = Path(__file__).parent
BASELINE = HERE.parents[1] / "scenarios" / "baseline.toml"
CASES = HERE / "cases"
REFUSED, FINE = 2, 0

ANSWERS: dict[str, tuple[int, str]] = {
    "lever_under_hold.toml": (
        REFUSED,
        "lever_under_hold.toml: strategy.share_to_border: has no effect: "
        'the strategy "hold" does not use it; take it out\n'
        "lever_under_hold.toml: strategy.withdrawal: has no effect: "
        'the strategy "hold" does not use it; take it out',
    ),
    "start_past_horizon.toml": (
        REFUSED,
        "start_past_horizon.toml: strategy.start_day: expected at most 350, "
        "the day of the last review before time.horizon_days = 364 (got 2000)",
    ),
    "helicopters_at_share_0.toml": (
        FINE,
        "warning: helicopters_at_share_0.toml: strategy.move_helicopters: has no effect: "
        "it acts only while soldiers of the VRAEM move to the border (the share that moves is 0)",
    ),
    "sweep_ablate_number.toml": (
        REFUSED,
        'sweep.ablate: expected lists of couplings, such as [["leak"], []] (got 0.5)',
    ),
    "curly_quotes.toml": (
        REFUSED,
        'line 2, column 11: not TOML: Invalid value. The quotes “ are typographic; TOML wants "',
    ),
    "decimal_comma.toml": (REFUSED, "A decimal is written with a point: 0.15"),
    "title_under_time.toml": (
        REFUSED,
        "time.title: unknown key. title belongs above the first [table] of the file.",
    ),
    # Refused once; since levers may stand in a deployment, it is an arm and a second `hold`.
    "partner_in_strategies.toml": (FINE, "is 3 arms x 1 future x 20 replications = 60 runs"),
    "label_enye.toml": (REFUSED, '(labelled "campaña relámpago")'),
    "utf16.toml": (REFUSED, "is UTF-16 text; save it as UTF-8"),
    "morris.toml": (FINE, "is 3 arms x 1 future x 1 replication = 3 runs"),
    "whole_numbers.toml": (FINE, "is 3 arms x 1 future x 20 replications = 60 runs"),
    "event_without_effect.toml": (
        REFUSED,
        "event_without_effect.toml: events[0].set.parameters.trafficking.river_usd: "
        "acts when the world is made; an event cannot change it. Set it under [parameters]",
    ),
    "futures_without_samples.toml": (
        REFUSED,
        "futures_without_samples.toml: futures.samples: missing",
    ),
    "futures_unknown_name.toml": (
        REFUSED,
        "futures.parameters.presence.raech_km: no such parameter; "
        '`redeploy describe parameters` lists them. Did you mean "presence.reach_km"?',
    ),
}


@pytest.fixture(autouse=True)
def small_registries() -> None:
    """Replace the stand-ins of this folder by nothing: these tests use the shipped model."""


@pytest.fixture
def beside_the_baseline(tmp_path: Path) -> Path:
    """A folder with every file of `cases/` and the baseline."""
    shutil.copytree(CASES, tmp_path, dirs_exist_ok=True)
    shutil.copy(BASELINE, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ANSWERS)
def test_a_file_that_was_taken_wrongly_has_its_answer(name, beside_the_baseline, capsys):
    status, answer = ANSWERS[name]
    assert main(["check", str(beside_the_baseline / name)]) == status
    printed = capsys.readouterr()
    assert answer in printed.out + printed.err
    assert ("fine" in printed.out) is (status == FINE)


def test_every_file_of_the_folder_has_an_answer():
    scenarios = {file.name for file in CASES.glob("*.toml")}
    assert scenarios == set(ANSWERS), "every scenario of the folder needs a row in ANSWERS"
