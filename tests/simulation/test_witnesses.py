"""A setting that is declared to have no effect has none, and any other setting has one.

These are witnesses for `acts` and `needs` of the registry, for the conditions of the levers and for
the warnings of `redeploy check`. A wrong declaration misleads whoever reads the warning.
"""

import json
from functools import cache

import pytest
from busy import BUSY, STRONG
from small_runs import SMALL, STATE, arrays_of, small_run
from test_every_parameter import ATTEMPTS, NEEDS, REGISTRY, SWEPT

from sim.parameters import load_couplings
from sim.scenario import events as dated
from sim.scenario.conditions import CONDITIONS, failing, names

COUPLINGS = load_couplings()
THEATRES = ("vraem", "loreto", "cajamarca")
NOBODY = {"strategy.share_to_border": 0.0}
STILL = {"strategy.tasking_vraem": "area", "strategy.tasking_border": "chokepoint"}
NO_COCA_CLEARED = {f"eradication.ha_per_year.{name}": 0.0 for name in THEATRES}
UNMET = {  # by condition: levers under which it does not hold
    "movement": NOBODY,
    "departure": NOBODY,
    "orders": NOBODY | STILL,
    "coordination": {"partner.coordination": 0.0},
    "no suspension": {"partner.suspended": True},
    "no unified command": {"mandate.unified_command": True},
    "salience": {"enemy.cognition": "logit"},
    "burn-in": {"time.burn_in_days": 0},
    "flight hours": {"forces.flight_hours_per_year": 0},
    "clearing": NO_COCA_CLEARED,
    "cleared fields": NO_COCA_CLEARED,
    "boats": {f"forces.{name}.boats": 0 for name in THEATRES},
    "lorries": {f"forces.{name}.lorries": 0 for name in THEATRES},
    "dissidents": {"enemy.dissident_groups": 0, "enemy.dissident_fighters": 0},
}
DECLARED = [
    (entry.name, need.strip())
    for entry in REGISTRY
    for need in [*(entry.needs or "").split(","), *(["burn-in"] if entry.acts == "burn-in" else [])]
    if need.strip()
]
WITNESSES = [
    ("secrecy.foresight", "movement"),
    ("partner.suspension_weeks", "friction"),
    ("crops.team_ha_day", "clearing"),
]
LATE = [
    "trafficking.river_usd",
    "trafficking.start_air",
    "support.reach_km",
    "engagement.attack_rate",
]


def series(replication=0, levers=None, parameters=None, **more) -> bytes:
    """All that a run shows: the tally, of which every series and outcome is made."""
    whole = BUSY | (levers or {}) | more | {"parameters": STRONG | (parameters or {})}
    run = small_run(
        replication, **{key: value for key, value in whole.items() if value is not None}
    )
    run.advance(run.end)
    return run.world.tally.tobytes()


def off(need: str) -> tuple[dict, dict]:
    """(levers, parameters) under which a condition, a coupling or a parameter of `needs` is off."""
    if need in CONDITIONS:
        return UNMET[need], {}
    cut = COUPLINGS[need].parameters if need in COUPLINGS else (need,)
    return {}, {name: REGISTRY.get(name).off for name in cut}


def ends(name: str) -> tuple[float, float]:
    return REGISTRY.get(name).low, REGISTRY.get(name).high


def same_at_both_ends(name: str, need: str, replication: int = 0, **more) -> bool:
    levers, parameters = off(need)
    one, other = (
        series(replication, levers, parameters | {name: value}, **more) for value in ends(name)
    )
    return one == other


@pytest.mark.parametrize(("name", "need"), WITNESSES)
def test_a_parameter_whose_condition_fails_changes_nothing(name, need):
    assert same_at_both_ends(name, need)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "need"), DECLARED)
def test_each_declared_need_is_true(name, need):
    assert all(
        same_at_both_ends(name, need, replication, time__horizon_days=days)
        for replication, days in ((0, 56), (1, 280))
    )


def test_every_declared_need_is_known_and_can_fail():
    assert {need for _, need in DECLARED} <= names()
    for need in {need for _, need in DECLARED}:
        levers, parameters = off(need)
        scenario = small_run_scenario(levers, parameters)
        assert failing(scenario, need), f"{need} holds although it is off"


def small_run_scenario(levers: dict, parameters: dict):
    from small_runs import small_scenario

    whole = BUSY | levers | {"parameters": parameters}
    return small_scenario(**{key: value for key, value in whole.items() if value is not None})


