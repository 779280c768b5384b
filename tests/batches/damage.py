"""Ways to damage a results folder, one at a time, for tests of what is told."""

import os
import random
from pathlib import Path

KINDS = ("runs", "series", "events", "layers")


def parts_in(root: Path) -> list[Path]:
    return sorted(path for kind in KINDS for path in (root / kind).glob("part-*.parquet"))


def flips(files, number, seed):
    """Return `number` places (file, byte, bit) spread over all files, drawn with a seed."""
    pick = random.Random(seed)
    for i in range(number):
        file = files[i % len(files)]
        yield file, pick.randrange(file.stat().st_size), pick.randrange(8)


class Flipped:
    """A file with one bit changed, as long as the `with` lasts."""

    def __init__(self, file: Path, byte: int, bit: int) -> None:
        self.file, self.byte, self.bit = file, byte, bit

    def flip(self, *_) -> None:
        with self.file.open("r+b") as content:
            content.seek(self.byte)
            old = content.read(1)[0]
            content.seek(self.byte)
            content.write(bytes([old ^ 1 << self.bit]))
            content.flush()
            os.fsync(content.fileno())

    __enter__ = __exit__ = flip
