"""Where two runs part: the right day, step, agent and field; and whatever cannot be compared is
refused in plain words."""

import dataclasses
import io
import json
import pickle
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from small_runs import BASELINE, small_scenario

from sim.batches import batch
from sim.cli import main as cli
from sim.divergence.diverge import diverge
from sim.divergence.fields import Looks
from sim.divergence.naming import AXES
from sim.divergence.printed import print_divergence
from sim.divergence.sides import Side, SideError, SideFailed
from sim.divergence.trace import ORDERS, TracedRun, Tracer, answer
from sim.divergence.two_runs import sources
from sim.machine import compile_cache
from sim.model import compile as kernel
from sim.model.state.agents import GROUP_KINDS
from sim.scenario import UserError
from sim.simulation.run import run

HEAD = f"""schema = 1
extends = "{BASELINE}"
[time]
burn_in_days = 7
horizon_days = 49
[map]
resolution_km = 10
"""
MINE = """
import os
from sim import Orders, Strategy

class Mine(Strategy):
    name = "mine"
    review_days = 10

    def decide(self, situation):
        print("a strategy may print")
        os.write(1, b"and write as it likes")
        if situation.day != 40:
            return None
        own = situation.own
        orders = Orders()
        line = own.uid[(own.theatre == "vraem") & (own.kind == "line")]
        orders.move(line[:3], "Caballococha", "checkpoint")
        return orders
"""


@pytest.fixture
def hold(tmp_path):
    """A scenario file of 7 + 49 days on the small map."""
    file = tmp_path / "hold.toml"
    file.write_text(HEAD)
    return file


def between(a, b, weeks=2, **options):
    """The divergence of two sides; options as those of `sources`."""
    return diverge(*sources(str(a), str(b), options.pop("settings", {}), **options), weeks)


class Here(Side):
    """A side in this very process, which spares the time in which another one loads the model."""

    def __init__(self, letter, source):
        self.letter, self.source, self.tracer = letter, source, Tracer()

    def __exit__(self, *_):
        pass

    def ask(self, request, *arguments):
        self.told = pickle.loads(
            pickle.dumps(answer(self.tracer, request, pickle.loads(pickle.dumps(arguments))))
        )

    def received(self):
        return self.told


@pytest.fixture
def in_this_process(monkeypatch):
    monkeypatch.setattr("sim.divergence.diverge.Side", Here)


def text_of(found, width=80):
    """What the command prints of it at a width."""
    console = Console(width=width, record=True, force_terminal=False, file=io.StringIO())
    print_divergence(found, console)
    return console.export_text()


def test_a_run_that_is_followed_step_by_step_is_the_same_run(monkeypatch):
    """Bit for bit, with the loops as they are compiled for the day, by steps and with a look after
    each, or fast."""
    scenario = small_scenario(
        strategy__name="static", strategy__share_to_border=0.2, record__events=True
    )
    plain = run(scenario)
    compiled = []
    monkeypatch.setattr(
        compile_cache.KernelCache, "save_overload", lambda cache, *_: compiled.append(cache.name)
    )
    for by_steps in (False, True):
        traced, looks, steps = TracedRun(scenario, by_steps=by_steps), Looks(), []
        traced.advance(10)

        def after(step, traced=traced, looks=looks, steps=steps):
            looks.look(traced.world, traced.t)
            steps.append(step)

        traced.after = after
        traced.advance(5)
        traced.after = None
        traced.advance(traced.end)
        found = traced.records()
        assert (
            found.tally.tobytes() == plain.tally.tobytes()
            and found.log.tobytes() == plain.log.tobytes()
        )
        assert found.outcomes == plain.outcomes
        assert steps.count("presence.spread") == 5 and steps.count("support.share_places") == 1
    # The page hands it a 0 or a 1 as it stands, which the day compiles as a constant: it alone is
    # compiled once more.
    assert not kernel.is_compiled() or set(compiled) <= {
        "sim.model.mechanisms.intelligence.secrecy.see_legs"
    }


