"""The moments that all views of a page look at: chosen in one of them, shown by every other."""

from __future__ import annotations

from collections.abc import Iterable

import traitlets


def moment_id(clip: str, start_s: float) -> str:
    """Return the name by which views speak of a moment, the same in each: its clip and its time to the millisecond."""
    return f"{clip}@{start_s:.3f}"


class Selection(traitlets.HasTraits):
    """What is chosen now. Views observe ``moments``; whoever chooses says who it was.

    Attributes
    ----------
    moments : tuple of str
        Moment names (:func:`moment_id`) in the order chosen; empty means everything.
    source : str
        The view that chose last (``"map"``, ``"confusion"``, ``"timeline"`` …), so that it need not redraw itself.
    words : str
        What was chosen, for people: "12 of 600 moments: lasso on the map".
    """

    moments = traitlets.Tuple()
    source = traitlets.Unicode()
    words = traitlets.Unicode()

    def choose(self, moments: Iterable[str], *, source: str, words: str = "") -> None:
        """Choose these moments; observers of ``moments`` hear of it once, with ``source`` and ``words`` already set."""
        with self.hold_trait_notifications():
            self.source, self.words = source, words
            self.moments = tuple(dict.fromkeys(moments))

    def clear(self, *, source: str = "") -> None:
        """Go back to everything."""
        self.choose((), source=source)
