"""A scenario in which everything happens within weeks: its levers are at their strongest."""

BUSY = {
    "strategy.name": "phased",
    "strategy.share_to_border": 0.4,
    "strategy.duration_days": 14,
    "strategy.steps": 2,
    "strategy.moved": "proportional",
    "strategy.tasking_vraem": "reports",
    "strategy.tasking_border": "random",
    "secrecy.level": 0.0,
    "eradication.ha_per_year.vraem": 20_000.0,
    "enemy.mpcp_fighters": 400,
    "partner.coordination": 1.0,
    "time.horizon_days": 56,
    "allow_outside_range": True,
}
STRONG = {
    "engagement.attack_rate": 0.05,
    "engagement.civilians_per_fight": 5.0,
    "engagement.accuracy": 0.0,
    "engagement.lethal_share": 0.5,
    "communities.leave_fear": 0.05,
    "detection.q_road": 0.3,
    "detection.q_river": 0.5,
    "detection.corruption_usd": 250.0,
    "detection.post_bribe_usd": 10.0,
    "crops.growth_coca": 0.5,
    "information.tips_per_1000": 1.0,
    "redeployment.replacement_per_day": 0.1,
    "communities.retaliation": 0.5,
    # Third parties come where most is at stake, next to others, so that rivals meet.
    "founding.hazard": 1e4,
    "founding.stakes_scale": 1e6,
    "founding.unreached": 1e9,
    "founding.weeks": 2.0,
    "rivalry.rate": 100.0,
    "partner.incident_rate": 0.2,
    "partner.suspend": 0.5,
    "support.prologue_weeks": 12.0,  # short, since the plain lane runs it line by line
}


def busy(**parameters: float) -> dict:
    """Overrides of `small_run`; parameters by dotted name with `__` for the dot."""
    return BUSY | {
        "parameters": STRONG
        | {name.replace("__", "."): value for name, value in parameters.items()}
    }
