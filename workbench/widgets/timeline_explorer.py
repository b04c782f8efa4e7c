"""One clip on one time axis: mouth, face, voice, both, the growing opinion and people's labels, under a moving cursor.

The page does what must be instant (another alpha, another threshold) with the same arithmetic as
``workbench.evaluation.decision``. Messages from the page: ``ready``, ``open`` (a clip), ``begin`` (a name), ``say``
(labels) and ``chosen`` (a span). Messages to it: ``state``, ``progress``, ``clip``, ``said``, ``marked``, ``refused``
and ``trouble``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.moment_context import MOST_SECONDS, moment_context
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.evaluation.decision import ALPHAS, MOST_STRETCHES, THRESHOLDS
from workbench.labels.project_mark import project_mark
from workbench.labels.store import LabelStore
from workbench.media.timeline import GRID_STEP_S
from workbench.models.runs import Run, latest_run
from workbench.project import Project
from workbench.sentiment import MODALITY_COLOURS
from workbench.systems.branch_answers import AnswerShelf, load_timeline_networks
from workbench.systems.clip_timeline import ClipTimeline
from workbench.systems.judged_clips import clip_choices
from workbench.widgets.messages import handle
from workbench.widgets.selection import Selection, moment_id
from workbench.widgets.timeline_session import TimelineSession

_HERE = Path(__file__).parent
PARTS = (
    "page_parts.js",
    "outbox_shelf.js",
    "outbox.js",
    "clip_player.js",
    "fusion_decision.js",
    "lane_painter.js",
    "timeline_lanes.js",
    "flip_slider.js",
    "face_overlay.js",
    "timeline_readout.js",
    "timeline_labels.js",
    "timeline_explorer.js",
)
"""The page's script: one ES module in several files, in this order."""
SOURCE = "timeline"


class TimelineExplorer(anywidget.AnyWidget):
    """The face of a :class:`TimelineSession`.

    Parameters
    ----------
    session : TimelineSession, optional
    selection : Selection, optional
        What the views of a page look at together: its one moment moves the cursor, a span chosen here is chosen there.
    project_id : str
        Where labels that wait in the browser belong.
    problem : str
        Shown instead of everything else when there is nothing to look at, and how to mend it.
    """

    _esm = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in PARTS)
    _css = "\n".join(
        (_HERE / name).read_text(encoding="utf-8") for name in ("frame_labeller.css", "timeline_explorer.css")
    )

    def __init__(
        self,
        session: TimelineSession | None = None,
        *,
        selection: Selection | None = None,
        project_id: str = "",
        problem: str = "",
    ) -> None:
        super().__init__()
        self.session, self.selection = session, selection or Selection()
        self._project_id, self._problem = project_id, problem
        self._shown = ""
        self.on_msg(self._receive)
        self.selection.observe(self._chosen_elsewhere, names="moments")

    def _receive(self, _: object, content: dict[str, Any], buffers: object = None) -> None:
        handlers = {
            "ready": self._tell_state,
            "open": self._open,
            "begin": self._begin,
            "say": self._say,
            "chosen": self._chosen_here,
        }
        problem = handle(content, handlers)
        if problem is not None:
            told = "refused" if content.get("type") == "begin" else "trouble"
            self.send({"type": told, "message": problem})

    def _tell_state(self, _: dict[str, Any]) -> None:
        state: dict[str, Any] = {"type": "state", "problem": self._problem, "project": self._project_id}
        if self.session is not None:
            state |= {
                "clips": self.session.choices_as_json(),
                "schemas": [schema.as_json() for schema in self.session.schemas.values()],
                "annotator": self.session.annotator,
                "alpha": self.session.alpha,
                "threshold": self.session.threshold,
                "alphas": ALPHAS.tolist(),
                "thresholds": THRESHOLDS.tolist(),
                "most_stretches": MOST_STRETCHES,
                "classes": self.session.schemas["sentiment"].as_json()["classes"],
                "modality_colours": MODALITY_COLOURS,
                "step_s": GRID_STEP_S,
            }
        self.send(state)

    def _begin(self, content: dict[str, Any]) -> None:
        session = self._running()
        session.begin(str(content.get("annotator", "")))
        self.send({"type": "begun", "annotator": session.annotator})

    def _open(self, content: dict[str, Any]) -> None:
        session, clip = self._running(), str(content["clip"])

        def told(done: int, total: int, what: str) -> None:
            self.send({"type": "progress", "clip": clip, "done": done, "total": total, "what": what})

        timeline = session.open(clip, progress=told)
        told(4, 4, "pictures and sound")
        meta, buffers, problem = self._media(clip)
        numbers, layout = numbers_of(timeline)
        message = {
            "type": "clip",
            "clip": clip,
            "meta": meta,
            "media_problem": problem,
            "layout": layout,
            "known": {question: list(words) for question, words in timeline.known.items()},
            "labels": session.labels(clip),
        }
        self._shown = clip
        self.send(message | {"marked": self._marks()}, [*buffers, numbers])

    def _media(self, clip: str) -> tuple[dict[str, Any], list[bytes], str]:
        """Return the pictures and the sound of a clip; without them what the networks said can still be looked at."""
        session = self._running()
        duration_s = session.choice(clip).duration_s
        end_s = min(duration_s, MOST_SECONDS)
        problem = ""
        if duration_s > MOST_SECONDS:
            problem = f"This clip lasts {duration_s:.0f} s: pictures and sound are of its first {MOST_SECONDS:.0f} s, the lanes are whole."
        try:
            meta, buffers = moment_context(session.dataset, clip, 0.0, end_s, radius_s=0.0).as_message()
        except WorkbenchError as error:
            nothing = {"clip": clip, "start_s": 0.0, "end_s": duration_s, "from_s": 0.0, "to_s": duration_s}
            meta, buffers = nothing | {"frame_times_s": [], "view": None, "sound": None}, []
            problem = f"The recording cannot be shown: {error}"
        return meta, buffers, problem

    def _say(self, content: dict[str, Any]) -> None:
        session = self._running()
        results = session.say([one for one in content.get("operations", []) if isinstance(one, dict)])
        labels = session.labels(self._shown) if self._shown else []
        self.send({"type": "said", "results": results, "clip": self._shown, "labels": labels})

    def _chosen_here(self, content: dict[str, Any]) -> None:
        """Choose the moments of a span for every view of the page; a span that is dropped was this view's to drop."""
        if content["start_s"] is None:
            if self.selection.source == SOURCE:
                self.selection.clear(source=SOURCE)
            return
        timeline = self._running().open(str(content["clip"]))
        start_s, end_s = float(content["start_s"]), float(content["end_s"])
        half = GRID_STEP_S / 2
        inside = timeline.time_s[(timeline.time_s > start_s - half) & (timeline.time_s < end_s + half)]
        words = f"{len(inside)} of {len(timeline.time_s)} moments of {timeline.clip}: {start_s:.2f} to {end_s:.2f} s on the timeline"
        self.selection.choose(
            (moment_id(timeline.clip, time_s) for time_s in inside), source=SOURCE, words=words
        )

    def _chosen_elsewhere(self, _: object) -> None:
        """Mark what another view has chosen; one moment alone takes the cursor along, of another clip it is offered."""
        if self.session is not None and self.selection.source != SOURCE:
            self.send({"type": "marked"} | self._marks())

    def _marks(self) -> dict[str, Any]:
        """Return which moments of the clip shown another view has chosen, and the only one where it is one we know."""
        chosen: list[tuple[str, float]] = []
        if self.selection.source != SOURCE:
            named = (name.rpartition("@") for name in self.selection.moments)
            chosen = [(clip, float(time_s)) for clip, _, time_s in named]
        offered = {choice.clip for choice in self._running().choices}
        return {
            "clip": self._shown,
            "times_s": [time_s for clip, time_s in chosen if clip == self._shown],
            "only": chosen[0] if len(chosen) == 1 and chosen[0][0] in offered else None,
            "words": self.selection.words,
        }

    def _running(self) -> TimelineSession:
        if self.session is None:
            raise InvalidInputError("There must be a clip to look at. There is none: " + self._problem)
        return self.session


