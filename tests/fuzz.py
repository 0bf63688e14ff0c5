"""Mutated inputs of every reader: ``python -m tests.fuzz --seconds 60``, or ``make fuzz``.

Whatever the bytes, a reader gives a result or an error of mcmort, within a few seconds, and no warning. An input
that does otherwise is written to the folder given with ``--save`` and ends the run with exit code 1. Seeds are small
files of the tests; the mutations are those of usual fuzzers: flipped, deleted, doubled and exchanged pieces, signs with
a meaning.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import shutil
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from mcmort.analysis.recorded_result import parse_result
from mcmort.cache.sealed_files import read_sealed, sealed
from mcmort.catalogue import formula, load
from mcmort.catalogue.reading.bibliography import read_sources
from mcmort.catalogue.reading.load import load_folder
from mcmort.catalogue.reading.sheet_files import read_content
from mcmort.catalogue.reading.spreadsheet import import_content
from mcmort.catalogue.records import Selector
from mcmort.catalogue.selection import matches
from mcmort.errors import McmortError
from tests.catalogue.test_open_document import cell, document, row, sheet

__all__ = ["READERS", "fuzz"]

HERE = Path(__file__).parent
GOOD = HERE / "good" / "full"
_SLOWEST = 5.0
_SIGNS = (
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b"[[",
        b"]]",
        b'"',
        b"'",
        b'"""',
        b"\\",
        b"\\u001b",
        b"\\u202e",
        b"\n",
        b"\r\n",
        b"\x00",
        b"\xff",
    ),
    *(
        b"=",
        b",",
        b";",
        b"#",
        b"$",
        b"~",
        b"%",
        b"@",
        b"&",
        b"|",
        b"<",
        b">",
        b"(",
        b")",
        b"+",
        b"-",
        b"*",
        b"/",
        b"**",
        b".",
    ),
    *(
        b"nan",
        b"inf",
        b"-inf",
        b"1e309",
        b"1e-320",
        b"9" * 30,
        b"-1",
        b"0",
        b"true",
        b"null",
        b"1.000",
        b"12,345",
        b"0x1",
    ),
    *(
        b"[" * 40,
        b"(" * 200,
        b"{a=" * 40,
        b"\xef\xbb\xbf",
        "\N{RIGHT-TO-LEFT OVERRIDE}".encode(),
        b"min(",
        b"years",
        b"id",
    ),
)


def mutated(seed: bytes, others: Sequence[bytes], random_numbers: random.Random) -> bytes:
    """Return a seed with one to six changes."""
    content = bytearray(seed)
    for _ in range(random_numbers.randint(1, 6)):
        at = random_numbers.randint(0, len(content))
        length = random_numbers.choice((1, 1, 2, 4, 8, 32, 128))
        what = random_numbers.randint(0, 6)
        if what == 0 and content:
            place = min(at, len(content) - 1)
            content[place] ^= 1 << random_numbers.randint(0, 7)
        elif what == 1:
            del content[at : at + length]
        elif what == 2:
            content[at:at] = content[at : at + length]
        elif what in (3, 4):
            content[at : at + random_numbers.choice((0, 0, 1, 4))] = random_numbers.choice(_SIGNS)
        elif what == 5:
            other = random_numbers.choice(others)
            start = random_numbers.randint(0, len(other))
            content[at:at] = other[start : start + length]
        else:
            lines = bytes(content).split(b"\n")
            first, second = random_numbers.randrange(len(lines)), random_numbers.randrange(len(lines))
            lines[first], lines[second] = lines[second], lines[first]
            content = bytearray(b"\n".join(lines))
    return bytes(content)


