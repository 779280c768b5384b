"""The cache on disk of what is computed once: compiled kernels, travel tables and routes.

It is the folder `$XDG_CACHE_HOME/redeploy`, or `~/.cache/redeploy`. An entry is the file
`<kind>/<digest>/<name>`. The digest hashes everything that the entry depends on, but no path and no
time: equal sources share an entry wherever they are, and an edited source gets a new one.

Complete: a file starts with the SHA-256 of its name and content. A file with a wrong sum counts as
    absent and is made again. Files are written under a temporary name and then renamed, so that no
    reader and no second writer sees part of a file.
Safe: compiled kernels are pickled code. A file of another user is never read. A folder is not used
    if it belongs to another user, is writable by everybody, or is a link.
Reported: if the folder cannot be used or written, one line says so, and new entries go to a
    temporary folder. Worker processes share that folder; it is removed when the process ends.
Small: when a process adds its first entry, it removes the folders that nobody has used for 30 days.
    The modification time of a folder is its last use. A running process lists the folders that it
    uses in a file of its own under `living` and keeps that file locked; those folders stay.
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
except ImportError:  # Windows has none: there a running process protects no folder
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
TEMPORARY = "REDEPLOY_TEMPORARY_CACHE"  # names the temporary folder; worker processes inherit it
OF_THE_PROCESS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # say nothing about the entry itself


def cache_root() -> Path:
    """Return the folder of the cache. RuntimeError if the user has no home folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache").absolute() / "redeploy"


def read(entry: str) -> bytes | None:
    """Return the content of `<kind>/<digest>/<name>`, or None without a complete file of ours."""
    for root in _roots():
        data = _whole(root, entry)
        if data is not None:
            use(str(Path(entry).parent))
            return data
    return None


def write(entry: str, data: bytes) -> None:
    """Store the content of `<kind>/<digest>/<name>`. A failure is reported and raises no error."""
    for _ in range(2):  # the second time in the temporary folder
        for root in _roots()[-1:]:
            try:
                _put(root, entry, data)
            except OSError as error:
                _use_temporary(root, error.strerror or str(error))
            else:
                use(str(Path(entry).parent))
                _remove_unused(root)
                return


def holds(folder: str, prefix: str) -> bool:
    """Whether `<kind>/<digest>` has an entry with this prefix; its sum is not checked."""
    return any(next((root / folder).glob(f"{prefix}*"), None) for root in _roots())


def use(*folders: str) -> None:
    """Note that this process uses these folders, `<kind>/<digest>`, so that nobody removes them."""
    roots = _roots()
    if not roots or _temporary() == str(roots[0]):
        return
    with contextlib.suppress(OSError):
        _list_as_living(roots[0], folders)
        for folder in folders:
            path = roots[0] / folder
            if path.is_dir() and time.time() - path.stat().st_mtime > DAY_S:
                os.utime(path)


def contents() -> dict[str, dict[str, int]]:
    """Return files, bytes and last_used (seconds since 1970; 0 if empty) of each kind of entry."""
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
    """Empty the folder. Running processes keep what they have loaded."""
    for kind in KINDS:
        shutil.rmtree(cache_root() / kind, ignore_errors=True)


def refusal(root: Path) -> str:
    """Say why a folder cannot be trusted; "" if it is ours or does not exist yet."""
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
    """Remove unfinished and temporary files before the process ends abruptly."""
    for part in list(_parts):
        part.unlink(missing_ok=True)
    if _made_here:
        shutil.rmtree(_made_here.pop(), ignore_errors=True)


_parts: set[Path] = set()  # files being written
_made_here: list[str] = []  # the temporary folder, if this process made it
_listed: dict[Path, set[str]] = {}  # root -> the folders that this process has listed as used


def _ours(status: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()


def _temporary() -> str:
    return os.environ.get(TEMPORARY, "")


def _roots() -> list[Path]:
    """Return the folders that may hold an entry; new entries go to the last. Can be empty."""
    try:
        root = cache_root()
        reason = refusal(root)
    except RuntimeError:
        root, reason = Path("~"), "there is no home folder"
    if reason:
        _use_temporary(root, reason)
    return [*([] if reason else [root]), *([Path(_temporary())] if _temporary() else [])]


def _use_temporary(root: Path, reason: str) -> None:
    """Report once that a folder cannot be used, and make a temporary one, if that is possible."""
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
            f"redeploy: the cache {root} cannot be used: {reason}; what is computed {kept}",
            file=sys.stderr,
            flush=True,
        )


def _remove_temporary(maker: int) -> None:
    if os.getpid() == maker:  # not a fork of it
        abandon()
        os.environ.pop(TEMPORARY, None)


def _whole(root: Path, entry: str) -> bytes | None:
    path = root / entry
    try:
        for folder in (path.parent.parent, path.parent):
            status = folder.lstat()  # describes a link itself, which is no folder
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
        if error.errno in OF_THE_PROCESS:
            raise
        return None
    total, data = stored[:SUM_BYTES], stored[SUM_BYTES:]
    return data if _sum(entry, data) == total else None


def _sum(entry: str, data: bytes) -> bytes:
    """Return the sum of an entry. It includes the name, so that no entry passes for another."""
    return hashlib.sha256(entry.encode() + b"\0" + data).digest()


def _put(root: Path, entry: str, data: bytes) -> None:
    path = root / entry
    for folder in (root, path.parent.parent, path.parent):
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
    """Create and lock the list of one process; the lock lasts as long as the process."""
    path = root / LIVING / f"{process}-{uuid.uuid4().hex}"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # stays open
    with contextlib.suppress(OSError):  # some network disks have no locks: no protection there
        fcntl.flock(handle, fcntl.LOCK_EX)
    atexit.register(_remove_list, path, process)
    return path


def _remove_list(path: Path, process: int) -> None:
    if os.getpid() == process:  # not a fork of it
        path.unlink(missing_ok=True)


def _used_by_the_living(root: Path) -> Iterator[str]:
    """Yield the folders that running processes list; remove the lists of ended processes.

    A list is removed only after a day, because it is created before it is locked.
    """
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
    """Remove the folders that nobody has used for 30 days, once in each process."""
    with contextlib.suppress(OSError):
        used = set(_used_by_the_living(root))
        for folder in (folder for kind in KINDS for folder in (root / kind).glob("*")):
            old = time.time() - folder.stat().st_mtime > UNUSED_DAYS * DAY_S
            if old and f"{folder.parent.name}/{folder.name}" not in used:
                shutil.rmtree(folder, ignore_errors=True)
