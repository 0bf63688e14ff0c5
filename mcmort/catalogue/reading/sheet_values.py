"""Values in the cells of a spreadsheet: numbers, years, lists; what can be read in two ways is refused."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

from mcmort.catalogue.reading.calendars import is_same_year_of_islam
from mcmort.catalogue.reading.number_spelling import is_ambiguous
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import Refusal
from mcmort.catalogue.suggestions import PERCENT_AS_SHARE

__all__ = ["list_of", "number_of", "span_of"]

_MINUS: Final = ("-", "\N{MINUS SIGN}")
_PLAIN: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,30})?")
_BLANKS: Final = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}"
_GROUPED: Final = re.compile(rf"[1-9][0-9]{{0,2}}([{_BLANKS}_,])[0-9]{{3}}(\1[0-9]{{3}}){{0,4}}(\.[0-9]{{1,30}})?")
_SIZES: Final = {
    **dict.fromkeys(("k", "thousand", "thousands", "tsd", "tys", "тыс"), 10**3),
    **dict.fromkeys(("m", "million", "millions", "mio", "mln", "mn", "млн"), 10**6),
    **dict.fromkeys(("bn", "billion", "mrd"), 10**9),
}
_SIZED: Final = re.compile(rf"([0-9]+(?:[.,][0-9]+)?)\s*({'|'.join(_SIZES)})\.?", re.I)
_IN_WORDS: Final = re.compile(
    r".*(\b(dozen|hundred|thousand|mill?[io]|milh|billion|lakh|crore)|[\N{VULGAR FRACTION ONE QUARTER}-¾]|10 ?\^).*",
    re.I,
)
_NOTHING: Final = re.compile(
    r"[-\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}./…?*x()\[\] ]+"
    r"|(n\.?\s?[/.]?\s?[ad]\.?|nan|null|none|nil|unknown|unk|not (known|available|given|stated)|missing|s\.?\s?d\.?"
    r"|k\.?\s?a\.?|unbekannt|inconnue?s?|desconocid[oa]s?|неизвестно)",
    re.I,
)
"""What people write where they know no figure."""
_SHARE_IN_WORDS: Final = re.compile(r"[0-9.,]+\s*(per ?cent|percent|prozent|pct)\.?", re.I)
_WITH_RANGE: Final = re.compile(r"[0-9][0-9 .,_]*\s*[(\[]\D{0,12}[0-9][0-9 .,_]*(\D{1,6})[0-9][0-9 .,_]*\D{0,12}[)\]]")
_WITH_ERROR: Final = re.compile(r"[0-9][0-9 .,_]*\s*(±|\+/-|\+-).*[0-9].*")
_EXPONENT: Final = re.compile(r"[0-9](\.[0-9]+)?e\+?[0-9]{1,2}", re.I)
_POWER: Final = re.compile(r"10\s*(\^\s*[0-9]+|[\N{SUPERSCRIPT TWO}\N{SUPERSCRIPT THREE}\N{SUPERSCRIPT FOUR}-⁹]+)")
_OTHER_GROUPS: Final = re.compile(
    r"[1-9][0-9]{0,2}(['`\N{ACUTE ACCENT}\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}.\N{MIDDLE DOT}"
    r"\N{DOT ABOVE}\N{IDEOGRAPHIC SPACE}])[0-9]{3}(\1[0-9]{3})*"
)
"""A number whose thousands are grouped in a way that is not read; a point between one pair of groups is ambiguous."""
_BOUND: Final = re.compile(
    r"(<|>|≤|≥|≦|≧|at (least|most)\b|over\b|under\b|up to\b|more than\b|less than\b|(min|max)(imum)?\b).*|.*\+", re.I
)
_ABOUT: Final = re.compile(
    r"(~|≈|±|c(c?a|irca)?\b\.?|about\b|some\b|approx\w*\b\.?|around\b|nearly\b|almost\b|etwa\b|rund\b|environ\b|около\b)"
    r".*[0-9].*|.*[0-9].*\?.*|[0-9][0-9 .,_]*\s*[(\[]?(c?ca|circa|est|approx)\w*\.?[)\]]?",
    re.I,
)
_TWO: Final = re.compile(
    r"(between|from)?\s*[0-9][0-9 .,_]*\s*([-;/\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}]|to|and|or)"
    r"\s*[0-9][0-9 .,_]*\s*(\w+)?",
    re.I,
)
_BRACKETED: Final = re.compile(r"\([0-9 .,_]+\)")
_MARKED: Final = re.compile(r"[0-9][0-9 .,_]*\s*(\^?[¹²³⁰-₎*†‡§]+|\^[0-9]+|[a-z]|\[.*\]|\(.*\))", re.I)
"""A number with the mark of a footnote behind it."""
_OTHER_SIGNS: Final = {
    "\N{FULLWIDTH COMMA}": ",",
    "\N{SMALL COMMA}": ",",
    "\N{ARABIC THOUSANDS SEPARATOR}": ",",
    "\N{FULLWIDTH FULL STOP}": ".",
}
_UNUSUAL_DASHES: Final = "\N{HYPHEN BULLET}\N{SMALL EM DASH}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}"
_DASHES: Final = rf"-:/\N{{HYPHEN}}-\N{{HORIZONTAL BAR}}\N{{MINUS SIGN}}{_UNUSUAL_DASHES}"
_YEAR: Final = r"[-\N{MINUS SIGN}]?[0-9]{1,4}"
_SPAN: Final = re.compile(rf"({_YEAR})(?:\s*(?:[{_DASHES}]|to)\s*({_YEAR}))?")
_BEFORE_OUR_ERA: Final = re.compile(r"\b(b\.?\s?c\.?(\s?e\.?)?)(?!\w)", re.I)
_IN_FULL: Final = "a year in four digits"


def list_of(text: str) -> list[str]:
    """Return the parts of a cell between semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


