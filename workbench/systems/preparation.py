"""From a plan to samples: the companion runs, the split, the answers, the moments a network can learn from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from workbench.datasets.catalog import Dataset, hash_of_rows
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.folds import fold_split, speaker_folds
from workbench.datasets.known_answers import answers_for_moments
from workbench.datasets.moments import gather, moments_table
from workbench.datasets.samples import Samples, collect
from workbench.datasets.splits import PARTS, parts_of_moments, split_clips
from workbench.errors import InvalidInputError
from workbench.labels.store import LabelStore
from workbench.models.runs import Run, latest_run
from workbench.models.settings import CLASSES, INPUTS
from workbench.project import Project
from workbench.sentiment import OPEN_THRESHOLD
from workbench.systems.plan import Plan


@dataclass(frozen=True)
class Prepared:
    """Everything a training needs, read and checked.

    Attributes
    ----------
    what : Plan
    dataset : Dataset
    companions : dict of str to Run
        The runs an audiovisual network is made with.
    split : pd.DataFrame
        ``clip, speaker, part`` of every clip.
    moments : pd.DataFrame
        Every moment the network could use, with ``answer`` and ``part``.
    samples : Samples
        What is learnt from, and what chooses.
    """

    what: Plan
    dataset: Dataset
    companions: dict[str, Run]
    split: pd.DataFrame
    moments: pd.DataFrame
    samples: Samples

    def answered(self, part: str) -> pd.DataFrame:
        """Return the moments of a part that have an answer."""
        return self.moments[(self.moments["answer"] != "") & (self.moments["part"] == part)]

    def answers_hash(self) -> str:
        """Return a hash of which moments have which answers, those of the test among them."""
        known = self.moments.loc[self.moments["answer"] != "", ["clip", "moment", "answer"]]
        return hash_of_rows(known.itertuples(index=False))


def prepare(
    project: Project,
    what: Plan,
    *,
    companions: dict[str, Run] | None = None,
    split: pd.DataFrame | None = None,
    parts: Collection[str] = PARTS,
) -> Prepared:
    """Read what a plan needs.

    Parameters
    ----------
    companions : dict of str to Run, optional
        Instead of the newest that fit.
    split : pd.DataFrame, optional
        The stored split of a run, instead of dealing the clips again.
    parts : collection of str
        Only clips of these parts are read: a search reads ``train`` and ``validation``.

    Raises
    ------
    InvalidInputError
        Nothing to learn from, a split that cannot be made, or a companion run that is missing.
    """
    dataset = Dataset.open(project, what.dataset)
    found = companions_of(project, what) if companions is None else companions
    split = split_of(dataset, what) if split is None else split
    moments = usable_moments(project, dataset, what, found, split=split, parts=parts)
    return Prepared(what, dataset, found, split, moments, samples_of(dataset, moments, what))


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
            project, network=name, dataset=what.dataset, split=what.split, seed=what.seed, **what.place()
        )
        if run is None:
            fold = f", fold {what.fold.number} of {what.fold.of}" if what.fold else ""
            raise InvalidInputError(
                f"The audiovisual network starts from trained mouth, visual and audio networks with the same split and seed. There is no finished {name} run "
                f"of {what.dataset} ({what.split} split, seed {what.seed}{fold}): run `workbench train {what.dataset} --network {name}`"
                + (", or name a mouth run of another dataset with --mouth-run." if name == "mouth" else ".")
            )
        found[name] = run
    return found


def split_of(dataset: Dataset, what: Plan) -> pd.DataFrame:
    """Return which extracted clip is in which part, from the catalog alone: no feature is read.

    Raises
    ------
    InvalidInputError
        Nothing was extracted, a split that cannot be made, or speakers that changed since the fold was planned.
    """
    clips = extracted_clips(dataset)
    if what.fold is None:
        return split_clips(clips, kind=what.split, seed=what.dealt_by)
    folds = speaker_folds(clips, n_folds=what.fold.of, seed=what.dealt_by)
    if tuple(folds[what.fold.number - 1]) != what.fold.speakers:
        raise InvalidInputError(
            f"The speakers of a cross-validation must stay the same. Those of {dataset.name} have changed since "
            f"fold {what.fold.number} of {what.fold.of} was planned (clips were added or taken away): begin a new one."
        )
    return fold_split(clips, folds, what.fold.number - 1, seed=what.dealt_by)


def extracted_clips(dataset: Dataset) -> pd.DataFrame:
    """Return ``clip, speaker, sex, statement`` of every extracted clip, in the catalog's order.

    Raises
    ------
    InvalidInputError
        Not one of the clips was extracted.
    """
    catalog, store = dataset.table(), FeatureStore(dataset.features)
    catalog = catalog[[store.has(clip) for clip in catalog["clip"]]]
    if catalog.empty:
        raise InvalidInputError(
            f"Features must be extracted before anything can learn from {dataset.name}. There are none: run `workbench extract {dataset.name}`."
        )
    names = ("clip", "speaker", "sex", "statement")
    return pd.DataFrame({name: catalog.get(name, "") for name in names}).reset_index(drop=True)


def usable_moments(
    project: Project,
    dataset: Dataset,
    what: Plan,
    companions: dict[str, Run],
    *,
    split: pd.DataFrame,
    parts: Collection[str] = PARTS,
) -> pd.DataFrame:
    """Return every moment that the network could use, with answer and part, of clips in the given parts."""
    read = split.loc[split["part"].isin([*parts, "all"]), "clip"]
    moments = moments_table(dataset, clips=set(read))
    moments["part"] = parts_of_moments(moments, split, seed=what.dealt_by)
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
    return moments


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
