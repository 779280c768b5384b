"""The wheel: what it contains, and the command where it is installed."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

import sim
from sim.machine.sources import source_hash
from sim.results.manifest import versions

ROOT = Path(__file__).parents[1]
SHORT = ("--set", "time.horizon_days=7", "--set", "time.burn_in_days=7")
COARSE = ("--set", "map.resolution_km=10")
NOT_SHIPPED = ("sim/docs_pages.py", "sim/geography/build/")
# What the installed package reports of itself: where it is, and what needs its scenarios.
INSIDE = """
import json, sys
from pathlib import Path
import sim
from sim.machine.sources import source_hash
from sim.validation.facts import FACTS
from sim.validation.run import decomposition, plan_of
plan_of(FACTS["S19"]), decomposition()
print(json.dumps({"home": str(Path(sim.__file__).parent), "source_hash": source_hash()}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the wheel, is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_holds_the_package_its_data_and_the_scenarios(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    known = subprocess.run(
        ["git", "ls-files", "sim", "scenarios"], cwd=ROOT, capture_output=True, text=True
    )
    if known.returncode:
        pytest.skip("not a checkout of git, so that nobody knows which files belong to it")
    files = [name for name in known.stdout.splitlines() if not name.startswith(NOT_SHIPPED)]
    files = [name for name in files if (ROOT / name).is_file()]
    for name in files:
        inside = re.sub("^scenarios/", "sim/scenarios_shipped/", name)
        assert held.get(inside) == (ROOT / name).read_bytes(), f"{name}: missing or other"
    assert {"sim/py.typed", "sim/report/report.html", "sim/geography/data/grid5.npz"} <= held.keys()
    assert "sim/scenarios_shipped/history/observed.csv" in held
    assert not [name for name in held if name.startswith(NOT_SHIPPED)]
    others = [name for name in held if not name.startswith("sim/")]
    assert all(".dist-info/" in name for name in others), "a folder beside the package is nobody's"


def test_the_wheel_says_what_the_code_says(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        (info,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        told = message_from_bytes(archive.read(info))
        scripts = archive.read(info.replace("METADATA", "entry_points.txt")).decode()
    assert (told["Name"], told["Version"]) == ("redeploy-abm", sim.__version__)
    # A results folder names the code that ran, by the name that is in earlier folders.
    assert project["version"] == versions()["redeploy"] == sim.__version__
    assert "redeploy = sim.__main__:main" in scripts


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return the folder of the commands of an environment that has the wheel and sees our
    dependencies, and nothing of our checkout."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("pip, which installs the wheel without a network, is not in this environment")
    home = tmp_path_factory.mktemp("installed")
    try:
        venv.create(home, with_pip=False, symlinks=os.name != "nt")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no environment can be made here: {error}")
    scheme = {"base": str(home), "platbase": str(home)}
    commands = Path(sysconfig.get_path("scripts", "venv", scheme))
    python = commands / Path(sys.executable).name
    python = python if python.exists() else commands / "python"
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    command += ["install", "-q", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    # A `.pth` gives it our packages, but not what a `.pth` among these adds, such as a checkout.
    ours = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    site = Path(sysconfig.get_path("purelib", "venv", scheme))
    (site / "dependencies.pth").write_text("\n".join(ours))
    return commands


@pytest.fixture
def redeploy(installed, tmp_path):
    """Call the installed command in an empty folder."""
    quiet = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}

    def call(*arguments, program="redeploy"):
        command = [str(installed / program), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=quiet, capture_output=True, text=True, timeout=900
        )

    return call


@pytest.mark.lane
def test_what_is_installed_is_the_wheel_with_the_same_model(installed, redeploy):
    done = redeploy("-c", INSIDE, program="python")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert Path(told["home"]).is_relative_to(installed.parent)
    assert told["source_hash"] == source_hash()


@pytest.mark.lane
def test_the_installed_command_works_away_from_a_checkout(redeploy, tmp_path):
    done = redeploy("check", "redeploy:experiments/split")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("redeploy:experiments/split: fine; ")
    done = redeploy("check", "redeploy:basline")
    assert done.returncode == 2
    assert 'did you mean "redeploy:baseline"?' in done.stderr

    done = redeploy("new", "my.toml", "--from", "static")
    assert done.returncode == 0, done.stderr
    done = redeploy("check", "my.toml")
    assert (done.returncode, done.stderr) == (0, "")

    done = redeploy("run", "redeploy:baseline", *SHORT, *COARSE, "--json")
    assert done.returncode == 0, done.stderr
    there = json.loads(done.stdout)
    here = subprocess.run(
        [sys.executable, "-m", "sim", "run", "scenarios/baseline.toml", *SHORT, *COARSE, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert there == json.loads(here.stdout)

    done = redeploy("batch", "redeploy:experiments/mandate", *SHORT, *COARSE, "--replications", "1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "mandate" / "manifest.json").is_file()
    done = redeploy("report", "results/mandate")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "mandate" / "report.html").stat().st_size > 10_000
