"""Writes to standard output and standard error.

All of a text is written, or there is an error; where the encoding lacks a character, a line says so.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, TextIO, override

from mcmort.errors import OutputError

__all__ = [
    "HeldOutput",
    "StandardOutputError",
    "discard_output",
    "held_output",
    "write_err",
    "write_out",
]

_PLAIN: Final = str.maketrans({
    "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "x",
    "\N{PLUS-MINUS SIGN}": "+-", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " ",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"', "\N{HORIZONTAL ELLIPSIS}": "...",
})  # fmt: skip
"""Marks for which ASCII has others that read the same."""


class StandardOutputError(OutputError):
    """Standard output is closed, or takes no more."""


class HeldOutput(io.TextIOWrapper):
    """What the option parser prints, such as the text of --help: held until `write_out` sees it off.

    To those who ask, it is the terminal, the pipe or the file that standard output is, with the same encoding.
    """

    def __init__(self, real: TextIO | None) -> None:
        self.real = real
        self._bytes = io.BytesIO()
        super().__init__(self._bytes, (real and real.encoding) or "utf-8", "backslashreplace", newline="")

    @override
    def isatty(self) -> bool:
        return self.real is not None and self.real.isatty()

    def text(self) -> str:
        """Return all that was printed."""
        self.flush()
        return self._bytes.getvalue().decode(self.encoding)


@contextmanager
def held_output() -> Iterator[HeldOutput]:
    """Hold what is printed by others than `write_out`."""
    with contextlib.redirect_stdout(HeldOutput(sys.stdout)) as held:
        yield held


def write_out(text: str, *, is_json: bool = False) -> None:
    """Write all of a text to standard output, and see it off.

    Parameters
    ----------
    text : str
        What to print.
    is_json : bool
        Whether it is JSON, in which a character that the encoding lacks is escaped and loses nothing.

    Raises
    ------
    StandardOutputError
        If standard output is closed, or takes no more.
    BrokenPipeError
        If nobody reads it any more.
    """
    stream = _real_output()
    if stream is None:
        raise StandardOutputError("standard output is closed, so nothing can be printed")
    content = _encoded(text, stream.encoding or "utf-8", is_json=is_json)
    try:
        stream.flush()
        if hasattr(stream, "buffer"):
            _write_all(stream.buffer, content)
        else:  # a stand-in that takes text alone
            stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StandardOutputError(
            f"standard output cannot be written ({error.strerror}), so what was printed is not complete"
        ) from error


def write_err(text: str) -> None:
    """Write a message to standard error, if there is one that takes it: there is no other place to complain at."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def discard_output() -> None:
    """Let what is left in the buffer of a standard output that failed go nowhere, without a word at exit."""
    with contextlib.suppress(OSError, AttributeError):  # there is none, or a stand-in without a descriptor
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def _real_output() -> TextIO | None:
    return sys.stdout.real if isinstance(sys.stdout, HeldOutput) else sys.stdout


def _write_all(buffer: BinaryIO, content: bytes) -> None:
    """Write bytes until all are taken: without a buffer of its own (PYTHONUNBUFFERED) a stream may take a part."""
    rest = memoryview(content)
    while rest:
        taken = buffer.write(rest)
        if not taken:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[taken:]


def _encoded(text: str, encoding: str, *, is_json: bool) -> bytes:
    """Encode a text as a stream would; what that cannot is replaced, and unless it is JSON a line says so."""
    text = text.replace("\n", os.linesep)
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        pass
    if is_json:
        return "".join(letter if _has(letter, encoding) else _escaped(letter) for letter in text).encode(encoding)
    lacking = sorted({letter for letter in text if not _has(letter, encoding)})
    spelled = {ord(letter): _PLAIN.get(ord(letter), letter) for letter in lacking}
    write_err(
        f"mcmort: standard output is encoded as {encoding}, which lacks {len(lacking)} of the characters; they are "
        "printed as - or ', or as codes such as \\u017b. Hint: set PYTHONIOENCODING=utf-8\n"
    )
    return text.translate(spelled).encode(encoding, errors="backslashreplace")


def _has(letter: str, encoding: str) -> bool:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _escaped(letter: str) -> str:
    """Return a character as JSON writes it in ASCII, beyond U+FFFF as two."""
    units = letter.encode("utf-16-be", errors="surrogatepass")
    return "".join(f"\\u{units[index]:02x}{units[index + 1]:02x}" for index in range(0, len(units), 2))
