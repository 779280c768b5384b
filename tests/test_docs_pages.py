"""The documents say what the code says: generated parts, named keys, values, files and commands."""

import ast
import re
import shlex
from pathlib import Path

import pytest

from sim import docs_pages
from sim.cli.description import outcomes, scenario
from sim.cli.main import app
from sim.model.state.agents import COCAINE_LAB, LATEX_POINT, STRIP
from sim.parameters import load_couplings, load_registry
from sim.scenario import load_scenario, parse_setting
from sim.scenario.strategy_section import is_lever
from sim.simulation.build.world import build

ROOT = Path(__file__).parents[1]
PAGES = {
    file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8")
    for file in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
}
# Pages on how to add something name what a reader is about to make.
OF_TODAY = [name for name in PAGES if not name.startswith("docs/develop/add-")]
MADE = {file.relative_to(ROOT).as_posix(): (old, new) for file, old, new in docs_pages.pages()}
KEYS = {row["name"]: row["default"] for row in scenario()}
COMMAND = re.compile(r"redeploy (?:run|batch|compare|validate) [^`\n]*")


def test_every_part_has_its_place_once():
    made = [name for page in PAGES.values() for _, name, _ in docs_pages.MADE.findall(page)]
    assert sorted(made) == sorted(set(made))
    assert len(made) == 18
    model = {f"docs/model/{name}.md" for name in ("odd", "mechanisms", "parameters", "assumptions")}
    results = {f"docs/results/{name}.md" for name in ("history", "rule", "scoreboard")}
    assert MADE.keys() == model | results


@pytest.mark.parametrize("name", MADE)
def test_a_page_says_what_its_sources_say_now(name):
    old, new = MADE[name]
    assert old == new, f"{name} is behind the code: `make odd`"


def test_a_change_of_the_registry_shows(monkeypatch):
    rows = [
        row | {"value": 13.0} if row["name"] == "presence.reach_km" else row
        for row in docs_pages.description.parameters()
    ]
    monkeypatch.setattr(docs_pages.description, "parameters", lambda: rows)
    page = PAGES["docs/model/parameters.md"]
    assert docs_pages.filled(page) != page


def test_a_part_that_nothing_makes_is_refused():
    with pytest.raises(KeyError, match="weather"):
        docs_pages.filled("<!-- made: weather -->\n<!-- end -->")


def test_the_day_has_each_step_in_order():
    steps = re.findall(r"^\| \d+ \| `([\w.]+)` \| ([^|]+) \|", docs_pages.day(), re.M)
    assert steps[0][0] == "orders"
    assert steps[-1] == ("observe.observe_trade", "daily")
    assert dict(steps)["routing.open_and_close"] == "every 28 days"
    assert dict(steps)["processing.start"] == "weekly, not in the burn-in"
    assert dict(steps)["crops.grow"] == "weekly, not in the burn-in, unless `crops.change` is 0"
    assert dict(steps)["prologue.settle"] == "on the first day of the burn-in"
    assert dict(steps)["prologue.prologue"] == "on day 0"
    assert dict(steps)["support.win_people"] == "weekly, after day 0"


def test_a_condition_of_the_day_that_has_no_words_is_refused():
    condition = ast.parse("today.rainy", mode="eval").body
    with pytest.raises(ValueError, match=r"say in words when today\.rainy holds"):
        docs_pages.in_words(condition)


def test_each_mechanism_says_what_it_leaves_out():
    pages = docs_pages.mechanisms().split("\n### ")
    mechanisms = [page for page in pages if "\n`sim/model/mechanisms/" in page]
    files = [
        file
        for file in (ROOT / "sim" / "model" / "mechanisms").glob("*/*.py")
        if file.stem != "__init__"
    ]
    assert len(mechanisms) == len(files) >= 25
    for page in mechanisms:
        assert "**Left out:**" in page and "Reads:" in page and "Writes:" in page, page[:80]


@pytest.mark.parametrize("name", OF_TODAY)
def test_files_that_a_page_names_are_there(name):
    named = re.findall(
        r"`((?:sim|tests|scenarios|docs|notebooks|results)/[\w./-]*\.(?:py|toml|md|csv|json|ipynb|png))`",
        PAGES[name],
    )
    made_by_the_reader = {"results", "examples"}
    kept = [file for file in named if file.split("/")[0] not in made_by_the_reader]
    assert [file for file in kept if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("name", OF_TODAY)
def test_commands_of_a_page_are_understood(name):
    for line in COMMAND.findall(PAGES[name]):
        words = shlex.split(line, comments=True)[1:]
        app.parse_args(words, exit_on_error=False, print_error=False)
        settings = dict(
            parse_setting(words[i + 1]) for i, word in enumerate(words) if word == "--set"
        )
        for word in words:
            if word.endswith(".toml") and word != "my.toml":  # which is the reader's own
                load_scenario(ROOT / word, settings)


@pytest.mark.parametrize("name", OF_TODAY)
def test_keys_that_a_page_names_are_known(name):
    hand_written = docs_pages.MADE.sub("", PAGES[name])
    known = {*load_registry().names, *KEYS, *(row["name"] for row in outcomes())}
    known |= {f"strategy.{key}" for key in KEYS if is_lever(f"strategy.{key}")}
    sections = {key.partition(".")[0] for key in (*load_registry().names, *KEYS) if "." in key}
    for word in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", hand_written):
        assert word in known or word.partition(".")[0] not in sections, word
    cut = re.findall(r"ablate = \[+\"?(\w+)", hand_written)
    assert set(cut) <= load_couplings().keys()


def test_the_first_day_is_counted_right():
    world = build(load_scenario(ROOT / "scenarios" / "baseline.toml"))
    labs = world.actors.labs[world.actors.labs.alive == 1]
    abroad = world.site_kinds.count("foreign")
    groups = (world.actors.groups.alive == 1).sum()
    networks = (world.actors.networks.alive == 1).sum()
    counted = [
        f"{len(world.ground.theatre):,} cells",
        f"{world.n_communities} communities, {abroad} towns abroad",
        f"{len(world.route_facts.origin)} routes of {len(world.legs.theatre)} legs",
        f"{(world.actors.units.alive == 1).sum()} units",
        f"{groups} armed groups, {networks} networks",
        "{} laboratories, {} latex points, {} airstrips".format(
            *((labs.kind == kind).sum() for kind in (COCAINE_LAB, LATEX_POINT, STRIP))
        ),
    ]
    told = " ".join(PAGES["docs/model/odd.md"].split())
    assert [words for words in counted if words not in told] == []


def test_assumptions_have_the_values_of_the_registry():
    rows = re.findall(
        r"^\| \d+ \|[^|]*\| `([\w.]+)` \| ([\d.,]+) \[([\d.,]+) to ([\d.,]+)\]",
        PAGES["docs/model/assumptions.md"],
        re.M,
    )
    assert len(rows) >= 20
    for key, *told in rows:
        value, low, high = (float(number.replace(",", "")) for number in told)
        if key in load_registry():
            entry = load_registry().get(key)
            assert (value, low, high) == (entry.value, entry.low, entry.high), key
        else:
            assert value == KEYS[key] and low <= value <= high, key