def test_every_field_has_a_name_for_what_stands_in_it():
    tracer = Tracer()
    tracer.run, tracer.looks = (
        TracedRun(small_scenario(strategy__name="static", strategy__share_to_border=0.2)),
        Looks(),
    )
    tracer.run.advance(25)
    tracer.looks.look(tracer.run.world, 24)
    tracer.looks.keep()
    fields = {
        field: array for field in tracer.looks.now if (array := tracer.looks.at(0, field)).size
    }
    arrays = {
        field
        for field, array in fields.items()
        if field.partition(".")[0] in ("fields", "land", "minds", "trade", "support")
        and not field.startswith("parties")
    }
    assert arrays == {field for field in AXES if "." in field}
    assert all(fields[field].ndim == len(axes) for field, axes in AXES.items())
    for ends in (0, -1):
        spots = [
            (field, tuple(range(n)[ends] for n in array.shape)) for field, array in fields.items()
        ]
        named = dict(zip(fields, tracer.describe(0, spots), strict=True))
        assert all(
            each["kind"] or each["name"]
            for field, each in named.items()
            if not field.startswith(("levers", "parameters"))
        )
    assert named["minds.belief"]["kind"] == "network" and named["minds.belief"]["at"].startswith(
        "leg "
    )
    assert named["shipments.kg"]["theatre"] and named["parties.kind"]["word"] in GROUP_KINDS
    assert named["parties.revenue"]["name"].startswith("dissidents")
    assert named["groups.party"]["word"] and named["support.b"]["at"] == "party new-3"
    assert named["tally.exported_kg"]["name"] == "coast"


def test_two_strategies_part_with_their_orders(tmp_path, hold):
    (tmp_path / "mine.py").write_text(MINE)
    mine = tmp_path / "mine.toml"
    mine.write_text(HEAD + '[strategy]\nname = "mine:Mine"\n')
    found = between(hold, mine)
    first = found.first
    assert (first.day, first.date, first.step) == (40, "2022-02-10", ORDERS) and found.days == 48
    assert first.only == "B"  # it reviews every 10 days, hold every 14
    status, site = (
        next(each for each in first.differences if each.field == f"units.{name}")
        for name in ("status", "order_site")
    )
    assert first.differences[0] == status and (status.agents, status.of) == (3, 537)
    assert (status.word_a, status.word_b) == (
        "posted",
        "preparing",
    ) and site.word_b == "Caballococha"
    assert (
        status.first.kind == "unit"
        and status.first.name == "line"
        and status.first.theatre == "vraem"
    )
    assert len(status.first.uid) == 16 and status.first.place
    assert {each.field.partition(".")[0] for each in first.differences} == {"units"}
    assert found.inputs[0].name == "strategy.name"
    assert found.spread[0].mechanism == ORDERS and all(each.day >= 40 for each in found.spread)
    assert found.weeks[0].kinds["unit"] == (3, 537) and found.weeks[0].theatres["loreto"][0] == 0
    printed = text_of(found)
    assert max(len(line) for line in printed.splitlines() if str(tmp_path) not in line) <= 80
    assert "day 40 (2022-02-10), orders of the strategy" in printed and status.first.uid in printed


def test_a_parameter_is_an_input_and_what_reads_it_comes_first(in_this_process, hold):
    found = between(hold, hold, 0, settings={"--set-b": ["parameters.presence.felt_down_days=9"]})
    assert [(each.name, each.a, each.b) for each in found.inputs] == [
        ("parameters.presence.felt_down_days", "5.0", "9.0")
    ]
    assert (found.first.step, found.first.mechanism) == ("presence.feel", "presence")
    assert (
        found.first.differences[0].field == "communities.felt"
        and found.first.differences[0].first.kind == "community"
    )


def test_a_lever_that_an_event_changes_counts_like_the_state(in_this_process, tmp_path, hold):
    event = '[[events]]\nday = 5\nset = {"partner.coordination" = 0.05}\n'
    late = tmp_path / "late.toml"
    late.write_text(HEAD + event)
    found = between(hold, late, 1)
    assert (found.first.day, found.first.step) == (5, "dated events")
    assert [each.field for each in found.first.differences] == [
        "levers.coordination"
    ] and found.first.differences[0].b == 0.05
    assert "partner" in {each.mechanism for each in found.spread}


