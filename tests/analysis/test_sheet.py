"""Tables in a terminal: at any width each row keeps its name, its numbers and its columns."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from sim.analysis.sheet import ENDLESS, Column, Sheet, tell

NAMES = (
    "hold",
    "static 30 %",
    "triggered-return 15 % secrecy.level=0.25 insurgency.attack_rate=0.5",
    "señal-你好",
)
NUMBERS = ("+0.0005 [-0.0001, 0.0011]?", "123,456,789", "= 0 exactly", "-1.2e-05 of 60")
HEADS = ("vacuum_vraem [95 %]", "averted_kg_border, t", "cost_musd [95 %]", "n")


def sheet():
    found = Sheet(
        "A title that is longer than a narrow terminal is wide, and is wrapped",
        "split",
        [Column(head) for head in HEADS],
    )
    for shift, name in enumerate(NAMES):
        found.add(name, *(NUMBERS[(shift + place) % 4] for place in range(4)))
    return found


def printed(table, width):
    text = io.StringIO()
    table.print(Console(file=text, width=width))
    return text.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200, ENDLESS])
def test_every_name_and_number_is_whole_at_any_width(width):
    text = printed(sheet(), width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    words = re.sub(r"\s+", " ", text)
    for number in NUMBERS:
        assert words.count(number) == 4, number
    for head in HEADS:
        assert head in text
    for name in NAMES:
        assert name in words or all(word in words for word in name.split())
    assert "…" not in text


def test_a_table_that_fits_is_in_one_piece_and_one_that_does_not_repeats_the_names():
    assert printed(sheet(), 200).count("hold") == 1
    assert printed(sheet(), ENDLESS).count("hold") == 1
    narrow = printed(sheet(), 80)
    assert narrow.count("hold") == narrow.count("split") >= 2


def test_columns_that_belong_together_stay_in_one_piece():
    found = sheet()
    found.together = 2
    assert found.pieces(118) == [[1, 2], [3, 4]]
    found.together = 1
    assert found.pieces(118) == [[1, 2, 3], [4]]


def test_without_a_width_nothing_is_wrapped():
    lines = printed(sheet(), ENDLESS).splitlines()
    assert [line for line in lines if NAMES[2] in line and line.count("[") == 1] and lines[
        0
    ].endswith("is wrapped")


def test_a_column_too_wide_for_the_terminal_makes_a_paragraph_of_each_row():
    text = printed(sheet(), 30)
    assert "─" not in text and text.count("static 30 %") == 1 and text.count("123,456,789") == 4


def test_prose_is_wrapped_and_numbers_are_not():
    table = Sheet("", "outcome", [Column("value"), Column("what it is", right=False, prose=True)])
    table.add(
        "delivered_kg_border",
        "123,457",
        "cocaine that left by Colombia, Brazil or Ecuador, by any route at all and at any time",
    )
    text = printed(table, 70)
    assert (
        max(map(len, text.splitlines())) <= 70
        and "123,457" in text
        and text.count("delivered_kg_border") == 1
    )
    assert "by any route at all and at any time" in printed(table, ENDLESS)


def test_a_line_is_wrapped_at_words_with_what_follows_indented():
    text = io.StringIO()
    tell(
        Console(file=text, width=40),
        "  presence.reach_km = 12 km, over which presence fades by e",
        indent=4,
    )
    lines = text.getvalue().splitlines()
    assert (
        len(lines) == 2
        and lines[0].startswith("  presence")
        and lines[1].startswith("    ")
        and max(map(len, lines)) < 40
    )
