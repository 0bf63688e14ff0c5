"""Pages for tests: of shipped and of small cases, each made once, with the draws that they hold."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mcmort as mm
from mcmort.api.page_variant import compared, page_variants
from mcmort.catalogue import Case
from mcmort.catalogue.records import Selector
from mcmort.definitions import DefinitionChanges, definition_of, resolve
from mcmort.errors import DefinitionError
from mcmort.present.page.page import default_definition, page_html
from mcmort.present.page.page_data import Variant
from mcmort.results import DrawOptions
from mcmort.totals import total_of

__all__ = ["data_of", "largest_gap", "page_of", "random_asks", "shipped_variant", "shipped_variants", "variant_of"]


def variants_of(case: Case) -> list[Variant]:
    """Return what the page of a case holds, with the usual draws and seed 1, under every standard of evidence."""
    options = DrawOptions(seed=1)
    return page_variants(compared(case, options), options)


def variant_of(case: Case) -> Variant:
    """Return what it holds under the evidence that the case admits."""
    return variants_of(case)[0]


@cache
def shipped_variants(name: str) -> list[Variant]:
    """Return what the page of a shipped case holds."""
    return variants_of(mm.load(name))


def shipped_variant(name: str) -> Variant:
    """Return what it holds under the evidence that the case admits."""
    return shipped_variants(name)[0]


def page_of(*variants: Variant) -> str:
    """Return the page, as a report writes it."""
    return page_html(variants, default_definition(variants[0].comparison.rows))


def data_of(page: str) -> dict[str, Any]:
    """Return the data that a page holds."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    content: dict[str, Any] = json.loads(found[1])
    return content


def random_asks(variant: Variant, count: int, seed: int) -> tuple[list[dict[str, Any]], NDArray[np.float64]]:
    """Draw selections with definitions, years, measures, gross or net, and compute each with NumPy.

    Returns
    -------
    list of dict
        What is asked, in the words of the page.
    ndarray, shape (count, 3)
        Limits and median of 95 % of each total, by the arithmetic of `mcmort.definitions.sums`.
    """
    rng, thin = np.random.default_rng(seed), variant.model.draws
    case, names = thin.case, sorted(thin.case.components)
    asks: list[dict[str, Any]] = []
    expected = []
    while len(asks) < count:
        name, span = list(variant.model.scopes)[rng.integers(len(variant.model.scopes))]
        measure, net = str(rng.choice(["all", "all", "registered"])), bool(rng.random() < 0.5)
        share = float(rng.choice([0.15, 0.5, 0.9]))
        chosen = [component for component in names if rng.random() < share]
        changed = definition_of(case, name, DefinitionChanges(years=span, measure=measure, net=net))
        rule = Selector.model_validate({"component": chosen or ["no-such-component"]})
        try:
            total = total_of(thin, resolve(case, changed.model_copy(update={"include": (rule,), "exclude": ()})))
        except DefinitionError:
            continue  # nothing known is chosen
        asks.append(
            {"definition": name, "span": f"{span[0]}:{span[1]}", "measure": measure, "net": net, "selected": chosen}
        )
        expected.append(np.quantile(total.values, (0.025, 0.5, 0.975)))
    return asks, np.array(expected)


def largest_gap(asks: list[dict[str, Any]], found: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """Return how far ends and medians lie apart, relative to them or the median; of single years, to the upper end."""
    years = np.array([len(set(ask["span"].split(":"))) for ask in asks])
    largest = np.where(years == 1, expected[:, 2], expected[:, 1])[:, None]
    scale = np.maximum(expected, largest)
    return float((np.abs(found - expected) / np.where(scale > 0.0, scale, 1.0)).max())
