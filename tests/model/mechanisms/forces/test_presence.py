"""4.4 Presence: what stands at a site, whom it covers, and how a population comes to feel it."""

import pytest
from hand_made import parameters
from small_valley import HERE, NEXT_DOOR, Valley

from sim.model.mechanisms.forces.presence import (
    alpha,
    coverage_of,
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
    POLICE,
    PREPARING,
    RAID,
    RESERVE,
    RIVER_INFANTRY,
    RIVER_PATROL,
    TRANSIT,
)
from sim.model.state.arrays import (
    ANSWERING,
    ANSWERS,
    CLEARERS,
    ESCORTS,
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
