"""The agents are the rows: made, moved and removed with them, and never another's."""

from typing import get_type_hints

import mesa
import numpy as np
import pytest
from mesa.discrete_space import CellAgent, FixedAgent
from short_model import run_for, short

from sim.mesa_face.agents import (
    IDENTITY,
    RENAMED,
    ArmedGroup,
    Community,
    DissidentCell,
    Laboratory,
    MilitaryUnit,
    MpcpColumn,
    PartnerForce,
    PoliceUnit,
    Shipment,
    StateUnit,
    ThirdGroup,
    TraffickingNetwork,
)
from sim.mesa_face.model import RedeploymentModel
from sim.mesa_face.rosters import CLASSES
from sim.model.state import agents as state
from sim.names import LORETO, VRAEM

RECORDS = {
    StateUnit: state.Unit,
    ArmedGroup: state.ArmedGroup,
    TraffickingNetwork: state.Network,
    Shipment: state.Shipment,
    Laboratory: state.Laboratory,
    PartnerForce: state.Partner,
    Community: state.Community,
}


@pytest.fixture
def model():
    one = RedeploymentModel(short())
    yield one
    one.close()


def columns(kind):
    return [
        (field, RENAMED.get(field, field))
        for field in get_type_hints(RECORDS[kind])
        if field not in IDENTITY
    ]


def live(table):
    return table[table.alive == 1]


def test_every_class_has_its_rows(model):
    run_for(model, 10)
    actors, places, by_type = model.world.actors, model.world.places, model.agents_by_type
    units, groups = live(actors.units), live(actors.groups)
    expected = {
        MilitaryUnit: (units.kind < state.POLICE).sum(),
        PoliceUnit: (units.kind >= state.POLICE).sum(),
        MpcpColumn: (groups.kind == state.MPCP).sum(),
        DissidentCell: (groups.kind == state.DISSIDENT).sum(),
        ThirdGroup: (groups.kind == state.THIRD).sum(),
        TraffickingNetwork: len(live(actors.networks)),
        Shipment: len(live(actors.shipments)),
        Laboratory: len(live(actors.labs)),
        PartnerForce: len(places.partners),
        Community: len(places.communities),
    }
    assert {kind: len(by_type[kind]) for kind in CLASSES} == expected
    assert [kind for kind, n in expected.items() if n == 0] == [ThirdGroup]
    assert set(by_type[ArmedGroup]) == {
        agent for kind in (MpcpColumn, DissidentCell, ThirdGroup) for agent in by_type[kind]
    }
    assert len(by_type[ArmedGroup]) == len(groups) and len(model.agents) == sum(expected.values())
    assert all(
        isinstance(agent, FixedAgent if isinstance(agent, Community) else CellAgent)
        for agent in model.agents
    )


def test_classes_without_agents_are_empty_sets(model):
    assert (
        len(model.agents_by_type[Shipment]) == 0
        and model.agents_by_type[Shipment].select(lambda a: a.kg > 0) is not None
    )


def test_views_follow_births_and_deaths(model):
    def loads():
        return {agent.uid: agent for agent in model.agents_by_type[Shipment]}

    run_for(model, 8)
    before = loads()
    run_for(model, 12)
    after = loads()
    table = live(model.world.actors.shipments)
    assert set(after) == set(table.uid.tolist())
    assert (
        before.keys() - after.keys()
        and after.keys() - before.keys()
        and before.keys() & after.keys()
    )
    for uid, agent in after.items():
        row = table[table.uid == uid]
        assert (agent.kg, agent.step_index, agent.born) == (row.kg[0], row.step[0], row.born[0])
        assert agent.alive and before.get(uid, agent) is agent
    for uid in before.keys() - after.keys():
        assert not before[uid].alive and before[uid].cell is None
        with pytest.raises(LookupError, match="no longer in the model"):
            _ = before[uid].kg


def test_a_reused_row_is_another_agent(model):
    run_for(model, 10)
    old = next(iter(model.agents_by_type[Shipment]))
    table = model.world.actors.shipments
    table.uid[old.row] += 1  # the load arrived and another was born in its row
    run_for(model, 1)
    assert not old.alive
    new = [agent for agent in model.agents_by_type[Shipment] if agent.row == old.row]
    assert all(agent is not old and agent.uid != old.uid for agent in new)


def test_views_survive_a_table_that_doubles(model):
    run_for(model, 10)
    before = {agent.uid: (agent, agent.kg) for agent in model.agents_by_type[Shipment]}
    old = model.world.actors.shipments
    spare = np.flatnonzero(old.alive == 0)
    old.alive[spare] = 1  # crowd the table, as a busy year would
    model.world.grow_if_nearly_full()
    new = model.world.actors.shipments
    new.alive[spare] = 0
    assert len(new) == 2 * len(old)
    old.kg[:] = -1.0
    run_for(model, 1)
    loads = {one.uid: one for one in model.agents_by_type[Shipment]}
    under_way = [uid for uid in before if uid in loads]
    assert len(under_way) > len(before) / 2
    assert all(
        loads[uid] is before[uid][0] and loads[uid].kg == before[uid][1] for uid in under_way
    )
    agent = loads[under_way[0]]
    agent.kg = 1.5
    assert new.kg[agent.row] == 1.5


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_attributes_are_the_fields(model, kind):
    run_for(model, 9)
    agent = next(agent for agent in model.agents if isinstance(agent, kind))
    row = agent.roster.source.table(model.world)[agent.row]
    plain = {name for name in dir(mesa.Agent) + dir(CellAgent) + dir(FixedAgent)} | {
        "model",
        "unique_id",
        "pos",
        "row",
        "roster",
    }
    for field, name in columns(kind):
        assert name not in plain, f"{name} hides an attribute of Mesa"
        value = getattr(agent, name)
        assert type(value) in (int, float) and value == row[field]
        setattr(agent, name, value + 1)
        assert row[field] == value + 1 and getattr(agent, name) == value + 1
        setattr(agent, name, value)
    assert agent.uid == (row["uid"] if "uid" in row.dtype.names else agent.row)