def numbers_of(timeline: ClipTimeline) -> tuple[bytes, list[tuple[str, int, int]]]:
    """Return all of a timeline's arrays as one buffer of float64, NaN kept, and (name, rows, columns) of each."""
    branches = timeline.branches
    arrays = {
        "time_s": timeline.time_s,
        "frame_time_s": timeline.frame_time_s,
        "p_open": branches.p_open,
        "visual": branches.visual,
        "audio": timeline.audio,
        "audiovisual": branches.audiovisual,
        "box": timeline.box,
        "landmarks": timeline.landmarks.reshape(len(timeline.time_s), -1),
    }
    layout = [(name, len(a), 1 if a.ndim == 1 else a.shape[1]) for name, a in arrays.items()]
    flat = np.concatenate([np.asarray(a, dtype="<f8").ravel() for a in arrays.values()])
    return flat.tobytes(), layout


def timeline_of(
    project: Project,
    run: str | None = None,
    clip: str | None = None,
    selection: Selection | None = None,
    *,
    dataset: str | None = None,
    annotator: str = "",
) -> TimelineExplorer:
    """Return the timeline of the clips of a run's test part; what stands in the way is said in the widget.

    Parameters
    ----------
    run : str, optional
        An audiovisual run's id or a unique part of it; the newest finished one when left out.
    clip : str, optional
        The clip shown first; else one that the run was wrong about.
    selection : Selection, optional
        Shared with the other views of the page.
    dataset : str, optional
        Another dataset than the run's own: all its extracted clips are offered.
    annotator : str
        Who labels; the page asks for the name when it is empty.

    Examples
    --------
    >>> timeline_of(Project.open())  # doctest: +SKIP
    """
    try:
        found = Run.open(project, run) if run else latest_run(project, network="audiovisual")
        if found is None:
            raise InvalidInputError(
                "A timeline needs a trained system. No audiovisual run is finished here: run `workbench train NAME --network all`."
            )
        facts = found.facts()
        if facts["network"] != "audiovisual":
            raise InvalidInputError(
                f"A timeline is of the running system. {found.id} is a {facts['network']} run: name an audiovisual one."
            )
        opened = Dataset.open(project, dataset or facts["dataset"])
        choices = clip_choices(opened, found, first=clip)
        store = LabelStore.open(project.labels)
        store.check_writable()
        session = TimelineSession(
            opened,
            choices,
            lambda: load_timeline_networks(project, found.id),
            store,
            shelf=AnswerShelf(project, found, opened),
            annotator=annotator,
        )
        return TimelineExplorer(session, selection=selection, project_id=project_mark(project.labels))
    except WorkbenchError as error:
        return TimelineExplorer(selection=selection, problem=str(error))
