"""Questions of the gate, answered in words: clips, speakers, sentences, order, length. Look-alikes: ``gate_twins``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.datasets.leaks import LEARNT, TESTED, clips_in_two_parts, leaks_of_split, met_before
from workbench.datasets.told_by import Told, told_by_group, told_by_place
from workbench.evaluation.gate import Example, Finding, concerned

P_OF_A_LEAK = 0.01
"""A place in the list that tells the answer is called a leak below this: one false alarm in a hundred datasets."""
_SHOWN = 6


def about_clips(split: pd.DataFrame) -> Finding:
    """Say whether a clip, or a recording under two names, is on both sides.

    Parameters
    ----------
    split : pd.DataFrame
        ``clip, speaker, part`` and, where known, ``sha256``.
    """
    n = _n_tested(split)
    shared = clips_in_two_parts(split)
    if shared:
        examples = tuple(Example(clip, clip) for clip in shared[:_SHOWN])
        return Finding(
            "leak_frames", _said(split, "leak_frames"), concerned(len(shared), n), examples=examples
        )
    copies = met_before(split, ("sha256",)) if "sha256" in split.columns else pd.DataFrame()
    if len(copies):
        return Finding(
            "leak_clips",
            "The same recording is in training and in test under two names.",
            concerned(copies["clip"].nunique(), n),
            examples=_examples(copies, "sha256"),
        )
    return Finding("clips_apart", "No clip is in training and in test.", concerned(0, n))


def about_speakers(split: pd.DataFrame) -> Finding:
    """Say whether speakers of the test are learnt from."""
    tested = split[split["part"].isin(TESTED)]
    known = tested[tested["speaker"] != ""]
    met = met_before(split, ("speaker",))
    share = concerned(met["clip"].nunique(), known["clip"].nunique())
    n_unknown = tested["clip"].nunique() - known["clip"].nunique()
    unknown = f" Whose {n_unknown} further test clip(s) are is not known." if n_unknown else ""
    if len(met):
        message = _said(split, "leak_speakers") + unknown
        return Finding("leak_speakers", message, share, examples=_examples(met, "speaker"))
    if known.empty:
        return Finding(
            "speakers_unknown",
            "Whose clips these are is not known, so nobody can say whether speakers are shared: fill in the catalog's "
            "speaker column.",
        )
    return Finding("speakers_apart", f"No speaker of the test is in training.{unknown}", share)


def about_sentences(split: pd.DataFrame, *, seed: int) -> Finding:
    """Say whether sentences are shared, and whether that lets the test be known.

    Sharing sentences is a leak when the same speaker repeats one on both sides, or when the sentence tells the answer
    (learnt from the training clips, told of the test clips, against chance). Else it is a limit of what the figures say.
    """
    known = split[split["statement"] != ""] if "statement" in split.columns else split.iloc[:0]
    if not known["part"].isin(TESTED).any() or not known["part"].isin(LEARNT).any():
        return Finding(
            "sentences_unknown",
            "What is said is not known, so nobody can say whether sentences are shared: fill in the catalog's statement "
            "column.",
        )
    n = _n_tested(known)
    shared, takes = met_before(split, ("statement",)), met_before(split, ("speaker", "statement"))
    told = told_by_group(
        split["statement"].to_numpy(dtype=str),
        split["answer"].to_numpy(dtype=str),
        learnt=_on(split, LEARNT),
        tested=_on(split, TESTED),
        seed=seed,
    )
    details = _details(told)
    if told is not None and told.p <= P_OF_A_LEAK and told.k > told.n_majority:
        message = (
            "The sentence tells the answer: by the commonest answer of its sentence in training, "
            f"{told.k} of {told.n} test clips are told, {told.n_majority} by always saying the commonest "
            f"answer ({_p(told)}). The network may know the words instead of the sentiment."
        )
        share = concerned(told.k, told.n)
        return Finding(
            "leak_sentences", message, share, examples=_examples(shared, "statement"), details=details
        )
    if len(takes):
        share = concerned(takes["clip"].nunique(), n)
        examples = _examples(takes, "speaker")
        return Finding(
            "leak_sentences", _said(split, "leak_sentences"), share, examples=examples, details=details
        )
    if len(shared):
        message = (
            "Sentences of the test are said in training, too, by other speakers: these figures say nothing about "
            "sentences never heard. Ask for --split sentence to learn how it does on those."
        )
        share = concerned(shared["clip"].nunique(), n)
        examples = _examples(shared, "statement")
        return Finding("sentences_shared", message, share, examples=examples, details=details)
    return Finding(
        "sentences_apart", "No sentence of the test is in training.", concerned(0, n), details=details
    )


def about_order(split: pd.DataFrame, *, seed: int) -> Finding:
    """Say whether a clip's place in the list of the dataset tells its answer.

    No network is shown the place: training takes moments in an order drawn by lot. But where the classes stand together
    in the list, whatever drifts along it (light, microphone, session, tiredness) tells the answer in their stead. What
    is asked is therefore the place in the catalog as it stands, across this split: a test clip's answer is told by the
    nearest clips learnt from. The alphabet of the names is not asked: RAVDESS names spell the emotion, and nobody but
    the catalog reads them. Where each speaker's clips stand together, sorted by emotion, a split by speaker gives the
    place nothing to tell by, a split by clip does.
    """
    places = np.arange(len(split), dtype=float)
    told = told_by_place(
        places,
        split["answer"].to_numpy(dtype=str),
        learnt=_on(split, LEARNT),
        tested=_on(split, TESTED),
        whole=split["speaker"].to_numpy(dtype=str),
        seed=seed,
    )
    if told is None:
        return Finding(
            "order_unknown",
            "Too few clips with a known answer, or one answer only: whether the order of the list tells it cannot be asked.",
        )
    share = concerned(told.k, told.n)
    figures = (
        f"by the five clips of training nearest in the list {told.k} of {told.n} test clips are told, "
        f"{told.n_majority} by always saying the commonest answer ({_p(told)})"
    )
    if told.p <= P_OF_A_LEAK and told.k > told.n_majority:
        message = (
            f"The place of a clip in the list tells its answer: {figures}. Light, microphone or session may change along "
            "the list and be learnt instead of the sentiment: record the classes mixed, or split by session or speaker."
        )
        return Finding("leak_order", message, share, details=_details(told))
    return Finding(
        "order_says_nothing",
        f"The order of the list tells nothing: {figures}.",
        share,
        details=_details(told),
    )


def about_length(split: pd.DataFrame, *, seed: int) -> Iterator[Finding]:
    """Say it when a clip's length tells its answer: no leak, for a feeling may be spoken slowly, but worth knowing."""
    told = told_by_place(
        split["duration_s"].to_numpy(),
        split["answer"].to_numpy(dtype=str),
        learnt=_on(split, LEARNT),
        tested=_on(split, TESTED),
        whole=split["speaker"].to_numpy(dtype=str),
        seed=seed + 1,
    )
    if told is not None and told.p <= P_OF_A_LEAK and told.k > told.n_majority:
        yield Finding(
            "length_tells",
            f"The length of a clip tells its answer: {told.k} of {told.n} test clips, {told.n_majority} by always saying "
            f"the commonest ({_p(told)}). Networks see single moments, not lengths: make sure that yours do, too.",
            concerned(told.k, told.n),
            details=_details(told),
        )


def _n_tested(split: pd.DataFrame) -> int:
    return int(split.loc[split["part"].isin(TESTED), "clip"].nunique())


def _on(split: pd.DataFrame, parts: tuple[str, ...]) -> np.ndarray:
    return split["part"].isin(parts).to_numpy()


def _details(told: Told | None) -> dict[str, object]:
    if told is None:
        return {}
    return {"told": told.k, "of": told.n, "by_majority": told.n_majority, "p": told.p}


def _p(told: Told) -> str:
    return f"permutation test, p = {told.p:.3f}"


def _said(split: pd.DataFrame, code: str) -> str:
    return next(warning["message"] for warning in leaks_of_split(split) if warning["code"] == code)


def _examples(met: pd.DataFrame, of: str) -> tuple[Example, ...]:
    """Return pairs of clips to look at, one for each speaker (or sentence) first."""
    pairs = met[met["clip"] != met["learnt"]]
    first = ~pairs.duplicated(of)
    ordered = pd.concat([pairs[first], pairs[~first]]).head(_SHOWN)
    return tuple(Example(str(row["clip"]), str(row["learnt"])) for row in ordered.to_dict("records"))
