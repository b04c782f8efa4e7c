"""Everything a labelling page is made of, put together: what to ask, of whom, in which order, with or without a machine."""

from __future__ import annotations

from workbench.datasets.catalog import Dataset
from workbench.datasets.ordering import RANDOM_SHARE, Order
from workbench.errors import WorkbenchError
from workbench.labels.project_mark import project_mark
from workbench.labels.schema import schema_of
from workbench.labels.session import LabelSession
from workbench.labels.store import LabelStore
from workbench.project import Project
from workbench.systems.labelling_plan import LabellingPlan, Unit, task_source
from workbench.systems.suggestions import Suggestions
from workbench.widgets.frame_labeller import FrameLabeller
from workbench.widgets.labelling_messages import Reveal
from workbench.widgets.labelling_messages import Suggestions as Guesses


def label_frames(
    project: Project,
    dataset: str,
    question: str,
    *,
    annotator: str = "",
    n_tasks: int = 200,
    seed: int = 0,
    unit: Unit = "frame",
    order: Order = "spread",
    random_share: float = RANDOM_SHARE,
    overlap: int | None = None,
    repeats: float = 0.0,
    suggestions: Guesses | str | None = None,
    reveal: Reveal = "after",
) -> FrameLabeller:
    """Return the widget that asks ``question`` about moments of a dataset.

    What stands in the way (no such dataset, nothing extracted, labels that cannot be written) is said in the
    widget, where the annotator sees it.

    Parameters
    ----------
    dataset : str
        Name of an imported and extracted dataset.
    question : str
        What to ask: :data:`workbench.labels.schema.QUESTIONS`.
    annotator : str
        Who answers; the widget asks for the name when it is empty.
    n_tasks, seed : int
        How many, and which.
    unit : {"frame", "run"}
        One key for each moment, or for each run of near-identical moments.
    order : {"spread", "random", "uncertainty", "disagreement", "diversity"}
        Which come first: see :func:`workbench.systems.task_order.order_tasks`.
    random_share : float in [0, 1]
        Share that is drawn by lot whatever the order.
    overlap : int, optional
        How many people are asked about each; None asks everybody about all.
    repeats : float in [0, 1]
        Share that is asked of the same person again, unannounced.
    suggestions : str or Suggestions, optional
        A trained run (its id, or ``"newest"``) whose guesses are shown and kept as ``reveal`` says.
    reveal : {"after", "before", "never"}
        Show a guess after one's own answer, before it, or never.

    Examples
    --------
    >>> label_frames(Project.open(), "sample", "mouth", unit="run", overlap=2)  # doctest: +SKIP
    """
    try:
        schema = schema_of(question)
        opened = Dataset.open(project, dataset)
        store = LabelStore.open(project.labels)
        store.check_writable()
        plan = LabellingPlan(
            question=question,
            unit=unit,
            n_tasks=n_tasks,
            seed=seed,
            order=order,
            random_share=random_share,
            overlap=overlap,
            repeats=repeats,
        )
        source = task_source(project, opened, store, plan)
        return FrameLabeller(
            schema,
            lambda name: LabelSession(store, source(name), schema, name),
            annotator=annotator,
            suggestions=_guesses(project, opened, question, suggestions),
            reveal=reveal,
            project_id=project_mark(project.labels),
        )
    except WorkbenchError as error:
        return FrameLabeller(problem=str(error))


def _guesses(
    project: Project, dataset: Dataset, question: str, asked: Guesses | str | None
) -> Guesses | None:
    if not isinstance(asked, str):
        return asked
    return Suggestions.open(project, dataset, question, run=None if asked == "newest" else asked)
