"""A table for a terminal in which every row keeps its name and every number is whole.

Where the width is too small, three things are tried in turn: names and prose are wrapped at words; the table is cut
between two columns into several, one beneath the other, each with the names; and at last each row is a paragraph, a line
for each of its columns. No column is left out. Where there is no width, as in a pipe, the table stays in one piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

ENDLESS = 100_000  # columns of a console that stands for a pipe or a file
WRAPPED = 24  # columns that wrapped names and prose keep at least


@dataclass(frozen=True)
class Column:
    """A column beside the names. `prose`: it can be wrapped at words."""

    head: str
    right: bool = True
    prose: bool = False


@dataclass
class Sheet:
    """A table with a title, the head of its names, and its columns; rows are added by `add` and printed by `print`."""

    title: str
    first: str
    columns: Sequence[Column]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    bold: set[int] = field(default_factory=set)

    def add(self, name: str, *cells: str, bold: bool = False) -> None:
        """Add a row of plain text: its name and a cell for each column; cells left out at the end are empty."""
        if bold:
            self.bold.add(len(self.rows))
        self.rows.append((name, *cells, *[""] * (len(self.columns) - len(cells))))

    def print(self, console: Console) -> None:
        """Print the table in a form that fits the console."""
        if self.title:
            tell(console, self.title, "bold")
        pieces = self.pieces(console.width)
        for columns in pieces:
            console.print(self.as_table(columns))
        if not pieces:
            self.print_paragraphs(console)

    def pieces(self, width: int) -> list[list[int]]:
        """The numbers of the columns of each piece into which the table is cut, none where one column is too wide beside the names."""
        found: list[list[int]] = [[]]
        for place in range(1, len(self.columns) + 1):
            if found[-1] and self.least([*found[-1], place]) > width:
                found.append([])
            found[-1].append(place)
        return found if all(self.least(columns) <= width for columns in found) else []

    def least(self, columns: Sequence[int]) -> int:
        """The smallest width of a table of the names and these columns in which no number is broken."""
        return sum(
            self.least_of(place) + 2 for place in (0, *columns)
        )  # a space and a divider, or an edge, for each

    def least_of(self, place: int) -> int:
        """The smallest width of a column, 0 the names: its natural width, or where it can be wrapped that of its longest word."""
        cells = [
            self.first if place == 0 else self.columns[place - 1].head,
            *(row[place] for row in self.rows),
        ]
        natural = max(map(cell_len, cells))
        if place and not self.columns[place - 1].prose:
            return natural
        return min(
            natural,
            max(WRAPPED, *(cell_len(word) for cell in cells for word in cell.split() or [""])),
        )

    def as_table(self, columns: Sequence[int]) -> Table:
        """The names and these columns as rich draws them; what can be wrapped shares the width that the others leave."""
        table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(Text(self.first), overflow="fold", min_width=self.least_of(0))
        for place in columns:
            column = self.columns[place - 1]
            justify: Literal["right", "left"] = "right" if column.right else "left"
            least = self.least_of(place) if column.prose else None
            table.add_column(
                Text(column.head),
                justify=justify,
                no_wrap=not column.prose,
                overflow="fold",
                min_width=least,
            )
        for number, row in enumerate(self.rows):
            table.add_row(
                *(Text(row[place]) for place in (0, *columns)),
                style="bold" if number in self.bold else "",
            )
        return table

    def print_paragraphs(self, console: Console) -> None:
        """A paragraph for each row: its name, then a line for each column that has something to say."""
        for number, (name, *cells) in enumerate(self.rows):
            tell(console, name, "bold" if number in self.bold else "")
            for column, cell in zip(self.columns, cells, strict=True):
                if cell:
                    tell(console, f"  {column.head}  {cell}", indent=4)
        console.print()


def tell(console: Console, text: str, style: str = "", indent: int = 2) -> None:
    """Print a line of plain text, wrapped at words where the console is narrower; what follows the first line is indented."""
    lines = [text]
    if console.width < ENDLESS:
        lead = len(text) - len(text.lstrip())
        lines = wrap(
            text.lstrip(),
            console.width - 1,
            initial_indent=" " * lead,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    for line in lines:
        console.print(Text(line, style), soft_wrap=True)
