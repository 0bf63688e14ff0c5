"""Writes the keys of random streams for a test battery: one file for each arrangement of streams.

    python benchmarks/battery/keys.py out/keys

One stream alone; the streams of many components of one run; the stream of one component under many seeds; both at
once; and, which mcmort never makes, keys that are neighbours or differ in one bit.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mcmort.results.counter_based_random import stream_key

SEEDS = range(1, 65)
NAMES = tuple(f"all:component-{index}" for index in range(64))


def arrangements() -> dict[str, list[int]]:
    """Return the keys of every arrangement, by name."""
    one = stream_key(1, NAMES[0])
    return {
        "one": [one],
        "names": [stream_key(1, name) for name in NAMES],
        "seeds": [stream_key(seed, NAMES[0]) for seed in SEEDS],
        "grid": [stream_key(seed, name) for seed in SEEDS for name in NAMES],
        "neighbours": [(one + step) % 2**64 for step in range(64)],
        "one-bit": [one, *(one ^ (1 << bit) for bit in range(64))],
    }


def main(folder: Path) -> None:
    """Write the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, keys in arrangements().items():
        (folder / name).write_text("".join(f"{key:016x}\n" for key in keys), encoding="ascii")
        print(f"{folder / name}: {len(keys)} keys")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/battery/keys.py FOLDER")
    main(Path(sys.argv[1]))
