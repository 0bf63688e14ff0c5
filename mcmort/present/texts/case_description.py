"""A case in words and tables: what it holds, and the evidence of one component. Draws nothing and loads little."""

from __future__ import annotations

from itertools import islice
from typing import Final

from mcmort.catalogue import Case
from mcmort.catalogue.citations import owners_behind
from mcmort.catalogue.records import Claim, Component, Estimate, Figure, Quantity
from mcmort.errors import DefinitionError
from mcmort.present.print_format import as_printed, wrapped, years_text
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.plain_text import SCREEN, to_text
from mcmort.present.texts.reference_list import author_and_year, names_of, reference
from mcmort.present.texts.spread_text import bases_in_use, spread_words

_MOST_NAMES: Final = 12
"""Components of one group that a short description names."""
_MOST_LINES: Final = 12
"""Definitions, and groups of components, that it names."""

__all__ = ["case_text", "component_text", "estimates_text", "sources_text"]


def case_text(case: Case, *, full: bool = False) -> str:
    """Return a case: summary, definitions and components.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    full : bool
        Whether spreads, facets, what definitions ask, and a line for each component stand there where they fill more
        than a screen.

    Returns
    -------
    str
        Plain text.
    """
    text = "\n".join(
        [
            *_head(case),
            *_readings(case),
            "",
            *_spreads(case),
            "",
            *_facets(case),
            "",
            *_definitions(case),
            "",
            _components(case),
        ]
    )
    if full or text.count("\n") <= SCREEN:
        return "\n".join([text, *wrapped(f"{_counts(case)}."), ""])
    lines = [
        *_head(case),
        *wrapped(f"{_counts(case)}."),
        "",
        *_named_definitions(case),
        "",
        *_named_components(case),
        "",
    ]
    hints = (
        ("--full", "spreads, facets, what definitions ask, all components"),
        ("--estimates", "every figure"),
        ("--sources", "every work"),
    )
    more = "; ".join(f"{what}: {option}" for option, what in hints)
    example = max(case.components.values(), key=lambda component: len(component.estimate)).id
    lines += wrapped(
        f"To see more: {more}. One component with its evidence: mcmort show {case.id} {example}.", "", "  "
    )
    return "\n".join([*lines, ""])


def _head(case: Case) -> list[str]:
    head = case.head
    return [
        *(head.title, "=" * len(head.title), "", *wrapped(head.summary), ""),
        *wrapped(f"Years {years_text(head.years)}; {head.territory}; digest {case.digest[:12]}"),
    ]


def _counts(case: Case) -> str:
    counts = (
        (len(case.components), "component"),
        (len(case.quantities), "quantity"),
        (len(case.overlaps), "overlap"),
        (len(case.dependence), "group of dependence"),
        (len(case.claims), "published total"),
        (len(case.sources), "source"),
    )
    plurals = {"quantity": "quantities", "group of dependence": "groups of dependence"}
    return ", ".join(f"{count} {word if count == 1 else plurals.get(word, f'{word}s')}" for count, word in counts)


def _readings(case: Case) -> list[str]:
    head = case.head
    lines = wrapped(
        f"Ranges whose meaning is not stated are read as {100 * head.readings.range:g} %, plausible ranges as "
        f"{100 * head.readings.plausible:g} % ({head.readings.source})."
    )
    return [*lines, *wrapped(f"Admitted by default: {', '.join(head.evidence)}.")]


def _spreads(case: Case) -> list[str]:
    lines = ["Spread of a point, on the logarithm"]
    for basis in bases_in_use(case):
        lines += wrapped(f"{basis}: {spread_words(case, basis)}", "  ", "    ")
    return lines


def _facets(case: Case) -> list[str]:
    lines = ["Facets"]
    for facet, values in case.head.facets.items():
        lines.append(f"  {facet}")
        for value, described in values.items():
            signed = " (may be negative)" if described.signed else ""
            lines += wrapped(f"{value}: {described.label}{signed}", "    ", "      ")
    return lines


def _definitions(case: Case) -> list[str]:
    lines = ["Definitions"]
    for definition in case.definitions.values():
        lines.append(f"  {definition.id}: {definition.label}")
        for word, text in (
            ("asks", definition.question),
            ("adds", definition.adds),
            ("without", definition.leaves_out),
        ):
            lines += wrapped(text, f"    {word}: ", "      ")
    return lines


