"""Each field of a mechanism's `Parameters` has beside it the unit that the registry gives."""

import inspect
import re

import pytest

from sim.parameters import load_registry
from sim.simulation.build.world import RECORD_OF

FIELD = re.compile(
    r"(?P<above>(?:^    # .*\n)*)^    (?P<name>\w+): float(?:  # (?P<beside>.*))?$", re.M
)


def comments_of(record: type) -> dict[str, str]:
    """The comment of each field: at the end of its line, or in the lines above it."""
    return {
        field["name"]: field["beside"] or re.sub(r"\s*# ", " ", field["above"]).strip()
        for field in FIELD.finditer(inspect.getsource(record))
    }


@pytest.mark.parametrize("mechanism", RECORD_OF)
def test_a_field_has_the_unit_of_the_registry_beside_it(mechanism):
    comments = comments_of(RECORD_OF[mechanism])
    assert comments.keys() == RECORD_OF[mechanism].__annotations__.keys()
    units = {field: comment.partition(": ")[0] for field, comment in comments.items()}
    assert units == {field: load_registry().get(f"{mechanism}.{field}").unit for field in units}


@pytest.mark.parametrize("mechanism", RECORD_OF)
def test_a_field_says_what_it_means(mechanism):
    for field, comment in comments_of(RECORD_OF[mechanism]).items():
        assert comment.partition(": ")[2], f"{mechanism}.{field} has no meaning beside it"
