"""What the kernel runs: the real widget and the real store, on numbered pictures instead of faces."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from workbench.datasets.frame_tasks import Picture
from workbench.labels.schema import schema_of
from workbench.labels.session import LabelSession
from workbench.labels.store import LabelStore
from workbench.widgets.frame_labeller import FrameLabeller

QUESTION = "mouth"
ANNOTATOR = "hand"
TASKS_PER_CLIP = 500


@dataclass(frozen=True)
class NumberedTask:
    """The ``number``-th picture to label."""

    number: int

    @property
    def task_id(self) -> str:
        """Its name, which ends in its number."""
        return f"task-{self.number}"

    @property
    def clip(self) -> str:
        """Some clip."""
        return f"clip-{self.number // TASKS_PER_CLIP}"

    @property
    def start_s(self) -> float:
        """Some moment of it."""
        return round(0.03 * (self.number % TASKS_PER_CLIP), 6)

    end_s = start_s

    def details(self) -> dict[str, str]:
        """Return what is kept with the answer."""
        return {"pixels_sha256": hashlib.sha256(str(self.number).encode()).hexdigest()}

    def pictures(self) -> tuple[Picture, ...]:
        """Return a small picture in a shade of its own."""
        stream = io.BytesIO()
        Image.new("RGB", (28, 28), (self.number % 256, 90, 160)).save(stream, format="png")
        return (Picture("mouth", stream.getvalue()),)


def value_of(number: int) -> str:
    """Return what the hand says about a picture: odd ones are open."""
    return "open" if number % 2 else "closed"


def labeller(folder: str, *, n_tasks: int, fault: str = "") -> FrameLabeller:
    """Return the widget on the store in ``folder``; ``fault`` plants one that the checker must find.

    Faults: ``early`` acknowledges before anything is kept; ``forgetful`` keeps a repeated operation again.
    """
    place = Path(folder)
    store = LabelStore.open(place)
    if fault:
        _plant(store, fault)
    schema = schema_of(QUESTION)
    tasks = [NumberedTask(number) for number in range(n_tasks)]
    return FrameLabeller(schema, lambda name: LabelSession(store, tasks, schema, name), annotator=ANNOTATOR)


def _plant(store: LabelStore, fault: str) -> None:
    from dataclasses import replace
    from uuid import uuid4

    from workbench.labels.annotation import LabelEvent, RecordedEvent

    record_all = store.record_all
    held: list[LabelEvent] = []

    def early(events: list[LabelEvent]) -> list[RecordedEvent]:
        held.extend(events)
        if len(held) >= 20:
            record_all(held)
            held.clear()
        return [RecordedEvent(sequence=0, recorded_utc="", event=event) for event in events]

    def forgetful(events: list[LabelEvent]) -> list[RecordedEvent]:
        return record_all([replace(event, op_id=uuid4().hex) for event in events])

    store.record_all = {"early": early, "forgetful": forgetful}[fault]  # type: ignore[method-assign, assignment]