def _named_definitions(case: Case) -> list[str]:
    lines = ["Definitions"]
    for definition in islice(case.definitions.values(), _MOST_LINES):
        lines += wrapped(f"{definition.id}: {definition.label}", "  ", "    ")
    return [*lines, *_rest(len(case.definitions), _MOST_LINES, "  ")]


def _named_components(case: Case) -> list[str]:
    """Name the components, grouped by the first facet of the case."""
    facet = next(iter(case.head.facets), "")
    groups: dict[str, list[str]] = {value: [] for value in case.head.facets.get(facet, ())}
    for component in case.components.values():
        groups.setdefault(next(iter(component.facets.get(facet, ())), ""), []).append(component.id)
    lines = [f"Components, by {facet}" if facet else "Components"]
    filled = {value: names for value, names in groups.items() if names}
    for value, names in islice(filled.items(), _MOST_LINES):
        label = case.head.facets[facet][value].label if value else "others" if facet else "all"
        more = f", and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        lines += wrapped(f"{label}: {', '.join(names[:_MOST_NAMES])}{more}", "  ", "    ")
    return [*lines, *_rest(len(filled), _MOST_LINES, "  ")]


def _rest(count: int, shown: int, indent: str) -> list[str]:
    return [f"{indent}and {count - shown} more"] if count > shown else []


def _components(case: Case) -> str:
    columns = (
        Column("Component"),
        Column("Label"),
        Column("Years", is_number=True, is_optional=True),
        Column("Facets", is_optional=True),
        Column("Estimates", is_number=True),
    )
    rows = []
    for component in case.components.values():
        facets = "; ".join(f"{facet} {'/'.join(values)}" for facet, values in component.facets.items())
        count = "derived" if component.formula else str(len(component.estimate))
        rows.append((component.id, component.label, years_text(component.years), facets, count))
    return to_text(Table("Components", columns, tuple(rows)))


def component_text(case: Case, name: str) -> str:
    """Return one component or quantity with its evidence.

    Parameters
    ----------
    case : Case
        The case.
    name : str
        Id of a component or quantity.

    Returns
    -------
    str
        Plain text.

    Raises
    ------
    DefinitionError
        If there is no such component or quantity.
    """
    owners: dict[str, Component | Quantity] = {**case.components, **case.quantities}
    if name not in owners:
        raise DefinitionError(case.missing(name, "component or quantity"))
    owner = owners[name]
    lines = [f"{owner.label} ({owner.id})", f"{years_text(owner.years)}; {owner.territory}; {owner.unit}"]
    if isinstance(owner, Component):
        lines.append(f"Counts: {owner.counts}")
        lines += [f"{facet}: {', '.join(values)}" for facet, values in owner.facets.items()]
        if owner.profile is not None:
            lines.append(f"Years apportioned by: {case.profiles[owner.profile].label}")
        if owner.already_net:
            lines.append("Figures are excess deaths: net totals take nothing off.")
        for word, share in (("Ordinary mortality", owner.ordinary), ("Completeness", owner.completeness)):
            if share is not None:
                lines.append(f"{word}: {_figure(share)} ({share.source}, {share.locator})")
        for overlap in case.overlaps.values():
            if name in (overlap.of, overlap.within):
                other = overlap.within if overlap.of == name else overlap.of
                words = "lies within" if overlap.of == name else "holds part of"
                lines.append(f"Overlap: {words} {other}, share {_figure(overlap)} ({overlap.source})")
    if owner.formula is not None:
        lines.append(f"Derived: {owner.formula}")
    if owner.note:
        lines.append(owner.note)
    behind = owners_behind(case, owner)
    tables = [_evidence(case, cited_owner) for cited_owner in behind if cited_owner.estimate]
    broken = [piece for line in lines for piece in wrapped(line)]
    return "\n".join([*broken, "", *(tables or ["No estimates.\n"])])


def _figure(figure: Figure) -> str:
    return as_printed(figure.low, figure.best, figure.high, figure.reading)


