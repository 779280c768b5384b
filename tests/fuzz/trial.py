"""Try one case: write its files, run its command in this process or a child, judge the answer."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from fuzzed_scenarios import Case

from sim.scenario.reading import MAX_BYTES

LONGEST = (
    400  # characters of a line of a message, and what its lines may begin with beside a file's name
)
BEGINNINGS = ("--", "warning: ", "redeploy: ", "and ", "no ", "expected ", "scenario: ")


class Answer(NamedTuple):
    """Exit status, both outputs, and `""` or the kind of the error and the line that raised it."""

    status: int
    out: str
    err: str
    broke: str = ""


class Verdict(NamedTuple):
    """`accepted`, `refused` or `finding`; a finding has a kind, one per fault, and a detail."""

    word: str
    kind: str = ""
    detail: str = ""


@contextmanager
def folder_of(files: dict[str, bytes | str]):
    """A folder with the files of a case, as the current directory."""
    home = Path(tempfile.mkdtemp(prefix="fuzz-"))
    before = os.getcwd()
    os.chdir(home)
    try:
        for name, content in files.items():
            put_file(Path(name), content)
        yield home
    finally:
        os.chdir(before)
        shutil.rmtree(home, ignore_errors=True)


def put_file(file: Path, content: bytes | str) -> None:
    """Write a file, or make what a word says: a folder, a pipe, a link."""
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content == "folder":
        file.mkdir()
    elif content == "pipe":
        os.mkfifo(file)
    elif content.startswith("link to "):
        file.symlink_to(content.removeprefix("link to "))
    else:
        file.write_bytes(b"")
        file.chmod(0)


def answer_here(command: tuple[str, ...]) -> Answer:
    """The command line in this process."""
    from sim.cli.main import main

    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    status, broke, told = -1, "", ""
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(command)
        except BaseException as error:
            broke, told = broken(error), traceback.format_exc()
    out.flush(), err.flush()
    texts = [stream.buffer.getvalue().decode("utf-8", "replace") for stream in (out, err)]
    return Answer(status, texts[0], texts[1] + told, broke)


def answer_of_process(command: tuple[str, ...], seconds: float = 120) -> Answer:
    """The command line in a process of its own, as a user has it."""
    found = subprocess.run(
        [sys.executable, "-m", "sim", *command], capture_output=True, timeout=seconds
    )
    out, err = found.stdout.decode("utf-8", "replace"), found.stderr.decode("utf-8", "replace")
    return Answer(
        found.returncode, out, err, "Traceback" if "Traceback (most recent" in err else ""
    )


def broken(error: BaseException) -> str:
    """The kind of an error and the last line of the project that it went through."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if f"{os.sep}sim{os.sep}" in frame.filename
    ]
    at = (
        f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}" if frames else "?"
    )
    return f"{type(error).__name__} at {at}"


def judged(case: Case, answer: Answer) -> Verdict:
    """Whether an answer is one that a command may give."""
    if answer.broke:
        return Verdict("finding", answer.broke, answer.err[-3_000:])
    if Path("ran").exists():
        return Verdict("finding", "check ran the code of a user's strategy", answer.err)
    if answer.status == 0:
        spare = "" if answer.out else "nothing printed"
        return Verdict("finding", spare, "") if spare else Verdict("accepted")
    if answer.status != 2:
        return Verdict("finding", f"exit status {answer.status}", answer.err)
    return judged_message(case, answer.err)


def judged_message(case: Case, err: str) -> Verdict:
    """A refusal: some lines, each of a readable length, each beginning with a file or an option."""
    lines = err.splitlines()
    if not lines:
        return Verdict("finding", "refused without a word")
    if long := [line for line in lines if len(line) > LONGEST]:
        return Verdict(
            "finding",
            f"a line of more than {LONGEST} characters: {nature(long[0])}",
            long[0][:1_500],
        )
    if strange := [line for line in lines if not names_its_place(case, line)]:
        return Verdict("finding", f"a line that names no file: {nature(strange[0])}", strange[0])
    return Verdict("refused")


def names_its_place(case: Case, line: str) -> bool:
    """Return whether a line begins with a file of the case, an option, or an extended file."""
    known = [name.lstrip("./") for name in (*case.files, *BEGINNINGS, *case.command) if name]
    return line.lstrip("./").startswith(tuple(known)) or ": extends: " in line


def nature(line: str) -> str:
    """Return a message without the words of the case, so that messages of one kind are equal."""
    words = [
        word
        for word in line.split(" ")
        if len(word) < 20 and word.isascii() and word.strip(":,;.").isalpha()
    ]
    return " ".join(words[:5])


def tried(case: Case, own_process: bool = False) -> Verdict:
    """The verdict on a case; in a process of its own too, which must answer alike."""
    with folder_of(case.files):
        answer = answer_here(case.command)
        verdict = judged(case, answer)
        if own_process and verdict.word != "finding":
            other = answer_of_process(case.command)
            verdict = judged(case, other)
            if verdict.word != "finding" and other[:3] != answer[:3]:
                verdict = Verdict(
                    "finding", "another answer in a process of its own", f"{answer}\n{other}"
                )
        if verdict.word == "accepted" and case.command[0] == "check" and len(case.command) == 2:
            verdict = round_trip(case)
        return verdict


def round_trip(case: Case) -> Verdict:
    """`describe scenario` of a sound file is a file that says the same."""
    said = answer_here(("describe", "scenario", case.command[1]))
    if said.broke or said.status:
        return Verdict(
            "finding", f"sound, but not described: {said.broke or nature(said.err)}", said.err
        )
    Path("again.toml").write_text(said.out)
    if Path("again.toml").stat().st_size > MAX_BYTES:
        return Verdict("accepted")  # thousands of events, written out: more than a file may hold
    again = answer_here(("describe", "scenario", "again.toml"))
    if again.status or again.out != said.out:
        return Verdict(
            "finding",
            f"what is described is not read back: {nature(again.err)}",
            again.err + said.out[:500],
        )
    return Verdict("accepted")


def timed(judge: Any, *arguments: Any) -> tuple[Verdict, float]:
    """What a judge says, and the seconds of processor that it took."""
    began = time.process_time()
    verdict = judge(*arguments)
    return verdict, time.process_time() - began
