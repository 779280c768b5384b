"""4.16 Communities: harm, cooperation, retaliation, and people who leave."""

import math

import numpy as np
import pytest
from hand_made import one, parameters
from small_runs import alone, small_run

from sim.model.mechanisms.people.communities import (
    fading,
    goodwill_after,
    leaving,
    mood,
    retaliation_rate,
)
from sim.model.state import counts as q
from sim.model.state.agents import Community


def test_harm_is_forgotten_and_a_part_of_it_stays():
    """Mood halves every `harm_half_life_weeks`. Without reversion goodwill ends lower, by
    `harm_slow` of the first mood."""
    p = parameters("communities", reversion=0.0, harm_half_life_weeks=3.0)
    town = one(Community, population=1_000.0, goodwill=0.6, cooperation_0=0.6, harm_state=1.0)
    moods = []
    for _ in range(60):
        town.goodwill = goodwill_after(town, p)
        moods.append(mood(town, p))
        town.harm_state *= fading(p)
    assert moods[0] == pytest.approx(-p.cost_harm_state)
    assert moods[3:7:3] == pytest.approx([moods[0] / 2, moods[0] / 4])
    assert town.goodwill == pytest.approx(0.6 - p.harm_slow * p.cost_harm_state, rel=1e-4)


def test_retaliation_is_worst_where_they_are_strong_but_not_sole_masters():
    """`kappa x reports x a (1 - a)` (Kalyvas, evidence B2): none without reports, without armed
    groups, or under their full rule."""
    p = parameters("communities")

    def rate(armed, tips=4.0):
        return retaliation_rate(one(Community, armed=armed, tips_8w=tips), p)

    assert rate(0.5) == pytest.approx(p.retaliation * 4 / 4) == max(rate(a / 20) for a in range(21))
    assert rate(0.0) == 0.0 == rate(1.0) == rate(0.5, 0.0)
    assert rate(0.5, 8.0) == pytest.approx(2 * rate(0.5))


def week(harm: float, held=False, **fields):
    """Run a week of communities alone, in which informers suffer retaliation or do not."""
    run = small_run(
        parameters={"communities.retaliation_harm": harm, "communities.retaliation": 0.5},
        allow_outside_range=True,
    )
    if not held:
        run.advance(7)
    towns = run.world.places.communities
    towns.fear[:], towns.harm_armed[:] = 0.0, 0.0
    for name, value in fields.items():
        towns[name] = value
    run.world.tally[:] = 0.0
    alone(run, "communities.live")
    return run, towns, run.world.tally.sum(axis=(0, 2))


def test_retaliation_harms_and_fear_follows():
    """Each act adds the same fear. Acts that harm are counted as attacks on civilians, and take
    whole people from the population."""
    run, towns, flows = week(1.0, armed=0.5, tips_8w=4.0)
    struck = towns.fear > 0
    p = run.world.parameters.communities
    assert flows[q.RETALIATIONS] == struck.sum()
    assert towns.fear[struck] == pytest.approx(p.fear_step[0])
    expected = len(towns) * (1 - math.exp(-0.5))
    assert flows[q.RETALIATIONS] == pytest.approx(expected, abs=4 * math.sqrt(expected))
    assert flows[q.HARM_ARMED] == pytest.approx(struck.sum(), abs=4 * math.sqrt(struck.sum()))
    assert 0 < flows[q.ATTACKS] < struck.sum()
    assert flows[q.HARM_ARMED] == np.floor(flows[q.HARM_ARMED]) > flows[q.ATTACKS]
    assert towns.harm_armed[~struck].sum() == 0


def test_threats_alone_frighten_and_harm_nobody():
    _, towns, flows = week(0.0, armed=0.5, tips_8w=4.0)
    assert flows[q.RETALIATIONS] > 0 == flows[q.HARM_ARMED] == flows[q.ATTACKS]
    assert towns.fear.max() > 0


def test_in_the_burn_in_nobody_is_harmed():
    _, towns, flows = week(1.0, held=True, armed=0.5, tips_8w=4.0)
    assert flows[q.RETALIATIONS] > 0
    assert flows[q.ATTACKS] > 0 == flows[q.HARM_ARMED] == towns.harm_armed.sum()


def test_fear_fades():
    """By .03 [.02-.05] a week where there is no retaliation (evidence B2)."""
    _, towns, flows = week(1.0, armed=0.0, fear=0.5)
    assert towns.fear == pytest.approx(0.5 * 0.97)
    assert flows[q.RETALIATIONS] == 0


def test_whole_people_leave_as_fear_says():
    """`people x rate x (fear - limit)` are expected. Whole people leave and are counted once; below
    the limit nobody leaves (4.16)."""
    p = parameters("communities")
    assert leaving(
        one(Community, population=10_000.0, fear=p.leave_fear + 0.5), p
    ) == pytest.approx(10_000 * p.leave_rate * 0.5)
    assert leaving(one(Community, population=10_000.0, fear=p.leave_fear), p) == 0.0
    _, towns, flows = week(0.0, armed=0.0, fear=0.8)
    due = float(
        (towns.population + towns.displaced).sum() * p.leave_rate * (0.8 * 0.97 - p.leave_fear)
    )
    assert (towns.displaced == np.floor(towns.displaced)).all()
    assert flows[q.DISPLACED] == towns.displaced.sum()
    assert towns.displaced.sum() == pytest.approx(due, abs=4 * math.sqrt(len(towns) / 4))
    assert week(0.0, armed=0.0, fear=0.1)[2][q.DISPLACED] == 0


# --- what harm does to cooperation: Condra and Shapiro 2012 ---


def town(**fields):
    """Return a community of 1,000 people who cooperate at .4, the level that they return to."""
    made = {"population": 1_000.0, "goodwill": 0.4, "cooperation_0": 0.4}
    return one(Community, **(made | fields))


@pytest.mark.parametrize(
    ("harm", "change"),
    [
        ({"harm_state": 1.0}, ("cost_harm_state", -1.0)),
        ({"harm_armed": 1.0}, ("gain_harm_armed", 1.0)),
    ],
    ids=["by the state", "by armed groups"],
)
def test_harm_by_the_state_silences_and_harm_by_armed_groups_does_not(harm, change):
    p = parameters("communities")
    assert mood(town(**harm), p) == pytest.approx(change[1] * p[change[0]])


def test_harm_counts_by_the_thousand_inhabitants():
    p = parameters("communities")
    harmed = town(harm_state=1.0, population=2_000.0)
    assert mood(harmed, p) == pytest.approx(-p.cost_harm_state / 2)


def test_the_mood_has_a_worst_level():
    p = parameters("communities")
    assert mood(town(harm_state=50.0), p) == pytest.approx(-p.cost_harm_state * p.harm_cap)


@pytest.mark.parametrize(
    ("fields", "rises"),
    [
        ({"eradicated_ha": 100.0}, False),
        ({"services": 0.5, "state": 0.5}, True),
    ],
    ids=["eradication", "services of the state"],
)
def test_what_moves_goodwill(fields, rises):
    after = goodwill_after(town(**fields), parameters("communities"))
    assert after > 0.4 if rises else after < 0.4


def test_armed_rule_costs_no_goodwill_as_well():
    """People under armed rule report nothing (4.5), and that is counted once."""
    after = goodwill_after(town(armed=0.9, under_rule=0.9, services=0.5), parameters("communities"))
    assert after == pytest.approx(0.4)
