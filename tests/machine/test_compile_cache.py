"""The compile cache never runs old code, and a run is named by every source that decides it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from numba.core import config

import sim
from sim.machine import sources
from sim.machine.cache import TEMPORARY
from sim.machine.compile_cache import FLAGS, KernelCache
from sim.model.compile import is_compiled

SIM = Path(sim.__file__).parent


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The sources in a folder of their own, as `sources` sees them."""
    tree = tmp_path / "sim"
    shutil.copytree(
        SIM, tree, ignore=shutil.ignore_patterns("__pycache__", "*.npz", "outline*.json")
    )
    (tree / "geography" / "data" / "grid10.npz").write_bytes(b"cells")
    monkeypatch.setattr(sources, "SIM", tree)
    return tree


def folder(file: Path) -> str:
    return sources.kernel_hash.__wrapped__(str(file))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) >= 1, f"{file.name} has no {old!r}"
    file.write_text(text.replace(old, new, 1))


def test_a_file_has_the_folder_of_what_it_compiles(copy):
    """An edit of a mechanism renames its own folder and the day's; a shared file renames all."""
    mechanisms = copy / "model" / "mechanisms"
    protection, crops, day = (
        mechanisms / "people" / "protection.py",
        mechanisms / "trade" / "crops.py",
        copy / "model" / "day.py",
    )
    before = [folder(file) for file in (protection, crops, day)]
    assert before == [folder(file) for file in (protection, crops, day)] and len(set(before)) == 3
    edit(protection, "LEAST_STATE = 0.05", "LEAST_STATE = 0.06")
    after = [folder(file) for file in (protection, crops, day)]
    assert after[0] != before[0] and after[1] == before[1] and after[2] != before[2]
    edit(copy / "model" / "rules" / "bounds.py", "min(max(x, low), high)", "max(min(x, high), low)")
    assert all(a != b for a, b in zip(after, [folder(file) for file in (protection, crops, day)]))


@pytest.mark.parametrize("flag", FLAGS)
def test_code_compiled_under_another_flag_has_a_folder_of_its_own(monkeypatch, flag):
    """An entry that was compiled under another flag would ignore the flag."""
    before = KernelCache(edit).folder
    assert KernelCache(edit).folder == before
    monkeypatch.setattr(config, flag, "another")
    assert KernelCache(edit).folder != before


DECIDES = (
    "simulation/build/opening/trade.py",
    "simulation/build/world.py",
    "simulation/run.py",
    "simulation/apply_events.py",
    "scenario/events.py",
    "simulation/snapshots.py",
    "simulation/outcomes/ledger.py",
    "simulation/outcomes/registry.py",
    "model/chance.py",
    "model/mechanisms/intelligence/secrecy.py",
    "model/state/counts.py",
    "strategies/tasking.py",
    "geography/routes.py",
    "geography/data/grid10.npz",
)


@pytest.mark.parametrize("name", DECIDES)
def test_a_run_is_named_by_every_source_that_decides_it(copy, name):
    """Changed code or numbers never mix with old results."""
    before = sources.source_hash.__wrapped__()
    assert sources.source_hash.__wrapped__() == before
    (copy / name).write_bytes((copy / name).read_bytes() + b"\n")
    assert sources.source_hash.__wrapped__() != before


REGISTRY = Path("parameters", "parameters.toml")


@pytest.mark.parametrize("key", ["value", "low", "high", "unit", "off"])
def test_a_run_is_named_by_every_number_of_the_registry(copy, key):
    before = sources.source_hash.__wrapped__()
    edit(copy / REGISTRY, f" {key} = ", f" {key}_ = ")
    assert sources.source_hash.__wrapped__() != before


@pytest.mark.parametrize("key", sources.TEXTS)
def test_descriptions_in_the_registry_change_no_run_id(copy, key):
    before = sources.source_hash.__wrapped__()
    if f' {key} = "' in (copy / REGISTRY).read_text():
        edit(copy / REGISTRY, f' {key} = "', f' {key} = "so ')
    else:  # no entry has this one yet
        edit(copy / REGISTRY, ' source = "', f' {key} = "so", source = "')
    edit(copy / REGISTRY, "\n", "\n\n")
    assert sources.source_hash.__wrapped__() == before


