"""4.9 Founding: where a third party can appear, what it brings, and how it ends."""

import numpy as np
import pytest
from hand_made import MANY, chance, one, parameters, rows
from small_rule import Line, chance_of

from sim.model.mechanisms.insurgents.founding import (
    count_unreached,
    founding_rate,
    free_party,
    go_home,
    reference_of,
)
from sim.model.rules.parties import fighters_in_reach
from sim.model.state import counts as q
from sim.model.state.agents import (
    FIRST_FREE_PARTY,
    MPCP,
    PARTIES,
    PERU,
    THIRD,
    ArmedGroup,
    Community,
    Party,
)
from sim.model.state.event_log import ENTRY, FULL, GROUPS_FULL, LOGGED, LOGGING
from sim.simulation.page import plain

CERTAIN = {"hazard": 1e9}
RICH = {"coca": 1e9, "unreached_weeks": 100.0}  # nobody has reached it, and all is at stake


def empty(places=1, camped=(), founding=CERTAIN, town=None, **fields):
    """Return places that no party has reached for 100 weeks; by default a party comes for sure."""
    return Line(places, camped=camped, founding=founding, town=RICH | (town or {}), **fields)


def third(line):
    return line.groups[(line.groups.alive == 1) & (line.groups.kind == THIRD)]


# --- the hazard ---


@pytest.mark.parametrize(
    ("fields", "times"),
    [
        ({}, 0.5),  # 100 ha: half of what any trade draws
        ({"kg_recent": 200.0}, 0.75),
        ({"protection": 0.6}, 0.2),
        ({"protection": 1.0}, 0.0),
        ({"coca": 0.0}, 0.0),
        ({"unreached_weeks": 25.0}, 0.0),
        ({"unreached_weeks": 26.0}, 0.5),
    ],
)
def test_the_hazard_by_hand(fields, times):
    """`.0001 (1 - s) stakes / (stakes + 100)` where nobody has reached for 26 weeks."""
    town = one(Community, **({"coca": 100.0, "unreached_weeks": 100.0} | fields))
    assert founding_rate(town, parameters("founding")) == pytest.approx(1e-4 * times)


def test_parties_are_founded_as_often_as_the_hazard_says():
    line = empty(founding={"hazard": 0.5}, spare_rows=1)
    came = 0
    for key in range(MANY):
        line.groups.alive, line.parties.alive, line.towns.unreached_weeks = 0, 0, 100.0
        came += len(third(line.found(key=key)))
    assert came / MANY == chance(chance_of(0.5))


def test_without_the_hazard_nobody_comes():
    assert len(third(empty(founding={"hazard": 0.0}).found(200))) == 0


# --- who reaches a place ---


@pytest.mark.parametrize(("fighters", "reached"), [(0.149, False), (0.151, True)])
def test_a_tenth_of_n0_reaches_a_place(fighters, reached):
    """.05 per 1,000 of 1,000 people and the floor of 2,000 are .15 fighters."""
    line = Line(1, camped=[(0, 0, fighters)], town={"unreached_weeks": 40.0})
    x = line.bench.per_party
    plain(fighters_in_reach)(line.actors, line.reach, x, line.p("support"))
    plain(count_unreached)(line.places, x, line.parameters)
    assert line.towns.unreached_weeks[0] == (0.0 if reached else 41.0)


def test_parties_reach_a_place_together():
    line = Line(1, camped=[(0, 0, 0.1), (2, 0, 0.1)], town={"unreached_weeks": 40.0})
    line.found()
    assert line.towns.unreached_weeks[0] == 0.0


def test_a_place_is_left_alone_for_26_weeks_before_a_party_comes():
    line = empty(town={"unreached_weeks": 0.0})
    assert len(third(line.found(25))) == 0
    assert len(third(line.found(1, t=70 + 7 * 25))) == 1


def test_where_a_party_reaches_no_other_comes():
    line = Line(3, camped=[(0, 0, 20.0)], founding=CERTAIN, town=RICH)
    assert len(third(line.found(60))) == 0


def test_a_cell_keeps_the_next_one_away():
    """Of three places in its reach only one is taken."""
    line = empty(town={"unreached_weeks": 0.0}, founding=CERTAIN | {"disband_below": 0.0})
    assert len(third(line.found(60))) == 1


# --- what comes ---


def test_a_cell_of_8_of_a_new_party_stands_where_it_came():
    line = empty(3, apart=80.0, town={"coca": [0.0, 0.0, 1e9]}, camped=[(0, 0, 20.0)])
    line.diary.status[LOGGING] = 1
    cell = third(line.found())[0]
    assert (cell.site, cell.country, cell.fighters) == (2, PERU, 8.0)
    assert cell.party == FIRST_FREE_PARTY
    assert cell.uid not in (0, 100)
    assert line.flow(q.THIRD_GROUP_ENTRIES) == 1.0
    told = line.diary.events[0]
    assert (told.kind, told.uid, told.quantity) == (ENTRY, cell.uid, 8.0)
    assert line.diary.status[LOGGED] == 1


