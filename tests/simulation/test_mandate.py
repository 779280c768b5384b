"""4.7: who may hold people. Under `pnp` a load that soldiers alone find is let go."""

from busy import busy
from small_runs import small_run

from sim.model.state import counts as q
from sim.names import LORETO, VRAEM

LET_GO = slice(q.LET_GO, q.LET_GO + 2)
NO_POLICE = {
    f"forces.{name}.{kind}": 0
    for name in ("vraem", "loreto", "cajamarca")
    for kind in ("police", "antinarcotics")
}


def after(days=28, **overrides):
    run = small_run(**busy() | {"time.horizon_days": days} | overrides)
    run.advance(run.end)
    return run


def total(run, quantity, places=slice(None)):
    return float(run.world.tally[:, quantity, places].sum())


def test_joint_lets_nobody_go_and_pnp_seizes_less():
    joint, pnp = after(), after(**{"mandate.detain": "pnp"})
    assert total(joint, LET_GO) == 0 < total(pnp, LET_GO)
    for place in (VRAEM, LORETO):
        assert total(pnp, q.SEIZED, place) < total(joint, q.SEIZED, place)
    assert pnp.world.minds.cases.sum() < joint.world.minds.cases.sum()


def test_without_police_soldiers_seize_nothing_under_pnp_and_all_under_joint():
    joint, pnp = (after(**NO_POLICE | {"mandate.detain": detain}) for detain in ("joint", "pnp"))
    for quantity in (q.SEIZED, q.SEIZED_STOCK, q.SEIZED_BY_PATROL, q.SEIZED_BY_LEAD):
        assert total(pnp, quantity, slice(1, 4)) == 0 < total(joint, quantity, slice(1, 4))
    assert (
        total(pnp, q.LABS_DESTROYED) > 0 == total(pnp, q.LABS_WITH_POLICE)
        and pnp.world.minds.cases[:, 1:].sum() == 0
    )


def test_the_more_police_come_the_less_is_let_go():
    kept = [
        after(**{"mandate.detain": "pnp"} | busy(justice__call=call)) for call in (0.0, 0.02, 0.2)
    ]
    shares = [
        total(run, q.SEIZED, slice(1, 4)) / total(run, [q.SEIZED, q.LET_GO], slice(1, 4))
        for run in kept
    ]
    assert shares[0] < shares[1] < shares[2] <= 1


def test_a_dated_event_sets_the_mandate_and_takes_it_back():
    run = after(42, events=[{"day": 14, "until": 28, "set": {"mandate.detain": "pnp"}}])
    weeks = run.world.tally[1:, LET_GO].sum(axis=(1, 2))
    assert (weeks[[0, 1, 4, 5]] == 0).all() and (weeks[2:4] > 0).all()
