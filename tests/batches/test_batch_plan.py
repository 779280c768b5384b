from dataclasses import replace

import pytest
from fake_runs import SWEPT, Scenario, Strategy, points_of

from sim.batches import make_plan
from sim.batches.plan import PlanError


def plan_of(scenario, **options):
    return make_plan(scenario, points_of=points_of, source="code-1", **options)


def test_hold_is_added_once_and_every_point_is_compared_with_it():
    plan = plan_of(SWEPT)
    assert [point.label for point in plan.points] == [
        "hold",
        *(f"static share_to_border={share}" for share in ("0", "0.1", "0.3")),
    ]
    assert {point.hold_id for point in plan.points} == {plan.points[0].point_id}
    assert plan.points[0].x == {"strategy.share_to_border": 0.0}


def test_hold_is_added_for_each_pair_of_taskings_and_each_world():
    scenario = Scenario(
        sweep={
            "strategy.tasking_vraem": ("area", "garrison"),
            "leak": (0.1, 0.9),
            "strategy.share_to_border": (0.1, 0.2),
        }
    )
    holds = [point for point in plan_of(scenario).points if point.strategy == "hold"]
    assert {(point.scenario.strategy.tasking_vraem, point.scenario.leak) for point in holds} == {
        (tasking, leak) for tasking in ("area", "garrison") for leak in (0.1, 0.9)
    }
    for point in plan_of(scenario).points:
        hold = next(each for each in holds if each.point_id == point.hold_id)
        assert (hold.scenario.leak, hold.scenario.strategy.tasking_vraem) == (
            point.scenario.leak,
            point.scenario.strategy.tasking_vraem,
        )


def test_hold_drops_the_settings_of_the_movement():
    scenario = Scenario(strategy=Strategy(share_to_border=0.2, start_day=90))
    hold = plan_of(scenario).points[0].scenario.strategy
    assert hold == Strategy(name="hold", share_to_border=0.0, start_day=0)


def test_a_swept_hold_with_any_share_is_one_point():
    scenario = Scenario(
        sweep={"strategy.name": ("hold", "static"), "strategy.share_to_border": (0.1, 0.2)}
    )
    assert [point.label for point in plan_of(scenario).points] == [
        "hold",
        "static share_to_border=0.1",
        "static share_to_border=0.2",
    ]


def test_the_first_replication_of_every_point_comes_first():
    plan = plan_of(SWEPT)
    order = [(task.replication, task.point.label) for task in plan.tasks()]
    assert len(order) == len(plan) == 12
    assert [replication for replication, _ in order] == sorted(
        replication for replication, _ in order
    )
    assert len({label for _, label in order[:4]}) == 4


def test_ids_depend_on_what_decides_a_result_and_on_nothing_else():
    ids = [task.run_id for task in plan_of(SWEPT).tasks()]
    assert len(set(ids)) == 12
    assert [task.run_id for task in plan_of(replace(SWEPT, title="another")).tasks()] == ids
    assert not {task.run_id for task in plan_of(replace(SWEPT, base_seed=8)).tasks()} & set(ids)
    assert not {
        task.run_id for task in make_plan(SWEPT, points_of=points_of, source="code-2").tasks()
    } & set(ids)
    more = plan_of(SWEPT, replications=5)
    assert more.plan_id == plan_of(SWEPT).plan_id
    assert [task.run_id for task in more.tasks()][:12] == ids
    assert plan_of(replace(SWEPT, horizon_days=30)).plan_id != more.plan_id


def test_labels_of_several_scenarios_stay_apart():
    plan = plan_of(
        [
            Scenario(strategy=Strategy(share_to_border=0.1)),
            Scenario(strategy=Strategy(share_to_border=0.1), horizon_days=30),
        ]
    )
    labels = [point.label for point in plan.points]
    assert len(set(labels)) == len(labels) == 4


def test_refuses_a_plan_too_large_or_empty():
    with pytest.raises(PlanError, match="1,000,000"):
        plan_of(SWEPT, replications=250_001)
    with pytest.raises(PlanError, match="replications"):
        plan_of(SWEPT, replications=0)
