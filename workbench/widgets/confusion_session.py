"""An analyst's sitting with the errors of some runs: cards of moments, corrections of their labels, and what these changed.

The state only: no picture, no browser. Its face is :mod:`workbench.widgets.confusion_explorer`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.labels.corrections import Corrections
from workbench.labels.schema import CANNOT_TELL
from workbench.systems.judged_moments import JudgedMoments, said_by
from workbench.widgets.error_view import ErrorView

_NEAR_S = 0.0005


class ConfusionSession:
    """Look at the moments behind a confusion matrix and correct their labels.

    Parameters
    ----------
    judged : JudgedMoments
        What the networks say about moments they never learnt from.
    corrections : Corrections
        Where corrections go, and the answers as they stand.

    Attributes
    ----------
    view : ErrorView
        What is looked at.
    """

    def __init__(self, judged: JudgedMoments, corrections: Corrections) -> None:
        self.view = ErrorView(judged)
        self.corrections = corrections
        self._relabelled: dict[str, tuple[str, ...]] = {}

    @property
    def judged(self) -> JudgedMoments:
        """What the networks say."""
        return self.view.judged

    def card(self, name: str) -> dict[str, Any]:
        """Return all that is said about one moment."""
        if name not in self.judged.table.index:
            raise InvalidInputError(f"A moment must be one of those judged. Received {name!r}.")
        row, classes = self.judged.table.loc[name], self.judged.classes
        says = []
        for network in self.judged.networks:
            chances = [float(row[said_by(network, c)]) for c in classes]
            said = classes[int(np.argmax(chances))] if np.isfinite(chances).all() else ""
            says.append({"network": network, "said": said, "chances": chances if said else None})
        doubts, own = self.view.doubts(), self.corrections.own(row["clip"], float(row["start_s"]))
        return {
            "id": name,
            "clip": row["clip"],
            "time_s": float(row["start_s"]),
            "about": self._about(row),
            "truth": row["truth"],
            "source": row["source"],
            "judged_as": row["judged_as"],
            "says": says,
            "reason": self._reason(name, row["truth"]),
            "suspect": bool(name in doubts.index and doubts.loc[name, "suspect"]),
            "outcome": self._outcome(row, own["value"]),
            **{f"own_{key}": value for key, value in own.items()},
        }

    def _reason(self, name: str, truth: str) -> str:
        """Return why the label is doubted; nothing where that was said of another label than the one that stands."""
        doubts = self.view.doubts()
        reason = str(doubts.loc[name, "reason"]) if name in doubts.index else ""
        return reason if reason.startswith(f"Labelled {truth}:") else ""

    def _about(self, row: pd.Series) -> str:
        known = [f"{of} {row[of]}" for of in ("speaker", "statement") if row[of]]
        known += [str(row[of]) for of in ("sex", "intensity", "emotion") if row[of]]
        return ", ".join([*known, *([f"mouth {row['mouth']}"] if row["mouth"] else [])])

    def relabel(
        self, name: str, value: str, *, whole: bool = False, op_id: str, seconds_taken: float | None = None
    ) -> list[str]:
        """Record what the label of a moment (or of its whole clip) should be; durable when this returns.

        Returns
        -------
        list of str
            The moments of the table that it is about.

        Raises
        ------
        InvalidInputError
            No such moment or answer, or no name was given yet.
        StorageError
            NOT saved, and why.
        """
        row = self._row(name)
        start_s, end_s = (0.0, self._clip_end(row["clip"])) if whole else (row["start_s"], row["start_s"])
        details: dict[str, Any] = {"from": "error explorer", "part": row["part"], "before": row["truth"]}
        # The network's answer was in view: whoever asks how far people follow the machine must know.
        details |= {**self._guess(row), "reveal": "before"}
        details["runs"] = [run.id for runs in self.judged.runs.values() for run in runs][:12]
        if seconds_taken is not None:
            details["seconds_taken"] = round(float(seconds_taken), 3)
        recorded = self.corrections.relabel(
            row["clip"], float(start_s), float(end_s), value, op_id=op_id, details=details
        )
        about = self._names_between(row["clip"], float(start_s), float(end_s))
        self._relabelled[recorded.event.op_id] = tuple(about)
        self._take_in(row["clip"])
        return about

    def flag(self, name: str, note: str, *, op_id: str) -> None:
        """Mark a moment for discussion; errors as :meth:`relabel`."""
        row = self._row(name)
        self.corrections.flag(row["clip"], float(row["start_s"]), float(row["start_s"]), note, op_id=op_id)

    def undo(self, name: str, undoes: str, *, op_id: str) -> None:
        """Take back an own answer or flag about a moment; errors as :meth:`Corrections.undo`."""
        row = self._row(name)
        self.corrections.undo(undoes, op_id=op_id)
        self._relabelled.pop(undoes, None)
        self._take_in(row["clip"])

    def _outcome(self, row: pd.Series, own: str) -> str:
        """Say in words what stands after one's own answer; empty where it is simply that answer."""
        if own and self.judged.answers == "known":
            return "Kept, but these runs learn and are judged by the recordings' own truth only (--answers known)."
        if not own or own == row["truth"]:
            return ""
        if own == CANNOT_TELL:
            return (
                "Kept. Who cannot tell has no vote: the label stays what the others, or the recording, say."
            )
        stands = row["truth"] or "no answer"
        return f"You say {own}; {stands} stands, for others answered or settled this too: see the adjudication notebook."

    def corrected(self) -> list[str]:
        """Return the part of every moment that was relabelled in this sitting and not taken back."""
        names = {name for about in self._relabelled.values() for name in about}
        return list(self.judged.table.loc[sorted(names), "part"])

    def corrections_made(self) -> frozenset[str]:
        """Return the operations of this sitting that corrected labels and stand."""
        return frozenset(self._relabelled)

    def go_on_with(self, judged: JudgedMoments, *, included: frozenset[str]) -> None:
        """Go on with runs that were trained again; ``included`` are the corrections they were trained with."""
        judged.read_truth(self.corrections.answers, self.corrections.verdicts)
        self.view.go_on_with(judged)
        names = set(judged.table.index)
        self._relabelled = {
            op_id: tuple(name for name in about if name in names)
            for op_id, about in self._relabelled.items()
            if op_id not in included
        }

    def _row(self, name: str) -> pd.Series:
        self.card(name)
        return self.judged.table.loc[name]

    def _guess(self, row: pd.Series) -> dict[str, Any]:
        """Return what the network looked at says about a moment, in the words labels keep it in."""
        chances = [float(row[said_by(self.view.network, name)]) for name in self.judged.classes]
        if not np.isfinite(chances).all():
            return {}
        best = int(np.argmax(chances))
        return {"suggested": self.judged.classes[best], "suggested_share": round(chances[best], 4)}

    def _clip_end(self, clip: str) -> float:
        catalog = self.judged.dataset.table().set_index("clip")
        return float(catalog.loc[clip, "duration_s"])

    def _names_between(self, clip: str, start_s: float, end_s: float) -> list[str]:
        table = self.judged.table
        rows = (table["clip"] == clip) & table["start_s"].between(start_s - _NEAR_S, end_s + _NEAR_S)
        return list(table.index[rows])

    def _take_in(self, clip: str) -> None:
        said, settled = self.corrections.answers, self.corrections.verdicts
        self.judged.read_truth(said[said["clip"] == clip], settled[settled["clip"] == clip], clips=[clip])
        self.view.labels_changed()
