"""Stand-ins for a strategy, the model and a batch, and the command as a process of its own."""

import subprocess
import sys
import types
from dataclasses import dataclass

from pydantic import BaseModel


class Hold:
    """Nobody moves."""

    class Settings(BaseModel):
        start_day: int = 3

    def decide(self, situation: object) -> None:
        return None


@dataclass
class Outcome:
    name: str
    unit: str
    label: str
    direction: str
    of: object = len


class Frame:
    """A stand-in for a table, which writes only its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def to_parquet(self, path) -> None:
        path.write(self.name.encode())


class Model:
    """A stand-in for model and batch that answers at once and records what it was asked."""

    def __init__(self) -> None:
        self.asked: list = []
        self.failed = 0

    def run(self, scenario, replication=0):
        self.asked.append((scenario, replication))
        outcomes = {"vacuum_vraem": 0.25, "attacks_vraem": None, "seized_kg_border": 123_456.7}
        return types.SimpleNamespace(
            outcomes=outcomes,
            weekly=Frame("weekly"),
            events=Frame("events"),
            layers=Frame("layers"),
        )

    def batch(self, scenarios, **options):
        self.asked.append((scenarios, options))
        counts = {"PENDING": 0, "SUCCEEDED": 5, "FAILED": self.failed, "ABORTED": 0}
        return types.SimpleNamespace(status=lambda: counts)


def redeploy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim", *arguments], capture_output=True, text=True, timeout=60
    )
