"""Code that decides a result adds floats so that every version of Python gives the same bits."""

import ast
from pathlib import Path

import numpy as np
import pytest

from sim.machine import sources
from sim.machine.addition import added

DECIDING = (*sources.DECIDING, "scenario/*.py", "parameters/*.py", "geography/build/*.py")
UNSTEADY = (
    "sum",
    "sumprod",
    "statistics",
    "random",
)  # what has changed, or may, from one Python to the next
WHOLE = {  # where the code does not show that `sum` adds whole numbers: what they are
    "sum(each.soldiers for each in held)": "soldiers of the scenario, whole numbers by its schema",
    "sum(each.police for each in held)": "the same",
    "sum(each.boats for each in held)": "the same",
    "sum(free.values())": "units that are free to go",
    "sum(wanted.values())": "police units that are wanted",
    "sum(bound.values())": "units that are bound for a theatre",
    "sum(lists)": "rows of a design",
}


def deciding():
    return sorted(
        {file for pattern in DECIDING for file in sources.SIM.glob(pattern) if file.suffix == ".py"}
    )


def counts(node):
    """Whether an expression is a whole number or a truth by its form alone."""
    if isinstance(node, ast.Compare | ast.Constant):
        return not isinstance(getattr(node, "value", 0), float)
    if isinstance(node, ast.UnaryOp | ast.BoolOp):
        return isinstance(node, ast.BoolOp) or isinstance(node.op, ast.Not)
    name = (
        getattr(node.func, "id", getattr(node.func, "attr", ""))
        if isinstance(node, ast.Call)
        else ""
    )
    return name in ("len", "int", "bool", "ceil", "floor") or name.startswith("is")


def unsteady(text):
    """(line, code) of everything in a source whose value may differ between two Pythons."""
    tree = ast.parse(text)
    fine = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum":
            inside = (
                node.args[0].elt
                if isinstance(node.args[0], ast.GeneratorExp | ast.ListComp)
                else node.args[0]
            )
            if ast.get_source_segment(text, node) in WHOLE or counts(inside):
                fine.add(node.func)
    for node in ast.walk(tree):
        names = [node.id] if isinstance(node, ast.Name) else []
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None)]
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("math", "builtins")
        ):
            names = [node.attr]
        if node not in fine and set(names) & set(UNSTEADY):
            yield node.lineno, text.splitlines()[node.lineno - 1].strip()


def test_numbers_are_added_from_the_first_to_the_last():
    """Ten tenths, a carried error, and numbers of numpy: what Python 3.11's own `sum` gave."""
    assert added([0.1] * 10) == 0.9999999999999999
    assert added([1.0, 1e100, 1.0, -1e100]) == 0.0
    assert added(np.float64(x) for x in (0.1, 0.2, 0.3)) == 0.1 + 0.2 + 0.3 != 0.1 + (0.2 + 0.3)
    assert (added([]), type(added([1, 2]))) == (0.0, float)


def test_nothing_that_decides_a_result_adds_floats_with_sum():
    found = {
        f"{file.relative_to(sources.SIM)}:{line}: {code}"
        for file in deciding()
        for line, code in unsteady(file.read_text("utf-8"))
    }
    assert len(deciding()) > 80 and Path(added.__code__.co_filename) in deciding()
    assert not found, (
        "add floats with sim.machine.addition.added; if these are whole numbers, name them in WHOLE"
    )


def test_every_exception_still_stands_in_a_source():
    texts = [file.read_text("utf-8") for file in deciding()]
    assert [code for code in WHOLE if not any(code in text for text in texts)] == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("sum(x * x for x in row)", True),
        ("sum(km.values())", True),
        ("max(map(sum, rows))", True),
        ("from statistics import mean", True),
        ("import random", True),
        ("math.sumprod(a, b)", True),
        ("sum(1.0 for x in row)", True),
        ("sum(x > 1 for x in row)", False),
        ("sum(1 for x in row)", False),
        ("sum(len(x) for x in row)", False),
        ("sum(math.ceil(x) for x in row)", False),
        ("sum(letter.isalnum() for letter in text)", False),
        ("sum(x.mean() for x in row)", True),
        ("row.sum() + np.sum(row)", False),
        ("math.fsum(row)", False),
    ],
)
def test_the_reading_of_sources_tells_floats_from_counts(code, told):
    assert bool(list(unsteady(code))) == told
