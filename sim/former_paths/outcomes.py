"""The registry of outcomes, under the import path of an earlier notebook."""

import warnings

from sim.simulation.outcomes.registry import *  # noqa: F403

warnings.warn("sim.outcomes is now sim.simulation.outcomes", DeprecationWarning, stacklevel=2)
