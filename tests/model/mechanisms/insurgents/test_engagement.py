"""4.8 Engagement, what armed groups open: how often they act, on what, and whom they hit. What the
state opens stands in `test_pursuit.py`."""

import math
from collections import Counter

import numpy as np
import pytest
from hand_made import near, one, parameters, rows
from small_runs import alone, small_run

from sim.model.mechanisms.insurgents.engagement import (
    acts_a_week,
    choose_target,
    opportunity,
    pull,
    targets,
    vulnerability,
)
from sim.model.rules.violence import (
    COMMITTEES,
    INFRASTRUCTURE,
    PATROLS,
    POLICE_TEAMS,
    POSTS,
    RIVALS_CAMP,
)
from sim.model.state import counts as q
from sim.model.state.agents import DISSIDENT, MPCP, PERU, THIRD, ArmedGroup, Community
from sim.model.state.arrays import FORCE_COLUMNS, N_PATROL, N_POLICE, N_POST

NEAR = near([0, 2, 4], [0, 1, 0, 1], [1.0, 0.5, 0.5, 1.0])  # two sites in reach of each other
MANY = (np.arange(4_000) + 0.5) / 4_000


def choices(force, danger, groups=None, **changes):
    """Return the share of acts on each (kind, site or rival) over evenly spread draws, for the
    group of row 0 at site 0; and the parameters."""
    p = parameters("engagement", **changes)
    towns = rows(Community, 2, committee=[20.0, 0.0], vigour=1.0)
    groups = rows(ArmedGroup, 1, alive=1, kind=MPCP, fighters=12.0) if groups is None else groups
    danger = np.array([danger], float)
    found = Counter(choose_target(groups, 0, u, towns, force, danger, NEAR, p) for u in MANY)
    return {key: n / len(MANY) for key, n in found.items()}, p


def test_what_it_strikes_is_a_logit():
    """Shares are as `n K exp(value - fear x believed)`. Believed danger weighs less on targets
    without arms (4.8)."""
    force = np.zeros((2, FORCE_COLUMNS))
    force[0, [N_PATROL, N_POST, N_POLICE]] = 3.0, 2.0, 1.0
    force[1, N_PATROL] = 4.0
    share, p = choices(force, [60.0, 10.0])
    weight = {
        (PATROLS, 0): 3 * math.exp(p.value_patrol - 60 * p.fear_of_danger),
        (POSTS, 0): 2 * math.exp(p.value_post - 60 * p.fear_of_danger),
        (POLICE_TEAMS, 0): math.exp(p.value_police - 60 * p.fear_of_danger),
        (COMMITTEES, 0): 20
        / p.committee_people
        * math.exp(p.value_committee - 60 * p.fear_of_danger * p.unarmed_risk),
        (INFRASTRUCTURE, 0): math.exp(
            p.value_infrastructure - 60 * p.fear_of_danger * p.unarmed_risk
        ),
        (PATROLS, 1): 0.5 * 4 * math.exp(p.value_patrol - 10 * p.fear_of_danger),
        (INFRASTRUCTURE, 1): 0.5
        * math.exp(p.value_infrastructure - 10 * p.fear_of_danger * p.unarmed_risk),
    }
    assert share == pytest.approx(
        {key: w / sum(weight.values()) for key, w in weight.items()}, abs=1e-3
    )


def test_a_group_shuns_what_it_believes_in_not_what_is_there():
    """Only belief moves the choice; without the coupling belief does not move it either (4.8)."""
    force = np.zeros((2, FORCE_COLUMNS))
    force[:, N_PATROL] = 2.0
    calm, wary, blind = (
        choices(force, danger, **more)[0]
        for danger, more in (([0, 0], {}), ([200, 0], {}), ([200, 0], {"fear_of_danger": 0.0}))
    )
    assert wary[PATROLS, 0] < calm[PATROLS, 0] == pytest.approx(2 * calm[PATROLS, 1], rel=0.01)
    assert blind == calm


