"""The folder of all that is computed once and read again by later processes: compiled kernels, travel tables, routes.

It is `$XDG_CACHE_HOME/redeploy`, or `~/.cache/redeploy`. An entry is the file `<kind>/<digest>/<name>`.
The digest names all that the entry follows from, never a path or a time: equal sources share an
entry wherever they lie, and an edit asks for another one.

Whole: a file holds the SHA-256 of its name and content, then the content. A file whose sum is wrong
    counts as absent, so it is made again. Files are written under a name of their own and then renamed:
    a reader, or a second writer, meets no half file.
Safe: compiled kernels are pickled code. A file that belongs to another user is never read, and a
    folder that belongs to another user, that everybody may write to, or that is a link, is not used.
Told: where the folder cannot be used or written, one line says so, and new entries go to a
    temporary folder. Worker processes share it; it is removed when the process ends.
Small: the first entry that a process adds removes the folders that nobody has used for 30 days. The
    time of a folder is its last use. A living process lists the folders that it uses in a file
    of its own under `living`, and holds a lock on that file: what it lists stays, however old.
"""

import atexit
import contextlib
import errno
import functools
import hashlib
import os
import shutil
import stat
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on Windows: there a living process protects nothing
    fcntl = None  # type: ignore[assignment]

KINDS = {
    "kernels": "compiled loops and rules",
    "travel": "sets of travel tables",
    "routes": "route libraries",
}
LIVING = "living"
DAY_S = 86_400.0
UNUSED_DAYS = 30
SUM_BYTES = hashlib.sha256().digest_size
TEMPORARY = "REDEPLOY_TEMPORARY_CACHE"  # the folder that stands in; worker processes inherit it
OURS_TO_MEND = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # say nothing about the entry itself


