import base64
import itertools

import numpy as np

from sim.report import style


def drawn(points: int) -> style.Figure:
    with style.look():
        picture = style.figure(2)
        picture.subplots().scatter(np.arange(points), np.arange(points) % 7)
    return picture


def test_a_picture_is_svg_until_that_is_large_and_equal_bytes_each_time():
    head, _, data = style.data_uri(drawn(10)).partition(",")
    assert head == "data:image/svg+xml;base64" and base64.b64decode(data).endswith(b"</svg>\n")
    assert style.data_uri(drawn(10)) == f"{head},{data}"
    head, _, data = style.data_uri(drawn(10_000)).partition(",")
    assert head == "data:image/png;base64" and base64.b64decode(data).startswith(b"\x89PNG")


def test_the_style_ends_with_the_picture():
    import matplotlib

    before = dict(matplotlib.rcParams)
    drawn(3)
    assert dict(matplotlib.rcParams) == before


def test_strategies_differ_by_colour_or_mark_for_as_long_as_they_can():
    number = len(style.COLOURS) * len(style.MARKERS)
    both = zip(itertools.cycle(style.COLOURS), itertools.cycle(style.MARKERS))
    assert len(set(itertools.islice(both, number))) == number
