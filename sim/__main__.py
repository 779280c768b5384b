"""The command `redeploy`, also `python -m sim`. Light, so that a Ctrl-C while everything else is loaded is answered as later on."""

import sys


def main() -> int:
    """Run the command line of the process and return its exit status."""
    try:
        from sim.machine.interrupts import as_a_command, ended_at_once

        as_a_command()
        with ended_at_once():  # an exception can get lost in the machinery of imports
            from sim.cli.main import main as command

        return command()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
