"""4.7 Survey: fields found from the air, by patrols and by leads; Koopman's law, its limits, and
its cost."""

import math

import numpy as np
import pytest
from hand_made import parameters
from small_runs import alone, small_run

from sim.model.mechanisms.intelligence.survey import air_rate
from sim.model.state import counts as q
from sim.model.state.agents import LEAD_FIELD, POLICE_SERVICE
from sim.names import LORETO


def test_a_sortie_by_hand():
    """200 km/h x 1 km x 3 h x .5 = 300 km2 a sortie; one of its four hours is spent on the way
    (section 4.7 of the model)."""
    p = parameters("survey")
    assert air_rate(4.0, 30_000.0, p) == pytest.approx(300.0 / 30_000.0)
    assert air_rate(40.0, 30_000.0, p) == pytest.approx(0.1)
    assert air_rate(0.0, 30_000.0, p) == 0.0


def located(run, place=LORETO):
    towns = run.world.places.communities
    here = towns.theatre == place
    return float((towns.coca_seen + towns.coca_found)[here].sum()), float(
        (towns.poppy_seen + towns.poppy_found)[here].sum()
    )


def searched(run, place=LORETO):
    """Return the communities of a theatre that are in reach of a clearing team."""
    world = run.world
    units, towns, near = world.actors.units, world.places.communities, world.near
    posts = np.unique(
        units.posting[(units.kind == 5) & (world.sites.theatre[units.posting] == place)]
    )
    reached = np.unique(
        np.concatenate([near.site[near.start[s] : near.start[s + 1]] for s in posts])
    )
    reached = reached[reached < len(towns)]
    return reached[
        (towns.theatre[reached] == place) & (towns.coca_max[reached] + towns.poppy_max[reached] > 0)
    ]


def ready(run):
    """Make a run in which nothing is located, nobody patrols, the season is dry and the pace of
    flight is known."""
    run.advance(1)
    world = run.world
    towns = world.places.communities
    for name in ("coca_seen", "coca_found", "poppy_seen", "poppy_found"):
        towns[name] = 0.0
    world.fields.patrols[:] = 0.0
    world.tally[:] = 0.0
    run.t = 7
    return world


def test_koopmans_law_from_the_air():
    """n sorties over A km2 locate 1 - exp(-300 n / A) of the hectares in reach (random search,
    Koopman 1956), and none elsewhere."""
    run = small_run(mandate__unified_command=True)
    world = ready(run)
    towns, p = world.places.communities, world.parameters.survey[0]
    here = searched(run)
    area = world.ground.area_km2[np.isin(world.ground.community, here)].sum()
    world.places.theatres.flight_hours_day[LORETO] = 20.0
    alone(run, "survey.find_fields")
    hours = world.tally[:, q.SURVEY_HOURS, LORETO].sum()
    assert 0 < hours <= 7 * 20.0 * p.flight_share
    share = 1 - math.exp(-300.0 * hours / 4.0 / area)
    assert towns.coca_found[here] == pytest.approx(share * towns.coca[here])
    assert (
        located(run)[0]
        == pytest.approx(share * towns.coca[here].sum())
        == pytest.approx(world.tally[:, q.FIELDS_BY_AIR, LORETO].sum())
    )


def test_a_theatre_without_helicopters_finds_nothing_from_the_air():
    run = small_run(forces__loreto__helicopter_share=0.0)
    world = ready(run)
    alone(run, "survey.find_fields")
    assert located(run) == (0.0, 0.0)
    assert world.tally[:, q.SURVEY_HOURS, LORETO].sum() == 0.0


@pytest.mark.parametrize(
    "off", [{"parameters": {"survey.flight_share": 0.0}}, {"eradication.ha_per_year.loreto": 0.0}]
)
def test_no_share_of_the_hours_or_no_programme_and_none_is_flown(off):
    run = small_run(**off)
    world = ready(run)
    alone(run, "survey.find_fields")
    assert world.places.theatres.survey_hours[LORETO] == 0.0
    assert world.tally[:, q.SURVEY_HOURS, LORETO].sum() == 0.0


