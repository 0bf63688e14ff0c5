"""What is data for the Bayesian engine: no figure counts twice, and what is rejected has a reason."""

from __future__ import annotations

from typing import Any

import numpy as np

from mcmort.bayes.backends import evaluate_model
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from tests.cases import SOURCES, case_of, component, head, point, quantity, ranged

CITED = {"source": "choice", "locator": "none"}


def evidence_of(*components: dict[str, Any], **tables: Any) -> Evidence:
    """Collect the evidence of a small case."""
    return collect(case_of(*components, head=head(synthesis={"lineage": 0.5, "heterogeneity": 0.3, **CITED}), **tables))


def claim(source: str, **changes: Any) -> dict[str, Any]:
    """Return a claim of all deaths."""
    words = {"id": "whole", "author": source, "source": source, "locator": "p. 1", "counts": "All."}
    scope = {"include": [{"kind": "deaths"}], "measure": "all"}
    return {**words, "basis": "demographic", "best": 1000.0, **scope, **changes}


def test_claim_is_data_unless_marked_as_cross_check() -> None:
    """A cross-check is left out with that reason; the same claim without the mark is conditioned on."""
    camps = component("camps", ranged(800, 1200))
    used = evidence_of(camps, claim=[claim(SOURCES[2])])
    assert [one.name for one in used.data] == ["camps:study-a", "claim:whole"]
    marked = evidence_of(camps, claim=[claim(SOURCES[2], use="cross-check")])
    assert [one.name for one in marked.data] == ["camps:study-a"]
    assert marked.rejected == {"claim:whole": "a cross-check only"}


def test_claim_of_lineage_in_pool_of_quantity_is_rejected() -> None:
    """A claim whose lineage or source stands in the pool of a quantity is left out; another author's is not."""
    prisoners = quantity("prisoners", ranged(8000, 12000, source="study-b", lineage="register"))
    march = component("march", formula="0.1 * prisoners")
    camps = component("camps", ranged(800, 1200))
    for source, changes in (("study-b", {}), ("study-c", {"lineage": "register"})):
        evidence = evidence_of(march, camps, quantity=[prisoners], claim=[claim(source, **changes)])
        assert evidence.rejected == {"claim:whole": "its lineage is already used for march"}
    other = evidence_of(march, camps, quantity=[prisoners], claim=[claim("study-c")])
    assert "claim:whole" in {one.name for one in other.data}


def test_claim_of_lineage_in_formula_of_figure_is_rejected() -> None:
    """The same holds where an estimate, and not the component, is arithmetic over quantities."""
    rate = {"basis": "demographic", "source": "study-a", "locator": "p. 2", "formula": "0.1 * prisoners"}
    camps = component("camps", rate, ranged(800, 1200, source="study-d"))
    evidence = evidence_of(
        camps, quantity=[quantity("prisoners", point(9000, source="study-b"))], claim=[claim("study-b")]
    )
    assert evidence.rejected == {"claim:whole": "its lineage is already used for camps"}


def test_component_with_formula_may_cite_completeness() -> None:
    """Its registered part is that share of what the formula gives, on every draw; once such a case was a KeyError."""
    part = component("part", formula="0.25 * camps", completeness={"best": 0.5, **CITED})
    evidence = evidence_of(component("camps", ranged(800, 1200)), part)
    assert evidence.registered == ("part",)
    scores = np.random.default_rng(1).standard_normal((50, len(evidence.parameters)))
    kept = evaluate_model(evidence, scores).kept
    np.testing.assert_allclose(kept["all:part"], 0.25 * kept["all:camps"], rtol=1e-12)
    np.testing.assert_allclose(kept["registered:part"], 0.125 * kept["all:camps"], rtol=1e-12)
