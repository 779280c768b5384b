"""Where two runs part: the first day, step, agent and field in which they differ, and how the
difference spreads.

Three passes, each of both runs at a time, in processes of their own (`sim.simulation`). First day
by day to the first day after which a field differs, if only by a bit; then once more to that day,
which is followed step by step; then on, where the days on which more fields differ than before, and
one day a week, are followed in the same way, to see which mechanisms carry the difference on.

What the scenario sets (parameters, levers) is an input: where it differs from the start it is told
as such, and the first difference is that of the state. A lever that a dated event changes later
counts like the state."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from difflib import SequenceMatcher
from typing import Any

from sim.divergence.answer import Divergence, First, Input, Outcome, Run, Spread, Week
from sim.divergence.gaps import ROWS, WITH_UID, agents_that_differ, gaps
from sim.divergence.sides import Side, SideError, Source, of_both, refuse_old
from sim.names import THEATRES
from sim.results.manifest import NOT_DECIDING, goes_on, versions

BUILDING = "building the world"
BEFORE = "before the first step"
DAYS_AT_ONCE = 7  # that a side goes on before the two are compared
GROWTH_DAYS = 21  # on which new fields differ, to be followed step by step beside one day a week
INPUTS = ("levers", "parameters", "prices", "route_effort")

Steps = list[tuple[str, dict[str, bytes]]]  # of a day: each with the digests that it changed


def diverge(a: Source, b: Source, weeks: int = 12) -> Divergence:
    """Make the two runs, each in a process of its own, and say where they part. `weeks`: how long
    the spread is followed, 0 or more.

    UserError where a scenario is wrong or the two have no days in common; SideFailed where a run
    fails or its process ends."""
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
    """Two sides, and the digests of their fields as they stand."""

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
        self.now: tuple[dict[str, bytes], dict[str, bytes]] = ({}, {})
        self.order: dict[str, int] = {}  # of the fields that both have
        self.given: dict[str, tuple[bytes, bytes]] = {}  # inputs that differ from the start

    def diverge(self, weeks: int) -> Divergence:
        self._warm_up()
        inputs = tuple(self._inputs(of_both(*self.sides, "start")))
        spread: dict[str, Spread] = {}
        first, t, days = None, 0, self.end
        if self._differ(self.order):
            first, days = self._first(0, BUILDING, "", (0, 0)), 0
            spread[BUILDING] = Spread(
                BUILDING,
                BUILDING,
                -self.burn_in,
                first.differences[0].field,
                len(first.differences),
            )
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
        """Where both are the same code and it is not compiled yet, let A do that before B
        begins."""
        a, b = self.told
        if a["package"] == b["package"] and not a["compiled"]:
            self.sides[0].ask("compile")
            self.sides[0].answer()

    def _run(self, i: int) -> Run:
        side, told = self.sides[i], self.told[i]
        notes = [f"runs {side.source.request['name']}"] if side.source.checkout else []
        notes += told["notes"]
        if stored := side.source.stored:
            if stored["source_hash"] != told["source_hash"]:
                notes.append(
                    f"{stored['folder']} was made by other code "
                    f"(source hash {stored['source_hash']}; "
                    "the run was made again by "
                    f"{told['source_hash']}): it need not be the same run"
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
        stored = self.sides[i].source.stored
        if not stored or stored["outcomes"] is None:
            return None
        return tuple(_outcomes(stored["outcomes"], end))

    def _inputs(self, starts: tuple[dict[str, Any], dict[str, Any]]) -> Iterator[Input]:
        """Everything that was given to the runs and differs; the fields at the start are taken over
        on the way."""
        a, b = self.told
        for side, start in enumerate(starts):
            self.now[side].update(start["digests"])
        here, there = self.now
        self.order = {
            field: i
            for i, field in enumerate(field for field in starts[0]["order"] if field in there)
        }
        self.given = {
            field: (here[field], there[field])
            for field in self.order
            if is_input(field) and here[field] != there[field]
        }
        given = self._values_given()
        trees = a["scenario"], b["scenario"]
        keys = [
            key
            for key in {**trees[0], **trees[1]}
            if key not in NOT_DECIDING and trees[0].get(key) != trees[1].get(key)
        ]
        for key in keys:  # of a parameter that one leaves at its default, the world knows the value
            yield Input(
                key,
                *given.pop(
                    key, tuple(_text(tree[key]) if key in tree else _absent(key) for tree in trees)
                ),
            )
        for key in ("replication", "seed"):
            if a[key] != b[key] and not (key == "seed" and "replications.base_seed" in keys):
                yield Input(key, str(a[key]), str(b[key]))
        for key, name in (
            ("source_hash", "the model's code"),
            ("strategy_source", "the file of the strategy"),
        ):
            if a[key] != b[key]:
                yield Input(name, a[key][:12] or "none", b[key][:12] or "none")
        for field, pair in given.items():
            yield Input(field, *pair)
        names = [
            name
            for name in starts[0]["map"]
            if name in starts[1]["map"] and starts[0]["map"][name] != starts[1]["map"][name]
        ]
        if names:
            yield Input(f"arrays of the map: {', '.join(names)}", "", "")
        if alone := sorted(here.keys() ^ there.keys()):
            yield Input(f"fields that only one of the codes has: {', '.join(alone)}", "", "")

    def _values_given(self) -> dict[str, tuple[str, str]]:
        """The values in both of each input that differs, as text; of an array, none."""
        arrays = of_both(*self.sides, "values", 0, list(self.given))
        of_one = {field: all(each[field].size == 1 for each in arrays) for field in self.given}
        return {
            field: (
                repr(arrays[0][field].ravel()[0].item()),
                repr(arrays[1][field].ravel()[0].item()),
            )
            if of_one[field]
            else ("", "")
            for field in self.given
        }

    def _counts(self, field: str) -> bool:
        """Whether a field differs now, and not only as what was given to the two runs does."""
        if field not in self.order:
            return False
        pair = tuple(now[field] for now in self.now)
        return pair[0] != pair[1] and self.given.get(field) != pair

    def _differ(self, fields: Iterable[str]) -> list[str]:
        """Those of the fields that count, in the order in which they are told."""
        return sorted(
            (field for field in fields if self._counts(field)), key=self.order.__getitem__
        )

    def _take(self, changed: Sequence[dict[str, bytes]]) -> set[str]:
        """Take over the digests that changed on each side; which these are."""
        for now, new in zip(self.now, changed):
            now.update(new)
        return set().union(*changed)

    def _first_day(self) -> int | None:
        """Day by day to the first after which a field differs; None where there is none."""
        t = 0
        while t < self.end:
            count = min(DAYS_AT_ONCE, self.end - t)
            for changed in zip(*of_both(*self.sides, "days", count), strict=True):
                if self._differ(self._take(changed)):
                    return t
                t += 1
        return None

    def _watched_first(self, t: int) -> First:
        """Go to a day again, step by step, and tell the first difference in it; the digests are
        then those after the day."""
        steps = self._steps(self._watch(t, keep=True))
        step, only, at = BEFORE, "", (0, 0)
        while not self._differ(self.order):
            step, only, at, _ = next(steps)
        first = self._first(t, step, only, at)
        for _ in steps:
            pass
        return first

    def _watch(self, t: int, keep: bool = False) -> tuple[Steps, Steps]:
        """Both sides do a day step by step: the steps of each. The digests are then those before
        the day."""
        days = of_both(*self.sides, "watch", t, keep)
        for now, day in zip(self.now, days):
            now.clear()
            now.update(day["before"])
        return days[0]["steps"], days[1]["steps"]

    def _steps(
        self, watched: tuple[Steps, Steps]
    ) -> Iterator[tuple[str, str, tuple[int, int], set[str]]]:
        """Step by step through a day that was watched: the step, the side that alone takes it or
        "", how many steps each side has then done, and the fields that it wrote on either side.
        Digests are taken over on the way."""
        a, b = watched
        names = ([name for name, _ in a], [name for name, _ in b])
        for kind, from_a, to_a, from_b, to_b in SequenceMatcher(
            None, names[0], names[1], autojunk=False
        ).get_opcodes():
            if kind == "equal":
                for i, j in zip(range(from_a, to_a), range(from_b, to_b)):
                    yield a[i][0], "", (i + 1, j + 1), self._take((a[i][1], b[j][1]))
                continue
            for i in range(from_a, to_a):
                yield a[i][0], "A", (i + 1, from_b), self._take((a[i][1], {}))
            for j in range(from_b, to_b):
                yield b[j][0], "B", (to_a, j + 1), self._take(({}, b[j][1]))

    def _first(self, t: int, step: str, only: str, at: tuple[int, int]) -> First:
        """Name what differs after a step, of which each side has done so many on that day."""
        fields = self._differ(self.order)
        tables = {field.partition(".")[0] for field in fields} & WITH_UID
        wanted = list(dict.fromkeys([*fields, *(f"{table}.uid" for table in tables)]))
        values = self._each("values", at, (wanted, wanted))
        found = list(gaps(fields, *values))
        named = self._each(
            "describe",
            at,
            (
                [(gap.field, gap.a) for gap in found if gap.a],
                [(gap.field, gap.b) for gap in found if gap.b],
            ),
        )
        words = [
            dict(
                zip((gap.field for gap in found if (gap.a, gap.b)[side]), named[side], strict=True)
            )
            for side in range(2)
        ]
        told = tuple(gap.told(values, [each.get(gap.field, {}) for each in words]) for gap in found)
        return First(t - self.burn_in, self._date(t), step, only, mechanism_of(step), told)

    def _each(self, request: str, at: tuple[int, int], of_side: tuple[Any, Any]) -> tuple[Any, Any]:
        """Ask both sides the same request, each of its own step and with its own argument."""
        for side, step, argument in zip(self.sides, at, of_side):
            side.ask(request, step, argument)
        return self.sides[0].answer(), self.sides[1].answer()

    def _spread(self, t: int, done: int, weeks: int, spread: dict[str, Spread]) -> Iterator[Week]:
        """Follow the difference from a day on: mechanisms that carry it go into `spread`, its reach
        once a week is told.

        `done`: days that both sides have done by now; the digests are those after them."""
        common = {field for field in self.order if not is_input(field)}
        weekly = [day for day in range(t + 1, self.end) if (day - self.burn_in) % 7 == 0][:weeks]
        followed = {t, *weekly, *(self._days_of_growth(done, weekly[-1]) if weekly else ())}
        before: set[str] = set()
        for day in sorted(followed):
            for step, _, _, wrote in self._steps(self._watch(day)):
                mechanism = mechanism_of(step)
                if mechanism not in spread and (differ := self._differ(wrote)):
                    spread[mechanism] = Spread(
                        mechanism, step, day - self.burn_in, shown_field(differ[0]), len(differ)
                    )
            if day == t or day in weekly:
                week = self._week(day, before, *of_both(*self.sides, "agents", common))
                before = set(week.quantities)
                yield week

    def _days_of_growth(self, t: int, last: int) -> Iterator[int]:
        """The first days from `t` to `last` after which a field differs that did not before: most
        of what carries a difference on does so on one of them."""
        seen, found = set(self._differ(self.order)), 0
        while t <= last and found < GROWTH_DAYS:
            count = min(DAYS_AT_ONCE, last + 1 - t)
            for changed in zip(*of_both(*self.sides, "days", count), strict=True):
                if new := set(self._differ(self._take(changed))) - seen:
                    seen |= new
                    found += 1
                    yield t
                t += 1

    def _week(self, t: int, before: set[str], a: dict[str, Any], b: dict[str, Any]) -> Week:
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


def is_input(field: str) -> bool:
    """Whether a field is set by the scenario rather than by the days."""
    return field.partition(".")[0] in INPUTS


def mechanism_of(step: str) -> str:
    """`presence` of `presence.spread (2)`; a step that is no loop of the day is a mechanism of its
    own."""
    return step.partition(".")[0]


def shown_field(field: str) -> str:
    """A field as it is told: which rows are in use is told as `alive`."""
    table, _, column = field.partition(".")
    return f"{table}.alive" if column in (ROWS, "uid") else field


def _outcomes(a: dict[str, float | None], b: dict[str, float | None]) -> Iterator[Outcome]:
    """The outcomes that differ; one that is undefined in both does not."""
    for name in dict.fromkeys([*a, *b]):
        here, there = (
            None if (value := each.get(name)) is None or math.isnan(value) else float(value)
            for each in (a, b)
        )
        if here != there:
            yield Outcome(name, here, there)


def _text(value: Any) -> str:
    """A value of a scenario as it is told."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _absent(key: str) -> str:
    """What stands for a value that a scenario does not give."""
    return "the default" if key.startswith("parameters.") else "absent"
