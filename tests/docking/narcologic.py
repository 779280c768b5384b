"""NarcoLogic in plain Python: how its nodes weigh routes, choose and learn.

This follows its MATLAB code line by line (Magliocca et al., PNAS 2019;
github.com/nickmags13/NarcoABM, commit 5a78d34), for one node and one firm, and its first model, in
`trunk/`, where a docstring says so. Nothing here comes from this project or uses it. Names in
brackets are those of NarcoLogic."""

DELTA, ALPHA, BETA, WINDOW = 0.5, 2.0, 0.5, 13  # locthink, alpharisk, betarisk; t_eff = 0:12
RISK_BASE, RISK_POWER, RISK_RATE = 0.43, 2.0, 0.3558  # baserisk, riskmltplr, rt_learn


def values(cost, risk, added, kg, delta=DELTA):
    """Return the perceived value of each route: calc_neival.m (valuex).

    cost, added: USD per kg; risk: probability; kg: of the month."""
    n = len(cost)
    passed = [added[i] * kg[i] - cost[i] * kg[i] for i in range(n)]
    lost = [added[i] * kg[i] - cost[i] * kg[i] - added[i] * kg[i] for i in range(n)]
    out = []
    for i in range(n):
        others_passed = sum(passed[j] for j in range(n) if j != i) / (n - 1)
        others_lost = sum(lost[j] for j in range(n) if j != i) / (n - 1)
        salience_passed = abs(others_passed - passed[i]) / (
            abs(others_passed) + abs(passed[i]) + 1.0
        )
        salience_lost = abs(others_lost - lost[i]) / (abs(others_lost) + abs(lost[i]) + 1.0)
        first = salience_passed >= salience_lost  # MATLAB's sort keeps the order of equal values
        rank_passed, rank_lost = (1, 2) if first else (2, 1)
        norm = delta**rank_passed * (1.0 - risk[i]) + delta**rank_lost * risk[i]
        out.append(
            (1.0 - risk[i]) * delta**rank_passed / norm * passed[i]
            + risk[i] * delta**rank_lost / norm * lost[i]
        )
    return out


def picked(value, capacity, stock):
    """Return the routes that are taken: calc_neival.m (icut, profit model 1). They are those of
    positive value, best first, until together they can carry the stock."""
    order = sorted(range(len(value)), key=lambda i: -value[i])
    filled, carried = len(order), 0.0
    for place, i in enumerate(order, 1):
        carried += capacity[i]
        if carried >= stock:
            filled = place
            break
    if max(value) <= 0.0:
        return order[:filled]
    return [i for i in order[:filled] if value[i] > 0.0]


def flows(value, risk, capacity, stock):
    """Return kg by route: NarcoLogic_dynamics_python_v1.m (WGHT, FLOW). They are in proportion to
    value, or to 1 - risk where some route promises a loss."""
    taken = picked(value, capacity, stock)
    weight = [1.0 - risk[i] if min(value) <= 0.0 else value[i] for i in taken]
    out = [0.0] * len(value)
    for i, w in zip(taken, weight):
        out[i] = min(w / sum(weight) * stock, capacity[i])
    return out


def risk_of(seized, timeweight=1.0):
    """Return the risk perceived from the last 13 months, oldest first, 1 where a load was seized:
    calc_intrisk.m. Months before the first are quiet.

    Its exponents rise with the months, so that with a weight under 1 the oldest month would count
    most. NarcoLogic is distributed with a weight of 1."""
    months = ([0.0] * WINDOW + list(seized))[-WINDOW:]
    events = sum(s * timeweight**k for k, s in enumerate(months))
    return (events + ALPHA) / (sum(timeweight**k for k in range(WINDOW)) + ALPHA + BETA)


def risk_of_trunk(seized, timeweight):
    """Return the same over all months since the first, each weighed by its age:
    trunk/calc_intrisk.m."""
    ages = range(len(seized), 0, -1)
    return (sum(s * timeweight**age for s, age in zip(seized, ages)) + ALPHA) / (
        sum(timeweight**age for age in ages) + ALPHA + BETA
    )


def cost_path(cost, risks):
    """Return the transport cost after each month, given its perceived risks:
    NarcoLogic_dynamics_python_v1.m (RISKPREM, CTRANS)."""
    premium, path = 1.0, []
    for risk in risks:
        premium = max(
            (1.0 - RISK_RATE) * premium + RISK_RATE * (risk / RISK_BASE) ** RISK_POWER, 1.0
        )
        cost *= premium
        path.append(cost)
    return path
