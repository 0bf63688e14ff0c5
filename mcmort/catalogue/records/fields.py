"""Types of the values that records hold, and what all records share."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from mcmort.catalogue.vocabulary import KINDS_OF, Basis, Kind

__all__ = [
    "Count",
    "Flag",
    "Id",
    "Name",
    "Number",
    "Record",
    "RecordError",
    "Text",
    "Texts",
    "Values",
    "Years",
    "check_kind",
    "check_years",
]


class RecordError(ValueError):
    """A defect between the keys of one record, in the terms of a `mcmort.errors.Problem`."""

    def __init__(self, key: str, found: str, expected: str, hint: str = "") -> None:
        self.key, self.found, self.expected, self.hint = key, found, expected, hint
        super().__init__(f"found {found}; expected {expected}" + (f". Hint: {hint}" if hint else ""))


def _as_tuple(value: Any) -> Any:
    """Accept a single text for a list of one, and a list for a tuple."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _as_years(value: Any) -> Any:
    """Accept ``1937`` for ``[1937, 1937]``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, value)
    return tuple(value) if isinstance(value, list) else value


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Count = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0)]
Year = Annotated[int, Field(strict=True, ge=-5000, le=3000)]
Years = Annotated[tuple[Year, Year], BeforeValidator(_as_years, json_schema_input_type=Year | tuple[Year, Year])]
Flag = Annotated[bool, Field(strict=True)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple, json_schema_input_type=Text | tuple[Text, ...])]
_NonEmpty = Annotated[tuple[Text, ...], Field(min_length=1)]
Values = Annotated[_NonEmpty, BeforeValidator(_as_tuple, json_schema_input_type=Text | _NonEmpty)]


def check_years(years: tuple[int, int] | None) -> None:
    """Refuse a span of years whose last year comes before its first."""
    if years is not None and years[0] > years[1]:
        raise RecordError("years", f"{years[0]} to {years[1]}", "the first year first", "swap the two years")


def check_kind(basis: Basis, kind: Kind | None) -> None:
    """Refuse a kind of register or of excavation for a basis that has no such kinds."""
    kinds = KINDS_OF.get(basis, ())
    if kind is not None and kind not in kinds:
        expected = f"one of {', '.join(kinds)}" if kinds else "nothing"
        raise RecordError(
            "kind",
            f"{kind!r} of basis {basis}",
            expected,
            "kinds tell apart registers, reconstructions and exhumations",
        )


class Record(BaseModel):
    """Base of all records: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _years_run_forward(self) -> Self:
        check_years(getattr(self, "years", None))
        return self
