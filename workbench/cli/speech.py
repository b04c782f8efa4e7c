"""Commands that cross-validate by speaker: speech (voices of a dataset), embeddings (what others computed)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell
from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    from workbench.models.runs import Run

FoldsOption = Annotated[
    int, typer.Option(help="Into how many groups the speakers are dealt; each is tested once.")
]


class System(StrEnum):
    """What can be cross-validated on speech."""

    svm = "svm"
    linear = "linear"
    network = "network"
    paper = "paper"


class Normalise(StrEnum):
    """What a voice is held against."""

    none = "none"
    speaker = "speaker"


class Dealt(StrEnum):
    """What is dealt into folds."""

    speaker = "speaker"
    clip = "clip"


def speech(
    name: Annotated[str | None, typer.Argument(help="The dataset.")] = None,
    system: Annotated[
        System,
        typer.Option(
            help="svm: the baseline; linear, network: our lightweight ones; paper: 30 ms at a time."
        ),
    ] = System.svm,
    normalise: Annotated[
        Normalise,
        typer.Option(help="speaker: everyone against their own voice, all their clips, no answers."),
    ] = Normalise.none,
    split: Annotated[
        Dealt, typer.Option(help="clip: by lot, to see how much that flatters.")
    ] = Dealt.speaker,
    folds: FoldsOption = 7,
    seed: SeedOption = 0,
    egemaps: Annotated[
        bool, typer.Option(help="Use openSMILE's 88 parameters too (research use; extra 'egemaps').")
    ] = True,
    epochs: Annotated[int | None, typer.Option(help="Of a network. (default: as set or published)")] = None,
    members: Annotated[int | None, typer.Option(help="Networks that answer together.")] = None,
    per_class: Annotated[int | None, typer.Option(help="The paper's: training moments per class.")] = None,
    every: Annotated[
        int, typer.Option(help="The paper's: answer for every n-th voiced moment, to save time.")
    ] = 1,
    resume: Annotated[
        str | None, typer.Option(help="Go on with this run: a stopped one, or beside another process.")
    ] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Cross-validate what tells sentiment from speech; one run in reports/runs/ with every speaker tested once."""
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.systems.speech_plan import SpeechPlan
    from workbench.systems.speech_sentiment import cross_validate
    from workbench.systems.speech_sentiment import resume as resume_run

    opened = Project.open(project)
    if (name is None) == (resume is None):
        raise InvalidInputError("Cross-validation needs a dataset's name, or --resume RUN, not both.")
    with terminal("speech") as progress:
        if resume is not None:
            run = resume_run(opened, resume, progress=progress)
        else:
            plan = SpeechPlan(
                str(name),
                system.value,
                normalise.value,
                split.value,
                folds,
                seed,
                egemaps,
                epochs,
                members,
                per_class,
                every,
            )
            run = cross_validate(opened, plan, progress=progress)
    tell({"run": run.id}, _lines([run]), as_json=json)


def embeddings(
    file: Annotated[Path, typer.Argument(help="An .npz file with clip, video, audio, emotion, actor.")],
    name: Annotated[str, typer.Option(help="What the data is called in the runs.")],
    folds: FoldsOption = 7,
    seed: SeedOption = 0,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Say whether fusing face and voice helps on people never met, from embeddings that others computed."""
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.reports.judging import compare_sources
    from workbench.systems.embedding_fusion import cross_validate_embeddings

    opened = Project.open(project)
    with terminal("embeddings") as progress:
        runs = cross_validate_embeddings(opened, file, name=name, n_folds=folds, seed=seed, progress=progress)
    comparison = compare_sources(opened, [run.id for run in runs.values()], seed=seed)
    answer = {"runs": {key: run.id for key, run in runs.items()}, **comparison.as_json()}
    tell(answer, [*_lines(list(runs.values())), *comparison.lines()], as_json=json)


def _lines(runs: list[Run]) -> list[str]:
    from workbench.evaluation.estimates import Share
    from workbench.evaluation.warnings import leak_codes, marked
    from workbench.files import read_json

    lines = []
    for run in runs:
        facts = run.facts()
        accuracy = Share(**read_json(run.folder / "evaluation.json")["clips"]["accuracy"])
        right = marked(f"right on {accuracy.in_words()} clips", leak_codes(facts["warnings"]))
        lines.append(f"{facts['network']}: {run.id} ({facts['duration_s']:.0f} s)")
        lines.append(f"  {right}, {facts['n_folds']} folds by {facts['split']}")
        lines += [f"  WARNING {w['code']}: {w['message']}" for w in facts["warnings"]]
    return [*lines, "Judge a run with `workbench evaluate RUN`, compare with `workbench compare RUN RUN`."]


COMMANDS = (speech, embeddings)
