"""Settings without effect: which are refused, which are warned of, and which are accepted."""

import warnings
from pathlib import Path

import pytest
from case_tables import blocks, cases

from sim.cli.main import main
from sim.scenario import ScenarioError, ScenarioWarning, load_scenario, points

ROOT = Path(__file__).parents[2] / "scenarios"
TIME = "\n[time]\nhorizon_days = 364\n"


@pytest.fixture(autouse=True)
def small_registries() -> None:
    """Replace the stand-ins of this folder by nothing: these tests use the shipped model."""


@pytest.fixture
def told(tmp_path: Path):
    """Return what is told of a scenario: refusals and warnings, each as {key: text}."""

    def told(text: str) -> tuple[dict[str, str], dict[str, str]]:
        (tmp_path / "s.toml").write_text(
            "schema = 1\n" + text + ("" if "time = {" in text else TIME)
        )
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            try:
                points(load_scenario(tmp_path / "s.toml"))
            except ScenarioError as error:
                return {problem.key: problem.text for problem in error.problems}, {}
        own = [str(each.message) for each in found if each.category is ScenarioWarning]
        return {}, {key: text for _, key, text in (line.split(": ", 2) for line in own)}

    return told


# Of each case the first phrase is the key, and the others are words of the message.
REFUSED = """
# a lever that the reserve never reads
strategy = {name = "rapid-reserve", share_to_border = 0.15, moved = "special"}
-> strategy.moved
-> has no effect: the strategy

# a start after the last review
strategy = {name = "static", share_to_border = 0.15, start_day = 351}
-> strategy.start_day
-> expected at most 350, the day of the last review before time.horizon_days = 364 (got 351)

# a start after the end in one of [[strategies]]
strategies = [
  {name = "phased", share_to_border = 0.1},
  {name = "static", start_day = 400, share_to_border = 0.1},
]
-> strategies[1].start_day
-> expected at most 350

# a start after the end among the points
strategy = {name = "static", share_to_border = 0.15}
sweep = {"strategy.start_day" = [0, 100, 400]}
-> sweep.strategy.start_day
-> (got 400)

# an axis that no strategy of the plan uses
sweep = {"strategy.withdrawal" = ["close_remote", "close_quiet"]}
-> sweep.strategy.withdrawal
-> has no effect: the strategy

# an event on the share under hold
events = [{day = 10, set = {"strategy.share_to_border" = 0.2}}]
-> events[0].set.strategy.share_to_border
-> no effect

# an event between two reviews
strategy = {name = "static", share_to_border = 0.15}
events = [{day = 15, until = 28, set = {"strategy.share_to_border" = 0.2}}]
-> events[0].set.strategy.share_to_border
-> no review of the strategy, every 14 days, falls within its days 15 to 27

# a departure that is past when it is announced
events = [{day = 15, set = {announce_departure = {theatre = "vraem", leave_day = 14}}}]
-> events[0]
-> leave_day: expected day = 15 or a later day (got 14)

# an event on a parameter of the burn-in
events = [{day = 15, set = {"parameters.trafficking.start_air" = 0.4}}]
-> events[0].set.parameters.trafficking.start_air
-> acts in the burn-in only; an event cannot change it
"""
WARNED = """
# secrecy while nobody moves
secrecy = {level = 1.0}
-> secrecy.level
-> acts only while soldiers of the VRAEM move to the border (the strategy "hold" sends none)

# a share of no unit
strategy = {name = "static", share_to_border = 0.001}
-> strategy.share_to_border
-> a share of 0.001 of 334 units is not one unit

# a strategy that moves nobody so early
strategy = {name = "threat-following", share_to_border = 0.15, patience_reviews = 20}
-> strategy.share_to_border
-> threat-following moves nobody before day 378, and time.horizon_days = 364

# a strategy that moves without a share
strategy = {name = "static"}
-> strategy.name
-> acts only while soldiers of the VRAEM move to the border (the share that moves is 0)
-> set strategy.share_to_border

# one of [[strategies]] that moves without a share
strategies = [{name = "static", share_to_border = 0.1}, {name = "phased", steps = 3}]
-> strategies[1].name
-> (the share that moves is 0)

# steps that end after the end
strategy = {name = "phased", share_to_border = 0.3, duration_days = 800}
-> strategy.duration_days
-> acts only in part: 3 of 6 steps fall by day 350, the last review before time.horizon_days = 364
-> so that the share reaches 0.15

# steps that end after a short horizon, by default
strategy = {name = "phased", share_to_border = 0.3}
time = {horizon_days = 90}
-> strategy.duration_days
-> acts only in part: 3 of 6 steps fall by day 84

# steps that end after the end at one point
strategy = {name = "phased", share_to_border = 0.3}
sweep = {"strategy.duration_days" = [90, 800]}
-> sweep.strategy.duration_days
-> (got 800)

# an event that outlasts the run
events = [{day = 15, until = 400, set = {"partner.coordination" = 0.9}}]
-> events[0].until
-> has no effect: the run ends before this day, with time.horizon_days = 364 (got 400)

# secrecy that ends before the first move
strategy = {name = "static", share_to_border = 0.15, start_day = 90}
secrecy = {level = 0.9, until_day = 98}
-> secrecy.until_day
-> the first order to move falls on day 98, so that secrecy.level = 0.9 has no effect (got 98)

# secrecy that ends before an event moves the first
strategy = {name = "static"}
secrecy = {until_day = 28}
events = [{day = 28, set = {"strategy.share_to_border" = 0.2}}]
-> secrecy.until_day
-> falls on day 28

# a reserve that the share bounds
strategy = {name = "rapid-reserve", share_to_border = 0.1, reserve_share = 0.3}
-> strategy.reserve_share
-> up to share_to_border (= 0.1)

# a share that the reserve bounds
strategy = {name = "rapid-reserve", share_to_border = 0.3}
-> strategy.share_to_border
-> up to reserve_share (= 0.15)

# the length of one step
strategy = {name = "phased", share_to_border = 0.3, steps = 1, duration_days = 90}
-> strategy.duration_days
-> with several steps (steps = 1)

# a return after the end
strategy = {name = "surge-and-return", share_to_border = 0.3, stay_days = 360}
-> strategy.stay_days
-> on a return before the end (start_day + stay_days = 360, time.horizon_days = 364)

# police of a theatre that has none
strategy = {name = "police-backfill", share_to_border = 0.3, police_from = "cajamarca"}
forces = {cajamarca = {police = 0, antinarcotics = 0}}
-> strategy.police_from
-> where police stand in cajamarca (there are none)

# helicopters of a valley that has none
strategy = {name = "static", share_to_border = 0.15, move_helicopters = 0.5}
forces = {vraem = {helicopter_share = 0.0}}
-> strategy.move_helicopters
-> where helicopters fly in the VRAEM (forces.vraem.helicopter_share is 0)

# the load of boats where there are none
forces = {vraem = {boats = 0}, loreto = {boats = 0}, cajamarca = {boats = 0}}
parameters = {"sustainment.boat_payload_kg" = 9000}
-> parameters.sustainment.boat_payload_kg
-> where supplies go by boat

# boats of a theatre whose depot has no port
forces = {cajamarca = {boats = 9}}
-> forces.cajamarca.boats
-> Jaen, has none

# fighters in no group
enemy = {mpcp_groups = 0, mpcp_fighters = 40}
-> enemy.mpcp_fighters
-> (enemy.mpcp_groups is 0)

# coordination that is suspended
partner = {coordination = 0.9, suspended = true}
-> partner.coordination
-> while coordination is not suspended

# a parameter of an ablated coupling
ablate = ["friction"]
parameters = {"partner.suspension_weeks" = 20}
-> parameters.partner.suspension_weeks
-> while the coupling "friction" is on (ablate switches it off)

# a parameter of a rule at its off value
parameters = {"partner.suspend" = 0.0, "partner.heal_weeks" = 20}
-> parameters.partner.heal_weeks
-> while the coupling "friction" is on (partner.suspend = 0 switches it off)

# a coupling that has nothing to do
ablate = ["joint"]
partner = {coordination = 0.0}
-> ablate
-> while there is coordination (partner.coordination is 0)

# start shares without a burn-in
time = {burn_in_days = 0}
parameters = {"trafficking.start_air" = 0.7}
-> parameters.trafficking.start_air
-> in the burn-in (time.burn_in_days is 0)

# an event that sets what holds
events = [{day = 15, set = {"partner.coordination" = 0.2}}]
-> events[0].set.partner.coordination
-> it sets what holds without it (got 0.2)

# an event that others replace on each of its days
events = [
  {day = 15, until = 20, set = {"partner.coordination" = 0.5}},
  {day = 10, until = 30, set = {"partner.coordination" = 0.9}},
]
-> events[0].set.partner.coordination
-> other events set it on each of the days 15 to 19

# a price as it is
events = [{day = 15, set = {"price.coast" = 1.0}}]
-> events[0].set.price.coast
-> 1 is what holds without it

# clearing of nothing
events = [{day = 15, set = {eradicate = {theatre = "vraem", ha_per_year = 0.0}}}]
-> events[0].set.eradicate
-> ha_per_year is 0

# a search of no route
events = [{day = 15, set = {route_effort = {share_of_routes = 0.0, effort = 9.0}}}]
-> events[0].set.route_effort
-> share_of_routes is 0

# teams that are not there
events = [{day = 15, set = {"eradication.ha_per_year.vraem" = 900.0}}]
-> events[0].set.eradication.ha_per_year.vraem
-> clearing teams are posted only where the file's own eradication.ha_per_year.vraem is above 0

# an axis that one strategy of the plan does not use
strategies = [
  {name = "static", share_to_border = 0.1},
  {name = "rapid-reserve", share_to_border = 0.1},
]
sweep = {"strategy.moved" = ["line", "special"]}
-> sweep.strategy.moved
-> the strategy "rapid-reserve" does not use it

# a strategy beside a list of strategies without it
strategy = {name = "phased", share_to_border = 0.1}
strategies = [{name = "static", share_to_border = 0.2}, {name = "static", share_to_border = 0.3}]
-> strategy
-> batch runs only the entries of [[strategies]]
-> and none of them is this [strategy], named "phased"

# a share beside a list of strategies that do not take it over
strategy = {share_to_border = 0.2}
strategies = [{name = "static", share_to_border = 0.3}]
-> strategy
-> add it as one more entry
"""
FINE = """
# a strategy beside a list that has it
strategy = {name = "static", share_to_border = 0.15}
strategies = [{label = "a", name = "static", share_to_border = 0.15}]

# a strategy that is a point of one of the list
strategy = {name = "static", share_to_border = 0.15}
strategies = [{name = "static"}]
sweep = {"strategy.share_to_border" = [0.1, 0.15]}

# hold beside a list of strategies
strategy = {name = "hold"}
strategies = [{name = "static", share_to_border = 0.3}]

# hold with the tasking of the list
strategy = {tasking_vraem = "garrison"}
strategies = [{name = "static", share_to_border = 0.3, tasking_vraem = "garrison"}]

# hold among the strategies of a shared share
strategy = {share_to_border = 0.2}
sweep = {"strategy.name" = ["hold", "static"], "strategy.withdrawal" = ["thin", "close_remote"]}

# hold beside the strategies that move
strategies = [{name = "hold"}, {name = "static", share_to_border = 0.1}]
sweep = {"strategy.withdrawal" = ["thin", "close_remote"], "secrecy.level" = [0, 1]}

# a share of 0 among the points
strategy = {name = "static", share_to_border = 0.15, move_helicopters = 0.5}
sweep = {"strategy.share_to_border" = [0.0, 0.1]}

# secrecy that matters from an event on
strategy = {name = "static"}
secrecy = {level = 1.0}
events = [{day = 28, set = {"strategy.share_to_border" = 0.2}}]

# an event that brings a value back
events = [
  {day = 10, set = {"partner.coordination" = 0.9}},
  {day = 20, until = 30, set = {"partner.coordination" = 0.2}},
]

# a coupling cut among the points
strategy = {name = "static", share_to_border = 0.15}
sweep = {ablate = [[], ["leak"], ["joint"]]}

# the strategy of a share that varies
strategy = {name = "static"}
sweep = {"strategy.share_to_border" = [0.0, 0.2]}

# a share of 0 beside others of its name
strategies = [{name = "static"}, {name = "static", share_to_border = 0.2}]

# a last step on the last review
strategy = {name = "phased", share_to_border = 0.3, duration_days = 350}

# steps whose length an event changes
strategy = {name = "phased", share_to_border = 0.3, duration_days = 800}
events = [{day = 15, set = {"strategy.duration_days" = 100}}]

# an event until the end
events = [{day = 15, until = 364, set = {"partner.coordination" = 0.9}}]

# secrecy that ends on the day after the first order
strategy = {name = "static", share_to_border = 0.15, start_day = 90}
secrecy = {level = 0.9, until_day = 99}

# secrecy that an event prolongs
strategy = {name = "static", share_to_border = 0.15, start_day = 90}
secrecy = {level = 0.9, until_day = 98}
events = [{day = 50, set = {"secrecy.until_day" = 300}}]

# a start on the last review
strategy = {name = "static", share_to_border = 0.15, start_day = 350}

# many futures of a parameter
strategy = {name = "static", share_to_border = 0.15}
futures = {samples = 2, parameters = ["presence.reach_km"]}
"""


