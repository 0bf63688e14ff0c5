"""Mutated inputs guided by coverage: ``python -m tests.guided_fuzz KIND SECONDS``, or ``make fuzz-guided``.

Needs atheris (``pip install atheris``), which keeps an input wherever it makes lines of our readers run that no input
before it did, and mutates those further. The inputs that it keeps go to a folder, where the next run begins. Ends
with another exit code than 0, and writes the input, where a reader gives anything but a result or an error of mcmort.
"""

from __future__ import annotations

import random
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha1
from pathlib import Path

import atheris

from mcmort.errors import McmortError

_FOLDER = Path("out/fuzz")
_INSTRUMENTED = [
    "bibtexparser",
    "mcmort.analysis.recorded_result",
    "mcmort.cache.sealed_files",
    "mcmort.catalogue",
    "openpyxl",
]
_LONGEST = 20_000
"""Bytes of an input: longer ones say nothing new about a reader, and cost more."""

type Change = Callable[[bytes, Sequence[bytes], random.Random], bytes]


def prepare(kind: str) -> tuple[list[bytes], Callable[[bytes], None], Change]:
    """Return seeds, what tries an input, and what changes one; every module that a reader imports is instrumented."""
    with atheris.instrument_imports(include=_INSTRUMENTED):
        from tests.fuzz import mutated, readers

        seeds, read = readers(Path(tempfile.mkdtemp(prefix="mcmort-fuzz-")))[kind]
        warnings.simplefilter("error")

        def try_input(content: bytes) -> None:
            with suppress(McmortError):
                read(content)

        for seed in seeds:
            try_input(seed)
    return seeds, try_input, mutated


def main() -> None:
    """Fuzz one kind of input; does not return, since libFuzzer ends the process."""
    kind, seconds = sys.argv[1:]
    seeds, try_input, mutated = prepare(kind)
    corpus = _FOLDER / "corpus" / kind.partition(" (")[0].replace(" ", "-")
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)

    def change(content: bytes, longest: int, seed: int) -> bytes:
        """Change half of the inputs as libFuzzer does, and half by pieces that mean something to a reader."""
        random_numbers = random.Random(seed)
        if random_numbers.random() < 0.5:
            return bytes(atheris.Mutate(content, longest))
        return mutated(content, seeds, random_numbers)[:longest]

    limits = [f"-max_total_time={seconds}", f"-max_len={_LONGEST}", "-timeout=10", "-rss_limit_mb=4000"]
    places = [f"-artifact_prefix={_FOLDER}/", str(corpus)]
    atheris.Setup([sys.argv[0], *limits, *places], try_input, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
