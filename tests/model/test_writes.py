"""Each loop of the day changes only what its file names under Writes.

The loops run one at a time on a world in motion, between two looks at every array of its state. The
work space (`Bench`) is free to all."""

import re
import sys
from functools import cache

import numpy as np
import pytest
from small_runs import MAP, STATE, arrays_of, loops_of_the_day, plain, small_run, taken_apart

LOOPS = tuple(loops_of_the_day())


@cache
def named(module: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a file names under Writes: whole arrays, and single fields `table.field`."""
    text = re.search(r"Writes:\s+(.+?)\.(?:\s|$)", sys.modules[module].__doc__ or "", re.DOTALL)
    assert text, f"{module} says nothing about what it writes"
    state = arrays_of(small_run().world, *STATE)
    arrays = {key.split(".")[1]: array for key, array in state.items()}
    parts = {
        part: [key.split(".")[1] for key in state if key.startswith(part + ".")] for part in STATE
    }
    whole, fields = {"tally", "events", "status"}, set()
    for word, field, inside in re.findall(
        r"([a-z_]+)(?:(?:\.|' )([a-z_0-9]+))?(?:\s\(([^)]*)\))?", text[1]
    ):
        inner = re.findall(r"[a-z_0-9]+", inside) + ([field] if field else [])
        if word in parts:
            whole |= set(inner or parts[word])
        elif word in arrays and not inner:
            whole.add(word)
        elif word in arrays:
            fields |= {f"{word}.{name}" for name in inner}
    return frozenset(whole), frozenset(fields)


def difference(before: np.ndarray, now: np.ndarray, name: str) -> set[str]:
    if before.tobytes() == now.tobytes():
        return set()
    if not now.dtype.names:
        return {name}
    return {
        f"{name}.{field}"
        for field in now.dtype.names
        if before[field].tobytes() != now[field].tobytes()
    }


@pytest.fixture(scope="module")
def changed():
    """Return the fields that each loop changed, and the loops called, in a busy run from the
    burn-in to the second month."""
    seen: dict[str, set[str]] = {name: set() for name in LOOPS}
    called: set[str] = set()
    run = small_run(
        **{
            "time.horizon_days": 42,
            "strategy.name": "static",
            "strategy.share_to_border": 0.3,
            "eradication.ha_per_year.vraem": 20_000.0,
            "secrecy.level": 0.0,
            "enemy.mpcp_groups": 60,
            "enemy.mpcp_fighters": 600,
            "allow_outside_range": True,
            "parameters": {
                "engagement.attack_rate": 0.05,
                "engagement.lethal_share": 0.5,
                "engagement.vis_group": 50.0,
                "engagement.raid_response": 5.0,
                "camps.danger": 0.0,
                "redeployment.replacement_per_day": 0.1,
                "information.tips_per_1000": 1.0,
                "processing.leaf_wait_weeks": 0.0,
                # Third parties come where most is at stake, next to others, so that rivals meet.
                "founding.hazard": 1e4,
                "founding.stakes_scale": 1e6,
                "founding.unreached": 1e9,
                "rivalry.rate": 5_000.0,
            },
        }
    )

    def look(name, loop, arguments):
        state = (
            arrays_of(run.world, *STATE)
            | {"world.tally": run.world.tally}
            | arrays_of(run.world, *MAP)
        )
        before = {key: array.copy() for key, array in state.items()}
        result = loop(*arguments)
        for key, array in state.items():
            seen[name] |= difference(
                before[key],
                array,
                key.split(".")[1] if key.split(".")[0] not in MAP else f"map {key}",
            )
        called.add(name)
        return result

    with taken_apart(look):
        run.advance(run.end)
    return seen, called


@pytest.mark.parametrize("loop", list(LOOPS))
def test_a_loop_changes_only_what_its_file_names(changed, loop):
    seen, called = changed
    assert loop in called, f"{loop} was never reached in {len(called)} loops"
    whole, fields = named(plain(loops_of_the_day()[loop]).__module__)
    undeclared = {
        name for name in seen[loop] if name not in fields and name.split(".")[0] not in whole
    }
    assert undeclared == set()


def test_the_look_would_see_a_change(changed):
    """Most loops changed something that counts. If they had not, the test above could not fail."""
    seen, _ = changed
    assert {"units.status", "units.posting"} <= seen["redeployment.redeployment"]
    assert "shipments.step" in seen["trafficking.move"]
    assert "belief" in seen["secrecy.beliefs"]
    still = sorted(name for name, found in seen.items() if not found)
    assert len(still) <= 3, still