def test_a_rival_in_reach_is_a_target_and_kin_is_none():
    force = np.zeros((2, FORCE_COLUMNS))
    kinds = {DISSIDENT: True, THIRD: True, MPCP: False}
    for kind, struck in kinds.items():
        for country in (PERU, 2):  # across the line the group has its refuge
            groups = rows(
                ArmedGroup,
                2,
                alive=1,
                kind=[MPCP, kind],
                site=[0, 1],
                country=country,
                fighters=12.0,
            )
            share, p = choices(force, [0.0, 0.0], groups)
            assert ((RIVALS_CAMP, 1) in share) == (struck and country == PERU)
    assert pull(RIVALS_CAMP, 30.0, p) == pytest.approx(
        math.exp(p.value_rival - 30 * p.fear_of_danger)
    )


def test_no_target_no_act():
    p = parameters("engagement")
    groups = rows(ArmedGroup, 1, alive=1, fighters=5.0)
    alone_ = choose_target(
        groups, 0, 0.5, rows(Community, 0), np.zeros((2, FORCE_COLUMNS)), np.zeros((1, 2)), NEAR, p
    )
    assert alone_ == (-1, -1)
    assert targets(np.ones((3, FORCE_COLUMNS)), rows(Community, 2), 2, COMMITTEES, p) == 0.0


def test_acts_follow_fighters_kind_restraint_and_what_the_state_did():
    p = parameters("engagement")

    def acts(harm=0.0, kind=MPCP, **fields):
        return acts_a_week(one(ArmedGroup, kind=kind, fighters=10.0, **fields), harm, p) / (
            10 * p.attack_rate
        )

    assert acts() == pytest.approx(1.0)
    assert acts(kind=DISSIDENT) == pytest.approx(p.dissident_ratio)
    assert acts(kind=THIRD) == pytest.approx(p.third_ratio)
    assert acts(restraint=1) == pytest.approx(1 - p.restraint)
    assert acts(harm=0.5) == pytest.approx(1 + 0.5 * p.provocation)


def test_opportunity_is_measured_against_day_0_and_capped():
    p = parameters("engagement")
    seen = [
        opportunity(one(ArmedGroup, exposure=x, exposure_0=2.0), p) for x in (0.0, 2.0, 3.0, 1e6)
    ]
    assert seen == pytest.approx([p.opportunity_floor, 1.0, 1.5, p.opportunity_cap])
    assert opportunity(one(ArmedGroup, exposure=3.0), p) == p.opportunity_floor


def harm_of(accuracy: float, **towns):
    """Return the civilians hit in many acts of which none is an ambush, and the number of acts."""
    par = {
        "engagement.attack_rate": 5.0,
        "engagement.lethal_share": 0.0,
        "engagement.accuracy_armed": accuracy,
    }
    run = small_run(
        parameters=par | {"engagement.civilians_per_act": 1.0, "engagement.leader_share": 0.0},
        allow_outside_range=True,
    )
    run.advance(7)
    for name, value in towns.items():
        run.world.places.communities[name] = value
    run.world.tally[:] = 0.0
    alone(run, "presence.place_units", "engagement.exposure", "engagement.attacks", days=14)
    return run.world.tally[:, q.HARM_ARMED].sum(), run.world.tally[:, q.ATTACKS].sum()


def test_violence_is_selective_where_a_group_is_at_home():
    """The harm of an act is `civilians x (1 - accuracy x a)`: bystanders are hit where the group is
    a stranger (4.8, Kalyvas)."""
    strangers, acts = harm_of(0.8, armed=0.0)
    at_home, _ = harm_of(0.8, armed=1.0)
    assert acts > 100
    assert strangers == pytest.approx(acts, abs=4 * math.sqrt(acts))
    assert at_home == pytest.approx(0.2 * acts, abs=4 * math.sqrt(0.2 * acts))
    assert harm_of(1.0, armed=1.0)[0] == 0


@pytest.mark.parametrize(("people", "exposed"), [(0.0, 1.0), (60.0, 0.5), (180.0, 0.25)])
def test_protection_halves_vulnerability_at_sixty_people(people, exposed):
    """`v = 1 / (1 + E / 60)` (section 4.8 of the model)."""
    assert vulnerability(people, parameters("engagement")) == pytest.approx(exposed)
