"""The Mesa agents, under the import path of an earlier README."""

import warnings

from sim.mesa_face.agents import *  # noqa: F403

warnings.warn(
    "sim.agents is now a part of sim: write `from sim import MilitaryUnit`",
    DeprecationWarning,
    stacklevel=2,
)
