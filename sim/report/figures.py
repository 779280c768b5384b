"""Figures as HTML, each with the command or the query that gives its numbers, folded below it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from shlex import quote

from matplotlib.figure import Figure

from sim.report import style
from sim.results.results import Results


def command(results: Results, names: Sequence[str]) -> str:
    """Return the command that prints outcomes of the folder."""
    return f"redeploy compare {quote(str(results.path))} " + " ".join(
        f"--outcome {name}" for name in names
    )


def asked_in_sql(results: Results, query: str) -> str:
    """Return the Python line that answers a query on the folder."""
    return f'Results.open({str(results.path)!r}).sql("""\n{query}\n""")'


def figure(picture: Figure, alt: str, caption: str, code: str, kind: str = "") -> str:
    """Return a figure as HTML; `caption` is HTML, `alt` and `code` are plain text."""
    image = f'<img src="{style.data_uri(picture)}" alt="{escape(alt)}">'
    below = f"<figcaption>{caption}{numbers(code) if code else ''}</figcaption>"
    return f'<figure class="{kind}">{image}{below}</figure>'


def numbers(code: str) -> str:
    """Return the command or the query that gives the numbers, folded."""
    return folded("The numbers", f"<pre>{escape(code)}</pre>")


def folded(summary: str, body: str) -> str:
    """Return HTML that the reader unfolds by a click on its summary."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"
