"""A fixed slice of `make fuzz`, and former findings: every case gets an answer or a message."""

import pytest
from children import SECONDS, survey
from fuzzed_folders import Truth, folder_verdict
from fuzzed_scenarios import MINE, SHIPPED, Case, scenario_case
from fuzzed_tables import table_case
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as draw
from trial import judged_message, timed, tried

RANDOM = draw.randoms(use_true_random=False)
SLICE = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
BASELINE = (SHIPPED / "baseline.toml").read_bytes()
FOUND = {
    "a key of 300 letters": f'"{"x" * 300}" = 1',
    "a key of 300 letters in an event": f"[[events]]\nday = 1\nset = {{'{'x' * 300}' = 1}}",
    "a key of 300 letters in a strategy": f"[[strategies]]\nname = 'phased'\n{'x' * 300} = 1",
    "a name of 3,000 letters": f"[strategy]\nname = '{'x' * 3_000}'",
    "a label of 3,000 letters": f"[[strategies]]\nlabel = '{'x' * 3_000}'",
    "a list of numbers of 4,000 digits": f"[parameters]\n'detection.manned' = [{'9' * 4_000}]",
    "a number of 4,400 digits": f"[time]\nhorizon_days = {'9' * 4_400}",
    "a number of 4,400 digits in hexadecimal": f"[time]\nhorizon_days = 0x{'f' * 4_400}",
    "a key of 20,000 parts": ".".join("a" * 20_000) + " = 1",
    "a header of 20,000 parts": f"[{'.'.join('a' * 20_000)}]\nb = 1",
    "a list in 20,000 lists": f"a = {'[' * 20_000}{']' * 20_000}",
    "couplings that are a list": "ablate = [['leak'], ['leak']]",
    "a sweep over numbers for couplings": "[sweep]\nablate = [0.5]\n[futures]\nsamples = 2",
    "20,000 events": "[[events]]\nday = 1\nset = {'secrecy.level' = 0.7}\n" * 20_000,
    "200 events that lie over one another": "".join(
        f"[[events]]\nday = {day}\nset = {{'secrecy.level' = {day / 1_000}}}\n"
        for day in range(200)
    ),
    "a strategy that is a file of the user": "[[strategies]]\nname = 'mine:Mine'",
}


def fine(verdict):
    assert verdict.word != "finding", f"{verdict.kind}\n{verdict.detail}"


@settings(SLICE, max_examples=100)
@given(RANDOM)
def test_any_scenario_is_accepted_or_refused_with_a_message(pick):
    fine(tried(scenario_case(pick)))


@settings(SLICE, max_examples=60)
@given(RANDOM)
def test_any_table_is_accepted_or_refused_with_a_message(pick):
    fine(tried(table_case(pick)))


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    return Truth(tmp_path_factory.mktemp("truth"))


def test_a_damaged_folder_is_read_correctly_or_refused_with_a_message(truth):
    @settings(SLICE, max_examples=12)
    @given(RANDOM)
    def each(pick):
        fine(folder_verdict(pick, truth))

    each()


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_a_former_finding_stays_fixed(text):
    files = {"s.toml": f"schema = 1\n{text}".encode(), "baseline.toml": BASELINE, "mine.py": MINE}
    verdict, seconds = timed(tried, Case(files, ("check", "s.toml")))
    fine(verdict)
    assert seconds < SECONDS


def test_a_case_that_stops_a_child_is_a_finding_and_the_other_cases_go_on():
    def judge(case):
        if case == 3:
            raise SystemExit
        if case == 5:
            return {"word": "accepted", "kind": "", "detail": str(len(b"x" * 400 * 2**20))}
        return {"word": "accepted", "kind": "", "detail": ""}

    verdicts = {verdict["case"]: verdict for verdict in survey(range(30), judge, jobs=1)}
    assert sorted(verdicts) == list(range(30))
    assert [case for case, verdict in verdicts.items() if verdict["word"] == "finding"] == [3, 5]


@pytest.mark.parametrize(
    "message, kind",
    [
        ("", "refused without a word"),
        ("s.toml: " + "x" * 400, "a line of more than 400 characters"),
        ("something is wrong", "a line that names no file"),
    ],
)
def test_a_message_that_says_too_little_or_too_much_is_a_finding(message, kind):
    verdict = judged_message(Case({"s.toml": b""}, ("check", "s.toml")), message)
    assert verdict.word == "finding" and verdict.kind.startswith(kind)


def test_an_error_that_is_not_the_users_is_a_finding(monkeypatch):
    def fails(*_):
        raise ZeroDivisionError("engagement of nobody")

    monkeypatch.setattr("sim.cli.console.load", fails)
    monkeypatch.setattr("sim.cli.scenarios.load", fails)
    verdict = tried(Case({"s.toml": b"schema = 1"}, ("check", "s.toml")))
    assert verdict.word == "finding" and verdict.kind.startswith("ZeroDivisionError")
