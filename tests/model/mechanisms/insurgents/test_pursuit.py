"""4.8 Engagement, what the state opens: chance meetings with a camp, and raids cued by a lead.

Lanchester, Aircraft in Warfare, 1916; Deitchman, A Lanchester model of guerrilla warfare,
Operations Research 10, 1962; Koopman, Search and Screening, 1946 (OEG report 56)."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import (
    MANY,
    chance,
    diary,
    empty_tally,
    near,
    parameter_table,
    parameters,
    rows,
    today,
)

from sim.model.mechanisms.insurgents.pursuit import (
    knowledge_at,
    meetings,
    nearest_force,
    raid_finds,
    raids,
)
from sim.model.rules.violence import deitchman
from sim.model.state import counts as q
from sim.model.state.agents import (
    LEAD_GROUP,
    LEAD_LAB,
    LINE,
    MPCP,
    PATROL,
    PERU,
    POSTED,
    ArmedGroup,
    Community,
    Lead,
    Unit,
)
from sim.model.state.arrays import ANSWERING, ANSWERS, FORCE_COLUMNS, RESPONDERS
from sim.names import VRAEM
from sim.simulation.page import plain

JUNGLE = 5
TODAY = 30
KEPT_ON_FILE = 2  # `Lead.alive` of a lead that has been answered
CAMP, POST, ABROAD = 0, 1, 2  # sites


class Camp:
    """n groups of 12 fighters in one camp, with a fresh lead on each, and teams at a post nearby.

    The camp is at a community; so is the post, which reaches it with kernel .5. The third site is
    a town across the line. By default patrols meet every group and every lead is answered by teams
    who know the place well."""

    def __init__(self, n=MANY, fighters=12.0, **changes: float) -> None:
        uids = np.arange(1, n + 1)
        self.groups = rows(
            ArmedGroup, n, alive=1, uid=uids, kind=MPCP, site=CAMP, country=PERU, fighters=fighters
        )
        self.leads = rows(Lead, n, alive=1, uid=uids, target=uids, row=uids - 1, kind=LEAD_GROUP)
        self.leads.site = CAMP
        self.leads.seen = self.leads.received = self.leads.shared = TODAY
        self.units = rows(Unit, 2, alive=1, uid=[1, 2], kind=LINE, mission=PATROL, status=POSTED)
        self.units.posting, self.units.soldiers = [CAMP, POST], 1e6
        self.actors = SimpleNamespace(groups=self.groups, leads=self.leads, units=self.units)
        self.towns = rows(Community, 2, theatre=VRAEM, population=1e9)
        self.places = SimpleNamespace(communities=self.towns)
        self.force = np.zeros((3, FORCE_COLUMNS))
        self.force[POST, [ANSWERING, RESPONDERS]] = 1e6
        self.fields = SimpleNamespace(force=self.force, patrols=np.full(3, 1e9))
        self.ground = SimpleNamespace(terrain=np.full(3, JUNGLE), area_km2=np.full(3, 100.0))
        self.sites = SimpleNamespace(
            cell=np.array([0, 1, 2]),
            theatre=np.array([VRAEM, VRAEM, VRAEM]),
            country=np.array([PERU, PERU, PERU + 1]),
        )
        self.near = near([0, 2, 4, 5], [0, 1, 0, 1, 2], [1.0, 0.5, 0.5, 1.0, 1.0])
        self.parameters = SimpleNamespace(
            search=parameter_table("search"), engagement=parameter_table("engagement", **changes)
        )
        self.tally = empty_tally()

    @property
    def p(self):
        return self.parameters.engagement[0]

    def patrol(self, per_day: float):
        """Put as many teams in the camp's cell as would meet a group `per_day` times a day."""
        q_ = self.parameters.search[0]
        width = q_.width_jungle_km * q_.searcher_km_h * q_.hours * self.p.vis_group
        self.fields.patrols[CAMP] = per_day * 100.0 / width
        return self

    def meet(self):
        plain(meetings)(
            self.actors,
            self.places,
            self.fields,
            self.ground,
            self.sites,
            self.near,
            self.parameters,
            today(TODAY),
            diary(self.tally),
        )
        return self

    def raid(self):
        plain(raids)(
            self.actors,
            self.places,
            self.fields,
            self.sites,
            self.near,
            self.parameters,
            today(TODAY),
            diary(self.tally),
        )
        return self

    def flow(self, quantity: int) -> float:
        return float(self.tally[quantity].sum())

    def losses(self) -> tuple[float, float]:
        """Return the mean losses of a fight: of the state, and of the group."""
        fights = self.flow(q.CLASHES)
        return self.flow(q.STATE_LOSSES) / fights, self.flow(q.FIGHTERS_LOST) / fights


