"""Put helpers of other test folders on the path: drawn scenarios and stand-in runs."""

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / name) for name in ("simulation", "batches")]
