"""Comparisons: definitions side by side on the same draws, with published totals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcmort.analysis import compare, summarise
from mcmort.catalogue.case import Case
from mcmort.errors import DefinitionError, UsageError
from mcmort.sampler import simulate
from mcmort.totals import DefinitionChanges, kept, total
from tests.cases import case_of, component, definition, point, ranged

_N = 300


def _claim(id_: str, **changes: Any) -> dict[str, Any]:
    return {"id": id_, "author": id_.title(), "definition": "whole", "counts": "all deaths", **point(500), **changes}


def _case() -> Case:
    definitions = {
        "whole": definition(),
        "late": definition(years=[1938, 1939]),
        "counted": definition(measure="registered"),
        "early": definition(include=[{"category": "a"}]),
    }
    claims = [
        _claim("same"),
        _claim("older"),
        _claim("newer", supersedes=["older"], years=[1930, 1939]),
        _claim("wider", beyond="the dead of the neighbours"),
        _claim("other", exclude=[{"category": "b"}]),
        _claim("elsewhere", definition="early"),
    ]
    two = component("two", ranged(300, 500, source="study-b"), facets={"category": "b"}, years=[1930, 1944])
    return case_of(component("one", ranged(100, 200)), two, definitions=definitions, claim=claims)


def test_rows_are_the_totals_of_the_same_draws() -> None:
    """Each row is the total of its definition on the draws given, in the order of the case, summarised."""
    draws = simulate(_case(), _N, rng=1)
    found = compare(draws)
    assert [row.total.definition.id for row in found.rows] == ["whole", "late", "early"]
    for row in found.rows:
        assert np.array_equal(kept(row.total.values), total(draws, row.total.definition.id).values)
        assert row.summary == summarise(row.total.values)
    assert np.all(kept(found.rows[2].total.values) <= kept(found.rows[0].total.values))


def test_definitions_that_count_nothing_known_are_listed() -> None:
    """A definition whose components are all unknown is no row, and says why."""
    found = compare(simulate(_case(), _N, rng=1))
    assert list(found.empty) == ["counted"]
    assert "without registered evidence" in found.empty["counted"]


def test_years_restrict_every_definition() -> None:
    """Definitions without any of the years asked for are listed with the reason (they once ended the comparison)."""
    draws = simulate(_case(), _N, rng=1)
    found = compare(draws, years=(1930, 1934))
    assert found.years == (1930, 1934)
    assert [row.total.definition.id for row in found.rows] == ["whole", "early"]
    assert set(found.empty) == {"late", "counted"}
    assert "does not touch" in found.empty["late"]
    assert np.array_equal(
        kept(found.rows[0].total.values), total(draws, "whole", DefinitionChanges(years=(1930, 1934))).values
    )


def test_definitions_may_be_chosen() -> None:
    """Only the definitions asked for are compared, in the order asked, with the intervals asked."""
    found = compare(simulate(_case(), _N, rng=1), ["early", "whole"], probabilities=(0.8,))
    assert [row.total.definition.id for row in found.rows] == ["early", "whole"]
    assert [one.probability for one in found.rows[0].summary.intervals] == [0.8, 0.8]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"definitions": ["whole", "hole"]}, DefinitionError, "no definition 'hole'"),
        ({"definitions": ["counted"]}, DefinitionError, "without registered evidence"),
        ({"years": (1990, 1995)}, DefinitionError, "selects no component"),
        ({"years": (1939, 1930)}, DefinitionError, "run backwards"),
        ({"definitions": []}, DefinitionError, "small has no definitions"),
        ({"probabilities": (90.0,)}, UsageError, "an interval of probability 90"),
    ],
)
def test_senseless_comparisons_are_refused(arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    """Unknown definitions, years in which nothing counts and bad probabilities are refused in words."""
    with pytest.raises(error, match=words):
        compare(simulate(_case(), _N, rng=1), **arguments)


def test_published_totals_stand_beside_their_definition() -> None:
    """Claims that start from a definition stand in its row: marked where the scope is the same, and where retired."""
    draws = simulate(_case(), _N, rng=1)
    whole = {one.claim.id: (one.is_same_scope, one.is_superseded) for one in compare(draws).rows[0].published}
    assert whole == {
        "same": (True, False),
        "older": (True, True),
        "newer": (False, False),
        "wider": (False, False),
        "other": (False, False),
    }
    assert [one.claim.id for one in compare(draws).rows[2].published] == ["elsewhere"]
    narrowed = {one.claim.id: one.is_same_scope for one in compare(draws, years=(1930, 1939)).rows[0].published}
    assert narrowed["newer"]
    assert not narrowed["same"]
