"""Settings without effect: what is refused, what is warned of, and what is nothing to be told of."""

import warnings
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.scenario import ScenarioError, ScenarioWarning, load_scenario, points

ROOT = Path(__file__).parents[2] / "scenarios"
TIME = "\n[time]\nhorizon_days = 364\n"
STATIC = '[strategy]\nname = "static"\nshare_to_border = 0.15\n'
HOLD = "has no effect: the strategy"
UNMOVED = "acts only while soldiers of the VRAEM move to the border"


@pytest.fixture(autouse=True)
def small_registries() -> None:
    """These are about the shipped model, not about the stand-ins of the other files of this folder."""


@pytest.fixture
def told(tmp_path: Path):
    """What is told of a scenario by key: refusals, or warnings, each {key: text}."""

    def told(text: str) -> tuple[dict[str, str], dict[str, str]]:
        (tmp_path / "s.toml").write_text("schema = 1\n" + text + ("" if "[time]" in text else TIME))
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            try:
                points(load_scenario(tmp_path / "s.toml"))
            except ScenarioError as error:
                return {problem.key: problem.text for problem in error.problems}, {}
        lines = [
            str(each.message).split(": ", 2) for each in found if each.category is ScenarioWarning
        ]
        return {}, {key: text for _, key, text in lines}

    return told


def event(text: str) -> str:
    return f"[[events]]\n{text}\n"