def cache_root() -> Path:
    """Where entries are kept. RuntimeError where the user has no home folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache").absolute() / "redeploy"


def read(entry: str) -> bytes | None:
    """The content of `<kind>/<digest>/<name>`, or None where no whole file of ours is there."""
    for place in _places():
        data = _whole(place, entry)
        if data is not None:
            use(str(Path(entry).parent))
            return data
    return None


def write(entry: str, data: bytes) -> None:
    """Keep the content of `<kind>/<digest>/<name>`. Where that fails, one line tells; never an error."""
    for _ in range(2):  # the second time in the temporary folder
        for place in _places()[-1:]:
            try:
                _put(place, entry, data)
            except OSError as error:
                _stand_in(place, error.strerror or str(error))
            else:
                use(str(Path(entry).parent))
                _remove_unused(place)
                return


def holds(folder: str, prefix: str) -> bool:
    """Whether `<kind>/<digest>` has an entry whose name begins so; its sum is not looked at."""
    return any(next((place / folder).glob(f"{prefix}*"), None) for place in _places())


def use(*folders: str) -> None:
    """Note that this process uses these folders, `<kind>/<digest>`: nobody removes them."""
    root = _places()[:1]
    if not root or _temporary() == str(root[0]):
        return
    with contextlib.suppress(OSError):
        _list_as_living(root[0], folders)
        for folder in folders:
            path = root[0] / folder
            if path.is_dir() and time.time() - path.stat().st_mtime > DAY_S:
                os.utime(path)


def contents() -> dict[str, dict[str, int]]:
    """What the folder holds: kind -> files, bytes, last_used (seconds since 1970; 0 where empty)."""
    found = {}
    for kind in KINDS:
        files = [file.stat() for file in (cache_root() / kind).rglob("*") if file.is_file()]
        used = [folder.stat().st_mtime for folder in (cache_root() / kind).glob("*")]
        found[kind] = {
            "files": len(files),
            "bytes": sum(file.st_size for file in files),
            "last_used": int(max(used, default=0)),
        }
    return found


def clear() -> None:
    """Empty the folder. Processes under way keep what they have loaded."""
    for kind in KINDS:
        shutil.rmtree(cache_root() / kind, ignore_errors=True)


def refusal(root: Path) -> str:
    """Why nothing in a folder is to be trusted; empty where it is ours or not there yet."""
    try:
        status = root.stat()
    except FileNotFoundError:
        return ""
    except OSError as error:
        return error.strerror or str(error)
    if not stat.S_ISDIR(status.st_mode):
        return "it is not a folder"
    if not _ours(status):
        return "it belongs to another user"
    return "everybody may write to it" if status.st_mode & stat.S_IWOTH else ""


def abandon() -> None:
    """What must be removed before the process ends without its usual end: unfinished and temporary files."""
    for part in list(_parts):
        part.unlink(missing_ok=True)
    if _made_here:
        shutil.rmtree(_made_here.pop(), ignore_errors=True)


_parts: set[Path] = set()  # files being written
_made_here: list[str] = []  # the temporary folder, where this process made it
_listed: dict[Path, set[str]] = {}  # root -> the folders that this process has listed as used


def _ours(status: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()


def _temporary() -> str:
    return os.environ.get(TEMPORARY, "")


def _places() -> list[Path]:
    """The folders in which an entry may lie; new ones go to the last. Empty where there is none at all."""
    try:
        root = cache_root()
        reason = refusal(root)
    except RuntimeError:
        root, reason = Path("~"), "there is no home folder"
    if reason:
        _stand_in(root, reason)
    return [*([] if reason else [root]), *([Path(_temporary())] if _temporary() else [])]


def _stand_in(place: Path, reason: str) -> None:
    """Say once that a folder does not serve, and make a temporary one. Without that too, nothing is kept."""
    if TEMPORARY in os.environ:
        return
    try:
        folder = tempfile.mkdtemp(prefix="redeploy-cache-")
    except OSError:
        folder = ""
    os.environ[TEMPORARY] = folder
    if folder:
        _made_here.append(folder)
        atexit.register(_remove_temporary, os.getpid())
    kept = "is kept in a temporary folder until this process ends" if folder else "is not kept"
    with contextlib.suppress(OSError):
        print(
            f"redeploy: the cache {place} cannot be used: {reason}; what is computed {kept}",
            file=sys.stderr,
            flush=True,
        )


def _remove_temporary(maker: int) -> None:
    if os.getpid() == maker:  # not a fork of it
        abandon()
        os.environ.pop(TEMPORARY, None)


def _whole(place: Path, entry: str) -> bytes | None:
    path = place / entry
    try:
        for folder in (path.parent.parent, path.parent):
            status = folder.lstat()  # of a link, the link's own: it is no folder
            if (
                not stat.S_ISDIR(status.st_mode)
                or not _ours(status)
                or status.st_mode & stat.S_IWOTH
            ):
                return None
        with open(path, "rb") as file:
            if not _ours(os.fstat(file.fileno())):
                return None
            stored = file.read()
    except OSError as error:
        if error.errno in OURS_TO_MEND:
            raise
        return None
    total, data = stored[:SUM_BYTES], stored[SUM_BYTES:]
    return data if _sum(entry, data) == total else None


def _sum(entry: str, data: bytes) -> bytes:
    """The sum of an entry: with its name, so that no entry passes for another."""
    return hashlib.sha256(entry.encode() + b"\0" + data).digest()


def _put(place: Path, entry: str, data: bytes) -> None:
    path = place / entry
    for folder in (place, path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    _parts.add(part)
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_sum(entry, data) + data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
        _parts.discard(part)


def _list_as_living(root: Path, folders: Iterable[str]) -> None:
    listed = _listed.setdefault(root, set())
    new = set(folders) - listed
    if new and fcntl and root.is_dir():
        with open(_living_file(root, os.getpid()), "a") as file:
            file.write("".join(f"{folder}\n" for folder in sorted(new)))
        listed |= new


@functools.cache
def _living_file(root: Path, process: int) -> Path:
    """The list of one process, locked as long as it lives."""
    path = root / LIVING / f"{process}-{uuid.uuid4().hex}"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # stays open
    with contextlib.suppress(
        OSError
    ):  # some network disks know no locks: there the list protects nothing
        fcntl.flock(handle, fcntl.LOCK_EX)
    atexit.register(_remove_list, path, process)
    return path


def _remove_list(path: Path, process: int) -> None:
    if os.getpid() == process:  # not a fork of it
        path.unlink(missing_ok=True)


def _used_by_the_living(root: Path) -> Iterator[str]:
    """Folders that living processes list. The lists of dead ones are removed, a day later: a list is made before it is locked."""
    for path in (root / LIVING).glob("*"):
        with contextlib.suppress(FileNotFoundError), open(path, "r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield from file.read().split()
            else:
                if time.time() - path.stat().st_mtime > DAY_S:
                    path.unlink()


@functools.cache
def _remove_unused(root: Path) -> None:
    """Once in a process: remove the folders that nobody has used for 30 days."""
    with contextlib.suppress(OSError):
        used = set(_used_by_the_living(root))
        for folder in (folder for kind in KINDS for folder in (root / kind).glob("*")):
            old = time.time() - folder.stat().st_mtime > UNUSED_DAYS * DAY_S
            if old and f"{folder.parent.name}/{folder.name}" not in used:
                shutil.rmtree(folder, ignore_errors=True)
