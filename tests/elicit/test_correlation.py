"""Correlations made fit for a copula, judged by mpmath, SciPy, Higham's published examples and brute force."""

from __future__ import annotations

import importlib
import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from mcmort.elicit.correlation import LEAST_EIGENVALUE, nearest_correlation, normal_correlation
from mcmort.errors import UsageError

mpmath = importlib.import_module("mpmath")  # it ships no types

type Array = NDArray[np.float64]

HIGHAM = [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]
"""Higham (2002), section 1: the nearest correlation matrix is printed as 0.7607 beside the diagonal, 0.1573 in the
corners, at distance 0.5278."""

TRIDIAGONAL = np.eye(4) - np.eye(4, k=1) - np.eye(4, k=-1)
"""Higham's second example, of order 4. He prints it with 2 on the diagonal, which changes nothing: the distance to any
matrix with ones there differs by a constant."""


def random_table(n: int, seed: int) -> Array:
    """Return a symmetric table of uniform correlations, which is impossible almost surely for more than a few."""
    upper = np.triu(np.random.default_rng([seed, n]).uniform(-1.0, 1.0, (n, n)), 1)
    return upper + upper.T + np.eye(n)


def random_correlation(n: int, seed: int) -> Array:
    """Return a possible correlation matrix: that of a sample."""
    found = np.corrcoef(np.random.default_rng([seed, n]).normal(size=(n, 3 * n)))
    lower = np.tril(found, -1)
    return lower + lower.T + np.eye(n)


@pytest.mark.parametrize("rank", [-1.0, -0.7, -1e-9, 0.0, 0.1, 1 / 3, 0.5, 0.999, 1.0])
def test_the_correlation_of_normal_scores_is_that_of_mpmath(rank: float) -> None:
    """Two sines of a sixth of pi times the rank correlation, to 30 digits in mpmath, agree to two units of rounding."""
    with mpmath.workdps(30):
        truth = float(2 * mpmath.sin(mpmath.pi * mpmath.mpf(rank) / 6))
    assert float(normal_correlation(rank)) == pytest.approx(truth, rel=4.5e-16, abs=0.0)


def test_perfect_correlations_stay_perfect() -> None:
    """Rank correlations of -1, 0 and 1 are exactly those of the scores, in an array of any shape."""
    ranks = np.array([[1.0, -1.0], [0.0, 1.0]])
    assert np.array_equal(normal_correlation(ranks), ranks)
    assert normal_correlation([]).shape == (0,)


@pytest.mark.parametrize("rank", [-0.8, 0.3, 0.9])
def test_normal_scores_have_the_rank_correlation_asked_for(rank: float) -> None:
    """Of a bivariate normal the rank correlation is 12 P(X > 0, Y' > 0) - 3 with Y' of half the covariance, by SciPy.

    Spearman's rho is twelve times the mean of the product of the two uniforms, less three. That mean is the probability
    that two further independent normal numbers both lie below the scores, whose differences are correlated by half.
    """
    half = float(normal_correlation(rank)) / 2.0
    orthant = stats.multivariate_normal([0.0, 0.0], [[1.0, half], [half, 1.0]]).cdf([0.0, 0.0])
    assert 12.0 * orthant - 3.0 == pytest.approx(rank, abs=1e-6)


@pytest.mark.parametrize("bad", [1.0000001, -1.2, 40.0, float("nan"), float("inf")])
def test_invalid_rank_correlation_is_refused(bad: float) -> None:
    """A value outside [-1, 1], or none at all, is named; a percentage gets a hint."""
    with pytest.raises(UsageError, match=r"a rank correlation of .*; expected one from -1 to 1") as caught:
        normal_correlation([0.5, bad])
    assert ("did you mean 0.4?" in str(caught.value)) == (bad == 40.0)


def test_the_nearest_correlation_matrix_is_the_published_one() -> None:
    """Higham's first example: entries 0.7607 and 0.1573 and distance 0.5278, to the four digits that he prints."""
    found = nearest_correlation(HIGHAM)
    assert found.matrix[np.triu_indices(3, 1)].tolist() == pytest.approx([0.7607, 0.1573, 0.7607], abs=5e-5)
    assert found.distance == pytest.approx(0.5278, abs=5e-5)
    assert found.largest_change == pytest.approx(1.0 - 0.7607, abs=5e-5)


def test_the_nearest_correlation_matrix_of_order_four_is_the_published_one() -> None:
    """Higham's second example: -0.8084, 0.1916, 0.1068, -0.6562, to the four digits that he prints."""
    found = nearest_correlation(TRIDIAGONAL).matrix[np.triu_indices(4, 1)]
    assert found.tolist() == pytest.approx([-0.8084, 0.1916, 0.1068, -0.6562, 0.1916, -0.8084], abs=5e-5)


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(6))
def test_no_other_matrix_of_order_three_is_nearer(attempt: int, seed: int) -> None:
    """SciPy's optimiser, over the angles of three unit vectors from several starts, finds the same distance."""
    asked = np.ones((3, 3))
    bad = (np.sign(np.random.default_rng([seed, attempt]).normal(size=3)) * 0.95).tolist()
    for (row, column), value in zip(itertools.combinations(range(3), 2), bad, strict=True):
        asked[row, column] = asked[column, row] = value

    def distance(angles: Array) -> float:
        a, b, c = angles
        vectors = np.array(
            [[1.0, 0.0, 0.0], [np.cos(a), np.sin(a), 0.0], [np.cos(b), np.sin(b) * np.cos(c), np.sin(b) * np.sin(c)]]
        )
        return float(np.sum((vectors @ vectors.T - asked) ** 2))

    starts = np.random.default_rng([seed, attempt, 1]).uniform(0.0, np.pi, (12, 3))
    best = min(optimize.minimize(distance, start, tol=1e-14).fun for start in starts)
    found = nearest_correlation(asked)
    # the optimiser may use a smallest eigenvalue of zero, which is nearer by no more than the floor times the order
    assert found.distance == pytest.approx(np.sqrt(best), abs=3.0 * LEAST_EIGENVALUE + 1e-7)