REFUSED = {
    "a lever that the reserve never reads": (
        '[strategy]\nname = "rapid-reserve"\nshare_to_border = 0.15\nmoved = "special"',
        "strategy.moved",
        HOLD,
    ),
    "a start after the last review": (
        STATIC + "start_day = 351",
        "strategy.start_day",
        "expected at most 350, the day of the last review before time.horizon_days = 364 (got 351)",
    ),
    "a start after the end in one of [[strategies]]": (
        '[[strategies]]\nname = "phased"\nshare_to_border = 0.1\n[[strategies]]\nname = "static"\nstart_day = 400\nshare_to_border = 0.1',
        "strategies[1].start_day",
        "expected at most 350",
    ),
    "a start after the end among the points": (
        STATIC + '[sweep]\n"strategy.start_day" = [0, 100, 400]',
        "sweep.strategy.start_day",
        "(got 400)",
    ),
    "an axis that no strategy of the plan uses": (
        '[sweep]\n"strategy.withdrawal" = ["close_remote", "close_quiet"]',
        "sweep.strategy.withdrawal",
        HOLD,
    ),
    "an event on the share under hold": (
        event('day = 10\nset = {"strategy.share_to_border" = 0.2}'),
        "events[0].set.strategy.share_to_border",
        "no effect",
    ),
    "an event between two reviews": (
        STATIC + event('day = 15\nuntil = 28\nset = {"strategy.share_to_border" = 0.2}'),
        "events[0].set.strategy.share_to_border",
        "no review of the strategy, every 14 days, falls within its days 15 to 27",
    ),
    "a departure that is past when it is announced": (
        event('day = 15\nset = {announce_departure = {theatre = "vraem", leave_day = 14}}'),
        "events[0]",
        "leave_day: expected day = 15 or a later day (got 14)",
    ),
    "an event on a parameter of the burn-in": (
        event('day = 15\nset = {"parameters.insurgency.other_income_share" = 0.1}'),
        "events[0].set.parameters.insurgency.other_income_share",
        "acts in the burn-in only; an event cannot change it",
    ),
}
WARNED = {
    "secrecy while nobody moves": (
        "[secrecy]\nlevel = 1.0",
        "secrecy.level",
        f'{UNMOVED} (the strategy "hold" sends none)',
    ),
    "a share of no unit": (
        '[strategy]\nname = "static"\nshare_to_border = 0.001',
        "strategy.share_to_border",
        "a share of 0.001 of 334 units is not one unit",
    ),
    "a strategy that moves nobody so early": (
        '[strategy]\nname = "threat-following"\nshare_to_border = 0.15\npatience_reviews = 20',
        "strategy.share_to_border",
        "threat-following moves nobody before day 378, and time.horizon_days = 364",
    ),
    "a strategy that moves without a share": (
        '[strategy]\nname = "static"',
        "strategy.name",
        f"{UNMOVED} (the share that moves is 0); set strategy.share_to_border",
    ),
    "one of [[strategies]] that moves without a share": (
        '[[strategies]]\nname = "static"\nshare_to_border = 0.1\n[[strategies]]\nname = "phased"\nsteps = 3',
        "strategies[1].name",
        "(the share that moves is 0)",
    ),
    "steps that end after the end": (
        '[strategy]\nname = "phased"\nshare_to_border = 0.3\nduration_days = 800',
        "strategy.duration_days",
        "acts only in part: 3 of 6 steps fall by day 350, the last review before time.horizon_days = 364, so that the share reaches 0.15",
    ),
    "steps that end after a short horizon, by default": (
        '[strategy]\nname = "phased"\nshare_to_border = 0.3\n[time]\nhorizon_days = 90',
        "strategy.duration_days",
        "acts only in part: 3 of 6 steps fall by day 84",
    ),
    "steps that end after the end at one point": (
        '[strategy]\nname = "phased"\nshare_to_border = 0.3\n[sweep]\n"strategy.duration_days" = [90, 800]',
        "sweep.strategy.duration_days",
        "(got 800)",
    ),
    "an event that outlasts the run": (
        event('day = 15\nuntil = 400\nset = {"partner.coordination" = 0.9}'),
        "events[0].until",
        "has no effect: the run ends before this day, with time.horizon_days = 364 (got 400)",
    ),
    "secrecy that ends before the first move": (
        STATIC + "start_day = 90\n[secrecy]\nlevel = 0.9\nuntil_day = 98",
        "secrecy.until_day",
        "the first order to move falls on day 98, so that secrecy.level = 0.9 has no effect (got 98)",
    ),
    "secrecy that ends before an event moves the first": (
        '[strategy]\nname = "static"\n[secrecy]\nuntil_day = 28\n'
        + event('day = 28\nset = {"strategy.share_to_border" = 0.2}'),
        "secrecy.until_day",
        "falls on day 28",
    ),
    "a reserve that the share bounds": (
        '[strategy]\nname = "rapid-reserve"\nshare_to_border = 0.1\nreserve_share = 0.3',
        "strategy.reserve_share",
        "up to share_to_border (= 0.1)",
    ),
    "a share that the reserve bounds": (
        '[strategy]\nname = "rapid-reserve"\nshare_to_border = 0.3',
        "strategy.share_to_border",
        "up to reserve_share (= 0.15)",
    ),
    "the length of one step": (
        '[strategy]\nname = "phased"\nshare_to_border = 0.3\nsteps = 1\nduration_days = 90',
        "strategy.duration_days",
        "with several steps (steps = 1)",
    ),
    "a return after the end": (
        '[strategy]\nname = "surge-and-return"\nshare_to_border = 0.3\nstay_days = 360',
        "strategy.stay_days",
        "on a return before the end (start_day + stay_days = 360, time.horizon_days = 364)",
    ),
    "police of a theatre that has none": (
        '[strategy]\nname = "police-backfill"\nshare_to_border = 0.3\npolice_from = "cajamarca"\n'
        "[forces.cajamarca]\npolice = 0\nantinarcotics = 0",
        "strategy.police_from",
        "where police stand in cajamarca (there are none)",
    ),
    "helicopters of a valley that has none": (
        STATIC + "move_helicopters = 0.5\n[forces.vraem]\nhelicopter_share = 0.0",
        "strategy.move_helicopters",
        "where helicopters fly in the VRAEM (forces.vraem.helicopter_share is 0)",
    ),
    "the load of boats where there are none": (
        '[forces]\nvraem = {boats = 0}\nloreto = {boats = 0}\ncajamarca = {boats = 0}\n[parameters]\n"sustainment.boat_payload_kg" = 9000',
        "parameters.sustainment.boat_payload_kg",
        "where supplies go by boat",
    ),
    "boats of a theatre whose depot has no port": (
        "[forces.cajamarca]\nboats = 9",
        "forces.cajamarca.boats",
        "Jaen, has none",
    ),
    "fighters in no group": (
        "[enemy]\nmpcp_groups = 0\nmpcp_fighters = 40",
        "enemy.mpcp_fighters",
        "(enemy.mpcp_groups is 0)",
    ),
    "coordination that is suspended": (
        "[partner]\ncoordination = 0.9\nsuspended = true",
        "partner.coordination",
        "while coordination is not suspended",
    ),
    "a parameter of an ablated coupling": (
        'ablate = ["friction"]\n[parameters]\n"partner.suspension_weeks" = 20',
        "parameters.partner.suspension_weeks",
        'while the coupling "friction" is on (ablate switches it off)',
    ),
    "a parameter of a rule at its off value": (
        '[parameters]\n"partner.suspend" = 0.0\n"partner.heal_weeks" = 20',
        "parameters.partner.heal_weeks",
        'while the coupling "friction" is on (partner.suspend = 0 switches it off)',
    ),
    "a coupling that has nothing to do": (
        'ablate = ["joint"]\n[partner]\ncoordination = 0.0',
        "ablate",
        "while there is coordination (partner.coordination is 0)",
    ),
    "start shares without a burn-in": (
        '[time]\nburn_in_days = 0\n[parameters]\n"trafficking.start_air" = 0.7',
        "parameters.trafficking.start_air",
        "in the burn-in (time.burn_in_days is 0)",
    ),
    "an event that sets what holds": (
        event('day = 15\nset = {"partner.coordination" = 0.2}'),
        "events[0].set.partner.coordination",
        "it sets what holds without it (got 0.2)",
    ),
    "an event that others replace on each of its days": (
        event('day = 15\nuntil = 20\nset = {"partner.coordination" = 0.5}')
        + event('day = 10\nuntil = 30\nset = {"partner.coordination" = 0.9}'),
        "events[0].set.partner.coordination",
        "other events set it on each of the days 15 to 19",
    ),
    "a price as it is": (
        event('day = 15\nset = {"price.coast" = 1.0}'),
        "events[0].set.price.coast",
        "1 is what holds without it",
    ),
    "clearing of nothing": (
        event('day = 15\nset = {eradicate = {theatre = "vraem", ha_per_year = 0.0}}'),
        "events[0].set.eradicate",
        "ha_per_year is 0",
    ),
    "a search of no route": (
        event("day = 15\nset = {route_effort = {share_of_routes = 0.0, effort = 9.0}}"),
        "events[0].set.route_effort",
        "share_of_routes is 0",
    ),
    "teams that are not there": (
        event('day = 15\nset = {"eradication.ha_per_year.vraem" = 900.0}'),
        "events[0].set.eradication.ha_per_year.vraem",
        "clearing teams are posted only where the file's own eradication.ha_per_year.vraem is above 0",
    ),
    "an axis that one strategy of the plan does not use": (
        '[[strategies]]\nname = "static"\nshare_to_border = 0.1\n[[strategies]]\nname = "rapid-reserve"\nshare_to_border = 0.1\n'
        '[sweep]\n"strategy.moved" = ["line", "special"]',
        "sweep.strategy.moved",
        'the strategy "rapid-reserve" does not use it',
    ),
    "a strategy beside a list of strategies without it": (
        '[strategy]\nname = "phased"\nshare_to_border = 0.1\n[[strategies]]\nname = "static"\nshare_to_border = 0.2\n'
        '[[strategies]]\nname = "static"\nshare_to_border = 0.3',
        "strategy",
        'batch runs only the entries of [[strategies]], and none of them is this [strategy], named "phased"',
    ),
    "a share beside a list of strategies that do not take it over": (
        '[strategy]\nshare_to_border = 0.2\n[[strategies]]\nname = "static"\nshare_to_border = 0.3',
        "strategy",
        "add it as one more entry",
    ),
}
FINE = {
    "a strategy beside a list that has it": STATIC
    + '[[strategies]]\nlabel = "a"\nname = "static"\nshare_to_border = 0.15',
    "a strategy that is a point of one of the list": (
        STATIC
        + '[[strategies]]\nname = "static"\n[sweep]\n"strategy.share_to_border" = [0.1, 0.15]'
    ),
    "hold beside a list of strategies": '[strategy]\nname = "hold"\n[[strategies]]\nname = "static"\nshare_to_border = 0.3',
    "hold with the tasking of the list": (
        '[strategy]\ntasking_vraem = "garrison"\n[[strategies]]\nname = "static"\nshare_to_border = 0.3\ntasking_vraem = "garrison"'
    ),
    "hold among the strategies of a shared share": (
        '[strategy]\nshare_to_border = 0.2\n[sweep]\n"strategy.name" = ["hold", "static"]\n"strategy.withdrawal" = ["thin", "close_remote"]'
    ),
    "hold beside the strategies that move": (
        '[[strategies]]\nname = "hold"\n[[strategies]]\nname = "static"\nshare_to_border = 0.1\n'
        '[sweep]\n"strategy.withdrawal" = ["thin", "close_remote"]\n"secrecy.level" = [0, 1]'
    ),
    "a share of 0 among the points": STATIC
    + 'move_helicopters = 0.5\n[sweep]\n"strategy.share_to_border" = [0.0, 0.1]',
    "secrecy that matters from an event on": (
        '[strategy]\nname = "static"\n[secrecy]\nlevel = 1.0\n'
        + event('day = 28\nset = {"strategy.share_to_border" = 0.2}')
    ),
    "an event that brings a value back": (
        event('day = 10\nset = {"partner.coordination" = 0.9}')
        + event('day = 20\nuntil = 30\nset = {"partner.coordination" = 0.2}')
    ),
    "a coupling cut among the points": STATIC + '[sweep]\nablate = [[], ["leak"], ["joint"]]',
    "the strategy of a share that varies": '[strategy]\nname = "static"\n[sweep]\n"strategy.share_to_border" = [0.0, 0.2]',
    "a share of 0 beside others of its name": '[[strategies]]\nname = "static"\n[[strategies]]\nname = "static"\nshare_to_border = 0.2',
    "a last step on the last review": '[strategy]\nname = "phased"\nshare_to_border = 0.3\nduration_days = 350',
    "steps whose length an event changes": (
        '[strategy]\nname = "phased"\nshare_to_border = 0.3\nduration_days = 800\n'
        + event('day = 15\nset = {"strategy.duration_days" = 100}')
    ),
    "an event until the end": event('day = 15\nuntil = 364\nset = {"partner.coordination" = 0.9}'),
    "secrecy that ends on the day after the first order": STATIC
    + "start_day = 90\n[secrecy]\nlevel = 0.9\nuntil_day = 99",
    "secrecy that an event prolongs": (
        STATIC
        + "start_day = 90\n[secrecy]\nlevel = 0.9\nuntil_day = 98\n"
        + event('day = 50\nset = {"secrecy.until_day" = 300}')
    ),
    "a start on the last review": STATIC + "start_day = 350",
    "many futures of a parameter": STATIC
    + '[futures]\nsamples = 2\nparameters = ["presence.reach_km"]',
}


