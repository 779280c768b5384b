"""A scenario may come from anyone: to read, check or describe it never runs the code it names."""

import json
import math
import os
import pickle
import sys
import warnings
from pathlib import Path

import pytest

import sim.strategies.registry
from sim.batches import batch, make_plan
from sim.cli.main import main
from sim.scenario import ScenarioError, load_scenario, points, with_code

MARKS = """
from pathlib import Path
from pydantic import BaseModel, Field
from sim import Strategy

Path({mark!r}).write_text("this code ran")
print("a strategy that talks")

class Mine(Strategy):
    class Settings(BaseModel):
        patience: int = Field(4, ge=1)

    def decide(self, situation):
        return None
"""
USES = '[strategy]\nname = "mine:Mine"\npatience = 3\n'


class Code:
    """A file with a strategy that leaves a mark when it is run."""

    def __init__(self, folder: Path) -> None:
        self.mark = folder / "mark"

    def put(self, file: Path) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(MARKS.format(mark=str(self.mark)))
        return file

    @property
    def has_run(self) -> bool:
        return self.mark.exists()


@pytest.fixture
def code(tmp_path: Path) -> Code:
    code = Code(tmp_path)
    code.put(tmp_path / "mine.py")
    return code


def no_run(scenario, replication=0):
    raise RuntimeError("this test simulates nothing")


def told(text: str, write, **options) -> str:
    with pytest.raises(ScenarioError) as caught:
        with_code(load_scenario(write(text), **options))
    return str(caught.value)


def test_check_describe_and_load_run_no_code(write, code, capsys):
    file = write(
        USES + '[[strategies]]\nname = "mine:Mine"\n[sweep]\n"strategy.patience" = [1, 2]\n'
    )
    assert main(["check", str(file)]) == 0
    assert "mine:Mine is code that `run` and `batch` run" in capsys.readouterr().out
    for options in ([], ["--json"]):
        assert main(["describe", "scenario", str(file), *options]) == 0
    assert main(["describe", "strategies"]) == 0
    scenario = load_scenario(file)
    assert pickle.loads(pickle.dumps(scenario)).hash == scenario.hash and len(points(scenario)) == 2
    assert make_plan(scenario, source="").plan_id
    assert not code.has_run


def test_reading_results_runs_no_code(write, code, tmp_path, capsys, monkeypatch):
    folder = tmp_path / "results"
    batch(
        write(USES + "[replications]\ncount = 1"), out=folder, run=no_run, progress=False, workers=1
    )
    assert code.has_run
    code.mark.unlink()
    for command in ("status", "compare", "report"):
        main([command, str(folder)])
        assert not code.has_run, command
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (
        manifest["scenario"]["strategy"]["patience"] == 3
        and "mine:Mine" in manifest["strategy_files"]
    )


