"""Correlations in a case: how they are read, what the digest makes of them, and what strict checks ask of them.

What is refused stands in ``tests/bad/correlation-*``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from mcmort.catalogue import Case, load
from mcmort.catalogue.checks.lint import check_strict
from mcmort.errors import CaseError

TESTS = Path(__file__).parent.parent
FULL = "6f49604a9029275b3cbaadc69731d968441bf7d8289a0394e3714e4fd7358ff4"
"""Digest of tests/good/full, written down before cases could hold correlations."""

BOTH = """
[[correlation]]
id = "two-counts"
label = "One commission counted both"
source = "novak-2001"
locator = "p. 91"
between = ["camps", "executions"]
rank = 0.4

[[correlation]]
id = "baseline-and-famine"
label = "A higher baseline leaves fewer famine deaths"
source = "assumption-spread"
locator = "choice of this case"
between = ["census_expected", "famine-1921"]
rank = -1
measure = "registered"
note = "From the balance."
"""


def full(folder: Path, text: str = BOTH) -> Case:
    """Load a copy of the full case with correlations beside its other links."""
    copy = Path(shutil.copytree(TESTS / "good" / "full", folder / "full"))
    (copy / "correlations.toml").write_text(text, encoding="utf-8")
    return load(copy)


def test_correlations_are_read_with_their_defaults(tmp_path: Path) -> None:
    """Both entries are there under their ids, sorted, with all that was written and the defaults for the rest."""
    found = full(tmp_path).correlations
    assert list(found) == ["baseline-and-famine", "two-counts"]
    one, other = found.values()
    assert (one.between, one.rank, one.measure, one.note) == (
        ("census_expected", "famine-1921"),
        -1.0,
        "registered",
        "From the balance.",
    )
    assert (other.label, other.source, other.locator) == ("One commission counted both", "novak-2001", "p. 91")
    assert (other.between, other.rank, other.measure, other.note) == (("camps", "executions"), 0.4, "all", None)
    for key in type(one).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(one, key, None)


def test_case_without_correlations_keeps_its_earlier_digest(tmp_path: Path) -> None:
    """The digest that was written down before there were correlations still holds, also beside an empty file."""
    assert full(tmp_path, "# none\n").digest == FULL
    assert load(TESTS / "good" / "full").correlations == {}


def test_order_of_correlations_and_members_leaves_the_digest(tmp_path: Path) -> None:
    """Entries in another order, pairs turned round and a default spelled out give the same digest."""
    first, second = BOTH.split("\n\n")
    turned = f"\n{second}\n{first}\nmeasure = 'all'\n".replace('["camps", "executions"]', '["executions", "camps"]')
    one, other = full(tmp_path / "one"), full(tmp_path / "other", turned)
    assert one.digest == other.digest != FULL


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rank = 0.4", "rank = 0.5"),
        ("rank = 0.4", "rank = -0.4"),
        ('"executions"]', '"famine-1921"]'),
        ('measure = "registered"', ""),
        ('"p. 91"', '"p. 92"'),
        ('"two-counts"', '"counts"'),
    ],
)
def test_changed_correlation_changes_the_digest(tmp_path: Path, old: str, new: str) -> None:
    """A strength, a member, a measure, a page or an id that changes gives the case another digest."""
    assert BOTH.count(old) == 1
    assert full(tmp_path / "one").digest != full(tmp_path / "other", BOTH.replace(old, new)).digest


def test_pair_correlated_under_both_measures_is_accepted(tmp_path: Path) -> None:
    """Registered deaths of two components and all their deaths are different inputs, each with a correlation."""
    again = BOTH.partition("\n\n")[0].replace("two-counts", "registers") + '\nmeasure = "registered"\n'
    assert len(full(tmp_path, BOTH + again).correlations) == 3


def test_registered_deaths_of_a_derived_component_can_be_correlated(tmp_path: Path) -> None:
    """A formula makes all deaths only: under the other measure the component has evidence of its own."""
    text = BOTH.replace('"famine-1921"', '"famine-1933"')
    assert load(TESTS / "good" / "full").components["famine-1933"].formula
    assert full(tmp_path / "one", text).correlations["baseline-and-famine"].measure == "registered"
    with pytest.raises(CaseError, match="'famine-1933', which a formula makes"):
        full(tmp_path / "other", text.replace('measure = "registered"\n', ""))


def test_strict_check_counts_correlations_as_citations_and_reads_their_notes(tmp_path: Path) -> None:
    """A work that only a correlation cites is cited; an address in a note is found; without the entry neither holds."""
    copy = Path(shutil.copytree(TESTS / "good" / "full", tmp_path / "full"))
    before = {str(problem) for problem in check_strict(load(copy))}
    work = "@book{brown-1999, author = {Brown, Tom}, title = {Errors in Common}, year = {1999}}\n"
    with (copy / "sources.bib").open("a", encoding="utf-8") as file:
        file.write(work)
    uncited = {str(problem) for problem in check_strict(load(copy))} - before
    assert [text.partition(";")[0] for text in uncited] == [
        "sources.bib: brown-1999: found a work that nothing in the case cites"
    ]
    text = BOTH.replace("novak-2001", "brown-1999").replace("From the balance.", "see www.example.org")
    (copy / "correlations.toml").write_text(text, encoding="utf-8")
    found = {str(problem) for problem in check_strict(load(copy))} - before
    assert [text.partition(";")[0] for text in found] == [
        'correlations.toml: correlation "baseline-and-famine" > note: found an address of the web'
    ]
