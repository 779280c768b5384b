"""What a valid file means: defaults, `extends`, overrides, strategies of the user, equality."""

import datetime
import json
import pickle
import tomllib
from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioError, load_scenario, parse_setting, to_toml, with_code

FULL = """
schema = 1
title = "Everything said"
allow_outside_range = true
[time]
start_date = 2018-01-01
[strategy]
name = "phased"
share_to_border = 0.3
border_split = {loreto = 1, cajamarca = 0}
steps = 3
[secrecy]
until_day = 90
[parameters]
detection.width_jungle_km = 0.2
[sweep]
"strategy.share_to_border" = [0, 0.2]
"time.start_date" = [2018-01-01, 2019-01-01]
"""


def test_a_file_that_says_nothing_has_every_default(write):
    scenario = load_scenario(write(""))
    assert (scenario.time.horizon_days, scenario.time.burn_in_days, scenario.time.start_date) == (
        1_095,
        365,
        datetime.date(2022, 1, 1),
    )
    assert (
        scenario.map.resolution_km,
        scenario.forces.flight_hours_per_year,
        scenario.forces.vraem.soldiers,
    ) == (5, 4_500, 10_000)
    assert (
        scenario.strategy.name,
        scenario.strategy.share_to_border,
        scenario.strategy.border_split.loreto,
    ) == ("hold", 0.0, 0.7)
    assert scenario.strategy.settings == {} and scenario.parameters == {} and scenario.sweep == {}


def test_a_scenario_goes_through_json_toml_and_pickle_unchanged(write, tmp_path: Path):
    scenario = load_scenario(write(FULL))
    assert scenario.strategy.settings == {"start_day": 0, "duration_days": 180, "steps": 3}
    assert json.loads(scenario.to_json())["strategy"]["steps"] == 3
    assert Scenario.model_validate_json(scenario.to_json()) == scenario
    (tmp_path / "again.toml").write_text(to_toml(scenario))
    assert load_scenario(tmp_path / "again.toml") == scenario
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario and copy.hash == scenario.hash and copy.path == scenario.path


def test_a_scenario_is_frozen_at_every_depth(write):
    scenario = load_scenario(write(FULL))
    for change in (
        lambda: setattr(scenario, "title", "x"),
        lambda: setattr(scenario.forces.vraem, "soldiers", 1),
        lambda: scenario.parameters.update({"a.b": 1.0}),
        lambda: scenario.strategy.settings.__setitem__("steps", 1),
        lambda: scenario.sweep.pop("strategy.share_to_border"),
        lambda: scenario.sweep["strategy.share_to_border"].append(1),
    ):
        with pytest.raises((ValueError, TypeError, AttributeError)):
            change()
    assert load_scenario(write(FULL)) == scenario


def test_a_child_replaces_values_and_keeps_the_rest(write, tmp_path: Path):
    (tmp_path / "bases").mkdir()
    write(
        "time = {horizon_days = 700, burn_in_days = 7}\n"
        "forces.vraem = {soldiers = 9000, police = 900}",
        "bases/far.toml",
    )
    write(
        'extends = "far.toml"\n[time]\nhorizon_days = 70\n[parameters]\n"secrecy.leak_base" = 0.02',
        "bases/near.toml",
    )
    child = write(
        'extends = "bases/near.toml"\n'
        "[forces.vraem]\nsoldiers = 8000\n[parameters.secrecy]\nleak_base = 0.03\n",
        "child.toml",
    )
    scenario = load_scenario(child)
    assert (scenario.time.horizon_days, scenario.time.burn_in_days) == (70, 7)
    assert (scenario.forces.vraem.soldiers, scenario.forces.vraem.police) == (8_000, 900)
    assert scenario.parameters == {"secrecy.leak_base": 0.03}


def test_another_strategy_drops_the_settings_of_the_one_below(write):
    write('[strategy]\nname = "phased"\nsteps = 3\nshare_to_border = 0.3\n', "phased.toml")
    child = write('extends = "phased.toml"\n[strategy]\nname = "static"\nstart_day = 7\n')
    strategy = load_scenario(child).strategy
    assert (strategy.name, strategy.share_to_border, strategy.settings) == (
        "static",
        0.3,
        {"start_day": 7},
    )
    assert (
        load_scenario(child, {"strategy.name": "phased", "strategy.steps": 2}).strategy.settings[
            "steps"
        ]
        == 2
    )


def test_overrides_lie_over_the_file(write):
    file = write(FULL)
    overrides = {
        "time.horizon_days": 14,
        "parameters.detection.width_jungle_km": 0.02,
        "strategy": {"steps": 9},
        "secrecy.until_day": 3,
    }
    scenario = load_scenario(file, overrides)
    assert scenario.time.horizon_days == 14 and scenario.parameters == {
        "detection.width_jungle_km": 0.02
    }
    assert scenario.strategy.settings["steps"] == 9 and scenario.strategy.share_to_border == 0.3
    with pytest.raises(ScenarioError, match=r"--set: time\.horizon_days"):
        load_scenario(file, {"time.horizon_days": 1})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.b=3", 3),
        ("a.b=0.5", 0.5),
        ("a.b = true", True),
        ("a.b=area", "area"),
        ('a.b="3"', "3"),
        ("a.b=[1, 2]", [1, 2]),
        ("a.b={x = 1}", {"x": 1}),
        ("a.b=2022-01-01", datetime.date(2022, 1, 1)),
        ("a.b=x=y", "x=y"),
        ("a.b=", ""),
        ("a.b=1\nc=2", "1\nc=2"),
    ],
)
def test_a_setting_is_read_as_toml_or_else_as_text(text, value):
    assert parse_setting(text) == ("a.b", value)