# --- chance meetings ---


@pytest.mark.parametrize("per_day", [0.1, 1.0])
def test_patrols_meet_groups_as_koopman_says(per_day):
    assert Camp().patrol(per_day).meet().flow(q.CLASHES) / MANY == chance(1 - math.exp(-per_day))


@pytest.mark.parametrize(
    "group",
    [{"alive": 0}, {"fighters": 0.5}, {"site": ABROAD}],
    ids=["gone", "without fighters", "abroad"],
)
def test_patrols_meet_no_group(group):
    camp = Camp(n=10)
    for name, value in group.items():
        camp.groups[name] = value
    assert camp.meet().flow(q.CLASHES) == 0.0


def test_patrols_meet_no_group_that_camps_away_from_communities():
    camp = Camp(n=10)
    camp.sites.country[ABROAD], camp.groups.site = PERU, ABROAD
    assert camp.meet().flow(q.CLASHES) == 0.0


def test_meetings_obey_the_square_law():
    """Of two sides with equal arms each loses as the other is strong (Lanchester 1916), so that
    `P0 dP = F0 dF` to first order, here for 9 of a patrol and 12 fighters."""
    dead, killed = Camp(core=0.0).meet().losses()
    noise = math.sqrt((9.0**2 * dead + 12.0**2 * killed) / MANY)
    assert 9.0 * dead == pytest.approx(12.0 * killed, abs=4 * noise)


def test_a_meeting_ends_when_the_first_side_bears_no_more():
    """The patrol breaks at 15 % and the group at 20 %: one of the two has lost just that."""
    dead, killed = Camp(core=0.0).meet().losses()
    assert max(dead / 9.0 / 0.15, killed / 12.0 / 0.20) == pytest.approx(1.0, abs=0.1)


def test_no_more_than_an_ambush_fight_a_patrol():
    """Of 2,000 fighters 20 are in the fight: the patrol breaks at .15 x 9 / 20 of a unit of time,
    in which its 9 have killed 9 times as many."""
    _, killed = Camp(fighters=2_000.0).meet().losses()
    expected = 9.0 * 0.15 * 9.0 / 20.0
    assert killed == pytest.approx(expected, abs=4 * math.sqrt(expected / MANY))


def test_the_core_of_a_group_outlives_a_meeting():
    camp = Camp(fighters=2.0).meet()
    assert camp.flow(q.CLASHES) == MANY
    assert (camp.groups.fighters == 2.0).all()


def test_the_dead_of_a_patrol_come_from_the_nearest_post():
    camp = Camp().meet()
    lost = 1e6 - camp.units.soldiers
    assert lost.tolist() == [0.0, camp.flow(q.STATE_LOSSES)]


def test_a_meeting_hits_civilians_by_the_inaccuracy_of_the_state():
    """.5 a fight x (1 - .8)."""
    camp = Camp().meet()
    assert camp.towns.harm_state[CAMP] == pytest.approx(100.0, abs=4 * math.sqrt(100.0))


def test_a_state_that_never_misses_hits_no_civilian():
    assert Camp(accuracy=1.0).meet().flow(q.HARM_STATE) == 0.0


# --- raids: whether they come, and whom they find ---


@pytest.mark.parametrize(("age", "knowledge"), [(0.0, 1.0), (5.0, 0.5), (0.0, 0.0)])
def test_a_raid_is_worth_its_lead_and_its_team(age, knowledge):
    """`.5 exp(-age / 5 d) x local knowledge`."""
    worth = raid_finds(age, knowledge, parameters("engagement"))
    assert worth == pytest.approx(0.5 * math.exp(-age / 5.0) * knowledge)


@pytest.mark.parametrize("teams", [0.0, 10.0, 100.0])
def test_a_raid_comes_by_the_teams_in_reach(teams):
    """`1 - exp(-.02 x teams)` a day; those of the post reach the camp at half weight."""
    camp = Camp()
    camp.force[POST, ANSWERING] = teams
    share = camp.raid().flow(q.LEADS_ACTED) / MANY
    assert share == chance(1 - math.exp(-0.02 * teams / 2))


