"""4.4 Presence: what stands at a site, whom it covers, and how a population comes to feel it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import near, parameter_table, parameters, rows, support, today

from sim.model.mechanisms.forces.presence import (
    alpha,
    cover,
    cover_by_armed,
    coverage_of,
    feel,
    felt_after,
    mark_felt,
    place_units,
    spread,
    together,
)
from sim.model.state.agents import (
    CHECKPOINT,
    ERADICATION,
    ESCORT,
    GARRISON,
    IDLE,
    LINE,
    PATROL,
    PERU,
    POLICE,
    POSTED,
    PREPARING,
    RAID,
    RESERVE,
    RIVER_INFANTRY,
    RIVER_PATROL,
    TRANSIT,
    ArmedGroup,
    Community,
    Theatre,
    Unit,
)
from sim.model.state.arrays import (
    ANSWERING,
    ANSWERS,
    CLEARERS,
    ESCORTS,
    FORCE_COLUMNS,
    HOLDING,
    HOLDING_POLICE,
    N_PATROL,
    N_POLICE,
    N_POST,
    PEOPLE,
    POST_BRIBED,
    POST_PEOPLE,
    RESPONDERS,
    RIVER_PEOPLE,
    SERVES,
    TEAMS,
    WEIGHTED,
    WEIGHTED_POLICE,
)
from sim.names import VRAEM
from sim.simulation.page import plain

HERE, NEXT_DOOR = 0, 1
PEOPLE_IN_REACH = 38_000.0  # with the 2,000 that the law always adds: 40,000


class Valley:
    """Two communities that reach each other with kernel .5, and one unit at the first of them.

    Patrols of the first spend three quarters of their time in cell 0 and the rest in cell 1. The
    posts of both stand at the second, the largest town of their cell."""

    def __init__(
        self, groups=None, town=None, foot=1.0, unit=None, country=(PERU, PERU), **changes: float
    ) -> None:
        fields = {"alive": 1, "uid": 1, "posting": HERE, "kind": LINE, "mission": PATROL}
        self.units = rows(
            Unit,
            1,
            **(fields | {"status": POSTED, "knowledge": 1.0, "effort": 40.0} | (unit or {})),
        )
        self.towns = rows(Community, 2, **(town or {}))
        self.actors = SimpleNamespace(
            units=self.units, groups=rows(ArmedGroup, 1) if groups is None else groups
        )
        self.places = SimpleNamespace(communities=self.towns, theatres=rows(Theatre, 4, foot=foot))
        self.fields = SimpleNamespace(
            force=np.zeros((2, FORCE_COLUMNS)), patrols=np.zeros(2), guard=np.zeros(2)
        )
        self.sites = SimpleNamespace(
            post=np.array([NEXT_DOOR, NEXT_DOOR]),
            theatre=np.array([VRAEM, VRAEM]),
            country=np.array(country),
            people_in_reach=np.full(2, PEOPLE_IN_REACH),
        )
        self.near = near(
            [0, 2, 4], [0, 1, 0, 1], [1.0, 0.5, 0.5, 1.0], cells=[{0: 0.75, 1: 0.25}, {1: 1.0}]
        )
        self.bench = SimpleNamespace(pair_per_site=np.zeros((2, 2)), per_site=np.zeros(2))
        self.support = support(2)
        self.parameters = SimpleNamespace(
            presence=parameter_table("presence", **changes), crops=parameter_table("crops")
        )

    @property
    def p(self):
        return self.parameters.presence[0]

    def place(self):
        """Return what stands at each site after a morning, f8[2, FORCE_COLUMNS]."""
        plain(place_units)(self.actors, self.fields, self.sites, self.parameters)
        return self.fields.force

    def spread(self):
        self.place()
        plain(spread)(self.places, self.fields, self.sites, self.near, self.bench, self.parameters)
        plain(cover)(self.places, self.sites, self.near, self.bench, self.parameters)
        return self

    def cover_by_armed(self):
        plain(cover_by_armed)(
            self.actors, self.places, self.sites, self.near, self.support, self.parameters
        )
        return self

    def feel(self, t: int = 30, opening: int = 0):
        plain(feel)(self.places, self.parameters, today(t, opening=opening))
        return self


def standing(**unit):
    """Return the row of `force` at the site of one unit, and the parameters."""
    valley = Valley(unit=unit)
    return valley.place()[HERE], valley.p


# --- the law of coverage ---


@pytest.mark.parametrize(
    ("density", "covered"),
    [(0.0, 0.0), (25.0, 2 / 3), (50.0, 8 / 9), (18.75, 1 - 3**-0.75), (1e6, 1.0)],
)
def test_each_further_scale_of_density_leaves_a_third_uncovered(density, covered):
    """`1 - 3^(-D / c)` at scale 25: 18.75 per 1,000 cover 56 % (model page, section 9)."""
    assert coverage_of(density, 25.0) == pytest.approx(covered)


def test_750_weighted_people_among_40_000_cover_56_percent():
    """375 people on patrol count twice: 18.75 per 1,000."""
    valley = Valley(unit={"effort": 375.0}).spread()
    assert valley.towns.coverage[HERE] == pytest.approx(1 - 3**-0.75)


def test_a_neighbour_is_covered_by_the_kernel():
    valley = Valley(unit={"effort": 375.0}).spread()
    assert valley.towns.coverage[NEXT_DOOR] == pytest.approx(1 - 3 ** (-0.75 / 2))


def test_the_same_force_covers_fewer_of_many_people():
    valley = Valley(unit={"effort": 375.0})
    valley.sites.people_in_reach[HERE] = 78_000.0
    assert valley.spread().towns.coverage[HERE] == pytest.approx(1 - 3 ** (-0.75 / 2))


def test_a_committee_covers_its_own_place_by_its_members_and_their_vigour():
    valley = Valley(town={"committee": [2_500.0, 0.0], "vigour": 0.8}, unit={"effort": 0.0})
    weighted = 2_500.0 * 0.8 * valley.p.committee_weight
    valley.spread()
    density = 1_000.0 * weighted / 40_000.0
    assert valley.towns.coverage[HERE] == pytest.approx(coverage_of(density, 25.0))


def test_a_committee_covers_a_neighbour_by_the_kernel():
    valley = Valley(town={"committee": [2_500.0, 0.0], "vigour": 0.8}, unit={"effort": 0.0})
    density = 0.5 * 2_500.0 * 0.8 * valley.p.committee_weight / 40.0
    assert valley.spread().towns.coverage[NEXT_DOOR] == pytest.approx(coverage_of(density, 25.0))


def test_a_committee_counts_with_the_soldiers():
    towns = Valley(town={"committee": [2_500.0, 0.0], "vigour": 0.8}).spread().towns
    assert towns.covered_by_soldiers[HERE] > Valley().spread().towns.covered_by_soldiers[HERE]
    assert towns.covered_by_police[HERE] == 0.0


def test_police_cover_apart_from_soldiers():
    """375 police on patrol weigh `police_weight` each."""
    valley = Valley(unit={"kind": POLICE, "effort": 375.0}).spread()
    assert valley.towns.covered_by_soldiers[HERE] == 0.0
    density = 18.75 * valley.p.police_weight
    assert valley.towns.covered_by_police[HERE] == pytest.approx(coverage_of(density, 25.0))
    assert valley.towns.coverage[HERE] == valley.towns.covered_by_police[HERE]


@pytest.mark.parametrize(
    ("first", "second", "both"), [(0.0, 0.0, 0.0), (0.3, 0.0, 0.3), (0.5, 0.5, 0.75), (1, 0.2, 1)]
)
def test_together_two_cover_whom_either_covers(first, second, both):
    assert together(first, second) == pytest.approx(both)


def test_a_place_is_covered_by_soldiers_and_police_together():
    valley = Valley(town={"committee": [2_500.0, 0.0], "vigour": 0.8}, unit={"kind": POLICE})
    town = valley.spread().towns[HERE]
    assert min(town.covered_by_soldiers, town.covered_by_police) > 0.0
    assert town.coverage == pytest.approx(
        1 - (1 - town.covered_by_soldiers) * (1 - town.covered_by_police)
    )


def test_a_day_begins_without_what_stood_there_the_day_before():
    valley = Valley().spread()
    first = valley.towns.coverage.copy(), valley.fields.patrols.copy(), valley.fields.guard.copy()
    valley.spread()
    again = valley.towns.coverage, valley.fields.patrols, valley.fields.guard
    assert all((a == b).all() for a, b in zip(first, again))


# --- who counts, and for how much ---


@pytest.mark.parametrize(
    ("mission", "weight"),
    [
        (PATROL, "alpha_patrol"),
        (RIVER_PATROL, "alpha_patrol"),
        (RAID, "alpha_patrol"),
        (ESCORT, "alpha_patrol"),
        (CHECKPOINT, "alpha_post"),
        (GARRISON, "alpha_garrison"),
    ],
)
def test_a_person_weighs_by_the_mission(mission, weight):
    force, p = standing(mission=mission)
    assert force[WEIGHTED] == pytest.approx(40.0 * p[weight])


@pytest.mark.parametrize("mission", [RESERVE, IDLE])
def test_a_person_without_a_task_weighs_nothing(mission):
    assert alpha(mission, parameters("presence")) == 0.0


def test_police_weigh_less_than_soldiers():
    police, p = standing(kind=POLICE)
    soldiers, _ = standing(kind=LINE)
    assert police[WEIGHTED_POLICE] == pytest.approx(p.police_weight * soldiers[WEIGHTED])


@pytest.mark.parametrize(("kind", "of_police"), [(LINE, False), (POLICE, True)])
@pytest.mark.parametrize("guarding", [0, 1])
def test_soldiers_and_police_weigh_in_columns_of_their_own(kind, of_police, guarding):
    force, _ = standing(kind=kind, guarding=guarding)
    soldiers, police = force[[WEIGHTED, HOLDING]], force[[WEIGHTED_POLICE, HOLDING_POLICE]]
    assert (soldiers.sum() == 0.0) == of_police
    assert (police.sum() == 0.0) != of_police


@pytest.mark.parametrize(
    "unit",
    [{"alive": 0}, {"status": TRANSIT}, {"mission": IDLE}],
    ids=lambda unit: next(iter(unit)),
)
def test_a_unit_that_is_not_at_work_counts_nowhere(unit):
    assert (Valley(unit=unit).place() == 0.0).all()


def test_a_unit_that_prepares_a_move_is_still_at_work():
    assert standing(status=PREPARING)[0][PEOPLE] == 40.0


def test_a_clearing_team_clears_and_covers_nobody():
    force, _ = standing(kind=ERADICATION)
    assert (force[CLEARERS], force[WEIGHTED], force[PEOPLE]) == (40.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("kind", "mission", "column"),
    [
        (LINE, PATROL, N_PATROL),
        (LINE, RAID, N_PATROL),
        (LINE, CHECKPOINT, N_POST),
        (LINE, GARRISON, N_POST),
        (POLICE, PATROL, N_POLICE),
        (POLICE, CHECKPOINT, N_POLICE),
    ],
)
def test_a_unit_is_one_target_of_its_kind(kind, mission, column):
    force, _ = standing(kind=kind, mission=mission)
    counted = force[[N_PATROL, N_POST, N_POLICE]]
    assert force[column] == 1.0
    assert counted.sum() == 1.0


@pytest.mark.parametrize(("kind", "service"), [(LINE, 0), (RIVER_INFANTRY, 1), (POLICE, 2)])
def test_people_are_counted_by_service(kind, service):
    force, _ = standing(kind=kind)
    assert force[SERVES : SERVES + 3].tolist() == [40.0 * (s == service) for s in range(3)]


@pytest.mark.parametrize(("kind", "service"), [(LINE, 0), (RIVER_INFANTRY, 1), (POLICE, 2)])
def test_teams_that_answer_are_counted_by_service(kind, service):
    force, _ = standing(kind=kind)
    assert force[ANSWERS : ANSWERS + 3].tolist() == [5.0 * (s == service) for s in range(3)]


# --- a unit without supplies ---


@pytest.fixture
def guard():
    return Valley(unit={"guarding": 1, "effort": 375.0}).spread()


def test_a_unit_that_only_guards_covers_its_own_place_as_a_garrison(guard):
    density = 1_000.0 * 375.0 * guard.p.alpha_garrison / 40_000.0
    assert guard.towns.coverage[HERE] == pytest.approx(coverage_of(density, 25.0))


def test_a_unit_that_only_guards_covers_no_neighbour(guard):
    assert guard.towns.coverage[NEXT_DOOR] == 0.0


def test_a_unit_that_only_guards_protects_its_own_place_alone(guard):
    assert guard.fields.guard.tolist() == [375.0, 0.0]


@pytest.mark.parametrize("column", [PEOPLE, TEAMS, ANSWERING, ESCORTS, POST_PEOPLE, RIVER_PEOPLE])
def test_a_unit_that_only_guards_does_nothing_else(guard, column):
    assert guard.fields.force[:, column].sum() == 0.0 < guard.fields.force[HERE, HOLDING]


# --- posts, patrols, answers ---


def test_the_people_of_a_checkpoint_stand_at_the_post_of_their_cell():
    force = Valley(unit={"mission": CHECKPOINT}).place()
    assert force[:, POST_PEOPLE].tolist() == [0.0, 40.0]


def test_half_of_a_river_patrol_stands_at_the_post_of_the_river():
    valley = Valley(unit={"mission": RIVER_PATROL})
    assert valley.place()[NEXT_DOOR, RIVER_PEOPLE] == valley.p.river_post_share * 40.0 == 20.0


def test_the_other_half_of_a_river_patrol_searches():
    assert standing(mission=RIVER_PATROL)[0][TEAMS] == 20.0 / 8.0


def test_a_post_has_taken_what_its_people_have_taken():
    force = Valley(unit={"mission": CHECKPOINT, "bribed_usd": 300.0}).place()
    assert force[NEXT_DOOR, POST_BRIBED] == 40.0 * 300.0


@pytest.mark.parametrize("mission", [RAID, ESCORT, GARRISON, CHECKPOINT, RESERVE])
def test_only_patrols_search_the_land(mission):
    assert (Valley(unit={"mission": mission}).spread().fields.patrols == 0.0).all()


def test_patrols_search_in_teams_of_eight_by_their_local_knowledge():
    assert standing(knowledge=0.6)[0][TEAMS] == pytest.approx(0.6 * 40.0 / 8.0)


def test_patrols_spread_their_time_over_the_cells_in_reach():
    assert Valley().spread().fields.patrols == pytest.approx([0.75 * 5.0, 0.25 * 5.0])


def test_rain_slows_patrols_by_the_pace_that_it_leaves():
    dry, wet = Valley().spread(), Valley(foot=0.6).spread()
    assert wet.fields.patrols == pytest.approx(0.6 * dry.fields.patrols)


@pytest.mark.parametrize(
    ("mission", "times"), [(PATROL, 1.0), (RAID, 3.0), (GARRISON, 0.3), (CHECKPOINT, 0.3)]
)
def test_raiders_answer_leads_more_and_guards_less(mission, times):
    assert standing(mission=mission)[0][ANSWERING] == pytest.approx(times * 40.0 / 8.0)


def test_those_who_answer_are_also_counted_by_local_knowledge():
    force, _ = standing(knowledge=0.6)
    assert force[RESPONDERS] == pytest.approx(0.6 * force[ANSWERING])


def test_an_escort_guards_with_all_its_people():
    assert standing(mission=ESCORT)[0][ESCORTS] == 40.0


def test_other_units_spare_a_share_of_their_people_as_escort():
    assert standing()[0][ESCORTS] == pytest.approx(40.0 * parameters("crops").escort_spare)


def test_protection_is_people_on_task_in_reach():
    assert Valley().spread().fields.guard.tolist() == [40.0, 20.0]


# --- armed groups ---


def band(country=(PERU, PERU), **fields):
    made = {"alive": 1, "site": HERE, "fighters": 50.0} | fields
    groups = rows(ArmedGroup, np.size(made["fighters"]), **made)
    return Valley(groups=groups, country=country).cover_by_armed()


def test_a_group_covers_by_its_fighters():
    """50 among 40,000 people are 1.25 per 1,000, at scale 3."""
    assert band().towns.armed_coverage[HERE] == pytest.approx(1 - 3 ** (-1.25 / 3.0))


def test_a_group_covers_a_neighbour_by_the_kernel():
    assert band().towns.armed_coverage[NEXT_DOOR] == pytest.approx(1 - 3 ** (-0.625 / 3.0))


def test_a_group_that_is_gone_covers_nobody():
    assert (band(alive=0).towns.armed_coverage == 0.0).all()


def test_a_group_covers_nobody_across_a_border():
    towns = band(country=(PERU + 2, PERU)).towns
    assert towns.armed_coverage[HERE] > 0.0 == towns.armed_coverage[NEXT_DOOR]


def test_the_coverage_of_each_party_is_told_apart():
    """Groups of 30 and 10 of one party and of 20 of another."""
    valley = band(fighters=[30.0, 10.0, 20.0], party=[0, 0, 4])
    here = valley.support.present[HERE]
    law = [1 - 3 ** (-fighters / 40.0 / 3.0) for fighters in (40.0, 20.0, 60.0)]
    assert here == pytest.approx([law[0], 0.0, 0.0, 0.0, law[1], 0.0])
    assert valley.towns.armed_coverage[HERE] == pytest.approx(law[2])


def test_who_has_left_covers_nobody_the_day_after():
    valley = band()
    valley.actors.groups.alive = 0
    assert (valley.cover_by_armed().support.present == 0.0).all()
    assert (valley.towns.armed_coverage == 0.0).all()


# --- felt coverage ---

FELT = ("felt_soldiers", "felt_police")


def left_after(days, chi=1.0, opening=0, covered=0.0):
    """Return a valley where .5 was felt of soldiers and of police, days after coverage by both has
    become `covered`."""
    town = dict.fromkeys((*FELT, "felt_soldiers_0", "felt_police_0"), 0.5)
    town |= {"covered_by_soldiers": covered, "covered_by_police": covered}
    valley = Valley(vacuum_coupling=chi, town=town)
    for day in range(days):
        valley.feel(30 + day, opening)
    return valley.towns


@pytest.mark.parametrize("part", FELT)
@pytest.mark.parametrize("days", [1, 5, 21])
def test_felt_coverage_falls_by_e_in_five_days(part, days):
    assert left_after(days)[part] == pytest.approx(0.5 * math.exp(-days / 5.0))


@pytest.mark.parametrize("part", FELT)
@pytest.mark.parametrize("days", [1, 21, 63])
def test_what_is_still_to_be_felt_falls_by_e_in_three_weeks(part, days):
    felt = left_after(days, covered=0.9)[part]
    assert 0.9 - felt == pytest.approx(0.4 * math.exp(-days / 21.0))


@pytest.mark.parametrize(("felt", "target"), [(0.2, 0.7), (0.7, 0.2), (0.4, 0.4)])
def test_a_week_at_once_is_seven_days_one_by_one(felt, target):
    p = parameters("presence")
    by_day = felt
    for _ in range(7):
        by_day = felt_after(by_day, target, 1.0, p)
    assert felt_after(felt, target, 7.0, p) == pytest.approx(by_day)


def test_people_feel_soldiers_and_police_together():
    towns = left_after(5)
    assert towns.felt == pytest.approx(1 - (1 - 0.5 / math.e) ** 2)


@pytest.mark.parametrize("part", FELT)
@pytest.mark.parametrize(("chi", "end"), [(0.0, 0.5), (0.4, 0.3), (1.0, 0.0)])
def test_the_vacuum_coupling_is_the_share_of_a_change_that_is_felt(part, chi, end):
    """`C~_0 + chi (C - C~_0)` where coverage fell from .5 to 0."""
    assert left_after(1_000, chi)[part] == pytest.approx(end, abs=1e-9)


@pytest.mark.parametrize("chi", [0.0, 0.4])
def test_up_to_day_0_every_change_is_felt(chi):
    towns = left_after(10, chi=chi, opening=1)
    assert towns.felt_soldiers == pytest.approx(0.5 * math.exp(-2.0))


def test_the_reference_is_marked_and_then_stays():
    towns = left_after(10)
    assert (towns.felt_soldiers_0 == 0.5).all()
    plain(mark_felt)(SimpleNamespace(communities=towns))
    assert (towns.felt_soldiers_0 == towns.felt_soldiers).all()
    assert (towns.felt_police_0 == towns.felt_police).all()
    assert (towns.felt_soldiers < 0.5).all()


def test_on_the_first_day_coverage_is_felt_at_once():
    valley = Valley(town={"covered_by_soldiers": 0.4, "covered_by_police": 0.2})
    valley.feel(t=0, opening=1)
    assert valley.towns.felt_soldiers == pytest.approx([0.4, 0.4])
    assert valley.towns.felt_police == pytest.approx([0.2, 0.2])
    assert valley.towns.felt == pytest.approx([0.52, 0.52])
