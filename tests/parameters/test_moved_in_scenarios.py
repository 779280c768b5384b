"""A parameter of an earlier edition is refused with what replaced it, wherever it can be given."""

from collections.abc import Callable

import pytest

from sim.cli.main import main
from sim.parameters import load_moved
from sim.scenario import ScenarioError, load_scenario
from sim.scenario.sweep import points

MOVED = load_moved()
STATIC = '[strategy]\nname = "static"\nshare_to_border = 0.1\n'
WAYS: dict[str, Callable[[str], str]] = {
    "parameters": lambda name: f'[parameters]\n"{name}" = 1\n',
    "nested": lambda name: f"[parameters.{name.partition('.')[0]}]\n{name.partition('.')[2]} = 1\n",
    "without its table": lambda name: f"{name} = 1\n",
    "event": lambda name: f'[[events]]\nday = 5\nset = {{"parameters.{name}" = 1}}\n',
    "event without its table": lambda name: f'[[events]]\nday = 5\nset = {{"{name}" = 1}}\n',
    "futures": lambda name: f'[futures]\nsamples = 2\nparameters = ["{name}"]\n',
    "futures with a range": lambda name: (
        f'[futures]\nsamples = 2\nparameters."{name}" = {{low = 0, high = 1}}\n'
    ),
    "sweep": lambda name: f'{STATIC}[sweep]\n"parameters.{name}" = [0, 1]\n',
    "sweep without its table": lambda name: f'{STATIC}[sweep]\n"{name}" = [0, 1]\n',
    "sampled sweep": lambda name: (
        f'{STATIC}[sweep]\ndesign = "lhs"\nsamples = 3\n'
        f'"parameters.{name}" = {{low = 0, high = 1}}\n'
    ),
}
TABLES = {
    "sweep": STATIC + '[sweep]\ndesign = "table"\ntable = "points.csv"\n',
    "futures": '[futures]\ndesign = "table"\ntable = "points.csv"\n',
}


def told(text: str, folder, **overrides: object) -> list[str]:
    """Return the problems of a scenario and of its plan, one a line."""
    path = folder / "mine.toml"
    path.write_text(f"schema = 1\n{text}")
    with pytest.raises(ScenarioError) as error:
        points(load_scenario(path, overrides))
    return str(error.value).splitlines()


def check(lines: list[str], name: str, where: str) -> None:
    """Assert that one line names the place, the former name, and what replaced it."""
    assert len(lines) == 1, lines
    (line,) = lines
    assert line.startswith(where) and "Did you mean" not in line, line
    assert name.partition(".")[0] in line and "is no parameter any more" in line, line
    assert all(new in line for new in MOVED[name].now), line
    assert f"({MOVED[name].why})" in line, line


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MOVED)
def test_a_former_parameter_in_a_file_is_refused_with_what_replaced_it(name, way, tmp_path):
    check(told(WAYS[way](name), tmp_path), name, "mine.toml: ")


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("name", MOVED)
def test_a_former_parameter_in_a_table_is_refused_with_what_replaced_it(name, kind, tmp_path):
    (tmp_path / "points.csv").write_text(f"{name},crops.growth_coca\n0.5,0.2\n")
    lines = told(TABLES[kind], tmp_path)
    check(lines, name, "mine.toml: ")
    assert f"parameters.{name}" in lines[0]


@pytest.mark.parametrize("key", ["{}", "parameters.{}"])
@pytest.mark.parametrize("name", MOVED)
def test_a_former_parameter_in_an_override_is_refused_with_what_replaced_it(name, key, tmp_path):
    check(told("", tmp_path, **{key.format(name): 1}), name, "--set: ")


@pytest.mark.parametrize(
    "words",
    [
        ["check", "mine.toml"],
        ["run", "mine.toml"],
        ["batch", "mine.toml"],
        ["calibrate", "mine.toml", "--against", "redeploy:history/observed.csv"],
        ["run", "redeploy:baseline", "--set", "parameters.presence.felt_days=7"],
        ["describe", "parameters", "presence.felt_days"],
    ],
)
def test_commands_end_with_exit_2_and_one_line(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = 'schema = 1\n[futures]\nsamples = 2\nparameters = ["presence.felt_days"]\n'
    (tmp_path / "mine.toml").write_text(text)
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 1
    assert "presence.felt_down_days and presence.felt_up_days replaced it" in err