class _Case:
    """Loads the full case of the tests with one of its files exchanged; the first byte of an input says which."""

    def __init__(self, work: Path) -> None:
        self.folder = shutil.copytree(GOOD, work / "case")
        self.names = sorted(path.name for path in GOOD.glob("*.toml"))

    def seeds(self) -> list[bytes]:
        """Return the files, each with its number in front."""
        return [bytes([number]) + (GOOD / name).read_bytes() for number, name in enumerate(self.names)]

    def read(self, content: bytes) -> None:
        """Load the case."""
        path = self.folder / self.names[content[0] % len(self.names) if content else 0]
        before = path.read_bytes()
        path.write_bytes(content[1:])
        try:
            load_folder(self.folder, "case")
        finally:
            path.write_bytes(before)


def _formulas() -> list[bytes]:
    texts = ["a * (b - c) / 2", "min(a, max(b, 3.5)) + c", "-a + 1_000", "(a + b) * 0.04 - min(c, d, e)", "1 / (a - a)"]
    return [text.encode() for text in texts]


def _formula(content: bytes) -> None:
    formula.names(formula.parse(content.decode("utf-8", errors="replace")))


def _selections() -> list[bytes]:
    texts = [
        '{"category": "camps"}',
        '{"category": ["camps", "x"], "years": [1930, 1935]}',
        '{"component": "camps", "kind": "deaths"}',
    ]
    return [text.encode() for text in texts]


def _selector() -> Callable[[bytes], None]:
    components = load(GOOD).components.values()

    def read(content: bytes) -> None:
        try:
            selector = Selector.model_validate(json.loads(content))
        except (ValueError, RecursionError):  # of JSON and pydantic, whose errors the loader turns into problems
            return
        for component in components:
            matches(selector, component)

    return read


def _file(work: Path, name: str, read: Callable[[Path], object]) -> Callable[[bytes], None]:
    path = work / name

    def run(content: bytes) -> None:
        path.write_bytes(content)
        read(path)

    return run


def _sheet(name: str) -> Callable[[bytes], None]:
    """Return a reader of a sheet in memory: writing each to a disk took most of the time."""
    path = Path(name)

    def run(content: bytes) -> None:
        import_content(path, read_content(path, content))

    return run


