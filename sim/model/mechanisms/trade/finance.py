"""4.13 Finance: what a network can pay.

Reads: markets, trade (book), sites. Writes: networks (cash, credit_usd), tally. Weekly; no chance.

A firm buys with its cash and with credit: `credit = max(credit_weeks x usual, one load)`, where
`usual` is its share of what its markets sell in a week at today's prices. Lenders lend for one load
of an aircraft whatever it costs, because otherwise a small firm could never complete one. A firm
does not buy what it cannot pay (`trafficking.buy_and_send`), so lost loads reduce what it buys
next. What it leaves lies at the farm gate, lowers the price and is bought by others. Owners keep a
working capital of `capital_weeks x usual`. They take out what is above it and make up `refill` a
week of what is missing, so that a ruined firm comes back within years. All of this is assumed: we
know of no published accounts of such firms. Without owners cash would grow without bound, since the
margin (`market.margin`) is paid to firms in full.

Left out: interest, loans between firms, and what owners do with their money.
"""

from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.firms import living
from sim.model.state.arrays import CAPACITY, Actors, Diary, Places, Sites, Trade
from sim.model.state.counts import PAID_OWNERS
from sim.names import LATEX


class Parameters:
    capital_weeks: float  # weeks: weeks of usual purchases that owners leave in a firm
    credit_weeks: float  # weeks: weeks of usual purchases that a firm may owe
    refill: float  # per week: share of missing capital that owners make up a week


@rule
def to_owners(cash: float, usual: float, p: Parameters) -> float:
    """Return the USD that owners take out this week; negative when they pay in."""
    over = cash - p.capital_weeks * usual
    return over if over > 0.0 else p.refill * over


@loop
def finance(
    actors: Actors, places: Places, trade: Trade, sites: Sites, parameters: Any, diary: Diary
) -> None:
    """Run one week of every firm's owners and lenders."""
    tally = diary.tally
    networks = actors.networks
    markets = places.markets
    book = trade.book
    site_theatre = sites.theatre
    p, trafficking = parameters.finance[0], parameters.trafficking[0]
    for n in range(living(networks)):
        firm = networks[n]
        usual = 0.0
        load = 0.0
        for c in range(len(markets)):
            market = markets[c]
            if book[n, c, CAPACITY] > 0.0:
                usual += book[n, c, CAPACITY] * market.outflow * market.price
                part = trafficking.latex_load_share if market.product == LATEX else 1.0
                load = max(load, trafficking.load_air_kg * part * market.price)
        taken = to_owners(firm.cash, usual, p)
        firm.cash -= taken
        tally[PAID_OWNERS, site_theatre[firm.hub]] += taken
        firm.credit_usd = max(p.credit_weeks * usual, load)
