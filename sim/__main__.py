"""`python -m sim` is the command `redeploy`."""

import sys

from sim.cli import main

sys.exit(main())
