"""Levers inside [strategy] and [[strategies]]: from day 1 on, for that deployment alone."""

import pytest

from sim.batches.plan import make_plan
from sim.scenario import ScenarioError, ScenarioWarning, load_scenario, points, to_toml
from sim.scenario.events import scenario_on

SECRET = """
[secrecy]
level = 0.1
[[strategies]]
label = "plain"
name = "static"
share_to_border = 0.2
[[strategies]]
label = "secret and joint"
name = "static"
share_to_border = 0.2
secrecy = {level = 0.9}
partner = {coordination = 0.8}
mandate.detain = "pnp"
parameters = {"detection.width_jungle_km" = 0.05}
"""


def told(write, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        points(load_scenario(write(text)))
    return [f"{problem.key}: {problem.text}" for problem in caught.value.problems]


def test_a_lever_of_a_deployment_holds_from_day_1_and_for_it_alone(write):
    plain, secret = (arm.scenario for arm in points(load_scenario(write(SECRET))))
    assert plain.secrecy.level == secret.secrecy.level == 0.1  # in the burn-in
    assert scenario_on(secret, 0).secrecy.level == 0.1  # and while the world comes to rest
    today = scenario_on(secret, 1)
    assert (today.secrecy.level, today.partner.coordination) == (0.9, 0.8)
    assert (today.mandate.detain, scenario_on(plain, 1).mandate.detain) == ("pnp", "joint")
    assert today.parameters["detection.width_jungle_km"] == 0.05
    assert today.secrecy.until_day is None  # a key left out stays as it is
    assert scenario_on(plain, 1).secrecy.level == 0.1
    assert plain.hash != secret.hash


def test_only_given_keys_are_written_and_read_back(write, tmp_path):
    scenario = load_scenario(write(SECRET))
    entry = scenario.model_dump()["strategies"][1]
    assert entry["secrecy"] == {"level": 0.9}
    assert entry["mandate"] == {"detain": "pnp"}
    assert "eradication" not in entry and "events" not in entry
    (tmp_path / "again.toml").write_text(to_toml(scenario), encoding="utf-8")
    assert load_scenario(tmp_path / "again.toml") == scenario


def test_each_deployment_with_levers_has_a_second_hold(write):
    plan = make_plan(load_scenario(write(SECRET)), source="code")
    by_label = {point.label: point for point in plan.points}
    plain, secret = by_label["plain"], by_label["secret and joint"]
    assert plain.hold_id == secret.hold_id and plain.levers_id == ""
    hold = next(point for point in plan.points if point.point_id == plain.hold_id)
    levers = next(point for point in plan.points if point.point_id == secret.levers_id)
    assert hold.label == "hold" and levers.label.startswith("hold secrecy.level=0.9")
    assert levers.hold_id == hold.point_id
    assert not hold.scenario.changes
    assert scenario_on(levers.scenario, 1).partner.coordination == 0.8
    assert levers.scenario.strategy.share_to_border == 0
    assert len(plan.points) == 4


def test_a_hold_with_levers_is_compared_with_the_plain_one(write):
    text = (
        '[[strategies]]\nname = "hold"\nlabel = "joint"\npartner.coordination = 0.9\n'
        '[[strategies]]\nname = "static"\nshare_to_border = 0.2\npartner.coordination = 0.9\n'
    )
    plan = make_plan(load_scenario(write(text)), source="code")
    assert sorted(point.label for point in plan.points) == [
        "hold",
        "joint",
        "static share_to_border=0.2 partner.coordination=0.9",
    ]
    joint = next(point for point in plan.points if point.label == "joint")
    static = next(point for point in plan.points if point.strategy == "static")
    assert joint.hold_id != joint.point_id and static.levers_id == joint.point_id


def test_levers_are_swept_and_set(write):
    text = SECRET + '[sweep]\n"strategy.secrecy.level" = [0.3, 0.6]\n'
    arms = points(load_scenario(write(text)))
    assert [scenario_on(arm.scenario, 1).secrecy.level for arm in arms] == [0.3, 0.3, 0.6, 0.6]
    assert all(arm.values["strategy.secrecy.level"] in (0.3, 0.6) for arm in arms)
    plan = make_plan(load_scenario(write(text)), source="code")
    assert (
        sum(point.strategy == "hold" for point in plan.points) == 5
    )  # one plain, four with levers
    one = load_scenario(
        write('[strategy]\nname = "static"\nshare_to_border = 0.2\n'),
        {"strategy.secrecy.level": 0.7, "strategy.parameters.detection.width_jungle_km": 0.07},
    )
    assert scenario_on(one, 1).secrecy.level == 0.7
    assert scenario_on(one, 1).parameters["detection.width_jungle_km"] == 0.07


def test_events_of_a_deployment_come_after_those_of_the_file(write):
    text = (
        '[[events]]\nday = 100\nset = {"secrecy.level" = 0.2}\n'
        '[strategy]\nname = "static"\nshare_to_border = 0.2\nsecrecy = {level = 0.9}\n'
        '[[strategy.events]]\nday = 200\nset = {"secrecy.level" = 0.4}\n'
    )
    scenario = load_scenario(write(text))
    assert [scenario_on(scenario, day).secrecy.level for day in (0, 1, 99, 100, 199, 200)] == [
        0.5,
        0.9,
        0.9,
        0.2,
        0.2,
        0.4,
    ]


@pytest.mark.parametrize(
    ("lever", "key", "text"),
    [
        ("secrecy = {level = 2}", "strategies[0].secrecy.level", "from 0 to 1"),
        ("secrecy = {levl = 0.2}", "strategies[0].secrecy.levl", "level"),
        ('mandate = {detain = "army"}', "strategies[0].mandate.detain", "joint"),
        (
            'parameters = {"start.readiness" = 40}',
            "strategies[0].parameters.start.readiness",
            "acts when the world is made",
        ),
        (
            'parameters = {"detection.width_jungle" = 4}',
            "strategy.parameters.detection.width_jungle",
            "detection.width_jungle_km",
        ),
        (
            'parameters = {"detection.width_jungle_km" = 1e9}',
            "strategy.parameters.detection.width_jungle_km",
            "expected",
        ),
        ("secrecy = {until_day = 99999}", "strategies[0].secrecy.until_day", "7300"),
        (
            'events = [{day = 0, set = {"strategy.secrecy.level" = 0.2}}]',
            "strategies[0].events[0].set.strategy.secrecy.level",
            "an event sets secrecy.level",
        ),
    ],
)
def test_a_wrong_lever_is_told_with_its_key(write, lever, key, text):
    found = told(write, f'[[strategies]]\nname = "static"\nshare_to_border = 0.2\n{lever}\n')
    assert len(found) == 1 and found[0].startswith(f"{key}: ") and text in found[0], found


def test_a_parameter_of_a_deployment_is_no_future(write):
    text = (
        '[futures]\nsamples = 3\nparameters = ["detection.width_jungle_km"]\n'
        '[strategy]\nname = "static"\nshare_to_border = 0.2\n'
        'parameters = {"detection.width_jungle_km" = 0.05}\n'
    )
    with pytest.raises(ScenarioError, match="a deployment sets it"):
        load_scenario(write(text))


def test_a_swept_lever_may_have_the_value_of_the_file(write, recwarn):
    text = SECRET + '[sweep]\n"strategy.mandate.detain" = ["joint", "pnp"]\n'
    points(load_scenario(write(text)))
    assert not [each for each in recwarn if issubclass(each.category, ScenarioWarning)]


def test_the_label_hold_is_for_the_hold_without_levers(write):
    found = told(write, '[[strategies]]\nname = "hold"\nlabel = "hold"\nsecrecy.level = 0.9\n')
    assert any("no levers of its own" in line for line in found)


def test_a_lever_that_changes_nothing_is_told(write):
    text = (
        '[[strategies]]\nname = "static"\nshare_to_border = 0.2\nsecrecy = {level = 0.5}\n'
        '[[strategies]]\nname = "static"\nshare_to_border = 0.4\n'
    )
    with pytest.warns(ScenarioWarning, match=r"strategies\[0\].secrecy.level.*without it"):
        points(load_scenario(write(text)))
