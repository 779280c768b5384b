"""The registry of outcomes, under the name that an earlier notebook used."""

import warnings

from sim.simulation.outcomes.registry import *  # noqa: F403

warnings.warn("sim.outcomes is now sim.simulation.outcomes", DeprecationWarning, stacklevel=2)
