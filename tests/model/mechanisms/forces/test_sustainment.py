"""4.3 Sustainment: supply links, pools of vehicles, shortage, and units that only guard their
post."""

from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import diary, near, one, parameter_table, parameters, rows

from sim.model.mechanisms.forces.presence import cover, place_units, spread
from sim.model.mechanisms.forces.sustainment import (
    guards,
    readiness_after,
    sustainment,
    vehicle_days_per_kg,
)
from sim.model.rules.reach import able_to_answer, knowledge_in_reach
from sim.model.rules.units import duty
from sim.model.state.agents import (
    ARMY,
    CHECKPOINT,
    ERADICATION,
    ESCORT,
    IDLE,
    LINE,
    PATROL,
    POSTED,
    PUTUMAYO,
    RAID,
    RIVER_PATROL,
    Basin,
    Community,
    Lead,
    Theatre,
    Unit,
)
from sim.model.state.arrays import (
    CLEARERS,
    ESCORTS,
    FORCE_COLUMNS,
    HOLDING,
    N_PATROL,
    N_POLICE,
    N_POST,
    PEOPLE,
    POST_PEOPLE,
    RESPONDERS,
    TEAMS,
    WEIGHTED,
)
from sim.model.state.counts import COST, QUANTITIES, SUPPLY_HOURS
from sim.names import LORETO
from sim.simulation.page import plain

FAR = 1e9
AIR_HOURS = 156.0 / 230.0


class Post:
    """One theatre, one site at the end of one supply link, and the units there."""

    def __init__(
        self,
        n=1,
        link=(FAR, FAR, AIR_HOURS, 0.0),
        hours=0.0,
        lorries=0.0,
        boats=0.0,
        **changes: float,
    ) -> None:
        self.units = rows(
            Unit,
            n,
            alive=1,
            kind=LINE,
            status=POSTED,
            mission=PATROL,
            soldiers=30.0,
            established=30.0,
            readiness=0.7,
            sustained=1.0,
            knowledge=1.0,
        )
        self.theatres = rows(Theatre, 4, road=1.0, foot=1.0, flying=1.0)
        (
            self.theatres[LORETO].flight_hours_day,
            self.theatres[LORETO].lorries,
            self.theatres[LORETO].boats,
        ) = hours, lorries, boats
        self.basins = rows(Basin, 4, pace=1.0, load=1.0)
        self.link = np.array([link])
        self.tally = np.zeros((len(QUANTITIES), 5))
        self.parameters = SimpleNamespace(
            sustainment=parameter_table("sustainment", **changes),
            redeployment=parameter_table("redeployment", lift_share=0.0),
            presence=parameter_table("presence"),
            crops=parameter_table("crops"),
        )

    def day(self, days: int = 1):
        sites = SimpleNamespace(theatre=np.full(len(self.link), LORETO), link=self.link)
        for _ in range(days):
            plain(sustainment)(
                SimpleNamespace(units=self.units),
                SimpleNamespace(theatres=self.theatres),
                SimpleNamespace(basins=self.basins),
                sites,
                SimpleNamespace(basin=np.full(len(self.link), PUTUMAYO)),
                SimpleNamespace(
                    post_need=np.zeros((len(self.link), 4)), per_site=np.zeros(len(self.link))
                ),
                self.parameters,
                diary(self.tally),
            )
        return self

    def force(self):
        force = np.zeros((1, FORCE_COLUMNS))
        sites = SimpleNamespace(post=np.array([0]))
        plain(place_units)(
            SimpleNamespace(units=self.units), SimpleNamespace(force=force), sites, self.parameters
        )
        return force


def test_a_daily_flight_hour_keeps_137_soldiers_at_el_estrecho():
    """Of 300 soldiers there, the hour feeds 137 (section 4.3 of the model; here through the whole
    loop)."""
    post = Post(n=10, hours=1.0, refill_days=1e9).day()
    assert post.units.sustained * 300 == pytest.approx(137.0, abs=0.5)
    assert post.tally[SUPPLY_HOURS, LORETO] == pytest.approx(1.0)