def test_a_founder_brings_the_wages_of_eight_weeks():
    """They are paid out of what comes in, by the share that goes to fighters."""
    line = empty(insurgency={"levy_share": 0.0, "tax_ha_year": 0.0, "desertion": 0.0}).found(t=70)
    party = line.parties[FIRST_FREE_PARTY]
    assert party.other_usd * party.wage_share == pytest.approx(8.0 * 63.0)
    for week in range(12):
        line.live(t=77 + 7 * week)
    assert line.flow(q.WAGES) == pytest.approx(8.0 * 63.0 * 8)


def test_a_founder_measures_its_people_by_where_it_came():
    party = empty(town={"protection": 0.3}).found().parties[FIRST_FREE_PARTY]
    assert (party.kind, party.protection_0, party.carrying) == (THIRD, 0.3, 8.0)
    assert (party.alive, party.toll_usd, party.revenue) == (1, 0.0, 0.0)


def test_opportunities_of_a_founder_are_measured_by_those_of_others():
    groups = rows(
        ArmedGroup, 4, alive=[1, 1, 1, 0], kind=[MPCP, MPCP, THIRD, MPCP], exposure_0=[2, 4, 90, 70]
    )
    assert reference_of(groups) == 3.0
    assert reference_of(groups[2:]) == 0.0


def test_a_founder_knows_nothing_of_the_state_at_first():
    line = empty()
    line.minds.danger[:] = 50.0
    assert (line.found().minds.danger[0] == 0.0).all()


def test_what_the_last_party_of_the_row_ruled_is_nobody_s():
    line = empty(2, apart=80.0, town={"coca": [1e9, 0.0]})
    line.rules([0.1, 0.2], party=FIRST_FREE_PARTY)
    line.b[:, 0] = 0.3
    line.towns.under_rule += 0.3
    line.found()
    assert (line.b[:, FIRST_FREE_PARTY] == 0.0).all()
    assert line.towns.under_rule == pytest.approx([0.3, 0.3])
    assert (line.b[:, 0] == 0.3).all()


# --- who is left to come ---


def test_three_parties_can_come_and_no_more():
    line = empty(5, apart=80.0, spare_rows=9).found(3)
    assert sorted(third(line).party.tolist()) == [3, 4, 5]
    assert line.flow(q.THIRD_GROUP_ENTRIES) == 3.0


@pytest.mark.parametrize(
    ("alive", "free"), [((), 3), ((3,), 4), ((4,), 3), ((3, 5), 4), ((3, 4, 5), -1)]
)
def test_the_first_free_column_is_taken(alive, free):
    parties = rows(Party, PARTIES)
    parties.alive[list(alive)] = 1
    assert free_party(parties) == free


def test_a_full_table_ends_the_stretch():
    line = empty(camped=[(0, 0, 0.0)], spare_rows=0).found()
    assert line.diary.status[FULL] == GROUPS_FULL


# --- how it ends ---


@pytest.mark.parametrize(
    ("kind", "fighters", "stays"),
    [(THIRD, 2.9, False), (THIRD, 3.0, True), (MPCP, 0.0, True)],
)
def test_a_third_group_too_weak_goes_home(kind, fighters, stays):
    groups = rows(ArmedGroup, 1, alive=1, kind=kind, fighters=fighters, party=3)
    parties = rows(Party, PARTIES, alive=1)
    go_home(groups, parties, parameters("founding"))
    assert groups.alive[0] == int(stays)
    assert parties.alive.tolist() == [1, 1, 1, int(stays), 0, 0]


def test_a_party_lives_while_one_of_its_cells_does():
    groups = rows(ArmedGroup, 2, alive=1, kind=THIRD, fighters=[1.0, 9.0], party=4)
    parties = rows(Party, PARTIES, alive=1)
    go_home(groups, parties, parameters("founding"))
    assert groups.alive.tolist() == [0, 1]
    assert parties.alive.tolist() == [1, 1, 1, 0, 1, 0]


def test_a_row_is_used_again():
    line = empty(spare_rows=1).found()
    first = int(line.groups.uid[0])
    line.groups.fighters = 1.0
    line.towns.unreached_weeks = 100.0
    line.found(t=700)
    assert third(line).uid.tolist() != [first]
    assert line.flow(q.THIRD_GROUP_ENTRIES) == 2.0
    assert np.count_nonzero(line.parties.alive) == 1
