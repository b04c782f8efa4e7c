"""The map of moments in a notebook: point at a moment to see and hear it, draw a lasso to choose for every view.

Messages from the browser: ``ready``, ``lasso`` (a polygon in map coordinates), ``category`` (an entry of a legend),
``clear``, ``look`` and ``hear`` (a point's row). Messages to the browser: ``state`` (with the points, the mask of the chosen
ones and the codes of each colouring as buffers), ``chosen`` (with the mask), ``look`` (with pictures), ``sound`` (with a
WAV file) and ``trouble``.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import anywidget

from workbench.datasets.moment_preview import MomentPreviews
from workbench.evaluation.projection import Method
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.mapping import N_MOMENTS, MomentMap, map_moments
from workbench.widgets.map_view import MapView
from workbench.widgets.messages import handle
from workbench.widgets.selection import Selection

_HERE = Path(__file__).parent
PARTS = ("page_parts.js", "map_painter.js", "map_points.js", "map_card.js", "map_plot.js", "map_explorer.js")
"""The files that make up the widget's one ES module, in order."""


class MapExplorer(anywidget.AnyWidget):
    """Show a map and let people choose on it.

    Parameters
    ----------
    view : MapView
        All that is shown and done.
    previews : MomentPreviews, optional
        Faces and sounds; without them a point has words only.
    """

    _esm = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in PARTS)
    _css = (_HERE / "map_explorer.css").read_text(encoding="utf-8")

    def __init__(self, view: MapView, previews: MomentPreviews | None = None) -> None:
        self.view, self._previews = view, previews
        super().__init__()
        view.on_change(lambda: self.send(*self._chosen("chosen")))
        self.on_msg(self._receive)

    @property
    def selection(self) -> Selection:
        """What is chosen, shared with other views."""
        return self.view.selection

    def close(self) -> None:
        """Take the map off the page; it no longer hears what other views choose."""
        self.view.close()
        super().close()

    def _receive(self, _: object, content: dict[str, Any], buffers: object = None) -> None:
        handlers = {
            "ready": lambda content: self.send(*self._state()),
            "lasso": lambda content: self.view.choose_within(content["polygon"], how=str(content["how"])),
            "category": lambda content: self.view.choose_category(
                str(content["colouring"]), str(content["category"])
            ),
            "clear": lambda content: self.view.clear(),
            "look": self._look,
            "hear": self._hear,
        }
        problem = handle(content, handlers)
        if problem is not None:
            self.send({"type": "trouble", "message": problem})

    def _state(self) -> tuple[dict[str, Any], list[bytes]]:
        message, (mask,) = self._chosen("state")
        message |= {
            "title": self.view.title,
            "note": self.view.note,
            "colourings": [
                {"name": one.name, "categories": [asdict(category) for category in one.categories]}
                for one in self.view.colourings
            ],
        }
        codes = [one.codes.astype("<u2").tobytes() for one in self.view.colourings]
        return message, [self.view.points.astype("<f4").tobytes(), mask, *codes]

    def _chosen(self, kind: str) -> tuple[dict[str, Any], list[bytes]]:
        view = self.view
        message = {
            "type": kind,
            "filtered": view.filtered,
            "words": view.words(),
            "n_chosen": int(view.chosen.sum()),
        }
        return message, [view.chosen.tobytes()]

    def _look(self, content: dict[str, Any]) -> None:
        row = int(content["row"])
        words, pictures = self.view.words_about(row), {}
        moment = self.view.moments.iloc[row]
        if self._previews is not None:
            pictures = self._previews.pictures(moment["clip"], int(moment["moment"]))
        sound = self._previews is not None and bool(moment["heard"])
        message = {"type": "look", "row": row, "words": words, "pictures": list(pictures), "sound": sound}
        self.send(message, list(pictures.values()))

    def _hear(self, content: dict[str, Any]) -> None:
        row = int(content["row"])
        self.view.words_about(row)  # refuses a row that is not there
        moment, wav = self.view.moments.iloc[row], None
        if self._previews is not None:
            wav = self._previews.sound(moment["clip"], float(moment["time_s"]))
        self.send({"type": "sound", "row": row}, [] if wav is None else [wav])


def explore(found: MomentMap, *, selection: Selection | None = None) -> MapExplorer:
    """Show a map that was made (:func:`workbench.systems.mapping.map_moments`)."""
    moments = found.moments
    note = f"{found.map.reading()}; {found.map.trust.in_words()}. {found.parts()}."
    view = MapView(
        found.map.coordinates,
        moments,
        classes=found.classes,
        selection=selection,
        title=found.title(),
        note=note[0].upper() + note[1:],
    )
    wanted = {str(clip): rows["moment"].tolist() for clip, rows in moments.groupby("clip")}
    return MapExplorer(view, MomentPreviews(found.dataset, wanted))


def map_of(
    project: Project,
    run: str,
    *,
    layer: str | None = None,
    method: Method = "tsne",
    n_moments: int = N_MOMENTS,
    seed: int = 0,
    selection: Selection | None = None,
    progress: Progress = silent,
) -> MapExplorer:
    """Map moments of a run by what a layer makes of them, and show the map.

    Parameters and errors as :func:`workbench.systems.mapping.map_moments`.

    Parameters
    ----------
    selection : Selection, optional
        Shared with the other views of the page.
    """
    found = map_moments(
        project, run, layer=layer, method=method, n_moments=n_moments, seed=seed, progress=progress
    )
    return explore(found, selection=selection)
