"""Chains of the PyMC model of some evidence: compiled by PyTensor, run by nutpie, from the starting points of any fit.

The density is that of the tape, written by another library: what the two draw differs by Monte Carlo error alone. It
takes half a minute to compile where the tape needs no compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import ref

from mcmort.bayes.chain_start import ChainStart
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.nutpie_adapter import Chains, Relay, SamplerSettings, finished, run_from_starts, start_public
from mcmort.bayes.vectorised_pymc import FREE_VARIABLES, vectorised_model

__all__ = ["PymcChains"]


class PymcChains:
    """The compiled PyMC model of some evidence, from which any number of chains can be drawn.

    Parameters
    ----------
    evidence : Evidence
        From `mcmort.bayes.evidence.collect`.
    """

    def __init__(self, evidence: Evidence) -> None:
        import nutpie
        import pytensor

        # with fast arithmetic a function from the compiler's cache gives other bits than one compiled anew
        with pytensor.config.change_flags(numba__fastmath=False):
            self.model: Any = nutpie.compile_pymc_model(vectorised_model(evidence), var_names=FREE_VARIABLES)

    def sample(self, settings: SamplerSettings, report: Callable[[int], None] | None = None) -> Chains:
        """Draw chains; the parameters are those of `mcmort.bayes.nutpie_adapter.sample_chains`."""

        def run(settings: SamplerSettings, relay: Relay | None, start: ChainStart) -> Chains:
            model, held = replace(self.model, initial_point_func=start), ref(start)
            return finished(start_public(model, FREE_VARIABLES, settings, relay, lambda: held() is None), relay)

        return run_from_starts(run, self.model.n_dim, settings, report)
