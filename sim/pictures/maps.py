"""Maps of a results folder: the vacuum, and what crosses the land and is seized there, at the start, at the move and at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.batch.store import Results, ResultsError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def vacuum(results: Results, point: str) -> Figure:
    """The vacuum (1 - state) of every community of the VRAEM, painted on its land: three panels, means over the replications.

    point: a label or a point_id of the folder. Below the levels stands the difference to the point's `hold`, paired by replication, faded
    where its 95 % interval holds 0; `hold` itself has levels only. ResultsError when the folder has no layers or no such point.
    """
    raise _no_layers(results, point)


def interdiction(results: Results, point: str) -> Figure:
    """Cocaine that came over the land of each community (colour) and was seized there (discs), kg a year: northern border and VRAEM.

    point: a label or a point_id of the folder. Panels are the periods up to the move, after it, and up to the end; below the levels
    stands the difference to the point's `hold`, as in `vacuum`. ResultsError when the folder has no layers or no such point.
    """
    raise _no_layers(results, point)


def _no_layers(results: Results, point: str) -> ResultsError:
    return ResultsError(f"{results.path}: no map layers of {point!r}; set record.layers_every_days (183, say) and run the batch again")
