"""Finds where two runs part: the first day, step, agent and field that differ, and the spread.

Both runs go through three passes at the same time, in processes of their own:

1. day by day, to the first day after which a field differs, if only by a bit;
2. to that day again, which is followed step by step;
3. on from there, following step by step the days on which more fields differ than before and one
   day a week, to see which mechanisms spread the difference.

What the scenario sets (parameters, levers) is an input. An input that differs from the start is
reported as such, and the first difference is that of the state. A lever that a dated event changes
later counts as state."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from contextlib import ExitStack
from difflib import SequenceMatcher
from typing import Any

from sim.divergence.answer import Divergence, First, Outcome, Run, Spread, Week
from sim.divergence.digests import Digests, is_input
from sim.divergence.gaps import ROWS, WITH_UID, agents_that_differ, gaps
from sim.divergence.inputs import inputs_that_differ
from sim.divergence.sides import Side, SideError, Source, of_both, refuse_old
from sim.names import THEATRES
from sim.results.manifest import goes_on, versions

BUILDING = "building the world"
BEFORE = "before the first step"
DAYS_AT_ONCE = 7  # days that a side goes on before the two are compared
GROWTH_DAYS = 21  # the most days with new differing fields that are followed step by step

Steps = list[tuple[str, dict[str, bytes]]]  # the steps of a day, each with the digests it changed


def diverge(a: Source, b: Source, weeks: int = 12) -> Divergence:
    """Make the two runs, each in a process of its own, and return where they part.

    `weeks`: how long the spread is followed, 0 or more. Raises UserError where a scenario is wrong
    or the two have no days in common, and SideFailed where a run fails or its process ends."""
    for source in (a, b):
        refuse_old(source)
    with ExitStack() as open_sides:
        one, other = (
            open_sides.enter_context(Side(letter, source))
            for letter, source in (("A", a), ("B", b))
        )
        for side in (one, other):
            side.open()
        return _Pair(one, other).diverge(weeks)


class _Pair:
    """Two sides and the digests of their fields."""

    def __init__(self, a: Side, b: Side) -> None:
        self.sides = (a, b)
        self.told = (a.opened(), b.opened())
        self.burn_in = self.told[0]["burn_in"]
        for key, of_what in (
            ("burn_in", "time.burn_in_days"),
            ("resolution_km", "map.resolution_km"),
        ):
            here, there = (told[key] for told in self.told)
            if here != there:
                raise SideError(
                    f"{of_what}: expected the same in both, so that days and places can be "
                    f"compared (A {here}, B {there})"
                )
        self.end = self.burn_in + min(told["horizon"] for told in self.told)

    def diverge(self, weeks: int) -> Divergence:
        """Return the answer; the spread is followed for so many weeks."""
        self._warm_up()
        starts = of_both(*self.sides, "start")
        self.digests = Digests(starts)
        inputs = tuple(inputs_that_differ(self.sides, self.told, starts, self.digests))
        spread: dict[str, Spread] = {}
        first, t, days = None, 0, self.end
        if self.digests.differ():
            first, days = self._first(0, BUILDING, "", (0, 0)), 0
            field, count = first.differences[0].field, len(first.differences)
            spread[BUILDING] = Spread(BUILDING, BUILDING, -self.burn_in, field, count)
        elif (found := self._first_day()) is not None:
            first, t, days = self._watched_first(found), found, found + 1
        told_weeks = tuple(self._spread(t, days, weeks, spread)) if first else ()
        ends = of_both(*self.sides, "finish")
        same_horizon = self.told[0]["horizon"] == self.told[1]["horizon"]
        return Divergence(
            self._run(0),
            self._run(1),
            inputs,
            days,
            first,
            tuple(spread.values()),
            told_weeks,
            tuple(_outcomes(*ends)) if same_horizon else None,
            len(ends[0].keys() | ends[1].keys()),
            self._stored(0, ends[0]),
            self._stored(1, ends[1]),
        )

    def _warm_up(self) -> None:
        """Let A compile before B begins, where both have the same code, not yet compiled."""
        a, b = self.told
        if a["package"] == b["package"] and not a["compiled"]:
            self.sides[0].ask("compile")
            self.sides[0].answer()

    def _run(self, i: int) -> Run:
        """Describe a run, with what its reader should know."""
        side, told = self.sides[i], self.told[i]
        notes = [f"runs {side.source.request['name']}"] if side.source.checkout else []
        notes += told["notes"]
        if stored := side.source.stored:
            if stored["source_hash"] != told["source_hash"]:
                notes.append(
                    f"{stored['folder']} was made by other code (source hash "
                    f"{stored['source_hash']}; the run was made again by {told['source_hash']}): "
                    "it need not be the same run"
                )
            if stored["strategy_file"] != told["strategy_source"]:
                notes.append(
                    f"the file of its strategy {told['strategy']} is not the one with which "
                    f"{stored['folder']} was made"
                )
            if stored["versions"] != (here := versions()):
                notes.append(f"{stored['folder']} {goes_on(stored['versions'], here)}")
            if stored["outcomes"] is None:
                notes.append(
                    f"{stored['folder']} has no finished run of replication "
                    f"{told['replication']} to hold it against"
                )
        return Run(
            side.source.name,
            told["strategy"],
            told["replication"],
            told["seed"],
            told["source_hash"],
            told["horizon"],
            tuple(notes),
        )

    def _stored(self, i: int, end: dict[str, float | None]) -> tuple[Outcome, ...] | None:
        """Return the stored outcomes of a run that differ from those of the run made again."""
        stored = self.sides[i].source.stored
        if not stored or stored["outcomes"] is None:
            return None
        return tuple(_outcomes(stored["outcomes"], end))

    def _first_day(self) -> int | None:
        """Go day by day to the first day after which a field differs; None where there is none."""
        t = 0
        while t < self.end:
            count = min(DAYS_AT_ONCE, self.end - t)
            for changed in zip(*of_both(*self.sides, "days", count), strict=True):
                if self.digests.differ(self.digests.take(changed)):
                    return t
                t += 1
        return None

    def _watched_first(self, t: int) -> First:
        """Go to a day again, step by step, and return the first difference in it.

        The digests are then those after the day."""
        steps = self._steps(self._watch(t, keep=True))
        step, only, at = BEFORE, "", (0, 0)
        while not self.digests.differ():
            step, only, at, _ = next(steps)
        first = self._first(t, step, only, at)
        for _ in steps:
            pass
        return first

    def _watch(self, t: int, keep: bool = False) -> tuple[Steps, Steps]:
        """Have both sides do a day step by step, and return the steps of each.

        The digests are then those before the day."""
        days = of_both(*self.sides, "watch", t, keep)
        self.digests.replace([day["before"] for day in days])
        return days[0]["steps"], days[1]["steps"]

    def _steps(
        self, watched: tuple[Steps, Steps]
    ) -> Iterator[tuple[str, str, tuple[int, int], set[str]]]:
        """Go step by step through a day that was watched, and take its digests.

        Yields the step, the side that alone takes it or "", how many steps each side has then done,
        and the fields that the step wrote on either side."""
        a, b = watched
        names = ([name for name, _ in a], [name for name, _ in b])
        for kind, from_a, to_a, from_b, to_b in SequenceMatcher(
            None, names[0], names[1], autojunk=False
        ).get_opcodes():
            if kind == "equal":
                for i, j in zip(range(from_a, to_a), range(from_b, to_b)):
                    yield a[i][0], "", (i + 1, j + 1), self.digests.take((a[i][1], b[j][1]))
                continue
            for i in range(from_a, to_a):
                yield a[i][0], "A", (i + 1, from_b), self.digests.take((a[i][1], {}))
            for j in range(from_b, to_b):
                yield b[j][0], "B", (to_a, j + 1), self.digests.take(({}, b[j][1]))

    def _first(self, t: int, step: str, only: str, at: tuple[int, int]) -> First:
        """Return what differs after a step.

        `only`: the side that alone takes the step, or "". `at`: how many steps of the day each side
        has done."""
        fields = self.digests.differ()
        tables = {field.partition(".")[0] for field in fields} & WITH_UID
        wanted = list(dict.fromkeys([*fields, *(f"{table}.uid" for table in tables)]))
        values = self._each("values", at, (wanted, wanted))
        found = list(gaps(fields, *values))
        in_a, in_b = (
            [(gap.field, index) for gap in found if (index := (gap.a, gap.b)[side])]
            for side in range(2)
        )
        named = self._each("describe", at, (in_a, in_b))
        words = [
            {field: each for (field, _), each in zip(indices, of_side, strict=True)}
            for indices, of_side in zip((in_a, in_b), named)
        ]
        told = tuple(gap.told(values, [each.get(gap.field, {}) for each in words]) for gap in found)
        return First(t - self.burn_in, self._date(t), step, only, mechanism_of(step), told)

    def _each(self, request: str, at: tuple[int, int], of_side: tuple[Any, Any]) -> tuple[Any, Any]:
        """Send both sides the same request, each with its own step and argument."""
        for side, step, argument in zip(self.sides, at, of_side):
            side.ask(request, step, argument)
        return self.sides[0].answer(), self.sides[1].answer()

    def _spread(self, t: int, done: int, weeks: int, spread: dict[str, Spread]) -> Iterator[Week]:
        """Follow the difference from day `t` on, and yield its reach once a week.

        The mechanisms that spread it go into `spread`. `done`: how many days both sides have done;
        the digests are those after them."""
        common = {field for field in self.digests.order if not is_input(field)}
        weekly = [day for day in range(t + 1, self.end) if (day - self.burn_in) % 7 == 0][:weeks]
        followed = {t, *weekly, *(self._days_of_growth(done, weekly[-1]) if weekly else ())}
        before: set[str] = set()
        for day in sorted(followed):
            for step, _, _, wrote in self._steps(self._watch(day)):
                mechanism = mechanism_of(step)
                if mechanism not in spread and (differ := self.digests.differ(wrote)):
                    spread[mechanism] = Spread(
                        mechanism, step, day - self.burn_in, shown_field(differ[0]), len(differ)
                    )
            if day == t or day in weekly:
                week = self._week(day, before, *of_both(*self.sides, "agents", common))
                before = set(week.quantities)
                yield week

    def _days_of_growth(self, t: int, last: int) -> Iterator[int]:
        """Yield the first days from `t` to `last` after which a new field differs.

        Most mechanisms that spread a difference do so on one of them."""
        seen, found = set(self.digests.differ()), 0
        while t <= last and found < GROWTH_DAYS:
            count = min(DAYS_AT_ONCE, last + 1 - t)
            for changed in zip(*of_both(*self.sides, "days", count), strict=True):
                if new := set(self.digests.differ(self.digests.take(changed))) - seen:
                    seen |= new
                    found += 1
                    yield t
                t += 1

    def _week(self, t: int, before: set[str], a: dict[str, Any], b: dict[str, Any]) -> Week:
        """Return the reach of the difference after day `t`.

        `before`: the quantities that differed a week before. `a`, `b`: answers of `agents`."""
        kinds: dict[str, tuple[int, int]] = {}
        theatres = dict.fromkeys(THEATRES, (0, 0))
        for table, here in a["tables"].items():
            if table not in b["tables"]:
                continue
            differ, where = agents_that_differ(here, b["tables"][table])
            kinds[here["noun"]] = int(differ.sum()), len(differ)
            for code, name in enumerate(THEATRES):
                those = where == code
                theatres[name] = (
                    theatres[name][0] + int(differ[those].sum()),
                    theatres[name][1] + int(those.sum()),
                )
        quantities = tuple(
            name
            for name, counted in a["counts"].items()
            if b["counts"].get(name, counted) != counted
        )
        new = tuple(name for name in quantities if name not in before)
        differ_in_all, in_all = (sum(each[i] for each in kinds.values()) for i in (0, 1))
        return Week(
            t - self.burn_in, self._date(t), differ_in_all, in_all, kinds, theatres, quantities, new
        )

    def _date(self, t: int) -> str:
        start = datetime.date.fromisoformat(self.told[0]["start_date"])
        return (start + datetime.timedelta(days=t - self.burn_in)).isoformat()


def mechanism_of(step: str) -> str:
    """Return the mechanism of a step: `presence` of `presence.spread (2)`.

    A step that is not a loop of the day counts as a mechanism of its own."""
    return step.partition(".")[0]


def shown_field(field: str) -> str:
    """Return a field as it is shown: which rows are in use is shown as `alive`."""
    table, _, column = field.partition(".")
    return f"{table}.alive" if column in (ROWS, "uid") else field


def _outcomes(a: dict[str, float | None], b: dict[str, float | None]) -> Iterator[Outcome]:
    """Yield the outcomes that differ; one that is undefined in both does not."""
    for name in dict.fromkeys([*a, *b]):
        here, there = (
            None if (value := each.get(name)) is None or math.isnan(value) else float(value)
            for each in (a, b)
        )
        if here != there:
            yield Outcome(name, here, there)
