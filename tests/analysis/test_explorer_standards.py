"""Standards of evidence of a page: each admits what it says, and none is offered that changes nothing."""

from __future__ import annotations

from mcmort.analysis.explorer.standards import other_standards
from tests.cases import case_of, component, definition, point, ranged
from tests.shipped import case_named


def test_standards_of_a_case_of_one_basis_are_none() -> None:
    """Where all figures are of one kind, no other standard changes anything."""
    case = case_of(component("one", ranged(1_000, 1_100)), definitions={"whole": definition()})
    assert other_standards(case) == []


def test_registers_alone_is_offered_beside_other_evidence() -> None:
    """A register beside an estimate can be looked at alone; the bases are those of registers that the case admits."""
    register = point(900, measure="registered", basis="registered", source="study-b")
    case = case_of(component("one", ranged(1_000, 1_100), register), definitions={"whole": definition()})
    found = other_standards(case)
    assert found[0].id == "registers"
    admitted = {"registered", "registered-adjusted"} & set(case.head.evidence)
    assert found[0].evidence == frozenset(admitted)


def test_standards_of_the_soviet_case_go_from_narrow_to_broad() -> None:
    """Each admits all that the one before admits, and the last assertions, which the case does not."""
    case = case_named("ussr")
    found = other_standards(case)
    assert [one.id for one in found] == ["registers", "counts", "assertions"]
    registers, counts, assertions = (one.evidence or frozenset() for one in found)
    assert registers < counts < frozenset(case.head.evidence) < assertions
    assert "assertion" in assertions
