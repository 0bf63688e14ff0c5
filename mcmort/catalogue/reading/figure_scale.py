"""Words that say that figures are in thousands, in millions or per cent: totals add figures as they stand."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["SCALE_HINT", "in_full", "scale_in", "scale_of_figures"]

SCALE_HINT: Final = "write the figures in full, and take the words on their scale out of the text"
_WORDS: Final = (
    *(r"thous\w*", r"thds?", "ths", r"th(?=\.)", r"tausend\w*", "tsd", "dozens?", "hundreds?", r"mill?i[oó]n\w*"),
    *("billions?", "lakhs?", "crores?", "mio", "mill", r"mil(?=\.)", "mils", "mrd", "mlr?d", "mln", "bn", "bio"),
    *(
        "milliards?",
        "milliers?",
        "milh(?:ares|ões)",
        "migliaia",
        "milioni",
        "(?:en|em) mil(?:es)?",
        r"milj\w*",
        r"milij\w*",
    ),
    *(
        "tys",
        r"tis(?=\.)",
        r"t[yi]s[ií][cą]\w*",
        r"tys[ií]\w*",
        r"tisu[cć]\w*",
        r"tiso[cč]\w*",
        r"tusen\w*",
        r"tuha[tn]\w*",
    ),
    *(
        r"duizend\w*",
        r"tūkst\w*",
        r"т[ыи]\N{CYRILLIC SMALL LETTER ES}\w*",
        r"хил\w*",
        r"хиљ\w*",
        "млн",
        "млрд",
        r"миллион\w*",
    ),
    *(r"миллиард\w*", r"мільйон\w*", r"χιλ\w*", r"εκατ\w*", "هزار", "ألف", "آلاف", "مليون"),
    *("per ?cent", "pct", "percentage", "prozent", "pour cent", "per mill?e?"),
)
"""Words for a thousand, a million and a hundredth, in the languages of the field."""
_SIGNS: Final = (
    r"(?<!\d)['`\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}]000s?",
    r"(?<![\d.,])0{2,3}0s?(?!\w)",
    r"[%\N{PER MILLE SIGN}千万萬億亿천만억]",
    r"\bin [km]\b|(?:\bin |_)m[mn]\b|_[km]\b|[(\[] ?(?:[km]|m[mn]|bin|ezer|mil|miles) ?[)\]]",
    r"\bk deaths\b|\bkilo(?=deaths)",
    r"\b(?:per|in|pro|pour) 1(?:0|[., ]000)+",
    r"[x*\N{MULTIPLICATION SIGN}] ?10|/ ?10[., ]?00|\b10(?:\^|\*\*|[³⁶])|\b1?e[369]\b",
)
"""Other ways to say so: '000, a letter in brackets, a power of ten."""
_SCALE: Final = re.compile(rf"(?<![^\W_])(?:{'|'.join(_WORDS)})(?![^\W_])|{'|'.join(_SIGNS)}", re.I)
_ROUND: Final = (
    r"(?:thousand|million|billion|hundred|dozen)s?|tausend(?:en)?|tsd\.?|mio\.?|milliers|millones|тыс\.?|млн"
)
_DEAD: Final = "of (?:deaths|dead|persons|people|victims|lives)"
_OF_FIGURES: Final = re.compile(
    rf"(?:\b(?:in|en|em) |[(\[,;:/] ?)(?:the )?(?:{_ROUND}|per ?cent|%)(?: {_DEAD})? ?(?:[)\].;]|$)"
    rf"|^(?:(?:{_ROUND}) {_DEAD}|per ?cent(?:age)? of|%)(?!\w)"
    r"|(?<!\d)['`\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}]000s?"
    r"|\b(?:deaths|dead) per 1(?:0|[., ]000)+|[x\N{MULTIPLICATION SIGN}] ?10(?:00|\^|\*\*|[³⁶])",
    re.I,
)
"""What a text says of the figures beside it; "thousands of Hungarian Jews" and "a million men" say nothing of them."""


def scale_in(text: str) -> str | None:
    """Return the word in a text that says that figures are in thousands, millions or per cent; None without one.

    Examples
    --------
    >>> scale_in("Deaths (in thousands)"), scale_in("deaths, '000"), scale_in("Deaths in 1932")
    ('thousands', "'000", None)
    """
    match = _SCALE.search(text)
    return match[0] if match else None


def scale_of_figures(text: str) -> str | None:
    """Return what a label or a remark says of the scale of the figures beside it; None if it says nothing.

    Examples
    --------
    >>> scale_of_figures("Deaths in camps (in thousands)"), scale_of_figures("Thousands of Hungarian Jews")
    ('in thousands', None)
    """
    match = _OF_FIGURES.search(text)
    return match[0].strip(" ,;:.()[]") if match else None


def in_full(scale: str) -> tuple[str, str]:
    """Return what is expected in place of figures in thousands, and how to come to it."""
    return (
        "a unit such as deaths or persons",
        f"write the figures in full: they are added to others as if not in {scale}",
    )