def test_attributes_tell_their_units():
    assert (
        "kg" in MilitaryUnit.stock_kg.__doc__
        and "people" in MpcpColumn.fighters.__doc__
        and "[0, 1]" in Community.fear.__doc__
    )


def test_sets_select_and_change_live_state(model):
    units = model.agents_by_type[MilitaryUnit]
    valley = units.select(lambda unit: unit.theatre_name == "vraem" and unit.kind_name == "line")
    table, theatre = model.world.actors.units, model.world.sites.theatre
    mask = (theatre[table.posting] == VRAEM) & (table.kind == state.LINE)
    assert (
        len(valley) == mask.sum() > 0 and valley.agg("soldiers", sum) == table.soldiers[mask].sum()
    )
    valley.set("readiness", 0.25)
    assert (table.readiness[mask] == 0.25).all() and not (table.readiness[~mask] == 0.25).any()


def test_a_unit_that_moves_changes_its_cell(model):
    unit = next(iter(model.agents_by_type[MilitaryUnit]))
    places = model.world.map.settlements
    old, target = unit.cell, next(s for s, place in enumerate(places) if place.theatre == LORETO)
    unit.posting = target
    assert unit in model.agents and unit.cell is not old
    expected = (places[target].name, "loreto", places[target].lon, places[target].lat)
    assert (unit.site_name, unit.theatre_name, unit.lon, unit.lat) == expected
    assert unit in unit.cell.agents and unit not in old.agents


def test_words_and_places_are_readable(model):
    run_for(model, 12)
    world = model.world
    for agent in model.agents:
        assert agent.theatre_name in ("elsewhere", "vraem", "loreto", "cajamarca")
        if agent.cell is None:
            assert isinstance(
                agent, Shipment | PartnerForce | TraffickingNetwork | StateUnit | ArmedGroup
            )
        else:
            active = int(
                world.map.index[
                    np.ravel_multi_index(agent.cell.coordinate, (world.map.rows, world.map.cols))
                ]
            )
            centre = world.map.lonlat_of(active)
            assert (
                abs(agent.lon - centre[0]) < 0.15 and abs(agent.lat - centre[1]) < 0.15
            )  # a cell is .09 degrees wide
    for load in model.agents_by_type[Shipment]:
        assert (
            load.exit_name in ("colombia", "brazil", "ecuador", "bolivia", "coast")
            and load.cluster_name in world.cluster_names
        )
        assert (load.cell is None) == (world.routes.cell[load.step_index] < 0)
    assert {unit.mission_name for unit in model.agents_by_type[PoliceUnit]} <= set(state.MISSIONS)
    assert all(
        column.kind_name == "mpcp" and column.country_name == "peru"
        for column in model.agents_by_type[MpcpColumn]
    )
    assert {lab.kind_name for lab in model.agents_by_type[Laboratory]} <= set(state.LAB_KINDS)
    assert all(force.country_name != "peru" for force in model.agents_by_type[PartnerForce])


def test_removing_a_view_leaves_the_row(model):
    unit = next(iter(model.agents_by_type[MilitaryUnit]))
    count, uid = len(model.agents), unit.uid
    unit.remove()
    assert not unit.alive and len(model.agents) == count
    assert [one.uid for one in model.agents_by_type[MilitaryUnit] if one.uid == uid] == [uid]


def test_files_and_owners_are_seen(model):
    """Read case points of firms and anti-narcotics teams, and the owner and age of a laboratory."""
    run_for(model, 9)
    cases = model.world.minds.cases
    cases[:] = 0.0
    cases[0, 1:] = 3.0, 2.0, 1.0
    firms = {agent.row: agent for agent in model.agents_by_type[TraffickingNetwork]}
    assert firms[0].case_points == 6.0 and firms[1].case_points == 0.0
    police = model.agents_by_type[PoliceUnit]
    held = {
        agent.theatre_name: agent.case_points
        for agent in police
        if agent.kind_name == "antinarcotics"
    }
    assert held == {"vraem": 3.0, "loreto": 2.0, "cajamarca": 1.0}
    assert {agent.case_points for agent in police if agent.kind_name != "antinarcotics"} == {0.0}
    labs = model.agents_by_type[Laboratory]
    uids = {agent.uid for agent in firms.values()}
    assert all((agent.owner_uid in uids) == (agent.kind_name != "strip") for agent in labs)
    assert {agent.age_days for agent in labs if agent.opened == 0} == {9}


def test_a_group_shows_its_party_and_the_party_shows_its_row(model):
    run_for(model, 10)
    cells = list(model.agents_by_type[DissidentCell])
    assert {cell.party_name for cell in cells} == {"dissidents-1"}
    assert {column.party_name for column in model.agents_by_type[MpcpColumn]} == {"mpcp"}
    assert [party.name for party in model.parties] == ["mpcp", "dissidents-1"]
    party, row = cells[0].its_party, model.world.support.parties[1]
    assert (party.row, party.kind_name, party.revenue) == (1, "dissident", row.revenue)
    assert party.fighters == pytest.approx(sum(cell.fighters for cell in cells))
    towns = model.agents_by_type[Community]
    assert 0.0 < party.people_ruled <= sum(town.population * town.under_rule for town in towns)
    party.wage_share = 0.25
    assert model.world.support.parties.wage_share[1] == 0.25
    assert type(party).wage_share.__doc__.startswith("phi")