def test_ranges_can_be_left_on_request_and_a_coupling_switched_off(write):
    with pytest.raises(ScenarioError, match="allow_outside_range"):
        load_scenario(write('[parameters]\n"secrecy.leak_base" = 0.9'))
    assert load_scenario(
        write('allow_outside_range = true\n[parameters]\n"secrecy.leak_base" = 0.9')
    ).parameters == {"secrecy.leak_base": 0.9}
    assert load_scenario(write('[parameters]\n"secrecy.leak_base" = -1')).parameters == {
        "secrecy.leak_base": -1.0
    }


def test_the_hash_holds_what_decides_a_run_and_nothing_else(write):
    plain = load_scenario(write("")).hash
    assert (
        load_scenario(
            write('title = "Other"\n[replications]\ncount = 3\n[sweep]\n"secrecy.level" = [0, 1]')
        ).hash
        == plain
    )
    assert load_scenario(write("[time]\nhorizon_days = 1095\n")).hash == plain
    assert load_scenario(write("[secrecy]\nlevel = 0.4")).hash != plain
    assert load_scenario(write("[replications]\nbase_seed = 2")).hash != plain


OWN = """
from pydantic import BaseModel
from sim import Strategy

class Mine(Strategy):
    class Settings(BaseModel):
        patience_weeks: int = {default}
        steps: tuple[float, ...] = (0.1,)

    def decide(self, situation):
        return None
"""


def test_a_strategy_of_ones_own_lies_beside_the_scenario(write, tmp_path: Path):
    (tmp_path / "own.py").write_text(OWN.format(default=4))
    file = write('[strategy]\nname = "own:Mine"\nsteps = [0.2, 0.3]')
    scenario = load_scenario(file)
    assert scenario.strategy.settings == {
        "steps": (0.2, 0.3)
    }  # as written: its code has not been read
    scenario = with_code(scenario)
    assert (
        scenario.strategy.settings == {"patience_weeks": 4, "steps": (0.2, 0.3)}
        and with_code(scenario) is scenario
    )
    assert scenario.strategy_class().__name__ == "Mine"
    assert scenario.strategy_class() is pickle.loads(pickle.dumps(scenario)).strategy_class()
    before = scenario.hash
    (tmp_path / "own.py").write_text(OWN.format(default=4) + "# another rule\n")
    assert load_scenario(file).hash != before
    (tmp_path / "own.py").write_text(OWN.format(default=5))
    assert with_code(load_scenario(file)).strategy.settings["patience_weeks"] == 5


def test_a_strategy_of_ones_own_may_lie_on_the_path(write, tmp_path: Path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "strategy_on_path.py").write_text(OWN.format(default=6))
    monkeypatch.syspath_prepend(elsewhere)
    file = write('[strategy]\nname = "strategy_on_path:Mine"')
    assert with_code(load_scenario(file, allow_code=True)).strategy.settings["patience_weeks"] == 6


def test_a_mark_of_byte_order_and_foreign_line_ends_are_read(tmp_path: Path):
    file = tmp_path / "s.toml"
    file.write_bytes("\ufeffschema = 1\r\n[time]\r\nhorizon_days = 9\r\n".encode())
    assert load_scenario(file).time.horizon_days == 9


def test_the_resolved_file_says_every_value_with_its_key(write):
    tree = tomllib.loads(to_toml(load_scenario(write(FULL))))
    assert tree["strategy"]["duration_days"] == 180 and tree["time"]["start_date"] == datetime.date(
        2018, 1, 1
    )
    assert tree["parameters"] == {"detection.width_jungle_km": 0.2}


def test_a_description_is_inherited_with_its_title_only(write):
    write('title = "All stay"\ndescription = "Nobody moves."', "base.toml")
    assert load_scenario(write('extends = "base.toml"')).description == "Nobody moves."
    another = load_scenario(write('extends = "base.toml"\ntitle = "Some go"'))
    assert (another.title, another.description) == ("Some go", "")
    far = write('extends = "s.toml"', "far.toml")
    assert (load_scenario(far).title, load_scenario(far).description) == ("Some go", "")


def test_control_characters_of_a_description_are_written_as_escapes(write, tmp_path):
    scenario = load_scenario(write(r'description = "a\u007f\u009b\u202e\u001b\n 你好 \U0001f600"'))
    text = to_toml(scenario)
    assert all(line.isprintable() for line in text.splitlines()) and "你好" in text
    assert (
        tomllib.loads(text)["description"]
        == scenario.description
        == "a\x7f\x9b\u202e\x1b\n 你好 \U0001f600"
    )
