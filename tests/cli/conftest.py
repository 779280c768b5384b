"""What the tests of the command share: a small scenario, and a model that answers at once."""

import sys
import types
from pathlib import Path

import pytest
from stand_ins import Hold, Model, Outcome

import sim.batches.runner
import sim.parameters
import sim.strategies.registry


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sim.strategies.registry, "catalogue", lambda: {"hold": Hold}, raising=False)
    file = tmp_path / "small.toml"
    file.write_text('schema = 1\n[replications]\ncount = 3\n[sweep]\n"secrecy.level" = [0, 1]\n')
    return file


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    model = Model()
    outcomes = {"vacuum_vraem": Outcome("vacuum_vraem", "share", "security vacuum, VRAEM", "less")}
    monkeypatch.setitem(sys.modules, "sim.simulation.run", types.SimpleNamespace(run=model.run))
    monkeypatch.setitem(
        sys.modules, "sim.simulation.outcomes.registry", types.SimpleNamespace(OUTCOMES=outcomes)
    )
    monkeypatch.setattr(sim.batches.runner, "batch", model.batch)
    return model
