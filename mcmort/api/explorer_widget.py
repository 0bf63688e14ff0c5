"""The explorer of the page as a widget of a notebook; the only file that knows anywidget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from mcmort.api.explorer_results import ExplorerResults
from mcmort.api.reports import TotalReport
from mcmort.present.page.widget_program import widget_program

__all__ = ["ExplorerWidget"]


class ExplorerWidget(anywidget.AnyWidget):
    """An explorer in a notebook: choose what counts, and the total, its interval, figure and table follow at once.

    Parameters
    ----------
    results : ExplorerResults
        What there is to choose from.

    Attributes
    ----------
    selection : dict
        What is chosen: ``definition``, ``components``, ``years``, ``measure``, ``net``, ``interval``, ``engine`` and
        ``standard`` (of evidence). It follows the controls; set it, and they follow.
    summary : dict or None
        ``median``, ``low``, ``high`` and ``text`` of the present selection, as shown; None if there is no total.
    """

    _esm = widget_program()
    _data = traitlets.Unicode().tag(sync=True)
    selection = traitlets.Dict().tag(sync=True)
    summary = traitlets.Dict(allow_none=True, read_only=True)

    def __init__(self, results: ExplorerResults) -> None:
        self._results = results
        super().__init__(_data=results.data(), selection=results.whole({}))

    def select(self, *, add: Sequence[str] = (), without: Sequence[str] = (), **changes: Any) -> None:
        """Change the selection, and with it what is shown.

        Parameters
        ----------
        add, without : sequence of str
            Ids of components to add, or to leave out.
        **changes
            Parts of `selection`; a definition begins anew with its own components, measure and net.

        Raises
        ------
        UsageError
            If a change names what there is not.
        """
        self.selection = self._results.changed(self.selection, changes, add, without)

    def total(self) -> TotalReport:
        """Return the total of the present selection by all draws, not the thinned ones, with a receipt.

        Raises
        ------
        DefinitionError
            If nothing known is selected, or no definition leads to the selection by adding and leaving out components.
        """
        return self._results.total(self.selection)

    @traitlets.validate("selection")
    def _whole(self, proposal: dict[str, Any]) -> dict[str, Any]:
        return self._results.whole(proposal["value"])

    @traitlets.observe("selection")
    def _summarise(self, _: object) -> None:
        self.set_trait("summary", self._results.summary(self.selection))

    def __repr__(self) -> str:
        shown = self.summary["text"] if self.summary else "no total"
        return f"<Explorer of {self._results.case.id}: {self.selection['definition']}, {shown}>"