def dated_run(also: dict, name: str, value: float | None, replication: int) -> str:
    """The state and series of a run in which a parameter changes on day 0, or does not."""
    also = dict(also)
    parameters = STRONG | also.pop("parameters", {})
    event = {"day": 0, "set": {f"parameters.{name}": value}}
    levers = (
        BUSY | also | {"parameters": parameters} | ({} if value is None else {"events": [event]})
    )
    run = small_run(replication, **{key: each for key, each in levers.items() if each is not None})
    run.advance(run.end)
    return repr(
        [
            run.world.tally.tobytes(),
            *(array.tobytes() for array in arrays_of(run.world, *STATE).values()),
        ]
    )


@cache
def undated(replication: int, also: str) -> str:
    return dated_run(json.loads(also), SWEPT[0], None, replication)


def acts_as_an_event(name: str, attempts: tuple) -> bool:
    """Whether the far end of its range, from day 0 on, changes a run."""
    for replication, also in attempts:
        now = (STRONG | also.get("parameters", {})).get(name, REGISTRY.get(name).value)
        low, high = ends(name)
        far = low if now - low > high - now else high
        if dated_run(also, name, far, replication) != undated(replication, json.dumps(also)):
            return True
    return False


def attempts_for(name: str) -> tuple:
    return (*(((0, NEEDS[name]),) if name in NEEDS else ()), *ATTEMPTS)


@pytest.mark.parametrize("name", LATE)
def test_an_event_on_a_parameter_acts_unless_it_is_declared_to_come_too_late(name, monkeypatch):
    monkeypatch.setattr(dated, "TOO_LATE", {})
    declared = REGISTRY.get(name).acts == "always"
    assert acts_as_an_event(name, attempts_for(name) if declared else ((0, {}),)) is declared


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SWEPT if not name.startswith("start.")])
def test_each_parameter_acts_as_an_event_unless_declared(name, monkeypatch):
    monkeypatch.setattr(dated, "TOO_LATE", {})
    assert acts_as_an_event(name, attempts_for(name)) is (REGISTRY.get(name).acts == "always")


def test_parameters_of_the_start_reach_no_record_that_an_event_refills():
    from sim.model.day import Parameters

    mechanisms = {entry.mechanism for entry in REGISTRY if entry.acts == "start"}
    assert {"start", "travel"} <= mechanisms
    assert {
        entry.name
        for entry in REGISTRY
        if entry.mechanism in ("start", "travel") and entry.acts != "start"
    } == set()
    assert not {"start", "travel"} & set(Parameters._fields)
    assert SMALL["time.burn_in_days"] > 0


HELD = {
    "soldiers": 4_000,
    "special": 30,
    "river_infantry": 60,
    "police": 900,
    "antinarcotics": 10,
    "boats": 2,
    "lorries": 1,
    "helicopter_share": 0.02,
}
COCA_AREAS = ("vraem", "bajo_amazonas", "putumayo", "condorcanqui", "maranon")
LEVERS = {  # a value of each lever that the busy scenario does not have, and what else must hold
    "forces": {"flight_hours_per_year": 900}
    | {
        f"{theatre}.{name}": value
        for theatre in THEATRES
        for name, value in HELD.items()
        if (theatre, name) != ("cajamarca", "boats")  # its depot has no port: `check` warns of it
    },
    "enemy": {
        "mpcp_fighters": 90,
        "mpcp_groups": 3,
        "dissident_fighters": 40,
        "dissident_groups": 4,
        "networks": 9,
        "cognition": "salience",
    },
    "crops": {f"coca_ha.{name}": 500.0 for name in COCA_AREAS} | {"poppy_ha.cajamarca": 50.0},
    "inflow": {"background_kg_per_year": 9_000.0},
    "strategy": {
        "share_to_border": 0.1,
        "border_split": {"loreto": 0.2, "cajamarca": 0.8},
        "moved": "special",
        "withdrawal": "close_small",
        "move_helicopters": 1.0,
        "tasking_vraem": "garrison",
        "tasking_border": "line",
        "start_day": 28,
        "duration_days": 28,
        "steps": 1,
    },
    "secrecy": {"level": 1.0},
    "partner": {"coordination": 0.1, "suspended": True},
    "mandate": {"detain": "pnp", "unified_command": True},
    "eradication": {f"ha_per_year.{name}": 9_000.0 for name in THEATRES},
    "time": {"horizon_days": 63, "burn_in_days": 14, "start_date": "2022-07-01"},
}
EACH_LEVER = [
    (f"{section}.{key}", value) for section, keys in LEVERS.items() for key, value in keys.items()
]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "value"), EACH_LEVER, ids=[key for key, _ in EACH_LEVER])
def test_each_lever_changes_the_series_where_its_conditions_hold(key, value):
    usual = {"strategy.tasking_border": "chokepoint"}
    assert series(levers=usual) != series(levers=usual | {key: value})