@pytest.mark.parametrize("command", ["run", "batch"])
def test_settings_are_checked_before_the_first_run(command, write, code, tmp_path, capsys):
    file = write(USES.replace("3", "0"))
    out = ["--out", str(tmp_path / "out")]
    assert main(["check", str(file)]) == 0 and not code.has_run
    capsys.readouterr()
    assert main([command, str(file), *out]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and code.has_run and not (tmp_path / "out").exists()
    assert (
        "s.toml: strategy.patience: expected a whole number of at least 1 (got 0)"
        in printed.err.splitlines()
    )


def test_swept_settings_are_checked_when_the_code_is_read(write, code):
    file = write(USES + '[sweep]\n"strategy.patience" = [1, 0]\n')
    assert len(points(load_scenario(file))) == 2
    with pytest.raises(
        ScenarioError,
        match=r"strategy\.patience: expected a whole number of at least 1 \(got 0\) in sweep point",
    ):
        points(with_code(load_scenario(file)))


def test_what_can_be_seen_without_running_is_refused_by_check(write, code, tmp_path):
    for name, expected in {
        "mine:Mien": 'expected a class "Mien" derived from sim.Strategy. Did you mean "Mine"?',
        "nowhere:Mine": 'no file "nowhere.py" beside the scenario and no module named',
        "broken:Mine": "cannot be imported: SyntaxError",
        "plain:Mine": 'expected a class "Mine" derived from sim.Strategy',
        "noise:Mine": "SyntaxError: source code string cannot contain null bytes (noise.py)",
        "mine:": "expected module:Class, such as mine:Mine",
        "./nowhere:Mine": '"./nowhere:Mine": no file',
        "a" * 400 + ":Mine": "File name too long",
    }.items():
        (tmp_path / "broken.py").write_text("class Mine(\n")
        (tmp_path / "plain.py").write_text("class Mine:\n    pass\n")
        (tmp_path / "noise.py").write_bytes(b"\0\1\2")
        with pytest.raises(ScenarioError) as caught:
            load_scenario(write(f'[strategy]\nname = "{name}"'))
        assert expected in str(caught.value)
    assert not code.has_run


LEFT_TO_THE_RUN = (
    "from elsewhere import Mine",
    "from elsewhere import *",
    "Mine = make()",
    "if True:\n    from a import b as Mine",
)


@pytest.mark.parametrize("body", LEFT_TO_THE_RUN)
def test_a_class_that_only_a_run_can_find_is_left_to_the_run(body, write, tmp_path):
    (tmp_path / "mine.py").write_text(body)
    load_scenario(write('[strategy]\nname = "mine:Mine"'))


@pytest.mark.parametrize("how", ["above", "absolute", "linked", "on the import path"])
def test_code_outside_the_folder_runs_only_where_it_is_allowed(
    how, write, code, tmp_path, monkeypatch
):
    outside = code.put(tmp_path / "outside" / "far.py")
    (tmp_path / "study").mkdir()
    name = {
        "above": "../outside/far",
        "absolute": str(outside.with_suffix("")),
        "linked": "far",
        "on the import path": "far",
    }[how]
    if how == "linked":
        (tmp_path / "study" / "far.py").symlink_to(outside)
    if how == "on the import path":
        monkeypatch.syspath_prepend(outside.parent)
    file = write(f'[strategy]\nname = "{name}:Mine"\n', "study/s.toml")
    assert load_scenario(file).hash
    with pytest.raises(
        ScenarioError,
        match=r"s\.toml: strategy\.name: .* is code outside the scenario's folder .*--allow-code",
    ):
        with_code(load_scenario(file))
    assert main(["batch", str(file), "--out", str(tmp_path / "out")]) == 2 and not code.has_run
    allowed = with_code(load_scenario(file, allow_code=True))
    assert (
        code.has_run
        and allowed.strategy.settings == {"patience": 4}
        and allowed.strategy_class().__name__ == "Mine"
    )
    assert pickle.loads(pickle.dumps(allowed)).strategy_class() is allowed.strategy_class()


def test_code_in_a_folder_below_the_scenario_is_its_own(write, code, tmp_path):
    code.put(tmp_path / "strategies" / "deep.py")
    assert with_code(
        load_scenario(write('[strategy]\nname = "strategies.deep:Mine"'))
    ).strategy.settings == {"patience": 4}


def test_no_package_is_imported_to_look_for_a_module(write, code, tmp_path, monkeypatch):
    code.put(tmp_path / "path" / "package_of_ours" / "__init__.py")
    code.put(tmp_path / "path" / "package_of_ours" / "inner.py")
    monkeypatch.syspath_prepend(tmp_path / "path")
    assert load_scenario(write('[strategy]\nname = "package_of_ours.inner:Mine"')).hash
    assert not code.has_run


def test_a_batch_of_a_path_may_be_allowed_code(write, code, tmp_path):
    code.put(tmp_path / "outside" / "far.py")
    (tmp_path / "study").mkdir()
    file = write(
        '[strategy]\nname = "../outside/far:Mine"\n[replications]\ncount = 1\n', "study/s.toml"
    )
    with pytest.raises(ScenarioError, match="allow_code=True"):
        batch(file, out=tmp_path / "out", run=no_run, progress=False)
    assert (
        batch(
            file, out=tmp_path / "out", run=no_run, progress=False, workers=1, allow_code=True
        ).status()["SUCCEEDED"]
        == 0
    )
    assert code.has_run


def test_an_edited_file_is_another_run_before_and_after_its_code_is_read(write, code, tmp_path):
    file = write(USES)
    unread, read = load_scenario(file).hash, with_code(load_scenario(file)).hash
    with (tmp_path / "mine.py").open("a") as more:
        more.write("# another rule\n")
    assert load_scenario(file).hash != unread and with_code(load_scenario(file)).hash != read


def test_help_says_that_code_runs(capsys):
    assert main(["describe", "scenario", "--json"]) == 0
    (row,) = [row for row in json.loads(capsys.readouterr().out) if row["name"] == "strategy.name"]
    assert "code" in row["meaning"] and "--allow-code" in row["meaning"]
    for command in ("run", "batch", "calibrate"):
        main([command, "--help"])
        assert "--allow-code" in capsys.readouterr().out


def test_a_registered_class_needs_no_file(write, monkeypatch):
    class Registered(sim.strategies.Strategy):
        name = "registered"

        def decide(self, situation):
            return None

    known = {**sim.strategies.registry.catalogue(), "registered": Registered}
    monkeypatch.setattr(sim.strategies.registry, "catalogue", lambda: known)
    assert (
        with_code(load_scenario(write('[strategy]\nname = "registered"'))).strategy_class()
        is Registered
    )


def test_an_edit_of_the_same_length_in_the_same_second_runs_the_new_code(tmp_path, monkeypatch):
    # Python's own loader takes `__pycache__` for current by the second and the length of the file.
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "s.toml").write_text('schema = 1\n[strategy]\nname = "mine:Mine"\n')
    kinds = []
    for number in (1, 2, 3):
        file = tmp_path / "mine.py"
        file.write_text(f"from sim import Strategy\nclass Mine(Strategy):\n    number = {number}\n")
        os.utime(file, (1_700_000_000, 1_700_000_000))
        kinds.append(with_code(load_scenario(tmp_path / "s.toml")).strategy_class())
    assert [kind.number for kind in kinds] == [1, 2, 3]


