"""Three small strategies and three parameters, so that these tests need only scenario files."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

import sim.parameters
import sim.strategies.registry

REGISTRY = """
[detection.width_jungle_km]
value = 0.03
low = 0.01
high = 0.09
unit = "km"
source = "S4"
provenance = "assumed"
confidence = "low"
meaning = "sweep width in forest"

[start.readiness]
value = 0.7
low = 0.55
high = 0.85
unit = "share"
source = "S4"
provenance = "estimated"
confidence = "low"
meaning = "readiness of units at the start"
acts = "start"

[secrecy.leak_base]
value = 0.01
low = 0.0
high = 0.1
unit = "per week"
source = "an assumption"
provenance = "assumed"
confidence = "low"
meaning = "hazard of a leak"
off = -1.0
"""


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Start(Settings):
    start_day: int = Field(0, ge=0, le=7_300)


class Steps(Start):
    duration_days: int = Field(180, ge=1)
    steps: int = Field(6, ge=1)


class Hold:
    """Nobody moves."""

    Settings = Settings

    def decide(self, situation: object) -> None:
        return None


class Static(Hold):
    """All at once."""

    Settings = Start


class Phased(Hold):
    """Step by step."""

    Settings = Steps


@pytest.fixture(autouse=True)
def small_registries(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(
        sim.strategies.registry,
        "catalogue",
        lambda: {"hold": Hold, "static": Static, "phased": Phased},
        raising=False,
    )
    file = tmp_path_factory.mktemp("registry") / "parameters.toml"
    file.write_text(REGISTRY)
    registry = sim.parameters.load_registry(file)
    monkeypatch.setattr(sim.parameters, "load_registry", lambda: registry)
    couplings = {"leak": sim.parameters.Coupling("leak", ("secrecy.leak_base",), "plans leak")}
    monkeypatch.setattr(sim.parameters, "load_couplings", lambda: couplings)


@pytest.fixture
def write(tmp_path: Path):
    """Write a scenario file; `schema = 1` is put in front unless the text has it."""

    def write(text: str, name: str = "s.toml") -> Path:
        file = tmp_path / name
        file.write_text(text if "schema" in text else "schema = 1\n" + text)
        return file

    return write
