"""The edition of the model. What was fitted or measured on another edition is told as outdated."""

EDITION = 2  # raised when a change of the mechanisms leaves earlier fits without a meaning
FIRST = 1  # of files that name none


def other_edition(edition: object) -> str:
    """Return `on edition 1 of the model, and this is edition 2`, or "" for this edition."""
    if str(edition) == str(EDITION):
        return ""
    return f"on edition {edition} of the model, and this is edition {EDITION}"
