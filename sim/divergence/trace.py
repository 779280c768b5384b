"""A traced run, and the process in which `redeploy diverge` makes it.

The process is `python -m sim.divergence.trace`. A traced run advances fast, a day or more at a time
with the compiled day, and its fields are read after each day. Or it advances step by step: the page
of the day is then plain Python that calls the same compiled loops, and the fields are read after
each of them. Both ways give the bytes of `sim.simulation.run.run`.

The process answers one request after another. Requests and answers are pickled, each after its
length in eight bytes, on the original standard input and output. What the code of a user prints
goes to the standard error."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

import sim
from sim.divergence.fields import Looks, map_of
from sim.divergence.naming import Names
from sim.machine import compile_cache
from sim.model import compile as kernel
from sim.model.state.counts import QUANTITIES
from sim.simulation.page import page_with
from sim.simulation.run import Run, warm_up

PROTOCOL = 1  # version of the requests below; `sides.py` asks only a process of the same version
BUILDING, EVENTS, ORDERS = "building the world", "dated events", "orders of the strategy"


class TracedRun(Run):
    """A run that can be followed step by step.

    `after`: where it is set, it is called with the name of each step that is done. `by_steps`: the
    day is never compiled as a whole; steps are slower, but code that was just edited need not wait
    for the compiler."""

    def __init__(
        self,
        scenario: Any,
        replication: int = 0,
        base_seed: int | None = None,
        by_steps: bool = False,
    ) -> None:
        self.by_steps = by_steps
        self.after: Callable[[str], None] | None = None
        self._page = page_with("after", lambda loop: f"after({loop!r})")["advance"]
        super().__init__(scenario, replication, base_seed)

    def _turn(self) -> None:
        super()._turn()
        self._done(EVENTS)

    def _review(self) -> None:
        super()._review()
        self._done(ORDERS)

    def _done(self, step: str) -> None:
        if self.after is not None:
            self.after(step)

    def _days(self, *arguments: Any) -> int:
        if self.after is None and not self.by_steps:
            return super()._days(*arguments)
        return self._page(*arguments, self._done)


class Tracer:
    """Answers the requests, with one method for each.

    Days `t` are counted from the first day of the burn-in."""

    def __init__(self) -> None:
        self.scenario: Any = None
        self.replication = 0
        self.seed: int | None = None
        self.by_steps = False
        self.run: TracedRun
        self.looks = Looks()

    def open(self, source: dict[str, Any]) -> dict[str, Any]:
        """Read the scenario and return what will be run; only a strategy's own code is run yet.

        `source` has file and settings (key=value by the option that gave them), or stored (JSON of
        a resolved scenario) with home (the file beside which own code stands, or None); and
        allow_code, replication, seed, by_steps."""
        from sim.machine.sources import source_hash
        from sim.results.manifest import flat

        self.scenario, notes = scenario_of(source)
        self.replication, self.seed = source["replication"], source["seed"]
        compiled = not any(each.name == "sim.model.day.advance" for each in compile_cache.missing())
        self.by_steps = bool(source["by_steps"] and not compiled and kernel.is_compiled())
        tree = self.scenario.model_dump(mode="json")
        return {
            "protocol": PROTOCOL,
            "package": str(Path(sim.__file__).parents[1]),
            "source_hash": source_hash(),
            "compiled": compiled,
            "notes": notes,
            "strategy": self.scenario.strategy.name,
            "strategy_source": strategy_source(self.scenario),
            "seed": self.scenario.replications.base_seed if self.seed is None else self.seed,
            "replication": self.replication,
            "burn_in": self.scenario.time.burn_in_days,
            "horizon": self.scenario.time.horizon_days,
            "start_date": self.scenario.time.start_date.isoformat(),
            "resolution_km": self.scenario.map.resolution_km,
            "scenario": flat(tree),
        }

    def start(self) -> dict[str, Any]:
        """Make the world, and return its fields in order, their digests, and those of the map."""
        self._begin()
        self.looks.look(self.run.world, 0)
        self.looks.keep()
        return {
            "digests": dict(self.looks.digests),
            "order": list(self.looks.digests),
            "map": map_of(self.run.world),
        }

    def days(self, count: int) -> list[dict[str, bytes]]:
        """Advance up to `count` days and return for each the digests of the fields that changed."""
        self.looks.forget()
        found: list[dict[str, bytes]] = []
        while len(found) < count and not self.run.finished:
            t = self.run.t
            self.run.advance(1)
            found.append(self.looks.look(self.run.world, t))
        return found

    def watch(self, t: int, keep: bool) -> dict[str, Any]:
        """Go to day `t`, from the start where it has passed, and do it step by step.

        Return all digests before it, and for each step its name and the digests that it changed.
        `keep`: keep the contents, so that `values` and `describe` can give those of any step."""
        if t < self.run.t:
            self._begin()
        self.run.advance(t - self.run.t)
        world = self.run.world
        self.looks.look(world, t)
        before = dict(self.looks.digests)
        if keep:
            self.looks.keep()
        else:
            self.looks.forget()
        steps: list[tuple[str, dict[str, bytes]]] = []
        times: Counter[str] = Counter()

        def after(step: str) -> None:
            times[step] += 1
            name = step if times[step] == 1 else f"{step} ({times[step]})"
            steps.append((name, self.looks.look(self.run.world, t)))

        self.run.after = after
        try:
            self.run.advance(1)
        finally:
            self.run.after = None
        return {"before": before, "steps": steps}

    def values(self, step: int, fields: list[str]) -> dict[str, np.ndarray]:
        """Return the values of fields after a step of the day that was kept.

        Steps are counted from 1; 0 stands for the state before the first."""
        return {field: self.looks.at(step, field) for field in fields}

    def describe(self, step: int, spots: list[tuple[str, tuple[int, ...]]]) -> list[dict[str, Any]]:
        """Return what stands at each index of a field after a step.

        `word` is the value as a word, "" for a plain number."""
        names = Names(self.run.world)
        found = []
        for field, index in spots:
            element: dict[str, Any] = {}
            has_one_row = field.partition(".")[0] in ("levers", "parameters")
            if not has_one_row:
                element = names.element(field, index, lambda name: self.looks.at(step, name))
            value = self.looks.at(step, field)[index].item()
            found.append(element | {"word": names.word(field, value)})
        return found

    def agents(self, common: set[str]) -> dict[str, Any]:
        """Return every agent as it is now, and the counts since the burn-in.

        `tables` is the answer of `Names.agents`, and `counts` has bytes by quantity."""
        counted = self.run.world.tally[1:].sum(axis=0)
        counts = {name: values.tobytes() for name, values in zip(QUANTITIES, counted, strict=True)}
        return {"tables": Names(self.run.world).agents(common), "counts": counts}

    def compile(self) -> None:
        """Compile the day, or load it."""
        warm_up()

    def finish(self) -> dict[str, float | None]:
        """Go to the end and return the outcomes."""
        self.run.advance(self.run.end)
        return self.run.records().outcomes

    def _begin(self) -> None:
        self.looks = Looks()
        self.run = TracedRun(self.scenario, self.replication, self.seed, self.by_steps)


def scenario_of(source: dict[str, Any]) -> tuple[Any, list[str]]:
    """Return the scenario that `Tracer.open` was asked for, with its own code, and notes on it.

    Raises UserError for whatever `redeploy run` would refuse too."""
    from sim.batches.plan import make_plan
    from sim.scenario import base_of, load_scenario, parse_setting, with_code

    notes = []
    if source.get("stored") is not None:
        scenario = stored_scenario(
            source["stored"], source["name"], source["home"], source["allow_code"]
        )
    else:
        options = {
            label: dict(map(parse_setting, texts))
            for label, texts in source["settings"].items()
            if texts
        }
        scenario = load_scenario(source["file"], None, options, source["allow_code"])
    scenario = with_code(scenario)
    make_plan(scenario, source="")  # what `check` refuses is not run
    if scenario.plan:
        sections = ", ".join(f"[{name}]" for name in scenario.plan)
        notes.append(
            f"{source['name']} has a plan ({sections}); its base, strategy "
            f'"{scenario.strategy.name}", is run'
        )
        scenario = base_of(scenario)
    return scenario, notes


def stored_scenario(text: str, name: str, home: str | None, allow_code: bool) -> Any:
    """Return a resolved scenario from its JSON in a results folder.

    `home` is the file beside which its own code stands."""
    from pydantic import ValidationError

    from sim.scenario import Problem, ScenarioError
    from sim.scenario.problems import translate
    from sim.scenario.schema import Scenario
    from sim.strategies.own_code import Home

    try:
        return Scenario.model_validate_json(
            text, context=Home(Path(home).absolute() if home else None, allow_code)
        )
    except ValidationError as error:
        raise ScenarioError(
            [Problem(name, key, told) for key, told in translate(error, Scenario)]
        ) from None


def strategy_source(scenario: Any) -> str:
    """Return the SHA-256 of the file of a user's own strategy, "" for a shipped one."""
    from sim.scenario.named_strategy import source_hash

    return source_hash(scenario.strategy.name, scenario.home)