def test_more_hours_than_needed_add_nothing():
    """The share of people who are supplied rises with the hours up to the need and then stays; the
    rest of the hours is left over."""
    fed = [
        Post(n=10, hours=hours, refill_days=1e9).day() for hours in (0.0, 0.5, 1.0, 2.0, 3.0, 6.0)
    ]
    sustained = [float(post.units.sustained[0]) for post in fed]
    assert sustained == sorted(sustained)
    assert sustained[0] == 0.0
    assert sustained[1] == pytest.approx(sustained[2] / 2)
    assert sustained[3] == pytest.approx(2 * sustained[2])
    assert sustained[4] == sustained[5] == 1.0
    assert fed[5].tally[SUPPLY_HOURS, LORETO] == pytest.approx(300 / 137.0, rel=0.01)


def test_in_a_shortage_the_near_posts_are_fed_and_the_far_go_short():
    """Three posts of 30 lie at one, two and four flight hours. With lift for 1.6 of them the
    nearest is fed in full, the next in part and the farthest not at all."""
    post = Post(n=3, refill_days=1e9, guard_below=0.5)
    post.link = np.array([(FAR, FAR, hours, 0.0) for hours in (4.0, 1.0, 2.0)])
    post.units.posting = [0, 1, 2]
    p = parameters("sustainment")
    a_post = [450.0 * (2 * hours + p.landing_hours) / p.air_payload_kg for hours in (4.0, 1.0, 2.0)]
    post.theatres[LORETO].flight_hours_day = a_post[1] + 0.6 * a_post[2]
    post.day()
    assert post.units.sustained == pytest.approx([0.0, 1.0, 0.6])
    assert post.tally[SUPPLY_HOURS, LORETO] == pytest.approx(a_post[1] + 0.6 * a_post[2])
    assert post.units.guarding.tolist() == [1, 0, 0]


def test_no_store_is_filled_while_another_post_lacks_its_ration():
    """Two posts have empty stores, and lift is enough for both rations and a tenth of the nearer
    store: both posts are fed before any store is filled."""
    for stock_days in (0.0, 7.0, 60.0):
        post = Post(n=2, refill_days=1.0, stock_days=stock_days)
        post.link = np.array([(FAR, FAR, hours, 0.0) for hours in (1.0, 4.0)])
        post.units.posting = [0, 1]
        p = parameters("sustainment")
        ration = [450.0 * (2 * hours + p.landing_hours) / p.air_payload_kg for hours in (1.0, 4.0)]
        post.theatres[LORETO].flight_hours_day = sum(ration) + 0.1 * ration[0]
        post.day()
        assert post.units.sustained == pytest.approx([1.0, 1.0])
        assert post.units.stock_kg == pytest.approx([45.0 if stock_days else 0.0, 0.0])


def test_the_weather_takes_its_part_of_the_hours():
    dry, wet = Post(n=10, hours=1.0, refill_days=1e9), Post(n=10, hours=1.0, refill_days=1e9)
    wet.theatres.flying = 0.75
    assert wet.day().units.sustained[0] == pytest.approx(0.75 * dry.day().units.sustained[0])


def test_a_link_by_hand():
    """`(2 tau / pace + handling) / (payload x load x availability)` for lorries and boats. The
    season does not change a helicopter's link; it changes the pool of flight hours."""
    p = parameters("sustainment")
    link = np.array([[1.0, 4.0, AIR_HOURS, 0.0]])
    assert vehicle_days_per_kg(link, 0, 0, 0.7, 1.2, 1.3, p) == pytest.approx(
        (2 / 0.7 + p.handling_days) / (p.lorry_payload_kg * p.availability)
    )
    assert vehicle_days_per_kg(link, 0, 1, 0.7, 1.2, 1.3, p) == pytest.approx(
        (8 / 1.2 + p.handling_days) / (p.boat_payload_kg * 1.3 * p.availability)
    )
    assert vehicle_days_per_kg(link, 0, 2, 0.7, 1.2, 1.3, p) == vehicle_days_per_kg(
        link, 0, 2, 1.0, 1.0, 1.0, p
    )
    assert vehicle_days_per_kg(np.array([[FAR, FAR, FAR, 0.0]]), 0, 1, 1.0, 1.0, 1.0, p) == 0.0


