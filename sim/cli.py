"""The command `redeploy`."""


def main() -> None:
    raise SystemExit("the command line follows")