@pytest.mark.parametrize(("text", "phrases"), cases(REFUSED))
def test_a_setting_that_cannot_act_is_refused(text, phrases, told):
    refused, _ = told(text)
    key, *words = phrases
    assert all(each in refused[key] for each in words)


@pytest.mark.parametrize(("text", "phrases"), cases(WARNED))
def test_a_setting_that_acts_only_under_a_condition_is_warned_of(text, phrases, told):
    refused, warned = told(text)
    assert not refused
    key, *words = phrases
    assert all(each in warned[key] for each in words)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text, _ in blocks(FINE)])
def test_a_setting_that_acts_in_some_arm_is_accepted_in_silence(text, told):
    assert told(text) == ({}, {})


@pytest.mark.parametrize("file", sorted(ROOT.rglob("*.toml")), ids=lambda file: file.name)
def test_a_shipped_scenario_has_no_setting_without_effect(file):
    with warnings.catch_warnings():
        warnings.simplefilter("error", ScenarioWarning)
        # Outdated draws are no setting without effect; tests/scenario/test_stale_fits.py has them.
        warnings.filterwarnings("ignore", ".*: its draws were fitted on edition", ScenarioWarning)
        points(load_scenario(file))


def test_the_command_tells_a_warning_once_and_still_exits_with_0(tmp_path, capsys):
    file = tmp_path / "s.toml"
    file.write_text("schema = 1\n[secrecy]\nlevel = 1.0\n")
    assert main(["check", str(file)]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("warning: s.toml: secrecy.level: has no effect") and err.count("\n") == 1
    assert ": fine; " in out
