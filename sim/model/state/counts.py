"""The quantities that a day counts: `tally[week, quantity, place]`, f8.

`place` is a theatre code (0 to 3), except for EXPORTED, where it is an exit code (0 to 4). Row 0 of
`week` holds the whole burn-in, row w + 1 holds week w of the horizon. Flows add up over a week. The
quantities in STATES are summed over the days and divided by the number of days when they are read.

A pair is counted once for each product. Its two numbers are neighbours, hydrochloride first, so
`ATTEMPTED + product` names the right one.
"""

PLACES = 5  # the most places that a quantity has: the exits
_names: list[str] = []


def _one(name: str) -> int:
    """Add a quantity to the list and return its number."""
    _names.append(name)
    return len(_names) - 1


def _pair(name: str) -> int:
    """Add a quantity counted for each product and return its number for hydrochloride."""
    _names.extend((name, f"{name}_latex"))
    return len(_names) - 2


# loads: kg of hydrochloride equivalent, and kg of latex
ATTEMPTED = _pair("attempted_kg")
SEIZED = _pair("seized_kg")
PASSED = _pair("passed_kg")
SEIZED_STOCK = _pair("seized_stock_kg")
DELIVERED = _pair("delivered_kg")
EXPORTED = _pair("exported_kg")
DISPATCHED = _pair("dispatched_kg")
HARVESTED = _pair("harvested_kg")
SEIZURES = _pair("seizures")
INFLOW = _one("inflow_kg")
TRADITIONAL = _one("traditional_kg")
SEIZED_BY_PATROL = _one("seized_by_patrol_kg")
SEIZED_BY_POST = _one("seized_by_post_kg")
SEIZED_BY_LEAD = _one("seized_by_lead_kg")
LET_GO = _pair("let_go_kg")

# violence: people and acts
ATTACKS = _one("attacks")
CLASHES = _one("clashes")
RIVAL_CLASHES = _one("rival_clashes")
RETALIATIONS = _one("retaliations")
THIRD_GROUP_ENTRIES = _one("third_group_entries")
STATE_LOSSES = _one("state_losses")
FIGHTERS_LOST = _one("fighters_lost")
HARM_STATE = _one("civilian_harm_state")
HARM_ARMED = _one("civilian_harm_armed")
LEADERS_KILLED = _one("leaders_killed")
DISPLACED = _one("displaced_people")
AMBUSHES = _one("ambushes")
REPLACED = _one("replaced")
DESERTED = _one("deserted")

# laboratories, land and reports
LABS_DESTROYED = _one("labs_destroyed")
LABS_WITH_POLICE = _one("labs_with_police")
LABS_STARTED = _one("labs_started")
NETWORKS_DISRUPTED = _one("networks_disrupted")
STRIPS_CRATERED = _one("strips_cratered")
COCA_DESTROYED = _one("coca_ha_destroyed")
COCA_DESTROYED_AGAIN = _one("coca_ha_destroyed_again")
POPPY_DESTROYED = _one("poppy_ha_destroyed")
COCA_PLANTED = _one("coca_ha_planted")
COCA_ABANDONED = _one("coca_ha_abandoned")
POPPY_PLANTED = _one("poppy_ha_planted")
POPPY_ABANDONED = _one("poppy_ha_abandoned")
REPORTS = _one("reports")
LEADS_ACTED = _one("leads_acted")
FIELDS_BY_AIR = _one("fields_by_air_ha")
FIELDS_BY_PATROL = _one("fields_by_patrol_ha")
FIELDS_BY_LEAD = _one("fields_by_lead_ha")

# the border
INCURSIONS = _one("incursions")
CELL_DAYS = _one("cell_days")
FIGHTER_DAYS = _one("fighter_days")
CELL_DAYS_ABROAD = _one("cell_days_abroad")
HANDED_OVER = _one("cells_handed_over")
LINE_INCIDENTS = _one("line_incidents")
SUSPENDED_DAYS = _one("suspended_days")

# effort and money
TRANSIT_DAYS = _one("soldier_days_in_transit")
LIFT_HOURS = _one("lift_hours")
SUPPLY_HOURS = _one("supply_hours")
SURVEY_HOURS = _one("survey_hours")
COST = _one("cost_usd")
REVENUE = _one("revenue_usd")
PAID_FARM = _one("paid_farm_usd")
PAID_TRANSPORT = _one("paid_transport_usd")
PAID_BRIBE = _one("paid_bribe_usd")
PAID_TOLL = _one("paid_toll_usd")
PAID_OWNERS = _one("paid_owners_usd")
TAXED = _one("taxed_usd")
EXTORTION = _one("extortion_usd")
OTHER_INCOME = _one("other_income_usd")
WAGES = _one("wages_usd")
SPONSORED = _one("sponsored_usd")
OTHER_SPENDING = _one("other_spending_usd")

# states: sums over days; all from VACUUM on
VACUUM = _one("vacuum")
EXPLOITED = _one("vacuum_exploited")
GAP = _one("coverage_gap")
STATE_CONTROL = _one("state_control")
COOPERATION = _one("cooperation")
FEAR = _one("fear")
FIGHTERS = _one("fighters")
COCA_HA = _one("coca_ha")
POPPY_HA = _one("poppy_ha")
ON_TASK = _one("on_task")
PATROLS = _one("patrols")
READINESS_PEOPLE = _one("readiness_people")
PEOPLE = _one("people")
SUSTAINED_PEOPLE = _one("sustained_people")
GUARDING_PEOPLE = _one("guarding_people")
SHIPMENTS = _one("shipments")
ACTIVE_ROUTES = _one("active_routes")
BELIEF_GAP = _one("belief_gap")
STOCK = _one("stock_kg")
PRICE_HCL = _one("price_hcl")
LEADS_OPEN = _one("leads_open")
ARMED_CONTROL = _one("armed_control")
PEOPLE_ARMED = _one("people_armed")
PEOPLE_ARMED_MPCP = _one("people_armed_mpcp")
PEOPLE_ARMED_DISSIDENT = _one("people_armed_dissident")
PEOPLE_ARMED_OTHER = _one("people_armed_other")
PEOPLE_RULED = _one("people_ruled")
PLACES_RULED = _one("places_ruled")
CHANGED_HANDS = _one("changed_hands")
FIGHTERS_MPCP = _one("fighters_mpcp")
FIGHTERS_DISSIDENT_PERU = _one("fighters_dissident_peru")

QUANTITIES = tuple(_names)
STATES = frozenset(QUANTITIES[VACUUM:])
