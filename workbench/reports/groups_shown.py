"""The analyst's figures of the newest seeds, folds, search and ablation; where there is none yet, the command for one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from workbench.evaluation.disagreements import Disagreements, disagreements
from workbench.evaluation.estimates import Share
from workbench.evaluation.predictions import classes_of
from workbench.evaluation.repeats import Repeats
from workbench.evaluation.warnings import leak_codes
from workbench.files import write_text
from workbench.models.groups import Group, list_groups
from workbench.plots.ablation import plot_ablation
from workbench.plots.repeats import plot_repeats
from workbench.plots.search import plot_search
from workbench.plots.style import Drawing, as_svg, new_figure
from workbench.project import Project
from workbench.reports.stored import list_runs, stored_evaluation, stored_predictions
from workbench.systems.ablation import RUNNING, SYSTEMS, differences

_COMMANDS = {
    "seeds": "workbench train {dataset} --network visual --seeds 3",
    "folds": "workbench train {dataset} --network visual --folds 5",
    "search": "workbench search {dataset} --network visual --trials 20",
    "ablation": "workbench ablate {dataset}",
}
_NAMES = {
    "seeds": "a training with several seeds",
    "folds": "a cross-validation by speaker",
    "search": "a search for settings",
    "ablation": "an ablation of the modalities",
}


@dataclass(frozen=True)
class Said:
    """A sentence that shows itself in a notebook as Markdown, where there is nothing to draw yet."""

    words: str

    def _repr_markdown_(self) -> str:
        return self.words


def newest(project: Project, kind: str, dataset: str) -> Group | None:
    """Return the newest finished group of a kind on a dataset, or None."""
    return next(iter(list_groups(project, kind=kind, dataset=dataset, status="finished")), None)


def missing(kind: str, dataset: str) -> Said:
    """Say which command makes a group of a kind."""
    command = _COMMANDS[kind].format(dataset=dataset)
    return Said(f"There is not yet {_NAMES[kind]} of *{dataset}*. Make one with `{command}`.")


def seeds_figure(project: Project, dataset: str) -> Drawing | Said:
    """Draw the newest training with several seeds: each seed, and the mean with its interval."""
    group = newest(project, "seeds", dataset)
    if group is None:
        return missing("seeds", dataset)
    repeats, facts = Repeats.from_json(group.result()), group.facts()
    figure, (ax,) = new_figure(1, 1, width_inch=8.0, height_inch=1.6 + 0.3 * len(repeats.each))
    spread = f", spread {100 * repeats.spread:.1f} points" if repeats.spread is not None else ""
    plot_repeats(
        repeats.each,
        together=repeats.mean,
        words=f"mean of {len(repeats.each)}",
        unit=repeats.unit,
        title=f"{facts['network']}, several seeds on the same {repeats.unit}s{spread}",
        leaks=bool(leak_codes(facts["warnings"])),
        ax=ax,
    )
    return Drawing(figure)


def folds_figure(project: Project, dataset: str) -> Drawing | Said:
    """Draw the newest cross-validation: each fold with whom it tests, and all speakers together."""
    group = newest(project, "folds", dataset)
    if group is None:
        return missing("folds", dataset)
    each, facts, judged = group.result()["each"], group.facts(), stored_evaluation(group)
    level, unit = (judged["clips"], "clip") if judged["clips"] else (judged["frames"], "moment")
    figure, (ax,) = new_figure(1, 1, width_inch=8.0, height_inch=1.6 + 0.3 * len(each))
    plot_repeats(
        {_called(fold["fold"]): Share(**fold["accuracy"]) for fold in each},
        together=Share(**level["accuracy"]),
        words=f"all {level['n_speakers']} speakers",
        unit=unit,
        title=f"{facts['network']}, cross-validation by speaker",
        leaks=bool(leak_codes(facts["warnings"])),
        ax=ax,
    )
    return Drawing(figure)


def _called(fold: dict[str, object]) -> str:
    speakers = fold["speakers"]
    assert isinstance(speakers, list)
    whom = speakers[0] if len(speakers) == 1 else f"{len(speakers)} speakers"
    return f"fold {fold['number']}: {whom}"


def ablation_figure(project: Project, dataset: str) -> Drawing | Said:
    """Draw the newest ablation: each system's accuracy, and the gain of the running system over it."""
    group = newest(project, "ablation", dataset)
    return missing("ablation", dataset) if group is None else drawn_ablation(group)


