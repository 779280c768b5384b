"""Labels of arms as tables and pictures show them."""

import re

from sim.errors import printable

SHARE = re.compile(
    r"share_to_border=(\d(?:\.\d+)?(?:e-\d+)?)"
)  # a user's own label may hold any other word


def short(label: str) -> str:
    """A label for a narrow column: `static share_to_border=0.15` is `static 15 %`; an own strategy that moves by no share has none."""
    words = printable(label).split(" ")
    share = SHARE.fullmatch(words[1]) if len(words) > 1 else None
    if share and ":" in words[0] and not float(share[1]):
        del words[1]
    elif share:
        words[1] = f"{100 * float(share[1]):g} %"
    return " ".join(words)
