"""What a strategy is and how one is found by name."""

import hashlib
import linecache

import pytest

from sim.scenario import Scenario
from sim.strategies import Orders, Strategy, StrategyError, catalogue, file_hash, register, resolve
from sim.strategies.registry import _known
from sim.strategies.shipped.hold import Hold
from sim.strategies.shipped.phased import Phased
from sim.strategies.shipped.static import Static

MINE = """
from sim.strategies import Orders, Strategy

class Patient(Strategy):
    name = "patient"

    def decide(self, situation):
        orders = Orders()
        orders.task(situation.own.uid[:2], "reserve")
        return orders

class Odd:
    def decide(self, situation):
        return None
"""


@pytest.fixture
def registry():
    kept = dict(_known)
    yield
    _known.clear()
    _known.update(kept)


def test_shipped_strategies_are_known_by_name():
    shipped = catalogue()
    assert [shipped[name] for name in ("hold", "static", "phased")] == [Hold, Static, Phased]
    assert all(name == cls.name for name, cls in shipped.items())


def test_a_registered_class_is_found_by_its_name_and_may_be_registered_again(registry):
    first = register(type("A", (Strategy,), {"name": "mine"}))
    assert resolve("mine") is first
    second = register(type("A", (Strategy,), {"name": "mine"}))
    assert resolve("mine") is second


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        (int, "subclass of Strategy"),
        (type("N", (Strategy,), {}), "a name"),
        (type("S", (Strategy,), {"name": "static"}), "shipped"),
    ],
)
def test_what_cannot_be_registered_is_refused(cls, said, registry):
    with pytest.raises(StrategyError, match=said):
        register(cls)


def test_an_unknown_name_is_told_with_a_near_one():
    with pytest.raises(StrategyError, match=r'no strategy "statik".*Did you mean "static"\?'):
        resolve("statik")


def test_a_users_own_class_is_found_beside_the_scenario(tmp_path):
    (tmp_path / "patience.py").write_text(MINE)
    scenario = tmp_path / "a.toml"
    scenario.write_text("schema = 1")
    cls = resolve("patience:Patient", scenario)
    assert cls.name == "patient" and cls is resolve("patience:Patient", tmp_path)
    assert file_hash(cls) == hashlib.sha256((tmp_path / "patience.py").read_bytes()).hexdigest()


def test_a_registered_class_is_part_of_a_runs_identity(registry):
    """Typed in a notebook, it is known by its cell."""
    ids = []
    for cell, answer in enumerate(("None", "None", "Orders()")):
        text = "class Mine(Strategy):\n    name = 'mine'\n"
        text += f"    def decide(self, situation):\n        return {answer}\n"
        linecache.cache[f"<cell {cell}>"] = (
            len(text),
            None,
            text.splitlines(True),
            f"<cell {cell}>",
        )
        names = {"Strategy": Strategy, "Orders": Orders, "__name__": "notebook"}
        exec(compile(text, f"<cell {cell}>", "exec"), names)
        register(names["Mine"])
        ids.append(Scenario.model_validate({"schema": 1, "strategy": {"name": "mine"}}).hash)
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("name", "said"),
    [("patience:Patent", "Patient"), ("patients:Patient", "patients"), ("patience:Odd", "Odd")],
)
def test_what_is_not_there_is_told_by_name(tmp_path, name, said):
    (tmp_path / "patience.py").write_text(MINE)
    with pytest.raises(StrategyError, match=said):
        resolve(name, tmp_path)


def test_settings_are_filled_in_and_checked():
    assert Phased({"steps": 3}).settings.model_dump() == {
        "start_day": 0,
        "duration_days": 180,
        "steps": 3,
    }
    assert Static(Static.Settings(start_day=9)).settings.start_day == 9
    for wrong in ({"step": 3}, {"steps": 0}, {"steps": "many"}):
        with pytest.raises(StrategyError, match=r'settings of strategy "phased": step'):
            Phased(wrong)


def test_orders_are_false_until_something_is_ordered():
    orders = Orders()
    assert not orders
    orders.announce("vraem", 10)
    assert orders and orders.announcements[0].day == 10