@pytest.mark.parametrize("n", [10, 35])
def test_nearest_correlation_is_a_projection(n: int, seed: int) -> None:
    """The change is at no acute angle to the way to any other correlation matrix, which holds for the nearest alone.

    For a convex set this is necessary and sufficient. The alternation stops at a relative change of 1e-13, and the
    floor moves the result by at most its own size in each of n directions.
    """
    asked = random_table(n, seed)
    found = nearest_correlation(asked)
    slack = found.distance * n * (LEAST_EIGENVALUE + 1e-9)
    others = [random_correlation(n, seed + at) for at in range(50)] + [np.eye(n), np.ones((n, n))]
    products = [float(np.sum((asked - found.matrix) * (other - found.matrix))) for other in others]
    assert found.distance > 0.1
    assert max(products) <= slack
    # negative control: the table shrunk towards the identity is possible too, and is seen not to be the nearest
    share = 1.0 - 1.0 / (1.0 - float(np.linalg.eigvalsh(asked)[0]))
    shrunk = (1.0 - share) * asked + share * np.eye(n)
    assert float(np.sum((asked - shrunk) * (found.matrix - shrunk))) > 10.0 * slack


@pytest.mark.parametrize("n", [3, 10, 35, pytest.param(50, marks=pytest.mark.slow)])
def test_nearest_correlation_is_a_correlation_matrix(n: int, seed: int) -> None:
    """Symmetry and the diagonal are exact, the smallest eigenvalue is at least the floor, the changes are as stated."""
    asked = random_table(n, seed)
    found = nearest_correlation(asked)
    assert np.array_equal(found.matrix, found.matrix.T)
    assert np.array_equal(np.diagonal(found.matrix), np.ones(n))
    assert np.linalg.eigvalsh(found.matrix)[0] >= LEAST_EIGENVALUE
    assert np.linalg.cholesky(found.matrix).shape == (n, n)
    assert found.distance == pytest.approx(np.linalg.norm(found.matrix - asked), rel=1e-12)
    assert found.largest_change == np.max(np.abs(found.matrix - asked))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 35])
def test_valid_correlation_matrix_is_returned_bit_for_bit(n: int, seed: int) -> None:
    """A correlation matrix is not touched, nor is the result of an earlier repair; the argument is never changed."""
    possible = random_correlation(n, seed) if n > 1 else np.eye(n)
    found = nearest_correlation(possible)
    assert np.array_equal(found.matrix, possible)
    assert (found.distance, found.largest_change) == (0.0, 0.0)
    asked = random_table(n, seed) if n > 2 else np.ones((n, n))
    before = asked.copy()
    repaired = nearest_correlation(asked)
    again = nearest_correlation(repaired.matrix)
    assert np.array_equal(again.matrix, repaired.matrix)
    assert again.distance == 0.0
    assert np.array_equal(asked, before)


def test_perfect_correlation_is_lowered_by_the_floor_alone() -> None:
    """Two inputs correlated by one have a singular matrix: the entry is lowered by the floor, and that is said."""
    found = nearest_correlation(np.ones((2, 2)))
    assert 0.0 < found.largest_change <= 1.01 * LEAST_EIGENVALUE
    assert found.distance == pytest.approx(np.sqrt(2.0) * found.largest_change, rel=1e-9)


@pytest.mark.parametrize("floor", [1e-6, 0.1, 0.9])
def test_the_least_eigenvalue_is_that_asked_for(floor: float) -> None:
    """The result has the smallest eigenvalue asked for, and not noticeably more."""
    found = nearest_correlation(HIGHAM, least_eigenvalue=floor)
    assert floor <= np.linalg.eigvalsh(found.matrix)[0] <= 1.01 * floor


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[1.0, 1.5], [1.5, 1.0]], r"a correlation of 1\.5 at \[0, 1\]; expected one from -1 to 1"),
        ([[1.0, 40.0], [40.0, 1.0]], r"did you mean 0\.4\?"),
        ([[1.0, float("nan")], [float("nan"), 1.0]], r"a correlation of nan at \[0, 1\]"),
        ([[1.0, 0.5], [0.4, 1.0]], r"0\.5 at \[0, 1\] but 0\.4.* at \[1, 0\]; expected a symmetric matrix"),
        ([[1.0, 0.5], [0.5, 0.9]], r"at \[1, 1\]; expected ones on the diagonal"),
        ([[1.0, 0.5]], r"correlations of shape \(1, 2\); expected a square matrix"),
        ([1.0], r"correlations of shape \(1,\); expected a square matrix"),
    ],
)
def test_invalid_correlation_matrix_is_refused(matrix: list[list[float]], words: str) -> None:
    """Each defect is named with its place, and what was expected."""
    with pytest.raises(UsageError, match=words):
        nearest_correlation(matrix)


@pytest.mark.parametrize("floor", [0.0, 1.0, -1e-8, float("nan")])
def test_impossible_least_eigenvalue_is_refused(floor: float) -> None:
    """One that no positive definite correlation matrix can have is refused."""
    with pytest.raises(UsageError, match="a least eigenvalue of"):
        nearest_correlation(HIGHAM, least_eigenvalue=floor)