def drawn_ablation(group: Group) -> Drawing:
    """Return the one figure of an ablation."""
    result, facts = group.result(), group.facts()
    accuracies = {}
    for name in SYSTEMS:
        level = result["systems"][name]["clips"] or result["systems"][name]["frames"]
        accuracies[name] = Share(**level["accuracy"])
    pairs = differences(group)
    figure = plot_ablation(
        accuracies,
        {name: gain for name, (gain, _) in pairs.items()},
        told_apart={name: bool(pair["distinguishable"]) for name, (_, pair) in pairs.items()},
        than=RUNNING,
        title=f"{facts['dataset']}, {facts['split']} split: the same clips for all",
        leaks=bool(leak_codes(facts["warnings"])),
    )
    return Drawing(figure)


def store_ablation_figure(group: Group) -> Path:
    """Keep the figure of an ablation with its group, as ``figure.svg``, and return its path."""
    path = group.folder / "figure.svg"
    write_text(path, as_svg(drawn_ablation(group).figure.axes[0]).decode())
    return path


def search_figure(project: Project, dataset: str) -> Drawing | Said:
    """Draw the newest search: every trial's score on the validation part, and the best so far."""
    group = newest(project, "search", dataset)
    if group is None:
        return missing("search", dataset)
    facts, result = group.facts(), group.result()
    figure, (ax,) = new_figure(1, 1, width_inch=8.0, height_inch=3.4)
    title = f"{facts['network']}: the best of {len(result['trials'])} trials is no. {result['best']['number'] + 1}"
    plot_search(result["trials"], title=title, ax=ax)
    return Drawing(figure)


def newest_disagreements(project: Project, dataset: str) -> pd.DataFrame | Said:
    """Return the clips that the two newest finished runs of the same test clips and classes do not both tell right."""
    finished = [run for run in list_runs(project) if run.facts()["status"] == "finished"]
    judged = [run for run in finished if run.facts()["dataset"] == dataset and not run.facts().get("fold")]
    for older, newer in zip(judged[1:], judged, strict=False):
        networks = [run.facts()["network"] for run in (newer, older)]
        names = networks if networks[0] != networks[1] else [newer.id, older.id]
        tables = dict(zip(names, map(stored_predictions, (newer, older)), strict=True))
        if _comparable(*tables.values()):
            return _readable(disagreements(tables)[0])
    return Said(
        f"There are not yet two runs of *{dataset}* on the same clips. Train some with `workbench train {dataset}`."
    )


def _readable(listed: Disagreements) -> pd.DataFrame:
    """Return the list with the names of the two in its columns, and how sure they were in per cent."""
    words = {"only_a": f"only {listed.a}", "only_b": f"only {listed.b}", "neither": "neither"}
    rows = listed.rows
    sure = {f"sure_{side}": rows[f"sure_{side}"].map("{:.0%}".format) for side in "ab"}
    told = rows.assign(outcome=rows["outcome"].map(words), **sure)
    columns = {"outcome": "right"}
    for side, name in (("a", listed.a), ("b", listed.b)):
        columns |= {f"says_{side}": f"{name} says", f"sure_{side}": f"{name}, how surely"}
    return told.rename(columns=columns)


def _comparable(a: pd.DataFrame, b: pd.DataFrame) -> bool:
    return classes_of(a) == classes_of(b) and not set(a["clip"]).isdisjoint(b["clip"])
