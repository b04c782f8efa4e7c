"""From a plan to samples: the companion runs, the split, the answers, the moments a network can learn from."""

from __future__ import annotations

import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.known_answers import answers_for_moments
from workbench.datasets.moments import gather, moments_table
from workbench.datasets.samples import Samples, collect
from workbench.datasets.splits import parts_of_moments, split_clips
from workbench.errors import InvalidInputError
from workbench.labels.store import LabelStore
from workbench.models.runs import Run, latest_run
from workbench.models.settings import CLASSES, INPUTS
from workbench.project import Project
from workbench.sentiment import OPEN_THRESHOLD
from workbench.systems.plan import Plan


def companions_of(project: Project, what: Plan) -> dict[str, Run]:
    """Return the runs an audiovisual network is made with."""
    if what.network != "audiovisual":
        return {}
    found: dict[str, Run] = {}
    if what.mouth_run:
        found["mouth"] = Run.open(project, what.mouth_run)
        if found["mouth"].facts()["network"] != "mouth":
            raise InvalidInputError(
                f"The gate must be a mouth run. {what.mouth_run} is a {found['mouth'].facts()['network']} run."
            )
    for name in ("mouth", "visual", "audio"):
        run = found.get(name) or latest_run(
            project, network=name, dataset=what.dataset, split=what.split, seed=what.seed
        )
        if run is None:
            raise InvalidInputError(
                f"The audiovisual network starts from trained mouth, visual and audio networks with the same split and seed. There is no finished {name} run "
                f"of {what.dataset} ({what.split} split, seed {what.seed}): run `workbench train {what.dataset} --network {name}`"
                + (", or name a mouth run of another dataset with --mouth-run." if name == "mouth" else ".")
            )
        found[name] = run
    return found


def usable_moments(
    project: Project, dataset: Dataset, what: Plan, companions: dict[str, Run]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every moment that the network could use, with answer and part, and the split of the clips."""
    moments = moments_table(dataset)
    clips = moments.drop_duplicates("clip")[["clip", "speaker", "sex", "statement"]]
    split = split_clips(clips, kind=what.split, seed=what.seed)
    moments["part"] = parts_of_moments(moments, split, seed=what.seed)
    question = "mouth" if what.network == "mouth" else "sentiment"
    with LabelStore.open(project.labels) as store:
        hand, verdicts = store.answers(question), store.verdicts(question)
    moments = moments.join(
        answers_for_moments(
            moments, question=question, dataset=dataset, hand=hand, verdicts=verdicts, source=what.answers
        )
    )
    usable = moments["voiced"] if what.network == "audio" else moments["face_row"] >= 0
    moments = moments[usable].copy()
    if what.network == "audiovisual":
        moments["p_open"] = (
            companions["mouth"].predictor().probabilities(**gather(dataset, moments, ("mouths",)))[:, 1]
        )
    if moments.empty:
        raise InvalidInputError(
            f"The {what.network} network needs moments with {'voice' if what.network == 'audio' else 'a face'}. {dataset.name} has none."
        )
    return moments, split


def samples_of(dataset: Dataset, moments: pd.DataFrame, what: Plan) -> Samples:
    """Choose and read what the network learns from: answered moments, for fusion those with an open mouth and sound.

    With soft labels, moments about which people are evenly divided are learnt from too.
    """
    soft = what.settings.soft_labels
    fit_for_learning = moments[moments["leaning" if soft else "answer"] != ""]
    if soft:
        told = fit_for_learning["answer_source"].replace("", "hand")  # a tie is people's, too
        fit_for_learning = fit_for_learning.assign(answer=fit_for_learning["leaning"], answer_source=told)
    if what.network == "audiovisual":
        fused = fit_for_learning["heard"] & (fit_for_learning["p_open"] > OPEN_THRESHOLD)
        for part, is_fused in fused.groupby(fit_for_learning["part"]):
            if not is_fused.any():
                raise InvalidInputError(
                    f"Fusing is learnt from moments with sound and an open mouth. The mouth run calls none of the {part} "
                    f"part's {len(is_fused)} mouths open: train the mouth network longer, or name a better one with --mouth-run."
                )
        fit_for_learning = fit_for_learning[fused]
    return collect(
        dataset,
        fit_for_learning,
        what=INPUTS[what.network],
        classes=CLASSES[what.network],
        per_class={"train": what.settings.per_class_train, "validation": what.settings.per_class_validation},
        seed=what.seed,
        soft=soft,
    )
