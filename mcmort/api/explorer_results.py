"""What an explorer in a notebook can choose from, and the results of any choice: stored, thinned or exact."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from mcmort.analysis.explorer.model import MEASURES
from mcmort.analysis.explorer.standards import ADMITTED
from mcmort.analysis.summary import PROBABILITIES
from mcmort.api.reports import TotalReport
from mcmort.api.verbs import total_with
from mcmort.catalogue import Case
from mcmort.catalogue.records import Definition, Selector
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.definitions import same_scope
from mcmort.errors import DefinitionError, UsageError
from mcmort.present.numbers import rounding_for, rounding_of
from mcmort.present.page.page_data import Variant, page_data
from mcmort.present.wording import or_more
from mcmort.totals import DefinitionChanges, Total, definition_of, resolve, total_of

__all__ = ["ExplorerResults"]

_KEYS: Final = ("definition", "components", "years", "measure", "net", "interval", "engine", "standard")
_LEVEL: Final = 0.95

type Choice = dict[str, Any]
"""A selection: the definition that it starts from, ids of components, first and last year, measure, net, the
probability of the interval, engine and standard of evidence; plain values, as JSON has them."""


@dataclass(frozen=True)
class ExplorerResults:
    """The results behind an explorer.

    Attributes
    ----------
    variants : tuple of Variant
        Of each engine, under each standard of evidence.
    default : str
        The definition that is shown first.
    """

    variants: tuple[Variant, ...]
    default: str

    @property
    def case(self) -> Case:
        """The case."""
        return self.variants[0].model.draws.case

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The years to choose from, first all of the case."""
        return self.variants[0].model.spans

    @cached_property
    def definitions(self) -> tuple[str, ...]:
        """The definitions to choose from."""
        return tuple(row.total.definition.id for row in self.variants[0].comparison.rows)

    def data(self) -> str:
        """Return what the program of the explorer computes with, as JSON."""
        content = page_data(self.variants, self.default)
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    def whole(self, given: Mapping[str, Any]) -> Choice:
        """Return a selection whole: what is not given is as the definition has it.

        Raises
        ------
        UsageError
            If it names what there is not.
        """
        for key in given:
            if key not in _KEYS:
                raise UsageError(_none_of("part of a selection named", key, _KEYS))
        name = given.get("definition", self.default)
        if name not in self.definitions:
            raise UsageError(_none_of("definition", name, self.definitions))
        base, first = self.case.definitions[name], self.variants[0]
        own = {"measure": base.measure, "net": base.net, "interval": _LEVEL, "years": self.spans[0],
               "engine": first.model.draws.manifest.engine, "standard": ADMITTED.name}  # fmt: skip
        choice = {"definition": name, "components": None, **own, **given}
        choice["years"] = list(self._years(choice["years"]))
        if choice["measure"] not in MEASURES:
            raise UsageError(_none_of("measure", choice["measure"], MEASURES))
        if choice["interval"] not in PROBABILITIES:
            raise UsageError(_none_of("interval", choice["interval"], PROBABILITIES))
        if not isinstance(choice["net"], bool):
            raise UsageError(f"net is {choice['net']!r}; expected True or False")
        chosen = self.counted(choice) if choice["components"] is None else choice["components"]
        choice["components"] = self._ordered(chosen)
        for component in set(choice["components"]) - self._available(choice):
            first, last = choice["years"]
            raise UsageError(f"{component!r} has none of the years {first}:{last}, so it cannot be selected there")
        return {key: choice[key] for key in _KEYS}

    def changed(
        self, choice: Choice, changes: Mapping[str, Any], add: Sequence[str] = (), without: Sequence[str] = ()
    ) -> Choice:
        """Return a selection with changes: a definition begins anew, other changes leave the rest as it is.

        Raises
        ------
        UsageError
            If a change names what there is not.
        """
        begins_anew = "definition" in changes
        kept = {key: choice[key] for key in ("years", "interval", "engine", "standard")}
        if not begins_anew:
            kept |= {key: choice[key] for key in ("definition", "measure", "net")}
        found = self.whole({**kept, **changes})
        components = set(found["components"])
        if not begins_anew and "components" not in changes and choice["components"] != self.counted(choice):
            components = set(choice["components"]) & self._available(found)
        components = components.union(self._ordered(add)).difference(self._ordered(without))
        return self.whole({**found, "components": components})

    def counted(self, choice: Choice) -> list[str]:
        """Return the components that the definition of a selection counts in its years."""
        scope = self._variant(choice).model.scopes.get((choice["definition"], tuple(choice["years"])))
        return [] if scope is None else self._ordered(scope.counted)

    def summary(self, choice: Choice) -> dict[str, Any] | None:
        """Return the median and interval of a selection, stored or from thinned draws; None if there is no total."""
        variant, level = self._variant(choice), choice["interval"]
        if self._is_named(choice):
            row = next(row for row in variant.comparison.rows if row.total.definition.id == choice["definition"])
            own, rounding = row.summary.interval(level), rounding_for(row.summary, level)
            low, median, high, draws = own.low, row.summary.median, own.high, row.summary.draws
            found: Total = row.total
        else:
            try:
                found = total_of(variant.model.draws, resolve(self.case, self._definition(choice)))
            except DefinitionError:
                return None
            values = found.values
            ends = {one: np.quantile(values, [(1.0 - one) / 2.0, (1.0 + one) / 2.0]) for one in PROBABILITIES}
            low, high = ends[level].tolist()
            median, draws = float(np.median(values)), len(values)
            error = variant.accuracy.typical * max(float(end[1] - end[0]) for end in ends.values())
            rounding = rounding_of([low, high, median], high - low, error)
        text = or_more(found, rounding.span(low, high))
        return {"median": median, "low": low, "high": high, "interval": level, "text": text, "draws": draws}

    def total(self, choice: Choice) -> TotalReport:
        """Return the total of a selection by all draws, with a receipt.

        Raises
        ------
        DefinitionError
            If nothing known is selected, or no definition leads to the selection by adding and leaving out components.
        """
        wanted, source = self._definition(choice), self._variant(choice).comparison.draws
        for name in dict.fromkeys([choice["definition"], *self.definitions]):
            changes = self._changes(name, choice)
            if changes is not None and same_scope(self.case, definition_of(self.case, name, changes), wanted):
                return total_with(source, name, changes, interval=choice["interval"])
        raise DefinitionError(
            f"no definition of {self.case.id} leads to this selection by adding or leaving out components: those that "
            f"{choice['definition']!r} excludes cannot be added to it. Hint: start from a definition that counts more"
        )

    def _changes(self, name: str, choice: Choice) -> DefinitionChanges | None:
        """Return how a definition must be changed for a selection; None if it has none of its years."""
        base, years = self.case.definitions[name], tuple(choice["years"])
        own = {
            "years": None if years == self.spans[0] else years,
            "measure": None if choice["measure"] == base.measure else choice["measure"],
            "net": None if choice["net"] == base.net else choice["net"],
        }
        scope = self._variant(choice).model.scopes.get((name, years))
        if scope is None:
            return None
        chosen, counted = set(choice["components"]), set(scope.counted)
        rules = {
            key: ({"component": tuple(sorted(names))},) if names else ()
            for key, names in (("include", chosen - counted), ("exclude", counted - chosen))
        }
        return DefinitionChanges.checked(**own, **rules)

    def _definition(self, choice: Choice) -> Definition:
        """Return a definition that counts what is selected: its own components as it does, others whole."""
        years = tuple(choice["years"])
        changes = DefinitionChanges(
            years=None if years == self.spans[0] else years, measure=choice["measure"], net=choice["net"]
        )
        base = definition_of(self.case, choice["definition"], changes)
        chosen, counted = set(choice["components"]), set(self.counted(choice))
        own = [_narrowed(rule, chosen & counted) for rule in base.include]
        added = [Selector.model_validate({"component": sorted(chosen - counted)})] if chosen - counted else []
        excluded = [_narrowed(rule, chosen & counted) for rule in base.exclude]
        return base.model_copy(update={"include": (*filter(None, own), *added), "exclude": (*filter(None, excluded),)})

    def _available(self, choice: Choice) -> set[str]:
        """Return the components that can be selected: those with any of the years, and what is never known."""
        model = self._variant(choice).model
        scope = model.scopes.get((choice["definition"], tuple(choice["years"])))
        known = {name for measure in MEASURES for name in model.deaths[measure]}
        return set() if scope is None else {*scope.frame.parts, *(set(self.case.components) - known)}

    def _is_named(self, choice: Choice) -> bool:
        """Whether a selection is a definition as the case has it, whose figures are stored."""
        base = self.case.definitions[choice["definition"]]
        stored = {row.total.definition.id for row in self._variant(choice).comparison.rows}
        return (
            choice["definition"] in stored
            and tuple(choice["years"]) == self.spans[0]
            and (choice["measure"], choice["net"]) == (base.measure, base.net)
            and choice["components"] == self.counted(choice)
        )

    def _variant(self, choice: Choice) -> Variant:
        found = {(one.model.draws.manifest.engine, one.standard.name): one for one in self.variants}
        key = (choice["engine"], choice["standard"])
        if key not in found:
            allowed = [f"{engine} with {standard}" for engine, standard in found]
            raise UsageError(_none_of("evidence", f"{key[0]} with {key[1]}", allowed))
        return found[key]

    def _years(self, years: Any) -> tuple[int, int]:
        try:
            first, last = years
        except (TypeError, ValueError):
            raise UsageError(
                f"the years are {years!r}; expected the first and the last, such as (1932, 1934)"
            ) from None
        if (first, last) not in self.spans:
            spans = ", ".join(f"{one}:{other}" for one, other in self.spans if one != other)
            single = ", ".join(str(one) for one, other in self.spans if one == other)
            raise UsageError(
                f"the explorer has no draws of the years {first}:{last}; expected one of {spans}"
                f"{f', or one of the single years {single}' if single else ''}. Hint: mcmort.total takes any years"
            )
        return first, last

    def _ordered(self, names: Collection[str]) -> list[str]:
        """Return components in the order of the case."""
        if isinstance(names, str):
            raise UsageError(f"the components are {names!r}; expected a list of their ids")
        for name in names:
            if name not in self.case.components:
                raise UsageError(self.case.missing(name, "component"))
        chosen = set(names)
        return [name for name in self.case.components if name in chosen]


def _narrowed(rule: Selector, components: set[str]) -> Selector | None:
    """Return a rule for some components alone; None if it names none of them."""
    own = set(rule.rules.get("component", components)) & components
    if not own:
        return None
    return Selector.model_validate({**rule.model_dump(exclude_none=True), "component": sorted(own)})


def _none_of(what: str, found: object, allowed: Collection[object]) -> str:
    words = [str(one) for one in allowed]
    hint = did_you_mean(str(found), words)
    return (
        f"the explorer has no {what} {found!r}; expected one of {', '.join(words)}{f'. Hint: {hint}' if hint else ''}"
    )
