"""The steps of an erasing, in their order: each has a name, says what it erases, and can be repeated without harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.forgetting import dataset_steps, label_steps, page_steps, run_steps
from workbench.forgetting.work import Work


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    name : str
        Stored in the journal.
    what : str
        What it erases, for people.
    do : callable
        Does it, or counts in a dry run.
    """

    name: str
    what: str
    do: Callable[[Work], None]


STEPS = (
    Step("tombstones", "contents to be refused from now on", dataset_steps.tombstones),
    Step("label studio", "items in journals of Label Studio", label_steps.label_studio),
    Step("labels", "label events and queue items", label_steps.store),
    Step("label copies", "events of older copies, keys of backups", label_steps.label_copies),
    # Pages before runs: which runs are concerned can be seen in either order, and pages show most.
    Step("exports", "exports and reports written anywhere", page_steps.exports),
    Step("pages", "pages, publications, pictures and rows of tables", page_steps.pages),
    Step("runs", "rows and files of runs", run_steps.runs),
    Step("groups", "rows and files of groups of runs", run_steps.groups),
    Step("comparisons", "comparisons made again", run_steps.comparisons),
    Step("recordings", "recordings and archives", dataset_steps.recordings),
    Step("derived", "features, voice and rows of embeddings", dataset_steps.derived),
    Step("tables", "rows of catalog, truth, consents and quarantine", dataset_steps.tables),
    Step("leftovers", "half-written files", dataset_steps.leftovers),
)
