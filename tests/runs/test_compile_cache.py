"""The compile cache never runs old code, and a run is named by every source that decides it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core import config

from sim import kernel, sources
from sim.compile_cache import FLAGS, KernelCache

SIM = Path(kernel.__file__).parent


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The sources in a folder of their own, as `sources` sees them."""
    tree = tmp_path / "sim"
    shutil.copytree(SIM, tree, ignore=shutil.ignore_patterns("__pycache__", "*.npz", "outline*.json"))
    (tree / "geography" / "data" / "grid10.npz").write_bytes(b"cells")
    monkeypatch.setattr(sources, "HERE", tree)
    return tree


def folder(file: Path) -> str:
    return sources.kernel_hash.__wrapped__(str(file))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) >= 1, f"{file.name} has no {old!r}"
    file.write_text(text.replace(old, new, 1))


def test_a_file_has_the_folder_of_what_it_compiles(copy):
    """An edit of a mechanism moves its own folder and the day's, no other; an edit of a shared file moves all."""
    control, crops, day = (copy / name for name in ("mechanisms/control.py", "mechanisms/crops.py", "day.py"))
    before = [folder(file) for file in (control, crops, day)]
    assert before == [folder(file) for file in (control, crops, day)] and len(set(before)) == 3
    edit(control, "1.5 - cooperation", "1.6 - cooperation")
    after = [folder(file) for file in (control, crops, day)]
    assert after[0] != before[0] and after[1] == before[1] and after[2] != before[2]
    edit(copy / "world" / "tables.py", "min(max(x, low), high)", "max(min(x, high), low)")
    assert all(a != b for a, b in zip(after, [folder(file) for file in (control, crops, day)]))


@pytest.mark.parametrize("flag", FLAGS)
def test_code_compiled_under_another_flag_has_a_folder_of_its_own(monkeypatch, flag):
    """A warm cache would ignore the flag."""
    before = KernelCache(edit).folder
    assert KernelCache(edit).folder == before
    monkeypatch.setattr(config, flag, "another")
    assert KernelCache(edit).folder != before


DECIDES = (
    "opening.py",
    "build.py",
    "run.py",
    "dated.py",
    "scenario/dated.py",
    "snapshots.py",
    "ledger.py",
    "outcomes.py",
    "chance.py",
    "mechanisms/secrecy.py",
    "world/tally.py",
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
def test_the_words_of_the_registry_rename_no_run(copy, key):
    before = sources.source_hash.__wrapped__()
    edit(copy / REGISTRY, f' {key} = "', f' {key} = "so ')
    edit(copy / REGISTRY, "\n", "\n\n")
    assert sources.source_hash.__wrapped__() == before


@pytest.mark.parametrize("name", ["cli.py", "scenario/problems.py", "parameters/figures.csv", "geography/data/ATTRIBUTION.md"])
def test_what_decides_nothing_does_not_rename_a_run(copy, name):
    before = sources.source_hash.__wrapped__()
    edit(copy / name, "\n", "\n\n")
    assert sources.source_hash.__wrapped__() == before


def test_all_that_a_run_imports_names_it_or_stands_in_its_scenario():
    """A new module of the loop must not be forgotten. What `scenario` and `couplings` say stands in the resolved scenario;
    the caches give back what was computed, or nothing."""
    ask = "import sim.run, sys; print(*(module.__file__ for name, module in sys.modules.items() if name.split('.')[0] == 'sim'))"
    files = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=SIM.parent).stdout.split()
    decide = {file for pattern in sources.DECIDING for file in SIM.glob(pattern)}
    others = {file for file in map(Path, files) if file not in decide and file.name != "__init__.py"}
    assert len(files) > 40
    named = {"parameters/couplings.py", "cache.py", "compile_cache.py", "sources.py"}
    assert {str(file.relative_to(SIM)) for file in others if file.parent.name != "scenario"} == named


DAY = """
from sim.kernel import loop
from sim.mechanisms.sustainment import readiness_after
@loop
def advance(readiness, sustained, p):
    return readiness_after(readiness, sustained, p)
"""
ASK = """
from sim.mechanisms.sustainment import Parameters
from sim.day import advance
from sim.world.state import table
p = table(Parameters, 1)[0]
p.hungry_below = p.rest_gain = 1.0
print(advance(0.5, 1.0, p))
"""
EDITS = [  # of a shared file and of a mechanism
    ("world/tables.py", "min(max(x, low), high)", "0.5 * min(max(x, low), high)"),
    ("mechanisms/sustainment.py", "clip(readiness + change, 0.05, 1.0)", "clip(readiness + change, 0.05, 0.5)"),
]


@pytest.mark.skipif(not kernel.is_compiled(), reason="needs the compiler")
@pytest.mark.parametrize(("file", "old", "new"), EDITS)
def test_a_day_never_runs_an_edited_callee_from_the_cache(tmp_path, file, old, new):
    """numba alone would not notice (its issue 1833). A day of one mechanism stands for the whole: it compiles in seconds."""
    shutil.copytree(SIM, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__", "data"))
    (tmp_path / "sim" / "day.py").write_text(DAY)
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}

    def ask() -> float:
        done = subprocess.run([sys.executable, "-c", ASK], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2_000:]
        return float(done.stdout)

    assert ask() == ask() == 1.0
    edit(tmp_path / "sim" / file, old, new)
    assert ask() == 0.5
