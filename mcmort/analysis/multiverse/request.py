"""What is asked of a multiverse: which dials have which options, and which of them do not go together."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mcmort.analysis.request import Request
from mcmort.catalogue.reading.bounded_toml import refuse_device
from mcmort.catalogue.vocabulary import Basis
from mcmort.errors import UsageError

__all__ = ["DEFAULT_UNIVERSES", "Exclusion", "MultiverseRequest", "read_choices"]

DEFAULT_UNIVERSES: Final = 1_000


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


_Options = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Exclusion(BaseModel):
    """Options that do not go together: a universe in which all dials named are at one of them is left out.

    Attributes
    ----------
    options : dict of str to tuple of str
        Options by dial.
    reason : str
        Why, for the list of what was left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    options: Annotated[dict[str, _Options], Field(min_length=1)]
    reason: str = "as asked"


class MultiverseRequest(Request):
    """What is asked of a multiverse.

    Attributes
    ----------
    dials : dict of str to tuple of str
        Options of dials, the usual one first; a dial that is not named has the options of `dials_of`.
    standards : dict of str to tuple of str
        Standards of evidence of one's own: bases by a name, to be used as an option of the dial ``evidence``.
    exclude : tuple of Exclusion
        Options that do not go together, beside those that never do.
    universes : int
        The most universes; of more, a balanced random sample.
    holds : tuple of float
        Numbers of which is to be said in how many universes the interval holds them.
    """

    result: Literal["multiverse"] = "multiverse"
    dials: dict[str, Annotated[_Options, Field(min_length=1)]] = Field(default_factory=dict)
    standards: dict[str, Annotated[tuple[Basis, ...], Field(min_length=1)]] = Field(default_factory=dict)
    exclude: tuple[Exclusion, ...] = ()
    universes: Annotated[int, Field(ge=1)] = DEFAULT_UNIVERSES
    holds: tuple[Annotated[float, Field(allow_inf_nan=False)], ...] = ()

    @classmethod
    def checked(cls, where: str = "the multiverse", **given: Any) -> MultiverseRequest:
        """Return a request from what a user gives.

        Raises
        ------
        UsageError
            If something is given that is no part of a request.
        """
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise UsageError(f"{where}: {_defects(error)}") from error


def read_choices(path: Path) -> dict[str, Any]:
    """Read the dials, standards and exclusions of a TOML file.

    Parameters
    ----------
    path : Path
        With the tables ``[dials]`` and ``[standards]``, and a table ``[[exclude]]`` for each exclusion, whose keys are
        dials and ``reason``.

    Returns
    -------
    dict
        For `MultiverseRequest`.

    Raises
    ------
    UsageError
        If the file cannot be read or has other tables.
    """
    try:
        refuse_device(path)
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise UsageError(f"{path}: not TOML ({error})") from error
    unknown = sorted(set(content) - {"dials", "standards", "exclude"})
    if unknown:
        raise UsageError(f"{path}: found {', '.join(unknown)}; expected dials, standards or exclude")
    rules = content.get("exclude", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise UsageError(f"{path}: exclude is no list of tables. Hint: write [[exclude]]")
    content["exclude"] = [
        {"options": {key: value for key, value in rule.items() if key != "reason"}}
        | ({"reason": rule["reason"]} if "reason" in rule else {})
        for rule in rules
    ]
    MultiverseRequest.checked(str(path), **content)
    return content


def _defects(error: ValidationError) -> str:
    return "; ".join(
        f"{' > '.join(str(part) for part in one['loc']) or 'the whole'}: found {one['input']!r}; {one['msg'].lower()}"
        for one in error.errors()
    )
