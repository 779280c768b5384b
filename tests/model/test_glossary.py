"""The glossary, the registry and the tally agree with the code: types, comments and names, and no
entry that nothing reads."""

import ast
import inspect
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from small_runs import MAP, arrays_of, small_run

import sim
from sim.geography.map import ROAD_CLASSES, TERRAINS
from sim.geography.travel import Speeds
from sim.model import day
from sim.model.state import agents as state
from sim.model.state import arrays, counts
from sim.names import EXITS
from sim.parameters import load_registry
from sim.simulation import build
from sim.simulation.build.world import RECORD_OF, parameters_of

ROOT = Path(sim.__file__).parent
RECORDS = [
    kind
    for _, kind in inspect.getmembers(state, inspect.isclass)
    if kind.__module__ == state.__name__
]
FIELDS = [f"{kind.__name__}.{name}" for kind in RECORDS for name in kind.__annotations__]
SECTIONS = load_registry().mechanisms
READ_AT_THE_START = {"travel": Speeds, "prices": None, "start": None}


@cache
def code() -> dict[str, str]:
    """Return every source file without its docstrings and comments."""
    return {
        str(file.relative_to(ROOT)): ast.unparse(ast.parse(file.read_text()))
        for file in sorted(ROOT.rglob("*.py"))
    }


def uses(name: str, *but: str) -> int:
    return sum(
        len(re.findall(rf"\.{name}\b|['\"]{name}['\"]", text))
        for file, text in code().items()
        if file not in but
    )


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_records_hold_three_types_only(kind):
    """Only f8, i8 and u8: any other type gives other numbers with the compiler off."""
    assert {state.dtype(kind)[name].str for name in state.dtype(kind).names} <= {
        "<f8",
        "<i8",
        "<u8",
    }
    assert list(state.dtype(kind).names) == list(kind.__annotations__)
    assert all(
        state.dtype(kind)[name] == np.uint64
        for name in ("uid", "target")
        if name in kind.__annotations__
    )


def test_every_field_has_its_comment():
    """`alive` and `uid` are explained once, in the docstring of the module and in the first
    record."""
    lines = inspect.getsource(state).splitlines()
    bare = [
        line.strip()
        for line in lines
        if re.match(r"    [a-z_0-9]+: (int|float|Uid)\b", line) and "#" not in line
    ]
    assert set(bare) <= {"alive: int", "uid: Uid"}


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_used(field):
    """A field that no file reads or writes is not state."""
    assert uses(field.split(".")[1], "model/state/agents.py") > 0


def names_of_numpy():
    shared = set(dir(np.record)) | set(dir(np.recarray))
    parameters = [
        f"{parameter.mechanism}.{parameter.field}"
        for parameter in load_registry()
        if parameter.mechanism in RECORD_OF
    ]
    return [name for name in parameters + FIELDS if name.split(".")[1] in shared]


def test_no_field_hides_behind_a_method_of_numpy():
    """`row.resize` is numpy's method when the same file runs as plain Python, so that a field of
    that name could not be read there."""
    assert names_of_numpy() == []


def has_a_shape(above, line):
    """Return whether a line, or the comment above it where it has none, begins with a shape."""
    comment = line if "#" in line else above
    return comment.strip().startswith("#") == (comment is above) and bool(
        re.search(r"# [if]8\[", comment)
    )


def test_every_array_has_its_shape_in_a_comment():
    for module in (arrays, day):
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__ and issubclass(kind, tuple):
                lines = inspect.getsource(kind).splitlines()
                assert [
                    line
                    for above, line in pairwise(lines)
                    if ": np.ndarray" in line and not has_a_shape(above, line)
                ] == []


def test_namedtuples_stay_small():
    """The day passes tuples of few arrays (the bench and the parameters apart), because counting
    references to many would cost what they gain."""
    names = (
        "Actors",
        "Places",
        "Fields",
        "Land",
        "Minds",
        "Trade",
        "Support",
        "Ground",
        "Sites",
        "Border",
        "Commerce",
        "Ways",
        "Near",
        "Reach",
        "Along",
    )
    for kind in (getattr(arrays, name) for name in names):
        assert len(kind._fields) <= 7


@pytest.mark.parametrize("section", SECTIONS)
def test_the_registry_is_the_record_classes(section):
    """`[detection.manned]` is the field `manned` of `Parameters` in `detection.py`. Neither side
    has an entry that the other lacks."""
    if section in READ_AT_THE_START:
        return
    fields = RECORD_OF[section].__annotations__
    assert sorted(fields) == sorted(SECTIONS[section])
    assert set(fields.values()) == {float}


