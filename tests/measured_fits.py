"""Answers to requests for fits of the model of measured errors, made up in place of fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mcmort.analysis.measured_errors.single_events import COMMON
from mcmort.catalogue.measured_errors import ErrorLibrary

__all__ = ["Answers"]


class Answers:
    """Answers requests of `fit_whole` and `fit_without`, and keeps what was asked.

    Parameters
    ----------
    library : ErrorLibrary
        One with fitted numbers.
    khat : mapping
        Diagnostic of importance sampling by event; a tenth for those not named.
    """

    weighed_sd: Final = 0.25
    refitted_sd: Final = 0.75

    def __init__(self, library: ErrorLibrary, khat: Mapping[str, float | None]) -> None:
        self.library, self.khat = library, khat
        self.asked: list[dict[str, Any]] = []

    def __call__(
        self, function: Any, library: ErrorLibrary, requests: Sequence[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Answer requests."""
        assert library is self.library
        self.asked += requests
        answer = {"fit_whole": self.whole, "fit_without": self.without}[function.__name__]
        return [answer(request) for request in requests]

    def whole(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer of `fit_whole`."""
        del request
        events = dict.fromkeys(sorted({pair.event for pair in self.library.pairs if pair.measures_error}))
        return {
            "fitted": {name: value for name, value in self._fitted.items() if name != "single_events"},
            "medians": self._medians(0.5),
            "left_out": {
                name: {
                    "khat": self.khat.get(name, 0.1),
                    "laws": [self._laws(pair.id, self.weighed_sd) for pair in self.library.pairs if pair.event == name],
                    "moved": self._medians(0.6),
                }
                for name in events
            },
        }

    def without(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer of `fit_without`."""
        laws = [self._laws(one["id"], self.refitted_sd) for one in request["figures"]]
        return {"laws": laws, "medians": self._medians(0.4)}

    @property
    def _fitted(self) -> dict[str, Any]:
        assert self.library.fitted is not None
        return self.library.fitted

    def _medians(self, value: float) -> dict[str, list[float]]:
        names = {one["name"] for one in (*self._fitted["classes"], *self._fitted["bases"])}
        quantities = [f"{kind}:{name}" for name in names for kind in ("bias", "spread")]
        return {name: [value, 0.01] for name in (*quantities, *COMMON)}

    @staticmethod
    def _laws(name: str, log_sd: float) -> dict[str, Any]:
        law = {"bias": 0.0, "log_sd": log_sd}
        prior = {"bias": 0.0, "bias_sd": 0.1, "log_spread": -0.7, "log_spread_sd": 0.2}
        laws = {"events": 12, "found": law, "corrected": law, "found_prior": prior, "corrected_prior": prior}
        return {"id": name, "laws": laws}