@pytest.mark.parametrize(("text", "key", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_act_is_refused(text, key, words, told):
    refused, _ = told(text)
    assert words in refused[key]


@pytest.mark.parametrize(("text", "key", "words"), WARNED.values(), ids=WARNED)
def test_what_acts_only_under_a_condition_is_warned_of(text, key, words, told):
    refused, warned = told(text)
    assert not refused and words in warned[key]


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_acts_in_some_arm_is_not_told(text, told):
    assert told(text) == ({}, {})


@pytest.mark.parametrize("file", sorted(ROOT.rglob("*.toml")), ids=lambda file: file.name)
def test_a_shipped_scenario_has_no_setting_without_effect(file):
    with warnings.catch_warnings():
        warnings.simplefilter("error", ScenarioWarning)
        points(load_scenario(file))


def test_the_command_tells_a_warning_once_and_still_exits_with_0(tmp_path, capsys):
    file = tmp_path / "s.toml"
    file.write_text("schema = 1\n[secrecy]\nlevel = 1.0\n")
    assert main(["check", str(file)]) == 0
    printed = capsys.readouterr()
    assert (
        printed.err.startswith("warning: s.toml: secrecy.level: has no effect")
        and printed.err.count("\n") == 1
    )
    assert ": fine; " in printed.out
