"""The command `describe`: whole registries, parts of names, and near names."""

import json

import pytest

import sim.batches.runner
import sim.parameters
import sim.strategies.registry
from sim.cli.main import main
from sim.scenario.events import SHOCKS


def test_describe_scenario_lists_every_key_or_resolves_a_file(scenario, capsys):
    assert main(["describe", "scenario", "--json"]) == 0
    keys = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert (
        keys["time.horizon_days"]["default"] == 1_095
        and keys["time.horizon_days"]["expects"] == "a whole number from 7 to 7300"
    )
    assert (
        keys["forces.vraem.soldiers"]["default"] == 10_000
        and keys["forces.vraem.soldiers"]["meaning"]
    )
    assert "strategy.settings" not in keys and "strategy.border_split.loreto" in keys
    assert main(["describe", "scenario", str(scenario)]) == 0
    assert "horizon_days = 1095" in capsys.readouterr().out
    assert main(["describe", "scenario", str(scenario), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sweep"] == {"secrecy.level": [0, 1]}
    assert main(["describe", "parameters", str(scenario)]) == 2
    assert "takes no file" in capsys.readouterr().err


def test_describe_registries_as_text_and_as_json(scenario, model, monkeypatch, capsys):
    entry = sim.parameters.Parameter(
        "secrecy",
        "leak",
        0.1,
        0.0,
        0.2,
        "per week",
        "S4",
        "assumed",
        "low",
        "hazard of a leak",
        0.0,
    )
    monkeypatch.setattr(sim.parameters, "load_registry", lambda: sim.parameters.Registry([entry]))
    texts = {
        "parameters": [
            "secrecy.leak = 0.1 per week [0 to 0.2]",
            "hazard of a leak (assumed, confidence low: S4)",
            "off at 0",
        ],
        "outcomes": ["vacuum_vraem [share]", "security vacuum, VRAEM (less)"],
        "strategies": ["hold: Nobody moves.", "start_day = 3"],
    }
    for what, expected in texts.items():
        assert main(["describe", what]) == 0
        text = capsys.readouterr().out
        assert all(words in text for words in expected), text
        assert main(["describe", what, "--json"]) == 0
        (row,) = (row for row in json.loads(capsys.readouterr().out) if row.get("kind") != "pair")
        assert "of" not in row and row["name"] in ("secrecy.leak", "vacuum_vraem", "hold")


def test_describe_shocks_lists_what_an_event_can_set(capsys):
    assert main(["describe", "shocks", "--json"]) == 0
    names = [row["name"] for row in json.loads(capsys.readouterr().out)]
    assert names == list(SHOCKS)
    assert main(["describe", "shocks", "price.coast"]) == 0
    assert "a factor from 0 to 100" in capsys.readouterr().out
    assert main(["describe", "shocks", "price.cost"]) == 2
    assert 'Did you mean "price.coast"?' in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, first, most",
    [
        (["places", "pichari"], "Pichari: id ", 5),
        (["missions", "river"], "river_patrol: ", 1),
        (["situation", "own.ki"], "own.kind (np.ndarray): line, special", 1),
        (["outcomes", "recovery_days"], "vacuum_recovery_days_", 20),
    ],
)
def test_describe_takes_a_part_of_a_name(arguments, first, most, capsys):
    assert main(["describe", *arguments]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert (
        lines[0].startswith(first)
        and 1 <= len(lines) <= most
        and all(arguments[1] in line.casefold() for line in lines)
    )


@pytest.mark.parametrize("name", ["PICHARI", "Píchari", "pichári", "pi\u0301chari"])
def test_describe_finds_a_place_whatever_its_case_and_accents(name, capsys):
    assert main(["describe", "places", name, "--json"]) == 0
    assert "Pichari" in [row["name"] for row in json.loads(capsys.readouterr().out)]
    assert main(["describe", "places", f"{name}x"]) == 2
    assert 'Did you mean "Pichari"?' in capsys.readouterr().err


def test_describe_gives_the_near_name_of_a_strategy(capsys):
    assert main(["describe", "strategies", "surge_and_retrun"]) == 2
    assert 'Did you mean "surge-and-return"?' in capsys.readouterr().err


def test_describe_parameters_of_a_group_are_those_of_its_name(capsys):
    assert main(["describe", "parameters", "presence", "--json"]) == 0
    names = [row["name"] for row in json.loads(capsys.readouterr().out)]
    assert len(names) > 5 and all("presence" in name for name in names)


def test_every_mission_and_every_field_of_a_situation_has_a_meaning(capsys):
    from sim.model.state.agents import MISSIONS

    assert main(["describe", "missions", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == list(MISSIONS)
    assert main(["describe", "situation", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {
        "day",
        "own.uid",
        "places.port",
        "reports.source",
        "theatre[name].attacks",
        "budget.boats",
    } <= {row["name"] for row in rows}
    assert [row["name"] for row in rows if not row["told"]] == []


def test_describe_one_entry_or_a_near_name(capsys):
    assert main(["describe", "parameters", "search.width_jungle_km"]) == 0
    out = capsys.readouterr().out
    assert (
        out.startswith("search.width_jungle_km = ") and "confidence" in out and out.count("[") == 1
    )
    assert main(["describe", "outcomes", "vacuum_vraem", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["name"] == "vacuum_vraem"
    assert main(["describe", "parameters", "search.width_jungel_km"]) == 2
    assert 'no parameter "search.width_jungel_km"' in (err := capsys.readouterr().err)
    assert 'Did you mean "search.width_jungle_km"?' in err


def test_outcomes_of_pairs_and_former_names_are_found(capsys):
    """Some outcomes exist only in a comparison; `state_losses_vraem` has another name now."""
    assert main(["describe", "outcomes", "averted_kg_border"]) == 0
    assert "in `compare` only" in capsys.readouterr().out
    assert main(["describe", "outcomes", "state_losses_vraem", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["dead_state_vraem"]
    assert main(["describe", "outcomes", "displaced_share"]) == 0
    assert capsys.readouterr().out.startswith("diverted_share [1]")
