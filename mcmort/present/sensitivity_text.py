"""What a part or an input of a total is called, and the sentence that says which of them carry its width."""

from __future__ import annotations

import math
from typing import Final, Literal

from mcmort.analysis import TotalPieces
from mcmort.analysis.sensitivity import InputSensitivity, PartSensitivity, TiedInputs, TotalSensitivity
from mcmort.analysis.sensitivity.leading_component import leading_component
from mcmort.present.numbers import percent, percent_with_error
from mcmort.present.print_format import years_text
from mcmort.totals import Total

__all__ = ["SensitivityRows", "input_label", "leading_note", "part_label", "sensitivity_headline", "tied_label"]

SensitivityRows = Literal["components", "inputs"]
"""What a table or a sentence is about: the parts of a total, or its uncertain inputs."""

_NEXT: Final = 2
"""Further components that the sentence names."""
_WORTH_NAMING: Final = 0.02


def part_label(total: Total, part: PartSensitivity) -> str:
    """Return what a part of a total is called."""
    if part.kind == "overlap":
        overlap = total.case.overlaps[part.name]
        guest, host = (total.case.components[name].label for name in (overlap.of, overlap.within))
        return f"less: {guest}, within {host}"
    return total.case.components[part.name].label if part.kind == "component" else "raised to zero"


def input_label(total: Total, one: InputSensitivity) -> str:
    """Return what an uncertain input of a total is called."""
    case, about = total.case, one.about
    match one.kind:
        case "quantity":
            return case.quantities[about].label
        case "overlap":
            overlap = case.overlaps[about]
            guest, host = (case.components[name].label for name in (overlap.of, overlap.within))
            return f"share of {guest} that {host} counts too"
        case "share":
            held = [name for name, term in total.terms.items() if any(piece.share == about for piece in term.pieces)]
            return f"share of responsibility: {', '.join(case.components[name].label for name in held)}"
        case "timing":
            first, last = (int(year) for year in one.name.rsplit(":", 1)[1].replace("--", "-\N{MINUS SIGN}").split("-"))
            return f"timing of {case.components[about].label} in {years_text((first, last))}"
        case "factor":
            return "all inputs that move together"
        case kind:
            words = {
                "all": "all deaths",
                "registered": "registered deaths",
                "completeness": "completeness of the register",
                "ordinary": "ordinary mortality",
            }
            return f"{case.components[about].label}: {words[kind]}"


def tied_label(total: Total, group: TiedInputs) -> str:
    """Return what a set of inputs that depend on one another is called."""
    labels = [
        total.case.dependence[factor.partition(":")[2]].label
        for factor in group.factors
        if factor.startswith("factor:")
    ]
    return f"together: {'; '.join(labels) or 'correlated inputs'} ({len(group.names)} inputs)"


def leading_note(pieces: TotalPieces, probability: float = 0.95) -> list[str]:
    """Say in a line from which component most of the width of a total comes, if there is one."""
    found = leading_component(pieces, probability)
    if found is None:
        return []
    part = "Most" if found.covariance_share.value > 0.5 else "The largest part"
    # what others take off again is no share of the variance, but more than all of it
    more = found.covariance_share.value - 2.0 * found.covariance_share.error > 1.0
    shares = (
        "more than all of the variance" if more else f"{percent_with_error(*found.covariance_share)} of the variance"
    )
    if more:
        shares += ", part of which others take off again"
    if found.narrower is not None and found.narrower.value > 2.0 * found.narrower.error:
        shares += (
            f"; if that were known, the interval would be {percent_with_error(*found.narrower)} narrower on average"
        )
    return [f"{part} of the width comes from {pieces.total.case.components[found.name].label} ({shares})."]


def sensitivity_headline(result: TotalSensitivity, rows: SensitivityRows = "components") -> str:
    """Say what carries the width of a total, and how much narrower it would be if that were known.

    Parameters
    ----------
    result : TotalSensitivity
        What was computed.
    rows : {"components", "inputs"}
        What to name.

    Returns
    -------
    str
    """
    total = result.total
    if rows == "components":
        known = [(part_label(total, part), part.narrower) for part in result.components if part.narrower is not None]
    else:
        known = [(input_label(total, one), one.narrower) for one in result.inputs]
    whose = (
        f"{total.case.head.title}: the {100 * result.probability:g} % interval of \N{LEFT DOUBLE QUOTATION MARK}"
        f"{total.definition.label}\N{RIGHT DOUBLE QUOTATION MARK}"
    )
    (first, narrower), *others = known
    if not others:
        return f"{whose} rests on one {rows.removesuffix('s')} alone: {first}."
    worth_naming = [(label, one) for label, one in others if one.value >= _WORTH_NAMING]
    if narrower.value < _WORTH_NAMING:
        return f"{whose} would hardly be narrower if any one of the {rows} were known: none carries its width alone."
    text = f"{whose} would be narrowed most by better evidence on "
    if worth_naming and narrower.value - worth_naming[0][1].value < 2.0 * math.hypot(
        narrower.error, worth_naming[0][1].error
    ):
        (second, _), *worth_naming = worth_naming
        text += f"{first}, or on {second}: if either were known, by {percent(narrower.value)} on average."
    else:
        text += f"{first}: if that were known, by {percent(narrower.value)} on average."
    if worth_naming:
        following = [f"{label} ({percent(one.value)})" for label, one in worth_naming[:_NEXT]]
        text += f" Next: {'; '.join(following)}."
    return text