def test_sorties_stop_once_the_programme_has_enough():
    run = small_run()
    world = ready(run)
    towns = world.places.communities
    here = searched(run)
    alone(run, "survey.find_fields")
    assert world.places.theatres.survey_hours[LORETO] > 0.0
    towns.coca_found[here] = towns.coca[here]
    world.places.theatres.eradicate_ha_year[LORETO] = 1.0
    run.t = 14
    alone(run, "survey.find_fields")
    assert world.places.theatres.survey_hours[LORETO] == 0.0


def test_hours_of_the_survey_are_lost_to_supply():
    """The same posts with and without sorties: flights to posts and flights over fields share the
    same hours."""
    flown = {}
    for share in (0.0, 0.5):
        run = small_run(
            forces__loreto__boats=0,
            parameters={"survey.flight_share": share, "start.local_supply_kg": 0.0},
        )
        run.advance(run.end)
        flown[share] = [
            run.world.tally[1:, quantity, LORETO].sum()
            for quantity in (q.SUPPLY_HOURS, q.SURVEY_HOURS)
        ]
    assert flown[0.5][1] > 0.0 == flown[0.0][1]
    assert sum(flown[0.5]) == pytest.approx(
        flown[0.0][0], rel=0.15
    )  # a fifth of what is left is kept for airlifts


def test_what_one_service_saw_comes_to_those_who_clear_with_time():
    """Without one command a share 1 - exp(-7 / days) is handed on each week; with it, all is handed
    on at once."""
    run = small_run()
    world = ready(run)
    towns = world.places.communities
    world.parameters.survey.flight_share[:] = 0.0
    world.parameters.survey.field_forget[:] = 0.0
    towns.coca_seen = 0.5 * towns.coca
    alone(run, "survey.find_fields")
    days = float(world.parameters.information.sharing_days[0])
    assert towns.coca_found == pytest.approx(0.5 * towns.coca * (1 - math.exp(-7 / days)))
    world.levers.unified[:] = 1
    run.t = 14
    alone(run, "survey.find_fields")
    assert towns.coca_seen.max() == 0.0
    assert towns.coca_found == pytest.approx(0.5 * towns.coca)


def lead_on(run, site, received=0, shared=0):
    lead = run.world.actors.leads[0]
    lead.alive, lead.uid, lead.kind, lead.row, lead.site = 1, 99, LEAD_FIELD, site, site
    lead.received, lead.service, lead.shared = received, POLICE_SERVICE, shared
    return lead


def answered(run):
    world = run.world
    site = int(
        np.argmax(
            np.where(
                world.places.communities.coca > 20.0,
                world.fields.force[: world.n_communities, 3],
                0.0,
            )
        )
    )
    for name in ("coca_seen", "coca_found", "poppy_seen", "poppy_found"):
        world.places.communities[name] = 0.0
    world.actors.leads.alive = 0
    world.parameters.detection.response[:] = 1e6
    world.parameters.detection.lead_success[:] = 1.0
    return world.places.communities[site], lead_on(run, site)


def test_an_answered_lead_locates_some_hectares(run_in_week_1):
    town, lead = answered(run_in_week_1)
    alone(run_in_week_1, "survey.answer")
    assert lead.alive == 2
    assert town.coca_seen + town.poppy_seen == pytest.approx(
        run_in_week_1.world.parameters.survey.lead_ha[0]
    )
    lead_on(run_in_week_1, lead.site).uid = 100
    run_in_week_1.world.parameters.survey.lead_ha[:] = 1e9
    alone(run_in_week_1, "survey.answer")
    assert town.coca_seen == pytest.approx(town.coca)
    assert town.coca_seen <= town.coca


@pytest.mark.parametrize("wrong", ["success", "late"])
def test_a_lead_that_fails_or_has_not_come_locates_nothing(run_in_week_1, wrong):
    town, lead = answered(run_in_week_1)
    if wrong == "success":
        run_in_week_1.world.parameters.detection.lead_success[:] = 0.0
    else:
        lead.received = run_in_week_1.t + 1
    alone(run_in_week_1, "survey.answer")
    assert town.coca_seen == 0.0
    assert lead.alive == (2 if wrong == "success" else 1)