def _workbook() -> bytes:
    from openpyxl import Workbook

    with (HERE / "good" / "estimates.csv").open(newline="", encoding="utf-8") as stream:
        rows = [*csv.reader(stream)]
    book = Workbook()
    for texts in rows:
        book.worksheets[0].append(texts)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _open_document(work: Path) -> bytes:
    with (HERE / "good" / "estimates.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row(*map(cell, (escape(text) for text in texts))) for texts in csv.reader(stream)]
    return document(work / "seed.ods", sheet("".join(rows)), sheet(row(cell("old")), "Old", "away")).read_bytes()


class _Parts:
    """Reads a file of packed parts, one of which is exchanged: bytes changed in the package fail its checksums."""

    def __init__(self, package: bytes, name: str) -> None:
        self.read_package = _sheet(name)
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.names = sorted(name for name in self.parts if name.endswith(".xml"))

    def seeds(self) -> list[bytes]:
        """Return the parts, each with its number in front."""
        return [bytes([number]) + self.parts[name] for number, name in enumerate(self.names)]

    def read(self, content: bytes) -> None:
        """Import the package with the part exchanged whose number is the first byte of the input."""
        exchanged = self.names[content[0] % len(self.names) if content else 0]
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name, part in (self.parts | {exchanged: content[1:]}).items():
                archive.writestr(name, part)
        self.read_package(target.getvalue())


def _receipts() -> list[bytes]:
    import mcmort as mm

    report = mm.total(mm.Sampler(load(HERE / "good" / "minimal"), 1000, rng=1), "broad")
    return [report.to_json().encode()]


_REQUEST = {"case": "x", "draws": 1000}


def _stores() -> list[bytes]:
    stream = io.BytesIO()
    sealed(_REQUEST, lambda target: target.write(b"content of a stored result" * 20))(stream)
    return [stream.getvalue()]


def _store(work: Path) -> Callable[[bytes], None]:
    path, whole = work / "a.store", _stores()[0]

    def read(content: bytes) -> None:
        path.write_bytes(content)
        try:
            found = bytes(read_sealed(path, _REQUEST))
        except (ValueError, OSError):  # how a damaged store is told, which is then made again
            return
        if content != whole and found != b"content of a stored result" * 20:
            raise AssertionError("a damaged store was believed")

    return read


def readers(work: Path) -> dict[str, tuple[list[bytes], Callable[[bytes], object]]]:
    """Return seeds and a function for each kind of input."""
    case = _Case(work)
    bibliographies = [path.read_bytes() for path in HERE.glob("good/*/sources.bib")]
    bibliographies.append((HERE / "good" / "wild.bib").read_bytes())
    sheets = [(HERE / "good" / "estimates.csv").read_bytes()]
    workbook, open_document = _Parts(_workbook(), "a.xlsx"), _Parts(_open_document(work), "a.ods")
    return {
        "case files (TOML)": (case.seeds(), case.read),
        "formulas": (_formulas(), _formula),
        "selections": (_selections(), _selector()),
        "bibliographies (BibTeX)": (bibliographies, _file(work, "a.bib", lambda path: read_sources(path, "a.bib"))),
        "sheets (CSV)": (sheets, _sheet("a.csv")),
        "workbooks (XLSX)": (workbook.seeds(), workbook.read),
        "sheets (ODS)": (open_document.seeds(), open_document.read),
        "packed files (XLSX)": ([_workbook()], _sheet("b.xlsx")),
        "receipts (JSON)": (_receipts(), lambda content: parse_result(content, "a.json")),
        "stores": (_stores(), _store(work)),
    }


READERS = (
    *("case files (TOML)", "formulas", "selections", "bibliographies (BibTeX)", "sheets (CSV)", "workbooks (XLSX)"),
    *("sheets (ODS)", "packed files (XLSX)", "receipts (JSON)", "stores"),
)


def fuzz(kind: str, *, seconds: float = 1e9, count: int = 10**9, seed: int = 0) -> tuple[int, list[tuple[bytes, str]]]:
    """Try mutated inputs of one kind.

    Returns
    -------
    tried : int
    failed : list of (bytes, str)
        Inputs that gave anything but a result or an error of mcmort, with what they gave.
    """
    random_numbers = random.Random(seed)
    failed: list[tuple[bytes, str]] = []
    tried = 0
    with tempfile.TemporaryDirectory() as work, warnings.catch_warnings():
        warnings.simplefilter("error")
        seeds, read = readers(Path(work))[kind]
        end = time.monotonic() + seconds
        while tried < count and time.monotonic() < end and len(failed) < 10:
            content = mutated(random_numbers.choice(seeds), seeds, random_numbers)
            tried += 1
            start = time.process_time()
            try:
                read(content)
            except McmortError:
                pass
            except (Exception, Warning):
                failed.append((content, traceback.format_exc()))
            if (took := time.process_time() - start) > _SLOWEST:
                failed.append((content, f"took {took:.0f} seconds"))
    return tried, failed


def main() -> int:
    """Fuzz every kind, and print how many inputs were tried."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="for each kind")
    parser.add_argument("--count", type=int, default=10**9, help="inputs of each kind at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", action="append", choices=READERS)
    parser.add_argument("--save", type=Path, default=Path("out/fuzz"))
    options = parser.parse_args()
    bad = 0
    for kind in options.kind or READERS:
        tried, failed = fuzz(kind, seconds=options.seconds, count=options.count, seed=options.seed)
        bad += len(failed)
        sys.stdout.write(f"{kind}: {tried:,} inputs tried, {len(failed)} failed\n")
        sys.stdout.flush()
        for number, (content, text) in enumerate(failed):
            options.save.mkdir(parents=True, exist_ok=True)
            (options.save / f"{kind.split()[0]}-{number}").write_bytes(content)
            sys.stdout.write(f"  {text.strip().splitlines()[-1]}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
