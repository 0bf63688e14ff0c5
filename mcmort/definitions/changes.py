"""What a user changes in a definition, the same for the command line, the Python verbs and receipts."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, field_validator

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Definition, Selector
from mcmort.catalogue.vocabulary import Measure
from mcmort.errors import DefinitionError

__all__ = ["DefinitionChanges", "definition_of", "shared_years"]


_SHORT: Final = 60


def _listed(values: Any) -> Any:
    return (values,) if isinstance(values, str) else values


_Rule = dict[str, Annotated[tuple[str | int, ...], BeforeValidator(_listed)]]


class DefinitionChanges(BaseModel):
    """Changes to a named definition; what is not given stays as the case says.

    Attributes
    ----------
    years : tuple of int, optional
        First and last year to restrict it to.
    measure : {"registered", "all"}, optional
        Deaths registered by those responsible only, or all.
    net : bool, optional
        Whether to take off ordinary mortality.
    include, exclude : tuple of dict
        Selectors to add, from facet to values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    years: tuple[int, int] | None = None
    measure: Measure | None = None
    net: bool | None = None
    include: tuple[_Rule, ...] = ()
    exclude: tuple[_Rule, ...] = ()

    @field_validator("include", "exclude")
    @classmethod
    def _are_selectors(cls, rules: tuple[_Rule, ...]) -> tuple[_Rule, ...]:
        for rule in rules:
            try:
                Selector.model_validate(rule)
            except ValidationError as error:
                raise ValueError(_defects(error)) from error
        return rules

    @classmethod
    def checked(cls, **given: Any) -> Self:
        """Return changes from what a user gives.

        Raises
        ------
        DefinitionError
            If something is given that is no change of a definition.
        """
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            if {one["loc"][0] for one in error.errors()} == {"years"}:
                found, expected = repr(given["years"])[:_SHORT], "the first and the last year, as (1928, 1953)"
                raise DefinitionError(
                    f"no change of a definition: years: found {found}; expected {expected}"
                ) from error
            raise DefinitionError(f"no change of a definition: {_defects(error)}") from error


def _defects(error: ValidationError) -> str:
    return "; ".join(
        f"{' > '.join(str(part) for part in one['loc'])}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors()
    )


def definition_of(case: Case, name: str, changes: DefinitionChanges | None = None) -> Definition:
    """Return a definition of a case, with changes.

    Parameters
    ----------
    case : Case
        The case.
    name : str
        Name of the definition.
    changes : DefinitionChanges, optional
        What to change in it.

    Returns
    -------
    Definition

    Raises
    ------
    DefinitionError
        If the case has no definition of that name, or the years run backwards or share none with its own.
    """
    if name not in case.definitions:
        raise DefinitionError(case.missing(name, "definition"))
    base = case.definitions[name]
    if changes is None:
        return base
    update: dict[str, Any] = {key: value for key in ("measure", "net") if (value := getattr(changes, key)) is not None}
    if changes.years is not None:
        update["years"] = shared_years(base.years, changes.years)
    for key in ("include", "exclude"):
        added = tuple(Selector.model_validate(rule) for rule in getattr(changes, key))
        update[key] = (*getattr(base, key), *added)
    return base.model_copy(update=update)


def shared_years(own: tuple[int, int] | None, asked: tuple[int, int]) -> tuple[int, int]:
    """Return the years that a definition, which may have none of its own, shares with those asked for.

    Raises
    ------
    DefinitionError
        If the years asked for run backwards, or there are none.
    """
    if asked[0] > asked[1]:
        raise DefinitionError(f"the years {asked[0]}:{asked[1]} run backwards; write {asked[1]}:{asked[0]}")
    first, last = (max(own[0], asked[0]), min(own[1], asked[1])) if own else asked
    if first > last and own:
        raise DefinitionError(f"the definition covers {own[0]} to {own[1]}, which {asked[0]}:{asked[1]} does not touch")
    return first, last