@pytest.mark.parametrize(
    "name",
    [
        "cli/main.py",
        "scenario/problems.py",
        "parameters/figures.csv",
        "geography/data/ATTRIBUTION.md",
    ],
)
def test_a_source_that_decides_nothing_changes_no_run_id(copy, name):
    before = sources.source_hash.__wrapped__()
    edit(copy / name, "\n", "\n\n")
    assert sources.source_hash.__wrapped__() == before


def test_all_that_a_run_imports_names_it_or_stands_in_its_scenario():
    """A new module that decides a run must have a place in the source hash.

    The exceptions are modules whose content stands in the resolved scenario, and caches.
    """
    ask = """if True:
        import sim.simulation.run, sys
        ours = [name for name in sys.modules if name.split('.')[0] == 'sim']
        print(*(sys.modules[name].__file__ for name in ours))
    """
    files = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=SIM.parent
    ).stdout.split()
    decide = {file for pattern in sources.DECIDING for file in SIM.glob(pattern)}
    others = {
        file for file in map(Path, files) if file not in decide and file.name != "__init__.py"
    }
    assert len(files) > 40
    named = {
        "errors.py",
        "parameters/couplings.py",
        "parameters/edition.py",
        "parameters/moved.py",
        "parameters/needs.py",
    }
    named |= {
        *(f"machine/{name}.py" for name in ("cache", "compile_cache", "interrupts", "sources"))
    }
    assert {
        str(file.relative_to(SIM)) for file in others if file.parent.name != "scenario"
    } == named


DAY = """
from sim.model.compile import loop
from sim.model.mechanisms.forces.sustainment import readiness_after
@loop
def advance(readiness, sustained, p):
    return readiness_after(readiness, sustained, p)
"""
ASK = """
from sim.model.mechanisms.forces.sustainment import Parameters
from sim.model.day import advance
from sim.model.state.agents import table
p = table(Parameters, 1)[0]
p.hungry_below = p.rest_gain = 1.0
print(advance(0.5, 1.0, p))
"""
EDITS = [  # of a shared file and of a mechanism
    ("model/rules/bounds.py", "min(max(x, low), high)", "0.5 * min(max(x, low), high)"),
    (
        "model/mechanisms/forces/sustainment.py",
        "clip(readiness + change, 0.05, 1.0)",
        "clip(readiness + change, 0.05, 0.5)",
    ),
]


needs_the_compiler = pytest.mark.skipif(not is_compiled(), reason="needs the compiler")


@pytest.fixture
def checkout(tmp_path):
    """Copy the sources with a day of one mechanism, which compiles in seconds."""
    tree = tmp_path / "one"
    shutil.copytree(SIM, tree / "sim", ignore=shutil.ignore_patterns("__pycache__", "data"))
    (tree / "sim" / "model" / "day.py").write_text(DAY)
    return tree


