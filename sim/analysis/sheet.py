"""Tables for a terminal. Every row keeps its name, no number is broken and no column is left out.

Where the terminal is too narrow, three layouts are tried in turn:

1. names and prose are wrapped between words;
2. the table is cut between columns into several tables, one below the other, each with the names;
3. each row becomes a paragraph with a line for each of its columns.

Output without a width, such as a pipe, gets the table in one piece.
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

ENDLESS = 100_000  # width, in characters, of a console that stands for a pipe or a file
WRAPPED = 24  # the smallest width, in characters, of wrapped names and prose


@dataclass(frozen=True)
class Column:
    """A column beside the names. `prose`: its cells may be wrapped between words."""

    head: str
    right: bool = True
    prose: bool = False


@dataclass
class Sheet:
    """A table: a title, the head of the column of names (`first`), and the columns beside it.

    `add` adds a row and `print` prints the table. `bold`: the rows that are printed in bold.
    `together`: how many neighbouring columns stay in one piece if the table is cut."""

    title: str
    first: str
    columns: Sequence[Column]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    bold: set[int] = field(default_factory=set)
    together: int = 1

    def add(self, name: str, *cells: str, bold: bool = False) -> None:
        """Add a row of plain text: its name and its cells. Missing cells at the end are empty."""
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
        """Return the columns, counted from 1, of each piece into which the table is cut.

        The list is empty where some column is too wide to stand beside the names."""
        found: list[list[int]] = [[]]
        numbers = range(1, len(self.columns) + 1)
        for i in range(0, len(numbers), self.together):
            group = numbers[i : i + self.together]
            if found[-1] and self.least([*found[-1], *group]) > width:
                found.append([])
            found[-1].extend(group)
        return found if all(self.least(columns) <= width for columns in found) else []

    def least(self, columns: Sequence[int]) -> int:
        """Return the smallest width of the names and these columns that breaks no number."""
        beside = 2  # a space, and a divider or an edge
        return sum(self.least_of(number) + beside for number in (0, *columns))

    def least_of(self, number: int) -> int:
        """Return the smallest width of a column; 0 stands for the names.

        It is the natural width, or, for a column that can be wrapped, that of its longest word."""
        head = self.columns[number - 1].head if number else self.first
        cells = [head, *(row[number] for row in self.rows)]
        natural = max(map(cell_len, cells))
        if number and not self.columns[number - 1].prose:
            return natural
        longest_word = max(cell_len(word) for cell in cells for word in cell.split() or [""])
        return min(natural, max(WRAPPED, longest_word))

    def as_table(self, columns: Sequence[int]) -> Table:
        """Return the names and these columns as a table of rich.

        The columns that can be wrapped share the width that the others leave."""
        table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(Text(self.first), overflow="fold", min_width=self.least_of(0))
        for number in columns:
            column = self.columns[number - 1]
            justify: Literal["right", "left"] = "right" if column.right else "left"
            least = self.least_of(number) if column.prose else None
            table.add_column(
                Text(column.head),
                justify=justify,
                no_wrap=not column.prose,
                overflow="fold",
                min_width=least,
            )
        for i, row in enumerate(self.rows):
            cells = (Text(row[number]) for number in (0, *columns))
            table.add_row(*cells, style="bold" if i in self.bold else "")
        return table

    def print_paragraphs(self, console: Console) -> None:
        """Print a paragraph for each row: its name, then a line for each cell that is not empty."""
        for i, (name, *cells) in enumerate(self.rows):
            tell(console, name, "bold" if i in self.bold else "")
            for column, cell in zip(self.columns, cells, strict=True):
                if cell:
                    tell(console, f"  {column.head}  {cell}", indent=4)
        console.print()


def tell(console: Console, text: str, style: str = "", indent: int = 2) -> None:
    """Print a line of plain text, wrapped between words where the console is narrower.

    `indent`: how far the lines after the first are indented."""
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
