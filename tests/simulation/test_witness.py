"""A change of the code that changes a number of the model must say so: the digests of many runs are
compared with those recorded. `tests/simulation/witness.py --record` renews the record."""

import json

import pytest
from witness import RECORD, cases, different, digests, machine

CASES = {name: (file, overrides) for name, file, overrides in cases()}
RECORDED = json.loads(RECORD.read_text("utf-8"))
FEW = [name for name in CASES if name.startswith("10 km") and "without" not in name]
FEW += ["10 km, without adaptation", "5 km, static"]
here = pytest.mark.skipif(
    machine() != RECORDED["machine"],
    reason="another processor or other versions than those of the record: the last bits may differ",
)


def test_the_record_holds_every_strategy_and_every_coupling_on_both_maps():
    assert RECORDED["runs"].keys() == CASES.keys()


def test_a_digest_that_differs_and_a_run_that_the_record_lacks_are_named():
    recorded = {"a": {"outcomes": "1", "series": "2"}, "b": {"outcomes": "1", "series": "2"}}
    found = recorded | {
        "b": {"outcomes": "1", "series": "3"},
        "c": {"outcomes": "1", "series": "2"},
    }
    assert different(recorded, found) == ["b", "c"]


@here
@pytest.mark.parametrize("name", FEW)
def test_a_run_is_the_same_bytes_as_recorded(name):
    assert digests(*CASES[name]) == RECORDED["runs"][name]


@here
@pytest.mark.lane
def test_every_run_is_the_same_bytes_as_recorded():
    found = {name: digests(*case) for name, case in CASES.items() if name not in FEW}
    assert different(RECORDED["runs"], found) == []