def test_high_water_feeds_more():
    low, high = (
        Post(n=10, link=(FAR, 4.0, FAR, 0.0), boats=2.0, refill_days=1e9) for _ in range(2)
    )
    high.basins[PUTUMAYO].pace, high.basins[PUTUMAYO].load = 1.2, 1.3
    assert high.day().units.sustained[0] > 1.3 * low.day().units.sustained[0] > 0


def test_stores_last_their_days_and_then_the_unit_guards():
    """With full stores and no link the unit works 30 days at full effort. From then on it has no
    effort and guards its post."""
    post = Post(link=(FAR, FAR, FAR, 0.0))
    post.units.stock_kg = 30 * 15.0 * 30
    post.day(30)
    assert post.units.sustained[0] == 1.0
    assert post.units.guarding[0] == 0
    assert post.units.stock_kg[0] == 0.0
    post.day()
    assert post.units.sustained[0] == 0.0
    assert post.units.guarding[0] == 1
    assert post.units.effort[0] == 0.0


def test_it_guards_below_one_mark_and_resumes_above_another():
    p = parameters("sustainment")
    assert [guards(0, x, p) for x in (0.0, 0.49, 0.5, 0.9)] == [1, 1, 0, 0]
    assert [guards(1, x, p) for x in (0.0, 0.5, 0.79, 0.8, 1.0)] == [1, 1, 1, 0, 0]
    off = parameters("sustainment", guard_below=0.0)
    assert guards(0, 0.0, off) == 0


def test_a_unit_at_rest_is_never_short():
    post = Post(link=(FAR, FAR, FAR, 0.0))
    post.units.mission, post.units.guarding = IDLE, 1
    post.day()
    assert post.units.guarding[0] == 0
    assert post.units.sustained[0] == 1.0
    assert duty(post.units[0]) == IDLE


@pytest.mark.parametrize("mission", [PATROL, CHECKPOINT, RAID, ESCORT])
def test_a_unit_that_guards_does_nothing_else(mission):
    post = Post()
    post.units.mission, post.units.effort = mission, 5.0
    working = post.force()[0]
    assert working[RESPONDERS] > 0
    assert working[ESCORTS] > 0
    assert working[WEIGHTED] > 0
    assert working[HOLDING] == 0
    post.units.guarding = 1
    guarding = post.force()[0]
    idle = (WEIGHTED, PEOPLE, TEAMS, RESPONDERS, ESCORTS, POST_PEOPLE, CLEARERS)
    assert [guarding[column] for column in idle] == [0.0] * len(idle)
    assert guarding[HOLDING] == 5.0
    assert guarding[N_POST] == 1.0
    assert guarding[N_PATROL] == 0.0


@pytest.mark.parametrize(
    ("mission", "teams"),
    [(PATROL, 1.0), (RIVER_PATROL, 0.5), (CHECKPOINT, 0.0), (RAID, 0.0), (ESCORT, 0.0)],
)
def test_only_patrols_search_the_land(mission, teams):
    """A raid waits unseen for its lead (4.6) and an escort stays with its team, so that neither
    searches the land (4.7)."""
    post = Post()
    post.units.mission, post.units.effort = mission, 8.0
    assert post.force()[0, TEAMS] == teams


def test_who_is_new_to_a_place_answers_as_often_and_finds_less():
    """Local knowledge counts once in what a lead is worth (4.5): it changes whether the answer
    succeeds, and not how soon it comes."""
    post = Post()
    post.units.effort, post.units.knowledge = 8.0, 0.5
    force, reach = post.force(), near([0, 1], [0], [1.0])
    for shared in (0, 99):
        assert (
            able_to_answer(force, one(Lead, site=0, service=ARMY, shared=shared), 1, reach) == 1.0
        )
    assert knowledge_in_reach(force, 0, reach) == 0.5


