"""The style that all pictures share: colours, type, and a figure as bytes.

The colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart. What
matters is also shown by shape, dash or words, so that a grey print keeps it. Figures are made with
the object interface (`Figure`, not pyplot), so a picture is the same in a script, a notebook and a
test.
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
# In the order in which strategies take them; yellow is too faint for a line.
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
# Beside the colours, for grey prints. Their number has no divisor in common with that of the
# colours, so that a seventh strategy differs from the first.
MARKERS = ("o", "^", "D", "v", "P", "X", "<")
WATER, LAND, ABROAD = "#b8d4e8", "#f7f5ef", "#e8e8e8"  # maps
# Colour maps of levels, and of changes about 0 (orange for more).
SEQUENTIAL, DIVERGING = "cividis_r", "PuOr_r"
WIDTH_IN = 7.5  # of a figure that takes the width of a page
LARGEST_SVG = 400_000  # bytes; a larger picture is smaller and quicker to draw as PNG

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
    """Apply the settings of all pictures: `with look():`, or `@look()` on a drawing function."""
    with matplotlib.rc_context(_LOOK), warnings.catch_warnings():
        # A box stands for a missing glyph, and the page has the label as text too.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


class Picture(Figure):
    """A figure that a notebook displays.

    A notebook can display matplotlib's own `Figure` only after pyplot has been used."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        with look():
            self.savefig(file, format="png")
        return file.getvalue()


def figure(height_in: float, width_in: float = WIDTH_IN) -> Picture:
    """Return an empty figure of this size in inches, laid out so that nothing overlaps."""
    return Picture(figsize=(width_in, height_in), layout="constrained", facecolor=PAPER)


def data_uri(picture: Figure, dpi: int = 150) -> str:
    """Return a figure as a `data:` address for a page.

    It is SVG with its letters as outlines, or PNG with `dpi` where the SVG would be large."""
    file, mime = io.BytesIO(), "image/svg+xml"
    with look():
        picture.savefig(file, format="svg", metadata={"Date": None})
        if file.tell() > LARGEST_SVG:
            file, mime = io.BytesIO(), "image/png"
            picture.savefig(file, format="png", dpi=dpi)
    return f"data:{mime};base64,{base64.b64encode(file.getvalue()).decode()}"