def test_worlds_that_are_built_apart_are_told_so(in_this_process, hold):
    found = between(hold, hold, 0, settings={"--set-b": ["forces.vraem.boats=7"]})
    assert found.first.step == "building the world" and found.days == 0
    assert [(each.field, each.b) for each in found.first.differences] == [("theatres.boats", 7.0)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the code in which the armed parties' share of a place is another."""
    here, there = Path(cli.__file__).parents[2], tmp_path_factory.mktemp("checkout")
    shutil.copytree(here / "sim", there / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    edited = there / "sim" / "model" / "mechanisms" / "insurgents" / "support.py"
    equation = "at_hand = town.armed_coverage * (1.0 - town.protection)"
    text = edited.read_text()
    assert text.count(equation) == 1
    edited.write_text(text.replace(equation, equation.replace("= town", "= 0.999 * town")))
    return here, there


def test_the_edit_of_a_mechanism_is_found(checkout, hold):
    here, there = checkout
    found = between(here, there, 1, scenario=hold, settings={"--set": ["time.horizon_days=7"]})
    assert (found.first.day, found.first.step, found.first.mechanism) == (
        -7,
        "support.share_places",
        "support",
    )
    assert [each.field for each in found.first.differences] == [
        "communities.state",
        "communities.armed",
    ]
    assert found.a.code != found.b.code and [each.name for each in found.inputs] == [
        "the model's code"
    ]
    assert str(hold) in found.b.notes[0]


def test_a_stored_run_is_made_again(in_this_process, tmp_path, hold, capsys):
    two = tmp_path / "two.toml"
    two.write_text(
        HEAD.replace("= 49", "= 14")
        + '[strategy]\nname = "static"\nshare_to_border = 0.2\n[replications]\ncount = 2\n'
    )
    folder = tmp_path / "results"
    batch(two, out=folder, workers=1, progress=False)
    assert (
        cli.main(
            [
                "diverge",
                f"{folder}@hold",
                f"{folder}@static 20 %",
                "--replication",
                "1",
                "--weeks",
                "0",
                "--json",
            ]
        )
        == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert answer["stored_a"] == answer["stored_b"] == [] and answer["a"]["replication"] == 1
    assert (answer["first"]["day"], answer["first"]["step"]) == (0, ORDERS)

    stored, same = sources(f"{folder}@hold", str(hold), {"--set-b": ["time.horizon_days=14"]})
    told = stored.stored | {
        "source_hash": "0" * 16,
        "outcomes": stored.stored["outcomes"] | {"cost_musd": 1.0},
    }
    found = diverge(dataclasses.replace(stored, stored=told), same, 0)
    assert found.first is None and found.days == 21 and found.outcomes == ()
    assert [(each.name, each.a) for each in found.stored_a] == [
        ("cost_musd", 1.0)
    ] and found.stored_b is None
    printed = " ".join(text_of(found).split())
    assert "equal to the last bit: 21 days (7 of them burn-in), all tables" in printed
    assert "NOT the stored run" in printed and "was made by other code" in printed

    for name, told in (("hol", "did you mean 'hold'"), ("nothing", "labels: hold")):
        with pytest.raises(UserError, match=told):
            sources(f"{folder}@{name}", str(hold), {})
    refused = {
        (f"{folder}", f"{folder}@hold"): "is a results folder; name one of its points",
        (f"{folder}@", f"{folder}@hold"): "is a results folder; name one of its points",
        (f"{folder}x@hold", f"{folder}@hold"): "no such results folder; did you mean",
    }
    for (a, b), told in refused.items():
        with pytest.raises(UserError, match=told):
            sources(a, b, {})
    with pytest.raises(UserError, match=r"--seed: .* is a stored run"):
        sources(f"{folder}@hold", str(hold), {}, seed=3)
    with pytest.raises(UserError, match=r"--set-a: .* is a stored run"):
        sources(f"{folder}@hold", str(hold), {"--set-a": ["time.horizon_days=7"]})


def test_what_cannot_be_compared_is_refused(in_this_process, tmp_path, hold, capsys):
    old = tmp_path / "old"
    (old / "sim").mkdir(parents=True)
    (old / "sim" / "__init__.py").touch()
    assert cli.main(["diverge", str(old), str(old)]) == 2
    assert "too old to be followed" in capsys.readouterr().err
    with pytest.raises(UserError, match=r"is a checkout of the code, and .* is not"):
        sources(str(old), str(hold), {})
    with pytest.raises(
        UserError, match="expected a scenario file, a stored run FOLDER@POINT, or a checkout"
    ):
        sources(str(tmp_path), str(hold), {})
    with pytest.raises(UserError, match=r"--scenario: says what two checkouts run"):
        sources(str(hold), str(hold), {}, scenario=hold)
    assert cli.main(["diverge", str(tmp_path / "hole.toml"), str(hold)]) == 2
    assert (
        'does not exist; expected a scenario file. Did you mean "hold.toml"?'
        in capsys.readouterr().err
    )
    with pytest.raises(SideError, match=r"time\.burn_in_days: expected the same in both"):
        between(hold, hold, settings={"--set-b": ["time.burn_in_days=14"]})
    assert cli.main(["diverge", str(hold), str(hold), "--weeks", "-1"]) == 2
    assert "--weeks: expected a whole number from 0" in capsys.readouterr().err


def test_a_process_that_ends_is_told_in_one_line(tmp_path, hold):
    (tmp_path / "mine.py").write_text(MINE.replace("return None", "os._exit(3)"))
    mine = tmp_path / "mine.toml"
    mine.write_text(HEAD + '[strategy]\nname = "mine:Mine"\n')
    with pytest.raises(
        SideFailed, match=r"^B: .*mine\.toml: the process of this run ended \(status 3\)"
    ) as told:
        between(hold, mine)
    assert told.value.status == 1 and "\n" not in str(told.value)