def test_the_day_takes_every_section():
    assert set(day.Parameters._fields) == set(SECTIONS) - set(READ_AT_THE_START) == set(RECORD_OF)
    record = parameters_of(small_run().scenario)
    registry = load_registry()
    assert all(
        getattr(record, p.mechanism)[p.field][0] == p.value
        for p in registry
        if p.mechanism in day.Parameters._fields
    )


@pytest.mark.parametrize(
    "name", [name for name in load_registry().names if name.split(".")[0] not in READ_AT_THE_START]
)
def test_a_parameter_is_read_by_a_mechanism(name):
    """A parameter that nothing reads changes nothing."""
    assert uses(name.split(".")[1]) > 0, f"{name} is read nowhere"


def test_the_sections_of_the_start_are_read_in_full():
    assert sorted(SECTIONS["travel"]) == sorted(Speeds._fields)
    assert {name.removeprefix("latex_") for name in SECTIONS["prices"]} <= set(EXITS)
    assert {name for name in SECTIONS["prices"] if not name.startswith("latex_")} == set(EXITS)
    text = "".join(file.read_text() for file in Path(build.__file__).parent.rglob("*.py"))
    unread = [
        name
        for name in SECTIONS["start"]
        if f'"{name}"' not in text and not name.startswith("partner_")
    ]
    assert unread == []
    assert 'startswith("partner_")' in text


def test_the_tally_names_each_quantity_once():
    assert len(set(counts.QUANTITIES)) == len(counts.QUANTITIES)
    assert set(counts.QUANTITIES) >= counts.STATES
    numbers = {
        name: value
        for name, value in vars(counts).items()
        if name.isupper() and isinstance(value, int) and name != "PLACES"
    }
    pairs = [i for i, name in enumerate(counts.QUANTITIES) if name.endswith("_latex")]
    assert sorted([*numbers.values(), *pairs]) == list(range(len(counts.QUANTITIES)))
    assert all(counts.QUANTITIES[i] == counts.QUANTITIES[i - 1] + "_latex" for i in pairs)


ABBREVIATED = {
    "HARM_STATE": "civilian_harm_state",
    "HARM_ARMED": "civilian_harm_armed",
    "GAP": "coverage_gap",
    "EXPLOITED": "vacuum_exploited",
}


def test_a_number_stands_for_the_quantity_of_its_name():
    """ATTEMPTED is attempted_kg and COST is cost_usd: the name of the quantity contains that of the
    constant, unless it is listed above."""
    for name, value in vars(counts).items():
        if name.isupper() and isinstance(value, int) and name != "PLACES":
            quantity = counts.QUANTITIES[value]
            words = name.lower().split("_")
            assert ABBREVIATED.get(name) == quantity or all(word in quantity for word in words), (
                name,
                quantity,
            )


def test_no_quantity_stays_empty_for_want_of_a_writer():
    """Each constant of the tally is written by a mechanism, by `observe`, or by the rules that
    settle a load, let it pay tolls, fight a fight or follow a find."""
    rules = ("finds", "shipments", "tolls", "violence")
    writers = (
        "model/mechanisms/",
        "model/observe.py",
        *(f"model/rules/{name}.py" for name in rules),
    )
    day_files = [text for file, text in code().items() if file.startswith(writers)]
    by_source = ("SEIZED_BY_POST", "SEIZED_BY_LEAD")  # written as SEIZED_BY_PATROL + source
    assert [getattr(counts, name) - counts.SEIZED_BY_PATROL for name in by_source] == [1, 2]
    for name, value in vars(counts).items():
        if name.isupper() and isinstance(value, int) and name not in ("PLACES", *by_source):
            assert any(
                re.search(rf"\b{name}\b", re.sub(r"from .* import .*", "", text))
                for text in day_files
            ), name


def test_the_map_is_not_written_in_a_run():
    """Every map array, the route library and the parameters are the same bytes before and after a
    run that moves people."""
    run = small_run(**{"strategy.name": "static", "strategy.share_to_border": 0.3})
    before = {name: array.tobytes() for name, array in arrays_of(run.world, *MAP).items()}
    surface = run.world.days_surface.tobytes()
    run.advance(run.end)
    assert [
        name
        for name, array in arrays_of(run.world, *MAP).items()
        if array.tobytes() != before[name]
    ] == []
    assert run.world.days_surface.tobytes() == surface
    assert len(before) > 30


def test_terrain_and_road_codes_are_those_of_the_map():
    assert TERRAINS[state.SELVA_ALTA] == "selva alta" and TERRAINS[state.SELVA_BAJA] == "selva baja"
    assert ROAD_CLASSES[state.NO_ROAD] == "none"
    assert ROAD_CLASSES[state.SECONDARY_ROAD] == "secondary"
