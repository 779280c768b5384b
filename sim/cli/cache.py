"""The command `redeploy cache`."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from sim.cli.console import AsJson, printed_json


def kept(
    *, clear: Annotated[bool, Parameter(negative="")] = False, as_json: AsJson = False
) -> None:
    """Print where the compiled model, the travel tables and the routes are kept, and their size.

    Parameters
    ----------
    clear
        Remove them all; the next run compiles the model again.
    """
    from sim.errors import UserError
    from sim.machine import cache

    try:
        root = cache.cache_root()
    except RuntimeError:
        raise UserError(
            "cache: there is no home folder; set XDG_CACHE_HOME to a folder that is yours"
        ) from None
    if reason := cache.refusal(root):
        raise UserError(f"{root}: nothing is kept here: {reason}")
    found = cache.contents()
    total = sum(kind["bytes"] for kind in found.values())
    if clear:
        cache.clear()
        if any(kind["files"] for kind in cache.contents().values()):
            raise UserError(f"{root}: not all of it can be removed; is it yours to write?")
    if as_json:
        print(printed_json({"place": str(root), "bytes": total, "kinds": found, "cleared": clear}))
        return
    print(f"{root}: {total / 1e6:.1f} MB" + (" removed" if clear else ""))
    for kind, of_kind in found.items():
        if of_kind["files"]:
            used = "" if clear else f", last used {date.fromtimestamp(of_kind['last_used'])}"
            print(
                f"{of_kind['files']:,} {cache.KINDS[kind]}, {of_kind['bytes'] / 1e6:.1f} MB{used}"
            )