def test_who_clears_is_paid_by_the_hectare_and_not_twice():
    """`crops.eradication_usd_ha` is the agency's budget over its hectares (F0304 over F0274), so
    that wages are part of it."""
    post, p = Post(), parameters("sustainment")
    assert post.day().tally[COST, LORETO] == pytest.approx(30 * p.soldier_day_usd)
    post = Post()
    post.units.kind, post.units.mission = ERADICATION, ESCORT
    assert post.day().tally[COST, LORETO] == 0.0


def test_a_clearing_team_without_supplies_clears_nothing():
    post = Post()
    post.units.kind, post.units.mission, post.units.effort = ERADICATION, ESCORT, 20.0
    assert post.force()[0, CLEARERS] == 20.0
    assert post.force()[0, N_POLICE] == 1.0  # it is a target like other police
    post.units.guarding = 1
    assert post.force()[0, CLEARERS] == 0.0


def test_a_guarded_post_weighs_in_its_own_place_only_and_rain_slows_patrols():
    """Of two towns in reach of each other a supplied unit is felt in both, and a unit without
    supplies in its own alone."""
    towns = rows(Community, 2, population=1000.0)
    near = SimpleNamespace(
        start=np.array([0, 2, 4]),
        site=np.array([0, 1, 0, 1]),
        kernel=np.array([1.0, 0.5, 0.5, 1.0]),
        cell_start=np.array([0, 1, 1]),
        cell=np.array([0]),
        cell_share=np.array([1.0]),
    )
    sites = SimpleNamespace(
        people_in_reach=np.array([1500.0, 1500.0]), theatre=np.array([LORETO, LORETO])
    )
    theatres = rows(Theatre, 4, foot=0.7)

    def spread_out(column: int):
        force = np.zeros((2, FORCE_COLUMNS))
        force[0, column] = 10.0
        force[0, TEAMS] = 2.0
        fields = SimpleNamespace(force=force, patrols=np.zeros(1), guard=np.zeros(2))
        places = SimpleNamespace(communities=towns, theatres=theatres)
        bench = SimpleNamespace(pair_per_site=np.zeros((2, 2)), per_site=np.zeros(2))
        presence = SimpleNamespace(presence=parameter_table("presence"))
        plain(spread)(places, fields, sites, near, bench, presence)
        plain(cover)(places, sites, near, bench, presence)
        return towns.coverage.copy(), fields

    coverage, fields = spread_out(WEIGHTED)
    assert coverage[0] > coverage[1] > 0
    assert fields.patrols[0] == pytest.approx(1.4)
    coverage, fields = spread_out(HOLDING)
    assert coverage[0] > 0 == coverage[1]
    assert fields.guard.tolist() == [10.0, 0.0]


# --- the rules by hand ---


def test_a_flight_hour_feeds_137_soldiers_at_el_estrecho():
    """It lies 156 km from Iquitos: a daily hour carries 3,000 kg / (2 x 156/230 + .1), which feeds
    137 soldiers at 15 kg (section 4.3 of the model)."""
    p = parameters("sustainment")
    link = np.array([[FAR, FAR, AIR_HOURS]])
    fed = 1.0 / vehicle_days_per_kg(link, 0, 2, 1.0, 1.0, 1.0, p) / p.ration_kg
    assert fed == pytest.approx(137.0, abs=0.5)


def test_nothing_goes_where_there_is_no_link():
    link = np.array([[FAR, FAR, AIR_HOURS]])
    assert vehicle_days_per_kg(link, 0, 0, 1.0, 1.0, 1.0, parameters("sustainment")) == 0.0


@pytest.mark.parametrize("start", [0.1, 1.0])
def test_readiness_settles_near_70_percent(start):
    """28 days in the field and 14 at rest (section 4.3 of the model)."""
    p, ready = parameters("sustainment"), start
    for _ in range(3_000):
        ready = readiness_after(ready, 1.0, p)
    assert ready == pytest.approx(0.70, abs=0.01)


def test_hunger_takes_two_hundredths_of_readiness_a_day():
    p = parameters("sustainment")
    assert readiness_after(0.7, 1.0, p) - readiness_after(0.7, 0.0, p) == pytest.approx(0.02)


def test_readiness_has_a_floor():
    assert readiness_after(0.05, 0.0, parameters("sustainment")) == 0.05
