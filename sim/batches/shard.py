"""A shard: a part of a plan that is done on its own, for example on another machine.

Each shard is a small complete experiment, with its pairs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sim.batches.plan import PlanError
from sim.errors import got


@dataclass(frozen=True)
class Shard:
    """Every `of`-th replication of every point; `number`, from 1, says which."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `2/4`; PlanError for anything else."""
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise PlanError(f"--shard: expected i/n with i from 1 to n, such as 2/4 {got(text)}")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def __contains__(self, replication: int) -> bool:
        return replication % self.of == self.number - 1

    def beside(self, folder: Path) -> Path:
        """Return the folder of this shard, beside the folder of the whole."""
        if self.of == 1:
            return folder
        return folder.with_name(f"{folder.name}.shard-{self.number}-of-{self.of}")
