"""The clips an analyst looks at one by one: those of a run's test part, with what the run said, the wrong ones first."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.moment_context import clip_of
from workbench.errors import InvalidInputError
from workbench.evaluation.clips import clips_with_changing_truth, decide_clips
from workbench.evaluation.predictions import read
from workbench.models.runs import Run


@dataclass(frozen=True)
class ClipChoice:
    """A clip that can be looked at.

    Attributes
    ----------
    clip, speaker : str
    truth : str
        What it was meant to be; empty where nobody knows.
    said : str
        What the run decided on its test part; empty for a clip outside it.
    duration_s : float
    """

    clip: str
    speaker: str
    truth: str
    said: str
    duration_s: float

    @property
    def wrong(self) -> bool:
        """Whether the run was wrong about it."""
        return bool(self.said and self.truth) and self.said != self.truth


def clip_choices(dataset: Dataset, run: Run, *, first: str | None = None) -> list[ClipChoice]:
    """Return the clips of a run's test part, those it was wrong about first; of another dataset, every extracted clip.

    Parameters
    ----------
    first : str, optional
        A clip that is offered before all others, in the test part or not.

    Raises
    ------
    InvalidInputError
        ``first`` is not in the catalog, or there is no clip to look at.
    """
    said = _said(run) if run.facts()["dataset"] == dataset.name else {}
    extracted = set(FeatureStore(dataset.features).clips())
    catalog = {clip.clip: clip for clip in dataset.clips()}
    wanted = [clip for clip in catalog if clip in extracted and (clip in said or not said)]
    if first is not None:
        wanted = [first, *(clip for clip in wanted if clip != first)]
    choices = []
    for name in wanted:
        clip = clip_of(dataset, name)
        truth, decided = said.get(name, ("", ""))
        choices.append(ClipChoice(name, clip.speaker, truth or clip.intended, decided, clip.duration_s))
    if not choices:
        raise InvalidInputError(
            f"A timeline needs an extracted clip. {dataset.name} has none that {run.id} was tested on: "
            f"run `workbench extract {dataset.name}`."
        )
    return sorted(choices, key=lambda choice: (choice.clip != first, not choice.wrong))


def _said(run: Run) -> dict[str, tuple[str, str]]:
    """Return (truth, decision) of each clip of a run's test part; no truth where people's answers change within it."""
    file = run.folder / "predictions.csv"
    if not file.is_file():
        return {}
    table = read(file)
    changing = set(clips_with_changing_truth(table))
    decided = decide_clips(table.assign(truth=table["truth"].where(~table["clip"].isin(changing), "")))
    return {row.clip: (row.truth, row.predicted) for row in decided.itertuples()}