def number_of(text: str) -> float | int | Refusal:
    """Read a number, whose thousands may be grouped in threes, with a minus sign where it is negative."""
    is_negative = text.startswith(_MINUS)
    size = text[1:] if is_negative else text
    if _GROUPED.fullmatch(size) or _PLAIN.fullmatch(size):
        whole, point, decimals = size.partition(".")
        digits = re.sub(r"\D", "", whole)
        value = float(digits + point + decimals) if point else int(digits)
        return -value if is_negative else value
    return Refusal(show(text), "a number", _number_hint(text))


def _in_usual_digits(text: str) -> str:
    """Return a text with the digits of other scripts as 0 to 9, and with their commas and points as the usual ones."""
    return "".join(_OTHER_SIGNS.get(sign) or str(unicodedata.decimal(sign, sign)) for sign in text)


def _number_hint(text: str) -> str:
    """Return how to write what is no number as it stands; of what has several meanings none is proposed."""
    if _NOTHING.fullmatch(text):
        return "leave the cell empty: what is unknown is not zero"
    usual = _in_usual_digits(text)
    if usual != text and (_PLAIN.fullmatch(usual) or _GROUPED.fullmatch(usual)):
        return "write it in the digits 0 to 9" if is_ambiguous(usual) else f"write {usual.replace(',', '')}"
    if match := _SIZED.fullmatch(text):
        size = Decimal(match[1].replace(",", ".")) * _SIZES[match[2].lower()]
        return f"write it out: {size.normalize():f}, if that is meant"
    if _EXPONENT.fullmatch(text):
        return f"write it out: {Decimal(text).normalize():f}, if that is meant"
    if _OTHER_GROUPS.fullmatch(text):
        return f"write {re.sub(r'[^0-9]', '', text)}, if thousands are grouped"
    if re.fullmatch(r"[0-9]{16,}", text):
        return "write at most 15 digits"
    for pattern, hint in _HINTS:
        if pattern.fullmatch(text):
            return hint
    return "write 1053829 or 1,053,829, with a point for decimals; leave the cell empty if the figure is unknown"


_HINTS: Final = (
    (re.compile(r".*%"), PERCENT_AS_SHARE),
    (_SHARE_IN_WORDS, PERCENT_AS_SHARE),
    (re.compile(r".*‰"), "write 12 per mille as 0.012"),
    (_WITH_RANGE, "write the first number in best, and the two in brackets in low and high"),
    (_WITH_ERROR, "write the first number in best, and the second in standard_error if it is one"),
    (_POWER, "write a power of ten out, as 1000; leave out the mark of a note"),
    (_BOUND, "write the number alone, in low or in high; reads says at-least or at-most"),
    (_ABOUT, "write the number alone; how sure it is stands in reads, basis and note"),
    (_TWO, "write the first number in low and the second in high, each in full"),
    (_IN_WORDS, "write it out in digits, if the words say how much it is; what is vague belongs in note"),
    (_BRACKETED, "write the number without brackets, with a minus sign if it is negative"),
    (_MARKED, "leave out the mark, and put what it refers to into note"),
)


def span_of(text: str) -> list[int] | Refusal:
    """Read a year or a span of years; of a year that is cut short the century is not guessed."""
    match = _SPAN.fullmatch(text)
    if match is None:
        hint = "years before our era have a minus sign: 44 BCE is -43" if _BEFORE_OUR_ERA.search(text) else ""
        if decade := re.fullmatch(r"(?:the )?([0-9]{3}0)('?s|er)", text, re.I):
            hint = f"as {decade[1]}-{int(decade[1]) + 9}, if that is meant"
        if re.fullmatch(r"[0-9]{4}\.0+", text):
            hint = f"as {text[:4]}"
        return Refusal(show(text), "a year or a span of years", hint or "as 1937 or 1930-1935")
    written = [part.replace("\N{MINUS SIGN}", "-") for part in match.groups() if part is not None]
    first, last = int(written[0]), int(written[-1])
    if not written[0].startswith("-") and len(written[0]) < 3:
        month = f"; {last} alone if a month of it is meant" if 1 <= first <= 12 and len(written[-1]) == 4 else ""
        return Refusal(show(text), _IN_FULL, f"as 19{first:02} or, of our first century, 00{first:02}{month}")
    if first < 0 < last and len(written[-1]) < 4:
        return Refusal(
            show(text), _IN_FULL, f"as {first} to -{last} if both are before our era, else {first} to {last:04}"
        )
    if "/" in text and is_same_year_of_islam(first, last):
        hint = f"{last} if that is the year of our era; {first} to {last} if a span is meant"
        return Refusal(f"{show(text)}, which may be one year of two calendars", "years of our era", hint)
    if not written[-1].startswith("-") and len(written[-1]) < len(written[0].lstrip("-")) and last < first:
        return Refusal(show(text), "both years in full", _second_year(first, written[-1]))
    return [first, last]


def _second_year(first: int, ending: str) -> str:
    """Return how to write a second year of which only the last digits stand there: the next that ends so."""
    step = 10 ** len(ending)
    last = first - first % step + int(ending)
    last += step if last < first else 0
    month = f"; {first} if a month of it is meant" if len(ending) == 2 and 1 <= int(ending) <= 12 else ""
    return f"as {first}-{last}, if that is meant{month}"