def requests(stream: BinaryIO) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the requests on a pipe until it is closed.

    A request is the name of a method of `Tracer` and its arguments."""
    while len(head := stream.read(8)) == 8:
        yield pickle.loads(stream.read(int.from_bytes(head)))


def reply(stream: BinaryIO, kind: str, content: Any) -> None:
    """Send an answer.

    It is `done` and what a method returned, `refused` and the text of a UserError, or `failed` and
    the text of another error."""
    data = pickle.dumps((kind, content))
    stream.write(len(data).to_bytes(8) + data)
    stream.flush()


def answer(tracer: Tracer, request: str, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    """Do what is asked. Errors become an answer too."""
    from sim.scenario import UserError

    try:
        return "done", getattr(tracer, request)(*arguments)
    except UserError as error:
        return "refused", str(error)
    except Exception as error:  # edited code may fail in any way at all
        at = traceback.extract_tb(error.__traceback__)[-1]
        return "failed", f"{type(error).__name__}: {error} ({at.filename}, line {at.lineno})"


def main() -> int:
    """Answer requests until the other side closes the pipe."""
    from sim.machine.stderr import warnings_as_lines

    asks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        # A strategy that reads its input finds the end of a file, not the requests.
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    tracer = Tracer()
    # The pipe is broken when the process that asked has ended.
    with suppress(BrokenPipeError), redirect_stdout(sys.stderr), warnings_as_lines():
        for request, arguments in requests(asks):
            reply(answers, *answer(tracer, request, arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
