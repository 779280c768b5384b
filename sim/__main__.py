"""The entry point of the command `redeploy` and of `python -m sim`.

It imports almost nothing at first, so that a Ctrl-C during the slow imports ends the command as
cleanly as one that comes later.
"""

import sys


def main() -> int:
    """Run the command line of the process and return its exit status."""
    try:
        from sim.machine.interrupts import as_a_command, ended_at_once

        as_a_command()
        with ended_at_once():  # an exception raised during an import can get lost
            from sim.cli.main import main as command

        return command()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