OWN = """
from pydantic import BaseModel
from sim import Strategy
class Mine(Strategy):
    class Settings(BaseModel):
        patience: float = 1.0
    def decide(self, situation):
        return None
"""


@pytest.mark.parametrize(
    "setting", ["strategy.patience = 3.0", 'strategy.tasking_vraem = "reports"']
)
def test_an_event_may_set_what_only_the_own_code_has_a_default_for(setting, tmp_path):
    (tmp_path / "mine.py").write_text(OWN)
    key, value = setting.split(" = ")
    file = tmp_path / "s.toml"
    events = f'[[events]]\nday = 100\nuntil = 105\nset = {{"{key}" = {value}}}\n'
    file.write_text(f'schema = 1\n[strategy]\nname = "mine:Mine"\n{events}')
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_plan(with_code(load_scenario(file)))
    assert main(["check", str(file)]) == 0


ENDLESS = """
import math
from pydantic import BaseModel
from sim import Strategy

class Mine(Strategy):
    class Settings(BaseModel):
        threshold: float = math.inf
        limits: tuple[float, ...] = (1.0, -math.inf)
        weight: float = 0.5

    def decide(self, situation):
        return None
"""


def test_an_infinite_default_of_a_strategy_s_own_settings_is_the_number_that_it_gets(
    tmp_path: Path,
):
    (tmp_path / "endless.py").write_text(ENDLESS)
    (tmp_path / "s.toml").write_text(
        'schema = 1\n[[strategies]]\nname = "endless:Mine"\n'
        '[[strategies]]\nname = "static"\nshare_to_border = 0.1\n'
        '[sweep]\n"strategy.weight" = [0.25, 0.75]\n'
    )
    arms = [arm.scenario for arm in points(with_code(load_scenario(tmp_path / "s.toml")))]
    mine = [each for each in arms if each.strategy.name == "endless:Mine"]
    assert [each.strategy.settings["weight"] for each in mine] == [0.25, 0.75]
    for each in mine:
        strategy = each.strategy_class()(each.strategy.settings, each.strategy)
        assert (strategy.settings.threshold, strategy.settings.limits) == (
            math.inf,
            (1.0, -math.inf),
        )
        read = json.loads(
            each.to_json(), parse_constant=pytest.fail
        )  # what JSON calls no number stands in no document
        assert read["strategy"]["threshold"] == "inf"
        assert type(each).model_validate_json(each.to_json(), context=each.home) == each


def test_a_threshold_that_replaces_an_infinite_default_is_a_point_like_any_other(tmp_path: Path):
    (tmp_path / "endless.py").write_text(ENDLESS)
    (tmp_path / "s.toml").write_text(
        'schema = 1\n[strategy]\nname = "endless:Mine"\n[sweep]\n"strategy.threshold" = [2, 3.5]\n'
    )
    arms = points(with_code(load_scenario(tmp_path / "s.toml")))
    assert [arm.scenario.strategy.settings["threshold"] for arm in arms] == [2.0, 3.5]


@pytest.mark.parametrize(
    "line", ["threshold = inf", "weight = inf", "limits = [2.0, inf]", "limits = [2.0, nan]"]
)
def test_a_file_s_own_value_is_finite_whatever_the_default(line, tmp_path: Path):
    (tmp_path / "endless.py").write_text(ENDLESS)
    (tmp_path / "s.toml").write_text(f'schema = 1\n[strategy]\nname = "endless:Mine"\n{line}\n')
    with pytest.raises(
        ScenarioError, match=f"strategy.{line.split()[0]}: expected a finite number"
    ):
        load_scenario(tmp_path / "s.toml")
