"""The look that all pictures share: colours, type, and a figure as bytes.

The colours are those of Okabe and Ito (2008), told apart by the colour-blind; what matters is also told by shape, dash or words, so that a
grey print keeps it. Figures are made by the object interface (`Figure`, no pyplot), so that a picture is the same in a script, a notebook
and a test.
"""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.figure import Figure

INK, PAPER, RULE = "#222222", "#ffffff", "#c8c8c8"
HOLD = "#666666"  # the baseline, in every picture
BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, YELLOW = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#56b4e9",
    "#cc79a7",
    "#f0e442",
)
COLOURS = (
    BLUE,
    VERMILION,
    GREEN,
    PURPLE,
    ORANGE,
    SKY,
)  # in the order in which strategies take them; yellow is too faint for a line
MARKERS = ("o", "^", "D", "v", "P", "X")  # beside the colours, for grey prints
WATER, LAND, ABROAD = "#b8d4e8", "#f7f5ef", "#e8e8e8"  # maps
SEQUENTIAL, DIVERGING = (
    "cividis_r",
    "PuOr_r",
)  # names of colour maps: levels; changes about 0, orange for more
WIDTH_IN = 7.5  # of a figure that takes the width of a page
LARGEST_SVG = 400_000  # bytes; past it a picture is smaller and quicker to draw as PNG

_LOOK: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so it is the same everywhere
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.edgecolor": "#808080",
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.6,
    "text.color": INK,
    "text.parse_math": False,  # labels are users' text
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.5,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "redeploy",  # equal results, equal bytes
}


@contextmanager
def look() -> Iterator[None]:
    """The settings under which a picture is drawn: `with look():`, or `@look()` over the function that draws it."""
    with matplotlib.rc_context(_LOOK), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "Glyph .* missing from font"
        )  # a box stands for it; the page has the label as text
        yield


class Picture(Figure):
    """A figure that a notebook shows as it is. Of matplotlib's own `Figure` a kernel knows that only once pyplot has made one."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        with look():
            self.savefig(file, format="png")
        return file.getvalue()


def figure(height_in: float, width_in: float = WIDTH_IN) -> Picture:
    """An empty figure of this size in inches, its parts laid out so that nothing overlaps."""
    return Picture(figsize=(width_in, height_in), layout="constrained", facecolor=PAPER)


def data_uri(picture: Figure, dpi: int = 150) -> str:
    """A figure as `data:` address for a page: SVG with its letters as outlines, or PNG of `dpi` where that SVG would be large."""
    file, mime = io.BytesIO(), "image/svg+xml"
    with look():
        picture.savefig(file, format="svg", metadata={"Date": None})
        if file.tell() > LARGEST_SVG:
            file, mime = io.BytesIO(), "image/png"
            picture.savefig(file, format="png", dpi=dpi)
    return f"data:{mime};base64,{base64.b64encode(file.getvalue()).decode()}"