def _evidence(case: Case, owner: Component | Quantity) -> str:
    columns = (
        Column("Estimate"),
        Column("Figure, as printed", is_number=True),
        Column("Reads", is_optional=True),
        Column("Basis"),
        Column("Measure", is_optional=True),
        Column("Source"),
        Column("Use"),
    )
    _, left = case.admitted(owner)
    reasons = {estimate.name: reason for estimate, reason in left}
    rows = tuple(
        (
            estimate.name,
            estimate.formula or _figure(estimate),
            "formula" if estimate.formula else estimate.reading,
            estimate.basis,
            estimate.measure,
            _source(case, estimate),
            reasons.get(estimate.name, "bound" if estimate.is_one_sided else f"pooled, lineage {estimate.line}"),
        )
        for estimate in owner.estimate
    )
    return to_text(Table(f"Evidence: {owner.label} ({owner.unit})", columns, rows))


def _source(case: Case, estimate: Estimate | Claim) -> str:
    source = case.sources[estimate.source]
    name = author_and_year(source) if names_of(source) else f"{source.title} {source.year}".strip()
    via = f"; read through {estimate.via}" if estimate.via else ""
    weak = "; weak: low confidence" if estimate.confidence == "low" else ""
    return f"{name}, {estimate.locator}{via}{weak}"


def estimates_text(case: Case) -> str:
    """Return every cited figure of a case: of components, of quantities, and published totals.

    Parameters
    ----------
    case : Case
        The case.

    Returns
    -------
    str
        Plain text; each figure with its basis, source, locator, through whom it was read, and its use.
    """
    lines = []
    owners: list[Component | Quantity] = [*case.components.values(), *case.quantities.values()]
    for owner in owners:
        lines.append(f"{owner.label} ({owner.id}), {years_text(owner.years)}, {owner.territory}, {owner.unit}")
        if owner.formula is not None:
            lines.append(f"  computed as {owner.formula}")
        _, left = case.admitted(owner)
        reasons = {estimate.name: reason for estimate, reason in left}
        for estimate in owner.estimate:
            use = "bound" if estimate.is_one_sided else f"pooled, lineage {estimate.line}"
            figure = estimate.formula or f"{_figure(estimate)} ({estimate.reading})"
            head = f"{figure}; {estimate.basis}, {estimate.measure}; {_source(case, estimate)}"
            lines += _indented(f"{head}; {reasons.get(estimate.name, use)}", estimate.note)
    lines += ["", "Published totals"]
    retired = case.retired()
    for claim in case.claims.values():
        head = (
            f"{claim.author}: {_figure(claim)} ({claim.reading}), {claim.unit}; {claim.basis}; {_source(case, claim)}"
        )
        replaced = f"; since replaced by {retired[claim.id]}" if claim.id in retired else ""
        lines += _indented(f"{head}; counts {claim.counts}{replaced}", claim.note)
    return "\n".join(lines) + "\n"


def _indented(head: str, note: str | None) -> list[str]:
    return [*wrapped(head, "  ", "      "), *wrapped(note or "", "      ")]


def sources_text(case: Case) -> str:
    """Return the works of a case, each with what cites it.

    Parameters
    ----------
    case : Case
        The case.

    Returns
    -------
    str
        Plain text, published works first, then assumptions.
    """
    uses: dict[str, list[str]] = {}
    owners: list[Component | Quantity] = [*case.components.values(), *case.quantities.values()]
    for owner in owners:
        for estimate in owner.estimate:
            locator = f"{estimate.locator}, {estimate.basis}"
            uses.setdefault(estimate.source, []).append(f"{owner.id}: {_figure_or_formula(estimate)} ({locator})")
    for claim in case.claims.values():
        locator = f"{claim.locator}, {claim.basis}"
        uses.setdefault(claim.source, []).append(f"published total, {claim.author}: {_figure(claim)} ({locator})")
    lines = []
    for source in sorted(case.sources.values(), key=lambda source: (source.is_assumption, source.key)):
        lines += wrapped(f"[{source.key}] {reference(source)}", "", "    ")
        for use in uses.get(source.key, ()):
            lines += wrapped(use, "    ", "        ")
    return "\n".join(lines) + "\n"


def _figure_or_formula(estimate: Estimate) -> str:
    return estimate.formula or _figure(estimate)