@pytest.mark.parametrize("knowledge", [0.0, 0.6, 1.0])
def test_a_raid_finds_the_group_by_the_knowledge_of_the_team(knowledge):
    camp = Camp(raid_success=1.0)
    camp.force[POST, RESPONDERS] = knowledge * 1e6
    assert camp.raid().flow(q.CLASHES) / MANY == chance(knowledge)


def test_an_old_lead_finds_fewer():
    camp = Camp(raid_success=1.0)
    camp.leads.seen = TODAY - 5
    assert camp.raid().flow(q.CLASHES) / MANY == chance(math.exp(-1.0))


@pytest.mark.parametrize(
    "lead",
    [{"alive": KEPT_ON_FILE}, {"received": TODAY + 1}, {"kind": LEAD_LAB}, {"site": ABROAD}],
    ids=["on file", "not received", "on a laboratory", "abroad"],
)
def test_no_raid_answers(lead):
    camp = Camp(n=10)
    camp.force[ABROAD, ANSWERING] = 1e6
    for name, value in lead.items():
        camp.leads[name] = value
    assert camp.raid().flow(q.LEADS_ACTED) == 0.0


@pytest.mark.parametrize(
    "group",
    [{"alive": 0}, {"uid": 10**6}, {"site": POST}, {"fighters": 0.5}],
    ids=["gone", "another in its row", "moved", "without fighters"],
)
def test_a_raid_on_a_group_that_is_no_longer_there_finds_nobody(group):
    camp = Camp(n=10, raid_success=1.0)
    for name, value in group.items():
        camp.groups[name] = value
    camp.raid()
    assert camp.flow(q.LEADS_ACTED) == 10.0
    assert camp.flow(q.CLASHES) == 0.0


def test_a_lead_that_is_answered_is_kept_on_file():
    assert (Camp(n=10).raid().leads.alive == KEPT_ON_FILE).all()


def test_a_lead_that_is_not_shared_waits_for_the_service_that_was_told():
    camp = Camp(n=10)
    camp.leads.shared, camp.leads.service = TODAY + 1, 1
    assert camp.raid().flow(q.LEADS_ACTED) == 0.0
    camp.force[POST, ANSWERS + 1] = 1e6
    assert camp.raid().flow(q.LEADS_ACTED) == 10.0


# --- raids: the fight ---

SURE = {"raid_success": 1.0}


def test_in_a_raid_the_raiders_are_the_hidden_side():
    """Deitchman 1962, roles turned; the group loses no more than a fifth of its fighters."""
    camp = Camp(**SURE).raid()
    group, raiders = deitchman(20.0, 12.0, 0.01, 2.5e-4, 12.0, 0.15)
    dead, killed = camp.losses()
    assert dead == pytest.approx(raiders, abs=4 * math.sqrt(raiders / MANY))
    assert killed == pytest.approx(min(group, 0.2 * 12.0), abs=4 * math.sqrt(2.4 / MANY))


def test_the_core_of_a_group_is_not_safe_from_a_raid():
    assert (Camp(fighters=2.0, **SURE).raid().groups.fighters < 2.0).any()


def test_the_dead_of_a_raid_come_from_the_post_that_answered():
    camp = Camp(**SURE).raid()
    lost = 1e6 - camp.units.soldiers
    assert lost.tolist() == [0.0, camp.flow(q.STATE_LOSSES)]
    assert lost[POST] > 0.0


def test_a_raid_hits_civilians_by_the_inaccuracy_of_the_state():
    camp = Camp(**SURE).raid()
    assert camp.towns.harm_state[CAMP] == pytest.approx(100.0, abs=4 * math.sqrt(100.0))


# --- where a team comes from ---


@pytest.mark.parametrize(
    ("here", "near_by", "site"), [(4.0, 6.0, CAMP), (2.0, 6.0, POST), (0.0, 0.0, -1)]
)
def test_a_team_comes_from_where_most_force_is_in_reach(here, near_by, site):
    camp = Camp(n=1)
    camp.force[:2, RESPONDERS] = here, near_by
    assert nearest_force(camp.force, RESPONDERS, CAMP, camp.near) == site


@pytest.mark.parametrize(("site", "knowledge"), [(CAMP, 0.7), (POST, 0.0), (-1, 0.0)])
def test_knowledge_is_that_of_those_who_answer(site, knowledge):
    force = np.zeros((3, FORCE_COLUMNS))
    force[CAMP, [RESPONDERS, ANSWERING]] = 2.8, 4.0
    assert knowledge_at(force, site) == pytest.approx(knowledge)