def ask(tree: Path, cache: Path) -> tuple[float, str]:
    """What the day of a checkout answers, and what it says on the way."""
    environment = os.environ | {
        "PYTHONPATH": str(tree),
        "XDG_CACHE_HOME": str(cache),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environment.pop(TEMPORARY, None)
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environment,
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return float(done.stdout), done.stderr


def said_to_compile(said: str) -> bool:
    assert said == "" or (
        said.startswith("Compiling the model (about ") and said.count("\n") == 1
    ), said
    return bool(said)


@needs_the_compiler
@pytest.mark.parametrize(("file", "old", "new"), EDITS)
def test_a_day_never_runs_an_edited_callee_from_the_cache(checkout, tmp_path, file, old, new):
    """numba alone misses the edit (its issue 1833). One line reports each compilation."""
    cache = tmp_path / "cache"
    value, said = ask(checkout, cache)
    assert value == 1.0 and said_to_compile(said)
    shutil.copytree(checkout, tmp_path / "two")
    os.utime(tmp_path / "two" / "sim" / "model" / "day.py", (0, 0))
    value, said = ask(tmp_path / "two", cache)
    assert value == 1.0 and not said_to_compile(said)
    edit(tmp_path / "two" / "sim" / file, old, new)
    value, said = ask(tmp_path / "two", cache)
    assert value == 0.5 and said_to_compile(said)
    value, said = ask(checkout, cache)
    assert value == 1.0 and not said_to_compile(said)


@needs_the_compiler
def test_without_a_cache_folder_an_edit_is_seen_and_nothing_is_written_beside_the_sources(
    checkout, tmp_path
):
    """numba alone would keep its code in `__pycache__`, by the file of the function."""
    (tmp_path / "file").write_text("in the way")
    for expected in (1.0, 0.5):
        value, said = ask(checkout, tmp_path / "file")
        assert value == expected
        warning, compiling = sorted(said.splitlines(), reverse=True)
        assert "cannot be used: Not a directory" in warning and compiling.startswith(
            "Compiling the model"
        )
        edit(checkout / "sim" / EDITS[1][0], *EDITS[1][1:]) if expected == 1.0 else None
    assert not [
        file
        for file in checkout.rglob("*")
        if file.suffix in (".nbi", ".nbc", ".part") or file.name == "__pycache__"
    ]


@needs_the_compiler
def test_a_damaged_entry_is_compiled_again(checkout, tmp_path):
    cache = tmp_path / "cache"
    ask(checkout, cache)
    for file in cache.glob("redeploy/kernels/*/*"):
        file.write_bytes(file.read_bytes()[:-1000])
    value, said = ask(checkout, cache)
    assert value == 1.0 and said_to_compile(said)
    assert ask(checkout, cache) == (1.0, "")


def test_a_kernel_with_variables_of_an_enclosing_function_is_refused():
    """Two such kernels could differ in what the cache does not see."""
    factor = 2.0
    with pytest.raises(TypeError, match="must not use variables of an enclosing function"):
        KernelCache(lambda x: factor * x)


LONG = """
import sys
import sim.cli.main as cli
from sim import __main__
from sim.model.compile import loop

@loop
def long(x):
{lines}
    return x

cli.main = lambda: long(1.0) and 0
sys.exit(__main__.main())
"""


@needs_the_compiler
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupt_ends_a_compilation_at_once(tmp_path, number):
    """A long function compiles for half a minute or more. No partial file may stay behind."""
    lines = "\n".join(
        f"    if x > {line}.5:\n        x = x * 1.{line} + {line} / (1.0 + x)"
        for line in range(1_500)
    )
    (tmp_path / "long.py").write_text(LONG.format(lines=lines))
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "tmp").mkdir()
    for base in ("cache", "file"):
        environment = os.environ | {
            "PYTHONPATH": str(SIM.parent),
            "XDG_CACHE_HOME": str(tmp_path / base),
            "TMPDIR": str(tmp_path / "tmp"),
        }
        environment.pop(TEMPORARY, None)
        with subprocess.Popen(
            [sys.executable, tmp_path / "long.py"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            while "Compiling" not in process.stderr.readline():
                assert process.poll() is None
            time.sleep(0.5)
            process.send_signal(number)
            began = time.monotonic()
            said = process.communicate(timeout=60)[1]
        assert (process.returncode, said) == (130, "interrupted\n")
        assert time.monotonic() - began < 10
    assert not [file for file in tmp_path.rglob("*") if file.suffix == ".part"] and not list(
        (tmp_path / "tmp").iterdir()
    )


MODEL = """
import sys
sys.argv[1:] = ['run', sys.argv[1]]
from sim.__main__ import main
sys.exit(main())
"""
WEEK = "schema = 1\n[time]\nhorizon_days = 7\nburn_in_days = 0\n[map]\nresolution_km = 10\n"


def start_of_the_model(tree: Path, scenario: Path, cache: Path) -> subprocess.Popen:
    scenario.write_text(WEEK)
    environment = os.environ | {"PYTHONPATH": str(tree), "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-c", MODEL, scenario]
    return subprocess.Popen(
        command,
        env=environment,
        cwd=tree,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@needs_the_compiler
@pytest.mark.lane
def test_another_checkout_loads_the_compiled_model_and_an_interrupt_ends_a_compilation(tmp_path):
    """Interrupt a first start, compile in a second, and load in another checkout."""
    shutil.copytree(SIM, tmp_path / "two" / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    first = start_of_the_model(SIM.parent, tmp_path / "week.toml", tmp_path / "cache")
    assert "Compiling the model (about " in first.stderr.readline()
    time.sleep(10)
    first.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert first.communicate(timeout=60)[1] == "interrupted\n" and first.returncode == 130
    assert time.monotonic() - began < 10 and not list((tmp_path / "cache").rglob("*.part"))
    second = start_of_the_model(SIM.parent, tmp_path / "week.toml", tmp_path / "cache")
    out, err = second.communicate(timeout=1_800)
    assert second.returncode == 0 and said_to_compile(err)
    third = start_of_the_model(tmp_path / "two", tmp_path / "week.toml", tmp_path / "cache")
    assert third.communicate(timeout=600) == (out, "") and third.returncode == 0
