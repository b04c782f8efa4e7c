"""Commands around the networks: networks, train, demo."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell
from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    from workbench.models.runs import Run
    from workbench.models.training import Epoch


class Network(StrEnum):
    """What can be trained."""

    mouth = "mouth"
    visual = "visual"
    audio = "audio"
    audiovisual = "audiovisual"
    all = "all"


class Split(StrEnum):
    """What keeps training and test apart."""

    speaker = "speaker"
    clip = "clip"
    sentence = "sentence"
    frame = "frame"


class Answers(StrEnum):
    """Whose answers are learnt from."""

    both = "both"
    known = "known"
    hand = "hand"


def networks(json: JsonOption = False) -> None:
    """Show every network's layers and count its parameters."""
    from workbench.models.architectures import layer_table, parameter_counts

    counts = parameter_counts()
    lines = []
    for name, layers in layer_table().items():
        lines.append(f"{name}: {counts[name]:,} parameters")
        lines += [
            f"  {row['layer']:<18} {row['output'][1:]!s:<18} {row['parameters']:>10,}" for row in layers
        ]
    tell(counts, [*lines, f"in the running system: {counts['total']:,} parameters"], as_json=json)


def train(
    name: Annotated[str | None, typer.Argument(help="The dataset.")] = None,
    network: Annotated[Network, typer.Option(help="Which network, or all four in order.")] = Network.all,
    split: Annotated[
        Split,
        typer.Option(help="speaker: new people; clip: new clips; sentence: new words; frame: the paper's."),
    ] = Split.speaker,
    epochs: Annotated[
        int | None, typer.Option(help="Times through the data. (default: 50, as published)")
    ] = None,
    seed: SeedOption = 0,
    per_class: Annotated[
        int | None, typer.Option(help="Training samples per class at most. (default: as published)")
    ] = None,
    learning_rate: Annotated[float | None, typer.Option(help="(default: as published)")] = None,
    augment: Annotated[
        bool, typer.Option(help="The paper's second visual run: turned, moved, mirrored faces.")
    ] = False,
    freeze_branches: Annotated[
        bool, typer.Option(help="Audiovisual: learn the fusing layer only, in seconds.")
    ] = False,
    answers: Annotated[
        Answers, typer.Option(help="known: the recording's own; hand: people's; both: people's first.")
    ] = Answers.both,
    soft_labels: Annotated[
        bool, typer.Option(help="Learn from how people's votes are spread, not from the majority alone.")
    ] = False,
    mouth_run: Annotated[
        str | None, typer.Option(help="A mouth run of another dataset to gate with.")
    ] = None,
    like: Annotated[
        str | None, typer.Option(metavar="RUN|SEARCH", help="The settings of a run, or the best of a search.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(help="So many seeds on the same test clips: mean, spread, interval.")
    ] = None,
    folds: Annotated[
        str | None,
        typer.Option(
            metavar="K|speaker", help="Cross-validate by speaker: K folds, or one speaker at a time."
        ),
    ] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this stopped run, seeds or folds.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Train the paper's networks; every run lands in reports/runs/ with its settings, curves and judgement."""
    from workbench.cli.repeat import is_group, resume_group, settings_like, train_groups
    from workbench.models.settings import VISUAL_AUGMENTATION
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.systems.experiment import resume as resume_run
    from workbench.systems.experiment import train as train_one
    from workbench.systems.modalities import train_all
    from workbench.systems.plan import plan

    opened = Project.open(project)
    if (name is None) == (resume is None):
        raise InvalidInputError(
            "Training needs a dataset's name, or --resume RUN, not both. Try `workbench train sample`."
        )
    if augment and network is not Network.visual:
        raise InvalidInputError("--augment belongs to --network visual (the paper's second visual run).")
    changes: dict[str, Any] = {"per_class_train": per_class, "learning_rate": learning_rate}
    changes |= {"per_class_validation": max(1, per_class // 4) if per_class else None}
    changes |= {"train_branches": False if freeze_branches else None, "soft_labels": soft_labels or None}
    base = settings_like(opened, like, network.value) if like else None
    if seeds is not None or folds is not None:
        common = {"split": split.value, "seed": seed, "answers": answers.value, "mouth_run": mouth_run}
        augmentation = VISUAL_AUGMENTATION if augment else None
        asked = {**common, "epochs": epochs, "augmentation": augmentation, "like": base, **changes}
        train_groups(opened, str(name), network.value, seeds=seeds, folds=folds, as_json=json, **asked)
        return
    if resume is not None and is_group(opened, resume):
        resume_group(opened, resume, as_json=json)
        return
    with terminal("train") as progress:
        if resume is not None:
            run = resume_run(opened, resume, on_epoch=tell_epoch, progress=progress)
            runs = {run.facts()["network"]: run}
        elif network is Network.all:
            runs = train_all(
                opened, str(name), split=split.value, seed=seed, answers=answers.value, epochs=epochs, mouth_run=mouth_run,
                on_epoch=tell_epoch, progress=progress, **changes,
            )  # fmt: skip
        else:
            what = plan(
                str(name), network.value, split=split.value, seed=seed, answers=answers.value, mouth_run=mouth_run,
                epochs=epochs, augmentation=VISUAL_AUGMENTATION if augment else None, like=base, **changes,
            )  # fmt: skip
            runs = {network.value: train_one(opened, what, on_epoch=tell_epoch, progress=progress)}
    tell({"runs": {key: run.id for key, run in runs.items()}}, _lines_of(runs), as_json=json)


def tell_epoch(run: Run, epoch: Epoch) -> None:
    """Tell a finished epoch on standard error."""
    network = run.facts()["network"]
    said = f"loss {epoch.loss:.4f}, right {epoch.accuracy:.1%}; validation loss {epoch.val_loss:.4f}, right {epoch.val_accuracy:.1%}"
    typer.echo(f"{network} epoch {epoch.epoch}: {said} ({epoch.seconds:.0f} s)", err=True)


def _lines_of(runs: dict[str, Run]) -> list[str]:
    lines = []
    for network, run in runs.items():
        facts = run.facts()
        lines.append(f"{network}: {run.id} ({facts['duration_s']:.0f} s)")
        if learnt := facts.get("effective_labels", {}).get("train"):
            lines.append(
                f"  learnt from {learnt['n_moments']:,} moments: {learnt['n_runs']:,} separate labels in {learnt['n_clips']:,} clips"
            )
        lines += [f"  WARNING {w['code']}: {w['message']}" for w in facts["warnings"]]
    return [*lines, "Judge a run with `workbench evaluate RUN`."]


def demo(
    progress_json: Annotated[
        bool, typer.Option(help="Tell the progress as JSON lines on standard output.")
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Run the whole loop on the sample: draw, extract, train, judge, compare, analyze, report (about 10 minutes)."""
    from workbench.loop import run_loop, tell_json, tell_terminal
    from workbench.project import Project

    with tell_json() if progress_json else tell_terminal() as tell_step:
        result = run_loop(Project.open(project), tell=tell_step)
    if not progress_json:
        for line in result.lines():
            print(line)


COMMANDS = (networks, train, demo)
