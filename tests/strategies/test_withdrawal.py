"""Withdrawal from the VRAEM: each style takes the same number, from the posts of its name."""

from collections import Counter
from typing import get_args

import numpy as np
import pytest
from small_world import BURN_IN, add_leads, arrive, at_border, make_world, review, strategy_of

from sim.model.state.agents import LINE, POLICE
from sim.names import VRAEM
from sim.scenario.schema import Strategy
from sim.strategies.withdrawal import Withdrawal

STYLES = get_args(Withdrawal)
CLOSING = STYLES[1:]


def left_and_stayed(world):
    """(units of the VRAEM ordered away, units that stay) by posting."""
    units = world.actors.units
    ours = (world.sites.theatre[units.home] == VRAEM) & (units.kind < POLICE)
    away = ours & (
        world.sites.theatre[np.where(units.order_site >= 0, units.order_site, units.posting)]
        != VRAEM
    )
    return Counter(units.home[away].tolist()), Counter(units.home[ours & ~away].tolist())


def after(withdrawal, share=0.3, leads=(), **levers):
    world = make_world(share_to_border=share, withdrawal=withdrawal, **levers)
    add_leads(world, list(leads), received=BURN_IN)
    review(world, strategy_of(world, "static"), 0)
    return world


def test_the_file_offers_what_the_strategies_know():
    assert get_args(Strategy.model_fields["withdrawal"].annotation) == STYLES


@pytest.mark.parametrize("withdrawal", STYLES)
@pytest.mark.parametrize("moved", ["line", "special", "proportional"])
def test_every_style_moves_the_same_number_of_each_kind(withdrawal, moved):
    of_kind = []
    for style in ("thin", withdrawal):
        world = after(style, moved=moved)
        units = world.actors.units
        of_kind.append(
            Counter(
                units.kind[world.sites.theatre[np.maximum(units.order_site, 0)] != VRAEM].tolist()
            )
        )
        assert at_border(world).total() == 100
    assert of_kind[0] == of_kind[1]


def test_thin_empties_no_post_and_of_the_others_line_units_at_most_one_is_left_half_way():
    left, stayed = left_and_stayed(after("thin"))
    assert set(left) <= set(stayed)
    for style in CLOSING:
        world = after(style, moved="line")
        units = world.actors.units
        line = (units.kind == LINE) & (world.sites.theatre[units.home] == VRAEM)
        away = line & (world.sites.theatre[np.maximum(units.order_site, 0)] != VRAEM)
        gone, kept = set(units.home[away].tolist()), set(units.home[line & ~away].tolist())
        assert len(gone & kept) <= 1 and len(gone - kept) >= 3 and len(kept - gone) >= 3, style


@pytest.mark.parametrize("withdrawal", CLOSING)
def test_posts_close_in_the_order_that_the_style_says(withdrawal):
    """A post of a later turn gives no line unit while a post of an earlier turn still has one."""
    reported = [0, 0, 1, 2, 3, 3, 3]
    world = after(withdrawal, moved="line", leads=reported)
    units = world.actors.units
    line = (units.kind == LINE) & (world.sites.theatre[units.home] == VRAEM)
    away = line & (world.sites.theatre[np.maximum(units.order_site, 0)] != VRAEM)
    soldiers = (units.kind < POLICE) & (world.sites.theatre[units.home] == VRAEM)
    size = Counter(units.home[soldiers].tolist())
    people = np.where(world.sites.theatre == VRAEM, world.census, -1.0)
    days = world.days_surface
    rank = {
        "close_small": lambda place: size[place],
        "close_remote": lambda place: -days[int(np.argmax(people)), place],
        "close_quiet": lambda place: sum(days[place, report] <= 0.5 for report in reported),
    }[withdrawal]
    gone, kept = units.home[away].tolist(), units.home[line & ~away].tolist()
    assert gone and kept and max(map(rank, gone)) <= min(map(rank, kept))
    assert len({rank(place) for place in gone + kept}) > 2, "the order is put to the test"


@pytest.mark.parametrize("withdrawal", CLOSING)
def test_steps_go_on_where_the_last_one_stopped_and_the_way_home_opens_the_posts(withdrawal):
    world = make_world(share_to_border=0.3, withdrawal=withdrawal, moved="line")
    before = world.actors.units.copy()
    strategy = strategy_of(world, "surge-and-return", stay_days=56)
    phased = make_world(share_to_border=0.3, withdrawal=withdrawal, moved="line")
    steps = strategy_of(phased, "phased", duration_days=28, steps=3)
    for day in range(0, 196, 14):
        review(world, strategy, day)
        arrive(world)
        review(phased, steps, day)
        arrive(phased)
    assert np.array_equal(world.actors.units.posting, before.posting)
    in_steps = left_and_stayed(phased)[0]
    assert in_steps.total() == 100
    if (
        withdrawal != "close_small"
    ):  # there a post that has begun to close is the smallest, whatever it was
        assert in_steps == left_and_stayed(after(withdrawal, moved="line"))[0]
