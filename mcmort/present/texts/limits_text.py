"""What the numbers of a case do not say, in plain words."""

from __future__ import annotations

from mcmort.catalogue import Case

__all__ = ["limits"]


def limits(case: Case) -> tuple[str, ...]:
    """Return sentences for readers who did not make the numbers.

    Parameters
    ----------
    case : Case
        The case.

    Returns
    -------
    tuple of str
    """
    unpublished = sum(source.is_assumption for source in case.sources.values())
    assumed = f" {unpublished} of its {len(case.sources)} sources are assumptions of those who made it."
    return (
        "A number of deaths is a number under a definition. Totals under different definitions do not contradict each "
        "other.",
        "The interval says how sure the evidence of the case makes the total, as it was read. It does not hold what "
        "nobody has counted or written down, nor the chance that a definition is the wrong one for a question.",
        "Where evidence is lacking, the page says unknown and adds nothing: such totals are minima.",
        f"The case rests on the sources that it cites, with ranges read as it says.{assumed if unpublished else ''}",
        "Medians and ends of intervals of components do not add up; only means do.",
        "The share of uncertainty is the covariance of a component with the total, over the variance of the total. It "
        "can be negative where components move against each other.",
        "Published totals are drawn beside definitions as their authors give them; a hollow mark counts otherwise than "
        "the definition.",
        "A probability holds given the definition and the evidence of the case. It is not the probability that an "
        "author is right.",
    )
