"""The JSON document of a multiverse."""

from __future__ import annotations

from pydantic import Field

from mcmort.analysis.multiverse.decomposition import Decomposition
from mcmort.analysis.multiverse.pbox import PBox
from mcmort.analysis.multiverse.whole import Multiverse
from mcmort.analysis.receipt import Receipt
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.multiverse_text import multiverse_headline

__all__ = ["MultiverseDocument", "multiverse_document"]


class DialDocument(Document):
    """A choice and its options, the usual one first."""

    name: str
    group: str
    options: tuple[str, ...]


class ConstraintDocument(Document):
    """Options that do not go together."""

    reason: str
    options: dict[str, tuple[str, ...]]


class UniverseDocument(Document):
    """A universe: what was chosen and what came out."""

    options: dict[str, str]
    median: float
    half: tuple[float, float] = Field(description="Ends of the 50 % interval.")
    ends: tuple[float, float] = Field(description="Ends of the interval asked for.")


class FailedDocument(Document):
    """A universe without a total."""

    options: dict[str, str]
    reason: str


class ConsonanceDocument(Document):
    """For each level the interval from the smallest lower to the largest upper end."""

    levels: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


class BoxDocument(Document):
    """A probability box: the smallest and the largest quantile of any universe, and its consonance curve."""

    universes: int
    probabilities: tuple[float, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    consonance: ConsonanceDocument


class SharesDocument(Document):
    """What the spread of a number is made of: Shapley shares of its variance, which sum to one."""

    sd: float
    groups: dict[str, float]
    dials: dict[str, float]


class HoldsDocument(Document):
    """The share of universes whose interval holds a number."""

    number: float
    share: float


class PublishedFigureDocument(Document):
    """A published total and ours under its author's definition."""

    claim: str
    figure: float
    ours: float


class PublishedDocument(Document):
    """What the spread of the published totals is made of, on the logarithm."""

    scope: float
    evidence: float
    beyond: int = Field(description="Authors who count something that the case does not hold.")
    figures: tuple[PublishedFigureDocument, ...]


class MultiverseDocument(Frame):
    """What ``mcmort multiverse --format json`` prints. The frame is that of the usual universe."""

    schema_: str = Field("mcmort/multiverse/1", alias="schema")
    headline: str
    interval: float
    dials: tuple[DialDocument, ...]
    constraints: tuple[ConstraintDocument, ...]
    allowed: int = Field(description="Universes that the constraints allow.")
    universes: tuple[UniverseDocument, ...] = Field(description="By their medians: the specification curve.")
    failed: tuple[FailedDocument, ...]
    box: BoxDocument
    boxes: dict[str, BoxDocument] = Field(description="By definition.")
    holds: tuple[HoldsDocument, ...]
    medians: SharesDocument
    widths: SharesDocument
    ratios: SharesDocument | None = Field(description="Of the logarithms of medians; null if one is not positive.")
    published: PublishedDocument | None
    receipt: Receipt


def multiverse_document(multiverse: Multiverse, receipt: Receipt) -> MultiverseDocument:
    """Return a multiverse as a document."""
    chosen = list(multiverse.universes)
    ratios, spread = multiverse.of_ratios, multiverse.published
    document = MultiverseDocument(
        **frame(multiverse.case, multiverse.source.manifest),
        headline=multiverse_headline(multiverse),
        interval=multiverse.interval,
        dials=tuple(DialDocument(name=dial.name, group=dial.group, options=dial.options) for dial in multiverse.dials),
        constraints=tuple(
            ConstraintDocument(
                reason=constraint.reason,
                options={name: tuple(sorted(options)) for name, options in constraint.options.items()},
            )
            for constraint in multiverse.constraints
        ),
        allowed=multiverse.allowed,
        universes=tuple(
            UniverseDocument(
                options=chosen[index],
                median=float(multiverse.medians[index]),
                half=tuple(multiverse.halves[index].tolist()),
                ends=tuple(multiverse.ends[index].tolist()),
            )
            for index in multiverse.curve.tolist()
        ),
        failed=tuple(FailedDocument(options=dict(one.options), reason=one.reason) for one in multiverse.failed),
        box=_box(multiverse.pbox),
        boxes={name: _box(box) for name, box in multiverse.pbox_by_definition.items()},
        holds=tuple(
            HoldsDocument(number=number, share=multiverse.share_that_holds(number))
            for number in multiverse.request.holds
        ),
        medians=_shares(multiverse.of_medians),
        widths=_shares(multiverse.of_widths),
        ratios=None if ratios is None else _shares(ratios),
        published=None
        if spread is None
        else PublishedDocument(
            scope=spread.scope,
            evidence=spread.evidence,
            beyond=spread.beyond,
            figures=tuple(
                PublishedFigureDocument(claim=name, figure=figure, ours=ours) for name, figure, ours in spread.figures
            ),
        ),
        receipt=receipt,
    )
    return sealed(document, receipt)


def _box(box: PBox) -> BoxDocument:
    levels, low, high = box.consonance()
    return BoxDocument(
        universes=box.universes,
        probabilities=tuple(box.probabilities.tolist()),
        lowest=tuple(box.lowest.tolist()),
        highest=tuple(box.highest.tolist()),
        consonance=ConsonanceDocument(
            levels=tuple(levels.tolist()), low=tuple(low.tolist()), high=tuple(high.tolist())
        ),
    )


def _shares(parts: Decomposition) -> SharesDocument:
    return SharesDocument(sd=parts.sd, groups=dict(parts.groups), dials=dict(parts.dials))
