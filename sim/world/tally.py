"""What is counted: `tally[week, quantity, place]`, f8. Places are theatre codes 0-3, or exit codes 0-4 for EXPORTED.

Row 0 of `week` is the whole burn-in, row w + 1 is week w of the horizon. Flows add up; STATES are summed over days and divided by the
days of the week when read. A pair (_KG, _LATEX) has neighbouring numbers, so that `ATTEMPTED + product` names the right one."""

QUANTITIES = (
    # loads, kg (pairs: hydrochloride equivalent, latex)
    "attempted_kg", "attempted_kg_latex", "seized_kg", "seized_kg_latex", "passed_kg", "passed_kg_latex",
    "seized_stock_kg", "seized_stock_kg_latex", "delivered_kg", "delivered_kg_latex", "exported_kg", "exported_kg_latex",
    "dispatched_kg", "dispatched_kg_latex", "harvested_kg", "harvested_kg_latex", "seizures", "seizures_latex",
    "inflow_kg", "traditional_kg", "seized_by_patrol_kg", "seized_by_post_kg", "seized_by_lead_kg",
    # violence, people and acts
    "attacks", "clashes", "state_losses", "fighters_lost", "civilian_harm_state", "civilian_harm_armed", "leaders_killed",
    "displaced_people", "ambushes", "replaced",
    # works, land, reports
    "labs_destroyed", "strips_cratered", "coca_ha_destroyed", "poppy_ha_destroyed", "coca_ha_planted", "coca_ha_abandoned",
    "poppy_ha_planted", "poppy_ha_abandoned", "reports", "leads_acted",
    # the border
    "incursions", "cell_days", "fighter_days", "cell_days_abroad",
    # effort and money
    "soldier_days_in_transit", "lift_hours", "supply_hours", "cost_usd", "revenue_usd", "paid_farm_usd", "paid_transport_usd",
    "paid_bribe_usd", "paid_toll_usd", "taxed_usd", "wages_usd",
    # states: day sums
    "vacuum", "vacuum_exploited", "coverage_gap", "state_control", "cooperation", "fear", "fighters", "coca_ha", "poppy_ha",
    "on_task", "patrols", "readiness_people", "people", "sustained_people", "shipments", "active_routes", "belief_gap", "stock_kg",
    "price_hcl", "leads_open",
)
STATES = frozenset(QUANTITIES[QUANTITIES.index("vacuum"):])
PLACES = 5

(ATTEMPTED, _, SEIZED, _, PASSED, _, SEIZED_STOCK, _, DELIVERED, _, EXPORTED, _, DISPATCHED, _, HARVESTED, _, SEIZURES, _,
 INFLOW, TRADITIONAL, SEIZED_BY_PATROL, SEIZED_BY_POST, SEIZED_BY_LEAD,
 ATTACKS, CLASHES, STATE_LOSSES, FIGHTERS_LOST, HARM_STATE, HARM_ARMED, LEADERS_KILLED, DISPLACED, AMBUSHES, REPLACED,
 LABS_DESTROYED, STRIPS_CRATERED, COCA_DESTROYED, POPPY_DESTROYED, COCA_PLANTED, COCA_ABANDONED, POPPY_PLANTED, POPPY_ABANDONED,
 REPORTS, LEADS_ACTED, INCURSIONS, CELL_DAYS, FIGHTER_DAYS, CELL_DAYS_ABROAD,
 TRANSIT_DAYS, LIFT_HOURS, SUPPLY_HOURS, COST, REVENUE, PAID_FARM, PAID_TRANSPORT, PAID_BRIBE, PAID_TOLL, TAXED, WAGES,
 VACUUM, EXPLOITED, GAP, STATE_CONTROL, COOPERATION, FEAR, FIGHTERS, COCA_HA, POPPY_HA, ON_TASK, PATROLS, READINESS_PEOPLE, PEOPLE,
 SUSTAINED_PEOPLE, SHIPMENTS, ACTIVE_ROUTES, BELIEF_GAP, STOCK, PRICE_HCL, LEADS_OPEN) = range(len(QUANTITIES))
